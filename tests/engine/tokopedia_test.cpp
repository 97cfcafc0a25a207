// Tokopedia & Shop beside Shopee: the whole engine in virtual time.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <set>
#include <sstream>

#include "tests/engine/village.hpp"

namespace gerbang::kit {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

class TwoShops {
 public:
  explicit TwoShops(json::Value settings = json::object({})) : world(options(std::move(settings))) {
    world.put(coffee());
    world.put(basket());
    world.count("KOPI-SANGRAI", 10'000);
    world.count("KERANJANG-M", 12);
    shopee = world.connect("shopee", "BUM Desa di Shopee");
    tokopedia = world.connect("tokopedia", "BUM Desa di Tokopedia & Shop");
  }
  static World::Options options(json::Value settings) {
    World::Options out;
    out.channels = {"shopee", "tokopedia"};
    out.settings = json::object({{"tokopedia", std::move(settings)}});
    return out;
  }
  bool quiet() {
    return world.run_until([this] { return world.waiting_work() == 0; }, minutes(60));
  }
  // Published, and through the channel's audit.
  bool ready() {
    if (!quiet()) return false;
    return world.run_until([this] { return at_tokopedia("KERANJANG-M") == 12; }, minutes(60));
  }
  Quantity at_tokopedia(const std::string& sku) {
    const auto all = world.on_offer("tokopedia", tokopedia);
    return all.contains(sku) ? all.at(sku) : -1;
  }
  Quantity at_shopee(const std::string& sku) {
    const auto all = world.on_offer("shopee", shopee);
    return all.contains(sku) ? all.at(sku) : -1;
  }
  std::vector<Order> orders() {
    store::ListOrders query;
    query.organisation = world.organisation();
    return world.store().read_now(query)->data;
  }
  void control(const std::string& what, const std::string& body = "{}") {
    world.control("tokopedia", Method::post, what, *json::parse(body));
  }

  World world;
  Shop shopee;
  Shop tokopedia;
};

TEST(Tokopedia, AnOrderThereLowersShopeeAndTheOtherPacketOfTheSameSack) {
  TwoShops v;
  ASSERT_TRUE(v.ready());
  EXPECT_EQ(v.at_tokopedia("KOPI-250"), 40);
  v.world.place_order("tokopedia", v.tokopedia, "KOPI-250", 3);
  ASSERT_TRUE(v.world.run_until([&] { return v.at_shopee("KOPI-250") == 37; }, minutes(10)));
  ASSERT_TRUE(v.quiet());
  EXPECT_EQ(v.at_shopee("KOPI-500"), 18);
  EXPECT_EQ(v.at_tokopedia("KOPI-500"), 18);
  EXPECT_EQ(v.at_tokopedia("KOPI-250"), 37);
  ASSERT_EQ(v.orders().size(), 1u);
  ASSERT_EQ(v.orders()[0].lines.size(), 1u) << "three units are one line";
  EXPECT_EQ(v.orders()[0].lines[0].quantity, 3);
  EXPECT_EQ(v.orders()[0].lines[0].sku, "KOPI-250");
}

TEST(Tokopedia, AnOrderAtShopeeLowersIt) {
  TwoShops v;
  ASSERT_TRUE(v.ready());
  v.world.place_order("shopee", v.shopee, "KERANJANG-M", 2);
  ASSERT_TRUE(v.world.run_until([&] { return v.at_tokopedia("KERANJANG-M") == 10; }, minutes(10)));
  v.world.run_for(hours(8));  // polls and read-backs
  EXPECT_EQ(v.at_tokopedia("KERANJANG-M"), 10);
  EXPECT_EQ(v.at_shopee("KERANJANG-M"), 10);
}

TEST(Tokopedia, StockThatChangesDuringTheAuditArrivesAfterIt) {
  TwoShops v(json::object({{"audit_seconds", 1800}}));
  ASSERT_TRUE(v.world.run_until([&] { return v.at_shopee("KERANJANG-M") == 12; }, minutes(20)));
  ASSERT_TRUE(v.world.run_until(
      [&] {
        const json::Value all = v.world.control("tokopedia", Method::get, "listings");
        return all["listings"].items().size() == 3;
      },
      minutes(20)));
  v.world.count("KERANJANG-M", 5);
  ASSERT_TRUE(v.world.run_until([&] { return v.at_shopee("KERANJANG-M") == 5; }, minutes(10)));
  EXPECT_EQ(v.at_tokopedia("KERANJANG-M"), -1) << "not on offer yet";
  ASSERT_TRUE(v.world.run_until([&] { return v.at_tokopedia("KERANJANG-M") == 5; }, hours(3)));
}

TEST(Tokopedia, TheEndOfAnAuditIsHeardOf) {
  TwoShops v(json::object({{"audit_seconds", 7230}}));
  const auto audited = [&] {
    const json::Value all = v.world.control("tokopedia", Method::get, "listings");
    return all["listings"].items().size() == 3 &&
           std::all_of(all["listings"].items().begin(), all["listings"].items().end(),
                       [](const json::Value& l) { return l["listed"].as_bool() == true; });
  };
  ASSERT_TRUE(v.world.run_until(audited, hours(4)));
  EXPECT_TRUE(v.world.run_until([&] { return v.world.waiting_work() == 0; }, minutes(2)));
}

TEST(Tokopedia, SoldOutWhereZeroIsRefusedGoesOffSaleAndComesBack) {
  TwoShops v(json::object({{"zero_quantity", false}}));
  ASSERT_TRUE(v.ready());
  v.world.place_order("shopee", v.shopee, "KERANJANG-M", 12);
  ASSERT_TRUE(v.world.run_until([&] { return v.at_tokopedia("KERANJANG-M") == -1; }, minutes(10)));
  ASSERT_TRUE(v.quiet());
  v.world.count("KERANJANG-M", 20);
  ASSERT_TRUE(v.world.run_until([&] { return v.at_tokopedia("KERANJANG-M") == 8; }, minutes(30)));
}

TEST(Tokopedia, LostAndDoubledWebhooksAndFaultsEndInTheSameState) {
  TwoShops v;
  v.control("faults", R"({"pushes":{"drop_every":2,"duplicate_every":3,"reorder":true},"faults":[
    {"operation":"product.products.create","kind":"reset_after","times":1},
    {"operation":"product.products.inventory.update","kind":"throttle","delay_ms":3000,"times":2},
    {"operation":"*","kind":"html","times":3},
    {"operation":"*","kind":"auth_expired","times":1},
    {"operation":"order.orders","kind":"truncated","times":2}]})");
  ASSERT_TRUE(v.ready());
  for (int i = 0; i < 4; ++i) {
    v.world.place_order("tokopedia", v.tokopedia, "KERANJANG-M", 1);
    v.world.place_order("shopee", v.shopee, "KOPI-500", 1);
    v.world.run_for(minutes(2));
  }
  v.world.run_for(minutes(30));
  ASSERT_TRUE(v.quiet());
  EXPECT_EQ(v.orders().size(), 8u);
  EXPECT_EQ(v.at_shopee("KERANJANG-M"), 8);
  EXPECT_EQ(v.at_tokopedia("KERANJANG-M"), 8);
  EXPECT_EQ(v.at_tokopedia("KOPI-250"), 32);
  const json::Value all = v.world.control("tokopedia", Method::get, "listings");
  EXPECT_EQ(all["listings"].items().size(), 3u) << "nothing was published twice";
}

