// What becomes of a queue (facts blibli.md 8.2, 8.3): each entry for itself, the rest goes on.
#include <algorithm>

#include "connectors/blibli/sandbox/catalogue_data.hpp"
#include "connectors/blibli/sandbox/world.hpp"
#include "core/base/crypto.hpp"

namespace gerbang::sandbox::blibli {

namespace {

std::string padded(std::int64_t n) {
  std::string digits = std::to_string(n);
  return std::string(5 - std::min<std::size_t>(5, digits.size()), '0') + digits;
}

void fill(World& world, Product& p, const json::Value& from) {
  p.name = from["name"].text();
  p.brand = from["newBrand"].text();
  for (const Brand& b : brands()) {
    if (b.code == from["brandCode"].text()) p.brand = b.name;
  }
  p.category = from["categoryCode"].text();
  p.type = std::clamp<std::int64_t>(from["productType"].as_int64().value_or(1), 1, 3);
  p.description = from_base64(from["description"].text()).value_or("");
  p.selling_point = from_base64(from["uniqueSellingPoint"].text()).value_or("");
  p.pickup_point = from["pickupPointCode"].text();
  p.dimension = from["dimension"];
  p.attributes.clear();
  for (const auto& [code, value] : from["attributes"].members())
    p.attributes.emplace(code, value.to_text());
  p.images.clear();
  for (std::size_t i = 0; i < from["imageMap"].members().size(); ++i)
    p.images.push_back("/1/" + p.sku + "_full" + std::to_string(i + 1) + ".jpg");
  std::vector<Variant> variants;
  for (const json::Value& i : from["productItems"].items()) {
    Variant v;
    const auto same = std::find_if(p.variants.begin(), p.variants.end(), [&](const Variant& old) {
      return old.seller_sku == i["sellerSku"].text();
    });
    v.sku = same != p.variants.end() ? same->sku : p.sku + "-" + padded(++p.variants_made);
    v.seller_sku = i["sellerSku"].text();
    v.upc = i["upcCode"].text();
    v.price = i["price"]["regular"].as_int64().value_or(0);
    v.sale_price = i["price"]["sale"].as_int64().value_or(v.price);
    v.stock = i["stock"]["available"].as_int64().value_or(0);
    v.minimum = i["stock"]["minimum"].as_int64().value_or(1);
    v.buyable = i["buyable"].as_bool().value_or(true);
    for (const auto& [code, value] : i["variantAttribute"].members())
      v.attributes.emplace(code, value.to_text());
    variants.push_back(std::move(v));
  }
  p.variants = std::move(variants);
  p.updated = world.now();
}

// PRELIVE waits for a person, POSTLIVE is live at once (facts 8.2).
void submit(World& world, Product& p, TimePoint at) {
  p.state = ProductState::in_progress;
  p.note.clear();
  const bool manual = world.text("review", "approve") == "manual";
  if (world.text("live", "PRELIVE") == "POSTLIVE") {
    p.state = ProductState::active;
  } else if (!manual) {
    p.review_due = at + Duration(world.number("review_ms", 5000));
  }
}

QueueResult create(World& world, Store& store, const json::Value& item, TimePoint at) {
  if (std::string why = refuse_product(world, store, item); !why.empty())
    return {std::string(item["productItems"][0]["sellerSku"].text()), std::move(why), false, {}};
  Product p;
  p.sku = store.code + "-" + padded(++store.products_made);
  p.store = store.code;
  p.created = world.now();
  fill(world, p, item);
  submit(world, p, at);
  const std::string sku = p.sku;
  const std::string named =
      world.enabled("queue_names_products", true) ? p.variants.front().sku : std::string();
  world.products.emplace(sku, std::move(p));
  return {named, "SUCCESS", true, {}};
}

QueueResult revise(World& world, const Store& store, const json::Value& item, TimePoint at) {
  Product* p = world.product(item["productSku"].text());
  if (!p) return {std::string(item["productSku"].text()), "Product is not found", false, {}};
  if (std::string why = refuse_product(world, store, item); !why.empty())
    return {p->sku, std::move(why), false, {}};
  fill(world, *p, item);
  if (item["submit"].as_bool() == true) submit(world, *p, at);
  return {p->sku, "SUCCESS", true, {}};
}

bool in_promotion(const World& world, const Variant& v) {
  const json::Array& skus = world.setting("promotion").items();
  return std::any_of(skus.begin(), skus.end(), [&](const json::Value& s) {
    return s.text() == v.sku || s.text() == v.seller_sku;
  });
}

QueueResult update(World& world, const Store& store, const json::Value& item) {
  const std::string sku(item["gdnSku"].text());
  const auto fail = [&](std::string why) { return QueueResult{sku, std::move(why), false, {}}; };
  auto [p, v] = world.variant(store, sku);
  if (!v) return fail("Product is not found");
  if (p->state == ProductState::in_progress || p->state == ProductState::need_correction)
    return fail("Product is under review");
  const json::Value &difference = item["stock"], &exact = item["exactStock"];
  if (!difference.is_null() && !exact.is_null())
    return fail("stock and exactStock exclude each other");
  const json::Value &price = item["price"], &sale = item["salePrice"];
  if (price.is_null() != sale.is_null()) return fail("price and salePrice must be sent together");
  Variant after = *v;
  if (!price.is_null()) {
    const auto regular = price.to_integral(), reduced = sale.to_integral();
    if (!regular || !reduced || *regular < 1'000 || *regular > 1'000'000'000)
      return fail("price is out of range");
    if (*reduced > *regular || *reduced < 1) return fail("salePrice is above price");
    if (in_promotion(world, *v) && (*regular != v->price || *reduced != v->sale_price))
      return fail("Product is in a running Blibli promo");
    after.price = *regular;
    after.sale_price = *reduced;
  }
  if (!exact.is_null()) {
    const auto n = exact.to_integral();
    if (!n || *n < 0 || *n > 999'999) return fail("exactStock is out of range");
    after.stock = *n;
  }
  if (!difference.is_null()) {
    const auto n = difference.to_integral();
    if (!n || after.stock + *n < 0 || after.stock + *n > 999'999)
      return fail("stock is out of range");
    after.stock += *n;
  }
  if (const auto minimum = item["minimumStock"].to_integral()) after.minimum = *minimum;
  if (const auto buyable = item["buyable"].as_bool()) after.buyable = *buyable;
  *v = std::move(after);
  p->updated = world.now();
  return {sku, "SUCCESS", true, {}};
}

QueueResult archive(World& world, const Store& store, const json::Value& item, bool away) {
  const std::string sku(item.text());
  Product* p = world.product(sku);
  if (!p || p->store != store.code || p->state == ProductState::rejected)
    return {sku, "Product is not found", false, {}};
  if (p->state == ProductState::in_progress || p->state == ProductState::need_correction)
    return {sku, "Product is under review", false, {}};
  if (p->state == ProductState::suspended) return {sku, "Product is suspended", false, {}};
  p->state = away ? ProductState::archived : ProductState::active;
  p->updated = world.now();
  return {sku, "SUCCESS", true, {}};
}

}  // namespace

void work_off(World& world, QueueFeed& queue) {
  Store* store = world.store(queue.store);
  for (const json::Value& item : queue.items) {
    QueueResult result;
    if (queue.action.starts_with("create")) {
      result = create(world, *store, item, queue.due);
    } else if (queue.action == "reviseProduct") {
      result = revise(world, *store, item, queue.due);
    } else if (queue.action == "updateProduct") {
      result = update(world, *store, item);
    } else {
      result = archive(world, *store, item, queue.action == "archiveProduct");
    }
    result.at = queue.due;
    queue.results.push_back(std::move(result));
  }
}

}  // namespace gerbang::sandbox::blibli
