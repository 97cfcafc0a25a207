#include "core/store/postgres/writer.hpp"

#include <algorithm>
#include <thread>

#include "core/base/crash_point.hpp"
#include "core/base/log.hpp"
#include "core/store/postgres/migrations.hpp"

namespace gerbang::store::postgres {

namespace {

constexpr int kAttempts = 5;
constexpr auto kSettlePause = std::chrono::milliseconds(100);

Error unavailable(std::string detail) {
  return Error(ErrorKind::transient, "store_unavailable", std::move(detail));
}

}  // namespace

ConnectionSettings settings_of(const PostgresOptions& options, const std::string& name) {
  ConnectionSettings out;
  out.address = options.address;
  out.password = options.password;
  out.name = name;
  out.statement_timeout = options.statement_timeout;
  out.lock_timeout = options.lock_timeout;
  return out;
}

Writer::Writer(const PostgresOptions& options, std::string name, bool alone, Random& random,
               Routes& routes, Peers& peers)
    : options_(options),
      name_(std::move(name)),
      alone_(alone),
      random_(random),
      routes_(routes),
      peers_(peers) {
  // There from the start: of a counter that appears as 1 nobody sees the increase.
  if (options_.metrics)
    options_.metrics->count("gerbang_store_failures_total",
                            "Times the database connection was given up after an error", {}, 0);
}

Writer::~Writer() = default;

void Writer::close() {
  if (db_ && db_->usable()) {
    try {
      db_->query("DELETE FROM commit_marks WHERE writer = $1", Params::of(name_));
    } catch (const DatabaseError&) {
      // It is swept away some other day.
    }
  }
  scripts_.reset();
  db_.reset();
}

void Writer::open() {
  auto db = std::make_unique<Connection>(settings_of(options_, name_));
  // Each time: what answers may be another server than before.
  if (auto sound = check_server(*db); !sound) throw DatabaseError("", sound.error().describe());
  if (auto joined = join_database(*db); !joined) throw DatabaseError("", joined.error().describe());
  // The mark's row has to be there before the first group: what settles a lost COMMIT waits for the
  // lock on it.
  db->query(
      "INSERT INTO commit_marks (writer, token, at) VALUES ($1, '', $2)"
      " ON CONFLICT (writer) DO NOTHING",
      Params::of(name_, options_.clock.now()));
  scripts_ = std::make_unique<PostgresScripts>(*db, options_.vault, options_.clock, random_,
                                               routes_, &peers_);
  db_ = std::move(db);
}

bool Writer::usable() {
  if (db_ && db_->usable()) return true;
  try {
    open();
    log::info("store.reopened");
    return true;
  } catch (const DatabaseError& error) {
    log::error("store.cannot_reopen", {{"code", "store_cannot_open"}, {"detail", error.what()}});
    return false;
  }
}

void Writer::give_up(const DatabaseError& error) {
  log::error("store.failed", {{"code", "store_unavailable"}, {"detail", error.what()}});
  if (options_.metrics)
    options_.metrics->count("gerbang_store_failures_total",
                            "Times the database connection was given up after an error");
  show_writable(false);
  scripts_.reset();
  db_.reset();
}

std::vector<Writer::Ran> Writer::take(WriteQueue& queue) {
  std::vector<Ran> group;
  lanes_.clear();
  const auto from = [&](auto& lane, WriteLane which, std::size_t limit) {
    while (!lane.empty() && limit-- > 0) {
      Ran ran;
      ran.write = std::move(lane.front());
      lane.pop_front();
      const Place place = ran.write->place();
      ran.home = place.organisation;
      if (ran.home.empty() && !place.shop.empty())
        ran.home = routes_.organisation_of(place.shop).value_or("");
      group.push_back(std::move(ran));
      lanes_.push_back(which);
    }
  };
  const std::size_t most = alone_ ? 1 : options_.max_group;
  const auto room = [&] { return group.size() >= most ? 0 : most - group.size(); };
  from(queue.orders, WriteLane::orders, alone_ ? 1 : SIZE_MAX);
  from(queue.normal, WriteLane::normal, room());
  // One bulk write always goes along, so that a busy store does not starve it.
  from(queue.bulk, WriteLane::bulk, alone_ ? room() : std::max<std::size_t>(1, room()));
  return group;
}

void Writer::put_back(WriteQueue& queue, std::vector<Ran>& group, std::size_t from) {
  WriteQueue rest;
  for (std::size_t i = from; i < group.size(); ++i)
    rest.lane(lanes_[i]).push_back(std::move(group[i].write));
  for (auto lane : {WriteLane::orders, WriteLane::normal, WriteLane::bulk}) {
    auto& front = rest.lane(lane);
    for (auto& waiting : queue.lane(lane)) front.push_back(std::move(waiting));
    queue.lane(lane).swap(front);
  }
  group.resize(from);
}

void Writer::run_group(WriteQueue& queue, const std::function<void(const Committed&)>& committed) {
  if (queue.size() == 0) return;
  std::optional<Error> failure;
  if (!usable()) {
    failure = unavailable("the database cannot be reached");
    show_writable(false);
    WriteQueue refused = std::exchange(queue, {});
    for (auto* lane : {&refused.orders, &refused.normal, &refused.bulk}) {
      for (auto& write : *lane) write->finish(failure);
    }
    return;
  }
  std::vector<Ran> group = take(queue);
  Committed touched;
  Outcome outcome = Outcome::repeat;
  for (int i = 0; i < kAttempts && outcome == Outcome::repeat; ++i) {
    std::size_t ran = 0;
    touched = {};
    failure.reset();
    outcome = attempt(group, ran, failure, touched);
    if (outcome == Outcome::repeat) {
      if (!usable()) outcome = Outcome::failed;
      std::this_thread::sleep_for(std::chrono::milliseconds(random_.below(10)));
      continue;
    }
    if (ran < group.size() && !failure) put_back(queue, group, ran);
  }
  for (Ran& ran : group) {
    ran.write->finish(ran.fault ? ran.fault : failure);
    GERBANG_CRASH_POINT("store.some_answered");
  }
  if (outcome == Outcome::committed && committed) committed(touched);
}

Writer::Outcome Writer::attempt(std::vector<Ran>& group, std::size_t& ran,
                                std::optional<Error>& failure, Committed& touched) {
  bool any_good = false, committing = false;
  std::string token;
  int backend = 0;
  try {
    backend = db_->backend();
    std::set<std::string> homes;
    for (Ran& r : group) {
      r.fault.reset();
      if (!r.home.empty()) homes.insert(r.home);
    }
    // Everything up to the first script's own reads goes out with them.
    db_->send("BEGIN");
    if (!homes.empty()) {
      db_->send("SELECT set_config('gerbang.organisation', '*', true)");
      db_->send("SELECT FROM organisations WHERE id = ANY ($1) ORDER BY id FOR NO KEY UPDATE",
                Params::of(std::vector<std::string>(homes.begin(), homes.end())));
    }
    scripts_->begin(std::move(homes));
    (void)scripts_->take_touched();
    const auto began = std::chrono::steady_clock::now();
    const std::int64_t changed = db_->changed();
    for (ran = 0; ran < group.size();) {
      const bool full =
          db_->changed() - changed >= static_cast<std::int64_t>(options_.max_group_rows) ||
          std::chrono::steady_clock::now() - began >= options_.max_group_time;
      if (full && ran > 0 && lanes_[ran] != WriteLane::orders) break;
      any_good = run_one(group[ran]) || any_good;
      ++ran;
    }
    touched = scripts_->take_touched();
    if (!any_good) {
      db_->send("ROLLBACK");
      db_->sync();
      return Outcome::nothing_to_commit;
    }
    const auto commit_began = std::chrono::steady_clock::now();
    token = random_.hex(16);
    db_->send("UPDATE commit_marks SET token = $2, at = $3 WHERE writer = $1",
              Params::of(name_, token, options_.clock.now()), [](const Rows& rows) {
                ensure(rows.changed() == 1, "the mark of a writer is missing");
              });
    if (peers_.others) {
      for (const std::string& announcement : announcements(peers_.instance, touched))
        db_->send("SELECT pg_notify($1, $2)::text", Params::of(kChannel, announcement));
    }
    db_->send("COMMIT");
    committing = true;
    GERBANG_CRASH_POINT("store.before_commit");
    const std::int64_t warnings = db_->warnings();
    db_->sync();
    // Somebody made it stop waiting for its standby: committed here, and perhaps nowhere else.
    if (db_->warnings() != warnings) throw DatabaseError("", "the commit was not confirmed");
    GERBANG_CRASH_POINT("store.after_sync");
    measure(ran, std::chrono::steady_clock::now() - commit_began);
    return Outcome::committed;
  } catch (const DatabaseError& error) {
    ran = group.size();
    if (error.worth_repeating() && db_->usable()) {
      failure = unavailable(error.what());
      try {
        db_->query("ROLLBACK");
        return Outcome::repeat;
      } catch (const DatabaseError& again) {
        give_up(again);
        return Outcome::failed;
      }
    }
    give_up(error);
    failure = committing ? settle_unknown(token, backend) : unavailable(error.what());
    return failure ? Outcome::failed : Outcome::committed;
  }
}

bool Writer::run_one(Ran& ran) {
  db_->send("SAVEPOINT script");
  bool good = false;
  try {
    good = ran.write->run(*scripts_);
  } catch (const DatabaseError& error) {
    if (!(error.of_statement() || error.timed_out()) || !db_->usable()) throw;
    // One that takes too long would take every group along, each time it is tried.
    ran.fault = error.timed_out() ? unavailable(error.what())
                                  : Error(ErrorKind::bug, "store_constraint", error.what());
    log::error("store.script_failed", {{"code", ran.fault->code}, {"detail", error.what()}});
  }
  if (!good) db_->send("ROLLBACK TO SAVEPOINT script");
  db_->send("RELEASE SAVEPOINT script");
  return good;
}

// The old session may still be at its COMMIT: it holds the lock on the mark until it knows itself.
// One that does not come to an end is ended; if it was waiting for a standby, what it wrote is in
// this server then, and may be in no other. So the mark is not only read but written: a commit that
// the standby has confirmed says that everything before it is there as well.
std::optional<Error> Writer::settle_unknown(const std::string& token, int backend) {
  const auto deadline = std::chrono::steady_clock::now() + options_.settle_within;
  std::string why = "the connection was lost during COMMIT";
  while (std::chrono::steady_clock::now() < deadline) {
    try {
      open();
      const std::int64_t warnings = db_->warnings();
      const Rows rows =
          db_->query("UPDATE commit_marks SET at = $2 WHERE writer = $1 RETURNING token",
                     Params::of(name_, options_.clock.now()));
      if (rows.empty() || rows[0].view(0) != token)
        return unavailable("the commit was lost; nothing of it is in the database");
      if (db_->warnings() == warnings) {
        log::info("store.commit_settled", {{"status", std::int64_t{1}}});
        return std::nullopt;
      }
      why = "the commit is not confirmed by a standby";
    } catch (const DatabaseError& error) {
      why = error.what();
      if (error.worth_repeating() && db_ && db_->usable()) {
        try {
          db_->query("SELECT pg_terminate_backend($1::int)",
                     Params::of(static_cast<std::int64_t>(backend)));
        } catch (const DatabaseError&) {
          // Asked again below.
        }
      }
    }
    scripts_.reset();
    db_.reset();
    std::this_thread::sleep_for(kSettlePause);
  }
  return Error(ErrorKind::indeterminate, "store_commit_unknown", why);
}

void Writer::show_writable(bool writable) {
  if (options_.metrics)
    options_.metrics->set("gerbang_store_writable", "1: the last group of writes was committed",
                          writable ? 1 : 0);
}

void Writer::measure(std::size_t writes, std::chrono::duration<double> commit) {
  if (!options_.metrics) return;
  show_writable(true);
  options_.metrics->observe_seconds("gerbang_store_commit_seconds",
                                    "Time to commit and sync a group of writes", commit.count());
  options_.metrics->observe_size("gerbang_store_group_size", "Writes in one transaction",
                                 static_cast<double>(writes));
}

}  // namespace gerbang::store::postgres
