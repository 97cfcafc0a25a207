#include "connectors/lazada/wire_products.hpp"

#include <algorithm>

#include "connectors/lazada/limits.hpp"
#include "connectors/lazada/request.hpp"
#include "connectors/lazada/units.hpp"

namespace gerbang::lazada {

namespace {

json::Value images_of(const std::vector<std::string>& urls) {
  json::Array list;  // always an array, even of one (facts 7)
  for (const std::string& url : urls) list.emplace_back(url);
  return json::object({{"Image", std::move(list)}});
}

// All values as text: numbers make a 1001 (facts 7, update page).
void put_package(json::Object& out, const std::string& length, const std::string& width,
                 const std::string& height, const std::string& weight) {
  out.set("package_length", length);
  out.set("package_width", width);
  out.set("package_height", height);
  out.set("package_weight", weight);
}

json::Object sku_body(const PlannedSku& sku) {
  json::Object out;
  out.append("SellerSku", sku.sku);
  if (!sku.sale_prop.empty()) out.append("saleProp", sku.sale_prop);
  for (const auto& [name, value] : sku.attributes) out.set(name, value);
  put_package(out, sku.length, sku.width, sku.height, sku.weight);
  return out;
}

json::Object new_sku_body(const PlannedSku& sku) {
  json::Object out = sku_body(sku);
  out.set("price", std::to_string(sku.price));
  out.set("quantity", std::to_string(sku.stock));
  return out;
}

std::string request_of(json::Object product, json::Array skus) {
  product.set("Skus", json::object({{"Sku", std::move(skus)}}));
  return json::dump(
      json::object({{"Request", json::object({{"Product", json::Value(std::move(product))}})}}));
}

// Either spelling: the two reading calls differ (facts 9).
const json::Value& either(const json::Value& v, const char* snake, const char* camel) {
  return v[snake].is_null() ? v[camel] : v[snake];
}

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  }
  return out;
}

std::optional<Quantity> sellable(const json::Value& sku) {
  std::optional<Quantity> sum;
  for (const json::Value& w : sku["multiWarehouseInventories"].items()) {
    if (const auto q = w["sellableQuantity"].to_integral()) sum = sum.value_or(0) + *q;
  }
  if (sum) return sum;
  for (const char* key : {"Available", "quantity"}) {
    if (const auto q = sku[key].to_integral()) return q;
  }
  return std::nullopt;
}

std::uint32_t big_endian(std::string_view bytes, std::size_t at, std::size_t n) {
  std::uint32_t out = 0;
  for (std::size_t i = 0; i < n; ++i) out = out << 8 | static_cast<unsigned char>(bytes[at + i]);
  return out;
}

std::string xml_request(const std::string& skus) {
  return "<Request><Product><Skus>" + skus + "</Skus></Product></Request>";
}
std::string element(std::string_view name, std::string_view text) {
  const std::string tag(name);
  return "<" + tag + ">" + xml_of(text) + "</" + tag + ">";
}

template <class Item, class Value>
std::string sku_list_xml(const std::vector<Item>& items, Value value) {
  std::string out;
  for (const Item& item : items) {
    if (!is_id(item.remote_product) || !is_id(item.remote_variant)) return {};
    out += "<Sku>" + element("ItemId", item.remote_product) +
           element("SkuId", item.remote_variant) + value(item) + "</Sku>";
  }
  return xml_request(out);
}

}  // namespace

// By id, where we know one: an adopted SKU may carry another name, which cannot be changed.
const RemoteSku* find_sku(const RemoteItem& item, const PlannedSku& sku) {
  const auto it = std::find_if(item.skus.begin(), item.skus.end(), [&](const RemoteSku& s) {
    return sku.remote.empty() ? s.sku == sku.sku : s.id == sku.remote;
  });
  return it == item.skus.end() ? nullptr : &*it;
}

