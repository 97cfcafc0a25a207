#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.hpp"

// The message catalogue: what a stable error code means and what to do about it, in plain
// Indonesian and English. It is made at configure time from every codes.tsv in the tree (one line
// per code: code, title_id, remedy_id, title_en, remedy_en, separated by tabs); a code that has two
// different texts does not configure. All text lives as long as the program.
namespace gerbang::messages {

enum class Language { id, en };

// From an Accept-Language header: the acceptable one of our two with the highest weight,
// Indonesian when it is empty, broken or names neither.
Language language_from(std::string_view accept_language);
std::string_view to_string(Language language);  // "id", "en"

struct Message {
  std::string_view title;   // what happened
  std::string_view remedy;  // what to press or do
};

// Of a code that is not in the catalogue: the message of `unexpected`.
const Message& message(std::string_view code, Language language);
bool has_message(std::string_view code);
std::vector<std::string_view> all_codes();  // sorted

// Adds the lines of another codes.tsv, that of a connector in a shared object. All of them or none.
// At start, while nobody reads. A line that is there already, word for word, is no harm. Errors:
//   connector_words_broken   a line is not five cells, or its code is no code
//   connector_words_differ   a code that has other words already
Result<void> add_messages(std::string_view lines);

// The closed list of event types (core/model/event.hpp), for filters and documentation.
std::span<const std::string_view> event_types();

}  // namespace gerbang::messages
