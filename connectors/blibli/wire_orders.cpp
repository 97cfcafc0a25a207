#include "connectors/blibli/wire_orders.hpp"

#include <algorithm>
#include <array>
#include <set>

#include "connectors/blibli/limits.hpp"
#include "connectors/blibli/units.hpp"

namespace gerbang::blibli {

namespace {

TimePoint time_from(const json::Value& millis) {
  return from_unix_millis(
      std::clamp<std::int64_t>(millis.to_integral().value_or(0), 0, 4'000'000'000'000));
}

// packageId may be null, 0 or text.
std::string id_from(const json::Value& v) {
  std::string out = v.to_text();
  return out == "0" ? std::string() : out;
}

OrderItem item_from(const json::Value& entry, const json::Value& package) {
  const json::Value& order = entry["order"];
  const json::Value& product = entry["product"];
  OrderItem out;
  out.order = id_from(order["id"]);
  out.item = id_from(order["itemId"]);
  out.status = order["itemStatus"].text();
  out.package = id_from(package);
  if (out.package.empty()) out.package = id_from(entry["packageId"]);
  const auto delivery = [&](std::string_view member) {
    return entry[member].text() == "DROPSHIP" || order[member].text() == "DROPSHIP";
  };
  out.dropship = delivery("sellerDeliveryType") || delivery("merchantDeliveryType");
  out.variant = product["blibliSku"].text();
  out.seller_sku = product["sellerSku"].text();
  out.title = product["itemName"].text();
  out.quantity = order["quantity"].to_integral().value_or(0);
  out.price = rupiah(product["finalPrice"]).value_or(0);
  if (out.price == 0) out.price = rupiah(product["price"]).value_or(0);
  out.placed_at = time_from(order["date"].is_null() ? entry["createdDate"] : order["date"]);
  out.paid_at = time_from(order["statusFPUpdatedTimestamp"]);
  out.customer = order["customerFullName"].text();
  return out;
}

Secret buyer_from(const OrderItem& item) {
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 7> kFields = {{
      {"name", "name"},
      {"phone", "phoneNumber"},
      {"address", "streetAddress"},
      {"city", "city"},
      {"province", "state"},
      {"country", "country"},
      {"postal_code", "zipCode"},
  }};
  json::Object out;
  for (const auto& [ours, theirs] : kFields) {
    std::string text = item.recipient[theirs].to_text();
    if (!text.empty()) out.append(std::string(ours), std::move(text));
  }
  if (!out.find("name") && !item.customer.empty()) out.append("name", item.customer);
  if (out.empty()) return {};
  return Secret(json::dump(json::Value(std::move(out))));
}

// How far the order as a whole is: its slowest live item. All cancelled: cancelled.
OrderStatus status_of(const std::vector<OrderItem>& items) {
  std::optional<OrderStatus> slowest;
  for (const OrderItem& item : items) {
    if (is_cancelled(item.status)) continue;
    const OrderStatus status = item_status(item.status, !item.package.empty());
    if (!slowest || status < *slowest) slowest = status;
  }
  return slowest.value_or(OrderStatus::cancelled);
}

}  // namespace

bool OrderItem::is_open() const {
  return status == "FP" && package.empty();
}

json::Value order_filter(const OrderFilter& filter) {
  json::Object what;
  what.append("statusFPDateRange", json::object({{"start", to_unix_millis(filter.from)},
                                                 {"end", to_unix_millis(filter.to)}}));
  if (!filter.statuses.empty()) {
    json::Array statuses;
    for (const std::string& s : filter.statuses) statuses.emplace_back(s);
    what.append("orderItemStatuses", std::move(statuses));
  }
  return json::object(
      {{"filter", std::move(what)},
       {"sorting", json::object({{"by", "statusFPUpdatedTimestamp"}, {"direction", "ASC"}})},
       {"paging",
        json::object({{"page", filter.page}, {"size", static_cast<std::int64_t>(kPage)}})}});
}

Result<OrderItems> items_from(const json::Value& reply) {
  OrderItems out;
  for (const json::Value& package : reply["content"].items()) {
    for (const json::Value& entry : package["orderItems"].items()) {
      OrderItem item = item_from(entry, package["packageId"]);
      if (item.order.empty() || item.item.empty())
        return Error(ErrorKind::transient, "channel_answer_unreadable", "an item without its ids");
      out.items.push_back(std::move(item));
    }
  }
  const json::Value& paging = reply["paging"];
  out.total = paging["totalRecord"].to_integral().value_or(0);
  const auto page = paging["pageNumber"].to_integral(), pages = paging["totalPage"].to_integral();
  out.more = page && pages && *page + 1 < *pages && !reply["content"].items().empty();
  return out;
}

void add_detail(const json::Value& reply, OrderItem& item) {
  const json::Value& content = reply["content"];
  if (id_from(content["itemId"]) != item.item) return;
  if (const std::string order = id_from(content["id"]); !order.empty() && order != item.order)
    return;
  if (const std::string_view status = content["status"].text(); !status.empty())
    item.status = status;
  if (std::string package = id_from(content["packageId"]); !package.empty())
    item.package = std::move(package);
  if (const auto quantity = content["quantity"].to_integral()) item.quantity = *quantity;
  std::optional<TimePoint> latest;
  for (const json::Value& h : content["histories"].items()) {
    const TimePoint at = time_from(h["timestamp"]);
    if (!latest || at > *latest) latest = at;
  }
  if (latest && *latest > TimePoint()) item.updated_at = latest;
  item.shipping_cost = rupiah(content["amount"]["shipping"]["cost"]).value_or(0);
  item.recipient = content["recipient"];
  item.courier = content["logisticsProductName"].text();
  if (item.courier.empty()) item.courier = content["logisticsProductCode"].text();
  item.tracking_number = content["awbNumber"].to_text();
}

RemoteOrder order_from(const std::vector<OrderItem>& items, TimePoint now) {
  RemoteOrder out;
  const OrderItem& first = items.front();
  out.external_id = first.order;
  out.status = status_of(items);
  out.placed_at = first.placed_at;
  std::set<std::string> words, packages, lines;
  std::optional<TimePoint> updated;
  bool all_told = true;
  for (const OrderItem& item : items) {
    if (!lines.insert(item.item).second) continue;  // the same item on two pages
    words.insert(item.status);
    out.placed_at = std::min(out.placed_at, item.placed_at);
    all_told = all_told && item.updated_at.has_value();
    if (item.updated_at && (!updated || *item.updated_at > *updated)) updated = item.updated_at;
    OrderLine line;
    line.remote_line = item.item;
    line.remote_variant = item.variant;
    line.remote_product = product_of(item.variant);
    line.remote_sku = item.seller_sku;
    line.title = item.title;
    line.price.amount = item.price;
    // Of an order that goes on, a cancelled item gives its goods back.
    const bool gone = is_cancelled(item.status) && out.status != OrderStatus::cancelled;
    line.quantity = gone ? 0 : std::max<Quantity>(0, item.quantity);
    out.total.amount += line.price.amount * line.quantity + (gone ? 0 : item.shipping_cost);
    out.lines.push_back(std::move(line));
    if (out.city.empty()) out.city = item.recipient["city"].text();
    if (out.province.empty()) out.province = item.recipient["state"].text();
    if (out.buyer.empty()) out.buyer = buyer_from(item);
    if (item.package.empty() || !packages.insert(item.package).second) continue;
    Shipment parcel;
    parcel.remote_package = item.package;
    parcel.courier = item.courier;
    parcel.tracking_number = item.tracking_number;
    out.shipments.push_back(std::move(parcel));
  }
  for (const std::string& word : words)
    out.remote_status += (out.remote_status.empty() ? "" : "+") + word;
  // Without the histories of all items the time of the last change is not known: this reading's.
  out.updated_at = all_told && updated ? *updated : now;
  return out;
}

std::vector<std::string> combinable(const json::Value& reply) {
  std::vector<std::string> out;
  for (const json::Value& entry : reply["value"]["combineShipping"].items()) {
    if (std::string id = id_from(entry["orderItemNo"]); !id.empty()) out.push_back(std::move(id));
  }
  return out;
}

}  // namespace gerbang::blibli
