// Attributes and sale properties of a category (facts lazada.md 6, 7) out of ours.
#include <algorithm>
#include <array>
#include <charconv>

#include "connectors/lazada/limits.hpp"
#include "connectors/lazada/plan.hpp"
#include "connectors/lazada/units.hpp"
#include "core/base/text.hpp"
#include "core/base/time.hpp"

namespace gerbang::lazada {

namespace {

// These have calls, fields or rules of their own.
constexpr std::array<std::string_view, 13> kHandled = {"name",
                                                       "description",
                                                       "short_description",
                                                       "brand",
                                                       "brand_id",
                                                       "price",
                                                       "special_price",
                                                       "quantity",
                                                       "SellerSku",
                                                       "special_from_date",
                                                       "special_to_date",
                                                       "video",
                                                       "delivery_option_sof"};

// What is true of every product in our catalogue, asked for by Lazada in many categories.
constexpr std::array<std::pair<std::string_view, std::string_view>, 2> kTrueOfAll = {{
    {"warranty_type", "no warranty"},
    {"hazmat", "none"},
}};

bool is_handled(std::string_view name) {
  return name.starts_with("package_") || name.starts_with("__") || name.starts_with("name_") ||
         name.starts_with("description_") ||
         std::find(kHandled.begin(), kHandled.end(), name) != kHandled.end();
}

std::string_view trimmed(std::string_view s) {
  while (!s.empty() && s.front() == ' ') s.remove_prefix(1);
  while (!s.empty() && s.back() == ' ') s.remove_suffix(1);
  return s;
}

bool called(const json::Value& attribute, std::string_view wanted) {
  return !wanted.empty() && (folded(attribute["name"].text()) == wanted ||
                             folded(attribute["label"].text()) == wanted);
}

const json::Value* option_named(const json::Value& attribute, std::string_view wanted) {
  for (const json::Value& option : attribute["options"].items()) {
    for (const json::Value& name : option["names"].items()) {
      if (folded(name.text()) == wanted) return &option;
    }
  }
  return nullptr;
}

std::optional<std::string> given_for(const json::Value& attribute, const ListingDraft& draft) {
  for (const auto& [key, value] : draft.attributes) {
    if (!value.empty() && (key == attribute["name"].text() || called(attribute, folded(key))))
      return value;
  }
  const std::string label = without_blanks(folded(attribute["label"].text()));
  const std::string name = without_blanks(folded(attribute["name"].text()));
  for (const Permit& permit : draft.permits) {
    const std::string kind = without_blanks(folded(permit.kind));
    if (kind.size() < 3 || permit.number.empty()) continue;
    if (label.find(kind) == std::string::npos && name.find(kind) == std::string::npos) continue;
    if (option_named(attribute, "ya") || option_named(attribute, "yes")) return "Ya";
    return permit.number;
  }
  for (const auto& [theirs, value] : kTrueOfAll) {
    if (folded(attribute["name"].text()) == folded(theirs)) return std::string(value);
  }
  return std::nullopt;
}

std::optional<std::string> number_of(const json::Value& attribute, std::string_view given) {
  std::string text(trimmed(given.substr(0, given.find_first_not_of("0123456789.,"))));
  std::replace(text.begin(), text.end(), ',', '.');
  double d = 0;
  const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), d);
  if (text.empty() || ec != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  const auto bound = [](const json::Value& v) -> std::optional<double> {
    if (v.is_string()) return json::Decimal{std::string(v.text())}.value();
    return v.as_double();
  };
  if (const auto least = bound(attribute["least"]); least && d < *least) return std::nullopt;
  if (const auto most = bound(attribute["most"]); most && d > *most) return std::nullopt;
  return text;
}

// One value of a list, or a free one where the list is open.
std::optional<std::string> choice_of(const json::Value& attribute, std::string_view given,
                                     bool open) {
  std::string wanted = folded(given);
  const json::Value* option = option_named(attribute, wanted);
  if (!option && wanted == "ya") option = option_named(attribute, "yes");
  if (option) return (*option)["name"].to_text();
  if (!open || has_refused_character(without_quotes(given))) return std::nullopt;
  return without_quotes(trimmed(given));
}

// The value as it is sent, or nothing when it does not fit.
std::optional<std::string> value_for(const json::Value& attribute, const std::string& given) {
  const std::string_view input = attribute["input"].text();
  const bool open = input == "enuminput" || input == "multienuminput";
  if (input == "singleselect" || input == "enuminput") return choice_of(attribute, given, open);
  if (input == "multiselect" || input == "multienuminput") {
    if (auto whole = choice_of(attribute, given, false)) return whole;
    std::string out;
    for (std::string_view rest = given; !rest.empty();) {
      const auto comma = rest.find_first_of(",;");
      const std::string_view part = trimmed(rest.substr(0, comma));
      rest = comma == std::string_view::npos ? std::string_view() : rest.substr(comma + 1);
      if (part.empty()) continue;
      const auto value = choice_of(attribute, part, open);
      if (!value) continue;
      out += (out.empty() ? "" : ",") + *value;
    }
    if (out.empty()) return std::nullopt;
    return out;
  }
  if (input == "numeric") return number_of(attribute, given);
  if (input == "date") {
    if (!parse_date(trimmed(given))) return std::nullopt;
    return std::string(trimmed(given));
  }
  if (input == "img") return std::nullopt;
  if (input == "richtext") return html_of(given);
  if (has_refused_character(without_quotes(given))) return std::nullopt;
  return without_quotes(given);
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

json::Object match_attributes(const json::Value& attributes, const ListingDraft& draft, bool of_sku,
                              std::vector<FieldError>& wrong) {
  json::Object out;
  for (const json::Value& attribute : attributes.items()) {
    const std::string name(attribute["name"].text());
    if (attribute["sale"].as_bool().value_or(false) || is_handled(name)) continue;
    if (attribute["sku"].as_bool().value_or(false) != of_sku) continue;
    const auto given = given_for(attribute, draft);
    std::optional<std::string> value;
    if (given) value = value_for(attribute, *given);
    if (value) {
      out.set(name, *std::move(value));
    } else if (attribute["mandatory"].as_bool().value_or(false)) {
      std::string label(attribute["label"].text());
      if (label.empty()) label = name;
      wrong.push_back({pointer_to(label), given ? "attribute_refused" : "attribute_missing",
                       given ? "the value does not fit \"" + label + "\""
                             : "the category wants \"" + label + "\""});
    }
  }
  return out;
}

std::vector<std::string> plan_variation(const json::Value& attributes, const ListingDraft& draft,
                                        json::Value& variation, std::vector<FieldError>& wrong) {
  std::vector<std::string> names;
  if (draft.options.size() > kMaxOptions) {
    wrong.push_back({"/options", "options_too_many", "at most two axes"});
    return names;
  }
  json::Object all;
  for (std::size_t i = 0; i < draft.options.size(); ++i) {
    const Option& option = draft.options[i];
    const std::string at = "/options/" + std::to_string(i);
    std::vector<std::string> used;
    for (const std::string& value : option.values) {
      const bool sold = std::any_of(
          draft.variants.begin(), draft.variants.end(),
          [&](const DraftVariant& v) { return v.options.size() > i && v.options[i] == value; });
      if (sold) used.push_back(value);
      if (sold && has_refused_character(without_quotes(value)))
        wrong.push_back({at + "/values", "lazada_text_characters", "^ ~ < > | are refused"});
    }
    if (has_refused_character(without_quotes(option.name)))
      wrong.push_back({at + "/name", "lazada_text_characters", "^ ~ < > | are refused"});
    // The category's own property, when all our values may stand in it.
    std::string name = without_quotes(option.name);
    bool own = true;
    for (const json::Value& attribute : attributes.items()) {
      if (!attribute["sale"].as_bool().value_or(false) || !called(attribute, folded(option.name)))
        continue;
      const std::string_view input = attribute["input"].text();
      const bool open = input == "enuminput" || input == "multienuminput" || input == "text";
      const bool fits = open || std::all_of(used.begin(), used.end(), [&](const std::string& v) {
                          return option_named(attribute, folded(v)) != nullptr;
                        });
      if (!fits) continue;
      name = attribute["name"].text();
      own = false;
      break;
    }
    json::Array values;
    for (const std::string& value : used) values.emplace_back(without_quotes(value));
    json::Object axis;
    axis.append("name", name);
    axis.append("hasImage", false);
    axis.append("customize", own);
    axis.append("options", json::object({{"option", std::move(values)}}));
    all.append("variation" + std::to_string(i + 1), std::move(axis));
    names.push_back(std::move(name));
  }
  if (!all.empty()) variation = json::Value(std::move(all));
  return names;
}

}  // namespace gerbang::lazada
