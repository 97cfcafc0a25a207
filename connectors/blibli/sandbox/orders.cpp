// The calls about order items and packages (facts blibli.md 9).
#include <algorithm>
#include <map>

#include "connectors/blibli/sandbox/handlers.hpp"
#include "connectors/sandbox/pdf.hpp"
#include "core/base/crypto.hpp"

namespace gerbang::sandbox::blibli {

namespace {

constexpr std::int64_t kCap = 100;  // facts 5: a filter never yields more
constexpr auto kYear = std::chrono::hours(24 * 365);

constexpr std::string_view kReasons[] = {"Out of stock", "Wrong price", "Wrong shipping type",
                                         "Wrong weight/shipping", "Store is closed"};
// These put the product's stock to 0.
constexpr std::size_t kEmptying = 4;

bool is_shown(const OrderItem& i) {
  return !i.status.empty() && !i.expired;
}

// The item of the path, of this store and paid, or the refusal of that name.
OrderItem* shown_item(World& world, const Store& store, std::string_view id) {
  OrderItem* i = world.item(id);
  return i && i->store == store.code && is_shown(*i) ? i : nullptr;
}

json::Value listed(const World& world, const OrderItem& i) {
  return json::object(
      {{"createdDate", to_unix_millis(i.created)},
       {"storeCode", i.store},
       {"sellerDeliveryType", i.delivery},
       {"order", json::object({{"id", world.number_id(i.order)},
                               {"itemId", world.number_id(i.item)},
                               {"itemStatus", i.status},
                               {"quantity", i.quantity},
                               {"date", to_unix_millis(i.created)},
                               {"customerFullName", i.buyer},
                               {"statusFPUpdatedTimestamp", to_unix_millis(i.paid)}})},
       {"product", json::object({{"blibliSku", i.variant},
                                 {"sellerSku", i.seller_sku},
                                 {"itemName", i.title},
                                 {"price", i.price},
                                 {"finalPrice", i.price}})}});
}

std::vector<OrderItem*> package_of(World& world, const Request& request) {
  auto items = world.items_of_package(request.argument);
  std::erase_if(items, [&](const OrderItem* i) { return i->store != request.store->code; });
  return items;
}

}  // namespace

Reply filter_orders(World& world, const Request& request) {
  const json::Value& filter = request.body["filter"];
  const std::int64_t page = request.body["paging"]["page"].to_integral().value_or(0);
  const std::int64_t size = request.body["paging"]["size"].to_integral().value_or(20);
  if (page < 0 || size < 1 || size > 50)
    return Reply::fail(kMalformed, "paging.size must be 1 to 50");
  const std::string by = request.body["sorting"]["by"].to_text();
  if (!by.empty() && by != "statusFPUpdatedTimestamp" && by != "CREATED_DATE")
    return Reply::fail(kMalformed, "sorting.by is unknown");
  const auto start = filter["statusFPDateRange"]["start"].to_integral();
  const auto end = filter["statusFPDateRange"]["end"].to_integral();
  if (start && end && *end < *start)
    return Reply::fail(kMalformed, "statusFPDateRange is reversed");
  const json::Array& statuses = filter["orderItemStatuses"].items();
  const std::string wanted = filter["packageId"].to_text();

  std::vector<const OrderItem*> found;
  for (const OrderItem& i : world.items) {
    if (i.store != request.store->code || !is_shown(i)) continue;
    if (i.paid + kYear < world.now()) continue;  // facts 5
    if (start && to_unix_millis(i.paid) < *start) continue;
    if (end && to_unix_millis(i.paid) >= *end) continue;
    if (!wanted.empty() && i.package != wanted) continue;
    if (!statuses.empty() &&
        std::none_of(statuses.begin(), statuses.end(),
                     [&](const json::Value& s) { return s.text() == i.status; }))
      continue;
    found.push_back(&i);
  }
  std::stable_sort(found.begin(), found.end(), [&](const OrderItem* a, const OrderItem* b) {
    return by == "CREATED_DATE" ? a->created < b->created : a->paid < b->paid;
  });
  if (request.body["sorting"]["direction"].text() == "DESC")
    std::reverse(found.begin(), found.end());

  // Grouped by package (facts 9); what is not packed stands alone.
  std::vector<std::vector<const OrderItem*>> groups;
  std::map<std::string, std::size_t> place;
  for (const OrderItem* i : found) {
    if (!i->package.empty()) {
      const auto [it, fresh] = place.emplace(i->package, groups.size());
      if (!fresh) {
        groups[it->second].push_back(i);
        continue;
      }
    }
    groups.push_back({i});
  }
  auto total = static_cast<std::int64_t>(groups.size());
  if (world.enabled("list_cap", true)) total = std::min(total, kCap);

  json::Array content;
  for (std::int64_t g = page * size; g < std::min(total, (page + 1) * size); ++g) {
    const auto& group = groups[static_cast<std::size_t>(g)];
    json::Array items;
    for (const OrderItem* i : group) items.push_back(listed(world, *i));
    content.push_back(json::object({{"packageId", world.number_id(group.front()->package)},
                                    {"orderItems", std::move(items)}}));
  }
  return Reply::page(std::move(content), page, size, total);
}

Reply get_item(World& world, const Request& request) {
  const OrderItem* i = shown_item(world, *request.store, request.argument);
  if (!i) return Reply::fail(kNotFound, "Order item is not found");
  json::Array histories;
  for (const auto& [status, at] : i->histories)
    histories.push_back(json::object({{"status", status}, {"timestamp", to_unix_millis(at)}}));
  return Reply::content(json::object(
      {{"id", i->order},
       {"itemId", i->item},
       {"packageId", i->package.empty() ? json::Value() : json::Value(i->package)},
       {"status", i->status},
       {"quantity", i->quantity},
       {"timestamp", json::object({{"statusUpdatedToFP", to_unix_millis(i->paid)}})},
       {"histories", std::move(histories)},
       {"amount", json::object({{"seller", i->price * i->quantity},
                                {"item", i->price},
                                {"itemTotal", i->price * i->quantity},
                                {"shipping", json::object({{"cost", 9000}})}})},
       {"recipient", json::object({{"name", i->buyer},
                                   {"streetAddress", "Jalan Contoh 1"},
                                   {"city", "Temanggung"},
                                   {"state", "Jawa Tengah"},
                                   {"zipCode", "56200"},
                                   {"country", "Indonesia"},
                                   {"phoneNumber", "081200000000"}})},
       {"logisticsProductCode", "JNE_REG"},
       {"logisticsProductName", "JNE Reguler"},
       {"awbNumber", i->tracking_number.empty() ? json::Value() : json::Value(i->tracking_number)},
       {"product",
        json::object(
            {{"blibliSku", i->variant}, {"sellerSku", i->seller_sku}, {"name", i->title}})}}));
}

Reply get_order_v1(World& world, const Request& request) {
  const OrderItem* i = shown_item(world, *request.store, request.param("orderItemNo"));
  if (!i || i->order != request.param("orderNo"))
    return Reply::fail(kNotFound, "Order is not found");
  return Reply::value(json::object({{"orderNo", i->order},
                                    {"orderItemNo", i->item},
                                    {"qty", i->quantity},
                                    {"orderDate", to_unix_millis(i->created)},
                                    {"productName", i->title},
                                    {"productPrice", i->price},
                                    {"gdnItemSku", i->variant},
                                    {"merchantSku", i->seller_sku},
                                    {"total", i->price * i->quantity},
                                    {"custName", i->buyer},
                                    {"orderStatus", i->status},
                                    {"merchantDeliveryType", i->delivery},
                                    {"awbNumber", i->tracking_number},
                                    {"packageId", world.number_id(i->package)},
                                    {"packageCreated", !i->package.empty()}}));
}

Reply combine_shipping(World& world, const Request& request) {
  const OrderItem* i = shown_item(world, *request.store, request.param("orderItemNo"));
  if (!i) return Reply::fail(kNotFound, "Order item is not found");
  json::Array out;
  for (const OrderItem& other : world.items) {
    if (other.store != i->store || other.status != "FP" || !other.package.empty()) continue;
    if (other.buyer != i->buyer || i->status != "FP" || !i->package.empty()) continue;
    out.push_back(json::object({{"orderNo", other.order}, {"orderItemNo", other.item}}));
  }
  return Reply::value(json::object({{"combineShipping", std::move(out)}}));
}

Reply create_package(World& world, const Request& request) {
  const json::Array& ids = request.body["orderItemIds"].items();
  if (ids.empty()) return Reply::fail(kMalformed, "orderItemIds is required");
  std::vector<OrderItem*> items;
  for (const json::Value& id : ids) {
    OrderItem* i = shown_item(world, *request.store, id.to_text());
    if (!i) return Reply::fail(kNotFound, "Order item is not found");
    if (i->status != "FP") return Reply::fail(kWrongState, "Order item is not in status FP");
    if (!i->package.empty()) return Reply::fail(kWrongState, "Order item is already packed");
    if (!items.empty() && i->buyer != items.front()->buyer)
      return Reply::fail(kMalformed, "Order items cannot be combined");
    items.push_back(i);
  }
  const std::string package = world.new_package_id();
  for (OrderItem* i : items) {
    i->package = package;
    i->changed = world.now();
    i->histories.emplace_back("FP", world.now());
    world.push_order(*i, "package_created_order");
    world.changed(json::object({{"order_item", i->item}, {"package", package}}));
  }
  return Reply::value(json::object({{"packageId", world.number_id(package)}}));
}

Reply fulfil(World& world, const Request& request) {
  const auto items = package_of(world, request);
  if (items.empty()) return Reply::fail(kNotFound, "Package is not found");
  const std::string awb = request.body["awbNo"].to_text();
  for (const OrderItem* i : items) {
    if (i->status != "FP") return Reply::fail(kWrongState, "Order item is not in status FP");
    if (i->delivery == "DROPSHIP" && awb.empty())
      return Reply::fail(kMalformed, "awbNo is required for DROPSHIP");
    if (i->delivery != "DROPSHIP" && !awb.empty())
      return Reply::fail(kMalformed, "awbNo must be empty for PICKUP");
    // One page says so of DROPSHIP (facts 9); the order is cancelled by itself after 48 hours here.
    const auto window = std::chrono::hours(world.number("dropship_last_hours", 0));
    if (i->delivery == "DROPSHIP" && window.count() > 0 &&
        world.now() < i->paid + std::chrono::hours(48) - window)
      return Reply::fail(kWrongState, "DROPSHIP is fulfilled in the last hours only");
  }
  const std::string number = awb.empty() ? "JP" + world.random_digits(10) : awb;
  for (OrderItem* i : items) {
    i->tracking_number = number;
    set_status(world, *i, "PU");
  }
  return Reply::none();
}

Reply correct_awb(World& world, const Request& request) {
  const auto items = package_of(world, request);
  if (items.empty()) return Reply::fail(kNotFound, "Package is not found");
  const std::string awb = request.body["awbNo"].to_text();
  if (awb.empty()) return Reply::fail(kMalformed, "awbNo is required");
  for (OrderItem* i : items) {
    if (i->delivery != "DROPSHIP" || i->status != "PU")
      return Reply::fail(kWrongState, "Only a fulfilled DROPSHIP package can be corrected");
  }
  for (OrderItem* i : items) i->tracking_number = awb;
  return Reply::none();
}

Reply shipping_label(World& world, const Request& request) {
  const auto items = package_of(world, request);
  if (items.empty()) return Reply::fail(kNotFound, "Package is not found");
  for (const OrderItem* i : items) {
    if (i->status == "DX" || i->status == "X" || i->status == "D")
      return Reply::fail(kWrongState, "There is no label in this status");
  }
  const OrderItem& first = *items.front();
  const std::string pdf =
      small_pdf({{"Blibli  " + first.tracking_number, "Pesanan " + first.order,
                  "Paket " + first.package, "Penerima: " + first.buyer + ", Jalan Contoh 1"}});
  // How the document comes is not in the facts: in an envelope, or by switch as it is.
  if (!world.enabled("label_as_file"))
    return Reply::content(json::object({{"shippingLabel", to_base64(pdf)}}));
  Reply out = Reply::none();
  out.file = pdf;
  return out;
}

Reply cancel_reasons(World&, const Request&) {
  json::Array out;
  for (const std::string_view reason : kReasons) out.emplace_back(reason);
  return Reply::content(std::move(out));
}

Reply cancel_item(World& world, const Request& request) {
  OrderItem* i = shown_item(world, *request.store, request.argument);
  if (!i) return Reply::fail(kNotFound, "Order item is not found");
  if (i->status != "FP" && i->status != "PF")
    return Reply::fail(kWrongState, "Order item is not in status FP");
  const std::string reason = request.body["reason"].to_text();
  if (reason.empty()) return Reply::fail(kMalformed, "reason is required");
  const auto listed_reason = std::find(std::begin(kReasons), std::end(kReasons), reason);
  const bool is_listed = listed_reason != std::end(kReasons);
  const auto quantity = request.body["cancellationQuantity"].to_integral();
  if (!is_listed && (!quantity || *quantity < 1 || *quantity > i->quantity))
    return Reply::fail(kMalformed, "cancellationQuantity must be 1 to the item's quantity");
  take_out(world, *i, is_listed ? i->quantity : *quantity, "OS", "PF");
  if (is_listed && static_cast<std::size_t>(listed_reason - std::begin(kReasons)) < kEmptying) {
    if (auto [p, v] = world.variant(*request.store, i->variant); v) {
      v->stock = 0;
      world.changed(json::object(
          {{"product", p->sku}, {"sku", v->sku}, {"seller_sku", v->seller_sku}, {"stock", 0}}));
    }
  }
  return Reply::none();
}

}  // namespace gerbang::sandbox::blibli
