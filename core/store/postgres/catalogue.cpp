#include <map>
#include <set>
#include <string>

#include "core/store/postgres/scripts.hpp"
#include "core/store/product_rules.hpp"

namespace gerbang::store::postgres {

namespace {

Error revision_moved(const std::string& code) {
  return Error(ErrorKind::precondition_failed, "revision_moved",
               "If-Match named another revision of " + code);
}

std::vector<Component> components_in(const Variant& variant) {
  std::map<std::string, Quantity> wanted;
  for (const Component& c : variant.takes()) wanted[c.item] += c.quantity;
  std::vector<Component> out;
  for (const auto& [item, quantity] : wanted) out.push_back({item, quantity});
  return out;
}

}  // namespace

Result<PutProducts::Answer> PostgresScripts::run(const PutProducts& script) {
  std::vector<std::string> codes, skus;
  for (const PutProducts::Item& item : script.items) {
    codes.push_back(item.product.code);
    for (const Variant& variant : item.product.variants) skus.push_back(variant.sku);
  }
  Desk desk = open_desk(script.organisation);
  desk.want_shops();
  desk.want_products(codes);
  desk.want_variants(codes, skus);
  desk.want_layout(codes, skus);
  desk.sync();
  if (!desk.organisation_exists())
    return Error(ErrorKind::not_found, "organisation_unknown",
                 "no organisation " + script.organisation);
  PutProducts::Answer answer;
  answer.reserve(script.items.size());
  for (const PutProducts::Item& item : script.items) answer.push_back(put_product(desk, item));
  desk.flush(touched_);
  return answer;
}

Result<ProductSaved> PostgresScripts::put_product(Desk& desk, const PutProducts::Item& item) {
  const Product& product = item.product;
  const std::string& code = product.code;
  const auto stored = desk.products.find(code);
  const bool known = stored != desk.products.end();
  if (item.if_match && *item.if_match != (known ? stored->second.revision : 0))
    return revision_moved(code);

  std::set<std::string> skus_before;
  for (const auto& [sku, variant] : desk.variants) {
    if (variant.product == code) skus_before.insert(sku);
  }
  struct Change {
    std::optional<StoredPrices> before;  // nothing: the variant is new
    StoredPrices after;
    bool prices() const { return !before || !same_prices(*before, after); }
  };
  std::vector<Change> changes;
  bool prices_changed = false;
  for (std::size_t i = 0; i < product.variants.size(); ++i) {
    const Variant& variant = product.variants[i];
    Change change;
    const auto found = desk.variants.find(variant.sku);
    if (found != desk.variants.end()) {
      if (found->second.product != code)
        return Error(ErrorKind::conflict, "sku_taken", variant.sku + " belongs to another product")
            .at_field("/variants/" + std::to_string(i) + "/sku");
      change.before = change.after = found->second.prices;
    }
    // What the product does not say stays as SetPrices left it.
    if (variant.price) change.after.price = variant.price;
    if (!variant.channel_prices.empty()) change.after.channels = variant.channel_prices;
    prices_changed = prices_changed || change.prices();
    changes.push_back(std::move(change));
  }

  const json::Value document = document_of(product);
  const json::Value document_before = known ? stored_json(stored->second.document) : json::Value();
  if (known && !stored->second.withdrawn && !prices_changed && document == document_before)
    return ProductSaved{stored->second.revision, false, false};

  const std::int64_t revision = desk.revision();
  Desk::ProductRow& row = desk.products[code];
  row.document = json::dump(document);
  row.revision = revision;
  row.withdrawn = false;
  if (!known) row.created_at = desk.now();
  row.updated_at = desk.now();
  row.dirty = true;

  std::set<std::string> restocked;
  for (std::size_t i = 0; i < product.variants.size(); ++i) {
    const Variant& variant = product.variants[i];
    if (changes[i].prices()) {
      changes[i].after.revision = revision;
      desk.variants[variant.sku] = {code, changes[i].after, true};
    }
    std::vector<Component> wanted = components_in(variant);
    if (wanted != desk.components_of(variant.sku)) {
      desk.set_components(variant.sku, std::move(wanted));
      if (changes[i].before) restocked.insert(variant.sku);
    }
    skus_before.erase(variant.sku);
  }
  for (const std::string& removed : skus_before) desk.remove_variant(removed);

  for (const auto& [id, shop] : desk.shops()) {
    if (shop.shop.state == ShopState::retired) continue;
    const bool content_changed = !known || shown_on(document, shop.shop.channel) !=
                                               shown_on(document_before, shop.shop.channel);
    desk.lay_out(shop, product, false, content_changed);
  }
  for (std::size_t i = 0; i < product.variants.size(); ++i) {
    if (changes[i].before && changes[i].prices())
      mark_price(desk, product.variants[i].sku, *changes[i].before, changes[i].after);
  }
  for (const std::string& sku : restocked) {
    for (const auto& [id, shop] : desk.shops()) {
      const Desk::ListingRow* listing = desk.listing(id, sku);
      if (listing && listing->published && shop.shop.state != ShopState::retired)
        desk.mark(id, Aspect::stock, sku, Urgency::normal);
    }
  }
  desk.emit("product.changed", json::object({{"code", code}, {"revision", revision}}));
  return ProductSaved{revision, !known, true};
}

void PostgresScripts::mark_price(Desk& desk, const std::string& sku, const StoredPrices& before,
                                 const StoredPrices& after) {
  for (const auto& [id, shop] : desk.shops()) {
    if (shop.shop.state == ShopState::retired) continue;
    const Desk::ListingRow* listing = desk.listing(id, sku);
    // An unpublished listing that nobody wants has no content to send either.
    if (!listing || (!listing->published && !listing->wanted)) continue;
    if (before.effective(shop.shop.channel) == after.effective(shop.shop.channel)) continue;
    if (listing->published) {
      desk.mark(id, Aspect::price, sku, Urgency::normal);
    } else {
      const std::string unit = listing->unit;
      desk.mark(id, Aspect::content, unit, Urgency::normal);
    }
  }
}

Result<WithdrawProduct::Answer> PostgresScripts::run(const WithdrawProduct& script) {
  Desk desk = open_desk(script.organisation);
  desk.want_shops();
  desk.want_products({script.code});
  desk.want_layout({script.code}, {});
  desk.sync();
  const auto found = desk.products.find(script.code);
  if (found == desk.products.end())
    return Error(ErrorKind::not_found, "product_unknown", "no product " + script.code);
  Desk::ProductRow& row = found->second;
  if (script.if_match && *script.if_match != row.revision) return revision_moved(script.code);
  if (row.withdrawn) return ProductSaved{row.revision, false, false};
  GERBANG_TRY(product, stored_product(script.code, row.document));

  row.withdrawn = true;
  row.revision = desk.revision();
  row.updated_at = desk.now();
  row.dirty = true;
  for (const auto& [id, shop] : desk.shops()) {
    if (shop.shop.state != ShopState::retired) desk.lay_out(shop, product, true, false);
  }
  const std::int64_t revision = row.revision;
  desk.emit("product.withdrawn", json::object({{"code", script.code}, {"revision", revision}}));
  desk.flush(touched_);
  return ProductSaved{revision, false, true};
}

Result<SetPrices::Answer> PostgresScripts::run(const SetPrices& script) {
  std::vector<std::string> skus;
  for (const SetPrices::Item& item : script.items) skus.push_back(item.sku);
  Desk desk = open_desk(script.organisation);
  desk.want_shops();
  desk.want_variants({}, skus);
  desk.want_layout({}, skus);
  desk.sync();
  SetPrices::Answer answer;
  answer.reserve(script.items.size());
  std::set<std::string> repriced;  // products
  for (const SetPrices::Item& item : script.items) {
    answer.push_back(set_price(desk, item));
    if (answer.back() && answer.back()->changed)
      repriced.insert(desk.variants.at(item.sku).product);
  }
  // The product shows these prices, so its revision moves too: a PUT that was prepared from the
  // older prices must not bring them back.
  if (!repriced.empty())
    db_.send(
        "UPDATE products SET revision = $2, updated_at = $3"
        " WHERE organisation = $1 AND code = ANY ($4)",
        Params::of(script.organisation, desk.revision(), desk.now(),
                   std::vector<std::string>(repriced.begin(), repriced.end())));
  desk.flush(touched_);
  return answer;
}

Result<ProductSaved> PostgresScripts::set_price(Desk& desk, const SetPrices::Item& item) {
  const auto found = desk.variants.find(item.sku);
  if (found == desk.variants.end())
    return Error(ErrorKind::not_found, "sku_unknown", "no variant " + item.sku);
  const StoredPrices before = found->second.prices;
  StoredPrices after = before;
  if (item.price) after.price = item.price;
  for (const auto& [channel, price] : item.channels) {
    if (price) {
      after.channels[channel] = *price;
    } else {
      after.channels.erase(channel);
    }
  }
  if (same_prices(before, after)) return ProductSaved{before.revision, false, false};
  after.revision = desk.revision();
  found->second.prices = after;
  found->second.dirty = true;
  mark_price(desk, item.sku, before, after);
  return ProductSaved{after.revision, false, true};
}

}  // namespace gerbang::store::postgres
