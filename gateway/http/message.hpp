#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "core/base/result.hpp"
#include "core/connector/http.hpp"

// Boost.Beast's parsers behind a small door, without any I/O: bytes in, message out. The one source
// file behind it is, with beast_impl.cpp, all of Beast there is.
namespace gerbang::http {

struct Progress {
  std::size_t consumed = 0;
  bool done = false;
};

// One request, after check_head() has passed its head.
class RequestParser {
 public:
  explicit RequestParser(std::uint64_t max_body);
  ~RequestParser();

  // The whole head. Errors: request_malformed.
  Result<Headers> head(std::string_view block);
  // Body bytes as they arrive; the decoded part is appended to `out`. What was not consumed must be
  // given again with more behind it. Errors: body_too_large, request_malformed.
  Result<Progress> body(std::string_view bytes, std::string& out);
  bool done() const;
  // After head(), before body().
  void set_max_body(std::uint64_t bytes);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// One answer. Interim (1xx) answers are skipped.
class ResponseParser {
 public:
  // `to_head`: the request was HEAD, so no body follows whatever the head says.
  ResponseParser(std::size_t max_head, std::uint64_t max_body, bool to_head);
  ~ResponseParser();

  // Errors: response_too_large, response_malformed.
  Result<Progress> put(std::string_view bytes);
  // The connection ended. True when that ends the answer (no length was given), false when the
  // answer is cut off.
  bool finish();
  HttpResponse take();
  // May another request follow on this connection?
  bool keep_alive() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace gerbang::http
