// Labels (facts blibli.md 5 and 9, "label"): one for each package, five calls a day, not in status
// DX, X and D. How the document comes is not in the facts: the bytes themselves are taken, and
// base64 in an envelope of either family, alone or as `shippingLabel` or `document`.
#include <algorithm>

#include "connectors/blibli/blibli.hpp"
#include "connectors/blibli/envelope.hpp"
#include "connectors/blibli/limits.hpp"
#include "connectors/blibli/order_steps.hpp"
#include "connectors/blibli/request.hpp"
#include "connectors/blibli/units.hpp"
#include "core/base/crypto.hpp"
#include "core/base/url.hpp"
#include "core/connector/label.hpp"

namespace gerbang::blibli {

namespace {

// The only package of the order, where we have not seen it yet.
Exchange<std::string> only_package(CallContext ctx, std::string order) {
  Exchange<std::vector<OrderItem>> looking = items_of(std::move(ctx), std::move(order));
  Result<std::vector<OrderItem>> items = co_await std::move(looking);
  if (!items) co_return std::move(items).error();
  std::string found;
  bool living = false;
  for (const OrderItem& item : *items) {
    if (is_cancelled(item.status)) continue;
    living = true;
    if (item.package.empty() || item.package == found) continue;
    if (!found.empty())
      co_return Error(ErrorKind::conflict, "parcel_wanted", "the order has several packages")
          .at_field("parcel");
    found = item.package;
  }
  if (!living) co_return label_after_end("every item is cancelled");
  if (found.empty()) co_return label_before_shipping("nothing is packed yet");
  co_return found;
}

// Base64 of the document, wherever it stands in an envelope; empty: nowhere.
std::string_view file_in(const json::Value& body) {
  for (const char* family : {"content", "value"}) {
    const json::Value& told = body[family];
    if (told.is_string()) return told.text();
    for (const char* name : {"shippingLabel", "document"}) {
      if (!told[name].text().empty()) return told[name].text();
    }
  }
  return {};
}

Result<std::string> document_in(const CallContext& ctx, const Asked& asked,
                                const HttpResponse& response) {
  if (response.status == 200 && response.body.starts_with("%PDF-")) return response.body;
  const auto body = json::parse(response.body, kReplyLimits);
  const bool told = response.status == 200 && body && (*body)["errorCode"].to_text().empty() &&
                    (*body)["success"].as_bool().value_or(true) && !file_in(*body).empty();
  if (told) {
    if (auto bytes = from_base64(file_in(*body)); bytes && !bytes->empty())
      return *std::move(bytes);
  } else if (auto answer = read_answer(ctx, asked, response); !answer) {
    return std::move(answer).error();
  }
  return Error(ErrorKind::transient, "channel_answer_unreadable", "an answer without a label");
}

}  // namespace

Exchange<ShippingLabel> Blibli::fetch_label(CallContext ctx, OrderAction action,
                                            std::string parcel) const {
  if (parcel.empty() && action.shipments.size() == 1)
    parcel = action.shipments.front().remote_package;
  if (parcel.empty()) {
    Exchange<std::string> looking = only_package(ctx, action.external_id);
    Result<std::string> found = co_await std::move(looking);
    if (!found) co_return std::move(found).error();
    parcel = *std::move(found);
  }
  HttpRequest request =
      get(ctx, "/seller/v1/orders/" + percent_encode(parcel) + "/shippingLabel", {}, "order.label");
  Asked asked;
  asked.operation = request.operation;
  asked.effect = request.effect;
  asked.success = Success::content;
  HttpResponse response = co_await std::move(request);
  Result<std::string> bytes = document_in(ctx, asked, response);
  if (!bytes) {
    // The limit is the package's own: the shop need not wait for it.
    Error refusal = of_one_item(std::move(bytes).error());
    if (refusal.code == "order_state_refused") {
      Error ended = label_after_end("Blibli gives none in this status");
      ended.remote = std::move(refusal.remote);
      co_return ended;
    }
    co_return refusal;
  }
  co_return label_from(*std::move(bytes), "", action.external_id, parcel);
}

}  // namespace gerbang::blibli
