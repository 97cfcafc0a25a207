#include "core/store/postgres/connection.hpp"

#include <libpq-fe.h>
#include <poll.h>

#include <algorithm>
#include <bit>
#include <cerrno>
#include <cstring>

#include "core/base/error.hpp"

namespace gerbang::store::postgres {

namespace {

// pg_type.dat; fixed for ever.
constexpr unsigned kBool = 16, kBytea = 17, kInt8 = 20, kText = 25;
constexpr unsigned kBoolArray = 1000, kByteaArray = 1001, kTextArray = 1009, kInt8Array = 1016;

unsigned array_of(unsigned element) {
  switch (element) {
    case kBool:
      return kBoolArray;
    case kBytea:
      return kByteaArray;
    case kInt8:
      return kInt8Array;
    default:
      return kTextArray;
  }
}

template <class Int>
void put(std::string& out, Int value) {
  for (int shift = static_cast<int>(sizeof(Int)) * 8 - 8; shift >= 0; shift -= 8)
    out += static_cast<char>((static_cast<std::uint64_t>(value) >> shift) & 0xff);
}

std::string int8_bytes(std::int64_t value) {
  std::string out;
  put(out, value);
  return out;
}

std::string trimmed(const char* message) {
  std::string out(message ? message : "");
  while (!out.empty() && (out.back() == '\n' || out.back() == ' ')) out.pop_back();
  return out;
}

bool is_class(const std::string& state, std::string_view wanted) {
  return std::string_view(state).starts_with(wanted);
}

}  // namespace

bool DatabaseError::lost() const noexcept {
  // Connection exceptions, and a server that is going down or coming up.
  return state_.empty() || is_class(state_, "08") || is_class(state_, "57P") ||
         state_ == "25P03" /* idle in transaction too long */;
}
bool DatabaseError::worth_repeating() const noexcept {
  return state_ == "40001" || state_ == "40P01" || state_ == "55P03";
}
bool DatabaseError::of_statement() const noexcept {
  return is_class(state_, "22") || is_class(state_, "23") || is_class(state_, "42") ||
         is_class(state_, "0A") || is_class(state_, "P0") || is_class(state_, "21");
}

Params& Params::add(std::int64_t value) {
  values_.push_back({kInt8, false, int8_bytes(value)});
  return *this;
}
Params& Params::add(bool value) {
  values_.push_back({kBool, false, std::string(1, value ? '\1' : '\0')});
  return *this;
}
Params& Params::add(std::string_view value) {
  values_.push_back({kText, false, std::string(value)});
  return *this;
}
Params& Params::add(Blob value) {
  values_.push_back({kBytea, false, std::string(value.bytes)});
  return *this;
}
Params& Params::add(const std::vector<std::string>& values) {
  Batch batch;
  for (const std::string& value : values) batch.row(value);
  if (batch.empty()) {
    std::string none;
    put<std::int32_t>(none, 0);
    put<std::int32_t>(none, 0);
    put<std::uint32_t>(none, kText);
    values_.push_back({kTextArray, false, std::move(none)});
    return *this;
  }
  *this = batch.after(std::move(*this));
  return *this;
}

void Batch::Column::push(std::int64_t value) {
  oid = kInt8;
  put<std::int32_t>(bytes, 8);
  put(bytes, value);
}
void Batch::Column::push(bool value) {
  oid = kBool;
  put<std::int32_t>(bytes, 1);
  bytes += value ? '\1' : '\0';
}
void Batch::Column::push(std::string_view value) {
  oid = kText;
  put(bytes, static_cast<std::int32_t>(value.size()));
  bytes += value;
}
void Batch::Column::push(Blob value) {
  oid = kBytea;
  put(bytes, static_cast<std::int32_t>(value.bytes.size()));
  bytes += value.bytes;
}
void Batch::Column::null_from(std::size_t offset) {
  bytes.resize(offset);
  put<std::int32_t>(bytes, -1);
  nulls = true;
}

Params Batch::after(Params first) const {
  for (const Column& column : columns_) {
    std::string bytes;
    bytes.reserve(column.bytes.size() + 20);
    put<std::int32_t>(bytes, 1);
    put<std::int32_t>(bytes, column.nulls ? 1 : 0);
    put<std::uint32_t>(bytes, column.oid);
    put(bytes, static_cast<std::int32_t>(rows_));
    put<std::int32_t>(bytes, 1);
    bytes += column.bytes;
    first.values_.push_back({array_of(column.oid), false, std::move(bytes)});
  }
  return first;
}

bool Row::is_null(int column) const {
  return PQgetisnull(result_, row_, column) != 0;
}
std::string_view Row::view(int column) const {
  return {PQgetvalue(result_, row_, column),
          static_cast<std::size_t>(PQgetlength(result_, row_, column))};
}
std::int64_t Row::integer(int column) const {
  const std::string_view bytes = view(column);
  ensure(bytes.size() == 8 && PQftype(result_, column) == kInt8, "a column is no bigint");
  std::uint64_t out = 0;
  for (const char c : bytes) out = out << 8 | static_cast<unsigned char>(c);
  return static_cast<std::int64_t>(out);
}
bool Row::boolean(int column) const {
  const std::string_view bytes = view(column);
  ensure(bytes.size() == 1 && PQftype(result_, column) == kBool, "a column is no boolean");
  return bytes[0] != 0;
}
int Row::columns() const {
  return PQnfields(result_);
}
std::string Row::shown(int column) const {
  if (is_null(column)) return {};
  switch (PQftype(result_, column)) {
    case kInt8:
      return std::to_string(integer(column));
    case kBool:
      return boolean(column) ? "1" : "0";
    default:
      return text(column);
  }
}
std::optional<std::int64_t> Row::integer_or_null(int column) const {
  if (is_null(column)) return std::nullopt;
  return integer(column);
}
std::optional<bool> Row::boolean_or_null(int column) const {
  if (is_null(column)) return std::nullopt;
  return boolean(column);
}
std::optional<std::string> Row::text_or_null(int column) const {
  if (is_null(column)) return std::nullopt;
  return text(column);
}
std::optional<TimePoint> Row::time_or_null(int column) const {
  if (is_null(column)) return std::nullopt;
  return time(column);
}

Rows::Rows(pg_result* result)
    : result_(result, PQclear), size_(static_cast<std::size_t>(PQntuples(result))) {}

std::int64_t Rows::changed() const {
  const char* text = PQcmdTuples(result_.get());
  return text && *text ? std::strtoll(text, nullptr, 10) : 0;
}

Connection::Connection(const ConnectionSettings& settings)
    : answer_timeout_(settings.answer_timeout) {
  const auto ms = [](Duration d) { return std::to_string(d.count()); };
  const std::string options =
      "-c synchronous_commit=on -c statement_timeout=" + ms(settings.statement_timeout) +
      " -c lock_timeout=" + ms(settings.lock_timeout) +
      " -c idle_in_transaction_session_timeout=" + ms(settings.idle_in_transaction) +
      " -c default_transaction_isolation=read\\ committed";
  const std::string connect = std::to_string(std::max<std::int64_t>(
      2, std::chrono::ceil<std::chrono::seconds>(settings.connect_timeout).count()));
  const std::string unanswered = ms(settings.answer_timeout);
  // An address that cannot be read would be repeated in the error, with whatever secret is in it.
  if (settings.address.find('=') != std::string::npos ||
      settings.address.find("://") != std::string::npos) {
    char* ignored = nullptr;
    PQconninfoOption* parsed = PQconninfoParse(settings.address.c_str(), &ignored);
    PQfreemem(ignored);
    if (!parsed) throw DatabaseError("", "the address of the database cannot be read");
    PQconninfoFree(parsed);
  }
  const char* password = settings.password.reveal().empty() ? nullptr : "password";
  const char* names[] = {"dbname",          "options",         "application_name",
                         "client_encoding", "connect_timeout", "tcp_user_timeout",
                         "keepalives_idle", password,          nullptr};
  const char* values[] = {settings.address.c_str(),
                          options.c_str(),
                          settings.name.c_str(),
                          "UTF8",
                          connect.c_str(),
                          unanswered.c_str(),
                          "10",
                          settings.password.reveal().c_str(),
                          nullptr};
  handle_ = PQconnectdbParams(names, values, 1);
  if (!handle_ || PQstatus(handle_) != CONNECTION_OK) {
    const std::string why = handle_ ? trimmed(PQerrorMessage(handle_)) : "out of memory";
    PQfinish(handle_);
    throw DatabaseError("", why);
  }
  // What the server has to say beside its answers is its own log's business; that it warned is
  // ours.
  PQsetNoticeReceiver(
      handle_,
      [](void* warnings, const PGresult* said) {
        const char* severity = PQresultErrorField(said, PG_DIAG_SEVERITY_NONLOCALIZED);
        if (severity && std::string_view(severity) == "WARNING")
          ++*static_cast<std::int64_t*>(warnings);
      },
      &warnings_);
  usable_ = PQsetnonblocking(handle_, 1) == 0 && PQenterPipelineMode(handle_) == 1;
  if (!usable_) {
    PQfinish(handle_);
    throw DatabaseError("", "no pipeline mode");
  }
}

Connection::~Connection() {
  PQfinish(handle_);
}

bool Connection::several_hosts() const {
  PQconninfoOption* all = PQconninfo(handle_);
  bool several = false;
  for (const PQconninfoOption* one = all; one && one->keyword; ++one) {
    const std::string_view keyword = one->keyword;
    if ((keyword == "host" || keyword == "hostaddr") && one->val)
      several = several || std::strchr(one->val, ',') != nullptr;
  }
  PQconninfoFree(all);
  return several;
}

int Connection::backend() const {
  return PQbackendPID(handle_);
}

void Connection::lost(const std::string& why) {
  usable_ = false;
  sent_.clear();
  throw DatabaseError("", why);
}

void Connection::send(std::string_view sql, Params params, Then then) {
  if (!usable_) lost("the connection was lost before");
  std::vector<unsigned> types;
  std::vector<const char*> values;
  std::vector<int> lengths, formats;
  for (const Params::Value& value : params.values_) {
    types.push_back(value.oid);
    values.push_back(value.null ? nullptr : value.bytes.data());
    lengths.push_back(static_cast<int>(value.bytes.size()));
    formats.push_back(1);
  }
  auto known = prepared_.find(sql);
  if (known == prepared_.end()) {
    known = prepared_.emplace(sql, "s" + std::to_string(prepared_.size() + 1)).first;
    if (!PQsendPrepare(handle_, known->second.c_str(), std::string(sql).c_str(),
                       static_cast<int>(types.size()), types.data()))
      lost(trimmed(PQerrorMessage(handle_)));
    sent_.push_back({true, sql, {}, {}});
  }
  if (!PQsendQueryPrepared(handle_, known->second.c_str(), static_cast<int>(values.size()),
                           values.data(), lengths.data(), formats.data(), 1))
    lost(trimmed(PQerrorMessage(handle_)));
  sent_.push_back({false, sql, std::move(then), {}});
}

pg_result* Connection::next_result(std::chrono::steady_clock::time_point deadline) {
  for (;;) {
    const int unsent = PQflush(handle_);
    if (unsent < 0) lost(trimmed(PQerrorMessage(handle_)));
    if (unsent == 0 && !PQisBusy(handle_)) return PQgetResult(handle_);
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
    if (left.count() <= 0) lost("no answer in time");
    pollfd wait{PQsocket(handle_), static_cast<short>(unsent ? POLLIN | POLLOUT : POLLIN), 0};
    const int ready = ::poll(&wait, 1, static_cast<int>(left.count()));
    if (ready < 0 && errno != EINTR) lost(std::strerror(errno));
    if (ready > 0 && (wait.revents & (POLLIN | POLLERR | POLLHUP)) && !PQconsumeInput(handle_))
      lost(trimmed(PQerrorMessage(handle_)));
  }
}

void Connection::sync() {
  if (!usable_) lost("the connection was lost before");
  if (sent_.empty()) return;
  if (!PQpipelineSync(handle_)) lost(trimmed(PQerrorMessage(handle_)));
  ++round_trips_;
  const auto deadline = std::chrono::steady_clock::now() + answer_timeout_;
  std::optional<DatabaseError> failure;
  for (Sent& sent : sent_) {
    // Each statement answers with one result and a null that ends it.
    pg_result* result = next_result(deadline);
    if (!result) lost("the server closed the connection");
    Rows rows(result);
    switch (PQresultStatus(result)) {
      case PGRES_COMMAND_OK:
      case PGRES_TUPLES_OK:
        changed_ += rows.changed();
        sent.rows = std::move(rows);
        break;
      case PGRES_PIPELINE_ABORTED:
        if (sent.prepares) prepared_.erase(sent.sql);
        break;
      default: {
        if (sent.prepares) prepared_.erase(sent.sql);
        const char* state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
        if (!failure)
          failure.emplace(state ? state : "", trimmed(PQresultErrorMessage(result)) +
                                                  " in: " + std::string(sent.sql.substr(0, 120)));
        if (!state || PQstatus(handle_) != CONNECTION_OK)
          lost(trimmed(PQresultErrorMessage(result)));
      }
    }
    pg_result* end = next_result(deadline);
    if (end) {
      PQclear(end);
      lost("a statement answered twice");
    }
  }
  pg_result* synced = next_result(deadline);
  const bool in_step = synced && PQresultStatus(synced) == PGRES_PIPELINE_SYNC;
  PQclear(synced);
  if (!in_step) lost("the pipeline is out of step");
  std::deque<Sent> done;
  done.swap(sent_);
  if (failure) {
    if (failure->lost()) usable_ = false;
    throw *failure;
  }
  for (const Sent& sent : done) {
    if (sent.then) sent.then(sent.rows);
  }
}

Rows Connection::query(std::string_view sql, Params params) {
  Rows out;
  send(sql, std::move(params), [&](const Rows& rows) { out = rows; });
  sync();
  return out;
}

std::vector<std::string> Connection::notifications(int wake) {
  ensure(sent_.empty(), "waiting for notifications with statements under way");
  if (!usable_) lost("the connection was lost before");
  std::vector<std::string> out;
  const auto collect = [&] {
    while (PGnotify* n = PQnotifies(handle_)) {
      out.emplace_back(n->extra ? n->extra : "");
      PQfreemem(n);
    }
  };
  collect();
  if (!out.empty()) return out;
  pollfd waits[] = {{PQsocket(handle_), POLLIN, 0}, {wake, POLLIN, 0}};
  const int ready = ::poll(waits, 2, -1);
  if (ready < 0 && errno != EINTR) lost(std::strerror(errno));
  if (ready > 0 && waits[0].revents != 0 && !PQconsumeInput(handle_))
    lost(trimmed(PQerrorMessage(handle_)));
  collect();
  return out;
}

void Connection::disown() {
  for (Sent& sent : sent_) sent.then = {};
}

void Connection::execute(const std::string& script) {
  ensure(sent_.empty(), "a script in a pipeline that is not empty");
  if (!usable_ || !PQexitPipelineMode(handle_)) lost("no way out of pipeline mode");
  ++round_trips_;
  if (!PQsendQuery(handle_, script.c_str())) lost(trimmed(PQerrorMessage(handle_)));
  // Scripts change the schema: no limit but the server's.
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::minutes(10);
  std::optional<DatabaseError> failure;
  while (pg_result* result = next_result(deadline)) {
    const Rows rows(result);
    const auto status = PQresultStatus(result);
    if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK || failure) continue;
    const char* state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
    failure.emplace(state ? state : "", trimmed(PQresultErrorMessage(result)));
  }
  if (PQstatus(handle_) != CONNECTION_OK || !PQenterPipelineMode(handle_))
    lost(failure ? failure->what() : "the connection was lost");
  if (failure) throw *failure;
}

}  // namespace gerbang::store::postgres
