#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "core/base/result.hpp"
#include "core/base/time.hpp"

struct sqlite3;
struct sqlite3_stmt;

// A thin, typed layer over one SQLite connection. Not thread-safe: each thread has its own.
//
// SQLite failures inside a script (disk full, I/O error, busy beyond the timeout) are thrown as
// DatabaseError: the group that was running is given up, its handle is never used again
// (RELIABILITY section 3). A violated constraint is thrown too: scripts check first, so it is a
// bug.
namespace gerbang::store {

class DatabaseError : public std::exception {
 public:
  DatabaseError(int code, std::string text) : code_(code), text_(std::move(text)) {}
  const char* what() const noexcept override { return text_.c_str(); }
  int code() const noexcept { return code_; }  // extended SQLite code
  // The fault lies in what was asked (a broken constraint, wrong SQL), not in the file below.
  bool of_statement() const noexcept;
  // The file is none of SQLite's.
  bool not_a_database() const noexcept;

 private:
  int code_;
  std::string text_;
};

class Database;

// A prepared statement, borrowed from the connection's cache for one use; resets itself.
//
//   auto row = db.query("SELECT on_hand FROM stock_levels WHERE item = ?1").bind(1, item);
//   while (row.step()) use(row.integer(0));
class Statement {
 public:
  Statement(Statement&& other) noexcept;
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;
  ~Statement();

  // 1-based, chainable. Values are copied.
  Statement&& bind(int index, std::int64_t value) &&;
  Statement&& bind(int index, std::string_view value) &&;
  Statement&& bind(int index, const char* value) && {
    return std::move(*this).bind(index, std::string_view(value));
  }
  Statement&& bind(int index, const std::string& value) && {
    return std::move(*this).bind(index, std::string_view(value));
  }
  Statement&& bind(int index, int value) && {
    return std::move(*this).bind(index, static_cast<std::int64_t>(value));
  }
  Statement&& bind(int index, bool value) && {
    return std::move(*this).bind(index, static_cast<std::int64_t>(value));
  }
  Statement&& bind(int index, TimePoint value) && {
    return std::move(*this).bind(index, to_unix_millis(value));
  }
  Statement&& bind_blob(int index, std::string_view value) &&;
  Statement&& bind_null(int index) &&;
  template <class T>
  Statement&& bind(int index, const std::optional<T>& value) && {
    return value ? std::move(*this).bind(index, *value) : std::move(*this).bind_null(index);
  }

  // True while there is a row.
  bool step();
  // Runs to the end; for statements without rows. Returns the number of changed rows.
  std::int64_t run() &&;

  int columns() const;
  // 0-based columns of the present row.
  bool is_null(int column) const;
  std::int64_t integer(int column) const;
  std::string text(int column) const;
  std::string blob(int column) const;
  std::optional<std::int64_t> integer_or_null(int column) const;
  std::optional<std::string> text_or_null(int column) const;
  TimePoint time(int column) const { return from_unix_millis(integer(column)); }
  std::optional<TimePoint> time_or_null(int column) const;

 private:
  friend class Database;
  Statement(Database* db, sqlite3_stmt* stmt) : db_(db), stmt_(stmt) {}
  Database* db_;
  sqlite3_stmt* stmt_;
};

class Database {
 public:
  enum class Mode { writer, reader };
  static constexpr int kBusyMillis = 5000;

  // writer: creates the file, WAL, synchronous=FULL, autocheckpoint off. reader: read-only.
  // ":memory:" only as a writer. Throws DatabaseError.
  Database(const std::string& path, Mode mode);
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  // Prepared once per text; the text must be a literal or otherwise live as long as the connection.
  Statement query(std::string_view sql);
  // Several statements, no parameters.
  void execute(const std::string& script);
  std::int64_t changes() const;
  sqlite3* handle() { return handle_; }

 private:
  friend class Statement;
  void configure(Mode mode);
  [[noreturn]] void fail(const char* doing);
  sqlite3* handle_ = nullptr;
  bool failed_ = false;  // the file below failed: nothing more goes through this connection
  std::unordered_map<std::string_view, sqlite3_stmt*> statements_;
};

}  // namespace gerbang::store
