#include "gateway/cli/csv.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace gerbang::cli {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TEST(Csv, reads_quotes_line_breaks_and_physical_lines) {
  const auto r = read_csv(
      "\xEF\xBB\xBF"
      "a,b\r\n\"x \"\"y\"\"\nz\",\r\n,\"\"\n1,2");
  ASSERT_TRUE(r.ok()) << r.error().describe();
  ASSERT_EQ(r->size(), 4u);
  EXPECT_THAT((*r)[0].cells, ElementsAre("a", "b"));
  EXPECT_THAT((*r)[1].cells, ElementsAre("x \"y\"\nz", ""));
  EXPECT_EQ((*r)[1].line, 2u);
  EXPECT_THAT((*r)[2].cells, ElementsAre("", ""));
  EXPECT_EQ((*r)[2].line, 4u);
  EXPECT_THAT((*r)[3].cells, ElementsAre("1", "2"));
  EXPECT_EQ((*r)[3].line, 5u);
}

TEST(Csv, a_cell_after_the_last_separator_is_there_even_at_the_end) {
  const auto r = read_csv("a,b\n1,");
  ASSERT_TRUE(r.ok());
  EXPECT_THAT((*r)[1].cells, ElementsAre("1", ""));
  EXPECT_THAT(*read_csv(""), IsEmpty());
}

TEST(Csv, semicolons_separate_where_there_is_no_comma) {
  const auto r = read_csv("a;b\n2,5;x\n");
  ASSERT_TRUE(r.ok());
  EXPECT_THAT((*r)[1].cells, ElementsAre("2,5", "x"));
}

TEST(Csv, refuses_what_rfc_4180_does_not_know) {
  const std::pair<const char*, const char*> bad[] = {
      {"a,b\n1,x\"y\n", "line 2"},
      {"a,b\n1,\"x\"y\n", "line 2"},
      {"a,b\n1,2\n3,\"open\n\n", "line 3"},
      {"a,b\n1,2\r3,4\n", "line 2"},
      {"a,b\r", "line 1"},
  };
  for (const auto& [text, line] : bad) {
    const auto r = read_csv(text);
    ASSERT_FALSE(r.ok()) << text;
    EXPECT_EQ(r.error().code, "csv_syntax");
    EXPECT_THAT(r.error().detail, HasSubstr(line)) << text;
  }
}

TEST(Csv, text_must_be_utf8) {
  const auto r = read_csv("a,b\n1,caf\xE9\n");
  ASSERT_FALSE(r.ok());
  EXPECT_EQ(r.error().code, "csv_encoding");
  EXPECT_THAT(r.error().detail, HasSubstr("line 2"));
  EXPECT_FALSE(read_csv(std::string_view("a\0b\n", 4)).ok());
  EXPECT_TRUE(read_csv("a\n\xEF\xBF\xBD\n").ok());
  EXPECT_EQ(read_csv(std::string(16 * 1024 * 1024 + 1, 'a')).error().code, "csv_too_large");
}

}  // namespace
}  // namespace gerbang::cli
