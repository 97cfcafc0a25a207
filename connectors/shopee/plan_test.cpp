#include "connectors/shopee/plan.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "connectors/shopee/facts_for_test.hpp"
#include "connectors/shopee/fixtures_for_test.hpp"
#include "connectors/shopee/shopee.hpp"

namespace gerbang::shopee {
namespace {

using testing::coffee;
using ::testing::Contains;
using testing::context_with_facts;
using ::testing::ElementsAre;
using ::testing::Field;
using testing::tea;

std::vector<std::string> codes_of(const Error& error) {
  std::vector<std::string> out;
  for (const FieldError& f : error.fields) out.push_back(f.code + " " + f.field);
  return out;
}

TEST(Category, IsFoundByTheLastWordOfOurSlugInEitherLanguage) {
  const CallContext ctx = context_with_facts();
  const Shopee shopee;
  const auto of = [&](const char* slug, const char* own = "") {
    ListingDraft d = tea();
    d.category = slug;
    d.channel_category = own;
    return shopee.category_of(ctx, d);
  };
  EXPECT_EQ(*of("makanan-minuman/kopi"), "100782");
  EXPECT_EQ(*of("makanan-minuman/minuman-herbal"), "100783");
  EXPECT_EQ(*of("COFFEE"), "100782");
  EXPECT_EQ(*of("rumah/cafe-decor"), "100902");
  EXPECT_EQ(*of("apa/saja", "100783"), "100783");
  for (const auto& refused : {of("makanan-minuman/lainnya"), of("x/tidak-ada"), of("x/"),
                              of("makanan-minuman/minuman"), of("kopi", "100780")}) {
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, ErrorKind::rejected);
    EXPECT_EQ(refused.error().code, "category_unmapped");
    EXPECT_EQ(refused.error().field, "/category");
  }
  EXPECT_EQ(shopee.category_of(testing::context(), tea()).error().code, "facts_missing");
}

TEST(Plan, SaysAPlainProductInShopeesTerms) {
  const auto plan = plan_listing(context_with_facts(), tea(), "100782");
  ASSERT_TRUE(plan) << plan.error().describe();
  EXPECT_EQ(plan->item_sku, "TEH-100");
  EXPECT_FALSE(plan->has_models());
  EXPECT_EQ(plan->weight_grams, 125);
  EXPECT_THAT(*plan->package, ElementsAre(10, 6, 15)) << "91 mm needs 10 cm";
  // 8005 takes up to half a kilo, 8006 from ten, 8007 wants a fee, 8008 is off, 80003 is hidden.
  EXPECT_EQ(json::dump(plan->couriers), R"([{"logistic_id":8003,"enabled":true,"is_free":false},)"
                                        R"({"logistic_id":8005,"enabled":true,"is_free":false}])");
  EXPECT_EQ(json::dump(plan->brand), R"({"brand_id":0,"original_brand_name":"NoBrand"})");
  EXPECT_EQ(json::dump(plan->attributes),
            R"([{"attribute_id":100095,"attribute_value_list":[{"value_id":702}]}])");
}

TEST(Plan, AHeavyProductGetsTheCouriersThatTakeIt) {
  ListingDraft d = tea();
  d.variants[0].weight_grams = 12'000;
  auto plan = plan_listing(context_with_facts(), d, "100782");
  ASSERT_TRUE(plan);
  EXPECT_EQ(json::dump(plan->couriers),
            R"([{"logistic_id":8003,"enabled":true,"is_free":false},)"
            R"({"logistic_id":8006,"enabled":true,"is_free":false,"size_id":3}])");
}

TEST(Plan, VariantsBecomeTiersWithOnlyTheValuesInUse) {
  ListingDraft d = coffee();
  d.options[0].values = {"100 g", "250 g", "500 g"};
  const auto plan = plan_listing(context_with_facts(), d, "100782");
  ASSERT_TRUE(plan) << plan.error().describe();
  ASSERT_EQ(plan->tiers.size(), 1u);
  EXPECT_THAT(plan->tiers[0].options, ElementsAre("250 g", "500 g"));
  EXPECT_THAT(plan->models[1].tier_index, ElementsAre(1));
  EXPECT_EQ(plan->item_sku, "KOPI");
  EXPECT_EQ(plan->weight_grams, 540);
}

TEST(Plan, ReportsEveryOffendingFieldAtOnceBeforeAnythingIsSent) {
  ListingDraft d = coffee();
  d.title = "Kop";
  d.description = "pendek";
  d.images.clear();
  d.attributes.clear();
  d.options[0].name = "Ukuran kemasan yang panjang";
  d.variants[0].weight_grams.reset();
  d.variants[0].price.amount = 50;
  d.variants[1].price.amount = 90'000;
  const auto plan = plan_listing(context_with_facts(), d, "100782");
  ASSERT_FALSE(plan);
  EXPECT_EQ(plan.error().kind, ErrorKind::rejected);
  EXPECT_EQ(plan.error().code, "title_too_short");
  EXPECT_EQ(plan.error().field, "/title");
  EXPECT_THAT(
      codes_of(plan.error()),
      ::testing::UnorderedElementsAre(
          "title_too_short /title", "description_too_short /description", "image_missing /images",
          "price_out_of_range /variants/0/price", "weight_missing /variants/0/weight_grams",
          "price_ratio_too_wide /variants", "option_name_too_long /options/0/name",
          "attribute_missing /attributes/Country of Origin"));
}

TEST(Plan, BadInputs) {
  struct Case {
    const char* what;
    std::function<void(ListingDraft&)> change;
    const char* code;
  };
  const Case cases[] = {
      {"ten images", [](ListingDraft& d) { d.images.resize(10, "https://desa.example/a.png"); },
       "image_too_many"},
      {"a ratio above seven", [](ListingDraft& d) { d.variants[1].price.amount = 7 * 45000 + 1; },
       "price_ratio_too_wide"},
      {"three axes", [](ListingDraft& d) { d.options.resize(3, d.options[0]); },
       "options_too_many"},
      {"a double combination", [](ListingDraft& d) { d.variants[1].options = {"250 g"}; },
       "variant_options_invalid"},
      {"a value that is no option", [](ListingDraft& d) { d.variants[1].options = {"2 kg"}; },
       "variant_options_invalid"},
      {"a foreign currency", [](ListingDraft& d) { d.variants[0].price.currency = "USD"; },
       "currency_unsupported"},
      {"a weight no courier takes",
       [](ListingDraft& d) { d.variants[0].weight_grams = 99'000'000; }, nullptr},
      {"a long option",
       [](ListingDraft& d) {
         d.options[0].values[0] = d.variants[0].options[0] = std::string(21, 'x');
       },
       "option_value_too_long"},
      {"an unknown origin", [](ListingDraft& d) { d.attributes["Negara Asal"] = "Atlantis"; },
       "attribute_refused"},
      {"a long title", [](ListingDraft& d) { d.title = std::string(256, 'x'); }, "title_too_long"},
      {"more than fifty variants", [](ListingDraft& d) { d.variants.resize(51, d.variants[0]); },
       "variants_too_many"},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.what);
    ListingDraft d = coffee();
    c.change(d);
    const auto plan = plan_listing(context_with_facts(), d, "100782");
    if (c.code == nullptr) {
      // 8006 has no upper limit, so a ton still travels as cargo.
      EXPECT_TRUE(plan);
      continue;
    }
    ASSERT_FALSE(plan);
    EXPECT_THAT(plan.error().fields, Contains(Field(&FieldError::code, c.code)));
  }
}

