#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/base/json.hpp"
#include "core/connector/exchange.hpp"
#include "core/connector/types.hpp"

// The one place that knows how Shopee says yes and no (facts shopee.md 1.4, 1.5, 1.7):
//   a JSON envelope   its trimmed `error` decides, whatever the HTTP status is
//   anything else     the status decides; a 2xx that is no envelope is never a success
// After Effect::create an answer that leaves open whether it happened is `indeterminate`.
namespace gerbang::shopee {

struct Envelope {
  json::Value body;        // the whole object; results stand at its top or under "response"
  std::string code;        // bare; "" on success
  std::string sent_code;   // as sent
  std::string message;     // redacted, at most 500 bytes
  std::string request_id;  // what Shopee's support asks for
};

struct Asked {
  std::string operation;  // "product.add_item"
  Effect effect = Effect::read;
};

// A reply with our reading of it: no error means success.
struct Answer {
  Envelope envelope;
  std::optional<Error> error;
  bool ok() const { return !error; }
  const json::Value& response() const { return envelope.body["response"]; }
};

Answer read_answer(const CallContext& ctx, const Asked& asked, const HttpResponse& response);

// A failure inside a success: failed_reason, image_info_list[].error (facts 6.12). `otherwise` is
// the stable code (kind rejected) when neither code nor reason is known.
Error element_error(const CallContext& ctx, const Asked& asked, const Envelope& envelope,
                    std::string_view code, std::string_view reason, std::string_view otherwise);

// Sends, reads. Failures with a body (failure_list) are Answers with an error.
Exchange<Answer> ask(CallContext ctx, HttpRequest request);
// The same where the body of a failure does not matter.
Exchange<json::Value> ask_ok(CallContext ctx, HttpRequest request);
// The same for calls that answer with a `response` object: a success without one is unreadable, not
// an empty list.
Exchange<json::Value> ask_for(CallContext ctx, HttpRequest request);

// Tokens, keys, signatures and query strings out of a text of the channel; cut to 500 bytes.
std::string redacted(const CallContext& ctx, std::string_view text);

// Of the whole call, not of one element: the rest of a batch would meet it too.
bool concerns_the_call(const Error& error);

}  // namespace gerbang::shopee
