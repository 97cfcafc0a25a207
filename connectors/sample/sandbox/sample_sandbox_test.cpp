// The marketplace's rules, asked by a client that is not our connector.
#include "connectors/sample/sandbox/sample_sandbox.hpp"

#include <gmock/gmock.h>

#include "core/base/crypto.hpp"
#include "core/base/url.hpp"

namespace gerbang {
namespace {

using testing::HasSubstr;

class SampleSandbox : public testing::Test {
 protected:
  ManualClock clock{*from_rfc3339("2025-01-06T02:00:00Z")};
  SeededRandom random{5};
  std::unique_ptr<sandbox::Sandbox> market;
  std::string shop, token;

  void SetUp() override {
    sandbox::Options options;
    options.clock = &clock;
    options.random = &random;
    options.settings = json::object({{"calls_per_second", 0}});
    market = make_sample_sandbox(std::move(options));
    std::tie(shop, token) = new_shop();
  }

  std::pair<std::string, std::string> new_shop() {
    const std::string id(
        body(call(Method::post, "/_sandbox/shops", R"({"name":"Lapak"})"))["shop_id"].text());
    const json::Value consent =
        body(call(Method::post, "/_sandbox/consent", R"({"shop_id":")" + id + "\"}"));
    token.clear();
    const json::Value answer =
        v1(Method::post, "token", json::dump(json::object({{"code", consent["query"]["code"]}})));
    return {id, std::string(answer["result"]["access_token"].text())};
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
  static json::Value body(const HttpResponse& r) { return *json::parse(r.body); }

