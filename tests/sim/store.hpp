#pragma once

#include <deque>
#include <functional>
#include <memory>

#include "core/store/sqlite/writer.hpp"
#include "tests/sim/clockwork.hpp"
#include "tests/sim/disk.hpp"
#include "tests/sim/trace.hpp"

// The real SQLite store without its threads: the same scripts on the same Writer, groups, commits
// and syncs included, run by events of the simulation on the simulated disk. When a group is
// committed and when a read sees its snapshot is up to the seed.
namespace gerbang::sim {

struct StoreWeather {
  std::int64_t slowest_commit_ms = 5;
  std::int64_t slowest_read_ms = 2;
};

class SimStore final : public store::Store {
 public:
  // `committed` sees the database after every group that was committed.
  SimStore(Clockwork& clockwork, Disk& disk, Trace& trace, Random& chance, Random& ids,
           StoreWeather weather, std::function<void(store::Database&)> committed);
  ~SimStore() override;

  Result<void> open();
  // Completions are dropped from now on: the process is dying.
  void die() { *alive_ = false; }
  bool busy() const { return queue_.size() > 0 || !reads_.empty(); }
  // During set-up a write is a group of its own, at once.
  void at_once(bool yes) { at_once_ = yes; }
  store::Database* database() { return writer_->database(); }
  std::int64_t groups() const { return groups_; }
  // The queue and everything that waits for an answer from it are forgotten.
  void drop();

  void on_commit(std::function<void(const store::Committed&)> listener) override {
    listener_ = std::move(listener);
  }
  Result<void> backup(const std::string& path) override;
  Result<void> check() override { return {}; }
  void close() override;

 protected:
  void submit_write(std::unique_ptr<Write> write, store::WriteLane lane) override;
  void submit_read(std::unique_ptr<Read> read) override;

 private:
  void schedule_commit();
  void commit();
  void look_at_answer();
  void read_one();

  Clockwork& clockwork_;
  Disk& disk_;
  Trace& trace_;
  Random& chance_;
  const StoreWeather weather_;
  Vault vault_ = Vault::for_tests();
  store::SqliteOptions options_;
  std::function<void(store::Database&)> committed_;
  std::function<void(const store::Committed&)> listener_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
  std::unique_ptr<store::Writer> writer_;
  store::WriteQueue queue_;
  std::deque<std::unique_ptr<Read>> reads_;
  bool commit_scheduled_ = false;
  bool at_once_ = false;
  bool closed_ = false;
  std::size_t syncs_before_ = 0;
  bool early_ = false;  // an answer was handed over before its commit was on the disk
  std::int64_t groups_ = 0;
};

}  // namespace gerbang::sim
