// Tokens, the shop's cipher and facts: the exchanges that come before any selling (facts
// tiktok_tokopedia 2, 4.2, 4.10).

#include "connectors/tokopedia/access.hpp"
#include "connectors/tokopedia/envelope.hpp"
#include "connectors/tokopedia/facts.hpp"
#include "connectors/tokopedia/limits.hpp"
#include "connectors/tokopedia/request.hpp"
#include "connectors/tokopedia/tokopedia.hpp"
#include "connectors/tokopedia/units.hpp"
#include "core/base/foreign_time.hpp"
#include "core/base/text.hpp"

namespace gerbang::tokopedia {

namespace {

// The expiry fields are moments, in spite of their names (facts 2.2).
Result<TokenSet> tokens_from(const CallContext& ctx, const json::Value& data) {
  TokenSet out;
  out.access = Secret(std::string(data["access_token"].text()));
  out.refresh = Secret(std::string(data["refresh_token"].text()));
  const auto access_until = data["access_token_expire_in"].to_integral();
  if (!is_visible_ascii(out.access.reveal()) || !is_visible_ascii(out.refresh.reveal()) ||
      !access_until || *access_until <= 0)
    return Error(ErrorKind::indeterminate, "channel_answer_unreadable", "an answer without tokens");
  out.obtained_at = ctx.now;
  out.access_expires_at = foreign_time(*access_until);
  // Values of the far future have been seen.
  const auto refresh_until = data["refresh_token_expire_in"].to_integral();
  if (refresh_until && *refresh_until > 0) out.refresh_expires_at = foreign_time(*refresh_until);
  return out;
}

struct ShopEntry {
  std::string id;
  std::string name;
  Secret cipher;
};

Exchange<std::vector<ShopEntry>> granted_shops(CallContext ctx) {
  HttpRequest request = get(ctx, "/authorization/202309/shops", {}, Level::app);
  Exchange<json::Value> asking = ask_for(ctx, std::move(request));
  Result<json::Value> data = co_await std::move(asking);
  if (!data) co_return std::move(data).error();
  std::vector<ShopEntry> out;
  for (const json::Value& s : (*data)["shops"].items()) {
    ShopEntry shop;
    shop.id = s["id"].to_text();
    shop.name = s["name"].text();
    shop.cipher = Secret(std::string(s["cipher"].text()));
    const std::string_view region = s["region"].text();
    if (!is_id(shop.id) || !is_visible_ascii(shop.cipher.reveal())) continue;
    if (!region.empty() && region != "ID") continue;
    out.push_back(std::move(shop));
  }
  co_return out;
}

}  // namespace

Exchange<std::vector<TokenSet>> Tokopedia::exchange_code(CallContext ctx,
                                                         AuthorisationGrant grant) const {
  const std::string code = query_value(grant.query, "code").value_or("");
  const std::string error = query_value(grant.query, "error").value_or("");
  if (!error.empty() || code == "null")
    co_return Error(ErrorKind::rejected, "authorisation_denied", "the seller refused");
  if (code.empty())
    co_return Error(ErrorKind::invalid, "authorisation_code_refused", "the redirect has no code");
  QueryItems params;
  params.emplace_back("auth_code", code);
  params.emplace_back("grant_type", "authorized_code");
  HttpRequest request = token_call(ctx, "get", params, Effect::create);
  Exchange<json::Value> asking = ask_for(ctx, std::move(request));
  Result<json::Value> data = co_await std::move(asking);
  if (!data) co_return std::move(data).error();
  if ((*data)["user_type"].to_integral().value_or(0) != 0)
    co_return Error(ErrorKind::rejected, "account_not_seller", "not a seller's account");
  Result<TokenSet> tokens = tokens_from(ctx, *data);
  if (!tokens) co_return std::move(tokens).error();

  CallContext with_token = ctx;
  with_token.access_token = tokens->access;
  Exchange<std::vector<ShopEntry>> reading = granted_shops(with_token);
  Result<std::vector<ShopEntry>> shops = co_await std::move(reading);
  if (!shops) co_return std::move(shops).error();
  std::vector<TokenSet> out;
  for (const ShopEntry& shop : *shops) {
    TokenSet set = *tokens;
    set.access = packed(tokens->access, shop.cipher);
    set.remote_shop_id = shop.id;
    set.remote_shop_name = shop.name;
    out.push_back(std::move(set));
  }
  if (out.empty())
    co_return Error(ErrorKind::rejected, "account_without_shop", "no Indonesian shop is granted");
  co_return out;
}

Exchange<TokenSet> Tokopedia::refresh_tokens(CallContext ctx) const {
  if (ctx.refresh_token.empty())
    co_return Error(ErrorKind::unauthenticated, "refresh_refused", "no refresh token to use");
  QueryItems params;
  params.emplace_back("refresh_token", ctx.refresh_token.reveal());
  params.emplace_back("grant_type", "refresh_token");
  // It may rotate: after an unclear answer the pair may be spent.
  HttpRequest request = token_call(ctx, "refresh", params, Effect::create);
  Exchange<json::Value> asking = ask_for(ctx, std::move(request));
  Result<json::Value> data = co_await std::move(asking);
  if (!data) co_return std::move(data).error();
  Result<TokenSet> tokens = tokens_from(ctx, *data);
  if (!tokens) co_return std::move(tokens).error();
  tokens->remote_shop_id = ctx.remote_shop_id;

  Secret cipher = access_of(ctx).cipher;
  if (cipher.empty()) {
    // Whatever goes wrong here, the pair is new and must be kept; the next refresh asks again.
    CallContext with_token = ctx;
    with_token.access_token = tokens->access;
    Exchange<std::vector<ShopEntry>> reading = granted_shops(with_token);
    Result<std::vector<ShopEntry>> shops = co_await std::move(reading);
    if (shops) {
      for (const ShopEntry& shop : *shops) {
        if (shop.id == ctx.remote_shop_id) cipher = shop.cipher;
      }
    }
  }
  tokens->access = packed(tokens->access, cipher);
  co_return tokens;
}

Exchange<json::Value> Tokopedia::read_shop_facts(CallContext ctx) const {
  const auto tree = [](std::string_view platform) {
    return QueryItems{{"locale", "id-ID"},
                      {"category_version", "v1"},
                      {"listing_platform", std::string(platform)}};
  };
  HttpRequest for_shop = get(ctx, "/product/202309/categories", tree(kShopPlatform));
  Exchange<json::Value> asking_shop = ask_for(ctx, std::move(for_shop));
  Result<json::Value> shop = co_await std::move(asking_shop);
  if (!shop) co_return std::move(shop).error();

  // What a shop that never was at Tokopedia is told here is not documented: a refusal, or nothing.
  HttpRequest for_tokopedia = get(ctx, "/product/202309/categories", tree(kTokopediaPlatform));
  Exchange<Answer> asking_tokopedia = ask(ctx, std::move(for_tokopedia));
  Result<Answer> tokopedia = co_await std::move(asking_tokopedia);
  if (!tokopedia) co_return std::move(tokopedia).error();
  if (tokopedia->error && concerns_the_call(*tokopedia->error))
    co_return std::move(*tokopedia->error);
  if (tokopedia->ok() && !tokopedia->data().is_object())
    co_return Error(ErrorKind::transient, "channel_answer_unreadable", "a success without data");
  const bool with_tokopedia = tokopedia->ok() && !tokopedia->data()["categories"].items().empty();

  HttpRequest for_places = get(ctx, "/logistics/202309/warehouses");
  Exchange<json::Value> asking_places = ask_for(ctx, std::move(for_places));
  Result<json::Value> places = co_await std::move(asking_places);
  if (!places) co_return std::move(places).error();

  json::Object out;
  out.append("categories",
             categories_from(*shop, with_tokopedia ? tokopedia->data() : json::Value()));
  out.append("warehouses", warehouses_from(*places));
  out.append("tokopedia", with_tokopedia);
  if (out.find("categories")->items().empty())
    co_return Error(ErrorKind::transient, "channel_answer_unreadable",
                    "a category tree without leaves");
  co_return json::Value(std::move(out));
}

Exchange<json::Value> Tokopedia::read_category_facts(CallContext ctx, std::string category) const {
  if (!is_id(category))
    co_return Error(ErrorKind::rejected, "category_unmapped", "not a category id")
        .at_field("/category");
  const std::string path = "/product/202309/categories/" + category;
  QueryItems query;
  query.emplace_back("locale", "id-ID");
  query.emplace_back("category_version", "v1");
  HttpRequest for_attributes = get(ctx, path + "/attributes", query);
  Exchange<json::Value> asking_attributes = ask_for(ctx, std::move(for_attributes));
  Result<json::Value> attributes = co_await std::move(asking_attributes);
  if (!attributes) co_return std::move(attributes).error();

  HttpRequest for_rules = get(ctx, path + "/rules", query);
  Exchange<json::Value> asking_rules = ask_for(ctx, std::move(for_rules));
  Result<json::Value> rules = co_await std::move(asking_rules);
  if (!rules) co_return std::move(rules).error();

  json::Object out;
  out.append("category", category);
  out.append("attributes", attributes_from(*attributes));
  out.append("dimension_required",
             (*rules)["package_dimension"]["is_required"].as_bool().value_or(false));
  co_return json::Value(std::move(out));
}

}  // namespace gerbang::tokopedia
