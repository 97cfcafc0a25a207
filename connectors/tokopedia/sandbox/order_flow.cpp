// Facts tiktok_tokopedia 5.3. All changes of an order's status are here, so that each of them moves
// the update time, the stock and the webhooks in the same way.
//
//   UNPAID → (ON_HOLD) → AWAITING_SHIPMENT → AWAITING_COLLECTION → IN_TRANSIT → DELIVERED →
//   COMPLETED CANCELLED from all before IN_TRANSIT
#include <algorithm>
#include <map>

#include "connectors/tokopedia/sandbox/defaults.hpp"
#include "connectors/tokopedia/sandbox/handlers.hpp"

namespace gerbang::sandbox::tokopedia {

namespace {

Error wrong_state(const Order& order, std::string_view verb) {
  return Error(ErrorKind::conflict, "order_state",
               std::string(verb) + " is not possible in " + order.status);
}

// Stock that the order holds goes back (cancelled) or is gone (handed over).
void release(World& world, Order& order, bool give_back) {
  if (!order.holds_stock) return;
  order.holds_stock = false;
  for (const Unit& unit : order.units) {
    const auto it = world.products.find(unit.product_id);
    Sku* sku = it == world.products.end() ? nullptr : it->second.sku(unit.sku_id);
    if (!sku) continue;  // the SKU has been replaced meanwhile
    --sku->committed;
    if (give_back) ++sku->quantity;
  }
}

struct Wanted {
  Product* product = nullptr;
  Sku* sku = nullptr;
  std::int64_t quantity = 0;
};

Result<Wanted> find_wanted(World& world, const Shop& shop, const json::Value& line) {
  Wanted out;
  out.quantity = line["quantity"].to_integral().value_or(1);
  if (out.quantity < 1) return Error(ErrorKind::invalid, "quantity_invalid", "quantity below 1");
  const std::string name(line["sku"].text());
  const Id id = id_of(line["sku_id"]);
  for (const Id product_id : shop.products) {
    Product& p = world.products.at(product_id);
    if (p.deleted) continue;
    for (Sku& s : p.skus) {
      if (id != 0 ? s.id != id : s.seller_sku != name) continue;
      // SKUs are not unique: the first that can be bought, else the first.
      const bool better =
          !out.sku || (!out.product->in_state("ACTIVATE") && p.in_state("ACTIVATE"));
      if (better) {
        out.product = &p;
        out.sku = &s;
      }
    }
  }
  if (!out.sku)
    return Error(ErrorKind::not_found, "unit_unknown",
                 "the shop does not sell " + json::dump(line));
  return out;
}

std::string sku_name(const Sku& sku) {
  std::string out;
  for (const json::Value& a : sku.attributes)
    out += (out.empty() ? "" : ", ") + std::string(a["value_name"].text());
  return out;
}

void track(World& world, Order& order, std::string_view what) {
  order.track.emplace_back(to_unix_millis(world.now()), what);
}

std::string random_digits(World& world, int count) {
  std::string out;
  for (int i = 0; i < count; ++i) out += static_cast<char>('0' + world.random().below(10));
  return out;
}

void await_shipment(World& world, Order& order) {
  if (order.package_id == 0) order.package_id = world.new_id('k');
  order.package_status = "TO_FULFILL";
  set_status(world, order, "AWAITING_SHIPMENT");
}

}  // namespace

void set_status(World& world, Order& order, std::string_view status) {
  order.status = status;
  world.touch(order);
  world.push_order(order);
}

void pay_order(World& world, Order& order) {
  if (!order.cod) order.paid = world.seconds();
  const auto hold = world.number("on_hold_seconds", 0);
  order.package_id = world.new_id('k');  // exists once the order is paid (facts 6)
  order.package_status = "TO_FULFILL";
  if (hold <= 0) {
    await_shipment(world, order);
    return;
  }
  order.hold_until = world.now() + std::chrono::seconds(hold);
  set_status(world, order, "ON_HOLD");
}

void release_hold(World& world, Order& order) {
  await_shipment(world, order);
}

void arrange_shipment(World& world, Order& order) {
  order.shipped = world.seconds();
  order.label_at = world.now() + std::chrono::seconds(world.number("label_seconds", 5));
  order.label_refusals = static_cast<int>(world.number("label_refusals", 0));
  if (order.tracking_number.empty()) {
    order.tracking_number = "JX" + random_digits(world, 12);
    const Provider* provider = find_provider("6841743441349706241");
    order.provider = provider->id;
    order.provider_name = provider->name;
  }
  order.package_status = "PROCESSING";
  track(world, order, "Pengiriman diatur oleh penjual");
  set_status(world, order, "AWAITING_COLLECTION");
  world.push(
      4, "PACKAGE_UPDATE", *world.shop(order.shop_id),
      json::object({{"sc_type", "SHIP"},
                    {"role_type", "ROLE_SELLER"},
                    {"package_list",
                     json::Array{json::object(
                         {{"package_id", std::to_string(order.package_id)},
                          {"order_id_list", json::Array{json::Value(std::to_string(order.id))}}})}},
                    {"update_time", order.updated}}));
}

void close_cancelled(World& world, Order& order, std::string_view by, std::string_view reason) {
  order.cancel_by = by;
  order.cancel_reason = reason;
  order.request_cancel = false;
  release(world, order, true);
  if (order.package_id != 0) order.package_status = "CANCELLED";
  set_status(world, order, "CANCELLED");
}

bool label_ready(const World& world, const Order& order) {
  if (order.shipped == 0) return false;
  return order.shipping_type == "SELLER" || order.label_at <= world.now();
}

Result<Order*> place_order(World& world, Shop& shop, const json::Value& body) {
  const json::Array& given = body["lines"].items();
  if (given.empty()) return Error(ErrorKind::invalid, "lines_missing", "an order needs lines");
  std::vector<Wanted> wanted;
  std::map<const Sku*, std::int64_t> sums;
  for (const json::Value& line : given) {
    GERBANG_TRY(w, find_wanted(world, shop, line));
    sums[w.sku] += w.quantity;
    wanted.push_back(w);
  }
  std::string platform(body["platform"].text());
  for (const Wanted& w : wanted) {
    if (!w.product->in_state("ACTIVATE"))
      return Error(ErrorKind::conflict, "not_on_offer", "the product is not on sale");
    if (platform.empty())
      platform = w.product->status.contains(std::string(kTokopedia)) &&
                         w.product->status.at(std::string(kTokopedia)) == "ACTIVATE"
                     ? kTokopedia
                     : kShop;
    const auto at = w.product->status.find(platform);
    if (at == w.product->status.end() || at->second != "ACTIVATE")
      return Error(ErrorKind::conflict, "not_on_offer", "the product is not on sale there");
    if (w.sku->quantity < sums[w.sku])
      return Error(ErrorKind::conflict, "not_enough",
                   "only " + std::to_string(w.sku->quantity) + " on offer");
  }

  Order order;
  order.sequence = static_cast<Id>(world.orders.size());
  order.id = world.new_id('o');
  order.shop_id = shop.id;
  order.platform = platform;
  order.status = "UNPAID";
  order.created = order.updated = world.seconds();
  order.cod = body["cod"].as_bool().value_or(false);
  order.message = body["message"].text();
  order.buyer = 7'021'436'810'468'230'401 + static_cast<Id>(world.random().below(900'000));
  order.shipping_type = body["shipping_type"].text() == "SELLER" ? "SELLER" : "TIKTOK";
  const bool by_seller = order.shipping_type == "SELLER";
  order.delivery_option = by_seller ? "7091146663229654787" : "7091146663229654785";
  order.delivery_option_name = by_seller ? "Dikirim Penjual" : "Standard Shipping";
  for (const Wanted& w : wanted) {
    w.sku->quantity -= w.quantity;
    w.sku->committed += w.quantity;
    for (std::int64_t i = 0; i < w.quantity; ++i) {
      Unit unit;
      unit.id = world.new_id('u');
      unit.product_id = w.product->id;
      unit.sku_id = w.sku->id;
      unit.product_name = w.product->live.title;
      unit.sku_name = sku_name(*w.sku);
      unit.seller_sku = w.sku->seller_sku;
      unit.price = unit.paid_price = w.sku->price;
      order.units.push_back(std::move(unit));
    }
  }
  const bool pay = body["pay"].as_bool().value_or(true);
  world.orders_by_id[order.id] = order.sequence;
  Order& placed = world.orders.emplace_back(std::move(order));
  world.push_order(placed);
  if (pay || placed.cod) pay_order(world, placed);
  return &placed;
}

Result<void> order_verb(World& world, Order& order, std::string_view verb) {
  const std::string status = order.status;
  if (verb == "pay") {
    if (status != "UNPAID") return wrong_state(order, verb);
    pay_order(world, order);
  } else if (verb == "release") {
    if (status != "ON_HOLD") return wrong_state(order, verb);
    release_hold(world, order);
  } else if (verb == "cancel") {
    // Before the seller has to agree: unpaid or on hold (facts 5.3).
    if (status != "UNPAID" && status != "ON_HOLD" && status != "AWAITING_SHIPMENT")
      return wrong_state(order, verb);
    close_cancelled(world, order, "BUYER", "buyer_cancel_reason_change_of_mind");
  } else if (verb == "request_cancel") {
    if ((status != "AWAITING_SHIPMENT" && status != "AWAITING_COLLECTION") || order.request_cancel)
      return wrong_state(order, verb);
    order.request_cancel = true;
    Cancellation c;
    c.id = world.new_id('c');
    c.order_id = order.id;
    c.shop_id = order.shop_id;
    c.type = "BUYER_CANCEL";
    c.role = "BUYER";
    c.reason = "buyer_cancel_reason_change_of_mind";
    c.status = "CANCELLATION_REQUEST_PENDING";
    c.created = c.updated = world.seconds();
    world.cancellations.push_back(c);
    world.push_cancellation(c);
    world.touch(order);
  } else if (verb == "withdraw_cancel") {
    Cancellation* c = world.waiting_request(order.id);
    if (!c) return wrong_state(order, verb);
    order.request_cancel = false;
    c->status = "CANCELLATION_REQUEST_CANCELLED";
    world.push_cancellation(*c);
    world.touch(order);
  } else if (verb == "pick_up") {
    if (status != "AWAITING_COLLECTION" || order.request_cancel) return wrong_state(order, verb);
    release(world, order, false);
    order.package_status = "FULFILLING";
    track(world, order, "Paket diambil kurir");
    set_status(world, order, "IN_TRANSIT");
  } else if (verb == "deliver") {
    if (status != "IN_TRANSIT") return wrong_state(order, verb);
    order.package_status = "COMPLETED";
    track(world, order, "Paket diterima");
    set_status(world, order, "DELIVERED");
  } else if (verb == "complete") {
    if (status != "DELIVERED") return wrong_state(order, verb);
    set_status(world, order, "COMPLETED");
  } else if (verb == "return") {
    if (status != "DELIVERED" && status != "COMPLETED") return wrong_state(order, verb);
    world.touch(order);
    world.push(12, "RETURN_STATUS_CHANGE", *world.shop(order.shop_id),
               json::object({{"order_id", std::to_string(order.id)},
                             {"return_role", "BUYER"},
                             {"return_type", "RETURN_AND_REFUND"},
                             {"return_status", "RETURN_OR_REFUND_REQUEST_PENDING"},
                             {"return_id", std::to_string(world.new_id('c'))},
                             {"create_time", world.seconds()},
                             {"update_time", world.seconds()}}));
  } else {
    return Error(ErrorKind::not_found, "verb_unknown", "no such verb");
  }
  return {};
}

}  // namespace gerbang::sandbox::tokopedia
