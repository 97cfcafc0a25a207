#include "core/sync/caller.hpp"

#include "core/base/log.hpp"
#include "core/base/url.hpp"

namespace gerbang::sync {

using boost::asio::awaitable;

namespace {

policy::Rate rate_of(const RateLimit& limit, double scale) {
  return policy::Rate{limit.calls * scale, limit.per, limit.burst * scale};
}

// A Retry-After beyond that is a mistake; without one a little silence is due all the same.
constexpr Duration kMostPause = std::chrono::hours(24);
constexpr Duration kLeastPause = std::chrono::seconds(1);

// Longer than this in one's own bucket is a matter for the lane's schedule, not for a sleep: before
// an exchange, and in the middle of one.
constexpr Duration kLongestWait = std::chrono::seconds(20);
constexpr Duration kLongestWaitBegun = std::chrono::minutes(1);
// A stop is noticed within this; shorter than the grace that a shutdown gives.
constexpr Duration kSlice = std::chrono::seconds(5);

}  // namespace

AppBudget::AppBudget(const ConnectorInfo& info, double rate_scale) {
  for (const RateLimit& limit : info.limits.rates) {
    if (limit.scope == RateLimit::Scope::app)
      limiter_ = std::make_unique<policy::Limiter>(rate_of(limit, rate_scale));
  }
}

void AppBudget::divide(TimePoint now, int parts) {
  if (limiter_) limiter_->set_part(now, 1.0 / parts);
}

Caller::Caller(const Ports& ports, const EngineOptions& options, const ChannelSettings& channel,
               const Connector& connector, AppBudget& app, std::string shop)
    : ports_(ports), options_(options), connector_(connector), app_(app), shop_(std::move(shop)) {
  for (const RateLimit& limit : connector.info().limits.rates) {
    if (limit.scope == RateLimit::Scope::shop)
      shop_limiter_ = std::make_unique<policy::Limiter>(rate_of(limit, channel.rate_scale));
    if (limit.scope == RateLimit::Scope::endpoint)
      endpoint_limiters_[limit.operation] =
          std::make_unique<policy::Limiter>(rate_of(limit, channel.rate_scale));
  }
}

void Caller::pause_until(TimePoint when) {
  if (!paused_until_ || *paused_until_ < when) paused_until_ = when;
}

bool Caller::open() const {
  return breaker_.state() == policy::Breaker::State::open;
}

std::optional<TimePoint> Caller::next_probe() const {
  return breaker_.open_until();
}

std::vector<policy::Limiter*> Caller::limiters_for(const std::string& operation) {
  std::vector<policy::Limiter*> out;
  if (app_.limiter()) out.push_back(app_.limiter());
  if (shop_limiter_) out.push_back(shop_limiter_.get());
  if (const auto it = endpoint_limiters_.find(operation); it != endpoint_limiters_.end())
    out.push_back(it->second.get());
  return out;
}

std::optional<Duration> Caller::wait_for_call(bool urgent) const {
  const TimePoint now = ports_.clock->now();
  std::optional<Duration> wait;
  for (const policy::Limiter* limiter : {app_.limiter(), shop_limiter_.get()}) {
    if (limiter) wait = std::max(wait, limiter->wait_for(now, urgent));
  }
  return wait;
}

awaitable<Result<void>> Caller::admit(const std::string& operation, bool begun) {
  for (;;) {
    const TimePoint now = ports_.clock->now();
    if (paused_until_ && *paused_until_ > now)
      co_return Error(ErrorKind::throttled, "channel_paused", "the channel asked us to wait")
          .after(*paused_until_ - now);
    Duration wait{0};
    if (const auto held = breaker_.wait_for(now)) {
      if (breaker_.state() == policy::Breaker::State::open)
        co_return Error(ErrorKind::transient, "channel_unreachable", "the breaker is open")
            .after(*held);
      wait = *held;
    }
    const std::vector<policy::Limiter*> limiters = limiters_for(operation);
    for (const policy::Limiter* limiter : limiters)
      wait = std::max(wait, limiter->wait_for(now, urgent_).value_or(Duration(0)));
    if (wait.count() == 0) {
      for (policy::Limiter* limiter : limiters) limiter->take(now);
      co_return Result<void>();
    }
    if (stopping_) co_return Error(ErrorKind::cancelled, "cancelled", "the lane is being stopped");
    if (wait > (begun ? kLongestWaitBegun : kLongestWait))
      co_return Error(ErrorKind::throttled, "channel_paused", "no call is free").after(wait);
    auto sleeping = ports_.timers->sleep_until(now + std::min<Duration>(wait, kSlice));
    co_await std::move(sleeping);
  }
}

awaitable<Result<HttpResponse>> Caller::perform(HttpRequest request, bool begun) {
  const std::string operation = request.operation;
  const Effect effect = request.effect;
  const bool channel_call = request.trust != Trust::tenant;
  if (channel_call) {
    auto admitting = admit(operation, begun);
    Result<void> admitted = co_await std::move(admitting);
    if (!admitted) co_return std::move(admitted).error();
  }
  // Last of all: the wait for a free call may have been long.
  if (tenure_ && !tenure_->lasts())
    co_return Error(ErrorKind::cancelled, "lease_ending", "the lease may end before the answer");
  const TimePoint began = ports_.clock->now();
  const policy::Breaker::Ticket ticket =
      channel_call ? breaker_.begin(began) : policy::Breaker::Ticket{};
  auto sending = ports_.transport->send(std::move(request), began + options_.request_deadline);
  Result<HttpResponse> response = co_await std::move(sending);
  const TimePoint now = ports_.clock->now();

  if (channel_call) {
    const bool failed = !response || response->status >= 500;
    const bool not_run = !response && response.error().kind == ErrorKind::cancelled;
    breaker_.end(ticket, now,
                 not_run  ? policy::Breaker::Outcome::not_run
                 : failed ? policy::Breaker::Outcome::failure
                          : policy::Breaker::Outcome::success);
    if (response && response->status == 429) {
      ports_.metrics->count("gerbang_channel_throttled_total",
                            "Requests that a channel refused for their rate.",
                            {{"channel", connector_.info().channel}});
      auto wait = retry_after(*response, now);
      if (wait) wait = std::min<Duration>(*wait, kMostPause);
      for (policy::Limiter* limiter : limiters_for(operation)) limiter->refused(now, wait);
      pause_until(now + std::max(wait.value_or(kLeastPause), kLeastPause));
    }
  }
  record(operation, response, began);
  if (response) co_return response;

  Error error = std::move(response).error();
  // A lost answer to something that may be repeated is no more than a failed call; policy still
  // waits the old request out (may_have_arrived looks at the code).
  if (error.kind == ErrorKind::indeterminate && effect != Effect::create)
    error.kind = ErrorKind::transient;
  co_return error;
}

void Caller::record(const std::string& operation, const Result<HttpResponse>& response,
                    TimePoint began) {
  const double seconds = std::chrono::duration<double>(ports_.clock->now() - began).count();
  const std::string outcome =
      response ? std::to_string(response->status / 100) + "xx" : std::string(response.error().code);
  ports_.metrics->count(
      "gerbang_channel_requests_total", "Requests to the channels.",
      {{"channel", connector_.info().channel}, {"operation", operation}, {"outcome", outcome}});
  ports_.metrics->observe_seconds("gerbang_channel_request_seconds", "Time to an answer.", seconds,
                                  {{"channel", connector_.info().channel}});
  log::debug("channel.called", {{"shop", shop_},
                                {"channel", connector_.info().channel},
                                {"operation", operation},
                                {"outcome", outcome},
                                {"duration_ms", static_cast<std::int64_t>(seconds * 1000)}});
}

}  // namespace gerbang::sync
