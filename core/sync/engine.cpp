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
}  // namespace

Engine::Engine(boost::asio::any_io_executor executor, Ports ports, EngineOptions options)
    : executor_(std::move(executor)),
      ports_(ports),
      options_(std::move(options)),
      signal_(executor_) {}

Engine::~Engine() = default;

void Engine::wake(const store::Committed& committed) {
  if (committed.shops_with_work.empty()) return;
  boost::asio::post(executor_, [this, shops = committed.shops_with_work] {
    for (const std::string& shop : shops) {
      const auto it = lanes_.find(shop);
      if (it == lanes_.end()) {
        shops_changed_ = true;
        signal_.notify();
      } else {
        it->second.lane->wake();
      }
    }
  });
}

void Engine::stop() {
  boost::asio::post(executor_, [this] {
    stopping_ = true;
    for (auto& [id, running] : lanes_) running.lane->stop();
    for (const auto& end : loop_ends_) end->notify();
    signal_.notify();
  });
}

const ChannelSettings* Engine::settings_of(const std::string& channel) const {
  const auto it = options_.channels.find(channel);
  return it == options_.channels.end() || !it->second.enabled ? nullptr : &it->second;
}

AppBudget& Engine::budget_of(const Connector& connector, const ChannelSettings& settings) {
  auto& budget = budgets_[connector.info().channel];
  if (!budget) budget = std::make_unique<AppBudget>(connector.info(), settings.rate_scale);
  return *budget;
}

awaitable<void> Engine::open_lanes() {
  auto reading = read(*ports_.store, store::ListShops());
  Result<std::vector<store::ShopView>> shops = co_await std::move(reading);
  if (!shops) {
    log::warning("engine.shops_not_read", {{"error", shops.error().describe()}});
    co_return;
  }
  if (stopping_) co_return;  // a lane that is opened now nobody would stop
  shops_changed_ = false;
  std::map<std::string, std::pair<std::int64_t, TimePoint>> waiting;  // by channel
  std::map<std::pair<std::string, std::string>, int> states;
  const TimePoint now = ports_.clock->now();
  for (const store::ShopView& view : *shops) {
    const Shop& shop = view.shop;
    auto& [count, oldest] = waiting.try_emplace(shop.channel, 0, now).first->second;
    count += view.work.waiting;
    if (view.work.oldest && *view.work.oldest < oldest) oldest = *view.work.oldest;
    ++states[{shop.channel, std::string(to_string(shop.state))}];
    if (shop.token_expires_at && shop.sends())
      ports_.metrics->observe_seconds(
          "gerbang_token_life_seconds", "Remaining life of access tokens, sampled.",
          std::chrono::duration<double>(*shop.token_expires_at - now).count(),
          {{"channel", shop.channel}});

    if (shop.state == ShopState::retired || lanes_.contains(shop.id)) continue;
    const Connector* connector = ports_.registry->find(shop.channel);
    const ChannelSettings* settings = settings_of(shop.channel);
    if (!connector || !settings) continue;
    Running& running = lanes_[shop.id];
    running.lane = std::make_unique<Lane>(executor_, ports_, options_, *settings, *connector,
                                          budget_of(*connector, *settings), shop.id);
    boost::asio::co_spawn(executor_, running.lane->run(),
                          [this, id = shop.id](std::exception_ptr failure) {
                            // A lane ends by stop() alone; an exception is a bug of ours.
                            if (failure) invariant_broken("a lane ended by an exception");
                            lanes_.at(id).ended = true;
                            signal_.notify();
                          });
  }
  for (const auto& [channel, value] : waiting) {
    ports_.metrics->set("gerbang_work_waiting", "Work rows that wait.",
                        static_cast<double>(value.first), {{"channel", channel}});
    ports_.metrics->set("gerbang_work_oldest_seconds", "Age of the oldest waiting work.",
                        std::chrono::duration<double>(now - value.second).count(),
                        {{"channel", channel}});
  }
  for (const auto& [key, count] : states)
    ports_.metrics->set("gerbang_shops", "Shops by channel and state.", count,
                        {{"channel", key.first}, {"state", key.second}});
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
    if (!connector->info().can.lost_events || !settings_of(channel)) continue;
    ++loops_;
    loop_ends_.push_back(std::make_unique<Signal>(executor_));
    boost::asio::co_spawn(executor_, lost_events_loop(channel, *loop_ends_.back()), ended);
  }
  ++loops_;
  loop_ends_.push_back(std::make_unique<Signal>(executor_));
  boost::asio::co_spawn(executor_, housekeeping_loop(*loop_ends_.back()), ended);

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
  TimePoint next = ports_.clock->now() + std::chrono::seconds(30);
  while (!stopping_) {
    auto resting = rest(next, end);
    co_await std::move(resting);
    if (stopping_ || ports_.clock->now() < next) continue;
    next = ports_.clock->now() + kTrimInterval;
    for (bool more = true; more && !stopping_;) {
      store::TrimHistory script;
      const std::int64_t limit = script.limit;
      auto trimming = apply(*ports_.store, std::move(script), store::WriteLane::bulk);
      Result<std::int64_t> trimmed = co_await std::move(trimming);
      more = trimmed && *trimmed >= limit;
      if (!trimmed) log::warning("engine.not_trimmed", {{"error", trimmed.error().describe()}});
    }
    auto reading = read(*ports_.store, store::StoreStats());
    Result<store::StoreStats::Answer> stats = co_await std::move(reading);
    if (!stats) continue;
    ports_.metrics->set("gerbang_inbox_unapplied", "Webhooks stored and not applied yet.",
                        static_cast<double>(stats->inbox_unapplied));
    for (const auto& [status, count] : stats->orders_by_status)
      ports_.metrics->set("gerbang_orders", "Orders by status.", static_cast<double>(count),
                          {{"status", status}});
  }
}

awaitable<void> Engine::lost_events_loop(std::string channel, Signal& end) {
  TimePoint next = ports_.clock->now() + std::chrono::seconds(5);
  while (!stopping_) {
    auto resting = rest(next, end);
    co_await std::move(resting);
    if (stopping_ || ports_.clock->now() < next) continue;
    next = ports_.clock->now() + options_.lost_events_interval;
    auto recovering = recover_lost_events(channel);
    co_await std::move(recovering);
  }
}

awaitable<void> Engine::recover_lost_events(std::string channel) {
  const Connector& connector = *ports_.registry->find(channel);
  const ChannelSettings& settings = *settings_of(channel);
  Caller caller(ports_, options_, settings, connector, budget_of(connector, settings), "");
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
      auto receiving =
          apply(*ports_.store, received(channel, body, *events), store::WriteLane::orders);
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
