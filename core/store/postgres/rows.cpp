#include "core/store/postgres/rows.hpp"

#include <algorithm>

namespace gerbang::store::postgres {

Organisation organisation_from(const Row& row) {
  Organisation out;
  out.id = row.text(0);
  out.name = row.text(1);
  out.kind = row.text(2);
  out.zone = row.text(3);
  out.village_code = row.text_or_null(4);
  out.suspended = row.boolean(5);
  out.created_at = row.time(6);
  return out;
}

ApiKey key_from(const Row& row) {
  ApiKey key;
  key.id = row.text(0);
  key.organisation = row.text(1);
  key.label = row.text(2);
  key.scopes = texts_from_json(stored_json(row.text(3)));
  key.hash = row.text(4);
  key.created_at = row.time(5);
  key.expires_at = row.time_or_null(6);
  key.revoked_at = row.time_or_null(7);
  return key;
}

ShopRow shop_from(const Row& row) {
  ShopRow out;
  Shop& s = out.shop;
  s.organisation = row.text(0);
  s.id = row.text(1);
  s.channel = row.text(2);
  s.name = row.text(3);
  s.remote_id = row.text(4);
  out.variants_in_listing = row.boolean(5);
  const auto state = shop_state_from(row.view(6));
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

Review review_from(const Row& row) {
  Review out;
  out.shop = row.text(0);
  const auto state = review_state_from(row.view(1));
  ensure(state.has_value(), "a stored state of a review is unknown");
  out.state = *state;
  out.round = row.integer(2);
  out.cursor = row.text(3);
  out.pages = row.integer(4);
  out.started_at = row.time(5);
  out.ended_at = row.time_or_null(6);
  out.problem = row.text(7);
  return out;
}

LinkProposal proposal_from(const Row& row) {
  LinkProposal out;
  out.id = row.text(0);
  out.found.remote_product = row.text(1);
  out.found.remote_variant = row.text(2);
  out.found.title = row.text(3);
  out.found.sku = row.text(4);
  out.found.barcode = row.text(5);
  out.found.price = money_from(row, 6);
  out.found.stock = row.integer_or_null(8);
  out.found.listed = row.boolean_or_null(9);
  out.found.remote_state = row.text(10);
  out.candidate = row.text(11);
  out.confidence = static_cast<int>(row.integer(12));
  out.reason = row.text(13);
  const auto decision = link_decision_from(row.view(14));
  ensure(decision.has_value(), "a stored decision is unknown");
  out.decision = *decision;
  out.sku = row.text(15);
  out.decided_at = row.time_or_null(16);
  return out;
}

StockLevel level_from(const Row& row) {
  StockLevel level;
  level.item = row.text(0);
  level.location = row.text(1);
  level.on_hand = row.integer(2);
  level.reserved = row.integer(3);
  level.buffer = row.integer(4);
  level.counted_at = row.time_or_null(5);
  return level;
}

std::pair<std::string, StoredPrices> prices_from(const Row& row) {
  StoredPrices out;
  out.price = money_from(row, 1);
  out.channels = prices_from_text(row.text(3));
  out.revision = row.integer(4);
  return {row.text(0), std::move(out)};
}

Order order_from(const Row& row) {
  Order out;
  out.organisation = row.text(0);
  out.id = row.text(1);
  out.shop = row.text(2);
  out.channel = row.text(3);
  out.external_id = row.text(4);
  const auto status = order_status_from(row.view(5));
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
  out.has_shortage = row.boolean(15);
  return out;
}

OrderLine line_from(const Row& row) {
  OrderLine line;
  line.remote_line = row.text(1);
  line.remote_product = row.text(2);
  line.remote_variant = row.text(3);
  line.remote_sku = row.text(4);
  line.sku = row.text(5);
  line.title = row.text(6);
  line.quantity = row.integer(7);
  line.price = {row.integer(8), row.text(9)};
  line.shortage = row.integer(10);
  return line;
}

std::optional<Money> money_from(const Row& row, int column) {
  if (row.is_null(column)) return std::nullopt;
  return Money{row.integer(column), row.text(column + 1)};
}

void want_prices(Connection& db, const std::string& organisation,
                 const std::vector<std::string>& skus, PricesBySku& out) {
  db.send("SELECT " GERBANG_PG_PRICES " FROM variants WHERE organisation = $1 AND sku = ANY ($2)",
          Params::of(organisation, skus), [&out](const Rows& rows) {
            for (const Row row : rows) out.insert(prices_from(row));
          });
}

void want_sellable(Connection& db, const std::string& organisation,
                   const std::vector<std::string>& skus, std::map<std::string, Quantity>& out) {
  db.send(
      "SELECT sku, min(units)::bigint FROM (SELECT c.sku, c.item,"
      " div(coalesce(sum(greatest(l.on_hand - l.reserved - l.buffer, 0)), 0), c.quantity) AS units"
      " FROM components c LEFT JOIN stock_levels l"
      " ON l.organisation = c.organisation AND l.item = c.item"
      " WHERE c.organisation = $1 AND c.sku = ANY ($2) GROUP BY c.sku, c.item, c.quantity) AS i"
      " GROUP BY sku",
      Params::of(organisation, skus), [&out](const Rows& rows) {
        for (const Row row : rows) out.emplace(row.text(0), row.integer(1));
      });
}

std::vector<Order> read_orders(Connection& db, const std::string& organisation,
                               const std::vector<std::string>& ids) {
  std::map<std::string, Order> found;
  db.send("SELECT " GERBANG_PG_ORDER " FROM orders o WHERE organisation = $1 AND id = ANY ($2)",
          Params::of(organisation, ids), [&](const Rows& rows) {
            for (const Row row : rows) {
              Order order = order_from(row);
              found.emplace(order.id, std::move(order));
            }
          });
  db.send("SELECT " GERBANG_PG_LINE
          " FROM order_lines l WHERE organisation = $1 AND order_id = ANY ($2)"
          " ORDER BY order_id, position, remote_line",
          Params::of(organisation, ids), [&](const Rows& rows) {
            for (const Row row : rows) found.at(row.text(0)).lines.push_back(line_from(row));
          });
  db.sync();
  std::vector<Order> out;
  for (const std::string& id : ids) {
    if (auto order = found.extract(id)) out.push_back(std::move(order.mapped()));
  }
  return out;
}

}  // namespace gerbang::store::postgres
