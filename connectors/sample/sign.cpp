#include "connectors/sample/sign.hpp"

#include "connectors/sample/limits.hpp"
#include "core/base/crypto.hpp"

namespace gerbang::sample {

namespace {
std::string webhook_signature(const Secret& secret, std::string_view timestamp,
                              std::string_view body) {
  return to_hex(hmac_sha256(secret.reveal(), std::string(timestamp) + "\n" + to_hex(sha256(body))));
}
}  // namespace

std::string signature(const Secret& secret, Method method, std::string_view path,
                      std::string_view query, std::string_view timestamp, std::string_view body) {
  std::string text(to_string(method));
  for (const std::string_view part : {path, query, timestamp}) {
    text += "\n";
    text += part;
  }
  return to_hex(hmac_sha256(secret.reveal(), text + "\n" + to_hex(sha256(body))));
}

HttpRequest signed_request(const CallContext& ctx, Method method, const std::string& path,
                           const QueryItems& query, const json::Value& body, std::string operation,
                           Effect effect) {
  const std::string query_text = build_query(query);
  HttpRequest request;
  request.method = method;
  request.url = ctx.app.api_url + path + (query_text.empty() ? "" : "?" + query_text);
  request.operation = std::move(operation);
  request.effect = effect;
  if (!body.is_null()) {
    request.body = json::dump(body);
    request.headers.set("Content-Type", "application/json");
  }
  // The time comes from the context: the same context gives the same bytes.
  const std::string timestamp = std::to_string(to_unix_seconds(ctx.now));
  request.headers.set("Accept", "application/json");
  request.headers.set("X-App", ctx.app.app_id);
  request.headers.set("X-Time", timestamp);
  request.headers.set("X-Sign",
                      signature(ctx.app.secret, method, path, query_text, timestamp, request.body));
  if (!ctx.access_token.empty())
    request.headers.set("Authorization", "Bearer " + ctx.access_token.reveal());
  return request;
}

Result<void> verify_webhook(const InboundRequest& request, const App& app, TimePoint now) {
  const std::string_view timestamp = request.headers.find("X-Time").value_or("");
  const std::string_view given = request.headers.find("X-Sign").value_or("");
  const auto at = json::Value(timestamp).to_integral();
  // A header that comes twice could be read differently by two readers.
  if (!at || request.headers.count("X-Time") != 1 || request.headers.count("X-Sign") != 1)
    return Error(ErrorKind::unauthenticated, "webhook_signature", "a header is missing");
  bool ours = false;
  const Secret& present = app.push_secret.empty() ? app.secret : app.push_secret;
  for (const Secret* secret : {&present, &app.push_secret_before}) {
    if (!secret->empty() &&
        constant_time_equal(given, webhook_signature(*secret, timestamp, request.body)))
      ours = true;
  }
  if (!ours) return Error(ErrorKind::unauthenticated, "webhook_signature", "no secret fits");
  const std::int64_t age = to_unix_seconds(now) - *at;
  if (age > kClockSkew / std::chrono::seconds(1) || age < -(kClockSkew / std::chrono::seconds(1)))
    return Error(ErrorKind::unauthenticated, "webhook_time", "more than 300 s from our clock");
  return {};
}

}  // namespace gerbang::sample
