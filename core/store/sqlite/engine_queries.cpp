#include <algorithm>
#include <tuple>
#include <utility>

#include "core/store/product_rules.hpp"
#include "core/store/sqlite/offer.hpp"
#include "core/store/sqlite/queries.hpp"
#include "core/store/sqlite/rows.hpp"

namespace gerbang::store {

namespace {

constexpr Aspect kAspects[] = {Aspect::order_fetch,  Aspect::order_accept, Aspect::order_ship,
                               Aspect::order_cancel, Aspect::stock,        Aspect::price,
                               Aspect::content,      Aspect::state};

struct PublishedListing {
  std::string remote_product;
  std::string remote_variant;
  bool wanted = false;
};

std::optional<PublishedListing> find_published(Database& db, const Shop& shop,
                                               const std::string& sku) {
  auto row = db.query(
                   "SELECT u.remote_product, l.remote_variant, l.wanted AND u.wanted"
                   " FROM listings l JOIN units u ON u.organisation = l.organisation"
                   " AND u.shop = l.shop AND u.unit = l.unit"
                   " WHERE l.organisation = ?1 AND l.shop = ?2 AND l.sku = ?3"
                   " AND l.published = 1 AND u.remote_product <> ''")
                 .bind(1, shop.organisation)
                 .bind(2, shop.id)
                 .bind(3, sku);
  if (!row.step()) return std::nullopt;
  return PublishedListing{row.text(0), row.text(1), row.integer(2) != 0};
}

}  // namespace

// Rows of that urgency and the later ones; the urgency to go on with. `held`: under review, what
// could create something at the channel waits.
int SqliteQueries::take_due(const TakeWork& query, Aspect aspect, int urgency, bool held,
                            std::vector<Work>& due) {
  auto row =
      (held ? db_.query("SELECT subject, revision, urgency, since, due_at, attempts, detail"
                        " FROM work WHERE shop = ?1 AND aspect = ?2 AND parked = 0"
                        " AND urgency >= ?5 AND due_at <= ?3 AND EXISTS (SELECT 1 FROM units u"
                        " WHERE u.organisation = work.organisation AND u.shop = work.shop"
                        " AND u.unit = work.subject AND u.remote_product <> ''"
                        " AND NOT EXISTS (SELECT 1 FROM proposals o WHERE o.shop = u.shop"
                        " AND o.remote_product = u.remote_product"
                        " AND o.decision = 'undecided'))"
                        " AND NOT EXISTS (SELECT 1 FROM listings l"
                        " WHERE l.organisation = work.organisation AND l.shop = work.shop"
                        " AND l.unit = work.subject AND l.wanted = 1 AND l.published = 0)"
                        " ORDER BY urgency, since, subject LIMIT ?4")
            : db_.query("SELECT subject, revision, urgency, since, due_at, attempts, detail"
                        " FROM work WHERE shop = ?1 AND aspect = ?2 AND parked = 0"
                        " AND urgency >= ?5 AND due_at <= ?3"
                        " ORDER BY urgency, since, subject LIMIT ?4"))
          .bind(1, query.shop)
          .bind(2, to_string(aspect))
          .bind(3, query.now)
          .bind(4, static_cast<std::int64_t>(query.limit))
          .bind(5, urgency);
  std::size_t count = 0;
  while (row.step()) {
    Work work;
    work.shop = query.shop;
    work.aspect = aspect;
    work.subject = row.text(0);
    work.revision = row.integer(1);
    urgency = static_cast<int>(row.integer(2));
    work.urgency = static_cast<Urgency>(urgency);
    work.since = row.time(3);
    work.due_at = row.time(4);
    work.attempts = static_cast<int>(row.integer(5));
    work.detail = row.text(6);
    due.push_back(std::move(work));
    ++count;
  }
  return count < query.limit ? static_cast<int>(Urgency::routine) + 1 : urgency + 1;
}

Result<TakeWork::Answer> SqliteQueries::run(const TakeWork& query) {
  TakeWork::Answer answer;
  const bool held = find_review(db_, query.shop).holds_publishing();
  bool recovering = false;
  {
    auto row = db_.query(
                      "SELECT 1 FROM recoveries WHERE organisation ="
                      " (SELECT organisation FROM shops WHERE id = ?1) LIMIT 1")
                   .bind(1, query.shop);
    recovering = row.step();
  }
  for (const Aspect aspect : kAspects) {
    if (recovering && aspect != Aspect::order_fetch) continue;
    // One look where the queue is short; a full one is looked behind.
    for (int urgency = 0; urgency <= static_cast<int>(Urgency::routine);)
      urgency = take_due(query, aspect, urgency, held && aspect == Aspect::content, answer.due);
  }
  std::stable_sort(answer.due.begin(), answer.due.end(), [](const Work& a, const Work& b) {
    return std::tie(a.urgency, a.aspect, a.since) < std::tie(b.urgency, b.aspect, b.since);
  });
  auto row =
      db_.query("SELECT min(due_at) FROM work WHERE shop = ?1 AND parked = 0 AND due_at > ?2")
          .bind(1, query.shop)
          .bind(2, query.now);
  if (row.step()) answer.next_due = row.time_or_null(0);
  return answer;
}

Result<LoadStock::Answer> SqliteQueries::run(const LoadStock& query) {
  GERBANG_TRY(found, find_shop(db_, {}, query.shop));
  const Shop& shop = found.shop;
  LoadStock::Answer answer;
  for (const std::string& sku : query.skus) {
    const auto listing = find_published(db_, shop, sku);
    if (!listing) continue;
    answer.push_back({.sku = sku,
                      .remote_product = listing->remote_product,
                      .remote_variant = listing->remote_variant,
                      .quantity = listing->wanted ? offered(db_, shop.organisation, shop, sku) : 0,
                      .listed = listing->wanted});
  }
  return answer;
}

Result<LoadPrices::Answer> SqliteQueries::run(const LoadPrices& query) {
  GERBANG_TRY(found, find_shop(db_, {}, query.shop));
  const Shop& shop = found.shop;
  LoadPrices::Answer answer;
  for (const std::string& sku : query.skus) {
    const auto listing = find_published(db_, shop, sku);
    if (!listing || !listing->wanted) continue;
    const auto prices = read_prices(db_, shop.organisation, sku);
    if (!prices) continue;
    const auto price = prices->effective(shop.channel);
    if (!price) continue;
    answer.push_back({sku, listing->remote_product, listing->remote_variant, *price});
  }
  return answer;
}

Result<LoadState::Answer> SqliteQueries::run(const LoadState& query) {
  GERBANG_TRY(found, find_shop(db_, {}, query.shop));
  const Shop& shop = found.shop;
  LoadState::Answer answer;
  for (const std::string& unit : query.units) {
    // For good: the product was withdrawn, or the unit's only variant is no longer part of it. Not
    // so where this channel alone does not list it, and never where the remote product has variants
    // that are not ours.
    auto row = db_.query(
                      "SELECT u.remote_product, u.wanted, coalesce(p.withdrawn, 1)"
                      " OR (instr(u.unit, '/') > 0 AND NOT EXISTS (SELECT 1 FROM variants v"
                      " WHERE v.organisation = u.organisation AND v.product = u.product"
                      " AND v.sku = substr(u.unit, instr(u.unit, '/') + 1))),"
                      " CASE WHEN instr(u.unit, '/') > 0 THEN coalesce((SELECT l.remote_variant"
                      " FROM listings l WHERE l.organisation = u.organisation AND l.shop = u.shop"
                      " AND l.unit = u.unit AND l.published = 1), '') ELSE '' END,"
                      " EXISTS (SELECT 1 FROM proposals o WHERE o.shop = u.shop"
                      " AND o.remote_product = u.remote_product AND o.decision <> 'confirmed')"
                      " FROM units u LEFT JOIN products p ON p.organisation = u.organisation"
                      " AND p.code = u.product"
                      " WHERE u.organisation = ?1 AND u.shop = ?2 AND u.unit = ?3"
                      " AND u.remote_product <> ''")
                   .bind(1, shop.organisation)
                   .bind(2, shop.id)
                   .bind(3, unit);
    if (!row.step()) continue;
    const bool wanted = row.integer(1) != 0;
    answer.push_back({.unit = unit,
                      .remote_product = row.text(0),
                      .remote_variant = row.text(3),
                      .listed = wanted,
                      .remove = !wanted && row.integer(2) != 0 && row.integer(4) == 0});
  }
  return answer;
}

Result<LoadDraft::Answer> SqliteQueries::run(const LoadDraft& query) {
  GERBANG_TRY(found, find_shop(db_, {}, query.shop));
  const Shop& shop = found.shop;
  DraftView view;
  std::string remote_product, memo;
  {
    auto row = db_.query(
                      "SELECT remote_product, memo, wanted, publishing_since IS NOT NULL"
                      " OR EXISTS (SELECT 1 FROM counters WHERE name = 'restored_at') FROM units"
                      " WHERE organisation = ?1 AND shop = ?2 AND unit = ?3")
                   .bind(1, shop.organisation)
                   .bind(2, shop.id)
                   .bind(3, query.unit);
    if (!row.step()) return Error(ErrorKind::not_found, "unit_unknown", "no unit " + query.unit);
    remote_product = row.text(0);
    memo = row.text(1);
    view.wanted = row.integer(2) != 0;
    view.maybe_published = remote_product.empty() && row.integer(3) != 0;
  }
  if (!remote_product.empty()) {
    auto row = db_.query(
                      "SELECT 1 FROM proposals WHERE shop = ?1 AND remote_product = ?2"
                      " AND decision <> 'confirmed' LIMIT 1")
                   .bind(1, shop.id)
                   .bind(2, remote_product);
    view.has_other_variants = row.step();
  }
  const UnitParts parts = parts_of_unit(query.unit);
  GERBANG_TRY(stored, read_product(db_, shop.organisation, parts.code));
  const Product& product = stored.product;

  view.draft = draft_of(product, shop.channel);
  ListingDraft& draft = view.draft;
  draft.unit = query.unit;
  draft.remote_product = remote_product;
  draft.memo = stored_json(memo);
  for (const Variant& variant : product.variants) {
    if (!parts.sku.empty() && variant.sku != parts.sku) continue;
    DraftVariant out;
    bool published = false;
    {
      auto row = db_.query(
                        "SELECT remote_variant, published FROM listings"
                        " WHERE organisation = ?1 AND shop = ?2 AND sku = ?3 AND unit = ?4"
                        " AND wanted = 1")
                     .bind(1, shop.organisation)
                     .bind(2, shop.id)
                     .bind(3, variant.sku)
                     .bind(4, query.unit);
      if (!row.step()) continue;
      published = row.integer(1) != 0;
      if (published) out.remote_variant = row.text(0);
    }
    const auto prices = read_prices(db_, shop.organisation, variant.sku);
    const auto price = prices ? prices->effective(shop.channel) : std::nullopt;
    if (!price) continue;  // nobody sells at no price: published once it has one
    out.sku = variant.sku;
    out.price = *price;
    out.stock = offered(db_, shop.organisation, shop, variant.sku);
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
    auto row = db_.query(
                      "SELECT sku FROM listings WHERE organisation = ?1 AND shop = ?2 AND unit = ?3"
                      " ORDER BY sku")
                   .bind(1, shop.organisation)
                   .bind(2, shop.id)
                   .bind(3, query.unit);
    while (row.step()) {
      DraftVariant out;
      out.sku = row.text(0);
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

Result<LoadOrderAction::Answer> SqliteQueries::run(const LoadOrderAction& query) {
  GERBANG_TRY(order, read_order(db_, {}, query.order));
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

}  // namespace gerbang::store
