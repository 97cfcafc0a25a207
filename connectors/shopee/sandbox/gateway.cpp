#include "connectors/shopee/sandbox/gateway.hpp"

#include <set>

#include "connectors/shopee/sandbox/defaults.hpp"
#include "core/base/crypto.hpp"

namespace gerbang::sandbox::shopee {

namespace {

constexpr std::int64_t kTimestampWindow = 300;

struct Common {
  std::int64_t partner_id = 0;
  std::int64_t timestamp = 0;
  std::string sign, access_token;
  std::int64_t shop_id = 0;  // 0: none given
};

// One SDK signs every shop call at public level and names no shop (facts 6, row 7): by switch it
// passes, and the shop is the one its token was given for.
bool lenient_sign(const World& world, const Route& route) {
  return route.level == Level::shop && world.enabled("lenient_shop_sign");
}

void take_shop_of_token(const World& world, Common& c) {
  const auto token = world.access_tokens.find(c.access_token);
  if (c.shop_id == 0 && token != world.access_tokens.end() && token->second.until.size() == 1)
    c.shop_id = token->second.until.begin()->first;
}

// The public base counts on open endpoints, the shop base wherever token and shop are given (facts
// 1.3: some SDKs sign media_space and push at shop level).
enum class Signed { no, open, shop };
Signed signature_of(const World& world, const Route& route, const Request& request, Common& c) {
  const std::string key = world.text("partner_key", kPartnerKey);
  const std::string base =
      std::to_string(c.partner_id) + request.path + std::to_string(c.timestamp);
  if (!c.access_token.empty() && c.shop_id != 0) {
    const std::string expected = sign(key, base + c.access_token + std::to_string(c.shop_id));
    if (constant_time_equal(expected, c.sign)) return Signed::shop;
  }
  const bool lenient = lenient_sign(world, route);
  if ((route.level != Level::open && !lenient) || !constant_time_equal(sign(key, base), c.sign))
    return Signed::no;
  if (!lenient) return Signed::open;
  take_shop_of_token(world, c);
  return Signed::shop;
}

Refusal read_common(const World& world, const Route& route, const Request& request, Common& c) {
  for (const char* name : {"partner_id", "timestamp", "sign"}) {
    if (request.param(name).empty())
      return Reply::refused("error_param", "There is no " + std::string(name) + " in query.");
  }
  c.access_token = request.param("access_token");
  if (route.level == Level::shop) {
    for (const std::string_view name : {"access_token", "shop_id"}) {
      if (name == "shop_id" && lenient_sign(world, route)) continue;
      if (request.param(name).empty())
        return Reply::refused("error_param", "There is no " + std::string(name) + " in query.");
    }
  }
  c.sign = request.param("sign");
  const auto partner = request.integer("partner_id");
  if (!partner || *partner > UINT32_MAX)
    return Reply::refused("error_param", "Invalid partner_id.");
  c.partner_id = *partner;
  if (const std::string shop = request.param("shop_id"); !shop.empty()) {
    const auto id = digits(shop);
    if (!id || *id > UINT32_MAX) return Reply::refused("error_param", "Invalid shop_id.");
    c.shop_id = *id;
  }
  const auto timestamp = request.integer("timestamp");
  if (!timestamp || *timestamp > world.seconds() + kTimestampWindow)
    return Reply::refused("error_param", "Invalid timestamp");
  if (*timestamp < world.seconds() - kTimestampWindow)
    return Reply::refused("error_param", "Timestamp is expired.");
  c.timestamp = *timestamp;
  return {};
}

Refusal check_token(World& world, const Common& c) {
  const auto token = world.access_tokens.find(c.access_token);
  if (token == world.access_tokens.end())
    return Reply::refused("error_auth", "Invalid access_token.");
  if (!world.shop(c.shop_id)) return Reply::refused("error_auth", "Invalid partner_id or shopid.");
  const auto until = token->second.until.find(c.shop_id);
  if (until == token->second.until.end() || until->second <= world.now())
    return Reply::refused("invalid_acceess_token", "Invalid access_token, please have a check.");
  return {};
}

Refusal check_link(const World& world, const Shop& shop) {
  if (shop.banned) return Reply::refused("shop_banned", "The shop is banned.");
  if (!shop.linked || shop.expire_time <= world.seconds())
    return Reply::refused("partner_shop_no_link", "The partner and the shop have no link.");
  return {};
}

Refusal check_rate(World& world, Shop& shop) {
  const auto per_second = world.number("calls_per_second", 20);
  auto& recent = shop.recent_calls;
  while (!recent.empty() && recent.front() + std::chrono::seconds(1) <= world.now())
    recent.pop_front();
  if (per_second > 0 && static_cast<std::int64_t>(recent.size()) >= per_second)
    return Reply::refused("error_rate_limit", "Too many requests, please slow down.");
  recent.push_back(world.now());

  const auto per_day = world.number("calls_per_day", 0);
  const std::int64_t day = (world.seconds() + 8 * 3600) / 86400;  // UTC+8
  if (day != world.quota_day) world.quota_used = 0;
  world.quota_day = day;
  if (per_day > 0 && world.quota_used >= per_day)
    return Reply::refused("error_limit", "The daily quota of the app is used up.");
  ++world.quota_used;
  return {};
}

Refusal read_body(const Route& route, Request& request) {
  if (route.method != Method::post) return {};
  const std::string type(request.http->headers.find("Content-Type").value_or(""));
  if (request.path == "/api/v2/media_space/upload_image") return {};  // multipart
  if (!equal_ignoring_case(type.substr(0, type.find_first_of("; ")), "application/json"))
    return Reply::refused("error_param", "The content type must be application/json.");
  if (request.http->body.empty()) {
    request.body = json::Object();
    return {};
  }
  auto body = json::parse(request.http->body);
  if (!body || !body->is_object())
    return Reply::refused("error_param", "The request body is no JSON object.");
  request.body = std::move(*body);
  return {};
}

std::string_view module_of(std::string_view path) {
  constexpr std::string_view kRoot = "/api/v2/";
  if (!path.starts_with(kRoot)) return {};
  path.remove_prefix(kRoot.size());
  return path.substr(0, path.find('/'));
}

}  // namespace

std::string sign(std::string_view key, std::string_view base) {
  return to_hex(hmac_sha256(key, base));
}

Refusal pass_gateway(World& world, const Route& route, Request& request) {
  if (request.http->method != route.method)
    return Reply::refused(
        "error_param", "The method of this path is " + std::string(to_string(route.method)) + ".");
  Common common;
  if (auto no = read_common(world, route, request, common)) return no;
  if (common.partner_id != world.number("partner_id", kPartnerId))
    return Reply::refused("error_auth", "Invalid partner_id.");
  const Signed level = signature_of(world, route, request, common);
  if (level == Signed::no) return Reply::refused("error_sign", "Wrong sign.");
  if (level == Signed::shop) {
    if (auto no = check_token(world, common)) return no;
    Shop& shop = *world.shop(common.shop_id);
    if (auto no = check_link(world, shop)) return no;
    if (auto no = check_rate(world, shop)) return no;
    request.shop = &shop;
  }
  return read_body(route, request);
}

HttpResponse render(World& world, std::string_view path, const Reply& reply) {
  if (reply.raw) return *reply.raw;
  const std::string_view module = module_of(path);
  std::string error = reply.error;
  if (!error.empty() && !reply.from_gateway && world.enabled("prefixed_codes") &&
      error.find('.') == std::string::npos)
    error = std::string(module) + "." + error;
  if (error.empty() && world.enabled("blank_error")) error = " ";

  json::Object out;
  out.append("error", std::move(error));
  out.append("message", reply.message);
  if (!reply.from_gateway) {
    static const std::set<std::string_view> kWithWarning = {"product", "media_space", "push"};
    if (!reply.warning.is_null()) {
      out.append("warning", reply.warning);
    } else if (kWithWarning.contains(module)) {
      out.append("warning", "");
    }
  }
  out.append("request_id", world.random().hex(16));
  for (const auto& [name, value] : reply.top) out.append(name, value);
  if (reply.has_response) out.append("response", reply.response);

  int status = 200;
  if (reply.error == "error_rate_limit") {
    status = 429;
  } else if (reply.from_gateway) {
    status = static_cast<int>(world.number("auth_status", 403));
  }
  HttpResponse answer;
  answer.status = status;
  answer.headers.set("Content-Type", "application/json; charset=utf-8");
  if (const auto wait = world.number("retry_after_seconds", 0); status == 429 && wait > 0)
    answer.headers.set("Retry-After", std::to_string(wait));
  answer.body = json::dump(json::Value(std::move(out)));
  return answer;
}

}  // namespace gerbang::sandbox::shopee
