#include "connectors/shopee/sandbox/handlers.hpp"

// PUT /_sandbox/settings: the keys that do something at once. README.md has the list.
namespace gerbang::sandbox::shopee {

namespace {

Error invalid(std::string why) {
  return Error(ErrorKind::invalid, "setting_invalid", std::move(why));
}
Error unknown(std::string why) {
  return Error(ErrorKind::not_found, "setting_names_nothing", std::move(why));
}

Result<void> set_promotion(World& world, const json::Value& wish) {
  const auto item_id = wish["item_id"].to_integral();
  Item* item = item_id ? world.item(*item_id) : nullptr;
  if (!item) return unknown("promotion: no such item");
  const Id model_id = wish["model_id"].to_integral().value_or(0);
  Model* model = item->model(model_id);
  if (!model) return unknown("promotion: no such model");
  const std::int64_t reserved = wish["reserved"].to_integral().value_or(0);
  if (reserved < 0 || reserved > model->stock)
    return invalid("promotion: the stock does not cover what is reserved");
  Promotion p;
  p.item_id = *item_id;
  p.model_id = model_id;
  p.reserved = reserved;
  p.locks_price = wish["locks_price"].as_bool().value_or(false);
  p.locks_stock = wish["locks_stock"].as_bool().value_or(false);
  p.locks_content = wish["locks_content"].as_bool().value_or(false);
  p.price = wish["price"].to_integral();
  p.start = wish["start_time"].to_integral().value_or(world.seconds());
  p.end = wish["end_time"].to_integral().value_or(p.start + 86400);
  if (wish["off"].as_bool().value_or(false)) {
    world.promotions.erase({*item_id, model_id});
    return {};
  }
  p.promotion_id = world.new_promotion_id();
  world.promotions[{*item_id, model_id}] = p;
  return {};
}

Result<void> ban_item(World& world, const json::Value& wish, bool ban) {
  const auto id = wish["item_id"].to_integral();
  Item* item = id ? world.item(*id) : nullptr;
  if (!item || item->status == ItemStatus::seller_delete) return unknown("ban: no such item");
  item->status = ban ? ItemStatus::banned : ItemStatus::normal;
  world.touch(*item);
  const std::string_view reason = wish["reason"].text();
  json::Array details;
  if (ban) {
    details.push_back(
        json::object({{"violation_type", "Prohibited Listing"},
                      {"violation_reason", reason.empty() ? "Contoh pelanggaran" : reason},
                      {"suggestion", "Perbaiki produk lalu ajukan peninjauan."},
                      {"update_time", world.seconds()},
                      {"fix_deadline_time", world.seconds() + 7 * 86400}}));
  }
  world.push(16, world.shops.at(item->shop_id),
             json::object({{"item_id", item->item_id},
                           {"item_name", item->name},
                           {"item_status", name_of(item->status)},
                           {"deboost", false},
                           {"item_status_details", std::move(details)}}));
  return {};
}

}  // namespace

Result<void> apply_settings(World& world, const json::Value& patch) {
  if (const json::Value& wish = patch["promotion"]; wish.is_object())
    GERBANG_CHECK(set_promotion(world, wish));
  if (const json::Value& wish = patch["ban"]; wish.is_object())
    GERBANG_CHECK(ban_item(world, wish, true));
  if (const json::Value& wish = patch["unban"]; wish.is_object())
    GERBANG_CHECK(ban_item(world, wish, false));
  if (const json::Value& wish = patch["ban_shop"]; wish.is_object()) {
    Shop* shop = world.shop(wish["shop_id"].to_integral().value_or(0));
    if (!shop) return unknown("ban_shop: no such shop");
    shop->banned = wish["banned"].as_bool().value_or(true);
  }
  if (const json::Value& wish = patch["cancel_authorization"]; wish.is_object()) {
    Shop* shop = world.shop(wish["shop_id"].to_integral().value_or(0));
    if (!shop) return unknown("cancel_authorization: no such shop");
    cancel_authorization(world, *shop, "shop authorization canceled by user");
  }
  if (const json::Value& wish = patch["authorization_expiring"]; wish.is_object()) {
    Shop* shop = world.shop(wish["shop_id"].to_integral().value_or(0));
    if (!shop) return unknown("authorization_expiring: no such shop");
    shop->expire_time = world.seconds() + 7 * 86400;
    world.push_partner(12, json::object({{"merchant_expire_soon", json::Array()},
                                         {"shop_expire_soon", json::Array{shop->shop_id}},
                                         {"user_expire_soon", json::Array()},
                                         {"expire_before", shop->expire_time},
                                         {"page_no", 1},
                                         {"total_page", 1}}));
  }
  return {};
}

}  // namespace gerbang::sandbox::shopee
