#include "connectors/shopee/plan.hpp"

#include <algorithm>
#include <set>

#include "connectors/shopee/limits.hpp"
#include "connectors/shopee/request.hpp"
#include "connectors/shopee/units.hpp"
#include "core/base/text.hpp"

namespace gerbang::shopee {

namespace {

using Wrong = std::vector<FieldError>;

std::string bounds(const Range& r, std::string_view what) {
  std::string out = "must be ";
  if (r.min > 0) out += "at least " + std::to_string(r.min);
  if (r.max != std::numeric_limits<std::int64_t>::max())
    out += std::string(r.min > 0 ? " and " : "") + "at most " + std::to_string(r.max);
  return out + " " + std::string(what);
}

void check_length(Wrong& wrong, std::string_view text, const Range& range, std::string field,
                  std::string_view code) {
  const auto n = static_cast<std::int64_t>(characters(text));
  if (range.holds(n)) return;
  wrong.push_back({std::move(field),
                   std::string(code) + (n < range.min ? "_too_short" : "_too_long"),
                   bounds(range, "characters")});
}

std::string label_of(std::string_view kind) {
  const std::string k = folded(kind);
  if (k == "pirt" || k == "p irt") return "P-IRT";
  if (k == "halal") return "Halal";
  std::string out(kind);
  for (char& c : out) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 32);
  }
  return out;
}

std::optional<Centimetres> centimetres(const std::optional<std::array<std::int64_t, 3>>& mm) {
  if (!mm) return std::nullopt;
  Centimetres out{};
  for (std::size_t i = 0; i < 3; ++i) out[i] = std::max<std::int64_t>(1, ((*mm)[i] + 9) / 10);
  return out;
}

// The axes with only the values that some variant uses, and each variant's place on them.
void plan_tiers(const ListingDraft& draft, const ItemLimits& limits, Plan& plan, Wrong& wrong) {
  if (draft.options.size() > kMaxTiers) {
    wrong.push_back({"/options", "options_too_many", "at most two axes"});
    return;
  }
  if (draft.variants.size() > kMaxModels)
    wrong.push_back({"/variants", "variants_too_many", "at most 50 variants"});
  for (std::size_t t = 0; t < draft.options.size(); ++t) {
    const Option& option = draft.options[t];
    PlannedTier tier;
    tier.name = option.name;
    check_length(wrong, option.name, limits.option_name, "/options/" + std::to_string(t) + "/name",
                 "option_name");
    for (std::size_t v = 0; v < option.values.size(); ++v) {
      const bool used = std::any_of(
          draft.variants.begin(), draft.variants.end(), [&](const DraftVariant& variant) {
            return variant.options.size() > t && variant.options[t] == option.values[v];
          });
      if (!used) continue;
      check_length(wrong, option.values[v], limits.option_value,
                   "/options/" + std::to_string(t) + "/values/" + std::to_string(v),
                   "option_value");
      tier.options.push_back(option.values[v]);
    }
    plan.tiers.push_back(std::move(tier));
  }
  std::set<std::vector<std::int64_t>> taken;
  for (std::size_t i = 0; i < draft.variants.size(); ++i) {
    std::vector<std::int64_t> index;
    for (std::size_t t = 0; t < plan.tiers.size() && t < draft.variants[i].options.size(); ++t) {
      const auto& options = plan.tiers[t].options;
      const auto at = std::find(options.begin(), options.end(), draft.variants[i].options[t]);
      if (at != options.end()) index.push_back(at - options.begin());
    }
    if (index.size() != plan.tiers.size() || draft.variants[i].options.size() != index.size() ||
        !taken.insert(index).second) {
      wrong.push_back({"/variants/" + std::to_string(i) + "/options", "variant_options_invalid",
                       "every variant needs its own combination of option values"});
    }
    plan.models[i].tier_index = std::move(index);
  }
}

void plan_models(const ListingDraft& draft, const ItemLimits& limits, Plan& plan, Wrong& wrong) {
  std::int64_t least = std::numeric_limits<std::int64_t>::max(), most = 0;
  for (std::size_t i = 0; i < draft.variants.size(); ++i) {
    const DraftVariant& v = draft.variants[i];
    const std::string at = "/variants/" + std::to_string(i);
    PlannedModel model;
    model.sku = v.sku;
    model.price = v.price.amount;
    model.stock = std::clamp<Quantity>(v.stock, 0, limits.stock.max);
    model.barcode = v.barcode.value_or("");
    model.package = centimetres(v.package_mm);
    if (v.price.currency != "IDR")
      wrong.push_back({at + "/price", "currency_unsupported", "Shopee Indonesia sells in IDR"});
    if (model.price <= 0 || !limits.price.holds(model.price))
      wrong.push_back({at + "/price", "price_out_of_range", bounds(limits.price, "rupiah")});
    least = std::min(least, model.price);
    most = std::max(most, model.price);
    if (v.weight_grams && *v.weight_grams > 0) {
      model.weight_grams = *v.weight_grams;
    } else {
      wrong.push_back({at + "/weight_grams", "weight_missing", "of the packed unit"});
    }
    if (!model.package && limits.dimension_mandatory)
      wrong.push_back({at + "/package_mm", "dimension_missing", "length, width and height"});
    plan.weight_grams = std::max(plan.weight_grams, model.weight_grams);
    if (model.package) {
      if (!plan.package) plan.package = Centimetres{};
      for (std::size_t k = 0; k < 3; ++k)
        (*plan.package)[k] = std::max((*plan.package)[k], (*model.package)[k]);
    }
    plan.models.push_back(std::move(model));
  }
  if (least > 0 && most > least * kPriceRatio)
    wrong.push_back({"/variants", "price_ratio_too_wide",
                     "the dearest variant may cost at most 7 times the cheapest"});
}

