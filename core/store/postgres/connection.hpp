#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "core/base/secret.hpp"
#include "core/base/time.hpp"

struct pg_conn;
struct pg_result;

// A thin, typed layer over one PostgreSQL connection in pipeline mode; the only place that includes
// <libpq-fe.h>. Not thread-safe: each thread has its own.
//
// Everything travels in binary form: arrays need no quoting, sealed bytes no escaping, and numbers
// no parsing. Four types are enough: bigint (times are Unix milliseconds), text, boolean, bytea.
namespace gerbang::store::postgres {

// A statement failed, or the connection did.
class DatabaseError : public std::exception {
 public:
  DatabaseError(std::string state, std::string text)
      : state_(std::move(state)), text_(std::move(text)) {}
  const char* what() const noexcept override { return text_.c_str(); }
  // SQLSTATE; empty: the connection is lost, or did not answer in time.
  const std::string& state() const noexcept { return state_; }
  bool lost() const noexcept;
  // Nothing happened, and the same again may go well: deadlock, serialisation failure, a lock that
  // was not free in time.
  bool worth_repeating() const noexcept;
  // It took longer than a statement may.
  bool timed_out() const noexcept { return state_ == "57014"; }
  // The fault lies in what was asked (a broken constraint, wrong SQL), not in the server.
  bool of_statement() const noexcept;

 private:
  std::string state_;
  std::string text_;
};

// Sealed bytes, where a std::string would be text.
struct Blob {
  std::string_view bytes;
};

// The parameters of one statement, in order.
class Params {
 public:
  Params() = default;
  template <class... T>
  static Params of(const T&... values) {
    Params out;
    (out.add(values), ...);
    return out;
  }
  Params& add(std::int64_t value);
  Params& add(int value) { return add(static_cast<std::int64_t>(value)); }
  Params& add(std::size_t value) { return add(static_cast<std::int64_t>(value)); }
  Params& add(bool value);
  Params& add(std::string_view value);
  Params& add(const std::string& value) { return add(std::string_view(value)); }
  Params& add(const char* value) { return add(std::string_view(value)); }
  Params& add(TimePoint value) { return add(to_unix_millis(value)); }
  Params& add(Blob value);
  template <class T>
  Params& add(const std::optional<T>& value) {
    if (value) return add(*value);
    add(T{});
    values_.back().null = true;
    return *this;
  }
  Params& add(const std::vector<std::string>& values);

 private:
  friend class Batch;
  friend class Connection;
  struct Value {
    unsigned oid = 0;
    bool null = false;
    std::string bytes;
  };
  std::vector<Value> values_;
};

// Rows of parameters for one set-based statement: each column becomes an array, to be read with
// unnest(). An optional is a value or null.
class Batch {
 public:
  template <class... T>
  void row(const T&... values) {
    columns_.resize(sizeof...(T));
    std::size_t i = 0;
    (columns_[i++].push(values), ...);
    ++rows_;
  }
  bool empty() const { return rows_ == 0; }
  std::size_t size() const { return rows_; }
  // After the parameters that are there already.
  Params after(Params first) const;

 private:
  struct Column {
    unsigned oid = 0;
    bool nulls = false;
    std::string bytes;
    void push(std::int64_t value);
    void push(int value) { push(static_cast<std::int64_t>(value)); }
    void push(bool value);
    void push(std::string_view value);
    void push(const std::string& value) { push(std::string_view(value)); }
    void push(const char* value) { push(std::string_view(value)); }
    void push(TimePoint value) { push(to_unix_millis(value)); }
    void push(Blob value);
    template <class T>
    void push(const std::optional<T>& value) {
      if (value) return push(*value);
      const std::size_t before = bytes.size();
      push(T{});
      null_from(before);
    }
    void null_from(std::size_t offset);
  };
  std::vector<Column> columns_;
  std::size_t rows_ = 0;
};

class Rows;

class Row {
 public:
  bool is_null(int column) const;
  std::int64_t integer(int column) const;
  bool boolean(int column) const;
  std::string_view view(int column) const;
  std::string text(int column) const { return std::string(view(column)); }
  int columns() const;
  // Numbers in digits, booleans as 1 and 0, bytes as they are.
  std::string shown(int column) const;
  TimePoint time(int column) const { return from_unix_millis(integer(column)); }
  std::optional<std::int64_t> integer_or_null(int column) const;
  std::optional<bool> boolean_or_null(int column) const;
  std::optional<std::string> text_or_null(int column) const;
  std::optional<TimePoint> time_or_null(int column) const;

