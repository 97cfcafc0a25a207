// Consent, tokens and the shops they cover (facts tiktok_tokopedia 2).
#include "connectors/tokopedia/sandbox/defaults.hpp"
#include "connectors/tokopedia/sandbox/handlers.hpp"

namespace gerbang::sandbox::tokopedia {

namespace {

// The app's secret travels in the query here, unsigned (facts 2.2).
Refusal check_app(const World& world, const Request& request) {
  if (request.param("app_key") != world.text("app_key", kAppKey))
    return Reply::fail(36009004, "app_key is invalid");
  if (request.param("app_secret") != world.text("app_secret", kAppSecret))
    return Reply::fail(36009004, "Invalid credentials: app_secret does not match");
  return {};
}

json::Value scopes_of(const World& world) {
  if (world.setting("scopes").is_array()) return world.setting("scopes");
  json::Array all;
  for (const char* scope : {"seller.authorization.info", "seller.shop.info", "seller.product.basic",
                            "seller.product.write", "seller.product.delete", "seller.order.info",
                            "seller.fulfillment.basic", "seller.fulfillment.package.write",
                            "seller.logistics", "seller.return_refund.basic"})
    all.emplace_back(scope);
  return json::Value(std::move(all));
}

// Both expiry fields are moments, in spite of their names.
Reply tokens_for(World& world, const Shop& shop, std::string refresh, TimePoint refresh_until) {
  const std::string access = "GB_AT_" + world.random().hex(16);
  const TimePoint until = world.now() + std::chrono::seconds(world.number("token_seconds", 604800));
  world.access_tokens[access] = {shop.id, until};
  world.refresh_tokens[refresh] = {shop.id, refresh_until};
  json::Object data;
  data.append("access_token", access);
  data.append("access_token_expire_in", to_unix_seconds(until));
  data.append("refresh_token", std::move(refresh));
  data.append("refresh_token_expire_in", to_unix_seconds(refresh_until));
  data.append("open_id", shop.open_id);
  data.append("seller_name", shop.name);
  data.append("seller_base_region", "ID");
  data.append("user_type", 0);
  data.append("granted_scopes", scopes_of(world));
  Reply reply = Reply::ok(json::Value(std::move(data)));
  reply.message = "success";  // so written on this host (facts 2.2)
  return reply;
}

}  // namespace

std::string authorize(World& world, Shop& shop) {
  shop.granted = true;
  const std::string code = "GB_CODE_" + world.random().hex(12);
  world.codes[code] = {shop.id,
                       world.now() + std::chrono::seconds(world.number("code_seconds", 1800))};
  return code;
}

void withdraw(World& world, Shop& shop, std::string_view why) {
  shop.granted = false;
  std::erase_if(world.access_tokens, [&](const auto& t) { return t.second.shop_id == shop.id; });
  std::erase_if(world.refresh_tokens, [&](const auto& t) { return t.second.shop_id == shop.id; });
  world.push(6, "SELLER_DEAUTHORIZATION", shop, json::object({{"message", why}}));
}

Reply token_get(World& world, const Request& request) {
  if (auto no = check_app(world, request)) return *std::move(no);
  if (request.param("grant_type") != "authorized_code")
    return Reply::fail(36009004, "grant_type must be authorized_code");
  const auto it = world.codes.find(request.param("auth_code"));
  if (it == world.codes.end() || it->second.second <= world.now())
    return Reply::fail(36004004, "auth_code is invalid, used or expired");
  Shop& shop = world.shops.at(it->second.first);
  world.codes.erase(it);  // once
  world.changed(json::object({{"tokens", std::to_string(shop.id)}}));
  return tokens_for(
      world, shop, "GB_RT_" + world.random().hex(16),
      world.now() + std::chrono::seconds(world.number("refresh_seconds", 31'536'000)));
}

Reply token_refresh(World& world, const Request& request) {
  if (auto no = check_app(world, request)) return *std::move(no);
  if (request.param("grant_type") != "refresh_token")
    return Reply::fail(36009004, "grant_type must be refresh_token");
  const std::string sent = request.param("refresh_token");
  const auto it = world.refresh_tokens.find(sent);
  Shop* shop = it == world.refresh_tokens.end() ? nullptr : world.shop(it->second.shop_id);
  if (!shop || !shop->granted || it->second.until <= world.now())
    return Reply::fail(world.number("refresh_refused_code", 36004004),
                       "refresh_token is invalid or expired");
  const TimePoint until = it->second.until;
  std::string next = sent;
  // One source speaks of rotated tokens, one of a token that may stay (facts 2.3).
  if (world.enabled("rotate_refresh", true)) {
    world.refresh_tokens.erase(it);
    next = "GB_RT_" + world.random().hex(16);
  }
  world.changed(json::object({{"tokens", std::to_string(shop->id)}}));
  return tokens_for(world, *shop, std::move(next), until);
}

Reply authorized_shops(World&, const Request& request) {
  const Shop& shop = *request.shop;
  return Reply::ok(
      json::object({{"shops", json::Array{json::object({{"id", std::to_string(shop.id)},
                                                        {"name", shop.name},
                                                        {"region", "ID"},
                                                        {"seller_type", "LOCAL"},
                                                        {"cipher", shop.cipher},
                                                        {"code", shop.code}})}}}));
}

Reply active_shops(World&, const Request& request) {
  return Reply::ok(json::object(
      {{"shops",
        json::Array{json::object({{"id", std::to_string(request.shop->id)}, {"region", "ID"}})}}}));
}

// The seller's page: which shop, and whether. The way back is registered with the app, not part of
// the link (facts 2.1).
HttpResponse consent_page(World& world, const Request& request) {
  HttpResponse page;
  page.status = 400;
  page.headers.set("Content-Type", "text/plain; charset=utf-8");
  const std::string app = request.param("app_key"), service = request.param("service_id");
  const bool known = app == world.text("app_key", kAppKey) ||
                     (!service.empty() && service == world.text("service_id", "7000000000001"));
  if (!known) {
    page.body = "unknown app";
    return page;
  }
  Shop* shop = world.shop(digits(request.param("shop_id")).value_or(0));
  if (!shop && world.shops.size() == 1) shop = &world.shops.begin()->second;
  if (!shop) {
    page.body = "log in: add &shop_id=…";
    return page;
  }
  std::string back = world.text("redirect_url", "");
  if (back.empty()) {
    // Our own gateway's, where it is known from the webhook address.
    back = world.options.hook_url;
    const auto at = back.find("/hooks/");
    back = at == std::string::npos ? "" : back.replace(at, 7, "/oauth/") + "/callback";
  }
  QueryItems query;
  if (request.param("deny").empty()) {
    query.emplace_back("code", authorize(world, *shop));
  } else {
    query.emplace_back("code", "null");
    query.emplace_back("error", "auth_denied");
  }
  query.emplace_back("app_key", world.text("app_key", kAppKey));
  query.emplace_back("locale", "id-ID");
  query.emplace_back("shop_region", "ID");
  if (const std::string state = request.param("state"); !state.empty())
    query.emplace_back("state", state);
  if (back.empty()) {
    page.status = 200;
    page.body = build_query(query);
    return page;
  }
  page.status = 302;
  page.headers.set("Location", back + "?" + build_query(query));
  return page;
}

}  // namespace gerbang::sandbox::tokopedia
