// Every call: taken apart, checked in the order parameters → time → app → signature → token → shop
// → rate, then answered in the envelope of facts lazada.md 5.
#include <algorithm>
#include <cstdlib>

#include "connectors/lazada/sandbox/market.hpp"
#include "core/base/crypto.hpp"

namespace gerbang::sandbox::lazada {

namespace {

constexpr std::string_view kRest = "/rest";

std::string upper(std::string text) {
  for (char& c : text) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 32);
  }
  return text;
}

std::string content_type_of(const HttpRequest& request) {
  std::string type(request.headers.find("Content-Type").value_or(""));
  return upper(type.substr(0, type.find(';')));
}

bool is_auth_path(std::string_view path) {
  return path.starts_with("/auth/");
}

}  // namespace

std::string Market::Request::param(const std::string& name) const {
  const auto it = params.find(name);
  return it == params.end() ? std::string() : it->second;
}

const std::vector<Market::Route>& Market::routes() {
  static const std::vector<Route> kRoutes = {
      {"/auth/token/create", true, true, Token::none, &Market::token_create},
      {"/auth/token/refresh", true, true, Token::none, &Market::token_refresh},
      {"/category/tree/get", true, false, Token::optional, &Market::category_tree},
      {"/category/attributes/get", true, false, Token::optional, &Market::category_attributes},
      {"/product/category/suggestion/get", true, false, Token::needed,
       &Market::category_suggestion},
      {"/category/brands/query", true, true, Token::optional, &Market::brand_page},
      {"/seller/get", true, false, Token::needed, &Market::seller_get},
      {"/seller/warehouse/get", true, true, Token::needed, &Market::warehouses},
      {"/image/upload", false, true, Token::needed, &Market::image_upload},
      {"/image/migrate", false, true, Token::needed, &Market::image_migrate},
      {"/images/migrate", false, true, Token::needed, &Market::images_migrate},
      {"/image/response/get", true, false, Token::needed, &Market::image_response},
      {"/product/create", false, true, Token::needed, &Market::product_create},
      {"/product/update", false, true, Token::needed, &Market::product_update},
      {"/product/deactivate", false, true, Token::needed, &Market::product_deactivate},
      {"/product/remove", false, true, Token::needed, &Market::product_remove},
      {"/product/item/get", true, false, Token::needed, &Market::product_item},
      {"/products/get", true, false, Token::needed, &Market::products},
      {"/product/price_quantity/update", false, true, Token::needed, &Market::price_quantity},
      {"/product/stock/sellable/update", true, true, Token::needed, &Market::sellable_update},
      {"/product/stock/sellable/adjust", true, true, Token::needed, &Market::sellable_adjust},
      {"/orders/get", true, false, Token::needed, &Market::orders},
      {"/order/get", true, false, Token::needed, &Market::order_get},
      {"/order/items/get", true, false, Token::needed, &Market::order_items},
      {"/orders/items/get", true, false, Token::needed, &Market::orders_items},
      {"/order/shipment/providers/get", true, true, Token::needed, &Market::providers},
      {"/order/fulfill/pack", false, true, Token::needed, &Market::pack},
      {"/order/package/rts", false, true, Token::needed, &Market::ready},
      {"/order/package/repack", true, true, Token::needed, &Market::repack},
      {"/order/package/document/get", true, true, Token::needed, &Market::document},
      {"/order/reverse/cancel/validate", true, false, Token::needed, &Market::cancel_validate},
      {"/order/reverse/cancel/create", true, false, Token::needed, &Market::cancel_create},
      {"/order/reverse/cancel/seller/decide", true, false, Token::needed, &Market::cancel_decide},
  };
  return kRoutes;
}

std::string Market::operation_of(const Call& call) const {
  std::string path = call.path.starts_with(kRest) ? call.path.substr(kRest.size()) : call.path;
  if (path.starts_with('/')) path.erase(0, 1);
  std::replace(path.begin(), path.end(), '/', '.');
  return path;
}

