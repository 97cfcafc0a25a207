#include <algorithm>

#include "connectors/shopee/sandbox/handlers.hpp"

namespace gerbang::sandbox::shopee {

namespace {

json::Value number_of(const std::string& text) {
  return json::parse(text).value_or(json::Value());
}

// What add_item and update_item answer; its names differ from the reading call's (facts 3.7).
json::Value written(const World& world, const Item& item) {
  json::Array urls, channel_list, attributes;
  for (const std::string& id : item.images) urls.push_back(image_url(id));
  for (const ItemChannel& c : item.channels) {
    channel_list.push_back(json::object({{"logistic_id", c.logistic_id},
                                         {"enabled", c.enabled},
                                         {"is_free", c.is_free},
                                         {"size_id", c.size_id},
                                         {"shipping_fee", c.shipping_fee}}));
  }
  for (const ItemAttribute& a : item.attributes) {
    json::Array values;
    for (const AttributeValue& v : a.values) {
      values.push_back(json::object(
          {{"value_id", v.value_id}, {"original_value_name", v.name}, {"value_unit", v.unit}}));
    }
    attributes.push_back(json::object(
        {{"attribute_id", a.attribute_id}, {"attribute_value_list", std::move(values)}}));
  }
  json::Object out;
  out.append("item_id", item.item_id);
  out.append("item_name", item.name);
  out.append("description", item.description);
  out.append("item_sku", item.sku);
  out.append("item_status", name_of(world.status_of(item)));
  out.append("weight", number_of(item.weight));
  out.append("category_id", item.category_id);
  if (!item.has_model()) {
    const Model& plain = item.models.front();
    out.append("price_info", json::object({{"original_price", world.money(plain.price)},
                                           {"current_price", world.money(plain.price)}}));
    out.append("seller_stock",
               json::Array{json::object({{"location_id", ""}, {"stock", plain.stock}})});
  }
  out.append("images",
             json::object({{"image_id_list", json::Array(item.images.begin(), item.images.end())},
                           {"image_url_list", std::move(urls)}}));
  out.append("logistic_info", std::move(channel_list));
  out.append("attribute", std::move(attributes));
  out.append("brand",
             json::object({{"brand_id", item.brand_id}, {"original_brand_name", item.brand_name}}));
  out.append("pre_order", pre_order_json(world, item.pre_order));
  out.append("dimension", dimension_json(item.dimension));
  out.append("condition", item.condition);
  out.append("item_dangerous", item.dangerous);
  return out;
}

bool has_twin(const World& world, const Shop& shop, const Item& item) {
  return std::any_of(shop.items.begin(), shop.items.end(), [&](Id id) {
    const Item& other = world.items.at(id);
    return other.status != ItemStatus::seller_delete && other.name == item.name &&
           other.sku == item.sku;
  });
}

bool editable(const World& world, const Item& item) {
  const ItemStatus status = world.status_of(item);
  return status == ItemStatus::normal || status == ItemStatus::unlist;
}

}  // namespace

Reply add_item(World& world, const Request& request) {
  Shop& shop = *request.shop;
  Item item;
  item.shop_id = shop.shop_id;
  if (auto no = read_item(world, request.body, item, true)) return *no;
  const auto alive = std::count_if(shop.items.begin(), shop.items.end(), [&](Id id) {
    return world.items.at(id).status != ItemStatus::seller_delete;
  });
  if (alive >= item_limits(world)["item_count_limit"]["max_limit"].as_int64().value_or(10000))
    return Reply::fail("error_reach_shop_item_limit", "The shop has reached its item limit.");
  if (auto no = check_item(world, shop, item)) return *no;
  if (world.enabled("refuse_similar") && has_twin(world, shop, item))
    return Reply::fail("error_repeated_mtsku", "A similar product exists.");

  item.item_id = world.new_item_id();
  item.created = item.updated = world.now();
  item.review_until = world.now() + std::chrono::seconds(world.number("review_seconds", 0));
  name_attribute_values(item);
  shop.items.push_back(item.item_id);
  Item& stored = world.items.emplace(item.item_id, std::move(item)).first->second;
  world.reindex(stored);
  const Model& plain = stored.models.front();
  world.changed(json::object({{"item_id", stored.item_id},
                              {"model_id", 0},
                              {"sku", stored.sku},
                              {"title", stored.name},
                              {"stock", plain.stock},
                              {"price", plain.price},
                              {"listed", stored.status == ItemStatus::normal}}));
  return Reply::ok(written(world, stored));
}

Reply update_item(World& world, const Request& request) {
  const json::Value& body = request.body;
  Refusal why;
  Item* item = world.live_item(request, body["item_id"], why);
  if (!item) return *why;
  if (!editable(world, *item))
    return Reply::fail("error_item_uneditable", "The item can not be edited.");
  if (const Promotion* p = world.promotion(item->item_id); p && p->locks_content) {
    for (const auto& [field, word] :
         {std::pair("item_name", "name"), {"description", "description"}, {"image", "image"}}) {
      if (!body[field].is_null())
        return Reply::fail("error_cannt_edit_" + std::string(word) + "_in_promotion",
                           "The item is under promotion.");
    }
  }
  Item changed = *item;
  if (auto no = read_item(world, body, changed, false)) return *no;
  if (auto no = check_item(world, *request.shop, changed)) return *no;
  if (!body["weight"].is_null() || !body["dimension"].is_null()) {
    // They overwrite those of all variants (facts 3.8).
    for (Model& m : changed.models) {
      if (!body["weight"].is_null()) m.weight.clear();
      if (!body["dimension"].is_null()) m.dimension.reset();
    }
  }
  name_attribute_values(changed);
  *item = std::move(changed);
  world.touch(*item);
  world.reindex(*item);
  world.changed(json::object({{"item_id", item->item_id},
                              {"sku", item->sku},
                              {"title", item->name},
                              {"listed", item->status == ItemStatus::normal}}));
  Reply reply = Reply::ok(written(world, *item));
  // Gone from the reference since mid-2026 (facts 3.8).
  if (!body["logistic_info"].is_null()) reply.warning = "logistic_info is deprecated and ignored.";
  return reply;
}

Reply delete_item(World& world, const Request& request) {
  Refusal why;
  Item* item = world.live_item(request, request.body["item_id"], why);
  if (!item) return *why;
  if (world.promotion(item->item_id))
    return Reply::fail("error_cannt_delete_in_promotion", "The item is under promotion.");
  item->status = ItemStatus::seller_delete;
  world.touch(*item);
  world.reindex(*item);
  world.changed(json::object(
      {{"item_id", item->item_id}, {"sku", item->sku}, {"listed", false}, {"deleted", true}}));
  return Reply::bare();
}

Reply unlist_item(World& world, const Request& request) {
  const json::Array& list = request.body["item_list"].items();
  if (list.empty() || list.size() > 50)
    return Reply::fail("error_param", "The item_list must have 1 to 50 items.");
  json::Array good, bad;
  for (const json::Value& entry : list) {
    const auto unlist = entry["unlist"].as_bool();
    Refusal why;
    Item* item = world.live_item(request, entry["item_id"], why);
    if (item && !unlist) {
      why = Reply::fail("error_param", "The field unlist is required.");
    } else if (item && !editable(world, *item)) {
      why = Reply::fail("error_busi_cannot_delist_reviewing_or_banned_item",
                        "Can't unlist item when item is reviewing or banned");
    } else if (item && *unlist && world.promotion(item->item_id)) {
      why = Reply::fail("error_cannt_unlisted_in_promotion",
                        "Can't unlist item when item is under promotion");
    }
    if (why) {
      bad.push_back(json::object({{"item_id", entry["item_id"]}, {"failed_reason", why->message}}));
      continue;
    }
    item->status = *unlist ? ItemStatus::unlist : ItemStatus::normal;
    world.touch(*item);
    world.changed(
        json::object({{"item_id", item->item_id}, {"sku", item->sku}, {"listed", !*unlist}}));
    good.push_back(json::object({{"item_id", item->item_id}, {"unlist", *unlist}}));
  }
  const bool all_failed = good.empty();
  json::Value response =
      json::object({{"success_list", std::move(good)}, {"failure_list", std::move(bad)}});
  if (all_failed)
    return Reply::fail("error_unlist_item_all_failed", "All items failed.", std::move(response));
  return Reply::ok(std::move(response));
}

}  // namespace gerbang::sandbox::shopee