std::optional<std::pair<std::int64_t, std::int64_t>> picture_size(std::string_view b) {
  if (b.starts_with("\x89PNG\r\n\x1A\n")) {
    if (b.size() < 24) return std::nullopt;
    return std::pair<std::int64_t, std::int64_t>(big_endian(b, 16, 4), big_endian(b, 20, 4));
  }
  if (!b.starts_with("\xFF\xD8")) return std::nullopt;
  // JPEG: segments of marker and length up to the frame header SOF0…SOF15.
  for (std::size_t at = 2; at + 9 < b.size();) {
    if (static_cast<unsigned char>(b[at]) != 0xFF) return std::nullopt;
    const auto marker = static_cast<unsigned char>(b[at + 1]);
    if (marker == 0xFF) {
      ++at;
      continue;
    }
    const bool frame =
        marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC;
    if (frame)
      return std::pair<std::int64_t, std::int64_t>(big_endian(b, at + 7, 2),
                                                   big_endian(b, at + 5, 2));
    const std::size_t length = big_endian(b, at + 2, 2);
    if (length < 2) return std::nullopt;
    at += 2 + length;
  }
  return std::nullopt;
}

Result<MultipartFile> picture(const HttpResponse& response, std::size_t index) {
  const std::string field = "/images/" + std::to_string(index);
  const auto refuse = [&](std::string_view code, std::string detail) {
    return Error(ErrorKind::rejected, code, std::move(detail)).at_field(field);
  };
  if (response.status == 429 || response.status >= 500)
    return Error(ErrorKind::transient, "image_unreachable",
                 "status " + std::to_string(response.status))
        .at_field(field);
  if (response.status != 200)
    return refuse("image_unreachable", "status " + std::to_string(response.status));
  MultipartFile out;
  out.field = "image";
  if (response.body.starts_with("\x89PNG\r\n\x1A\n")) {
    out.content_type = "image/png";
    out.filename = "foto-" + std::to_string(index + 1) + ".png";
  } else if (response.body.starts_with("\xFF\xD8\xFF")) {
    out.content_type = "image/jpeg";
    out.filename = "foto-" + std::to_string(index + 1) + ".jpg";
  } else {
    return refuse("image_format", "neither JPEG nor PNG");
  }
  if (response.body.size() > kImageBytes) return refuse("image_too_large", "3 MB allowed");
  const auto size = picture_size(response.body);
  if (size && (size->first < kImageLeastSide || size->second < kImageLeastSide ||
               size->first > kImageMostSide || size->second > kImageMostSide))
    return refuse("lazada_image_size", "330 to 5000 pixels a side");
  out.bytes = response.body;
  return out;
}

ImageUrls images_in(const json::Value& memo) {
  ImageUrls out;
  for (const auto& [url, at_lazada] : memo["images"].members())
    out.emplace(url, at_lazada.to_text());
  return out;
}

json::Value memo_of(const Plan& plan, const ImageUrls& images) {
  json::Object urls;
  for (const std::string& url : plan.images) {
    if (const auto it = images.find(url); it != images.end()) urls.set(url, it->second);
  }
  json::Array skus;
  for (const PlannedSku& sku : plan.skus) skus.emplace_back(sku.sku);
  return json::object({{"images", std::move(urls)}, {"skus", std::move(skus)}});
}

RemoteItem item_from(const json::Value& data) {
  RemoteItem out;
  out.id = either(data, "item_id", "itemId").to_text();
  out.status = lower(data["status"].text());
  for (const json::Value& s : data["skus"].items()) {
    RemoteSku sku;
    sku.sku = s["SellerSku"].to_text();
    sku.id = s["SkuId"].to_text();
    sku.status = lower(s["Status"].text());
    sku.length = s["package_length"].to_text();
    sku.width = s["package_width"].to_text();
    sku.height = s["package_height"].to_text();
    sku.weight = s["package_weight"].to_text();
    if (sku.status != "deleted" && !sku.id.empty()) out.skus.push_back(std::move(sku));
  }
  return out;
}

std::string create_payload(const Plan& plan, const std::vector<std::string>& images) {
  json::Object product;
  product.append("PrimaryCategory", plan.category);
  product.append("Images", images_of(images));
  if (!plan.variation.is_null()) product.append("variation", plan.variation);
  // Else Lazada writes into empty attributes by itself, past the canonical catalogue (facts 7).
  product.append("disableAutoFillAttribute", true);
  product.append("Attributes", plan.attributes);
  json::Array skus;
  for (const PlannedSku& sku : plan.skus) skus.emplace_back(new_sku_body(sku));
  return request_of(std::move(product), std::move(skus));
}

