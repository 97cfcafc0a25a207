#pragma once

#include <optional>
#include <string>
#include <vector>

#include "connectors/lazada/envelope.hpp"
#include "core/base/url.hpp"
#include "core/connector/types.hpp"

// Requests and answers of orders, packages and cancellations (facts lazada.md 11 to 13).
namespace gerbang::lazada {

// ---- reading

// A page of /orders/get: changed since `after`, skipping `offset`.
struct OrderPlace {
  TimePoint after;
  std::int64_t offset = 0;
};
// "" is the window's beginning. A cursor is "milliseconds.offset".
Result<OrderPlace> place_of(const OrderWindow& window);
QueryItems orders_query(const OrderWindow& window, const OrderPlace& place);
// Cursor of the next page, empty after the last; beyond offset 5000 it restarts at the last order's
// time (facts 11). `orders` is the page's list.
std::string next_cursor(const OrderPlace& place, const json::Value& data);
// "[1,2]": the only form accepted (code 56).
std::string id_list(const std::vector<std::string>& ids);

// A unit.
struct UnitItem {
  std::string id;
  std::string status;
  std::string package;
  std::string courier;
  std::string tracking;
  std::string reverse_order;
  bool cancel_asked = false;
  bool by_lazada = false;  // is_fbl: packed and shipped by Lazada's own warehouse
};
// Each id once, in ascending order; entries without an id are left out.
std::vector<UnitItem> units_from(const json::Value& items);
// Their parcels, each once.
std::vector<Shipment> parcels_of(const std::vector<UnitItem>& units);

// `order` of /orders/get or /order/get, `items` its order_items. Never fails: what is missing reads
// as pending, 0 or `now`, so that one odd order does not hold up the others.
RemoteOrder order_from(const json::Value& order, const json::Value& items, TimePoint now);

// ---- fulfilment

std::string providers_body(const std::string& order, const std::vector<std::string>& units);
std::string pack_body(const std::string& order, const std::vector<std::string>& units,
                      const std::string& allocate_type);
std::string ready_body(const std::vector<std::string>& packages);
// `result.data` of a second envelope, or the error it tells.
Result<json::Value> result_of(const CallContext& ctx, const Asked& asked, const Envelope& envelope);
// The first refusal among the elements (item_err_code), which must cover all `ids`, found under
// `id_name`.
std::optional<Error> first_refusal(const CallContext& ctx, const Asked& asked,
                                   const Envelope& envelope, const json::Value& elements,
                                   std::string_view id_name, const std::vector<std::string>& ids);
// All elements of order_item_list of a pack answer.
json::Value packed_items(const json::Value& data);

}  // namespace gerbang::lazada
