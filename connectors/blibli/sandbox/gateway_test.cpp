// The door: credentials, signatures, forms, limits (facts blibli.md 3, 4, 5).
#include "connectors/blibli/sandbox/gateway.hpp"

#include <fstream>
#include <sstream>

#include "connectors/blibli/sandbox/test_client.hpp"

namespace gerbang::sandbox::blibli {
namespace {

const std::string kFilter = "/seller/v1/products/filter";

json::Value vectors() {
  std::ifstream in(GERBANG_BLIBLI_FIXTURES "/blibli_signing.json");
  std::stringstream text;
  text << in.rdbuf();
  return json::parse(text.str()).value_or(json::Value());
}

TEST(BlibliDoor, what_other_peoples_clients_signed_verifies) {
  const json::Value all = vectors();
  ASSERT_EQ(all["vectors"].items().size(), 10u);
  for (const json::Value& v : all["vectors"].items()) {
    SCOPED_TRACE(v["id"].text());
    const TimePoint at = from_unix_millis(*v["signature_time_ms"].as_int64());
    EXPECT_EQ(jakarta_date(at), v["date_wib"].text());
    const Signed what{v["method"].text(), v["body"].text(), v["path_signed"].text(),
                      v["content_type_signed"].text().empty()};
    EXPECT_EQ(string_to_sign(what, at), v["string_to_sign"].text());
  }
}

TEST_F(BlibliClient, a_signed_call_passes_and_each_part_of_it_is_needed) {
  const HttpRequest good = make(Method::post, kFilter, "{}");
  EXPECT_EQ(send(good).status(), 200);
  const auto without = [&](const char* header) {
    HttpRequest r = good;
    r.headers.erase(header);
    return send(r);
  };
  for (const char* header : {"Authorization", "Api-Seller-Key", "Signature", "Signature-Time"}) {
    EXPECT_EQ(without(header).status(), 401) << header;
    EXPECT_EQ(without(header).code(), "ERR-PA401001") << header;
  }
  const auto with = [&](const char* header, const std::string& value) {
    HttpRequest r = good;
    r.headers.set(header, value);
    return send(r).status();
  };
  EXPECT_EQ(with("Authorization", "Basic " + to_base64("mta-api-gerbang-desa-1a2b3:lain")), 401);
  EXPECT_EQ(with("Api-Seller-Key", std::string(64, 'A')), 401);
  EXPECT_EQ(with("Signature", "AAAA"), 401);
  EXPECT_EQ(with("Content-Type", "text/plain"), 400);
  HttpRequest tampered = good;
  tampered.body = R"({"filter":{}})";
  EXPECT_EQ(send(tampered).status(), 401) << "the body is signed";
  HttpRequest other = good;
  other.url = other.url.replace(other.url.find(kFilter), kFilter.size(), "/seller/v1/logistics");
  other.method = Method::get;
  EXPECT_EQ(send(other).status(), 401) << "path and method are signed";
}

TEST_F(BlibliClient, signed_wrongly_as_in_the_negative_vectors_is_refused) {
  const std::string body = "{}", path = kFilter;
  const auto refused = [&](const std::string& text, bool hex = false) {
    HttpRequest r = make(Method::post, path, body);
    const Sha256 mac = hmac_sha256(keys_["signature_key"].text(), text);
    r.headers.set("Signature", hex ? to_hex(mac) : to_base64(as_view(mac)));
    return send(r).status() == 401;
  };
  const std::string hash = md5_text(body), at = date(clock_.now());
  const auto text = [&](const std::string& when, const std::string& signed_path) {
    return "POST\n" + hash + "\napplication/json\n" + when + "\n" + signed_path;
  };
  EXPECT_FALSE(refused(text(at, path)));
  EXPECT_TRUE(refused(text(at, path + "?requestId=1"))) << "query_string_signed";
  EXPECT_TRUE(refused(text(at, "/v2/proxy" + path))) << "prefix_signed";
  std::string utc = at;
  utc.replace(utc.find("WIB"), 3, "UTC");
  EXPECT_TRUE(refused(text(utc, path))) << "wrong_zone_name";
  EXPECT_TRUE(refused(text(at, path), true)) << "hex_instead_of_base64";
  HttpRequest other_key = make(Method::post, path, body);
  other_key.headers.set("Signature", to_base64(as_view(hmac_sha256("lain", text(at, path)))));
  EXPECT_EQ(send(other_key).status(), 401) << "wrong_key";
}

TEST_F(BlibliClient, a_clock_may_be_five_minutes_off) {
  HttpRequest r = make(Method::post, kFilter, "{}");
  clock_.advance(std::chrono::minutes(5));
  EXPECT_EQ(send(r).status(), 200);
  clock_.advance(std::chrono::milliseconds(1));
  EXPECT_EQ(send(r).status(), 401);
}

TEST_F(BlibliClient, without_a_signature_key_nothing_is_signed) {
  control(Method::post, "shops", R"({"shop_id":"DES-70001","signature_key":""})", 201);
  HttpRequest r = make(Method::post, kFilter, "{}");
  r.headers.erase("Signature");
  r.headers.erase("Signature-Time");
  EXPECT_EQ(send(r).status(), 200);
}

TEST_F(BlibliClient, what_official_clients_send_is_tolerated) {
  HttpRequest r = make(Method::post, kFilter, "{}");
  r.url.replace(0, 9, "/v2//proxy");  // facts 3.2
  EXPECT_EQ(send(r).status(), 200);
  HttpRequest no_body = make(Method::post, kFilter);
  EXPECT_EQ(send(no_body).status(), 200);
  // The PHP client signs PUT as POST (facts 3.4): under a switch alone.
  const std::string path = "/seller/v1/products/DES-70001-00001-00001/stock";
  HttpRequest php = make(Method::put, path, R"({"availableStock":1})");
  php.method = Method::post;
  sign(php, path);
  php.method = Method::put;
  EXPECT_EQ(send(php).status(), 401);
  set(R"({"lenient_php_method":true})");
  EXPECT_EQ(send(php).status(), 404) << "no such product, but the door is open";
}

TEST_F(BlibliClient, a_store_that_is_not_connected_is_told_so) {
  set(R"({"disconnect":{"shop_id":"DES-70001"}})");
  const Answered seller = post(kFilter, "{}");
  EXPECT_EQ(seller.status(), 400);
  EXPECT_EQ(seller.code(), "ERR-PA400054");
  EXPECT_TRUE(seller.body["success"].is_null());
  const Answered mta = get("/mta/api/businesspartner/v1/product/getCategory");
  EXPECT_EQ(mta.body["success"].as_bool(), false) << "the older family's envelope";
  control(Method::post, "consent", R"({"shop_id":"DES-70001"})");
  EXPECT_EQ(post(kFilter, "{}").status(), 200);
  HttpRequest foreign = make(Method::post, kFilter, "{}");
  foreign.url.replace(foreign.url.find("storeCode=DES-70001"), 19, "storeCode=DES-70009");
  EXPECT_EQ(send(foreign).code(), "ERR-PA400054");
}

TEST_F(BlibliClient, forms_are_checked) {
  for (const char* name : {"requestId", "storeId", "channelId"}) {
    HttpRequest r = make(Method::post, kFilter, "{}");
    const auto at = r.url.find(name);
    r.url.erase(at, r.url.find('&', at) - at + 1);
    EXPECT_EQ(send(r).code(), "ERR-PA400001") << name;
  }
  for (const char* bad : {"{", "[]", "\"x\"", R"({"a":1,"a":2})"})
    EXPECT_EQ(post(kFilter, bad).status(), 400) << bad;
  EXPECT_EQ(get("/seller/v1/nowhere").status(), 404);
  EXPECT_EQ(get(kFilter).status(), 404) << "not with this method";
  EXPECT_EQ(get("/../etc/passwd").status(), 404);
}

TEST_F(BlibliClient, limits_count_by_what_they_are_for) {
  ASSERT_EQ(created(product()), "SUCCESS");
  for (int i = 0; i < 60; ++i)
    ASSERT_EQ(put("/seller/v1/products/" + sku(1) + "/stock", R"({"availableStock":1})").status(),
              204)
        << i;
  const Answered over = put("/seller/v1/products/" + sku(2) + "/stock", R"({"availableStock":1})");
  EXPECT_EQ(over.status(), 429);
  EXPECT_EQ(over.code(), "ERR-PA429001");
  EXPECT_FALSE(over.http.headers.find("Retry-After"));
  clock_.advance(std::chrono::minutes(1));
  EXPECT_EQ(put("/seller/v1/products/" + sku(2) + "/stock", R"({"availableStock":1})").status(),
            204);
  // Five single updates an hour per SKU (facts 5); the other SKU has its own five.
  for (int i = 0; i < 5; ++i)
    EXPECT_EQ(put("/seller/v1/products/" + sku(1), R"({"price":{"regular":35000}})").status(), 204);
  EXPECT_EQ(put("/seller/v1/products/" + sku(1), R"({"price":{"regular":35000}})").status(), 429);
  EXPECT_EQ(put("/seller/v1/products/" + sku(2), R"({"price":{"regular":65000}})").status(), 204);
  set(R"({"retry_after_seconds":9})");
  EXPECT_EQ(put("/seller/v1/products/" + sku(1), R"({"price":{"regular":35000}})")
                .http.headers.find("Retry-After"),
            "9");
  set(R"({"limit_scale":0})");
  EXPECT_EQ(put("/seller/v1/products/" + sku(1), R"({"price":{"regular":35000}})").status(), 204);
}

TEST_F(BlibliClient, faults_speak_the_channels_language) {
  control(Method::post, "faults", R"({"faults":[{"operation":"product.list","kind":"auth_expired"},
    {"operation":"category.list","kind":"throttle","delay_ms":3000},
    {"operation":"product.list","kind":"refuse","code":"ERR-MA500007","message":"Server side error"}]})");
  EXPECT_EQ(post(kFilter, "{}").code(), "ERR-PA401001");
  const Answered slow = get("/mta/api/businesspartner/v1/product/getCategory");
  EXPECT_EQ(slow.status(), 429);
  EXPECT_EQ(slow.http.headers.find("Retry-After"), "3");
  EXPECT_EQ(slow.body["success"].as_bool(), false);
  EXPECT_EQ(post(kFilter, "{}").status(), 500);
  EXPECT_EQ(post(kFilter, "{}").status(), 200);
}

}  // namespace
}  // namespace gerbang::sandbox::blibli
