#include <gtest/gtest.h>

#include "tests/engine/village.hpp"

namespace gerbang::kit {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

// The simulation, seeds 4 and 18: a change right after a time-out was sent at once, and the request
// that had timed out arrived after it with the older value.
TEST(Engine, ANewerValueWaitsUntilALostRequestForTheSameListingCanNoLongerArrive) {
  Village v;
  ASSERT_TRUE(v.quiet());
  std::optional<TimePoint> lost;
  std::optional<TimePoint> next;
  v.world.network().intercept = [&](const HttpRequest& request) -> std::optional<Error> {
    if (!request.url.starts_with("http://shopee.test") || request.effect != Effect::set ||
        request.body.find("stock") == std::string::npos)
      return std::nullopt;
    if (!lost) {
      lost = v.world.clock.now();
      return Error(ErrorKind::indeterminate, "timeout", "no answer before the deadline");
    }
    if (!next) next = v.world.clock.now();
    return std::nullopt;
  };
  v.world.count("KERANJANG-M", 11);
  ASSERT_TRUE(v.world.run_until([&] { return lost.has_value(); }, minutes(1)));
  v.world.count("KERANJANG-M", 5);
  ASSERT_TRUE(v.world.run_until([&] { return next.has_value(); }, minutes(5)));
  EXPECT_GE(*next - *lost, seconds(50)) << "request deadline and half a minute";
  ASSERT_TRUE(v.quiet());
  EXPECT_EQ(v.world.on_offer("shopee", v.shopee)["KERANJANG-M"], 5);
}

}  // namespace
}  // namespace gerbang::kit
