#include "connectors/sample/sandbox/marketplace.hpp"
#include "connectors/sample/sandbox/sample_sandbox.hpp"
#include "core/base/crypto.hpp"
#include "core/base/url.hpp"

namespace gerbang {

std::unique_ptr<sandbox::Sandbox> make_sample_sandbox(sandbox::Options options) {
  return std::make_unique<sample_sandbox::PasarContoh>(std::move(options));
}

namespace sample_sandbox {

namespace {

constexpr std::int64_t kClockSkewSeconds = 300;
constexpr Duration kCodeLife = std::chrono::minutes(10);

std::vector<std::string> parts_of(std::string_view path) {
  std::vector<std::string> out;
  while (!path.empty()) {
    path.remove_prefix(1);
    const auto slash = path.find('/');
    out.emplace_back(path.substr(0, slash));
    path = slash == std::string_view::npos ? std::string_view() : path.substr(slash);
  }
  return out;
}

HttpResponse page(int status, std::string_view body) {
  HttpResponse out;
  out.status = status;
  out.headers.set("Content-Type", "text/html; charset=utf-8");
  out.body = "<!DOCTYPE html><html><body>" + std::string(body) + "</body></html>";
  return out;
}

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '&') {
      out += "&amp;";
    } else if (c == '<') {
      out += "&lt;";
    } else if (c == '"') {
      out += "&quot;";
    } else {
      out += c;
    }
  }
  return out;
}

}  // namespace

HttpResponse result(json::Value value) {
  return sandbox::json_response(200, json::object({{"result", std::move(value)}}));
}

HttpResponse refusal(int status, std::string_view code, std::string_view message) {
  return sandbox::json_response(
      status, json::object({{"error", json::object({{"code", code}, {"message", message}})}}));
}

std::string PasarContoh::setting_text(std::string_view name, std::string otherwise) const {
  const std::string_view text = setting(name).text();
  return text.empty() ? otherwise : std::string(text);
}

bool PasarContoh::signature_fits(const Call& call) const {
  const HttpRequest& r = *call.request;
  const std::string path = r.url.substr(0, r.url.find('?'));
  std::string text(to_string(r.method));
  text += "\n" + path + "\n" + call.query_text + "\n" +
          std::string(r.headers.find("X-Time").value_or("")) + "\n" + to_hex(sha256(r.body));
  const std::string expected =
      to_hex(hmac_sha256(setting_text("secret", "sample-sandbox-secret"), text));
  return r.headers.find("X-App").value_or("") == setting_text("app_id", "sample-sandbox") &&
         constant_time_equal(expected, r.headers.find("X-Sign").value_or(""));
}

std::string PasarContoh::operation_of(const Call& call) const {
  const auto parts = parts_of(call.path);
  const Method method = call.request->method;
  if (parts.size() < 2 || parts[0] != "v1") return "page";
  if (parts[1] == "products") {
    if (method == Method::put) return "product.update";
    if (method == Method::post) return "product.create";
    return call.param("sku") ? "product.find" : "product.list";
  }
  if (parts[1] == "stock" || parts[1] == "prices" || parts[1] == "states")
    return "product." + parts[1];
  if (parts[1] == "orders")
    return parts.size() == 2 ? "order.list"
                             : (parts.size() == 3 ? "order.get" : "order." + parts[3]);
  if (parts[1] == "events") return parts.size() == 3 ? "event.lost" : "event.confirm";
  return parts[1];
}

HttpResponse PasarContoh::serve(const Call& call) {
  if (call.path == "/auth") return consent_page(call);
  if (!call.path.starts_with("/v1/")) return refusal(404, "not_found", "no such path");
  if (!signature_fits(call)) {
    note("", "bad_signature");
    return refusal(403, "bad_signature", "X-App or X-Sign does not fit");
  }
  const auto sent =
      json::Value(call.request->headers.find("X-Time").value_or("")).to_integral().value_or(0);
  if (std::abs(to_unix_seconds(now()) - sent) > kClockSkewSeconds) {
    note("", "clock");
    return refusal(403, "clock", "X-Time is more than 300 s away");
  }
  json::Value body;
  if (!call.request->body.empty()) {
    auto parsed = json::parse(call.request->body);
    if (!parsed) return refusal(400, "json", "the body is no JSON");
    body = std::move(*parsed);
  }
  if (call.path == "/v1/token" && call.request->method == Method::post) return token(body);

  const std::string_view header = call.request->headers.find("Authorization").value_or("");
  const auto grant =
      access_.find(std::string(header.starts_with("Bearer ") ? header.substr(7) : ""));
  if (grant == access_.end() || grant->second.expires_at <= now()) {
    note("", "token_expired");
    return refusal(401, "token_expired", "unknown or expired token");
  }
  const std::string shop = grant->second.shop;
  note(shop, "");
  if (over_limit(shop)) {
    note(shop, "slow_down");
    HttpResponse out = throttle_answer(call);
    out.headers.set("Retry-After", "1");
    return out;
  }
  return route(call, shop, body);
}

