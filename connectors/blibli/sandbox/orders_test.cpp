// Order items, packages, webhooks (facts blibli.md 9, 10, 11).
#include "connectors/blibli/sandbox/test_client.hpp"

namespace gerbang::sandbox::blibli {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

const std::string kList = "/seller/v1/orders/packages/filter";
const std::string kPackage = "/mta/api/businesspartner/v1/order/createPackage";

class BlibliOrderItems : public BlibliClient {
 protected:
  void SetUp() override {
    BlibliClient::SetUp();
    ASSERT_EQ(created(product()), "SUCCESS");
    pushes();
  }
  std::vector<std::string> pushes(int status = 200) {
    std::vector<std::string> out;
    for (const Push& push : box_->due_pushes()) {
      out.push_back(push.request.url.substr(push.request.url.rfind('/') + 1));
      HttpResponse answer;
      answer.status = status;
      box_->push_answered(push.id, answer);
    }
    return out;
  }
  std::string pack(const std::string& item) {
    return post(kPackage, R"({"orderItemIds":[")" + item + "\"]}")
        .body["value"]["packageId"]
        .to_text();
  }
  Answered fulfil(const std::string& package, const std::string& awb = "") {
    return post("/seller/v1/orders/regular/" + package + "/fulfill", R"({"awbNo":")" + awb + "\"}");
  }
  Answered cancel(const std::string& item, const std::string& reason, int quantity) {
    return post("/seller/v1/orders/items/" + item + "/cancellations",
                R"({"reason":")" + reason + R"(","cancellationQuantity":)" +
                    std::to_string(quantity) + "}");
  }
  std::int64_t stock() { return listings().at("KOPI-250")["stock"].as_int64().value_or(-1); }
};

TEST_F(BlibliOrderItems, an_unpaid_order_is_in_no_call) {
  const std::string order = buy("KOPI-250", 2, R"(,"pay":false)");
  EXPECT_EQ(stock(), 38);
  EXPECT_EQ(pushes(), std::vector<std::string>{"waiting_for_payment_order"});
  EXPECT_TRUE(post(kList, "{}").body["content"].items().empty());
  EXPECT_EQ(get("/seller/v1/orders/items/" + item_of(order)).status(), 404);
  control(Method::post, "orders/" + order + "/cancel");
  EXPECT_EQ(pushes(), std::vector<std::string>{"cancelled_payment_expired_order"});
  EXPECT_EQ(stock(), 40);
  control(Method::post, "orders/" + order + "/pay");
  EXPECT_EQ(pushes(), std::vector<std::string>{"new_order"}) << "it came back";
  EXPECT_EQ(stock(), 38);
  control(Method::post, "orders/" + order + "/pay", "", 409);
}

TEST_F(BlibliOrderItems, the_list_is_filtered_by_payment_and_grouped_by_package) {
  const std::string one = buy("KOPI-250", 1);
  clock_.advance(minutes(10));
  const TimePoint between = clock_.now();
  buy("KOPI-250", 1);
  const auto range = [&](TimePoint from, TimePoint to) {
    return post(kList, R"({"filter":{"statusFPDateRange":{"start":)" +
                           std::to_string(to_unix_millis(from)) + R"(,"end":)" +
                           std::to_string(to_unix_millis(to)) + "}}}")
        .body["paging"]["totalRecord"]
        .as_int64();
  };
  EXPECT_EQ(range(between - hours(1), between), 1) << "the upper end is outside";
  EXPECT_EQ(range(between, between + hours(1)), 1);
  const std::string package = pack(item_of(one));
  const json::Value page = post(kList, R"({"filter":{"packageId":")" + package + "\"}}").body;
  ASSERT_EQ(page["content"].items().size(), 1u);
  EXPECT_EQ(page["content"][0]["packageId"].to_text(), package);
  EXPECT_EQ(page["content"][0]["orderItems"][0]["order"]["id"].to_text(), one);
  EXPECT_EQ(post(kList, R"({"filter":{"orderItemStatuses":["D"]}})").body["content"].items().size(),
            0u);
  for (const char* bad :
       {R"({"paging":{"size":51}})", R"({"paging":{"page":-1}})", R"({"sorting":{"by":"name"}})",
        R"({"filter":{"statusFPDateRange":{"start":2,"end":1}}})"})
    EXPECT_EQ(post(kList, bad).code(), "ERR-PA400001") << bad;
  clock_.advance(hours(24 * 366));
  EXPECT_TRUE(post(kList, "{}").body["content"].items().empty()) << "a year old";
}

