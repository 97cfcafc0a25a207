#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "connectors/blibli/sandbox/blibli_sandbox.hpp"
#include "core/base/crypto.hpp"
#include "core/base/url.hpp"

// The sandbox asked by a client that is not our connector: it signs and spells requests by itself,
// as the official clients do (facts blibli.md 3).
namespace gerbang::sandbox::blibli {

struct Answered {
  HttpResponse http;
  json::Value body;
  int status() const { return http.status; }
  std::string code() const { return body["errorCode"].to_text(); }
};

class BlibliClient : public ::testing::Test {
 protected:
  void SetUp() override {
    Options options;
    options.clock = &clock_;
    options.random = &random_;
    options.public_url = "http://blibli.test";
    options.hook_url = "https://gerbang.example/hooks/blibli";
    box_ = make_blibli_sandbox(std::move(options));
    control(Method::post, "shops", R"({"shop_id":"DES-70001","name":"BUM Desa Contoh"})", 201);
    keys_ = control(Method::post, "consent", R"({"shop_id":"DES-70001"})")["credentials"];
  }

  json::Value control(Method method, const std::string& what, const std::string& body = "",
                      int status = 200) {
    HttpRequest request;
    request.method = method;
    request.url = "/_sandbox/" + what;
    request.body = body;
    const Answer answer = box_->handle(request);
    EXPECT_EQ(answer.response.status, status) << what << ": " << answer.response.body;
    return json::parse(answer.response.body).value_or(json::Value());
  }
  void set(const std::string& settings) { control(Method::put, "settings", settings); }

