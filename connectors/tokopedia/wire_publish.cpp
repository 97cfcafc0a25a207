#include "connectors/tokopedia/wire_publish.hpp"

#include <algorithm>

#include "connectors/tokopedia/limits.hpp"
#include "connectors/tokopedia/request.hpp"
#include "core/base/crypto.hpp"
#include "core/base/text.hpp"

namespace gerbang::tokopedia {

namespace {

std::string image_field(std::size_t index) {
  return "/images/" + std::to_string(index);
}

std::string hash_of(const json::Value& value) {
  return to_hex(sha256(json::dump(value))).substr(0, 16);
}

json::Value uri_list(const std::vector<std::string>& uris) {
  json::Array out;
  for (const std::string& uri : uris) {
    json::Object entry;
    entry.append("uri", uri);
    out.emplace_back(std::move(entry));
  }
  return json::Value(std::move(out));
}

json::Value strings(const std::vector<std::string>& items) {
  json::Array out;
  for (const std::string& s : items) out.emplace_back(s);
  return json::Value(std::move(out));
}

json::Value money(std::int64_t rupiah) {
  json::Object out;
  out.append("amount", std::to_string(rupiah));
  out.append("currency", "IDR");
  return json::Value(std::move(out));
}

json::Value weight_of(const Plan& plan) {
  json::Object out;
  out.append("value", std::to_string(plan.weight_grams));
  out.append("unit", "GRAM");
  return json::Value(std::move(out));
}

json::Value dimensions_of(const Centimetres& cm) {
  json::Object out;
  out.append("length", std::to_string(cm[0]));
  out.append("width", std::to_string(cm[1]));
  out.append("height", std::to_string(cm[2]));
  out.append("unit", "CENTIMETER");
  return json::Value(std::move(out));
}

json::Value inventory_of(const CallContext& ctx, Quantity quantity) {
  json::Object entry;
  if (const std::string id = default_warehouse(ctx); !id.empty()) entry.append("warehouse_id", id);
  entry.append("quantity", quantity);
  return json::array({json::Value(std::move(entry))});
}

json::Value sku_body(const CallContext& ctx, const PlannedSku& sku, const std::string& id) {
  json::Object out;
  if (!id.empty()) out.append("id", id);
  out.append("seller_sku", sku.sku);
  out.append("price", money(sku.price));
  out.append("inventory", inventory_of(ctx, sku.stock));
  out.append("sales_attributes", sku.sales_attributes);
  if (!sku.barcode.empty()) {
    json::Object code;
    code.append("code", sku.barcode);
    code.append("type", sku.barcode.size() == 12 ? "UPC" : "EAN");
    out.append("identifier_code", std::move(code));
  }
  return json::Value(std::move(out));
}

// The fields whose stored form we cannot compare: compared by what was sent last.
json::Object hashed_fields(const Plan& plan, const std::vector<std::string>& uris,
                           const std::string& brand) {
  json::Object out;
  out.append("description", plan.description);
  out.append("main_images", uri_list(uris));
  out.append("product_attributes", plan.attributes);
  out.append("brand_id", brand);
  if (plan.package) out.append("package_dimensions", dimensions_of(*plan.package));
  return out;
}

// All that create and the full edit share.
json::Object whole_body(const Plan& plan, const std::vector<std::string>& uris,
                        const std::string& brand) {
  json::Object out;
  out.append("title", plan.title);
  out.append("description", plan.description);
  out.append("category_id", plan.category);
  out.append("category_version", "v1");
  if (!brand.empty()) out.append("brand_id", brand);
  out.append("main_images", uri_list(uris));
  out.append("package_weight", weight_of(plan));
  if (plan.package) out.append("package_dimensions", dimensions_of(*plan.package));
  if (!plan.attributes.items().empty()) out.append("product_attributes", plan.attributes);
  out.append("external_product_id", plan.code);
  out.append("listing_platforms", strings(plan.platforms));
  if (plan.pre_owned) out.append("is_pre_owned", true);
  return out;
}

const RemoteSku* remote_of(const RemoteProduct& there, std::string_view sku) {
  const auto it = std::find_if(there.skus.begin(), there.skus.end(),
                               [&](const RemoteSku& r) { return r.sku == sku; });
  return it == there.skus.end() ? nullptr : &*it;
}

// The channel adds names and ids to what was sent: what we say must be what it shows.
bool same_attributes(const json::Value& planned, const json::Value& shown) {
  if (planned.items().size() != shown.items().size()) return false;
  return std::all_of(planned.items().begin(), planned.items().end(), [&](const json::Value& p) {
    const json::Array& all = shown.items();
    return std::any_of(all.begin(), all.end(), [&](const json::Value& s) {
      const bool name = p["id"].is_null() ? folded(p["name"].text()) == folded(s["name"].text())
                                          : p["id"].text() == s["id"].text();
      const bool value = p["value_id"].is_null() ? p["value_name"].text() == s["value_name"].text()
                                                 : p["value_id"].text() == s["value_id"].text();
      return name && value;
    });
  });
}

bool same_skus(const Plan& plan, const RemoteProduct& there) {
  if (plan.skus.size() != there.skus.size()) return false;
  return std::all_of(plan.skus.begin(), plan.skus.end(), [&](const PlannedSku& p) {
    const RemoteSku* r = remote_of(there, p.sku);
    return r && same_attributes(p.sales_attributes, r->sales_attributes);
  });
}

std::int64_t grams_of(const json::Value& weight) {
  const std::string text = weight["value"].to_text();
  if (text.empty()) return 0;
  const double value = json::Decimal{text}.value();
  if (!(value > 0) || value > 1e9) return 0;
  return static_cast<std::int64_t>(weight["unit"].text() == "KILOGRAM" ? value * 1000 + 0.5
                                                                       : value + 0.5);
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
  const auto file = [&](const char* extension, const char* type) {
    return MultipartFile{"data", "image-" + std::to_string(index) + extension, type, response.body};
  };
  if (bytes.starts_with("\xFF\xD8\xFF")) return file(".jpg", "image/jpeg");
  if (bytes.starts_with("\x89PNG\r\n\x1A\n")) return file(".png", "image/png");
  return Error(ErrorKind::rejected, "image_format", "neither JPEG nor PNG")
      .at_field(image_field(index));
}

Result<std::string> image_uri(const Answer& answer, std::size_t index) {
  if (!answer.ok()) {
    Error error = *answer.error;
    if (error.kind == ErrorKind::rejected) error.field = image_field(index);
    return error;
  }
  std::string uri(answer.data()["uri"].text());
  if (uri.empty())
    return Error(ErrorKind::transient, "channel_answer_unreadable", "no uri in the answer");
  return uri;
}

ImageUris images_in(const json::Value& memo) {
  ImageUris out;
  for (const auto& [url, uri] : memo["images"].members()) {
    if (!uri.text().empty()) out.emplace(url, uri.text());
  }
  return out;
}

std::optional<BrandChoice> brand_in(const json::Value& memo) {
  if (!memo["brand"].is_object()) return std::nullopt;
  return BrandChoice{memo["brand"]["name"].to_text(), memo["brand"]["id"].to_text()};
}

json::Value memo_of(const Plan& plan, const std::vector<std::string>& urls, const ImageUris& images,
                    const BrandChoice& brand, bool only_shop) {
  json::Object kept;
  std::vector<std::string> uris;
  for (const std::string& url : urls) {
    kept.set(url, images.at(url));
    uris.push_back(images.at(url));
  }
  json::Object sent;
  for (const auto& [field, value] : hashed_fields(plan, uris, brand.id))
    sent.append(field, hash_of(value));
  json::Array barcodes;
  for (const PlannedSku& sku : plan.skus) barcodes.emplace_back(sku.barcode);
  sent.append("barcodes", hash_of(json::Value(std::move(barcodes))));
  json::Object memo;
  memo.append("images", std::move(kept));
  if (!brand.name.empty()) {
    json::Object choice;
    choice.append("name", brand.name);
    choice.append("id", brand.id);
    memo.append("brand", std::move(choice));
  }
  memo.append("sent", std::move(sent));
  if (only_shop) memo.append("only_shop", true);
  return json::Value(std::move(memo));
}

QueryItems brand_query(const std::string& category, const std::string& name) {
  return {{"page_size", "100"},
          {"category_id", category},
          {"brand_name", name},
          {"category_version", "v1"}};
}

std::string brand_from(const json::Value& data, std::string_view name) {
  const std::string wanted = folded(name);
  for (const json::Value& brand : data["brands"].items()) {
    if (folded(brand["name"].text()) == wanted) return brand["id"].to_text();
  }
  return {};
}

json::Value create_body(const CallContext& ctx, const Plan& plan,
                        const std::vector<std::string>& uris, const std::string& brand,
                        const std::string& idempotency_key) {
  json::Object out;
  out.append("save_mode", "LISTING");
  for (const auto& [field, value] : whole_body(plan, uris, brand)) out.append(field, value);
  json::Array skus;
  for (const PlannedSku& sku : plan.skus) skus.push_back(sku_body(ctx, sku, ""));
  out.append("skus", std::move(skus));
  out.append("idempotency_key", idempotency_key);
  return json::Value(std::move(out));
}

RemoteProduct product_from(const json::Value& data) {
  RemoteProduct out;
  out.states = platform_states(data);
  out.audit = data["audit"]["status"].text();
  for (const json::Value& failed : data["audit_failed_reasons"].items()) {
    for (const json::Value& reason : failed["reasons"].items()) {
      if (reason.text().empty()) continue;
      out.reasons += (out.reasons.empty() ? "" : "; ") + std::string(reason.text());
    }
  }
  out.title = data["title"].text();
  out.weight_grams = grams_of(data["package_weight"]);
  for (const json::Value& c : data["category_chains"].items()) {
    if (c["is_leaf"].as_bool().value_or(false)) out.category = c["id"].to_text();
  }
  for (const json::Value& s : data["skus"].items()) {
    RemoteSku sku;
    sku.id = s["id"].to_text();
    sku.sku = s["seller_sku"].text();
    sku.sales_attributes = s["sales_attributes"];
    if (const auto amount = rupiah(s["price"]["tax_exclusive_price"])) sku.price = money(*amount);
    json::Array inventory;
    for (const json::Value& i : s["inventory"].items()) {
      json::Object entry;
      entry.append("warehouse_id", i["warehouse_id"].to_text());
      entry.append("quantity", quantity(i["quantity"]).value_or(0));
      inventory.emplace_back(std::move(entry));
    }
    sku.inventory = json::Value(std::move(inventory));
    if (!is_id(sku.id)) continue;
    out.skus.push_back(std::move(sku));
  }
  return out;
}

ProductChanges compare(const CallContext& ctx, const Plan& plan, const RemoteProduct& there,
                       const json::Value& memo, const json::Value& next_memo,
                       const std::vector<std::string>& uris, const std::string& brand) {
  const auto skus = [&] {
    json::Array out;
    for (const PlannedSku& sku : plan.skus) {
      const RemoteSku* r = remote_of(there, sku.sku);
      out.push_back(sku_body(ctx, sku, r ? r->id : std::string()));
    }
    return json::Value(std::move(out));
  };
  ProductChanges out;
  if (!there.category.empty() && there.category != plan.category) {
    out.whole = true;
    json::Object body = whole_body(plan, uris, brand);
    body.append("skus", skus());
    out.body = json::Value(std::move(body));
    return out;
  }

  json::Object body;
  if (there.title != plan.title) body.append("title", plan.title);
  for (const auto& [field, value] : hashed_fields(plan, uris, brand)) {
    if (memo["sent"][field] == next_memo["sent"][field]) continue;
    if (field == "brand_id" && value.text().empty() && memo["sent"][field].is_null()) continue;
    body.append(field, value);
  }
  if (there.weight_grams != plan.weight_grams) body.append("package_weight", weight_of(plan));
  // One of two named takes the other off; what is not named stays as it is (facts 8). Where
  // Tokopedia was refused the places are not ours to choose: mirroring puts a product there by
  // itself.
  const bool chosen = !next_memo["only_shop"].as_bool().value_or(false);
  if (chosen && there.states.platforms() != plan.platforms && !there.states.platforms().empty())
    body.append("listing_platforms", strings(plan.platforms));
  const json::Value& coded = memo["sent"]["barcodes"];
  const bool recoded = !coded.is_null() && coded != next_memo["sent"]["barcodes"];
  if (recoded || !same_skus(plan, there)) body.append("skus", skus());
  if (!body.empty()) out.body = json::Value(std::move(body));
  return out;
}

std::optional<std::map<std::string, std::string>> sku_ids(const Plan& plan,
                                                          const json::Value& skus) {
  std::map<std::string, std::string> out;
  for (const PlannedSku& planned : plan.skus) {
    for (const json::Value& s : skus.items()) {
      const std::string id = s["id"].to_text();
      if (s["seller_sku"].text() == planned.sku && is_id(id)) {
        out.emplace(planned.sku, id);
        break;
      }
    }
    if (!out.contains(planned.sku)) return std::nullopt;
  }
  return out;
}

json::Value skus_body(const CallContext& ctx, const RemoteProduct& product,
                      const std::vector<SkuChange>& changes) {
  json::Array skus;
  for (const RemoteSku& s : product.skus) {
    const auto change = std::find_if(changes.begin(), changes.end(),
                                     [&](const SkuChange& c) { return c.id == s.id; });
    json::Object entry;
    entry.append("id", s.id);
    entry.append("seller_sku", s.sku);
    const bool priced = change != changes.end() && change->price;
    entry.append("price", priced ? money(*change->price) : s.price);
    if (change != changes.end() && change->quantity) {
      json::Array inventory = s.inventory.items();
      if (inventory.size() == 1) {
        inventory[0].as_object()->set("quantity", *change->quantity);
        entry.append("inventory", std::move(inventory));
      } else {
        entry.append("inventory", inventory_of(ctx, *change->quantity));
      }
    } else {
      entry.append("inventory", s.inventory);
    }
    json::Array attributes;
    for (const json::Value& a : s.sales_attributes.items()) {
      json::Object attribute;
      for (const char* field : {"id", "name", "value_id", "value_name"}) {
        if (!a[field].text().empty()) attribute.append(field, a[field]);
      }
      attributes.emplace_back(std::move(attribute));
    }
    entry.append("sales_attributes", std::move(attributes));
    skus.emplace_back(std::move(entry));
  }
  json::Object out;
  out.append("skus", std::move(skus));
  return json::Value(std::move(out));
}

}  // namespace gerbang::tokopedia
