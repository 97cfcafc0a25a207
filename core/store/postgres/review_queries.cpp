#include <map>
#include <utility>

#include "core/store/cursor.hpp"
#include "core/store/postgres/queries.hpp"

namespace gerbang::store::postgres {

Result<GetReview::Answer> PostgresQueries::run(const GetReview& query) {
  GERBANG_TRY(home, home_of(query.organisation, query.shop));
  std::optional<ShopRow> row;
  ReviewView view;
  view.review.shop = query.shop;
  want_shop(home, query.shop, row);
  db_.send("SELECT " GERBANG_PG_REVIEW " FROM reviews WHERE organisation = $1 AND shop = $2",
           Params::of(home, query.shop), [&](const Rows& rows) {
             if (!rows.empty()) view.review = review_from(rows[0]);
           });
  db_.send(
      "SELECT count(*), count(*) FILTER (WHERE decision = 'undecided'),"
      " count(*) FILTER (WHERE decision = 'undecided' AND candidate <> ''),"
      " count(*) FILTER (WHERE decision = 'confirmed'),"
      " count(*) FILTER (WHERE decision = 'refused')"
      " FROM proposals WHERE organisation = $1 AND shop = $2",
      Params::of(home, query.shop), [&](const Rows& rows) {
        view.found = rows[0].integer(0);
        view.undecided = rows[0].integer(1);
        view.proposed = rows[0].integer(2);
        view.confirmed = rows[0].integer(3);
        view.refused = rows[0].integer(4);
      });
  db_.sync();
  GERBANG_TRY(found, known(std::move(row), query.shop));
  (void)found;
  return view;
}

Result<ListProposals::Answer> PostgresQueries::run(const ListProposals& query) {
  GERBANG_TRY(after, from_cursor(query.cursor, 1));
  if (!query.decision.empty() && !link_decision_from(query.decision))
    return Error(ErrorKind::invalid, "decision_unknown", "no decision " + query.decision)
        .at_field("/decision");
  GERBANG_TRY(home, home_of(query.organisation, query.shop));
  const auto limit = page_size(query.limit);
  std::optional<ShopRow> row;
  Rows rows;
  want_shop(home, query.shop, row);
  db_.send("SELECT " GERBANG_PG_PROPOSAL
           " FROM proposals WHERE organisation = $1 AND shop = $2 AND id > $3"
           " AND ($4 = '' OR decision = $4) AND confidence >= $5 ORDER BY id LIMIT $6",
           Params::of(home, query.shop, after.empty() ? std::string_view() : after[0].text(),
                      query.decision, query.min_confidence, limit + 1),
           [&](const Rows& found) { rows = found; });
  db_.sync();
  GERBANG_TRY(found, known(std::move(row), query.shop));
  (void)found;
  ListProposals::Answer page;
  for (const Row r : rows) {
    if (std::ssize(page.data) == limit) {
      page.next = to_cursor({page.data.back().id});
      break;
    }
    page.data.push_back(proposal_from(r));
  }
  return page;
}

Result<LoadReviewCandidates::Answer> PostgresQueries::run(const LoadReviewCandidates& query) {
  GERBANG_TRY(home, home_of({}, query.shop));
  std::optional<ShopRow> row;
  LoadReviewCandidates::Answer answer;
  std::map<std::string, std::vector<std::string>> skus;  // by product
  want_shop(home, query.shop, row);
  db_.send("SELECT " GERBANG_PG_PROPOSAL
           " FROM proposals WHERE organisation = $1 AND shop = $2 AND decision = 'undecided'"
           " ORDER BY id",
           Params::of(home, query.shop), [&](const Rows& rows) {
             for (const Row r : rows) answer.listings.push_back(proposal_from(r));
           });
  db_.send(
      "SELECT l.product, l.sku FROM listings l JOIN units u ON u.organisation = l.organisation"
      " AND u.shop = l.shop AND u.unit = l.unit WHERE l.organisation = $1 AND l.shop = $2"
      " AND NOT l.published AND l.wanted AND u.wanted ORDER BY l.sku",
      Params::of(home, query.shop), [&](const Rows& rows) {
        for (const Row r : rows) skus[r.text(0)].push_back(r.text(1));
      });
  db_.sync();
  GERBANG_TRY(found, known(std::move(row), query.shop));
  const Shop& shop = found.shop;
  std::vector<std::string> codes;
  for (const auto& [code, wanted] : skus) codes.push_back(code);
  if (codes.empty()) return answer;
  const Rows products = db_.query(
      "SELECT code, document, revision, created_at, updated_at, withdrawn FROM products"
      " WHERE organisation = $1 AND code = ANY ($2) ORDER BY code",
      Params::of(home, codes));
  Result<void> good;
  const auto views = product_views(home, products, good);
  GERBANG_CHECK(good);
  for (const ProductView& view : views) {
    const Product& product = view.product;
    const auto own = product.channels.find(shop.channel);
    std::string title(own == product.channels.end() ? std::string_view()
                                                    : text_in(own->second.title, "id"));
    if (title.empty()) title = text_in(product.title, "id");
    for (const std::string& sku : skus[product.code]) {
      for (const Variant& variant : product.variants) {
        if (variant.sku != sku) continue;
        LoadReviewCandidates::Variant out;
        out.sku = sku;
        out.barcode = variant.barcode.value_or("");
        out.title = title;
        for (const std::string& option : variant.options) out.title += " " + option;
        const auto price = variant.channel_prices.find(shop.channel);
        out.price = price != variant.channel_prices.end() ? price->second : variant.price;
        answer.variants.push_back(std::move(out));
      }
    }
  }
  return answer;
}

}  // namespace gerbang::store::postgres
