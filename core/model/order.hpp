#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/secret.hpp"
#include "core/base/time.hpp"
#include "core/model/money.hpp"

namespace gerbang {

// Moves forward only, in this order; cancelled and returned are ends.
enum class OrderStatus {
  pending,           // placed, not paid: already holds stock
  paid,              // to be accepted / shipped
  accepted,          // shipment arranged or promised
  cancel_requested,  // the buyer asked; the seller must answer. May go back to paid/accepted
  shipped,           // left the house
  delivered,
  completed,
  returned,
  cancelled,
};
std::string_view to_string(OrderStatus s);
std::optional<OrderStatus> order_status_from(std::string_view name);

// Whether `to` may replace `from`: forward, or cancel_requested back to paid/accepted when the
// buyer's request was refused. Nothing leaves cancelled; a shipped order can still become
// cancelled (lost by the courier) or returned.
bool may_follow(OrderStatus from, OrderStatus to);

// Stock is held while pending, paid, accepted, cancel_requested; consumed from shipped on;
// free when cancelled before shipment.
enum class StockHold { held, consumed, free };
StockHold hold_of(OrderStatus s);

struct OrderLine {
  std::string remote_line;  // identity within the order at the channel
  std::string remote_product;
  std::string remote_variant;
  std::string remote_sku;  // the seller SKU as the channel stored it
  std::string sku;         // ours; empty when it could not be matched (visible, reserves nothing)
  std::string title;
  Quantity quantity = 0;  // sold units
  Money price;            // per unit, as sold
  Quantity shortage = 0;  // units that stock did not cover
};

struct Shipment {
  std::string remote_package;
  std::string courier;
  std::string tracking_number;
};

// What a marketplace says of an order: the input of IngestOrder.
struct RemoteOrder {
  std::string external_id;
  OrderStatus status = OrderStatus::pending;
  std::string remote_status;  // its own word
  TimePoint placed_at;
  TimePoint updated_at;  // the channel's clock
  std::vector<OrderLine> lines;
  Money total;
  std::string city;
  std::string province;
  Secret buyer;  // JSON of name, phone, address when the channel gives them; kept encrypted
  std::vector<Shipment> shipments;
};

struct Order {
  std::string id;  // ord_…
  std::string organisation;
  std::string shop;
  std::string channel;
  std::string external_id;
  OrderStatus status = OrderStatus::pending;
  std::string remote_status;
  TimePoint placed_at;
  TimePoint updated_at;  // ours
  std::vector<OrderLine> lines;
  Money total;
  std::string city;
  std::string province;
  std::vector<Shipment> shipments;
  std::int64_t revision = 0;
  bool has_shortage = false;
};

}  // namespace gerbang
