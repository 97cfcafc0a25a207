#include "connectors/blibli/sign.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "core/base/crypto.hpp"
#include "core/base/json.hpp"

namespace gerbang::blibli {
namespace {

json::Value vectors() {
  std::ifstream in(GERBANG_BLIBLI_FIXTURES "/blibli_signing.json");
  std::stringstream text;
  text << in.rdbuf();
  auto parsed = json::parse(text.str());
  if (!parsed) ADD_FAILURE() << "no readable vectors";
  return parsed.value_or(json::Value());
}

json::Value vector_of(const json::Value& all, std::string_view id) {
  for (const json::Value& v : all["vectors"].items()) {
    if (v["id"].text() == id) return v;
  }
  ADD_FAILURE() << "no vector " << id;
  return {};
}

struct Request {
  explicit Request(const json::Value& v)
      : method(*method_from(v["method"].text())),
        body(v["body"].text()),
        time(from_unix_millis(*v["signature_time_ms"].as_int64())),
        target(v["request_target"].text()),
        key(std::string(v["signature_key"].text())) {}
  Method method;
  std::string body;
  TimePoint time;
  std::string target;
  Secret key;
};

TEST(BlibliSign, every_vector_of_other_peoples_programs_fits) {
  const json::Value all = vectors();
  std::size_t n = 0;
  for (const json::Value& v : all["vectors"].items()) {
    SCOPED_TRACE(v["id"].text());
    const Request r(v);
    EXPECT_EQ(wib_date(r.time), v["date_wib"].text());
    EXPECT_EQ(signed_path(r.target), v["path_signed"].text());
    EXPECT_EQ(string_to_sign(r.method, r.body, r.time, r.target), v["string_to_sign"].text());
    EXPECT_EQ(signature(r.key, r.method, r.body, r.time, r.target), v["signature_base64"].text());
    EXPECT_EQ(v["headers"]["Signature"].text(), v["signature_base64"].text());
    ++n;
  }
  EXPECT_EQ(n, 10u);
}

TEST(BlibliSign, what_is_signed_wrongly_is_not_ours) {
  const json::Value all = vectors();
  std::size_t n = 0;
  for (const json::Value& v : all["negative_vectors"].items()) {
    SCOPED_TRACE(v["id"].text());
    const Request r(vector_of(all, v["based_on"].text()));
    EXPECT_NE(signature(r.key, r.method, r.body, r.time, r.target), v["signature_base64"].text());
    ++n;
  }
  EXPECT_EQ(n, 5u);
}

// The older headers carry the same signature (we do not use them).
TEST(BlibliSign, legacy_headers_hold_the_same_signature) {
  const json::Value all = vectors();
  ASSERT_EQ(all["legacy_header_vectors"].items().size(), 1u);
  const json::Value v = all["legacy_header_vectors"][0];
  const Request r(vector_of(all, v["based_on"].text()));
  EXPECT_EQ(v["headers"]["x-blibli-mta-authorization"].text(),
            "BMA admin@bumdes.example:" + signature(r.key, r.method, r.body, r.time, r.target));
}

TEST(BlibliSign, webhooks_verify_in_both_forms_and_nothing_else_does) {
  const json::Value all = vectors();
  ASSERT_EQ(all["webhook_vectors"].items().size(), 1u);
  const json::Value v = all["webhook_vectors"][0];
  const std::string body(v["body"].text()), url(v["callback_url"].text());
  const TimePoint at = from_unix_millis(*v["request_time_ms"].as_int64());
  const Secret key{std::string(v["signature_key"].text())};
  const auto verifies = [&](const Secret& k, std::string_view b, TimePoint t, std::string_view u,
                            std::string_view given) {
    return webhook_verifies(k, b, "application/json", t, u, given);
  };
  const std::string_view base64 = v["signature_base64"].text(), hex = v["signature_hex"].text();
  EXPECT_TRUE(verifies(key, body, at, url, base64));
  EXPECT_TRUE(verifies(key, body, at, url, hex));
  EXPECT_FALSE(verifies(key, body + " ", at, url, base64));
  EXPECT_FALSE(verifies(key, body, at + std::chrono::seconds(1), url, base64));
  EXPECT_FALSE(verifies(key, body, at, url + "/", base64));
  EXPECT_FALSE(verifies(Secret("lain"), body, at, url, base64));
  EXPECT_FALSE(verifies(key, body, at, url, ""));
  // An unset key signs nothing, although an HMAC with it could be computed.
  const Secret none;
  const std::string forged = to_base64(as_view(hmac_sha256("", v["string_to_sign"].text())));
  EXPECT_FALSE(verifies(none, body, at, url, forged));
}

TEST(BlibliSign, the_date_is_that_of_jakarta) {
  // Before the epoch, across a year, on the 29th of February.
  EXPECT_EQ(wib_date(from_unix_seconds(-1)), "Thu Jan 01 06:59:59 WIB 1970");
  EXPECT_EQ(wib_date(*from_rfc3339("2024-12-31T17:00:00Z")), "Wed Jan 01 00:00:00 WIB 2025");
  EXPECT_EQ(wib_date(*from_rfc3339("2024-02-29T16:59:59Z")), "Thu Feb 29 23:59:59 WIB 2024");
}

TEST(BlibliSign, only_the_first_mta_is_renamed) {
  EXPECT_EQ(signed_path("https://api.blibli.com/v2/proxy/mta/api/mta/x?a=/mta"),
            "/mtaapi/api/mta/x");
  EXPECT_EQ(signed_path("/v2//proxy/seller/v1/x"), "/seller/v1/x");
}

}  // namespace
}  // namespace gerbang::blibli
