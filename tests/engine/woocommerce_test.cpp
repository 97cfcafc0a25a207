// The village's own web shop beside a marketplace: one stock, orders both ways, webhooks that the
// shop switches off.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/engine/village.hpp"

namespace gerbang::kit {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

class WebShopVillage {
 public:
  explicit WebShopVillage(World::Options options = with_web_shop()) : world(std::move(options)) {
    world.put(coffee());
    world.put(basket());
    world.count("KOPI-SANGRAI", 10'000);
    world.count("KERANJANG-M", 12);
    shopee = world.connect("shopee", "BUM Desa di Shopee");
    web = world.connect("woocommerce", "Toko web BUM Desa");
  }
  static World::Options with_web_shop() {
    World::Options out;
    out.channels = {"shopee", "woocommerce"};
    return out;
  }
  bool quiet(Duration limit = minutes(30)) {
    return world.run_until([this] { return world.waiting_work() == 0; }, limit);
  }
  std::vector<Order> orders() {
    store::ListOrders query;
    query.organisation = world.organisation();
    return world.store().read_now(query)->data;
  }
  Quantity on_web(const std::string& sku) { return world.on_offer("woocommerce", web)[sku]; }
  Quantity on_shopee(const std::string& sku) { return world.on_offer("shopee", shopee)[sku]; }
  int calls(const std::string& operation) {
    return static_cast<int>(
        world.control("woocommerce", Method::get, "ledger?operation=" + operation)["entries"]
            .items()
            .size());
  }

  World world;
  Shop shopee;
  Shop web;
};

TEST(WebShop, is_connected_by_its_address_and_keys_and_offers_the_catalogue) {
  WebShopVillage v;
  EXPECT_EQ(v.web.remote_id, "http://woocommerce.test/toko-1");
  EXPECT_EQ(v.web.state, ShopState::active);
  EXPECT_FALSE(v.web.token_expires_at);
  ASSERT_TRUE(v.quiet());
  EXPECT_EQ(v.on_web("KOPI-250"), 40);
  EXPECT_EQ(v.on_web("KOPI-500"), 20);
  EXPECT_EQ(v.on_web("KERANJANG-M"), 12);
  EXPECT_EQ(v.world.prices("woocommerce", v.web)["KOPI-500"], 65000);
}

TEST(WebShop, its_orders_lower_shopee_and_shopees_lower_it) {
  WebShopVillage v;
  ASSERT_TRUE(v.quiet());
  v.world.place_order("woocommerce", v.web, "KOPI-250", 3);
  // By webhook: long before the next poll.
  ASSERT_TRUE(v.world.run_until([&] { return v.orders().size() == 1; }, minutes(1)));
  ASSERT_TRUE(v.quiet());
  EXPECT_EQ(v.on_shopee("KOPI-250"), 37);
  EXPECT_EQ(v.on_shopee("KOPI-500"), 18);
  EXPECT_EQ(v.on_web("KOPI-250"), 37);
  EXPECT_EQ(v.on_web("KOPI-500"), 18) << "the other packet from the same sack";
  EXPECT_EQ(v.orders().at(0).channel, "woocommerce");
  EXPECT_EQ(v.orders().at(0).lines.at(0).sku, "KOPI-250");

  v.world.place_order("shopee", v.shopee, "KERANJANG-M", 2);
  ASSERT_TRUE(v.world.run_until([&] { return v.on_web("KERANJANG-M") == 10; }, minutes(10)));
}

TEST(WebShop, a_cancelled_order_gives_the_stock_back_once) {
  WebShopVillage v;
  ASSERT_TRUE(v.quiet());
  const std::string id = v.world.place_order("woocommerce", v.web, "KERANJANG-M", 2, false);
  ASSERT_TRUE(v.world.run_until([&] { return v.on_shopee("KERANJANG-M") == 10; }, minutes(10)));
  v.world.control("woocommerce", Method::post, "orders/" + id + "/cancel", json::object({}));
  ASSERT_TRUE(v.world.run_until([&] { return v.on_shopee("KERANJANG-M") == 12; }, minutes(10)));
  v.world.run_for(hours(30));  // polls, sweeps and read-backs later
  EXPECT_EQ(v.on_shopee("KERANJANG-M"), 12);
  EXPECT_EQ(v.on_web("KERANJANG-M"), 12);
}

TEST(WebShop, gets_its_webhooks_and_has_them_switched_on_again) {
  WebShopVillage v;
  ASSERT_TRUE(v.quiet());
  EXPECT_EQ(v.calls("webhook.create"), 3);
  // An outage of ours, and the shop has switched them all off.
  v.world.control("woocommerce", Method::put, "settings",
                  json::object({{"switch_off_hooks", true}}));
  v.world.place_order("woocommerce", v.web, "KERANJANG-M", 1);
  v.world.run_for(minutes(1));
  EXPECT_TRUE(v.orders().empty()) << "nobody told us";
  v.world.run_for(minutes(16));
  EXPECT_EQ(v.orders().size(), 1u) << "the poll did";
  EXPECT_EQ(v.calls("webhook.update"), 3) << "and each is on again";
  v.world.place_order("woocommerce", v.web, "KERANJANG-M", 1);
  EXPECT_TRUE(v.world.run_until([&] { return v.orders().size() == 2; }, minutes(1)));
  v.world.run_for(hours(2));
  EXPECT_EQ(v.calls("webhook.create"), 3);
  EXPECT_EQ(v.calls("webhook.update"), 3) << "looked at every quarter of an hour, and left alone";
}

TEST(WebShop, that_is_down_delays_nobody_else_and_catches_up) {
  WebShopVillage v;
  ASSERT_TRUE(v.quiet());
  v.world.control("woocommerce", Method::put, "settings", json::object({{"maintenance", true}}));
  v.world.count("KERANJANG-M", 30);
  ASSERT_TRUE(v.world.run_until([&] { return v.on_shopee("KERANJANG-M") == 30; }, minutes(5)));
  v.world.run_for(hours(1));
  v.world.control("woocommerce", Method::put, "settings", json::object({{"maintenance", false}}));
  ASSERT_TRUE(v.world.run_until([&] { return v.on_web("KERANJANG-M") == 30; }, hours(1)));
}

TEST(WebShop, whose_keys_are_withdrawn_waits_for_new_ones_and_says_so) {
  WebShopVillage v;
  ASSERT_TRUE(v.quiet());
  v.world.control(
      "woocommerce", Method::post, "faults",
      *json::parse(R"({"faults":[{"operation":"*","kind":"auth_expired","times":-1}]})"));
  v.world.count("KERANJANG-M", 5);
  v.world.run_for(minutes(30));
  store::GetShop query;
  query.shop = v.web.id;
  const Shop shop = v.world.store().read_now(query)->shop;
  EXPECT_EQ(shop.state, ShopState::needs_authorisation);
  EXPECT_EQ(shop.reason, "credentials_refused");
  EXPECT_EQ(v.on_shopee("KERANJANG-M"), 5);
}

}  // namespace
}  // namespace gerbang::kit
