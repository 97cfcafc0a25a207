#include "connectors/shopee/sandbox/test_client.hpp"

namespace gerbang::sandbox::shopee {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::MatchesRegex;

class ShopeePush : public ShopeeTest {
 protected:
  static HttpResponse answer(int status, std::string body = "") {
    HttpResponse out;
    out.status = status;
    out.body = std::move(body);
    return out;
  }
  std::vector<Push> due() { return box_->due_pushes(); }
  // Fails all that is due.
  std::size_t fail_due() {
    const std::vector<Push> sent = due();
    for (const Push& p : sent) box_->push_answered(p.id, answer(500));
    return sent.size();
  }
  std::string status() {
    return std::string(open_get("push/get_app_push_config").response()["live_push_status"].text());
  }
  json::Value lost() { return open_get("push/get_lost_push_message").response(); }
};

TEST_F(ShopeePush, pushes_are_signed_over_the_address_and_the_body_with_the_push_key) {
  add_item();
  buy("SKM-KOPI-250", 1);
  const std::vector<Push> sent = due();
  ASSERT_EQ(sent.size(), 2u);
  for (const Push& p : sent) {
    EXPECT_EQ(p.request.url, kHook);
    EXPECT_EQ(p.request.method, Method::post);
    EXPECT_EQ(p.request.headers.find("Authorization"),
              hmac(kTestPushKey, std::string(kHook) + "|" + p.request.body));
    const json::Value body = json::parse(p.request.body).value_or(json::Value());
    EXPECT_EQ(body["shop_id"].as_int64(), shop_);
    EXPECT_EQ(body["code"].as_int64(), 3);
    EXPECT_EQ(body["timestamp"].as_int64(), unix_now());
    EXPECT_THAT(std::string(body["msg_id"].text()), MatchesRegex("[0-9a-f]{32}"));
  }
}

TEST_F(ShopeePush, without_a_push_key_the_partner_key_signs) {
  start(json::object({{"push_key", ""}, {"push_msg_id", false}}));
  image_.clear();
  add_item();
  buy("SKM-KOPI-250", 1);
  const std::vector<Push> sent = due();
  ASSERT_FALSE(sent.empty());
  const HttpRequest& request = sent[0].request;
  EXPECT_EQ(request.headers.find("Authorization"),
            hmac(kTestKey, std::string(kHook) + "|" + request.body));
  EXPECT_THAT(request.body, testing::Not(HasSubstr("msg_id")));
}

TEST_F(ShopeePush, only_an_empty_2xx_in_three_seconds_counts) {
  add_item();
  const auto repeated = [&](const std::optional<HttpResponse>& response, Duration after) {
    buy("SKM-KOPI-250", 1, ",\"pay\":false");
    const std::vector<Push> sent = due();
    EXPECT_EQ(sent.size(), 1u);
    clock_.advance(after);
    box_->push_answered(sent[0].id, response);
    const bool again = box_->next_push().has_value();
    for (const auto at = clock_.now(); clock_.now() < at + std::chrono::hours(4);
         clock_.advance(std::chrono::minutes(5))) {
      for (const Push& p : due()) {
        EXPECT_EQ(p.request.body, sent[0].request.body);  // the same msg_id too
        box_->push_answered(p.id, answer(204));
      }
    }
    return again;
  };
  EXPECT_FALSE(repeated(answer(200), Duration(3000)));
  EXPECT_FALSE(repeated(answer(204), Duration(0)));
  EXPECT_TRUE(repeated(answer(200, "{}"), Duration(0)));
  EXPECT_TRUE(repeated(answer(200), Duration(3001)));
  EXPECT_TRUE(repeated(answer(302), Duration(0)));
  EXPECT_TRUE(repeated(answer(500), Duration(0)));
  EXPECT_TRUE(repeated(std::nullopt, Duration(0)));
}

TEST_F(ShopeePush, failed_pushes_are_repeated_three_times_then_found_in_the_lost_list) {
  add_item();
  const std::string sn = buy("SKM-KOPI-250", 1, ",\"pay\":false");
  EXPECT_EQ(fail_due(), 1u);
  for (const int wait : {300, 1800, 10800}) {
    EXPECT_EQ(box_->next_push(), clock_.now() + std::chrono::seconds(wait));
    clock_.advance(std::chrono::seconds(wait - 1));
    EXPECT_EQ(fail_due(), 0u);
    EXPECT_TRUE(lost()["push_message_list"].items().empty());
    clock_.advance(std::chrono::seconds(1));
    EXPECT_EQ(fail_due(), 1u);
  }
  EXPECT_EQ(box_->next_push(), std::nullopt);

  const json::Value page = lost();
  ASSERT_EQ(page["push_message_list"].items().size(), 1u);
  const json::Value& entry = page["push_message_list"].items()[0];
  EXPECT_EQ(entry["code"].as_int64(), 3);
  EXPECT_EQ(entry["shop_id"].as_int64(), shop_);
  ASSERT_TRUE(entry["data"].is_string());  // the whole envelope as text
  const auto inner = json::parse(entry["data"].text());
  EXPECT_EQ((*inner)["data"]["ordersn"].text(), sn);
  control(Method::put, "settings", R"({"lost_data_as_object":true})");
  EXPECT_TRUE(lost()["push_message_list"].items()[0]["data"].is_object());

  const std::string last = page["last_message_id"].to_text();
  EXPECT_EQ(open_post("push/confirm_consumed_lost_push_message", "{}").error(), "error_param");
  EXPECT_EQ(
      open_post("push/confirm_consumed_lost_push_message", "{\"last_message_id\":" + last + "}")
          .error(),
      "");
  EXPECT_TRUE(lost()["push_message_list"].items().empty());
}

TEST_F(ShopeePush, lost_pushes_come_in_hundreds_and_are_kept_three_days) {
  start(json::object({{"push_retry_scale", 0}, {"suspend_after", 100000}}));
  image_.clear();
  add_item(R"({"seller_stock":[{"stock":500}]})");
  for (int i = 0; i < 150; ++i) buy("SKM-KOPI-250", 1, ",\"pay\":false");
  while (fail_due() > 0) {
  }
  const json::Value first = lost();
  EXPECT_EQ(first["push_message_list"].items().size(), 100u);
  EXPECT_EQ(first["has_next_page"].as_bool(), true);
  open_post("push/confirm_consumed_lost_push_message",
            "{\"last_message_id\":" + first["last_message_id"].to_text() + "}");
  EXPECT_EQ(lost()["push_message_list"].items().size(), 50u);
  EXPECT_EQ(lost()["has_next_page"].as_bool(), false);
  clock_.advance(std::chrono::days(3) + std::chrono::seconds(1));
  EXPECT_TRUE(lost()["push_message_list"].items().empty());
}

TEST_F(ShopeePush, too_many_failures_switch_pushes_off_without_making_up_for_them) {
  start(json::object({{"suspend_after", 20}}));
  image_.clear();
  add_item(R"({"seller_stock":[{"stock":500}]})");
  // One attempt was the accepted push of the authorization.
  for (int i = 0; i < 19; ++i) {
    buy("SKM-KOPI-250", 1, ",\"pay\":false");
    fail_due();
  }
  EXPECT_EQ(status(), "Normal");  // 20 are not more than 20
  buy("SKM-KOPI-250", 1, ",\"pay\":false");
  fail_due();
  EXPECT_EQ(status(), "Suspended");
  EXPECT_EQ(box_->next_push(), std::nullopt);  // not even the repeats
  buy("SKM-KOPI-250", 1, ",\"pay\":false");
  EXPECT_EQ(box_->next_push(), std::nullopt);
  EXPECT_TRUE(lost()["push_message_list"].items().empty());

  EXPECT_EQ(open_post("push/set_app_push_config", R"({"set_push_config_on":[3]})").error(), "");
  EXPECT_EQ(status(), "Normal");
  buy("SKM-KOPI-250", 1, ",\"pay\":false");
  EXPECT_THAT(codes(pushes()), ElementsAre(0, 3));
}

TEST_F(ShopeePush, some_failures_warn_and_old_ones_are_forgotten) {
  start(json::object({{"suspend_after", 9}}));
  image_.clear();
  add_item(R"({"seller_stock":[{"stock":500}]})");
  for (int i = 0; i < 10; ++i) {
    buy("SKM-KOPI-250", 1, ",\"pay\":false");
    if (i % 2 == 0) {
      pushes();
    } else {
      fail_due();
    }
  }
  EXPECT_EQ(status(), "Warning");
  clock_.advance(std::chrono::hours(6) + std::chrono::seconds(1));
  pushes();
  EXPECT_EQ(status(), "Normal");
}

TEST_F(ShopeePush, the_configuration_says_which_codes_and_shops_are_pushed) {
  const json::Value config = open_get("push/get_app_push_config").response();
  EXPECT_EQ(config["callback_url"].text(), kHook);
  EXPECT_THAT(json::dump(config["push_config_on_list"]), HasSubstr("3,4"));
  open_post("push/set_app_push_config", R"({"set_push_config_off":[3],"set_push_config_on":[22]})");
  EXPECT_THAT(codes(pushes()), ElementsAre(0));
  const auto id = add_item();
  buy("SKM-KOPI-250", 1);
  post("product/update_price", price_body(id, 0, "46000"));
  const std::vector<json::Value> sent = pushes();
  ASSERT_THAT(codes(sent), ElementsAre(22));
  EXPECT_EQ(sent[0]["data"]["old_value"].as_int64(), 45000);
  EXPECT_EQ(sent[0]["data"]["new_value"].as_int64(), 46000);
  open_post("push/set_app_push_config",
            R"({"set_push_config_on":[3],"blocked_shop_id_list":[880012345]})");
  pushes();
  buy("SKM-KOPI-250", 1);
  EXPECT_THAT(codes(pushes()), ElementsAre());
  EXPECT_EQ(open_post("push/set_app_push_config", R"({"set_push_config_on":[99]})").error(),
            "error_param");
}

TEST_F(ShopeePush, a_new_callback_address_is_tested) {
  add_item();
  EXPECT_EQ(open_post("push/set_app_push_config", R"({"callback_url":"ftp://x"})").error(),
            "error_param");
  open_post("push/set_app_push_config", R"({"callback_url":"http://127.0.0.1:9/other"})");
  std::vector<Push> sent = due();
  ASSERT_EQ(sent.size(), 1u);
  EXPECT_EQ(sent[0].request.url, "http://127.0.0.1:9/other");
  EXPECT_THAT(sent[0].request.body, HasSubstr("verify_info"));
  box_->push_answered(sent[0].id, answer(404));
  EXPECT_EQ(open_get("push/get_app_push_config").response()["callback_url"].text(), kHook);

  open_post("push/set_app_push_config", R"({"callback_url":"http://127.0.0.1:9/other"})");
  pushes();
  buy("SKM-KOPI-250", 1);
  sent = due();
  ASSERT_FALSE(sent.empty());
  EXPECT_EQ(sent[0].request.headers.find("Authorization"),
            hmac(kTestPushKey, "http://127.0.0.1:9/other|" + sent[0].request.body));
  control(Method::put, "settings", R"({"local_callback":false})");
  EXPECT_EQ(
      open_post("push/set_app_push_config", R"({"callback_url":"http://127.0.0.1:9/x"})").error(),
      "error_param");
}

TEST_F(ShopeePush, reserved_stock_is_pushed_for_promotions_and_by_switch) {
  const auto id = add_item();
  buy("SKM-KOPI-250", 2, ",\"pay\":false");
  EXPECT_THAT(codes(pushes()), ElementsAre(3));
  control(Method::put, "settings", R"({"push_reserved_stock":true})");
  const std::string sn = buy("SKM-KOPI-250", 3, ",\"pay\":false");
  std::vector<json::Value> sent = pushes();
  ASSERT_THAT(codes(sent), ElementsAre(8, 3));
  EXPECT_EQ(sent[0]["data"]["action"].text(), "place_order");
  EXPECT_EQ(json::dump(sent[0]["data"]["changed_values"]),
            R"([{"name":"reserved_stock","old":2,"new":5}])");
  verb(sn, "cancel");
  sent = pushes();
  EXPECT_EQ(json::dump(sent[0]["data"]["changed_values"]),
            R"([{"name":"reserved_stock","old":5,"new":2}])");
  control(Method::put, "settings",
          "{\"push_reserved_stock\":false,\"promotion\":{\"reserved\":5,\"item_id\":" +
              std::to_string(id) + "}}");
  buy("SKM-KOPI-250", 1, ",\"pay\":false");
  sent = pushes();
  ASSERT_THAT(codes(sent), ElementsAre(8, 3));
  EXPECT_NE(sent[0]["data"]["promotion_id"].as_int64(), 0);
}

TEST_F(ShopeePush, pushes_can_be_doubled_and_swapped) {
  add_item();
  // Every other push waits: after the authorization and these three it is the next one's turn.
  verb(buy("SKM-KOPI-250", 1, ",\"pay\":false"), "pay");
  buy("SKM-KOPI-250", 1, ",\"pay\":false");
  pushes();
  control(Method::post, "faults", R"({"pushes":{"duplicate_every":1,"reorder":true}})");
  buy("SKM-KOPI-250", 1);
  clock_.advance(std::chrono::seconds(1));
  std::vector<std::string> order;
  for (const json::Value& p : pushes()) order.emplace_back(p["data"]["status"].text());
  EXPECT_THAT(order,
              testing::UnorderedElementsAre("UNPAID", "UNPAID", "READY_TO_SHIP", "READY_TO_SHIP"));
  EXPECT_EQ(order.back(), "UNPAID");
}

}  // namespace
}  // namespace gerbang::sandbox::shopee
