#include "core/store/sqlite/sqlite_store.hpp"

#include <fcntl.h>
#include <sqlite3.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <condition_variable>
#include <cstdio>
#include <cstring>
#include <deque>
#include <filesystem>
#include <functional>
#include <future>
#include <mutex>
#include <shared_mutex>
#include <thread>
#include <utility>
#include <vector>

#include "core/base/crash_point.hpp"
#include "core/base/log.hpp"
#include "core/store/sqlite/crash_disk.hpp"
#include "core/store/sqlite/migrations.hpp"
#include "core/store/sqlite/queries.hpp"
#include "core/store/sqlite/writer.hpp"

namespace gerbang::store {

namespace {

// Between attempts to open the database again while nobody asks for it.
constexpr auto kReopenPause = std::chrono::seconds(1);

Error closed() {
  return Error(ErrorKind::transient, "store_closed", "the store is closed");
}
Error busy() {
  return Error(ErrorKind::transient, "store_busy", "too much is waiting");
}
Error unavailable(const char* why) {
  return Error(ErrorKind::transient, "store_unavailable", why);
}

// A file descriptor that closes itself.
class File {
 public:
  explicit File(int fd) : fd_(fd) {}
  File(File&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  File& operator=(File&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~File() {
    if (fd_ >= 0) ::close(fd_);
  }
  int fd() const { return fd_; }
  explicit operator bool() const { return fd_ >= 0; }

 private:
  int fd_;
};

std::string errno_text() {
  return std::strerror(errno);
}

// Held until the descriptor is closed, also by a crash.
Result<File> lock_file(const std::string& path) {
  const std::string name = path + ".lock";
  File file(::open(name.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  if (!file) return Error(ErrorKind::transient, "store_cannot_open", name + ": " + errno_text());
  if (::flock(file.fd(), LOCK_EX | LOCK_NB) != 0)
    return Error(ErrorKind::conflict, "store_in_use", "another process has " + path + " open");
  return file;
}

// Undoes what was under way when a process died while it made the database, before there was a log:
// a connection that may only read cannot.
void undo_unfinished_creation(const std::string& path) {
  std::error_code none;
  if (!std::filesystem::exists(path + "-journal", none)) return;
  sqlite3* db = nullptr;
  if (sqlite3_open_v2(path.c_str(), &db, SQLITE_OPEN_READWRITE, nullptr) == SQLITE_OK)
    sqlite3_exec(db, "SELECT count(*) FROM sqlite_schema", nullptr, nullptr, nullptr);
  sqlite3_close(db);  // whether it worked shows when the database is looked at
}

// Refuses a foreign or newer database before the writer's settings touch it.
Result<void> look_before_opening(const std::string& path) {
  struct ::stat info {};
  if (::stat(path.c_str(), &info) != 0 || info.st_size == 0) {
    // Sealed tokens and orders: for the owner's eyes. The log takes the file's mode over.
    const File created(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
    if (!created)
      return Error(ErrorKind::transient, "store_cannot_open", path + ": " + errno_text());
    return {};
  }
  undo_unfinished_creation(path);
  try {
    Database db(path, Database::Mode::reader);
    GERBANG_TRY(empty, recognise_schema(db));
    (void)empty;
    return {};
  } catch (const DatabaseError& error) {
    if ((error.code() & 0xff) == SQLITE_NOTADB)
      return Error(ErrorKind::invalid, "store_not_ours", path + ": " + error.what());
    return Error(ErrorKind::transient, "store_cannot_open", path + ": " + error.what());
  }
}

// A write of nothing: whether the database can commit.
class Probe final : public Store::Write {
 public:
  explicit Probe(std::function<void(Result<void>)> done) : done_(std::move(done)) {}
  bool run(Scripts&) override { return true; }
  void finish(const std::optional<Error>& failure) override {
    done_(failure ? Result<void>(*failure) : Result<void>());
  }

 private:
  std::function<void(Result<void>)> done_;
};

Result<void> sync_path(const std::string& path, int flags) {
  const File file(::open(path.c_str(), flags | O_CLOEXEC));
  if (!file || ::fsync(file.fd()) != 0)
    return Error(ErrorKind::transient, "backup_failed", path + ": " + errno_text());
  return {};
}

class SqliteStore final : public Store {
 public:
  explicit SqliteStore(SqliteOptions options)
      : options_(std::move(options)),
        in_memory_(options_.path == ":memory:"),
        writer_(options_, [this](bool may) { let_readers(may); }) {}

  ~SqliteStore() override { close(); }

  Result<void> start();

  void on_commit(std::function<void(const Committed&)> listener) override {
    const std::lock_guard lock(mutex_);
    listener_ = std::move(listener);
  }
  Result<void> backup(const std::string& path) override;
  Result<void> check() override;
  void close() override;

 protected:
  void submit_write(std::unique_ptr<Write> write, WriteLane lane) override;
  void submit_read(std::unique_ptr<Read> read) override;

 private:
  struct Reader {
    std::unique_ptr<Database> db;
    std::thread thread;
  };

  void write_loop();
  void read_loop(Reader& reader);
  // False: the connection is of no use any more.
  bool answer_read(Read& read, Database& db);
  void let_readers(bool may);
  Result<void> copy_into(Database& db, const std::string& path);

  const SqliteOptions options_;
  const bool in_memory_;
  File lock_{-1};
  Writer writer_;

  std::mutex mutex_;  // the queues, `closing_`, `listener_`
  std::condition_variable writes_wait_;
  std::condition_variable reads_wait_;
  WriteQueue writes_;
  std::deque<std::unique_ptr<Read>> reads_;
  std::deque<std::function<void()>> jobs_;
  std::function<void(const Committed&)> listener_;
  bool closing_ = false;

  // Readers hold it shared while they use their connection; the writer takes it alone to close
  // theirs before it replaces its own.
  std::shared_mutex gate_;
  std::atomic<bool> readers_may_ = false;
  std::mutex one_backup_;
  std::mutex backup_mutex_;     // backup_
  Database* backup_ = nullptr;  // the connection of a running backup

  std::vector<Reader> readers_;
  std::thread write_thread_;
};

Result<void> SqliteStore::start() {
  if (!in_memory_) {
    GERBANG_TRY(lock, lock_file(options_.path));
    lock_ = std::move(lock);
    GERBANG_CHECK(look_before_opening(options_.path));
  }
  GERBANG_CHECK(writer_.open());
  readers_may_ = true;
  write_thread_ = std::thread([this] { write_loop(); });
  if (!in_memory_) {
    readers_.resize(std::max<std::size_t>(1, options_.readers));
    for (Reader& reader : readers_)
      reader.thread = std::thread([this, &reader] { read_loop(reader); });
  }
  return {};
}

void SqliteStore::submit_write(std::unique_ptr<Write> write, WriteLane lane) {
  std::optional<Error> refusal;
  {
    const std::lock_guard lock(mutex_);
    if (closing_) {
      refusal = closed();
    } else if (writes_.size() >= options_.max_queued) {
      refusal = busy();
    } else {
      writes_.lane(lane).push_back(std::move(write));
    }
  }
  if (refusal) {
    write->finish(refusal);
  } else {
    writes_wait_.notify_one();
  }
}

void SqliteStore::submit_read(std::unique_ptr<Read> read) {
  std::optional<Error> refusal;
  {
    const std::lock_guard lock(mutex_);
    if (closing_) {
      refusal = closed();
    } else if (reads_.size() >= options_.max_queued) {
      refusal = busy();
    } else {
      reads_.push_back(std::move(read));
    }
  }
  if (refusal) {
    read->finish(*refusal);
  } else {
    (in_memory_ ? writes_wait_ : reads_wait_).notify_one();
  }
}

void SqliteStore::write_loop() {
  for (;;) {
    WriteQueue group;
    std::deque<std::function<void()>> jobs;
    std::deque<std::unique_ptr<Read>> reads;
    std::function<void(const Committed&)> listener;
    bool idle = false;
    {
      std::unique_lock lock(mutex_);
      const auto something = [&] {
        return writes_.size() > 0 || !jobs_.empty() || (in_memory_ && !reads_.empty()) || closing_;
      };
      if (!something()) {
        lock.unlock();
        writer_.checkpoint_if_due(true);
        const bool open = writer_.reopen_if_closed();
        lock.lock();
        if (open) {
          writes_wait_.wait(lock, something);
        } else {
          writes_wait_.wait_for(lock, kReopenPause, something);
          if (!something()) continue;
        }
      }
      group = std::exchange(writes_, {});
      jobs.swap(jobs_);
      if (in_memory_) reads.swap(reads_);
      listener = listener_;
      idle = group.size() == 0 && jobs.empty() && reads.empty();
      if (options_.metrics)
        options_.metrics->set("gerbang_store_queue_depth", "Writes that waited for the last group",
                              static_cast<double>(group.size()));
    }
    if (idle) return;  // closing, and nothing is left
    writer_.run_group(group, listener);
    for (const auto& read : reads) {
      if (Database* db = writer_.database()) {
        answer_read(*read, *db);
      } else {
        read->finish(unavailable("the database cannot be opened"));
      }
    }
    for (const auto& job : jobs) job();
    writer_.checkpoint_if_due(false);
    if (group.size() > 0) {
      const std::lock_guard lock(mutex_);
      writes_.put_back(std::move(group));
    }
  }
}

void SqliteStore::read_loop(Reader& reader) {
  for (;;) {
    std::unique_ptr<Read> read;
    {
      std::unique_lock lock(mutex_);
      reads_wait_.wait(lock, [&] { return !reads_.empty() || closing_; });
      if (reads_.empty()) return;
      read = std::move(reads_.front());
      reads_.pop_front();
    }
    const std::shared_lock in(gate_);
    if (!readers_may_) {
      read->finish(unavailable("the database cannot be opened"));
      continue;
    }
    try {
      if (!reader.db) reader.db = std::make_unique<Database>(options_.path, Database::Mode::reader);
    } catch (const DatabaseError& error) {
      log::error("store.reader_cannot_open",
                 {{"code", "store_unavailable"}, {"detail", error.what()}});
      read->finish(unavailable(error.what()));
      continue;
    }
    if (!answer_read(*read, *reader.db)) reader.db.reset();
  }
}

bool SqliteStore::answer_read(Read& read, Database& db) {
  try {
    db.query("BEGIN").run();
    SqliteQueries queries(db, options_.vault, options_.clock);
    read.run(queries);
    db.query("COMMIT").run();
  } catch (const DatabaseError& error) {
    log::error("store.read_failed", {{"code", "store_unavailable"}, {"detail", error.what()}});
    read.finish(error.of_statement() ? Error(ErrorKind::bug, "store_query_failed", error.what())
                                     : unavailable(error.what()));
    return false;
  }
  read.finish(std::nullopt);
  return true;
}

void SqliteStore::let_readers(bool may) {
  readers_may_ = may;
  if (may) return;
  {
    const std::lock_guard lock(backup_mutex_);
    if (backup_) sqlite3_interrupt(backup_->handle());
  }
  const std::unique_lock alone(gate_);
  for (Reader& reader : readers_) reader.db.reset();
}

Result<void> SqliteStore::check() {
  std::promise<Result<void>> answer;
  submit_write(std::make_unique<Probe>([&](Result<void> r) { answer.set_value(std::move(r)); }),
               WriteLane::orders);
  return answer.get_future().get();
}

Result<void> SqliteStore::backup(const std::string& path) {
  if (std::filesystem::exists(path))
    return Error(ErrorKind::conflict, "backup_exists", path + " is there already");
  const std::lock_guard one(one_backup_);
  if (in_memory_) {
    std::promise<Result<void>> answer;
    {
      const std::lock_guard lock(mutex_);
      if (closing_) return closed();
      jobs_.push_back([&] {
        Database* db = writer_.database();
        answer.set_value(db ? copy_into(*db, path)
                            : Result<void>(unavailable("the database cannot be opened")));
      });
    }
    writes_wait_.notify_one();
    return answer.get_future().get();
  }
  {
    const std::lock_guard lock(mutex_);
    if (closing_) return closed();
  }
  const std::shared_lock in(gate_);
  try {
    Database db(options_.path, Database::Mode::reader);
    {
      const std::lock_guard lock(backup_mutex_);
      backup_ = &db;
    }
    // Looked at after it can be interrupted: a writer that starts over now does not wait for us.
    auto copied = readers_may_ ? copy_into(db, path)
                               : Result<void>(unavailable("the database cannot be opened"));
    const std::lock_guard lock(backup_mutex_);
    backup_ = nullptr;
    return copied;
  } catch (const DatabaseError& error) {
    return Error(ErrorKind::transient, "backup_failed", error.what());
  }
}

// Under its final name there is never anything but a whole, synced copy.
Result<void> SqliteStore::copy_into(Database& db, const std::string& path) {
  const std::string part = path + ".part";
  std::error_code ignored;
  std::filesystem::remove(part, ignored);
  try {
    GERBANG_CRASH_PHASE("backup.mid_copy", "backup.before_sync");
    db.query("VACUUM INTO ?1").bind(1, part).run();
  } catch (const DatabaseError& error) {
    std::filesystem::remove(part, ignored);
    return Error(ErrorKind::transient, "backup_failed", error.what());
  }
  GERBANG_CHECK(sync_path(part, O_RDWR));
  std::error_code failed;
  std::filesystem::permissions(
      part, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write, failed);
  GERBANG_CRASH_POINT("backup.before_rename");
  if (::renameat2(AT_FDCWD, part.c_str(), AT_FDCWD, path.c_str(), RENAME_NOREPLACE) != 0) {
    const bool there = errno == EEXIST;
    const std::string why = errno_text();
    std::filesystem::remove(part, ignored);
    if (there) return Error(ErrorKind::conflict, "backup_exists", path + " is there already");
    return Error(ErrorKind::transient, "backup_failed", path + ": " + why);
  }
  GERBANG_CRASH_POINT("backup.after_rename");
  return sync_path(std::filesystem::absolute(path).parent_path(), O_RDONLY | O_DIRECTORY);
}

void SqliteStore::close() {
  {
    const std::lock_guard lock(mutex_);
    closing_ = true;
  }
  writes_wait_.notify_all();
  reads_wait_.notify_all();
  for (Reader& reader : readers_) {
    if (reader.thread.joinable()) reader.thread.join();
  }
  if (write_thread_.joinable()) write_thread_.join();
  let_readers(false);
  writer_.close();
  lock_ = File(-1);
}

}  // namespace

Result<std::unique_ptr<Store>> open_sqlite_store(SqliteOptions options) {
  auto store = std::make_unique<SqliteStore>(std::move(options));
  GERBANG_CHECK(store->start());
  return std::unique_ptr<Store>(std::move(store));
}

Result<void> fold_log(const std::string& path) {
  std::error_code none;
  if (!std::filesystem::exists(path + "-wal", none)) return {};
  try {
    Database db(path, Database::Mode::writer);
    auto row = db.query("PRAGMA wal_checkpoint(TRUNCATE)");
    if (row.step() && row.integer(0) == 0) return {};
    return Error(ErrorKind::transient, "store_cannot_open", path + ": the log is in use");
  } catch (const DatabaseError& error) {
    return Error(ErrorKind::transient, "store_cannot_open", path + ": " + error.what());
  }
}

Result<void> check_backup(const std::string& path) {
  try {
    Database db(path, Database::Mode::reader);
    GERBANG_TRY(empty, recognise_schema(db));
    if (empty) return Error(ErrorKind::invalid, "store_not_ours", path + " is empty");
    auto row = db.query("PRAGMA integrity_check(1)");
    if (!row.step() || row.text(0) != "ok")
      return Error(ErrorKind::invalid, "backup_damaged", path + ": " + row.text(0));
    return {};
  } catch (const DatabaseError& error) {
    switch (error.code() & 0xff) {
      case SQLITE_NOTADB:
        return Error(ErrorKind::invalid, "store_not_ours", path + ": " + error.what());
      case SQLITE_CORRUPT:
        return Error(ErrorKind::invalid, "backup_damaged", path + ": " + error.what());
      default:
        return Error(ErrorKind::transient, "store_cannot_open", path + ": " + error.what());
    }
  }
}

}  // namespace gerbang::store
