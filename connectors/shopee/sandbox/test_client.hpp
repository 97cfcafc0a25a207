#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <initializer_list>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "connectors/shopee/sandbox/shopee_sandbox.hpp"
#include "core/base/crypto.hpp"
#include "core/base/json.hpp"
#include "core/base/url.hpp"

// A seller's integration as its author would write it from the reference: signs for itself.
namespace gerbang::sandbox::shopee {

inline constexpr std::string_view kTestKey = "sandbox-shopee-partner-key";
inline constexpr std::string_view kTestPushKey = "sandbox-shopee-push-key";
inline constexpr std::int64_t kTestPartner = 2007701;
inline constexpr std::string_view kHook = "http://127.0.0.1:8080/hooks/shopee";

struct Answered {
  int status = 0;
  json::Value body;
  HttpResponse http;
  std::string error() const { return std::string(body["error"].text()); }
  std::string message() const { return std::string(body["message"].text()); }
  const json::Value& response() const { return body["response"]; }
};

class ShopeeTest : public testing::Test {
 protected:
  void SetUp() override { start(json::object({})); }

  // A new sandbox with one authorized shop, 880012345.
  void start(json::Value settings) {
    Options options{&clock_, &random_, "http://127.0.0.1:1", std::string(kHook),
                    std::move(settings)};
    box_ = make_shopee_sandbox(std::move(options));
    control(Method::post, "shops", R"({"shop_id":"880012345","name":"BUMDes Sukamaju"})", 201);
    token_ = authorize(shop_);
    pushes();  // the authorization push is not what tests look at
  }

  // -- transport
  HttpResponse send(Method method, const std::string& target, const std::string& body = "",
                    const std::string& type = "application/json") {
    HttpRequest request;
    request.method = method;
    request.url = target;
    request.body = body;
    if (!body.empty()) request.headers.set("Content-Type", type);
    return box_->handle(request).response;
  }
  json::Value control(Method method, const std::string& what, const std::string& body = "",
                      int status = 200) {
    const HttpResponse response = send(method, "/_sandbox/" + what, body);
    EXPECT_EQ(response.status, status) << what << ": " << response.body;
    return json::parse(response.body).value_or(json::Value());
  }
  static Answered decode(HttpResponse response) {
    Answered out;
    out.status = response.status;
    out.body = json::parse(response.body).value_or(json::Value());
    out.http = std::move(response);
    return out;
  }

  // -- signing
  std::int64_t unix_now() const { return to_unix_seconds(clock_.now()); }
  static std::string hmac(std::string_view key, const std::string& text) {
    return to_hex(hmac_sha256(key, text));
  }
  std::string open_query(const std::string& path) const {
    const std::string time = std::to_string(unix_now());
    return "partner_id=2007701&timestamp=" + time +
           "&sign=" + hmac(kTestKey, "2007701" + path + time);
  }
  std::string shop_query(const std::string& path, const std::string& token,
                         std::int64_t shop) const {
    const std::string time = std::to_string(unix_now()), id = std::to_string(shop);
    return "partner_id=2007701&timestamp=" + time + "&access_token=" + token + "&shop_id=" + id +
           "&sign=" + hmac(kTestKey, "2007701" + path + time + token + id);
  }

  // -- calls; names as "product/add_item"
  Answered get(const std::string& name, const std::string& query = "") {
    const std::string path = "/api/v2/" + name;
    return decode(send(Method::get, path + "?" + query + "&" + shop_query(path, token_, shop_)));
  }
  Answered post(const std::string& name, const std::string& body) {
    const std::string path = "/api/v2/" + name;
    return decode(send(Method::post, path + "?" + shop_query(path, token_, shop_), body));
  }
  Answered open_get(const std::string& name, const std::string& query = "") {
    const std::string path = "/api/v2/" + name;
    return decode(send(Method::get, path + "?" + query + "&" + open_query(path)));
  }
  Answered open_post(const std::string& name, const std::string& body) {
    const std::string path = "/api/v2/" + name;
    return decode(send(Method::post, path + "?" + open_query(path), body));
  }

  // -- authorization
  std::string code_for(std::int64_t shop) {
    const json::Value answer =
        control(Method::post, "consent", "{\"shop_id\":\"" + std::to_string(shop) + "\"}");
    return std::string(answer["query"]["code"].text());
  }
  Answered exchange(const std::string& code, std::int64_t shop) {
    return open_post("auth/token/get", "{\"code\":\"" + code + "\",\"partner_id\":2007701," +
                                           "\"shop_id\":" + std::to_string(shop) + "}");
  }
  Answered refresh(const std::string& token, std::int64_t shop) {
    return open_post("auth/access_token/get",
                     "{\"refresh_token\":\"" + token +
                         "\",\"partner_id\":2007701,\"shop_id\":" + std::to_string(shop) + "}");
  }
  std::string authorize(std::int64_t shop) {
    const Answered tokens = exchange(code_for(shop), shop);
    EXPECT_EQ(tokens.error(), "") << tokens.http.body;
    refresh_token_ = tokens.body["refresh_token"].text();
    return std::string(tokens.body["access_token"].text());
  }

