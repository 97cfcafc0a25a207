#pragma once

#include <algorithm>

#include "core/base/time.hpp"

// Times as a marketplace says them. A number of seconds from outside may be anything; multiplied
// into our milliseconds it would overflow, which is undefined.
namespace gerbang {

// 1970 to the end of the year 9999, the nearest of these for anything beyond.
inline TimePoint foreign_time(std::int64_t unix_seconds) {
  return from_unix_seconds(std::clamp<std::int64_t>(unix_seconds, 0, 253402300799));
}

// How long something lasts or is to be waited for: nothing to a hundred years.
inline Duration foreign_seconds(std::int64_t seconds) {
  return std::chrono::seconds(std::clamp<std::int64_t>(seconds, 0, 100LL * 366 * 86400));
}

}  // namespace gerbang
