#include "core/base/ids.hpp"
#include "core/store/postgres/scripts.hpp"

namespace gerbang::store::postgres {

void PostgresScripts::want_review(Desk& desk, const std::string& shop, Review& review) {
  review.shop = shop;
  db_.send("SELECT " GERBANG_PG_REVIEW " FROM reviews WHERE organisation = $1 AND shop = $2",
           Params::of(desk.organisation(), shop), [&review](const Rows& rows) {
             if (!rows.empty()) review = review_from(rows[0]);
           });
}

void PostgresScripts::move_review(Desk& desk, const Shop& shop, Review& review, ReviewState state) {
  review.state = state;
  review.problem.clear();
  review.ended_at =
      state == ReviewState::ended ? std::optional(desk.now()) : std::optional<TimePoint>();
  db_.send(
      "UPDATE reviews SET state = $3, problem = '', ended_at = $4"
      " WHERE organisation = $1 AND shop = $2",
      Params::of(shop.organisation, shop.id, to_string(state), review.ended_at));
  desk.emit(
      "shop.review_changed",
      json::object({{"shop", shop.id}, {"channel", shop.channel}, {"review", to_string(state)}}));
  // Its lane has to look.
  desk.touch(shop.id);
}

void PostgresScripts::begin_review(Desk& desk, const Shop& shop, Review& review) {
  review.shop = shop.id;
  review.round += 1;
  review.cursor.clear();
  review.pages = 0;
  review.started_at = desk.now();
  db_.send(
      "INSERT INTO reviews (organisation, shop, state, round, started_at)"
      " VALUES ($1, $2, 'reading', 1, $3) ON CONFLICT (organisation, shop) DO UPDATE SET"
      " round = reviews.round + 1, cursor = '', pages = 0, started_at = excluded.started_at",
      Params::of(shop.organisation, shop.id, desk.now()));
  // A link that did not last (removed at the channel and published anew, a SKU that moved to
  // another product) is to be decided again.
  db_.send(
      "UPDATE proposals AS p SET decision = 'undecided', sku = '', decided_at = NULL"
      " WHERE p.organisation = $1 AND p.shop = $2 AND p.decision = 'confirmed'"
      " AND NOT EXISTS (SELECT FROM listings l JOIN units u ON u.organisation = l.organisation"
      " AND u.shop = l.shop AND u.unit = l.unit WHERE l.organisation = $1 AND l.shop = $2"
      " AND l.sku = p.sku AND l.published AND u.remote_product = p.remote_product)",
      Params::of(shop.organisation, shop.id));
  move_review(desk, shop, review, ReviewState::reading);
}

Result<void> PostgresScripts::may_decide(const Review& review) {
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

Result<StartReview::Answer> PostgresScripts::run(const StartReview& script) {
  GERBANG_TRY(home, home_of(script.organisation, script.shop));
  Review review;
  Desk desk = open_desk(home);
  desk.want_shops();
  want_review(desk, script.shop, review);
  desk.sync();
  GERBANG_TRY(row, desk.shop(script.shop));
  const Shop& shop = row.shop;
  if (shop.state == ShopState::retired)
    return Error(ErrorKind::conflict, "shop_retired", "shop " + shop.id + " is retired");
  if (review.state != ReviewState::reading && review.state != ReviewState::matching)
    begin_review(desk, shop, review);
  desk.flush(touched_);
  return review;
}

Result<KeepReviewPage::Answer> PostgresScripts::run(const KeepReviewPage& script) {
  GERBANG_TRY(home, home_of({}, script.shop));
  std::vector<std::string> remote_products;
  for (const FoundListing& found : script.listings) remote_products.push_back(found.remote_product);
  Review review;
  std::map<std::pair<std::string, std::string>, bool> confirmed;  // by remote ids
  Desk desk = open_desk(home);
  desk.want_shops();
  want_review(desk, script.shop, review);
  desk.want_remote(script.shop, remote_products);
  db_.send(
      "SELECT remote_product, remote_variant, decision = 'confirmed' FROM proposals"
      " WHERE organisation = $1 AND shop = $2 AND remote_product = ANY ($3)",
      Params::of(home, script.shop, remote_products), [&](const Rows& rows) {
        for (const Row row : rows) confirmed[{row.text(0), row.text(1)}] = row.boolean(2);
      });
  desk.sync();
  GERBANG_TRY(row, desk.shop(script.shop));
  const Shop& shop = row.shop;
  if (review.state != ReviewState::reading || review.round != script.round ||
      review.cursor != script.cursor)
    return false;

  std::map<std::pair<std::string, std::string>, const FoundListing*> kept;
  for (const FoundListing& found : script.listings) {
    if (found.remote_product.empty()) continue;
    // What gerbang made, or linked long ago, needs no decision.
    const auto known = confirmed.find({found.remote_product, found.remote_variant});
    const bool stays = known != confirmed.end() && known->second;
    if (!stays && !desk.sku_of_remote(shop.id, found.remote_product, found.remote_variant).empty())
      continue;
    kept[{found.remote_product, found.remote_variant}] = &found;
  }
  Batch rows;
  for (const auto& [key, found] : kept)
    rows.row(new_id("lnk", now(), random_), review.round, found->remote_product,
             found->remote_variant, found->title, found->sku, found->barcode,
             amount_of(found->price), currency_of(found->price), found->stock, found->listed,
             found->remote_state);
  if (!rows.empty())
    db_.send(
        "INSERT INTO proposals (organisation, shop, id, round, remote_product, remote_variant,"
        " title, remote_sku, barcode, price, currency, stock, listed, remote_state)"
        " SELECT $1, $2, * FROM unnest($3::text[], $4::bigint[], $5::text[], $6::text[],"
        " $7::text[], $8::text[], $9::text[], $10::bigint[], $11::text[], $12::bigint[],"
        " $13::boolean[], $14::text[])"
        " ON CONFLICT (organisation, shop, remote_product, remote_variant) DO UPDATE SET"
        " round = excluded.round, title = excluded.title, remote_sku = excluded.remote_sku,"
        " barcode = excluded.barcode, price = excluded.price, currency = excluded.currency,"
        " stock = excluded.stock, listed = excluded.listed, remote_state = excluded.remote_state",
        rows.after(Params::of(home, shop.id)));
  db_.send(
      "UPDATE reviews SET cursor = $3, pages = pages + 1, problem = ''"
      " WHERE organisation = $1 AND shop = $2",
      Params::of(home, shop.id, script.next));
  if (script.next.empty()) {
    // What the shop no longer has needs no decision.
    db_.send(
        "DELETE FROM proposals WHERE organisation = $1 AND shop = $2 AND round < $3"
        " AND decision <> 'confirmed'",
        Params::of(home, shop.id, review.round));
    move_review(desk, shop, review, ReviewState::matching);
  }
  desk.flush(touched_);
  return true;
}

Result<NoteReviewProblem::Answer> PostgresScripts::run(const NoteReviewProblem& script) {
  GERBANG_TRY(home, home_of({}, script.shop));
  enter(home);
  const Rows rows = db_.query(
      "UPDATE reviews SET problem = $4, cursor = CASE WHEN $5 THEN '' ELSE cursor END"
      " WHERE organisation = $1 AND shop = $2 AND round = $3 AND state IN ('reading', 'matching')",
      Params::of(home, script.shop, script.round, script.code, script.from_start));
  return rows.changed() > 0;
}

Result<KeepMatches::Answer> PostgresScripts::run(const KeepMatches& script) {
  GERBANG_TRY(home, home_of({}, script.shop));
  Review review;
  Desk desk = open_desk(home);
  desk.want_shops();
  want_review(desk, script.shop, review);
  desk.sync();
  GERBANG_TRY(row, desk.shop(script.shop));
  if (review.state != ReviewState::matching || review.round != script.round) return review;
  db_.send(
      "UPDATE proposals SET candidate = '', confidence = 0, reason = ''"
      " WHERE organisation = $1 AND shop = $2 AND decision = 'undecided' AND candidate <> ''",
      Params::of(home, script.shop));
  std::map<std::string, const KeepMatches::Match*> last;
  for (const KeepMatches::Match& match : script.matches) last[match.proposal] = &match;
  Batch rows;
  for (const auto& [id, match] : last)
    rows.row(id, match->sku, static_cast<std::int64_t>(match->confidence), match->reason);
  if (!rows.empty())
    db_.send(
        "UPDATE proposals AS p SET candidate = m.sku, confidence = m.confidence,"
        " reason = m.reason FROM unnest($3::text[], $4::text[], $5::bigint[], $6::text[])"
        " AS m (id, sku, confidence, reason) WHERE p.organisation = $1 AND p.shop = $2"
        " AND p.id = m.id AND p.decision = 'undecided'",
        rows.after(Params::of(home, script.shop)));
  move_review(desk, row.shop, review, ReviewState::open);
  desk.flush(touched_);
  return review;
}

Result<EndReview::Answer> PostgresScripts::run(const EndReview& script) {
  GERBANG_TRY(home, home_of(script.organisation, script.shop));
  Review review;
  std::int64_t undecided = 0;
  std::vector<std::string> units;
  Desk desk = open_desk(home);
  desk.want_shops();
  want_review(desk, script.shop, review);
  db_.send(
      "SELECT count(*) FROM proposals WHERE organisation = $1 AND shop = $2"
      " AND decision = 'undecided' AND candidate <> ''",
      Params::of(home, script.shop), [&](const Rows& rows) { undecided = rows[0].integer(0); });
  // What has no link yet is published now; most of it has its work waiting.
  db_.send(
      "SELECT DISTINCT l.unit FROM listings l WHERE l.organisation = $1 AND l.shop = $2"
      " AND l.wanted AND NOT l.published AND NOT EXISTS (SELECT FROM work w"
      " WHERE w.organisation = $1 AND w.shop = $2 AND w.aspect = 'content'"
      " AND w.subject = l.unit)",
      Params::of(home, script.shop), [&](const Rows& rows) {
        for (const Row row : rows) units.push_back(row.text(0));
      });
  desk.sync();
  GERBANG_TRY(row, desk.shop(script.shop));
  if (!script.refuse_undecided || !review.holds_publishing()) GERBANG_CHECK(may_decide(review));
  if (script.refuse_undecided) {
    db_.send(
        "UPDATE proposals SET decision = 'refused', decided_at = $3 WHERE organisation = $1"
        " AND shop = $2 AND decision = 'undecided' AND candidate <> ''",
        Params::of(home, script.shop, desk.now()));
  } else if (undecided > 0) {
    return Error(ErrorKind::conflict, "review_undecided",
                 std::to_string(undecided) + " proposals wait for a decision");
  }
  move_review(desk, row.shop, review, ReviewState::ended);
  for (const std::string& unit : units)
    desk.mark(script.shop, Aspect::content, unit, Urgency::normal);
  desk.flush(touched_);
  return review;
}

}  // namespace gerbang::store::postgres
