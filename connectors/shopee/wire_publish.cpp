#include "connectors/shopee/wire_publish.hpp"

#include <algorithm>

#include "connectors/shopee/limits.hpp"
#include "connectors/shopee/request.hpp"
#include "connectors/shopee/units.hpp"
#include "core/base/crypto.hpp"

namespace gerbang::shopee {

namespace {

std::string image_field(std::size_t index) {
  return "/images/" + std::to_string(index);
}

std::string hash_of(const json::Value& value) {
  return to_hex(sha256(json::dump(value))).substr(0, 16);
}

json::Value dimension_of(const Centimetres& c) {
  json::Object out;
  out.append("package_length", c[0]);
  out.append("package_width", c[1]);
  out.append("package_height", c[2]);
  return json::Value(std::move(out));
}

std::optional<Centimetres> package_from(const json::Value& dimension) {
  const auto l = dimension["package_length"].to_integral();
  const auto w = dimension["package_width"].to_integral();
  const auto h = dimension["package_height"].to_integral();
  if (!l || !w || !h || *l <= 0 || *w <= 0 || *h <= 0) return std::nullopt;
  return Centimetres{*l, *w, *h};
}

json::Value strings(const std::vector<std::string>& items) {
  json::Array out;
  for (const auto& s : items) out.emplace_back(s);
  return json::Value(std::move(out));
}

json::Value index_of(const PlannedModel& model) {
  json::Array out;
  for (const auto i : model.tier_index) out.emplace_back(static_cast<long long>(i));
  return json::Value(std::move(out));
}

json::Value image_list(const std::vector<std::string>& ids) {
  json::Object out;
  out.append("image_id_list", strings(ids));
  return json::Value(std::move(out));
}

json::Value model_body(const CallContext& ctx, const PlannedModel& model) {
  json::Object out;
  out.append("tier_index", index_of(model));
  out.append("original_price", model.price);
  out.append("seller_stock", seller_stock(ctx.shop_facts.get(), model.stock));
  out.append("model_sku", model.sku);
  out.append("weight", kilograms(model.weight_grams));
  if (model.package) out.append("dimension", dimension_of(*model.package));
  if (!model.barcode.empty()) out.append("gtin_code", model.barcode);
  return json::Value(std::move(out));
}

// The form that is not deprecated (facts 3.11). Ids of 0: the seller's own words.
json::Value tiers_body(const Plan& plan) {
  json::Array out;
  for (const PlannedTier& tier : plan.tiers) {
    json::Array options;
    for (const std::string& name : tier.options) {
      json::Object option;
      option.append("variation_option_id", 0);
      option.append("variation_option_name", name);
      options.emplace_back(std::move(option));
    }
    json::Object entry;
    entry.append("variation_id", 0);
    entry.append("variation_group_id", 0);
    entry.append("variation_name", tier.name);
    entry.append("variation_option_list", std::move(options));
    out.emplace_back(std::move(entry));
  }
  return json::Value(std::move(out));
}

json::Object for_item(std::uint64_t item) {
  json::Object out;
  out.append("item_id", json::Value(static_cast<unsigned long long>(item)));
  return out;
}

json::Value id_value(std::string_view text) {
  return json::Value(static_cast<unsigned long long>(id_number(text).value_or(0)));
}

// The fields whose stored form we cannot compare: the channel normalises text, squares pictures and
// keeps attributes in its own order. They are compared by what was sent last.
json::Object hashed_fields(const Plan& plan, const std::vector<std::string>& image_ids) {
  json::Object out;
  out.append("description", plan.description);
  out.append("image", image_list(image_ids));
  out.append("attribute_list", plan.attributes);
  out.append("brand", plan.brand);
  if (!plan.has_models() && !plan.models[0].barcode.empty())
    out.append("gtin_code", plan.models[0].barcode);
  return out;
}

std::vector<PlannedTier> tiers_from(const json::Value& response) {
  std::vector<PlannedTier> out;
  for (const json::Value& t : response["standardise_tier_variation"].items()) {
    PlannedTier tier{std::string(t["variation_name"].text()), {}};
    for (const json::Value& o : t["variation_option_list"].items())
      tier.options.emplace_back(o["variation_option_name"].text());
    out.push_back(std::move(tier));
  }
  if (!out.empty()) return out;
  for (const json::Value& t : response["tier_variation"].items()) {
    PlannedTier tier{std::string(t["name"].text()), {}};
    for (const json::Value& o : t["option_list"].items())
      tier.options.emplace_back(o["option"].text());
    out.push_back(std::move(tier));
  }
  return out;
}

const PlannedModel* planned(const Plan& plan, std::string_view sku) {
  const auto it = std::find_if(plan.models.begin(), plan.models.end(),
                               [&](const PlannedModel& m) { return m.sku == sku; });
  return it == plan.models.end() ? nullptr : &*it;
}

}  // namespace

Result<MultipartFile> picture(const HttpResponse& response, std::size_t index) {
  // The address is the seller's, not the channel's: its refusals say nothing about the shop.
  const int status = response.status;
  if (status == 408 || status == 425 || status == 429 || status >= 500)
    return Error(ErrorKind::transient, "image_unreachable", "HTTP " + std::to_string(status))
        .at_field(image_field(index));
  if (status != 200)
    return Error(ErrorKind::rejected, "image_unreachable", "HTTP " + std::to_string(status))
        .at_field(image_field(index));
  const std::string_view bytes = response.body;
  if (bytes.size() > kImageBytes)
    return Error(ErrorKind::rejected, "image_too_large", std::to_string(bytes.size()) + " bytes")
        .at_field(image_field(index));
  // Shopee wants a file name and a type on the part (facts 3.1).
  if (bytes.starts_with("\xFF\xD8\xFF"))
    return MultipartFile{"image", "image-" + std::to_string(index) + ".jpg", "image/jpeg",
                         response.body};
  if (bytes.starts_with("\x89PNG\r\n\x1A\n"))
    return MultipartFile{"image", "image-" + std::to_string(index) + ".png", "image/png",
                         response.body};
  return Error(ErrorKind::rejected, "image_format", "neither JPEG nor PNG")
      .at_field(image_field(index));
}

Result<std::string> image_id(const CallContext& ctx, const Answer& answer, std::size_t index) {
  if (!answer.ok()) {
    Error error = *answer.error;
    if (error.kind == ErrorKind::rejected) error.field = image_field(index);
    return error;
  }
  Asked asked;
  asked.operation = "media_space.upload_image";
  asked.effect = Effect::set;
  const json::Value& first = answer.response()["image_info_list"][0];
  if (const std::string code = bare_code(first["error"].text()); !code.empty()) {
    Error error = element_error(ctx, asked, answer.envelope, first["error"].text(),
                                first["message"].text(), "image_refused");
    error.field = image_field(index);
    return error;
  }
  std::string id(answer.response()["image_info"]["image_id"].text());
  if (id.empty()) id = first["image_info"]["image_id"].text();
  if (id.empty())
    return Error(ErrorKind::transient, "channel_answer_unreadable", "no image_id in the answer");
  return id;
}

ImageIds images_in(const json::Value& memo) {
  ImageIds out;
  for (const auto& [url, id] : memo["images"].members()) {
    if (!id.text().empty()) out.emplace(url, id.text());
  }
  return out;
}

json::Value memo_of(const Plan& plan, const std::vector<std::string>& urls,
                    const ImageIds& images) {
  json::Object kept;
  std::vector<std::string> ids;
  for (const std::string& url : urls) {
    kept.set(url, images.at(url));
    ids.push_back(images.at(url));
  }
  json::Object sent;
  for (const auto& [field, value] : hashed_fields(plan, ids)) sent.append(field, hash_of(value));
  json::Array packing;
  for (const PlannedModel& m : plan.models) {
    packing.emplace_back(m.sku);
    packing.emplace_back(kilograms(m.weight_grams));
    packing.push_back(m.package ? dimension_of(*m.package) : json::Value());
  }
  sent.append("packing", hash_of(json::Value(std::move(packing))));
  json::Object memo;
  memo.append("images", std::move(kept));
  memo.append("sent", std::move(sent));
  return json::Value(std::move(memo));
}

json::Value add_item_body(const CallContext& ctx, const Plan& plan,
                          const std::vector<std::string>& image_ids) {
  const PlannedModel& first = plan.models[0];
  std::int64_t price = first.price;
  // The item of a product with variants is plain for a few seconds: it offers as little as it may
  // until the variants stand.
  const Quantity stock = plan.has_models() ? plan.least_stock : first.stock;
  json::Object out;
  out.append("item_name", plan.title);
  out.append("description", plan.description);
  out.append("original_price", price);
  out.append("weight", kilograms(plan.weight_grams));
  out.append("category_id", json::Value(static_cast<unsigned long long>(plan.category)));
  out.append("image", image_list(image_ids));
  out.append("logistic_info", plan.couriers);
  out.append("seller_stock", seller_stock(ctx.shop_facts.get(), stock));
  out.append("brand", plan.brand);
  out.append("attribute_list", plan.attributes);
  out.append("item_status", "NORMAL");
  out.append("item_sku", plan.item_sku);
  out.append("condition", plan.condition);
  out.append("item_dangerous", 0);
  if (plan.package) out.append("dimension", dimension_of(*plan.package));
  if (!plan.has_models() && !first.barcode.empty()) out.append("gtin_code", first.barcode);
  json::Object pre_order;
  pre_order.append("is_pre_order", false);
  out.append("pre_order", std::move(pre_order));
  return json::Value(std::move(out));
}

std::optional<json::Value> update_item_body(const Plan& plan, const json::Value& current,
                                            const json::Value& memo, const json::Value& next_memo,
                                            const std::vector<std::string>& image_ids) {
  json::Object out;
  const auto differs = [&](std::string_view key, const std::string& wanted) {
    return current[key].to_text() != wanted;
  };
  if (differs("item_name", plan.title)) out.append("item_name", plan.title);
  if (differs("category_id", std::to_string(plan.category)))
    out.append("category_id", json::Value(static_cast<unsigned long long>(plan.category)));
  if (differs("item_sku", plan.item_sku)) out.append("item_sku", plan.item_sku);
  if (differs("condition", plan.condition)) out.append("condition", plan.condition);

  // A new category brings new attributes; they go together.
  const bool recategorised = out.find("category_id") != nullptr;
  for (const auto& [field, value] : hashed_fields(plan, image_ids)) {
    const bool same_as_sent = memo["sent"][field] == next_memo["sent"][field];
    const bool same_as_there =
        memo["sent"][field].is_null() &&
        (field == "description" ? current["description"] == value
         : field == "image"
             ? current["image"]["image_id_list"] == value["image_id_list"]
             : field == "brand" && current["brand"]["brand_id"] == value["brand_id"]);
    const bool must = recategorised && (field == "attribute_list" || field == "brand");
    if (must || (!same_as_sent && !same_as_there)) out.append(field, value);
  }

  // These overwrite those of all variants (facts 3.8): only for an item without any.
  if (!plan.has_models()) {
    if (grams(current["weight"]) != plan.weight_grams)
      out.append("weight", kilograms(plan.weight_grams));
    if (plan.package && package_from(current["dimension"]) != plan.package)
      out.append("dimension", dimension_of(*plan.package));
  }
  if (out.empty()) return std::nullopt;
  return json::Value(std::move(out));
}

RemoteModels models_from(const json::Value& reply) {
  const json::Value& response = reply["response"];
  RemoteModels out;
  out.tiers = tiers_from(response);
  for (const json::Value& m : response["model"].items()) {
    RemoteModel model;
    model.id = m["model_id"].to_text();
    model.sku = m["model_sku"].text();
    for (const json::Value& i : m["tier_index"].items())
      model.tier_index.push_back(i.to_integral().value_or(-1));
    model.weight_grams = grams(m["weight"]);
    model.package = package_from(m["dimension"]);
    if (!model.id.empty()) out.models.push_back(std::move(model));
  }
  return out;
}

json::Value init_tier_body(const CallContext& ctx, std::uint64_t item, const Plan& plan) {
  json::Object out = for_item(item);
  out.append("standardise_tier_variation", tiers_body(plan));
  json::Array models;
  for (const PlannedModel& m : plan.models) models.push_back(model_body(ctx, m));
  out.append("model", std::move(models));
  return json::Value(std::move(out));
}

ModelChanges compare_models(const CallContext& ctx, std::uint64_t item, const Plan& plan,
                            const RemoteModels& there, bool repacked) {
  ModelChanges out;
  std::vector<const RemoteModel*> kept;
  std::vector<const PlannedModel*> missing;
  for (const PlannedModel& m : plan.models) {
    const auto it = std::find_if(there.models.begin(), there.models.end(),
                                 [&](const RemoteModel& r) { return r.sku == m.sku; });
    if (it == there.models.end()) {
      missing.push_back(&m);
    } else {
      kept.push_back(&*it);
    }
  }
  if (kept.empty() || there.tiers.size() != plan.tiers.size()) {
    out.rebuild = true;
    return out;
  }

  for (const RemoteModel& r : there.models) {
    if (std::find(kept.begin(), kept.end(), &r) == kept.end()) out.gone.push_back(r.id);
  }

  bool moved = there.tiers != plan.tiers;
  json::Array places;
  json::Array changed;
  for (const RemoteModel* r : kept) {
    const PlannedModel& m = *planned(plan, r->sku);
    moved = moved || r->tier_index != m.tier_index;
    json::Object place;
    place.append("model_id", id_value(r->id));
    place.append("tier_index", index_of(m));
    places.emplace_back(std::move(place));

    const bool weighs_other = r->weight_grams ? *r->weight_grams != m.weight_grams : repacked;
    const bool packed_other = m.package && (r->package ? r->package != m.package : repacked);
    if (!weighs_other && !packed_other) continue;
    json::Object entry;
    entry.append("model_id", id_value(r->id));
    entry.append("model_sku", m.sku);
    if (weighs_other) entry.append("weight", kilograms(m.weight_grams));
    if (packed_other) entry.append("dimension", dimension_of(*m.package));
    changed.emplace_back(std::move(entry));
  }
  if (moved) {
    json::Object body = for_item(item);
    body.append("standardise_tier_variation", tiers_body(plan));
    body.append("model_list", std::move(places));
    out.tiers = json::Value(std::move(body));
  }
  if (!missing.empty()) {
    json::Array models;
    for (const PlannedModel* m : missing) models.push_back(model_body(ctx, *m));
    json::Object body = for_item(item);
    body.append("model_list", std::move(models));
    out.added = json::Value(std::move(body));
  }
  if (!changed.empty()) {
    json::Object body = for_item(item);
    body.append("model", std::move(changed));
    out.changed = json::Value(std::move(body));
  }
  return out;
}

std::optional<std::map<std::string, std::string>> variant_ids(const Plan& plan,
                                                              const RemoteModels& there) {
  std::map<std::string, std::string> out;
  for (const PlannedModel& m : plan.models) {
    auto it = std::find_if(there.models.begin(), there.models.end(),
                           [&](const RemoteModel& r) { return r.sku == m.sku; });
    if (it == there.models.end()) {
      it = std::find_if(there.models.begin(), there.models.end(), [&](const RemoteModel& r) {
        return r.sku.empty() && r.tier_index == m.tier_index;
      });
    }
    if (it == there.models.end()) return std::nullopt;
    out.emplace(m.sku, it->id);
  }
  return out;
}

}  // namespace gerbang::shopee
