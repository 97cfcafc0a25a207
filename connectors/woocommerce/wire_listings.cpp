#include "connectors/woocommerce/wire_listings.hpp"

#include <algorithm>
#include <set>

#include "connectors/woocommerce/answer.hpp"
#include "connectors/woocommerce/limits.hpp"
#include "connectors/woocommerce/sign.hpp"
#include "connectors/woocommerce/units.hpp"

namespace gerbang::woocommerce {

namespace {

constexpr std::string_view kListingFields =
    "id,type,status,sku,name,regular_price,manage_stock,stock_quantity,parent_id,"
    "global_unique_id";

std::string weight_unit(const CallContext& ctx) {
  return ctx.shop_facts ? std::string((*ctx.shop_facts)["weight_unit"].text()) : std::string();
}

void set_weight(const CallContext& ctx, const DraftVariant& variant, json::Object& body) {
  if (!variant.weight_grams) return;
  const std::string text = weight_text(*variant.weight_grams, weight_unit(ctx));
  if (!text.empty()) body.set("weight", text);
}

void set_levels(const DraftVariant& variant, json::Object& body) {
  body.set("regular_price", price_text(variant.price));
  body.set("stock_quantity", variant.stock);
  body.set("backorders", "no");
}

json::Value shown(const std::string& name, const std::string& value) {
  return json::object(
      {{"name", name}, {"visible", true}, {"variation", false}, {"options", json::array({value})}});
}

// "pirt" → "P-IRT", as buyers know it.
std::string permit_name(const std::string& kind) {
  if (kind == "pirt") return "P-IRT";
  if (kind == "halal") return "Halal";
  std::string out = kind;
  for (char& c : out) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 32);
  }
  return out;
}

// What a variant can be chosen by, then what is only read: brand, attributes, permits.
json::Array attributes_of(const ListingDraft& draft) {
  json::Array out;
  std::set<std::string> taken;
  for (const Option& option : draft.options) {
    json::Array values;
    for (const std::string& value : option.values) values.emplace_back(value);
    taken.insert(slug(option.name));
    out.push_back(json::object({{"name", option.name},
                                {"visible", true},
                                {"variation", true},
                                {"options", std::move(values)}}));
  }
  const auto show = [&](const std::string& name, const std::string& value) {
    if (!value.empty() && taken.insert(slug(name)).second) out.push_back(shown(name, value));
  };
  if (draft.brand) show("Merek", *draft.brand);
  for (const auto& [name, value] : draft.attributes) show(name, value);
  for (const Permit& permit : draft.permits) show(permit_name(permit.kind), permit.number);
  return out;
}

json::Object content_of(const CallContext& ctx, const ListingDraft& draft,
                        const std::string& category) {
  json::Object body;
  body.set("name", draft.title);
  body.set("type", is_simple(draft) ? "simple" : "variable");
  body.set("sku", product_sku(draft));
  body.set("description", html_escaped(draft.description));
  if (!category.empty()) {
    json::Object id;
    id.set("id", id_value(category));
    json::Array categories;
    categories.emplace_back(std::move(id));
    body.set("categories", std::move(categories));
  }
  body.set("attributes", attributes_of(draft));
  // Off, the quantity would be ignored without a word (facts 5).
  body.set("manage_stock", is_simple(draft));
  if (is_simple(draft)) set_weight(ctx, draft.variants.front(), body);
  json::Object mark;
  mark.set("key", kUnitMeta);
  mark.set("value", draft.unit);
  json::Array meta;
  meta.emplace_back(std::move(mark));
  body.set("meta_data", std::move(meta));
  return body;
}

json::Array images_of(const ListingDraft& draft) {
  json::Array out;
  for (std::size_t i = 0; i < draft.images.size() && i < kImages; ++i)
    out.push_back(json::object({{"src", draft.images[i]}}));
  return out;
}

