// Groups, failures and lost connections.
#include "core/store/postgres/postgres_store.hpp"

#include <gtest/gtest.h>

#include <future>

#include "core/store/postgres/cluster_for_test.hpp"
#include "core/store/postgres/proxy_for_test.hpp"
#include "tests/contract/store_fixture.hpp"

namespace gerbang::store::postgres {
namespace {

class PostgresStoreTest : public testing::Test {
 protected:
  TestCluster& cluster = TestCluster::shared();
  std::string database = cluster.empty_store();
  ManualClock clock{from_rfc3339("2026-11-24T01:00:00Z").value()};
  SeededRandom random{5};

  PostgresOptions options(const std::string& address) {
    PostgresOptions out{address, Vault::for_tests(), clock, random};
    out.writers = 2;
    out.readers = 1;
    return out;
  }
  std::unique_ptr<Store> open() {
    return must(open_postgres_store(options(cluster.address("gerbang", database))));
  }
  static CreateOrganisation village(const std::string& name) {
    CreateOrganisation script;
    script.organisation.name = name;
    script.organisation.kind = "bumdes";
    return script;
  }
  static PutProducts putting(const std::string& org, const std::string& code,
                             std::int64_t price = 1000) {
    PutProducts script;
    script.organisation = org;
    script.items.push_back({product(code, {variant(code + "-1", price)}), {}});
    return script;
  }
  std::int64_t count(const std::string& sql) {
    Connection super(cluster.settings_of("super", database));
    return super.query(*texts.insert(sql).first)[0].integer(0);
  }
  std::set<std::string> texts;
};

// Holds the writers up until it is let go, so that what is queued meanwhile becomes one group.
class Gate {
 public:
  explicit Gate(Store& store, const std::string& org) {
    Once<SuspendOrganisation> script;
    script.script = {org, false};
    script.organisation = org;
    script.key = "gate";
    script.fingerprint = "gate";
    script.render = [this](const Organisation&) {
      in_.set_value();
      out_.get_future().wait();
      return StoredReply{};
    };
    store.apply(std::move(script), [this](Result<StoredReply>) { done_.set_value(); });
    in_.get_future().wait();
  }
  void open() {
    out_.set_value();
    done_.get_future().wait();
  }

