// Several processes on one database: what they tell each other, and who may write for a shop while
// it changes hands. What one process sees of leases is in the contract
// (tests/contract/store_nodes).
#include <gtest/gtest.h>

#include <condition_variable>
#include <mutex>

#include "core/store/postgres/cluster_for_test.hpp"
#include "core/store/postgres/postgres_store.hpp"
#include "tests/contract/store_fixture.hpp"

namespace gerbang::store::postgres {
namespace {

constexpr auto kPatience = std::chrono::seconds(20);

// One process, with what its listener was told.
class Process {
 public:
  Process(const std::string& address, std::uint64_t seed) : random_(seed) {
    PostgresOptions options{address, Vault::for_tests(), clock_, random_};
    options.writers = 2;
    options.readers = 1;
    store_ = must(open_postgres_store(std::move(options)));
    store_->on_commit([this](const Committed& c) {
      const std::lock_guard lock(mutex_);
      heard_.shops_with_work.insert(c.shops_with_work.begin(), c.shops_with_work.end());
      heard_.organisations_with_events.insert(c.organisations_with_events.begin(),
                                              c.organisations_with_events.end());
      heard_.nodes = heard_.nodes || c.nodes;
      heard_.everything = heard_.everything || c.everything;
      told_.notify_all();
    });
    // It listens from here on.
    EXPECT_TRUE(hears([](const Committed& c) { return c.everything; }));
    forget();
  }
  ~Process() { store_->close(); }

  bool hears(const std::function<bool(const Committed&)>& what, Duration patience = kPatience) {
    std::unique_lock lock(mutex_);
    return told_.wait_for(lock, patience, [&] { return what(heard_); });
  }
  void forget() {
    const std::lock_guard lock(mutex_);
    heard_ = {};
  }
  template <class Script>
  Result<typename Script::Answer> apply(Script script) {
    return store_->apply_now(std::move(script));
  }
  Store& store() { return *store_; }

 private:
  SystemClock clock_;
  SeededRandom random_;
  std::mutex mutex_;
  std::condition_variable told_;
  Committed heard_;
  std::unique_ptr<Store> store_;
};

class SeveralProcesses : public testing::Test {
 protected:
  TestCluster& cluster = TestCluster::shared();
  const std::string database = cluster.empty_store();
  const std::string address = cluster.address("gerbang", database);
  Process one{address, 1};
  Process two{address, 2};

