#pragma once

#include <memory>
#include <string>

#include "core/connector/types.hpp"
#include "tests/kit/fixtures.hpp"

// What the tests of this connector share: fixtures by name, a context, the village's coffee.
namespace gerbang::shopee::testing {

inline json::Value fixture_file(const std::string& name) {
  return kit::read_fixture(GERBANG_SHOPEE_FIXTURES, name);
}

// The body that Shopee would send.
inline std::string fixture(const std::string& name) {
  return json::dump(fixture_file(name)["response"]);
}

inline std::string refusal(const std::string& code, const std::string& message = "") {
  json::Object out;
  out.append("error", code);
  out.append("message", message);
  out.append("request_id", "5f0c2d9ab1e84c7f9e3d6a7b8c901234");
  return json::dump(json::Value(std::move(out)));
}

inline CallContext context() {
  CallContext ctx;
  ctx.app.channel = "shopee";
  ctx.app.app_id = "2001234";
  ctx.app.secret = Secret("kunci-contoh-bukan-rahasia");
  ctx.app.push_secret = Secret("kunci-push-contoh");
  ctx.app.api_url = "https://partner.shopee.example";
  ctx.app.hook_url = "https://gerbang.desa.example/hooks/shopee";
  ctx.app.redirect_url = "https://gerbang.desa.example/oauth/shopee/callback";
  ctx.shop = "shp_01";
  ctx.remote_shop_id = "880012345";
  ctx.access_token = Secret("contoh-akses-0001-satu");
  ctx.refresh_token = Secret("contoh-segar-0001-satu");
  ctx.now = from_unix_seconds(1'771'030'000);
  ctx.nonce = "00";
  return ctx;
}

inline ListingDraft tea() {
  ListingDraft d;
  d.unit = "TEH-100";
  d.code = "TEH-100-P";
  d.title = "Teh Hijau Lereng";
  d.description = "Pucuk teh dari kebun kecil di lereng desa.";
  d.category = "makanan-minuman/kopi";
  d.attributes["negara asal"] = "indonesia";
  d.images = {"https://desa.example/teh.jpg"};
  DraftVariant v;
  v.sku = "TEH-100";
  v.price = {32000, "IDR"};
  v.stock = 25;
  v.weight_grams = 125;
  v.package_mm = std::array<std::int64_t, 3>{91, 60, 150};
  d.variants.push_back(v);
  return d;
}

inline ListingDraft coffee() {
  ListingDraft d;
  d.unit = "KOPI";
  d.code = "KOPI";
  d.title = "Kopi Robusta Desa Sukamaju";
  d.description = "Kopi robusta sangrai sedang dari BUM Desa Sukamaju.";
  d.category = "makanan-minuman/kopi";
  d.attributes["Negara Asal"] = "Indonesia";
  d.images = {"https://desa.example/kopi.png"};
  d.options.push_back({"Kemasan", {"250 g", "500 g"}});
  d.variants.push_back(kit::variant("KOPI-250", {"250 g"}, 45000, 40, 280, {80, 50, 200}));
  d.variants.push_back(kit::variant("KOPI-500", {"500 g"}, 85000, 15, 540, {80, 50, 200}));
  return d;
}

using kit::kJpeg;
using kit::kPng;

}  // namespace gerbang::shopee::testing
