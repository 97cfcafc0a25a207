#include "connectors/tokopedia/facts.hpp"

#include <algorithm>
#include <map>

#include "connectors/tokopedia/request.hpp"
#include "connectors/tokopedia/units.hpp"
#include "core/base/text.hpp"

namespace gerbang::tokopedia {

namespace {

bool usable_leaf(const json::Value& c) {
  if (!c["is_leaf"].as_bool().value_or(false)) return false;
  const json::Array& permissions = c["permission_statuses"].items();
  if (permissions.empty()) return true;  // empty arrays are left out
  return std::any_of(permissions.begin(), permissions.end(),
                     [](const json::Value& p) { return p.text() == "AVAILABLE"; });
}

std::optional<std::string> platforms_wish(const ListingDraft& draft) {
  for (const auto& [key, value] : draft.attributes) {
    const std::string name = folded(key);
    if ((name == "platforms" || name == "listing platforms") && !value.empty()) return value;
  }
  return std::nullopt;
}

bool holds(const json::Value& list, std::string_view text) {
  return std::any_of(list.items().begin(), list.items().end(),
                     [&](const json::Value& v) { return v.text() == text; });
}

}  // namespace

json::Value categories_from(const json::Value& shop, const json::Value& tokopedia) {
  std::map<std::string, json::Array> places;
  std::vector<std::pair<std::string, std::string>> leaves;
  const auto add = [&](const json::Value& data, std::string_view platform) {
    for (const json::Value& c : data["categories"].items()) {
      const std::string id = c["id"].to_text();
      if (!is_id(id) || !usable_leaf(c)) continue;
      json::Array& on = places[id];
      if (on.empty()) leaves.emplace_back(id, c["local_name"].text());
      if (on.empty() || on.back().text() != platform) on.emplace_back(platform);
    }
  };
  add(shop, kShopPlatform);
  add(tokopedia, kTokopediaPlatform);
  json::Array out;
  for (auto& [id, name] : leaves) {
    json::Object leaf;
    leaf.append("id", id);
    leaf.append("name", name);
    leaf.append("platforms", std::move(places[id]));
    out.emplace_back(std::move(leaf));
  }
  return json::Value(std::move(out));
}

json::Value warehouses_from(const json::Value& data) {
  json::Array out;
  for (const bool wanted_default : {true, false}) {
    for (const json::Value& w : data["warehouses"].items()) {
      if (w["type"].text() != "SALES_WAREHOUSE" || w["effect_status"].text() != "ENABLED") continue;
      if (w["is_default"].as_bool().value_or(false) != wanted_default) continue;
      if (std::string id = w["id"].to_text(); !id.empty()) out.emplace_back(std::move(id));
    }
  }
  return json::Value(std::move(out));
}

json::Value attributes_from(const json::Value& data) {
  json::Array out;
  for (const json::Value& a : data["attributes"].items()) {
    json::Array values;
    for (const json::Value& v : a["values"].items()) {
      json::Object value;
      value.append("id", v["id"].to_text());
      value.append("name", v["name"].text());
      values.emplace_back(std::move(value));
    }
    json::Array conditions;
    for (const json::Value& c : a["requirement_conditions"].items()) {
      if (c["condition_type"].text() != "VALUE_ID_MATCH") continue;
      json::Object condition;
      condition.append("attribute", c["attribute_id"].to_text());
      condition.append("value", c["attribute_value_id"].to_text());
      conditions.emplace_back(std::move(condition));
    }
    // So misspelt on the wire (facts 4.2); the right spelling for the day it is mended.
    const json::Value& required = a["is_requried"].is_null() ? a["is_required"] : a["is_requried"];
    json::Object attribute;
    attribute.append("id", a["id"].to_text());
    attribute.append("name", a["name"].text());
    attribute.append("sales", a["type"].text() == "SALES_PROPERTY");
    attribute.append("required", required.as_bool().value_or(false));
    attribute.append("conditions", std::move(conditions));
    attribute.append("free", a["is_customizable"].as_bool().value_or(false));
    attribute.append("several", a["is_multiple_selection"].as_bool().value_or(false));
    attribute.append("format", a["value_data_format"].text());
    attribute.append("values", std::move(values));
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
    return unmapped("category " + std::string(channel_category) +
                    " is no leaf of this shop's tree");
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

Result<std::vector<std::string>> find_platforms(const json::Value& shop_facts,
                                                std::string_view category,
                                                const ListingDraft& draft, bool only_shop) {
  const json::Value* on = nullptr;
  for (const json::Value& leaf : shop_facts["categories"].items()) {
    if (leaf["id"].text() == category) on = &leaf["platforms"];
  }
  if (!on)
    return Error(ErrorKind::rejected, "category_unmapped", "not a leaf of this shop's tree")
        .at_field("/category");
  const bool with_tokopedia = shop_facts["tokopedia"].as_bool().value_or(false);
  const bool used = draft.condition == Condition::used;

  std::vector<std::string> out;
  const auto wish = platforms_wish(draft);
  if (wish) {
    for (std::string_view rest = *wish; !rest.empty();) {
      const auto comma = rest.find_first_of(",;+");
      const std::string_view word = rest.substr(0, comma);
      rest = comma == std::string_view::npos ? std::string_view() : rest.substr(comma + 1);
      const auto platform = platform_named(word);
      if (!platform)
        return Error(ErrorKind::rejected, "platforms_invalid", "\"tokopedia\", \"shop\" or both")
            .at_field("/attributes/platforms");
      if (std::find(out.begin(), out.end(), *platform) == out.end()) out.emplace_back(*platform);
    }
    for (const std::string& platform : out) {
      if (!holds(*on, platform))
        return Error(ErrorKind::rejected, "category_not_on_platform",
                     "the category is not offered there")
            .at_field("/category");
    }
  } else {
    if (!used && holds(*on, kShopPlatform)) out.emplace_back(kShopPlatform);
    if (with_tokopedia && !only_shop && holds(*on, kTokopediaPlatform))
      out.emplace_back(kTokopediaPlatform);
  }
  std::sort(out.begin(), out.end());
  if (used && (out.size() != 1 || out[0] != kTokopediaPlatform))
    return Error(ErrorKind::rejected, "used_goods_refused", "used goods go to Tokopedia alone")
        .at_field("/condition");
  if (out.empty())
    return Error(ErrorKind::rejected, "category_not_on_platform",
                 "the category is offered nowhere this shop sells")
        .at_field("/category");
  return out;
}

std::string default_warehouse(const CallContext& ctx) {
  if (!ctx.shop_facts) return {};
  return (*ctx.shop_facts)["warehouses"][0].to_text();
}

}  // namespace gerbang::tokopedia
