#include "connectors/shopee/sign.hpp"

#include <gtest/gtest.h>

#include "connectors/shopee/fixtures_for_test.hpp"
#include "connectors/shopee/request.hpp"
#include "core/base/url.hpp"

namespace gerbang::shopee {
namespace {

json::Value vectors() {
  return testing::fixture_file("shopee_signing");
}

TEST(Sign, AgreesWithEveryVectorMadeByOtherPeoplesPackages) {
  int seen = 0;
  const json::Value all = vectors();
  for (const json::Value& v : all["vectors"].items()) {
    SCOPED_TRACE(v["id"].text());
    const Secret key(v["partner_key"].to_text());
    const std::string level(v["level"].text());
    std::string made;
    if (level == "push") {
      made = sign_push(v["callback_url"].text(), v["body"].text(), key);
      EXPECT_TRUE(push_verifies(v["callback_url"].text(), v["body"].text(), key, made));
    } else if (level == "public") {
      made = sign_public(v["partner_id"].to_text(), v["api_path"].text(),
                         v["timestamp"].as_int64().value_or(0), key);
    } else {
      const std::string who = v[level == "shop" ? "shop_id" : "merchant_id"].to_text();
      ASSERT_FALSE(who.empty());
      made = sign_shop(v["partner_id"].to_text(), v["api_path"].text(),
                       v["timestamp"].as_int64().value_or(0), Secret(v["access_token"].to_text()),
                       who, key);
    }
    EXPECT_EQ(made, v["expected_hex"].text());
    ++seen;
  }
  EXPECT_EQ(seen, 35);
}

TEST(Sign, AShopCallSignedAtPublicLevelIsNotOurs) {
  const json::Value all = vectors();
  ASSERT_EQ(all["negative"].items().size(), 1u);
  const json::Value& v = all["negative"][0];
  const auto timestamp = v["timestamp"].as_int64().value_or(0);
  const Secret key(v["partner_key"].to_text());
  const std::string shop =
      sign_shop(v["partner_id"].to_text(), v["api_path"].text(), timestamp,
                Secret(v["access_token"].to_text()), v["shop_id"].to_text(), key);
  EXPECT_EQ(shop, v["correct_sign"].text());
  EXPECT_NE(shop, v["sent_sign"].text());
  EXPECT_EQ(sign_public(v["partner_id"].to_text(), v["api_path"].text(), timestamp, key),
            v["sent_sign"].text());
}

TEST(Sign, AnEmptyKeyNeverVerifies) {
  const std::string signature = sign_push("https://a.example", "{}", Secret());
  EXPECT_FALSE(push_verifies("https://a.example", "{}", Secret(), signature));
}

TEST(Request, CarriesTheCommonParametersAndItsLevelsSignature) {
  const CallContext ctx = testing::context();
  const HttpRequest request = shop_get(ctx, "product/get_item_list", {{"item_status", "NORMAL"}});
  EXPECT_EQ(request.operation, "product.get_item_list");
  EXPECT_EQ(request.method, Method::get);
  const auto url = parse_url(request.url);
  ASSERT_TRUE(url);
  EXPECT_EQ(url->path, "/api/v2/product/get_item_list");
  const auto query = parse_query(url->query);
  ASSERT_TRUE(query);
  EXPECT_EQ(query_value(*query, "partner_id"), "2001234");
  EXPECT_EQ(query_value(*query, "timestamp"), "1771030000");
  EXPECT_EQ(query_value(*query, "shop_id"), "880012345");
  EXPECT_EQ(query_value(*query, "access_token"), ctx.access_token.reveal());
  EXPECT_EQ(query_value(*query, "item_status"), "NORMAL");
  EXPECT_EQ(query_value(*query, "sign"), sign_shop("2001234", url->path, 1'771'030'000,
                                                   ctx.access_token, "880012345", ctx.app.secret));

  const HttpRequest post =
      public_post(ctx, "auth/token/get", json::Value(json::Object()), Effect::create);
  EXPECT_EQ(post.url.find("access_token"), std::string::npos);
  EXPECT_EQ(post.headers.find("Content-Type"), "application/json");
  EXPECT_EQ(post.effect, Effect::create);
}

}  // namespace
}  // namespace gerbang::shopee
