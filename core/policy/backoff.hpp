#pragma once

#include "core/base/random.hpp"
#include "core/base/time.hpp"

namespace gerbang::policy {

struct BackoffLimits {
  Duration first{1'000};
  Duration most{15 * 60'000};
};

// Full jitter (RELIABILITY section 3, Outbound): uniform in [0, ceiling], where the ceiling is
// `first` after the first failed attempt and doubles with each further one up to `most`.
// `attempts` counts the failed ones so far, the last included; below 1 reads as 1.
Duration backoff(int attempts, Random& random, const BackoffLimits& limits = {});

// The ceiling itself.
Duration backoff_ceiling(int attempts, const BackoffLimits& limits = {});

}  // namespace gerbang::policy
