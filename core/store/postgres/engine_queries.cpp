#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

#include "core/store/postgres/queries.hpp"
#include "core/store/product_rules.hpp"

namespace gerbang::store::postgres {

namespace {

struct PublishedListing {
  std::string remote_product;
  std::string remote_variant;
  bool wanted = false;
};

// Queued: the published ones of these SKUs.
void want_published(Connection& db, const std::string& home, const std::string& shop,
                    const std::vector<std::string>& skus,
                    std::map<std::string, PublishedListing>& out) {
  db.send(
      "SELECT l.sku, u.remote_product, l.remote_variant, l.wanted AND u.wanted"
      " FROM listings l JOIN units u ON u.organisation = l.organisation AND u.shop = l.shop"
      " AND u.unit = l.unit WHERE l.organisation = $1 AND l.shop = $2 AND l.sku = ANY ($3)"
      " AND l.published AND u.remote_product <> ''",
      Params::of(home, shop, skus), [&out](const Rows& rows) {
        for (const Row row : rows) out[row.text(0)] = {row.text(1), row.text(2), row.boolean(3)};
      });
}

}  // namespace

Result<TakeWork::Answer> PostgresQueries::run(const TakeWork& query) {
  TakeWork::Answer answer;
  const auto home = home_of({}, query.shop);
  if (!home) return answer;
  // Each aspect and urgency has its own limit: a long queue of one hides nothing of another. Under
  // review what could create something at the channel waits; during a recovery all but orders to
  // fetch.
  db_.send(
      "SELECT a.aspect, w.subject, w.revision, w.urgency, w.since, w.due_at, w.attempts, w.detail"
      " FROM unnest(ARRAY['order_fetch', 'order_accept', 'order_ship', 'order_cancel', 'stock',"
      " 'price', 'content', 'state']) WITH ORDINALITY AS a (aspect, n),"
      " unnest(ARRAY[0, 1, 2]) AS u (urgency),"
      " LATERAL (SELECT * FROM work w WHERE w.organisation = $1 AND w.shop = $2"
      " AND w.aspect = a.aspect AND w.urgency = u.urgency AND NOT w.parked AND w.due_at <= $3"
      " AND (a.aspect = 'order_fetch' OR NOT EXISTS (SELECT FROM recoveries r"
      "  WHERE r.organisation = $1))"
      " AND (a.aspect <> 'content' OR NOT EXISTS (SELECT FROM reviews r"
      "  WHERE r.organisation = $1 AND r.shop = $2 AND r.state <> 'ended')"
      "  OR (EXISTS (SELECT FROM units u WHERE u.organisation = $1 AND u.shop = $2"
      "   AND u.unit = w.subject AND u.remote_product <> '' AND NOT EXISTS (SELECT"
      "   FROM proposals o WHERE o.organisation = $1 AND o.shop = $2"
      "   AND o.remote_product = u.remote_product AND o.decision = 'undecided'))"
      "  AND NOT EXISTS (SELECT FROM listings l WHERE l.organisation = $1 AND l.shop = $2"
      "   AND l.unit = w.subject AND l.wanted AND NOT l.published)))"
      " ORDER BY w.since, w.subject LIMIT $4) AS w"
      " ORDER BY a.n, w.urgency, w.since, w.subject",
      Params::of(*home, query.shop, query.now, query.limit), [&](const Rows& rows) {
        for (const Row row : rows) {
          const auto aspect = aspect_from(row.view(0));
          ensure(aspect.has_value(), "a stored aspect is unknown");
          Work work;
          work.shop = query.shop;
          work.aspect = *aspect;
          work.subject = row.text(1);
          work.revision = row.integer(2);
          work.urgency = static_cast<Urgency>(row.integer(3));
          work.since = row.time(4);
          work.due_at = row.time(5);
          work.attempts = static_cast<int>(row.integer(6));
          work.detail = row.text(7);
          answer.due.push_back(std::move(work));
        }
      });
  db_.send(
      "SELECT min(due_at) FROM work WHERE organisation = $1 AND shop = $2 AND NOT parked"
      " AND due_at > $3",
      Params::of(*home, query.shop, query.now),
      [&](const Rows& rows) { answer.next_due = rows[0].time_or_null(0); });
  db_.sync();
  std::stable_sort(answer.due.begin(), answer.due.end(), [](const Work& a, const Work& b) {
    return std::tie(a.urgency, a.aspect, a.since) < std::tie(b.urgency, b.aspect, b.since);
  });
  return answer;
}

Result<LoadStock::Answer> PostgresQueries::run(const LoadStock& query) {
  GERBANG_TRY(home, home_of({}, query.shop));
  std::optional<ShopRow> row;
  std::map<std::string, PublishedListing> published;
  std::map<std::string, Quantity> units;
  want_shop(home, query.shop, row);
  want_published(db_, home, query.shop, query.skus, published);
  want_sellable(db_, home, query.skus, units);
  db_.sync();
  GERBANG_TRY(found, known(std::move(row), query.shop));
  LoadStock::Answer answer;
  for (const std::string& sku : query.skus) {
    const auto listing = published.find(sku);
    if (listing == published.end()) continue;
    const PublishedListing& l = listing->second;
    answer.push_back({.sku = sku,
                      .remote_product = l.remote_product,
                      .remote_variant = l.remote_variant,
                      .quantity = l.wanted ? share_of_shop(found.shop, units[sku]) : 0,
                      .listed = l.wanted});
  }
  return answer;
}

Result<LoadPrices::Answer> PostgresQueries::run(const LoadPrices& query) {
  GERBANG_TRY(home, home_of({}, query.shop));
  std::optional<ShopRow> row;
  std::map<std::string, PublishedListing> published;
  PricesBySku prices;
  want_shop(home, query.shop, row);
  want_published(db_, home, query.shop, query.skus, published);
  want_prices(db_, home, query.skus, prices);
  db_.sync();
  GERBANG_TRY(found, known(std::move(row), query.shop));
  LoadPrices::Answer answer;
  for (const std::string& sku : query.skus) {
    const auto listing = published.find(sku);
    if (listing == published.end() || !listing->second.wanted) continue;
    const auto stored = prices.find(sku);
    if (stored == prices.end()) continue;
    const auto price = stored->second.effective(found.shop.channel);
    if (!price) continue;
    answer.push_back({sku, listing->second.remote_product, listing->second.remote_variant, *price});
  }
  return answer;
}

Result<LoadState::Answer> PostgresQueries::run(const LoadState& query) {
  GERBANG_TRY(home, home_of({}, query.shop));
  struct State {
    std::string remote_product;
    bool wanted = false;
    bool for_good = false;
    std::string remote_variant;
    bool others = false;
  };
  std::optional<ShopRow> row;
  std::map<std::string, State> states;
  want_shop(home, query.shop, row);
  // For good: the product was withdrawn, or the unit's only variant is no longer part of it. Not so
  // where this channel alone does not list it, and never where the remote product has variants that
  // are not ours.
  db_.send(
      "SELECT u.unit, u.remote_product, u.wanted, coalesce(p.withdrawn, true)"
      " OR (strpos(u.unit, '/') > 0 AND NOT EXISTS (SELECT FROM variants v"
      " WHERE v.organisation = $1 AND v.product = u.product"
      " AND v.sku = substr(u.unit, strpos(u.unit, '/') + 1))),"
      " CASE WHEN strpos(u.unit, '/') > 0 THEN coalesce((SELECT l.remote_variant FROM listings l"
      " WHERE l.organisation = $1 AND l.shop = $2 AND l.unit = u.unit AND l.published LIMIT 1),"
      " '') ELSE '' END, EXISTS (SELECT FROM proposals o WHERE o.organisation = $1"
      " AND o.shop = $2 AND o.remote_product = u.remote_product AND o.decision <> 'confirmed')"
      " FROM units u LEFT JOIN products p ON p.organisation = $1 AND p.code = u.product"
      " WHERE u.organisation = $1 AND u.shop = $2 AND u.unit = ANY ($3)"
      " AND u.remote_product <> ''",
      Params::of(home, query.shop, query.units), [&](const Rows& rows) {
        for (const Row r : rows)
          states[r.text(0)] = {r.text(1), r.boolean(2), r.boolean(3), r.text(4), r.boolean(5)};
      });
  db_.sync();
  GERBANG_TRY(found, known(std::move(row), query.shop));
  LoadState::Answer answer;
  for (const std::string& unit : query.units) {
    const auto state = states.find(unit);
    if (state == states.end()) continue;
    const State& s = state->second;
    answer.push_back({.unit = unit,
                      .remote_product = s.remote_product,
                      .remote_variant = s.remote_variant,
                      .listed = s.wanted,
                      .remove = !s.wanted && s.for_good && !s.others});
  }
  return answer;
}

Result<LoadDraft::Answer> PostgresQueries::run(const LoadDraft& query) {
  GERBANG_TRY(home, home_of({}, query.shop));
  const UnitParts parts = parts_of_unit(query.unit);
  struct OfUnit {
    std::string remote_variant;
    bool published = false;
    bool wanted = false;
  };
  std::optional<ShopRow> shop_row;
  DraftView view;
  bool unit_known = false;
  std::string remote_product, memo;
  std::optional<std::string> document;
  std::map<std::string, OfUnit> listings;
  PricesBySku prices;
  std::map<std::string, Quantity> units;
  want_shop(home, query.shop, shop_row);
  db_.send(
      "SELECT u.remote_product, u.memo, u.wanted, u.publishing_since IS NOT NULL"
      " OR EXISTS (SELECT FROM restores), u.remote_product <> '' AND EXISTS (SELECT FROM proposals "
      "o WHERE o.organisation = $1"
      " AND o.shop = $2 AND o.remote_product = u.remote_product AND o.decision <> 'confirmed')"
      " FROM units u WHERE u.organisation = $1 AND u.shop = $2 AND u.unit = $3",
      Params::of(home, query.shop, query.unit), [&](const Rows& rows) {
        if (rows.empty()) return;
        unit_known = true;
        remote_product = rows[0].text(0);
        memo = rows[0].text(1);
        view.wanted = rows[0].boolean(2);
        view.maybe_published = remote_product.empty() && rows[0].boolean(3);
        view.has_other_variants = rows[0].boolean(4);
      });
  db_.send("SELECT document FROM products WHERE organisation = $1 AND code = $2",
           Params::of(home, parts.code), [&](const Rows& rows) {
             if (!rows.empty()) document = rows[0].text(0);
           });
  db_.send(
      "SELECT sku, remote_variant, published, wanted FROM listings"
      " WHERE organisation = $1 AND shop = $2 AND unit = $3",
      Params::of(home, query.shop, query.unit), [&](const Rows& rows) {
        for (const Row row : rows)
          listings[row.text(0)] = {row.text(1), row.boolean(2), row.boolean(3)};
      });
  db_.sync();
  GERBANG_TRY(found, known(std::move(shop_row), query.shop));
  const Shop& shop = found.shop;
  if (!unit_known) return Error(ErrorKind::not_found, "unit_unknown", "no unit " + query.unit);
  if (!document) return Error(ErrorKind::not_found, "product_unknown", "no product " + parts.code);
  GERBANG_TRY(product, stored_product(parts.code, *document));
  std::vector<std::string> skus;
  for (const auto& [sku, listing] : listings) skus.push_back(sku);
  want_prices(db_, home, skus, prices);
  want_sellable(db_, home, skus, units);
  db_.sync();

  view.draft = draft_of(product, shop.channel);
  ListingDraft& draft = view.draft;
  draft.unit = query.unit;
  draft.remote_product = remote_product;
  draft.memo = stored_json(memo);
  for (const Variant& variant : product.variants) {
    if (!parts.sku.empty() && variant.sku != parts.sku) continue;
    const auto listing = listings.find(variant.sku);
    if (listing == listings.end() || !listing->second.wanted) continue;
    DraftVariant out;
    const bool published = listing->second.published;
    if (published) out.remote_variant = listing->second.remote_variant;
    const auto stored = prices.find(variant.sku);
    const auto price =
        stored != prices.end() ? stored->second.effective(shop.channel) : std::nullopt;
    if (!price) continue;  // nobody sells at no price: published once it has one
    out.sku = variant.sku;
    out.price = *price;
    out.stock = share_of_shop(shop, units[variant.sku]);
    out.weight_grams = variant.weight_grams;
    out.package_mm = variant.package_mm;
    out.barcode = variant.barcode;
    if (parts.sku.empty()) {
      out.options = variant.options;
    } else {
      // A listing of its own has no axes; what tells it from its siblings goes into the title,
      // unless the title is the channel's own.
      const auto own = product.channels.find(shop.channel);
      if (own == product.channels.end() || text_in(own->second.title, "id").empty()) {
        for (const std::string& value : variant.options) draft.title += " " + value;
      }
    }
    view.new_variants = view.new_variants || !published;
    draft.variants.push_back(std::move(out));
  }
  if (!parts.sku.empty()) draft.options.clear();
  if (draft.variants.empty()) view.wanted = false;
  if (!view.wanted && view.maybe_published) {
    // Nobody wants it any more, yet it may stand at the channel: enough of it to look.
    draft.variants.clear();
    for (const auto& [sku, listing] : listings) {
      DraftVariant out;
      out.sku = sku;
      draft.variants.push_back(std::move(out));
    }
    if (draft.variants.empty() && !parts.sku.empty()) {
      DraftVariant out;
      out.sku = parts.sku;
      draft.variants.push_back(std::move(out));
    }
  }
  return view;
}

Result<LoadOrderAction::Answer> PostgresQueries::run(const LoadOrderAction& query) {
  // The engine knows the order alone.
  open("*");
  const Rows home =
      db_.query("SELECT organisation FROM orders WHERE id = $1", Params::of(query.order));
  const Error unknown(ErrorKind::not_found, "order_unknown", "no order " + query.order);
  if (home.empty()) return unknown;
  open(home[0].text(0));
  auto orders = read_orders(db_, home[0].text(0), {query.order});
  if (orders.empty()) return unknown;
  Order& order = orders.front();
  OrderAction action;
  action.external_id = order.external_id;
  action.lines = std::move(order.lines);
  action.shipments = std::move(order.shipments);
  action.status = order.status;
  if (!query.detail.empty()) {
    GERBANG_TRY(detail, json::parse(query.detail));
    action.courier = detail["courier"].text();
    action.tracking_number = detail["tracking_number"].text();
    action.reason = detail["reason"].text();
  }
  return action;
}

}  // namespace gerbang::store::postgres
