// What create and edit refuse (facts tiktok_tokopedia 4.4).
#include <algorithm>
#include <set>

#include "connectors/tokopedia/sandbox/catalogue_data.hpp"
#include "connectors/tokopedia/sandbox/defaults.hpp"
#include "connectors/tokopedia/sandbox/handlers.hpp"

namespace gerbang::sandbox::tokopedia {

namespace {

std::uint32_t next_code_point(std::string_view s, std::size_t& i) {
  const auto c = static_cast<unsigned char>(s[i]);
  const std::size_t n = c >= 0xF0 ? 4 : c >= 0xE0 ? 3 : c >= 0xC0 ? 2 : 1;
  if (n == 1 || i + n > s.size()) return static_cast<unsigned char>(s[i++]);
  std::uint32_t cp = c & (0xFFu >> (n + 1));
  for (std::size_t k = 1; k < n; ++k) cp = cp << 6 | (static_cast<unsigned char>(s[i + k]) & 0x3Fu);
  i += n;
  return cp;
}

Refusal check_title(const std::string& title) {
  const auto n = length_of(title);
  if (n < 25 || n > 255) return Reply::fail(12052028, "The title must have 25 to 255 characters");
  std::uint32_t before = 0;
  int run = 0;
  bool word = false;
  for (std::size_t i = 0; i < title.size();) {
    const std::uint32_t cp = next_code_point(title, i);
    const bool emoji = cp >= 0x1F000 || (cp >= 0x2600 && cp <= 0x27BF);
    const bool chinese = (cp >= 0x3400 && cp <= 0x9FFF) || (cp >= 0xF900 && cp <= 0xFAFF);
    if (emoji || chinese)
      return Reply::fail(12052048, "The title must not hold emoji or Chinese characters");
    run = cp == before ? run + 1 : 1;
    before = cp;
    if (run >= 10) return Reply::fail(12052048, "The title repeats a character too often");
    word = word || cp >= 0xC0 || (cp >= '0' && cp <= '9') || (cp >= 'A' && cp <= 'Z') ||
           (cp >= 'a' && cp <= 'z');
  }
  if (!word) return Reply::fail(12052048, "The title must not be only symbols");
  return {};
}

// Tags by name; attributes are not looked at.
Refusal check_description(const std::string& html) {
  static const std::set<std::string, std::less<>> kTags = {"p",  "ul", "ol", "li", "img", "strong",
                                                           "br", "b",  "i",  "em", "u"};
  if (html.empty()) return Reply::fail(12052050, "The description is required");
  if (length_of(html) > 10'000)
    return Reply::fail(12052050, "The description must have at most 10000 characters");
  for (std::size_t at = html.find('<'); at != std::string::npos; at = html.find('<', at + 1)) {
    std::size_t from = at + 1;
    if (from < html.size() && html[from] == '/') ++from;
    const auto end = std::min(html.find_first_of(" />", from), html.size());
    if (!kTags.contains(html.substr(from, end - from)))
      return Reply::fail(12052050, "The description holds a tag that is not allowed");
    if (html.find('>', from) == std::string::npos)
      return Reply::fail(12052050, "The description holds an open tag");
  }
  return {};
}

Refusal read_images(const World& world, const json::Value& list, std::vector<std::string>& out) {
  out.clear();
  for (const json::Value& image : list.items()) {
    const std::string uri(image["uri"].text());
    if (!world.images.contains(uri)) return Reply::fail(12052051, "The image uri does not exist");
    out.push_back(uri);
  }
  if (out.empty() || out.size() > 9)
    return Reply::fail(12052051, "There must be 1 to 9 main images");
  return {};
}

Refusal check_weight(const json::Value& weight) {
  const std::string value(weight["value"].text());
  const std::string_view unit = weight["unit"].text();
  const auto dot = value.find('.');
  const auto whole_part = digits(value.substr(0, dot));
  const bool fraction = dot != std::string::npos;
  if (!whole_part || (fraction && (!digits(value.substr(dot + 1)) || value.size() - dot > 4)))
    return Reply::fail(12052570, "package_weight is invalid");
  if (unit == "GRAM" && fraction)
    return Reply::fail(12052570, "package_weight in grams must be whole");
  if (unit != "GRAM" && unit != "KILOGRAM")
    return Reply::fail(12052570, "package_weight needs a unit");
  if (*whole_part == 0 && (!fraction || value.find_first_not_of("0.") == std::string::npos))
    return Reply::fail(12052570, "package_weight must be above 0");
  return {};
}

Refusal check_dimensions(const json::Value& size) {
  if (size.is_null()) return {};
  for (const char* side : {"length", "width", "height"}) {
    const auto n = digits(size[side].text());
    if (!n || *n < 1)
      return Reply::fail(12052557, "package_dimensions need whole length, width and height");
  }
  if (size["unit"].text() != "CENTIMETER")
    return Reply::fail(12052557, "package_dimensions are in CENTIMETER");
  return {};
}

Refusal check_category(const World& world, const std::string& category,
                       const std::vector<std::string>& platforms) {
  const Category* c = find_category(category);
  if (!c) return Reply::fail(12052023, "The category does not exist");
  if (!is_leaf(category)) return Reply::fail(12052024, "The category is not a leaf");
  if (c->invited) return Reply::fail(12052025, "The category is open to invited sellers only");
  static_cast<void>(world);
  for (const std::string& p : platforms) {
    if (!(p == kShop ? c->shop : c->tokopedia))
      return Reply::fail(12052230, "The category is not offered on " + p);
  }
  return {};
}

std::vector<std::string> platforms_of(const Product& product) {
  std::vector<std::string> out;
  for (const auto& [platform, state] : product.status) out.push_back(platform);
  return out;
}

}  // namespace

Refusal check_quantity(const World& world, std::int64_t quantity) {
  const std::int64_t least = world.enabled("zero_quantity", true) ? 0 : 1;
  if (quantity < least || quantity > 99'999)
    return Reply::fail(12052036,
                       "The quantity must be between " + std::to_string(least) + " and 99999");
  return {};
}

Refusal check_price(const World& world, const json::Value& price, std::int64_t& out) {
  const auto amount = digits(price["amount"].text());
  // One SDK can say nothing but "DOLLARS" (facts 11): by switch it is not looked at.
  if (price["currency"].text() != "IDR" && !world.enabled("any_currency"))
    return Reply::fail(12052084, "The currency must be IDR");
  if (!amount) return Reply::fail(12052084, "The price format is invalid");
  if (*amount < 100 || *amount > 100'000'000)
    return Reply::fail(12052073, "The price must be between 100 and 100000000");
  out = *amount;
  return {};
}

Refusal read_platforms(const World& world, const json::Value& list, std::vector<std::string>& out) {
  out.clear();
  for (const json::Value& p : list.items()) {
    const std::string name(p.text());
    if (name != kShop && name != kTokopedia)
      return Reply::fail(11050001, "listing_platforms is invalid");
    if (std::find(out.begin(), out.end(), name) == out.end()) out.push_back(name);
  }
  // Only who came from Tokopedia may choose; mirroring does it by itself (facts 8).
  const bool wants = std::find(out.begin(), out.end(), kTokopedia) != out.end();
  if (wants && world.seller_kind() != "tokopedia")
    return Reply::fail(12052994, "The shop is not a Tokopedia seller");
  return {};
}

Refusal read_draft(World& world, const Shop& shop, const json::Value& body, const Product* existing,
                   bool partial, Draft& draft) {
  if (!body.is_object()) return Reply::fail(36009022, "The body cannot be parsed");
  const auto wanted = [&](const char* field) { return !partial || !body[field].is_null(); };
  if (existing) draft.content = existing->review ? *existing->review : existing->live;
  Content& c = draft.content;

  if (auto no = read_platforms(world, body["listing_platforms"], draft.platforms)) return no;
  std::vector<std::string> on = draft.platforms;
  if (on.empty() && existing) on = platforms_of(*existing);
  if (on.empty()) on.emplace_back(kShop);

  if (partial) {
    for (const char* field : {"category_id", "delivery_option_ids", "minimum_order_quantity"}) {
      if (!body[field].is_null())
        return Reply::fail(11050001, std::string(field) + " cannot change in a partial edit");
    }
  }
  if (wanted("title")) {
    c.title = body["title"].text();
    if (auto no = check_title(c.title)) return no;
  }
  if (wanted("description")) {
    c.description = body["description"].text();
    if (auto no = check_description(c.description)) return no;
  }
  if (!partial) c.category = body["category_id"].text();
  if (auto no = check_category(world, c.category, on)) return no;
  if (wanted("main_images")) {
    if (auto no = read_images(world, body["main_images"], c.images)) return no;
  }
  if (wanted("brand_id")) c.brand = body["brand_id"].text();
  if (wanted("package_weight")) {
    c.weight = body["package_weight"];
    if (auto no = check_weight(c.weight)) return no;
  }
  if (wanted("package_dimensions")) {
    c.dimensions = body["package_dimensions"];
    if (auto no = check_dimensions(c.dimensions)) return no;
    if (c.dimensions.is_null() && world.enabled("dimensions_required"))
      return Reply::fail(12052557, "package_dimensions are required");
  }
  if (wanted("product_attributes")) {
    c.attributes = body["product_attributes"].is_null() ? json::Value(json::Array())
                                                        : body["product_attributes"];
    if (auto no = check_attributes(world, c.category, c.attributes)) return no;
  }
  if (wanted("certifications")) c.certifications = body["certifications"];
  if (wanted("external_product_id")) {
    draft.external_id = body["external_product_id"].text();
    for (const Id id : shop.products) {
      const Product& other = world.products.at(id);
      if (other.deleted || (existing && other.id == existing->id)) continue;
      if (!draft.external_id.empty() && other.external_id == draft.external_id)
        return Reply::fail(12052996, "external_product_id is used by another product");
    }
  } else if (existing) {
    draft.external_id = existing->external_id;
  }
  draft.pre_owned = partial && existing && body["is_pre_owned"].is_null()
                        ? existing->pre_owned
                        : body["is_pre_owned"].as_bool().value_or(false);
  if (draft.pre_owned && (on.size() != 1 || on[0] != kTokopedia))
    return Reply::fail(12052358, "Pre-owned goods can be listed on TOKOPEDIA alone");
  draft.insurance = body["shipping_insurance_requirement"].text();
  if (!draft.insurance.empty() && std::find(on.begin(), on.end(), kTokopedia) == on.end())
    return Reply::fail(12052358, "shipping_insurance_requirement needs TOKOPEDIA");
  if (!body["minimum_order_quantity"].is_null()) {
    const auto n = whole(body["minimum_order_quantity"]);
    if (!n || *n < 1 || *n > 20)
      return Reply::fail(11050001, "minimum_order_quantity must be between 1 and 20");
    draft.minimum_order = *n;
  }
  draft.has_skus = !body["skus"].is_null();
  if (wanted("skus")) {
    if (auto no = read_skus(world, body["skus"], c.category, existing, draft.skus)) return no;
  }
  return {};
}

}  // namespace gerbang::sandbox::tokopedia
