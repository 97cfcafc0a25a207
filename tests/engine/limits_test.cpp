// A channel that is slow to let us in: what is held back holds nothing else back, and goes on.
#include <gtest/gtest.h>

#include "tests/engine/village.hpp"

namespace gerbang::kit {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

// A village with one shop, everything on offer.
class Shelf {
 public:
  Shelf(const std::string& of_channel, World::Options options)
      : world(with(of_channel, std::move(options))), channel(of_channel) {
    world.put(coffee());
    world.put(basket());
    world.count("KOPI-SANGRAI", 1'000'000);
    world.count("KERANJANG-M", 1'000);
    shop = world.connect(channel, "BUM Desa Sukamaju");
  }
  static World::Options with(const std::string& channel, World::Options options) {
    options.channels = {channel};
    return options;
  }
  bool quiet(Duration limit) {
    return world.run_until([this] { return world.waiting_work() == 0; }, limit) &&
           (world.run_for(minutes(1)), world.waiting_work() == 0);
  }
  void fault(const std::string& operation, const std::string& kind) {
    const json::Value one =
        json::object({{"operation", operation}, {"kind", kind}, {"delay_ms", 0}, {"times", -1}});
    world.control(channel, Method::post, "faults", json::object({{"faults", json::array({one})}}));
  }
  std::int64_t now_in_ledger() {
    for (std::int64_t after = 0;;) {
      const json::Value page =
          world.control(channel, Method::get, "ledger?after=" + std::to_string(after));
      after = page["last"].as_int64().value_or(after);
      if (!page["more"].as_bool().value_or(false)) return after;
    }
  }
  // Calls of an operation since; less than a page of them.
  std::size_t calls(const std::string& operation, std::int64_t since) {
    return world
        .control(channel, Method::get,
                 "ledger?operation=" + operation + "&after=" + std::to_string(since))["entries"]
        .items()
        .size();
  }
  std::string title_of(const std::string& sku) {
    const json::Value all =
        world.control(channel, Method::get, "listings?shop_id=" + shop.remote_id);
    for (const json::Value& l : all["listings"].items()) {
      if (l["sku"].text() == sku) return std::string(l["title"].text());
    }
    return "";
  }

  World world;
  std::string channel;
  Shop shop;
};

TEST(Limits, APriceThatIsThrottledHoldsUpNoEditAndComesBackAtGrowingDistance) {
  Shelf v("tokopedia", {});
  ASSERT_TRUE(v.quiet(hours(1)));
  v.fault("product.products.prices.update", "throttle");
  const std::int64_t since = v.now_in_ledger();
  const auto set_price = [&](std::int64_t amount) {
    store::SetPrices price;
    price.organisation = v.world.organisation();
    price.items.push_back({"KERANJANG-M", Money{amount}, {}});
    return v.world.store().apply_now(std::move(price)).ok();
  };
  ASSERT_TRUE(set_price(121'000));
  v.world.run_for(seconds(30));
  json::Value edited = basket();
  edited.as_object()->set("title", json::object({{"id", "Keranjang Rotan Anyaman Halus"}}));
  v.world.put(edited);
  ASSERT_TRUE(set_price(122'000));
  v.world.run_for(minutes(5));
  EXPECT_NE(v.title_of("KERANJANG-M").find("Halus"), std::string::npos)
      << "the edit waits behind a price that the channel refuses";
  v.world.run_for(hours(1));
  const std::size_t refused = v.calls("product.products.prices.update", since);
  EXPECT_GE(refused, 5u);
  EXPECT_LE(refused, 60u) << "the channel is hammered at";
  v.world.control("tokopedia", Method::del, "faults");
  ASSERT_TRUE(v.quiet(hours(1)));
  EXPECT_EQ(v.world.prices("tokopedia", v.shop)["KERANJANG-M"], 122'000);
}

// Blibli counts the pages of orders that are read, and a page holds 50: here one call comes free in
// 37 seconds, with more to read than that allows. Of several pages the next
// must not be given up for being too far away: the read would begin anew with the call that has
// just come free, for ever.
TEST(Limits, AnOrderListOfSeveralPagesIsReadThoughEachPageHasToBeWaitedFor) {
  World::Options options;
  options.engine.channels["blibli"].rate_scale = 0.6;
  options.engine.poll_interval = minutes(2);
  Shelf v("blibli", std::move(options));
  ASSERT_TRUE(v.quiet(hours(2)));
  for (int i = 0; i < 60; ++i) v.world.place_order("blibli", v.shop, "KOPI-250", 1);
  v.world.run_for(hours(1));
  const std::string late = v.world.place_order("blibli", v.shop, "KOPI-250", 1);
  v.world.run_for(minutes(30));
  store::ListOrders query;
  query.organisation = v.world.organisation();
  query.limit = 200;
  const auto orders = v.world.store().read_now(query);
  ASSERT_TRUE(orders);
  EXPECT_EQ(orders->data.size(), 61u);
  EXPECT_TRUE(std::any_of(orders->data.begin(), orders->data.end(),
                          [&](const Order& o) { return o.external_id == late; }));
  EXPECT_EQ(v.world.waiting_work(), 0);
}

// A web shop whose keys are good and that refuses them all the same at one place: of two values
// that wait, each one's look at the keys would set the other free at once.
TEST(Limits, KeysThatAreConfirmedAndRefusedAreNotAskedAboutWithoutEnd) {
  Shelf v("woocommerce", {});
  ASSERT_TRUE(v.quiet(hours(1)));
  v.fault("product.batch", "auth_expired");
  const std::int64_t since = v.now_in_ledger();
  v.world.count("KERANJANG-M", 900);
  store::SetPrices price;
  price.organisation = v.world.organisation();
  price.items.push_back({"KERANJANG-M", Money{121'000}, {}});
  ASSERT_TRUE(v.world.store().apply_now(std::move(price)));
  v.world.run_for(hours(1));
  const std::size_t refused = v.calls("product.batch", since);
  EXPECT_GE(refused, 2u);
  EXPECT_LE(refused, 30u);
  v.world.control("woocommerce", Method::del, "faults");
  ASSERT_TRUE(v.quiet(hours(1)));
  EXPECT_EQ(v.world.on_offer("woocommerce", v.shop)["KERANJANG-M"], 900);
}

TEST(Jobs, ACatalogueThatCannotBeReadDelaysNoPollForOrders) {
  World::Options options;
  options.engine.read_back_interval = hours(1);
  Shelf v("shopee", std::move(options));
  ASSERT_TRUE(v.quiet(hours(1)));
  v.fault("product.get_item_list", "server_error");
  v.world.run_for(hours(1));
  const std::int64_t since = v.now_in_ledger();
  v.world.run_for(hours(3));
  EXPECT_GE(v.calls("order.get_order_list", since), 35u) << "one in five minutes";
  const std::size_t tries = v.calls("product.get_item_list", since);
  EXPECT_GE(tries, 8u);
  EXPECT_LE(tries, 60u) << "at growing distance, though the polls between go well";
}

}  // namespace
}  // namespace gerbang::kit
