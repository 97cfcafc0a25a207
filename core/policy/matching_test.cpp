#include "core/policy/matching.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace gerbang::policy {
namespace {

using testing::ElementsAre;

Money rupiah(std::int64_t amount) {
  return Money{amount, "IDR"};
}

RemoteCandidate listing(std::string key, std::string sku, std::string title,
                        std::optional<std::int64_t> price = {}, std::string barcode = {}) {
  RemoteCandidate out;
  out.key = std::move(key);
  out.sku = std::move(sku);
  out.title = std::move(title);
  out.barcode = std::move(barcode);
  if (price) out.price = rupiah(*price);
  return out;
}

VariantCandidate variant(std::string sku, std::string title, std::optional<std::int64_t> price = {},
                         std::string barcode = {}) {
  VariantCandidate out;
  out.sku = std::move(sku);
  out.title = std::move(title);
  out.barcode = std::move(barcode);
  if (price) out.price = rupiah(*price);
  return out;
}

// "key sku confidence reason"
std::vector<std::string> told(const std::vector<MatchProposal>& proposals) {
  std::vector<std::string> out;
  for (const MatchProposal& p : proposals)
    out.push_back(p.key + " " + p.sku + " " + std::to_string(p.confidence) + " " +
                  std::string(to_string(p.reason)));
  return out;
}

std::vector<VariantCandidate> village() {
  return {variant("KOPI-250", "Kopi Robusta Sangrai Sukamaju 250 g", 35'000),
          variant("KOPI-500", "Kopi Robusta Sangrai Sukamaju 500 g", 65'000),
          variant("GULA-1", "Gula Aren Cetak 1 kg", 42'000, "8991234567899"),
          variant("KERANJANG-M", "Keranjang Rotan Anyaman Tangan", 120'000),
          variant("TELUR-10", "Telur Asin isi 10 butir", 45'000)};
}

TEST(TitleTokens, sizes_are_the_same_however_they_are_written) {
  for (const char* size : {"250 g", "250gr", "250 gram", "0,25 kg", "0.25kg", "1/4 kg", "2,5 ons"})
    EXPECT_THAT(title_tokens(size), ElementsAre("250g")) << size;
  for (const char* size : {"1 l", "1 liter", "1000ml", "1.000 ml", "1000 cc"})
    EXPECT_THAT(title_tokens(size), ElementsAre("1000ml")) << size;
  for (const char* count : {"isi 12", "12 pcs", "1 lusin", "isi 12 butir"})
    EXPECT_THAT(title_tokens(count), ElementsAre("12x")) << count;
}

TEST(TitleTokens, filler_and_case_and_order_say_nothing) {
  EXPECT_EQ(title_tokens("PROMO! Gula Aren ASLI, 1kg"), title_tokens("gula aren 1 kg"));
  EXPECT_THAT(title_tokens("Kopi (kopi) Robusta"), ElementsAre("kopi", "robusta"));
  EXPECT_TRUE(title_tokens("!!! 🙂").size() <= 1);
  EXPECT_TRUE(title_tokens("").empty());
  // Numbers beyond reason are words, no overflow.
  EXPECT_THAT(title_tokens("99999999999999999999 kg"), ElementsAre("99999999999999999999", "kg"));
  EXPECT_THAT(title_tokens("1/0 kg"), ElementsAre("1/0", "kg"));
  EXPECT_THAT(title_tokens("9999999.999 kg"), ElementsAre("9999999.999", "kg"));
  EXPECT_THAT(title_tokens("999.999 kg"), ElementsAre("999999000g"));
  EXPECT_THAT(title_tokens("9999999 kg"), ElementsAre("9999999000g"));
}

TEST(TitleSimilarity, other_sizes_are_other_things) {
  EXPECT_EQ(title_similarity(title_tokens("Kopi Robusta 250 g"), title_tokens("Kopi Robusta 500g")),
            0);
  EXPECT_EQ(
      title_similarity(title_tokens("Kopi Robusta 250 g"), title_tokens("Kopi Robusta 1/4kg")),
      100);
  EXPECT_EQ(title_similarity(title_tokens("Madu 250 g"), title_tokens("Kopi 250 g")), 0);
}

TEST(Matching, skus_match_however_they_are_typed) {
  EXPECT_EQ(normalised_sku("kopi_250 "), "KOPI250");
  EXPECT_THAT(
      told(propose_matches({listing("1", "kopi 250", "Kopi Robusta Desa 250gr")}, village())),
      ElementsAre("1 KOPI-250 98 sku_equal"));
}

TEST(Matching, barcodes_match_and_a_upc_is_an_ean_with_a_zero) {
  EXPECT_THAT(
      told(propose_matches({listing("1", "A1", "Palm sugar", 42'000, "8991234567899")}, village())),
      ElementsAre("1 GULA-1 95 barcode_equal"));
  EXPECT_THAT(told(propose_matches({listing("1", "", "Jam", {}, "036000291452")},
                                   {variant("SELAI", "Selai Nanas", {}, "0036000291452")})),
              ElementsAre("1 SELAI 95 barcode_equal"));
}

TEST(Matching, titles_and_prices_match_the_right_packet) {
  const auto found = propose_matches(
      {listing("1", "", "PROMO Kopi Robusta Sangrai Sukamaju 1/2 kg", 65'000),
       listing("2", "", "Kopi Robusta Sangrai Sukamaju 250gr", 35'500),
       listing("3", "", "Telur asin 10 pcs", 90'000), listing("4", "", "Sandal jepit", 15'000)},
      village());
  EXPECT_THAT(told(found),
              ElementsAre("1 KOPI-500 94 title_and_price", "2 KOPI-250 94 title_and_price",
                          "3 TELUR-10 75 title_similar"));
}

TEST(Matching, two_that_are_close_are_never_sure) {
  // Without its size the listing may be either packet.
  const auto either =
      propose_matches({listing("1", "", "Kopi Robusta Sangrai Sukamaju")}, village());
  ASSERT_EQ(either.size(), 1u);
  EXPECT_EQ(either[0].reason, MatchReason::ambiguous);
  EXPECT_LE(either[0].confidence, kAmbiguousCeiling);
  // Two listings with one SKU: the seller has listed it twice.
  const auto twice = propose_matches({listing("1", "KERANJANG-M", "Keranjang Rotan"),
                                      listing("2", "KERANJANG-M", "Keranjang Rotan")},
                                     village());
  ASSERT_EQ(twice.size(), 1u);
  EXPECT_EQ(twice[0].reason, MatchReason::ambiguous);
  EXPECT_LE(twice[0].confidence, kAmbiguousCeiling);
  // A SKU on another thing.
  EXPECT_THAT(told(propose_matches({listing("1", "GULA-1", "Sandal jepit")}, village())),
              ElementsAre("1 GULA-1 60 ambiguous"));
  EXPECT_THAT(
      told(propose_matches({listing("1", "GULA-1", "Gula Aren Cetak 1 kg", {}, "8990000000005")},
                           village())),
      ElementsAre("1 GULA-1 60 ambiguous"));
}

TEST(Matching, the_order_of_the_lists_does_not_matter) {
  std::vector<RemoteCandidate> listings = {
      listing("1", "KERANJANG-M", "Keranjang Rotan"), listing("2", "", "Kopi Robusta Sangrai"),
      listing("3", "", "Gula Aren 1000 gr", 42'000), listing("4", "KERANJANG M", "Keranjang")};
  auto variants = village();
  const auto first = told(propose_matches(listings, variants));
  EXPECT_FALSE(first.empty());
  std::sort(listings.begin(), listings.end(), [](auto& a, auto& b) { return a.key < b.key; });
  do {
    std::rotate(variants.begin(), variants.begin() + 1, variants.end());
    EXPECT_EQ(told(propose_matches(listings, variants)), first);
  } while (std::next_permutation(listings.begin(), listings.end(),
                                 [](auto& a, auto& b) { return a.key < b.key; }));
}

TEST(Matching, reasons_have_names) {
  for (const MatchReason reason :
       {MatchReason::sku_equal, MatchReason::barcode_equal, MatchReason::title_and_price,
        MatchReason::title_similar, MatchReason::ambiguous})
    EXPECT_EQ(match_reason_from(to_string(reason)), reason);
  EXPECT_FALSE(match_reason_from("guess"));
}

TEST(Matching, of_long_lists_goes_by_numbers_first_and_by_titles_where_few_are_left) {
  std::vector<RemoteCandidate> listings;
  std::vector<VariantCandidate> variants;
  for (int i = 0; i < 20; ++i) {
    const std::string n = std::to_string(i);
    listings.push_back({"k" + n, "sku" + n, "", "Kopi", std::nullopt});
    variants.push_back({"SKU-" + n, "", "Kopi", std::nullopt});
  }
  listings.push_back({"x", "", "", "Keranjang Rotan", std::nullopt});
  variants.push_back({"KERANJANG", "", "Keranjang Rotan", std::nullopt});
  const auto some = propose_matches_within(10, listings, variants);
  ASSERT_EQ(some.size(), 21u);
  EXPECT_EQ(some.back().key, "x");
  EXPECT_EQ(some.back().reason, MatchReason::title_similar);
  for (std::size_t i = 0; i < 20; ++i) EXPECT_EQ(some[i].reason, MatchReason::sku_equal);
  // Not even what is left may be compared: numbers alone.
  EXPECT_EQ(propose_matches_within(0, listings, variants).size(), 20u);
  const auto all = propose_matches_within(1000, listings, variants);
  const auto plain = propose_matches(listings, variants);
  ASSERT_EQ(all.size(), plain.size());
}

}  // namespace
}  // namespace gerbang::policy
