#include "connectors/woocommerce/sign.hpp"

#include <algorithm>

#include "connectors/woocommerce/address.hpp"
#include "core/base/crypto.hpp"

namespace gerbang::woocommerce {

namespace {

bool is_prefixed_hex(std::string_view text, std::string_view prefix) {
  return text.size() == prefix.size() + 40 && text.starts_with(prefix) &&
         std::all_of(text.begin() + 3, text.end(),
                     [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

std::string base64(const Sha256& digest) {
  return to_base64(as_view(digest));
}

}  // namespace

bool is_key(std::string_view text) {
  return is_prefixed_hex(text, "ck_");
}
bool is_secret(std::string_view text) {
  return is_prefixed_hex(text, "cs_");
}

Secret token_of(const Keys& keys) {
  return Secret(keys.key + ":" + keys.secret.reveal());
}

Result<Keys> keys_of(const Secret& access_token) {
  const std::string& text = access_token.reveal();
  const auto colon = text.find(':');
  if (colon == std::string::npos || !is_key(std::string_view(text).substr(0, colon)) ||
      !is_secret(std::string_view(text).substr(colon + 1)))
    return Error(ErrorKind::unauthenticated, "shop_keys_invalid", "no pair of keys is stored");
  Keys out;
  out.key = text.substr(0, colon);
  out.secret = Secret(text.substr(colon + 1));
  return out;
}

std::string basic(const Keys& keys) {
  return "Basic " + to_base64(keys.key + ":" + keys.secret.reveal());
}

std::string oauth_base_string(Method method, std::string_view url, QueryItems parameters) {
  for (auto& [name, value] : parameters) {
    name = percent_encode(name);
    value = percent_encode(value);
  }
  std::sort(parameters.begin(), parameters.end());
  std::string joined;
  for (const auto& [name, value] : parameters)
    joined += (joined.empty() ? "" : "&") + name + "=" + value;
  return std::string(to_string(method)) + "&" + percent_encode(url) + "&" + percent_encode(joined);
}

std::string oauth_signature(const Secret& consumer_secret, std::string_view base_string) {
  const Secret key(consumer_secret.reveal() + "&");  // there is no token secret
  return base64(hmac_sha256(key.reveal(), base_string));
}

std::string oauth_query(const Keys& keys, Method method, std::string_view url, QueryItems query,
                        std::string_view nonce, std::int64_t timestamp) {
  query.emplace_back("oauth_consumer_key", keys.key);
  query.emplace_back("oauth_nonce", std::string(nonce));
  query.emplace_back("oauth_signature_method", "HMAC-SHA256");
  query.emplace_back("oauth_timestamp", std::to_string(timestamp));
  query.emplace_back("oauth_version", "1.0");
  query.emplace_back("oauth_signature",
                     oauth_signature(keys.secret, oauth_base_string(method, url, query)));
  return build_query(query);
}

HttpRequest signed_request(const CallContext& ctx, Method method, const std::string& path,
                           const QueryItems& query, const json::Value& body, std::string operation,
                           Effect effect) {
  HttpRequest request;
  request.method = method;
  request.operation = std::move(operation);
  request.effect = effect;
  request.trust = Trust::shop;
  request.headers.set("Accept", "application/json");
  if (!body.is_null()) {
    request.body = json::dump(body);
    request.headers.set("Content-Type", "application/json");
  }
  const std::string url = ctx.remote_shop_id + "/wp-json/wc/v3" + path;
  std::string query_text = build_query(query);
  const Result<Keys> keys = keys_of(ctx.access_token);
  if (keys && ctx.remote_shop_id.starts_with("http://")) {
    const std::string nonce =
        to_hex(sha256(ctx.nonce + std::string(to_string(method)) + url + query_text + request.body))
            .substr(0, 32);
    query_text = oauth_query(*keys, method, url, query, nonce, to_unix_seconds(ctx.now));
  } else if (keys) {
    request.headers.set("Authorization", basic(*keys));
  }
  request.url = url + (query_text.empty() ? "" : "?" + query_text);
  return request;
}

CallContext with_salt(CallContext ctx, std::string_view salt) {
  ctx.nonce += salt;
  return ctx;
}

std::string webhook_signature(const Secret& secret, std::string_view raw_body) {
  return base64(hmac_sha256(secret.reveal(), raw_body));
}

Secret webhook_secret(const Secret& push_secret, std::string_view address) {
  if (push_secret.empty()) return {};
  return Secret(
      to_hex(hmac_sha256(push_secret.reveal(), "woocommerce webhook|" + std::string(address))));
}

Result<std::string> verify_webhook(const InboundRequest& request, const App& app) {
  const Error refused(ErrorKind::unauthenticated, "webhook_signature", "no secret of ours fits");
  const std::string_view given = request.headers.find("X-WC-Webhook-Signature").value_or("");
  // A header that comes twice could be read differently by two readers.
  if (request.method != Method::post || given.empty() ||
      request.headers.count("X-WC-Webhook-Signature") != 1)
    return refused;
  const auto address = address_of_hook_path(request.path);
  if (!address) return refused;
  bool ours = false;
  for (const Secret* push : {&app.push_secret, &app.push_secret_before}) {
    const Secret secret = webhook_secret(*push, *address);
    if (!secret.empty() && constant_time_equal(given, webhook_signature(secret, request.body)))
      ours = true;
  }
  if (!ours) return refused;
  return *address;
}

}  // namespace gerbang::woocommerce
