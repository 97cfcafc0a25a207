#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/json.hpp"
#include "core/base/result.hpp"

// What publishing needs to know of a shop and of a category, in the shape the engine keeps:
//
//   shop facts      {"categories":[{"id","name","original"}…],   leaves only
//                    "couriers":[{"id","size_id"?,"min_grams"?,"max_grams"?}…],
//                    "limits":{…},                               get_item_limit
//                    "locations":["IDZ"…]}                       empty: no location ids
//   category facts
//   {"category":"100782","attributes":[{"id","names","mandatory","input","validation",
//                    "format","units","max_values","values":[{"id","names","unit"}]}…],
//                    "brands":[{"id","names"}…],"brand_mandatory":bool,"limits":{…}}
namespace gerbang::shopee {

// -- written from replies (facts shopee.md 3.2 to 3.6, 3.15)
json::Value categories_from(const json::Value& reply);
json::Value couriers_from(const json::Value& reply);
json::Value locations_from(const json::Value& reply);
json::Value attributes_from(const json::Value& reply, std::string_view category);
// Appends; true when there is another page.
bool add_brands(const json::Value& reply, json::Array& brands);

// -- read

struct Range {
  std::int64_t min = 0;
  std::int64_t max = std::numeric_limits<std::int64_t>::max();
  bool holds(std::int64_t v) const { return v >= min && v <= max; }
};

// get_item_limit; what an answer does not name is not limited. The Indonesian numbers are not
// public (facts 3.6), so none is assumed.
struct ItemLimits {
  Range price, stock, title, description, images, option_name, option_value;
  bool dimension_mandatory = false;
};
ItemLimits limits_from(const json::Value& get_item_limit);

// The leaf for a draft: `channel_category` when it is one, else the last segment of our slug
// against the leaves' names. Errors: category_unmapped, facts_missing.
Result<std::string> find_category(const json::Value* shop_facts, std::string_view slug,
                                  std::string_view channel_category);

}  // namespace gerbang::shopee
