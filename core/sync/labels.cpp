// Labels on demand: what can be told without the channel, then the shop's lane.
#include <algorithm>

#include "core/connector/label.hpp"
#include "core/sync/await.hpp"
#include "core/sync/engine.hpp"

namespace gerbang::sync {

using boost::asio::awaitable;

namespace {

// What no channel gives a label for. Between these our state may lag behind what the seller did by
// hand, so the channel judges.
std::optional<Error> refuse_label(const Order& order, const std::string& parcel,
                                  const Capabilities& can) {
  if (!can.fetch_label) return unsupported("fetch_label");
  if (order.status == OrderStatus::pending) return label_before_shipping("the order is not paid");
  if (order.status == OrderStatus::cancelled) return label_after_end("the order is cancelled");
  const bool known = std::any_of(order.shipments.begin(), order.shipments.end(),
                                 [&](const Shipment& s) { return s.remote_package == parcel; });
  if (!parcel.empty() && !known)
    return Error(ErrorKind::not_found, "parcel_not_in_order", "the order has no such parcel")
        .at_field("parcel");
  if (parcel.empty() && can.label_per_parcel && order.shipments.size() > 1)
    return Error(ErrorKind::conflict, "parcel_wanted", "the order has several parcels")
        .at_field("parcel");
  return std::nullopt;
}

}  // namespace

awaitable<Result<ShippingLabel>> Engine::fetch_label(std::string organisation, std::string order_id,
                                                     std::string parcel) {
  store::GetOrder query;
  query.organisation = std::move(organisation);
  query.order = std::move(order_id);
  auto reading = read(*ports_.store, std::move(query));
  Result<Order> order = co_await std::move(reading);
  if (!order) co_return std::move(order).error();
  const Connector* connector = ports_.registry->find(order->channel);
  if (!connector || !settings_of(order->channel))
    co_return Error(ErrorKind::unsupported, "channel_disabled",
                    "the channel is not switched on in the configuration");
  if (auto refused = refuse_label(*order, parcel, connector->info().can))
    co_return std::move(*refused);
  const auto running = lanes_.find(order->shop);
  if (membership_ && known_shops_.contains(order->shop) &&
      (running == lanes_.end() || running->second.lane->stopping()))
    co_return Error(ErrorKind::transient, "shop_elsewhere", "another node has the shop")
        .after(std::chrono::seconds(1));
  if (running == lanes_.end() || running->second.ended)
    co_return Error(ErrorKind::conflict, "shop_not_sending", "the shop has no lane");

  OrderAction action;
  action.external_id = order->external_id;
  action.lines = std::move(order->lines);
  action.shipments = std::move(order->shipments);
  action.status = order->status;
  auto asking = running->second.lane->fetch_label(std::move(action), std::move(parcel));
  Result<ShippingLabel> label = co_await std::move(asking);
  if (label) co_return label;
  // It is the shop's keys that were refused, not whoever asks.
  Error error = std::move(label).error();
  if (error.kind == ErrorKind::unauthenticated || error.kind == ErrorKind::auth_expired ||
      error.kind == ErrorKind::forbidden)
    error.kind = ErrorKind::rejected;
  co_return error;
}

}  // namespace gerbang::sync
