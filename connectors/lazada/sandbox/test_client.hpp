#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <string>

#include "connectors/lazada/sandbox/lazada_sandbox.hpp"
#include "core/base/crypto.hpp"
#include "core/base/json.hpp"
#include "core/base/random.hpp"
#include "core/base/time.hpp"
#include "core/base/url.hpp"

// A client of the marketplace that shares no line with the connector, or both could share one
// mistake.
namespace gerbang::sandbox::lazada {

inline constexpr const char* kKey = "sandbox-lazada-app-secret";

using Params = std::map<std::string, std::string>;

class LazadaMarket : public ::testing::Test {
 protected:
  ManualClock clock{*from_rfc3339("2026-11-24T02:00:00Z")};
  SeededRandom random{5};
  std::unique_ptr<Sandbox> market;
  std::string shop, access, refresh;
  std::string image_url;

  void SetUp() override { open(json::object({})); }

  void open(json::Value settings) {
    Options options;
    options.clock = &clock;
    options.random = &random;
    options.public_url = "http://lazada.test";
    options.hook_url = "https://gerbang.test/hooks/lazada";
    json::Value base = json::object({{"calls_per_second", 0}, {"push_products", false}});
    options.settings = json::merge_patch(base, settings);
    market = make_lazada_sandbox(std::move(options));
    shop = control(Method::post, "shops", json::object({{"name", "BUM Desa"}}))["shop_id"].text();
    const json::Value tokens = authorise(shop);
    access = tokens["access_token"].to_text();
    refresh = tokens["refresh_token"].to_text();
    image_url = upload(800, 800)["data"]["image"]["url"].to_text();
  }

  json::Value authorise(const std::string& seller) {
    const std::string code =
        control(Method::post, "consent", json::object({{"shop_id", seller}}))["query"]["code"]
            .to_text();
    return call(Method::post, "/auth/token/create", {{"code", code}}, false);
  }

  json::Value control(Method method, const std::string& what, const json::Value& body = {},
                      int* status = nullptr) {
    HttpRequest request;
    request.method = method;
    request.url = "/_sandbox/" + what;
    if (!body.is_null()) request.body = json::dump(body);
    const Answer answer = market->handle(request);
    if (status) *status = answer.response.status;
    return *json::parse(answer.response.body);
  }
  void set(json::Value patch) { control(Method::put, "settings", patch); }

  std::string sign(const std::string& path, const Params& params) const {
    std::string text = path;
    for (const auto& [name, value] : params) text += name + value;
    std::string out = to_hex(hmac_sha256(kKey, text));
    for (char& c : out) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    return out;
  }
  Params system(bool with_token) const {
    Params out = {{"app_key", "990017"},
                  {"sign_method", "sha256"},
                  {"timestamp", std::to_string(to_unix_millis(clock.now()))}};
    if (with_token) out["access_token"] = access;
    return out;
  }
  static std::string query(const Params& params) {
    QueryItems items(params.begin(), params.end());
    return build_query(items);
  }

  json::Value send(HttpRequest request) {
    last = market->handle(request);
    auto parsed = json::parse(last.response.body);
    return parsed ? *parsed : json::Value();
  }
  Answer last;

  // System parameters in the query; business ones there too (GET) or in a form (POST).
  json::Value call(Method method, const std::string& path, Params params = {},
                   bool with_token = true) {
    Params system_params = system(with_token);
    Params all = params;
    all.insert(system_params.begin(), system_params.end());
    system_params["sign"] = sign(path, all);
    HttpRequest request;
    request.method = method;
    if (method == Method::get) system_params.insert(params.begin(), params.end());
    request.url = "/rest" + path + "?" + query(system_params);
    if (method == Method::post) {
      request.headers.set("Content-Type", "application/x-www-form-urlencoded");
      request.body = query(params);
    }
    return send(std::move(request));
  }
  std::string code(const json::Value& answer) { return answer["code"].to_text(); }

