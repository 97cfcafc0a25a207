// API v2 over the same market.
#include "connectors/bukalapak/sandbox/caller.hpp"
#include "core/base/crypto.hpp"

namespace gerbang {
namespace {

using testing::HasSubstr;

class BukalapakSandboxV2 : public BukalapakSandbox {
 protected:
  Headers basic;
  void SetUp() override {
    BukalapakSandbox::SetUp();
    const HttpResponse r =
        call(Method::post, "/v2/authenticate.json", "",
             {{"Authorization", "Basic " + to_base64("lapak" + seller + ":sandi-" + seller)}});
    const json::Value login = body(r);
    ASSERT_EQ(login["status"].text(), "OK") << r.body;
    basic = {{"Authorization",
              "Basic " + to_base64(login["user_id"].to_text() + ":" + login["token"].to_text())}};
  }
  json::Value v2(Method method, const std::string& target, std::string text = {}) {
    return body(call(method, "/v2/" + target, std::move(text), basic));
  }
  std::string v2_image() {
    MultipartBody form = multipart({}, {{"file", "a.jpg", "image/jpeg", jpeg(2, 0)}});
    Headers headers = basic;
    headers.set("Content-Type", form.content_type);
    return body(call(Method::post, "/v2/images.json", form.body, headers))["id"].to_text();
  }
  std::string shown_image(const std::string& id) {
    return v2(Method::get, "products/" + id + ".json")["product"]["images"][std::size_t{0}]
        .to_text();
  }
  // Numbers and booleans as text.
  std::string v2_product() {
    const json::Value added =
        v2(Method::post, "products.json",
           R"({"product":{"category_id":"1391","name":"Kopi","price":"35000","weight":"300",)"
           R"("stock":"5","description_bb":"[b]Sangrai[/b]","new":"true"},"images":")" +
               v2_image() + "\"}");
    EXPECT_EQ(added["status"].text(), "OK") << json::dump(added);
    EXPECT_EQ(added["message"].text(), "Product Added");
    return added["id"].to_text();
  }
};

TEST_F(BukalapakSandboxV2, answers_only_known_callers) {
  EXPECT_EQ(body(call(Method::get, "/v2/products/mylapak.json"))["status"].text(), "ERROR");
  const HttpResponse wrong =
      call(Method::post, "/v2/authenticate.json", "",
           {{"Authorization", "Basic " + to_base64("lapak" + seller + ":salah")}});
  EXPECT_EQ(wrong.status, 200);
  EXPECT_EQ(body(wrong)["status"].text(), "ERROR");
}

TEST_F(BukalapakSandboxV2, product_is_added_changed_sold_relisted_deleted) {
  EXPECT_EQ(v2(Method::post, "products.json", R"({"product":{"name":"x"}})")["message"].text(),
            "Image tidak boleh kosong");
  const std::string id = v2_product();
  EXPECT_EQ(v2(Method::get, "products/mylapak.json")["products"].items().size(), 1u);
  EXPECT_EQ(
      v2(Method::put, "products/" + id + ".json", R"({"product":{"stock":0}})")["status"].text(),
      "OK");
  const auto shown = [&] { return v2(Method::get, "products/" + id + ".json")["product"]; };
  EXPECT_EQ(shown()["state_description"][std::size_t{0}].text(), "Stok Habis");
  EXPECT_EQ(v2(Method::get, "products/mylapak.json?not_for_sale_only=1")["products"].items().size(),
            1u);
  // After relisting the stock must be set again.
  v2(Method::put, "products/" + id + "/relist.json");
  EXPECT_EQ(shown()["active"].as_bool(), false);
  v2(Method::put, "products/" + id + ".json", R"({"product":{"stock":"4","price":"36000"}})");
  EXPECT_EQ(shown()["active"].as_bool(), true);
  EXPECT_EQ(shown()["price"].as_int64(), 36000);
  v2(Method::put, "products/" + id + "/sold.json");
  EXPECT_EQ(shown()["active"].as_bool(), false);
  EXPECT_EQ(v2(Method::del, "products/" + id + ".json")["status"].text(), "OK");
  EXPECT_EQ(v2(Method::get, "products/" + id + ".json")["status"].text(), "ERROR");
}

TEST_F(BukalapakSandboxV2, images_are_orphaned_then_assigned) {
  const std::string loose = v2_image();
  EXPECT_EQ(v2(Method::get, "images/status/" + loose + ".json")["image_status"].text(), "Orphaned");
  const std::string id = v2_product();
  const std::string used(shown_image(id));
  EXPECT_EQ(v2(Method::get, "images/status/" + used + ".json")["image_status"].text(), "Assigned");
  EXPECT_EQ(v2(Method::del, "images/" + used + ".json")["status"].text(), "ERROR");
  EXPECT_EQ(v2(Method::put, "products/" + id + ".json",
               R"({"product":{},"new_images":")" + loose + R"(","removed_images":")" + used +
                   "\"}")["status"]
                .text(),
            "OK");
  EXPECT_EQ(shown_image(id), loose);
  EXPECT_EQ(v2(Method::get, "images/status/" + used + ".json")["status"].text(), "ERROR");
}

