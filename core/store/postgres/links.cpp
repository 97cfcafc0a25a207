#include <algorithm>

#include "core/store/postgres/scripts.hpp"

namespace gerbang::store::postgres {

// What decisions on proposals are about: the shop's side of it, read for all of them at once.
struct PostgresScripts::LinkDesk {
  explicit LinkDesk(Desk& d) : desk(d) {}

  Desk& desk;
  ShopRow row;
  Review review;
  std::vector<LinkProposal> proposals;
  std::map<std::string, std::int64_t> variants_found;  // by remote product
  Batch decisions;

  // Once the proposals are known: their listings here, by SKU and by remote ids.
  void read(const std::string& asked) {
    std::vector<std::string> skus, remote_products;
    for (const LinkProposal& p : proposals) {
      for (const std::string& sku : {asked, p.candidate, p.sku}) {
        if (!sku.empty()) skus.push_back(sku);
      }
      remote_products.push_back(p.found.remote_product);
    }
    const std::string& shop = row.shop.id;
    desk.want_siblings(shop, skus);
    desk.want_remote(shop, remote_products);
    desk.db().send(
        "SELECT remote_product, count(*) FROM proposals WHERE organisation = $1 AND shop = $2"
        " AND remote_product = ANY ($3) GROUP BY remote_product",
        Params::of(desk.organisation(), shop, remote_products), [this](const Rows& rows) {
          for (const Row r : rows) variants_found[r.text(0)] = r.integer(1);
        });
    desk.sync();
    std::set<std::string> subjects;
    for (const auto& [key, unit] : desk.units) {
      subjects.insert(key.second);
      subjects.insert(unit_of_product(unit.product));
    }
    for (const auto& [key, listing] : desk.listings) {
      subjects.insert(key.second);
      subjects.insert(unit_of_variant(listing.product, key.second));
    }
    desk.want_work(shop, std::vector<std::string>(subjects.begin(), subjects.end()));
    desk.sync();
  }