  json::Value upload(int width, int height) {
    std::string png("\x89PNG\r\n\x1A\n\0\0\0\rIHDR\0\0\0\0\0\0\0\0", 24);
    png[18] = static_cast<char>(width >> 8);
    png[19] = static_cast<char>(width & 255);
    png[22] = static_cast<char>(height >> 8);
    png[23] = static_cast<char>(height & 255);
    return upload_bytes(png + "isi");
  }
  json::Value upload_bytes(const std::string& bytes) {
    Params params = system(true);
    params["sign"] = sign("/image/upload", params);
    MultipartBody body = multipart({}, {MultipartFile{"image", "a.png", "image/png", bytes}});
    HttpRequest request;
    request.method = Method::post;
    request.url = "/rest/image/upload?" + query(params);
    request.headers.set("Content-Type", body.content_type);
    request.body = body.body;
    return send(std::move(request));
  }

  // A valid product as JSON text with holes to fill.
  json::Value sku(const std::string& name, const std::string& size = "") const {
    json::Object out;
    out.append("SellerSku", name);
    if (!size.empty()) out.append("saleProp", json::object({{"Kemasan", size}}));
    out.append("price", "38000");
    out.append("quantity", "25");
    out.append("package_height", "10");
    out.append("package_length", "12");
    out.append("package_width", "8");
    out.append("package_weight", "0.5");
    return json::Value(std::move(out));
  }
  json::Value product(json::Array skus, bool varied = false) const {
    json::Object p;
    p.append("PrimaryCategory", "10100012");
    p.append("Images", json::object({{"Image", json::array({json::Value(image_url)})}}));
    if (varied) {
      const json::Value axis = json::object(
          {{"name", "Kemasan"},
           {"customize", true},
           {"options", json::object({{"option", json::array({"250 g", "500 g", "1 kg"})}})}});
      p.append("variation", json::object({{"variation1", axis}}));
    }
    p.append("Attributes", json::object({{"name", "Gula Aren"},
                                         {"description", "<p>Gula</p>"},
                                         {"brand_id", "30768"},
                                         {"warranty_type", "No Warranty"},
                                         {"country_origin_hb", "Indonesia"},
                                         {"shelf_life", "12 Bulan"}}));
    p.append("Skus", json::object({{"Sku", std::move(skus)}}));
    return json::Value(std::move(p));
  }
  json::Value send_product(const std::string& path, const json::Value& p) {
    const json::Value payload = json::object({{"Request", json::object({{"Product", p}})}});
    return call(Method::post, path, {{"payload", json::dump(payload)}});
  }
  json::Value create(const json::Value& p) { return send_product("/product/create", p); }
  // GULA-500 on offer.
  json::Value sugar() { return create(product({sku("GULA-500")})); }

  static std::string reasons(const json::Value& answer) {
    std::string out;
    for (const json::Value& d : answer["detail"].items())
      out += (out.empty() ? "" : " ") + d["code"].to_text();
    return out;
  }
  std::string buy(const std::string& name, int quantity, bool pay = true, int* status = nullptr) {
    const json::Value lines = json::array({json::object({{"sku", name}, {"quantity", quantity}})});
    return control(Method::post, "orders",
                   json::object({{"shop_id", shop}, {"lines", lines}, {"pay", pay}}),
                   status)["order_id"]
        .to_text();
  }
  json::Value listing(const std::string& name) {
    const json::Value all = control(Method::get, "listings?shop_id=" + shop);
    for (const json::Value& l : all["listings"].items()) {
      if (l["sku"].text() == name) return l;
    }
    return {};
  }
  json::Value warehouse(const std::string& item) {
    return call(Method::get, "/product/item/get",
                {{"item_id", item}})["data"]["skus"][0]["multiWarehouseInventories"][0];
  }
};

}  // namespace gerbang::sandbox::lazada
