#include "connectors/shopee/sandbox/test_client.hpp"

namespace gerbang::sandbox::shopee {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::MatchesRegex;

class ShopeeOrders : public ShopeeTest {
 protected:
  void SetUp() override {
    ShopeeTest::SetUp();
    item_ = add_item_with_models();
  }
  json::Value detail(const std::string& sn, const std::string& fields = "") {
    const Answered reply = get("order/get_order_detail",
                               "order_sn_list=" + sn + "&response_optional_fields=" + fields);
    EXPECT_EQ(reply.error(), "") << reply.http.body;
    return reply.response()["order_list"].items().empty()
               ? json::Value()
               : reply.response()["order_list"].items()[0];
  }
  std::string list_query(std::int64_t from, std::int64_t to, const std::string& more = "") {
    return "time_range_field=update_time&time_from=" + std::to_string(from) +
           "&time_to=" + std::to_string(to) + "&page_size=100&cursor=" + more;
  }
  Answered list(const std::string& more = "") {
    return get("order/get_order_list", list_query(unix_now() - 86400, unix_now() + 1, more));
  }
  std::vector<std::string> listed(const std::string& more = "") {
    std::vector<std::string> out;
    const Answered reply = list(more);
    for (const json::Value& o : reply.response()["order_list"].items())
      out.emplace_back(o["order_sn"].text());
    return out;
  }
  static std::string sn_body(const std::string& sn, const std::string& more = "") {
    return "{\"order_sn\":\"" + sn + "\"" + more + "}";
  }
  std::string pickup(const std::string& sn) {
    const Answered p = get("logistics/get_shipping_parameter", "order_sn=" + sn);
    EXPECT_EQ(p.error(), "") << p.http.body;
    const json::Value& address = p.response()["pickup"]["address_list"].items()[0];
    return sn_body(sn, ",\"pickup\":{\"address_id\":" + address["address_id"].to_text() +
                           ",\"pickup_time_id\":\"" +
                           address["time_slot_list"].items()[0]["pickup_time_id"].to_text() +
                           "\"}");
  }
  void ship(const std::string& sn) {
    const Answered reply = post("logistics/ship_order", pickup(sn));
    EXPECT_EQ(reply.error(), "") << reply.http.body;
  }
  std::vector<std::string> statuses(const std::vector<json::Value>& sent) {
    std::vector<std::string> out;
    for (const json::Value& p : sent) {
      if (p["code"].as_int64() == 3) out.emplace_back(p["data"]["status"].text());
    }
    return out;
  }

