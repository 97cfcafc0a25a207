#include "gateway/http/connection.hpp"

#include <algorithm>
#include <boost/system/system_error.hpp>

#include "core/base/crash_point.hpp"
#include "core/base/ids.hpp"
#include "core/base/log.hpp"
#include "gateway/http/refusals.hpp"

namespace gerbang::http {

namespace asio = boost::asio;
using asio::ip::tcp;

namespace {

// Of a connection that waits: what a small request fits into. Most connections wait most of the
// time.
constexpr std::size_t kIdleBuffer = 1024;

// An answer longer than this gets the write deadline anew for each such part.
constexpr std::size_t kWritePart = 64 * 1024;
constexpr std::size_t kLingerBytes = 1024 * 1024;

// Fields that say how the message travels; the server alone writes them.
bool ours_to_write(std::string_view name) {
  static constexpr std::array<std::string_view, 6> kNames = {
      "Content-Length", "Transfer-Encoding", "Connection", "Keep-Alive", "Date", "X-Request-Id"};
  return std::any_of(kNames.begin(), kNames.end(),
                     [&](std::string_view n) { return equal_ignoring_case(n, name); });
}

bool clean(const HttpResponse& response) {
  if (response.status < 200 || response.status > 599) return false;
  for (const auto& [name, value] : response.headers) {
    const auto bad = [](char c) { return c == '\r' || c == '\n' || c == '\0'; };
    if (name.empty() || std::any_of(name.begin(), name.end(), bad) ||
        std::any_of(value.begin(), value.end(), bad))
      return false;
  }
  return true;
}

bool has_no_body(int status) {
  return status == 204 || status == 304;
}

std::string chunk_line(std::size_t size) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string out;
  for (; size != 0; size /= 16) out.insert(out.begin(), kDigits[size % 16]);
  return out + "\r\n";
}

}  // namespace

class Connection::StreamBody final : public BodyReader {
 public:
  explicit StreamBody(Connection& connection) : connection_(&connection) {}
  void detach() { connection_ = nullptr; }

  asio::awaitable<Result<std::string>> read_some() override {
    if (failed_) co_return *failed_;
    if (connection_ == nullptr)
      co_return Error(ErrorKind::bug, "internal_error", "request is over");
    std::string piece;
    if (!ended_) {
      auto reading = connection_->read_body(piece);
      const Result<bool> end = co_await std::move(reading);
      if (!end) {
        failed_ = end.error();
        co_return *failed_;
      }
      ended_ = *end;
    }
    co_return piece;
  }

 private:
  Connection* connection_;
  bool ended_ = false;
  std::optional<Error> failed_;
};

Connection::Connection(std::shared_ptr<Edge> edge, tcp::socket socket, asio::ip::address address,
                       bool health_only)
    : edge_(std::move(edge)),
      stream_(std::move(socket)),
      address_(std::move(address)),
      health_only_(health_only),
      capacity_(std::max(limits().buffer_bytes, limits().head_bytes)),
      buffer_(std::min(kIdleBuffer, capacity_)) {
  stream_.when_expired([this] {
    if (in_handler_) {
      log::error("handler.overdue", {{"request_id", request_id_}});
      abort();
    }
  });
}

Connection::~Connection() {
  edge_->forget(this, address_);
}

void Connection::stop_soon() {
  keep_ = false;
  if (between_requests_) stream_.close();
}

void Connection::abort() {
  const auto self = shared_from_this();  // emit() may end the coroutine that owns us
  stream_.close();
  cancellation_.emit(asio::cancellation_type::terminal);
}

void Connection::consume(std::size_t bytes) {
  begin_ += bytes;
  if (begin_ == end_) begin_ = end_ = 0;
}

asio::awaitable<ErrorCode> Connection::fill() {
  if (end_ == buffer_.size()) {
    std::copy(buffer_.begin() + static_cast<std::ptrdiff_t>(begin_),
              buffer_.begin() + static_cast<std::ptrdiff_t>(end_), buffer_.begin());
    end_ -= begin_;
    begin_ = 0;
  }
  if (end_ == buffer_.size() && end_ < capacity_) buffer_.resize(capacity_);
  ensure(end_ < buffer_.size(), "Connection::fill() with a full buffer");
  auto reading = stream_.read_some(buffer_.data() + end_, buffer_.size() - end_);
  const IoResult read = co_await std::move(reading);
  end_ += read.bytes;
  co_return read.error;
}