// All parameters wherever they travel (facts 3): query, form, JSON body, multipart texts. A name
// that comes twice with two values could be signed and read differently.
Result<Market::Request> Market::take_apart(const Call& call) const {
  const auto refuse = [](std::string why) {
    return Error(ErrorKind::invalid, "parameters", std::move(why));
  };
  Request out;
  out.method = call.request->method;
  out.path = call.path.substr(kRest.size());
  QueryItems all = call.query;
  const std::string type = content_type_of(*call.request);
  const std::string& body = call.request->body;
  if (body.empty()) {
  } else if (type == "APPLICATION/X-WWW-FORM-URLENCODED") {
    // Forms write a blank as '+'.
    for (std::string_view rest = body; !rest.empty();) {
      const auto end = rest.find('&');
      const std::string_view pair = rest.substr(0, end);
      rest = end == std::string_view::npos ? std::string_view() : rest.substr(end + 1);
      if (pair.empty()) continue;
      const auto equals = pair.find('=');
      const auto name = percent_decode(pair.substr(0, equals), true);
      const auto value = equals == std::string_view::npos
                             ? std::optional<std::string>("")
                             : percent_decode(pair.substr(equals + 1), true);
      if (!name || !value) return refuse("a broken escape in the form");
      all.emplace_back(*name, *value);
    }
  } else if (type == "MULTIPART/FORM-DATA") {
    const auto parts = parse_multipart(*call.request->headers.find("Content-Type"), body);
    if (!parts) return refuse("a broken multipart body");
    for (const MultipartPart& part : *parts) {
      if (part.filename || part.field == "image") {
        if (part.field == "image" && part.filename) out.image = part.bytes;
      } else {
        all.emplace_back(part.field, part.bytes);
      }
    }
  } else if (type == "APPLICATION/JSON" && flag("json_bodies", true)) {
    const auto parsed = json::parse(body);
    if (!parsed || !parsed->is_object()) return refuse("a broken JSON body");
    for (const auto& [name, value] : parsed->members())
      all.emplace_back(name,
                       value.is_array() || value.is_object() ? json::dump(value) : value.to_text());
  } else {
    return refuse("an unknown content type");
  }
  for (auto& [name, value] : all) {
    const auto [at, added] = out.params.emplace(name, value);
    if (!added && at->second != value) return refuse("parameter " + name + " comes twice");
  }
  return out;
}

Reply Market::admit(Request& request, const Route& route) {
  for (const char* name : {"app_key", "timestamp", "sign_method", "sign"}) {
    if (request.param(name).empty())
      return Reply::fail("MissingParameter",
                         std::string("The input parameter \"") + name +
                             "\" that is mandatory for processing this request is not supplied");
  }
  const std::string stamp = request.param("timestamp");
  std::optional<TimePoint> at;
  if (const auto ms = id_of(json::Value(stamp)); ms && stamp.size() >= 12) {
    at = from_unix_millis(*ms);
  } else {
    at = from_rfc3339(stamp);  // an ISO UTC form is documented too (facts 3)
  }
  const auto window = std::chrono::seconds(setting_or("timestamp_window_seconds", 7200));
  if (!at || std::chrono::abs(now() - *at) > window)
    return Reply::fail("IllegalTimestamp", "The specified timestamp is invalid or expired");
  if (request.param("app_key") != text_setting("app_key", "990017"))
    return Reply::fail("InvalidAppKey", "The specified App Key is invalid");
  if (request.param("sign_method") != "sha256" &&
      !(flag("old_sign_method", false) && request.param("sign_method") == "hmac"))
    return Reply::fail("IncompleteSignature", "The sign method is not supported");
  std::string text = request.path;
  for (const auto& [name, value] : request.params) {  // a map: already in byte order
    if (name != "sign") text += name + value;
  }
  const std::string key = text_setting("app_secret", "sandbox-lazada-app-secret");
  if (!constant_time_equal(request.param("sign"), upper(to_hex(hmac_sha256(key, text)))))
    return Reply::fail("IncompleteSignature",
                       "The request signature does not conform to platform standards");

  if (route.token == Token::needed ||
      (route.token == Token::optional && request.has("access_token"))) {
    const auto grant = access_.find(request.param("access_token"));
    if (grant == access_.end() || grant->second.expires_at <= now())
      return Reply::fail("IllegalAccessToken", "The specified access token is invalid or expired");
    request.seller = grant->second.seller;
    note(request.seller, "");
    if (!shops_.at(request.seller).active)
      return Reply::fail("SellerNotActive", "Seller not active,please check seller status", "ISP");
  } else if (route.token == Token::none && request.has("access_token")) {
    return Reply::fail("IllegalAccessToken", "no access token on this host");
  }
  if (over_limit(request.seller, request.path)) {
    return Reply::fail("ApiCallLimit",
                       "Api access frequency exceeds the limit. this ban will last " +
                           std::to_string(setting_or("ban_seconds", 1)) + " seconds");
  }
  for (const json::Value& off : setting("switched_off").items()) {
    if (off.text() == request.path)
      return Reply::fail("998", "E998: The API is switched off during the campaign", "SYSTEM");
  }
  return Reply();
}

