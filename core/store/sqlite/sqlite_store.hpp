#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "core/base/crypto.hpp"
#include "core/base/metrics.hpp"
#include "core/base/random.hpp"
#include "core/base/result.hpp"
#include "core/base/time.hpp"
#include "core/store/store.hpp"

namespace gerbang::store {

struct SqliteOptions {
  std::string path;  // ":memory:" for tests: then reads run on the writer's thread
  Vault vault;
  const Clock& clock;
  Random& random;              // used on the writer's thread
  Metrics* metrics = nullptr;  // outlives the store
  // A group takes no more ordinary and bulk writes once it has changed this many rows, or has run
  // this long. Orders are always taken.
  std::size_t max_group_rows = 2000;
  Duration max_group_time{20};
  std::size_t readers = 2;
  // Writes are refused (transient disk_low) while the disk has less room; reads go on.
  std::uint64_t min_free_bytes = 200ULL * 1024 * 1024;
  // Waiting writes, and waiting reads; beyond: transient store_busy.
  std::size_t max_queued = 20'000;
  // Pages of 4 KiB in the log from which on it is copied into the database: when nothing waits, and
  // under load (a checkpoint costs the same two syncs whatever its length); and from which on it is
  // cut back to nothing as well.
  int checkpoint_pages_idle = 1'000;
  int checkpoint_pages_busy = 4'000;
  int truncate_pages = 16'000;
};

// Opens or creates the database, migrates it and starts its threads: one writer, which does every
// commit and checkpoint, and `readers` with read-only connections. The file belongs to this process
// until close() (a lock on "<path>.lock").
//
// Errors: conflict store_in_use (another process has it), store_moving (a move into it is not
// finished: core/store/move), invalid store_not_ours, unsupported store_schema_newer, transient
// store_cannot_open.
//
// Errors of a running store, besides those of the port: transient disk_low, transient store_busy,
// bug store_constraint (the script broke a rule of the schema; it alone was rolled back).
// A failed write or sync is never retried on the same connection: it is closed and opened again,
// and a marker row tells whether the group had been committed; only when the database cannot be
// opened any more does the answer become indeterminate store_commit_unknown.
//
// backup(): errors conflict backup_exists, transient backup_failed.
Result<std::unique_ptr<Store>> open_sqlite_store(SqliteOptions options);

// A whole, healthy database of ours, not newer than this program (older is fine: it is migrated
// when it is opened). Reads every page. Errors: invalid backup_damaged, and those of opening.
Result<void> check_backup(const std::string& path);

// Whether the vault opens what the backup has sealed. Errors: invalid backup_other_key, and those
// of opening.
Result<void> check_keys(const std::string& path, const Vault& vault);

// Prepares a copy of a backup, which nobody has open, to be used again: brings it to this program's
// schema; marks its shops for recovery (core/store/scripts.hpp); lifts what is counted, so that no
// revision or event number is given a second time. A clean file without a log is left. Errors:
// those of opening.
Result<void> mark_restored(const std::string& path, TimePoint now);

// Copies what the log of a database that nobody has open holds into its file and removes the log:
// afterwards the database is one file. Errors: transient store_cannot_open.
Result<void> fold_log(const std::string& path);

}  // namespace gerbang::store
