#pragma once

#include <string_view>

namespace gerbang::http {

// The edge's own refusals: each code has one status and one title. codes.tsv is the same list with
// both languages and remedies; a test keeps them equal.
struct RefusalKind {
  std::string_view code;
  int status;
  std::string_view title;
};

// An unknown code is internal_error.
const RefusalKind& refusal_kind(std::string_view code);

// "Not Found"; "" for a status without a name.
std::string_view reason_phrase(int status);

}  // namespace gerbang::http
