#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "core/base/json.hpp"
#include "core/base/time.hpp"
#include "core/connector/connector.hpp"

// Numbers of the Blibli Seller API, and what it offers at all.
namespace gerbang::blibli {

inline constexpr std::string_view kLiveHost = "api.blibli.com";  // facts 2
inline constexpr std::string_view kBasePath = "/v2/proxy";       // facts 2
inline constexpr std::string_view kStoreId = "10001";            // facts 3.2

// Facts 5 counts by operation; what is counted per SKU, item, package or queue is not a rate of
// ours: those calls are avoided or spaced where they are made.
ConnectorInfo info();

inline constexpr std::size_t kSkusPerBulk = 100;         // facts 5
inline constexpr std::size_t kProductsPerArchive = 100;  // facts 5
// Up to here one call each, answered at once; more go as one bulk update (facts 13, "which path for
// stock"). Ours: ten calls are a sixth of a minute's sixty.
inline constexpr std::size_t kStockSingly = 10;
inline constexpr std::size_t kOrdersPerFetch = 50;   // ours: one list serves them all
inline constexpr std::size_t kPage = 50;             // facts 5, 8.4, 9
inline constexpr std::size_t kListingPage = 20;      // ours: each product costs a detail call
inline constexpr std::int64_t kCappedRecords = 100;  // facts 5: a filter never yields more

inline constexpr std::size_t kTitleCharacters = 150;         // our choice, facts 13
inline constexpr std::size_t kDescriptionCharacters = 5000;  // facts 8.1
inline constexpr std::size_t kSellingPointCharacters = 400;  // facts 8.1
inline constexpr std::size_t kAttributeCharacters = 255;     // facts 8.1
inline constexpr std::size_t kImages = 8;                    // facts 8.1, per variant
inline constexpr std::size_t kImageBytes = 4 * 1024 * 1024;  // facts 8.1
inline constexpr std::size_t kVariants = 50;                 // facts 8.1
inline constexpr std::int64_t kLowestPrice = 1'000;          // our choice, facts 13
inline constexpr std::int64_t kHighestPrice = 1'000'000'000;
inline constexpr Quantity kMostStock = 999'999;  // our choice, facts 13

// The category tree arrives whole.
inline constexpr json::Limits kReplyLimits{8 * 1024 * 1024, 32, 400'000};

// A 429 without Retry-After: most of the limits are per minute.
inline constexpr Duration kThrottledWait = std::chrono::seconds(60);
// The same of a limit per product or queue, which are per 15 or 30 minutes.
inline constexpr Duration kItemLimitWait = std::chrono::minutes(5);
inline constexpr Duration kPromotionWait = std::chrono::minutes(15);
inline constexpr Duration kReviewWait = std::chrono::minutes(15);

// When a queue is asked after for the n-th time, counted from the question before. Five questions
// in 15 minutes are allowed per queue (facts 5); these make four at most.
Duration queue_wait(std::int64_t questions);
// The same for a product under review, which costs no scarce call.
Duration review_wait(std::int64_t questions);

// Facts 9: data up to one year old. The scan for an order goes back in these steps: what came in
// just now is most of what is looked for, and a step that is capped costs many calls.
inline constexpr Duration kScanSteps[] = {
    std::chrono::hours(2),       std::chrono::hours(24 * 2),   std::chrono::hours(24 * 9),
    std::chrono::hours(24 * 30), std::chrono::hours(24 * 120), std::chrono::hours(24 * 365)};
inline constexpr int kScanCalls = 60;  // list calls of one scan at most, of 100 in 30 minutes
// Items of one order are paid together; a step that ends this near to one is not believed whole.
inline constexpr Duration kScanMargin = std::chrono::minutes(10);
// What the seller cancelled is looked for this often, that long back (facts 9: the list knows no
// time of change).
inline constexpr Duration kCancelledEvery = std::chrono::minutes(30);
inline constexpr Duration kCancelledBack = std::chrono::hours(24 * 7);
// Detail calls of one fetch at most; five in 30 minutes are allowed per item (facts 5).
inline constexpr std::size_t kDetailsPerFetch = 100;

inline constexpr Duration kHookSkew = std::chrono::seconds(300);  // of requestTime, both ways

}  // namespace gerbang::blibli
