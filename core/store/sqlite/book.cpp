#include "core/store/sqlite/book.hpp"

namespace gerbang::store {

std::vector<Component> SqliteBook::takes(const LineRef& line, const char* state) {
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

std::vector<StockBook::Held> SqliteBook::rows(const LineRef& line, const std::string& item,
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

std::vector<StockBook::HeldAt> SqliteBook::held_at(const std::string& item,
                                                   const std::string& location) {
  std::vector<HeldAt> out;
  auto row = db_.query(
                    "SELECT r.order_id, r.remote_line, r.quantity, r.per_unit"
                    " FROM reservations r JOIN orders o ON o.id = r.order_id"
                    " WHERE r.item = ?2 AND r.location = ?3 AND r.state = 'held'"
                    " AND o.organisation = ?1 ORDER BY o.placed_at, r.order_id, r.remote_line")
                 .bind(1, organisation_)
                 .bind(2, item)
                 .bind(3, location);
  while (row.step())
    out.push_back({{row.text(0), row.text(1), {}}, row.integer(2), row.integer(3)});
  return out;
}

void SqliteBook::add(const LineRef& line, const Component& component, const std::string& location,
                     Quantity quantity, const char* state) {
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

void SqliteBook::set(const LineRef& line, const std::string& item, const std::string& location,
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
