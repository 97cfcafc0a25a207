#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "connectors/lazada/facts.hpp"
#include "connectors/lazada/lazada.hpp"
#include "connectors/lazada/sign.hpp"
#include "core/base/url.hpp"
#include "tests/kit/fixtures.hpp"
#include "tests/kit/script.hpp"

// Tests only: fixtures by name, a context with facts, the village's coffee, and scripts of Lazada
// calls whose signature and parameters are checked.
namespace gerbang::lazada::testing {

inline constexpr const char* kOrder = "1726401882231190003";
inline constexpr const char* kItem = "8012345678";

inline json::Value fixture_file(const std::string& name) {
  return kit::read_fixture(GERBANG_LAZADA_FIXTURES, name);
}
inline json::Value body_of(const std::string& name) {
  return fixture_file(name)["response"];
}
inline HttpResponse answer(const std::string& name) {
  return kit::reply(json::dump(body_of(name)));
}
// `detail`: a JSON array, or nothing.
inline std::string refusal(const std::string& code, const std::string& message = "",
                           const std::string& detail = "") {
  std::string out = R"({"code":")" + code + R"(","type":"ISP","message":")" + message + "\"";
  if (!detail.empty()) out += R"(,"detail":)" + detail;
  return out + R"(,"request_id":"2101aa"})";
}

