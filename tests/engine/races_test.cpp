// The races that shops really have. What each of them ends in is promised in
// core/sync/GUARANTEES.md.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/engine/village.hpp"
#include "tests/kit/proof.hpp"

namespace gerbang::kit {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using testing::Contains;
using testing::ElementsAre;

constexpr const char* kBasket = "KERANJANG-M";

class Races : public testing::Test {
 protected:
  void SetUp() override { ASSERT_TRUE(v.quiet()); }
  static void TearDownTestSuite() { kit::print_proof_of_suite("shop races"); }

  StockLevel level(const std::string& item) {
    store::GetStock query;
    query.organisation = world.organisation();
    query.item = item;
    return world.store().read_now(query)->levels.at(0);
  }
  std::vector<Order> orders() {
    store::ListOrders query;
    query.organisation = world.organisation();
    return world.store().read_now(query)->data;
  }
  std::int64_t ledger_end(const std::string& channel) {
    return world.control(channel, Method::get, "ledger")["last"].as_int64().value_or(0);
  }
  // The stock values that a marketplace was told for a SKU, in their order.
  std::vector<Quantity> told(const std::string& channel, std::int64_t after,
                             const std::string& sku) {
    std::vector<Quantity> out;
    const json::Value page =
        world.control(channel, Method::get, "ledger?after=" + std::to_string(after));
    const auto look = [&](const json::Value& effect) {
      if (effect["sku"].text() == sku && effect["stock"].as_int64())
        out.push_back(*effect["stock"].as_int64());
    };
    for (const json::Value& e : page["entries"].items()) {
      look(e["effect"]);
      for (const json::Value& one : e["effect"].items()) look(one);
    }
    return out;
  }
  void both_offer(const std::string& sku, Quantity stock) {
    EXPECT_EQ(world.on_offer("shopee", v.shopee)[sku], stock);
    EXPECT_EQ(world.on_offer("bukalapak", v.bukalapak)[sku], stock);
  }
  void webhooks_silent() {
    world.control("shopee", Method::post, "faults",
                  json::object({{"pushes", json::object({{"silent", true}})}}));
  }
  // Requests of this operation take `way` to arrive at the marketplace.
  void slow_way(std::string operation, Duration way, int times = 1) {
    world.network().transit = [operation, way, times](const HttpRequest& r) mutable {
      return r.operation == operation && times-- > 0 ? way : Duration(0);
    };
  }
  std::vector<store::ParkedWork> parked(const Shop& shop) {
    store::ListParked query;
    query.organisation = world.organisation();
    query.shop = shop.id;
    return *world.store().read_now(query);
  }
  std::vector<Listing> listings(const std::string& sku) {
    store::ListListings query;
    query.organisation = world.organisation();
    query.sku = sku;
    return world.store().read_now(query)->data;
  }
  std::string item_at_shopee(const std::string& sku) {
    const json::Value all =
        world.control("shopee", Method::get, "listings?shop_id=" + v.shopee.remote_id);
    for (const json::Value& l : all["listings"].items()) {
      if (l["sku"].text() == sku) return l["product"].to_text();
    }
    return {};
  }
  int times_on_offer(const std::string& channel, const Shop& shop, const std::string& sku) {
    int count = 0;
    const json::Value all =
        world.control(channel, Method::get, "listings?shop_id=" + shop.remote_id);
    for (const json::Value& l : all["listings"].items())
      count += l["sku"].text() == sku && l["listed"].as_bool().value_or(false) ? 1 : 0;
    return count;
  }
  void act(const std::string& order, Aspect action, const json::Value& detail) {
    store::RequestOrderAction script;
    script.organisation = world.organisation();
    script.order = order;
    script.action = action;
    script.detail = detail;
    const auto asked = world.store().apply_now(std::move(script));
    ASSERT_TRUE(asked) << asked.error().describe();
  }

