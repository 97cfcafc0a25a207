#include <map>

#include "core/base/ids.hpp"
#include "core/store/sqlite/rows.hpp"
#include "core/store/sqlite/scripts.hpp"
#include "core/store/work_rules.hpp"

namespace gerbang::store {

std::int64_t SqliteScripts::next_revision() {
  auto row =
      db_.query("UPDATE counters SET value = value + 1 WHERE name = 'revision' RETURNING value");
  ensure(row.step(), "the revision counter is missing");
  return row.integer(0);
}

void SqliteScripts::mark(const std::string& organisation, const std::string& shop, Aspect aspect,
                         std::string_view subject, Urgency urgency, std::string_view detail) {
  const std::int64_t revision = next_revision();
  // Parked work was not waiting any more, so for it `since` begins anew. After a failed attempt the
  // newer value waits as the older one would have, up to the time in which a lost request can still
  // arrive: overtaking it would make the older value the last word, or a second product.
  const std::int64_t marked =
      db_.query(
             "INSERT INTO work (shop, aspect, subject, organisation, revision, urgency, since,"
             " due_at, detail) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?7, ?8)"
             " ON CONFLICT (shop, aspect, subject) DO UPDATE SET"
             " revision = excluded.revision, urgency = min(urgency, excluded.urgency),"
             " since = CASE parked WHEN 1 THEN excluded.since ELSE since END,"
             " due_at = CASE WHEN parked = 0 AND attempts > 0 AND due_at > excluded.due_at"
             " AND aspect <> 'order_fetch' THEN min(due_at, excluded.due_at + ?9)"
             " ELSE excluded.due_at END,"
             " attempts = CASE WHEN parked = 0 AND due_at > excluded.due_at THEN attempts ELSE 0"
             " END, parked = 0,"
             // What a channel has deferred stays known until it has been heard of.
             " detail = CASE WHEN aspect IN ('stock', 'price', 'state') AND excluded.detail = ''"
             " THEN detail ELSE excluded.detail END"
             " WHERE excluded.revision > revision")
          .bind(1, shop)
          .bind(2, to_string(aspect))
          .bind(3, subject)
          .bind(4, organisation)
          .bind(5, revision)
          .bind(6, static_cast<int>(urgency))
          .bind(7, now())
          .bind(8, detail)
          .bind(9, kWaitOut.count())
          .run();
  ensure(marked == 1, "a revision of work went backwards");
  switch (aspect) {
    case Aspect::stock:
    case Aspect::price:
      db_.query(
             "UPDATE listings SET revision = ?4 WHERE organisation = ?1 AND shop = ?2 AND sku = ?3")
          .bind(1, organisation)
          .bind(2, shop)
          .bind(3, subject)
          .bind(4, revision)
          .run();
      break;
    case Aspect::content:
    case Aspect::state:
      db_.query(
             "UPDATE listings SET revision = ?4"
             " WHERE organisation = ?1 AND shop = ?2 AND unit = ?3")
          .bind(1, organisation)
          .bind(2, shop)
          .bind(3, subject)
          .bind(4, revision)
          .run();
      break;
    default:
      break;
  }
  touched_.shops_with_work.insert(shop);
  if (urgency == Urgency::order) touched_.shops_in_a_hurry.insert(shop);
}

void SqliteScripts::mark_stock_of_items(const std::string& organisation,
                                        const std::set<std::string>& items, Urgency urgency,
                                        const std::set<ShopSku>& except) {
  std::set<ShopSku> concerned;
  for (const std::string& item : items) {
    auto row = db_.query(
                      "SELECT l.shop, l.sku FROM components c"
                      " CROSS JOIN listings l ON l.organisation = c.organisation AND l.sku = c.sku"
                      " CROSS JOIN shops s ON s.organisation = l.organisation AND s.id = l.shop"
                      " WHERE c.organisation = ?1 AND c.item = ?2 AND l.published = 1"
                      " AND s.state <> 'retired'")
                   .bind(1, organisation)
                   .bind(2, item);
    while (row.step()) concerned.emplace(row.text(0), row.text(1));
  }
  for (const ShopSku& pair : concerned) {
    if (!except.contains(pair)) mark(organisation, pair.first, Aspect::stock, pair.second, urgency);
  }
}

void SqliteScripts::lay_out(const std::string& organisation, const Shop& shop,
                            bool variants_in_listing, const Product& product, bool withdrawn,
                            bool content_changed) {
  const auto here = product.channels.find(shop.channel);
  const bool offered = !withdrawn && (here == product.channels.end() || here->second.listed);

  struct Known {
    bool published = false;
    bool was_wanted = false;
  };
  std::map<std::string, Known> known;
  {
    auto row = db_.query(
                      "SELECT unit, remote_product <> '' OR publishing_since IS NOT NULL, wanted"
                      " FROM units WHERE organisation = ?1 AND product = ?2 AND shop = ?3")
                   .bind(1, organisation)
                   .bind(2, product.code)
                   .bind(3, shop.id);
    while (row.step()) known.emplace(row.text(0), Known{row.integer(1) != 0, row.integer(2) != 0});
  }
  std::map<std::string, bool> wanted;
  // What is there but no longer part of the product stays, unwanted.
  for (const auto& [unit, state] : known) wanted.emplace(unit, false);
  // A variant whose listing was adopted as one of its own stays so.
  const auto unit_of = [&](const Variant& v) {
    std::string own = unit_of_variant(product.code, v.sku);
    return variants_in_listing && !known.contains(own) ? unit_of_product(product.code) : own;
  };
  for (const Variant& v : product.variants) wanted[unit_of(v)] = offered;

  for (const auto& [unit, want] : wanted) {
    db_.query(
           "INSERT INTO units (organisation, shop, unit, product, wanted)"
           " VALUES (?1, ?2, ?3, ?4, ?5)"
           " ON CONFLICT (organisation, shop, unit) DO UPDATE SET wanted = excluded.wanted")
        .bind(1, organisation)
        .bind(2, shop.id)
        .bind(3, unit)
        .bind(4, product.code)
        .bind(5, want)
        .run();
  }
  for (const auto& [unit, state] : known) {
    db_.query(
           "UPDATE listings SET wanted = 0"
           " WHERE organisation = ?1 AND shop = ?2 AND unit = ?3 AND wanted = 1")
        .bind(1, organisation)
        .bind(2, shop.id)
        .bind(3, unit)
        .run();
  }
  for (const Variant& v : product.variants) {
    // A SKU that came over from another product is not in this product's listing yet.
    db_.query(
           "INSERT INTO listings (organisation, shop, sku, product, unit, wanted, revision)"
           " VALUES (?1, ?2, ?3, ?4, ?5, ?6, 0)"
           " ON CONFLICT (organisation, shop, sku) DO UPDATE SET wanted = excluded.wanted,"
           " published = CASE WHEN unit = excluded.unit THEN published ELSE 0 END,"
           " remote_variant = CASE WHEN unit = excluded.unit THEN remote_variant ELSE '' END,"
           " product = excluded.product, unit = excluded.unit")
        .bind(1, organisation)
        .bind(2, shop.id)
        .bind(3, v.sku)
        .bind(4, product.code)
        .bind(5, unit_of(v))
        .bind(6, offered)
        .run();
  }

  for (const auto& [unit, want] : wanted) {
    const auto before = known.find(unit);
    const bool was_wanted = before != known.end() && before->second.was_wanted;
    if (want && (content_changed || !was_wanted))
      mark(organisation, shop.id, Aspect::content, unit, Urgency::normal);
    if (before == known.end() || !before->second.published || want == was_wanted) continue;
    mark(organisation, shop.id, Aspect::state, unit, Urgency::normal);
    if (!want) continue;
    // While it was off it was told no price, and no stock: what changed meanwhile is told now.
    std::vector<std::string> there;
    {
      auto row = db_.query(
                        "SELECT sku FROM listings WHERE organisation = ?1 AND shop = ?2"
                        " AND unit = ?3 AND published = 1")
                     .bind(1, organisation)
                     .bind(2, shop.id)
                     .bind(3, unit);
      while (row.step()) there.push_back(row.text(0));
    }
    for (const std::string& sku : there) {
      mark(organisation, shop.id, Aspect::stock, sku, Urgency::normal);
      mark(organisation, shop.id, Aspect::price, sku, Urgency::normal);
    }
  }
}

void SqliteScripts::emit(const std::string& organisation, std::string_view type, json::Value data) {
  std::int64_t sequence = 0;
  {
    auto row = db_.query(
                      "UPDATE organisations SET event_sequence = event_sequence + 1"
                      " WHERE id = ?1 RETURNING event_sequence")
                   .bind(1, organisation);
    ensure(row.step(), "an event of an organisation that does not exist");
    sequence = row.integer(0);
  }
  db_.query(
         "INSERT INTO events (organisation, sequence, id, type, at, data)"
         " VALUES (?1, ?2, ?3, ?4, ?5, ?6)")
      .bind(1, organisation)
      .bind(2, sequence)
      .bind(3, new_id("evt", now(), random_))
      .bind(4, type)
      .bind(5, now())
      .bind(6, json::dump(data))
      .run();
  touched_.organisations_with_events.insert(organisation);
}

StockView SqliteScripts::stock_view(const std::string& organisation, const std::string& item) {
  return read_stock(db_, organisation, item);
}

Result<Shop> SqliteScripts::shop_row(const std::string& organisation, const std::string& shop) {
  auto found = find_shop(db_, organisation, shop);
  if (!found) return std::move(found).error();
  return std::move(found->shop);
}

}  // namespace gerbang::store
