#include <algorithm>
#include <utility>

#include "core/store/postgres/scripts.hpp"

namespace gerbang::store::postgres {

Result<ObserveListings::Answer> PostgresScripts::run(const ObserveListings& script) {
  GERBANG_TRY(home, home_of({}, script.shop));
  std::set<std::string> remote_products;
  for (const ObserveListings::Item& item : script.items)
    remote_products.insert(item.remote_product);
  Desk desk = open_desk(home);
  desk.want_shops();
  desk.want_remote(script.shop, {remote_products.begin(), remote_products.end()});
  desk.sync();
  GERBANG_TRY(row, desk.shop(script.shop));
  const Shop& shop = row.shop;
  std::set<std::string> subjects;
  for (const auto& [key, listing] : desk.listings) {
    subjects.insert(key.second);
    subjects.insert(listing.unit);
  }
  desk.want_work(shop.id, {subjects.begin(), subjects.end()});
  desk.sync();

  std::int64_t drifted = 0;
  std::set<std::string> told;  // listed is a fact of the unit: told once for all its variants
  for (const ObserveListings::Item& item : script.items) {
    const std::string sku = desk.sku_of_remote(shop.id, item.remote_product, item.remote_variant);
    if (sku.empty()) continue;
    Desk::ListingRow& listing = *desk.listing(shop.id, sku);
    const std::string unit_name = listing.unit;
    Desk::UnitRow& unit = *desk.unit(shop.id, unit_name);
    // Answers of before our last change say nothing about it.
    const auto since = [&](const std::optional<TimePoint>& t) {
      return t && *t >= script.read_began;
    };
    if (since(listing.attempt ? std::optional(listing.attempt->at) : std::nullopt) ||
        since(listing.stock_attempt_ended) || since(listing.observed_at))
      continue;

    if (item.stock) listing.observed_stock = item.stock;
    if (item.price) listing.observed_price = item.price;
    if (item.listed) listing.observed_listed = item.listed;
    listing.observed_at = script.read_began;
    listing.dirty = true;
    if (item.listed) {
      unit.observed_listed = item.listed;
      unit.dirty = true;
    }

    json::Array fields;
    const auto drift = [&](std::string_view field, Aspect aspect, const std::string& subject) {
      fields.emplace_back(field);
      desk.mark(shop.id, aspect, subject, Urgency::routine);
    };
    // After an order the channel's counter has moved by itself: what we last sent is no measure.
    const bool sold_since = listing.last_order_at && listing.stock_attempt_ended &&
                            *listing.last_order_at >= *listing.stock_attempt_ended;
    if (item.stock && listing.sent_stock && *item.stock != *listing.sent_stock && !sold_since &&
        !desk.has_work(shop.id, Aspect::stock, sku))
      drift("stock", Aspect::stock, sku);
    if (item.price && listing.sent_price && *item.price != *listing.sent_price &&
        !desk.has_work(shop.id, Aspect::price, sku))
      drift("price", Aspect::price, sku);
    if (item.listed && unit.sent_listed && *item.listed != *unit.sent_listed &&
        !desk.has_work(shop.id, Aspect::state, unit_name) && told.insert(unit_name).second)
      drift("listed", Aspect::state, unit_name);
    if (fields.empty()) continue;
    ++drifted;
    desk.emit("listing.drifted", json::object({{"shop", shop.id},
                                               {"channel", shop.channel},
                                               {"sku", sku},
                                               {"fields", std::move(fields)}}));
  }
  desk.flush(touched_);
  return drifted;
}

Result<Unpark::Answer> PostgresScripts::run(const Unpark& script) {
  GERBANG_TRY(home, home_of(script.organisation, script.shop));
  Desk desk = open_desk(home);
  desk.want_shops();
  desk.sync();
  GERBANG_TRY(row, desk.shop(script.shop));
  if (row.shop.state == ShopState::retired)
    return Error(ErrorKind::conflict, "shop_retired", "the shop is no longer spoken to");
  // A SKU means its unit too, and a unit its SKUs.
  const Rows woken = db_.query(
      "UPDATE work SET parked = false, due_at = $4, attempts = 0, since = $4"
      " WHERE organisation = $1 AND shop = $2 AND parked AND ($3 = '' OR subject = $3"
      " OR subject IN (SELECT unit FROM listings WHERE organisation = $1 AND shop = $2 AND sku = $3"
      " UNION SELECT sku FROM listings WHERE organisation = $1 AND shop = $2 AND unit = $3))",
      Params::of(home, script.shop, script.subject, now()));
  if (woken.changed() > 0) touched_.shops_with_work.insert(script.shop);
  return woken.changed();
}

}  // namespace gerbang::store::postgres
