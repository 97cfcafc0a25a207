#include "core/policy/backoff.hpp"

#include <algorithm>

namespace gerbang::policy {

Duration backoff_ceiling(int attempts, const BackoffLimits& limits) {
  Duration ceiling = limits.first;
  for (int i = 1; i < attempts && ceiling < limits.most; ++i) ceiling *= 2;
  return std::min(ceiling, limits.most);
}

Duration backoff(int attempts, Random& random, const BackoffLimits& limits) {
  const Duration ceiling = backoff_ceiling(attempts, limits);
  if (ceiling <= Duration::zero()) return Duration::zero();
  return Duration(
      static_cast<Duration::rep>(random.below(static_cast<std::uint64_t>(ceiling.count()) + 1)));
}

}  // namespace gerbang::policy
