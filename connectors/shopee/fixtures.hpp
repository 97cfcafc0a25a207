#pragma once

#include <fstream>
#include <memory>
#include <sstream>
#include <stdexcept>
#include <string>

#include "core/connector/types.hpp"

// What the tests of this connector share: fixtures by name, a context, the village's coffee.
namespace gerbang::shopee::testing {

inline json::Value fixture_file(const std::string& name) {
  std::ifstream in(std::string(GERBANG_SHOPEE_FIXTURES) + "/" + name + ".json");
  std::stringstream text;
  text << in.rdbuf();
  auto parsed = json::parse(text.str());
  if (!in || !parsed) throw std::runtime_error("no readable fixture " + name);
  return *std::move(parsed);
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
  const auto variant = [&](std::string sku, std::string option, std::int64_t price, Quantity stock,
                           std::int64_t grams) {
    DraftVariant v;
    v.sku = std::move(sku);
    v.options = {std::move(option)};
    v.price = {price, "IDR"};
    v.stock = stock;
    v.weight_grams = grams;
    v.package_mm = std::array<std::int64_t, 3>{80, 50, 200};
    d.variants.push_back(std::move(v));
  };
  variant("KOPI-250", "250 g", 45000, 40, 280);
  variant("KOPI-500", "500 g", 85000, 15, 540);
  return d;
}

inline const std::string kPng = std::string("\x89PNG\r\n\x1A\n", 8) + "isi";
inline const std::string kJpeg = std::string("\xFF\xD8\xFF\xE0", 4) + "isi";

}  // namespace gerbang::shopee::testing
