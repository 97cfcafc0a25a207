#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/error.hpp"

// What all fuzz targets share. A target checks properties, not only that nothing crashes: a broken
// one prints its reason and aborts, which libFuzzer and the replay both take for a finding.
namespace gerbang::fuzz {

[[noreturn]] void broken(std::string_view property, std::string_view about, const char* file,
                         int line);

// FUZZ_CHECK(holds, about): `about` is printed with the property.
#define FUZZ_CHECK(property, about)                                                   \
  do {                                                                                \
    if (!(property)) ::gerbang::fuzz::broken(#property, (about), __FILE__, __LINE__); \
  } while (false)

// Takes an input apart, front to back. Past the end everything is empty or zero.
class Input {
 public:
  Input(const std::uint8_t* data, std::size_t size)
      : rest_(reinterpret_cast<const char*>(data), size) {}
  explicit Input(std::string_view bytes) : rest_(bytes) {}

  bool empty() const { return rest_.empty(); }
  std::uint8_t byte();
  // Up to the next `separator`, which is dropped, or to the end.
  std::string_view until(char separator);
  std::string_view rest() const { return rest_; }

 private:
  std::string_view rest_;
};

// The most memory that was held since it was made, beyond what was held then. Counts under a
// sanitizer that has allocation hooks (ASan); otherwise known() is false.
class MemoryWatch {
 public:
  MemoryWatch();
  static bool known();
  std::size_t peak() const;
};

// RELIABILITY section 1, 10: a request may not cost 100 times its size. The constant is what a
// parser holds for an empty input.
void check_memory(const MemoryWatch& watch, std::size_t input_bytes, std::size_t constant = 65536);

// A failure is sound: kind and code are set, every code is in the message catalogue, it is no bug
// of ours, and none of the texts in it holds one of `secrets`.
void check_error(const Error& error, const std::vector<std::string>& secrets = {});

// Well-formed UTF-8 without NUL.
bool sound_text(std::string_view text);

}  // namespace gerbang::fuzz
