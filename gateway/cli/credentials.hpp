#pragma once

#include <string_view>

#include "core/base/json.hpp"
#include "core/base/result.hpp"

namespace gerbang::cli {

// The keys of a shop as an operator writes them down: one JSON object of texts, or a line
// name=value for each key. Empty lines and lines that begin with '#' are skipped; blanks around
// names and values, and a carriage return at the end, do not count. A value may hold '='.
// Error: invalid credentials_file, which never quotes a value.
Result<json::Value> parse_credentials(std::string_view text);

}  // namespace gerbang::cli
