#include "core/connector/http.hpp"

#include <gtest/gtest.h>

namespace gerbang {
namespace {

TEST(Headers, CompareNamesWithoutCase) {
  Headers h{{"Content-Type", "a"}, {"X-A", "1"}};
  h.add("x-a", "2");
  EXPECT_EQ(h.find("CONTENT-TYPE"), "a");
  EXPECT_EQ(h.count("X-a"), 2u);
  h.set("x-A", "3");
  EXPECT_EQ(h.count("X-a"), 1u);
  EXPECT_EQ(h.find("x-a"), "3");
  EXPECT_FALSE(h.find("none"));
}

TEST(RetryAfter, ReadsSecondsAndDates) {
  const TimePoint now = *from_rfc3339("1994-11-06T08:49:00Z");
  HttpResponse r;
  EXPECT_FALSE(retry_after(r, now));
  r.headers.set("Retry-After", "120");
  EXPECT_EQ(retry_after(r, now), std::chrono::seconds(120));
  r.headers.set("Retry-After", "Sun, 06 Nov 1994 08:49:37 GMT");
  EXPECT_EQ(retry_after(r, now), std::chrono::seconds(37));
  r.headers.set("Retry-After", "Sun, 06 Nov 1994 08:00:00 GMT");
  EXPECT_EQ(retry_after(r, now), std::chrono::seconds(0));
  for (const char* bad : {"", "soon", "-5", "1.5", "Sun, 06 Xxx 1994 08:49:37 GMT"}) {
    r.headers.set("Retry-After", bad);
    EXPECT_FALSE(retry_after(r, now)) << bad;
  }
  r.headers.set("Retry-After", "999999999");
  EXPECT_EQ(retry_after(r, now), std::chrono::hours(24 * 7));
}

TEST(Multipart, ReadsBackWhatItWrote) {
  const MultipartBody body =
      multipart({{"scene", "normal"}},
                {{"image", "kopi.png", "image/png", std::string("\x89PNG\0\r\n--x", 10)}});
  const auto parts = parse_multipart(body.content_type, body.body);
  ASSERT_TRUE(parts);
  ASSERT_EQ(parts->size(), 2u);
  EXPECT_EQ((*parts)[0].field, "scene");
  EXPECT_FALSE((*parts)[0].filename);
  EXPECT_EQ((*parts)[1].filename, "kopi.png");
  EXPECT_EQ((*parts)[1].content_type, "image/png");
  EXPECT_EQ((*parts)[1].bytes, std::string("\x89PNG\0\r\n--x", 10));
}

TEST(Multipart, TheSameInputGivesTheSameBytes) {
  const auto a = multipart({{"a", "1"}}, {}), b = multipart({{"a", "1"}}, {});
  EXPECT_EQ(a.body, b.body);
}

TEST(Multipart, RefusesWhatIsCutOrForeign) {
  const MultipartBody body = multipart({{"a", "1"}}, {{"f", "n", "t/t", "bytes"}});
  for (std::size_t cut = 0; cut + 3 < body.body.size(); ++cut)
    EXPECT_FALSE(parse_multipart(body.content_type, body.body.substr(0, cut))) << cut;
  EXPECT_FALSE(parse_multipart("application/json", body.body));
  EXPECT_FALSE(parse_multipart("multipart/form-data", body.body));
  EXPECT_FALSE(parse_multipart("multipart/form-data; boundary=other", body.body));
}

}  // namespace
}  // namespace gerbang
