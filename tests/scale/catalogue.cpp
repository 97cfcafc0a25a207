#include "tests/scale/catalogue.hpp"

#include <array>
#include <fstream>
#include <span>
#include <string_view>

#include "core/base/json.hpp"
#include "core/base/random.hpp"

namespace gerbang::scale {

namespace {

struct Thing {
  std::string_view name;
  std::string_view category;
  bool food;  // sold by weight, with a permit
};

constexpr std::array kThings = {
    Thing{"Kopi Robusta Sangrai", "makanan-minuman/kopi", true},
    Thing{"Gula Aren Cetak", "makanan-minuman/gula", true},
    Thing{"Keripik Singkong Balado", "makanan-minuman/keripik", true},
    Thing{"Madu Hutan Mentah", "makanan-minuman/madu", true},
    Thing{"Beras Merah Organik", "makanan-minuman/beras", true},
    Thing{"Bumbu Rempah Kering", "makanan-minuman/rempah", true},
    Thing{"Jahe Merah Bubuk", "makanan-minuman/minuman-herbal", true},
    Thing{"Keranjang Rotan Anyam", "rumah-tangga/anyaman", false},
    Thing{"Tikar Pandan Halus", "rumah-tangga/anyaman", false},
    Thing{"Tas Selempang Tenun", "fesyen/tas", false},
    Thing{"Kain Batik Tulis", "fesyen/batik", false},
    Thing{"Sabun Kelapa Batang", "kecantikan/sabun", false},
};
constexpr std::array<std::string_view, 8> kQualities = {
    "Pilihan", "Asli", "Premium", "Khas Desa", "Istimewa", "Alami", "Super", "Musim Ini"};
constexpr std::array<std::string_view, 10> kSentences = {
    "Dibuat oleh kelompok usaha di desa kami dengan bahan dari kebun sendiri.",
    "Setiap kemasan diperiksa dan ditimbang sebelum dikirim.",
    "Dikerjakan dengan tangan memakai cara yang diturunkan dari orang tua.",
    "Tanpa bahan pengawet dan tanpa pewarna buatan.",
    "Cocok untuk kebutuhan sehari-hari maupun oleh-oleh keluarga.",
    "Simpan di tempat kering dan sejuk, tutup rapat setelah dibuka.",
    "Warna dan bentuk dapat sedikit berbeda karena dibuat satu per satu.",
    "Hasil penjualan kembali ke desa untuk membiayai kegiatan warga.",
    "Panen dan pengolahan dilakukan pada musim yang sama supaya tetap segar.",
    "Pengiriman dilakukan setiap hari kerja dari gudang desa."};
constexpr std::array<std::string_view, 6> kMaterials = {"bambu", "rotan",  "pandan",
                                                        "katun", "kelapa", "kayu"};
constexpr std::array<std::int64_t, 3> kGrams = {250, 500, 1000};

// The generator of one enterprise and purpose: neighbours in number share nothing.
SeededRandom random_for(std::uint64_t seed, std::size_t number, std::uint64_t purpose) {
  std::uint64_t x = seed ^ (static_cast<std::uint64_t>(number) * 0x9e3779b97f4a7c15U) ^
                    (purpose * 0xbf58476d1ce4e5b9U);
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9U;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebU;
  return SeededRandom(x ^ (x >> 31));
}

template <class T>
const T& one_of(Random& random, std::span<const T> from) {
  return from[random.below(from.size())];
}

std::string digits(std::uint64_t value, std::size_t width) {
  std::string out = std::to_string(value);
  if (out.size() < width) out.insert(0, width - out.size(), '0');
  return out;
}

// WIT: Maluku and Papua; WITA: Bali, Nusa Tenggara, Kalimantan but West and Central, Sulawesi.
std::string zone_of(std::string_view code) {
  const std::string_view province = code.substr(0, 2);
  if (province.starts_with('8') || province.starts_with('9')) return "WIT";
  if (province.starts_with('5') || province.starts_with('7') || province == "63" ||
      province == "64" || province == "65")
    return "WITA";
  return "WIB";
}

std::string description(Random& random) {
  std::string out;
  const std::uint64_t sentences = 3 + random.below(5);
  for (std::uint64_t i = 0; i < sentences; ++i) {
    if (!out.empty()) out += ' ';
    out += one_of<std::string_view>(random, kSentences);
  }
  return out;
}

Product product(Random& random, std::size_t number, std::size_t sizes,
                std::vector<store::ApplyStock::Item>& stock) {
  const Thing& thing = one_of<Thing>(random, kThings);
  const std::string code = "P" + digits(number + 1, 5);
  Product out;
  out.code = code;
  out.title["id"] = std::string(thing.name) + " " +
                    std::string(one_of<std::string_view>(random, kQualities)) + " No. " +
                    std::to_string(number + 1);
  out.description["id"] = description(random);
  out.category = thing.category;
  out.brand = "Usaha Desa";
  out.attributes["Negara Asal"] = "Indonesia";
  out.attributes["bahan"] = one_of<std::string_view>(random, kMaterials);
  const std::uint64_t images = 1 + random.below(4);
  for (std::uint64_t i = 1; i <= images; ++i)
    out.images.push_back("https://gambar.example/" + random.hex(8) + "-" + std::to_string(i) +
                         ".jpg");
  if (thing.food) {
    // Not a number that anybody could have: districts end at 99, this one has the region 00.00.
    out.permits.push_back(
        {"pirt", "P-IRT No. 2" + digits(random.below(100), 2) + "0000" + digits(number, 6) + "-30",
         "2030-12-31"});
  }
  const std::int64_t price = 5000 + 500 * static_cast<std::int64_t>(random.below(400));
  const auto stocked = [&](std::string item, Quantity on_hand) {
    store::ApplyStock::Item count;
    count.item = std::move(item);
    count.on_hand = on_hand;
    stock.push_back(std::move(count));
  };
  for (std::size_t i = 0; i < sizes; ++i) {
    Variant variant;
    variant.sku = sizes == 1 ? code : code + "-" + std::to_string(kGrams[i]);
    variant.weight_grams =
        sizes == 1 ? 100 + static_cast<std::int64_t>(random.below(3000)) : kGrams[i] + 20;
    variant.package_mm = {120 + 10 * static_cast<std::int64_t>(random.below(20)),
                          90 + 10 * static_cast<std::int64_t>(random.below(10)), 60};
    variant.price = Money{price * static_cast<std::int64_t>(i + 1), "IDR"};
    if (sizes > 1) {
      variant.options = {std::to_string(kGrams[i]) + " g"};
      variant.components = {{code + "-CURAH", kGrams[i]}};
    } else {
      stocked(code, 1 + static_cast<Quantity>(random.below(200)));
    }
    out.variants.push_back(std::move(variant));
  }
  if (sizes > 1) {
    Option option;
    option.name = "Isi";
    for (const Variant& v : out.variants) option.values.push_back(v.options.front());
    out.options.push_back(std::move(option));
    stocked(code + "-CURAH", 1000 * (1 + static_cast<Quantity>(random.below(100))));
  }
  return out;
}

}  // namespace

Result<std::vector<Region>> load_regions(const std::string& file) {
  std::ifstream in(file);
  std::vector<Region> out;
  for (std::string line; std::getline(in, line);) {
    if (line.ends_with('\r')) line.pop_back();
    const auto comma = line.find(',');
    // "32.04.10.2005": desa 2, desa adat 3, kelurahan 1.
    if (comma != 13 || (line[9] != '2' && line[9] != '3')) continue;
    std::string name = line.substr(comma + 1);
    if (name.size() >= 2 && name.front() == '"' && name.back() == '"')
      name = name.substr(1, name.size() - 2);
    if (!name.empty()) out.push_back({line.substr(0, comma), std::move(name)});
  }
  if (out.empty())
    return Error(ErrorKind::invalid, "regions_invalid", file + " has no villages in it");
  return out;
}

std::size_t Catalogue::skus() const {
  std::size_t out = 0;
  for (const Product& p : products) out += p.variants.size();
  return out;
}

Country::Country(std::uint64_t seed, std::size_t organisations, std::size_t skus,
                 std::vector<Region> regions)
    : seed_(seed), organisations_(organisations), skus_(skus), regions_(std::move(regions)) {}

const Region Country::region(std::size_t number) const {
  if (!regions_.empty()) {
    // Evenly over the country, in the order of the file; each once while there are enough.
    const std::size_t of = std::max(organisations_, std::size_t{1});
    const std::size_t at = of <= regions_.size() ? number * regions_.size() / of : number;
    return regions_[at % regions_.size()];
  }
  // 20 villages a district, 25 districts a regency, 69 regencies a province.
  const std::string code = digits(11 + number / 34500 % 84, 2) + "." +
                           digits(1 + number / 500 % 69, 2) + "." +
                           digits(1 + number / 20 % 25, 2) + ".2" + digits(1 + number % 20, 3);
  return {code, "Contoh " + std::to_string(number + 1)};
}

Organisation Country::organisation(std::size_t number) const {
  const Region where = region(number);
  Organisation out;
  out.name = "BUM Desa " + where.name;
  out.kind = "bumdes";
  out.zone = zone_of(where.code);
  out.village_code = where.code;
  return out;
}

Catalogue Country::catalogue(std::size_t number) const {
  SeededRandom random = random_for(seed_, number, 1);
  Catalogue out;
  for (std::size_t left = skus_; left > 0;) {
    const std::size_t sizes = std::min<std::size_t>(
        left, random.below(10) < 8 ? 1 : 2 + static_cast<std::size_t>(random.below(2)));
    out.products.push_back(product(random, out.products.size(), sizes, out.stock));
    left -= sizes;
  }
  return out;
}

std::string import_file(const Catalogue& catalogue) {
  json::Array products;
  for (const Product& p : catalogue.products) products.push_back(to_json(p));
  json::Array stock;
  for (const auto& item : catalogue.stock)
    stock.push_back(json::object({{"item", item.item}, {"on_hand", *item.on_hand}}));
  json::Object out;
  out.append("products", json::Value(std::move(products)));
  out.append("stock", json::Value(std::move(stock)));
  return json::dump(json::Value(std::move(out))) + "\n";
}

}  // namespace gerbang::scale
