#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.hpp"
#include "core/connector/http.hpp"

// The raw check of a request's head, made before any parser sees it. It refuses whatever two
// readers (we, a proxy, a later version of the parser) could understand differently;
// Boost.Beast 1.81 alone would accept much of it. Pure: bytes in, verdict out.
namespace gerbang::http {

struct HeadLimits {
  std::size_t bytes = 8 * 1024;
  std::size_t fields = 100;
};

// Finds the end of a head in bytes that arrive bit by bit, looking at each byte once.
class HeadScanner {
 public:
  explicit HeadScanner(std::size_t max_bytes) : max_bytes_(max_bytes) {}

  // `bytes` are all that arrived so far, beginning with the request line. The size of the head, its
  // blank line included; nothing while it is incomplete. Errors: request_malformed (a CR or LF that
  // stands alone, NUL or another control character), head_too_large.
  Result<std::optional<std::size_t>> look(std::string_view bytes);

 private:
  std::size_t max_bytes_;
  std::size_t seen_ = 0;
};

// What a head means for the connection.
struct Head {
  Method method = Method::get;
  std::string target;
  std::string path;                   // decoded
  std::vector<std::string> segments;  // of the path, decoded one by one
  std::string query;                  // encoded
  bool http11 = true;
  bool chunked = false;
  std::uint64_t content_length = 0;
  bool expects_continue = false;
  bool close = false;  // HTTP/1.0, or Connection: close

  bool has_body() const { return chunked || content_length > 0; }
};

// Judges a complete head. The codes and their statuses are in refusals.hpp.
Result<Head> check_head(std::string_view head, const HeadLimits& limits = {});

// "host", "host:port", "[v6]:port" as RFC 9110 allows them in Host; an empty host is refused.
bool valid_host(std::string_view value);

// 1 to 64 of A–Z a–z 0–9 . _ -
bool sane_request_id(std::string_view text);
// W3C trace context, version 00: 00-<32 hex, not all 0>-<16 hex, not all 0>-<2 hex>.
bool valid_traceparent(std::string_view text);

}  // namespace gerbang::http
