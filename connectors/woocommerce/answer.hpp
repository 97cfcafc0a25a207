#pragma once

#include <optional>

#include "core/base/json.hpp"
#include "core/connector/exchange.hpp"
#include "core/connector/types.hpp"

// The one place that knows how a shop says yes and no (facts woocommerce.md 4).
//
//   2xx and a JSON object or list        success
//   {"code","message","data":{"status"}} refusal, with the same HTTP status
//   anything else                        a plugin, a host or a firewall spoke: the status decides
//
// After Effect::create an answer that leaves open whether it happened is `indeterminate`.
namespace gerbang::woocommerce {

struct Answer {
  json::Value body;                   // also of a refusal: it may name the product that has the SKU
  std::optional<std::int64_t> pages;  // X-WP-TotalPages
  std::optional<Error> error;
};

Answer read_answer(const HttpResponse& response, Effect effect, TimePoint now);

// A refusal, whole or of one entry of a batch: {code, message, data}.
Error refusal_of(const json::Value& refusal);

// Failures with a body are Answers with an error.
Exchange<Answer> ask(CallContext ctx, HttpRequest request);
// The same where the body of a failure does not matter and a success is an object.
Exchange<json::Value> ask_object(CallContext ctx, HttpRequest request);

// An answer that says less or other than it must. transient, or indeterminate after a create.
Error unreadable(Effect effect, std::string detail);

// Of the whole call, not of one entry: the rest of a batch would meet it too.
bool concerns_the_call(const Error& error);

}  // namespace gerbang::woocommerce
