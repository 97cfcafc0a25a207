// API v4: transactions (facts bukalapak.md 6 and 10).
#include <algorithm>
#include <array>

#include "connectors/bukalapak/sandbox/bukalapak_double.hpp"

namespace gerbang::bukalapak_sandbox {

namespace {

constexpr std::int64_t kDeliveryFee = 9000;
constexpr std::string_view kPhone = "+620000000000";  // of nobody

// A time of the list's filter: without an offset it is Indonesian western time.
std::optional<TimePoint> time_of(const std::string& text) {
  if (const auto time = from_rfc3339(text)) return time;
  return from_rfc3339(text + "+07:00");
}

std::string seconds_only(TimePoint t) {
  return to_rfc3339(std::chrono::floor<std::chrono::seconds>(t));
}

// What each courier takes (facts 6); "": as the courier likes.
constexpr std::array<std::pair<std::string_view, std::string_view>, 8> kCouriers = {{
    {"jnt", "pick up"},
    {"sicepat", "pick up"},
    {"go-jek", "pick up"},
    {"grab", "pick up"},
    {"ninjavan", "pick up"},
    {"lionparcel", "pick up"},
    {"jne", "drop off cashless"},
    {"pos", "drop off"},
}};

}  // namespace

HttpResponse BukalapakDouble::list_orders(const Call& call, const std::string& seller) {
  std::vector<std::string> states;
  for (const auto& [name, value] : call.query) {
    if ((name == "states[]" || name == "states") && !value.empty()) states.push_back(value);
  }
  std::optional<TimePoint> from, to;
  if (const auto text = call.param("start_time")) {
    from = time_of(*text);
    if (!from) return wrong("start_time bukan ISO 8601");
  }
  if (const auto text = call.param("end_time")) {
    to = time_of(*text);
    if (!to) return wrong("end_time bukan ISO 8601");
  }
  // Without context=sale the list is of what one bought, and no seller here buys.
  const bool sales = call.param("context").value_or("") == "sale";
  std::vector<const Order*> found;
  for (const auto& [id, order] : market_.orders) {
    if (sales && order.seller == seller && (!from || order.updated_at >= *from) &&
        (!to || order.updated_at <= *to) &&
        (states.empty() || std::find(states.begin(), states.end(), order.state) != states.end()))
      found.push_back(&order);
  }
  std::reverse(found.begin(), found.end());  // newest first
  const PageOf at = page_of(call.param("offset"), call.param("limit"), 10, 50);
  json::Array items;
  for (std::size_t i = at.offset; i < found.size() && items.size() < at.limit; ++i)
    items.push_back(order_json(*found[i]));
  return success(std::move(items), found.size());
}

HttpResponse BukalapakDouble::change_order(const Call& call, Order& order) {
  const auto body = json::parse(call.request->body);
  if (!body) return failure(400, 10003, "Body bukan JSON");
  const std::string_view state = (*body)["state"].text();
  const json::Value& options = (*body)["state_options"];
  const auto refuse = [&](int code, std::string_view why) {
    note(order.seller, std::to_string(code));
    return failure(422, code, why);
  };
  const auto not_from_here = [&] {
    return refuse(10004, "Transaksi " + order.state + " tidak dapat diubah");
  };
  const bool paid = order.state == "paid", accepted = order.state == "accepted";

  if (state == "accepted") {
    if (!paid) return not_from_here();
  } else if (state == "delivered") {
    const std::string_view carrier = options["carrier"].text();
    const std::string number = options["tracking_number"].to_text();
    if (carrier.empty() || number.empty()) return refuse(10003, "Kurir dan nomor resi wajib diisi");
    if (!accepted && !(paid && on("ship_without_accept", false))) return not_from_here();
    order.carrier = carrier;
    order.tracking_number = number;
  } else if (state == "rejected") {
    if (!is_reject_reason(options["reject_reason"].text()))
      return refuse(10003, "Alasan penolakan tidak dikenal");
    if (!paid && !(accepted && on("reject_after_accept", false))) return not_from_here();
    order.reject_reason = options["reject_reason"].text();
  } else {
    return refuse(10003, "State tidak dikenal");
  }
  market_.change(order, std::string(state), now());
  note(order.seller, "",
       json::object({{"order", std::to_string(order.id)}, {"state", order.state}}));
  return success(order_json(order));
}

HttpResponse BukalapakDouble::book_courier(const Call& call, const std::string& seller) {
  const auto body = json::parse(call.request->body);
  if (!body) return failure(400, 10003, "Body bukan JSON");
  Order* order = own_order(seller, (*body)["transaction_id"].to_text());
  if (order == nullptr) return nothing_there();
  const std::string courier = (*body)["courier_selection"].to_text();
  const std::string service = (*body)["service_type"].to_text();
  const bool known = std::any_of(kCouriers.begin(), kCouriers.end(), [&](const auto& c) {
    return c.first == courier && c.second == service;
  });
  if (!known) return wrong("Kurir atau layanan tidak dikenal");
  if (order->state != "accepted" || !order->booking_code.empty())
    return failure(422, 10004, "Transaksi " + order->state + " tidak dapat dibooking");
  order->booking_code = "BKG" + std::to_string(order->id);
  order->booked_courier = courier;
  order->updated_at = now();
  note(seller, "",
       json::object({{"order", std::to_string(order->id)}, {"booking", order->booking_code}}));
  return success(json::object({{"id", order->id + 5'000'000'000},
                               {"transaction_id", order->id},
                               {"shipping_id", order->id + 6'000'000'000},
                               {"courier", courier},
                               {"courier_name", courier},
                               {"booking_code", order->booking_code},
                               {"partner_label_url", nullptr}}));
}

json::Value BukalapakDouble::order_json(const Order& order) const {
  const std::string_view phone = order.phone_locked() ? "08••• (Terkunci)" : kPhone;
  json::Array items;
  for (const OrderLine& line : order.lines) {
    json::Value product = json::object({{"id", line.product},
                                        {"name", line.name},
                                        {"weight", line.weight},
                                        {"condition", line.condition}});
    json::Value stuff = json::object({{"id", line.sku_id},
                                      {"reference_type", "product"},
                                      {"sku_name", line.sku_name},
                                      {"variant_name", ""},
                                      {"price", line.price},
                                      {"discount", 0},
                                      {"product", std::move(product)}});
    items.push_back(json::object({{"id", line.id},
                                  {"name", line.name},
                                  {"price", line.price},
                                  {"quantity", line.quantity},
                                  {"total_price", line.price * line.quantity},
                                  {"category", json::object({{"name", line.category}})},
                                  {"stuff", std::move(stuff)}}));
  }
  json::Object changed;
  for (const auto& [name, time] : order.changed) changed.set(name, seconds_only(time));
  json::Array history;
  for (const auto& [time, status] : order.history)
    history.push_back(json::object({{"date", seconds_only(time)}, {"status", status}}));

  const std::int64_t goods = order.goods(), total = goods + kDeliveryFee;
  json::Value amount = json::object(
      {{"buyer", json::object({{"total", total},
                               {"payment_amount", total},
                               {"details", json::object({{"item", goods},
                                                         {"delivery", kDeliveryFee},
                                                         {"insurance", 0}})}})},
       {"seller", json::object({{"total", total},
                                {"details", json::object({{"items", goods},
                                                          {"delivery", kDeliveryFee},
                                                          {"insurance", 0},
                                                          {"reductions", json::Array()}})}})}});
  json::Value consignee = json::object({{"name", "Pembeli Contoh"},
                                        {"phone", phone},
                                        {"country", "Indonesia"},
                                        {"province", "Jawa Tengah"},
                                        {"city", "Magelang"},
                                        {"district", "Borobudur"},
                                        {"address", "Jl. Contoh 1"},
                                        {"postal_code", "56553"}});
  const json::Value tracking =
      order.tracking_number.empty() ? json::Value() : json::Value(order.tracking_number);
  const json::Value rejected =
      order.reject_reason.empty() ? json::Value() : json::Value(order.reject_reason);
  return json::object(
      {{"id", order.id},
       {"transaction_id", "BL" + std::to_string(order.id)},
       {"invoice_id", order.id - 2'100'000'000},
       {"type", "normal"},
       {"state", order.state},
       {"payment_method", "transfer"},
       {"on_hold", false},
       {"actionable", order.state == "paid" || order.state == "accepted"},
       {"created_at", seconds_only(order.created_at)},
       {"updated_at", seconds_only(order.updated_at)},
       {"state_changed_at", std::move(changed)},
       {"buyer", json::object({{"id", 77}, {"name", "Pembeli Contoh"}, {"phone", phone}})},
       {"items", std::move(items)},
       {"amount", std::move(amount)},
       {"delivery", json::object({{"requested_carrier", "JNE REG"},
                                  {"carrier", order.carrier},
                                  {"tracking_number", tracking},
                                  {"buyer_logistic_choice", "jne"},
                                  {"force_awb", false},
                                  {"history", std::move(history)},
                                  {"consignee", std::move(consignee)}})},
       {"options", json::object({{"buyer_note", ""}, {"reject_reason", rejected}})},
       {"sla", json::object({{"type", "normal"}, {"value", 2}})}});
}

}  // namespace gerbang::bukalapak_sandbox
