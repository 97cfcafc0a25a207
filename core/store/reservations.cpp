#include "core/store/reservations.hpp"

#include <algorithm>
#include <utility>

namespace gerbang::store {

namespace {
constexpr const char* kHeld = "held";
constexpr const char* kConsumed = "consumed";
constexpr const char* kReleased = "released";

Quantity free_of(const StockLevel& level) {
  return std::max<Quantity>(0, level.on_hand - level.reserved);
}
}  // namespace

Quantity Reservations::reserve(const LineRef& line, Quantity units) {
  const auto components = book_.takes(line, kHeld);
  if (components.empty() || units <= 0) return 0;
  Quantity covered = units;
  for (const Component& c : components) {
    Quantity free = 0;
    for (const StockLevel& level : book_.levels(c.item)) free += free_of(level);
    covered = std::min(covered, free / c.quantity);
  }
  if (covered == 0) return 0;
  for (const Component& c : components) {
    Quantity need = covered * c.quantity;
    for (const StockLevel& level : book_.levels(c.item)) {
      const Quantity take = std::min(need, free_of(level));
      if (take == 0) break;
      ensure(book_.move(c.item, level.location, MovementReason::reserved, 0, take, line.order),
             "stock that was free could not be reserved");
      book_.add(line, c, level.location, take, kHeld);
      need -= take;
    }
    ensure(need == 0, "a reservation is incomplete");
  }
  return covered;
}

void Reservations::release(const LineRef& line, Quantity units) {
  if (units <= 0) return;
  for (const Component& c : book_.takes(line, kHeld)) {
    Quantity rest = units * c.quantity;
    for (const StockBook::Held& held : book_.rows(line, c.item, kHeld)) {
      const Quantity back = std::min(rest, held.quantity);
      if (back == 0) break;
      ensure(book_.move(c.item, held.location, MovementReason::released, 0, -back, line.order),
             "reserved stock could not be released");
      if (back == held.quantity) {
        book_.set(line, c.item, held.location, held.quantity, kReleased);
      } else {
        book_.set(line, c.item, held.location, held.quantity - back, kHeld);
      }
      rest -= back;
    }
    ensure(rest == 0, "an order line held less than it gives back");
    // What became free here first makes good what another order's location no longer has.
    relocate(c.item);
  }
}

Quantity Reservations::consume(const LineRef& line, Quantity units) {
  Quantity shortage = 0;
  for (const Component& c : book_.takes(line, kHeld)) {
    Quantity need = units * c.quantity;
    for (const StockBook::Held& held : book_.rows(line, c.item, kHeld)) {
      Quantity there = 0;
      for (const StockLevel& level : book_.levels(c.item)) {
        if (level.location == held.location) there = level.on_hand;
      }
      const Quantity take = std::min({need, held.quantity, there});
      ensure(book_.move(c.item, held.location, MovementReason::shipped, -take, -held.quantity,
                        line.order),
             "reserved stock could not be shipped");
      book_.set(line, c.item, held.location, take, kConsumed);
      need -= take;
    }
    const auto take_at = [&](const StockLevel& level, Quantity limit) {
      const Quantity take = std::min(need, limit);
      if (take <= 0) return;
      ensure(book_.move(c.item, level.location, MovementReason::shipped, -take, 0, line.order),
             "stock that is there could not be shipped");
      book_.add(line, c, level.location, take, kConsumed);
      need -= take;
    };
    for (const StockLevel& level : book_.levels(c.item)) take_at(level, free_of(level));
    for (const StockLevel& level : book_.levels(c.item)) take_at(level, level.on_hand);
    shortage = std::max(shortage, (need + c.quantity - 1) / c.quantity);
  }
  return shortage;
}

bool Reservations::restock(const LineRef& line, Quantity units) {
  const auto components = book_.takes(line, kConsumed);
  for (const Component& c : components) {
    std::string location(kDefaultLocation);
    const auto consumed = book_.rows(line, c.item, kConsumed);
    const auto levels = book_.levels(c.item);
    if (!consumed.empty()) {
      location = consumed.back().location;
    } else if (!levels.empty()) {
      location = levels.front().location;
    }
    book_.open_level(c.item, location);
    ensure(
        book_.move(c.item, location, MovementReason::restocked, units * c.quantity, 0, line.order),
        "returned stock could not be put back");
  }
  return !components.empty();
}

void Reservations::relocate(const std::string& item) {
  const auto levels = book_.levels(item);
  if (levels.empty() || free_of(levels.front()) == 0) return;
  for (const StockLevel& poor : levels) {
    Quantity deficit = poor.reserved - poor.on_hand;
    if (deficit <= 0) continue;
    std::vector<StockBook::HeldAt> held = book_.held_at(item, poor.location);
    for (StockBook::HeldAt& r : held) {
      for (const StockLevel& rich : book_.levels(item)) {
        const Quantity part = std::min({deficit, r.quantity, free_of(rich)});
        if (part <= 0) break;
        ensure(book_.move(item, poor.location, MovementReason::released, 0, -part, r.line.order) &&
                   book_.move(item, rich.location, MovementReason::reserved, 0, part, r.line.order),
               "a reservation could not change its location");
        r.quantity -= part;
        deficit -= part;
        book_.set(r.line, item, poor.location, r.quantity, kHeld);
        book_.add(r.line, {item, r.per_unit}, rich.location, part, kHeld);
      }
      if (deficit <= 0) break;
    }
  }
}

}  // namespace gerbang::store
