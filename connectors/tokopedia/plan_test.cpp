#include "connectors/tokopedia/plan.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "connectors/tokopedia/facts_for_test.hpp"

namespace gerbang::tokopedia {
namespace {

using ::testing::ElementsAre;
using ::testing::UnorderedElementsAre;
using namespace testing;

std::vector<std::string> codes_of(const Error& error) {
  std::vector<std::string> out;
  for (const FieldError& f : error.fields) out.push_back(f.code + " " + f.field);
  return out;
}

TEST(Plan, SaysADraftInTheChannelsTerms) {
  const auto plan = plan_listing(context_with_facts(), tea(), "914952");
  ASSERT_TRUE(plan) << plan.error().describe();
  EXPECT_EQ(plan->description, "<p>Pucuk teh dari kebun kecil di lereng desa.</p>");
  EXPECT_THAT(plan->platforms, ElementsAre("TIKTOK_SHOP", "TOKOPEDIA"));
  EXPECT_EQ(plan->weight_grams, 125);
  EXPECT_EQ(plan->package, (Centimetres{10, 6, 15})) << "rounded up";
  EXPECT_EQ(json::dump(plan->attributes), R"([{"id":"100107","values":[{"id":"1000789"}]}])");
  EXPECT_EQ(json::dump(plan->skus.at(0).sales_attributes), "[]");
}

TEST(Plan, AllThatIsWrongIsSaidAtOnce) {
  ListingDraft d = coffee();
  d.title = "Kopi 😀";
  d.description = "";
  d.images.clear();
  d.attributes.clear();
  d.options[0].name = "Kemasan yang namanya kepanjangan";
  d.variants[0].price = Money{50};
  d.variants[0].weight_grams.reset();
  d.variants[1].options = {"250 g"};
  d.variants[1].sku = "KOPI 500";
  d.variants[1].price = Money{5, "USD"};
  const auto plan = plan_listing(context_with_facts("914824"), d, "914824");
  ASSERT_FALSE(plan);
  EXPECT_EQ(plan.error().kind, ErrorKind::rejected);
  EXPECT_THAT(
      codes_of(plan.error()),
      UnorderedElementsAre(
          "title_too_short /title", "title_not_allowed /title", "description_missing /description",
          "image_missing /images", "option_text_too_long /options/0/name",
          "price_out_of_range /variants/0/price", "weight_missing /variants/0/weight_grams",
          "variant_options_invalid /variants/1/options", "sku_not_allowed /variants/1/sku",
          "currency_unsupported /variants/1/price", "price_out_of_range /variants/1/price",
          "attribute_missing /attributes/Negara Asal"));
}

TEST(Plan, TitlesHaveTheirOwnRules) {
  const auto codes = [](const std::string& title) {
    ListingDraft d = tea();
    d.title = title;
    const auto plan = plan_listing(context_with_facts(), d, "914952");
    return plan ? std::vector<std::string>() : codes_of(plan.error());
  };
  EXPECT_TRUE(codes("Kopi House Blend “Pagi Sukamaju” 70/30").empty());
  EXPECT_TRUE(codes("Biji Kopi ½ kg – Petik Merah é").empty());
  EXPECT_THAT(codes("Keripik Singkong"), ElementsAre("title_too_short /title"));
  EXPECT_THAT(codes(""), ElementsAre("title_missing /title"));
  EXPECT_THAT(codes(std::string(256, 'a').replace(9, 240, std::string(240, 'b'))),
              ::testing::Contains("title_too_long /title"));
  EXPECT_THAT(codes("Teh hijau 茶 dari lereng desa kami"), ElementsAre("title_not_allowed /title"));
  EXPECT_THAT(codes("Murahhhhhhhhhhhhh sekali barang ini"),
              ElementsAre("title_not_allowed /title"));
  EXPECT_THAT(codes("-*-*-*-*-*-*-*-*-*-*-*-*-*-*-*"), ElementsAre("title_not_allowed /title"));
}

TEST(Plan, TextBecomesTheHtmlTheChannelTakes) {
  ListingDraft d = tea();
  d.description = "Isi < 100 g & wangi.\nDua baris.\n\n\nParagraf \"baru\".\n";
  d.permits = {
      {"pirt", "P-IRT No. 2061234567890-28", {}}, {"halal", "ID123", {}}, {"bpom", "wangi", {}}};
  EXPECT_EQ(describe(d),
            "<p>Isi &lt; 100 g &amp; wangi.<br>Dua baris.</p><p>Paragraf \"baru\".</p>"
            "<p>P-IRT No. 2061234567890-28<br>Halal: ID123</p>");
  d.permits.clear();
  d.description = "";
  EXPECT_EQ(describe(d), "");
}

TEST(Plan, WhereAProductGoesIsTheShopsTheCategorysAndTheOperatorsWord) {
  const CallContext both = context_with_facts();
  const auto where = [](const CallContext& ctx, const ListingDraft& d, const char* category,
                        bool only_shop = false) {
    return find_platforms(*ctx.shop_facts, category, d, only_shop);
  };
  ListingDraft d = tea();
  EXPECT_THAT(*where(both, d, "873736"), ElementsAre("TIKTOK_SHOP")) << "not at Tokopedia";
  EXPECT_THAT(*where(both, d, "980616"), ElementsAre("TOKOPEDIA"));
  EXPECT_THAT(*where(both, d, "914952", true), ElementsAre("TIKTOK_SHOP"));
  EXPECT_THAT(*where(context_with_facts("914952", false), d, "914952"), ElementsAre("TIKTOK_SHOP"));
  d.attributes["platforms"] = "tokopedia";
  EXPECT_THAT(*where(both, d, "914952"), ElementsAre("TOKOPEDIA"));
  d.attributes["platforms"] = "Tokopedia, Shop";
  EXPECT_THAT(*where(both, d, "914952"), ElementsAre("TIKTOK_SHOP", "TOKOPEDIA"));
  EXPECT_EQ(where(both, d, "873736").error().code, "category_not_on_platform");
  d.attributes["platforms"] = "pasar";
  EXPECT_EQ(where(both, d, "914952").error().code, "platforms_invalid");
  d.attributes.erase("platforms");
  d.condition = Condition::used;
  EXPECT_THAT(*where(both, d, "914952"), ElementsAre("TOKOPEDIA"));
  EXPECT_EQ(where(context_with_facts("914952", false), d, "914952").error().code,
            "used_goods_refused");
}

TEST(Plan, AttributesAreMatchedByNameIdPermitAndCondition) {
  const json::Value attributes = attributes_from(data_of("attributes"));
  const auto match = [&](std::map<std::string, std::string> given,
                         std::vector<Permit> permits = {}) {
    ListingDraft d = tea();
    d.attributes = std::move(given);
    d.permits = std::move(permits);
    std::vector<FieldError> wrong;
    std::string out = json::dump(match_attributes(attributes, d, wrong));
    for (const FieldError& f : wrong) out += " " + f.code + f.field;
    return out;
  };
  const std::string origin = R"({"id":"100107","values":[{"id":"1000789"}]})";
  EXPECT_EQ(match({{"100107", "INDONESIA"}}), "[" + origin + "]");
  EXPECT_EQ(match({{"negara asal", "Atlantis"}}), "[] attribute_refused/attributes/Negara Asal");
  EXPECT_EQ(match({{"Negara Asal", "Indonesia"}}, {{"pirt", "206", {}}}),
            "[" + origin + R"(,{"id":"101370","values":[{"name":"206"}]}])");
  EXPECT_EQ(match({{"Negara Asal", "Indonesia"}, {"jenis kemasan", "botol, kendi"}}),
            "[" + origin + R"(,{"id":"101373","values":[{"id":"1013732"},{"name":"kendi"}]}])");
  EXPECT_EQ(match({{"Negara Asal", "Indonesia"}, {"Berat Bersih", "kira-kira 100"}}),
            "[" + origin + "]")
      << "an optional value that does not fit stays away";
  EXPECT_EQ(match({{"Negara Asal", "Indonesia"}, {"Mengandung Alkohol", "Ya"}}),
            "[" + origin +
                R"(,{"id":"101375","values":[{"id":"1013751"}]}])"
                " attribute_missing/attributes/Kadar Alkohol");
  EXPECT_EQ(match({{"Negara Asal", "Indonesia"}, {"Mengandung Alkohol", "Tidak"}}),
            "[" + origin + R"(,{"id":"101375","values":[{"id":"1013752"}]}])");
  EXPECT_EQ(match({{"Negara Asal", "Indonesia"}, {"Warna", "Merah"}}), "[" + origin + "]")
      << "sales attributes are options";
}

TEST(Plan, BarcodesOfOneShopMeanNothingOutside) {
  EXPECT_EQ(public_barcode("8991234567895"), "8991234567895");
  for (const char* own : {"2099000010018", "0212345678901", "21234567", "412345678903", "123", ""})
    EXPECT_EQ(public_barcode(own), "") << own;
}

TEST(Facts, CategoriesComeFromTwoTrees) {
  const CallContext ctx = context_with_facts();
  const json::Value* facts = ctx.shop_facts.get();
  EXPECT_EQ(*find_category(facts, "makanan-minuman/kopi", ""), "914824");
  EXPECT_EQ(*find_category(facts, "x/bibit-tanaman", ""), "980616");
  EXPECT_EQ(*find_category(facts, "", "914952"), "914952");
  EXPECT_EQ(find_category(facts, "x/makanan-minuman", "").error().code, "category_unmapped")
      << "not a leaf";
  EXPECT_EQ(find_category(facts, "x/minuman-beralkohol", "").error().code, "category_unmapped")
      << "by invitation";
  EXPECT_EQ(find_category(facts, "", "700437").error().code, "category_unmapped");
  EXPECT_EQ(find_category(nullptr, "x", "").error().code, "facts_missing");
  EXPECT_EQ(json::dump((*facts)["warehouses"]), R"(["7068517275539719942","7068517275539720002"])")
      << "the default first; returns and closed ones are none";
}

}  // namespace
}  // namespace gerbang::tokopedia
