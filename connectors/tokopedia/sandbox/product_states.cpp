// On sale, off sale, gone (facts tiktok_tokopedia 4.8, 8). At most 20 products a call.
#include <algorithm>

#include "connectors/tokopedia/sandbox/defaults.hpp"
#include "connectors/tokopedia/sandbox/handlers.hpp"

namespace gerbang::sandbox::tokopedia {

namespace {

json::Value failed_product(const std::string& id, std::int64_t code, std::string_view message) {
  return json::object(
      {{"code", 12052990},
       {"message", "Check failed"},
       {"detail", json::object({{"product_id", id},
                                {"extra_errors", json::Array{json::object(
                                                     {{"code", code}, {"message", message}})}}})}});
}

Refusal read_ids(const Request& request, std::vector<std::string>& ids) {
  for (const json::Value& id : request.body["product_ids"].items()) ids.emplace_back(id.text());
  if (ids.empty()) return Reply::fail(98001004, "product_ids is required");
  if (ids.size() > 20) return Reply::fail(12019120, "At most 20 products in a call");
  return {};
}

void note(World& world, const Product& product) {
  world.changed(json::object(
      {{"product_id", std::to_string(product.id)}, {"listed", product.in_state("ACTIVATE")}}));
}

// A mirror follows what it mirrors.
std::vector<std::string> all_of(const Product& product) {
  std::vector<std::string> out;
  for (const auto& [platform, state] : product.status) out.push_back(platform);
  return out;
}

// Nothing: done.
std::optional<std::pair<std::int64_t, std::string>> switch_one(
    World& world, Product& product, const std::vector<std::string>& platforms, bool on) {
  const std::pair<std::int64_t, std::string> refused{12052901,
                                                     "Product status does not allow this"};
  for (const std::string& platform : platforms) {
    const auto it = product.status.find(platform);
    if (it == product.status.end())
      return std::pair<std::int64_t, std::string>{12052358,
                                                  "The product is not listed on " + platform};
    const std::string& state = it->second;
    if (on ? state != "SELLER_DEACTIVATED" && state != "ACTIVATE"
           : state != "ACTIVATE" && state != "SELLER_DEACTIVATED")
      return refused;
  }
  bool audit = false;
  for (const std::string& platform : platforms) {
    std::string& state = product.status[platform];
    if (on && state == "SELLER_DEACTIVATED") {
      state = "PENDING";  // audited before it is on offer again
      audit = true;
    }
    if (!on) state = "SELLER_DEACTIVATED";
  }
  world.touch(product);
  if (audit) {
    begin_audit(world, product);
  } else {
    push_product(world, product, "PRODUCT_STATUS_CHANGED", Duration(0));
  }
  note(world, product);
  return std::nullopt;
}

Reply switch_all(World& world, const Request& request, bool on) {
  std::vector<std::string> ids, platforms;
  if (auto no = read_ids(request, ids)) return *std::move(no);
  if (request.shop->merging)
    return Reply::fail(12052332, "The shop is being integrated: only stock and price may change");
  if (auto no = read_platforms(world, request.body["listing_platforms"], platforms))
    return *std::move(no);
  if (platforms.empty()) platforms.emplace_back(kShop);  // not: everywhere (facts 8)
  const bool mirrored = world.seller_kind() == "mirrored";
  json::Array errors;
  for (const std::string& id : ids) {
    Product* product = world.product(*request.shop, digits(id).value_or(0));
    if (!product) {
      errors.push_back(failed_product(id, 12052032, "The product does not exist"));
    } else if (const auto no =
                   switch_one(world, *product, mirrored ? all_of(*product) : platforms, on)) {
      errors.push_back(failed_product(id, no->first, no->second));
    }
  }
  json::Object data;
  if (!errors.empty()) data.append("errors", std::move(errors));
  return Reply::ok(json::Value(std::move(data)));
}

}  // namespace

Reply activate(World& world, const Request& request) {
  return switch_all(world, request, true);
}

Reply deactivate(World& world, const Request& request) {
  return switch_all(world, request, false);
}

Reply delete_products(World& world, const Request& request) {
  std::vector<std::string> ids;
  if (auto no = read_ids(request, ids)) return *std::move(no);
  json::Array errors;
  for (const std::string& id : ids) {
    Product* product = world.product(*request.shop, digits(id).value_or(0));
    if (!product) {
      errors.push_back(failed_product(id, 12052032, "The product does not exist"));
      continue;
    }
    product->deleted = true;
    for (auto& [platform, state] : product->status) state = "DELETED";
    world.touch(*product);
    note(world, *product);
  }
  json::Object data;
  if (!errors.empty()) data.append("errors", std::move(errors));
  return Reply::ok(json::Value(std::move(data)));
}

Reply recover_products(World& world, const Request& request) {
  std::vector<std::string> ids;
  if (auto no = read_ids(request, ids)) return *std::move(no);
  json::Array errors;
  for (const std::string& id : ids) {
    const auto it = world.products.find(digits(id).value_or(0));
    if (it == world.products.end() || it->second.shop_id != request.shop->id ||
        !it->second.deleted) {
      errors.push_back(failed_product(id, 12052901, "Product status does not allow this"));
      continue;
    }
    it->second.deleted = false;
    for (auto& [platform, state] : it->second.status) state = "SELLER_DEACTIVATED";
    world.touch(it->second);
    note(world, it->second);
  }
  json::Object data;
  if (!errors.empty()) data.append("errors", std::move(errors));
  return Reply::ok(json::Value(std::move(data)));
}

}  // namespace gerbang::sandbox::tokopedia