TEST_F(BlibliOrderItems, a_filter_yields_a_hundred_records_at_most) {
  set(R"({"limit_scale":0})");
  put("/seller/v1/products/" + sku(1) + "/stock", R"({"availableStock":200})");
  for (int i = 0; i < 120; ++i) buy("KOPI-250", 1);
  EXPECT_EQ(post(kList, R"({"paging":{"page":1,"size":50}})").body["content"].items().size(), 50u);
  EXPECT_EQ(post(kList, R"({"paging":{"page":2,"size":50}})").body["content"].items().size(), 0u);
  EXPECT_EQ(post(kList, "{}").body["paging"]["totalRecord"].as_int64(), 100);
  set(R"({"list_cap":false})");
  EXPECT_EQ(post(kList, "{}").body["paging"]["totalRecord"].as_int64(), 120);
}

TEST_F(BlibliOrderItems, five_labels_a_day_for_each_package) {
  const std::string package = pack(item_of(buy("KOPI-250", 1)));
  const std::string path = "/seller/v1/orders/" + package + "/shippingLabel";
  for (int i = 0; i < 5; ++i) EXPECT_EQ(get(path).status(), 200);
  EXPECT_EQ(get(path).status(), 429);
  const std::string other = pack(item_of(buy("KOPI-250", 1)));
  EXPECT_EQ(get("/seller/v1/orders/" + other + "/shippingLabel").status(), 200)
      << "counted for each package";
}

TEST_F(BlibliOrderItems, packing_and_handing_over_have_their_order) {
  const std::string order = buy("KOPI-250", 2);
  const std::string item = item_of(order);
  EXPECT_EQ(fulfil("10025999").status(), 404);
  const std::string package = pack(item);
  ASSERT_FALSE(package.empty());
  const Answered again = post(kPackage, R"({"orderItemIds":[")" + item + "\"]}");
  EXPECT_EQ(again.code(), "ERR-PA409001") << "packed already";
  EXPECT_EQ(get("/seller/v1/orders/items/" + item).body["content"]["status"].text(), "FP")
      << "packing does not move it";
  EXPECT_EQ(fulfil(package, "R1").code(), "ERR-PA400001") << "PICKUP takes no number";
  EXPECT_EQ(fulfil(package).status(), 204);
  EXPECT_EQ(fulfil(package).code(), "ERR-PA409001");
  const auto label = get("/seller/v1/orders/" + package + "/shippingLabel");
  EXPECT_EQ(label.status(), 200);
  const auto bytes = from_base64(label.body["content"]["shippingLabel"].text());
  EXPECT_TRUE(bytes && bytes->starts_with("%PDF-")) << "a document that opens";
  control(Method::post, "orders/" + order + "/deliver", "", 409);
  control(Method::post, "orders/" + order + "/pick_up");
  control(Method::post, "orders/" + order + "/deliver");
  EXPECT_EQ(get("/seller/v1/orders/" + package + "/shippingLabel").status(), 409);
  EXPECT_EQ(pushes(), (std::vector<std::string>{"new_order", "package_created_order",
                                                "in_delivery_order", "delivered_order"}));
  const Answered old = get("/mta/api/businesspartner/v1/order/orderDetail",
                           "&orderNo=" + order + "&orderItemNo=" + item);
  EXPECT_EQ(old.body["value"]["orderStatus"].text(), "D");
  EXPECT_TRUE(old.body["value"]["packageId"].is_number());
}

