#include "connectors/shopee/sandbox/test_client.hpp"

namespace gerbang::sandbox::shopee {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

class ShopeeAuth : public ShopeeTest {
 protected:
  std::string works(const std::string& token, std::int64_t shop) {
    const std::string path = "/api/v2/shop/get_shop_info";
    return decode(send(Method::get, path + "?" + shop_query(path, token, shop))).error();
  }
  std::string location(const HttpResponse& response) {
    EXPECT_EQ(response.status, 302) << response.body;
    return std::string(response.headers.find("Location").value_or(""));
  }
};

TEST_F(ShopeeAuth, a_code_gives_tokens_once) {
  const std::string code = code_for(shop_);
  const Answered tokens = exchange(code, shop_);
  EXPECT_EQ(tokens.error(), "");
  EXPECT_EQ(tokens.body["expire_in"].as_int64(), 14400);
  EXPECT_EQ(tokens.body["access_token"].text().size(), 32u);
  EXPECT_TRUE(tokens.response().is_null());  // all at top level
  EXPECT_EQ(exchange(code, shop_).error(), "invalid_code");
  EXPECT_EQ(exchange("nonsense", shop_).error(), "error_auth");
}

TEST_F(ShopeeAuth, a_code_lives_ten_minutes) {
  const std::string early = code_for(shop_);
  clock_.advance(std::chrono::seconds(599));
  EXPECT_EQ(exchange(early, shop_).error(), "");
  const std::string late = code_for(shop_);
  clock_.advance(std::chrono::seconds(600));
  EXPECT_EQ(exchange(late, shop_).error(), "invalid_code");
}

TEST_F(ShopeeAuth, code_requests_are_checked) {
  control(Method::post, "shops", R"({"shop_id":"880012346"})", 201);
  const std::string code = code_for(shop_);
  EXPECT_EQ(exchange(code, 880012346).error(), "invalid_shop_id");
  EXPECT_EQ(
      open_post("auth/token/get", "{\"code\":\"" + code + "\",\"partner_id\":2007701}").error(),
      "error_param");
  EXPECT_EQ(open_post("auth/token/get",
                      "{\"code\":\"" + code +
                          "\",\"partner_id\":2007701,\"shop_id\":1,\"main_account_id\":2}")
                .error(),
            "error_param");
  EXPECT_EQ(open_post("auth/token/get",
                      "{\"code\":\"" + code + "\",\"partner_id\":2007702,\"shop_id\":880012345}")
                .error(),
            "error_param");
  EXPECT_EQ(open_post("auth/token/get",
                      "{\"code\":\"" + code + "\",\"partner_id\":2007701,\"main_account_id\":5}")
                .error(),
            "invalid_main_acount_id");
  const std::string text =
      "{\"code\":\"" + code + "\",\"partner_id\":\"2007701\",\"shop_id\":880012345}";
  EXPECT_EQ(open_post("auth/token/get", text).error(), "error_param");
  EXPECT_EQ(exchange(code, shop_).error(), "");  // none of these used it up
}

TEST_F(ShopeeAuth, a_switch_takes_the_partner_id_as_text) {
  control(Method::put, "settings", R"({"partner_id_as_text":true})");
  const auto with = [&](const std::string& partner) {
    return open_post("auth/token/get", "{\"code\":\"" + code_for(shop_) + "\",\"partner_id\":" +
                                           partner + ",\"shop_id\":880012345}")
        .error();
  };
  EXPECT_EQ(with("\"2007701\""), "");
  EXPECT_EQ(with("2007701"), "");
  EXPECT_EQ(with("\"2007702\""), "error_param");
  EXPECT_EQ(with("\"x\""), "error_param");
}

TEST_F(ShopeeAuth, a_refresh_token_works_once_and_the_old_access_token_five_minutes_more) {
  const std::string old_access = token_, old_refresh = refresh_token_;
  const Answered first = refresh(old_refresh, shop_);
  EXPECT_EQ(first.error(), "");
  EXPECT_EQ(first.body["shop_id"].as_int64(), shop_);
  EXPECT_EQ(first.body["partner_id"].as_int64(), 2007701);
  const std::string access(first.body["access_token"].text());
  EXPECT_NE(access, old_access);

  const Answered second = refresh(old_refresh, shop_);  // the loser of a race
  EXPECT_EQ(second.error(), "error_auth");
  EXPECT_EQ(second.message(), "Invalid refresh_token.");
  EXPECT_EQ(second.status, 403);

  EXPECT_EQ(works(access, shop_), "");
  clock_.advance(std::chrono::seconds(299));
  EXPECT_EQ(works(old_access, shop_), "");
  clock_.advance(std::chrono::seconds(1));
  EXPECT_EQ(works(old_access, shop_), "invalid_acceess_token");
  EXPECT_EQ(works(access, shop_), "");
  EXPECT_EQ(refresh(std::string(first.body["refresh_token"].text()), shop_).error(), "");
}

TEST_F(ShopeeAuth, grace_never_lengthens_a_token) {
  clock_.advance(std::chrono::seconds(14300));
  EXPECT_EQ(refresh(refresh_token_, shop_).error(), "");
  clock_.advance(std::chrono::seconds(100));
  EXPECT_EQ(works(token_, shop_), "invalid_acceess_token");
}

TEST_F(ShopeeAuth, refresh_tokens_live_thirty_days_and_life_is_a_switch) {
  clock_.advance(std::chrono::days(30) - std::chrono::seconds(1));
  const Answered pair = refresh(refresh_token_, shop_);
  EXPECT_EQ(pair.error(), "");
  clock_.advance(std::chrono::days(30));
  EXPECT_EQ(refresh(std::string(pair.body["refresh_token"].text()), shop_).error(),
            "refresh_token_expired");

  start(json::object({{"token_seconds", 60}, {"refresh_seconds", 120}}));
  clock_.advance(std::chrono::seconds(60));
  EXPECT_EQ(works(token_, shop_), "invalid_acceess_token");
  clock_.advance(std::chrono::seconds(60));
  EXPECT_EQ(refresh(refresh_token_, shop_).error(), "refresh_token_expired");
}

TEST_F(ShopeeAuth, refreshes_are_refused_for_wrong_shops_and_lost_links) {
  control(Method::post, "shops", R"({"shop_id":"880012346"})", 201);
  EXPECT_EQ(refresh(refresh_token_, 880012346).error(), "error_auth");
  EXPECT_EQ(refresh("nonsense", shop_).error(), "error_auth");
  control(Method::put, "settings", R"({"cancel_authorization":{"shop_id":"880012345"}})");
  EXPECT_EQ(refresh(refresh_token_, shop_).error(), "shop_no_linked");
  token_ = authorize(shop_);
  EXPECT_EQ(refresh(refresh_token_, shop_).error(), "");
}

TEST_F(ShopeeAuth, an_authorization_ends_when_its_time_is_over) {
  start(json::object({{"authorization_days", 7}}));
  clock_.advance(std::chrono::days(7));
  EXPECT_EQ(refresh(refresh_token_, shop_).error(), "shop_access_expired");
}

TEST_F(ShopeeAuth, authorizing_again_replaces_the_tokens) {
  const std::string old_access = token_, old_refresh = refresh_token_;
  token_ = authorize(shop_);
  EXPECT_EQ(works(old_access, shop_), "invalid_acceess_token");
  EXPECT_EQ(refresh(old_refresh, shop_).error(), "error_auth");
  EXPECT_EQ(works(token_, shop_), "");
}

TEST_F(ShopeeAuth, a_main_account_shares_its_first_pair_and_each_shop_uses_it_once) {
  for (const char* shop : {"101", "102"})
    control(Method::post, "shops",
            R"({"main_account_id":900,"shop_id":")" + std::string(shop) + "\"}", 201);
  const json::Value consent = control(Method::post, "consent", R"({"main_account_id":900})");
  EXPECT_EQ(consent["query"]["main_account_id"].text(), "900");
  EXPECT_TRUE(consent["query"]["shop_id"].is_null());
  const Answered tokens =
      open_post("auth/token/get", "{\"code\":\"" + std::string(consent["query"]["code"].text()) +
                                      "\",\"partner_id\":2007701,\"main_account_id\":900}");
  EXPECT_EQ(json::dump(tokens.body["shop_id_list"]), "[101,102]");
  const std::string access(tokens.body["access_token"].text()),
      first(tokens.body["refresh_token"].text());
  EXPECT_EQ(works(access, 101), "");
  EXPECT_EQ(works(access, 102), "");
  EXPECT_EQ(works(access, shop_), "invalid_acceess_token");

