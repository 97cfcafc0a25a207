#include "connectors/tokopedia/wire_levels.hpp"

#include <algorithm>

#include "connectors/tokopedia/facts.hpp"
#include "connectors/tokopedia/limits.hpp"

namespace gerbang::tokopedia {

json::Value stock_body(const CallContext& ctx, const std::vector<StockItem>& items,
                       const std::vector<std::size_t>& places) {
  const std::string warehouse = default_warehouse(ctx);
  json::Array skus;
  for (const std::size_t i : places) {
    json::Object level;
    if (!warehouse.empty()) level.append("warehouse_id", warehouse);
    level.append("quantity", std::clamp<Quantity>(items[i].quantity, 0, kMaxQuantity));
    json::Object entry;
    entry.append("id", items[i].remote_variant);
    entry.append("inventory", json::Array{json::Value(std::move(level))});
    skus.emplace_back(std::move(entry));
  }
  json::Object out;
  out.append("skus", std::move(skus));
  return json::Value(std::move(out));
}

json::Value price_body(const std::vector<PriceItem>& items,
                       const std::vector<std::size_t>& places) {
  json::Array skus;
  for (const std::size_t i : places) {
    json::Object price;
    price.append("amount", std::to_string(items[i].price.amount));
    price.append("currency", items[i].price.currency);
    json::Object entry;
    entry.append("id", items[i].remote_variant);
    entry.append("price", std::move(price));
    skus.emplace_back(std::move(entry));
  }
  json::Object out;
  out.append("skus", std::move(skus));
  return json::Value(std::move(out));
}

json::Value products_body(const std::vector<std::string>& products,
                          const std::vector<std::string>& platforms) {
  json::Array ids;
  for (const std::string& id : products) ids.emplace_back(id);
  json::Object out;
  out.append("product_ids", std::move(ids));
  if (!platforms.empty()) {
    json::Array names;
    for (const std::string& p : platforms) names.emplace_back(p);
    out.append("listing_platforms", std::move(names));
  }
  return json::Value(std::move(out));
}

std::vector<std::optional<Error>> element_results(const CallContext& ctx, const Asked& asked,
                                                  const Answer& answer, std::string_view by,
                                                  const std::vector<std::string>& ids,
                                                  std::string_view otherwise) {
  std::vector<std::optional<Error>> out(ids.size());
  std::optional<Error> of_all;
  for (const json::Value& entry : answer.errors()) {
    Error error = element_error(ctx, asked, answer.envelope, entry, otherwise);
    const auto it = std::find(ids.begin(), ids.end(), entry["detail"][by].to_text());
    if (it == ids.end()) {
      if (!of_all) of_all = std::move(error);
    } else if (auto& place = out[static_cast<std::size_t>(it - ids.begin())]; !place) {
      place = std::move(error);
    }
  }
  if (of_all) {
    for (auto& place : out) {
      if (!place) place = of_all;
    }
  }
  return out;
}

bool may_be_one_element(const Error& error) {
  return !concerns_the_call(error) && error.code != "listing_gone" &&
         error.code != "listing_not_active" && error.code != "shop_merging" &&
         error.code != "shop_inactive";
}

}  // namespace gerbang::tokopedia
