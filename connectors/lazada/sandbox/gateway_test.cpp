// Parameters, clock, signature, tokens, limits, envelope.
#include <fstream>
#include <sstream>

#include "connectors/lazada/sandbox/test_client.hpp"
#include "connectors/lazada/sandbox/xml.hpp"

namespace gerbang::sandbox::lazada {
namespace {

TEST_F(LazadaMarket, SignaturesOfOtherPeoplesPackagesAreAccepted) {
  std::ifstream in(std::string(GERBANG_LAZADA_FIXTURES) + "/lazada_signing.json");
  std::stringstream text;
  text << in.rdbuf();
  const json::Value all = *json::parse(text.str());
  int seen = 0;
  for (const json::Value& v : all["vectors"].items()) {
    const std::string path = v["api_path"].to_text();
    if (v["kind"].text() != "api_request" || path == "/test/api") continue;
    SCOPED_TRACE(v["name"].text());
    const json::Value& params = v["params"];
    clock.set(from_unix_millis(*params["timestamp"].to_integral()));
    set(json::object({{"app_key", params["app_key"]}, {"app_secret", v["app_secret"]}}));
    for (const bool right : {true, false}) {
      Params sent;
      for (const auto& [name, value] : params.members()) sent[name] = value.to_text();
      sent["sign"] = v["sign"].to_text();
      if (!right) sent["sign"][0] = sent["sign"][0] == 'A' ? 'B' : 'A';
      const bool form = sent.contains("payload");
      HttpRequest request;
      request.method = form || path.starts_with("/auth") ? Method::post : Method::get;
      Params query_params = sent;
      if (form) {
        request.body = query({{"payload", sent["payload"]}});
        request.headers.set("Content-Type", "application/x-www-form-urlencoded");
        query_params.erase("payload");
      }
      request.url = "/rest" + path + "?" + query(query_params);
      const std::string got = code(send(request));
      // Past the signature its invented token or code is what is wrong.
      if (right) {
        EXPECT_TRUE(got == "IllegalAccessToken" || got == "InvalidCode" ||
                    got == "IllegalRefreshToken")
            << got;
      } else {
        EXPECT_EQ(got, "IncompleteSignature");
      }
    }
    ++seen;
  }
  EXPECT_EQ(seen, 9);
}

TEST_F(LazadaMarket, EverySystemParameterIsDemanded) {
  const std::string path = "/seller/get";
  EXPECT_EQ(code(call(Method::get, path)), "0");
  for (const char* missing : {"app_key", "timestamp", "sign_method", "sign"}) {
    Params params = system(true);
    params["sign"] = sign(path, params);
    params.erase(missing);
    HttpRequest request;
    request.url = "/rest" + path + "?" + query(params);
    EXPECT_EQ(code(send(request)), "MissingParameter") << missing;
    EXPECT_EQ(last.response.status, 200) << "errors arrive with 200";
  }
  const auto with = [&](const char* name, const std::string& value) {
    Params params = system(true);
    params[name] = value;
    params["sign"] = sign(path, params);
    HttpRequest request;
    request.url = "/rest" + path + "?" + query(params);
    return code(send(request));
  };
  EXPECT_EQ(with("app_key", "1"), "InvalidAppKey");
  EXPECT_EQ(with("sign_method", "hmac"), "IncompleteSignature");
  EXPECT_EQ(with("timestamp", "kemarin"), "IllegalTimestamp");
  EXPECT_EQ(with("timestamp", std::to_string(to_unix_millis(clock.now()) - 7'200'000)), "0");
  EXPECT_EQ(with("timestamp", std::to_string(to_unix_millis(clock.now()) - 7'200'001)),
            "IllegalTimestamp");
  EXPECT_EQ(with("timestamp", std::to_string(to_unix_millis(clock.now()) + 7'200'001)),
            "IllegalTimestamp");
  EXPECT_EQ(with("timestamp", to_rfc3339(clock.now())), "0") << "the documented ISO form";
  set(json::object({{"error_status", 400}}));
  EXPECT_EQ(with("app_key", "1"), "InvalidAppKey");
  EXPECT_EQ(last.response.status, 400);
}

TEST_F(LazadaMarket, PathsMethodsAndBodies) {
  EXPECT_EQ(code(call(Method::get, "/tidak/ada")), "InvalidApiPath");
  EXPECT_EQ(code(call(Method::get, "/product/create")), "UnsupportedMethod");
  // A parameter that comes twice with two values.
  Params params = system(true);
  params["sign"] = sign("/seller/get", params);
  HttpRequest request;
  request.url = "/rest/seller/get?" + query(params) + "&app_key=1";
  EXPECT_EQ(code(send(request)), "5");
  // Business parameters as JSON body, objects as their text: what two SDKs do.
  Params all = system(true);
  all["sku_id_list"] = R"(["SkuId_1_2"])";
  Params in_query = system(true);
  in_query["sign"] = sign("/product/remove", all);
  request = HttpRequest();
  request.method = Method::post;
  request.url = "/rest/product/remove?" + query(in_query);
  request.headers.set("Content-Type", "application/json");
  request.body = R"({"sku_id_list":["SkuId_1_2"]})";
  EXPECT_EQ(code(send(request)), "503");
  set(json::object({{"json_bodies", false}}));
  EXPECT_EQ(code(send(request)), "5");
  request.headers.set("Content-Type", "text/plain");
  EXPECT_EQ(code(send(request)), "5");
}

TEST_F(LazadaMarket, ACodeWorksOnceAndNotForLong) {
  const auto fresh = [&] {
    return control(Method::post, "consent", json::object({{"shop_id", shop}}))["query"]["code"]
        .to_text();
  };
  const std::string once = fresh();
  const auto use = [&](const std::string& c) {
    return code(call(Method::post, "/auth/token/create", {{"code", c}}, false));
  };
  EXPECT_EQ(use(once), "0");
  EXPECT_EQ(use(once), "InvalidCode");
  const std::string old = fresh();
  clock.advance(std::chrono::minutes(30));
  EXPECT_EQ(use(old), "InvalidCode");
  EXPECT_EQ(code(call(Method::post, "/auth/token/create", {{"code", old}}, true)),
            "IllegalAccessToken")
      << "no access token on the auth host";
}

// S1 reads them without one (facts 3: a token for every call on seller data).
TEST_F(LazadaMarket, CategoryPagesNeedNoTokenButRefuseAWrongOne) {
  const std::vector<std::pair<std::string, Params>> pages = {
      {"/category/tree/get", {}},
      {"/category/attributes/get", {{"primary_category_id", "10100012"}}},
      {"/category/brands/query", {{"startRow", "0"}, {"pageSize", "20"}}}};
  const std::string good = access;
  for (const auto& [path, params] : pages) {
    EXPECT_EQ(code(call(Method::get, path, params, false)), "0") << path;
    EXPECT_EQ(code(call(Method::get, path, params)), "0") << path;
    access = "never-given";
    EXPECT_EQ(code(call(Method::get, path, params)), "IllegalAccessToken") << path;
    access = good;
  }
  EXPECT_EQ(code(call(Method::get, "/seller/get", {}, false)), "IllegalAccessToken");
}

TEST_F(LazadaMarket, TokensRotateAndTheRefreshTokenIsNotProlonged) {
  const auto renew = [&](const std::string& token) {
    return call(Method::post, "/auth/token/refresh", {{"refresh_token", token}}, false);
  };
  clock.advance(std::chrono::days(5));
  const json::Value second = renew(refresh);
  EXPECT_EQ(second["expires_in"].as_int64(), 864000);
  EXPECT_EQ(second["refresh_expires_in"].as_int64(), 4320000 - 5 * 86400);
  EXPECT_TRUE(second["country_user_info_list"].is_array());
  EXPECT_EQ(code(call(Method::get, "/seller/get")), "IllegalAccessToken") << "the old one is dead";
  access = second["access_token"].to_text();
  EXPECT_EQ(code(call(Method::get, "/seller/get")), "0");
  EXPECT_EQ(code(renew(refresh)), "0") << "nowhere is it said to work once";
  set(json::object({{"refresh_single_use", true}, {"refresh_renews", true}}));
  const json::Value third = renew(refresh);
  EXPECT_EQ(third["refresh_expires_in"].as_int64(), 4320000);
  EXPECT_EQ(code(renew(refresh)), "IllegalRefreshToken");
  access = third["access_token"].to_text();
  clock.advance(std::chrono::days(10));
  EXPECT_EQ(code(call(Method::get, "/seller/get")), "IllegalAccessToken");
  clock.advance(std::chrono::days(41));
  EXPECT_EQ(code(renew(third["refresh_token"].to_text())), "IllegalRefreshToken");
  set(json::object({{"market_subscription", true}}));
  EXPECT_EQ(code(renew("x")), "AUTH_TYPE_UNSUPPORTED");
}

TEST_F(LazadaMarket, TheConsentPageSendsBackWhatCameWithIt) {
  HttpRequest request;
  const std::string back = "https://gerbang.test/oauth/lazada/callback";
  const Params asked = {
      {"response_type", "code"}, {"client_id", "990017"}, {"redirect_uri", back}, {"state", "a b"}};
  request.url = "/oauth/authorize?" + query(asked);
  Answer page = market->handle(request);
  EXPECT_EQ(page.response.status, 200);
  EXPECT_NE(page.response.body.find("approve=" + shop), std::string::npos);
  request.url += "&approve=" + shop;
  page = market->handle(request);
  ASSERT_EQ(page.response.status, 302);
  const std::string to(*page.response.headers.find("Location"));
  EXPECT_TRUE(to.starts_with(back + "?code=0_990017_")) << to;
  EXPECT_TRUE(to.ends_with("&state=a%20b")) << to;
  for (const auto& [name, value] :
       Params{{"response_type", "token"}, {"client_id", "1"}, {"redirect_uri", "bukan alamat"}}) {
    Params wrong = asked;
    wrong[name] = value;
    request.url = "/oauth/authorize?" + query(wrong);
    EXPECT_EQ(market->handle(request).response.status, 400) << name;
  }
  set(json::object({{"redirect_uri", "https://lain.test/"}}));
  request.url = "/oauth/authorize?" + query(asked);
  EXPECT_EQ(market->handle(request).response.status, 400);
}

TEST_F(LazadaMarket, TooManyCallsOfOneApiAreBannedForAWhile) {
  set(json::object({{"calls_per_second", 3}, {"ban_seconds", 2}}));
  for (int i = 0; i < 3; ++i) EXPECT_EQ(code(call(Method::get, "/seller/get")), "0");
  const json::Value limited = call(Method::get, "/seller/get");
  EXPECT_EQ(code(limited), "ApiCallLimit");
  EXPECT_NE(limited["message"].text().find("this ban will last 2 seconds"), std::string::npos);
  EXPECT_EQ(code(call(Method::get, "/category/tree/get")), "0") << "another API has its own";
  clock.advance(std::chrono::milliseconds(1999));
  EXPECT_EQ(code(call(Method::get, "/seller/get")), "ApiCallLimit");
  clock.advance(std::chrono::milliseconds(1));
  EXPECT_EQ(code(call(Method::get, "/seller/get")), "0");
}

TEST_F(LazadaMarket, AnApiMayBeSwitchedOffAndAShopStopped) {
  set(json::object({{"switched_off", json::array({"/seller/get"})}}));
  EXPECT_EQ(code(call(Method::get, "/seller/get")), "998");
  EXPECT_EQ(code(call(Method::get, "/category/tree/get")), "0");
  set(json::object({{"stop_shop", json::object({{"shop_id", shop}})}}));
  EXPECT_EQ(code(call(Method::get, "/category/tree/get")), "SellerNotActive");
}

TEST_F(LazadaMarket, FaultsSpeakLazadasLanguage) {
  const auto fault = [&](const json::Value& f) {
    control(Method::post, "faults", json::object({{"faults", json::array({f})}}));
    return call(Method::get, "/seller/get");
  };
  EXPECT_EQ(code(fault(json::object({{"operation", "seller.get"}, {"kind", "auth_expired"}}))),
            "IllegalAccessToken");
  EXPECT_EQ(code(fault(json::object({{"operation", "seller.get"}, {"kind", "throttle"}}))),
            "ApiCallLimit");
  EXPECT_EQ(
      code(fault(json::object({{"operation", "seller.get"}, {"kind", "refuse"}, {"code", "6"}}))),
      "6");
  EXPECT_EQ(code(call(Method::get, "/seller/get")), "0");
}

TEST_F(LazadaMarket, TreesAttributesAndBrands) {
  const json::Value tree = call(Method::get, "/category/tree/get", {{"language_code", "id_ID"}});
  EXPECT_EQ(tree["data"][0]["name"].text(), "Makanan & Minuman");
  EXPECT_EQ(call(Method::get, "/category/tree/get")["data"][0]["name"].text(), "Groceries");
  const auto attributes = [&](const char* id) {
    return code(call(Method::get, "/category/attributes/get", {{"primary_category_id", id}}));
  };
  EXPECT_EQ(attributes("10100012"), "0");
  EXPECT_EQ(attributes("10100010"), "57");
  EXPECT_EQ(attributes("10100024"), "4228");
  EXPECT_EQ(attributes("1"), "4227");
  const json::Value page =
      call(Method::get, "/category/brands/query", {{"startRow", "200"}, {"pageSize", "200"}});
  EXPECT_EQ(page["data"]["module"].items().size(), 13u);
  EXPECT_EQ(page["data"]["total_record"].as_int64(), 213);
  EXPECT_EQ(
      code(call(Method::get, "/category/brands/query", {{"startRow", "0"}, {"pageSize", "201"}})),
      "1");
}

TEST(LazadaXml, ReadsWhatPayloadsHold) {
  const json::Value v = *parse_xml(
      "<?xml version=\"1.0\" encoding=\"UTF-8\" ?>\n<Request><!-- x --><Product><Skus>\n"
      "<Sku><SkuId>1</SkuId><a>x &amp; &lt;y&gt;</a></Sku></Skus><Url><![CDATA[http://a/?b&c]]>"
      "</Url><b/><SkuIds>1</SkuIds><SkuIds>2</SkuIds></Product></Request>");
  const json::Value& p = v["Request"]["Product"];
  EXPECT_EQ(p["Skus"]["Sku"][0]["SkuId"].text(), "1") << "a Sku is always a list";
  EXPECT_EQ(p["Skus"]["Sku"][0]["a"].text(), "x & <y>");
  EXPECT_EQ(p["Url"][0].text(), "http://a/?b&c");
  EXPECT_EQ(p["b"].text(), "");
  EXPECT_EQ(p["SkuIds"].items().size(), 2u);
  std::string deep;
  for (int i = 0; i < 60; ++i) deep += "<a>";
  for (const std::string& bad :
       {std::string(), std::string("x"), std::string("<a>"), std::string("<a></b>"),
        std::string("<a>&x;</a>"), std::string("<a>&</a>"), std::string("<a></a><b></b>"),
        std::string("<a>t<b/></a>"), std::string("<a><![CDATA[x</a>"), std::string("<!DOCTYPE a>"),
        std::string("<a>&#0;</a>"), std::string("<"), std::string("<a"), deep})
    EXPECT_FALSE(parse_xml(bad)) << bad;
}

}  // namespace
}  // namespace gerbang::sandbox::lazada