  // -- products
  std::string upload() {
    MultipartFile file{"image", "kopi.jpg", "image/jpeg", "\xFF\xD8\xFF\xE0 pixels"};
    const MultipartBody body = multipart({}, {file});
    const std::string path = "/api/v2/media_space/upload_image";
    const Answered reply =
        decode(send(Method::post, path + "?" + open_query(path), body.body, body.content_type));
    EXPECT_EQ(reply.error(), "") << reply.http.body;
    return std::string(reply.response()["image_info"]["image_id"].text());
  }
  // A complete add_item body; `changes` is merged over it.
  std::string item_body(const std::string& changes = "{}") {
    if (image_.empty()) image_ = upload();
    const std::string base =
        R"({"item_name":"Kopi Robusta Desa Sukamaju 250 g","description":)"
        R"("Kopi robusta sangrai sedang dari BUMDes Sukamaju.","original_price":45000,)"
        R"("weight":0.3,"category_id":100782,"item_status":"NORMAL","item_sku":"SKM-KOPI-250",)"
        R"("condition":"NEW","image":{"image_id_list":[")" +
        image_ +
        R"("]},"logistic_info":[{"logistic_id":8003,"enabled":true}],"attribute_list":[)"
        R"({"attribute_id":100095,"attribute_value_list":[{"value_id":702}]},)"
        R"({"attribute_id":100010,"attribute_value_list":[{"value_id":575}]}],)"
        R"("brand":{"brand_id":0,"original_brand_name":"NoBrand"},"seller_stock":[{"stock":40}],)"
        R"("dimension":{"package_length":20,"package_width":12,"package_height":8}})";
    return json::dump(json::merge_patch(*json::parse(base), *json::parse(changes)));
  }
  std::int64_t add_item(const std::string& changes = "{}") {
    const Answered reply = post("product/add_item", item_body(changes));
    EXPECT_EQ(reply.error(), "") << reply.http.body;
    return reply.response()["item_id"].as_int64().value_or(0);
  }
  // An item with two variants, KOPI-250 (45000, 40) and KOPI-500 (85000, 15).
  std::int64_t add_item_with_models() {
    const std::int64_t id = add_item(R"({"item_sku":"KOPI"})");
    clock_.advance(std::chrono::seconds(5));
    const Answered reply = post("product/init_tier_variation", init_body(id));
    EXPECT_EQ(reply.error(), "") << reply.http.body;
    models_.clear();
    for (const json::Value& m : reply.response()["model"].items())
      models_.push_back(m["model_id"].as_int64().value_or(0));
    return id;
  }
  static std::string init_body(std::int64_t id, const std::string& changes = "{}") {
    const std::string base =
        "{\"item_id\":" + std::to_string(id) +
        R"(,"standardise_tier_variation":[{"variation_id":0,"variation_name":"Ukuran",)"
        R"("variation_option_list":[{"variation_option_name":"250 g"},)"
        R"({"variation_option_name":"500 g"}]}],"model":[)"
        R"({"tier_index":[0],"original_price":45000,"seller_stock":[{"stock":40}],)"
        R"("model_sku":"KOPI-250"},)"
        R"({"tier_index":[1],"original_price":85000,"seller_stock":[{"stock":15}],)"
        R"("model_sku":"KOPI-500"}]})";
    return json::dump(json::merge_patch(*json::parse(base), *json::parse(changes)));
  }
  static std::string stock_body(std::int64_t item, std::int64_t model, std::int64_t stock) {
    return "{\"item_id\":" + std::to_string(item) +
           ",\"stock_list\":[{\"model_id\":" + std::to_string(model) +
           ",\"seller_stock\":[{\"stock\":" + std::to_string(stock) + "}]}]}";
  }
  static std::string price_body(std::int64_t item, std::int64_t model, const std::string& price) {
    return "{\"item_id\":" + std::to_string(item) +
           ",\"price_list\":[{\"model_id\":" + std::to_string(model) +
           ",\"original_price\":" + price + "}]}";
  }
  std::int64_t stock_of(std::string_view sku) {
    const json::Value listings = control(Method::get, "listings?shop_id=880012345");
    for (const json::Value& l : listings["listings"].items()) {
      if (l["sku"].text() == sku) return l["stock"].as_int64().value_or(-1);
    }
    return -1;
  }

  // -- orders
  std::string buy(const std::string& sku, int quantity, const std::string& more = "") {
    const json::Value order =
        control(Method::post, "orders",
                "{\"lines\":[{\"sku\":\"" + sku + "\",\"quantity\":" + std::to_string(quantity) +
                    "}]" + more + "}",
                201);
    return std::string(order["order_id"].text());
  }
  std::string state(const std::string& order) {
    return std::string(control(Method::get, "orders/" + order)["state"].text());
  }
  void verb(const std::string& order, const std::string& what, int status = 200) {
    control(Method::post, "orders/" + order + "/" + what, "{}", status);
  }

  // -- pushes: takes what is due and accepts it
  std::vector<json::Value> pushes() {
    std::vector<json::Value> out;
    HttpResponse empty;
    empty.status = 200;
    for (const Push& push : box_->due_pushes()) {
      out.push_back(json::parse(push.request.body).value_or(json::Value()));
      box_->push_answered(push.id, empty);
    }
    return out;
  }
  std::vector<std::int64_t> codes(const std::vector<json::Value>& list) {
    std::vector<std::int64_t> out;
    for (const json::Value& p : list) out.push_back(p["code"].as_int64().value_or(-1));
    return out;
  }

  ManualClock clock_{from_unix_seconds(1771030800)};
  SeededRandom random_{7};
  std::unique_ptr<Sandbox> box_;
  std::int64_t shop_ = 880012345;
  std::string token_, refresh_token_, image_;
  std::vector<std::int64_t> models_;
};

}  // namespace gerbang::sandbox::shopee
