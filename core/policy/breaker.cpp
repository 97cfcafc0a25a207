#include "core/policy/breaker.hpp"

#include <algorithm>

namespace gerbang::policy {

namespace {

constexpr std::uint32_t kLeastCalls = 20;
constexpr Duration kOpenFor{30'000};
constexpr Duration kRound{1'000};
constexpr Duration kAskAgain{1'000};  // while answers are out
constexpr std::uint32_t kLastRound = 64;

}  // namespace

bool speaks_against_health(ErrorKind kind) {
  return kind == ErrorKind::transient || kind == ErrorKind::indeterminate;
}

void Breaker::enter(State state, TimePoint now) {
  state_ = state;
  since_ = now;
  ++era_;
  seconds_.fill({});
  probe_out_ = false;
  allowed_ = 1;
  begun_ = 0;
  ended_ = 0;
  round_since_ = now;
}

std::optional<TimePoint> Breaker::open_until() const {
  if (state_ != State::open) return std::nullopt;
  return since_ + kOpenFor;
}

std::optional<Duration> Breaker::wait_for(TimePoint now) const {
  switch (state_) {
    case State::closed:
      return std::nullopt;
    case State::open:
      // The probe. A clock that stepped back must not keep it shut for hours: probe early instead.
      if (now < since_ || now >= since_ + kOpenFor) return std::nullopt;
      return since_ + kOpenFor - now;
    case State::probing:
      if (!probe_out_) return std::nullopt;
      return kAskAgain;
    case State::recovering:
      if (begun_ < allowed_) return std::nullopt;
      if (ended_ < begun_) return kAskAgain;  // the next round waits for the answers of this one
      if (now < round_since_ || now >= round_since_ + kRound) return std::nullopt;
      return round_since_ + kRound - now;
  }
  invariant_broken("a breaker without a state");
}

void Breaker::next_round(TimePoint now) {
  if (begun_ < allowed_) return;
  if (allowed_ >= kLastRound) {
    enter(State::closed, now);
    return;
  }
  allowed_ *= 2;
  begun_ = 0;
  ended_ = 0;
  round_since_ = now;
}

Breaker::Ticket Breaker::begin(TimePoint now) {
  if (state_ == State::open) enter(State::probing, now);
  if (state_ == State::probing) probe_out_ = true;
  if (state_ == State::recovering) {
    next_round(now);
    ++begun_;
  }
  return {era_};
}

void Breaker::end(Ticket ticket, TimePoint now, Outcome outcome) {
  if (ticket.era != era_) return;
  switch (state_) {
    case State::closed:
      if (outcome == Outcome::not_run) return;
      count(now, outcome == Outcome::failure);
      if (too_many_failures(now)) enter(State::open, now);
      return;
    case State::probing:
      if (outcome == Outcome::not_run) {
        probe_out_ = false;
      } else {
        enter(outcome == Outcome::success ? State::recovering : State::open, now);
      }
      return;
    case State::recovering:
      if (outcome == Outcome::failure) {
        enter(State::open, now);
      } else if (outcome == Outcome::success) {
        ++ended_;
      } else {
        --begun_;
      }
      return;
    case State::open:  // begin() leaves this state, so no ticket of it exists
      return;
  }
}

void Breaker::count(TimePoint now, bool failed) {
  const std::int64_t at = to_unix_seconds(now);
  Second& slot = seconds_[static_cast<std::size_t>(at) % kSeconds];
  if (slot.at != at) slot = {at, 0, 0};
  ++slot.calls;
  if (failed) ++slot.failures;
}

bool Breaker::too_many_failures(TimePoint now) const {
  const std::int64_t at = to_unix_seconds(now);
  std::uint32_t calls = 0;
  std::uint32_t failures = 0;
  for (const Second& s : seconds_) {
    if (s.at <= at - static_cast<std::int64_t>(kSeconds) || s.at > at) continue;
    calls += s.calls;
    failures += s.failures;
  }
  return calls >= kLeastCalls && failures * 2 >= calls;
}

}  // namespace gerbang::policy
