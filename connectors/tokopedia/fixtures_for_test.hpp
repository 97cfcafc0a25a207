#pragma once

#include <memory>
#include <string>

#include "core/connector/types.hpp"
#include "tests/kit/fixtures.hpp"

// What the tests of this connector share: fixtures by name, a context, the village's goods.
namespace gerbang::tokopedia::testing {

inline json::Value fixture_file(const std::string& name) {
  return kit::read_fixture(GERBANG_TOKOPEDIA_FIXTURES, name);
}

// The body that the channel would send, and the data inside it.
inline std::string fixture(const std::string& name) {
  return json::dump(fixture_file(name)["response"]);
}
inline json::Value data_of(const std::string& name) {
  return fixture_file(name)["response"]["data"];
}

inline std::string refusal(std::int64_t code, const std::string& message = "") {
  json::Object out;
  out.append("code", code);
  out.append("message", message);
  out.append("request_id", "2026112407030101018908102A1E8C70B8");
  return json::dump(json::Value(std::move(out)));
}

inline constexpr const char* kShopId = "7494049642642441621";
inline constexpr const char* kCipher = "GCP_gbT0kenXAAAAAH4sumberMakmur01";

inline CallContext context() {
  CallContext ctx;
  ctx.app.channel = "tokopedia";
  ctx.app.app_id = "6gbdemo7k2p9q";
  ctx.app.secret = Secret("kunci-contoh-bukan-rahasia");
  ctx.app.api_url = "https://api.shop.example";
  ctx.app.hook_url = "https://gerbang.desa.example/hooks/tokopedia";
  ctx.app.redirect_url = "https://gerbang.desa.example/oauth/tokopedia/callback";
  ctx.shop = "shp_01";
  ctx.remote_shop_id = kShopId;
  ctx.access_token = Secret("contoh-akses-0001-satu " + std::string(kCipher));
  ctx.refresh_token = Secret("contoh-segar-0001-satu");
  ctx.now = from_unix_seconds(1'795'600'400);
  ctx.nonce = "0b6d3a0e8a4e0f7e0a531d5be2c1f0aa";
  return ctx;
}

inline ListingDraft tea() {
  ListingDraft d;
  d.unit = "TEH-100-P";
  d.code = "TEH-100-P";
  d.title = "Teh Hijau Lereng Petik Pucuk";
  d.description = "Pucuk teh dari kebun kecil di lereng desa.";
  d.category = "makanan-minuman/teh";
  d.attributes["negara asal"] = "indonesia";
  d.images = {"https://desa.example/teh.jpg"};
  d.variants.push_back(kit::variant("TEH-100", {}, 32000, 25, 125, {91, 60, 150}));
  return d;
}

inline ListingDraft coffee() {
  ListingDraft d = tea();
  d.unit = d.code = "KOPI";
  d.title = "Kopi Robusta Desa Sukamaju Sangrai";
  d.category = "makanan-minuman/kopi";
  d.options.push_back({"Kemasan", {"250 g", "500 g"}});
  d.variants.clear();
  d.variants.push_back(kit::variant("KOPI-250", {"250 g"}, 45000, 40, 280, {91, 60, 150}));
  d.variants.push_back(kit::variant("KOPI-500", {"500 g"}, 85000, 15, 540, {91, 60, 150}));
  return d;
}

using kit::kJpeg;
using kit::kPng;
using kit::variant;

}  // namespace gerbang::tokopedia::testing
