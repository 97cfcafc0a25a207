#include "core/policy/allocation.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace gerbang::policy {
namespace {

TEST(Allocation, buffer_and_share_both_hold_back) {
  EXPECT_EQ(offered(10, 0, 100), 10);
  EXPECT_EQ(offered(10, 3, 100), 7);
  EXPECT_EQ(offered(10, 0, 50), 5);
  EXPECT_EQ(offered(10, 3, 50), 5);  // the stricter of the two, not both after another
  EXPECT_EQ(offered(10, 8, 50), 2);
  EXPECT_EQ(offered(3, 0, 50), 1);  // rounded down
  EXPECT_EQ(offered(2, 5, 100), 0);
  EXPECT_EQ(offered(10, 0, 0), 0);
  EXPECT_EQ(offered(-4, 0, 100), 0);
  EXPECT_EQ(offered(kMaxQuantity, 0, 100), kMaxQuantity);
  EXPECT_EQ(offered(kMaxQuantity, 0, 33), kMaxQuantity / 100 * 33);
}

RC_GTEST_PROP(Allocation, is_never_negative_nor_more_than_can_be_sold,
              (std::int64_t sellable, std::int64_t buffer, int share)) {
  const Quantity q = offered(sellable, buffer, share);
  RC_ASSERT(q >= 0);
  RC_ASSERT(q <= std::max<Quantity>(sellable, 0));
}

RC_GTEST_PROP(Allocation, grows_with_stock,
              (std::uint32_t stock, std::uint16_t buffer, int share)) {
  RC_ASSERT(offered(stock, buffer, share) <= offered(Quantity{stock} + 1, buffer, share));
}

}  // namespace
}  // namespace gerbang::policy
