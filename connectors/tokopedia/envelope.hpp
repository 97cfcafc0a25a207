#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/json.hpp"
#include "core/connector/exchange.hpp"
#include "core/connector/types.hpp"

// The one place that knows how the channel says yes and no (facts tiktok_tokopedia 3.4, 3.6):
//   a JSON envelope   its `code` decides, whatever the HTTP status is: 0 = accepted. The text says
//                     "Success" on one host and "success" on the other and is never compared.
//   anything else     the status decides; a 2xx that is no envelope is never a success
// Accepted is not done: failures of single elements stand in data.errors of a code 0.
// After Effect::create an answer that leaves open whether it happened is `indeterminate`.
namespace gerbang::tokopedia {

struct Envelope {
  json::Value body;        // the whole object
  std::int64_t code = -1;  // 0: accepted
  std::string message;     // redacted, at most 500 bytes
  std::string request_id;  // what the channel's support asks for
};

struct Asked {
  std::string operation;  // "product.products.create"
  Effect effect = Effect::read;
};

// A reply with our reading of it: no error means accepted.
struct Answer {
  Envelope envelope;
  std::optional<Error> error;
  bool ok() const { return !error; }
  const json::Value& data() const { return envelope.body["data"]; }
  const json::Array& errors() const { return data()["errors"].items(); }
};

Answer read_answer(const CallContext& ctx, const Asked& asked, const HttpResponse& response);

// An entry of data.errors; where its detail tells more (extra_errors, facts 4.6) that is what is
// read. `otherwise` is the stable code (kind rejected) when neither code nor text is known.
Error element_error(const CallContext& ctx, const Asked& asked, const Envelope& envelope,
                    const json::Value& entry, std::string_view otherwise);

// Sends, reads. Failures with a body are Answers with an error.
Exchange<Answer> ask(CallContext ctx, HttpRequest request);
// The `data` of what was accepted; may be null (ship, prices).
Exchange<json::Value> ask_ok(CallContext ctx, HttpRequest request);
// The same for calls that answer with data: a success without an object is unreadable, not an empty
// list. Arrays inside may be missing when they are empty (facts 5.1).
Exchange<json::Value> ask_for(CallContext ctx, HttpRequest request);

// Tokens, keys, signatures and query strings out of a text of the channel; cut to 500 bytes.
std::string redacted(const CallContext& ctx, std::string_view text);

// Of the whole call, not of one element: the rest of a batch would meet it too.
bool concerns_the_call(const Error& error);

}  // namespace gerbang::tokopedia
