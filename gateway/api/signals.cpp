#include "gateway/api/signals.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <utility>
#include <vector>

namespace gerbang::api {

// Touched on its executor only; other threads post to it.
struct Signals::Place::Bell {
  explicit Bell(boost::asio::any_io_executor e) : executor(std::move(e)), timer(executor) {}

  static void ring(const std::shared_ptr<Bell>& bell, bool closing) {
    boost::asio::post(bell->executor, [bell, closing] {
      bell->rung = true;
      bell->closed = bell->closed || closing;
      bell->timer.cancel();
    });
  }

  boost::asio::any_io_executor executor;
  boost::asio::steady_timer timer;
  bool rung = false;
  bool closed = false;
};

Signals::Place::~Place() {
  hub_.leave(organisation_, bell_);
}

boost::asio::awaitable<bool> Signals::Place::wait_until(
    std::chrono::steady_clock::time_point deadline) {
  if (!bell_->rung && !bell_->closed) {
    bell_->timer.expires_at(deadline);
    boost::system::error_code woken;
    auto token = boost::asio::redirect_error(boost::asio::use_awaitable, woken);
    co_await bell_->timer.async_wait(token);
  }
  co_return std::exchange(bell_->rung, false) && !bell_->closed;
}

std::unique_ptr<Signals::Place> Signals::join(const std::string& organisation,
                                              boost::asio::any_io_executor executor) {
  const std::lock_guard lock(mutex_);
  if (closed_ || count_ >= limits_.total) return nullptr;
  auto& bells = waiters_[organisation];
  if (bells.size() >= limits_.per_organisation) return nullptr;
  auto bell = std::make_shared<Bell>(std::move(executor));
  bells.insert(bell);
  ++count_;
  return std::unique_ptr<Place>(new Place(*this, organisation, std::move(bell)));
}

void Signals::leave(const std::string& organisation, const std::shared_ptr<Bell>& bell) {
  const std::lock_guard lock(mutex_);
  const auto found = waiters_.find(organisation);
  if (found == waiters_.end() || found->second.erase(bell) == 0) return;
  --count_;
  if (found->second.empty()) waiters_.erase(found);
}

void Signals::notify(const std::set<std::string>& organisations) {
  const std::lock_guard lock(mutex_);
  for (const std::string& organisation : organisations) {
    const auto found = waiters_.find(organisation);
    if (found == waiters_.end()) continue;
    for (const auto& bell : found->second) Bell::ring(bell, false);
  }
}

void Signals::notify_all() {
  const std::lock_guard lock(mutex_);
  for (const auto& [organisation, bells] : waiters_) {
    for (const auto& bell : bells) Bell::ring(bell, false);
  }
}

void Signals::close() {
  const std::lock_guard lock(mutex_);
  closed_ = true;
  for (const auto& [organisation, bells] : waiters_) {
    for (const auto& bell : bells) Bell::ring(bell, true);
  }
}

std::size_t Signals::waiting() const {
  const std::lock_guard lock(mutex_);
  return count_;
}

}  // namespace gerbang::api
