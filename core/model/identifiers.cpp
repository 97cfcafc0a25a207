// Identifiers people type: codes, barcodes, and the one that must never be stored (NIK).
#include <algorithm>
#include <cstddef>

#include "core/model/product.hpp"

namespace gerbang {

namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_upper(char c) {
  return c >= 'A' && c <= 'Z';
}

// Region (6), day (01–31, women 41–71), month, year, serial: the shape of a NIK. The region is not
// looked up: districts are split and renumbered, and a false alarm costs less than a stored NIK.
bool reads_as_nik(std::string_view sixteen) {
  const auto two = [&](std::size_t at) {
    return (sixteen[at] - '0') * 10 + (sixteen[at + 1] - '0');
  };
  if (sixteen[0] == '0') return false;
  const int day = two(6) > 40 ? two(6) - 40 : two(6);
  const int month = two(8);
  return day >= 1 && day <= 31 && month >= 1 && month <= 12;
}

}  // namespace

bool is_code(std::string_view text) {
  if (text.size() < 2 || text.size() > 40) return false;
  if (!is_upper(text[0]) && !is_digit(text[0])) return false;
  return std::all_of(text.begin() + 1, text.end(), [](char c) {
    return is_upper(c) || is_digit(c) || c == '.' || c == '_' || c == '-';
  });
}

bool is_barcode(std::string_view text) {
  if (text.size() != 8 && text.size() != 12 && text.size() != 13) return false;
  if (!std::all_of(text.begin(), text.end(), is_digit)) return false;
  int sum = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool triple = (text.size() - 1 - i) % 2 == 1;  // weights count from the check digit
    sum += (text[i] - '0') * (triple ? 3 : 1);
  }
  return sum % 10 == 0;
}

bool contains_nik(std::string_view text) {
  // People also type it in groups ("3204 1015 0190 0001"): one space, dot or hyphen may stand
  // between groups of at least four digits. That leaves phone numbers, prices ("1.200.000") and
  // P-IRT numbers (13-2 digits) alone.
  std::string digits;  // of the groups read so far that hang together
  bool plausible = true;
  std::size_t i = 0;
  while (i < text.size()) {
    const std::size_t begin = i;
    while (i < text.size() && is_digit(text[i])) ++i;
    const std::size_t length = i - begin;
    if (length > 0) {
      plausible = plausible && length >= 4 && digits.size() + length <= 16;
      if (plausible) digits += text.substr(begin, length);
    }
    const bool joined = i + 1 < text.size() && length > 0 && is_digit(text[i + 1]) &&
                        (text[i] == ' ' || text[i] == '.' || text[i] == '-');
    if (!joined) {
      if (plausible && digits.size() == 16 && reads_as_nik(digits)) return true;
      digits.clear();
      plausible = true;
    }
    ++i;  // over the separator, or whatever ended the group
  }
  return false;
}

}  // namespace gerbang
