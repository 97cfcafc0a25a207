#include "core/store/sqlite/sqlite_store.hpp"

#include <sqlite3.h>
#include <sys/stat.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <future>
#include <iterator>
#include <thread>

#include "core/store/sqlite/migrations.hpp"
#include "tests/contract/store_fixture.hpp"
#include "tests/contract/temporary_folder.hpp"

// The store on a real file, with its threads.
namespace gerbang::store {
namespace {

using testing::HasSubstr;
using testing::Not;

std::string bytes_of(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

std::string code_of(const Result<void>& result) {
  return result ? "ok" : result.error().code;
}

CreateOrganisation named(const std::string& name) {
  CreateOrganisation script;
  script.organisation.name = name;
  return script;
}

class SqliteStoreTest : public testing::Test {
 protected:
  SqliteOptions options() {
    SqliteOptions out{folder_.file("gerbang.db"), Vault::for_tests(), clock_, random_, &metrics_};
    out.max_group_time = std::chrono::hours(1);
    out.min_free_bytes = 0;
    return out;
  }
  Result<std::unique_ptr<Store>> try_open() { return open_sqlite_store(options()); }
  std::unique_ptr<Store> open() { return must(try_open()); }

  static std::set<std::string> names(Store& store) {
    std::set<std::string> out;
    for (const Organisation& o : must(store.read_now(ListOrganisations{})).data) out.insert(o.name);
    return out;
  }
  // A write whose completion holds the writer's thread until the returned promise is kept.
  static std::promise<void> hold(Store& store) {
    std::promise<void> release, held;
    store.apply(named("first"), [&held, waiting = release.get_future().share()](const auto& r) {
      EXPECT_TRUE(r.ok());
      held.set_value();
      waiting.wait();
    });
    held.get_future().wait();
    return release;
  }

  ManualClock clock_{from_rfc3339("2026-11-24T01:00:00Z").value()};
  SeededRandom random_{3};
  Metrics metrics_;
  TemporaryFolder folder_;
};

TEST_F(SqliteStoreTest, what_queues_during_a_commit_is_the_next_one) {
  const auto store = open();
  std::atomic<int> commits = 0, answered = 0;
  store->on_commit([&](const Committed&) { ++commits; });
  std::promise<void> release = hold(*store);
  std::promise<void> all;
  for (int i = 0; i < 100; ++i) {
    store->apply(named("N" + std::to_string(i)), [&](const auto& r) {
      EXPECT_TRUE(r.ok());
      if (++answered == 100) all.set_value();
    });
  }
  release.set_value();
  all.get_future().wait();
  store->close();
  EXPECT_EQ(commits, 2);
  EXPECT_THAT(metrics_.render(), HasSubstr("gerbang_store_group_size_count 2"));
}

TEST_F(SqliteStoreTest, everything_acknowledged_is_there_after_reopening) {
  {
    const auto store = open();
    must(store->apply_now(named("A")));
    must(store->apply_now(named("B")));
    // No close(): the destructor does it.
  }
  const auto store = open();
  EXPECT_EQ(names(*store), (std::set<std::string>{"A", "B"}));
}

TEST_F(SqliteStoreTest, close_finishes_what_is_queued_and_refuses_what_comes_later) {
  const auto store = open();
  std::promise<void> release = hold(*store);
  int answered = 0;
  for (int i = 0; i < 10; ++i)
    store->apply(named("N" + std::to_string(i)), [&](const auto& r) { answered += r.ok(); });
  std::thread closing([&] { store->close(); });
  release.set_value();
  closing.join();
  EXPECT_EQ(answered, 10);
  EXPECT_EQ(failure(store->apply_now(named("late"))), "transient store_closed");
  EXPECT_EQ(failure(store->read_now(ListOrganisations{})), "transient store_closed");
  EXPECT_EQ(code_of(store->backup(folder_.file("copy.db"))), "store_closed");
  EXPECT_EQ(code_of(store->check()), "store_closed");
  EXPECT_EQ(names(*open()).size(), 11u);
}

TEST_F(SqliteStoreTest, reads_go_on_while_a_write_is_held_and_see_what_was_committed) {
  const auto store = open();
  must(store->apply_now(named("A")));
  std::promise<void> release = hold(*store);
  EXPECT_EQ(names(*store), (std::set<std::string>{"A", "first"}));
  release.set_value();
}

// Asks a store through another, whose transaction fails after the answer was made.
class FailsAtItsEnd final : public Store {
 public:
  explicit FailsAtItsEnd(Store& store) : store_(store) {}
  void on_commit(std::function<void(const Committed&)>) override {}
  Result<void> backup(const std::string&) override { return Result<void>(); }
  Result<void> check() override { return Result<void>(); }
  void close() override {}

 protected:
  void submit_write(std::unique_ptr<Write> write, WriteLane lane) override {
    store_.forward_write(std::move(write), lane);
  }
  void submit_read(std::unique_ptr<Read> read) override {
    store_.forward_read(std::make_unique<Spoilt>(std::move(read)));
  }

 private:
  struct Spoilt final : Read {
    explicit Spoilt(std::unique_ptr<Read> r) : read(std::move(r)) {}
    void run(Queries& queries) override {
      read->run(queries);
      throw DatabaseError(SQLITE_IOERR, "at its end");
    }
    void finish(const std::optional<Error>& failure) override { read->finish(failure); }
    std::unique_ptr<Read> read;
  };
  Store& store_;
};

TEST_F(SqliteStoreTest, a_read_whose_transaction_fails_at_its_end_is_answered_once) {
  const auto store = open();
  FailsAtItsEnd fails(*store);
  std::vector<std::string> answers;
  fails.read(ListOrganisations{}, [&](const auto& r) { answers.push_back(failure(r)); });
  store->close();  // every read has been answered after that
  EXPECT_EQ(answers, std::vector<std::string>{"transient store_unavailable"});
}

TEST_F(SqliteStoreTest, many_threads_write_and_read) {
  const auto store = open();
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 25; ++i) {
        const Organisation made =
            must(store->apply_now(named(std::to_string(t) + "/" + std::to_string(i))));
        EXPECT_EQ(failure(store->read_now(GetOrganisation{made.id})), "ok") << "read your writes";
      }
    });
  }
  for (std::thread& t : threads) t.join();
  EXPECT_EQ(names(*store).size(), 100u);
}

