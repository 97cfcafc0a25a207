// gerbang-load: sends requests over N keep-alive connections, one at a time on each, for a bounded
// time, and prints what came back as one JSON object. One thread, no library: on two cores the
// generator must stay cheap beside what it measures.
//
//   GERBANG_KEY=… gerbang-load PORT CONNECTIONS SECONDS REQUESTS MARKER [RATE]
//
// Without RATE each connection sends its next request when the last one is answered. With it so
// many requests are sent a second, whatever the server does; one that found no free connection
// counts its waiting as latency.
//
// An empty GERBANG_KEY sends no Authorization. REQUESTS is a file of lines "METHOD PATH BODY", sent
// in turn and from the start again. Every request has an Idempotency-Key of its own. MARKER is
// counted in the bodies of 2xx answers: "items" is what the server confirms, not what was asked; an
// empty MARKER counts the answers themselves. Latency runs from before the first byte is sent
// (before connecting, where that was needed) to the last byte of the answer.
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <optional>
#include <random>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

namespace gerbang::bench {

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kKeyDigits = 16;
constexpr std::size_t kMaxHead = 64 * 1024;
constexpr std::uint64_t kMaxBroken = 1000;
constexpr std::chrono::seconds kDrain{10};  // for the answers still open when the time is over

[[noreturn]] void fail_errno(const char* what) {
  throw std::system_error(errno, std::generic_category(), what);
}

struct Options {
  std::uint16_t port = 0;
  std::size_t connections = 0;
  std::chrono::duration<double> time{0};
  std::string requests;
  std::string marker;
  std::string api_key;
  double rate = 0;  // requests a second; 0: as fast as they are answered
};

// A whole request as sent, but for the digits of its idempotency key.
struct Request {
  std::string text;
  std::size_t digits_at = 0;
};

std::vector<Request> read_requests(const Options& options) {
  std::ifstream file(options.requests);
  if (!file) throw std::runtime_error("cannot read " + options.requests);
  // Runs against one server must not repeat each other's keys.
  const std::string run = std::to_string(std::random_device{}());
  std::vector<Request> out;
  for (std::string line; std::getline(file, line);) {
    const std::size_t path = line.find(' ');
    const std::size_t body = path == std::string::npos ? path : line.find(' ', path + 1);
    if (body == std::string::npos) throw std::runtime_error("not METHOD PATH BODY: " + line);
    const std::string content = line.substr(body + 1);
    Request request;
    request.text =
        line.substr(0, body) + " HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(options.port) +
        (options.api_key.empty() ? "" : "\r\nAuthorization: Bearer " + options.api_key) +
        "\r\nContent-Type: application/json\r\nContent-Length: " + std::to_string(content.size()) +
        "\r\nIdempotency-Key: " + run + "-";
    request.digits_at = request.text.size();
    request.text += std::string(kKeyDigits, '0') + "\r\n\r\n" + content;
    out.push_back(std::move(request));
  }
  if (out.empty()) throw std::runtime_error("no requests in " + options.requests);
  return out;
}

struct Head {
  int status = 0;
  std::size_t body_at = 0;
  std::size_t length = 0;
  bool close = false;
};

// Nothing while the head is incomplete. Throws for what this generator does not understand.
std::optional<Head> parse_head(std::string_view in) {
  const std::size_t end = in.find("\r\n\r\n");
  if (end == std::string_view::npos) {
    if (in.size() > kMaxHead) throw std::runtime_error("an endless answer head");
    return std::nullopt;
  }
  Head head;
  head.body_at = end + 4;
  if (!in.starts_with("HTTP/1.1 ") || end < 12 ||
      std::from_chars(in.data() + 9, in.data() + 12, head.status).ptr != in.data() + 12)
    throw std::runtime_error("not an HTTP/1.1 answer");
  bool sized = false;
  for (std::size_t at = in.find("\r\n"); at < end;) {
    const std::size_t next = in.find("\r\n", at + 2);
    const std::string_view line = in.substr(at + 2, next - at - 2);
    at = next;
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos) continue;
    const std::string name(line.substr(0, colon));
    std::string_view value = line.substr(colon + 1);
    value.remove_prefix(std::min(value.find_first_not_of(' '), value.size()));
    if (strcasecmp(name.c_str(), "Content-Length") == 0) {
      const auto read = std::from_chars(value.data(), value.data() + value.size(), head.length);
      sized = read.ec == std::errc() && read.ptr == value.data() + value.size();
    } else if (strcasecmp(name.c_str(), "Connection") == 0) {
      head.close = strcasecmp(std::string(value).c_str(), "close") == 0;
    }
  }
  if (!sized) throw std::runtime_error("an answer without Content-Length");
  return head;
}

