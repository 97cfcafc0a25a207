#include <functional>

#include "connectors/shopee/sandbox/catalogue_data.hpp"
#include "connectors/shopee/sandbox/handlers.hpp"

// The lists of parcels to be sent (facts 4.5). One order is one parcel here.
namespace gerbang::sandbox::shopee {

namespace {

struct Page {
  std::vector<const Order*> orders;
  std::int64_t total = 0;
  std::string next;
};

// Oldest first; the cursor is a count.
std::optional<Page> page_of(const World& world, const Shop& shop, std::int64_t size,
                            const std::string& cursor, bool ascending,
                            const std::function<bool(const Order&)>& wanted) {
  const auto start = cursor.empty() ? std::optional<std::int64_t>(0) : digits(cursor);
  if (!start) return std::nullopt;
  std::vector<const Order*> all;
  for (const auto& [time, sequence] : shop.orders_created) {
    const Order& order = world.orders[static_cast<std::size_t>(sequence)];
    if (wanted(order)) all.push_back(&order);
  }
  if (!ascending) all = {all.rbegin(), all.rend()};
  Page out;
  out.total = static_cast<std::int64_t>(all.size());
  for (std::int64_t i = *start; i < out.total && i < *start + size; ++i)
    out.orders.push_back(all[static_cast<std::size_t>(i)]);
  if (*start + size < out.total) out.next = std::to_string(*start + size);
  return out;
}

bool to_process(const Order& order) {
  return order.status == "READY_TO_SHIP" || order.status == "RETRY_SHIP";
}

}  // namespace

Reply get_shipment_list(World& world, const Request& request) {
  const auto size = request.integer("page_size");
  if (!size || *size < 1 || *size > 100)
    return Reply::fail("error_param", "The page_size must be between 1 and 100.");
  const auto page = page_of(world, *request.shop, *size, request.param("cursor"), true, to_process);
  if (!page) return Reply::fail("error_param", "Invalid cursor.");
  json::Array list;
  for (const Order* order : page->orders)
    list.push_back(
        json::object({{"order_sn", order->sn}, {"package_number", order->package_number}}));
  return Reply::ok(json::object({{"order_list", std::move(list)},
                                 {"more", !page->next.empty()},
                                 {"next_cursor", page->next}}));
}

Reply search_package_list(World& world, const Request& request) {
  const json::Value& pagination = request.body["pagination"];
  const auto size = whole(pagination["page_size"]);
  if (!size || *size < 1 || *size > 100)
    return Reply::fail("error_param", "The page_size must be between 1 and 100.");
  const std::int64_t status = whole(request.body["filter"]["package_status"]).value_or(0);
  if (status < 0 || status > 3) return Reply::fail("error_param", "Invalid package_status.");
  const auto page = page_of(
      world, *request.shop, *size, pagination["cursor"].to_text(),
      request.body["sort"]["ascending"].as_bool().value_or(true), [&](const Order& order) {
        const bool pending = order.status == "UNPAID";
        const bool processed = order.status == "PROCESSED";
        return (status == 0 && (to_process(order) || processed)) || (status == 1 && pending) ||
               (status == 2 && to_process(order)) || (status == 3 && processed);
      });
  if (!page) return Reply::fail("error_param", "Invalid cursor.");
  json::Array list;
  for (const Order* order : page->orders) {
    list.push_back(json::object({{"order_sn", order->sn},
                                 {"package_number", order->package_number},
                                 {"logistics_channel_id", channels().front().id},
                                 {"product_location_id", "IDZ"},
                                 {"is_shipment_arranged", order->status == "PROCESSED"}}));
  }
  return Reply::ok(json::object({{"packages_list", std::move(list)},
                                 {"pagination", json::object({{"total_count", page->total},
                                                              {"next_cursor", page->next},
                                                              {"more", !page->next.empty()}})}}));
}

Reply get_package_detail(World& world, const Request& request) {
  const auto wanted = request.list("package_number_list");
  if (wanted.empty() || wanted.size() > 50)
    return Reply::fail("error_param", "The package_number_list must have 1 to 50 numbers.");
  json::Array list;
  for (const std::string& number : wanted) {
    const auto found = world.orders_by_package.find(number);
    if (found == world.orders_by_package.end()) continue;
    const Order& order = world.orders[static_cast<std::size_t>(found->second)];
    if (order.shop_id != request.shop->shop_id) continue;
    list.push_back(json::object({{"order_sn", order.sn},
                                 {"package_number", order.package_number},
                                 {"fulfillment_status", order.package_status},
                                 {"update_time", order.updated},
                                 {"logistics_channel_id", channels().front().id}}));
  }
  if (list.empty()) return Reply::fail("error_not_found", "The package is not found.");
  return Reply::ok(json::object({{"package_list", std::move(list)}}));
}

}  // namespace gerbang::sandbox::shopee
