// gerbang-sink: three targets and a seller on 127.0.0.1, one thread, epoll. Counts what is pushed
// to the targets and when, and sends the seller's signed orders at a fixed rate (an open loop: an
// order is sold when its time has come, however slow the last ones are answered).
//
//   gerbang-sink READY_FILE ITEMS
//
// READY_FILE gets {"ports": [TARGET, TARGET, TARGET, SELLER], "control": PORT}. At the control
// port:
//   POST /expect {"highest":H,"values":N}   forgets what arrived; what is to come (market.hpp)
//   GET  /seen                               what arrived
//   POST /orders {"rate":R,"count":N,"first":S,"of":M,"port":P,"path":"/…","secret":"…"}
//                                            sells one piece each of P-S, P-S+1, … and from P-(M-1)
//                                            on again from P-0. With "sellers":K instead of a port:
//                                            P-n is sold by the shop "/desa-(n mod K)" at the
//                                            seller's port, which tells whom it was told to tell
//   GET  /orders                             what became of them
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <memory>
#include <optional>
#include <stdexcept>
#include <system_error>

#include "core/base/crypto.hpp"
#include "tests/bench/peers/market.hpp"

namespace gerbang::bench {

namespace {

constexpr std::size_t kControl = kSeller + 1;
constexpr std::size_t kMaxMessage = 8 * 1024 * 1024;
constexpr std::size_t kSenders = 64;  // connections that carry orders

[[noreturn]] void fail_errno(const char* what) {
  throw std::system_error(errno, std::generic_category(), what);
}

int new_socket() {
  const int out = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (out < 0) fail_errno("socket");
  const int on = 1;
  ::setsockopt(out, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  return out;
}

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in out{};
  out.sin_family = AF_INET;
  out.sin_port = htons(port);
  out.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return out;
}

std::uint64_t number(std::string_view json, std::string_view name) {
  std::uint64_t out = 0;
  const std::string_view text = member(json, name);
  std::from_chars(text.data(), text.data() + text.size(), out);
  return out;
}

// What WooCommerce writes into X-WC-Webhook-Signature (facts woocommerce.md 9).
std::string signature(std::string_view secret, std::string_view body) {
  return to_base64(as_view(hmac_sha256(secret, body)));
}

// The first whole message in `in`: start line, body, and how many bytes it takes.
struct Message {
  std::string_view start;
  std::string_view body;
  std::size_t bytes = 0;
  bool close = false;
};

std::optional<Message> first_message(std::string_view in) {
  const std::size_t end = in.find("\r\n\r\n");
  if (end == std::string_view::npos) {
    if (in.size() > 64 * 1024) throw std::runtime_error("an endless head");
    return std::nullopt;
  }
  Message out;
  out.start = in.substr(0, in.find("\r\n"));
  std::size_t length = 0;
  for (std::size_t at = in.find("\r\n"); at < end;) {
    const std::size_t next = in.find("\r\n", at + 2);
    const std::string_view line = in.substr(at + 2, next - at - 2);
    at = next;
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos) continue;
    std::string_view value = line.substr(colon + 1);
    value.remove_prefix(std::min(value.find_first_not_of(' '), value.size()));
    const auto is = [&line, colon](const char* name) {
      return colon == std::strlen(name) && ::strncasecmp(line.data(), name, colon) == 0;
    };
    if (is("Content-Length")) std::from_chars(value.data(), value.data() + value.size(), length);
    if (is("Connection") && value.starts_with("close")) out.close = true;
    if (is("Transfer-Encoding")) throw std::runtime_error("a chunked message");
  }
  if (length > kMaxMessage) throw std::runtime_error("a message too large");
  if (in.size() < end + 4 + length) return std::nullopt;
  out.body = in.substr(end + 4, length);
  out.bytes = end + 4 + length;
  return out;
}

class Sink {
 public:
  Sink(std::string ready_file, std::size_t items) : market_(items) {
    epoll_ = ::epoll_create1(EPOLL_CLOEXEC);
    if (epoll_ < 0) fail_errno("epoll_create1");
    timer_ = ::timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
    if (timer_ < 0) fail_errno("timerfd_create");
    watch(timer_, EPOLLIN);
    std::string ports;
    for (std::size_t place = 0; place <= kControl; ++place) {
      const std::uint16_t port = listen(place);
      if (place < kControl) ports += (place > 0 ? ", " : "") + std::to_string(port);
      if (place < kControl) continue;
      const std::string partial = ready_file + ".part";
      std::ofstream(partial) << "{\"ports\": [" << ports << "], \"control\": " << port << "}\n";
      if (std::rename(partial.c_str(), ready_file.c_str()) != 0) fail_errno("rename");
    }
  }

