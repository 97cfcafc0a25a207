// Orders, cancellations and parcels (facts tiktok_tokopedia 5, 6).
#include <algorithm>

#include "connectors/tokopedia/envelope.hpp"
#include "connectors/tokopedia/limits.hpp"
#include "connectors/tokopedia/order_steps.hpp"
#include "connectors/tokopedia/request.hpp"
#include "connectors/tokopedia/tokopedia.hpp"
#include "connectors/tokopedia/units.hpp"
#include "connectors/tokopedia/wire_orders.hpp"

namespace gerbang::tokopedia {

namespace {

std::string joined(const std::vector<std::string>& ids) {
  std::string out;
  for (const std::string& id : ids) out += (out.empty() ? "" : ",") + id;
  return out;
}

Exchange<json::Value> read_raw(CallContext ctx, std::vector<std::string> ids) {
  QueryItems query;
  query.emplace_back("ids", joined(ids));
  HttpRequest request = get(ctx, "/order/202507/orders", query);
  return ask_for(std::move(ctx), std::move(request));
}

// One order detail. When the channel refuses all for one that is not the shop's, each is asked for
// alone.
Exchange<OrderBatch> read_orders(CallContext ctx, std::vector<std::string> ids) {
  OrderBatch out;
  Exchange<json::Value> asking = read_raw(ctx, ids);
  Result<json::Value> data = co_await std::move(asking);
  if (!data && data.error().kind != ErrorKind::not_found) co_return std::move(data).error();
  if (!data && ids.size() == 1) {
    out.not_found = std::move(ids);
    co_return out;
  }
  if (!data) {
    for (const std::string& id : ids) {
      std::vector<std::string> single(1, id);
      Exchange<OrderBatch> reading = read_orders(ctx, std::move(single));
      Result<OrderBatch> one = co_await std::move(reading);
      if (!one) co_return std::move(one).error();
      for (RemoteOrder& o : one->orders) out.orders.push_back(std::move(o));
      for (std::string& n : one->not_found) out.not_found.push_back(std::move(n));
    }
    co_return out;
  }
  const json::Array& list = (*data)["orders"].items();
  for (std::string& id : ids) {
    const auto it = std::find_if(list.begin(), list.end(),
                                 [&](const json::Value& o) { return o["id"].to_text() == id; });
    if (it == list.end()) {
      out.not_found.push_back(std::move(id));
    } else {
      out.orders.push_back(order_from(*it));
    }
  }
  co_return out;
}

// The number exists once the label does (facts 5.2): empty before.
Exchange<Shipment> read_package(CallContext ctx, std::string package) {
  HttpRequest request = get(ctx, "/fulfillment/202309/packages/" + package);
  Exchange<json::Value> asking = ask_for(std::move(ctx), std::move(request));
  Result<json::Value> data = co_await std::move(asking);
  if (!data) co_return std::move(data).error();
  Shipment out = shipment_from(*data);
  out.remote_package = package;
  co_return out;
}

// Fills in courier and number where the channel has them. Nothing that goes wrong here may hold up
// an order.
Exchange<std::vector<Shipment>> with_numbers(CallContext ctx, std::vector<Shipment> parcels) {
  for (Shipment& parcel : parcels) {
    if (!is_id(parcel.remote_package) || !parcel.tracking_number.empty()) continue;
    Exchange<Shipment> reading = read_package(ctx, parcel.remote_package);
    Result<Shipment> told = co_await std::move(reading);
    if (!told) {
      if (concerns_the_call(told.error())) break;
      continue;
    }
    if (!told->courier.empty()) parcel.courier = std::move(told->courier);
    parcel.tracking_number = std::move(told->tracking_number);
  }
  co_return parcels;
}

}  // namespace

Exchange<RemoteOrder> look_up(CallContext ctx, std::string id) {
  std::vector<std::string> only(1, id);
  Exchange<OrderBatch> reading = read_orders(std::move(ctx), std::move(only));
  Result<OrderBatch> batch = co_await std::move(reading);
  if (!batch) co_return std::move(batch).error();
  if (batch->orders.empty())
    co_return Error(ErrorKind::not_found, "order_not_found", "the channel does not know the order");
  co_return std::move(batch->orders.front());
}

namespace {

bool is_arranged(const RemoteOrder& order) {
  return order.remote_status == "AWAITING_COLLECTION" || order.status == OrderStatus::shipped ||
         order.status == OrderStatus::delivered || order.status == OrderStatus::completed;
}

// A refusal of what we wanted to do with an order: it may have been done before (a lost answer, the
// seller's own hand), so its state decides.
bool asks_for_a_look(const Error& error) {
  return error.kind == ErrorKind::rejected || error.kind == ErrorKind::conflict ||
         error.kind == ErrorKind::blocked || error.kind == ErrorKind::not_found;
}

Error order_refusal(const RemoteOrder& order, Error refusal) {
  if (order.status == OrderStatus::cancelled)
    return Error(ErrorKind::conflict, "order_is_cancelled", "cancelled at the channel");
  if (order.status == OrderStatus::cancel_requested)
    return Error(ErrorKind::conflict, "order_cancel_requested", "the buyer's request waits");
  if (order.status == OrderStatus::pending)
    return Error(ErrorKind::rejected, "order_state_refused", "not paid, or still on hold");
  return refusal;
}

// Where the seller ships himself: the provider's id and the number. Nothing when the platform
// ships.
Exchange<std::optional<OwnCourier>> own_courier(CallContext ctx, OrderAction action) {
  std::vector<std::string> only(1, action.external_id);
  Exchange<json::Value> asking = read_raw(ctx, std::move(only));
  Result<json::Value> data = co_await std::move(asking);
  if (!data) co_return std::move(data).error();
  const json::Value& order = (*data)["orders"][0];
  if (order["shipping_type"].text() != "SELLER") co_return std::optional<OwnCourier>();
  if (action.tracking_number.empty())
    co_return Error(ErrorKind::rejected, "courier_missing", "the seller ships this order himself")
        .at_field("/tracking_number");
  const std::string option = order["delivery_option_id"].to_text();
  if (!is_id(option))
    co_return Error(ErrorKind::rejected, "parcel_refused", "the order names no delivery option");
  HttpRequest request =
      get(ctx, "/logistics/202309/delivery_options/" + option + "/shipping_providers");
  Exchange<json::Value> listing = ask_for(ctx, std::move(request));
  Result<json::Value> providers = co_await std::move(listing);
  if (!providers) co_return std::move(providers).error();
  OwnCourier own;
  own.provider = provider_named(*providers, action.courier);
  own.tracking_number = action.tracking_number;
  if (own.provider.empty())
    co_return Error(ErrorKind::rejected, "courier_unknown",
                    "the channel knows no courier of that name")
        .at_field("/courier");
  co_return std::optional<OwnCourier>(std::move(own));
}

}  // namespace

Exchange<OrderPage> Tokopedia::list_orders(CallContext ctx, OrderWindow window) const {
  HttpRequest request = post(ctx, "/order/202309/orders/search", order_search_body(window),
                             Effect::read, order_search_query(window.cursor));
  Exchange<json::Value> asking = ask_for(ctx, std::move(request));
  Result<json::Value> data = co_await std::move(asking);
  if (!data) co_return std::move(data).error();
  OrderPage page = order_page_from(*data);
  if (page.next == window.cursor && !page.next.empty())
    co_return Error(ErrorKind::transient, "channel_answer_unreadable",
                    "the next page is this page");
  co_return page;
}

Exchange<OrderBatch> Tokopedia::fetch_orders(CallContext ctx, std::vector<std::string> ids) const {
  OrderBatch out;
  std::vector<std::string> known;
  for (std::string& id : ids) {
    if (is_id(id)) {
      known.push_back(std::move(id));
    } else {
      out.not_found.push_back(std::move(id));  // it would spoil the list of the others
    }
  }
  for (std::size_t start = 0; start < known.size(); start += kOrdersPerRead) {
    std::vector<std::string> some(known.begin() + static_cast<std::ptrdiff_t>(start),
                                  known.begin() + static_cast<std::ptrdiff_t>(std::min(
                                                      known.size(), start + kOrdersPerRead)));
    Exchange<OrderBatch> reading = read_orders(ctx, std::move(some));
    Result<OrderBatch> batch = co_await std::move(reading);
    if (!batch) co_return std::move(batch).error();
    for (RemoteOrder& o : batch->orders) out.orders.push_back(std::move(o));
    for (std::string& n : batch->not_found) out.not_found.push_back(std::move(n));
  }
  // Several parcels share no number of the order; a single one may have it in the detail already.
  for (RemoteOrder& order : out.orders) {
    if (order.status != OrderStatus::accepted && order.status != OrderStatus::shipped) continue;
    Exchange<std::vector<Shipment>> asking = with_numbers(ctx, order.shipments);
    Result<std::vector<Shipment>> told = co_await std::move(asking);
    if (told) order.shipments = *std::move(told);
  }
  co_return out;
}

Exchange<Ack> Tokopedia::accept_order(CallContext ctx, OrderAction action) const {
  return ship_order(std::move(ctx), std::move(action));
}

Exchange<Ack> Tokopedia::ship_order(CallContext ctx, OrderAction action) const {
  std::vector<Shipment> parcels = action.shipments;
  std::erase_if(parcels, [](const Shipment& s) { return !is_id(s.remote_package); });
  if (parcels.empty()) {
    // The parcel exists once the order is paid (facts 6); we have not seen it yet.
    Exchange<RemoteOrder> looking = look_up(ctx, action.external_id);
    Result<RemoteOrder> order = co_await std::move(looking);
    if (!order) co_return std::move(order).error();
    if (is_arranged(*order)) {
      Ack done;
      done.shipments = order->shipments;
      co_return done;
    }
    parcels = order->shipments;
    if (parcels.empty())
      co_return order_refusal(
          *order, Error(ErrorKind::blocked, "parcel_not_ready", "the order has no parcel yet")
                      .after(kAuditWait));
  }

  std::optional<OwnCourier> own;
  if (!action.tracking_number.empty() || !action.courier.empty()) {
    Exchange<std::optional<OwnCourier>> asking = own_courier(ctx, action);
    Result<std::optional<OwnCourier>> told = co_await std::move(asking);
    if (!told) co_return std::move(told).error();
    own = *std::move(told);
  }

  std::vector<std::string> packages;
  for (const Shipment& parcel : parcels) packages.push_back(parcel.remote_package);
  // A second arrangement is refused without harm, and the look below tells it from a real refusal.
  HttpRequest request =
      post(ctx, "/fulfillment/202309/packages/ship", ship_body(packages, own), Effect::set);
  Asked asked;
  asked.operation = request.operation;
  asked.effect = request.effect;
  Exchange<Answer> asking = ask(ctx, std::move(request));
  Result<Answer> answer = co_await std::move(asking);
  if (!answer) co_return std::move(answer).error();
  std::optional<Error> refusal = answer->error;
  for (const json::Value& entry : answer->errors()) {
    Error failed = element_error(ctx, asked, answer->envelope, entry, "parcel_refused");
    if (!refusal) refusal = std::move(failed);
  }
  if (refusal && !asks_for_a_look(*refusal)) co_return *std::move(refusal);
  if (refusal) {
    Exchange<RemoteOrder> looking = look_up(ctx, action.external_id);
    Result<RemoteOrder> order = co_await std::move(looking);
    if (!order) co_return std::move(order).error();
    if (!is_arranged(*order)) co_return order_refusal(*order, *std::move(refusal));
  }
  // Arranged. A number that is not there yet comes with the next fetch.
  if (own) {
    for (Shipment& parcel : parcels) {
      parcel.courier = action.courier;
      parcel.tracking_number = own->tracking_number;
    }
  }
  Exchange<std::vector<Shipment>> numbering = with_numbers(ctx, parcels);
  Result<std::vector<Shipment>> numbered = co_await std::move(numbering);
  Ack ack;
  ack.shipments = numbered ? *std::move(numbered) : std::move(parcels);
  co_return ack;
}

Exchange<Ack> Tokopedia::cancel_order(CallContext ctx, OrderAction action) const {
  // Which reasons are taken depends on the channel's own state (facts 5.4). Ours knows "pending"
  // for unpaid and for on hold, so the other kind of reason is tried when the first does not fit.
  bool unpaid = action.status == OrderStatus::pending;
  std::optional<Error> refusal;
  for (int round = 0; round < 2; ++round, unpaid = !unpaid) {
    // A second cancellation is refused without harm; the look below tells it from a real refusal.
    HttpRequest request =
        post(ctx, "/return_refund/202309/cancellations", cancel_body(action, unpaid), Effect::set);
    Exchange<json::Value> asking = ask_for(ctx, std::move(request));
    Result<json::Value> done = co_await std::move(asking);
    if (done) co_return Ack();
    refusal = std::move(done).error();
    if (refusal->code != "cancel_reason_refused") break;
  }
  if (!asks_for_a_look(*refusal)) co_return *std::move(refusal);
  Exchange<RemoteOrder> looking = look_up(ctx, action.external_id);
  Result<RemoteOrder> order = co_await std::move(looking);
  if (!order) co_return std::move(order).error();
  if (order->status == OrderStatus::cancelled) co_return Ack();
  co_return *std::move(refusal);
}

Exchange<Ack> Tokopedia::answer_cancellation(CallContext ctx, OrderAction action,
                                             bool accept) const {
  QueryItems page;
  page.emplace_back("page_size", "50");
  HttpRequest for_requests = post(ctx, "/return_refund/202309/cancellations/search",
                                  cancellations_body(action.external_id), Effect::read, page);
  Exchange<json::Value> asking_requests = ask_for(ctx, std::move(for_requests));
  Result<json::Value> requests = co_await std::move(asking_requests);
  if (!requests) co_return std::move(requests).error();
  const std::string id = waiting_cancellation(*requests, action.external_id);

  Error refusal(ErrorKind::rejected, "order_state_refused", "no request waits for an answer");
  if (is_id(id)) {
    const std::string path = "/return_refund/202309/cancellations/" + id;
    json::Value body;
    if (!accept) {
      QueryItems of_request;
      of_request.emplace_back("return_or_cancel_id", id);
      HttpRequest for_reasons = get(ctx, "/return_refund/202309/reject_reasons", of_request);
      Exchange<json::Value> asking_reasons = ask_for(ctx, std::move(for_reasons));
      Result<json::Value> reasons = co_await std::move(asking_reasons);
      if (!reasons) co_return std::move(reasons).error();
      const std::string reason = reject_reason(*reasons);
      if (reason.empty())
        co_return Error(ErrorKind::rejected, "cancel_reason_refused",
                        "the channel offers no reason to refuse");
      body = reject_body(reason);
    }
    QueryItems key;
    key.emplace_back("idempotency_key", uuid_of(ctx.nonce));
    HttpRequest request =
        post(ctx, path + (accept ? "/approve" : "/reject"), body, Effect::set, key);
    Exchange<json::Value> asking = ask_ok(ctx, std::move(request));
    Result<json::Value> done = co_await std::move(asking);
    if (done) co_return Ack();
    refusal = std::move(done).error();
    if (!asks_for_a_look(refusal)) co_return refusal;
  }
  Exchange<RemoteOrder> looking = look_up(ctx, action.external_id);
  Result<RemoteOrder> order = co_await std::move(looking);
  if (!order) co_return std::move(order).error();
  const bool cancelled = order->status == OrderStatus::cancelled;
  const bool waits = order->status == OrderStatus::cancel_requested;
  if (accept ? cancelled : !cancelled && !waits) co_return Ack();
  if (!accept && cancelled)
    co_return Error(ErrorKind::conflict, "order_is_cancelled", "cancelled at the channel");
  co_return refusal;
}

}  // namespace gerbang::tokopedia
