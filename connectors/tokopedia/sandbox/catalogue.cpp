// Categories, attributes, rules and brands (facts tiktok_tokopedia 4.2, 4.3).
#include <algorithm>

#include "connectors/tokopedia/sandbox/catalogue_data.hpp"
#include "connectors/tokopedia/sandbox/defaults.hpp"
#include "connectors/tokopedia/sandbox/handlers.hpp"

namespace gerbang::sandbox::tokopedia {

namespace {

// `listing_platform` is one word here, elsewhere a list (facts 8).
Refusal read_platform(const World& world, const std::string& given, std::string_view& platform) {
  platform = kShop;
  if (given.empty() || given == kShop) return {};
  if (given != kTokopedia) return Reply::fail(12052023, "listing_platform is invalid");
  // What a seller that never was there is told is unknown: by switch.
  if (world.seller_kind() == "shop" && !world.enabled("show_tokopedia_tree"))
    return Reply::fail(12052994, "The shop is not a Tokopedia seller");
  platform = kTokopedia;
  return {};
}

json::Value category_json(const Category& c) {
  return json::object(
      {{"id", c.id},
       {"parent_id", c.parent},
       {"local_name", c.name},
       {"is_leaf", is_leaf(c.id)},
       {"permission_statuses", json::Array{json::Value(c.invited ? "INVITE_ONLY" : "AVAILABLE")}}});
}

bool is_required(const World& world, const Attribute& a) {
  return a.required && world.enabled("mandatory_attributes", true);
}

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  }
  return out;
}

// A leaf in the path, or the refusal.
Refusal read_leaf(const Request& request, const Category*& category) {
  category = request.ids.empty() ? nullptr : find_category(request.ids[0]);
  if (!category) return Reply::fail(12052023, "The category does not exist");
  if (!is_leaf(category->id)) return Reply::fail(12052024, "The category is not a leaf");
  return {};
}

}  // namespace

Reply get_categories(World& world, const Request& request) {
  std::string_view platform;
  if (auto no = read_platform(world, request.param("listing_platform"), platform))
    return *std::move(no);
  if (const std::string version = request.param("category_version");
      !version.empty() && version != "v1")
    return Reply::fail(12052217, "category_version must be v1 in this market");
  const std::string keyword = lower(request.param("keyword"));
  json::Array out;
  for (const Category& c : categories()) {
    if (!(platform == kShop ? c.shop : c.tokopedia)) continue;
    if (!keyword.empty() && lower(c.name).find(keyword) == std::string::npos) continue;
    out.push_back(category_json(c));
  }
  json::Object data;
  if (!out.empty()) data.append("categories", std::move(out));
  return Reply::ok(json::Value(std::move(data)));
}

Reply get_attributes(World& world, const Request& request) {
  const Category* category = nullptr;
  if (auto no = read_leaf(request, category)) return *std::move(no);
  json::Array out;
  for (const Attribute& a : attributes_of(category->id)) {
    json::Array values;
    for (const Choice& v : a.choices)
      values.push_back(json::object({{"id", v.id}, {"name", v.name}}));
    json::Object entry;
    entry.append("id", a.id);
    entry.append("name", a.name);
    entry.append("type", a.sales ? "SALES_PROPERTY" : "PRODUCT_PROPERTY");
    entry.append("is_requried", is_required(world, a));  // so misspelt on the wire
    entry.append("is_customizable", a.free);
    entry.append("is_multiple_selection", a.several);
    if (!values.empty()) entry.append("values", std::move(values));
    if (!a.format.empty()) entry.append("value_data_format", a.format);
    if (!a.when_attribute.empty())
      entry.append("requirement_conditions",
                   json::Array{json::object({{"condition_type", "VALUE_ID_MATCH"},
                                             {"attribute_id", a.when_attribute},
                                             {"attribute_value_id", a.when_value}})});
    out.emplace_back(std::move(entry));
  }
  return Reply::ok(json::object({{"attributes", std::move(out)}}));
}

