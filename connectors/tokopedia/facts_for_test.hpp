#pragma once

#include "connectors/tokopedia/facts.hpp"
#include "connectors/tokopedia/fixtures_for_test.hpp"

namespace gerbang::tokopedia::testing {

// A context with the facts of the shop and of a category, as the engine would supply them.
inline CallContext context_with_facts(const std::string& category = "914952",
                                      bool with_tokopedia = true) {
  json::Object shop;
  shop.append("categories",
              categories_from(data_of("categories_shop"),
                              with_tokopedia ? data_of("categories_tokopedia") : json::Value()));
  shop.append("warehouses", warehouses_from(data_of("warehouses")));
  shop.append("tokopedia", with_tokopedia);
  json::Object of_category;
  of_category.append("category", category);
  of_category.append("attributes", attributes_from(data_of("attributes")));
  of_category.append("dimension_required", false);
  CallContext ctx = context();
  ctx.shop_facts = std::make_shared<const json::Value>(std::move(shop));
  ctx.category_facts = std::make_shared<const json::Value>(std::move(of_category));
  return ctx;
}

}  // namespace gerbang::tokopedia::testing
