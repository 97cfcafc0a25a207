#include "core/base/text.hpp"

#include <gtest/gtest.h>

namespace gerbang {
namespace {

TEST(Text, names_that_people_take_for_the_same_are_the_same) {
  EXPECT_EQ(folded("minuman-herbal"), "minuman herbal");
  EXPECT_EQ(folded("  Minuman  Herbal "), "minuman herbal");
  EXPECT_EQ(folded("Makanan & Minuman"), "makanan minuman");
  EXPECT_EQ(folded("CAFÉ Décor"), "cafe decor");
  EXPECT_EQ(folded("Cafe\xCC\x81"), "cafe");
  EXPECT_EQ(folded("Łódź ſ"), "lodz s");
}

TEST(Text, other_scripts_stay_and_signs_are_blanks) {
  EXPECT_EQ(folded("茶 hijau"), "茶 hijau");
  EXPECT_EQ(folded("—"), "");
  EXPECT_EQ(folded("2×3"), "2 3");
  EXPECT_EQ(folded("\xFF\xC3"), folded("\xFF\xC3"));  // stray bytes end nothing
}

TEST(Text, what_may_stand_in_a_header_is_visible_ascii) {
  EXPECT_TRUE(is_visible_ascii("aZ09-._~+/="));
  for (const char* bad : {"", "a b", "a\x7f", "a\r\nX: y", "\tz", "\xc3\xa9"})
    EXPECT_FALSE(is_visible_ascii(bad)) << bad;
}

TEST(Text, lengths_are_counted_in_characters) {
  EXPECT_EQ(characters(""), 0u);
  EXPECT_EQ(characters("½ kg"), 4u);
  EXPECT_EQ(characters("désa"), 4u);
  EXPECT_EQ(without_blanks(" kopi  bubuk "), "kopibubuk");
}

}  // namespace
}  // namespace gerbang
