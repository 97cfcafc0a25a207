#include "connectors/lazada/plan.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include "connectors/lazada/facts.hpp"
#include "connectors/lazada/limits.hpp"
#include "connectors/lazada/request.hpp"
#include "connectors/lazada/units.hpp"
#include "core/base/text.hpp"

namespace gerbang::lazada {

namespace {

using Wrong = std::vector<FieldError>;

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

void plan_texts(const ListingDraft& draft, Plan& plan, Wrong& wrong) {
  const std::string title = without_quotes(draft.title);
  if (title.empty()) wrong.push_back({"/title", "title_missing", "a product needs a name"});
  if (title.size() > kTitleBytes)
    wrong.push_back({"/title", "title_too_long", "at most 255 bytes"});
  if (has_refused_character(title))
    wrong.push_back({"/title", "lazada_text_characters", "^ ~ < > | are refused"});
  const std::string description = describe(draft);
  if (characters(description) > kDescriptionCharacters)
    wrong.push_back({"/description", "description_too_long", "at most 25,000 characters"});
  plan.attributes.set("name", title);
  plan.attributes.set("description", description);
}

void plan_brand(const json::Value& shop_facts, const ListingDraft& draft, Plan& plan) {
  // A brand id that a person wrote: the list is longer than we read (facts 6).
  if (const auto own = draft.attributes.find("brand_id");
      own != draft.attributes.end() && is_id(own->second)) {
    plan.attributes.set("brand_id", own->second);
    return;
  }
  const std::string wanted = folded(draft.brand.value_or(""));
  for (const json::Value& b : shop_facts["brands"].items()) {
    for (const json::Value& name : b["names"].items()) {
      if (wanted.empty() || folded(name.text()) != wanted) continue;
      plan.attributes.set("brand_id", b["id"].to_text());
      return;
    }
  }
  // A village's brand is not registered at Lazada: its products have none there.
  if (const std::string none = shop_facts["no_brand"].to_text(); !none.empty()) {
    plan.attributes.set("brand_id", none);
  } else {
    plan.attributes.set("brand", "No Brand");
  }
}

void plan_package(const DraftVariant& v, const std::string& at, PlannedSku& sku, Wrong& wrong) {
  const std::int64_t grams = v.weight_grams.value_or(0);
  if (grams <= 0) {
    wrong.push_back({at + "/weight_grams", "weight_missing", "of the packed unit"});
  } else if (grams > kHeaviestGrams) {
    wrong.push_back({at + "/weight_grams", "weight_out_of_range", "at most 40 kg"});
  }
  sku.weight = kilograms(grams);
  if (!v.package_mm || (*v.package_mm)[0] <= 0 || (*v.package_mm)[1] <= 0 ||
      (*v.package_mm)[2] <= 0) {
    wrong.push_back({at + "/package_mm", "dimension_missing", "length, width and height"});
    return;
  }
  const auto& mm = *v.package_mm;
  if (mm[0] + mm[1] + mm[2] > kGirthMillimetres)
    wrong.push_back({at + "/package_mm", "lazada_package_refused",
                     "length, width and height together at most 300 cm"});
  sku.length = centimetres(mm[0]);
  sku.width = centimetres(mm[1]);
  sku.height = centimetres(mm[2]);
}

void plan_skus(const ListingDraft& draft, const std::vector<std::string>& axes, Plan& plan,
               Wrong& wrong) {
  if (draft.variants.size() > kMaxVariants)
    wrong.push_back({"/variants", "variants_too_many", "at most 50 variants"});
  std::set<std::vector<std::string>> taken;
  for (std::size_t i = 0; i < draft.variants.size(); ++i) {
    const DraftVariant& v = draft.variants[i];
    const std::string at = "/variants/" + std::to_string(i);
    PlannedSku sku;
    sku.sku = v.sku;
    sku.remote = v.remote_variant;
    sku.price = v.price.amount;
    sku.stock = std::max<Quantity>(0, v.stock);
    if (v.price.currency != "IDR")
      wrong.push_back({at + "/price", "currency_unsupported", "Lazada Indonesia sells in IDR"});
    if (sku.price <= 0) wrong.push_back({at + "/price", "price_out_of_range", "must be above 0"});
    plan_package(v, at, sku, wrong);
    if (v.options.size() != draft.options.size() || !taken.insert(v.options).second) {
      wrong.push_back({at + "/options", "variant_options_invalid",
                       "every variant needs its own combination of option values"});
    }
    for (std::size_t k = 0; k < axes.size() && k < v.options.size(); ++k)
      sku.sale_prop.set(axes[k], without_quotes(v.options[k]));
    plan.skus.push_back(std::move(sku));
  }
}

}  // namespace

std::string describe(const ListingDraft& draft) {
  std::string out = html_of(draft.description);
  bool first = true;
  for (const Permit& permit : draft.permits) {
    if (permit.number.empty() || draft.description.find(permit.number) != std::string::npos)
      continue;
    const std::string label = label_of(permit.kind);
    out += std::exchange(first, false) ? "<br><br>" : "<br>";
    if (!folded(permit.number).starts_with(folded(label))) out += label + ": ";
    out += html_of(permit.number);
  }
  return out;
}

Result<Plan> plan_listing(const CallContext& ctx, const ListingDraft& draft,
                          const std::string& category) {
  if (!ctx.shop_facts || !ctx.category_facts ||
      (*ctx.category_facts)["category"].text() != category)
    return Error(ErrorKind::bug, "facts_missing", "publishing without the facts of " + category);
  if (draft.variants.empty() || (draft.options.empty() && draft.variants.size() != 1))
    return Error(ErrorKind::rejected, "variant_options_invalid",
                 "a product without options has exactly one variant")
        .at_field("/variants");
  const json::Value& attributes = (*ctx.category_facts)["attributes"];

  Plan plan;
  Wrong wrong;
  plan.category = category;
  if (!is_id(category)) wrong.push_back({"/category", "category_unmapped", "not a category id"});
  plan_texts(draft, plan, wrong);
  plan_brand(*ctx.shop_facts, draft, plan);
  for (const std::string& url : draft.images) {
    const bool known = std::find(plan.images.begin(), plan.images.end(), url) != plan.images.end();
    if (!known && plan.images.size() < kImages) plan.images.push_back(url);
  }
  if (plan.images.empty()) wrong.push_back({"/images", "image_missing", "at least one"});

  const std::vector<std::string> axes = plan_variation(attributes, draft, plan.variation, wrong);
  plan_skus(draft, axes, plan, wrong);
  const json::Object of_product = match_attributes(attributes, draft, false, wrong);
  for (const auto& [name, value] : of_product) plan.attributes.set(name, value);
  const json::Object of_sku = match_attributes(attributes, draft, true, wrong);
  for (PlannedSku& sku : plan.skus) sku.attributes = of_sku;
  // A sale property that the category demands of every product.
  for (const json::Value& a : attributes.items()) {
    if (!a["sale"].as_bool().value_or(false) || !a["mandatory"].as_bool().value_or(false)) continue;
    if (std::find(axes.begin(), axes.end(), a["name"].text()) != axes.end()) continue;
    wrong.push_back({"/options", "attribute_missing",
                     "the category wants the option \"" + a["label"].to_text() + "\""});
  }

  if (!wrong.empty()) {
    Error error(ErrorKind::rejected, wrong.front().code, wrong.front().detail);
    error.field = wrong.front().field;
    error.fields = std::move(wrong);
    return error;
  }
  return plan;
}

}  // namespace gerbang::lazada
