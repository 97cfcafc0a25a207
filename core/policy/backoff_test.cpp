#include "core/policy/backoff.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace gerbang::policy {
namespace {

using namespace std::chrono_literals;

TEST(Backoff, the_ceiling_doubles_from_one_second_to_fifteen_minutes) {
  EXPECT_EQ(backoff_ceiling(0), 1s);
  EXPECT_EQ(backoff_ceiling(1), 1s);
  EXPECT_EQ(backoff_ceiling(2), 2s);
  EXPECT_EQ(backoff_ceiling(5), 16s);
  EXPECT_EQ(backoff_ceiling(10), 512s);
  EXPECT_EQ(backoff_ceiling(11), 15min);
  EXPECT_EQ(backoff_ceiling(1'000'000), 15min);
}

TEST(Backoff, full_jitter_uses_the_whole_range) {
  SeededRandom random(7);
  Duration least = 1h;
  Duration most{0};
  for (int i = 0; i < 2000; ++i) {
    const Duration d = backoff(5, random);
    least = std::min(least, d);
    most = std::max(most, d);
  }
  EXPECT_GE(least, 0s);
  EXPECT_LT(least, 1s);
  EXPECT_LE(most, 16s);
  EXPECT_GT(most, 15s);
}

}  // namespace
}  // namespace gerbang::policy
