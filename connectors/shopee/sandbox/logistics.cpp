#include <algorithm>

#include "connectors/shopee/sandbox/handlers.hpp"

// Facts 4.5.
namespace gerbang::sandbox::shopee {

namespace {

Reply order_not_found() {
  return Reply::fail("error_not_found", "Wrong parameters, detail: the order is not found.");
}

bool can_be_arranged(const Order& order) {
  return order.status == "READY_TO_SHIP" || order.status == "RETRY_SHIP";
}

json::Value address_json(const Shop& shop) {
  return json::object({{"address_id", shop.address_id},
                       {"region", "ID"},
                       {"state", "DI YOGYAKARTA"},
                       {"city", "KAB. SLEMAN"},
                       {"district", "NGAGLIK"},
                       {"town", ""},
                       {"address", "Balai Desa Sukamaju"},
                       {"zipcode", "55581"}});
}

// Midnight (UTC+8) of the next days; `pickup_slots` says how many, none at all is possible.
std::vector<std::int64_t> pickup_days(const World& world) {
  constexpr std::int64_t kDay = 86400, kZone = 8 * 3600;
  const std::int64_t today = (world.seconds() + kZone) / kDay * kDay - kZone;
  std::vector<std::int64_t> out;
  for (std::int64_t i = 1; i <= world.number("pickup_slots", 2); ++i)
    out.push_back(today + i * kDay);
  return out;
}

Refusal check_pickup(const World& world, const Shop& shop, const json::Value& pickup) {
  const auto address = whole(pickup["address_id"]);
  const std::vector<std::int64_t> days = pickup_days(world);
  const json::Value& slot = pickup["pickup_time_id"];
  if (!address || (slot.is_null() && !days.empty()))
    return Reply::fail("logistics.ship_order_need_address_pickup_time",
                       "address_id and pickup_time_id are needed.");
  if (*address != shop.address_id)
    return Reply::fail("logistics.invalid_address_version", "There is no such address.");
  if (slot.is_null()) return {};
  const auto day = slot.is_string() ? digits(slot.text()) : std::nullopt;
  if (!day || std::find(days.begin(), days.end(), *day) == days.end())
    return Reply::fail("logistics.ship_order_pickup_time_invalid", "The pickup time is invalid.");
  return {};
}

// A package number may be left out as no order is split; an empty or foreign one is refused.
Refusal check_package(const Order& order, const json::Value& number) {
  if (number.is_null() || number.text() == order.package_number) return {};
  return Reply::fail("error_param", "Invalid package number.");
}

// For the reading calls; the parameter may be absent, but never an empty string.
Refusal check_package(const Order& order, const Request& request, std::string_view code) {
  const auto given = query_value(request.query, "package_number");
  if (!given || *given == order.package_number) return {};
  return Reply::fail(code, "The package is not exist.");
}

Refusal check_arrangeable(const Order& order) {
  if (can_be_arranged(order)) return {};
  const std::string& s = order.status;
  if (s == "PROCESSED" || s == "SHIPPED" || s == "TO_CONFIRM_RECEIVE" || s == "COMPLETED" ||
      s == "TO_RETURN")
    return Reply::fail("logistics.package_already_shipped", "The package has been shipped.");
  if (s == "UNPAID")
    return Reply::fail("logistics.ship_order_not_ready_to_ship", "The order is not ready to ship.");
  return Reply::fail("logistics.error_order_state", "The order can not be shipped in its state.");
}

void tell(World& world, const Order& order) {
  world.changed(json::object({{"order_sn", order.sn},
                              {"package_number", order.package_number},
                              {"status", order.status}}));
}

}  // namespace

Reply get_shipping_parameter(World& world, const Request& request) {
  const Order* order = world.order_of(*request.shop, request.param("order_sn"));
  if (!order) return order_not_found();
  if (auto no = check_package(*order, request, "logistics.package_number_not_exist")) return *no;
  if (order->status == "CANCELLED")
    return Reply::fail("error_status", "The order has been cancelled.");
  if (!can_be_arranged(*order))
    return Reply::fail("error_param",
                       "Shipping parameters are given only when package is ready to be shipped");
  if (world.now() < order->ready_at)
    return Reply::fail("logistics.error_param", "The order is being allocated, please wait…");

  const std::vector<std::int64_t> days = pickup_days(world);
  json::Array slots;
  for (const std::int64_t day : days) {
    slots.push_back(
        json::object({{"date", day},
                      {"time_text", "09:00-16:00"},
                      {"pickup_time_id", std::to_string(day)},
                      {"flags", slots.empty() ? json::Array{"recommended"} : json::Array()}}));
  }
  json::Value address = address_json(*request.shop);
  address.as_object()->append("address_flag",
                              json::Array{"default_address", "pickup_address", "return_address"});
  address.as_object()->append("time_slot_list", std::move(slots));
  json::Array needed{"address_id"};
  if (!days.empty()) needed.push_back("pickup_time_id");
  json::Object ways, response;
  const bool dropoff = world.enabled("dropoff", true);
  if (dropoff) ways.append("dropoff", json::Array());
  ways.append("pickup", std::move(needed));
  response.append("info_needed", std::move(ways));
  if (dropoff) response.append("dropoff", json::object({{"branch_list", nullptr}}));
  response.append("pickup", json::object({{"address_list", json::Array{std::move(address)}}}));
  return Reply::ok(std::move(response));
}

Reply ship_order(World& world, const Request& request) {
  const json::Value& body = request.body;
  if (body["order_sn"].text().empty())
    return Reply::fail("error_param", "Wrong parameters, detail: order_sn is a required field.");
  Order* order = world.order_of(*request.shop, body["order_sn"].text());
  if (!order) return order_not_found();
  if (auto no = check_package(*order, body["package_number"])) return *no;
  const json::Value &pickup = body["pickup"], &dropoff = body["dropoff"],
                    &non_integrated = body["non_integrated"];
  if (pickup.is_object() + dropoff.is_object() + non_integrated.is_object() != 1)
    return Reply::fail("logistics.ship_order_only_support_one_type",
                       "Exactly one of pickup, dropoff and non_integrated is needed.");
  if (auto no = check_arrangeable(*order)) return *no;
  if (world.now() < order->ready_at)
    return Reply::fail("logistics.ship_order_not_ready_to_ship", "The order is being allocated.");
  if (non_integrated.is_object())
    return Reply::fail("logistics.ship_order_unsupport_non_integrated",
                       "The channel does not support non_integrated.");
  if (dropoff.is_object() && !world.enabled("dropoff", true))
    return Reply::fail("logistics.ship_order_unsupport_dropoff",
                       "The channel does not support dropoff.");
  if (pickup.is_object()) {
    if (auto no = check_pickup(world, *request.shop, pickup)) return *no;
  }
  arrange_shipment(world, *order);
  tell(world, *order);
  return Reply::bare();
}

Reply update_shipping_order(World& world, const Request& request) {
  Order* order = world.order_of(*request.shop, request.body["order_sn"].text());
  if (!order) return order_not_found();
  if (auto no = check_package(*order, request.body["package_number"])) return *no;
  if (order->status != "RETRY_SHIP")
    return Reply::fail("logistics.error_order_state", "The order waits for no new pickup.");
  if (auto no = check_pickup(world, *request.shop, request.body["pickup"])) return *no;
  arrange_shipment(world, *order);
  tell(world, *order);
  return Reply::bare();
}

Reply get_tracking_number(World& world, const Request& request) {
  const Order* order = world.order_of(*request.shop, request.param("order_sn"));
  if (!order) return Reply::fail("logistics.invalid_error", "The order is not exist.");
  if (auto no = check_package(*order, request, "logistics.package_not_exist")) return *no;
  const bool known = !order->tracking_number.empty() && order->tracking_at <= world.now();
  return Reply::ok(json::object({{"tracking_number", known ? order->tracking_number : ""},
                                 {"hint", known ? "" : "The tracking number is being created."},
                                 {"pickup_code", ""}}));
}

Reply get_tracking_info(World& world, const Request& request) {
  const Order* order = world.order_of(*request.shop, request.param("order_sn"));
  if (!order) return Reply::fail("logistics.invalid_error", "The order is not exist.");
  if (auto no = check_package(*order, request, "logistics.package_not_exist")) return *no;
  json::Array steps;
  for (auto it = order->history.rbegin(); it != order->history.rend(); ++it) {
    steps.push_back(json::object(
        {{"update_time", it->first}, {"description", ""}, {"logistics_status", it->second}}));
  }
  return Reply::ok(json::object({{"order_sn", order->sn},
                                 {"package_number", order->package_number},
                                 {"logistics_status", order->package_status},
                                 {"tracking_info", std::move(steps)}}));
}

Reply get_address_list(World&, const Request& request) {
  json::Value address = address_json(*request.shop);
  address.as_object()->append("address_type",
                              json::Array{"DEFAULT_ADDRESS", "PICKUP_ADDRESS", "RETURN_ADDRESS"});
  return Reply::ok(json::object(
      {{"show_pickup_address", true}, {"address_list", json::Array{std::move(address)}}}));
}

}  // namespace gerbang::sandbox::shopee
