#pragma once

#include "core/connector/connector.hpp"

// Numbers and promises: what a WooCommerce shop accepts, how fast, and what it offers at all.
namespace gerbang::woocommerce {

inline constexpr std::size_t kBatch = 100;       // entries of a batch, facts woocommerce.md 6
inline constexpr std::size_t kPage = 100;        // per_page at most, facts 7
inline constexpr std::size_t kListingPage = 20;  // products of one read_listings page: those with
                                                 // variations cost a call each
inline constexpr std::size_t kOrderPage = 50;    // whole orders, about 4 KB each
inline constexpr int kPages = 100;               // read by one operation: 10,000 entries
inline constexpr int kLastPage = 100'000;        // of a list that is read page by page

// Not limits of WooCommerce, which has none, but of what a web shop can show.
inline constexpr std::size_t kTitleCharacters = 500;
inline constexpr std::size_t kDescriptionCharacters = 50'000;
inline constexpr std::size_t kImages = 10;  // the shop downloads each during the request

// From a product that is not whole yet to the update that makes it so: as soon as the lane can.
inline constexpr Duration kFinishSoon{100};

// The core counts nothing (facts 4): gentle on the small hosts that village shops live on.
inline constexpr double kCallsPerSecond = 5;
inline constexpr double kBurst = 5;
inline constexpr Duration kThrottledWait = std::chrono::seconds(30);

// Lists of whole products and orders are large.
inline constexpr json::Limits kAnswerLimits{8 * 1024 * 1024, 32, 400'000};

// An operation whose capability is false answers `unsupported`.
ConnectorInfo info();

// What can be said of a draft before asking: kind rejected, every offending field in
// Error::fields. The shop itself would take nearly anything (facts 5, "silent damage").
Result<void> check(const ListingDraft& draft);

}  // namespace gerbang::woocommerce