json::Array image_memo(const ListingDraft& draft) {
  json::Array out;
  for (const std::string& url : draft.images) out.emplace_back(url);
  return out;
}

json::Array choice_of(const ListingDraft& draft, const DraftVariant& variant) {
  json::Array out;
  for (std::size_t i = 0; i < draft.options.size() && i < variant.options.size(); ++i) {
    out.push_back(json::object({{"name", draft.options[i].name}, {"option", variant.options[i]}}));
  }
  return out;
}

bool same_choice(const json::Array& wanted, const json::Value& there) {
  if (there.items().size() != wanted.size()) return false;
  for (const json::Value& w : wanted) {
    const bool found =
        std::any_of(there.items().begin(), there.items().end(), [&](const json::Value& t) {
          return slug(t["name"].text()) == slug(w["name"].text()) && t["option"] == w["option"];
        });
    if (!found) return false;
  }
  return true;
}

HttpRequest get(const CallContext& ctx, const std::string& path, const QueryItems& query,
                std::string operation) {
  return signed_request(ctx, Method::get, path, query, {}, std::move(operation), Effect::read);
}

std::string product_path(const std::string& id) {
  return "/products/" + percent_encode(id);
}

}  // namespace

std::string product_sku(const ListingDraft& draft) {
  if (is_simple(draft) && !draft.variants.empty()) return draft.variants.front().sku;
  const bool taken = std::any_of(draft.variants.begin(), draft.variants.end(),
                                 [&](const DraftVariant& v) { return v.sku == draft.code; });
  return taken ? draft.code + "-INDUK" : draft.code;
}

bool is_marked(const json::Value& product, const std::string& unit) {
  for (const json::Value& meta : product["meta_data"].items()) {
    if (meta["key"].text() == kUnitMeta) return meta["value"].text() == unit;
  }
  return false;
}

HttpRequest create_product(const CallContext& ctx, const ListingDraft& draft,
                           const std::string& category) {
  json::Object body = content_of(ctx, draft, category);
  // Without its variations a variable product is a page that nobody can buy from: shown once they
  // are there.
  body.set("status", is_simple(draft) ? "publish" : "draft");
  if (is_simple(draft)) set_levels(draft.variants.front(), body);
  if (!draft.images.empty()) body.set("images", images_of(draft));
  // No idempotency key: after an unclear answer find_listing looks first.
  return signed_request(ctx, Method::post, "/products", {}, std::move(body), "product.create",
                        Effect::create);
}

HttpRequest update_product(const CallContext& ctx, const ListingDraft& draft,
                           const std::string& category) {
  json::Object body = content_of(ctx, draft, category);
  // What we never sent is the seller's own: an empty list of ours does not clear it.
  const json::Value& sent = draft.memo["images"];
  if (sent != json::Value(image_memo(draft)) && !(draft.images.empty() && sent.items().empty()))
    body.set("images", images_of(draft));
  if (body.find("attributes")->items().empty() && draft.memo["attributes"].as_bool() != true)
    body.erase("attributes");
  return signed_request(ctx, Method::put, product_path(draft.remote_product), {}, std::move(body),
                        "product.update", Effect::set);
}

HttpRequest publish_product(const CallContext& ctx, const std::string& id) {
  return signed_request(ctx, Method::put, product_path(id), {},
                        json::object({{"status", "publish"}}), "product.state", Effect::set);
}

HttpRequest get_product(const CallContext& ctx, const std::string& id) {
  return get(ctx, product_path(id), {}, "product.get");
}

HttpRequest products_with_sku(const CallContext& ctx, const std::string& sku,
                              const std::string& status) {
  return get(ctx, "/products",
             {{"sku", sku}, {"status", status}, {"_fields", "id,type,status,sku,meta_data"}},
             "product.find");
}

