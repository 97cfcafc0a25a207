// Cancelling (facts lazada.md 13): code "0" also when it is refused, the reason in tip_content.
#include <algorithm>

#include "connectors/lazada/sandbox/market.hpp"

namespace gerbang::sandbox::lazada {

namespace {

json::Value tip(std::string_view type, std::string_view content) {
  return json::object({{"tip_type", type}, {"tip_content", content}});
}

struct Reason {
  std::int64_t number;
  std::string_view name;
  bool zeroes;
};
constexpr Reason kReasons[] = {
    {21, "Out of stock", true},
    {22, "Wrong price or pricing error", true},
    {23, "Customer asked to cancel", false},
    {24, "Address cannot be served", false},
};

}  // namespace

// Ids differ per order (facts 13).
json::Array Market::reasons(const Order& order) const {
  json::Array out;
  for (const Reason& reason : kReasons) {
    out.push_back(json::object(
        {{"reason_id", std::to_string(10'000'000 + order.id % 90 * 100 + reason.number)},
         {"reason_name", reason.name}}));
  }
  return out;
}

// The order and the units of a call, or why not. In `packed` the whole package goes with a unit.
Market::Wanted Market::wanted(const Request& request) {
  Wanted out;
  const auto fail = [&](std::string_view code, std::string_view text) {
    out.refusal = Reply::fail(code, text, "ISP");
    return out;
  };
  if (request.param("order_id").empty()) return fail("115", "E0115: order id is null");
  out.order = own_order(request.seller, request.param("order_id"));
  if (!out.order) return fail("122", "E0122: invalid trade order");
  const auto list = json::parse(request.param("order_item_id_list"));
  if (!list || !list->is_array() || list->items().empty())
    return fail("102", "E0102: trade order line id is empty or invalid");
  std::vector<std::string> packages;
  for (const json::Value& v : list->items()) {
    const auto it = std::find_if(out.order->units.begin(), out.order->units.end(),
                                 [&](const Unit& u) { return u.id == id_of(v); });
    if (it == out.order->units.end())
      return fail("123", "E0123: invalid trade order lines " + v.to_text());
    out.units.push_back(it->id);
    if (it->status == "packed") packages.push_back(it->package);
  }
  for (const Unit& unit : out.order->units) {
    const bool together =
        std::find(packages.begin(), packages.end(), unit.package) != packages.end();
    if (together && std::find(out.units.begin(), out.units.end(), unit.id) == out.units.end())
      out.units.push_back(unit.id);
  }
  for (const Unit& unit : out.order->units) {
    if (std::find(out.units.begin(), out.units.end(), unit.id) == out.units.end()) continue;
    const bool may = unit.status == "pending" || unit.status == "packed" ||
                     unit.status == "repacked" || unit.status == "ready_to_ship";
    if (!may) {
      out.refusal =
          Reply::data(tip("error", "The order item cannot be cancelled in status " + unit.status));
      return out;
    }
  }
  return out;
}

Reply Market::cancel_validate(const Request& request) {
  const Wanted what = wanted(request);
  if (what.refusal) return *what.refusal;
  json::Object data = tip("success", "").members();
  data.append("reason_options", reasons(*what.order));
  return Reply::data(json::Value(std::move(data)));
}

Reply Market::cancel_create(const Request& request) {
  const Wanted what = wanted(request);
  if (what.refusal) return *what.refusal;
  const std::string id = request.param("reason_id");
  const json::Array offered = reasons(*what.order);
  for (std::size_t i = 0; i < offered.size(); ++i) {
    if (offered[i]["reason_id"].text() != id) continue;
    cancel_units(*what.order, what.units, "cancellation-seller", kReasons[i].name,
                 kReasons[i].zeroes);
    effect_ = json::object({{"order_id", std::to_string(what.order->id)}, {"status", "canceled"}});
    return Reply::data(tip("success", "Cancelled"));
  }
  return Reply::fail("104", "E0104: reason is empty or invalid", "ISP");
}

Reply Market::cancel_decide(const Request& request) {
  const auto it = reverses_.find(id_of(json::Value(request.param("reverse_order_id"))).value_or(0));
  if (it == reverses_.end() || orders_.at(it->second.order).seller != request.seller)
    return Reply::fail("105", "E0105: reverse order id is empty or invalid", "ISP");
  const std::string decision = request.param("agree_cancel");
  if (decision != "true" && decision != "false")
    return Reply::fail("131", "E0131: no decision for this reverse order", "ISP");
  if (!it->second.open)
    return Reply::fail("131", "E0131: no decision for this reverse order", "ISP");
  it->second.open = false;
  Order& order = orders_.at(it->second.order);
  std::vector<std::int64_t> units;
  for (Unit& unit : order.units) {
    if (unit.reverse != it->first || !unit.cancel_asked) continue;
    units.push_back(unit.id);
    unit.cancel_asked = false;
    unit.updated = order.updated = now();
  }
  const bool agreed = decision == "true";
  if (agreed) cancel_units(order, units, "buyer-cancel", "agreed by seller", false);
  push_message(order.seller, 10,
               json::object({{"reverse_order_id", std::to_string(it->first)},
                             {"reverse_status", agreed ? "CANCEL_SUCCESS" : "CANCEL_REFUSED"},
                             {"trade_order_id", std::to_string(order.id)},
                             {"status_update_time", to_unix_seconds(now())}}));
  effect_ = json::object(
      {{"order_id", std::to_string(order.id)}, {"status", agreed ? "canceled" : "kept"}});
  return Reply::data(nullptr);
}

}  // namespace gerbang::sandbox::lazada
