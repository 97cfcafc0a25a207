#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "core/base/result.hpp"
#include "core/store/sqlite/database.hpp"

// Numbered schema changes, embedded from migrations/*.sql when CMake configures.
namespace gerbang::store {

struct Migration {
  std::int64_t number = 0;  // 1, 2, 3… without gaps
  std::string_view name;    // "0001_initial"
  std::string_view sql;
};

std::span<const Migration> migrations();

// Marks a file as ours ("GRBG"), so that no other program's database is ever changed.
inline constexpr std::int64_t kApplicationId = 0x47524247;

std::int64_t schema_version(Database& db);

// A move into this database (core/store/move) has begun and is not finished.
bool unfinished_move(Database& db);

// Whether the database is still empty. Errors: unsupported store_schema_newer (a later gerbang
// wrote it), invalid store_not_ours (another program did), conflict store_moving (an unfinished
// move: half of the rows may be missing). Changes nothing. Throws DatabaseError.
Result<bool> recognise_schema(Database& db, std::span<const Migration> steps = migrations());

// Brings the database to the newest schema, each step in a transaction of its own; an empty one
// becomes ours. Errors as above, and then nothing is changed. Throws DatabaseError.
Result<void> migrate(Database& db, std::span<const Migration> steps = migrations());

}  // namespace gerbang::store
