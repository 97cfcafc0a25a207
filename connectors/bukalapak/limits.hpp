#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/base/result.hpp"
#include "core/connector/connector.hpp"

// What Bukalapak accepts. The numbers are our choice where the facts end (facts bukalapak.md 10);
// only "1 to 5 images" is documented (7).
namespace gerbang::bukalapak {

inline constexpr std::size_t kNameCharacters = 150;
inline constexpr std::size_t kDescriptionCharacters = 10'000;  // of the HTML that is sent
inline constexpr std::size_t kImages = 5;
inline constexpr std::size_t kImageBytes = 2 * 1024 * 1024;
inline constexpr std::int64_t kLowestPrice = 100;
inline constexpr std::int64_t kHighestPrice = 100'000'000;
inline constexpr std::int64_t kHeaviestGrams = 100'000;
inline constexpr Quantity kMostStock = 99'999;
inline constexpr int kProductPage = 30;
inline constexpr int kOrderPage = 50;

// Capabilities, rates, hosts.
ConnectorInfo info();

// Everything that can be said of a draft before asking Bukalapak: all offending fields at once,
// kind rejected, the first one's code in front.
Result<void> check(const ListingDraft& draft);
// price_out_of_range, at `field`.
Result<void> check(const Money& price, std::string field);

// The stock to offer: more than the channel can show is shown as its most.
Quantity offered(Quantity stock);

// "image/png" or "image/jpeg" by the first bytes. Codes image_too_large, image_format; kind
// rejected.
Result<std::string> image_type(std::string_view bytes, std::string field);

// channel_closed_2025_02_09 when `app` points at a host of the closed marketplace.
Result<void> check_open(const App& app);

}  // namespace gerbang::bukalapak
