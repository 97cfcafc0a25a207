#pragma once

#include "tests/kit/world.hpp"

// A small village: one sack of coffee in two packets, and baskets.
namespace gerbang::kit {

inline json::Value coffee() {
  return *json::parse(R"({
    "code": "KOPI", "title": {"id": "Kopi Robusta Sangrai Sukamaju"},
    "description": {"id": "Kopi robusta sangrai sedang dari kebun desa, digiling saat dipesan."},
    "category": "makanan-minuman/kopi", "condition": "new",
    "attributes": {"Negara Asal": "Indonesia", "Masa Penyimpanan": "12 Bulan"},
    "images": [{"url": "https://desa.example/kopi.png"}],
    "options": [{"name": "Kemasan", "values": ["250 g", "500 g"]}],
    "variants": [
      {"sku": "KOPI-250", "options": ["250 g"], "weight_grams": 280, "package_mm": [80, 50, 200],
       "price": {"amount": 35000, "currency": "IDR"},
       "components": [{"item": "KOPI-SANGRAI", "quantity": 250}]},
      {"sku": "KOPI-500", "options": ["500 g"], "weight_grams": 540, "package_mm": [100, 60, 240],
       "price": {"amount": 65000, "currency": "IDR"},
       "components": [{"item": "KOPI-SANGRAI", "quantity": 500}]}]})");
}

inline json::Value basket() {
  return *json::parse(R"({
    "code": "KERANJANG", "title": {"id": "Keranjang Rotan Anyaman Tangan"},
    "description": {"id": "Keranjang rotan anyaman tangan, kuat dan ringan, untuk belanja harian."},
    "category": "rumah-tangga/anyaman", "condition": "new",
    "attributes": {"Negara Asal": "Indonesia"},
    "images": [{"url": "https://desa.example/keranjang.png"}],
    "variants": [{"sku": "KERANJANG-M", "weight_grams": 700, "package_mm": [300, 300, 200],
                  "price": {"amount": 120000, "currency": "IDR"}}]})");
}

// The village with its two shops, everything on offer.
class Village {
 public:
  explicit Village(World::Options options = {}) : world(std::move(options)) {
    world.put(coffee());
    world.put(basket());
    world.count("KOPI-SANGRAI", 10'000);
    world.count("KERANJANG-M", 12);
    shopee = world.connect("shopee", "BUM Desa di Shopee");
    bukalapak = world.connect("bukalapak", "BUM Desa di Bukalapak");
  }

  bool quiet(Duration limit = std::chrono::minutes(30)) {
    return world.run_until([this] { return world.waiting_work() == 0; }, limit);
  }

  World world;
  Shop shopee;
  Shop bukalapak;
};

}  // namespace gerbang::kit
