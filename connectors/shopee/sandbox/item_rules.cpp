#include <algorithm>
#include <array>
#include <cmath>

#include "connectors/shopee/sandbox/catalogue_data.hpp"
#include "connectors/shopee/sandbox/handlers.hpp"

// Facts 3.3, 3.6, 3.7. read_item() looks at the shape of a body, check_item() at the whole product,
// as update_item validates it again.
namespace gerbang::sandbox::shopee {

namespace {

constexpr std::size_t kImageIdLength = 32;
constexpr int kMaxHashTags = 18;
constexpr std::int64_t kMaxSku = 100;

Reply param(std::string_view message) {
  return Reply::fail("error_param", message);
}

Reply missing(std::string_view field) {
  return param("invalid field " + std::string(field) + ": value must  Not Null");
}

Refusal require_fields(const json::Value& body) {
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 8> kRequired = {{
      {"item_name", "ItemName"},
      {"description", "Description"},
      {"original_price", "OriginalPrice"},
      {"weight", "Weight"},
      {"category_id", "CategoryId"},
      {"image", "Image"},
      {"logistic_info", "LogisticInfo"},
      {"seller_stock", "SellerStock"},
  }};
  for (const auto& [name, label] : kRequired) {
    if (body[name].is_null()) return missing(label);
  }
  if (body["brand"].is_null())
    return Reply::fail("error_less_required_brand", "The brand is required.");
  return {};
}

Refusal read_text(const json::Value& body, std::string_view name, std::string& out) {
  const json::Value& value = body[name];
  if (value.is_null()) return {};
  if (!value.is_string()) return param("The field " + std::string(name) + " must be a string.");
  out = value.text();
  return {};
}

Refusal read_images(const json::Value& image, Item& item) {
  if (image.is_null()) return {};
  if (!image["image_id_list"].is_array()) return missing("ImageIdList");
  item.images.clear();
  for (const json::Value& id : image["image_id_list"].items()) item.images.emplace_back(id.text());
  const std::string_view ratio = image["image_ratio"].text();
  if (!ratio.empty() && ratio != "1:1") return param("Only 1:1 is allowed for this shop.");
  return {};
}

Refusal read_channels(const json::Value& list, Item& item) {
  if (list.is_null()) return {};
  item.channels.clear();
  for (const json::Value& entry : list.items()) {
    const auto id = whole(entry["logistic_id"]);
    const auto enabled = entry["enabled"].as_bool();
    if (!id || !enabled)
      return Reply::fail("error_invalid_logistic_info", "logistic_id and enabled are required.");
    ItemChannel channel;
    channel.logistic_id = *id;
    channel.enabled = *enabled;
    channel.is_free = entry["is_free"].as_bool().value_or(false);
    channel.size_id = whole(entry["size_id"]).value_or(0);
    channel.shipping_fee = whole(entry["shipping_fee"]).value_or(0);
    item.channels.push_back(channel);
  }
  return {};
}

Refusal check_channels(const Shop& shop, const Item& item) {
  const auto invalid = [](std::string_view why) {
    return Reply::fail("error_invalid_logistic_info", why);
  };
  const double weight = json::Decimal{item.weight}.value();
  bool any = false;
  for (const ItemChannel& mine : item.channels) {
    const Channel* c = find_channel(mine.logistic_id);
    if (!c) return invalid("There is no such channel.");
    if (c->mask != 0) return invalid("The channel is hidden behind another.");
    if (!mine.enabled) continue;
    const auto changed = shop.channels.find(c->id);
    if (!(changed == shop.channels.end() ? c->enabled : changed->second))
      return invalid("The channel is not enabled for the shop.");
    if (weight > static_cast<double>(c->max_kg))
      return invalid("The item is too heavy for the channel.");
    if (c->fee_type == "SIZE_SELECTION" &&
        std::none_of(channel_sizes().begin(), channel_sizes().end(),
                     [&](const Choice& s) { return s.value_id == mine.size_id; }))
      return invalid("The channel needs a size_id.");
    if (c->fee_type == "CUSTOM_PRICE" && mine.shipping_fee <= 0)
      return invalid("The channel needs a shipping_fee.");
    any = true;
  }
  return any ? Refusal() : Refusal(invalid("At least one channel must be enabled."));
}

Refusal check_texts(const World& world, const Item& item, const json::Value& limits) {
  const auto limit = [&](std::string_view name, std::string_view side) {
    return limits[name][side].as_int64().value_or(0);
  };
  const std::int64_t name = length_of(world, item.name);
  if (name < limit("item_name_length_limit", "min_limit"))
    return Reply::fail("error_item_name_is_too_short", "The item name is too short.");
  if (name > limit("item_name_length_limit", "max_limit"))
    return Reply::fail("error_title_exceeds_max_length", "The item name is too long.");
  if (std::any_of(item.name.begin(), item.name.end(),
                  [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }))
    return Reply::fail("error_title_character_forbidden",
                       "The item name has forbidden characters.");
  const std::int64_t description = length_of(world, item.description);
  if (description < limit("item_description_length_limit", "min_limit"))
    return Reply::fail("error_desc_length_min_limit", "The description is too short.");
  if (description > limit("item_description_length_limit", "max_limit"))
    return param("The description is too long.");
  int tags = 0;
  for (std::size_t i = 0; i + 1 < item.description.size(); ++i)
    tags += item.description[i] == '#' && item.description[i + 1] != ' ';
  if (tags > kMaxHashTags)
    return Reply::fail("error_desc_hash_tag_over_limit", "At most 18 hash tags are allowed.");
  if (length_of(world, item.sku) > kMaxSku) return param("The item_sku is too long.");
  return {};
}

Refusal check_images(const World& world, const Item& item, const json::Value& limits) {
  const json::Value& limit = limits["item_image_count_limit"];
  const auto count = static_cast<std::int64_t>(item.images.size());
  if (count < limit["min_limit"].as_int64().value_or(1))
    return Reply::fail("error_image_num_min", "The item needs an image.");
  if (count > limit["max_limit"].as_int64().value_or(9)) return param("Too many images.");
  for (const std::string& id : item.images) {
    if (id.size() < kImageIdLength)
      return Reply::fail("error_image_unavailable", "The image is not available.");
    if (!world.images.contains(id)) return param("Image not exist.");
  }
  return {};
}

Refusal check_days(const Item& item, const json::Value& limits) {
  if (!item.pre_order.is_pre_order) return {};
  const json::Value& range = limits["dts_limit"]["days_to_ship_limit"];
  const auto min = range["min_limit"].as_int64().value_or(7),
             max = range["max_limit"].as_int64().value_or(30);
  if (min < 0 || max < 0)
    return Reply::fail("error_param_category_not_support_pre_order",
                       "The category does not support pre-order.");
  if (item.pre_order.days_to_ship > max)
    return Reply::fail("error_param_dts_exceeds_max_limit", "days_to_ship is too large.");
  if (item.pre_order.days_to_ship < min)
    return Reply::fail("error_category_dts", "days_to_ship is too small for the category.");
  return {};
}

Refusal check_brand(const Item& item) {
  if (item.brand_id == 0) return {};
  const auto& all = brands();
  if (std::none_of(all.begin(), all.end(), [&](const Brand& b) { return b.id == item.brand_id; }))
    return Reply::fail("error_invalid_brand", "Invalid brand.");
  return {};
}

Refusal check_wholesale(const Item& item) {
  for (const json::Value& step : item.wholesale.items()) {
    const auto min = whole(step["min_count"]), max = whole(step["max_count"]),
               price = whole(step["unit_price"]);
    if (!min || !max || !price || *min < 1 || *max < *min) return param("Invalid wholesale.");
    for (const Model& m : item.models) {
      if (m.price <= *price)
        return Reply::fail("error_busi_price_lower_then_wholesale_price",
                           "The price must be above the wholesale price.");
    }
  }
  return {};
}

}  // namespace

Refusal read_price(const json::Value& value, std::int64_t& out) {
  if (!value.is_number()) return missing("OriginalPrice");
  const auto price = value.to_integral();
  if (!price) return Reply::fail("error_invalid_price", "The price must be whole rupiah.");
  out = *price;
  return {};
}

Refusal read_stock(const json::Value& seller_stock, std::int64_t& out) {
  const json::Array& list = seller_stock.items();
  if (list.empty()) return missing("SellerStock");
  // An ordinary shop has no locations (facts 3.15).
  if (std::any_of(list.begin(), list.end(),
                  [](const json::Value& s) { return !s["location_id"].text().empty(); }))
    return Reply::fail("error_auth", "You do not have right to use seller location_id.");
  if (list.size() > 1)
    return param("The stock list has a different stock structure from the one of the shop.");
  const auto stock = whole(list.front()["stock"]);
  if (!stock || *stock < 0 || *stock > INT32_MAX) return param("Invalid stock.");
  out = *stock;
  return {};
}

std::optional<Dimension> read_dimension(const json::Value& value) {
  const auto length = whole(value["package_length"]), width = whole(value["package_width"]),
             height = whole(value["package_height"]);
  if (!length || !width || !height || *length <= 0 || *width <= 0 || *height <= 0)
    return std::nullopt;
  return Dimension{*length, *width, *height};
}

Refusal read_item(World& world, const json::Value& body, Item& item, bool creating) {
  if (creating) {
    if (auto no = require_fields(body)) return no;
  }
  for (const auto& [name, out] :
       {std::pair<std::string_view, std::string*>("item_name", &item.name),
        {"description", &item.description},
        {"item_sku", &item.sku},
        {"condition", &item.condition},
        {"gtin_code", &item.gtin}}) {
    if (auto no = read_text(body, name, *out)) return no;
  }
  if (item.condition != "NEW" && item.condition != "USED")
    return param("The condition must be NEW or USED.");
  if (const json::Value& type = body["description_type"];
      !type.is_null() && type.text() != "normal")
    return param("The shop is not in the whitelist of extended descriptions.");
  if (const json::Value& weight = body["weight"]; !weight.is_null()) {
    const auto kg = weight.as_double();
    if (!kg || !std::isfinite(*kg) || *kg <= 0) return param("Invalid Weight.");
    item.weight = weight.to_text();
  }
  if (const json::Value& category = body["category_id"]; !category.is_null()) {
    const auto id = whole(category);
    if (!id) return param("Invalid category.");
    item.category_id = *id;
  }
  if (const json::Value& dimension = body["dimension"]; !dimension.is_null()) {
    item.dimension = read_dimension(dimension);
    if (!item.dimension) return param("Invalid dimension: all three are needed.");
  }
  if (auto no = read_images(body["image"], item)) return no;
  if (auto no = read_attributes(body["attribute_list"], item)) return no;
  if (const json::Value& brand = body["brand"]; !brand.is_null()) {
    const auto id = whole(brand["brand_id"]);
    if (!id) return Reply::fail("error_less_required_brand", "The brand_id is required.");
    item.brand_id = *id;
    item.brand_name = *id == 0 ? "NoBrand" : brand["original_brand_name"].to_text();
  }
  if (const json::Value& pre_order = body["pre_order"]; !pre_order.is_null()) {
    const auto is = pre_order["is_pre_order"].as_bool();
    if (!is) return missing("IsPreOrder");
    item.pre_order = {*is, *is ? whole(pre_order["days_to_ship"]).value_or(0) : 0};
  }
  if (const json::Value& dangerous = body["item_dangerous"]; !dangerous.is_null()) {
    const auto value = whole(dangerous);
    if (!value || *value < 0 || *value > 1) return param("The item_dangerous must be 0 or 1.");
    item.dangerous = *value;
  }
  if (const json::Value& wholesale = body["wholesale"]; !wholesale.is_null())
    item.wholesale = wholesale;
  if (const json::Value& status = body["item_status"]; !status.is_null()) {
    if (status.text() == "NORMAL") {
      item.status = ItemStatus::normal;
    } else if (status.text() == "UNLIST") {
      item.status = ItemStatus::unlist;
    } else {
      return Reply::fail("error_param_item_status", "The item_status must be NORMAL or UNLIST.");
    }
  }
  if (const json::Value& publish = body["scheduled_publish_time"]; !publish.is_null()) {
    const auto at = whole(publish);
    if (item.status != ItemStatus::unlist || !at || *at < world.seconds() + 3600 ||
        *at > world.seconds() + 90 * 86400)
      return param("Invalid scheduled_publish_time.");
  }
  if (!creating) return {};  // channels, price and stock are not changed by update_item

  if (auto no = read_channels(body["logistic_info"], item)) return no;
  Model plain;
  if (auto no = read_price(body["original_price"], plain.price)) return no;
  if (auto no = read_stock(body["seller_stock"], plain.stock)) return no;
  if (auto no = check_price(world, plain.price)) return no;
  if (auto no = check_stock(world, plain.stock)) return no;
  item.models = {std::move(plain)};
  return {};
}

Refusal check_price(const World& world, std::int64_t price) {
  const json::Value limits = item_limits(world)["price_limit"];
  if (price < limits["min_limit"].as_int64().value_or(0))
    return Reply::fail("error_price_exceed_min_limitt", "The price is below the minimum.");
  if (price > limits["max_limit"].as_int64().value_or(0))
    return Reply::fail("error_price_exceed_max_limitt", "The price is above the maximum.");
  return {};
}

Refusal check_stock(const World& world, std::int64_t stock) {
  const json::Value limits = item_limits(world)["stock_limit"];
  if (stock < limits["min_limit"].as_int64().value_or(0) ||
      stock > limits["max_limit"].as_int64().value_or(0))
    return param("The stock is out of range.");
  return {};
}

Refusal check_price_ratio(const World& world, const std::vector<Model>& models) {
  std::int64_t low = INT64_MAX, high = 0;
  for (const Model& m : models) {
    low = std::min(low, m.price);
    high = std::max(high, m.price);
  }
  const auto ratio = world.number("price_ratio", 7);
  if (!models.empty() && ratio > 0 && high > low * ratio)
    return param("The price of the dearest variation is more than " + std::to_string(ratio) +
                 " times that of the cheapest.");
  return {};
}

Refusal check_item(World& world, const Shop& shop, const Item& item) {
  const json::Value limits = item_limits(world);
  const Category* category = find_category(item.category_id);
  if (!category || !is_leaf(item.category_id))
    return Reply::fail("error_invalid_category", "Invalid category.");
  if (category->blocked) return Reply::fail("error_category_is_block", "The category is blocked.");
  if (auto no = check_texts(world, item, limits)) return no;
  if (auto no = check_images(world, item, limits)) return no;
  if (!item.dimension && limits["dimension_limit"]["dimension_mandatory"].as_bool().value_or(false))
    return missing("Dimension");
  if (auto no = check_days(item, limits)) return no;
  if (auto no = check_attributes(world, item)) return no;
  if (auto no = check_brand(item)) return no;
  if (auto no = check_channels(shop, item)) return no;
  return check_wholesale(item);
}

}  // namespace gerbang::sandbox::shopee
