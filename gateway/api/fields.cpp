#include "gateway/api/fields.hpp"

#include <algorithm>

#include "core/model/product.hpp"

namespace gerbang::api {

namespace {

constexpr std::size_t kMaxErrors = 100;  // an answer stays readable and bounded
constexpr std::size_t kMaxShownName = 60;
const json::Value kNull;

std::string child(std::string_view pointer, std::string_view key) {
  std::string out(pointer);
  out += '/';
  for (const char c : key.substr(0, kMaxShownName)) {
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

void note(std::vector<FieldError>& errors, std::string pointer, std::string_view code,
          std::string detail) {
  if (errors.size() < kMaxErrors) {
    errors.push_back({std::move(pointer), std::string(code), std::move(detail)});
  }
}

std::size_t characters(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  }));
}

// C0, DEL and C1 (C2 80 to C2 9F in UTF-8).
bool has_control(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (c < 0x20 || c == 0x7F) return true;
    if (c == 0xC2 && i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) < 0xA0)
      return true;
  }
  return false;
}

bool is_blank(std::string_view text) {
  return text.find_first_not_of(' ') == std::string_view::npos;
}

}  // namespace

Fields::Fields(const json::Value& object, std::string pointer, std::vector<FieldError>& errors)
    : object_(object), pointer_(std::move(pointer)), errors_(errors) {
  if (!object_.is_object()) note(errors_, pointer_, "wrong_type", "an object is expected");
}

std::string Fields::at(std::string_view name) const {
  return child(pointer_, name);
}

void Fields::fail(std::string_view name, std::string_view code, std::string detail) {
  note(errors_, at(name), code, std::move(detail));
}

const json::Value* Fields::find(std::string_view name, Need need) {
  known_.push_back(name);
  const json::Value& v = object_[name];
  if (!v.is_null()) return &v;
  if (need == Need::required && object_.is_object())
    fail(name, "field_missing", "this field is required");
  return nullptr;
}

const json::Value& Fields::raw(std::string_view name) {
  const json::Value* v = find(name, Need::optional);
  return v ? *v : kNull;
}

std::optional<std::string> Fields::text(std::string_view name, Need need, const TextRule& rule) {
  const json::Value* v = find(name, need);
  if (!v) return std::nullopt;
  const std::string* s = v->as_string();
  if (!s) {
    fail(name, "wrong_type", "a text is expected");
  } else if (s->empty() && rule.min == 0) {
    return *s;
  } else if (is_blank(*s)) {
    fail(name, "text_empty", "a text is expected");
  } else if (characters(*s) > rule.max) {
    fail(name, "too_long", "at most " + std::to_string(rule.max) + " characters");
  } else if (has_control(*s)) {
    fail(name, "control_character", "control characters are not allowed");
  } else if (rule.free && contains_nik(*s)) {
    fail(name, "nik_not_stored", "16 digits that read as a NIK");  // never the value itself
  } else {
    return *s;
  }
  return std::nullopt;
}

std::optional<std::int64_t> Fields::integer(std::string_view name, Need need, std::int64_t min,
                                            std::int64_t max) {
  const json::Value* v = find(name, need);
  if (!v) return std::nullopt;
  const auto n = v->as_int64();
  if (!n) {
    fail(name, "wrong_type", "a whole number is expected");
    return std::nullopt;
  }
  if (*n < min || *n > max) {
    fail(name, "out_of_range", "between " + std::to_string(min) + " and " + std::to_string(max));
    return std::nullopt;
  }
  return n;
}

std::optional<bool> Fields::boolean(std::string_view name, Need need) {
  const json::Value* v = find(name, need);
  if (!v) return std::nullopt;
  if (!v->is_bool()) fail(name, "wrong_type", "true or false is expected");
  return v->as_bool();
}

std::optional<TimePoint> Fields::time(std::string_view name, Need need) {
  const json::Value* v = find(name, need);
  if (!v) return std::nullopt;
  const auto t = v->is_string() ? from_rfc3339(v->text()) : std::nullopt;
  if (!t) fail(name, "time_invalid", "RFC 3339 with an offset, as 2026-11-24T01:00:00Z");
  return t;
}

std::optional<std::string> Fields::identifier(std::string_view name, Need need) {
  const json::Value* v = find(name, need);
  if (!v) return std::nullopt;
  if (!v->is_string()) {
    fail(name, "wrong_type", "a text is expected");
  } else if (!is_code(v->text())) {
    fail(name, "code_invalid", "capital letters, digits, '.', '_', '-'; 2 to 40 characters");
  } else {
    return std::string(v->text());
  }
  return std::nullopt;
}

const json::Array* Fields::list(std::string_view name, Need need, std::size_t max) {
  const json::Value* v = find(name, need);
  if (!v) return nullptr;
  const json::Array* a = v->as_array();
  if (!a) {
    fail(name, "wrong_type", "a list is expected");
  } else if (a->size() > max) {
    fail(name, "too_many", "at most " + std::to_string(max) + " entries");
    return nullptr;
  }
  return a;
}

void Fields::finish() {
  for (const auto& [key, value] : object_.members()) {
    if (std::find(known_.begin(), known_.end(), key) == known_.end())
      fail(key, "unknown_field", "there is no such field here");
  }
}

std::optional<Money> read_money(const json::Value& value, const std::string& pointer,
                                std::vector<FieldError>& errors) {
  const std::size_t before = errors.size();
  Fields fields(value, pointer, errors);
  const auto amount = fields.integer("amount", Need::required, 1, kMaxAmount);
  const auto currency = fields.text("currency", Need::optional);
  if (currency && !is_currency(*currency))
    fields.fail("currency", "currency_unknown", "prices are in IDR");
  fields.finish();
  if (errors.size() != before || !amount) return std::nullopt;
  Money money;
  money.amount = *amount;
  return money;
}

bool is_channel_name(std::string_view text) {
  const auto lower = [](char c) { return c >= 'a' && c <= 'z'; };
  return text.size() >= 2 && text.size() <= 30 && lower(text[0]) &&
         std::all_of(text.begin(), text.end(),
                     [&](char c) { return lower(c) || (c >= '0' && c <= '9') || c == '_'; });
}

bool is_plain_text(std::string_view text, std::size_t max) {
  return !is_blank(text) && characters(text) <= max && !has_control(text);
}

std::optional<Error> refusal(std::vector<FieldError> errors) {
  if (errors.empty()) return std::nullopt;
  if (errors.size() == 1) {
    FieldError& only = errors.front();
    Error error(ErrorKind::invalid, only.code, only.detail);
    error.field = only.field;
    error.fields = std::move(errors);
    return error;
  }
  Error error(ErrorKind::invalid, "request_invalid",
              std::to_string(errors.size()) + " fields are not valid");
  error.field = errors.front().field;
  error.fields = std::move(errors);
  return error;
}

}  // namespace gerbang::api
