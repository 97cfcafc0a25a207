// What Blibli refuses of a product (facts blibli.md 8.1, 13). Texts are ours.
#include <algorithm>
#include <set>

#include "connectors/blibli/sandbox/catalogue_data.hpp"
#include "connectors/blibli/sandbox/world.hpp"
#include "core/base/crypto.hpp"

namespace gerbang::sandbox::blibli {

namespace {

constexpr std::size_t kImageBytes = 4 * 1024 * 1024;
constexpr std::uint32_t kLeastPixels = 600;

std::size_t characters(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  }));
}

std::uint32_t number_at(std::string_view bytes, std::size_t at, std::size_t length) {
  std::uint32_t out = 0;
  for (std::size_t i = 0; i < length; ++i)
    out = out << 8 | static_cast<unsigned char>(bytes[at + i]);
  return out;
}

bool is_link(std::string_view text) {
  if (!text.starts_with("https://")) return false;
  const std::string_view path = text.substr(0, text.find('?'));
  for (const char* kind : {".jpg", ".jpeg", ".png", ".webp", ".JPG", ".JPEG", ".PNG", ".WEBP"}) {
    if (path.ends_with(kind)) return true;
  }
  return false;
}

std::string refuse_text(const json::Value& encoded, std::string_view what, std::size_t most) {
  const auto text = from_base64(encoded.text());
  if (!text || text->empty()) return std::string(what) + " is not base64";
  if (characters(*text) > most) return std::string(what) + " is too long";
  return {};
}

const Attribute* find(const std::vector<Attribute>& list, std::string_view code) {
  for (const Attribute& a : list) {
    if (a.code == code) return &a;
  }
  return nullptr;
}

std::string refuse_value(const Attribute& a, std::string_view value) {
  if (value.empty() || value == "-") return "Attribute " + a.name + " must not be empty or '-'";
  if (characters(value) > 255) return "Attribute " + a.name + " is too long";
  if (a.type != "DESCRIPTIVE_ATTRIBUTE" &&
      std::find(a.options.begin(), a.options.end(), value) == a.options.end())
    return "Attribute " + a.name + " has no option " + std::string(value);
  return {};
}

std::string refuse_attributes(const std::vector<Attribute>& list, const json::Value& given) {
  for (const auto& [code, value] : given.members()) {
    const Attribute* a = find(list, code);
    if (!a || a->variant_creating) return "Attribute " + code + " is not of this category";
    if (std::string why = refuse_value(*a, value.text()); !why.empty()) return why;
  }
  for (const Attribute& a : list) {
    if (a.mandatory && !a.variant_creating && !given.members().find(a.code))
      return "Attribute " + a.name + " is mandatory";
  }
  return {};
}

std::string refuse_item(const std::vector<Attribute>& list, const json::Value& item,
                        const json::Object& images) {
  if (item["sellerSku"].text().empty()) return "sellerSku is required";
  const std::string of = " of " + std::string(item["sellerSku"].text());
  const auto regular = item["price"]["regular"].as_int64(), sale = item["price"]["sale"].as_int64();
  if (!regular || *regular < 1'000 || *regular > 1'000'000'000)
    return "Price" + of + " is out of range";
  if (sale && (*sale > *regular || *sale < 1)) return "Sale price" + of + " is above its price";
  const auto stock = item["stock"]["available"].as_int64();
  if (!stock || *stock < 0 || *stock > 999'999) return "Stock" + of + " is out of range";
  if (const auto minimum = item["stock"]["minimum"].as_int64(); minimum && *minimum < 1)
    return "Minimum stock" + of + " is below 1";
  const json::Array& names = item["images"].items();
  if (names.empty() || names.size() > 8) return "1 to 8 images are allowed" + of;
  for (const json::Value& name : names) {
    if (!images.find(name.text()))
      return "Image " + std::string(name.text()) + " is not in imageMap";
  }
  for (const auto& [code, value] : item["variantAttribute"].members()) {
    const Attribute* a = find(list, code);
    if (!a || !a->variant_creating) return "Variant attribute " + code + " is not of this category";
    if (std::string why = refuse_value(*a, value.text()); !why.empty()) return why;
  }
  return {};
}

}  // namespace

