// Orders, parcels, cancellations and webhooks as a stranger's integration meets them.
#include "connectors/tokopedia/sandbox/test_client.hpp"

namespace gerbang::sandbox::tokopedia {
namespace {

class TokopediaOrderFlow : public TokopediaTest {
 protected:
  void SetUp() override {
    TokopediaTest::SetUp();
    product();
    pushes();
  }
  json::Value detail(const std::string& id) {
    return get("/order/202507/orders", {{"ids", id}}).data()["orders"][0];
  }
  std::string package(const std::string& id) {
    return std::string(detail(id)["packages"][0]["id"].text());
  }
  Answered ship(const std::string& parcel, const std::string& more = "") {
    return post("/fulfillment/202309/packages/ship",
                R"({"packages":[{"id":")" + parcel + "\"" + more + "}]}");
  }
  Answered cancel(const std::string& id, const std::string& reason, const std::string& more = "") {
    return post("/return_refund/202309/cancellations",
                R"({"order_id":")" + id + R"(","cancel_reason":")" + reason + "\"" + more + "}");
  }
};

TEST_F(TokopediaOrderFlow, OneLineItemPerUnit) {
  const std::string id = buy(3, R"(,"pay":false)");
  json::Value o = detail(id);
  EXPECT_EQ(o["status"].text(), "UNPAID");
  ASSERT_EQ(o["line_items"].items().size(), 3u);
  EXPECT_TRUE(o["line_items"][0]["quantity"].is_null());
  EXPECT_NE(o["line_items"][0]["id"].text(), o["line_items"][1]["id"].text());
  EXPECT_TRUE(o["recipient_address"].is_null());
  EXPECT_TRUE(o["packages"].is_null());
  EXPECT_EQ(o["commerce_platform"].text(), "TOKOPEDIA");
  EXPECT_EQ(shown("KOPI-ROB-250")["stock"].as_int64(), 37);
  verb(id, "pay");
  o = detail(id);
  EXPECT_EQ(o["status"].text(), "AWAITING_SHIPMENT");
  EXPECT_EQ(o["payment"]["total_amount"].text(), "126000");
  EXPECT_EQ(o["recipient_address"]["name"].text(), "S*** R****");
  EXPECT_EQ(get("/order/202309/orders", {{"ids", id + ",17"}}).code(), 21008111);
  set(R"({"unknown_order_spoils":false})");
  EXPECT_EQ(get("/order/202309/orders", {{"ids", id + ",17"}}).data()["orders"].items().size(), 1u);
  EXPECT_EQ(get("/order/202309/orders", {{"ids", "x"}}).code(), 98001004);
  control(Method::post, "orders", R"({"lines":[{"sku":"KOPI-ROB-250","quantity":38}]})", 409);
  EXPECT_EQ(std::string(detail(buy(1, R"(,"platform":"TIKTOK_SHOP")"))["commerce_platform"].text()),
            "TIKTOK_SHOP");
}

TEST_F(TokopediaOrderFlow, SearchBoundsAreHalfOpenAndEmptyMeansMissing) {
  const std::int64_t now = to_unix_seconds(clock_.now());
  const auto search = [&](std::int64_t from, std::int64_t to, Params page = {}) {
    return post("/order/202309/orders/search",
                R"({"update_time_ge":)" + std::to_string(from) + R"(,"update_time_lt":)" +
                    std::to_string(to) + "}",
                std::move(page));
  };
  EXPECT_FALSE(search(now, now + 10).data().members().find("orders"));
  const std::string first = buy(1);
  clock_.advance(std::chrono::seconds(5));
  const std::string second = buy(1);
  EXPECT_EQ(search(now, now + 5).data()["total_count"].as_int64(), 1);
  EXPECT_EQ(search(now, now + 6).data()["total_count"].as_int64(), 2);
  const Answered page = search(
      now, now + 6, {{"page_size", "1"}, {"sort_field", "update_time"}, {"sort_order", "ASC"}});
  EXPECT_EQ(page.data()["orders"][0]["id"].text(), first);
  EXPECT_FALSE(page.data()["next_page_token"].text().empty());
  EXPECT_EQ(search(now, now + 6, {{"sort_order", "UP"}}).code(), 98001004);
  EXPECT_EQ(post("/order/202309/orders/search", R"({"update_time_ge":"x"})").code(), 98001004);
}

