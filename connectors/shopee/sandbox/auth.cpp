#include <algorithm>

#include "connectors/shopee/sandbox/defaults.hpp"
#include "connectors/shopee/sandbox/handlers.hpp"

namespace gerbang::sandbox::shopee {

namespace {

using std::chrono::seconds;

seconds token_life(const World& world) {
  return seconds(world.number("token_seconds", 14400));
}
seconds refresh_life(const World& world) {
  return seconds(world.number("refresh_seconds", 30 * 86400));
}
seconds grace(const World& world) {
  return seconds(world.number("grace_seconds", 300));
}

// Dead tokens are kept a while, so that an expired one is still told from one that never was.
void prune(World& world) {
  const TimePoint long_ago = world.now() - std::chrono::days(1);
  std::erase_if(world.access_tokens, [&](const auto& entry) {
    return std::all_of(entry.second.until.begin(), entry.second.until.end(),
                       [&](const auto& u) { return u.second < long_ago; });
  });
  std::erase_if(world.refresh_tokens,
                [&](const auto& entry) { return entry.second.expires < long_ago; });
  std::erase_if(world.codes, [&](const auto& entry) { return entry.second.expires < long_ago; });
}

struct Pair {
  std::string access, refresh;
};

// One pair for all these shops (several: the shared first pair of a main account).
Pair issue(World& world, const std::vector<Id>& shops) {
  prune(world);
  Pair out{world.random().hex(16), world.random().hex(16)};
  AccessToken& access = world.access_tokens[out.access];
  RefreshToken& refresh = world.refresh_tokens[out.refresh];
  refresh.expires = world.now() + refresh_life(world);
  for (const Id id : shops) {
    access.until[id] = world.now() + token_life(world);
    refresh.covers.insert(id);
    refresh.left.insert(id);
    world.shops.at(id).access_token = out.access;
  }
  return out;
}

// The shop's present access token ends after `left` at the latest.
void shorten_access(World& world, const Shop& shop, Duration left) {
  const auto token = world.access_tokens.find(shop.access_token);
  if (token == world.access_tokens.end()) return;
  const auto until = token->second.until.find(shop.shop_id);
  if (until != token->second.until.end())
    until->second = std::min(until->second, world.now() + left);
}

// Authorizing again replaces the tokens (facts 2.1).
void revoke_chain(World& world, const Shop& shop) {
  for (auto& [text, token] : world.access_tokens) {
    if (const auto until = token.until.find(shop.shop_id); until != token.until.end())
      until->second = std::min(until->second, world.now());
  }
  for (auto& [text, token] : world.refresh_tokens) token.left.erase(shop.shop_id);
}

Reply refused(std::string_view code, std::string_view message) {
  return Reply::refused(code, message);
}

Refusal wrong_partner(const World& world, const json::Value& body) {
  std::optional<std::int64_t> partner = whole(body["partner_id"]);
  // One SDK keeps it as text (facts 7: shopee-sdk@0.0.9).
  if (!partner && world.enabled("partner_id_as_text")) partner = digits(body["partner_id"].text());
  if (!partner) return refused("error_param", "There is no partner_id in body.");
  if (*partner != world.number("partner_id", kPartnerId))
    return refused("error_param", "The partner_id of body and query differ.");
  return {};
}

json::Array ids(const std::vector<Id>& shops) {
  return json::Array(shops.begin(), shops.end());
}

}  // namespace

std::string authorize(World& world, const std::vector<Id>& shops, Id main_account) {
  const auto days = world.number("authorization_days", 365);
  for (const Id id : shops) {
    Shop& shop = world.shops.at(id);
    shop.linked = true;
    shop.auth_time = world.seconds();
    shop.expire_time = world.seconds() + days * 86400;
  }
  json::Object data;
  data.append("authorize_type", "shop authorization by user");
  data.append("extra", "");
  if (main_account != 0) {
    data.append("main_account_id", main_account);
    data.append("shop_id_list", ids(shops));
    data.append("merchant_id_list", json::Array());
  } else {
    data.append("shop_id", shops.front());
  }
  data.append("success", 1);
  world.push_partner(1, std::move(data));

  std::string text = world.random().hex(16);
  AuthCode& code = world.codes[text];
  code.expires = world.now() + seconds(world.number("code_seconds", 600));
  code.main_account_id = main_account;
  code.shops = shops;
  return text;
}

void cancel_authorization(World& world, Shop& shop, std::string_view why) {
  if (!shop.linked) return;
  shop.linked = false;
  world.push_partner(2, json::object({{"authorize_type", why},
                                      {"extra", "shop id " + std::to_string(shop.shop_id)},
                                      {"shop_id", shop.shop_id},
                                      {"success", 1}}));
}

Reply auth_token_get(World& world, const Request& request) {
  const json::Value& body = request.body;
  if (auto no = wrong_partner(world, body)) return *no;
  const auto shop = whole(body["shop_id"]), account = whole(body["main_account_id"]);
  if (body["code"].text().empty()) return refused("error_param", "There is no code in body.");
  if (shop.has_value() == account.has_value())
    return refused("error_param", "Give either shop_id or main_account_id.");
  const auto found = world.codes.find(std::string(body["code"].text()));
  if (found == world.codes.end()) return refused("error_auth", "Invalid code");
  AuthCode& code = found->second;
  if (code.used || code.expires <= world.now())
    return refused("invalid_code", "The code has been used or has expired.");
  if (account && *account != code.main_account_id)
    return refused("invalid_main_acount_id", "The code is not of this main account.");
  if (shop && (code.main_account_id != 0 || code.shops.front() != *shop))
    return refused("invalid_shop_id", "The code is not of this shop.");
  code.used = true;

  for (const Id id : code.shops) revoke_chain(world, world.shops.at(id));
  const Pair pair = issue(world, code.shops);
  json::Object out;
  out.append("access_token", pair.access);
  out.append("refresh_token", pair.refresh);
  out.append("expire_in", token_life(world).count());
  out.append("shop_id_list", code.main_account_id != 0 ? ids(code.shops) : json::Array());
  out.append("merchant_id_list", json::Array());
  world.changed(json::object({{"authorized", ids(code.shops)}}));
  return Reply::at_top(std::move(out));
}

Reply auth_access_token_get(World& world, const Request& request) {
  const json::Value& body = request.body;
  if (auto no = wrong_partner(world, body)) return *no;
  const auto shop_id = whole(body["shop_id"]), merchant = whole(body["merchant_id"]);
  if (body["refresh_token"].text().empty())
    return refused("error_param", "There is no refresh_token in body.");
  if (shop_id.has_value() == merchant.has_value())
    return refused("error_param", "Give either shop_id or merchant_id.");
  // Only cross-border sellers have merchants.
  if (merchant) return refused("error_auth", "Invalid refresh_token.");
  const auto found = world.refresh_tokens.find(std::string(body["refresh_token"].text()));
  if (found == world.refresh_tokens.end() || !found->second.covers.contains(*shop_id))
    return refused("error_auth", "Invalid refresh_token.");
  RefreshToken& token = found->second;
  if (token.expires <= world.now())
    return refused("refresh_token_expired", "The refresh_token has expired.");
  Shop& shop = world.shops.at(*shop_id);
  if (shop.banned) return refused("shop_banned", "The shop is banned.");
  if (!shop.linked) return refused("shop_no_linked", "The shop has no link with the partner.");
  if (shop.expire_time <= world.seconds())
    return refused("shop_access_expired", "The authorization of the shop has expired.");
  if (token.left.erase(*shop_id) == 0) return refused("error_auth", "Invalid refresh_token.");

  shorten_access(world, shop, grace(world));
  const Pair pair = issue(world, {*shop_id});
  json::Object out;
  out.append("partner_id", world.number("partner_id", kPartnerId));
  out.append("refresh_token", pair.refresh);
  out.append("access_token", pair.access);
  out.append("expire_in", token_life(world).count());
  out.append("shop_id", *shop_id);
  world.changed(json::object({{"refreshed", *shop_id}}));
  return Reply::at_top(std::move(out));
}

Reply get_shops_by_partner(World& world, const Request& request) {
  const auto size = request.integer("page_size"), page = request.integer("page_no");
  if (!size || *size < 1 || *size > 100)
    return Reply::fail("error_param", "The page_size must be between 1 and 100.");
  if (!page || *page < 1) return Reply::fail("error_param", "The page_no starts at 1.");
  json::Array list;
  std::int64_t seen = 0;
  const std::int64_t skip = (*page - 1) * *size;
  bool more = false;
  for (const auto& [id, shop] : world.shops) {
    if (!shop.linked || seen++ < skip) continue;
    if (static_cast<std::int64_t>(list.size()) == *size) {
      more = true;
      break;
    }
    list.push_back(json::object({{"region", "ID"},
                                 {"shop_id", id},
                                 {"auth_time", shop.auth_time},
                                 {"expire_time", shop.expire_time},
                                 {"sip_affi_shop_list", json::Array()}}));
  }
  json::Object out;
  out.append("authed_shop_list", std::move(list));
  out.append("more", more);
  return Reply::at_top(std::move(out));
}

Reply get_shopee_ip_ranges(World&, const Request&) {
  json::Object out;
  out.append("ip_list", json::Array{"127.0.0.1"});
  return Reply::at_top(std::move(out));
}

Reply get_shop_info(World&, const Request& request) {
  const Shop& shop = *request.shop;
  json::Object out;
  out.append("shop_name", shop.name);
  out.append("region", "ID");
  out.append("status", "NORMAL");
  out.append("is_cb", false);
  out.append("is_sip", false);
  out.append("is_cnsc", false);
  out.append("auth_time", shop.auth_time);
  out.append("expire_time", shop.expire_time);
  out.append("merchant_id", nullptr);
  out.append("sip_affi_shops", json::Array());
  return Reply::at_top(std::move(out));
}

Reply get_warehouse_detail(World&, const Request&) {
  return Reply::fail("warehouse.error_not_in_whitelist",
                     "Your shop is not in multi-warehouse whitelist.", nullptr);
}

}  // namespace gerbang::sandbox::shopee
