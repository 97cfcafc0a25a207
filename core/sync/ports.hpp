#pragma once

#include <boost/asio/awaitable.hpp>
#include <functional>

#include "core/base/result.hpp"
#include "core/base/time.hpp"
#include "core/connector/http.hpp"

// What the engine needs from the outside world. The gateway implements these over Beast and steady
// timers; the simulation over a virtual network and a virtual clock.
namespace gerbang::sync {

// Carries one request. Errors say what may have happened:
//   transient      nothing was sent (DNS, connect, TLS, connection refused): codes connect_failed,
//                  dns_failed, tls_failed, address_refused (invalid: a tenant address that is not
//                  public https)
//   indeterminate  bytes were sent and no whole answer came: codes timeout, connection_lost,
//                  response_too_large, response_malformed
//   cancelled      we are shutting down
class Transport {
 public:
  virtual ~Transport() = default;
  virtual boost::asio::awaitable<Result<HttpResponse>> send(HttpRequest request,
                                                            TimePoint deadline) = 0;
};

// Sleeping under the engine's clock. Ends early (false) when cancelled or woken.
class Timers {
 public:
  virtual ~Timers() = default;
  virtual boost::asio::awaitable<void> sleep_until(TimePoint when) = 0;
};

// A thread for what takes long to compute. Destroyed before the executor of the engine, after what
// it was given is done.
class Worker {
 public:
  virtual ~Worker() = default;
  virtual void run(std::function<void()> task) = 0;
};

}  // namespace gerbang::sync
