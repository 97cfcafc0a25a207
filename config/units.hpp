#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/base/result.hpp"
#include "core/base/time.hpp"

// Durations and sizes as people write them. A number without a unit is refused: it is how a timeout
// of 20 seconds becomes one of 20 milliseconds.
namespace gerbang::config {

// Whole numbers with ms, s, m, h or d, greatest unit first, each once: "20s", "1h30m", "0s".
// Error unit_missing or value_invalid.
Result<Duration> parse_duration(std::string_view text);
// A whole number with B, KiB, MiB or GiB: "256KiB". Error unit_missing or value_invalid.
Result<std::uint64_t> parse_size(std::string_view text);
// A whole number with %: "75%". Error unit_missing or value_invalid.
Result<int> parse_percent(std::string_view text);

// The shortest text that reads back as the same value.
std::string format_duration(Duration duration);
std::string format_size(std::uint64_t bytes);

}  // namespace gerbang::config