  std::int64_t item_ = 0;
};

TEST_F(ShopeeOrders, an_order_takes_stock_at_once_and_goes_its_way_to_the_end) {
  const std::string sn = buy("KOPI-250", 2, ",\"pay\":false");
  EXPECT_THAT(sn, MatchesRegex("260214[A-Z0-9]{8}"));
  EXPECT_EQ(stock_of("KOPI-250"), 38);
  EXPECT_EQ(state(sn), "UNPAID");
  verb(sn, "pay");
  EXPECT_EQ(state(sn), "READY_TO_SHIP");
  ship(sn);
  EXPECT_EQ(state(sn), "PROCESSED");
  verb(sn, "pick_up");
  verb(sn, "deliver");
  EXPECT_EQ(state(sn), "TO_CONFIRM_RECEIVE");
  verb(sn, "complete");
  EXPECT_EQ(state(sn), "COMPLETED");
  EXPECT_EQ(stock_of("KOPI-250"), 38);
  EXPECT_THAT(statuses(pushes()), ElementsAre("UNPAID", "READY_TO_SHIP", "PROCESSED", "SHIPPED",
                                              "TO_CONFIRM_RECEIVE", "COMPLETED"));
  verb(sn, "pay", 409);
  verb(sn, "cancel", 409);
  verb(sn, "dance", 404);
}

TEST_F(ShopeeOrders, only_what_is_on_offer_can_be_bought) {
  control(Method::post, "orders", R"({"lines":[{"sku":"KOPI-500","quantity":16}]})", 409);
  control(Method::post, "orders",
          R"({"lines":[{"sku":"KOPI-500","quantity":8},{"sku":"KOPI-500","quantity":8}]})", 409);
  control(Method::post, "orders", R"({"lines":[{"sku":"TIDAK-ADA","quantity":1}]})", 404);
  control(Method::post, "orders", R"({"lines":[{"sku":"KOPI-500","quantity":0}]})", 422);
  control(Method::post, "orders", R"({"lines":[]})", 422);
  EXPECT_EQ(stock_of("KOPI-500"), 15);
  post("product/unlist_item",
       "{\"item_list\":[{\"unlist\":true,\"item_id\":" + std::to_string(item_) + "}]}");
  control(Method::post, "orders", R"({"lines":[{"sku":"KOPI-500","quantity":1}]})", 409);
}

TEST_F(ShopeeOrders, lines_name_a_sku_or_item_and_model) {
  const json::Value order =
      control(Method::post, "orders",
              "{\"lines\":[{\"item_id\":" + std::to_string(item_) +
                  ",\"model_id\":" + std::to_string(models_[1]) + ",\"quantity\":3}]}",
              201);
  EXPECT_EQ(order["lines"].items()[0]["sku"].text(), "KOPI-500");
  EXPECT_EQ(stock_of("KOPI-500"), 12);
  // The SKU of an item with variants is not for sale itself.
  control(Method::post, "orders", R"({"lines":[{"sku":"KOPI","quantity":1}]})", 404);
}

TEST_F(ShopeeOrders, of_equal_skus_the_first_that_can_be_bought_is_taken) {
  const auto a = add_item(R"({"item_sku":"SAMA","seller_stock":[{"stock":1}]})");
  const auto b = add_item(R"({"item_sku":"SAMA","seller_stock":[{"stock":5}]})");
  const auto bought = [&](int quantity) {
    return control(Method::get, "orders/" + buy("SAMA", quantity))["lines"]
        .items()[0]["item_id"]
        .as_int64();
  };
  EXPECT_EQ(bought(2), b);
  EXPECT_EQ(bought(1), a);
  EXPECT_EQ(bought(1), b);
}

TEST_F(ShopeeOrders, cancelled_orders_give_their_stock_back_once) {
  const std::string sn = buy("KOPI-250", 5);
  const Answered reply =
      post("order/cancel_order", sn_body(sn, ",\"cancel_reason\":\"CUSTOMER_REQUEST\""));
  EXPECT_EQ(reply.response()["update_time"].as_int64(), unix_now());
  EXPECT_EQ(state(sn), "CANCELLED");
  EXPECT_EQ(stock_of("KOPI-250"), 40);
  const Answered again =
      post("order/cancel_order", sn_body(sn, ",\"cancel_reason\":\"CUSTOMER_REQUEST\""));
  EXPECT_EQ(again.error(), "order.error_limit");
  EXPECT_EQ(stock_of("KOPI-250"), 40);
  const json::Value told = detail(sn, "cancel_by,cancel_reason");
  EXPECT_EQ(told["cancel_by"].text(), "seller");
  EXPECT_EQ(told["cancel_reason"].text(), "CUSTOMER_REQUEST");
}

TEST_F(ShopeeOrders, cancel_requests_are_checked) {
  const std::string sn = buy("KOPI-250", 1);
  const auto error = [&](const std::string& more) {
    return post("order/cancel_order", sn_body(sn, more)).error();
  };
  EXPECT_EQ(error(",\"cancel_reason\":\"BORED\""), "error_param");
  EXPECT_EQ(error(",\"cancel_reason\":\"UNDELIVERABLE_AREA\""), "error_param");  // TW, MY only
  EXPECT_EQ(error(",\"cancel_reason\":\"OUT_OF_STOCK\""), "error_param");
  EXPECT_EQ(error(R"(,"cancel_reason":"OUT_OF_STOCK","item_list":[{"item_id":5,"model_id":5}])"),
            "error_param");
  EXPECT_EQ(error(",\"cancel_reason\":\"COD_NOT_SUPPORTED\""), "order.error_limit");
  EXPECT_EQ(post("order/cancel_order", "{}").error(), "error_param");
  EXPECT_EQ(
      post("order/cancel_order", sn_body("X", ",\"cancel_reason\":\"CUSTOMER_REQUEST\"")).error(),
      "error_not_found");
  EXPECT_EQ(state(sn), "READY_TO_SHIP");
  EXPECT_EQ(error(R"(,"cancel_reason":"OUT_OF_STOCK","item_list":[{"item_id":)" +
                  std::to_string(item_) + ",\"model_id\":" + std::to_string(models_[0]) + "}]"),
            "");
}

TEST_F(ShopeeOrders, the_seller_answers_a_buyers_wish_to_cancel) {
  const std::string sn = buy("KOPI-250", 5);
  const auto answer = [&](const std::string& operation) {
    return post("order/handle_buyer_cancellation",
                sn_body(sn, ",\"operation\":\"" + operation + "\""))
        .error();
  };
  EXPECT_EQ(answer("ACCEPT"), "order.cancel_order_invalid_status");
  ship(sn);
  verb(sn, "request_cancel");
  EXPECT_EQ(state(sn), "IN_CANCEL");
  EXPECT_EQ(stock_of("KOPI-250"), 35);
  EXPECT_EQ(answer("MAYBE"), "error_param");
  EXPECT_EQ(answer("REJECT"), "");
  EXPECT_EQ(state(sn), "PROCESSED");
  verb(sn, "request_cancel");
  verb(sn, "withdraw_cancel");
  EXPECT_EQ(state(sn), "PROCESSED");
  verb(sn, "request_cancel");
  EXPECT_EQ(answer("ACCEPT"), "");
  EXPECT_EQ(state(sn), "CANCELLED");
  EXPECT_EQ(stock_of("KOPI-250"), 40);
}

TEST_F(ShopeeOrders, shipped_goods_do_not_come_back) {
  const std::string sn = buy("KOPI-250", 5);
  ship(sn);
  verb(sn, "pick_up");
  EXPECT_EQ(
      post("order/cancel_order", sn_body(sn, ",\"cancel_reason\":\"CUSTOMER_REQUEST\"")).error(),
      "order.error_limit");
  verb(sn, "lose");
  EXPECT_EQ(state(sn), "CANCELLED");
  EXPECT_EQ(stock_of("KOPI-250"), 35);
}

TEST_F(ShopeeOrders, details_hold_the_default_fields_and_what_was_asked_for) {
  const std::string sn = buy("KOPI-250", 2, ",\"pay\":false,\"message\":\"tolong cepat\"");
  const json::Value bare = detail(sn);
  EXPECT_EQ(bare["message_to_seller"].text(), "tolong cepat");
  EXPECT_EQ(bare["order_status"].text(), "UNPAID");
  EXPECT_EQ(bare.members().find("item_list"), nullptr);
  EXPECT_EQ(bare.members().find("total_amount"), nullptr);

  const std::string fields = "item_list,total_amount,pay_time,recipient_address,package_list";
  json::Value full = detail(sn, fields);
  EXPECT_EQ(full.members().find("total_amount"), nullptr);  // only after payment
  EXPECT_TRUE(full["pay_time"].is_null());
  verb(sn, "pay");
  full = detail(sn, fields);
  EXPECT_EQ(full["total_amount"].as_int64(), 2 * 45000 + 11000);
  EXPECT_EQ(full["pay_time"].as_int64(), unix_now());
  const json::Value& line = full["item_list"].items()[0];
  EXPECT_EQ(line["item_id"].as_int64(), item_);
  EXPECT_EQ(line["model_id"].as_int64(), models_[0]);
  EXPECT_EQ(line["model_name"].text(), "250 g");
  EXPECT_EQ(line["model_sku"].text(), "KOPI-250");
  EXPECT_EQ(line["item_sku"].text(), "KOPI");
  EXPECT_EQ(line["model_quantity_purchased"].as_int64(), 2);
  EXPECT_EQ(full["recipient_address"]["name"].text(), "S******i");
  EXPECT_EQ(full["recipient_address"]["full_address"].text(), "****");
  EXPECT_EQ(full["package_list"].items()[0]["logistics_status"].text(), "LOGISTICS_READY");
}

TEST_F(ShopeeOrders, one_unknown_number_spoils_a_batch_unless_switched) {
  const std::string sn = buy("KOPI-250", 1);
  const std::string query = "order_sn_list=" + sn + ",260214AAAAAAAA";
  EXPECT_EQ(get("order/get_order_detail", query).error(), "error_not_found");
  control(Method::put, "settings", R"({"unknown_order_spoils":false})");
  EXPECT_EQ(get("order/get_order_detail", query).response()["order_list"].items().size(), 1u);
  std::string many = "order_sn_list=" + sn;
  for (int i = 0; i < 50; ++i) many += "," + sn;
  EXPECT_EQ(get("order/get_order_detail", many).error(), "error_param");
}

TEST_F(ShopeeOrders, lists_have_no_status_unless_asked_and_filter_by_one) {
  const std::string a = buy("KOPI-250", 1, ",\"pay\":false"), b = buy("KOPI-250", 1);
  const json::Value plain = list().response()["order_list"];
  EXPECT_EQ(plain.items().size(), 2u);
  EXPECT_EQ(plain.items()[0].members().find("order_status"), nullptr);
  EXPECT_THAT(listed("&order_status=UNPAID"), ElementsAre(a));
  EXPECT_THAT(listed("&order_status=READY_TO_SHIP"), ElementsAre(b));
  EXPECT_EQ(list("&order_status=TO_CONFIRM_RECEIVE").error(), "error_param");
  EXPECT_EQ(list("&response_optional_fields=order_status")
                .response()["order_list"]
                .items()[0]["order_status"]
                .text(),
            "UNPAID");
}

TEST_F(ShopeeOrders, list_requests_are_checked) {
  const std::int64_t now = unix_now();
  const auto error = [&](const std::string& query) {
    return get("order/get_order_list", query).error();
  };
  EXPECT_EQ(error(list_query(now - 15 * 86400, now)), "");
  EXPECT_EQ(error(list_query(now - 15 * 86400 - 1, now)), "order.order_list_invalid_time");
  EXPECT_EQ(error(list_query(now, now)), "order.order_list_invalid_time");
  EXPECT_EQ(error("time_range_field=pay_time&time_from=1&time_to=2&page_size=10"), "error_param");
  EXPECT_EQ(error("time_range_field=create_time&time_from=1&time_to=2"), "error_param");
  EXPECT_EQ(error("time_range_field=create_time&time_from=1&page_size=10"), "error_param");
  const Answered wide = get("order/get_order_list",
                            "time_range_field=create_time&time_from=1&time_to=2&page_size=101");
  EXPECT_THAT(wide.message(), HasSubstr("page_size must be 100 or less"));
  EXPECT_EQ(error(list_query(now - 5, now, "x")), "error_param");
}

TEST_F(ShopeeOrders, pages_lose_no_order_that_stands_still_while_others_move) {
  control(Method::put, "settings", R"({"calls_per_second":0})");
  std::vector<std::string> placed;
  for (int i = 0; i < 7; ++i) {
    placed.push_back(buy("KOPI-250", 1, ",\"pay\":false"));
    clock_.advance(std::chrono::seconds(1));
  }
  std::vector<std::string> seen;
  std::string cursor;
  for (int page = 0; page < 10; ++page) {
    const Answered reply =
        get("order/get_order_list",
            "time_range_field=update_time&time_from=" + std::to_string(unix_now() - 1000) +
                "&time_to=" + std::to_string(unix_now() + 1000) + "&page_size=2&cursor=" + cursor);
    ASSERT_EQ(reply.error(), "");
    for (const json::Value& o : reply.response()["order_list"].items())
      seen.emplace_back(o["order_sn"].text());
    if (page == 0) verb(placed[0], "pay");  // moves to the end
    cursor = reply.response()["next_cursor"].text();
    EXPECT_EQ(cursor.empty(), reply.response()["more"].as_bool() == false);
    if (cursor.empty()) break;
    EXPECT_THAT(cursor, MatchesRegex("[0-9]+"));
  }
  EXPECT_EQ(seen.size(), 8u);  // the moved one twice
  for (const std::string& sn : placed) EXPECT_THAT(seen, testing::Contains(sn));
}

TEST_F(ShopeeOrders, other_shops_orders_are_unknown) {
  const std::string sn = buy("KOPI-250", 1);
  control(Method::post, "shops", R"({"shop_id":"880012346"})", 201);
  token_ = authorize(880012346);
  shop_ = 880012346;
  EXPECT_EQ(get("order/get_order_detail", "order_sn_list=" + sn).error(), "error_not_found");
  EXPECT_THAT(listed(), ElementsAre());
  EXPECT_EQ(post("logistics/ship_order", sn_body(sn, ",\"dropoff\":{}")).error(),
            "error_not_found");
}

TEST_F(ShopeeOrders, the_tracking_number_comes_later_and_is_pushed) {
  const std::string sn = buy("KOPI-250", 1);
  ship(sn);
  EXPECT_EQ(
      get("logistics/get_tracking_number", "order_sn=" + sn).response()["tracking_number"].text(),
      "");
  EXPECT_THAT(codes(pushes()), ElementsAre(3, 3, 3));
  EXPECT_EQ(box_->next_push(), clock_.now() + std::chrono::seconds(5));
  clock_.advance(std::chrono::seconds(5));
  const std::string number(
      get("logistics/get_tracking_number", "order_sn=" + sn).response()["tracking_number"].text());
  EXPECT_THAT(number, MatchesRegex("SPXID[0-9]{12}"));
  const std::vector<json::Value> sent = pushes();
  ASSERT_THAT(codes(sent), ElementsAre(4));
  EXPECT_EQ(sent[0]["data"]["tracking_no"].text(), number);
  EXPECT_EQ(sent[0]["data"]["ordersn"].text(), sn);
  EXPECT_EQ(sent[0]["timestamp"].as_int64(), unix_now());
  EXPECT_EQ(get("logistics/get_tracking_number", "order_sn=X").error(), "logistics.invalid_error");
  EXPECT_EQ(get("logistics/get_tracking_number", "order_sn=" + sn + "&package_number=Y").error(),
            "logistics.package_not_exist");
}

TEST_F(ShopeeOrders, shipping_requests_are_checked) {
  const std::string sn = buy("KOPI-250", 1, ",\"pay\":false");
  const auto error = [&](const std::string& more) {
    return post("logistics/ship_order", sn_body(sn, more)).error();
  };
  EXPECT_EQ(error(",\"dropoff\":{}"), "logistics.ship_order_not_ready_to_ship");
  EXPECT_EQ(get("logistics/get_shipping_parameter", "order_sn=" + sn).error(), "error_param");
  verb(sn, "pay");
  EXPECT_EQ(error(""), "logistics.ship_order_only_support_one_type");
  EXPECT_EQ(error(",\"dropoff\":{},\"pickup\":{}"), "logistics.ship_order_only_support_one_type");
  EXPECT_EQ(error(",\"pickup\":{}"), "logistics.ship_order_need_address_pickup_time");
  EXPECT_EQ(error(",\"pickup\":{\"address_id\":1,\"pickup_time_id\":\"1\"}"),
            "logistics.invalid_address_version");
  const std::string address = get("logistics/get_address_list")
                                  .response()["address_list"]
                                  .items()[0]["address_id"]
                                  .to_text();
  EXPECT_EQ(error(",\"pickup\":{\"address_id\":" + address + "}"),
            "logistics.ship_order_need_address_pickup_time");
  EXPECT_EQ(error(",\"pickup\":{\"address_id\":" + address + ",\"pickup_time_id\":\"1\"}"),
            "logistics.ship_order_pickup_time_invalid");
  EXPECT_EQ(error(",\"non_integrated\":{\"tracking_number\":\"X\"}"),
            "logistics.ship_order_unsupport_non_integrated");
  EXPECT_EQ(error(",\"package_number\":\"\",\"dropoff\":{}"), "error_param");
  EXPECT_EQ(get("logistics/get_shipping_parameter", "package_number=&order_sn=" + sn).error(),
            "logistics.package_number_not_exist");
  EXPECT_EQ(error(",\"dropoff\":{}"), "");
  EXPECT_EQ(error(",\"dropoff\":{}"), "logistics.package_already_shipped");
  verb(sn, "request_cancel");
  EXPECT_EQ(error(",\"dropoff\":{}"), "logistics.error_order_state");
  verb(sn, "cancel");
  EXPECT_EQ(get("logistics/get_shipping_parameter", "order_sn=" + sn).error(), "error_status");
}

TEST_F(ShopeeOrders, a_label_is_made_for_a_parcel_that_is_to_be_handed_over) {
  const std::string sn = buy("KOPI-250", 1);
  const auto ask = [&](const std::string& call, const std::string& more = "",
                       const std::string& beside = "") {
    return post("logistics/" + call,
                R"({"order_list":[{"order_sn":")" + sn + "\"" + more + "}]" + beside + "}");
  };
  const auto trouble = [](const Answered& a) {
    EXPECT_EQ(a.error(), "common.batch_api_all_failed") << a.http.body;
    return std::string(a.response()["result_list"].items().at(0)["fail_error"].text());
  };
  const std::string plain = R"(,"shipping_document_type":"NORMAL_AIR_WAYBILL")";
  EXPECT_EQ(trouble(ask("get_shipping_document_parameter")), "logistics.order_status_error");
  ship(sn);
  EXPECT_EQ(trouble(ask("get_shipping_document_parameter")), "logistics.package_can_not_print")
      << "no tracking number yet";
  clock_.advance(std::chrono::seconds(5));
  const Answered offer = ask("get_shipping_document_parameter");
  EXPECT_EQ(offer.response()["result_list"]
                .items()
                .at(0)["selectable_shipping_document_type"]
                .items()
                .size(),
            2u);
  EXPECT_EQ(trouble(ask("get_shipping_document_result", plain)),
            "logistics.shipping_document_should_print_first");
  EXPECT_EQ(trouble(ask("create_shipping_document", plain + R"(,"tracking_number":"SPXID1")")),
            "logistics.tracking_number_invalid");
  const std::string number(
      get("logistics/get_tracking_number", "order_sn=" + sn).response()["tracking_number"].text());
  const std::string right = R"(,"tracking_number":")" + number + "\"";
  EXPECT_EQ(
      trouble(ask("create_shipping_document", R"(,"shipping_document_type":"PAPER")" + right)),
      "logistics.error_param");
  pushes();
  EXPECT_EQ(ask("create_shipping_document", plain + right).error(), "");
  const Answered making = ask("get_shipping_document_result", plain);
  EXPECT_EQ(making.response()["result_list"].items().at(0)["status"].text(), "PROCESSING");
  EXPECT_EQ(trouble(ask("download_shipping_document", "", plain)), "logistics.download_later");
  clock_.advance(std::chrono::seconds(5));
  EXPECT_EQ(ask("get_shipping_document_result", plain)
                .response()["result_list"]
                .items()
                .at(0)["status"]
                .text(),
            "READY");
  const std::vector<json::Value> sent = pushes();
  EXPECT_TRUE(std::any_of(sent.begin(), sent.end(), [&](const json::Value& p) {
    return p["code"].as_int64() == 15 && p["data"]["status"].text() == "READY";
  }));
  const Answered file = ask("download_shipping_document", "", plain);
  EXPECT_EQ(file.http.headers.find("Content-Type"), "application/pdf");
  EXPECT_TRUE(file.http.body.starts_with("%PDF-1.4"));
  EXPECT_THAT(file.http.body, HasSubstr(number));
  // Some of a batch: a warning.
  const Answered some =
      post("logistics/get_shipping_document_parameter",
           R"({"order_list":[{"order_sn":")" + sn + R"("},{"order_sn":"260214NONE"}]})");
  EXPECT_EQ(some.error(), "");
  EXPECT_EQ(some.body["warning"].items().size(), 1u) << some.http.body;
  verb(sn, "pick_up");
  EXPECT_EQ(trouble(ask("download_shipping_document", "", plain)), "logistics.order_status_error");
}

