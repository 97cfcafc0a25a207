#pragma once

#include <boost/asio/awaitable.hpp>
#include <mutex>
#include <optional>
#include <string>

#include "core/base/metrics.hpp"
#include "core/base/random.hpp"
#include "core/base/result.hpp"
#include "core/base/time.hpp"
#include "core/base/url.hpp"
#include "core/connector/connector.hpp"
#include "core/model/shop.hpp"
#include "core/store/store.hpp"
#include "gateway/api/auth.hpp"
#include "gateway/api/offload.hpp"
#include "gateway/api/signals.hpp"
#include "gateway/hooks/hooks.hpp"

namespace gerbang::api {

// What the engine does for the seller's consent. Awaited on an edge thread: an implementation that
// lives on another context hops there and back.
class Authoriser {
 public:
  virtual ~Authoriser() = default;
  // Where to send the seller of this shop. Errors: conflict shop_retired; unsupported
  // channel_disabled; rejected with the channel's retired code.
  virtual boost::asio::awaitable<Result<std::string>> authorise_url(Shop shop) = 0;
  // The browser came back to /oauth/{channel}/callback: checks `state`, exchanges the code, stores
  // the tokens. Errors: forbidden state_invalid, state_expired; those of the channel.
  virtual boost::asio::awaitable<Result<Shop>> complete(std::string channel, QueryItems query) = 0;
  // Fixed credentials, where the channel has no consent page: asks the channel whether they are
  // good and stores them. Errors: as sync::Engine::connect.
  virtual boost::asio::awaitable<Result<Shop>> connect(Shop shop, QueryItems credentials) = 0;
};

// Labels, asked of the channel while somebody waits; kept nowhere. Awaited on an edge thread.
class Labels {
 public:
  virtual ~Labels() = default;
  // Answers within half a minute. Errors: as sync::Engine::fetch_label.
  virtual boost::asio::awaitable<Result<ShippingLabel>> fetch(std::string organisation,
                                                              std::string order,
                                                              std::string parcel) = 0;
};

struct ApiOptions {
  // Hex SHA-256 of the host's key for /admin/v1; empty: nobody may.
  std::string admin_key_hash;
  // GET /metrics without a key from 127.0.0.1 and ::1; others need the host's key.
  bool metrics_from_loopback = true;
  // Where POST /admin/v1/backup may write; empty: anywhere, by absolute path.
  std::string backup_directory;
};

// What the handlers work with. All borrowed; thread-safe; outlives the Api.
struct Dependencies {
  store::Store& store;
  const Clock& clock;
  Random& random;
  Metrics& metrics;
  const Registry& registry;
  Signals& signals;  // the composition sends Committed::organisations_with_events to notify()
  hooks::Hooks& hooks;
  Authoriser& authoriser;
  Labels& labels;
};

// Whether the database commits, asked at most once a second however often /readyz is called: it
// needs no credential, and each question costs a sync. Thread-safe.
class Readiness {
 public:
  static constexpr Duration kFresh{1000};

  // The last answer, unless it is older than kFresh or none came yet.
  std::optional<bool> known(TimePoint now) const {
    const std::lock_guard lock(mutex_);
    const bool fresh = ready_ && now >= at_ && now - at_ < kFresh;
    return fresh ? ready_ : std::nullopt;
  }
  void learn(bool ready, TimePoint now) {
    const std::lock_guard lock(mutex_);
    ready_ = ready;
    at_ = now;
  }

 private:
  mutable std::mutex mutex_;
  std::optional<bool> ready_;
  TimePoint at_;
};

// Given to every handler.
struct Services : Dependencies {
  Services(const Dependencies& d, ApiOptions o)
      : Dependencies(d),
        options(std::move(o)),
        authenticator(d.store, d.clock, options.admin_key_hash) {}

  const ApiOptions options;
  Authenticator authenticator;
  Readiness readiness;
  Offload offload;           // for the store's blocking calls
  std::string openapi_text;  // made once from the route table
  std::string docs_page;
};

}  // namespace gerbang::api
