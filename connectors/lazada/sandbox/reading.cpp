// Reading items (facts lazada.md 9): one in camelCase, lists in snake_case.
#include <algorithm>

#include "connectors/lazada/sandbox/market.hpp"

namespace gerbang::sandbox::lazada {

namespace {

std::string long_time(TimePoint time) {
  return std::to_string(to_unix_millis(time));
}

}  // namespace

json::Value Market::sku_json(const Item& item, const Sku& sku) const {
  json::Object out;
  out.append("Status", sku.status);
  out.append("quantity", sku.sellable);
  out.append("Available", sku.sellable);
  out.append("SellerSku", sku.seller_sku);
  out.append("ShopSku", sku.shop_sku);
  out.append("SkuId", sku.id);
  out.append("Url", "https://www.lazada.co.id/-i" + std::to_string(item.id) + "-s" +
                        std::to_string(sku.id) + ".html");
  // Prices of readings are numbers with a fraction (samples of the documentation).
  out.append("price", json::Decimal{std::to_string(sku.price) + ".0"});
  out.append("special_price", json::Decimal{"0.0"});
  out.append("Images", sku.images);
  out.append("saleProp", sku.sale_prop);
  for (const auto& [name, value] : sku.other) out.append(name, value);
  json::Object warehouse;
  warehouse.append("warehouseCode", "dropshipping");
  warehouse.append("quantity", sku.sellable);
  warehouse.append("sellableQuantity", sku.sellable);
  warehouse.append("withholdQuantity", sku.withheld);
  warehouse.append("occupyQuantity", sku.occupied);
  warehouse.append("totalQuantity", sku.total());
  out.append("multiWarehouseInventories", json::array({json::Value(std::move(warehouse))}));
  json::Array channels;
  if (sku.campaign > 0)
    channels.push_back(
        json::object({{"channelName", "kampanye"}, {"sellableQuantity", sku.campaign}}));
  out.append("channelInventories", std::move(channels));
  return json::Value(std::move(out));
}

Reply Market::product_item(const Request& request) {
  const std::string id = request.param("item_id");
  if (id.empty()) return Reply::fail("200", "E200: Empty SellerSku", "ISP");
  const Item* item = own_item(request.seller, json::Value(id));
  if (!item) {
    // Somebody else's item has an answer of its own.
    if (items_.contains(id_of(json::Value(id)).value_or(0)))
      return Reply::fail("EDIT_ITEM_NOT_BELONG_SELLER", "You are not authorized to edit the item.",
                         "ISP");
    return Reply::fail("208", "E208: Item not exist", "ISP");
  }
  json::Array skus;
  for (const Sku& sku : item->skus) {
    if (sku.status != "deleted") skus.push_back(sku_json(*item, sku));
  }
  json::Object out;
  out.append("itemId", item->id);
  out.append("primaryCategory", item->category);
  out.append("status", item_status(*item));
  out.append("createdTime", long_time(item->created));
  out.append("updatedTime", long_time(item->updated));
  out.append("attributes", item->attributes);
  out.append("productImageList", item->images);
  out.append("variation", item->variation);
  out.append("skus", std::move(skus));
  return Reply::data(json::Value(std::move(out)));
}

Reply Market::products(const Request& request) {
  static const std::vector<std::string> kFilters = {"all",     "live",     "inactive", "deleted",
                                                    "pending", "rejected", "sold-out"};
  const std::string filter = request.param("filter");
  if (std::find(kFilters.begin(), kFilters.end(), filter) == kFilters.end())
    return Reply::fail("36", "E036: Invalid status filter");
  std::int64_t limit = 20, offset = 0;
  if (request.has("limit")) limit = id_of(json::Value(request.param("limit"))).value_or(0);
  if (limit < 1 || limit > 50) return Reply::fail("19", "E019: Invalid Limit");
  if (request.has("offset")) {
    const std::string text = request.param("offset");
    offset = text == "0" ? 0 : id_of(json::Value(text)).value_or(-1);
    if (offset < 0 || offset > 10'000) return Reply::fail("14", "E014: Invalid Offset");
  }
  std::optional<json::Value> skus;
  if (request.has("sku_seller_list")) {
    auto list = json::parse(request.param("sku_seller_list"));
    if (!list || !list->is_array() || list->items().size() > 100)
      return Reply::fail("70", "E070: You have corrupt data in your sku seller list.");
    skus = std::move(*list);
  }
  std::map<std::string, TimePoint> bounds;
  for (const char* name : {"create_after", "create_before", "update_after", "update_before"}) {
    if (!request.has(name)) continue;
    std::string text = request.param(name);
    if (text.size() > 5 && text[text.size() - 3] != ':' && text.back() != 'Z')
      text.insert(text.size() - 2, 1, ':');
    const auto time = from_rfc3339(text);
    if (!time) return Reply::fail("17", "E017: Invalid Date Format");
    bounds[name] = *time;
  }
  json::Array page;
  std::int64_t total = 0;
  for (const auto& [id, item] : items_) {
    if (item.seller != request.seller) continue;
    const std::string status = item_status(item);
    const bool wanted =
        filter == "deleted"    ? item.deleted()
        : item.deleted()       ? false
        : filter == "live"     ? status == "Active"
        : filter == "inactive" ? status == "InActive"
        : filter == "pending"  ? status == "Pending QC"
        : filter == "rejected" ? false
        : filter == "sold-out"
            ? std::any_of(item.skus.begin(), item.skus.end(),
                          [](const Sku& s) { return s.status == "active" && s.sellable == 0; })
            : true;
    if (!wanted) continue;
    if ((bounds.contains("create_after") && item.created < bounds["create_after"]) ||
        (bounds.contains("create_before") && item.created > bounds["create_before"]) ||
        (bounds.contains("update_after") && item.updated < bounds["update_after"]) ||
        (bounds.contains("update_before") && item.updated > bounds["update_before"]))
      continue;
    if (skus) {
      const bool named = std::any_of(item.skus.begin(), item.skus.end(), [&](const Sku& s) {
        return s.status != "deleted" &&
               std::any_of(skus->items().begin(), skus->items().end(),
                           [&](const json::Value& v) { return v.to_text() == s.seller_sku; });
      });
      if (!named) continue;
    }
    if (total++ < offset || static_cast<std::int64_t>(page.size()) >= limit) continue;
    json::Array list;
    for (const Sku& sku : item.skus) {
      if (sku.status != "deleted" || filter == "deleted") list.push_back(sku_json(item, sku));
    }
    json::Object out;
    out.append("item_id", item.id);
    out.append("primary_category", item.category);
    if (flag("status_in_lists", true)) out.append("status", status);
    out.append("created_time", long_time(item.created));
    out.append("updated_time", long_time(item.updated));
    out.append("attributes", item.attributes);
    out.append("images", item.images);
    out.append("skus", std::move(list));
    page.emplace_back(std::move(out));
  }
  return Reply::data(json::object({{"total_products", total}, {"products", std::move(page)}}));
}

}  // namespace gerbang::sandbox::lazada
