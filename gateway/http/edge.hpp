#pragma once

#include <atomic>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/network_v4.hpp>
#include <boost/asio/ip/network_v6.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "gateway/http/server.hpp"
#include "gateway/http/stream.hpp"

// The inside of the server: what its threads share, and what each of them has.
namespace gerbang::http {

// Counts connections over all edge threads.
class Admission {
 public:
  enum class Verdict { welcome, health_only, full, address_full };

  explicit Admission(const ServerLimits& limits) : limits_(limits) {}

  // `counted`: false for loopback and trusted proxies, which may open more than others.
  Verdict enter(const boost::asio::ip::address& address, bool counted);
  // Once for each enter() that was not refused.
  void leave(const boost::asio::ip::address& address, bool counted);
  std::size_t open() const { return open_.load(std::memory_order_relaxed); }

 private:
  const ServerLimits& limits_;
  std::atomic<std::size_t> open_{0};
  std::mutex mutex_;  // guards by_address_; held for a look-up, at accept and close only
  std::map<boost::asio::ip::address, std::size_t> by_address_;
};

// What all edge threads read.
struct Shared {
  Handler& handler;
  ServerOptions options;
  const Clock* clock;
  Random* random;
  std::unique_ptr<boost::asio::ssl::context> tls;
  std::vector<boost::asio::ip::network_v4> trusted_v4;
  std::vector<boost::asio::ip::network_v6> trusted_v6;
  Admission admission;

  Shared(Handler& h, ServerOptions o);
  Result<void> prepare();  // TLS and trusted proxies
  bool trusted(const boost::asio::ip::address& address) const;
};

class Connection;

// One thread's acceptor and connections.
class Edge : public std::enable_shared_from_this<Edge> {
 public:
  Edge(boost::asio::io_context& context, std::shared_ptr<Shared> shared);

  Result<void> listen(const boost::asio::ip::tcp::endpoint& endpoint, bool share_port);
  void start();
  std::uint16_t port() const { return port_; }
  boost::asio::awaitable<void> drain(Duration patience);
  void forget(Connection* connection, const boost::asio::ip::address& address);
  void close();  // at once: acceptor and all connections

  Shared& shared() { return *shared_; }
  bool stopping() const { return stopping_; }
  // 0..1, at most a second old.
  double memory_use();
  // The Date field, remade once a second.
  const std::string& date();

 private:
  boost::asio::awaitable<void> accept_all();
  void welcome(boost::asio::ip::tcp::socket socket);

  boost::asio::io_context& context_;
  std::shared_ptr<Shared> shared_;
  boost::asio::ip::tcp::acceptor acceptor_;
  boost::asio::steady_timer empty_;  // cancelled when the last connection goes
  std::unordered_map<Connection*, std::weak_ptr<Connection>> connections_;
  std::uint16_t port_ = 0;
  bool stopping_ = false;
  double memory_use_ = 0;
  Steady::time_point memory_asked_{};
  std::time_t date_at_ = 0;
  std::string date_;
};

}  // namespace gerbang::http
