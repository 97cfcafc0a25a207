// The ways of PHP, WordPress and WooCommerce with values (facts woocommerce.md 4 and 5).
#include <algorithm>
#include <charconv>
#include <cstdio>

#include "connectors/woocommerce/sandbox/state.hpp"

namespace gerbang::woocommerce_sandbox {

namespace {

void unicode(std::string& out, std::uint32_t unit) {
  char text[12];
  std::snprintf(text, sizeof text, "\\u%04x", unit);
  out += text;
}

bool is_integer(const json::Value& v) {
  if (v.is_string()) {
    std::string_view text = v.text();
    if (text.starts_with('-')) text.remove_prefix(1);
    return !text.empty() &&
           std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
  }
  return v.is_number() && v.to_integral().has_value();
}

bool is_boolean(const json::Value& v) {
  if (v.is_bool()) return true;
  const std::string text = v.to_text();
  return text == "true" || text == "false" || text == "0" || text == "1";
}

std::string joined(const std::vector<std::string>& words) {
  std::string out;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (i > 0) out += i + 1 == words.size() ? ", and " : ", ";
    out += words[i];
  }
  return out;
}

}  // namespace

std::string php_json(const json::Value& value) {
  const std::string text = json::dump(value);
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size();) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (c < 0x80) {
      if (c == '/') out += '\\';
      out += text[i++];
      continue;
    }
    const std::size_t n = c >= 0xF0 ? 4 : c >= 0xE0 ? 3 : 2;
    std::uint32_t cp = c & (0xFFu >> (n + 1));
    for (std::size_t k = 1; k < n && i + k < text.size(); ++k)
      cp = cp << 6 | (static_cast<unsigned char>(text[i + k]) & 0x3Fu);
    i += n;
    if (cp >= 0x10000) {
      unicode(out, 0xD800 + ((cp - 0x10000) >> 10));
      unicode(out, 0xDC00 + ((cp - 0x10000) & 0x3FF));
    } else {
      unicode(out, cp);
    }
  }
  return out;
}

json::Value refusal_json(const Refused& refused) {
  json::Object data;
  data.set("status", refused.status);
  for (const auto& [name, value] : refused.data) data.set(name, value);
  return json::object(
      {{"code", refused.code}, {"message", refused.message}, {"data", std::move(data)}});
}

Refused invalid_param(const std::string& field, const std::string& why, const std::string& code,
                      json::Value data) {
  Refused out{400, "rest_invalid_param", "Invalid parameter(s): " + field, {}};
  json::Object params, details;
  params.set(field, why);
  details.set(field, json::object({{"code", code}, {"message", why}, {"data", std::move(data)}}));
  out.data.set("params", std::move(params));
  out.data.set("details", std::move(details));
  return out;
}

std::optional<Refused> check_schema(const json::Value& body, const std::vector<FieldType>& fields) {
  using T = FieldType::Type;
  std::string names;
  json::Object params, details;
  for (const FieldType& field : fields) {
    const json::Value* value = body.members().find(field.name);
    if (value == nullptr) continue;
    const bool nullable = field.type == T::integer && value->is_null();
    std::string_view wanted;
    switch (field.type) {
      case T::text:
        if (!value->is_string()) wanted = "string";
        break;
      case T::integer:
        if (!nullable && !is_integer(*value)) wanted = "integer";
        break;
      case T::boolean:
        if (!is_boolean(*value)) wanted = "boolean";
        break;
      case T::list:
        if (!value->is_array()) wanted = "array";
        break;
      case T::object:
        if (!value->is_object()) wanted = "object";
        break;
    }
    const std::string name(field.name);
    std::string why, code;
    json::Value data;
    if (!wanted.empty()) {
      why = name + " is not of type " + std::string(wanted) + ".";
      code = "rest_invalid_type";
      data = json::object({{"param", name}});
    } else if (!field.one_of.empty() && std::find(field.one_of.begin(), field.one_of.end(),
                                                  value->text()) == field.one_of.end()) {
      why = name + " is not one of " + joined(field.one_of) + ".";
      code = "rest_not_in_enum";
    } else {
      continue;
    }
    names += (names.empty() ? "" : ", ") + name;
    params.set(name, why);
    details.set(name, json::object({{"code", code}, {"message", why}, {"data", std::move(data)}}));
  }
  if (names.empty()) return std::nullopt;
  Refused out{400, "rest_invalid_param", "Invalid parameter(s): " + names, {}};
  out.data.set("params", std::move(params));
  out.data.set("details", std::move(details));
  return out;
}

std::string decimal_text(const json::Value& value) {
  const std::string text = value.to_text();
  std::string out;
  const auto last = text.rfind('.');
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const bool kept =
        (c >= '0' && c <= '9') || c == '-' || (c == '.' && i == last && i + 1 < text.size());
    if (kept) out += c;
  }
  return out;
}

std::int64_t integer_of(const json::Value& value) {
  if (const auto b = value.as_bool()) return *b ? 1 : 0;
  if (const auto whole = value.as_int64()) return *whole;
  const std::string text = value.to_text();
  std::int64_t out = 0;
  std::from_chars(text.data(), text.data() + text.size(), out);  // "12abc" is 12, "x" is 0
  return out;
}

bool boolean_of(const json::Value& value) {
  if (const auto b = value.as_bool()) return *b;
  const std::string text = value.to_text();
  return text == "true" || text == "1" || text == "yes";
}

std::optional<std::int64_t> positive(std::string_view text) {
  std::int64_t out = 0;
  const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), out);
  if (text.empty() || ec != std::errc{} || end != text.data() + text.size() || out < 1)
    return std::nullopt;
  return out;
}

}  // namespace gerbang::woocommerce_sandbox
