#pragma once

#include <memory>
#include <string>

#include "core/connector/connector.hpp"
#include "core/sync/caller.hpp"
#include "core/sync/options.hpp"

namespace gerbang::sync {

// The tokens of one shop. Refreshes ahead of expiry; a new pair is stored before it is used. There
// is one keeper per shop and its lane is one coroutine, under one lease over all nodes, so one
// refresh runs at a time; the version check of SaveTokens guards against every other writer. A
// refresh without a clear answer is tried again with the old pair, at growing distance; only the
// channel's refusal asks for the seller.
class TokenKeeper {
 public:
  TokenKeeper(const Ports& ports, const EngineOptions& options, const ChannelSettings& channel,
              const Connector& connector, Caller& caller, std::string shop);

  // Everything an exchange of this shop needs, with a token that is good now. Errors:
  // unauthenticated token_missing / token_refused (the seller must log in again; the shop has been
  // set to needs_authorisation), or what kept the refresh from answering.
  boost::asio::awaitable<Result<CallContext>> context(const Shop& shop);

  // The channel refused the access token: gets a new pair, unless a newer one is stored already.
  boost::asio::awaitable<Result<void>> replace_refused();

  // What the lane writes is written in the name of this lease. A new pair is not: it is compared
  // with the pair that it replaces, and one that comes late while nobody stored another is the only
  // good one.
  void hold_by(const std::optional<store::Lease>& lease) { lease_ = lease; }

  // Forget what is in memory; the store has the truth.
  void forget() { known_ = false; }

  // When a refresh is due; nothing when no token is known.
  std::optional<TimePoint> refresh_due() const;

 private:
  boost::asio::awaitable<Result<void>> load();
  boost::asio::awaitable<Result<void>> refresh();
  boost::asio::awaitable<void> give_up(std::string reason);
  CallContext make_context() const;
  bool resting(TimePoint now) const { return retry_at_ && now < *retry_at_; }

  const Ports& ports_;
  const EngineOptions& options_;
  const ChannelSettings& channel_;
  const Connector& connector_;
  Caller& caller_;
  std::string shop_;
  std::optional<store::Lease> lease_;
  std::string remote_shop_id_;
  store::TokenView view_;
  bool known_ = false;
  std::optional<TimePoint> retry_at_;  // a refresh failed: not before this
  int failures_ = 0;
  bool answer_lost_ = false;  // the pair may have been replaced at the channel
  // When a refusal last ended in keys that never expire being confirmed. Only in memory.
  std::optional<TimePoint> confirmed_at_;
  double jitter_ = 0;  // of the refresh point, 0–0.05 of the life
};

}  // namespace gerbang::sync
