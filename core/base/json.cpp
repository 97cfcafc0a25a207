#include "core/base/json.hpp"

#include <rapidjson/encodings.h>
#include <rapidjson/error/en.h>
#include <rapidjson/memorystream.h>
#include <rapidjson/reader.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <unordered_set>

namespace gerbang::json {

namespace {

const Value kNull;
const Array kNoItems;
const Object kNoMembers;

template <class Int>
std::optional<Int> integer(std::string_view text) {
  Int out{};
  const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), out);
  if (ec != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return out;
}

// Builds the tree from RapidJSON's events; its own stack, so depth costs heap and is counted.
class Builder : public rapidjson::BaseReaderHandler<rapidjson::UTF8<>, Builder> {
 public:
  explicit Builder(const Limits& limits) : limits_(limits) {}

  bool Null() { return add(Value()); }
  bool Bool(bool b) { return add(Value(b)); }
  bool RawNumber(const char* text, rapidjson::SizeType size, bool) {
    const std::string_view number(text, size);
    if (const auto i = integer<std::int64_t>(number)) return add(Value(static_cast<long long>(*i)));
    if (const auto u = integer<std::uint64_t>(number))
      return add(Value(static_cast<unsigned long long>(*u)));
    Decimal d{std::string(number)};
    if (!std::isfinite(d.value())) return fail("a number is out of range");
    return add(Value(std::move(d)));
  }
  bool String(const char* text, rapidjson::SizeType size, bool) {
    if (has_nul(text, size)) return fail("a string contains U+0000");
    if (has_surrogate(text, size)) return fail("a string contains half a surrogate pair");
    return add(Value(std::string(text, size)));
  }
  bool Key(const char* text, rapidjson::SizeType size, bool) {
    if (has_nul(text, size)) return fail("a key contains U+0000");
    if (has_surrogate(text, size)) return fail("a key contains half a surrogate pair");
    Frame& top = stack_.back();
    top.key.assign(text, size);
    bool fresh = true;
    if (top.object.size() < 16) {
      fresh = top.object.find(top.key) == nullptr;
    } else {
      if (top.seen.empty()) {
        for (const auto& [k, v] : top.object) top.seen.insert(k);
      }
      fresh = top.seen.insert(top.key).second;
    }
    if (!fresh) return fail("duplicate key \"" + top.key.substr(0, 60) + "\"");
    return true;
  }
  bool StartObject() { return open(false); }
  bool StartArray() { return open(true); }
  bool EndObject(rapidjson::SizeType) { return close(); }
  bool EndArray(rapidjson::SizeType) { return close(); }

  Value take() { return std::move(root_); }
  const std::string& why() const { return why_; }
  bool too_large() const { return too_large_; }

 private:
  struct Frame {
    bool is_array = false;
    std::string key;
    Object object;
    Array array;
    std::unordered_set<std::string> seen;
  };

  static bool has_nul(const char* text, std::size_t size) {
    return std::string_view(text, size).find('\0') != std::string_view::npos;
  }
  // RapidJSON lets a second half without its first through ("\\ude00") and writes it as three bytes
  // that are not UTF-8.
  static bool has_surrogate(const char* text, std::size_t size) {
    const std::string_view s(text, size);
    for (auto at = s.find('\xED'); at != std::string_view::npos; at = s.find('\xED', at + 1)) {
      if (at + 1 < size && static_cast<unsigned char>(s[at + 1]) >= 0xA0) return true;
    }
    return false;
  }
  bool fail(std::string why) {
    why_ = std::move(why);
    return false;
  }
  bool count() {
    if (++values_ <= limits_.values) return true;
    too_large_ = true;
    return fail("more than " + std::to_string(limits_.values) + " values");
  }
  bool add(Value v) {
    if (!count()) return false;
    place(std::move(v));
    return true;
  }
  bool open(bool is_array) {
    if (!count()) return false;
    if (stack_.size() >= limits_.depth) {
      too_large_ = true;
      return fail("deeper than " + std::to_string(limits_.depth) + " levels");
    }
    stack_.emplace_back();
    stack_.back().is_array = is_array;
    return true;
  }
  bool close() {
    Frame top = std::move(stack_.back());
    stack_.pop_back();
    place(top.is_array ? Value(std::move(top.array)) : Value(std::move(top.object)));
    return true;
  }
  void place(Value v) {
    if (stack_.empty()) {
      root_ = std::move(v);
    } else if (stack_.back().is_array) {
      stack_.back().array.push_back(std::move(v));
    } else {
      stack_.back().object.append(std::move(stack_.back().key), std::move(v));
    }
  }

