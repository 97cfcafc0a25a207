#include "core/base/time.hpp"

#include <array>
#include <cstdio>
#include <utility>

namespace gerbang {

namespace {

// Exactly `width` digits at `pos`, or nothing.
std::optional<int> digits(std::string_view text, std::size_t pos, std::size_t width) {
  if (pos + width > text.size()) return std::nullopt;
  int value = 0;
  for (std::size_t i = pos; i < pos + width; ++i) {
    if (text[i] < '0' || text[i] > '9') return std::nullopt;
    value = value * 10 + (text[i] - '0');
  }
  return value;
}

bool is(std::string_view text, std::size_t pos, char c) {
  return pos < text.size() && text[pos] == c;
}

}  // namespace

TimePoint SystemClock::now() const {
  return std::chrono::floor<Duration>(std::chrono::system_clock::now());
}

std::string to_rfc3339(TimePoint time) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(time - day);
  char out[40];
  const int n = std::snprintf(
      out, sizeof out, "%04d-%02u-%02uT%02d:%02d:%02d", static_cast<int>(date.year()),
      static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
      static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
      static_cast<int>(clock.seconds().count()));
  std::string text(out, static_cast<std::size_t>(n));
  if (const auto ms = clock.subseconds().count(); ms != 0) {
    std::snprintf(out, sizeof out, ".%03d", static_cast<int>(ms));
    text += out;
  }
  return text + "Z";
}

std::optional<std::chrono::sys_days> parse_date(std::string_view text) {
  if (text.size() != 10 || !is(text, 4, '-') || !is(text, 7, '-')) return std::nullopt;
  const auto y = digits(text, 0, 4), m = digits(text, 5, 2), d = digits(text, 8, 2);
  if (!y || !m || !d) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(*y),
                                         std::chrono::month(static_cast<unsigned>(*m)),
                                         std::chrono::day(static_cast<unsigned>(*d))};
  if (!date.ok()) return std::nullopt;
  return std::chrono::sys_days(date);
}

std::optional<TimePoint> from_rfc3339(std::string_view text) {
  if (text.size() < 20) return std::nullopt;
  const auto day = parse_date(text.substr(0, 10));
  if (!day || (text[10] != 'T' && text[10] != 't')) return std::nullopt;
  const auto h = digits(text, 11, 2), m = digits(text, 14, 2), s = digits(text, 17, 2);
  if (!h || !m || !s || !is(text, 13, ':') || !is(text, 16, ':')) return std::nullopt;
  if (*h > 23 || *m > 59 || *s > 59) return std::nullopt;
  std::size_t pos = 19;
  int ms = 0;
  if (is(text, pos, '.')) {
    ++pos;
    int scale = 100;
    const std::size_t first = pos;
    for (; pos < text.size() && text[pos] >= '0' && text[pos] <= '9'; ++pos, scale /= 10)
      ms += (text[pos] - '0') * scale;
    if (pos == first || pos - first > 9) return std::nullopt;
  }
  std::chrono::minutes offset{0};
  if (pos >= text.size()) return std::nullopt;
  if (text[pos] == 'Z' || text[pos] == 'z') {
    ++pos;
  } else if (text[pos] == '+' || text[pos] == '-') {
    const auto oh = digits(text, pos + 1, 2), om = digits(text, pos + 4, 2);
    if (!oh || !om || !is(text, pos + 3, ':') || *oh > 23 || *om > 59) return std::nullopt;
    offset = std::chrono::hours(*oh) + std::chrono::minutes(*om);
    if (text[pos] == '-') offset = -offset;
    pos += 6;
  }
  if (pos != text.size()) return std::nullopt;
  return TimePoint(*day) + std::chrono::hours(*h) + std::chrono::minutes(*m) +
         std::chrono::seconds(*s) + Duration(ms) - offset;
}

std::optional<std::chrono::minutes> zone_offset(std::string_view zone) {
  using std::chrono::hours;
  static constexpr std::array<std::pair<std::string_view, int>, 9> kZones = {{
      {"WIB", 7},
      {"Asia/Jakarta", 7},
      {"Asia/Pontianak", 7},
      {"WITA", 8},
      {"Asia/Makassar", 8},
      {"Asia/Ujung_Pandang", 8},
      {"WIT", 9},
      {"Asia/Jayapura", 9},
      {"UTC", 0},
  }};
  for (const auto& [name, h] : kZones) {
    if (name == zone) return std::chrono::minutes(hours(h));
  }
  return std::nullopt;
}

}  // namespace gerbang
