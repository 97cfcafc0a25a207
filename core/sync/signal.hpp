#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace gerbang::sync {

// Wakes one waiting coroutine. A notify() without a waiter is kept for the next wait(). Not
// thread-safe: everything runs on the engine's one thread.
class Signal {
 public:
  explicit Signal(boost::asio::any_io_executor executor)
      : timer_(std::move(executor), boost::asio::steady_timer::time_point::max()) {}

  void notify() {
    set_ = true;
    timer_.cancel();
  }

  boost::asio::awaitable<void> wait() {
    if (!set_) {
      auto waiting = timer_.async_wait(boost::asio::as_tuple(boost::asio::use_awaitable));
      co_await std::move(waiting);
    }
    set_ = false;
  }

 private:
  boost::asio::steady_timer timer_;
  bool set_ = false;
};

}  // namespace gerbang::sync
