#include <map>
#include <set>
#include <string>

#include "core/store/product_rules.hpp"
#include "core/store/sqlite/rows.hpp"
#include "core/store/sqlite/scripts.hpp"

namespace gerbang::store {

namespace {

Error revision_moved(const std::string& code) {
  return Error(ErrorKind::precondition_failed, "revision_moved",
               "If-Match named another revision of " + code);
}

}  // namespace

// A product as it was before a PutProducts.
struct SqliteScripts::ProductBefore {
  json::Value document;
  std::int64_t revision = 0;
  bool withdrawn = false;
};

std::optional<SqliteScripts::ProductBefore> SqliteScripts::product_before(
    const std::string& organisation, const std::string& code) {
  auto row = db_.query(
                    "SELECT document, revision, withdrawn FROM products"
                    " WHERE organisation = ?1 AND code = ?2")
                 .bind(1, organisation)
                 .bind(2, code);
  if (!row.step()) return std::nullopt;
  return ProductBefore{stored_json(row.text(0)), row.integer(1), row.integer(2) != 0};
}

Result<PutProducts::Answer> SqliteScripts::run(const PutProducts& script) {
  GERBANG_CHECK(exists_organisation(script.organisation));
  const std::vector<ShopRow> shops = all_shops(db_, script.organisation);
  PutProducts::Answer answer;
  answer.reserve(script.items.size());
  for (const PutProducts::Item& item : script.items)
    answer.push_back(put_product(script.organisation, item, shops));
  return answer;
}

Result<ProductSaved> SqliteScripts::put_product(const std::string& organisation,
                                                const PutProducts::Item& item,
                                                const std::vector<ShopRow>& shops) {
  const Product& product = item.product;
  const std::string& code = product.code;
  const auto before = product_before(organisation, code);
  if (item.if_match && *item.if_match != (before ? before->revision : 0))
    return revision_moved(code);

  std::set<std::string> skus_before;
  {
    auto row = db_.query("SELECT sku FROM variants WHERE organisation = ?1 AND product = ?2")
                   .bind(1, organisation)
                   .bind(2, code);
    while (row.step()) skus_before.insert(row.text(0));
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
    change.before = read_prices(db_, organisation, variant.sku);
    if (change.before && !skus_before.contains(variant.sku))
      return Error(ErrorKind::conflict, "sku_taken", variant.sku + " belongs to another product")
          .at_field("/variants/" + std::to_string(i) + "/sku");
    if (change.before) change.after = *change.before;
    // What the product does not say stays as SetPrices left it.
    if (variant.price) change.after.price = variant.price;
    if (!variant.channel_prices.empty()) change.after.channels = variant.channel_prices;
    prices_changed = prices_changed || change.prices();
    changes.push_back(std::move(change));
  }

  const json::Value document = document_of(product);
  if (before && !before->withdrawn && !prices_changed && document == before->document)
    return ProductSaved{before->revision, false, false};

  const std::int64_t revision = next_revision();
  db_.query(
         "INSERT INTO products (organisation, code, document, revision, withdrawn, created_at,"
         " updated_at) VALUES (?1, ?2, ?3, ?4, 0, ?5, ?5)"
         " ON CONFLICT (organisation, code) DO UPDATE SET document = excluded.document,"
         " revision = excluded.revision, withdrawn = 0, updated_at = excluded.updated_at")
      .bind(1, organisation)
      .bind(2, code)
      .bind(3, json::dump(document))
      .bind(4, revision)
      .bind(5, now())
      .run();

  std::set<std::string> restocked;
  for (std::size_t i = 0; i < product.variants.size(); ++i) {
    const Variant& variant = product.variants[i];
    if (changes[i].prices())
      save_prices(organisation, variant.sku, code, changes[i].after, revision);
    if (save_components(organisation, variant) && changes[i].before) restocked.insert(variant.sku);
    skus_before.erase(variant.sku);
  }
  for (const std::string& removed : skus_before) {
    db_.query("DELETE FROM variants WHERE organisation = ?1 AND sku = ?2")
        .bind(1, organisation)
        .bind(2, removed)
        .run();
    db_.query("DELETE FROM components WHERE organisation = ?1 AND sku = ?2")
        .bind(1, organisation)
        .bind(2, removed)
        .run();
  }

  for (const ShopRow& row : shops) {
    if (row.shop.state == ShopState::retired) continue;
    const bool content_changed = !before || shown_on(document, row.shop.channel) !=
                                                shown_on(before->document, row.shop.channel);
    lay_out(organisation, row.shop, row.variants_in_listing, product, false, content_changed);
  }
  for (std::size_t i = 0; i < product.variants.size(); ++i) {
    if (changes[i].before && changes[i].prices())
      mark_price(organisation, product.variants[i].sku, *changes[i].before, changes[i].after);
  }
  for (const std::string& sku : restocked) mark_stock(organisation, sku, Urgency::normal);
  emit(organisation, "product.changed", json::object({{"code", code}, {"revision", revision}}));
  return ProductSaved{revision, !before, true};
}

void SqliteScripts::save_prices(const std::string& organisation, const std::string& sku,
                                const std::string& product, const StoredPrices& prices,
                                std::int64_t revision) {
  std::optional<std::int64_t> amount;
  std::optional<std::string> currency;
  if (prices.price) {
    amount = prices.price->amount;
    currency = prices.price->currency;
  }
  db_.query(
         "INSERT INTO variants (organisation, sku, product, price, currency, channel_prices,"
         " price_revision) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)"
         " ON CONFLICT (organisation, sku) DO UPDATE SET price = excluded.price,"
         " currency = excluded.currency, channel_prices = excluded.channel_prices,"
         " price_revision = excluded.price_revision")
      .bind(1, organisation)
      .bind(2, sku)
      .bind(3, product)
      .bind(4, amount)
      .bind(5, currency)
      .bind(6, prices_to_text(prices.channels))
      .bind(7, revision)
      .run();
}

bool SqliteScripts::save_components(const std::string& organisation, const Variant& variant) {
  std::map<std::string, Quantity> wanted;
  for (const Component& c : variant.takes()) wanted[c.item] += c.quantity;
  std::map<std::string, Quantity> stored;
  {
    auto row =
        db_.query("SELECT item, quantity FROM components WHERE organisation = ?1 AND sku = ?2")
            .bind(1, organisation)
            .bind(2, variant.sku);
    while (row.step()) stored.emplace(row.text(0), row.integer(1));
  }
  if (wanted == stored) return false;
  db_.query("DELETE FROM components WHERE organisation = ?1 AND sku = ?2")
      .bind(1, organisation)
      .bind(2, variant.sku)
      .run();
  for (const auto& [item, quantity] : wanted) {
    db_.query("INSERT INTO components (organisation, sku, item, quantity) VALUES (?1, ?2, ?3, ?4)")
        .bind(1, organisation)
        .bind(2, variant.sku)
        .bind(3, item)
        .bind(4, quantity)
        .run();
  }
  return true;
}

Result<WithdrawProduct::Answer> SqliteScripts::run(const WithdrawProduct& script) {
  GERBANG_TRY(view, read_product(db_, script.organisation, script.code));
  if (script.if_match && *script.if_match != view.revision) return revision_moved(script.code);
  if (view.withdrawn) return ProductSaved{view.revision, false, false};

  const std::int64_t revision = next_revision();
  db_.query(
         "UPDATE products SET withdrawn = 1, revision = ?3, updated_at = ?4"
         " WHERE organisation = ?1 AND code = ?2")
      .bind(1, script.organisation)
      .bind(2, script.code)
      .bind(3, revision)
      .bind(4, now())
      .run();
  for (const ShopRow& row : all_shops(db_, script.organisation)) {
    if (row.shop.state != ShopState::retired)
      lay_out(script.organisation, row.shop, row.variants_in_listing, view.product, true, false);
  }
  emit(script.organisation, "product.withdrawn",
       json::object({{"code", script.code}, {"revision", revision}}));
  return ProductSaved{revision, false, true};
}

Result<SetPrices::Answer> SqliteScripts::run(const SetPrices& script) {
  SetPrices::Answer answer;
  answer.reserve(script.items.size());
  for (const SetPrices::Item& item : script.items)
    answer.push_back(set_price(script.organisation, item));
  return answer;
}

Result<ProductSaved> SqliteScripts::set_price(const std::string& organisation,
                                              const SetPrices::Item& item) {
  const auto before = read_prices(db_, organisation, item.sku);
  if (!before) return Error(ErrorKind::not_found, "sku_unknown", "no variant " + item.sku);
  StoredPrices after = *before;
  if (item.price) after.price = item.price;
  for (const auto& [channel, price] : item.channels) {
    if (price) {
      after.channels[channel] = *price;
    } else {
      after.channels.erase(channel);
    }
  }
  if (same_prices(*before, after)) return ProductSaved{before->revision, false, false};

  const std::int64_t revision = next_revision();
  // The product shows these prices, so its revision moves too: a PUT that was prepared from the
  // older prices must not bring them back.
  db_.query(
         "UPDATE products SET revision = ?3, updated_at = ?4 WHERE organisation = ?1 AND code ="
         " (SELECT product FROM variants WHERE organisation = ?1 AND sku = ?2)")
      .bind(1, organisation)
      .bind(2, item.sku)
      .bind(3, revision)
      .bind(4, now())
      .run();
  save_prices(organisation, item.sku, {}, after, revision);
  mark_price(organisation, item.sku, *before, after);
  return ProductSaved{revision, false, true};
}

void SqliteScripts::mark_price(const std::string& organisation, const std::string& sku,
                               const StoredPrices& before, const StoredPrices& after) {
  struct Concerned {
    std::string shop;
    std::string unit;
    bool published;
  };
  std::vector<Concerned> concerned;
  {
    auto row = db_.query(
                      "SELECT l.shop, l.unit, l.published, s.channel, l.wanted FROM listings l"
                      " CROSS JOIN shops s ON s.organisation = l.organisation AND s.id = l.shop"
                      " WHERE l.organisation = ?1 AND l.sku = ?2 AND s.state <> 'retired'")
                   .bind(1, organisation)
                   .bind(2, sku);
    while (row.step()) {
      const bool published = row.integer(2) != 0;
      const std::string channel = row.text(3);
      // An unpublished listing that nobody wants has no content to send either.
      if (!published && row.integer(4) == 0) continue;
      if (before.effective(channel) != after.effective(channel))
        concerned.push_back({row.text(0), row.text(1), published});
    }
  }
  for (const Concerned& c : concerned) {
    if (c.published) {
      mark(organisation, c.shop, Aspect::price, sku, Urgency::normal);
    } else {
      mark(organisation, c.shop, Aspect::content, c.unit, Urgency::normal);
    }
  }
}

void SqliteScripts::mark_stock(const std::string& organisation, const std::string& sku,
                               Urgency urgency) {
  std::vector<std::string> shops;
  {
    auto row = db_.query(
                      "SELECT l.shop FROM listings l"
                      " CROSS JOIN shops s ON s.organisation = l.organisation AND s.id = l.shop"
                      " WHERE l.organisation = ?1 AND l.sku = ?2 AND l.published = 1"
                      " AND s.state <> 'retired'")
                   .bind(1, organisation)
                   .bind(2, sku);
    while (row.step()) shops.push_back(row.text(0));
  }
  for (const std::string& shop : shops) mark(organisation, shop, Aspect::stock, sku, urgency);
}

}  // namespace gerbang::store
