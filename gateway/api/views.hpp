#pragma once

#include <string>

#include "config/messages.hpp"
#include "core/base/json.hpp"
#include "core/model/event.hpp"
#include "core/model/listing.hpp"
#include "core/model/order.hpp"
#include "core/model/organisation.hpp"
#include "core/store/queries.hpp"

// What clients see of the model: the JSON shapes of API.md. The OpenAPI schemas of these are in
// schemas.cpp; a test compares both.
namespace gerbang::api {

json::Value money_view(const Money& money);
json::Value product_view(const store::ProductView& product);
json::Value stock_view(const store::StockView& stock);
json::Value movement_view(const StockMovement& movement);
json::Value price_view(const store::PriceView& price);
json::Value shop_view(const store::ShopView& shop, TimePoint now);
// For the host: whose it is and how it is; nothing of how the village sells.
json::Value node_view(const store::Node& node);
json::Value host_shop_view(const store::ShopView& shop, TimePoint now);
json::Value schedule_view(const std::vector<ScheduleRule>& schedule);
// The remedy of the last attempt is in `language`.
json::Value listing_view(const Listing& listing, messages::Language language);
json::Value order_view(const Order& order);
json::Value event_view(const Event& event);
json::Value organisation_view(const Organisation& organisation);
json::Value key_view(const ApiKey& key);  // never the hash

// {"data": […], "next": …}; next is null on the last page.
json::Value page_view(json::Array data, const std::string& next);

}  // namespace gerbang::api
