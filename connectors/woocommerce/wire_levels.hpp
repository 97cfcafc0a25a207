#pragma once

#include <string>
#include <vector>

#include "core/connector/types.hpp"

// Stock, price and state in batches (facts woocommerce.md 5, 6). An entry of a batch is checked
// against no schema, so what is sent here is right by construction; and it answers with what was
// stored, so that is compared.
namespace gerbang::woocommerce {

// Entries of one batch call: the products', or one parent's variations.
struct Group {
  std::string parent;  // empty: products
  std::vector<std::size_t> places;
};
// Those with ids that are none belong to no group.
std::vector<Group> groups_of(const std::vector<StockItem>& items);
std::vector<Group> groups_of(const std::vector<PriceItem>& items);
std::vector<Group> groups_of(const std::vector<StateItem>& items);  // products, not removed

HttpRequest stock_batch(const CallContext& ctx, const std::vector<StockItem>& items,
                        const Group& group);
HttpRequest price_batch(const CallContext& ctx, const std::vector<PriceItem>& items,
                        const Group& group);
HttpRequest state_batch(const CallContext& ctx, const std::vector<StateItem>& items,
                        const Group& group);

// One per place of the group: nothing when it is stored as sent.
using Outcomes = std::vector<std::optional<Error>>;
Outcomes stock_outcomes(const json::Value& answer, const std::vector<StockItem>& items,
                        const Group& group);
Outcomes price_outcomes(const json::Value& answer, const std::vector<PriceItem>& items,
                        const Group& group);
Outcomes state_outcomes(const json::Value& answer, const std::vector<StateItem>& items,
                        const Group& group);

}  // namespace gerbang::woocommerce
