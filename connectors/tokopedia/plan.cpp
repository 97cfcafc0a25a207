#include "connectors/tokopedia/plan.hpp"

#include <algorithm>
#include <set>

#include "connectors/tokopedia/limits.hpp"
#include "connectors/tokopedia/units.hpp"
#include "core/base/text.hpp"

namespace gerbang::tokopedia {

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

void append_escaped(std::string& out, std::string_view text) {
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '\r':
        break;
      default:
        out += c;
    }
  }
}

// Emoji, dingbats and Chinese characters (facts 4.4).
bool is_refused_in_titles(std::uint32_t cp) {
  return cp >= 0x1F000 || (cp >= 0x2600 && cp <= 0x27BF) || (cp >= 0x3400 && cp <= 0x4DBF) ||
         (cp >= 0x4E00 && cp <= 0x9FFF) || (cp >= 0xF900 && cp <= 0xFAFF);
}

void check_title(const std::string& title, Wrong& wrong) {
  const std::size_t n = characters(title);
  if (n == 0) {
    wrong.push_back({"/title", "title_missing", "a title is needed"});
    return;
  }
  if (n < kMinTitle)
    wrong.push_back({"/title", "title_too_short",
                     "at least 25 characters; write a longer title for this channel"});
  if (n > kMaxTitle) wrong.push_back({"/title", "title_too_long", "at most 255 characters"});
  bool refused = false, letters = false;
  std::uint32_t before = 0;
  std::size_t run = 0;
  for (std::size_t i = 0; i < title.size();) {
    const auto c = static_cast<unsigned char>(title[i]);
    const std::size_t size = c >= 0xF0 ? 4 : c >= 0xE0 ? 3 : c >= 0xC0 ? 2 : 1;
    std::uint32_t cp = size == 1 ? c : c & (0xFFu >> (size + 1));
    for (std::size_t k = 1; k < size && i + k < title.size(); ++k)
      cp = cp << 6 | (static_cast<unsigned char>(title[i + k]) & 0x3Fu);
    i += size;
    letters = letters || cp >= 0xC0 || (cp >= '0' && cp <= '9') || (cp >= 'a' && cp <= 'z') ||
              (cp >= 'A' && cp <= 'Z');
    run = cp == before ? run + 1 : 1;
    before = cp;
    refused = refused || is_refused_in_titles(cp) || run >= 10;
  }
  if (refused || !letters)
    wrong.push_back({"/title", "title_not_allowed",
                     "no emoji, no Chinese characters, no character ten times in a row"});
}

std::optional<Centimetres> centimetres(const std::optional<std::array<std::int64_t, 3>>& mm) {
  if (!mm) return std::nullopt;
  Centimetres out{};
  for (std::size_t i = 0; i < 3; ++i) out[i] = std::max<std::int64_t>(1, ((*mm)[i] + 9) / 10);
  return out;
}

// The category's own sales attribute of that name, else the seller's words.
json::Value sales_attribute(const json::Value& attributes, const std::string& name,
                            const std::string& value) {
  json::Object out;
  for (const json::Value& a : attributes.items()) {
    if (!a["sales"].as_bool().value_or(false) || folded(a["name"].text()) != folded(name)) continue;
    out.append("id", a["id"]);
    for (const json::Value& v : a["values"].items()) {
      if (folded(v["name"].text()) == folded(value)) {
        out.append("value_id", v["id"]);
        return json::Value(std::move(out));
      }
    }
    out.append("value_name", value);
    return json::Value(std::move(out));
  }
  out.append("name", name);
  out.append("value_name", value);
  return json::Value(std::move(out));
}

void plan_skus(const ListingDraft& draft, const json::Value& attributes, Plan& plan, Wrong& wrong) {
  std::set<std::vector<std::string>> taken;
  for (std::size_t i = 0; i < draft.variants.size(); ++i) {
    const DraftVariant& v = draft.variants[i];
    const std::string at = "/variants/" + std::to_string(i);
    PlannedSku sku;
    sku.sku = v.sku;
    sku.remote_id = v.remote_variant;
    sku.price = v.price.amount;
    sku.stock = std::clamp<Quantity>(v.stock, 0, kMaxQuantity);
    sku.barcode = public_barcode(v.barcode.value_or(""));
    if (v.sku.empty() || v.sku.size() > kMaxSellerSku || v.sku.find(' ') != std::string::npos)
      wrong.push_back({at + "/sku", "sku_not_allowed", "1 to 50 characters without blanks"});
    if (v.price.currency != "IDR")
      wrong.push_back({at + "/price", "currency_unsupported", "the channel sells in IDR"});
    if (sku.price < kMinPrice || sku.price > kMaxPrice)
      wrong.push_back({at + "/price", "price_out_of_range", "Rp 100 to Rp 100,000,000"});
    if (v.weight_grams && *v.weight_grams > 0) {
      plan.weight_grams = std::max(plan.weight_grams, *v.weight_grams);
    } else {
      wrong.push_back({at + "/weight_grams", "weight_missing", "of the packed unit"});
    }
    if (const auto package = centimetres(v.package_mm)) {
      if (!plan.package) plan.package = Centimetres{};
      for (std::size_t k = 0; k < 3; ++k)
        (*plan.package)[k] = std::max((*plan.package)[k], (*package)[k]);
    }
    if (v.options.size() != draft.options.size() || !taken.insert(v.options).second) {
      wrong.push_back({at + "/options", "variant_options_invalid",
                       "every variant needs its own combination of option values"});
    }
    json::Array attributes_of_sku;
    for (std::size_t t = 0; t < draft.options.size() && t < v.options.size(); ++t) {
      if (characters(v.options[t]) > kMaxOptionValue)
        wrong.push_back({at + "/options/" + std::to_string(t), "option_text_too_long",
                         "at most 50 characters"});
      attributes_of_sku.push_back(sales_attribute(attributes, draft.options[t].name, v.options[t]));
    }
    sku.sales_attributes = json::Value(std::move(attributes_of_sku));
    plan.skus.push_back(std::move(sku));
  }
}

}  // namespace

