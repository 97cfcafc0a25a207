// Orders: what the API says of them, and how they take and give back stock (facts woocommerce.md 5,
// 8).
#include <algorithm>

#include "connectors/woocommerce/sandbox/state.hpp"

namespace gerbang::woocommerce_sandbox {

namespace {

Refused invalid_id(int status) {
  return {status, "woocommerce_rest_shop_order_invalid_id", "Invalid ID.", {}};
}

bool takes_stock(const std::string& status) {
  return status == "processing" || status == "on-hold" || status == "completed";
}
// A refund gives nothing back (facts 5).
bool gives_stock_back(const std::string& status) {
  return status == "cancelled" || status == "pending";
}

json::Value address(const json::Value& given, bool billing) {
  json::Object out;
  for (const char* field : {"first_name", "last_name", "company", "address_1", "address_2", "city",
                            "state", "postcode", "country"})
    out.append(field, given[field].to_text());
  if (billing) out.append("email", given["email"].to_text());
  out.append("phone", given["phone"].to_text());
  return json::Value(std::move(out));
}

json::Value merged_meta(const json::Value& there, const json::Value& given) {
  json::Array out = there.items();
  for (const json::Value& one : given.items()) {
    const auto same = std::find_if(out.begin(), out.end(),
                                   [&](const json::Value& m) { return m["key"] == one["key"]; });
    if (same != out.end()) {
      same->as_object()->set("value", one["value"]);
    } else {
      out.push_back(json::object({{"id", static_cast<std::int64_t>(130 + out.size())},
                                  {"key", one["key"]},
                                  {"value", one["value"]}}));
    }
  }
  return json::Value(std::move(out));
}

}  // namespace

std::int64_t Order::total() const {
  std::int64_t sum = shipping_total;
  for (const Line& line : lines) sum += line.price * line.quantity;
  return sum;
}

std::vector<std::string> WebShops::statuses() const {
  std::vector<std::string> out = {"auto-draft", "pending",   "processing",
                                  "on-hold",    "completed", "cancelled",
                                  "refunded",   "failed",    "checkout-draft"};
  for (const json::Value& own : setting("plugin_statuses").items()) out.push_back(own.to_text());
  return out;
}

std::optional<Refused> WebShops::check_status(const json::Value& body) const {
  return check_schema(body, {{"status", FieldType::Type::text, statuses()},
                             {"set_paid", FieldType::Type::boolean, {}},
                             {"customer_note", FieldType::Type::text, {}},
                             {"billing", FieldType::Type::object, {}},
                             {"shipping", FieldType::Type::object, {}},
                             {"meta_data", FieldType::Type::list, {}},
                             {"line_items", FieldType::Type::list, {}}});
}

void WebShops::move_stock(Shop& shop, const Order& order, int sign) {
  for (const Line& line : order.lines) {
    const auto goods = shop.goods.find(line.variation != 0 ? line.variation : line.product);
    if (goods == shop.goods.end() || !goods->second.manage_stock) continue;
    set_stock(goods->second, goods->second.stock + sign * line.quantity);
    goods->second.modified = now();
    raise(shop, "product", "updated",
          goods->second.is_variation() ? goods->second.parent : goods->first);
  }
}

void WebShops::set_status(Shop& shop, Order& order, const std::string& status) {
  order.status = status;
  order.modified = now();
  if (takes_stock(status) && !order.reduced) {
    order.reduced = true;
    move_stock(shop, order, -1);
  } else if (gives_stock_back(status) && order.reduced) {
    order.reduced = false;
    move_stock(shop, order, 1);
  }
  if ((status == "processing" || status == "completed") && !order.paid) order.paid = now();
  if (status == "completed") order.completed = now();
}

std::optional<Line> WebShops::line_of(const Shop& shop, std::int64_t product,
                                      std::int64_t variation, std::int64_t quantity) {
  const auto goods = shop.goods.find(variation != 0 ? variation : product);
  if (goods == shop.goods.end()) return std::nullopt;
  Line line;
  line.product = goods->second.is_variation() ? goods->second.parent : goods->first;
  line.variation = goods->second.is_variation() ? goods->first : 0;
  line.quantity = quantity;
  line.sku = goods->second.sku;
  line.name = goods->second.name;
  if (goods->second.is_variation())
    line.name += " - " + variation_json(shop, goods->second)["name"].to_text();
  line.price = integer_of(json::Value(goods->second.price()));
  return line;
}

Reply WebShops::create_order(Shop& shop, const json::Value& body) {
  if (auto refused = check_status(body)) return *refused;
  Order order;
  order.created = order.modified = now();
  order.billing = address(body["billing"], true);
  order.shipping = address(body["shipping"], false);
  order.customer_note = body["customer_note"].to_text();
  order.meta = merged_meta(json::Value(json::Array()), body["meta_data"]);
  // Not checked against stock (facts 5).
  for (const json::Value& item : body["line_items"].items()) {
    auto line = line_of(shop, integer_of(item["product_id"]), integer_of(item["variation_id"]),
                        std::max<std::int64_t>(1, integer_of(item["quantity"])));
    if (!line) return Refused{400, "woocommerce_rest_product_invalid_id", "Invalid ID.", {}};
    line->id = shop.next_row++;
    order.lines.push_back(std::move(*line));
  }
  for (const json::Value& item : body["shipping_lines"].items())
    order.shipping_total += integer_of(item["total"]);
  order.id = shop.next_post++;
  const std::int64_t id = order.id;
  shop.orders[id] = std::move(order);
  Order& stored = shop.orders.at(id);
  const std::string status = body["status"].is_string()     ? std::string(body["status"].text())
                             : boolean_of(body["set_paid"]) ? "processing"
                                                            : "pending";
  set_status(shop, stored, status);
  raise(shop, "order", "created", id);
  raise(shop, "order", "updated", id);
  Reply reply{order_json(shop, stored), 201};
  reply.headers.set("Location", address_of(shop) + "/wp-json/wc/v3/orders/" + std::to_string(id));
  reply.effect = json::object({{"order_id", id}, {"status", stored.status}});
  return reply;
}

Reply WebShops::update_order(Shop& shop, Order& order, const json::Value& body) {
  if (auto refused = check_status(body)) return *refused;
  if (body["meta_data"].is_array()) order.meta = merged_meta(order.meta, body["meta_data"]);
  if (body["customer_note"].is_string()) order.customer_note = body["customer_note"].text();
  if (body["billing"].is_object()) order.billing = address(body["billing"], true);
  if (body["shipping"].is_object()) order.shipping = address(body["shipping"], false);
  order.modified = now();
  if (body["status"].is_string()) {
    set_status(shop, order, std::string(body["status"].text()));
  } else if (boolean_of(body["set_paid"]) && !order.paid) {
    set_status(shop, order, "processing");
  }
  raise(shop, "order", "updated", order.id);
  Reply reply{order_json(shop, order)};
  reply.effect = json::object({{"order_id", order.id}, {"status", order.status}});
  return reply;
}

Reply WebShops::notes(Shop&, Order& order, Method method, const json::Value& body) {
  const auto shown = [](const Note& note) {
    return json::object({{"id", note.id},
                         {"author", "gerbang"},
                         {"date_created_gmt", to_rfc3339(note.at).substr(0, 19)},
                         {"note", note.text},
                         {"customer_note", note.to_customer}});
  };
  if (method == Method::get) {
    json::Array all;
    for (auto it = order.notes.rbegin(); it != order.notes.rend(); ++it) all.push_back(shown(*it));
    return json::Value(std::move(all));
  }
  if (!body["note"].is_string()) {
    Refused out{400, "rest_missing_callback_param", "Missing parameter(s): note", {}};
    out.data.set("params", json::array({"note"}));
    return out;
  }
  Note note;
  note.id = 300 + static_cast<std::int64_t>(order.notes.size());
  note.text = body["note"].text();
  note.to_customer = boolean_of(body["customer_note"]);
  note.at = now();
  order.notes.push_back(note);
  Reply reply{shown(note), 201};
  reply.effect = json::object({{"order_id", order.id}, {"note", note.text}});
  return reply;
}

Reply WebShops::orders(const Call& call, Shop& shop, const Parts& parts, const json::Value& body) {
  const Method method = method_of(call);
  if (parts.size() == 1 && method == Method::get) return list_orders(call, shop);
  if (parts.size() == 1 && method == Method::post) return create_order(shop, body);
  const auto id = parts.size() > 1 ? positive(parts[1]) : std::nullopt;
  if (id) {
    const auto known = shop.orders.find(*id);
    const bool writes = method != Method::get && method != Method::del;
    if (known == shop.orders.end()) return invalid_id(writes && parts.size() == 2 ? 400 : 404);
    Order& order = known->second;
    if (parts.size() == 3 && parts[2] == "notes") return notes(shop, order, method, body);
    if (parts.size() == 2) {
      if (method == Method::get) return order_json(shop, order);
      if (writes) return update_order(shop, order, body);
      Reply reply{order_json(shop, order)};
      reply.effect = json::object({{"order_id", order.id}, {"removed", true}});
      if (boolean_of(json::Value(call.param("force").value_or("")))) {
        shop.orders.erase(known);  // nobody is told (facts 9)
        return reply;
      }
      if (order.status == "trash")
        return Refused{410,
                       "woocommerce_rest_already_trashed",
                       "The shop_order has already been deleted.",
                       {}};
      order.before_trash = order.status;
      order.status = "trash";
      order.modified = now();
      raise(shop, "order", "deleted", order.id);
      return reply;
    }
  }
  return Refused{
      404, "rest_no_route", "No route was found matching the URL and request method.", {}};
}

Reply WebShops::list_orders(const Call& call, const Shop& shop) const {
  if (auto refused = check_paging(call)) return *refused;
  // Without dates_are_gmt times are the site's (facts 7).
  const bool gmt = boolean_of(json::Value(call.param("dates_are_gmt").value_or("")));
  const auto time = [&](const char* name) -> std::optional<TimePoint> {
    const auto text = call.param(name);
    if (!text) return std::nullopt;
    if (const auto exact = from_rfc3339(*text)) return exact;
    auto out = from_rfc3339(*text + "Z");
    if (out && !gmt) *out -= std::chrono::hours(setting_or("gmt_offset_hours", 7));
    return out;
  };
  const auto after = time("modified_after"), before = time("modified_before");
  const auto made_after = time("after"), made_before = time("before");
  const std::string status = call.param("status").value_or("any");
  std::vector<const Order*> found;
  for (const auto& [id, order] : shop.orders) {
    if (status == "any" ? order.status == "trash" || order.status == "auto-draft"
                        : order.status != status)
      continue;
    // Both ends are left out.
    if ((after && order.modified <= *after) || (before && order.modified >= *before)) continue;
    if ((made_after && order.created <= *made_after) ||
        (made_before && order.created >= *made_before))
      continue;
    found.push_back(&order);
  }
  const std::string by = call.param("orderby").value_or("date");
  std::stable_sort(found.begin(), found.end(), [&](const Order* a, const Order* b) {
    if (by == "modified" && a->modified != b->modified) return a->modified < b->modified;
    if (by == "date" && a->created != b->created) return a->created < b->created;
    return a->id < b->id;
  });
  if (call.param("order").value_or("desc") != "asc") std::reverse(found.begin(), found.end());
  std::vector<json::Value> all;
  for (const Order* order : found) all.push_back(order_json(shop, *order));
  return page_of(call, shop, "/orders", all);
}

json::Value WebShops::order_json(const Shop& shop, const Order& order) const {
  const auto local = [&](const std::optional<TimePoint>& t) {
    return t ? json::Value(local_time(*t)) : json::Value();
  };
  const auto gmt = [](const std::optional<TimePoint>& t) {
    return t ? json::Value(to_rfc3339(*t).substr(0, 19)) : json::Value();
  };
  json::Array lines;
  for (const Line& line : order.lines) {
    const std::string amount = std::to_string(line.price * line.quantity);
    json::Object o;
    o.append("id", line.id);
    o.append("name", line.name);
    o.append("product_id", line.erased ? 0 : line.product);
    o.append("variation_id", line.erased ? 0 : line.variation);
    o.append("quantity", line.quantity);
    o.append("tax_class", "");
    o.append("subtotal", amount);
    o.append("subtotal_tax", "0");
    o.append("total", amount);
    o.append("total_tax", "0");
    o.append("taxes", json::Array());
    o.append("meta_data", json::Array());
    o.append("sku", line.erased ? json::Value() : json::Value(line.sku));
    o.append("price", line.price);  // a number, among all the texts
    lines.emplace_back(std::move(o));
  }
  const std::string base = address_of(shop) + "/wp-json/wc/v3/orders";
  json::Object o;
  o.append("id", order.id);
  o.append("parent_id", 0);
  o.append("status", order.status);
  o.append("currency", text_or("currency", "IDR"));
  o.append("version", text_or("version", "11.0.1"));
  o.append("prices_include_tax", false);
  o.append("date_created", local(order.created));
  o.append("date_modified", local(order.modified));
  o.append("discount_total", "0");
  o.append("discount_tax", "0");
  o.append("shipping_total", std::to_string(order.shipping_total));
  o.append("shipping_tax", "0");
  o.append("cart_tax", "0");
  o.append("total", std::to_string(order.total()));
  o.append("total_tax", "0");
  o.append("customer_id", 0);
  o.append("order_key", "wc_order_" + std::to_string(order.id));
  o.append("billing", order.billing);
  o.append("shipping", order.shipping);
  o.append("payment_method", order.payment_method);
  o.append("payment_method_title", "Transfer bank");
  o.append("transaction_id", "");
  o.append("created_via", "checkout");
  o.append("customer_note", order.customer_note);
  o.append("date_completed", local(order.completed));
  o.append("date_paid", local(order.paid));
  o.append("cart_hash", "");
  o.append("number", std::to_string(order.id));
  o.append("meta_data", order.meta.is_array() ? order.meta : json::Value(json::Array()));
  o.append("line_items", std::move(lines));
  o.append("tax_lines", json::Array());
  o.append("shipping_lines", json::Array());
  o.append("fee_lines", json::Array());
  o.append("coupon_lines", json::Array());
  o.append("refunds", json::Array());
  o.append("date_created_gmt", gmt(order.created));
  o.append("date_modified_gmt", gmt(order.modified));
  o.append("date_completed_gmt", gmt(order.completed));
  o.append("date_paid_gmt", gmt(order.paid));
  o.append("currency_symbol", "Rp");
  json::Object self;
  self.set("href", base + "/" + std::to_string(order.id));
  json::Array selves;
  selves.emplace_back(std::move(self));
  json::Object links;
  links.set("self", std::move(selves));
  o.append("_links", std::move(links));
  return json::Value(std::move(o));
}

}  // namespace gerbang::woocommerce_sandbox
