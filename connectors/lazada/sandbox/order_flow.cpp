// Orders: what shoppers, couriers and time do. The only place where a unit changes its status, and
// with it the stock (facts lazada.md 8, 11).
#include <algorithm>

#include "connectors/lazada/sandbox/market.hpp"

namespace gerbang::sandbox::lazada {

namespace {

enum class Hold { none, withheld, occupied };
// Unpaid stock is withheld, paid stock occupied until it is ready to ship.
Hold hold_of(std::string_view status) {
  if (status == "unpaid") return Hold::withheld;
  if (status == "pending" || status == "packed" || status == "repacked") return Hold::occupied;
  return Hold::none;
}

bool is_one_of(std::string_view text, std::initializer_list<std::string_view> words) {
  return std::find(words.begin(), words.end(), text) != words.end();
}

// Which states a verb of the control interface may find, and what it makes of them.
struct Verb {
  std::string_view name;
  std::initializer_list<std::string_view> from;
  std::string_view to;
};

}  // namespace

Sku* Market::sku_of(const Unit& unit) {
  const auto item = items_.find(unit.item);
  if (item == items_.end()) return nullptr;
  for (Sku& sku : item->second.skus) {
    if (sku.id == unit.sku) return &sku;
  }
  return nullptr;
}

void Market::set_status(Order& order, Unit& unit, std::string_view status) {
  if (unit.status == status) return;
  Sku* sku = sku_of(unit);
  const Hold before = hold_of(unit.status), after = hold_of(status);
  if (sku) {
    if (before == Hold::withheld) --sku->withheld;
    if (before == Hold::occupied) --sku->occupied;
    if (after == Hold::withheld) ++sku->withheld;
    if (after == Hold::occupied) ++sku->occupied;
    if (status == "canceled") ++sku->sellable;
    if (sku->sellable < 5 && status == "unpaid" && flag("push_low_stock", false)) {
      push_message(order.seller, 6,
                   json::object({{"seller_sku", sku->seller_sku},
                                 {"sku_id", sku->id},
                                 {"warehouse", "dropshipping"},
                                 {"real_quantity", sku->sellable},
                                 {"withhold_quantity", sku->withheld},
                                 {"occupy_quantity", sku->occupied}}));
    }
  }
  unit.status = status;
  unit.updated = order.updated = now();
  push_unit(order, unit);
}

void Market::cancel_units(Order& order, const std::vector<std::int64_t>& units,
                          std::string_view who, std::string_view reason, bool zero_stock) {
  for (Unit& unit : order.units) {
    if (std::find(units.begin(), units.end(), unit.id) == units.end()) continue;
    if (unit.status == "canceled") continue;
    unit.initiator = who;
    unit.reason = reason;
    unit.cancel_asked = false;
    set_status(order, unit, "canceled");
    // "Out of stock" and "wrong price" empty the SKU (facts 13).
    if (Sku* sku = zero_stock ? sku_of(unit) : nullptr)
      sku->sellable = std::min<std::int64_t>(0, sku->sellable);
  }
}

void Market::catch_up() {
  const auto unpaid = std::chrono::seconds(setting_or("unpaid_seconds", 1800));
  for (auto it = unpaid_.begin(); it != unpaid_.end();) {
    Order& order = orders_.at(*it);
    std::vector<std::int64_t> waiting;
    for (const Unit& unit : order.units) {
      if (unit.status == "unpaid") waiting.push_back(unit.id);
    }
    const bool late = order.created + unpaid <= now();
    if (late) cancel_units(order, waiting, "system-cancel", "unpaid", false);
    it = late || waiting.empty() ? unpaid_.erase(it) : std::next(it);
  }
  for (auto& [id, reverse] : reverses_) {
    if (!reverse.open || reverse.trigger > now()) continue;
    reverse.open = false;
    Order& order = orders_.at(reverse.order);
    std::vector<std::int64_t> units;
    for (const Unit& unit : order.units) {
      if (unit.reverse == id && unit.cancel_asked) units.push_back(unit.id);
    }
    cancel_units(order, units, "buyer-cancel", "no answer in time", false);
  }
  for (auto it = reviews_.begin(); it != reviews_.end();) {
    Item& item = items_.at(*it);
    if (item.review_until && *item.review_until > now()) {
      ++it;
      continue;
    }
    item.review_until.reset();
    push_message(item.seller, 1,
                 json::object({{"itemId", item.id}, {"status", "APPROVED"}, {"reason", ""}}));
    it = reviews_.erase(it);
  }
}

Order* Market::find_order(std::string_view id) {
  const auto it = orders_.find(id_of(json::Value(id)).value_or(0));
  return it == orders_.end() ? nullptr : &it->second;
}

Result<json::Value> Market::place_order(const json::Value& body) {
  catch_up();
  const std::string wanted_shop = body["shop_id"].to_text();
  struct Choice {
    Item* item;
    Sku* sku;
    std::int64_t quantity;
  };
  std::vector<Choice> chosen;
  std::string seller;
  for (const json::Value& line : body["lines"].items()) {
    const auto quantity = line["quantity"].to_integral();
    if (!quantity || *quantity < 1 || *quantity > 1000)
      return Error(ErrorKind::invalid, "lines", "a quantity is 1 to 1000");
    Choice choice{nullptr, nullptr, *quantity};
    for (auto& [id, item] : items_) {
      if (!wanted_shop.empty() && item.seller != wanted_shop) continue;
      for (Sku& sku : item.skus) {
        if (sku.status == "active" && sku.seller_sku == line["sku"].text() &&
            item_status(item) == "Active")
          choice = {&item, &sku, *quantity};
      }
    }
    if (!choice.sku) return Error(ErrorKind::conflict, "not_on_offer", "not on offer");
    if (choice.sku->sellable - choice.sku->campaign < *quantity)
      return Error(ErrorKind::conflict, "not_enough", "not enough on offer");
    if (!seller.empty() && seller != choice.item->seller)
      return Error(ErrorKind::invalid, "lines", "one order is of one store");
    seller = choice.item->seller;
    chosen.push_back(choice);
  }
  if (chosen.empty()) return Error(ErrorKind::invalid, "lines", "nothing to buy");

  Order order;
  // Beyond 2^53 unless asked otherwise (facts 14: ids may be).
  const std::int64_t base =
      flag("small_ids", false) ? 726'401'880'000'000 : 1'726'401'880'000'000'003;
  order.id = base + 1000 * static_cast<std::int64_t>(next_id());
  order.seller = seller;
  order.created = order.updated = now();
  order.shipping_fee = setting_or("shipping_fee", 9000);
  order.voucher = setting_or("voucher", 0);
  const std::int64_t number = order.id;
  Order& placed = orders_.emplace(number, std::move(order)).first->second;
  std::int64_t unit_id = number + 1;
  for (const Choice& choice : chosen) {
    std::string variation;
    for (const auto& [name, value] : choice.sku->sale_prop)
      variation += (variation.empty() ? "" : ", ") + name + ":" + value.to_text();
    for (std::int64_t i = 0; i < choice.quantity; ++i) {
      Unit unit;
      unit.id = unit_id++;
      unit.item = choice.item->id;
      unit.sku = choice.sku->id;
      unit.seller_sku = choice.sku->seller_sku;
      unit.shop_sku = choice.sku->shop_sku;
      unit.name = choice.item->title();
      unit.variation = variation;
      unit.price = choice.sku->price;
      --choice.sku->sellable;
      placed.units.push_back(std::move(unit));
    }
  }
  for (Unit& unit : placed.units) set_status(placed, unit, "unpaid");
  unpaid_.insert(number);
  if (body["pay"].as_bool().value_or(true)) {
    for (Unit& unit : placed.units) set_status(placed, unit, "pending");
  }
  return json::object({{"order_id", std::to_string(number)}});
}

json::Value Market::order_state(const Order& order) const {
  json::Array units;
  std::string state;
  for (const Unit& unit : order.units) {
    if (state.find(unit.status) == std::string::npos)
      state += (state.empty() ? "" : ",") + unit.status;
    units.push_back(json::object({{"order_item_id", std::to_string(unit.id)},
                                  {"sku", unit.seller_sku},
                                  {"status", unit.status},
                                  {"package_id", unit.package}}));
  }
  return json::object(
      {{"order_id", std::to_string(order.id)}, {"state", state}, {"units", std::move(units)}});
}

Result<json::Value> Market::order(std::string_view id) const {
  const auto it = orders_.find(id_of(json::Value(id)).value_or(0));
  if (it == orders_.end()) return Error(ErrorKind::not_found, "order_unknown", "no such order");
  return order_state(it->second);
}

// `units` in the body names some of them; else all.
Result<json::Value> Market::order_verb(std::string_view id, std::string_view verb,
                                       const json::Value& body) {
  catch_up();
  Order* order = find_order(id);
  if (!order) return Error(ErrorKind::not_found, "order_unknown", "no such order");
  std::vector<Unit*> units;
  for (Unit& unit : order->units) {
    const json::Array& named = body["units"].items();
    const bool wanted =
        named.empty() || std::any_of(named.begin(), named.end(), [&](const auto& v) {
          return v.to_text() == std::to_string(unit.id);
        });
    if (wanted && unit.status != "canceled") units.push_back(&unit);
  }
  const auto may_not = [&] {
    return Error(ErrorKind::conflict, "order_state", "not possible in this state");
  };
  if (units.empty()) return may_not();
  const auto all_in = [&](std::initializer_list<std::string_view> states) {
    return std::all_of(units.begin(), units.end(),
                       [&](const Unit* u) { return is_one_of(u->status, states); });
  };

  if (verb == "request_cancel") {
    if (!all_in({"pending", "packed", "repacked", "ready_to_ship"})) return may_not();
    Reverse reverse;
    reverse.id = 908'100'000'000 + static_cast<std::int64_t>(next_id());
    reverse.order = order->id;
    reverse.trigger = now() + std::chrono::seconds(setting_or("cancel_trigger_seconds", 172'800));
    for (Unit* unit : units) {
      unit->cancel_asked = true;
      unit->reverse = reverse.id;
      unit->updated = order->updated = now();
    }
    push_message(order->seller, 10,
                 json::object({{"reverse_order_id", std::to_string(reverse.id)},
                               {"reverse_status", "CANCEL_INIT"},
                               {"trade_order_id", std::to_string(order->id)},
                               {"status_update_time", to_unix_seconds(now())}}));
    reverses_.emplace(reverse.id, reverse);
    return order_state(*order);
  }
  if (verb == "withdraw_cancel") {
    for (Unit* unit : units) {
      if (const auto it = reverses_.find(unit->reverse); it != reverses_.end())
        it->second.open = false;
      unit->cancel_asked = false;
      unit->updated = order->updated = now();
      push_unit(*order, *unit);
    }
    return order_state(*order);
  }
  if (verb == "cancel") {  // the buyer, before it is packed
    if (!all_in({"unpaid", "pending"})) return may_not();
    std::vector<std::int64_t> ids;
    for (const Unit* unit : units) ids.push_back(unit->id);
    cancel_units(*order, ids, "buyer-cancel", "changed mind", false);
    return order_state(*order);
  }
  static const Verb kVerbs[] = {
      {"pay", {"unpaid"}, "pending"},
      {"pick_up", {"ready_to_ship", "ready_to_ship_pending"}, "shipped"},
      {"deliver", {"shipped"}, "delivered"},
      {"complete", {"delivered"}, "confirmed"},
      {"return", {"delivered", "confirmed"}, "returned"},
      {"fail", {"shipped"}, "failed_delivery"},
      {"send_back", {"failed_delivery"}, "shipped_back"},
      {"arrive_back", {"shipped_back"}, "shipped_back_success"},
      {"lose", {"shipped"}, "lost_by_3pl"},
  };
  for (const Verb& v : kVerbs) {
    if (v.name != verb) continue;
    if (!all_in(v.from)) return may_not();
    for (Unit* unit : units) set_status(*order, *unit, v.to);
    return order_state(*order);
  }
  if (verb == "set_status") {  // any word at all: what a marketplace may invent tomorrow
    for (Unit* unit : units) set_status(*order, *unit, body["status"].text());
    return order_state(*order);
  }
  return Error(ErrorKind::invalid, "verb", "no such verb");
}

}  // namespace gerbang::sandbox::lazada
