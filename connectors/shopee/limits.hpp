#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "core/base/json.hpp"
#include "core/base/time.hpp"

// Numbers of the Shopee Open Platform that do not depend on the shop.
namespace gerbang::shopee {

inline constexpr std::string_view kLiveHost = "partner.shopeemobile.com";     // facts 1.1
inline constexpr std::string_view kAuthUrl = "https://open.shopee.com/auth";  // facts 2.1, form A

// Nothing is published; integrators pace themselves to 6-10 calls a second per shop and cool down
// 30 s after a limit error (facts 1.6).
inline constexpr double kCallsPerSecond = 10;
inline constexpr double kBurst = 10;
inline constexpr Duration kThrottledWait = std::chrono::seconds(30);

inline constexpr std::size_t kModelsPerCall = 50;   // facts 3.11, 3.13, 3.14
inline constexpr std::size_t kItemsPerUnlist = 50;  // facts 3.10
inline constexpr std::size_t kItemsPerRead = 50;    // facts 3.12
inline constexpr std::size_t kOrdersPerRead = 50;   // facts 4.3
inline constexpr std::size_t kOrdersPerPage = 100;  // facts 4.2
inline constexpr std::int64_t kWindowDays = 15;     // facts 4.2
inline constexpr std::size_t kMaxTiers = 2;         // facts 3.11
inline constexpr std::size_t kMaxModels = 50;       // facts 3.11
inline constexpr std::int64_t kPriceRatio = 7;      // dearest / cheapest variant, facts 3.11
inline constexpr std::size_t kMaxImages = 9;        // facts 3.1
inline constexpr std::size_t kImageBytes = 10 * 1024 * 1024;  // facts 3.1

inline constexpr Duration kRefreshTokenLife = std::chrono::hours(24 * 30);  // facts 2.3
// Between add_item and init_tier_variation (facts 3.11).
inline constexpr Duration kBeforeVariants = std::chrono::seconds(5);

// Items of one read_listings page: each with variants costs one more call, so a page of ours is
// smaller than the channel allows, to keep the lane free for orders.
inline constexpr std::size_t kListingPage = 20;
// How far find_listing looks back when the search index does not know the item yet.
inline constexpr Duration kFindBack = std::chrono::hours(2);
inline constexpr std::size_t kFindPages = 5;
// Brand pages read for a category: 1000 names.
inline constexpr std::size_t kBrandPages = 10;

// The category tree and attribute trees arrive whole and are large.
inline constexpr json::Limits kReplyLimits{8 * 1024 * 1024, 32, 400'000};

// Waits before something that is refused for now is tried again.
inline constexpr Duration kPromotionWait = std::chrono::minutes(15);
inline constexpr Duration kShopStateWait = std::chrono::hours(1);
inline constexpr Duration kAllocationWait = std::chrono::minutes(5);
inline constexpr Duration kDocumentWait = std::chrono::seconds(10);  // a label is being made

}  // namespace gerbang::shopee
