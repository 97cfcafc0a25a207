#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/result.hpp"

namespace gerbang {

// RFC 3986: everything but unreserved characters becomes %XX (space is %20).
std::string percent_encode(std::string_view text);
// Nothing on a broken escape or an encoded NUL. `plus_is_space` for form-urlencoded text.
std::optional<std::string> percent_decode(std::string_view text, bool plus_is_space = false);

using QueryItems = std::vector<std::pair<std::string, std::string>>;

// "a=1&b=x%20y"
std::string build_query(const QueryItems& items);
// Takes trailing and doubled '&' and pairs without '='. Nothing when an escape is broken.
std::optional<QueryItems> parse_query(std::string_view query);
// The first value of that name.
std::optional<std::string> query_value(const QueryItems& items, std::string_view name);

// An absolute http or https address.
struct Url {
  std::string scheme;  // "http" or "https"
  std::string host;    // lower case; an IPv6 address without brackets
  std::uint16_t port = 0;
  std::string path;   // encoded, begins with '/'
  std::string query;  // encoded, without '?'

  // Path and query, as it stands in a request line.
  std::string target() const { return query.empty() ? path : path + "?" + query; }
  // host[:port] with the port left out when it is the scheme's own; IPv6 in brackets.
  std::string authority() const;
};

// Refuses user information, fragments, other schemes, empty hosts, control characters.
Result<Url> parse_url(std::string_view text);  // code url_invalid

// For logs: scheme, host and path; the query (signatures, tokens) is left out.
std::string loggable_url(std::string_view url);

}  // namespace gerbang