  static Heartbeat joining(const std::string& node) {
    Heartbeat script;
    script.node = node;
    script.join = true;
    return script;
  }
  std::string village(Process& at) {
    CreateOrganisation script;
    script.organisation.name = "Desa";
    script.organisation.kind = "bumdes";
    return must(at.apply(script)).id;
  }
  std::string shop(Process& at, const std::string& org) {
    CreateShop script;
    script.shop.organisation = org;
    script.shop.channel = "shopee";
    script.shop.name = "Toko";
    return must(at.apply(script)).id;
  }
  std::int64_t answer(const std::string& sql) {
    Connection super(cluster.settings_of("super", database));
    return super.query(*texts.insert(sql).first)[0].integer(0);
  }
  std::set<std::string> texts;
};

TEST_F(SeveralProcesses, hear_what_the_others_commit) {
  const std::string org = village(one);
  const std::string id = shop(one, org);
  PutProducts put;
  put.organisation = org;
  put.items.push_back({product("KOPI", {variant("KOPI-1")}), {}});
  must(one.apply(put));
  EXPECT_TRUE(two.hears([&](const Committed& c) {
    return c.shops_with_work.contains(id) && c.organisations_with_events.contains(org);
  }));
  must(one.apply(joining("a")));
  EXPECT_TRUE(two.hears([](const Committed& c) { return c.nodes; }));
}

TEST_F(SeveralProcesses,
       are_told_that_anything_may_have_been_committed_when_they_could_not_listen) {
  answer(
      "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
      " WHERE application_name = 'gerbang-listener' AND datname = current_database()");
  EXPECT_TRUE(one.hears([](const Committed& c) { return c.everything; }));
  EXPECT_TRUE(two.hears([](const Committed& c) { return c.everything; }));
  // And they listen again: sooner or later something is heard of by name.
  const std::string org = village(one);
  bool heard = false;
  for (int i = 0; i < 200 && !heard; ++i) {
    PutProducts put;
    put.organisation = org;
    put.items.push_back({product("P" + std::to_string(i), {variant("V" + std::to_string(i))}), {}});
    must(one.apply(put));
    heard = two.hears([&](const Committed& c) { return c.organisations_with_events.contains(org); },
                      std::chrono::milliseconds(100));
  }
  EXPECT_TRUE(heard);
}

// While something is written in the name of a lease nobody takes it; when it was taken first, the
// write is refused.
TEST_F(SeveralProcesses, a_lease_does_not_change_hands_under_a_write) {
  const std::string id = shop(one, village(one));
  Heartbeat brief = joining("a");
  brief.lease = Duration(1);
  must(one.apply(brief));
  const Lease old = must(one.apply(TakeLeases{"a", {id}})).at(0);
  std::this_thread::sleep_for(std::chrono::milliseconds(5));
  must(two.apply(joining("b")));  // a is dead

  Connection writer(cluster.settings_of("gerbang", database));
  writer.send("BEGIN");
  writer.send("SELECT FROM leases WHERE name = $1 AND node = 'a' FOR SHARE", Params::of(id));
  writer.sync();
  EXPECT_TRUE(must(two.apply(TakeLeases{"b", {id}})).empty()) << "it is being written under";
  writer.query("COMMIT");
  const auto taken = must(two.apply(TakeLeases{"b", {id}}));
  ASSERT_EQ(taken.size(), 1u);
  EXPECT_GT(taken[0].epoch, old.epoch);
  EXPECT_EQ(failure(one.apply(Fenced<AdvancePoll>{{id, SystemClock().now()}, old})),
            "conflict lease_lost");
  EXPECT_TRUE(must(two.apply(Fenced<AdvancePoll>{{id, SystemClock().now()}, taken[0]})));
}

// Many at the same moment, over and over: never two with one lease, and an epoch is given once.
TEST_F(SeveralProcesses, never_have_the_same_lease) {
  std::vector<std::string> names;
  for (int i = 0; i < 20; ++i) names.push_back("shop-" + std::to_string(i));
  std::mutex mutex;
  std::map<std::string, std::pair<std::string, std::int64_t>> holder;  // by name
  std::vector<std::string> faults;
  const auto work = [&](Process& process, const std::string& node) {
    if (!process.apply(joining(node)).ok()) faults.push_back(node);
    for (int round = 0; round < 25; ++round) {
      const auto taken = process.apply(TakeLeases{node, names});
      if (!taken) continue;
      ReleaseLeases back;
      back.node = node;
      {
        const std::lock_guard lock(mutex);
        for (const Lease& l : *taken) {
          auto& [who, epoch] = holder[l.name];
          if (!who.empty()) faults.push_back(l.name + " is of " + who + " and of " + node);
          if (l.epoch <= epoch) faults.push_back(l.name + " has an old epoch");
          who = node;
          epoch = l.epoch;
          back.leases.push_back({l.name, l.epoch, Duration(0)});
        }
      }
      std::this_thread::yield();
      {
        const std::lock_guard lock(mutex);
        for (const auto& item : back.leases) holder[item.name].first.clear();
      }
      (void)process.apply(back);
    }
  };
  std::vector<std::thread> threads;
  threads.emplace_back([&] { work(one, "a"); });
  threads.emplace_back([&] { work(one, "b"); });
  threads.emplace_back([&] { work(two, "c"); });
  for (auto& t : threads) t.join();
  EXPECT_THAT(faults, IsEmpty());
  EXPECT_GT(answer("SELECT sum(epoch)::bigint FROM leases"), 20);
}

}  // namespace
}  // namespace gerbang::store::postgres
