#include "core/sync/tokens.hpp"

#include <algorithm>

#include "core/base/crash_point.hpp"
#include "core/base/log.hpp"
#include "core/connector/redact.hpp"
#include "core/policy/backoff.hpp"
#include "core/sync/await.hpp"

namespace gerbang::sync {

using boost::asio::awaitable;

namespace {
constexpr Duration kYoung = std::chrono::minutes(10);
// Between failed refreshes.
constexpr policy::BackoffLimits kRefreshPause{std::chrono::seconds(15), std::chrono::minutes(5)};
}  // namespace

TokenKeeper::TokenKeeper(const Ports& ports, const EngineOptions& options,
                         const ChannelSettings& channel, const Connector& connector, Caller& caller,
                         std::string shop)
    : ports_(ports),
      options_(options),
      channel_(channel),
      connector_(connector),
      caller_(caller),
      shop_(std::move(shop)) {}

CallContext TokenKeeper::make_context() const {
  CallContext context;
  context.app = channel_.app;
  context.shop = shop_;
  context.remote_shop_id = remote_shop_id_;
  context.access_token = view_.tokens.access;
  context.refresh_token = view_.tokens.refresh;
  context.now = ports_.clock->now();
  context.nonce = ports_.random->hex(16);
  return context;
}

std::optional<TimePoint> TokenKeeper::refresh_due() const {
  if (!known_ || view_.tokens.refresh.empty()) return std::nullopt;
  const Duration life = view_.tokens.access_expires_at - view_.tokens.obtained_at;
  const double share = options_.refresh_at - jitter_;
  return view_.tokens.obtained_at +
         Duration(static_cast<std::int64_t>(static_cast<double>(life.count()) * share));
}

awaitable<Result<void>> TokenKeeper::load() {
  store::LoadTokens query;
  query.shop = shop_;
  auto reading = read(*ports_.store, std::move(query));
  Result<store::TokenView> found = co_await std::move(reading);
  if (!found) co_return std::move(found).error();
  if (!known_ || found->version != view_.version) {
    retry_at_.reset();
    failures_ = 0;
    answer_lost_ = false;
  }
  view_ = std::move(*found);
  known_ = true;
  jitter_ = ports_.random->unit() * 0.05;
  co_return Result<void>();
}

awaitable<Result<CallContext>> TokenKeeper::context(const Shop& shop) {
  remote_shop_id_ = shop.remote_id;
  if (!known_ || view_.version != shop.token_version) {
    auto loading = load();
    Result<void> loaded = co_await std::move(loading);
    if (!loaded) co_return std::move(loaded).error();
  }
  const auto due = refresh_due();
  const TimePoint now = ports_.clock->now();
  const bool alive = now < view_.tokens.access_expires_at;
  if (due && now >= *due && !(alive && resting(now))) {
    auto refreshing = refresh();
    Result<void> refreshed = co_await std::move(refreshing);
    // While the old token lives, a refresh that got no answer is only early: go on with it.
    if (!refreshed && (refreshed.error().kind == ErrorKind::unauthenticated || !alive))
      co_return std::move(refreshed).error();
  }
  co_return make_context();
}

awaitable<Result<void>> TokenKeeper::replace_refused() {
  const std::int64_t refused = view_.version;
  auto loading = load();
  Result<void> loaded = co_await std::move(loading);
  if (!loaded) co_return std::move(loaded).error();
  if (view_.version != refused) co_return Result<void>();  // somebody stored a newer pair
  // Refused minutes after it was made, a token has not expired: another one would fare no better.
  // Keys that never expire have no other: there the seller is asked.
  if (!view_.tokens.refresh.empty() && ports_.clock->now() - view_.tokens.obtained_at < kYoung)
    co_return Error(ErrorKind::auth_expired, "token_expired", "the channel refuses a new token");
  // Keys that the channel confirmed minutes ago are not asked about again for each refused call.
  const bool fixed = !connector_.info().can.authorise;
  if (fixed && confirmed_at_ && ports_.clock->now() - *confirmed_at_ < kYoung)
    co_return Error(ErrorKind::auth_expired, "token_expired",
                    "the channel refuses keys it confirms");
  auto refreshing = refresh();
  Result<void> refreshed = co_await std::move(refreshing);
  if (refreshed && fixed) confirmed_at_ = ports_.clock->now();
  co_return refreshed;
}

awaitable<Result<void>> TokenKeeper::refresh() {
  // Fixed credentials cannot be renewed, but a refusal may have been a mishap: they are tried once
  // more before the seller is asked.
  const bool fixed = !connector_.info().can.authorise;
  if (fixed ? view_.tokens.access.empty() : view_.tokens.refresh.empty()) {
    auto giving_up = give_up("token_expired");
    co_await std::move(giving_up);
    co_return Error(ErrorKind::unauthenticated, "token_refused", "there is no refresh token");
  }
  // An outage of the token endpoint is not asked again by every piece of work.
  if (resting(ports_.clock->now()))
    co_return Error(ErrorKind::transient, "channel_unavailable", "the refresh failed just now")
        .after(*retry_at_ - ports_.clock->now());
  const CallContext context = make_context();
  Exchange<TokenSet> exchange = connector_.refresh_tokens(context);
  auto driving = caller_.drive(std::move(exchange), context.now);
  Result<TokenSet> fresh = co_await std::move(driving);
  redact(fresh, context);
  ports_.metrics->count("gerbang_token_refreshes_total", "Token refreshes by outcome.",
                        {{"channel", connector_.info().channel},
                         {"outcome", fresh ? "done" : std::string(to_string(fresh.error().kind))}});
  if (!fresh) {
    Error error = std::move(fresh).error();
    log::warning(
        "token.refresh_failed",
        {{"shop", shop_}, {"channel", connector_.info().channel}, {"error", error.describe()}});
    if (error.kind == ErrorKind::auth_expired || error.kind == ErrorKind::unauthenticated ||
        error.kind == ErrorKind::rejected || error.kind == ErrorKind::forbidden) {
      // A new consent that came meanwhile made the old pair worthless, and is the better one.
      const std::int64_t refused = view_.version;
      const bool lost = answer_lost_;
      auto loading = load();
      Result<void> loaded = co_await std::move(loading);
      if (!loaded) co_return std::move(loaded).error();
      if (view_.version != refused) co_return Result<void>();
      auto giving_up = give_up(lost    ? "refresh_answer_lost"
                               : fixed ? "credentials_refused"
                                       : "refresh_refused");
      co_await std::move(giving_up);
      co_return Error(ErrorKind::unauthenticated, "token_refused", error.describe());
    }
    // Without a clear answer the old pair is tried again. If the channel did make a new one it says
    // so by refusing the old; asking the seller at once would turn each outage of the channel into
    // a day of logging in for all shops.
    if (error.kind == ErrorKind::indeterminate) {
      answer_lost_ = true;
      error.kind = ErrorKind::transient;
    }
    const Duration wait = policy::backoff_ceiling(++failures_, kRefreshPause);
    retry_at_ = ports_.clock->now() + std::max(wait, error.retry_after.value_or(Duration(0)));
    co_return error;
  }
  GERBANG_CRASH_POINT("sync.token_before_store");
  // The old refresh token is spent: the new pair must reach the disk, whatever the store's mood.
  Result<Shop> saved = Error(ErrorKind::bug, "tokens_not_saved");
  for (int round = 0; round < 10; ++round) {
    store::SaveTokens script;
    script.shop = shop_;
    script.expected_version = view_.version;
    script.tokens = *fresh;
    if (script.tokens.remote_shop_id.empty()) script.tokens.remote_shop_id = remote_shop_id_;
    auto saving = apply(*ports_.store, std::move(script), store::WriteLane::orders);
    Result<Shop> answer = co_await std::move(saving);
    saved = std::move(answer);
    if (saved || (saved.error().kind != ErrorKind::transient &&
                  saved.error().kind != ErrorKind::indeterminate))
      break;
    auto sleeping = ports_.timers->sleep_until(ports_.clock->now() + std::chrono::seconds(1));
    co_await std::move(sleeping);
  }
  GERBANG_CRASH_POINT("sync.token_after_store");
  // Not stored, or overtaken: the store has the truth, and an unstored pair is never used.
  if (!saved && saved.error().kind != ErrorKind::conflict) co_return std::move(saved).error();
  auto loading = load();
  Result<void> loaded = co_await std::move(loading);
  // Invariant 7: what is used from here on is what the store has.
  if (loaded && saved)
    ensure(view_.version >= saved->token_version, "a pair of tokens is used before it is stored");
  co_return loaded;
}

awaitable<void> TokenKeeper::give_up(std::string reason) {
  store::SetShopState script;
  script.shop = shop_;
  script.state = ShopState::needs_authorisation;
  script.reason = std::move(reason);
  script.only_from = {ShopState::active, ShopState::throttled, ShopState::unreachable};
  store::Fenced<store::SetShopState> fenced{std::move(script), lease_};
  auto setting = apply(*ports_.store, std::move(fenced));
  Result<Shop> set = co_await std::move(setting);
  if (!set)
    log::warning("shop.state_not_set", {{"shop", shop_}, {"error", set.error().describe()}});
}

}  // namespace gerbang::sync
