#pragma once

#include <cstddef>
#include <string>
#include <string_view>

// Names that people write, as several marketplaces have to count and compare them.
namespace gerbang {

// Code points of valid UTF-8, which is how channels count lengths.
std::size_t characters(std::string_view utf8);

// Lower case, without diacritics, every run of anything else one blank: "Minuman-Herbal" and
// "Minuman Herbal" and "MINUMAN  HERBÁL" are the same. Other scripts stay as they are.
std::string folded(std::string_view text);

std::string without_blanks(std::string text);

// Visible ASCII, and some of it: what a token has to be that goes into a header.
bool is_visible_ascii(std::string_view text);

}  // namespace gerbang
