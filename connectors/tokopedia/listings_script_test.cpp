// Publishing, changing and finding, request by request, and with every fault at every step.
#include "connectors/tokopedia/script_for_test.hpp"

namespace gerbang::tokopedia {
namespace {

using namespace testing;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;

constexpr const char* kTea = "1729592969712207008";
constexpr const char* kUri = "tos-alisg-i-aphluv4xwc-sg/9b1f0c2d7e3a4c55";
constexpr const char* kCreate = "/product/202309/products";

class TokopediaListings : public ::testing::Test {
 protected:
  Tokopedia connector;
  CallContext ctx = context_with_facts();

  static std::string create_body(const std::string& platforms) {
    return R"({"save_mode":"LISTING","title":"Teh Hijau Lereng Petik Pucuk",)"
           R"("description":"<p>Pucuk teh dari kebun kecil di lereng desa.</p>",)"
           R"("category_id":"914952","category_version":"v1","main_images":[{"uri":")" +
           std::string(kUri) +
           R"("}],"package_weight":{"value":"125","unit":"GRAM"},)"
           R"("package_dimensions":{"length":"10","width":"6","height":"15","unit":"CENTIMETER"},)"
           R"("product_attributes":[{"id":"100107","values":[{"id":"1000789"}]}],)"
           R"("external_product_id":"TEH-100-P","listing_platforms":[)" +
           platforms +
           R"(],"skus":[{"seller_sku":"TEH-100","price":{"amount":"32000","currency":"IDR"},)"
           R"("inventory":[{"warehouse_id":"7068517275539719942","quantity":25}],)"
           R"("sales_attributes":[]}],"idempotency_key":"0b6d3a0e-8a4e-4f7e-8a53-1d5be2c1f0aa"})";
  }
  static kit::Step create(const std::string& platforms, HttpResponse r) {
    return post(kCreate, Effect::create, create_body(platforms), std::move(r));
  }
  static kit::Step read(const std::string& reply, const std::string& id = kTea) {
    return get("/product/202309/products/" + id, "return_under_review_version=true", answer(reply));
  }
  static kit::Step edit(const std::string& body, const std::string& id = kTea) {
    return post("/product/202509/products/" + id + "/partial_edit", Effect::set, body,
                answer("edited"));
  }
  static kit::Step search(const std::string& skus, const std::string& reply) {
    return post("/product/202502/products/search", Effect::read,
                R"({"status":"ALL","seller_skus":[)" + skus + "]}", answer(reply), "page_size=100");
  }
  // A draft as the engine brings it after publishing.
  ListingDraft published(ListingDraft d = tea()) {
    const auto ref = kit::play(connector.publish_listing(ctx, d),
                               {kit::step("image", nullptr, image("").reply),
                                kit::step("upload", nullptr, answer("upload_image")),
                                kit::step("create", nullptr, answer("create_product"))});
    EXPECT_TRUE(ref) << ref.error().describe();
    d.remote_product = ref->remote_product;
    d.memo = ref->memo;
    for (DraftVariant& v : d.variants) v.remote_variant = ref->variants.at(v.sku);
    return d;
  }
};

TEST_F(TokopediaListings, APlainProductIsCreatedWhereTheShopMayBe) {
  const ListingDraft d = tea();
  const auto ref = play_all([&] { return connector.publish_listing(ctx, d); },
                            {image("https://desa.example/teh.jpg"), upload(),
                             create(R"("TIKTOK_SHOP","TOKOPEDIA")", answer("create_product"))});
  EXPECT_EQ(ref->remote_product, kTea);
  EXPECT_THAT(ref->variants, ElementsAre(Pair("TEH-100", "1729592969712207012")));
  EXPECT_FALSE(ref->resume_after);
  EXPECT_EQ(ref->memo["images"]["https://desa.example/teh.jpg"].text(), kUri);
}