TEST_F(ShopeeOrders, dropoff_slots_and_allocation_are_switches) {
  control(Method::put, "settings", R"({"dropoff":false,"pickup_slots":0,"allocating_seconds":60})");
  const std::string sn = buy("KOPI-250", 1);
  EXPECT_EQ(get("logistics/get_shipping_parameter", "order_sn=" + sn).error(),
            "logistics.error_param");
  EXPECT_EQ(post("logistics/ship_order", sn_body(sn, ",\"dropoff\":{}")).error(),
            "logistics.ship_order_not_ready_to_ship");
  clock_.advance(std::chrono::seconds(60));
  const json::Value p = get("logistics/get_shipping_parameter", "order_sn=" + sn).response();
  EXPECT_EQ(json::dump(p["info_needed"]), R"({"pickup":["address_id"]})");
  EXPECT_EQ(post("logistics/ship_order", sn_body(sn, ",\"dropoff\":{}")).error(),
            "logistics.ship_order_unsupport_dropoff");
  const std::string address = p["pickup"]["address_list"].items()[0]["address_id"].to_text();
  EXPECT_EQ(
      post("logistics/ship_order", sn_body(sn, ",\"pickup\":{\"address_id\":" + address + "}"))
          .error(),
      "");
}

TEST_F(ShopeeOrders, a_failed_pickup_is_arranged_again) {
  const std::string sn = buy("KOPI-250", 1);
  ship(sn);
  verb(sn, "pickup_failed");
  EXPECT_EQ(state(sn), "RETRY_SHIP");
  EXPECT_EQ(post("logistics/update_shipping_order", pickup(sn)).error(), "");
  EXPECT_EQ(state(sn), "PROCESSED");
  EXPECT_EQ(post("logistics/update_shipping_order", sn_body(sn, ",\"pickup\":{\"address_id\":1}"))
                .error(),
            "logistics.error_order_state");
  const json::Value info = get("logistics/get_tracking_info", "order_sn=" + sn).response();
  EXPECT_EQ(info["logistics_status"].text(), "LOGISTICS_REQUEST_CREATED");
  EXPECT_GE(info["tracking_info"].items().size(), 4u);
}

