#include <algorithm>

#include "connectors/shopee/sandbox/catalogue_data.hpp"
#include "connectors/shopee/sandbox/handlers.hpp"

namespace gerbang::sandbox::shopee {

namespace {

constexpr std::int64_t kDeepestOffset = 100'000;

std::int64_t current_price(const World& world, const Item& item, const Model& model) {
  const Promotion* p = world.promotion(item.item_id, model.model_id);
  return p && p->price ? *p->price : model.price;
}

json::Value price_info(const World& world, const Item& item, const Model& model) {
  const json::Value original = world.money(model.price);
  const json::Value current = world.money(current_price(world, item, model));
  return json::Array{json::object({{"currency", "IDR"},
                                   {"original_price", original},
                                   {"current_price", current},
                                   {"inflated_price_of_original_price", original},
                                   {"inflated_price_of_current_price", current}})};
}

json::Value stock_info(const World& world, const Item& item, const Model& model) {
  const Promotion* p = world.promotion(item.item_id, model.model_id);
  return json::object({{"summary_info", json::object({{"total_reserved_stock", p ? p->reserved : 0},
                                                      {"total_available_stock", model.stock}})},
                       {"seller_stock", json::Array{json::object({{"location_id", "IDZ"},
                                                                  {"stock", model.stock},
                                                                  {"if_saleable", true}})}},
                       {"shopee_stock", json::Array()}});
}

json::Value attributes_json(const World& world, const Item& item) {
  json::Array out;
  for (const ItemAttribute& mine : item.attributes) {
    const Attribute* a = find_attribute(item.category_id, mine.attribute_id);
    json::Array values;
    for (const AttributeValue& v : mine.values) {
      values.push_back(json::object(
          {{"value_id", v.value_id}, {"original_value_name", v.name}, {"value_unit", v.unit}}));
    }
    out.push_back(json::object({{"attribute_id", mine.attribute_id},
                                {"original_attribute_name", a ? a->id_name : ""},
                                {"is_mandatory", a && is_mandatory(world, *a)},
                                {"attribute_value_list", std::move(values)}}));
  }
  return out;
}

json::Value channels_json(const Item& item) {
  json::Array out;
  for (const ItemChannel& mine : item.channels) {
    const Channel* c = find_channel(mine.logistic_id);
    out.push_back(json::object({{"logistic_id", mine.logistic_id},
                                {"logistic_name", c ? c->name : ""},
                                {"enabled", mine.enabled},
                                {"is_free", mine.is_free},
                                {"size_id", mine.size_id},
                                {"estimated_shipping_fee", 9000}}));
  }
  return out;
}

json::Value base_info(const World& world, const Item& item) {
  json::Array urls;
  for (const std::string& id : item.images) urls.push_back(image_url(id));
  json::Object out;
  out.append("item_id", item.item_id);
  out.append("category_id", item.category_id);
  out.append("item_name", item.name);
  out.append("description", item.description);
  out.append("description_type", "normal");
  out.append("item_sku", item.sku);
  out.append("create_time", to_unix_seconds(item.created));
  out.append("update_time", to_unix_seconds(item.updated));
  out.append("attribute_list", attributes_json(world, item));
  if (!item.has_model()) {
    out.append("price_info", price_info(world, item, item.models.front()));
    out.append("stock_info_v2", stock_info(world, item, item.models.front()));
  }
  out.append("image",
             json::object({{"image_id_list", json::Array(item.images.begin(), item.images.end())},
                           {"image_url_list", std::move(urls)},
                           {"image_ratio", item.image_ratio}}));
  out.append("weight", item.weight);
  out.append("dimension", dimension_json(item.dimension));
  out.append("logistic_info", channels_json(item));
  out.append("pre_order", pre_order_json(world, item.pre_order));
  out.append("condition", item.condition);
  out.append("gtin_code", item.gtin);
  out.append("item_status", name_of(world.status_of(item)));
  out.append("deboost", false);
  out.append("has_model", item.has_model());
  out.append("has_promotion", world.promotion(item.item_id) != nullptr);
  out.append("brand",
             json::object({{"brand_id", item.brand_id}, {"original_brand_name", item.brand_name}}));
  out.append("item_dangerous", item.dangerous);
  out.append("tag", json::object({{"kit", false}}));
  return out;
}

Refusal read_ids(const Request& request, std::vector<Id>& out) {
  const std::vector<std::string> texts = request.list("item_id_list");
  if (texts.empty() || texts.size() > 50)
    return Reply::fail("error_param", "The item_id_list must have 1 to 50 ids.");
  for (const std::string& text : texts) {
    const auto id = digits(text);
    if (!id) return Reply::fail("error_param", "Invalid item_id.");
    out.push_back(*id);
  }
  return {};
}

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  }
  return out;
}

