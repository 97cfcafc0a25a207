#include "core/sync/engine.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/post.hpp>

#include "core/base/log.hpp"
#include "core/connector/redact.hpp"
#include "core/sync/await.hpp"
#include "core/sync/inbox.hpp"

namespace gerbang::sync {

using boost::asio::awaitable;

namespace {
constexpr Duration kTrimInterval = std::chrono::minutes(10);
constexpr ShopState kShopStates[] = {
    ShopState::needs_authorisation, ShopState::active, ShopState::throttled,
    ShopState::unreachable,         ShopState::paused, ShopState::retired};
constexpr OrderStatus kOrderStatuses[] = {
    OrderStatus::pending,          OrderStatus::paid,     OrderStatus::accepted,
    OrderStatus::cancel_requested, OrderStatus::shipped,  OrderStatus::delivered,
    OrderStatus::completed,        OrderStatus::returned, OrderStatus::cancelled};
constexpr Duration kStatsInterval = std::chrono::minutes(1);
// The leases of jobs for all; no shop has such an id.
const std::string kHousekeeping = "@housekeeping";
const std::string kLostEvents = "@lost_events/";
}  // namespace

Engine::Engine(boost::asio::any_io_executor executor, Ports ports, EngineOptions options)
    : executor_(std::move(executor)),
      ports_(ports),
      options_(std::move(options)),
      signal_(executor_) {
  if (!options_.node) return;
  ensure(options_.node->lease > options_.request_deadline + options_.node->margin,
         "a lease is too short for a call");
  membership_ = std::make_unique<Membership>(ports_, options_);
  nodes_changed_ = std::make_unique<Signal>(executor_);
}

Engine::~Engine() = default;

void Engine::wake(const store::Committed& committed) {
  if (committed.shops_with_work.empty() && !committed.everything && !committed.nodes) return;
  boost::asio::post(executor_, [this, committed] {
    if (committed.nodes && nodes_changed_) nodes_changed_->notify();
    if (committed.everything) {
      for (auto& [id, running] : lanes_) running.lane->wake(true);
      shops_changed_ = true;
      signal_.notify();
    }
    for (const std::string& shop : committed.shops_with_work) {
      const auto it = lanes_.find(shop);
      if (it == lanes_.end()) {
        if (known_shops_.contains(shop)) continue;  // another node's
        shops_changed_ = true;
        signal_.notify();
      } else {
        it->second.lane->wake(committed.shops_in_a_hurry.contains(shop));
      }
    }
  });
}

void Engine::stop() {
  boost::asio::post(executor_, [this] {
    stopping_ = true;
    for (auto& [id, running] : lanes_) running.lane->stop();
    for (const auto& end : loop_ends_) end->notify();
    if (nodes_changed_) nodes_changed_->notify();
    signal_.notify();
  });
}

const ChannelSettings* Engine::settings_of(const std::string& channel) const {
  const auto it = options_.channels.find(channel);
  return it == options_.channels.end() || !it->second.enabled ? nullptr : &it->second;
}

AppBudget& Engine::budget_of(const Connector& connector, const ChannelSettings& settings) {
  auto& budget = budgets_[connector.info().channel];
  if (!budget) {
    budget = std::make_unique<AppBudget>(connector.info(), settings.rate_scale);
    if (membership_) budget->divide(ports_.clock->now(), membership_->living());
  }
  return *budget;
}

bool Engine::can_serve(const Shop& shop) const {
  return shop.state != ShopState::retired && ports_.registry->find(shop.channel) &&
         settings_of(shop.channel);
}

void Engine::open_lane(const Shop& shop, std::optional<store::Lease> lease) {
  const Connector& connector = *ports_.registry->find(shop.channel);
  const ChannelSettings& settings = *settings_of(shop.channel);
  Running& running = lanes_[shop.id];
  running.lane = std::make_unique<Lane>(executor_, ports_, options_, settings, connector,
                                        budget_of(connector, settings), shop.id);
  if (lease) running.lane->hold_by(std::move(*lease), membership_->tenure());
  boost::asio::co_spawn(executor_, running.lane->run(),
                        [this, id = shop.id](std::exception_ptr failure) {
                          // A lane ends by stop() alone; an exception is a bug of ours.
                          if (failure) invariant_broken("a lane ended by an exception");
                          lanes_.at(id).ended = true;
                          if (membership_) shops_changed_ = true;
                          signal_.notify();
                        });
}

awaitable<void> Engine::open_lanes() {
  auto reading = read(*ports_.store, store::ListShops());
  Result<std::vector<store::ShopView>> shops = co_await std::move(reading);
  if (!shops) {
    log::warning("engine.shops_not_read", {{"error", shops.error().describe()}});
    // Asked again by whoever calls, but not at once.
    auto pausing = ports_.timers->sleep_until(ports_.clock->now() + std::chrono::seconds(1));
    co_await std::move(pausing);
    co_return;
  }
  if (stopping_) co_return;  // a lane that is opened now nobody would stop
  shops_changed_ = false;
  show_shops(*shops);
  if (membership_) {
    std::vector<Shop> all;
    for (store::ShopView& view : *shops) all.push_back(std::move(view.shop));
    auto sharing = share_out(std::move(all));
    co_await std::move(sharing);
    co_return;
  }
  for (const store::ShopView& view : *shops) {
    if (can_serve(view.shop) && !lanes_.contains(view.shop.id)) open_lane(view.shop, std::nullopt);
  }
}

void Engine::show_shops(const std::vector<store::ShopView>& shops) {
  struct Sums {
    std::int64_t waiting = 0;
    std::int64_t parked = 0;
    std::int64_t recovering = 0;
    TimePoint oldest;
  };
  std::map<std::string, Sums> channels;
  const TimePoint now = ports_.clock->now();
  for (auto& [key, count] : shops_shown_) count = 0;
  for (const store::ShopView& view : shops) {
    const Shop& shop = view.shop;
    if (!shows(shop)) continue;
    const auto [found, first] = channels.try_emplace(shop.channel, Sums{0, 0, 0, now});
    Sums& sums = found->second;
    // Every state, so that an alert sees the first shop that falls into one.
    if (first) {
      for (const ShopState state : kShopStates)
        shops_shown_.try_emplace({shop.channel, std::string(to_string(state))}, 0);
    }
    ++shops_shown_[{shop.channel, std::string(to_string(shop.state))}];
    if (shop.state == ShopState::retired) continue;  // its work is frozen for good
    sums.waiting += view.work.waiting;
    sums.parked += view.work.parked;
    sums.recovering += view.recovery == store::RecoveryStep::none ? 0 : 1;
    // What waits for a person is no delay of ours: it shows in the states of the shops.
    if (shop.sends() && view.work.oldest && *view.work.oldest < sums.oldest)
      sums.oldest = *view.work.oldest;
    if (shop.token_expires_at && shop.sends())
      ports_.metrics->observe_seconds(
          "gerbang_token_life_seconds", "Remaining life of access tokens, sampled.",
          std::chrono::duration<double>(*shop.token_expires_at - now).count(),
          {{"channel", shop.channel}});
  }
  for (const auto& [channel, sums] : channels) {
    const Metrics::Labels labels = {{"channel", channel}};
    ports_.metrics->set("gerbang_work_waiting", "Work rows that wait.",
                        static_cast<double>(sums.waiting), labels);
    ports_.metrics->set("gerbang_work_parked", "Work rows that wait for a person.",
                        static_cast<double>(sums.parked), labels);
    ports_.metrics->set("gerbang_work_oldest_seconds",
                        "Age of the oldest waiting work of shops that are spoken to.",
                        std::chrono::duration<double>(now - sums.oldest).count(), labels);
    ports_.metrics->set("gerbang_shops_recovering",
                        "Shops of a restored database that were not read again yet.",
                        static_cast<double>(sums.recovering), labels);
  }
  for (const auto& [key, count] : shops_shown_)
    ports_.metrics->set("gerbang_shops", "Shops by channel and state.", count,
                        {{"channel", key.first}, {"state", key.second}});
}

void Engine::show_stats(const store::StoreStats::Answer& stats) {
  ports_.metrics->set("gerbang_inbox_unapplied", "Webhooks stored and not applied yet.",
                      static_cast<double>(stats.inbox_unapplied));
  ports_.metrics->set("gerbang_orders_short", "Orders that wait for stock which is not there.",
                      static_cast<double>(stats.orders_short));
  ports_.metrics->set("gerbang_stock_doubted",
                      "Stock levels of a restored database that have to be counted.",
                      static_cast<double>(stats.doubted_items));
  for (const OrderStatus status : kOrderStatuses) orders_shown_[std::string(to_string(status))] = 0;
  for (const auto& [status, count] : stats.orders_by_status) orders_shown_[status] = count;
  for (const auto& [status, count] : orders_shown_)
    ports_.metrics->set("gerbang_orders", "Orders by status.", static_cast<double>(count),
                        {{"status", status}});
}

awaitable<void> Engine::run() {
  using namespace boost::asio::experimental::awaitable_operators;
  const auto ended = [this](std::exception_ptr failure) {
    if (failure) invariant_broken("a background loop ended by an exception");
    --loops_;
    signal_.notify();
  };
  for (const Connector* connector : ports_.registry->all()) {
    const std::string channel = connector->info().channel;
    // Counters that are there from the start: of one that appears as 1 nobody sees the increase.
    if (settings_of(channel)) {
      ports_.metrics->count("gerbang_channel_throttled_total",
                            "Requests that a channel refused for their rate.",
                            {{"channel", channel}}, 0);
      ports_.metrics->count("gerbang_drift_total", "Listings found different from what was sent.",
                            {{"channel", channel}}, 0);
    }
    if (!connector->info().can.lost_events || !settings_of(channel)) continue;
    jobs_.insert(kLostEvents + channel);
    ++loops_;
    loop_ends_.push_back(std::make_unique<Signal>(executor_));
    boost::asio::co_spawn(executor_, lost_events_loop(channel, *loop_ends_.back()), ended);
  }
  ++loops_;
  loop_ends_.push_back(std::make_unique<Signal>(executor_));
  boost::asio::co_spawn(executor_, housekeeping_loop(*loop_ends_.back()), ended);
  jobs_.insert(kHousekeeping);
  if (membership_) {
    ++loops_;
    boost::asio::co_spawn(executor_, membership_loop(), ended);
  }

  while (!stopping_) {
    auto opening = open_lanes();
    co_await std::move(opening);
    auto sleeping = ports_.timers->sleep_until(ports_.clock->now() + options_.rescan_interval);
    auto waking = signal_.wait();
    auto either = std::move(sleeping) || std::move(waking);
    if (!shops_changed_ && !stopping_) co_await std::move(either);
  }
  // Lanes end after the exchange in flight; what they were doing is still in the store.
  const TimePoint latest = ports_.clock->now() + options_.shutdown_grace;
  for (;;) {
    std::size_t alive = static_cast<std::size_t>(loops_);
    for (const auto& [id, running] : lanes_) alive += running.ended ? 0 : 1;
    if (membership_) {
      auto handing = hand_over();
      const bool handed = co_await std::move(handing);
      // What still runs keeps its lease until that runs out.
      if (alive == 0 && handed) {
        auto ending = membership_->end();
        co_await std::move(ending);
      }
    }
    if (alive == 0 || ports_.clock->now() >= latest) break;
    auto sleeping = ports_.timers->sleep_until(
        std::min(latest, ports_.clock->now() + std::chrono::milliseconds(200)));
    auto waking = signal_.wait();
    auto either = std::move(sleeping) || std::move(waking);
    co_await std::move(either);
  }
}

awaitable<void> Engine::rest(TimePoint until, Signal& end) {
  using namespace boost::asio::experimental::awaitable_operators;
  auto sleeping = ports_.timers->sleep_until(until);
  auto ending = end.wait();
  auto either = std::move(sleeping) || std::move(ending);
  co_await std::move(either);
}

awaitable<void> Engine::housekeeping_loop(Signal& end) {
  TimePoint next_trim = ports_.clock->now() + std::chrono::seconds(30);
  while (!stopping_) {
    if (has_job(kHousekeeping)) {
      auto reading = read(*ports_.store, store::StoreStats());
      Result<store::StoreStats::Answer> stats = co_await std::move(reading);
      if (stats) show_stats(*stats);
    } else {
      show_stats({});  // another node shows them
    }
    const TimePoint next = std::min(next_trim, ports_.clock->now() + kStatsInterval);
    while (!stopping_ && ports_.clock->now() < next) {
      auto resting = rest(next, end);
      co_await std::move(resting);
    }
    if (stopping_ || ports_.clock->now() < next_trim) continue;
    next_trim = ports_.clock->now() + kTrimInterval;
    for (bool more = has_job(kHousekeeping); more && !stopping_;) {
      store::Fenced<store::TrimHistory> script{{}, lease_of_job(kHousekeeping)};
      const std::int64_t limit = script.script.limit;
      auto trimming = apply(*ports_.store, std::move(script), store::WriteLane::bulk);
      Result<std::int64_t> trimmed = co_await std::move(trimming);
      more = trimmed && *trimmed >= limit;
      if (!trimmed) log::warning("engine.not_trimmed", {{"error", trimmed.error().describe()}});
    }
  }
}

awaitable<void> Engine::lost_events_loop(std::string channel, Signal& end) {
  TimePoint next = ports_.clock->now() + std::chrono::seconds(5);
  while (!stopping_) {
    auto resting = rest(next, end);
    co_await std::move(resting);
    if (stopping_ || ports_.clock->now() < next) continue;
    next = ports_.clock->now() + options_.lost_events_interval;
    const std::string job = kLostEvents + channel;
    if (!has_job(job)) continue;
    busy_jobs_.insert(job);
    auto recovering = recover_lost_events(channel);
    co_await std::move(recovering);
    busy_jobs_.erase(job);
  }
}

awaitable<void> Engine::recover_lost_events(std::string channel) {
  const Connector& connector = *ports_.registry->find(channel);
  const ChannelSettings& settings = *settings_of(channel);
  Caller caller(ports_, options_, settings, connector, budget_of(connector, settings), "");
  const std::optional<store::Lease> lease = lease_of_job(kLostEvents + channel);
  if (membership_) caller.hold_by(membership_->tenure());
  for (int round = 0; round < 100 && !stopping_; ++round) {
    CallContext context;
    context.app = settings.app;
    context.now = ports_.clock->now();
    context.nonce = ports_.random->hex(16);
    Exchange<LostEvents> reading = connector.read_lost_events(context);
    auto driving = caller.drive(std::move(reading), context.now);
    Result<LostEvents> lost = co_await std::move(driving);
    redact(lost, context);
    if (!lost) {
      log::warning("lost_events.not_read",
                   {{"channel", channel}, {"error", lost.error().describe()}});
      co_return;
    }
    for (const std::string& body : lost->bodies) {
      const Result<std::vector<HookEvent>> events = connector.read_event(body);
      if (!events) {
        log::warning("lost_events.unreadable",
                     {{"channel", channel}, {"error", events.error().describe()}});
        continue;
      }
      store::Fenced<store::ReceiveWebhook> script{received(channel, body, *events), lease};
      auto receiving = apply(*ports_.store, std::move(script), store::WriteLane::orders);
      Result<bool> stored = co_await std::move(receiving);
      if (!stored) co_return;  // not confirmed: they come again
    }
    if (lost->confirm.empty() || lost->bodies.empty()) co_return;
    // Stored first, confirmed after.
    Exchange<Ack> confirming = connector.confirm_lost_events(context, lost->confirm);
    auto carrying = caller.drive(std::move(confirming), context.now);
    Result<Ack> confirmed = co_await std::move(carrying);
    ports_.metrics->count("gerbang_lost_events_total", "Webhooks recovered from the channel.",
                          {{"channel", channel}}, static_cast<double>(lost->bodies.size()));
    if (!confirmed || !lost->more) co_return;
  }
}

}  // namespace gerbang::sync
