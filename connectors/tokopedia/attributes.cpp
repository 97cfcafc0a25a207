// Product attributes of a category (facts tiktok_tokopedia 4.2) out of ours.
#include <algorithm>
#include <charconv>

#include "connectors/tokopedia/plan.hpp"
#include "connectors/tokopedia/units.hpp"
#include "core/base/text.hpp"

namespace gerbang::tokopedia {

namespace {

std::string_view trimmed(std::string_view s) {
  while (!s.empty() && s.front() == ' ') s.remove_prefix(1);
  while (!s.empty() && s.back() == ' ') s.remove_suffix(1);
  return s;
}

bool is_positive_number(std::string_view text, bool whole) {
  double d = 0;
  const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), d);
  if (ec != std::errc{} || end != text.data() + text.size() || d <= 0) return false;
  return text.find_first_of("eE") == std::string_view::npos &&
         (!whole || text.find('.') == std::string_view::npos);
}

bool fits_format(std::string_view format, std::string_view text) {
  if (format == "POSITIVE_INT_OR_DECIMAL") return is_positive_number(text, false);
  if (format == "POSITIVE_INT") return is_positive_number(text, true);
  return true;  // a format we do not know is the channel's to judge
}

std::optional<std::string> given_for(const json::Value& attribute, const ListingDraft& draft) {
  const std::string name = folded(attribute["name"].text());
  for (const auto& [key, value] : draft.attributes) {
    if (!value.empty() && (key == attribute["id"].text() || folded(key) == name)) return value;
  }
  for (const Permit& permit : draft.permits) {
    const std::string kind = without_blanks(folded(permit.kind));
    if (kind.size() < 3 || permit.number.empty()) continue;
    if (without_blanks(name).find(kind) == std::string::npos) continue;
    return attribute["free"].as_bool().value_or(false) ? permit.number : std::string("ya");
  }
  return std::nullopt;
}

// {"id"} of the attribute's list, {"name"} where free words are taken; nothing when it fits
// neither.
std::optional<json::Value> value_for(const json::Value& attribute, std::string_view given) {
  const std::string wanted = folded(given);
  for (const json::Value& v : attribute["values"].items()) {
    if (folded(v["name"].text()) != wanted) continue;
    json::Object out;
    out.append("id", v["id"]);
    return json::Value(std::move(out));
  }
  const std::string_view text = trimmed(given);
  if (!attribute["free"].as_bool().value_or(false) || text.empty() ||
      !fits_format(attribute["format"].text(), text))
    return std::nullopt;
  json::Object out;
  out.append("name", text);
  return json::Value(std::move(out));
}

json::Array values_for(const json::Value& attribute, const std::string& given) {
  json::Array out;
  const bool several = attribute["several"].as_bool().value_or(false);
  if (auto whole = value_for(attribute, given);
      whole && (!several || !(*whole)["id"].is_null() || given.find(',') == std::string::npos)) {
    out.push_back(*std::move(whole));
    return out;
  }
  if (!several) return out;
  for (std::string_view rest = given; !rest.empty();) {
    const auto comma = rest.find_first_of(",;");
    const std::string_view part = trimmed(rest.substr(0, comma));
    rest = comma == std::string_view::npos ? std::string_view() : rest.substr(comma + 1);
    if (auto value = value_for(attribute, part);
        value && std::find(out.begin(), out.end(), *value) == out.end())
      out.push_back(*std::move(value));
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

bool chosen(const json::Array& list, std::string_view attribute, std::string_view value) {
  return std::any_of(list.begin(), list.end(), [&](const json::Value& entry) {
    if (entry["id"].text() != attribute) return false;
    const json::Array& values = entry["values"].items();
    return std::any_of(values.begin(), values.end(),
                       [&](const json::Value& v) { return v["id"].text() == value; });
  });
}

}  // namespace

json::Value match_attributes(const json::Value& attributes, const ListingDraft& draft,
                             std::vector<FieldError>& wrong) {
  json::Array list;
  for (const json::Value& attribute : attributes.items()) {
    if (attribute["sales"].as_bool().value_or(false)) continue;  // options, not attributes
    const auto given = given_for(attribute, draft);
    if (!given) continue;
    json::Array values = values_for(attribute, *given);
    // An optional attribute whose value the channel does not know is left out: our attributes are
    // free, its lists are not.
    if (values.empty()) continue;
    json::Object entry;
    entry.append("id", attribute["id"]);
    entry.append("values", std::move(values));
    list.emplace_back(std::move(entry));
  }
  // Only now: a requirement may hang on another attribute's value.
  for (const json::Value& attribute : attributes.items()) {
    if (attribute["sales"].as_bool().value_or(false)) continue;
    const json::Array& conditions = attribute["conditions"].items();
    const bool required =
        attribute["required"].as_bool().value_or(false) ||
        std::any_of(conditions.begin(), conditions.end(), [&](const json::Value& c) {
          return chosen(list, c["attribute"].text(), c["value"].text());
        });
    const bool there = std::any_of(list.begin(), list.end(), [&](const json::Value& entry) {
      return entry["id"] == attribute["id"];
    });
    if (!required || there) continue;
    const std::string name(attribute["name"].text());
    const bool given = given_for(attribute, draft).has_value();
    wrong.push_back({pointer_to(name), given ? "attribute_refused" : "attribute_missing",
                     given ? "the value does not fit \"" + name + "\""
                           : "the category wants \"" + name + "\""});
  }
  return json::Value(std::move(list));
}

}  // namespace gerbang::tokopedia