inline CallContext context() {
  CallContext ctx;
  ctx.app.channel = "lazada";
  ctx.app.app_id = "990017";
  ctx.app.secret = Secret("kunci-contoh-bukan-rahasia");
  ctx.app.api_url = "https://api.lazada.example/rest";
  ctx.app.auth_url = "https://auth.lazada.example/oauth/authorize";
  ctx.app.redirect_url = "https://gerbang.desa.example/oauth/lazada/callback";
  ctx.shop = "shp_01";
  ctx.remote_shop_id = "400123456789";
  ctx.access_token = Secret("50000contoh-akses-1");
  ctx.refresh_token = Secret("50001contoh-segar-1");
  ctx.now = from_unix_seconds(1'795'485'600);  // 2026-11-24 09:00 WIB
  return ctx;
}

inline CallContext context_with_facts() {
  CallContext ctx = context();
  json::Array brands;
  add_brands(body_of("brands_1"), brands);
  add_brands(body_of("brands_2"), brands);
  json::Object shop;
  shop.append("categories", categories_from(body_of("category_tree")["data"]));
  shop.append("no_brand", no_brand_of(brands));
  shop.append("brands", std::move(brands));
  json::Object category;
  category.append("category", "10100021");
  category.append("attributes", attributes_from(body_of("category_attributes")["data"]));
  ctx.shop_facts = std::make_shared<const json::Value>(std::move(shop));
  ctx.category_facts = std::make_shared<const json::Value>(std::move(category));
  return ctx;
}

inline ListingDraft coffee() {
  ListingDraft d;
  d.unit = d.code = "KOPI";
  d.title = "Kopi Robusta Desa Sukamaju";
  d.description = "Kopi sangrai sedang.\nSimpan <kering>.";
  d.category = "makanan-minuman/minuman-herbal";
  d.channel_category = "10100021";
  d.brand = "sukamaju";
  d.attributes["Negara Asal"] = "indonesia";
  d.attributes["Masa Penyimpanan"] = "12 bulan";
  d.images = {"https://desa.example/kopi.png"};
  d.options.push_back({"Kemasan", {"250 g", "500 g"}});
  d.variants.push_back(kit::variant("KOPI-250", {"250 g"}, 45000, 40, 280, {80, 51, 200}));
  d.variants.push_back(kit::variant("KOPI-500", {"500 g"}, 85000, 15, 545, {80, 51, 200}));
  return d;
}

// A PNG head of 800 × 800.
inline const std::string kPng = std::string("\x89PNG\r\n\x1A\n", 8) +
                                std::string("\0\0\0\rIHDR\0\0\3\x20\0\0\3\x20", 16) + "isi";

// ---- scripts

// All parameters of a request, from query and form.
inline QueryItems params_of(const HttpRequest& r) {
  const auto url = parse_url(r.url);
  QueryItems all = *parse_query(url->query);
  if (r.headers.find("Content-Type").value_or("").starts_with("application/x-www-form")) {
    const QueryItems form = *parse_query(r.body);
    all.insert(all.end(), form.begin(), form.end());
  }
  return all;
}

// Path, method, signature and common parameters.
inline void expect_signed(const HttpRequest& r, const std::string& path, Method method) {
  const auto url = parse_url(r.url);
  ASSERT_TRUE(url) << r.url;
  const bool token_call = path.starts_with("/auth/");
  EXPECT_EQ(url->host, token_call ? "auth.lazada.example" : "api.lazada.example");
  EXPECT_EQ(url->path, "/rest" + path);
  EXPECT_EQ(r.method, method);
  const QueryItems all = params_of(r);
  const CallContext ctx = context();
  EXPECT_EQ(query_value(all, "app_key"), "990017");
  EXPECT_EQ(query_value(all, "sign_method"), "sha256");
  EXPECT_EQ(query_value(all, "timestamp"), "1795485600000");
  EXPECT_EQ(query_value(all, "access_token").has_value(), !token_call);
  EXPECT_EQ(query_value(all, "sign"), sign_request(path, all, ctx.app.secret));
  for (const auto& [name, value] : all) EXPECT_FALSE(value.empty()) << name;
}

using Wanted = std::vector<std::pair<std::string, std::string>>;
inline void expect_params(const HttpRequest& r, const Wanted& wanted) {
  const QueryItems all = params_of(r);
  for (const auto& [name, value] : wanted) EXPECT_EQ(query_value(all, name), value) << name;
}

inline kit::Step get(const std::string& path, Wanted wanted, HttpResponse response,
                     Effect effect = Effect::read) {
  return kit::step(
      path,
      [=](const HttpRequest& r) {
        expect_signed(r, path, Method::get);
        EXPECT_EQ(r.effect, effect);
        EXPECT_TRUE(r.body.empty());
        expect_params(r, wanted);
      },
      std::move(response));
}

inline kit::Step post(const std::string& path, Effect effect, Wanted wanted,
                      HttpResponse response) {
  return kit::step(
      path,
      [=](const HttpRequest& r) {
        expect_signed(r, path, Method::post);
        EXPECT_EQ(r.effect, effect);
        const auto url = parse_url(r.url);
        for (const auto& [name, value] : wanted)
          EXPECT_EQ(url->query.find(name + "="), std::string::npos) << "in the URL: " << name;
        expect_params(r, wanted);
      },
      std::move(response));
}

inline kit::Step image(const std::string& url, const std::string& bytes = kPng) {
  HttpResponse r;
  r.status = 200;
  r.body = bytes;
  return kit::step(
      "image",
      [=](const HttpRequest& asked) {
        EXPECT_EQ(asked.url, url);
        EXPECT_EQ(asked.trust, Trust::tenant);
        EXPECT_EQ(asked.headers.size(), 0u) << "nothing of the shop travels to the seller's server";
      },
      r);
}
inline kit::Step upload(HttpResponse response) {
  return kit::step(
      "/image/upload",
      [](const HttpRequest& r) {
        expect_signed(r, "/image/upload", Method::post);
        const auto parts = parse_multipart(*r.headers.find("Content-Type"), r.body);
        ASSERT_TRUE(parts);
        ASSERT_EQ(parts->size(), 1u);
        EXPECT_EQ(parts->front().field, "image");
        EXPECT_EQ(parts->front().bytes, kPng);
      },
      std::move(response));
}

inline std::vector<kit::Fault> faults() {
  std::vector<kit::Fault> out = kit::standard_faults(
      {refusal("IllegalAccessToken", "The specified access token is invalid or expired")});
  using K = ErrorKind;
  HttpResponse html = kit::reply("<html>", 403);
  html.headers.set("Content-Type", "text/html");
  out.push_back({"HTML with 403", html, {K::transient}, {}, std::nullopt});
  html.status = 502;
  out.push_back({"HTML with 502", html, {K::transient}, {K::indeterminate}, std::nullopt});
  out.push_back({"frequency limit",
                 kit::reply(refusal("ApiCallLimit",
                                    "Api access frequency exceeds the limit. this ban will last 3 "
                                    "seconds")),
                 {K::throttled},
                 {},
                 std::chrono::seconds(3)});
  out.push_back({"limit without a ban",
                 kit::reply(refusal("ApiCallLimit", "this ban will last 0 seconds")),
                 {K::throttled},
                 {},
                 std::chrono::seconds(1)});
  out.push_back({"901", kit::reply(refusal("901", "E901: too frequent")), {K::throttled}, {}, {}});
  for (const char* code : {"6", "1000", "ServiceTimeout", "15"})
    out.push_back(
        {code, kit::reply(refusal(code)), {K::transient}, {K::indeterminate}, std::nullopt});
  out.push_back({"wrong key", kit::reply(refusal("IncompleteSignature")), {K::forbidden}, {}, {}});
  out.push_back({"closed shop", kit::reply(refusal("SellerNotActive")), {K::forbidden}, {}, {}});
  out.push_back({"a list", kit::reply("[]"), {K::transient}, {K::indeterminate}, {}});
  out.push_back({"no code", kit::reply(R"({"data":{}})"), {K::transient}, {K::indeterminate}, {}});
  out.push_back({"yes with 503",
                 kit::reply(R"({"code":"0","data":{}})", 503),
                 {K::transient},
                 {K::indeterminate},
                 {}});
  return out;
}

// In these `data` carries nothing that must be there.
inline bool answers_bare(const kit::Step& step) {
  for (const char* path : {"/product/update", "/product/deactivate", "/product/remove",
                           "/order/reverse/cancel/seller/decide"}) {
    if (step.name == path) return true;
  }
  return false;
}

// Plays the script straight, then with every fault at every step, with a success that says nothing
// where something must be said, and dropped everywhere. Gives the straight outcome.
template <class Make>
auto play_all(Make make, const kit::Script& script) {
  auto outcome = kit::play(make(), script);
  EXPECT_TRUE(outcome) << outcome.error().describe();
  kit::fail_every_step(make, script, faults());
  kit::drop_at_every_step(make, script);
  for (std::size_t at = 0; at < script.size(); ++at) {
    if (script[at].optional || script[at].name == "image" || answers_bare(script[at])) continue;
    SCOPED_TRACE("a bare success for " + script[at].name);
    HttpRequest failed;
    const auto odd = kit::play_with_fault(make(), script, at,
                                          kit::reply(R"({"code":"0","request_id":"1"})"), &failed);
    EXPECT_FALSE(odd && kit::all_done(*odd)) << "a success";
    if (!odd) {
      EXPECT_TRUE(odd.error().kind == ErrorKind::transient ||
                  odd.error().kind == ErrorKind::indeterminate)
          << odd.error().describe();
    }
  }
  return outcome ? std::optional(*std::move(outcome)) : std::nullopt;
}

}  // namespace gerbang::lazada::testing
