#pragma once

#include <string>
#include <string_view>

#include "core/base/url.hpp"
#include "core/connector/types.hpp"

// Signatures, both ways. Nothing else knows the keys.
namespace gerbang::sample {

// hex HMAC-SHA256(secret, method \n path \n query \n timestamp \n hex SHA-256(body))
std::string signature(const Secret& secret, Method method, std::string_view path,
                      std::string_view query, std::string_view timestamp, std::string_view body);

// A whole request: address, X-App, X-Time, X-Sign, and the bearer when the shop has a token. `body`
// null: none. `effect` says what a lost answer means: read, set (repeat) or create (look first).
HttpRequest signed_request(const CallContext& ctx, Method method, const std::string& path,
                           const QueryItems& query, const json::Value& body, std::string operation,
                           Effect effect);

// Whether a webhook is theirs: X-Sign over X-Time and the raw bytes with the present or the
// previous push secret (the app's secret when no push secret is set), X-Time within 300 s.
// Fails closed: code webhook_signature or webhook_time, kind unauthenticated.
Result<void> verify_webhook(const InboundRequest& request, const App& app, TimePoint now);

}  // namespace gerbang::sample
