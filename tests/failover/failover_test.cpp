// A server that dies, restarts or is taken over from under a store that is busy: no acknowledged
// write is missing, and none is applied twice.
#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "core/store/postgres/postgres_store.hpp"
#include "tests/contract/store_fixture.hpp"
#include "tests/failover/pair.hpp"

namespace gerbang::store::postgres {
namespace {

PostgresOptions options(const std::string& address, const Clock& clock, Random& random) {
  PostgresOptions out{address, Vault::for_tests(), clock, random};
  out.writers = 3;
  out.readers = 2;
  out.settle_within = std::chrono::seconds(60);
  return out;
}

std::string village(Store& store, const std::string& name) {
  CreateOrganisation script;
  script.organisation.name = name;
  script.organisation.kind = "bumdes";
  return must(store.apply_now(std::move(script))).id;
}

// One more of an item, under an idempotency key that is also the movement's reference.
Once<ApplyStock> one_more(const std::string& org, const std::string& key) {
  Once<ApplyStock> once;
  ApplyStock::Item item;
  item.item = "KOPI";
  item.change = 1;
  item.reason = MovementReason::received;
  item.reference = key;
  once.script.organisation = org;
  once.script.items.push_back(std::move(item));
  once.organisation = org;
  once.key = once.fingerprint = key;
  once.render = [](const ApplyStock::Answer& answer) -> Result<StoredReply> {
    if (!answer.front()) return answer.front().error();
    return StoredReply{201, {}, "received"};
  };
  return once;
}

// Villages that each receive goods one by one, as fast as they are acknowledged; a key is sent
// until it is, as a client does. Beside them somebody who reads.
class Load {
 public:
  Load(Store& store, int villages) : store_(store) {
    for (int i = 0; i < villages; ++i) orgs_.push_back(village(store, "Desa " + std::to_string(i)));
    for (int i = 0; i < villages; ++i) threads_.emplace_back([this, i] { write(i); });
    threads_.emplace_back([this] { read(); });
  }
  ~Load() { stop(); }
  void stop() {
    stopping_ = true;
    for (std::thread& thread : threads_) {
      if (thread.joinable()) thread.join();
    }
  }
  int acknowledged() const { return acknowledged_; }
  int refused() const { return refused_; }
  // More of them, from now on, by every village.
  void go_on(int writes) {
    const auto before = each();
    wait_until("writes that are acknowledged again", [&] {
      const auto now = each();
      for (std::size_t i = 0; i < now.size(); ++i) {
        if (now[i] < before[i] + writes) return false;
      }
      return true;
    });
  }
  const std::vector<std::string>& orgs() const { return orgs_; }
  std::set<std::string> keys() {
    const std::lock_guard lock(mutex_);
    return keys_;
  }
  std::set<std::string> strange() {
    const std::lock_guard lock(mutex_);
    return strange_;
  }

