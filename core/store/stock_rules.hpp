#pragma once

#include <string>
#include <string_view>

#include "core/base/json.hpp"
#include "core/store/scripts.hpp"

// What both engines decide alike about stock entries. Pure.
namespace gerbang::store {

// The data of stock.changed.
json::Value stock_event(const StockView& view);

// ErrorKind::invalid at "/field".
Error wrong_stock(std::string_view code, std::string detail, std::string_view field);

// What needs no look at the database.
Result<void> check_stock_entry(const ApplyStock::Item& entry);

}  // namespace gerbang::store
