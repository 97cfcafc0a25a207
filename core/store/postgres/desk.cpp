#include "core/store/postgres/desk.hpp"

#include <algorithm>

#include "core/store/work_rules.hpp"

namespace gerbang::store::postgres {

Desk::Desk(Connection& db, TimePoint now, Random& random, std::string organisation)
    : db_(db), now_(now), random_(random), organisation_(std::move(organisation)) {
  db_.send("SELECT nextval('revisions'), EXISTS (SELECT FROM organisations WHERE id = $1)",
           Params::of(organisation_), [this](const Rows& rows) {
             revision_ = rows[0].integer(0);
             exists_ = rows[0].boolean(1);
           });
}

std::int64_t Desk::revision() const {
  ensure(revision_ > 0, "the revision of a script that has read nothing yet");
  return revision_;
}

Result<ShopRow> Desk::shop(const std::string& id) const {
  const auto found = shops_.find(id);
  if (found == shops_.end()) return Error(ErrorKind::not_found, "shop_unknown", "no shop " + id);
  return found->second;
}

// ---- components -----------------------------------------------------------------------------

const std::vector<Component>& Desk::components_of(const std::string& sku) {
  ensure(components_known_.contains(sku), "components that were not read");
  return components_[sku];
}

void Desk::set_components(const std::string& sku, std::vector<Component> components) {
  components_known_.insert(sku);
  components_changed_.insert(sku);
  components_[sku] = std::move(components);
}

void Desk::remove_variant(const std::string& sku) {
  variants.erase(sku);
  removed_variants_.insert(sku);
  set_components(sku, {});
}

// ---- units and listings ---------------------------------------------------------------------

void Desk::ListingRow::forget_sent() {
  sent_stock.reset();
  sent_price.reset();
  stock_attempt_ended.reset();
}

void Desk::ListingRow::forget_remote() {
  remote_variant.clear();
  published = false;
  forget_sent();
  observed_stock.reset();
  observed_price.reset();
  observed_listed.reset();
  observed_at.reset();
}

void Desk::remove_unit(const std::string& shop, const std::string& unit) {
  units.erase({shop, unit});
  removed_units_.insert({shop, unit});
}

Desk::UnitRow* Desk::unit(const std::string& shop, const std::string& unit) {
  const auto found = units.find({shop, unit});
  return found == units.end() ? nullptr : &found->second;
}

Desk::ListingRow* Desk::listing(const std::string& shop, const std::string& sku) {
  const auto found = listings.find({shop, sku});
  return found == listings.end() ? nullptr : &found->second;
}

std::vector<std::string> Desk::skus_of_unit(const std::string& shop,
                                            const std::string& unit) const {
  std::vector<std::string> out;
  for (auto at = listings.lower_bound({shop, {}}); at != listings.end() && at->first.first == shop;
       ++at) {
    if (at->second.unit == unit) out.push_back(at->first.second);
  }
  return out;
}

std::string Desk::sku_of_remote(const std::string& shop, const std::string& remote_product,
                                const std::string& remote_variant) const {
  if (remote_product.empty()) return {};
  std::vector<std::pair<std::string, std::string>> all, same;  // (SKU, remote variant)
  for (auto at = listings.lower_bound({shop, {}}); at != listings.end() && at->first.first == shop;
       ++at) {
    if (!at->second.published) continue;
    const auto unit = units.find({shop, at->second.unit});
    if (unit == units.end() || unit->second.remote_product != remote_product) continue;
    all.emplace_back(at->first.second, at->second.remote_variant);
  }
  for (const auto& candidate : all) {
    if (candidate.second == remote_variant) same.push_back(candidate);
  }
  if (same.size() == 1) return same.front().first;
  // A plain item has no variant id on one side or the other.
  if (all.size() == 1 && (remote_variant.empty() || all.front().second.empty()))
    return all.front().first;
  return {};
}

void Desk::lay_out(const ShopRow& shop_row, const Product& product, bool withdrawn,
                   bool content_changed) {
  const Shop& shop = shop_row.shop;
  const auto here = product.channels.find(shop.channel);
  const bool offered = !withdrawn && (here == product.channels.end() || here->second.listed);

  struct Known {
    bool published = false;
    bool was_wanted = false;
  };
  std::map<std::string, Known> known;
  for (auto at = units.lower_bound({shop.id, {}}); at != units.end() && at->first.first == shop.id;
       ++at) {
    const UnitRow& unit = at->second;
    if (unit.product == product.code)
      known.emplace(
          at->first.second,
          Known{!unit.remote_product.empty() || unit.publishing_since.has_value(), unit.wanted});
  }
  std::map<std::string, bool> wanted;
  // What is there but no longer part of the product stays, unwanted.
  for (const auto& [unit, state] : known) wanted.emplace(unit, false);
  // A variant whose listing was adopted as one of its own stays so.
  const auto unit_of = [&](const Variant& v) {
    std::string own = unit_of_variant(product.code, v.sku);
    return shop_row.variants_in_listing && !known.contains(own) ? unit_of_product(product.code)
                                                                : own;
  };
  for (const Variant& v : product.variants) wanted[unit_of(v)] = offered;

  for (const auto& [unit, want] : wanted) {
    const auto [at, fresh] = units.try_emplace({shop.id, unit});
    if (fresh) at->second.product = product.code;
    at->second.dirty = at->second.dirty || fresh || at->second.wanted != want;
    at->second.wanted = want;
  }
  for (auto at = listings.lower_bound({shop.id, {}});
       at != listings.end() && at->first.first == shop.id; ++at) {
    if (!at->second.wanted || !known.contains(at->second.unit)) continue;
    at->second.wanted = false;
    at->second.dirty = true;
  }
  for (const Variant& v : product.variants) {
    ListingRow& listing = listings[{shop.id, v.sku}];
    const std::string unit = unit_of(v);
    // A SKU that came over from another product is not in this product's listing yet.
    if (listing.unit != unit) {
      listing.published = false;
      listing.remote_variant.clear();
    }
    listing.product = product.code;
    listing.unit = unit;
    listing.wanted = offered;
    listing.dirty = true;
  }

  for (const auto& [unit, want] : wanted) {
    const auto before = known.find(unit);
    const bool was_wanted = before != known.end() && before->second.was_wanted;
    if (want && (content_changed || !was_wanted))
      mark(shop.id, Aspect::content, unit, Urgency::normal);
    if (before == known.end() || !before->second.published || want == was_wanted) continue;
    mark(shop.id, Aspect::state, unit, Urgency::normal);
    if (!want) continue;
    // While it was off it was told no price, and no stock: what changed meanwhile is told now.
    for (const std::string& sku : skus_of_unit(shop.id, unit)) {
      if (!listing(shop.id, sku)->published) continue;
      mark(shop.id, Aspect::stock, sku, Urgency::normal);
      mark(shop.id, Aspect::price, sku, Urgency::normal);
    }
  }
}

// ---- work -----------------------------------------------------------------------------------

Desk::WorkRow* Desk::work(const std::string& shop, Aspect aspect, const std::string& subject) {
  ensure(work_known_.contains({shop, subject}), "work that was not read");
  const auto found = work_.find({shop, aspect, subject});
  return found == work_.end() ? nullptr : &found->second;
}

void Desk::remove_work(const std::string& shop, Aspect aspect, const std::string& subject) {
  work_.erase({shop, aspect, subject});
  marks_.erase({shop, aspect, subject});
  removed_work_.insert({shop, aspect, subject});
}

bool Desk::has_work(const std::string& shop, Aspect aspect, const std::string& subject) const {
  ensure(work_known_.contains({shop, subject}), "work that was not read");
  return work_.contains({shop, aspect, subject});
}

void Desk::mark(const std::string& shop, Aspect aspect, const std::string& subject, Urgency urgency,
                const std::string& detail) {
  const WorkKey key{shop, aspect, subject};
  touch(shop);
  if (urgency == Urgency::order) hurried_.insert(shop);
  raise_listing(key);
  if (work_known_.contains({shop, subject})) {
    const auto [at, fresh] = work_.try_emplace(key);
    apply_mark(at->second, fresh, key, urgency, detail);
    return;
  }
  const auto [at, fresh] = marks_.try_emplace(key, Mark{urgency, detail});
  if (fresh) return;
  // Two marks of one script are one.
  at->second.urgency = std::min(at->second.urgency, urgency);
  const bool keeps = aspect == Aspect::stock || aspect == Aspect::price || aspect == Aspect::state;
  if (!keeps || !detail.empty()) at->second.detail = detail;
}

void Desk::raise_listing(const WorkKey& key) {
  const auto& [shop, aspect, subject] = key;
  const auto raise = [this](ListingRow& row) {
    row.dirty = row.dirty || row.revision != revision();
    row.revision = revision();
  };
  if (of_variant(aspect)) {
    if (ListingRow* row = listing(shop, subject)) raise(*row);
  } else if (of_unit(aspect)) {
    for (const std::string& sku : skus_of_unit(shop, subject)) raise(*listing(shop, sku));
  }
}

// As the statement of write_work() does it. Parked work was not waiting any more, so for it `since`
// begins anew. After a failed attempt the newer value waits as the older one would have, up to the
// time in which a lost request can still arrive: overtaking it would make the older value the last
// word, or a second product.
void Desk::apply_mark(WorkRow& row, bool fresh, const WorkKey& key, Urgency urgency,
                      const std::string& detail) {
  const Aspect aspect = std::get<1>(key);
  removed_work_.erase(key);
  row.dirty = true;
  ensure(row.revision <= revision(), "a revision of work went backwards");
  row.revision = revision();
  if (fresh) {
    row.urgency = urgency;
    row.since = row.due_at = now_;
    row.detail = detail;
    return;
  }
  row.urgency = std::min(row.urgency, urgency);
  if (row.parked) row.since = now_;
  const bool waits = !row.parked && row.due_at > now_;
  row.due_at = waits && row.attempts > 0 && aspect != Aspect::order_fetch
                   ? std::min(row.due_at, now_ + kWaitOut)
                   : now_;
  if (!waits) row.attempts = 0;
  row.parked = false;
  // What a channel has deferred stays known until it has been heard of.
  const bool keeps = aspect == Aspect::stock || aspect == Aspect::price || aspect == Aspect::state;
  if (!keeps || !detail.empty()) row.detail = detail;
}

void Desk::mark_stock_of_items(const std::map<std::string, Urgency>& items,
                               const std::set<InShop>& except) {
  if (items.empty()) return;
  ++item_operations_;
  for (const auto& [item, urgency] : items) {
    item_marks_.row(item_operations_, item, static_cast<std::int64_t>(urgency));
    item_marks_urgent_ = item_marks_urgent_ || urgency == Urgency::order;
  }
  for (const auto& [shop, sku] : except) item_except_.row(item_operations_, shop, sku);
}

void Desk::mark_shop(const std::string& shop, Aspect aspect, Urgency urgency,
                     std::int64_t& marked) {
  shop_marks_.push_back({shop, aspect, urgency, &marked});
}

// ---- events and orders ----------------------------------------------------------------------

void Desk::emit(std::string_view type, json::Value data) {
  events_.push_back({std::string(type), json::dump(data)});
}

bool Desk::OrderRow::any_shortage() const {
  return std::any_of(lines.begin(), lines.end(),
                     [](const LineRow& l) { return l.line.shortage > 0; });
}

Desk::OrderRow* Desk::order(const std::string& shop, const std::string& external_id) {
  for (auto& [id, row] : orders) {
    if (row.order.shop == shop && row.order.external_id == external_id) return &row;
  }
  return nullptr;
}

void Desk::emit_order(std::string_view type, const OrderRow& row) {
  const Order& order = row.order;
  emit(type, json::object({{"order", order.id},
                           {"shop", order.shop},
                           {"channel", order.channel},
                           {"external_id", order.external_id},
                           {"status", to_string(order.status)},
                           {"has_shortage", order.has_shortage},
                           {"revision", order.revision}}));
}

Order Desk::as_order(const OrderRow& row) {
  Order out = row.order;
  std::vector<const LineRow*> lines;
  for (const LineRow& line : row.lines) lines.push_back(&line);
  std::sort(lines.begin(), lines.end(), [](const LineRow* a, const LineRow* b) {
    return std::tie(a->position, a->line.remote_line) < std::tie(b->position, b->line.remote_line);
  });
  out.lines.clear();
  for (const LineRow* line : lines) out.lines.push_back(line->line);
  return out;
}

}  // namespace gerbang::store::postgres
