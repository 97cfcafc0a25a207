#include "gateway/api/ndjson.hpp"

namespace gerbang::api {

namespace {

Error too_long() {
  return Error(ErrorKind::too_large, "line_too_long",
               "a line has more than " + std::to_string(LineReader::kMaxLine) + " bytes");
}

}  // namespace

bool is_ndjson(std::string_view content_type) {
  std::string_view type = content_type.substr(0, content_type.find(';'));
  while (type.ends_with(' ')) type.remove_suffix(1);
  return equal_ignoring_case(type, kNdjson) || equal_ignoring_case(type, "application/ndjson") ||
         equal_ignoring_case(type, "application/jsonl");
}

boost::asio::awaitable<Result<std::optional<std::string>>> LineReader::next() {
  using Line = std::optional<std::string>;
  std::size_t looked_to = read_;
  for (;;) {
    const auto end = buffer_.find('\n', looked_to);
    if (end == std::string::npos && !ended_) {
      if (buffer_.size() - read_ > kMaxLine) {
        ++number_;
        co_return too_long();
      }
      buffer_.erase(0, read_);
      read_ = 0;
      looked_to = buffer_.size();
      auto piece = co_await body_->read_some();
      if (!piece) {
        ++number_;
        co_return std::move(piece).error();
      }
      ended_ = piece->empty();
      buffer_ += *piece;
      continue;
    }
    if (end == std::string::npos && read_ == buffer_.size()) co_return Line();
    const std::size_t stop = end == std::string::npos ? buffer_.size() : end;
    std::string line = buffer_.substr(read_, stop - read_);
    read_ = end == std::string::npos ? stop : stop + 1;
    looked_to = read_;
    ++number_;
    if (line.ends_with('\r')) line.pop_back();
    if (line.size() > kMaxLine) co_return too_long();
    if (line.find_first_not_of(" \t") == std::string::npos) continue;
    co_return Line(std::move(line));
  }
}

}  // namespace gerbang::api
