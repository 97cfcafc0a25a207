#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "connectors/shopee/envelope.hpp"
#include "connectors/shopee/plan.hpp"

// Bodies and answers of media_space and of the product calls that write items and variants
// (facts shopee.md 3.1, 3.7, 3.8, 3.11, 3.12).
namespace gerbang::shopee {

// ---- images

// Checks the picture that the seller's address gave: reachable, JPEG or PNG by its first bytes, at
// most 10 MB. `index` names the field.
Result<MultipartFile> picture(const HttpResponse& response, std::size_t index);
Result<std::string> image_id(const CallContext& ctx, const Answer& answer, std::size_t index);

// Image address → Shopee image id, as kept in the memo.
using ImageIds = std::map<std::string, std::string>;

// ---- memo of a unit: {"images":{url:id},"sent":{field:hash}}

ImageIds images_in(const json::Value& memo);
json::Value memo_of(const Plan& plan, const std::vector<std::string>& urls, const ImageIds& images);

// ---- items

json::Value add_item_body(const CallContext& ctx, const Plan& plan,
                          const std::vector<std::string>& image_ids);
// Only the fields that differ from what was sent before (`memo`) or stands there (`current`, one
// entry of get_item_base_info). Nothing when none does. Price, stock and variants have calls of
// their own; logistic_info is gone since mid-2026.
std::optional<json::Value> update_item_body(const Plan& plan, const json::Value& current,
                                            const json::Value& memo, const json::Value& next_memo,
                                            const std::vector<std::string>& image_ids);

// ---- variants

struct RemoteModel {
  std::string id;
  std::string sku;
  std::vector<std::int64_t> tier_index;
  std::optional<std::int64_t> weight_grams;
  std::optional<Centimetres> package;
};
struct RemoteModels {
  std::vector<PlannedTier> tiers;
  std::vector<RemoteModel> models;
};
// Out of get_model_list, init_tier_variation or add_model: `reply["response"]`.
RemoteModels models_from(const json::Value& reply);

// Also turns an item with variants back into a plain one (a plan without tiers).
json::Value init_tier_body(const CallContext& ctx, std::uint64_t item, const Plan& plan);

// What turns the variants that are there into those that are wanted.
struct ModelChanges {
  bool rebuild = false;              // init_tier_variation: another number of axes, or nothing kept
  std::vector<std::string> gone;     // delete_model, by model id
  std::optional<json::Value> tiers;  // update_tier_variation
  std::optional<json::Value> added;  // add_model
  std::optional<json::Value> changed;  // update_model: SKU, weight, dimension
};
// `repacked`: weights or packages differ from what was sent last; decides for models of which the
// channel does not tell them.
ModelChanges compare_models(const CallContext& ctx, std::uint64_t item, const Plan& plan,
                            const RemoteModels& there, bool repacked);

// SKU → model id of every planned model; nothing when one of them is missing.
std::optional<std::map<std::string, std::string>> variant_ids(const Plan& plan,
                                                              const RemoteModels& there);

}  // namespace gerbang::shopee
