#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace gerbang {

// An amount in the currency's minor unit. Rupiah has none in use: 35000 is Rp 35.000.
struct Money {
  std::int64_t amount = 0;
  std::string currency = "IDR";  // ISO 4217
  friend bool operator==(const Money&, const Money&) = default;
};

// Currencies the catalogue accepts.
inline bool is_currency(std::string_view code) {
  return code == "IDR";
}

inline constexpr std::int64_t kMaxAmount =
    100'000'000'000;  // Rp 100 billion: beyond is a typing error

// Base units of a stock item (gram, millilitre, piece). Whole numbers only.
using Quantity = std::int64_t;
inline constexpr Quantity kMaxQuantity = 1'000'000'000'000;

}  // namespace gerbang
