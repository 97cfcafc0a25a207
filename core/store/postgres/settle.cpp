#include <algorithm>
#include <utility>

#include "core/store/postgres/scripts.hpp"
#include "core/store/work_rules.hpp"

namespace gerbang::store::postgres {

namespace {

bool of_order(Aspect a) {
  return a == Aspect::order_accept || a == Aspect::order_ship || a == Aspect::order_cancel;
}

// The listings that a settlement is about, by SKU.
std::vector<std::string> concerned(Desk& desk, const Shop& shop, const Settlement& s) {
  if (of_unit(s.aspect)) return desk.skus_of_unit(shop.id, s.subject);
  if (of_variant(s.aspect) && desk.listing(shop.id, s.subject)) return {s.subject};
  return {};
}

}  // namespace

Result<SettleWork::Answer> PostgresScripts::run(const SettleWork& script) {
  GERBANG_TRY(home, home_of({}, script.shop));
  std::vector<std::string> skus, units, orders, claimed;
  std::set<std::string> subjects;
  for (const Settlement& s : script.settlements) {
    subjects.insert(s.subject);
    if (of_variant(s.aspect)) skus.push_back(s.subject);
    if (of_unit(s.aspect)) units.push_back(s.subject);
    if (of_order(s.aspect)) orders.push_back(s.subject);
    if (s.aspect == Aspect::content && s.remote_product) claimed.push_back(*s.remote_product);
  }
  std::set<std::string> unlinked;  // remote products of a review that nobody confirmed
  Desk desk = open_desk(home);
  desk.want_shops();
  desk.want_listings(script.shop, skus, units);
  if (!orders.empty()) desk.want_orders_by_id(orders);
  if (!claimed.empty())
    db_.send(
        "SELECT DISTINCT remote_product FROM proposals WHERE organisation = $1 AND shop = $2"
        " AND remote_product = ANY ($3) AND decision <> 'confirmed'",
        Params::of(home, script.shop, claimed), [&](const Rows& rows) {
          for (const Row r : rows) unlinked.insert(r.text(0));
        });
  desk.sync();
  GERBANG_TRY(row, desk.shop(script.shop));
  const Shop& shop = row.shop;

  // What else may be marked or woken: the units of these SKUs, the SKUs of these units, the fetch
  // of these orders.
  std::set<std::string> published;
  for (const auto& [key, listing] : desk.listings) {
    subjects.insert(key.second);
    subjects.insert(listing.unit);
    published.insert(key.second);
  }
  for (const auto& [id, order] : desk.orders) subjects.insert(order.order.external_id);
  desk.want_work(shop.id, {subjects.begin(), subjects.end()});
  if (!units.empty()) desk.want_variants({}, {published.begin(), published.end()});
  desk.sync();

  bool success = false;
  for (Settlement s : script.settlements) {
    if (s.aspect == Aspect::content && s.remote_product) heed_review(desk, shop, unlinked, s);
    success = success || done(s);
    settle_row(desk, shop, s);
    record_attempt(desk, shop, s);
    record_values(desk, shop, s);
    if (s.aspect == Aspect::content) record_publication(desk, shop, s);
    if (s.aspect == Aspect::state && s.removed && done(s)) record_removal(desk, shop, s);
    if (of_variant(s.aspect) || of_unit(s.aspect)) record_absence(desk, shop, s);
    if (of_order(s.aspect)) record_order_action(desk, shop, s);
  }
  // Hints whose work was marked up to that revision have done their part.
  Batch fetched;
  for (const Settlement& s : script.settlements) {
    if (s.next == Settlement::Next::clear && s.aspect == Aspect::order_fetch && done(s))
      fetched.row(s.subject, s.revision);
  }
  if (!fetched.empty())
    db_.send(
        "UPDATE inbox AS i SET applied_at = $3 FROM unnest($4::text[], $5::bigint[])"
        " AS f (subject, revision) WHERE i.organisation = $1 AND i.shop = $2"
        " AND i.subject = f.subject AND i.applied_at IS NULL AND i.revision <= f.revision",
        fetched.after(Params::of(home, shop.id, desk.now())));
  if (success)
    db_.send("UPDATE shops SET last_success_at = $3 WHERE organisation = $1 AND id = $2",
             Params::of(home, shop.id, desk.now()));
  desk.flush(touched_);
  return true;
}

// What was found by its SKU after a lost create may be another listing with that SKU, which a
// person has looked at and not linked: that decision is not undone by ours.
void PostgresScripts::heed_review(Desk& desk, const Shop& shop,
                                  const std::set<std::string>& unlinked, Settlement& s) {
  const Desk::UnitRow* unit = desk.unit(shop.id, s.subject);
  if (!unit || !unit->remote_product.empty() || !unlinked.contains(*s.remote_product)) return;
  s.remote_product.reset();
  s.remote_variants.clear();
  s.memo.reset();
  s.next = Settlement::Next::park;
  s.counts_as_attempt = true;
  s.attempt.outcome = to_string(ErrorKind::rejected);
  s.attempt.code = "listing_not_linked";
}

void PostgresScripts::settle_row(Desk& desk, const Shop& shop, const Settlement& s) {
  const bool of_listing = of_variant(s.aspect) || of_unit(s.aspect);
  Desk::WorkRow* work = desk.work(shop.id, s.aspect, s.subject);
  const bool same = work && work->revision == s.revision;
  bool settled = false;
  switch (s.next) {
    case Settlement::Next::clear:
      if (same) {
        desk.remove_work(shop.id, s.aspect, s.subject);
        work = nullptr;
        settled = true;
      }
      break;
    case Settlement::Next::retry:
      // Also when the revision moved: what made us wait holds for the newer value too.
      if (work) {
        work->due_at = s.due_at;
        work->attempts += s.counts_as_attempt;
        if (s.detail) work->detail = *s.detail;
        work->dirty = true;
      }
      settled = true;
      break;
    case Settlement::Next::park:
      if (same) {
        work->parked = true;
        work->attempts += s.counts_as_attempt;
        if (of_listing) work->detail.clear();
        work->dirty = true;
        settled = true;
      }
      break;
  }
  if (!settled && work) {
    work->parked = false;
    work->due_at = desk.now();
    work->attempts = 0;
    if (of_listing) work->detail.clear();
    work->dirty = true;
    desk.touch(shop.id);
  }

  // Parked work carries its own reason: a listing shows one of several, and work on orders has no
  // listing at all.
  if (done(s) || s.attempt.outcome.empty()) return;
  if (of_listing && s.next != Settlement::Next::park) return;
  if (!work || work->revision != s.revision) return;
  json::Value detail =
      work->detail.empty() ? json::Value(json::Object()) : stored_json(work->detail);
  detail.as_object()->set("problem", problem_of(s.attempt));
  work->detail = json::dump(detail);
  work->dirty = true;
}

void PostgresScripts::record_attempt(Desk& desk, const Shop& shop, const Settlement& s) {
  if (!s.counts_as_attempt || s.attempt.outcome.empty()) return;
  if (!of_variant(s.aspect) && !of_unit(s.aspect)) return;
  std::vector<std::string> news;
  for (const std::string& sku : concerned(desk, shop, s)) {
    Desk::ListingRow& listing = *desk.listing(shop.id, sku);
    if (s.next != Settlement::Next::park) {
      // What became of one aspect must not hide why another one is parked.
      const auto parked = [&](Aspect aspect, const std::string& subject) {
        const Desk::WorkRow* work = desk.work(shop.id, aspect, subject);
        return work && work->parked;
      };
      if (parked(Aspect::stock, sku) || parked(Aspect::price, sku) ||
          parked(Aspect::content, listing.unit) || parked(Aspect::state, listing.unit))
        continue;
    }
    const std::string outcome = listing.attempt ? listing.attempt->outcome : std::string();
    const std::string code = listing.attempt ? listing.attempt->code : std::string();
    if (outcome != s.attempt.outcome || code != s.attempt.code) news.push_back(sku);
    listing.attempt = s.attempt;
    if (s.attempt.at == TimePoint()) listing.attempt->at = desk.now();
    listing.attempt->revision = s.revision;
    listing.dirty = true;
  }

  const bool blocked = s.attempt.outcome == to_string(ErrorKind::blocked);
  const bool rejected = s.attempt.outcome == to_string(ErrorKind::rejected) ||
                        (!blocked && !done(s) && s.next == Settlement::Next::park);
  if (news.empty() || (!blocked && !rejected)) return;
  json::Array skus;
  for (std::string& sku : news) skus.emplace_back(std::move(sku));
  desk.emit(blocked ? "listing.blocked" : "listing.rejected",
            json::object({{"shop", shop.id},
                          {"channel", shop.channel},
                          {"aspect", to_string(s.aspect)},
                          {"skus", std::move(skus)},
                          {"code", s.attempt.code},
                          {"field", s.attempt.field},
                          {"remote_code", s.attempt.remote_code},
                          {"remote_message", s.attempt.remote_message}}));
}

void PostgresScripts::record_values(Desk& desk, const Shop& shop, const Settlement& s) {
  Desk::ListingRow* listing = of_variant(s.aspect) ? desk.listing(shop.id, s.subject) : nullptr;
  if (listing && s.aspect == Aspect::stock && (done(s) || indeterminate(s))) {
    listing->stock_attempt_ended = desk.now();
    listing->dirty = true;
  }
  if (!done(s)) return;
  if (listing && s.aspect == Aspect::stock && s.sent_stock) {
    listing->sent_stock = listing->observed_stock = *s.sent_stock;
    listing->observed_at = desk.now();
    listing->dirty = true;
  }
  if (listing && s.aspect == Aspect::price && s.sent_price) {
    listing->sent_price = listing->observed_price = *s.sent_price;
    listing->observed_at = desk.now();
    listing->dirty = true;
  }
  if (s.aspect != Aspect::state || !s.sent_listed || s.removed) return;
  if (Desk::UnitRow* unit = desk.unit(shop.id, s.subject)) {
    unit->sent_listed = unit->observed_listed = *s.sent_listed;
    unit->dirty = true;
  }
  for (const std::string& sku : desk.skus_of_unit(shop.id, s.subject)) {
    Desk::ListingRow& of_unit_row = *desk.listing(shop.id, sku);
    if (!of_unit_row.published) continue;
    of_unit_row.observed_listed = *s.sent_listed;
    of_unit_row.observed_at = desk.now();
    of_unit_row.dirty = true;
  }
}

void PostgresScripts::record_publication(Desk& desk, const Shop& shop, const Settlement& s) {
  if (!done(s)) return;
  Desk::UnitRow* unit = desk.unit(shop.id, s.subject);
  if (!unit) return;
  if (s.memo) {
    unit->memo = json::dump(*s.memo);
    unit->dirty = true;
  }
  if (!s.remote_product || s.remote_product->empty()) return;

  const bool first = unit->remote_product.empty();
  const bool wanted = unit->wanted;
  // What creates it was begun by an earlier attempt: the channel shows the draft of that time.
  const bool earlier_draft = unit->publishing_since && *unit->publishing_since < s.sent_at;
  // Between creating a product and giving it variants nothing is complete yet.
  const bool complete = s.next == Settlement::Next::clear;
  unit->remote_product = *s.remote_product;
  if (first || complete) unit->publishing_since.reset();
  unit->dirty = true;

  const auto skus = desk.skus_of_unit(shop.id, s.subject);
  auto remote = s.remote_variants;
  if (remote.empty() && complete && skus.size() == 1) remote.emplace(skus.front(), "");

  json::Array fresh;
  for (const std::string& sku : skus) {
    Desk::ListingRow& listing = *desk.listing(shop.id, sku);
    const auto found = remote.find(sku);
    if (found == remote.end()) {
      // The channel no longer has a variant that we took out.
      if (complete && !remote.empty() && listing.published && !listing.wanted) {
        listing.remote_variant.clear();
        listing.published = false;
        listing.dirty = true;
      }
      continue;
    }
    const bool was_published = listing.published;
    listing.remote_variant = found->second;
    listing.published = true;
    listing.dirty = true;
    if (was_published) continue;
    fresh.emplace_back(sku);
    // The draft's stock went out with it; a sale may have happened since it was made.
    listing.stock_attempt_ended = desk.now();
    desk.mark(shop.id, Aspect::stock, sku, Urgency::normal);
    // Its price too, unless it changed since, or the listing was found there (revision 0).
    const auto prices = desk.variants.find(sku);
    if (prices != desk.variants.end() &&
        (earlier_draft || prices->second.prices.revision > s.revision))
      desk.mark(shop.id, Aspect::price, sku, Urgency::normal);
  }
  if (complete) revive_absent(desk, shop, s.subject);
  // Withdrawn while it was being published.
  if (first && !wanted) desk.mark(shop.id, Aspect::state, s.subject, Urgency::normal);
  if (!fresh.empty())
    desk.emit("listing.published", json::object({{"shop", shop.id},
                                                 {"channel", shop.channel},
                                                 {"remote_product", *s.remote_product},
                                                 {"skus", std::move(fresh)}}));
}

void PostgresScripts::record_removal(Desk& desk, const Shop& shop, const Settlement& s) {
  Desk::UnitRow* unit = desk.unit(shop.id, s.subject);
  if (!unit) return;
  unit->remote_product.clear();
  unit->memo = "null";
  unit->publishing_since.reset();
  unit->sent_listed.reset();
  unit->observed_listed.reset();
  unit->dirty = true;
  for (const std::string& sku : desk.skus_of_unit(shop.id, s.subject)) {
    Desk::ListingRow& listing = *desk.listing(shop.id, sku);
    listing.forget_remote();
    listing.dirty = true;
  }
  // Offered again while it was being removed.
  if (unit->wanted) desk.mark(shop.id, Aspect::content, s.subject, Urgency::normal);
}

void PostgresScripts::record_absence(Desk& desk, const Shop& shop, const Settlement& s) {
  if (s.attempt.outcome != to_string(ErrorKind::not_found)) return;
  if (s.aspect == Aspect::content) {
    // The channel has the unit no more: it is published anew.
    if (!s.remote_product || !s.remote_product->empty()) return;
    record_removal(desk, shop, s);
    // Should the channel have been wrong about that, looking first keeps it at one product.
    Desk::UnitRow* unit = desk.unit(shop.id, s.subject);
    if (!unit || !unit->wanted) return;
    unit->publishing_since = desk.now();
    unit->dirty = true;
    return;
  }
  // Somebody took the product or the variant away at the channel. Publishing looks, and puts back
  // what is wanted; what waits for it is tried again then. Where that does not help it stays
  // parked.
  const Desk::WorkRow* work = desk.work(shop.id, s.aspect, s.subject);
  if (!work || work->attempts > kAbsenceRounds) return;
  for (const std::string& sku : concerned(desk, shop, s)) {
    const Desk::ListingRow& listing = *desk.listing(shop.id, sku);
    if (!listing.wanted) continue;
    const std::string unit = listing.unit;
    desk.mark(shop.id, Aspect::content, unit, Urgency::normal);
  }
}

void PostgresScripts::revive_absent(Desk& desk, const Shop& shop, const std::string& unit) {
  const auto revive = [&](Aspect aspect, const std::string& subject) {
    Desk::WorkRow* work = desk.work(shop.id, aspect, subject);
    if (!work || !work->parked || work->attempts > kAbsenceRounds ||
        work->detail.find("\"outcome\":\"not_found\"") == std::string::npos)
      return;
    work->parked = false;
    work->due_at = desk.now();
    work->dirty = true;
    desk.touch(shop.id);
  };
  revive(Aspect::state, unit);
  for (const std::string& sku : desk.skus_of_unit(shop.id, unit)) {
    revive(Aspect::stock, sku);
    revive(Aspect::price, sku);
  }
}

void PostgresScripts::record_order_action(Desk& desk, const Shop& shop, const Settlement& s) {
  if (!done(s) && !indeterminate(s)) return;
  const auto found = desk.orders.find(s.subject);
  if (found == desk.orders.end() || found->second.order.shop != shop.id) return;
  Desk::OrderRow& row = found->second;
  if (!s.shipments.empty() && merge_shipments(row.order.shipments, s.shipments)) {
    row.order.revision = desk.revision();
    row.order.updated_at = desk.now();
    row.dirty = true;
    desk.emit_order("order.changed", row);
  }
  // The marketplace's own answer is the truth: read the order back.
  const std::string external_id = row.order.external_id;
  desk.mark(shop.id, Aspect::order_fetch, external_id, Urgency::order);
}

Result<BeginPublish::Answer> PostgresScripts::run(const BeginPublish& script) {
  GERBANG_TRY(home, home_of({}, script.shop));
  Review review;
  Desk desk = open_desk(home);
  want_review(desk, script.shop, review);
  desk.sync();
  if (review.holds_publishing())
    return Error(ErrorKind::conflict, "review_open",
                 "the shop's listings are being reviewed: nothing new is published");
  // A product that was not found is created now; variants of a product may be there since the first
  // unsettled attempt.
  const Rows rows = db_.query(
      "UPDATE units SET publishing_since = CASE WHEN remote_product = '' THEN $4"
      " ELSE coalesce(publishing_since, $4) END"
      " WHERE organisation = $1 AND shop = $2 AND unit = $3",
      Params::of(home, script.shop, script.unit, now()));
  if (rows.changed() == 0)
    return Error(ErrorKind::not_found, "unit_unknown", "no unit " + script.unit);
  return true;
}

}  // namespace gerbang::store::postgres
