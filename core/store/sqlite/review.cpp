#include "core/base/ids.hpp"
#include "core/store/sqlite/rows.hpp"
#include "core/store/sqlite/scripts.hpp"

namespace gerbang::store {

void SqliteScripts::move_review(const Shop& shop, ReviewState state) {
  const bool ended = state == ReviewState::ended;
  db_.query("UPDATE reviews SET state = ?2, problem = '', ended_at = ?3 WHERE shop = ?1")
      .bind(1, shop.id)
      .bind(2, to_string(state))
      .bind(3, ended ? std::optional(now()) : std::nullopt)
      .run();
  emit(shop.organisation, "shop.review_changed",
       json::object({{"shop", shop.id}, {"channel", shop.channel}, {"review", to_string(state)}}));
  // Its lane has to look.
  touched_.shops_with_work.insert(shop.id);
}

void SqliteScripts::begin_review(const Shop& shop) {
  db_.query(
         "INSERT INTO reviews (shop, organisation, state, round, started_at)"
         " VALUES (?1, ?2, 'reading', 1, ?3) ON CONFLICT (shop) DO UPDATE SET round = round + 1,"
         " cursor = '', pages = 0, started_at = excluded.started_at")
      .bind(1, shop.id)
      .bind(2, shop.organisation)
      .bind(3, now())
      .run();
  // A link that did not last (removed at the channel and published anew, a SKU that moved to
  // another product) is to be decided again.
  db_.query(
         "UPDATE proposals SET decision = 'undecided', sku = '', decided_at = NULL"
         " WHERE shop = ?1 AND decision = 'confirmed' AND NOT EXISTS (SELECT 1 FROM listings l"
         " JOIN units u ON u.organisation = l.organisation AND u.shop = l.shop AND u.unit = l.unit"
         " WHERE l.organisation = proposals.organisation AND l.shop = ?1 AND l.sku = proposals.sku"
         " AND l.published = 1 AND u.remote_product = proposals.remote_product)")
      .bind(1, shop.id)
      .run();
  move_review(shop, ReviewState::reading);
}

Result<void> SqliteScripts::may_decide(const Shop& shop) {
  const Review review = find_review(db_, shop.id);
  switch (review.state) {
    case ReviewState::open:
      return {};
    case ReviewState::reading:
    case ReviewState::matching:
      return Error(ErrorKind::conflict, "review_not_ready", "the listings are still being read");
    default:
      return Error(ErrorKind::conflict, "review_ended", "no review of this shop is open");
  }
}

Result<StartReview::Answer> SqliteScripts::run(const StartReview& script) {
  GERBANG_TRY(shop, shop_row(script.organisation, script.shop));
  if (shop.state == ShopState::retired)
    return Error(ErrorKind::conflict, "shop_retired", "shop " + shop.id + " is retired");
  const ReviewState state = find_review(db_, shop.id).state;
  if (state != ReviewState::reading && state != ReviewState::matching) begin_review(shop);
  return find_review(db_, shop.id);
}

Result<KeepReviewPage::Answer> SqliteScripts::run(const KeepReviewPage& script) {
  GERBANG_TRY(shop, shop_row({}, script.shop));
  const Review review = find_review(db_, shop.id);
  if (review.state != ReviewState::reading || review.round != script.round ||
      review.cursor != script.cursor)
    return false;
  for (const FoundListing& found : script.listings) {
    if (found.remote_product.empty()) continue;
    const bool linked = !sku_of_remote(shop.id, found.remote_product, found.remote_variant).empty();
    // What gerbang made, or linked long ago, needs no decision.
    const auto price = found.price ? std::optional(found.price->amount) : std::nullopt;
    const auto currency = found.price ? std::optional(found.price->currency) : std::nullopt;
    const auto seen =
        db_.query(
               "UPDATE proposals SET round = ?4, title = ?5, remote_sku = ?6, barcode = ?7,"
               " price = ?8, currency = ?9, stock = ?10, listed = ?11, remote_state = ?12"
               " WHERE shop = ?1 AND remote_product = ?2 AND remote_variant = ?3"
               " AND (decision = 'confirmed' OR NOT ?13)")
            .bind(1, shop.id)
            .bind(2, found.remote_product)
            .bind(3, found.remote_variant)
            .bind(4, review.round)
            .bind(5, found.title)
            .bind(6, found.sku)
            .bind(7, found.barcode)
            .bind(8, price)
            .bind(9, currency)
            .bind(10, found.stock)
            .bind(11, found.listed)
            .bind(12, found.remote_state)
            .bind(13, linked)
            .run();
    if (seen > 0 || linked) continue;
    db_.query(
           "INSERT INTO proposals (shop, id, organisation, round, remote_product, remote_variant,"
           " title, remote_sku, barcode, price, currency, stock, listed, remote_state)"
           " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)")
        .bind(1, shop.id)
        .bind(2, new_id("lnk", now(), random_))
        .bind(3, shop.organisation)
        .bind(4, review.round)
        .bind(5, found.remote_product)
        .bind(6, found.remote_variant)
        .bind(7, found.title)
        .bind(8, found.sku)
        .bind(9, found.barcode)
        .bind(10, price)
        .bind(11, currency)
        .bind(12, found.stock)
        .bind(13, found.listed)
        .bind(14, found.remote_state)
        .run();
  }
  db_.query("UPDATE reviews SET cursor = ?2, pages = pages + 1, problem = '' WHERE shop = ?1")
      .bind(1, shop.id)
      .bind(2, script.next)
      .run();
  if (!script.next.empty()) return true;
  // What the shop no longer has needs no decision.
  db_.query("DELETE FROM proposals WHERE shop = ?1 AND round < ?2 AND decision <> 'confirmed'")
      .bind(1, shop.id)
      .bind(2, review.round)
      .run();
  move_review(shop, ReviewState::matching);
  return true;
}

Result<NoteReviewProblem::Answer> SqliteScripts::run(const NoteReviewProblem& script) {
  GERBANG_TRY(shop, shop_row({}, script.shop));
  const auto noted = db_.query(
                            "UPDATE reviews SET problem = ?3,"
                            " cursor = CASE WHEN ?4 THEN '' ELSE cursor END"
                            " WHERE shop = ?1 AND round = ?2 AND state IN ('reading', 'matching')")
                         .bind(1, shop.id)
                         .bind(2, script.round)
                         .bind(3, script.code)
                         .bind(4, script.from_start)
                         .run();
  return noted > 0;
}

Result<KeepMatches::Answer> SqliteScripts::run(const KeepMatches& script) {
  GERBANG_TRY(shop, shop_row({}, script.shop));
  const Review review = find_review(db_, shop.id);
  if (review.state != ReviewState::matching || review.round != script.round) return review;
  db_.query(
         "UPDATE proposals SET candidate = '', confidence = 0, reason = ''"
         " WHERE shop = ?1 AND decision = 'undecided'")
      .bind(1, shop.id)
      .run();
  for (const KeepMatches::Match& match : script.matches) {
    db_.query(
           "UPDATE proposals SET candidate = ?3, confidence = ?4, reason = ?5"
           " WHERE shop = ?1 AND id = ?2 AND decision = 'undecided'")
        .bind(1, shop.id)
        .bind(2, match.proposal)
        .bind(3, match.sku)
        .bind(4, match.confidence)
        .bind(5, match.reason)
        .run();
  }
  move_review(shop, ReviewState::open);
  return find_review(db_, shop.id);
}

Result<EndReview::Answer> SqliteScripts::run(const EndReview& script) {
  GERBANG_TRY(shop, shop_row(script.organisation, script.shop));
  const Review review = find_review(db_, shop.id);
  if (!script.refuse_undecided || !review.holds_publishing()) GERBANG_CHECK(may_decide(shop));
  if (script.refuse_undecided) {
    db_.query(
           "UPDATE proposals SET decision = 'refused', decided_at = ?2"
           " WHERE shop = ?1 AND decision = 'undecided' AND candidate <> ''")
        .bind(1, shop.id)
        .bind(2, now())
        .run();
  } else {
    auto row = db_.query(
                      "SELECT count(*) FROM proposals WHERE shop = ?1 AND decision = 'undecided'"
                      " AND candidate <> ''")
                   .bind(1, shop.id);
    row.step();
    if (row.integer(0) > 0)
      return Error(ErrorKind::conflict, "review_undecided",
                   std::to_string(row.integer(0)) + " proposals wait for a decision");
  }
  move_review(shop, ReviewState::ended);
  // What has no link yet is published now; most of it has its work waiting.
  std::vector<std::string> units;
  {
    auto row = db_.query(
                      "SELECT DISTINCT l.unit FROM listings l WHERE l.organisation = ?1"
                      " AND l.shop = ?2 AND l.wanted = 1 AND l.published = 0"
                      " AND NOT EXISTS (SELECT 1 FROM work w WHERE w.shop = l.shop"
                      " AND w.aspect = 'content' AND w.subject = l.unit)")
                   .bind(1, shop.organisation)
                   .bind(2, shop.id);
    while (row.step()) units.push_back(row.text(0));
  }
  for (const std::string& unit : units)
    mark(shop.organisation, shop.id, Aspect::content, unit, Urgency::normal);
  return find_review(db_, shop.id);
}

}  // namespace gerbang::store
