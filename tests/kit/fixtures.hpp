#pragma once

#include <array>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "core/connector/types.hpp"

// What connectors' tests share: fixtures by name, pictures, variants.
namespace gerbang::kit {

// <folder>/<name>.json, whole. Throws when it cannot be read.
inline json::Value read_fixture(const std::string& folder, const std::string& name) {
  std::ifstream in(folder + "/" + name + ".json", std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(in), {}};
  json::Limits limits;
  limits.values = 100'000;
  auto parsed = json::parse(text, limits);
  if (!in || !parsed) throw std::runtime_error("no readable fixture " + name);
  return *std::move(parsed);
}

// The beginnings of pictures, which is what connectors look at.
inline const std::string kPng = std::string("\x89PNG\r\n\x1A\n", 8) + "isi";
inline const std::string kJpeg = std::string("\xFF\xD8\xFF\xE0", 4) + "isi";

inline DraftVariant variant(std::string sku, std::vector<std::string> options, std::int64_t price,
                            Quantity stock, std::int64_t grams,
                            std::array<std::int64_t, 3> package_mm = {80, 50, 200}) {
  DraftVariant v;
  v.sku = std::move(sku);
  v.options = std::move(options);
  v.price = Money{price};
  v.stock = stock;
  v.weight_grams = grams;
  v.package_mm = package_mm;
  return v;
}

}  // namespace gerbang::kit
