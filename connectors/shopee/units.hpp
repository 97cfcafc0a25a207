#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "core/base/error.hpp"
#include "core/base/json.hpp"
#include "core/model/money.hpp"
#include "core/model/order.hpp"

// Tables between Shopee's words and ours, and the small conversions of facts shopee.md 3.0.
namespace gerbang::shopee {

// ---- orders (facts 4.1)

// An unknown word reads as pending, which holds stock and lets nothing be shipped; the word itself
// stays in RemoteOrder::remote_status. TO_RETURN reads as delivered: it may still end COMPLETED,
// and putting goods back is a person's decision.
OrderStatus order_status(std::string_view word);
// Ours ("out_of_stock", "customer_request", other) to Shopee's (facts 4.4).
std::string_view cancel_reason(std::string_view ours);

// ---- items (facts 3.12)

inline bool is_listed(std::string_view item_status) {
  return item_status == "NORMAL";
}
bool is_deleted(std::string_view item_status);  // SELLER_DELETE, SHOPEE_DELETE, DELETED

// ---- error codes (facts 1.4, 1.7 and the lists of sections 2 to 5)

struct CodeMeaning {
  std::string_view remote;  // trimmed, without prefix; may hold blanks: "error category"
  ErrorKind kind;
  std::string_view ours;  // stable, in codes.tsv
  std::string_view field = {};
  Duration wait{0};      // throttled, blocked: retry_after
  bool unclear = false;  // with Effect::create it may have happened: indeterminate
};
std::span<const CodeMeaning> code_table();
const CodeMeaning* meaning_of(std::string_view remote_code);

// "product.error_param", "order. error_param", " " → "error_param", "error_param", "". One prefix
// is dropped; the literal "error.param" stays.
std::string bare_code(std::string_view sent);

// A free text of the channel ("Wrong model_id.", failed_reason) when it tells more than a code such
// as error_param does. Nothing when it is not known.
std::optional<CodeMeaning> meaning_of_text(std::string_view text);

// ---- numbers

// 300 → 0.3, exact: kg as Shopee takes it, without a double.
json::Value kilograms(std::int64_t grams);
// "0.3", 0.3 → 300; nothing when it is no weight.
std::optional<std::int64_t> grams(const json::Value& kilograms);
// Whole rupiah out of 25000, 25000.0, "25000"; fractions are cut.
std::optional<std::int64_t> rupiah(const json::Value& value);

// ---- names

}  // namespace gerbang::shopee
