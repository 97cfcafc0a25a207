#include "core/store/postgres/migrations.hpp"

#include <string>

#include "core/base/crash_point.hpp"

namespace gerbang::store::postgres {

namespace {

// Any number that no other program is likely to lock by.
constexpr std::int64_t kMigrationLock = 0x47524247;  // "GRBG"
constexpr std::int64_t kUseLock = kMigrationLock + 1;
constexpr std::int64_t kOldestServer = 140'000;

std::string setting(Connection& db, std::string_view name) {
  const Rows rows = db.query("SELECT current_setting($1)", Params::of(name));
  return rows[0].text(0);
}

}  // namespace

std::int64_t schema_version(Connection& db) {
  const Rows ours = db.query(
      "SELECT EXISTS (SELECT FROM pg_class WHERE relname = 'gerbang_schema'"
      " AND relnamespace = current_schema()::regnamespace)");
  if (!ours[0].boolean(0)) return 0;
  return db.query("SELECT coalesce(max(number), 0)::bigint FROM gerbang_schema")[0].integer(0);
}

Result<void> migrate(Connection& db, std::span<const Migration> steps) {
  // Waits for another process that migrates; gone with the session whatever happens.
  db.execute("SET lock_timeout = 0; SET statement_timeout = 0");
  db.query("SELECT pg_advisory_lock($1)::text", Params::of(kMigrationLock));
  const auto finished = [&](Result<void> result) {
    db.query("SELECT pg_advisory_unlock($1)", Params::of(kMigrationLock));
    db.execute("RESET lock_timeout; RESET statement_timeout");
    return result;
  };

  const std::int64_t version = schema_version(db);
  const auto newest = static_cast<std::int64_t>(steps.size());
  if (version > newest)
    return finished(Error(ErrorKind::unsupported, "store_schema_newer",
                          "the database has schema " + std::to_string(version) +
                              ", this program knows up to " + std::to_string(newest)));
  if (version == 0) {
    const Rows tables = db.query(
        "SELECT count(*) FROM pg_class WHERE relkind IN ('r', 'p', 'v', 'm', 'S')"
        " AND relnamespace = current_schema()::regnamespace");
    if (tables[0].integer(0) > 0)
      return finished(
          Error(ErrorKind::invalid, "store_not_ours", "the database has tables that are not ours"));
  }
  for (const Migration& step : steps.subspan(static_cast<std::size_t>(version))) {
    std::string script = "BEGIN;\n";
    if (step.number == 1)
      script +=
          "CREATE TABLE gerbang_schema (number bigint PRIMARY KEY, name text NOT NULL,"
          " applied_at timestamptz NOT NULL DEFAULT now());\n";
    script += step.sql;
    script += "\n;INSERT INTO gerbang_schema (number, name) VALUES (" +
              std::to_string(step.number) + ", '" + std::string(step.name) + "');";
    try {
      db.execute(script);
      GERBANG_CRASH_POINT("store.migration_before_commit");
      db.execute("COMMIT");
      GERBANG_CRASH_POINT("store.migration_step_done");
    } catch (const DatabaseError& error) {
      if (db.usable()) {
        db.execute("ROLLBACK");
        (void)finished({});
      }
      throw DatabaseError(error.state(),
                          "migration " + std::string(step.name) + ": " + error.what());
    }
  }
  return finished({});
}

Result<void> check_server(Connection& db) {
  const Rows facts = db.query(
      "SELECT current_setting('server_version_num')::bigint, pg_is_in_recovery(),"
      " rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user");
  if (facts[0].integer(0) < kOldestServer)
    return Error(ErrorKind::unsupported, "store_server_old",
                 "the server has version " + std::to_string(facts[0].integer(0)));
  if (facts[0].boolean(1))
    return Error(ErrorKind::transient, "store_not_primary", "the server is a standby");
  if (facts[0].boolean(2))
    return Error(ErrorKind::invalid, "store_role_unsafe",
                 "row-level security does not hold for this role");
  for (const char* name : {"fsync", "full_page_writes", "synchronous_commit"}) {
    const std::string value = setting(db, name);
    // Anything above `on` (remote_apply) waits for more, not for less.
    const bool good = value == "on" ||
                      (std::string_view(name) == "synchronous_commit" && value == "remote_apply");
    if (!good)
      return Error(ErrorKind::invalid, "store_not_durable",
                   std::string(name) + " is " + value + ", so a commit may be lost");
  }
  return {};
}

bool has_synchronous_standby(Connection& db) {
  return !setting(db, "synchronous_standby_names").empty();
}

bool unfinished_move(Connection& db) {
  return db
      .query(
          "SELECT EXISTS (SELECT FROM pg_class WHERE relname = 'gerbang_move'"
          " AND relnamespace = current_schema()::regnamespace)")[0]
      .boolean(0);
}

Result<void> join_database(Connection& db) {
  try {
    // Waits as long as a lock may take: the session of a move that has ended ends in a moment.
    db.query("SELECT pg_advisory_lock_shared($1)::text", Params::of(kUseLock));
  } catch (const DatabaseError& error) {
    if (!error.worth_repeating()) throw;
    return Error(ErrorKind::conflict, "store_moving", "the database is being moved");
  }
  if (unfinished_move(db))
    return Error(ErrorKind::conflict, "store_moving", "a move into the database is not finished");
  return {};
}

Result<void> take_database(Connection& db) {
  try {
    // Waits as long as a lock may take: the session of a run that was killed ends in a moment.
    db.query("SELECT pg_advisory_lock($1)::text", Params::of(kUseLock));
    return {};
  } catch (const DatabaseError& error) {
    if (!error.worth_repeating()) throw;
    return Error(ErrorKind::conflict, "store_in_use", "a gateway uses the database");
  }
}

}  // namespace gerbang::store::postgres
