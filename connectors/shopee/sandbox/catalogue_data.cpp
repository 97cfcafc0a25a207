#include "connectors/shopee/sandbox/catalogue_data.hpp"

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

namespace gerbang::sandbox::shopee {

namespace {

constexpr Id kFood = 100629, kFashion = 100011, kHome = 100636, kBeauty = 100630, kFarm = 100640;

const std::vector<Choice> kCountries = {
    {702, "Indonesia"}, {703, "Malaysia"}, {704, "Thailand"}, {705, "Vietnam"}};

std::vector<Attribute> food_attributes() {
  return {
      {100095, true, "Negara Asal", "Country of Origin", 1, 0, 1, 0, 1, kCountries, {}},
      {100010,
       true,
       "Masa Penyimpanan",
       "Shelf Life",
       1,
       0,
       1,
       0,
       1,
       {{571, "7 Hari"},
        {572, "1 Bulan"},
        {573, "3 Bulan"},
        {574, "6 Bulan"},
        {575, "12 Bulan"},
        {576, "18 Bulan"},
        {577, "24 Bulan"}},
       {}},
      {100061, false, "Berat Produk", "Product Weight", 3, 3, 2, 0, 1, {}, {"g", "kg"}},
      {100370, false, "No. P-IRT", "P-IRT Number", 3, 2, 1, 0, 1, {}, {}},
      {100371, false, "No. BPOM", "BPOM Number", 3, 2, 1, 0, 1, {}, {}},
      {100372, false, "No. Sertifikat Halal", "Halal Certificate Number", 3, 2, 1, 0, 1, {}, {}},
      {100373,
       false,
       "Jenis Kemasan",
       "Pack Type",
       5,
       0,
       1,
       0,
       3,
       {{581, "Plastik"}, {582, "Botol"}, {583, "Kardus"}, {584, "Kaleng"}},
       {}},
      {100374, false, "Jumlah per Kemasan", "Pieces per Pack", 3, 1, 1, 0, 1, {}, {}},
      {100375, false, "Tanggal Kedaluwarsa", "Expiry Date", 3, 4, 1, 0, 1, {}, {}},
  };
}

std::vector<Attribute> goods_attributes() {
  return {
      {100095, false, "Negara Asal", "Country of Origin", 1, 0, 1, 0, 1, kCountries, {}},
      {100134,
       false,
       "Bahan",
       "Material",
       2,
       0,
       1,
       0,
       1,
       {{601, "Katun"},
        {602, "Sutra"},
        {603, "Rotan"},
        {604, "Bambu"},
        {605, "Pandan"},
        {606, "Kayu"},
        {607, "Tanah Liat"}},
       {}},
      {100136,
       false,
       "Motif",
       "Pattern",
       4,
       0,
       1,
       0,
       2,
       {{611, "Polos"}, {612, "Bunga"}, {613, "Garis"}, {614, "Batik"}},
       {}},
  };
}

std::vector<Attribute> beauty_attributes() {
  return {
      {100095, true, "Negara Asal", "Country of Origin", 1, 0, 1, 0, 1, kCountries, {}},
      {100371, false, "No. BPOM", "BPOM Number", 3, 2, 1, 0, 1, {}, {}},
      {100380, false, "Volume", "Volume", 3, 3, 2, 0, 1, {}, {"ml", "l"}},
  };
}

Id top_of(Id id) {
  const Category* at = find_category(id);
  while (at && at->parent != 0) at = find_category(at->parent);
  return at ? at->id : 0;
}

}  // namespace

const std::vector<Category>& categories() {
  static const std::vector<Category> kTree = {
      {kFood, 0, "Makanan & Minuman", "Food & Beverages"},
      {100651, kFood, "Bahan Pokok", "Food Staples"},
      {100780, 100651, "Beras", "Rice"},
      {100779, 100651, "Gula", "Sugar"},
      {100788, 100651, "Rempah", "Spices"},
      {100789, 100651, "Tepung", "Flour"},
      {100790, 100651, "Minyak Goreng", "Cooking Oil"},
      {100791, 100651, "Madu", "Honey"},
      {100656, kFood, "Minuman", "Beverages"},
      {100782, 100656, "Kopi", "Coffee"},
      {100783, 100656, "Teh", "Tea"},
      {100784, 100656, "Minuman Herbal", "Herbal Drinks"},
      {100785, 100656, "Sirup", "Syrup"},
      {100786, 100656, "Minuman Beralkohol", "Alcoholic Drinks", true},
      {100652, kFood, "Makanan Ringan", "Snacks"},
      {100800, 100652, "Keripik", "Chips"},
      {100801, 100652, "Kue Kering", "Cookies"},
      {100802, 100652, "Dodol", "Soft Sweets"},
      {100803, 100652, "Kacang", "Nuts"},
      {100653, kFood, "Lauk & Sambal", "Relishes"},
      {100810, 100653, "Sambal", "Chili Sauce"},
      {100811, 100653, "Abon", "Meat Floss"},
      {100660, kFood, "Hampers", "Gift Sets"},
      {kFashion, 0, "Fesyen", "Fashion"},
      {100100, kFashion, "Batik", "Batik"},
      {100101, kFashion, "Tenun", "Woven Cloth"},
      {100102, kFashion, "Tas", "Bags"},
      {100103, kFashion, "Selendang", "Shawls"},
      {100104, kFashion, "Topi", "Hats"},
      {kHome, 0, "Rumah Tangga", "Home & Living"},
      {100710, kHome, "Dekorasi", "Decoration"},
      {100712, 100710, "Anyaman", "Wickerwork"},
      {100713, 100710, "Gerabah", "Pottery"},
      {100714, 100710, "Ukiran", "Carvings"},
      {100711, kHome, "Dapur", "Kitchen"},
      {100715, 100711, "Talenan", "Cutting Boards"},
      {100716, 100711, "Peralatan Makan", "Tableware"},
      {kBeauty, 0, "Kecantikan", "Beauty"},
      {100870, kBeauty, "Sabun", "Soap"},
      {100871, kBeauty, "Minyak Atsiri", "Essential Oils"},
      {100872, kBeauty, "Lulur", "Body Scrub"},
      {kFarm, 0, "Pertanian", "Farming"},
      {100910, kFarm, "Bibit Tanaman", "Seeds"},
      {100911, kFarm, "Pupuk", "Fertilizer"},
  };
  return kTree;
}

const Category* find_category(Id id) {
  static const std::unordered_map<Id, const Category*> kIndex = [] {
    std::unordered_map<Id, const Category*> index;
    for (const Category& c : categories()) index.emplace(c.id, &c);
    return index;
  }();
  const auto it = kIndex.find(id);
  return it == kIndex.end() ? nullptr : it->second;
}

bool is_leaf(Id id) {
  static const std::unordered_set<Id> kParents = [] {
    std::unordered_set<Id> parents;
    for (const Category& c : categories()) parents.insert(c.parent);
    return parents;
  }();
  return find_category(id) != nullptr && !kParents.contains(id);
}

const std::vector<Attribute>& attributes_of(Id category) {
  static const std::vector<Attribute> kOfFood = food_attributes();
  static const std::vector<Attribute> kOfGoods = goods_attributes();
  static const std::vector<Attribute> kOfBeauty = beauty_attributes();
  static const std::vector<Attribute> kNone;
  switch (top_of(category)) {
    case kFood:
      return kOfFood;
    case kFashion:
    case kHome:
      return kOfGoods;
    case kBeauty:
      return kOfBeauty;
    default:
      return kNone;
  }
}

const Attribute* find_attribute(Id category, Id attribute) {
  const std::vector<Attribute>& all = attributes_of(category);
  const auto it =
      std::find_if(all.begin(), all.end(), [&](const Attribute& a) { return a.id == attribute; });
  return it == all.end() ? nullptr : &*it;
}

const std::vector<Brand>& brands() {
  static const std::vector<Brand> kBrands = {{1144001, "Sukamaju"},
                                             {1144002, "Lereng Sukamaju"},
                                             {1144003, "Kriuk Sukamaju"},
                                             {1144004, "Dapur Sukamaju"}};
  return kBrands;
}

const std::vector<Channel>& channels() {
  static const std::vector<Channel> kChannels = {
      {8003, "Reguler (Cashless)", true, true, "SIZE_INPUT", 0, 50},
      {8005, "Hemat", true, true, "SIZE_INPUT", 0, 5},
      {8006, "Kargo", false, false, "SIZE_INPUT", 0, 300},
      {8007, "Kurir Kotak", false, false, "SIZE_SELECTION", 0, 20},
      {8008, "Kurir Toko", false, false, "CUSTOM_PRICE", 0, 100},
      {80003, "J&T Express", true, true, "SIZE_INPUT", 8003, 50},
      {80015, "SPX Standard", true, true, "SIZE_INPUT", 8003, 50},
  };
  return kChannels;
}

const Channel* find_channel(Id id) {
  const auto& all = channels();
  const auto it =
      std::find_if(all.begin(), all.end(), [&](const Channel& c) { return c.id == id; });
  return it == all.end() ? nullptr : &*it;
}

const std::vector<Choice>& channel_sizes() {
  static const std::vector<Choice> kSizes = {{1, "Kecil"}, {2, "Sedang"}, {3, "Besar"}};
  return kSizes;
}

}  // namespace gerbang::sandbox::shopee
