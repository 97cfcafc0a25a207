#include "connectors/lazada/wire_orders.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <map>
#include <set>

#include "connectors/lazada/limits.hpp"
#include "connectors/lazada/request.hpp"
#include "connectors/lazada/units.hpp"

namespace gerbang::lazada {

namespace {

bool is_masked(std::string_view text) {
  return text.find('*') != std::string_view::npos;
}
std::string unmasked(const json::Value& v) {
  return is_masked(v.text()) ? std::string() : std::string(v.text());
}

bool is_true(const json::Value& v) {
  return v.as_bool().value_or(false) || v.text() == "true" || v.to_integral() == 1;
}

// address1 street, address3 province, address4 city, address5 district (facts 11).
Secret buyer_from(const json::Value& order) {
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 7> kFields = {{
      {"phone", "phone"},
      {"address", "address1"},
      {"district", "address5"},
      {"city", "address4"},
      {"province", "address3"},
      {"country", "country"},
      {"postal_code", "post_code"},
  }};
  const json::Value& to = order["address_shipping"];
  json::Object out;
  bool masked = false;
  std::string name = to["first_name"].to_text();
  if (const std::string last = to["last_name"].to_text(); !last.empty())
    name += (name.empty() ? "" : " ") + last;
  if (!name.empty()) {
    masked = is_masked(name);
    out.append("name", name);
  }
  for (const auto& [ours, theirs] : kFields) {
    const std::string text = to[theirs].to_text();
    if (text.empty()) continue;
    masked = masked || is_masked(text);
    out.append(std::string(ours), text);
  }
  if (out.empty()) return {};
  out.append("masked", masked);
  return Secret(json::dump(json::Value(std::move(out))));
}

// Ids ascending as numbers: they have no leading zeros.
bool id_before(const std::string& a, const std::string& b) {
  return a.size() != b.size() ? a.size() < b.size() : a < b;
}

struct Line {
  OrderLine line;
  std::vector<std::string> ids;
};

// Units of one SKU and price are one line. It keeps its identity when some are cancelled: the ids
// of all of them, and the quantity of those that live on.
std::vector<OrderLine> lines_of(const json::Value& items, std::string_view currency) {
  std::map<std::string, std::size_t> places;
  std::vector<Line> lines;
  std::set<std::string> seen;
  std::size_t nameless = 0;
  for (const json::Value& item : items.items()) {
    std::string id = item["order_item_id"].to_text();
    if (id.empty()) id = "tanpa-nomor-" + std::to_string(++nameless);
    if (!seen.insert(id).second) continue;
    const std::int64_t price =
        rupiah(item["item_price"]).value_or(rupiah(item["paid_price"]).value_or(0));
    const std::string variant = item["sku_id"].to_text();
    const std::string sku = item["sku"].to_text();
    const std::string key = variant + "|" + sku + "|" + std::to_string(price);
    const auto [place, added] = places.emplace(key, lines.size());
    if (added) {
      Line fresh;
      fresh.line.remote_product = item["product_id"].to_text();
      fresh.line.remote_variant = variant;
      fresh.line.remote_sku = sku;
      fresh.line.title = item["name"].text();
      if (const std::string_view variation = item["variation"].text(); !variation.empty())
        fresh.line.title += " - " + std::string(variation);
      fresh.line.price = Money{price, std::string(currency)};
      lines.push_back(std::move(fresh));
    }
    Line& line = lines[place->second];
    line.ids.push_back(id);
    if (!is_cancelled(item["status"].text())) ++line.line.quantity;
  }
  // In a wholly cancelled order the lines still say what was ordered.
  const bool any_left =
      std::any_of(lines.begin(), lines.end(), [](const Line& l) { return l.line.quantity > 0; });
  std::vector<OrderLine> out;
  for (Line& line : lines) {
    std::sort(line.ids.begin(), line.ids.end(), id_before);
    for (const std::string& id : line.ids)
      line.line.remote_line += (line.line.remote_line.empty() ? "" : ",") + id;
    if (!any_left) line.line.quantity = static_cast<Quantity>(line.ids.size());
    out.push_back(std::move(line.line));
  }
  return out;
}

json::Value number(const std::string& id) {
  std::uint64_t n = 0;
  std::from_chars(id.data(), id.data() + id.size(), n);
  return json::Value(static_cast<unsigned long long>(n));
}
json::Value numbers(const std::vector<std::string>& ids) {
  json::Array out;
  for (const std::string& id : ids) out.push_back(number(id));
  return json::Value(std::move(out));
}

}  // namespace

Result<OrderPlace> place_of(const OrderWindow& window) {
  OrderPlace out;
  out.after = window.from;
  if (window.cursor.empty()) return out;
  const std::string_view text = window.cursor;
  const auto dot = text.find('.');
  std::int64_t ms = 0, offset = 0;
  if (dot == std::string_view::npos)
    return Error(ErrorKind::invalid, "lazada_cursor_invalid", "not a place in the order list");
  const auto a = std::from_chars(text.data(), text.data() + dot, ms);
  const auto b = std::from_chars(text.data() + dot + 1, text.data() + text.size(), offset);
  if (a.ec != std::errc{} || b.ec != std::errc{} || a.ptr != text.data() + dot ||
      b.ptr != text.data() + text.size() || offset < 0)
    return Error(ErrorKind::invalid, "lazada_cursor_invalid", "not a place in the order list");
  out.after = from_unix_millis(ms);
  out.offset = offset;
  return out;
}

QueryItems orders_query(const OrderWindow& window, const OrderPlace& place) {
  const TimePoint before = std::chrono::ceil<std::chrono::seconds>(window.to);
  return {{"update_after", iso_time(place.after)},
          {"update_before", iso_time(before)},
          {"sort_by", "updated_at"},
          {"sort_direction", "ASC"},
          {"limit", std::to_string(kOrdersPerPage)},
          {"offset", std::to_string(place.offset)}};
}

std::string next_cursor(const OrderPlace& place, const json::Value& data) {
  const json::Array& orders = data["orders"].items();
  if (orders.empty()) return {};
  const std::int64_t next = place.offset + static_cast<std::int64_t>(orders.size());
  if (const auto total = data["countTotal"].to_integral()) {
    if (next >= *total) return {};
  } else if (orders.size() < kOrdersPerPage) {
    return {};
  }
  if (next < kLastOrderOffset)
    return std::to_string(to_unix_millis(place.after)) + "." + std::to_string(next);
  // Orders of that second come twice, which does no harm.
  const auto last = read_time(orders.back()["updated_at"]);
  if (!last || *last <= place.after) return {};
  return std::to_string(to_unix_millis(*last)) + ".0";
}

std::string id_list(const std::vector<std::string>& ids) {
  std::string out = "[";
  for (const std::string& id : ids) out += (out.size() > 1 ? "," : "") + id;
  return out + "]";
}

std::vector<UnitItem> units_from(const json::Value& items) {
  std::vector<UnitItem> out;
  for (const json::Value& item : items.items()) {
    UnitItem unit;
    unit.id = item["order_item_id"].to_text();
    if (!is_id(unit.id)) continue;
    unit.status = item["status"].text();
    unit.package = item["package_id"].to_text();
    unit.courier = item["shipment_provider"].text();
    unit.tracking = item["tracking_code"].to_text();
    unit.reverse_order = item["reverse_order_id"].to_text();
    unit.cancel_asked = is_true(item["need_cancel_confirm"]);
    unit.by_lazada = is_true(item["is_fbl"]);
    const bool known = std::any_of(out.begin(), out.end(),
                                   [&](const UnitItem& other) { return other.id == unit.id; });
    if (!known) out.push_back(std::move(unit));
  }
  std::sort(out.begin(), out.end(),
            [](const UnitItem& a, const UnitItem& b) { return id_before(a.id, b.id); });
  return out;
}

std::vector<Shipment> parcels_of(const std::vector<UnitItem>& units) {
  std::vector<Shipment> out;
  for (const UnitItem& unit : units) {
    if (unit.package.empty() || is_cancelled(unit.status)) continue;
    const bool known = std::any_of(out.begin(), out.end(), [&](const Shipment& s) {
      return s.remote_package == unit.package;
    });
    if (!known) out.push_back({unit.package, unit.courier, unit.tracking});
  }
  return out;
}

RemoteOrder order_from(const json::Value& order, const json::Value& items, TimePoint now) {
  RemoteOrder out;
  out.external_id = order["order_id"].to_text();
  out.placed_at = read_time(order["created_at"]).value_or(now);
  out.updated_at = read_time(order["updated_at"]).value_or(now);
  const std::vector<UnitItem> units = units_from(items);
  std::vector<std::string> words;
  std::string_view currency = "IDR";
  bool cancel_asked = is_true(order["need_cancel_confirm"]);
  for (const UnitItem& unit : units) {
    words.push_back(unit.status);
    cancel_asked = cancel_asked || (unit.cancel_asked && !is_cancelled(unit.status));
  }
  if (units.empty()) {
    for (const json::Value& word : order["statuses"].items()) words.emplace_back(word.text());
  }
  for (const json::Value& item : items.items()) {
    if (!item["currency"].text().empty()) currency = item["currency"].text();
  }
  out.status = order_status(words, cancel_asked);
  std::set<std::string> distinct(words.begin(), words.end());
  for (const std::string& word : distinct)
    out.remote_status += (out.remote_status.empty() ? "" : ",") + word;
  out.lines = lines_of(items, currency);
  // What the buyer pays: price − voucher + shipping (facts 11).
  std::int64_t total = rupiah(order["price"]).value_or(0) +
                       rupiah(order["shipping_fee"]).value_or(0) -
                       rupiah(order["voucher"]).value_or(0);
  out.total = Money{std::max<std::int64_t>(0, total), std::string(currency)};
  const json::Value& to = order["address_shipping"];
  out.city = unmasked(to["address4"]);
  if (out.city.empty()) out.city = unmasked(to["city"]);
  out.province = unmasked(to["address3"]);
  out.buyer = buyer_from(order);
  out.shipments = parcels_of(units);
  return out;
}

std::string providers_body(const std::string& order, const std::vector<std::string>& units) {
  json::Object one;
  one.append("order_id", number(order));
  one.append("order_item_ids", numbers(units));
  json::Array orders;
  orders.emplace_back(std::move(one));
  return json::dump(json::object({{"orders", std::move(orders)}}));
}

std::string pack_body(const std::string& order, const std::vector<std::string>& units,
                      const std::string& allocate_type) {
  json::Object one;
  one.append("order_id", number(order));
  one.append("order_item_list", numbers(units));
  json::Array orders;
  orders.emplace_back(std::move(one));
  return json::dump(json::object({{"pack_order_list", std::move(orders)},
                                  {"delivery_type", "dropship"},
                                  {"shipping_allocate_type", allocate_type}}));
}

std::string ready_body(const std::vector<std::string>& packages) {
  json::Array list;
  for (const std::string& id : packages) list.push_back(json::object({{"package_id", id}}));
  return json::dump(json::object({{"packages", std::move(list)}}));
}

Result<json::Value> result_of(const CallContext& ctx, const Asked& asked,
                              const Envelope& envelope) {
  const json::Value& result = envelope.body["result"];
  const auto success = result["success"].as_bool();
  if (!result.is_object() || !success) return unreadable(asked, "an answer without a result");
  if (!*success) {
    // Samples print both spellings (facts 5).
    std::string code = result["error_code"].to_text();
    if (code.empty()) code = result["errorCode"].to_text();
    std::string text = result["error_msg"].to_text();
    if (text.empty()) text = result["errorMsg"].to_text();
    return element_error(ctx, asked, envelope, code, text, false, "lazada_order_refused");
  }
  if (!result["data"].is_object()) return unreadable(asked, "a result without data");
  return result["data"];
}

std::optional<Error> first_refusal(const CallContext& ctx, const Asked& asked,
                                   const Envelope& envelope, const json::Value& elements,
                                   std::string_view id_name, const std::vector<std::string>& ids) {
  for (const std::string& id : ids) {
    const json::Array& all = elements.items();
    const auto it = std::find_if(all.begin(), all.end(),
                                 [&](const json::Value& e) { return e[id_name].to_text() == id; });
    // success:true does not mean that each was done (facts 5).
    if (it == all.end()) return unreadable(asked, "no answer about " + id);
    const std::string code = (*it)["item_err_code"].to_text();
    if (code == "0") continue;
    return element_error(ctx, asked, envelope, code, (*it)["msg"].text(), is_true((*it)["retry"]),
                         "lazada_order_refused");
  }
  return std::nullopt;
}

json::Value packed_items(const json::Value& data) {
  json::Array out;
  for (const json::Value& order : data["pack_order_list"].items()) {
    for (const json::Value& item : order["order_item_list"].items()) out.push_back(item);
  }
  return json::Value(std::move(out));
}

}  // namespace gerbang::lazada
