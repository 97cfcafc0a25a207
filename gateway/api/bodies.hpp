#pragma once

#include <string>

#include "core/store/scripts.hpp"
#include "gateway/api/fields.hpp"

// The bodies of stock and price requests as what the scripts take. Pure: JSON in, value or refusal
// (fields.hpp) out.
namespace gerbang::api {

// PUT /v1/stock/{item}: {"on_hand", "buffer", "counted_at", "location"}.
Result<store::ApplyStock::Item> read_stock_count(std::string item, const json::Value& body);
// POST /v1/stock/{item}/movements: {"quantity", "reason", "reference", "location"}.
Result<store::ApplyStock::Item> read_stock_movement(std::string item, const json::Value& body);
// One item of POST /v1/stock:batch, either of the above with its "item"; `pointer` is where it
// stands.
Result<store::ApplyStock::Item> read_stock_item(const json::Value& value,
                                                const std::string& pointer);

// PUT /v1/prices/{sku}: {"amount", "currency", "channels"}; the caller adds the SKU.
Result<store::SetPrices::Item> read_prices(const json::Value& body);

}  // namespace gerbang::api
