#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/engine/village.hpp"

namespace gerbang::kit {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

std::vector<Order> orders(World& world) {
  store::ListOrders query;
  query.organisation = world.organisation();
  return world.store().read_now(query)->data;
}

store::StockView stock_of(World& world, const std::string& item) {
  store::GetStock query;
  query.organisation = world.organisation();
  query.item = item;
  return *world.store().read_now(query);
}

TEST(Orders, OneAtShopeeLowersBukalapakAndTheOtherPacketInTheSameShop) {
  Village v;
  ASSERT_TRUE(v.quiet());
  v.world.place_order("shopee", v.shopee, "KOPI-250", 3);
  ASSERT_TRUE(v.world.run_until([&] { return !orders(v.world).empty(); }, minutes(1)));
  ASSERT_TRUE(v.quiet());
  // 10,000 g - 750 g = 9,250 g: 37 packets of 250 g or 18 of 500 g.
  EXPECT_EQ(v.world.on_offer("shopee", v.shopee)["KOPI-250"], 37);
  EXPECT_EQ(v.world.on_offer("shopee", v.shopee)["KOPI-500"], 18);
  EXPECT_EQ(v.world.on_offer("bukalapak", v.bukalapak)["KOPI-250"], 37);
  EXPECT_EQ(v.world.on_offer("bukalapak", v.bukalapak)["KOPI-500"], 18);
  const auto s = stock_of(v.world, "KOPI-SANGRAI");
  EXPECT_EQ(s.levels.at(0).on_hand, 10'000);
  EXPECT_EQ(s.levels.at(0).reserved, 750);
}

TEST(Orders, OneAtBukalapakLowersShopeeByPollingAlone) {
  Village v;
  ASSERT_TRUE(v.quiet());
  v.world.place_order("bukalapak", v.bukalapak, "KERANJANG-M", 2);
  ASSERT_TRUE(v.world.run_until(
      [&] { return v.world.on_offer("shopee", v.shopee)["KERANJANG-M"] == 10; }, minutes(10)));
}

TEST(Orders, ACancellationGivesTheStockBackOnce) {
  Village v;
  ASSERT_TRUE(v.quiet());
  const std::string id = v.world.place_order("shopee", v.shopee, "KERANJANG-M", 2, false);
  ASSERT_TRUE(v.world.run_until(
      [&] { return v.world.on_offer("bukalapak", v.bukalapak)["KERANJANG-M"] == 10; },
      minutes(10)));
  v.world.control("shopee", Method::post, "orders/" + id + "/cancel", json::object({}));
  ASSERT_TRUE(v.world.run_until(
      [&] { return v.world.on_offer("bukalapak", v.bukalapak)["KERANJANG-M"] == 12; },
      minutes(10)));
  v.world.run_for(hours(30));  // polls, sweeps and read-backs later
  EXPECT_EQ(v.world.on_offer("shopee", v.shopee)["KERANJANG-M"], 12);
  EXPECT_EQ(v.world.on_offer("bukalapak", v.bukalapak)["KERANJANG-M"], 12);
  const auto s = stock_of(v.world, "KERANJANG-M");
  EXPECT_EQ(s.levels.at(0).on_hand, 12);
  EXPECT_EQ(s.levels.at(0).reserved, 0);
  ASSERT_EQ(orders(v.world).size(), 1u);
  EXPECT_EQ(orders(v.world)[0].status, OrderStatus::cancelled);
}

TEST(Orders, LostAndDoubledWebhooksEndInTheSameState) {
  Village v;
  v.world.control(
      "shopee", Method::post, "faults",
      json::object(
          {{"pushes",
            json::object({{"drop_every", 2}, {"duplicate_every", 3}, {"reorder", true}})}}));
  ASSERT_TRUE(v.quiet());
  for (int i = 0; i < 4; ++i) {
    v.world.place_order("shopee", v.shopee, "KERANJANG-M", 1);
    v.world.place_order("bukalapak", v.bukalapak, "KOPI-500", 1);
    v.world.run_for(minutes(2));
  }
  v.world.run_for(minutes(30));
  ASSERT_TRUE(v.quiet());
  EXPECT_EQ(orders(v.world).size(), 8u);
  EXPECT_EQ(v.world.on_offer("shopee", v.shopee)["KERANJANG-M"], 8);
  EXPECT_EQ(v.world.on_offer("bukalapak", v.bukalapak)["KERANJANG-M"], 8);
  EXPECT_EQ(v.world.on_offer("shopee", v.shopee)["KOPI-250"], 32);
  EXPECT_EQ(v.world.on_offer("bukalapak", v.bukalapak)["KOPI-250"], 32);
}

TEST(Orders, ShippingAtShopeeConsumesTheStockOnceAndBringsTheTrackingNumber) {
  Village v;
  ASSERT_TRUE(v.quiet());
  const std::string remote = v.world.place_order("shopee", v.shopee, "KERANJANG-M", 2);
  ASSERT_TRUE(v.world.run_until(
      [&] { return orders(v.world).size() == 1 && orders(v.world)[0].status == OrderStatus::paid; },
      minutes(10)));
  store::RequestOrderAction ship;
  ship.organisation = v.world.organisation();
  ship.order = orders(v.world)[0].id;
  ship.action = Aspect::order_ship;
  ship.detail = json::object({});
  const auto asked = v.world.store().apply_now(ship);
  ASSERT_TRUE(asked) << asked.error().describe();
  ASSERT_TRUE(v.world.run_until([&] { return orders(v.world)[0].status == OrderStatus::accepted; },
                                minutes(10)));
  v.world.control("shopee", Method::post, "orders/" + remote + "/pick_up", json::object({}));
  ASSERT_TRUE(v.world.run_until([&] { return orders(v.world)[0].status == OrderStatus::shipped; },
                                minutes(10)));
  v.world.run_for(hours(30));
  const auto s = stock_of(v.world, "KERANJANG-M");
  EXPECT_EQ(s.levels.at(0).on_hand, 10);
  EXPECT_EQ(s.levels.at(0).reserved, 0);
  ASSERT_FALSE(orders(v.world)[0].shipments.empty());
  EXPECT_FALSE(orders(v.world)[0].shipments[0].tracking_number.empty());
}

TEST(Orders, TheLastUnitSoldTwiceIsAVisibleShortageNeverANegativeNumber) {
  Village v;
  ASSERT_TRUE(v.quiet());
  v.world.place_order("shopee", v.shopee, "KERANJANG-M", 12);
  v.world.place_order("bukalapak", v.bukalapak, "KERANJANG-M", 12);
  v.world.run_for(minutes(15));
  ASSERT_TRUE(v.quiet());
  const auto all = orders(v.world);
  ASSERT_EQ(all.size(), 2u);
  EXPECT_NE(all[0].has_shortage, all[1].has_shortage);
  const auto s = stock_of(v.world, "KERANJANG-M");
  EXPECT_EQ(s.levels.at(0).on_hand, 12);
  EXPECT_EQ(s.levels.at(0).reserved, 12);
  EXPECT_EQ(v.world.on_offer("shopee", v.shopee).count("KERANJANG-M") == 0 ||
                v.world.on_offer("shopee", v.shopee)["KERANJANG-M"] == 0,
            true);
}

TEST(Engine, RestartsInTheMiddleOfAnythingEndInTheSameState) {
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    World::Options options;
    options.seed = seed;
    Village v(options);
    SeededRandom chance(seed);
    for (int i = 0; i < 8; ++i) {
      v.world.run_for(Duration(static_cast<std::int64_t>(chance.below(8000))));
      v.world.restart_engine();
      if (i == 4) v.world.count("KERANJANG-M", 7);
    }
    ASSERT_TRUE(v.quiet()) << seed;
    EXPECT_EQ(v.world.on_offer("shopee", v.shopee)["KERANJANG-M"], 7) << seed;
    EXPECT_EQ(v.world.on_offer("bukalapak", v.bukalapak)["KERANJANG-M"], 7) << seed;
    EXPECT_EQ(v.world.on_offer("shopee", v.shopee).size(), 3u) << seed;
    EXPECT_EQ(v.world.on_offer("bukalapak", v.bukalapak).size(), 3u) << seed;
  }
}

}  // namespace
}  // namespace gerbang::kit
