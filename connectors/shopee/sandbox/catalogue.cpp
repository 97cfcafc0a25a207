#include "connectors/shopee/sandbox/catalogue_data.hpp"
#include "connectors/shopee/sandbox/handlers.hpp"

namespace gerbang::sandbox::shopee {

namespace {

// "en" (default) or "id"; nothing when it is another.
std::optional<bool> indonesian(const Request& request) {
  const std::string language = request.param("language");
  if (language.empty() || language == "en") return false;
  if (language == "id") return true;
  return std::nullopt;
}

Reply invalid_language() {
  return Reply::fail("error_invalid_language", "The language is not supported.");
}
Reply invalid_category() {
  return Reply::fail("error_invalid_category", "Invalid category.");
}

json::Value choice_json(const Choice& choice) {
  return json::object(
      {{"value_id", choice.value_id},
       {"name", choice.name},
       {"value_unit", ""},
       {"child_attribute_list", json::Array()},
       {"multi_lang", json::Array{json::object({{"language", "id"}, {"value", choice.name}})}}});
}

json::Value attribute_json(const World& world, const Attribute& a, bool in_indonesian) {
  json::Array values;
  for (const Choice& choice : a.choices) values.push_back(choice_json(choice));
  return json::object(
      {{"attribute_id", a.id},
       {"mandatory", is_mandatory(world, a)},
       {"name", in_indonesian ? a.id_name : a.en_name},
       {"attribute_value_list", std::move(values)},
       {"attribute_info",
        json::object({{"input_type", a.input_type},
                      {"input_validation_type", a.validation},
                      {"format_type", a.format},
                      {"date_format_type", a.date_format},
                      {"attribute_unit_list", json::Array(a.units.begin(), a.units.end())},
                      {"max_value_count", a.max_values},
                      {"support_search_value", false}})},
       {"multi_lang", json::Array{json::object({{"language", "id"}, {"value", a.id_name}})}}});
}

json::Value range(std::int64_t min, std::int64_t max) {
  return json::object({{"min_limit", min}, {"max_limit", max}});
}

}  // namespace

Reply get_category(World&, const Request& request) {
  const auto in_indonesian = indonesian(request);
  if (!in_indonesian) return invalid_language();
  json::Array list;
  for (const Category& c : categories()) {
    list.push_back(json::object({{"category_id", c.id},
                                 {"parent_category_id", c.parent},
                                 {"original_category_name", c.en_name},
                                 {"display_category_name", *in_indonesian ? c.id_name : c.en_name},
                                 {"has_children", !is_leaf(c.id)}}));
  }
  return Reply::ok(json::object({{"category_list", std::move(list)}}));
}

Reply get_attribute_tree(World& world, const Request& request) {
  const auto in_indonesian = indonesian(request);
  if (!in_indonesian) return invalid_language();
  std::vector<std::string> wanted = request.list("category_id_list");
  if (wanted.empty()) wanted = request.list("category_ids");  // older name
  if (wanted.empty() || wanted.size() > 20)
    return Reply::fail("error_param", "Give 1 to 20 category ids.");
  json::Array list;
  for (const std::string& text : wanted) {
    const auto id = digits(text);
    if (!id || !is_leaf(*id)) return invalid_category();
    json::Array tree;
    for (const Attribute& a : attributes_of(*id))
      tree.push_back(attribute_json(world, a, *in_indonesian));
    list.push_back(
        json::object({{"category_id", *id}, {"warning", ""}, {"attribute_tree", std::move(tree)}}));
  }
  return Reply::ok(json::object({{"list", std::move(list)}}));
}

Reply get_brand_list(World&, const Request& request) {
  const auto offset = request.integer("offset"), size = request.integer("page_size"),
             category = request.integer("category_id"), status = request.integer("status");
  if (!offset || !size || *size < 1 || *size > 100)
    return Reply::fail("error_param", "offset and a page_size of 1 to 100 are needed.");
  if (!status || *status < 1 || *status > 2)
    return Reply::fail("error_param", "The status must be 1 or 2.");
  if (!category || !is_leaf(*category)) return invalid_category();
  json::Array list;
  std::int64_t next = 0;
  bool more = false;
  if (*status == 1) {  // no brand waits for approval here
    const auto& all = brands();
    const auto count = static_cast<std::int64_t>(all.size());
    for (std::int64_t i = *offset; i < count && i < *offset + *size; ++i) {
      const Brand& b = all[static_cast<std::size_t>(i)];
      list.push_back(json::object(
          {{"brand_id", b.id}, {"original_brand_name", b.name}, {"display_brand_name", b.name}}));
    }
    more = *offset + *size < count;
    if (more) next = *offset + *size;
  }
  return Reply::ok(json::object({{"brand_list", std::move(list)},
                                 {"has_next_page", more},
                                 {"next_offset", next},
                                 {"is_mandatory", false},
                                 {"input_type", "DROP_DOWN"}}));
}

Reply get_channel_list(World&, const Request& request) {
  json::Array list;
  for (const Channel& c : channels()) {
    const auto changed = request.shop->channels.find(c.id);
    const bool on = changed == request.shop->channels.end() ? c.enabled : changed->second;
    json::Array sizes;
    if (c.fee_type == "SIZE_SELECTION") {
      for (const Choice& s : channel_sizes()) {
        sizes.push_back(json::object(
            {{"size_id", std::to_string(s.value_id)}, {"name", s.name}, {"default_price", 15000}}));
      }
    }
    list.push_back(json::object(
        {{"logistics_channel_id", c.id},
         {"logistics_channel_name", c.name},
         {"cod_enabled", c.cod},
         {"enabled", on},
         {"fee_type", c.fee_type},
         {"size_list", std::move(sizes)},
         {"weight_limit", json::object({{"item_max_weight", c.max_kg}, {"item_min_weight", 0}})},
         {"item_max_dimension",
          json::object(
              {{"height", 0}, {"width", 0}, {"length", 0}, {"unit", "cm"}, {"dimension_sum", 0}})},
         {"volume_limit", json::object({{"item_max_volume", 0}, {"item_min_volume", 0}})},
         {"mask_channel_id", c.mask},
         {"force_enable", false},
         {"block_seller_cover_shipping_fee", false},
         {"support_cross_border", false},
         {"preprint", false},
         {"service_type_identifier", nullptr}}));
  }
  return Reply::ok(json::object({{"logistics_channel_list", std::move(list)}}));
}

Reply update_channel(World& world, const Request& request) {
  const auto id = whole(request.body["logistics_channel_id"]);
  const auto on = request.body["enabled"].as_bool();
  if (!id || !find_channel(*id)) return Reply::fail("error_param", "There is no such channel.");
  if (!on) return Reply::fail("error_param", "enabled is needed.");
  request.shop->channels[*id] = *on;
  world.changed(json::object({{"channel", *id}, {"enabled", *on}}));
  return Reply::ok(json::object({{"logistics_channel_id", *id}, {"enabled", *on}}));
}

// Placeholders of ours: the Indonesian numbers are not public (facts 3.6). `item_limit` among the
// settings is merged over them.
json::Value item_limits(const World& world) {
  static const json::Value kDefaults = json::object(
      {{"price_limit", range(99, 150'000'000)},
       {"stock_limit", range(0, 999'999)},
       {"item_name_length_limit", range(5, 255)},
       {"item_description_length_limit", range(20, 3000)},
       {"item_image_count_limit", range(1, 9)},
       {"tier_variation_name_length_limit", range(1, 14)},
       {"tier_variation_option_length_limit", range(1, 20)},
       {"item_count_limit", json::object({{"max_limit", 10000}})},
       {"dts_limit",
        json::object({{"days_to_ship_limit", range(7, 30)}, {"non_pre_order_days_to_ship", 2}})},
       {"weight_limit", json::object({{"weight_mandatory", true}})},
       {"dimension_limit", json::object({{"dimension_mandatory", false}})}});
  const json::Value& changed = world.setting("item_limit");
  return changed.is_object() ? json::merge_patch(kDefaults, changed) : kDefaults;
}

Reply get_item_limit(World& world, const Request& request) {
  if (const std::string category = request.param("category_id"); !category.empty()) {
    const auto id = digits(category);
    if (!id || !is_leaf(*id)) return invalid_category();
  }
  return Reply::ok(item_limits(world));
}

}  // namespace gerbang::sandbox::shopee