  const Answered a = refresh(first, 101);
  EXPECT_EQ(a.error(), "");
  EXPECT_EQ(refresh(first, 101).error(), "error_auth");
  EXPECT_EQ(refresh(first, 102).error(), "");
  clock_.advance(std::chrono::seconds(300));
  EXPECT_EQ(works(access, 101), "invalid_acceess_token");
  const std::string own(a.body["access_token"].text());
  EXPECT_EQ(works(own, 101), "");
  EXPECT_EQ(works(own, 102), "invalid_acceess_token");
  const std::vector<json::Value> sent = pushes();
  ASSERT_THAT(codes(sent), ElementsAre(1));
  EXPECT_EQ(json::dump(sent[0]["data"]["shop_id_list"]), "[101,102]");
  EXPECT_TRUE(sent[0]["shop_id"].is_null());
}

TEST_F(ShopeeAuth, form_a_redirects_with_code_shop_and_state) {
  const std::string page =
      "/auth?partner_id=2007701&auth_type=seller&response_type=code&state=s%261"
      "&redirect_uri=http%3A%2F%2F127.0.0.1%3A8080%2Foauth%2Fshopee%2Fcallback";
  const std::string to = location(send(Method::get, page));
  EXPECT_THAT(to, StartsWith("http://127.0.0.1:8080/oauth/shopee/callback?code="));
  EXPECT_THAT(to, HasSubstr("&shop_id=880012345&state=s%261"));
  const auto query = parse_query(to.substr(to.find('?') + 1)).value_or(QueryItems());
  EXPECT_EQ(exchange(query_value(query, "code").value_or(""), shop_).error(), "");
  EXPECT_THAT(codes(pushes()), ElementsAre(1));
}