  [[noreturn]] void run() {
    std::array<epoll_event, 256> events;
    for (;;) {
      const int n = ::epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), -1);
      if (n < 0 && errno != EINTR) fail_errno("epoll_wait");
      for (int i = 0; i < n; ++i) {
        const epoll_event& event = events[static_cast<std::size_t>(i)];
        if (event.data.fd == timer_) {
          sell_due();
        } else if (const auto place = listeners_.find(event.data.fd); place != listeners_.end()) {
          accept_all(event.data.fd, place->second);
        } else {
          proceed(event.data.fd);
        }
      }
    }
  }

 private:
  struct Connection {
    std::size_t place = 0;
    bool outgoing = false;
    std::int64_t order = 0;  // on its way, of an outgoing one
    std::string in, out;
  };
  struct Selling {
    std::uint16_t port = 0;
    std::vector<Market::Hook> to;  // path and secret, by the SKU's number modulo their number
    Clock::duration pause{};
    Clock::time_point next;
    std::size_t left = 0;
    std::size_t number = 0, of = 0;
  };

  void watch(int fd, std::uint32_t what) {
    epoll_event event{};
    event.events = what;
    event.data.fd = fd;
    if (::epoll_ctl(epoll_, EPOLL_CTL_ADD, fd, &event) != 0) fail_errno("epoll_ctl");
  }

  std::uint16_t listen(std::size_t place) {
    const int fd = new_socket();
    sockaddr_in address = loopback(0);
    socklen_t size = sizeof address;
    if (::bind(fd, reinterpret_cast<sockaddr*>(&address), size) != 0 || ::listen(fd, 1024) != 0 ||
        ::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) != 0)
      fail_errno("listen");
    listeners_[fd] = place;
    watch(fd, EPOLLIN);
    return ntohs(address.sin_port);
  }

  void accept_all(int listener, std::size_t place) {
    for (;;) {
      const int fd = ::accept4(listener, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
      if (fd < 0) return;
      const int on = 1;
      ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
      Connection& c = connections_[fd];
      c.place = place;
      watch(fd, EPOLLIN | EPOLLRDHUP);
    }
  }

  // A large answer that the socket does not take at once is waited for: it is the control port's.
  void write(int fd, std::string& out) {
    std::size_t sent = 0;
    while (sent < out.size()) {
      const ssize_t n = ::send(fd, out.data() + sent, out.size() - sent, MSG_NOSIGNAL);
      if (n < 0 && errno == EAGAIN) {
        ::usleep(50);
        continue;
      }
      if (n < 0) break;  // reading will tell
      sent += static_cast<std::size_t>(n);
    }
    out.clear();
  }

  void close(int fd) {
    const auto found = connections_.find(fd);
    if (found == connections_.end()) return;
    if (found->second.order != 0) market_.acknowledged(found->second.order, false);
    std::erase(idle_, fd);
    senders_ -= found->second.outgoing;
    connections_.erase(found);
    ::close(fd);
  }

  void proceed(int fd) {
    const auto found = connections_.find(fd);
    if (found == connections_.end()) return;
    Connection& c = found->second;
    const ssize_t n = ::recv(fd, buffer_.data(), buffer_.size(), 0);
    if (n < 0 && errno == EAGAIN) return;
    if (n <= 0) return close(fd);
    c.in.append(buffer_.data(), static_cast<std::size_t>(n));
    std::size_t taken = 0;
    bool last = false;
    try {
      while (const auto message = first_message(std::string_view(c.in).substr(taken))) {
        taken += message->bytes;
        last = last || message->close;
        c.outgoing ? answered(fd, c, *message) : answer(c, *message);
      }
    } catch (const std::runtime_error& error) {
      std::fprintf(stderr, "gerbang-sink: %s\n", error.what());
      return close(fd);
    }
    c.in.erase(0, taken);
    if (!c.out.empty()) write(fd, c.out);
    if (last && taken > 0) close(fd);
  }

  void answer(Connection& c, const Message& message) {
    const std::size_t space = message.start.find(' ');
    const std::size_t after = message.start.find(' ', space + 1);
    if (space == std::string_view::npos || after == std::string_view::npos)
      throw std::runtime_error("no request");
    const std::string_view method = message.start.substr(0, space);
    const std::string_view path = message.start.substr(space + 1, after - space - 1);
    const Answer out = c.place == kControl ? control(method, path, message.body)
                                           : market_.answer(c.place, method, path, message.body);
    c.out +=
        "HTTP/1.1 " + std::to_string(out.status) + (out.status < 300 ? " OK" : " Refused") +
        "\r\nContent-Type: application/json\r\nContent-Length: " + std::to_string(out.body.size()) +
        "\r\n\r\n" + out.body;
  }

  Answer control(std::string_view method, std::string_view path, std::string_view body) {
    if (path == "/expect" && method == "POST") {
      market_.expect(static_cast<std::int64_t>(number(body, "highest")),
                     std::min<std::uint64_t>(number(body, "values"), 10'000));
      return {200, "{}"};
    }
    if (path == "/seen") return {200, market_.seen()};
    if (path == "/orders" && method == "GET") return {200, market_.orders()};
    if (path == "/orders") return begin_orders(body);
    return {404, "{}"};
  }

  // -- the seller

  Answer begin_orders(std::string_view body) {
    const std::uint64_t rate = number(body, "rate"), count = number(body, "count");
    if (rate == 0 || rate > 100'000 || count == 0 || count > 1'000'000 || selling_.left > 0)
      return {400, R"({"error":"a rate, a count, and no sale under way"})"};
    Selling next;
    next.port = static_cast<std::uint16_t>(number(body, "port"));
    if (next.port != 0)
      next.to.push_back({std::string(member(body, "path")), std::string(member(body, "secret"))});
    const std::uint64_t sellers = std::min<std::uint64_t>(number(body, "sellers"), 1000);
    for (std::uint64_t i = 0; next.port == 0 || next.to.size() < sellers; ++i) {
      const auto* hook = market_.hook(kSeller, "/desa-" + std::to_string(i), "order.created");
      const std::size_t host = hook ? hook->url.find("://127.0.0.1:") : std::string::npos;
      if (host == std::string::npos) return {409, R"({"error":"no webhook was registered"})"};
      const std::string_view rest = std::string_view(hook->url).substr(host + 13);
      next.port = static_cast<std::uint16_t>(std::stoul(std::string(rest.substr(0, 6))));
      next.to.push_back({std::string(rest.substr(rest.find('/'))), hook->secret});
    }
    // Connections of the last buyer of orders lead elsewhere.
    for (const int fd : std::vector<int>(idle_)) close(fd);
    waiting_.clear();
    market_.forget_orders();
    next.pause = std::chrono::nanoseconds(1'000'000'000 / rate);
    next.next = Clock::now() + std::chrono::milliseconds(20);
    next.left = count;
    next.number = number(body, "first");
    next.of = std::max<std::size_t>(number(body, "of"), 1);
    selling_ = std::move(next);
    arm();
    return {200, "{}"};
  }

  void arm() {
    const auto at = selling_.next.time_since_epoch();
    itimerspec when{};
    when.it_value.tv_sec = std::chrono::duration_cast<std::chrono::seconds>(at).count();
    when.it_value.tv_nsec = (at % std::chrono::seconds(1)).count();
    if (::timerfd_settime(timer_, TFD_TIMER_ABSTIME, &when, nullptr) != 0)
      fail_errno("timerfd_settime");
  }

  void sell_due() {
    std::uint64_t ticks = 0;
    if (::read(timer_, &ticks, sizeof ticks) < 0 && errno != EAGAIN) fail_errno("timer");
    const auto now = Clock::now();
    while (selling_.left > 0 && selling_.next <= now) {
      const std::size_t item = selling_.number++ % selling_.of;
      waiting_.push_back({market_.sell(item, selling_.next), item % selling_.to.size()});
      selling_.next += selling_.pause;
      --selling_.left;
    }
    send_waiting();
    if (selling_.left > 0) arm();
  }

  void send_waiting() {
    while (!waiting_.empty()) {
      int fd = -1;
      if (!idle_.empty()) {
        fd = idle_.back();
        idle_.pop_back();
      } else if (senders_ < kSenders) {
        fd = connect();
      } else {
        return;
      }
      const auto [order, seller] = waiting_.front();
      waiting_.pop_front();
      const Market::Hook& to = selling_.to[seller];
      Connection& c = connections_[fd];
      c.order = order;
      const std::string body = market_.order_text(order);
      c.out = "POST " + to.url + " HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(selling_.port) +
              "\r\nContent-Type: application/json\r\nX-WC-Webhook-Topic: order.created"
              "\r\nX-WC-Webhook-Resource: order\r\nX-WC-Webhook-Event: created"
              "\r\nX-WC-Webhook-Signature: " +
              signature(to.secret, body) +
              "\r\nX-WC-Webhook-Delivery-ID: " + std::to_string(order) +
              "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
      write(fd, c.out);
    }
  }

  int connect() {
    const int fd = new_socket();
    const sockaddr_in to = loopback(selling_.port);
    // On loopback a connection is there, or refused, at once.
    if (::connect(fd, reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0 &&
        errno != EINPROGRESS)
      fail_errno("connect");
    Connection& c = connections_[fd];
    c.outgoing = true;
    ++senders_;
    watch(fd, EPOLLIN | EPOLLRDHUP);
    return fd;
  }

  void answered(int fd, Connection& c, const Message& message) {
    const bool taken = message.start.size() > 9 && message.start[9] == '2';
    if (!taken && refusals_++ < 3)
      std::fprintf(stderr, "gerbang-sink: an order was refused: %.*s %.*s\n",
                   static_cast<int>(message.start.size()), message.start.data(),
                   static_cast<int>(std::min<std::size_t>(message.body.size(), 400)),
                   message.body.data());
    market_.acknowledged(c.order, taken);
    c.order = 0;
    if (!message.close) idle_.push_back(fd);
    send_waiting();
  }

  Market market_;
  int epoll_ = -1;
  int timer_ = -1;
  std::map<int, std::size_t> listeners_;
  std::map<int, Connection> connections_;
  std::array<char, 256 * 1024> buffer_;
  Selling selling_;
  std::deque<std::pair<std::int64_t, std::size_t>> waiting_;  // order, seller
  std::vector<int> idle_;
  std::size_t senders_ = 0;
  int refusals_ = 0;
};

}  // namespace

}  // namespace gerbang::bench

int main(int argc, char** argv) {
  try {
    if (argc != 3) throw std::runtime_error("usage: gerbang-sink READY_FILE ITEMS");
    const unsigned long items = std::stoul(argv[2]);
    if (items == 0 || items > 1'000'000) throw std::runtime_error("1 to 1,000,000 items");
    const auto sink = std::make_unique<gerbang::bench::Sink>(argv[1], items);
    sink->run();
  } catch (const std::exception& error) {
    std::fprintf(stderr, "gerbang-sink: %s\n", error.what());
    return 1;
  }
}