  // "Tue May 12 16:28:52 WIB 2020", from the RFC 3339 text seven hours later.
  static std::string date(TimePoint at) {
    const std::string t = to_rfc3339(at + std::chrono::hours(7));
    static constexpr const char* kMonths[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                              "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    static constexpr const char* kDays[] = {"Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"};
    const std::int64_t day = (to_unix_seconds(at) + 7 * 3600) / 86400;  // 0: a Thursday
    return std::string(kDays[day % 7]) + " " + kMonths[std::stoi(t.substr(5, 2)) - 1] + " " +
           t.substr(8, 2) + " " + t.substr(11, 8) + " WIB " + t.substr(0, 4);
  }
  static std::string md5_text(const std::string& body) {
    const auto d = md5(body);
    return to_hex(std::string_view(reinterpret_cast<const char*>(d.data()), d.size()));
  }

  HttpRequest make(Method method, const std::string& path, const std::string& body = "",
                   const std::string& more = "") {
    HttpRequest r;
    r.method = method;
    r.url = "/v2/proxy" + path + "?requestId=uji-" + std::to_string(++number_) +
            "&storeId=10001&channelId=uji&username=&storeCode=DES-70001&businessPartnerCode="
            "DES-70001&merchantCode=DES-70001" +
            more + "&";
    r.body = body;
    r.headers.set("Authorization", "Basic " + to_base64("mta-api-gerbang-desa-1a2b3:"
                                                        "mta-api-sandbox-kunci-klien-gerbang"));
    r.headers.set("Api-Seller-Key", keys_["seller_key"].text());
    r.headers.set("Content-Type", "application/json");
    r.headers.set("Accept", "application/json");
    sign(r, path);
    return r;
  }
  void sign(HttpRequest& r, std::string path) {
    if (const auto at = path.find("/mta"); at != std::string::npos) path.insert(at + 4, "api");
    const std::string type = r.method == Method::get ? "" : "application/json";
    const std::string text = std::string(to_string(r.method)) + "\n" +
                             (r.body.empty() ? "" : md5_text(r.body)) + "\n" + type + "\n" +
                             date(clock_.now()) + "\n" + path;
    r.headers.set("Signature",
                  to_base64(as_view(hmac_sha256(keys_["signature_key"].text(), text))));
    r.headers.set("Signature-Time", std::to_string(to_unix_millis(clock_.now())));
  }
  Answered send(const HttpRequest& request) {
    Answered out;
    out.http = box_->handle(request).response;
    out.body = json::parse(out.http.body).value_or(json::Value());
    return out;
  }
  Answered get(const std::string& path, const std::string& more = "") {
    return send(make(Method::get, path, "", more));
  }
  Answered post(const std::string& path, const std::string& body) {
    return send(make(Method::post, path, body));
  }
  Answered put(const std::string& path, const std::string& body) {
    return send(make(Method::put, path, body));
  }

  // -- products
  static json::Value product(const std::string& changes = "{}") {
    json::Value base = *json::parse(
        R"({"name":"Kopi Robusta","brandCode":"BR-00001","newBrand":"","categoryCode":"KO-1000023",)"
        R"("productType":1,"pickupPointCode":"","description":"a29waQ==",)"
        R"("uniqueSellingPoint":"a29waQ==","dimension":{"length":10,"width":8,"height":5,)"
        R"("weight":300},"attributes":{"NE-2000001":"Indonesia"},)"
        R"("imageMap":{"image-1":"https://desa.example/kopi.jpg"},"productItems":[)"
        R"({"sellerSku":"KOPI-250","price":{"regular":35000,"sale":32000},)"
        R"("stock":{"available":40,"minimum":1},"buyable":true,"images":["image-1"],)"
        R"("variantAttribute":{"VA-2000010":"250 g"},"specialAttribute":{}},)"
        R"({"sellerSku":"KOPI-500","price":{"regular":65000,"sale":65000},)"
        R"("stock":{"available":10,"minimum":1},"buyable":true,"images":["image-1"],)"
        R"("variantAttribute":{"VA-2000010":"500 g"},"specialAttribute":{}}]})");
    return json::merge_patch(std::move(base), *json::parse(changes));
  }
  std::string pickup_point() {
    if (point_.empty())
      point_ = get("/mta/api/businesspartner/v1/product/getPickupPoint")
                   .body["content"][0]["code"]
                   .text();
    return point_;
  }
  Answered create(json::Value p) {
    if (p["pickupPointCode"].text().empty()) p.as_object()->set("pickupPointCode", pickup_point());
    return post("/seller/v1/products/async",
                json::dump(json::object({{"product", json::array({std::move(p)})}})));
  }
  Answered queue(const std::string& id) {
    HttpRequest r = make(Method::get, "/mta/api/businesspartner/v1/feed/detail");
    r.url.replace(r.url.find("requestId=") + 10, r.url.find('&') - r.url.find("requestId=") - 10,
                  id);
    return send(r);
  }
  // The queue's answer to one creation: "SUCCESS" or why not.
  std::string created(json::Value p) {
    const Answered sent = create(std::move(p));
    EXPECT_EQ(sent.code(), "") << sent.http.body;
    clock_.advance(std::chrono::minutes(2));
    return std::string(
        queue(sent.body["requestId"].to_text()).body["value"]["queueHistory"][0]["value"].text());
  }
  std::string sku(int n) { return "DES-70001-00001-0000" + std::to_string(n); }
  std::map<std::string, json::Value> listings() {
    std::map<std::string, json::Value> out;
    const json::Value all = control(Method::get, "listings?shop_id=DES-70001");
    for (const json::Value& l : all["listings"].items()) out.emplace(l["sku"].text(), l);
    return out;
  }

  // -- orders
  std::string buy(const std::string& what, int quantity, const std::string& more = "") {
    return std::string(control(Method::post, "orders",
                               R"({"lines":[{"sku":")" + what + R"(","quantity":)" +
                                   std::to_string(quantity) + "}]" + more + "}",
                               201)["order_id"]
                           .text());
  }
  std::string item_of(const std::string& order, int n = 0) {
    return std::string(control(Method::get, "orders/" + order)["lines"][n]["item"].text());
  }

  ManualClock clock_{from_unix_seconds(1771030800)};
  SeededRandom random_{7};
  std::unique_ptr<Sandbox> box_;
  json::Value keys_;
  std::string point_;
  int number_ = 0;
};

}  // namespace gerbang::sandbox::blibli