std::string refuse_image(const json::Value& data) {
  const std::string_view text = data.text();
  if (text.starts_with("http")) {
    return is_link(text) ? std::string() : "Image link must be public https with a known extension";
  }
  if (text.starts_with("data:")) return "Image data must not have a prefix";
  const auto bytes = from_base64(text);
  if (!bytes || bytes->empty()) return "Image is not base64";
  if (bytes->size() > kImageBytes) return "Image is larger than 4 MB";
  if (bytes->starts_with("\x89PNG\r\n\x1A\n") && bytes->size() >= 24) {
    if (number_at(*bytes, 16, 4) < kLeastPixels || number_at(*bytes, 20, 4) < kLeastPixels)
      return "Image is smaller than 600 x 600";
    return {};
  }
  // JPEG and WEBP are believed by their first bytes.
  if (bytes->starts_with("\xFF\xD8\xFF") || bytes->starts_with("RIFF")) return {};
  return "Image is not jpg, jpeg, png or webp";
}

std::string refuse_product(const World& world, const Store& store, const json::Value& product) {
  const std::string_view name = product["name"].text();
  if (name.empty() || characters(name) > 150) return "Product name must have 1 to 150 characters";
  const Category* c = category(product["categoryCode"].text());
  if (!c) return "Category is not found or not of the deepest level";
  const std::string_view brand = product["brandCode"].text();
  const bool known = std::any_of(brands().begin(), brands().end(),
                                 [&](const Brand& b) { return b.code == brand; });
  if (!known && (!brand.empty() || product["newBrand"].text().empty()))
    return "Brand is not registered";
  if (!known && world.enabled("refuse_new_brands")) return "Brand is not registered";
  if (std::find(store.pickup_points.begin(), store.pickup_points.end(),
                product["pickupPointCode"].text()) == store.pickup_points.end())
    return "Pickup point is not of this store";
  if (auto why = refuse_text(product["description"], "Description", 5000); !why.empty()) return why;
  if (auto why = refuse_text(product["uniqueSellingPoint"], "Unique selling point", 400);
      !why.empty())
    return why;
  for (const char* side : {"length", "width", "height", "weight"}) {
    const auto n = product["dimension"][side].as_double();
    if (!n || *n <= 0) return "Dimension " + std::string(side) + " must be above 0";
  }
  const std::vector<Attribute> list = attributes_of(*c);
  if (auto why = refuse_attributes(list, product["attributes"]); !why.empty()) return why;
  const json::Object& images = product["imageMap"].members();
  if (images.empty()) return "At least one image is required";
  for (const auto& [key, data] : images) {
    if (auto why = refuse_image(data); !why.empty()) return why;
  }

  const json::Array& items = product["productItems"].items();
  if (items.empty() || items.size() > 50) return "1 to 50 variants are allowed";
  std::set<std::string> skus, combinations;
  std::optional<std::string> axes;
  for (const json::Value& item : items) {
    if (auto why = refuse_item(list, item, images); !why.empty()) return why;
    if (!skus.emplace(item["sellerSku"].text()).second) return "sellerSku must be unique";
    std::string codes;
    for (const auto& [code, value] : item["variantAttribute"].members()) codes += code + ",";
    if (axes && *axes != codes) return "All variants need the same variant attributes";
    axes = codes;
    if (!combinations.insert(json::dump(item["variantAttribute"])).second)
      return "Variant attribute combinations must be unique";
  }
  if (items.size() > 1 && axes->empty()) return "Several variants need a variant attribute";
  return {};
}

}  // namespace gerbang::sandbox::blibli
