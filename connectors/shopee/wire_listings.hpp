#pragma once

#include <string>
#include <vector>

#include "core/base/url.hpp"
#include "core/connector/types.hpp"

// Reading items back (facts shopee.md 3.11, 3.12).
namespace gerbang::shopee {

struct ItemPage {
  std::vector<std::string> ids;
  std::string next;  // the next offset; empty: the last page
};
// All states a seller can see; `since` 0: all times.
QueryItems item_list_query(std::string_view offset, std::size_t page_size, std::int64_t since = 0);
ItemPage item_page_from(const json::Value& reply);

QueryItems base_info_query(const std::vector<std::string>& ids);
// The entry of an item; null when the answer does not have it.
const json::Value& item_in(const json::Value& base_info_reply, std::string_view id);

// One listing for a plain item ("0" is its variant), one per model otherwise.
std::vector<RemoteListing> listings_from(const json::Value& item,
                                         const json::Value* model_list_reply);

QueryItems search_query(std::string_view item_sku);
std::vector<std::string> search_ids(const json::Value& reply);

}  // namespace gerbang::shopee