 private:
  std::promise<void> in_, out_, done_;
};

TEST_F(PostgresStoreTest, what_queues_becomes_one_group_and_a_failing_script_fails_alone) {
  Metrics metrics;
  auto measured = options(cluster.address("gerbang", database));
  measured.metrics = &metrics;
  measured.max_group_time = std::chrono::hours(1);  // however busy the machine is
  const auto store = must(open_postgres_store(std::move(measured)));
  const std::string org = must(store->apply_now(village("A"))).id;
  Gate gate(*store, org);
  std::vector<std::promise<std::string>> answers(5);
  for (std::size_t i = 0; i < 5; ++i) {
    auto done = [&answers, i](auto r) { answers[i].set_value(failure(r)); };
    if (i == 2) {
      store->apply(WithdrawProduct{org, "NONE", {}}, done);
    } else {
      store->apply(putting(org, "P" + std::to_string(i)), done);
    }
  }
  gate.open();
  std::vector<std::string> said;
  for (auto& a : answers) said.push_back(a.get_future().get());
  EXPECT_THAT(said, ElementsAre("ok", "ok", "not_found product_unknown", "ok", "ok"));
  EXPECT_EQ(count("SELECT count(*) FROM products"), 4);
  // The organisation's creation, the gate, and the five of them.
  EXPECT_THAT(metrics.render(), testing::HasSubstr("gerbang_store_group_size_count 3"));
  EXPECT_THAT(metrics.render(), testing::HasSubstr("gerbang_store_group_size_sum 7"));
  ListEvents query;
  query.organisation = org;
  const auto events = must(store->read_now(query));
  ASSERT_EQ(events.size(), 4u);
  for (std::size_t i = 0; i < 4; ++i)
    EXPECT_EQ(events[i].sequence, static_cast<std::int64_t>(i) + 1) << "no gaps";
}

TEST_F(PostgresStoreTest, a_broken_rule_of_the_schema_rolls_back_alone) {
  const auto store = open();
  const std::string org = must(store->apply_now(village("A"))).id;
  {
    Connection super(cluster.settings_of("super", database));
    super.execute("ALTER TABLE products ADD CONSTRAINT unlucky CHECK (code <> 'P13') NOT VALID");
  }
  Gate gate(*store, org);
  std::promise<std::string> first, second, third;
  store->apply(putting(org, "P1"), [&](auto r) { first.set_value(failure(r)); });
  store->apply(putting(org, "P13"), [&](auto r) { second.set_value(failure(r)); });
  store->apply(putting(org, "P2"), [&](auto r) { third.set_value(failure(r)); });
  gate.open();
  EXPECT_EQ(first.get_future().get(), "ok");
  EXPECT_EQ(second.get_future().get(), "bug store_constraint");
  EXPECT_EQ(third.get_future().get(), "ok");
  EXPECT_EQ(count("SELECT count(*) FROM products"), 2);
  Connection super(cluster.settings_of("super", database));
  super.execute("ALTER TABLE products DROP CONSTRAINT unlucky");
}

TEST_F(PostgresStoreTest, a_script_that_takes_too_long_fails_alone) {
  auto hasty = options(cluster.address("gerbang", database));
  hasty.statement_timeout = Duration(300);
  const auto store = must(open_postgres_store(std::move(hasty)));
  const std::string org = must(store->apply_now(village("A"))).id;
  Connection super(cluster.settings_of("super", database));
  super.execute(
      "CREATE FUNCTION dawdle() RETURNS trigger LANGUAGE plpgsql AS"
      " $$ BEGIN PERFORM pg_sleep(5); RETURN NEW; END $$;"
      " CREATE TRIGGER dawdle BEFORE INSERT ON products FOR EACH ROW WHEN (NEW.code = 'SLOW')"
      " EXECUTE FUNCTION dawdle()");
  Gate gate(*store, org);
  std::promise<std::string> first, second, third;
  store->apply(putting(org, "P1"), [&](auto r) { first.set_value(failure(r)); });
  store->apply(putting(org, "SLOW"), [&](auto r) { second.set_value(failure(r)); });
  store->apply(putting(org, "P2"), [&](auto r) { third.set_value(failure(r)); });
  gate.open();
  EXPECT_EQ(first.get_future().get(), "ok");
  EXPECT_EQ(second.get_future().get(), "transient store_unavailable");
  EXPECT_EQ(third.get_future().get(), "ok");
  EXPECT_EQ(count("SELECT count(*) FROM products"), 2);
  super.execute("DROP TRIGGER dawdle ON products; DROP FUNCTION dawdle()");
}

TEST_F(PostgresStoreTest, two_that_connect_one_remote_shop_at_once_are_one_and_a_conflict) {
  const auto store = open();
  const std::string a = must(store->apply_now(village("A"))).id;
  const std::string b = must(store->apply_now(village("B"))).id;
  const auto made = [&](const std::string& org) {
    CreateShop script;
    script.shop.organisation = org;
    script.shop.channel = "shopee";
    return must(store->apply_now(script)).id;
  };
  const std::string ours = made(a), theirs = made(b);
  // Another process is at it and has not committed yet.
  Connection other(cluster.settings_of("super", database));
  other.send("BEGIN");
  other.send("SELECT pg_advisory_xact_lock(hashtextextended('shopee/881', 0))");
  other.query("UPDATE shops SET remote_id = '881' WHERE id = $1", Params::of(theirs));
  SaveTokens tokens;
  tokens.shop = ours;
  tokens.tokens.access = Secret("a");
  tokens.tokens.remote_shop_id = "881";
  std::promise<std::string> answer;
  store->apply(tokens, [&](auto r) { answer.set_value(failure(r)); });
  for (int i = 0; i < 200 && count("SELECT count(*) FROM pg_locks WHERE NOT granted") == 0; ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  other.query("COMMIT");
  EXPECT_EQ(answer.get_future().get(), "conflict remote_shop_taken");
}

TEST_F(PostgresStoreTest, a_commit_that_was_lost_before_the_server_saw_it_did_not_happen) {
  CommitCutter proxy(cluster.socket());
  const auto store = must(open_postgres_store(options(proxy.address("gerbang", database))));
  const std::string org = must(store->apply_now(village("A"))).id;
  proxy.cut_next(CommitCutter::Cut::before_commit);
  EXPECT_EQ(failure(store->apply_now(putting(org, "P1"))), "transient store_unavailable");
  EXPECT_EQ(proxy.cuts(), 1);
  EXPECT_EQ(count("SELECT count(*) FROM products"), 0);
  EXPECT_EQ(failure(store->apply_now(putting(org, "P1"))), "ok") << "safe to repeat";
}

TEST_F(PostgresStoreTest, a_commit_whose_answer_was_lost_is_found_and_acknowledged) {
  CommitCutter proxy(cluster.socket());
  const auto store = must(open_postgres_store(options(proxy.address("gerbang", database))));
  const std::string org = must(store->apply_now(village("A"))).id;
  std::set<std::string> told;
  store->on_commit([&](const Committed& c) {
    told.insert(c.organisations_with_events.begin(), c.organisations_with_events.end());
  });
  proxy.cut_next(CommitCutter::Cut::after_commit);
  const auto saved = store->apply_now(putting(org, "P1"));
  ASSERT_EQ(failure(saved), "ok");
  EXPECT_TRUE(saved->front()->created);
  EXPECT_EQ(proxy.cuts(), 1);
  EXPECT_EQ(count("SELECT count(*) FROM products"), 1);
  EXPECT_EQ(count("SELECT count(*) FROM events"), 1) << "once";
  EXPECT_EQ(failure(store->apply_now(putting(org, "P2"))), "ok");
  store->close();
  EXPECT_THAT(told, ElementsAre(org));
}

TEST_F(PostgresStoreTest, only_when_the_server_cannot_be_asked_is_a_commit_unknown) {
  CommitCutter proxy(cluster.socket());
  auto settings = options(proxy.address("gerbang", database));
  settings.settle_within = Duration(500);
  const auto store = must(open_postgres_store(std::move(settings)));
  const std::string org = must(store->apply_now(village("A"))).id;
  const auto keyed = [&] {
    Once<PutProducts> once;
    once.script = putting(org, "P1");
    once.organisation = org;
    once.key = "k";
    once.fingerprint = "f";
    once.render = [](const PutProducts::Answer&) { return StoredReply{201, {}, "made"}; };
    return store->apply_now(std::move(once));
  };
  proxy.cut_next(CommitCutter::Cut::after_commit, true);
  EXPECT_EQ(failure(keyed()), "indeterminate store_commit_unknown");
  EXPECT_EQ(failure(store->apply_now(putting(org, "P2"))), "transient store_unavailable");
  EXPECT_FALSE(store->check().ok());
  proxy.hear_again();
  // The idempotency record says what the answer could not.
  const StoredReply reply = must(keyed());
  EXPECT_TRUE(reply.replayed);
  EXPECT_EQ(reply.body, "made");
  EXPECT_EQ(count("SELECT count(*) FROM products"), 1);
}

TEST_F(PostgresStoreTest, it_comes_back_after_the_server_was_restarted) {
  const auto store = open();
  const std::string org = must(store->apply_now(village("A"))).id;
  must(store->apply_now(putting(org, "P1")));
  cluster.stop(SIGQUIT);  // no time to write anything back
  EXPECT_EQ(failure(store->apply_now(putting(org, "P2"))), "transient store_unavailable");
  EXPECT_EQ(failure(store->read_now(GetProduct{org, "P1"})), "transient store_unavailable");
  cluster.start();
  EXPECT_EQ(failure(store->read_now(GetProduct{org, "P1"})), "ok") << "acknowledged is durable";
  EXPECT_EQ(failure(store->apply_now(putting(org, "P2"))), "ok");
}

TEST_F(PostgresStoreTest, two_processes_on_one_database_count_every_event_once) {
  const auto one = open(), two = open();
  const std::string a = must(one->apply_now(village("A"))).id;
  const std::string b = must(two->apply_now(village("B"))).id;
  std::atomic<int> failed = 0;
  std::vector<std::promise<void>> done(80);
  for (int i = 0; i < 80; ++i) {
    Store& store = i % 2 ? *one : *two;
    auto script = putting(i % 4 < 2 ? a : b, "P" + std::to_string(i % 10), 1000 + i);
    store.apply(std::move(script), [&, i](auto r) {
      if (!r || !r->front()) ++failed;
      done[static_cast<std::size_t>(i)].set_value();
    });
  }
  for (auto& d : done) d.get_future().wait();
  EXPECT_EQ(failed, 0);
  EXPECT_EQ(count("SELECT count(*) FROM organisations o WHERE event_sequence <>"
                  " (SELECT count(*) FROM events e WHERE e.organisation = o.id)"),
            0)
      << "sequences without gaps or doubles";
  EXPECT_EQ(count("SELECT count(*) FROM variants"), 20);
}

TEST_F(PostgresStoreTest, a_group_that_meets_a_lock_lets_go_of_its_own_and_is_repeated) {
  auto hasty = options(cluster.address("gerbang", database));
  hasty.lock_timeout = Duration(300);
  const auto store = must(open_postgres_store(std::move(hasty)));
  const std::string org = must(store->apply_now(village("A"))).id;
  must(store->apply_now(putting(org, "P1")));
  // Another session takes rows in the opposite order: the product first, then the organisation.
  auto settings = cluster.settings_of("super", database);
  settings.lock_timeout = Duration(20'000);
  settings.statement_timeout = Duration(20'000);
  Connection other(settings);
  other.send("BEGIN");
  other.send("SELECT set_config('deadlock_timeout', '20s', true)");  // the store lets go first
  other.query("SELECT code FROM products FOR UPDATE");
  std::promise<std::string> answer;
  store->apply(putting(org, "P1", 2000), [&](auto r) { answer.set_value(failure(r)); });
  // It holds the organisation and waits for the product.
  for (int i = 0; i < 200 && count("SELECT count(*) FROM pg_locks WHERE NOT granted") == 0; ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  other.query("SELECT id FROM organisations FOR UPDATE");
  other.query("COMMIT");
  EXPECT_EQ(answer.get_future().get(), "ok");
  EXPECT_EQ(must(store->read_now(GetPrice{org, "P1-1"})).price, rupiah(2000));
}

TEST_F(PostgresStoreTest, an_organisations_writes_keep_their_order) {
  const auto store = open();
  const std::string org = must(store->apply_now(village("A"))).id;
  must(store->apply_now(putting(org, "P1")));
  std::vector<std::promise<void>> done(60);
  for (int i = 0; i < 60; ++i) {
    SetPrices script;
    script.organisation = org;
    script.items.push_back({"P1-1", rupiah(5000 + i), {}});
    store->apply(std::move(script),
                 [&, i](auto) { done[static_cast<std::size_t>(i)].set_value(); });
  }
  for (auto& d : done) d.get_future().wait();
  EXPECT_EQ(must(store->read_now(GetPrice{org, "P1-1"})).price, rupiah(5059));
}

TEST_F(PostgresStoreTest, backups_are_the_servers_and_a_closed_store_says_so) {
  const auto store = open();
  EXPECT_TRUE(store->check().ok());
  EXPECT_EQ(failure(store->backup("/nowhere")), "unsupported backup_by_server");
  store->close();
  EXPECT_EQ(failure(store->apply_now(village("A"))), "transient store_closed");
  EXPECT_EQ(failure(store->read_now(ListShops{})), "transient store_closed");
  EXPECT_EQ(count("SELECT count(*) FROM commit_marks"), 0) << "nothing is left to settle";
}

}  // namespace
}  // namespace gerbang::store::postgres
