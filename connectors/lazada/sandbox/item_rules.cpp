// What Lazada demands of a product (facts lazada.md 7). All findings are told at once, in `detail`.
#include <algorithm>
#include <cmath>
#include <set>

#include "connectors/lazada/sandbox/catalogue_data.hpp"
#include "connectors/lazada/sandbox/market.hpp"

namespace gerbang::sandbox::lazada {

namespace {

constexpr std::size_t kTitle = 255, kDescription = 25'000;

bool special(std::string_view text) {
  return text.find_first_of("\"^~<>|") != std::string_view::npos;
}

std::optional<double> decimal(const json::Value& v) {
  const std::string text = v.to_text();
  if (text.empty() || text.find_first_not_of("0123456789.") != std::string::npos ||
      std::count(text.begin(), text.end(), '.') > 1)
    return std::nullopt;
  return json::Decimal{text}.value();
}

std::size_t decimals(const json::Value& v) {
  const std::string text = v.to_text();
  const auto dot = text.find('.');
  return dot == std::string::npos ? 0 : text.size() - dot - 1;
}

std::size_t characters(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  }));
}

bool has_option(const Attribute& a, std::string_view value) {
  return std::any_of(a.options.begin(), a.options.end(),
                     [&](const auto& o) { return o.first == value || o.second == value; });
}

// "variation1", "variation2" in either case; name → options.
std::vector<std::pair<std::string, std::vector<std::string>>> axes_of(
    const json::Value& variation) {
  std::vector<std::pair<std::string, std::vector<std::string>>> out;
  for (const auto& [key, axis] : variation.members()) {
    std::vector<std::string> options;
    for (const json::Value& o : axis["options"]["option"].items()) options.push_back(o.to_text());
    out.emplace_back(axis["name"].to_text(), std::move(options));
  }
  return out;
}

}  // namespace

void Market::check_attributes(const json::Value& product, std::int64_t category, bool updating,
                              std::vector<Finding>& found) const {
  const json::Value& given = product["Attributes"];
  for (const Attribute& a : attributes_of(category)) {
    if (a.of_sku || a.sale) continue;
    const std::string value = given[a.name].to_text();
    const bool basic = a.name == "name" || a.name == "brand";
    const bool needed = a.mandatory && !updating && (basic || flag("mandatory_attributes", true));
    if (a.name == "brand") {
      const json::Value& id = given["brand_id"];
      const auto& known = brands();
      const bool fits = std::any_of(known.begin(), known.end(), [&](const Brand& b) {
        return id.is_null() ? b.name == value : std::to_string(b.id) == id.to_text();
      });
      if (id.is_null() && value.empty()) {
        if (needed)
          found.push_back({"brand", "4108", "CHK_BASIC_REQUIRED: brand is mandatory", ""});
      } else if (!fits) {
        found.push_back({"brand", "4142", "THD_BRAND_ID_IS_NOT_VALID_IN_CATEGORY", ""});
      }
      continue;
    }
    if (value.empty()) {
      if (needed)
        found.push_back({a.name, basic ? "4108" : "4110",
                         (basic ? "CHK_BASIC_REQUIRED: " : "BIZ_CHECK_CAT_PROP_MANDATORY: ") +
                             a.name + " is mandatory",
                         ""});
      continue;
    }
    if (a.input != "richText" && special(value))
      found.push_back({a.name, "4129", "BIZ_CHECK_PROP_SPECIAL_CHAR", ""});
    if (a.input == "singleSelect" && !has_option(a, value))
      found.push_back({a.name, "4115", "CHK_CATPROP_CPV_NOT_ENUM: " + a.name, ""});
    if (a.input == "numeric" && !decimal(json::Value(value)))
      found.push_back({a.name, "4107", "CHECK_CAT_PROP_INVALID_NUMBER: " + a.name, ""});
  }
  const std::string name = given["name"].to_text();
  const std::size_t length =
      text_setting("count_title_in", "bytes") == "bytes" ? name.size() : characters(name);
  if (length > kTitle)
    found.push_back({"name", "4160",
                     "THD_IC_ERR_F_PRODUCT_00_15_004: The max length of Multi title can not exceed "
                     "255 bytes",
                     ""});
  if (characters(given["description"].to_text()) > kDescription)
    found.push_back({"description", "4120", "CHK_CATPROP_CPV_MAX_LEGNTH: description", ""});
}

