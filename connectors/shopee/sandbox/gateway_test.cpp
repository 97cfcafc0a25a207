#include <fstream>
#include <sstream>

#include "connectors/shopee/sandbox/gateway.hpp"
#include "connectors/shopee/sandbox/test_client.hpp"

namespace gerbang::sandbox::shopee {
namespace {

using testing::HasSubstr;
using testing::MatchesRegex;

json::Value vectors() {
  std::ifstream file(GERBANG_SHOPEE_SANDBOX_FIXTURES "/signing.json");
  std::stringstream text;
  text << file.rdbuf();
  auto parsed = json::parse(text.str());
  EXPECT_TRUE(parsed) << "the fixture does not parse";
  return parsed.value_or(json::Value());
}

std::string with_last_digit_changed(std::string text, const std::string& hex) {
  const auto at = text.find(hex);
  EXPECT_NE(at, std::string::npos);
  char& last = text[at + hex.size() - 1];
  last = last == '0' ? '1' : '0';
  return text;
}

// What other people's SDKs really sent, byte for byte, with the clock where they stood.
TEST(ShopeeVectors, requests_of_other_sdks_pass_the_signature_check_and_changed_ones_do_not) {
  const json::Value all = vectors();
  int replayed = 0;
  for (const json::Value& v : all["vectors"].items()) {
    std::string target(v["request_target_as_sent"].text());
    if (target.empty()) target = v["link_path_and_query"].text();
    if (target.empty()) continue;
    SCOPED_TRACE(v["id"].text());
    ManualClock clock(from_unix_seconds(*v["timestamp"].as_int64()));
    SeededRandom random(1);
    Options options{
        &clock, &random, "", "",
        json::object({{"partner_id", v["partner_id"]}, {"partner_key", v["partner_key"]}})};
    const auto box = make_shopee_sandbox(std::move(options));
    HttpRequest request;
    request.method = *method_from(v["method"].text());
    request.url = target;
    request.body = v["body_as_sent"].text();
    if (!request.body.empty()) request.headers.set("Content-Type", "application/json");

    const std::string good = box->handle(request).response.body;
    // Beyond the signature: a token we never gave, or a module's own answer.
    EXPECT_THAT(good, testing::Not(HasSubstr("error_sign")));
    if (v["level"].text() == "shop") {
      EXPECT_THAT(good, HasSubstr("Invalid access_token."));
    }

    request.url = with_last_digit_changed(target, std::string(v["expected_hex"].text()));
    EXPECT_THAT(box->handle(request).response.body, HasSubstr("error_sign"));
    ++replayed;
  }
  EXPECT_GE(replayed, 15);
}

TEST(ShopeeVectors, push_signatures_agree) {
  const json::Value all = vectors();
  int checked = 0;
  for (const json::Value& v : all["vectors"].items()) {
    if (v["level"].text() != "push") continue;
    const std::string base =
        std::string(v["callback_url"].text()) + "|" + std::string(v["body"].text());
    EXPECT_EQ(sign(v["partner_key"].text(), base), v["expected_hex"].text()) << v["id"].text();
    ++checked;
  }
  EXPECT_EQ(checked, 13);
}

TEST(ShopeeVectors, a_shop_call_signed_at_public_level_is_refused) {
  const json::Value all = vectors();
  const json::Value& v = all["negative"].items()[0];
  ManualClock clock(from_unix_seconds(*v["timestamp"].as_int64()));
  SeededRandom random(1);
  Options options{&clock, &random, "", "", json::object({{"partner_key", v["partner_key"]}})};
  const auto box = make_shopee_sandbox(std::move(options));
  const std::string common = std::string(v["api_path"].text()) +
                             "?partner_id=2007701&timestamp=" + v["timestamp"].to_text() +
                             "&access_token=" + v["access_token"].to_text() +
                             "&sign=" + v["sent_sign"].to_text();
  HttpRequest request;
  request.url = common;  // as shopee-sdk@0.0.9 does: no shop_id
  EXPECT_THAT(box->handle(request).response.body, HasSubstr("error_param"));
  request.url = common + "&shop_id=" + v["shop_id"].to_text();
  EXPECT_THAT(box->handle(request).response.body, HasSubstr("error_sign"));
}

class ShopeeGateway : public ShopeeTest {
 protected:
  const std::string path_ = "/api/v2/shop/get_shop_info";
  Answered call(const std::string& query) { return decode(send(Method::get, path_ + "?" + query)); }
};

TEST_F(ShopeeGateway, a_good_call_passes) {
  const Answered reply = get("shop/get_shop_info");
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.error(), "");
  EXPECT_EQ(reply.body["shop_name"].text(), "BUMDes Sukamaju");  // at top level
  EXPECT_THAT(std::string(reply.body["request_id"].text()), MatchesRegex("[0-9a-f]{32}"));
}

TEST_F(ShopeeGateway, a_switch_takes_shop_calls_signed_at_public_level_for_the_tokens_shop) {
  const std::string signed_openly = open_query(path_);
  const std::string token = "&access_token=" + token_;
  const std::string shop = "&shop_id=880012345";
  EXPECT_EQ(call(signed_openly + token).error(), "error_param");
  EXPECT_EQ(call(signed_openly + token + shop).error(), "error_sign");

  control(Method::put, "settings", R"({"lenient_shop_sign":true})");
  EXPECT_EQ(call(signed_openly + token).body["shop_name"].text(), "BUMDes Sukamaju");
  EXPECT_EQ(call(signed_openly + token + shop).error(), "");
  EXPECT_EQ(call(shop_query(path_, token_, 880012345)).error(), "") << "the right way still works";
  EXPECT_EQ(call(signed_openly).error(), "error_param") << "a token is needed";
  EXPECT_EQ(call(signed_openly + "&access_token=unknown").error(), "error_auth");
  EXPECT_EQ(call(signed_openly + token + "&shop_id=880012346").error(), "error_auth");
  const std::string wrong = signed_openly.substr(0, signed_openly.size() - 4) + "0000";
  EXPECT_EQ(call(wrong + token).error(), "error_sign");
}

TEST_F(ShopeeGateway, missing_and_broken_common_parameters) {
  const std::string good = shop_query(path_, token_, shop_);
  for (const char* name : {"partner_id", "timestamp", "sign", "access_token", "shop_id"}) {
    std::string query;
    const QueryItems items = parse_query(good).value_or(QueryItems());
    for (const auto& [k, v] : items) query += k + "=" + (k == name ? "" : v) + "&";
    const Answered reply = call(query);
    EXPECT_EQ(reply.error(), "error_param") << name;
    EXPECT_EQ(reply.message(), "There is no " + std::string(name) + " in query.");
    EXPECT_EQ(reply.status, 403);
  }
  const auto replaced = [&](const std::string& from, const std::string& to) {
    std::string query = good;
    query.replace(query.find(from), from.size(), to);
    return call(query);
  };
  EXPECT_EQ(replaced("partner_id=2007701", "partner_id=4294967296").error(), "error_param");
  EXPECT_EQ(replaced("partner_id=2007701", "partner_id=-1").error(), "error_param");
  EXPECT_EQ(replaced("timestamp=1771030800", "timestamp=soon").message(), "Invalid timestamp");
  EXPECT_EQ(replaced("shop_id=880012345", "shop_id=4294967296").error(), "error_param");
  EXPECT_EQ(replaced("partner_id=2007701", "partner_id=2007702").error(), "error_auth");
}

TEST_F(ShopeeGateway, the_timestamp_is_good_for_five_minutes) {
  const std::string signed_now = shop_query(path_, token_, shop_);
  clock_.advance(std::chrono::seconds(300));
  EXPECT_EQ(call(signed_now).error(), "");
  clock_.advance(std::chrono::seconds(1));
  EXPECT_EQ(call(signed_now).error(), "error_param");
  EXPECT_EQ(call(signed_now).message(), "Timestamp is expired.");
  clock_.advance(std::chrono::seconds(-602));
  EXPECT_EQ(call(signed_now).message(), "Invalid timestamp");
}

TEST_F(ShopeeGateway, the_timestamp_is_looked_at_before_the_signature) {
  std::string query = shop_query(path_, token_, shop_);
  query.back() = query.back() == '0' ? '1' : '0';
  EXPECT_EQ(call(query).error(), "error_sign");
  EXPECT_EQ(call(query).message(), "Wrong sign.");
  clock_.advance(std::chrono::seconds(301));
  EXPECT_EQ(call(query).error(), "error_param");
}

TEST_F(ShopeeGateway, upper_case_signatures_are_wrong) {
  std::string query = shop_query(path_, token_, shop_);
  for (std::size_t i = query.find("sign=") + 5; i < query.size(); ++i)
    query[i] = static_cast<char>(std::toupper(query[i]));
  EXPECT_EQ(call(query).error(), "error_sign");
}

TEST_F(ShopeeGateway, tokens_are_looked_at_after_the_signature) {
  EXPECT_EQ(call(shop_query(path_, "0123456789abcdef", shop_)).message(), "Invalid access_token.");
  EXPECT_EQ(call(shop_query(path_, "0123456789abcdef", shop_)).error(), "error_auth");
  EXPECT_EQ(call(shop_query(path_, token_, 7)).message(), "Invalid partner_id or shopid.");
  control(Method::post, "shops", R"({"shop_id":"880012346"})", 201);
  EXPECT_EQ(call(shop_query(path_, token_, 880012346)).error(), "invalid_acceess_token");
  clock_.advance(std::chrono::seconds(14400));
  EXPECT_EQ(call(shop_query(path_, token_, shop_)).error(), "invalid_acceess_token");
}

TEST_F(ShopeeGateway, unlinked_and_banned_shops_are_refused) {
  control(Method::put, "settings", R"({"ban_shop":{"shop_id":"880012345"}})");
  EXPECT_EQ(get("shop/get_shop_info").error(), "shop_banned");
  control(Method::put, "settings", R"({"ban_shop":{"shop_id":"880012345","banned":false}})");
  EXPECT_EQ(get("shop/get_shop_info").error(), "");
  control(Method::put, "settings", R"({"cancel_authorization":{"shop_id":"880012345"}})");
  EXPECT_EQ(get("shop/get_shop_info").error(), "partner_shop_no_link");
  EXPECT_THAT(codes(pushes()), testing::ElementsAre(2));
}

TEST_F(ShopeeGateway, calls_are_limited_per_shop_and_second) {
  control(Method::put, "settings", R"({"calls_per_second":3,"retry_after_seconds":2})");
  clock_.advance(std::chrono::seconds(1));
  for (int i = 0; i < 3; ++i) EXPECT_EQ(get("shop/get_shop_info").status, 200);
  const Answered fourth = get("shop/get_shop_info");
  EXPECT_EQ(fourth.status, 429);
  EXPECT_EQ(fourth.error(), "error_rate_limit");
  EXPECT_EQ(fourth.http.headers.find("Retry-After"), "2");
  clock_.advance(std::chrono::milliseconds(999));
  EXPECT_EQ(get("shop/get_shop_info").status, 429);
  clock_.advance(std::chrono::milliseconds(1));
  EXPECT_EQ(get("shop/get_shop_info").status, 200);
}

TEST_F(ShopeeGateway, the_daily_quota_ends_at_midnight_utc8) {
  start(json::object({{"calls_per_day", 1}}));
  EXPECT_EQ(get("shop/get_shop_info").error(), "");
  EXPECT_EQ(get("shop/get_shop_info").error(), "error_limit");
  clock_.set(from_unix_seconds(1771084800 - 1));  // 2026-02-14T16:00:00Z less one second
  token_ = authorize(shop_);
  EXPECT_EQ(get("shop/get_shop_info").error(), "error_limit");
  clock_.advance(std::chrono::seconds(1));
  EXPECT_EQ(get("shop/get_shop_info").error(), "");
}

TEST_F(ShopeeGateway, oddities_of_sdks_are_taken) {
  const std::string good = shop_query(path_, token_, shop_);
  EXPECT_EQ(call(good + "&").error(), "");
  EXPECT_EQ(call("&&" + good + "&&").error(), "");
  const std::string open = "/api/v2/public/get_shops_by_partner";
  const std::string target = open + "?page_size=10&page_no=1&access_token=&shop_id=&";
  EXPECT_EQ(decode(send(Method::get, target + open_query(open))).error(), "");
}

TEST_F(ShopeeGateway, both_array_forms_are_taken) {
  const auto id = add_item();
  const std::string a = std::to_string(id);
  for (const std::string& list : {"item_id_list=" + a + ",5", "item_id_list=5&item_id_list=" + a,
                                  "item_id_list=[5," + a + "]", "item_id_list=" + a + "%2C5"}) {
    const Answered reply = get("product/get_item_base_info", list);
    EXPECT_EQ(reply.response()["item_list"].items().size(), 1u) << list;
  }
}

TEST_F(ShopeeGateway, public_modules_take_the_shop_level_signature_too) {
  const std::string path = "/api/v2/push/get_app_push_config";
  EXPECT_EQ(open_get("push/get_app_push_config").error(), "");
  EXPECT_EQ(get("push/get_app_push_config").error(), "");
  EXPECT_EQ(decode(send(Method::get, path + "?" + shop_query(path, "nonsense", shop_))).error(),
            "error_auth");
}

TEST_F(ShopeeGateway, paths_methods_and_bodies_must_be_right) {
  EXPECT_EQ(get("product/no_such_call").error(), "error_param");
  EXPECT_EQ(post("shop/get_shop_info", "{}").error(), "error_param");
  EXPECT_EQ(post("product/update_stock", "[1]").error(), "error_param");
  EXPECT_EQ(post("product/update_stock", "{").error(), "error_param");
  const std::string path = "/api/v2/product/update_stock";
  EXPECT_EQ(decode(send(Method::post, path + "?" + shop_query(path, token_, shop_), "a=1",
                        "application/x-www-form-urlencoded"))
                .error(),
            "error_param");
}

TEST_F(ShopeeGateway, status_of_refusals_and_form_of_codes_are_switches) {
  control(Method::put, "settings", R"({"auth_status":200})");
  EXPECT_EQ(call("").status, 200);
  control(Method::put, "settings", R"({"prefixed_codes":true})");
  EXPECT_EQ(post("product/delete_item", R"({"item_id":1})").error(),
            "product.error_item_not_found");
  EXPECT_EQ(call("").error(), "error_param");  // not those of the gateway
  control(Method::put, "settings", R"({"blank_error":true})");
  EXPECT_EQ(get("shop/get_shop_info").error(), " ");
}

TEST_F(ShopeeGateway, an_ordinary_shop_has_no_warehouses) {
  const Answered reply = get("shop/get_warehouse_detail");
  EXPECT_EQ(reply.error(), "warehouse.error_not_in_whitelist");
  EXPECT_EQ(reply.status, 200);
  ASSERT_NE(reply.body.members().find("response"), nullptr);
  EXPECT_TRUE(reply.response().is_null());
}

TEST_F(ShopeeGateway, faults_speak_the_marketplaces_language) {
  control(Method::post, "faults",
          R"({"faults":[{"operation":"shop.get_shop_info","kind":"throttle","delay_ms":1000},
              {"operation":"shop.get_shop_info","kind":"auth_expired"},
              {"operation":"shop.get_shop_info","kind":"refuse","code":"error_inner"},
              {"operation":"shop.get_shop_info","kind":"refuse","code":"source_ip_undeclared"},
              {"operation":"shop.get_shop_info","kind":"bad_gateway"}]})");
  const Answered throttled = get("shop/get_shop_info");
  EXPECT_EQ(throttled.status, 429);
  EXPECT_EQ(throttled.error(), "error_rate_limit");
  EXPECT_EQ(throttled.http.headers.find("Retry-After"), "1");
  EXPECT_EQ(get("shop/get_shop_info").error(), "invalid_acceess_token");
  const Answered inner = get("shop/get_shop_info");
  EXPECT_EQ(inner.status, 200);
  EXPECT_EQ(inner.error(), "error_inner");
  EXPECT_EQ(get("shop/get_shop_info").status, 403);
  EXPECT_EQ(get("shop/get_shop_info").status, 502);
  EXPECT_EQ(get("shop/get_shop_info").error(), "");
}

TEST_F(ShopeeGateway, the_ledger_tells_shop_operation_error_and_effect) {
  const auto id = add_item();
  post("product/update_stock", stock_body(id, 0, 12));
  post("product/update_stock", stock_body(1, 0, 12));
  const json::Value page = control(Method::get, "ledger?operation=product.update_stock");
  ASSERT_EQ(page["entries"].items().size(), 2u);
  const json::Value& good = page["entries"].items()[0];
  EXPECT_EQ(good["shop"].text(), "880012345");
  EXPECT_EQ(json::dump(good["effect"]),
            "{\"item_id\":" + std::to_string(id) +
                ",\"model_id\":0,\"sku\":\"SKM-KOPI-250\",\"stock\":12}");
  const json::Value& bad = page["entries"].items()[1];
  EXPECT_EQ(bad["error"].text(), "error_item_not_found");
  EXPECT_TRUE(bad["effect"].is_null());
}

}  // namespace
}  // namespace gerbang::sandbox::shopee
