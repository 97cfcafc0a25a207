#include "tests/sim/store.hpp"

#include "core/store/sqlite/queries.hpp"

namespace gerbang::sim {

namespace {

// A dead process answers nobody.
class Guarded final : public store::Store::Write {
 public:
  Guarded(std::unique_ptr<Write> inner, std::shared_ptr<bool> alive,
          std::function<void()> good_answer)
      : inner_(std::move(inner)), alive_(std::move(alive)), good_answer_(std::move(good_answer)) {}
  store::Place place() const override { return inner_->place(); }
  bool run(store::Scripts& scripts) override { return good_ = inner_->run(scripts); }
  void finish(const std::optional<Error>& failure) override {
    if (!*alive_) return;
    if (good_ && !failure) good_answer_();
    inner_->finish(failure);
  }

 private:
  std::unique_ptr<Write> inner_;
  std::shared_ptr<bool> alive_;
  std::function<void()> good_answer_;
  bool good_ = false;
};

Error closed() {
  return Error(ErrorKind::transient, "store_closed", "the store is closed");
}

}  // namespace

SimStore::SimStore(Clockwork& clockwork, Disk& disk, Trace& trace, Random& chance, Random& ids,
                   StoreWeather weather, std::function<void(store::Database&)> committed)
    : clockwork_(clockwork),
      disk_(disk),
      trace_(trace),
      chance_(chance),
      weather_(weather),
      options_{"/gerbang.db", vault_, clockwork.clock, ids},
      committed_(std::move(committed)) {
  // What the real writer measures on the steady clock has no say here.
  options_.min_free_bytes = 0;
  options_.max_group_time = std::chrono::hours(1);
  options_.max_group_rows = 200;
  writer_ = std::make_unique<store::Writer>(options_, [](bool) {});
}

SimStore::~SimStore() {
  die();
  drop();
}

void SimStore::drop() {
  queue_ = {};
  reads_.clear();
}

Result<void> SimStore::open() {
  return writer_->open();
}

void SimStore::close() {
  closed_ = true;
  while (queue_.size() > 0 && !disk_.frozen()) commit();
  while (!reads_.empty() && !disk_.frozen()) read_one();
  if (!disk_.frozen()) writer_->close();
}

Result<void> SimStore::backup(const std::string&) {
  return Error(ErrorKind::unsupported, "operation_unsupported", "not simulated");
}

void SimStore::submit_write(std::unique_ptr<Write> write, store::WriteLane lane) {
  if (closed_) return write->finish(closed());
  queue_.lane(lane).push_back(
      std::make_unique<Guarded>(std::move(write), alive_, [this] { look_at_answer(); }));
  if (at_once_) return commit();
  schedule_commit();
}

void SimStore::schedule_commit() {
  if (commit_scheduled_) return;
  commit_scheduled_ = true;
  const auto wait = chance_.below(static_cast<std::uint64_t>(weather_.slowest_commit_ms) + 1);
  clockwork_.after(Duration(wait), [this, alive = alive_] {
    if (*alive) commit();
  });
}

// The writer has a thread of its own: what it hands over may reach the client at that very instant,
// which one thread cannot show. So it is looked at here, where it is handed over.
void SimStore::look_at_answer() {
  // A commit syncs the log last, and nothing else in a group syncs before it.
  early_ = early_ || disk_.syncs() == syncs_before_;
}

void SimStore::commit() {
  commit_scheduled_ = false;
  if (queue_.size() == 0) return;
  ++groups_;
  const std::size_t waiting = queue_.size();
  syncs_before_ = disk_.syncs();
  const auto alive = alive_;
  writer_->run_group(queue_, [this, &alive](const store::Committed& touched) {
    if (*alive && listener_) listener_(touched);
  });
  if (early_)
    throw Violation("acknowledged is durable", "",
                    "a write was answered before its commit was synced");
  trace_.note(clockwork_.now(), "disk", "",
              "a group of " + std::to_string(waiting - queue_.size()) + " writes " +
                  (disk_.frozen() ? "died in its commit" : "is committed"));
  if (!*alive) return;
  if (store::Database* db = writer_->database()) committed_(*db);
  writer_->checkpoint_if_due(queue_.size() == 0);
  if (queue_.size() > 0 && *alive) schedule_commit();
}

void SimStore::submit_read(std::unique_ptr<Read> read) {
  if (closed_) return read->finish(closed());
  reads_.push_back(std::move(read));
  if (at_once_) return read_one();
  const auto wait = chance_.below(4) == 0
                        ? chance_.below(static_cast<std::uint64_t>(weather_.slowest_read_ms) + 1)
                        : 0;
  clockwork_.after(Duration(wait), [this, alive = alive_] {
    if (*alive) read_one();
  });
}

// Several readers: the one that was asked first is not always the first to answer.
void SimStore::read_one() {
  if (reads_.empty()) return;
  const auto which = reads_.size() == 1 ? 0 : chance_.below(reads_.size());
  std::unique_ptr<Read> read = std::move(reads_[which]);
  reads_.erase(reads_.begin() + static_cast<std::ptrdiff_t>(which));
  store::Database* db = writer_->database();
  if (!db) {
    read->finish(Error(ErrorKind::transient, "store_unavailable", "the database cannot be opened"));
    return;
  }
  try {
    db->query("BEGIN").run();
    store::SqliteQueries queries(*db, vault_, clockwork_.clock);
    read->run(queries);
    db->query("COMMIT").run();
  } catch (const store::DatabaseError& error) {
    read->finish(Error(ErrorKind::transient, "store_unavailable", error.what()));
    return;
  }
  read->finish(std::nullopt);
}

}  // namespace gerbang::sim
