#pragma once

#include <string>
#include <string_view>

#include "core/base/json.hpp"
#include "core/base/result.hpp"

// What publishing needs to know of a country and of a category, in the shape the engine keeps:
//
//   shop facts      {"categories":[{"id","name"}…],   leaves only
//                    "brands":[{"id","names"}…], "no_brand":"30768"}
//   category facts  {"category":"10002019",
//                    "attributes":[{"name","label","mandatory","sale","sku","input",
//                                   "options":[{"name","names"}…],"least"?,"most"?}…]}
namespace gerbang::lazada {

// -- written from replies (facts lazada.md 6): `data` of /category/tree/get and of
// /category/attributes/get, the body of /category/brands/query
json::Value categories_from(const json::Value& tree);
// Appends; true when there is another page.
bool add_brands(const json::Value& body, json::Array& brands);
std::string no_brand_of(const json::Array& brands);  // "" when the list does not have it
json::Value attributes_from(const json::Value& data);

// -- read

// The leaf for a draft: `channel_category` when it is one, else the last segment of our slug
// against the leaves' names. Errors: category_unmapped, facts_missing.
Result<std::string> find_category(const json::Value* shop_facts, std::string_view slug,
                                  std::string_view channel_category);

}  // namespace gerbang::lazada
