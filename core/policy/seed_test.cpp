// Tests are the same on every run: RapidCheck reads its seed from the environment at its first
// check. RC_PARAMS given from outside wins ("seed=… max_success=10000").
#include <gtest/gtest.h>

#include <cstdlib>

namespace {

const int kSeeded = setenv("RC_PARAMS", "seed=20261124", 0);

TEST(Seed, is_fixed_unless_given) {
  EXPECT_EQ(kSeeded, 0);
  EXPECT_NE(std::getenv("RC_PARAMS"), nullptr);
}

}  // namespace
