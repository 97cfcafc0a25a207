#include "core/store/stock_rules.hpp"

#include <utility>

namespace gerbang::store {

json::Value stock_event(const StockView& view) {
  Quantity on_hand = 0, reserved = 0;
  for (const StockLevel& level : view.levels) {
    on_hand += level.on_hand;
    reserved += level.reserved;
  }
  return json::object({{"item", view.item},
                       {"on_hand", on_hand},
                       {"reserved", reserved},
                       {"available", view.available()},
                       {"revision", view.revision}});
}

Error wrong_stock(std::string_view code, std::string detail, std::string_view field) {
  return Error(ErrorKind::invalid, code, std::move(detail)).at_field("/" + std::string(field));
}

Result<void> check_stock_entry(const ApplyStock::Item& entry) {
  if (!is_code(entry.item)) return wrong_stock("code_invalid", "not a stock item code", "item");
  if (entry.on_hand && entry.change)
    return wrong_stock("stock_count_or_change", "a count and a movement in one entry", "quantity");
  if (!entry.on_hand && !entry.change && !entry.buffer)
    return wrong_stock("stock_count_or_change", "neither a count, a movement nor a buffer",
                       "on_hand");
  if (entry.location && (entry.location->empty() || entry.location->size() > 40))
    return wrong_stock("out_of_range", "1 to 40 characters", "location");
  if (entry.on_hand && *entry.on_hand < 0)
    return wrong_stock("stock_negative", "on_hand below zero", "on_hand");
  if (entry.buffer && *entry.buffer < 0)
    return wrong_stock("stock_negative", "buffer below zero", "buffer");
  if (entry.on_hand.value_or(0) > kMaxQuantity || entry.buffer.value_or(0) > kMaxQuantity ||
      entry.change.value_or(0) > kMaxQuantity || entry.change.value_or(0) < -kMaxQuantity)
    return wrong_stock("out_of_range", "beyond what a stock item can hold", "quantity");
  if (entry.change && !is_client_reason(entry.reason))
    return wrong_stock("reason_unknown", "not a reason for a movement", "reason");
  return {};
}

}  // namespace gerbang::store
