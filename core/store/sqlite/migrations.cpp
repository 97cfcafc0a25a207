#include "core/store/sqlite/migrations.hpp"

#include <string>

#include "core/base/crash_point.hpp"
#include "core/store/sqlite/crash_disk.hpp"

namespace gerbang::store {

namespace {

std::int64_t single(Database& db, std::string_view sql) {
  auto row = db.query(sql);
  return row.step() ? row.integer(0) : 0;
}

}  // namespace

std::int64_t schema_version(Database& db) {
  return single(db, "PRAGMA user_version");
}

bool unfinished_move(Database& db) {
  return single(db, "SELECT count(*) FROM sqlite_schema WHERE name = 'gerbang_move'") != 0;
}

Result<bool> recognise_schema(Database& db, std::span<const Migration> steps) {
  const std::int64_t id = single(db, "PRAGMA application_id");
  const std::int64_t version = schema_version(db);
  if (id == 0 && version == 0 && single(db, "SELECT count(*) FROM sqlite_schema") == 0) return true;
  if (id != kApplicationId)
    return Error(
        ErrorKind::invalid, "store_not_ours",
        "the file is a database of another program (application_id " + std::to_string(id) + ")");
  const std::int64_t newest = static_cast<std::int64_t>(steps.size());
  if (version > newest)
    return Error(ErrorKind::unsupported, "store_schema_newer",
                 "the database has schema " + std::to_string(version) +
                     ", this program knows up to " + std::to_string(newest));
  if (unfinished_move(db))
    return Error(ErrorKind::conflict, "store_moving", "the database is being moved here");
  return false;
}

Result<void> migrate(Database& db, std::span<const Migration> steps) {
  GERBANG_TRY(empty, recognise_schema(db, steps));
  for (const Migration& step : steps.subspan(static_cast<std::size_t>(schema_version(db)))) {
    std::string script = "BEGIN IMMEDIATE;\n";
    if (empty && step.number == 1)
      script += "PRAGMA application_id = " + std::to_string(kApplicationId) + ";\n";
    script += step.sql;
    script += "\n;PRAGMA user_version = " + std::to_string(step.number) + ";";
    try {
      db.execute(script);
      GERBANG_CRASH_POINT("store.migration_before_commit");
      {
        GERBANG_CRASH_PHASE("store.mid_migration", "store.migration_before_sync");
        db.execute("COMMIT");
      }
      GERBANG_CRASH_POINT("store.migration_step_done");
    } catch (const DatabaseError& error) {
      try {
        db.execute("ROLLBACK");
      } catch (const DatabaseError&) {
        // SQLite has rolled back itself; the first error is the one to tell.
      }
      throw DatabaseError(error.code(),
                          "migration " + std::string(step.name) + ": " + error.what());
    }
  }
  return {};
}

}  // namespace gerbang::store
