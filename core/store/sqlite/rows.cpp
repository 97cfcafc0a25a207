#include "core/store/sqlite/rows.hpp"

#include <algorithm>
#include <utility>

namespace gerbang::store {

namespace {

#define GERBANG_SHOP_COLUMNS                                                                      \
  "SELECT organisation, id, channel, name, remote_id, variants_in_listing, state, since, reason," \
  " buffer, share_percent, schedule, token_expires_at, token_version, last_success_at,"           \
  " orders_polled_to, created_at FROM shops "

ShopRow shop_from(const Statement& row) {
  ShopRow out;
  Shop& s = out.shop;
  s.organisation = row.text(0);
  s.id = row.text(1);
  s.channel = row.text(2);
  s.name = row.text(3);
  s.remote_id = row.text(4);
  out.variants_in_listing = row.integer(5) != 0;
  const auto state = shop_state_from(row.text(6));
  ensure(state.has_value(), "a stored shop state is unknown");
  s.state = *state;
  s.since = row.time(7);
  s.reason = row.text(8);
  s.buffer = row.integer(9);
  s.share_percent = static_cast<int>(row.integer(10));
  s.schedule = schedule_from_json(stored_json(row.text(11)));
  s.token_expires_at = row.time_or_null(12);
  s.token_version = row.integer(13);
  s.last_success_at = row.time_or_null(14);
  s.orders_polled_to = row.time_or_null(15);
  s.created_at = row.time(16);
  return out;
}

}  // namespace

Result<ProductView> product_view(Database& db, const std::string& organisation,
                                 const std::string& code, const std::string& document,
                                 std::int64_t revision, TimePoint created_at, TimePoint updated_at,
                                 bool withdrawn) {
  GERBANG_TRY(product, stored_product(code, document));
  ProductView view{std::move(product), revision, created_at, updated_at, withdrawn};
  for (Variant& variant : view.product.variants) {
    if (auto prices = read_prices(db, organisation, variant.sku)) {
      variant.price = prices->price;
      variant.channel_prices = std::move(prices->channels);
    }
  }
  return view;
}

Result<Organisation> find_organisation(Database& db, const std::string& id) {
  auto row = db.query(
                   "SELECT id, name, kind, zone, village_code, suspended, created_at"
                   " FROM organisations WHERE id = ?1")
                 .bind(1, id);
  if (!row.step())
    return Error(ErrorKind::not_found, "organisation_unknown", "no organisation " + id);
  return organisation_from(row);
}

Organisation organisation_from(const Statement& row) {
  Organisation out;
  out.id = row.text(0);
  out.name = row.text(1);
  out.kind = row.text(2);
  out.zone = row.text(3);
  out.village_code = row.text_or_null(4);
  out.suspended = row.integer(5) != 0;
  out.created_at = row.time(6);
  return out;
}

std::vector<ApiKey> keys_of(Database& db, const std::string& organisation) {
  std::vector<ApiKey> out;
  auto row = db.query(
                   "SELECT id, label, scopes, hash, created_at, expires_at, revoked_at"
                   " FROM api_keys WHERE organisation = ?1 ORDER BY id")
                 .bind(1, organisation);
  while (row.step()) {
    ApiKey key;
    key.id = row.text(0);
    key.organisation = organisation;
    key.label = row.text(1);
    key.scopes = texts_from_json(stored_json(row.text(2)));
    key.hash = row.text(3);
    key.created_at = row.time(4);
    key.expires_at = row.time_or_null(5);
    key.revoked_at = row.time_or_null(6);
    out.push_back(std::move(key));
  }
  return out;
}

Result<ShopRow> find_shop(Database& db, const std::string& organisation, const std::string& shop) {
  auto row = db.query(GERBANG_SHOP_COLUMNS "WHERE id = ?1").bind(1, shop);
  if (row.step()) {
    ShopRow found = shop_from(row);
    if (organisation.empty() || organisation == found.shop.organisation) return found;
  }
  return Error(ErrorKind::not_found, "shop_unknown", "no shop " + shop);
}

std::vector<ShopRow> all_shops(Database& db, const std::string& organisation) {
  std::vector<ShopRow> out;
  if (organisation.empty()) {
    auto row = db.query(GERBANG_SHOP_COLUMNS "ORDER BY id");
    while (row.step()) out.push_back(shop_from(row));
  } else {
    auto row =
        db.query(GERBANG_SHOP_COLUMNS "WHERE organisation = ?1 ORDER BY id").bind(1, organisation);
    while (row.step()) out.push_back(shop_from(row));
  }
  return out;
}

Review find_review(Database& db, const std::string& shop) {
  Review out;
  out.shop = shop;
  auto row = db.query(
                   "SELECT state, round, cursor, pages, started_at, ended_at, problem FROM reviews"
                   " WHERE shop = ?1")
                 .bind(1, shop);
  if (!row.step()) return out;
  const auto state = review_state_from(row.text(0));
  ensure(state.has_value(), "a stored state of a review is unknown");
  out.state = *state;
  out.round = row.integer(1);
  out.cursor = row.text(2);
  out.pages = row.integer(3);
  out.started_at = row.time(4);
  out.ended_at = row.time_or_null(5);
  out.problem = row.text(6);
  return out;
}

Result<LinkProposal> find_proposal(Database& db, const std::string& shop, const std::string& id) {
  auto row =
      db.query("SELECT " GERBANG_PROPOSAL_COLUMNS " FROM proposals WHERE shop = ?1 AND id = ?2")
          .bind(1, shop)
          .bind(2, id);
  if (!row.step())
    return Error(ErrorKind::not_found, "proposal_unknown", "no proposal " + id + " in this shop");
  return proposal_from(row);
}

LinkProposal proposal_from(const Statement& row) {
  LinkProposal out;
  out.id = row.text(0);
  out.found.remote_product = row.text(1);
  out.found.remote_variant = row.text(2);
  out.found.title = row.text(3);
  out.found.sku = row.text(4);
  out.found.barcode = row.text(5);
  if (!row.is_null(6)) out.found.price = Money{row.integer(6), row.text(7)};
  out.found.stock = row.integer_or_null(8);
  if (!row.is_null(9)) out.found.listed = row.integer(9) != 0;
  out.found.remote_state = row.text(10);
  out.candidate = row.text(11);
  out.confidence = static_cast<int>(row.integer(12));
  out.reason = row.text(13);
  const auto decision = link_decision_from(row.text(14));
  ensure(decision.has_value(), "a stored decision is unknown");
  out.decision = *decision;
  out.sku = row.text(15);
  out.decided_at = row.time_or_null(16);
  return out;
}

StockView read_stock(Database& db, const std::string& organisation, const std::string& item) {
  StockView view;
  view.item = item;
  auto row = db.query(
                   "SELECT location, on_hand, reserved, buffer, counted_at, revision"
                   " FROM stock_levels WHERE organisation = ?1 AND item = ?2 ORDER BY location")
                 .bind(1, organisation)
                 .bind(2, item);
  while (row.step()) {
    StockLevel level;
    level.item = item;
    level.location = row.text(0);
    level.on_hand = row.integer(1);
    level.reserved = row.integer(2);
    level.buffer = row.integer(3);
    level.counted_at = row.time_or_null(4);
    view.levels.push_back(std::move(level));
    view.revision = std::max(view.revision, row.integer(5));
  }
  return view;
}

Result<ProductView> read_product(Database& db, const std::string& organisation,
                                 const std::string& code) {
  auto row = db.query(
                   "SELECT document, revision, created_at, updated_at, withdrawn"
                   " FROM products WHERE organisation = ?1 AND code = ?2")
                 .bind(1, organisation)
                 .bind(2, code);
  if (!row.step()) return Error(ErrorKind::not_found, "product_unknown", "no product " + code);
  return product_view(db, organisation, code, row.text(0), row.integer(1), row.time(2), row.time(3),
                      row.integer(4) != 0);
}

Result<Order> read_order(Database& db, const std::string& organisation, const std::string& order) {
  Order out;
  {
    auto row = db.query(
                     "SELECT organisation, id, shop, channel, external_id, status, remote_status,"
                     " placed_at, updated_at, total, currency, city, province, shipments, revision,"
                     " has_shortage FROM orders WHERE id = ?1")
                   .bind(1, order);
    if (!row.step() || (!organisation.empty() && organisation != row.text(0)))
      return Error(ErrorKind::not_found, "order_unknown", "no order " + order);
    out.organisation = row.text(0);
    out.id = row.text(1);
    out.shop = row.text(2);
    out.channel = row.text(3);
    out.external_id = row.text(4);
    const auto status = order_status_from(row.text(5));
    ensure(status.has_value(), "a stored order status is unknown");
    out.status = *status;
    out.remote_status = row.text(6);
    out.placed_at = row.time(7);
    out.updated_at = row.time(8);
    out.total = {row.integer(9), row.text(10)};
    out.city = row.text(11);
    out.province = row.text(12);
    out.shipments = shipments_from_json(stored_json(row.text(13)));
    out.revision = row.integer(14);
    out.has_shortage = row.integer(15) != 0;
  }
  auto row = db.query(
                   "SELECT remote_line, remote_product, remote_variant, remote_sku, sku, title,"
                   " quantity, price, currency, shortage FROM order_lines WHERE order_id = ?1"
                   " ORDER BY position, remote_line")
                 .bind(1, order);
  while (row.step()) {
    OrderLine line;
    line.remote_line = row.text(0);
    line.remote_product = row.text(1);
    line.remote_variant = row.text(2);
    line.remote_sku = row.text(3);
    line.sku = row.text(4);
    line.title = row.text(5);
    line.quantity = row.integer(6);
    line.price = {row.integer(7), row.text(8)};
    line.shortage = row.integer(9);
    out.lines.push_back(std::move(line));
  }
  return out;
}

std::optional<StoredPrices> read_prices(Database& db, const std::string& organisation,
                                        const std::string& sku) {
  auto row = db.query(
                   "SELECT price, currency, channel_prices, price_revision FROM variants"
                   " WHERE organisation = ?1 AND sku = ?2")
                 .bind(1, organisation)
                 .bind(2, sku);
  if (!row.step()) return std::nullopt;
  StoredPrices out;
  if (!row.is_null(0)) out.price = Money{row.integer(0), row.text(1)};
  out.channels = prices_from_text(row.text(2));
  out.revision = row.integer(3);
  return out;
}

}  // namespace gerbang::store
