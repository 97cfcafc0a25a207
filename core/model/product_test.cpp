#include "core/model/product.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <functional>
#include <iterator>

namespace gerbang {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;
using testing::UnorderedElementsAre;

json::Value parse(std::string_view text) {
  auto v = json::parse(text);
  EXPECT_TRUE(v.ok()) << (v.ok() ? "" : v.error().describe());
  return v.ok() ? std::move(*v) : json::Value();
}

std::string read_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  EXPECT_TRUE(in) << path;
  return {std::istreambuf_iterator<char>(in), {}};
}

json::Value full() {
  return parse(R"({
    "title": {"id": "Kopi Robusta Sangrai", "en": "Roasted Robusta Coffee"},
    "description": {"id": "Baris satu\nBaris dua"},
    "category": "makanan-minuman/kopi", "brand": "Sukamaju", "condition": "used",
    "attributes": {"asal": "Desa Sukamaju", "proses": "natural"},
    "images": [{"url": "https://toko.example/1.jpg"}],
    "permits": [{"kind": "pirt", "number": "P-IRT No. 2159999010001-29", "expires": "2029-12-31"},
                {"kind": "halal", "number": "ID99110000000010126"}],
    "options": [{"name": "Kemasan", "values": ["250 g", "500 g"]},
                {"name": "Giling", "values": ["Halus"]}],
    "variants": [
      {"sku": "KOPI-250", "options": ["250 g", "Halus"], "barcode": "2099000010025",
       "weight_grams": 280, "package_mm": [80, 50, 200],
       "price": {"amount": 35000, "currency": "IDR"},
       "channel_prices": {"shopee": {"amount": 37000, "currency": "IDR"}},
       "components": [{"item": "KOPI-SANGRAI", "quantity": 250}]},
      {"sku": "KOPI-500", "options": ["500 g", "Halus"], "barcode": null}
    ],
    "channels": {"tokopedia": {"title": {"id": "Kopi Temanggung"}, "listed": false,
                 "category": "100782", "brand": "Kopi", "attributes": {"100": "Ya"},
                 "description": {"id": "Kopi saja"}}}
  })");
}

json::Value small() {
  return parse(R"({"title": {"id": "Sapu"}, "variants": [{"sku": "SAPU"}]})");
}

std::vector<std::pair<std::string, std::string>> findings(const Result<Product>& result) {
  std::vector<std::pair<std::string, std::string>> out;
  if (result) return out;
  EXPECT_EQ(result.error().kind, ErrorKind::invalid);
  EXPECT_EQ(result.error().code, "product_invalid");
  for (const auto& f : result.error().fields) out.emplace_back(f.field, f.code);
  return out;
}

TEST(Product, reads_every_field) {
  const auto read = product_from_json("KOPI", full());
  ASSERT_TRUE(read.ok()) << read.error().describe();
  const Product& p = *read;
  EXPECT_EQ(p.code, "KOPI");
  EXPECT_EQ(p.title.at("en"), "Roasted Robusta Coffee");
  EXPECT_EQ(p.description.at("id"), "Baris satu\nBaris dua");
  EXPECT_EQ(p.category, "makanan-minuman/kopi");
  EXPECT_EQ(p.brand, "Sukamaju");
  EXPECT_EQ(p.condition, Condition::used);
  EXPECT_THAT(p.attributes,
              UnorderedElementsAre(Pair("asal", "Desa Sukamaju"), Pair("proses", "natural")));
  EXPECT_THAT(p.images, ElementsAre("https://toko.example/1.jpg"));
  ASSERT_EQ(p.permits.size(), 2u);
  EXPECT_EQ(p.permits[0].kind, "pirt");
  EXPECT_EQ(p.permits[0].expires, "2029-12-31");
  EXPECT_FALSE(p.permits[1].expires);
  ASSERT_EQ(p.options.size(), 2u);
  EXPECT_THAT(p.options[0].values, ElementsAre("250 g", "500 g"));
  ASSERT_EQ(p.variants.size(), 2u);
  const Variant& v = p.variants[0];
  EXPECT_THAT(v.options, ElementsAre("250 g", "Halus"));
  EXPECT_EQ(v.barcode, "2099000010025");
  EXPECT_EQ(v.weight_grams, 280);
  EXPECT_THAT(v.package_mm.value(), ElementsAre(80, 50, 200));
  EXPECT_EQ(v.price, (Money{35000, "IDR"}));
  EXPECT_THAT(v.channel_prices, ElementsAre(Pair("shopee", Money{37000, "IDR"})));
  EXPECT_THAT(v.takes(), ElementsAre(Component{"KOPI-SANGRAI", 250}));
  EXPECT_THAT(p.variants[1].takes(), ElementsAre(Component{"KOPI-500", 1}));
  EXPECT_FALSE(p.variants[1].price);
  const ChannelOverride& o = p.channels.at("tokopedia");
  EXPECT_FALSE(o.listed);
  EXPECT_EQ(o.category, "100782");
  EXPECT_EQ(o.attributes.at("100"), "Ya");
  EXPECT_EQ(p.variant("KOPI-500"), &p.variants[1]);
  EXPECT_EQ(p.variant("KOPI-1"), nullptr);
}

