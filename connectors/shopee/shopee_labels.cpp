// Labels (facts shopee.md 4.5, 4). Shopee makes the document when it is told to, for a parcel that
// has a tracking number and is still to be handed over (PROCESSED):
//
//   get_shipping_document_parameter   which kinds there are
//   get_shipping_document_result      READY: download. Not made yet, or FAILED: make it, ask again
//   create_shipping_document          may be repeated: it makes the same paper once more
//   download_shipping_document        the bytes, or the JSON envelope of a refusal
#include <algorithm>

#include "connectors/shopee/envelope.hpp"
#include "connectors/shopee/limits.hpp"
#include "connectors/shopee/order_steps.hpp"
#include "connectors/shopee/request.hpp"
#include "connectors/shopee/shopee.hpp"
#include "core/connector/label.hpp"

namespace gerbang::shopee {

namespace {

// What any printer prints; the thermal kind comes as a zip.
constexpr std::string_view kPlain = "NORMAL_AIR_WAYBILL";

struct Wanted {
  std::string order;
  std::vector<Shipment> parcels;
  bool split = false;  // the package number is only for split orders
  std::string type;

  // {"order_list":[…]} of the parcels.
  json::Value body(bool with_tracking) const {
    json::Array list;
    for (const Shipment& parcel : parcels) {
      json::Object one;
      one.append("order_sn", order);
      if (split) one.append("package_number", parcel.remote_package);
      if (with_tracking) one.append("tracking_number", parcel.tracking_number);
      if (!type.empty()) one.append("shipping_document_type", type);
      list.push_back(std::move(one));
    }
    return json::object({{"order_list", std::move(list)}});
  }
};

// The first refusal among the parcels. When all are refused the envelope says no more than that,
// and the reasons stand in the list.
std::optional<Error> refusal_in(const CallContext& ctx, const Asked& asked, Answer& answer) {
  for (const json::Value& one : answer.response()["result_list"].items()) {
    const std::string code = one["fail_error"].to_text();
    if (!code.empty())
      return element_error(ctx, asked, answer.envelope, code, one["fail_message"].text(),
                           "channel_refused_request");
  }
  return std::move(answer.error);
}

// What a batch says of each parcel.
Exchange<json::Value> ask_list(CallContext ctx, HttpRequest request) {
  Asked asked;
  asked.operation = request.operation;
  asked.effect = request.effect;
  Exchange<Answer> asking = ask(ctx, std::move(request));
  Result<Answer> answer = co_await std::move(asking);
  if (!answer) co_return std::move(answer).error();
  if (auto refused = refusal_in(ctx, asked, *answer)) co_return *std::move(refused);
  const json::Value& list = answer->response()["result_list"];
  if (list.items().empty())
    co_return Error(ErrorKind::transient, "channel_answer_unreadable", "no list of parcels");
  co_return list;
}

Exchange<std::string> document_type(CallContext ctx, Wanted wanted) {
  HttpRequest request =
      shop_post(ctx, "logistics/get_shipping_document_parameter", wanted.body(false), Effect::read);
  Exchange<json::Value> asking = ask_list(std::move(ctx), std::move(request));
  Result<json::Value> list = co_await std::move(asking);
  if (!list) co_return std::move(list).error();
  const json::Value& first = (*list)[0];
  for (const json::Value& type : first["selectable_shipping_document_type"].items()) {
    if (type.text() == kPlain) co_return std::string(kPlain);
  }
  std::string suggested(first["suggest_shipping_document_type"].text());
  if (suggested.empty())
    co_return Error(ErrorKind::transient, "channel_answer_unreadable", "no kind of document");
  co_return suggested;
}

enum class Making { ready, processing, failed };
Exchange<Making> making(CallContext ctx, Wanted wanted) {
  HttpRequest request =
      shop_post(ctx, "logistics/get_shipping_document_result", wanted.body(false), Effect::read);
  Exchange<json::Value> asking = ask_list(std::move(ctx), std::move(request));
  Result<json::Value> list = co_await std::move(asking);
  if (!list) co_return std::move(list).error();
  Making out = Making::ready;
  for (const json::Value& one : list->items()) {
    const std::string_view status = one["status"].text();
    if (status == "FAILED") co_return Making::failed;
    if (status != "READY" && status != "PROCESSING")
      co_return Error(ErrorKind::transient, "channel_answer_unreadable", "an unknown status");
    if (status == "PROCESSING") out = Making::processing;
  }
  co_return out;
}

// Has it made, unless it is there.
Exchange<bool> make_document(CallContext ctx, Wanted wanted) {
  Exchange<Making> asking = making(ctx, wanted);
  Result<Making> before = co_await std::move(asking);
  if (!before && before.error().code != "label_not_ready") co_return std::move(before).error();
  if (before && *before == Making::ready) co_return true;
  if (before && *before == Making::processing)
    co_return label_not_ready("Shopee is making it", kDocumentWait);

  HttpRequest request =
      shop_post(ctx, "logistics/create_shipping_document", wanted.body(true), Effect::set);
  Exchange<json::Value> creating = ask_list(ctx, std::move(request));
  Result<json::Value> created = co_await std::move(creating);
  if (!created) co_return std::move(created).error();
  Exchange<Making> asking_again = making(ctx, wanted);
  Result<Making> after = co_await std::move(asking_again);
  if (!after) co_return std::move(after).error();
  if (*after == Making::ready) co_return true;
  co_return label_not_ready("Shopee is making it", kDocumentWait);
}

Exchange<ShippingLabel> download(CallContext ctx, Wanted wanted, std::string parcel) {
  Wanted bare = wanted;  // here the kind stands once, beside the list
  bare.type.clear();
  json::Value body = bare.body(false);
  body.as_object()->set("shipping_document_type", wanted.type);
  HttpRequest request = shop_post(ctx, "logistics/download_shipping_document", body, Effect::read);
  request.max_response = kLabelBytes;
  Asked asked;
  asked.operation = request.operation;
  asked.effect = request.effect;
  HttpResponse response = co_await std::move(request);
  if (response.status == 200 && !response.body.starts_with("{")) {
    const std::string type(response.headers.find("Content-Type").value_or(""));
    co_return label_from(std::move(response.body), type, wanted.order, parcel);
  }
  Answer answer = read_answer(ctx, asked, response);
  if (auto refused = refusal_in(ctx, asked, answer)) co_return *std::move(refused);
  co_return Error(ErrorKind::transient, "channel_answer_unreadable", "an envelope and no document");
}

// Why there is none: the order's state says more than the refusal.
Exchange<ShippingLabel> refuse(CallContext ctx, std::string order, Error refusal) {
  Exchange<RemoteOrder> looking = look_up(std::move(ctx), std::move(order));
  Result<RemoteOrder> found = co_await std::move(looking);
  if (!found) co_return std::move(found).error();
  std::optional<Error> reason;
  switch (found->status) {
    case OrderStatus::pending:
    case OrderStatus::paid:
      reason = label_before_shipping("the order is " + found->remote_status);
      break;
    case OrderStatus::accepted:
      break;
    case OrderStatus::cancel_requested:
      reason = Error(ErrorKind::conflict, "order_cancel_requested", "the buyer's request waits");
      break;
    default:
      reason = label_after_end("the order is " + found->remote_status);
  }
  if (!reason) co_return refusal;
  reason->remote = std::move(refusal.remote);
  co_return *std::move(reason);
}

Exchange<ShippingLabel> make_and_download(CallContext ctx, Wanted wanted, std::string parcel) {
  for (Shipment& one : wanted.parcels) {
    if (!one.tracking_number.empty()) continue;
    Exchange<std::string> asking =
        tracking_number(ctx, wanted.order, wanted.split ? one.remote_package : std::string());
    Result<std::string> number = co_await std::move(asking);
    if (!number) co_return std::move(number).error();
    // Not to be asked for more often than every five minutes (facts 4.5, 3).
    if (number->empty()) co_return label_not_ready("no tracking number yet", kAllocationWait);
    one.tracking_number = *std::move(number);
  }
  Exchange<std::string> choosing = document_type(ctx, wanted);
  Result<std::string> type = co_await std::move(choosing);
  if (!type) co_return std::move(type).error();
  wanted.type = *std::move(type);
  Exchange<bool> creating = make_document(ctx, wanted);
  Result<bool> made = co_await std::move(creating);
  if (!made) co_return std::move(made).error();
  Exchange<ShippingLabel> downloading = download(std::move(ctx), std::move(wanted), parcel);
  co_return co_await std::move(downloading);
}

}  // namespace

Exchange<ShippingLabel> Shopee::fetch_label(CallContext ctx, OrderAction action,
                                            std::string parcel) const {
  Wanted wanted;
  wanted.order = action.external_id;
  wanted.split = action.shipments.size() > 1;
  wanted.parcels = action.shipments;
  if (!parcel.empty())
    std::erase_if(wanted.parcels, [&](const Shipment& s) { return s.remote_package != parcel; });
  if (wanted.parcels.empty()) wanted.parcels.emplace_back();
  Exchange<ShippingLabel> making_it = make_and_download(ctx, std::move(wanted), std::move(parcel));
  Result<ShippingLabel> label = co_await std::move(making_it);
  if (label) co_return label;
  Error refusal = std::move(label).error();
  const bool look = asks_for_a_look(refusal) || refusal.code == "label_not_ready";
  if (!look || refusal.code == "label_too_large") co_return refusal;
  Exchange<ShippingLabel> refusing = refuse(std::move(ctx), action.external_id, std::move(refusal));
  co_return co_await std::move(refusing);
}

}  // namespace gerbang::shopee
