#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/error.hpp"
#include "core/base/json.hpp"
#include "core/base/time.hpp"
#include "core/model/order.hpp"

// Tables between Lazada's words and ours, and the small conversions of facts lazada.md.
namespace gerbang::lazada {

// ---- orders (facts 11): only units have a status

// An unknown word reads as pending: it holds stock and lets nothing be shipped.
OrderStatus item_status(std::string_view word);
inline bool is_cancelled(std::string_view word) {
  return word == "canceled" || word == "cancelled";
}
// Waits to be packed.
bool is_to_pack(std::string_view word);
// The whole order out of its units: cancelled when all are; else the least advanced of those that
// live on, because that is what still has to be done.
OrderStatus order_status(const std::vector<std::string>& item_words, bool cancel_asked);

// Which of the offered reasons is ours ("out_of_stock", "customer_request", other): its reason_id.
// Reasons about stock and price set the SKU's stock at Lazada to 0 (facts 13), so they are only
// taken for out_of_stock. Empty when none fits.
std::string cancel_reason(const json::Value& reason_options, std::string_view ours);

// ---- error codes (facts 4, 5 and the lists of 6 to 13)

struct CodeMeaning {
  std::string_view remote;  // "4105", "IllegalAccessToken"
  std::string_view word;    // how texts name it: "BIZ_CHECK_SELLER_SKU_DUPLICATE"; may be empty
  ErrorKind kind;
  std::string_view ours;  // stable, in a codes.tsv
  std::string_view field = {};
  Duration wait{0};      // throttled, blocked: retry_after
  bool unclear = false;  // with Effect::create it may have happened: indeterminate
};
std::span<const CodeMeaning> code_table();
const CodeMeaning* meaning_of(std::string_view remote_code);
// The entries of `detail` often name the reason only in their text ("4171 …", "E0004: …",
// "BIZ_CHECK_…", "negative sellable").
const CodeMeaning* meaning_of_text(std::string_view text);
// 500, 501, 503, 10002: the reason stands in `detail` (facts 5).
bool is_container(std::string_view remote_code);

// ---- numbers and times

// "38000.00", 38000, "38,000.00" → 38000; nothing when it is no amount. Fractions are cut.
std::optional<std::int64_t> rupiah(const json::Value& value);
// 70 → "0.07": kg with at most two decimals (facts 7), rounded up.
std::string kilograms(std::int64_t grams);
// 91 → "9.1": cm.
std::string centimetres(std::int64_t millimetres);
// "2026-10-09 12:34:56 +0700" (answers) and ISO 8601, milliseconds since 1970 too.
std::optional<TimePoint> read_time(const json::Value& value);
// "2026-10-09T12:34:56+07:00" (questions); cut to seconds.
std::string iso_time(TimePoint time);
// The first number before "second" in "this ban will last 1 seconds".
std::optional<std::int64_t> ban_seconds(std::string_view message);

// ---- texts

// Characters refused in properties (facts 7, code 4129); a straight quote becomes an apostrophe.
bool has_refused_character(std::string_view text);
std::string without_quotes(std::string_view text);
std::string html_of(std::string_view plain);
std::string xml_of(std::string_view text);

}  // namespace gerbang::lazada