TEST_F(ShopeeAuth, form_a_lets_a_seller_of_several_shops_choose) {
  control(Method::post, "shops", R"({"shop_id":"880012346","name":"Toko <Dua>"})", 201);
  const std::string page =
      "/auth?partner_id=2007701&auth_type=seller&response_type=code&redirect_uri=http://x.example/"
      "cb";
  const HttpResponse choice = send(Method::get, page);
  EXPECT_EQ(choice.status, 200);
  EXPECT_THAT(choice.body, HasSubstr("Toko &lt;Dua&gt;"));
  EXPECT_THAT(location(send(Method::get, page + "&shop_id=880012346")),
              HasSubstr("shop_id=880012346"));
}

TEST_F(ShopeeAuth, form_a_refuses_what_is_wrong) {
  const std::string good =
      "partner_id=2007701&auth_type=seller&response_type=code&redirect_uri=http://x.example/cb";
  const auto refused = [&](const std::string& from, const std::string& to) {
    std::string query = good;
    query.replace(query.find(from), from.size(), to);
    const HttpResponse response = send(Method::get, "/auth?" + query);
    EXPECT_THAT(response.body, HasSubstr("\"code\":1"));
    return response.status;
  };
  EXPECT_EQ(refused("2007701", "7"), 400);
  EXPECT_EQ(refused("seller", "buyer"), 400);
  EXPECT_EQ(refused("response_type=code", "response_type=token"), 400);
  EXPECT_EQ(refused("http://x.example/cb", "x.example"), 400);
  control(Method::put, "settings", R"({"redirect_domain":"gerbang.desa.example"})");
  EXPECT_EQ(send(Method::get, "/auth?" + good).status, 400);
}

