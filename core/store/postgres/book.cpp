#include "core/store/postgres/book.hpp"

#include <algorithm>
#include <tuple>

#include "core/base/ids.hpp"

namespace gerbang::store::postgres {

namespace {

#define GERBANG_PG_HOLD \
  "r.order_id, r.remote_line, r.item, r.location, r.quantity, r.per_unit, r.state"

}  // namespace

void Book::keep_levels(const Rows& rows) {
  for (const Row row : rows) {
    Level level{level_from(row), row.integer(6), false};
    const std::string item = level.level.item, location = level.level.location;
    items_known_.insert(item);
    levels_[item].emplace(location, std::move(level));
  }
}

void Book::keep_holds(const Rows& rows) {
  for (const Row row : rows)
    holds_[{row.text(0), row.text(1)}].emplace(
        PlaceKey{row.text(2), row.text(3)},
        Hold{row.integer(4), row.integer(5), row.text(6), false});
}

void Book::want_items(const std::vector<std::string>& items) {
  items_known_.insert(items.begin(), items.end());
  desk_.db().send(
      "SELECT " GERBANG_PG_LEVEL " FROM stock_levels WHERE organisation = $1 AND item = ANY ($2)",
      Params::of(desk_.organisation(), items), [this](const Rows& rows) { keep_levels(rows); });
  desk_.db().send(
      "SELECT item, location, quantity FROM doubted_stock WHERE organisation = $1"
      " AND item = ANY ($2)",
      Params::of(desk_.organisation(), items), [this](const Rows& rows) {
        for (const Row row : rows) doubted_[{row.text(0), row.text(1)}] = row.integer(2);
      });
  desk_.db().send("SELECT " GERBANG_PG_HOLD
                  ", o.placed_at FROM reservations r JOIN orders o"
                  " ON o.organisation = r.organisation AND o.id = r.order_id"
                  " WHERE r.organisation = $1 AND r.item = ANY ($2) AND r.state = 'held'",
                  Params::of(desk_.organisation(), items), [this](const Rows& rows) {
                    keep_holds(rows);
                    for (const Row row : rows) know_order(row.text(0), row.time(7));
                  });
}

Quantity Book::doubted(const std::string& item, const std::string& location) const {
  const auto found = doubted_.find({item, location});
  return found == doubted_.end() ? 0 : found->second;
}

void Book::doubt(const std::string& item, const std::string& location, Quantity quantity) {
  doubted_[{item, location}] += quantity;
  doubts_changed_.insert({item, location});
}

Quantity Book::trust(const std::string& item, const std::string& location) {
  const Quantity before = doubted(item, location);
  if (doubted_.erase({item, location}) > 0) doubts_changed_.insert({item, location});
  return before;
}

void Book::want_orders(const std::vector<std::string>& orders) {
  desk_.db().send("SELECT " GERBANG_PG_HOLD
                  " FROM reservations r WHERE r.organisation = $1 AND r.order_id = ANY ($2)",
                  Params::of(desk_.organisation(), orders),
                  [this](const Rows& rows) { keep_holds(rows); });
}

void Book::want_short_orders(const std::vector<std::string>& items) {
  std::vector<std::string> ids;
  std::set<std::string> skus;
  for (const auto& [id, order] : desk_.orders) {
    if (!order.order.has_shortage || order.hold != StockHold::held) continue;
    ids.push_back(id);
    know_order(id, order.order.placed_at);
    for (const auto& line : order.lines) {
      if (!line.line.sku.empty()) skus.insert(line.line.sku);
    }
  }
  if (ids.empty()) return;
  want_orders(ids);
  const std::vector<std::string> of(skus.begin(), skus.end());
  desk_.want_components(of);
  // All that those lines could take: known whether there is a level or not.
  desk_.db().send(
      "SELECT item FROM components WHERE organisation = $1 AND sku = ANY ($2)"
      " UNION SELECT item FROM reservations WHERE organisation = $1 AND order_id = ANY ($3)",
      Params::of(desk_.organisation(), of, ids), [this](const Rows& rows) {
        for (const Row row : rows) items_known_.insert(row.text(0));
      });
  desk_.db().send("SELECT " GERBANG_PG_LEVEL
                  " FROM stock_levels WHERE organisation = $1 AND NOT item = ANY ($4)"
                  " AND item IN (SELECT item FROM components WHERE organisation = $1"
                  " AND sku = ANY ($2) UNION SELECT item FROM reservations"
                  " WHERE organisation = $1 AND order_id = ANY ($3))",
                  Params::of(desk_.organisation(), of, ids, items),
                  [this](const Rows& rows) { keep_levels(rows); });
}

std::set<std::string> Book::items_of(const std::string& order) const {
  std::set<std::string> out;
  for (auto at = holds_.lower_bound({order, {}}); at != holds_.end() && at->first.first == order;
       ++at) {
    for (const auto& [place, hold] : at->second) out.insert(place.first);
  }
  return out;
}

bool Book::holds(const LineRef& line, const std::string& item) const {
  const auto found = holds_.find({line.order, line.remote_line});
  return found != holds_.end() &&
         std::any_of(found->second.begin(), found->second.end(), [&](const auto& entry) {
           return entry.first.first == item && entry.second.state == "held";
         });
}

// ---- one operation --------------------------------------------------------------------------

void Book::begin() {
  before_.clear();
  overdrawn_.clear();
}

std::map<std::string, Book::Level>& Book::levels_of(const std::string& item) {
  ensure(items_known_.contains(item), "stock levels that were not read");
  return levels_[item];
}

Book::Sums Book::sums(const std::string& item) {
  Sums out;
  for (const auto& [location, level] : levels_of(item)) {
    out.available += level.level.available();
    out.free += level.level.on_hand - level.level.reserved;
  }
  return out;
}

void Book::remember(const std::string& item) {
  if (!before_.contains(item)) before_.emplace(item, sums(item));
}

Book::Effect Book::effect(const std::string& item) {
  const Sums after = sums(item);
  const auto found = before_.find(item);
  const Sums before = found == before_.end() ? after : found->second;
  return {before.available, after.available, before.free, after.free};
}

std::set<std::string> Book::touched() const {
  std::set<std::string> out;
  for (const auto& [item, sums] : before_) out.insert(item);
  return out;
}

StockView Book::view(const std::string& item) {
  StockView view;
  view.item = item;
  for (const auto& [location, level] : levels_of(item)) {
    view.levels.push_back(level.level);
    view.revision = std::max(view.revision, level.revision);
  }
  return view;
}

std::vector<StockLevel> Book::levels(const std::string& item) {
  std::vector<StockLevel> out;
  for (const auto& [location, level] : levels_of(item)) out.push_back(level.level);
  std::stable_sort(out.begin(), out.end(), [](const StockLevel& a, const StockLevel& b) {
    return a.on_hand - a.reserved > b.on_hand - b.reserved;
  });
  return out;
}

void Book::open_level(const std::string& item, const std::string& location) {
  remember(item);
  const auto [at, fresh] = levels_of(item).try_emplace(location);
  if (!fresh) return;
  at->second.level.item = item;
  at->second.level.location = location;
  at->second.revision = desk_.revision();
  at->second.dirty = true;
}

bool Book::move(const std::string& item, const std::string& location, MovementReason reason,
                Quantity on_hand_change, Quantity reserved_change, std::string_view reference) {
  remember(item);
  auto& levels = levels_of(item);
  const auto found = levels.find(location);
  if (found == levels.end()) return false;
  StockLevel& level = found->second.level;
  const Quantity on_hand = level.on_hand + on_hand_change;
  const Quantity reserved = level.reserved + reserved_change;
  if (on_hand < 0 || reserved < 0 || (reserved_change > 0 && on_hand < reserved)) return false;
  level.on_hand = on_hand;
  level.reserved = reserved;
  found->second.revision = desk_.revision();
  found->second.dirty = true;
  if (on_hand < reserved && on_hand_change < reserved_change) overdrawn_.insert(item);
  movements_.push_back(
      {item, location, reason, on_hand_change, reserved_change, std::string(reference)});
  return true;
}

void Book::set_buffer(const std::string& item, const std::string& location, Quantity buffer) {
  remember(item);
  Level& level = levels_of(item).at(location);
  if (level.level.buffer == buffer) return;
  level.level.buffer = buffer;
  level.revision = desk_.revision();
  level.dirty = true;
}

void Book::set_counted_at(const std::string& item, const std::string& location, TimePoint at) {
  Level& level = levels_of(item).at(location);
  level.level.counted_at = at;
  level.dirty = true;
}

std::vector<Component> Book::takes(const LineRef& line, const char* state) {
  std::map<std::string, Quantity> taken;  // the least per unit, by item
  const auto found = holds_.find({line.order, line.remote_line});
  if (found != holds_.end()) {
    for (const auto& [place, hold] : found->second) {
      if (hold.state != state) continue;
      const auto [at, fresh] = taken.try_emplace(place.first, hold.per_unit);
      if (!fresh) at->second = std::min(at->second, hold.per_unit);
    }
  }
  std::vector<Component> out;
  for (const auto& [item, per_unit] : taken) out.push_back({item, per_unit});
  if (!out.empty() || line.sku.empty()) return out;
  return desk_.components_of(line.sku);
}

std::vector<StockBook::Held> Book::rows(const LineRef& line, const std::string& item,
                                        const char* state) {
  std::vector<Held> out;
  const auto found = holds_.find({line.order, line.remote_line});
  if (found == holds_.end()) return out;
  for (const auto& [place, hold] : found->second) {
    if (place.first == item && hold.state == state) out.push_back({place.second, hold.quantity});
  }
  std::stable_sort(out.begin(), out.end(),
                   [](const Held& a, const Held& b) { return a.quantity < b.quantity; });
  return out;
}

std::vector<StockBook::HeldAt> Book::held_at(const std::string& item, const std::string& location) {
  std::vector<std::pair<TimePoint, HeldAt>> all;
  for (const auto& [line, places] : holds_) {
    const auto found = places.find({item, location});
    if (found == places.end() || found->second.state != "held") continue;
    all.emplace_back(
        placed_.at(line.first),
        HeldAt{{line.first, line.second, {}}, found->second.quantity, found->second.per_unit});
  }
  // By order and line already.
  std::stable_sort(all.begin(), all.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  std::vector<HeldAt> out;
  for (auto& [at, held] : all) out.push_back(std::move(held));
  return out;
}

void Book::add(const LineRef& line, const Component& component, const std::string& location,
               Quantity quantity, const char* state) {
  Hold& hold = holds_[{line.order, line.remote_line}][{component.item, location}];
  removed_.erase({{line.order, line.remote_line}, {component.item, location}});
  hold.quantity = hold.state == state ? hold.quantity + quantity : quantity;
  hold.per_unit = component.quantity;
  hold.state = state;
  hold.dirty = true;
}

void Book::set(const LineRef& line, const std::string& item, const std::string& location,
               Quantity quantity, const char* state) {
  auto& places = holds_[{line.order, line.remote_line}];
  if (quantity == 0) {
    places.erase({item, location});
    removed_.insert({{line.order, line.remote_line}, {item, location}});
    return;
  }
  const auto found = places.find({item, location});
  ensure(found != places.end(), "a reservation that is not there");
  found->second.quantity = quantity;
  found->second.state = state;
  found->second.dirty = true;
}

void Book::write() {
  Batch level_rows;
  for (const auto& [item, locations] : levels_) {
    for (const auto& [location, l] : locations) {
      if (l.dirty)
        level_rows.row(item, location, l.level.on_hand, l.level.reserved, l.level.buffer,
                       l.level.counted_at, l.revision);
    }
  }
  if (!level_rows.empty())
    desk_.db().send(
        "INSERT INTO stock_levels (organisation, item, location, on_hand, reserved, buffer,"
        " counted_at, revision) SELECT $1, * FROM unnest($2::text[], $3::text[], $4::bigint[],"
        " $5::bigint[], $6::bigint[], $7::bigint[], $8::bigint[])"
        " ON CONFLICT (organisation, item, location) DO UPDATE SET on_hand = excluded.on_hand,"
        " reserved = excluded.reserved, buffer = excluded.buffer,"
        " counted_at = excluded.counted_at, revision = excluded.revision",
        level_rows.after(Params::of(desk_.organisation())));

  Batch movement_rows;
  for (const Movement& m : movements_)
    movement_rows.row(new_id("mov", desk_.now(), desk_.random()), m.item, m.location,
                      to_string(m.reason), m.on_hand_change, m.reserved_change, m.reference,
                      desk_.now());
  if (!movement_rows.empty())
    desk_.db().send(
        "INSERT INTO stock_movements (organisation, id, item, location, reason, on_hand_change,"
        " reserved_change, reference, at) SELECT $1, * FROM unnest($2::text[], $3::text[],"
        " $4::text[], $5::text[], $6::bigint[], $7::bigint[], $8::text[], $9::bigint[])",
        movement_rows.after(Params::of(desk_.organisation())));

  Batch trusted, doubts;
  for (const auto& place : doubts_changed_) {
    const Quantity quantity = doubted(place.first, place.second);
    if (quantity == 0) {
      trusted.row(place.first, place.second);
    } else {
      doubts.row(place.first, place.second, quantity);
    }
  }
  if (!trusted.empty())
    desk_.db().send(
        "DELETE FROM doubted_stock AS d USING unnest($2::text[], $3::text[]) AS t (item, location)"
        " WHERE d.organisation = $1 AND d.item = t.item AND d.location = t.location",
        trusted.after(Params::of(desk_.organisation())));
  if (!doubts.empty())
    desk_.db().send(
        "INSERT INTO doubted_stock (organisation, item, location, quantity, since)"
        " SELECT $1, t.item, t.location, t.quantity, $2 FROM unnest($3::text[], $4::text[],"
        " $5::bigint[]) AS t (item, location, quantity)"
        " ON CONFLICT (organisation, item, location) DO UPDATE SET quantity = excluded.quantity",
        doubts.after(Params::of(desk_.organisation(), desk_.now())));

  Batch gone;
  for (const auto& [line, place] : removed_)
    gone.row(line.first, line.second, place.first, place.second);
  if (!gone.empty())
    desk_.db().send(
        "DELETE FROM reservations AS r USING unnest($2::text[], $3::text[], $4::text[], $5::text[])"
        " AS g (order_id, remote_line, item, location) WHERE r.organisation = $1"
        " AND r.order_id = g.order_id AND r.remote_line = g.remote_line AND r.item = g.item"
        " AND r.location = g.location",
        gone.after(Params::of(desk_.organisation())));
  Batch hold_rows;
  for (const auto& [line, places] : holds_) {
    for (const auto& [place, hold] : places) {
      if (hold.dirty)
        hold_rows.row(line.first, line.second, place.first, place.second, hold.quantity,
                      hold.per_unit, hold.state);
    }
  }
  if (!hold_rows.empty())
    desk_.db().send(
        "INSERT INTO reservations (organisation, order_id, remote_line, item, location, quantity,"
        " per_unit, state) SELECT $1, * FROM unnest($2::text[], $3::text[], $4::text[],"
        " $5::text[], $6::bigint[], $7::bigint[], $8::text[])"
        " ON CONFLICT (organisation, order_id, remote_line, item, location) DO UPDATE SET"
        " quantity = excluded.quantity, per_unit = excluded.per_unit, state = excluded.state",
        hold_rows.after(Params::of(desk_.organisation())));
}

}  // namespace gerbang::store::postgres
