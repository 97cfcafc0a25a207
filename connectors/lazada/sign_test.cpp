#include "connectors/lazada/sign.hpp"

#include "connectors/lazada/lazada_for_test.hpp"
#include "connectors/lazada/request.hpp"

namespace gerbang::lazada {
namespace {

TEST(LazadaSign, AgreesWithEveryVectorMadeByOtherPeoplesPackages) {
  const json::Value all = testing::fixture_file("lazada_signing");
  int requests = 0, pushes = 0;
  for (const json::Value& v : all["vectors"].items()) {
    SCOPED_TRACE(v["name"].text());
    const Secret key(v["app_secret"].to_text());
    if (v["kind"].text() == "push_message") {
      const std::string made = sign_push(v["app_key"].text(), v["raw_body"].text(), key);
      EXPECT_EQ(made, v["authorization"].text());
      EXPECT_TRUE(push_verifies(v["app_key"].text(), v["raw_body"].text(), key, made));
      EXPECT_FALSE(push_verifies(v["app_key"].text(), v["raw_body"].to_text() + " ", key, made));
      ++pushes;
      continue;
    }
    QueryItems params;
    for (const auto& [name, value] : v["params"].members())
      params.emplace_back(name, value.to_text());
    EXPECT_EQ(sign_request(v["api_path"].text(), params, key), v["sign"].text());
    // Their order does not matter, a signature among them neither.
    std::reverse(params.begin(), params.end());
    params.emplace_back("sign", "0000");
    EXPECT_EQ(sign_request(v["api_path"].text(), params, key), v["sign"].text());
    params.front().second += "x";
    EXPECT_NE(sign_request(v["api_path"].text(), params, key), v["sign"].text());
    ++requests;
  }
  EXPECT_EQ(requests, 10);
  EXPECT_EQ(pushes, 2);
}

TEST(LazadaSign, AnEmptyKeyNeverVerifies) {
  EXPECT_FALSE(push_verifies("990017", "{}", Secret(), sign_push("990017", "{}", Secret())));
}

TEST(LazadaRequest, ValuesAreSignedRawAndSentEncoded) {
  const CallContext ctx = testing::context();
  const HttpRequest request =
      api_get(ctx, "/orders/get", {{"update_after", "2026-11-01T00:00:00+07:00"}, {"empty", ""}});
  EXPECT_EQ(request.operation, "orders.get");
  EXPECT_NE(request.url.find("update_after=2026-11-01T00%3A00%3A00%2B07%3A00"), std::string::npos);
  EXPECT_EQ(request.url.find("empty"), std::string::npos) << "signed differently by others";
  testing::expect_signed(request, "/orders/get", Method::get);
  const HttpRequest written =
      api_post(ctx, "/product/update", {{"payload", "a=b&c\n<é>"}}, Effect::set);
  testing::expect_signed(written, "/product/update", Method::post);
  EXPECT_EQ(written.body, "payload=a%3Db%26c%0A%3C%C3%A9%3E");
}

TEST(LazadaRequest, AddressesAreTakenAsAnOperatorWritesThem) {
  App app;
  EXPECT_EQ(api_base(app), "https://api.lazada.co.id/rest");
  EXPECT_EQ(token_base(app), "https://auth.lazada.com/rest");
  app.api_url = "http://127.0.0.1:8104/";
  app.auth_url = "http://127.0.0.1:8104/oauth/authorize";
  EXPECT_EQ(api_base(app), "http://127.0.0.1:8104/rest");
  EXPECT_EQ(token_base(app), "http://127.0.0.1:8104/rest");
}

TEST(LazadaRequest, IdsAreDigits) {
  EXPECT_TRUE(is_id("1726401882231190003"));
  for (const char* no : {"", "12345678901234567890", "-1", "1.0", "x", "1 "})
    EXPECT_FALSE(is_id(no)) << no;
}

}  // namespace
}  // namespace gerbang::lazada
