#pragma once

#include <string>

#include "core/model/money.hpp"
#include "core/model/shop.hpp"
#include "core/store/product_rules.hpp"
#include "core/store/sqlite/database.hpp"

namespace gerbang::store {

// Units of the variant that the organisation's stock allows: over its components, the least of
// floor(sum of the locations' available / quantity). 0 for an unknown SKU.
Quantity sellable_units(Database& db, const std::string& organisation, const std::string& sku);

// What the shop may offer of a wanted listing now.
inline Quantity offered(Database& db, const std::string& organisation, const Shop& shop,
                        const std::string& sku) {
  return share_of_shop(shop, sellable_units(db, organisation, sku));
}

}  // namespace gerbang::store
