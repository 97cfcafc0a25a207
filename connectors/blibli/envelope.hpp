#pragma once

#include <string>
#include <string_view>

#include "core/base/json.hpp"
#include "core/connector/exchange.hpp"
#include "core/connector/types.hpp"

// The one place that knows how Blibli says yes and no (facts blibli.md 4). Two families answer in
// two ways; the HTTP status decides first, then `success`, then the error code. A 2xx that is not
// the success its call has is never one. After Effect::create an answer that leaves open whether it
// happened is `indeterminate`.
namespace gerbang::blibli {

// How the success of a call looks.
enum class Success {
  value,    // mta: {"success":true, …}
  content,  // seller, reads: {"content":…}
  nothing,  // seller, changes: 204 without body, or 200 with an envelope without an error
  queued,   // taken into the queue, which the answer names
};

struct Asked {
  std::string operation;  // "order.list"
  Effect effect = Effect::read;
  Success success = Success::content;
};

// The whole object of a success; {} of a 204.
Result<json::Value> read_answer(const CallContext& ctx, const Asked& asked,
                                const HttpResponse& response);

// An error of one element inside a success: an entry of the queue's history.
Error element_error(const CallContext& ctx, std::string_view operation, std::string_view text,
                    std::string_view otherwise);

// Sends and reads.
Exchange<json::Value> ask(CallContext ctx, HttpRequest request, Success success);

// The queue that an answer names (facts 8.2): `value.queueFeedId`, else its `requestId`.
std::string queue_of(const json::Value& answer);

// Keys out of a text of the channel; cut to 500 bytes.
std::string redacted(const CallContext& ctx, std::string_view text);

// A limit that counts per product or per queue concerns that one alone: others need not wait for it
// (facts 5). `throttled` becomes `blocked`.
Error of_one_item(Error error);

// Of the whole call, not of one element: the rest of a batch would meet it too.
bool concerns_the_call(const Error& error);

}  // namespace gerbang::blibli
