#include "core/store/sqlite/migrations.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>

#include "tests/contract/temporary_folder.hpp"

namespace gerbang::store {
namespace {

std::string code_of(const Result<void>& result) {
  return result ? "ok" : result.error().code;
}

std::int64_t application_id(Database& db) {
  auto row = db.query("PRAGMA application_id");
  row.step();
  return row.integer(0);
}

std::int64_t tables(Database& db, std::string_view name) {
  auto row = db.query("SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = ?1")
                 .bind(1, name);
  row.step();
  return row.integer(0);
}

constexpr std::array<Migration, 2> kTwo = {{
    {1, "0001_one", "CREATE TABLE one (a); INSERT INTO one VALUES (1)"},
    {2, "0002_two", "CREATE TABLE two (b); INSERT INTO two SELECT a FROM one;"},
}};

TEST(Migrations, an_empty_database_gets_every_step_and_our_mark) {
  Database db(":memory:", Database::Mode::writer);
  ASSERT_EQ(code_of(migrate(db, kTwo)), "ok");
  EXPECT_EQ(schema_version(db), 2);
  EXPECT_EQ(tables(db, "two"), 1);
  EXPECT_EQ(application_id(db), kApplicationId);
  EXPECT_EQ(code_of(migrate(db, kTwo)), "ok") << "again: nothing to do";
}

TEST(Migrations, an_older_database_gets_what_it_lacks) {
  Database db(":memory:", Database::Mode::writer);
  ASSERT_EQ(code_of(migrate(db, std::span(kTwo).first(1))), "ok");
  EXPECT_EQ(schema_version(db), 1);
  ASSERT_EQ(code_of(migrate(db, kTwo)), "ok");
  EXPECT_EQ(schema_version(db), 2);
}

TEST(Migrations, a_newer_database_is_refused_and_untouched) {
  Database db(":memory:", Database::Mode::writer);
  ASSERT_EQ(code_of(migrate(db, kTwo)), "ok");
  EXPECT_EQ(code_of(migrate(db, std::span(kTwo).first(1))), "store_schema_newer");
  EXPECT_EQ(schema_version(db), 2);
}

TEST(Migrations, another_programs_database_is_refused) {
  Database db(":memory:", Database::Mode::writer);
  db.execute("CREATE TABLE theirs (x)");
  EXPECT_EQ(code_of(migrate(db, kTwo)), "store_not_ours");
  Database marked(":memory:", Database::Mode::writer);
  marked.execute("PRAGMA application_id = 1234");
  EXPECT_EQ(code_of(migrate(marked, kTwo)), "store_not_ours");
  EXPECT_EQ(tables(marked, "one"), 0);
}

TEST(Migrations, a_failing_step_leaves_the_earlier_ones_and_nothing_of_its_own) {
  constexpr std::array<Migration, 2> broken = {{
      kTwo[0],
      {2, "0002_broken", "CREATE TABLE two (b); INSERT INTO nowhere VALUES (1);"},
  }};
  Database db(":memory:", Database::Mode::writer);
  try {
    (void)migrate(db, broken);
    FAIL() << "a broken step went through";
  } catch (const DatabaseError& error) {
    EXPECT_THAT(error.what(), testing::HasSubstr("0002_broken"));
  }
  EXPECT_EQ(schema_version(db), 1);
  EXPECT_EQ(tables(db, "one"), 1);
  EXPECT_EQ(tables(db, "two"), 0);
  EXPECT_EQ(code_of(migrate(db, kTwo)), "ok") << "and a repaired program goes on from there";
}

TEST(Migrations, the_embedded_steps_are_numbered_without_gaps_and_apply) {
  std::int64_t next = 1;
  for (const Migration& step : migrations()) EXPECT_EQ(step.number, next++) << step.name;
  const TemporaryFolder folder;
  Database db(folder.file("gerbang.db"), Database::Mode::writer);
  ASSERT_EQ(code_of(migrate(db)), "ok");
  EXPECT_EQ(schema_version(db), std::ssize(migrations()));
}

}  // namespace
}  // namespace gerbang::store
