#include <algorithm>
#include <numeric>
#include <utility>

#include "core/base/ids.hpp"
#include "core/store/order_rules.hpp"
#include "core/store/reservations.hpp"
#include "core/store/sqlite/book.hpp"
#include "core/store/sqlite/rows.hpp"
#include "core/store/sqlite/scripts.hpp"

namespace gerbang::store {

namespace {

struct Stored {
  Order order;
  StockHold hold = StockHold::held;
  TimePoint remote_updated_at;
};

std::optional<Stored> find_order(Database& db, const std::string& shop,
                                 const std::string& external_id) {
  Stored stored;
  {
    auto row = db.query(
                     "SELECT id, hold, remote_updated_at FROM orders"
                     " WHERE shop = ?1 AND external_id = ?2")
                   .bind(1, shop)
                   .bind(2, external_id);
    if (!row.step()) return std::nullopt;
    stored.order.id = row.text(0);
    stored.hold = hold_from(row.text(1));
    stored.remote_updated_at = row.time(2);
  }
  auto order = read_order(db, {}, stored.order.id);
  ensure(order.ok(), "an order vanished inside a transaction");
  stored.order = *std::move(order);
  return stored;
}

void write_line(Database& db, const std::string& order, const OrderLine& line,
                std::int64_t position) {
  db.query(
        "INSERT INTO order_lines (order_id, remote_line, position, remote_product, remote_variant,"
        " remote_sku, sku, title, quantity, price, currency, shortage)"
        " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)"
        " ON CONFLICT (order_id, remote_line) DO UPDATE SET sku = excluded.sku,"
        " title = excluded.title, quantity = excluded.quantity, price = excluded.price,"
        " currency = excluded.currency, shortage = excluded.shortage")
      .bind(1, order)
      .bind(2, line.remote_line)
      .bind(3, position)
      .bind(4, line.remote_product)
      .bind(5, line.remote_variant)
      .bind(6, line.remote_sku)
      .bind(7, line.sku)
      .bind(8, line.title)
      .bind(9, line.quantity)
      .bind(10, line.price.amount)
      .bind(11, line.price.currency)
      .bind(12, line.shortage)
      .run();
}

}  // namespace

Result<IngestOrders::Answer> SqliteScripts::run(const IngestOrders& script) {
  GERBANG_TRY(shop, shop_row({}, script.shop));
  const auto taken = [&](const std::string& id) -> std::optional<std::int64_t> {
    const auto found = script.taken.find(id);
    if (found == script.taken.end()) return std::nullopt;
    return found->second;
  };
  IngestOrders::Answer answers;
  answers.reserve(script.orders.size());
  for (const RemoteOrder& remote : script.orders) {
    answers.push_back(ingest(shop, remote, script.clock_skew));
    if (const auto revision = taken(remote.external_id)) {
      if (answers.back()) {
        finish_fetch(shop.id, remote.external_id, *revision);
      } else {
        park_fetch(shop.id, remote.external_id, *revision, answers.back().error().code);
      }
    }
  }
  for (const std::string& id : script.not_found) {
    if (const auto revision = taken(id)) park_fetch(shop.id, id, *revision, "order_not_found");
  }
  return answers;
}

Result<OrderIngested> SqliteScripts::ingest(const Shop& shop, const RemoteOrder& remote,
                                            Duration clock_skew) {
  if (remote.external_id.empty())
    return Error(ErrorKind::invalid, "order_invalid", "an order without an id");
  for (const OrderLine& line : remote.lines) {
    if (line.quantity < 0 || line.quantity > kMaxLineQuantity)
      return Error(ErrorKind::invalid, "order_invalid",
                   "line " + line.remote_line + " has quantity " + std::to_string(line.quantity));
  }

  const auto stored = find_order(db_, shop.id, remote.external_id);
  const bool created = !stored;
  if (stored && remote.updated_at < stored->remote_updated_at)
    return OrderIngested{stored->order.id, false, false, stored->order.status,
                         stored->order.has_shortage};

  Order order;
  std::optional<StockHold> hold_before;
  bool differs = created;
  if (stored) {
    order = stored->order;
    hold_before = stored->hold;
  } else {
    order.id = new_id("ord", now(), random_);
    order.organisation = shop.organisation;
    order.shop = shop.id;
    order.channel = shop.channel;
    order.external_id = remote.external_id;
    order.placed_at = remote.placed_at;
    order.status = remote.status;
    order.remote_status = remote.remote_status;
  }
  const OrderStatus status_before = order.status;
  const auto update = [&](auto& field, const auto& value) {
    if (field == value) return;
    field = value;
    differs = true;
  };
  if (may_follow(order.status, remote.status)) update(order.status, remote.status);
  ensure(order.status == status_before || may_follow(status_before, order.status),
         "an order's state went backwards");
  if (order.status == remote.status) update(order.remote_status, remote.remote_status);
  update(order.total, remote.total);
  if (!remote.city.empty()) update(order.city, remote.city);
  if (!remote.province.empty()) update(order.province, remote.province);
  if (merge_shipments(order.shipments, remote.shipments)) differs = true;

  std::vector<OrderLine> said = remote.lines;
  for (OrderLine& line : said) {
    line.sku = sku_of_remote(shop.id, line.remote_product, line.remote_variant);
    if (line.sku.empty() && !line.remote_sku.empty()) {
      auto row = db_.query(
                        "SELECT sku FROM listings"
                        " WHERE organisation = ?1 AND shop = ?2 AND sku = ?3")
                     .bind(1, shop.organisation)
                     .bind(2, shop.id)
                     .bind(3, line.remote_sku);
      if (row.step()) line.sku = row.text(0);
    }
  }
  const StockHold hold = next_hold(hold_before, order.status);
  auto lines = compare_lines(order.lines, std::move(said), hold_before == StockHold::consumed);
  for (const LineChange& change : lines) differs = differs || change.differs;

  if (!differs) {
    db_.query("UPDATE orders SET remote_updated_at = ?2 WHERE id = ?1")
        .bind(1, order.id)
        .bind(2, remote.updated_at)
        .run();
    return OrderIngested{order.id, false, false, order.status, order.has_shortage};
  }

  order.revision = next_revision();
  Ledger ledger(db_, order.organisation, now(), random_, order.revision);
  SqliteBook book(db_, order.organisation, ledger);
  Reservations reservations(book);
  CounterMoves moves;
  order.has_shortage = false;
  std::vector<json::Value> shortages;
  // What one line gives back may serve another line of the same order.
  std::vector<std::size_t> sequence(lines.size());
  std::iota(sequence.begin(), sequence.end(), std::size_t{0});
  std::stable_partition(sequence.begin(), sequence.end(), [&](std::size_t i) {
    return lines[i].line.quantity < lines[i].quantity_before;
  });
  for (const std::size_t i : sequence) {
    LineChange& change = lines[i];
    OrderLine& line = change.line;
    const Quantity shortage_before = line.shortage;
    line.shortage = settle_line(reservations, order.id, change, hold_before, hold);
    write_line(db_, order.id, line, static_cast<std::int64_t>(i));
    if (line.shortage > 0) order.has_shortage = true;
    if (line.shortage > shortage_before)
      shortages.push_back(json::object({{"order", order.id},
                                        {"shop", order.shop},
                                        {"line", line.remote_line},
                                        {"sku", line.sku},
                                        {"units", line.shortage}}));
    if (line.sku.empty() || !moves_our_counter(shop, line)) continue;
    const Quantity moved =
        counted_by_channel(hold, line.quantity) -
        (change.matched_before ? counted_by_channel(hold_before, change.quantity_before) : 0);
    // A channel may restore its counter when an order ends after shipment; we do not.
    const bool ended_after_shipment =
        hold_before == StockHold::consumed && order.status != status_before &&
        (order.status == OrderStatus::cancelled || order.status == OrderStatus::returned);
    // First seen when it had ended: its counter went down and up again, and what we told in between
    // was filled up by a sale that we never saw.
    const bool came_and_went = created && hold == StockHold::free && line.quantity > 0;
    if (moved != 0 || ended_after_shipment || came_and_went)
      moves[line.sku] += ended_after_shipment ? moved - line.quantity : moved;
  }

  db_.query(
         "INSERT INTO orders (organisation, id, shop, channel, external_id, status, remote_status,"
         " hold, placed_at, remote_updated_at, updated_at, total, currency, city, province,"
         " shipments, revision, has_shortage) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11,"
         " ?12, ?13, ?14, ?15, ?16, ?17, ?18)"
         " ON CONFLICT (organisation, id) DO UPDATE SET status = excluded.status,"
         " remote_status = excluded.remote_status, hold = excluded.hold,"
         " remote_updated_at = excluded.remote_updated_at, updated_at = excluded.updated_at,"
         " total = excluded.total, currency = excluded.currency, city = excluded.city,"
         " province = excluded.province, shipments = excluded.shipments,"
         " revision = excluded.revision, has_shortage = excluded.has_shortage")
      .bind(1, order.organisation)
      .bind(2, order.id)
      .bind(3, order.shop)
      .bind(4, order.channel)
      .bind(5, order.external_id)
      .bind(6, to_string(order.status))
      .bind(7, order.remote_status)
      .bind(8, name_of(hold))
      .bind(9, order.placed_at)
      .bind(10, remote.updated_at)
      .bind(11, now())
      .bind(12, order.total.amount)
      .bind(13, order.total.currency)
      .bind(14, order.city)
      .bind(15, order.province)
      .bind(16, json::dump(shipments_to_json(order.shipments)))
      .bind(17, order.revision)
      .bind(18, order.has_shortage)
      .run();
  // Buyers' data serves the shipment; an order that has ended needs none (DOMAIN section 6).
  if (!remote.buyer.empty() && !ends(order.status))
    db_.query("UPDATE orders SET buyer = ?2 WHERE id = ?1")
        .bind(1, order.id)
        .bind_blob(2, vault_.seal(remote.buyer, "order|" + order.id + "|buyer"))
        .run();

  emit_order(order.organisation,
             created ? "order.created"
             : order.status != status_before && order.status == OrderStatus::cancelled
                 ? "order.cancelled"
                 : "order.changed",
             order.id);
  for (json::Value& shortage : shortages)
    emit(order.organisation, "stock.shortage", std::move(shortage));
  spread_order(shop, ledger, moves, remote.placed_at - clock_skew, remote.updated_at - clock_skew);

  // Stock that this very order gave back may have covered lines of it.
  auto row = db_.query("SELECT has_shortage FROM orders WHERE id = ?1").bind(1, order.id);
  row.step();
  return OrderIngested{order.id, created, true, order.status, row.integer(0) != 0};
}

void SqliteScripts::emit_order(const std::string& organisation, std::string_view type,
                               const std::string& order) {
  json::Value data;
  {
    auto row = db_.query(
                      "SELECT shop, channel, external_id, status, has_shortage, revision"
                      " FROM orders WHERE id = ?1")
                   .bind(1, order);
    ensure(row.step(), "an event of an order that does not exist");
    data = json::object({{"order", order},
                         {"shop", row.text(0)},
                         {"channel", row.text(1)},
                         {"external_id", row.text(2)},
                         {"status", row.text(3)},
                         {"has_shortage", row.integer(4) != 0},
                         {"revision", row.integer(5)}});
  }
  emit(organisation, type, std::move(data));
}

void SqliteScripts::add_shipments(const std::string& order_id,
                                  const std::vector<Shipment>& shipments) {
  auto order = read_order(db_, {}, order_id);
  if (!order || !merge_shipments(order->shipments, shipments)) return;
  db_.query("UPDATE orders SET shipments = ?2, revision = ?3, updated_at = ?4 WHERE id = ?1")
      .bind(1, order_id)
      .bind(2, json::dump(shipments_to_json(order->shipments)))
      .bind(3, next_revision())
      .bind(4, now())
      .run();
  emit_order(order->organisation, "order.changed", order_id);
}

}  // namespace gerbang::store
