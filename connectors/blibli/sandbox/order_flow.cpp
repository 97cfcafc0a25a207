#include <algorithm>
#include <map>

#include "connectors/blibli/sandbox/world.hpp"

// All changes of an item's status (facts blibli.md 9, 13), so that each moves its time, the stock
// and the webhooks in the same way.
//
//   (waits for payment) → FP → (package created, still FP) → PU → CX → D
//                         FP → X (buyer), OS or PF (seller);  waits → expired, and back to FP
namespace gerbang::sandbox::blibli {

namespace {

Error wrong_state(std::string_view order, std::string_view verb) {
  return Error(ErrorKind::conflict, "order_state",
               std::string(verb) + " is not possible for order " + std::string(order));
}

void give_back(World& world, const OrderItem& item, std::int64_t quantity) {
  if (Store* store = world.store(item.store)) {
    if (auto [p, v] = world.variant(*store, item.variant); v) v->stock += quantity;
  }
}

std::string_view event_of(std::string_view status) {
  if (status == "FP") return "new_order";
  if (status == "CX") return "in_delivery_order";
  if (status == "D") return "delivered_order";
  if (status == "X" || status == "OS" || status == "DX") return "canceled_order";
  return {};
}

}  // namespace

void set_status(World& world, OrderItem& item, std::string_view status) {
  item.status = status;
  item.changed = world.now();
  if (status == "FP" && item.paid == TimePoint()) item.paid = world.now();
  item.histories.emplace_back(status, world.now());
  if (const std::string_view event = event_of(status); !event.empty())
    world.push_order(item, event);
  world.changed(json::object({{"order_item", item.item}, {"status", status}}));
}

void take_out(World& world, OrderItem& item, std::int64_t quantity, std::string_view end,
              std::string_view part) {
  quantity = std::min(quantity, item.quantity);
  item.quantity -= quantity;
  give_back(world, item, quantity);
  set_status(world, item, item.quantity == 0 ? end : part);
}

Result<std::string> place_order(World& world, const Store& store, const json::Value& lines,
                                bool pay) {
  struct Wanted {
    Product* product;
    Variant* variant;
    std::int64_t quantity;
  };
  std::vector<Wanted> wanted;
  std::map<const Variant*, std::int64_t> taken;
  for (const json::Value& line : lines.items()) {
    const std::int64_t quantity = line["quantity"].to_integral().value_or(1);
    if (quantity < 1) return Error(ErrorKind::invalid, "quantity_invalid", "quantity below 1");
    const std::string_view sku = line["sku"].text();
    Wanted found{nullptr, nullptr, quantity};
    for (auto& [id, p] : world.products) {
      if (p.store != store.code || p.state != ProductState::active) continue;
      for (Variant& v : p.variants) {
        if (v.seller_sku == sku || v.sku == sku) found = {&p, &v, quantity};
      }
    }
    if (!found.variant)
      return Error(ErrorKind::not_found, "unit_unknown",
                   "the store does not sell " + std::string(sku));
    taken[found.variant] += quantity;
    if (!found.variant->buyable || found.variant->stock < taken[found.variant])
      return Error(ErrorKind::conflict, "not_enough", "not enough of " + std::string(sku));
    wanted.push_back(found);
  }
  if (wanted.empty()) return Error(ErrorKind::invalid, "lines_missing", "no lines");

  const std::string order = world.new_order_id();
  const std::string buyer = "Pembeli " + world.random_digits(4);
  std::vector<std::string> made;
  for (const Wanted& w : wanted) {
    w.variant->stock -= w.quantity;
    OrderItem item;
    item.order = order;
    item.item = world.new_item_id();
    item.store = store.code;
    item.variant = w.variant->sku;
    item.seller_sku = w.variant->seller_sku;
    item.title = w.product->name;
    item.price = w.variant->sale_price;
    item.quantity = item.initial_quantity = w.quantity;
    item.delivery = store.delivery;
    item.buyer = buyer;
    item.created = item.changed = world.now();
    world.items.push_back(std::move(item));
    made.push_back(world.items.back().item);
  }
  for (const std::string& id : made) {
    OrderItem& item = *world.item(id);
    if (pay) {
      set_status(world, item, "FP");
    } else {
      world.push_order(item, "waiting_for_payment_order");
    }
  }
  return order;
}

Result<void> order_verb(World& world, std::string_view order, std::string_view verb,
                        const json::Value& body) {
  std::vector<OrderItem*> items = world.items_of_order(order);
  if (items.empty()) return Error(ErrorKind::not_found, "order_unknown", "no such order");
  // One item of it only, where the body names one.
  if (const std::string only = body["item"].to_text(); !only.empty())
    std::erase_if(items, [&](const OrderItem* i) { return i->item != only; });
  const auto all = [&](auto holds) {
    return !items.empty() && std::all_of(items.begin(), items.end(), holds);
  };
  const auto move = [&](std::string_view from, std::string_view to) -> Result<void> {
    if (!all([&](const OrderItem* i) { return i->status == from; }))
      return wrong_state(order, verb);
    for (OrderItem* i : items) set_status(world, *i, to);
    return {};
  };

  if (verb == "pay") {
    // An order that was reported expired can come back as new (facts 10).
    if (!all([](const OrderItem* i) { return i->status.empty(); })) return wrong_state(order, verb);
    for (OrderItem* i : items) {
      if (std::exchange(i->expired, false)) {
        Store& store = *world.store(i->store);
        if (auto [p, v] = world.variant(store, i->variant); v) v->stock -= i->quantity;
      }
      set_status(world, *i, "FP");
    }
    return {};
  }
  if (verb == "expire") {
    if (!all([](const OrderItem* i) { return i->status.empty() && !i->expired; }))
      return wrong_state(order, verb);
    for (OrderItem* i : items) {
      i->expired = true;
      give_back(world, *i, i->quantity);
      world.push_order(*i, "cancelled_payment_expired_order");
    }
    return {};
  }
  if (verb == "cancel") {
    if (all([](const OrderItem* i) { return i->status.empty() && !i->expired; }))
      return order_verb(world, order, "expire", body);
    if (!all([](const OrderItem* i) { return i->status == "FP" || i->status == "PU"; }))
      return wrong_state(order, verb);
    for (OrderItem* i : items) take_out(world, *i, i->quantity, "X", "PF");
    return {};
  }
  // The buyer asks; what Blibli does then is not documented, the status is (facts 9).
  if (verb == "request_cancel") return move("FP", "CR");
  if (verb == "pick_up") return move("PU", "CX");
  if (verb == "deliver") return move("CX", "D");
  if (verb == "complete") return move("D", "D");  // no status of its own
  if (verb == "return") {
    if (!all([](const OrderItem* i) { return i->status == "D"; })) return wrong_state(order, verb);
    for (OrderItem* i : items) world.push_order(*i, "returned_order");
    return {};
  }
  return Error(ErrorKind::invalid, "verb_unknown", "no such verb");
}

}  // namespace gerbang::sandbox::blibli
