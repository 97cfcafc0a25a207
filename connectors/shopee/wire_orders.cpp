#include "connectors/shopee/wire_orders.hpp"

#include <algorithm>
#include <array>
#include <set>

#include "connectors/shopee/limits.hpp"
#include "connectors/shopee/request.hpp"
#include "connectors/shopee/units.hpp"
#include "core/base/foreign_time.hpp"

namespace gerbang::shopee {

namespace {

// Everything that is not asked for stays away (facts 4.3).
constexpr std::string_view kDetailFields =
    "item_list,total_amount,pay_time,package_list,shipping_carrier,recipient_address,"
    "buyer_username,cancel_by,cancel_reason,buyer_cancel_reason,fulfillment_flag";

bool is_masked(std::string_view text) {
  return text.find('*') != std::string_view::npos;
}

std::string unmasked(const json::Value& v) {
  return is_masked(v.text()) ? std::string() : std::string(v.text());
}

Secret buyer_from(const json::Value& order) {
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 9> kFields = {{
      {"name", "name"},
      {"phone", "phone"},
      {"address", "full_address"},
      {"town", "town"},
      {"district", "district"},
      {"city", "city"},
      {"province", "state"},
      {"country", "region"},
      {"postal_code", "zipcode"},
  }};
  const json::Value& to = order["recipient_address"];
  json::Object out;
  bool masked = false;
  for (const auto& [ours, theirs] : kFields) {
    const std::string text = to[theirs].to_text();
    if (text.empty()) continue;
    masked = masked || is_masked(text);
    out.append(std::string(ours), text);
  }
  if (const std::string name = order["buyer_username"].to_text(); !name.empty()) {
    masked = masked || is_masked(name);
    out.append("account", name);
  }
  if (out.empty()) return {};
  out.append("masked", masked);
  return Secret(json::dump(json::Value(std::move(out))));
}

// The same item and variant may stand on several lines; line_item_id alone is the item's
// (facts 4.3).
std::string line_identity(const json::Value& item, std::set<std::string>& taken) {
  std::string order_item = item["order_item_id"].to_text();
  if (order_item.empty()) order_item = item["item_id"].to_text();
  const auto or_zero = [](std::string s) { return s.empty() ? std::string("0") : s; };
  const std::string base = order_item + "-" + or_zero(item["model_id"].to_text()) + "-" +
                           or_zero(item["promotion_group_id"].to_text());
  std::string id = base;
  for (int n = 2; !taken.insert(id).second; ++n) id = base + "#" + std::to_string(n);
  return id;
}

OrderLine line_from(const json::Value& item, std::set<std::string>& taken) {
  OrderLine line;
  line.remote_line = line_identity(item, taken);
  line.remote_product = item["item_id"].to_text();
  line.remote_variant = item["model_id"].to_text();
  if (line.remote_variant.empty()) line.remote_variant = "0";
  line.remote_sku = item["model_sku"].text();
  if (line.remote_sku.empty()) line.remote_sku = item["item_sku"].text();
  line.title = item["item_name"].text();
  if (const std::string_view model = item["model_name"].text(); !model.empty())
    line.title += " - " + std::string(model);
  line.quantity = item["model_quantity_purchased"].to_integral().value_or(0);
  line.price.amount = rupiah(item["model_discounted_price"]).value_or(0);
  // Bundle deals carry no price here; the money itself is in the escrow call (facts 4.3).
  if (line.price.amount == 0 && item["promotion_type"].text().starts_with("bundle"))
    line.price.amount = rupiah(item["model_original_price"]).value_or(0);
  return line;
}

TimePoint time_from(const json::Value& seconds) {
  return foreign_time(seconds.to_integral().value_or(0));
}

const json::Value* best_address(const json::Value& pickup) {
  const json::Array& all = pickup["address_list"].items();
  const auto flagged = [&](std::string_view flag) -> const json::Value* {
    for (const json::Value& a : all) {
      for (const json::Value& f : a["address_flag"].items()) {
        if (f.text() == flag) return &a;
      }
    }
    return nullptr;
  };
  if (const auto* a = flagged("pickup_address")) return a;
  if (const auto* a = flagged("default_address")) return a;
  return all.empty() ? nullptr : &all.front();
}

const json::Value* best_slot(const json::Value& address) {
  const json::Array& all = address["time_slot_list"].items();
  for (const json::Value& s : all) {
    for (const json::Value& f : s["flags"].items()) {
      if (f.text() == "recommended") return &s;
    }
  }
  return all.empty() ? nullptr : &all.front();
}

bool wants(const json::Value& needed, std::string_view field) {
  const auto& items = needed.items();
  return std::any_of(items.begin(), items.end(),
                     [&](const json::Value& v) { return v.text() == field; });
}

// Pages write both; only one can be right for a given channel (facts 4.5).
bool wants_tracking(const json::Value& needed) {
  return wants(needed, "tracking_number") || wants(needed, "tracking_no");
}

json::Value with_tracking(json::Object details, const OrderAction& action,
                          const json::Value& needed) {
  if (wants_tracking(needed)) details.append("tracking_number", action.tracking_number);
  return json::Value(std::move(details));
}

}  // namespace

QueryItems order_list_query(const OrderWindow& window) {
  const auto from = to_unix_seconds(window.from);
  const auto to = std::max(from + 1, to_unix_seconds(window.to + Duration(999)));
  return {{"time_range_field", "update_time"},
          {"time_from", std::to_string(from)},
          {"time_to", std::to_string(to)},
          {"page_size", std::to_string(kOrdersPerPage)},
          {"cursor", window.cursor},
          {"response_optional_fields", "order_status"},
          {"request_order_status_pending", "true"}};
}

OrderPage order_page_from(const json::Value& reply) {
  const json::Value& response = reply["response"];
  OrderPage page;
  for (const json::Value& o : response["order_list"].items()) {
    if (std::string id = o["order_sn"].to_text(); !id.empty())
      page.external_ids.push_back(std::move(id));
  }
  if (response["more"].as_bool().value_or(false)) page.next = response["next_cursor"].to_text();
  return page;
}

QueryItems order_detail_query(const std::vector<std::string>& ids) {
  std::string joined;
  for (const std::string& id : ids) joined += (joined.empty() ? "" : ",") + id;
  return {{"order_sn_list", joined},
          {"response_optional_fields", std::string(kDetailFields)},
          {"request_order_status_pending", "true"}};
}

RemoteOrder order_from(const json::Value& o) {
  RemoteOrder order;
  order.external_id = o["order_sn"].to_text();
  order.remote_status = o["order_status"].text();
  order.status = order_status(order.remote_status);
  order.placed_at = time_from(o["create_time"]);
  order.updated_at = time_from(o["update_time"]);
  std::set<std::string> taken;
  std::int64_t sum = 0;
  for (const json::Value& item : o["item_list"].items()) {
    order.lines.push_back(line_from(item, taken));
    sum += order.lines.back().price.amount * order.lines.back().quantity;
  }
  // Only after payment (facts 4.3).
  order.total.amount = rupiah(o["total_amount"]).value_or(sum);
  if (const std::string_view currency = o["currency"].text(); !currency.empty()) {
    order.total.currency = currency;
    for (OrderLine& line : order.lines) line.price.currency = currency;
  }
  order.city = unmasked(o["recipient_address"]["city"]);
  order.province = unmasked(o["recipient_address"]["state"]);
  order.buyer = buyer_from(o);
  for (const json::Value& p : o["package_list"].items()) {
    Shipment s;
    s.remote_package = p["package_number"].to_text();
    s.courier = p["shipping_carrier"].text();
    if (s.courier.empty()) s.courier = o["shipping_carrier"].text();
    order.shipments.push_back(std::move(s));
  }
  return order;
}

json::Value cancel_body(const OrderAction& action) {
  json::Object out;
  out.append("order_sn", action.external_id);
  const std::string_view reason = cancel_reason(action.reason);
  out.append("cancel_reason", reason);
  if (reason == "OUT_OF_STOCK") {
    json::Array items;
    for (const OrderLine& line : action.lines) {
      const auto item = id_number(line.remote_product);
      if (!item) continue;
      json::Object entry;
      entry.append("item_id", json::Value(static_cast<unsigned long long>(*item)));
      entry.append(
          "model_id",
          json::Value(static_cast<unsigned long long>(id_number(line.remote_variant).value_or(0))));
      if (std::find(items.begin(), items.end(), json::Value(entry)) == items.end())
        items.emplace_back(std::move(entry));
    }
    out.append("item_list", std::move(items));
  }
  return json::Value(std::move(out));
}

Result<ShipWay> ship_way(const json::Value& reply, const OrderAction& action) {
  const json::Value& response = reply["response"];
  const json::Object& needed = response["info_needed"].members();
  const json::Value* dropoff = needed.find("dropoff");
  const json::Value* pickup = needed.find("pickup");
  const json::Value* own = needed.find("non_integrated");
  const bool numbered = !action.tracking_number.empty();

  if (own && numbered) {
    json::Object details;
    details.append("tracking_number", action.tracking_number);
    return ShipWay{ShipWay::Kind::non_integrated, json::Value(std::move(details))};
  }
  if (dropoff && dropoff->items().empty())
    return ShipWay{ShipWay::Kind::dropoff, json::Value(json::Object())};

  if (pickup && (!wants_tracking(*pickup) || numbered)) {
    const json::Value* address = best_address(response["pickup"]);
    const json::Value* slot = address ? best_slot(*address) : nullptr;
    json::Object details;
    if (wants(*pickup, "address_id") && !address)
      return Error(ErrorKind::rejected, "shipping_details_needed",
                   "the shop has no pick-up address");
    if (address) details.append("address_id", (*address)["address_id"]);
    // Times may be missing: then it is shipped without one (facts 4.5).
    if (slot) details.append("pickup_time_id", (*slot)["pickup_time_id"]);
    return ShipWay{ShipWay::Kind::pickup, with_tracking(std::move(details), action, *pickup)};
  }
  if (dropoff && (!wants_tracking(*dropoff) || numbered) && !wants(*dropoff, "sender_real_name") &&
      !wants(*dropoff, "slug")) {
    json::Object details;
    if (wants(*dropoff, "branch_id")) {
      const json::Value& branch = response["dropoff"]["branch_list"][0]["branch_id"];
      if (branch.is_null())
        return Error(ErrorKind::rejected, "shipping_details_needed", "no drop-off branch offered");
      details.append("branch_id", branch);
    }
    return ShipWay{ShipWay::Kind::dropoff, with_tracking(std::move(details), action, *dropoff)};
  }
  if (own && !wants_tracking(*own))
    return ShipWay{ShipWay::Kind::non_integrated, json::Value(json::Object())};
  const bool lacks_number = (own && wants_tracking(*own)) || (pickup && wants_tracking(*pickup)) ||
                            (dropoff && wants_tracking(*dropoff));
  if (lacks_number && !numbered)
    return Error(ErrorKind::rejected, "tracking_number_needed", "the courier gives no number here")
        .at_field("/tracking_number");
  if (needed.empty())
    return Error(ErrorKind::blocked, "shipping_not_ready", "no way of shipping is offered yet")
        .after(kAllocationWait);
  return Error(ErrorKind::rejected, "shipping_details_needed",
               "the courier wants more than we have");
}

json::Value ship_body(const OrderAction& action, const std::string& package, const ShipWay& way) {
  json::Object out;
  out.append("order_sn", action.external_id);
  if (!package.empty()) out.append("package_number", package);  // never an empty text (facts 4.5)
  switch (way.kind) {
    case ShipWay::Kind::dropoff:
      out.append("dropoff", way.details);
      break;
    case ShipWay::Kind::pickup:
      out.append("pickup", way.details);
      break;
    case ShipWay::Kind::non_integrated:
      out.append("non_integrated", way.details);
      break;
  }
  return json::Value(std::move(out));
}

}  // namespace gerbang::shopee
