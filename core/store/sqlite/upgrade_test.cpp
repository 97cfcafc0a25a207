#include <sqlite3.h>

#include <csignal>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <sstream>

#include "core/base/crash_point.hpp"
#include "core/base/log.hpp"
#include "core/store/sqlite/migrations.hpp"
#include "core/store/sqlite/sqlite_store.hpp"
#include "core/store/sqlite/workload_for_test.hpp"
#include "tests/contract/store_fixture.hpp"
#include "tests/contract/temporary_folder.hpp"
#include "tests/kit/proof.hpp"

// T11 of RELIABILITY: a database of every schema version, with work pending, opened by this
// program. The databases stand in tests/upgrade as SQL text; how one is made is in the README
// there.
namespace gerbang::store {
namespace {

using testing::ExitedWithCode;
using testing::KilledBySignal;

const TimePoint kStoredAt = from_rfc3339("2026-11-24T01:00:00Z").value();

std::string stored_path(std::int64_t version) {
  char name[16];
  std::snprintf(name, sizeof name, "/%04d.sql", static_cast<int>(version));
  return GERBANG_STORED_DATABASES + std::string(name);
}

std::int64_t newest() {
  return std::ssize(migrations());
}

void load_stored(std::int64_t version, const std::string& path) {
  std::ifstream file(stored_path(version));
  std::stringstream sql;
  sql << file.rdbuf();
  ASSERT_TRUE(file) << stored_path(version);
  Database db(path, Database::Mode::writer);
  db.execute(sql.str());
}

std::int64_t single(Database& db, std::string_view sql) {
  auto row = db.query(sql);
  return row.step() ? row.integer(0) : -1;
}

// The whole database as text that makes it again.
std::string dump(Database& db) {
  std::string out = "-- Schema " + std::to_string(schema_version(db)) +
                    ", a village with work pending. Written once by the program of its time; see "
                    "README.md.\nBEGIN;\nPRAGMA application_id = " +
                    std::to_string(kApplicationId) +
                    ";\nPRAGMA user_version = " + std::to_string(schema_version(db)) + ";\n";
  std::vector<std::pair<std::string, std::string>> tables;
  std::string indexes;
  {
    auto row = db.query("SELECT type, name, sql FROM sqlite_schema WHERE sql IS NOT NULL");
    while (row.step()) {
      if (row.text(1).starts_with("sqlite_")) continue;
      if (row.text(0) == "table") {
        tables.emplace_back(row.text(1), row.text(2));
      } else {
        indexes += row.text(2) + ";\n";
      }
    }
  }
  for (const auto& [name, sql] : tables) out += sql + ";\n";
  out += indexes + "ANALYZE;\nDELETE FROM sqlite_stat1;\n";
  tables.emplace_back("sqlite_stat1", "");
  for (const auto& [name, sql] : tables) {
    std::string columns;
    sqlite3_stmt* stmt = nullptr;
    const std::string all = "SELECT * FROM " + name;
    sqlite3_prepare_v2(db.handle(), all.c_str(), -1, &stmt, nullptr);
    for (int i = 0; i < sqlite3_column_count(stmt); ++i)
      columns +=
          (i ? " || ',' || quote(" : "quote(") + std::string(sqlite3_column_name(stmt, i)) + ")";
    sqlite3_finalize(stmt);
    const std::string quoted = "SELECT " + columns + " FROM " + name;
    sqlite3_prepare_v2(db.handle(), quoted.c_str(), -1, &stmt, nullptr);
    while (sqlite3_step(stmt) == SQLITE_ROW)
      out += "INSERT INTO " + name + " VALUES (" +
             reinterpret_cast<const char*>(sqlite3_column_text(stmt, 0)) + ");\n";
    sqlite3_finalize(stmt);
  }
  return out + "COMMIT;\n";
}

class Upgrade : public testing::Test {
 protected:
  Upgrade() { log::set_level(log::Level::off); }
  static void TearDownTestSuite() { kit::print_proof_of_suite("upgrade", kills_); }

