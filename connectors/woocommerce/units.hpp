#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "core/base/json.hpp"
#include "core/base/result.hpp"
#include "core/base/time.hpp"
#include "core/model/money.hpp"
#include "core/model/order.hpp"

// Tables between WooCommerce's words and ours, and the small conversions.
namespace gerbang::woocommerce {

// ---- orders (facts woocommerce.md 8)

// "processing" → paid. Words of plugins are `pending`: they hold stock, and are visible.
// `refunded` is returned: the shop gave nothing back either (facts 5), a person decides. `trash` is
// cancelled: the seller threw it away.
OrderStatus order_status(std::string_view word);
// A cart, or a page somebody opened: no order for us.
bool is_no_order(std::string_view word);

// ---- error codes (facts 3, 4, 6, 9)

struct Meaning {
  std::string_view theirs;
  ErrorKind kind;
  std::string_view ours;  // stable, in codes.tsv
  std::string_view field = "";
};
std::span<const Meaning> code_table();
// Nothing for a code we do not know.
const Meaning* meaning_of(std::string_view code);
// Their field's name in ours: "regular_price" → "/price"; "" when it says nothing to a person.
std::string_view our_field(std::string_view theirs);

// ---- numbers as text

// Plain digits: they would read "46.500" as 46½ rupiah (facts 5).
std::string price_text(const Money& money);
// Whole rupiah out of "39000", "39000.00", 39000, 39000.5; fractions are cut. Nothing when it is no
// amount ("", "39.500,50", "gratis", "-5").
std::optional<std::int64_t> rupiah(const json::Value& value);
// Whether the shop kept a price as it was sent: "39000" is "39000.00" and no other.
bool same_amount(std::string_view a, std::string_view b);
// An id: decimal digits up to 2^64, not 0. "" when it is none.
std::string id_of(const json::Value& value);
std::optional<std::uint64_t> id_number(std::string_view text);
// An id for a JSON body.
json::Value id_value(std::string_view text);
// 280 g in the shop's unit (kg, g, lbs, oz), exact or to a thousandth. "" for a unit unknown to us.
std::string weight_text(std::int64_t grams, std::string_view unit);

// ---- time: *_gmt carries no zone (facts 7)

std::optional<TimePoint> time_of(const json::Value& gmt);
std::string gmt_text(TimePoint when);  // "2026-11-24T02:13:51"

// ---- texts

// Lower case letters and digits, everything else one dash: "Minuman Herbal" → "minuman-herbal".
std::string slug(std::string_view text);
// Descriptions are HTML there.
std::string html_escaped(std::string_view text);

}  // namespace gerbang::woocommerce
