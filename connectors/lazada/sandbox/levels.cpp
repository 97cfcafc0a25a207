// Stock and price (facts lazada.md 8). `Quantity` is the total of the warehouse, the sellable calls
// mean what buyers can buy.
#include <algorithm>
#include <set>

#include "connectors/lazada/sandbox/market.hpp"
#include "connectors/lazada/sandbox/xml.hpp"

namespace gerbang::sandbox::lazada {

Reply Market::price_quantity(const Request& request) {
  return set_levels(request, Level::total);
}
Reply Market::sellable_update(const Request& request) {
  return set_levels(request, Level::sellable);
}
Reply Market::sellable_adjust(const Request& request) {
  return set_levels(request, Level::adjust);
}

// One SKU: what is wrong with it, or nothing; `store` writes it.
std::optional<Finding> Market::set_level(const std::string& seller, const json::Value& body,
                                         Level level, bool store, json::Array& effects) {
  const std::string name = body["SellerSku"].to_text();
  Item* item = own_item(seller, body["ItemId"]);
  Sku* sku = item ? find_sku(*item, body["SkuId"]) : nullptr;
  if (!sku) return Finding{"SkuId", "4136", "SELLER_SKU_NOT_FOUND: seller sku not found", name};
  if (!name.empty() && name != sku->seller_sku)
    return Finding{"SellerSku", "4136", "SELLER_SKU_NOT_FOUND: seller sku not found", name};
  if (item->locked) return Finding{"Product", "4155", "BIZ_CHECK_NO_EDIT_ITEM_LOCK", name};
  if (!body["MultiWarehouseInventories"].is_null())
    return Finding{"MultiWarehouseInventories", "4152",
                   "THD_INVENTORY_ERR_INV_PARAM_ILLEGAL: not a multi warehouse seller", name};

  const json::Value& price = body["Price"];
  std::int64_t new_price = sku->price;
  if (level == Level::total && !price.is_null()) {
    const std::string text = price.to_text();
    const auto dot = text.find('.');
    const auto whole = json::Value(text.substr(0, dot)).to_integral();
    if (!whole || *whole <= 0) return Finding{"Price", "4118", "BIZ_CHECK_PRICE_IS_ZERO", name};
    if (dot != std::string::npos && text.find_first_not_of('0', dot + 1) != std::string::npos)
      return Finding{"Price", "4104", "BIZ_CHECK_PRICE_PRECISION_INVALID", name};
    new_price = *whole;
  }
  std::int64_t sellable = sku->sellable;
  const json::Value& number = body[level == Level::total ? "Quantity" : "SellableQuantity"];
  if (number.is_null() && (level != Level::total || price.is_null()))
    return Finding{"SellableQuantity", "4152", "THD_INVENTORY_ERR_INV_PARAM_ILLEGAL", name};
  if (!number.is_null()) {
    const auto n = number.to_integral();
    if (!n || (*n < 0 && level != Level::adjust))
      return Finding{"Quantity", "4152",
                     "THD_INVENTORY_ERR_INV_PARAM_ILLEGAL: illegal parameter:quantity", name};
    sellable = level == Level::adjust  ? sellable + *n
               : level == Level::total ? *n - sku->withheld - sku->occupied
                                       : *n;
    if (sellable < 0)
      return level == Level::adjust
                 ? Finding{"SellableQuantity", "212", "E212: sellable would be negative", name}
                 : Finding{"Quantity", "4152", "THD_INVENTORY_ERR_INV_PARAM_ILLEGAL: locked", name};
    if (sellable < sku->campaign)
      return Finding{"Quantity", "", "negative sellable on channel inventory", name};
    if (flag("campaign_window", false) && sellable < sku->sellable)
      return Finding{"Quantity", "4170",
                     "Sellers can increase stocks, but may not decrease stocks.", name};
  }
  if (!store) return std::nullopt;
  json::Object effect;
  effect.append("item_id", item->id);
  effect.append("sku_id", sku->id);
  effect.append("sku", sku->seller_sku);
  if (!number.is_null()) effect.append("stock", sellable);
  if (level == Level::total && !price.is_null()) effect.append("price", new_price);
  effects.emplace_back(std::move(effect));
  sku->sellable = sellable;
  sku->price = new_price;
  item->updated = now();
  push_item(*item, 4, "EDITED_UPDATED");
  return std::nullopt;
}

Reply Market::set_levels(const Request& request, Level level) {
  const std::string payload = request.param("payload");
  if (payload.empty()) return Reply::fail("30", "E030: Empty Request");
  json::Value parsed;
  if (payload.front() == '{' && level == Level::total) {  // the sellable calls know only XML
    auto json_form = json::parse(payload);
    if (!json_form) return Reply::fail("1001", "The parameters are not in JSON format");
    parsed = std::move(*json_form);
  } else {
    auto xml_form = parse_xml(payload);
    if (!xml_form) return Reply::fail("5", "E005: Invalid Request Format");
    parsed = std::move(*xml_form);
  }
  const json::Array& skus = parsed["Request"]["Product"]["Skus"]["Sku"].items();
  if (skus.empty()) return Reply::fail("30", "E030: Empty Request");
  if (skus.size() > 50)
    return Reply::fail("4171", "The updated SKU quantity exceeds the maximum number 50", "ISP");

  json::Array effects;
  std::vector<Finding> found;
  std::set<std::int64_t> seen;
  for (const json::Value& body : skus) {
    if (!seen.insert(id_of(body["SkuId"]).value_or(0)).second && skus.size() > 1)
      found.push_back({"SkuId", "4152", "THD_INVENTORY_ERR_INV_PARAM_ILLEGAL: repeated sku",
                       body["SellerSku"].to_text()});
    if (auto wrong = set_level(request.seller, body, level, false, effects))
      found.push_back(std::move(*wrong));
  }
  // Whether the good ones of a refused batch are stored is not documented (facts 16).
  if (found.empty() || flag("partial_store", true)) {
    for (const json::Value& body : skus) {
      // One that is refused stays as it is; the others are written.
      if (set_level(request.seller, body, level, false, effects)) continue;
      static_cast<void>(set_level(request.seller, body, level, true, effects));
    }
  }
  if (!effects.empty()) effect_ = json::Value(std::move(effects));
  if (!found.empty()) {
    return refused("501", "E501: Update product failed", std::move(found));
  }
  return Reply::data(json::object({}));
}

}  // namespace gerbang::sandbox::lazada
