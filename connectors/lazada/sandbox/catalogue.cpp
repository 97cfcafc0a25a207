// Categories, attributes, brands, the seller (facts lazada.md 6).
#include "connectors/lazada/sandbox/catalogue_data.hpp"

#include <algorithm>

#include "connectors/lazada/sandbox/market.hpp"

namespace gerbang::sandbox::lazada {

namespace {

bool indonesian(const std::string& language) {
  return language == "id_ID";
}

json::Value branch(std::int64_t parent, bool in_indonesian) {
  json::Array out;
  for (const Category& c : categories()) {
    if (c.parent != parent) continue;
    json::Object node;
    node.append("category_id", c.id);
    node.append("name", in_indonesian ? c.name : c.english);
    node.append("leaf", is_leaf(c.id));
    node.append("var", true);
    if (!is_leaf(c.id)) node.append("children", branch(c.id, in_indonesian));
    out.emplace_back(std::move(node));
  }
  return json::Value(std::move(out));
}

}  // namespace

Reply Market::category_tree(const Request& request) {
  return Reply::data(branch(0, indonesian(request.param("language_code"))));
}

Reply Market::category_attributes(const Request& request) {
  const auto id = id_of(json::Value(request.param("primary_category_id")));
  const Category* category = id ? find_category(*id) : nullptr;
  if (!category) return Reply::fail("4227", "Query category is null", "ISP");
  if (!category->active) return Reply::fail("4228", "Query category is not active", "ISP");
  if (!is_leaf(*id))
    return Reply::fail("57", "E057: No attribute sets linked to that category.", "ISP");
  const bool in_indonesian = indonesian(request.param("language_code"));
  const bool demanding = flag("mandatory_attributes", true);
  json::Array out;
  std::int64_t number = 120'000;
  for (const Attribute& a : attributes_of(*id)) {
    const bool basic = a.of_sku || a.name == "name" || a.name == "brand";
    json::Array options;
    for (const auto& [name, english] : a.options)
      options.push_back(json::object(
          {{"id", ++number}, {"name", in_indonesian ? name : english}, {"en_name", english}}));
    out.push_back(json::object({{"name", a.name},
                                {"label", in_indonesian ? a.label : a.english},
                                {"id", ++number},
                                {"is_mandatory", a.mandatory && (demanding || basic) ? 1 : 0},
                                {"is_sale_prop", a.sale ? 1 : 0},
                                {"attribute_type", a.of_sku ? "sku" : "normal"},
                                {"input_type", a.input},
                                {"options", std::move(options)},
                                {"advanced", json::object({{"is_key_prop", 0}})}}));
  }
  return Reply::data(json::Value(std::move(out)));
}

Reply Market::category_suggestion(const Request& request) {
  const std::string name = request.param("product_name");
  json::Array out;
  for (const Category& c : categories()) {
    if (!is_leaf(c.id) || !c.active || name.find(c.name) == std::string::npos) continue;
    out.push_back(json::object(
        {{"categoryId", c.id}, {"categoryName", c.name}, {"categoryPath", c.english}}));
  }
  if (out.empty()) return Reply::fail("701", "E701: Empty category suggestion.", "ISP");
  return Reply::data(json::object({{"categorySuggestions", std::move(out)}}));
}

Reply Market::brand_page(const Request& request) {
  std::int64_t size = 40;
  const std::string start_text = request.param("startRow");
  if (request.has("pageSize")) size = id_of(json::Value(request.param("pageSize"))).value_or(0);
  const auto start =
      start_text == "0" ? std::optional<std::int64_t>(0) : id_of(json::Value(start_text));
  if (!start || size < 1 || size > 200)
    return Reply::fail("1", "E001: Parameter startRow or pageSize is not valid");
  const auto& all = brands();
  json::Array module;
  for (std::size_t i = static_cast<std::size_t>(*start);
       i < all.size() && module.size() < static_cast<std::size_t>(size); ++i) {
    module.push_back(json::object({{"brand_id", all[i].id},
                                   {"name", all[i].name},
                                   {"name_en", all[i].name},
                                   {"global_identifier", all[i].name}}));
  }
  json::Object data;
  data.append("start_row", *start);
  data.append("page_index", *start / size + 1);
  data.append("page_size", size);
  data.append("total_page", 0);
  data.append("total_record", static_cast<std::int64_t>(all.size()));
  data.append("module", std::move(module));
  Reply out = Reply::data(json::Value(std::move(data)));
  out.body.append("success", true);
  return out;
}

Reply Market::warehouses(const Request&) {
  return Reply::data(
      json::array({json::object({{"warehouseCode", "dropshipping"}, {"name", "Gudang utama"}})}));
}

Reply Market::seller_get(const Request& request) {
  const Shop& shop = shops_.at(request.seller);
  return Reply::data(json::object({{"name", shop.name},
                                   {"seller_id", shop.seller_id},
                                   {"short_code", shop.short_code},
                                   {"email", shop.account},
                                   {"cb", false},
                                   {"status", "ACTIVE"},
                                   {"verified", true}}));
}

}  // namespace gerbang::sandbox::lazada
