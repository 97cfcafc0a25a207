#include <algorithm>

#include "connectors/sample/sandbox/marketplace.hpp"

namespace gerbang::sample_sandbox {

namespace {

std::size_t characters(std::string_view text) {
  std::size_t n = 0;
  for (const char c : text) n += (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  return n;
}

bool between(const json::Value& value, std::int64_t low, std::int64_t high) {
  const auto n = value.as_int64();
  return n && *n >= low && *n <= high;
}
bool is_price(const json::Value& value) {
  return between(value, 500, 50'000'000);
}
bool is_stock(const json::Value& value) {
  return between(value, 0, 1'000'000'000);
}

json::Value product_json(const Product& p) {
  json::Array variants;
  for (const Variant& v : p.variants) {
    variants.push_back(json::object({{"variant_id", v.id},
                                     {"sku", v.sku},
                                     {"options", v.options},
                                     {"price", v.price},
                                     {"stock", v.stock},
                                     {"weight_grams", v.weight}}));
  }
  return json::object({{"product_id", p.id},
                       {"title", p.title},
                       {"description", p.description},
                       {"category", p.category},
                       {"images", p.images},
                       {"options", p.options},
                       {"listed", p.listed},
                       {"variants", std::move(variants)}});
}

json::Object effect_on(const Product& p, const Variant& v) {
  json::Object out;
  out.set("product", p.id);
  out.set("variant", v.id);
  out.set("sku", v.sku);
  return out;
}

}  // namespace

Product* PasarContoh::own_product(const std::string& shop, const json::Value& id) {
  const auto found = products_.find(id.to_integral().value_or(0));
  return found != products_.end() && found->second.shop == shop ? &found->second : nullptr;
}

std::pair<Product*, Variant*> PasarContoh::own_variant(const std::string& shop,
                                                       const json::Value& id) {
  for (auto& [product_id, product] : products_) {
    for (Variant& v : product.variants) {
      if (product.shop == shop && v.id == id.to_integral().value_or(0)) return {&product, &v};
    }
  }
  return {nullptr, nullptr};
}

// Creates, or replaces a known product's content: variants that carry a variant_id keep price and
// stock, those without are new, those left out are gone.
HttpResponse PasarContoh::write_product(const std::string& shop, const json::Value& body,
                                        Product* known) {
  const auto refuse = [&](std::string_view code, std::string_view message) {
    note(shop, std::string(code));
    return refusal(422, code, message);
  };
  Product next = known ? *known : Product();
  next.shop = shop;
  next.title = body["title"].text();
  next.description = body["description"].text();
  next.category = body["category"].text();
  next.images = body["images"];
  next.options = body["options"];
  if (next.title.empty() || characters(next.title) > 120) return refuse("title", "1 to 120");
  if (characters(next.description) > 5000) return refuse("description", "at most 5,000");
  if (next.category.find('/') == std::string::npos) return refuse("category", "group/name");
  const std::size_t images = next.images.items().size();
  if (images < 1 || images > 8) return refuse("images", "1 to 8");

  std::vector<Variant> variants;
  std::int64_t next_id = known ? next_id_ : next_id_ + 1;
  for (const json::Value& given : body["variants"].items()) {
    Variant v;
    if (!given["variant_id"].is_null()) {
      const auto old =
          std::find_if(next.variants.begin(), next.variants.end(), [&](const Variant& candidate) {
            return candidate.id == given["variant_id"].to_integral().value_or(0);
          });
      if (old == next.variants.end()) return refuse("variant", "no such variant_id");
      v = *old;
    } else {
      if (!is_price(given["price"])) return refuse("price", "500 to 50,000,000");
      if (!is_stock(given["stock"])) return refuse("stock", "a number from 0");
      v.id = next_id++;
      v.price = *given["price"].as_int64();
      v.stock = *given["stock"].as_int64();
    }
    v.sku = given["sku"].text();
    v.options = given["options"];
    if (v.sku.empty()) return refuse("sku", "every variant has one");
    if (!between(given["weight_grams"], 1, 50'000)) return refuse("weight", "1 to 50,000 g");
    if (v.options.items().size() != next.options.items().size())
      return refuse("options", "one value per option");
    v.weight = *given["weight_grams"].as_int64();
    for (const auto& [id, product] : products_) {
      for (const Variant& other : product.variants) {
        if (product.shop == shop && other.sku == v.sku && (!known || id != known->id))
          return refuse("sku", "taken by another product");
      }
    }
    variants.push_back(std::move(v));
  }
  if (variants.empty() || variants.size() > 50) return refuse("variants", "1 to 50");

  if (!known) next.id = next_id_;
  next_id_ = next_id;
  next.variants = std::move(variants);
  json::Array effects;
  for (const Variant& v : next.variants) {
    json::Object effect = effect_on(next, v);
    effect.set("stock", v.stock);
    effect.set("price", v.price);
    effect.set("listed", next.listed);
    effects.emplace_back(std::move(effect));
  }
  note(shop, "", std::move(effects));
  Product& kept = products_[next.id];
  kept = std::move(next);
  return result(product_json(kept));
}

HttpResponse PasarContoh::list_products(const Call& call, const std::string& shop) const {
  const auto sku = call.param("sku");
  const auto after = json::Value(call.param("after").value_or("0")).to_integral().value_or(0);
  const auto asked = json::Value(call.param("limit").value_or("50")).to_integral().value_or(50);
  const auto limit = static_cast<std::size_t>(std::clamp<std::int64_t>(asked, 1, 50));
  json::Array found;
  std::string next;
  for (const auto& [id, product] : products_) {
    if (product.shop != shop || id <= after) continue;
    const bool fits = !sku || std::any_of(product.variants.begin(), product.variants.end(),
                                          [&](const Variant& v) { return v.sku == *sku; });
    if (!fits) continue;
    if (found.size() == limit) {
      next = found.back()["product_id"].to_text();
      break;
    }
    found.push_back(product_json(product));
  }
  return result(json::object({{"products", std::move(found)}, {"next", next}}));
}

HttpResponse PasarContoh::batch(const std::string& shop, const std::string& what,
                                const json::Value& body) {
  const json::Array& items = body["items"].items();
  if (items.empty() || items.size() > 20) return refusal(422, "batch", "1 to 20 items");
  json::Array answers, effects;
  for (const json::Value& item : items) {
    json::Object effect;
    const std::string code = change_item(shop, what, item, effect);
    json::Value error;
    if (!code.empty()) error = json::object({{"code", code}, {"message", "refused"}});
    if (code.empty()) effects.emplace_back(std::move(effect));
    answers.push_back(json::object({{"id", item["id"]}, {"error", std::move(error)}}));
  }
  note(shop, "", std::move(effects));
  return result(json::object({{"items", std::move(answers)}}));
}

// The code of the refusal; empty: done.
std::string PasarContoh::change_item(const std::string& shop, const std::string& what,
                                     const json::Value& item, json::Object& effect) {
  if (what == "states") {
    Product* product = own_product(shop, item["id"]);
    const std::string_view state = item["state"].text();
    if (product == nullptr) return "not_found";
    if (state != "listed" && state != "unlisted" && state != "deleted") return "state";
    product->listed = state == "listed";
    effect = effect_on(*product, product->variants.front());
    effect.set("listed", product->listed);
    if (state == "deleted") products_.erase(product->id);
    return "";
  }
  const auto [product, variant] = own_variant(shop, item["id"]);
  if (variant == nullptr) return "not_found";
  effect = effect_on(*product, *variant);
  if (what == "stock") {
    if (!is_stock(item["stock"])) return "stock";
    variant->stock = *item["stock"].as_int64();
    effect.set("stock", variant->stock);
    return "";
  }
  if (!is_price(item["price"])) return "price";
  for (const json::Value& sku : setting("promotion").items()) {
    if (sku.text() == variant->sku) return "promotion";  // its price is held
  }
  variant->price = *item["price"].as_int64();
  effect.set("price", variant->price);
  return "";
}

json::Value PasarContoh::listings(std::string_view shop_id) const {
  json::Array out;
  for (const auto& [id, p] : products_) {
    if (!shop_id.empty() && p.shop != shop_id) continue;
    for (const Variant& v : p.variants) {
      out.push_back(json::object({{"product", std::to_string(p.id)},
                                  {"variant", std::to_string(v.id)},
                                  {"sku", v.sku},
                                  {"title", p.title},
                                  {"stock", v.stock},
                                  {"price", v.price},
                                  {"listed", p.listed},
                                  {"state", p.listed ? "listed" : "unlisted"}}));
    }
  }
  return out;
}

}  // namespace gerbang::sample_sandbox
