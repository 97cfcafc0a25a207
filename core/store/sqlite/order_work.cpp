// Orders that are to be read, and what people decide about them.
#include <algorithm>
#include <set>
#include <utility>

#include "core/store/reservations.hpp"
#include "core/store/sqlite/book.hpp"
#include "core/store/sqlite/rows.hpp"
#include "core/store/sqlite/scripts.hpp"

namespace gerbang::store {

void SqliteScripts::finish_fetch(const std::string& shop, const std::string& external_id,
                                 std::int64_t revision) {
  db_.query(
         "DELETE FROM work WHERE shop = ?1 AND aspect = 'order_fetch' AND subject = ?2"
         " AND revision = ?3")
      .bind(1, shop)
      .bind(2, external_id)
      .bind(3, revision)
      .run();
  apply_hints(shop, external_id, revision);
}

void SqliteScripts::apply_hints(const std::string& shop, const std::string& external_id,
                                std::int64_t revision) {
  db_.query(
         "UPDATE inbox SET applied_at = ?4 WHERE shop = ?1 AND subject = ?2"
         " AND applied_at IS NULL AND revision <= ?3")
      .bind(1, shop)
      .bind(2, external_id)
      .bind(3, revision)
      .bind(4, now())
      .run();
}

void SqliteScripts::park_fetch(const std::string& shop, const std::string& external_id,
                               std::int64_t revision, std::string_view code) {
  const json::Value detail = json::object({{"problem", json::object({{"code", code}})}});
  db_.query(
         "UPDATE work SET parked = 1, attempts = attempts + 1, detail = ?4"
         " WHERE shop = ?1 AND aspect = 'order_fetch' AND subject = ?2 AND revision = ?3")
      .bind(1, shop)
      .bind(2, external_id)
      .bind(3, revision)
      .bind(4, json::dump(detail))
      .run();
}

Result<WantOrders::Answer> SqliteScripts::run(const WantOrders& script) {
  GERBANG_TRY(shop, shop_row({}, script.shop));
  if (shop.state == ShopState::retired) return WantOrders::Answer{0};
  const std::set<std::string> ids(script.external_ids.begin(), script.external_ids.end());
  for (const std::string& id : ids)
    mark(shop.organisation, shop.id, Aspect::order_fetch, id, Urgency::order);
  return static_cast<WantOrders::Answer>(ids.size());
}

Result<AdvancePoll::Answer> SqliteScripts::run(const AdvancePoll& script) {
  GERBANG_TRY(shop, shop_row({}, script.shop));
  if (shop.orders_polled_to && *shop.orders_polled_to >= script.polled_to) return false;
  db_.query("UPDATE shops SET orders_polled_to = ?2 WHERE id = ?1")
      .bind(1, shop.id)
      .bind(2, script.polled_to)
      .run();
  return true;
}

Result<RequestOrderAction::Answer> SqliteScripts::run(const RequestOrderAction& script) {
  GERBANG_TRY(order, read_order(db_, script.organisation, script.order));
  GERBANG_TRY(shop, shop_row(order.organisation, order.shop));
  if (shop.state == ShopState::retired)
    return Error(ErrorKind::conflict, "shop_retired", "the shop is no longer spoken to");

  const bool asked = order.status == OrderStatus::cancel_requested;
  bool possible = false;
  std::vector<Aspect> superseded;  // an opposite decision that still waits
  switch (script.action) {
    case Aspect::order_accept:
      possible = asked || order.status == OrderStatus::paid;
      superseded = {Aspect::order_cancel};
      break;
    case Aspect::order_ship:
      possible = order.status == OrderStatus::paid || order.status == OrderStatus::accepted;
      superseded = {Aspect::order_cancel};
      break;
    case Aspect::order_cancel:
      possible = asked || order.status == OrderStatus::pending ||
                 order.status == OrderStatus::paid || order.status == OrderStatus::accepted;
      superseded = {Aspect::order_accept, Aspect::order_ship};
      break;
    default:
      return Error(ErrorKind::invalid, "order_action_unknown",
                   std::string(to_string(script.action)) + " is no decision on an order");
  }
  if (!possible)
    return Error(ErrorKind::conflict, "order_state",
                 "the order is " + std::string(to_string(order.status)));

  for (const Aspect aspect : superseded)
    db_.query("DELETE FROM work WHERE shop = ?1 AND aspect = ?2 AND subject = ?3")
        .bind(1, order.shop)
        .bind(2, to_string(aspect))
        .bind(3, order.id)
        .run();
  json::Object detail = script.detail.members();
  detail.erase("answer_cancellation");
  if (asked) detail.set("answer_cancellation", script.action == Aspect::order_cancel);
  mark(order.organisation, order.shop, script.action, order.id, Urgency::order,
       json::dump(json::Value(std::move(detail))));
  return order;
}

Result<RestockOrder::Answer> SqliteScripts::run(const RestockOrder& script) {
  GERBANG_TRY(order, read_order(db_, script.organisation, script.order));
  bool shipped = false;
  {
    auto row = db_.query("SELECT hold = 'consumed' FROM orders WHERE id = ?1").bind(1, order.id);
    row.step();
    shipped = row.integer(0) != 0;
  }
  if (!shipped)
    return Error(
        ErrorKind::conflict, "order_state",
        "nothing of the order has been shipped: it is " + std::string(to_string(order.status)));
  if (script.lines.empty())
    return Error(ErrorKind::invalid, "restock_quantity", "no line is named").at_field("/lines");

  // All or nothing: every line is checked before the first moves.
  std::set<std::string> named;
  for (std::size_t i = 0; i < script.lines.size(); ++i) {
    const RestockOrder::Line& wanted = script.lines[i];
    const std::string pointer = "/lines/" + std::to_string(i);
    const auto line = std::find_if(order.lines.begin(), order.lines.end(), [&](const OrderLine& l) {
      return l.remote_line == wanted.remote_line;
    });
    if (line == order.lines.end())
      return Error(ErrorKind::invalid, "order_line_unknown", "no line " + wanted.remote_line)
          .at_field(pointer + "/line");
    if (line->sku.empty())
      return Error(ErrorKind::invalid, "order_line_unmatched", "the line is no variant of ours")
          .at_field(pointer + "/line");
    if (wanted.quantity <= 0 || wanted.quantity > line->quantity)
      return Error(ErrorKind::invalid, "restock_quantity",
                   std::to_string(line->quantity) + " were shipped")
          .at_field(pointer + "/quantity");
    auto row =
        db_.query("SELECT restocked FROM order_lines WHERE order_id = ?1 AND remote_line = ?2")
            .bind(1, order.id)
            .bind(2, wanted.remote_line);
    row.step();
    if (row.integer(0) > 0 || !named.insert(wanted.remote_line).second)
      return Error(ErrorKind::conflict, "already_restocked",
                   "line " + wanted.remote_line + " was put back before");
  }

  const std::int64_t revision = next_revision();
  Ledger ledger(db_, order.organisation, now(), random_, revision);
  SqliteBook book(db_, order.organisation, ledger);
  Reservations reservations(book);
  for (const RestockOrder::Line& wanted : script.lines) {
    const auto line = std::find_if(order.lines.begin(), order.lines.end(), [&](const OrderLine& l) {
      return l.remote_line == wanted.remote_line;
    });
    if (!reservations.restock({order.id, line->remote_line, line->sku}, wanted.quantity))
      return Error(ErrorKind::invalid, "order_line_unmatched",
                   line->sku + " is no longer in the catalogue");
    db_.query("UPDATE order_lines SET restocked = ?3 WHERE order_id = ?1 AND remote_line = ?2")
        .bind(1, order.id)
        .bind(2, line->remote_line)
        .bind(3, wanted.quantity)
        .run();
  }
  db_.query("UPDATE orders SET revision = ?2, updated_at = ?3 WHERE id = ?1")
      .bind(1, order.id)
      .bind(2, revision)
      .bind(3, now())
      .run();
  emit_order(order.organisation, "order.changed", order.id);
  spread(order.organisation, ledger, std::nullopt);
  for (const std::string& item : ledger.touched())
    emit_stock(order.organisation, stock_view(order.organisation, item));
  return read_order(db_, order.organisation, order.id);
}

}  // namespace gerbang::store
