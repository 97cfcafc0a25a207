#include "core/sync/membership.hpp"

#include <algorithm>

#include "core/base/log.hpp"
#include "core/policy/rendezvous.hpp"
#include "core/sync/await.hpp"

namespace gerbang::sync {

using boost::asio::awaitable;

namespace {
constexpr int kMostRounds = 4;
// A lease is renewed so often in its time that a few lost heartbeats stop nothing.
constexpr int kBeatsPerLease = 6;
constexpr Duration kLeastPause{20};
}  // namespace

Membership::Membership(const Ports& ports, const EngineOptions& options)
    : ports_(ports), options_(options) {
  // There from the start: of a counter that appears as 1 nobody sees the increase.
  ports_.metrics->count("gerbang_node_lost_total",
                        "Times this node counted as dead and began anew.", {}, 0);
  begin_anew();
}

void Membership::begin_anew() {
  if (tenure_) tenure_->end();
  std::function<Duration()> elapsed = options_.node->elapsed;
  if (!elapsed) elapsed = [clock = ports_.clock] { return clock->now().time_since_epoch(); };
  tenure_ = std::make_shared<Tenure>(std::move(elapsed),
                                     options_.request_deadline + options_.node->margin);
  id_ = "node_" + ports_.random->hex(10);
  joined_ = admitted_ = false;
  nodes_.clear();
  serving_.clear();
}

void Membership::learn(std::vector<store::Node> nodes) {
  nodes_ = std::move(nodes);
  living_ = std::max(1, static_cast<int>(nodes_.size()));
  serving_.clear();
  for (const store::Node& n : nodes_) {
    if (n.serves) serving_.push_back(n.id);
  }
  admitted_ = admitted_ || std::all_of(nodes_.begin(), nodes_.end(), [&](const store::Node& n) {
                return n.id == id_ || n.counts >= living_;
              });
  ports_.metrics->set("gerbang_nodes", "Gateways that live on this database, as this one sees it.",
                      living_);
}

awaitable<bool> Membership::beat() {
  for (int round = 0; round < kMostRounds; ++round) {
    store::Heartbeat script;
    script.node = id_;
    script.name = options_.node->name;
    script.lease = options_.node->lease;
    script.counts = joined_ ? living_ : 0;
    script.serves = admitted_ && !leaving_;
    script.join = !joined_;
    const store::Heartbeat said = script;
    const Duration asked_at = tenure_->elapsed();
    auto beating = apply(*ports_.store, std::move(script), store::WriteLane::orders);
    Result<std::vector<store::Node>> nodes = co_await std::move(beating);
    if (!nodes && nodes.error().code == "node_lost") {
      log::warning("node.lost", {{"name", said.node}});
      ports_.metrics->count("gerbang_node_lost_total",
                            "Times this node counted as dead and began anew.");
      begin_anew();
      continue;
    }
    if (!nodes && nodes.error().code == "node_known") {  // the answer to the first one was lost
      joined_ = true;
      continue;
    }
    if (!nodes) {
      log::warning("node.not_heard", {{"error", nodes.error().describe()}});
      co_return false;
    }
    joined_ = true;
    tenure_->renew(asked_at, options_.node->lease);
    learn(std::move(*nodes));
    if (said.counts == living_ && said.serves == (admitted_ && !leaving_)) break;
  }
  co_return true;
}

Duration Membership::until_next(bool answered) const {
  const Duration between = options_.node->lease / kBeatsPerLease;
  if (!answered) return std::clamp<Duration>(between / 2, kLeastPause, std::chrono::seconds(1));
  Duration next = between;
  for (const store::Node& n : nodes_) {
    if (n.id != id_) next = std::min(next, n.left + kLeastPause);
  }
  return next;
}

awaitable<std::vector<store::Lease>> Membership::take(std::vector<std::string> names) {
  std::vector<store::Lease> out;
  if (names.empty() || !may_take()) co_return out;
  store::TakeLeases script;
  script.node = id_;
  script.names = std::move(names);
  auto taking = apply(*ports_.store, std::move(script), store::WriteLane::orders);
  Result<std::vector<store::Lease>> taken = co_await std::move(taking);
  // Lost: the next beat finds out.
  if (!taken) {
    log::warning("node.no_leases", {{"error", taken.error().describe()}});
    co_return out;
  }
  for (store::Lease& lease : *taken) {
    // A new beginning crossed the answer.
    if (lease.node == id_) out.push_back(std::move(lease));
  }
  co_return out;
}

awaitable<bool> Membership::release(std::vector<store::ReleaseLeases::Item> leases) {
  store::ReleaseLeases script;
  script.node = id_;
  script.leases = std::move(leases);
  auto releasing = apply(*ports_.store, std::move(script), store::WriteLane::orders);
  Result<std::int64_t> released = co_await std::move(releasing);
  if (!released) log::warning("node.leases_not_released", {{"error", released.error().describe()}});
  co_return released.ok();
}

awaitable<void> Membership::end() {
  if (!joined_) co_return;
  store::EndNode script;
  script.node = id_;
  auto ending = apply(*ports_.store, std::move(script), store::WriteLane::orders);
  Result<bool> ended = co_await std::move(ending);
  // Its leases run out by themselves.
  if (!ended) log::warning("node.not_ended", {{"error", ended.error().describe()}});
}

bool Membership::wants(const std::string& name) const {
  return admitted_ && policy::owner_of(name, serving_) == id_;
}

}  // namespace gerbang::sync
