#include <algorithm>
#include <cmath>

#include "connectors/shopee/sandbox/handlers.hpp"

// Facts 3.11.
namespace gerbang::sandbox::shopee {

namespace {

constexpr std::size_t kMaxModels = 50;
constexpr std::size_t kMaxOptions = 50;
constexpr std::int64_t kMaxSku = 100;

Reply param(std::string_view message) {
  return Reply::fail("error_param", message);
}

// A variant call on an item of the shop that can be edited now.
Refusal editable_item(World& world, const Request& request, Item*& out) {
  Refusal why;
  out = world.live_item(request, request.body["item_id"], why);
  if (!out) return why;
  const ItemStatus status = world.status_of(*out);
  if (status != ItemStatus::normal && status != ItemStatus::unlist)
    return Reply::fail("error_item_uneditable", "The item can not be edited.");
  return {};
}

// Both forms of the tiers.
Refusal read_tiers(World& world, const json::Value& body, std::vector<Tier>& out) {
  const bool standard = !body["standardise_tier_variation"].items().empty();
  const json::Array& list =
      (standard ? body["standardise_tier_variation"] : body["tier_variation"]).items();
  if (list.size() > 2) return param("At most two tiers are allowed.");
  const json::Value limits = item_limits(world);
  const auto fits = [&](std::string_view text, std::string_view limit) {
    const std::int64_t length = length_of(world, text);
    return length >= limits[limit]["min_limit"].as_int64().value_or(1) &&
           length <= limits[limit]["max_limit"].as_int64().value_or(0);
  };
  for (const json::Value& entry : list) {
    Tier tier;
    tier.name = entry[standard ? "variation_name" : "name"].text();
    if (!fits(tier.name, "tier_variation_name_length_limit"))
      return param("The length of the tier variation name is out of range.");
    std::set<std::string> names;
    for (const json::Value& o : entry[standard ? "variation_option_list" : "option_list"].items()) {
      TierOption option;
      option.name = o[standard ? "variation_option_name" : "option"].text();
      option.image_id = standard ? o["image_id"].text() : o["image"]["image_id"].text();
      if (!fits(option.name, "tier_variation_option_length_limit"))
        return param("The length of the tier variation option is out of range.");
      if (!names.insert(option.name).second) return param("Repeat tier variation option.");
      if (!option.image_id.empty() && !out.empty())
        return param("Only the first tier can have images.");
      if (!option.image_id.empty() && !world.images.contains(option.image_id))
        return param("Image not exist.");
      tier.options.push_back(std::move(option));
    }
    if (tier.options.empty() || tier.options.size() > kMaxOptions)
      return param("A tier must have 1 to 50 options.");
    if (!out.empty() && out.front().name == tier.name) return param("Repeat tier variation name.");
    out.push_back(std::move(tier));
  }
  return {};
}

Refusal read_index(const json::Value& value, std::vector<std::int64_t>& out) {
  if (!value.is_array()) return param("Model tier_index error.");
  out.clear();
  for (const json::Value& i : value.items()) {
    const auto index = whole(i);
    if (!index || *index < 0) return param("Model tier_index error.");
    out.push_back(*index);
  }
  return {};
}

// The parts of a model that update_model may change too.
Refusal read_details(World& world, const json::Value& body, Model& out) {
  if (const json::Value& sku = body["model_sku"]; !sku.is_null()) {
    if (!sku.is_string() || length_of(world, sku.text()) > kMaxSku)
      return param("Invalid model_sku.");
    out.sku = sku.text();
  }
  if (const json::Value& weight = body["weight"]; !weight.is_null()) {
    const auto kg = weight.as_double();
    if (!kg || !std::isfinite(*kg) || *kg <= 0) return param("Invalid Weight.");
    out.weight = weight.to_text();
  }
  if (const json::Value& dimension = body["dimension"]; !dimension.is_null()) {
    out.dimension = read_dimension(dimension);
    if (!out.dimension) return param("Invalid dimension: all three are needed.");
  }
  if (const json::Value& pre_order = body["pre_order"]; !pre_order.is_null()) {
    const bool is = pre_order["is_pre_order"].as_bool().value_or(false);
    out.pre_order = PreOrder{is, is ? whole(pre_order["days_to_ship"]).value_or(0) : 0};
  }
  out.gtin = body["gtin_code"].is_null() ? out.gtin : std::string(body["gtin_code"].text());
  return {};
}

Refusal read_model(World& world, const json::Value& body, Model& out) {
  if (auto no = read_index(body["tier_index"], out.tier_index)) return no;
  if (auto no = read_price(body["original_price"], out.price)) return no;
  if (auto no = read_stock(body["seller_stock"], out.stock)) return no;
  if (auto no = check_price(world, out.price)) return no;
  if (auto no = check_stock(world, out.stock)) return no;
  return read_details(world, body, out);
}

// Every combination at most once, inside the tiers, and the price ratio of the region.
Refusal check_models(const World& world, const std::vector<Tier>& tiers,
                     const std::vector<Model>& models) {
  if (models.empty() || models.size() > kMaxModels)
    return param("The item must have 1 to 50 models.");
  std::set<std::vector<std::int64_t>> seen;
  for (const Model& m : models) {
    if (m.tier_index.size() != tiers.size()) return param("Model tier_index error.");
    for (std::size_t i = 0; i < tiers.size(); ++i) {
      if (m.tier_index[i] >= static_cast<std::int64_t>(tiers[i].options.size()))
        return param("Model tier_index error.");
    }
    if (!seen.insert(m.tier_index).second) return param("Repeat model tier_index.");
  }
  return check_price_ratio(world, models);
}

json::Value model_json(const World& world, const Model& m) {
  return json::object(
      {{"tier_index", json::Array(m.tier_index.begin(), m.tier_index.end())},
       {"model_id", m.model_id},
       {"model_sku", m.sku},
       {"price_info", json::Array{json::object({{"original_price", world.money(m.price)}})}},
       {"seller_stock", json::Array{json::object({{"location_id", ""}, {"stock", m.stock}})}}});
}

void tell(World& world, const Item& item, const Model& m) {
  world.changed(json::object({{"item_id", item.item_id},
                              {"model_id", m.model_id},
                              {"sku", item.has_model() ? m.sku : item.sku},
                              {"stock", m.stock},
                              {"price", m.price}}));
}

void stored(World& world, Item& item) {
  world.touch(item);
  world.reindex(item);
}

}  // namespace

Reply init_tier_variation(World& world, const Request& request) {
  Item* item = nullptr;
  if (auto no = editable_item(world, request, item)) return *no;
  // Too soon after add_item (facts 3.11; the code is not documented).
  if (world.now() < item->created + std::chrono::seconds(world.number("settle_seconds", 5)))
    return Reply::fail(world.text("settle_code", "error_system_busy"),
                       "The item is being created, please try again later.");
  if (world.promotion(item->item_id))
    return Reply::fail("error_item_in_promotion", "The item is under promotion.");
  std::vector<Tier> tiers;
  if (auto no = read_tiers(world, request.body, tiers)) return *no;
  std::vector<Model> models;
  for (const json::Value& entry : request.body["model"].items()) {
    Model m;
    if (auto no = read_model(world, entry, m)) return *no;
    models.push_back(std::move(m));
  }
  if (auto no = check_models(world, tiers, models)) return *no;
  // A new structure gives every variant a new id; without tiers it is a plain item again.
  for (Model& m : models) m.model_id = tiers.empty() ? 0 : world.new_model_id();
  item->tiers = std::move(tiers);
  item->models = std::move(models);
  stored(world, *item);
  json::Array list;
  for (const Model& m : item->models) {
    if (item->has_model()) list.push_back(model_json(world, m));
    tell(world, *item, m);
  }
  return Reply::ok(json::object({{"item_id", item->item_id},
                                 {"tier_variation", tiers_json(*item)},
                                 {"model", std::move(list)}}));
}

Reply add_model(World& world, const Request& request) {
  Item* item = nullptr;
  if (auto no = editable_item(world, request, item)) return *no;
  if (!item->has_model())
    return param("Item without tier_variation, please init tier_variation first.");
  const json::Array& given = request.body["model_list"].items();
  if (given.empty() || given.size() > kMaxModels)
    return param("The model_list must have 1 to 50 models.");
  std::vector<Model> models = item->models;
  for (const json::Value& entry : given) {
    Model m;
    if (auto no = read_model(world, entry, m)) return *no;
    models.push_back(std::move(m));
  }
  if (auto no = check_models(world, item->tiers, models)) return *no;
  const std::size_t before = item->models.size();
  for (std::size_t i = before; i < models.size(); ++i) models[i].model_id = world.new_model_id();
  item->models = std::move(models);
  stored(world, *item);
  json::Array list;
  for (std::size_t i = before; i < item->models.size(); ++i) {
    list.push_back(model_json(world, item->models[i]));
    tell(world, *item, item->models[i]);
  }
  return Reply::ok(json::object({{"model", std::move(list)}}));
}

Reply update_model(World& world, const Request& request) {
  Item* item = nullptr;
  if (auto no = editable_item(world, request, item)) return *no;
  const json::Array& given = request.body["model"].items();
  if (given.empty() || given.size() > kMaxModels)
    return param("The model list must have 1 to 50 models.");
  std::vector<Model> models = item->models;
  for (const json::Value& entry : given) {
    const auto id = whole(entry["model_id"]);
    const auto found = std::find_if(models.begin(), models.end(), [&](const Model& m) {
      return id && m.model_id == *id && m.model_id != 0;
    });
    if (found == models.end())
      return Reply::fail("error_model_invalid_model_id", "Invalid model_id.");
    if (!entry["model_sku"].is_string())
      return param("invalid field ModelSku: value must  Not Null");
    if (auto no = read_details(world, entry, *found)) return *no;
    world.changed(
        json::object({{"item_id", item->item_id}, {"model_id", *id}, {"sku", found->sku}}));
  }
  item->models = std::move(models);
  stored(world, *item);
  return Reply::bare();
}

Reply update_tier_variation(World& world, const Request& request) {
  Item* item = nullptr;
  if (auto no = editable_item(world, request, item)) return *no;
  if (!item->has_model())
    return param("Item without tier_variation, please init tier_variation first.");
  std::vector<Tier> tiers;
  if (auto no = read_tiers(world, request.body, tiers)) return *no;
  if (tiers.size() != item->tiers.size())
    return param("The number of tiers can not change: use init_tier_variation.");
  std::vector<Model> models = item->models;
  if (const json::Value& list = request.body["model_list"]; !list.is_null()) {
    // Which existing model goes where; those that are not named are gone with their options.
    models.clear();
    for (const json::Value& entry : list.items()) {
      const auto id = whole(entry["model_id"]);
      const Model* old = id ? item->model(*id) : nullptr;
      const bool twice = std::any_of(models.begin(), models.end(), [&](const Model& m) {
        return old && m.model_id == old->model_id;
      });
      if (!old || twice) return Reply::fail("error_model_invalid_model_id", "Invalid model_id.");
      Model moved = *old;
      if (auto no = read_index(entry["tier_index"], moved.tier_index)) return *no;
      models.push_back(std::move(moved));
    }
  }
  if (auto no = check_models(world, tiers, models)) return *no;
  item->tiers = std::move(tiers);
  item->models = std::move(models);
  stored(world, *item);
  json::Array kept;
  for (const Model& m : item->models) kept.push_back(m.model_id);
  world.changed(json::object({{"item_id", item->item_id}, {"models", std::move(kept)}}));
  return Reply::bare();
}

Reply delete_model(World& world, const Request& request) {
  Item* item = nullptr;
  if (auto no = editable_item(world, request, item)) return *no;
  const auto id = whole(request.body["model_id"]);
  if (!id || *id == 0 || !item->model(*id))
    return Reply::fail("error_model_invalid_model_id", "Invalid model_id.");
  if (world.promotion(item->item_id, *id))
    return Reply::fail("error_item_in_promotion", "The item is under promotion.");
  if (item->models.size() == 1) return param("The last model can not be deleted.");
  world.changed(json::object({{"item_id", item->item_id},
                              {"model_id", *id},
                              {"sku", item->model(*id)->sku},
                              {"deleted", true}}));
  std::erase_if(item->models, [&](const Model& m) { return m.model_id == *id; });
  stored(world, *item);
  return Reply::bare();
}

}  // namespace gerbang::sandbox::shopee
