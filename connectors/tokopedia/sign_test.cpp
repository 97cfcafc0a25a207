#include "connectors/tokopedia/sign.hpp"

#include <gtest/gtest.h>

#include "connectors/tokopedia/access.hpp"
#include "connectors/tokopedia/fixtures_for_test.hpp"
#include "connectors/tokopedia/push.hpp"
#include "connectors/tokopedia/request.hpp"

namespace gerbang::tokopedia {
namespace {

using testing::context;

QueryItems items_of(const json::Value& object) {
  QueryItems out;
  for (const auto& [name, value] : object.members()) out.emplace_back(name, value.to_text());
  return out;
}

TEST(Sign, AgreesWithThePublishedExamples) {
  const json::Value all = testing::fixture_file("tiktok_signing");
  ASSERT_EQ(all["reference"].items().size(), 4u);
  for (const json::Value& v : all["reference"].items()) {
    SCOPED_TRACE(v["id"].text());
    EXPECT_EQ(sign_request(v["path"].text(), items_of(v["query"]), v["body_utf8"].text(),
                           Secret(v["app_secret"].to_text())),
              v["sign"].text());
  }
}

TEST(Sign, AgreesWithEveryVectorMadeByOtherPeoplesPackages) {
  const json::Value all = testing::fixture_file("tiktok_signing");
  ASSERT_EQ(all["requests"].items().size(), 22u);
  for (const json::Value& v : all["requests"].items()) {
    SCOPED_TRACE(v["id"].text());
    const Secret secret(v["app_secret"].to_text());
    const bool with_body = v["body_signed"].as_bool().value_or(true);
    const std::string body = with_body ? v["body_utf8"].to_text() : std::string();
    EXPECT_EQ(
        sign_request(v["path"].text(), items_of(v["query_decoded_without_sign"]), body, secret),
        v["sign"].text());
    // As it travelled: percent-encoded, in the sender's order, the signature among it.
    auto wire = parse_query(v["wire_query"].text());
    ASSERT_TRUE(wire);
    for (auto& [name, value] : *wire)
      value = percent_decode(value, true).value_or(value);  // a blank travelled as '+'
    EXPECT_EQ(query_value(*wire, "sign"), v["sign"].to_text());
    if (const std::string strict = v["strict_sign"].to_text(); !strict.empty()) {
      EXPECT_EQ(sign_request(v["path"].text(), *wire, v["body_utf8"].text(), secret), strict);
    }
  }
}

TEST(Sign, WebhooksOfOthersVerifyAndForgedOnesDoNot) {
  const json::Value all = testing::fixture_file("tiktok_signing");
  int good = 0, bad = 0;
  for (const json::Value& v : all["webhooks"].items()) {
    SCOPED_TRACE(v["id"].text());
    const bool accept = v["expect"].text() == "accept";
    ++(accept ? good : bad);
    EXPECT_EQ(webhook_verifies(v["app_key"].text(), v["body_utf8"].text(),
                               Secret(v["app_secret"].to_text()), v["authorization_header"].text()),
              accept);
    InboundRequest request;
    request.headers.set("Authorization", v["authorization_header"].text());
    request.body = v["body_utf8"].to_text();
    App app;
    app.app_id = v["app_key"].to_text();
    app.secret = Secret(v["app_secret"].to_text());
    const auto opened = open_push(request, app);
    EXPECT_EQ(opened.ok(), accept);
    if (accept) {
      EXPECT_FALSE(opened->empty());
    } else {
      EXPECT_EQ(opened.error().kind, ErrorKind::unauthenticated);
    }
  }
  EXPECT_EQ(good, 8);
  EXPECT_EQ(bad, 5);
}

TEST(Sign, AnEmptySecretNeverVerifies) {
  EXPECT_FALSE(webhook_verifies("key", "{}", Secret(), sign_webhook("key", "{}", Secret())));
}

TEST(Request, CarriesTheCommonParametersSignedAndTheTokenInItsHeader) {
  const CallContext ctx = context();
  const HttpRequest r =
      get(ctx, "/product/202309/categories", {{"locale", "id-ID"}, {"keyword", ""}});
  EXPECT_EQ(r.operation, "product.categories");
  const auto url = parse_url(r.url);
  ASSERT_TRUE(url);
  const auto query = parse_query(url->query);
  ASSERT_TRUE(query);
  EXPECT_EQ(query_value(*query, "shop_cipher"), testing::kCipher);
  EXPECT_FALSE(query_value(*query, "keyword")) << "empty values are neither signed nor sent";
  EXPECT_EQ(query_value(*query, "sign"), sign_request(url->path, *query, "", ctx.app.secret));
  EXPECT_EQ(r.headers.find("x-tts-access-token"), "contoh-akses-0001-satu");

  json::Object body;
  body.append("title", "Kopi / Teh é");
  const HttpRequest p = post(ctx, "/product/202309/products", json::Value(body), Effect::create);
  const auto p_url = parse_url(p.url);
  const auto p_query = parse_query(p_url->query);
  EXPECT_EQ(query_value(*p_query, "sign"),
            sign_request(p_url->path, *p_query, p.body, ctx.app.secret));
  EXPECT_EQ(p.operation, "product.products.create");
}

TEST(Request, TheLiveApiTakesItsTokensFromTheTokenHost) {
  CallContext ctx = context();
  EXPECT_TRUE(token_call(ctx, "get", {}, Effect::create)
                  .url.starts_with("https://api.shop.example/api/v2/token/get?"));
  ctx.app.api_url = "https://open-api.tiktokglobalshop.com";
  EXPECT_TRUE(token_call(ctx, "refresh", {}, Effect::create)
                  .url.starts_with("https://auth.tiktok-shops.com/api/v2/token/refresh?"));
}

TEST(Request, NamesOfOperationsHoldNeitherVersionNorIds) {
  EXPECT_EQ(
      operation_of(Method::post, "/product/202309/products/1729592969712207008/inventory/update"),
      "product.products.inventory.update");
  EXPECT_EQ(operation_of(Method::get, "/product/202309/products/1729592969712207008"),
            "product.products");
  EXPECT_EQ(operation_of(Method::put, "/product/202509/products/17"), "product.products.edit");
  EXPECT_EQ(operation_of(Method::del, "/product/202309/products"), "product.products.delete");
  EXPECT_EQ(operation_of(Method::get, "/api/v2/token/refresh"), "token.refresh");
  EXPECT_EQ(operation_of(Method::post, "/return_refund/202309/cancellations"),
            "return_refund.cancellations.create");
}

TEST(Request, IdsAreDecimalTexts) {
  EXPECT_TRUE(is_id("1729592969712207008"));
  for (const char* bad : {"", "0", "-1", "1.0", "abc", "123456789012345678901", "1 2"})
    EXPECT_FALSE(is_id(bad)) << bad;
  EXPECT_EQ(uuid_of("0b6d3a0e8a4e0f7e0a531d5be2c1f0aa"), "0b6d3a0e-8a4e-4f7e-8a53-1d5be2c1f0aa");
}

TEST(Access, TokenAndCipherAreOneSecret) {
  CallContext ctx = context();
  EXPECT_EQ(access_of(ctx).cipher.reveal(), testing::kCipher);
  EXPECT_EQ(packed(Secret("a"), Secret("b")).reveal(), "a b");
  ctx.access_token = packed(Secret("a"), Secret());
  EXPECT_EQ(access_of(ctx).token.reveal(), "a");
  EXPECT_TRUE(access_of(ctx).cipher.empty());
}

}  // namespace
}  // namespace gerbang::tokopedia
