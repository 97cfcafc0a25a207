#include "core/store/postgres/connection.hpp"

#include <gtest/gtest.h>

#include <limits>

#include "core/store/postgres/cluster_for_test.hpp"
#include "core/store/postgres/postgres_store.hpp"
#include "tests/contract/store_fixture.hpp"

namespace gerbang::store::postgres {
namespace {

class ServerTest : public testing::Test {
 protected:
  TestCluster& cluster = TestCluster::shared();
  std::string database = cluster.empty_store();
  Connection db{cluster.settings_of("gerbang", database)};
  Connection super{cluster.settings_of("super", database)};
  ManualClock clock;
  SeededRandom random{3};

  std::string opened(const std::string& role, const std::string& name) {
    PostgresOptions options{cluster.address(role, name), Vault::for_tests(), clock, random};
    options.writers = options.readers = 1;
    return failure(open_postgres_store(std::move(options)));
  }
  // For all sessions, until it is reset.
  void set_server(const std::string& setting) {
    super.execute("ALTER SYSTEM SET " + setting);
    super.execute("SELECT pg_reload_conf()");
    const std::string name = setting.substr(0, setting.find(' '));
    for (int i = 0; i < 200; ++i) {
      Connection fresh(cluster.settings_of("super", database));
      const std::string now =
          fresh.query("SELECT current_setting($1)", Params::of(name))[0].text(0);
      if (now == setting.substr(setting.rfind(' ') + 1)) return;
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    FAIL() << "the server does not take " << setting;
  }
};

TEST_F(ServerTest, values_come_back_as_they_were_sent) {
  const std::string nasty = "a'b\"c\\d{},\n NULL é";
  const std::string bytes("\0\1\xff'", 4);
  const Rows rows =
      db.query("SELECT $1, $2, $3, $4, $5, $6",
               Params::of(std::numeric_limits<std::int64_t>::min(), true, nasty, Blob{bytes},
                          std::optional<std::int64_t>(), TimePoint(Duration(-5))));
  ASSERT_EQ(rows.size(), 1u);
  EXPECT_EQ(rows[0].integer(0), std::numeric_limits<std::int64_t>::min());
  EXPECT_TRUE(rows[0].boolean(1));
  EXPECT_EQ(rows[0].text(2), nasty);
  EXPECT_EQ(rows[0].view(3), bytes);
  EXPECT_TRUE(rows[0].is_null(4));
  EXPECT_EQ(rows[0].time(5), TimePoint(Duration(-5)));

  Batch batch;
  batch.row(nasty, std::optional<std::int64_t>(7), false, Blob{bytes});
  batch.row("", std::optional<std::int64_t>(), true, Blob{""});
  const Rows many =
      db.query("SELECT * FROM unnest($1::text[], $2::bigint[], $3::boolean[], $4::bytea[])",
               batch.after({}));
  ASSERT_EQ(many.size(), 2u);
  EXPECT_EQ(many[0].text(0), nasty);
  EXPECT_EQ(many[0].integer(1), 7);
  EXPECT_EQ(many[0].view(3), bytes);
  EXPECT_TRUE(many[1].is_null(1));
  EXPECT_TRUE(many[1].boolean(2));
  EXPECT_EQ(many[1].view(3), "");
  EXPECT_TRUE(
      db.query("SELECT FROM unnest($1) AS x", Params::of(std::vector<std::string>())).empty());
}

TEST_F(ServerTest, one_round_trip_answers_all_that_is_queued_in_its_order) {
  std::vector<std::int64_t> seen;
  const auto before = db.round_trips();
  for (int i = 0; i < 50; ++i)
    db.send("SELECT $1::bigint", Params::of(i),
            [&](const Rows& rows) { seen.push_back(rows[0].integer(0)); });
  EXPECT_TRUE(seen.empty());
  db.sync();
  EXPECT_EQ(seen.size(), 50u);
  EXPECT_TRUE(std::is_sorted(seen.begin(), seen.end()));
  EXPECT_EQ(db.round_trips(), before + 1);
  db.sync();
  EXPECT_EQ(db.round_trips(), before + 1) << "nothing queued costs nothing";
}

TEST_F(ServerTest, a_failed_statement_fails_what_follows_it_and_the_connection_goes_on) {
  bool told = false;
  db.send("SELECT 1::bigint", {}, [&](const Rows&) { told = true; });
  db.send("SELECT 1::bigint / $1", Params::of(0));
  db.send("SELECT 2::bigint", {}, [&](const Rows&) { told = true; });
  try {
    db.sync();
    FAIL() << "a division by zero went well";
  } catch (const DatabaseError& error) {
    EXPECT_EQ(error.state(), "22012");
    EXPECT_TRUE(error.of_statement());
    EXPECT_FALSE(error.lost());
  }
  EXPECT_FALSE(told);
  EXPECT_TRUE(db.usable());
  EXPECT_EQ(db.query("SELECT 2::bigint")[0].integer(0), 2) << "not prepared then, but now";
}

TEST_F(ServerTest, a_statement_has_its_time_and_a_killed_session_is_lost) {
  auto settings = cluster.settings_of("gerbang", database);
  settings.statement_timeout = Duration(50);
  Connection hasty(settings);
  try {
    hasty.query("SELECT pg_sleep(5)::text");
    FAIL();
  } catch (const DatabaseError& error) {
    EXPECT_EQ(error.state(), "57014");
    EXPECT_FALSE(error.lost());
  }
  super.query("SELECT pg_terminate_backend($1::int)",
              Params::of(static_cast<std::int64_t>(hasty.backend())));
  try {
    hasty.query("SELECT 1::bigint");
    FAIL();
  } catch (const DatabaseError& error) {
    EXPECT_TRUE(error.lost()) << error.what();
  }
  EXPECT_FALSE(hasty.usable());
}

TEST_F(ServerTest, a_server_that_could_lose_commits_is_refused) {
  EXPECT_EQ(opened("gerbang", database), "ok");
  set_server("fsync = off");
  EXPECT_EQ(opened("gerbang", database), "invalid store_not_durable");
  set_server("fsync = on");
  set_server("full_page_writes = off");
  EXPECT_EQ(opened("gerbang", database), "invalid store_not_durable");
  set_server("full_page_writes = on");
  // What is a session's own business is set by each session.
  super.execute("ALTER ROLE gerbang SET synchronous_commit = off");
  EXPECT_EQ(opened("gerbang", database), "ok");
  super.execute("ALTER ROLE gerbang RESET synchronous_commit");
}

TEST_F(ServerTest, a_role_that_sees_through_the_walls_is_refused) {
  EXPECT_EQ(opened("super", database), "invalid store_role_unsafe");
  super.execute("ALTER ROLE gerbang BYPASSRLS");
  EXPECT_EQ(opened("gerbang", database), "invalid store_role_unsafe");
  super.execute("ALTER ROLE gerbang NOBYPASSRLS");
  EXPECT_EQ(opened("gerbang", database), "ok");
}

TEST_F(ServerTest, only_a_database_of_ours_and_not_a_newer_one_is_taken) {
  const std::string foreign = cluster.new_database();
  {
    Connection theirs(cluster.settings_of("super", foreign));
    theirs.execute("CREATE TABLE anything (id bigint); GRANT ALL ON SCHEMA public TO gerbang");
  }
  EXPECT_EQ(opened("gerbang", foreign), "invalid store_not_ours");

  const std::string fresh = cluster.new_database();
  EXPECT_EQ(opened("gerbang", fresh), "ok");
  EXPECT_EQ(opened("gerbang", fresh), "ok") << "once is enough";
  {
    Connection later(cluster.settings_of("gerbang", fresh));
    EXPECT_EQ(schema_version(later), static_cast<std::int64_t>(migrations().size()));
    later.execute("INSERT INTO gerbang_schema (number, name) VALUES (9999, 'later')");
  }
  EXPECT_EQ(opened("gerbang", fresh), "unsupported store_schema_newer");
  EXPECT_EQ(opened("gerbang", "no_such_database"), "transient store_cannot_open");
}

TEST_F(ServerTest, a_migration_that_fails_leaves_nothing_behind) {
  const std::string fresh = cluster.new_database();
  Connection one(cluster.settings_of("gerbang", fresh));
  const Migration broken[] = {{1, "0001_good", "CREATE TABLE good (id bigint)"},
                              {2, "0002_bad", "CREATE TABLE bad (id bigint); SELECT 1 / 0"}};
  EXPECT_THROW(static_cast<void>(migrate(one, broken)), DatabaseError);
  ASSERT_TRUE(one.usable());
  EXPECT_EQ(schema_version(one), 1);
  EXPECT_TRUE(one.query("SELECT FROM pg_class WHERE relname = 'bad'").empty());
  const Migration mended[] = {broken[0], {2, "0002_bad", "CREATE TABLE bad (id bigint)"}};
  EXPECT_TRUE(migrate(one, mended).ok());
  EXPECT_EQ(schema_version(one), 2);
}

}  // namespace
}  // namespace gerbang::store::postgres
