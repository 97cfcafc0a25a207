#include <algorithm>
#include <array>
#include <map>
#include <utility>

#include "core/store/cursor.hpp"
#include "core/store/sealed_tokens.hpp"
#include "core/store/sqlite/migrations.hpp"
#include "core/store/sqlite/offer.hpp"
#include "core/store/sqlite/queries.hpp"
#include "core/store/sqlite/rows.hpp"

namespace gerbang::store {

// ---- organisations and keys -----------------------------------------------------------------

Result<FindPrincipal::Answer> SqliteQueries::run(const FindPrincipal& query) {
  auto row = db_.query(
                    "SELECT k.id, k.organisation, k.scopes, k.expires_at"
                    " FROM api_keys k JOIN organisations o ON o.id = k.organisation"
                    " WHERE k.hash = ?1 AND k.revoked_at IS NULL AND o.suspended = 0")
                 .bind(1, query.key_hash);
  if (!row.step() || (!row.is_null(3) && row.time(3) <= clock_.now()))
    return Error(ErrorKind::unauthenticated, "key_unknown", "no live key has this hash");
  Principal out;
  out.key_id = row.text(0);
  out.organisation = row.text(1);
  out.scopes = texts_from_json(stored_json(row.text(2)));
  return out;
}

Result<GetOrganisation::Answer> SqliteQueries::run(const GetOrganisation& query) {
  return find_organisation(db_, query.id);
}

Result<ListOrganisations::Answer> SqliteQueries::run(const ListOrganisations& query) {
  GERBANG_TRY(after, from_cursor(query.cursor, 1));
  const auto limit = page_size(query.limit);
  ListOrganisations::Answer page;
  auto row = db_.query(
                    "SELECT id, name, kind, zone, village_code, suspended, created_at"
                    " FROM organisations WHERE id > ?1 ORDER BY id LIMIT ?2")
                 .bind(1, after.empty() ? std::string_view() : after[0].text())
                 .bind(2, limit + 1);
  while (row.step()) {
    if (std::ssize(page.data) == limit) {
      page.next = to_cursor({page.data.back().id});
      break;
    }
    page.data.push_back(organisation_from(row));
  }
  return page;
}

Result<ListKeys::Answer> SqliteQueries::run(const ListKeys& query) {
  GERBANG_TRY(organisation, find_organisation(db_, query.organisation));
  return keys_of(db_, organisation.id);
}

// ---- catalogue ------------------------------------------------------------------------------

Result<GetProduct::Answer> SqliteQueries::run(const GetProduct& query) {
  return read_product(db_, query.organisation, query.code);
}

Result<ListProducts::Answer> SqliteQueries::run(const ListProducts& query) {
  GERBANG_TRY(after, from_cursor(query.cursor, 1));
  const auto limit = page_size(query.limit);
  ListProducts::Answer page;
  auto row = db_.query(
                    "SELECT code, document, revision, created_at, updated_at, withdrawn"
                    " FROM products WHERE organisation = ?1 AND code > ?2"
                    " AND (?3 OR withdrawn = 0) AND updated_at >= ?4 ORDER BY code LIMIT ?5")
                 .bind(1, query.organisation)
                 .bind(2, after.empty() ? std::string_view() : after[0].text())
                 .bind(3, query.with_withdrawn)
                 .bind(4, query.updated_since.value_or(TimePoint::min()))
                 .bind(5, limit + 1);
  while (row.step()) {
    if (std::ssize(page.data) == limit) {
      page.next = to_cursor({page.data.back().product.code});
      break;
    }
    GERBANG_TRY(view, product_view(db_, query.organisation, row.text(0), row.text(1),
                                   row.integer(2), row.time(3), row.time(4), row.integer(5) != 0));
    page.data.push_back(std::move(view));
  }
  return page;
}

Result<GetPrice::Answer> SqliteQueries::run(const GetPrice& query) {
  auto prices = read_prices(db_, query.organisation, query.sku);
  if (!prices) return Error(ErrorKind::not_found, "sku_unknown", "no variant " + query.sku);
  return PriceView{query.sku, prices->price, std::move(prices->channels), prices->revision};
}

// ---- stock ----------------------------------------------------------------------------------

Result<GetStock::Answer> SqliteQueries::run(const GetStock& query) {
  StockView view = read_stock(db_, query.organisation, query.item);
  if (view.levels.empty())
    return Error(ErrorKind::not_found, "item_unknown", "no stock item " + query.item);
  return view;
}

Result<ListStock::Answer> SqliteQueries::run(const ListStock& query) {
  GERBANG_TRY(after, from_cursor(query.cursor, 1));
  const auto limit = page_size(query.limit);
  ListStock::Answer page;
  auto row = db_.query(
                    "SELECT DISTINCT item FROM stock_levels WHERE organisation = ?1 AND item > ?2"
                    " ORDER BY item LIMIT ?3")
                 .bind(1, query.organisation)
                 .bind(2, after.empty() ? std::string_view() : after[0].text())
                 .bind(3, limit + 1);
  while (row.step()) {
    if (std::ssize(page.data) == limit) {
      page.next = to_cursor({page.data.back().item});
      break;
    }
    page.data.push_back(read_stock(db_, query.organisation, row.text(0)));
  }
  return page;
}

Result<ListMovements::Answer> SqliteQueries::run(const ListMovements& query) {
  GERBANG_TRY(after, from_cursor(query.cursor, 1));
  if (read_stock(db_, query.organisation, query.item).levels.empty())
    return Error(ErrorKind::not_found, "item_unknown", "no stock item " + query.item);
  const auto limit = page_size(query.limit);
  ListMovements::Answer page;
  // Ids sort by time; '~' stands behind all of them.
  auto row = db_.query(
                    "SELECT id, location, reason, on_hand_change, reserved_change, reference, at"
                    " FROM stock_movements WHERE organisation = ?1 AND item = ?2 AND id < ?3"
                    " ORDER BY id DESC LIMIT ?4")
                 .bind(1, query.organisation)
                 .bind(2, query.item)
                 .bind(3, after.empty() ? std::string_view("~") : after[0].text())
                 .bind(4, limit + 1);
  while (row.step()) {
    if (std::ssize(page.data) == limit) {
      page.next = to_cursor({page.data.back().id});
      break;
    }
    StockMovement movement;
    movement.id = row.text(0);
    movement.item = query.item;
    movement.location = row.text(1);
    const auto reason = movement_reason_from(row.text(2));
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

// ---- shops and listings ---------------------------------------------------------------------

namespace {

Result<void> known_shop(Database& db, const std::string& organisation, const std::string& shop) {
  auto found = find_shop(db, organisation, shop);
  if (!found) return std::move(found).error();
  return {};
}

ShopView shop_view(Database& db, ShopRow row) {
  ShopView view;
  view.shop = std::move(row.shop);
  view.variants_in_listing = row.variants_in_listing;
  view.review = find_review(db, view.shop.id);
  view.recovery = find_recovery(db, view.shop.organisation, view.shop.id);
  auto work = db.query(
                    "SELECT count(*) FILTER (WHERE parked = 0), count(*) FILTER (WHERE parked = 1),"
                    " min(since) FILTER (WHERE parked = 0) FROM work WHERE shop = ?1")
                  .bind(1, view.shop.id);
  work.step();
  view.work.waiting = work.integer(0);
  view.work.parked = work.integer(1);
  view.work.oldest = work.time_or_null(2);
  return view;
}

}  // namespace

Result<GetShop::Answer> SqliteQueries::run(const GetShop& query) {
  GERBANG_TRY(row, find_shop(db_, query.organisation, query.shop));
  return shop_view(db_, std::move(row));
}

Result<ListShops::Answer> SqliteQueries::run(const ListShops& query) {
  ListShops::Answer out;
  for (ShopRow& row : all_shops(db_, query.organisation))
    out.push_back(shop_view(db_, std::move(row)));
  return out;
}

namespace {

#define GERBANG_WORK_OF_LISTING(parked)                                                          \
  "(EXISTS (SELECT 1 FROM work w WHERE w.shop = l.shop AND w.aspect IN ('stock', 'price')"       \
  " AND w.subject = l.sku AND w.parked = " parked                                                \
  ") OR EXISTS (SELECT 1 FROM work w WHERE w.shop = l.shop AND w.aspect IN ('content', 'state')" \
  " AND w.subject = l.unit AND w.parked = " parked "))"

// ?1 organisation, ?2 ?3 after (shop, sku), ?4 state, ?5 limit, ?6 shop, ?7 sku. The plan depends
// on what is named, so each combination is a statement of its own.
#define GERBANG_LISTINGS(which) \
  "SELECT l.shop, l.sku, l.product, u.remote_product, l.remote_variant, l.wanted, l.revision,"   \
  " l.attempt_at, l.attempt_outcome, l.attempt_code, l.attempt_field, l.attempt_remote_code,"    \
  " l.attempt_remote_message, l.attempt_revision, l.observed_stock, l.observed_price,"           \
  " l.observed_currency, l.observed_listed, l.observed_at, " GERBANG_WORK_OF_LISTING(            \
      "0") " FROM listings l LEFT JOIN units u ON u.organisation = l.organisation"               \
           " AND u.shop = l.shop AND u.unit = l.unit"                                            \
           " WHERE l.organisation = ?1 AND " which                     \
           " AND CASE ?4 WHEN '' THEN 1"                                                         \
           " WHEN 'pending' THEN " GERBANG_WORK_OF_LISTING("0")                                  \
           " WHEN 'rejected' THEN l.attempt_outcome = 'rejected'"                                \
           " OR " GERBANG_WORK_OF_LISTING("1")                                                   \
           " WHEN 'live' THEN l.published = 1 AND l.wanted = 1"                                  \
           " AND coalesce(l.observed_listed, 1) = 1"                                             \
           " WHEN 'unpublished' THEN l.published = 0 END"                                        \
           " ORDER BY l.shop, l.sku LIMIT ?5"

Listing listing_from(const Statement& row) {
  Listing out;
  out.shop = row.text(0);
  out.sku = row.text(1);
  out.product = row.text(2);
  out.remote_product = row.text(3);
  out.remote_variant = row.text(4);
  out.wanted = row.integer(5) != 0;
  out.revision = row.integer(6);
  if (!row.is_null(7)) {
    Attempt attempt;
    attempt.at = row.time(7);
    attempt.outcome = row.text(8);
    attempt.code = row.text(9);
    attempt.field = row.text(10);
    attempt.remote_code = row.text(11);
    attempt.remote_message = row.text(12);
    attempt.revision = row.integer(13);
    out.attempt = std::move(attempt);
  }
  if (!row.is_null(18)) {
    Observed observed;
    observed.stock = row.integer_or_null(14);
    if (!row.is_null(15)) observed.price = Money{row.integer(15), row.text(16)};
    if (!row.is_null(17)) observed.listed = row.integer(17) != 0;
    observed.at = row.time(18);
    out.observed = std::move(observed);
  }
  out.pending = row.integer(19) != 0;
  return out;
}

}  // namespace

Result<ListListings::Answer> SqliteQueries::run(const ListListings& query) {
  GERBANG_TRY(after, from_cursor(query.cursor, 2));
  static constexpr std::array<std::string_view, 5> kStates = {"", "pending", "rejected", "live",
                                                              "unpublished"};
  if (std::find(kStates.begin(), kStates.end(), query.state) == kStates.end())
    return Error(ErrorKind::invalid, "listing_state_unknown", "no listing state " + query.state)
        .at_field("/state");
  if (!query.shop.empty()) GERBANG_CHECK(known_shop(db_, query.organisation, query.shop));

  const bool by_shop = !query.shop.empty(), by_sku = !query.sku.empty();
  const auto limit = page_size(query.limit);
  auto row =
      [&] {
        if (by_shop && by_sku)
          return db_.query(GERBANG_LISTINGS("l.shop = ?6 AND l.sku = ?7 AND l.sku > ?3"))
              .bind(6, query.shop)
              .bind(7, query.sku);
        if (by_shop)
          return db_.query(GERBANG_LISTINGS("l.shop = ?6 AND l.sku > ?3")).bind(6, query.shop);
        if (by_sku)
          return db_.query(GERBANG_LISTINGS("l.sku = ?7 AND l.shop > ?2")).bind(7, query.sku);
        return db_.query(GERBANG_LISTINGS("(l.shop, l.sku) > (?2, ?3)"));
      }()
          .bind(1, query.organisation)
          .bind(2, after.empty() ? std::string_view() : after[0].text())
          .bind(3, after.empty() ? std::string_view() : after[1].text())
          .bind(4, query.state)
          .bind(5, limit + 1);
  ListListings::Answer page;
  while (row.step()) {
    if (std::ssize(page.data) == limit) {
      page.next = to_cursor({page.data.back().shop, page.data.back().sku});
      break;
    }
    page.data.push_back(listing_from(row));
  }

  std::map<std::string, Shop> shops;
  std::map<std::string, Quantity> sellable;
  for (Listing& listing : page.data) {
    auto shop = shops.find(listing.shop);
    if (shop == shops.end()) {
      GERBANG_TRY(found, find_shop(db_, query.organisation, listing.shop));
      shop = shops.emplace(listing.shop, std::move(found.shop)).first;
    }
    listing.channel = shop->second.channel;
    if (listing.wanted) {
      auto units = sellable.find(listing.sku);
      if (units == sellable.end())
        units = sellable.emplace(listing.sku, sellable_units(db_, query.organisation, listing.sku))
                    .first;
      listing.stock = share_of_shop(shop->second, units->second);
    }
    if (const auto prices = read_prices(db_, query.organisation, listing.sku))
      listing.price = prices->effective(listing.channel);
  }
  return page;
}

Result<ListParked::Answer> SqliteQueries::run(const ListParked& query) {
  GERBANG_TRY(found, find_shop(db_, query.organisation, query.shop));
  ListParked::Answer out;
  auto row = db_.query(
                    "SELECT aspect, subject, since, attempts, detail FROM work"
                    " WHERE shop = ?1 AND parked = 1 ORDER BY since, aspect, subject LIMIT ?2")
                 .bind(1, query.shop)
                 .bind(2, static_cast<std::int64_t>(query.limit));
  while (row.step()) {
    ParkedWork parked;
    const auto aspect = aspect_from(row.text(0));
    ensure(aspect.has_value(), "a stored aspect is unknown");
    parked.aspect = *aspect;
    parked.subject = row.text(1);
    parked.since = row.time(2);
    parked.attempts = static_cast<int>(row.integer(3));
    const std::string detail = row.text(4);
    const json::Value said = detail.empty() ? json::Value() : stored_json(detail);
    const json::Value& problem = said["problem"];
    parked.problem.outcome = problem["outcome"].text();
    parked.problem.code = problem["code"].text();
    parked.problem.field = problem["field"].text();
    parked.problem.remote_code = problem["remote_code"].text();
    parked.problem.remote_message = problem["remote_message"].text();
    if (parked.problem.code.empty() && found.shop.state == ShopState::retired)
      parked.problem.code = "shop_retired";
    out.push_back(std::move(parked));
  }
  return out;
}

// ---- orders and events ----------------------------------------------------------------------

Result<GetOrder::Answer> SqliteQueries::run(const GetOrder& query) {
  return read_order(db_, query.organisation, query.order);
}

Result<ListOrders::Answer> SqliteQueries::run(const ListOrders& query) {
  GERBANG_TRY(after, from_cursor(query.cursor, 2));
  if (!query.status.empty() && !order_status_from(query.status))
    return Error(ErrorKind::invalid, "order_status_unknown", "no order status " + query.status)
        .at_field("/status");
  if (!query.shop.empty()) GERBANG_CHECK(known_shop(db_, query.organisation, query.shop));
  TimePoint from = query.updated_since.value_or(TimePoint::min());
  std::string from_id;
  if (!after.empty()) {
    const auto at = after[0].as_int64();
    if (!at) return Error(ErrorKind::invalid, "cursor_invalid", "this cursor was not made here");
    from = from_unix_millis(*at);
    from_id = after[1].text();
  }
  const auto limit = page_size(query.limit);
  std::vector<std::string> ids;
  {
    auto row = db_.query(
                      "SELECT id FROM orders WHERE organisation = ?1"
                      " AND (updated_at, id) > (?2, ?3) AND (?4 = '' OR status = ?4)"
                      " AND (?5 = '' OR shop = ?5) ORDER BY updated_at, id LIMIT ?6")
                   .bind(1, query.organisation)
                   .bind(2, from)
                   .bind(3, from_id)
                   .bind(4, query.status)
                   .bind(5, query.shop)
                   .bind(6, limit + 1);
    while (row.step()) ids.push_back(row.text(0));
  }
  ListOrders::Answer page;
  for (const std::string& id : ids) {
    if (std::ssize(page.data) == limit) {
      page.next = to_cursor({to_unix_millis(page.data.back().updated_at), page.data.back().id});
      break;
    }
    GERBANG_TRY(order, read_order(db_, query.organisation, id));
    page.data.push_back(std::move(order));
  }
  return page;
}

namespace {

// "order.*" by prefix, anything else in full; no types: everything.
bool is_asked_for(const std::vector<std::string>& types, std::string_view type) {
  if (types.empty()) return true;
  return std::any_of(types.begin(), types.end(), [&](std::string_view asked) {
    return asked.ends_with('*') ? type.starts_with(asked.substr(0, asked.size() - 1))
                                : type == asked;
  });
}

}  // namespace

Result<ListEvents::Answer> SqliteQueries::run(const ListEvents& query) {
  const auto limit = page_size(query.limit);
  ListEvents::Answer out;
  auto row = db_.query(
                    "SELECT sequence, id, type, at, data FROM events"
                    " WHERE organisation = ?1 AND sequence > ?2 ORDER BY sequence")
                 .bind(1, query.organisation)
                 .bind(2, query.after);
  while (std::ssize(out) < limit && row.step()) {
    Event event;
    event.type = row.text(2);
    if (!is_asked_for(query.types, event.type)) continue;
    event.sequence = row.integer(0);
    event.id = row.text(1);
    event.at = row.time(3);
    event.data = stored_json(row.text(4));
    out.push_back(std::move(event));
  }
  return out;
}

// ---- for the engine -------------------------------------------------------------------------

Result<LoadTokens::Answer> SqliteQueries::run(const LoadTokens& query) {
  auto row = db_.query("SELECT tokens, token_version FROM shops WHERE id = ?1").bind(1, query.shop);
  if (!row.step()) return Error(ErrorKind::not_found, "shop_unknown", "no shop " + query.shop);
  if (row.is_null(0))
    return Error(ErrorKind::not_found, "token_missing", "the shop was never authorised");
  GERBANG_TRY(tokens, open_tokens(vault_, query.shop, row.blob(0)));
  return TokenView{std::move(tokens), row.integer(1)};
}

Result<LoadFacts::Answer> SqliteQueries::run(const LoadFacts& query) {
  auto row = db_.query("SELECT facts, at FROM shop_facts WHERE shop = ?1 AND key = ?2")
                 .bind(1, query.shop)
                 .bind(2, query.key);
  if (!row.step())
    return Error(ErrorKind::not_found, "facts_missing", "no facts " + query.key + " are stored");
  return Facts{stored_json(row.text(0)), row.time(1)};
}

Result<LoadJobRuns::Answer> SqliteQueries::run(const LoadJobRuns& query) {
  LoadJobRuns::Answer out;
  auto row = db_.query("SELECT job, last_due FROM job_runs WHERE shop = ?1 ORDER BY job")
                 .bind(1, query.shop);
  while (row.step()) out.push_back({row.text(0), row.time(1)});
  return out;
}

Result<StoreStats::Answer> SqliteQueries::run(const StoreStats&) {
  StoreStats::Answer out;
  out.schema_version = schema_version(db_);
  {
    // Events of shops that are not ours are kept, but nobody will ever apply them.
    auto row = db_.query("SELECT count(*) FROM inbox WHERE applied_at IS NULL AND shop <> ''");
    row.step();
    out.inbox_unapplied = row.integer(0);
  }
  {
    auto row = db_.query(
        "SELECT (SELECT count(*) FROM orders WHERE has_shortage = 1 AND hold = 'held'),"
        " (SELECT count(*) FROM doubted_stock)");
    row.step();
    out.orders_short = row.integer(0);
    out.doubted_items = row.integer(1);
  }
  auto row = db_.query("SELECT status, count(*) FROM orders GROUP BY status");
  while (row.step()) out.orders_by_status.emplace(row.text(0), row.integer(1));
  return out;
}

}  // namespace gerbang::store
