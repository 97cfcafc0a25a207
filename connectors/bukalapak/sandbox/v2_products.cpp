// API v2: images and products (facts bukalapak.md 7). Numbers and booleans may come as text.
#include <algorithm>
#include <array>

#include "connectors/bukalapak/sandbox/bukalapak_double.hpp"
#include "connectors/bukalapak/sandbox/v2.hpp"

namespace gerbang::bukalapak_sandbox {

namespace {

constexpr std::array<std::size_t, 5> kPageSizes = {6, 18, 20, 40, 80};

// "1,2, 3"
std::vector<std::string> listed(std::string_view text) {
  std::vector<std::string> out;
  while (!text.empty()) {
    const auto comma = text.find(',');
    std::string_view one = text.substr(0, comma);
    text = comma == std::string_view::npos ? std::string_view() : text.substr(comma + 1);
    while (one.starts_with(' ')) one.remove_prefix(1);
    while (one.ends_with(' ')) one.remove_suffix(1);
    if (!one.empty()) out.emplace_back(one);
  }
  return out;
}

std::optional<bool> truth(const json::Value& value) {
  if (const auto b = value.as_bool()) return b;
  const std::string text = value.to_text();
  if (text == "true" || text == "1") return true;
  if (text == "false" || text == "0") return false;
  return std::nullopt;
}

// The v2 fields of a product under the names of v4, for the one set of rules.
json::Value as_v4(const json::Value& fields) {
  json::Object out;
  for (const char* name : {"name", "price", "weight", "stock"}) {
    if (fields[name].is_null()) continue;
    const auto number =
        std::string_view(name) == "name" ? std::nullopt : fields[name].to_integral();
    out.set(name, number ? json::Value(*number) : fields[name]);
  }
  if (!fields["category_id"].is_null()) out.set("category_id", fields["category_id"]);
  if (!fields["description_bb"].is_null()) out.set("description", fields["description_bb"]);
  if (const auto fresh = truth(fields["new"])) out.set("condition", *fresh ? "new" : "used");
  if (!fields["product_detail_attributes"].is_null())
    out.set("specs", fields["product_detail_attributes"]);
  return out;
}

}  // namespace

V2Page v2_page(const std::optional<std::string>& page, const std::optional<std::string>& per_page,
               std::size_t usual) {
  const auto number = [](const std::optional<std::string>& text, std::size_t otherwise) {
    const auto n = text ? json::Value(*text).to_integral() : std::nullopt;
    return n && *n > 0 ? static_cast<std::size_t>(*n) : otherwise;
  };
  V2Page out;
  out.size = std::min<std::size_t>(number(per_page, usual), 80);
  out.first = (number(page, 1) - 1) * out.size;
  return out;
}

HttpResponse BukalapakDouble::v2_images(const Call& call, const std::string& seller,
                                        const Parts& parts) {
  const Method method = call.request->method;
  if (method == Method::post && parts.size() == 1) {
    const auto form = parse_multipart(call.request->headers.find("Content-Type").value_or(""),
                                      call.request->body);
    if (!form || form->size() != 1 || form->front().field != "file")
      return v2_error("Image tidak boleh kosong");
    if (const auto trouble = image_trouble(form->front().bytes)) return v2_error(*trouble);
    json::Object out;
    out.set("id", market_.new_image(seller));
    return v2_ok(std::move(out));
  }
  const auto image = market_.images.find(parts.back());
  if (image == market_.images.end() || image->second.seller != seller)
    return v2_error("Image tidak ditemukan");
  json::Object out;
  if (method == Method::get && parts.size() == 3 && parts[1] == "status") {
    out.set("id", image->first);
    out.set("image_status", image->second.product.empty() ? "Orphaned" : "Assigned");
    return v2_ok(std::move(out));
  }
  if (method == Method::del && parts.size() == 2) {
    if (!image->second.product.empty()) return v2_error("Image sudah dipakai barang");
    market_.images.erase(image);
    out.set("message", "Image deleted");
    return v2_ok(std::move(out));
  }
  return v2_error("Tidak dikenal");
}

HttpResponse BukalapakDouble::v2_products(const Call& call, const std::string& seller,
                                          const Parts& parts) {
  const Method method = call.request->method;
  if (method == Method::post && parts.size() == 1) return v2_write_product(call, seller, nullptr);
  const bool mine = parts.size() == 2 && parts[1] == "mylapak";
  if (method == Method::get && (parts.size() == 1 || mine)) {
    const std::string size = call.param("per_page").value_or("20");
    const auto allowed = json::Value(size).to_integral().value_or(0);
    if (!mine && std::find(kPageSizes.begin(), kPageSizes.end(), allowed) == kPageSizes.end())
      return v2_error("per_page: 6, 18, 20, 40, 80");
    const bool off_sale = mine && call.param("not_for_sale_only").value_or("") == "1";
    std::vector<const Product*> found;
    for (const Product* p : newest_first()) {
      if ((!mine || p->seller == seller) && p->active() != off_sale &&
          contains(p->name, call.param("keywords").value_or("")))
        found.push_back(p);
    }
    const V2Page at = v2_page(call.param("page"), size, 20);
    json::Array items;
    for (std::size_t i = at.first; i < found.size() && items.size() < at.size; ++i)
      items.push_back(v2_product_json(*found[i]));
    json::Object out;
    out.set("products", std::move(items));
    return v2_ok(std::move(out));
  }

  Product* product = parts.size() >= 2 ? own_product(seller, parts[1]) : nullptr;
  if (product == nullptr) {
    note(seller, "ERROR");
    return v2_error("Barang tidak ditemukan");
  }
  json::Object out;
  if (method == Method::get && parts.size() == 2) {
    out.set("product", v2_product_json(*product));
    return v2_ok(std::move(out));
  }
  if (method == Method::put && parts.size() == 2) return v2_write_product(call, seller, product);
  out.set("id", product->id);
  json::Object effect = effect_on(*product);
  if (method == Method::del && parts.size() == 2) {
    effect.set("deleted", true);
    effect.set("listed", false);
    market_.remove_product(product->id);
    out.set("message", "Product deleted");
  } else if (method == Method::put && parts.size() == 3 &&
             (parts[2] == "sold" || parts[2] == "relist")) {
    // Relisted with stock 0 it shows only once the stock is set again.
    product->on = parts[2] == "relist";
    product->sold_out = false;
    product->updated_at = now();
    effect.set("listed", product->active());
    out.set("message", product->on ? "Product relisted" : "Product sold");
  } else {
    return v2_error("Tidak dikenal");
  }
  note(seller, "", std::move(effect));
  return v2_ok(std::move(out));
}

// POST creates, PUT changes any of the fields, with new_images and removed_images.
HttpResponse BukalapakDouble::v2_write_product(const Call& call, const std::string& seller,
                                               Product* known) {
  const auto body = json::parse(call.request->body);
  if (!body) return v2_error("Body bukan JSON");
  json::Value fields = as_v4((*body)["product"]);
  std::vector<std::string> images = known ? known->images : std::vector<std::string>();
  for (const std::string& id : listed((*body)["removed_images"].to_text())) std::erase(images, id);
  for (const std::string& id : listed((*body)[known ? "new_images" : "images"].to_text()))
    images.push_back(id);
  if (images.empty()) {
    note(seller, "ERROR");
    return v2_error("Image tidak boleh kosong");
  }
  json::Array ids;
  for (const std::string& id : images) ids.emplace_back(id);
  fields.as_object()->set("images", json::object({{"ids", std::move(ids)}}));
  if (known == nullptr && fields["condition"].is_null())
    fields.as_object()->set("condition", "new");

  Product& target = known ? *known : market_.new_product(seller, now());
  Product changed = target;
  if (const auto trouble = read_fields(fields, known == nullptr, changed)) {
    if (known == nullptr) market_.products.erase(target.id);
    note(seller, "ERROR");
    return v2_error(*trouble);
  }
  changed.updated_at = now();
  target = std::move(changed);
  json::Object effect = effect_on(target);
  if (!fields["stock"].is_null()) effect.set("stock", target.stock);
  if (!fields["price"].is_null()) effect.set("price", target.price);
  effect.set("listed", target.active());
  note(seller, "", std::move(effect));
  json::Object out;
  out.set("id", target.id);
  out.set("message", known ? "Product Updated" : "Product Added");
  return v2_ok(std::move(out));
}

json::Value BukalapakDouble::v2_product_json(const Product& p) const {
  json::Array reasons;
  if (p.stock == 0) reasons.emplace_back("Stok Habis");
  json::Array images;
  for (const std::string& id : p.images) images.emplace_back(id);
  return json::object({{"id", p.id},
                       {"category_id", number_of(p.category)},
                       {"name", p.name},
                       {"price", p.price},
                       {"weight", p.weight},
                       {"stock", p.stock},
                       {"description_bb", p.description},
                       {"condition", p.condition},
                       {"images", std::move(images)},
                       {"specs", p.specs},
                       {"active", p.active()},
                       {"state_description", std::move(reasons)},
                       {"seller_id", number_of(p.seller)},
                       {"created_at", v2_time(p.created_at)},
                       {"updated_at", v2_time(p.updated_at)}});
}

}  // namespace gerbang::bukalapak_sandbox
