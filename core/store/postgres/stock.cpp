#include "core/store/stock_rules.hpp"

#include <algorithm>
#include <utility>

#include "core/store/postgres/scripts.hpp"

namespace gerbang::store::postgres {

Result<ApplyStock::Answer> PostgresScripts::run(const ApplyStock& script) {
  std::set<std::string> named;
  for (const ApplyStock::Item& entry : script.items) {
    if (check_stock_entry(entry)) named.insert(entry.item);
  }
  const std::vector<std::string> items(named.begin(), named.end());
  Desk desk = open_desk(script.organisation);
  Book book(desk);
  std::set<std::string> locations;  // of the organisation
  book.want_items(items);
  desk.want_short_orders(items);
  db_.send("SELECT min(location), max(location) FROM stock_levels WHERE organisation = $1",
           Params::of(script.organisation), [&](const Rows& rows) {
             if (rows[0].is_null(0)) return;
             locations = {rows[0].text(0), rows[0].text(1)};
           });
  desk.sync();
  book.want_short_orders(items);
  desk.sync();

  ApplyStock::Answer answers;
  answers.reserve(script.items.size());
  for (const ApplyStock::Item& entry : script.items) {
    answers.push_back(apply_stock(desk, book, entry, locations));
    if (!answers.back()) continue;
    for (const StockLevel& level : answers.back()->levels) locations.insert(level.location);
  }
  book.write();
  desk.flush(touched_);
  return answers;
}

Result<StockView> PostgresScripts::apply_stock(Desk& desk, Book& book,
                                               const ApplyStock::Item& entry,
                                               const std::set<std::string>& locations) {
  GERBANG_CHECK(check_stock_entry(entry));
  const StockView before = book.view(entry.item);

  std::string location = entry.location.value_or("");
  if (location.empty()) {
    if (before.levels.size() == 1) {
      location = before.levels.front().location;
    } else if (before.levels.empty()) {
      if (locations.empty()) {
        location = kDefaultLocation;
      } else if (locations.size() == 1) {
        location = *locations.begin();
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
  const TimePoint counted_at = std::min(entry.counted_at.value_or(desk.now()), desk.now());
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

  book.begin();
  book.open_level(entry.item, location);
  if (change != 0)
    ensure(book.move(entry.item, location, entry.on_hand ? MovementReason::counted : entry.reason,
                     change, 0, entry.reference),
           "a checked stock change was refused");
  // What was doubted is counted now. A new buffer alone settles no doubt.
  if (entry.on_hand) {
    const Quantity doubted = book.trust(entry.item, location);
    if (doubted > 0)
      book.set_buffer(entry.item, location, std::max<Quantity>(0, level.buffer - doubted));
  }
  if (entry.buffer)
    book.set_buffer(entry.item, location, *entry.buffer + book.doubted(entry.item, location));
  if (entry.on_hand) book.set_counted_at(entry.item, location, counted_at);
  spread(desk, book, std::nullopt);

  StockView after = book.view(entry.item);
  const auto here = std::find_if(after.levels.begin(), after.levels.end(),
                                 [&](const StockLevel& l) { return l.location == location; });
  if (change != 0 || (here != after.levels.end() && here->buffer != level.buffer))
    desk.emit("stock.changed", stock_event(after));
  return after;
}

void PostgresScripts::spread(Desk& desk, Book& book, std::optional<Urgency> urgency,
                             const std::set<Desk::InShop>& except) {
  std::set<std::string> freed;
  for (const std::string& item : book.touched()) {
    const auto effect = book.effect(item);
    Reservations(book).relocate(item);
    if (effect.free > effect.free_before) freed.insert(item);
  }
  if (!freed.empty()) cover_shortages(desk, book, freed);

  std::map<std::string, Urgency> moved;
  for (const std::string& item : book.touched()) {
    const auto effect = book.effect(item);
    if (effect.available < effect.available_before)
      moved.emplace(item, urgency.value_or(Urgency::order));
    if (effect.available > effect.available_before)
      moved.emplace(item, urgency.value_or(Urgency::normal));
  }
  desk.mark_stock_of_items(moved, except);

  for (const std::string& item : book.overdrawn()) {
    Quantity missing = 0;
    const StockView view = book.view(item);
    for (const StockLevel& level : view.levels)
      missing += std::max<Quantity>(0, level.reserved - level.on_hand);
    if (missing == 0) continue;  // another location took over
    json::Value data = stock_event(view);
    data.as_object()->set("missing", missing);
    desk.emit("stock.shortage", std::move(data));
  }
}

void PostgresScripts::cover_shortages(Desk& desk, Book& book, const std::set<std::string>& items) {
  struct Short {
    TimePoint placed_at;
    std::string order;
    std::int64_t position = 0;
    std::string remote_line;
    auto operator<=>(const Short&) const = default;
  };
  std::set<Short> queue;  // the oldest order first
  for (const auto& [id, row] : desk.orders) {
    if (!row.order.has_shortage || row.hold != StockHold::held) continue;
    for (const Desk::LineRow& line : row.lines) {
      if (line.line.shortage <= 0) continue;
      const LineRef ref{id, line.line.remote_line, line.line.sku};
      const bool helps = std::any_of(items.begin(), items.end(), [&](const std::string& item) {
        if (book.holds(ref, item)) return true;
        if (ref.sku.empty()) return false;
        const auto& takes = desk.components_of(ref.sku);
        return std::any_of(takes.begin(), takes.end(),
                           [&](const Component& c) { return c.item == item; });
      });
      if (helps) queue.insert({row.order.placed_at, id, line.position, line.line.remote_line});
    }
  }

  Reservations reservations(book);
  std::set<std::string> helped;
  for (const Short& entry : queue) {
    Desk::OrderRow& row = desk.orders.at(entry.order);
    for (Desk::LineRow& line : row.lines) {
      if (line.line.remote_line != entry.remote_line) continue;
      const Quantity covered =
          reservations.reserve({entry.order, entry.remote_line, line.line.sku}, line.line.shortage);
      if (covered == 0) break;
      line.line.shortage -= covered;
      line.dirty = true;
      helped.insert(entry.order);
    }
  }
  for (const std::string& id : helped) {
    Desk::OrderRow& row = desk.orders.at(id);
    row.order.revision = desk.revision();
    row.order.updated_at = desk.now();
    row.order.has_shortage = row.any_shortage();
    row.dirty = true;
    desk.emit_order("order.changed", row);
  }
}

}  // namespace gerbang::store::postgres
