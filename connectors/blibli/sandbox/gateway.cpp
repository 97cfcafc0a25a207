#include "connectors/blibli/sandbox/gateway.hpp"

#include <chrono>
#include <cstdio>
#include <ctime>

#include "core/base/crypto.hpp"

namespace gerbang::sandbox::blibli {

namespace {

constexpr Duration kClockSkew = std::chrono::minutes(5);  // our choice, facts 13

std::string header(const Request& request, std::string_view name) {
  return std::string(request.http->headers.find(name).value_or(""));
}

// After the first /proxy, without query; the first /mta is /mtaapi (facts 3.3).
std::string path_to_sign(const Request& request) {
  std::string path = request.http->url.substr(0, request.http->url.find('?'));
  path.erase(0, path.find("/proxy") + 6);
  if (const auto mta = path.find("/mta"); mta != std::string::npos) path.insert(mta + 4, "api");
  return path;
}

bool signature_fits(const World& world, const Request& request, const Store& store,
                    TimePoint time) {
  const std::string given = header(request, "Signature");
  std::vector<std::string> methods{std::string(to_string(request.http->method))};
  // What the official PHP client signs (facts 3.4).
  if (world.enabled("lenient_php_method")) {
    if (request.http->method == Method::put || request.http->method == Method::patch)
      methods.emplace_back("POST");
    if (request.http->method == Method::del) methods.emplace_back("GET");
  }
  const std::string path = path_to_sign(request);
  bool fits = false;
  for (const std::string& method : methods) {
    // A POST without body may sign an empty content type line (facts 3.4, 13).
    for (const bool empty_type : {method == "GET", true}) {
      if (empty_type && method != "GET" && !request.http->body.empty()) continue;
      const Signed what{method, request.http->body, path, empty_type};
      const std::string expected =
          to_base64(as_view(hmac_sha256(store.signature_key, string_to_sign(what, time))));
      fits = constant_time_equal(expected, given) || fits;
    }
  }
  return fits;
}

Refusal check_signature(const World& world, const Request& request, const Store& store) {
  if (store.signature_key.empty()) return {};
  const std::string given = header(request, "Signature"), time = header(request, "Signature-Time");
  if (given.empty() || time.empty())
    return Reply::fail(kUnauthorised, "Signature and Signature-Time are mandatory");
  const auto millis = json::Value(time).to_integral();
  if (!millis || *millis <= 0 || *millis > 4'000'000'000'000)
    return Reply::fail(kUnauthorised, "Invalid Signature-Time");
  const TimePoint at = from_unix_millis(*millis);
  if (at - world.now() > kClockSkew || world.now() - at > kClockSkew)
    return Reply::fail(kUnauthorised, "Signature-Time is expired");
  if (!signature_fits(world, request, store, at))
    return Reply::fail(kUnauthorised, "Invalid signature");
  return {};
}

Refusal check_credentials(World& world, Request& request) {
  const std::string expected = "Basic " + to_base64(world.text("client_id", kClientId) + ":" +
                                                    world.text("client_key", kClientKey));
  if (!constant_time_equal(expected, header(request, "Authorization")))
    return Reply::fail(kUnauthorised, "Full authentication is required to access this resource");
  if (request.family == Family::staging) return {};
  Store* store = world.store_of_key(header(request, "Api-Seller-Key"));
  if (!store) return Reply::fail(kUnauthorised, "Invalid seller api key");
  // Each family names the store in its own parameter (facts 3.2).
  const std::string code =
      request.param(request.family == Family::mta ? "businessPartnerCode" : "storeCode");
  if (code.empty()) return Reply::fail(kMalformed, "Store code is required");
  if (code != store->code || !store->connected)
    return Reply::fail(kNotConnected, "Seller is not connected to this API client");
  if (auto no = check_signature(world, request, *store)) return no;
  request.store = store;
  return {};
}

Refusal check_common(const Request& request) {
  if (request.family == Family::staging) return {};
  for (const char* name : {"requestId", "channelId", "storeId"}) {
    if (request.param(name).empty())
      return Reply::fail(kMalformed, std::string(name) + " is required");
  }
  if (request.param("storeId") != "10001") return Reply::fail(kMalformed, "storeId must be 10001");
  const std::string accept = header(request, "Accept");
  if (!accept.empty() && accept.find("json") == std::string::npos &&
      accept.find("*/*") == std::string::npos)
    return Reply::fail(kMalformed, "Accept must be application/json");
  return {};
}

Refusal read_body(Request& request) {
  if (request.http->method == Method::get || request.http->body.empty()) return {};
  const std::string type = header(request, "Content-Type");
  if (!equal_ignoring_case(type.substr(0, type.find_first_of("; ")), "application/json"))
    return Reply::fail(kMalformed, "Content-Type must be application/json");
  json::Limits limits;
  limits.bytes = 60 * 1024 * 1024;  // facts 8.1
  auto body = json::parse(request.http->body, limits);
  if (!body || !body->is_object()) return Reply::fail(kMalformed, "Malformed request body");
  request.body = std::move(*body);
  return {};
}

}  // namespace

std::string jakarta_date(TimePoint time) {
  const std::time_t seconds = to_unix_seconds(time) + 7 * 3600;
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  static constexpr const char* kDay[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  static constexpr const char* kMonth[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                           "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  char out[64];
  std::snprintf(out, sizeof out, "%s %s %02d %02d:%02d:%02d WIB %d", kDay[parts.tm_wday],
                kMonth[parts.tm_mon], parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec,
                parts.tm_year + 1900);
  return out;
}

std::string string_to_sign(const Signed& what, TimePoint time) {
  std::string hash;
  if (!what.body.empty()) {
    std::string escaped;
    for (const char c : what.body)
      escaped += c == '\n' ? std::string("\\n") : c == '\r' ? "\\r" : std::string(1, c);
    const auto digest = md5(escaped);
    hash = to_hex(std::string_view(reinterpret_cast<const char*>(digest.data()), digest.size()));
  }
  return std::string(what.method) + "\n" + hash + "\n" + (what.is_get ? "" : "application/json") +
         "\n" + jakarta_date(time) + "\n" + std::string(what.path_after_proxy);
}

Refusal pass_gateway(World& world, const Route& route, Request& request) {
  if (auto no = check_credentials(world, request)) return no;
  if (auto no = check_common(request)) return no;
  if (auto no = read_body(request)) return no;
  for (const Limit& limit : route.limits) {
    std::string key = std::string(route.operation) + "|";
    switch (limit.per_what) {
      case Limit::Of::store:
        key += request.store ? request.store->code : "";
        break;
      case Limit::Of::argument:
        key += request.argument;
        break;
      case Limit::Of::queue:
        key += request.param("requestId");
        break;
    }
    if (!world.admit(key, limit.calls, limit.per))
      return Reply::fail(kTooMany, "You have reached the limit of this API");
  }
  return {};
}

HttpResponse render(World& world, const Request& request, const Reply& reply) {
  HttpResponse out;
  out.status = reply.status;
  if (!reply.file.empty()) {
    out.status = 200;
    out.headers.set("Content-Type", "application/pdf");
    out.body = reply.file;
    return out;
  }
  if (reply.empty) return out;
  json::Object body;
  body.append("requestId", reply.queue.empty() ? request.param("requestId") : reply.queue);
  if (request.family == Family::seller) {
    if (reply.code.empty()) {
      for (const auto& [name, value] : reply.members) body.append(name, value);
    } else {
      body.append("errorCode", reply.code);
      body.append("errorMessage", reply.message);
    }
  } else {
    body.append("headers", json::Value());
    body.append("errorMessage", reply.message.empty() ? json::Value() : json::Value(reply.message));
    body.append("errorCode", reply.code.empty() ? json::Value() : json::Value(reply.code));
    body.append("success", reply.code.empty());
    if (!reply.members.find("content") && !reply.members.find("value"))
      body.append("value", json::Value());
    for (const auto& [name, value] : reply.members) body.append(name, value);
    // The older family refuses with 200 too (facts 4 gives a sample of it).
    if (!reply.code.empty() && reply.status < 500 && reply.status != 401 && reply.status != 429 &&
        world.enabled("mta_refuses_with_200"))
      out.status = 200;
  }
  if (const auto wait = world.number("retry_after_seconds", 0); reply.status == 429 && wait > 0)
    out.headers.set("Retry-After", std::to_string(wait));
  out.headers.set("Content-Type", "application/json;charset=UTF-8");
  out.body = json::dump(json::Value(std::move(body)));
  return out;
}

}  // namespace gerbang::sandbox::blibli
