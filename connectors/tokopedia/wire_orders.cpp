#include "connectors/tokopedia/wire_orders.hpp"

#include <algorithm>
#include <array>

#include "connectors/tokopedia/limits.hpp"
#include "connectors/tokopedia/units.hpp"
#include "core/base/foreign_time.hpp"
#include "core/base/text.hpp"

namespace gerbang::tokopedia {

namespace {

bool is_masked(std::string_view text) {
  return text.find('*') != std::string_view::npos;
}

std::string place_of(const json::Value& address, std::string_view level) {
  for (const json::Value& d : address["district_info"].items()) {
    if (d["address_level"].text() != level) continue;
    const std::string_view name = d["address_name"].text();
    return is_masked(name) ? std::string() : std::string(name);
  }
  return {};
}

Secret buyer_from(const json::Value& order) {
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 4> kFields = {{
      {"name", "name"},
      {"phone", "phone_number"},
      {"address", "full_address"},
      {"postal_code", "postal_code"},
  }};
  const json::Value& to = order["recipient_address"];
  json::Object out;
  bool masked = false;
  const auto add = [&](std::string_view name, const std::string& text) {
    if (text.empty()) return;
    masked = masked || is_masked(text);
    out.append(std::string(name), text);
  };
  for (const auto& [ours, theirs] : kFields) add(ours, to[theirs].to_text());
  add("district", place_of(to, "L3"));
  add("city", place_of(to, "L2"));
  add("province", place_of(to, "L1"));
  add("account", order["user_id"].to_text());
  if (out.empty()) return {};
  out.append("masked", masked);
  return Secret(json::dump(json::Value(std::move(out))));
}

TimePoint time_from(const json::Value& seconds) {
  return foreign_time(seconds.to_integral().value_or(0));
}

struct Units {
  OrderLine line;
  std::vector<std::string> ids;
};

std::vector<OrderLine> lines_of(const json::Value& order) {
  std::vector<Units> groups;
  std::vector<std::string> seen;
  for (const json::Value& item : order["line_items"].items()) {
    const std::string id = item["id"].to_text();
    // The same unit told twice is one unit.
    if (!id.empty() && std::find(seen.begin(), seen.end(), id) != seen.end()) continue;
    if (!id.empty()) seen.push_back(id);
    OrderLine line;
    line.remote_product = item["product_id"].to_text();
    line.remote_variant = item["sku_id"].to_text();
    line.remote_sku = item["seller_sku"].text();
    line.title = item["product_name"].text();
    if (const std::string_view sku = item["sku_name"].text(); !sku.empty() && sku != "Default")
      line.title += " - " + std::string(sku);
    line.price.amount = rupiah(item["sale_price"]).value_or(0);
    if (const std::string_view currency = item["currency"].text(); !currency.empty())
      line.price.currency = currency;
    const auto it = std::find_if(groups.begin(), groups.end(), [&](const Units& g) {
      return g.line.remote_variant == line.remote_variant &&
             g.line.remote_product == line.remote_product && g.line.remote_sku == line.remote_sku &&
             g.line.price == line.price;
    });
    Units& group = it != groups.end() ? *it : groups.emplace_back(Units{std::move(line), {}});
    ++group.line.quantity;
    if (!id.empty()) group.ids.push_back(id);
  }
  std::vector<OrderLine> out;
  for (Units& g : groups) {
    g.line.remote_line = g.ids.empty() ? g.line.remote_product + "-" + g.line.remote_variant
                                       : join_units(std::move(g.ids));
    out.push_back(std::move(g.line));
  }
  return out;
}

}  // namespace

QueryItems order_search_query(std::string_view cursor) {
  return {{"page_size", std::to_string(kOrdersPerPage)},
          {"page_token", std::string(cursor)},
          {"sort_field", "update_time"},
          {"sort_order", "ASC"}};
}

json::Value order_search_body(const OrderWindow& window) {
  const std::int64_t from = to_unix_seconds(window.from);
  json::Object out;
  out.append("update_time_ge", from);
  out.append("update_time_lt", std::max(from + 1, to_unix_seconds(window.to + Duration(999))));
  return json::Value(std::move(out));
}

OrderPage order_page_from(const json::Value& data) {
  OrderPage page;
  for (const json::Value& o : data["orders"].items()) {
    std::string id = o["id"].to_text();
    if (id.empty() || std::find(page.external_ids.begin(), page.external_ids.end(), id) !=
                          page.external_ids.end())
      continue;
    page.external_ids.push_back(std::move(id));
  }
  page.next = data["next_page_token"].to_text();
  return page;
}

RemoteOrder order_from(const json::Value& o) {
  RemoteOrder order;
  order.external_id = o["id"].to_text();
  order.remote_status = o["status"].text();
  order.status = order_status(order.remote_status);
  if (o["is_on_hold_order"].as_bool().value_or(false) && order.status == OrderStatus::paid)
    order.status = OrderStatus::pending;
  if (o["is_buyer_request_cancel"].as_bool().value_or(false) &&
      (order.status == OrderStatus::paid || order.status == OrderStatus::accepted))
    order.status = OrderStatus::cancel_requested;
  order.placed_at = time_from(o["create_time"]);
  order.updated_at = time_from(o["update_time"]);
  order.lines = lines_of(o);
  std::int64_t sum = 0;
  for (const OrderLine& line : order.lines) sum += line.price.amount * line.quantity;
  // Fees and insurance are in it: never derived while it is told (facts 5.2).
  order.total.amount = rupiah(o["payment"]["total_amount"]).value_or(sum);
  if (const std::string_view currency = o["payment"]["currency"].text(); !currency.empty())
    order.total.currency = currency;
  order.province = place_of(o["recipient_address"], "L1");
  order.city = place_of(o["recipient_address"], "L2");
  order.buyer = buyer_from(o);
  std::string courier(o["shipping_provider"].text());
  if (courier.empty()) courier = o["delivery_option_name"].text();
  const json::Array& packages = o["packages"].items();
  for (const json::Value& p : packages) {
    Shipment s;
    s.remote_package = p["id"].to_text();
    s.courier = courier;
    if (packages.size() == 1) s.tracking_number = o["tracking_number"].text();
    if (!s.remote_package.empty()) order.shipments.push_back(std::move(s));
  }
  return order;
}

json::Value cancel_body(const OrderAction& action, bool unpaid) {
  json::Object out;
  out.append("order_id", action.external_id);
  out.append("cancel_reason", cancel_reason(action.reason, unpaid));
  return json::Value(std::move(out));
}

json::Value cancellations_body(const std::string& order) {
  json::Object out;
  out.append("order_ids", json::Array{json::Value(order)});
  out.append("cancel_types", json::Array{json::Value("BUYER_CANCEL")});
  return json::Value(std::move(out));
}

std::string waiting_cancellation(const json::Value& data, std::string_view order) {
  for (const json::Value& c : data["cancellations"].items()) {
    if (c["order_id"].to_text() == order &&
        c["cancel_status"].text() == "CANCELLATION_REQUEST_PENDING")
      return c["cancel_id"].to_text();
  }
  return {};
}

json::Value reject_body(const std::string& reason) {
  json::Object out;
  out.append("reject_reason", reason);
  return json::Value(std::move(out));
}

std::string reject_reason(const json::Value& data) {
  for (const json::Value& r : data["reasons"].items()) {
    if (std::string name = r["name"].to_text(); !name.empty()) return name;
  }
  return {};
}

json::Value ship_body(const std::vector<std::string>& packages,
                      const std::optional<OwnCourier>& own) {
  json::Array list;
  for (const std::string& id : packages) {
    json::Object entry;
    entry.append("id", id);
    if (own) {
      json::Object self;
      self.append("tracking_number", own->tracking_number);
      self.append("shipping_provider_id", own->provider);
      entry.append("self_shipment", std::move(self));
    }
    list.emplace_back(std::move(entry));
  }
  json::Object out;
  out.append("packages", std::move(list));
  return json::Value(std::move(out));
}

std::string provider_named(const json::Value& data, std::string_view courier) {
  const json::Array& all = data["shipping_providers"].items();
  for (const json::Value& p : all) {
    if (folded(p["name"].text()) == folded(courier)) return p["id"].to_text();
  }
  for (const json::Value& p : all) {
    const std::string name = folded(p["name"].text()), wanted = folded(courier);
    if (!wanted.empty() && (name.starts_with(wanted) || wanted.starts_with(name)))
      return p["id"].to_text();
  }
  return all.size() == 1 ? all[0]["id"].to_text() : std::string();
}

Shipment shipment_from(const json::Value& package) {
  Shipment s;
  s.remote_package = package["package_id"].to_text();
  s.courier = package["shipping_provider_name"].text();
  s.tracking_number = package["tracking_number"].text();
  return s;
}

}  // namespace gerbang::tokopedia
