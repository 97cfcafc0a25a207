// Tokens and facts: the exchanges that come before any selling (facts shopee.md 2, 3.2
// to 3.6, 3.15).
#include <algorithm>

#include "connectors/shopee/access.hpp"
#include "connectors/shopee/envelope.hpp"
#include "connectors/shopee/facts.hpp"
#include "connectors/shopee/limits.hpp"
#include "connectors/shopee/request.hpp"
#include "connectors/shopee/shopee.hpp"
#include "core/base/foreign_time.hpp"
#include "core/base/url.hpp"

namespace gerbang::shopee {

namespace {

json::Value number(std::uint64_t n) {
  return json::Value(static_cast<unsigned long long>(n));
}

// Beyond this a value is a moment, not a number of seconds (facts 2.2).
constexpr std::int64_t kAbsolute = 1'000'000'000;

Result<TokenSet> tokens_from(const CallContext& ctx, const json::Value& reply,
                             std::string remote_shop_id) {
  TokenSet out;
  out.access = Secret(std::string(reply["access_token"].text()));
  out.refresh = Secret(std::string(reply["refresh_token"].text()));
  const auto expire_in = reply["expire_in"].to_integral();
  if (out.access.empty() || out.refresh.empty() || !expire_in || *expire_in <= 0)
    return Error(ErrorKind::indeterminate, "channel_answer_unreadable", "an answer without tokens");
  out.obtained_at = ctx.now;
  out.access_expires_at =
      *expire_in > kAbsolute ? foreign_time(*expire_in) : ctx.now + foreign_seconds(*expire_in);
  out.refresh_expires_at = ctx.now + kRefreshTokenLife;
  out.remote_shop_id = std::move(remote_shop_id);
  return out;
}

HttpRequest refresh_request(const CallContext& ctx, std::uint64_t shop) {
  json::Object body;
  body.append("refresh_token", ctx.refresh_token.reveal());
  body.append("partner_id", number(id_number(ctx.app.app_id).value_or(0)));
  body.append("shop_id", number(shop));
  // Single use: after an unclear answer the pair may be spent.
  return public_post(ctx, "auth/access_token/get", json::Value(std::move(body)), Effect::create);
}

std::string granted(const AuthorisationGrant& grant, std::string_view name) {
  return query_value(grant.query, name).value_or("");
}

}  // namespace

Exchange<json::Value> read_locations(CallContext ctx) {
  QueryItems pick_up;
  pick_up.emplace_back("warehouse_type", "1");
  HttpRequest request = shop_get(ctx, "shop/get_warehouse_detail", pick_up);
  Exchange<Answer> asking = ask(ctx, std::move(request));
  Result<Answer> answer = co_await std::move(asking);
  if (!answer) co_return std::move(answer).error();
  if (answer->error && answer->error->code == "location_ids_not_used")
    co_return json::Value(json::Array());
  if (answer->error) co_return std::move(*answer->error);
  if (!answer->response().is_array())  // only here (facts 1.4)
    co_return Error(ErrorKind::transient, "channel_answer_unreadable", "no list of warehouses");
  co_return locations_from(answer->envelope.body);
}

Exchange<std::vector<TokenSet>> Shopee::exchange_code(CallContext ctx,
                                                      AuthorisationGrant grant) const {
  const std::string code = granted(grant, "code");
  const auto shop = id_number(granted(grant, "shop_id"), UINT32_MAX);
  const auto main_account = id_number(granted(grant, "main_account_id"));
  const auto partner = id_number(ctx.app.app_id, UINT32_MAX);
  if (!partner) co_return Error(ErrorKind::invalid, "app_id_invalid");
  if (code.empty() || (!shop && !main_account))
    co_return Error(ErrorKind::invalid, "grant_incomplete",
                    "the redirect carries no code with shop_id or main_account_id");

  json::Object body;
  body.append("code", code);
  body.append("partner_id", number(*partner));
  if (shop) {
    body.append("shop_id", number(*shop));
  } else {
    body.append("main_account_id", number(*main_account));
  }
  HttpRequest request =
      public_post(ctx, "auth/token/get", json::Value(std::move(body)), Effect::create);
  Exchange<json::Value> asking = ask_ok(ctx, std::move(request));
  Result<json::Value> reply = co_await std::move(asking);
  if (!reply) co_return std::move(reply).error();

  std::vector<TokenSet> out;
  if (shop) {
    Result<TokenSet> tokens = tokens_from(ctx, *reply, std::to_string(*shop));
    if (!tokens) co_return std::move(tokens).error();
    out.push_back(*std::move(tokens));
    co_return out;
  }

  Result<TokenSet> shared = tokens_from(ctx, *reply, "");
  if (!shared) co_return std::move(shared).error();
  CallContext with_shared = ctx;
  with_shared.refresh_token = shared->refresh;
  for (const json::Value& id : (*reply)["shop_id_list"].items()) {
    const auto of_shop = id_number(id.to_text(), UINT32_MAX);
    if (!of_shop) continue;
    shared->remote_shop_id = std::to_string(*of_shop);
    HttpRequest refresh = refresh_request(with_shared, *of_shop);
    Exchange<json::Value> refreshing = ask_ok(with_shared, std::move(refresh));
    Result<json::Value> own = co_await std::move(refreshing);
    Result<TokenSet> tokens =
        own ? tokens_from(ctx, *own, shared->remote_shop_id) : Result<TokenSet>(own.error());
    // The code is spent: what the grant gave must not be lost over one shop's refresh.
    out.push_back(tokens ? *std::move(tokens) : *shared);
  }
  if (out.empty())
    co_return Error(ErrorKind::rejected, "grant_without_shop", "the main account holds no shop");
  co_return out;
}

Exchange<TokenSet> Shopee::refresh_tokens(CallContext ctx) const {
  const auto shop = id_number(ctx.remote_shop_id, UINT32_MAX);
  if (!shop || ctx.refresh_token.empty())
    co_return Error(ErrorKind::unauthenticated, "refresh_refused", "no refresh token to use");
  HttpRequest request = refresh_request(ctx, *shop);
  Exchange<json::Value> asking = ask_ok(ctx, std::move(request));
  Result<json::Value> reply = co_await std::move(asking);
  if (!reply) co_return std::move(reply).error();
  co_return tokens_from(ctx, *reply, ctx.remote_shop_id);
}

Exchange<json::Value> Shopee::read_shop_facts(CallContext ctx) const {
  QueryItems language;
  language.emplace_back("language", "id");
  HttpRequest for_tree = shop_get(ctx, "product/get_category", language);
  Exchange<json::Value> asking_tree = ask_for(ctx, std::move(for_tree));
  Result<json::Value> tree = co_await std::move(asking_tree);
  if (!tree) co_return std::move(tree).error();

  HttpRequest for_couriers = shop_get(ctx, "logistics/get_channel_list");
  Exchange<json::Value> asking_couriers = ask_for(ctx, std::move(for_couriers));
  Result<json::Value> couriers = co_await std::move(asking_couriers);
  if (!couriers) co_return std::move(couriers).error();

  HttpRequest for_limits = shop_get(ctx, "product/get_item_limit");
  Exchange<json::Value> asking_limits = ask_for(ctx, std::move(for_limits));
  Result<json::Value> limits = co_await std::move(asking_limits);
  if (!limits) co_return std::move(limits).error();

  Exchange<json::Value> reading_places = read_locations(ctx);
  Result<json::Value> places = co_await std::move(reading_places);
  if (!places) co_return std::move(places).error();

  json::Object out;
  out.append("categories", categories_from(*tree));
  out.append("couriers", couriers_from(*couriers));
  out.append("limits", (*limits)["response"]);
  out.append("locations", *std::move(places));
  if (out.find("categories")->items().empty())
    co_return Error(ErrorKind::transient, "channel_answer_unreadable",
                    "a category tree without leaves");
  co_return json::Value(std::move(out));
}

Exchange<json::Value> Shopee::read_category_facts(CallContext ctx, std::string category) const {
  QueryItems of_category;
  of_category.emplace_back("category_id_list", category);
  of_category.emplace_back("language", "id");
  HttpRequest for_tree = shop_get(ctx, "product/get_attribute_tree", of_category);
  Exchange<json::Value> asking_tree = ask_for(ctx, std::move(for_tree));
  Result<json::Value> tree = co_await std::move(asking_tree);
  if (!tree) co_return std::move(tree).error();

  json::Array brands;
  bool brand_mandatory = false;
  std::string offset = "0";
  for (std::size_t page = 0; page < kBrandPages; ++page) {
    QueryItems query;
    query.emplace_back("offset", offset);
    query.emplace_back("page_size", "100");
    query.emplace_back("category_id", category);
    query.emplace_back("status", "1");
    query.emplace_back("language", "id");
    HttpRequest request = shop_get(ctx, "product/get_brand_list", query);
    Exchange<json::Value> asking = ask_for(ctx, std::move(request));
    Result<json::Value> reply = co_await std::move(asking);
    if (!reply) co_return std::move(reply).error();
    brand_mandatory = (*reply)["response"]["is_mandatory"].as_bool().value_or(false);
    const bool more = add_brands(*reply, brands);
    const std::string next = (*reply)["response"]["next_offset"].to_text();
    if (!more || next.empty() || next == offset) break;
    offset = next;
  }

  QueryItems for_category;
  for_category.emplace_back("category_id", category);
  HttpRequest for_limits = shop_get(ctx, "product/get_item_limit", for_category);
  Exchange<json::Value> asking_limits = ask_for(ctx, std::move(for_limits));
  Result<json::Value> limits = co_await std::move(asking_limits);
  if (!limits) co_return std::move(limits).error();

  json::Object out;
  out.append("category", category);
  out.append("attributes", attributes_from(*tree, category));
  out.append("brands", std::move(brands));
  out.append("brand_mandatory", brand_mandatory);
  out.append("limits", (*limits)["response"]);
  co_return json::Value(std::move(out));
}

}  // namespace gerbang::shopee
