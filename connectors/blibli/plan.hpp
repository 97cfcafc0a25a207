#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "core/base/result.hpp"
#include "core/connector/types.hpp"

// A draft checked against the facts and said in Blibli's terms, before anything is sent. All
// offending fields are reported at once.
namespace gerbang::blibli {

struct PlannedVariant {
  std::string sku;
  std::string barcode;
  std::int64_t price = 0;                         // whole rupiah
  Quantity stock = 0;                             // cut to the channel's limit
  std::map<std::string, std::string> attributes;  // that tell variants apart, by code
};

struct Plan {
  std::string category;
  std::string title;
  std::string description;    // with the permit numbers that traders must show; plain text
  std::string selling_point;  // its beginning
  std::string brand;          // empty: none
  std::string pickup_point;
  std::map<std::string, std::string> attributes;  // by code
  std::vector<std::string> couriers;
  std::array<std::int64_t, 3> package_cm{};  // holds every variant; rounded up
  std::int64_t weight_grams = 0;             // of the heaviest
  std::vector<std::string> images;           // addresses
  std::vector<PlannedVariant> variants;
};

// Errors: rejected with the first field's code and all fields; facts_missing (bug) when the engine
// did not supply the facts of this category.
Result<Plan> plan_listing(const CallContext& ctx, const ListingDraft& draft,
                          const std::string& category);

// ---- parts, for tests

// Attributes out of ours: by code or name without case, then by permit (P-IRT, BPOM, halal, SNI).
// Values are matched to the attribute's own list; free ones are checked for length, and never sent
// as "-" (facts blibli.md 8.1). A mandatory attribute without a value is reported by name.
std::map<std::string, std::string> match_attributes(const json::Value& attributes,
                                                    const ListingDraft& draft,
                                                    std::vector<FieldError>& wrong);
// Which attributes tell the variants apart. An axis goes to the variant-creating attribute of its
// name when that takes all its values; the others are joined ("Pedas / 250 g") in one that takes
// free text, as sellers do in "Varian".
void plan_axes(const json::Value& attributes, const ListingDraft& draft, Plan& plan,
               std::vector<FieldError>& wrong);
std::string describe_with_permits(const ListingDraft& draft);

}  // namespace gerbang::blibli
