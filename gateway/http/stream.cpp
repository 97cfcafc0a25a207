#include "gateway/http/stream.hpp"

#include <boost/asio/ip/address.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

namespace gerbang::http {

namespace asio = boost::asio;
using asio::ip::tcp;

// Outlives the stream while its timer is armed.
struct Stream::Watch : std::enable_shared_from_this<Stream::Watch> {
  Watch(const asio::any_io_executor& executor, Stream* s) : timer(executor), stream(s) {}

  void set(Steady::time_point when) {
    expired = false;
    deadline = when;
    if (deadline < wakes) sleep_until(deadline);
  }

  void sleep_until(Steady::time_point when) {
    wakes = when;
    timer.expires_at(when);
    timer.async_wait([self = shared_from_this(), when](const ErrorCode&) { self->wake(when); });
  }

  void wake(Steady::time_point planned) {
    if (stream == nullptr || wakes != planned) return;  // gone, or moved to an earlier time
    if (Steady::now() < deadline) return sleep_until(deadline);
    wakes = Steady::time_point::max();
    expired = true;
    ErrorCode ignored;
    stream->socket_.cancel(ignored);
    if (call) call();
  }

  asio::steady_timer timer;
  Stream* stream;
  Steady::time_point deadline = Steady::time_point::max();
  Steady::time_point wakes = Steady::time_point::max();
  bool expired = false;
  std::function<void()> call;
};

Stream::Stream(tcp::socket socket)
    : socket_(std::move(socket)), watch_(std::make_shared<Watch>(socket_.get_executor(), this)) {}

Stream::~Stream() {
  watch_->stream = nullptr;
  watch_->timer.cancel();
}

void Stream::set_deadline(Steady::time_point when) {
  watch_->set(when);
}

void Stream::when_expired(std::function<void()> call) {
  watch_->call = std::move(call);
}

bool Stream::timed_out() const {
  return watch_->expired;
}

ErrorCode Stream::refused_by_deadline() const {
  if (watch_->expired) return asio::error::timed_out;
  return {};
}

asio::awaitable<ErrorCode> Stream::connect(tcp::endpoint endpoint) {
  ErrorCode ec = refused_by_deadline();
  if (ec) co_return ec;
  co_await socket_.async_connect(endpoint, asio::redirect_error(asio::use_awaitable, ec));
  if (ec && timed_out()) ec = asio::error::timed_out;
  if (!ec) {
    ErrorCode ignored;
    socket_.set_option(tcp::no_delay(true), ignored);
  }
  co_return ec;
}

asio::awaitable<ErrorCode> Stream::accept_tls(asio::ssl::context& context) {
  ErrorCode ec = refused_by_deadline();
  if (ec) co_return ec;
  tls_ = std::make_unique<asio::ssl::stream<tcp::socket&>>(socket_, context);
  co_await tls_->async_handshake(asio::ssl::stream_base::server,
                                 asio::redirect_error(asio::use_awaitable, ec));
  co_return ec;
}

asio::awaitable<ErrorCode> Stream::connect_tls(asio::ssl::context& context, std::string host) {
  ErrorCode ec = refused_by_deadline();
  if (ec) co_return ec;
  tls_ = std::make_unique<asio::ssl::stream<tcp::socket&>>(socket_, context);
  ErrorCode not_an_address;
  asio::ip::make_address(host, not_an_address);
  if (not_an_address && SSL_set_tlsext_host_name(tls_->native_handle(), host.c_str()) != 1)
    co_return asio::error::invalid_argument;
  tls_->set_verify_mode(asio::ssl::verify_peer, ec);
  if (!ec) tls_->set_verify_callback(asio::ssl::host_name_verification(host), ec);
  if (ec) co_return ec;
  co_await tls_->async_handshake(asio::ssl::stream_base::client,
                                 asio::redirect_error(asio::use_awaitable, ec));
  if (ec && timed_out()) ec = asio::error::timed_out;
  co_return ec;
}

asio::awaitable<IoResult> Stream::read_some(char* data, std::size_t size) {
  IoResult out;
  out.error = refused_by_deadline();
  if (out.error) co_return out;
  const asio::mutable_buffer buffer(data, size);
  if (tls_) {
    out.bytes = co_await tls_->async_read_some(
        buffer, asio::redirect_error(asio::use_awaitable, out.error));
  } else {
    out.bytes = co_await socket_.async_read_some(
        buffer, asio::redirect_error(asio::use_awaitable, out.error));
  }
  if (out.error && timed_out()) out.error = asio::error::timed_out;
  co_return out;
}

asio::awaitable<ErrorCode> Stream::write(std::array<asio::const_buffer, 3> buffers) {
  ErrorCode ec = refused_by_deadline();
  if (ec) co_return ec;
  if (tls_) {
    co_await asio::async_write(*tls_, buffers, asio::redirect_error(asio::use_awaitable, ec));
  } else {
    co_await asio::async_write(socket_, buffers, asio::redirect_error(asio::use_awaitable, ec));
  }
  if (ec && timed_out()) ec = asio::error::timed_out;
  co_return ec;
}

asio::awaitable<void> Stream::finish_writing() {
  ErrorCode ec = refused_by_deadline();
  if (ec) co_return;
  if (tls_) co_await tls_->async_shutdown(asio::redirect_error(asio::use_awaitable, ec));
  socket_.shutdown(tcp::socket::shutdown_send, ec);
}

bool Stream::readable_now() {
  char byte = 0;
  const auto n = ::recv(socket_.native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
  return n >= 0 || (errno != EAGAIN && errno != EWOULDBLOCK);
}

void Stream::close() {
  ErrorCode ignored;
  socket_.close(ignored);
}

void Stream::reset() {
  ErrorCode ignored;
  socket_.set_option(asio::socket_base::linger(true, 0), ignored);
  socket_.close(ignored);
}

}  // namespace gerbang::http
