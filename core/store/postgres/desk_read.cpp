// What a script reads: every function queues set-based statements for the next sync().
#include <utility>

#include "core/store/postgres/desk.hpp"

namespace gerbang::store::postgres {

namespace {

#define GERBANG_PG_UNIT                                                                \
  "u.shop, u.unit, u.product, u.remote_product, u.wanted, u.publishing_since, u.memo," \
  " u.observed_listed, u.sent_listed"

#define GERBANG_PG_LISTING                                                                 \
  "l.shop, l.sku, l.product, l.unit, l.remote_variant, l.published, l.wanted, l.revision," \
  " l.attempt_at, l.attempt_outcome, l.attempt_code, l.attempt_field,"                     \
  " l.attempt_remote_code, l.attempt_remote_message, l.attempt_revision,"                  \
  " l.stock_attempt_ended, l.sent_stock, l.sent_price, l.sent_currency, l.observed_stock," \
  " l.observed_price, l.observed_currency, l.observed_listed, l.observed_at, l.last_order_at"

}  // namespace

void Desk::want_shops() {
  db_.send("SELECT " GERBANG_PG_SHOP " FROM shops WHERE organisation = $1",
           Params::of(organisation_), [this](const Rows& rows) {
             for (const Row row : rows) keep_shop(shop_from(row));
           });
}

void Desk::want_products(const std::vector<std::string>& codes) {
  db_.send(
      "SELECT code, document, revision, withdrawn, created_at, updated_at FROM products"
      " WHERE organisation = $1 AND code = ANY ($2)",
      Params::of(organisation_, codes), [this](const Rows& rows) {
        for (const Row row : rows)
          products.emplace(row.text(0), ProductRow{row.text(1), row.integer(2), row.boolean(3),
                                                   row.time(4), row.time(5), false});
      });
}

void Desk::want_all_products() {
  db_.send(
      "SELECT code, document, revision, withdrawn, created_at, updated_at FROM products"
      " WHERE organisation = $1",
      Params::of(organisation_), [this](const Rows& rows) {
        for (const Row row : rows)
          products.emplace(row.text(0), ProductRow{row.text(1), row.integer(2), row.boolean(3),
                                                   row.time(4), row.time(5), false});
      });
}

void Desk::want_variants(const std::vector<std::string>& of_products,
                         const std::vector<std::string>& skus) {
  for (const std::string& sku : skus) components_known_.insert(sku);
  db_.send("SELECT product, " GERBANG_PG_PRICES
           " FROM variants WHERE organisation = $1 AND (product = ANY ($2) OR sku = ANY ($3))",
           Params::of(organisation_, of_products, skus), [this](const Rows& rows) {
             for (const Row row : rows) {
               VariantRow variant;
               variant.product = row.text(0);
               variant.prices.price = money_from(row, 2);
               variant.prices.channels = prices_from_text(row.text(4));
               variant.prices.revision = row.integer(5);
               components_known_.insert(row.text(1));
               variants.emplace(row.text(1), std::move(variant));
             }
           });
  db_.send(
      "SELECT c.sku, c.item, c.quantity FROM components c WHERE c.organisation = $1"
      " AND (c.sku = ANY ($3) OR c.sku IN (SELECT v.sku FROM variants v"
      " WHERE v.organisation = $1 AND v.product = ANY ($2))) ORDER BY c.sku, c.item",
      Params::of(organisation_, of_products, skus), [this](const Rows& rows) {
        for (const Row row : rows)
          components_[row.text(0)].push_back({row.text(1), row.integer(2)});
      });
}

void Desk::want_components(const std::vector<std::string>& skus) {
  std::vector<std::string> missing;
  for (const std::string& sku : skus) {
    if (components_known_.insert(sku).second) missing.push_back(sku);
  }
  if (missing.empty()) return;
  db_.send(
      "SELECT sku, item, quantity FROM components WHERE organisation = $1 AND sku = ANY ($2)"
      " ORDER BY sku, item",
      Params::of(organisation_, missing), [this](const Rows& rows) {
        for (const Row row : rows)
          components_[row.text(0)].push_back({row.text(1), row.integer(2)});
      });
}

void Desk::keep_units(const Rows& rows) {
  for (const Row row : rows) {
    UnitRow unit;
    unit.product = row.text(2);
    unit.remote_product = row.text(3);
    unit.wanted = row.boolean(4);
    unit.publishing_since = row.time_or_null(5);
    unit.memo = row.text(6);
    unit.observed_listed = row.boolean_or_null(7);
    unit.sent_listed = row.boolean_or_null(8);
    // What is here already may have changed here.
    units.emplace(InShop{row.text(0), row.text(1)}, std::move(unit));
  }
}

void Desk::keep_listings(const Rows& rows) {
  for (const Row row : rows) {
    ListingRow l;
    l.product = row.text(2);
    l.unit = row.text(3);
    l.remote_variant = row.text(4);
    l.published = row.boolean(5);
    l.wanted = row.boolean(6);
    l.revision = row.integer(7);
    if (!row.is_null(8))
      l.attempt = Attempt{row.time(8),  row.text(9),  row.text(10),   row.text(11),
                          row.text(12), row.text(13), row.integer(14)};
    l.stock_attempt_ended = row.time_or_null(15);
    l.sent_stock = row.integer_or_null(16);
    l.sent_price = money_from(row, 17);
    l.observed_stock = row.integer_or_null(19);
    l.observed_price = money_from(row, 20);
    l.observed_listed = row.boolean_or_null(22);
    l.observed_at = row.time_or_null(23);
    l.last_order_at = row.time_or_null(24);
    listings.emplace(InShop{row.text(0), row.text(1)}, std::move(l));
  }
}

void Desk::want_layout(const std::vector<std::string>& of_products,
                       const std::vector<std::string>& skus) {
  db_.send("SELECT " GERBANG_PG_UNIT
           " FROM units u WHERE u.organisation = $1 AND u.product = ANY ($2)",
           Params::of(organisation_, of_products), [this](const Rows& rows) { keep_units(rows); });
  db_.send("SELECT " GERBANG_PG_LISTING
           " FROM listings l WHERE l.organisation = $1"
           " AND (l.product = ANY ($2) OR l.sku = ANY ($3))",
           Params::of(organisation_, of_products, skus),
           [this](const Rows& rows) { keep_listings(rows); });
}

void Desk::want_listings(const std::string& shop, const std::vector<std::string>& skus,
                         const std::vector<std::string>& of_units) {
  db_.send("SELECT " GERBANG_PG_LISTING
           " FROM listings l WHERE l.organisation = $1 AND l.shop = $2 AND (l.unit = ANY ($4)"
           " OR l.unit IN (SELECT x.unit FROM listings x WHERE x.organisation = $1"
           " AND x.shop = $2 AND x.sku = ANY ($3)))",
           Params::of(organisation_, shop, skus, of_units),
           [this](const Rows& rows) { keep_listings(rows); });
  db_.send("SELECT " GERBANG_PG_UNIT
           " FROM units u WHERE u.organisation = $1 AND u.shop = $2 AND (u.unit = ANY ($4)"
           " OR u.unit IN (SELECT x.unit FROM listings x WHERE x.organisation = $1"
           " AND x.shop = $2 AND x.sku = ANY ($3)))",
           Params::of(organisation_, shop, skus, of_units),
           [this](const Rows& rows) { keep_units(rows); });
}

void Desk::want_siblings(const std::string& shop, const std::vector<std::string>& skus) {
  db_.send("SELECT " GERBANG_PG_LISTING
           " FROM listings l WHERE l.organisation = $1 AND l.shop = $2"
           " AND l.product IN (SELECT x.product FROM listings x WHERE x.organisation = $1"
           " AND x.shop = $2 AND x.sku = ANY ($3))",
           Params::of(organisation_, shop, skus),
           [this](const Rows& rows) { keep_listings(rows); });
  db_.send("SELECT " GERBANG_PG_UNIT
           " FROM units u WHERE u.organisation = $1 AND u.shop = $2"
           " AND u.product IN (SELECT x.product FROM listings x WHERE x.organisation = $1"
           " AND x.shop = $2 AND x.sku = ANY ($3))",
           Params::of(organisation_, shop, skus), [this](const Rows& rows) { keep_units(rows); });
}

void Desk::want_remote(const std::string& shop, const std::vector<std::string>& remote_products) {
  db_.send("SELECT " GERBANG_PG_UNIT
           " FROM units u WHERE u.organisation = $1 AND u.shop = $2"
           " AND u.remote_product = ANY ($3) AND u.remote_product <> ''",
           Params::of(organisation_, shop, remote_products),
           [this](const Rows& rows) { keep_units(rows); });
  db_.send("SELECT " GERBANG_PG_LISTING
           " FROM listings l WHERE l.organisation = $1 AND l.shop = $2"
           " AND l.unit IN (SELECT u.unit FROM units u WHERE u.organisation = $1 AND u.shop = $2"
           " AND u.remote_product = ANY ($3) AND u.remote_product <> '')",
           Params::of(organisation_, shop, remote_products),
           [this](const Rows& rows) { keep_listings(rows); });
}

void Desk::want_work(const std::string& shop, const std::vector<std::string>& subjects) {
  for (const std::string& subject : subjects) work_known_.insert({shop, subject});
  db_.send(
      "SELECT aspect, subject, revision, urgency, since, due_at, attempts, detail, parked"
      " FROM work WHERE organisation = $1 AND shop = $2 AND aspect = ANY (ARRAY['order_fetch',"
      " 'order_accept', 'order_ship', 'order_cancel', 'stock', 'price', 'content', 'state'])"
      " AND subject = ANY ($3)",
      Params::of(organisation_, shop, subjects), [this, shop](const Rows& rows) {
        for (const Row row : rows) {
          const auto aspect = aspect_from(row.view(0));
          ensure(aspect.has_value(), "a stored aspect is unknown");
          WorkRow work;
          work.revision = row.integer(2);
          work.urgency = static_cast<Urgency>(row.integer(3));
          work.since = row.time(4);
          work.due_at = row.time(5);
          work.attempts = row.integer(6);
          work.detail = row.text(7);
          work.parked = row.boolean(8);
          work_.emplace(WorkKey{shop, *aspect, row.text(1)}, std::move(work));
        }
      });
}

// ---- orders ---------------------------------------------------------------------------------

void Desk::keep_orders(const Rows& rows) {
  for (const Row row : rows) {
    OrderRow order;
    order.order = order_from(row);
    order.hold = hold_from(row.view(kOrderColumns));
    order.remote_updated_at = row.time(kOrderColumns + 1);
    orders.emplace(order.order.id, std::move(order));
  }
}

void Desk::keep_lines(const Rows& rows, bool whole) {
  std::set<std::string> mine;  // orders whose lines come with these rows
  for (const Row row : rows) {
    OrderRow& order = orders.at(row.text(0));
    if (!mine.contains(order.order.id)) {
      if (order.whole) continue;
      order.lines.clear();
      mine.insert(order.order.id);
    }
    LineRow line;
    line.line = line_from(row);
    line.position = row.integer(kLineColumns);
    line.restocked = row.integer(kLineColumns + 1);
    order.lines.push_back(std::move(line));
  }
  if (!whole) return;
  for (const std::string& id : mine) orders.at(id).whole = true;
}

void Desk::want_orders(const std::string& shop, const std::vector<std::string>& external_ids) {
  db_.send("SELECT " GERBANG_PG_ORDER
           ", o.hold, o.remote_updated_at FROM orders o"
           " WHERE o.organisation = $1 AND o.shop = $2 AND o.external_id = ANY ($3)",
           Params::of(organisation_, shop, external_ids),
           [this](const Rows& rows) { keep_orders(rows); });
  db_.send("SELECT " GERBANG_PG_LINE
           ", l.position, l.restocked FROM orders o JOIN order_lines l"
           " ON l.organisation = o.organisation AND l.order_id = o.id"
           " WHERE o.organisation = $1 AND o.shop = $2 AND o.external_id = ANY ($3)"
           " ORDER BY l.order_id, l.position, l.remote_line",
           Params::of(organisation_, shop, external_ids),
           [this](const Rows& rows) { keep_lines(rows, true); });
}

void Desk::want_orders_by_id(const std::vector<std::string>& ids) {
  db_.send("SELECT " GERBANG_PG_ORDER
           ", o.hold, o.remote_updated_at FROM orders o"
           " WHERE o.organisation = $1 AND o.id = ANY ($2)",
           Params::of(organisation_, ids), [this](const Rows& rows) { keep_orders(rows); });
  db_.send("SELECT " GERBANG_PG_LINE
           ", l.position, l.restocked FROM order_lines l"
           " WHERE l.organisation = $1 AND l.order_id = ANY ($2)"
           " ORDER BY l.order_id, l.position, l.remote_line",
           Params::of(organisation_, ids), [this](const Rows& rows) { keep_lines(rows, true); });
}

// The lines that lack units and could use one of the items: by what they hold of it, or by what
// their variant takes. With them every other short line of the same order: has_shortage is about
// all.
#define GERBANG_PG_SHORT                                                                     \
  " FROM orders o WHERE o.organisation = $1 AND o.has_shortage AND o.hold = 'held'"          \
  " AND EXISTS (SELECT FROM order_lines s WHERE s.organisation = $1 AND s.order_id = o.id"   \
  " AND s.shortage > 0 AND (EXISTS (SELECT FROM components c WHERE c.organisation = $1"      \
  " AND c.sku = s.sku AND c.item = ANY ($2)) OR EXISTS (SELECT FROM reservations r"          \
  " WHERE r.organisation = $1 AND r.order_id = s.order_id AND r.remote_line = s.remote_line" \
  " AND r.item = ANY ($2) AND r.state = 'held')))"

void Desk::want_short_orders(const std::vector<std::string>& items) {
  db_.send("SELECT " GERBANG_PG_ORDER ", o.hold, o.remote_updated_at" GERBANG_PG_SHORT,
           Params::of(organisation_, items), [this](const Rows& rows) { keep_orders(rows); });
  db_.send("SELECT " GERBANG_PG_LINE
           ", l.position, l.restocked FROM order_lines l WHERE l.organisation = $1"
           " AND l.shortage > 0 AND l.order_id IN (SELECT o.id" GERBANG_PG_SHORT
           ") ORDER BY l.order_id, l.position, l.remote_line",
           Params::of(organisation_, items), [this](const Rows& rows) { keep_lines(rows, false); });
}

}  // namespace gerbang::store::postgres
