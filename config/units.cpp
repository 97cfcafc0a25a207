#include "config/units.hpp"

#include <array>
#include <charconv>
#include <limits>
#include <optional>
#include <utility>

namespace gerbang::config {

namespace {

constexpr std::array<std::pair<std::string_view, std::int64_t>, 5> kDurations = {
    {{"d", 86'400'000}, {"h", 3'600'000}, {"m", 60'000}, {"s", 1'000}, {"ms", 1}}};
constexpr std::array<std::pair<std::string_view, std::int64_t>, 4> kSizes = {
    {{"GiB", 1 << 30}, {"MiB", 1 << 20}, {"KiB", 1 << 10}, {"B", 1}}};

Error missing(std::string_view example) {
  return Error(ErrorKind::invalid, "unit_missing", "a unit is needed, as " + std::string(example));
}
Error invalid(std::string_view example) {
  return Error(ErrorKind::invalid, "value_invalid", "write it as " + std::string(example));
}

// Takes digits off the front.
std::optional<std::int64_t> take_number(std::string_view& text) {
  if (text.empty() || text[0] < '0' || text[0] > '9') return std::nullopt;
  std::int64_t n = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), n);
  if (error != std::errc()) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return n;
}

std::optional<std::int64_t> times(std::int64_t n, std::int64_t unit) {
  if (n > std::numeric_limits<std::int64_t>::max() / unit) return std::nullopt;
  return n * unit;
}

}  // namespace

Result<Duration> parse_duration(std::string_view text) {
  constexpr std::string_view kExample = "\"5m\", \"20s\" or \"1h30m\"";
  if (text.empty()) return invalid(kExample);
  std::int64_t sum = 0;
  std::size_t next_unit = 0;
  while (!text.empty()) {
    const auto n = take_number(text);
    if (!n) return invalid(kExample);
    if (text.empty()) return missing(kExample);
    std::size_t letters = 0;
    while (letters < text.size() && text[letters] >= 'a' && text[letters] <= 'z') ++letters;
    const std::string_view name = text.substr(0, letters);
    text.remove_prefix(letters);
    while (next_unit < kDurations.size() && kDurations[next_unit].first != name) ++next_unit;
    if (next_unit == kDurations.size()) return invalid(kExample);
    const auto part = times(*n, kDurations[next_unit].second);
    if (!part || *part > std::numeric_limits<std::int64_t>::max() - sum) return invalid(kExample);
    sum += *part;
    ++next_unit;
  }
  return Duration(sum);
}

Result<std::uint64_t> parse_size(std::string_view text) {
  constexpr std::string_view kExample = "\"1MiB\" or \"256KiB\"";
  const auto n = take_number(text);
  if (!n) return invalid(kExample);
  if (text.empty()) return missing(kExample);
  for (const auto& [name, unit] : kSizes) {
    if (text != name) continue;
    const auto bytes = times(*n, unit);
    if (!bytes) return invalid(kExample);
    return static_cast<std::uint64_t>(*bytes);
  }
  return invalid(kExample);
}

Result<int> parse_percent(std::string_view text) {
  constexpr std::string_view kExample = "\"75%\"";
  const auto n = take_number(text);
  if (!n) return invalid(kExample);
  if (text.empty()) return missing(kExample);
  if (text != "%" || *n > 1'000'000) return invalid(kExample);
  return static_cast<int>(*n);
}

std::string format_duration(Duration duration) {
  std::int64_t rest = duration.count();
  if (rest == 0) return "0s";
  std::string out;
  for (const auto& [name, unit] : kDurations) {
    // "1d" reads well, "1d5h" does not: days only when they come out even.
    if (name == "d" && rest % unit != 0) continue;
    if (rest < unit) continue;
    out += std::to_string(rest / unit) + std::string(name);
    rest %= unit;
  }
  return out;
}

std::string format_size(std::uint64_t bytes) {
  for (const auto& [name, unit] : kSizes) {
    const auto u = static_cast<std::uint64_t>(unit);
    if (bytes != 0 && bytes % u == 0) return std::to_string(bytes / u) + std::string(name);
  }
  return "0B";
}

}  // namespace gerbang::config
