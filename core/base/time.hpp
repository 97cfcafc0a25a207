#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace gerbang {

using Duration = std::chrono::milliseconds;
using TimePoint = std::chrono::sys_time<Duration>;  // UTC

// The only way to learn the time: engine, store and sandboxes run under virtual time in tests.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual TimePoint now() const = 0;
};

class SystemClock final : public Clock {
 public:
  TimePoint now() const override;
};

// A clock that stands still until it is told to move. Not thread-safe.
class ManualClock final : public Clock {
 public:
  explicit ManualClock(TimePoint start = TimePoint(std::chrono::hours(24 * 365 * 50)))
      : now_(start) {}
  TimePoint now() const override { return now_; }
  void advance(Duration by) { now_ += by; }
  void set(TimePoint to) { now_ = to; }

 private:
  TimePoint now_;
};

// RFC 3339. Written in UTC with milliseconds only when they are not zero
// ("2026-11-24T01:00:00Z"). Read with any offset; leap second 60 and missing offset are refused.
std::string to_rfc3339(TimePoint time);
std::optional<TimePoint> from_rfc3339(std::string_view text);

// "2026-11-24". Refuses dates that do not exist.
std::optional<std::chrono::sys_days> parse_date(std::string_view text);

inline std::int64_t to_unix_seconds(TimePoint t) {
  return std::chrono::floor<std::chrono::seconds>(t).time_since_epoch().count();
}
inline std::int64_t to_unix_millis(TimePoint t) {
  return t.time_since_epoch().count();
}
inline TimePoint from_unix_seconds(std::int64_t s) {
  return TimePoint(std::chrono::seconds(s));
}
inline TimePoint from_unix_millis(std::int64_t ms) {
  return TimePoint(Duration(ms));
}

// Indonesia keeps three offsets and no summer time, so zones are a table, not a database:
// WIB/Asia/Jakarta/Asia/Pontianak +7, WITA/Asia/Makassar +8, WIT/Asia/Jayapura +9, UTC 0.
std::optional<std::chrono::minutes> zone_offset(std::string_view zone);

}  // namespace gerbang
