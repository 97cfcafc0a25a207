#pragma once

#include <gmock/gmock.h>

#include "connectors/bukalapak/sandbox/bukalapak_sandbox.hpp"
#include "core/base/url.hpp"

// Tests only: a seller with tokens who calls the marketplace as a foreign client would.
namespace gerbang {

inline std::string jpeg(std::uint8_t high, std::uint8_t low) {
  std::string out("\xFF\xD8\xFF\xE0\0\4xx", 8);  // a segment to walk over
  out += std::string("\xFF\xC0\0\x0B\x08", 5);   // frame header
  for (int i = 0; i < 2; ++i) out += {static_cast<char>(high), static_cast<char>(low)};
  return out + "lanjut";
}

class BukalapakSandbox : public testing::Test {
 protected:
  ManualClock clock{*from_rfc3339("2025-01-06T02:00:00Z")};
  SeededRandom random{11};
  std::unique_ptr<sandbox::Sandbox> market;
  std::string seller, access, refresh;

  void SetUp() override {
    sandbox::Options options;
    options.clock = &clock;
    options.random = &random;
    options.public_url = "http://bukalapak.test";
    options.settings = json::object({{"calls_per_minute", 0}});
    market = make_bukalapak_sandbox(std::move(options));
    seller = control(Method::post, "shops", R"({"name":"Lapak <Contoh>"})")["shop_id"].text();
    const std::string code(
        control(Method::post, "consent", R"({"shop_id":")" + seller + "\"}")["query"]["code"]
            .text());
    const json::Value tokens =
        body(token_form("grant_type=authorization_code&redirect_uri=x&code=" + code));
    access = tokens["access_token"].text();
    refresh = tokens["refresh_token"].text();
    ASSERT_FALSE(access.empty());
  }

  HttpResponse call(Method method, const std::string& target, std::string text = {},
                    Headers headers = {}) {
    HttpRequest request;
    request.method = method;
    request.url = target;
    request.headers = std::move(headers);
    request.body = std::move(text);
    return market->handle(request).response;
  }
  static json::Value body(const HttpResponse& r) {
    return r.body.empty() ? json::Value() : *json::parse(r.body);
  }
  json::Value control(Method method, const std::string& what, std::string text = {}) {
    return body(call(method, "/_sandbox/" + what, std::move(text)));
  }
  HttpResponse v4(Method method, const std::string& target, std::string text = {}) {
    return call(method, target, std::move(text),
                {{"Authorization", "Bearer " + access}, {"Content-Type", "application/json"}});
  }
  std::string credentials() const {
    return "client_id=bukalapak-sandbox&client_secret=bukalapak-sandbox-secret&";
  }
  HttpResponse token_form(const std::string& rest) {
    return call(Method::post, "/oauth/token", credentials() + rest,
                {{"Content-Type", "application/x-www-form-urlencoded"}});
  }
  std::string upload(const std::string& bytes) {
    MultipartBody form = multipart({}, {{"file", "a.jpg", "image/jpeg", bytes}});
    const HttpResponse r =
        call(Method::post, "/images", form.body,
             {{"Authorization", "Bearer " + access}, {"Content-Type", form.content_type}});
    return r.status == 201 ? std::string(body(r)["data"]["id"].text()) : r.body;
  }
  json::Object fields(const std::string& image) {
    json::Object out;
    out.set("name", "Kopi Robusta 250 g");
    out.set("price", 35000);
    out.set("weight", 300);
    out.set("stock", 5);
    out.set("condition", "new");
    out.set("description", "Sangrai");
    out.set("category_id", 1391);
    out.set("images", json::object({{"ids", json::array({image})}}));
    out.set("sku_name", "KOPI-250");
    return out;
  }
  json::Value product() {
    const HttpResponse r = v4(Method::post, "/products", json::dump(fields(upload(jpeg(1, 0x2C)))));
    EXPECT_EQ(r.status, 201) << r.body;
    return body(r)["data"];
  }
  std::string sku_path(const json::Value& p) {
    return "/products/" + p["id"].to_text() + "/skus/" + p["sku_id"].to_text();
  }
  json::Value last_entry() { return control(Method::get, "ledger")["entries"].items().back(); }
  HttpResponse buy(int quantity, bool pay = true) {
    return call(Method::post, "/_sandbox/orders",
                R"({"shop_id":")" + seller + R"(","lines":[{"sku":"KOPI-250","quantity":)" +
                    std::to_string(quantity) + R"(}],"pay":)" + (pay ? "true}" : "false}"));
  }
};

}  // namespace gerbang
