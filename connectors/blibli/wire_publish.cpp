#include "connectors/blibli/wire_publish.hpp"

#include <algorithm>

#include "connectors/blibli/limits.hpp"
#include "connectors/blibli/units.hpp"
#include "core/base/crypto.hpp"
#include "core/base/text.hpp"

namespace gerbang::blibli {

namespace {

constexpr std::size_t kLeastPixels = 600;  // facts 8.1

std::string image_field(std::size_t index) {
  return "/images/" + std::to_string(index);
}

std::uint32_t big_endian(std::string_view bytes) {
  std::uint32_t out = 0;
  for (const char c : bytes) out = out << 8 | static_cast<unsigned char>(c);
  return out;
}

struct Size {
  std::uint32_t width = 0, height = 0;
};

std::optional<Size> png_size(std::string_view b) {
  if (b.size() < 24 || b.substr(12, 4) != "IHDR") return std::nullopt;
  return Size{big_endian(b.substr(16, 4)), big_endian(b.substr(20, 4))};
}

// The frame header of a JPEG: SOF0 to SOF15 but for DHT, JPG, DAC.
std::optional<Size> jpeg_size(std::string_view b) {
  for (std::size_t at = 2; at + 9 <= b.size();) {
    if (static_cast<unsigned char>(b[at]) != 0xFF) return std::nullopt;
    const auto marker = static_cast<unsigned char>(b[at + 1]);
    if (marker == 0xFF) {  // fill
      ++at;
      continue;
    }
    if (marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC)
      return Size{big_endian(b.substr(at + 7, 2)), big_endian(b.substr(at + 5, 2))};
    at += 2 + big_endian(b.substr(at + 2, 2));
  }
  return std::nullopt;
}

// The names under which the images of imageMap are used.
std::string image_name(std::size_t index) {
  return "image-" + std::to_string(index + 1);
}

json::Value text_map(const std::map<std::string, std::string>& map) {
  json::Object out;
  for (const auto& [key, value] : map) out.append(key, value);
  return json::Value(std::move(out));
}

json::Value texts(const std::vector<std::string>& list) {
  json::Array out;
  for (const std::string& text : list) out.emplace_back(text);
  return json::Value(std::move(out));
}

json::Value dimension(const Plan& plan) {
  return json::object({{"length", plan.package_cm[0]},
                       {"width", plan.package_cm[1]},
                       {"height", plan.package_cm[2]},
                       {"weight", plan.weight_grams}});
}

json::Object variant_body(const Plan& plan, const PlannedVariant& v) {
  json::Array images;
  for (std::size_t i = 0; i < plan.images.size(); ++i) images.emplace_back(image_name(i));
  json::Object out;
  out.append("sellerSku", v.sku);
  out.append("upcCode", v.barcode);
  out.append("price", json::object({{"regular", v.price}, {"sale", v.price}}));
  out.append("stock", json::object({{"available", v.stock}, {"minimum", 1}}));
  out.append("buyable", true);
  out.append("images", std::move(images));
  out.append("variantAttribute", text_map(v.attributes));
  out.append("specialAttribute", json::object({}));
  return out;
}

json::Object product_body(const Plan& plan, const json::Value& brand, const ImageData& images) {
  json::Object map;
  for (std::size_t i = 0; i < plan.images.size(); ++i)
    map.append(image_name(i), images.at(plan.images[i]));
  json::Array items;
  for (const PlannedVariant& v : plan.variants) items.emplace_back(variant_body(plan, v));
  json::Object out;
  out.append("name", plan.title);
  out.append("brandCode", brand["code"].to_text());
  out.append("newBrand", brand.is_null() ? plan.brand : std::string());
  out.append("categoryCode", plan.category);
  out.append("productType", 1);
  out.append("pickupPointCode", plan.pickup_point);
  out.append("description", to_base64(plan.description));
  out.append("uniqueSellingPoint", to_base64(plan.selling_point));
  out.append("dimension", dimension(plan));
  out.append("attributes", text_map(plan.attributes));
  out.append("logistics", texts(plan.couriers));
  out.append("imageMap", std::move(map));
  out.append("productItems", std::move(items));
  out.append("videoUrl", "");
  return out;
}

std::string said(const json::Value& v, std::initializer_list<std::string_view> names) {
  for (const std::string_view name : names) {
    if (std::string text = v[name].to_text(); !text.empty()) return text;
  }
  return {};
}

std::string hash_of(const json::Value& value) {
  return to_hex(sha256(json::dump(value))).substr(0, 32);
}

}  // namespace

Result<std::string> picture(const HttpResponse& response, std::size_t index) {
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
  std::optional<Size> size;
  if (bytes.starts_with("\xFF\xD8\xFF")) {
    size = jpeg_size(bytes);
  } else if (bytes.starts_with("\x89PNG\r\n\x1A\n")) {
    size = png_size(bytes);
  } else {
    return Error(ErrorKind::rejected, "image_format", "neither JPEG nor PNG")
        .at_field(image_field(index));
  }
  if (!size || size->width < kLeastPixels || size->height < kLeastPixels)
    return Error(ErrorKind::rejected, "blibli_image_too_small", "at least 600 x 600 pixels")
        .at_field(image_field(index));
  return to_base64(bytes);
}

bool is_linkable(std::string_view url) {
  if (!url.starts_with("https://")) return false;
  std::string path(url.substr(0, url.find('?')));
  for (char& c : path) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  }
  for (const char* kind : {".jpg", ".jpeg", ".png", ".webp"}) {
    if (path.ends_with(kind)) return true;
  }
  return false;
}

