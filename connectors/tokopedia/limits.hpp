#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "core/base/json.hpp"
#include "core/base/time.hpp"

// Numbers of the partner API for Indonesian local shops (facts tiktok_tokopedia).
namespace gerbang::tokopedia {

inline constexpr std::string_view kLiveHost = "open-api.tiktokglobalshop.com";      // facts 1
inline constexpr std::string_view kLiveTokenUrl = "https://auth.tiktok-shops.com";  // facts 1
// The consent page that needs no service id (facts 2.1).
inline constexpr std::string_view kAuthUrl = "https://auth.tiktok-shops.com/oauth/authorize";

// No figure is published any more; until December 2025 it was 50 a second per endpoint (facts 3.5).
inline constexpr double kCallsPerSecond = 10;
inline constexpr double kBurst = 10;
inline constexpr Duration kThrottledWait = std::chrono::seconds(1);  // facts 3.5: then doubled

inline constexpr std::size_t kSkusPerCall = 100;              // facts 4.4, 4.6
inline constexpr std::size_t kProductsPerState = 20;          // facts 4.8
inline constexpr std::size_t kOrdersPerRead = 50;             // facts 5.2
inline constexpr std::size_t kOrdersPerPage = 100;            // facts 5.1
inline constexpr std::int64_t kWindowDays = 15;               // no limit is documented (facts 5.1)
inline constexpr std::size_t kProductsPerPage = 100;          // facts 4.9
inline constexpr std::size_t kSkusPerSearch = 10;             // seller_skus, facts 4.9
inline constexpr std::int64_t kMaxQuantity = 99'999;          // facts 4.4
inline constexpr std::int64_t kMinPrice = 100;                // facts 4.4
inline constexpr std::int64_t kMaxPrice = 100'000'000;        // facts 4.4
inline constexpr std::size_t kMinTitle = 25;                  // facts 4.4
inline constexpr std::size_t kMaxTitle = 255;                 // facts 4.4
inline constexpr std::size_t kMaxDescription = 10'000;        // facts 4.4
inline constexpr std::size_t kMaxImages = 9;                  // facts 4.4
inline constexpr std::size_t kImageBytes = 10 * 1024 * 1024;  // facts 4.1
inline constexpr std::size_t kMaxOptionName = 20;             // facts 4.4
inline constexpr std::size_t kMaxOptionValue = 50;            // facts 4.4
inline constexpr std::size_t kMaxSellerSku = 50;              // facts 4.4

// The category tree arrives whole.
inline constexpr json::Limits kReplyLimits{8 * 1024 * 1024, 32, 400'000};

// Waits before something that is refused for now is tried again.
inline constexpr Duration kAuditWait = std::chrono::minutes(5);
inline constexpr Duration kPromotionWait = std::chrono::minutes(15);
inline constexpr Duration kShopStateWait = std::chrono::hours(1);
inline constexpr Duration kSoon = std::chrono::seconds(1);
inline constexpr Duration kLabelWait = std::chrono::seconds(10);

}  // namespace gerbang::tokopedia
