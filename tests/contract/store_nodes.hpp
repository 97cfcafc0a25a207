#pragma once

#include <gtest/gtest.h>

#include <thread>

#include "tests/contract/store_fixture.hpp"

namespace gerbang::store {

// ---- several nodes: heartbeats, leases, the fence -------------------------------------------

// Leases are counted by the database's clock, which is the machine's or the test's: both pass.
class NodeContract : public StoreContract {
 public:
  static constexpr Duration kLong = std::chrono::hours(1);
  static constexpr Duration kShort{40};

  void pass(Duration time) {
    clock().advance(time);
    std::this_thread::sleep_for(time);
  }
  Result<std::vector<Node>> beat(const std::string& node, Duration lease = kLong, bool join = false,
                                 int counts = 0, bool serves = true) {
    Heartbeat script;
    script.node = node;
    script.name = "name-" + node;
    script.lease = lease;
    script.join = join;
    script.counts = counts;
    script.serves = serves;
    return store().apply_now(std::move(script));
  }
  void join(const std::string& node, Duration lease = kLong) { must(beat(node, lease, true)); }
  std::vector<std::string> living(const std::string& asks) {
    std::vector<std::string> out;
    for (const Node& n : must(beat(asks))) out.push_back(n.id);
    return out;
  }
  Result<std::vector<Lease>> take(const std::string& node, std::vector<std::string> names) {
    TakeLeases script;
    script.node = node;
    script.names = std::move(names);
    return store().apply_now(std::move(script));
  }
  Lease hold(const std::string& node, const std::string& name) {
    auto taken = must(take(node, {name}));
    if (taken.size() != 1) throw std::runtime_error(node + " does not get " + name);
    return taken.front();
  }
  std::int64_t release(const Lease& lease, Duration rest = Duration(0)) {
    ReleaseLeases script;
    script.node = lease.node;
    script.leases.push_back({lease.name, lease.epoch, rest});
    return must(store().apply_now(std::move(script)));
  }
  template <class Script>
  Result<typename Script::Answer> fenced(Script script, const Lease& lease) {
    return store().apply_now(Fenced<Script>{std::move(script), lease});
  }
};

TEST_P(NodeContract, a_node_is_known_from_its_first_heartbeat_to_its_end) {
  EXPECT_EQ(failure(beat("a")), "conflict node_lost");
  join("a");
  EXPECT_EQ(failure(beat("a", kLong, true)), "conflict node_known");
  EXPECT_THAT(living("a"), ElementsAre("a"));
  join("b");
  EXPECT_THAT(living("a"), ElementsAre("a", "b"));
  const auto nodes = must(beat("b", kLong, false, 2, false));
  ASSERT_EQ(nodes.size(), 2U);
  EXPECT_EQ(nodes[1].name, "name-b");
  EXPECT_EQ(nodes[1].counts, 2);
  EXPECT_FALSE(nodes[1].serves);
  EXPECT_TRUE(nodes[0].serves);
  EXPECT_GT(nodes[1].left, std::chrono::minutes(59));
  EXPECT_LE(nodes[1].left, kLong);
  EXPECT_TRUE(apply(EndNode{"b"}));
  EXPECT_FALSE(apply(EndNode{"b"}));
  EXPECT_THAT(living("a"), ElementsAre("a"));
  EXPECT_EQ(failure(beat("b")), "conflict node_lost");
}

TEST_P(NodeContract, one_that_is_silent_too_long_is_ended_by_the_others_and_cannot_come_back) {
  join("a", kShort);
  join("b");
  pass(kShort + Duration(5));
  EXPECT_THAT(living("b"), ElementsAre("b"));
  EXPECT_EQ(failure(beat("a")), "conflict node_lost");
  EXPECT_EQ(failure(take("a", {"shop"})), "conflict node_lost");
}

// Nobody looked: nothing of it was given away, so it lives on.
TEST_P(NodeContract, one_that_nobody_missed_goes_on) {
  join("a", kShort);
  const Lease lease = hold("a", "shop");
  pass(kShort + Duration(5));
  EXPECT_THAT(living("a"), ElementsAre("a"));
  EXPECT_EQ(hold("a", "shop").epoch, lease.epoch);
}

TEST_P(NodeContract, a_lease_is_of_one_node_and_each_change_of_hands_raises_the_epoch) {
  join("a");
  join("b");
  const Lease first = hold("a", "shop");
  EXPECT_EQ(first.node, "a");
  EXPECT_GT(first.epoch, 0);
  EXPECT_EQ(hold("a", "shop").epoch, first.epoch) << "asked again, after a lost answer";
  EXPECT_THAT(must(take("b", {"shop", "other"})),
              ElementsAre(testing::Field(&Lease::name, "other")));
  EXPECT_EQ(release(first), 1);
  EXPECT_EQ(release(first), 0);
  const Lease second = hold("b", "shop");
  EXPECT_GT(second.epoch, first.epoch);
  EXPECT_EQ(release({"shop", "b", first.epoch}), 0) << "an old epoch gives nothing back";
  EXPECT_TRUE(must(take("a", {"shop"})).empty());
}

TEST_P(NodeContract, what_a_dead_node_held_is_free_when_its_time_is_over_and_not_before) {
  join("a", kShort);
  join("b");
  const Lease old = hold("a", "shop");
  pass(kShort + Duration(5));
  // Its time is over, but nobody has ended it: that is for a heartbeat.
  EXPECT_TRUE(must(take("b", {"shop"})).empty());
  must(beat("b"));
  EXPECT_GT(hold("b", "shop").epoch, old.epoch);
}

TEST_P(NodeContract, an_orderly_end_frees_everything_at_once) {
  join("a");
  join("b");
  hold("a", "shop-1");
  hold("a", "shop-2");
  EXPECT_TRUE(apply(EndNode{"a"}));
  EXPECT_EQ(must(take("b", {"shop-1", "shop-2"})).size(), 2U);
}

TEST_P(NodeContract, a_lease_that_was_given_back_may_rest) {
  join("a");
  join("b");
  EXPECT_EQ(release(hold("a", "shop"), kLong), 1);
  EXPECT_EQ(release(hold("a", "other"), kShort), 1);
  EXPECT_TRUE(must(take("b", {"shop"})).empty());
  pass(kShort + Duration(5));
  EXPECT_EQ(must(take("b", {"shop", "other"})).size(), 1U);
}

TEST_P(NodeContract, the_host_sees_who_lives_and_holds_how_much) {
  join("a", kShort);
  join("b");
  hold("b", "shop-1");
  hold("b", "shop-2");
  auto nodes = read(ListNodes{});
  ASSERT_EQ(nodes.size(), 2U);
  EXPECT_EQ(nodes[1].id, "b");
  EXPECT_EQ(nodes[1].held, 2);
  pass(kShort + Duration(5));
  nodes = read(ListNodes{});
  ASSERT_EQ(nodes.size(), 1U);
  EXPECT_EQ(nodes[0].id, "b");
}

TEST_P(NodeContract, what_is_written_in_the_name_of_a_lost_lease_changes_nothing) {
  const std::string org = organisation();
  const Shop s = shop(org);
  put(org, product("KOPI", {variant("KOPI-1")}));
  join("a");
  join("b");
  const Lease old = hold("a", s.id);
  const auto taken = due(s.id);
  ASSERT_TRUE(work(s.id).contains("content KOPI"));
  SettleWork late;
  late.shop = s.id;
  late.settlements.push_back(done(taken.front()));
  late.settlements.front().remote_product = "R-KOPI";

  must(fenced(AdvancePoll{s.id, clock().now()}, old));
  release(old);
  const Lease present = hold("b", s.id);
  const auto events = event_types(org);
  EXPECT_EQ(failure(fenced(late, old)), "conflict lease_lost");
  EXPECT_EQ(failure(fenced(BeginPublish{s.id, "KOPI"}, old)), "conflict lease_lost");
  RecordJobRun run{s.id, "stock_sync", clock().now()};
  EXPECT_EQ(failure(fenced(run, old)), "conflict lease_lost");
  IngestOrders orders;
  orders.shop = s.id;
  orders.orders.push_back(remote_order("A-1", "KOPI-1", clock().now()));
  EXPECT_EQ(failure(fenced(orders, old)), "conflict lease_lost");
  EXPECT_EQ(failure(fenced(to_state(s.id, ShopState::needs_authorisation), old)),
            "conflict lease_lost");
  ObserveListings seen;
  seen.shop = s.id;
  EXPECT_EQ(failure(fenced(seen, old)), "conflict lease_lost");
  // A script that fails by itself still tells of the lease.
  EXPECT_EQ(failure(fenced(BeginPublish{s.id, "NICHTS"}, old)), "conflict lease_lost");
  EXPECT_EQ(failure(fenced(BeginPublish{"shp_none", "NICHTS"}, old)), "conflict lease_lost");

  EXPECT_EQ(event_types(org), events);
  EXPECT_EQ(due(s.id).size(), taken.size());
  EXPECT_TRUE(read(LoadJobRuns{s.id}).empty());
  EXPECT_TRUE(read(ListOrders{.organisation = org}).data.empty());

  must(fenced(late, present));
  EXPECT_FALSE(work(s.id).contains("content KOPI"));
  EXPECT_TRUE(must(fenced(run, present)));
}

// Its time is over and nobody took it: no other lane has done anything meanwhile.
TEST_P(NodeContract, a_late_result_counts_as_long_as_nobody_took_the_lease) {
  const std::string org = organisation();
  const Shop s = shop(org);
  join("a", kShort);
  const Lease lease = hold("a", s.id);
  pass(kShort + Duration(5));
  must(fenced(AdvancePoll{s.id, clock().now()}, lease));
  join("b");
  must(fenced(AdvancePoll{s.id, clock().now()}, lease));
  must(beat("b"));
  hold("b", s.id);
  EXPECT_EQ(failure(fenced(AdvancePoll{s.id, clock().now()}, lease)), "conflict lease_lost");
}

TEST_P(NodeContract, without_a_lease_a_script_is_not_fenced) {
  const std::string org = organisation();
  const Shop s = shop(org);
  EXPECT_TRUE(must(store().apply_now(Fenced<AdvancePoll>{{s.id, clock().now()}, std::nullopt})));
}

TEST_P(NodeContract, others_are_told_when_nodes_or_leases_change) {
  std::mutex mutex;
  int told = 0;
  store().on_commit([&](const Committed& c) {
    const std::lock_guard lock(mutex);
    told += c.nodes && !c.everything ? 1 : 0;
  });
  const auto of = [&](const std::function<void()>& step) {
    {
      const std::lock_guard lock(mutex);
      told = 0;
    }
    step();
    // The listener is called after the answer: of a later write in the same line it was, when that
    // one is answered.
    must(store().apply_now(TakeLeases{"a", {}}));
    must(store().apply_now(TakeLeases{"a", {}}));
    const std::lock_guard lock(mutex);
    return told;
  };
  EXPECT_EQ(of([&] { join("a"); }), 1);
  EXPECT_EQ(of([&] { must(beat("a")); }), 0);
  EXPECT_EQ(of([&] { must(beat("a", kLong, false, 2)); }), 1);
  EXPECT_EQ(of([&] { join("b"); }), 1);
  EXPECT_EQ(of([&] { hold("a", "shop"); }), 0);
  EXPECT_EQ(of([&] { release(hold("a", "shop")); }), 1);
  EXPECT_EQ(of([&] { apply(EndNode{"b"}); }), 1);
  store().close();
}

}  // namespace gerbang::store