TEST_F(TokopediaOrderFlow, ShippingALabelAndTheWayToTheBuyer) {
  const std::string id = buy(1), parcel = package(id);
  const std::string base = "/fulfillment/202309/packages/" + parcel;
  const auto label = [&] {
    return get(base + "/shipping_documents",
               {{"document_type", "SHIPPING_LABEL"}, {"document_size", "A6"}});
  };
  EXPECT_EQ(label().code(), 21042104) << "ship first";
  EXPECT_EQ(get(base + "/handover_time_slots").data()["pickup_slots"][0]["avaliable"].as_bool(),
            true)
      << "so spelt";
  const Answered own =
      ship(parcel, R"(,"self_shipment":{"tracking_number":"X12345","shipping_provider_id":"1"})");
  EXPECT_EQ(own.data()["errors"][0]["code"].as_int64(), 21004024);
  EXPECT_EQ(ship("17").data()["errors"][0]["code"].as_int64(), 21011028);
  EXPECT_EQ(ship(parcel).code(), 0);
  EXPECT_EQ(ship(parcel).data()["errors"][0]["code"].as_int64(), 21011040);
  EXPECT_EQ(post(base + "/ship", "").code(), 21011040);
  EXPECT_EQ(detail(id)["status"].text(), "AWAITING_COLLECTION");
  EXPECT_EQ(detail(id)["tracking_number"].text(), "") << "not before the label";
  EXPECT_EQ(label().code(), 11034037);
  clock_.advance(std::chrono::seconds(5));
  const Answered ready = label();
  ASSERT_EQ(ready.code(), 0);
  EXPECT_EQ(ready.data()["tracking_number"].text(), detail(id)["tracking_number"].text());
  const std::string url(ready.data()["doc_url"].text());
  const HttpResponse pdf = send(Method::get, url.substr(url.find("/label/")));
  EXPECT_EQ(pdf.status, 200) << "a bare GET";
  EXPECT_TRUE(pdf.body.starts_with("%PDF"));
  EXPECT_EQ(url.find(parcel), std::string::npos) << "nobody guesses the address";
  EXPECT_EQ(send(Method::get, "/label/" + parcel + ".pdf").status, 404);
  EXPECT_EQ(get(base).data()["order_line_item_ids"].items().size(), 1u);
  verb(id, "pick_up");
  EXPECT_EQ(get("/fulfillment/202309/orders/" + id + "/tracking").data()["tracking"].items().size(),
            2u);
  verb(id, "deliver");
  verb(id, "complete");
  EXPECT_EQ(shown("KOPI-ROB-250")["stock"].as_int64(), 39) << "gone, not given back";
  EXPECT_EQ(post("/fulfillment/202309/packages/search", R"({"package_status":"COMPLETED"})")
                .data()["total_count"]
                .as_int64(),
            1);
}

TEST_F(TokopediaOrderFlow, TheSellersOwnParcel) {
  const std::string id = buy(1, R"(,"shipping_type":"SELLER")"), parcel = package(id);
  const std::string path = "/fulfillment/202309/packages/" + parcel;
  EXPECT_EQ(ship(parcel).data()["errors"][0]["code"].as_int64(), 21011022);
  const std::string how = R"({"self_shipment":{"tracking_number":"CGK123456",)"
                          R"("shipping_provider_id":"7117858858072016641"}})";
  EXPECT_EQ(post(path + "/ship", how).code(), 0);
  EXPECT_EQ(detail(id)["tracking_number"].text(), "CGK123456");
  EXPECT_EQ(get(path + "/shipping_documents", {{"document_type", "SHIPPING_LABEL"}}).code(),
            11034002);
  const std::string corrected =
      R"({"tracking_number":"CGK999999","shipping_provider_id":"7117858858072016641"})";
  EXPECT_EQ(post(path + "/shipping_info/update", corrected).code(), 0);
  EXPECT_EQ(post(path + "/shipping_info/update", corrected).code(), 21042102) << "once";
}

