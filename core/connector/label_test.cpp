#include "core/connector/label.hpp"

#include <gtest/gtest.h>

namespace gerbang {
namespace {

const std::string kPdf = "%PDF-1.4\n1 0 obj << >> endobj\ntrailer << >>\nstartxref\n9\n%%EOF\n";

TEST(Label, keeps_the_bytes_and_names_the_file) {
  const auto label = label_from(kPdf, "application/pdf", "260214K7PQ2M9X", "OFG1");
  ASSERT_TRUE(label);
  EXPECT_EQ(label->document.reveal(), kPdf);
  EXPECT_EQ(label->media_type, "application/pdf");
  EXPECT_EQ(label->file_name, "label-260214K7PQ2M9X-OFG1.pdf");
}

TEST(Label, goes_by_the_bytes_where_the_header_is_vague) {
  for (const char* type : {"", "application/octet-stream", "application/pdf;charset=UTF-8"})
    EXPECT_TRUE(label_from(kPdf, type, "1", "")) << type;
  const auto zip = label_from("PK\x03\x04 two labels", "application/octet-stream", "1", "");
  ASSERT_TRUE(zip);
  EXPECT_EQ(zip->media_type, "application/zip");
  EXPECT_EQ(zip->file_name, "label-1.zip");
}

TEST(Label, what_is_no_document_is_no_label) {
  struct Case {
    const char* what;
    std::string bytes;
    const char* type;
  };
  const Case cases[] = {
      {"nothing", "", "application/pdf"},
      {"a page for maintenance", "<html><body>Sedang dalam perbaikan</body></html>", "text/html"},
      {"the page without its header", "<html>", ""},
      {"an error envelope", R"({"error":"logistics.download_later"})", "application/json"},
      {"a PDF that is called a page", kPdf, "Text/HTML; charset=utf-8"},
      {"half a PDF", kPdf.substr(0, kPdf.size() / 2), "application/pdf"},
  };
  for (const Case& c : cases) {
    const auto label = label_from(c.bytes, c.type, "1", "");
    ASSERT_FALSE(label) << c.what;
    EXPECT_EQ(label.error().kind, ErrorKind::transient) << c.what;
    EXPECT_EQ(label.error().code, "channel_answer_unreadable") << c.what;
    EXPECT_EQ(label.error().detail.find("Sedang"), std::string::npos);
  }
}

TEST(Label, one_that_is_too_large_is_refused) {
  const auto label = label_from(kPdf + std::string(kLabelBytes, ' '), "application/pdf", "1", "");
  ASSERT_FALSE(label);
  EXPECT_EQ(label.error().code, "label_too_large");
}

TEST(Label, an_id_of_the_channel_leads_nowhere_in_a_file_name) {
  const auto label = label_from(kPdf, "application/pdf", "../../etc/passwd\r\nX: \"y\"", "a/b");
  ASSERT_TRUE(label);
  EXPECT_EQ(label->file_name, "label-______etc_passwd__X___y_-a_b.pdf");
}

}  // namespace
}  // namespace gerbang
