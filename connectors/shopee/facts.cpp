#include "connectors/shopee/facts.hpp"

#include <algorithm>
#include <cmath>
#include <set>

#include "connectors/shopee/units.hpp"
#include "core/base/text.hpp"

namespace gerbang::shopee {

namespace {

Range range_of(const json::Value& v) {
  // Zero or nothing as an upper bound means none; bounds may be floats (5.5 in a sample).
  Range r;
  if (const auto min = v["min_limit"].as_double())
    r.min = static_cast<std::int64_t>(std::ceil(std::clamp(*min, 0.0, 9e15)));
  if (const auto max = v["max_limit"].as_double(); max && *max > 0)
    r.max = static_cast<std::int64_t>(std::floor(std::min(*max, 9e15)));
  return r;
}

// The main name and its translations, without repeats.
json::Value names_of(const json::Value& v, std::string_view key) {
  json::Array out;
  std::set<std::string> seen;
  const auto add = [&](std::string_view name) {
    if (!name.empty() && seen.emplace(name).second) out.emplace_back(name);
  };
  add(v[key].text());
  for (const json::Value& l : v["multi_lang"].items()) add(l["value"].text());
  return json::Value(std::move(out));
}

json::Value attribute_from(const json::Value& a) {
  const json::Value& info = a["attribute_info"];
  json::Array values;
  for (const json::Value& v : a["attribute_value_list"].items()) {
    json::Object value;
    value.append("id", v["value_id"]);
    value.append("names", names_of(v, "name"));
    if (!v["value_unit"].text().empty()) value.append("unit", v["value_unit"]);
    values.emplace_back(std::move(value));
  }
  json::Object out;
  out.append("id", a["attribute_id"]);
  out.append("names", names_of(a, "name"));
  out.append("mandatory", a["mandatory"].as_bool().value_or(false));
  out.append("input", info["input_type"]);
  out.append("validation", info["input_validation_type"]);
  out.append("format", info["format_type"]);
  out.append("units", info["attribute_unit_list"]);
  out.append("max_values", info["max_value_count"]);
  out.append("values", std::move(values));
  return json::Value(std::move(out));
}

}  // namespace

json::Value categories_from(const json::Value& reply) {
  json::Array out;
  for (const json::Value& c : reply["response"]["category_list"].items()) {
    if (c["has_children"].as_bool().value_or(true)) continue;  // only leaves hold products
    json::Object leaf;
    leaf.append("id", c["category_id"].to_text());
    leaf.append("name", c["display_category_name"]);
    leaf.append("original", c["original_category_name"]);
    out.emplace_back(std::move(leaf));
  }
  return json::Value(std::move(out));
}

json::Value couriers_from(const json::Value& reply) {
  json::Array out;
  for (const json::Value& c : reply["response"]["logistics_channel_list"].items()) {
    if (!c["enabled"].as_bool().value_or(false)) continue;
    if (c["mask_channel_id"].to_integral().value_or(0) != 0) continue;  // a courier behind one
    const std::string_view fee = c["fee_type"].text();
    if (fee == "CUSTOM_PRICE") continue;  // wants a shipping fee, which the catalogue does not hold
    json::Object courier;
    courier.append("id", c["logistics_channel_id"]);
    if (fee == "SIZE_SELECTION") {
      const auto size = c["size_list"][0]["size_id"].to_integral();  // text here (facts 3.0)
      if (!size) continue;
      courier.append("size_id", *size);
    }
    const auto weight = [&](std::string_view key, std::string_view name) {
      const auto g = grams(c["weight_limit"][key]);
      if (g && *g > 0) courier.append(std::string(name), *g);
    };
    weight("item_min_weight", "min_grams");
    weight("item_max_weight", "max_grams");
    out.emplace_back(std::move(courier));
  }
  return json::Value(std::move(out));
}

json::Value locations_from(const json::Value& reply) {
  json::Array out;
  for (const json::Value& w : reply["response"].items()) {  // an array here (facts 1.4)
    const std::string id = w["location_id"].to_text();
    if (!id.empty()) out.emplace_back(id);
  }
  return json::Value(std::move(out));
}

json::Value attributes_from(const json::Value& reply, std::string_view category) {
  json::Array out;
  for (const json::Value& c : reply["response"]["list"].items()) {
    if (c["category_id"].to_text() != category) continue;
    for (const json::Value& a : c["attribute_tree"].items()) out.push_back(attribute_from(a));
  }
  return json::Value(std::move(out));
}

bool add_brands(const json::Value& reply, json::Array& brands) {
  const json::Value& page = reply["response"];
  for (const json::Value& b : page["brand_list"].items()) {
    json::Array names;
    for (const std::string_view key : {"original_brand_name", "display_brand_name"}) {
      const std::string_view name = b[key].text();
      if (!name.empty() && (names.empty() || names.front().text() != name))
        names.emplace_back(name);
    }
    json::Object brand;
    brand.append("id", b["brand_id"]);
    brand.append("names", std::move(names));
    brands.emplace_back(std::move(brand));
  }
  return page["has_next_page"].as_bool().value_or(false) && !page["brand_list"].items().empty();
}

ItemLimits limits_from(const json::Value& v) {
  ItemLimits l;
  l.price = range_of(v["price_limit"]);
  l.stock = range_of(v["stock_limit"]);
  l.title = range_of(v["item_name_length_limit"]);
  l.description = range_of(v["item_description_length_limit"]);
  l.images = range_of(v["item_image_count_limit"]);
  l.option_name = range_of(v["tier_variation_name_length_limit"]);
  l.option_value = range_of(v["tier_variation_option_length_limit"]);
  l.dimension_mandatory = v["dimension_limit"]["dimension_mandatory"].as_bool().value_or(false);
  return l;
}

Result<std::string> find_category(const json::Value* shop_facts, std::string_view slug,
                                  std::string_view channel_category) {
  if (!shop_facts) return Error(ErrorKind::bug, "facts_missing", "category_of without shop facts");
  const json::Array& leaves = (*shop_facts)["categories"].items();
  const auto unmapped = [](std::string detail) {
    return Error(ErrorKind::rejected, "category_unmapped", std::move(detail)).at_field("/category");
  };
  if (!channel_category.empty()) {
    for (const json::Value& leaf : leaves) {
      if (leaf["id"].text() == channel_category) return std::string(channel_category);
    }
    return unmapped("category " + std::string(channel_category) +
                    " is no leaf of this shop's tree");
  }
  const std::string wanted = folded(slug.substr(slug.rfind('/') + 1));
  std::string found;
  for (const json::Value& leaf : leaves) {
    if (wanted.empty() ||
        (folded(leaf["name"].text()) != wanted && folded(leaf["original"].text()) != wanted))
      continue;
    if (!found.empty()) return unmapped("\"" + wanted + "\" names several categories");
    found = leaf["id"].text();
  }
  if (found.empty()) return unmapped("no category is named \"" + wanted + "\"");
  return found;
}

}  // namespace gerbang::shopee
