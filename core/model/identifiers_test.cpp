#include <gtest/gtest.h>

#include "core/model/product.hpp"

namespace gerbang {
namespace {

TEST(Code, follows_the_pattern_of_domain_section_2) {
  for (const char* good : {"KOPI-250", "A1", "0A", "BTK-TULIS.01", "BTK_CAP-SJ", "BERAS-PW-2.5"}) {
    EXPECT_TRUE(is_code(good)) << good;
  }
  EXPECT_TRUE(is_code(std::string(40, 'A')));
  for (const char* bad :
       {"", "A", "kopi", "-A", ".A", "_A", "TAS ANYAM/#1", "KOPI\n", "KOPI-É", "A/B"}) {
    EXPECT_FALSE(is_code(bad)) << bad;
  }
  EXPECT_FALSE(is_code(std::string(41, 'A')));
  EXPECT_FALSE(is_code(std::string_view("A\0", 2)));
}

TEST(Barcode, needs_a_right_check_digit) {
  EXPECT_TRUE(is_barcode("2099000040015"));   // EAN-13
  EXPECT_TRUE(is_barcode("20990015"));        // EAN-8
  EXPECT_TRUE(is_barcode("036000291452"));    // UPC-A
  EXPECT_FALSE(is_barcode("2099000040090"));  // should end in 1
  EXPECT_TRUE(is_barcode("2099000040091"));
  EXPECT_FALSE(is_barcode("209900004001"));
  EXPECT_FALSE(is_barcode("20990000400159"));
  EXPECT_FALSE(is_barcode("209900004001A"));
  EXPECT_FALSE(is_barcode(""));
}

TEST(Nik, is_found_in_free_text) {
  EXPECT_TRUE(contains_nik("NIK ketua 9999994101900001, untuk pesanan"));  // woman, day 41
  EXPECT_TRUE(contains_nik("9999993112990001"));
  EXPECT_TRUE(contains_nik("NIK:9999990101000001."));
  EXPECT_TRUE(contains_nik("9999 9941 0190 0001"));
  EXPECT_TRUE(contains_nik("999999-410190-0001"));
  EXPECT_TRUE(contains_nik("kode 12, NIK 999999.410190.0001 ya"));
}

TEST(Nik, other_long_numbers_are_left_alone) {
  EXPECT_FALSE(contains_nik(""));
  EXPECT_FALSE(contains_nik("0999994101900001"));     // begins with 0: an organisation's NPWP
  EXPECT_FALSE(contains_nik("9999993201900001"));     // day 32
  EXPECT_FALSE(contains_nik("9999990013900001"));     // day 0
  EXPECT_FALSE(contains_nik("9999990113900001"));     // month 13
  EXPECT_FALSE(contains_nik("99999941019000012"));    // 17 digits
  EXPECT_FALSE(contains_nik("ID99110000000010126"));  // halal, 17 digits
  EXPECT_FALSE(contains_nik("P-IRT No. 2159999010001-29"));
  EXPECT_FALSE(contains_nik("2099000010018"));           // EAN-13
  EXPECT_FALSE(contains_nik("9999 9941 0190 0001 22"));  // longer than a NIK
  EXPECT_FALSE(contains_nik("9999 9941, 0190 0001"));    // two things
  EXPECT_FALSE(contains_nik("1.200.000.000.000.000.0"));
}

}  // namespace
}  // namespace gerbang
