#include "core/store/sqlite/offer.hpp"

#include <algorithm>

namespace gerbang::store {

Quantity sellable_units(Database& db, const std::string& organisation, const std::string& sku) {
  auto row = db.query(
                   "SELECT coalesce(min(units), 0) FROM (SELECT"
                   " coalesce(sum(max(l.on_hand - l.reserved - l.buffer, 0)), 0) / c.quantity"
                   " AS units FROM components c LEFT JOIN stock_levels l"
                   " ON l.organisation = c.organisation AND l.item = c.item"
                   " WHERE c.organisation = ?1 AND c.sku = ?2 GROUP BY c.item)")
                 .bind(1, organisation)
                 .bind(2, sku);
  row.step();
  return row.integer(0);
}

}  // namespace gerbang::store
