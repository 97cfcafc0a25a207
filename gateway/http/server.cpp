#include "gateway/http/server.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <ctime>
#include <fstream>
#include <future>
#include <thread>

#include "core/base/log.hpp"
#include "gateway/http/connection.hpp"
#include "gateway/http/edge.hpp"
#include "gateway/http/memory.hpp"
#include "gateway/http/refusals.hpp"
#include "gateway/http/tls.hpp"

namespace gerbang::http {

namespace asio = boost::asio;
using asio::ip::tcp;

// ---- Admission ----

namespace {
// Whoever has one IPv6 address has 2^64 of them.
asio::ip::address counted_as(const asio::ip::address& address) {
  if (!address.is_v6()) return address;
  auto bytes = address.to_v6().to_bytes();
  std::fill(bytes.begin() + 8, bytes.end(), std::uint8_t{0});
  return asio::ip::make_address_v6(bytes);
}
}  // namespace

Admission::Verdict Admission::enter(const asio::ip::address& address, bool counted) {
  const std::size_t before = open_.fetch_add(1);
  if (before >= limits_.connections) {
    open_.fetch_sub(1);
    return Verdict::full;
  }
  if (counted) {
    const std::lock_guard lock(mutex_);
    std::size_t& mine = by_address_[counted_as(address)];
    if (mine >= limits_.connections_per_address) {
      open_.fetch_sub(1);
      return Verdict::address_full;
    }
    ++mine;
  }
  return before + limits_.connections_kept_for_health >= limits_.connections ? Verdict::health_only
                                                                             : Verdict::welcome;
}

void Admission::leave(const asio::ip::address& address, bool counted) {
  open_.fetch_sub(1);
  if (!counted) return;
  const std::lock_guard lock(mutex_);
  const auto it = by_address_.find(counted_as(address));
  if (it != by_address_.end() && --it->second == 0) by_address_.erase(it);
}

// ---- Shared ----

Shared::Shared(Handler& h, ServerOptions o)
    : handler(h), options(std::move(o)), admission(options.limits) {
  static const SystemClock system_clock;
  static SystemRandom system_random;
  clock = options.clock != nullptr ? options.clock : &system_clock;
  random = options.random != nullptr ? options.random : &system_random;
  if (!options.memory_use) options.memory_use = memory_in_use;
}

Result<void> Shared::prepare() {
  if (options.certificate_file.empty() != options.key_file.empty())
    return Error(ErrorKind::invalid, "tls_configuration", "certificate and key belong together");
  if (!options.certificate_file.empty()) {
    GERBANG_TRY(context, server_tls(options.certificate_file, options.key_file));
    tls = std::move(context);
  }
  for (const std::string& text : options.trusted_proxies) {
    ErrorCode ec;
    const bool v6 = text.find(':') != std::string::npos;
    const bool range = text.find('/') != std::string::npos;
    if (v6) {
      const auto network = asio::ip::make_network_v6(range ? text : text + "/128", ec);
      if (!ec) trusted_v6.push_back(network.canonical());
    } else {
      const auto network = asio::ip::make_network_v4(range ? text : text + "/32", ec);
      if (!ec) trusted_v4.push_back(network.canonical());
    }
    if (ec) return Error(ErrorKind::invalid, "trusted_proxy_invalid", text);
  }
  return {};
}

bool Shared::trusted(const asio::ip::address& address) const {
  asio::ip::address plain = address;
  if (plain.is_v6() && plain.to_v6().is_v4_mapped())
    plain = asio::ip::make_address_v4(asio::ip::v4_mapped, plain.to_v6());
  if (plain.is_v4()) {
    const asio::ip::network_v4 host(plain.to_v4(), 32);
    return std::any_of(trusted_v4.begin(), trusted_v4.end(),
                       [&](const auto& n) { return host == n || host.is_subnet_of(n); });
  }
  const asio::ip::network_v6 host(plain.to_v6(), 128);
  return std::any_of(trusted_v6.begin(), trusted_v6.end(),
                     [&](const auto& n) { return host == n || host.is_subnet_of(n); });
}

// ---- Edge ----

Edge::Edge(asio::io_context& context, std::shared_ptr<Shared> shared)
    : context_(context), shared_(std::move(shared)), acceptor_(context), empty_(context) {}

Result<void> Edge::listen(const tcp::endpoint& endpoint, bool share_port) {
  ErrorCode ec;
  acceptor_.open(endpoint.protocol(), ec);
  if (!ec) acceptor_.set_option(tcp::acceptor::reuse_address(true), ec);
  const int on = 1;
  if (!ec && share_port &&
      ::setsockopt(acceptor_.native_handle(), SOL_SOCKET, SO_REUSEPORT, &on, sizeof on) != 0)
    ec = ErrorCode(errno, boost::system::system_category());
  if (!ec) acceptor_.bind(endpoint, ec);
  if (!ec) acceptor_.listen(asio::socket_base::max_listen_connections, ec);
  if (ec)
    return Error(ErrorKind::invalid, "listen_failed",
                 endpoint.address().to_string() + ":" + std::to_string(endpoint.port()) + ": " +
                     ec.message());
  port_ = acceptor_.local_endpoint().port();
  return {};
}

void Edge::start() {
  asio::co_spawn(
      context_, [self = shared_from_this()]() { return self->accept_all(); }, asio::detached);
}

asio::awaitable<void> Edge::accept_all() {
  const auto self = shared_from_this();
  asio::steady_timer pause(context_);
  while (!stopping_) {
    ErrorCode ec;
    tcp::socket socket =
        co_await acceptor_.async_accept(context_, asio::redirect_error(asio::use_awaitable, ec));
    if (stopping_ || ec == asio::error::operation_aborted) co_return;
    if (ec) {
      // Out of descriptors: the waiting connection stays in the queue and would wake us at once.
      log::warning("accept.failed", {{"detail", ec.message()}});
      pause.expires_after(std::chrono::milliseconds(100));
      co_await pause.async_wait(asio::redirect_error(asio::use_awaitable, ec));
      continue;
    }
    welcome(std::move(socket));
  }
}

namespace {
void log_failure(const std::exception_ptr& failure) {
  if (!failure) return;
  try {
    std::rethrow_exception(failure);
  } catch (const boost::system::system_error& e) {
    if (e.code() != asio::error::operation_aborted)
      log::error("connection.failed", {{"detail", e.what()}});
  } catch (const std::exception& e) {
    log::error("connection.failed", {{"detail", e.what()}});
  }
}
}  // namespace

void Edge::welcome(tcp::socket socket) {
  ErrorCode ec;
  const auto peer = socket.remote_endpoint(ec);
  if (ec) return;  // already gone
  const asio::ip::address address = peer.address();
  const auto verdict =
      shared_->admission.enter(address, !address.is_loopback() && !shared_->trusted(address));
  if (verdict == Admission::Verdict::full || verdict == Admission::Verdict::address_full) {
    static constexpr std::string_view kBusy =
        "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\nContent-Length: 0\r\n"
        "Connection: close\r\n\r\n";
    // Best effort, without waiting and without any state kept for the peer.
    if (!shared_->tls)
      static_cast<void>(
          ::send(socket.native_handle(), kBusy.data(), kBusy.size(), MSG_DONTWAIT | MSG_NOSIGNAL));
    if (shared_->options.metrics != nullptr)
      shared_->options.metrics->count(
          "gerbang_http_refused_total", "Requests turned down by the edge",
          {{"code",
            verdict == Admission::Verdict::full ? "connections" : "connections_per_address"}});
    return;
  }
  socket.set_option(tcp::no_delay(true), ec);
  auto connection = std::make_shared<Connection>(shared_from_this(), std::move(socket), address,
                                                 verdict == Admission::Verdict::health_only);
  connections_.emplace(connection.get(), connection);
  if (shared_->options.metrics != nullptr)
    shared_->options.metrics->set("gerbang_http_connections", "Open connections of the edge",
                                  static_cast<double>(shared_->admission.open()));
  // The completion keeps the connection, hence the signal, until the coroutine has let go of it.
  auto slot = connection->cancellation().slot();
  asio::co_spawn(
      context_, connection->run(),
      asio::bind_cancellation_slot(
          slot, [connection](const std::exception_ptr& failure) { log_failure(failure); }));
}

void Edge::forget(Connection* connection, const asio::ip::address& address) {
  connections_.erase(connection);
  shared_->admission.leave(address, !address.is_loopback() && !shared_->trusted(address));
  if (shared_->options.metrics != nullptr)
    shared_->options.metrics->set("gerbang_http_connections", "Open connections of the edge",
                                  static_cast<double>(shared_->admission.open()));
  if (stopping_ && connections_.empty()) empty_.cancel();
}

asio::awaitable<void> Edge::drain(Duration patience) {
  const auto self = shared_from_this();
  stopping_ = true;
  ErrorCode ec;
  acceptor_.close(ec);
  const auto open = connections_;  // acting may end some
  for (const auto& [raw, weak] : open) {
    if (const auto connection = weak.lock()) connection->stop_soon();
  }
  if (!connections_.empty()) {
    empty_.expires_after(patience);
    co_await empty_.async_wait(asio::redirect_error(asio::use_awaitable, ec));
  }
  close();
  if (!connections_.empty()) {
    empty_.expires_after(std::chrono::milliseconds(500));
    co_await empty_.async_wait(asio::redirect_error(asio::use_awaitable, ec));
  }
}

void Edge::close() {
  stopping_ = true;
  ErrorCode ec;
  acceptor_.close(ec);
  const auto now = connections_;  // acting may end some
  for (const auto& [raw, weak] : now) {
    if (const auto connection = weak.lock()) connection->abort();
  }
}

double Edge::memory_use() {
  const auto now = Steady::now();
  if (memory_asked_ == Steady::time_point() || now - memory_asked_ >= std::chrono::seconds(1)) {
    memory_asked_ = now;
    memory_use_ = shared_->options.memory_use();
  }
  return memory_use_;
}

const std::string& Edge::date() {
  const std::time_t now = to_unix_seconds(shared_->clock->now());
  if (now != date_at_ || date_.empty()) {
    date_at_ = now;
    std::tm utc{};
    ::gmtime_r(&now, &utc);
    char text[64];
    const std::size_t n =
        std::strftime(text, sizeof text, "Date: %a, %d %b %Y %H:%M:%S GMT\r\n", &utc);
    date_.assign(text, n);
  }
  return date_;
}

// ---- Server ----

double memory_in_use() {
  const auto number_in = [](const char* file, int skip) -> double {
    std::ifstream in(file);
    double value = 0;
    for (int i = 0; i <= skip; ++i) {
      if (!(in >> value)) return 0;
    }
    return value;
  };
  static const double limit = [&] {
    const double machine = static_cast<double>(::sysconf(_SC_PHYS_PAGES)) *
                           static_cast<double>(::sysconf(_SC_PAGESIZE));
    const double group = static_cast<double>(group_memory_bound());
    return group > 0 && group < machine ? group : machine;
  }();
  const double pages = number_in("/proc/self/statm", 1);
  return limit > 0 ? pages * static_cast<double>(::sysconf(_SC_PAGESIZE)) / limit : 0;
}

struct Server::Impl {
  struct Thread {
    std::unique_ptr<asio::io_context> context;
    std::shared_ptr<Edge> edge;
    std::thread thread;
  };