void Market::check_images(const json::Value& images, bool needed,
                          std::vector<Finding>& found) const {
  const json::Array& list = images["Image"].items();
  if (list.empty()) {
    if (needed) found.push_back({"Images", "4139", "BIZ_CHECK_MAIN_IMAGE_REQUIRE", ""});
    return;
  }
  if (list.size() > 8) found.push_back({"Images", "4169", "CHK_IMAGE_MAX_ITEMS", ""});
  std::set<std::string> seen;
  for (const json::Value& url : list) {
    if (!is_ours(url.text()))
      found.push_back({"Images", "4138", "BIZ_CHECK_EXIST_OUTER_IMAGE", ""});
    if (!seen.insert(url.to_text()).second)
      found.push_back({"Images", "4116", "BIZ_CHECK_MAIN_IMAGE_DUPLICATE", ""});
  }
}

void Market::check_sku(const std::string& seller, const json::Value& sku,
                       const json::Value& product, const Item* known, bool updating,
                       std::size_t count, std::vector<Finding>& found) const {
  const std::string name = sku["SellerSku"].to_text();
  const auto add = [&](std::string field, std::string code, std::string message) {
    found.push_back({std::move(field), std::move(code), std::move(message), name});
  };
  const Sku* there = nullptr;
  if (updating && known) {
    const auto id = id_of(sku["SkuId"]);
    if (!id) {
      add("SkuId", "4216", "skuId is a mandatory field and must be filled in.");
      return;
    }
    for (const Sku& s : known->skus) {
      if (s.id == *id && s.status != "deleted") there = &s;
    }
    if (!there) {
      add("SkuId", "4136", "SELLER_SKU_NOT_FOUND: seller sku not found");
      return;
    }
    // It cannot be renamed (facts 7).
    if (!name.empty() && name != there->seller_sku)
      add("SellerSku", "4150", "SELLER_SKU_INVALID: SellerSku cannot be modified");
    const std::string status = sku["Status"].to_text();
    if (!status.empty() && status != "active" && status != "inactive" && status != "deleted")
      add("Status", "5", "Invalid Request Format: Status");
  } else {
    if (name.empty() || name.find_first_of("\\\"*^~<>/|") != std::string::npos) {
      add("SellerSku", "4150", "SELLER_SKU_INVALID: seller sku is invalid");
    } else {
      for (const auto& [id, item] : items_) {
        if (item.seller != seller) continue;
        for (const Sku& s : item.skus) {
          if (s.seller_sku == name && s.status != "deleted")
            add("SellerSku", "4105", "BIZ_CHECK_SELLER_SKU_DUPLICATE: SellerSku repeat");
        }
      }
    }
  }
  // Price and quantity.
  const json::Value& price = sku["price"];
  if (!price.is_null() || !updating) {
    const auto amount = decimal(price);
    if (!amount || *amount <= 0) {
      add("price", "4118", "BIZ_CHECK_PRICE_IS_ZERO");
    } else if (std::floor(*amount) != *amount) {
      add("price", "4104", "BIZ_CHECK_PRICE_PRECISION_INVALID");
    }
    if (const json::Value& sale = sku["special_price"]; !sale.is_null()) {
      const auto lower = decimal(sale);
      if (!lower || !amount || *lower >= *amount)
        add("special_price", "4157", "BIZ_CHECK_SPECIAL_PRICE_GREATER_THAN_PRICE");
    }
  }
  if (const json::Value& quantity = sku["quantity"]; !quantity.is_null()) {
    const auto n = quantity.to_integral();
    if (!n || *n < 0)
      add("quantity", "4152", "THD_INVENTORY_ERR_INV_PARAM_ILLEGAL: illegal parameter:quantity");
  }
  // Package, always (facts 7).
  double girth = 0;
  for (const char* field :
       {"package_length", "package_width", "package_height", "package_weight"}) {
    const auto value = decimal(sku[field]);
    const bool weight = std::string_view(field) == "package_weight";
    if (sku[field].to_text().empty()) {
      add(field, "4108", std::string("CHK_BASIC_REQUIRED: ") + field + " is mandatory");
    } else if (!value || *value <= 0 || decimals(sku[field]) > 2) {
      add(field, "4149", "BIZ_CHECK_PACKAGE_DECIMAL_INVALID");
    } else if (weight && *value > 40) {
      add(field, "4164", "BIZ_CHECK_MAX_PACKAGE_WEIGHT");
    } else if (!weight) {
      girth += *value;
    }
  }
  if (girth > 300) add("package_length", "4165", "BIZ_CHECK_MAX_PACKAGE_DIMENISIONS");

  // Sale properties: of those declared, each with a declared option.
  const json::Value& variation =
      product["variation"].is_null() && known ? known->variation : product["variation"];
  const auto axes = axes_of(variation);
  const json::Value& chosen = sku["saleProp"];
  if (chosen.is_null()) {
    if (count > 1 && !updating) add("saleProp", "4144", "BIZ_CHECK_SKU_NOT_CONTAIN_SALEPROP");
  } else {
    for (const auto& [property, value] : chosen.members()) {
      const auto axis = std::find_if(axes.begin(), axes.end(),
                                     [&, p = property](const auto& a) { return a.first == p; });
      if (axis == axes.end()) {
        add("saleProp", "4143", "BIZ_CHECK_SALEPROP_ATTRIBUTE_INVALID: " + property);
        continue;
      }
      if (std::find(axis->second.begin(), axis->second.end(), value.to_text()) ==
          axis->second.end())
        add("saleProp", "4109", "CHK_SKU_PROPS_NOT_MATCH_SALE_PROP: " + property);
      if (special(value.to_text())) add("saleProp", "4129", "BIZ_CHECK_PROP_SPECIAL_CHAR");
    }
    if (chosen.members().size() != axes.size())
      add("saleProp", "4113", "CHK_SKU_PROPS_NOT_IDENTICAL: Sales attribute is not filled in");
  }
}

