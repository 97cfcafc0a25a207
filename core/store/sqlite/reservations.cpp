#include "core/store/sqlite/reservations.hpp"

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

Reservations::Reservations(Database& db, std::string organisation, Ledger& ledger)
    : db_(db), organisation_(std::move(organisation)), ledger_(ledger) {}

Quantity Reservations::reserve(const LineRef& line, Quantity units) {
  const auto components = takes(line, kHeld);
  if (components.empty() || units <= 0) return 0;
  Quantity covered = units;
  for (const Component& c : components) {
    Quantity free = 0;
    for (const StockLevel& level : ledger_.levels(c.item)) free += free_of(level);
    covered = std::min(covered, free / c.quantity);
  }
  if (covered == 0) return 0;
  for (const Component& c : components) {
    Quantity need = covered * c.quantity;
    for (const StockLevel& level : ledger_.levels(c.item)) {
      const Quantity take = std::min(need, free_of(level));
      if (take == 0) break;
      ensure(ledger_.move(c.item, level.location, MovementReason::reserved, 0, take, line.order),
             "stock that was free could not be reserved");
      add(line, c, level.location, take, kHeld);
      need -= take;
    }
    ensure(need == 0, "a reservation is incomplete");
  }
  return covered;
}

void Reservations::release(const LineRef& line, Quantity units) {
  if (units <= 0) return;
  for (const Component& c : takes(line, kHeld)) {
    Quantity rest = units * c.quantity;
    for (const Held& held : rows(line, c.item, kHeld)) {
      const Quantity back = std::min(rest, held.quantity);
      if (back == 0) break;
      ensure(ledger_.move(c.item, held.location, MovementReason::released, 0, -back, line.order),
             "reserved stock could not be released");
      if (back == held.quantity) {
        set(line, c.item, held.location, held.quantity, kReleased);
      } else {
        set(line, c.item, held.location, held.quantity - back, kHeld);
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
  for (const Component& c : takes(line, kHeld)) {
    Quantity need = units * c.quantity;
    for (const Held& held : rows(line, c.item, kHeld)) {
      Quantity there = 0;
      for (const StockLevel& level : ledger_.levels(c.item)) {
        if (level.location == held.location) there = level.on_hand;
      }
      const Quantity take = std::min({need, held.quantity, there});
      ensure(ledger_.move(c.item, held.location, MovementReason::shipped, -take, -held.quantity,
                          line.order),
             "reserved stock could not be shipped");
      set(line, c.item, held.location, take, kConsumed);
      need -= take;
    }
    const auto take_at = [&](const StockLevel& level, Quantity limit) {
      const Quantity take = std::min(need, limit);
      if (take <= 0) return;
      ensure(ledger_.move(c.item, level.location, MovementReason::shipped, -take, 0, line.order),
             "stock that is there could not be shipped");
      add(line, c, level.location, take, kConsumed);
      need -= take;
    };
    for (const StockLevel& level : ledger_.levels(c.item)) take_at(level, free_of(level));
    for (const StockLevel& level : ledger_.levels(c.item)) take_at(level, level.on_hand);
    shortage = std::max(shortage, (need + c.quantity - 1) / c.quantity);
  }
  return shortage;
}

bool Reservations::restock(const LineRef& line, Quantity units) {
  const auto components = takes(line, kConsumed);
  for (const Component& c : components) {
    std::string location(kDefaultLocation);
    const auto consumed = rows(line, c.item, kConsumed);
    const auto levels = ledger_.levels(c.item);
    if (!consumed.empty()) {
      location = consumed.back().location;
    } else if (!levels.empty()) {
      location = levels.front().location;
    }
    ledger_.open_level(c.item, location);
    ensure(ledger_.move(c.item, location, MovementReason::restocked, units * c.quantity, 0,
                        line.order),
           "returned stock could not be put back");
  }
  return !components.empty();
}

void Reservations::relocate(const std::string& item) {
  const auto levels = ledger_.levels(item);
  if (levels.empty() || free_of(levels.front()) == 0) return;
  for (const StockLevel& poor : levels) {
    Quantity deficit = poor.reserved - poor.on_hand;
    if (deficit <= 0) continue;
    struct Row {
      LineRef line;
      Quantity quantity = 0;
      Quantity per_unit = 0;
    };
    std::vector<Row> held;
    {
      auto row = db_.query(
                        "SELECT r.order_id, r.remote_line, r.quantity, r.per_unit"
                        " FROM reservations r JOIN orders o ON o.id = r.order_id"
                        " WHERE r.item = ?2 AND r.location = ?3 AND r.state = 'held'"
                        " AND o.organisation = ?1 ORDER BY o.placed_at, r.order_id, r.remote_line")
                     .bind(1, organisation_)
                     .bind(2, item)
                     .bind(3, poor.location);
      while (row.step())
        held.push_back({{row.text(0), row.text(1), {}}, row.integer(2), row.integer(3)});
    }
    for (Row& r : held) {
      for (const StockLevel& rich : ledger_.levels(item)) {
        const Quantity part = std::min({deficit, r.quantity, free_of(rich)});
        if (part <= 0) break;
        ensure(
            ledger_.move(item, poor.location, MovementReason::released, 0, -part, r.line.order) &&
                ledger_.move(item, rich.location, MovementReason::reserved, 0, part, r.line.order),
            "a reservation could not change its location");
        r.quantity -= part;
        deficit -= part;
        set(r.line, item, poor.location, r.quantity, kHeld);
        add(r.line, {item, r.per_unit}, rich.location, part, kHeld);
      }
      if (deficit <= 0) break;
    }
  }
}

std::vector<Component> Reservations::takes(const LineRef& line, const char* state) {
  std::vector<Component> out;
  {
    auto row = db_.query(
                      "SELECT item, min(per_unit) FROM reservations"
                      " WHERE order_id = ?1 AND remote_line = ?2 AND state = ?3"
                      " GROUP BY item ORDER BY item")
                   .bind(1, line.order)
                   .bind(2, line.remote_line)
                   .bind(3, state);
    while (row.step()) out.push_back({row.text(0), row.integer(1)});
  }
  if (!out.empty() || line.sku.empty()) return out;
  auto row = db_.query(
                    "SELECT item, quantity FROM components WHERE organisation = ?1 AND sku = ?2"
                    " ORDER BY item")
                 .bind(1, organisation_)
                 .bind(2, line.sku);
  while (row.step()) out.push_back({row.text(0), row.integer(1)});
  return out;
}

std::vector<Reservations::Held> Reservations::rows(const LineRef& line, const std::string& item,
                                                   const char* state) {
  std::vector<Held> out;
  auto row = db_.query(
                    "SELECT location, quantity FROM reservations WHERE order_id = ?1"
                    " AND remote_line = ?2 AND item = ?3 AND state = ?4"
                    " ORDER BY quantity, location")
                 .bind(1, line.order)
                 .bind(2, line.remote_line)
                 .bind(3, item)
                 .bind(4, state);
  while (row.step()) out.push_back({row.text(0), row.integer(1)});
  return out;
}

void Reservations::add(const LineRef& line, const Component& component, const std::string& location,
                       Quantity quantity, const char* state) {
  // A row in another state is spent (released, or from before a line came back) and starts anew.
  db_.query(
         "INSERT INTO reservations (order_id, remote_line, item, location, quantity, per_unit,"
         " state) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)"
         " ON CONFLICT (order_id, remote_line, item, location) DO UPDATE SET"
         " quantity = CASE WHEN state = excluded.state THEN quantity + excluded.quantity"
         " ELSE excluded.quantity END,"
         " per_unit = excluded.per_unit, state = excluded.state")
      .bind(1, line.order)
      .bind(2, line.remote_line)
      .bind(3, component.item)
      .bind(4, location)
      .bind(5, quantity)
      .bind(6, component.quantity)
      .bind(7, state)
      .run();
}

void Reservations::set(const LineRef& line, const std::string& item, const std::string& location,
                       Quantity quantity, const char* state) {
  if (quantity == 0) {
    db_.query(
           "DELETE FROM reservations WHERE order_id = ?1 AND remote_line = ?2 AND item = ?3"
           " AND location = ?4")
        .bind(1, line.order)
        .bind(2, line.remote_line)
        .bind(3, item)
        .bind(4, location)
        .run();
    return;
  }
  db_.query(
         "UPDATE reservations SET quantity = ?5, state = ?6 WHERE order_id = ?1"
         " AND remote_line = ?2 AND item = ?3 AND location = ?4")
      .bind(1, line.order)
      .bind(2, line.remote_line)
      .bind(3, item)
      .bind(4, location)
      .bind(5, quantity)
      .bind(6, state)
      .run();
}

}  // namespace gerbang::store
