#include "gateway/http/resolver.hpp"

#include <netdb.h>
#include <sys/socket.h>

#include <atomic>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <mutex>
#include <thread>

namespace gerbang::http {

namespace asio = boost::asio;

namespace {

constexpr int kMostThreads = 32;

Error failed(std::string detail) {
  return Error(ErrorKind::transient, "dns_failed", std::move(detail));
}

Result<std::vector<std::string>> system_lookup(const std::string& host) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_ADDRCONFIG;
  addrinfo* found = nullptr;
  const int rc = ::getaddrinfo(host.c_str(), nullptr, &hints, &found);
  if (rc != 0) return failed(::gai_strerror(rc));
  const std::unique_ptr<addrinfo, void (*)(addrinfo*)> owner(found, &::freeaddrinfo);
  std::vector<std::string> out;
  for (const addrinfo* a = found; a != nullptr; a = a->ai_next) {
    char text[NI_MAXHOST];
    if (::getnameinfo(a->ai_addr, a->ai_addrlen, text, sizeof text, nullptr, 0, NI_NUMERICHOST) ==
        0)
      out.emplace_back(text);
  }
  return out;
}

}  // namespace

struct Resolver::Waiting {
  explicit Waiting(asio::io_context& context) : done(context) {}
  asio::steady_timer done;  // cancelled when the answer is in
  std::optional<Result<std::vector<std::string>>> answer;
};

// How a look-up's thread reaches a context that may be gone by then.
struct Resolver::Mailbox {
  std::mutex mutex;
  asio::io_context* context = nullptr;  // null once the resolver is gone
  std::atomic<int> threads{0};
};

Resolver::Resolver(asio::io_context& context, Lookup lookup)
    : context_(context),
      lookup_(lookup ? std::move(lookup) : Lookup(system_lookup)),
      mailbox_(std::make_shared<Mailbox>()) {
  mailbox_->context = &context;
}

Resolver::~Resolver() {
  const std::lock_guard lock(mailbox_->mutex);
  mailbox_->context = nullptr;
}

void Resolver::cancel() {
  for (Waiting* w : waiting_) w->done.cancel();
}

asio::awaitable<Result<std::vector<asio::ip::address>>> Resolver::resolve(
    std::string host, Steady::time_point deadline) {
  std::vector<asio::ip::address> out;
  ErrorCode ec;
  if (const auto literal = asio::ip::make_address(host, ec); !ec) {
    out.push_back(literal);
    co_return out;
  }
  if (mailbox_->threads.fetch_add(1) >= kMostThreads) {
    mailbox_->threads.fetch_sub(1);
    co_return failed("too many look-ups under way");
  }
  auto waiting = std::make_shared<Waiting>(context_);
  waiting->done.expires_at(deadline);
  std::thread([lookup = lookup_, host, mailbox = mailbox_, weak = std::weak_ptr(waiting)] {
    auto answer = lookup(host);
    const std::lock_guard lock(mailbox->mutex);
    mailbox->threads.fetch_sub(1);
    if (mailbox->context == nullptr) return;
    asio::post(*mailbox->context, [weak, answer = std::move(answer)]() mutable {
      if (const auto w = weak.lock()) {
        w->answer = std::move(answer);
        w->done.cancel();
      }
    });
  }).detach();

  waiting_.insert(waiting.get());
  struct Leave {
    std::set<Waiting*>& all;
    Waiting* mine;
    ~Leave() { all.erase(mine); }
  } leave{waiting_, waiting.get()};
  co_await waiting->done.async_wait(asio::redirect_error(asio::use_awaitable, ec));
  if (!waiting->answer) co_return failed("no answer in time");
  if (!*waiting->answer) co_return waiting->answer->error();
  for (const std::string& text : **waiting->answer) {
    const auto address = asio::ip::make_address(text, ec);
    if (!ec) out.push_back(address);
  }
  if (out.empty()) co_return failed("no address");
  co_return out;
}

}  // namespace gerbang::http
