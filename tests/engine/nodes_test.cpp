// Several gateways on one store, each with its own flow of time: who serves which shop, what
// happens when one stops, dies or stands still. (T13 of RELIABILITY.)
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "core/base/url.hpp"
#include "tests/engine/village.hpp"

namespace gerbang::kit {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr const char* kBasket = "KERANJANG-M";
constexpr Duration kLease = seconds(60);

struct Nodes : testing::Test {
  static World::Options options() {
    World::Options o;
    o.channels = {"shopee"};
    o.nodes = 3;
    o.engine.node.emplace();
    o.engine.node->name = "uji";
    o.engine.node->lease = kLease;
    return o;
  }

  Nodes() : world(options()) {
    for (int node = 0; node < 3; ++node) listen(node);
    world.put(basket());
    world.count(kBasket, 12);
    for (int i = 0; i < 9; ++i)
      shops.push_back(world.connect("shopee", "Toko " + std::to_string(i)));
    EXPECT_TRUE(quiet());
    // From here on one shop is of one node.
    calls.clear();
  }

  struct Call {
    int node;
    std::string shop;  // the channel's number of it
    std::string operation;
    TimePoint at;
  };
  void listen(int node) {
    world.network(node).intercept = [this, node](const HttpRequest& r) -> std::optional<Error> {
      const auto url = parse_url(r.url);
      const auto query = url ? parse_query(url->query) : std::nullopt;
      const std::string shop = query ? query_value(*query, "shop_id").value_or("") : "";
      if (!shop.empty()) calls.push_back({node, shop, r.operation, world.clock.now()});
      return std::nullopt;
    };
  }

  bool quiet(Duration limit = minutes(30)) {
    return world.run_until([this] { return world.waiting_work() == 0; }, limit);
  }
  // Every shop is called, so that it shows who has it.
  void change_everything(Quantity stock) {
    world.count(kBasket, stock);
    ASSERT_TRUE(quiet());
    for (const Shop& shop : shops) EXPECT_EQ(world.on_offer("shopee", shop)[kBasket], stock);
  }
  std::map<std::string, std::set<int>> nodes_by_shop(TimePoint since = {}) const {
    std::map<std::string, std::set<int>> out;
    for (const Call& c : calls) {
      if (c.at >= since) out[c.shop].insert(c.node);
    }
    return out;
  }
  std::vector<Shop> shops_of(int node) const {
    std::vector<Shop> out;
    const auto by_shop = nodes_by_shop();
    for (const Shop& shop : shops) {
      const auto found = by_shop.find(shop.remote_id);
      if (found != by_shop.end() && found->second == std::set<int>{node}) out.push_back(shop);
    }
    return out;
  }
  void each_shop_is_of_one(const std::set<int>& nodes) {
    const auto by_shop = nodes_by_shop();
    EXPECT_EQ(by_shop.size(), shops.size());
    std::set<int> seen;
    for (const auto& [shop, by] : by_shop) {
      EXPECT_EQ(by.size(), 1U) << shop << " is served by two nodes";
      seen.insert(by.begin(), by.end());
    }
    for (const int node : seen) EXPECT_TRUE(nodes.contains(node)) << node;
    EXPECT_GT(seen.size(), nodes.size() == 1 ? 0U : 1U);
  }
  double counter(const std::string& name) {
    const std::string text = world.metrics.render();
    double sum = 0;
    for (std::size_t at = text.find("\n" + name); at != std::string::npos;
         at = text.find("\n" + name, at + 1)) {
      const auto end = text.find('\n', at + 1);
      const auto blank = text.rfind(' ', end);
      sum += std::stod(text.substr(blank, end - blank));
    }
    return sum;
  }
  // Of the marketplace's own ledger.
  int told_stock(const Shop& shop, Quantity stock) {
    int times = 0;
    const json::Value page = world.control("shopee", Method::get, "ledger?after=0");
    for (const json::Value& e : page["entries"].items()) {
      if (e["shop"].to_text() != shop.remote_id) continue;
      const auto count = [&](const json::Value& effect) {
        if (effect["sku"].text() == kBasket && effect["stock"].as_int64() == stock) ++times;
      };
      count(e["effect"]);
      for (const json::Value& one : e["effect"].items()) count(one);
    }
    return times;
  }

