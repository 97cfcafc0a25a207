#include <algorithm>

#include "connectors/shopee/sandbox/catalogue_data.hpp"
#include "connectors/shopee/sandbox/handlers.hpp"

// Facts 3.3: what the attributes of a category allow.
namespace gerbang::sandbox::shopee {

namespace {

bool is_number(std::string_view text, bool fraction) {
  const auto parsed = json::parse(text);
  return parsed && parsed->is_number() && (fraction || parsed->to_integral());
}

Refusal check_value(const Attribute& a, const AttributeValue& value) {
  const auto invalid = [&] {
    return Reply::fail("error_invalid_attribute_value",
                       "Invalid value of attribute " + std::string(a.en_name) + ".");
  };
  const bool own_allowed = a.input_type == 2 || a.input_type == 3 || a.input_type == 5;
  if (value.value_id != 0) {
    if (a.input_type == 3)
      return Reply::fail("error_value_id_must_equal_zero", "The value_id of a text must be 0.");
    const bool known = std::any_of(a.choices.begin(), a.choices.end(),
                                   [&](const Choice& c) { return c.value_id == value.value_id; });
    return known ? Refusal() : Refusal(invalid());
  }
  if (!own_allowed) return invalid();
  if (value.name.empty())
    return Reply::fail("error_value_name_required", "The original_value_name is required.");
  const bool fits = a.validation == 1   ? is_number(value.name, false)
                    : a.validation == 3 ? is_number(value.name, true)
                    : a.validation == 4 ? digits(value.name).has_value()  // a timestamp as text
                                        : true;
  if (!fits) return invalid();
  if (a.format == 2 && std::find(a.units.begin(), a.units.end(), value.unit) == a.units.end())
    return invalid();
  return {};
}

}  // namespace

Refusal read_attributes(const json::Value& list, Item& item) {
  if (list.is_null()) return {};
  if (!list.is_array()) return Reply::fail("error_param", "The attribute_list must be a list.");
  item.attributes.clear();
  for (const json::Value& entry : list.items()) {
    const auto id = whole(entry["attribute_id"]);
    if (!id) return Reply::fail("error_invalid_attribute", "The attribute_id is required.");
    ItemAttribute attribute;
    attribute.attribute_id = *id;
    for (const json::Value& value : entry["attribute_value_list"].items()) {
      const auto value_id = whole(value["value_id"]);
      if (!value_id) return Reply::fail("error_invalid_attribute_value", "value_id is required.");
      attribute.values.push_back({*value_id, value["original_value_name"].to_text(),
                                  std::string(value["value_unit"].text())});
    }
    item.attributes.push_back(std::move(attribute));
  }
  return {};
}

bool is_mandatory(const World& world, const Attribute& attribute) {
  return attribute.mandatory && world.enabled("mandatory_attributes", true);
}

Refusal check_attributes(const World& world, const Item& item) {
  std::set<Id> given;
  for (const ItemAttribute& mine : item.attributes) {
    const Attribute* a = find_attribute(item.category_id, mine.attribute_id);
    if (!a || !given.insert(mine.attribute_id).second)
      return Reply::fail("error_invalid_attribute",
                         "Invalid attribute " + std::to_string(mine.attribute_id) + ".");
    const auto count = static_cast<int>(mine.values.size());
    if (count == 0 && is_mandatory(world, *a)) {
      given.erase(mine.attribute_id);
      continue;
    }
    if (count > a->max_values)
      return Reply::fail("error_invalid_attribute_value", "Too many values.");
    for (const AttributeValue& value : mine.values) {
      if (auto no = check_value(*a, value)) return no;
    }
  }
  for (const Attribute& a : attributes_of(item.category_id)) {
    if (is_mandatory(world, a) && !given.contains(a.id))
      return Reply::fail("error_less_required_attribute",
                         "The attribute " + std::string(a.en_name) + " is required.");
  }
  return {};
}

void name_attribute_values(Item& item) {
  for (ItemAttribute& mine : item.attributes) {
    const Attribute* a = find_attribute(item.category_id, mine.attribute_id);
    if (!a) continue;
    for (AttributeValue& value : mine.values) {
      for (const Choice& c : a->choices) {
        if (c.value_id == value.value_id) value.name = c.name;
      }
    }
  }
}

}  // namespace gerbang::sandbox::shopee
