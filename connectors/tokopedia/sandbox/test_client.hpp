#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "connectors/tokopedia/sandbox/tokopedia_sandbox.hpp"
#include "core/base/crypto.hpp"
#include "core/base/json.hpp"
#include "core/base/url.hpp"

// A seller's integration as its author would write it from the documentation: signs for itself.
namespace gerbang::sandbox::tokopedia {

inline constexpr std::string_view kTestApp = "6gbsandbox7k2";
inline constexpr std::string_view kTestSecret = "sandbox-tokopedia-app-secret";
inline constexpr std::string_view kHook = "https://gerbang.desa.example/hooks/tokopedia";

struct Answered {
  int status = 0;
  json::Value body;
  HttpResponse http;
  std::int64_t code() const { return body["code"].as_int64().value_or(-1); }
  const json::Value& data() const { return body["data"]; }
};

class TokopediaTest : public testing::Test {
 protected:
  void SetUp() override { start(json::object({})); }

  // A new sandbox with one authorised shop.
  void start(json::Value settings) {
    Options options{&clock_, &random_, "http://127.0.0.1:1", std::string(kHook),
                    std::move(settings)};
    box_ = make_tokopedia_sandbox(std::move(options));
    shop_ = control(Method::post, "shops", R"({"name":"BUMDes Sukamaju"})", 201)["shop_id"].text();
    image_.clear();
    log_in();
    pushes();
  }
  void log_in() {
    const json::Value consent = control(Method::post, "consent", "{\"shop_id\":\"" + shop_ + "\"}");
    const Answered tokens =
        token("get", "auth_code=" + std::string(consent["query"]["code"].text()) +
                         "&grant_type=authorized_code");
    ASSERT_EQ(tokens.code(), 0) << tokens.http.body;
    access_ = tokens.data()["access_token"].text();
    refresh_ = tokens.data()["refresh_token"].text();
    cipher_.clear();
    const Answered shops = call(Method::get, "/authorization/202309/shops");
    ASSERT_EQ(shops.code(), 0) << shops.http.body;
    cipher_ = shops.data()["shops"][0]["cipher"].text();
  }

  // -- transport
  HttpResponse send(Method method, const std::string& target, const std::string& body = "",
                    Headers headers = {}) {
    HttpRequest request;
    request.method = method;
    request.url = target;
    request.body = body;
    request.headers = std::move(headers);
    return box_->handle(request).response;
  }
  json::Value control(Method method, const std::string& what, const std::string& body = "",
                      int status = 200) {
    const HttpResponse response = send(method, "/_sandbox/" + what, body);
    EXPECT_EQ(response.status, status) << what << ": " << response.body;
    return json::parse(response.body).value_or(json::Value());
  }
  void set(const std::string& settings) { control(Method::put, "settings", settings); }
  static Answered decode(HttpResponse response) {
    Answered out;
    out.status = response.status;
    out.body = json::parse(response.body).value_or(json::Value());
    out.http = std::move(response);
    return out;
  }

  // -- signing, from the documentation's six steps
  using Params = std::map<std::string, std::string>;
  static std::string sign(const std::string& path, const Params& params, const std::string& body) {
    std::string text(kTestSecret);
    text += path;
    for (const auto& [name, value] : params) {  // a map is sorted by key
      if (name != "sign" && name != "access_token") text += name + value;
    }
    text += body;
    text += kTestSecret;
    return to_hex(hmac_sha256(kTestSecret, text));
  }
  Params common() const {
    Params out{{"app_key", std::string(kTestApp)},
               {"timestamp", std::to_string(to_unix_seconds(clock_.now()))}};
    if (!cipher_.empty()) out["shop_cipher"] = cipher_;
    return out;
  }
  static std::string query_of(const Params& params) {
    std::string out;
    for (const auto& [name, value] : params)
      out += (out.empty() ? "" : "&") + name + "=" + percent_encode(value);
    return out;
  }
  Answered call(Method method, const std::string& path, Params more = {},
                const std::string& body = "", const std::string& signed_body = "\x01") {
    Params params = common();
    for (const auto& [name, value] : more) {
      if (value.empty()) {
        params.erase(name);  // for tests of what is missing
      } else {
        params[name] = value;
      }
    }
    if (!params.contains("sign"))
      params["sign"] = sign(path, params, signed_body == "\x01" ? body : signed_body);
    Headers headers{{"x-tts-access-token", access_}, {"content-type", "application/json"}};
    return decode(send(method, path + "?" + query_of(params), body, headers));
  }
  Answered get(const std::string& path, Params more = {}) {
    return call(Method::get, path, std::move(more));
  }
  Answered post(const std::string& path, const std::string& body, Params more = {}) {
    return call(Method::post, path, std::move(more), body);
  }
  Answered token(const std::string& what, const std::string& params) {
    return decode(send(Method::get, "/api/v2/token/" + what + "?app_key=" + std::string(kTestApp) +
                                        "&app_secret=" + std::string(kTestSecret) + "&" + params));
  }