Error Connection::lost(ErrorCode ec, std::string_view timeout_code) const {
  if (stream_.timed_out()) return Error(ErrorKind::invalid, timeout_code);
  return Error(ErrorKind::indeterminate, "connection_lost", ec.message());
}

asio::awaitable<void> Connection::run() {
  stream_.set_deadline_in(limits().head);
  if (edge_->shared().tls) {
    auto handshake = stream_.accept_tls(*edge_->shared().tls);
    const ErrorCode ec = co_await std::move(handshake);
    if (ec) co_return;
  }
  for (;;) {
    auto serving = serve();
    const bool again = co_await std::move(serving);
    if (!again) co_return;
  }
}

asio::awaitable<Result<bool>> Connection::read_head(Headers& headers) {
  HeadScanner scanner(limits().head_bytes);
  std::optional<std::size_t> size;
  bool blank_line_skipped = false;
  between_requests_ = true;
  if (unread().empty() && buffer_.size() > kIdleBuffer)
    std::vector<char>(kIdleBuffer).swap(buffer_);
  if (served_ > 0) stream_.set_deadline_in(limits().idle);
  for (;;) {
    if (between_requests_ && end_ > begin_) {
      between_requests_ = false;
      started_ = Steady::now();
      // The first head of a connection has its deadline since the connection was made.
      if (served_ > 0) stream_.set_deadline_in(limits().head);
    }
    // RFC 9112 section 2.2: old clients send an empty line after a body.
    if (!blank_line_skipped && unread().starts_with("\r\n")) {
      blank_line_skipped = true;
      consume(2);
    }
    if (blank_line_skipped || unread() != "\r") {
      GERBANG_CO_TRY(found, scanner.look(unread()));
      size = found;
      if (size) break;
    }
    auto filling = fill();
    const ErrorCode ec = co_await std::move(filling);
    if (ec) {
      if (between_requests_ || !stream_.timed_out()) co_return false;
      co_return Error(ErrorKind::invalid, "request_timeout");
    }
  }
  const std::string_view block = unread().substr(0, *size);
  HeadLimits head_limits;
  head_limits.bytes = limits().head_bytes;
  head_limits.fields = limits().head_fields;
  GERBANG_CO_TRY(head, check_head(block, head_limits));
  head_ = std::move(head);
  parser_ = std::make_unique<RequestParser>(0);
  // The policy sets the real bound; Beast would refuse a longer Content-Length before we know it.
  parser_->set_max_body(head_.content_length);
  GERBANG_CO_TRY(fields, parser_->head(block));
  headers = std::move(fields);
  consume(*size);
  co_return true;
}

Result<BodyPolicy> Connection::admit() const {
  const ServerOptions& options = edge_->shared().options;
  const bool health = std::find(options.health_paths.begin(), options.health_paths.end(),
                                head_.path) != options.health_paths.end();
  if (!health && edge_->stopping()) return Error(ErrorKind::transient, "server_stopping");
  if (!health && (health_only_ || edge_->memory_use() >= 0.95))
    return Error(ErrorKind::transient, "server_busy");
  const BodyPolicy policy = edge_->shared().handler.body_policy(head_.method, head_.path);
  if (head_.content_length > policy.max_bytes) return Error(ErrorKind::too_large, "body_too_large");
  return policy;
}

asio::awaitable<bool> Connection::serve() {
  request_id_.clear();
  trace_id_.clear();
  accept_language_.clear();
  head_ = {};
  body_received_ = bytes_sent_ = 0;
  body_waited_ = {};
  continue_sent_ = false;

  Headers headers;
  auto reading = read_head(headers);
  const Result<bool> read = co_await std::move(reading);
  if (read && !*read) co_return false;
  if (!read) {
    auto refusing = refuse(read.error());
    co_await std::move(refusing);
    co_return false;
  }

  ServerRequest request = describe(std::move(headers));
  const Result<BodyPolicy> policy = admit();
  if (!policy) {
    auto refusing = refuse(policy.error());
    co_await std::move(refusing);
    co_return false;
  }
  parser_->set_max_body(policy->max_bytes);
  body_streamed_ = policy->streamed;

  std::shared_ptr<StreamBody> stream;
  if (body_streamed_) {
    stream = std::make_shared<StreamBody>(*this);
    request.stream = stream;
  } else if (head_.has_body()) {
    auto receiving = receive(request);
    const Result<void> received = co_await std::move(receiving);
    if (!received) {
      auto refusing = refuse(received.error());
      co_await std::move(refusing);
      co_return false;
    }
  }

  auto asking = ask_handler(std::move(request));
  ServerReply reply = co_await std::move(asking);
  bool sent = false;
  if (reply.reset) {
    stream_.reset();
  } else {
    auto answering = answer(reply);
    sent = co_await std::move(answering);
    record(reply.route, reply.response.status);
  }
  if (stream) stream->detach();
  ++served_;
  if (!sent) co_return false;
  if (!keep_) {
    auto lingering = linger();
    co_await std::move(lingering);
    co_return false;
  }
  co_return true;
}

