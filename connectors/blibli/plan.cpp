#include "connectors/blibli/plan.hpp"

#include <algorithm>
#include <set>

#include "connectors/blibli/access.hpp"
#include "connectors/blibli/limits.hpp"
#include "connectors/blibli/units.hpp"
#include "core/base/text.hpp"

namespace gerbang::blibli {

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

void plan_text(const ListingDraft& draft, Plan& plan, Wrong& wrong) {
  plan.title = draft.title;
  plan.description = describe_with_permits(draft);
  plan.selling_point = cut(plan.description, kSellingPointCharacters);
  plan.brand = draft.brand.value_or("");
  if (folded(plan.title).empty()) wrong.push_back({"/title", "title_missing", "needs a name"});
  if (characters(plan.title) > kTitleCharacters)
    wrong.push_back({"/title", "title_too_long", "at most 150 characters"});
  if (folded(plan.description).empty())
    wrong.push_back({"/description", "description_missing", "needs a description"});
  if (characters(plan.description) > kDescriptionCharacters)
    wrong.push_back({"/description", "description_too_long", "at most 5000 characters"});
  if (draft.images.empty()) {
    wrong.push_back({"/images", "image_missing", "at least one"});
  } else if (draft.images.size() > kImages) {
    wrong.push_back({"/images", "blibli_images_too_many", "at most 8"});
  }
  plan.images = draft.images;
}

void plan_variants(const ListingDraft& draft, Plan& plan, Wrong& wrong) {
  if (draft.variants.size() > kVariants)
    wrong.push_back({"/variants", "variants_too_many", "at most 50 variants"});
  for (std::size_t i = 0; i < draft.variants.size(); ++i) {
    const DraftVariant& v = draft.variants[i];
    const std::string at = "/variants/" + std::to_string(i);
    PlannedVariant out;
    out.sku = v.sku;
    out.barcode = v.barcode.value_or("");
    out.price = v.price.amount;
    out.stock = std::clamp<Quantity>(v.stock, 0, kMostStock);
    if (v.price.currency != "IDR") {
      wrong.push_back({at + "/price", "currency_unsupported", "Blibli sells in IDR"});
    } else if (out.price < kLowestPrice || out.price > kHighestPrice) {
      wrong.push_back({at + "/price", "price_out_of_range", "1,000 to 1,000,000,000 rupiah"});
    }
    if (!v.weight_grams || *v.weight_grams <= 0) {
      wrong.push_back({at + "/weight_grams", "weight_missing", "of the packed unit"});
    } else {
      plan.weight_grams = std::max(plan.weight_grams, *v.weight_grams);
    }
    if (!v.package_mm) {
      wrong.push_back({at + "/package_mm", "dimension_missing", "length, width and height"});
    } else {
      for (std::size_t k = 0; k < 3; ++k)
        plan.package_cm[k] =
            std::max({plan.package_cm[k], std::int64_t{1}, ((*v.package_mm)[k] + 9) / 10});
    }
    plan.variants.push_back(std::move(out));
  }
}

void plan_pickup_point(const CallContext& ctx, Plan& plan, Wrong& wrong) {
  plan.pickup_point = access_of(ctx).pickup_point;
  if (!plan.pickup_point.empty()) return;
  const json::Array& known = (*ctx.shop_facts)["pickup_points"].items();
  if (known.size() == 1) {
    plan.pickup_point = known.front().text();
  } else {
    wrong.push_back(
        {"", "blibli_pickup_point",
         known.empty() ? "the shop has no pickup point" : "the shop has several pickup points"});
  }
}

// ---- attributes

std::string pointer_to(std::string_view name) {
  std::string out = "/attributes/";
  for (const char c : name) {
    if (c == '~') {
      out += "~0";
    } else if (c == '/') {
      out += "~1";
    } else {
      out += c;
    }
  }
  return out;
}

struct Given {
  std::string text;
  bool by_permit = false;  // derived, left out when it does not fit
};

std::optional<Given> given_for(const json::Value& attribute, const ListingDraft& draft) {
  const std::string name = folded(attribute["name"].text());
  for (const auto& [key, value] : draft.attributes) {
    if (!value.empty() && (key == attribute["code"].text() || folded(key) == name))
      return Given{value, false};
  }
  for (const Permit& permit : draft.permits) {
    const std::string kind = without_blanks(folded(permit.kind));
    if (kind.size() < 3 || permit.number.empty()) continue;
    if (without_blanks(name).find(kind) == std::string::npos) continue;
    return Given{attribute["free"].as_bool() == true ? permit.number : "Ya", true};
  }
  return std::nullopt;
}

// The value as the attribute takes it; nothing when it does not fit.
std::optional<std::string> value_for(const json::Value& attribute, std::string_view given) {
  const std::string wanted = folded(given);
  for (const json::Value& option : attribute["options"].items()) {
    if (folded(option.text()) == wanted) return std::string(option.text());
  }
  if (attribute["free"].as_bool() != true || wanted.empty() ||
      characters(given) > kAttributeCharacters)
    return std::nullopt;
  return std::string(given);
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

std::map<std::string, std::string> match_attributes(const json::Value& attributes,
                                                    const ListingDraft& draft, Wrong& wrong) {
  std::map<std::string, std::string> out;
  for (const json::Value& attribute : attributes.items()) {
    if (attribute["variant"].as_bool() == true) continue;
    const std::string name(attribute["name"].text());
    const auto given = given_for(attribute, draft);
    std::optional<std::string> value;
    if (given) value = value_for(attribute, given->text);
    if (value) {
      out.emplace(attribute["code"].text(), std::move(*value));
    } else if (attribute["mandatory"].as_bool() == true) {
      const bool refused = given && !given->by_permit;
      wrong.push_back({pointer_to(name), refused ? "attribute_refused" : "attribute_missing",
                       refused ? "the value does not fit \"" + name + "\""
                               : "the category wants \"" + name + "\""});
    }
    // An optional attribute whose value the channel does not know is left out.
  }
  return out;
}

void plan_axes(const json::Value& attributes, const ListingDraft& draft, Plan& plan, Wrong& wrong) {
  std::vector<const json::Value*> variant_creating;
  for (const json::Value& a : attributes.items()) {
    if (a["variant"].as_bool() == true) variant_creating.push_back(&a);
  }
  const auto value_of = [&](const DraftVariant& v, std::size_t axis) {
    return axis < v.options.size() ? v.options[axis] : std::string();
  };

  std::set<std::string> used;
  std::vector<std::size_t> joined;
  for (std::size_t axis = 0; axis < draft.options.size(); ++axis) {
    const json::Value* own = nullptr;
    for (const json::Value* a : variant_creating) {
      const bool takes_all = std::all_of(
          draft.variants.begin(), draft.variants.end(),
          [&](const DraftVariant& v) { return value_for(*a, value_of(v, axis)).has_value(); });
      if (folded((*a)["name"].text()) == folded(draft.options[axis].name) && takes_all) own = a;
    }
    if (!own) {
      joined.push_back(axis);
      continue;
    }
    const std::string code((*own)["code"].text());
    used.insert(code);
    for (std::size_t i = 0; i < draft.variants.size(); ++i)
      plan.variants[i].attributes[code] =
          value_for(*own, value_of(draft.variants[i], axis)).value_or("");
  }
  if (!joined.empty()) {
    const json::Value* general = nullptr;
    for (const json::Value* a : variant_creating) {
      if ((*a)["free"].as_bool() == true && !used.contains(std::string((*a)["code"].text())))
        general = a;
    }
    if (!general) {
      for (const std::size_t axis : joined)
        wrong.push_back({"/options/" + std::to_string(axis), "blibli_axis_refused",
                         "the category has no variant attribute for this"});
      return;
    }
    const std::string code((*general)["code"].text());
    used.insert(code);
    for (std::size_t i = 0; i < draft.variants.size(); ++i) {
      std::string text;
      for (const std::size_t axis : joined) {
        const std::string value = value_of(draft.variants[i], axis);
        if (!value.empty()) text += (text.empty() ? "" : " / ") + value;
      }
      if (text.empty() || characters(text) > kAttributeCharacters)
        wrong.push_back({"/variants/" + std::to_string(i) + "/options", "variant_options_invalid",
                         "1 to 255 characters together"});
      plan.variants[i].attributes[code] = std::move(text);
    }
  }
  std::set<std::map<std::string, std::string>> taken;
  for (std::size_t i = 0; i < plan.variants.size(); ++i) {
    if (!taken.insert(plan.variants[i].attributes).second)
      wrong.push_back({"/variants/" + std::to_string(i) + "/options", "variant_options_invalid",
                       "every variant needs its own combination of option values"});
  }
  // One that the category insists on and no axis fills, from our attributes.
  for (const json::Value* a : variant_creating) {
    const std::string code((*a)["code"].text());
    if ((*a)["mandatory"].as_bool() != true || used.contains(code)) continue;
    const auto given = given_for(*a, draft);
    const auto value = given ? value_for(*a, given->text) : std::nullopt;
    if (!value) {
      const std::string name((*a)["name"].text());
      wrong.push_back({pointer_to(name), given ? "attribute_refused" : "attribute_missing",
                       "the category wants \"" + name + "\""});
      continue;
    }
    for (PlannedVariant& v : plan.variants) v.attributes[code] = *value;
  }
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
  Plan plan;
  Wrong wrong;
  plan.category = category;
  plan_text(draft, plan, wrong);
  plan_variants(draft, plan, wrong);
  plan_pickup_point(ctx, plan, wrong);
  const json::Value& attributes = (*ctx.category_facts)["attributes"];
  plan.attributes = match_attributes(attributes, draft, wrong);
  plan_axes(attributes, draft, plan, wrong);
  for (const json::Value& code : (*ctx.shop_facts)["couriers"].items())
    plan.couriers.emplace_back(code.text());
  if (!wrong.empty()) {
    Error error(ErrorKind::rejected, wrong.front().code, wrong.front().detail);
    error.field = wrong.front().field;
    error.fields = std::move(wrong);
    return error;
  }
  return plan;
}

}  // namespace gerbang::blibli
