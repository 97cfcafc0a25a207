// Orders that are to be read, and what people decide about them.
#include <algorithm>
#include <set>
#include <utility>

#include "core/store/postgres/scripts.hpp"
#include "core/store/stock_rules.hpp"

namespace gerbang::store::postgres {

Result<WantOrders::Answer> PostgresScripts::run(const WantOrders& script) {
  GERBANG_TRY(home, home_of({}, script.shop));
  Desk desk = open_desk(home);
  desk.want_shops();
  desk.sync();
  GERBANG_TRY(row, desk.shop(script.shop));
  if (row.shop.state == ShopState::retired) return WantOrders::Answer{0};
  const std::set<std::string> ids(script.external_ids.begin(), script.external_ids.end());
  for (const std::string& id : ids) desk.mark(script.shop, Aspect::order_fetch, id, Urgency::order);
  desk.flush(touched_);
  return static_cast<WantOrders::Answer>(ids.size());
}

Result<AdvancePoll::Answer> PostgresScripts::run(const AdvancePoll& script) {
  GERBANG_TRY(home, home_of({}, script.shop));
  enter(home);
  const Rows rows = db_.query(
      "UPDATE shops SET orders_polled_to = $3 WHERE organisation = $1 AND id = $2"
      " AND (orders_polled_to IS NULL OR orders_polled_to < $3)",
      Params::of(home, script.shop, script.polled_to));
  return rows.changed() > 0;
}

Result<RequestOrderAction::Answer> PostgresScripts::run(const RequestOrderAction& script) {
  Desk desk = open_desk(script.organisation);
  desk.want_shops();
  desk.want_orders_by_id({script.order});
  desk.sync();
  const auto found = desk.orders.find(script.order);
  if (found == desk.orders.end())
    return Error(ErrorKind::not_found, "order_unknown", "no order " + script.order);
  const Order order = Desk::as_order(found->second);
  GERBANG_TRY(row, desk.shop(order.shop));
  if (row.shop.state == ShopState::retired)
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

  for (const Aspect aspect : superseded) desk.remove_work(order.shop, aspect, order.id);
  json::Object detail = script.detail.members();
  detail.erase("answer_cancellation");
  if (asked) detail.set("answer_cancellation", script.action == Aspect::order_cancel);
  desk.mark(order.shop, script.action, order.id, Urgency::order,
            json::dump(json::Value(std::move(detail))));
  desk.flush(touched_);
  return order;
}

Result<RestockOrder::Answer> PostgresScripts::run(const RestockOrder& script) {
  Desk desk = open_desk(script.organisation);
  Book book(desk);
  desk.want_shops();
  desk.want_orders_by_id({script.order});
  book.want_orders({script.order});
  desk.sync();
  const auto found = desk.orders.find(script.order);
  if (found == desk.orders.end())
    return Error(ErrorKind::not_found, "order_unknown", "no order " + script.order);
  Desk::OrderRow& row = found->second;
  if (row.hold != StockHold::consumed)
    return Error(
        ErrorKind::conflict, "order_state",
        "nothing of the order has been shipped: it is " + std::string(to_string(row.order.status)));
  if (script.lines.empty())
    return Error(ErrorKind::invalid, "restock_quantity", "no line is named").at_field("/lines");

  // All or nothing: every line is checked before the first moves.
  const auto line_of = [&](const std::string& name) {
    return std::find_if(row.lines.begin(), row.lines.end(),
                        [&](const Desk::LineRow& l) { return l.line.remote_line == name; });
  };
  std::set<std::string> named, skus;
  for (std::size_t i = 0; i < script.lines.size(); ++i) {
    const RestockOrder::Line& wanted = script.lines[i];
    const std::string pointer = "/lines/" + std::to_string(i);
    const auto line = line_of(wanted.remote_line);
    if (line == row.lines.end())
      return Error(ErrorKind::invalid, "order_line_unknown", "no line " + wanted.remote_line)
          .at_field(pointer + "/line");
    if (line->line.sku.empty())
      return Error(ErrorKind::invalid, "order_line_unmatched", "the line is no variant of ours")
          .at_field(pointer + "/line");
    if (wanted.quantity <= 0 || wanted.quantity > line->line.quantity)
      return Error(ErrorKind::invalid, "restock_quantity",
                   std::to_string(line->line.quantity) + " were shipped")
          .at_field(pointer + "/quantity");
    if (line->restocked > 0 || !named.insert(wanted.remote_line).second)
      return Error(ErrorKind::conflict, "already_restocked",
                   "line " + wanted.remote_line + " was put back before");
    skus.insert(line->line.sku);
  }

  desk.want_components({skus.begin(), skus.end()});
  desk.sync();
  std::set<std::string> items = book.items_of(row.order.id);
  for (const std::string& sku : skus) {
    for (const Component& c : desk.components_of(sku)) items.insert(c.item);
  }
  const std::vector<std::string> all(items.begin(), items.end());
  book.want_items(all);
  desk.want_short_orders(all);
  desk.sync();
  book.want_short_orders(all);
  desk.sync();

  book.begin();
  Reservations reservations(book);
  for (const RestockOrder::Line& wanted : script.lines) {
    const auto line = line_of(wanted.remote_line);
    if (!reservations.restock({row.order.id, wanted.remote_line, line->line.sku}, wanted.quantity))
      return Error(ErrorKind::invalid, "order_line_unmatched",
                   line->line.sku + " is no longer in the catalogue");
    line->restocked = wanted.quantity;
    line->dirty = true;
  }
  row.order.revision = desk.revision();
  row.order.updated_at = desk.now();
  row.dirty = true;
  desk.emit_order("order.changed", row);
  spread(desk, book, std::nullopt);
  for (const std::string& item : book.touched())
    desk.emit("stock.changed", stock_event(book.view(item)));
  book.write();
  desk.flush(touched_);
  return Desk::as_order(row);
}

}  // namespace gerbang::store::postgres
