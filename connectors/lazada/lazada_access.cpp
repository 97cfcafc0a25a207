// Tokens and facts: what comes before any selling (facts lazada.md 4, 6).
#include "connectors/lazada/envelope.hpp"
#include "connectors/lazada/facts.hpp"
#include "connectors/lazada/lazada.hpp"
#include "connectors/lazada/limits.hpp"
#include "connectors/lazada/request.hpp"
#include "core/base/foreign_time.hpp"
#include "core/base/url.hpp"

namespace gerbang::lazada {

namespace {

// The entry of our country: an array in new answers, an object by country in old ones, and under
// another name in refreshes (facts 4).
json::Value store_in(const json::Value& reply) {
  for (const char* key : {"country_user_info", "country_user_info_list"}) {
    const json::Value& info = reply[key];
    for (const json::Value& entry : info.items()) {
      if (entry["country"].text() == kCountry) return entry;
    }
    for (const auto& [country, entry] : info.members()) {
      if (country == kCountry) return entry;
    }
  }
  return {};
}

bool names_stores(const json::Value& reply) {
  for (const char* key : {"country_user_info", "country_user_info_list"}) {
    if (!reply[key].items().empty() || !reply[key].members().empty()) return true;
  }
  return false;
}

Result<TokenSet> tokens_from(const CallContext& ctx, const Asked& asked, const json::Value& reply) {
  TokenSet out;
  out.access = Secret(reply["access_token"].to_text());
  out.refresh = Secret(reply["refresh_token"].to_text());
  const auto life = reply["expires_in"].to_integral();
  const auto refresh_life = reply["refresh_expires_in"].to_integral();
  if (out.access.empty() || out.refresh.empty() || !life || *life <= 0)
    return unreadable(asked, "an answer without tokens");
  out.obtained_at = ctx.now;
  out.access_expires_at = ctx.now + foreign_seconds(*life);
  if (refresh_life && *refresh_life > 0)
    out.refresh_expires_at = ctx.now + foreign_seconds(*refresh_life);
  const json::Value store = store_in(reply);
  out.remote_shop_id = store["seller_id"].to_text();
  out.remote_shop_name = store["short_code"].to_text();
  return out;
}

Exchange<json::Value> ask_tokens(CallContext ctx, std::string path, std::string name,
                                 Secret value) {
  QueryItems params;
  params.emplace_back(name, value.reveal());
  HttpRequest request = token_post(ctx, path, std::move(params));
  return ask_ok(std::move(ctx), std::move(request));
}

}  // namespace

Exchange<std::vector<TokenSet>> Lazada::exchange_code(CallContext ctx,
                                                      AuthorisationGrant grant) const {
  const std::string code = query_value(grant.query, "code").value_or("");
  if (code.empty())
    co_return Error(ErrorKind::rejected, "authorisation_denied", "the redirect carries no code");
  Exchange<json::Value> asking = ask_tokens(ctx, "/auth/token/create", "code", Secret(code));
  Result<json::Value> reply = co_await std::move(asking);
  if (!reply) co_return std::move(reply).error();
  Asked asked;
  asked.operation = "auth.token.create";
  asked.effect = Effect::create;
  Result<TokenSet> tokens = tokens_from(ctx, asked, *reply);
  if (!tokens) co_return std::move(tokens).error();
  if (tokens->remote_shop_id.empty() && names_stores(*reply))
    co_return Error(ErrorKind::rejected, "lazada_store_elsewhere",
                    "the consent covers no store in Indonesia");
  if (tokens->remote_shop_id.empty()) co_return unreadable(asked, "tokens of an unnamed store");
  std::vector<TokenSet> out;
  out.push_back(*std::move(tokens));
  co_return out;
}

Exchange<TokenSet> Lazada::refresh_tokens(CallContext ctx) const {
  if (ctx.refresh_token.empty())
    co_return Error(ErrorKind::unauthenticated, "refresh_refused", "no refresh token to use");
  Exchange<json::Value> asking =
      ask_tokens(ctx, "/auth/token/refresh", "refresh_token", ctx.refresh_token);
  Result<json::Value> reply = co_await std::move(asking);
  if (!reply) co_return std::move(reply).error();
  Asked asked;
  asked.operation = "auth.token.refresh";
  asked.effect = Effect::create;
  Result<TokenSet> tokens = tokens_from(ctx, asked, *reply);
  if (!tokens) co_return std::move(tokens).error();
  // A token belongs to one store (facts 4): one of another store must not be stored under ours.
  if (tokens->remote_shop_id.empty()) tokens->remote_shop_id = ctx.remote_shop_id;
  co_return tokens;
}

Exchange<json::Value> Lazada::read_shop_facts(CallContext ctx) const {
  QueryItems language;
  language.emplace_back("language_code", "id_ID");
  HttpRequest for_tree = api_get(ctx, "/category/tree/get", language);
  Exchange<json::Value> asking_tree = ask_array(ctx, std::move(for_tree));
  Result<json::Value> tree = co_await std::move(asking_tree);
  if (!tree) co_return std::move(tree).error();
  json::Value categories = categories_from(*tree);
  if (categories.items().empty())
    co_return Error(ErrorKind::transient, "channel_answer_unreadable",
                    "a category tree without leaves");

  json::Array brands;
  for (std::size_t page = 0; page < kBrandPages; ++page) {
    QueryItems query;
    query.emplace_back("startRow", std::to_string(page * kBrandsPerPage));
    query.emplace_back("pageSize", std::to_string(kBrandsPerPage));
    HttpRequest request = api_get(ctx, "/category/brands/query", std::move(query));
    Exchange<json::Value> asking = ask_ok(ctx, std::move(request));
    Result<json::Value> body = co_await std::move(asking);
    if (!body) co_return std::move(body).error();
    if (!(*body)["data"].is_object())
      co_return Error(ErrorKind::transient, "channel_answer_unreadable", "no page of brands");
    if (!add_brands(*body, brands)) break;
  }

  json::Object out;
  out.append("categories", std::move(categories));
  out.append("no_brand", no_brand_of(brands));
  out.append("brands", std::move(brands));
  co_return json::Value(std::move(out));
}

Exchange<json::Value> Lazada::read_category_facts(CallContext ctx, std::string category) const {
  QueryItems query;
  query.emplace_back("primary_category_id", category);
  query.emplace_back("language_code", "id_ID");
  HttpRequest request = api_get(ctx, "/category/attributes/get", std::move(query));
  Exchange<json::Value> asking = ask_array(std::move(ctx), std::move(request));
  Result<json::Value> data = co_await std::move(asking);
  if (!data) co_return std::move(data).error();
  json::Object out;
  out.append("category", category);
  out.append("attributes", attributes_from(*data));
  co_return json::Value(std::move(out));
}

}  // namespace gerbang::lazada
