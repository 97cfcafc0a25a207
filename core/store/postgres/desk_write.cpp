// What a script changed, written set-based: a statement for each table, whatever the number of
// rows.
#include <algorithm>

#include "core/base/ids.hpp"
#include "core/store/postgres/desk.hpp"
#include "core/store/work_rules.hpp"

namespace gerbang::store::postgres {

void Desk::flush(Committed& touched, const std::function<void()>& also) {
  write_catalogue();
  write_listings();
  write_work();
  write_orders();
  write_events();
  if (also) also();
  db_.sync();
  touched.shops_with_work.insert(touched_.begin(), touched_.end());
  touched.shops_in_a_hurry.insert(hurried_.begin(), hurried_.end());
  if (!events_.empty()) touched.organisations_with_events.insert(organisation_);
}

void Desk::write_catalogue() {
  Batch rows;
  for (const auto& [code, product] : products) {
    if (product.dirty)
      rows.row(code, product.document, product.revision, product.withdrawn, product.created_at,
               product.updated_at);
  }
  if (!rows.empty())
    db_.send(
        "INSERT INTO products (organisation, code, document, revision, withdrawn, created_at,"
        " updated_at) SELECT $1, * FROM unnest($2::text[], $3::text[], $4::bigint[],"
        " $5::boolean[], $6::bigint[], $7::bigint[])"
        " ON CONFLICT (organisation, code) DO UPDATE SET document = excluded.document,"
        " revision = excluded.revision, withdrawn = excluded.withdrawn,"
        " updated_at = excluded.updated_at",
        rows.after(Params::of(organisation_)));

  if (!removed_variants_.empty())
    db_.send("DELETE FROM variants WHERE organisation = $1 AND sku = ANY ($2)",
             Params::of(organisation_, std::vector<std::string>(removed_variants_.begin(),
                                                                removed_variants_.end())));
  Batch variant_rows;
  for (const auto& [sku, variant] : variants) {
    if (variant.dirty)
      variant_rows.row(sku, variant.product, amount_of(variant.prices.price),
                       currency_of(variant.prices.price), prices_to_text(variant.prices.channels),
                       variant.prices.revision);
  }
  if (!variant_rows.empty())
    db_.send(
        "INSERT INTO variants (organisation, sku, product, price, currency, channel_prices,"
        " price_revision) SELECT $1, * FROM unnest($2::text[], $3::text[], $4::bigint[],"
        " $5::text[], $6::text[], $7::bigint[])"
        " ON CONFLICT (organisation, sku) DO UPDATE SET product = excluded.product,"
        " price = excluded.price, currency = excluded.currency,"
        " channel_prices = excluded.channel_prices, price_revision = excluded.price_revision",
        variant_rows.after(Params::of(organisation_)));

  if (components_changed_.empty()) return;
  db_.send("DELETE FROM components WHERE organisation = $1 AND sku = ANY ($2)",
           Params::of(organisation_, std::vector<std::string>(components_changed_.begin(),
                                                              components_changed_.end())));
  Batch component_rows;
  for (const std::string& sku : components_changed_) {
    for (const Component& c : components_[sku]) component_rows.row(sku, c.item, c.quantity);
  }
  if (!component_rows.empty())
    db_.send(
        "INSERT INTO components (organisation, sku, item, quantity)"
        " SELECT $1, * FROM unnest($2::text[], $3::text[], $4::bigint[])",
        component_rows.after(Params::of(organisation_)));
}

void Desk::write_listings() {
  if (!removed_units_.empty()) {
    Batch gone;
    for (const auto& [shop, unit] : removed_units_) gone.row(shop, unit);
    db_.send(
        "DELETE FROM units AS u USING unnest($2::text[], $3::text[]) AS g (shop, unit)"
        " WHERE u.organisation = $1 AND u.shop = g.shop AND u.unit = g.unit",
        gone.after(Params::of(organisation_)));
  }
  Batch unit_rows;
  for (const auto& [key, u] : units) {
    if (u.dirty)
      unit_rows.row(key.first, key.second, u.product, u.remote_product, u.wanted,
                    u.publishing_since, u.memo, u.observed_listed, u.sent_listed);
  }
  if (!unit_rows.empty())
    db_.send(
        "INSERT INTO units (organisation, shop, unit, product, remote_product, wanted,"
        " publishing_since, memo, observed_listed, sent_listed) SELECT $1, * FROM"
        " unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::boolean[], $7::bigint[],"
        " $8::text[], $9::boolean[], $10::boolean[])"
        " ON CONFLICT (organisation, shop, unit) DO UPDATE SET"
        " remote_product = excluded.remote_product, wanted = excluded.wanted,"
        " publishing_since = excluded.publishing_since, memo = excluded.memo,"
        " observed_listed = excluded.observed_listed, sent_listed = excluded.sent_listed",
        unit_rows.after(Params::of(organisation_)));

  Batch rows;
  for (const auto& [key, l] : listings) {
    if (!l.dirty) continue;
    const auto& a = l.attempt;
    const auto said = [&](auto member) { return a ? std::optional((*a).*member) : std::nullopt; };
    rows.row(key.first, key.second, l.product, l.unit, l.remote_variant, l.published, l.wanted,
             l.revision, said(&Attempt::at), said(&Attempt::outcome), said(&Attempt::code),
             said(&Attempt::field), said(&Attempt::remote_code), said(&Attempt::remote_message),
             said(&Attempt::revision), l.stock_attempt_ended, l.sent_stock, amount_of(l.sent_price),
             currency_of(l.sent_price), l.observed_stock, amount_of(l.observed_price),
             currency_of(l.observed_price), l.observed_listed, l.observed_at, l.last_order_at);
  }
  if (!rows.empty())
    db_.send(
        "INSERT INTO listings (organisation, shop, sku, product, unit, remote_variant, published,"
        " wanted, revision, attempt_at, attempt_outcome, attempt_code, attempt_field,"
        " attempt_remote_code, attempt_remote_message, attempt_revision, stock_attempt_ended,"
        " sent_stock, sent_price, sent_currency, observed_stock, observed_price,"
        " observed_currency, observed_listed, observed_at, last_order_at)"
        " SELECT $1, * FROM unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::text[],"
        " $7::boolean[], $8::boolean[], $9::bigint[], $10::bigint[], $11::text[], $12::text[],"
        " $13::text[], $14::text[], $15::text[], $16::bigint[], $17::bigint[], $18::bigint[],"
        " $19::bigint[], $20::text[], $21::bigint[], $22::bigint[], $23::text[], $24::boolean[],"
        " $25::bigint[], $26::bigint[])"
        " ON CONFLICT (organisation, shop, sku) DO UPDATE SET product = excluded.product,"
        " unit = excluded.unit, remote_variant = excluded.remote_variant,"
        " published = excluded.published, wanted = excluded.wanted, revision = excluded.revision,"
        " attempt_at = excluded.attempt_at, attempt_outcome = excluded.attempt_outcome,"
        " attempt_code = excluded.attempt_code, attempt_field = excluded.attempt_field,"
        " attempt_remote_code = excluded.attempt_remote_code,"
        " attempt_remote_message = excluded.attempt_remote_message,"
        " attempt_revision = excluded.attempt_revision,"
        " stock_attempt_ended = excluded.stock_attempt_ended, sent_stock = excluded.sent_stock,"
        " sent_price = excluded.sent_price, sent_currency = excluded.sent_currency,"
        " observed_stock = excluded.observed_stock, observed_price = excluded.observed_price,"
        " observed_currency = excluded.observed_currency,"
        " observed_listed = excluded.observed_listed, observed_at = excluded.observed_at,"
        " last_order_at = excluded.last_order_at",
        rows.after(Params::of(organisation_)));
}

// A mark meets the row that is there, as Desk::apply_mark() says: the script's revision, the lower
// urgency, and a failed row keeps waiting as it would have.
#define GERBANG_PG_MARK                                                                         \
  " ON CONFLICT (organisation, shop, aspect, subject) DO UPDATE SET"                            \
  " revision = excluded.revision, urgency = least(work.urgency, excluded.urgency),"             \
  " since = CASE WHEN work.parked THEN excluded.since ELSE work.since END,"                     \
  " due_at = CASE WHEN NOT work.parked AND work.attempts > 0 AND work.due_at > excluded.due_at" \
  " AND work.aspect <> 'order_fetch' THEN least(work.due_at, excluded.due_at + $4)"             \
  " ELSE excluded.due_at END,"                                                                  \
  " attempts = CASE WHEN NOT work.parked AND work.due_at > excluded.due_at THEN work.attempts"  \
  " ELSE 0 END, parked = false,"                                                                \
  " detail = CASE WHEN work.aspect IN ('stock', 'price', 'state') AND excluded.detail = ''"     \
  " THEN work.detail ELSE excluded.detail END"                                                  \
  " WHERE excluded.revision >= work.revision RETURNING shop"

void Desk::write_work() {
  if (!removed_work_.empty()) {
    Batch gone;
    for (const auto& [shop, aspect, subject] : removed_work_)
      gone.row(shop, to_string(aspect), subject);
    db_.send(
        "DELETE FROM work AS w USING unnest($2::text[], $3::text[], $4::text[])"
        " AS g (shop, aspect, subject) WHERE w.organisation = $1 AND w.shop = g.shop"
        " AND w.aspect = g.aspect AND w.subject = g.subject",
        gone.after(Params::of(organisation_)));
  }
  Batch rows;
  for (const auto& [key, w] : work_) {
    if (w.dirty)
      rows.row(std::get<0>(key), to_string(std::get<1>(key)), std::get<2>(key), w.revision,
               static_cast<std::int64_t>(w.urgency), w.since, w.due_at, w.attempts, w.detail,
               w.parked);
  }
  if (!rows.empty())
    db_.send(
        "INSERT INTO work (organisation, shop, aspect, subject, revision, urgency, since, due_at,"
        " attempts, detail, parked) SELECT $1, * FROM unnest($2::text[], $3::text[], $4::text[],"
        " $5::bigint[], $6::bigint[], $7::bigint[], $8::bigint[], $9::bigint[], $10::text[],"
        " $11::boolean[]) ON CONFLICT (organisation, shop, aspect, subject) DO UPDATE SET"
        " revision = excluded.revision, urgency = excluded.urgency, since = excluded.since,"
        " due_at = excluded.due_at, attempts = excluded.attempts, detail = excluded.detail,"
        " parked = excluded.parked",
        rows.after(Params::of(organisation_)));

  Batch marks, of_skus, of_units;
  for (const auto& [key, mark] : marks_) {
    const auto& [shop, aspect, subject] = key;
    marks.row(shop, to_string(aspect), subject, static_cast<std::int64_t>(mark.urgency),
              mark.detail);
    if (of_variant(aspect)) of_skus.row(shop, subject);
    if (of_unit(aspect)) of_units.row(shop, subject);
  }
  for (const auto& [key, work] : work_) {
    if (work.dirty && of_unit(std::get<1>(key)) && work.revision == revision_)
      of_units.row(std::get<0>(key), std::get<2>(key));
    if (work.dirty && of_variant(std::get<1>(key)) && work.revision == revision_)
      of_skus.row(std::get<0>(key), std::get<2>(key));
  }
  if (!marks.empty()) {
    const auto count = static_cast<std::int64_t>(marks.size());
    db_.send(
        "INSERT INTO work (organisation, shop, aspect, subject, revision, urgency, since, due_at,"
        " detail) SELECT $1, m.shop, m.aspect, m.subject, $2, m.urgency, $3, $3, m.detail"
        " FROM unnest($5::text[], $6::text[], $7::text[], $8::bigint[], $9::text[])"
        " AS m (shop, aspect, subject, urgency, detail)" GERBANG_PG_MARK,
        marks.after(Params::of(organisation_, revision_, now_, kWaitOut.count())),
        [count](const Rows& marked) {
          ensure(static_cast<std::int64_t>(marked.size()) == count,
                 "a revision of work went backwards");
        });
  }
  if (!of_skus.empty())
    db_.send(
        "UPDATE listings AS l SET revision = $2 FROM unnest($3::text[], $4::text[])"
        " AS m (shop, sku) WHERE l.organisation = $1 AND l.shop = m.shop AND l.sku = m.sku"
        " AND l.revision < $2",
        of_skus.after(Params::of(organisation_, revision_)));
  if (!of_units.empty())
    db_.send(
        "UPDATE listings AS l SET revision = $2 FROM unnest($3::text[], $4::text[])"
        " AS m (shop, unit) WHERE l.organisation = $1 AND l.shop = m.shop AND l.unit = m.unit"
        " AND l.revision < $2",
        of_units.after(Params::of(organisation_, revision_)));

  // A handful of aspects, whatever the size of the shop.
  for (const ShopMark& mark : shop_marks_) {
    const auto count = [this, mark](const Rows& marked) {
      *mark.marked += static_cast<std::int64_t>(marked.size());
      if (!marked.empty()) touched_.insert(mark.shop);
    };
    Params params = Params::of(organisation_, revision_, now_, kWaitOut.count(), mark.shop,
                               to_string(mark.aspect), static_cast<std::int64_t>(mark.urgency));
    if (mark.aspect == Aspect::content) {
      db_.send(
          "WITH raised AS (UPDATE listings SET revision = $2 WHERE organisation = $1"
          " AND shop = $5 AND unit IN (SELECT unit FROM units WHERE organisation = $1"
          " AND shop = $5 AND wanted))"
          " INSERT INTO work (organisation, shop, aspect, subject, revision, urgency, since,"
          " due_at) SELECT $1, $5, $6, unit, $2, $7, $3, $3 FROM units"
          " WHERE organisation = $1 AND shop = $5 AND wanted" GERBANG_PG_MARK,
          std::move(params), count);
    } else {
      db_.send(
          "WITH raised AS (UPDATE listings SET revision = $2 WHERE organisation = $1"
          " AND shop = $5 AND published)"
          " INSERT INTO work (organisation, shop, aspect, subject, revision, urgency, since,"
          " due_at) SELECT $1, $5, $6, sku, $2, $7, $3, $3 FROM listings"
          " WHERE organisation = $1 AND shop = $5 AND published" GERBANG_PG_MARK,
          std::move(params), count);
    }
  }

  if (item_marks_.empty()) return;
  Params params = item_marks_.after(Params::of(organisation_, revision_, now_, kWaitOut.count()));
  if (item_except_.empty()) {
    Batch nothing;  // one row that matches no operation
    nothing.row(std::int64_t{0}, "", "");
    params = nothing.after(std::move(params));
  } else {
    params = item_except_.after(std::move(params));
  }
  db_.send(
      "WITH concerned AS (SELECT l.shop, l.sku, min(t.urgency) AS urgency"
      " FROM unnest($5::bigint[], $6::text[], $7::bigint[]) AS t (operation, item, urgency)"
      " JOIN components c ON c.organisation = $1 AND c.item = t.item"
      " JOIN listings l ON l.organisation = $1 AND l.sku = c.sku"
      " JOIN shops s ON s.organisation = $1 AND s.id = l.shop"
      " WHERE l.published AND s.state <> 'retired' AND NOT EXISTS (SELECT FROM"
      " unnest($8::bigint[], $9::text[], $10::text[]) AS x (operation, shop, sku)"
      " WHERE x.operation = t.operation AND x.shop = l.shop AND x.sku = l.sku)"
      " GROUP BY l.shop, l.sku),"
      " raised AS (UPDATE listings AS l SET revision = $2 FROM concerned n"
      " WHERE l.organisation = $1 AND l.shop = n.shop AND l.sku = n.sku AND l.revision < $2)"
      " INSERT INTO work (organisation, shop, aspect, subject, revision, urgency, since, due_at)"
      " SELECT $1, n.shop, 'stock', n.sku, $2, n.urgency, $3, $3 FROM concerned n" GERBANG_PG_MARK,
      std::move(params), [this](const Rows& marked) {
        for (const Row row : marked) {
          touched_.insert(row.text(0));
          // Which of them is not told: to wake one too many costs a look.
          if (item_marks_urgent_) hurried_.insert(row.text(0));
        }
      });
}

void Desk::write_orders() {
  Batch rows, lines, buyers;
  for (const auto& [id, row] : orders) {
    const Order& o = row.order;
    if (row.dirty)
      rows.row(id, o.shop, o.channel, o.external_id, to_string(o.status), o.remote_status,
               name_of(row.hold), o.placed_at, row.remote_updated_at, o.updated_at, o.total.amount,
               o.total.currency, o.city, o.province, json::dump(shipments_to_json(o.shipments)),
               o.revision, o.has_shortage);
    if (row.sealed_buyer) buyers.row(id, Blob{*row.sealed_buyer});
    for (const LineRow& l : row.lines) {
      if (l.dirty)
        lines.row(id, l.line.remote_line, l.position, l.line.remote_product, l.line.remote_variant,
                  l.line.remote_sku, l.line.sku, l.line.title, l.line.quantity, l.line.price.amount,
                  l.line.price.currency, l.line.shortage, l.restocked);
    }
  }
  if (!rows.empty())
    db_.send(
        "INSERT INTO orders (organisation, id, shop, channel, external_id, status, remote_status,"
        " hold, placed_at, remote_updated_at, updated_at, total, currency, city, province,"
        " shipments, revision, has_shortage) SELECT $1, * FROM unnest($2::text[], $3::text[],"
        " $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::bigint[], $10::bigint[],"
        " $11::bigint[], $12::bigint[], $13::text[], $14::text[], $15::text[], $16::text[],"
        " $17::bigint[], $18::boolean[])"
        " ON CONFLICT (organisation, id) DO UPDATE SET status = excluded.status,"
        " remote_status = excluded.remote_status, hold = excluded.hold,"
        " remote_updated_at = excluded.remote_updated_at, updated_at = excluded.updated_at,"
        " total = excluded.total, currency = excluded.currency, city = excluded.city,"
        " province = excluded.province, shipments = excluded.shipments,"
        " revision = excluded.revision, has_shortage = excluded.has_shortage",
        rows.after(Params::of(organisation_)));
  if (!buyers.empty())
    db_.send(
        "UPDATE orders AS o SET buyer = b.buyer FROM unnest($2::text[], $3::bytea[])"
        " AS b (id, buyer) WHERE o.organisation = $1 AND o.id = b.id",
        buyers.after(Params::of(organisation_)));
  if (!lines.empty())
    db_.send(
        "INSERT INTO order_lines (organisation, order_id, remote_line, position, remote_product,"
        " remote_variant, remote_sku, sku, title, quantity, price, currency, shortage, restocked)"
        " SELECT $1, * FROM unnest($2::text[], $3::text[], $4::bigint[], $5::text[], $6::text[],"
        " $7::text[], $8::text[], $9::text[], $10::bigint[], $11::bigint[], $12::text[],"
        " $13::bigint[], $14::bigint[])"
        " ON CONFLICT (organisation, order_id, remote_line) DO UPDATE SET sku = excluded.sku,"
        " title = excluded.title, quantity = excluded.quantity, price = excluded.price,"
        " currency = excluded.currency, shortage = excluded.shortage,"
        " restocked = excluded.restocked",
        lines.after(Params::of(organisation_)));
}

// Numbered without gaps in commit order: the organisation's row is locked.
void Desk::write_events() {
  if (events_.empty()) return;
  Batch rows;
  for (const NewEvent& event : events_)
    rows.row(new_id("evt", now_, random_), event.type, event.data);
  const auto count = static_cast<std::int64_t>(rows.size());
  db_.send(
      "WITH o AS (UPDATE organisations SET event_sequence = event_sequence + $2 WHERE id = $1"
      " RETURNING event_sequence) INSERT INTO events (organisation, sequence, id, type, at, data)"
      " SELECT $1, o.event_sequence - $2 + e.n, e.id, e.type, $3, e.data FROM o,"
      " unnest($4::text[], $5::text[], $6::text[]) WITH ORDINALITY AS e (id, type, data, n)",
      rows.after(Params::of(organisation_, count, now_)), [count](const Rows& written) {
        ensure(written.changed() == count, "an event of an organisation that does not exist");
      });
}

}  // namespace gerbang::store::postgres
