#include <algorithm>

#include "connectors/sample/sandbox/marketplace.hpp"
#include "connectors/sandbox/pdf.hpp"
#include "core/base/crypto.hpp"

namespace gerbang::sample_sandbox {

namespace {
bool one_of(std::string_view state, const std::vector<std::string_view>& states) {
  return std::find(states.begin(), states.end(), state) != states.end();
}
// Where a list goes on: behind this moment and id.
std::string cursor_of(const Order& order) {
  return std::to_string(to_unix_millis(order.changed_at)) + "_" + std::to_string(order.id);
}
}  // namespace

std::int64_t Order::total() const {
  std::int64_t sum = 0;
  for (const Line& line : lines) sum += line.price * line.quantity;
  return sum;
}

Order* PasarContoh::own_order(const std::string& shop, const std::string& id) {
  const auto found = orders_.find(json::Value(id).to_integral().value_or(0));
  return found != orders_.end() && found->second.shop == shop ? &found->second : nullptr;
}

json::Value PasarContoh::order_json(const Order& order) const {
  json::Array lines;
  for (const Line& line : order.lines) {
    lines.push_back(json::object({{"line_id", line.id},
                                  {"product_id", line.product},
                                  {"variant_id", line.variant},
                                  {"sku", line.sku},
                                  {"title", line.title},
                                  {"quantity", line.quantity},
                                  {"price", line.price}}));
  }
  return json::object({{"order_id", order.id},
                       {"state", order.state},
                       {"placed_at", to_rfc3339(order.placed_at)},
                       {"changed_at", to_rfc3339(order.changed_at)},
                       {"total", order.total()},
                       {"lines", std::move(lines)},
                       {"courier", order.courier},
                       {"tracking_number", order.tracking_number},
                       {"ship_to", json::object({{"name", "Pembeli Contoh"},
                                                 {"phone", "+620000000000"},
                                                 {"address", "Jl. Contoh 1"},
                                                 {"city", "Magelang"},
                                                 {"province", "Jawa Tengah"}})}});
}

// Changed in [from, to), oldest first.
HttpResponse PasarContoh::list_orders(const Call& call, const std::string& shop) const {
  const auto from = from_rfc3339(call.param("from").value_or(""));
  const auto to = from_rfc3339(call.param("to").value_or(""));
  if (!from || !to) return refusal(422, "time", "from and to are RFC 3339");
  const auto asked = json::Value(call.param("limit").value_or("50")).to_integral().value_or(50);
  const auto limit = static_cast<std::size_t>(std::clamp<std::int64_t>(asked, 1, 50));
  std::vector<const Order*> found;
  for (const auto& [id, order] : orders_) {
    if (order.shop == shop && order.changed_at >= *from && order.changed_at < *to)
      found.push_back(&order);
  }
  const auto place = [](const Order* o) { return std::pair(o->changed_at, o->id); };
  std::sort(found.begin(), found.end(),
            [&](const Order* a, const Order* b) { return place(a) < place(b); });
  if (const auto after = call.param("after")) {
    const auto bar = after->find('_');
    const auto at = json::Value(after->substr(0, bar)).to_integral().value_or(0);
    const auto id = bar == std::string::npos
                        ? 0
                        : json::Value(after->substr(bar + 1)).to_integral().value_or(0);
    const auto passed = std::pair(from_unix_millis(at), id);
    std::erase_if(found, [&](const Order* o) { return place(o) <= passed; });
  }
  const bool more = found.size() > limit;
  if (more) found.resize(limit);
  json::Array ids;
  for (const Order* order : found) ids.emplace_back(order->id);
  return result(json::object(
      {{"order_ids", std::move(ids)}, {"next", more ? cursor_of(*found.back()) : ""}}));
}

HttpResponse PasarContoh::order_details(const Call& call, const std::string& shop) const {
  json::Array orders, missing;
  std::string ids = call.param("ids").value_or("") + ",";
  for (auto comma = ids.find(','); comma != std::string::npos; comma = ids.find(',')) {
    const std::string id = ids.substr(0, comma);
    ids.erase(0, comma + 1);
    if (id.empty()) continue;
    if (orders.size() + missing.size() == 20) return refusal(422, "batch", "at most 20 ids");
    const auto found = orders_.find(json::Value(id).to_integral().value_or(0));
    if (found != orders_.end() && found->second.shop == shop) {
      orders.push_back(order_json(found->second));
    } else {
      missing.emplace_back(id);
    }
  }
  return result(json::object({{"orders", std::move(orders)}, {"missing", std::move(missing)}}));
}

HttpResponse PasarContoh::seller_verb(const std::string& shop, const std::string& id,
                                      const std::string& verb, const json::Value& body) {
  Order* order = own_order(shop, id);
  if (order == nullptr) return refusal(404, "order_not_found", "no such order");
  const auto refuse = [&](int status, std::string_view code) {
    note(shop, std::string(code));
    return refusal(status, code, "the order is " + order->state);
  };
  const std::string before = order->state;
  if (verb == "accept") {
    if (one_of(before, {"processing", "sent", "arrived", "done"})) return refuse(409, "already");
    if (before != "paid") return refuse(409, "order_state");
    change(*order, "processing");
  } else if (verb == "ship") {
    const std::string number = body["tracking_number"].to_text();
    if (body["courier"].text().empty() || number.empty()) return refuse(422, "parcel");
    if (one_of(before, {"sent", "arrived", "done"}) && order->tracking_number == number)
      return refuse(409, "already");
    if (!one_of(before, {"paid", "processing"})) return refuse(409, "order_state");
    order->courier = body["courier"].text();
    order->tracking_number = number;
    change(*order, "sent");
  } else if (verb == "cancel") {
    if (!one_of(body["reason"].text(), {"no_stock", "buyer_asked", "other"}))
      return refuse(422, "reason");
    if (before == "cancelled") return refuse(409, "already");
    if (!one_of(before, {"new", "paid", "processing"})) return refuse(409, "order_state");
    change(*order, "cancelled");
  } else if (verb == "answer") {
    const auto yes = body["accept"].as_bool();
    if (!yes) return refuse(422, "accept");
    if (*yes && before == "cancelled") return refuse(409, "already");
    if (!*yes && before == order->before_cancel_asked) return refuse(409, "already");
    if (before != "cancel_asked") return refuse(409, "order_state");
    change(*order, *yes ? "cancelled" : order->before_cancel_asked);
  } else {
    return refusal(404, "not_found", "no such path");
  }
  note(shop, "", json::object({{"order", order->id}, {"state", order->state}}));
  return result(order_json(*order));
}

// Made when it is first asked for, ready `label_seconds` later.
HttpResponse PasarContoh::label(const std::string& shop, const std::string& id) {
  Order* order = own_order(shop, id);
  if (order == nullptr) return refusal(404, "order_not_found", "no such order");
  const auto refuse = [&](std::string_view code) {
    note(shop, std::string(code));
    return refusal(409, code, "the order is " + order->state);
  };
  if (one_of(order->state, {"new", "paid"})) return refuse("label_early");
  if (!one_of(order->state, {"processing", "sent"})) return refuse("label_late");
  if (!order->label_at)
    order->label_at = now() + std::chrono::seconds(setting_or("label_seconds", 5));
  if (*order->label_at > now()) {
    HttpResponse out = refuse("label_making");
    const auto left = std::chrono::ceil<std::chrono::seconds>(*order->label_at - now());
    out.headers.set("Retry-After", std::to_string(left.count()));
    return out;
  }
  HttpResponse out;
  out.status = 200;
  out.headers.set("Content-Type", "application/pdf");
  out.body = sandbox::small_pdf({{"Pasar Contoh", "Pesanan " + std::to_string(order->id),
                                  "Kurir " + order->courier + " " + order->tracking_number,
                                  "Pembeli Contoh, Jl. Contoh 1, Magelang"}});
  return out;
}

// Moves the order on, gives goods back when it ends before the parcel left, tells the app.
void PasarContoh::change(Order& order, std::string state) {
  if (state == "cancelled") {
    for (const Line& line : order.lines) {
      if (const auto [product, variant] = own_variant(order.shop, line.variant); variant)
        variant->stock += line.quantity;
    }
  }
  if (state == "cancel_asked") order.before_cancel_asked = order.state;
  order.state = std::move(state);
  order.changed_at = now();

  HttpRequest event;
  event.method = Method::post;
  event.url = options().hook_url;
  event.body = json::dump(json::object({{"event_id", std::to_string(next_event_++)},
                                        {"type", "order.changed"},
                                        {"shop_id", order.shop},
                                        {"order_id", order.id},
                                        {"at", to_rfc3339(now())}}));
  const std::string time = std::to_string(to_unix_seconds(now()));
  const std::string secret =
      setting_text("push_secret", setting_text("secret", "sample-sandbox-secret"));
  event.headers.set("Content-Type", "application/json");
  event.headers.set("X-Time", time);
  event.headers.set("X-Sign",
                    to_hex(hmac_sha256(secret, time + "\n" + to_hex(sha256(event.body)))));
  push(std::move(event));
}

// Within the 300 s that a signature lives: a later repeat would be refused as too old.
std::vector<Duration> PasarContoh::push_retries() const {
  return {std::chrono::seconds(10), std::chrono::minutes(2)};
}

void PasarContoh::push_lost(const HttpRequest& request) {
  if (auto event = json::parse(request.body)) {
    const auto number = (*event)["event_id"].to_integral().value_or(0);
    lost_[number] = std::move(*event);
  }
}

HttpResponse PasarContoh::lost_list(const std::string& shop) const {
  json::Array events;
  std::int64_t upto = 0;
  bool more = false;
  for (const auto& [number, event] : lost_) {
    if (event["shop_id"].text() != shop) continue;
    if (events.size() == 50) {
      more = true;
      break;
    }
    events.push_back(event);
    upto = number;
  }
  return result(json::object(
      {{"events", std::move(events)}, {"upto", std::to_string(upto)}, {"more", more}}));
}

// ---- shoppers and couriers

Result<json::Value> PasarContoh::place_order(const json::Value& body) {
  Order order;
  order.shop = body["shop_id"].to_text();
  if (!shops_.contains(order.shop))
    return Error(ErrorKind::not_found, "shop_unknown", "no such shop");
  std::map<std::int64_t, std::int64_t> wanted;  // variant → quantity
  for (const json::Value& given : body["lines"].items()) {
    const auto quantity = given["quantity"].as_int64();
    if (!quantity || *quantity < 1)
      return Error(ErrorKind::invalid, "quantity_invalid", "quantity is a number from 1");
    const Product* product = nullptr;
    const Variant* variant = nullptr;
    for (const auto& [id, p] : products_) {
      for (const Variant& v : p.variants) {
        if (p.shop == order.shop && p.listed && v.sku == given["sku"].text()) {
          product = &p;
          variant = &v;
        }
      }
    }
    if (variant == nullptr || (wanted[variant->id] += *quantity) > variant->stock)
      return Error(ErrorKind::conflict, "not_enough", "not enough on offer");
    order.lines.push_back({static_cast<std::int64_t>(order.lines.size()) + 1, product->id,
                           variant->id, variant->sku, product->title, *quantity, variant->price});
  }
  if (order.lines.empty()) return Error(ErrorKind::invalid, "lines_missing", "an order has lines");
  for (const auto& [id, quantity] : wanted) own_variant(order.shop, id).second->stock -= quantity;
  order.id = next_id_++;
  order.placed_at = now();
  Order& kept = orders_.emplace(order.id, std::move(order)).first->second;
  change(kept, body["pay"].as_bool().value_or(true) ? "paid" : "new");
  return this->order(std::to_string(kept.id));
}

Result<json::Value> PasarContoh::order(std::string_view id) const {
  const auto found = orders_.find(json::Value(id).to_integral().value_or(0));
  if (found == orders_.end()) return Error(ErrorKind::not_found, "order_unknown", "no such order");
  json::Value out = order_json(found->second);
  out.as_object()->set("order_id", std::to_string(found->first));
  out.as_object()->set("shop_id", found->second.shop);
  return out;
}

Result<json::Value> PasarContoh::order_verb(std::string_view id, std::string_view verb,
                                            const json::Value&) {
  struct Step {
    std::string_view verb;
    std::vector<std::string_view> from;
    const char* to;
  };
  static const Step kSteps[] = {
      {"pay", {"new"}, "paid"},
      {"cancel", {"new", "paid"}, "cancelled"},
      {"request_cancel", {"paid", "processing"}, "cancel_asked"},
      {"deliver", {"sent"}, "arrived"},
      {"complete", {"arrived"}, "done"},
      {"return", {"sent", "arrived", "done"}, "returned"},
  };
  const auto found = orders_.find(json::Value(id).to_integral().value_or(0));
  if (found == orders_.end()) return Error(ErrorKind::not_found, "order_unknown", "no such order");
  for (const Step& step : kSteps) {
    if (step.verb != verb || !one_of(found->second.state, step.from)) continue;
    change(found->second, step.to);
    return order(id);
  }
  return Error(ErrorKind::conflict, "verb_refused",
               std::string(verb) + " does not fit an order that is " + found->second.state);
}

}  // namespace gerbang::sample_sandbox
