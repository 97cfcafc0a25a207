#include "connectors/blibli/units.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "core/base/text.hpp"

namespace gerbang::blibli {

namespace {

using K = ErrorKind;

constexpr std::array<std::pair<std::string_view, OrderStatus>, 10> kStatuses = {{
    {"FP", OrderStatus::paid},
    {"BP", OrderStatus::accepted},
    {"PU", OrderStatus::accepted},
    {"PF", OrderStatus::accepted},
    {"CX", OrderStatus::shipped},
    {"D", OrderStatus::delivered},
    {"X", OrderStatus::cancelled},
    {"DX", OrderStatus::cancelled},
    {"OS", OrderStatus::cancelled},
    {"CR", OrderStatus::pending},
}};

struct TextMeaning {
  std::string_view part;  // of the folded text
  Meaning meaning;
};
constexpr TextMeaning kTexts[] = {
    {"promo", {K::blocked, "promotion_locked"}},
    {"in review", {K::blocked, "blibli_under_review"}},
    {"under review", {K::blocked, "blibli_under_review"}},
    {"in progress", {K::blocked, "blibli_under_review"}},
    {"not connected", {K::auth_expired, "credentials_refused"}},
    {"server", {K::transient, "channel_unavailable"}},
    {"timeout", {K::transient, "channel_unavailable"}},
    {"not found", {K::not_found, "listing_gone"}},
    {"suspended", {K::rejected, "blibli_suspended"}},
    {"brand", {K::rejected, "blibli_brand_refused", "/brand"}},
    {"image", {K::rejected, "blibli_image_refused", "/images"}},
    {"attribute", {K::rejected, "attribute_refused", "/attributes"}},
    {"category", {K::rejected, "blibli_category_refused", "/category"}},
    {"pickup point", {K::rejected, "blibli_pickup_point"}},
    {"price", {K::rejected, "blibli_price_refused", "/price"}},
    {"stock", {K::rejected, "blibli_stock_refused"}},
    {"description", {K::rejected, "blibli_text_refused", "/description"}},
    {"selling point", {K::rejected, "blibli_text_refused", "/description"}},
    {"name", {K::rejected, "blibli_text_refused", "/title"}},
    {"awb", {K::rejected, "blibli_tracking_number", "/tracking_number"}},
};

bool all_digits(std::string_view text) {
  return !text.empty() &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

OrderStatus item_status(std::string_view code, bool packaged) {
  for (const auto& [word, status] : kStatuses) {
    if (word != code) continue;
    return status == OrderStatus::paid && packaged ? OrderStatus::accepted : status;
  }
  return OrderStatus::pending;
}

bool is_cancelled(std::string_view code) {
  return item_status(code, false) == OrderStatus::cancelled;
}

CancelReason cancel_reason(std::string_view ours, const json::Value& reasons) {
  if (ours != "out_of_stock")
    return {ours == "customer_request" ? "Permintaan pembeli" : "Lainnya", false};
  for (const json::Value& reason : reasons.items()) {
    // Texts, or objects that name one.
    for (const json::Value* word :
         {&reason, &reason["reason"], &reason["name"], &reason["description"]}) {
      const std::string said = folded(word->text());
      if (said == "out of stock" || said == "stok habis") return {std::string(word->text()), true};
    }
  }
  return {"Stok habis", false};
}

std::optional<int> status_in(std::string_view code) {
  // ERR- PA 400 054
  if (code.size() != 12 || !code.starts_with("ERR-") || !all_digits(code.substr(6)))
    return std::nullopt;
  const int status = (code[6] - '0') * 100 + (code[7] - '0') * 10 + (code[8] - '0');
  if (status < 400 || status > 599) return std::nullopt;
  return status;
}

std::optional<Meaning> meaning_of_text(std::string_view text) {
  const std::string said = folded(text);
  for (const TextMeaning& t : kTexts) {
    if (said.find(t.part) != std::string::npos) return t.meaning;
  }
  return std::nullopt;
}

Meaning meaning_of(int status, std::string_view code, std::string_view operation) {
  // Says 400, is about the credentials (facts 4).
  if (code == "ERR-PA400054") return {K::auth_expired, "credentials_refused"};
  const bool of_order = operation.starts_with("order.") || operation.starts_with("package.");
  switch (status) {
    case 401:
    case 403:
      return {K::auth_expired, "credentials_refused"};
    case 404:
      return {K::not_found, of_order ? "order_not_found" : "listing_gone"};
    case 408:
      return {K::transient, "channel_unavailable"};
    case 409:
      return {K::rejected, of_order ? "order_state_refused" : "blibli_state_refused"};
    case 429:
      return {K::throttled, "channel_throttled"};
    default:
      break;
  }
  if (status >= 500) return {K::transient, "channel_unavailable"};
  return {K::rejected, "channel_refused_request"};
}

std::string product_of(std::string_view sku) {
  std::array<std::string_view, 4> parts;
  std::size_t n = 0;
  for (std::string_view rest = sku;; ++n) {
    if (n == parts.size()) return {};
    const auto dash = rest.find('-');
    parts[n] = rest.substr(0, dash);
    if (parts[n].empty()) return {};
    if (dash == std::string_view::npos) break;
    rest.remove_prefix(dash + 1);
  }
  // `n` is the index of the last part.
  if (n < 2 || !all_digits(parts[2]) || (n == 3 && !all_digits(parts[3]))) return {};
  return std::string(sku.substr(0, parts[0].size() + parts[1].size() + parts[2].size() + 2));
}

std::optional<std::int64_t> rupiah(const json::Value& value) {
  if (const auto whole = value.to_integral()) return whole;
  std::optional<double> number = value.as_double();
  if (!number && value.is_string() && !value.text().empty())
    number = json::Decimal{std::string(value.text())}.value();
  if (!number || !std::isfinite(*number) || std::abs(*number) > 9e15) return std::nullopt;
  return static_cast<std::int64_t>(*number);
}

std::string cut(std::string_view text, std::size_t characters) {
  std::size_t n = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if ((static_cast<unsigned char>(text[i]) & 0xC0) == 0x80) continue;
    if (n++ == characters) return std::string(text.substr(0, i));
  }
  return std::string(text);
}

}  // namespace gerbang::blibli
