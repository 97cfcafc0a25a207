#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "connectors/tokopedia/facts_for_test.hpp"
#include "connectors/tokopedia/tokopedia.hpp"
#include "core/base/url.hpp"
#include "tests/kit/script.hpp"

// Scripts of calls: every request is checked for its path, its level, and its whole body or the
// parameters named.
namespace gerbang::tokopedia::testing {

inline HttpResponse answer(const std::string& name) {
  return kit::reply(fixture(name));
}

enum class Signed { shop, app };

inline void expect_signed(const HttpRequest& r, const std::string& path, const std::string& params,
                          Signed level) {
  const auto url = parse_url(r.url);
  ASSERT_TRUE(url) << r.url;
  EXPECT_EQ(url->host, "api.shop.example");
  EXPECT_EQ(url->path, path);
  const auto query = parse_query(url->query);
  ASSERT_TRUE(query);
  EXPECT_EQ(query_value(*query, "app_key"), "6gbdemo7k2p9q");
  EXPECT_EQ(query_value(*query, "timestamp"), "1795600400");
  EXPECT_EQ(query_value(*query, "sign").value_or("").size(), 64u);
  EXPECT_EQ(query_value(*query, "shop_cipher").value_or(""), level == Signed::shop ? kCipher : "");
  EXPECT_FALSE(query_value(*query, "access_token"));
  EXPECT_FALSE(r.headers.find("x-tts-access-token").value_or("").empty());
  EXPECT_EQ(r.headers.find("x-tts-access-token").value_or("").find(' '), std::string_view::npos)
      << "the cipher does not travel with the token";
  if (!params.empty()) {
    EXPECT_NE(("&" + url->query + "&").find("&" + params + "&"), std::string::npos) << r.url;
  }
}

inline kit::Step get(const std::string& path, const std::string& params, HttpResponse response,
                     Signed level = Signed::shop) {
  return kit::step(
      path,
      [=](const HttpRequest& r) {
        EXPECT_EQ(r.method, Method::get);
        EXPECT_EQ(r.effect, Effect::read);
        EXPECT_TRUE(r.body.empty());
        expect_signed(r, path, params, level);
      },
      std::move(response));
}

inline kit::Step write(Method method, const std::string& path, Effect effect,
                       const std::string& body, HttpResponse response,
                       const std::string& params = "") {
  return kit::step(
      method == Method::del ? path + " delete" : path,
      [=](const HttpRequest& r) {
        EXPECT_EQ(r.method, method);
        EXPECT_EQ(r.effect, effect);
        EXPECT_EQ(r.headers.find("Content-Type"), "application/json");
        expect_signed(r, path, params, Signed::shop);
        EXPECT_EQ(r.body, body);
      },
      std::move(response));
}
inline kit::Step post(const std::string& path, Effect effect, const std::string& body,
                      HttpResponse response, const std::string& params = "") {
  return write(Method::post, path, effect, body, std::move(response), params);
}

// A call to the token host, unsigned.
inline kit::Step token(const std::string& what, const std::string& params, HttpResponse response) {
  return kit::step(
      "token",
      [=](const HttpRequest& r) {
        EXPECT_EQ(r.method, Method::get);
        EXPECT_EQ(r.url, "https://api.shop.example/api/v2/token/" + what +
                             "?app_key=6gbdemo7k2p9q&app_secret=kunci-contoh-bukan-rahasia&" +
                             params);
        EXPECT_FALSE(r.headers.find("x-tts-access-token"));
      },
      std::move(response));
}

inline kit::Step image(const std::string& url, const std::string& bytes = kPng) {
  HttpResponse r;
  r.status = 200;
  r.body = bytes;
  return kit::step(
      "image",
      [=](const HttpRequest& asked) {
        EXPECT_EQ(asked.url, url);
        EXPECT_EQ(asked.trust, Trust::tenant);
        EXPECT_EQ(asked.headers.size(), 0u) << "nothing of the shop travels to the seller's server";
      },
      r);
}
inline kit::Step upload(const std::string& reply = "upload_image") {
  return kit::step(
      "upload",
      [](const HttpRequest& r) {
        expect_signed(r, "/product/202309/images/upload", "", Signed::app);
        const auto parts = parse_multipart(*r.headers.find("Content-Type"), r.body);
        ASSERT_TRUE(parts);
        ASSERT_EQ(parts->size(), 2u);
        EXPECT_EQ(parts->front().bytes, "MAIN_IMAGE");
        EXPECT_EQ(parts->back().field, "data");
        EXPECT_TRUE(parts->back().filename);
      },
      answer(reply));
}

// In these an envelope without data is all that the channel says.
inline bool answers_bare(const kit::Step& step) {
  for (const char* call : {"/inventory/update", "/prices/update", "/activate", "/deactivate",
                           " delete", "/packages/ship", "/approve", "/reject"}) {
    if (step.name.ends_with(call)) return true;
  }
  return false;
}

inline std::vector<kit::Fault> faults() {
  std::vector<kit::Fault> out =
      kit::standard_faults({refusal(105002, "The access token has expired"),
                            refusal(36009004, "x-tts-access-token is invalid")});
  using K = ErrorKind;
  HttpResponse html = kit::reply("<html>", 403);
  html.headers.set("Content-Type", "text/html");
  out.push_back({"HTML with 403", html, {K::transient}, {}, std::nullopt});
  html.status = 502;
  out.push_back({"HTML with 502", html, {K::transient}, {K::indeterminate}, std::nullopt});
  out.push_back({"rate limit under 200",
                 kit::reply(refusal(36009002, "Too many requests")),
                 {K::throttled},
                 {},
                 std::chrono::seconds(1)});
  for (const int code : {36009003, 36009007, 12052881, 10002014, 21001003})
    out.push_back({std::to_string(code),
                   kit::reply(refusal(code, "system error")),
                   {K::transient},
                   {K::indeterminate},
                   std::nullopt});
  out.push_back({"wrong signature",
                 kit::reply(refusal(106001, "Invalid credentials"), 401),
                 {K::forbidden},
                 {},
                 std::nullopt});
  out.push_back({"address not allowed", kit::reply(refusal(36009033)), {K::forbidden}, {}, {}});
  out.push_back({"scope missing", kit::reply(refusal(105005)), {K::forbidden}, {}, {}});
  out.push_back({"clock",
                 kit::reply(refusal(36009004, "Invalid timestamp: older than 5 minutes")),
                 {K::transient},
                 {},
                 std::nullopt});
  // Answers that contradict themselves or are none.
  out.push_back({"success under 500",
                 kit::reply(R"({"code":0,"message":"Success","data":{}})", 500),
                 {K::transient},
                 {K::indeterminate},
                 std::nullopt});
  out.push_back({"no code",
                 kit::reply(R"({"message":"Success","data":{}})"),
                 {K::transient},
                 {K::indeterminate},
                 std::nullopt});
  out.push_back({"an array", kit::reply("[]"), {K::transient}, {K::indeterminate}, std::nullopt});
  return out;
}

// Plays the script straight, then with every fault at every step, with a success that says nothing
// where something must be said, and dropped everywhere. Gives the straight outcome.
template <class Make>
auto play_all(Make make, const kit::Script& script, std::vector<kit::Fault> wrong = faults()) {
  auto outcome = kit::play(make(), script);
  EXPECT_TRUE(outcome) << outcome.error().describe();
  kit::fail_every_step(make, script, std::move(wrong));
  kit::drop_at_every_step(make, script);
  for (std::size_t at = 0; at < script.size(); ++at) {
    if (script[at].optional || script[at].name == "image" || answers_bare(script[at])) continue;
    SCOPED_TRACE("a success without data for " + script[at].name);
    HttpRequest failed;
    const auto odd = kit::play_with_fault(make(), script, at, answer("ok_bare"), &failed);
    EXPECT_FALSE(odd && kit::all_done(*odd)) << "a success";
    if (!odd) {
      EXPECT_TRUE(odd.error().kind == ErrorKind::transient ||
                  odd.error().kind == ErrorKind::indeterminate)
          << odd.error().describe();
    }
  }
  return outcome ? std::optional(*std::move(outcome)) : std::nullopt;
}

}  // namespace gerbang::tokopedia::testing