TEST(Plan, AShopWithoutACourierCannotPublish) {
  CallContext ctx = context_with_facts();
  json::Object facts = ctx.shop_facts->members();
  facts.set("couriers", json::Value(json::Array()));
  ctx.shop_facts = std::make_shared<const json::Value>(std::move(facts));
  EXPECT_EQ(plan_listing(ctx, tea(), "100782").error().code, "courier_none_enabled");
}

TEST(Plan, NeedsTheFactsOfItsOwnCategory) {
  EXPECT_EQ(plan_listing(context_with_facts(), tea(), "100783").error().code, "facts_missing");
}

TEST(Plan, OffersNeverMoreThanTheChannelsStockLimit) {
  ListingDraft d = tea();
  d.variants[0].stock = 5'000'000;
  EXPECT_EQ(plan_listing(context_with_facts(), d, "100782")->models[0].stock, 999'999);
}

TEST(Plan, BrandsAreMatchedByNameOverAllPages) {
  ListingDraft d = tea();
  d.brand = "LERENG sukamaju";
  EXPECT_EQ(json::dump(plan_listing(context_with_facts(), d, "100782")->brand),
            R"({"brand_id":1100002,"original_brand_name":"Lereng Sukamaju"})");
  d.brand = "Tak Terdaftar";
  EXPECT_EQ(json::dump(plan_listing(context_with_facts(), d, "100782")->brand),
            R"({"brand_id":0,"original_brand_name":"NoBrand"})");
  CallContext ctx = context_with_facts();
  json::Object facts = ctx.category_facts->members();
  facts.set("brand_mandatory", true);
  facts.set("brands", json::Value(json::Array()));
  ctx.category_facts = std::make_shared<const json::Value>(std::move(facts));
  EXPECT_EQ(plan_listing(ctx, d, "100782").error().code, "brand_unmapped");
  d.brand.reset();
  EXPECT_EQ(plan_listing(ctx, d, "100782").error().code, "brand_missing");
}

TEST(Attributes, AreFilledByNameTypeAndPermit) {
  const CallContext ctx = context_with_facts();
  ListingDraft d = tea();
  d.attributes = {{"Negara Asal", "Viet Nam"},    {"berat produk", "250 g"},
                  {"Rasa", "pahit, asam, manis"}, {"masa penyimpanan", "18 Bulan"},
                  {"100072", "2028-12-31"},       {"Isi Kemasan", "20"},
                  {"asal", "Desa Sukamaju"}};
  d.permits = {{"pirt", "P-IRT No. 2149999110001-29", "2029-08-31"},
               {"halal", "ID99110000000110126", {}}};
  std::vector<FieldError> wrong;
  const json::Value list = match_attributes((*ctx.category_facts)["attributes"], d, wrong);
  EXPECT_TRUE(wrong.empty());
  EXPECT_EQ(
      json::dump(list),
      R"([{"attribute_id":100095,"attribute_value_list":[{"value_id":703}]},)"
      R"({"attribute_id":100061,"attribute_value_list":[{"value_id":0,"original_value_name":"250","value_unit":"g"}]},)"
      R"({"attribute_id":100070,"attribute_value_list":[{"value_id":1},{"value_id":3}]},)"
      R"({"attribute_id":100071,"attribute_value_list":[{"value_id":0,"original_value_name":"18 Bulan"}]},)"
      R"({"attribute_id":100072,"attribute_value_list":[{"value_id":0,"original_value_name":"1861833600"}]},)"
      R"({"attribute_id":100073,"attribute_value_list":[{"value_id":0,"original_value_name":"20"}]},)"
      R"({"attribute_id":100074,"attribute_value_list":[{"value_id":0,"original_value_name":"P-IRT No. 2149999110001-29"}]},)"
      R"({"attribute_id":100075,"attribute_value_list":[{"value_id":21}]}])");
}

TEST(Attributes, OptionalOnesThatDoNotFitAreLeftOut) {
  const CallContext ctx = context_with_facts();
  ListingDraft d = tea();
  d.attributes = {{"Negara Asal", "Indonesia"},
                  {"Berat Produk", "seperempat"},
                  {"Tanggal Kedaluwarsa", "besok"},
                  {"Isi Kemasan", "dua puluh"},
                  {"Sertifikat Halal", "mungkin"}};
  std::vector<FieldError> wrong;
  const json::Value list = match_attributes((*ctx.category_facts)["attributes"], d, wrong);
  EXPECT_TRUE(wrong.empty());
  EXPECT_EQ(list.items().size(), 1u);
}

TEST(Description, ShowsPermitNumbersOnce) {
  ListingDraft d = tea();
  d.description = "Teh.";
  d.permits = {{"pirt", "P-IRT No. 2149999110001-29", {}}, {"halal", "ID99110000000110126", {}}};
  const std::string once = describe_with_permits(d);
  EXPECT_EQ(once, "Teh.\n\nP-IRT No. 2149999110001-29\nHalal: ID99110000000110126");
  d.description = once;
  EXPECT_EQ(describe_with_permits(d), once);
}

TEST(SellerStock, NamesALocationOnlyWhereTheShopHasSome) {
  const CallContext ctx = context_with_facts();
  EXPECT_EQ(json::dump(seller_stock(ctx.shop_facts.get(), 4)), R"([{"stock":4}])");
  EXPECT_EQ(json::dump(seller_stock(nullptr, 4)), R"([{"stock":4}])");
  const CallContext many = context_with_facts("get_warehouse_detail");
  EXPECT_EQ(json::dump(seller_stock(many.shop_facts.get(), 4)),
            R"([{"location_id":"IDZ","stock":4}])");
}

}  // namespace
}  // namespace gerbang::shopee
