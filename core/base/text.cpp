#include "core/base/text.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

namespace gerbang {

namespace {

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

}  // namespace

std::size_t characters(std::string_view utf8) {
  return static_cast<std::size_t>(std::count_if(utf8.begin(), utf8.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  }));
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

std::string without_blanks(std::string text) {
  std::erase(text, ' ');
  return text;
}

bool is_visible_ascii(std::string_view text) {
  return !text.empty() &&
         std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < 0x7F; });
}

}  // namespace gerbang
