#pragma once

#include "core/connector/connector.hpp"

// Numbers and promises: what the marketplace accepts, how fast, and what it offers at all.
namespace gerbang::sample {

inline constexpr std::size_t kTitleCharacters = 120;
inline constexpr std::size_t kDescriptionCharacters = 5000;
inline constexpr std::size_t kImages = 8;
inline constexpr std::int64_t kLowestPrice = 500;
inline constexpr std::int64_t kHighestPrice = 50'000'000;
inline constexpr std::int64_t kHeaviestGrams = 50'000;
inline constexpr std::size_t kBatch = 20;  // items per stock, price or state call; orders per fetch
inline constexpr int kPage = 50;
inline constexpr Duration kClockSkew = std::chrono::seconds(300);  // of signatures, both ways

inline constexpr Duration kLabelWait = std::chrono::seconds(10);  // when they do not say

// An operation whose capability is false answers `unsupported`.
ConnectorInfo info();

// What can be said of a draft before asking: kind rejected, every offending field in
// Error::fields. So a seller mends all of them at once, and no call is spent.
Result<void> check(const ListingDraft& draft);

}  // namespace gerbang::sample
