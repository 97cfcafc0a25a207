#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <utility>

#include "core/store/cursor.hpp"
#include "core/store/postgres/migrations.hpp"
#include "core/store/postgres/queries.hpp"
#include "core/store/postgres/recovery.hpp"
#include "core/store/product_rules.hpp"
#include "core/store/sealed_tokens.hpp"

namespace gerbang::store::postgres {

void PostgresQueries::open(const std::string& organisation) {
  db_.send("SELECT set_config('gerbang.organisation', $1, true)", Params::of(organisation));
}

Result<std::string> PostgresQueries::home_of(const std::string& organisation,
                                             const std::string& shop) {
  std::string home = organisation;
  if (home.empty()) {
    if (auto known = routes_.organisation_of(shop)) {
      home = *std::move(known);
    } else {
      open("*");
      const Rows rows = db_.query("SELECT organisation FROM shops WHERE id = $1", Params::of(shop));
      if (rows.empty()) return Error(ErrorKind::not_found, "shop_unknown", "no shop " + shop);
      home = rows[0].text(0);
      routes_.learn(shop, home);
    }
  }
  open(home);
  return home;
}

void PostgresQueries::want_shop(const std::string& home, const std::string& shop,
                                std::optional<ShopRow>& out) {
  db_.send("SELECT " GERBANG_PG_SHOP " FROM shops WHERE organisation = $1 AND id = $2",
           Params::of(home, shop), [&out](const Rows& rows) {
             if (!rows.empty()) out = shop_from(rows[0]);
           });
}

Result<ShopRow> PostgresQueries::known(std::optional<ShopRow> row, const std::string& shop) {
  if (!row) return Error(ErrorKind::not_found, "shop_unknown", "no shop " + shop);
  return *std::move(row);
}

// ---- organisations and keys -----------------------------------------------------------------

Result<FindPrincipal::Answer> PostgresQueries::run(const FindPrincipal& query) {
  open("*");
  const Rows rows = db_.query(
      "SELECT k.id, k.organisation, k.scopes, k.expires_at"
      " FROM api_keys k JOIN organisations o ON o.id = k.organisation"
      " WHERE k.hash = $1 AND k.revoked_at IS NULL AND NOT o.suspended",
      Params::of(query.key_hash));
  if (rows.empty() || (!rows[0].is_null(3) && rows[0].time(3) <= clock_.now()))
    return Error(ErrorKind::unauthenticated, "key_unknown", "no live key has this hash");
  Principal out;
  out.key_id = rows[0].text(0);
  out.organisation = rows[0].text(1);
  out.scopes = texts_from_json(stored_json(rows[0].text(2)));
  return out;
}

Result<GetOrganisation::Answer> PostgresQueries::run(const GetOrganisation& query) {
  open(query.id);
  const Rows rows = db_.query("SELECT " GERBANG_PG_ORGANISATION " FROM organisations WHERE id = $1",
                              Params::of(query.id));
  if (rows.empty())
    return Error(ErrorKind::not_found, "organisation_unknown", "no organisation " + query.id);
  return organisation_from(rows[0]);
}

Result<ListOrganisations::Answer> PostgresQueries::run(const ListOrganisations& query) {
  GERBANG_TRY(after, from_cursor(query.cursor, 1));
  const auto limit = page_size(query.limit);
  open("*");
  const Rows rows = db_.query(
      "SELECT " GERBANG_PG_ORGANISATION " FROM organisations WHERE id > $1 ORDER BY id LIMIT $2",
      Params::of(after.empty() ? std::string_view() : after[0].text(), limit + 1));
  ListOrganisations::Answer page;
  for (const Row row : rows) {
    if (std::ssize(page.data) == limit) {
      page.next = to_cursor({page.data.back().id});
      break;
    }
    page.data.push_back(organisation_from(row));
  }
  return page;
}

Result<ListKeys::Answer> PostgresQueries::run(const ListKeys& query) {
  bool exists = false;
  ListKeys::Answer out;
  open(query.organisation);
  db_.send("SELECT FROM organisations WHERE id = $1", Params::of(query.organisation),
           [&](const Rows& rows) { exists = !rows.empty(); });
  db_.send("SELECT " GERBANG_PG_KEY " FROM api_keys WHERE organisation = $1 ORDER BY id",
           Params::of(query.organisation), [&](const Rows& rows) {
             for (const Row row : rows) out.push_back(key_from(row));
           });
  db_.sync();
  if (!exists)
    return Error(ErrorKind::not_found, "organisation_unknown",
                 "no organisation " + query.organisation);
  return out;
}

// ---- catalogue ------------------------------------------------------------------------------

#define GERBANG_PG_PRODUCT "code, document, revision, created_at, updated_at, withdrawn"

std::vector<ProductView> PostgresQueries::product_views(const std::string& organisation,
                                                        const Rows& rows, Result<void>& good) {
  std::vector<ProductView> out;
  std::vector<std::string> skus;
  for (const Row row : rows) {
    auto product = stored_product(row.text(0), row.text(1));
    if (!product) {
      good = std::move(product).error();
      return {};
    }
    for (const Variant& variant : product->variants) skus.push_back(variant.sku);
    out.push_back({*std::move(product), row.integer(2), row.time(3), row.time(4), row.boolean(5)});
  }
  PricesBySku prices;
  if (!skus.empty()) want_prices(db_, organisation, skus, prices);
  db_.sync();
  for (ProductView& view : out) {
    for (Variant& variant : view.product.variants) {
      const auto found = prices.find(variant.sku);
      if (found == prices.end()) continue;
      variant.price = found->second.price;
      variant.channel_prices = found->second.channels;
    }
  }
  return out;
}

Result<GetProduct::Answer> PostgresQueries::run(const GetProduct& query) {
  open(query.organisation);
  const Rows rows =
      db_.query("SELECT " GERBANG_PG_PRODUCT " FROM products WHERE organisation = $1 AND code = $2",
                Params::of(query.organisation, query.code));
  if (rows.empty())
    return Error(ErrorKind::not_found, "product_unknown", "no product " + query.code);
  Result<void> good;
  auto views = product_views(query.organisation, rows, good);
  GERBANG_CHECK(good);
  return std::move(views.front());
}

Result<ListProducts::Answer> PostgresQueries::run(const ListProducts& query) {
  GERBANG_TRY(after, from_cursor(query.cursor, 1));
  const auto limit = page_size(query.limit);
  open(query.organisation);
  const Rows rows = db_.query(
      "SELECT " GERBANG_PG_PRODUCT
      " FROM products WHERE organisation = $1 AND code > $2 AND ($3 OR NOT withdrawn)"
      " AND updated_at >= $4 ORDER BY code LIMIT $5",
      Params::of(query.organisation, after.empty() ? std::string_view() : after[0].text(),
                 query.with_withdrawn, query.updated_since.value_or(TimePoint::min()), limit + 1));
  ListProducts::Answer page;
  Result<void> good;
  page.data = product_views(query.organisation, rows, good);
  GERBANG_CHECK(good);
  if (std::ssize(page.data) > limit) {
    page.data.resize(static_cast<std::size_t>(limit));
    page.next = to_cursor({page.data.back().product.code});
  }
  return page;
}

Result<GetPrice::Answer> PostgresQueries::run(const GetPrice& query) {
  PricesBySku prices;
  open(query.organisation);
  want_prices(db_, query.organisation, {query.sku}, prices);
  db_.sync();
  if (prices.empty()) return Error(ErrorKind::not_found, "sku_unknown", "no variant " + query.sku);
  StoredPrices& found = prices.begin()->second;
  return PriceView{query.sku, found.price, std::move(found.channels), found.revision};
}

// ---- stock ----------------------------------------------------------------------------------

namespace {

// Rows of stock_levels, by item and location.
std::vector<StockView> stock_views(const Rows& rows) {
  std::vector<StockView> out;
  for (const Row row : rows) {
    StockLevel level = level_from(row);
    if (out.empty() || out.back().item != level.item) {
      out.emplace_back();
      out.back().item = level.item;
    }
    out.back().revision = std::max(out.back().revision, row.integer(6));
    out.back().levels.push_back(std::move(level));
  }
  return out;
}

}  // namespace

Result<GetStock::Answer> PostgresQueries::run(const GetStock& query) {
  open(query.organisation);
  auto views = stock_views(
      db_.query("SELECT " GERBANG_PG_LEVEL
                " FROM stock_levels WHERE organisation = $1 AND item = $2 ORDER BY location",
                Params::of(query.organisation, query.item)));
  if (views.empty()) return Error(ErrorKind::not_found, "item_unknown", "no item " + query.item);
  return std::move(views.front());
}

Result<ListStock::Answer> PostgresQueries::run(const ListStock& query) {
  GERBANG_TRY(after, from_cursor(query.cursor, 1));
  const auto limit = page_size(query.limit);
  open(query.organisation);
  ListStock::Answer page;
  page.data = stock_views(
      db_.query("SELECT " GERBANG_PG_LEVEL
                " FROM stock_levels WHERE organisation = $1 AND item IN (SELECT DISTINCT item"
                " FROM stock_levels WHERE organisation = $1 AND item > $2 ORDER BY item LIMIT $3)"
                " ORDER BY item, location",
                Params::of(query.organisation, after.empty() ? std::string_view() : after[0].text(),
                           limit + 1)));
  if (std::ssize(page.data) > limit) {
    page.data.resize(static_cast<std::size_t>(limit));
    page.next = to_cursor({page.data.back().item});
  }
  return page;
}

Result<ListMovements::Answer> PostgresQueries::run(const ListMovements& query) {
  GERBANG_TRY(after, from_cursor(query.cursor, 1));
  const auto limit = page_size(query.limit);
  bool exists = false;
  Rows rows;
  open(query.organisation);
  db_.send("SELECT FROM stock_levels WHERE organisation = $1 AND item = $2 LIMIT 1",
           Params::of(query.organisation, query.item),
           [&](const Rows& found) { exists = !found.empty(); });
  // Ids sort by time; '~' stands behind all of them.
  db_.send(
      "SELECT id, location, reason, on_hand_change, reserved_change, reference, at"
      " FROM stock_movements WHERE organisation = $1 AND item = $2 AND id < $3"
      " ORDER BY id DESC LIMIT $4",
      Params::of(query.organisation, query.item,
                 after.empty() ? std::string_view("~") : after[0].text(), limit + 1),
      [&](const Rows& found) { rows = found; });
  db_.sync();
  if (!exists) return Error(ErrorKind::not_found, "item_unknown", "no stock item " + query.item);
  ListMovements::Answer page;
  for (const Row row : rows) {
    if (std::ssize(page.data) == limit) {
      page.next = to_cursor({page.data.back().id});
      break;
    }
    StockMovement movement;
    movement.id = row.text(0);
    movement.item = query.item;
    movement.location = row.text(1);
    const auto reason = movement_reason_from(row.view(2));
    ensure(reason.has_value(), "a stored movement reason is unknown");
    movement.reason = *reason;
    movement.on_hand_change = row.integer(3);
    movement.reserved_change = row.integer(4);
    movement.reference = row.text(5);
    movement.at = row.time(6);
    page.data.push_back(std::move(movement));
  }
  return page;
}

// ---- orders and events ----------------------------------------------------------------------

Result<GetOrder::Answer> PostgresQueries::run(const GetOrder& query) {
  open(query.organisation);
  auto orders = read_orders(db_, query.organisation, {query.order});
  if (orders.empty())
    return Error(ErrorKind::not_found, "order_unknown", "no order " + query.order);
  return std::move(orders.front());
}

Result<ListOrders::Answer> PostgresQueries::run(const ListOrders& query) {
  GERBANG_TRY(after, from_cursor(query.cursor, 2));
  if (!query.status.empty() && !order_status_from(query.status))
    return Error(ErrorKind::invalid, "order_status_unknown", "no order status " + query.status)
        .at_field("/status");
  TimePoint from = query.updated_since.value_or(TimePoint::min());
  std::string from_id;
  if (!after.empty()) {
    const auto at = after[0].as_int64();
    if (!at) return Error(ErrorKind::invalid, "cursor_invalid", "this cursor was not made here");
    from = from_unix_millis(*at);
    from_id = after[1].text();
  }
  const auto limit = page_size(query.limit);
  std::optional<ShopRow> shop;
  std::vector<std::string> ids;
  open(query.organisation);
  want_shop(query.organisation, query.shop, shop);
  db_.send(
      "SELECT id FROM orders WHERE organisation = $1 AND (updated_at, id) > ($2, $3)"
      " AND ($4 = '' OR status = $4) AND ($5 = '' OR shop = $5) ORDER BY updated_at, id LIMIT $6",
      Params::of(query.organisation, from, from_id, query.status, query.shop, limit + 1),
      [&](const Rows& rows) {
        for (const Row row : rows) ids.push_back(row.text(0));
      });
  db_.sync();
  if (!query.shop.empty()) {
    GERBANG_TRY(found, known(std::move(shop), query.shop));
    (void)found;
  }
  const bool more = std::ssize(ids) > limit;
  if (more) ids.resize(static_cast<std::size_t>(limit));
  ListOrders::Answer page;
  if (ids.empty()) return page;
  page.data = read_orders(db_, query.organisation, ids);
  if (more)
    page.next = to_cursor({to_unix_millis(page.data.back().updated_at), page.data.back().id});
  return page;
}

Result<ListEvents::Answer> PostgresQueries::run(const ListEvents& query) {
  // "order.*" by prefix, anything else in full; no types: everything.
  std::vector<std::string> whole, prefixes;
  for (const std::string& type : query.types) {
    if (type.ends_with('*')) {
      prefixes.push_back(type.substr(0, type.size() - 1));
    } else {
      whole.push_back(type);
    }
  }
  open(query.organisation);
  const Rows rows = db_.query(
      "SELECT sequence, id, type, at, data FROM events e WHERE organisation = $1 AND sequence > $2"
      " AND ($3 OR type = ANY ($4) OR EXISTS (SELECT FROM unnest($5) AS p (prefix)"
      " WHERE starts_with(e.type, p.prefix))) ORDER BY sequence LIMIT $6",
      Params::of(query.organisation, query.after, query.types.empty(), whole, prefixes,
                 page_size(query.limit)));
  ListEvents::Answer out;
  for (const Row row : rows) {
    Event event;
    event.sequence = row.integer(0);
    event.id = row.text(1);
    event.type = row.text(2);
    event.at = row.time(3);
    event.data = stored_json(row.text(4));
    out.push_back(std::move(event));
  }
  return out;
}

// ---- for the engine -------------------------------------------------------------------------

Result<LoadTokens::Answer> PostgresQueries::run(const LoadTokens& query) {
  GERBANG_TRY(home, home_of({}, query.shop));
  const Rows rows =
      db_.query("SELECT tokens, token_version FROM shops WHERE organisation = $1 AND id = $2",
                Params::of(home, query.shop));
  if (rows.empty()) return Error(ErrorKind::not_found, "shop_unknown", "no shop " + query.shop);
  if (rows[0].is_null(0))
    return Error(ErrorKind::not_found, "token_missing", "the shop was never authorised");
  GERBANG_TRY(tokens, open_tokens(vault_, query.shop, rows[0].view(0)));
  return TokenView{std::move(tokens), rows[0].integer(1)};
}

Result<LoadFacts::Answer> PostgresQueries::run(const LoadFacts& query) {
  const Error missing(ErrorKind::not_found, "facts_missing",
                      "no facts " + query.key + " are stored");
  const auto home = home_of({}, query.shop);
  if (!home) return missing;
  const Rows rows = db_.query(
      "SELECT facts, at FROM shop_facts WHERE organisation = $1 AND shop = $2 AND key = $3",
      Params::of(*home, query.shop, query.key));
  if (rows.empty()) return missing;
  return Facts{stored_json(rows[0].text(0)), rows[0].time(1)};
}

Result<LoadJobRuns::Answer> PostgresQueries::run(const LoadJobRuns& query) {
  LoadJobRuns::Answer out;
  const auto home = home_of({}, query.shop);
  if (!home) return out;
  const Rows rows = db_.query(
      "SELECT job, last_due FROM job_runs WHERE organisation = $1 AND shop = $2 ORDER BY job",
      Params::of(*home, query.shop));
  for (const Row row : rows) out.push_back({row.text(0), row.time(1)});
  return out;
}

Result<StoreStats::Answer> PostgresQueries::run(const StoreStats&) {
  StoreStats::Answer out;
  open("*");
  // Events of shops that are not ours are kept, but nobody will ever apply them.
  db_.send("SELECT count(*) FROM inbox WHERE applied_at IS NULL AND shop <> ''", {},
           [&](const Rows& rows) { out.inbox_unapplied = rows[0].integer(0); });
  db_.send(
      "SELECT (SELECT count(*) FROM orders WHERE has_shortage AND hold = 'held'),"
      " (SELECT count(*) FROM doubted_stock)",
      {}, [&](const Rows& rows) {
        out.orders_short = rows[0].integer(0);
        out.doubted_items = rows[0].integer(1);
      });
  db_.send("SELECT status, count(*) FROM orders GROUP BY status", {}, [&](const Rows& rows) {
    for (const Row row : rows) out.orders_by_status.emplace(row.text(0), row.integer(1));
  });
  db_.send("SELECT coalesce(max(number), 0)::bigint FROM gerbang_schema", {},
           [&](const Rows& rows) { out.schema_version = rows[0].integer(0); });
  db_.sync();
  return out;
}

}  // namespace gerbang::store::postgres
