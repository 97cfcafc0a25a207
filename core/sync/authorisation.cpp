// The seller's consent: the link, the way back, and the tokens that come with it.
#include <algorithm>

#include "core/base/crypto.hpp"
#include "core/base/log.hpp"
#include "core/base/url.hpp"
#include "core/connector/redact.hpp"
#include "core/sync/await.hpp"
#include "core/sync/engine.hpp"

namespace gerbang::sync {

using boost::asio::awaitable;

namespace {
constexpr Duration kStateLife = std::chrono::hours(1);
}

// "<shop>.<expiry>.<hmac>": whoever comes back with it started from a link of ours.
std::string Engine::make_state(const std::string& shop) const {
  const std::string claim =
      shop + "." + std::to_string(to_unix_seconds(ports_.clock->now() + kStateLife));
  return claim + "." + to_hex(hmac_sha256(options_.state_key.reveal(), claim)).substr(0, 32);
}

Result<std::string> Engine::open_state(const std::string& state) const {
  const auto last = state.rfind('.');
  const auto first = state.find('.');
  if (first == std::string::npos || last == first)
    return Error(ErrorKind::forbidden, "state_invalid", "not a state of ours");
  const std::string claim = state.substr(0, last);
  const std::string expected =
      to_hex(hmac_sha256(options_.state_key.reveal(), claim)).substr(0, 32);
  if (!constant_time_equal(expected, state.substr(last + 1)))
    return Error(ErrorKind::forbidden, "state_invalid", "not a state of ours");
  const std::int64_t expiry = std::atoll(claim.substr(first + 1).c_str());
  if (to_unix_seconds(ports_.clock->now()) > expiry)
    return Error(ErrorKind::forbidden, "state_expired", "the link is older than an hour");
  return claim.substr(0, first);
}

awaitable<Result<std::string>> Engine::authorise_url(std::string organisation, std::string shop) {
  store::GetShop query;
  query.organisation = std::move(organisation);
  query.shop = std::move(shop);
  auto reading = read(*ports_.store, std::move(query));
  Result<store::ShopView> view = co_await std::move(reading);
  if (!view) co_return std::move(view).error();
  if (view->shop.state == ShopState::retired)
    co_return Error(ErrorKind::conflict, "shop_retired", "a retired shop cannot be authorised");
  const Connector* connector = ports_.registry->find(view->shop.channel);
  const ChannelSettings* settings = settings_of(view->shop.channel);
  if (!connector || !settings)
    co_return Error(ErrorKind::unsupported, "channel_disabled",
                    "the channel is not switched on in the configuration");
  const ConnectorInfo& info = connector->info();
  if (!info.can.authorise)
    co_return Error(ErrorKind::unsupported, "credentials_wanted",
                    "the channel has no consent page; give the shop's keys");
  if (!info.retired_code.empty()) {
    const Result<Url> api = parse_url(settings->app.api_url);
    for (const std::string& host : info.live_hosts) {
      if (api && api->host == host)
        co_return Error(ErrorKind::rejected, info.retired_code, "the channel is closed");
    }
  }
  co_return connector->authorise_url(settings->app, make_state(view->shop.id), ports_.clock->now());
}

awaitable<Result<Shop>> Engine::complete_authorisation(
    std::string channel, std::vector<std::pair<std::string, std::string>> query) {
  const Connector* connector = ports_.registry->find(channel);
  const ChannelSettings* settings = settings_of(channel);
  if (!connector || !settings)
    co_return Error(ErrorKind::not_found, "channel_unknown", "no such channel here");
  const std::string state = query_value(query, "state").value_or("");
  const Result<std::string> shop_id = open_state(state);
  if (!shop_id) co_return shop_id.error();

  store::GetShop asking;
  asking.shop = *shop_id;
  auto reading = read(*ports_.store, std::move(asking));
  Result<store::ShopView> view = co_await std::move(reading);
  if (!view) co_return std::move(view).error();
  if (view->shop.channel != channel)
    co_return Error(ErrorKind::forbidden, "state_invalid", "the state is of another channel");

  AuthorisationGrant grant;
  grant.query = std::move(query);
  auto exchanging = exchange_grant(view->shop, std::move(grant));
  Result<std::vector<TokenSet>> tokens = co_await std::move(exchanging);
  if (!tokens) co_return std::move(tokens).error();

  // A main account grants several shops at once. Each goes to the row that already is that shop;
  // the first of the others to the row that asked; the rest become rows of their own.
  auto listing = read(*ports_.store, store::ListShops{view->shop.organisation});
  Result<std::vector<store::ShopView>> known = co_await std::move(listing);
  if (!known) co_return std::move(known).error();
  Result<Shop> answer = Error(ErrorKind::bug, "authorisation_not_stored");
  bool own_row_free = true;
  for (TokenSet& set : *tokens) {
    std::optional<Shop> target;
    for (const store::ShopView& other : *known) {
      if (other.shop.channel == channel && !set.remote_shop_id.empty() &&
          other.shop.remote_id == set.remote_shop_id)
        target = other.shop;
    }
    if (!target && own_row_free && view->shop.remote_id.empty()) target = view->shop;
    if (!target && own_row_free && set.remote_shop_id.empty()) target = view->shop;
    if (!target) {
      store::CreateShop create;
      create.shop.organisation = view->shop.organisation;
      create.shop.channel = channel;
      create.shop.name = set.remote_shop_name.empty()
                             ? view->shop.name + " (" + set.remote_shop_id + ")"
                             : set.remote_shop_name;
      create.variants_in_listing = connector->info().can.variants_in_listing;
      // One consent for all of them, and one wish.
      create.adopt = view->review.holds_publishing();
      auto creating = apply(*ports_.store, std::move(create));
      Result<Shop> created = co_await std::move(creating);
      if (!created) co_return std::move(created).error();
      target = std::move(*created);
    }
    if (target->id == view->shop.id) own_row_free = false;
    auto storing = store_tokens(std::move(*target), std::move(set));
    Result<Shop> stored = co_await std::move(storing);
    if (!stored) co_return std::move(stored).error();
    if (!answer || stored->id == view->shop.id) answer = std::move(stored);
  }
  co_return answer;
}

// The channel is known and switched on.
awaitable<Result<std::vector<TokenSet>>> Engine::exchange_grant(Shop shop,
                                                                AuthorisationGrant grant) {
  const Connector& connector = *ports_.registry->find(shop.channel);
  const ChannelSettings& settings = *settings_of(shop.channel);
  Caller caller(ports_, options_, settings, connector, budget_of(connector, settings), shop.id);
  CallContext context;
  context.app = settings.app;
  context.shop = shop.id;
  context.remote_shop_id = shop.remote_id;
  context.now = ports_.clock->now();
  context.nonce = ports_.random->hex(16);
  Exchange<std::vector<TokenSet>> exchange = connector.exchange_code(context, std::move(grant));
  auto driving = caller.drive(std::move(exchange), context.now);
  Result<std::vector<TokenSet>> tokens = co_await std::move(driving);
  redact(tokens, context);
  if (tokens && tokens->empty())
    co_return Error(ErrorKind::rejected, "authorisation_empty", "the grant covers no shop");
  co_return tokens;
}

namespace {
// Every wrong name at once; empty values count as absent.
std::optional<Error> refuse_credentials(
    const std::vector<Credential>& wanted,
    const std::vector<std::pair<std::string, std::string>>& given) {
  Error error(ErrorKind::invalid, "credentials_invalid", "not the keys that this channel takes");
  for (const auto& [name, value] : given) {
    const bool known = std::any_of(wanted.begin(), wanted.end(),
                                   [&name = name](const Credential& c) { return c.name == name; });
    if (!known) error.fields.push_back({"/credentials/" + name, "unknown_field", "no such key"});
  }
  for (const Credential& c : wanted) {
    if (c.required && query_value(given, c.name).value_or("").empty())
      error.fields.push_back({"/credentials/" + c.name, "field_missing", "this key is needed"});
  }
  if (error.fields.empty()) return std::nullopt;
  error.field = error.fields.front().field;
  return error;
}
}  // namespace

awaitable<Result<Shop>> Engine::connect(
    std::string organisation, std::string shop,
    std::vector<std::pair<std::string, std::string>> credentials) {
  store::GetShop query;
  query.organisation = std::move(organisation);
  query.shop = std::move(shop);
  auto reading = read(*ports_.store, std::move(query));
  Result<store::ShopView> view = co_await std::move(reading);
  if (!view) co_return std::move(view).error();
  if (view->shop.state == ShopState::retired)
    co_return Error(ErrorKind::conflict, "shop_retired", "a retired shop cannot be connected");
  const Connector* connector = ports_.registry->find(view->shop.channel);
  if (!connector || !settings_of(view->shop.channel))
    co_return Error(ErrorKind::unsupported, "channel_disabled",
                    "the channel is not switched on in the configuration");
  if (connector->info().can.authorise)
    co_return Error(ErrorKind::unsupported, "credentials_not_used",
                    "sellers of this channel give consent on its page");
  if (auto refused = refuse_credentials(connector->info().credentials, credentials))
    co_return std::move(*refused);

  AuthorisationGrant grant;
  grant.query = std::move(credentials);
  auto exchanging = exchange_grant(view->shop, std::move(grant));
  Result<std::vector<TokenSet>> tokens = co_await std::move(exchanging);
  if (!tokens) {
    // It is the keys that were refused, not whoever brought them.
    Error error = std::move(tokens).error();
    if (error.kind == ErrorKind::unauthenticated || error.kind == ErrorKind::auth_expired ||
        error.kind == ErrorKind::forbidden)
      error.kind = ErrorKind::rejected;
    co_return error;
  }
  auto storing = store_tokens(std::move(view->shop), std::move(tokens->front()));
  Result<Shop> stored = co_await std::move(storing);
  co_return stored;
}

awaitable<Result<Shop>> Engine::store_tokens(Shop shop, TokenSet tokens) {
  store::SaveTokens script;
  script.shop = shop.id;
  script.expected_version = shop.token_version;
  script.tokens = std::move(tokens);
  auto saving = apply(*ports_.store, std::move(script), store::WriteLane::orders);
  Result<Shop> saved = co_await std::move(saving);
  if (saved)
    log::info(
        "shop.authorised",
        {{"shop", saved->id}, {"channel", saved->channel}, {"organisation", saved->organisation}});
  co_return saved;
}

}  // namespace gerbang::sync
