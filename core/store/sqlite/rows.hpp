#pragma once

#include <optional>
#include <string>

#include "core/base/json.hpp"
#include "core/base/result.hpp"
#include "core/store/queries.hpp"
#include "core/store/sqlite/database.hpp"

// Rows as values, shared by scripts and queries.
namespace gerbang::store {

struct ShopRow {
  Shop shop;
  bool variants_in_listing = true;
};

// not_found shop_unknown. `organisation` empty: the engine, any organisation.
Result<ShopRow> find_shop(Database& db, const std::string& organisation, const std::string& shop);
// Of one organisation, or of all when empty; by id.
std::vector<ShopRow> all_shops(Database& db, const std::string& organisation);

json::Value schedule_to_json(const std::vector<ScheduleRule>& schedule);

// All levels of an item; empty when it was never mentioned.
StockView read_stock(Database& db, const std::string& organisation, const std::string& item);

// {"amount":…,"currency":…}
json::Value money_to_json(const Money& money);
std::optional<Money> money_from_json(const json::Value& value);

// What stands in a JSON column was written by us: anything unreadable is a broken database.
json::Value stored_json(const std::string& text);

}  // namespace gerbang::store
