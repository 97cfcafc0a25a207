#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <iostream>
#include <optional>
#include <ostream>
#include <string>

#include "core/base/log.hpp"
#include "core/store/sqlite/database.hpp"
#include "core/store/sqlite/faulty_disk.hpp"
#include "core/store/sqlite/migrations.hpp"
#include "core/store/sqlite/sqlite_store.hpp"
#include "core/store/sqlite/workload_for_test.hpp"
#include "tests/contract/store_fixture.hpp"
#include "tests/contract/temporary_folder.hpp"
#include "tests/kit/proof.hpp"

// T2 of RELIABILITY: the N-th call of each kind fails, for N = 1, 2, 3… until a run meets none.
// Every run is a whole village's day on a real store. The short form leaves calls out once it has
// failed the first ones; GERBANG_LONG=1 fails every single one.
namespace gerbang::store {
namespace {

using Op = FaultyDisk::Op;
using Fault = FaultyDisk::Fault;

struct Case {
  const char* name;
  Op op;
  Fault fault;
  bool lasting;
};

void PrintTo(const Case& c, std::ostream* out) {
  *out << c.name;
}

// One line at the end, over all sweeps of this program.
struct Totals final : public testing::Environment {
  std::atomic<std::int64_t> runs = 0;
  std::atomic<std::int64_t> violations = 0;
  void TearDown() override {
    if (runs > 0)
      kit::print_proof("disk faults", runs, FaultyDisk::instance().faults(), violations);
  }
};
Totals& totals() {
  static auto* the = static_cast<Totals*>(testing::AddGlobalTestEnvironment(new Totals));
  return *the;
}
const bool g_totals_registered = (totals(), true);

bool full_sweep() {
  return std::getenv("GERBANG_LONG") != nullptr;
}

// Every call up to here, then with growing gaps: the beginning of a run is where it is opened and
// made, later calls are of a few kinds that recur.
int next_call(int after) {
  return full_sweep() || after < 12 ? after + 1 : after + 1 + after / 6;
}

class DiskSweep : public testing::TestWithParam<Case> {
 protected:
  struct Outcome {
    bool struck = false;
    int acknowledged_at_strike = 0;
    std::optional<FaultyDisk::Image> synced_at_strike;
    std::optional<FaultyDisk::Image> torn_at_strike;
    int acknowledged_after = 0;  // with the first answer after the fault
    std::optional<FaultyDisk::Image> synced_after;
    std::vector<int> unknown;  // how often the outcome of a step was unknown
  };

  Outcome live_through(const Workload& workload, const SqliteOptions& options, int after);
  void answer_is_one_of_ours(const Error& error, const std::string& step, int after);
  void nothing_is_missing(const std::string& database, const Workload& workload, int acknowledged,
                          const std::vector<int>& unknown, const std::string& when);
  void power_returns(const FaultyDisk::Image& image, const Workload& workload, int acknowledged,
                     const std::vector<int>& unknown, const std::string& when);

  static std::int64_t single(Database& db, const std::string& sql) {
    sqlite3_stmt* stmt = nullptr;
    std::int64_t out = -1;
    if (sqlite3_prepare_v2(db.handle(), sql.c_str(), -1, &stmt, nullptr) == SQLITE_OK &&
        sqlite3_step(stmt) == SQLITE_ROW)
      out = sqlite3_column_int64(stmt, 0);
    sqlite3_finalize(stmt);
    return out;
  }

