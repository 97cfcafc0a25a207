#include "core/sync/lane.hpp"

#include <algorithm>
#include <boost/asio/experimental/awaitable_operators.hpp>

#include "core/base/crash_point.hpp"
#include "core/base/log.hpp"
#include "core/policy/disposition.hpp"
#include "core/sync/await.hpp"
#include "core/sync/lane_call.hpp"

namespace gerbang::sync {

using boost::asio::awaitable;

Lane::Lane(boost::asio::any_io_executor executor, const Ports& ports, const EngineOptions& options,
           const ChannelSettings& channel, const Connector& connector, AppBudget& app,
           std::string shop)
    : ports_(ports),
      options_(options),
      channel_(channel),
      connector_(connector),
      shop_id_(std::move(shop)),
      caller_(ports, options, channel, connector, app, shop_id_),
      tokens_(ports, options, channel, connector, caller_, shop_id_),
      signal_(executor),
      hurry_(std::move(executor)) {}

namespace {
constexpr int kLooksPerLease = 20;
}

void Lane::stop() {
  stopping_ = true;
  turn_away_asked();
  caller_.stop();
  signal_.notify();
  hurry_.notify();
}

void Lane::hold_by(store::Lease lease, std::shared_ptr<const Tenure> tenure) {
  caller_.hold_by(tenure);
  tokens_.hold_by(lease);
  lease_ = std::move(lease);
  tenure_ = std::move(tenure);
}

void Lane::lose() {
  if (!lost_) log::warning("lane.lost", {{"shop", shop_id_}});
  lost_ = true;
  stop();
}

Duration Lane::unsettled(TimePoint now) const {
  Duration longest{0};
  for (const auto& [key, until] : may_arrive_until_)
    longest = std::max<Duration>(longest, until - now);
  return longest;
}

awaitable<void> Lane::run() {
  while (!stopping_) {
    if (tenure_ && !tenure_->lasts()) {
      // Renewed soon, or lost: until then not a call is begun.
      using namespace boost::asio::experimental::awaitable_operators;
      auto sleeping =
          ports_.timers->sleep_until(ports_.clock->now() + options_.node->lease / kLooksPerLease);
      auto waking = signal_.wait();
      auto either = std::move(sleeping) || std::move(waking);
      co_await std::move(either);
      continue;
    }
    // Of a turn before: a shop that no longer sends would wake for it again and again.
    next_due_.reset();
    auto refreshing = refresh_view();
    Result<void> refreshed = co_await std::move(refreshing);
    bool busy = false;
    if (!refreshed) {
      log::warning("lane.store_unavailable",
                   {{"shop", shop_id_}, {"error", refreshed.error().describe()}});
      next_due_ = ports_.clock->now() + std::chrono::seconds(2);
    } else {
      // One that is asked for, then a turn: who asks all the time delays no order.
      auto answering = answer_asked();
      busy = co_await std::move(answering);
      if (shop_.sends() && channel_.enabled && !stopping_) {
        auto turning = turn();
        const bool worked = co_await std::move(turning);
        busy = busy || worked;
      }
    }
    if (!busy && !stopping_) {
      auto sleeping = sleep();
      co_await std::move(sleeping);
    }
  }
}

awaitable<Result<void>> Lane::refresh_view() {
  store::GetShop query;
  query.shop = shop_id_;
  auto reading = read(*ports_.store, std::move(query));
  Result<store::ShopView> view = co_await std::move(reading);
  if (!view) co_return std::move(view).error();
  const bool first = shop_.id.empty();
  shop_ = std::move(view->shop);
  variants_in_listing_ = view->variants_in_listing;
  review_ = std::move(view->review);
  recovery_ = view->recovery;
  if (!first) co_return Result<void>();

  store::GetOrganisation organisation;
  organisation.id = shop_.organisation;
  auto asking = read(*ports_.store, std::move(organisation));
  Result<Organisation> found = co_await std::move(asking);
  if (!found) co_return std::move(found).error();
  zone_ = found->zone;
  store::LoadJobRuns runs;
  runs.shop = shop_id_;
  auto loading = read(*ports_.store, std::move(runs));
  Result<std::vector<store::JobRun>> loaded = co_await std::move(loading);
  if (!loaded) co_return std::move(loaded).error();
  for (const store::JobRun& run : *loaded) job_runs_[run.job] = run.last_due;
  co_return Result<void>();
}

awaitable<bool> Lane::turn() {
  const TimePoint now = ports_.clock->now();
  // While the channel wants silence, or its breaker is open, nothing is even taken.
  if (const auto paused = caller_.paused_until(); paused && *paused > now) {
    next_due_ = *paused;
    co_return false;
  }
  if (const auto probe = caller_.next_probe(); probe && *probe > now) {
    next_due_ = *probe;
    co_return false;
  }
  auto job = run_due_job();
  const bool ran = co_await std::move(job);
  if (ran) co_return true;
  // A shop's first reading takes hundreds of calls: orders and stock go on between its pages.
  const bool reviewing = review_due(now);
  review_turn_ = reviewing && !review_turn_;
  if (review_turn_) {
    auto stepping = review_step();
    co_await std::move(stepping);
    co_return true;
  }

  store::TakeWork query;
  query.shop = shop_id_;
  query.now = ports_.clock->now();
  const TimePoint asked_at = query.now;
  auto taking = read(*ports_.store, std::move(query));
  Result<store::TakeWork::Answer> taken = co_await std::move(taking);
  if (!taken) {
    next_due_ = ports_.clock->now() + std::chrono::seconds(2);
    co_return false;
  }
  next_due_ = taken->next_due;
  if (review_retry_ && !reviewing && (!next_due_ || *review_retry_ < *next_due_))
    next_due_ = review_retry_;
  std::erase_if(taken->due, [&](const Work& w) {
    const auto open = may_arrive_until_.find({w.aspect, w.subject});
    if (open == may_arrive_until_.end()) return false;
    if (open->second <= asked_at) {
      may_arrive_until_.erase(open);
      return false;
    }
    if (!next_due_ || open->second < *next_due_) next_due_ = open->second;
    return true;
  });
  sort_urgent(taken->due, asked_at);
  std::vector<policy::Waiting> waiting;
  for (const Work& w : taken->due) {
    auto kind = std::find_if(waiting.begin(), waiting.end(), [&](const policy::Waiting& k) {
      return k.aspect == w.aspect && k.urgency == w.urgency;
    });
    if (kind == waiting.end()) {
      waiting.push_back({w.aspect, w.urgency, 0, w.since});
      kind = std::prev(waiting.end());
    }
    ++kind->count;
    kind->oldest = std::min(kind->oldest, w.since);
  }
  if (!waiting.empty()) {
    if (const auto wait = caller_.wait_for_call(turns_.urgent_next(waiting))) {
      auto awaiting = await_call(*wait);
      co_await std::move(awaiting);
      co_return true;
    }
  }
  const auto choice = turns_.choose(waiting);
  if (!choice) {
    // Nothing that is known of is left to be fetched.
    if (recovery_ == store::RecoveryStep::orders) {
      auto advancing = advance_recovery(recovery_);
      if (co_await std::move(advancing)) co_return true;
    }
    co_return reviewing;
  }
  const Aspect aspect = waiting[*choice].aspect;
  const Urgency urgency = waiting[*choice].urgency;

  // The kind whose turn it is leads the batch; others of its aspect fill it up.
  std::vector<Work> due;
  for (Work& w : taken->due) {
    if (w.aspect == aspect) due.push_back(std::move(w));
  }
  std::stable_partition(due.begin(), due.end(),
                        [&](const Work& w) { return w.urgency == urgency; });
  caller_.hurry(policy::is_urgent(aspect, urgency));
  switch (aspect) {
    case Aspect::order_fetch: {
      auto doing = fetch_orders(std::move(due));
      co_await std::move(doing);
      break;
    }
    case Aspect::order_accept:
    case Aspect::order_ship:
    case Aspect::order_cancel: {
      auto doing = act_on_order(std::move(due.front()));
      co_await std::move(doing);
      break;
    }
    case Aspect::stock: {
      auto doing = send_stock(std::move(due));
      co_await std::move(doing);
      break;
    }
    case Aspect::price: {
      auto doing = send_prices(std::move(due));
      co_await std::move(doing);
      break;
    }
    case Aspect::state: {
      auto doing = send_states(std::move(due));
      co_await std::move(doing);
      break;
    }
    case Aspect::content: {
      auto doing = publish(std::move(due.front()));
      co_await std::move(doing);
      break;
    }
  }
  caller_.hurry(false);
  co_return true;
}

void Lane::sort_urgent(std::vector<Work>& due, TimePoint now) {
  std::map<std::pair<Aspect, std::string>, TimePoint> seen;
  for (const Work& w : due) {
    if (w.urgency != Urgency::order) continue;
    std::pair<Aspect, std::string> key(w.aspect, w.subject);
    const auto before = urgent_since_.find(key);
    seen.emplace(std::move(key), before == urgent_since_.end() ? now : before->second);
  }
  urgent_since_ = std::move(seen);
  const auto urgent = std::stable_partition(
      due.begin(), due.end(), [](const Work& w) { return w.urgency == Urgency::order; });
  std::stable_sort(due.begin(), urgent, [this](const Work& a, const Work& b) {
    return urgent_since_.at({a.aspect, a.subject}) < urgent_since_.at({b.aspect, b.subject});
  });
}

awaitable<void> Lane::await_call(Duration wait) {
  using namespace boost::asio::experimental::awaitable_operators;
  // A pause or an open breaker is looked at again meanwhile, and so are jobs that become due.
  constexpr Duration kSlice = std::chrono::seconds(5);
  auto sleeping =
      ports_.timers->sleep_until(ports_.clock->now() + std::min<Duration>(wait, kSlice));
  auto hurrying = hurry_.wait();
  auto either = std::move(sleeping) || std::move(hurrying);
  co_await std::move(either);
}

awaitable<void> Lane::sleep() {
  using namespace boost::asio::experimental::awaitable_operators;
  // A shop that sends nothing waits for a commit alone.
  std::optional<TimePoint> until;
  const auto sooner = [&until](std::optional<TimePoint> t) {
    if (t && (!until || *t < *until)) until = t;
  };
  if (shop_.sends() && channel_.enabled) {
    sooner(next_due_);
    // While the channel wants silence or the breaker is open, a job that is due cannot run: waking
    // for it would be a loop that burns a whole processor until then.
    const TimePoint now = ports_.clock->now();
    const auto held = [now](std::optional<TimePoint> until_then) {
      return until_then && *until_then > now;
    };
    if (!held(caller_.paused_until()) && !held(caller_.next_probe())) sooner(next_job(now));
  } else {
    sooner(next_due_);
  }
  auto waking = signal_.wait();
  if (!until) {
    co_await std::move(waking);
    co_return;
  }
  auto sleeping = ports_.timers->sleep_until(*until);
  auto either = std::move(sleeping) || std::move(waking);
  co_await std::move(either);
}

awaitable<void> Lane::set_state(ShopState state, std::string reason,
                                std::vector<ShopState> only_from) {
  if (shop_.state == state && shop_.reason == reason) co_return;
  store::SetShopState script;
  script.shop = shop_id_;
  script.state = state;
  script.reason = std::move(reason);
  script.only_from = std::move(only_from);
  auto setting = write(std::move(script));
  Result<Shop> set = co_await std::move(setting);
  if (set) {
    shop_ = std::move(*set);
  } else if (set.error().kind != ErrorKind::conflict) {
    log::warning("shop.state_not_set", {{"shop", shop_id_}, {"error", set.error().describe()}});
  }
}

awaitable<void> Lane::heed(const Error* error) {
  const std::vector<ShopState> sending = {ShopState::active, ShopState::throttled,
                                          ShopState::unreachable};
  const TimePoint now = ports_.clock->now();
  if (error == nullptr) {
    if (!caller_.open() &&
        (shop_.state == ShopState::throttled || shop_.state == ShopState::unreachable)) {
      auto setting = set_state(ShopState::active, "", sending);
      co_await std::move(setting);
    }
    co_return;
  }
  if (error->code == "channel_paused")
    co_return;  // our own doing: the caller knows, others may go on
  if (error->kind == ErrorKind::throttled) {
    const Duration wait = std::min<Duration>(error->retry_after.value_or(std::chrono::seconds(1)),
                                             std::chrono::hours(24));
    caller_.pause_until(now + wait);
    if (wait >= std::chrono::seconds(30)) {
      auto setting = set_state(ShopState::throttled, error->code, sending);
      co_await std::move(setting);
    }
  } else if (error->kind == ErrorKind::forbidden || error->kind == ErrorKind::unauthenticated) {
    // The app or the shop itself is barred, or the seller took the consent back: nothing else will
    // go through either.
    auto setting = set_state(ShopState::needs_authorisation, error->code, sending);
    co_await std::move(setting);
  } else if (caller_.open()) {
    auto setting = set_state(ShopState::unreachable, "channel_unreachable", sending);
    co_await std::move(setting);
  }
}

store::Settlement Lane::outcome_of(const Work& work, const std::optional<Error>& error,
                                   TimePoint sent_at, TimePoint now) {
  const std::pair<Aspect, std::string> key(work.aspect, work.subject);
  int throttled = 0;
  if (!error || error->kind != ErrorKind::throttled) {
    throttled_.erase(key);
  } else if (error->code != "channel_paused") {  // not our own doing
    throttled = ++throttled_[key];
  }
  return settlement_of(work, error, sent_at, now, *ports_.random, throttled);
}

awaitable<void> Lane::settle(std::vector<store::Settlement> settlements) {
  if (settlements.empty()) co_return;
  store::SettleWork script;
  script.shop = shop_id_;
  script.settlements = std::move(settlements);
  for (const store::Settlement& s : script.settlements) {
    const auto kind = error_kind_from(s.attempt.outcome);
    if (kind && policy::may_have_arrived(Error(*kind, s.attempt.code)))
      may_arrive_until_[{s.aspect, s.subject}] =
          ports_.clock->now() + policy::DispositionLimits().wait_out;
    ports_.metrics->count("gerbang_work_settled_total", "Attempts by aspect and outcome.",
                          {{"channel", connector_.info().channel},
                           {"aspect", std::string(to_string(s.aspect))},
                           {"outcome", s.attempt.outcome}});
    log::info("attempt.finished", {{"shop", shop_id_},
                                   {"channel", connector_.info().channel},
                                   {"aspect", to_string(s.aspect)},
                                   {"subject", s.subject},
                                   {"revision", s.revision},
                                   {"outcome", s.attempt.outcome},
                                   {"code", s.attempt.code},
                                   {"remote_code", s.attempt.remote_code}});
  }
  GERBANG_CRASH_POINT("sync.before_settle");
  // If this is not stored the work stays as it was and is done again: values are absolute, a create
  // is marked as begun. So a failure here costs a call, never an effect.
  std::vector<store::Settlement> kept;
  if (lease_) kept = script.settlements;
  auto settling = write(std::move(script));
  Result<bool> settled = co_await std::move(settling);
  if (!settled) {
    log::warning("lane.not_settled", {{"shop", shop_id_}, {"error", settled.error().describe()}});
    if (lost_) {
      auto telling = tell_again(std::move(kept));
      co_await std::move(telling);
      co_return;
    }
    auto pausing = ports_.timers->sleep_until(ports_.clock->now() + std::chrono::seconds(1));
    co_await std::move(pausing);
  }
}

awaitable<void> Lane::tell_again(std::vector<store::Settlement> refused) {
  ports_.metrics->count("gerbang_late_results_total",
                        "Results that came after another node had taken the shop.",
                        {{"channel", connector_.info().channel}});
  store::RequestSync script;
  script.shop = shop_id_;
  script.stock = script.price = script.content = false;
  for (const store::Settlement& s : refused) {
    const auto kind = error_kind_from(s.attempt.outcome);
    // Neither arrived nor possibly so: nothing to make good.
    if (kind && !policy::may_have_arrived(Error(*kind, s.attempt.code))) continue;
    script.stock = script.stock || s.aspect == Aspect::stock;
    script.price = script.price || s.aspect == Aspect::price;
    script.content = script.content || s.aspect == Aspect::content;
  }
  if (!script.stock && !script.price && !script.content) co_return;
  // Not in the name of the lease: it is for the node that has the shop now.
  auto requesting = apply(*ports_.store, std::move(script), store::WriteLane::bulk);
  Result<std::int64_t> requested = co_await std::move(requesting);
  if (!requested)  // the nightly one is left
    log::warning("lane.not_told_again",
                 {{"shop", shop_id_}, {"error", requested.error().describe()}});
}

}  // namespace gerbang::sync