// 1: lacks a mandatory attribute, 2: lacks an optional one.
bool lacks_attribute(const World& world, const Item& item, bool mandatory) {
  const auto& all = attributes_of(item.category_id);
  return std::any_of(all.begin(), all.end(), [&](const Attribute& a) {
    return is_mandatory(world, a) == mandatory &&
           std::none_of(item.attributes.begin(), item.attributes.end(),
                        [&](const ItemAttribute& mine) { return mine.attribute_id == a.id; });
  });
}

}  // namespace

json::Value dimension_json(const std::optional<Dimension>& dimension) {
  const Dimension d = dimension.value_or(Dimension{});
  return json::object(
      {{"package_length", d.length}, {"package_width", d.width}, {"package_height", d.height}});
}

json::Value pre_order_json(const World& world, const PreOrder& pre_order) {
  const std::int64_t ordinary =
      item_limits(world)["dts_limit"]["non_pre_order_days_to_ship"].as_int64().value_or(2);
  return json::object(
      {{"is_pre_order", pre_order.is_pre_order},
       {"days_to_ship", pre_order.is_pre_order ? pre_order.days_to_ship : ordinary}});
}

json::Value tiers_json(const Item& item) {
  json::Array out;
  for (const Tier& tier : item.tiers) {
    json::Array options;
    for (const TierOption& o : tier.options) {
      json::Object option;
      option.append("option", o.name);
      if (!o.image_id.empty())
        option.append("image", json::object({{"image_id", o.image_id},
                                             {"image_url", image_url(o.image_id)}}));
      options.push_back(std::move(option));
    }
    out.push_back(json::object({{"name", tier.name}, {"option_list", std::move(options)}}));
  }
  return out;
}

Reply get_item_list(World& world, const Request& request) {
  const auto offset = request.integer("offset"), size = request.integer("page_size");
  if (!offset) return Reply::fail("error_param", "The offset is required.");
  if (*offset > kDeepestOffset)
    return Reply::fail("error_param", "get items offset over limit, please use the next field");
  if (!size || *size < 1 || *size > 100)
    return Reply::fail("error_param", "The page_size must be between 1 and 100.");
  const std::vector<std::string> statuses = request.list("item_status");
  static const std::set<std::string_view> kStatuses = {
      "NORMAL", "BANNED", "UNLIST", "REVIEWING", "SELLER_DELETE", "SHOPEE_DELETE"};
  if (statuses.empty() || !std::all_of(statuses.begin(), statuses.end(),
                                       [&](const auto& s) { return kStatuses.contains(s); }))
    return Reply::fail("error_param_item_status", "Invalid item_status.");
  const auto from = request.integer("update_time_from"), to = request.integer("update_time_to");
  if (from && to && *to < *from)
    return Reply::fail("error_update_time_range", "update_time_to is before update_time_from.");

  json::Array list;
  std::int64_t total = 0;
  for (const Id id : request.shop->items) {
    const Item& item = world.items.at(id);
    const std::string_view status = name_of(world.status_of(item));
    const std::int64_t updated = to_unix_seconds(item.updated);
    if (std::find(statuses.begin(), statuses.end(), status) == statuses.end()) continue;
    if ((from && updated < *from) || (to && updated > *to)) continue;
    if (total >= *offset && total < *offset + *size) {
      list.push_back(json::object({{"item_id", id},
                                   {"item_status", status},
                                   {"update_time", updated},
                                   {"tag", json::object({{"kit", false}})}}));
    }
    ++total;
  }
  const bool more = *offset + *size < total;
  json::Object out;
  if (!list.empty()) out.append("item", std::move(list));  // absent when empty (facts 3.12)
  out.append("total_count", total);
  out.append("has_next_page", more);
  out.append("next_offset", more ? *offset + *size : 0);
  return Reply::ok(std::move(out));
}

Reply get_item_base_info(World& world, const Request& request) {
  std::vector<Id> ids;
  if (auto no = read_ids(request, ids)) return *no;
  json::Array list;
  for (const Id id : ids) {
    const Item* item = world.item(id);
    if (item && item->shop_id == request.shop->shop_id) list.push_back(base_info(world, *item));
  }
  if (list.empty()) return Reply::fail("error_item_not_found", "Product not found.");
  return Reply::ok(json::object({{"item_list", std::move(list)}}));
}

