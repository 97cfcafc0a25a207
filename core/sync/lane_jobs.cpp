// What recurs in a lane: polling for orders, and the shop's schedule.
#include <algorithm>

#include "core/base/log.hpp"
#include "core/policy/backoff.hpp"
#include "core/policy/schedule.hpp"
#include "core/sync/await.hpp"
#include "core/sync/lane_call.hpp"
#include "core/sync/paging.hpp"

namespace gerbang::sync {

using boost::asio::awaitable;

namespace {

constexpr const char* kPoll = "poll";
constexpr const char* kWebhooks = "webhooks";
constexpr const char* kRecovery = "recovery";

// The jobs that every shop has, at hours when shops are quiet, unless its own schedule says else.
std::vector<ScheduleRule> default_schedule(const EngineOptions& options) {
  return {
      {"order_sweep", {2 * 60 + 30}, std::nullopt},
      {"read_back",
       {},
       std::chrono::duration_cast<std::chrono::minutes>(options.read_back_interval)},
      {"stock_sync", {4 * 60}, std::nullopt},
  };
}

std::vector<ScheduleRule> rules_of(const Shop& shop, const EngineOptions& options,
                                   const Capabilities& can) {
  std::vector<ScheduleRule> rules = shop.schedule;
  if (can.shop_webhooks) {
    const auto every =
        std::chrono::duration_cast<std::chrono::minutes>(options.webhook_check_interval);
    rules.push_back({kWebhooks, {}, every});
  }
  for (ScheduleRule& rule : default_schedule(options)) {
    const bool own = std::any_of(rules.begin(), rules.end(),
                                 [&](const ScheduleRule& r) { return r.job == rule.job; });
    if (!own) rules.push_back(std::move(rule));
  }
  return rules;
}

}  // namespace

std::optional<TimePoint> Lane::next_job(TimePoint now) const {
  TimePoint next = not_before(kPoll, next_poll_.value_or(now));
  if (recovery_ == store::RecoveryStep::listings) next = std::min(next, not_before(kRecovery, now));
  for (const ScheduleRule& rule : rules_of(shop_, options_, connector_.info().can)) {
    const policy::ScheduleDue due = policy::schedule_due(rule, zone_, last_due(rule.job), now);
    next = std::min(next, not_before(rule.job, due.missed ? now : due.next));
  }
  return next;
}

TimePoint Lane::not_before(const std::string& job, TimePoint when) const {
  const auto retry = job_retries_.find(job);
  return retry == job_retries_.end() ? when : std::max(when, retry->second.not_before);
}

TimePoint Lane::last_due(const std::string& job) const {
  const auto last = job_runs_.find(job);
  if (last != job_runs_.end()) return last->second;
  // A new shop's webhooks are made at once.
  return job == kWebhooks ? shop_.created_at - options_.webhook_check_interval : shop_.created_at;
}

awaitable<bool> Lane::run_due_job() {
  const TimePoint now = ports_.clock->now();
  Result<void> done;
  std::string job;
  if (not_before(kPoll, next_poll_.value_or(now)) <= now) {
    job = kPoll;
    const TimePoint from =
        shop_.orders_polled_to.value_or(shop_.created_at) - options_.poll_overlap;
    auto polling = poll_orders(from, now);
    Result<void> polled = co_await std::move(polling);
    done = std::move(polled);
    if (done) {
      next_poll_ = now + options_.poll_interval;
      store::AdvancePoll script;
      script.shop = shop_id_;
      script.polled_to = now;
      auto advancing = write(std::move(script));
      Result<bool> advanced = co_await std::move(advancing);
      if (!advanced) done = std::move(advanced).error();
    }
  } else if (recovery_ == store::RecoveryStep::listings && not_before(kRecovery, now) <= now) {
    job = kRecovery;
    auto reading = read_back_after_restore();
    Result<void> read_result = co_await std::move(reading);
    done = std::move(read_result);
  } else {
    std::optional<TimePoint> due;
    for (const ScheduleRule& rule : rules_of(shop_, options_, connector_.info().can)) {
      if (not_before(rule.job, now) > now) continue;
      due = policy::schedule_due(rule, zone_, last_due(rule.job), now).missed;
      if (due) {
        job = rule.job;
        break;
      }
    }
    if (!due) co_return false;
    if (job == "order_sweep") {
      auto sweeping = poll_orders(std::max(now - options_.sweep, shop_.created_at), now);
      Result<void> swept = co_await std::move(sweeping);
      done = std::move(swept);
    } else if (job == "read_back") {
      auto reading = read_back();
      Result<void> read_result = co_await std::move(reading);
      done = std::move(read_result);
    } else if (job == kWebhooks) {
      auto keeping = keep_webhooks();
      co_await std::move(keeping);
    } else if (job == "stock_sync") {
      store::RequestSync script;
      script.shop = shop_id_;
      auto requesting = write(std::move(script), store::WriteLane::bulk);
      Result<std::int64_t> requested = co_await std::move(requesting);
      if (!requested) done = std::move(requested).error();
    }
    if (done) {
      store::RecordJobRun script;
      script.shop = shop_id_;
      script.job = job;
      script.due = *due;
      auto recording = write(std::move(script));
      Result<bool> recorded = co_await std::move(recording);
      if (recorded) job_runs_[job] = *due;
      if (!recorded) done = std::move(recorded).error();
    }
  }

  ports_.metrics->count("gerbang_jobs_total", "Recurring jobs by outcome.",
                        {{"channel", connector_.info().channel},
                         {"job", job},
                         {"outcome", done ? "done" : std::string(to_string(done.error().kind))}});
  if (done) {
    job_retries_.erase(job);
  } else {
    log::warning("job.failed",
                 {{"shop", shop_id_}, {"name", job}, {"error", done.error().describe()}});
    JobRetry& retry = job_retries_[job];
    retry.not_before = ports_.clock->now() + policy::backoff(++retry.failures, *ports_.random);
  }
  co_return true;
}

awaitable<Result<void>> Lane::read_back_after_restore() {
  auto reading = read_back();
  Result<void> done = co_await std::move(reading);
  // What a channel cannot tell nobody waits for.
  if (!done && done.error().kind != ErrorKind::unsupported) co_return done;
  auto advancing = advance_recovery(store::RecoveryStep::listings);
  co_await std::move(advancing);
  co_return Result<void>();
}

awaitable<bool> Lane::advance_recovery(store::RecoveryStep done) {
  store::AdvanceRecovery script;
  script.shop = shop_id_;
  script.done = done;
  auto applying = write(std::move(script));
  Result<bool> advanced = co_await std::move(applying);
  if (!advanced)
    log::warning("recovery.not_advanced",
                 {{"shop", shop_id_}, {"error", advanced.error().describe()}});
  co_return advanced&&* advanced;
}

// Webhooks are hints: that they could not be looked at holds nothing else up, and is tried again at
// the next time.
awaitable<void> Lane::keep_webhooks() {
  Make<WebhookUpkeep> make = [this](CallContext context) {
    return connector_.ensure_webhooks(std::move(context));
  };
  auto calling = call<WebhookUpkeep>(std::move(make));
  Result<WebhookUpkeep> kept = co_await std::move(calling);
  const std::string& channel = connector_.info().channel;
  if (!kept) {
    log::warning("webhooks.not_kept", {{"shop", shop_id_}, {"error", kept.error().describe()}});
    ports_.metrics->count("gerbang_webhook_upkeep_total", "What was done to shops' webhooks.",
                          {{"channel", channel}, {"what", "failed"}});
    co_return;
  }
  for (const auto& [what, count] : {std::pair{"created", kept->created},
                                    {"repaired", kept->repaired},
                                    {"removed", kept->removed}}) {
    if (count == 0) continue;
    ports_.metrics->count("gerbang_webhook_upkeep_total", "What was done to shops' webhooks.",
                          {{"channel", channel}, {"what", what}}, static_cast<double>(count));
    log::info("webhooks.kept", {{"shop", shop_id_}, {"name", what}, {"count", count}});
  }
}

awaitable<Result<void>> Lane::poll_orders(TimePoint from, TimePoint to) {
  const auto widest = std::chrono::days(
      static_cast<int>(std::max<std::size_t>(connector_.info().limits.order_page_days, 1)));
  // A second at the far end covers clocks that count whole seconds.
  const TimePoint end = to + std::chrono::seconds(1);
  for (TimePoint start = from; start < end; start += widest) {
    OrderWindow window;
    window.from = start;
    window.to = std::min<TimePoint>(start + widest, end);
    for (PageTrail trail;;) {
      Make<OrderPage> make = [this, window](CallContext context) {
        return connector_.list_orders(std::move(context), window);
      };
      auto calling = call<OrderPage>(std::move(make));
      Result<OrderPage> listed = co_await std::move(calling);
      if (!listed) co_return std::move(listed).error();
      if (!listed->orders.empty()) {
        store::IngestOrders script;
        script.shop = shop_id_;
        script.orders = std::move(listed->orders);
        auto ingesting = write(std::move(script), store::WriteLane::orders);
        Result<store::IngestOrders::Answer> ingested = co_await std::move(ingesting);
        if (!ingested) co_return std::move(ingested).error();
      }
      if (!listed->external_ids.empty()) {
        store::WantOrders script;
        script.shop = shop_id_;
        script.external_ids = std::move(listed->external_ids);
        auto wanting = write(std::move(script), store::WriteLane::orders);
        Result<std::int64_t> wanted = co_await std::move(wanting);
        if (!wanted) co_return std::move(wanted).error();
      }
      if (listed->next.empty()) break;
      if (Result<void> on = trail.go_on(listed->next); !on) co_return std::move(on).error();
      window.cursor = std::move(listed->next);
    }
  }
  co_return Result<void>();
}

awaitable<Result<void>> Lane::read_back() {
  std::string cursor;
  for (PageTrail trail;;) {
    const TimePoint began = ports_.clock->now();
    Make<ListingPage> make = [this, cursor](CallContext context) {
      return connector_.read_listings(std::move(context), cursor);
    };
    auto calling = call<ListingPage>(std::move(make));
    Result<ListingPage> read_page = co_await std::move(calling);
    if (!read_page) co_return std::move(read_page).error();
    store::ObserveListings script;
    script.shop = shop_id_;
    script.read_began = began;
    for (const RemoteListing& l : read_page->listings)
      script.items.push_back({l.remote_product, l.remote_variant, l.stock, l.price, l.listed});
    if (!script.items.empty()) {
      auto observing = write(std::move(script), store::WriteLane::bulk);
      Result<std::int64_t> drifted = co_await std::move(observing);
      if (!drifted) co_return std::move(drifted).error();
      if (*drifted > 0)
        ports_.metrics->count("gerbang_drift_total", "Listings found different from what was sent.",
                              {{"channel", connector_.info().channel}},
                              static_cast<double>(*drifted));
    }
    if (read_page->next.empty()) co_return Result<void>();
    if (Result<void> on = trail.go_on(read_page->next); !on) co_return std::move(on).error();
    cursor = std::move(read_page->next);
  }
}

}  // namespace gerbang::sync
