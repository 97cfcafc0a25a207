#pragma once

#include <span>
#include <string_view>

namespace gerbang::http {

// The edge's own refusals: each code has one status and one title. The message catalogue
// (codes.tsv) holds the same titles and the remedies in both languages.
struct RefusalKind {
  std::string_view code;
  int status;
  std::string_view title;
};

std::span<const RefusalKind> refusal_kinds();
// An unknown code is internal_error.
const RefusalKind& refusal_kind(std::string_view code);

// "Not Found"; "" for a status without a name.
std::string_view reason_phrase(int status);

}  // namespace gerbang::http
