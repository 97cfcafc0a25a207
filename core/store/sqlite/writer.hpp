#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/store/sqlite/scripts.hpp"
#include "core/store/sqlite/sqlite_store.hpp"
#include "core/store/write_queue.hpp"

namespace gerbang::store {

// The only connection that changes the database. Runs groups, checkpoints between them, and
// replaces its connection after a failure. Not thread-safe: lives on the writer's thread.
class Writer {
 public:
  // `readers_may` is called with false before the connection is closed (all reading connections
  // must be closed when it returns) and with true once a new one is open.
  Writer(const SqliteOptions& options, std::function<void(bool)> readers_may);
  ~Writer();

  // Opens and migrates; the first time.
  Result<void> open();

  // One transaction: orders, then ordinary writes, then bulk, until the group is full; what did not
  // fit stays in `queue`. Every write that ran has been finished when this returns, and `committed`
  // was called if anything was committed.
  void run_group(WriteQueue& queue, const std::function<void(const Committed&)>& committed);

  // Between groups, after a failure: opens again, so that readers need not wait for the next write.
  // False: it cannot be opened now.
  bool reopen_if_closed() { return usable(); }

  // Between groups. `idle`: nothing waits, so a smaller log is worth a checkpoint.
  void checkpoint_if_due(bool idle);

  // Readers must have closed theirs.
  void close();

  // Nothing while the database cannot be opened.
  Database* database() { return db_.get(); }

 private:
  struct Ran {
    std::unique_ptr<Store::Write> write;
    std::optional<Error> fault;  // it broke a rule of the schema and was rolled back alone
  };

  // What a log holds when it is found may stand in the system's memory alone: a sync that failed
  // for whoever wrote it is not made good by ours. So it is copied into the database, synced there
  // and begun anew before anybody reads it. False: readers were in the way.
  bool make_lasting();
  // Opens again after a failure.
  bool usable();
  bool disk_is_low();
  std::unique_ptr<Store::Write> next(WriteQueue& queue, bool& bulk_taken);
  // False: it was rolled back alone.
  bool run_one(Ran& ran);
  // Counts the commit inside the transaction, so that a new connection can tell whether it
  // happened.
  std::int64_t raise_marker();
  // After a failed commit: nothing when it is durable after all.
  std::optional<Error> settle_unknown(std::int64_t marker);
  // The connection failed: closed, never used again.
  void give_up(const DatabaseError& error);
  // False: readers were in the way.
  bool checkpoint(std::string_view pragma);
  void show_writable(bool writable);
  void measure(std::size_t writes, std::chrono::duration<double> commit);

  const SqliteOptions& options_;
  const std::function<void(bool)> readers_may_;
  std::unique_ptr<Database> db_;
  std::unique_ptr<SqliteScripts> scripts_;
  int log_pages_ = 0;            // in the write-ahead log after the last commit
  int pages_at_checkpoint_ = 0;  // when we last tried
  std::int64_t changes_before_ = 0;
  std::chrono::steady_clock::time_point group_began_;
  std::chrono::steady_clock::time_point disk_checked_;
  bool disk_low_ = false;
};

}  // namespace gerbang::store