  void flush(Committed& touched) {
    if (!decisions.empty())
      desk.db().send(
          "UPDATE proposals AS p SET decision = d.decision, sku = d.sku, decided_at = d.at"
          " FROM unnest($3::text[], $4::text[], $5::text[], $6::bigint[])"
          " AS d (id, decision, sku, at) WHERE p.organisation = $1 AND p.shop = $2"
          " AND p.id = d.id",
          decisions.after(Params::of(desk.organisation(), row.shop.id)));
    desk.flush(touched);
  }
};

namespace {

Error at_sku(ErrorKind kind, std::string_view code, std::string detail) {
  return Error(kind, code, std::move(detail)).at_field("/sku");
}

}  // namespace

void PostgresScripts::drop_create(LinkDesk& links, const std::string& unit) {
  Desk& desk = links.desk;
  const std::string& shop = links.row.shop.id;
  Desk::WorkRow* work = desk.work(shop, Aspect::content, unit);
  if (!work) return;
  // An update that waited for its other variants to be linked is no create: it is tried again.
  if (work->parked && work->detail.find("listing_has_other_variants") != std::string::npos) {
    work->parked = false;
    work->due_at = work->since = desk.now();
    work->attempts = 0;
    work->dirty = true;
    return;
  }
  for (const std::string& sku : desk.skus_of_unit(shop, unit)) {
    const Desk::ListingRow* listing = desk.listing(shop, sku);
    if (listing->wanted && !listing->published) return;
  }
  desk.remove_work(shop, Aspect::content, unit);
}

void PostgresScripts::decide(LinkDesk& links, LinkProposal& proposal, LinkDecision decision,
                             std::string sku) {
  proposal.decision = decision;
  proposal.sku = std::move(sku);
  proposal.decided_at = links.desk.now();
  links.decisions.row(proposal.id, to_string(decision), proposal.sku, links.desk.now());
}

Result<LinkProposal> PostgresScripts::link(LinkDesk& links, LinkProposal proposal,
                                           const std::string& asked) {
  Desk& desk = links.desk;
  const Shop& shop = links.row.shop;
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
  Desk::ListingRow* ours = desk.listing(shop.id, sku);
  Desk::UnitRow* our_unit = ours ? desk.unit(shop.id, ours->unit) : nullptr;
  if (!our_unit) return at_sku(ErrorKind::not_found, "sku_unknown", "no variant " + sku);
  if (ours->published)
    return at_sku(ErrorKind::conflict, "variant_linked", sku + " has a listing in this shop");
  if (!ours->wanted || !our_unit->wanted)
    return at_sku(ErrorKind::conflict, "variant_not_offered", sku + " is not on offer here");
  if (!desk.sku_of_remote(shop.id, found.remote_product, found.remote_variant).empty())
    return Error(ErrorKind::conflict, "listing_linked", "another variant has this listing")
        .at_field("/proposal");

  const std::string old_unit = ours->unit;
  std::string unit = old_unit;
  const bool unit_elsewhere =
      !our_unit->remote_product.empty() && our_unit->remote_product != found.remote_product;
  bool own_unit = false;
  if (links.row.variants_in_listing) {
    // A unit is written whole: two of them on one remote product would undo each other.
    const bool shown_elsewhere =
        !found.remote_product.empty() &&
        std::any_of(desk.units.begin(), desk.units.end(), [&](const auto& entry) {
          return entry.first.first == shop.id && entry.first.second != unit &&
                 entry.second.remote_product == found.remote_product;
        });
    if (shown_elsewhere)
      return at_sku(ErrorKind::conflict, "listing_of_other_product",
                    "the listing's other variants belong to another product");
    // A listing without siblings is not made into one with variants: it stays as the seller has it.
    const bool has_siblings =
        std::any_of(desk.listings.begin(), desk.listings.end(), [&](const auto& entry) {
          return entry.first.first == shop.id && entry.first.second != sku &&
                 entry.second.product == ours->product && entry.second.wanted;
        });
    own_unit = our_unit->remote_product != found.remote_product && has_siblings &&
               (unit_elsewhere || links.variants_found[found.remote_product] == 1);
  }
  if (unit_elsewhere && !own_unit)
    return at_sku(ErrorKind::conflict, "variant_linked",
                  "the product of " + sku + " has another listing in this shop");

  if (own_unit) {
    unit = unit_of_variant(ours->product, sku);
    Desk::UnitRow& own = desk.units[{shop.id, unit}];
    own.product = ours->product;
    own.wanted = true;
  }
  Desk::UnitRow& shown = desk.units.at({shop.id, unit});
  if (shown.remote_product != found.remote_product) {
    shown.memo = "null";
    shown.publishing_since.reset();
  }
  shown.remote_product = found.remote_product;
  shown.observed_listed = found.listed;
  shown.dirty = true;
  ours->unit = unit;
  ours->remote_variant = found.remote_variant;
  ours->published = true;
  ours->forget_sent();
  ours->observed_stock = found.stock;
  ours->observed_price = found.price;
  ours->observed_listed = found.listed;
  ours->observed_at = desk.now();
  ours->dirty = true;
  drop_create(links, unit);
  if (own_unit) drop_create(links, old_unit);
  decide(links, proposal, LinkDecision::confirmed, sku);
  desk.mark(shop.id, Aspect::stock, sku, Urgency::normal);
  desk.mark(shop.id, Aspect::price, sku, Urgency::normal);
  desk.emit("listing.linked", json::object({{"shop", shop.id},
                                            {"channel", shop.channel},
                                            {"sku", sku},
                                            {"remote_product", found.remote_product},
                                            {"remote_variant", found.remote_variant}}));
  return proposal;
}

void PostgresScripts::unlink(LinkDesk& links, const LinkProposal& proposal) {
  Desk& desk = links.desk;
  const Shop& shop = links.row.shop;
  Desk::ListingRow* ours = desk.listing(shop.id, proposal.sku);
  // The link may be gone already: deleted at the channel, or the SKU moved to another product.
  if (!ours || !ours->published ||
      desk.sku_of_remote(shop.id, proposal.found.remote_product, proposal.found.remote_variant) !=
          proposal.sku)
    return;
  const std::string whole = unit_of_product(ours->product);
  const std::string old_unit = ours->unit;
  const Desk::UnitRow* before = desk.unit(shop.id, old_unit);
  const bool wanted = ours->wanted && before && before->wanted;
  const bool own_unit = links.row.variants_in_listing && old_unit != whole;
  ours->forget_remote();
  if (own_unit) ours->unit = whole;
  ours->dirty = true;
  const auto left = desk.skus_of_unit(shop.id, old_unit);
  const bool still_shown = std::any_of(left.begin(), left.end(), [&](const std::string& sku) {
    return desk.listing(shop.id, sku)->published;
  });
  Desk::UnitRow* unit = desk.unit(shop.id, old_unit);
  if (unit && !still_shown) {
    unit->remote_product.clear();
    unit->memo = "null";
    unit->publishing_since.reset();
    unit->observed_listed.reset();
    unit->sent_listed.reset();
    unit->dirty = true;
  }
  if (own_unit) {
    const auto [at, fresh] = desk.units.try_emplace({shop.id, whole});
    if (fresh) at->second.product = whole;
    at->second.wanted = at->second.wanted || wanted;
    at->second.dirty = true;
    desk.remove_unit(shop.id, old_unit);
    desk.remove_work(shop.id, Aspect::content, old_unit);
    desk.remove_work(shop.id, Aspect::state, old_unit);
  }
  // Without a link it is to be published, when the review has ended.
  if (wanted) desk.mark(shop.id, Aspect::content, own_unit ? whole : old_unit, Urgency::normal);
}

Result<ConfirmLink::Answer> PostgresScripts::run(const ConfirmLink& script) {
  GERBANG_TRY(home, home_of(script.organisation, script.shop));
  Desk desk = open_desk(home);
  LinkDesk links(desk);
  desk.want_shops();
  want_review(desk, script.shop, links.review);
  db_.send("SELECT " GERBANG_PG_PROPOSAL
           " FROM proposals WHERE organisation = $1 AND shop = $2 AND id = $3",
           Params::of(home, script.shop, script.proposal), [&](const Rows& rows) {
             for (const Row row : rows) links.proposals.push_back(proposal_from(row));
           });
  desk.sync();
  GERBANG_TRY(row, desk.shop(script.shop));
  links.row = std::move(row);
  if (links.proposals.empty())
    return Error(ErrorKind::not_found, "proposal_unknown",
                 "no proposal " + script.proposal + " in this shop");
  GERBANG_CHECK(may_decide(links.review));
  links.read(script.sku);
  GERBANG_TRY(linked, link(links, links.proposals.front(), script.sku));
  links.flush(touched_);
  return linked;
}

Result<ConfirmLinks::Answer> PostgresScripts::run(const ConfirmLinks& script) {
  GERBANG_TRY(home, home_of(script.organisation, script.shop));
  ConfirmLinks::Answer answer;
  Desk desk = open_desk(home);
  LinkDesk links(desk);
  desk.want_shops();
  want_review(desk, script.shop, links.review);
  db_.send("SELECT " GERBANG_PG_PROPOSAL
           " FROM proposals WHERE organisation = $1 AND shop = $2 AND id > $3"
           " AND decision = 'undecided' AND candidate <> '' AND confidence >= $4"
           " ORDER BY id LIMIT $5",
           Params::of(home, script.shop, script.after, script.min_confidence, script.limit + 1),
           [&](const Rows& rows) {
             for (const Row row : rows) links.proposals.push_back(proposal_from(row));
           });
  desk.sync();
  GERBANG_TRY(row, desk.shop(script.shop));
  links.row = std::move(row);
  GERBANG_CHECK(may_decide(links.review));
  if (links.proposals.size() > script.limit) {
    links.proposals.resize(script.limit);
    if (!links.proposals.empty()) answer.next = links.proposals.back().id;
  }
  links.read({});
  for (const LinkProposal& proposal : links.proposals) {
    auto linked = link(links, proposal, {});
    if (linked) {
      ++answer.confirmed;
    } else {
      answer.failed.emplace_back(proposal.id, std::move(linked).error());
    }
  }
  links.flush(touched_);
  return answer;
}

Result<RefuseLink::Answer> PostgresScripts::run(const RefuseLink& script) {
  GERBANG_TRY(home, home_of(script.organisation, script.shop));
  Desk desk = open_desk(home);
  LinkDesk links(desk);
  desk.want_shops();
  want_review(desk, script.shop, links.review);
  db_.send("SELECT " GERBANG_PG_PROPOSAL
           " FROM proposals WHERE organisation = $1 AND shop = $2 AND id = $3",
           Params::of(home, script.shop, script.proposal), [&](const Rows& rows) {
             for (const Row row : rows) links.proposals.push_back(proposal_from(row));
           });
  desk.sync();
  GERBANG_TRY(row, desk.shop(script.shop));
  links.row = std::move(row);
  if (links.proposals.empty())
    return Error(ErrorKind::not_found, "proposal_unknown",
                 "no proposal " + script.proposal + " in this shop");
  GERBANG_CHECK(may_decide(links.review));
  LinkProposal proposal = links.proposals.front();
  if (proposal.decision == LinkDecision::refused) return proposal;
  if (proposal.decision == LinkDecision::confirmed) {
    links.read({});
    unlink(links, proposal);
  }
  decide(links, proposal, LinkDecision::refused, {});
  links.flush(touched_);
  return proposal;
}

}  // namespace gerbang::store::postgres
