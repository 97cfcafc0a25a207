#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/connector/connector.hpp"
#include "core/policy/breaker.hpp"
#include "core/policy/limiter.hpp"
#include "core/sync/options.hpp"
#include "core/sync/tenure.hpp"

namespace gerbang::sync {

// The budget that all shops of one app share.
class AppBudget {
 public:
  AppBudget(const ConnectorInfo& info, double rate_scale);
  policy::Limiter* limiter() const { return limiter_.get(); }
  // This node's part of it, one of `parts`.
  void divide(TimePoint now, int parts);

 private:
  std::unique_ptr<policy::Limiter> limiter_;
};

// Carries the exchanges of one shop: deadline → breaker → limiter (every request, not every
// exchange) → transport → record. The only place that turns transport errors into outcomes: after
// the last byte was written a lost answer is indeterminate for a create, transient for anything
// that may be repeated.
class Caller {
 public:
  Caller(const Ports& ports, const EngineOptions& options, const ChannelSettings& channel,
         const Connector& connector, AppBudget& app, std::string shop);

  // `moment`: of the exchange's context.
  template <class T>
  boost::asio::awaitable<Result<T>> drive(Exchange<T> exchange, Moment moment) {
    moment.move_to(ports_.clock->now());
    std::optional<HttpRequest> request = exchange.start();
    for (bool begun = false; request; begun = true) {
      auto performing = perform(std::move(*request), begun);
      Result<HttpResponse> response = co_await std::move(performing);
      if (!response) co_return std::move(response).error();
      moment.move_to(ports_.clock->now());
      request = exchange.reply(std::move(*response));
    }
    Result<T> outcome = exchange.take();
    co_return outcome;
  }

  // No request goes out unless the lease lasts for it: cancelled lease_ending.
  void hold_by(std::shared_ptr<const Tenure> tenure) { tenure_ = std::move(tenure); }
  // How long until the shop may call, whatever for; nothing: now. An urgent call waits less
  // (policy::Limiter).
  std::optional<Duration> wait_for_call(bool urgent) const;
  // Whether what is driven from now on is urgent.
  void hurry(bool urgent) { urgent_ = urgent; }
  // What waits for a free call gives up.
  void stop() { stopping_ = true; }
  // No call before this; a Retry-After holds the whole shop back.
  void pause_until(TimePoint when);
  std::optional<TimePoint> paused_until() const { return paused_until_; }
  // Closed: calls go through. Open: none until the time; then one probe.
  bool open() const;
  std::optional<TimePoint> next_probe() const;

 private:
  boost::asio::awaitable<Result<HttpResponse>> perform(HttpRequest request, bool begun);
  // Waits for a free call; an error when that would take too long or the breaker is open. An
  // exchange that has begun waits longer: given up, it would begin anew with the call that has just
  // come free, and never get to its second.
  boost::asio::awaitable<Result<void>> admit(const std::string& operation, bool begun);
  std::vector<policy::Limiter*> limiters_for(const std::string& operation);
  void record(const std::string& operation, const Result<HttpResponse>& response, TimePoint began);

  const Ports& ports_;
  const EngineOptions& options_;
  const Connector& connector_;
  AppBudget& app_;
  std::string shop_;
  policy::Breaker breaker_;
  std::unique_ptr<policy::Limiter> shop_limiter_;
  std::map<std::string, std::unique_ptr<policy::Limiter>> endpoint_limiters_;
  std::optional<TimePoint> paused_until_;
  std::shared_ptr<const Tenure> tenure_;
  bool stopping_ = false;
  bool urgent_ = false;
};

}  // namespace gerbang::sync