TEST_F(TokopediaOrderFlow, ReasonsBelongToStates) {
  const std::string unpaid = buy(1, R"(,"pay":false)"), paid = buy(1);
  EXPECT_EQ(cancel(paid, "no_such_reason").code(), 25001014);
  EXPECT_EQ(cancel(paid, "buyer_changed_mind").code(), 25001015);
  EXPECT_EQ(cancel(paid, "seller_cancel_reason_cannot_deliver").code(), 25001020);
  EXPECT_EQ(cancel(paid, "seller_cancel_unpaid_reason_out_of_stock").code(), 25001021);
  EXPECT_EQ(cancel(unpaid, "seller_cancel_reason_out_of_stock").code(), 25001021);
  EXPECT_EQ(cancel("17", "seller_cancel_reason_out_of_stock").code(), 25020005);
  EXPECT_EQ(cancel(paid, "seller_cancel_reason_out_of_stock", R"(,"skus":[{"sku_id":"1"}])").code(),
            25005010);
  const Answered done = cancel(paid, "seller_cancel_reason_out_of_stock");
  EXPECT_EQ(done.data()["cancel_status"].text(), "CANCELLATION_REQUEST_SUCCESS");
  EXPECT_EQ(cancel(paid, "seller_cancel_reason_out_of_stock").code(), 25001051);
  EXPECT_EQ(cancel(unpaid, "seller_cancel_unpaid_reason_wrong_price").code(), 0);
  EXPECT_EQ(shown("KOPI-ROB-250")["stock"].as_int64(), 40);
  const std::string shipped = buy(1);
  ship(package(shipped));
  EXPECT_EQ(cancel(shipped, "seller_cancel_reason_out_of_stock").code(), 25001045);
}

TEST_F(TokopediaOrderFlow, TheBuyersRequestIsAnsweredOnce) {
  const std::string id = buy(1);
  verb(id, "request_cancel");
  EXPECT_EQ(ship(package(id)).data()["errors"][0]["code"].as_int64(), 21011007);
  EXPECT_EQ(cancel(id, "seller_cancel_reason_out_of_stock").code(), 25001011);
  const std::string base = "/return_refund/202309/cancellations";
  const Answered found = post(base + "/search", R"({"order_ids":[")" + id + "\"]}");
  const std::string request(found.data()["cancellations"][0]["cancel_id"].text());
  EXPECT_EQ(found.data()["cancellations"][0]["cancel_status"].text(),
            "CANCELLATION_REQUEST_PENDING");
  const Answered reasons =
      get("/return_refund/202309/reject_reasons", {{"return_or_cancel_id", request}});
  EXPECT_EQ(post(base + "/" + request + "/reject", R"({"reject_reason":"x"})").code(), 25001014);
  EXPECT_EQ(post(base + "/" + request + "/reject",
                 R"({"reject_reason":")" +
                     std::string(reasons.data()["reasons"][0]["name"].text()) + "\"}")
                .code(),
            0);
  EXPECT_EQ(detail(id)["is_buyer_request_cancel"].as_bool(), false);
  EXPECT_EQ(post(base + "/" + request + "/approve", "").code(), 25001011);
  // The filter's spelling is not the answer's.
  EXPECT_EQ(post(base + "/search", R"({"cancel_status":["CANCELLATION_REQUEST_CANCEL"]})")
                .data()["cancellations"][0]["cancel_status"]
                .text(),
            "CANCELLATION_REQUEST_CANCELLED");
}