TEST(Product, a_title_and_a_sku_are_enough) {
  const auto read = product_from_json("SAPU", small());
  ASSERT_TRUE(read.ok()) << read.error().describe();
  EXPECT_THAT(read->options, IsEmpty());
  EXPECT_EQ(read->condition, Condition::fresh);
  EXPECT_THAT(read->variants[0].options, IsEmpty());
}

TEST(Product, what_it_writes_it_reads_back) {
  for (const auto& body : {full(), small()}) {
    const auto first = product_from_json("KOPI", body);
    ASSERT_TRUE(first.ok()) << first.error().describe();
    const json::Value written = to_json(*first);
    EXPECT_EQ(written.members().begin()->first, "code");
    const auto second = product_from_json("KOPI", written);
    ASSERT_TRUE(second.ok()) << second.error().describe();
    EXPECT_EQ(json::dump(to_json(*second)), json::dump(written));
  }
  const auto p = product_from_json("KOPI", full());
  const json::Value written = to_json(*p);
  EXPECT_EQ(written["variants"].items()[0], full()["variants"].items()[0]);
  EXPECT_EQ(written["title"], full()["title"]);
  EXPECT_EQ(written["condition"].text(), "used");
}

TEST(Product, text_falls_back_to_indonesian) {
  const LocalizedText both{{"en", "salt"}, {"id", "garam"}};
  EXPECT_EQ(text_in(both, "en"), "salt");
  EXPECT_EQ(text_in(both, "fr"), "garam");
  EXPECT_EQ(text_in({{"en", "salt"}}, "id"), "salt");
  EXPECT_EQ(text_in({}, "id"), "");
}

TEST(Product, the_code_of_the_body_is_the_code_of_the_address) {
  json::Value body = small();
  body.as_object()->set("code", "SAPU");
  EXPECT_TRUE(product_from_json("SAPU", body).ok());
  EXPECT_THAT(findings(product_from_json("SAPU-2", body)),
              ElementsAre(Pair("/code", "code_mismatch")));
  EXPECT_THAT(findings(product_from_json("sapu", small())),
              ElementsAre(Pair("/code", "code_invalid")));
}

TEST(Product, all_errors_come_at_once) {
  const auto read = product_from_json("KOPI", parse(R"({
    "title": {"en": "Coffee"}, "judul": 1, "condition": "baru", "category": "Kopi",
    "permits": [{"kind": "halal", "number": "KH-9900000160126", "expires": "2026-02-30"}],
    "variants": [{"sku": "kopi", "weight_grams": 0, "price": {"amount": "Rp 29.000"}, "stok": 7}]
  })"));
  EXPECT_THAT(findings(read), UnorderedElementsAre(Pair("/title/id", "field_missing"),
                                                   Pair("/judul", "unknown_field"),
                                                   Pair("/condition", "condition_unknown"),
                                                   Pair("/category", "category_invalid"),
                                                   Pair("/permits/0/number", "halal_decree_number"),
                                                   Pair("/permits/0/expires", "date_invalid"),
                                                   Pair("/variants/0/sku", "code_invalid"),
                                                   Pair("/variants/0/weight_grams", "out_of_range"),
                                                   Pair("/variants/0/price/amount", "wrong_type"),
                                                   Pair("/variants/0/stok", "unknown_field")));
}

struct Bad {
  const char* name;
  std::function<void(json::Object&)> spoil;
  const char* field;
  const char* code;
};

json::Value& at(json::Object& o, std::string_view key) {
  return *o.find(key);
}
json::Object& variant(json::Object& o, std::size_t i) {
  return *at(o, "variants").as_array()->at(i).as_object();
}

class ProductRefuses : public testing::TestWithParam<Bad> {};

TEST_P(ProductRefuses, one_bad_field) {
  json::Value body = full();
  GetParam().spoil(*body.as_object());
  EXPECT_THAT(findings(product_from_json("KOPI", body)),
              ElementsAre(Pair(GetParam().field, GetParam().code)));
}