HttpRequest products_page(const CallContext& ctx, int page) {
  // By id: new ones come at the end, so that nothing is skipped while products are made (facts 7).
  return get(ctx, "/products",
             {{"per_page", std::to_string(kListingPage)},
              {"page", std::to_string(page)},
              {"orderby", "id"},
              {"order", "asc"},
              {"_fields", std::string(kListingFields)}},
             "product.list");
}

HttpRequest variations_page(const CallContext& ctx, const std::string& product, int page) {
  return get(ctx, product_path(product) + "/variations",
             {{"per_page", std::to_string(kPage)},
              {"page", std::to_string(page)},
              {"orderby", "id"},
              {"order", "asc"}},
             "variation.list");
}

HttpRequest delete_product(const CallContext& ctx, const std::string& id, bool for_ever) {
  QueryItems query;
  if (for_ever) query.emplace_back("force", "true");
  return signed_request(ctx, Method::del, product_path(id), query, {}, "product.delete",
                        Effect::set);
}

Result<std::vector<RemoteVariation>> variations_in(const json::Value& list) {
  if (!list.is_array()) return unreadable(Effect::read, "no list of variations");
  std::vector<RemoteVariation> out;
  std::set<std::string> seen;
  for (const json::Value& entry : list.items()) {
    RemoteVariation v;
    v.id = id_of(entry["id"]);
    v.sku = entry["sku"].to_text();
    v.body = entry;
    if (v.id.empty() || !seen.insert(v.id).second)
      return unreadable(Effect::read, "a variation without an id of its own");
    out.push_back(std::move(v));
  }
  return out;
}

VariationChanges compare(const CallContext& ctx, const ListingDraft& draft,
                         const std::vector<RemoteVariation>& there) {
  VariationChanges out;
  std::set<std::string> kept;
  for (std::size_t i = 0; i < draft.variants.size(); ++i) {
    const DraftVariant& variant = draft.variants[i];
    auto match = std::find_if(there.begin(), there.end(),
                              [&](const auto& t) { return t.id == variant.remote_variant; });
    if (match == there.end() || kept.contains(match->id)) {
      match = std::find_if(there.begin(), there.end(), [&](const auto& t) {
        return t.sku == variant.sku && !kept.contains(t.id);
      });
    }
    json::Object body;
    const json::Array choice = choice_of(draft, variant);
    const bool known = match != there.end();
    if (known) body.set("id", id_value(match->id));
    body.set("sku", variant.sku);
    body.set("attributes", choice);
    body.set("manage_stock", true);
    set_weight(ctx, variant, body);
    if (!known) {
      body.set("status", "publish");
      set_levels(variant, body);
      out.create.emplace_back(std::move(body));
      out.created.push_back(i);
      continue;
    }
    kept.insert(match->id);
    out.known[variant.sku] = match->id;
    const json::Value* weight = body.find("weight");
    const bool same =
        match->sku == variant.sku && same_choice(choice, match->body["attributes"]) &&
        match->body["manage_stock"].as_bool() == true &&
        (weight == nullptr || same_amount(weight->text(), match->body["weight"].text()));
    if (same) continue;
    out.update.emplace_back(std::move(body));
    out.updated.push_back(i);
  }
  for (const RemoteVariation& t : there) {
    if (!kept.contains(t.id)) out.remove.push_back(id_value(t.id));
  }
  return out;
}

HttpRequest variations_batch(const CallContext& ctx, const std::string& product, json::Array create,
                             json::Array update, json::Array remove) {
  json::Object body;
  if (!create.empty()) body.set("create", std::move(create));
  if (!update.empty()) body.set("update", std::move(update));
  if (!remove.empty()) body.set("delete", std::move(remove));
  // A lost answer is repaired by reading what is there before the next try.
  return signed_request(ctx, Method::post, product_path(product) + "/variations/batch", {},
                        std::move(body), "variation.batch", Effect::set);
}

namespace {
std::optional<Error> entry_error(const json::Value& entry, std::size_t place) {
  if (entry["error"].is_null()) return std::nullopt;
  Error error = refusal_of(entry["error"]);
  error.field = "/variants/" + std::to_string(place) + error.field;
  return error;
}
}  // namespace

