// Tokens, the cipher and facts, request by request, and with every fault at every step.
#include "connectors/tokopedia/access.hpp"

#include "connectors/tokopedia/script_for_test.hpp"

namespace gerbang::tokopedia {
namespace {

using namespace testing;

AuthorisationGrant grant(QueryItems query) {
  AuthorisationGrant out;
  out.query = std::move(query);
  return out;
}

class TokopediaAccess : public ::testing::Test {
 protected:
  Tokopedia connector;
  CallContext ctx = context();
};

TEST_F(TokopediaAccess, TheConsentLinkIsTheOneOfTheAppOrThePlainOne) {
  App app = ctx.app;
  EXPECT_EQ(*connector.authorise_url(app, "s 1", ctx.now),
            "https://auth.tiktok-shops.com/oauth/authorize?app_key=6gbdemo7k2p9q&state=s%201");
  app.auth_url = "https://services.tiktokshop.com/open/authorize?service_id=7172";
  EXPECT_EQ(*connector.authorise_url(app, "s", ctx.now), app.auth_url + "&state=s");
  app.app_id.clear();
  EXPECT_EQ(connector.authorise_url(app, "s", ctx.now).error().code, "app_key_missing");
}

TEST_F(TokopediaAccess, ACodeBecomesTokensAndTheCipherOfTheShop) {
  ctx.access_token = Secret();
  const auto sets = play_all(
      [&] {
        return connector.exchange_code(ctx, grant({{"code", "GB/CODE=1"}, {"state", "s"}}));
      },
      {token("get", "auth_code=GB%2FCODE%3D1&grant_type=authorized_code", answer("token_get")),
       get("/authorization/202309/shops", "", answer("authorized_shops"), Signed::app)});
  ASSERT_EQ(sets->size(), 1u);
  const TokenSet& set = sets->front();
  EXPECT_EQ(set.remote_shop_id, kShopId);
  EXPECT_EQ(set.remote_shop_name, "BUMDes Sumber Makmur");
  EXPECT_EQ(set.access.reveal(), "GB_AT_3pQ9vK2s7Lw0xR8mTz5nYc1dHj6uF4bE " + std::string(kCipher));
  EXPECT_EQ(set.refresh.reveal(), "GB_RT_8kXq2WnV6rJt0sZyPm4cLb9hGfD7aU1e");
  EXPECT_EQ(set.access_expires_at, from_unix_seconds(1796104980)) << "a moment, not a duration";
  EXPECT_EQ(set.refresh_expires_at, from_unix_seconds(1827036180));
}

TEST_F(TokopediaAccess, WhatIsNoGrantIsNamed) {
  const auto refused = [&](QueryItems query) {
    return kit::play(connector.exchange_code(ctx, grant(std::move(query))), {}).error().code;
  };
  EXPECT_EQ(refused({{"code", "null"}, {"error", "auth_denied"}}), "authorisation_denied");
  EXPECT_EQ(refused({{"state", "s"}}), "authorisation_code_refused");
  const auto with = [&](const char* reply) {
    return kit::play(connector.exchange_code(ctx, grant({{"code", "x"}})),
                     {kit::step("token", nullptr, answer(reply))})
        .error();
  };
  EXPECT_EQ(with("token_refused").kind, ErrorKind::unauthenticated);
  EXPECT_EQ(with("token_of_creator").code, "account_not_seller");
  EXPECT_EQ(with("ok").kind, ErrorKind::indeterminate) << "a success without tokens";
  const auto none = kit::play(connector.exchange_code(ctx, grant({{"code", "x"}})),
                              {kit::step("token", nullptr, answer("token_get")),
                               kit::step("shops", nullptr, answer("authorized_shops_none"))});
  EXPECT_EQ(none.error().code, "account_without_shop");
}

TEST_F(TokopediaAccess, ARefreshKeepsTheCipher) {
  const auto set =
      play_all([&] { return connector.refresh_tokens(ctx); },
               {token("refresh", "refresh_token=contoh-segar-0001-satu&grant_type=refresh_token",
                      answer("token_get"))});
  EXPECT_EQ(set->remote_shop_id, kShopId);
  ctx.access_token = set->access;
  EXPECT_EQ(access_of(ctx).cipher.reveal(), kCipher);
  ctx.refresh_token = Secret();
  EXPECT_EQ(kit::play(connector.refresh_tokens(ctx), {}).error().code, "refresh_refused");
}

TEST_F(TokopediaAccess, ARefreshWithoutACipherReadsItAndKeepsThePairWhateverComes) {
  ctx.access_token = Secret("tanpa-sandi");
  for (const char* reply :
       {"authorized_shops", "authorized_shops_none", "not_a_tokopedia_seller"}) {
    const auto set = kit::play(connector.refresh_tokens(ctx),
                               {kit::step("refresh", nullptr, answer("token_get")),
                                kit::step("shops", nullptr, answer(reply))});
    ASSERT_TRUE(set) << reply;
    EXPECT_EQ(set->access.reveal().ends_with(kCipher), std::string(reply) == "authorized_shops");
  }
}

TEST_F(TokopediaAccess, ShopFacts) {
  const std::string tree = "locale=id-ID&category_version=v1&listing_platform=";
  const kit::Script script = {
      get("/product/202309/categories", tree + "TIKTOK_SHOP", answer("categories_shop")),
      get("/product/202309/categories", tree + "TOKOPEDIA", answer("categories_tokopedia")),
      get("/logistics/202309/warehouses", "", answer("warehouses"))};
  const auto facts = play_all([&] { return connector.read_shop_facts(ctx); }, script);
  EXPECT_EQ((*facts)["tokopedia"].as_bool(), true);
  EXPECT_EQ((*facts)["categories"].items().size(), 4u);
  kit::Script refused = script;
  refused[1] = kit::step("refused", nullptr, answer("not_a_tokopedia_seller"));
  const auto shop_only = kit::play(connector.read_shop_facts(ctx), refused);
  ASSERT_TRUE(shop_only) << shop_only.error().describe();
  EXPECT_EQ((*shop_only)["tokopedia"].as_bool(), false);
  EXPECT_EQ((*shop_only)["categories"].items().size(), 3u);
}

TEST_F(TokopediaAccess, CategoryFacts) {
  const std::string path = "/product/202309/categories/914952";
  const auto facts =
      play_all([&] { return connector.read_category_facts(ctx, "914952"); },
               {get(path + "/attributes", "locale=id-ID&category_version=v1", answer("attributes")),
                get(path + "/rules", "locale=id-ID&category_version=v1", answer("rules"))});
  EXPECT_EQ((*facts)["category"].text(), "914952");
  EXPECT_EQ((*facts)["attributes"][1]["required"].as_bool(), true) << "is_requried";
}

}  // namespace
}  // namespace gerbang::tokopedia
