#include <utility>

#include "connectors/bukalapak/connector.hpp"
#include "connectors/bukalapak/units.hpp"
#include "connectors/bukalapak/wire.hpp"

namespace gerbang::bukalapak {

namespace {

// Where a change of state wants to get to.
struct Goal {
  std::string state;            // accepted, delivered, rejected
  std::string tracking_number;  // delivered: which parcel
};

// Whether the order is there already, or beyond it: an earlier call whose answer was lost.
bool reached(const Goal& goal, const RemoteOrder& order) {
  const bool running = order.status != OrderStatus::cancelled &&
                       order.status != OrderStatus::pending && order.status != OrderStatus::paid;
  if (goal.state == "accepted") return running;
  if (goal.state == "rejected") return order.status == OrderStatus::cancelled;
  return running && order.status != OrderStatus::accepted && order.shipments.size() == 1 &&
         order.shipments.front().tracking_number == goal.tracking_number;
}

Exchange<Ack> change_state(CallContext ctx, std::string id, Goal goal, json::Value body,
                           std::string operation) {
  HttpRequest request = change_transaction(ctx, id, std::move(body), std::move(operation));
  Asked about = asked(ctx, request);
  about.missing = "order_not_found";
  HttpResponse response = co_await std::move(request);
  Result<json::Value> answer = read_answer(response, about);
  Ack out;
  if (answer) {
    out.shipments = read_shipments(*answer);
    co_return out;
  }
  if (answer.error().kind != ErrorKind::rejected) co_return std::move(answer).error();

  HttpRequest look = transaction(ctx, id);
  Asked looking = asked(ctx, look);
  looking.missing = "order_not_found";
  HttpResponse seen = co_await std::move(look);
  GERBANG_CO_TRY(now, read_answer(seen, looking));
  const std::optional<RemoteOrder> order = read_order(now);
  if (!order || !reached(goal, *order)) co_return std::move(answer).error();
  out.shipments = order->shipments;
  co_return out;
}

}  // namespace

Exchange<OrderPage> BukalapakConnector::list_orders(CallContext ctx, OrderWindow window) const {
  GERBANG_CO_TRY(offset, offset_of(window.cursor));
  HttpRequest request = sales(ctx, window, offset);
  const Asked about = asked(ctx, request);
  HttpResponse response = co_await std::move(request);
  GERBANG_CO_TRY(list, read_answer(response, about));
  if (!list.is_array()) co_return malformed(about, "a list without items");
  OrderPage out;
  for (const json::Value& t : list.items()) {
    if (auto order = read_order(t)) {
      out.orders.push_back(std::move(*order));
      continue;
    }
    // One order that cannot be read delays only itself: it is fetched, and fails, alone.
    std::string id = t["id"].to_text();
    if (id.empty()) co_return malformed(about, "a transaction without id");
    out.external_ids.push_back(std::move(id));
  }
  if (list.items().size() >= kOrderPage) out.next = std::to_string(offset + kOrderPage);
  co_return out;
}

Exchange<OrderBatch> BukalapakConnector::fetch_orders(CallContext ctx,
                                                      std::vector<std::string> ids) const {
  OrderBatch out;
  for (const std::string& id : ids) {
    HttpRequest request = transaction(ctx, id);
    Asked about = asked(ctx, request);
    about.missing = "order_not_found";
    HttpResponse response = co_await std::move(request);
    Result<json::Value> answer = read_answer(response, about);
    if (!answer && answer.error().kind == ErrorKind::not_found) {
      out.not_found.push_back(id);
      continue;
    }
    GERBANG_CO_TRY(data, std::move(answer));
    auto order = read_order(data);
    if (!order) co_return malformed(about, "a transaction without times, total or lines");
    out.orders.push_back(std::move(*order));
  }
  co_return out;
}

Exchange<Ack> BukalapakConnector::accept_order(CallContext ctx, OrderAction action) const {
  Goal goal;
  goal.state = "accepted";
  json::Value body = json::object({{"state", "accepted"}});
  return change_state(std::move(ctx), std::move(action.external_id), std::move(goal),
                      std::move(body), "order.accept");
}

Exchange<Ack> BukalapakConnector::ship_order(CallContext ctx, OrderAction action) const {
  if (action.courier.empty())
    co_return Error(ErrorKind::rejected, "courier_missing", "carrier").at_field("/courier");
  if (action.tracking_number.empty()) {
    co_return Error(ErrorKind::rejected, "courier_missing", "tracking number")
        .at_field("/tracking_number");
  }
  // Only an accepted order can be shipped.
  if (action.status == OrderStatus::paid) {
    Exchange<Ack> accepting = accept_order(ctx, action);
    Result<Ack> accepted = co_await std::move(accepting);
    GERBANG_CO_TRY(ignored, std::move(accepted));
    static_cast<void>(ignored);
  }
  Goal goal;
  goal.state = "delivered";
  goal.tracking_number = action.tracking_number;
  json::Object parcel;
  parcel.set("carrier", action.courier);
  parcel.set("tracking_number", action.tracking_number);
  json::Object body;
  body.set("state", "delivered");
  body.set("state_options", std::move(parcel));
  Exchange<Ack> shipping = change_state(ctx, action.external_id, std::move(goal),
                                        json::Value(std::move(body)), "order.ship");
  co_return co_await std::move(shipping);
}

Exchange<Ack> BukalapakConnector::cancel_order(CallContext ctx, OrderAction action) const {
  Goal goal;
  goal.state = "rejected";
  json::Value reason = json::object({{"reject_reason", reject_reason(action.reason)}});
  json::Value body = json::object({{"state", "rejected"}, {"state_options", std::move(reason)}});
  return change_state(std::move(ctx), std::move(action.external_id), std::move(goal),
                      std::move(body), "order.reject");
}

Exchange<Ack> BukalapakConnector::answer_cancellation(CallContext, OrderAction, bool) const {
  co_return unsupported("answer_cancellation");
}

// A closed channel takes no parcel.
Exchange<ShippingLabel> BukalapakConnector::fetch_label(CallContext, OrderAction,
                                                        std::string) const {
  co_return unsupported("fetch_label");
}

}  // namespace gerbang::bukalapak