std::string repeat(std::string_view s, int n) {
  std::string out;
  for (int i = 0; i < n; ++i) out += s;
  return out;
}

const Bad kBad[] = {
    {"title_missing", [](auto& o) { o.erase("title"); }, "/title", "field_missing"},
    {"title_blank", [](auto& o) { at(o, "title").as_object()->set("id", "  "); }, "/title/id",
     "text_empty"},
    {"title_long", [](auto& o) { at(o, "title").as_object()->set("id", repeat("é", 256)); },
     "/title/id", "too_long"},
    {"title_with_line", [](auto& o) { at(o, "title").as_object()->set("id", "a\nb"); }, "/title/id",
     "control_character"},
    {"title_number", [](auto& o) { o.set("title", 7); }, "/title", "wrong_type"},
    {"title_language", [](auto& o) { at(o, "title").as_object()->set("jv", "Kopi"); }, "/title/jv",
     "language_unknown"},
    {"description_bell", [](auto& o) { at(o, "description").as_object()->set("id", "a\x07"); },
     "/description/id", "control_character"},
    {"description_c1", [](auto& o) { at(o, "description").as_object()->set("id", "a\xC2\x85"); },
     "/description/id", "control_character"},
    {"description_nik",
     [](auto& o) { at(o, "description").as_object()->set("id", "NIK 9999994101900001"); },
     "/description/id", "nik_not_stored"},
    {"description_long",
     [](auto& o) { at(o, "description").as_object()->set("id", std::string(5001, 'a')); },
     "/description/id", "too_long"},
    {"brand_nik", [](auto& o) { o.set("brand", "9999994101900001"); }, "/brand", "nik_not_stored"},
    {"attribute_nik",
     [](auto& o) { at(o, "attributes").as_object()->set("nik", "9999994101900001"); },
     "/attributes/nik", "nik_not_stored"},
    {"attribute_name_escaped", [](auto& o) { at(o, "attributes").as_object()->set("a/b~c", 1); },
     "/attributes/a~1b~0c", "wrong_type"},
    {"permit_nik",
     [](auto& o) {
       at(o, "permits")
           .as_array()
           ->at(0)
           .as_object()
           ->set("kind", "lain")
           .set("number", "9999994101900001");
     },
     "/permits/0/number", "nik_not_stored"},
    {"image_address",
     [](auto& o) { at(o, "images").as_array()->at(0).as_object()->set("url", "ftp://a/b"); },
     "/images/0/url", "url_invalid"},
    {"image_unknown",
     [](auto& o) { at(o, "images").as_array()->at(0).as_object()->set("alt", "x"); },
     "/images/0/alt", "unknown_field"},
    {"images_many", [](auto& o) { o.set("images", json::Array(10)); }, "/images", "too_many"},
    {"axes_many", [](auto& o) { o.set("options", json::Array(3)); }, "/options", "too_many"},
    {"variants_none", [](auto& o) { o.set("variants", json::Array()); }, "/variants",
     "field_missing"},
    {"variants_many", [](auto& o) { o.set("variants", json::Array(51)); }, "/variants", "too_many"},
    {"value_unknown",
     [](auto& o) {
       variant(o, 0).set("options", json::array({"1 kg", "Halus"}));
     },
     "/variants/0/options/0", "option_value_unknown"},
    {"value_missing", [](auto& o) { variant(o, 0).set("options", json::array({"250 g"})); },
     "/variants/0/options", "option_count"},
    {"values_absent", [](auto& o) { variant(o, 0).erase("options"); }, "/variants/0/options",
     "option_count"},
    {"combination_twice",
     [](auto& o) {
       variant(o, 1).set("options", json::array({"250 g", "Halus"}));
     },
     "/variants/1/options", "duplicate"},
    {"sku_twice", [](auto& o) { variant(o, 1).set("sku", "KOPI-250"); }, "/variants/1/sku",
     "duplicate"},
    {"axis_twice",
     [](auto& o) { at(o, "options").as_array()->at(1).as_object()->set("name", "Kemasan"); },
     "/options/1/name", "duplicate"},
    {"barcode", [](auto& o) { variant(o, 0).set("barcode", "2099000040090"); },
     "/variants/0/barcode", "barcode_invalid"},
    {"package",
     [](auto& o) {
       variant(o, 0).set("package_mm", json::array({1, 2}));
     },
     "/variants/0/package_mm", "wrong_type"},
    {"price_zero", [](auto& o) { at(variant(o, 0), "price").as_object()->set("amount", 0); },
     "/variants/0/price/amount", "out_of_range"},
    {"price_fraction",
     [](auto& o) { at(variant(o, 0), "price").as_object()->set("amount", json::Decimal{"1.5"}); },
     "/variants/0/price/amount", "wrong_type"},
    {"price_dollar",
     [](auto& o) { at(variant(o, 0), "price").as_object()->set("currency", "USD"); },
     "/variants/0/price/currency", "currency_unknown"},
    {"price_channel",
     [](auto& o) {
       variant(o, 0).set("channel_prices",
                         json::object({{"Shopee", json::object({{"amount", 1}})}}));
     },
     "/variants/0/channel_prices/Shopee", "channel_invalid"},
    {"component_zero",
     [](auto& o) {
       at(variant(o, 0), "components").as_array()->at(0).as_object()->set("quantity", 0);
     },
     "/variants/0/components/0/quantity", "out_of_range"},
    {"component_twice",
     [](auto& o) {
       auto& c = *at(variant(o, 0), "components").as_array();
       c.push_back(c[0]);
     },
     "/variants/0/components/1/item", "duplicate"},
    {"components_many", [](auto& o) { variant(o, 0).set("components", json::Array(21)); },
     "/variants/0/components", "too_many"},
    {"channel_name",
     [](auto& o) {
       o.set("channels", json::object({{"X", json::Object()}}));
     },
     "/channels/X", "channel_invalid"},
    {"channel_listed",
     [](auto& o) {
       o.set("channels", json::object({{"shopee", json::object({{"listed", "ya"}})}}));
     },
     "/channels/shopee/listed", "wrong_type"},
};

