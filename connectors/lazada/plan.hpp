#pragma once

#include <string>
#include <vector>

#include "core/base/result.hpp"
#include "core/connector/types.hpp"

// A draft checked against the facts and said in Lazada's terms, before anything is sent. All
// offending fields are reported at once.
namespace gerbang::lazada {

struct PlannedSku {
  std::string sku;
  std::string remote;      // SkuId; empty: not there yet
  json::Object sale_prop;  // {"color_family":"Merah"}; empty for a product without variants
  std::int64_t price = 0;  // whole rupiah
  Quantity stock = 0;
  std::string length, width, height;  // cm
  std::string weight;                 // kg
  json::Object attributes;            // of attribute_type "sku"
};

struct Plan {
  std::string category;
  json::Object attributes;          // name, description, brand_id and those of the category
  json::Value variation;            // null for a product without variants
  std::vector<PlannedSku> skus;     // at least one
  std::vector<std::string> images;  // the seller's addresses: the first eight, each once
};

// Errors: rejected with the first field's code and all fields; facts_missing (bug) when the engine
// did not supply the facts of this category.
Result<Plan> plan_listing(const CallContext& ctx, const ListingDraft& draft,
                          const std::string& category);

// ---- parts, for tests

// Attributes of the category out of ours: by name or label without case, then by permit (P-IRT,
// BPOM, halal), then what village goods answer to what Lazada demands of everything (no warranty,
// no hazardous material). `of_sku` chooses attribute_type "sku" or the others. A mandatory one
// without a value is reported by its label; an optional value that does not fit is left out.
json::Object match_attributes(const json::Value& attributes, const ListingDraft& draft, bool of_sku,
                              std::vector<FieldError>& wrong);
// Our axes as Lazada's sale properties: the category's own when name and values fit, else one of
// our own ("customize", facts 7). Gives the names in our order.
std::vector<std::string> plan_variation(const json::Value& attributes, const ListingDraft& draft,
                                        json::Value& variation, std::vector<FieldError>& wrong);
// HTML, with the permit numbers that traders must show.
std::string describe(const ListingDraft& draft);

}  // namespace gerbang::lazada