TEST_F(SqliteStoreTest, a_reading_connection_cannot_write) {
  const auto store = open();
  Database reader(options().path, Database::Mode::reader);
  EXPECT_THROW(reader.execute("DELETE FROM organisations"), DatabaseError);
}

TEST_F(SqliteStoreTest, more_than_the_queue_holds_is_refused) {
  auto small = options();
  small.max_queued = 2;
  const auto store = must(open_sqlite_store(std::move(small)));
  std::promise<void> release = hold(*store);
  std::atomic<int> done = 0;
  const auto count = [&](const auto& r) { done += r.ok(); };
  store->apply(named("1"), count);
  store->apply(named("2"), count);
  // Not waited for: taken in, it would only be done after the release.
  std::string refused;
  store->apply(named("3"), [&](const auto& r) { refused = failure(r); });
  release.set_value();
  store->close();
  EXPECT_EQ(refused, "transient store_busy");
  EXPECT_EQ(done, 2);
}

TEST_F(SqliteStoreTest, writes_are_refused_on_a_nearly_full_disk_and_reads_go_on) {
  must(open()->apply_now(named("A")));
  auto full = options();
  full.min_free_bytes = UINT64_MAX;
  const auto store = must(open_sqlite_store(std::move(full)));
  EXPECT_EQ(failure(store->apply_now(named("B"))), "transient disk_low");
  EXPECT_EQ(code_of(store->check()), "disk_low");
  EXPECT_EQ(names(*store), std::set<std::string>{"A"});
}

TEST_F(SqliteStoreTest, check_answers_when_the_database_can_commit) {
  EXPECT_EQ(code_of(open()->check()), "ok");
}

// ---- opening --------------------------------------------------------------------------------

TEST_F(SqliteStoreTest, one_process_at_a_time) {
  auto store = open();
  EXPECT_EQ(failure(try_open()), "conflict store_in_use");
  store.reset();
  EXPECT_EQ(failure(try_open()), "ok");
}

TEST_F(SqliteStoreTest, the_file_is_for_its_owner_alone) {
  const auto store = open();
  must(store->apply_now(named("A")));
  for (const char* name : {"gerbang.db", "gerbang.db-wal", "gerbang.db.lock"}) {
    struct ::stat info {};
    ASSERT_EQ(::stat(folder_.file(name).c_str(), &info), 0) << name;
    EXPECT_EQ(info.st_mode & 0777, 0600u) << name;
  }
}

TEST_F(SqliteStoreTest, a_database_of_a_later_gerbang_is_refused_and_untouched) {
  open()->close();
  {
    Database db(options().path, Database::Mode::writer);
    db.execute("PRAGMA user_version = 99");
  }
  const std::string before = bytes_of(options().path);
  EXPECT_EQ(failure(try_open()), "unsupported store_schema_newer");
  EXPECT_EQ(bytes_of(options().path), before);
}

