// What stands before every call, and tokens.
#include <fstream>
#include <sstream>

#include "connectors/tokopedia/sandbox/gateway.hpp"
#include "connectors/tokopedia/sandbox/test_client.hpp"

namespace gerbang::sandbox::tokopedia {
namespace {

json::Value vectors() {
  std::ifstream in(std::string(GERBANG_TOKOPEDIA_SANDBOX_FIXTURES) + "/signing.json");
  std::stringstream text;
  text << in.rdbuf();
  return json::parse(text.str()).value_or(json::Value());
}

TEST(TokopediaVectors, TheSandboxTakesWhatOtherPeoplesPackagesSent) {
  const json::Value all = vectors();
  ASSERT_EQ(all["requests"].items().size(), 22u);
  for (const json::Value& v : all["requests"].items()) {
    SCOPED_TRACE(v["id"].text());
    QueryItems query;
    for (const auto& [name, value] : v["query_decoded_without_sign"].members())
      query.emplace_back(name, value.to_text());
    const bool with_body = v["body_signed"].as_bool().value_or(true);
    EXPECT_EQ(sign_request(v["path"].text(), query,
                           with_body ? v["body_utf8"].text() : std::string_view(),
                           v["app_secret"].text()),
              v["sign"].text());
  }
  for (const json::Value& v : all["webhooks"].items()) {
    const bool ours = sign_webhook(v["app_key"].text(), v["body_utf8"].text(),
                                   v["app_secret"].text()) == v["authorization_header"].text();
    EXPECT_EQ(ours, v["expect"].text() == "accept") << v["id"].text();
  }
}

using TokopediaGateway = TokopediaTest;
constexpr const char* kShops = "/authorization/202309/shops";
constexpr const char* kWarehouses = "/logistics/202309/warehouses";

TEST_F(TokopediaGateway, PathsMethodsAndVersions) {
  EXPECT_EQ(get("/product/202309/nothing").code(), 36009009);
  EXPECT_EQ(get("/product/209912/categories").code(), 36009009);
  EXPECT_EQ(post(kWarehouses, "{}").code(), 36009010);
  EXPECT_EQ(get(kWarehouses).code(), 0);
  EXPECT_EQ(post("/product/202309/products/search", "{}", {{"page_size", "1"}}).code(), 0);
  EXPECT_EQ(post("/product/202502/products/search", "{}", {{"page_size", "1"}}).code(), 0);
  EXPECT_EQ(get("/product/202309/products/abc").code(), 36009009) << "ids are digits";
}

TEST_F(TokopediaGateway, TheSignatureCoversPathQueryAndBody) {
  EXPECT_EQ(get(kWarehouses, {{"extra", "ok"}}).code(), 0) << "unknown ones are fine when signed";
  Answered wrong = get(kWarehouses, {{"sign", std::string(64, 'a')}});
  EXPECT_EQ(wrong.code(), 106001);
  EXPECT_EQ(wrong.status, 401);
  Params params = common();
  params["sign"] = sign(kShops, params, "");
  EXPECT_EQ(get(kWarehouses, params).code(), 106001) << "signed for another path";
  EXPECT_EQ(get(kWarehouses, {{"sign", sign(kWarehouses, common(), "x")}}).code(), 106001);
  EXPECT_EQ(call(Method::post, "/product/202309/inventory/search", {}, R"({"product_ids":["1"]})",
                 R"({"product_ids":["2"]})")
                .code(),
            106001);
  EXPECT_EQ(get(kWarehouses, {{"sign", ""}, {"app_key", "other"}}).code(), 36009004);
}

TEST_F(TokopediaGateway, AnEmptyBodyMaySignEitherWayUnlessItIsStrict) {
  const auto search = [&](const std::string& body, const std::string& signed_body) {
    return call(Method::post, "/order/202309/orders/search", {}, body, signed_body).code();
  };
  EXPECT_EQ(search("{}", "{}"), 0);
  EXPECT_EQ(search("{}", ""), 0);
  EXPECT_EQ(search("[]", "[]"), 0);
  EXPECT_EQ(search(R"({"order_status":"UNPAID"})", ""), 106001);
  set(R"({"sign_mode":"strict"})");
  EXPECT_EQ(search("{}", ""), 106001);
  EXPECT_EQ(search("{}", "{}"), 0);
}

TEST_F(TokopediaGateway, TheClockIsLookedAtOnBothSides) {
  const auto at = [&](std::int64_t shift) {
    return get(kWarehouses, {{"timestamp", std::to_string(to_unix_seconds(clock_.now()) + shift)}})
        .code();
  };
  EXPECT_EQ(at(-300), 0);
  EXPECT_EQ(at(-301), 36009004);
  EXPECT_EQ(at(30), 0);
  EXPECT_EQ(at(31), 36009004);
  EXPECT_EQ(get(kWarehouses, {{"timestamp", "0"}}).code(), 36009004);
}

TEST_F(TokopediaGateway, TheTokenTheScopeAndTheCipher) {
  EXPECT_EQ(get(kShops).code(), 36009004) << "a cipher where none is wanted";
  EXPECT_EQ(get(kShops, {{"shop_cipher", ""}}).code(), 0);
  EXPECT_EQ(get(kWarehouses, {{"shop_cipher", ""}}).code(), 106013);
  EXPECT_EQ(get(kWarehouses, {{"shop_cipher", "GCP_other"}}).code(), 101000);
  const std::string good = access_;
  access_ = "GB_AT_forged";
  EXPECT_EQ(get(kWarehouses).code(), 36009004);
  access_ = good;
  set(R"({"scopes":["seller.order.info"]})");
  EXPECT_EQ(get(kWarehouses).code(), 105005);
  set(R"({"scopes":null})");
  clock_.advance(std::chrono::hours(24 * 7));
  EXPECT_EQ(get(kWarehouses).code(), 105002);
}

TEST_F(TokopediaGateway, TooManyCallsOfOneEndpoint) {
  set(R"({"calls_per_second":2,"retry_after_seconds":4})");
  EXPECT_EQ(get(kWarehouses).code(), 0);
  EXPECT_EQ(get(kWarehouses).code(), 0);
  const Answered busy = get(kWarehouses);
  EXPECT_EQ(busy.code(), 36009002);
  EXPECT_EQ(busy.status, 429);
  EXPECT_EQ(busy.http.headers.find("Retry-After"), "4");
  EXPECT_EQ(post("/order/202309/orders/search", "{}").code(), 0) << "per endpoint";
  clock_.advance(std::chrono::seconds(1));
  EXPECT_EQ(get(kWarehouses).code(), 0);
}

TEST_F(TokopediaGateway, BodiesThatAreNone) {
  EXPECT_EQ(post("/product/202309/inventory/search", "{\"a\":").code(), 36009022);
  EXPECT_EQ(post("/product/202309/inventory/search", "\"x\"").code(), 36009022);
  EXPECT_EQ(post("/product/202309/images/upload", "{}", {{"shop_cipher", ""}}).code(), 36009023);
}

TEST_F(TokopediaGateway, CodesAreUsedOnceAndEnd) {
  const auto code = [&] {
    return std::string(control(Method::post, "consent", "{}")["query"]["code"].text());
  };
  const std::string once = code();
  EXPECT_EQ(token("get", "grant_type=authorized_code&auth_code=" + once).code(), 0);
  EXPECT_EQ(token("get", "grant_type=authorized_code&auth_code=" + once).code(), 36004004);
  const std::string late = code();
  clock_.advance(std::chrono::minutes(30));
  EXPECT_EQ(token("get", "grant_type=authorized_code&auth_code=" + late).code(), 36004004);
  EXPECT_EQ(token("get", "grant_type=authorization_code&auth_code=" + code()).code(), 36009004)
      << "not the OAuth spelling";
  EXPECT_EQ(decode(send(Method::get,
                        "/api/v2/token/get?app_key=" + std::string(kTestApp) + "&app_secret=x"))
                .code(),
            36009004);
}

TEST_F(TokopediaGateway, RefreshTokensRotateByDefault) {
  const std::string query = "grant_type=refresh_token&refresh_token=";
  const Answered fresh = token("refresh", query + refresh_);
  ASSERT_EQ(fresh.code(), 0);
  EXPECT_EQ(fresh.data()["access_token_expire_in"].as_int64(),
            to_unix_seconds(clock_.now()) + 7 * 86400)
      << "a moment";
  EXPECT_EQ(token("refresh", query + refresh_).code(), 36004004);
  set(R"({"withdraw":{"shop_id":")" + shop_ + "\"}}");
  EXPECT_EQ(token("refresh", query + std::string(fresh.data()["refresh_token"].text())).code(),
            36004004);
}

TEST_F(TokopediaGateway, TheSellersPageLeadsBackToTheAppsAddress) {
  const auto open = [&](const std::string& query) { return send(Method::get, "/auth?" + query); };
  EXPECT_EQ(open("app_key=other&state=s").status, 400);
  const HttpResponse page = open("app_key=" + std::string(kTestApp) + "&state=s%201");
  ASSERT_EQ(page.status, 302);
  const std::string back(*page.headers.find("Location"));
  EXPECT_TRUE(back.starts_with("https://gerbang.desa.example/oauth/tokopedia/callback?code="))
      << back;
  EXPECT_NE(back.find("state=s%201"), std::string::npos);
  set(R"({"redirect_url":"https://lain.example/kembali"})");
  const HttpResponse from_store = send(Method::get, "/open/authorize?service_id=7000000000001");
  const std::string stateless(*from_store.headers.find("Location"));
  EXPECT_TRUE(stateless.starts_with("https://lain.example/kembali?"));
  EXPECT_EQ(stateless.find("state="), std::string::npos) << "from the app store there is none";
}

}  // namespace
}  // namespace gerbang::sandbox::tokopedia