std::vector<Finding> Market::check_product(const std::string& seller, const json::Value& product,
                                           const Item* known, bool updating) const {
  std::vector<Finding> found;
  std::int64_t category = known ? known->category : 0;
  if (const json::Value& given = product["PrimaryCategory"]; !given.is_null() || !known) {
    const auto id = id_of(given);
    const Category* c = id ? find_category(*id) : nullptr;
    if (!c) {
      found.push_back({"PrimaryCategory", "201", "E201: Invalid CategoryId", ""});
    } else if (!c->active) {
      found.push_back({"Product", "", "Category is inactive", ""});
    } else if (!is_leaf(c->id)) {
      found.push_back({"PrimaryCategory", "4134", "Please select the last level category.", ""});
    } else {
      category = c->id;
    }
  }
  const bool adding = known && !updating;  // AssociatedSku: attributes may be left out
  if (category != 0) check_attributes(product, category, updating || adding, found);
  check_images(product["Images"], !known, found);

  // The declared variation: the category's own properties with their options, or customised ones.
  const auto& variation = product["variation"];
  if (variation.members().size() > static_cast<std::size_t>(setting_or("most_variations", 2)))
    found.push_back({"variation", "209", "Invalid variation: too many", ""});
  const std::vector<Attribute> attributes =
      category ? attributes_of(category) : std::vector<Attribute>();
  for (const auto& [key, axis] : variation.members()) {
    const std::string name = axis["name"].to_text();
    const auto own = std::find_if(attributes.begin(), attributes.end(),
                                  [&](const Attribute& a) { return a.sale && a.name == name; });
    const bool customised =
        axis["customize"].as_bool().value_or(axis["customize"].text() == "true");
    if (name.empty() || axis["options"]["option"].items().empty()) {
      found.push_back({"variation", "209", "Invalid variation: no name or no options", ""});
    } else if (own != attributes.end()) {
      for (const json::Value& option : axis["options"]["option"].items()) {
        if (own->input == "singleSelect" && !has_option(*own, option.text()))
          found.push_back({"variation", "4140", "CHK_ENUM_PROP_VALUE_NOT_IN_OPTION", ""});
      }
    } else if (!customised || !flag("custom_variations", true)) {
      found.push_back({"variation", "4161", "VARIATION_CATEGORY_ATTRIBUTE_INVALID: " + name, ""});
    } else if (special(name)) {
      found.push_back({"variation", "4129", "BIZ_CHECK_PROP_SPECIAL_CHAR", ""});
    }
  }

  const json::Array& skus = product["Skus"]["Sku"].items();
  std::size_t standing = 0;
  if (known) {
    standing =
        static_cast<std::size_t>(std::count_if(known->skus.begin(), known->skus.end(),
                                               [](const Sku& s) { return s.status != "deleted"; }));
  }
  const std::size_t count = skus.size() + (adding ? standing : 0);
  std::set<std::string> names, combinations;
  if (adding) {
    for (const Sku& s : known->skus) {
      if (s.status != "deleted") combinations.insert(json::dump(json::Value(s.sale_prop)));
    }
  }
  for (const json::Value& sku : skus) {
    check_sku(seller, sku, product, known, updating, count, found);
    const std::string name = sku["SellerSku"].to_text();
    if (!updating && !names.insert(name).second)
      found.push_back(
          {"SellerSku", "4126", "THD_IC_F_IC_INFRA_PRODUCT_036: SellerSku repeat", name});
    if (!sku["saleProp"].is_null() && !combinations.insert(json::dump(sku["saleProp"])).second)
      found.push_back({"saleProp", "4112", "CHK_SKU_PROPS_DUPLICATE", name});
  }
  return found;
}

}  // namespace gerbang::sandbox::lazada
