#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/model/money.hpp"

// Which of our variants a listing that a shop already has may be. Pure and deterministic: the same
// lists, in any order, give the same proposals. A person decides; this only orders the doubts.
namespace gerbang::policy {

// A listing at the shop that has no link yet. One per remote variant, or per plain product.
struct RemoteCandidate {
  std::string key;  // the caller's own, unique
  std::string sku;  // as the seller typed it; may be empty
  std::string barcode;
  std::string title;  // with the options of the variant, where the channel has them
  std::optional<Money> price;
};

// A variant of ours that this shop has no listing of.
struct VariantCandidate {
  std::string sku;
  std::string barcode;
  std::string title;  // product's title and the variant's options
  std::optional<Money> price;
};

enum class MatchReason {
  sku_equal,
  barcode_equal,
  title_and_price,  // the words agree, the price is near
  title_similar,    // the words agree, the price is another or unknown
  ambiguous,        // a second candidate is nearly as good
};
std::string_view to_string(MatchReason reason);
std::optional<MatchReason> match_reason_from(std::string_view name);

struct MatchProposal {
  std::string key;     // RemoteCandidate
  std::string sku;     // VariantCandidate
  int confidence = 0;  // 0..100
  MatchReason reason = MatchReason::title_similar;
};

// Below this nothing is proposed.
inline constexpr int kMatchFloor = 50;
// An ambiguous proposal never has more, so that "confirm all above N" with any sensible N leaves
// it.
inline constexpr int kAmbiguousCeiling = 60;
// Two candidates of one listing, or two listings of one variant, that are this close are ambiguous.
inline constexpr int kMatchMargin = 10;

// At most one proposal per listing and one per variant, sorted by key. Confidence:
//   98  SKU equal once case, blanks and "-_./" are left out
//   95  barcode equal (a UPC-A is the EAN-13 with a 0 in front)
//   up to 85 by title, plus 9 when the price is within 2 %, less 10 when it is 30 % or more away.
// SKUs that agree with titles that share no word, or barcodes and SKUs that name different
// variants, are ambiguous. Words with other sizes ("250 g" against "500 g") are never the same.
// Time grows with listings × variants where all titles share words (2,000 of one kind each:
// seconds): call it off the engine's thread and outside any transaction.
std::vector<MatchProposal> propose_matches(const std::vector<RemoteCandidate>& listings,
                                           const std::vector<VariantCandidate>& variants);

// The same for lists of any length: beyond `most_pairs` (listings × variants) only SKUs and
// barcodes decide at first, and titles only where what is left is within it.
std::vector<MatchProposal> propose_matches_within(std::size_t most_pairs,
                                                  std::vector<RemoteCandidate> listings,
                                                  std::vector<VariantCandidate> variants);

// ---- the parts, for tests and reasons

// "kopi-250 " and "KOPI 250" → "KOPI250".
std::string normalised_sku(std::string_view sku);
// Sorted, without repeats: words in small letters without filler words; sizes in base units of
// grams, millilitres and pieces: "250 gr", "0,25 kg", "1/4 kg" → "250g"; "isi 10", "10 pcs" →
// "10x".
std::vector<std::string> title_tokens(std::string_view title);
// 0..100: how much of the words of both is common to both; 0 where the sizes contradict.
int title_similarity(const std::vector<std::string>& a, const std::vector<std::string>& b);

}  // namespace gerbang::policy
