#pragma once

#include <cstdint>
#include <initializer_list>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "core/base/result.hpp"

// The json guard: the only door through which JSON enters or leaves (RapidJSON is hidden behind
// it).
//
// Reading is iterative (deep input cannot exhaust the stack) and refuses, with code `json_invalid`
// or `json_too_large`: more than `Limits` allows, invalid UTF-8, U+0000, duplicate keys, NaN and
// Infinity, anything after the value. Integers are exact over the whole int64 and uint64 range;
// other numbers keep their text, so that "35000.0" can be read as an integer without a double.
namespace gerbang::json {

class Value;
using Array = std::vector<Value>;
using Member = std::pair<std::string, Value>;

// Members in order of appearance; find() is linear, objects here are small.
class Object {
 public:
  Object();
  Object(const Object&);
  Object(Object&&) noexcept;
  Object& operator=(const Object&);
  Object& operator=(Object&&) noexcept;
  ~Object();

  const Value* find(std::string_view key) const;
  Value* find(std::string_view key);
  // Replaces or appends; returns *this for chaining.
  Object& set(std::string_view key, Value value);
  // Appends without looking for the key; the caller knows that it is new.
  void append(std::string key, Value value);
  void erase(std::string_view key);
  std::size_t size() const;
  bool empty() const { return size() == 0; }
  std::vector<Member>::const_iterator begin() const;
  std::vector<Member>::const_iterator end() const;

 private:
  std::vector<Member> members_;
};

// A number that is no 64-bit integer, as it was written ("0.3", "35000.0", "1e3").
struct Decimal {
  std::string text;
  double value() const;
};

class Value {
 public:
  Value() = default;  // null
  Value(std::nullptr_t) {}
  Value(bool b) : v_(b) {}
  Value(int i) : v_(static_cast<std::int64_t>(i)) {}
  Value(long i) : v_(static_cast<std::int64_t>(i)) {}
  Value(long long i) : v_(static_cast<std::int64_t>(i)) {}
  Value(unsigned u) : v_(static_cast<std::int64_t>(u)) {}
  Value(unsigned long u);
  Value(unsigned long long u);
  Value(Decimal d) : v_(std::move(d)) {}
  Value(std::string s) : v_(std::move(s)) {}
  Value(std::string_view s) : v_(std::string(s)) {}
  Value(const char* s) : v_(std::string(s)) {}
  Value(Array a) : v_(std::move(a)) {}
  Value(Object o) : v_(std::move(o)) {}
  template <class T>
  Value(const std::optional<T>& o) {
    if (o) *this = Value(*o);
  }

  bool is_null() const { return std::holds_alternative<std::monostate>(v_); }
  bool is_bool() const { return std::holds_alternative<bool>(v_); }
  bool is_string() const { return std::holds_alternative<std::string>(v_); }
  bool is_array() const { return std::holds_alternative<Array>(v_); }
  bool is_object() const { return std::holds_alternative<Object>(v_); }
  bool is_number() const {
    return std::holds_alternative<std::int64_t>(v_) || std::holds_alternative<std::uint64_t>(v_) ||
           std::holds_alternative<Decimal>(v_);
  }

  // Strict views: nothing when the type differs.
  std::optional<bool> as_bool() const;
  const std::string* as_string() const { return std::get_if<std::string>(&v_); }
  const Array* as_array() const { return std::get_if<Array>(&v_); }
  Array* as_array() { return std::get_if<Array>(&v_); }
  const Object* as_object() const { return std::get_if<Object>(&v_); }
  Object* as_object() { return std::get_if<Object>(&v_); }
  std::optional<std::int64_t> as_int64() const;    // an integer as written, in range
  std::optional<std::uint64_t> as_uint64() const;  // likewise
  std::optional<double> as_double() const;         // any number

  // Lenient views, for marketplaces that send numbers as text, 25000.0 for 25000, ids as either.
  std::optional<std::int64_t> to_integral() const;  // "12", 12, 12.0; nothing for 12.5
  std::string to_text() const;                      // text as it is, numbers in digits, else ""

  // Navigation that never fails: a missing member or element is a null value.
  const Value& operator[](std::string_view key) const;
  const Value& operator[](const char* key) const { return (*this)[std::string_view(key)]; }
  const Value& operator[](std::size_t index) const;
  const Value& operator[](int index) const { return (*this)[static_cast<std::size_t>(index)]; }
  const Array& items() const;     // an empty list unless this is an array
  const Object& members() const;  // an empty object unless this is an object
  std::string_view text() const;  // "" unless this is a string

  friend bool operator==(const Value& a, const Value& b);

 private:
  std::variant<std::monostate, bool, std::int64_t, std::uint64_t, Decimal, std::string, Array,
               Object>
      v_;
  friend void write(const Value&, std::string&);
};

struct Limits {
  std::size_t bytes = 1024 * 1024;
  std::size_t depth = 32;
  std::size_t values = 20000;
};

Result<Value> parse(std::string_view text, const Limits& limits = {});

// Compact text; keys in their order. Invalid UTF-8 in a string is replaced by U+FFFD.
std::string dump(const Value& value);

// Object from pairs, in order:  json::object({{"a", 1}, {"b", "x"}}).
// Never inside an expression with co_await (g++ 12).
Value object(std::initializer_list<Member> members);
Value array(std::initializer_list<Value> items);

// RFC 7396: `patch` applied to `target`.
Value merge_patch(Value target, const Value& patch);

}  // namespace gerbang::json
