// gerbang-bench-rows: SQLite's own group commit of the rows that stock counts leave behind, without
// anything around it: no HTTP, no key, no checks, no reads. What the gateway's store could reach.
//
//   gerbang-bench-rows DATABASE SECONDS REQUESTS_IN_A_GROUP ITEMS_IN_A_REQUEST
//
// DATABASE is one that gerbang-bench-store has filled, used by nobody else. A group is one
// transaction, synced: per item its level, its movement and its event; per request its idempotency
// record; per group the counters and the event sequence, once. Prepared statements, one connection,
// one thread. The log is copied into the database as often as the store does it under load.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "core/base/ids.hpp"
#include "core/model/stock.hpp"
#include "core/store/sqlite/database.hpp"
#include "core/store/sqlite/migrations.hpp"
#include "tests/bench/programs/catalogue.hpp"
#include "tests/bench/programs/report.hpp"

namespace gerbang::bench {
namespace {

using Steady = std::chrono::steady_clock;
using store::Database;

constexpr std::uintmax_t kCheckpointBytes = 4'000 * 4'120;  // of the log

class Rows {
 public:
  Rows(const std::string& path, std::int64_t copies)
      : db_(path, Database::Mode::writer), copies_(copies) {
    auto row = db_.query("SELECT id, event_sequence FROM organisations LIMIT 1");
    if (!row.step()) give_up("no organisation in this database");
    organisation_ = row.text(0);
    sequence_ = row.integer(1);
    auto counter = db_.query("SELECT value FROM counters WHERE name = 'revision'");
    if (!counter.step()) give_up("no revision counter");
    revision_ = counter.integer(0);
  }

  void group(std::size_t requests, std::size_t items) {
    now_ = clock_.now();
    db_.query("BEGIN IMMEDIATE").run();
    for (std::size_t i = 0; i < requests; ++i) request(items);
    db_.query("UPDATE counters SET value = ?1 WHERE name = 'revision'").bind(1, revision_).run();
    db_.query(
           "INSERT INTO counters VALUES ('commits', 1)"
           " ON CONFLICT (name) DO UPDATE SET value = value + 1")
        .run();
    db_.query("UPDATE organisations SET event_sequence = ?2 WHERE id = ?1")
        .bind(1, organisation_)
        .bind(2, sequence_)
        .run();
    db_.query("COMMIT").run();
  }

  void checkpoint() {
    auto row = db_.query("PRAGMA wal_checkpoint(PASSIVE)");
    row.step();
  }

 private:
  void request(std::size_t items) {
    std::string body = "{\"results\":[";
    for (std::size_t i = 0; i < items; ++i) {
      const std::string item = item_name(
          1 + static_cast<std::int64_t>(random_.below(static_cast<std::uint64_t>(copies_))));
      const std::int64_t on_hand = 1 + ++value_ % 10'007;
      ++revision_;
      db_.query(
             "UPDATE stock_levels SET on_hand = ?4, revision = ?5, counted_at = ?6"
             " WHERE organisation = ?1 AND item = ?2 AND location = ?3")
          .bind(1, organisation_)
          .bind(2, item)
          .bind(3, kDefaultLocation)
          .bind(4, on_hand)
          .bind(5, revision_)
          .bind(6, now_)
          .run();
      if (db_.changes() != 1) give_up("no level of " + item);
      db_.query(
             "INSERT INTO stock_movements (organisation, id, item, location, reason,"
             " on_hand_change, reserved_change, reference, at)"
             " VALUES (?1, ?2, ?3, ?6, 'counted', ?4, 0, '', ?5)")
          .bind(1, organisation_)
          .bind(2, new_id("mov", now_, random_))
          .bind(3, item)
          .bind(4, on_hand)
          .bind(5, now_)
          .bind(6, kDefaultLocation)
          .run();
      const std::string data = "{\"item\":\"" + item + "\",\"on_hand\":" + std::to_string(on_hand) +
                               ",\"reserved\":0,\"available\":" + std::to_string(on_hand) +
                               ",\"revision\":" + std::to_string(revision_) + "}";
      db_.query(
             "INSERT INTO events (organisation, sequence, id, type, at, data)"
             " VALUES (?1, ?2, ?3, 'stock.changed', ?4, ?5)")
          .bind(1, organisation_)
          .bind(2, ++sequence_)
          .bind(3, new_id("evt", now_, random_))
          .bind(4, now_)
          .bind(5, data)
          .run();
      body += data + ",";
    }
    body += "]}";
    db_.query(
           "INSERT INTO idempotency (organisation, key, fingerprint, status, headers, body, at)"
           " VALUES (?1, ?2, ?3, 200, '[[\"Content-Type\",\"application/json\"]]', ?4, ?5)")
        .bind(1, organisation_)
        .bind(2, new_id("req", now_, random_))
        .bind(3, std::string(64, 'f'))
        .bind(4, body)
        .bind(5, now_)
        .run();
  }

  SystemClock clock_;
  SeededRandom random_{SystemRandom().next()};
  Database db_;
  const std::int64_t copies_;
  std::string organisation_;
  std::int64_t sequence_ = 0;
  std::int64_t revision_ = 0;
  std::int64_t value_ = 0;
  TimePoint now_;
};

int run(int argc, char** argv) {
  if (argc != 5)
    give_up("usage: gerbang-bench-rows DATABASE SECONDS REQUESTS_IN_A_GROUP ITEMS_IN_A_REQUEST");
  const std::string path = argv[1];
  const std::chrono::duration<double> time(std::stod(argv[2]));
  const std::size_t requests = std::max<std::size_t>(1, std::stoul(argv[3]));
  const std::size_t items = std::max<std::size_t>(1, std::stoul(argv[4]));
  Rows rows(path, std::max<std::int64_t>(1, count_copies(Engine::sqlite, path)));
  rows.group(1, 1);  // prepares the statements
  std::vector<double> took;
  const auto began = Steady::now();
  // So many groups fill the log up to where the store would checkpoint; it is written from its
  // beginning again afterwards and does not shrink.
  int groups = 0;
  std::optional<int> groups_in_log;
  while (Steady::now() - began < time) {
    const auto start = Steady::now();
    rows.group(requests, items);
    took.push_back(std::chrono::duration<double, std::milli>(Steady::now() - start).count());
    ++groups;
    if (!groups_in_log && std::filesystem::file_size(path + "-wal") >= kCheckpointBytes)
      groups_in_log = groups;
    if (groups_in_log && groups >= *groups_in_log) {
      rows.checkpoint();
      groups = 0;
    }
  }
  const double seconds = std::chrono::duration<double>(Steady::now() - began).count();
  rows.checkpoint();
  const std::size_t done = took.size() * requests * items;
  Report()
      .add("items", done)
      .add("seconds", seconds)
      .add("rate", static_cast<double>(done) / seconds)
      .add("p50_ms", at_share(took, 0.5))
      .add("p99_ms", at_share(took, 0.99))
      .print();
  return 0;
}

}  // namespace
}  // namespace gerbang::bench

int main(int argc, char** argv) {
  return gerbang::bench::run(argc, argv);
}
