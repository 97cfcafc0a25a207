#include "connectors/lazada/sandbox/catalogue_data.hpp"

#include <algorithm>

namespace gerbang::sandbox::lazada {

namespace {

constexpr std::int64_t kFood = 10100001, kFashion = 10100002, kHome = 10100003, kBeauty = 10100004;

std::int64_t top_of(std::int64_t id) {
  const Category* at = find_category(id);
  while (at && at->parent != 0) at = find_category(at->parent);
  return at ? at->id : 0;
}

using Options = std::vector<std::pair<std::string, std::string>>;
const Options kCountries = {{"Indonesia", "Indonesia"},
                            {"Malaysia", "Malaysia"},
                            {"Thailand", "Thailand"},
                            {"Vietnam", "Vietnam"}};

// What every category has.
std::vector<Attribute> common() {
  return {
      {"name", "Nama Produk", "Product Name", true},
      {"description", "Deskripsi", "Description", false, false, false, "richText"},
      {"short_description", "Keunggulan", "Highlights", false, false, false, "richText"},
      {"brand", "Merek", "Brand", true, false, false, "singleSelect", {{"No Brand", "No Brand"}}},
      {"warranty_type",
       "Jenis Garansi",
       "Warranty Type",
       true,
       false,
       false,
       "singleSelect",
       {{"Tanpa Garansi", "No Warranty"}, {"Garansi Toko Lokal", "Local Seller Warranty"}}},
      {"Hazmat",
       "Barang Berbahaya",
       "Hazmat",
       false,
       false,
       false,
       "singleSelect",
       {{"Tidak Ada", "None"}, {"Baterai", "Battery"}, {"Cairan", "Liquid"}}},
      {"SellerSku", "SKU Penjual", "Seller SKU", true, false, true},
      {"price", "Harga", "Price", true, false, true, "numeric"},
      {"package_weight", "Berat Paket (kg)", "Package Weight (kg)", true, false, true, "numeric"},
      {"package_length", "Panjang Paket (cm)", "Package Length (cm)", true, false, true, "numeric"},
      {"package_width", "Lebar Paket (cm)", "Package Width (cm)", true, false, true, "numeric"},
      {"package_height", "Tinggi Paket (cm)", "Package Height (cm)", true, false, true, "numeric"},
      {"package_content", "Isi Paket", "What's in the box", false, false, true},
  };
}

std::vector<Attribute> of_food() {
  return {
      {"country_origin_hb", "Negara Asal", "Country of Origin", true, false, false, "singleSelect",
       kCountries},
      {"shelf_life",
       "Masa Penyimpanan",
       "Shelf Life",
       true,
       false,
       false,
       "enumInput",
       {{"7 Hari", "7 Days"},
        {"1 Bulan", "1 Month"},
        {"3 Bulan", "3 Months"},
        {"6 Bulan", "6 Months"},
        {"12 Bulan", "12 Months"},
        {"24 Bulan", "24 Months"}}},
      {"pirt_number", "No. P-IRT", "P-IRT Number", false},
      {"bpom_number", "No. BPOM", "BPOM Number", false},
      {"halal_number", "No. Sertifikat Halal", "Halal Certificate Number", false},
      {"units_hb", "Jumlah per Kemasan", "Pieces per Pack", false, false, false, "numeric"},
      {"pack_type",
       "Jenis Kemasan",
       "Pack Type",
       false,
       false,
       false,
       "multiEnumInput",
       {{"Plastik", "Plastic"}, {"Botol", "Bottle"}, {"Kardus", "Box"}}},
      {"flavor",
       "Rasa",
       "Flavour",
       false,
       true,
       true,
       "enumInput",
       {{"Original", "Original"}, {"Pedas", "Spicy"}, {"Manis", "Sweet"}}},
  };
}

std::vector<Attribute> of_goods() {
  return {
      {"material",
       "Bahan",
       "Material",
       false,
       false,
       false,
       "multiEnumInput",
       {{"Katun", "Cotton"}, {"Rotan", "Rattan"}, {"Bambu", "Bamboo"}, {"Pandan", "Pandan"}}},
      {"country_origin_hb", "Negara Asal", "Country of Origin", false, false, false, "singleSelect",
       kCountries},
      {"color_family",
       "Warna",
       "Color Family",
       false,
       true,
       true,
       "singleSelect",
       {{"Hitam", "Black"},
        {"Putih", "White"},
        {"Merah", "Red"},
        {"Biru", "Blue"},
        {"Cokelat", "Brown"},
        {"Hijau", "Green"}}},
      {"size",
       "Ukuran",
       "Size",
       false,
       true,
       true,
       "enumInput",
       {{"S", "S"}, {"M", "M"}, {"L", "L"}, {"XL", "XL"}}},
  };
}

std::vector<Attribute> of_beauty() {
  return {
      {"country_origin_hb", "Negara Asal", "Country of Origin", true, false, false, "singleSelect",
       kCountries},
      {"bpom_number", "No. BPOM", "BPOM Number", false},
      {"volume_hb", "Volume (ml)", "Volume (ml)", false, false, false, "numeric"},
  };
}

}  // namespace

const std::vector<Category>& categories() {
  static const std::vector<Category> kTree = {
      {kFood, 0, "Makanan & Minuman", "Groceries"},
      {10100010, kFood, "Bahan Pokok", "Food Staples"},
      {10100011, 10100010, "Beras", "Rice"},
      {10100012, 10100010, "Gula", "Sugar"},
      {10100013, 10100010, "Rempah", "Spices"},
      {10100014, 10100010, "Madu", "Honey"},
      {10100020, kFood, "Minuman", "Beverages"},
      {10100021, 10100020, "Kopi", "Coffee"},
      {10100022, 10100020, "Teh", "Tea"},
      {10100023, 10100020, "Minuman Herbal", "Herbal Drinks"},
      {10100024, 10100020, "Minuman Beralkohol", "Alcoholic Drinks", false},
      {10100030, kFood, "Makanan Ringan", "Snacks"},
      {10100031, 10100030, "Keripik", "Chips"},
      {10100032, 10100030, "Kue Kering", "Cookies"},
      {10100040, kFood, "Hampers", "Gift Sets"},
      {kFashion, 0, "Fesyen", "Fashion"},
      {10100051, kFashion, "Batik", "Batik"},
      {10100052, kFashion, "Tas", "Bags"},
      {kHome, 0, "Rumah Tangga", "Home & Living"},
      {10100060, kHome, "Dekorasi", "Decoration"},
      {10100061, 10100060, "Anyaman", "Wickerwork"},
      {10100062, 10100060, "Gerabah", "Pottery"},
      {kBeauty, 0, "Kecantikan", "Beauty"},
      {10100071, kBeauty, "Sabun", "Soap"},
  };
  return kTree;
}

const Category* find_category(std::int64_t id) {
  const auto& all = categories();
  const auto it =
      std::find_if(all.begin(), all.end(), [&](const Category& c) { return c.id == id; });
  return it == all.end() ? nullptr : &*it;
}

bool is_leaf(std::int64_t id) {
  const auto& all = categories();
  return find_category(id) &&
         std::none_of(all.begin(), all.end(), [&](const Category& c) { return c.parent == id; });
}

std::vector<Attribute> attributes_of(std::int64_t category) {
  std::vector<Attribute> out = common(), more;
  const std::int64_t top = top_of(category);
  if (top == kFood) more = of_food();
  if (top == kFashion || top == kHome) more = of_goods();
  if (top == kBeauty) more = of_beauty();
  out.insert(out.end(), more.begin(), more.end());
  return out;
}

const std::vector<Brand>& brands() {
  static const std::vector<Brand> kBrands = [] {
    std::vector<Brand> all = {{1203001, "Sukamaju"}, {1203002, "Lereng Sukamaju"}};
    // Enough that the first page does not hold them all.
    for (int i = 1; i <= 210; ++i)
      all.push_back({1204000 + i, "Merek Contoh " + std::to_string(i)});
    all.push_back({kNoBrand, "No Brand"});
    return all;
  }();
  return kBrands;
}

}  // namespace gerbang::sandbox::lazada
