#include <algorithm>
#include <array>

#include "connectors/shopee/sandbox/handlers.hpp"

// Facts 4.1. All changes of an order's status are here, so that each of them moves the update time,
// the stock and the pushes in the same way.
//
//   UNPAID → READY_TO_SHIP → PROCESSED → SHIPPED → TO_CONFIRM_RECEIVE → COMPLETED
//              RETRY_SHIP ↔ PROCESSED               TO_RETURN ↔ …
//   IN_CANCEL from READY_TO_SHIP, PROCESSED, RETRY_SHIP; CANCELLED from all before delivery
namespace gerbang::sandbox::shopee {

namespace {

bool one_of(std::string_view status, std::initializer_list<std::string_view> allowed) {
  return std::find(allowed.begin(), allowed.end(), status) != allowed.end();
}

Error wrong_state(const Order& order, std::string_view verb) {
  return Error(ErrorKind::conflict, "order_state",
               std::string(verb) + " is not possible in " + order.status);
}

// Stock that the order holds goes back (cancelled) or is gone (shipped).
void release(World& world, Order& order, bool give_back) {
  if (!order.holds_stock) return;
  order.holds_stock = false;
  for (const OrderLine& line : order.lines) {
    Item* item = world.item(line.item_id);
    Model* model = item ? item->model(line.model_id) : nullptr;
    if (!model) continue;  // the variant has been replaced meanwhile
    model->ordered -= line.quantity;
    if (!give_back) continue;
    model->stock += line.quantity;
    world.push_reserved(*item, *model, order, false, line.quantity);
  }
}

struct Wanted {
  Item* item = nullptr;
  Model* model = nullptr;
  std::int64_t quantity = 0;
};

bool on_offer(const World& world, const Wanted& w) {
  return world.status_of(*w.item) == ItemStatus::normal && w.model->stock >= w.quantity;
}

// A line names a seller's SKU, or item and model.
Result<Wanted> find_wanted(World& world, const Shop& shop, const json::Value& line) {
  Wanted out;
  out.quantity = line["quantity"].to_integral().value_or(1);
  if (out.quantity < 1) return Error(ErrorKind::invalid, "quantity_invalid", "quantity below 1");
  const Error unknown(ErrorKind::not_found, "unit_unknown",
                      "the shop does not sell " + json::dump(line));
  if (const auto item_id = line["item_id"].to_integral()) {
    out.item = world.item(*item_id);
    if (!out.item || out.item->shop_id != shop.shop_id) return unknown;
    out.model = out.item->model(line["model_id"].to_integral().value_or(0));
    if (!out.model) return unknown;
    return out;
  }
  const auto units = shop.units_by_sku.find(std::string(line["sku"].text()));
  if (units == shop.units_by_sku.end()) return unknown;
  // SKUs are not unique at Shopee: the first that can be bought, else the first.
  std::optional<Wanted> first;
  for (const auto& [item_id, model_id] : units->second) {
    out.item = world.item(item_id);
    out.model = out.item->model(model_id);
    if (on_offer(world, out)) return out;
    if (!first) first = out;
  }
  return *first;
}

OrderLine line_of(const World& world, const Wanted& w) {
  const Item& item = *w.item;
  const Promotion* p = world.promotion(item.item_id, w.model->model_id);
  OrderLine line;
  line.item_id = item.item_id;
  line.model_id = w.model->model_id;
  line.item_name = item.name;
  line.item_sku = item.sku;
  line.image_id = item.images.front();
  line.weight = w.model->weight.empty() ? item.weight : w.model->weight;
  line.quantity = w.quantity;
  line.price = w.model->price;
  line.paid_price = p && p->price ? *p->price : w.model->price;
  line.promotion_id = p ? p->promotion_id : 0;
  if (item.has_model()) {
    line.model_sku = w.model->sku;
    for (std::size_t i = 0; i < item.tiers.size(); ++i) {
      if (i > 0) line.model_name += ",";
      line.model_name +=
          item.tiers[i].options[static_cast<std::size_t>(w.model->tier_index[i])].name;
    }
  }
  return line;
}

std::string random_digits(World& world, int count) {
  std::string out;
  for (int i = 0; i < count; ++i) out += static_cast<char>('0' + world.random().below(10));
  return out;
}

}  // namespace

void set_package(World& world, Order& order, std::string_view status) {
  if (order.package_status == status) return;
  order.package_status = status;
  order.history.emplace_back(world.seconds(), status);
}

void set_status(World& world, Order& order, std::string_view status) {
  order.status = status;
  world.touch(order);
  world.push_order(order);
}

void pay_order(World& world, Order& order) {
  if (!order.cod) order.paid = world.seconds();
  order.ready_at = world.now() + std::chrono::seconds(world.number("allocating_seconds", 0));
  set_package(world, order, "LOGISTICS_READY");
  set_status(world, order, "READY_TO_SHIP");
}

void arrange_shipment(World& world, Order& order) {
  const Duration wait = std::chrono::seconds(world.number("tracking_seconds", 5));
  set_package(world, order, "LOGISTICS_REQUEST_CREATED");
  set_status(world, order, "PROCESSED");
  if (!order.tracking_number.empty()) return;  // RETRY_SHIP keeps its number
  order.tracking_number = "SPXID" + random_digits(world, 12);
  order.tracking_at = world.now() + wait;
  world.push(4, world.shops.at(order.shop_id),
             json::object({{"ordersn", order.sn},
                           {"forder_id", order.forder_id},
                           {"package_number", order.package_number},
                           {"tracking_no", order.tracking_number}}),
             wait);
}

void close_cancelled(World& world, Order& order, std::string_view by, std::string_view reason) {
  order.cancel_by = by;
  order.cancel_reason = reason;
  release(world, order, true);
  set_package(world, order,
              order.tracking_number.empty() ? "LOGISTICS_INVALID" : "LOGISTICS_REQUEST_CANCELED");
  set_status(world, order, "CANCELLED");
}

Result<Order*> place_order(World& world, const json::Value& body) {
  Shop& shop = *world.shop(body["shop_id"].to_integral().value_or(0));
  const json::Array& given = body["lines"].items();
  if (given.empty()) return Error(ErrorKind::invalid, "lines_missing", "an order needs lines");
  std::vector<Wanted> wanted;
  std::map<const Model*, std::int64_t> sums;
  for (const json::Value& line : given) {
    GERBANG_TRY(w, find_wanted(world, shop, line));
    sums[w.model] += w.quantity;
    wanted.push_back(w);
  }
  for (const Wanted& w : wanted) {
    if (world.status_of(*w.item) != ItemStatus::normal)
      return Error(ErrorKind::conflict, "not_on_offer", "the item is not on sale");
    if (w.model->stock < sums[w.model])
      return Error(ErrorKind::conflict, "not_enough",
                   "only " + std::to_string(w.model->stock) + " on offer");
  }

  Order order;
  order.sequence = static_cast<Id>(world.orders.size());
  order.sn = world.new_order_sn();
  order.shop_id = shop.shop_id;
  order.status = "UNPAID";
  order.package_number = "OFG" + random_digits(world, 15);
  order.forder_id = "57" + random_digits(world, 17);
  order.created = order.updated = world.seconds();
  order.cod = body["cod"].as_bool().value_or(false);
  order.message = body["message"].text();
  order.buyer_user_id = 55000000 + static_cast<Id>(world.random().below(900000));
  set_package(world, order, "LOGISTICS_NOT_START");
  for (const Wanted& w : wanted) order.lines.push_back(line_of(world, w));

  world.orders_by_sn.emplace(order.sn, order.sequence);
  world.orders_by_package.emplace(order.package_number, order.sequence);
  shop.orders_created.emplace(order.created, order.sequence);
  shop.orders_updated.emplace(order.updated, order.sequence);
  world.orders.push_back(std::move(order));
  Order& placed = world.orders.back();
  for (const Wanted& w : wanted) {
    w.model->stock -= w.quantity;
    w.model->ordered += w.quantity;
    // What is sold out of a promotion is no longer reserved for it.
    const auto p = world.promotions.find({w.item->item_id, w.model->model_id});
    if (p != world.promotions.end())
      p->second.reserved = std::min(p->second.reserved, w.model->stock);
    world.push_reserved(*w.item, *w.model, placed, true, w.quantity);
  }
  world.push_order(placed);
  if (placed.cod || body["pay"].as_bool().value_or(true)) pay_order(world, placed);
  return &placed;
}

Result<void> order_verb(World& world, Order& order, std::string_view verb,
                        const json::Value& body) {
  const auto in = [&](std::initializer_list<std::string_view> allowed) {
    return one_of(order.status, allowed);
  };
  if (verb == "pay") {
    if (!in({"UNPAID"})) return wrong_state(order, verb);
    pay_order(world, order);
  } else if (verb == "cancel") {  // the buyer before payment, or Shopee
    if (!in({"UNPAID", "READY_TO_SHIP", "PROCESSED", "RETRY_SHIP", "IN_CANCEL"}))
      return wrong_state(order, verb);
    const std::string_view by = body["by"].text();
    close_cancelled(world, order, by.empty() ? "buyer" : by, "Buyer requested");
  } else if (verb == "request_cancel") {
    if (!in({"READY_TO_SHIP", "PROCESSED", "RETRY_SHIP"})) return wrong_state(order, verb);
    order.former_status = order.status;
    order.buyer_cancel_reason =
        body["reason"].is_null() ? "Change of mind" : std::string(body["reason"].text());
    set_status(world, order, "IN_CANCEL");
  } else if (verb == "withdraw_cancel") {
    if (!in({"IN_CANCEL"})) return wrong_state(order, verb);
    set_status(world, order, std::string(order.former_status));
  } else if (verb == "pick_up") {
    if (!in({"PROCESSED"})) return wrong_state(order, verb);
    order.picked_up = world.seconds();
    release(world, order, false);
    set_package(world, order, "LOGISTICS_PICKUP_DONE");
    set_status(world, order, "SHIPPED");
  } else if (verb == "pickup_failed") {
    if (!in({"PROCESSED"})) return wrong_state(order, verb);
    set_package(world, order, "LOGISTICS_PICKUP_RETRY");
    set_status(world, order, "RETRY_SHIP");
  } else if (verb == "lose") {
    if (!in({"SHIPPED"})) return wrong_state(order, verb);
    order.cancel_by = "system";
    order.cancel_reason = "Lost parcel";
    set_package(world, order, "LOGISTICS_LOST");
    set_status(world, order, "CANCELLED");
  } else if (verb == "deliver") {
    if (!in({"SHIPPED"})) return wrong_state(order, verb);
    set_package(world, order, "LOGISTICS_DELIVERY_DONE");
    set_status(world, order, "TO_CONFIRM_RECEIVE");
  } else if (verb == "complete") {
    if (!in({"TO_CONFIRM_RECEIVE", "TO_RETURN"})) return wrong_state(order, verb);
    set_status(world, order, "COMPLETED");
  } else if (verb == "return") {
    if (!in({"TO_CONFIRM_RECEIVE", "COMPLETED"})) return wrong_state(order, verb);
    open_return(world, order, body);
    if (order.status == "TO_CONFIRM_RECEIVE") set_status(world, order, "TO_RETURN");
  } else {
    return Error(ErrorKind::not_found, "verb_unknown", "no such verb: " + std::string(verb));
  }
  return {};
}

}  // namespace gerbang::sandbox::shopee
