#include "connectors/shopee/units.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <utility>

namespace gerbang::shopee {

namespace {

constexpr std::array<std::pair<std::string_view, OrderStatus>, 13> kOrderStatuses = {{
    {"UNPAID", OrderStatus::pending},
    {"PENDING", OrderStatus::pending},
    {"READY_TO_SHIP", OrderStatus::paid},
    {"INVOICE_PENDING", OrderStatus::paid},
    {"PROCESSED", OrderStatus::accepted},
    {"RETRY_SHIP", OrderStatus::accepted},
    {"SHIPPED", OrderStatus::shipped},
    {"TO_CONFIRM_RECEIVE", OrderStatus::delivered},
    {"TO_RETURN", OrderStatus::delivered},
    {"COMPLETED", OrderStatus::completed},
    {"IN_CANCEL", OrderStatus::cancel_requested},
    {"CANCELLED", OrderStatus::cancelled},
    {"CANCELED", OrderStatus::cancelled},
}};

std::string_view trimmed(std::string_view s) {
  const auto blank = [](char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; };
  while (!s.empty() && blank(s.front())) s.remove_prefix(1);
  while (!s.empty() && blank(s.back())) s.remove_suffix(1);
  return s;
}

}  // namespace

OrderStatus order_status(std::string_view word) {
  for (const auto& [name, status] : kOrderStatuses) {
    if (name == word) return status;
  }
  return OrderStatus::pending;
}

std::string_view cancel_reason(std::string_view ours) {
  return ours == "out_of_stock" ? "OUT_OF_STOCK" : "CUSTOMER_REQUEST";
}

bool is_deleted(std::string_view item_status) {
  return item_status == "SELLER_DELETE" || item_status == "SHOPEE_DELETE" ||
         item_status == "DELETED";
}

std::string bare_code(std::string_view sent) {
  std::string_view code = trimmed(sent);
  if (code == "error.param") return std::string(code);
  const auto dot = code.find('.');
  if (dot == std::string_view::npos || dot == 0) return std::string(code);
  const std::string_view prefix = code.substr(0, dot), rest = trimmed(code.substr(dot + 1));
  const bool word = std::all_of(prefix.begin(), prefix.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
  });
  return std::string(word && !rest.empty() ? rest : code);
}

json::Value kilograms(std::int64_t grams) {
  if (grams % 1000 == 0) return grams / 1000;
  std::string text = std::to_string(grams / 1000) + ".";
  std::string fraction = std::to_string(grams % 1000);
  fraction.insert(0, 3 - fraction.size(), '0');
  while (fraction.back() == '0') fraction.pop_back();
  return json::Decimal{text + fraction};
}

std::optional<std::int64_t> grams(const json::Value& kilograms) {
  const std::string text = kilograms.to_text();
  const auto dot = text.find('.');
  std::string digits = text.substr(0, dot);
  std::string fraction = dot == std::string::npos ? "" : text.substr(dot + 1);
  fraction.resize(3, '0');  // below a gram is noise
  digits += fraction;
  std::int64_t out = 0;
  const auto [end, ec] = std::from_chars(digits.data(), digits.data() + digits.size(), out);
  if (text.empty() || ec != std::errc{} || end != digits.data() + digits.size()) return {};
  return out;
}

std::optional<std::int64_t> rupiah(const json::Value& value) {
  if (const auto whole = value.to_integral()) return whole;
  std::optional<double> number = value.as_double();
  if (!number && value.is_string() && !value.text().empty())
    number = json::Decimal{std::string(value.text())}.value();
  if (!number || !std::isfinite(*number) || std::abs(*number) > 9e15) return {};
  return static_cast<std::int64_t>(*number);
}

}  // namespace gerbang::shopee
