#include "core/sync/paging.hpp"

#include <gtest/gtest.h>

namespace gerbang::sync {
namespace {

TEST(PageTrail, EndsWhenAPageComesRoundAgain) {
  PageTrail trail;
  EXPECT_TRUE(trail.go_on("A").ok());
  EXPECT_TRUE(trail.go_on("B").ok());
  const Result<void> again = trail.go_on("A");
  ASSERT_FALSE(again.ok());
  EXPECT_EQ(again.error().kind, ErrorKind::transient);
  EXPECT_EQ(again.error().code, "paging_stuck");
}

TEST(PageTrail, EndsWhenThereIsNoLastPage) {
  PageTrail trail;
  for (int page = 1; page <= 100'000; ++page) ASSERT_TRUE(trail.go_on(std::to_string(page)).ok());
  EXPECT_FALSE(trail.go_on("one more").ok());
}

}  // namespace
}  // namespace gerbang::sync
