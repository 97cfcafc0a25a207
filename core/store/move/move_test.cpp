#include "core/store/move/move.hpp"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <set>

#include "core/store/move/world_for_test.hpp"
#include "core/store/postgres/migrations.hpp"
#include "core/store/sqlite/migrations.hpp"

namespace gerbang::store::move {

namespace {

using postgres::TestCluster;

class Moves : public testing::Test {
 public:
  End sqlite(const std::string& path) const { return {End::Engine::sqlite, path}; }
  End postgresql(const std::string& database) const {
    return {End::Engine::postgresql, Places::role(database)};
  }
  Result<Moved> run(End from, End to, int stop_after = 0, bool start_over = false) {
    Options options{std::move(from), std::move(to), vault};
    options.batch_rows = 7;
    options.start_over = start_over;
    int batches = 0;
    options.progress = [&](const Step& step) {
      EXPECT_LE(step.done, step.total);
      return ++batches != stop_after;
    };
    return move_store(options);
  }
  // A move in a process of its own, killed after so many batches. True: it ended before.
  bool killed_after(int batches, const Options& plan) {
    const pid_t child = ::fork();
    if (child == 0) {
      Options options = plan;
      int left = batches;
      options.progress = [&](const Step&) {
        if (--left == 0) ::raise(SIGKILL);
        return true;
      };
      const auto moved = move_store(options);
      ::_exit(moved ? 0 : 1);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    EXPECT_TRUE(!WIFEXITED(status) || WEXITSTATUS(status) == 0);
    return WIFEXITED(status);
  }
  void sql(const std::string& database, const std::string& text) {
    postgres::Connection db(TestCluster::shared().settings_of("gerbang", database));
    db.execute("BEGIN; SET LOCAL gerbang.organisation = '*'; " + text + "; COMMIT");
  }
  static void sql_file(const std::string& path, const std::string& text) {
    Database db(path, Database::Mode::writer);
    db.execute(text + "; PRAGMA wal_checkpoint(TRUNCATE);");
  }

  Places places;
  const Vault vault = Vault::for_tests();
};

TEST_F(Moves, TheTablesAreThoseOfBothSchemas) {
  const std::string path = places.file("schema.db");
  places.open_file(path)->close();
  Database file(path, Database::Mode::reader);
  const std::string database = TestCluster::shared().empty_store();
  postgres::Connection server(TestCluster::shared().settings_of("gerbang", database));
  std::map<std::string, std::set<std::string>> in_sqlite, in_postgres, sqlite, postgresql;
  for (const Table& table : tables()) {
    for (const Column& column : table.columns) {
      postgresql[std::string(table.name)].emplace(column.name);
      if (column.derived.empty()) sqlite[std::string(table.name)].emplace(column.name);
    }
  }
  auto row = file.query(
      "SELECT m.name, c.name FROM sqlite_schema m, pragma_table_info(m.name) c"
      " WHERE m.type = 'table'");
  while (row.step()) in_sqlite[row.text(0)].insert(row.text(1));
  const auto columns = server.query(
      "SELECT c.relname::text, a.attname::text FROM pg_attribute a JOIN pg_class c"
      " ON c.oid = a.attrelid WHERE c.relnamespace = current_schema()::regnamespace"
      " AND c.relkind IN ('r', 'p') AND NOT c.relispartition AND a.attnum > 0"
      " AND NOT a.attisdropped");
  for (const auto column : columns) in_postgres[column.text(0)].insert(column.text(1));
  for (const std::string_view name : left_behind()) {
    in_sqlite.erase(std::string(name));
    in_postgres.erase(std::string(name));
  }
  EXPECT_EQ(in_sqlite, sqlite);
  EXPECT_EQ(in_postgres, postgresql);
}

TEST_F(Moves, NoTwoRowsHaveOneText) {
  const Table& table = tables().front();
  const auto text = [](std::string bytes) { return Value{false, 0, std::move(bytes)}; };
  EXPECT_NE(canonical(table, {text("a"), text("b")}), canonical(table, {text("ab"), text("")}));
  EXPECT_NE(canonical(table, {text("")}), canonical(table, {Value()}));
  const std::vector<Value> key = {text("org_1"), text("1:2;t3:"), Value{false, -5, {}}};
  const auto back = read_key(write_key(key));
  ASSERT_EQ(back.size(), 3u);
  EXPECT_EQ(back[1].bytes, key[1].bytes);
  EXPECT_EQ(back[2].number, -5);
  Sum one, other;
  for (const char* row : {"x", "y", "y"}) one.add(row);
  for (const char* row : {"y", "x", "y"}) other.add(row);
  EXPECT_EQ(one, other);
  other.add("y");
  EXPECT_NE(one, other);
}

class Kinds : public Moves, public testing::WithParamInterface<std::string> {
 public:
  std::string database() {
    const std::string name = TestCluster::shared().new_database();
    if (GetParam() == "hash_partitions") {
      postgres::Connection db(TestCluster::shared().settings_of("gerbang", name));
      EXPECT_TRUE(postgres::migrate(db).ok());
      db.execute(partitions());
    }
    return name;
  }
};
INSTANTIATE_TEST_SUITE_P(Postgres, Kinds, testing::Values("plain", "hash_partitions"),
                         [](const auto& kind) { return kind.param; });

TEST_P(Kinds, ThereAndBackNothingIsLost) {
  const std::string first = places.filled("first.db"), back = places.file("back.db");
  const auto before = dump(first);
  for (const Table& table : tables())
    EXPECT_TRUE(before.contains(std::string(table.name))) << table.name << " has no rows to move";
  const std::string server = database();

  const auto there = must(run(sqlite(first), postgresql(server)));
  EXPECT_FALSE(there.resumed);
  for (const Moved::Table& table : there.tables)
    EXPECT_EQ(table.rows, static_cast<std::int64_t>(before.at(table.name).size())) << table.name;
  EXPECT_EQ(dump(first), before) << "the source was changed";
  const auto home = must(run(postgresql(server), sqlite(back)));
  EXPECT_EQ(dump(back), before);
  for (std::size_t i = 0; i < home.tables.size(); ++i)
    EXPECT_EQ(home.tables[i].checksum, there.tables[i].checksum) << home.tables[i].name;

  std::vector<std::unique_ptr<Store>> stores;
  stores.push_back(places.open_file(first));
  stores.push_back(places.open_database(server));
  stores.push_back(places.open_file(back));
  const std::string expected = answers(*stores[0], places.clock.now());
  EXPECT_GT(expected.size(), 10'000u);
  EXPECT_EQ(answers(*stores[1], places.clock.now()), expected);
  EXPECT_EQ(answers(*stores[2], places.clock.now()), expected);

  // What is counted goes on above.
  for (auto& store : stores) {
    const std::string org = must(store->read_now(ListOrganisations())).data.front().id;
    ListEvents all;
    all.organisation = org;
    all.limit = 1000;
    const std::int64_t last = must(store->read_now(ListEvents(all))).back().sequence;
    PutProducts put;
    put.organisation = org;
    put.items.push_back({product("SESUDAH", {variant("SESUDAH-1")}), {}});
    const auto saved = must(must(store->apply_now(std::move(put))).front());
    EXPECT_EQ(saved.revision, there.revision + 1);
    all.after = last;
    const auto events = must(store->read_now(ListEvents(all)));
    ASSERT_FALSE(events.empty());
    EXPECT_EQ(events.front().sequence, last + 1);
  }
}

TEST_F(Moves, AKilledMoveGoesOn) {
  const std::string first = places.filled("first.db"), back = places.file("back.db");
  const std::string server = TestCluster::shared().new_database();
  const auto kill_until_done = [&](const End& from, const End& to, const auto& refused) {
    Options options{from, to, vault};
    options.batch_rows = 7;
    int kills = 0;
    // The last ones die while they check.
    for (int batches = 3; !killed_after(batches, options); batches += 17) {
      ++kills;
      EXPECT_EQ(failure(refused()), "conflict store_moving");
      ASSERT_LT(kills, 100);
    }
    EXPECT_GT(kills, 4);
  };
  kill_until_done(sqlite(first), postgresql(server), [&] { return places.try_database(server); });
  kill_until_done(postgresql(server), sqlite(back), [&] { return places.try_file(back); });
  EXPECT_EQ(dump(back), dump(first));
}

TEST_F(Moves, DamageOnTheWayIsFound) {
  const std::string first = places.filled("first.db");
  const std::string server = TestCluster::shared().new_database();
  for (const char* damage :
       {"UPDATE products SET document = document || ' ' WHERE code = 'KOPI'",
        "DELETE FROM components WHERE sku = 'KOPI-250'",
        "UPDATE shops SET tokens = decode('00', 'hex') WHERE name = 'Toko uji'"}) {
    EXPECT_EQ(failure(run(sqlite(first), postgresql(server), 60, true)), "cancelled move_stopped");
    sql(server, damage);
    EXPECT_EQ(failure(run(sqlite(first), postgresql(server))), "invalid move_differs") << damage;
    EXPECT_EQ(failure(places.try_database(server)), "conflict store_moving");
  }
  const auto again = must(run(sqlite(first), postgresql(server), 0, true));
  EXPECT_FALSE(again.resumed);

  const std::string back = places.file("back.db");
  EXPECT_EQ(failure(run(postgresql(server), sqlite(back), 60)), "cancelled move_stopped");
  sql_file(back, "UPDATE organisations SET name = 'lain'");
  EXPECT_EQ(failure(run(postgresql(server), sqlite(back))), "invalid move_differs");
  EXPECT_EQ(failure(places.try_file(back)), "conflict store_moving");
  EXPECT_EQ(failure(check_backup(back)), "conflict store_moving");
  must(run(postgresql(server), sqlite(back), 0, true));
  EXPECT_EQ(dump(back), dump(first));
}

TEST_F(Moves, ATargetWithSomethingInItIsLeftAlone) {
  const std::string first = places.filled("first.db"), other = places.filled("other.db");
  const std::string server = TestCluster::shared().new_database();
  {
    auto store = places.open_database(server);
    CreateOrganisation create;
    create.organisation.name = "BUM Desa Lama";
    create.organisation.kind = "bumdes";
    must(store->apply_now(std::move(create)));
  }
  const auto before = dump(other);
  for (const bool start_over : {false, true}) {
    EXPECT_EQ(failure(run(sqlite(first), postgresql(server), 0, start_over)),
              "conflict move_target_not_empty");
    EXPECT_EQ(failure(run(sqlite(first), sqlite(other), 0, start_over)),
              "conflict move_target_not_empty");
  }
  EXPECT_EQ(dump(other), before);
  EXPECT_EQ(must(places.open_database(server)->read_now(ListOrganisations())).data.size(), 1u);
  places.open_file(other)->close();
}

TEST_F(Moves, ForeignSchemasAreRefused) {
  const std::string first = places.filled("first.db");
  auto& cluster = TestCluster::shared();
  const auto changed = [&](const std::string& name, const std::string& text) {
    const std::string path = places.filled(name);
    sql_file(path, text);
    return path;
  };
  const std::string server = cluster.new_database();
  EXPECT_EQ(
      failure(run(sqlite(changed("newer.db", "PRAGMA user_version = 1000")), postgresql(server))),
      "unsupported store_schema_newer");
  EXPECT_EQ(
      failure(run(sqlite(changed("older.db", "PRAGMA user_version = 2")), postgresql(server))),
      "unsupported move_schema_old");
  EXPECT_EQ(
      failure(run(sqlite(changed("other.db", "PRAGMA application_id = 7")), postgresql(server))),
      "invalid store_not_ours");
  std::ofstream(places.file("text.db")) << std::string(5000, 'x');
  EXPECT_EQ(failure(run(sqlite(places.file("text.db")), postgresql(server))),
            "invalid store_not_ours");
  EXPECT_EQ(failure(run(sqlite(first), sqlite(places.file("text.db")))), "invalid store_not_ours");
  EXPECT_EQ(failure(run(sqlite(places.file("none.db")), postgresql(server))),
            "transient store_cannot_open");
  EXPECT_EQ(failure(run(postgresql(server), sqlite(places.file("new.db")))),
            "invalid store_not_ours");
  const std::string foreign = cluster.new_database(), later = cluster.new_database();
  sql(foreign, "CREATE TABLE somebody (id bigint)");
  EXPECT_EQ(failure(run(sqlite(first), postgresql(foreign))), "invalid store_not_ours");
  places.open_database(later)->close();
  sql(later, "INSERT INTO gerbang_schema (number, name) VALUES (1000, 'later')");
  EXPECT_EQ(failure(run(sqlite(first), postgresql(later))), "unsupported store_schema_newer");
  EXPECT_EQ(failure(run(postgresql(later), sqlite(places.file("new.db")))),
            "unsupported store_schema_newer");
  sql(later, "DELETE FROM gerbang_schema WHERE number > 1");
  EXPECT_EQ(failure(run(postgresql(later), sqlite(places.file("new.db")))),
            "unsupported move_schema_old");
}

TEST_F(Moves, GatewaysAndMovesKeepOutOfEachOthersWay) {
  const std::string first = places.filled("first.db");
  const std::string server = TestCluster::shared().new_database();
  {
    auto store = places.open_file(first);
    EXPECT_EQ(failure(run(sqlite(first), postgresql(server))), "conflict store_in_use");
  }
  {
    auto store = places.open_database(server);
    EXPECT_EQ(failure(run(sqlite(first), postgresql(server))), "conflict store_in_use");
    EXPECT_EQ(failure(run(postgresql(server), sqlite(places.file("x.db")))),
              "conflict store_in_use");
  }
  Options options{sqlite(first), postgresql(server), vault};
  bool tried = false;
  options.progress = [&](const Step&) {
    if (std::exchange(tried, true)) return true;
    EXPECT_EQ(failure(places.try_file(first)), "conflict store_in_use");
    EXPECT_EQ(failure(places.try_database(server)), "conflict store_moving");
    return true;
  };
  must(move_store(options));
  EXPECT_TRUE(tried);
  places.open_database(server)->close();
}

TEST_F(Moves, ASourceThatWasUsedMeanwhileIsNotGoneOnWith) {
  const std::string first = places.filled("first.db"), back = places.file("back.db");
  const std::string server = TestCluster::shared().new_database();
  EXPECT_EQ(failure(run(sqlite(first), postgresql(server), 20)), "cancelled move_stopped");
  places.open_file(first)->close();
  EXPECT_EQ(failure(run(sqlite(first), postgresql(server))), "conflict move_source_changed");
  must(run(sqlite(first), postgresql(server), 0, true));

  EXPECT_EQ(failure(run(postgresql(server), sqlite(back), 20)), "cancelled move_stopped");
  {
    auto store = places.open_database(server);
    const std::string org = must(store->read_now(ListOrganisations())).data.back().id;
    PutProducts put;
    put.organisation = org;
    put.items.push_back({product("BARU", {variant("BARU-1")}), {}});
    must(must(store->apply_now(std::move(put))).front());
  }
  EXPECT_EQ(failure(run(postgresql(server), sqlite(back))), "conflict move_source_changed");
  must(run(postgresql(server), sqlite(back), 0, true));
}

TEST_F(Moves, TheKeyOpensWhatIsSealed) {
  const std::string first = places.filled("first.db");
  const std::string server = TestCluster::shared().new_database();
  SystemRandom random;
  const Vault other = must(Vault::create({{1, Secret(std::string(32, 'z'))}}, random));
  Options options{sqlite(first), postgresql(server), other};
  EXPECT_EQ(failure(move_store(options)), "invalid move_other_key");
}

TEST(Ends, SayNothingThatIsSecret) {
  EXPECT_EQ(failure(read_end("mysql:x")), "invalid move_place_invalid");
  EXPECT_EQ(failure(read_end("sqlite:")), "invalid move_place_invalid");
  EXPECT_EQ(must(read_end("sqlite:/a/b.db")).shown(), "sqlite:/a/b.db");
  const Vault vault = Vault::for_tests();
  const TemporaryFolder folder;
  for (const std::string text :
       {"postgresql://warga:rahasia@[nohost/db", "postgresql://warga:rahasia@127.0.0.1:1/db",
        "postgresql:host=/nowhere password=rahasia dbname=x", "postgresql:host=x rahasia",
        "postgresql:host=127.0.0.1 port=1 password='rahasia"}) {
    const End end = must(read_end(text));
    EXPECT_EQ(end.shown(), "postgresql");
    const auto moved = move_store({end, {End::Engine::sqlite, folder.file("x.db")}, vault});
    ASSERT_FALSE(moved);
    EXPECT_EQ(moved.error().describe().find("rahasia"), std::string::npos) << text;
    EXPECT_TRUE(moved.error().code == "move_place_invalid" ||
                moved.error().code == "store_cannot_open")
        << moved.error().describe();
  }
}

}  // namespace

}  // namespace gerbang::store::move
