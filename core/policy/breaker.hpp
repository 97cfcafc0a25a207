#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "core/base/error.hpp"
#include "core/base/time.hpp"

namespace gerbang::policy {

// Whether a failed call speaks against the other side's health: it did not answer, or not sensibly.
// A refusal (4xx, throttled) is an answer.
bool speaks_against_health(ErrorKind kind);

// Circuit breaker of one channel endpoint or shop. Opens when at least 20 calls ended within 30 s
// and half or more of them failed; after 30 s lets one probe through; when that succeeds recovers
// in rounds of 1, 2, 4 … 64 calls, each at least a second long and begun when all calls of the last
// one have succeeded, then is closed. A failure on the way opens it again. A pure function of
// `now`; not thread-safe. Ask the breaker before the limiter.
class Breaker {
 public:
  enum class State { closed, open, probing, recovering };
  struct Ticket {
    std::uint64_t era = 0;
  };
  enum class Outcome { success, failure, not_run };  // not_run: cancelled, or never sent

  // Nothing: a call may begin. Else how long to wait before asking again.
  std::optional<Duration> wait_for(TimePoint now) const;
  // Every begun call must be ended. Results of calls that began before the breaker last changed its
  // state are not counted: they tell of another time.
  Ticket begin(TimePoint now);
  void end(Ticket ticket, TimePoint now, Outcome outcome);

  State state() const { return state_; }
  std::optional<TimePoint> open_until() const;

 private:
  struct Second {
    std::int64_t at = -1;  // unix time
    std::uint32_t calls = 0;
    std::uint32_t failures = 0;
  };
  static constexpr std::size_t kSeconds = 30;

  void enter(State state, TimePoint now);
  void next_round(TimePoint now);
  void count(TimePoint now, bool failed);
  bool too_many_failures(TimePoint now) const;

  State state_ = State::closed;
  std::uint64_t era_ = 0;  // rises with every change of state
  TimePoint since_;
  std::array<Second, kSeconds> seconds_{};  // ring, by unix second
  bool probe_out_ = false;
  std::uint32_t allowed_ = 1;  // calls of the present round
  std::uint32_t begun_ = 0;
  std::uint32_t ended_ = 0;
  TimePoint round_since_;
};

}  // namespace gerbang::policy
