#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/base/url.hpp"
#include "core/connector/types.hpp"

// Keys and signatures, both ways (facts woocommerce.md 3 and 9; vectors in
// fixtures/woocommerce_signing.json). Nothing else knows the keys.
namespace gerbang::woocommerce {

// A shop's pair: "ck_" and "cs_", each with 40 hex digits.
struct Keys {
  std::string key;
  Secret secret;
};
bool is_key(std::string_view text);     // "ck_…"
bool is_secret(std::string_view text);  // "cs_…"
// The pair as the shop's access token keeps it, "ck_…:cs_…", and back. Error: unauthenticated
// shop_keys_invalid.
Secret token_of(const Keys& keys);
Result<Keys> keys_of(const Secret& access_token);

// The value of Authorization, for https.
std::string basic(const Keys& keys);

// OAuth 1.0a one-legged, HMAC-SHA256, for plain http. `url` without query; `parameters` are those
// of the query and oauth_*, decoded. A JSON body is not signed.
std::string oauth_base_string(Method method, std::string_view url, QueryItems parameters);
std::string oauth_signature(const Secret& consumer_secret, std::string_view base_string);
// The query with the oauth_* parameters and the signature, encoded.
std::string oauth_query(const Keys& keys, Method method, std::string_view url, QueryItems query,
                        std::string_view nonce, std::int64_t timestamp);

// A whole request below {address}/wp-json/wc/v3. `body` null: none. By https with Basic, by http
// (sandboxes on this machine) with OAuth: Basic would be refused there. The nonce follows from the
// context and the request, so two equal requests of one exchange need two contexts (with_salt).
HttpRequest signed_request(const CallContext& ctx, Method method, const std::string& path,
                           const QueryItems& query, const json::Value& body, std::string operation,
                           Effect effect);
CallContext with_salt(CallContext ctx, std::string_view salt);

// base64 of HMAC-SHA256(secret, raw body).
std::string webhook_signature(const Secret& secret, std::string_view raw_body);

// The secret of one shop's webhooks. Derived from the app's push secret and the address, because a
// shop's admin can read it: with one for all, each shop could forge the others' deliveries. Empty
// when the app has none.
Secret webhook_secret(const Secret& push_secret, std::string_view address);

// Whose delivery it is: the address in its path, once the signature over the raw bytes fits that
// shop's present or previous secret. Fails closed: unauthenticated webhook_signature.
Result<std::string> verify_webhook(const InboundRequest& request, const App& app);

}  // namespace gerbang::woocommerce
