#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "connectors/lazada/envelope.hpp"
#include "connectors/lazada/plan.hpp"

// Payloads and answers of images, products, stock and price (facts lazada.md 7 to 10). JSON where
// the facts have it; the sellable calls and deactivate are documented in XML only.
namespace gerbang::lazada {

// ---- images

// Image address of the seller → address at Lazada, as kept in the memo.
using ImageUrls = std::map<std::string, std::string>;

// Checks the picture that the seller's address gave: reachable, JPEG or PNG by its first bytes, at
// most 3 MB, 330 to 5000 px a side. `index` names the field.
Result<MultipartFile> picture(const HttpResponse& response, std::size_t index);
// Width and height out of a PNG or JPEG head; nothing when it does not tell.
std::optional<std::pair<std::int64_t, std::int64_t>> picture_size(std::string_view bytes);

// ---- memo of a unit: {"images":{url:url at Lazada},"skus":[those we published]}

ImageUrls images_in(const json::Value& memo);
json::Value memo_of(const Plan& plan, const ImageUrls& images);

// ---- products

struct RemoteSku {
  std::string sku;
  std::string id;
  std::string status;  // active, inactive, deleted
  std::string length, width, height, weight;
};
struct RemoteItem {
  std::string id;
  std::string status;
  std::vector<RemoteSku> skus;  // without deleted ones
  bool gone() const { return skus.empty() || status == "deleted"; }
};
// `data` of /product/item/get (camelCase) or an element of `products` (snake_case).
RemoteItem item_from(const json::Value& data);

// The `payload` parameter.
std::string create_payload(const Plan& plan, const std::vector<std::string>& images);
// More SKUs for an item that is there (AssociatedSku).
std::string add_skus_payload(const Plan& plan, const RemoteItem& there,
                             const std::vector<std::string>& images);
// Content only: price and stock have work of their own. The status of each SKU goes along, because
// leaving it out means "active" (facts 7, the update page).
std::string update_payload(const Plan& plan, const RemoteItem& there,
                           const std::vector<std::string>& images);
std::string activate_payload(const RemoteItem& there);
// apiRequestBody of /product/deactivate.
std::string deactivate_body(const std::string& item);
// sku_id_list of /product/remove: ["SkuId_<item>_<sku>"].
std::string remove_list(const std::string& item, const std::vector<std::string>& sku_ids);

// The SKU at Lazada of a planned one; null when it is not there.
const RemoteSku* find_sku(const RemoteItem& item, const PlannedSku& sku);

// `data` of a create: item_id and our SKU → sku_id.
Result<ListingRef> created_from(const Asked& asked, const json::Value& data);

// ---- stock and price

// Empty when an id is none of Lazada's.
std::string stock_payload(const std::vector<StockItem>& items);
std::string price_payload(const std::vector<PriceItem>& items);

// ---- reading

ListingPage page_from(const json::Value& data, std::int64_t offset);

}  // namespace gerbang::lazada
