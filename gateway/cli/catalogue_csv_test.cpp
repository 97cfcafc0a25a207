#include "gateway/cli/catalogue_csv.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <map>

#include "core/model/product.hpp"

namespace gerbang::cli {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

std::string demo() {
  std::ifstream in(GERBANG_SOURCE_DIR "/deploy/demo/katalog.csv", std::ios::binary);
  EXPECT_TRUE(in);
  return {std::istreambuf_iterator<char>(in), {}};
}

// line, code, column, reason
using Told = std::tuple<std::size_t, std::string, std::string, std::string>;
std::vector<Told> told(const Result<CatalogueImport>& r) {
  std::vector<Told> out;
  EXPECT_TRUE(r.ok()) << (r.ok() ? "" : r.error().describe());
  if (!r) return out;
  for (const Rejection& x : r->rejected) out.emplace_back(x.line, x.code, x.column, x.reason);
  return out;
}

constexpr std::string_view kHeader =
    "kode,nama,deskripsi,kategori,merek,kondisi,opsi_1,nilai_1,opsi_2,nilai_2,sku,barcode,berat_"
    "gram,"
    "panjang_mm,lebar_mm,tinggi_mm,harga,stok,item_stok,pakai_per_unit,gambar,izin_pirt,izin_bpom,"
    "halal,atribut\n";

// One row from the cells that matter.
std::string row(const std::map<std::string, std::string>& cells) {
  std::string out;
  std::string_view names = kHeader.substr(0, kHeader.size() - 1);
  while (true) {
    const auto comma = names.find(',');
    const auto cell = cells.find(std::string(names.substr(0, comma)));
    if (cell != cells.end()) out += "\"" + cell->second + "\"";
    if (comma == std::string_view::npos) return out + "\n";
    out += ",";
    names.remove_prefix(comma + 1);
  }
}

Result<CatalogueImport> sheet(const std::vector<std::map<std::string, std::string>>& rows) {
  std::string text(kHeader);
  for (const auto& r : rows) text += row(r);
  return read_catalogue(text);
}

TEST(Catalogue, the_demo_has_72_sound_products_and_12_mistakes) {
  const auto r = read_catalogue(demo());
  EXPECT_THAT(told(r), ElementsAre(Told(17, "KOPI-LANANG", "harga", "out_of_range"),
                                   Told(40, "GULA-SEMUT-VANILA", "nilai_1", "option_value_missing"),
                                   Told(63, "KERIPIK-JAMUR", "pakai_per_unit", "not_whole"),
                                   Told(78, "MADU-KELENGKENG", "barcode", "barcode_invalid"),
                                   Told(102, "BERAS-HITAM", "deskripsi", "nik_not_stored"),
                                   Told(104, "BERAS-KETAN", "berat_gram", "number_unreadable"),
                                   Told(128, "BTK-SELENDANG", "sku", "sku_taken"),
                                   Told(135, "KERANJANG-BUAH", "nama", "field_missing"),
                                   Told(144, "SABUN-SEREH", "harga", "price_unreadable"),
                                   Told(148, "TAS-ANYAM", "sku", "code_invalid"),
                                   Told(151, "TAS-KANVAS", "kondisi", "condition_unknown"),
                                   Told(154, "HAMPERS-HEMAT", "pakai_per_unit", "out_of_range")));
  ASSERT_TRUE(r.ok());
  EXPECT_EQ(r->refused_products, 12u);
  EXPECT_EQ(r->products.size(), 72u);
  std::size_t variants = 0;
  std::map<std::string, Product> products;
  for (const ImportedProduct& p : r->products) {
    const auto product = product_from_json(p.code, p.body);
    ASSERT_TRUE(product.ok()) << p.code;
    variants += product->variants.size();
    products.emplace(p.code, *product);
  }
  EXPECT_EQ(variants, 123u);
  for (const Rejection& x : r->rejected) {
    EXPECT_TRUE(messages::has_message(x.reason)) << x.reason;
    EXPECT_FALSE(x.words(messages::Language::id).remedy.empty());
    EXPECT_THAT(x.detail, Not(HasSubstr("99999")));
  }

  const Product& coffee = products.at("KOPI-ROBUSTA");
  EXPECT_THAT(coffee.description.at("id"), HasSubstr("sedang.\n\nRasa:"));
  EXPECT_EQ(coffee.variants[1].price->amount, 40000);
  EXPECT_EQ(coffee.variants[2].price->amount, 75000);
  EXPECT_EQ(coffee.images.size(), 2u);
  ASSERT_EQ(coffee.permits.size(), 2u);
  EXPECT_EQ(coffee.permits[0].number, "P-IRT No. 2159999010001-29");
  EXPECT_THAT(coffee.options[0].values, ElementsAre("100 g", "250 g", "500 g", "1 kg"));
  const Product& blend = products.at("KOPI-CAMPUR");
  EXPECT_THAT(blend.variants[0].takes(),
              ElementsAre(Component{"KOPI-SANGRAI", 175}, Component{"KOPI-ARABIKA-SGR", 75}));
  EXPECT_EQ(products.at("KARUNG-GONI").condition, Condition::used);
  EXPECT_EQ(products.at("BTK-KEMEJA").options.size(), 2u);

  // Every item that an accepted product takes is counted once, and nothing else is.
  std::map<std::string, Quantity> stock;
  for (const ImportedCount& c : r->stock) {
    EXPECT_TRUE(stock.emplace(c.item, c.on_hand).second) << c.item;
  }
  std::set<std::string> taken;
  for (const auto& [code, product] : products) {
    for (const Variant& v : product.variants) {
      for (const Component& c : v.takes()) taken.insert(c.item);
    }
  }
  for (const auto& [item, on_hand] : stock) EXPECT_TRUE(taken.contains(item)) << item;
  for (const auto& item : taken) EXPECT_TRUE(stock.contains(item)) << item;
  EXPECT_EQ(stock.at("KOPI-SANGRAI"), 60000);
  EXPECT_EQ(stock.at("BTK-KMJ-PR-XL"), 0);
  EXPECT_FALSE(stock.contains("KOPI-LANANG-SGR"));
}

TEST(Catalogue, prices_as_people_write_them) {
  const std::pair<const char*, std::int64_t> good[] = {{"35000", 35000},
                                                       {"35.000", 35000},
                                                       {"Rp 35.000", 35000},
                                                       {"rp35000", 35000},
                                                       {"Rp. 1.250.000", 1250000},
                                                       {"Rp\xC2\xA0"
                                                        "9.000",
                                                        9000},
                                                       {" 500 ", 500}};
  for (const auto& [text, amount] : good) {
    const auto r = sheet({{{"kode", "AB"}, {"nama", "Sapu"}, {"sku", "AB"}, {"harga", text}}});
    ASSERT_TRUE(r.ok());
    ASSERT_EQ(r->products.size(), 1u) << text;
    EXPECT_EQ(r->products[0].body["variants"].items()[0]["price"]["amount"].as_int64(), amount)
        << text;
  }
  for (const char* bad : {"35.00", "3500.000", ".500", "35,000", "1.2345", "35000 rupiah", "Rp",
                          "35.000,00", "3 5000", "99999999999999999999", "1..000"}) {
    const auto r = sheet({{{"kode", "AB"}, {"nama", "Sapu"}, {"sku", "AB"}, {"harga", bad}}});
    EXPECT_THAT(told(r), ElementsAre(Told(2, "AB", "harga", "price_unreadable"))) << bad;
  }
}

std::map<std::string, std::string> good_row(const std::string& code, const std::string& sku) {
  return {{"kode", code}, {"nama", "Sapu Lidi"}, {"sku", sku}, {"harga", "5000"}};
}
std::map<std::string, std::string> with(std::map<std::string, std::string> cells,
                                        const std::map<std::string, std::string>& more) {
  for (const auto& [k, v] : more) cells[k] = v;
  return cells;
}

TEST(Catalogue, all_findings_of_a_product_are_told) {
  const auto r = sheet(
      {with(good_row("AB", "AB-1"), {{"opsi_1", "Isi"}, {"nilai_1", "1"}, {"berat_gram", "0"}}),
       with(good_row("AB", "ab"), {{"opsi_1", "Isi"},
                                   {"harga", ""},
                                   {"nama", "Lain"},
                                   {"panjang_mm", "10"},
                                   {"stok", "1.000"}})});
  EXPECT_THAT(told(r), ElementsAre(Told(2, "AB", "berat_gram", "out_of_range"),
                                   Told(3, "AB", "nama", "product_differs"),
                                   Told(3, "AB", "nilai_1", "option_value_missing"),
                                   Told(3, "AB", "lebar_mm", "field_missing"),
                                   Told(3, "AB", "tinggi_mm", "field_missing"),
                                   Told(3, "AB", "harga", "field_missing"),
                                   Told(3, "AB", "stok", "not_whole"),
                                   Told(3, "AB", "sku", "code_invalid")));
  EXPECT_THAT(r->products, IsEmpty());
  EXPECT_EQ(r->refused_products, 1u);
}

struct BadSheet {
  const char* name;
  std::vector<std::map<std::string, std::string>> rows;
  Told finding;
  std::size_t accepted;
};

TEST(Catalogue, mistakes_of_a_sheet) {
  const BadSheet cases[] = {
      {"code missing", {with(good_row("", "S1"), {})}, {2, "", "kode", "field_missing"}, 0},
      {"rows apart",
       {good_row("AA", "S1"), good_row("BB", "S2"), good_row("AA", "S3")},
       {4, "AA", "kode", "rows_apart"},
       1},
      {"option without name",
       {with(good_row("AA", "S1"), {{"nilai_1", "x"}})},
       {2, "AA", "nilai_1", "option_without_name"},
       0},
      {"several variants, no option",
       {good_row("AA", "S1"), good_row("AA", "S2")},
       {2, "AA", "opsi_1", "options_missing"},
       0},
      {"option names differ",
       {with(good_row("AA", "S1"), {{"opsi_1", "Isi"}, {"nilai_1", "1"}}),
        with(good_row("AA", "S2"), {{"opsi_1", "isi"}, {"nilai_1", "2"}})},
       {3, "AA", "opsi_1", "product_differs"},
       0},
      {"combination twice",
       {with(good_row("AA", "S1"), {{"opsi_1", "Isi"}, {"nilai_1", "1"}}),
        with(good_row("AA", "S2"), {{"opsi_1", "Isi"}, {"nilai_1", "1"}})},
       {3, "AA", "nilai_1", "duplicate"},
       0},
      {"sku twice",
       {with(good_row("AA", "S1"), {{"opsi_1", "Isi"}, {"nilai_1", "1"}}),
        with(good_row("AA", "S1"), {{"opsi_1", "Isi"}, {"nilai_1", "2"}})},
       {3, "AA", "sku", "duplicate"},
       0},
      {"quantities missing",
       {with(good_row("AA", "S1"), {{"item_stok", "AB+CD"}, {"pakai_per_unit", "1"}})},
       {2, "AA", "pakai_per_unit", "component_count"},
       0},
      {"item bad",
       {with(good_row("AA", "S1"), {{"item_stok", "x y"}})},
       {2, "AA", "item_stok", "code_invalid"},
       0},
      {"stock of several",
       {with(good_row("AA", "S1"), {{"item_stok", "AB+CD"}, {"stok", "5"}})},
       {2, "AA", "stok", "stock_ambiguous"},
       0},
      {"stock twice",
       {with(good_row("AA", "S1"), {{"item_stok", "SACK"}, {"stok", "5"}}),
        with(good_row("BB", "S2"), {{"item_stok", "SACK"}, {"stok", "5"}})},
       {3, "BB", "stok", "stock_counted_twice"},
       1},
      {"stock negative",
       {with(good_row("AA", "S1"), {{"stok", "-5"}})},
       {2, "AA", "stok", "number_unreadable"},
       0},
      {"decree",
       {with(good_row("AA", "S1"), {{"izin_pirt", "P-IRT 1"}, {"halal", "KH-99"}})},
       {2, "AA", "halal", "halal_decree_number"},
       0},
      {"image",
       {with(good_row("AA", "S1"), {{"gambar", "https://a.example/1.png  x"}})},
       {2, "AA", "gambar", "url_invalid"},
       0},
  };
  for (const BadSheet& c : cases) {
    const auto r = sheet(c.rows);
    EXPECT_THAT(told(r), ElementsAre(c.finding)) << c.name;
    EXPECT_EQ(r->products.size(), c.accepted) << c.name;
    EXPECT_EQ(r->refused_products, 1u) << c.name;
    EXPECT_TRUE(messages::has_message(std::get<3>(c.finding))) << c.name;
  }
}

TEST(Catalogue, a_row_with_a_cell_too_many_or_too_few_refuses_its_product) {
  const auto r = read_catalogue(std::string(kHeader) + "AA,Sapu\n" + row(good_row("BB", "S2")));
  ASSERT_TRUE(r.ok());
  EXPECT_EQ(r->products.size(), 1u);
  EXPECT_EQ(std::get<3>(told(r)[0]), "csv_cell_count");
}

TEST(Catalogue, blank_rows_at_the_end_are_passed_over) {
  const auto r =
      read_catalogue(std::string(kHeader) + row(good_row("AA", "S1")) + row({}) + " ,\n");
  ASSERT_TRUE(r.ok());
  EXPECT_EQ(r->products.size(), 1u);
  EXPECT_THAT(r->rejected, IsEmpty());
}

TEST(Catalogue, columns_must_be_the_right_ones) {
  const auto r = read_catalogue("kode,kode,judul\nA,B,C\n");
  ASSERT_FALSE(r.ok());
  EXPECT_EQ(r.error().code, "csv_columns");
  EXPECT_EQ(r.error().fields.size(), 2u + 24u);  // twice, unknown; 24 missing
  EXPECT_EQ(read_catalogue("").error().code, "csv_columns");
}

TEST(Catalogue, columns_may_stand_in_any_order_and_case) {
  std::string text = demo();
  const auto at = text.find("kode,nama");
  text.replace(at, 9, "Kode,NAMA");
  EXPECT_EQ(read_catalogue(text)->products.size(), 72u);
}

}  // namespace
}  // namespace gerbang::cli
