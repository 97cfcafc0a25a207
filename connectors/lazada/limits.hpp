#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "core/base/json.hpp"
#include "core/base/time.hpp"

// Numbers of the Lazada Open Platform, Indonesia. Where the facts know none it says so.
namespace gerbang::lazada {

inline constexpr std::string_view kApiUrl = "https://api.lazada.co.id/rest";             // facts 2
inline constexpr std::string_view kAuthUrl = "https://auth.lazada.com/oauth/authorize";  // facts 2
inline constexpr std::string_view kLiveHost = "api.lazada.co.id";
inline constexpr std::string_view kCountry = "id";

// Limits of single APIs are not published, apart from 50 calls a second and seller for the
// inventory APIs (facts 5). So we pace ourselves and slow down when ApiCallLimit comes.
inline constexpr double kCallsPerSecond = 10;
inline constexpr double kBurst = 10;

inline constexpr std::size_t kSkusPerCall = 20;      // 50 allowed, 20 recommended (facts 8)
inline constexpr std::size_t kSkusPerRemove = 50;    // facts 7
inline constexpr std::size_t kPackagesPerCall = 20;  // facts 12
inline constexpr std::size_t kProductsPerPage =
    20;  // 50 allowed; less when items have many SKUs (9)
inline constexpr std::int64_t kLastProductOffset = 10'000;  // facts 9
inline constexpr std::size_t kOrdersPerPage = 50;  // 100 allowed; their items are read 50 at a time
inline constexpr std::int64_t kLastOrderOffset = 5'000;  // facts 11
inline constexpr std::size_t kOrdersPerFetch = 20;  // each costs a call, their items one for all
inline constexpr std::size_t kWindowDays = 30;      // none is published
inline constexpr std::size_t kBrandsPerPage = 200;  // facts 6
inline constexpr std::size_t kBrandPages = 10;  // of a list that holds every brand of the country

inline constexpr std::size_t kTitleBytes = 255;                // facts 7: the error text says bytes
inline constexpr std::size_t kDescriptionCharacters = 25'000;  // facts 7
inline constexpr std::size_t kImages = 8;                      // facts 7
inline constexpr std::size_t kImageBytes = 3'145'728;          // facts 10
inline constexpr std::int64_t kImageLeastSide = 330, kImageMostSide = 5000;  // facts 10
inline constexpr std::int64_t kHeaviestGrams = 40'000;                       // facts 7
inline constexpr std::int64_t kGirthMillimetres = 3'000;  // length + width + height, facts 7
inline constexpr std::size_t kMaxOptions = 2;             // facts 7: "at most 2 for many"
inline constexpr std::size_t kMaxVariants = 50;           // ours: one create carries all

// The category tree arrives whole and is large.
inline constexpr json::Limits kReplyLimits{8 * 1024 * 1024, 32, 400'000};

// Waits before something that is refused for now is tried again.
inline constexpr Duration kCampaignWait = std::chrono::minutes(15);
inline constexpr Duration kLabelWait = std::chrono::seconds(30);
inline constexpr Duration kNotReadyWait = std::chrono::minutes(5);
inline constexpr Duration kTooFastWait = std::chrono::seconds(5);
// When the read list of an item is not yet whole after a create.
inline constexpr Duration kIncompleteWait = std::chrono::seconds(5);

}  // namespace gerbang::lazada
