#pragma once

#include <deque>
#include <optional>

#include "core/base/time.hpp"

namespace gerbang::policy {

// A published limit of a channel.
struct Rate {
  double calls = 1;  // per `per`
  Duration per{1'000};
  double burst = 1;  // how many may come at once
};

// Token bucket for one limit (of an app, a shop or an endpoint), 20 % below what is published and
// slower while the channel complains. A pure function of `now`; not thread-safe.
//
// Whatever the channel really counts, a window or a bucket, we stay inside: in any stretch of
// `per` at most `calls` calls go out. Only when the published burst is greater than `calls`, which
// makes it a bucket, 80 % of the burst may come at once.
//
// A call that must not wait (`early`: an order, a stock that fell) may go up to two calls ahead of
// its time, out of the 20 % that are kept back: it still stays inside what is published, with a
// tenth of the time to spare for requests that overtake each other on their way, and every other
// call waits so much longer, so over time the rate is the same. Not while the channel complains.
class Limiter {
 public:
  explicit Limiter(Rate published);

  // Nothing: a call may go out now, then take() it. Else how long to wait before asking again.
  // Ask every limiter a call counts for before taking from any.
  std::optional<Duration> wait_for(TimePoint now, bool early = false) const;
  void take(TimePoint now);

  // No call before `until` (Retry-After); afterwards one call, then the normal rate. An earlier
  // `until` than the present one changes nothing.
  void pause_until(TimePoint until);

  // The channel refused a call for its rate. With a Retry-After: pause. Without: the rate is
  // halved, down to 10 % of the normal one; each minute without a refusal gives 5 % back.
  void refused(TimePoint now, std::optional<Duration> retry_after);

  // From now on this much of the limit is ours, 0–1; the rest is others'. The parts of all together
  // stay inside the limit, as long as it has a call for each. While others have a part, and until
  // what they may have sent is past, nothing goes ahead of its time.
  void set_part(TimePoint now, double part);

  // Share of the normal rate in use, 0.1–1.
  double share(TimePoint now) const;
  std::optional<TimePoint> paused_until() const { return paused_until_; }

 private:
  double rate_per_ms(TimePoint now) const;
  double tokens(TimePoint now) const;
  double published_tokens(TimePoint now) const;
  // How long until a call may go ahead of its time; nothing: it may not.
  std::optional<Duration> early_in(TimePoint now) const;

  double rate_per_ms_;  // at full share
  double capacity_;
  double tokens_;
  std::optional<TimePoint> filled_at_;  // tokens_ is as of then; nothing: not used yet, full
  // What the channel itself counts, with room to spare, for calls ahead of their time alone.
  Rate published_;
  bool bucket_ = false;     // else a window: `recent_` are its last calls, at most `window_`
  std::size_t window_ = 0;  // 0: too many to remember, nothing goes early
  std::deque<TimePoint> recent_;
  double published_tokens_;
  double part_ = 1;
  std::optional<TimePoint> shared_until_;  // others send, or sent, what we do not know of
  std::optional<TimePoint> paused_until_;
  double share_ = 1;  // as of share_since_
  TimePoint share_since_;
};

}  // namespace gerbang::policy
