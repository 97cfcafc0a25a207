#include "gateway/cli/credentials.hpp"

#include <gmock/gmock.h>

namespace gerbang::cli {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(Credentials, are_read_from_lines_and_from_json) {
  const auto lines = parse_credentials(
      "# kunci toko\r\nseller_key = ABC=1 \r\n\n  store_code=TOQ-1\nsignature_key=");
  ASSERT_TRUE(lines.ok());
  EXPECT_EQ(json::dump(*lines),
            R"({"seller_key":"ABC=1","store_code":"TOQ-1","signature_key":""})");
  const auto object = parse_credentials(" \n{\"seller_key\": \"ABC\"}\n");
  ASSERT_TRUE(object.ok());
  EXPECT_EQ((*object)["seller_key"].text(), "ABC");
}

TEST(Credentials, that_make_no_sense_are_refused_without_being_quoted) {
  for (const char* bad : {"", "# hanya catatan\n", "rahasia", "=rahasia", "a=rahasia\na=rahasia",
                          "{\"a\": \"rahasia\"", "{\"a\": 12345}", "a=1\nrahasia\n"}) {
    const auto parsed = parse_credentials(bad);
    ASSERT_FALSE(parsed.ok()) << bad;
    EXPECT_EQ(parsed.error().code, "credentials_file");
    EXPECT_THAT(parsed.error().detail, Not(HasSubstr("rahasia")));
    EXPECT_THAT(parsed.error().detail, Not(HasSubstr("12345")));
  }
}

}  // namespace
}  // namespace gerbang::cli
