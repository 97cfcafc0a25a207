#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/json.hpp"
#include "core/base/time.hpp"
#include "core/model/money.hpp"

// Reading request bodies: every finding is noted with its JSON pointer and reading goes on, so that
// one answer names all of them. The field codes are those of product_from_json.
namespace gerbang::api {

enum class Need { optional, required };

struct TextRule {
  std::size_t max = 100;  // characters
  std::size_t min = 1;    // 0: may be empty
  bool free = true;       // free text: refused when it contains a NIK (DOMAIN section 2)
};

// The members of one JSON object. Ask for each known member once, then call finish(), which
// notes the unknown ones. A null member counts as absent.
class Fields {
 public:
  // `pointer` is where the object stands in the body: "", "/items/3". Errors are collected in
  // `errors`, at most 100.
  Fields(const json::Value& object, std::string pointer, std::vector<FieldError>& errors);

  std::optional<std::string> text(std::string_view name, Need need, const TextRule& rule = {});
  std::optional<std::int64_t> integer(std::string_view name, Need need, std::int64_t min,
                                      std::int64_t max);
  std::optional<bool> boolean(std::string_view name, Need need);
  std::optional<TimePoint> time(std::string_view name, Need need);  // RFC 3339 with an offset
  std::optional<std::string> identifier(std::string_view name, Need need);  // a code, SKU or item
  // The list, or null. An entry too many is one finding and no list.
  const json::Array* list(std::string_view name, Need need, std::size_t max);
  // The value as it is; null when absent. Counts as known.
  const json::Value& raw(std::string_view name);

  void fail(std::string_view name, std::string_view code, std::string detail);
  std::string at(std::string_view name) const;  // the member's pointer
  void finish();

 private:
  const json::Value* find(std::string_view name, Need need);

  const json::Value& object_;
  std::string pointer_;
  std::vector<FieldError>& errors_;
  std::vector<std::string_view> known_;
};

// {"amount","currency"} at `pointer`; nothing and a finding when it is no valid price.
std::optional<Money> read_money(const json::Value& value, const std::string& pointer,
                                std::vector<FieldError>& errors);
// As channel names are written: ^[a-z][a-z0-9_]{1,29}$.
bool is_channel_name(std::string_view text);
// 1 to `max` characters, none of them a control character, not only blanks.
bool is_plain_text(std::string_view text, std::size_t max);

// The findings as one Error: the code of the only one, or request_invalid with all of them.
// Nothing when there are none.
std::optional<Error> refusal(std::vector<FieldError> errors);

}  // namespace gerbang::api
