#pragma once

#include <string>
#include <vector>

#include "core/base/url.hpp"
#include "core/connector/types.hpp"

// Orders and parcels (facts shopee.md 4.2 to 4.5).
namespace gerbang::shopee {

QueryItems order_list_query(const OrderWindow& window);
OrderPage order_page_from(const json::Value& reply);

QueryItems order_detail_query(const std::vector<std::string>& ids);
// One entry of order_list. Buyer's fields may be masked ("S******i"); what is masked is neither a
// city nor a province.
RemoteOrder order_from(const json::Value& order);

json::Value cancel_body(const OrderAction& action);

// ---- shipping

struct ShipWay {
  enum class Kind { dropoff, pickup, non_integrated } kind = Kind::dropoff;
  json::Value details;  // {} where nothing is needed
};
// Out of get_shipping_parameter: the seller's own number where that is offered and given; else
// drop-off that needs nothing; else pick-up at the default address in the recommended slot; else
// drop-off at the first branch. Errors: tracking_number_needed, shipping_details_needed,
// pickup_slot_missing (blocked).
Result<ShipWay> ship_way(const json::Value& reply, const OrderAction& action);
json::Value ship_body(const OrderAction& action, const std::string& package, const ShipWay& way);

}  // namespace gerbang::shopee
