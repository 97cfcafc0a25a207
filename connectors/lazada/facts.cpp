#include "connectors/lazada/facts.hpp"

#include "connectors/lazada/limits.hpp"
#include "connectors/lazada/units.hpp"
#include "core/base/text.hpp"

namespace gerbang::lazada {

namespace {

void collect_leaves(const json::Value& nodes, json::Array& out) {
  for (const json::Value& node : nodes.items()) {
    const std::string id = node["category_id"].to_text();
    if (!node["children"].items().empty()) {
      collect_leaves(node["children"], out);
    } else if (!id.empty() && node["leaf"].as_bool().value_or(true)) {
      json::Object leaf;
      leaf.append("id", id);
      leaf.append("name", node["name"]);
      out.emplace_back(std::move(leaf));
    }
  }
}

// The name and its English form, without repeats.
json::Value names_of(const json::Value& v) {
  json::Array out;
  for (const char* key : {"name", "en_name", "name_en"}) {
    const std::string_view name = v[key].text();
    bool known = name.empty();
    for (const json::Value& n : out) known = known || n.text() == name;
    if (!known) out.emplace_back(name);
  }
  return json::Value(std::move(out));
}

bool flag(const json::Value& v) {
  return v.to_integral().value_or(0) == 1 || v.as_bool().value_or(false);
}

}  // namespace

json::Value categories_from(const json::Value& tree) {
  json::Array leaves;
  collect_leaves(tree, leaves);
  return json::Value(std::move(leaves));
}

bool add_brands(const json::Value& body, json::Array& brands) {
  const json::Value& page = body["data"];
  std::size_t added = 0;
  for (const json::Value& b : page["module"].items()) {
    const std::string id = b["brand_id"].to_text();
    ++added;
    if (id.empty()) continue;
    json::Object brand;
    brand.append("id", id);
    brand.append("names", names_of(b));
    brands.emplace_back(std::move(brand));
  }
  // total_page is marked "no use"; total_record counts (facts 6).
  const auto total = page["total_record"].to_integral();
  const auto start = page["start_row"].to_integral().value_or(0);
  if (added == 0) return false;
  return total ? start + static_cast<std::int64_t>(added) < *total : added >= kBrandsPerPage;
}

std::string no_brand_of(const json::Array& brands) {
  for (const json::Value& b : brands) {
    for (const json::Value& name : b["names"].items()) {
      if (folded(name.text()) == "no brand") return b["id"].to_text();
    }
  }
  return {};
}

json::Value attributes_from(const json::Value& data) {
  json::Array out;
  for (const json::Value& a : data.items()) {
    if (a["name"].text().empty()) continue;
    json::Array options;
    for (const json::Value& o : a["options"].items()) {
      json::Object option;
      option.append("name", o["name"]);
      option.append("names", names_of(o));
      options.emplace_back(std::move(option));
    }
    json::Object attribute;
    attribute.append("name", a["name"]);
    attribute.append("label", a["label"]);
    attribute.append("mandatory", flag(a["is_mandatory"]));
    attribute.append("sale", flag(a["is_sale_prop"]));
    attribute.append("sku", a["attribute_type"].text() == "sku");
    attribute.append("input", folded(a["input_type"].text()));
    attribute.append("options", std::move(options));
    if (!a["unit"]["numericMin"].is_null()) attribute.append("least", a["unit"]["numericMin"]);
    if (!a["unit"]["numericMax"].is_null()) attribute.append("most", a["unit"]["numericMax"]);
    out.emplace_back(std::move(attribute));
  }
  return json::Value(std::move(out));
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
    return unmapped("category " + std::string(channel_category) + " is no leaf of Lazada's tree");
  }
  const std::string wanted = folded(slug.substr(slug.rfind('/') + 1));
  std::string found;
  for (const json::Value& leaf : leaves) {
    if (wanted.empty() || folded(leaf["name"].text()) != wanted) continue;
    if (!found.empty()) return unmapped("\"" + wanted + "\" names several categories");
    found = leaf["id"].text();
  }
  if (found.empty()) return unmapped("no category is named \"" + wanted + "\"");
  return found;
}

}  // namespace gerbang::lazada
