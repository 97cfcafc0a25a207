#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/base/json.hpp"
#include "core/model/money.hpp"
#include "core/model/order.hpp"
#include "core/model/product.hpp"

// What a shop is to be told, computed at the moment of sending: the values that travel from the
// store through the engine to a connector.
namespace gerbang {

struct DraftVariant {
  std::string sku;
  std::vector<std::string> options;
  std::string remote_variant;  // empty: not there yet
  Money price;
  Quantity stock = 0;
  std::optional<std::int64_t> weight_grams;
  std::optional<std::array<std::int64_t, 3>> package_mm;
  std::optional<std::string> barcode;
};

// One listing unit as the channel should show it: overrides applied, prices and stock computed.
struct ListingDraft {
  std::string unit;
  std::string code;
  std::string remote_product;  // empty: to be created
  std::string title;
  std::string description;
  std::string category;          // our slug
  std::string channel_category;  // an explicit category id of the channel, or empty
  std::optional<std::string> brand;
  Condition condition = Condition::fresh;
  std::map<std::string, std::string> attributes;  // ours, with the channel's overrides on top
  std::vector<std::string> images;
  std::vector<Permit> permits;
  std::vector<Option> options;
  std::vector<DraftVariant> variants;
  // The connector's own notes on this unit, returned by the last publish or update and kept by the
  // engine: uploaded image ids, hashes of what was sent.
  json::Value memo;
};

// What the channel deferred of this item earlier and has not been heard of since; empty: nothing.
// Of channels that defer only. While it is open nothing newer may be sent: it could arrive later
// and be the last word.
struct Ticket {
  std::string name;
  bool outdated = false;  // the value has changed since
};

struct StockItem {
  std::string sku;
  std::string remote_product;
  std::string remote_variant;
  Quantity quantity = 0;  // absolute, what may be sold
  // Whether the listing is meant to be on offer. A channel that takes a listing off sale by itself
  // at stock 0 must put it back when stock rises, and must not when a person took it off.
  bool listed = true;
  Ticket ticket{};
};

struct PriceItem {
  std::string sku;
  std::string remote_product;
  std::string remote_variant;
  Money price;
  Ticket ticket{};
};

struct StateItem {
  std::string unit;
  std::string remote_product;
  std::string remote_variant;  // where each variant is a product of its own
  bool listed = true;
  bool remove = false;  // withdrawn for good: delete where the channel can, else unlist
  Ticket ticket{};
};

struct OrderAction {
  std::string external_id;
  std::vector<OrderLine> lines;
  std::vector<Shipment> shipments;  // as last seen: package numbers
  OrderStatus status = OrderStatus::paid;
  std::string courier;          // ship, may be empty where the channel decides
  std::string tracking_number;  // ship, may be empty where the channel gives it
  std::string reason;           // cancel: out_of_stock, customer_request, other
};

}  // namespace gerbang