TEST_F(TokopediaListings, WhereTokopediaIsRefusedTheOtherPlaceIsAskedAlone) {
  ListingDraft d = tea();
  const auto ref = play_all([&] { return connector.publish_listing(ctx, d); },
                            {image("https://desa.example/teh.jpg"), upload(),
                             create(R"("TIKTOK_SHOP","TOKOPEDIA")", answer("switch_no_tokopedia")),
                             create(R"("TIKTOK_SHOP")", answer("create_product"))});
  EXPECT_EQ(ref->memo["only_shop"].as_bool(), true);
  d.memo = ref->memo;
  // Known from then on: pictures are there too.
  EXPECT_TRUE(kit::play(connector.publish_listing(ctx, d),
                        {create(R"("TIKTOK_SHOP")", answer("create_product"))}));
}

TEST_F(TokopediaListings, ABrandIsLookedUpOnceAndLeftOutWhenUnknown) {
  ListingDraft d = tea();
  d.brand = "SUKAMAJU";
  const kit::Step brands = get("/product/202309/brands",
                               "page_size=100&category_id=914952&brand_name=SUKAMAJU&"
                               "category_version=v1",
                               answer("brands"));
  std::string sent;
  const kit::Step made = kit::step(
      "create", [&](const HttpRequest& r) { sent = r.body; }, answer("create_product"));
  const auto ref = kit::play(connector.publish_listing(ctx, d),
                             {brands, image("https://desa.example/teh.jpg"), upload(), made});
  ASSERT_TRUE(ref);
  EXPECT_THAT(sent, HasSubstr(R"("brand_id":"7082427311584347137")"));
  d.memo = ref->memo;
  EXPECT_TRUE(kit::play(connector.publish_listing(ctx, d), {made})) << "not asked again";
  d.brand = "Merek Lain";
  EXPECT_TRUE(kit::play(connector.publish_listing(ctx, d),
                        {kit::step("brands", nullptr, answer("brands")), made}));
  EXPECT_EQ(sent.find("brand_id"), std::string::npos);
}

TEST_F(TokopediaListings, ACreateThatSaysNothingIsOpen) {
  for (const char* reply : {"ok", "ok_bare"}) {
    const auto odd = kit::play(connector.publish_listing(ctx, tea()),
                               {kit::step("image", nullptr, image("").reply),
                                kit::step("upload", nullptr, answer("upload_image")),
                                kit::step("create", nullptr, answer(reply))});
    EXPECT_EQ(odd.error().kind, ErrorKind::indeterminate) << reply;
  }
}

TEST_F(TokopediaListings, OurCodeTakenMeansLookFirst) {
  const auto publish = [&](const char* found) {
    return kit::play(connector.publish_listing(ctx, tea()),
                     {kit::step("image", nullptr, image("").reply),
                      kit::step("upload", nullptr, answer("upload_image")),
                      kit::step("create", nullptr, answer("product_code_taken")),
                      search(R"("TEH-100")", found)});
  };
  const auto ours = publish("search_teh");
  ASSERT_TRUE(ours) << ours.error().describe();
  EXPECT_EQ(ours->remote_product, kTea);
  EXPECT_TRUE(ours->resume_after) << "brought up to date by an update";
  EXPECT_EQ(publish("search_none").error().code, "product_code_taken");
  EXPECT_EQ(publish("search_none").error().kind, ErrorKind::rejected);
  EXPECT_EQ(publish("search_twice").error().code, "listing_sku_twice");
}

TEST_F(TokopediaListings, WithoutStockWhereZeroIsRefusedItWaits) {
  ListingDraft d = tea();
  d.variants[0].stock = 0;
  const auto wait = kit::play(connector.publish_listing(ctx, d),
                              {kit::step("image", nullptr, image("").reply),
                               kit::step("upload", nullptr, answer("upload_image")),
                               kit::step("create", nullptr, answer("zero_refused"))});
  EXPECT_EQ(wait.error().kind, ErrorKind::blocked);
  EXPECT_EQ(wait.error().code, "stock_zero_refused");
  EXPECT_TRUE(wait.error().retry_after);
}