ServerRequest Connection::describe(Headers headers) {
  Shared& shared = edge_->shared();
  ServerRequest out;
  out.method = head_.method;
  out.target = head_.target;
  out.path = head_.path;
  out.segments = head_.segments;
  out.query = head_.query;
  out.received = shared.clock->now();
  out.secure = stream_.secure();
  if (const auto id = headers.find("X-Request-Id"); id && sane_request_id(*id))
    request_id_ = std::string(*id);
  if (request_id_.empty()) request_id_ = new_id("req", out.received, *shared.random);
  out.request_id = request_id_;
  if (const auto trace = headers.find("traceparent"); trace && valid_traceparent(*trace)) {
    out.traceparent = std::string(*trace);
    trace_id_ = out.traceparent.substr(3, 32);
  }
  accept_language_ = std::string(headers.find("Accept-Language").value_or(""));
  out.peer = client_address(headers);
  out.headers = std::move(headers);
  return out;
}

std::string Connection::client_address(const Headers& headers) const {
  const Shared& shared = edge_->shared();
  asio::ip::address client = address_;
  if (!shared.trusted(client)) return client.to_string();
  std::string chain;
  for (const auto& [name, value] : headers) {
    if (equal_ignoring_case(name, "X-Forwarded-For")) chain += (chain.empty() ? "" : ",") + value;
  }
  // From the right: each trusted hop vouches for the one to its left.
  while (!chain.empty() && shared.trusted(client)) {
    const auto comma = chain.rfind(',');
    std::string hop = comma == std::string::npos ? chain : chain.substr(comma + 1);
    chain.resize(comma == std::string::npos ? 0 : comma);
    std::erase_if(hop, [](char c) { return c == ' ' || c == '\t'; });
    ErrorCode ec;
    const auto address = asio::ip::make_address(hop, ec);
    if (ec) break;
    client = address;
  }
  return client.to_string();
}

asio::awaitable<Result<void>> Connection::receive(ServerRequest& request) {
  for (;;) {
    auto reading = read_body(request.body);
    const Result<bool> end = co_await std::move(reading);
    if (!end) co_return end.error();
    if (*end) co_return Result<void>();
  }
}

asio::awaitable<Result<bool>> Connection::read_body(std::string& out) {
  const bool handler_waits = std::exchange(in_handler_, false);
  struct Restore {
    Connection& connection;
    bool handler_waits;
    ~Restore() {
      if (!handler_waits) return;
      connection.in_handler_ = true;
      connection.stream_.set_deadline_in(connection.limits().handler);
    }
  } restore{*this, handler_waits};

  if (parser_->done()) co_return true;
  if (head_.expects_continue && !continue_sent_) {
    continue_sent_ = true;
    if (unread().empty()) {
      auto sending = send("HTTP/1.1 100 Continue\r\n\r\n");
      const ErrorCode ec = co_await std::move(sending);
      if (ec) co_return lost(ec, "body_timeout");
    }
  }
  const std::size_t before = out.size();
  for (;;) {
    GERBANG_CO_TRY(progress, parser_->body(unread(), out));
    consume(progress.consumed);
    body_received_ += progress.consumed;
    if (progress.done) co_return true;
    if (out.size() > before) co_return false;
    if (end_ - begin_ == capacity_)
      co_return Error(ErrorKind::invalid, "request_malformed", "chunk header or trailers too long");

    // The client may use up `body_grace` plus one second per so many bytes; time in which we did
    // not want to read does not count.
    std::chrono::nanoseconds allowance =
        limits().body_grace + std::chrono::nanoseconds(std::chrono::seconds(1)) * body_received_ /
                                  std::max<std::size_t>(limits().body_bytes_per_second, 1);
    if (!body_streamed_) allowance = std::min<std::chrono::nanoseconds>(allowance, limits().body);
    const auto from = Steady::now();
    stream_.set_deadline(from + allowance - body_waited_);
    auto filling = fill();
    const ErrorCode ec = co_await std::move(filling);
    body_waited_ += Steady::now() - from;
    if (ec) co_return lost(ec, "body_timeout");
  }
}