  const Limits& limits_;
  std::vector<Frame> stack_;
  Value root_;
  std::size_t values_ = 0;
  bool too_large_ = false;
  std::string why_;
};

void write_string(std::string_view s, std::string& out) {
  static constexpr char kHex[] = "0123456789abcdef";
  out += '"';
  for (std::size_t i = 0; i < s.size();) {
    const auto c = static_cast<unsigned char>(s[i]);
    if (c < 0x80) {
      switch (c) {
        case '"':
          out += "\\\"";
          break;
        case '\\':
          out += "\\\\";
          break;
        case '\n':
          out += "\\n";
          break;
        case '\r':
          out += "\\r";
          break;
        case '\t':
          out += "\\t";
          break;
        default:
          if (c < 0x20 || c == 0x7f) {
            out += "\\u00";
            out += kHex[c >> 4];
            out += kHex[c & 15];
          } else {
            out += static_cast<char>(c);
          }
      }
      ++i;
      continue;
    }
    // Copies a well-formed sequence, replaces anything else.
    std::size_t n = 0;
    std::uint32_t cp = 0;
    if (c >= 0xC2 && c <= 0xDF) {
      n = 2;
      cp = c & 0x1Fu;
    } else if (c >= 0xE0 && c <= 0xEF) {
      n = 3;
      cp = c & 0x0Fu;
    } else if (c >= 0xF0 && c <= 0xF4) {
      n = 4;
      cp = c & 0x07u;
    }
    bool good = n != 0 && i + n <= s.size();
    for (std::size_t k = 1; good && k < n; ++k) {
      const auto d = static_cast<unsigned char>(s[i + k]);
      good = (d & 0xC0u) == 0x80u;
      cp = cp << 6 | (d & 0x3Fu);
    }
    good = good && !(n == 3 && (cp < 0x800 || (cp >= 0xD800 && cp <= 0xDFFF))) &&
           !(n == 4 && (cp < 0x10000 || cp > 0x10FFFF));
    if (good) {
      out.append(s, i, n);
      i += n;
    } else {
      out += "\xEF\xBF\xBD";
      ++i;
    }
  }
  out += '"';
}

}  // namespace

Object::Object() = default;
Object::Object(const Object&) = default;
Object::Object(Object&&) noexcept = default;
Object& Object::operator=(const Object&) = default;
Object& Object::operator=(Object&&) noexcept = default;
Object::~Object() = default;

const Value* Object::find(std::string_view key) const {
  for (const auto& [k, v] : members_) {
    if (k == key) return &v;
  }
  return nullptr;
}
Value* Object::find(std::string_view key) {
  return const_cast<Value*>(std::as_const(*this).find(key));
}
Object& Object::set(std::string_view key, Value value) {
  if (Value* v = find(key)) {
    *v = std::move(value);
  } else {
    members_.emplace_back(std::string(key), std::move(value));
  }
  return *this;
}
void Object::append(std::string key, Value value) {
  members_.emplace_back(std::move(key), std::move(value));
}
void Object::erase(std::string_view key) {
  std::erase_if(members_, [&](const Member& m) { return m.first == key; });
}
std::size_t Object::size() const {
  return members_.size();
}
std::vector<Member>::const_iterator Object::begin() const {
  return members_.begin();
}
std::vector<Member>::const_iterator Object::end() const {
  return members_.end();
}

double Decimal::value() const {
  return std::strtod(text.c_str(), nullptr);
}

Value::Value(unsigned long u) : Value(static_cast<unsigned long long>(u)) {}
Value::Value(unsigned long long u) {
  if (u <= static_cast<unsigned long long>(INT64_MAX)) {
    v_ = static_cast<std::int64_t>(u);
  } else {
    v_ = static_cast<std::uint64_t>(u);
  }
}

std::optional<bool> Value::as_bool() const {
  if (const bool* b = std::get_if<bool>(&v_)) return *b;
  return std::nullopt;
}
std::optional<std::int64_t> Value::as_int64() const {
  if (const auto* i = std::get_if<std::int64_t>(&v_)) return *i;
  return std::nullopt;
}
std::optional<std::uint64_t> Value::as_uint64() const {
  if (const auto* i = std::get_if<std::int64_t>(&v_)) {
    if (*i >= 0) return static_cast<std::uint64_t>(*i);
  }
  if (const auto* u = std::get_if<std::uint64_t>(&v_)) return *u;
  return std::nullopt;
}
std::optional<double> Value::as_double() const {
  if (const auto* i = std::get_if<std::int64_t>(&v_)) return static_cast<double>(*i);
  if (const auto* u = std::get_if<std::uint64_t>(&v_)) return static_cast<double>(*u);
  if (const auto* d = std::get_if<Decimal>(&v_)) return d->value();
  return std::nullopt;
}

