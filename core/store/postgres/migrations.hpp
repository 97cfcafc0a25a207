#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "core/base/result.hpp"
#include "core/store/postgres/connection.hpp"

// Numbered schema changes, embedded from migrations/*.sql when CMake configures.
namespace gerbang::store::postgres {

struct Migration {
  std::int64_t number = 0;  // 1, 2, 3… without gaps
  std::string_view name;    // "0001_initial"
  std::string_view sql;
};

std::span<const Migration> migrations();

// 0 where there is no schema of ours yet. Throws DatabaseError.
std::int64_t schema_version(Connection& db);

// Brings the database (its current schema) to the newest version, each step in a transaction of its
// own, one process at a time; an empty one becomes ours. Errors: unsupported store_schema_newer (a
// later gerbang wrote it), invalid store_not_ours (there are tables, and none of ours); then
// nothing is changed. Throws DatabaseError.
Result<void> migrate(Connection& db, std::span<const Migration> steps = migrations());

// What makes a commit durable and the walls between organisations stand is in force: fsync,
// full_page_writes, synchronous_commit, a primary, a role that row-level security holds for.
// Errors: invalid store_not_durable, store_role_unsafe; unsupported store_server_old; transient
// store_not_primary. Throws DatabaseError.
Result<void> check_server(Connection& db);

// Commits wait for another server: synchronous_standby_names is set. Throws DatabaseError.
bool has_synchronous_standby(Connection& db);

// Every connection that writes for a gateway holds the database's use lock shared, as long as it
// lives; who needs the database for himself (core/store/move) holds it alone. Errors: conflict
// store_moving (a move into or out of it runs, or one into it is not finished: half of the rows may
// be missing). Throws DatabaseError.
Result<void> join_database(Connection& db);
// Errors: conflict store_in_use (a gateway, or another move). Throws DatabaseError.
Result<void> take_database(Connection& db);
// A move into this database has begun and is not finished.
bool unfinished_move(Connection& db);

}  // namespace gerbang::store::postgres