json::Value brand_in(const json::Value& reply, std::string_view wanted) {
  const json::Value& value = reply["value"];
  const json::Array& list = value.is_array()              ? value.items()
                            : value["content"].is_array() ? value["content"].items()
                                                          : reply["content"].items();
  for (const json::Value& b : list) {
    std::string name = said(b, {"name", "brandName"});
    std::string code = said(b, {"code", "brandCode"});
    if (!code.empty() && folded(name) == folded(wanted))
      return json::object({{"code", std::move(code)}, {"name", std::move(name)}});
  }
  return {};
}

json::Value create_body(const Plan& plan, const json::Value& brand, const ImageData& images) {
  json::Value product = product_body(plan, brand, images);
  return json::object({{"product", json::array({std::move(product)})}});
}

json::Value revision_body(const Plan& plan, const json::Value& brand, const ImageData& images) {
  json::Object out = product_body(plan, brand, images);
  out.append("submit", true);
  return json::Value(std::move(out));
}

RemoteProduct product_from(const json::Value& reply) {
  const json::Value& content = reply["content"];
  const json::Value& product = content["product"].is_object() ? content["product"] : content;
  RemoteProduct out;
  out.id = said(product, {"sku", "productSku"});
  out.title = said(product, {"name"});
  out.state = said(product, {"state"});
  out.note = said(content, {"note", "rejectReason", "revisionNote"});
  for (const json::Value& image : content["images"].items()) {
    if (std::string path = image["path"].to_text(); !path.empty())
      out.image_paths.push_back(std::move(path));
  }
  for (const json::Value& item : content["productItems"].items()) {
    RemoteVariant v;
    v.id = said(item, {"blibliSku", "itemSku", "gdnSku"});
    v.sku = said(item, {"sellerSku", "merchantSku"});
    if (v.id.empty()) continue;
    v.stock = item["stock"]["available"].to_integral();
    if (const auto price = rupiah(item["price"]["regular"])) v.price = Money{*price, "IDR"};
    v.buyable = item["buyable"].as_bool().value_or(true);
    v.barcode = said(item, {"upcCode"});
    out.variants.push_back(std::move(v));
  }
  return out;
}

json::Value product_filter(std::string_view state, std::string_view product, std::string_view title,
                           std::int64_t page, std::size_t size) {
  json::Object filter;
  if (!state.empty()) filter.append("state", state);
  if (!product.empty()) filter.append("productSku", product);
  if (!title.empty()) filter.append("productName", title);
  return json::object(
      {{"filter", std::move(filter)},
       {"paging", json::object({{"page", page}, {"size", static_cast<std::int64_t>(size)}})},
       {"sorting", json::object({{"by", "createdDate"}, {"direction", "ASC"}})}});
}

ProductPage products_from(const json::Value& reply) {
  ProductPage out;
  for (const json::Value& entry : reply["content"].items()) {
    const json::Value& product = entry["product"];
    ListedProduct p{said(product, {"sku"}), said(product, {"name"}), said(product, {"state"})};
    if (!p.id.empty()) out.products.push_back(std::move(p));
  }
  const json::Value& paging = reply["paging"];
  const auto number = paging["pageNumber"].to_integral(), total = paging["totalPage"].to_integral();
  out.more = number && total && *number + 1 < *total && !reply["content"].items().empty();
  return out;
}

std::map<std::string, std::string> variant_ids(const Plan& plan, const RemoteProduct& product) {
  std::map<std::string, std::string> out;
  for (const PlannedVariant& v : plan.variants) {
    for (const RemoteVariant& there : product.variants) {
      if (there.sku == v.sku) out.emplace(v.sku, there.id);
    }
  }
  return out;
}

bool same_variants(const Plan& plan, const RemoteProduct& product) {
  return product.variants.size() == plan.variants.size() &&
         variant_ids(plan, product).size() == plan.variants.size();
}

json::Value detail_body(const Plan& plan) {
  return json::object({{"name", plan.title},
                       {"description", to_base64(plan.description)},
                       {"uniqueSellingPoint", to_base64(plan.selling_point)},
                       {"dimension", dimension(plan)},
                       {"attributes", text_map(plan.attributes)}});
}

json::Value variants_body(const Plan& plan, const RemoteProduct& product) {
  const auto ids = variant_ids(plan, product);
  json::Array items;
  for (const PlannedVariant& v : plan.variants) {
    json::Object item = variant_body(plan, v);
    item.erase("images");
    if (const auto id = ids.find(v.sku); id != ids.end()) item.append("blibliSku", id->second);
    items.emplace_back(std::move(item));
  }
  return json::object({{"productItems", std::move(items)}});
}

json::Value memo_of(const Plan& plan) {
  json::Array variants;
  for (const PlannedVariant& v : plan.variants)
    variants.push_back(json::object({{"sku", v.sku}, {"attributes", text_map(v.attributes)}}));
  return json::object({{"sent", json::object({{"content", hash_of(detail_body(plan))},
                                              {"variants", hash_of(variants)}})},
                       {"images", texts(plan.images)}});
}

}  // namespace gerbang::blibli
