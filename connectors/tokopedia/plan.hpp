#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "connectors/tokopedia/facts.hpp"
#include "core/base/result.hpp"
#include "core/connector/types.hpp"

// A draft checked against the facts and said in the channel's terms, before anything is sent. All
// offending fields are reported at once.
namespace gerbang::tokopedia {

using Centimetres = std::array<std::int64_t, 3>;  // length, width, height; rounded up

struct PlannedSku {
  std::string sku;
  std::string remote_id;         // empty: new
  std::int64_t price = 0;        // whole rupiah
  Quantity stock = 0;            // cut to the channel's limit
  std::string barcode;           // only one that the world knows, see public_barcode
  json::Value sales_attributes;  // [{"name","value_name"} or {"id",…}], empty for a plain product
};

struct Plan {
  std::string category;
  std::string title;
  std::string description;  // HTML
  std::string code;         // external_product_id
  std::vector<std::string> platforms;
  bool pre_owned = false;
  std::int64_t weight_grams = 0;       // of the heaviest SKU
  std::optional<Centimetres> package;  // holds every SKU
  json::Value attributes;              // product_attributes
  std::vector<PlannedSku> skus;        // one or more
  std::string brand;                   // as the operator wrote it, empty: none
};

// Errors: rejected with the first field's code and all fields; facts_missing (bug) when the engine
// did not supply the facts of this category.
Result<Plan> plan_listing(const CallContext& ctx, const ListingDraft& draft,
                          const std::string& category);

// ---- parts, for tests

// product_attributes out of ours: by attribute id or name without case, then by permit (P-IRT,
// BPOM, halal, SNI). Values are matched to the attribute's own list by name; free ones are checked
// against its format. An attribute is required by itself or when another has a certain value; one
// without a value is reported by name.
json::Value match_attributes(const json::Value& attributes, const ListingDraft& draft,
                             std::vector<FieldError>& wrong);
// Plain text as the channel's HTML subset, with the permit numbers that traders must show.
std::string describe(const ListingDraft& draft);
// Numbers of the ranges that GS1 leaves to shops mean nothing outside; "" for those.
std::string public_barcode(const std::string& barcode);

}  // namespace gerbang::tokopedia