TEST_F(ShopeeOrders, parcels_to_send_are_listed_both_ways) {
  const std::string a = buy("KOPI-250", 1), b = buy("KOPI-250", 1);
  buy("KOPI-250", 1, ",\"pay\":false");
  ship(b);
  const json::Value old = get("order/get_shipment_list", "page_size=10").response();
  ASSERT_EQ(old["order_list"].items().size(), 1u);
  EXPECT_EQ(old["order_list"].items()[0]["order_sn"].text(), a);
  const auto count = [&](int status) {
    return post("order/search_package_list",
                "{\"filter\":{\"package_status\":" + std::to_string(status) +
                    "},\"pagination\":{\"page_size\":10,\"cursor\":\"\"}}")
        .response()["pagination"]["total_count"]
        .as_int64();
  };
  EXPECT_EQ(count(0), 2);
  EXPECT_EQ(count(1), 1);
  EXPECT_EQ(count(2), 1);
  EXPECT_EQ(count(3), 1);
  const Answered page = post("order/search_package_list",
                             R"({"filter":{"package_status":0},"pagination":{"page_size":1}})");
  EXPECT_EQ(page.response()["packages_list"].items().size(), 1u);
  EXPECT_EQ(page.response()["pagination"]["next_cursor"].text(), "1");
  const std::string number(old["order_list"].items()[0]["package_number"].text());
  EXPECT_EQ(get("order/get_package_detail", "package_number_list=" + number)
                .response()["package_list"]
                .items()[0]["order_sn"]
                .text(),
            a);
}