TEST_F(SqliteStoreTest, another_programs_file_is_refused_and_untouched) {
  sqlite3* theirs = nullptr;
  ASSERT_EQ(sqlite3_open(options().path.c_str(), &theirs), SQLITE_OK);
  ASSERT_EQ(sqlite3_exec(theirs, "CREATE TABLE t (x)", nullptr, nullptr, nullptr), SQLITE_OK);
  sqlite3_close(theirs);
  std::string before = bytes_of(options().path);
  EXPECT_EQ(failure(try_open()), "invalid store_not_ours");
  EXPECT_EQ(bytes_of(options().path), before) << "not even its journal mode";

  std::ofstream(options().path, std::ios::trunc)
      << "Daftar harga bulan ini: " << std::string(4096, '-');
  before = bytes_of(options().path);
  EXPECT_EQ(failure(try_open()), "invalid store_not_ours");
  EXPECT_EQ(bytes_of(options().path), before);
}

TEST_F(SqliteStoreTest, a_folder_that_is_not_there_is_said) {
  auto elsewhere = options();
  elsewhere.path = folder_.file("none/gerbang.db");
  const auto opened = open_sqlite_store(std::move(elsewhere));
  EXPECT_EQ(failure(opened), "transient store_cannot_open");
}

// ---- backup ---------------------------------------------------------------------------------

TEST_F(SqliteStoreTest, a_backup_of_a_live_store_is_whole_and_opens) {
  const auto store = open();
  must(store->apply_now(named("A")));
  std::atomic<bool> stop = false;
  std::thread writing([&] {
    for (int i = 0; !stop; ++i) must(store->apply_now(named("N" + std::to_string(i))));
  });
  const std::string copy = folder_.file("copy.db");
  EXPECT_EQ(code_of(store->backup(copy)), "ok");
  stop = true;
  writing.join();
  EXPECT_EQ(code_of(check_backup(copy)), "ok");
  for (const char* left : {"copy.db.part", "copy.db-wal", "copy.db-shm", "copy.db-journal"})
    EXPECT_FALSE(std::filesystem::exists(folder_.file(left))) << left;

  auto restored = options();
  restored.path = copy;
  const auto second = must(open_sqlite_store(std::move(restored)));
  const auto in_copy = names(*second), now = names(*store);
  EXPECT_TRUE(in_copy.contains("A"));
  EXPECT_TRUE(std::includes(now.begin(), now.end(), in_copy.begin(), in_copy.end()));
  must(second->apply_now(named("goes on")));
}

TEST_F(SqliteStoreTest, a_backup_equals_a_store_that_stands_still) {
  const auto store = open();
  for (int i = 0; i < 20; ++i) must(store->apply_now(named("N" + std::to_string(i))));
  ASSERT_EQ(code_of(store->backup(folder_.file("copy.db"))), "ok");
  auto restored = options();
  restored.path = folder_.file("copy.db");
  EXPECT_EQ(names(*must(open_sqlite_store(std::move(restored)))), names(*store));
}

TEST_F(SqliteStoreTest, a_backup_replaces_nothing) {
  const auto store = open();
  const std::string taken = folder_.file("catatan.txt");
  std::ofstream(taken) << "penting";
  EXPECT_EQ(code_of(store->backup(taken)), "backup_exists");
  EXPECT_EQ(bytes_of(taken), "penting");
  EXPECT_EQ(code_of(store->backup(folder_.file("none/copy.db"))), "backup_failed");
}

TEST_F(SqliteStoreTest, a_store_in_memory_can_be_backed_up_too) {
  auto memory = options();
  memory.path = ":memory:";
  const auto store = must(open_sqlite_store(std::move(memory)));
  must(store->apply_now(named("A")));
  ASSERT_EQ(code_of(store->backup(folder_.file("copy.db"))), "ok");
  EXPECT_EQ(code_of(check_backup(folder_.file("copy.db"))), "ok");
}

TEST_F(SqliteStoreTest, a_damaged_backup_is_found_out) {
  const std::string copy = folder_.file("copy.db");
  {
    const auto store = open();
    for (int i = 0; i < 200; ++i) {
      auto script = named(std::string(200, 'n') + std::to_string(i));
      must(store->apply_now(std::move(script)));
    }
    ASSERT_EQ(code_of(store->backup(copy)), "ok");
  }
  std::string content = bytes_of(copy);
  for (std::size_t at = 4096 * 8; at < content.size(); at += 4096)
    content.replace(at, 64, std::string(64, '\x7f'));
  std::ofstream(copy, std::ios::binary | std::ios::trunc) << content;
  EXPECT_EQ(code_of(check_backup(copy)), "backup_damaged");

  std::ofstream(folder_.file("text.db")) << std::string(8192, 'x');
  EXPECT_EQ(code_of(check_backup(folder_.file("text.db"))), "store_not_ours");
  EXPECT_EQ(code_of(check_backup(folder_.file("none.db"))), "store_cannot_open");
}

}  // namespace
}  // namespace gerbang::store
