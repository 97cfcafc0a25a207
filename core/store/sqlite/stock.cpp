#include <algorithm>
#include <utility>

#include "core/store/reservations.hpp"
#include "core/store/sqlite/book.hpp"
#include "core/store/sqlite/scripts.hpp"
#include "core/store/stock_rules.hpp"

namespace gerbang::store {

Result<ApplyStock::Answer> SqliteScripts::run(const ApplyStock& script) {
  ApplyStock::Answer answers;
  answers.reserve(script.items.size());
  for (const ApplyStock::Item& entry : script.items)
    answers.push_back(apply_stock(script.organisation, entry));
  return answers;
}

Result<StockView> SqliteScripts::apply_stock(const std::string& organisation,
                                             const ApplyStock::Item& entry) {
  GERBANG_CHECK(check_stock_entry(entry));
  const StockView before = stock_view(organisation, entry.item);

  std::string location = entry.location.value_or("");
  if (location.empty()) {
    if (before.levels.size() == 1) {
      location = before.levels.front().location;
    } else if (before.levels.empty()) {
      auto row = db_.query(
                        "SELECT (SELECT min(location) FROM stock_levels WHERE organisation = ?1),"
                        " (SELECT max(location) FROM stock_levels WHERE organisation = ?1)")
                     .bind(1, organisation);
      row.step();
      if (row.is_null(0)) {
        location = kDefaultLocation;
      } else if (row.text(0) == row.text(1)) {
        location = row.text(0);
      }
    }
    if (location.empty())
      return wrong_stock("location_needed", "there are several locations", "location");
  }
  StockLevel level;
  for (const StockLevel& l : before.levels) {
    if (l.location == location) level = l;
  }

  // A clock that runs ahead must not lock out the counts of right clocks.
  const TimePoint counted_at = std::min(entry.counted_at.value_or(now()), now());
  if (entry.on_hand && level.counted_at && counted_at < *level.counted_at)
    return Error(ErrorKind::conflict, "stock_count_older",
                 "the stored count is of " + to_rfc3339(*level.counted_at));
  const Quantity change = entry.on_hand ? *entry.on_hand - level.on_hand : entry.change.value_or(0);
  if (level.on_hand + change < 0)
    return wrong_stock("stock_negative",
                       "on_hand is " + std::to_string(level.on_hand) + " at " + location,
                       "quantity");
  if (level.on_hand + change > kMaxQuantity)
    return wrong_stock("out_of_range", "beyond what a stock item can hold", "quantity");

  Ledger ledger(db_, organisation, now(), random_, next_revision());
  ledger.open_level(entry.item, location);
  if (change != 0)
    ensure(ledger.move(entry.item, location, entry.on_hand ? MovementReason::counted : entry.reason,
                       change, 0, entry.reference),
           "a checked stock change was refused");
  // What was doubted is counted now. A new buffer alone settles no doubt.
  if (entry.on_hand) {
    const Quantity doubted = trust_stock(organisation, entry.item, location);
    if (doubted > 0)
      ledger.set_buffer(entry.item, location, std::max<Quantity>(0, level.buffer - doubted));
  }
  if (entry.buffer)
    ledger.set_buffer(entry.item, location,
                      *entry.buffer + doubted_stock(organisation, entry.item, location));
  if (entry.on_hand)
    db_.query(
           "UPDATE stock_levels SET counted_at = ?4"
           " WHERE organisation = ?1 AND item = ?2 AND location = ?3")
        .bind(1, organisation)
        .bind(2, entry.item)
        .bind(3, location)
        .bind(4, counted_at)
        .run();
  spread(organisation, ledger, std::nullopt);

  StockView after = stock_view(organisation, entry.item);
  const auto here = std::find_if(after.levels.begin(), after.levels.end(),
                                 [&](const StockLevel& l) { return l.location == location; });
  if (change != 0 || (here != after.levels.end() && here->buffer != level.buffer))
    emit_stock(organisation, after);
  return after;
}

void SqliteScripts::emit_stock(const std::string& organisation, const StockView& view) {
  emit(organisation, "stock.changed", stock_event(view));
}

void SqliteScripts::spread(const std::string& organisation, Ledger& ledger,
                           std::optional<Urgency> urgency, const std::set<ShopSku>& except) {
  std::set<std::string> freed;
  for (const std::string& item : ledger.touched()) {
    const auto effect = ledger.effect(item);
    SqliteBook book(db_, organisation, ledger);
    Reservations(book).relocate(item);
    if (effect.free > effect.free_before) freed.insert(item);
  }
  if (!freed.empty()) cover_shortages(organisation, ledger, freed);

  std::set<std::string> fell, rose;
  for (const std::string& item : ledger.touched()) {
    const auto effect = ledger.effect(item);
    if (effect.available < effect.available_before) fell.insert(item);
    if (effect.available > effect.available_before) rose.insert(item);
  }
  mark_stock_of_items(organisation, fell, urgency.value_or(Urgency::order), except);
  mark_stock_of_items(organisation, rose, urgency.value_or(Urgency::normal), except);

  for (const std::string& item : ledger.overdrawn()) {
    Quantity missing = 0;
    const StockView view = stock_view(organisation, item);
    for (const StockLevel& level : view.levels)
      missing += std::max<Quantity>(0, level.reserved - level.on_hand);
    if (missing == 0) continue;  // another location took over
    json::Value data = stock_event(view);
    data.as_object()->set("missing", missing);
    emit(organisation, "stock.shortage", std::move(data));
  }
}

void SqliteScripts::cover_shortages(const std::string& organisation, Ledger& ledger,
                                    const std::set<std::string>& items) {
  struct Short {
    std::int64_t placed_at = 0;
    std::string order;
    std::int64_t position = 0;
    std::string remote_line;
    std::string sku;
    Quantity shortage = 0;
    auto operator<=>(const Short&) const = default;
  };
  std::set<Short> queue;  // the oldest order first
  for (const std::string& item : items) {
    auto row = db_.query(
                      "SELECT o.placed_at, o.id, l.position, l.remote_line, l.sku, l.shortage"
                      " FROM orders o CROSS JOIN order_lines l ON l.order_id = o.id"
                      " WHERE o.organisation = ?1 AND o.has_shortage = 1 AND o.hold = 'held'"
                      " AND l.shortage > 0 AND (EXISTS (SELECT 1 FROM components c"
                      " WHERE c.organisation = ?1 AND c.sku = l.sku AND c.item = ?2)"
                      " OR EXISTS (SELECT 1 FROM reservations r WHERE r.order_id = l.order_id"
                      " AND r.remote_line = l.remote_line AND r.item = ?2 AND r.state = 'held'))")
                   .bind(1, organisation)
                   .bind(2, item);
    while (row.step())
      queue.insert(
          {row.integer(0), row.text(1), row.integer(2), row.text(3), row.text(4), row.integer(5)});
  }

  SqliteBook book(db_, organisation, ledger);
  Reservations reservations(book);
  std::set<std::string> helped;
  for (const Short& line : queue) {
    const Quantity covered =
        reservations.reserve({line.order, line.remote_line, line.sku}, line.shortage);
    if (covered == 0) continue;
    db_.query(
           "UPDATE order_lines SET shortage = shortage - ?3"
           " WHERE order_id = ?1 AND remote_line = ?2")
        .bind(1, line.order)
        .bind(2, line.remote_line)
        .bind(3, covered)
        .run();
    helped.insert(line.order);
  }
  for (const std::string& order : helped) {
    db_.query(
           "UPDATE orders SET revision = ?2, updated_at = ?3, has_shortage = EXISTS ("
           "SELECT 1 FROM order_lines WHERE order_id = ?1 AND shortage > 0) WHERE id = ?1")
        .bind(1, order)
        .bind(2, next_revision())
        .bind(3, now())
        .run();
    emit_order(organisation, "order.changed", order);
  }
}

}  // namespace gerbang::store
