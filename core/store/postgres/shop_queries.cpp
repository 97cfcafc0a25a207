// Shops, their listings, and what of their work is parked.
#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <utility>

#include "core/store/cursor.hpp"
#include "core/store/postgres/queries.hpp"
#include "core/store/postgres/recovery.hpp"
#include "core/store/product_rules.hpp"

namespace gerbang::store::postgres {

Result<std::vector<ShopView>> PostgresQueries::shop_views(const std::string& home,
                                                          const std::string& shop) {
  std::vector<ShopView> out;
  std::map<std::string, Review> reviews;
  std::map<std::string, WorkSummary> work;
  std::map<std::string, std::string> recovering;  // shop, step
  std::set<std::string> orders_missing;           // organisations
  db_.send("SELECT organisation, shop, step FROM recoveries WHERE ($1 = '*' OR organisation = $1)",
           Params::of(home), [&](const Rows& rows) {
             for (const Row row : rows) {
               recovering[row.text(1)] = row.text(2);
               if (row.view(2) == "orders") orders_missing.insert(row.text(0));
             }
           });
  db_.send("SELECT " GERBANG_PG_SHOP
           " FROM shops WHERE ($1 = '*' OR organisation = $1) AND ($2 = '' OR id = $2) ORDER BY id",
           Params::of(home, shop), [&](const Rows& rows) {
             for (const Row row : rows) {
               ShopRow found = shop_from(row);
               ShopView view;
               view.shop = std::move(found.shop);
               view.variants_in_listing = found.variants_in_listing;
               out.push_back(std::move(view));
             }
           });
  db_.send("SELECT " GERBANG_PG_REVIEW
           " FROM reviews WHERE ($1 = '*' OR organisation = $1) AND ($2 = '' OR shop = $2)",
           Params::of(home, shop), [&](const Rows& rows) {
             for (const Row row : rows) reviews.emplace(row.text(0), review_from(row));
           });
  db_.send(
      "SELECT shop, count(*) FILTER (WHERE NOT parked), count(*) FILTER (WHERE parked),"
      " min(since) FILTER (WHERE NOT parked) FROM work"
      " WHERE ($1 = '*' OR organisation = $1) AND ($2 = '' OR shop = $2) GROUP BY shop",
      Params::of(home, shop), [&](const Rows& rows) {
        for (const Row row : rows)
          work[row.text(0)] = {row.integer(1), row.integer(2), row.time_or_null(3)};
      });
  db_.sync();
  for (ShopView& view : out) {
    view.work = work[view.shop.id];
    const auto step = recovering.find(view.shop.id);
    if (step != recovering.end())
      view.recovery = recovery_step(step->second, orders_missing.contains(view.shop.organisation));
    view.review.shop = view.shop.id;
    const auto review = reviews.find(view.shop.id);
    if (review != reviews.end()) view.review = review->second;
  }
  return out;
}

Result<GetShop::Answer> PostgresQueries::run(const GetShop& query) {
  GERBANG_TRY(home, home_of(query.organisation, query.shop));
  GERBANG_TRY(views, shop_views(home, query.shop));
  if (views.empty() || query.shop.empty())
    return Error(ErrorKind::not_found, "shop_unknown", "no shop " + query.shop);
  return std::move(views.front());
}

Result<ListShops::Answer> PostgresQueries::run(const ListShops& query) {
  const std::string home = query.organisation.empty() ? "*" : query.organisation;
  open(home);
  return shop_views(home, {});
}

namespace {

#define GERBANG_PG_WORK_OF_LISTING(parked)                                           \
  "(EXISTS (SELECT FROM work w WHERE w.organisation = $1 AND w.shop = l.shop"        \
  " AND w.aspect IN ('stock', 'price') AND w.subject = l.sku AND w.parked = " parked \
  ") OR EXISTS (SELECT FROM work w WHERE w.organisation = $1 AND w.shop = l.shop"    \
  " AND w.aspect IN ('content', 'state') AND w.subject = l.unit AND w.parked = " parked "))"

// $1 organisation, $2 $3 after (shop, sku), $4 state, $5 limit, $6 shop, $7 sku. The plan depends
// on what is named, so each combination is a statement of its own.
#define GERBANG_PG_LISTINGS(which) \
  "SELECT l.shop, l.sku, l.product, coalesce(u.remote_product, ''), l.remote_variant,"         \
  " l.wanted, l.revision, l.attempt_at, l.attempt_outcome, l.attempt_code, l.attempt_field,"   \
  " l.attempt_remote_code, l.attempt_remote_message, l.attempt_revision, l.observed_stock,"    \
  " l.observed_price, l.observed_currency, l.observed_listed, l.observed_at,"                  \
  " " GERBANG_PG_WORK_OF_LISTING(                                                              \
      "false") " FROM listings l LEFT JOIN units u ON u.organisation = l.organisation"         \
               " AND u.shop = l.shop AND u.unit = l.unit"                                      \
               " WHERE l.organisation = $1 AND " which                                         \
               " AND CASE $4 WHEN '' THEN true"                                                \
               " WHEN 'pending' THEN " GERBANG_PG_WORK_OF_LISTING(                             \
                   "false") " WHEN 'rejected' THEN coalesce(l.attempt_outcome = 'rejected',"   \
                            " false) OR " GERBANG_PG_WORK_OF_LISTING(                          \
                                "true") " WHEN 'live' THEN l.published AND l.wanted"           \
                                        " AND coalesce(l.observed_listed, true)"               \
                                        " WHEN 'unpublished' THEN NOT l.published END"         \
                                        " ORDER BY l.shop, l.sku LIMIT $5"

Listing listing_from(const Row& row) {
  Listing out;
  out.shop = row.text(0);
  out.sku = row.text(1);
  out.product = row.text(2);
  out.remote_product = row.text(3);
  out.remote_variant = row.text(4);
  out.wanted = row.boolean(5);
  out.revision = row.integer(6);
  if (!row.is_null(7)) {
    out.attempt = Attempt{row.time(7),  row.text(8),  row.text(9),    row.text(10),
                          row.text(11), row.text(12), row.integer(13)};
  }
  if (!row.is_null(18)) {
    Observed observed;
    observed.stock = row.integer_or_null(14);
    observed.price = money_from(row, 15);
    observed.listed = row.boolean_or_null(17);
    observed.at = row.time(18);
    out.observed = std::move(observed);
  }
  out.pending = row.boolean(19);
  return out;
}

}  // namespace

Result<ListListings::Answer> PostgresQueries::run(const ListListings& query) {
  GERBANG_TRY(after, from_cursor(query.cursor, 2));
  static constexpr std::array<std::string_view, 5> kStates = {"", "pending", "rejected", "live",
                                                              "unpublished"};
  if (std::find(kStates.begin(), kStates.end(), query.state) == kStates.end())
    return Error(ErrorKind::invalid, "listing_state_unknown", "no listing state " + query.state)
        .at_field("/state");

  const std::string& home = query.organisation;
  const auto limit = page_size(query.limit);
  std::map<std::string, ShopRow> shops;
  Rows rows;
  open(home);
  db_.send("SELECT " GERBANG_PG_SHOP " FROM shops WHERE organisation = $1", Params::of(home),
           [&](const Rows& found) {
             for (const Row row : found) {
               ShopRow shop = shop_from(row);
               shops.emplace(shop.shop.id, std::move(shop));
             }
           });
  const auto keep = [&](const Rows& found) { rows = found; };
  Params params = Params::of(home, after.empty() ? std::string_view() : after[0].text(),
                             after.empty() ? std::string_view() : after[1].text(), query.state,
                             limit + 1, query.shop, query.sku);
  const bool by_shop = !query.shop.empty(), by_sku = !query.sku.empty();
  if (by_shop && by_sku) {
    db_.send(GERBANG_PG_LISTINGS("$2 = $2 AND l.shop = $6 AND l.sku = $7 AND l.sku > $3"),
             std::move(params), keep);
  } else if (by_shop) {
    db_.send(GERBANG_PG_LISTINGS("$2 = $2 AND $7 = $7 AND l.shop = $6 AND l.sku > $3"),
             std::move(params), keep);
  } else if (by_sku) {
    db_.send(GERBANG_PG_LISTINGS("$3 = $3 AND $6 = $6 AND l.sku = $7 AND l.shop > $2"),
             std::move(params), keep);
  } else {
    db_.send(GERBANG_PG_LISTINGS("$6 = $6 AND $7 = $7 AND (l.shop, l.sku) > ($2, $3)"),
             std::move(params), keep);
  }
  db_.sync();
  if (by_shop && !shops.contains(query.shop))
    return Error(ErrorKind::not_found, "shop_unknown", "no shop " + query.shop);

  ListListings::Answer page;
  std::set<std::string> skus;
  for (const Row row : rows) {
    if (std::ssize(page.data) == limit) {
      page.next = to_cursor({page.data.back().shop, page.data.back().sku});
      break;
    }
    page.data.push_back(listing_from(row));
    skus.insert(page.data.back().sku);
  }
  if (page.data.empty()) return page;

  const std::vector<std::string> all(skus.begin(), skus.end());
  std::map<std::string, Quantity> sellable_units;
  PricesBySku prices;
  want_sellable(db_, home, all, sellable_units);
  want_prices(db_, home, all, prices);
  db_.sync();
  for (Listing& listing : page.data) {
    const Shop& shop = shops.at(listing.shop).shop;
    listing.channel = shop.channel;
    if (listing.wanted) listing.stock = share_of_shop(shop, sellable_units[listing.sku]);
    const auto price = prices.find(listing.sku);
    if (price != prices.end()) listing.price = price->second.effective(listing.channel);
  }
  return page;
}

Result<ListParked::Answer> PostgresQueries::run(const ListParked& query) {
  GERBANG_TRY(home, home_of(query.organisation, query.shop));
  std::optional<ShopRow> shop;
  Rows rows;
  want_shop(home, query.shop, shop);
  db_.send(
      "SELECT aspect, subject, since, attempts, detail FROM work WHERE organisation = $1"
      " AND shop = $2 AND parked ORDER BY since, aspect, subject LIMIT $3",
      Params::of(home, query.shop, query.limit), [&](const Rows& found) { rows = found; });
  db_.sync();
  GERBANG_TRY(found, known(std::move(shop), query.shop));
  ListParked::Answer out;
  for (const Row row : rows) {
    ParkedWork parked;
    const auto aspect = aspect_from(row.view(0));
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

}  // namespace gerbang::store::postgres
