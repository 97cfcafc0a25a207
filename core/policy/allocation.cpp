#include "core/policy/allocation.hpp"

#include <algorithm>

namespace gerbang::policy {

Quantity offered(Quantity sellable, std::int64_t buffer, int share_percent) {
  const Quantity share = std::clamp(share_percent, 0, 100);
  const Quantity all = std::max<Quantity>(sellable, 0);
  // Whole hundreds first, so that no quantity overflows.
  const Quantity by_share = all / 100 * share + all % 100 * share / 100;
  const Quantity held_back = std::max<Quantity>(buffer, 0);
  const Quantity beyond_buffer = all > held_back ? all - held_back : 0;
  return std::min(by_share, beyond_buffer);
}

}  // namespace gerbang::policy
