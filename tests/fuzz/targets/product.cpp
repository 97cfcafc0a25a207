// JSON to the canonical product: what is accepted prints and reads back as the same product; what
// is refused says where, with codes of the catalogue.
#include "core/model/product.hpp"

#include <algorithm>

#include "tests/fuzz/harness.hpp"

using namespace gerbang;

namespace {

bool same(const Variant& a, const Variant& b) {
  return a.sku == b.sku && a.options == b.options && a.barcode == b.barcode &&
         a.weight_grams == b.weight_grams && a.package_mm == b.package_mm && a.price == b.price &&
         a.channel_prices == b.channel_prices && a.components == b.components;
}
bool same(const Permit& a, const Permit& b) {
  return a.kind == b.kind && a.number == b.number && a.expires == b.expires;
}
bool same(const Option& a, const Option& b) {
  return a.name == b.name && a.values == b.values;
}
bool same(const ChannelOverride& a, const ChannelOverride& b) {
  return a.title == b.title && a.description == b.description && a.category == b.category &&
         a.brand == b.brand && a.attributes == b.attributes && a.listed == b.listed;
}
template <class T>
bool same(const std::vector<T>& a, const std::vector<T>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](const T& x, const T& y) { return same(x, y); });
}

// Member by member: a printer that leaves one out would agree with itself.
bool same(const Product& a, const Product& b) {
  return a.code == b.code && a.title == b.title && a.description == b.description &&
         a.category == b.category && a.brand == b.brand && a.condition == b.condition &&
         a.attributes == b.attributes && a.images == b.images && same(a.permits, b.permits) &&
         same(a.options, b.options) && same(a.variants, b.variants) &&
         std::equal(a.channels.begin(), a.channels.end(), b.channels.begin(), b.channels.end(),
                    [](const auto& x, const auto& y) {
                      return x.first == y.first && same(x.second, y.second);
                    });
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const fuzz::MemoryWatch memory;
  const auto body = json::parse(text);
  if (!body) return 0;  // the target `json`
  const std::string code =
      (*body)["code"].is_string() ? std::string((*body)["code"].text()) : "KOPI-ROBUSTA";
  const auto product = product_from_json(code, *body);
  fuzz::check_memory(memory, size, 256 * 1024);
  if (!product) {
    fuzz::check_error(product.error());
    FUZZ_CHECK(product.error().code == "product_invalid", product.error().describe());
    FUZZ_CHECK(!product.error().fields.empty() && product.error().fields.size() <= 100,
               product.error().describe());
    // A NIK is never repeated, whatever it stands in.
    for (const FieldError& f : product.error().fields) {
      if (f.code == "nik_not_stored") FUZZ_CHECK(!contains_nik(f.detail), f.detail);
    }
    return 0;
  }
  FUZZ_CHECK(is_code(product->code) && !product->variants.empty(), product->code);
  for (const Variant& v : product->variants) {
    FUZZ_CHECK(is_code(v.sku), v.sku);
    FUZZ_CHECK(v.options.size() == product->options.size(), v.sku);
    FUZZ_CHECK(product->variant(v.sku) == &v, v.sku);
    if (v.price) FUZZ_CHECK(v.price->amount > 0 && v.price->amount <= kMaxAmount, v.sku);
    for (const Component& c : v.takes())
      FUZZ_CHECK(is_code(c.item) && c.quantity > 0 && c.quantity <= kMaxQuantity, v.sku);
  }
  const json::Value printed = to_json(*product);
  const auto again = product_from_json(product->code, printed);
  FUZZ_CHECK(again, again ? ""
                          : again.error().fields.at(0).field + " " +
                                again.error().fields.at(0).code + " in " + json::dump(printed));
  FUZZ_CHECK(same(*again, *product), json::dump(printed));
  FUZZ_CHECK(json::dump(to_json(*again)) == json::dump(printed), json::dump(printed));
  return 0;
}
