// Attributes of a category (facts shopee.md 3.3) out of ours.
#include <algorithm>
#include <charconv>

#include "connectors/shopee/plan.hpp"
#include "connectors/shopee/units.hpp"
#include "core/base/text.hpp"
#include "core/base/time.hpp"

namespace gerbang::shopee {

namespace {

enum Input { kDropDown = 1, kCombo = 2, kFreeText = 3, kMultiDropDown = 4, kMultiCombo = 5 };
enum Validation { kInteger = 1, kFloat = 3, kDate = 4 };
constexpr int kWithUnit = 2;

std::string_view trimmed(std::string_view s) {
  while (!s.empty() && s.front() == ' ') s.remove_prefix(1);
  while (!s.empty() && s.back() == ' ') s.remove_suffix(1);
  return s;
}

bool is_number(std::string_view text, bool whole) {
  double d = 0;
  const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), d);
  if (ec != std::errc{} || end != text.data() + text.size()) return false;
  return !whole || text.find_first_of(".eE") == std::string_view::npos;
}

bool has_name(const json::Value& names, std::string_view wanted) {
  const auto& items = names.items();
  return std::any_of(items.begin(), items.end(),
                     [&](const json::Value& n) { return folded(n.text()) == wanted; });
}

struct Given {
  std::string text;
  bool by_operator = true;  // false: derived from a permit, left out when it does not fit
};

std::optional<Given> given_for(const json::Value& attribute, const ListingDraft& draft) {
  for (const auto& [key, value] : draft.attributes) {
    if (value.empty()) continue;
    if (key == attribute["id"].to_text() || has_name(attribute["names"], folded(key)))
      return Given{value, true};
  }
  for (const Permit& permit : draft.permits) {
    const std::string kind = without_blanks(folded(permit.kind));
    if (kind.size() < 3 || permit.number.empty()) continue;
    for (const json::Value& name : attribute["names"].items()) {
      if (without_blanks(folded(name.text())).find(kind) == std::string::npos) continue;
      const auto input = attribute["input"].to_integral().value_or(0);
      if (input == kDropDown || input == kMultiDropDown) return Given{"ya", false};
      return Given{permit.number, false};
    }
  }
  return std::nullopt;
}

// One value, or nothing when it does not fit the attribute.
std::optional<json::Value> value_for(const json::Value& attribute, std::string_view given) {
  const std::string wanted = folded(given);
  for (const json::Value& v : attribute["values"].items()) {
    const bool yes = wanted == "ya" && has_name(v["names"], "yes");
    if (!yes && !has_name(v["names"], wanted)) continue;
    json::Object out;
    out.append("value_id", v["id"]);
    if (!v["unit"].text().empty()) out.append("value_unit", v["unit"]);
    return json::Value(std::move(out));
  }
  const auto input = attribute["input"].to_integral().value_or(0);
  if (input != kCombo && input != kFreeText && input != kMultiCombo) return std::nullopt;

  std::string text(trimmed(given));
  std::string unit;
  if (attribute["format"].to_integral() == kWithUnit) {
    const auto split = text.find_first_not_of("0123456789.,");
    if (split == 0) return std::nullopt;
    const std::string_view tail =
        split == std::string::npos ? "" : trimmed(std::string_view(text).substr(split));
    const auto& units = attribute["units"].items();
    for (const json::Value& u : units) {
      if (tail.empty() ? units.size() == 1 : equal_ignoring_case(u.text(), tail)) unit = u.text();
    }
    if (unit.empty()) return std::nullopt;
    text = std::string(trimmed(std::string_view(text).substr(0, split)));
    std::replace(text.begin(), text.end(), ',', '.');
  }
  switch (attribute["validation"].to_integral().value_or(0)) {
    case kInteger:
      if (!is_number(text, true)) return std::nullopt;
      break;
    case kFloat:
      if (!is_number(text, false)) return std::nullopt;
      break;
    case kDate: {
      const auto date = parse_date(text);
      if (!date) return std::nullopt;
      text = std::to_string(to_unix_seconds(TimePoint(*date)));
      break;
    }
    default:
      break;
  }
  json::Object out;
  out.append("value_id", 0);
  out.append("original_value_name", text);
  if (!unit.empty()) out.append("value_unit", unit);
  return json::Value(std::move(out));
}

// "manis, pedas" for the kinds that take several, at most max_values of them.
json::Array values_for(const json::Value& attribute, const std::string& given) {
  const auto input = attribute["input"].to_integral().value_or(0);
  json::Array out;
  if (auto whole = value_for(attribute, given);
      whole && ((*whole)["value_id"].to_integral() != 0 ||
                (input != kMultiDropDown && input != kMultiCombo))) {
    out.push_back(std::move(*whole));
    return out;
  }
  if (input != kMultiDropDown && input != kMultiCombo) return out;
  const auto most = static_cast<std::size_t>(
      std::max<std::int64_t>(1, attribute["max_values"].to_integral().value_or(1)));
  for (std::string_view rest = given; !rest.empty() && out.size() < most;) {
    const auto comma = rest.find_first_of(",;");
    const std::string_view part = trimmed(rest.substr(0, comma));
    rest = comma == std::string_view::npos ? std::string_view() : rest.substr(comma + 1);
    if (part.empty()) continue;
    if (auto value = value_for(attribute, part)) out.push_back(std::move(*value));
  }
  return out;
}

std::string pointer_to(std::string_view name) {
  std::string out = "/attributes/";
  for (const char c : name) {
    if (c == '~') {
      out += "~0";
    } else if (c == '/') {
      out += "~1";
    } else {
      out += c;
    }
  }
  return out;
}

}  // namespace

json::Value match_attributes(const json::Value& attributes, const ListingDraft& draft,
                             std::vector<FieldError>& wrong) {
  json::Array list;
  for (const json::Value& attribute : attributes.items()) {
    const std::string name(attribute["names"][0].text());
    const bool mandatory = attribute["mandatory"].as_bool().value_or(false);
    const auto given = given_for(attribute, draft);
    json::Array values;
    if (given) values = values_for(attribute, given->text);
    if (!values.empty()) {
      json::Object entry;
      entry.append("attribute_id", attribute["id"]);
      entry.append("attribute_value_list", std::move(values));
      list.emplace_back(std::move(entry));
    } else if (mandatory) {
      wrong.push_back({pointer_to(name), given ? "attribute_refused" : "attribute_missing",
                       given ? "the value does not fit \"" + name + "\""
                             : "the category wants \"" + name + "\""});
    }
    // An optional attribute whose value the channel does not know is left out: our attributes are
    // free, its lists are not.
  }
  return json::Value(std::move(list));
}

}  // namespace gerbang::shopee
