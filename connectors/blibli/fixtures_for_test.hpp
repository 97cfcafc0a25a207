#pragma once

#include <string>

#include "connectors/blibli/access.hpp"
#include "connectors/blibli/facts.hpp"
#include "core/connector/types.hpp"
#include "tests/kit/fixtures.hpp"

// What the tests of this connector share: fixtures by name, a context, the village's coffee.
namespace gerbang::blibli::testing {

inline json::Value fixture_file(const std::string& name) {
  return kit::read_fixture(GERBANG_BLIBLI_FIXTURES, name);
}

// The body that Blibli would send.
inline json::Value fixture_value(const std::string& name) {
  return fixture_file(name)["response"];
}
inline std::string fixture(const std::string& name) {
  return json::dump(fixture_value(name));
}

// The seller family's form of a refusal; the older one adds success:false.
inline std::string refusal(const std::string& code, const std::string& message = "") {
  return json::dump(
      json::object({{"requestId", "gerbang-1"}, {"errorCode", code}, {"errorMessage", message}}));
}
inline std::string refusal_mta(const std::string& code, const std::string& message = "") {
  return json::dump(json::object({{"requestId", "gerbang-3"},
                                  {"headers", nullptr},
                                  {"errorMessage", message},
                                  {"errorCode", code},
                                  {"success", false},
                                  {"value", nullptr}}));
}

inline const std::string kSellerKey =
    "FABC0D185ACAC239C2DE08B40FBDE475FE86539545E9A11A8BC8F35FCC664695";

inline Access access() {
  Access out;
  out.store_code = "DES-70001";
  out.seller_key = Secret(kSellerKey);
  out.signature_key = Secret("rahasia-desa-01");
  out.username = "admin@bumdes.example";
  out.pickup_point = "PP-3000188";
  return out;
}

inline CallContext context() {
  CallContext ctx;
  ctx.app.channel = "blibli";
  ctx.app.app_id = "mta-api-gerbang-desa-1a2b3";
  ctx.app.secret = Secret("mta-api-kunci-klien-contoh");
  ctx.app.push_secret = Secret("kunci-webhook-01");
  ctx.app.api_url = "https://api.blibli.example";
  ctx.app.hook_url = "https://gerbang.example/hooks/blibli";
  ctx.shop = "shp_01";
  ctx.remote_shop_id = "DES-70001";
  ctx.access_token = pack(access());
  ctx.now = from_unix_millis(1'740'885'330'007);
  ctx.nonce = "00112233445566778899aabbccddeeff";
  return ctx;
}

inline CallContext context_with_facts() {
  CallContext ctx = context();
  ctx.shop_facts = std::make_shared<const json::Value>(
      json::object({{"categories", categories_from(fixture_value("categories"))},
                    {"pickup_points", pickup_points_from(fixture_value("pickup_points"))},
                    {"couriers", couriers_from(fixture_value("logistics"))}}));
  ctx.category_facts = std::make_shared<const json::Value>(json::object(
      {{"category", "KO-1000023"}, {"attributes", attributes_from(fixture_value("attributes"))}}));
  return ctx;
}

inline ListingDraft coffee() {
  ListingDraft d;
  d.unit = "KOPI";
  d.code = "KOPI";
  d.title = "Kopi Robusta Desa Sukamaju";
  d.description = "Kopi robusta sangrai sedang dari BUM Desa Sukamaju.";
  d.category = "makanan-minuman/kopi";
  d.attributes["negara asal"] = "indonesia";
  d.images = {"https://desa.example/kopi.png"};
  d.options.push_back({"Kemasan", {"250 g", "500 g"}});
  d.variants.push_back(kit::variant("KOPI-250", {"250 g"}, 45000, 40, 280, {81, 50, 200}));
  d.variants.push_back(kit::variant("KOPI-500", {"500 g"}, 85000, 15, 540, {81, 50, 200}));
  return d;
}

}  // namespace gerbang::blibli::testing