TEST_F(BukalapakSandboxV2, categories_have_attributes_and_pages_have_sizes) {
  EXPECT_EQ(v2(Method::get, "categories.json")["categories"].items().size(), 4u);
  EXPECT_EQ(v2(Method::get, "categories/1551/attributes.json")["attributes"].items().size(), 2u);
  EXPECT_EQ(v2(Method::get, "categories/139/attributes.json")["status"].text(), "ERROR");
  EXPECT_EQ(v2(Method::get, "products.json?per_page=7")["status"].text(), "ERROR");
  EXPECT_EQ(v2(Method::get, "products.json?per_page=6")["status"].text(), "OK");
}

TEST_F(BukalapakSandboxV2, an_unchanged_answer_is_304) {
  const HttpResponse first = call(Method::get, "/v2/categories.json", "", basic);
  Headers again = basic;
  again.set("If-None-Match", *first.headers.find("ETag"));
  const HttpResponse second = call(Method::get, "/v2/categories.json", "", again);
  EXPECT_EQ(second.status, 304);
  EXPECT_EQ(second.body, "");
}

TEST_F(BukalapakSandboxV2, a_failed_reject_says_ok) {
  product();
  const std::string id(body(buy(1))["order_id"].text());
  const json::Value listed = v2(Method::get, "transactions.json")["transactions"];
  EXPECT_EQ(listed[std::size_t{0}]["created_at"].text(), "2025-01-06T09:00:00+07:00");
  EXPECT_EQ(v2(Method::get, "transactions/" + id + ".json")["transactions"]["state"].text(),
            "paid");

  const std::string wrong = "id=" + id + "&payment_rejection%5Breason%5D=malas";
  const json::Value failed = v2(Method::put, "transactions/reject.json", wrong);
  EXPECT_EQ(failed["status"].text(), "OK");
  EXPECT_EQ(failed["message"].text(), "Failed to reject");
  EXPECT_EQ(control(Method::get, "orders/" + id)["state"].text(), "paid");
  const std::string right = "id=" + id + "&payment_rejection%5Breason%5D=Stok+Habis";
  EXPECT_NE(v2(Method::put, "transactions/reject.json", right)["message"].text(),
            "Failed to reject");
  EXPECT_EQ(control(Method::get, "orders/" + id)["state"].text(), "rejected");
}

TEST_F(BukalapakSandboxV2, shipping_a_paid_order_needs_a_number_and_happens_once) {
  product();
  const std::string id(body(buy(1))["order_id"].text());
  const std::string ship = R"({"payment_shipping":{"transaction_id":)" + id +
                           R"(,"shipping_code":"R9","new_courier":"Wahana"}})";
  EXPECT_EQ(v2(Method::post, "transactions/confirm_shipping.json", ship)["status"].text(), "OK");
  EXPECT_EQ(control(Method::get, "orders/" + id)["courier"].text(), "Wahana");
  EXPECT_THAT(
      std::string(v2(Method::post, "transactions/confirm_shipping.json", ship)["message"].text()),
      HasSubstr("sudah dilakukan"));
}

}  // namespace
}  // namespace gerbang
