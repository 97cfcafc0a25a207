// Reading orders (facts lazada.md 11).
#include <algorithm>
#include <set>

#include "connectors/lazada/sandbox/market.hpp"

namespace gerbang::sandbox::lazada {

namespace {

// YYYY-MM-DDTHH:mm:ss±HH:MM and nothing else (code 17).
std::optional<TimePoint> strict_time(const std::string& text) {
  if (text.size() != 25 || text[10] != 'T' || text[22] != ':') return std::nullopt;
  return from_rfc3339(text);
}

const std::set<std::string> kStatusFilters = {"unpaid",
                                              "pending",
                                              "packed",
                                              "canceled",
                                              "ready_to_ship",
                                              "delivered",
                                              "returned",
                                              "shipped",
                                              "failed",
                                              "topack",
                                              "toship",
                                              "shipping",
                                              "lost",
                                              "lost_by_3pl",
                                              "damaged_by_3pl",
                                              "failed_delivery",
                                              "shipped_back",
                                              "shipped_back_success",
                                              "shipped_back_failed",
                                              "package_scrapped"};

json::Value address_json() {
  return json::object({{"first_name", "P*** C***"},
                       {"last_name", ""},
                       {"phone", "62*******01"},
                       {"phone2", ""},
                       {"address1", "Jl. Contoh No. 1"},
                       {"address2", ""},
                       {"address3", "Jawa Tengah"},
                       {"address4", "Kab. Magelang"},
                       {"address5", "Borobudur"},
                       {"city", "Kab. Magelang"},
                       {"post_code", ""},
                       {"country", "Indonesia"}});
}

}  // namespace

Order* Market::own_order(const std::string& seller, std::string_view id) {
  Order* order = find_order(id);
  return order && order->seller == seller ? order : nullptr;
}

json::Value Market::order_json(const Order& order) const {
  std::set<std::string> words;
  bool asked = false;
  for (const Unit& unit : order.units) {
    words.insert(unit.status);
    asked = asked || (unit.cancel_asked && unit.status != "canceled");
  }
  json::Array statuses;
  for (const std::string& word : words) statuses.emplace_back(word);
  json::Object out;
  out.append("order_id", order.id);
  out.append("order_number", order.id);
  out.append("created_at", local_time(order.created));
  out.append("updated_at", local_time(order.updated));
  out.append("price", money(order.price()));
  out.append("shipping_fee", json::Decimal{money(order.shipping_fee)});
  out.append("voucher", json::Decimal{money(order.voucher)});
  out.append("payment_method", "COD");
  out.append("items_count", static_cast<std::int64_t>(order.units.size()));
  out.append("statuses", std::move(statuses));
  out.append("customer_first_name", "P*** C***");
  out.append("customer_last_name", "");
  out.append("warehouse_code", "dropshipping");
  out.append("need_cancel_confirm", asked);
  out.append("address_shipping", address_json());
  out.append("address_billing", address_json());
  return json::Value(std::move(out));
}

json::Value Market::unit_json(const Order& order, const Unit& unit) const {
  json::Object out;
  out.append("order_item_id", unit.id);
  out.append("order_id", order.id);
  out.append("product_id", std::to_string(unit.item));
  out.append("sku_id", std::to_string(unit.sku));
  out.append("sku", unit.seller_sku);
  out.append("shop_sku", unit.shop_sku);
  out.append("name", unit.name);
  out.append("variation", unit.variation);
  out.append("item_price", json::Decimal{money(unit.price)});
  out.append("paid_price", json::Decimal{money(unit.price)});
  out.append("currency", "IDR");
  out.append("status", unit.status);
  out.append("package_id", unit.package);
  out.append("tracking_code", unit.tracking);
  out.append("shipment_provider", unit.package.empty() ? "" : "LEX ID");
  out.append("shipping_type", "Dropshipping");
  out.append("warehouse_code", "dropshipping");
  out.append("is_fbl", flag("fulfilled_by_lazada", false) ? 1 : 0);
  out.append("delivery_option_sof", 0);
  out.append("need_cancel_confirm", unit.cancel_asked);
  out.append("cancel_return_initiator", unit.initiator);
  out.append("reason", unit.reason);
  out.append("created_at", local_time(order.created));
  out.append("updated_at", local_time(unit.updated));
  if (unit.reverse != 0) out.append("reverse_order_id", std::to_string(unit.reverse));
  return json::Value(std::move(out));
}

Reply Market::orders(const Request& request) {
  std::map<std::string, TimePoint> bounds;
  for (const char* name : {"created_after", "created_before", "update_after", "update_before"}) {
    if (!request.has(name)) continue;
    const auto time = strict_time(request.param(name));
    if (!time) return Reply::fail("17", std::string("E017: \"") + name + "\" Invalid Date Format");
    bounds[name] = *time;
  }
  if (!bounds.contains("created_after") && !bounds.contains("update_after"))
    return Reply::fail("1", "E001: Parameter created_after or update_after is mandatory");
  std::int64_t limit = 100, offset = 0;
  if (request.has("limit")) limit = id_of(json::Value(request.param("limit"))).value_or(0);
  if (limit < 1 || limit > 100) return Reply::fail("19", "E019: Invalid Limit");
  if (request.has("offset")) {
    const std::string text = request.param("offset");
    offset = text == "0" ? 0 : id_of(json::Value(text)).value_or(-1);
    if (offset < 0 || offset > setting_or("most_offset", 5000))
      return Reply::fail("14", "E014: Invalid Offset");
  }
  const std::string status = request.param("status");
  if (!status.empty() && !kStatusFilters.contains(status))
    return Reply::fail("36", "E036: Invalid status filter");
  const std::string by = request.has("sort_by") ? request.param("sort_by") : "created_at";
  if (by != "created_at" && by != "updated_at")
    return Reply::fail("75", "E075: Invalid sort filter.");
  const std::string direction =
      request.has("sort_direction") ? request.param("sort_direction") : "DESC";
  if (direction != "ASC" && direction != "DESC")
    return Reply::fail("74", "E074: Invalid sort direction.");

  std::vector<const Order*> found;
  for (const auto& [id, order] : orders_) {
    if (order.seller != request.seller) continue;
    const auto created = std::chrono::floor<std::chrono::seconds>(order.created);
    const auto updated = std::chrono::floor<std::chrono::seconds>(order.updated);
    if ((bounds.contains("created_after") && created < bounds["created_after"]) ||
        (bounds.contains("created_before") && created > bounds["created_before"]) ||
        (bounds.contains("update_after") && updated < bounds["update_after"]) ||
        (bounds.contains("update_before") && updated > bounds["update_before"]))
      continue;
    if (!status.empty() && std::none_of(order.units.begin(), order.units.end(), [&](const Unit& u) {
          if (status == "topack") return u.status == "pending" || u.status == "repacked";
          if (status == "toship") return u.status == "packed" || u.status == "ready_to_ship";
          return u.status == status;
        }))
      continue;
    found.push_back(&order);
  }
  std::stable_sort(found.begin(), found.end(), [&](const Order* a, const Order* b) {
    const TimePoint x = by == "created_at" ? a->created : a->updated;
    const TimePoint y = by == "created_at" ? b->created : b->updated;
    return direction == "ASC" ? x < y : y < x;
  });
  json::Array page;
  for (std::size_t i = static_cast<std::size_t>(offset);
       i < found.size() && page.size() < static_cast<std::size_t>(limit); ++i)
    page.push_back(order_json(*found[i]));
  json::Object data;
  data.append("count", static_cast<std::int64_t>(page.size()));
  data.append("countTotal", static_cast<std::int64_t>(found.size()));
  data.append("orders", std::move(page));
  return Reply::data(json::Value(std::move(data)));
}

Reply Market::order_get(const Request& request) {
  const Order* order = own_order(request.seller, request.param("order_id"));
  if (!order) return Reply::fail("16", "E016: Invalid Order ID");
  return Reply::data(order_json(*order));
}

Reply Market::order_items(const Request& request) {
  const Order* order = own_order(request.seller, request.param("order_id"));
  if (!order) return Reply::fail("16", "E016: Invalid Order ID");
  json::Array out;
  for (const Unit& unit : order->units) out.push_back(unit_json(*order, unit));
  return Reply::data(json::Value(std::move(out)));
}

Reply Market::orders_items(const Request& request) {
  const auto ids = json::parse(request.param("order_ids"));
  if (!ids || !ids->is_array())
    return Reply::fail("56", "E056: Invalid OrdersIdList format. Must use array format [1,2]");
  if (ids->items().size() > 50) return Reply::fail("38", "E038: Too many orders were requested");
  json::Array out;
  for (const json::Value& id : ids->items()) {
    const Order* order = own_order(request.seller, id.to_text());
    if (!order) return Reply::fail("37", "E037: One or more order id in the list are incorrect");
    json::Array units;
    for (const Unit& unit : order->units) units.push_back(unit_json(*order, unit));
    out.push_back(json::object(
        {{"order_id", order->id}, {"order_number", order->id}, {"order_items", std::move(units)}}));
  }
  if (out.empty()) return Reply::fail("39", "E039: No orders were found");
  return Reply::data(json::Value(std::move(out)));
}

}  // namespace gerbang::sandbox::lazada