TEST_F(TokopediaListings, APictureThatIsNoneIsRefusedByPlace) {
  ListingDraft d = tea();
  d.images.push_back("https://desa.example/gif.gif");
  const auto bad = [&](kit::Step second) {
    return kit::play(connector.publish_listing(ctx, d),
                     {image(d.images[0]), upload(), std::move(second)})
        .error();
  };
  EXPECT_EQ(bad(image(d.images[1], "GIF89a")).code, "image_format");
  EXPECT_EQ(bad(image(d.images[1], "GIF89a")).field, "/images/1");
  kit::Step gone = image(d.images[1]);
  gone.reply.status = 404;
  EXPECT_EQ(bad(gone).code, "image_unreachable");
  EXPECT_EQ(bad(gone).kind, ErrorKind::rejected);
  gone.reply.status = 503;
  EXPECT_EQ(bad(gone).kind, ErrorKind::transient);
  const auto small = kit::play(connector.publish_listing(ctx, tea()),
                               {image(d.images[0]), upload("upload_refused")});
  EXPECT_EQ(small.error().code, "image_not_allowed");
  EXPECT_EQ(small.error().field, "/images/0");
}

TEST_F(TokopediaListings, NothingChangedIsNothingSent) {
  const ListingDraft d = published();
  const auto ref =
      play_all([&] { return connector.update_listing(ctx, d); }, {read("get_product")});
  EXPECT_EQ(ref->memo, d.memo);
  EXPECT_THAT(ref->variants, ElementsAre(Pair("TEH-100", "1729592969712207012")));
}

TEST_F(TokopediaListings, AFailedAuditSaysWhyUntilSomethingChanges) {
  ListingDraft d = published();
  const auto failed = kit::play(connector.update_listing(ctx, d), {read("get_product_failed")});
  EXPECT_EQ(failed.error().code, "listing_audit_failed");
  EXPECT_EQ(failed.error().kind, ErrorKind::rejected);
  EXPECT_THAT(failed.error().detail, HasSubstr("Foto utama buram"));
  d.title = "Teh Hijau Lereng Pucuk Pilihan";
  EXPECT_TRUE(kit::play(
      connector.update_listing(ctx, d),
      {read("get_product_failed"), edit(R"({"title":"Teh Hijau Lereng Pucuk Pilihan"})")}));
}

TEST_F(TokopediaListings, OnlyWhatDiffersIsSent) {
  ListingDraft d = published();
  d.title = "Teh Hijau Lereng Pucuk Pilihan";
  play_all([&] { return connector.update_listing(ctx, d); },
           {read("get_product"), edit(R"({"title":"Teh Hijau Lereng Pucuk Pilihan"})")});
  d = published();
  d.description = "Baru.";
  d.variants[0].weight_grams = 130;
  EXPECT_TRUE(
      kit::play(connector.update_listing(ctx, d),
                {read("get_product"), edit(R"({"description":"<p>Baru.</p>",)"
                                           R"("package_weight":{"value":"130","unit":"GRAM"}})")}));
  // Listed at one place only, wanted at both: both are named, or the one would go off.
  d = published();
  EXPECT_TRUE(kit::play(connector.update_listing(ctx, d),
                        {read("get_product_tokopedia"),
                         edit(R"({"listing_platforms":["TIKTOK_SHOP","TOKOPEDIA"]})")}));
}

