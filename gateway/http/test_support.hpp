#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <cerrno>
#include <chrono>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "gateway/http/server.hpp"

// For tests only: sockets that say exactly the bytes they are told to, on either side.
namespace gerbang::http::test {

// What no wait of a test may exceed; a test that meets it fails.
constexpr std::chrono::seconds kPatience{20};

// A blocking TCP socket.
class RawSocket {
 public:
  explicit RawSocket(int fd) : fd_(fd) {
    const timeval limit{kPatience.count(), 0};
    ::setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    ::setsockopt(fd_, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
  }
  RawSocket(RawSocket&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  RawSocket& operator=(RawSocket&&) = delete;
  ~RawSocket() { close(); }

  static RawSocket connect_to(std::uint16_t port) {
    RawSocket out(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(port);
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(out.fd_, reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0)
      throw std::runtime_error("connect");
    return out;
  }

  // False when the peer does not take it.
  bool send(std::string_view bytes) {
    while (!bytes.empty()) {
      const auto n = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (n <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(n));
    }
    return true;
  }

  enum class End { open, closed, reset, silent };  // silent: nothing within kPatience

  // Reads until `enough` says so or the peer ends.
  template <class Enough>
  std::string read_until(Enough enough) {
    std::string out;
    char buffer[16 * 1024];
    while (!enough(std::as_const(out))) {
      const auto n = ::recv(fd_, buffer, sizeof buffer, 0);
      if (n == 0) {
        end_ = End::closed;
        break;
      }
      if (n < 0) {
        if (errno == EINTR) continue;
        end_ = errno == EAGAIN || errno == EWOULDBLOCK ? End::silent : End::reset;
        break;
      }
      out.append(buffer, static_cast<std::size_t>(n));
    }
    return out;
  }
  std::string read_all() {
    return read_until([](const std::string&) { return false; });
  }
  std::string read_head() {
    return read_until([](const std::string& s) { return s.find("\r\n\r\n") != s.npos; });
  }
  // Appends what is there without waiting; false once the peer has ended.
  bool read_available(std::string& out) {
    char buffer[16 * 1024];
    for (;;) {
      const auto n = ::recv(fd_, buffer, sizeof buffer, MSG_DONTWAIT);
      if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return true;
      if (n <= 0) {
        end_ = n == 0 ? End::closed : End::reset;
        return false;
      }
      out.append(buffer, static_cast<std::size_t>(n));
    }
  }
  // How the last reading ended.
  End end() const { return end_; }

  bool readable_within(std::chrono::milliseconds wait) {
    pollfd waiting{fd_, POLLIN, 0};
    return ::poll(&waiting, 1, static_cast<int>(wait.count())) > 0;
  }

  void finish_writing() { ::shutdown(fd_, SHUT_WR); }
  void close() {
    if (fd_ >= 0) ::close(std::exchange(fd_, -1));
  }
  void reset() {
    const linger now{1, 0};
    ::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &now, sizeof now);
    close();
  }

 private:
  int fd_;
  End end_ = End::open;
};

// One answer with a Content-Length, as raw text.
inline std::string read_answer(RawSocket& socket) {
  return socket.read_until([](const std::string& s) {
    const auto head = s.find("\r\n\r\n");
    if (head == s.npos) return false;
    const auto at = s.find("Content-Length: ");
    const std::size_t length = at < head ? std::stoul(s.substr(at + 16)) : 0;
    return s.size() >= head + 4 + length;
  });
}

// 0 when there is no answer.
inline int status_of(std::string_view answer) {
  return answer.starts_with("HTTP/1.1 ") && answer.size() >= 12
             ? std::stoi(std::string(answer.substr(9, 3)))
             : 0;
}

// Status lines of final answers.
inline std::size_t answers_in(std::string_view bytes) {
  std::size_t count = 0;
  for (auto at = bytes.find("HTTP/1.1 "); at != bytes.npos; at = bytes.find("HTTP/1.1 ", at + 1)) {
    if (at + 9 < bytes.size() && bytes[at + 9] >= '2' && bytes[at + 9] <= '5') ++count;
  }
  return count;
}

// Answers with the body it was sent, and remembers what it was asked.
class Remembering : public Handler {
 public:
  boost::asio::awaitable<ServerReply> handle(ServerRequest request) override {
    ServerReply reply;
    reply.route = "echo";
    reply.response.status = 200;
    reply.response.body = request.body;
    const std::lock_guard lock(mutex_);
    seen_.push_back(std::move(request));
    co_return reply;
  }
  BodyPolicy body_policy(Method, std::string_view) const override { return {max_body, false}; }

  std::vector<ServerRequest> take() {
    const std::lock_guard lock(mutex_);
    return std::exchange(seen_, {});
  }

  std::size_t max_body = 64 * 1024;

 private:
  std::mutex mutex_;
  std::vector<ServerRequest> seen_;
};

// A server that plays one script per connection, in the order in which they come, each on a thread
// of its own. A connection beyond the scripts is closed at once. Its end waits for the scripts.
class ScriptedServer {
 public:
  using Script = std::function<void(RawSocket&)>;

  explicit ScriptedServer(std::vector<Script> scripts)
      : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof at;
    if (::bind(fd_, reinterpret_cast<const sockaddr*>(&at), sizeof at) != 0 ||
        ::listen(fd_, 16) != 0 || ::getsockname(fd_, reinterpret_cast<sockaddr*>(&at), &size) != 0)
      throw std::runtime_error("listen");
    port_ = ntohs(at.sin_port);
    thread_ = std::thread([this, scripts = std::move(scripts)] {
      std::vector<std::thread> playing;
      for (std::size_t i = 0;; ++i) {
        const int fd = ::accept4(fd_, nullptr, nullptr, SOCK_CLOEXEC);
        if (fd < 0) break;
        ++accepted_;
        RawSocket peer(fd);
        if (i < scripts.size())
          playing.emplace_back([script = scripts[i], p = std::move(peer)]() mutable { script(p); });
      }
      for (std::thread& t : playing) t.join();
    });
  }
  ~ScriptedServer() {
    ::shutdown(fd_, SHUT_RDWR);  // ends accept()
    thread_.join();
    ::close(fd_);
  }
  ScriptedServer(const ScriptedServer&) = delete;
  ScriptedServer& operator=(const ScriptedServer&) = delete;

  std::uint16_t port() const { return port_; }
  std::string url(const std::string& target = "/") const {
    return "http://127.0.0.1:" + std::to_string(port_) + target;
  }
  int accepted() const { return accepted_; }

 private:
  int fd_;
  std::uint16_t port_ = 0;
  std::atomic<int> accepted_{0};
  std::thread thread_;
};

// For what another thread brings about; false when it does not within kPatience.
template <class Reached>
bool eventually(Reached reached) {
  const auto limit = std::chrono::steady_clock::now() + kPatience;
  while (!reached()) {
    if (std::chrono::steady_clock::now() >= limit) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return true;
}

// Runs `context` until `reached`; false when it is not within kPatience.
template <class Reached>
bool run_until(boost::asio::io_context& context, Reached reached) {
  const auto limit = std::chrono::steady_clock::now() + kPatience;
  context.restart();
  while (!reached()) {
    if (std::chrono::steady_clock::now() >= limit) return false;
    if (context.stopped()) context.restart();
    context.run_one_for(std::chrono::milliseconds(10));
  }
  return true;
}

// Reads until the peer, who lives on `context`, ends the connection.
inline std::string read_all_on(boost::asio::io_context& context, RawSocket& socket) {
  std::string out;
  run_until(context, [&] { return !socket.read_available(out); });
  return out;
}

template <class T>
struct Outcome {
  std::optional<T> value;
  std::exception_ptr failure;
  bool done = false;
};

template <class T>
boost::asio::awaitable<void> keep_outcome(boost::asio::awaitable<T> what,
                                          std::shared_ptr<Outcome<T>> out) {
  out->value.emplace(co_await std::move(what));
}

// Starts a coroutine; its outcome is there once `done`.
template <class T>
std::shared_ptr<Outcome<T>> start_on(boost::asio::io_context& context,
                                     boost::asio::awaitable<T> what,
                                     boost::asio::cancellation_slot slot = {}) {
  auto out = std::make_shared<Outcome<T>>();
  boost::asio::co_spawn(
      context, keep_outcome(std::move(what), out),
      boost::asio::bind_cancellation_slot(slot, [out](const std::exception_ptr& failure) {
        out->failure = failure;
        out->done = true;
      }));
  return out;
}

template <class T>
T outcome_on(boost::asio::io_context& context, const std::shared_ptr<Outcome<T>>& outcome) {
  if (!run_until(context, [&] { return outcome->done; }))
    throw std::runtime_error("the coroutine did not end in time");
  if (outcome->failure) std::rethrow_exception(outcome->failure);
  return std::move(*outcome->value);
}

// Runs a coroutine to its end; whatever else is on `context` runs meanwhile.
template <class T>
T await_on(boost::asio::io_context& context, boost::asio::awaitable<T> what) {
  return outcome_on(context, start_on(context, std::move(what)));
}

inline boost::asio::awaitable<bool> then_true(boost::asio::awaitable<void> what) {
  co_await std::move(what);
  co_return true;
}
inline void await_on(boost::asio::io_context& context, boost::asio::awaitable<void> what) {
  await_on(context, then_true(std::move(what)));
}

}  // namespace gerbang::http::test