 private:
  friend class Rows;
  Row(const pg_result* result, int row) : result_(result), row_(row) {}
  const pg_result* result_;
  int row_;
};

class Rows {
 public:
  Rows() = default;
  explicit Rows(pg_result* result);
  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  Row operator[](std::size_t i) const { return Row(result_.get(), static_cast<int>(i)); }
  // Rows that an INSERT, UPDATE or DELETE touched.
  std::int64_t changed() const;

  class Iterator {
   public:
    Iterator(const Rows* rows, std::size_t i) : rows_(rows), i_(i) {}
    Row operator*() const { return (*rows_)[i_]; }
    Iterator& operator++() {
      ++i_;
      return *this;
    }
    bool operator!=(const Iterator& other) const { return i_ != other.i_; }

   private:
    const Rows* rows_;
    std::size_t i_;
  };
  Iterator begin() const { return {this, 0}; }
  Iterator end() const { return {this, size_}; }

 private:
  std::shared_ptr<pg_result> result_;
  std::size_t size_ = 0;
};

struct ConnectionSettings {
  std::string address;  // "postgresql://…" or "host=… dbname=…"
  Secret password;      // empty: what the address or the server's rules say
  std::string name = "gerbang";
  Duration connect_timeout{5'000};
  Duration statement_timeout{5'000};
  Duration lock_timeout{2'000};
  Duration idle_in_transaction{10'000};
  // How long an answer may take before the connection counts as lost. More than the server's own
  // limits together: then it is the network that is gone.
  Duration answer_timeout{15'000};
};

// Statements are prepared once per connection and text; the text must be a literal or otherwise
// live as long as the connection.
class Connection {
 public:
  // Connects, sets the limits above and synchronous_commit=on. Throws DatabaseError.
  explicit Connection(const ConnectionSettings& settings);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // Queues a statement. `then` gets its rows in the next sync(), in the order of sending.
  using Then = std::function<void(const Rows&)>;
  void send(std::string_view sql, Params params = {}, Then then = {});
  // One round trip: everything queued goes out, all answers come in. Throws the first failure, and
  // then nothing of `then` has been called.
  void sync();
  // send() and sync().
  Rows query(std::string_view sql, Params params = {});
  // What is queued still goes out, but nobody is told its rows any more.
  void disown();
  // Several statements without parameters, one round trip, outside the pipeline (which is empty).
  void execute(const std::string& script);

  // What was notified on the channels that it listens to. Waits, at most until there is something
  // to read from `wake`. Nothing may be queued. Throws when the connection is lost.
  std::vector<std::string> notifications(int wake);

  bool usable() const { return usable_; }
  int backend() const;
  // Since the connection was opened.
  std::int64_t changed() const { return changed_; }
  std::int64_t round_trips() const { return round_trips_; }
  // Of the server, beside its answers. One at a COMMIT: it stopped waiting for its standby.
  std::int64_t warnings() const { return warnings_; }
  // The address names several servers.
  bool several_hosts() const;

 private:
  struct Sent {
    bool prepares = false;
    std::string_view sql;
    Then then;
    Rows rows;
  };
  [[noreturn]] void lost(const std::string& why);
  pg_result* next_result(std::chrono::steady_clock::time_point deadline);

  pg_conn* handle_ = nullptr;
  Duration answer_timeout_;
  bool usable_ = false;
  std::int64_t changed_ = 0;
  std::int64_t round_trips_ = 0;
  std::int64_t warnings_ = 0;
  std::unordered_map<std::string_view, std::string> prepared_;
  std::deque<Sent> sent_;
};

}  // namespace gerbang::store::postgres