Reply get_rules(World& world, const Request& request) {
  const Category* category = nullptr;
  if (auto no = read_leaf(request, category)) return *std::move(no);
  return Reply::ok(json::object(
      {{"cod", json::object({{"is_supported", true}})},
       {"package_dimension", json::object({{"is_required", world.enabled("dimensions_required")}})},
       {"size_chart", json::object({{"is_required", false}, {"is_supported", false}})}}));
}

Reply recommend_category(World& world, const Request& request) {
  std::string_view platform;
  if (auto no =
          read_platform(world, std::string(request.body["listing_platform"].text()), platform))
    return *std::move(no);
  const std::string title = lower(request.body["product_title"].text());
  if (title.empty()) return Reply::fail(12052028, "product_title is required");
  for (const Category& c : categories()) {
    if (!is_leaf(c.id) || title.find(lower(c.name)) == std::string::npos) continue;
    json::Array chain;
    for (const Category* at = &c; at; at = find_category(at->parent))
      chain.insert(chain.begin(), category_json(*at));
    return Reply::ok(json::object({{"leaf_category_id", c.id}, {"categories", std::move(chain)}}));
  }
  return Reply::fail(12052230, "No category fits the title");
}

Reply get_brands(World& world, const Request& request) {
  Page page;
  if (auto no = read_page(request, 20, 100, page)) return *std::move(no);
  if (request.param("page_size").empty()) return Reply::fail(98001004, "page_size is required");
  const std::string name = lower(request.param("brand_name"));
  const std::string authorised = request.param("is_authorized");
  std::vector<json::Value> all;
  const auto add = [&](std::string_view id, std::string_view brand, bool is_ours) {
    if (!name.empty() && lower(brand).find(name) == std::string::npos) return;
    if (!authorised.empty() && (authorised == "true") != is_ours) return;
    all.push_back(json::object({{"id", id},
                                {"name", brand},
                                {"authorized_status", is_ours ? "AUTHORIZED" : "UNAUTHORIZED"},
                                {"is_t1_brand", false},
                                {"brand_status", "ONLINE"}}));
  };
  for (const Brand& b : brands()) add(b.id, b.name, b.authorised);
  for (const auto& [id, brand] : world.own_brands) add(id, brand, true);
  json::Array out;
  for (std::size_t i = page.from; i < std::min(all.size(), page.from + page.size); ++i)
    out.push_back(all[i]);
  const std::size_t next = page.from + page.size;
  json::Object data;
  if (!out.empty()) data.append("brands", std::move(out));
  data.append("total_count", static_cast<std::int64_t>(all.size()));
  data.append("next_page_token", next < all.size() ? page_token(next) : "");
  return Reply::ok(json::Value(std::move(data)));
}

Reply create_brand(World& world, const Request& request) {
  const std::string name(request.body["name"].text());
  if (length_of(name) < 2 || length_of(name) > 30)
    return Reply::fail(12019013, "The brand name must have 2 to 30 characters");
  if (world.own_brands.size() >= 50)
    return Reply::fail(12019059, "At most 50 own brands can be made in a day");
  const std::string id = std::to_string(world.new_id('b'));
  world.own_brands.emplace_back(id, name);
  world.changed(json::object({{"brand_id", id}}));
  return Reply::ok(json::object({{"id", id}}));
}

Reply get_prerequisites(World& world, const Request& request) {
  json::Array results;
  results.push_back(json::object({{"check_item", "SHOP_STATUS"},
                                  {"is_failed", request.shop->disabled || request.shop->merging}}));
  results.push_back(
      json::object({{"check_item", "PICKUP_WAREHOUSE"}, {"is_failed", warehouses(world).empty()}}));
  return Reply::ok(json::object({{"check_results", std::move(results)}}));
}

}  // namespace gerbang::sandbox::tokopedia
