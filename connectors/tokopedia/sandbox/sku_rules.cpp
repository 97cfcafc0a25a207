// What the skus of a product may hold (facts tiktok_tokopedia 4.4, 4.5).
#include <algorithm>
#include <set>

#include "connectors/tokopedia/sandbox/catalogue_data.hpp"
#include "connectors/tokopedia/sandbox/handlers.hpp"

namespace gerbang::sandbox::tokopedia {

namespace {

Refusal read_attribute(const std::string& category, const json::Value& given, json::Array& out) {
  std::string id(given["id"].text()), name(given["name"].text());
  std::string value_id(given["value_id"].text()), value_name(given["value_name"].text());
  if (const Attribute* known = id.empty() ? nullptr : find_attribute(category, id)) {
    if (!known->sales)
      return Reply::fail(12052054, "The attribute is not a sales attribute: " + id);
    name = known->name;
    if (!value_id.empty()) {
      const auto choice = std::find_if(known->choices.begin(), known->choices.end(),
                                       [&](const Choice& c) { return c.id == value_id; });
      if (choice != known->choices.end()) value_name = choice->name;
    }
  }
  if (name.empty() || length_of(name) > 20)
    return Reply::fail(12052054, "A sales attribute name must have 1 to 20 characters");
  if (value_name.empty() || length_of(value_name) > 50)
    return Reply::fail(12052054, "A sales attribute value must have 1 to 50 characters");
  // The seller's own words get ids that stay the same for the same words.
  const auto made_id = [](const std::string& text) {
    std::uint64_t n = 1469598103934665603u;
    for (const char c : text) n = (n ^ static_cast<unsigned char>(c)) * 1099511628211u;
    return std::to_string(7'000'000'000'000'000'000 + static_cast<Id>(n % 400'000'000'000'000'000));
  };
  if (id.empty()) id = made_id(name);
  if (value_id.empty()) value_id = made_id(name + "/" + value_name);
  out.push_back(json::object(
      {{"id", id}, {"name", name}, {"value_id", value_id}, {"value_name", value_name}}));
  return {};
}

Refusal read_inventory(World& world, const json::Value& list, Sku& sku) {
  const json::Array places = warehouses(world);
  std::int64_t sum = 0;
  for (const json::Value& entry : list.items()) {
    std::string id(entry["warehouse_id"].text());
    if (id.empty() && places.size() > 1)
      return Reply::fail(12052055, "warehouse_id is required in a shop of several warehouses");
    if (id.empty()) id = places.front()["id"].text();
    const bool known = std::any_of(places.begin(), places.end(),
                                   [&](const json::Value& w) { return w["id"].text() == id; });
    if (!known) return Reply::fail(12052097, "The warehouse does not exist");
    const auto quantity = whole(entry["quantity"]);
    if (!quantity) return Reply::fail(12052036, "The quantity must be a whole number");
    if (auto no = check_quantity(world, *quantity)) return no;
    sum += *quantity;
    sku.warehouse = id;
  }
  if (list.items().empty()) return Reply::fail(12052055, "inventory is required");
  sku.quantity = sum;
  return {};
}

std::vector<std::string> kinds_of(const Sku& sku) {
  std::vector<std::string> out;
  for (const json::Value& a : sku.attributes) out.emplace_back(a["id"].text());
  std::sort(out.begin(), out.end());
  return out;
}

std::string combination_of(const Sku& sku) {
  std::vector<std::string> values;
  for (const json::Value& a : sku.attributes)
    values.push_back(std::string(a["id"].text()) + "=" + std::string(a["value_id"].text()));
  std::sort(values.begin(), values.end());
  std::string out;
  for (const std::string& v : values) out += v + ";";
  return out;
}

Refusal read_sku(World& world, const json::Value& given, const std::string& category,
                 const Product* existing, Sku& sku) {
  const Id id = id_of(given["id"]);
  if (!given["id"].text().empty()) {
    Sku* known = existing ? const_cast<Product*>(existing)->sku(id) : nullptr;
    if (!known) return Reply::fail(12052037, "The SKU does not exist");
    sku = *known;  // price and inventory stay when they are left out (facts 4.5)
  }
  sku.seller_sku = given["seller_sku"].text();
  if (sku.seller_sku.size() > 50 || sku.seller_sku.find(' ') != std::string::npos)
    return Reply::fail(12052054, "seller_sku must have 1 to 50 characters without blanks");
  sku.external_id = given["external_sku_id"].text();
  if (sku.external_id.size() > 999) return Reply::fail(12052054, "external_sku_id is too long");
  if (!given["price"].is_null() || sku.id == 0) {
    if (auto no = check_price(world, given["price"], sku.price)) return no;
  }
  if (!given["inventory"].is_null() || sku.id == 0) {
    if (auto no = read_inventory(world, given["inventory"], sku)) return no;
  }
  sku.attributes.clear();
  for (const json::Value& a : given["sales_attributes"].items()) {
    if (auto no = read_attribute(category, a, sku.attributes)) return no;
  }
  if (sku.attributes.size() > 3)
    return Reply::fail(12052054, "At most 3 kinds of sales attributes");
  const json::Value& code = given["identifier_code"];
  if (code.is_object()) {
    static const std::set<std::string_view> kTypes = {"GTIN", "EAN", "UPC", "ISBN", "JAN"};
    if (!kTypes.contains(code["type"].text()) || !digits(code["code"].text()))
      return Reply::fail(12052054, "identifier_code is invalid");
  }
  sku.identifier = code;
  return {};
}

}  // namespace

Refusal read_skus(World& world, const json::Value& list, const std::string& category,
                  const Product* existing, std::vector<Sku>& out) {
  out.clear();
  const json::Array& given = list.items();
  if (given.empty() || given.size() > 100)
    return Reply::fail(12052054, "There must be 1 to 100 skus");
  std::set<std::string> combinations;
  for (const json::Value& entry : given) {
    Sku sku;
    if (auto no = read_sku(world, entry, category, existing, sku)) return no;
    if (given.size() > 1 && sku.attributes.empty())
      return Reply::fail(12052054, "sales_attributes are required with several skus");
    if (!out.empty() && kinds_of(sku) != kinds_of(out.front()))
      return Reply::fail(12052054, "Every sku needs the same kinds of sales attributes");
    if (!combinations.insert(combination_of(sku)).second)
      return Reply::fail(12052054, "The combination of sales attributes is not unique");
    out.push_back(std::move(sku));
  }
  return {};
}

}  // namespace gerbang::sandbox::tokopedia
