// Packing and making ready (facts lazada.md 12). Answers have a second envelope; success:true there
// still means that every element must be looked at.
#include <algorithm>

#include "connectors/lazada/sandbox/market.hpp"
#include "connectors/sandbox/pdf.hpp"
#include "core/base/crypto.hpp"

namespace gerbang::sandbox::lazada {

namespace {

constexpr std::size_t kBatch = 20;

Reply second(json::Value data) {
  Reply out;
  out.body.set("result", json::object({{"success", true},
                                       {"errorCode", nullptr},
                                       {"errorMsg", nullptr},
                                       {"data", std::move(data)}}));
  return out;
}
Reply second_fail(std::string_view code, std::string_view text) {
  Reply out;
  out.body.set(
      "result",
      json::object(
          {{"success", false}, {"error_code", code}, {"error_msg", text}, {"data", nullptr}}));
  return out;
}

json::Value element(std::string_view id_name, json::Value id, std::string_view code,
                    std::string_view text, bool retry) {
  json::Object out;
  out.append(std::string(id_name), std::move(id));
  out.append("item_err_code", code);
  out.append("msg", text);
  out.append("retry", retry);
  return json::Value(std::move(out));
}

}  // namespace

Reply Market::providers(const Request& request) {
  const auto body = json::parse(request.param("getShipmentProvidersReq"));
  const json::Array& list = body ? (*body)["orders"].items() : json::Value().items();
  if (list.empty()) return second_fail("700017", "param can't be null");
  if (list.size() > kBatch) return second_fail("700022", "batch size out of limit");
  for (const json::Value& one : list) {
    if (!own_order(request.seller, one["order_id"].to_text()))
      return second_fail("700021", "order not found");
  }
  json::Object data;
  data.append("platform_default", flag("choose_provider", false) ? 0 : 1);
  data.append("shipping_allocate_type", "TFS");
  data.append("shipment_providers", json::Array());
  return second(json::Value(std::move(data)));
}

json::Value Market::pack_unit(Order& order, std::int64_t id, const std::string& package) {
  const auto it = std::find_if(order.units.begin(), order.units.end(),
                               [&](const Unit& u) { return u.id == id; });
  if (it == order.units.end())
    return element("order_item_id", id, "700025", "order item not found", false);
  if (flag("fulfilled_by_lazada", false))
    return element("order_item_id", id, "700027", "Does not support FBL order to pack", false);
  if (it->status != "pending" && it->status != "repacked")
    return element("order_item_id", id, "700026", "item current status not allow to pack", false);
  const auto wait = std::chrono::seconds(setting_or("not_ready_seconds", 0));
  if (order.created + wait > now())
    return element("order_item_id", id, "700031", "item not ready to fulfill", false);
  it->package = package;
  it->tracking = "LXID" + package.substr(2);
  set_status(order, *it, "packed");
  json::Object out = element("order_item_id", id, "0", "success", false).members();
  out.append("package_id", it->package);
  out.append("tracking_number", it->tracking);
  out.append("shipment_provider", "LEX ID");
  return json::Value(std::move(out));
}

Reply Market::pack(const Request& request) {
  const auto body = json::parse(request.param("packReq"));
  const json::Array& list = body ? (*body)["pack_order_list"].items() : json::Value().items();
  if (list.empty()) return second_fail("700017", "param can't be null");
  if (list.size() > kBatch) return second_fail("700022", "batch size out of limit");
  if ((*body)["delivery_type"].text() != "dropship" ||
      (*body)["shipping_allocate_type"].text() != "TFS" ||
      !(*body)["shipment_provider_code"].is_null())
    return second_fail("700004", "param illegal");
  json::Array out, effects;
  for (const json::Value& one : list) {
    Order* order = own_order(request.seller, one["order_id"].to_text());
    if (!order) return second_fail("700021", "order not found");
    const std::string package = "FP0" + std::to_string(22'511'750'000 + ++serial_);
    json::Array units;
    bool packed = false;
    for (const json::Value& id : one["order_item_list"].items()) {
      units.push_back(pack_unit(*order, id_of(id).value_or(0), package));
      packed = packed || units.back()["item_err_code"].text() == "0";
    }
    if (packed) {
      effects.push_back(json::object({{"order_id", std::to_string(order->id)},
                                      {"status", "packed"},
                                      {"package_id", package}}));
      push_message(order->seller, 14,
                   json::object({{"fulfillment_package_id", package},
                                 {"status", "packed"},
                                 {"trade_order_id", std::to_string(order->id)}}));
    }
    out.push_back(json::object({{"order_id", order->id}, {"order_item_list", std::move(units)}}));
  }
  if (!effects.empty()) effect_ = json::Value(std::move(effects));
  return second(json::object({{"pack_order_list", std::move(out)}}));
}

std::vector<std::pair<Order*, Unit*>> Market::package_units(const std::string& seller,
                                                            const std::string& package) {
  std::vector<std::pair<Order*, Unit*>> out;
  for (auto& [id, order] : orders_) {
    if (order.seller != seller) continue;
    for (Unit& unit : order.units) {
      if (!package.empty() && unit.package == package) out.emplace_back(&order, &unit);
    }
  }
  return out;
}

json::Value Market::ready_one(const std::string& seller, const std::string& package) {
  const auto units = package_units(seller, package);
  if (units.empty()) return element("package_id", package, "600001", "package not found", false);
  if (std::all_of(units.begin(), units.end(),
                  [](const auto& u) { return u.second->status == "canceled"; }))
    return element("package_id", package, "600002", "package already cancelled", false);
  for (const auto& [order, unit] : units) {
    if (unit->status != "packed" && unit->status != "canceled")
      return element("package_id", package, "700000",
                     "current package status not allow to operation", false);
  }
  for (const auto& [order, unit] : units) {
    if (unit->status == "packed") set_status(*order, *unit, "ready_to_ship");
  }
  return element("package_id", package, "0", "success", false);
}

json::Value Market::repack_one(const std::string& seller, const std::string& package) {
  const auto units = package_units(seller, package);
  if (units.empty()) return element("package_id", package, "600001", "package not found", false);
  for (const auto& [order, unit] : units) {
    if (unit->status != "packed")
      return element("package_id", package, "700000",
                     "current package status not allow to operation", false);
  }
  for (const auto& [order, unit] : units) {
    unit->package.clear();
    unit->tracking.clear();
    set_status(*order, *unit, "repacked");
  }
  return element("package_id", package, "0", "success", false);
}

Reply Market::packages(const Request& request, std::string_view parameter,
                       json::Value (Market::*each)(const std::string&, const std::string&)) {
  const auto body = json::parse(request.param(std::string(parameter)));
  const json::Array& list = body ? (*body)["packages"].items() : json::Value().items();
  if (list.empty()) return second_fail("700017", "param can't be null");
  if (list.size() > kBatch) return second_fail("700022", "batch size out of limit");
  json::Array out, effects;
  for (const json::Value& one : list) {
    const std::string package = one["package_id"].to_text();
    json::Value element = (this->*each)(request.seller, package);
    if (element["item_err_code"].text() == "0")
      effects.push_back(json::object({{"package_id", package}}));
    // `retry` is a boolean on one page and a text on another (facts 12).
    if (flag("retry_as_text", true) && element.is_object())
      element.as_object()->set("retry",
                               element["retry"].as_bool().value_or(false) ? "true" : "false");
    out.push_back(std::move(element));
  }
  if (!effects.empty()) effect_ = json::Value(std::move(effects));
  return second(json::object({{"packages", std::move(out)}}));
}

Reply Market::ready(const Request& request) {
  return packages(request, "readyToShipReq", &Market::ready_one);
}
Reply Market::repack(const Request& request) {
  return packages(request, "rePackReq", &Market::repack_one);
}

Reply Market::document(const Request& request) {
  const auto body = json::parse(request.param("getDocumentReq"));
  const json::Array& list = body ? (*body)["packages"].items() : json::Value().items();
  const std::string type(body ? (*body)["doc_type"].text() : "");
  if (list.empty() || (type != "PDF" && type != "HTML"))
    return second_fail("700004", "param illegal");
  if (list.size() > kBatch) return second_fail("700022", "batch size out of limit");
  std::vector<std::vector<std::string>> pages;
  std::string html;
  for (const json::Value& one : list) {
    const std::string package = one["package_id"].to_text();
    const auto units = package_units(request.seller, package);
    if (units.empty()) return second_fail("600001", "package not found");
    const auto living = std::find_if(units.begin(), units.end(),
                                     [](const auto& u) { return u.second->status != "canceled"; });
    if (living == units.end()) return second_fail("600002", "package already cancelled");
    pages.push_back({"Lazada  " + living->second->tracking,
                     "Pesanan " + std::to_string(living->first->id), "Paket " + package,
                     "Penerima: Pembeli Contoh, Jl. Contoh 1"});
    html += "<p>" + package + "</p>";
  }
  const std::string pdf = small_pdf(pages);
  json::Object data;
  if (type == "HTML") {
    data.append("file", to_base64(html));
  } else if (flag("label_as_url", false)) {
    // As the page's sample has it: a frame around an address that a bare GET opens for a day.
    const std::string token = random().hex(16);
    labels_[token] = {pdf, now() + std::chrono::hours(24)};
    const std::string url = options().public_url + "/label/" + token + ".pdf";
    data.append("file", to_base64("<iframe src=\"" + url + "\"></iframe>"));
    data.append("pdf_url", url);
  } else {
    data.append("file", to_base64(pdf));
  }
  data.append("doc_type", type);
  return second(json::Value(std::move(data)));
}

HttpResponse Market::label_file(std::string_view name) const {
  HttpResponse out;
  const auto found = labels_.find(std::string(name.substr(0, name.find('.'))));
  out.status = found == labels_.end() ? 404 : found->second.second <= now() ? 403 : 200;
  if (out.status != 200) return out;
  out.headers.set("Content-Type", "application/pdf");
  out.body = found->second.first;
  return out;
}

}  // namespace gerbang::sandbox::lazada
