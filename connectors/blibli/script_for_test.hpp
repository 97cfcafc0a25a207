#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "connectors/blibli/blibli.hpp"
#include "connectors/blibli/fixtures_for_test.hpp"
#include "connectors/blibli/sign.hpp"
#include "core/base/crypto.hpp"
#include "core/base/url.hpp"
#include "tests/kit/script.hpp"

// Scripts of Blibli calls: every request is checked for its path, its credentials, its signature
// and its whole body.
namespace gerbang::blibli::testing {

inline HttpResponse answer(const std::string& name) {
  return kit::reply(fixture(name));
}
inline HttpResponse no_content() {
  HttpResponse out;
  out.status = 204;
  return out;
}

inline void expect_signed(const HttpRequest& r, const std::string& path) {
  const auto url = parse_url(r.url);
  ASSERT_TRUE(url) << r.url;
  EXPECT_EQ(url->host, "api.blibli.example");
  EXPECT_EQ(url->path, "/v2/proxy" + path);
  const auto query = parse_query(url->query);
  ASSERT_TRUE(query);
  EXPECT_EQ(query_value(*query, "storeId"), "10001");
  EXPECT_EQ(query_value(*query, "channelId"), "gerbang-desa");
  EXPECT_EQ(query_value(*query, "username"), "admin@bumdes.example");
  for (const char* name : {"storeCode", "businessPartnerCode", "merchantCode"})
    EXPECT_EQ(query_value(*query, name), "DES-70001") << name;
  EXPECT_EQ(r.headers.find("Authorization"),
            "Basic " + to_base64("mta-api-gerbang-desa-1a2b3:mta-api-kunci-klien-contoh"));
  EXPECT_EQ(r.headers.find("Api-Seller-Key"), kSellerKey);
  EXPECT_EQ(r.headers.find("Content-Type"), "application/json");
  EXPECT_EQ(r.headers.find("Accept"), "application/json");
  EXPECT_EQ(r.headers.find("Signature-Time"), "1740885330007");
  EXPECT_EQ(r.headers.find("Signature"), signature(Secret("rahasia-desa-01"), r.method, r.body,
                                                   from_unix_millis(1'740'885'330'007), r.url));
  EXPECT_EQ(r.url.find(kSellerKey), std::string::npos) << "keys do not travel in addresses";
}

inline kit::Step call(Method method, const std::string& path, Effect effect,
                      const std::string& body, HttpResponse response) {
  return kit::step(
      path,
      [=](const HttpRequest& r) {
        EXPECT_EQ(r.method, method);
        EXPECT_EQ(r.effect, effect);
        EXPECT_EQ(r.body, body);
        expect_signed(r, path);
      },
      std::move(response));
}
// A call that reads; `params` as they stand at the end of the query.
inline kit::Step get(const std::string& path, const std::string& params, HttpResponse response) {
  return kit::step(
      path,
      [=](const HttpRequest& r) {
        EXPECT_EQ(r.method, Method::get);
        EXPECT_EQ(r.effect, Effect::read);
        EXPECT_EQ(r.body, "");
        expect_signed(r, path);
        EXPECT_TRUE(params.empty() || r.url.ends_with("&" + params)) << r.url;
      },
      std::move(response));
}
inline kit::Step search(const std::string& path, const std::string& body, HttpResponse response) {
  return call(Method::post, path, Effect::read, body, std::move(response));
}
inline kit::Step post(const std::string& path, Effect effect, const std::string& body,
                      HttpResponse response) {
  return call(Method::post, path, effect, body, std::move(response));
}
inline kit::Step queue(HttpResponse response) {
  return kit::step(
      "queue",
      [](const HttpRequest& r) {
        EXPECT_EQ(r.operation, "queue.detail");
        const auto query = parse_query(parse_url(r.url)->query);
        // The queue takes the place of the call's own id (facts 8.2).
        EXPECT_EQ(query_value(*query, "requestId"), "01HQHSC752CZSM5Q2AS3DDGXBZ");
        expect_signed(r, "/mta/api/businesspartner/v1/feed/detail");
      },
      std::move(response));
}

inline std::vector<kit::Fault> faults() {
  std::vector<kit::Fault> out =
      kit::standard_faults({refusal("ERR-PA401001", "Full authentication is required"),
                            refusal_mta("ERR-PA401001", "Full authentication is required")});
  using K = ErrorKind;
  HttpResponse html = kit::reply("<html>", 403);
  html.headers.set("Content-Type", "text/html");
  out.push_back({"HTML with 403", html, {K::transient}, {}, std::nullopt});
  html.status = 502;
  out.push_back({"HTML with 502", html, {K::transient}, {K::indeterminate}, std::nullopt});
  out.push_back(
      {"not connected",
       kit::reply(refusal("ERR-PA400054", "Seller is not connected to this API client"), 400),
       {K::auth_expired},
       {},
       std::nullopt});
  out.push_back({"server side error",
                 kit::reply(refusal_mta("ERR-MA500007", "Server side error"), 500),
                 {K::transient},
                 {K::indeterminate},
                 std::nullopt});
  out.push_back({"server side error with 200",
                 kit::reply(refusal_mta("ERR-MA500007", "Server side error")),
                 {K::transient},
                 {K::indeterminate},
                 std::nullopt});
  // Of a limit per product or queue: blocked, for that one alone.
  for (kit::Fault& fault : out) {
    if (fault.name.starts_with("429")) fault.kinds.push_back(K::blocked);
  }
  out.push_back({"over the limit",
                 kit::reply(refusal("ERR-PA429001", "You have reached the limit"), 429),
                 {K::throttled, K::blocked},
                 {},
                 std::nullopt});
  out.push_back({"success and refusal in one",
                 kit::reply(R"({"requestId":"gerbang-1","success":true,"errorCode":"ERR-MA500007",)"
                            R"("content":[],"value":{}})"),
                 {K::transient},
                 {K::indeterminate},
                 std::nullopt});
  out.push_back({"a list", kit::reply("[]"), {K::transient}, {K::indeterminate}, std::nullopt});
  return out;
}

// Plays the script straight, then with every fault at every step, and dropped everywhere. Gives the
// straight outcome.
template <class Make>
auto play_all(Make make, const kit::Script& script) {
  auto outcome = kit::play(make(), script);
  EXPECT_TRUE(outcome) << outcome.error().describe();
  kit::fail_every_step(make, script, faults());
  kit::drop_at_every_step(make, script);
  return outcome ? std::optional(*std::move(outcome)) : std::nullopt;
}

}  // namespace gerbang::blibli::testing
