#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/base/error.hpp"
#include "core/base/json.hpp"
#include "core/model/order.hpp"

// Tables between Blibli's words and ours, and small conversions.
namespace gerbang::blibli {

// ---- orders (facts blibli.md 9)

// What an item's status says. CX is "in delivery": the pages "Order in Delivery" (webhook) and
// "Order to CX" (staging helper) of the official documentation, saved 2026-09-03, say so; it never
// gives stock back. CR (customer request) is not explained anywhere and a word we do not know is
// unknown: both read as pending, which holds stock and lets nothing be shipped.
OrderStatus item_status(std::string_view code, bool packaged);
bool is_cancelled(std::string_view code);  // X, DX, OS

// The words for a cancellation. `listed` picks one of the reasons that Blibli lists, which cancels
// the whole item; where none fits a text of ours counts as "other" (facts 9). Only "Out of stock"
// is ever picked: it and three more make Blibli put the product's stock to 0.
struct CancelReason {
  std::string text;
  bool listed = false;
};
CancelReason cancel_reason(std::string_view ours, const json::Value& reasons);

// ---- products (facts 8.2)

inline bool is_on_offer(std::string_view state) {
  return state == "ACTIVE" || state == "OOS";
}

// ---- error codes (facts 4, 13)

// "ERR-PA400054" → 400; nothing when it is not of that pattern.
std::optional<int> status_in(std::string_view code);

struct Meaning {
  ErrorKind kind = ErrorKind::rejected;
  std::string_view ours;
  std::string_view field = {};
};
// A text that tells more than the code does: promotions, reviews, brands, images. Of refusals and
// of entries of the queue's history.
std::optional<Meaning> meaning_of_text(std::string_view text);
// By the effective HTTP status of a refusal. `operation` decides what was not found.
Meaning meaning_of(int status, std::string_view code, std::string_view operation);

// ---- identifiers (facts 6)

// "TOQ-15126-00411-00001" → "TOQ-15126-00411"; an L3 stays. Empty when it is neither.
std::string product_of(std::string_view sku);

// ---- numbers and names

// Whole rupiah out of 25000, 25000.0, "25000"; fractions are cut.
std::optional<std::int64_t> rupiah(const json::Value& value);
std::string cut(std::string_view text, std::size_t characters);  // whole code points

}  // namespace gerbang::blibli
