#pragma once

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <atomic>
#include <cstdint>
#include <cstring>
#include <mutex>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "tests/contract/temporary_folder.hpp"

// Stands between a client and the server's socket and cuts the line at a COMMIT: before it has
// reached the server, or after the server has done it and before the client hears of it.
namespace gerbang::store::postgres {

class CommitCutter {
 public:
  enum class Cut { never, before_commit, after_commit };

  explicit CommitCutter(std::string server_socket) : server_socket_(std::move(server_socket)) {
    listener_ = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const sockaddr_un address = named(folder_.file(".s.PGSQL.5432"));
    if (::bind(listener_, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0 ||
        ::listen(listener_, 64) != 0)
      throw std::runtime_error("the proxy cannot listen");
    acceptor_ = std::thread([this] { accept_loop(); });
  }
  CommitCutter(const CommitCutter&) = delete;
  CommitCutter& operator=(const CommitCutter&) = delete;
  ~CommitCutter() {
    stopping_ = true;
    acceptor_.join();
    for (std::thread& line : lines_) line.join();
    ::close(listener_);
  }

  std::string address(const std::string& role, const std::string& database) const {
    return "host=" + folder_.file("") + " port=5432 user=" + role + " dbname=" + database;
  }
  // The next COMMIT that comes by is cut, once. `then_deaf`: nobody gets through afterwards.
  void cut_next(Cut how, bool then_deaf = false) {
    deaf_after_ = then_deaf;
    cut_ = how;
  }
  void hear_again() { deaf_ = false; }
  int cuts() const { return cuts_; }

 private:
  static sockaddr_un named(const std::string& path) {
    sockaddr_un out{};
    out.sun_family = AF_UNIX;
    if (path.size() >= sizeof(out.sun_path)) throw std::runtime_error("socket path too long");
    std::memcpy(out.sun_path, path.data(), path.size());
    return out;
  }
  static bool ready(int fd) {
    pollfd wait{fd, POLLIN, 0};
    return ::poll(&wait, 1, 20) > 0;
  }
  static bool send_all(int fd, std::string_view bytes) {
    while (!bytes.empty()) {
      const auto n = ::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (n <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(n));
    }
    return true;
  }

  void accept_loop() {
    while (!stopping_) {
      if (!ready(listener_)) continue;
      const int client = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
      if (client < 0) continue;
      if (deaf_) {
        ::close(client);
        continue;
      }
      lines_.emplace_back([this, client] { relay(client); });
    }
  }

  void relay(int client) {
    const int server = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const sockaddr_un address = named(server_socket_);
    if (::connect(server, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0)
      pump(client, server);
    ::close(server);
    ::close(client);
  }

  void pump(int client, int server) {
    std::string pending;            // from the client, not forwarded yet
    bool started = false;           // the start-up packet has no type
    std::set<std::string> commits;  // prepared statements that are a COMMIT
    char buffer[65536];
    while (!stopping_) {
      if (deaf_) return;
      pollfd wait[2] = {{client, POLLIN, 0}, {server, POLLIN, 0}};
      if (::poll(wait, 2, 20) <= 0) continue;
      if (wait[1].revents) {
        const auto n = ::recv(server, buffer, sizeof(buffer), 0);
        if (n <= 0 || !send_all(client, {buffer, static_cast<std::size_t>(n)})) return;
      }
      if (!wait[0].revents) continue;
      const auto n = ::recv(client, buffer, sizeof(buffer), 0);
      if (n <= 0) return;
      pending.append(buffer, static_cast<std::size_t>(n));
      std::string out;
      bool commit = false;
      for (;;) {
        const std::size_t head = started ? 1 : 0;
        if (pending.size() < head + 4) break;
        std::uint32_t length = 0;
        for (std::size_t i = 0; i < 4; ++i)
          length = length << 8 | static_cast<unsigned char>(pending[head + i]);
        if (pending.size() < head + length) break;
        const std::string message = pending.substr(0, head + length);
        pending.erase(0, message.size());
        if (started && is_commit(message, commits) && cut_ != Cut::never) commit = true;
        started = true;
        if (commit && cut_ == Cut::before_commit) {
          cut();
          return;
        }
        out += message;
      }
      if (!send_all(server, out)) return;
      if (!commit) continue;
      // Done at the server when it is ready for the next query.
      std::string heard;
      while (!heard.ends_with(std::string_view("Z\0\0\0\5I", 6))) {
        const auto got = ::recv(server, buffer, sizeof(buffer), 0);
        if (got <= 0) return;
        heard.append(buffer, static_cast<std::size_t>(got));
      }
      cut();
      return;
    }
  }

  static bool is_commit(const std::string& message, std::set<std::string>& commits) {
    const auto text = [&](std::size_t at) { return std::string(message.c_str() + at); };
    if (message[0] == 'P') {  // Parse: name, query
      const std::string name = text(5);
      if (text(5 + name.size() + 1) == "COMMIT") commits.insert(name);
      return false;
    }
    if (message[0] != 'B') return false;  // Bind: portal, statement
    const std::string portal = text(5);
    return commits.contains(text(5 + portal.size() + 1));
  }

  void cut() {
    cut_ = Cut::never;
    ++cuts_;
    if (deaf_after_) deaf_ = true;
  }

  TemporaryFolder folder_;
  const std::string server_socket_;
  int listener_ = -1;
  std::atomic<bool> stopping_ = false;
  std::atomic<bool> deaf_ = false;
  std::atomic<bool> deaf_after_ = false;
  std::atomic<Cut> cut_ = Cut::never;
  std::atomic<int> cuts_ = 0;
  std::thread acceptor_;
  std::vector<std::thread> lines_;  // the acceptor's until it has ended
};

}  // namespace gerbang::store::postgres