  // -- products
  std::string upload(std::string bytes = "\xFF\xD8\xFF\xE0 pixels",
                     const std::string& use = "MAIN_IMAGE", std::int64_t* code = nullptr) {
    const MultipartBody body =
        multipart({{"use_case", use}}, {{"data", "kopi.jpg", "image/jpeg", std::move(bytes)}});
    const std::string path = "/product/202309/images/upload";
    Params params = common();
    params.erase("shop_cipher");
    params["sign"] = sign(path, params, "");
    const Answered answer =
        decode(send(Method::post, path + "?" + query_of(params), body.body,
                    {{"x-tts-access-token", access_}, {"content-type", body.content_type}}));
    if (code) *code = answer.code();
    return std::string(answer.data()["uri"].text());
  }
  // A complete create body; `changes` is merged over it.
  std::string product_body(const std::string& changes = "{}") {
    if (image_.empty()) image_ = upload();
    const std::string base =
        R"({"save_mode":"LISTING","title":"Kopi Robusta Bubuk Asli Desa Tulungrejo 250 gram",)"
        R"("description":"<p>Kopi petik merah, sangrai sedang.</p>","category_id":"914824",)"
        R"("main_images":[{"uri":")" +
        image_ +
        R"("}],"skus":[{"seller_sku":"KOPI-ROB-250","price":{"amount":"38000","currency":"IDR"},)"
        R"("inventory":[{"warehouse_id":"7068517275539719942","quantity":40}],)"
        R"("sales_attributes":[]}],"package_weight":{"value":"0.3","unit":"KILOGRAM"},)"
        R"("product_attributes":[{"id":"100107","values":[{"id":"1000789"}]},)"
        R"({"id":"100201","values":[{"id":"1002015"}]}],)"
        R"("listing_platforms":["TIKTOK_SHOP","TOKOPEDIA"]})";
    return json::dump(json::merge_patch(*json::parse(base), *json::parse(changes)));
  }
  Answered create(const std::string& changes = "{}") {
    return post("/product/202309/products", product_body(changes));
  }
  // On offer; product and SKU id.
  std::pair<std::string, std::string> product(const std::string& changes = "{}") {
    const Answered made = create(changes);
    EXPECT_EQ(made.code(), 0) << made.http.body;
    clock_.advance(std::chrono::seconds(30));
    return {std::string(made.data()["product_id"].text()),
            std::string(made.data()["skus"][0]["id"].text())};
  }
  json::Value shown(const std::string& sku) {
    const json::Value all = control(Method::get, "listings");
    for (const json::Value& l : all["listings"].items()) {
      if (l["sku"].text() == sku) return l;
    }
    return {};
  }
  std::string buy(int quantity, const std::string& more = "") {
    return std::string(control(Method::post, "orders",
                               R"({"lines":[{"sku":"KOPI-ROB-250","quantity":)" +
                                   std::to_string(quantity) + "}]" + more + "}",
                               201)["order_id"]
                           .text());
  }
  void verb(const std::string& order, const std::string& what) {
    control(Method::post, "orders/" + order + "/" + what, "{}");
  }

  // -- webhooks that are due, answered with 200
  std::vector<HttpRequest> pushes() {
    std::vector<HttpRequest> out;
    for (const Push& push : box_->due_pushes()) {
      out.push_back(push.request);
      HttpResponse ok;
      ok.status = 200;
      box_->push_answered(push.id, ok);
    }
    return out;
  }

  ManualClock clock_{from_unix_seconds(1'795'600'000)};
  SeededRandom random_{3};
  std::unique_ptr<Sandbox> box_;
  std::string shop_, access_, refresh_, cipher_, image_;
};

}  // namespace gerbang::sandbox::tokopedia
