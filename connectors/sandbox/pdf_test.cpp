#include "connectors/sandbox/pdf.hpp"

#include <gtest/gtest.h>

namespace gerbang::sandbox {
namespace {

TEST(SmallPdf, every_entry_of_its_table_leads_to_an_object) {
  const std::string pdf = small_pdf({{"Resi SPXID041234567890", "Sari (08**)"}, {"Paket 2"}});
  ASSERT_TRUE(pdf.starts_with("%PDF-1."));
  ASSERT_TRUE(pdf.ends_with("%%EOF\n"));
  const auto start = pdf.rfind("startxref\n");
  const std::size_t table = std::stoul(pdf.substr(start + 10));
  ASSERT_EQ(pdf.substr(table, 5), "xref\n");
  const std::size_t count = std::stoul(pdf.substr(pdf.find('\n', table) + 3));
  EXPECT_EQ(count, 8u) << "catalogue, pages, font, two pages with their drawing, and the head";
  std::size_t row = pdf.find('\n', table + 5) + 1;
  for (std::size_t i = 1; i < count; ++i) {
    row += 20;  // the first row is the free one
    const std::size_t at = std::stoul(pdf.substr(row, 10));
    const std::string head = std::to_string(i) + " 0 obj\n";
    EXPECT_EQ(pdf.substr(at, head.size()), head);
  }
  EXPECT_NE(pdf.find("(Sari \\(08**\\)) Tj"), std::string::npos) << "parentheses are escaped";
}

TEST(SmallPdf, a_stream_is_as_long_as_it_says) {
  const std::string pdf = small_pdf({{"Kopi \xE2\x98\x95"}});
  const auto length = pdf.find("/Length ");
  const std::size_t said = std::stoul(pdf.substr(length + 8));
  const auto begin = pdf.find("stream\n", length) + 7;
  EXPECT_EQ(pdf.find("endstream", begin) - begin, said);
  EXPECT_NE(pdf.find("(Kopi ?"
                     "?"
                     "?) Tj"),
            std::string::npos);
}

}  // namespace
}  // namespace gerbang::sandbox
