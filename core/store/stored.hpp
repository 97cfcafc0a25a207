#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/base/json.hpp"
#include "core/base/result.hpp"
#include "core/model/money.hpp"
#include "core/model/order.hpp"
#include "core/model/product.hpp"
#include "core/model/shop.hpp"

// What stands in the columns of every engine, as values.
namespace gerbang::store {

struct ShopRow {
  Shop shop;
  bool variants_in_listing = true;
};

// The prices of a variant as they are stored.
struct StoredPrices {
  std::optional<Money> price;
  std::map<std::string, Money> channels;
  std::int64_t revision = 0;
  // The channel's own price, else the list price.
  std::optional<Money> effective(const std::string& channel) const;
};

// What stands in a JSON column was written by us: anything unreadable is a broken database.
json::Value stored_json(const std::string& text);

// A products row's document as it is stored: without prices. Error: bug product_unreadable.
Result<Product> stored_product(const std::string& code, const std::string& document);

json::Value texts_to_json(const std::vector<std::string>& texts);
std::vector<std::string> texts_from_json(const json::Value& value);

json::Value schedule_to_json(const std::vector<ScheduleRule>& schedule);
std::vector<ScheduleRule> schedule_from_json(const json::Value& value);

// [{"package":…,"courier":…,"tracking_number":…}]
json::Value shipments_to_json(const std::vector<Shipment>& shipments);
std::vector<Shipment> shipments_from_json(const json::Value& value);

// {"amount":…,"currency":…}
json::Value money_to_json(const Money& money);
std::optional<Money> money_from_json(const json::Value& value);

// {"shopee": {"amount":…,"currency":…}}
std::string prices_to_text(const std::map<std::string, Money>& channels);
std::map<std::string, Money> prices_from_text(const std::string& text);

}  // namespace gerbang::store