Reply search_item(World& world, const Request& request) {
  const auto size = request.integer("page_size");
  if (!size || *size < 1 || *size > 100)
    return Reply::fail("error_param", "The page_size must be between 1 and 100.");
  const std::string name = lower(request.param("item_name")), sku = request.param("item_sku"),
                    lacking = request.param("attribute_status");
  if (name.empty() && sku.empty() && lacking.empty())
    return Reply::fail("error_param", "Give item_name, item_sku or attribute_status.");
  if (!lacking.empty() && lacking != "1" && lacking != "2")
    return Reply::fail("error_param", "The attribute_status must be 1 or 2.");
  const std::string cursor = request.param("offset");
  const auto start = cursor.empty() ? std::optional<std::int64_t>(0) : digits(cursor);
  if (!start) return Reply::fail("error_param", "Invalid offset.");
  const std::vector<std::string> statuses = request.list("item_status");

  std::vector<Id> candidates = request.shop->items;
  if (!sku.empty()) {
    const auto found = request.shop->items_by_sku.find(sku);
    candidates = found == request.shop->items_by_sku.end() ? std::vector<Id>() : found->second;
  }
  // A new item is not searchable at once; how long is a switch (facts 3.12).
  const Duration lag = std::chrono::seconds(world.number("search_lag_seconds", 0));
  json::Array ids;
  std::int64_t total = 0;
  for (const Id id : candidates) {
    const Item& item = world.items.at(id);
    const ItemStatus status = world.status_of(item);
    if (status == ItemStatus::seller_delete || item.created + lag > world.now()) continue;
    if (!statuses.empty() &&
        std::find(statuses.begin(), statuses.end(), name_of(status)) == statuses.end())
      continue;
    if (!name.empty() && lower(item.name).find(name) == std::string::npos) continue;
    if (!lacking.empty() && !lacks_attribute(world, item, lacking == "1")) continue;
    if (total >= *start && total < *start + *size) ids.push_back(id);
    ++total;
  }
  const std::int64_t next = *start + *size;
  return Reply::ok(json::object({{"item_id_list", std::move(ids)},
                                 {"total_count", total},
                                 {"next_offset", next < total ? std::to_string(next) : ""}}));
}

Reply get_item_promotion(World& world, const Request& request) {
  std::vector<Id> ids;
  if (auto no = read_ids(request, ids)) return *no;
  json::Array good, bad;
  for (const Id id : ids) {
    const Item* item = world.item(id);
    if (!item || item->shop_id != request.shop->shop_id) {
      bad.push_back(json::object({{"item_id", id}, {"failed_reason", "Product not found."}}));
      continue;
    }
    json::Array list;
    for (auto it = world.promotions.lower_bound({id, 0});
         it != world.promotions.end() && it->first.first == id; ++it) {
      const Promotion& p = it->second;
      if (p.end <= world.seconds()) continue;
      list.push_back(json::object(
          {{"promotion_type", "In Shop Flash Sale"},
           {"promotion_id", p.promotion_id},
           {"model_id", p.model_id},
           {"start_time", p.start},
           {"end_time", p.end},
           {"promotion_staging", p.start <= world.seconds() ? "ongoing" : "upcoming"},
           {"promotion_price_info",
            json::Array{json::object(
                {{"promotion_price", p.price ? world.money(*p.price) : json::Value()}})}},
           {"promotion_stock_info_v2",
            json::object(
                {{"summary_info", json::object({{"total_reserved_stock", p.reserved}})}})}}));
    }
    good.push_back(json::object({{"item_id", id}, {"promotion", std::move(list)}}));
  }
  return Reply::ok(
      json::object({{"success_list", std::move(good)}, {"failure_list", std::move(bad)}}));
}

Reply get_model_list(World& world, const Request& request) {
  const auto id = request.integer("item_id");
  if (!id) return Reply::fail("error_param", "invalid field ItemId: value must  Not Null");
  const Item* item = world.item(*id);
  if (!item || item->shop_id != request.shop->shop_id)
    return Reply::fail("error_item_not_found", "Product not found.");
  json::Array standard, models;
  for (const Tier& tier : item->tiers) {
    json::Array options;
    for (const TierOption& o : tier.options) {
      json::Object option;
      option.append("variation_option_id", 0);
      option.append("variation_option_name", o.name);
      if (!o.image_id.empty()) {
        option.append("image_id", o.image_id);
        option.append("image_url", image_url(o.image_id));
      }
      options.push_back(std::move(option));
    }
    standard.push_back(json::object({{"variation_id", 0},
                                     {"variation_group_id", 0},
                                     {"variation_name", tier.name},
                                     {"variation_option_list", std::move(options)}}));
  }
  for (const Model& m : item->models) {
    if (!item->has_model()) break;
    const Promotion* p = world.promotion(*id, m.model_id);
    models.push_back(
        json::object({{"model_id", m.model_id},
                      {"tier_index", json::Array(m.tier_index.begin(), m.tier_index.end())},
                      {"model_sku", m.sku},
                      {"model_status", "MODEL_NORMAL"},
                      {"has_promotion", p != nullptr},
                      {"promotion_id", p ? p->promotion_id : 0},
                      {"price_info", price_info(world, *item, m)},
                      {"stock_info_v2", stock_info(world, *item, m)},
                      {"pre_order", pre_order_json(world, m.pre_order.value_or(item->pre_order))},
                      {"gtin_code", m.gtin},
                      {"weight", m.weight.empty() ? item->weight : m.weight},
                      {"dimension", dimension_json(m.dimension ? m.dimension : item->dimension)}}));
  }
  return Reply::ok(json::object({{"tier_variation", tiers_json(*item)},
                                 {"standardise_tier_variation", std::move(standard)},
                                 {"model", std::move(models)}}));
}

}  // namespace gerbang::sandbox::shopee