TEST_F(TokopediaListings, ANewVariantKeepsTheIdsOfTheOthers) {
  CallContext c = context_with_facts("914824");
  ListingDraft d = coffee();
  d.remote_product = "1729592969712207777";
  d.options[0].values.push_back("1 kg");
  d.variants.push_back(variant("KOPI-1000", {"1 kg"}, 160000, 5, 1060));
  std::string sent;
  const auto incomplete = kit::play(
      connector.update_listing(c, d),
      {read("get_product_two", "1729592969712207777"), image(d.images[0]), upload(),
       kit::step(
           "edit", [&](const HttpRequest& r) { sent = r.body; }, answer("create_product_two")),
       read("get_product_two", "1729592969712207777")});
  EXPECT_EQ(incomplete.error().code, "answer_incomplete") << "the new one got no id";
  EXPECT_THAT(sent, HasSubstr(R"({"id":"1729592969712208001","seller_sku":"KOPI-250")"));
  EXPECT_THAT(sent, HasSubstr(R"({"seller_sku":"KOPI-1000","price")"));
  EXPECT_THAT(sent, HasSubstr(R"("sales_attributes":[{"name":"Kemasan","value_name":"1 kg"}])"));
}

TEST_F(TokopediaListings, AnotherCategoryNeedsTheWholeProduct) {
  CallContext c = context_with_facts("914824");
  ListingDraft d = published();
  d.category = "makanan-minuman/kopi";
  std::string sent;
  const kit::Step put = kit::step(
      "put",
      [&](const HttpRequest& r) {
        EXPECT_EQ(r.method, Method::put);
        EXPECT_EQ(r.operation, "product.products.edit");
        sent = r.body;
      },
      answer("edited"));
  EXPECT_TRUE(kit::play(connector.update_listing(c, d), {read("get_product"), put}));
  EXPECT_THAT(sent, HasSubstr(R"("category_id":"914824")"));
  EXPECT_THAT(sent, HasSubstr(R"("skus":[{"id":"1729592969712207012")"))
      << "or it would be deleted";
}

TEST_F(TokopediaListings, WhatIsGoneOrFrozenIsNotEdited) {
  const ListingDraft d = published();
  const auto update = [&](const char* reply) {
    return kit::play(connector.update_listing(ctx, d), {read(reply)}).error();
  };
  EXPECT_EQ(update("product_unknown").code, "listing_gone");
  EXPECT_EQ(update("product_unknown").kind, ErrorKind::not_found);
  EXPECT_EQ(update("get_product_frozen").code, "listing_stopped");
  EXPECT_EQ(update("get_product_two").kind, ErrorKind::transient) << "an answer about another one";
  ListingDraft odd = d;
  odd.remote_product = "bukan";
  EXPECT_EQ(kit::play(connector.update_listing(ctx, odd), {}).error().code, "listing_gone");
}

TEST_F(TokopediaListings, AfterAnUnclearCreateItIsLookedFor) {
  const auto ref = play_all([&] { return connector.find_listing(ctx, tea()); },
                            {search(R"("TEH-100")", "search_teh")});
  EXPECT_EQ(ref->remote_product, kTea);
  EXPECT_THAT(ref->variants, ElementsAre(Pair("TEH-100", "1729592969712207012")));
  const auto look = [&](const char* reply) {
    return kit::play(connector.find_listing(ctx, tea()), {search(R"("TEH-100")", reply)}).error();
  };
  EXPECT_EQ(look("search_none").kind, ErrorKind::not_found);
  EXPECT_EQ(look("search_twice").code, "listing_sku_twice");
  ListingDraft many = coffee();
  many.options[0].values.clear();
  many.variants.clear();
  for (int i = 0; i < 11; ++i) {
    many.options[0].values.push_back(std::to_string(i));
    many.variants.push_back(variant("K" + std::to_string(i), {std::to_string(i)}, 1000, 1, 10));
  }
  EXPECT_EQ(kit::play(connector.find_listing(ctx, many),
                      {kit::step("ten", nullptr, answer("search_none")),
                       search(R"("K10")", "search_none")})
                .error()
                .kind,
            ErrorKind::not_found);
}

}  // namespace
}  // namespace gerbang::tokopedia