std::optional<std::int64_t> Value::to_integral() const {
  if (const auto i = as_int64()) return i;
  std::string_view text;
  if (const auto* d = std::get_if<Decimal>(&v_)) text = d->text;
  if (const auto* s = as_string()) text = *s;
  if (text.empty()) return std::nullopt;
  if (const auto dot = text.find('.'); dot != std::string_view::npos) {
    const std::string_view fraction = text.substr(dot + 1);
    if (fraction.empty() || fraction.find_first_not_of('0') != std::string_view::npos)
      return std::nullopt;
    text = text.substr(0, dot);
  }
  return integer<std::int64_t>(text);
}

std::string Value::to_text() const {
  if (const auto* s = as_string()) return *s;
  if (const auto* i = std::get_if<std::int64_t>(&v_)) return std::to_string(*i);
  if (const auto* u = std::get_if<std::uint64_t>(&v_)) return std::to_string(*u);
  if (const auto* d = std::get_if<Decimal>(&v_)) return d->text;
  return {};
}

const Value& Value::operator[](std::string_view key) const {
  if (const Object* o = as_object()) {
    if (const Value* v = o->find(key)) return *v;
  }
  return kNull;
}
const Value& Value::operator[](std::size_t index) const {
  const Array* a = as_array();
  return a && index < a->size() ? (*a)[index] : kNull;
}
const Array& Value::items() const {
  const Array* a = as_array();
  return a ? *a : kNoItems;
}
const Object& Value::members() const {
  const Object* o = as_object();
  return o ? *o : kNoMembers;
}
std::string_view Value::text() const {
  const std::string* s = as_string();
  return s ? std::string_view(*s) : std::string_view();
}

bool operator==(const Value& a, const Value& b) {
  if (a.v_.index() != b.v_.index()) return false;
  if (const Object* x = a.as_object()) {
    const Object& y = b.members();
    if (x->size() != y.size()) return false;
    return std::all_of(x->begin(), x->end(), [&](const Member& m) {
      const Value* other = y.find(m.first);
      return other && *other == m.second;
    });
  }
  if (const Array* x = a.as_array()) return *x == b.items();
  if (a.is_number()) return a.to_text() == b.to_text();
  return a.text() == b.text() && a.as_bool() == b.as_bool();
}

Result<Value> parse(std::string_view text, const Limits& limits) {
  if (text.size() > limits.bytes) {
    return Error(ErrorKind::too_large, "json_too_large",
                 "more than " + std::to_string(limits.bytes) + " bytes");
  }
  rapidjson::MemoryStream stream(text.data(), text.size());
  rapidjson::Reader reader;
  Builder builder(limits);
  constexpr unsigned kFlags = rapidjson::kParseIterativeFlag |
                              rapidjson::kParseValidateEncodingFlag |
                              rapidjson::kParseNumbersAsStringsFlag;
  const rapidjson::ParseResult result = reader.Parse<kFlags>(stream, builder);
  if (result.IsError()) {
    const std::string why =
        builder.why().empty() ? rapidjson::GetParseError_En(result.Code()) : builder.why();
    return Error(builder.too_large() ? ErrorKind::too_large : ErrorKind::invalid,
                 builder.too_large() ? "json_too_large" : "json_invalid",
                 why + " (at byte " + std::to_string(result.Offset()) + ")");
  }
  return builder.take();
}

void write(const Value& value, std::string& out) {
  if (value.is_null()) {
    out += "null";
  } else if (const auto b = value.as_bool()) {
    out += *b ? "true" : "false";
  } else if (value.is_number()) {
    out += value.to_text();
  } else if (const auto* s = value.as_string()) {
    write_string(*s, out);
  } else if (const Array* a = value.as_array()) {
    out += '[';
    bool first = true;
    for (const Value& v : *a) {
      if (!std::exchange(first, false)) out += ',';
      write(v, out);
    }
    out += ']';
  } else if (const Object* o = value.as_object()) {
    out += '{';
    bool first = true;
    for (const auto& [k, v] : *o) {
      if (!std::exchange(first, false)) out += ',';
      write_string(k, out);
      out += ':';
      write(v, out);
    }
    out += '}';
  }
}

std::string dump(const Value& value) {
  std::string out;
  write(value, out);
  return out;
}

Value object(std::initializer_list<Member> members) {
  Object o;
  for (const auto& [k, v] : members) o.set(k, v);
  return Value(std::move(o));
}

Value array(std::initializer_list<Value> items) {
  return Value(Array(items));
}

Value merge_patch(Value target, const Value& patch) {
  if (!patch.is_object()) return patch;
  Object out = target.is_object() ? std::move(*target.as_object()) : Object();
  for (const auto& [k, v] : patch.members()) {
    if (v.is_null()) {
      out.erase(k);
    } else {
      const Value* old = out.find(k);
      out.set(k, merge_patch(old ? *old : Value(), v));
    }
  }
  return Value(std::move(out));
}

}  // namespace gerbang::json
