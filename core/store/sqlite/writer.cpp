#include "core/store/sqlite/writer.hpp"

#include <sqlite3.h>
#include <sys/statvfs.h>

#include <algorithm>
#include <filesystem>
#include <utility>

#include "core/base/crash_point.hpp"
#include "core/base/log.hpp"
#include "core/store/sqlite/crash_disk.hpp"
#include "core/store/sqlite/migrations.hpp"

namespace gerbang::store {

namespace {

constexpr auto kDiskInterval = std::chrono::seconds(1);

Error unavailable(std::string detail) {
  return Error(ErrorKind::transient, "store_unavailable", std::move(detail));
}

// What makes a commit durable is in force, whatever the file system or the library's defaults say.
void check_durability(Database& db, const std::string& path) {
  if (path == ":memory:") return;
  const auto setting = [&](std::string_view pragma) {
    auto row = db.query(pragma);
    return row.step() ? row.text(0) : std::string();
  };
  ensure(setting("PRAGMA journal_mode") == "wal", "the database keeps no write-ahead log");
  ensure(setting("PRAGMA synchronous") == "2", "commits are not synced");
}

}  // namespace

Writer::Writer(const SqliteOptions& options, std::function<void(bool)> readers_may)
    : options_(options), readers_may_(std::move(readers_may)) {
  // There from the start: of a counter that appears as 1 nobody sees the increase.
  if (options_.metrics)
    options_.metrics->count("gerbang_store_failures_total",
                            "Times the database connection was given up after an error", {}, 0);
}

Writer::~Writer() = default;

void Writer::close() {
  scripts_.reset();
  db_.reset();
}

Result<void> Writer::open() {
  try {
    auto db = std::make_unique<Database>(options_.path, Database::Mode::writer);
    GERBANG_CHECK(migrate(*db));
    check_durability(*db, options_.path);
    sqlite3_wal_hook(
        db->handle(),
        [](void* self, sqlite3*, const char*, int pages) {
          static_cast<Writer*>(self)->log_pages_ = pages;
          return SQLITE_OK;
        },
        this);
    scripts_ =
        std::make_unique<SqliteScripts>(*db, options_.vault, options_.clock, options_.random);
    db_ = std::move(db);
    log_pages_ = 0;
    pages_at_checkpoint_ = 0;
    if (make_lasting()) return {};
    close();
    return Error(ErrorKind::transient, "store_cannot_open", "the log cannot be emptied");
  } catch (const DatabaseError& error) {
    close();
    return Error(ErrorKind::transient, "store_cannot_open", error.what());
  }
}

bool Writer::make_lasting() {
  if (options_.path == ":memory:") return true;
  if (!checkpoint("PRAGMA wal_checkpoint(TRUNCATE)")) return false;
  // The log was cut, but only a sync makes that lasting: until then the power could bring back an
  // older part of it, over what has just been copied. A small commit syncs it.
  db_->query(
         "INSERT INTO counters VALUES ('opened', 1)"
         " ON CONFLICT (name) DO UPDATE SET value = value + 1")
      .run();
  return true;
}

void Writer::run_group(WriteQueue& queue, const std::function<void(const Committed&)>& committed) {
  if (queue.size() == 0) return;
  std::optional<Error> refusal;
  if (!usable()) {
    refusal = unavailable("the database cannot be opened");
  } else if (disk_is_low()) {
    refusal = Error(ErrorKind::transient, "disk_low", "the disk is nearly full");
  }
  if (refusal) {
    show_writable(false);
    WriteQueue refused = std::exchange(queue, {});
    for (auto* lane : {&refused.orders, &refused.normal, &refused.bulk}) {
      for (auto& write : *lane) write->finish(refusal);
    }
    return;
  }

  std::vector<Ran> ran;
  std::optional<Error> failure;
  Committed touched;
  std::int64_t marker = 0;
  bool committing = false;
  bool committed_and_synced = false;
  bool any_good = false;
  group_began_ = std::chrono::steady_clock::now();
  try {
    db_->query("BEGIN IMMEDIATE").run();
    changes_before_ = sqlite3_total_changes64(db_->handle());
    bool bulk_taken = false;
    while (auto write = next(queue, bulk_taken)) {
      ran.push_back({std::move(write), {}});
      any_good = run_one(ran.back()) || any_good;
    }
    touched = scripts_->take_touched();
    if (any_good) {
      marker = raise_marker();
      const auto commit_began = std::chrono::steady_clock::now();
      committing = true;
      GERBANG_CRASH_POINT("store.before_commit");
      {
        GERBANG_CRASH_PHASE("store.mid_commit", "store.before_sync");
        db_->query("COMMIT").run();
      }
      committed_and_synced = sqlite3_get_autocommit(db_->handle()) != 0;
      GERBANG_CRASH_POINT("store.after_sync");
      measure(ran.size(), std::chrono::steady_clock::now() - commit_began);
      show_writable(true);
    } else {
      db_->query("ROLLBACK").run();
    }
  } catch (const DatabaseError& error) {
    give_up(error);
    failure = committing ? settle_unknown(marker) : unavailable(error.what());
    committed_and_synced = committing && !failure;
  }
  ensure(!any_good || failure || committed_and_synced, "an answer would go out before its commit");
  for (Ran& r : ran) {
    r.write->finish(r.fault ? r.fault : failure);
    GERBANG_CRASH_POINT("store.some_answered");
  }
  if (any_good && !failure && committed) committed(touched);
}

std::unique_ptr<Store::Write> Writer::next(WriteQueue& queue, bool& bulk_taken) {
  const auto take = [](auto& lane) {
    auto write = std::move(lane.front());
    lane.pop_front();
    return write;
  };
  if (!queue.orders.empty()) return take(queue.orders);
  const bool full = sqlite3_total_changes64(db_->handle()) - changes_before_ >=
                        static_cast<std::int64_t>(options_.max_group_rows) ||
                    std::chrono::steady_clock::now() - group_began_ >= options_.max_group_time;
  if (!full && !queue.normal.empty()) return take(queue.normal);
  // One bulk write always goes along, so that a busy store does not starve it.
  if ((!full || !bulk_taken) && !queue.bulk.empty()) {
    bulk_taken = true;
    return take(queue.bulk);
  }
  return nullptr;
}

bool Writer::run_one(Ran& ran) {
  db_->query("SAVEPOINT script").run();
  bool good = false;
  try {
    good = ran.write->run(*scripts_);
  } catch (const DatabaseError& error) {
    // SQLite may have given up the whole transaction itself; then nothing of the group is left.
    if (!error.of_statement() || sqlite3_get_autocommit(db_->handle())) throw;
    log::error("store.script_failed", {{"code", "store_constraint"}, {"detail", error.what()}});
    ran.fault = Error(ErrorKind::bug, "store_constraint", error.what());
  }
  if (!good) db_->query("ROLLBACK TO script").run();
  db_->query("RELEASE script").run();
  return good;
}

void Writer::show_writable(bool writable) {
  if (options_.metrics)
    options_.metrics->set("gerbang_store_writable", "1: the last group of writes was committed",
                          writable ? 1 : 0);
}

void Writer::measure(std::size_t writes, std::chrono::duration<double> commit) {
  if (!options_.metrics) return;
  options_.metrics->observe_seconds("gerbang_store_commit_seconds",
                                    "Time to commit and sync a group of writes", commit.count());
  options_.metrics->observe_size("gerbang_store_group_size", "Writes in one transaction",
                                 static_cast<double>(writes));
}

std::int64_t Writer::raise_marker() {
  auto row = db_->query(
      "INSERT INTO counters VALUES ('commits', 1)"
      " ON CONFLICT (name) DO UPDATE SET value = value + 1 RETURNING value");
  row.step();
  return row.integer(0);
}

void Writer::give_up(const DatabaseError& error) {
  log::error("store.failed", {{"code", "store_unavailable"},
                              {"detail", error.what()},
                              {"status", static_cast<std::int64_t>(error.code())}});
  if (options_.metrics)
    options_.metrics->count("gerbang_store_failures_total",
                            "Times the database connection was given up after an error");
  show_writable(false);
  readers_may_(false);
  scripts_.reset();
  db_.reset();
}

bool Writer::usable() {
  if (db_) return true;
  const auto opened = open();
  if (!opened) {
    log::error("store.cannot_reopen",
               {{"code", opened.error().code}, {"detail", opened.error().detail}});
    return false;
  }
  log::info("store.reopened");
  readers_may_(true);
  return true;
}

std::optional<Error> Writer::settle_unknown(std::int64_t marker) {
  const Error unknown(ErrorKind::indeterminate, "store_commit_unknown",
                      "the commit failed and the database cannot be opened to look");
  try {
    const auto opened = open();
    if (!opened) return unknown;
    bool there = false;
    {
      auto stored = db_->query("SELECT value FROM counters WHERE name = 'commits'");
      there = stored.step() && stored.integer(0) == marker;
    }
    readers_may_(true);
    if (there) return std::nullopt;
    return unavailable("the commit failed; nothing of it is in the database");
  } catch (const DatabaseError& error) {
    give_up(error);
    return unknown;
  }
}

bool Writer::checkpoint(std::string_view pragma) {
  bool done = false;
  {
    GERBANG_CRASH_PHASE("store.mid_checkpoint", "store.checkpoint_before_sync");
    auto row = db_->query(pragma);
    done = row.step() && row.integer(0) == 0;
  }
  GERBANG_CRASH_POINT("store.after_checkpoint");
  return done;
}

void Writer::checkpoint_if_due(bool idle) {
  if (!db_ || options_.path == ":memory:") return;
  // A log that was copied whole is written from its beginning again.
  if (log_pages_ < pages_at_checkpoint_) pages_at_checkpoint_ = 0;
  if (log_pages_ - pages_at_checkpoint_ <
      (idle ? options_.checkpoint_pages_idle : options_.checkpoint_pages_busy))
    return;
  pages_at_checkpoint_ = log_pages_;
  try {
    if (log_pages_ < options_.truncate_pages) {
      checkpoint("PRAGMA wal_checkpoint(PASSIVE)");
      return;
    }
    // Truncating needs a moment without readers; not at the price of waiting for one.
    sqlite3_busy_timeout(db_->handle(), 0);
    if (checkpoint("PRAGMA wal_checkpoint(TRUNCATE)")) log_pages_ = pages_at_checkpoint_ = 0;
    sqlite3_busy_timeout(db_->handle(), Database::kBusyMillis);
  } catch (const DatabaseError& error) {
    give_up(error);
  }
}

bool Writer::disk_is_low() {
  if (options_.path == ":memory:") return false;
  const auto now = std::chrono::steady_clock::now();
  if (disk_checked_ != decltype(disk_checked_){} && now - disk_checked_ < kDiskInterval)
    return disk_low_;
  disk_checked_ = now;
  struct statvfs disk {};
  const auto folder = std::filesystem::absolute(options_.path).parent_path();
  if (statvfs(folder.c_str(), &disk) != 0) return disk_low_;
  const std::uint64_t free = static_cast<std::uint64_t>(disk.f_bavail) * disk.f_frsize;
  const bool low = free < options_.min_free_bytes;
  if (options_.metrics) {
    options_.metrics->set("gerbang_store_free_bytes", "Free disk where the database is",
                          static_cast<double>(free));
    options_.metrics->set("gerbang_store_min_free_bytes", "Below this much, writes are refused",
                          static_cast<double>(options_.min_free_bytes));
  }
  if (low != disk_low_) {
    if (low) {
      log::error("store.disk_low", {{"code", "disk_low"}});
    } else {
      log::info("store.disk_ok");
    }
  }
  disk_low_ = low;
  return low;
}

}  // namespace gerbang::store
