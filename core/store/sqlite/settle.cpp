#include <algorithm>
#include <utility>

#include "core/store/sqlite/rows.hpp"
#include "core/store/sqlite/scripts.hpp"
#include "core/store/work_rules.hpp"

namespace gerbang::store {

namespace {

struct Concerned {
  std::string sku;
  std::string unit;
  bool wanted = false;
  bool published = false;
  std::string outcome;  // of the attempt before
  std::string code;
};

std::vector<Concerned> listings_of(Database& db, const Shop& shop, Aspect aspect,
                                   const std::string& subject) {
  std::vector<Concerned> out;
  auto row = of_variant(aspect)
                 ? db.query(
                       "SELECT sku, unit, wanted, published, coalesce(attempt_outcome, ''),"
                       " coalesce(attempt_code, '') FROM listings"
                       " WHERE organisation = ?1 AND shop = ?2 AND sku = ?3")
                 : db.query(
                       "SELECT sku, unit, wanted, published, coalesce(attempt_outcome, ''),"
                       " coalesce(attempt_code, '') FROM listings"
                       " WHERE organisation = ?1 AND shop = ?2 AND unit = ?3 ORDER BY sku");
  auto bound = std::move(row).bind(1, shop.organisation).bind(2, shop.id).bind(3, subject);
  while (bound.step())
    out.push_back({bound.text(0), bound.text(1), bound.integer(2) != 0, bound.integer(3) != 0,
                   bound.text(4), bound.text(5)});
  return out;
}

}  // namespace

Result<SettleWork::Answer> SqliteScripts::run(const SettleWork& script) {
  GERBANG_TRY(shop, shop_row({}, script.shop));
  bool success = false;
  for (Settlement s : script.settlements) {
    if (s.aspect == Aspect::content && s.remote_product) heed_review(shop, s);
    success = success || done(s);
    settle_row(shop.id, s);
    record_attempt(shop, s);
    record_values(shop, s);
    if (s.aspect == Aspect::content) record_publication(shop, s);
    if (s.aspect == Aspect::state && s.removed && done(s)) record_removal(shop, s);
    if (of_variant(s.aspect) || of_unit(s.aspect)) record_absence(shop, s);
    if (s.aspect == Aspect::order_accept || s.aspect == Aspect::order_ship ||
        s.aspect == Aspect::order_cancel)
      record_order_action(shop, s);
  }
  if (success)
    db_.query("UPDATE shops SET last_success_at = ?2 WHERE id = ?1")
        .bind(1, shop.id)
        .bind(2, now())
        .run();
  return true;
}

// What was found by its SKU after a lost create may be another listing with that SKU, which a
// person has looked at and not linked: that decision is not undone by ours.
void SqliteScripts::heed_review(const Shop& shop, Settlement& s) {
  auto row = db_.query(
                    "SELECT 1 FROM proposals p JOIN units u ON u.organisation = ?1 AND u.shop = ?2"
                    " AND u.unit = ?3 WHERE p.shop = ?2 AND p.remote_product = ?4"
                    " AND p.decision <> 'confirmed' AND u.remote_product = '' LIMIT 1")
                 .bind(1, shop.organisation)
                 .bind(2, shop.id)
                 .bind(3, s.subject)
                 .bind(4, *s.remote_product);
  if (!row.step()) return;
  s.remote_product.reset();
  s.remote_variants.clear();
  s.memo.reset();
  s.next = Settlement::Next::park;
  s.counts_as_attempt = true;
  s.attempt.outcome = to_string(ErrorKind::rejected);
  s.attempt.code = "listing_not_linked";
}

void SqliteScripts::settle_row(const std::string& shop, const Settlement& s) {
  const auto row = [&](std::string_view sql) {
    return db_.query(sql).bind(1, shop).bind(2, to_string(s.aspect)).bind(3, s.subject);
  };
  const bool of_listing = of_variant(s.aspect) || of_unit(s.aspect);
  std::int64_t settled = 0;
  switch (s.next) {
    case Settlement::Next::clear:
      if (s.aspect == Aspect::order_fetch && done(s)) apply_hints(shop, s.subject, s.revision);
      {
        auto cleared = row("DELETE FROM work WHERE shop = ?1 AND aspect = ?2 AND subject = ?3"
                           " AND revision = ?4 RETURNING revision")
                           .bind(4, s.revision);
        while (cleared.step()) {
          ensure(cleared.integer(0) == s.revision,
                 "work was cleared that is newer than what was sent");
          ++settled;
        }
      }
      ensure(settled <= 1, "two rows of one work");
      break;
    case Settlement::Next::retry:
      // Also when the revision moved: what made us wait holds for the newer value too.
      row("UPDATE work SET due_at = ?4, attempts = attempts + ?5, detail = coalesce(?6, detail)"
          " WHERE shop = ?1 AND aspect = ?2 AND subject = ?3")
          .bind(4, s.due_at)
          .bind(5, s.counts_as_attempt)
          .bind(6, s.detail)
          .run();
      settled = 1;
      break;
    case Settlement::Next::park:
      settled = row("UPDATE work SET parked = 1, attempts = attempts + ?5,"
                    " detail = CASE WHEN ?6 THEN '' ELSE detail END"
                    " WHERE shop = ?1 AND aspect = ?2 AND subject = ?3 AND revision = ?4")
                    .bind(4, s.revision)
                    .bind(5, s.counts_as_attempt)
                    .bind(6, of_listing)
                    .run();
      break;
  }
  if (settled == 0) {
    const auto moved = row("UPDATE work SET parked = 0, due_at = ?4, attempts = 0,"
                           " detail = CASE WHEN ?5 THEN '' ELSE detail END"
                           " WHERE shop = ?1 AND aspect = ?2 AND subject = ?3")
                           .bind(4, now())
                           .bind(5, of_listing)
                           .run();
    if (moved > 0) touched_.shops_with_work.insert(shop);
  }

  // Parked work carries its own reason: a listing shows one of several, and work on orders has no
  // listing at all.
  if (done(s) || s.attempt.outcome.empty()) return;
  if ((of_variant(s.aspect) || of_unit(s.aspect)) && s.next != Settlement::Next::park) return;
  json::Value detail;
  {
    auto found = row("SELECT detail FROM work WHERE shop = ?1 AND aspect = ?2 AND subject = ?3"
                     " AND revision = ?4")
                     .bind(4, s.revision);
    if (!found.step()) return;
    const std::string text = found.text(0);
    detail = text.empty() ? json::Value(json::Object()) : stored_json(text);
  }
  detail.as_object()->set("problem", problem_of(s.attempt));
  row("UPDATE work SET detail = ?4 WHERE shop = ?1 AND aspect = ?2 AND subject = ?3")
      .bind(4, json::dump(detail))
      .run();
}

void SqliteScripts::record_attempt(const Shop& shop, const Settlement& s) {
  if (!s.counts_as_attempt || s.attempt.outcome.empty()) return;
  if (!of_variant(s.aspect) && !of_unit(s.aspect)) return;
  std::vector<std::string> news;
  for (const Concerned& listing : listings_of(db_, shop, s.aspect, s.subject)) {
    if (s.next != Settlement::Next::park) {
      // What became of one aspect must not hide why another one is parked.
      auto row = db_.query(
                        "SELECT 1 FROM work WHERE shop = ?1 AND parked = 1 AND ("
                        "(aspect IN ('stock', 'price') AND subject = ?2)"
                        " OR (aspect IN ('content', 'state') AND subject = ?3))")
                     .bind(1, shop.id)
                     .bind(2, listing.sku)
                     .bind(3, listing.unit);
      if (row.step()) continue;
    }
    db_.query(
           "UPDATE listings SET attempt_at = ?4, attempt_outcome = ?5, attempt_code = ?6,"
           " attempt_field = ?7, attempt_remote_code = ?8, attempt_remote_message = ?9,"
           " attempt_revision = ?10 WHERE organisation = ?1 AND shop = ?2 AND sku = ?3")
        .bind(1, shop.organisation)
        .bind(2, shop.id)
        .bind(3, listing.sku)
        .bind(4, s.attempt.at == TimePoint() ? now() : s.attempt.at)
        .bind(5, s.attempt.outcome)
        .bind(6, s.attempt.code)
        .bind(7, s.attempt.field)
        .bind(8, s.attempt.remote_code)
        .bind(9, s.attempt.remote_message)
        .bind(10, s.revision)
        .run();
    if (listing.outcome != s.attempt.outcome || listing.code != s.attempt.code)
      news.push_back(listing.sku);
  }

  const bool blocked = s.attempt.outcome == to_string(ErrorKind::blocked);
  const bool rejected = s.attempt.outcome == to_string(ErrorKind::rejected) ||
                        (!blocked && !done(s) && s.next == Settlement::Next::park);
  if (news.empty() || (!blocked && !rejected)) return;
  json::Array skus;
  for (std::string& sku : news) skus.emplace_back(std::move(sku));
  emit(shop.organisation, blocked ? "listing.blocked" : "listing.rejected",
       json::object({{"shop", shop.id},
                     {"channel", shop.channel},
                     {"aspect", to_string(s.aspect)},
                     {"skus", std::move(skus)},
                     {"code", s.attempt.code},
                     {"field", s.attempt.field},
                     {"remote_code", s.attempt.remote_code},
                     {"remote_message", s.attempt.remote_message}}));
}

void SqliteScripts::record_values(const Shop& shop, const Settlement& s) {
  const auto update = [&](std::string_view sql) {
    return db_.query(sql).bind(1, shop.organisation).bind(2, shop.id).bind(3, s.subject);
  };
  if (s.aspect == Aspect::stock && (done(s) || indeterminate(s)))
    update(
        "UPDATE listings SET stock_attempt_ended = ?4"
        " WHERE organisation = ?1 AND shop = ?2 AND sku = ?3")
        .bind(4, now())
        .run();
  if (!done(s)) return;
  if (s.aspect == Aspect::stock && s.sent_stock)
    update(
        "UPDATE listings SET sent_stock = ?4, observed_stock = ?4, observed_at = ?5"
        " WHERE organisation = ?1 AND shop = ?2 AND sku = ?3")
        .bind(4, *s.sent_stock)
        .bind(5, now())
        .run();
  if (s.aspect == Aspect::price && s.sent_price)
    update(
        "UPDATE listings SET sent_price = ?4, sent_currency = ?5, observed_price = ?4,"
        " observed_currency = ?5, observed_at = ?6"
        " WHERE organisation = ?1 AND shop = ?2 AND sku = ?3")
        .bind(4, s.sent_price->amount)
        .bind(5, s.sent_price->currency)
        .bind(6, now())
        .run();
  if (s.aspect == Aspect::state && s.sent_listed && !s.removed) {
    update(
        "UPDATE units SET sent_listed = ?4, observed_listed = ?4"
        " WHERE organisation = ?1 AND shop = ?2 AND unit = ?3")
        .bind(4, *s.sent_listed)
        .run();
    update(
        "UPDATE listings SET observed_listed = ?4, observed_at = ?5"
        " WHERE organisation = ?1 AND shop = ?2 AND unit = ?3 AND published = 1")
        .bind(4, *s.sent_listed)
        .bind(5, now())
        .run();
  }
}

void SqliteScripts::record_publication(const Shop& shop, const Settlement& s) {
  if (!done(s)) return;
  const auto unit = [&](std::string_view sql) {
    return db_.query(sql).bind(1, shop.organisation).bind(2, shop.id).bind(3, s.subject);
  };
  if (s.memo)
    unit("UPDATE units SET memo = ?4 WHERE organisation = ?1 AND shop = ?2 AND unit = ?3")
        .bind(4, json::dump(*s.memo))
        .run();
  if (!s.remote_product || s.remote_product->empty()) return;

  bool first = false, wanted = false, earlier_draft = false;
  {
    auto row = unit(
                   "SELECT remote_product = '', wanted, coalesce(publishing_since < ?4, 0)"
                   " FROM units WHERE organisation = ?1 AND shop = ?2 AND unit = ?3")
                   .bind(4, s.sent_at);
    if (!row.step()) return;
    first = row.integer(0) != 0;
    wanted = row.integer(1) != 0;
    // What creates it was begun by an earlier attempt: the channel shows the draft of that time.
    earlier_draft = row.integer(2) != 0;
  }
  // Between creating a product and giving it variants nothing is complete yet.
  const bool complete = s.next == Settlement::Next::clear;
  unit(
      "UPDATE units SET remote_product = ?4,"
      " publishing_since = CASE WHEN ?5 THEN NULL ELSE publishing_since END"
      " WHERE organisation = ?1 AND shop = ?2 AND unit = ?3")
      .bind(4, *s.remote_product)
      .bind(5, first || complete)
      .run();

  const auto listings = listings_of(db_, shop, s.aspect, s.subject);
  auto remote = s.remote_variants;
  if (remote.empty() && complete && listings.size() == 1) remote.emplace(listings.front().sku, "");

  json::Array fresh;
  for (const Concerned& listing : listings) {
    const auto found = remote.find(listing.sku);
    const auto write = [&](const std::string& variant, bool published) {
      db_.query(
             "UPDATE listings SET remote_variant = ?4, published = ?5"
             " WHERE organisation = ?1 AND shop = ?2 AND sku = ?3")
          .bind(1, shop.organisation)
          .bind(2, shop.id)
          .bind(3, listing.sku)
          .bind(4, variant)
          .bind(5, published)
          .run();
    };
    if (found == remote.end()) {
      // The channel no longer has a variant that we took out.
      if (complete && !remote.empty() && listing.published && !listing.wanted) write("", false);
      continue;
    }
    write(found->second, true);
    if (listing.published) continue;
    fresh.emplace_back(listing.sku);
    // The draft's stock went out with it; a sale may have happened since it was made.
    db_.query(
           "UPDATE listings SET stock_attempt_ended = ?4"
           " WHERE organisation = ?1 AND shop = ?2 AND sku = ?3")
        .bind(1, shop.organisation)
        .bind(2, shop.id)
        .bind(3, listing.sku)
        .bind(4, now())
        .run();
    mark(shop.organisation, shop.id, Aspect::stock, listing.sku, Urgency::normal);
    // Its price too, unless it changed since, or the listing was found there (revision 0).
    const auto prices = read_prices(db_, shop.organisation, listing.sku);
    if (prices && (earlier_draft || prices->revision > s.revision))
      mark(shop.organisation, shop.id, Aspect::price, listing.sku, Urgency::normal);
  }
  if (complete) revive_absent(shop, s.subject);
  // Withdrawn while it was being published.
  if (first && !wanted) mark(shop.organisation, shop.id, Aspect::state, s.subject, Urgency::normal);
  if (!fresh.empty())
    emit(shop.organisation, "listing.published",
         json::object({{"shop", shop.id},
                       {"channel", shop.channel},
                       {"remote_product", *s.remote_product},
                       {"skus", std::move(fresh)}}));
}

void SqliteScripts::record_removal(const Shop& shop, const Settlement& s) {
  bool wanted = false;
  {
    auto row =
        db_.query(
               "UPDATE units SET remote_product = '', memo = 'null', publishing_since = NULL,"
               " sent_listed = NULL, observed_listed = NULL"
               " WHERE organisation = ?1 AND shop = ?2 AND unit = ?3 RETURNING wanted")
            .bind(1, shop.organisation)
            .bind(2, shop.id)
            .bind(3, s.subject);
    if (!row.step()) return;
    wanted = row.integer(0) != 0;
  }
  db_.query(
         "UPDATE listings SET remote_variant = '', published = 0, stock_attempt_ended = NULL,"
         " sent_stock = NULL, sent_price = NULL, sent_currency = NULL, observed_stock = NULL,"
         " observed_price = NULL, observed_currency = NULL, observed_listed = NULL,"
         " observed_at = NULL WHERE organisation = ?1 AND shop = ?2 AND unit = ?3")
      .bind(1, shop.organisation)
      .bind(2, shop.id)
      .bind(3, s.subject)
      .run();
  // Offered again while it was being removed.
  if (wanted) mark(shop.organisation, shop.id, Aspect::content, s.subject, Urgency::normal);
}

void SqliteScripts::record_absence(const Shop& shop, const Settlement& s) {
  if (s.attempt.outcome != to_string(ErrorKind::not_found)) return;
  if (s.aspect == Aspect::content) {
    // The channel has the unit no more: it is published anew.
    if (!s.remote_product || !s.remote_product->empty()) return;
    record_removal(shop, s);
    // Should the channel have been wrong about that, looking first keeps it at one product.
    db_.query(
           "UPDATE units SET publishing_since = ?4"
           " WHERE organisation = ?1 AND shop = ?2 AND unit = ?3 AND wanted = 1")
        .bind(1, shop.organisation)
        .bind(2, shop.id)
        .bind(3, s.subject)
        .bind(4, now())
        .run();
    return;
  }
  // Somebody took the product or the variant away at the channel. Publishing looks, and puts back
  // what is wanted; what waits for it is tried again then. Where that does not help it stays
  // parked.
  {
    auto row =
        db_.query("SELECT attempts FROM work WHERE shop = ?1 AND aspect = ?2 AND subject = ?3")
            .bind(1, shop.id)
            .bind(2, to_string(s.aspect))
            .bind(3, s.subject);
    if (!row.step() || row.integer(0) > kAbsenceRounds) return;
  }
  for (const Concerned& listing : listings_of(db_, shop, s.aspect, s.subject)) {
    if (listing.wanted)
      mark(shop.organisation, shop.id, Aspect::content, listing.unit, Urgency::normal);
  }
}

void SqliteScripts::revive_absent(const Shop& shop, const std::string& unit) {
  const auto revived =
      db_.query(
             "UPDATE work SET parked = 0, due_at = ?3"
             " WHERE shop = ?1 AND parked = 1 AND attempts <= ?5"
             " AND aspect IN ('stock', 'price', 'state')"
             " AND (subject = ?2 OR subject IN (SELECT sku FROM listings WHERE organisation = ?4"
             " AND shop = ?1 AND unit = ?2))"
             " AND instr(detail, '\"outcome\":\"not_found\"') > 0")
          .bind(1, shop.id)
          .bind(2, unit)
          .bind(3, now())
          .bind(4, shop.organisation)
          .bind(5, kAbsenceRounds)
          .run();
  if (revived > 0) touched_.shops_with_work.insert(shop.id);
}

void SqliteScripts::record_order_action(const Shop& shop, const Settlement& s) {
  if (!done(s) && !indeterminate(s)) return;
  std::string external_id;
  {
    auto row = db_.query("SELECT external_id FROM orders WHERE id = ?1 AND shop = ?2")
                   .bind(1, s.subject)
                   .bind(2, shop.id);
    if (!row.step()) return;
    external_id = row.text(0);
  }
  if (!s.shipments.empty()) add_shipments(s.subject, s.shipments);
  // The marketplace's own answer is the truth: read the order back.
  mark(shop.organisation, shop.id, Aspect::order_fetch, external_id, Urgency::order);
}

Result<BeginPublish::Answer> SqliteScripts::run(const BeginPublish& script) {
  GERBANG_TRY(shop, shop_row({}, script.shop));
  if (find_review(db_, shop.id).holds_publishing())
    return Error(ErrorKind::conflict, "review_open",
                 "the shop's listings are being reviewed: nothing new is published");
  const auto found = db_.query(
                            // A product that was not found is created now; variants of a
                            // product may be there since the first unsettled attempt.
                            "UPDATE units SET publishing_since = CASE WHEN remote_product = ''"
                            " THEN ?4 ELSE coalesce(publishing_since, ?4) END"
                            " WHERE organisation = ?1 AND shop = ?2 AND unit = ?3")
                         .bind(1, shop.organisation)
                         .bind(2, shop.id)
                         .bind(3, script.unit)
                         .bind(4, now())
                         .run();
  if (found == 0) return Error(ErrorKind::not_found, "unit_unknown", "no unit " + script.unit);
  return true;
}

}  // namespace gerbang::store
