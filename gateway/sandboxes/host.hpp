#pragma once

#include <boost/asio/io_context.hpp>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "connectors/sandbox/sandbox.hpp"
#include "gateway/http/client.hpp"
#include "gateway/http/server.hpp"

// Carries the sandboxes over real sockets: one server each, their delays, cuts and webhooks.
namespace gerbang::sandboxes {

struct HostOptions {
  std::string address = "127.0.0.1";
  std::map<std::string, std::uint16_t> ports;   // by channel; 0: any
  std::optional<std::uint16_t> images_port;     // demo images; nothing: none
  std::string hook_base;                        // "http://127.0.0.1:8080"; empty: no webhooks
  std::map<std::string, json::Value> settings;  // by channel
};

// Everything runs on the one thread of `context`.
class Host {
 public:
  Host(boost::asio::io_context& context, const Clock& clock, Random& random, HostOptions options);
  ~Host();

  // Binds and serves. Errors: listen_failed; not_found channel_unknown.
  Result<void> start();
  std::uint16_t port(const std::string& channel) const;  // "images" for the demo images
  // Stops accepting and pumping; what is in flight ends within a second.
  boost::asio::awaitable<void> stop();

 private:
  struct Market;
  boost::asio::awaitable<void> pump(Market& market);
  boost::asio::awaitable<void> deliver(Market& market, sandbox::Push push);

  boost::asio::io_context& context_;
  const Clock& clock_;
  Random& random_;
  HostOptions options_;
  http::HttpTransport transport_;
  std::map<std::string, std::unique_ptr<Market>> markets_;
  std::unique_ptr<http::Handler> images_;
  std::unique_ptr<http::Server> images_server_;
  bool stopping_ = false;
};

// A picture for a product: 800×800, its colours derived from the name. The same name gives the same
// bytes.
std::string demo_png(const std::string& name);

}  // namespace gerbang::sandboxes
