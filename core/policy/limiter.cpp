#include "core/policy/limiter.hpp"

#include <algorithm>
#include <cmath>

#include "core/base/error.hpp"

namespace gerbang::policy {

namespace {

constexpr double kUsed = 0.8;  // of what is published
constexpr double kLeastShare = 0.1;
constexpr double kRecovery = 0.05;   // per quiet minute
constexpr double kWhole = 1 - 1e-9;  // a token, but for rounding
constexpr double kEarly = 2;         // calls ahead of their time
constexpr double kStretch = 1.1;     // of the channel's time, for calls ahead of theirs
// Where more may go in one `per` than this, the next one is never far away.
constexpr double kMostRemembered = 64;

Duration stretched(Duration per) {
  return Duration(
      static_cast<Duration::rep>(std::ceil(static_cast<double>(per.count()) * kStretch)));
}

// A bucket lets capacity + rate × per through in one `per`. The rate takes 80 % of the calls, so
// 20 % are left for the capacity; one call at a time is always inside, see the test.
double capacity_of(const Rate& r) {
  const double capacity =
      r.burst > r.calls ? kUsed * r.burst : std::min(kUsed * r.burst, (1 - kUsed) * r.calls);
  return std::max(1.0, std::floor(capacity));
}

}  // namespace

Limiter::Limiter(Rate published)
    : rate_per_ms_(kUsed * published.calls / static_cast<double>(published.per.count())),
      capacity_(capacity_of(published)),
      tokens_(capacity_),
      published_(published),
      bucket_(published.burst > published.calls),
      published_tokens_(published.burst) {
  ensure(published.calls > 0 && published.per > Duration::zero(), "a rate of nothing");
  if (published.calls <= kMostRemembered) window_ = static_cast<std::size_t>(published.calls);
}

void Limiter::set_part(TimePoint now, double part) {
  ensure(part > 0 && part <= 1, "a part of a limit that is none");
  if (part == part_) return;
  part_ = part;
  shared_until_ = part < 1 ? TimePoint::max() : now + stretched(published_.per);
  const Rate ours{published_.calls * part, published_.per, published_.burst * part};
  const double before = tokens(now);
  const bool used = filled_at_.has_value();
  rate_per_ms_ = kUsed * ours.calls / static_cast<double>(ours.per.count());
  capacity_ = capacity_of(ours);
  // One whole call in the bucket of each is more than the limit leaves for buckets: then the rates
  // give way.
  const double room = ours.calls - capacity_;
  if (part < 1 && room > 0)
    rate_per_ms_ = std::min(rate_per_ms_, room / static_cast<double>(ours.per.count()));
  tokens_ = used ? std::min(before, capacity_) : capacity_;
  if (filled_at_) filled_at_ = std::max(*filled_at_, now);
}

double Limiter::share(TimePoint now) const {
  if (now <= share_since_) return share_;
  const auto minutes = std::chrono::floor<std::chrono::minutes>(now - share_since_).count();
  return std::min(1.0, share_ + kRecovery * static_cast<double>(minutes));
}

double Limiter::rate_per_ms(TimePoint now) const {
  return rate_per_ms_ * share(now);
}

double Limiter::tokens(TimePoint now) const {
  if (!filled_at_ || now <= *filled_at_) return tokens_;  // the clock may step back
  const double gained = rate_per_ms(now) * static_cast<double>((now - *filled_at_).count());
  return std::min(capacity_, tokens_ + gained);
}

double Limiter::published_tokens(TimePoint now) const {
  if (!filled_at_ || now <= *filled_at_) return published_tokens_;
  const double per_ms = published_.calls / (static_cast<double>(published_.per.count()) * kStretch);
  return std::min(published_.burst,
                  published_tokens_ + per_ms * static_cast<double>((now - *filled_at_).count()));
}

std::optional<Duration> Limiter::early_in(TimePoint now) const {
  if (shared_until_ && now < *shared_until_) return std::nullopt;
  if ((!bucket_ && window_ < 2) || published_.burst < 1 || share(now) < 1) return std::nullopt;
  const auto until = [](double missing, double per_ms) {
    return Duration(missing <= 1e-9 ? 0 : static_cast<Duration::rep>(std::ceil(missing / per_ms)));
  };
  const double per = static_cast<double>(published_.per.count()) * kStretch;
  Duration wait = std::max(until(1 - kEarly - tokens(now), rate_per_ms(now)),
                           until(1 - published_tokens(now), published_.calls / per));
  if (!bucket_ && recent_.size() >= window_) {
    const TimePoint left = recent_[recent_.size() - window_] + stretched(published_.per);
    wait = std::max(wait, left - now);
  }
  return wait;
}

std::optional<Duration> Limiter::wait_for(TimePoint now, bool early) const {
  if (paused_until_ && now < *paused_until_) return *paused_until_ - now;
  const double have = tokens(now);
  if (have >= kWhole) return std::nullopt;
  const auto ms = static_cast<Duration::rep>(std::ceil((1 - have) / rate_per_ms(now)));
  const Duration wait = std::max(Duration(1), Duration(ms));
  if (!early) return wait;
  const auto sooner = early_in(now);
  if (!sooner || *sooner >= wait) return wait;
  if (*sooner <= Duration(0)) return std::nullopt;
  return sooner;
}

void Limiter::take(TimePoint now) {
  published_tokens_ = published_tokens(now) - 1;
  tokens_ = tokens(now) - 1;
  filled_at_ = filled_at_ ? std::max(*filled_at_, now) : now;
  if (bucket_ || window_ == 0) return;
  recent_.push_back(*filled_at_);
  if (recent_.size() > window_) recent_.pop_front();
}

void Limiter::pause_until(TimePoint until) {
  if (paused_until_ && until <= *paused_until_) return;
  paused_until_ = until;
  tokens_ = std::min(tokens_, 1.0);
  published_tokens_ = std::min(published_tokens_, 1.0);
  filled_at_ = until;  // what would have gathered meanwhile is not a burst for later
}

void Limiter::refused(TimePoint now, std::optional<Duration> retry_after) {
  if (retry_after) {
    pause_until(now + *retry_after);
    return;
  }
  share_ = std::max(kLeastShare, share(now) / 2);
  share_since_ = now;
  tokens_ = std::min(tokens(now), 0.0);
  published_tokens_ = std::min(published_tokens(now), 0.0);
  filled_at_ = filled_at_ ? std::max(*filled_at_, now) : now;
}

}  // namespace gerbang::policy
