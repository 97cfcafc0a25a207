#pragma once

#include <memory>
#include <stdexcept>
#include <string>

#include "core/connector/types.hpp"
#include "tests/kit/fixtures.hpp"

// What the tests of this connector share: fixtures, a context, the village's goods.
namespace gerbang::woocommerce::testing {

inline constexpr const char* kShop = "https://toko-desa.example";
inline constexpr const char* kKey = "ck_0123456789abcdef0123456789abcdef01234567";
inline constexpr const char* kSecret = "cs_76543210fedcba9876543210fedcba9876543210";

inline json::Value fixture_file(const std::string& name) {
  return kit::read_fixture(GERBANG_WOOCOMMERCE_FIXTURES, name);
}

// The answer that a real shop gave.
inline HttpResponse recorded(const std::string& name) {
  static const json::Value all = fixture_file("recorded_11.0.1");
  for (const json::Value& e : all["exchanges"].items()) {
    if (e["name"].text() != name) continue;
    HttpResponse out;
    out.status = static_cast<int>(e["response"]["status"].as_int64().value_or(0));
    for (const auto& [field, value] : e["response"]["headers"].members())
      out.headers.set(field, value.text());
    out.body = e["response"]["body"].text();
    return out;
  }
  throw std::runtime_error("no recorded exchange " + name);
}
inline json::Value recorded_body(const std::string& name) {
  return *json::parse(recorded(name).body);
}

// A recorded object with some of its members changed.
inline std::string changed(json::Value value, const std::string& patch) {
  return json::dump(json::merge_patch(std::move(value), *json::parse(patch)));
}

inline CallContext context() {
  CallContext ctx;
  ctx.app.channel = "woocommerce";
  ctx.app.push_secret = Secret("rahasia-kail-desa");
  ctx.app.hook_url = "https://gerbang.example/hooks/woocommerce";
  ctx.shop = "shp_1";
  ctx.remote_shop_id = kShop;
  ctx.access_token = Secret(std::string(kKey) + ":" + kSecret);
  ctx.now = *from_rfc3339("2026-11-24T02:20:00Z");
  ctx.nonce = "00112233445566778899aabbccddeeff";
  ctx.shop_facts = std::make_shared<const json::Value>(*json::parse(
      R"({"currency":"IDR","weight_unit":"kg","categories":[)"
      R"({"id":"15","name":"Uncategorized","slug":"uncategorized"},)"
      R"({"id":"16","name":"Gula Aren","slug":"gula-aren"},{"id":"17","name":"Kaos","slug":"kaos-oblong"}]})"));
  return ctx;
}

inline DraftVariant variant(const std::string& sku, std::vector<std::string> options,
                            std::int64_t price, Quantity stock, std::int64_t grams) {
  DraftVariant v;
  v.sku = sku;
  v.options = std::move(options);
  v.price = Money{price};
  v.stock = stock;
  v.weight_grams = grams;
  return v;
}

inline ListingDraft sugar() {
  ListingDraft d;
  d.unit = "GULA";
  d.code = "GULA";
  d.title = "Gula Aren 500g";
  d.description = "Gula aren murni";
  d.category = "makanan-minuman/gula-aren";
  d.images = {"https://desa.example/gula.png"};
  d.variants.push_back(variant("GULA-500", {}, 38000, 25, 520));
  return d;
}

inline ListingDraft shirts() {
  ListingDraft d;
  d.unit = "KAOS-D";
  d.code = "KAOS-D";
  d.title = "Kaos Desa";
  d.description = "Kaos katun";
  d.category = "fesyen/kaos";
  d.options.push_back({"Ukuran", {"S", "M"}});
  d.variants.push_back(variant("KAOS-D-S", {"S"}, 75000, 3, 180));
  d.variants.push_back(variant("KAOS-D-M", {"M"}, 80000, 4, 200));
  return d;
}

}  // namespace gerbang::woocommerce::testing
