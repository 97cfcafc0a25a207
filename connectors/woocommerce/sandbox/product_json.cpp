// Products and variations as WooCommerce 11.0.1 shows them, field by field
// (fixtures/recorded_11.0.1.json).
#include <algorithm>

#include "connectors/woocommerce/sandbox/state.hpp"

namespace gerbang::woocommerce_sandbox {

namespace {

std::string slug_of(const std::string& name) {
  std::string out;
  for (const char c : name) {
    const bool kept = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z');
    if (kept) {
      out += c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
    } else if (!out.empty() && out.back() != '-') {
      out += '-';
    }
  }
  while (out.ends_with('-')) out.pop_back();
  return out;
}

json::Value dimensions() {
  return json::object({{"length", ""}, {"width", ""}, {"height", ""}});
}

json::Value links(const std::string& self, const std::string& collection, const std::string& up) {
  const auto one = [](const std::string& href, bool hints) {
    json::Object target;
    target.set("href", href);
    if (hints) {
      json::Array allow = {"GET", "POST", "PUT", "PATCH", "DELETE"};
      json::Object inner;
      inner.set("allow", std::move(allow));
      target.set("targetHints", std::move(inner));
    }
    json::Array list;
    list.emplace_back(std::move(target));
    return json::Value(std::move(list));
  };
  json::Object out;
  out.set("self", one(self, true));
  out.set("collection", one(collection, false));
  if (!up.empty()) out.set("up", one(up, false));
  return json::Value(std::move(out));
}

}  // namespace

json::Value WebShops::goods_json(const Shop& shop, const Goods& goods, bool raw) const {
  return goods.is_variation() ? variation_json(shop, goods) : product_json(shop, goods, raw);
}

json::Value WebShops::product_json(const Shop& shop, const Goods& goods, bool raw) const {
  const bool variable = goods.type == "variable";
  json::Array variations;
  bool any_in_stock = false;
  for (const auto& [id, v] : shop.goods) {
    if (v.parent != goods.id || v.status == "trash") continue;
    variations.emplace_back(id);
    any_in_stock = any_in_stock || v.stock_status == "instock";
  }
  json::Array categories;
  for (const json::Value& given : goods.categories.items()) {
    for (const Category& c : shop.categories) {
      if (c.id == integer_of(given["id"]))
        categories.push_back(json::object({{"id", c.id}, {"name", c.name}, {"slug", c.slug}}));
    }
  }
  if (categories.empty() && !shop.categories.empty()) {
    const Category& usual = shop.categories.front();
    categories.push_back(
        json::object({{"id", usual.id}, {"name", usual.name}, {"slug", usual.slug}}));
  }
  json::Array attributes;
  std::int64_t position = 0;
  for (const json::Value& a : goods.attributes.items()) {
    json::Object one;
    one.set("id", integer_of(a["id"]));
    one.set("name", a["name"].to_text());
    one.set("slug", a["name"].to_text());
    one.set("position", position++);
    one.set("visible", boolean_of(a["visible"]));
    one.set("variation", boolean_of(a["variation"]));
    one.set("options", a["options"].is_array() ? a["options"] : json::Value(json::Array()));
    attributes.emplace_back(std::move(one));
  }
  const std::string slug = slug_of(goods.name);
  const std::string base = address_of(shop) + "/wp-json/wc/v3/products";
  json::Object o;
  o.append("id", goods.id);
  o.append("name", goods.name);
  o.append("slug", goods.status == "trash" ? slug + "__trashed" : slug);
  o.append("permalink", goods.status == "trash"
                            ? address_of(shop) + "/?post_type=product&p=" + std::to_string(goods.id)
                            : address_of(shop) + "/product/" + slug + "/");
  o.append("date_created", local_time(goods.created));
  o.append("date_created_gmt", to_rfc3339(goods.created).substr(0, 19));
  o.append("date_modified", local_time(goods.modified));
  o.append("date_modified_gmt", to_rfc3339(goods.modified).substr(0, 19));
  o.append("type", goods.type);
  o.append("status", goods.status);
  o.append("featured", false);
  o.append("catalog_visibility", "visible");
  o.append("description", raw || goods.description.empty() ? goods.description
                                                           : "<p>" + goods.description + "</p>\n");
  o.append("short_description", "");
  o.append("sku", goods.sku);
  o.append("price", goods.price());
  o.append("regular_price", goods.regular_price);
  o.append("sale_price", goods.sale_price);
  o.append("date_on_sale_from", nullptr);
  o.append("date_on_sale_to", nullptr);
  o.append("on_sale", !goods.sale_price.empty());
  o.append("purchasable", !goods.price().empty());  // as the keys' owner sees it
  o.append("total_sales", goods.total_sales);
  o.append("virtual", false);
  o.append("downloadable", false);
  o.append("tax_status", "taxable");
  o.append("tax_class", "");
  o.append("manage_stock", goods.manage_stock);
  o.append("stock_quantity", goods.manage_stock ? json::Value(goods.stock) : json::Value());
  o.append("backorders", goods.backorders);
  o.append("backorders_allowed", goods.backorders != "no");
  o.append("backordered", goods.backorders != "no" && goods.manage_stock && goods.stock < 0);
  o.append("low_stock_amount", nullptr);
  o.append("sold_individually", false);
  o.append("weight", goods.weight);
  o.append("dimensions", dimensions());
  o.append("shipping_required", true);
  o.append("shipping_class", "");
  o.append("shipping_class_id", 0);
  o.append("parent_id", 0);
  o.append("categories", std::move(categories));
  o.append("tags", json::Array());
  o.append("images", goods.images.is_array() ? goods.images : json::Value(json::Array()));
  o.append("attributes", std::move(attributes));
  o.append("default_attributes", json::Array());
  o.append("variations", std::move(variations));
  o.append("grouped_products", json::Array());
  o.append("menu_order", 0);
  o.append("price_html", "");
  o.append("meta_data", goods.meta.is_array() ? goods.meta : json::Value(json::Array()));
  o.append("stock_status", variable && !goods.manage_stock
                               ? (any_in_stock ? "instock" : "outofstock")
                               : goods.stock_status);
  o.append("has_options", variable);
  if (text_or("version", "11.0.1").starts_with("7.") == false) o.append("global_unique_id", "");
  o.append("_links", links(base + "/" + std::to_string(goods.id), base, ""));
  return json::Value(std::move(o));
}

json::Value WebShops::variation_json(const Shop& shop, const Goods& goods) const {
  const std::string products = address_of(shop) + "/wp-json/wc/v3/products";
  const std::string parent = products + "/" + std::to_string(goods.parent);
  json::Array attributes;
  std::string name;
  for (const json::Value& a : goods.attributes.items()) {
    const std::string option = a["option"].to_text();
    name += (name.empty() ? "" : ", ") + option;
    json::Object one;
    one.set("id", integer_of(a["id"]));
    one.set("name", a["name"].to_text());
    one.set("slug", slug_of(a["name"].to_text()));
    one.set("option", option);
    attributes.emplace_back(std::move(one));
  }
  json::Object o;
  o.append("id", goods.id);
  o.append("type", "variation");
  o.append("date_created", local_time(goods.created));
  o.append("date_created_gmt", to_rfc3339(goods.created).substr(0, 19));
  o.append("date_modified", local_time(goods.modified));
  o.append("date_modified_gmt", to_rfc3339(goods.modified).substr(0, 19));
  o.append("description", goods.description);
  o.append("sku", goods.sku);
  if (text_or("version", "11.0.1").starts_with("7.") == false) o.append("global_unique_id", "");
  o.append("price", goods.price());
  o.append("regular_price", goods.regular_price);
  o.append("sale_price", goods.sale_price);
  o.append("on_sale", !goods.sale_price.empty());
  o.append("status", goods.status);
  o.append("purchasable", !goods.price().empty());
  o.append("virtual", false);
  o.append("tax_class", "parent");
  o.append("manage_stock", goods.manage_stock);
  o.append("stock_quantity", goods.manage_stock ? json::Value(goods.stock) : json::Value());
  o.append("stock_status", goods.stock_status);
  o.append("backorders", goods.backorders);
  o.append("backorders_allowed", goods.backorders != "no");
  o.append("backordered", false);
  o.append("low_stock_amount", nullptr);
  o.append("weight", goods.weight);
  o.append("dimensions", dimensions());
  o.append("shipping_class", "");
  o.append("shipping_class_id", 0);
  o.append("image", nullptr);
  o.append("attributes", std::move(attributes));
  o.append("menu_order", 0);
  o.append("meta_data", goods.meta.is_array() ? goods.meta : json::Value(json::Array()));
  o.append("name", name);
  o.append("parent_id", goods.parent);
  o.append("_links", links(parent + "/variations/" + std::to_string(goods.id),
                           parent + "/variations", parent));
  return json::Value(std::move(o));
}

}  // namespace gerbang::woocommerce_sandbox
