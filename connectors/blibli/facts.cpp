#include "connectors/blibli/facts.hpp"

#include "connectors/blibli/units.hpp"
#include "core/base/text.hpp"

namespace gerbang::blibli {

namespace {

// The first of these members that says something.
std::string said(const json::Value& v, std::initializer_list<std::string_view> names) {
  for (const std::string_view name : names) {
    if (std::string text = v[name].to_text(); !text.empty()) return text;
  }
  return {};
}

const json::Array& list_in(const json::Value& reply) {
  const json::Value& value = reply["value"];
  if (value.is_array()) return value.items();
  if (value["content"].is_array()) return value["content"].items();
  return reply["content"].items();
}

constexpr int kDeepest = 12;  // levels; the guard bounds the answer's depth anyway

void collect_leaves(const json::Value& node, int depth, json::Array& out) {
  const json::Array* children = nullptr;
  for (const char* name : {"child", "children", "childCategories"}) {
    if (!node[name].items().empty()) children = &node[name].items();
  }
  if (children && depth < kDeepest) {
    for (const json::Value& child : *children) collect_leaves(child, depth + 1, out);
    return;
  }
  std::string id = said(node, {"categoryCode", "code", "id"});
  std::string name = said(node, {"categoryName", "name"});
  if (id.empty() || name.empty()) return;
  out.push_back(json::object({{"id", std::move(id)}, {"name", std::move(name)}}));
}

json::Value codes_in(const json::Value& reply, std::initializer_list<std::string_view> names) {
  json::Array out;
  for (const json::Value& entry : list_in(reply)) {
    std::string code = entry.is_string() ? std::string(entry.text()) : said(entry, names);
    if (!code.empty()) out.emplace_back(std::move(code));
  }
  return json::Value(std::move(out));
}

}  // namespace

bool holds_list(const json::Value& reply) {
  return reply["value"].is_array() || reply["value"]["content"].is_array() ||
         reply["content"].is_array();
}

json::Value categories_from(const json::Value& reply) {
  json::Array out;
  for (const json::Value& root : list_in(reply)) collect_leaves(root, 0, out);
  return json::Value(std::move(out));
}

json::Value pickup_points_from(const json::Value& reply) {
  return codes_in(reply, {"code", "pickupPointCode"});
}

json::Value couriers_from(const json::Value& reply) {
  json::Array out;
  for (const json::Value& entry : list_in(reply)) {
    if (entry["selected"].as_bool() == false || entry["active"].as_bool() == false) continue;
    std::string code = said(entry, {"code", "logisticProductCode"});
    if (!code.empty()) out.emplace_back(std::move(code));
  }
  return json::Value(std::move(out));
}

json::Value attributes_from(const json::Value& reply) {
  const json::Array& list = reply["content"].is_array() ? reply["content"].items()
                                                        : reply["content"]["attributes"].items();
  json::Array out;
  for (const json::Value& a : list) {
    std::string code = said(a, {"code", "attributeCode"});
    std::string name = said(a, {"name", "attributeName"});
    if (code.empty() || name.empty()) continue;
    json::Array options;
    for (const json::Value& o : a["options"].items()) {
      std::string text = o.is_string() ? std::string(o.text()) : said(o, {"value", "name"});
      if (!text.empty()) options.emplace_back(std::move(text));
    }
    const std::string type = said(a, {"type", "attributeType"});
    const auto flag = [&](std::string_view member) { return a[member].as_bool().value_or(false); };
    out.push_back(
        json::object({{"code", std::move(code)},
                      {"name", std::move(name)},
                      {"mandatory", flag("mandatory")},
                      {"variant", flag("variantCreating")},
                      {"special", flag("specialAttribute")},
                      {"free", type.find("DESCRIPTIVE") != std::string::npos || options.empty()},
                      {"options", std::move(options)}}));
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
    return unmapped("category " + std::string(channel_category) + " is no leaf of the tree");
  }
  const std::string wanted = folded(slug.substr(slug.rfind('/') + 1));
  std::string found;
  for (const json::Value& leaf : leaves) {
    if (wanted.empty() || folded(leaf["name"].text()) != wanted) continue;
    if (!found.empty() && found != leaf["id"].text())
      return unmapped("\"" + wanted + "\" names several categories");
    found = leaf["id"].text();
  }
  if (found.empty()) return unmapped("no category is named \"" + wanted + "\"");
  return found;
}

}  // namespace gerbang::blibli