TEST_F(ShopeeAuth, form_b_checks_the_signature_and_keeps_the_redirects_own_query) {
  const std::string path = "/api/v2/shop/auth_partner";
  const std::string query =
      open_query(path) + "&redirect=http%3A%2F%2Fx.example%2Fcb%3Fstate%3Dabc";
  const std::string to = location(send(Method::get, path + "?" + query));
  EXPECT_THAT(to, StartsWith("http://x.example/cb?state=abc&code="));
  EXPECT_THAT(to, HasSubstr("&shop_id=880012345"));
  std::string broken = query;
  broken[broken.find("sign=") + 5] ^= 1;
  EXPECT_EQ(decode(send(Method::get, path + "?" + broken)).error(), "error_sign");
  clock_.advance(std::chrono::seconds(301));
  EXPECT_EQ(decode(send(Method::get, path + "?" + query)).error(), "error_param");
}

TEST_F(ShopeeAuth, both_cancel_forms_end_the_link_and_push) {
  EXPECT_EQ(send(Method::get,
                 "/cancel_auth?partner_id=2007701&auth_type=seller"
                 "&response_type=code&redirect_uri=http://x.example/cb")
                .status,
            302);
  EXPECT_EQ(works(token_, shop_), "partner_shop_no_link");
  EXPECT_THAT(codes(pushes()), ElementsAre(2));
  token_ = authorize(shop_);
  const std::string path = "/api/v2/shop/cancel_auth_partner";
  EXPECT_THAT(
      location(send(Method::get, path + "?" + open_query(path) + "&redirect=http://x.example/cb")),
      testing::EndsWith("?shop_id=880012345"));
  EXPECT_EQ(works(token_, shop_), "partner_shop_no_link");
}

TEST_F(ShopeeAuth, authorized_shops_are_listed_in_pages) {
  for (const std::int64_t shop : {101, 102}) {
    control(Method::post, "shops", "{\"shop_id\":\"" + std::to_string(shop) + "\"}", 201);
    authorize(shop);
  }
  control(Method::post, "shops", R"({"shop_id":"103"})", 201);  // never authorized
  const Answered first = open_get("public/get_shops_by_partner", "page_size=2&page_no=1");
  EXPECT_EQ(first.body["authed_shop_list"].items().size(), 2u);
  EXPECT_EQ(first.body["more"].as_bool(), true);
  const Answered second = open_get("public/get_shops_by_partner", "page_size=2&page_no=2");
  EXPECT_EQ(second.body["authed_shop_list"].items().size(), 1u);
  EXPECT_EQ(second.body["more"].as_bool(), false);
  EXPECT_EQ(open_get("public/get_shops_by_partner", "page_size=101&page_no=1").error(),
            "error_param");
  EXPECT_EQ(open_get("public/get_shops_by_partner", "page_size=10&page_no=0").error(),
            "error_param");
}

TEST_F(ShopeeAuth, an_expiry_is_announced) {
  control(Method::put, "settings", R"({"authorization_expiring":{"shop_id":"880012345"}})");
  const std::vector<json::Value> sent = pushes();
  ASSERT_THAT(codes(sent), ElementsAre(12));
  EXPECT_TRUE(sent[0]["partner_id"].is_null());
  EXPECT_EQ(json::dump(sent[0]["data"]["shop_expire_soon"]), "[880012345]");
}

}  // namespace
}  // namespace gerbang::sandbox::shopee
