// Stock and price of one product (facts tiktok_tokopedia 4.6, 4.7). Failures of single SKUs come
// under a code 0.
#include <algorithm>

#include "connectors/tokopedia/sandbox/handlers.hpp"

namespace gerbang::sandbox::tokopedia {

namespace {

json::Value failed_sku(const std::string& sku, std::int64_t code, std::string_view message,
                       const std::string& warehouse) {
  json::Object extra;
  if (!warehouse.empty()) extra.append("warehouse_id", warehouse);
  extra.append("code", code);
  extra.append("message", message);
  return json::object(
      {{"code", 12052990},
       {"message", "Check failed"},
       {"detail", json::object({{"sku_id", sku},
                                {"extra_errors", json::Array{json::Value(std::move(extra))}}})}});
}

Refusal find_product(World& world, const Request& request, Product*& product) {
  product = world.product(*request.shop, request.id(0));
  if (!product) return Reply::fail(12052032, "The product does not exist");
  if (!product->in_state("ACTIVATE"))
    return Reply::fail(12052901, "Product status does not allow this");
  const json::Array& skus = request.body["skus"].items();
  if (skus.empty() || skus.size() > 100) return Reply::fail(98001004, "skus must hold 1 to 100");
  return {};
}

Reply with_errors(json::Array errors) {
  json::Object data;
  if (!errors.empty()) data.append("errors", std::move(errors));
  return Reply::ok(json::Value(std::move(data)));
}

// What is wrong with the stock of one SKU; an empty warehouse means the only one.
Refusal read_levels(World& world, const json::Value& given, std::int64_t& sum,
                    std::string& warehouse) {
  const json::Array places = warehouses(world);
  const json::Array& inventory = given["inventory"].items();
  if (inventory.empty()) return Reply::fail(12052094, "inventory is required");
  sum = 0;
  for (const json::Value& entry : inventory) {
    warehouse = entry["warehouse_id"].text();
    if (warehouse.empty() && places.size() > 1)
      return Reply::fail(12052055, "Every warehouse of the SKU must be listed");
    if (warehouse.empty()) warehouse = places.front()["id"].text();
    const bool known = std::any_of(places.begin(), places.end(), [&](const json::Value& w) {
      return w["id"].text() == warehouse;
    });
    if (!known) return Reply::fail(12052097, "The warehouse does not exist");
    const auto quantity = whole(entry["quantity"]);
    if (!quantity) return Reply::fail(12052036, "The quantity must be a whole number");
    if (auto no = check_quantity(world, *quantity)) return no;
    sum += *quantity;
  }
  return {};
}

}  // namespace

json::Array warehouses(const World& world) {
  json::Array out;
  const std::string id = world.text("warehouse_id", "7068517275539719942");
  const auto count = world.number("warehouses", 1);
  for (std::int64_t i = 0; i < count; ++i) {
    out.push_back(json::object(
        {{"id", i == 0 ? id : std::to_string(7'068'517'275'539'720'000 + i)},
         {"entity_id", "700" + std::to_string(i)},
         {"name", i == 0 ? "Gudang Desa" : "Gudang Kedua"},
         {"effect_status", "ENABLED"},
         {"type", "SALES_WAREHOUSE"},
         {"sub_type", "DOMESTIC_WAREHOUSE"},
         {"is_default", i == 0},
         {"address", json::object({{"region_code", "ID"},
                                   {"state", "Jawa Timur"},
                                   {"city", "Kota Batu"},
                                   {"distict", "Bumiaji"},  // so misspelt on the wire
                                   {"geolocation", json::object({{"latitude", "-7.87"},
                                                                 {"longitude", "112.52"}})}})}}));
  }
  return out;
}

Reply update_inventory(World& world, const Request& request) {
  Product* product = nullptr;
  if (auto no = find_product(world, request, product)) return *std::move(no);
  json::Array errors;
  for (const json::Value& given : request.body["skus"].items()) {
    const std::string id(given["id"].text());
    Sku* sku = product->sku(id_of(given["id"]));
    std::string warehouse;
    std::int64_t sum = 0;
    if (!sku) {
      errors.push_back(failed_sku(id, 12052037, "The SKU does not exist", ""));
      continue;
    }
    const auto promotion = world.promotions.find(sku->id);
    if (promotion != world.promotions.end() && promotion->second.locks_stock) {
      errors.push_back(failed_sku(id, 12052393, "The stock is locked by a promotion", ""));
      continue;
    }
    if (auto no = read_levels(world, given, sum, warehouse)) {
      errors.push_back(failed_sku(id, no->code, no->message, warehouse));
      continue;
    }
    sku->quantity = sum;
    sku->warehouse = warehouse;
    world.touch(*product);
    world.changed(json::object({{"product_id", std::to_string(product->id)},
                                {"sku_id", id},
                                {"sku", sku->seller_sku},
                                {"stock", sku->quantity}}));
  }
  return with_errors(std::move(errors));
}

Reply update_prices(World& world, const Request& request) {
  Product* product = nullptr;
  if (auto no = find_product(world, request, product)) return *std::move(no);
  json::Array errors;
  for (const json::Value& given : request.body["skus"].items()) {
    const std::string id(given["id"].text());
    Sku* sku = product->sku(id_of(given["id"]));
    if (!sku) {
      errors.push_back(failed_sku(id, 12052037, "The SKU does not exist", ""));
      continue;
    }
    const auto promotion = world.promotions.find(sku->id);
    if (promotion != world.promotions.end() && promotion->second.locks_price) {
      errors.push_back(failed_sku(id, 12052038, "The price is locked by a promotion", ""));
      continue;
    }
    std::int64_t amount = 0;
    if (auto no = check_price(world, given["price"], amount)) {
      errors.push_back(failed_sku(id, no->code, no->message, ""));
      continue;
    }
    sku->price = amount;
    world.touch(*product);
    world.changed(json::object({{"product_id", std::to_string(product->id)},
                                {"sku_id", id},
                                {"sku", sku->seller_sku},
                                {"price", sku->price}}));
  }
  Reply reply = with_errors(std::move(errors));
  if (reply.data.members().empty()) reply.data = {};  // documented as empty (facts 4.7)
  return reply;
}

}  // namespace gerbang::sandbox::tokopedia
