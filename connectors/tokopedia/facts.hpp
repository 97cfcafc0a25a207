#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/base/json.hpp"
#include "core/base/result.hpp"
#include "core/connector/types.hpp"

// What publishing needs to know of a shop and of a category, in the shape the engine keeps:
//
//   shop facts      {"categories":[{"id","name","platforms":["TIKTOK_SHOP","TOKOPEDIA"]}…], leaves
//                    "warehouses":["7068…"…],    sales warehouses in use, the default first
//                    "tokopedia":bool}           whether the Tokopedia tree was shown to this shop
//   category facts  {"category":"914824","attributes":[{"id","name","sales","required",
//                    "conditions":[{"attribute","value"}],"free","several","format",
//                    "values":[{"id","name"}]}…],"dimension_required":bool}
namespace gerbang::tokopedia {

// -- written from replies (facts tiktok_tokopedia 4.2, 4.10); `data` of each

// `tokopedia` null: this shop was not shown that tree.
json::Value categories_from(const json::Value& shop, const json::Value& tokopedia);
json::Value warehouses_from(const json::Value& data);
json::Value attributes_from(const json::Value& data);

// -- read

// The leaf for a draft: `channel_category` when it is one, else the last segment of our slug
// against the leaves' names. Errors: category_unmapped, facts_missing.
Result<std::string> find_category(const json::Value* shop_facts, std::string_view slug,
                                  std::string_view channel_category);

// Where the draft shall be on offer: its attribute "platforms" ("tokopedia, shop"; an operator's
// choice for one product), else everywhere this shop and this category can; used goods only at
// Tokopedia, alone (facts 4.4 is_pre_owned). `only_shop`: Tokopedia has been refused before.
// Errors at /attributes/platforms, /category or /condition: platforms_invalid,
// category_not_on_platform, used_goods_refused.
Result<std::vector<std::string>> find_platforms(const json::Value& shop_facts,
                                                std::string_view category,
                                                const ListingDraft& draft, bool only_shop);

// The default warehouse; empty when none is known: then a single-warehouse shop may leave it out
// (facts 4.6).
std::string default_warehouse(const CallContext& ctx);

}  // namespace gerbang::tokopedia
