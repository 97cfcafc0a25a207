#pragma once

#include <string>
#include <string_view>

#include "core/base/json.hpp"
#include "core/base/result.hpp"

// What publishing needs to know of a shop and of a category, in the shape the engine keeps:
//
//   shop facts      {"categories":[{"id","name"}…],        deepest level only (facts blibli.md 7)
//                    "pickup_points":["PP-3000188"…],
//                    "couriers":["JNE_REG"…]}              delivery options of the seller
//   category facts  {"category":"KO-1000023",
//                    "attributes":[{"code","name","mandatory","variant","special","free",
//                                   "options":["Indonesia"…]}…]}
//
// The shapes of getCategory, getPickupPoint and logistics are not documented: the readers take the
// spellings that the two families use elsewhere (facts 13).
namespace gerbang::blibli {

// Whether an answer of the older family holds a list at all; one without is no empty one.
bool holds_list(const json::Value& reply);
json::Value categories_from(const json::Value& reply);
json::Value pickup_points_from(const json::Value& reply);
json::Value couriers_from(const json::Value& reply);
json::Value attributes_from(const json::Value& reply);

// The leaf for a draft: `channel_category` when it is one, else the last segment of our slug
// against the leaves' names. Errors: category_unmapped, facts_missing.
Result<std::string> find_category(const json::Value* shop_facts, std::string_view slug,
                                  std::string_view channel_category);

}  // namespace gerbang::blibli