TEST_F(BlibliOrderItems, only_what_one_buyer_bought_travels_together) {
  const std::string one = item_of(buy("KOPI-250", 1)), two = item_of(buy("KOPI-250", 1));
  EXPECT_EQ(post(kPackage, R"({"orderItemIds":[")" + one + "\",\"" + two + "\"]}").code(),
            "ERR-PA400001");
  const json::Value together =
      get("/mta/api/businesspartner/v1/order/getCombineShipping", "&orderItemNo=" + one)
          .body["value"]["combineShipping"];
  ASSERT_EQ(together.items().size(), 1u);
  EXPECT_EQ(together[0]["orderItemNo"].text(), one);
}

TEST_F(BlibliOrderItems, sellers_cancel_in_whole_and_in_part) {
  const std::string order = buy("KOPI-250", 5);
  const std::string item = item_of(order);
  for (const int bad : {0, 6}) EXPECT_EQ(cancel(item, "lain", bad).code(), "ERR-PA400001");
  EXPECT_EQ(cancel(item, "Pecah di gudang", 2).status(), 204);
  EXPECT_EQ(get("/seller/v1/orders/items/" + item).body["content"]["status"].text(), "PF");
  EXPECT_EQ(stock(), 37);
  EXPECT_EQ(cancel(item, "Out of stock", 1).status(), 204);
  EXPECT_EQ(get("/seller/v1/orders/items/" + item).body["content"]["quantity"].as_int64(), 0);
  EXPECT_EQ(stock(), 0) << "this reason empties the product";
  EXPECT_EQ(cancel(item, "lain", 1).code(), "ERR-PA409001");
}

TEST_F(BlibliOrderItems, staging_helpers_make_and_approve_orders) {
  const Answered made =
      post("/sas/create-order-v2", R"({"merchantCode":"DES-70001","items":[{"itemSku":")" + sku(1) +
                                       R"(","quantity":1}]})");
  const std::string order = made.body["value"]["orderId"].to_text();
  ASSERT_FALSE(order.empty()) << made.http.body;
  EXPECT_EQ(post("/sas/order-approve", R"({"orderIdList":[")" + order + "\"]}").status(), 200);
  EXPECT_EQ(post(kList, "{}").body["content"].items().size(), 1u);
}

TEST_F(BlibliOrderItems, webhooks_are_repeated_once_an_hour_seven_times) {
  buy("KOPI-250", 1);
  int attempts = 0;
  for (int i = 0; i < 20; ++i) {
    attempts += static_cast<int>(pushes(500).size());
    clock_.advance(minutes(30));
  }
  EXPECT_EQ(attempts, 8);
  EXPECT_EQ(control(Method::get, "pushes")["lost"].as_int64(), 1);
}

TEST_F(BlibliOrderItems, a_dropship_seller_gives_the_number_and_may_correct_it) {
  control(Method::post, "shops", R"({"shop_id":"DES-70001","delivery":"DROPSHIP"})", 201);
  const std::string item = item_of(buy("KOPI-250", 1));
  const std::string package = pack(item);
  EXPECT_EQ(fulfil(package).code(), "ERR-PA400001");
  EXPECT_EQ(post("/seller/v1/orders/dropship/" + package, R"({"awbNo":"R2"})").code(),
            "ERR-PA409001");
  set(R"({"dropship_last_hours":12})");
  EXPECT_EQ(fulfil(package, "R1").code(), "ERR-PA409001");
  clock_.advance(hours(37));
  EXPECT_EQ(fulfil(package, "R1").status(), 204);
  EXPECT_EQ(post("/seller/v1/orders/dropship/" + package, R"({"awbNo":"R2"})").status(), 204);
  EXPECT_EQ(get("/seller/v1/orders/items/" + item).body["content"]["awbNumber"].text(), "R2");
}

}  // namespace
}  // namespace gerbang::sandbox::blibli