TEST_F(ShopeeOrders, cash_on_delivery_needs_no_payment) {
  const std::string sn = buy("KOPI-250", 1, ",\"cod\":true");
  EXPECT_EQ(state(sn), "READY_TO_SHIP");
  EXPECT_EQ(detail(sn, "payment_method")["cod"].as_bool(), true);
}

TEST_F(ShopeeOrders, returns_have_names_of_their_own) {
  const std::string sn = buy("KOPI-250", 2);
  ship(sn);
  verb(sn, "pick_up");
  verb(sn, "return", 409);
  verb(sn, "deliver");
  verb(sn, "return");
  EXPECT_EQ(state(sn), "TO_RETURN");
  const json::Value list = get("returns/get_return_list", "page_no=0&page_size=40").response();
  const json::Value& r = list["return"].items()[0];
  EXPECT_EQ(r["order_sn"].text(), sn);
  EXPECT_EQ(r["return_refund_type"].text(), "RRBOC");
  EXPECT_EQ(r["item"].items()[0]["amount"].as_int64(), 2);
  EXPECT_EQ(r["item"].items()[0]["variation_sku"].text(), "KOPI-250");
  EXPECT_EQ(get("returns/get_return_detail", "return_sn=" + r["return_sn"].to_text()).error(), "");
  EXPECT_EQ(
      get("returns/get_return_list", "page_no=1&page_size=40").response()["return"].items().size(),
      0u);
  EXPECT_EQ(get("returns/get_return_list",
                "page_no=0&page_size=40&create_time_from=0&create_time_to=1296001")
                .error(),
            "error_param");
  pushes();
  verb(sn, "complete");
  const std::vector<json::Value> sent = pushes();
  ASSERT_THAT(codes(sent), ElementsAre(3));
  EXPECT_EQ(sent[0]["data"]["completed_scenario"].text(), "RRAOC");
}

TEST_F(ShopeeOrders, a_lost_answer_has_had_its_effect) {
  const std::string sn = buy("KOPI-250", 1);
  const std::string body = pickup(sn);
  control(Method::post, "faults",
          R"({"faults":[{"operation":"logistics.ship_order","kind":"reset_after"}]})");
  HttpRequest request;
  request.method = Method::post;
  const std::string path = "/api/v2/logistics/ship_order";
  request.url = path + "?" + shop_query(path, token_, shop_);
  request.body = body;
  request.headers.set("Content-Type", "application/json");
  EXPECT_EQ(box_->handle(request).cut, Answer::Cut::reset_instead);
  EXPECT_EQ(state(sn), "PROCESSED");
  EXPECT_EQ(post("logistics/ship_order", body).error(), "logistics.package_already_shipped");
}

}  // namespace
}  // namespace gerbang::sandbox::shopee
