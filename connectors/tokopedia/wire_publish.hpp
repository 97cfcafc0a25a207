#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "connectors/tokopedia/envelope.hpp"
#include "connectors/tokopedia/plan.hpp"
#include "connectors/tokopedia/units.hpp"
#include "core/base/url.hpp"

// Bodies and answers of the calls that write products (facts tiktok_tokopedia 4.1, 4.3 to 4.5).
namespace gerbang::tokopedia {

// ---- images

// Checks the picture that the seller's address gave: reachable, JPEG or PNG by its first bytes, at
// most 10 MB. `index` names the field.
Result<MultipartFile> picture(const HttpResponse& response, std::size_t index);
Result<std::string> image_uri(const Answer& answer, std::size_t index);

// Image address → uri at the channel, as kept in the memo.
using ImageUris = std::map<std::string, std::string>;

// ---- memo of a unit:
//   {"images":{url:uri},"brand":{"name","id"},"sent":{field:hash},"only_shop":bool}

ImageUris images_in(const json::Value& memo);
struct BrandChoice {
  std::string name;  // ours
  std::string id;    // empty: the channel knows no such brand
};
std::optional<BrandChoice> brand_in(const json::Value& memo);
json::Value memo_of(const Plan& plan, const std::vector<std::string>& urls, const ImageUris& images,
                    const BrandChoice& brand, bool only_shop);

QueryItems brand_query(const std::string& category, const std::string& name);
std::string brand_from(const json::Value& data, std::string_view name);  // "" when there is none

// ---- products

json::Value create_body(const CallContext& ctx, const Plan& plan,
                        const std::vector<std::string>& uris, const std::string& brand,
                        const std::string& idempotency_key);

// A product as get product shows it, in its newest version.
struct RemoteSku {
  std::string id;
  std::string sku;
  json::Value sales_attributes;  // [{"id","name","value_id","value_name"}]
  json::Value price;             // {"amount","currency"} as edits take it
  json::Value inventory;         // [{"warehouse_id","quantity"}]
};
struct RemoteProduct {
  PlatformStates states;
  std::string audit;     // NONE, AUDITING, APPROVED, FAILED…
  std::string reasons;   // of a failed audit, for people
  std::string category;  // the leaf
  std::string title;
  std::int64_t weight_grams = 0;  // 0: not told
  std::vector<RemoteSku> skus;
};
RemoteProduct product_from(const json::Value& data);

// What turns the product that is there into the one that is wanted.
struct ProductChanges {
  bool whole = false;               // the category moves: only the full edit can (facts 4.5)
  std::optional<json::Value> body;  // nothing: it is so already
};
ProductChanges compare(const CallContext& ctx, const Plan& plan, const RemoteProduct& there,
                       const json::Value& memo, const json::Value& next_memo,
                       const std::vector<std::string>& uris, const std::string& brand);

// SKU → id out of the `skus` of an answer; nothing when a planned one is missing.
std::optional<std::map<std::string, std::string>> sku_ids(const Plan& plan,
                                                          const json::Value& skus);

// New stock or price for some SKUs of a product that is off sale: then only an edit takes them, and
// it deletes the SKUs it does not list (facts 4.5, 4.6).
struct SkuChange {
  std::string id;
  std::optional<std::int64_t> price;
  std::optional<Quantity> quantity;
};
json::Value skus_body(const CallContext& ctx, const RemoteProduct& product,
                      const std::vector<SkuChange>& changes);

}  // namespace gerbang::tokopedia