HttpResponse PasarContoh::route(const Call& call, const std::string& shop,
                                const json::Value& body) {
  const auto parts = parts_of(call.path);  // "v1", …
  const Method method = call.request->method;
  const std::string& what = parts[1];
  if (what == "products" && parts.size() == 2) {
    if (method == Method::get) return list_products(call, shop);
    if (method == Method::post) return write_product(shop, body, nullptr);
  }
  if (what == "products" && parts.size() == 3 && method == Method::put) {
    Product* product = own_product(shop, json::Value(parts[2]));
    if (product == nullptr) return refusal(404, "not_found", "no such product");
    return write_product(shop, body, product);
  }
  if (method == Method::post && parts.size() == 2 &&
      (what == "stock" || what == "prices" || what == "states"))
    return batch(shop, what, body);
  if (what == "orders" && method == Method::get && parts.size() == 2)
    return list_orders(call, shop);
  if (what == "orders" && method == Method::get && parts.size() == 3 && parts[2] == "details")
    return order_details(call, shop);
  if (what == "orders" && method == Method::get && parts.size() == 4 && parts[3] == "label")
    return label(shop, parts[2]);
  if (what == "orders" && method == Method::post && parts.size() == 4)
    return seller_verb(shop, parts[2], parts[3], body);
  if (call.path == "/v1/events/lost" && method == Method::get) return lost_list(shop);
  if (call.path == "/v1/events/lost/confirm" && method == Method::post) {
    const std::int64_t upto = body["upto"].to_integral().value_or(0);
    std::erase_if(lost_, [&](const auto& event) {
      return event.first <= upto && event.second["shop_id"].text() == shop;
    });
    return result(json::object({}));
  }
  return refusal(404, "not_found", "no such path");
}

bool PasarContoh::over_limit(const std::string& shop) {
  const std::int64_t most = setting_or("calls_per_second", 10);
  if (most <= 0) return false;
  std::deque<TimePoint>& recent = calls_[shop];
  while (!recent.empty() && recent.front() + std::chrono::seconds(1) <= now()) recent.pop_front();
  if (static_cast<std::int64_t>(recent.size()) >= most) return true;
  recent.push_back(now());
  return false;
}

std::string PasarContoh::new_code(const std::string& shop) {
  std::string code = random().hex(16);
  codes_[code] = Grant{shop, now() + kCodeLife};
  return code;
}

HttpResponse PasarContoh::token(const json::Value& body) {
  const bool first = !body["code"].is_null();
  auto& grants = first ? codes_ : refresh_;
  const auto grant = grants.find(std::string(body[first ? "code" : "refresh_token"].text()));
  if (grant == grants.end() || grant->second.expires_at <= now()) {
    const std::string code = first ? "code_spent" : "refresh_spent";
    note("", code);
    return refusal(401, code, "unknown, used or too old");
  }
  const std::string shop = grant->second.shop;
  grants.erase(grant);  // works once
  const std::int64_t access_life = setting_or("access_seconds", 4 * 3600);
  const std::int64_t refresh_life = setting_or("refresh_seconds", 30 * 86400);
  std::erase_if(access_, [&](const auto& a) { return a.second.shop == shop; });
  const std::string access = random().hex(24), refresh = random().hex(24);
  access_[access] = Grant{shop, now() + std::chrono::seconds(access_life)};
  refresh_[refresh] = Grant{shop, now() + std::chrono::seconds(refresh_life)};
  note(shop, "");
  return result(json::object({{"access_token", access},
                              {"refresh_token", refresh},
                              {"access_seconds", access_life},
                              {"refresh_seconds", refresh_life},
                              {"shop_id", shop},
                              {"shop_name", shops_.at(shop)}}));
}

// One link per shop; following it is the seller's "yes".
HttpResponse PasarContoh::consent_page(const Call& call) {
  const std::string back = call.param("back").value_or("");
  if (call.param("app").value_or("") != setting_text("app_id", "sample-sandbox"))
    return page(401, "app");
  if (!parse_url(back)) return page(422, "back");
  const std::string yes = call.param("approve").value_or("");
  if (shops_.contains(yes)) {
    HttpResponse out;
    out.status = 302;
    out.headers.set("Location", back + "?" +
                                    build_query({{"code", new_code(yes)},
                                                 {"state", call.param("state").value_or("")}}));
    return out;
  }
  std::string body = "<h1>Pasar Contoh</h1><ul>";
  for (const auto& [id, name] : shops_) {
    body += "<li><a href=\"/auth?" + escaped(call.query_text) +
            "&amp;approve=" + percent_encode(id) + "\">" + escaped(name) + "</a></li>";
  }
  return page(200, body + "</ul>");
}

HttpResponse PasarContoh::token_expired_answer(const Call& call) {
  if (call.path == "/v1/token") return refusal(401, "refresh_spent", "unknown, used or too old");
  return refusal(401, "token_expired", "unknown or expired token");
}

HttpResponse PasarContoh::throttle_answer(const Call&) {
  return refusal(429, "slow_down", "too many calls");
}

HttpResponse PasarContoh::refusal_answer(const Call&, const std::string& code,
                                         const std::string& message) {
  return refusal(422, code, message);
}

json::Value PasarContoh::add_shop(const json::Value& body) {
  std::string id = body["shop_id"].to_text();
  if (id.empty()) id = std::to_string(next_id_++);
  const std::string name(body["name"].text());
  const auto [shop, added] = shops_.emplace(id, name.empty() ? "Lapak " + id : name);
  return json::object({{"shop_id", shop->first}, {"name", shop->second}});
}

Result<json::Value> PasarContoh::consent(const json::Value& body) {
  const std::string shop = body["shop_id"].to_text();
  if (!shops_.contains(shop)) return Error(ErrorKind::not_found, "shop_unknown", "no such shop");
  return json::object({{"query", json::object({{"code", new_code(shop)}})}});
}

}  // namespace sample_sandbox
}  // namespace gerbang