std::string add_skus_payload(const Plan& plan, const RemoteItem& there,
                             const std::vector<std::string>& images) {
  json::Object product;
  product.append("PrimaryCategory", plan.category);
  product.append("AssociatedSku", there.skus.empty() ? "" : there.skus.front().sku);
  product.append("Images", images_of(images));
  if (!plan.variation.is_null()) product.append("variation", plan.variation);
  product.append("disableAutoFillAttribute", true);
  product.append("Attributes", plan.attributes);
  json::Array skus;
  for (const PlannedSku& sku : plan.skus) {
    if (!find_sku(there, sku)) skus.emplace_back(new_sku_body(sku));
  }
  return skus.empty() ? std::string() : request_of(std::move(product), std::move(skus));
}

std::string update_payload(const Plan& plan, const RemoteItem& there,
                           const std::vector<std::string>& images) {
  json::Object product;
  product.append("ItemId", there.id);
  product.append("PrimaryCategory", plan.category);
  product.append("Images", images_of(images));
  if (!plan.variation.is_null()) product.append("variation", plan.variation);
  product.append("disableAutoFillAttribute", true);
  product.append("Attributes", plan.attributes);
  json::Array skus;
  for (const PlannedSku& sku : plan.skus) {
    const RemoteSku* known = find_sku(there, sku);
    if (!known) continue;
    json::Object body;
    body.append("SkuId", known->id);
    for (const auto& [name, value] : sku_body(sku)) body.set(name, value);
    body.set("SellerSku", known->sku);
    if (!known->status.empty()) body.set("Status", known->status);
    skus.emplace_back(std::move(body));
  }
  return skus.empty() ? std::string() : request_of(std::move(product), std::move(skus));
}

std::string activate_payload(const RemoteItem& there) {
  json::Object product;
  product.append("ItemId", there.id);
  json::Array skus;
  for (const RemoteSku& sku : there.skus) {
    json::Object body;
    body.append("SkuId", sku.id);
    body.append("SellerSku", sku.sku);
    body.append("Status", "active");
    put_package(body, sku.length, sku.width, sku.height, sku.weight);
    skus.emplace_back(std::move(body));
  }
  return request_of(std::move(product), std::move(skus));
}

std::string deactivate_body(const std::string& item) {
  return "<Request><Product>" + element("ItemId", item) + "</Product></Request>";
}

std::string remove_list(const std::string& item, const std::vector<std::string>& sku_ids) {
  json::Array list;
  for (const std::string& id : sku_ids) list.emplace_back("SkuId_" + item + "_" + id);
  return json::dump(json::Value(std::move(list)));
}

Result<ListingRef> created_from(const Asked& asked, const json::Value& data) {
  ListingRef out;
  out.remote_product = data["item_id"].to_text();
  for (const json::Value& s : data["sku_list"].items()) {
    const std::string sku = s["seller_sku"].to_text(), id = s["sku_id"].to_text();
    if (!sku.empty() && is_id(id)) out.variants.emplace(sku, id);
  }
  if (!is_id(out.remote_product)) return unreadable(asked, "no item_id in the answer");
  return out;
}

std::string stock_payload(const std::vector<StockItem>& items) {
  return sku_list_xml(items, [](const StockItem& item) {
    return element("SellableQuantity", std::to_string(std::max<Quantity>(0, item.quantity)));
  });
}

std::string price_payload(const std::vector<PriceItem>& items) {
  return sku_list_xml(items, [](const PriceItem& item) {
    return element("Price", std::to_string(item.price.amount));
  });
}

ListingPage page_from(const json::Value& data, std::int64_t offset) {
  ListingPage page;
  const json::Array& products = data["products"].items();
  for (const json::Value& p : products) {
    for (const json::Value& s : p["skus"].items()) {
      RemoteListing listing;
      listing.remote_product = either(p, "item_id", "itemId").to_text();
      listing.remote_variant = s["SkuId"].to_text();
      listing.remote_sku = s["SellerSku"].to_text();
      listing.title = p["attributes"]["name"].text();
      listing.stock = sellable(s);
      if (const auto price = rupiah(s["price"])) listing.price = Money{*price};
      listing.remote_state = s["Status"].text();
      const std::string status = lower(listing.remote_state);
      // Item-level `status` may be missing for some filters (facts 9): the SKU's own decides.
      if (!status.empty()) listing.listed = status == "active";
      if (status == "deleted" || listing.remote_variant.empty()) continue;
      page.listings.push_back(std::move(listing));
    }
  }
  const std::int64_t next = offset + static_cast<std::int64_t>(products.size());
  if (!products.empty() && next < data["total_products"].to_integral().value_or(0))
    page.next = std::to_string(next);
  return page;
}

}  // namespace gerbang::lazada
