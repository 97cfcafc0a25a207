// Creating and changing products (facts blibli.md 8.1, 8.3, 8.4).
#include <algorithm>
#include <set>

#include "connectors/blibli/sandbox/catalogue_data.hpp"
#include "connectors/blibli/sandbox/handlers.hpp"
#include "core/base/crypto.hpp"

namespace gerbang::sandbox::blibli {

namespace {

constexpr std::size_t kProductsPerCall = 10;

// The known body of create V2 in the words of V3 (facts 8.1).
json::Value from_v2(const json::Value& old) {
  std::string_view brand_code;
  for (const Brand& b : brands()) {
    if (equal_ignoring_case(b.name, old["brand"].text())) brand_code = b.code;
  }
  json::Array items;
  for (const json::Value& i : old["productItems"].items()) {
    items.push_back(json::object(
        {{"sellerSku", i["merchantSku"]},
         {"upcCode", i["upcCode"]},
         {"price", json::object({{"regular", i["price"]}, {"sale", i["salePrice"]}})},
         {"stock", json::object({{"available", i["stock"]}, {"minimum", i["minimumStock"]}})},
         {"buyable", i["buyable"]},
         {"images", i["images"]},
         {"variantAttribute", i["attributesMap"]},
         {"specialAttribute", json::object({})}}));
  }
  return json::object({{"name", old["name"]},
                       {"brandCode", brand_code},
                       {"newBrand", brand_code.empty() ? old["brand"] : json::Value("")},
                       {"categoryCode", old["categoryCode"]},
                       {"productType", old["productType"]},
                       {"pickupPointCode", old["pickupPointCode"]},
                       {"description", old["description"]},
                       {"uniqueSellingPoint", old["uniqueSellingPoint"]},
                       {"dimension", json::object({{"length", old["length"]},
                                                   {"width", old["width"]},
                                                   {"height", old["height"]},
                                                   {"weight", old["weight"]}})},
                       {"attributes", old["productNonDefiningAttributes"]},
                       {"imageMap", old["imageMap"]},
                       {"productItems", std::move(items)}});
}

// The product of the path, in a state that can be changed, or the refusal of that name.
Product* changeable(World& world, const Request& request, Refusal& why) {
  Product* p = world.product(request.argument);
  if (!p || p->store != request.store->code || p->state == ProductState::rejected) {
    why = Reply::fail(kNotFound, "Product is not found");
    return nullptr;
  }
  if (p->state == ProductState::in_progress || p->state == ProductState::need_correction) {
    why = Reply::fail(kWrongState, "Product is under review");
    return nullptr;
  }
  if (p->state == ProductState::suspended) {
    why = Reply::fail(kWrongState, "Product is suspended");
    return nullptr;
  }
  return p;
}

std::map<std::string, std::string> texts(const json::Value& object) {
  std::map<std::string, std::string> out;
  for (const auto& [code, value] : object.members()) out.emplace(code, value.to_text());
  return out;
}

}  // namespace

Reply create_products(World& world, const Request& request) {
  const json::Array& products = request.body["product"].items();
  if (products.empty() || products.size() > kProductsPerCall)
    return Reply::fail(kMalformed, "1 to 10 products are allowed");
  std::set<std::string> names;
  for (const json::Value& p : products) {
    if (!names.emplace(p["name"].text()).second)
      return Reply::fail(kMalformed, "Product names must be unique in one request");
  }
  const QueueFeed& queue =
      world.enqueue(*request.store, "createProductV3",
                    std::vector<json::Value>(products.begin(), products.end()));
  world.changed(json::object({{"queue", queue.id}, {"action", queue.action}}));
  return Reply::queued(queue.id);
}

Reply create_product_v2(World& world, const Request& request) {
  if (request.body.is_null()) return Reply::fail(kMalformed, "Request body is required");
  const QueueFeed& queue = world.enqueue(*request.store, "createProduct", {from_v2(request.body)});
  world.changed(json::object({{"queue", queue.id}, {"action", queue.action}}));
  return Reply::value(json::object({{"queueFeedId", queue.id}}));
}

Reply revise_product(World& world, const Request& request) {
  Product* p = world.product(request.argument);
  if (!p || p->store != request.store->code || p->state == ProductState::rejected)
    return Reply::fail(kNotFound, "Product is not found");
  if (p->state != ProductState::need_correction)
    return Reply::fail(kWrongState, "Product is not in status NEED_CORRECTION");
  json::Value item = request.body;
  if (!item.is_object()) return Reply::fail(kMalformed, "Request body is required");
  item.as_object()->set("productSku", p->sku);
  const QueueFeed& queue = world.enqueue(*request.store, "reviseProduct", {std::move(item)});
  world.changed(json::object({{"queue", queue.id}, {"product", p->sku}}));
  return Reply::queued(queue.id);
}

Reply update_detail(World& world, const Request& request) {
  Refusal why;
  Product* p = changeable(world, request, why);
  if (!p) return *std::move(why);
  const json::Value& b = request.body;
  // Only what is sent is changed.
  if (const json::Value& name = b["name"]; !name.is_null()) {
    if (name.text().empty() || name.text().size() > 600)
      return Reply::fail(kMalformed, "Product name must have 1 to 150 characters");
    p->name = name.text();
  }
  for (auto [member, field] :
       {std::pair{"description", &p->description}, {"uniqueSellingPoint", &p->selling_point}}) {
    if (b[member].is_null()) continue;
    const auto text = from_base64(b[member].text());
    if (!text) return Reply::fail(kMalformed, std::string(member) + " is not base64");
    *field = *text;
  }
  if (b["dimension"].is_object()) p->dimension = b["dimension"];
  if (b["attributes"].is_object()) p->attributes = texts(b["attributes"]);
  p->updated = world.now();
  world.changed(json::object({{"product", p->sku}, {"name", p->name}}));
  return Reply::none();
}

Reply update_variants(World& world, const Request& request) {
  Refusal why;
  Product* p = changeable(world, request, why);
  if (!p) return *std::move(why);
  const json::Array& items = request.body["productItems"].items();
  if (items.empty() || items.size() > 50)
    return Reply::fail(kMalformed, "1 to 50 variants are allowed");
  // The list replaces the one that is there; price and stock count for new variants alone.
  std::vector<Variant> after;
  std::set<std::string> combinations, skus;
  std::int64_t made = p->variants_made;
  for (const json::Value& i : items) {
    if (!combinations.insert(json::dump(i["variantAttribute"])).second)
      return Reply::fail(kMalformed, "Variant attribute combinations must be unique");
    if (i["sellerSku"].text().empty() || !skus.emplace(i["sellerSku"].text()).second)
      return Reply::fail(kMalformed, "sellerSku must be there and unique");
    Variant v;
    if (const std::string_view sku = i["blibliSku"].text(); !sku.empty()) {
      const Variant* before = p->variant(sku);
      if (!before) return Reply::fail(kNotFound, "Variant is not found");
      v = *before;
    } else {
      const auto price = i["price"]["regular"].as_int64(),
                 stock = i["stock"]["available"].as_int64();
      if (!price || *price < 1'000 || !stock || *stock < 0)
        return Reply::fail(kMalformed, "Price and stock of a new variant are required");
      std::string number = std::to_string(++made);
      v.sku = p->sku + "-" + std::string(5 - std::min<std::size_t>(5, number.size()), '0') + number;
      v.price = *price;
      v.sale_price = i["price"]["sale"].as_int64().value_or(*price);
      v.stock = *stock;
    }
    v.seller_sku = i["sellerSku"].text();
    v.attributes = texts(i["variantAttribute"]);
    after.push_back(std::move(v));
  }
  p->variants = std::move(after);
  p->variants_made = made;
  p->updated = world.now();
  for (const Variant& v : p->variants)
    world.changed(json::object({{"sku", v.sku}, {"seller_sku", v.seller_sku}, {"stock", v.stock}}));
  return Reply::none();
}

Reply add_image(World& world, const Request& request) {
  Refusal why;
  Product* p = changeable(world, request, why);
  if (!p) return *std::move(why);
  if (const std::string no = refuse_image(request.body["data"]); !no.empty())
    return Reply::fail(kMalformed, no);
  if (!request.body["allVariants"].is_object() && request.body["variants"].items().empty())
    return Reply::fail(kMalformed, "variants or allVariants is required");
  if (p->images.size() >= 8) return Reply::fail(kMalformed, "At most 8 images are allowed");
  p->images.push_back("/1/" + p->sku + "_" + world.random_digits(8) + ".jpg");
  p->updated = world.now();
  world.changed(json::object({{"product", p->sku}, {"image", p->images.back()}}));
  return Reply::none();
}

Reply delete_image(World& world, const Request& request) {
  Refusal why;
  Product* p = changeable(world, request, why);
  if (!p) return *std::move(why);
  const auto at = std::find(p->images.begin(), p->images.end(), request.body["path"].text());
  if (at == p->images.end()) return Reply::fail(kNotFound, "Image is not found");
  if (p->images.size() == 1) return Reply::fail(kMalformed, "The last image cannot be deleted");
  p->images.erase(at);
  p->updated = world.now();
  world.changed(
      json::object({{"product", p->sku}, {"images", static_cast<std::int64_t>(p->images.size())}}));
  return Reply::none();
}

}  // namespace gerbang::sandbox::blibli
