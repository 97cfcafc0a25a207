// Switches that act at once: PUT /_sandbox/settings with one of these.
#include "connectors/tokopedia/sandbox/handlers.hpp"

namespace gerbang::sandbox::tokopedia {

namespace {

Error unknown(std::string what) {
  return Error(ErrorKind::not_found, "unknown", std::move(what));
}

Id id_in(const json::Value& wish, const char* field) {
  return digits(wish[field].to_text()).value_or(0);
}

Sku* find_sku(World& world, const json::Value& wish) {
  for (auto& [id, product] : world.products) {
    if (product.deleted) continue;
    for (Sku& s : product.skus) {
      if (s.id == id_in(wish, "sku_id") ||
          (!wish["sku"].text().empty() && s.seller_sku == wish["sku"].text()))
        return &s;
    }
  }
  return nullptr;
}

Result<void> set_state(World& world, const json::Value& wish, std::string_view state) {
  const auto it = world.products.find(id_in(wish, "product_id"));
  if (it == world.products.end() || it->second.deleted) return unknown("no such product");
  Product& product = it->second;
  const std::string platform(wish["platform"].text());
  for (auto& [name, is] : product.status) {
    if (platform.empty() || platform == name) is = state;
  }
  world.touch(product);
  push_product(world, product, "PRODUCT_STATUS_CHANGED", Duration(0));
  return {};
}

}  // namespace

Result<void> apply_settings(World& world, const json::Value& patch) {
  if (const json::Value& wish = patch["promotion"]; wish.is_object()) {
    Sku* sku = find_sku(world, wish);
    if (!sku) return unknown("promotion: no such SKU");
    if (wish["off"].as_bool().value_or(false)) {
      world.promotions.erase(sku->id);
    } else {
      world.promotions[sku->id] = {wish["locks_price"].as_bool().value_or(false),
                                   wish["locks_stock"].as_bool().value_or(false)};
    }
  }
  if (const json::Value& wish = patch["freeze"]; wish.is_object())
    GERBANG_CHECK(set_state(world, wish, "FREEZE"));
  if (const json::Value& wish = patch["stop"]; wish.is_object())
    GERBANG_CHECK(set_state(world, wish, "PLATFORM_DEACTIVATED"));
  if (const json::Value& wish = patch["take_off"]; wish.is_object())
    GERBANG_CHECK(set_state(world, wish, "SELLER_DEACTIVATED"));
  if (const json::Value& wish = patch["restore"]; wish.is_object())
    GERBANG_CHECK(set_state(world, wish, "ACTIVATE"));
  if (const json::Value& wish = patch["shop"]; wish.is_object()) {
    Shop* shop = world.shop(id_in(wish, "shop_id"));
    if (!shop) return unknown("shop: no such shop");
    if (const auto on = wish["merging"].as_bool()) shop->merging = *on;
    if (const auto on = wish["disabled"].as_bool()) shop->disabled = *on;
  }
  if (const json::Value& wish = patch["withdraw"]; wish.is_object()) {
    Shop* shop = world.shop(id_in(wish, "shop_id"));
    if (!shop) return unknown("withdraw: no such shop");
    withdraw(world, *shop, "The seller has withdrawn the authorization");
  }
  if (const json::Value& wish = patch["authorization_expiring"]; wish.is_object()) {
    Shop* shop = world.shop(id_in(wish, "shop_id"));
    if (!shop) return unknown("authorization_expiring: no such shop");
    world.push(7, "UPCOMING_AUTHORIZATION_EXPIRATION", *shop,
               json::object({{"message", "The authorization expires in 30 days"},
                             {"expiration_time", std::to_string(world.seconds() + 30 * 86400)}}));
  }
  if (const json::Value& wish = patch["mirror"]; wish.is_object()) {
    Shop* shop = world.shop(id_in(wish, "shop_id"));
    if (!shop) return unknown("mirror: no such shop");
    const std::string_view status = wish["status"].text();
    world.push(35, "TOKOPEDIA_MIRROR_STATUS_CHANGE", *shop,
               json::object({{"tts_shop_id", std::to_string(shop->id)},
                             {"mirror_status", status.empty() ? "MIRRORED" : status},
                             {"update_time", world.seconds()}}));
  }
  return {};
}

}  // namespace gerbang::sandbox::tokopedia