std::string describe(const ListingDraft& draft) {
  std::string text = draft.description;
  bool first = true;
  for (const Permit& permit : draft.permits) {
    if (permit.number.empty() || text.find(permit.number) != std::string::npos) continue;
    const std::string label = label_of(permit.kind);
    text += std::exchange(first, false) ? "\n\n" : "\n";
    if (!folded(permit.number).starts_with(folded(label))) text += label + ": ";
    text += permit.number;
  }
  // An empty line ends a paragraph.
  std::string out;
  std::string_view rest = text;
  bool open = false;
  while (!rest.empty()) {
    const auto end = rest.find('\n');
    std::string_view line = rest.substr(0, end);
    rest = end == std::string_view::npos ? std::string_view() : rest.substr(end + 1);
    while (!line.empty() && (line.back() == ' ' || line.back() == '\r')) line.remove_suffix(1);
    if (line.empty()) {
      if (std::exchange(open, false)) out += "</p>";
      continue;
    }
    out += open ? "<br>" : "<p>";
    open = true;
    append_escaped(out, line);
  }
  if (open) out += "</p>";
  return out;
}

std::string public_barcode(const std::string& barcode) {
  const auto starts = [&](std::string_view s) { return barcode.starts_with(s); };
  switch (barcode.size()) {
    case 8:
      return starts("0") || starts("2") ? "" : barcode;
    case 12:
      return starts("2") || starts("4") ? "" : barcode;
    case 13:
      return starts("2") || starts("02") || starts("04") ? "" : barcode;
    default:
      return "";
  }
}

Result<Plan> plan_listing(const CallContext& ctx, const ListingDraft& draft,
                          const std::string& category) {
  if (!ctx.shop_facts || !ctx.category_facts ||
      (*ctx.category_facts)["category"].text() != category)
    return Error(ErrorKind::bug, "facts_missing", "publishing without the facts of " + category);
  const json::Value& facts = *ctx.category_facts;

  Plan plan;
  Wrong wrong;
  plan.category = category;
  plan.title = draft.title;
  plan.description = describe(draft);
  plan.code = draft.code;
  plan.brand = draft.brand.value_or("");
  plan.pre_owned = draft.condition == Condition::used;
  check_title(plan.title, wrong);
  if (plan.description.empty()) {
    wrong.push_back({"/description", "description_missing", "a description is needed"});
  } else if (characters(plan.description) > kMaxDescription) {
    wrong.push_back({"/description", "description_too_long", "at most 10,000 characters as HTML"});
  }
  if (draft.images.empty()) {
    wrong.push_back({"/images", "image_missing", "1 to 9 images"});
  } else if (draft.images.size() > kMaxImages) {
    wrong.push_back({"/images", "image_too_many", "1 to 9 images"});
  }
  auto platforms = find_platforms(*ctx.shop_facts, category, draft,
                                  draft.memo["only_shop"].as_bool().value_or(false));
  if (platforms) {
    plan.platforms = *std::move(platforms);
  } else {
    const Error& e = platforms.error();
    wrong.push_back({e.field, e.code, e.detail});
  }

  if (draft.variants.empty() || (draft.options.empty() && draft.variants.size() != 1))
    return Error(ErrorKind::rejected, "variant_options_invalid",
                 "a product without options has exactly one variant")
        .at_field("/variants");
  for (std::size_t t = 0; t < draft.options.size(); ++t) {
    if (characters(draft.options[t].name) > kMaxOptionName)
      wrong.push_back({"/options/" + std::to_string(t) + "/name", "option_text_too_long",
                       "at most 20 characters"});
  }
  plan_skus(draft, facts["attributes"], plan, wrong);
  if (!plan.package && facts["dimension_required"].as_bool().value_or(false))
    wrong.push_back({"/variants/0/package_mm", "dimension_missing", "length, width and height"});
  plan.attributes = match_attributes(facts["attributes"], draft, wrong);

  if (!wrong.empty()) {
    Error error(ErrorKind::rejected, wrong.front().code, wrong.front().detail);
    error.field = wrong.front().field;
    error.fields = std::move(wrong);
    return error;
  }
  return plan;
}

}  // namespace gerbang::tokopedia
