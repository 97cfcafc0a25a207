#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/json.hpp"
#include "core/connector/exchange.hpp"
#include "core/connector/types.hpp"

// The one place that knows how Lazada says yes and no (facts lazada.md 5):
//   {"code":"0", …}            success, whatever the HTTP status is; `code` is text, "0" the only
//   yes
//   {"code":"501", "type", "message", "detail":[{"field","message",…}], "request_id"}
//                              refusal, with HTTP 200; of 500, 501, 503 the reason is in `detail`
//   anything else              the HTTP status decides; never a success
// Second envelopes: result{success, error_code, data} of fulfilment, tip_type of cancellation.
// After Effect::create an answer that leaves open whether it happened is `indeterminate`.
namespace gerbang::lazada {

struct Envelope {
  json::Value body;        // the whole object
  std::string code;        // "0" on success
  std::string message;     // redacted, at most 500 bytes
  std::string request_id;  // what Lazada's support asks for
};

struct Asked {
  std::string operation;  // "product.create"
  Effect effect = Effect::read;
};

struct Answer {
  Envelope envelope;
  std::optional<Error> error;  // nothing: success
  const json::Value& data() const { return envelope.body["data"]; }
};

Answer read_answer(const CallContext& ctx, const Asked& asked, const HttpResponse& response);

// A refusal inside a success: item_err_code, tip_type. A true `retry` of theirs makes it transient
// (facts 12). `otherwise` is our code (kind rejected) for what neither table knows.
Error element_error(const CallContext& ctx, const Asked& asked, const Envelope& envelope,
                    std::string_view code, std::string_view text, bool retry,
                    std::string_view otherwise);
// "An answer that says yes but nothing else."
Error unreadable(const Asked& asked, std::string detail);

// Sends, reads.
Exchange<Answer> ask(CallContext ctx, HttpRequest request);
// The same where the body of a failure does not matter: the whole body.
Exchange<json::Value> ask_ok(CallContext ctx, HttpRequest request);
// The same for answers whose `data` must be an object, or an array: gives `data`.
Exchange<json::Value> ask_object(CallContext ctx, HttpRequest request);
Exchange<json::Value> ask_array(CallContext ctx, HttpRequest request);

// Tokens, keys and signatures out of a text of the channel; cut to 500 bytes.
std::string redacted(const CallContext& ctx, std::string_view text);

// Of the whole call, not of one element: the rest of a batch would meet it too.
bool concerns_the_call(const Error& error);

}  // namespace gerbang::lazada
