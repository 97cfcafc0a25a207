// Authorisation, facts and listings, request by request, and with every fault at every step.
#include "connectors/lazada/lazada_for_test.hpp"
#include "connectors/lazada/plan.hpp"
#include "connectors/lazada/wire_products.hpp"

namespace gerbang::lazada {
namespace {

using namespace testing;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;

class LazadaScript : public ::testing::Test {
 protected:
  Lazada lazada;
  CallContext ctx = context_with_facts();

  ListingDraft sold_coffee() const {
    ListingDraft d = coffee();
    d.remote_product = kItem;
    d.variants[0].remote_variant = "15123456789";
    d.variants[1].remote_variant = "15123456790";
    d.memo = *json::parse(R"({"images":{"https://desa.example/kopi.png":)"
                          R"("https://id-live-02.slatic.net/p/kopi.jpg"},)"
                          R"("skus":["KOPI-250","KOPI-500"]})");
    return d;
  }
  std::string payload_of_create() const {
    return create_payload(*plan_listing(ctx, coffee(), "10100021"),
                          {"https://id-live-02.slatic.net/p/kopi.jpg"});
  }
  static AuthorisationGrant grant(const char* code) {
    AuthorisationGrant out;
    out.query.emplace_back("code", code);
    return out;
  }
};

// ---- authorisation

TEST_F(LazadaScript, TheConsentLinkNamesAppWayBackAndState) {
  EXPECT_EQ(*lazada.authorise_url(ctx.app, "s 1", ctx.now),
            "https://auth.lazada.example/oauth/authorize?response_type=code&force_auth=true&"
            "redirect_uri=https%3A%2F%2Fgerbang.desa.example%2Foauth%2Flazada%2Fcallback&"
            "client_id=990017&state=s%201");
}

TEST_F(LazadaScript, ACodeBecomesTheIndonesianStoresTokens) {
  for (const char* shape : {"token_create", "token_create_old"}) {
    const auto tokens = play_all(
        [&] { return lazada.exchange_code(ctx, grant("0_990017_kode")); },
        {post("/auth/token/create", Effect::create, {{"code", "0_990017_kode"}}, answer(shape))});
    ASSERT_EQ(tokens->size(), 1u) << shape;
    EXPECT_EQ(tokens->at(0).remote_shop_id, "400123456789") << shape;
    EXPECT_EQ(tokens->at(0).remote_shop_name, "ID1ABCDE");
    EXPECT_EQ(tokens->at(0).refresh.reveal(), "50001contoh-segar-1");
  }
  const auto tokens = kit::play(lazada.exchange_code(ctx, grant("k")),
                                {kit::step("token", nullptr, answer("token_create"))});
  EXPECT_EQ(tokens->at(0).access_expires_at, ctx.now + std::chrono::seconds(864000));
  EXPECT_EQ(tokens->at(0).refresh_expires_at, ctx.now + std::chrono::seconds(4320000));
  EXPECT_EQ(kit::play(lazada.exchange_code(ctx, {}), {}).error().code, "authorisation_denied");
  EXPECT_EQ(kit::play(lazada.exchange_code(ctx, grant("k")),
                      {kit::step("token", nullptr, answer("token_elsewhere"))})
                .error()
                .code,
            "lazada_store_elsewhere");
  EXPECT_EQ(kit::play(lazada.exchange_code(ctx, grant("k")),
                      {kit::step("token", nullptr, kit::reply(refusal("InvalidCode")))})
                .error()
                .code,
            "authorisation_code_refused");
}

TEST_F(LazadaScript, ARefreshGivesWhatTheAnswerSays) {
  const auto tokens =
      play_all([&] { return lazada.refresh_tokens(ctx); },
               {post("/auth/token/refresh", Effect::create,
                     {{"refresh_token", "50001contoh-segar-1"}}, answer("token_refresh"))});
  EXPECT_EQ(tokens->refresh.reveal(), "50001contoh-segar-2");
  EXPECT_EQ(tokens->refresh_expires_at, ctx.now + std::chrono::seconds(3456000));
  EXPECT_EQ(tokens->remote_shop_id, "400123456789");
  for (const char* code : {"IllegalRefreshToken", "IllegalAccessToken", "AUTH_TYPE_UNSUPPORTED"}) {
    const auto refused = kit::play(lazada.refresh_tokens(ctx),
                                   {kit::step("refresh", nullptr, kit::reply(refusal(code)))});
    EXPECT_EQ(refused.error().kind, ErrorKind::unauthenticated) << code;
  }
  ctx.refresh_token = Secret();
  EXPECT_EQ(kit::play(lazada.refresh_tokens(ctx), {}).error().code, "refresh_refused");
}

// ---- facts

TEST_F(LazadaScript, ShopFactsAreTheTreeAndTheBrands) {
  const auto facts = play_all(
      [&] { return lazada.read_shop_facts(ctx); },
      {get("/category/tree/get", {{"language_code", "id_ID"}}, answer("category_tree")),
       get("/category/brands/query", {{"startRow", "0"}, {"pageSize", "200"}}, answer("brands_1")),
       get("/category/brands/query", {{"startRow", "200"}}, answer("brands_2"))});
  EXPECT_EQ((*facts)["categories"].items().size(), 4u);
  EXPECT_EQ((*facts)["brands"].items().size(), 3u);
  EXPECT_EQ((*facts)["no_brand"].text(), "30768");
  const auto empty =
      kit::play(lazada.read_shop_facts(ctx),
                {kit::step("tree", nullptr, kit::reply(R"({"code":"0","data":[]})"))});
  EXPECT_EQ(empty.error().kind, ErrorKind::transient);
}

TEST_F(LazadaScript, CategoryFactsAreItsAttributes) {
  const auto facts =
      play_all([&] { return lazada.read_category_facts(ctx, "10100021"); },
               {get("/category/attributes/get",
                    {{"primary_category_id", "10100021"}, {"language_code", "id_ID"}},
                    answer("category_attributes"))});
  EXPECT_EQ((*facts)["category"].text(), "10100021");
  EXPECT_EQ((*facts)["attributes"].items().size(), 19u);
  EXPECT_EQ((*facts)["attributes"][4]["mandatory"].as_bool(), true) << "\"1\" as text";
}

// ---- publishing

TEST_F(LazadaScript, PublishingBringsThePictureThenTheProduct) {
  const auto ref = play_all([&] { return lazada.publish_listing(ctx, coffee()); },
                            {image("https://desa.example/kopi.png"), upload(answer("image_upload")),
                             post("/product/create", Effect::create,
                                  {{"payload", payload_of_create()}}, answer("product_create"))});
  EXPECT_EQ(ref->remote_product, kItem);
  EXPECT_THAT(ref->variants,
              ElementsAre(Pair("KOPI-250", "15123456789"), Pair("KOPI-500", "15123456790")));
  EXPECT_FALSE(ref->resume_after);
  EXPECT_EQ(json::dump(ref->memo),
            R"({"images":{"https://desa.example/kopi.png":)"
            R"("https://id-live-02.slatic.net/p/kopi.jpg"},"skus":["KOPI-250","KOPI-500"]})");
}

TEST_F(LazadaScript, AKnownPictureIsNotUploadedAgain) {
  ListingDraft d = coffee();
  d.memo = sold_coffee().memo;
  EXPECT_TRUE(kit::play(lazada.publish_listing(ctx, d),
                        {post("/product/create", Effect::create, {{"payload", payload_of_create()}},
                              answer("product_create"))}));
}

TEST_F(LazadaScript, ACreateThatNamesTooFewIsLookedAtAgain) {
  const auto ref =
      kit::play(lazada.publish_listing(ctx, coffee()),
                {image("https://desa.example/kopi.png"), upload(answer("image_upload")),
                 kit::step("create", nullptr,
                           kit::reply(R"({"code":"0","data":{"item_id":"8012345678"}})"))});
  ASSERT_TRUE(ref);
  EXPECT_TRUE(ref->resume_after);
}

TEST_F(LazadaScript, WhatLazadaRefusesIsTheItemsOwn) {
  const auto refused = [&](const std::string& body) {
    return kit::play(lazada.publish_listing(ctx, coffee()),
                     {image("https://desa.example/kopi.png"), upload(answer("image_upload")),
                      kit::step("create", nullptr, kit::reply(body))})
        .error();
  };
  const Error taken = refused(refusal("500", "E500: Create product failed",
                                      R"([{"field":"SellerSku","message":"SellerSku repeat",)"
                                      R"("seller_sku":"KOPI-250","code":"4105"}])"));
  EXPECT_EQ(taken.code, "lazada_sku_taken");
  EXPECT_EQ(taken.kind, ErrorKind::rejected);
  const Error attribute =
      refused(refusal("500", "", R"([{"field":"x","message":"BIZ_CHECK_CAT_PROP_MANDATORY: x"}])"));
  EXPECT_EQ(attribute.code, "attribute_missing");
  EXPECT_EQ(attribute.field, "/attributes");
  const auto picture = kit::play(
      lazada.publish_listing(ctx, coffee()),
      {image("https://desa.example/kopi.png"), upload(kit::reply(refusal("303", "too large")))});
  EXPECT_EQ(picture.error().code, "image_too_large");
  EXPECT_EQ(picture.error().field, "/images/0");
}

TEST_F(LazadaScript, NothingIsAskedForADraftThatCannotPass) {
  ListingDraft d = coffee();
  d.images.clear();
  EXPECT_EQ(kit::play(lazada.publish_listing(ctx, d), {}).error().code, "image_missing");
  EXPECT_EQ(kit::play(lazada.update_listing(ctx, d), {}).error().code, "image_missing");
}

// ---- updating

TEST_F(LazadaScript, AnUpdateReadsAndThenWritesContent) {
  const auto ref = play_all([&] { return lazada.update_listing(ctx, sold_coffee()); },
                            {get("/product/item/get", {{"item_id", kItem}}, answer("product_item")),
                             post("/product/update", Effect::set, {}, answer("done"))});
  EXPECT_THAT(ref->variants,
              ElementsAre(Pair("KOPI-250", "15123456789"), Pair("KOPI-500", "15123456790")));
}

TEST_F(LazadaScript, VariantsComeAndGoWithTheProduct) {
  ListingDraft d = sold_coffee();
  d.variants[1].sku = "KOPI-1KG";
  d.variants[1].remote_variant.clear();
  const auto payload = [](const HttpRequest& r) {
    return *json::parse(*query_value(params_of(r), "payload"));
  };
  kit::Step adding = post("/product/create", Effect::set, {}, answer("product_create_added"));
  const auto check = adding.check;
  adding.check = [=](const HttpRequest& r) {
    check(r);
    const json::Value product = payload(r)["Request"]["Product"];
    EXPECT_EQ(product["AssociatedSku"].text(), "KOPI-250");
    ASSERT_EQ(product["Skus"]["Sku"].items().size(), 1u);
    EXPECT_EQ(product["Skus"]["Sku"][0]["SellerSku"].text(), "KOPI-1KG");
    EXPECT_EQ(product["Skus"]["Sku"][0]["quantity"].text(), "15");
  };
  const auto ref =
      play_all([&] { return lazada.update_listing(ctx, d); },
               {get("/product/item/get", {}, answer("product_item")),
                post("/product/update", Effect::set, {}, answer("done")), adding,
                post("/product/remove", Effect::set,
                     {{"sku_id_list", R"(["SkuId_8012345678_15123456790"])"}}, answer("done"))});
  EXPECT_THAT(ref->variants,
              ElementsAre(Pair("KOPI-1KG", "15123456791"), Pair("KOPI-250", "15123456789")));
  // A SKU that we never published is the seller's own.
  d.memo = *json::parse(R"({"images":{"https://desa.example/kopi.png":"u"},"skus":["KOPI-250"]})");
  EXPECT_TRUE(
      kit::play(lazada.update_listing(ctx, d),
                {get("/product/item/get", {}, answer("product_item")),
                 post("/product/update", Effect::set, {}, answer("done")),
                 post("/product/create", Effect::set, {}, answer("product_create_added"))}));
}

TEST_F(LazadaScript, AnItemThatIsGoneIsToldOnlyByReading) {
  for (const std::string& body :
       {refusal("208", "Item not exist"), refusal("EDIT_ITEM_NOT_BELONG_SELLER"),
        json::dump(body_of("product_item_deleted"))}) {
    const auto gone = kit::play(lazada.update_listing(ctx, sold_coffee()),
                                {kit::step("read", nullptr, kit::reply(body))});
    EXPECT_EQ(gone.error().kind, ErrorKind::not_found) << body;
    EXPECT_EQ(gone.error().code, "listing_gone");
  }
  const auto between =
      kit::play(lazada.update_listing(ctx, sold_coffee()),
                {get("/product/item/get", {}, answer("product_item")),
                 kit::step("update", nullptr,
                           kit::reply(refusal("501", "", R"([{"message":"ITEM_NOT_FOUND"}])")))});
  EXPECT_EQ(between.error().kind, ErrorKind::transient);
  ListingDraft odd = sold_coffee();
  odd.remote_product = "abc";
  EXPECT_EQ(kit::play(lazada.update_listing(ctx, odd), {}).error().kind, ErrorKind::not_found);
  const auto other = kit::play(
      lazada.update_listing(ctx, sold_coffee()),
      {kit::step("read", nullptr,
                 kit::reply(R"({"code":"0","data":{"itemId":1,"skus":[{"SkuId":2}]}})"))});
  EXPECT_EQ(other.error().code, "channel_answer_unreadable") << "another item than asked for";
}

// ---- finding

TEST_F(LazadaScript, AListingIsFoundByItsSkus) {
  const auto found = play_all(
      [&] { return lazada.find_listing(ctx, coffee()); },
      {get("/products/get", {{"filter", "all"}, {"sku_seller_list", R"(["KOPI-250","KOPI-500"])"}},
           answer("products_page"))});
  EXPECT_EQ(found->remote_product, kItem);
  EXPECT_EQ(found->variants.size(), 2u);
  const auto find = [&](const std::string& body) {
    return kit::play(lazada.find_listing(ctx, coffee()),
                     {kit::step("find", nullptr, kit::reply(body))});
  };
  EXPECT_EQ(find(json::dump(body_of("products_none"))).error().kind, ErrorKind::not_found);
  EXPECT_EQ(find(R"({"code":"0","data":{"products":[{"item_id":1,"skus":[{"SellerSku":"KOPI-250",)"
                 R"("SkuId":2,"Status":"active"}]},{"item_id":3,"skus":[{"SellerSku":"KOPI-500",)"
                 R"("SkuId":4,"Status":"active"}]}]}})")
                .error()
                .code,
            "lazada_listing_ambiguous");
  const auto half =
      find(R"({"code":"0","data":{"products":[{"item_id":1,"skus":[{"SellerSku":"KOPI-250",)"
           R"("SkuId":"2","Status":"active"},{"SellerSku":"KOPI-500","SkuId":3,)"
           R"("Status":"deleted"}]}]}})");
  ASSERT_TRUE(half);
  EXPECT_TRUE(half->resume_after) << "one of its variants is missing";
}

}  // namespace
}  // namespace gerbang::lazada
