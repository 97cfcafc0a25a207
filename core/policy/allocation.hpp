#pragma once

#include <cstdint>

#include "core/model/money.hpp"

namespace gerbang::policy {

// What a shop may be offered of a variant: never more than can be sold, never below 0.
//   min(sellable × share, sellable - buffer), rounded down
// `sellable` is model's sellable() over the variant's components; `buffer` counts units of the
// variant (Shop::buffer); `share_percent` is 0–100 (Shop::share_percent).
Quantity offered(Quantity sellable, std::int64_t buffer, int share_percent);

}  // namespace gerbang::policy