  SqliteOptions options() {
    SqliteOptions out{path_, Vault::for_tests(), clock_, random_};
    out.min_free_bytes = 0;
    return out;
  }

  // What every stored village holds, whatever program wrote it, seen through the port.
  void village_is_whole(Store& store);

  ManualClock clock_{kStoredAt + std::chrono::hours(1)};
  SeededRandom random_{11};
  TemporaryFolder folder_;
  const std::string path_ = folder_.file("gerbang.db");
  static inline int kills_ = 0;
};

void Upgrade::village_is_whole(Store& store) {
  // A key of before still opens.
  FindPrincipal who;
  who.key_hash = std::string(64, 'a');
  const auto principal = store.read_now(std::move(who));
  ASSERT_TRUE(principal.ok()) << principal.error().describe();
  const std::string org = principal->organisation;

  const auto kopi = must(store.read_now(GetProduct{org, "KOPI"}));
  EXPECT_EQ(kopi.product.variants.size(), 2u);
  EXPECT_EQ(must(store.read_now(GetPrice{org, "KOPI-500"})).price, rupiah(41'000));
  // 130 counted, two shipped and come back; two are held by P2.
  const auto stock = must(store.read_now(GetStock{org, "KOPI-250"}));
  ASSERT_EQ(stock.levels.size(), 1u);
  EXPECT_EQ(stock.levels.front().on_hand, 130);
  EXPECT_EQ(stock.levels.front().reserved, 2);

  ListOrders all;
  all.organisation = org;
  std::map<std::string, Order> orders;
  for (const Order& order : must(store.read_now(std::move(all))).data)
    orders.emplace(order.external_id, order);
  ASSERT_EQ(orders.size(), 3u);
  EXPECT_EQ(orders.at("P1").status, OrderStatus::cancelled);
  EXPECT_EQ(orders.at("P2").status, OrderStatus::paid);
  EXPECT_EQ(orders.at("P3").status, OrderStatus::returned);

  const auto shops = must(store.read_now(ListShops{org}));
  ASSERT_EQ(shops.size(), 1u);
  const std::string shop = shops.front().shop.id;
  EXPECT_EQ(shops.front().shop.state, ShopState::active);
  LoadTokens tokens;
  tokens.shop = shop;
  EXPECT_EQ(must(store.read_now(std::move(tokens))).tokens.refresh.reveal(), "segarkan");

  // What was pending is pending, and can be settled.
  TakeWork take;
  take.shop = shop;
  take.now = clock_.now();
  take.limit = 1000;
  std::set<std::string> due;
  std::optional<Work> of_stock;
  for (const Work& work : must(store.read_now(take)).due) {
    due.insert(std::string(to_string(work.aspect)) + " " + work.subject);
    if (work.aspect == Aspect::stock && work.subject == "KOPI-250") of_stock = work;
  }
  const std::set<std::string> wanted = {"content TEH", "stock KOPI-250", "price KOPI-500",
                                        "order_fetch P9", "order_accept " + orders.at("P2").id};
  EXPECT_THAT(due, IsSupersetOf(wanted));
  ASSERT_TRUE(of_stock);
  SettleWork settle;
  settle.shop = shop;
  Settlement done;
  done.aspect = of_stock->aspect;
  done.subject = of_stock->subject;
  done.revision = of_stock->revision;
  done.attempt.outcome = "done";
  done.attempt.at = clock_.now();
  settle.settlements.push_back(done);
  must(store.apply_now(std::move(settle)));
  for (const Work& work : must(store.read_now(take)).due)
    EXPECT_FALSE(work.aspect == Aspect::stock && work.subject == "KOPI-250");
  // A create that was begun is still known to have been begun.
  EXPECT_TRUE(must(store.read_now(LoadDraft{shop, "TEH"})).maybe_published);

  // Since schema 2: a listing that was there before is linked, and the review has ended.
  if (store.read_now(GetProduct{org, "GULA"})) {
    const ReviewView review = must(store.read_now(GetReview{org, shop}));
    EXPECT_EQ(review.review.state, ReviewState::ended);
    EXPECT_EQ(review.confirmed, 1);
    const auto linked = must(store.read_now(LoadStock{shop, {"GULA-1"}}));
    ASSERT_EQ(linked.size(), 1u);
    EXPECT_EQ(linked.front().remote_product, "tangan-1");
  }

  // A client that repeats a movement of before is recognised.
  Once<ApplyStock> again;
  again.organisation = org;
  again.key = again.fingerprint = "k-nota-1";
  again.script.organisation = org;
  ApplyStock::Item entry;
  entry.item = "KOPI-250";
  entry.change = 20;
  again.script.items.push_back(entry);
  again.render = [](const auto&) { return Result<StoredReply>(StoredReply{}); };
  EXPECT_TRUE(must(store.apply_now(std::move(again))).replayed);
  EXPECT_EQ(must(store.read_now(GetStock{org, "KOPI-250"})).levels.front().on_hand, 130);
  // A repeat of a webhook of before is no news, and the order of before comes in once.
  ReceiveWebhook hook;
  hook.channel = "shopee";
  hook.body = R"({"code":3})";
  hook.hints.push_back({"hook-1", "order_changed", "880012345", "P1", "", "3"});
  EXPECT_FALSE(must(store.apply_now(std::move(hook))));
  IngestOrders ingest;
  ingest.shop = shop;
  ingest.orders.push_back(remote_order("P2", "KOPI-250", kStoredAt));
  EXPECT_FALSE(must(must(store.apply_now(std::move(ingest))).front()).created);
}

// Adding a migration demands the database that it will meet.
TEST_F(Upgrade, there_is_a_stored_database_of_every_schema_version) {
  for (std::int64_t version = 1; version <= newest(); ++version) {
    ASSERT_TRUE(std::filesystem::exists(stored_path(version)))
        << "no " << stored_path(version) << ": see tests/upgrade/README.md";
    const TemporaryFolder folder;
    load_stored(version, folder.file("gerbang.db"));
    Database db(folder.file("gerbang.db"), Database::Mode::reader);
    EXPECT_EQ(schema_version(db), version) << stored_path(version);
    EXPECT_GE(single(db, "SELECT count(*) FROM work WHERE parked = 0"), 5);
  }
  EXPECT_FALSE(std::filesystem::exists(stored_path(newest() + 1)));
}

TEST_F(Upgrade, every_stored_database_opens_with_its_work) {
  for (std::int64_t version = 1; version <= newest(); ++version) {
    SCOPED_TRACE("schema " + std::to_string(version));
    for (const char* suffix : {"", "-wal", "-shm"}) std::filesystem::remove(path_ + suffix);
    load_stored(version, path_);
    const auto store = must(open_sqlite_store(options()));
    EXPECT_EQ(must(store->read_now(StoreStats{})).schema_version, newest());
    village_is_whole(*store);
  }
}

TEST_F(Upgrade, a_database_of_a_later_program_is_refused_and_untouched) {
  load_stored(newest(), path_);
  {
    Database db(path_, Database::Mode::writer);
    db.execute("PRAGMA user_version = " + std::to_string(newest() + 1));
  }
  const auto bytes = [&] {
    std::ifstream file(path_, std::ios::binary);
    std::stringstream out;
    out << file.rdbuf();
    return out.str();
  };
  const std::string before = bytes();
  const auto opened = open_sqlite_store(options());
  ASSERT_FALSE(opened.ok());
  EXPECT_EQ(failure(opened), "unsupported store_schema_newer");
  EXPECT_EQ(bytes(), before);
}

#ifdef GERBANG_CRASH_POINTS

// A step as a later program would bring it, over a stored database that is not small.
std::vector<Migration> with_a_next_step() {
  std::vector<Migration> steps(migrations().begin(), migrations().end());
  steps.push_back({newest() + 1, "9999_next",
                   "ALTER TABLE work ADD COLUMN note TEXT NOT NULL DEFAULT '';"
                   "UPDATE work SET note = 'seen';"
                   "CREATE TABLE next AS SELECT * FROM stock_movements;"});
  return steps;
}

void migrate_and_die(const std::string& path, const std::string& point,
                     const std::vector<Migration>& steps) {
  crash::arm(point);
  Database db(path, Database::Mode::writer);
  (void)migrate(db, steps);
  std::_Exit(7);  // the point was not reached
}

TEST_F(Upgrade, killed_anywhere_in_a_migration_it_is_whole_before_and_after) {
  const auto next = with_a_next_step();
  struct Point {
    std::string name;
    std::optional<bool> done;  // whether the step has been committed; nothing: either
  };
  std::vector<Point> points = {{"store.migration_before_commit", false},
                               {"store.migration_step_done", true}};
  // Each write of the commit in turn, torn in half; then its syncs.
  for (int n = 1; n <= 6; ++n)
    points.push_back({"store.mid_migration:" + std::to_string(n), false});
  for (int n = 1; n <= 2; ++n)
    points.push_back({"store.migration_before_sync:" + std::to_string(n), std::nullopt});
  for (std::int64_t version = 1; version <= newest(); ++version) {
    for (const Point& point : points) {
      SCOPED_TRACE("schema " + std::to_string(version) + " " + point.name);
      for (const char* suffix : {"", "-wal", "-shm"}) std::filesystem::remove(path_ + suffix);
      load_stored(version, path_);
      const std::string name = point.name.substr(0, point.name.find(':'));
      EXPECT_EXIT(migrate_and_die(path_, point.name, next), KilledBySignal(SIGKILL),
                  "crash point " + name);
      ++kills_;
      Database db(path_, Database::Mode::writer);
      const std::int64_t reached = schema_version(db);
      // From an older schema the first of its own steps is the one that was interrupted.
      if (version == newest() && point.done) {
        EXPECT_EQ(reached, *point.done ? version + 1 : version);
      } else {
        EXPECT_TRUE(reached == version || reached == version + 1) << reached;
      }
      const auto migrated = migrate(db, next);
      ASSERT_TRUE(migrated.ok()) << migrated.error().describe();
      EXPECT_EQ(schema_version(db), newest() + 1);
      EXPECT_EQ(single(db, "SELECT count(*) FROM work WHERE note = 'seen'"),
                single(db, "SELECT count(*) FROM work"));
      EXPECT_GE(single(db, "SELECT count(*) FROM work WHERE parked = 0"), 5);
      EXPECT_EQ(single(db, "SELECT count(*) FROM next"),
                single(db, "SELECT count(*) FROM stock_movements"));
    }
  }
}

#endif

// Not a test: writes the stored database of the newest schema. It is done once per schema version;
// afterwards the file is never changed.
TEST_F(Upgrade, DISABLED_write_the_stored_database_of_this_schema) {
  const std::string target = stored_path(newest());
  ASSERT_FALSE(std::filesystem::exists(target)) << target << " is there; it is never changed";
  ManualClock then(kStoredAt);
  {
    SqliteOptions at_that_time{path_, Vault::for_tests(), then, random_};
    at_that_time.min_free_bytes = 0;
    const auto store = must(open_sqlite_store(at_that_time));
    const Workload workload(then, folder_.file(""));
    for (const Workload::Step& step : workload.steps()) {
      if (step.name == "withdrawal") break;  // the day ends with its work undone
      if (step.name.starts_with("padding") || step.name == "backup") continue;
      const auto done = step.run(*store);
      ASSERT_TRUE(done.ok()) << step.name << ": " << done.error().describe();
    }
  }
  Database db(path_, Database::Mode::writer);
  std::ofstream(target) << dump(db);
  std::cout << "written: " << target << std::endl;
}

}  // namespace
}  // namespace gerbang::store
