#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "connectors/shopee/facts.hpp"
#include "core/base/result.hpp"
#include "core/connector/types.hpp"

// A draft checked against the facts and said in Shopee's terms, before anything is sent. All
// offending fields are reported at once.
namespace gerbang::shopee {

using Centimetres = std::array<std::int64_t, 3>;  // length, width, height; rounded up

struct PlannedModel {
  std::string sku;
  std::vector<std::int64_t> tier_index;  // empty for an item without variants
  std::int64_t price = 0;                // whole rupiah
  Quantity stock = 0;                    // cut to the channel's limit
  std::int64_t weight_grams = 0;
  std::optional<Centimetres> package;
  std::string barcode;
};

struct PlannedTier {
  std::string name;
  std::vector<std::string> options;  // only those that a variant uses
  friend bool operator==(const PlannedTier&, const PlannedTier&) = default;
};

struct Plan {
  std::uint64_t category = 0;
  std::string title;
  std::string description;  // with the permit numbers that traders must show
  std::string item_sku;     // the SKU of a plain item, the product's code of one with variants
  std::string condition;    // NEW, USED
  json::Value attributes;   // attribute_list
  json::Value brand;        // {brand_id, original_brand_name}
  json::Value couriers;     // logistic_info
  std::vector<PlannedTier> tiers;
  std::vector<PlannedModel> models;    // exactly one without tiers
  std::int64_t weight_grams = 0;       // of the heaviest model
  std::optional<Centimetres> package;  // holds every model
  std::int64_t least_stock = 0;        // what an item must offer at least

  bool has_models() const { return !tiers.empty(); }
};

// Errors: rejected with the first field's code and all fields; facts_missing (bug) when the engine
// did not supply the facts of this category.
Result<Plan> plan_listing(const CallContext& ctx, const ListingDraft& draft,
                          const std::string& category);

// ---- parts, for tests

// attribute_list out of ours: by attribute id or name without case, then by permit (P-IRT, BPOM,
// halal, SNI). Values are matched to the attribute's own list by name; free ones are checked
// against its type. A mandatory attribute without a value is reported by name.
json::Value match_attributes(const json::Value& attributes, const ListingDraft& draft,
                             std::vector<FieldError>& wrong);
std::string describe_with_permits(const ListingDraft& draft);
// Of a shop with location ids everything stands at the first one (inferred, facts 3.13, 3.15).
json::Value seller_stock(const json::Value* shop_facts, Quantity stock);

}  // namespace gerbang::shopee
