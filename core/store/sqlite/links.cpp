#include "core/store/sqlite/rows.hpp"
#include "core/store/sqlite/scripts.hpp"

namespace gerbang::store {

namespace {

// The variant of ours as this shop has it.
struct OurListing {
  std::string product;
  std::string unit;
  bool wanted = false;
  bool published = false;
  std::string remote_product;  // of the unit
};

std::optional<OurListing> find_listing(Database& db, const Shop& shop, const std::string& sku) {
  auto row = db.query(
                   "SELECT l.product, l.unit, l.wanted AND u.wanted, l.published, u.remote_product"
                   " FROM listings l JOIN units u ON u.organisation = l.organisation"
                   " AND u.shop = l.shop AND u.unit = l.unit"
                   " WHERE l.organisation = ?1 AND l.shop = ?2 AND l.sku = ?3")
                 .bind(1, shop.organisation)
                 .bind(2, shop.id)
                 .bind(3, sku);
  if (!row.step()) return std::nullopt;
  return OurListing{row.text(0), row.text(1), row.integer(2) != 0, row.integer(3) != 0,
                    row.text(4)};
}

// Other variants of the product are on offer here, in its unit or in units of their own ('0' stands
// behind '/').
bool has_siblings(Database& db, const Shop& shop, const std::string& product,
                  const std::string& sku) {
  auto row = db.query(
                   "SELECT 1 FROM listings WHERE organisation = ?1 AND shop = ?2"
                   " AND (unit = ?3 OR (unit > ?3 || '/' AND unit < ?3 || '0'))"
                   " AND sku <> ?4 AND wanted = 1 LIMIT 1")
                 .bind(1, shop.organisation)
                 .bind(2, shop.id)
                 .bind(3, product)
                 .bind(4, sku);
  return row.step();
}

// Another unit of ours shows that remote product.
bool shown_by_other_unit(Database& db, const Shop& shop, const std::string& remote_product,
                         const std::string& unit) {
  auto row = db.query(
                   "SELECT 1 FROM units WHERE shop = ?1 AND remote_product = ?2"
                   " AND remote_product <> '' AND unit <> ?3 LIMIT 1")
                 .bind(1, shop.id)
                 .bind(2, remote_product)
                 .bind(3, unit);
  return row.step();
}

// The remote product is this one variant alone, as far as was read.
bool is_alone(Database& db, const Shop& shop, const std::string& remote_product) {
  auto row = db.query("SELECT count(*) FROM proposals WHERE shop = ?1 AND remote_product = ?2")
                 .bind(1, shop.id)
                 .bind(2, remote_product);
  row.step();
  return row.integer(0) == 1;
}

Error at_sku(ErrorKind kind, std::string_view code, std::string detail) {
  return Error(kind, code, std::move(detail)).at_field("/sku");
}

}  // namespace

void SqliteScripts::drop_create(const Shop& shop, const std::string& unit) {
  // An update that waited for its other variants to be linked is no create: it is tried again.
  const auto woken =
      db_.query(
             "UPDATE work SET parked = 0, due_at = ?3, attempts = 0, since = ?3 WHERE shop = ?1"
             " AND aspect = 'content' AND subject = ?2 AND parked = 1"
             " AND instr(detail, 'listing_has_other_variants') > 0")
          .bind(1, shop.id)
          .bind(2, unit)
          .bind(3, now())
          .run();
  if (woken > 0) return;
  db_.query(
         "DELETE FROM work WHERE shop = ?1 AND aspect = 'content' AND subject = ?2"
         " AND NOT EXISTS (SELECT 1 FROM listings l WHERE l.organisation = ?3 AND l.shop = ?1"
         " AND l.unit = ?2 AND l.wanted = 1 AND l.published = 0)")
      .bind(1, shop.id)
      .bind(2, unit)
      .bind(3, shop.organisation)
      .run();
}

void SqliteScripts::decide(const Shop& shop, LinkProposal& proposal, LinkDecision decision,
                           std::string sku) {
  proposal.decision = decision;
  proposal.sku = std::move(sku);
  proposal.decided_at = now();
  db_.query(
         "UPDATE proposals SET decision = ?3, sku = ?4, decided_at = ?5"
         " WHERE shop = ?1 AND id = ?2")
      .bind(1, shop.id)
      .bind(2, proposal.id)
      .bind(3, to_string(decision))
      .bind(4, proposal.sku)
      .bind(5, proposal.decided_at)
      .run();
}

Result<LinkProposal> SqliteScripts::link(const ShopRow& row, LinkProposal proposal,
                                         const std::string& asked) {
  const Shop& shop = row.shop;
  const FoundListing& found = proposal.found;
  const std::string sku = asked.empty() ? proposal.candidate : asked;
  if (sku.empty())
    return at_sku(ErrorKind::invalid, "link_sku_missing", "no variant comes near: name one");
  if (proposal.decision == LinkDecision::confirmed) {
    // Named again without a SKU it is the link that there is.
    if (asked.empty() || proposal.sku == sku) return proposal;
    return Error(ErrorKind::conflict, "listing_linked", "linked to " + proposal.sku)
        .at_field("/proposal");
  }
  const auto ours = find_listing(db_, shop, sku);
  if (!ours) return at_sku(ErrorKind::not_found, "sku_unknown", "no variant " + sku);
  if (ours->published)
    return at_sku(ErrorKind::conflict, "variant_linked", sku + " has a listing in this shop");
  if (!ours->wanted)
    return at_sku(ErrorKind::conflict, "variant_not_offered", sku + " is not on offer here");
  if (!sku_of_remote(shop.id, found.remote_product, found.remote_variant).empty())
    return Error(ErrorKind::conflict, "listing_linked", "another variant has this listing")
        .at_field("/proposal");

  std::string unit = ours->unit;
  const bool unit_elsewhere =
      !ours->remote_product.empty() && ours->remote_product != found.remote_product;
  bool own_unit = false;
  if (row.variants_in_listing) {
    // A unit is written whole: two of them on one remote product would undo each other.
    if (shown_by_other_unit(db_, shop, found.remote_product, unit))
      return at_sku(ErrorKind::conflict, "listing_of_other_product",
                    "the listing's other variants belong to another product");
    // A listing without siblings is not made into one with variants: it stays as the seller has it.
    own_unit = ours->remote_product != found.remote_product &&
               has_siblings(db_, shop, ours->product, sku) &&
               (unit_elsewhere || is_alone(db_, shop, found.remote_product));
  }
  if (unit_elsewhere && !own_unit)
    return at_sku(ErrorKind::conflict, "variant_linked",
                  "the product of " + sku + " has another listing in this shop");

  if (own_unit) {
    unit = unit_of_variant(ours->product, sku);
    db_.query(
           "INSERT INTO units (organisation, shop, unit, product, wanted) VALUES (?1, ?2, ?3, ?4, "
           "1)"
           " ON CONFLICT (organisation, shop, unit) DO UPDATE SET wanted = 1")
        .bind(1, shop.organisation)
        .bind(2, shop.id)
        .bind(3, unit)
        .bind(4, ours->product)
        .run();
  }
  db_.query(
         "UPDATE units SET memo = CASE WHEN remote_product = ?4 THEN memo ELSE 'null' END,"
         " publishing_since = CASE WHEN remote_product = ?4 THEN publishing_since ELSE NULL END,"
         " remote_product = ?4, observed_listed = ?5"
         " WHERE organisation = ?1 AND shop = ?2 AND unit = ?3")
      .bind(1, shop.organisation)
      .bind(2, shop.id)
      .bind(3, unit)
      .bind(4, found.remote_product)
      .bind(5, found.listed)
      .run();
  db_.query(
         "UPDATE listings SET unit = ?4, remote_variant = ?5, published = 1, sent_stock = NULL,"
         " sent_price = NULL, sent_currency = NULL, stock_attempt_ended = NULL,"
         " observed_stock = ?6, observed_price = ?7, observed_currency = ?8, observed_listed = ?9,"
         " observed_at = ?10 WHERE organisation = ?1 AND shop = ?2 AND sku = ?3")
      .bind(1, shop.organisation)
      .bind(2, shop.id)
      .bind(3, sku)
      .bind(4, unit)
      .bind(5, found.remote_variant)
      .bind(6, found.stock)
      .bind(7, found.price ? std::optional(found.price->amount) : std::nullopt)
      .bind(8, found.price ? std::optional(found.price->currency) : std::nullopt)
      .bind(9, found.listed)
      .bind(10, now())
      .run();
  drop_create(shop, unit);
  if (own_unit) drop_create(shop, ours->unit);
  decide(shop, proposal, LinkDecision::confirmed, sku);
  mark(shop.organisation, shop.id, Aspect::stock, sku, Urgency::normal);
  mark(shop.organisation, shop.id, Aspect::price, sku, Urgency::normal);
  emit(shop.organisation, "listing.linked",
       json::object({{"shop", shop.id},
                     {"channel", shop.channel},
                     {"sku", sku},
                     {"remote_product", found.remote_product},
                     {"remote_variant", found.remote_variant}}));
  return proposal;
}

void SqliteScripts::unlink(const ShopRow& row, const LinkProposal& proposal) {
  const Shop& shop = row.shop;
  const auto ours = find_listing(db_, shop, proposal.sku);
  // The link may be gone already: deleted at the channel, or the SKU moved to another product.
  if (!ours || !ours->published ||
      sku_of_remote(shop.id, proposal.found.remote_product, proposal.found.remote_variant) !=
          proposal.sku)
    return;
  const std::string whole = unit_of_product(ours->product);
  const bool own_unit = row.variants_in_listing && ours->unit != whole;
  db_.query(
         "UPDATE listings SET unit = ?4, remote_variant = '', published = 0, sent_stock = NULL,"
         " sent_price = NULL, sent_currency = NULL, stock_attempt_ended = NULL,"
         " observed_stock = NULL, observed_price = NULL, observed_currency = NULL,"
         " observed_listed = NULL, observed_at = NULL"
         " WHERE organisation = ?1 AND shop = ?2 AND sku = ?3")
      .bind(1, shop.organisation)
      .bind(2, shop.id)
      .bind(3, proposal.sku)
      .bind(4, own_unit ? whole : ours->unit)
      .run();
  db_.query(
         "UPDATE units SET remote_product = '', memo = 'null', publishing_since = NULL,"
         " observed_listed = NULL, sent_listed = NULL"
         " WHERE organisation = ?1 AND shop = ?2 AND unit = ?3 AND NOT EXISTS (SELECT 1"
         " FROM listings l WHERE l.organisation = ?1 AND l.shop = ?2 AND l.unit = ?3"
         " AND l.published = 1)")
      .bind(1, shop.organisation)
      .bind(2, shop.id)
      .bind(3, ours->unit)
      .run();
  if (own_unit) {
    db_.query(
           "INSERT INTO units (organisation, shop, unit, product, wanted) VALUES (?1, ?2, ?3, ?3, "
           "?4)"
           " ON CONFLICT (organisation, shop, unit) DO UPDATE SET wanted = max(wanted, ?4)")
        .bind(1, shop.organisation)
        .bind(2, shop.id)
        .bind(3, whole)
        .bind(4, ours->wanted)
        .run();
    db_.query("DELETE FROM units WHERE organisation = ?1 AND shop = ?2 AND unit = ?3")
        .bind(1, shop.organisation)
        .bind(2, shop.id)
        .bind(3, ours->unit)
        .run();
    db_.query(
           "DELETE FROM work WHERE shop = ?1 AND aspect IN ('content', 'state') AND subject = ?2")
        .bind(1, shop.id)
        .bind(2, ours->unit)
        .run();
  }
  // Without a link it is to be published, when the review has ended.
  if (ours->wanted)
    mark(shop.organisation, shop.id, Aspect::content, own_unit ? whole : ours->unit,
         Urgency::normal);
}

Result<ConfirmLink::Answer> SqliteScripts::run(const ConfirmLink& script) {
  GERBANG_TRY(row, find_shop(db_, script.organisation, script.shop));
  GERBANG_TRY(proposal, find_proposal(db_, row.shop.id, script.proposal));
  GERBANG_CHECK(may_decide(row.shop));
  return link(row, std::move(proposal), script.sku);
}

Result<ConfirmLinks::Answer> SqliteScripts::run(const ConfirmLinks& script) {
  GERBANG_TRY(shop, find_shop(db_, script.organisation, script.shop));
  GERBANG_CHECK(may_decide(shop.shop));
  std::vector<LinkProposal> proposals;
  ConfirmLinks::Answer answer;
  {
    auto row = db_.query("SELECT " GERBANG_PROPOSAL_COLUMNS
                         " FROM proposals WHERE shop = ?1 AND id > ?2 AND decision = 'undecided'"
                         " AND candidate <> '' AND confidence >= ?3 ORDER BY id LIMIT ?4")
                   .bind(1, shop.shop.id)
                   .bind(2, script.after)
                   .bind(3, script.min_confidence)
                   .bind(4, static_cast<std::int64_t>(script.limit) + 1);
    while (row.step()) {
      if (proposals.size() == script.limit) {
        answer.next = proposals.back().id;
        break;
      }
      proposals.push_back(proposal_from(row));
    }
  }
  for (LinkProposal& proposal : proposals) {
    const std::string id = proposal.id;
    auto linked = link(shop, std::move(proposal), {});
    if (linked) {
      ++answer.confirmed;
    } else {
      answer.failed.emplace_back(id, std::move(linked).error());
    }
  }
  return answer;
}

Result<RefuseLink::Answer> SqliteScripts::run(const RefuseLink& script) {
  GERBANG_TRY(row, find_shop(db_, script.organisation, script.shop));
  GERBANG_TRY(proposal, find_proposal(db_, row.shop.id, script.proposal));
  GERBANG_CHECK(may_decide(row.shop));
  if (proposal.decision == LinkDecision::refused) return proposal;
  if (proposal.decision == LinkDecision::confirmed) unlink(row, proposal);
  decide(row.shop, proposal, LinkDecision::refused, {});
  return proposal;
}

}  // namespace gerbang::store