  // Signed as sandbox/README.md says.
  json::Value v1(Method method, const std::string& target, const std::string& text = {}) {
    const std::string url = "/v1/" + target;
    const auto mark = url.find('?');
    const std::string query = mark == std::string::npos ? "" : url.substr(mark + 1);
    const std::string time = std::to_string(to_unix_seconds(clock.now()));
    const std::string signed_text = std::string(to_string(method)) + "\n" + url.substr(0, mark) +
                                    "\n" + query + "\n" + time + "\n" + to_hex(sha256(text));
    return body(call(method, url, text,
                     {{"X-App", "sample-sandbox"},
                      {"X-Time", time},
                      {"X-Sign", to_hex(hmac_sha256("sample-sandbox-secret", signed_text))},
                      {"Authorization", "Bearer " + token}}));
  }
  static std::string product(const std::string& change_from = "",
                             const std::string& change_to = "") {
    std::string out =
        R"({"title":"Kopi","description":"","category":"makanan/kopi","images":["https://i.example/1"],)"
        R"("options":["Isi"],"variants":[{"sku":"K-1","options":["1 kg"],"weight_grams":1000,)"
        R"("price":90000,"stock":3}]})";
    if (const auto at = out.find(change_from); !change_from.empty() && at != std::string::npos)
      out.replace(at, change_from.size(), change_to);
    return out;
  }
  static std::string error(const json::Value& answer) {
    return std::string(answer["error"]["code"].text());
  }
};

TEST_F(SampleSandbox, product_rules_as_a_table) {
  const std::vector<std::array<std::string, 3>> wrong = {
      {R"("Kopi")", "\"\"", "title"},
      {R"("Kopi")", "\"" + std::string(121, 'x') + "\"", "title"},
      {"makanan/kopi", "kopi", "category"},
      {R"(["https://i.example/1"])", "[]", "images"},
      {"90000", "499", "price"},
      {"90000", "50000001", "price"},
      {R"("stock":3)", R"("stock":-1)", "stock"},
      {"1000,", "0,", "weight"},
      {R"("K-1")", "\"\"", "sku"},
      {R"(["1 kg"])", "[]", "options"},
      {R"("sku":"K-1")", R"("sku":"K-1","variant_id":7)", "variant"},
  };
  for (const auto& [from, to, code] : wrong)
    EXPECT_EQ(error(v1(Method::post, "products", product(from, to))), code) << from << " " << to;
  EXPECT_TRUE(v1(Method::post, "products", product())["result"]["product_id"].as_int64());
  EXPECT_EQ(error(v1(Method::post, "products", product())), "sku");  // taken
}

TEST_F(SampleSandbox, a_batch_holds_at_most_twenty) {
  json::Array items;
  for (int i = 0; i < 21; ++i) items.push_back(json::object({{"id", i}, {"stock", 1}}));
  EXPECT_EQ(error(v1(Method::post, "stock", json::dump(json::object({{"items", items}})))),
            "batch");
  items.pop_back();
  const json::Value answer =
      v1(Method::post, "stock", json::dump(json::object({{"items", items}})));
  EXPECT_EQ(answer["result"]["items"].items().size(), 20u);
  EXPECT_EQ(answer["result"]["items"][std::size_t{0}]["error"]["code"].text(), "not_found");
}

TEST_F(SampleSandbox, another_shops_goods_and_orders_do_not_exist) {
  const json::Value mine = v1(Method::post, "products", product())["result"];
  const std::string order(body(call(
      Method::post, "/_sandbox/orders",
      R"({"shop_id":")" + shop + R"(","lines":[{"sku":"K-1","quantity":1}]})"))["order_id"]
                              .text());
  ASSERT_FALSE(order.empty());
  std::tie(shop, token) = new_shop();
  const std::string variant = mine["variants"][std::size_t{0}]["variant_id"].to_text();
  const json::Value stock =
      v1(Method::post, "stock", R"({"items":[{"id":)" + variant + R"(,"stock":0}]})");
  EXPECT_EQ(stock["result"]["items"][std::size_t{0}]["error"]["code"].text(), "not_found");
  EXPECT_EQ(error(v1(Method::put, "products/" + mine["product_id"].to_text(), product())),
            "not_found");
  EXPECT_EQ(error(v1(Method::post, "orders/" + order + "/accept", "{}")), "order_not_found");
  EXPECT_EQ(v1(Method::get, "orders/details?ids=" + order)["result"]["missing"].items().size(), 1u);
}

TEST_F(SampleSandbox, effects_of_a_batch_are_in_the_ledger) {
  const json::Value made = v1(Method::post, "products", product())["result"];
  const std::string id = made["product_id"].to_text();
  const std::string variant = made["variants"][std::size_t{0}]["variant_id"].to_text();
  v1(Method::post, "stock",
     R"({"items":[{"id":)" + variant + R"(,"stock":8},{"id":1,"stock":8}]})");
  const json::Value entry = body(call(Method::get, "/_sandbox/ledger?operation=product.stock"));
  EXPECT_EQ(json::dump(entry["entries"][std::size_t{0}]["effect"]),
            R"([{"product":)" + id + R"(,"variant":)" + variant + R"(,"sku":"K-1","stock":8}])");
}

TEST_F(SampleSandbox, only_what_is_listed_and_there_is_sold) {
  const auto buy = [&](int quantity) {
    return call(Method::post, "/_sandbox/orders",
                R"({"shop_id":")" + shop + R"(","lines":[{"sku":"K-1","quantity":)" +
                    std::to_string(quantity) + "}]}")
        .status;
  };
  EXPECT_EQ(buy(1), 409);
  const std::string id = v1(Method::post, "products", product())["result"]["product_id"].to_text();
  EXPECT_EQ(buy(4), 409);
  EXPECT_EQ(buy(1), 201);
  v1(Method::post, "states", R"({"items":[{"id":)" + id + R"(,"state":"unlisted"}]})");
  EXPECT_EQ(buy(1), 409);
}

TEST_F(SampleSandbox, the_consent_page_leads_back_with_a_code) {
  const std::string asked = "/auth?app=sample-sandbox&back=https%3A%2F%2Fg.example%2Fcb&state=s";
  EXPECT_THAT(call(Method::get, asked).body, HasSubstr("approve=" + shop));
  const HttpResponse back = call(Method::get, asked + "&approve=" + shop);
  EXPECT_EQ(back.status, 302);
  const auto query = parse_query(back.headers.find("Location")->substr(21));
  const std::string form = json::dump(json::object({{"code", *query_value(*query, "code")}}));
  EXPECT_EQ(query_value(*query, "state"), "s");
  EXPECT_EQ(v1(Method::post, "token", form)["result"]["shop_id"].text(), shop);
  EXPECT_EQ(error(v1(Method::post, "token", form)), "code_spent");
  EXPECT_EQ(call(Method::get, "/auth?app=other&back=https%3A%2F%2Fg.example").status, 401);
}

}  // namespace
}  // namespace gerbang
