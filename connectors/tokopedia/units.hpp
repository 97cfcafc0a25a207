#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/error.hpp"
#include "core/base/json.hpp"
#include "core/model/money.hpp"
#include "core/model/order.hpp"

// Tables between the channel's words and ours, and small conversions.
namespace gerbang::tokopedia {

// ---- the two places on which a product of the one catalogue can be on offer (facts 8)

inline constexpr std::string_view kShopPlatform = "TIKTOK_SHOP";
inline constexpr std::string_view kTokopediaPlatform = "TOKOPEDIA";

// "shop", "tokopedia" and the channel's own words, without case; nothing else.
std::optional<std::string_view> platform_named(std::string_view word);

// Where a product stands: a platform's state, "" when it is not listed there (facts 4.9).
struct PlatformStates {
  std::string shop;
  std::string tokopedia;

  std::vector<std::string> platforms() const;  // those on which it is listed
  std::vector<std::string> in(std::initializer_list<std::string_view> states) const;
  bool any(std::string_view state) const { return shop == state || tokopedia == state; }
  bool all(std::string_view state) const;  // on every platform it is listed on
  bool on_offer() const { return any("ACTIVATE"); }
  // For people: the state, or both when they differ ("shop ACTIVATE, tokopedia FAILED").
  std::string text() const;
};
// Out of get or search product; takes the list of platforms as an object too (facts 7.4).
PlatformStates platform_states(const json::Value& product);

// ---- orders (facts 5.3)

// An unknown word reads as pending, which holds stock and lets nothing be shipped; the word itself
// stays in RemoteOrder::remote_status. ON_HOLD is pending too: the buyer may still cancel alone.
// Webhooks say CANCEL where the order says CANCELLED.
OrderStatus order_status(std::string_view word);

// The seller's reasons in Indonesia (facts 5.4); none of them says "the customer asked", so what is
// not about stock goes as "out of stock" too.
std::string_view cancel_reason(std::string_view ours, bool unpaid);

// The ids of an order line's units, one per unit sold (facts 5.2), kept as one text: the first id,
// and of the others what follows the part they share with it: "576486316948555001,2". Sorted, so
// that the same units give the same text. Beyond 96 bytes (the API takes line names of 100) only
// the first id and the number of units stay: "576486316948555001*80".
std::string join_units(std::vector<std::string> ids);
std::vector<std::string> split_units(std::string_view joined);

// ---- error codes (facts 3.6 and the lists of sections 4 to 6)

struct CodeMeaning {
  std::int64_t remote;
  ErrorKind kind;
  std::string_view ours;  // stable, in a codes.tsv
  std::string_view field = {};
  Duration wait{0};      // throttled, blocked: retry_after
  bool unclear = false;  // with Effect::create it may have happened: indeterminate
};
std::span<const CodeMeaning> code_table();
const CodeMeaning* meaning_of(std::int64_t code);
// Codes that say no more than "something is wrong": their text decides first.
bool is_vague(std::int64_t code);
// A text of the channel when it tells more than its code does. Nothing when it is not known.
std::optional<CodeMeaning> meaning_of_text(std::string_view text);

// ---- numbers and names

// Whole rupiah out of "38000", 38000, "38000.00"; fractions are cut. Nothing for what is no price:
// below zero, or beyond what any is.
std::optional<std::int64_t> rupiah(const json::Value& value);
// Units out of 40 or "40", within what a quantity may be; nothing when it is no whole number.
std::optional<Quantity> quantity(const json::Value& value);

}  // namespace gerbang::tokopedia
