#include "connectors/tokopedia/wire_listings.hpp"

#include <algorithm>

#include "connectors/tokopedia/request.hpp"
#include "connectors/tokopedia/units.hpp"

namespace gerbang::tokopedia {

QueryItems page_query(std::size_t size, std::string_view token) {
  return {{"page_size", std::to_string(size)}, {"page_token", std::string(token)}};
}

json::Value search_all_body() {
  json::Object out;
  out.append("status", "ALL");
  return json::Value(std::move(out));
}

json::Value search_skus_body(const std::vector<std::string>& skus) {
  json::Array list;
  for (const std::string& sku : skus) list.emplace_back(sku);
  json::Object out;
  out.append("status", "ALL");
  out.append("seller_skus", std::move(list));
  return json::Value(std::move(out));
}

json::Value inventory_body(const std::vector<std::string>& products) {
  json::Array list;
  for (const std::string& id : products) list.emplace_back(id);
  json::Object out;
  out.append("product_ids", std::move(list));
  return json::Value(std::move(out));
}

std::map<std::string, Quantity> available_from(const json::Value& data) {
  std::map<std::string, Quantity> out;
  for (const json::Value& product : data["inventory"].items()) {
    for (const json::Value& sku : product["skus"].items()) {
      if (const auto n = quantity(sku["total_available_quantity"]))
        out.emplace(sku["id"].to_text(), *n);
    }
  }
  return out;
}

std::vector<RemoteListing> listings_from(const json::Value& product,
                                         const std::map<std::string, Quantity>& available) {
  std::vector<RemoteListing> out;
  const PlatformStates states = platform_states(product);
  if (states.all("DELETED")) return out;
  RemoteListing of_product;
  of_product.remote_product = product["id"].to_text();
  of_product.title = product["title"].text();
  of_product.remote_state = states.text();
  of_product.listed = states.on_offer();
  if (!is_id(of_product.remote_product)) return out;
  for (const json::Value& sku : product["skus"].items()) {
    RemoteListing l = of_product;
    l.remote_variant = sku["id"].to_text();
    l.remote_sku = sku["seller_sku"].text();
    if (const auto it = available.find(l.remote_variant); it != available.end()) {
      l.stock = it->second;
    } else {
      for (const json::Value& i : sku["inventory"].items()) {
        if (const auto n = quantity(i["quantity"])) l.stock = l.stock.value_or(0) + *n;
      }
    }
    // The price before discounts is what we set (facts 4.7).
    if (const auto amount = rupiah(sku["price"]["tax_exclusive_price"])) {
      l.price = Money{*amount, "IDR"};
      if (const std::string_view currency = sku["price"]["currency"].text(); !currency.empty())
        l.price->currency = currency;
    }
    l.barcode = sku["identifier_code"]["code"].text();
    for (const json::Value& a : sku["sales_attributes"].items()) {
      if (const auto value = a["value_name"].text(); !value.empty()) l.options.emplace_back(value);
    }
    out.push_back(std::move(l));
  }
  return out;
}

std::vector<json::Value> carrying(const json::Value& data, const std::vector<std::string>& skus) {
  std::vector<json::Value> out;
  for (const json::Value& product : data["products"].items()) {
    if (platform_states(product).all("DELETED") || !is_id(product["id"].to_text())) continue;
    const json::Array& all = product["skus"].items();
    const bool ours = std::any_of(all.begin(), all.end(), [&](const json::Value& s) {
      return std::find(skus.begin(), skus.end(), s["seller_sku"].text()) != skus.end();
    });
    if (ours) out.push_back(product);
  }
  return out;
}

}  // namespace gerbang::tokopedia
