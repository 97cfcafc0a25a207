// The schema: walls between organisations, partitions, trimming beside writers, and how many round
// trips a script costs.
#include <gtest/gtest.h>

#include "core/store/postgres/recovery.hpp"
#include "core/store/postgres/scripts_world_for_test.hpp"
#include "tests/contract/store_fixture.hpp"

namespace gerbang::store {
namespace {

using postgres::Connection;
using postgres::DatabaseError;
using postgres::Params;
using postgres::TestCluster;

struct Schema : testing::Test, ScriptsWorld {
  std::int64_t of(Connection& session, const char* organisation, std::string_view sql) {
    session.send("BEGIN");
    if (organisation)
      session.send("SELECT set_config('gerbang.organisation', $1, true)", Params::of(organisation));
    std::int64_t out = -1;
    session.send(sql, {}, [&](const postgres::Rows& r) { out = r[0].integer(0); });
    session.send("ROLLBACK");
    session.sync();
    return out;
  }
};

// Row-level security stands behind the application: a statement that forgets to ask for the
// organisation still sees and writes nothing of another's.
TEST_F(Schema, every_table_with_an_organisation_is_behind_the_wall) {
  const auto unguarded = rows(
      "SELECT DISTINCT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid"
      " WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')"
      " AND (a.attname = 'organisation' OR c.relname = 'organisations')"
      " AND NOT (c.relrowsecurity AND c.relforcerowsecurity)");
  EXPECT_TRUE(unguarded.empty()) << unguarded[0][0];
  const auto keys = rows(
      "SELECT c.relname FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid"
      " JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = i.indkey[0]"
      " WHERE i.indisprimary AND c.relnamespace = 'public'::regnamespace"
      " AND a.attname <> 'organisation'"
      " AND c.relname NOT IN ('organisations', 'commit_marks', 'gerbang_schema', 'restores', "
      "'nodes',"
      " 'leases')");
  EXPECT_TRUE(keys.empty()) << keys[0][0] << " has a key that does not begin with it";
}

TEST_F(Schema, a_statement_that_forgets_the_organisation_sees_nothing_of_others) {
  const std::string mine = org;
  shop("shopee");
  product("KOPI", {variant("KOPI-1")});
  EXPECT_TRUE(count("KOPI-1", 5).ok());
  CreateOrganisation create;
  create.organisation.name = "Desa lain";
  create.organisation.kind = "bumdes";
  const std::string other = must(create).id;

  for (const char* table : {"products", "variants", "stock_levels", "stock_movements", "shops",
                            "units", "listings", "work", "events", "components"}) {
    const std::string sql = "SELECT count(*) FROM " + std::string(table);
    const std::string_view kept = *texts.insert(sql).first;
    EXPECT_GT(of(db, mine.c_str(), kept), 0) << table;
    EXPECT_EQ(of(db, other.c_str(), kept), 0) << table;
    EXPECT_EQ(of(db, nullptr, kept), 0) << table << " with nothing set";
    EXPECT_GT(of(db, "*", kept), 0) << table;
  }
  EXPECT_EQ(
      of(db, other.c_str(), "WITH d AS (DELETE FROM products RETURNING 1) SELECT count(*) FROM d"),
      0);
  db.send("BEGIN");
  db.send("SELECT set_config('gerbang.organisation', $1, true)", Params::of(other));
  db.send("INSERT INTO job_runs VALUES ($1, 'shop', 'job', 1)", Params::of(mine));
  try {
    db.sync();
    ADD_FAILURE() << "a row was written through the wall";
  } catch (const DatabaseError& error) {
    EXPECT_EQ(error.state(), "42501");
  }
  db.query("ROLLBACK");
}

// ---- round trips ----------------------------------------------------------------------------

struct RoundTrips : testing::Test, ScriptsWorld {
  RoundTrips() { shopee = shop("shopee"); }
  template <class Script>
  std::int64_t of(const Script& script) {
    const auto before = db.round_trips();
    EXPECT_TRUE(apply(script).ok());
    return db.round_trips() - before;
  }
  PutProducts put_many(int first, int n) {
    PutProducts script;
    script.organisation = org;
    for (int i = first; i < first + n; ++i) {
      Product p;
      p.code = "P" + std::to_string(i);
      p.title = {{"id", "Barang"}};
      p.variants = {variant("V" + std::to_string(i), {{"I" + std::to_string(i), 2}})};
      script.items.push_back({p, std::nullopt});
    }
    return script;
  }
  ApplyStock count_many(int n, Quantity on_hand) {
    ApplyStock script;
    script.organisation = org;
    for (int i = 0; i < n; ++i) {
      ApplyStock::Item entry;
      entry.item = "I" + std::to_string(i);
      entry.on_hand = on_hand;
      script.items.push_back(entry);
    }
    return script;
  }
  IngestOrders orders(const std::string& name, int n, OrderStatus status, Quantity quantity) {
    IngestOrders script;
    script.shop = shopee;
    for (int i = 0; i < n; ++i)
      script.orders.push_back(
          order(name + std::to_string(i), status, {line("V" + std::to_string(i), quantity)}));
    return script;
  }
  SettleWork settle_due() {
    SettleWork script;
    script.shop = shopee;
    for (const Work& work : ask(TakeWork{shopee, clock.now()}).due) {
      Settlement s = settlement(work);
      if (work.aspect == Aspect::content) s.remote_product = "R-" + work.subject;
      script.settlements.push_back(s);
    }
    return script;
  }
  std::string shopee;
};

TEST_F(RoundTrips, of_a_script_do_not_depend_on_the_number_of_rows) {
  // The transaction's own: its first statements go with the reads, its commit is one.
  EXPECT_EQ(of(put_many(0, 1)), 3);
  EXPECT_EQ(of(put_many(1, 99)), 3);
  EXPECT_EQ(of(settle_due()), 4);
  EXPECT_EQ(of(count_many(1, 10)), 3);
  EXPECT_EQ(of(count_many(100, 20)), 3);
  EXPECT_EQ(of(settle_due()), 4);
  SetPrices prices;
  prices.organisation = org;
  for (int i = 0; i < 100; ++i) {
    prices.items.push_back({"V" + std::to_string(i), Money{9000, "IDR"}, {}});
    if (i == 0) {
      EXPECT_EQ(of(prices), 3);
    }
  }
  EXPECT_EQ(of(prices), 3);
  EXPECT_EQ(of(RequestSync{org, shopee, true, true, true}), 3);
  EXPECT_EQ(of(orders("A", 1, OrderStatus::paid, 1)), 5);
  EXPECT_EQ(of(orders("B", 100, OrderStatus::paid, 2)), 5);
  clock.advance(std::chrono::seconds(1));
  EXPECT_EQ(of(orders("B", 100, OrderStatus::shipped, 2)), 5);
  // With shortages, and with stock that comes in for them.
  EXPECT_EQ(of(orders("C", 100, OrderStatus::paid, 90)), 5);
  EXPECT_EQ(of(count_many(100, 500)), 4);
  EXPECT_EQ(single("SELECT count(*) FROM orders WHERE has_shortage"), 0);
  check_books();
}

// ---- after a restore --------------------------------------------------------------------------

TEST_F(Schema, a_restored_database_gives_no_number_twice_and_marks_the_shops_that_were_spoken_to) {
  const std::string open = shop("shopee"), cut_off = shop("lazada");
  for (const std::string& id : {open, cut_off}) {
    SaveTokens tokens;
    tokens.shop = id;
    tokens.tokens.access = Secret("a");
    must(tokens);
  }
  SetShopState cut;
  cut.shop = cut_off;
  cut.state = ShopState::needs_authorisation;
  must(cut);
  const auto before = count("KOPI", 5);
  const auto sequence = [&] { return single("SELECT max(sequence) FROM events"); };
  const std::int64_t last = sequence();
  postgres::mark_restored(db, clock.now());
  EXPECT_GT(count("KOPI", 6)->revision, before->revision + 1'000'000);
  EXPECT_GT(sequence(), last + 1'000'000);
  EXPECT_EQ(ask(GetShop{org, open}).recovery, RecoveryStep::orders);
  EXPECT_EQ(ask(GetShop{org, cut_off}).recovery, RecoveryStep::none);
}

// ---- trimming -------------------------------------------------------------------------------

TEST_F(Schema, trimming_neither_waits_for_writers_nor_keeps_them_waiting) {
  for (int i = 0; i < 20; ++i) product("P" + std::to_string(i), {variant("V" + std::to_string(i))});
  clock.advance(std::chrono::hours(24 * 31));
  // A session that holds an old row and the organisation for itself.
  Connection busy(TestCluster::shared().settings_of("super", database));
  busy.send("BEGIN");
  busy.send("SELECT FROM organisations FOR UPDATE");
  busy.query("SELECT FROM events WHERE sequence = 1 FOR UPDATE");

  auto hasty = TestCluster::shared().settings_of("gerbang", database);
  hasty.lock_timeout = Duration(200);
  Connection trimming(hasty);
  postgres::PostgresScripts trimmer(trimming, vault, clock, random, routes);
  trimming.send("BEGIN");
  trimmer.begin({});
  const auto trimmed = trimmer.run(TrimHistory{});
  ASSERT_TRUE(trimmed.ok());
  EXPECT_EQ(*trimmed, 19) << "all but the row that is held";
  busy.query("COMMIT");

  // Its transaction is still open: a writer goes on all the same.
  product("LATER", {variant("LATER-1")});
  trimming.query("COMMIT");
  EXPECT_EQ(single("SELECT count(*) FROM events"), 2);
  TrimHistory again;
  again.limit = 1;
  EXPECT_EQ(must(again), 1);
}

}  // namespace
}  // namespace gerbang::store
