#include <algorithm>

#include "connectors/shopee/sandbox/catalogue_data.hpp"
#include "connectors/shopee/sandbox/handlers.hpp"

namespace gerbang::sandbox::shopee {

namespace {

constexpr std::int64_t kWidestWindow = 15 * 86400;
constexpr std::int64_t kDaysToShip = 2;
constexpr std::size_t kCursorDigits = 9;  // of the order sequence, behind the seconds

// "<seconds><sequence, nine digits>": looks like a number, stays true while orders move.
std::string cursor_of(const std::pair<std::int64_t, Id>& place) {
  std::string sequence = std::to_string(place.second);
  sequence.insert(0, kCursorDigits - std::min(kCursorDigits, sequence.size()), '0');
  return std::to_string(place.first) + sequence;
}
std::optional<std::pair<std::int64_t, Id>> place_of(std::string_view cursor) {
  if (cursor.size() <= kCursorDigits) return std::nullopt;
  const auto seconds = digits(cursor.substr(0, cursor.size() - kCursorDigits)),
             sequence = digits(cursor.substr(cursor.size() - kCursorDigits));
  if (!seconds || !sequence) return std::nullopt;
  return std::pair(*seconds, *sequence);
}

std::string url_of(const OrderLine& line) {
  return image_url(line.image_id);
}

json::Value items_json(const World& world, const Order& order) {
  json::Array out;
  for (const OrderLine& l : order.lines) {
    out.push_back(json::object({{"item_id", l.item_id},
                                {"item_name", l.item_name},
                                {"item_sku", l.item_sku},
                                {"model_id", l.model_id},
                                {"model_name", l.model_name},
                                {"model_sku", l.model_sku},
                                {"model_quantity_purchased", l.quantity},
                                {"model_original_price", world.money(l.price)},
                                {"model_discounted_price", world.money(l.paid_price)},
                                {"wholesale", false},
                                {"weight", json::parse(l.weight).value_or(json::Value())},
                                {"add_on_deal", false},
                                {"main_item", false},
                                {"add_on_deal_id", 0},
                                {"promotion_type", l.promotion_id != 0 ? "flash_sale" : ""},
                                {"promotion_id", l.promotion_id},
                                {"order_item_id", l.item_id},
                                {"line_item_id", l.item_id},
                                {"promotion_group_id", 0},
                                {"image_info", json::object({{"image_url", url_of(l)}})},
                                {"product_location_id", json::Array{"IDZ"}}}));
  }
  return out;
}

json::Value packages_json(const Order& order) {
  json::Array lines;
  for (const OrderLine& l : order.lines) {
    lines.push_back(json::object({{"item_id", l.item_id},
                                  {"model_id", l.model_id},
                                  {"model_quantity", l.quantity},
                                  {"order_item_id", l.item_id},
                                  {"promotion_group_id", 0},
                                  {"product_location_id", "IDZ"}}));
  }
  const Channel& channel = channels().front();
  return json::Array{json::object({{"package_number", order.package_number},
                                   {"logistics_status", order.package_status},
                                   {"logistics_channel_id", channel.id},
                                   {"shipping_carrier", channel.name},
                                   {"allow_self_design_awb", true},
                                   {"item_list", std::move(lines)}})};
}

// Masked as everywhere without an IP whitelist (facts 4.3); no person stands behind it.
json::Value recipient() {
  return json::object({{"name", "S******i"},
                       {"phone", "******64"},
                       {"town", ""},
                       {"district", "****"},
                       {"city", "KAB. SLEMAN"},
                       {"state", "DI YOGYAKARTA"},
                       {"region", "ID"},
                       {"zipcode", "****"},
                       {"full_address", "****"}});
}

json::Value optional_field(const World& world, const Order& order, std::string_view name) {
  if (name == "buyer_user_id") return order.buyer_user_id;
  if (name == "buyer_username") return "s****i";
  if (name == "estimated_shipping_fee") return world.money(order.shipping_fee);
  if (name == "recipient_address") return recipient();
  if (name == "actual_shipping_fee") return 0;
  if (name == "actual_shipping_fee_confirmed") return false;
  if (name == "goods_to_declare") return false;
  if (name == "note") return order.note;
  if (name == "note_update_time") return order.note.empty() ? 0 : order.updated;
  if (name == "item_list") return items_json(world, order);
  if (name == "pay_time") return order.paid;
  if (name == "split_up") return false;
  if (name == "buyer_cancel_reason") return order.buyer_cancel_reason;
  if (name == "cancel_by") return order.cancel_by;
  if (name == "cancel_reason") return order.cancel_reason;
  if (name == "fulfillment_flag") return "fulfilled_by_local_seller";
  if (name == "pickup_done_time") return order.picked_up.value_or(0);
  if (name == "package_list") return packages_json(order);
  if (name == "shipping_carrier") return channels().front().name;
  if (name == "payment_method") return order.cod ? "Cash on Delivery" : "ShopeePay";
  if (name == "order_chargeable_weight_gram") return 1000;
  if (name == "return_request_due_date") return 0;
  return nullptr;  // dropshipper, dropshipper_phone, invoice_data, edt, payment_info
}

const std::set<std::string_view>& optional_names() {
  static const std::set<std::string_view> kNames = {"buyer_user_id",
                                                    "buyer_username",
                                                    "estimated_shipping_fee",
                                                    "recipient_address",
                                                    "actual_shipping_fee",
                                                    "actual_shipping_fee_confirmed",
                                                    "goods_to_declare",
                                                    "note",
                                                    "note_update_time",
                                                    "item_list",
                                                    "pay_time",
                                                    "dropshipper",
                                                    "dropshipper_phone",
                                                    "split_up",
                                                    "buyer_cancel_reason",
                                                    "cancel_by",
                                                    "cancel_reason",
                                                    "fulfillment_flag",
                                                    "pickup_done_time",
                                                    "package_list",
                                                    "shipping_carrier",
                                                    "payment_method",
                                                    "total_amount",
                                                    "invoice_data",
                                                    "order_chargeable_weight_gram",
                                                    "return_request_due_date",
                                                    "edt",
                                                    "payment_info"};
  return kNames;
}

json::Value detail(const World& world, const Order& order, const std::vector<std::string>& fields) {
  json::Object out;
  out.append("order_sn", order.sn);
  out.append("region", "ID");
  out.append("currency", "IDR");
  out.append("cod", order.cod);
  out.append("order_status", order.status);
  out.append("message_to_seller", order.message);
  out.append("create_time", order.created);
  out.append("update_time", order.updated);
  out.append("days_to_ship", kDaysToShip);
  out.append("ship_by_date", order.paid.value_or(order.created) + (kDaysToShip + 1) * 86400);
  for (const std::string& name : fields) {
    if (!optional_names().contains(name)) continue;
    if (name == "total_amount") {
      // Appears only after payment (facts 4.3).
      if (order.status != "UNPAID") out.set(name, world.money(order.total()));
    } else {
      out.set(name, optional_field(world, order, name));
    }
  }
  return out;
}

Reply order_not_found() {
  return Reply::fail("error_not_found", "Wrong parameters, detail: the order is not found.");
}

Order* named_order(World& world, const Request& request, Refusal& why) {
  const std::string_view sn = request.body["order_sn"].text();
  if (sn.empty()) {
    why = Reply::fail("error_param", "Wrong parameters, detail: order_sn is a required field.");
    return nullptr;
  }
  Order* found = world.order_of(*request.shop, sn);
  if (!found) why = order_not_found();
  return found;
}

Reply updated(World& world, const Order& order) {
  world.changed(json::object({{"order_sn", order.sn}, {"status", order.status}}));
  return Reply::ok(json::object({{"update_time", order.updated}}));
}

}  // namespace

Reply get_order_list(World& world, const Request& request) {
  const std::string field = request.param("time_range_field");
  if (field != "create_time" && field != "update_time")
    return Reply::fail("error_param", "time_range_field must be create_time or update_time.");
  const auto from = request.integer("time_from"), to = request.integer("time_to"),
             size = request.integer("page_size");
  if (!from || !to) return Reply::fail("error_param", "time_from and time_to are required.");
  if (!size || *size < 1) return Reply::fail("error_param", "The page_size is required.");
  if (*size > 100)
    return Reply::fail("error_param", "Wrong parameters, page_size must be 100 or less.");
  if (*from >= *to || *to - *from > kWidestWindow)
    return Reply::fail("order.order_list_invalid_time",
                       "Start time must be earlier than end time and diff in 15days.");
  static const std::set<std::string_view> kFilters = {"UNPAID",    "READY_TO_SHIP",  "PROCESSED",
                                                      "SHIPPED",   "COMPLETED",      "IN_CANCEL",
                                                      "CANCELLED", "INVOICE_PENDING"};
  const std::string status = request.param("order_status");
  if (!status.empty() && !kFilters.contains(status))
    return Reply::fail("error_param", "Wrong parameters, detail: invalid order_status.");
  const auto fields = request.list("response_optional_fields");
  const bool with_status = std::find(fields.begin(), fields.end(), "order_status") != fields.end();

  const TimeIndex& index =
      field == "create_time" ? request.shop->orders_created : request.shop->orders_updated;
  auto it = index.lower_bound({*from, 0});
  if (const std::string cursor = request.param("cursor"); !cursor.empty()) {
    const auto place = place_of(cursor);
    if (!place) return Reply::fail("error_param", "Invalid cursor.");
    it = index.lower_bound(std::max(*place, std::pair(*from, Id{0})));
  }
  json::Array list;
  std::string next;
  for (; it != index.end() && it->first <= *to; ++it) {
    const Order& order = world.orders[static_cast<std::size_t>(it->second)];
    if (!status.empty() && order.status != status) continue;
    if (static_cast<std::int64_t>(list.size()) == *size) {
      next = cursor_of(*it);
      break;
    }
    json::Object entry;
    entry.append("order_sn", order.sn);
    if (with_status) entry.append("order_status", order.status);
    list.push_back(std::move(entry));
  }
  return Reply::ok(json::object(
      {{"more", !next.empty()}, {"next_cursor", next}, {"order_list", std::move(list)}}));
}

Reply get_order_detail(World& world, const Request& request) {
  const auto wanted = request.list("order_sn_list");
  if (wanted.empty() || wanted.size() > 50)
    return Reply::fail("error_param", "The order_sn_list must have 1 to 50 numbers.");
  const auto fields = request.list("response_optional_fields");
  json::Array list;
  for (const std::string& sn : wanted) {
    const Order* order = world.order_of(*request.shop, sn);
    if (order) {
      list.push_back(detail(world, *order, fields));
    } else if (world.enabled("unknown_order_spoils", true)) {
      return order_not_found();
    }
  }
  if (list.empty()) return order_not_found();
  return Reply::ok(json::object({{"order_list", std::move(list)}}));
}

Reply cancel_order(World& world, const Request& request) {
  Refusal why;
  Order* order = named_order(world, request, why);
  if (!order) return *why;
  const std::string reason(request.body["cancel_reason"].text());
  if (reason != "OUT_OF_STOCK" && reason != "CUSTOMER_REQUEST" && reason != "COD_NOT_SUPPORTED")
    return Reply::fail("error_param", "Wrong parameters, detail: invalid cancel_reason.");
  if (!request.body["partial_cancel_item_list"].items().empty())
    return Reply::fail("error_param", "Partial cancellation is not open to this shop.");
  if (reason == "OUT_OF_STOCK") {
    const json::Array& items = request.body["item_list"].items();
    if (items.empty())
      return Reply::fail("error_param", "Wrong parameters, detail: item_list is required.");
    for (const json::Value& item : items) {
      const auto id = whole(item["item_id"]);
      const auto model = whole(item["model_id"]).value_or(0);
      if (std::none_of(order->lines.begin(), order->lines.end(), [&](const OrderLine& l) {
            return id && l.item_id == *id && l.model_id == model;
          }))
        return Reply::fail("error_param",
                           "Wrong parameters, detail: the item is not in the order.");
    }
  }
  const bool cancellable = order->status == "UNPAID" || order->status == "READY_TO_SHIP" ||
                           order->status == "PROCESSED" || order->status == "RETRY_SHIP";
  // Not a rate limit here (facts 1.6, 4.4).
  if (!cancellable || (reason == "COD_NOT_SUPPORTED" && !order->cod))
    return Reply::fail("order.error_limit", "Can not cancel this order");
  close_cancelled(world, *order, "seller", reason);
  return updated(world, *order);
}

Reply handle_buyer_cancellation(World& world, const Request& request) {
  Refusal why;
  Order* order = named_order(world, request, why);
  if (!order) return *why;
  const std::string_view operation = request.body["operation"].text();
  if (operation != "ACCEPT" && operation != "REJECT")
    return Reply::fail("error_param", "Wrong parameters, detail: invalid operation.");
  if (order->status != "IN_CANCEL")
    return Reply::fail("order.cancel_order_invalid_status", "The order is not in cancel.");
  if (operation == "ACCEPT") {
    close_cancelled(world, *order, "buyer", order->buyer_cancel_reason);
  } else {
    set_status(world, *order, std::string(order->former_status));
  }
  return updated(world, *order);
}

Reply set_note(World& world, const Request& request) {
  Refusal why;
  Order* order = named_order(world, request, why);
  if (!order) return *why;
  order->note = request.body["note"].text();
  world.touch(*order);
  world.changed(json::object({{"order_sn", order->sn}, {"note", true}}));
  return Reply::bare();
}

}  // namespace gerbang::sandbox::shopee