bool Market::over_limit(const std::string& seller, const std::string& path) {
  const std::int64_t most = setting_or("calls_per_second", 20);
  if (most <= 0) return false;
  const std::string key = seller + path;
  if (const auto ban = banned_until_.find(key); ban != banned_until_.end()) {
    if (now() < ban->second) return true;
    banned_until_.erase(ban);
  }
  std::deque<TimePoint>& recent = calls_[key];
  while (!recent.empty() && recent.front() + std::chrono::seconds(1) <= now()) recent.pop_front();
  if (static_cast<std::int64_t>(recent.size()) >= most) {
    banned_until_[key] = now() + std::chrono::seconds(setting_or("ban_seconds", 1));
    return true;
  }
  recent.push_back(now());
  return false;
}

HttpResponse Market::answer(const Reply& reply) {
  json::Object out;
  for (const auto& [name, value] : reply.body) out.append(name, value);
  out.append("code", reply.code);
  if (!reply.ok()) {
    out.append("type", reply.type);
    out.append("message", reply.message);
    if (!reply.detail.empty()) out.append("detail", reply.detail);
  }
  out.append("request_id", "2101" + random().hex(12));
  // Errors arrive with HTTP 200 too; in every case is not known (facts 16).
  const int status = reply.ok() ? 200 : static_cast<int>(setting_or("error_status", 200));
  return json_response(status, json::Value(std::move(out)));
}

HttpResponse Market::serve(const Call& call) {
  catch_up();
  effect_ = {};
  if (call.path == "/oauth/authorize") return consent_page(call);
  constexpr std::string_view kLabels = "/label/";
  if (call.path.starts_with(kLabels))
    return label_file(std::string_view(call.path).substr(kLabels.size()));
  if (!call.path.starts_with("/rest/"))
    return json_response(404, json::object({{"message", "no such path"}}));
  const std::string path = call.path.substr(kRest.size());
  const auto& all = routes();
  const auto route =
      std::find_if(all.begin(), all.end(), [&](const Route& r) { return r.path == path; });
  if (route == all.end()) {
    note("", "InvalidApiPath");
    return answer(Reply::fail("InvalidApiPath", "The specified API path is invalid"));
  }
  const Method method = call.request->method;
  if (!((method == Method::get && route->get) || (method == Method::post && route->post))) {
    note("", "UnsupportedMethod");
    return answer(Reply::fail("UnsupportedMethod", "This API does not take the HTTP method"));
  }
  Result<Request> request = take_apart(call);
  if (!request) {
    note("", "5");
    return answer(Reply::fail("5", "E005: Invalid Request Format: " + request.error().detail));
  }
  Reply reply = admit(*request, *route);
  if (reply.ok()) reply = (this->*route->handler)(*request);
  note(request->seller, reply.ok() ? "" : reply.code, effect_);
  return answer(reply);
}

HttpResponse Market::token_expired_answer(const Call& call) {
  if (is_auth_path(std::string_view(call.path).substr(std::min(kRest.size(), call.path.size()))))
    return answer(Reply::fail("IllegalRefreshToken", "The refresh token is invalid or expired"));
  return answer(
      Reply::fail("IllegalAccessToken", "The specified access token is invalid or expired"));
}

HttpResponse Market::throttle_answer(const Call&) {
  return answer(Reply::fail(
      "ApiCallLimit", "Api access frequency exceeds the limit. this ban will last 1 seconds"));
}

HttpResponse Market::refusal_answer(const Call&, const std::string& code,
                                    const std::string& message) {
  const bool business = !code.empty() && code.front() >= '0' && code.front() <= '9';
  return answer(Reply::fail(code, message, business ? "ISP" : "ISV"));
}

}  // namespace gerbang::sandbox::lazada
