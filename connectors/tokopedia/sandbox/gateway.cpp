#include "connectors/tokopedia/sandbox/gateway.hpp"

#include <algorithm>

#include "connectors/tokopedia/sandbox/defaults.hpp"
#include "core/base/crypto.hpp"
#include "core/base/log.hpp"

namespace gerbang::sandbox::tokopedia {

namespace {

constexpr std::int64_t kOldest = 300;  // seconds
constexpr std::int64_t kAhead = 30;

bool is_multipart(const HttpRequest& request) {
  return request.headers.find("Content-Type").value_or("").starts_with("multipart/form-data");
}

Refusal check_time(const World& world, const Request& request) {
  const std::string text = request.param("timestamp");
  const auto time = digits(text);
  if (!time || *time <= 0 || text.size() != 10)
    return Reply::refused(36009004, "Invalid timestamp: it must be positive, in seconds");
  if (*time < world.seconds() - kOldest)
    return Reply::refused(36009004, "Invalid timestamp: older than 5 minutes");
  if (*time > world.seconds() + kAhead)
    return Reply::refused(36009004, "Invalid timestamp: more than 30 seconds ahead");
  return {};
}

// What the server makes of `{}` and `[]` bodies that some clients send unsigned is unknown (facts
// 3.2): by switch.
bool signed_right(const World& world, const Request& request) {
  const std::string sent = request.param("sign");
  const std::string secret = world.text("app_secret", kAppSecret);
  const std::string_view body =
      request.multipart ? std::string_view() : std::string_view(request.http->body);
  if (constant_time_equal(sign_request(request.path, request.query, body, secret), sent))
    return true;
  const bool hollow = body == "{}" || body == "[]";
  if (!hollow || world.text("sign_mode", "lenient") == "strict") return false;
  if (!constant_time_equal(sign_request(request.path, request.query, "", secret), sent))
    return false;
  log::info("sandbox.unsigned_body", {{"channel", "tokopedia"}, {"path", request.path}});
  return true;
}

Refusal check_token(World& world, Request& request) {
  std::string token(request.http->headers.find("x-tts-access-token").value_or(""));
  if (token.empty()) token = request.param("access_token");  // the old style (facts 3.2)
  if (token.empty()) return Reply::refused(36009004, "x-tts-access-token is missing");
  const auto it = world.access_tokens.find(token);
  if (it == world.access_tokens.end())
    return Reply::refused(36009004, "x-tts-access-token is invalid");
  if (it->second.until <= world.now())
    return Reply::refused(105002, "The access token has expired");
  Shop* shop = world.shop(it->second.shop_id);
  if (!shop || !shop->granted) return Reply::refused(36009004, "x-tts-access-token is invalid");
  request.shop = shop;
  return {};
}

Refusal check_scope(const World& world, const Route& route) {
  const json::Value& scopes = world.setting("scopes");
  if (route.scope.empty() || !scopes.is_array()) return {};
  const json::Array& all = scopes.items();
  const bool granted = std::any_of(all.begin(), all.end(),
                                   [&](const json::Value& s) { return s.text() == route.scope; });
  if (granted) return {};
  return Reply::refused(105005, "The app has no permission: apply for the scope " +
                                    std::string(route.scope) + " and authorise again");
}

Refusal check_cipher(World& world, const Route& route, Request& request) {
  const std::string cipher = request.param("shop_cipher");
  if (route.level == Level::app) {
    // One SDK sends it to image upload, another removes it (facts 3.3).
    if (!cipher.empty() && !request.multipart && !world.enabled("tolerate_cipher"))
      return Reply::refused(36009004, "shop_cipher is not required for this API");
    return {};
  }
  if (cipher.empty()) return Reply::refused(106013, "shop_cipher is missing");
  if (cipher != request.shop->cipher)
    return Reply::refused(101000, "The shop_cipher does not belong to the token's seller");
  if (request.shop->disabled) return Reply::refused(36009043, "The shop is disabled");
  return {};
}

Refusal check_rate(World& world, const Route& route, Shop& shop) {
  const auto per_second = world.number("calls_per_second", 50);
  auto& recent = shop.recent[std::string(route.path)];
  while (!recent.empty() && recent.front() + std::chrono::seconds(1) <= world.now())
    recent.pop_front();
  if (per_second > 0 && static_cast<std::int64_t>(recent.size()) >= per_second)
    return Reply::refused(36009002, "Too many requests", 429);
  recent.push_back(world.now());
  return {};
}

Refusal read_body(const Route& route, Request& request) {
  if (route.method == Method::get || request.multipart) return {};
  if (request.http->body.empty()) return {};
  const std::string_view type = request.http->headers.find("Content-Type").value_or("");
  if (!type.starts_with("application/json"))
    return Reply::refused(36009022, "The content type must be application/json");
  auto body = json::parse(request.http->body);
  if (!body || !(body->is_object() || (body->is_array() && body->items().empty())))
    return Reply::refused(36009022, "The body cannot be parsed");
  if (body->is_object()) request.body = std::move(*body);
  return {};
}

// Whether a pattern's segment takes this one; ids are collected.
bool takes(std::string_view pattern, std::string_view segment, std::vector<std::string>& ids) {
  if (pattern == "{}") {
    ids.emplace_back(segment);
    return digits(segment).has_value();
  }
  while (!pattern.empty()) {
    const auto bar = pattern.find('|');
    if (pattern.substr(0, bar) == segment) return true;
    pattern = bar == std::string_view::npos ? std::string_view() : pattern.substr(bar + 1);
  }
  return false;
}

}  // namespace

bool matches(std::string_view pattern, std::string_view path, std::vector<std::string>& ids) {
  ids.clear();
  for (;;) {
    const auto p = pattern.find('/'), q = path.find('/');
    if ((p == std::string_view::npos) != (q == std::string_view::npos)) return false;
    const std::string_view segment = path.substr(0, q), wanted = pattern.substr(0, p);
    if (!(wanted.empty() && segment.empty()) && !takes(wanted, segment, ids)) return false;
    if (p == std::string_view::npos) return true;
    pattern.remove_prefix(p + 1);
    path.remove_prefix(q + 1);
  }
}

std::string sign_request(std::string_view path, const QueryItems& query, std::string_view body,
                         std::string_view secret) {
  QueryItems items;
  for (const auto& item : query) {
    if (item.first != "sign" && item.first != "access_token") items.push_back(item);
  }
  std::sort(items.begin(), items.end());
  std::string base(secret);
  base += path;
  for (const auto& [name, value] : items) base += name + value;
  base += body;
  base += secret;
  return to_hex(hmac_sha256(secret, base));
}

std::string sign_webhook(std::string_view app_key, std::string_view body, std::string_view secret) {
  return to_hex(hmac_sha256(secret, std::string(app_key) + std::string(body)));
}

Refusal pass_gateway(World& world, const Route& route, Request& request) {
  if (route.level == Level::open) return {};
  request.multipart = is_multipart(*request.http);
  if (request.param("app_key") != world.text("app_key", kAppKey))
    return Reply::refused(36009004, "app_key is invalid");
  if (auto no = check_time(world, request)) return no;
  if (request.param("sign").empty()) return Reply::refused(36009004, "The signature is missing");
  if (!signed_right(world, request))
    return Reply::refused(106001, "Invalid credentials: the signature is invalid", 401);
  if (auto no = check_token(world, request)) return no;
  if (auto no = check_scope(world, route)) return no;
  if (auto no = check_cipher(world, route, request)) return no;
  if (auto no = check_rate(world, route, *request.shop)) return no;
  return read_body(route, request);
}

HttpResponse render(World& world, const Reply& reply) {
  json::Object out;
  out.append("code", reply.code);
  out.append("message", reply.message);
  out.append("request_id", "20261124" + world.random().hex(12));
  if (!reply.data.is_null() || world.enabled("null_data")) out.append("data", reply.data);
  HttpResponse answer;
  answer.status = reply.status != 0 ? reply.status : 200;
  // The status of most refusals is not known (facts 3.6): by switch.
  if (reply.code != 0 && answer.status == 200)
    answer.status = static_cast<int>(world.number("error_status", 200));
  answer.headers.set("Content-Type", "application/json; charset=utf-8");
  if (const auto wait = world.number("retry_after_seconds", 0); answer.status == 429 && wait > 0)
    answer.headers.set("Retry-After", std::to_string(wait));
  answer.body = json::dump(json::Value(std::move(out)));
  return answer;
}

}  // namespace gerbang::sandbox::tokopedia
