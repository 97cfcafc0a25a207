// Answers as the transport reads them: however the bytes are cut, one reading, within its limits.
#include <algorithm>

#include "gateway/http/message.hpp"
#include "tests/fuzz/harness.hpp"

using namespace gerbang;

namespace {

constexpr std::size_t kMaxHead = 8 * 1024;
constexpr std::uint64_t kMaxBody = 4096;

struct Read {
  std::optional<Error> error;
  bool done = false;
  bool keep_alive = false;
  std::size_t consumed = 0;
  HttpResponse response;
};

Read read(std::string_view bytes, std::size_t step, bool to_head) {
  Read out;
  http::ResponseParser parser(kMaxHead, kMaxBody, to_head);
  std::size_t there = 0;
  while (!out.done) {
    there = std::min(bytes.size(), there + step);
    const auto progress = parser.put(bytes.substr(out.consumed, there - out.consumed));
    if (!progress) {
      out.error = progress.error();
      return out;
    }
    FUZZ_CHECK(progress->consumed <= there - out.consumed, "more consumed than there was");
    out.consumed += progress->consumed;
    out.done = progress->done;
    if (there == bytes.size()) break;
  }
  if (!out.done) out.done = parser.finish();
  if (!out.done) return out;
  out.keep_alive = parser.keep_alive();
  out.response = parser.take();
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::Input input(data, size);
  const std::uint8_t flags = input.byte();
  const bool to_head = flags & 0x80;
  const std::string_view bytes = input.rest();
  const fuzz::MemoryWatch memory;
  const Read whole = read(bytes, bytes.size() + 1, to_head);
  fuzz::check_memory(memory, size);
  const Read parts = read(bytes, flags % 64 + 1, to_head);

  if (whole.error) fuzz::check_error(*whole.error);
  // A head that is too long may be refused a little earlier or later; what is read is the same.
  if (whole.error || parts.error) return 0;
  FUZZ_CHECK(whole.done == parts.done, "cut differently, another end");
  if (!whole.done) return 0;
  FUZZ_CHECK(whole.response.status == parts.response.status, whole.response.body);
  FUZZ_CHECK(whole.response.body == parts.response.body, whole.response.body);
  FUZZ_CHECK(whole.consumed == parts.consumed && whole.keep_alive == parts.keep_alive,
             whole.response.body);
  FUZZ_CHECK(whole.response.body.size() <= kMaxBody, "body over its limit");
  FUZZ_CHECK(!to_head || whole.response.body.empty(), "a HEAD answer with a body");
  FUZZ_CHECK(whole.response.status / 100 != 1, "an interim answer is no answer");
  for (const auto& [name, value] : whole.response.headers) {
    for (const std::string& text : {name, value})
      FUZZ_CHECK(text.find_first_of(std::string_view("\r\n\0", 3)) == std::string::npos, name);
  }
  return 0;
}
