#pragma once

#include <boost/asio/awaitable.hpp>
#include <map>
#include <string>

#include "core/base/metrics.hpp"
#include "core/base/time.hpp"
#include "core/connector/connector.hpp"
#include "core/store/store.hpp"

// Webhooks of the marketplaces: /hooks/{channel}[/…].
//
// The connector verifies the raw bytes and fails closed. What it verified is stored and committed
// in the orders lane, then answered 200 with an empty body: marketplaces take anything else for a
// failure and repeat. Nothing is processed here; the lane of the shop reads the order itself.
namespace gerbang::hooks {

class Hooks {
 public:
  // Borrowed, but for `apps`: our partner accounts by channel. A channel without one has no
  // webhooks here.
  Hooks(store::Store& store, const Registry& registry, const Clock& clock, Metrics& metrics,
        std::map<std::string, App> apps)
      : store_(store),
        registry_(registry),
        clock_(clock),
        metrics_(metrics),
        apps_(std::move(apps)) {}

  // Errors: not_found channel_unknown; unauthenticated webhook_unverified (only counted, neither
  // stored nor logged); invalid webhook_malformed (signed, but not readable); the store's.
  boost::asio::awaitable<Result<HttpResponse>> receive(std::string channel, InboundRequest request);

 private:
  store::Store& store_;
  const Registry& registry_;
  const Clock& clock_;
  Metrics& metrics_;
  const std::map<std::string, App> apps_;
};

}  // namespace gerbang::hooks
