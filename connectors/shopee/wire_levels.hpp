#pragma once

#include <vector>

#include "connectors/shopee/envelope.hpp"

// Stock, price and state: absolute values, one product a request for the first two
// (facts shopee.md 3.9, 3.10, 3.13, 3.14). Answers come back per element.
namespace gerbang::shopee {

// The places in a batch that one request carries: one product, at most 50 elements.
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
      if (g.remote_product == items[i].remote_product && g.places.size() < most) group = &g;
    }
    if (!group) group = &out.emplace_back(Group{items[i].remote_product, {}});
    group->places.push_back(i);
  }
  return out;
}

// Nothing when an id is none of Shopee's.
std::optional<json::Value> stock_body(const CallContext& ctx, const std::vector<StockItem>& items,
                                      const Group& group);
std::optional<json::Value> price_body(const std::vector<PriceItem>& items, const Group& group);
std::optional<json::Value> unlist_body(const std::vector<StateItem>& items,
                                       const std::vector<std::size_t>& places);

// What the answer says of each id ("" or the id as text): nothing = done. Elements that are named
// in neither list are open: transient, an absolute value is simply sent again. `by` is the field
// that names the element: "model_id", "item_id".
std::vector<std::optional<Error>> element_results(const CallContext& ctx, const Asked& asked,
                                                  const Answer& answer, std::string_view by,
                                                  const std::vector<std::string>& ids,
                                                  std::string_view otherwise);

// The answer names its elements, or it is a success: then element_results tells; else the error is
// of the whole request.
bool tells_elements(const Answer& answer);
// A refusal of the whole request that may be one element's fault: worth sending them singly.
bool may_be_one_element(const Error& error);

}  // namespace gerbang::shopee
