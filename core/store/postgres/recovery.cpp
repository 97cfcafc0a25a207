// After a restore: see AdvanceRecovery in core/store/scripts.hpp.
#include "core/store/postgres/recovery.hpp"

#include <algorithm>
#include <map>
#include <vector>

#include "core/base/ids.hpp"
#include "core/base/log.hpp"
#include "core/store/postgres/scripts.hpp"
#include "core/store/product_rules.hpp"
#include "core/store/stock_rules.hpp"

namespace gerbang::store::postgres {

namespace {

// More than any database can have given out since its backup was made.
constexpr std::int64_t kLift = 1'000'000'000;

// Units of an item that an order which came in since the restore holds or has taken.
struct Sale {
  std::string order;
  std::string shop;
  Quantity quantity = 0;
};

// A listing whose units are of one item alone: of others it is not known which item is short.
struct Shown {
  std::string shop;
  std::string sku;
  Quantity stock = 0;
  TimePoint at;
  std::string item;
  Quantity per_unit = 1;
};

Quantity divide_up(Quantity a, Quantity b) {
  return (a + b - 1) / b;
}

std::string_view name_of_step(RecoveryStep step) {
  return step == RecoveryStep::orders ? "orders" : "listings";
}

}  // namespace

RecoveryStep recovery_step(const std::string& own, bool orders_missing) {
  if (own == "orders") return RecoveryStep::orders;
  if (own == "read") return RecoveryStep::read;
  return orders_missing ? RecoveryStep::others : RecoveryStep::listings;
}

void mark_restored(Connection& db, TimePoint now) {
  db.send("BEGIN");
  db.send("SELECT set_config('gerbang.organisation', '*', true)");
  db.send("SELECT setval('revisions', nextval('revisions') + $1)", Params::of(kLift));
  // Who reads events remembers the number of the last one.
  db.send("UPDATE organisations SET event_sequence = event_sequence + $1", Params::of(kLift));
  db.send("INSERT INTO restores (at) VALUES ($1) ON CONFLICT DO NOTHING", Params::of(now));
  db.send("DELETE FROM recoveries");
  // Shops that were cut off when the backup was made were kept true then as little as now.
  db.send(
      "INSERT INTO recoveries (organisation, shop, step, since) SELECT organisation, id, 'orders',"
      " $1 FROM shops WHERE tokens IS NOT NULL AND state IN ('active', 'throttled', 'unreachable')",
      Params::of(now));
  db.send("COMMIT");
  db.sync();
}

void PostgresScripts::want_recoveries(Desk& desk, Recoveries& out) {
  db_.send("SELECT shop, step, since FROM recoveries WHERE organisation = $1",
           Params::of(desk.organisation()), [&out](const Rows& rows) {
             for (const Row row : rows) out[row.text(0)] = {row.text(1), row.time(2)};
           });
}

Result<AdvanceRecovery::Answer> PostgresScripts::run(const AdvanceRecovery& script) {
  GERBANG_TRY(home, home_of({}, script.shop));
  Recoveries recoveries;
  bool orders_in = false;
  Desk desk = open_desk(home);
  Book book(desk);
  desk.want_shops();
  want_recoveries(desk, recoveries);
  db_.send(
      "SELECT FROM recoveries r JOIN shops s ON s.organisation = $1 AND s.id = r.shop"
      " WHERE r.organisation = $1 AND r.shop = $2 AND s.orders_polled_to >= r.since"
      " AND NOT EXISTS (SELECT FROM work w WHERE w.organisation = $1 AND w.shop = $2"
      " AND w.aspect = 'order_fetch' AND NOT w.parked)",
      Params::of(home, script.shop), [&](const Rows& rows) { orders_in = !rows.empty(); });
  desk.sync();
  GERBANG_TRY(shop, desk.shop(script.shop));
  const auto own = recoveries.find(script.shop);
  const bool orders_missing =
      std::any_of(recoveries.begin(), recoveries.end(),
                  [](const auto& entry) { return entry.second.step == "orders"; });
  if (own == recoveries.end() || recovery_step(own->second.step, orders_missing) != script.done ||
      (script.done != RecoveryStep::orders && script.done != RecoveryStep::listings))
    return false;
  if (script.done == RecoveryStep::orders && !orders_in) return false;
  own->second.step = script.done == RecoveryStep::orders ? "listings" : "read";
  db_.send("UPDATE recoveries SET step = $3 WHERE organisation = $1 AND shop = $2",
           Params::of(home, script.shop, own->second.step));
  go_on_recovering(desk, book, recoveries);
  book.write();
  desk.flush(touched_);
  log::info("recovery.step_done", {{"shop", script.shop}, {"name", name_of_step(script.done)}});
  return true;
}

void PostgresScripts::go_on_recovering(Desk& desk, Book& book, const Recoveries& recoveries) {
  const bool ends = std::all_of(recoveries.begin(), recoveries.end(),
                                [](const auto& entry) { return entry.second.step == "read"; });
  if (ends) {
    doubt_stock(desk, book, recoveries);
    db_.send("DELETE FROM recoveries WHERE organisation = $1", Params::of(desk.organisation()));
  }
  for (const auto& [id, row] : desk.shops()) {
    if (row.shop.state == ShopState::retired) continue;
    if (ends) desk.mark_shop(id, Aspect::stock, Urgency::routine, uncounted_);
    desk.touch(id);
  }
}

// Let a shop show o of a listing of which the database offers it c. The shop was told of what
// others had sold when its value was sent, perhaps, and of its own sales at once. So c - o, and on
// top of it every sale that came in since the restore and is another shop's, or was made after o
// was read, is the most that may have been counted away since the backup. Where no sale was told
// before the backup was lost it is exactly that; else it is too much, and a count sets it right: a
// unit that is not offered can be sold tomorrow, one that is sold twice cannot.
void PostgresScripts::doubt_stock(Desk& desk, Book& book, const Recoveries& recoveries) {
  if (recoveries.empty()) return;
  TimePoint since = TimePoint::max();
  for (const auto& [shop, recovering] : recoveries) since = std::min(since, recovering.since);
  std::map<std::string, std::vector<Sale>> sales;  // by item
  std::vector<Shown> listings;
  db_.send(
      "SELECT o.id, o.shop, r.item, sum(r.quantity)::bigint FROM orders o JOIN reservations r"
      " ON r.organisation = o.organisation AND r.order_id = o.id"
      " WHERE o.organisation = $1 AND o.id >= $2 AND r.state <> 'released'"
      " GROUP BY o.id, o.shop, r.item",
      Params::of(desk.organisation(), first_id("ord", since)), [&](const Rows& rows) {
        for (const Row row : rows)
          sales[row.text(2)].push_back({row.text(0), row.text(1), row.integer(3)});
      });
  db_.send(
      "SELECT l.shop, l.sku, l.observed_stock, l.observed_at, c.item, c.quantity"
      " FROM recoveries r JOIN listings l ON l.organisation = r.organisation AND l.shop = r.shop"
      " JOIN units u ON u.organisation = l.organisation AND u.shop = l.shop AND u.unit = l.unit"
      " JOIN components c ON c.organisation = l.organisation AND c.sku = l.sku"
      " WHERE r.organisation = $1 AND r.step = 'read' AND l.published AND l.wanted AND u.wanted"
      " AND l.observed_stock IS NOT NULL AND l.observed_at >= r.since"
      " AND coalesce(l.observed_listed, true) AND (SELECT count(*) FROM components k"
      " WHERE k.organisation = c.organisation AND k.sku = c.sku) = 1",
      Params::of(desk.organisation()), [&](const Rows& rows) {
        for (const Row row : rows)
          listings.push_back(
              {row.text(0), row.text(1), row.integer(2), row.time(3), row.text(4), row.integer(5)});
      });
  desk.sync();
  if (listings.empty()) return;
  std::set<std::string> skus, named;
  for (const Shown& shown : listings) {
    skus.insert(shown.sku);
    named.insert(shown.item);
  }
  const std::vector<std::string> items(named.begin(), named.end());
  std::map<std::string, Quantity> units_of;
  want_sellable(db_, desk.organisation(), {skus.begin(), skus.end()}, units_of);
  book.want_items(items);
  desk.want_short_orders(items);
  desk.sync();
  book.want_short_orders(items);
  desk.sync();

  std::map<std::string, Quantity> doubted;
  for (const Shown& shown : listings) {
    const auto found = desk.shop(shown.shop);
    if (!found || found->shop.share_percent == 0) continue;
    Quantity untold = 0;
    const std::string seen = first_id("ord", shown.at);
    for (const Sale& sale : sales[shown.item]) {
      if (sale.shop != shown.shop || sale.order >= seen) untold += sale.quantity;
    }
    const Quantity missing = share_of_shop(found->shop, units_of[shown.sku]) +
                             divide_up(untold, shown.per_unit) - shown.stock;
    if (missing <= 0) continue;
    const Quantity units = divide_up(missing * 100, found->shop.share_percent);
    Quantity& most = doubted[shown.item];
    most = std::max(most, units * shown.per_unit);
  }
  if (doubted.empty()) return;

  book.begin();
  std::int64_t count = 0;
  for (const auto& [item, quantity] : doubted) {
    Quantity left = quantity;
    for (const StockLevel& level : book.levels(item)) {
      const Quantity here = std::min(left, level.available());
      if (here <= 0) continue;
      left -= here;
      book.set_buffer(item, level.location, level.buffer + here);
      book.doubt(item, level.location, here);
    }
    if (left == quantity) continue;  // none of it was on offer
    ++count;
  }
  spread(desk, book, std::nullopt);
  for (const std::string& item : book.touched())
    desk.emit("stock.changed", stock_event(book.view(item)));
  log::warning("recovery.stock_doubted", {{"organisation", desk.organisation()}, {"count", count}});
}

}  // namespace gerbang::store::postgres
