#pragma once

#include <optional>
#include <string>
#include <vector>

#include "connectors/tokopedia/envelope.hpp"

// Stock, price and state: absolute values, one product a request for the first two (facts
// tiktok_tokopedia 4.6 to 4.8). What failed is named in data.errors; what is not named is done.
namespace gerbang::tokopedia {

// The places in a batch that one request carries: one product, at most `most` elements. The same
// SKU twice goes into two requests, so that the later one has the last word.
struct Group {
  std::string remote_product;
  std::vector<std::size_t> places;
};
template <class Item>
std::vector<Group> by_product(const std::vector<Item>& items, std::size_t most) {
  std::vector<Group> out;
  for (std::size_t i = 0; i < items.size(); ++i) {
    Group* group = nullptr;
    for (Group& g : out) {
      if (g.remote_product != items[i].remote_product || g.places.size() >= most) continue;
      bool twice = false;
      for (const std::size_t k : g.places)
        twice = twice || items[k].remote_variant == items[i].remote_variant;
      if (!twice) group = &g;
    }
    if (!group) group = &out.emplace_back(Group{items[i].remote_product, {}});
    group->places.push_back(i);
  }
  return out;
}

json::Value stock_body(const CallContext& ctx, const std::vector<StockItem>& items,
                       const std::vector<std::size_t>& places);
json::Value price_body(const std::vector<PriceItem>& items, const std::vector<std::size_t>& places);
json::Value products_body(const std::vector<std::string>& products,
                          const std::vector<std::string>& platforms = {});

// What an accepted answer says of each id: nothing = done. `by` is the field of `detail` that names
// the element: "sku_id", "product_id". An error that names none of ours is everybody's: who is
// meant is not known, and an absolute value can be sent again.
std::vector<std::optional<Error>> element_results(const CallContext& ctx, const Asked& asked,
                                                  const Answer& answer, std::string_view by,
                                                  const std::vector<std::string>& ids,
                                                  std::string_view otherwise);

// A refusal of the whole request that may be one element's fault: worth sending them singly.
bool may_be_one_element(const Error& error);

}  // namespace gerbang::tokopedia