  Village v;
  World& world = v.world;
};

// ---- sales and stock ---------------------------------------------------------------------------

TEST_F(Races, StockSetWhileASaleTheGatewayHasNotHeardOfIsOnItsWay) {
  webhooks_silent();
  world.run_for(minutes(1));
  world.place_order("shopee", v.shopee, kBasket, 3);  // their counter: 9
  world.run_for(seconds(20));
  world.count(kBasket, 10);  // a person counts what lies on the shelf, the three included
  ASSERT_TRUE(v.quiet());
  // The value of the moment hides the sale ...
  EXPECT_EQ(world.on_offer("shopee", v.shopee)[kBasket], 10);
  // ... until it is heard of.
  world.run_for(minutes(6));
  ASSERT_TRUE(v.quiet());
  both_offer(kBasket, 7);
  EXPECT_EQ(level(kBasket).on_hand, 10);
  EXPECT_EQ(level(kBasket).reserved, 3);
}

TEST_F(Races, ASaleThatTheChannelCountedItselfIsNotSentBackToIt) {
  world.run_for(minutes(10));
  const std::int64_t before = ledger_end("shopee");
  world.place_order("shopee", v.shopee, kBasket, 2);
  world.run_for(minutes(2));
  ASSERT_TRUE(v.quiet());
  both_offer(kBasket, 10);
  // A value of ours could have undone a sale that we have not seen yet.
  EXPECT_THAT(told("shopee", before, kBasket), ElementsAre());
}

TEST_F(Races, TheLastUnitSoldAtTwoChannelsAtOnceIsAShortageAndNeverANegativeNumber) {
  world.count(kBasket, 1);
  ASSERT_TRUE(v.quiet());
  world.run_for(minutes(5));
  world.place_order("shopee", v.shopee, kBasket, 1);
  world.place_order("bukalapak", v.bukalapak, kBasket, 1);
  world.run_for(minutes(12));
  ASSERT_TRUE(v.quiet());
  const auto all = orders();
  ASSERT_EQ(all.size(), 2u);
  EXPECT_EQ(std::count_if(all.begin(), all.end(), [](const Order& o) { return o.has_shortage; }),
            1);
  EXPECT_EQ(level(kBasket).on_hand, 1);
  EXPECT_EQ(level(kBasket).reserved, 1);
  store::ListEvents events;
  events.organisation = world.organisation();
  events.types = {"stock.shortage"};
  EXPECT_EQ(world.store().read_now(events)->size(), 1u);
  for (const auto& [channel, shop] : {std::pair("shopee", v.shopee), {"bukalapak", v.bukalapak}}) {
    const auto offer = world.on_offer(channel, shop);
    EXPECT_TRUE(!offer.contains(kBasket) || offer.at(kBasket) == 0) << channel;
  }
  // What comes in serves the one that waits.
  world.count(kBasket, 2);
  ASSERT_TRUE(v.quiet());
  for (const Order& o : orders()) EXPECT_FALSE(o.has_shortage);
  EXPECT_EQ(level(kBasket).reserved, 2);
}

TEST_F(Races, ACancellationThatArrivesBeforeItsOrderWins) {
  const std::string id = world.place_order("shopee", v.shopee, kBasket, 4, false);
  world.control("shopee", Method::post, "orders/" + id + "/cancel", json::object({}));
  world.run_for(minutes(2));
  ASSERT_TRUE(v.quiet());
  ASSERT_EQ(orders().size(), 1u);
  EXPECT_EQ(orders()[0].status, OrderStatus::cancelled);
  EXPECT_EQ(level(kBasket).reserved, 0);
  // The order as it was before comes late, and once more with a newer time.
  RemoteOrder late;
  late.external_id = id;
  late.status = OrderStatus::paid;
  late.placed_at = world.clock.now() - minutes(2);
  OrderLine line;
  line.remote_line = "1";
  line.remote_sku = kBasket;
  line.quantity = 4;
  line.price = Money{120'000};
  late.lines = {line};
  for (const TimePoint at : {late.placed_at, world.clock.now() + minutes(1)}) {
    late.updated_at = at;
    store::IngestOrders script;
    script.shop = v.shopee.id;
    script.orders = {late};
    ASSERT_TRUE(world.store().apply_now(std::move(script)));
    EXPECT_EQ(orders()[0].status, OrderStatus::cancelled);
    EXPECT_EQ(level(kBasket).reserved, 0);
  }
  ASSERT_TRUE(v.quiet());
  both_offer(kBasket, 12);
}

TEST_F(Races, AnOlderAbsoluteValueThatArrivesAfterASaleIsCorrected) {
  world.run_for(minutes(5));
  slow_way("product.update_stock", seconds(10));
  world.count(kBasket, 11);
  world.run_for(seconds(2));
  world.place_order("shopee", v.shopee, kBasket, 3);  // 12 - 3 = 9, and then our 11 arrives
  world.run_for(minutes(3));
  ASSERT_TRUE(v.quiet());
  EXPECT_EQ(level(kBasket).reserved, 3);
  both_offer(kBasket, 8);
}

TEST_F(Races, AValueThatWasGivenUpAndArrivesLateIsNotTheLastWord) {
  const std::int64_t before = ledger_end("shopee");
  slow_way("product.update_stock", seconds(45));  // the gateway waits 20
  world.count(kBasket, 11);
  world.run_for(seconds(22));
  world.count(kBasket, 5);
  ASSERT_TRUE(v.quiet());
  both_offer(kBasket, 5);
  // The newer one waited until the older one could no longer arrive.
  EXPECT_THAT(told("shopee", before, kBasket), ElementsAre(11, 5));
}

TEST_F(Races, APromotionThatHoldsTheStockIsWaitedForInSightOfThePerson) {
  world.control("shopee", Method::put, "settings",
                json::object({{"promotion", json::object({{"item_id", item_at_shopee(kBasket)},
                                                          {"reserved", 5},
                                                          {"locks_stock", true}})}}));
  world.count(kBasket, 6);
  world.run_for(minutes(5));
  EXPECT_EQ(world.on_offer("shopee", v.shopee)[kBasket], 12);
  EXPECT_EQ(world.on_offer("bukalapak", v.bukalapak)[kBasket], 6) << "one shop delays no other";
  EXPECT_TRUE(parked(v.shopee).empty());
  for (const Listing& l : listings(kBasket)) {
    if (l.shop != v.shopee.id) continue;
    EXPECT_TRUE(l.pending);
    ASSERT_TRUE(l.attempt);
    EXPECT_EQ(l.attempt->outcome, "blocked");
    EXPECT_EQ(l.attempt->code, "promotion_locked");
  }
  world.count(kBasket, 4);  // the newest value is what goes when the promotion ends
  world.run_for(minutes(1));
  world.control(
      "shopee", Method::put, "settings",
      json::object(
          {{"promotion", json::object({{"item_id", item_at_shopee(kBasket)}, {"off", true}})}}));
  ASSERT_TRUE(v.quiet(hours(7)));
  both_offer(kBasket, 4);
}

TEST_F(Races, AnOrderOfSeveralLinesTakesEveryItemOnceAndGivesItBackOnce) {
  json::Value hamper = basket();
  hamper.as_object()->set("code", "HAMPER");
  hamper.as_object()->set("title", json::object({{"id", "Hampers Kopi dan Keranjang Rotan"}}));
  (*hamper.as_object()->find("variants")->as_array())[0] = *json::parse(R"({
    "sku": "HAMPER-1", "weight_grams": 1300, "package_mm": [300, 300, 200],
    "price": {"amount": 210000, "currency": "IDR"},
    "components": [{"item": "KOPI-SANGRAI", "quantity": 500},
                   {"item": "KERANJANG-M", "quantity": 1}]})");
  world.put(hamper);
  ASSERT_TRUE(v.quiet());
  both_offer("HAMPER-1", 12);
  const auto line = [](const char* sku, int quantity) {
    return json::object({{"sku", sku}, {"quantity", quantity}});
  };
  const std::string id =
      world
          .control("shopee", Method::post, "orders",
                   json::object({{"shop_id", v.shopee.remote_id},
                                 {"lines", json::array({line("KOPI-250", 2), line("HAMPER-1", 3),
                                                        line(kBasket, 1)})},
                                 {"pay", false}}))["order_id"]
          .to_text();
  world.run_for(minutes(2));
  ASSERT_TRUE(v.quiet());
  EXPECT_EQ(level("KOPI-SANGRAI").reserved, 2 * 250 + 3 * 500);
  EXPECT_EQ(level(kBasket).reserved, 3 + 1);
  both_offer("HAMPER-1", 8);
  both_offer(kBasket, 8);
  both_offer("KOPI-500", 16);  // (10,000 - 2,000) g
  world.control("shopee", Method::post, "orders/" + id + "/cancel", json::object({}));
  world.run_for(minutes(2));
  ASSERT_TRUE(v.quiet());
  EXPECT_EQ(level("KOPI-SANGRAI").reserved, 0);
  EXPECT_EQ(level(kBasket).reserved, 0);
  both_offer("HAMPER-1", 12);
  both_offer("KOPI-500", 20);
}

TEST_F(Races, ABuyersCancellationThatCrossesOurShipmentEndsInOneState) {
  const std::string remote = world.place_order("shopee", v.shopee, kBasket, 2);
  ASSERT_TRUE(world.run_until(
      [&] { return orders().size() == 1 && orders()[0].status == OrderStatus::paid; }, minutes(5)));
  // Both at the same moment.
  world.control("shopee", Method::post, "orders/" + remote + "/request_cancel", json::object({}));
  act(orders()[0].id, Aspect::order_ship, json::object({}));
  world.run_for(minutes(2));
  EXPECT_EQ(orders()[0].status, OrderStatus::cancel_requested);
  EXPECT_EQ(level(kBasket).reserved, 2) << "as long as nothing is decided the goods are kept";
  // The shipment was refused; the person sees why.
  ASSERT_EQ(parked(v.shopee).size(), 1u);
  EXPECT_EQ(parked(v.shopee)[0].aspect, Aspect::order_ship);
  EXPECT_EQ(parked(v.shopee)[0].problem.code, "order_cancel_requested");
  act(orders()[0].id, Aspect::order_cancel, json::object({{"answer_cancellation", true}}));
  world.run_for(minutes(2));
  EXPECT_EQ(orders()[0].status, OrderStatus::cancelled);
  world.run_for(minutes(10));
  ASSERT_TRUE(v.quiet());
  EXPECT_EQ(level(kBasket).on_hand, 12);
  EXPECT_EQ(level(kBasket).reserved, 0);
  both_offer(kBasket, 12);
}

// ---- catalogue ---------------------------------------------------------------------------------

class Publishing : public Races {
 protected:
  json::Value mat(const std::string& title, std::int64_t price) {
    json::Value out = basket();
    out.as_object()->set("code", "TIKAR");
    out.as_object()->set("title", json::object({{"id", title}}));
    json::Object& variant = *(*out.as_object()->find("variants")->as_array())[0].as_object();
    variant.set("sku", "TIKAR-1");
    variant.set("price", json::object({{"amount", price}, {"currency", "IDR"}}));
    return out;
  }
  std::string title_at_shopee() {
    const json::Value all =
        world.control("shopee", Method::get, "listings?shop_id=" + v.shopee.remote_id);
    for (const json::Value& l : all["listings"].items()) {
      if (l["sku"].text() == "TIKAR-1" && l["listed"].as_bool().value_or(false))
        return std::string(l["title"].text());
    }
    return {};
  }
};

TEST_F(Publishing, AnEditDuringAPublicationReachesTheChannel) {
  slow_way("product.add_item", seconds(8));
  world.put(mat("Tikar Pandan Anyaman Halus", 90'000));
  world.count("TIKAR-1", 5);
  world.run_for(seconds(4));
  world.put(mat("Tikar Pandan Anyaman Halus Ukuran Besar", 90'000));
  ASSERT_TRUE(v.quiet());
  EXPECT_EQ(title_at_shopee(), "Tikar Pandan Anyaman Halus Ukuran Besar");
  EXPECT_EQ(times_on_offer("shopee", v.shopee, "TIKAR-1"), 1);
}

TEST_F(Publishing, APriceAndAStockThatChangeDuringAPublicationReachTheChannel) {
  slow_way("product.add_item", seconds(8));
  world.put(mat("Tikar Pandan Anyaman Halus", 90'000));
  world.count("TIKAR-1", 5);
  world.run_for(seconds(4));
  store::SetPrices script;
  script.organisation = world.organisation();
  script.items.push_back({"TIKAR-1", Money{99'000}, {}});
  ASSERT_TRUE(world.store().apply_now(std::move(script)));
  world.count("TIKAR-1", 3);
  ASSERT_TRUE(v.quiet());
  EXPECT_EQ(world.prices("shopee", v.shopee)["TIKAR-1"], 99'000);
  EXPECT_EQ(world.on_offer("shopee", v.shopee)["TIKAR-1"], 3);
}

TEST_F(Publishing, AProductWithdrawnWhileItsCreateIsUnsettledIsFoundAndTakenOff) {
  for (const auto& [channel, create] :
       {std::pair("shopee", "product.add_item"), {"bukalapak", "product.create"}}) {
    const json::Value fault =
        json::object({{"operation", create}, {"kind", "reset_after"}, {"times", 1}});
    world.control(channel, Method::post, "faults",
                  json::object({{"faults", json::array({fault})}}));
  }
  world.put(mat("Tikar Pandan Anyaman Halus", 90'000));
  world.count("TIKAR-1", 5);
  world.run_for(seconds(10));
  // It is there, and the gateway cannot know.
  EXPECT_EQ(times_on_offer("shopee", v.shopee, "TIKAR-1"), 1);
  EXPECT_EQ(times_on_offer("bukalapak", v.bukalapak, "TIKAR-1"), 1);
  store::WithdrawProduct withdraw;
  withdraw.organisation = world.organisation();
  withdraw.code = "TIKAR";
  ASSERT_TRUE(world.store().apply_now(std::move(withdraw)));
  ASSERT_TRUE(v.quiet());
  EXPECT_EQ(times_on_offer("shopee", v.shopee, "TIKAR-1"), 0);
  EXPECT_EQ(times_on_offer("bukalapak", v.bukalapak, "TIKAR-1"), 0);
  // And it can come back, once.
  world.put(mat("Tikar Pandan Anyaman Halus", 90'000));
  ASSERT_TRUE(v.quiet());
  EXPECT_EQ(times_on_offer("shopee", v.shopee, "TIKAR-1"), 1);
  EXPECT_EQ(times_on_offer("bukalapak", v.bukalapak, "TIKAR-1"), 1);
}

TEST_F(Publishing, AProductThatSomebodyDeletedAtTheChannelIsPublishedAnewOnce) {
  store::LoadState load;
  load.shop = v.shopee.id;
  load.units = {"KERANJANG"};
  auto items = *world.store().read_now(load);
  ASSERT_EQ(items.size(), 1u);
  items[0].listed = false;
  items[0].remove = true;
  world.state_by_another_tool("shopee", v.shopee, items[0]);
  ASSERT_EQ(times_on_offer("shopee", v.shopee, kBasket), 0);
  world.count(kBasket, 9);  // the channel answers: no such product
  ASSERT_TRUE(v.quiet(hours(2)));
  EXPECT_EQ(times_on_offer("shopee", v.shopee, kBasket), 1);
  both_offer(kBasket, 9);
  EXPECT_TRUE(parked(v.shopee).empty());
}

// ---- consent, tokens, restarts -----------------------------------------------------------------

TEST_F(Races, ATokenRefreshThatCrossesANewConsentLosesNothing) {
  bool refreshing = false;
  world.network().transit = [&](const HttpRequest& r) {
    if (r.operation != "auth.access_token.get") return Duration(0);
    refreshing = true;
    return Duration(seconds(8));
  };
  ASSERT_TRUE(world.run_until([&] { return refreshing; }, hours(4)));
  const auto again = world.authorise(v.shopee, v.shopee.remote_id);
  ASSERT_TRUE(again) << again.error().describe();
  world.run_for(minutes(2));
  world.network().transit = nullptr;
  store::GetShop query;
  query.shop = v.shopee.id;
  EXPECT_EQ(world.store().read_now(query)->shop.state, ShopState::active);
  world.count(kBasket, 8);
  ASSERT_TRUE(v.quiet());
  both_offer(kBasket, 8);
  // The pair that was kept carries on through its own refresh.
  world.run_for(hours(5));
  world.count(kBasket, 7);
  ASSERT_TRUE(v.quiet());
  both_offer(kBasket, 7);
  EXPECT_EQ(world.store().read_now(query)->shop.state, ShopState::active);
}

TEST_F(Races, ConsentResumeAndRetirementWakeTheShopAtOnce) {
  const auto set = [&](ShopState state, const char* reason) {
    store::SetShopState script;
    script.shop = v.shopee.id;
    script.state = state;
    script.reason = reason;
    ASSERT_TRUE(world.store().apply_now(script));
  };
  set(ShopState::needs_authorisation, "refresh_refused");
  world.count(kBasket, 11);
  world.run_for(minutes(20));
  EXPECT_EQ(world.on_offer("shopee", v.shopee)[kBasket], 12);
  ASSERT_TRUE(world.authorise(v.shopee, v.shopee.remote_id));
  EXPECT_TRUE(world.run_until([&] { return world.on_offer("shopee", v.shopee)[kBasket] == 11; },
                              seconds(5)));
  set(ShopState::paused, "paused_by_person");
  world.count(kBasket, 10);
  world.run_for(minutes(20));
  EXPECT_EQ(world.on_offer("shopee", v.shopee)[kBasket], 11);
  set(ShopState::active, "");
  EXPECT_TRUE(world.run_until([&] { return world.on_offer("shopee", v.shopee)[kBasket] == 10; },
                              seconds(5)));
  set(ShopState::retired, "retired_by_person");
  world.run_for(seconds(30));
  const std::int64_t before = ledger_end("shopee");
  world.count(kBasket, 9);
  world.run_for(minutes(20));
  EXPECT_THAT(told("shopee", before, kBasket), ElementsAre());
}

TEST_F(Races, ARestartWithAnExchangeInFlightRepeatsNothingThatHasHappened) {
  slow_way("product.add_item", seconds(6));
  json::Value second = basket();
  second.as_object()->set("code", "TAMPAH");
  second.as_object()->set("title", json::object({{"id", "Tampah Bambu Bulat Besar"}}));
  (*second.as_object()->find("variants")->as_array())[0].as_object()->set("sku", "TAMPAH-1");
  world.put(second);
  world.count("TAMPAH-1", 6);
  world.run_for(seconds(3));
  world.restart_engine();
  world.count(kBasket, 10);
  world.restart_engine();
  ASSERT_TRUE(v.quiet());
  EXPECT_EQ(times_on_offer("shopee", v.shopee, "TAMPAH-1"), 1);
  EXPECT_EQ(times_on_offer("bukalapak", v.bukalapak, "TAMPAH-1"), 1);
  both_offer("TAMPAH-1", 6);
  both_offer(kBasket, 10);
}

TEST_F(Races, ANewTokenThatIsRefusedIsNotThrownAwayForAnother) {
  world.run_for(minutes(30));
  const json::Value fault = json::object(
      {{"operation", "product.update_stock"}, {"kind", "auth_expired"}, {"times", -1}});
  world.control("shopee", Method::post, "faults", json::object({{"faults", json::array({fault})}}));
  const std::int64_t before = ledger_end("shopee");
  for (int i = 0; i < 8; ++i) {
    world.count(kBasket, 11 - i);
    world.run_for(minutes(1));
  }
  int refreshes = 0;
  const json::Value page =
      world.control("shopee", Method::get,
                    "ledger?operation=auth.access_token.get&after=" + std::to_string(before));
  for (const json::Value& e : page["entries"].items())
    refreshes += e["error"].text().empty() ? 1 : 0;
  EXPECT_EQ(refreshes, 1);
  // Meanwhile the person sees what is wrong.
  for (const Listing& l : listings(kBasket)) {
    if (l.shop != v.shopee.id) continue;
    EXPECT_EQ(l.attempt->code, "token_expired");
  }
  world.control("shopee", Method::del, "faults");
  ASSERT_TRUE(v.quiet(hours(2)));
  both_offer(kBasket, 4);
}

TEST_F(Races, AnOutageOfTheTokenEndpointAsksNoSellerToLogInAgain) {
  const json::Value fault = json::object(
      {{"operation", "auth.access_token.get"}, {"kind", "reset_before"}, {"times", -1}});
  world.control("shopee", Method::post, "faults", json::object({{"faults", json::array({fault})}}));
  world.run_for(hours(6));  // past the end of the access token
  const std::int64_t tries =
      ledger_end("shopee");  // bounded: no call of the shop asks on its own account
  world.run_for(minutes(30));
  EXPECT_LE(ledger_end("shopee") - tries, 30);
  world.control("shopee", Method::del, "faults");
  store::GetShop query;
  query.shop = v.shopee.id;
  EXPECT_NE(world.store().read_now(query)->shop.state, ShopState::needs_authorisation);
  world.count(kBasket, 3);
  ASSERT_TRUE(v.quiet(hours(1)));
  both_offer(kBasket, 3);
  EXPECT_EQ(world.store().read_now(query)->shop.state, ShopState::active);
}

}  // namespace
}  // namespace gerbang::kit
