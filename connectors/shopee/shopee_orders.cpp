// Orders, parcels and lost pushes (facts shopee.md 4.2 to 4.5, 5.4).
#include <algorithm>

#include "connectors/shopee/envelope.hpp"
#include "connectors/shopee/limits.hpp"
#include "connectors/shopee/order_steps.hpp"
#include "connectors/shopee/push.hpp"
#include "connectors/shopee/request.hpp"
#include "connectors/shopee/shopee.hpp"
#include "connectors/shopee/units.hpp"
#include "connectors/shopee/wire_orders.hpp"

namespace gerbang::shopee {

namespace {

// One get_order_detail. When the channel does not know one of several it may refuse all of them
// (facts 4.3): then each is asked for alone.
Exchange<OrderBatch> read_orders(CallContext ctx, std::vector<std::string> ids) {
  OrderBatch out;
  HttpRequest request = shop_get(ctx, "order/get_order_detail", order_detail_query(ids));
  Exchange<json::Value> asking = ask_for(ctx, std::move(request));
  Result<json::Value> reply = co_await std::move(asking);
  if (!reply && reply.error().kind != ErrorKind::not_found) co_return std::move(reply).error();
  if (!reply && ids.size() == 1) {
    out.not_found = std::move(ids);
    co_return out;
  }
  if (!reply) {
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
  const json::Array& list = (*reply)["response"]["order_list"].items();
  for (std::string& id : ids) {
    const auto it = std::find_if(list.begin(), list.end(), [&](const json::Value& o) {
      return o["order_sn"].to_text() == id;
    });
    if (it == list.end()) {
      out.not_found.push_back(std::move(id));
    } else {
      out.orders.push_back(order_from(*it));
    }
  }
  co_return out;
}

}  // namespace

Exchange<std::string> tracking_number(CallContext ctx, std::string order, std::string package) {
  QueryItems query;
  query.emplace_back("order_sn", order);
  if (!package.empty()) query.emplace_back("package_number", package);
  HttpRequest request = shop_get(ctx, "logistics/get_tracking_number", query);
  Exchange<json::Value> asking = ask_for(std::move(ctx), std::move(request));
  Result<json::Value> reply = co_await std::move(asking);
  if (!reply) co_return std::move(reply).error();
  co_return std::string((*reply)["response"]["tracking_number"].text());  // empty at first
}

Exchange<RemoteOrder> look_up(CallContext ctx, std::string id) {
  std::vector<std::string> only(1, id);
  Exchange<OrderBatch> reading = read_orders(std::move(ctx), std::move(only));
  Result<OrderBatch> batch = co_await std::move(reading);
  if (!batch) co_return std::move(batch).error();
  if (batch->orders.empty())
    co_return Error(ErrorKind::not_found, "order_not_found", "Shopee does not know the order");
  co_return std::move(batch->orders.front());
}

bool asks_for_a_look(const Error& error) {
  return error.kind == ErrorKind::rejected || error.kind == ErrorKind::conflict ||
         error.kind == ErrorKind::blocked;
}

namespace {

bool is_arranged(const RemoteOrder& order) {
  return order.remote_status == "PROCESSED" || order.status == OrderStatus::shipped ||
         order.status == OrderStatus::delivered || order.status == OrderStatus::completed;
}

// Arranges one parcel; nothing to tell when it is arranged, whoever did it.
Exchange<bool> arrange(CallContext ctx, OrderAction action, std::string package) {
  QueryItems query;
  query.emplace_back("order_sn", action.external_id);
  if (!package.empty()) query.emplace_back("package_number", package);
  HttpRequest for_ways = shop_get(ctx, "logistics/get_shipping_parameter", query);
  Exchange<json::Value> asking_ways = ask_for(ctx, std::move(for_ways));
  Result<json::Value> ways = co_await std::move(asking_ways);

  std::optional<Error> refusal;
  if (!ways) {
    refusal = ways.error();
  } else if (Result<ShipWay> way = ship_way(*ways, action); !way) {
    co_return std::move(way).error();
  } else {
    // Not repeatable blindly: look first (facts 1.7).
    HttpRequest request =
        shop_post(ctx, "logistics/ship_order", ship_body(action, package, *way), Effect::create);
    Exchange<json::Value> asking = ask_ok(ctx, std::move(request));
    Result<json::Value> shipped = co_await std::move(asking);
    if (shipped) co_return true;
    refusal = std::move(shipped).error();
  }

  if (!asks_for_a_look(*refusal)) co_return *std::move(refusal);
  Exchange<RemoteOrder> looking = look_up(std::move(ctx), action.external_id);
  Result<RemoteOrder> order = co_await std::move(looking);
  if (!order) co_return std::move(order).error();
  if (is_arranged(*order)) co_return true;
  if (order->status == OrderStatus::cancelled)
    co_return Error(ErrorKind::conflict, "order_cancelled", "cancelled at Shopee");
  if (order->status == OrderStatus::cancel_requested)
    co_return Error(ErrorKind::conflict, "order_cancel_requested", "the buyer's request waits");
  co_return *std::move(refusal);
}

}  // namespace

Exchange<OrderPage> Shopee::list_orders(CallContext ctx, OrderWindow window) const {
  if (window.to - window.from > std::chrono::days(kWindowDays))
    co_return Error(ErrorKind::invalid, "window_refused", "at most 15 days");
  HttpRequest request = shop_get(ctx, "order/get_order_list", order_list_query(window));
  Exchange<json::Value> asking = ask_for(ctx, std::move(request));
  Result<json::Value> reply = co_await std::move(asking);
  if (!reply) co_return std::move(reply).error();
  OrderPage page = order_page_from(*reply);
  if (page.next == window.cursor && !page.next.empty())
    co_return Error(ErrorKind::transient, "channel_answer_unreadable",
                    "the next page is this page");
  co_return page;
}

Exchange<OrderBatch> Shopee::fetch_orders(CallContext ctx, std::vector<std::string> ids) const {
  OrderBatch out;
  for (std::size_t start = 0; start < ids.size(); start += kOrdersPerRead) {
    std::vector<std::string> some(
        ids.begin() + static_cast<std::ptrdiff_t>(start),
        ids.begin() + static_cast<std::ptrdiff_t>(std::min(ids.size(), start + kOrdersPerRead)));
    Exchange<OrderBatch> reading = read_orders(ctx, std::move(some));
    Result<OrderBatch> batch = co_await std::move(reading);
    if (!batch) co_return std::move(batch).error();
    for (RemoteOrder& o : batch->orders) out.orders.push_back(std::move(o));
    for (std::string& n : batch->not_found) out.not_found.push_back(std::move(n));
  }
  // The detail has no waybill number; PROCESSED is when it is born (facts 6.18), and the courier
  // may be quicker than it. Without it the order is still an order, so nothing that goes wrong here
  // may hold it up.
  bool asking_on = true;
  for (RemoteOrder& order : out.orders) {
    if (order.remote_status != "PROCESSED" && order.remote_status != "SHIPPED") continue;
    const bool split = order.shipments.size() > 1;
    for (Shipment& s : order.shipments) {
      if (!asking_on) break;
      Exchange<std::string> asking =
          tracking_number(ctx, order.external_id, split ? s.remote_package : std::string());
      Result<std::string> number = co_await std::move(asking);
      if (number) {
        s.tracking_number = *std::move(number);
      } else if (concerns_the_call(number.error())) {
        asking_on = false;
      }
    }
  }
  co_return out;
}

Exchange<Ack> Shopee::accept_order(CallContext ctx, OrderAction action) const {
  return ship_order(std::move(ctx), std::move(action));
}

Exchange<Ack> Shopee::ship_order(CallContext ctx, OrderAction action) const {
  // The package number is only for split orders (facts 4.5).
  const bool split = action.shipments.size() > 1;
  std::vector<Shipment> parcels = action.shipments;
  if (parcels.empty()) parcels.emplace_back();
  for (const Shipment& parcel : parcels) {
    Exchange<bool> arranging = arrange(ctx, action, split ? parcel.remote_package : std::string());
    Result<bool> arranged = co_await std::move(arranging);
    if (!arranged) co_return std::move(arranged).error();
  }
  // Arranged. A number that is not there yet comes with push 4 or the next fetch.
  Ack ack;
  for (Shipment& parcel : parcels) {
    Exchange<std::string> asking =
        tracking_number(ctx, action.external_id, split ? parcel.remote_package : std::string());
    Result<std::string> number = co_await std::move(asking);
    if (number && !number->empty()) parcel.tracking_number = *std::move(number);
    if (!parcel.remote_package.empty() || !parcel.tracking_number.empty())
      ack.shipments.push_back(std::move(parcel));
  }
  co_return ack;
}

Exchange<Ack> Shopee::cancel_order(CallContext ctx, OrderAction action) const {
  // A second cancellation is refused without harm, and the look below tells it from a real refusal.
  HttpRequest request = shop_post(ctx, "order/cancel_order", cancel_body(action), Effect::set);
  Exchange<json::Value> asking = ask_ok(ctx, std::move(request));
  Result<json::Value> reply = co_await std::move(asking);
  if (reply) co_return Ack();
  Error refusal = std::move(reply).error();
  if (!asks_for_a_look(refusal)) co_return refusal;
  Exchange<RemoteOrder> looking = look_up(ctx, action.external_id);
  Result<RemoteOrder> order = co_await std::move(looking);
  if (!order) co_return std::move(order).error();
  if (order->status == OrderStatus::cancelled) co_return Ack();
  co_return refusal;
}

Exchange<Ack> Shopee::answer_cancellation(CallContext ctx, OrderAction action, bool accept) const {
  json::Object body;
  body.append("order_sn", action.external_id);
  body.append("operation", accept ? "ACCEPT" : "REJECT");
  HttpRequest request =
      shop_post(ctx, "order/handle_buyer_cancellation", json::Value(std::move(body)), Effect::set);
  Exchange<json::Value> asking = ask_ok(ctx, std::move(request));
  Result<json::Value> reply = co_await std::move(asking);
  if (reply) co_return Ack();
  Error refusal = std::move(reply).error();
  if (!asks_for_a_look(refusal)) co_return refusal;
  Exchange<RemoteOrder> looking = look_up(ctx, action.external_id);
  Result<RemoteOrder> order = co_await std::move(looking);
  if (!order) co_return std::move(order).error();
  const bool cancelled = order->status == OrderStatus::cancelled;
  const bool waits = order->status == OrderStatus::cancel_requested;
  if (accept ? cancelled : !cancelled && !waits) co_return Ack();
  if (!accept && cancelled)
    co_return Error(ErrorKind::conflict, "order_cancelled", "cancelled at Shopee");
  co_return refusal;
}

Exchange<LostEvents> Shopee::read_lost_events(CallContext ctx) const {
  HttpRequest request = public_get(ctx, "push/get_lost_push_message");
  Exchange<json::Value> asking = ask_for(ctx, std::move(request));
  Result<json::Value> reply = co_await std::move(asking);
  if (!reply) co_return std::move(reply).error();
  co_return lost_from(*reply);
}

Exchange<Ack> Shopee::confirm_lost_events(CallContext ctx, std::string confirm) const {
  const auto last = id_number(confirm);
  if (!last) co_return Error(ErrorKind::invalid, "webhook_malformed", "no message id to confirm");
  json::Object body;
  body.append("last_message_id", json::Value(static_cast<unsigned long long>(*last)));
  HttpRequest request = public_post(ctx, "push/confirm_consumed_lost_push_message",
                                    json::Value(std::move(body)), Effect::set);
  Exchange<json::Value> asking = ask_ok(ctx, std::move(request));
  Result<json::Value> reply = co_await std::move(asking);
  if (!reply) co_return std::move(reply).error();
  co_return Ack();
}

}  // namespace gerbang::shopee