TEST_F(TokopediaOrderFlow, WebhooksAreSignedOverTheRawBodyAndTellRealChanges) {
  const std::string id = buy(1);
  verb(id, "cancel");
  std::vector<std::string> words;
  for (const HttpRequest& push : pushes()) {
    EXPECT_EQ(push.url, kHook);
    EXPECT_EQ(push.headers.find("Authorization"),
              to_hex(hmac_sha256(kTestSecret, std::string(kTestApp) + push.body)));
    const json::Value body = *json::parse(push.body);
    EXPECT_EQ(body["type"].as_int64(), 1);
    EXPECT_EQ(body["shop_id"].text(), shop_);
    EXPECT_EQ(body["data"]["order_id"].text(), id);
    words.emplace_back(body["data"]["order_status"].text());
  }
  EXPECT_EQ(words, (std::vector<std::string>{"UNPAID", "AWAITING_SHIPMENT", "CANCEL"}));
  // Integers beyond 2^53, and an object where the product has a list.
  create(R"({"external_product_id":"w"})");
  clock_.advance(std::chrono::seconds(30));
  int audits = 0;
  for (const HttpRequest& push : pushes()) {
    const json::Value body = *json::parse(push.body);
    if (body["type"].as_int64() != 37) continue;
    ++audits;
    EXPECT_TRUE(body["data"]["product_id"].as_int64()) << push.body;
    EXPECT_TRUE(body["data"]["integrated_platform_statuses"].is_object());
  }
  EXPECT_EQ(audits, 1);
}

TEST_F(TokopediaOrderFlow, AShopMaySetAnAddressPerTopic) {
  const std::string path = "/event/202309/webhooks";
  const auto put = [&](const std::string& address, const std::string& topic) {
    return call(Method::put, path, {},
                R"({"address":")" + address + R"(","event_type":")" + topic + "\"}")
        .code();
  };
  EXPECT_EQ(put("https://toko.example/hook", "ORDER_STATUS_CHANGE"), 0);
  EXPECT_EQ(put("http://toko.example/hook", "ORDER_STATUS_CHANGE"), 98001004);
  EXPECT_EQ(put("https://toko.example:8443/hook", "ORDER_STATUS_CHANGE"), 98001004);
  EXPECT_EQ(put("https://10.1.2.3/hook", "ORDER_STATUS_CHANGE"), 98001004);
  EXPECT_EQ(put("https://toko.example/hook", "NO_SUCH_TOPIC"), 98001004);
  EXPECT_EQ(get(path).data()["webhooks"][0]["address"].text(), "https://toko.example/hook");
  buy(1);
  for (const HttpRequest& push : pushes()) EXPECT_EQ(push.url, "https://toko.example/hook");
  const std::string drop = R"({"event_type":"ORDER_STATUS_CHANGE"})";
  EXPECT_EQ(call(Method::del, path, {}, drop).code(), 0);
  EXPECT_EQ(call(Method::del, path, {}, drop).code(), 0) << "even when nothing was set";
  buy(1);
  for (const HttpRequest& push : pushes()) EXPECT_EQ(push.url, kHook);
}

TEST_F(TokopediaOrderFlow, WebhooksOfTheAuthorisation) {
  set(R"({"authorization_expiring":{"shop_id":")" + shop_ + "\"}}");
  set(R"({"mirror":{"shop_id":")" + shop_ + "\"}}");
  set(R"({"withdraw":{"shop_id":")" + shop_ + "\"}}");
  std::vector<std::int64_t> types;
  for (const HttpRequest& push : pushes())
    types.push_back((*json::parse(push.body))["type"].as_int64().value_or(0));
  EXPECT_EQ(types, (std::vector<std::int64_t>{7, 35, 6}));
  control(Method::put, "settings", R"({"withdraw":{"shop_id":"1"}})", 404);
}

}  // namespace
}  // namespace gerbang::sandbox::tokopedia
