#pragma once

#include <map>
#include <string>
#include <vector>

#include "core/base/url.hpp"
#include "core/connector/types.hpp"

// Reading products back (facts tiktok_tokopedia 4.9).
namespace gerbang::tokopedia {

QueryItems page_query(std::size_t size, std::string_view token);
json::Value search_all_body();
json::Value search_skus_body(const std::vector<std::string>& skus);
json::Value inventory_body(const std::vector<std::string>& products);

// SKU id → what may still be bought, all warehouses together.
std::map<std::string, Quantity> available_from(const json::Value& data);

// One listing per SKU. Deleted products are left out.
std::vector<RemoteListing> listings_from(const json::Value& product,
                                         const std::map<std::string, Quantity>& available);

// The products of a search that still stand and carry one of these SKUs.
std::vector<json::Value> carrying(const json::Value& data, const std::vector<std::string>& skus);

}  // namespace gerbang::tokopedia