struct Totals {
  std::uint64_t replies = 0;     // 2xx
  std::uint64_t items = 0;       // markers in their bodies
  std::uint64_t refused = 0;     // other statuses
  std::uint64_t broken = 0;      // connections lost with a request under way
  std::uint64_t unanswered = 0;  // still open after kDrain
  std::uint64_t reconnects = 0;  // after "Connection: close"
  std::vector<float> milliseconds;
};

class Load {
 public:
  explicit Load(Options options)
      : options_(std::move(options)),
        requests_(read_requests(options_)),
        connections_(options_.connections) {
    epoll_ = ::epoll_create1(EPOLL_CLOEXEC);
    if (epoll_ < 0) fail_errno("epoll_create1");
    totals_.milliseconds.reserve(1 << 20);
  }
  ~Load() {
    for (Connection& c : connections_) disconnect(c);
    ::close(epoll_);
  }
  Load(const Load&) = delete;
  Load& operator=(const Load&) = delete;

  void run() {
    const auto began = Clock::now();
    stop_at_ = began + std::chrono::duration_cast<Clock::duration>(options_.time);
    last_reply_ = began;
    next_due_ = began;
    for (Connection& c : connections_) begin_request(c);
    std::array<epoll_event, 256> events;
    while ((open_ > 0 || (paced() && next_due_ < stop_at_)) && Clock::now() < stop_at_ + kDrain) {
      const int n =
          ::epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), patience());
      if (n < 0 && errno != EINTR) fail_errno("epoll_wait");
      for (int i = 0; i < n; ++i)
        proceed(connections_[events[static_cast<std::size_t>(i)].data.u64]);
      send_due();
      if (totals_.broken > kMaxBroken) throw std::runtime_error("too many broken connections");
    }
    totals_.unanswered = open_;
    seconds_ = std::chrono::duration<double>(last_reply_ - began).count();
  }

  void print() {
    std::vector<float>& all = totals_.milliseconds;
    std::sort(all.begin(), all.end());
    const auto at = [&all](double share) {
      if (all.empty()) return 0.0;
      const auto rank = static_cast<std::size_t>(share * static_cast<double>(all.size()));
      return static_cast<double>(all[std::min(all.size() - 1, rank)]);
    };
    rusage used{};
    ::getrusage(RUSAGE_SELF, &used);
    const auto seconds = [](const timeval& t) {
      return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
    };
    std::printf(
        "{\"seconds\": %.4f, \"replies\": %llu, \"items\": %llu, \"refused\": %llu, "
        "\"broken\": %llu, \"unanswered\": %llu, \"reconnects\": %llu, \"p50_ms\": %.4f, "
        "\"p99_ms\": %.4f, \"max_ms\": %.4f, \"cpu_seconds\": %.3f}\n",
        seconds_, number(totals_.replies), number(totals_.items), number(totals_.refused),
        number(totals_.broken), number(totals_.unanswered), number(totals_.reconnects), at(0.5),
        at(0.99), all.empty() ? 0.0 : static_cast<double>(all.back()),
        seconds(used.ru_utime) + seconds(used.ru_stime));
  }

 private:
  struct Connection {
    int socket = -1;
    bool waiting = false;  // a request is under way
    std::string out;
    std::size_t sent = 0;
    std::string in;
    std::optional<Head> head;
    Clock::time_point began;
  };

  static unsigned long long number(std::uint64_t value) { return value; }

  void disconnect(Connection& c) {
    if (c.socket >= 0) ::close(c.socket);
    c.socket = -1;
  }

  void connect(Connection& c) {
    c.socket = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (c.socket < 0) fail_errno("socket");
    const int on = 1;
    ::setsockopt(c.socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(options_.port);
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(c.socket, reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0 &&
        errno != EINPROGRESS)
      fail_errno("connect");
    epoll_event event{};
    // Edge-triggered: proceed() always writes and reads until the socket has no more.
    event.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET;
    event.data.u64 = static_cast<std::uint64_t>(&c - connections_.data());
    if (::epoll_ctl(epoll_, EPOLL_CTL_ADD, c.socket, &event) != 0) fail_errno("epoll_ctl");
  }

  bool paced() const { return options_.rate > 0; }

  // How long to wait for events, in milliseconds: not beyond the next request that is due.
  int patience() const {
    if (!paced() || free_.empty() || next_due_ >= stop_at_) return 100;
    const auto wait = next_due_ - Clock::now();
    if (wait <= Clock::duration::zero()) return 0;
    return static_cast<int>(std::chrono::ceil<std::chrono::milliseconds>(wait).count());
  }

  void send_due() {
    const auto step = std::chrono::duration_cast<Clock::duration>(
        std::chrono::duration<double>(paced() ? 1 / options_.rate : 0));
    while (paced() && !free_.empty() && next_due_ < stop_at_ && next_due_ <= Clock::now()) {
      Connection& c = *free_.back();
      free_.pop_back();
      send_request(c, next_due_);
      next_due_ += step;
      proceed(c);
    }
  }

  void begin_request(Connection& c) {
    if (paced()) {
      free_.push_back(&c);
    } else if (const auto now = Clock::now(); now < stop_at_) {
      send_request(c, now);
    }
  }

  // Does not write yet: proceed() does. `due`: when it should have been sent.
  void send_request(Connection& c, Clock::time_point due) {
    c.began = due;
    const Request& request = requests_[sequence_ % requests_.size()];
    c.out = request.text;
    std::uint64_t rest = sequence_++;
    for (std::size_t i = kKeyDigits; i > 0; --i, rest /= 10)
      c.out[request.digits_at + i - 1] = static_cast<char>('0' + rest % 10);
    c.sent = 0;
    c.in.clear();
    c.head.reset();
    c.waiting = true;
    ++open_;
    if (c.socket < 0) connect(c);
  }

  void end_request(Connection& c) {
    c.waiting = false;
    --open_;
  }

  void lost(Connection& c) {
    disconnect(c);
    if (!c.waiting) return;  // the server closed an idle connection: as it may
    end_request(c);
    ++totals_.broken;
    begin_request(c);
  }

  void proceed(Connection& c) {
    while (c.socket >= 0) {
      while (c.waiting && c.sent < c.out.size()) {
        const ssize_t n =
            ::send(c.socket, c.out.data() + c.sent, c.out.size() - c.sent, MSG_NOSIGNAL);
        if (n < 0 && (errno == EAGAIN || errno == ENOTCONN)) break;
        if (n < 0) return lost(c);
        c.sent += static_cast<std::size_t>(n);
      }
      const ssize_t n = ::recv(c.socket, buffer_.data(), buffer_.size(), 0);
      if (n < 0 && (errno == EAGAIN || errno == ENOTCONN)) return;
      if (n <= 0) return lost(c);
      if (!c.waiting) throw std::runtime_error("an answer to nothing");
      c.in.append(buffer_.data(), static_cast<std::size_t>(n));
      if (!c.head) c.head = parse_head(c.in);
      if (c.head && c.in.size() >= c.head->body_at + c.head->length) finish(c);
    }
  }

  void finish(Connection& c) {
    last_reply_ = Clock::now();
    const std::string_view body = std::string_view(c.in).substr(c.head->body_at);
    if (c.head->status / 100 == 2) {
      totals_.milliseconds.push_back(
          std::chrono::duration<float, std::milli>(last_reply_ - c.began).count());
      ++totals_.replies;
      if (options_.marker.empty()) ++totals_.items;
      for (std::size_t at = options_.marker.empty() ? std::string_view::npos
                                                    : body.find(options_.marker);
           at != std::string_view::npos;
           at = body.find(options_.marker, at + options_.marker.size()))
        ++totals_.items;
    } else if (totals_.refused++ == 0) {
      std::fprintf(stderr, "gerbang-load: first refusal: %s\n", c.in.c_str());
    }
    end_request(c);
    if (c.head->close) {
      disconnect(c);
      ++totals_.reconnects;
    }
    begin_request(c);
  }

  Options options_;
  std::vector<Request> requests_;
  std::vector<Connection> connections_;
  std::array<char, 64 * 1024> buffer_;
  int epoll_ = -1;
  std::uint64_t sequence_ = 0;
  std::uint64_t open_ = 0;
  std::vector<Connection*> free_;  // with RATE: those that wait for a request
  Clock::time_point next_due_;
  Clock::time_point stop_at_;
  Clock::time_point last_reply_;
  double seconds_ = 0;
  Totals totals_;
};

