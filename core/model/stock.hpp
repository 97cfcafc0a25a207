#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/time.hpp"
#include "core/model/money.hpp"
#include "core/model/product.hpp"

namespace gerbang {

inline constexpr std::string_view kDefaultLocation = "utama";

// One item at one location. available() is what may be offered.
struct StockLevel {
  std::string item;
  std::string location{kDefaultLocation};
  Quantity on_hand = 0;
  Quantity reserved = 0;
  Quantity buffer = 0;
  std::optional<TimePoint> counted_at;

  // Never negative, although buffer may exceed what is left.
  Quantity available() const {
    return on_hand - reserved - buffer > 0 ? on_hand - reserved - buffer : 0;
  }
};

// Why a level changed. Closed list; the ledger is append-only.
enum class MovementReason {
  received,      // goods came in
  counted,       // a count replaced the number (quantity is the difference)
  sold_offline,  // sold outside the channels
  damaged,
  corrected,
  transferred,
  reserved,   // an order took it (quantity counts `reserved`, not `on_hand`)
  released,   // a cancelled order gave it back
  shipped,    // left the house: on_hand and reserved fall together
  restocked,  // a return was put back, by decision
};
std::string_view to_string(MovementReason r);
std::optional<MovementReason> movement_reason_from(std::string_view name);
// Reasons that a client may give: all but counted, reserved, released, shipped, restocked.
bool is_client_reason(MovementReason r);

struct StockMovement {
  std::string id;  // mov_…
  std::string item;
  std::string location;
  MovementReason reason = MovementReason::corrected;
  Quantity on_hand_change = 0;
  Quantity reserved_change = 0;
  std::string reference;  // receipt, order id
  TimePoint at;
};

// How many units of a variant the stock items allow: min over components of floor(available /
// quantity). `available_of` gives the available base units of an item (all locations together).
template <class AvailableOf>
Quantity sellable(const std::vector<Component>& takes, AvailableOf available_of) {
  std::optional<Quantity> least;
  for (const Component& c : takes) {
    const Quantity a = available_of(c.item);
    const Quantity n = a > 0 ? a / c.quantity : 0;
    if (!least || n < *least) least = n;
  }
  return least.value_or(0);
}

}  // namespace gerbang