  std::shared_ptr<Shared> shared;
  std::vector<Thread> threads;  // of our own
  std::shared_ptr<Edge> guest;  // on the caller's context
  std::uint16_t port = 0;

  Result<tcp::endpoint> endpoint() const {
    ErrorCode ec;
    const auto address = asio::ip::make_address(shared->options.address, ec);
    if (ec) return Error(ErrorKind::invalid, "listen_failed", shared->options.address);
    return tcp::endpoint(address, shared->options.port);
  }
};

Server::Server(Handler& handler, ServerOptions options) : impl_(std::make_unique<Impl>()) {
  impl_->shared = std::make_shared<Shared>(handler, std::move(options));
}

Server::~Server() {
  stop(Duration(0));
}

Result<void> Server::start() {
  GERBANG_CHECK(impl_->shared->prepare());
  GERBANG_TRY(endpoint, impl_->endpoint());
  const unsigned count = std::max(1U, impl_->shared->options.threads);
  std::vector<Impl::Thread> threads(count);
  for (Impl::Thread& t : threads) {
    t.context = std::make_unique<asio::io_context>(1);
    t.edge = std::make_shared<Edge>(*t.context, impl_->shared);
    GERBANG_CHECK(t.edge->listen(endpoint, count > 1));
    endpoint.port(t.edge->port());
  }
  impl_->port = endpoint.port();
  impl_->threads = std::move(threads);
  for (Impl::Thread& t : impl_->threads) {
    t.edge->start();
    t.thread = std::thread([context = t.context.get()] {
      const auto work = asio::make_work_guard(*context);
      context->run();
    });
  }
  return {};
}

Result<void> Server::start_on(asio::io_context& context) {
  GERBANG_CHECK(impl_->shared->prepare());
  GERBANG_TRY(endpoint, impl_->endpoint());
  auto edge = std::make_shared<Edge>(context, impl_->shared);
  GERBANG_CHECK(edge->listen(endpoint, false));
  impl_->port = edge->port();
  impl_->guest = std::move(edge);
  impl_->guest->start();
  return {};
}

std::uint16_t Server::port() const {
  return impl_->port;
}

void Server::stop(Duration patience) {
  if (impl_->guest) {
    impl_->guest->close();
    // The cut connections unwind when the caller's context runs again or is destroyed, by which
    // time what we borrowed may be gone.
    impl_->shared->options.metrics = nullptr;
    impl_->guest.reset();
  }
  for (Impl::Thread& t : impl_->threads) {
    if (!t.thread.joinable()) continue;
    asio::co_spawn(
        *t.context, [edge = t.edge, patience]() { return edge->drain(patience); },
        [context = t.context.get()](const std::exception_ptr&) { context->stop(); });
  }
  // The contexts stay: answers of the store may still be on their way to them.
  for (Impl::Thread& t : impl_->threads) {
    if (t.thread.joinable()) t.thread.join();
  }
}

asio::awaitable<void> Server::drain(Duration patience) {
  if (!impl_->guest) co_return;
  auto draining = impl_->guest->drain(patience);
  co_await std::move(draining);
}

std::size_t Server::connections() const {
  return impl_->shared->admission.open();
}

}  // namespace gerbang::http
