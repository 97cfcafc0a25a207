#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "core/store/postgres/peers.hpp"
#include "core/store/postgres/postgres_store.hpp"
#include "core/store/postgres/routes.hpp"
#include "core/store/postgres/scripts.hpp"
#include "core/store/write_queue.hpp"

namespace gerbang::store::postgres {

// One source of chance for several threads.
class SharedRandom final : public Random {
 public:
  explicit SharedRandom(Random& source) : source_(source) {}
  std::uint64_t next() override {
    const std::lock_guard lock(mutex_);
    return source_.next();
  }

 private:
  std::mutex mutex_;
  Random& source_;
};

// One connection that writes. Runs groups as the SQLite writer does: one transaction, a savepoint
// for each script, one commit. Not thread-safe: lives on its own thread.
//
// Locks are taken in one order everywhere: the organisations of the whole group first, by id, in
// one statement. What the database gives up as a deadlock or a lock that was not free in time is
// repeated as a group. Scripts that lock what they find on the way run alone.
class Writer {
 public:
  // `alone`: one script per transaction.
  Writer(const PostgresOptions& options, std::string name, bool alone, Random& random,
         Routes& routes, Peers& peers);
  ~Writer();

  // Connects and registers its commit mark. Throws DatabaseError.
  void open();
  // Every write that ran has been finished when this returns, and `committed` was called if
  // anything was committed. What did not fit stays in `queue`.
  void run_group(WriteQueue& queue, const std::function<void(const Committed&)>& committed);
  void close();
  Connection* connection() { return db_.get(); }

 private:
  struct Ran {
    std::unique_ptr<Store::Write> write;
    std::string home;
    std::optional<Error> fault;  // it broke a rule of the schema and was rolled back alone
  };
  enum class Outcome { committed, nothing_to_commit, repeat, failed };

  std::vector<Ran> take(WriteQueue& queue);
  // `ran` of them were run; the others go back.
  Outcome attempt(std::vector<Ran>& group, std::size_t& ran, std::optional<Error>& failure,
                  Committed& touched);
  // False: it was rolled back alone.
  bool run_one(Ran& ran);
  bool usable();
  // After a COMMIT whose answer was lost: nothing when the group is in the database.
  std::optional<Error> settle_unknown(const std::string& token, int backend);
  void give_up(const DatabaseError& error);
  void show_writable(bool writable);
  void measure(std::size_t writes, std::chrono::duration<double> commit);
  void put_back(WriteQueue& queue, std::vector<Ran>& group, std::size_t from);

  const PostgresOptions& options_;
  const std::string name_;
  const bool alone_;
  Random& random_;
  Routes& routes_;
  Peers& peers_;
  std::unique_ptr<Connection> db_;
  std::unique_ptr<PostgresScripts> scripts_;
  std::vector<WriteLane> lanes_;  // of the group that runs, for put_back
};

ConnectionSettings settings_of(const PostgresOptions& options, const std::string& name);

}  // namespace gerbang::store::postgres
