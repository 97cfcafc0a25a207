#pragma once

#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/base/result.hpp"
#include "core/base/time.hpp"
#include "core/connector/http.hpp"
#include "core/sync/ports.hpp"

namespace boost::asio {
class io_context;
}

namespace gerbang::http {

struct TransportOptions {
  Duration connect{std::chrono::seconds(5)};  // DNS and TCP, each
  Duration tls{std::chrono::seconds(5)};
  Duration total{std::chrono::seconds(20)};  // however late the caller's deadline is
  Duration idle{std::chrono::seconds(30)};   // a kept connection is dropped after this
  std::size_t connections = 512;             // open at once
  std::size_t idle_per_host = 16;            // kept per scheme, host and port
  std::size_t head_bytes = 64 * 1024;        // of an answer
  std::string ca_file;                       // PEM; "": the system's authorities
  // Lifts both rules for addresses that organisations gave (https, public): demonstrations.
  bool allow_private_tenant_addresses = false;
  // Lifts them for these alone, as "host:port": a sandbox on this machine. The name as written in
  // the request; one that merely leads to the same address is none of them.
  std::vector<std::string> tenant_exceptions;
  std::string user_agent = "gerbang/" GERBANG_VERSION;
  const Clock* clock = nullptr;  // borrowed; that of the deadlines; the system's when null
  // Name to addresses, blocking, called on a thread of its own; getaddrinfo when empty.
  std::function<Result<std::vector<std::string>>(const std::string& host)> lookup;
};

// Carries requests over HTTP/1.1 with kept connections. All of it runs on the one thread of
// `context`. Verifies chain and host name, TLS 1.2 or newer, sends SNI, follows no redirect. Errors
// as sync::Transport says.
//
// A kept connection that turns out dead before a byte of the answer: a request with Effect::read is
// sent once more on a new connection; any other is reported as indeterminate.
class HttpTransport final : public sync::Transport {
 public:
  // Throws std::runtime_error when the authorities cannot be loaded.
  explicit HttpTransport(boost::asio::io_context& context, TransportOptions options = {});
  ~HttpTransport() override;  // after everything that awaits send() is gone

  boost::asio::awaitable<Result<HttpResponse>> send(HttpRequest request,
                                                    TimePoint deadline) override;

  // Drops kept connections, ends open requests with `cancelled`; so does every later send().
  void close();

  std::size_t open_connections() const;  // kept ones included
  std::size_t kept_connections() const;

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

// Sleeps on `context` by steady timers. The system's clock is looked at again at least every 30 s,
// so that a clock that was set ends a sleep late by no more than that.
class AsioTimers final : public sync::Timers {
 public:
  explicit AsioTimers(boost::asio::io_context& context, const Clock* clock = nullptr);
  boost::asio::awaitable<void> sleep_until(TimePoint when) override;

 private:
  boost::asio::io_context& context_;
  const Clock* clock_;
};

}  // namespace gerbang::http
