#include "connectors/woocommerce/wire_orders.hpp"

#include <algorithm>
#include <array>
#include <set>

#include "connectors/woocommerce/answer.hpp"
#include "connectors/woocommerce/limits.hpp"
#include "connectors/woocommerce/sign.hpp"
#include "connectors/woocommerce/units.hpp"

namespace gerbang::woocommerce {

namespace {

std::string order_path(const std::string& id) {
  return "/orders/" + percent_encode(id);
}

json::Value meta(std::string_view key, const std::string& value) {
  return json::object({{"key", key}, {"value", value}});
}

std::string meta_of(const json::Value& order, std::string_view key) {
  for (const json::Value& m : order["meta_data"].items()) {
    if (m["key"].text() == key) return m["value"].to_text();
  }
  return {};
}

// The buyer's data, for the vault alone. Where goods go is `shipping`, unless the buyer left it
// empty; telephone and mail stand in `billing`.
Secret buyer_of(const json::Value& order, const json::Value& to) {
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 7> kFields = {{
      {"company", "company"},
      {"address", "address_1"},
      {"address_more", "address_2"},
      {"city", "city"},
      {"province", "state"},
      {"postal_code", "postcode"},
      {"country", "country"},
  }};
  json::Object out;
  std::string name(to["first_name"].text());
  if (const std::string_view last = to["last_name"].text(); !last.empty())
    name += (name.empty() ? "" : " ") + std::string(last);
  if (!name.empty()) out.append("name", name);
  const json::Value& billing = order["billing"];
  for (const json::Value* side : {&to, &billing}) {
    if (out.find("phone") == nullptr && !(*side)["phone"].to_text().empty())
      out.append("phone", (*side)["phone"].to_text());
  }
  if (const std::string mail = billing["email"].to_text(); !mail.empty()) out.append("email", mail);
  for (const auto& [ours, theirs] : kFields) {
    if (const std::string text = to[theirs].to_text(); !text.empty())
      out.append(std::string(ours), text);
  }
  if (const std::string note = order["customer_note"].to_text(); !note.empty())
    out.append("note", note);
  if (out.empty()) return {};
  return Secret(json::dump(json::Value(std::move(out))));
}

Result<OrderLine> read_line(const json::Value& l) {
  OrderLine line;
  line.remote_line = id_of(l["id"]);
  const auto quantity = l["quantity"].to_integral();
  if (line.remote_line.empty() || !quantity || *quantity <= 0 || *quantity > kMaxQuantity)
    return unreadable(Effect::read, "a line without id or quantity");
  line.quantity = *quantity;
  // 0 once the product is erased (facts 8): the line stays visible, matched to nothing.
  line.remote_product = id_of(l["product_id"]);
  if (!line.remote_product.empty()) {
    line.remote_variant = id_of(l["variation_id"]);
    if (line.remote_variant.empty()) line.remote_variant = "0";
  }
  line.remote_sku = l["sku"].to_text();
  line.title = l["name"].to_text();
  // As sold, after discounts: a number, though everything else about money is text.
  auto price = rupiah(l["price"]);
  if (!price) {
    if (const auto total = rupiah(l["total"])) price = *total / line.quantity;
  }
  if (!price) return unreadable(Effect::read, "a line without a price");
  line.price = Money{*price};
  return line;
}

}  // namespace

HttpRequest orders_page(const CallContext& ctx, const OrderWindow& window, int page) {
  return signed_request(ctx, Method::get, "/orders",
                        {{"modified_after", gmt_text(window.from - std::chrono::seconds(1))},
                         {"dates_are_gmt", "true"},
                         {"orderby", "id"},
                         {"order", "asc"},
                         {"per_page", std::to_string(kOrderPage)},
                         {"page", std::to_string(page)}},
                        {}, "order.list", Effect::read);
}

HttpRequest get_order(const CallContext& ctx, const std::string& id) {
  return signed_request(ctx, Method::get, order_path(id), {}, {}, "order.get", Effect::read);
}

HttpRequest set_order_status(const CallContext& ctx, const std::string& id, std::string_view status,
                             std::string operation) {
  json::Object body;
  body.set("status", status);
  return signed_request(ctx, Method::put, order_path(id), {}, std::move(body), std::move(operation),
                        Effect::set);
}

HttpRequest complete_order(const CallContext& ctx, const OrderAction& action) {
  json::Object body;
  body.set("status", "completed");
  json::Array facts;
  if (!action.courier.empty()) facts.push_back(meta(kCourierMeta, action.courier));
  if (!action.tracking_number.empty()) facts.push_back(meta(kTrackingMeta, action.tracking_number));
  if (!facts.empty()) body.set("meta_data", std::move(facts));
  return signed_request(ctx, Method::put, order_path(action.external_id), {}, std::move(body),
                        "order.ship", Effect::set);
}

HttpRequest order_notes(const CallContext& ctx, const std::string& id) {
  return signed_request(ctx, Method::get, order_path(id) + "/notes", {}, {}, "order.notes",
                        Effect::read);
}

HttpRequest add_order_note(const CallContext& ctx, const std::string& id, const std::string& text) {
  json::Object body;
  body.set("note", text);
  body.set("customer_note", true);
  // After a lost answer the notes are read before another is written.
  return signed_request(ctx, Method::post, order_path(id) + "/notes", {}, std::move(body),
                        "order.note", Effect::set);
}

std::string shipment_note(const OrderAction& action) {
  if (action.courier.empty() && action.tracking_number.empty()) return {};
  std::string out = "Pesanan dikirim";
  if (!action.courier.empty()) out += " dengan " + action.courier;
  if (!action.tracking_number.empty()) out += ", nomor resi " + action.tracking_number;
  return out + ".";
}

Result<RemoteOrder> read_order(const json::Value& order) {
  RemoteOrder out;
  out.external_id = id_of(order["id"]);
  const auto placed = time_of(order["date_created_gmt"]);
  const auto changed = time_of(order["date_modified_gmt"]);
  const auto total = rupiah(order["total"]);
  out.remote_status = order["status"].text();
  if (out.external_id.empty() || !placed || !total || out.remote_status.empty() ||
      !order["line_items"].is_array())
    return unreadable(Effect::read, "an order without id, time, total, status or lines");
  if (const std::string_view currency = order["currency"].text();
      !currency.empty() && currency != "IDR")
    return Error(ErrorKind::rejected, "shop_currency_differs", "an order in another currency");
  out.status = order_status(out.remote_status);
  out.placed_at = *placed;
  out.updated_at = changed.value_or(*placed);
  out.total = Money{*total};
  std::set<std::string> seen;
  for (const json::Value& l : order["line_items"].items()) {
    GERBANG_TRY(line, read_line(l));
    if (!seen.insert(line.remote_line).second)
      return unreadable(Effect::read, "a line id that comes twice");
    out.lines.push_back(std::move(line));
  }
  const json::Value& shipping = order["shipping"];
  const bool elsewhere =
      !shipping["address_1"].to_text().empty() || !shipping["city"].to_text().empty();
  const json::Value& to = elsewhere ? shipping : order["billing"];
  out.city = to["city"].text();
  out.province = to["state"].text();
  out.buyer = buyer_of(order, to);
  Shipment parcel;
  parcel.courier = meta_of(order, kCourierMeta);
  parcel.tracking_number = meta_of(order, kTrackingMeta);
  if (!parcel.courier.empty() || !parcel.tracking_number.empty())
    out.shipments.push_back(std::move(parcel));
  return out;
}

Result<OrderPage> read_order_page(const json::Value& list) {
  if (!list.is_array()) return unreadable(Effect::read, "no list of orders");
  OrderPage out;
  std::set<std::string> seen;
  for (const json::Value& entry : list.items()) {
    const std::string id = id_of(entry["id"]);
    if (id.empty()) return unreadable(Effect::read, "an order without an id");
    if (is_no_order(entry["status"].text())) continue;
    auto order = read_order(entry);
    // Twice on one page: which of the two is true is asked anew.
    const bool twice = !seen.insert(id).second;
    if (twice) {
      std::erase_if(out.orders, [&](const RemoteOrder& o) { return o.external_id == id; });
      if (std::find(out.external_ids.begin(), out.external_ids.end(), id) == out.external_ids.end())
        out.external_ids.push_back(id);
    } else if (order) {
      out.orders.push_back(std::move(*order));
    } else {
      out.external_ids.push_back(id);
    }
  }
  return out;
}

}  // namespace gerbang::woocommerce
