#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>

#include "core/base/metrics.hpp"
#include "core/base/random.hpp"
#include "core/base/secret.hpp"
#include "core/base/time.hpp"
#include "core/connector/connector.hpp"
#include "core/store/store.hpp"
#include "core/sync/ports.hpp"

namespace gerbang::sync {

// What the engine works with; all outlive it.
struct Ports {
  store::Store* store = nullptr;
  const Registry* registry = nullptr;
  Transport* transport = nullptr;
  Timers* timers = nullptr;
  const Clock* clock = nullptr;
  Random* random = nullptr;
  Metrics* metrics = nullptr;
  Worker* worker = nullptr;  // nothing: long computations hold the engine's thread
};

// A channel as configured.
struct ChannelSettings {
  App app;
  bool enabled = true;
  double rate_scale = 1.0;  // multiplies the declared limits; for sandboxes
};

// One gateway of several on one database.
struct NodeOptions {
  std::string name;  // for people
  // How long it may be silent before others take its shops; more than request_deadline and margin.
  Duration lease = std::chrono::seconds(60);
  // No call begins unless the lease lasts for request_deadline and this.
  Duration margin = std::chrono::seconds(15);
  // Time that passes, by a clock that nobody sets and that also counts while the machine sleeps;
  // nothing: that of the engine.
  std::function<Duration()> elapsed;
};

struct EngineOptions {
  // Nothing: this gateway is alone on its database, and all shops are its own.
  std::optional<NodeOptions> node;
  std::map<std::string, ChannelSettings> channels;  // by channel name
  Duration poll_interval = std::chrono::minutes(5);
  Duration poll_overlap = std::chrono::minutes(15);
  std::chrono::days sweep{7};
  Duration request_deadline = std::chrono::seconds(20);
  // After an unknown outcome the old request may still arrive: deadline + this.
  Duration settle_wait = std::chrono::seconds(30);
  double refresh_at = 0.75;  // share of an access token's life
  Duration facts_life = std::chrono::hours(24);
  Duration lost_events_interval = std::chrono::minutes(10);
  Duration webhook_check_interval = std::chrono::minutes(15);  // where shops switch them off
  Duration read_back_interval = std::chrono::hours(24);
  // How long somebody waits for a label: the shop may be in the middle of something else.
  Duration label_wait = std::chrono::seconds(30);
  // How often the shops are looked through for gauges; a new shop is seen at its commit.
  Duration rescan_interval = std::chrono::seconds(15);
  Duration shutdown_grace = std::chrono::seconds(8);
  Secret state_key;  // signs the `state` of authorisation links
};

}  // namespace gerbang::sync
