// Products, variations and their batches (facts woocommerce.md 5, 6).
#include <algorithm>

#include "connectors/woocommerce/sandbox/state.hpp"

namespace gerbang::woocommerce_sandbox {

namespace {

using T = FieldType::Type;

const std::vector<FieldType>& schema() {
  static const std::vector<FieldType> kFields = {
      {"name", T::text, {}},
      {"type", T::text, {"simple", "grouped", "external", "variable"}},
      {"status",
       T::text,
       {"draft", "pending", "private", "publish", "future", "auto-draft", "trash"}},
      {"sku", T::text, {}},
      {"description", T::text, {}},
      {"regular_price", T::text, {}},
      {"sale_price", T::text, {}},
      {"stock_quantity", T::integer, {}},
      {"inventory_delta", T::integer, {}},
      {"stock_status", T::text, {"instock", "outofstock", "onbackorder"}},
      {"backorders", T::text, {"no", "notify", "yes"}},
      {"weight", T::text, {}},
      {"images", T::list, {}},
      {"categories", T::list, {}},
      {"attributes", T::list, {}},
      {"meta_data", T::list, {}},
  };
  return kFields;
}

Refused invalid_id(int status) {
  return {status, "woocommerce_rest_product_invalid_id", "Invalid ID.", {}};
}
Refused invalid_variation_id(int status) {
  return {status, "woocommerce_rest_product_variation_invalid_id", "Invalid ID.", {}};
}
Refused not_a_product() {
  return {404,
          "woocommerce_rest_invalid_product_id",
          "To manipulate product variations you should use the "
          "/products/&lt;product_id&gt;/variations/&lt;id&gt; endpoint.",
          {}};
}

json::Value merged_meta(json::Value there, const json::Value& given) {
  json::Array out = there.items();
  for (const json::Value& one : given.items()) {
    const auto same = std::find_if(out.begin(), out.end(),
                                   [&](const json::Value& m) { return m["key"] == one["key"]; });
    if (same != out.end()) {
      same->as_object()->set("value", one["value"]);
    } else {
      out.push_back(json::object({{"id", static_cast<std::int64_t>(out.size() + 1)},
                                  {"key", one["key"]},
                                  {"value", one["value"]}}));
    }
  }
  return json::Value(std::move(out));
}

// What a write changed: the product, the variation if it is one, and what was sent.
json::Value effect_of(const Goods& goods, const json::Value& body) {
  const auto sent = [&](const char* name) { return body.members().find(name) != nullptr; };
  json::Object out;
  out.set("product", goods.is_variation() ? goods.parent : goods.id);
  if (goods.is_variation()) out.set("variation", goods.id);
  out.set("sku", goods.sku);
  if (goods.manage_stock && (sent("stock_quantity") || sent("inventory_delta")))
    out.set("stock", goods.stock);
  if (sent("regular_price") || sent("sale_price")) out.set("price", goods.price());
  if (sent("status")) out.set("listed", goods.status == "publish");
  return json::Value(std::move(out));
}

}  // namespace

bool WebShops::is_trashed(const Shop& shop, const Goods& goods) const {
  if (goods.status == "trash") return true;
  const auto parent = shop.goods.find(goods.parent);
  return goods.is_variation() && parent != shop.goods.end() && parent->second.status == "trash";
}

std::optional<Refused> WebShops::sku_conflict(const Shop& shop, const std::string& sku,
                                              std::int64_t own) const {
  if (sku.empty()) return std::nullopt;
  for (const auto& [id, goods] : shop.goods) {
    if (id == own || goods.sku != sku) continue;
    if (is_trashed(shop, goods))
      return Refused{400,
                     "woocommerce_rest_product_not_created",
                     "The product with SKU (" + sku +
                         ") you are trying to insert is already present in the lookup table",
                     {}};
    Refused out{400, "product_invalid_sku", "Invalid or duplicated SKU.", {}};
    out.data.set("resource_id", id);
    out.data.set("unique_sku", sku + "-1");
    return out;
  }
  return std::nullopt;
}

void WebShops::set_stock(Goods& goods, std::int64_t stock) {
  goods.stock = stock;
  goods.stock_status = stock > 0                  ? "instock"
                       : goods.backorders != "no" ? "onbackorder"
                                                  : "outofstock";
}

Reply WebShops::write_goods(Shop& shop, const json::Value& body, std::int64_t id,
                            std::int64_t parent, Checked checked) {
  if (checked == Checked::by_schema) {
    if (auto refused = check_schema(body, schema())) return *refused;
  }
  const bool made = id == 0;
  const auto known = shop.goods.find(id);
  if (!made && known == shop.goods.end())
    return parent != 0 ? invalid_variation_id(400) : invalid_id(400);
  if (!made && parent == 0 && known->second.is_variation()) return not_a_product();
  if (!made && parent != 0 && known->second.parent != parent) return invalid_variation_id(400);

  Goods goods = made ? Goods() : known->second;
  const auto given = [&](const char* name) { return body.members().find(name); };
  if (made) {
    goods.id = shop.next_post;
    goods.parent = parent;
    goods.created = now();
    if (parent != 0) {
      goods.type = "variation";
      goods.name = shop.goods.at(parent).name;
    }
  }
  if (const auto* v = given("name"); v && parent == 0) goods.name = v->to_text();
  if (const auto* v = given("type"); v && parent == 0) goods.type = v->text();
  if (const auto* v = given("status")) goods.status = v->text();
  if (const auto* v = given("description")) goods.description = v->to_text();
  if (const auto* v = given("weight")) goods.weight = decimal_text(*v);
  if (const auto* v = given("categories")) goods.categories = *v;
  if (const auto* v = given("attributes")) goods.attributes = *v;
  if (const auto* v = given("meta_data")) goods.meta = merged_meta(std::move(goods.meta), *v);
  if (const auto* v = given("backorders")) goods.backorders = v->text();
  if (const auto* v = given("sku")) {
    if (auto refused = sku_conflict(shop, v->to_text(), goods.id)) return *refused;
    goods.sku = v->to_text();
  }
  if (const auto* v = given("images")) {
    const std::string unreachable = text_or("unreachable_images", "tidak-ada");
    json::Array images;
    for (const json::Value& image : v->items()) {
      const std::string src = image["src"].to_text();
      if (!unreachable.empty() && src.find(unreachable) != std::string::npos)
        return Refused{400,
                       "woocommerce_product_image_upload_error",
                       "Error getting remote image " + src + ". Error: Not Found.",
                       {}};
      json::Object stored;
      stored.set("id", image["id"].is_null() ? json::Value(++shop.next_row) : image["id"]);
      stored.set("src", src);
      stored.set("name", image["name"].to_text());
      images.emplace_back(std::move(stored));
    }
    goods.images = std::move(images);
  }
  if (const auto* v = given("regular_price")) goods.regular_price = decimal_text(*v);
  if (const auto* v = given("sale_price")) goods.sale_price = decimal_text(*v);
  if (goods.type == "variable") goods.regular_price = goods.sale_price = "";
  // A sale above the price is dropped without a word.
  if (!goods.sale_price.empty() &&
      json::Decimal{goods.sale_price}.value() >= json::Decimal{goods.regular_price}.value())
    goods.sale_price.clear();
  if (const auto* v = given("manage_stock")) goods.manage_stock = boolean_of(*v);
  if (const auto* v = given("stock_status"); v && !goods.manage_stock)
    goods.stock_status = v->text();
  if (goods.manage_stock) {
    std::int64_t stock = goods.stock;
    if (const auto* v = given("stock_quantity")) stock = integer_of(*v);  // null becomes 0
    if (const auto* v = given("inventory_delta")) stock += integer_of(*v);
    set_stock(goods, stock);
  }
  goods.modified = now();

  if (made) ++shop.next_post;
  const std::int64_t stored = goods.id;
  shop.goods[stored] = std::move(goods);
  const Goods& after = shop.goods.at(stored);
  raise(shop, "product", made ? "created" : "updated", stored);
  Reply reply{goods_json(shop, after, true), made ? 201 : 200};
  reply.effect = effect_of(after, body);
  if (made) {
    reply.headers.set("Location", address_of(shop) + "/wp-json/wc/v3/products/" +
                                      (parent != 0 ? std::to_string(parent) + "/variations/" : "") +
                                      std::to_string(stored));
  }
  return reply;
}

void WebShops::erase(Shop& shop, std::int64_t id) {
  for (auto it = shop.goods.begin(); it != shop.goods.end();) {
    const bool gone = it->first == id || it->second.parent == id;
    if (gone) {
      for (auto& [number, order] : shop.orders) {
        for (Line& line : order.lines) {
          if (line.product == it->first || line.variation == it->first) line.erased = true;
        }
      }
    }
    it = gone ? shop.goods.erase(it) : std::next(it);
  }
}

Reply WebShops::delete_goods(Shop& shop, std::int64_t id, std::int64_t parent, bool force) {
  const auto known = shop.goods.find(id);
  const bool fits = known != shop.goods.end() &&
                    (parent == 0 ? !known->second.is_variation() : known->second.parent == parent);
  if (!fits) {
    if (parent == 0 && known != shop.goods.end()) return not_a_product();
    return parent != 0 ? invalid_variation_id(404) : invalid_id(404);
  }
  Goods& goods = known->second;
  // Shown as it was before.
  Reply reply{goods_json(shop, goods, true)};
  json::Object effect;
  effect.set("product", goods.is_variation() ? goods.parent : id);
  effect.set("sku", goods.sku);
  effect.set("listed", false);
  effect.set("removed", true);
  reply.effect = json::Value(std::move(effect));
  if (!force) {
    if (goods.status == "trash")
      return Refused{
          410, "woocommerce_rest_already_trashed", "The product has already been deleted.", {}};
    goods.before_trash = goods.status;
    goods.status = "trash";
    goods.modified = now();
    raise(shop, "product", "deleted", id);
    return reply;
  }
  erase(shop, id);
  return reply;
}

Reply WebShops::batch(Shop& shop, const json::Value& body, std::int64_t parent) {
  const json::Array& create = body["create"].items();
  const json::Array& update = body["update"].items();
  const json::Array& remove = body["delete"].items();
  const auto limit = static_cast<std::size_t>(setting_or("batch_limit", 100));
  if (create.size() + update.size() + remove.size() > limit)
    return Refused{
        413,
        "woocommerce_rest_request_entity_too_large",
        "Unable to accept more than " + std::to_string(limit) + " items for this request.",
        {}};
  json::Object out;
  json::Array effects;
  const auto entry = [&](std::int64_t id, Reply reply) -> json::Value {
    if (!reply.refused) {
      effects.push_back(std::move(reply.effect));
      return std::move(reply.body);
    }
    return json::object({{"id", id}, {"error", refusal_json(*reply.refused)}});
  };
  const auto known_parent = [&] { return parent == 0 || shop.goods.contains(parent); };
  // One after the other, no transaction, no schema.
  if (body["create"].is_array()) {
    json::Array entries;
    for (const json::Value& item : create)
      entries.push_back(entry(0, known_parent()
                                     ? write_goods(shop, item, 0, parent, Checked::not_at_all)
                                     : Reply(invalid_id(404))));
    out.set("create", std::move(entries));
  }
  if (body["update"].is_array()) {
    json::Array entries;
    for (const json::Value& item : update) {
      const std::int64_t id = integer_of(item["id"]);
      entries.push_back(entry(id, id == 0
                                      ? Reply(invalid_id(400))
                                      : write_goods(shop, item, id, parent, Checked::not_at_all)));
    }
    out.set("update", std::move(entries));
  }
  if (body["delete"].is_array()) {
    json::Array entries;
    for (const json::Value& item : remove) {
      const std::int64_t id = integer_of(item);
      entries.push_back(
          entry(id, delete_goods(shop, id, parent, is_on("batch_delete_erases", true))));
    }
    out.set("delete", std::move(entries));
  }
  Reply reply{json::Value(std::move(out))};
  reply.effect = json::Value(std::move(effects));
  return reply;
}

Reply WebShops::products(const Call& call, Shop& shop, const Parts& parts,
                         const json::Value& body) {
  const Method method = method_of(call);
  if (parts.size() == 1) {
    if (method == Method::get) return list_products(call, shop);
    if (method == Method::post) return write_goods(shop, body, 0, 0, Checked::by_schema);
  } else if (parts[1] == "batch" && parts.size() == 2) {
    if (method == Method::post || method == Method::put || method == Method::patch)
      return batch(shop, body, 0);
  } else if (parts[1] == "categories" && parts.size() == 2 && method == Method::get) {
    if (auto refused = check_paging(call)) return *refused;
    std::vector<json::Value> all;
    for (const Category& c : shop.categories)
      all.push_back(
          json::object({{"id", c.id}, {"name", c.name}, {"slug", c.slug}, {"parent", 0}}));
    return page_of(call, shop, "/products/categories", all);
  } else if (const auto id = positive(parts[1])) {
    const auto known = shop.goods.find(*id);
    if (parts.size() > 2 && parts[2] == "variations") {
      // A batch refuses entry by entry, also when the parent is not there.
      if (parts.size() == 4 && parts[3] == "batch" && method != Method::get)
        return batch(shop, body, *id);
      if (known == shop.goods.end() || known->second.is_variation()) return invalid_id(404);
      return variations(call, shop, known->second, parts, body);
    }
    if (parts.size() == 2) {
      const bool writes = method != Method::get && method != Method::del;
      if (known != shop.goods.end() && known->second.is_variation()) return not_a_product();
      if (writes) return write_goods(shop, body, *id, 0, Checked::by_schema);
      if (method == Method::del)
        return delete_goods(shop, *id, 0,
                            boolean_of(json::Value(call.param("force").value_or(""))));
      const bool hidden = known != shop.goods.end() && known->second.status == "trash" &&
                          !is_on("trash_is_readable", true);
      if (known == shop.goods.end() || hidden) return invalid_id(404);
      return goods_json(shop, known->second, false);
    }
  }
  return Refused{
      404, "rest_no_route", "No route was found matching the URL and request method.", {}};
}

Reply WebShops::variations(const Call& call, Shop& shop, Goods& parent, const Parts& parts,
                           const json::Value& body) {
  const Method method = method_of(call);
  if (parts.size() == 3) {
    if (method == Method::post) return write_goods(shop, body, 0, parent.id, Checked::by_schema);
    if (method == Method::get) {
      if (auto refused = check_paging(call)) return *refused;
      std::vector<json::Value> all;
      for (const auto& [id, goods] : shop.goods) {
        if (goods.parent == parent.id && goods.status != "trash")
          all.push_back(goods_json(shop, goods, false));
      }
      return page_of(call, shop, "/products/" + std::to_string(parent.id) + "/variations", all);
    }
  } else if (const auto id = parts.size() == 4 ? positive(parts[3]) : std::nullopt) {
    const auto known = shop.goods.find(*id);
    const bool fits = known != shop.goods.end() && known->second.parent == parent.id;
    if (method == Method::del)
      return delete_goods(shop, *id, parent.id,
                          boolean_of(json::Value(call.param("force").value_or(""))));
    if (method == Method::get) {
      if (!fits) return invalid_variation_id(404);
      return goods_json(shop, known->second, false);
    }
    return write_goods(shop, body, *id, parent.id, Checked::by_schema);
  }
  return Refused{
      404, "rest_no_route", "No route was found matching the URL and request method.", {}};
}

Reply WebShops::list_products(const Call& call, const Shop& shop) const {
  if (auto refused = check_paging(call)) return *refused;
  std::vector<std::string> skus;
  if (const auto wanted = call.param("sku"); wanted && !wanted->empty()) {
    std::string_view rest = *wanted;
    for (bool more = true; more;) {
      const auto comma = rest.find(',');
      skus.emplace_back(rest.substr(0, comma));
      more = comma != std::string_view::npos;
      if (more) rest = rest.substr(comma + 1);
    }
  }
  const std::string status = call.param("status").value_or("any");
  std::vector<const Goods*> found;
  for (const auto& [id, goods] : shop.goods) {
    if (goods.is_variation() && skus.empty()) continue;
    const std::string word = is_trashed(shop, goods) ? "trash" : goods.status;
    if (status == "any" ? word == "trash" : word != status) continue;  // any is not the trash
    if (!skus.empty() && std::find(skus.begin(), skus.end(), goods.sku) == skus.end()) continue;
    found.push_back(&goods);
  }
  const std::string by = call.param("orderby").value_or("date");
  const bool ascending = call.param("order").value_or("desc") == "asc";
  std::stable_sort(found.begin(), found.end(), [&](const Goods* a, const Goods* b) {
    if (by == "modified" && a->modified != b->modified) return a->modified < b->modified;
    if (by == "date" && a->created != b->created) return a->created < b->created;
    return a->id < b->id;
  });
  if (!ascending) std::reverse(found.begin(), found.end());
  std::vector<json::Value> all;
  for (const Goods* goods : found) all.push_back(goods_json(shop, *goods, false));
  return page_of(call, shop, "/products", all);
}

}  // namespace gerbang::woocommerce_sandbox
