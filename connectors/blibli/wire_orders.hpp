#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/connector/types.hpp"

// Order items (facts blibli.md 6, 9). The item is the unit of every operation there; ours is the
// checkout, whose items are its lines.
namespace gerbang::blibli {

struct OrderItem {
  std::string order;  // the checkout
  std::string item;   // orderItemId
  std::string status;
  std::string package;  // empty: not packed yet
  bool dropship = false;
  std::string variant;  // L4
  std::string seller_sku;
  std::string title;
  Quantity quantity = 0;
  std::int64_t price = 0;
  TimePoint placed_at;
  TimePoint paid_at;  // status FP
  std::string customer;
  // Of the detail only.
  std::optional<TimePoint> updated_at;
  std::int64_t shipping_cost = 0;
  json::Value recipient;
  std::string courier;
  std::string tracking_number;

  bool is_open() const;  // FP and not packed yet
};

struct OrderFilter {
  TimePoint from;  // of the payment
  TimePoint to;
  std::vector<std::string> statuses;  // empty: all
  std::int64_t page = 0;
};
json::Value order_filter(const OrderFilter& filter);

struct OrderItems {
  std::vector<OrderItem> items;
  std::int64_t total = 0;  // records of the whole filter
  bool more = false;
};
// Errors: transient channel_answer_unreadable when an item has no order or no id.
Result<OrderItems> items_from(const json::Value& reply);

// Adds what GET …/orders/items/{id} tells beyond the list. An answer about another item, or one
// that contradicts the list's ids, adds nothing.
void add_detail(const json::Value& reply, OrderItem& item);

// One order out of its items. `now`: what the update time is when no detail tells it.
RemoteOrder order_from(const std::vector<OrderItem>& items, TimePoint now);

// Item ids that may travel in one parcel with `item` (facts 9).
std::vector<std::string> combinable(const json::Value& reply);

}  // namespace gerbang::blibli
