// The village on Shopee and Lazada: one stock, two marketplaces whose orders differ in everything.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "tests/engine/village.hpp"

namespace gerbang::kit {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using testing::Pair;
using testing::UnorderedElementsAre;

World::Options with_lazada(std::uint64_t seed = 1) {
  World::Options options;
  options.seed = seed;
  options.channels = {"shopee", "lazada"};
  return options;
}

class Twin {
 public:
  explicit Twin(World::Options options = with_lazada()) : world(std::move(options)) {
    world.put(coffee());
    world.put(basket());
    world.count("KOPI-SANGRAI", 10'000);
    world.count("KERANJANG-M", 12);
    shopee = world.connect("shopee", "BUM Desa di Shopee");
    lazada = world.connect("lazada", "BUM Desa di Lazada");
  }
  bool quiet(Duration limit = minutes(30)) {
    return world.run_until([this] { return world.waiting_work() == 0; }, limit);
  }
  std::vector<Order> orders() {
    store::ListOrders query;
    query.organisation = world.organisation();
    return world.store().read_now(query)->data;
  }
  store::StockView stock_of(const std::string& item) {
    store::GetStock query;
    query.organisation = world.organisation();
    query.item = item;
    return *world.store().read_now(query);
  }
  Quantity at(const char* channel, const std::string& sku) {
    return world.on_offer(channel, channel == std::string("shopee") ? shopee : lazada)[sku];
  }

  World world;
  Shop shopee, lazada;
};

TEST(Lazada, TheCatalogueArrivesWithTheRightStockAndPrice) {
  Twin v;
  ASSERT_TRUE(v.quiet());
  EXPECT_THAT(
      v.world.on_offer("lazada", v.lazada),
      UnorderedElementsAre(Pair("KOPI-250", 40), Pair("KOPI-500", 20), Pair("KERANJANG-M", 12)));
  EXPECT_THAT(v.world.prices("lazada", v.lazada),
              UnorderedElementsAre(Pair("KOPI-250", 35000), Pair("KOPI-500", 65000),
                                   Pair("KERANJANG-M", 120000)));
}

TEST(Lazada, AnOrderThereLowersShopeeAndTheOtherPacketInTheSameShop) {
  Twin v;
  ASSERT_TRUE(v.quiet());
  v.world.place_order("lazada", v.lazada, "KOPI-250", 3);
  ASSERT_TRUE(v.world.run_until([&] { return !v.orders().empty(); }, minutes(1)));
  ASSERT_TRUE(v.quiet());
  // 10,000 g - 750 g = 9,250 g: 37 packets of 250 g or 18 of 500 g.
  for (const char* channel : {"lazada", "shopee"}) {
    EXPECT_EQ(v.at(channel, "KOPI-250"), 37) << channel;
    EXPECT_EQ(v.at(channel, "KOPI-500"), 18) << channel;
  }
  ASSERT_EQ(v.orders().size(), 1u);
  ASSERT_EQ(v.orders()[0].lines.size(), 1u) << "three units are one line";
  EXPECT_EQ(v.orders()[0].lines[0].quantity, 3);
  EXPECT_EQ(v.stock_of("KOPI-SANGRAI").levels.at(0).reserved, 750);
}

TEST(Lazada, AnOrderAtShopeeLowersItThere) {
  Twin v;
  ASSERT_TRUE(v.quiet());
  v.world.place_order("shopee", v.shopee, "KERANJANG-M", 2);
  ASSERT_TRUE(v.world.run_until([&] { return v.at("lazada", "KERANJANG-M") == 10; }, minutes(10)));
}

TEST(Lazada, WithoutAnyPushThePollFindsIt) {
  Twin v;
  ASSERT_TRUE(v.quiet());
  v.world.control("lazada", Method::post, "faults",
                  json::object({{"pushes", json::object({{"silent", true}})}}));
  v.world.place_order("lazada", v.lazada, "KERANJANG-M", 2);
  ASSERT_TRUE(v.world.run_until([&] { return v.at("shopee", "KERANJANG-M") == 10; }, minutes(10)));
}

TEST(Lazada, WhatIsCancelledComesBackOnceEvenAUnitOfAnOrder) {
  Twin v;
  ASSERT_TRUE(v.quiet());
  const std::string id = v.world.place_order("lazada", v.lazada, "KERANJANG-M", 3);
  ASSERT_TRUE(v.world.run_until([&] { return v.at("shopee", "KERANJANG-M") == 9; }, minutes(10)));
  const json::Value units = v.world.control("lazada", Method::get, "orders/" + id)["units"];
  v.world.control("lazada", Method::post, "orders/" + id + "/cancel",
                  json::object({{"units", json::array({units[0]["order_item_id"]})}}));
  ASSERT_TRUE(v.world.run_until([&] { return v.at("shopee", "KERANJANG-M") == 10; }, minutes(10)));
  v.world.control("lazada", Method::post, "orders/" + id + "/cancel", json::object({}));
  ASSERT_TRUE(v.world.run_until([&] { return v.at("shopee", "KERANJANG-M") == 12; }, minutes(10)));
  v.world.run_for(hours(30));  // polls, sweeps and read-backs later
  EXPECT_EQ(v.at("shopee", "KERANJANG-M"), 12);
  EXPECT_EQ(v.at("lazada", "KERANJANG-M"), 12);
  ASSERT_EQ(v.orders().size(), 1u);
  EXPECT_EQ(v.orders()[0].status, OrderStatus::cancelled);
  EXPECT_EQ(v.stock_of("KERANJANG-M").levels.at(0).reserved, 0);
}

TEST(Lazada, ShippingConsumesTheStockOnceAndBringsTheTrackingNumber) {
  Twin v;
  ASSERT_TRUE(v.quiet());
  const std::string remote = v.world.place_order("lazada", v.lazada, "KERANJANG-M", 2);
  const auto is = [&](OrderStatus s) {
    return [&v, s] { return v.orders().size() == 1 && v.orders()[0].status == s; };
  };
  ASSERT_TRUE(v.world.run_until(is(OrderStatus::paid), minutes(10)));
  store::RequestOrderAction ship;
  ship.organisation = v.world.organisation();
  ship.order = v.orders()[0].id;
  ship.action = Aspect::order_ship;
  ship.detail = json::object({});
  ASSERT_TRUE(v.world.store().apply_now(ship));
  ASSERT_TRUE(v.world.run_until(is(OrderStatus::accepted), minutes(10)));
  v.world.control("lazada", Method::post, "orders/" + remote + "/pick_up", json::object({}));
  ASSERT_TRUE(v.world.run_until(is(OrderStatus::shipped), minutes(10)));
  v.world.run_for(hours(30));
  const auto s = v.stock_of("KERANJANG-M");
  EXPECT_EQ(s.levels.at(0).on_hand, 10);
  EXPECT_EQ(s.levels.at(0).reserved, 0);
  ASSERT_EQ(v.orders()[0].shipments.size(), 1u);
  EXPECT_FALSE(v.orders()[0].shipments[0].tracking_number.empty());
  EXPECT_EQ(v.at("lazada", "KERANJANG-M"), 10);
}

TEST(Lazada, FaultsOfEveryKindEndInTheSameState) {
  for (std::uint64_t seed = 1; seed <= 3; ++seed) {
    Twin v(with_lazada(seed));
    json::Array faults;
    for (const char* kind :
         {"reset_before", "reset_after", "truncated", "html", "server_error", "throttle", "empty"})
      faults.push_back(json::object({{"operation", "*"},
                                     {"kind", kind},
                                     {"times", -1},
                                     {"probability", json::Decimal{"0.02"}}}));
    v.world.control(
        "lazada", Method::post, "faults",
        json::object(
            {{"faults", std::move(faults)},
             {"pushes",
              json::object({{"drop_every", 3}, {"duplicate_every", 2}, {"reorder", true}})}}));
    for (int i = 0; i < 4; ++i) {
      v.world.run_for(minutes(10));
      // Sold only where it has arrived.
      if (v.at("lazada", "KERANJANG-M") > 0)
        v.world.place_order("lazada", v.lazada, "KERANJANG-M", 1);
    }
    v.world.control("lazada", Method::del, "faults");
    ASSERT_TRUE(v.quiet(hours(3))) << seed;
    v.world.run_for(hours(2));
    ASSERT_TRUE(v.quiet(hours(3))) << seed;
    const auto sold = static_cast<Quantity>(v.orders().size());
    EXPECT_GT(sold, 0) << seed;
    for (const char* channel : {"lazada", "shopee"}) {
      EXPECT_EQ(v.at(channel, "KERANJANG-M"), 12 - sold) << seed << " " << channel;
      EXPECT_EQ(v.at(channel, "KOPI-250"), 40) << seed << " " << channel;
    }
    EXPECT_EQ(v.world.on_offer("lazada", v.lazada).size(), 3u) << seed;
  }
}

TEST(Lazada, RestartsInTheMiddleOfAnythingPublishNothingTwice) {
  for (std::uint64_t seed = 1; seed <= 3; ++seed) {
    Twin v(with_lazada(seed));
    SeededRandom chance(seed);
    for (int i = 0; i < 6; ++i) {
      v.world.run_for(Duration(static_cast<std::int64_t>(chance.below(8000))));
      v.world.restart_engine();
      if (i == 3) v.world.count("KERANJANG-M", 7);
    }
    ASSERT_TRUE(v.quiet()) << seed;
    EXPECT_EQ(v.at("lazada", "KERANJANG-M"), 7) << seed;
    EXPECT_EQ(v.world.on_offer("lazada", v.lazada).size(), 3u) << seed;
  }
}

TEST(Lazada, TheDemoCatalogueIsPublished) {
  std::ifstream in(std::string(GERBANG_SOURCE_DIR) + "/deploy/demo/katalog.json");
  std::stringstream text;
  text << in.rdbuf();
  const auto demo = json::parse(text.str());
  ASSERT_TRUE(demo) << demo.error().describe();
  World::Options options = with_lazada();
  options.channels = {"lazada"};
  World world(std::move(options));
  std::size_t wanted = 0;
  std::vector<std::string> without_size;
  for (const json::Value& product : (*demo)["products"].items()) {
    json::Object body = product.members();
    const auto valid = product_from_json(product["code"].text(), product);
    if (!valid) continue;  // three are wrong on purpose
    world.put(product);
    const auto here = valid->channels.find("lazada");
    if (here != valid->channels.end() && !here->second.listed) continue;
    bool sized = true;
    for (const Variant& v : valid->variants)
      sized = sized && v.weight_grams.has_value() && v.package_mm.has_value();
    if (sized) {
      wanted += valid->variants.size();
    } else {
      without_size.push_back(valid->code);
    }
  }
  for (const json::Value& stock : (*demo)["stock"].items())
    world.count(stock["item"].to_text(), stock["on_hand"].as_int64().value_or(0));
  const Shop shop = world.connect("lazada", "BUM Desa di Lazada");
  world.run_until([&] { return world.waiting_work() == 0; }, minutes(60));
  EXPECT_GT(wanted, 20u);
  EXPECT_EQ(world.on_offer("lazada", shop).size(), wanted);
  // Lazada takes nothing without weight and size: those wait with a reason, not with an invention.
  EXPECT_LE(without_size.size(), 2u);
}

}  // namespace
}  // namespace gerbang::kit