ServerReply Connection::turned_down(const Error& error) {
  const RefusalKind& kind = refusal_kind(error.code);
  Shared& shared = edge_->shared();
  if (request_id_.empty()) request_id_ = new_id("req", shared.clock->now(), *shared.random);
  Refusal refusal;
  refusal.status = kind.status;
  refusal.code = std::string(kind.code);
  refusal.detail = kind.code == "internal_error" ? "" : error.detail;
  refusal.request_id = request_id_;
  refusal.accept_language = accept_language_;
  ServerReply reply(shared.handler.refuse(refusal), "refused");
  if (kind.status == 405)
    reply.response.headers.set("Allow", "GET, HEAD, POST, PUT, PATCH, DELETE");
  if (kind.status == 415) reply.response.headers.set("Accept-Encoding", "identity");
  if (kind.status == 503) reply.response.headers.set("Retry-After", "1");
  if (shared.options.metrics != nullptr)
    shared.options.metrics->count("gerbang_http_refused_total", "Requests turned down by the edge",
                                  {{"code", refusal.code}});
  log::debug("request.refused", {{"code", refusal.code}, {"request_id", request_id_}});
  return reply;
}

asio::awaitable<ServerReply> Connection::ask_handler(ServerRequest request) {
  in_handler_ = true;
  stream_.set_deadline_in(limits().handler);
  try {
    auto pending = edge_->shared().handler.handle(std::move(request));
    ServerReply reply = co_await std::move(pending);
    in_handler_ = false;
    if (reply.reset || clean(reply.response)) co_return reply;
    log::error("handler.bad_response", {{"request_id", request_id_}, {"endpoint", reply.route}});
  } catch (const std::exception& e) {
    in_handler_ = false;
    if (!stream_.socket().is_open()) throw;  // abort()
    log::error("handler.exception", {{"request_id", request_id_}, {"detail", e.what()}});
  }
  ServerReply failure = turned_down(Error(ErrorKind::bug, "internal_error"));
  failure.route = "internal_error";
  co_return failure;
}

std::string Connection::head_of(const HttpResponse& response, bool streamed) const {
  std::string out;
  out.reserve(256);
  out += "HTTP/1.1 ";
  out += std::to_string(response.status);
  out += ' ';
  out += reason_phrase(response.status);
  out += "\r\n";
  for (const auto& [name, value] : response.headers) {
    if (ours_to_write(name)) continue;
    out += name;
    out += ": ";
    out += value;
    out += "\r\n";
  }
  out += edge_->date();
  out += "X-Request-Id: ";
  out += request_id_;
  out += "\r\n";
  if (streamed && head_.http11) {
    out += "Transfer-Encoding: chunked\r\n";
  } else if (!streamed && !has_no_body(response.status)) {
    out += "Content-Length: " + std::to_string(response.body.size()) + "\r\n";
  }
  if (!keep_) out += "Connection: close\r\n";
  out += "\r\n";
  return out;
}

asio::awaitable<ErrorCode> Connection::send(std::string_view a, std::string_view b,
                                            std::string_view c) {
  stream_.set_deadline_in(limits().write);
  bytes_sent_ += a.size() + b.size() + c.size();
  const std::array<asio::const_buffer, 3> buffers = {asio::const_buffer(a.data(), a.size()),
                                                     asio::const_buffer(b.data(), b.size()),
                                                     asio::const_buffer(c.data(), c.size())};
  auto writing = stream_.write(buffers);
  const ErrorCode ec = co_await std::move(writing);
  co_return ec;
}

