#include "connectors/lazada/plan.hpp"

#include "connectors/lazada/lazada_for_test.hpp"
#include "connectors/lazada/wire_products.hpp"

namespace gerbang::lazada {
namespace {

using testing::coffee;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::Pair;
using ::testing::UnorderedElementsAre;

class LazadaPlan : public ::testing::Test {
 protected:
  CallContext ctx = testing::context_with_facts();
  ListingDraft draft = coffee();

  Plan plan() {
    auto out = plan_listing(ctx, draft, "10100021");
    EXPECT_TRUE(out) << out.error().describe();
    return out ? *out : Plan();
  }
  std::vector<std::pair<std::string, std::string>> findings() {
    const auto out = plan_listing(ctx, draft, "10100021");
    EXPECT_FALSE(out);
    std::vector<std::pair<std::string, std::string>> all;
    if (!out) {
      EXPECT_EQ(out.error().kind, ErrorKind::rejected);
      for (const FieldError& f : out.error().fields) all.emplace_back(f.field, f.code);
    }
    return all;
  }
  std::string attribute(const char* name) { return json::Value(plan().attributes)[name].to_text(); }
};

TEST_F(LazadaPlan, CoffeeInLazadasTerms) {
  draft.permits.push_back({"pirt", "2159999010001-29", std::nullopt});
  const Plan p = plan();
  EXPECT_EQ(
      json::dump(p.attributes),
      R"({"name":"Kopi Robusta Desa Sukamaju","description":"Kopi sangrai sedang.<br>Simpan )"
      R"(&lt;kering&gt;.<br><br>P-IRT: 2159999010001-29","brand_id":"1203001",)"
      R"("warranty_type":"Tanpa Garansi","Hazmat":"Tidak Ada","country_origin_hb":"Indonesia",)"
      R"("shelf_life":"12 Bulan","pirt_number":"2159999010001-29"})");
  EXPECT_EQ(json::dump(p.variation),
            R"({"variation1":{"name":"Kemasan","hasImage":false,"customize":true,)"
            R"("options":{"option":["250 g","500 g"]}}})");
  ASSERT_EQ(p.skus.size(), 2u);
  EXPECT_EQ(json::dump(json::Value(p.skus[1].sale_prop)), R"({"Kemasan":"500 g"})");
  EXPECT_EQ(p.skus[1].weight, "0.55");
  EXPECT_EQ(p.skus[1].width, "5.1");
  EXPECT_EQ(p.skus[1].price, 85000);
}

TEST_F(LazadaPlan, EveryOffendingFieldIsToldAtOnce) {
  draft.title = "Kopi <enak>";
  draft.images.clear();
  draft.attributes.erase("Negara Asal");
  draft.attributes["Masa Penyimpanan"] = "lama ^ sekali";
  draft.variants[0].weight_grams.reset();
  draft.variants[0].price.amount = 0;
  draft.variants[1].package_mm.reset();
  draft.variants[1].weight_grams = 41'000;
  EXPECT_THAT(findings(),
              UnorderedElementsAre(Pair("/title", "lazada_text_characters"),
                                   Pair("/images", "image_missing"),
                                   Pair("/attributes/Negara Asal", "attribute_missing"),
                                   Pair("/attributes/Masa Penyimpanan", "attribute_refused"),
                                   Pair("/variants/0/weight_grams", "weight_missing"),
                                   Pair("/variants/0/price", "price_out_of_range"),
                                   Pair("/variants/1/package_mm", "dimension_missing"),
                                   Pair("/variants/1/weight_grams", "weight_out_of_range")));
}

