#pragma once

#include "connectors/shopee/facts.hpp"
#include "connectors/shopee/fixtures_for_test.hpp"

namespace gerbang::shopee::testing {

// A context with the facts of the shop and of category 100782, as the engine would supply them.
inline CallContext context_with_facts(const char* warehouses = "warehouse_not_in_whitelist") {
  const auto reply_of = [](const char* name) { return *json::parse(fixture(name)); };
  json::Object shop;
  shop.append("categories", categories_from(reply_of("get_category")));
  shop.append("couriers", couriers_from(reply_of("get_channel_list")));
  shop.append("limits", reply_of("get_item_limit")["response"]);
  shop.append("locations", locations_from(reply_of(warehouses)));
  json::Array brands;
  add_brands(reply_of("get_brand_list_1"), brands);
  add_brands(reply_of("get_brand_list_2"), brands);
  json::Object category;
  category.append("category", "100782");
  category.append("attributes", attributes_from(reply_of("get_attribute_tree"), "100782"));
  category.append("brands", std::move(brands));
  category.append("brand_mandatory", false);
  category.append("limits", reply_of("get_item_limit")["response"]);
  CallContext ctx = context();
  ctx.shop_facts = std::make_shared<const json::Value>(std::move(shop));
  ctx.category_facts = std::make_shared<const json::Value>(std::move(category));
  return ctx;
}

}  // namespace gerbang::shopee::testing