TEST(Tokopedia, ShippingConsumesTheStockOnceAndACancellationGivesItBackOnce) {
  TwoShops v;
  ASSERT_TRUE(v.ready());
  const std::string id = v.world.place_order("tokopedia", v.tokopedia, "KERANJANG-M", 2);
  const std::string other = v.world.place_order("tokopedia", v.tokopedia, "KERANJANG-M", 3, false);
  ASSERT_TRUE(v.world.run_until([&] { return v.at_shopee("KERANJANG-M") == 7; }, minutes(10)));
  v.control("orders/" + other + "/cancel");
  ASSERT_TRUE(v.world.run_until([&] { return v.at_shopee("KERANJANG-M") == 10; }, minutes(10)));
  const auto ours = [&] {
    for (const Order& o : v.orders()) {
      if (o.external_id == id) return o;
    }
    return Order();
  };
  ASSERT_TRUE(v.world.run_until([&] { return ours().status == OrderStatus::paid; }, minutes(10)));
  store::RequestOrderAction ship;
  ship.organisation = v.world.organisation();
  ship.order = ours().id;
  ship.action = Aspect::order_ship;
  ship.detail = json::object({});
  const auto asked = v.world.store().apply_now(ship);
  ASSERT_TRUE(asked) << asked.error().describe();
  ASSERT_TRUE(
      v.world.run_until([&] { return ours().status == OrderStatus::accepted; }, minutes(10)));
  v.control("orders/" + id + "/pick_up");
  ASSERT_TRUE(
      v.world.run_until([&] { return ours().status == OrderStatus::shipped; }, minutes(10)));
  v.world.run_for(hours(2));
  EXPECT_EQ(v.at_tokopedia("KERANJANG-M"), 10);
  EXPECT_EQ(v.at_shopee("KERANJANG-M"), 10);
  ASSERT_FALSE(ours().shipments.empty());
  EXPECT_FALSE(ours().shipments[0].tracking_number.empty());
}

// Every valid product of the demo's JSON catalogue that has what any channel needs.
TEST(Tokopedia, TheDemoCatalogueIsOnOffer) {
  std::ifstream in(std::string(GERBANG_DEMO) + "/katalog.json");
  std::stringstream text;
  text << in.rdbuf();
  const auto demo = json::parse(text.str());
  ASSERT_TRUE(demo) << demo.error().describe();
  World::Options options;
  options.channels = {"tokopedia"};
  World world(options);
  std::set<std::string> wanted;
  for (const json::Value& body : (*demo)["products"].items()) {
    json::Value rest = body;
    rest.as_object()->erase("code");
    const auto product = product_from_json(body["code"].text(), rest);
    if (!product) continue;  // the demo's deliberate mistakes
    world.put(body);
    bool complete = true;
    for (const Variant& v : product->variants)
      complete = complete && v.weight_grams.value_or(0) > 0 && v.price;
    if (!complete) continue;
    for (const Variant& v : product->variants) wanted.insert(v.sku);
  }
  for (const json::Value& level : (*demo)["stock"].items())
    world.count(std::string(level["item"].text()), level["on_hand"].as_int64().value_or(0));
  const Shop shop = world.connect("tokopedia", "BUM Desa Sukamaju");
  world.run_for(hours(1));
  const auto shown = world.on_offer("tokopedia", shop);
  EXPECT_GT(wanted.size(), 25u);
  for (const std::string& sku : wanted) EXPECT_TRUE(shown.contains(sku)) << sku;
}

}  // namespace
}  // namespace gerbang::kit
