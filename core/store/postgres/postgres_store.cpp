#include "core/store/postgres/postgres_store.hpp"

#include <condition_variable>
#include <deque>
#include <functional>
#include <future>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "core/base/log.hpp"
#include "core/store/postgres/migrations.hpp"
#include "core/store/postgres/queries.hpp"
#include "core/store/postgres/writer.hpp"

namespace gerbang::store {

namespace postgres {

namespace {

Error closed() {
  return Error(ErrorKind::transient, "store_closed", "the store is closed");
}
Error busy() {
  return Error(ErrorKind::transient, "store_busy", "too much is waiting");
}
Error unavailable(const char* why) {
  return Error(ErrorKind::transient, "store_unavailable", why);
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

class PostgresStore final : public Store {
 public:
  explicit PostgresStore(PostgresOptions options)
      : options_(std::move(options)), random_(options_.random) {}
  ~PostgresStore() override { close(); }

  Result<void> start();

  void on_commit(std::function<void(const Committed&)> listener) override {
    const std::lock_guard lock(listener_mutex_);
    listener_ = std::move(listener);
  }
  Result<void> backup(const std::string&) override {
    return Error(ErrorKind::unsupported, "backup_by_server",
                 "the database server makes the backups of its databases");
  }
  Result<void> check() override;
  void close() override;

 protected:
  void submit_write(std::unique_ptr<Write> write, WriteLane lane) override;
  void submit_read(std::unique_ptr<Read> read) override;

 private:
  // A writer with its queue and thread.
  struct Line {
    explicit Line(const PostgresOptions& options, const std::string& name, bool alone,
                  Random& random, Routes& routes)
        : writer(options, name, alone, random, routes) {}
    Writer writer;
    std::mutex mutex;  // queue, closing
    std::condition_variable waits;
    WriteQueue queue;
    bool closing = false;
    std::thread thread;
  };

  Line& line_of(const Place& place);
  void write_loop(Line& line);
  void read_loop();
  void answer_read(Read& read, std::unique_ptr<Connection>& db);

  const PostgresOptions options_;
  SharedRandom random_;
  Routes routes_;
  // The first ones by organisation, the last for what is about no single one.
  std::vector<std::unique_ptr<Line>> lines_;

  std::mutex read_mutex_;  // reads_, closing_
  std::condition_variable reads_wait_;
  std::deque<std::unique_ptr<Read>> reads_;
  bool closing_ = false;
  std::vector<std::thread> readers_;

  std::mutex listener_mutex_;
  std::function<void(const Committed&)> listener_;
};

Result<void> PostgresStore::start() {
  try {
    Connection db(settings_of(options_, "gerbang"));
    GERBANG_CHECK(check_server(db));
    GERBANG_CHECK(migrate(db));
    db.send("BEGIN");
    db.send("SELECT set_config('gerbang.organisation', '*', true)");
    db.send("SELECT id, organisation FROM shops", {}, [this](const Rows& rows) {
      for (const Row row : rows) routes_.learn(row.text(0), row.text(1));
    });
    // Marks of writers that are long gone.
    db.send("DELETE FROM commit_marks WHERE at < $1",
            Params::of(options_.clock.now() - std::chrono::hours(24 * 7)));
    db.send("COMMIT");
    db.sync();

    const std::string instance = random_.hex(8);
    const std::size_t writers = std::max<std::size_t>(1, options_.writers);
    for (std::size_t i = 0; i <= writers; ++i) {
      lines_.push_back(std::make_unique<Line>(options_,
                                              "gerbang-" + instance + "-" + std::to_string(i),
                                              i == writers, random_, routes_));
      lines_.back()->writer.open();
    }
  } catch (const DatabaseError& error) {
    lines_.clear();
    return Error(ErrorKind::transient, "store_cannot_open", error.what());
  }
  for (auto& line : lines_) line->thread = std::thread([this, &l = *line] { write_loop(l); });
  for (std::size_t i = 0; i < std::max<std::size_t>(1, options_.readers); ++i)
    readers_.emplace_back([this] { read_loop(); });
  return {};
}

PostgresStore::Line& PostgresStore::line_of(const Place& place) {
  std::string home = place.organisation;
  if (home.empty() && !place.shop.empty()) home = routes_.organisation_of(place.shop).value_or("");
  if (home.empty()) return *lines_.back();
  return *lines_[std::hash<std::string>()(home) % (lines_.size() - 1)];
}

void PostgresStore::submit_write(std::unique_ptr<Write> write, WriteLane lane) {
  Line& line = line_of(write->place());
  std::optional<Error> refusal;
  {
    const std::lock_guard lock(line.mutex);
    if (line.closing) {
      refusal = closed();
    } else if (line.queue.size() >= options_.max_queued) {
      refusal = busy();
    } else {
      line.queue.lane(lane).push_back(std::move(write));
    }
  }
  if (refusal) {
    write->finish(refusal);
  } else {
    line.waits.notify_one();
  }
}

void PostgresStore::write_loop(Line& line) {
  for (;;) {
    WriteQueue group;
    {
      std::unique_lock lock(line.mutex);
      line.waits.wait(lock, [&] { return line.queue.size() > 0 || line.closing; });
      group = std::exchange(line.queue, {});
    }
    if (group.size() == 0) return;  // closing, and nothing is left
    std::function<void(const Committed&)> listener;
    {
      const std::lock_guard lock(listener_mutex_);
      listener = listener_;
    }
    if (options_.metrics)
      options_.metrics->set("gerbang_store_queue_depth", "Writes that waited for the last group",
                            static_cast<double>(group.size()));
    line.writer.run_group(group, listener);
    if (group.size() > 0) {
      const std::lock_guard lock(line.mutex);
      line.queue.put_back(std::move(group));
    }
  }
}

void PostgresStore::submit_read(std::unique_ptr<Read> read) {
  std::optional<Error> refusal;
  {
    const std::lock_guard lock(read_mutex_);
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
    reads_wait_.notify_one();
  }
}

void PostgresStore::read_loop() {
  std::unique_ptr<Connection> db;
  for (;;) {
    std::unique_ptr<Read> read;
    {
      std::unique_lock lock(read_mutex_);
      reads_wait_.wait(lock, [&] { return !reads_.empty() || closing_; });
      if (reads_.empty()) return;
      read = std::move(reads_.front());
      reads_.pop_front();
    }
    try {
      if (!db || !db->usable())
        db = std::make_unique<Connection>(settings_of(options_, "gerbang-reader"));
    } catch (const DatabaseError& error) {
      log::error("store.reader_cannot_open",
                 {{"code", "store_unavailable"}, {"detail", error.what()}});
      read->finish(unavailable(error.what()));
      continue;
    }
    answer_read(*read, db);
  }
}

void PostgresStore::answer_read(Read& read, std::unique_ptr<Connection>& db) {
  try {
    // Goes out with the query's own first statements.
    db->send("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
    PostgresQueries queries(*db, options_.vault, options_.clock, routes_);
    read.run(queries);
  } catch (const DatabaseError& error) {
    log::error("store.read_failed", {{"code", "store_unavailable"}, {"detail", error.what()}});
    db.reset();
    read.finish(error.of_statement() ? Error(ErrorKind::bug, "store_query_failed", error.what())
                                     : unavailable(error.what()));
    return;
  }
  read.finish(std::nullopt);
  try {
    db->send("ROLLBACK");
    db->sync();
  } catch (const DatabaseError&) {
    // It was answered; the next one gets a connection of its own.
    db.reset();
  }
}

Result<void> PostgresStore::check() {
  std::promise<Result<void>> answer;
  submit_write(std::make_unique<Probe>([&](Result<void> r) { answer.set_value(std::move(r)); }),
               WriteLane::orders);
  return answer.get_future().get();
}

void PostgresStore::close() {
  {
    const std::lock_guard lock(read_mutex_);
    closing_ = true;
  }
  reads_wait_.notify_all();
  for (auto& line : lines_) {
    const std::lock_guard lock(line->mutex);
    line->closing = true;
    line->waits.notify_all();
  }
  for (std::thread& reader : readers_) {
    if (reader.joinable()) reader.join();
  }
  for (auto& line : lines_) {
    if (line->thread.joinable()) line->thread.join();
    line->writer.close();
  }
}

}  // namespace

}  // namespace postgres

Result<std::unique_ptr<Store>> open_postgres_store(PostgresOptions options) {
  auto store = std::make_unique<postgres::PostgresStore>(std::move(options));
  GERBANG_CHECK(store->start());
  return std::unique_ptr<Store>(std::move(store));
}

}  // namespace gerbang::store
