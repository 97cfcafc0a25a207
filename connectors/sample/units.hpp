#pragma once

#include <string>
#include <string_view>

#include "core/base/result.hpp"
#include "core/model/order.hpp"

// Tables: their words and ours. Nothing but data and lookups.
namespace gerbang::sample {

// "processing" → accepted. A word we do not know is `pending`: it holds stock, and is visible.
OrderStatus status_of(std::string_view state);

// Our reason for a cancellation in their words.
std::string cancel_reason(std::string_view reason);

// What an error code of theirs means: kind (what to do next), our stable code, the field.
struct Meaning {
  std::string_view theirs;
  ErrorKind kind;
  std::string_view ours;
  std::string_view field = "";
};
// Nothing for a code we do not know.
const Meaning* meaning_of(std::string_view code);

}  // namespace gerbang::sample
