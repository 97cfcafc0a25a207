// What product_attributes may hold (facts tiktok_tokopedia 4.2, 4.4).
#include <algorithm>
#include <cstdlib>
#include <set>

#include "connectors/tokopedia/sandbox/catalogue_data.hpp"
#include "connectors/tokopedia/sandbox/handlers.hpp"

namespace gerbang::sandbox::tokopedia {

namespace {

bool fits(std::string_view format, const std::string& text) {
  if (format != "POSITIVE_INT_OR_DECIMAL") return true;
  char* end = nullptr;
  const double value = std::strtod(text.c_str(), &end);
  return end && *end == '\0' && value > 0 && text.find_first_of("eExX") == std::string::npos;
}

bool holds(const json::Value& list, std::string_view attribute, std::string_view value) {
  for (const json::Value& entry : list.items()) {
    if (entry["id"].text() != attribute) continue;
    for (const json::Value& v : entry["values"].items()) {
      if (value.empty() || v["id"].text() == value) return true;
    }
  }
  return false;
}

Refusal check_value(const Attribute& a, const json::Value& value) {
  const std::string named = " (attribute " + std::string(a.id) + ")";
  if (const std::string_view id = value["id"].text(); !id.empty()) {
    const bool known = std::any_of(a.choices.begin(), a.choices.end(),
                                   [&](const Choice& c) { return c.id == id; });
    if (!known) return Reply::fail(12052223, "The attribute value does not exist" + named);
    return {};
  }
  const std::string name(value["name"].text());
  if (name.empty())
    return Reply::fail(12052220, "An attribute value needs an id or a name" + named);
  if (!a.free) return Reply::fail(12052241, "The attribute takes no custom value" + named);
  if (!fits(a.format, name))
    return Reply::fail(12052246, "The attribute value must be a positive number" + named);
  return {};
}

}  // namespace

Refusal check_attributes(const World& world, const std::string& category, const json::Value& list) {
  std::set<std::string> seen;
  for (const json::Value& entry : list.items()) {
    const std::string id(entry["id"].text());
    const Attribute* a = find_attribute(category, id);
    if (!a) return Reply::fail(12052104, "The attribute does not belong to the category: " + id);
    if (a->sales)
      return Reply::fail(12052115, "A sales attribute cannot be a product attribute: " + id);
    if (!seen.insert(id).second)
      return Reply::fail(12052226, "The attribute is given twice: " + id);
    const json::Array& values = entry["values"].items();
    if (values.empty()) return Reply::fail(12052220, "The attribute has no values: " + id);
    if (values.size() > 1 && !a->several)
      return Reply::fail(12052248, "The attribute takes one value only: " + id);
    for (const json::Value& value : values) {
      if (auto no = check_value(*a, value)) return no;
    }
  }
  for (const Attribute& a : attributes_of(category)) {
    if (a.sales) continue;
    const bool always = a.required && world.enabled("mandatory_attributes", true);
    const bool now = !a.when_attribute.empty() && holds(list, a.when_attribute, a.when_value);
    if ((always || now) && !holds(list, a.id, ""))
      return Reply::fail(12052181, "A required attribute is missing: " + std::string(a.name));
  }
  return {};
}

}  // namespace gerbang::sandbox::tokopedia
