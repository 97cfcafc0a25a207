#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <cstddef>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>

namespace gerbang::api {

// Who waits for events of which organisation. The store's on_commit listener calls notify(); long
// polls wait. Thread-safe; the number of waiters is bounded, over all and per organisation, so that
// one organisation cannot take all the places.
//
//   auto place = signals.join(organisation, executor);   // before the first read: no lost wake-up
//   while (nothing there yet) if (!co_await place->wait_until(deadline)) break;
class Signals {
 public:
  struct Limits {
    std::size_t total = 1000;
    std::size_t per_organisation = 32;
  };
  Signals() : Signals(Limits()) {}
  explicit Signals(Limits limits) : limits_(limits) {}

  // A place in the queue, given back by its destruction. Used from one executor only, the one given
  // to join(), which must run one handler at a time.
  class Place {
   public:
    ~Place();
    Place(const Place&) = delete;
    Place& operator=(const Place&) = delete;

    // True: something was committed since join() or since the last wait ended. False: `deadline`
    // has passed or the hub is closed.
    boost::asio::awaitable<bool> wait_until(std::chrono::steady_clock::time_point deadline);

   private:
    friend class Signals;
    struct Bell;
    Place(Signals& hub, std::string organisation, std::shared_ptr<Bell> bell)
        : hub_(hub), organisation_(std::move(organisation)), bell_(std::move(bell)) {}
    Signals& hub_;
    std::string organisation_;
    std::shared_ptr<Bell> bell_;
  };

  // Nothing when all places are taken or the hub is closed.
  std::unique_ptr<Place> join(const std::string& organisation,
                              boost::asio::any_io_executor executor);

  void notify(const std::set<std::string>& organisations);
  // Anything may have been committed for anybody.
  void notify_all();
  // Ends all waits and refuses new ones: shutdown.
  void close();

  std::size_t waiting() const;

 private:
  using Bell = Place::Bell;
  void leave(const std::string& organisation, const std::shared_ptr<Bell>& bell);

  const Limits limits_;
  mutable std::mutex mutex_;
  std::map<std::string, std::set<std::shared_ptr<Bell>>> waiters_;
  std::size_t count_ = 0;
  bool closed_ = false;
};

}  // namespace gerbang::api