void plan_couriers(const json::Value& couriers, Plan& plan, Wrong& wrong) {
  json::Array list;
  for (const json::Value& c : couriers.items()) {
    if (plan.weight_grams < c["min_grams"].to_integral().value_or(0)) continue;
    const auto max = c["max_grams"].to_integral();
    if (max && plan.weight_grams > *max) continue;
    json::Object entry;
    entry.append("logistic_id", c["id"]);
    entry.append("enabled", true);
    entry.append("is_free", false);
    if (!c["size_id"].is_null()) entry.append("size_id", c["size_id"]);
    list.emplace_back(std::move(entry));
  }
  if (list.empty()) {
    if (couriers.items().empty()) {
      wrong.push_back({"", "courier_none_enabled", "no courier is switched on in the shop"});
    } else {
      wrong.push_back({"/variants/0/weight_grams", "weight_over_courier_limit",
                       "no courier of the shop takes this weight"});
    }
  }
  plan.couriers = json::Value(std::move(list));
}

void plan_brand(const json::Value& facts, const ListingDraft& draft, Plan& plan, Wrong& wrong) {
  json::Object none;
  none.append("brand_id", 0);
  none.append("original_brand_name", "NoBrand");
  plan.brand = json::Value(std::move(none));
  const std::string wanted = folded(draft.brand.value_or(""));
  bool none_offered = false;
  for (const json::Value& b : facts["brands"].items()) {
    none_offered = none_offered || b["id"].to_integral() == 0;
    for (const json::Value& name : b["names"].items()) {
      if (wanted.empty() || folded(name.text()) != wanted) continue;
      json::Object brand;
      brand.append("brand_id", b["id"]);
      brand.append("original_brand_name", b["names"][0]);
      plan.brand = json::Value(std::move(brand));
      return;
    }
  }
  if (facts["brand_mandatory"].as_bool().value_or(false) && !none_offered)
    wrong.push_back({"/brand", wanted.empty() ? "brand_missing" : "brand_unmapped",
                     "the category wants a brand registered at Shopee"});
}

}  // namespace

std::string describe_with_permits(const ListingDraft& draft) {
  std::string out = draft.description;
  bool first = true;
  for (const Permit& permit : draft.permits) {
    if (permit.number.empty() || out.find(permit.number) != std::string::npos) continue;
    const std::string label = label_of(permit.kind);
    out += std::exchange(first, false) ? "\n\n" : "\n";
    if (!folded(permit.number).starts_with(folded(label))) out += label + ": ";
    out += permit.number;
  }
  return out;
}

json::Value seller_stock(const json::Value* shop_facts, Quantity stock) {
  json::Object entry;
  if (shop_facts) {
    const json::Value& location = (*shop_facts)["locations"][0];
    if (!location.is_null()) entry.append("location_id", location);
  }
  entry.append("stock", stock);
  return json::array({json::Value(std::move(entry))});
}

Result<Plan> plan_listing(const CallContext& ctx, const ListingDraft& draft,
                          const std::string& category) {
  if (!ctx.shop_facts || !ctx.category_facts ||
      (*ctx.category_facts)["category"].text() != category)
    return Error(ErrorKind::bug, "facts_missing", "publishing without the facts of " + category);
  const json::Value& facts = *ctx.category_facts;
  const json::Value& of_category = facts["limits"];
  const ItemLimits limits =
      limits_from(of_category.members().empty() ? (*ctx.shop_facts)["limits"] : of_category);

  Plan plan;
  Wrong wrong;
  const auto category_id = id_number(category, INT32_MAX);
  if (!category_id) wrong.push_back({"/category", "category_unmapped", "not a category id"});
  plan.category = category_id.value_or(0);
  plan.title = draft.title;
  plan.description = describe_with_permits(draft);
  plan.condition = draft.condition == Condition::used ? "USED" : "NEW";
  plan.least_stock = limits.stock.min;
  check_length(wrong, plan.title, limits.title, "/title", "title");
  check_length(wrong, plan.description, limits.description, "/description", "description");

  const auto images = static_cast<std::int64_t>(draft.images.size());
  if (images < std::max<std::int64_t>(1, limits.images.min)) {
    wrong.push_back({"/images", "image_missing", bounds(limits.images, "images")});
  } else if (images > std::min<std::int64_t>(kMaxImages, limits.images.max)) {
    wrong.push_back({"/images", "image_too_many", bounds(limits.images, "images")});
  }

  if (draft.variants.empty() || (draft.options.empty() && draft.variants.size() != 1))
    return Error(ErrorKind::rejected, "variant_options_invalid",
                 "a product without options has exactly one variant")
        .at_field("/variants");
  plan_models(draft, limits, plan, wrong);
  plan_tiers(draft, limits, plan, wrong);
  plan.item_sku = plan.has_models() ? draft.code : draft.variants[0].sku;
  plan_couriers((*ctx.shop_facts)["couriers"], plan, wrong);
  plan_brand(facts, draft, plan, wrong);
  plan.attributes = match_attributes(facts["attributes"], draft, wrong);

  if (!wrong.empty()) {
    Error error(ErrorKind::rejected, wrong.front().code, wrong.front().detail);
    error.field = wrong.front().field;
    error.fields = std::move(wrong);
    return error;
  }
  return plan;
}

}  // namespace gerbang::shopee
