#include "gateway/http/client.hpp"

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>
#include <list>
#include <map>
#include <stdexcept>
#include <unordered_set>

#include "core/base/url.hpp"
#include "gateway/http/address.hpp"
#include "gateway/http/message.hpp"
#include "gateway/http/resolver.hpp"
#include "gateway/http/stream.hpp"
#include "gateway/http/tls.hpp"

namespace gerbang::http {

namespace asio = boost::asio;
using asio::ip::tcp;

namespace {

// A create that goes down with a stale connection has to be looked for; so it rides only on one
// that was in use a moment ago.
constexpr auto kFreshEnoughToCreate = std::chrono::seconds(5);

Error nothing_sent(std::string_view code, std::string detail) {
  return Error(ErrorKind::transient, code, std::move(detail));
}
Error shutting_down() {
  return Error(ErrorKind::cancelled, "cancelled", "transport is closed");
}

// Tenants' connections are kept apart: theirs passed the check of addresses.
struct Key {
  std::string scheme, host;
  std::uint16_t port;
  Trust trust;
  auto operator<=>(const Key&) const = default;
};

struct Exchanged {
  Result<HttpResponse> answer{Error(ErrorKind::bug, "internal_error")};
  bool any_byte = false;  // of the answer
  bool timed_out = false;
  bool keep = false;
};

Result<std::string> render_head(const HttpRequest& request, const Url& url,
                                const std::string& user_agent) {
  const auto unsafe = [](std::string_view s) {
    return std::any_of(s.begin(), s.end(),
                       [](char c) { return c == '\r' || c == '\n' || c == '\0'; });
  };
  std::string out(to_string(request.method));
  out += ' ' + url.target() + " HTTP/1.1\r\nHost: " + url.authority() + "\r\n";
  for (const auto& [name, value] : request.headers) {
    if (name.empty() || unsafe(name) || unsafe(value))
      return Error(ErrorKind::bug, "header_unsafe", "a line break in field " + request.operation);
    out += name + ": " + value + "\r\n";
  }
  if (!request.headers.find("User-Agent")) out += "User-Agent: " + user_agent + "\r\n";
  const bool carries_body = request.method == Method::post || request.method == Method::put ||
                            request.method == Method::patch;
  if (carries_body || !request.body.empty())
    out += "Content-Length: " + std::to_string(request.body.size()) + "\r\n";
  return out + "\r\n";
}

}  // namespace

struct HttpTransport::Impl : std::enable_shared_from_this<HttpTransport::Impl> {
  struct Kept {
    std::unique_ptr<Stream> stream;
    Steady::time_point since;
  };

  Impl(asio::io_context& c, TransportOptions o)
      : context(c), options(std::move(o)), resolver(c, options.lookup), sweeper(c) {
    auto made = client_tls(options.ca_file);
    if (!made) throw std::runtime_error(made.error().describe());
    tls = std::move(*made);
    static const SystemClock system_clock;
    if (options.clock == nullptr) options.clock = &system_clock;
  }

  asio::io_context& context;
  TransportOptions options;
  Resolver resolver;
  std::unique_ptr<asio::ssl::context> tls;
  std::map<Key, std::list<Kept>> kept;  // newest at the back
  std::size_t kept_count = 0;
  std::unordered_set<Stream*> busy;
  asio::steady_timer sweeper;
  bool sweeping = false;
  bool closed = false;

  asio::awaitable<Result<HttpResponse>> send(HttpRequest request, TimePoint deadline);
  asio::awaitable<Result<std::unique_ptr<Stream>>> open(Key key, Steady::time_point deadline);
  asio::awaitable<Result<std::unique_ptr<Stream>>> dial(Key key,
                                                        std::vector<asio::ip::address> addresses,
                                                        Steady::time_point deadline);
  asio::awaitable<Exchanged> exchange(Stream& stream, const HttpRequest& request,
                                      const std::string& head, Steady::time_point deadline);
  // Whether https and a public address are demanded.
  bool guarded(const Key& key) const;
  std::unique_ptr<Stream> take_kept(const Key& key, Effect effect);
  void keep(const Key& key, std::unique_ptr<Stream> stream);
  // For one more connection; the kept one that was idle longest gives way.
  bool make_room();
  void sweep_later();
  void sweep();