TEST_F(LazadaPlan, LimitsOfTextsAndPackages) {
  draft.title = std::string(256, 'a');
  draft.description = std::string(25'001, 'a');
  draft.variants[0].package_mm = std::array<std::int64_t, 3>{1000, 1000, 1001};
  draft.variants[1].price.currency = "USD";
  EXPECT_THAT(findings(),
              UnorderedElementsAre(Pair("/title", "title_too_long"),
                                   Pair("/description", "description_too_long"),
                                   Pair("/variants/0/package_mm", "lazada_package_refused"),
                                   Pair("/variants/1/price", "currency_unsupported")));
  draft = coffee();
  draft.title = std::string(127, 'a') + "é";
  EXPECT_TRUE(plan_listing(ctx, draft, "10100021"));
  draft.title = std::string(254, 'a') + "é";  // 255 characters, 256 bytes
  EXPECT_THAT(findings(), ElementsAre(Pair("/title", "title_too_long")));
}

TEST_F(LazadaPlan, StraightQuotesBecomeApostrophes) {
  draft.title = "Tas \"Satu Corak\"";
  EXPECT_EQ(attribute("name"), "Tas 'Satu Corak'");
}

TEST_F(LazadaPlan, BrandsThatLazadaDoesNotKnowAreNoBrand) {
  EXPECT_EQ(attribute("brand_id"), "1203001");
  draft.brand = "Merek Warga";
  EXPECT_EQ(attribute("brand_id"), "30768");
  draft.brand.reset();
  EXPECT_EQ(attribute("brand_id"), "30768");
  draft.attributes["brand_id"] = "99887766";  // a person looked it up
  EXPECT_EQ(attribute("brand_id"), "99887766");
}

TEST_F(LazadaPlan, ACategorysOwnPropertyIsTakenWhenItsValuesFit) {
  draft.options = {{"warna", {"Merah", "Biru"}}};
  draft.variants[0].options = {"Merah"};
  draft.variants[1].options = {"Biru"};
  EXPECT_EQ(plan().variation["variation1"]["name"].text(), "color_family");
  EXPECT_EQ(plan().variation["variation1"]["customize"].as_bool(), false);
  draft.options[0].values[1] = "Biru laut";
  draft.variants[1].options = {"Biru laut"};
  EXPECT_EQ(plan().variation["variation1"]["name"].text(), "warna") << "not one of its choices";
  EXPECT_EQ(plan().variation["variation1"]["customize"].as_bool(), true);
  draft.options[0].name = "Rasa";  // an open list
  EXPECT_EQ(plan().variation["variation1"]["name"].text(), "flavor");
}

TEST_F(LazadaPlan, VariantsNeedTheirOwnCombinations) {
  draft.variants[1].options = {"250 g"};
  EXPECT_THAT(findings(), ElementsAre(Pair("/variants/1/options", "variant_options_invalid")));
  draft = coffee();
  draft.options.push_back({"B", {"x"}});
  draft.options.push_back({"C", {"y"}});
  EXPECT_THAT(findings(), Contains(Pair("/options", "options_too_many")));
  draft = coffee();
  draft.options.clear();
  EXPECT_EQ(plan_listing(ctx, draft, "10100021").error().code, "variant_options_invalid");
  draft.variants.resize(1);
  draft.variants[0].options.clear();
  EXPECT_TRUE(plan().variation.is_null());
  EXPECT_TRUE(plan().skus[0].sale_prop.empty());
}

TEST_F(LazadaPlan, ValuesFollowTheAttributesKind) {
  draft.attributes["Jumlah per Kemasan"] = "12 buah";
  draft.attributes["Jenis Kemasan"] = "plastik, KARDUS, emas";
  draft.attributes["Tanggal Produksi"] = "2026-11-01";
  draft.attributes["Isi Bersih"] = "250 g";
  draft.permits.push_back({"halal", "ID99110000000010126", std::nullopt});
  EXPECT_EQ(attribute("units_hb"), "12");
  EXPECT_EQ(attribute("pack_type"), "Plastik,Kardus");
  EXPECT_EQ(attribute("made_on"), "2026-11-01");
  EXPECT_EQ(attribute("halal_certified"), "Yes") << "a permit answers a question of yes and no";
  EXPECT_EQ(json::Value(plan().skus[0].attributes)["net_contents"].text(), "250 g");
  draft.attributes["Jumlah per Kemasan"] = "1000";
  draft.attributes["Tanggal Produksi"] = "kemarin";
  EXPECT_EQ(attribute("units_hb"), "") << "an optional value that does not fit is left out";
  EXPECT_EQ(attribute("made_on"), "");
}

TEST_F(LazadaPlan, FactsOfAnotherCategoryAreNone) {
  EXPECT_EQ(plan_listing(ctx, draft, "10100023").error().code, "facts_missing");
  EXPECT_EQ(plan_listing(testing::context(), draft, "10100021").error().code, "facts_missing");
}

TEST_F(LazadaPlan, CategoriesAreFoundByTheirName) {
  const json::Value* facts = ctx.shop_facts.get();
  EXPECT_EQ(*find_category(facts, "makanan-minuman/minuman-herbal", ""), "10100023");
  EXPECT_EQ(*find_category(facts, "x", "10100051"), "10100051");
  EXPECT_EQ(*find_category(facts, "makanan-minuman/kopi", ""), "10100021")
      << "a branch of that name is no leaf";
  for (const char* slug : {"", "makanan-minuman", "a/teh"})
    EXPECT_EQ(find_category(facts, slug, "").error().code, "category_unmapped") << slug;
  EXPECT_EQ(find_category(facts, "kopi", "777").error().code, "category_unmapped");
  EXPECT_EQ(find_category(nullptr, "kopi", "").error().code, "facts_missing");
}

TEST_F(LazadaPlan, PayloadsHoldArraysAndTextsOnly) {
  draft.variants.resize(1);
  draft.options[0].values = {"250 g"};
  const json::Value payload = *json::parse(create_payload(plan(), {"https://l/p/a.jpg"}));
  const json::Value& product = payload["Request"]["Product"];
  EXPECT_TRUE(product["Images"]["Image"].is_array());
  EXPECT_TRUE(product["Skus"]["Sku"].is_array());
  EXPECT_EQ(product["disableAutoFillAttribute"].as_bool(), true);
  for (const auto& [name, value] : product["Skus"]["Sku"][0].members())
    EXPECT_TRUE(value.is_string() || name == "saleProp") << name;
}

TEST_F(LazadaPlan, AnUpdateCarriesContentAndTheStatusThatIsThere) {
  const RemoteItem there = item_from(testing::body_of("product_item")["data"]);
  draft.variants[0].remote_variant = "15123456790";  // adopted under another SKU
  draft.variants.resize(1);
  draft.options[0].values = {"250 g"};
  const json::Value payload = *json::parse(update_payload(plan(), there, {"u"}));
  const json::Value& sku = payload["Request"]["Product"]["Skus"]["Sku"][0];
  EXPECT_EQ(sku["SkuId"].text(), "15123456790");
  EXPECT_EQ(sku["SellerSku"].text(), "KOPI-500") << "it cannot be renamed";
  EXPECT_EQ(sku["Status"].text(), "inactive") << "left out it would mean active";
  EXPECT_TRUE(sku["price"].is_null());
  EXPECT_TRUE(sku["quantity"].is_null());
  draft.variants[0].remote_variant = "777";
  EXPECT_EQ(update_payload(plan(), there, {"u"}), "");
}

TEST_F(LazadaPlan, XmlIsEscapedAndNamesNothingButIds) {
  std::vector<StockItem> stock = {{"A&B", "8012345678", "15123456789", 7, true},
                                  {"C", "8012345679", "15123456790", -3, true}};
  EXPECT_EQ(stock_payload(stock),
            "<Request><Product><Skus><Sku><ItemId>8012345678</ItemId><SkuId>15123456789</SkuId>"
            "<SellableQuantity>7</SellableQuantity></Sku><Sku><ItemId>8012345679</ItemId>"
            "<SkuId>15123456790</SkuId><SellableQuantity>0</SellableQuantity></Sku></Skus>"
            "</Product></Request>");
  stock[1].remote_variant = "<x>";
  EXPECT_EQ(stock_payload(stock), "");
}

TEST(LazadaPictures, AreJudgedByTheirFirstBytes) {
  const auto code = [](std::string bytes, int status = 200) {
    HttpResponse r;
    r.status = status;
    r.body = std::move(bytes);
    const auto file = picture(r, 2);
    if (file) return std::string("ok");
    EXPECT_EQ(file.error().field, "/images/2");
    return file.error().code;
  };
  EXPECT_EQ(code(testing::kPng), "ok");
  EXPECT_EQ(code(std::string("\xFF\xD8\xFF\xE0", 4) + "isi"), "ok")
      << "a size that nobody can tell";
  std::string jpeg("\xFF\xD8\xFF\xE0\0\4ab\xFF\xC0\0\x11\x08\1\x49\1\x4A\3", 18);
  EXPECT_EQ(code(jpeg), "lazada_image_size") << "330 × 329";
  jpeg[14] = '\x4A';
  EXPECT_EQ(code(jpeg), "ok");
  std::string small = testing::kPng;
  small[18] = 0;
  small[19] = 100;
  EXPECT_EQ(code(small), "lazada_image_size");
  EXPECT_EQ(code("GIF89a"), "image_format");
  EXPECT_EQ(code(""), "image_format");
  EXPECT_EQ(code(testing::kPng + std::string(3'145'728, 'x')), "image_too_large");
  EXPECT_EQ(code("", 404), "image_unreachable");
  EXPECT_EQ(code("", 503), "image_unreachable");
  // Torn heads end somewhere.
  for (std::size_t n = 0; n < jpeg.size(); ++n)
    static_cast<void>(picture_size(std::string_view(jpeg).substr(0, n)));
}

}  // namespace
}  // namespace gerbang::lazada
