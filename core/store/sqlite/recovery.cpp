// After a restore: see AdvanceRecovery in core/store/scripts.hpp.
#include <algorithm>
#include <map>
#include <vector>

#include "core/base/ids.hpp"
#include "core/base/log.hpp"
#include "core/store/sealed_tokens.hpp"
#include "core/store/sqlite/migrations.hpp"
#include "core/store/sqlite/offer.hpp"
#include "core/store/sqlite/scripts.hpp"
#include "core/store/sqlite/sqlite_store.hpp"

namespace gerbang::store {

namespace {

// More than any database can have given out since its backup was made.
constexpr std::int64_t kLift = 1'000'000'000;

// Units of an item that orders which came in since the restore hold or have taken.
struct Sale {
  std::string order;
  std::string shop;
  Quantity quantity = 0;
};
using Sales = std::map<std::string, std::vector<Sale>>;

Sales sales_since(Database& db, const std::string& organisation, TimePoint since) {
  Sales out;
  auto row = db.query(
                   "SELECT o.id, o.shop, r.item, sum(r.quantity) FROM orders o"
                   " CROSS JOIN reservations r ON r.order_id = o.id"
                   " WHERE o.organisation = ?1 AND o.id >= ?2 AND r.state <> 'released'"
                   " GROUP BY o.id, r.item")
                 .bind(1, organisation)
                 .bind(2, first_id("ord", since));
  while (row.step()) out[row.text(2)].push_back({row.text(0), row.text(1), row.integer(3)});
  return out;
}

// A listing whose units are of one item alone: of others it is not known which item is short.
struct Shown {
  std::string shop;
  std::string sku;
  Quantity stock = 0;
  TimePoint at;
  std::string item;
  Quantity per_unit = 1;
};

std::vector<Shown> shown_since(Database& db, const std::string& organisation) {
  std::vector<Shown> out;
  auto row = db.query(
                   "SELECT l.shop, l.sku, l.observed_stock, l.observed_at, c.item, c.quantity"
                   " FROM recoveries r CROSS JOIN listings l ON l.organisation = r.organisation"
                   " AND l.shop = r.shop CROSS JOIN units u ON u.organisation = l.organisation"
                   " AND u.shop = l.shop AND u.unit = l.unit CROSS JOIN components c"
                   " ON c.organisation = l.organisation AND c.sku = l.sku"
                   " WHERE r.organisation = ?1 AND r.step = 'read' AND l.published = 1"
                   " AND l.wanted = 1 AND u.wanted = 1 AND l.observed_stock IS NOT NULL"
                   " AND l.observed_at >= r.since AND coalesce(l.observed_listed, 1) = 1"
                   " AND (SELECT count(*) FROM components k WHERE k.organisation = c.organisation"
                   " AND k.sku = c.sku) = 1")
                 .bind(1, organisation);
  while (row.step())
    out.push_back(
        {row.text(0), row.text(1), row.integer(2), row.time(3), row.text(4), row.integer(5)});
  return out;
}

Quantity divide_up(Quantity a, Quantity b) {
  return (a + b - 1) / b;
}

std::string_view name_of(RecoveryStep step) {
  return step == RecoveryStep::orders ? "orders" : "listings";
}

}  // namespace

RecoveryStep find_recovery(Database& db, const std::string& organisation, const std::string& shop) {
  auto row = db.query(
                   "SELECT step, EXISTS (SELECT 1 FROM recoveries AS recovering"
                   " WHERE recovering.organisation = ?1 AND recovering.step = 'orders') FROM "
                   "recoveries WHERE organisation = ?1 AND shop = ?2")
                 .bind(1, organisation)
                 .bind(2, shop);
  if (!row.step()) return RecoveryStep::none;
  const std::string step = row.text(0);
  if (step == "orders") return RecoveryStep::orders;
  if (step == "read") return RecoveryStep::read;
  return row.integer(1) != 0 ? RecoveryStep::others : RecoveryStep::listings;
}

Result<AdvanceRecovery::Answer> SqliteScripts::run(const AdvanceRecovery& script) {
  GERBANG_TRY(shop, shop_row({}, script.shop));
  if (find_recovery(db_, shop.organisation, shop.id) != script.done ||
      (script.done != RecoveryStep::orders && script.done != RecoveryStep::listings))
    return false;
  if (script.done == RecoveryStep::orders) {
    auto row = db_.query(
                      "SELECT 1 FROM recoveries r CROSS JOIN shops s ON s.id = r.shop"
                      " WHERE r.organisation = ?1 AND r.shop = ?2 AND s.orders_polled_to >= r.since"
                      " AND NOT EXISTS (SELECT 1 FROM work w WHERE w.shop = ?2"
                      " AND w.aspect = 'order_fetch' AND w.parked = 0)")
                   .bind(1, shop.organisation)
                   .bind(2, shop.id);
    if (!row.step()) return false;
  }
  db_.query("UPDATE recoveries SET step = ?3 WHERE organisation = ?1 AND shop = ?2")
      .bind(1, shop.organisation)
      .bind(2, shop.id)
      .bind(3, script.done == RecoveryStep::orders ? "listings" : "read")
      .run();
  log::info("recovery.step_done", {{"shop", shop.id}, {"name", name_of(script.done)}});
  go_on_recovering(shop.organisation);
  return true;
}

void SqliteScripts::go_on_recovering(const std::string& organisation) {
  std::int64_t shops = 0, read = 0;
  {
    auto row = db_.query(
                      "SELECT count(*), count(*) FILTER (WHERE step = 'read') FROM recoveries"
                      " WHERE organisation = ?1")
                   .bind(1, organisation);
    row.step();
    shops = row.integer(0);
    read = row.integer(1);
  }
  const bool ends = read == shops;
  if (ends) {
    doubt_stock(organisation);
    db_.query("DELETE FROM recoveries WHERE organisation = ?1").bind(1, organisation).run();
  }
  for (const ShopRow& row : all_shops(db_, organisation)) {
    if (row.shop.state == ShopState::retired) continue;
    if (ends) mark_shop(row.shop, Aspect::stock, Urgency::routine);
    touched_.shops_with_work.insert(row.shop.id);
  }
}

void SqliteScripts::leave_recovery(const Shop& shop) {
  const auto left = db_.query("DELETE FROM recoveries WHERE organisation = ?1 AND shop = ?2")
                        .bind(1, shop.organisation)
                        .bind(2, shop.id)
                        .run();
  if (left > 0) go_on_recovering(shop.organisation);
}

// Let a shop show o of a listing of which the database offers it c. The shop was told of what
// others had sold when its value was sent, perhaps, and of its own sales at once. So c - o, and on
// top of it every sale that came in since the restore and is another shop's, or was made after o
// was read, is the most that may have been counted away since the backup. Where no sale was told
// before the backup was lost it is exactly that; else it is too much, and a count sets it right: a
// unit that is not offered can be sold tomorrow, one that is sold twice cannot.
void SqliteScripts::doubt_stock(const std::string& organisation) {
  TimePoint since;
  {
    auto row = db_.query("SELECT min(since) FROM recoveries WHERE organisation = ?1")
                   .bind(1, organisation);
    if (!row.step() || row.is_null(0)) return;
    since = row.time(0);
  }
  const Sales sales = sales_since(db_, organisation, since);
  std::map<std::string, Quantity> doubted;
  for (const Shown& shown : shown_since(db_, organisation)) {
    auto found = find_shop(db_, organisation, shown.shop);
    if (!found || found->shop.share_percent == 0) continue;
    Quantity untold = 0;
    if (const auto sold = sales.find(shown.item); sold != sales.end()) {
      const std::string seen = first_id("ord", shown.at);
      for (const Sale& sale : sold->second)
        if (sale.shop != shown.shop || sale.order >= seen) untold += sale.quantity;
    }
    const Quantity missing = offered(db_, organisation, found->shop, shown.sku) +
                             divide_up(untold, shown.per_unit) - shown.stock;
    if (missing <= 0) continue;
    const Quantity units = divide_up(missing * 100, found->shop.share_percent);
    Quantity& most = doubted[shown.item];
    most = std::max(most, units * shown.per_unit);
  }
  if (doubted.empty()) return;

  Ledger ledger(db_, organisation, now(), random_, next_revision());
  std::int64_t items = 0;
  for (const auto& [item, quantity] : doubted) {
    Quantity left = quantity;
    for (const StockLevel& level : ledger.levels(item)) {
      const Quantity here = std::min(left, level.available());
      if (here <= 0) continue;
      left -= here;
      ledger.set_buffer(item, level.location, level.buffer + here);
      db_.query(
             "INSERT INTO doubted_stock (organisation, item, location, quantity, since)"
             " VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT (organisation, item, location)"
             " DO UPDATE SET quantity = quantity + excluded.quantity")
          .bind(1, organisation)
          .bind(2, item)
          .bind(3, level.location)
          .bind(4, here)
          .bind(5, now())
          .run();
    }
    if (left == quantity) continue;  // none of it was on offer
    ++items;
  }
  spread(organisation, ledger, std::nullopt);
  for (const std::string& item : ledger.touched())
    emit_stock(organisation, stock_view(organisation, item));
  log::warning("recovery.stock_doubted", {{"organisation", organisation}, {"count", items}});
}

Quantity SqliteScripts::doubted_stock(const std::string& organisation, const std::string& item,
                                      const std::string& location) {
  auto row = db_.query(
                    "SELECT quantity FROM doubted_stock"
                    " WHERE organisation = ?1 AND item = ?2 AND location = ?3")
                 .bind(1, organisation)
                 .bind(2, item)
                 .bind(3, location);
  return row.step() ? row.integer(0) : 0;
}

Quantity SqliteScripts::trust_stock(const std::string& organisation, const std::string& item,
                                    const std::string& location) {
  const Quantity doubted = doubted_stock(organisation, item, location);
  if (doubted > 0)
    db_.query("DELETE FROM doubted_stock WHERE organisation = ?1 AND item = ?2 AND location = ?3")
        .bind(1, organisation)
        .bind(2, item)
        .bind(3, location)
        .run();
  return doubted;
}

Result<void> check_keys(const std::string& path, const Vault& vault) {
  try {
    Database db(path, Database::Mode::reader);
    GERBANG_TRY(empty, recognise_schema(db));
    (void)empty;
    // Every shop: after a rotation not all have to be under the same key.
    auto row =
        db.query("SELECT id, tokens FROM shops WHERE tokens IS NOT NULL AND state <> 'retired'");
    while (row.step()) {
      if (!open_tokens(vault, row.text(0), row.blob(1)))
        return Error(ErrorKind::invalid, "backup_other_key",
                     path + " was sealed with another master key than the configured one");
    }
    return {};
  } catch (const DatabaseError& error) {
    return Error(ErrorKind::transient, "store_cannot_open", path + ": " + error.what());
  }
}

Result<void> mark_restored(const std::string& path, TimePoint now) {
  try {
    Database db(path, Database::Mode::writer);
    GERBANG_CHECK(migrate(db));
    db.query("BEGIN IMMEDIATE").run();
    db.query("UPDATE counters SET value = value + ?1 WHERE name = 'revision'").bind(1, kLift).run();
    // Who reads events remembers the number of the last one.
    db.query("UPDATE organisations SET event_sequence = event_sequence + ?1").bind(1, kLift).run();
    db.query(
          "INSERT INTO counters VALUES ('restored_at', ?1)"
          " ON CONFLICT (name) DO UPDATE SET value = excluded.value")
        .bind(1, to_unix_millis(now))
        .run();
    db.query("DELETE FROM recoveries").run();
    // Shops that were cut off when the backup was made were kept true then as little as now.
    db.query(
          "INSERT INTO recoveries (organisation, shop, step, since)"
          " SELECT organisation, id, 'orders', ?1 FROM shops WHERE tokens IS NOT NULL"
          " AND state IN ('active', 'throttled', 'unreachable')")
        .bind(1, to_unix_millis(now))
        .run();
    db.query("COMMIT").run();
    auto row = db.query("PRAGMA wal_checkpoint(TRUNCATE)");
    if (row.step() && row.integer(0) == 0) return {};
    return Error(ErrorKind::transient, "store_cannot_open", path + ": the log is in use");
  } catch (const DatabaseError& error) {
    return Error(ErrorKind::transient, "store_cannot_open", path + ": " + error.what());
  }
}

}  // namespace gerbang::store
