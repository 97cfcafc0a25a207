#include "connectors/tokopedia/sandbox/catalogue_data.hpp"

#include <algorithm>

namespace gerbang::sandbox::tokopedia {

namespace {

constexpr std::string_view kFood = "700437", kFashion = "601152", kHome = "600001",
                           kBeauty = "601450", kFarm = "808200";

const std::vector<Choice> kCountries = {{"1000789", "Indonesia"},
                                        {"1000790", "Malaysia"},
                                        {"1000791", "Thailand"},
                                        {"1000792", "Vietnam"}};

Attribute colours() {
  return {"100000",
          "Warna",
          true,
          false,
          true,
          false,
          {{"1000001", "Merah"}, {"1000002", "Hitam"}, {"1000003", "Cokelat"}},
          "",
          "",
          ""};
}

std::vector<Attribute> food_attributes() {
  return {
      colours(),
      {"100107", "Negara Asal", false, true, false, false, kCountries, "", "", ""},
      {"100201",
       "Masa Penyimpanan",
       false,
       true,
       false,
       false,
       {{"1002011", "7 Hari"},
        {"1002012", "1 Bulan"},
        {"1002013", "3 Bulan"},
        {"1002014", "6 Bulan"},
        {"1002015", "12 Bulan"},
        {"1002016", "18 Bulan"},
        {"1002017", "24 Bulan"}},
       "",
       "",
       ""},
      {"101370", "No. P-IRT", false, false, true, false, {}, "", "", ""},
      {"101371", "No. BPOM", false, false, true, false, {}, "", "", ""},
      {"101372", "No. Sertifikat Halal", false, false, true, false, {}, "", "", ""},
      {"101373",
       "Jenis Kemasan",
       false,
       false,
       true,
       true,
       {{"1013731", "Plastik"}, {"1013732", "Botol"}, {"1013733", "Kardus"}},
       "",
       "",
       ""},
      {"101374", "Berat Bersih", false, false, true, false, {}, "POSITIVE_INT_OR_DECIMAL", "", ""},
      {"101375",
       "Mengandung Alkohol",
       false,
       false,
       false,
       false,
       {{"1013751", "Ya"}, {"1013752", "Tidak"}},
       "",
       "",
       ""},
      {"101376",
       "Kadar Alkohol",
       false,
       false,
       true,
       false,
       {},
       "POSITIVE_INT_OR_DECIMAL",
       "101375",
       "1013751"},
  };
}

std::vector<Attribute> goods_attributes() {
  return {
      colours(),
      {"100107", "Negara Asal", false, false, false, false, kCountries, "", "", ""},
      {"100134",
       "Bahan",
       false,
       false,
       true,
       false,
       {{"1001341", "Katun"},
        {"1001342", "Sutra"},
        {"1001343", "Rotan"},
        {"1001344", "Bambu"},
        {"1001345", "Pandan"},
        {"1001346", "Kayu"},
        {"1001347", "Tanah Liat"}},
       "",
       "",
       ""},
      {"100136",
       "Motif",
       false,
       false,
       false,
       true,
       {{"1001361", "Polos"}, {"1001362", "Bunga"}, {"1001363", "Garis"}, {"1001364", "Batik"}},
       "",
       "",
       ""},
  };
}

std::vector<Attribute> beauty_attributes() {
  return {
      colours(),
      {"100107", "Negara Asal", false, true, false, false, kCountries, "", "", ""},
      {"101371", "No. BPOM", false, false, true, false, {}, "", "", ""},
      {"101380", "Volume", false, false, true, false, {}, "POSITIVE_INT_OR_DECIMAL", "", ""},
  };
}

std::string_view top_of(std::string_view id) {
  const Category* at = find_category(id);
  while (at && at->parent != "0") at = find_category(at->parent);
  return at ? at->id : std::string_view();
}

}  // namespace

const std::vector<Category>& categories() {
  static const std::vector<Category> kTree = {
      {kFood, "0", "Makanan & Minuman"},
      {"914688", kFood, "Minuman"},
      {"914824", "914688", "Kopi"},
      {"914952", "914688", "Teh"},
      {"915080", "914688", "Minuman Herbal"},
      {"915208", "914688", "Sirup"},
      {"915336", "914688", "Minuman Beralkohol", true, true, true},
      {"915464", kFood, "Bahan Pokok"},
      {"915592", "915464", "Beras"},
      {"915720", "915464", "Gula"},
      {"915848", "915464", "Rempah"},
      {"915976", "915464", "Madu"},
      {"916104", "915464", "Tepung"},
      {"916232", kFood, "Makanan Ringan"},
      {"916360", "916232", "Keripik"},
      {"916488", "916232", "Kue Kering"},
      {"916616", "916232", "Dodol"},
      {"916744", kFood, "Hampers"},
      {kFashion, "0", "Fesyen"},
      {"839944", kFashion, "Batik"},
      {"840072", kFashion, "Tenun"},
      {"840200", kFashion, "Tas"},
      {"840328", kFashion, "Selendang"},
      {kHome, "0", "Rumah Tangga"},
      {"852104", kHome, "Anyaman"},
      {"852232", kHome, "Gerabah"},
      {"852360", kHome, "Ukiran"},
      {"852488", kHome, "Peralatan Makan"},
      {kBeauty, "0", "Kecantikan"},
      {"873480", kBeauty, "Sabun"},
      {"873608", kBeauty, "Minyak Atsiri"},
      {"873736", kBeauty, "Lulur", true, false},
      {kFarm, "0", "Pertanian"},
      {"980616", kFarm, "Bibit Tanaman", false, true},
      {"980744", kFarm, "Pupuk"},
  };
  return kTree;
}

const Category* find_category(std::string_view id) {
  const auto& all = categories();
  const auto it =
      std::find_if(all.begin(), all.end(), [&](const Category& c) { return c.id == id; });
  return it == all.end() ? nullptr : &*it;
}

bool is_leaf(std::string_view id) {
  const auto& all = categories();
  return find_category(id) &&
         std::none_of(all.begin(), all.end(), [&](const Category& c) { return c.parent == id; });
}

const std::vector<Attribute>& attributes_of(std::string_view category) {
  static const std::vector<Attribute> kOfFood = food_attributes();
  static const std::vector<Attribute> kOfGoods = goods_attributes();
  static const std::vector<Attribute> kOfBeauty = beauty_attributes();
  static const std::vector<Attribute> kOfOthers = {colours()};
  const std::string_view top = top_of(category);
  if (top == kFood) return kOfFood;
  if (top == kFashion || top == kHome) return kOfGoods;
  if (top == kBeauty) return kOfBeauty;
  return kOfOthers;
}

const Attribute* find_attribute(std::string_view category, std::string_view attribute) {
  const auto& all = attributes_of(category);
  const auto it =
      std::find_if(all.begin(), all.end(), [&](const Attribute& a) { return a.id == attribute; });
  return it == all.end() ? nullptr : &*it;
}

const std::vector<Brand>& brands() {
  static const std::vector<Brand> kBrands = {{"7082427311584347137", "Sukamaju"},
                                             {"7082427311584347139", "Lereng Sukamaju"},
                                             {"7082427311584347141", "Kriuk Sukamaju"},
                                             {"7082427311584347143", "Dapur Sukamaju", false}};
  return kBrands;
}

}  // namespace gerbang::sandbox::tokopedia
