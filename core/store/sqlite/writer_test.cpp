#include "core/store/sqlite/writer.hpp"

#include <sqlite3.h>

#include <filesystem>
#include <utility>

#include "core/store/sqlite/sqlite_store.hpp"
#include "tests/contract/store_fixture.hpp"
#include "tests/contract/temporary_folder.hpp"

// Groups, one at a time and without threads.
namespace gerbang::store {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

// Creates an organisation with that name, then does what the test says.
class NamedWrite final : public Store::Write {
 public:
  struct Log {
    std::vector<std::string> ran;
    std::map<std::string, std::string> finished;  // "ok", "failed", or the code
  };
  NamedWrite(Log& log, std::string name, std::function<bool(Scripts&)> then = {})
      : log_(log), name_(std::move(name)), then_(std::move(then)) {}

  bool run(Scripts& scripts) override {
    log_.ran.push_back(name_);
    CreateOrganisation script;
    script.organisation.name = name_;
    if (!scripts.run(script).ok()) return false;
    good_ = then_ ? then_(scripts) : true;
    return good_;
  }
  void finish(const std::optional<Error>& failure) override {
    log_.finished[name_] = failure ? failure->code : good_ ? "ok" : "failed";
  }

 private:
  Log& log_;
  std::string name_;
  std::function<bool(Scripts&)> then_;
  bool good_ = false;
};

class WriterTest : public testing::Test {
 protected:
  explicit WriterTest(std::size_t max_group_rows = 2000) {
    options_.max_group_rows = max_group_rows;
    options_.max_group_time = std::chrono::hours(1);
    must_open(writer_.open());
  }

  static void must_open(const Result<void>& opened) {
    if (!opened) throw std::runtime_error(opened.error().describe());
  }
  void queue(WriteLane lane, const std::string& name, std::function<bool(Scripts&)> then = {}) {
    queue_.lane(lane).push_back(std::make_unique<NamedWrite>(log_, name, std::move(then)));
  }
  void run_group() {
    writer_.run_group(queue_, [this](const Committed&) { ++commits_told_; });
  }
  std::int64_t number(std::string_view sql) {
    auto row = writer_.database()->query(sql);
    return row.step() ? row.integer(0) : 0;
  }
  std::int64_t commits() { return number("SELECT value FROM counters WHERE name = 'commits'"); }
  std::vector<std::string> stored() {
    std::vector<std::string> out;
    auto row = writer_.database()->query("SELECT name FROM organisations ORDER BY name");
    while (row.step()) out.push_back(row.text(0));
    return out;
  }