 private:
  std::vector<int> each() {
    const std::lock_guard lock(mutex_);
    std::vector<int> out(orgs_.size());
    for (std::size_t i = 0; i < out.size(); ++i) out[i] = by_village_[static_cast<int>(i)];
    return out;
  }
  void failed(const Error& error) {
    ++refused_;
    // An unknown COMMIT, or nothing happened: both are asked again. Nothing else may be said.
    if (error.code != "store_unavailable" && error.code != "store_commit_unknown") {
      const std::lock_guard lock(mutex_);
      strange_.insert(error.describe());
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  void write(int self) {
    for (int n = 0; !stopping_; ++n) {
      const std::string key = std::to_string(self) + "-" + std::to_string(n);
      for (;;) {
        const auto done = store_.apply_now(one_more(orgs_[static_cast<std::size_t>(self)], key));
        if (done) break;
        failed(done.error());
      }
      const std::lock_guard lock(mutex_);
      keys_.insert(key);
      ++by_village_[self];
      ++acknowledged_;
    }
  }
  // What it has seen does not go away again.
  void read() {
    std::map<std::string, Quantity> seen;
    while (!stopping_) {
      for (const std::string& org : orgs_) {
        const auto stock = store_.read_now(GetStock{org, "KOPI"});
        if (!stock) {
          if (stock.error().kind != ErrorKind::not_found) failed(stock.error());
          continue;
        }
        Quantity& most = seen[org];
        if (stock->available() < most) {
          const std::lock_guard lock(mutex_);
          strange_.insert("stock of " + org + " went back");
        }
        most = std::max(most, stock->available());
      }
    }
  }

  Store& store_;
  std::vector<std::string> orgs_;
  std::atomic<bool> stopping_ = false;
  std::atomic<int> acknowledged_ = 0, refused_ = 0;
  std::mutex mutex_;  // keys_, by_village_, strange_
  std::set<std::string> keys_, strange_;
  std::map<int, int> by_village_;
  std::vector<std::thread> threads_;
};

// What was acknowledged is there, once each, and the sums are those of the ledger.
void expect_whole(Store& store, Load& load,
                  const std::function<std::int64_t(const std::string&)>& count) {
  const auto keys = load.keys();
  EXPECT_EQ(count("SELECT count(*) FROM stock_movements"), static_cast<std::int64_t>(keys.size()));
  EXPECT_EQ(count("SELECT count(DISTINCT reference) FROM stock_movements"),
            static_cast<std::int64_t>(keys.size()));
  EXPECT_EQ(count("SELECT sum(on_hand)::bigint FROM stock_levels"),
            static_cast<std::int64_t>(keys.size()));
  EXPECT_EQ(count("SELECT count(*) FROM organisations o WHERE event_sequence <>"
                  " (SELECT count(*) FROM events e WHERE e.organisation = o.id)"),
            0)
      << "events without gaps or doubles";
  std::set<std::string> found;
  for (const std::string& org : load.orgs()) {
    ListMovements query;
    query.organisation = org;
    query.item = "KOPI";
    query.limit = 1000;
    for (;;) {
      auto page = must(store.read_now(query));
      for (const StockMovement& movement : page.data) found.insert(movement.reference);
      if (page.next.empty()) break;
      query.cursor = page.next;
    }
  }
  EXPECT_EQ(found, keys);
  EXPECT_EQ(load.strange(), std::set<std::string>());
}

class Failover : public testing::Test {
 protected:
  SystemClock clock;
  SeededRandom random{3};
};

TEST_F(Failover, the_standby_takes_over_and_nothing_acknowledged_is_missing) {
  Pair pair;
  const auto store = must(open_postgres_store(options(pair.address(), clock, random)));
  Load load(*store, 4);
  load.go_on(25);
  pair.lose_primary();
  const int before = load.refused();
  wait_until("refusals while there is no primary", [&] { return load.refused() > before; });
  pair.promote();
  load.go_on(25);
  load.stop();
  expect_whole(*store, load,
               [&](const std::string& sql) { return pair.count(pair.standby(), sql); });
}

class Restart : public Failover, public testing::WithParamInterface<int> {};
INSTANTIATE_TEST_SUITE_P(Signals, Restart, testing::Values(SIGINT, SIGQUIT),
                         [](const auto& signal) {
                           return signal.param == SIGINT ? "orderly" : "without_warning";
                         });

TEST_P(Restart, of_the_only_server_loses_nothing) {
  TestCluster cluster;
  const std::string database = cluster.new_database();
  const auto store =
      must(open_postgres_store(options(cluster.address("gerbang", database), clock, random)));
  Load load(*store, 4);
  for (int round = 0; round < 2; ++round) {
    load.go_on(15);
    cluster.stop(GetParam());
    const int before = load.refused();
    wait_until("refusals while there is no server", [&] { return load.refused() > before; });
    cluster.start();
  }
  load.go_on(15);
  load.stop();
  std::set<std::string> texts;
  expect_whole(*store, load, [&](const std::string& sql) {
    Connection super(cluster.settings_of("super", database));
    return super.query(*texts.insert(sql).first)[0].integer(0);
  });
}

// A write whose COMMIT waits for a standby that says nothing.
class Unconfirmed : public Failover {
 protected:
  void begin() {
    store->apply(one_more(org, "k-1"),
                 [this](Result<StoredReply> r) { answer_.set_value(failure(r)); });
    wait_until("a commit that waits", [&] { return pair.waiting_commits() == 1; });
  }
  void signal_the_commit(const std::string& function) {
    pair.ask(pair.primary(), "SELECT count(" + function +
                                 "(pid)) FROM pg_stat_activity WHERE wait_event = 'SyncRep'");
  }
  bool answered() { return answer.wait_for(std::chrono::seconds(0)) == std::future_status::ready; }
  std::int64_t applied(TestCluster& server) {
    return pair.count(server, "SELECT count(*) FROM stock_movements WHERE reference = 'k-1'");
  }

  Pair pair;

 private:
  std::promise<std::string> answer_;  // outlives the store, which keeps it

 protected:
  std::future<std::string> answer = answer_.get_future();
  std::unique_ptr<Store> store = must(open_postgres_store(options(pair.address(), clock, random)));
  const std::string org = village(*store, "Desa");
};

TEST_F(Unconfirmed, a_commit_that_somebody_cancels_is_not_acknowledged_before_the_standby_has_it) {
  for (const char* function : {"pg_cancel_backend", "pg_terminate_backend"}) {
    SCOPED_TRACE(function);
    pair.standby().stop(SIGINT);
    std::promise<std::string> promise;
    auto told = promise.get_future();
    const std::string key = std::string("k-") + function;
    store->apply(one_more(org, key), [&](Result<StoredReply> r) { promise.set_value(failure(r)); });
    wait_until("a commit that waits", [&] { return pair.waiting_commits() == 1; });
    const auto waits = [&] {
      return pair.ask(pair.primary(),
                      "SELECT coalesce(max(pid), 0)::bigint FROM pg_stat_activity"
                      " WHERE wait_event = 'SyncRep' AND application_name LIKE 'gerbang-%'");
    };
    const std::int64_t pid = waits();
    signal_the_commit(function);
    // It is in the primary now, and waited for anew by another session.
    const auto acknowledged = [&] {
      return told.wait_for(std::chrono::seconds(0)) == std::future_status::ready;
    };
    wait_until("another that waits", [&] {
      const std::int64_t now = waits();
      return acknowledged() || (now != 0 && now != pid);
    });
    EXPECT_FALSE(acknowledged());
    pair.standby().start();
    EXPECT_EQ(told.get(), "ok");
    EXPECT_EQ(pair.count(pair.primary(),
                         "SELECT count(*) FROM stock_movements WHERE reference = '" + key + "'"),
              1);
  }
}

TEST_F(Unconfirmed, a_commit_that_only_the_lost_server_had_is_not_acknowledged) {
  pair.standby().stop(SIGINT);
  begin();
  signal_the_commit("pg_terminate_backend");
  // It is in the primary now; the store must not take that for an end of it.
  wait_until("it is in the primary", [&] { return applied(pair.primary()) == 1; });
  wait_until("another that waits", [&] { return answered() || pair.waiting_commits() == 1; });
  EXPECT_FALSE(answered());
  pair.lose_primary();
  pair.standby().start();
  pair.promote();
  EXPECT_EQ(answer.get(), "transient store_unavailable");
  EXPECT_EQ(applied(pair.standby()), 0);
  EXPECT_EQ(failure(store->apply_now(one_more(org, "k-1"))), "ok");
  EXPECT_EQ(applied(pair.standby()), 1);
}

TEST_F(Unconfirmed, a_commit_that_the_standby_had_is_found_there) {
  // It gets all, but nobody waits for its word.
  pair.wait_for("nobody");
  begin();
  const std::int64_t end =
      pair.ask(pair.primary(), "SELECT (pg_current_wal_insert_lsn() - '0/0'::pg_lsn)::bigint");
  wait_until("the standby has it", [&] {
    return pair.ask(pair.standby(), "SELECT (pg_last_wal_replay_lsn() - '0/0'::pg_lsn)::bigint") >=
           end;
  });
  EXPECT_FALSE(answered());
  pair.lose_primary();
  pair.promote();
  EXPECT_EQ(answer.get(), "ok");
  EXPECT_EQ(applied(pair.standby()), 1);
  // The repeat of a client that was cut off: the stored answer, no second effect.
  EXPECT_TRUE(must(store->apply_now(one_more(org, "k-1"))).replayed);
  EXPECT_EQ(applied(pair.standby()), 1);
}

}  // namespace
}  // namespace gerbang::store::postgres
