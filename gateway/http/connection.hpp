#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <memory>
#include <string>
#include <vector>

#include "gateway/http/edge.hpp"
#include "gateway/http/framing.hpp"
#include "gateway/http/message.hpp"
#include "gateway/http/stream.hpp"

namespace gerbang::http {

// One connection of the server: reads a request, has it handled, writes the answer, again and
// again, strictly one after the other, until either side has had enough.
class Connection : public std::enable_shared_from_this<Connection> {
 public:
  Connection(std::shared_ptr<Edge> edge, boost::asio::ip::tcp::socket socket,
             boost::asio::ip::address address, bool health_only);
  ~Connection();

  boost::asio::awaitable<void> run();

  // The present request is the last; between requests the connection closes now.
  void stop_soon();
  // Now: cancels what the handler waits for and closes.
  void abort();
  boost::asio::cancellation_signal& cancellation() { return cancellation_; }

 private:
  class StreamBody;
  friend class StreamBody;

  // Reads the next head into head_; false when there is no next request.
  boost::asio::awaitable<Result<bool>> read_head(Headers& headers);
  boost::asio::awaitable<ErrorCode> fill();  // reads more into the buffer
  // Appends body bytes to `out`; true at the end of the body. May return with nothing appended only
  // at the end.
  boost::asio::awaitable<Result<bool>> read_body(std::string& out);
  boost::asio::awaitable<Result<void>> receive(ServerRequest& request);
  // One request; false when the connection ends with it.
  boost::asio::awaitable<bool> serve();
  boost::asio::awaitable<ServerReply> ask_handler(ServerRequest request);
  boost::asio::awaitable<bool> answer(ServerReply& reply);
  boost::asio::awaitable<bool> send_stream(BodySource& source);
  boost::asio::awaitable<ErrorCode> send(std::string_view a, std::string_view b = {},
                                         std::string_view c = {});
  boost::asio::awaitable<void> refuse(Error error);
  boost::asio::awaitable<void> linger();

  ServerRequest describe(Headers headers);
  std::string client_address(const Headers& headers) const;
  std::string head_of(const HttpResponse& response, bool streamed) const;
  Result<BodyPolicy> admit() const;
  void record(const std::string& route, int status);
  ServerReply turned_down(const Error& error);
  Error lost(ErrorCode ec, std::string_view timeout_code) const;

  std::string_view unread() const { return {buffer_.data() + begin_, end_ - begin_}; }
  void consume(std::size_t bytes);

  const ServerLimits& limits() const { return edge_->shared().options.limits; }

  std::shared_ptr<Edge> edge_;
  Stream stream_;
  boost::asio::ip::address address_;
  bool health_only_;
  boost::asio::cancellation_signal cancellation_;

  // Small while nothing comes, `capacity_` as soon as something does not fit.
  const std::size_t capacity_;
  std::vector<char> buffer_;
  std::size_t begin_ = 0, end_ = 0;

  // The present request.
  bool between_requests_ = true;
  bool in_handler_ = false;
  Head head_;
  std::unique_ptr<RequestParser> parser_;
  std::string request_id_, trace_id_, accept_language_;
  Steady::time_point started_{};
  std::uint64_t body_received_ = 0, bytes_sent_ = 0;
  std::chrono::nanoseconds body_waited_{0};
  bool body_streamed_ = false;
  bool continue_sent_ = false;
  bool keep_ = true;
  std::size_t served_ = 0;
};

}  // namespace gerbang::http
