#include "core/store/sqlite/database.hpp"

#include <sqlite3.h>

#include "core/store/sqlite/crash_disk.hpp"

namespace gerbang::store {

bool DatabaseError::of_statement() const noexcept {
  switch (code_ & 0xff) {
    case SQLITE_CONSTRAINT:
    case SQLITE_ERROR:
    case SQLITE_MISMATCH:
    case SQLITE_MISUSE:
    case SQLITE_RANGE:
    case SQLITE_TOOBIG:
      return true;
    default:
      return false;
  }
}

bool DatabaseError::not_a_database() const noexcept {
  return (code_ & 0xff) == SQLITE_NOTADB;
}

Statement::Statement(Statement&& other) noexcept
    : db_(other.db_), stmt_(std::exchange(other.stmt_, nullptr)) {}

Statement::~Statement() {
  if (!stmt_) return;
  sqlite3_reset(stmt_);
  sqlite3_clear_bindings(stmt_);
}

Statement&& Statement::bind(int index, std::int64_t value) && {
  if (sqlite3_bind_int64(stmt_, index, value) != SQLITE_OK) db_->fail("bind");
  return std::move(*this);
}
Statement&& Statement::bind(int index, std::string_view value) && {
  if (sqlite3_bind_text64(stmt_, index, value.data() ? value.data() : "", value.size(),
                          SQLITE_TRANSIENT, SQLITE_UTF8) != SQLITE_OK)
    db_->fail("bind");
  return std::move(*this);
}
Statement&& Statement::bind_blob(int index, std::string_view value) && {
  if (sqlite3_bind_blob64(stmt_, index, value.data() ? value.data() : "", value.size(),
                          SQLITE_TRANSIENT) != SQLITE_OK)
    db_->fail("bind");
  return std::move(*this);
}
Statement&& Statement::bind_null(int index) && {
  if (sqlite3_bind_null(stmt_, index) != SQLITE_OK) db_->fail("bind");
  return std::move(*this);
}

int Statement::columns() const {
  return sqlite3_column_count(stmt_);
}

bool Statement::step() {
  switch (sqlite3_step(stmt_)) {
    case SQLITE_ROW:
      return true;
    case SQLITE_DONE:
      return false;
    default:
      db_->fail("step");
  }
}

std::int64_t Statement::run() && {
  while (step()) {
  }
  return db_->changes();
}

bool Statement::is_null(int column) const {
  return sqlite3_column_type(stmt_, column) == SQLITE_NULL;
}
std::int64_t Statement::integer(int column) const {
  return sqlite3_column_int64(stmt_, column);
}
std::string Statement::text(int column) const {
  const auto* data = reinterpret_cast<const char*>(sqlite3_column_text(stmt_, column));
  return data ? std::string(data, static_cast<std::size_t>(sqlite3_column_bytes(stmt_, column)))
              : std::string();
}
std::string Statement::blob(int column) const {
  const auto* data = static_cast<const char*>(sqlite3_column_blob(stmt_, column));
  return data ? std::string(data, static_cast<std::size_t>(sqlite3_column_bytes(stmt_, column)))
              : std::string();
}
std::optional<std::int64_t> Statement::integer_or_null(int column) const {
  if (is_null(column)) return std::nullopt;
  return integer(column);
}
std::optional<std::string> Statement::text_or_null(int column) const {
  if (is_null(column)) return std::nullopt;
  return text(column);
}
std::optional<TimePoint> Statement::time_or_null(int column) const {
  if (is_null(column)) return std::nullopt;
  return time(column);
}

Database::Database(const std::string& path, Mode mode) {
  const int flags =
      (mode == Mode::writer ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE : SQLITE_OPEN_READONLY) |
      SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
  if (sqlite3_open_v2(path.c_str(), &handle_, flags, nullptr) != SQLITE_OK) {
    const DatabaseError error(sqlite3_extended_errcode(handle_), sqlite3_errmsg(handle_));
    sqlite3_close(handle_);
    throw error;
  }
  try {
    configure(mode);
  } catch (const DatabaseError&) {
    // A constructor that throws has no destructor to close it.
    sqlite3_db_config(handle_, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
    sqlite3_close(handle_);
    throw;
  }
}

void Database::configure(Mode mode) {
  sqlite3_busy_timeout(handle_, kBusyMillis);
  // Checkpoints are the writer thread's own, between groups: an automatic one inside a commit is
  // the p99, and 3.40.1 is only safe when one connection does every commit and checkpoint.
  sqlite3_wal_autocheckpoint(handle_, 0);
  if (mode == Mode::writer) {
    // Writes to a new database alone.
    GERBANG_CRASH_PHASE("store.creation_mid_write", "store.creation_before_sync");
    execute("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;");
  }
  execute("PRAGMA cache_size=-65536; PRAGMA temp_store=MEMORY;");
}

Database::~Database() {
  // Closing must not copy the log through a connection that has failed to read, write or sync.
  if (failed_) sqlite3_db_config(handle_, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
  for (const auto& [sql, stmt] : statements_) sqlite3_finalize(stmt);
  sqlite3_close_v2(handle_);
}

Statement Database::query(std::string_view sql) {
  auto it = statements_.find(sql);
  if (it == statements_.end()) {
    sqlite3_stmt* stmt = nullptr;
    if (sqlite3_prepare_v3(handle_, sql.data(), static_cast<int>(sql.size()),
                           SQLITE_PREPARE_PERSISTENT, &stmt, nullptr) != SQLITE_OK)
      fail("prepare");
    it = statements_.emplace(sql, stmt).first;
  }
  // A statement may be in use further up the stack (a cursor loop that calls the same query).
  ensure(!sqlite3_stmt_busy(it->second), "a prepared statement is used while it is open");
  return Statement(this, it->second);
}

void Database::execute(const std::string& script) {
  char* message = nullptr;
  if (sqlite3_exec(handle_, script.c_str(), nullptr, nullptr, &message) != SQLITE_OK) {
    const DatabaseError error(sqlite3_extended_errcode(handle_), message ? message : "exec failed");
    failed_ = failed_ || !error.of_statement();
    sqlite3_free(message);
    throw error;
  }
}

std::int64_t Database::changes() const {
  return sqlite3_changes64(handle_);
}

void Database::fail(const char* doing) {
  const DatabaseError error(sqlite3_extended_errcode(handle_),
                            std::string(doing) + ": " + sqlite3_errmsg(handle_));
  failed_ = failed_ || !error.of_statement();
  throw error;
}

}  // namespace gerbang::store
