#pragma once

#include <cstdint>
#include <memory>

#include "config/config.hpp"
#include "core/base/result.hpp"

namespace gerbang {

// The composition: the one place that knows concrete types. Opens the store, builds connectors,
// engine, API and server from a configuration, runs them, and takes them down in order.
class Gateway {
 public:
  // Errors of opening: those of the store and of extra connectors (gateway/plugins), listen_failed,
  // tls_configuration.
  static Result<std::unique_ptr<Gateway>> open(config::Config config);
  // Whether the extra connectors of the configuration load; opens nothing else.
  static Result<void> check_connectors(const config::Config& config);
  ~Gateway();

  std::uint16_t port() const;

  // Serves until SIGTERM, SIGINT or stop(); returns when everything is closed, at most about ten
  // seconds later. On the calling thread.
  void run();
  // From any thread.
  void stop();

 private:
  Gateway();
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace gerbang