  ManualClock clock_;
  SeededRandom random_{1};
  TemporaryFolder folder_;
  SqliteOptions options_{folder_.file("gerbang.db"), Vault::for_tests(), clock_, random_};
  std::vector<bool> readers_may_;
  Writer writer_{options_, [this](bool may) { readers_may_.push_back(may); }};
  WriteQueue queue_;
  NamedWrite::Log log_;
  int commits_told_ = 0;
};

TEST_F(WriterTest, everything_that_has_queued_is_one_transaction) {
  for (int i = 0; i < 50; ++i) queue(WriteLane::normal, "N" + std::to_string(i));
  run_group();
  EXPECT_EQ(log_.finished.size(), 50u);
  EXPECT_EQ(stored().size(), 50u);
  EXPECT_EQ(commits(), 1);
  EXPECT_EQ(commits_told_, 1);
  queue(WriteLane::normal, "later");
  run_group();
  EXPECT_EQ(commits(), 2);
}

TEST_F(WriterTest, orders_go_first_and_bulk_last) {
  queue(WriteLane::bulk, "bulk");
  queue(WriteLane::normal, "normal");
  queue(WriteLane::orders, "order 1");
  queue(WriteLane::orders, "order 2");
  run_group();
  EXPECT_THAT(log_.ran, ElementsAre("order 1", "order 2", "normal", "bulk"));
}

class SmallGroups : public WriterTest {
 protected:
  SmallGroups() : WriterTest(2) {}
};

TEST_F(SmallGroups, a_full_group_leaves_bulk_for_the_next_but_always_takes_one_and_every_order) {
  for (const char* name : {"o1", "o2", "o3"}) queue(WriteLane::orders, name);
  for (const char* name : {"n1", "n2"}) queue(WriteLane::normal, name);
  for (const char* name : {"b1", "b2", "b3", "b4"}) queue(WriteLane::bulk, name);
  run_group();
  EXPECT_THAT(log_.ran, ElementsAre("o1", "o2", "o3", "b1"));
  EXPECT_EQ(queue_.size(), 5u);
  log_.ran.clear();
  run_group();
  EXPECT_THAT(log_.ran, ElementsAre("n1", "n2", "b2"));
  log_.ran.clear();
  run_group();
  EXPECT_THAT(log_.ran, ElementsAre("b3", "b4"));
  EXPECT_EQ(commits(), 3);
}

TEST(WriteQueueTest, what_is_left_of_a_group_goes_before_what_came_meanwhile) {
  NamedWrite::Log log;
  WriteQueue waiting, rest;
  waiting.normal.push_back(std::make_unique<NamedWrite>(log, "new"));
  rest.normal.push_back(std::make_unique<NamedWrite>(log, "old 1"));
  rest.normal.push_back(std::make_unique<NamedWrite>(log, "old 2"));
  waiting.put_back(std::move(rest));
  for (auto& write : waiting.normal) write->finish(Error(ErrorKind::bug, "x"));
  ASSERT_EQ(waiting.size(), 3u);
  log.finished.clear();
  waiting.normal.front()->finish(Error(ErrorKind::bug, "x"));
  waiting.normal.back()->finish(Error(ErrorKind::bug, "x"));
  EXPECT_TRUE(log.finished.contains("old 1"));
  EXPECT_TRUE(log.finished.contains("new"));
}

TEST_F(WriterTest, a_failing_script_is_rolled_back_alone) {
  queue(WriteLane::normal, "before");
  queue(WriteLane::normal, "failing", [](Scripts&) { return false; });
  queue(WriteLane::normal, "after");
  run_group();
  EXPECT_THAT(stored(), ElementsAre("after", "before"));
  EXPECT_EQ(log_.finished.at("failing"), "failed");
  EXPECT_EQ(log_.finished.at("before"), "ok");
  EXPECT_EQ(log_.finished.at("after"), "ok");
}

TEST_F(WriterTest, a_broken_constraint_is_a_bug_of_that_script_alone) {
  queue(WriteLane::normal, "before");
  queue(WriteLane::normal, "breaking", [this](Scripts&) {
    writer_.database()->query("INSERT INTO counters VALUES ('revision', 1)").run();
    return true;
  });
  queue(WriteLane::normal, "after");
  run_group();
  EXPECT_THAT(stored(), ElementsAre("after", "before"));
  EXPECT_EQ(log_.finished.at("breaking"), "store_constraint");
  EXPECT_EQ(log_.finished.at("after"), "ok");
  EXPECT_THAT(readers_may_, IsEmpty()) << "the connection is sound";
}

TEST_F(WriterTest, a_group_in_which_nothing_succeeded_is_not_committed) {
  queue(WriteLane::normal, "failing", [](Scripts&) { return false; });
  run_group();
  EXPECT_EQ(commits(), 0);
  EXPECT_EQ(commits_told_, 0);
}

TEST_F(WriterTest, an_io_error_fails_what_ran_and_the_rest_goes_on_with_a_new_connection) {
  queue(WriteLane::normal, "before");
  queue(WriteLane::normal, "unlucky",
        [](Scripts&) -> bool { throw DatabaseError(SQLITE_IOERR_READ, "disk I/O error"); });
  queue(WriteLane::normal, "after");
  run_group();
  EXPECT_EQ(log_.finished.at("before"), "store_unavailable");
  EXPECT_EQ(log_.finished.at("unlucky"), "store_unavailable");
  EXPECT_FALSE(log_.finished.contains("after"));
  EXPECT_EQ(writer_.database(), nullptr);
  EXPECT_EQ(commits_told_, 0);
  run_group();
  EXPECT_EQ(log_.finished.at("after"), "ok");
  EXPECT_THAT(stored(), ElementsAre("after"));
  EXPECT_THAT(readers_may_, ElementsAre(false, true));
}

TEST_F(WriterTest, touched_shops_and_organisations_are_told_after_the_commit) {
  Committed told;
  std::string organisation;
  queue(WriteLane::normal, "with product", [&](Scripts& scripts) {
    CreateOrganisation create;
    organisation = must(scripts.run(create)).id;
    PutProducts put;
    put.organisation = organisation;
    put.items.push_back({product("KOPI", {variant("KOPI-250")}), {}});
    return scripts.run(put).ok();
  });
  writer_.run_group(queue_, [&](const Committed& c) {
    told = c;
    EXPECT_EQ(sqlite3_get_autocommit(writer_.database()->handle()), 1);
  });
  EXPECT_THAT(told.organisations_with_events, ElementsAre(organisation));
}

TEST_F(WriterTest, checkpoints_come_between_groups_when_the_log_is_long) {
  const auto size = [this](const char* name) {
    return std::filesystem::file_size(folder_.file(name));
  };
  constexpr std::uintmax_t kMebibyte = 1024 * 1024;
  queue(WriteLane::normal, "small");
  run_group();
  writer_.checkpoint_if_due(true);
  EXPECT_LT(size("gerbang.db"), kMebibyte) << "not due yet";

  queue(WriteLane::normal, "large", [](Scripts& scripts) {
    PutProducts put;
    CreateOrganisation create;
    put.organisation = must(scripts.run(create)).id;
    for (int i = 0; i < 200; ++i) {
      const std::string n = std::to_string(i);
      Product p = product("P" + n, {variant("S" + n)});
      p.description["id"] = std::string(30'000, 'x');
      put.items.push_back({std::move(p), {}});
    }
    return scripts.run(put).ok();
  });
  run_group();
  writer_.checkpoint_if_due(false);
  EXPECT_LT(size("gerbang.db"), kMebibyte) << "under load a longer log is waited for";
  writer_.checkpoint_if_due(true);
  EXPECT_GT(size("gerbang.db"), 5 * kMebibyte);

  const auto log = size("gerbang.db-wal");
  for (int i = 0; i < 20; ++i) {
    queue(WriteLane::normal, "after " + std::to_string(i));
    run_group();
  }
  EXPECT_EQ(size("gerbang.db-wal"), log) << "the log is written from its beginning again";
}

}  // namespace
}  // namespace gerbang::store