INSTANTIATE_TEST_SUITE_P(Product, ProductRefuses, testing::ValuesIn(kBad),
                         [](const auto& bad) { return std::string(bad.param.name); });

TEST(Product, length_counts_characters_not_bytes) {
  json::Value body = small();
  body.as_object()->find("title")->as_object()->set("id", repeat("é", 255));
  EXPECT_TRUE(product_from_json("SAPU", body).ok());
}

TEST(Product, several_variants_need_an_option) {
  const auto body =
      parse(R"({"title": {"id": "Sapu"}, "variants": [{"sku": "S1"}, {"sku": "S2"}]})");
  EXPECT_THAT(findings(product_from_json("SAPU", body)),
              ElementsAre(Pair("/variants", "options_missing")));
}

TEST(Product, a_refused_nik_is_not_repeated_in_the_answer) {
  json::Value body = small();
  body.as_object()->set("brand", "9999994101900001");
  const auto read = product_from_json("SAPU", body);
  ASSERT_FALSE(read.ok());
  EXPECT_EQ(read.error().describe().find("9999994101900001"), std::string::npos);
  for (const auto& f : read.error().fields) EXPECT_EQ(f.detail.find("99999"), std::string::npos);
}

TEST(Product, the_number_of_findings_is_bounded) {
  json::Value body = small();
  for (int i = 0; i < 500; ++i) body.as_object()->append("x" + std::to_string(i), i);
  const auto read = product_from_json("SAPU", body);
  ASSERT_FALSE(read.ok());
  EXPECT_EQ(read.error().fields.size(), 100u);
}

TEST(Product, the_demo_catalogue_has_17_sound_products_and_3_mistakes) {
  const auto demo = parse(read_file(GERBANG_SOURCE_DIR "/deploy/demo/katalog.json"));
  std::size_t valid = 0;
  std::size_t variants = 0;
  std::map<std::string, std::vector<std::pair<std::string, std::string>>> refused;
  for (const json::Value& product : demo["products"].items()) {
    json::Value body = product;
    body.as_object()->erase("code");
    const auto read = product_from_json(product["code"].text(), body);
    if (read) {
      ++valid;
      variants += read->variants.size();
    } else {
      refused[std::string(product["code"].text())] = findings(read);
    }
  }
  EXPECT_EQ(valid, 17u);
  EXPECT_EQ(variants, 30u);
  EXPECT_THAT(
      refused,
      UnorderedElementsAre(
          Pair("SIROP-AREN-PANDAN", ElementsAre(Pair("/variants/0/price/amount", "wrong_type"))),
          Pair("SAMBAL-BAWANG", ElementsAre(Pair("/permits/1/number", "halal_decree_number"))),
          Pair("BTK-TAPLAK", ElementsAre(Pair("/variants/0/stok", "unknown_field")))));
}

}  // namespace
}  // namespace gerbang
