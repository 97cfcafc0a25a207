// Authorisation, facts and listings, request by request, and with every fault at every step.
#include "connectors/shopee/plan.hpp"
#include "connectors/shopee/script_for_test.hpp"
#include "connectors/shopee/wire_publish.hpp"

namespace gerbang::shopee {
namespace {

using namespace testing;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;

constexpr const char* kItem = "27410099881";
constexpr const char* kImageId = "id-11134207-7r98o-lx0000kopi01";

class ShopeeScript : public ::testing::Test {
 protected:
  Shopee shopee;
  CallContext ctx = context_with_facts();

  static AuthorisationGrant grant(const char* who, const char* id) {
    AuthorisationGrant out;
    out.query.emplace_back("code", "kode-contoh");
    out.query.emplace_back(who, id);
    return out;
  }
  // Coffee as it stands at Shopee after a finished publish.
  ListingDraft sold_coffee() const {
    ListingDraft d = coffee();
    d.remote_product = kItem;
    const auto plan = plan_listing(ctx, d, "100782");
    ImageIds images;
    for (const std::string& url : d.images) images.emplace(url, kImageId);
    d.memo = memo_of(*plan, d.images, images);
    return d;
  }
};

// ---- authorisation

TEST_F(ShopeeScript, ACodeBecomesTokens) {
  const auto tokens =
      play_all([&] { return shopee.exchange_code(ctx, grant("shop_id", "880012345")); },
               {post("auth/token/get", Effect::create,
                     R"({"code":"kode-contoh","partner_id":2001234,"shop_id":880012345})",
                     answer("token_get"), false)});
  ASSERT_EQ(tokens->size(), 1u);
  EXPECT_EQ(tokens->at(0).access.reveal(), "contoh-akses-0001-satu");
  EXPECT_EQ(tokens->at(0).remote_shop_id, "880012345");
  EXPECT_EQ(tokens->at(0).access_expires_at, ctx.now + std::chrono::hours(4));
  EXPECT_EQ(tokens->at(0).refresh_expires_at, ctx.now + std::chrono::days(30));
  AuthorisationGrant nothing;
  EXPECT_EQ(kit::play(shopee.exchange_code(ctx, nothing), {}).error().code, "grant_incomplete");
}

TEST_F(ShopeeScript, AMainAccountKeepsWhatItGotWhenARefreshFails) {
  // The first answer has spent the code, so a shop's refresh may fail without losing the grant.
  const auto refresh = [](const char* shop) {
    kit::Step s = post("auth/access_token/get", Effect::create,
                       std::string(R"({"refresh_token":"contoh-segar-bersama",)") +
                           R"("partner_id":2001234,"shop_id":)" + shop + "}",
                       answer("access_token_get"), false);
    s.optional = true;
    return s;
  };
  const kit::Script script = {
      post("auth/token/get", Effect::create,
           R"({"code":"kode-contoh","partner_id":2001234,"main_account_id":66001})",
           answer("token_get_main_account"), false),
      refresh("880012345"), refresh("880012346")};
  const auto make = [&] { return shopee.exchange_code(ctx, grant("main_account_id", "66001")); };
  const auto tokens = play_all(make, script);
  ASSERT_EQ(tokens->size(), 2u);
  EXPECT_EQ(tokens->at(1).remote_shop_id, "880012346");
  EXPECT_EQ(tokens->at(1).refresh.reveal(), "contoh-segar-0002-baru");
  HttpRequest failed;
  const auto shared = kit::play_with_fault(make(), script, 1, kit::reply("", 503), &failed);
  ASSERT_TRUE(shared);
  ASSERT_EQ(shared->size(), 2u);
  EXPECT_EQ(shared->at(0).refresh.reveal(), "contoh-segar-bersama");
  EXPECT_EQ(shared->at(1).refresh.reveal(), "contoh-segar-0002-baru");
}

TEST_F(ShopeeScript, ARefreshGivesANewPair) {
  const auto tokens =
      play_all([&] { return shopee.refresh_tokens(ctx); },
               {post("auth/access_token/get", Effect::create,
                     R"({"refresh_token":"contoh-segar-0001-satu","partner_id":2001234,)"
                     R"("shop_id":880012345})",
                     answer("access_token_get"), false)});
  EXPECT_EQ(tokens->refresh.reveal(), "contoh-segar-0002-baru");
  for (const char* code : {"error_auth", "error_shop_refresh_token", "refresh_token_expired",
                           "shop_access_expired", "shop_no_linked"}) {
    const auto refused = kit::play(
        shopee.refresh_tokens(ctx),
        {kit::step("refresh", nullptr, kit::reply(refusal(code, "Invalid refresh_token."), 403))});
    EXPECT_EQ(refused.error().kind, ErrorKind::unauthenticated) << code;
    EXPECT_EQ(refused.error().code, "refresh_refused") << code;
  }
}

// ---- facts

TEST_F(ShopeeScript, ShopFactsAreReadInFourCalls) {
  const auto facts = play_all(
      [&] { return shopee.read_shop_facts(ctx); },
      {get("product/get_category", "language=id", answer("get_category")),
       get("logistics/get_channel_list", "", answer("get_channel_list")),
       get("product/get_item_limit", "", answer("get_item_limit")),
       get("shop/get_warehouse_detail", "warehouse_type=1", answer("get_warehouse_detail"))});
  EXPECT_EQ(json::dump((*facts)["locations"]), R"(["IDZ","IDY"])");
  EXPECT_EQ((*facts)["couriers"].items().size(), 3u);
  const auto ordinary =
      kit::play(shopee.read_shop_facts(ctx),
                {get("product/get_category", "", answer("get_category")),
                 get("logistics/get_channel_list", "", answer("get_channel_list")),
                 get("product/get_item_limit", "", answer("get_item_limit")),
                 get("shop/get_warehouse_detail", "", answer("warehouse_not_in_whitelist"))});
  ASSERT_TRUE(ordinary) << "an ordinary shop's refusal is no fault";
  EXPECT_TRUE((*ordinary)["locations"].items().empty());
}

TEST_F(ShopeeScript, CategoryFactsReadAllBrandPages) {
  const auto page = [](const char* offset) {
    return std::string("offset=") + offset +
           "&page_size=100&category_id=100782&status=1&language=id";
  };
  const auto facts =
      play_all([&] { return shopee.read_category_facts(ctx, "100782"); },
               {get("product/get_attribute_tree", "category_id_list=100782&language=id",
                    answer("get_attribute_tree")),
                get("product/get_brand_list", page("0"), answer("get_brand_list_1")),
                get("product/get_brand_list", page("100"), answer("get_brand_list_2")),
                get("product/get_item_limit", "category_id=100782", answer("get_item_limit"))});
  EXPECT_EQ((*facts)["brands"].items().size(), 3u);
  EXPECT_EQ((*facts)["category"].text(), "100782");
}

// ---- publishing

TEST_F(ShopeeScript, APlainItemIsAnImageAndAnItem) {
  const ListingDraft d = tea();
  const auto ref = play_all(
      [&] { return shopee.publish_listing(ctx, d); },
      {image("https://desa.example/teh.jpg", kJpeg), upload(),
       post(
           "product/add_item", Effect::create,
           R"({"item_name":"Teh Hijau Lereng","description":)"
           R"("Pucuk teh dari kebun kecil di lereng desa.","original_price":32000,)"
           R"("weight":0.125,"category_id":100782,)"
           R"("image":{"image_id_list":["id-11134207-7r98o-lx0000kopi01"]},)"
           R"("logistic_info":[{"logistic_id":8003,"enabled":true,"is_free":false},)"
           R"({"logistic_id":8005,"enabled":true,"is_free":false}],)"
           R"("seller_stock":[{"stock":25}],)"
           R"("brand":{"brand_id":0,"original_brand_name":"NoBrand"},)"
           R"("attribute_list":[{"attribute_id":100095,"attribute_value_list":[{"value_id":702}]}],)"
           R"("item_status":"NORMAL","item_sku":"TEH-100","condition":"NEW","item_dangerous":0,)"
           R"("dimension":{"package_length":10,"package_width":6,"package_height":15},)"
           R"("pre_order":{"is_pre_order":false}})",
           answer("add_item"))});
  EXPECT_EQ(ref->remote_product, kItem);
  EXPECT_THAT(ref->variants, ElementsAre(Pair("TEH-100", "0")));
  EXPECT_EQ(ref->memo["images"]["https://desa.example/teh.jpg"].text(), kImageId);
  EXPECT_FALSE(ref->resume_after);
}

TEST_F(ShopeeScript, AnImageThatIsKnownIsNotSentAgain) {
  ListingDraft d = tea();
  d.memo = sold_coffee().memo;
  d.images = {"https://desa.example/kopi.png"};
  EXPECT_TRUE(
      kit::play(shopee.publish_listing(ctx, d), {kit::step("add", nullptr, answer("add_item"))}));
}

TEST_F(ShopeeScript, APictureThatShopeeRefusesIsNamed) {
  const auto refused =
      kit::play(shopee.publish_listing(ctx, tea()),
                {image("https://desa.example/teh.jpg"), upload("upload_image_refused")});
  EXPECT_EQ(refused.error().kind, ErrorKind::rejected);
  EXPECT_EQ(refused.error().code, "image_refused");
  EXPECT_EQ(refused.error().field, "/images/0");
}

TEST_F(ShopeeScript, VariantsFollowInASecondRun) {
  const auto ref = kit::play(shopee.publish_listing(ctx, coffee()),
                             {image("https://desa.example/kopi.png"), upload(),
                              kit::step(
                                  "add",
                                  [](const HttpRequest& r) {
                                    EXPECT_THAT(r.body, HasSubstr(R"([{"stock":0}])"));
                                    EXPECT_THAT(r.body, HasSubstr(R"("item_sku":"KOPI")"));
                                  },
                                  answer("add_item"))});
  ASSERT_TRUE(ref);
  EXPECT_EQ(ref->resume_after, std::chrono::seconds(5));
  ListingDraft d = coffee();
  d.remote_product = ref->remote_product;
  d.memo = ref->memo;
  const auto done = play_all(
      [&] { return shopee.update_listing(ctx, d); },
      {get("product/get_item_base_info", "item_id_list=27410099881",
           answer("item_base_info_no_models_yet")),
       post("product/init_tier_variation", Effect::set,
            R"({"item_id":27410099881,"standardise_tier_variation":[{"variation_id":0,)"
            R"("variation_group_id":0,"variation_name":"Kemasan","variation_option_list":[)"
            R"({"variation_option_id":0,"variation_option_name":"250 g"},)"
            R"({"variation_option_id":0,"variation_option_name":"500 g"}]}],"model":[)"
            R"({"tier_index":[0],"original_price":45000,"seller_stock":[{"stock":40}],)"
            R"("model_sku":"KOPI-250","weight":0.28,)"
            R"("dimension":{"package_length":8,"package_width":5,"package_height":20}},)"
            R"({"tier_index":[1],"original_price":85000,"seller_stock":[{"stock":15}],)"
            R"("model_sku":"KOPI-500","weight":0.54,)"
            R"("dimension":{"package_length":8,"package_width":5,"package_height":20}}]})",
            answer("init_tier_variation"))});
  EXPECT_THAT(done->variants,
              ElementsAre(Pair("KOPI-250", "187700010001"), Pair("KOPI-500", "187700010002")));
}

TEST_F(ShopeeScript, OnlyWhatDiffersIsSent) {
  ListingDraft d = sold_coffee();
  d.title = "Kopi Robusta Pilihan";
  const auto done = play_all(
      [&] { return shopee.update_listing(ctx, d); },
      {get("product/get_item_base_info", "item_id_list=27410099881",
           answer("item_base_info_models")),
       post("product/update_item", Effect::set,
            R"({"item_id":27410099881,"item_name":"Kopi Robusta Pilihan"})", answer("ok")),
       get("product/get_model_list", "item_id=27410099881", answer("get_model_list_other")),
       post("product/delete_model", Effect::set,
            R"({"item_id":27410099881,"model_id":187700010003})", answer("ok")),
       post("product/update_tier_variation", Effect::set,
            R"({"item_id":27410099881,"standardise_tier_variation":[{"variation_id":0,)"
            R"("variation_group_id":0,"variation_name":"Kemasan","variation_option_list":[)"
            R"({"variation_option_id":0,"variation_option_name":"250 g"},)"
            R"({"variation_option_id":0,"variation_option_name":"500 g"}]}],)"
            R"("model_list":[{"model_id":187700010001,"tier_index":[0]}]})",
            answer("ok")),
       post("product/add_model", Effect::set,
            R"({"item_id":27410099881,"model_list":[{"tier_index":[1],"original_price":85000,)"
            R"("seller_stock":[{"stock":15}],"model_sku":"KOPI-500","weight":0.54,)"
            R"("dimension":{"package_length":8,"package_width":5,"package_height":20}}]})",
            answer("add_model")),
       post("product/update_model", Effect::set,
            R"({"item_id":27410099881,"model":[{"model_id":187700010001,)"
            R"("model_sku":"KOPI-250","weight":0.28}]})",
            answer("ok"))});
  EXPECT_THAT(done->variants,
              ElementsAre(Pair("KOPI-250", "187700010001"), Pair("KOPI-500", "187700010004")));
}

TEST_F(ShopeeScript, AnItemThatIsGoneIsPublishedAnew) {
  for (const HttpResponse& none :
       {answer("item_base_info_none"), kit::reply(refusal("product.error_item_not_found"))}) {
    const auto gone =
        kit::play(shopee.update_listing(ctx, sold_coffee()), {kit::step("read", nullptr, none)});
    EXPECT_EQ(gone.error().kind, ErrorKind::not_found);
    EXPECT_EQ(gone.error().code, "listing_gone");
  }
}

TEST_F(ShopeeScript, LookingForAnItemChecksItsSku) {
  const auto found = play_all(
      [&] { return shopee.find_listing(ctx, coffee()); },
      {get("product/search_item", "page_size=50&offset=&item_sku=KOPI", answer("search_item")),
       get("product/get_item_base_info", "item_id_list=27410099881",
           answer("item_base_info_models")),
       get("product/get_model_list", "item_id=27410099881", answer("get_model_list"))});
  EXPECT_EQ(found->remote_product, kItem);
  EXPECT_EQ(found->variants.size(), 2u);
  EXPECT_FALSE(found->resume_after);
  const auto none = kit::play(
      shopee.find_listing(ctx, coffee()),
      {get("product/search_item", "", answer("search_item_none")),
       get("product/get_item_list",
           "offset=0&page_size=100&item_status=NORMAL&item_status=UNLIST&item_status=BANNED&"
           "item_status=REVIEWING&update_time_from=1771022800",
           answer("get_item_list_empty"))});
  EXPECT_EQ(none.error().kind, ErrorKind::not_found);
}

// ---- reading back

TEST_F(ShopeeScript, AReadBackPageHoldsVariantsAndBigIds) {
  const auto page = play_all(
      [&] { return shopee.read_listings(ctx, ""); },
      {get("product/get_item_list",
           "offset=0&page_size=20&item_status=NORMAL&item_status=UNLIST&item_status=BANNED&"
           "item_status=REVIEWING",
           answer("get_item_list_1")),
       get("product/get_item_base_info", "item_id_list=27410099881%2C9123456789012345677",
           answer("item_base_info_page")),
       get("product/get_model_list", "item_id=27410099881", answer("get_model_list"))});
  EXPECT_EQ(page->next, "20");
  ASSERT_EQ(page->listings.size(), 3u);
  EXPECT_EQ(page->listings[0].remote_variant, "187700010001");
  EXPECT_EQ(page->listings[0].options, std::vector<std::string>{"250 g"});
  EXPECT_EQ(page->listings[1].options, std::vector<std::string>{"500 g"});
  EXPECT_EQ(page->listings[2].remote_product, "9123456789012345677");
  EXPECT_EQ(page->listings[2].stock, 40) << "all locations together";
  EXPECT_EQ(page->listings[2].price, Money{45000}) << "not the promotion's";
  EXPECT_EQ(page->listings[2].listed, false);
  const auto last = kit::play(shopee.read_listings(ctx, "40"),
                              {get("product/get_item_list", "", answer("get_item_list_empty"))});
  ASSERT_TRUE(last);
  EXPECT_TRUE(last->listings.empty() && last->next.empty());
}

}  // namespace
}  // namespace gerbang::shopee
