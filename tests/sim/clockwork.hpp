#pragma once

#include <boost/asio/io_context.hpp>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <tuple>

#include "core/base/random.hpp"
#include "core/base/time.hpp"
#include "core/sync/ports.hpp"

// Virtual time. Everything that happens later is an event; events of the same moment happen in an
// order that the seed decides.
namespace gerbang::sim {

class Clockwork {
 public:
  explicit Clockwork(TimePoint start, std::uint64_t seed) : clock(start), random_(seed) {}

  using Id = std::tuple<TimePoint, std::uint64_t, std::uint64_t>;  // when, lot, number
  Id at(TimePoint when, std::function<void()> what) {
    const Id id{std::max(when, clock.now()), random_.next(), ++last_};
    events_.emplace(id, std::move(what));
    return id;
  }
  Id after(Duration wait, std::function<void()> what) {
    return at(clock.now() + wait, std::move(what));
  }
  void cancel(const Id& id) { events_.erase(id); }

  // The next event, with the clock moved to it. False: there is none.
  bool run_next() {
    if (events_.empty()) return false;
    const auto first = events_.begin();
    clock.set(std::get<0>(first->first));
    const std::function<void()> what = std::move(first->second);
    events_.erase(first);
    what();
    return true;
  }
  std::optional<TimePoint> next() const {
    if (events_.empty()) return std::nullopt;
    return std::get<0>(events_.begin()->first);
  }
  TimePoint now() const { return clock.now(); }

  ManualClock clock;

 private:
  SeededRandom random_;
  std::uint64_t last_ = 0;
  std::map<Id, std::function<void()>> events_;
};

// A clock that is off by a constant: each marketplace has its own.
class OffClock final : public Clock {
 public:
  OffClock(const Clock& real, Duration off) : real_(real), off_(off) {}
  TimePoint now() const override { return real_.now() + off_; }
  TimePoint real(TimePoint shown) const { return shown - off_; }

 private:
  const Clock& real_;
  const Duration off_;
};

// An event that is cancelled when its owner goes.
class Alarm {
 public:
  Alarm(Clockwork& clockwork, TimePoint when, std::function<void()> what)
      : clockwork_(clockwork), id_(clockwork.at(when, std::move(what))) {}
  ~Alarm() { clockwork_.cancel(id_); }
  Alarm(const Alarm&) = delete;
  Alarm& operator=(const Alarm&) = delete;

 private:
  Clockwork& clockwork_;
  const Clockwork::Id id_;
};

class SimTimers final : public sync::Timers {
 public:
  SimTimers(boost::asio::io_context& context, Clockwork& clockwork)
      : context_(context), clockwork_(clockwork) {}
  boost::asio::awaitable<void> sleep_until(TimePoint when) override;

 private:
  boost::asio::io_context& context_;
  Clockwork& clockwork_;
};

}  // namespace gerbang::sim
