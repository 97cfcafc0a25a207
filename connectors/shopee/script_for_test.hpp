#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "connectors/shopee/facts_for_test.hpp"
#include "connectors/shopee/fixtures_for_test.hpp"
#include "connectors/shopee/shopee.hpp"
#include "core/base/url.hpp"
#include "tests/kit/script.hpp"

// Scripts of Shopee calls: every request is checked for its path, its level, and its whole body or
// the parameters named.
namespace gerbang::shopee::testing {

inline HttpResponse answer(const std::string& name) {
  return kit::reply(fixture(name));
}

inline void expect_signed(const HttpRequest& r, const std::string& call, bool shop_level) {
  const auto url = parse_url(r.url);
  ASSERT_TRUE(url) << r.url;
  EXPECT_EQ(url->host, "partner.shopee.example");
  EXPECT_EQ(url->path, "/api/v2/" + call);
  const auto query = parse_query(url->query);
  ASSERT_TRUE(query);
  EXPECT_EQ(query_value(*query, "partner_id"), "2001234");
  EXPECT_EQ(query_value(*query, "sign").value_or("").size(), 64u);
  EXPECT_EQ(query_value(*query, "shop_id").has_value(), shop_level);
  EXPECT_EQ(query_value(*query, "access_token").has_value(), shop_level);
}

// A call that reads. `params`: "page_size=20&offset=0" as they stand in the query.
inline kit::Step get(const std::string& call, const std::string& params, HttpResponse response,
                     bool shop_level = true) {
  return kit::step(
      call,
      [=](const HttpRequest& r) {
        EXPECT_EQ(r.method, Method::get);
        EXPECT_EQ(r.effect, Effect::read);
        expect_signed(r, call, shop_level);
        EXPECT_TRUE(params.empty() || r.url.ends_with("&" + params)) << r.url;
      },
      std::move(response));
}

// A call that writes; `body` is the JSON as sent.
inline kit::Step post(const std::string& call, Effect effect, const std::string& body,
                      HttpResponse response, bool shop_level = true) {
  return kit::step(
      call,
      [=](const HttpRequest& r) {
        EXPECT_EQ(r.method, Method::post);
        EXPECT_EQ(r.effect, effect);
        EXPECT_EQ(r.headers.find("Content-Type"), "application/json");
        expect_signed(r, call, shop_level);
        EXPECT_EQ(r.body, body);
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
      "media_space/upload_image",
      [](const HttpRequest& r) {
        expect_signed(r, "media_space/upload_image", false);
        const auto parts = parse_multipart(*r.headers.find("Content-Type"), r.body);
        ASSERT_TRUE(parts);
        ASSERT_EQ(parts->size(), 2u);
        EXPECT_EQ(parts->back().field, "image");
        EXPECT_TRUE(parts->back().filename);
      },
      answer(reply));
}

// In these a bare envelope is all that Shopee says.
inline bool answers_bare(const kit::Step& step) {
  for (const char* call :
       {"product/delete_item", "product/update_item", "product/delete_model",
        "product/update_tier_variation", "product/update_model", "logistics/ship_order",
        "order/cancel_order", "order/handle_buyer_cancellation",
        "push/confirm_consumed_lost_push_message"}) {
    if (step.name == call) return true;
  }
  return false;
}

inline std::vector<kit::Fault> faults() {
  std::vector<kit::Fault> out = kit::standard_faults(
      {refusal("invalid_acceess_token", "Invalid access_token, please have a check."),
       refusal("error_auth", "Invalid access_token.")});
  using K = ErrorKind;
  // An edge that refuses has done nothing; one that lost its upstream may have.
  HttpResponse html = kit::reply("<html>", 403);
  html.headers.set("Content-Type", "text/html");
  out.push_back({"HTML with 403", html, {K::transient}, {}, std::nullopt});
  html.status = 502;
  out.push_back({"HTML with 502", html, {K::transient}, {K::indeterminate}, std::nullopt});
  out.push_back({"rate limit",
                 kit::reply(refusal("error_rate_limit", "Too many requests, please slow down.")),
                 {K::throttled},
                 {},
                 std::chrono::seconds(30)});
  for (const char* code : {"error_server", "error_inner", "error_system_busy", "error_network"})
    out.push_back(
        {code, kit::reply(refusal(code)), {K::transient}, {K::indeterminate}, std::nullopt});
  out.push_back({"wrong key",
                 kit::reply(refusal("error_sign", "Wrong sign."), 403),
                 {K::forbidden},
                 {},
                 std::nullopt});
  out.push_back({"cut off address",
                 kit::reply(refusal("source_ip_undeclared"), 403),
                 {K::forbidden},
                 {},
                 std::nullopt});
  return out;
}

// Plays the script straight, then with every fault at every step, with a success that says nothing
// where something must be said, and dropped everywhere. Gives the straight outcome.
template <class Make>
auto play_all(Make make, const kit::Script& script) {
  auto outcome = kit::play(make(), script);
  EXPECT_TRUE(outcome) << outcome.error().describe();
  kit::fail_every_step(make, script, faults());
  kit::drop_at_every_step(make, script);
  for (std::size_t at = 0; at < script.size(); ++at) {
    if (script[at].optional || script[at].name == "image" || answers_bare(script[at])) continue;
    SCOPED_TRACE("a bare success for " + script[at].name);
    HttpRequest failed;
    const auto odd = kit::play_with_fault(make(), script, at, answer("ok"), &failed);
    EXPECT_FALSE(odd && kit::all_done(*odd)) << "a success";
    if (!odd) {
      EXPECT_TRUE(odd.error().kind == ErrorKind::transient ||
                  odd.error().kind == ErrorKind::indeterminate)
          << odd.error().describe();
    }
  }
  return outcome ? std::optional(*std::move(outcome)) : std::nullopt;
}

}  // namespace gerbang::shopee::testing