  World world;
  std::vector<Shop> shops;
  std::vector<Call> calls;
};

TEST_F(Nodes, ShareTheShopsAndEachIsServedByOne) {
  change_everything(11);
  each_shop_is_of_one({0, 1, 2});
  world.run_for(hours(6));  // polls, syncs, the nightly jobs
  change_everything(10);
  each_shop_is_of_one({0, 1, 2});
  EXPECT_EQ(counter("gerbang_node_lost_total"), 0);
}

TEST_F(Nodes, OneThatStopsHandsItsShopsOverAtOnce) {
  change_everything(11);
  const auto its = shops_of(1);
  ASSERT_FALSE(its.empty());
  calls.clear();
  world.stop_node(1);
  world.run_for(seconds(2));
  const TimePoint stopped = world.clock.now();
  world.count(kBasket, 7);
  const auto told = [&] {
    return std::all_of(its.begin(), its.end(),
                       [&](const Shop& s) { return world.on_offer("shopee", s)[kBasket] == 7; });
  };
  EXPECT_TRUE(world.run_until(told, seconds(5)));
  ASSERT_TRUE(quiet());
  for (const auto& [shop, by] : nodes_by_shop(stopped)) {
    EXPECT_EQ(by.size(), 1U);
    EXPECT_FALSE(by.contains(1));
  }
}

TEST_F(Nodes, TheShopsOfADeadOneAreServedAgainWhenItsTimeIsOverAndNotBefore) {
  change_everything(11);
  const auto its = shops_of(1);
  ASSERT_FALSE(its.empty());
  calls.clear();
  world.freeze(1);
  const TimePoint died = world.clock.now();
  world.count(kBasket, 7);
  const auto told = [&] {
    return std::all_of(its.begin(), its.end(),
                       [&](const Shop& s) { return world.on_offer("shopee", s)[kBasket] == 7; });
  };
  EXPECT_TRUE(world.run_until(told, kLease + seconds(5)));
  ASSERT_TRUE(quiet());
  each_shop_is_of_one({0, 2});
  for (const Call& c : calls) {
    const bool dead_ones =
        std::any_of(its.begin(), its.end(), [&](const Shop& s) { return s.remote_id == c.shop; });
    // The last heartbeat was at most a sixth of the lease before.
    if (dead_ones) {
      EXPECT_GE(c.at - died, kLease - kLease / 6);
    }
  }
}

// It comes back after others have taken its shops: in the middle of a call whose answer is there.
TEST_F(Nodes, TheLateResultOfOneThatStoodStillIsRefusedAndItBeginsAnew) {
  change_everything(11);
  const auto its = shops_of(1);
  ASSERT_FALSE(its.empty());
  // Its next stock call takes some seconds to arrive.
  std::string in_flight;
  world.network(1).transit = [&](const HttpRequest& r) {
    const auto query = parse_query(parse_url("http://x" + r.url)->query);
    if (!in_flight.empty() || r.operation.find("stock") == std::string::npos) return Duration(0);
    in_flight = query ? query_value(*query, "shop_id").value_or("?") : "?";
    return Duration(seconds(5));
  };
  world.count(kBasket, 7);
  ASSERT_TRUE(world.run_until([&] { return !in_flight.empty(); }, minutes(1)));
  world.freeze(1);
  world.run_for(kLease + seconds(10));
  world.count(kBasket, 5);
  for (const Shop& shop : shops)
    ASSERT_TRUE(
        world.run_until([&] { return world.on_offer("shopee", shop)[kBasket] == 5; }, minutes(5)));
  ASSERT_TRUE(quiet());
  calls.clear();
  const double refused = counter("gerbang_late_results_total");
  world.thaw(1);
  // The old value arrives after the new one; its result is refused, and the shop is told once more.
  world.run_for(seconds(30));
  EXPECT_EQ(counter("gerbang_late_results_total"), refused + 1);
  EXPECT_EQ(counter("gerbang_node_lost_total"), 1);
  ASSERT_TRUE(quiet());
  for (const Shop& shop : shops) EXPECT_EQ(world.on_offer("shopee", shop)[kBasket], 5);
  // It is one of three again.
  calls.clear();
  change_everything(4);
  each_shop_is_of_one({0, 1, 2});
}

TEST_F(Nodes, OneThatWakesUpTooLateBeginsNoCallForWhatItHeld) {
  change_everything(11);
  ASSERT_FALSE(shops_of(2).empty());
  world.freeze(2);
  world.run_for(kLease * 2);
  ASSERT_TRUE(quiet());
  calls.clear();
  world.count(kBasket, 3);  // due at all shops, of which it knows many as its own
  world.thaw(2);
  ASSERT_TRUE(quiet());
  // It may have got some of them since, as a new one; then whoever had them in between has let go.
  for (const Shop& shop : shops) {
    std::vector<int> turns;
    for (const Call& c : calls) {
      if (c.shop == shop.remote_id && (turns.empty() || turns.back() != c.node))
        turns.push_back(c.node);
    }
    ASSERT_FALSE(turns.empty());
    EXPECT_LE(turns.size(), 2U) << shop.name;
    EXPECT_NE(turns.front(), 2) << shop.name << " was called by one that had lost it";
    EXPECT_EQ(told_stock(shop, 3), 1) << shop.name;
  }
}

TEST_F(Nodes, ANewOneTakesItsPartAndNothingIsToldTwice) {
  change_everything(11);
  const int fourth = world.add_node();
  listen(fourth);
  world.run_for(seconds(30));
  calls.clear();
  change_everything(9);
  each_shop_is_of_one({0, 1, 2, 3});
  EXPECT_FALSE(shops_of(fourth).empty());
  for (const Shop& shop : shops) EXPECT_EQ(told_stock(shop, 9), 1) << shop.name;
}

TEST_F(Nodes, ALastOneServesAllAndRefreshesEachTokenOnce) {
  change_everything(11);
  world.stop_node(1);
  world.stop_node(2);
  world.run_for(seconds(5));
  calls.clear();
  change_everything(8);
  each_shop_is_of_one({0});
  std::map<std::string, std::int64_t> before;
  const auto versions = [&] {
    std::map<std::string, std::int64_t> out;
    for (const Shop& shop : shops) {
      store::GetShop query;
      query.organisation = world.organisation();
      query.shop = shop.id;
      out[shop.id] = world.store().read_now(query)->shop.token_version;
    }
    return out;
  };
  before = versions();
  world.run_for(hours(4));  // access tokens of four hours, renewed at three quarters
  for (const auto& [shop, version] : versions()) EXPECT_EQ(version, before[shop] + 1);
}

TEST_F(Nodes, TokensAreRefreshedOncePerExpiryOverAllNodes) {
  std::map<std::string, std::int64_t> before, after;
  const auto versions = [&](std::map<std::string, std::int64_t>& out) {
    for (const Shop& shop : shops) {
      store::GetShop query;
      query.organisation = world.organisation();
      query.shop = shop.id;
      out[shop.id] = world.store().read_now(query)->shop.token_version;
    }
  };
  versions(before);
  for (int i = 0; i < 4; ++i) {
    world.run_for(hours(1));
    if (i == 1) world.stop_node(1);
    if (i == 2) world.freeze(2);
  }
  versions(after);
  for (const Shop& shop : shops) {
    EXPECT_EQ(after[shop.id], before[shop.id] + 1);
    store::GetShop query;
    query.organisation = world.organisation();
    query.shop = shop.id;
    EXPECT_EQ(world.store().read_now(query)->shop.state, ShopState::active);
  }
}

TEST_F(Nodes, AWebhookThatComesToAnyNodeWakesTheOneThatHasTheShop) {
  change_everything(12);
  for (const Shop& shop : shops) world.place_order("shopee", shop, kBasket, 1);
  const TimePoint ordered = world.clock.now();
  ASSERT_TRUE(world.run_until(
      [&] {
        store::ListOrders query;
        query.organisation = world.organisation();
        return world.store().read_now(query)->data.size() == shops.size();
      },
      minutes(2)));
  EXPECT_LT(world.clock.now() - ordered, minutes(1));
  ASSERT_TRUE(quiet());
  for (const Shop& shop : shops) EXPECT_EQ(world.on_offer("shopee", shop)[kBasket], 3);
}

TEST_F(Nodes, ALabelIsGivenByTheNodeThatHasTheShop) {
  for (const Shop& shop : shops) world.place_order("shopee", shop, kBasket, 1);
  ASSERT_TRUE(world.run_until(
      [&] {
        store::ListOrders query;
        query.organisation = world.organisation();
        return world.store().read_now(query)->data.size() == shops.size();
      },
      minutes(10)));
  ASSERT_TRUE(quiet());
  int elsewhere = 0, here = 0;
  store::ListOrders query;
  query.organisation = world.organisation();
  const auto orders = world.store().read_now(query);
  for (const Order& order : orders->data) {
    const auto label = world.label(order.id);  // asked of the first node
    if (!label && label.error().code == "shop_elsewhere") {
      EXPECT_EQ(label.error().kind, ErrorKind::transient);
      EXPECT_TRUE(label.error().retry_after.has_value());
      ++elsewhere;
    } else {
      ++here;
    }
  }
  EXPECT_GT(elsewhere, 0);
  EXPECT_GT(here, 0);
}

// Three that come and go for a day; what the shops show is right whenever there is time to tell
// them.
TEST_F(Nodes, ComeAndGoAndTheShopsStayTrue) {
  for (int round = 0; round < 12; ++round) {
    const int node = round % 3;
    world.freeze(node);
    world.count(kBasket, 20 + round);
    world.run_for(round % 2 == 0 ? Duration(kLease * 2) : Duration(seconds(20)));
    world.thaw(node);
    world.run_for(seconds(1));
    ASSERT_TRUE(quiet()) << round;
    for (const Shop& shop : shops)
      EXPECT_EQ(world.on_offer("shopee", shop)[kBasket], 20 + round) << round << " " << shop.name;
  }
}

}  // namespace
}  // namespace gerbang::kit
