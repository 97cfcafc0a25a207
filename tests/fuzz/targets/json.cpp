// The json guard: text → tree → text → the same tree, within memory that the text justifies.
#include "core/base/json.hpp"

#include "tests/fuzz/harness.hpp"

using namespace gerbang;

namespace {

void visit(const json::Value& value, std::size_t depth, std::size_t& values) {
  ++values;
  FUZZ_CHECK(depth <= json::Limits().depth, "deeper than allowed");
  static_cast<void>(value.to_integral());
  static_cast<void>(value.as_double());
  if (value.is_number()) {
    const std::string text = value.to_text();
    const auto again = json::parse(text);
    FUZZ_CHECK(again && *again == value, text);
    if (const auto exact = value.as_int64())
      FUZZ_CHECK(std::to_string(*exact) == text || text == "-0", text);
  }
  if (value.is_string()) FUZZ_CHECK(fuzz::sound_text(value.text()), "a text that is not sound");
  for (const json::Value& item : value.items()) visit(item, depth + 1, values);
  for (const auto& [key, member] : value.members()) {
    FUZZ_CHECK(fuzz::sound_text(key), "a key that is not sound");
    FUZZ_CHECK(value.members().find(key) == &member, "a key is there twice");
    visit(member, depth + 1, values);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const fuzz::MemoryWatch memory;
  const auto value = json::parse(text);
  fuzz::check_memory(memory, size);
  if (!value) {
    fuzz::check_error(value.error());
    return 0;
  }
  std::size_t values = 0;
  visit(*value, 0, values);
  FUZZ_CHECK(values <= json::Limits().values, std::to_string(values));

  // Escapes may make the text longer than the limit of a request: not a matter of the round trip.
  json::Limits wide;
  wide.bytes = 8 * size + 64;
  const std::string printed = json::dump(*value);
  const auto again = json::parse(printed, wide);
  FUZZ_CHECK(again, printed);
  FUZZ_CHECK(*again == *value, printed);
  FUZZ_CHECK(json::dump(*again) == printed, printed);

  // RFC 7396: a patch applied twice is applied once; an empty patch changes nothing.
  const json::Value once = json::merge_patch(*value, *again);
  FUZZ_CHECK(json::merge_patch(once, *again) == once, printed);
  if (value->is_object())
    FUZZ_CHECK(json::merge_patch(*value, json::object({})) == *value, printed);
  return 0;
}
