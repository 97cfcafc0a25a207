#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/base/url.hpp"
#include "core/connector/types.hpp"

// Orders, cancellations and parcels (facts tiktok_tokopedia 5 and 6).
namespace gerbang::tokopedia {

QueryItems order_search_query(std::string_view cursor);
json::Value order_search_body(const OrderWindow& window);
// Without a result the list is missing (facts 5.1).
OrderPage order_page_from(const json::Value& data);

// One entry of `orders`. Units of the same SKU at the same price are one line; its remote_line
// keeps the ids of all of them (units.hpp, join_units). Units that the channel cancelled alone
// still count: single items cannot be cancelled in Indonesia, and holding them is the safe side.
// What is masked
// ("S*** R****") is neither a city nor a province.
RemoteOrder order_from(const json::Value& order);

json::Value cancel_body(const OrderAction& action, bool unpaid);

// ---- the buyer's request to cancel

json::Value cancellations_body(const std::string& order);
// The id of the request that waits for an answer; empty: none does.
std::string waiting_cancellation(const json::Value& data, std::string_view order);
json::Value reject_body(const std::string& reason);
// The first reason the channel offers; empty: none.
std::string reject_reason(const json::Value& data);

// ---- shipping

// The parcels, each with what the seller's own courier needs where he ships himself.
struct OwnCourier {
  std::string provider;  // shipping_provider_id
  std::string tracking_number;
};
json::Value ship_body(const std::vector<std::string>& packages,
                      const std::optional<OwnCourier>& own);
// The provider of that name, or the only one; empty: none.
std::string provider_named(const json::Value& data, std::string_view courier);
Shipment shipment_from(const json::Value& package);

}  // namespace gerbang::tokopedia
