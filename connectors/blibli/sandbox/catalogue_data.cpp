#include "connectors/blibli/sandbox/catalogue_data.hpp"

namespace gerbang::sandbox::blibli {

const std::vector<Category>& categories() {
  static const std::vector<Category> kCategories = {
      {"KO-1000023", "Kopi", "Makanan & Minuman", true, false},
      {"TE-1000024", "Teh", "Makanan & Minuman", true, false},
      {"GU-1000025", "Gula", "Makanan & Minuman", true, false},
      {"KE-1000026", "Keripik", "Makanan & Minuman", true, false},
      {"MA-1000027", "Madu", "Makanan & Minuman", true, false},
      {"RE-1000028", "Rempah", "Makanan & Minuman", true, false},
      {"BE-1000029", "Beras", "Makanan & Minuman", true, false},
      {"MH-1000030", "Minuman Herbal", "Makanan & Minuman", true, false},
      {"HA-1000031", "Hampers", "Makanan & Minuman", true, false},
      {"BA-1000040", "Batik", "Fesyen", false, true},
      {"TA-1000041", "Tas", "Fesyen", false, true},
      {"AN-1000050", "Anyaman", "Rumah Tangga", false, false},
      {"SA-1000060", "Sabun", "Kecantikan", false, false},
      {"10249", "Perkakas", "Rumah Tangga", false, false},
  };
  return kCategories;
}

const Category* category(std::string_view code) {
  for (const Category& c : categories()) {
    if (c.code == code) return &c;
  }
  return nullptr;
}

std::vector<Attribute> attributes_of(const Category& category) {
  std::vector<Attribute> out = {
      {"NE-2000001",
       "Negara Asal",
       "PREDEFINED_ATTRIBUTE",
       true,
       false,
       {"Indonesia", "Malaysia", "Thailand", "Lainnya"}},
      {"VA-2000010", "Varian", "DESCRIPTIVE_ATTRIBUTE", false, true, {}},
      {"BE-2000032", "Berat Bersih", "DESCRIPTIVE_ATTRIBUTE", false, false, {}},
  };
  if (category.food) {
    out.push_back({"MP-2000002",
                   "Masa Penyimpanan",
                   "PREDEFINED_ATTRIBUTE",
                   false,
                   false,
                   {"1 Bulan", "3 Bulan", "6 Bulan", "12 Bulan", "24 Bulan"}});
    out.push_back({"PI-2000003", "Nomor P-IRT", "DESCRIPTIVE_ATTRIBUTE", false, false, {}});
    out.push_back({"BP-2000004", "Nomor BPOM", "DESCRIPTIVE_ATTRIBUTE", false, false, {}});
    out.push_back({"HA-2000005", "Halal", "PREDEFINED_ATTRIBUTE", false, false, {"Ya", "Tidak"}});
  }
  if (category.fashion) {
    out.push_back({"WA-0000002",
                   "Warna",
                   "DEFINING_ATTRIBUTE",
                   false,
                   true,
                   {"Cokelat", "Hitam", "Biru", "Merah", "Hijau", "Putih"}});
    out.push_back(
        {"UK-0000003", "Ukuran", "DEFINING_ATTRIBUTE", false, true, {"S", "M", "L", "XL", "XXL"}});
  }
  return out;
}

const std::vector<Brand>& brands() {
  static const std::vector<Brand> kBrands = {
      {"BR-00001", "No Brand"},
      {"BR-00002", "Desa Maju"},
      {"BR-00003", "Lereng Sukamaju"},
  };
  return kBrands;
}

}  // namespace gerbang::sandbox::blibli
