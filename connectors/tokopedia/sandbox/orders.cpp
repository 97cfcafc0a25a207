// Orders as the seller reads them (facts tiktok_tokopedia 5.1, 5.2): one line item per unit.
#include <algorithm>

#include "connectors/tokopedia/sandbox/handlers.hpp"

namespace gerbang::sandbox::tokopedia {

namespace {

constexpr std::int64_t kShippingFee = 11000, kServiceFee = 1000;

json::Value address(const Order& order) {
  static_cast<void>(order);
  const auto level = [](const char* l, const char* name, const char* value) {
    return json::object(
        {{"address_level", l}, {"address_level_name", name}, {"address_name", value}});
  };
  return json::object(
      {{"name", "S*** R****"},
       {"phone_number", "(+62)812*****09"},
       {"full_address", "Jl. M***** No. **, Bumiaji, Kota Batu, Jawa Timur, Indonesia"},
       {"address_detail", "Jl. M***** No. **"},
       {"postal_code", "65313"},
       {"region_code", "ID"},
       {"district_info",
        json::Array{level("L0", "Country", "Indonesia"), level("L1", "Province", "Jawa Timur"),
                    level("L2", "City", "Kota Batu"), level("L3", "District", "Bumiaji")}}});
}

json::Value unit_json(const Order& o, const Unit& u) {
  json::Object out;
  out.append("id", std::to_string(u.id));
  out.append("product_id", std::to_string(u.product_id));
  out.append("product_name", u.product_name);
  out.append("sku_id", std::to_string(u.sku_id));
  out.append("sku_name", u.sku_name);
  out.append("sku_type", "NORMAL");
  out.append("seller_sku", u.seller_sku);
  out.append("original_price", std::to_string(u.price));
  out.append("sale_price", std::to_string(u.paid_price));
  out.append("seller_discount", std::to_string(u.price - u.paid_price));
  out.append("platform_discount", "0");
  out.append("currency", "IDR");
  out.append("display_status", o.status);
  if (o.package_id != 0) {
    out.append("package_id", std::to_string(o.package_id));
    out.append("package_status", o.package_status);
  }
  out.append("is_gift", false);
  return json::Value(std::move(out));
}

json::Value order_json(const World& world, const Order& o) {
  std::int64_t original = 0, paid = 0;
  json::Array units;
  for (const Unit& u : o.units) {
    original += u.price;
    paid += u.paid_price;
    units.push_back(unit_json(o, u));
  }
  json::Object out;
  out.append("id", std::to_string(o.id));
  out.append("status", o.status);
  out.append("commerce_platform", o.platform);
  out.append("order_type", "NORMAL");
  out.append("create_time", o.created);
  if (o.paid) out.append("paid_time", *o.paid);
  out.append("update_time", o.updated);
  out.append("user_id", std::to_string(o.buyer));
  out.append("buyer_message", o.message);
  out.append("fulfillment_type", "FULFILLMENT_BY_SELLER");
  out.append("shipping_type", o.shipping_type);
  out.append("delivery_option_id", o.delivery_option);
  out.append("delivery_option_name", o.delivery_option_name);
  out.append("fulfillment_priority_level", 600);
  out.append("warehouse_id", world.text("warehouse_id", "7068517275539719942"));
  const bool numbered = !o.tracking_number.empty() && label_ready(world, o);
  out.append("tracking_number", numbered ? o.tracking_number : "");
  if (!o.provider_name.empty()) {
    out.append("shipping_provider", o.provider_name);
    out.append("shipping_provider_id", o.provider);
  }
  out.append("is_cod", o.cod);
  out.append("is_on_hold_order", o.status == "ON_HOLD");
  out.append("is_buyer_request_cancel", o.request_cancel);
  if (o.status == "CANCELLED") {
    out.append("cancel_reason", o.cancel_reason);
    out.append("cancellation_initiator", o.cancel_by);
  }
  out.append("payment",
             json::object({{"currency", "IDR"},
                           {"sub_total", std::to_string(paid)},
                           {"shipping_fee", std::to_string(kShippingFee)},
                           {"original_total_product_price", std::to_string(original)},
                           {"original_shipping_fee", std::to_string(kShippingFee)},
                           {"seller_discount", "0"},
                           {"platform_discount", "0"},
                           {"buyer_service_fee", std::to_string(kServiceFee)},
                           {"total_amount", std::to_string(paid + kShippingFee + kServiceFee)}}));
  // Missing while unpaid or on hold; masked under platform logistics (facts 5.2).
  if (o.status != "UNPAID" && o.status != "ON_HOLD") out.append("recipient_address", address(o));
  out.append("line_items", std::move(units));
  if (o.package_id != 0)
    out.append("packages", json::Array{json::object({{"id", std::to_string(o.package_id)}})});
  return json::Value(std::move(out));
}

}  // namespace

Reply search_orders(World& world, const Request& request) {
  Page page;
  if (auto no = read_page(request, 20, 100, page)) return *std::move(no);
  std::string by = request.param("sort_field"), order = request.param("sort_order");
  if (by.empty()) by = "create_time";
  if (order.empty()) order = "DESC";
  if ((by != "create_time" && by != "update_time") || (order != "ASC" && order != "DESC"))
    return Reply::fail(98001004, "sort_field or sort_order is invalid");
  const json::Value& body = request.body;
  const auto bound = [&](const char* field) { return whole(body[field]); };
  for (const char* field :
       {"create_time_ge", "create_time_lt", "update_time_ge", "update_time_lt"}) {
    if (!body[field].is_null() && !bound(field))
      return Reply::fail(98001004, std::string(field) + " must be Unix seconds");
  }
  const std::string status(body["order_status"].text());
  const std::string shipping(body["shipping_type"].text());
  const auto asked_cancel = body["is_buyer_request_cancel"].as_bool();
  std::vector<const Order*> found;
  for (const Order& o : world.orders) {
    if (o.shop_id != request.shop->id) continue;
    if (!status.empty() && o.status != status) continue;
    if (!shipping.empty() && o.shipping_type != shipping) continue;
    if (asked_cancel && o.request_cancel != *asked_cancel) continue;
    const auto inside = [&](std::int64_t t, const char* from, const char* to) {
      const auto ge = bound(from), lt = bound(to);
      return (!ge || t >= *ge) && (!lt || t < *lt);
    };
    if (!inside(o.created, "create_time_ge", "create_time_lt") ||
        !inside(o.updated, "update_time_ge", "update_time_lt"))
      continue;
    found.push_back(&o);
  }
  std::stable_sort(found.begin(), found.end(), [&](const Order* a, const Order* b) {
    const auto key = [&](const Order* o) {
      return std::pair(by == "create_time" ? o->created : o->updated, o->sequence);
    };
    return order == "ASC" ? key(a) < key(b) : key(b) < key(a);
  });
  json::Array out;
  for (std::size_t i = page.from; i < std::min(found.size(), page.from + page.size); ++i)
    out.push_back(order_json(world, *found[i]));
  const std::size_t next = page.from + page.size;
  json::Object data;
  data.append("next_page_token", next < found.size() ? page_token(next) : "");
  data.append("total_count", static_cast<std::int64_t>(found.size()));
  // Without a result the key is missing altogether (facts 5.1).
  if (!out.empty()) data.append("orders", std::move(out));
  return Reply::ok(json::Value(std::move(data)));
}

Reply get_orders(World& world, const Request& request) {
  std::string ids = request.param("ids");
  if (ids.empty()) return Reply::fail(98001004, "ids is required");
  std::vector<Id> wanted;
  for (std::string_view rest = ids; !rest.empty();) {
    const auto comma = rest.find(',');
    const auto id = digits(rest.substr(0, comma));
    if (!id) return Reply::fail(98001004, "ids holds something that is no order id");
    wanted.push_back(*id);
    rest = comma == std::string_view::npos ? std::string_view() : rest.substr(comma + 1);
  }
  if (wanted.size() > 50) return Reply::fail(98001004, "At most 50 orders in a call");
  json::Array out;
  for (const Id id : wanted) {
    const Order* o = world.order(*request.shop, id);
    if (!o && world.enabled("unknown_order_spoils", true))
      return Reply::fail(21008111, "The order is not of this shop: " + std::to_string(id));
    if (o) out.push_back(order_json(world, *o));
  }
  json::Object data;
  if (!out.empty()) data.append("orders", std::move(out));
  return Reply::ok(json::Value(std::move(data)));
}

}  // namespace gerbang::sandbox::tokopedia
