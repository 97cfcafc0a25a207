// Request framing: our raw check, then the parser behind it, on bytes as they might arrive. However
// the bytes are cut, the verdict is the same; what passes has one reading.
#include <algorithm>

#include "core/base/url.hpp"
#include "gateway/http/framing.hpp"
#include "gateway/http/message.hpp"
#include "tests/fuzz/harness.hpp"

using namespace gerbang;

namespace {

constexpr std::uint64_t kMaxBody = 4096;

struct Read {
  std::optional<Error> error;
  std::optional<http::Head> head;
  Headers headers;
  std::string body;
  bool done = false;
  std::size_t consumed = 0;
};

// Reads one request from `bytes`, of which `step` more arrive at a time.
Read read(std::string_view bytes, std::size_t step) {
  Read out;
  const http::HeadLimits limits;
  http::HeadScanner scanner(limits.bytes);
  std::optional<std::size_t> end;
  std::size_t there = 0;
  while (!end) {
    there = std::min(bytes.size(), there + step);
    const auto seen = scanner.look(bytes.substr(0, there));
    if (!seen) {
      out.error = seen.error();
      return out;
    }
    end = *seen;
    if (!end && there == bytes.size()) return out;
  }
  FUZZ_CHECK(*end <= limits.bytes, std::to_string(*end));
  const auto head = http::check_head(bytes.substr(0, *end), limits);
  if (!head) {
    out.error = head.error();
    return out;
  }
  out.head = *head;
  out.consumed = *end;
  http::RequestParser parser(kMaxBody);
  const auto headers = parser.head(bytes.substr(0, *end));
  if (!headers) {
    out.error = headers.error();
    return out;
  }
  out.headers = *headers;
  there = *end;
  while (!parser.done()) {
    there = std::min(bytes.size(), there + step);
    const auto progress = parser.body(bytes.substr(out.consumed, there - out.consumed), out.body);
    if (!progress) {
      out.error = progress.error();
      return out;
    }
    FUZZ_CHECK(progress->consumed <= there - out.consumed, "more consumed than there was");
    out.consumed += progress->consumed;
    if (there == bytes.size()) break;
  }
  out.done = parser.done();
  return out;
}

void check_head(const http::Head& head) {
  FUZZ_CHECK(head.target.starts_with('/'), head.target);
  FUZZ_CHECK(!(head.chunked && head.content_length > 0), head.target);
  FUZZ_CHECK(head.http11 || (head.close && !head.chunked && !head.expects_continue), head.target);
  FUZZ_CHECK(!head.segments.empty(), head.target);
  for (const std::string& segment : head.segments) {
    FUZZ_CHECK(segment != "." && segment != "..", head.target);
    for (const char c : segment)
      FUZZ_CHECK(static_cast<unsigned char>(c) >= 0x20 && c != 0x7f, head.target);
  }
  FUZZ_CHECK(head.path.find('\0') == std::string::npos, head.target);
  for (const char c : head.target)
    FUZZ_CHECK(static_cast<unsigned char>(c) > 0x20 && static_cast<unsigned char>(c) < 0x7f,
               head.target);
  // Path and query are the two halves of the target, and nothing else.
  const auto mark = head.target.find('?');
  const std::string query = mark == std::string::npos ? "" : head.target.substr(mark + 1);
  FUZZ_CHECK(head.query == query, head.target);
  FUZZ_CHECK(percent_decode(head.target.substr(0, mark)) == head.path, head.target);
  // Every reading of the segments joins to the path.
  std::string joined;
  for (const std::string& segment : head.segments) joined += "/" + segment;
  FUZZ_CHECK(joined == head.path, head.target);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::Input input(data, size);
  const std::size_t step = input.byte() % 64 + 1;
  const std::string_view bytes = input.rest();
  const Read whole = read(bytes, bytes.size() + 1);
  const Read parts = read(bytes, step);

  if (whole.error) fuzz::check_error(*whole.error);
  FUZZ_CHECK(whole.error.has_value() == parts.error.has_value(),
             whole.error ? whole.error->describe() : parts.error->describe());
  if (whole.error) FUZZ_CHECK(whole.error->code == parts.error->code, whole.error->describe());
  FUZZ_CHECK(whole.done == parts.done, "cut differently, another end");
  if (!whole.head) return 0;
  FUZZ_CHECK(parts.head && parts.head->target == whole.head->target, whole.head->target);
  check_head(*whole.head);
  if (whole.error || !whole.done) return 0;

  // One reading: both ways the same bytes, as long as the head said.
  FUZZ_CHECK(whole.body == parts.body && whole.consumed == parts.consumed, whole.head->target);
  FUZZ_CHECK(whole.body.size() <= kMaxBody, whole.head->target);
  if (!whole.head->chunked)
    FUZZ_CHECK(whole.body.size() == whole.head->content_length, whole.head->target);
  // The parser's view of the head agrees with ours.
  FUZZ_CHECK(whole.headers.count("Host") <= 1, whole.head->target);
  FUZZ_CHECK(whole.headers.count("Content-Length") + whole.headers.count("Transfer-Encoding") <= 1,
             whole.head->target);
  FUZZ_CHECK((whole.headers.count("Transfer-Encoding") == 1) == whole.head->chunked,
             whole.head->target);
  for (const auto& [name, value] : whole.headers) {
    for (const std::string& text : {name, value})
      FUZZ_CHECK(text.find_first_of(std::string_view("\r\n\0", 3)) == std::string::npos, name);
  }
  return 0;
}