asio::awaitable<bool> Connection::answer(ServerReply& reply) {
  const HttpResponse& response = reply.response;
  const auto wish = response.headers.find("Connection");
  if (head_.close || edge_->stopping() || health_only_ || !parser_ || !parser_->done() ||
      served_ + 1 >= limits().requests_per_connection || edge_->memory_use() >= 0.92 ||
      (wish && equal_ignoring_case(*wish, "close")) || (reply.stream && !head_.http11))
    keep_ = false;
  const bool streamed = reply.stream && !has_no_body(response.status);
  const std::string head = head_of(response, streamed);
  std::string_view body = response.body;
  if (streamed || head_.method == Method::head || has_no_body(response.status)) body = {};

  GERBANG_CRASH_POINT("http.before_answer");
  auto first = send(head, body.substr(0, kWritePart));
  ErrorCode ec = co_await std::move(first);
  for (body.remove_prefix(std::min(body.size(), kWritePart)); !ec && !body.empty();
       body.remove_prefix(std::min(body.size(), kWritePart))) {
    auto more = send(body.substr(0, kWritePart));
    ec = co_await std::move(more);
  }
  if (ec) co_return false;
  GERBANG_CRASH_POINT("http.after_answer");
  if (!streamed || head_.method == Method::head) co_return true;
  auto streaming = send_stream(*reply.stream);
  const bool whole = co_await std::move(streaming);
  // A source may have read the rest of the request while it was pulled, or left some.
  if (!parser_->done()) keep_ = false;
  co_return whole;
}

asio::awaitable<bool> Connection::send_stream(BodySource& source) {
  for (;;) {
    in_handler_ = true;
    stream_.set_deadline_in(limits().handler);
    auto pulling = source.next();
    const Result<std::string> piece = co_await std::move(pulling);
    in_handler_ = false;
    if (!piece) {
      log::warning("reply.broken_off", {{"request_id", request_id_}, {"code", piece.error().code}});
      stream_.reset();
      co_return false;
    }
    if (piece->empty()) break;
    const std::string line = head_.http11 ? chunk_line(piece->size()) : std::string();
    auto sending = send(line, *piece, head_.http11 ? "\r\n" : "");
    const ErrorCode ec = co_await std::move(sending);
    if (ec) co_return false;
  }
  if (!head_.http11) co_return true;
  auto last = send("0\r\n\r\n");
  const ErrorCode ec = co_await std::move(last);
  co_return !ec;
}

asio::awaitable<void> Connection::refuse(Error error) {
  keep_ = false;
  if (error.code == "connection_lost") co_return;
  ServerReply reply = turned_down(error);
  auto answering = answer(reply);
  const bool sent = co_await std::move(answering);
  record(reply.route, reply.response.status);
  if (!sent) co_return;
  auto lingering = linger();
  co_await std::move(lingering);
}

// Closing while bytes are still arriving makes the kernel send a reset, which can overtake the
// answer; so read on for a moment.
asio::awaitable<void> Connection::linger() {
  between_requests_ = true;  // nothing is lost when the server stops now
  stream_.set_deadline_in(limits().linger);
  auto finishing = stream_.finish_writing();
  co_await std::move(finishing);
  if (stream_.secure()) co_return;
  for (std::size_t read = 0; read < kLingerBytes;) {
    begin_ = end_ = 0;
    auto filling = fill();
    const ErrorCode ec = co_await std::move(filling);
    if (ec) co_return;
    read += end_;
  }
}

void Connection::record(const std::string& route, int status) {
  const ServerOptions& options = edge_->shared().options;
  const auto took =
      started_ == Steady::time_point() ? Steady::duration(0) : Steady::now() - started_;
  const std::string label = route.empty() ? "unnamed" : route;
  if (options.metrics != nullptr) {
    options.metrics->count("gerbang_http_requests_total", "Requests answered",
                           {{"route", label},
                            {"method", std::string(to_string(head_.method))},
                            {"status", std::to_string(status / 100) + "xx"}});
    options.metrics->observe_seconds("gerbang_http_request_seconds",
                                     "From the first byte of a request to the last of its answer",
                                     std::chrono::duration<double>(took).count(),
                                     {{"route", label}});
  }
  if (!options.access_log) return;
  log::info("request.served",
            {{"method", to_string(head_.method)},
             {"endpoint", label},
             {"status", status},
             {"duration_ms", std::chrono::duration_cast<std::chrono::milliseconds>(took).count()},
             {"bytes", bytes_sent_},
             {"request_id", request_id_},
             {"trace_id", trace_id_.empty() ? json::Value() : json::Value(trace_id_)}});
}

}  // namespace gerbang::http
