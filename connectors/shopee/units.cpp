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

// Base letter of the accented Latin letters that occur in names; 0 for anything else.
char base_letter(std::uint32_t cp) {
  struct Range {
    std::uint32_t from, to;
    char letter;
  };
  static constexpr std::array<Range, 44> kRanges = {{
      {0xC0, 0xC5, 'a'},   {0xC7, 0xC7, 'c'},   {0xC8, 0xCB, 'e'},   {0xCC, 0xCF, 'i'},
      {0xD0, 0xD0, 'd'},   {0xD1, 0xD1, 'n'},   {0xD2, 0xD6, 'o'},   {0xD8, 0xD8, 'o'},
      {0xD9, 0xDC, 'u'},   {0xDD, 0xDD, 'y'},   {0xE0, 0xE5, 'a'},   {0xE7, 0xE7, 'c'},
      {0xE8, 0xEB, 'e'},   {0xEC, 0xEF, 'i'},   {0xF0, 0xF0, 'd'},   {0xF1, 0xF1, 'n'},
      {0xF2, 0xF6, 'o'},   {0xF8, 0xF8, 'o'},   {0xF9, 0xFC, 'u'},   {0xFD, 0xFD, 'y'},
      {0xFF, 0xFF, 'y'},   {0x100, 0x105, 'a'}, {0x106, 0x10D, 'c'}, {0x10E, 0x111, 'd'},
      {0x112, 0x11B, 'e'}, {0x11C, 0x123, 'g'}, {0x124, 0x127, 'h'}, {0x128, 0x131, 'i'},
      {0x134, 0x135, 'j'}, {0x136, 0x138, 'k'}, {0x139, 0x142, 'l'}, {0x143, 0x14B, 'n'},
      {0x14C, 0x151, 'o'}, {0x154, 0x159, 'r'}, {0x15A, 0x161, 's'}, {0x162, 0x167, 't'},
      {0x168, 0x173, 'u'}, {0x174, 0x175, 'w'}, {0x176, 0x178, 'y'}, {0x179, 0x17E, 'z'},
      {0x17F, 0x17F, 's'}, {0x1CD, 0x1CE, 'a'}, {0x1CF, 0x1D0, 'i'}, {0x1D1, 0x1D2, 'o'},
  }};
  for (const Range& r : kRanges) {
    if (cp >= r.from && cp <= r.to) return r.letter;
  }
  return 0;
}

// The code point at `i`, which moves behind it; a stray byte reads as itself.
std::uint32_t next_code_point(std::string_view s, std::size_t& i) {
  const auto c = static_cast<unsigned char>(s[i]);
  const std::size_t n = c >= 0xF0 ? 4 : c >= 0xE0 ? 3 : c >= 0xC0 ? 2 : 1;
  if (n == 1 || i + n > s.size()) return static_cast<unsigned char>(s[i++]);
  std::uint32_t cp = c & (0xFFu >> (n + 1));
  for (std::size_t k = 1; k < n; ++k) cp = cp << 6 | (static_cast<unsigned char>(s[i + k]) & 0x3Fu);
  i += n;
  return cp;
}

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

std::string folded(std::string_view text) {
  std::string out;
  bool gap = false;
  const auto put = [&](std::string_view s) {
    if (gap && !out.empty()) out += ' ';
    gap = false;
    out += s;
  };
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t start = i;
    const std::uint32_t cp = next_code_point(text, i);
    if (cp >= 0x300 && cp <= 0x36F) continue;  // a combining mark
    if (cp < 0x80) {
      const char c = static_cast<char>(cp >= 'A' && cp <= 'Z' ? cp + 32 : cp);
      if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) {
        put({&c, 1});
      } else {
        gap = true;
      }
    } else if (const char letter = base_letter(cp)) {
      put({&letter, 1});
    } else if (cp >= 0xAA && cp != 0xD7 && cp != 0xF7 && !(cp >= 0x2000 && cp <= 0x206F)) {
      put(text.substr(start, i - start));
    } else {
      gap = true;
    }
  }
  return out;
}

std::size_t length_of(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  }));
}

}  // namespace gerbang::shopee
