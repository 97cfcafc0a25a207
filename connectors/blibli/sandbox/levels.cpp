// Stock, price, visibility (facts blibli.md 8.3).
#include <algorithm>
#include <set>

#include "connectors/blibli/sandbox/handlers.hpp"

namespace gerbang::sandbox::blibli {

namespace {

constexpr std::size_t kPerCall = 100;

// With several pickup points a call must say which (facts 8.3).
Refusal check_pickup_point(const Request& request) {
  const auto& known = request.store->pickup_points;
  const std::string_view code = request.body["pickupPointCode"].text();
  if (code.empty() && known.size() > 1)
    return Reply::fail(kMalformed, "pickupPointCode is required");
  if (!code.empty() && std::find(known.begin(), known.end(), code) == known.end())
    return Reply::fail(kMalformed, "Pickup point is not of this store");
  return {};
}

Reply archive_some(World& world, const Request& request, std::string_view action) {
  const json::Array& skus = request.body["productSkus"].items();
  if (skus.empty() || skus.size() > kPerCall)
    return Reply::fail(kMalformed, "1 to 100 products are allowed");
  const QueueFeed& queue =
      world.enqueue(*request.store, action, std::vector<json::Value>(skus.begin(), skus.end()));
  world.changed(json::object({{"queue", queue.id},
                              {"action", action},
                              {"products", static_cast<std::int64_t>(skus.size())}}));
  return Reply::queued(queue.id);
}

}  // namespace

Reply bulk_update(World& world, const Request& request) {
  if (request.body["merchantCode"].text() != request.store->code)
    return Reply::fail(kNotConnected, "merchantCode is not of this seller");
  const json::Array& list = request.body["productRequests"].items();
  if (list.empty() || list.size() > kPerCall)
    return Reply::fail(kMalformed, "1 to 100 productRequests are allowed");
  std::set<std::string> skus;
  std::string warning;
  std::vector<json::Value> items;
  for (json::Value item : list) {
    if (!skus.emplace(item["gdnSku"].text()).second)
      return Reply::fail(kMalformed, "gdnSku must be unique in one request");
    if (item["stock"].to_integral() == 0) {
      item.as_object()->erase("stock");
      warning +=
          (warning.empty() ? "Stock 0 is ignored: " : ", ") + std::string(item["gdnSku"].text());
    }
    items.push_back(std::move(item));
  }
  const QueueFeed& queue = world.enqueue(*request.store, "updateProduct", std::move(items));
  for (const json::Value& item : queue.items) {
    const auto [p, v] = world.variant(*request.store, item["gdnSku"].text());
    world.changed(json::object({{"queue", queue.id},
                                {"sku", item["gdnSku"]},
                                {"seller_sku", v ? v->seller_sku : std::string()},
                                {"price", item["price"]},
                                {"exact_stock", item["exactStock"]},
                                {"difference", item["stock"]}}));
  }
  Reply out = Reply::queued(queue.id);
  out.message = std::move(warning);
  return out;
}

Reply set_stock(World& world, const Request& request) {
  auto [p, v] = world.variant(*request.store, request.argument);
  if (!v) return Reply::fail(kNotFound, "Product is not found");
  if (p->state == ProductState::in_progress || p->state == ProductState::need_correction)
    return Reply::fail(kWrongState, "Product is under review");
  if (p->state == ProductState::archived && !world.enabled("archived_takes_stock", true))
    return Reply::fail(kWrongState, "Product is archived");
  const auto stock = request.body["availableStock"].as_int64();
  if (!stock || *stock < 0 || *stock > 999'999)
    return Reply::fail(kMalformed, "availableStock must be 0 to 999999");
  if (auto no = check_pickup_point(request)) return *std::move(no);
  v->stock = *stock;
  p->updated = world.now();
  world.changed(json::object(
      {{"product", p->sku}, {"sku", v->sku}, {"seller_sku", v->seller_sku}, {"stock", v->stock}}));
  return Reply::none();
}

Reply update_variant(World& world, const Request& request) {
  auto [p, v] = world.variant(*request.store, request.argument);
  if (!v) return Reply::fail(kNotFound, "Product is not found");
  if (p->state == ProductState::in_progress || p->state == ProductState::need_correction)
    return Reply::fail(kWrongState, "Product is under review");
  const auto price = request.body["price"]["regular"].to_integral();
  if (!price || *price < 1'000 || *price > 1'000'000'000)
    return Reply::fail(kMalformed, "price is required and must be in range");
  if (auto no = check_pickup_point(request)) return *std::move(no);
  const json::Array& locked = world.setting("promotion").items();
  for (const json::Value& s : locked) {
    if ((s.text() == v->sku || s.text() == v->seller_sku) && *price != v->price)
      return Reply::fail(kWrongState, "Product is in a running Blibli promo");
  }
  v->price = *price;
  v->sale_price = std::min(v->sale_price, *price);
  if (const std::string_view sku = request.body["sellerSku"].text(); !sku.empty())
    v->seller_sku = sku;
  if (const auto buyable = request.body["buyable"].as_bool()) v->buyable = *buyable;
  p->updated = world.now();
  world.changed(json::object(
      {{"product", p->sku}, {"sku", v->sku}, {"seller_sku", v->seller_sku}, {"price", v->price}}));
  return Reply::none();
}

Reply archive(World& world, const Request& request) {
  return archive_some(world, request, "archiveProduct");
}

Reply unarchive(World& world, const Request& request) {
  return archive_some(world, request, "unarchiveProduct");
}

}  // namespace gerbang::sandbox::blibli
