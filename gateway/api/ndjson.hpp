#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "gateway/http/server.hpp"

namespace gerbang::api {

inline constexpr std::string_view kNdjson = "application/x-ndjson";
// x-ndjson, ndjson or jsonl, with or without parameters.
bool is_ndjson(std::string_view content_type);

// The lines of a streamed body; LF or CRLF, blank ones skipped, the last one with or without its
// end. Holds one line and one piece of the body.
class LineReader {
 public:
  static constexpr std::size_t kMaxLine = 256 * 1024;

  explicit LineReader(std::shared_ptr<http::BodyReader> body) : body_(std::move(body)) {}

  // The next line; nothing at the end. Errors: too_large line_too_long, those of the body. There is
  // no going on after one.
  boost::asio::awaitable<Result<std::optional<std::string>>> next();
  // Of the line that next() gave last, from 1; blank ones count.
  std::int64_t number() const { return number_; }

 private:
  std::shared_ptr<http::BodyReader> body_;
  std::string buffer_;
  std::size_t read_ = 0;  // before this the buffer was handed out
  std::int64_t number_ = 0;
  bool ended_ = false;
};

}  // namespace gerbang::api
