#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/base/json.hpp"
#include "core/connector/http.hpp"

// The envelope of API v2: {"status": "OK"|"ERROR", "message": text or null, …}.
namespace gerbang::bukalapak_sandbox {

HttpResponse v2_ok(json::Object body);
HttpResponse v2_error(std::string_view message);
std::string v2_time(TimePoint t);

// `page` from 1 and `per_page`.
struct V2Page {
  std::size_t first = 0, size = 0;
};
V2Page v2_page(const std::optional<std::string>& page, const std::optional<std::string>& per_page,
               std::size_t usual);

}  // namespace gerbang::bukalapak_sandbox
