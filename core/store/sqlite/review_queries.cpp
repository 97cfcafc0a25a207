#include <map>
#include <utility>

#include "core/store/cursor.hpp"
#include "core/store/sqlite/queries.hpp"
#include "core/store/sqlite/rows.hpp"

namespace gerbang::store {

Result<GetReview::Answer> SqliteQueries::run(const GetReview& query) {
  GERBANG_TRY(found, find_shop(db_, query.organisation, query.shop));
  ReviewView view;
  view.review = find_review(db_, found.shop.id);
  auto row = db_.query(
                    "SELECT count(*), count(*) FILTER (WHERE decision = 'undecided'),"
                    " count(*) FILTER (WHERE decision = 'undecided' AND candidate <> ''),"
                    " count(*) FILTER (WHERE decision = 'confirmed'),"
                    " count(*) FILTER (WHERE decision = 'refused')"
                    " FROM proposals WHERE shop = ?1")
                 .bind(1, found.shop.id);
  row.step();
  view.found = row.integer(0);
  view.undecided = row.integer(1);
  view.proposed = row.integer(2);
  view.confirmed = row.integer(3);
  view.refused = row.integer(4);
  return view;
}

Result<ListProposals::Answer> SqliteQueries::run(const ListProposals& query) {
  GERBANG_TRY(after, from_cursor(query.cursor, 1));
  if (!query.decision.empty() && !link_decision_from(query.decision))
    return Error(ErrorKind::invalid, "decision_unknown", "no decision " + query.decision)
        .at_field("/decision");
  GERBANG_TRY(found, find_shop(db_, query.organisation, query.shop));
  const auto limit = page_size(query.limit);
  ListProposals::Answer page;
  auto row = db_.query("SELECT " GERBANG_PROPOSAL_COLUMNS
                       " FROM proposals WHERE shop = ?1 AND id > ?2"
                       " AND (?3 = '' OR decision = ?3) AND confidence >= ?4"
                       " ORDER BY id LIMIT ?5")
                 .bind(1, found.shop.id)
                 .bind(2, after.empty() ? std::string_view() : after[0].text())
                 .bind(3, query.decision)
                 .bind(4, query.min_confidence)
                 .bind(5, limit + 1);
  while (row.step()) {
    if (std::ssize(page.data) == limit) {
      page.next = to_cursor({page.data.back().id});
      break;
    }
    page.data.push_back(proposal_from(row));
  }
  return page;
}

Result<LoadReviewCandidates::Answer> SqliteQueries::run(const LoadReviewCandidates& query) {
  GERBANG_TRY(found, find_shop(db_, {}, query.shop));
  const Shop& shop = found.shop;
  LoadReviewCandidates::Answer answer;
  {
    auto row = db_.query("SELECT " GERBANG_PROPOSAL_COLUMNS
                         " FROM proposals WHERE shop = ?1 AND decision = 'undecided' ORDER BY id")
                   .bind(1, shop.id);
    while (row.step()) answer.listings.push_back(proposal_from(row));
  }
  std::map<std::string, std::vector<std::string>> skus;  // by product
  {
    auto row = db_.query(
                      "SELECT l.product, l.sku FROM listings l JOIN units u"
                      " ON u.organisation = l.organisation AND u.shop = l.shop AND u.unit = l.unit"
                      " WHERE l.organisation = ?1 AND l.shop = ?2 AND l.published = 0"
                      " AND l.wanted = 1 AND u.wanted = 1")
                   .bind(1, shop.organisation)
                   .bind(2, shop.id);
    while (row.step()) skus[row.text(0)].push_back(row.text(1));
  }
  for (const auto& [code, wanted] : skus) {
    GERBANG_TRY(view, read_product(db_, shop.organisation, code));
    const Product& product = view.product;
    const auto own = product.channels.find(shop.channel);
    std::string title(own == product.channels.end() ? std::string_view()
                                                    : text_in(own->second.title, "id"));
    if (title.empty()) title = text_in(product.title, "id");
    for (const std::string& sku : wanted) {
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

}  // namespace gerbang::store
