// Creating and editing products (facts tiktok_tokopedia 4.4, 4.5, 8).
#include <algorithm>

#include "connectors/tokopedia/sandbox/catalogue_data.hpp"
#include "connectors/tokopedia/sandbox/defaults.hpp"
#include "connectors/tokopedia/sandbox/handlers.hpp"

namespace gerbang::sandbox::tokopedia {

namespace {

Refusal check_shop(World& world, Shop& shop, bool creating) {
  if (shop.merging)
    return Reply::fail(12052332, "The shop is being integrated: only stock and price may change");
  if (world.enabled("shop_inactive")) return Reply::fail(12052700, "The shop is not active");
  if (!creating) return {};
  const auto most = world.number("products_per_day", 1000);
  const std::int64_t today = (world.seconds() + 7 * 3600) / 86400;
  if (today != shop.products_day) shop.products_today = 0;
  shop.products_day = today;
  if (most > 0 && shop.products_today >= most)
    return Reply::fail(12052093, "The listing limit of today is reached");
  return {};
}

// An unknown or unauthorised brand does not fail the product (facts 4.3, 4.4).
json::Array settle_brand(const World& world, Content& content) {
  json::Array warnings;
  if (content.brand.empty()) return warnings;
  const auto& known = brands();
  const bool listed = std::any_of(known.begin(), known.end(),
                                  [&](const Brand& b) { return b.id == content.brand; });
  const bool own = std::any_of(world.own_brands.begin(), world.own_brands.end(),
                               [&](const auto& b) { return b.first == content.brand; });
  if (listed || own) return warnings;
  content.brand.clear();
  warnings.push_back(json::object({{"message", "[brand_id] was cleared: brand does not exist"}}));
  return warnings;
}

json::Array skus_json(const Product& product) {
  json::Array out;
  for (const Sku& s : product.skus)
    out.push_back(json::object({{"id", std::to_string(s.id)},
                                {"seller_sku", s.seller_sku},
                                {"sales_attributes", s.attributes},
                                {"external_sku_id", s.external_id}}));
  return out;
}

void note_levels(World& world, const Product& product) {
  for (const Sku& s : product.skus)
    world.changed(json::object({{"product_id", std::to_string(product.id)},
                                {"sku_id", std::to_string(s.id)},
                                {"sku", s.seller_sku},
                                {"stock", s.quantity},
                                {"price", s.price}}));
}

void take_skus(World& world, Product& product, std::vector<Sku> skus) {
  for (Sku& s : skus) {
    if (s.id == 0) s.id = world.new_id('s');
  }
  product.skus = std::move(skus);  // those not listed are gone
}

// On edit one of two platforms given takes the other off (facts 8).
void take_platforms(Product& product, const std::vector<std::string>& platforms) {
  if (platforms.empty()) return;
  for (auto& [platform, state] : product.status) {
    const bool named = std::find(platforms.begin(), platforms.end(), platform) != platforms.end();
    if (!named && state != "DELETED") state = "SELLER_DEACTIVATED";
  }
  for (const std::string& platform : platforms) {
    if (!product.status.contains(platform)) product.status[platform] = "PENDING";
  }
}

bool same(const Content& a, const Content& b) {
  return a.title == b.title && a.description == b.description && a.category == b.category &&
         a.brand == b.brand && a.images == b.images && a.attributes == b.attributes &&
         a.weight == b.weight && a.dimensions == b.dimensions &&
         a.certifications == b.certifications;
}

bool same_variants(const std::vector<Sku>& a, const std::vector<Sku>& b) {
  return a.size() == b.size() &&
         std::equal(a.begin(), a.end(), b.begin(), [](const Sku& x, const Sku& y) {
           return x.id == y.id && x.attributes == y.attributes && x.seller_sku == y.seller_sku;
         });
}

Reply apply_edit(World& world, Product& product, Draft draft) {
  json::Array warnings = settle_brand(world, draft.content);
  const bool content_changed =
      !same(draft.content, product.review ? *product.review : product.live);
  const bool skus_changed = draft.has_skus && !same_variants(draft.skus, product.skus);
  const bool new_platform =
      std::any_of(draft.platforms.begin(), draft.platforms.end(),
                  [&](const std::string& p) { return !product.status.contains(p); });
  if (draft.has_skus) take_skus(world, product, std::move(draft.skus));
  // The list counts only for sellers that came from Tokopedia (facts 8).
  if (world.seller_kind() == "tokopedia") take_platforms(product, draft.platforms);
  product.external_id = draft.external_id;
  product.pre_owned = draft.pre_owned;
  const bool live = product.in_state("ACTIVATE");
  if (content_changed || skus_changed || new_platform || product.in_state("FAILED")) {
    // A live product keeps what is live while the edit is in audit; a product that is not on offer
    // simply is what was sent.
    if (live) {
      product.review = std::move(draft.content);
    } else {
      product.live = std::move(draft.content);
      product.review.reset();
    }
    for (auto& [platform, state] : product.status) {
      if (state == "FAILED") state = "PENDING";
    }
    if (live || product.in_state("PENDING")) begin_audit(world, product);
  }
  world.touch(product);
  note_levels(world, product);
  world.push(15, "PRODUCT_INFORMATION_CHANGE", *world.shop(product.shop_id),
             json::object({{"product_id", std::to_string(product.id)},
                           {"change_source", "OPEN_API"},
                           {"changed_fields", json::Array{json::Value("product")}},
                           {"update_time", world.seconds()}}));
  json::Object data;
  data.append("product_id", std::to_string(product.id));
  data.append("skus", skus_json(product));
  data.append("audit", json::object({{"status", product.auditing        ? "AUDITING"
                                                : product.audit.empty() ? "NONE"
                                                                        : product.audit}}));
  if (!warnings.empty()) data.append("warnings", std::move(warnings));
  return Reply::ok(json::Value(std::move(data)));
}

Reply edit(World& world, const Request& request, bool partial) {
  Shop& shop = *request.shop;
  if (auto no = check_shop(world, shop, false)) return *std::move(no);
  Product* product = world.product(shop, request.id(0));
  if (!product) return Reply::fail(12052032, "The product does not exist");
  if (product->in_state("FREEZE"))
    return Reply::fail(12052902, "Product status does not allow this: it is frozen");
  if (product->in_state("PENDING") && world.enabled("lock_while_pending"))
    return Reply::fail(12052901, "Product status does not allow this: it is under review");
  Draft draft;
  if (auto no = read_draft(world, shop, request.body, product, partial, draft))
    return *std::move(no);
  return apply_edit(world, *product, std::move(draft));
}

}  // namespace

Reply create_product(World& world, const Request& request) {
  Shop& shop = *request.shop;
  const std::string key(request.body["idempotency_key"].text());
  if (key.size() > 128) return Reply::fail(11050001, "idempotency_key is too long");
  if (const auto it = shop.answers.find(key); !key.empty() && it != shop.answers.end())
    return Reply::ok(it->second);
  if (auto no = check_shop(world, shop, true)) return *std::move(no);
  const std::string mode(request.body["save_mode"].text());
  if (!mode.empty() && mode != "LISTING" && mode != "AS_DRAFT")
    return Reply::fail(11050001, "save_mode is invalid");
  Draft draft;
  if (auto no = read_draft(world, shop, request.body, nullptr, false, draft)) return *std::move(no);
  json::Array warnings = settle_brand(world, draft.content);

  Product product;
  product.id = world.new_id('p');
  product.shop_id = shop.id;
  product.live = std::move(draft.content);
  product.external_id = draft.external_id;
  product.pre_owned = draft.pre_owned;
  product.insurance = draft.insurance;
  product.minimum_order = draft.minimum_order;
  product.draft = mode == "AS_DRAFT";
  product.created = product.updated = world.now();
  std::vector<std::string> platforms = draft.platforms;
  if (platforms.empty()) platforms.emplace_back(kShop);
  const Category* category = find_category(product.live.category);
  if (world.seller_kind() == "mirrored" && category && category->tokopedia)
    platforms.emplace_back(kTokopedia);
  for (const std::string& p : platforms) product.status[p] = product.draft ? "DRAFT" : "PENDING";
  take_skus(world, product, std::move(draft.skus));
  note_levels(world, product);

  json::Object data;
  data.append("product_id", std::to_string(product.id));
  data.append("skus", skus_json(product));
  if (!warnings.empty()) data.append("warnings", std::move(warnings));
  ++shop.products_today;
  shop.products.push_back(product.id);
  Product& stored = world.products.emplace(product.id, std::move(product)).first->second;
  world.push(16, "PRODUCT_CREATION", shop,
             json::object({{"product_id", stored.id},  // an integer here (facts 7.4)
                           {"product_types", json::Array{json::Value("NORMAL")}},
                           {"update_time", world.seconds()}}));
  if (!stored.draft) begin_audit(world, stored);
  json::Value answer(std::move(data));
  if (!key.empty()) shop.answers[key] = answer;
  return Reply::ok(std::move(answer));
}

Reply check_listing(World& world, const Request& request) {
  Draft draft;
  auto no = check_shop(world, *request.shop, true);
  if (!no) no = read_draft(world, *request.shop, request.body, nullptr, false, draft);
  json::Object data;
  data.append("check_result", no ? "FAILED" : "PASS");
  if (no)
    data.append("fail_reasons",
                json::Array{json::object({{"code", no->code}, {"message", no->message}})});
  return Reply::ok(json::Value(std::move(data)));
}

Reply edit_product(World& world, const Request& request) {
  return edit(world, request, false);
}

Reply partial_edit(World& world, const Request& request) {
  return edit(world, request, true);
}

}  // namespace gerbang::sandbox::tokopedia
