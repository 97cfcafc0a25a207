// Parcels (facts tiktok_tokopedia 6). An order has one; splitting and combining are not here.
#include <algorithm>

#include "connectors/sandbox/pdf.hpp"
#include "connectors/tokopedia/sandbox/handlers.hpp"

namespace gerbang::sandbox::tokopedia {

namespace {

Refusal find_order(World& world, const Request& request, Id package, Order*& order) {
  order = world.order_of_package(*request.shop, package);
  if (!order) return Reply::fail(21011028, "The package is not of this shop");
  return {};
}

// What shipping refuses, in the order a seller would meet it.
Refusal ship_one(World& world, const Request& request, Id package, const json::Value& how) {
  Order* order = nullptr;
  if (auto no = find_order(world, request, package, order)) return no;
  if (order->status == "CANCELLED") return Reply::fail(21011041, "The order is cancelled");
  if (order->request_cancel)
    return Reply::fail(21011007, "The order has an open cancellation request");
  if (order->status == "ON_HOLD")
    return Reply::fail(21004024, "The order is on hold and must not be shipped");
  if (order->status != "AWAITING_SHIPMENT")
    return Reply::fail(21011040, "The package is shipped already");
  const json::Value& own = how["self_shipment"];
  if (order->shipping_type == "SELLER") {
    const Provider* provider = find_provider(own["shipping_provider_id"].text());
    const std::string number(own["tracking_number"].text());
    if (!provider || number.size() < 5)
      return Reply::fail(21011022, "The tracking number or the shipping provider is invalid");
    const bool double_number =
        std::any_of(world.orders.begin(), world.orders.end(),
                    [&](const Order& o) { return o.tracking_number == number; });
    if (double_number) return Reply::fail(21011025, "The tracking number is used already");
    order->provider = provider->id;
    order->provider_name = provider->name;
    order->tracking_number = number;
  } else if (!own.is_null()) {
    return Reply::fail(21004024, "self_shipment is for packages that the seller ships");
  }
  const json::Value& slot = how["pickup_slot"];
  if (!slot.is_null() &&
      (!whole(slot["start_time"]) || *whole(slot["start_time"]) < world.seconds()))
    return Reply::fail(21011053, "The pickup slot is not available");
  arrange_shipment(world, *order);
  world.changed(json::object({{"order_id", std::to_string(order->id)}, {"status", order->status}}));
  return {};
}

json::Value package_json(const World& world, const Order& o) {
  json::Array units;
  for (const Unit& u : o.units) units.emplace_back(std::to_string(u.id));
  json::Object out;
  out.append("package_id", std::to_string(o.package_id));
  out.append("orders", json::Array{json::object({{"id", std::to_string(o.id)}})});
  out.append("package_status", o.package_status);
  out.append("tracking_number", label_ready(world, o) ? o.tracking_number : "");
  if (!o.provider.empty()) {
    out.append("shipping_provider_id", o.provider);
    out.append("shipping_provider_name", o.provider_name);
  }
  out.append("shipping_type", o.shipping_type);
  out.append("order_line_item_ids", std::move(units));
  out.append("create_time", o.created);
  out.append("update_time", o.updated);
  return json::Value(std::move(out));
}

}  // namespace

Reply ship_package(World& world, const Request& request) {
  if (auto no = ship_one(world, request, request.id(0), request.body)) return *std::move(no);
  return Reply::ok();
}

Reply ship_packages(World& world, const Request& request) {
  const json::Array& packages = request.body["packages"].items();
  if (packages.empty() || packages.size() > 50)
    return Reply::fail(98001004, "packages must hold 1 to 50");
  json::Array errors;
  for (const json::Value& p : packages) {
    const std::string id(p["id"].text());
    if (auto no = ship_one(world, request, id_of(p["id"]), p))
      errors.push_back(json::object({{"code", no->code},
                                     {"message", no->message},
                                     {"detail", json::object({{"package_id", id}})}}));
  }
  json::Object data;
  if (!errors.empty()) data.append("errors", std::move(errors));
  return Reply::ok(json::Value(std::move(data)));
}

Reply get_time_slots(World& world, const Request& request) {
  Order* order = nullptr;
  if (auto no = find_order(world, request, request.id(0), order)) return *std::move(no);
  const std::int64_t day = (world.seconds() / 86400 + 1) * 86400;
  json::Array slots;
  for (std::int64_t i = 0; i < 2; ++i)
    slots.push_back(json::object({{"start_time", day + 2 * 3600 + i * 14400},
                                  {"end_time", day + 6 * 3600 + i * 14400},
                                  {"avaliable", true}}));  // so misspelt on the wire
  return Reply::ok(json::object({{"can_pickup", true},
                                 {"can_drop_off", true},
                                 {"drop_off_point_url", "https://docs.example.invalid/gerai"},
                                 {"pickup_slots", std::move(slots)}}));
}

Reply get_shipping_document(World& world, const Request& request) {
  Order* order = nullptr;
  if (auto no = find_order(world, request, request.id(0), order)) return *std::move(no);
  const std::string type = request.param("document_type");
  if (type != "SHIPPING_LABEL" && type != "PACKING_SLIP" &&
      type != "SHIPPING_LABEL_AND_PACKING_SLIP" && type != "SHIPPING_LABEL_PICTURE")
    return Reply::fail(98001004, "document_type is invalid");
  if (order->status == "CANCELLED") return Reply::fail(21023059, "The package is cancelled");
  if (order->shipping_type != "TIKTOK")
    return Reply::fail(11034002, "The package is not under platform shipping");
  if (order->shipped == 0) return Reply::fail(21042104, "Ship the package first");
  // Not at once after shipping: poll (facts 6, 10.15).
  if (!label_ready(world, *order) || order->label_refusals > 0) {
    if (order->label_refusals > 0) --order->label_refusals;
    return Reply::fail(11034037, "The label is not ready");
  }
  const std::string base =
      world.options.public_url.empty() ? "https://docs.example.invalid" : world.options.public_url;
  const std::string token = world.random().hex(16);
  world.labels[token] = {order->package_id, world.now() + std::chrono::hours(24)};
  return Reply::ok(json::object({{"doc_url", base + "/label/" + token + ".pdf"},
                                 {"tracking_number", order->tracking_number}}));
}

// A bare GET, without token or signature, for 24 hours (facts 6).
HttpResponse label_page(World& world, std::string_view path) {
  HttpResponse out;
  const auto label = world.labels.find(std::string(path.substr(0, path.find('.'))));
  out.status = label == world.labels.end() ? 404 : label->second.second <= world.now() ? 403 : 200;
  if (out.status != 200) return out;
  for (const Order& o : world.orders) {
    if (o.package_id != label->second.first) continue;
    out.headers.set("Content-Type", "application/pdf");
    out.body =
        small_pdf({{"Tokopedia & Shop  " + o.tracking_number, "Pesanan " + std::to_string(o.id),
                    "Paket " + std::to_string(o.package_id), "Penerima: S*** R****"}});
  }
  return out;
}

Reply get_package(World& world, const Request& request) {
  Order* order = nullptr;
  if (auto no = find_order(world, request, request.id(0), order)) return *std::move(no);
  return Reply::ok(package_json(world, *order));
}

Reply search_packages(World& world, const Request& request) {
  Page page;
  if (auto no = read_page(request, 20, 50, page)) return *std::move(no);
  const std::string status(request.body["package_status"].text());
  std::vector<const Order*> found;
  for (const Order& o : world.orders) {
    if (o.shop_id == request.shop->id && o.package_id != 0 &&
        (status.empty() || o.package_status == status))
      found.push_back(&o);
  }
  json::Array out;
  for (std::size_t i = page.from; i < std::min(found.size(), page.from + page.size); ++i)
    out.push_back(package_json(world, *found[i]));
  const std::size_t next = page.from + page.size;
  json::Object data;
  data.append("total_count", static_cast<std::int64_t>(found.size()));
  data.append("next_page_token", next < found.size() ? page_token(next) : "");
  if (!out.empty()) data.append("packages", std::move(out));
  return Reply::ok(json::Value(std::move(data)));
}

Reply get_tracking(World& world, const Request& request) {
  const Order* order = world.order(*request.shop, request.id(0));
  if (!order) return Reply::fail(21008111, "The order is not of this shop");
  json::Array out;
  for (auto it = order->track.rbegin(); it != order->track.rend(); ++it)
    out.push_back(json::object({{"description", it->second}, {"update_time_millis", it->first}}));
  json::Object data;
  if (!out.empty()) data.append("tracking", std::move(out));
  return Reply::ok(json::Value(std::move(data)));
}

Reply update_shipping_info(World& world, const Request& request) {
  Order* order = nullptr;
  if (auto no = find_order(world, request, request.id(0), order)) return *std::move(no);
  if (order->shipping_type != "SELLER")
    return Reply::fail(21004024, "The package is under platform shipping");
  if (order->shipped == 0) return Reply::fail(21023035, "Ship the package first");
  if (order->corrected || world.seconds() - order->shipped > 72 * 3600)
    return Reply::fail(21042102, "It can be corrected once, within 72 hours");
  const Provider* provider = find_provider(request.body["shipping_provider_id"].text());
  const std::string number(request.body["tracking_number"].text());
  if (!provider || number.size() < 5)
    return Reply::fail(21011022, "The tracking number or the shipping provider is invalid");
  order->provider = provider->id;
  order->provider_name = provider->name;
  order->tracking_number = number;
  order->corrected = true;
  world.touch(*order);
  world.changed(json::object({{"order_id", std::to_string(order->id)}, {"tracking", number}}));
  return Reply::ok();
}

}  // namespace gerbang::sandbox::tokopedia
