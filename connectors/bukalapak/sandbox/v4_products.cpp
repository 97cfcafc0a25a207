// API v4: the store and its products (facts bukalapak.md 4, 5 and 10).
#include <algorithm>

#include "connectors/bukalapak/sandbox/bukalapak_double.hpp"

namespace gerbang::bukalapak_sandbox {

namespace {

constexpr std::int64_t kLowestPrice = 100, kHighestPrice = 100'000'000;
constexpr std::int64_t kMostStock = 99'999, kHeaviest = 100'000;

bool between(const std::optional<std::int64_t>& n, std::int64_t low, std::int64_t high) {
  return n && *n >= low && *n <= high;
}

// One page of a list: `total` is the whole.
HttpResponse page(const std::vector<json::Value>& all, const PageOf& at) {
  json::Array items;
  for (std::size_t i = at.offset; i < all.size() && items.size() < at.limit; ++i)
    items.push_back(all[i]);
  return success(std::move(items), all.size());
}

bool matches(const Product& product, const std::optional<std::string>& keywords) {
  return !keywords || contains(product.name, *keywords) || contains(product.sku_name, *keywords);
}

}  // namespace

std::optional<std::int64_t> BukalapakDouble::over_limit(const std::string& key) {
  const std::int64_t most = setting_or("calls_per_minute", 60);
  if (most <= 0) return std::nullopt;
  std::deque<TimePoint>& recent = calls_[key];
  while (!recent.empty() && recent.front() + std::chrono::minutes(1) <= now()) recent.pop_front();
  if (static_cast<std::int64_t>(recent.size()) >= most) {
    const Duration wait = recent.front() + std::chrono::minutes(1) - now();
    return std::max<std::int64_t>(1, std::chrono::ceil<std::chrono::seconds>(wait).count());
  }
  recent.push_back(now());
  return std::nullopt;
}

HttpResponse BukalapakDouble::serve_v4(const Call& call, const Parts& parts) {
  const Method method = call.request->method;
  const auto is = [&](Method m, std::size_t size, std::string_view first) {
    return method == m && parts.size() == size && parts[0] == first;
  };
  // What anybody with a token may read.
  const bool open = method == Method::get &&
                    (parts[0] == "categories" || parts[0] == "couriers" || parts[0] == "products" ||
                     (parts[0] == "stores" && parts.size() > 1 && parts[1] != "me"));
  const Grant* grant = bearer(call, open ? "public" : "store");
  if (grant == nullptr) {
    note("", "10001");
    return not_authorised();
  }
  const std::string seller = grant->seller;
  note(seller, "");
  if (const auto wait = over_limit(seller)) {
    note(seller, "10005");
    HttpResponse out = failure(429, 10005, "Too many requests");
    if (on("retry_after", true)) out.headers.set("Retry-After", std::to_string(*wait));
    return out;
  }

  if (is(Method::get, 1, "me")) {
    return success(
        json::object({{"id", number_of(seller)}, {"name", market_.sellers.at(seller).name}}));
  }
  if (is(Method::get, 1, "categories")) return success(category_tree());
  if (is(Method::get, 2, "couriers") && parts[1] == "categories") {
    json::Array groups;
    groups.push_back(
        json::object({{"category", "regular"},
                      {"name", "Reguler"},
                      {"couriers", json::array({"JNE REG", "J&T REG", "Pos Kilat"})}}));
    groups.push_back(json::object({{"category", "next_day"},
                                   {"name", "Besok Sampai"},
                                   {"couriers", json::array({"JNE YES", "SiCepat BEST"})}}));
    return success(std::move(groups));
  }
  if (is(Method::post, 1, "images")) return upload_image(call, seller);
  if (is(Method::get, 3, "stores") && parts[1] == "me" && parts[2] == "products")
    return own_products(call, seller);
  if (is(Method::get, 3, "stores") && parts[2] == "products")
    return public_products(call, parts[1]);
  if (is(Method::get, 1, "products")) return public_products(call, "");
  if (is(Method::post, 1, "products")) return create_product(call, seller);
  if (is(Method::get, 2, "products")) {
    const auto found = market_.products.find(parts[1]);
    const bool shown = found != market_.products.end() &&
                       (found->second.active() || found->second.seller == seller);
    return shown ? success(product_json(found->second)) : nothing_there();
  }
  if (parts[0] == "products" && parts.size() >= 2) {
    Product* product = own_product(seller, parts[1]);
    if (product == nullptr) return nothing_there();
    if (is(Method::put, 2, "products")) return update_product(call, *product);
    if (is(Method::del, 2, "products")) return delete_product(*product);
    if (is(Method::patch, 4, "products") && parts[2] == "skus" &&
        parts[3] == std::to_string(product->sku_id))
      return patch_sku(call, *product);
    return nothing_there();
  }
  if (is(Method::get, 1, "transactions")) return list_orders(call, seller);
  if (is(Method::post, 2, "_partners") && parts[1] == "logistic-bookings")
    return book_courier(call, seller);
  if (parts[0] == "transactions" && parts.size() >= 2) {
    Order* order = own_order(seller, parts[1]);
    if (order == nullptr) return nothing_there();
    if (is(Method::get, 2, "transactions")) return success(order_json(*order));
    if (is(Method::put, 3, "transactions") && parts[2] == "status")
      return change_order(call, *order);
  }
  return nothing_there();
}

HttpResponse BukalapakDouble::own_products(const Call& call, const std::string& seller) {
  // Without product_type=all only what is on sale.
  const bool all = call.param("product_type").value_or("") == "all";
  std::vector<json::Value> found;
  for (const Product* p : newest_first()) {
    if (p->seller == seller && (all || p->active()) && matches(*p, call.param("keywords")))
      found.push_back(product_json(*p));
  }
  return page(found, page_of(call.param("offset"), call.param("limit"), 10, 50));
}

HttpResponse BukalapakDouble::public_products(const Call& call, const std::string& seller) {
  const auto category = call.param("category_id"), condition = call.param("condition");
  std::vector<json::Value> found;
  for (const Product* p : newest_first()) {
    if (p->active() && (seller.empty() || p->seller == seller) &&
        (!category || p->category == *category) && (!condition || p->condition == *condition) &&
        (!call.param("keywords") || contains(p->name, *call.param("keywords"))))
      found.push_back(product_json(*p));
  }
  return page(found, page_of(call.param("offset"), call.param("limit"), 16, 50));
}

std::optional<std::string> BukalapakDouble::read_fields(const json::Value& body, bool all,
                                                        Product& product) {
  if (!body.is_object()) return "Body harus objek JSON";
  const auto given = [&](std::string_view name) { return all || !body[name].is_null(); };
  if (given("name")) {
    const std::size_t n = characters(body["name"].text());
    if (n < 1 || n > 150) return "Nama barang 1 sampai 150 karakter";
    product.name = body["name"].text();
  }
  if (given("price")) {
    if (!between(body["price"].as_int64(), kLowestPrice, kHighestPrice))
      return "Harga Rp100 sampai Rp100.000.000";
    product.price = *body["price"].as_int64();
  }
  if (given("weight")) {
    if (!between(body["weight"].as_int64(), 1, kHeaviest)) return "Berat 1 sampai 100.000 gram";
    product.weight = *body["weight"].as_int64();
  }
  if (given("condition")) {
    if (body["condition"].text() != "new" && body["condition"].text() != "used")
      return "Kondisi barang new atau used";
    product.condition = body["condition"].text();
  }
  if (given("description")) {
    if (!body["description"].is_string() || characters(body["description"].text()) > 10'000)
      return "Deskripsi maksimal 10.000 karakter";
    product.description = body["description"].text();
  }
  if (given("category_id")) {
    if (leaf(body["category_id"].to_text()) == nullptr) return "Kategori tidak valid";
    product.category = body["category_id"].to_text();
  }
  if (!body["specs"].is_null()) {
    if (!body["specs"].is_object()) return "Spesifikasi tidak valid";
    product.specs = body["specs"];
  }
  if (!body["sku_name"].is_null()) {
    if (!body["sku_name"].is_string()) return "SKU tidak valid";
    product.sku_name = body["sku_name"].text();
  }
  if (given("stock")) {
    if (!between(body["stock"].as_int64(), 0, kMostStock)) return "Stok 0 sampai 99.999";
    product.put_stock(*body["stock"].as_int64());
  }
  // Last: it changes the images as soon as they are all right.
  if (given("images")) {
    std::vector<std::string> ids;
    for (const json::Value& id : body["images"]["ids"].items()) ids.push_back(id.to_text());
    return market_.assign_images(product, ids);
  }
  return std::nullopt;
}

HttpResponse BukalapakDouble::create_product(const Call& call, const std::string& seller) {
  const auto body = json::parse(call.request->body);
  if (!body) return failure(400, 10003, "Body bukan JSON");
  Product& product = market_.new_product(seller, now());
  if (const auto trouble = read_fields(*body, true, product)) {
    market_.products.erase(product.id);
    note(seller, "10003");
    return wrong(*trouble);
  }
  json::Object effect = effect_on(product);
  effect.set("stock", product.stock);
  effect.set("price", product.price);
  effect.set("listed", product.active());
  note(seller, "", std::move(effect));
  return success(product_json(product), std::nullopt, 201);
}

HttpResponse BukalapakDouble::update_product(const Call& call, Product& product) {
  const auto body = json::parse(call.request->body);
  if (!body) return failure(400, 10003, "Body bukan JSON");
  Product changed = product;
  if (const auto trouble = read_fields(*body, false, changed)) {
    note(product.seller, "10003");
    return wrong(*trouble);
  }
  changed.updated_at = now();
  product = std::move(changed);
  json::Object effect = effect_on(product);
  effect.set("title", product.name);
  if (!(*body)["stock"].is_null()) effect.set("stock", product.stock);
  if (!(*body)["price"].is_null()) effect.set("price", product.price);
  note(product.seller, "", std::move(effect));
  return success(product_json(product));
}

HttpResponse BukalapakDouble::patch_sku(const Call& call, Product& product) {
  const auto body = json::parse(call.request->body);
  if (!body) return failure(400, 10003, "Body bukan JSON");
  const json::Value& stock = (*body)["stock"];
  const json::Value& price = (*body)["price"];
  const json::Value& state = (*body)["state"];
  std::optional<std::string> trouble;
  if (stock.is_null() && price.is_null() && state.is_null()) trouble = "Tidak ada perubahan";
  if (!stock.is_null() && !between(stock.as_int64(), 0, kMostStock))
    trouble = "Stok 0 sampai 99.999";
  if (!price.is_null() && !between(price.as_int64(), kLowestPrice, kHighestPrice))
    trouble = "Harga Rp100 sampai Rp100.000.000";
  if (!state.is_null() && state.text() != "active" && state.text() != "inactive")
    trouble = "State active atau inactive";
  if (trouble) {
    note(product.seller, "10003");
    return wrong(*trouble);
  }

  const bool was = product.active();
  json::Object effect = effect_on(product);
  if (!state.is_null()) {
    product.on = state.text() == "active";
    product.sold_out = false;
  }
  if (!stock.is_null()) {
    product.put_stock(*stock.as_int64());
    effect.set("stock", product.stock);
  }
  if (!price.is_null()) {
    product.price = *price.as_int64();
    effect.set("price", product.price);
  }
  if (!state.is_null() || was != product.active()) effect.set("listed", product.active());
  product.updated_at = now();
  note(product.seller, "", std::move(effect));
  return success(product_json(product));
}

HttpResponse BukalapakDouble::delete_product(const Product& product) {
  json::Object effect = effect_on(product);
  effect.set("deleted", true);
  effect.set("listed", false);
  note(product.seller, "", std::move(effect));
  market_.remove_product(product.id);
  return success(json::Value());
}

HttpResponse BukalapakDouble::upload_image(const Call& call, const std::string& seller) {
  const auto parts =
      parse_multipart(call.request->headers.find("Content-Type").value_or(""), call.request->body);
  if (!parts || parts->size() != 1 || parts->front().field != "file")
    return failure(400, 10003, "Bagian file tidak ada");
  if (const auto trouble = image_trouble(parts->front().bytes)) {
    note(seller, "10003");
    return wrong(*trouble);
  }
  return success(json::object({{"id", market_.new_image(seller)}}), std::nullopt, 201);
}

json::Value BukalapakDouble::product_json(const Product& p) const {
  const auto urls = [&](std::string_view size) {
    json::Array out;
    for (const std::string& id : p.images)
      out.emplace_back(options().public_url + "/images/" + std::string(size) + "/" + id);
    return out;
  };
  json::Array ids;
  for (const std::string& id : p.images) ids.emplace_back(id);
  const Category* category = leaf(p.category);
  json::Array variants;
  variants.push_back(json::object(
      {{"id", p.sku_id}, {"product_id", p.id}, {"sku_name", p.sku_name}, {"variant_name", ""}}));
  return json::object(
      {{"id", p.id},
       {"sku_id", p.sku_id},
       {"name", p.name},
       {"url", options().public_url + "/p/" + p.id},
       {"price", p.price},
       {"stock", p.stock},
       {"state", p.state()},
       {"description", p.description},
       {"condition", p.condition},
       {"weight", p.weight},
       {"category",
        json::object({{"id", number_of(p.category)}, {"name", category ? category->name : ""}})},
       {"specs", p.specs},
       {"images", json::object({{"ids", std::move(ids)},
                                {"large_urls", urls("large")},
                                {"small_urls", urls("small")}})},
       {"deal", json::object({{"original_price", p.price}})},
       {"rating", json::object({{"average_rate", 0}, {"user_count", 0}})},
       {"stats", json::object({{"sold_count", p.sold}})},
       {"store",
        json::object({{"id", number_of(p.seller)}, {"name", market_.sellers.at(p.seller).name}})},
       {"variants", std::move(variants)},
       {"created_at", to_rfc3339(p.created_at)},
       {"updated_at", to_rfc3339(p.updated_at)}});
}

}  // namespace gerbang::bukalapak_sandbox
