#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/crypto.hpp"
#include "core/base/json.hpp"
#include "core/base/result.hpp"

// Cursors of paged lists: the sort key of the last row of a page, in hexadecimal. Opaque to
// clients, and worthless to another organisation: queries carry the organisation beside them.
namespace gerbang::store {

inline constexpr std::size_t kMaxPage = 1000;

inline std::int64_t page_size(std::size_t limit) {
  return static_cast<std::int64_t>(std::clamp<std::size_t>(limit, 1, kMaxPage));
}

inline std::string to_cursor(std::vector<json::Value> key) {
  return to_hex(json::dump(json::Value(std::move(key))));
}

// The `parts` values of a cursor; the empty cursor gives an empty list. Error: invalid
// cursor_invalid.
inline Result<json::Array> from_cursor(std::string_view cursor, std::size_t parts) {
  if (cursor.empty()) return json::Array();
  if (const auto text = from_hex(cursor)) {
    const auto value = json::parse(*text);
    if (value && value->items().size() == parts) return value->items();
  }
  return Error(ErrorKind::invalid, "cursor_invalid", "this cursor was not made here")
      .at_field("/cursor");
}

}  // namespace gerbang::store