  FaultyDisk& disk_ = FaultyDisk::instance();
  ManualClock clock_{from_rfc3339("2026-11-24T01:00:00Z").value()};
};

// What a caller may be told: nothing happened, or nobody knows.
void DiskSweep::answer_is_one_of_ours(const Error& error, const std::string& step, int after) {
  const std::string said = std::string(to_string(error.kind)) + " " + error.code;
  static const std::set<std::string> allowed = {
      "transient store_unavailable", "transient store_cannot_open",
      "indeterminate store_commit_unknown", "transient backup_failed"};
  // A page of the copy that cannot be read is told as damage; a second look clears it up.
  const bool copy = step == "backup" && said == "invalid backup_damaged";
  EXPECT_TRUE(allowed.contains(said) || copy)
      << step << ": " << error.describe() << "; call " << after;
  if (error.kind == ErrorKind::indeterminate) {
    EXPECT_EQ(GetParam().op == Op::sync || GetParam().op == Op::write || GetParam().lasting, true)
        << step << ": a fault that can be looked into left " << error.describe();
  }
}

DiskSweep::Outcome DiskSweep::live_through(const Workload& workload, const SqliteOptions& options,
                                           int after) {
  Outcome out;
  out.unknown.resize(workload.steps().size());
  std::atomic<int> acknowledged = 0;
  SeededRandom tearing(static_cast<std::uint64_t>(after) * 977 + 5);
  disk_.arm({GetParam().op, GetParam().fault, after, GetParam().lasting}, [&] {
    out.acknowledged_at_strike = acknowledged;
    out.synced_at_strike = disk_.synced_at_strike();
    out.torn_at_strike = disk_.torn_at_strike(tearing);
  });

  // A lasting fault is over when it has been told twice.
  int failures = 0;
  const auto failed = [&](const Error& error, const std::string& step) {
    answer_is_one_of_ours(error, step, after);
    if (++failures >= 2) disk_.disarm();
  };
  std::unique_ptr<Store> store;
  for (int attempt = 0; !store && attempt < 6; ++attempt) {
    auto opened = open_sqlite_store(options);
    if (opened) {
      store = std::move(*opened);
    } else {
      failed(opened.error(), "open");
    }
  }
  if (!store) {
    ADD_FAILURE() << "the store does not open any more; call " << after;
    return out;
  }
  for (std::size_t i = 0; i < workload.steps().size(); ++i) {
    const Workload::Step& step = workload.steps()[i];
    Result<void> done;
    for (int attempt = 0; attempt < 6; ++attempt) {
      done = step.run(*store);
      if (done) break;
      if (done.error().kind == ErrorKind::indeterminate) ++out.unknown[i];
      failed(done.error(), step.name);
      // Reads are let in again when the writer has a new connection: it opens it by itself, after a
      // pause when the last try failed.
      std::this_thread::sleep_for(std::chrono::milliseconds(attempt < 3 ? attempt : 600));
    }
    if (!done) {
      ADD_FAILURE() << step.name << " never succeeds: " << done.error().describe() << "; call "
                    << after;
      return out;
    }
    ++acknowledged;
    if (disk_.struck() && !out.synced_after) {
      out.synced_after = disk_.synced();
      out.acknowledged_after = acknowledged;
    }
  }
  out.struck = disk_.struck();
  disk_.disarm();
  // The power goes now, with the store still open.
  const auto all = static_cast<int>(workload.steps().size());
  const auto synced = disk_.synced();
  const auto torn = disk_.torn(tearing);
  store->close();
  power_returns(synced, workload, all, out.unknown, "the end, synced alone");
  power_returns(torn, workload, all, out.unknown, "the end, torn");
  return out;
}

void DiskSweep::nothing_is_missing(const std::string& database, const Workload& workload,
                                   int acknowledged, const std::vector<int>& unknown,
                                   const std::string& when) {
  try {
    Database db(database, Database::Mode::writer);
    const auto migrated = migrate(db);
    EXPECT_TRUE(migrated.ok()) << when << ": " << migrated.error().describe();
    if (!migrated) return;
    {
      auto row = db.query("PRAGMA quick_check(1)");
      row.step();
      EXPECT_EQ(row.text(0), "ok") << when;
    }
    for (int i = 0; i < static_cast<int>(workload.steps().size()); ++i) {
      const Workload::Step& step = workload.steps()[static_cast<std::size_t>(i)];
      if (step.seen.empty()) continue;
      const std::int64_t seen = single(db, step.seen);
      if (i < acknowledged) {
        EXPECT_GE(seen, 1) << step.name << " was acknowledged; " << when;
      }
      const int more = step.may_repeat ? unknown[static_cast<std::size_t>(i)] : 0;
      EXPECT_LE(seen, 1 + more) << step.name << " happened twice; " << when;
    }
    // Whole transactions: the books agree, whatever the moment.
    EXPECT_EQ(
        single(db,
               "SELECT count(*) FROM stock_levels s WHERE s.on_hand <> (SELECT"
               " coalesce(sum(m.on_hand_change), 0) FROM stock_movements m WHERE m.item = s.item)"
               " OR s.reserved <> (SELECT coalesce(sum(m.reserved_change), 0) FROM stock_movements"
               " m WHERE m.item = s.item) OR s.reserved <> (SELECT coalesce(sum(r.quantity), 0)"
               " FROM reservations r WHERE r.item = s.item AND r.state = 'held')"),
        0)
        << "the books do not agree; " << when;
  } catch (const DatabaseError& error) {
    ADD_FAILURE() << when << ": " << error.what();
  }
}

void DiskSweep::power_returns(const FaultyDisk::Image& image, const Workload& workload,
                              int acknowledged, const std::vector<int>& unknown,
                              const std::string& when) {
  const TemporaryFolder folder;
  FaultyDisk::put(image, folder.file(""));
  nothing_is_missing(folder.file("gerbang.db"), workload, acknowledged, unknown, when);
}

TEST_P(DiskSweep, no_false_answer_nothing_lost_and_a_clean_recovery) {
  log::set_level(log::Level::off);
  const std::int64_t retries_before = disk_.retries();
  int longest = 0;
  for (int after = 1;; after = next_call(after)) {
    ASSERT_LT(after, 100'000);
    const TemporaryFolder folder;
    disk_.watch(folder.file(""));
    SeededRandom random(5);
    SqliteOptions options{folder.file("gerbang.db"), Vault::for_tests(), clock_, random};
    options.min_free_bytes = 0;
    options.readers = 1;
    options.checkpoint_pages_idle = 24;
    options.checkpoint_pages_busy = 48;
    options.truncate_pages = 72;
    const Workload workload(clock_, folder.file(""));
    const Outcome outcome = live_through(workload, options, after);
    ++totals().runs;
    if (outcome.synced_at_strike) {
      const std::string when = "at the fault, call " + std::to_string(after);
      power_returns(*outcome.synced_at_strike, workload, outcome.acknowledged_at_strike,
                    outcome.unknown, when + ", synced alone");
      power_returns(*outcome.torn_at_strike, workload, outcome.acknowledged_at_strike,
                    outcome.unknown, when + ", torn");
      if (outcome.synced_after)
        power_returns(*outcome.synced_after, workload, outcome.acknowledged_after, outcome.unknown,
                      when + ", after the next answer");
    }
    // And without a loss of power: the same files, opened again.
    nothing_is_missing(options.path, workload, static_cast<int>(workload.steps().size()),
                       outcome.unknown, "opened again, call " + std::to_string(after));
    EXPECT_EQ(disk_.retries(), retries_before)
        << "a failed handle was used again (" << disk_.last_retry() << "); call " << after;
    if (HasFailure()) {
      ++totals().violations;
      break;
    }
    longest = after;
    if (!outcome.struck) break;
  }
  EXPECT_GT(longest, 1) << "no fault ever struck";
}

TEST(DiskFaults, reads_come_back_although_nobody_writes) {
  log::set_level(log::Level::off);
  FaultyDisk& disk = FaultyDisk::instance();
  const TemporaryFolder folder;
  ManualClock clock;
  SeededRandom random(5);
  SqliteOptions options{folder.file("gerbang.db"), Vault::for_tests(), clock, random};
  options.min_free_bytes = 0;
  const auto store = must(open_sqlite_store(options));
  disk.arm({Op::write, Fault::error, 1, false}, {});
  EXPECT_EQ(failure(store->apply_now(CreateOrganisation{})), "transient store_unavailable");
  disk.disarm();
  std::string answer;
  for (int i = 0; i < 200 && answer != "ok"; ++i) {
    answer = failure(store->read_now(ListOrganisations{}));
    if (answer != "ok") std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  EXPECT_EQ(answer, "ok");
}

INSTANTIATE_TEST_SUITE_P(
    EachCall, DiskSweep,
    testing::Values(Case{"open", Op::open, Fault::error, false},
                    Case{"read", Op::read, Fault::error, false},
                    Case{"write", Op::write, Fault::error, false},
                    Case{"write_full", Op::write, Fault::full, false},
                    Case{"write_after_effect", Op::write, Fault::after_effect, false},
                    Case{"sync", Op::sync, Fault::error, false},
                    Case{"sync_lost", Op::sync, Fault::lost, false},
                    Case{"sync_after_effect", Op::sync, Fault::after_effect, false},
                    Case{"truncate", Op::truncate, Fault::error, false},
                    Case{"remove", Op::remove, Fault::error, false},
                    Case{"size", Op::size, Fault::error, false},
                    Case{"lock", Op::lock, Fault::error, false},
                    Case{"shm_map", Op::shm_map, Fault::error, false},
                    Case{"shm_lock", Op::shm_lock, Fault::error, false},
                    Case{"write_slow", Op::write, Fault::slow, false},
                    Case{"sync_slow", Op::sync, Fault::slow, false},
                    Case{"lasting_write", Op::write, Fault::error, true},
                    Case{"lasting_full", Op::write, Fault::full, true},
                    Case{"lasting_sync", Op::sync, Fault::error, true},
                    Case{"lasting_open", Op::open, Fault::error, true}),
    [](const auto& named) { return std::string(named.param.name); });

}  // namespace
}  // namespace gerbang::store