Options parse(int argc, char** argv) {
  const char* key = std::getenv("GERBANG_KEY");
  if ((argc != 6 && argc != 7) || key == nullptr)
    throw std::runtime_error(
        "usage: GERBANG_KEY=… gerbang-load PORT CONNECTIONS SECONDS REQUESTS MARKER [RATE]");
  Options out;
  out.port = static_cast<std::uint16_t>(std::stoul(argv[1]));
  out.connections = std::stoul(argv[2]);
  out.time = std::chrono::duration<double>(std::stod(argv[3]));
  out.requests = argv[4];
  out.marker = argv[5];
  out.api_key = key;
  if (argc == 7) out.rate = std::stod(argv[6]);
  if (out.port == 0 || out.connections == 0 || out.connections > 10000 || out.time.count() <= 0 ||
      out.time.count() > 600 || out.rate < 0 || out.rate > 1e6)
    throw std::runtime_error("a port, 1 to 10,000 connections, up to 600 seconds, a rate");
  return out;
}

}  // namespace

}  // namespace gerbang::bench

int main(int argc, char** argv) {
  try {
    gerbang::bench::Load load(gerbang::bench::parse(argc, argv));
    load.run();
    load.print();
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "gerbang-load: %s\n", error.what());
    return 1;
  }
}
