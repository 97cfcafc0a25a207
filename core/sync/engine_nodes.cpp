// One node of several: which shops and jobs are ours, and what becomes of them.
#include <boost/asio/experimental/awaitable_operators.hpp>

#include "core/base/log.hpp"
#include "core/sync/await.hpp"
#include "core/sync/engine.hpp"

namespace gerbang::sync {

using boost::asio::awaitable;

awaitable<void> Engine::membership_loop() {
  using namespace boost::asio::experimental::awaitable_operators;
  while (!stopping_) {
    const std::string before = membership_->id();
    auto beating = membership_->beat();
    const bool answered = co_await std::move(beating);
    if (membership_->id() != before) {
      // We counted as dead: nothing of what we held is ours.
      for (auto& [id, running] : lanes_) running.lane->lose();
      job_leases_.clear();
    }
    for (auto& [channel, budget] : budgets_)
      budget->divide(ports_.clock->now(), membership_->living());
    shops_changed_ = true;
    signal_.notify();
    if (stopping_) break;
    auto sleeping =
        ports_.timers->sleep_until(ports_.clock->now() + membership_->until_next(answered));
    auto waking = nodes_changed_->wait();  // stop() wakes it too
    auto either = std::move(sleeping) || std::move(waking);
    co_await std::move(either);
  }
  // Others need not wait for what we give back from now on.
  membership_->leave();
  auto leaving = membership_->beat();
  co_await std::move(leaving);
}

awaitable<bool> Engine::hand_over() {
  std::vector<store::ReleaseLeases::Item> back;
  std::vector<std::string> ended;
  const TimePoint now = ports_.clock->now();
  for (const auto& [id, running] : lanes_) {
    if (!running.ended) continue;
    ended.push_back(id);
    const auto& lease = running.lane->lease();
    if (!running.lane->lost() && lease && lease->node == membership_->id())
      back.push_back({lease->name, lease->epoch, running.lane->unsettled(now)});
  }
  for (const auto& [job, lease] : job_leases_) {
    if ((stopping_ || !membership_->wants(job)) && !busy_jobs_.contains(job))
      back.push_back({job, lease.epoch, Duration(0)});
  }
  if (!back.empty()) {
    auto releasing = membership_->release(back);
    // Not stored: they stay ended, and ours, until it is.
    if (!co_await std::move(releasing)) co_return false;
  }
  for (const std::string& id : ended) lanes_.erase(id);
  for (const auto& item : back) job_leases_.erase(item.name);
  ports_.metrics->set("gerbang_node_leases", "Shops that this node serves.",
                      static_cast<double>(lanes_.size()));
  co_return true;
}

awaitable<void> Engine::share_out(std::vector<Shop> shops) {
  auto handing = hand_over();
  co_await std::move(handing);
  known_shops_.clear();
  std::map<std::string, const Shop*> wanted;
  std::vector<std::string> names;
  for (const Shop& shop : shops) {
    known_shops_.insert(shop.id);
    if (!can_serve(shop)) continue;
    const auto running = lanes_.find(shop.id);
    const bool ours = membership_->wants(shop.id);
    if (running != lanes_.end()) {
      // It ends after the exchange in flight; then it is handed over.
      if (!ours && !running->second.lane->stopping()) running->second.lane->stop();
    } else if (ours) {
      wanted.emplace(shop.id, &shop);
      names.push_back(shop.id);
    }
  }
  for (const std::string& job : jobs_) {
    if (!job_leases_.contains(job) && membership_->wants(job)) names.push_back(job);
  }
  if (names.empty() || stopping_) co_return;
  auto taking = membership_->take(std::move(names));
  std::vector<store::Lease> taken = co_await std::move(taking);
  // Stopped, they are free when the node ends; and after a pause they may be others' by now: asked
  // for again after the next beat.
  if (stopping_ || !membership_->may_take()) co_return;
  for (store::Lease& lease : taken) {
    // We counted as dead meanwhile, and are another.
    if (lease.node != membership_->id()) continue;
    const auto shop = wanted.find(lease.name);
    if (shop == wanted.end()) {
      job_leases_[lease.name] = std::move(lease);
    } else if (!lanes_.contains(lease.name)) {
      log::info("lane.taken", {{"shop", lease.name}});
      open_lane(*shop->second, std::move(lease));
    }
  }
  ports_.metrics->set("gerbang_node_leases", "Shops that this node serves.",
                      static_cast<double>(lanes_.size()));
}

bool Engine::has_job(const std::string& job) const {
  return !membership_ || (job_leases_.contains(job) && membership_->tenure()->lasts());
}

std::optional<store::Lease> Engine::lease_of_job(const std::string& job) const {
  const auto found = job_leases_.find(job);
  if (found == job_leases_.end()) return std::nullopt;
  return found->second;
}

bool Engine::shows(const Shop& shop) const {
  if (!membership_) return true;
  return can_serve(shop) ? lanes_.contains(shop.id) : has_job("@housekeeping");
}

}  // namespace gerbang::sync
