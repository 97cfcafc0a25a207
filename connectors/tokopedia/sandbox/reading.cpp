// Search, detail and stock of products (facts tiktok_tokopedia 4.9).
#include <algorithm>
#include <set>

#include "connectors/tokopedia/sandbox/catalogue_data.hpp"
#include "connectors/tokopedia/sandbox/defaults.hpp"
#include "connectors/tokopedia/sandbox/handlers.hpp"

namespace gerbang::sandbox::tokopedia {

namespace {

// The top-level status is the shop's own platform and missing when it is not listed there; the
// other stands in a list (facts 4.9, 8).
void append_states(const Product& product, json::Object& out) {
  if (const auto it = product.status.find(std::string(kShop)); it != product.status.end())
    out.append("status", it->second);
  if (const auto it = product.status.find(std::string(kTokopedia)); it != product.status.end())
    out.append("integrated_platform_statuses",
               json::Array{json::object({{"platform", kTokopedia}, {"status", it->second}})});
}

json::Value audit_json(const Product& product) {
  return json::object({{"status", product.auditing ? "AUDITING" : product.audit.c_str()}});
}

json::Value sku_json(const World& world, const Sku& s, bool detail) {
  json::Object out;
  out.append("id", std::to_string(s.id));
  out.append("seller_sku", s.seller_sku);
  out.append("price", json::object({{"currency", "IDR"},
                                    {"tax_exclusive_price", std::to_string(s.price)},
                                    {"sale_price", std::to_string(s.price)}}));
  // Numbers as text have been met elsewhere in this API; by switch.
  json::Object level;
  level.append("warehouse_id", s.warehouse);
  if (world.enabled("quantity_as_text")) {
    level.append("quantity", std::to_string(s.quantity));
  } else {
    level.append("quantity", s.quantity);
  }
  out.append("inventory", json::Array{json::Value(std::move(level))});
  if (detail && !s.attributes.empty()) out.append("sales_attributes", s.attributes);
  if (detail && !s.external_id.empty()) out.append("external_sku_id", s.external_id);
  if (detail && !s.identifier.is_null()) out.append("identifier_code", s.identifier);
  return json::Value(std::move(out));
}

json::Value product_json(const World& world, const Product& p) {
  json::Array skus;
  for (const Sku& s : p.skus) skus.push_back(sku_json(world, s, false));
  json::Object out;
  out.append("id", std::to_string(p.id));
  out.append("title", p.live.title);
  append_states(p, out);
  out.append("sales_regions", json::Array{json::Value("ID")});
  out.append("create_time", to_unix_seconds(p.created));
  out.append("update_time", to_unix_seconds(p.updated));
  out.append("audit", audit_json(p));
  out.append("skus", std::move(skus));
  return json::Value(std::move(out));
}

std::set<std::string> texts(const json::Value& list) {
  std::set<std::string> out;
  for (const json::Value& v : list.items()) out.emplace(v.text());
  return out;
}

struct Filter {
  std::string status;
  std::set<std::string> seller_skus, sku_ids, platforms;
  std::optional<std::int64_t> created_from, created_to, updated_from, updated_to;
};

Refusal read_filter(const json::Value& body, Filter& f) {
  static const std::set<std::string_view> kStates = {"ALL",
                                                     "DRAFT",
                                                     "PENDING",
                                                     "FAILED",
                                                     "ACTIVATE",
                                                     "SELLER_DEACTIVATED",
                                                     "PLATFORM_DEACTIVATED",
                                                     "FREEZE",
                                                     "DELETED"};
  f.status = body["status"].is_null() ? "ALL" : std::string(body["status"].text());
  if (!kStates.contains(f.status)) return Reply::fail(98001004, "status is invalid");
  f.seller_skus = texts(body["seller_skus"]);
  f.sku_ids = texts(body["sku_ids"]);
  f.platforms = texts(body["listing_platforms"]);
  if (f.seller_skus.size() > 10 || f.sku_ids.size() > 10)
    return Reply::fail(98001004, "At most 10 SKUs can be searched for");
  if (!f.platforms.empty() && f.status == "ALL")
    return Reply::fail(98001004, "listing_platforms needs a status other than ALL");
  f.created_from = whole(body["create_time_ge"]);
  f.created_to = whole(body["create_time_le"]);
  f.updated_from = whole(body["update_time_ge"]);
  f.updated_to = whole(body["update_time_le"]);
  return {};
}

bool takes(const World& world, const Filter& f, const Product& p) {
  const auto among = [](std::int64_t v, std::optional<std::int64_t> from,
                        std::optional<std::int64_t> to) {
    return (!from || v >= *from) && (!to || v <= *to);
  };
  if (p.created + std::chrono::seconds(world.number("search_lag_seconds", 0)) > world.now())
    return false;
  if (!among(to_unix_seconds(p.created), f.created_from, f.created_to) ||
      !among(to_unix_seconds(p.updated), f.updated_from, f.updated_to))
    return false;
  if (f.status == "ALL" ? p.deleted && !world.enabled("search_shows_deleted")
                        : !p.in_state(f.status))
    return false;
  for (const std::string& platform : f.platforms) {
    const auto it = p.status.find(platform);
    if (it == p.status.end() || it->second != f.status) return false;
  }
  const auto any = [&](const std::set<std::string>& wanted, auto text) {
    return wanted.empty() || std::any_of(p.skus.begin(), p.skus.end(),
                                         [&](const Sku& s) { return wanted.contains(text(s)); });
  };
  return any(f.seller_skus, [](const Sku& s) { return s.seller_sku; }) &&
         any(f.sku_ids, [](const Sku& s) { return std::to_string(s.id); });
}

json::Value chain_of(std::string_view category) {
  json::Array out;
  for (const Category* at = find_category(category); at; at = find_category(at->parent))
    out.insert(out.begin(), json::object({{"id", at->id},
                                          {"parent_id", at->parent},
                                          {"local_name", at->name},
                                          {"is_leaf", is_leaf(at->id)}}));
  return json::Value(std::move(out));
}

}  // namespace

Reply search_products(World& world, const Request& request) {
  Page page;
  if (auto no = read_page(request, 0, 100, page)) return *std::move(no);
  Filter filter;
  if (auto no = read_filter(request.body, filter)) return *std::move(no);
  std::vector<const Product*> found;
  const auto& ids = request.shop->products;
  for (auto it = ids.rbegin(); it != ids.rend(); ++it) {  // the newest first
    const Product& p = world.products.at(*it);
    if (takes(world, filter, p)) found.push_back(&p);
  }
  if (page.from >= 10'000) return Reply::fail(12052180, "At most 10000 products can be searched");
  json::Array out;
  for (std::size_t i = page.from; i < std::min(found.size(), page.from + page.size); ++i)
    out.push_back(product_json(world, *found[i]));
  const std::size_t next = page.from + page.size;
  json::Object data;
  data.append("total_count", static_cast<std::int64_t>(found.size()));
  data.append("next_page_token", next < found.size() ? page_token(next) : "");
  if (!out.empty()) data.append("products", std::move(out));
  return Reply::ok(json::Value(std::move(data)));
}

Reply get_product(World& world, const Request& request) {
  Product* product = world.product(*request.shop, request.id(0));
  if (!product || product->in_state("FREEZE"))
    return Reply::fail(12052032, "The product does not exist");
  const Product& p = *product;
  const bool review = request.param("return_under_review_version") == "true" && p.review;
  const Content& c = review ? *p.review : p.live;
  json::Array images;
  for (const std::string& uri : c.images)
    images.push_back(json::object({{"uri", uri},
                                   {"urls", json::Array{json::Value(image_url(uri))}},
                                   {"thumb_urls", json::Array{json::Value(image_url(uri))}},
                                   {"width", 1000},
                                   {"height", 1000}}));
  json::Array skus;
  for (const Sku& s : p.skus) skus.push_back(sku_json(world, s, true));
  json::Object out;
  out.append("id", std::to_string(p.id));
  append_states(p, out);
  out.append("title", c.title);
  out.append("description", c.description);
  out.append("category_chains", chain_of(c.category));
  if (!c.brand.empty()) {
    for (const Brand& b : brands()) {
      if (b.id == c.brand) out.append("brand", json::object({{"id", b.id}, {"name", b.name}}));
    }
  }
  out.append("main_images", std::move(images));
  out.append("skus", std::move(skus));
  out.append("package_weight", c.weight);
  if (!c.dimensions.is_null()) out.append("package_dimensions", c.dimensions);
  if (!c.attributes.items().empty()) out.append("product_attributes", c.attributes);
  if (!p.external_id.empty()) out.append("external_product_id", p.external_id);
  out.append("audit", audit_json(p));
  if (!p.auditing && !p.reasons.empty()) {
    json::Array reasons;
    for (const auto& [platform, reason] : p.reasons)
      reasons.push_back(json::object({{"position", "MAIN_IMAGE"},
                                      {"reasons", json::Array{json::Value(reason)}},
                                      {"suggestions", json::Array{json::Value("Ganti foto utama")}},
                                      {"listing_platform", platform}}));
    out.append("audit_failed_reasons", std::move(reasons));
  }
  out.append("create_time", to_unix_seconds(p.created));
  out.append("update_time", to_unix_seconds(p.updated));
  return Reply::ok(json::Value(std::move(out)));
}

Reply search_inventory(World& world, const Request& request) {
  const std::set<std::string> products = texts(request.body["product_ids"]);
  const std::set<std::string> skus = texts(request.body["sku_ids"]);
  if (products.empty() == skus.empty())
    return Reply::fail(98001004, "Either product_ids or sku_ids is required");
  if (products.size() > 100 || skus.size() > 600)
    return Reply::fail(98001004, "At most 100 products or 600 SKUs in a call");
  json::Array out;
  for (const Id id : request.shop->products) {
    const Product& p = world.products.at(id);
    if (p.deleted) continue;
    json::Array of_product;
    for (const Sku& s : p.skus) {
      if (!products.contains(std::to_string(p.id)) && !skus.contains(std::to_string(s.id)))
        continue;
      of_product.push_back(
          json::object({{"id", std::to_string(s.id)},
                        {"seller_sku", s.seller_sku},
                        {"total_available_quantity", s.quantity},
                        {"total_committed_quantity", s.committed},
                        {"warehouse_inventory",
                         json::Array{json::object({{"warehouse_id", s.warehouse},
                                                   {"available_quantity", s.quantity},
                                                   {"committed_quantity", s.committed}})}}}));
    }
    if (of_product.empty()) continue;
    out.push_back(
        json::object({{"product_id", std::to_string(p.id)}, {"skus", std::move(of_product)}}));
  }
  json::Object data;
  if (!out.empty()) data.append("inventory", std::move(out));
  return Reply::ok(json::Value(std::move(data)));
}

}  // namespace gerbang::sandbox::tokopedia