std::optional<Error> not_kept(const json::Value& stored, const DraftVariant& sent) {
  const json::Value& price = stored["regular_price"];
  if (!price.is_null() && !same_amount(price.to_text(), price_text(sent.price)))
    return Error(ErrorKind::rejected, "price_not_kept", "the shop changed the price")
        .at_field("/price");
  const json::Value& managed = stored["manage_stock"];
  if (!managed.is_null() && managed.as_bool() != true)
    return Error(ErrorKind::rejected, "stock_not_managed", "the shop keeps manage_stock off");
  return std::nullopt;
}

Result<std::vector<std::string>> created_ids(const json::Value& answer, const ListingDraft& draft,
                                             const std::vector<std::size_t>& created,
                                             const std::vector<std::size_t>& updated) {
  const json::Array& made = answer["create"].items();
  const json::Array& changed = answer["update"].items();
  if (made.size() != created.size() || changed.size() != updated.size())
    return unreadable(Effect::set, "an entry without an answer");
  std::vector<std::string> out;
  std::set<std::string> seen;
  std::optional<Error> first;
  for (std::size_t i = 0; i < made.size(); ++i) {
    auto error = entry_error(made[i], created[i]);
    const std::string id = id_of(made[i]["id"]);
    if (!error && (id.empty() || !seen.insert(id).second))
      error = unreadable(Effect::set, "a variation without an id of its own");
    if (!error) {
      error = not_kept(made[i], draft.variants[created[i]]);
      if (error) error->field = "/variants/" + std::to_string(created[i]) + error->field;
    }
    if (error && !first) first = std::move(error);
    out.push_back(id);
  }
  for (std::size_t i = 0; i < changed.size(); ++i) {
    auto error = entry_error(changed[i], updated[i]);
    if (error && !first) first = std::move(error);
  }
  if (first) {
    // Only reading a product may say that it is gone; a variation that vanished between our calls
    // is found by the next run's reading.
    if (first->kind == ErrorKind::not_found) first->kind = ErrorKind::transient;
    return *std::move(first);
  }
  return out;
}

json::Value memo_of(const ListingDraft& draft, bool complete) {
  json::Object out;
  out.set("images", image_memo(draft));
  out.set("attributes", !attributes_of(draft).empty());
  out.set("complete", complete);
  return out;
}

bool is_complete(const json::Value& memo) {
  return memo["complete"].as_bool().value_or(true);
}

std::vector<RemoteListing> listings_of(const json::Value& product,
                                       const std::vector<RemoteVariation>& variations) {
  std::vector<RemoteListing> out;
  const auto add = [&](const json::Value& goods, std::string variant) {
    RemoteListing l;
    l.remote_product = id_of(product["id"]);
    l.remote_variant = std::move(variant);
    l.remote_sku = goods["sku"].to_text();
    l.title = product["name"].text();
    l.barcode = goods["global_unique_id"].text();  // newer versions only (facts 5)
    // "parent" and false: the number is not this one's.
    if (goods["manage_stock"].as_bool() == true) l.stock = goods["stock_quantity"].to_integral();
    if (const auto price = rupiah(goods["regular_price"])) l.price = Money{*price};
    l.remote_state = product["status"].text();
    l.listed = product["status"].text() == "publish" && goods["status"].text() == "publish";
    for (const json::Value& a : goods["attributes"].items()) {
      // Of a variation; a product's own have "options" instead.
      if (const auto option = a["option"].text(); !option.empty()) l.options.emplace_back(option);
    }
    out.push_back(std::move(l));
  };
  if (product["type"].text() == "simple") add(product, std::string(kOwnVariant));
  for (const RemoteVariation& v : variations) add(v.body, v.id);
  return out;
}

}  // namespace gerbang::woocommerce