  // Registers a stream while it is in use, so that close() reaches it.
  struct InUse {
    Impl& impl;
    Stream* stream;
    InUse(Impl& i, Stream* s) : impl(i), stream(s) { impl.busy.insert(s); }
    ~InUse() { impl.busy.erase(stream); }
    InUse(const InUse&) = delete;
    InUse& operator=(const InUse&) = delete;
  };
};

bool HttpTransport::Impl::guarded(const Key& key) const {
  if (key.trust == Trust::channel || options.allow_private_tenant_addresses) return false;
  const std::string name = key.host + ":" + std::to_string(key.port);
  const auto& known = options.tenant_exceptions;
  return std::find(known.begin(), known.end(), name) == known.end();
}

std::unique_ptr<Stream> HttpTransport::Impl::take_kept(const Key& key, Effect effect) {
  const auto it = kept.find(key);
  if (it == kept.end()) return nullptr;
  const auto now = Steady::now();
  const Duration limit = effect == Effect::create
                             ? std::min<Duration>(options.idle, kFreshEnoughToCreate)
                             : options.idle;
  std::unique_ptr<Stream> out;
  // The newest is the likeliest to be alive; when it is too old for this request, all are.
  while (!it->second.empty() && !out) {
    if (now - it->second.back().since >= limit) break;
    out = std::move(it->second.back().stream);
    it->second.pop_back();
    --kept_count;
    // Anything to read between two answers is an end or something nobody asked for.
    if (out->readable_now()) out.reset();
  }
  if (it->second.empty()) kept.erase(it);
  return out;
}

bool HttpTransport::Impl::make_room() {
  if (busy.size() + kept_count < options.connections) return true;
  if (kept.empty()) return false;
  const auto oldest = std::min_element(kept.begin(), kept.end(), [](const auto& a, const auto& b) {
    return a.second.front().since < b.second.front().since;
  });
  oldest->second.pop_front();
  --kept_count;
  if (oldest->second.empty()) kept.erase(oldest);
  return true;
}

void HttpTransport::Impl::keep(const Key& key, std::unique_ptr<Stream> stream) {
  if (options.idle_per_host == 0) return;
  stream->set_deadline(Steady::time_point::max());
  auto& list = kept[key];
  if (list.size() >= options.idle_per_host) {
    list.pop_front();
    --kept_count;
  }
  list.push_back(Kept{std::move(stream), Steady::now()});
  ++kept_count;
  sweep_later();
}

void HttpTransport::Impl::sweep_later() {
  if (sweeping) return;
  sweeping = true;
  sweeper.expires_after(options.idle);
  sweeper.async_wait([weak = weak_from_this()](const ErrorCode&) {
    if (const auto self = weak.lock()) {
      self->sweeping = false;
      self->sweep();
    }
  });
}

void HttpTransport::Impl::sweep() {
  const auto now = Steady::now();
  for (auto it = kept.begin(); it != kept.end();) {
    kept_count -=
        std::erase_if(it->second, [&](const Kept& k) { return now - k.since >= options.idle; });
    it = it->second.empty() ? kept.erase(it) : std::next(it);
  }
  if (!kept.empty()) sweep_later();
}

asio::awaitable<Result<std::unique_ptr<Stream>>> HttpTransport::Impl::dial(
    Key key, std::vector<asio::ip::address> addresses, Steady::time_point deadline) {
  if (guarded(key)) {
    std::erase_if(addresses, [](const asio::ip::address& a) { return !is_public(a); });
    if (addresses.empty())
      co_return Error(ErrorKind::invalid, "address_refused", "not a public address");
  }
  const auto connect_by = std::min(deadline, Steady::now() + options.connect);
  Error failure = nothing_sent("connect_failed", "no address");
  for (std::size_t i = 0; i < addresses.size(); ++i) {
    if (closed) co_return shutting_down();
    if (!make_room()) co_return nothing_sent("connect_failed", "too many connections of our own");
    auto stream = std::make_unique<Stream>(tcp::socket(context));
    const InUse in_use(*this, stream.get());
    // An address that swallows packets must not use up the time of the others.
    const auto share = (connect_by - Steady::now()) / static_cast<int>(addresses.size() - i);
    stream->set_deadline(Steady::now() + share);
    auto connecting = stream->connect(tcp::endpoint(addresses[i], key.port));
    const ErrorCode ec = co_await std::move(connecting);
    if (closed) co_return shutting_down();
    if (!ec) co_return stream;
    failure = nothing_sent("connect_failed", ec.message());
  }
  co_return failure;
}

asio::awaitable<Result<std::unique_ptr<Stream>>> HttpTransport::Impl::open(
    Key key, Steady::time_point deadline) {
  const auto resolve_by = std::min(deadline, Steady::now() + options.connect);
  auto resolving = resolver.resolve(key.host, resolve_by);
  Result<std::vector<asio::ip::address>> addresses = co_await std::move(resolving);
  if (closed) co_return shutting_down();
  if (!addresses) co_return addresses.error();

  auto dialling = dial(key, std::move(*addresses), deadline);
  Result<std::unique_ptr<Stream>> dialled = co_await std::move(dialling);
  if (!dialled || key.scheme == "http") co_return dialled;

  std::unique_ptr<Stream> stream = std::move(*dialled);
  const InUse in_use(*this, stream.get());
  stream->set_deadline(std::min(deadline, Steady::now() + options.tls));
  auto handshake = stream->connect_tls(*tls, key.host);
  const ErrorCode ec = co_await std::move(handshake);
  if (closed) co_return shutting_down();
  if (ec) co_return nothing_sent("tls_failed", ec.message());
  co_return stream;
}

asio::awaitable<Exchanged> HttpTransport::Impl::exchange(Stream& stream, const HttpRequest& request,
                                                         const std::string& head,
                                                         Steady::time_point deadline) {
  Exchanged out;
  const auto lost = [&](const ErrorCode& ec) {
    out.timed_out = stream.timed_out();
    return out.timed_out ? Error(ErrorKind::indeterminate, "timeout", "no whole answer in time")
                         : Error(ErrorKind::indeterminate, "connection_lost", ec.message());
  };
  stream.set_deadline(deadline);
  const std::array<asio::const_buffer, 3> buffers = {
      asio::const_buffer(head.data(), head.size()),
      asio::const_buffer(request.body.data(), request.body.size()), asio::const_buffer()};
  auto writing = stream.write(buffers);
  const ErrorCode written = co_await std::move(writing);

  // Even when the write failed an answer may be there: a server that refuses a body says so early.
  ResponseParser parser(options.head_bytes, request.max_response, request.method == Method::head);
  std::vector<char> buffer(16 * 1024);
  std::size_t end = 0;
  for (;;) {
    if (end == buffer.size()) {
      // Only a head or a chunk's line is left unread for lack of its end.
      if (buffer.size() >= options.head_bytes) {
        out.answer = Error(ErrorKind::indeterminate, "response_malformed", "line or head too long");
        co_return out;
      }
      buffer.resize(buffer.size() * 2);
    }
    auto reading = stream.read_some(buffer.data() + end, buffer.size() - end);
    const IoResult read = co_await std::move(reading);
    out.any_byte = out.any_byte || read.bytes > 0;
    end += read.bytes;
    if (read.error) {
      // Without a close_notify the end of a TLS answer that states no length proves nothing.
      if (read.error == asio::error::eof && out.any_byte && parser.finish()) {
        out.answer = parser.take();
      } else {
        out.answer = lost(written && !out.any_byte ? written : read.error);
      }
      co_return out;
    }
    Result<Progress> progress = parser.put(std::string_view(buffer.data(), end));
    if (!progress) {
      out.answer = progress.error();
      co_return out;
    }
    std::copy(buffer.begin() + static_cast<std::ptrdiff_t>(progress->consumed),
              buffer.begin() + static_cast<std::ptrdiff_t>(end), buffer.begin());
    end -= progress->consumed;
    if (progress->done) {
      out.keep = !written && end == 0 && parser.keep_alive();
      out.answer = parser.take();
      co_return out;
    }
  }
}

asio::awaitable<Result<HttpResponse>> HttpTransport::Impl::send(HttpRequest request,
                                                                TimePoint deadline) {
  if (closed) co_return shutting_down();
  GERBANG_CO_TRY(url, parse_url(request.url));
  const Key key{url.scheme, url.host, url.port, request.trust};
  if (guarded(key) && url.scheme != "https")
    co_return Error(ErrorKind::invalid, "address_refused", "not https");
  GERBANG_CO_TRY(head, render_head(request, url, options.user_agent));
  const Duration left = std::min(deadline - options.clock->now(), options.total);
  if (left <= Duration(0))
    co_return nothing_sent("connect_failed", "the deadline had passed before");
  const auto by = Steady::now() + left;

  std::unique_ptr<Stream> stream = take_kept(key, request.effect);
  bool reused = stream != nullptr;
  for (;;) {
    if (!stream) {
      auto opening = open(key, by);
      Result<std::unique_ptr<Stream>> opened = co_await std::move(opening);
      if (!opened) co_return opened.error();
      stream = std::move(*opened);
    }
    const InUse in_use(*this, stream.get());
    auto exchanging = exchange(*stream, request, head, by);
    Exchanged result = co_await std::move(exchanging);
    if (closed && !result.answer) co_return shutting_down();
    if (result.keep && !closed) keep(key, std::move(stream));
    const bool stale = !result.answer && reused && !result.any_byte && !result.timed_out;
    if (!stale || request.effect != Effect::read) co_return std::move(result.answer);
    stream.reset();
    reused = false;
  }
}

HttpTransport::HttpTransport(asio::io_context& context, TransportOptions options)
    : impl_(std::make_shared<Impl>(context, std::move(options))) {}

HttpTransport::~HttpTransport() {
  close();
}

asio::awaitable<Result<HttpResponse>> HttpTransport::send(HttpRequest request, TimePoint deadline) {
  const auto impl = impl_;
  try {
    auto sending = impl->send(std::move(request), deadline);
    Result<HttpResponse> out = co_await std::move(sending);
    co_return out;
  } catch (const boost::system::system_error& e) {
    if (e.code() != asio::error::operation_aborted) throw;
  }
  co_return Error(ErrorKind::cancelled, "cancelled", "the waiting coroutine was cancelled");
}

void HttpTransport::close() {
  impl_->closed = true;
  impl_->kept.clear();
  impl_->kept_count = 0;
  impl_->sweeper.cancel();
  impl_->resolver.cancel();
  for (Stream* stream : impl_->busy) stream->close();
}

std::size_t HttpTransport::open_connections() const {
  return impl_->busy.size() + impl_->kept_count;
}
std::size_t HttpTransport::kept_connections() const {
  return impl_->kept_count;
}

AsioTimers::AsioTimers(asio::io_context& context, const Clock* clock) : context_(context) {
  static const SystemClock system_clock;
  clock_ = clock != nullptr ? clock : &system_clock;
}

asio::awaitable<void> AsioTimers::sleep_until(TimePoint when) {
  constexpr Duration kLookAgain = std::chrono::seconds(30);
  asio::steady_timer timer(context_);
  ErrorCode ec;
  for (Duration left = when - clock_->now(); !ec && left > Duration(0);
       left = when - clock_->now()) {
    timer.expires_after(std::min(left, kLookAgain));
    co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, ec));
  }
}

}  // namespace gerbang::http
