#pragma once

#include <array>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <string>

namespace gerbang::http {

using Steady = std::chrono::steady_clock;
using ErrorCode = boost::system::error_code;

struct IoResult {
  ErrorCode error;
  std::size_t bytes = 0;
};

// A TCP or TLS connection whose every wait stands under one deadline. Used from one thread; not
// movable, since pending operations refer to it. One operation at a time.
class Stream {
 public:
  explicit Stream(boost::asio::ip::tcp::socket socket);
  ~Stream();
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

  // From here on: when it passes, the running operation and all that follow fail, until it is set
  // anew. Setting one is cheap: the timer underneath is moved only when it has to fire earlier.
  void set_deadline(Steady::time_point when);
  void set_deadline_in(std::chrono::milliseconds wait) { set_deadline(Steady::now() + wait); }
  bool timed_out() const;
  // Called when the deadline passes, after the running operation was cancelled.
  void when_expired(std::function<void()> call);

  boost::asio::awaitable<ErrorCode> connect(boost::asio::ip::tcp::endpoint endpoint);
  boost::asio::awaitable<ErrorCode> accept_tls(boost::asio::ssl::context& context);
  // Verifies that the certificate is `host`'s; sends SNI unless it is an address.
  boost::asio::awaitable<ErrorCode> connect_tls(boost::asio::ssl::context& context,
                                                std::string host);

  boost::asio::awaitable<IoResult> read_some(char* data, std::size_t size);
  // All of the buffers or an error.
  boost::asio::awaitable<ErrorCode> write(std::array<boost::asio::const_buffer, 3> buffers);
  // Says that nothing more will be written (TLS close_notify, FIN).
  boost::asio::awaitable<void> finish_writing();

  // Bytes, or the end, already wait to be read.
  bool readable_now();
  bool secure() const { return tls_ != nullptr; }
  void close();
  void reset();  // RST instead of FIN
  boost::asio::ip::tcp::socket& socket() { return socket_; }

 private:
  struct Watch;

  ErrorCode refused_by_deadline() const;

  boost::asio::ip::tcp::socket socket_;
  std::unique_ptr<boost::asio::ssl::stream<boost::asio::ip::tcp::socket&>> tls_;
  std::shared_ptr<Watch> watch_;
};

}  // namespace gerbang::http
