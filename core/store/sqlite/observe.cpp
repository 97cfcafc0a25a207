#include <algorithm>
#include <utility>

#include "core/store/sqlite/rows.hpp"
#include "core/store/sqlite/scripts.hpp"

namespace gerbang::store {

namespace {

// What is known of a listing when it is read back.
struct Seen {
  std::string unit;
  std::optional<Quantity> sent_stock;
  std::optional<Money> sent_price;
  std::optional<std::int64_t> sent_listed;
  std::optional<TimePoint> stock_attempt_ended;
  std::optional<TimePoint> attempt_at;
  std::optional<TimePoint> last_order_at;
  std::optional<TimePoint> observed_at;
};

std::optional<Seen> find_seen(Database& db, const Shop& shop, const std::string& sku) {
  auto row =
      db.query(
            "SELECT l.unit, l.sent_stock, l.sent_price, l.sent_currency, u.sent_listed,"
            " l.stock_attempt_ended, l.attempt_at, l.last_order_at, l.observed_at FROM listings l"
            " JOIN units u ON u.organisation = l.organisation AND u.shop = l.shop"
            " AND u.unit = l.unit WHERE l.organisation = ?1 AND l.shop = ?2 AND l.sku = ?3")
          .bind(1, shop.organisation)
          .bind(2, shop.id)
          .bind(3, sku);
  if (!row.step()) return std::nullopt;
  Seen seen;
  seen.unit = row.text(0);
  seen.sent_stock = row.integer_or_null(1);
  if (!row.is_null(2)) seen.sent_price = Money{row.integer(2), row.text(3)};
  seen.sent_listed = row.integer_or_null(4);
  seen.stock_attempt_ended = row.time_or_null(5);
  seen.attempt_at = row.time_or_null(6);
  seen.last_order_at = row.time_or_null(7);
  seen.observed_at = row.time_or_null(8);
  return seen;
}

}  // namespace

Result<ObserveListings::Answer> SqliteScripts::run(const ObserveListings& script) {
  GERBANG_TRY(shop, shop_row({}, script.shop));
  const auto pending = [&](Aspect aspect, const std::string& subject) {
    auto row = db_.query("SELECT 1 FROM work WHERE shop = ?1 AND aspect = ?2 AND subject = ?3")
                   .bind(1, shop.id)
                   .bind(2, to_string(aspect))
                   .bind(3, subject);
    return row.step();
  };
  std::int64_t drifted = 0;
  std::set<std::string> units;  // listed is a fact of the unit: told once for all its variants
  for (const ObserveListings::Item& item : script.items) {
    const std::string sku = sku_of_remote(shop.id, item.remote_product, item.remote_variant);
    if (sku.empty()) continue;
    const auto seen = find_seen(db_, shop, sku);
    if (!seen) continue;
    // Answers of before our last change say nothing about it.
    const auto since = [&](const std::optional<TimePoint>& t) {
      return t && *t >= script.read_began;
    };
    if (since(seen->attempt_at) || since(seen->stock_attempt_ended) || since(seen->observed_at))
      continue;

    db_.query(
           "UPDATE listings SET observed_stock = coalesce(?4, observed_stock),"
           " observed_price = coalesce(?5, observed_price),"
           " observed_currency = coalesce(?6, observed_currency),"
           " observed_listed = coalesce(?7, observed_listed), observed_at = ?8"
           " WHERE organisation = ?1 AND shop = ?2 AND sku = ?3")
        .bind(1, shop.organisation)
        .bind(2, shop.id)
        .bind(3, sku)
        .bind(4, item.stock)
        .bind(5, item.price ? std::optional(item.price->amount) : std::nullopt)
        .bind(6, item.price ? std::optional(item.price->currency) : std::nullopt)
        .bind(7, item.listed)
        .bind(8, script.read_began)
        .run();
    if (item.listed)
      db_.query(
             "UPDATE units SET observed_listed = ?4"
             " WHERE organisation = ?1 AND shop = ?2 AND unit = ?3")
          .bind(1, shop.organisation)
          .bind(2, shop.id)
          .bind(3, seen->unit)
          .bind(4, *item.listed)
          .run();

    json::Array fields;
    const auto drift = [&](std::string_view field, Aspect aspect, const std::string& subject) {
      fields.emplace_back(field);
      mark(shop.organisation, shop.id, aspect, subject, Urgency::routine);
    };
    // After an order the channel's counter has moved by itself: what we last sent is no measure.
    const bool sold_since = seen->last_order_at && seen->stock_attempt_ended &&
                            *seen->last_order_at >= *seen->stock_attempt_ended;
    if (item.stock && seen->sent_stock && *item.stock != *seen->sent_stock && !sold_since &&
        !pending(Aspect::stock, sku))
      drift("stock", Aspect::stock, sku);
    if (item.price && seen->sent_price && *item.price != *seen->sent_price &&
        !pending(Aspect::price, sku))
      drift("price", Aspect::price, sku);
    if (item.listed && seen->sent_listed && *item.listed != (*seen->sent_listed != 0) &&
        !pending(Aspect::state, seen->unit) && units.insert(seen->unit).second)
      drift("listed", Aspect::state, seen->unit);
    if (fields.empty()) continue;
    ++drifted;
    emit(shop.organisation, "listing.drifted",
         json::object({{"shop", shop.id},
                       {"channel", shop.channel},
                       {"sku", sku},
                       {"fields", std::move(fields)}}));
  }
  return drifted;
}

Result<Unpark::Answer> SqliteScripts::run(const Unpark& script) {
  GERBANG_TRY(shop, shop_row(script.organisation, script.shop));
  if (shop.state == ShopState::retired)
    return Error(ErrorKind::conflict, "shop_retired", "the shop is no longer spoken to");
  // A SKU means its unit too, and a unit its SKUs.
  auto woken = db_.query(
                      "UPDATE work SET parked = 0, due_at = ?3, attempts = 0, since = ?3"
                      " WHERE shop = ?1 AND parked = 1 AND (?2 = '' OR subject = ?2 OR subject IN ("
                      "SELECT unit FROM listings WHERE organisation = ?4 AND shop = ?1 AND sku = ?2"
                      " UNION SELECT sku FROM listings WHERE organisation = ?4 AND shop = ?1"
                      " AND unit = ?2))")
                   .bind(1, shop.id)
                   .bind(2, script.subject)
                   .bind(3, now())
                   .bind(4, shop.organisation)
                   .run();
  if (woken > 0) touched_.shops_with_work.insert(shop.id);
  return woken;
}

}  // namespace gerbang::store
