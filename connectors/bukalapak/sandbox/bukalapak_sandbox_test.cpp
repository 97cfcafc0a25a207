// OAuth and API v4: the marketplace's own rules.
#include "connectors/bukalapak/sandbox/caller.hpp"

namespace gerbang {
namespace {

using testing::HasSubstr;

TEST_F(BukalapakSandbox, token_endpoint_takes_all_four_ways) {
  const std::string rest = "grant_type=client_credentials&scope=public";
  EXPECT_EQ(token_form(rest).status, 200);
  EXPECT_EQ(call(Method::post, "/oauth/token?" + credentials() + rest).status, 200);
  MultipartBody form = multipart({{"client_id", "bukalapak-sandbox"},
                                  {"client_secret", "bukalapak-sandbox-secret"},
                                  {"grant_type", "client_credentials"}},
                                 {});
  EXPECT_EQ(
      call(Method::post, "/oauth/token", form.body, {{"Content-Type", form.content_type}}).status,
      200);
  const HttpResponse answer =
      call(Method::post, "/oauth/token",
           R"({"client_id":"bukalapak-sandbox","client_secret":"bukalapak-sandbox-secret",)"
           R"("grant_type":"client_credentials","scope":"public"})",
           {{"Content-Type", "application/json"}});
  EXPECT_EQ(answer.status, 200);
  const json::Value tokens = body(answer);
  EXPECT_TRUE(tokens["refresh_token"].is_null());
  EXPECT_EQ(tokens["token_type"].text(), "bearer");
  EXPECT_EQ(tokens["created_at"].as_int64(), to_unix_seconds(clock.now()));
}

TEST_F(BukalapakSandbox, oauth_refusals_are_401_with_their_names) {
  const auto error = [&](const std::string& form, bool with_app = true) {
    const HttpResponse r =
        with_app ? token_form(form) : call(Method::post, "/oauth/token?client_id=x&" + form);
    EXPECT_EQ(r.status, 401) << form;
    return std::string(body(r)["error"].text());
  };
  EXPECT_EQ(error("grant_type=refresh_token", false), "invalid_client");
  EXPECT_EQ(error("grant_type=refresh_token&refresh_token=x"), "invalid_grant");
  EXPECT_EQ(error("grant_type=authorization_code&code=x&redirect_uri=y"), "invalid_grant");
  EXPECT_EQ(error("grant_type=client_credentials&scope=admin"), "invalid_scope");
  EXPECT_EQ(error("grant_type=password&username=a&password=b"), "invalid_grant");
  EXPECT_EQ(error("grant_type=wish"), "unsupported_grant_type");
}

TEST_F(BukalapakSandbox, a_code_and_a_refresh_token_work_once) {
  const std::string consent(
      control(Method::post, "consent", R"({"shop_id":")" + seller + "\"}")["query"]["code"].text());
  const std::string form = "grant_type=authorization_code&redirect_uri=x&code=" + consent;
  EXPECT_EQ(token_form(form).status, 200);
  EXPECT_EQ(token_form(form).status, 401);
  EXPECT_EQ(token_form("grant_type=refresh_token&refresh_token=" + refresh).status, 200);
  EXPECT_EQ(token_form("grant_type=refresh_token&refresh_token=" + refresh).status, 401);
  EXPECT_EQ(v4(Method::get, "/me").status, 401);  // went with it
}

TEST_F(BukalapakSandbox, the_consent_page_sends_the_seller_back_with_code_and_state) {
  const std::string asked =
      "/oauth/authorize?client_id=bukalapak-sandbox&redirect_uri=https%3A%2F%2Fg.example%2Fcb"
      "&response_type=code&scope=public%20user%20store&state=s1";
  const HttpResponse page = call(Method::get, asked);
  EXPECT_EQ(page.status, 200);
  EXPECT_THAT(page.body, HasSubstr("approve=" + seller));
  EXPECT_THAT(page.body, HasSubstr("Lapak &lt;Contoh>"));
  const HttpResponse back = call(Method::get, asked + "&approve=" + seller);
  EXPECT_EQ(back.status, 302);
  const std::string to(*back.headers.find("Location"));
  ASSERT_TRUE(to.starts_with("https://g.example/cb?code=")) << to;
  EXPECT_TRUE(to.ends_with("&state=s1"));
  const std::string code = to.substr(26, 32);
  // The redirect address is part of the promise.
  EXPECT_EQ(token_form("grant_type=authorization_code&redirect_uri=x&code=" + code).status, 401);
  EXPECT_EQ(
      token_form("grant_type=authorization_code&redirect_uri=https://g.example/cb&code=" + code)
          .status,
      200);
  EXPECT_EQ(call(Method::get, "/oauth/authorize?client_id=other").status, 401);
}

TEST_F(BukalapakSandbox, no_token_no_answer) {
  for (const char* target : {"/me", "/transactions", "/stores/me/products", "/categories"}) {
    const HttpResponse r = call(Method::get, target);
    EXPECT_EQ(r.status, 401) << target;
    EXPECT_EQ(r.body, R"({"errors":[{"message":"You are not authorized","code":10001}],)"
                      R"("meta":{"http_status":401}})");
  }
  const json::Value open = body(token_form("grant_type=client_credentials"));
  access = open["access_token"].text();
  EXPECT_EQ(v4(Method::get, "/categories").status, 200);
  EXPECT_EQ(v4(Method::get, "/stores/me/products").status, 401);  // wrong scope
  EXPECT_EQ(call(Method::get, "/categories?access_token=" + access).status, 200);
}

TEST_F(BukalapakSandbox, product_rules_as_a_table) {
  const std::string image = upload(jpeg(1, 0x2C));
  const std::vector<std::pair<const char*, json::Value>> wrong = {
      {"name", ""},
      {"name", std::string(151, 'x')},
      {"price", 99},
      {"price", 100'000'001},
      {"price", "35000"},
      {"weight", 0},
      {"weight", 100'001},
      {"weight", nullptr},
      {"stock", -1},
      {"stock", 100'000},
      {"condition", "bekas"},
      {"description", std::string(10'001, 'x')},
      {"category_id", 139},
      {"category_id", 9},
      {"images", json::object({{"ids", json::Array()}})},
      {"images", json::object({{"ids", json::array({"1"})}})},
      {"images", json::object({{"ids", json::array({image, image})}})},
      {"specs", "x"},
  };
  for (const auto& [name, value] : wrong) {
    json::Object body_fields = fields(image);
    body_fields.set(name, value);
    const HttpResponse r = v4(Method::post, "/products", json::dump(std::move(body_fields)));
    EXPECT_EQ(r.status, 422) << name << " " << json::dump(value).substr(0, 40);
    EXPECT_EQ(body(r)["errors"][std::size_t{0}]["code"].as_int64(), 10003);
  }
  EXPECT_TRUE(control(Method::get, "listings")["listings"].items().empty());
  EXPECT_EQ(v4(Method::post, "/products", "{").status, 400);
  EXPECT_EQ(v4(Method::post, "/products", json::dump(fields(image))).status, 201);
  // Another product cannot have the same image.
  EXPECT_EQ(v4(Method::post, "/products", json::dump(fields(image))).status, 422);
}

TEST_F(BukalapakSandbox, image_rules) {
  EXPECT_THAT(upload(jpeg(1, 0x2B)), HasSubstr("300 x 300"));
  EXPECT_THAT(upload("GIF89a"), HasSubstr("JPG"));
  EXPECT_THAT(upload(jpeg(1, 0x2C) + std::string(2 * 1024 * 1024, 'x')), HasSubstr("2 MB"));
  EXPECT_EQ(upload(jpeg(1, 0x2C)), "70001");
  EXPECT_EQ(v4(Method::post, "/images", "x").status, 400);
}

TEST_F(BukalapakSandbox, stock_zero_goes_off_sale_and_only_the_state_brings_it_back) {
  const json::Value p = product();
  const auto state_after = [&](const char* change) {
    return std::string(body(v4(Method::patch, sku_path(p), change))["data"]["state"].text());
  };
  EXPECT_EQ(state_after(R"({"stock":0})"), "inactive");
  EXPECT_EQ(json::dump(last_entry()["effect"]),
            R"({"product":")" + p["id"].to_text() + R"(","sku_id":)" + p["sku_id"].to_text() +
                R"(,"sku":"KOPI-250","stock":0,"listed":false})");
  EXPECT_EQ(state_after(R"({"stock":7})"), "inactive");
  EXPECT_EQ(state_after(R"({"state":"active"})"), "active");
  EXPECT_EQ(state_after(R"({"stock":0,"state":"active"})"), "inactive");
  EXPECT_EQ(state_after(R"({"stock":7,"state":"active"})"), "active");
  EXPECT_EQ(v4(Method::patch, sku_path(p), "{}").status, 422);
  EXPECT_EQ(v4(Method::patch, sku_path(p), R"({"state":"gone"})").status, 422);
  EXPECT_EQ(v4(Method::patch, sku_path(p) + "9", R"({"stock":1})").status, 404);
  EXPECT_EQ(last_entry()["effect"].is_null(), true);
}

TEST_F(BukalapakSandbox, another_sellers_goods_do_not_exist) {
  const json::Value p = product();
  const std::string other(control(Method::post, "shops", "{}")["shop_id"].text());
  const std::string code(
      control(Method::post, "consent", R"({"shop_id":")" + other + "\"}")["query"]["code"].text());
  ASSERT_EQ(buy(1).status, 201);
  const std::string order_id(
      body(v4(Method::get, "/transactions?context=sale"))["data"][std::size_t{0}]["id"].to_text());
  access =
      body(token_form("grant_type=authorization_code&redirect_uri=x&code=" + code))["access_token"]
          .text();
  EXPECT_EQ(v4(Method::patch, sku_path(p), R"({"stock":1})").status, 404);
  EXPECT_EQ(v4(Method::del, "/products/" + p["id"].to_text()).status, 404);
  EXPECT_EQ(v4(Method::get, "/transactions/" + order_id).status, 404);
  EXPECT_EQ(body(v4(Method::get, "/transactions?context=sale"))["meta"]["total"].as_int64(), 0);
  EXPECT_EQ(v4(Method::get, "/products/" + p["id"].to_text()).status, 200);  // public
}

TEST_F(BukalapakSandbox, shoppers_take_only_what_is_on_offer) {
  EXPECT_EQ(buy(1).status, 409);
  const json::Value p = product();
  EXPECT_EQ(buy(6).status, 409);
  EXPECT_EQ(buy(0).status, 422);
  EXPECT_EQ(buy(5).status, 201);
  EXPECT_EQ(buy(1).status, 409);
  v4(Method::patch, sku_path(p), R"({"stock":2,"state":"inactive"})");
  EXPECT_EQ(buy(1).status, 409);
}

TEST_F(BukalapakSandbox, sales_are_listed_by_context_state_and_time) {
  product();
  ASSERT_EQ(buy(1).status, 201);
  clock.advance(std::chrono::hours(1));
  ASSERT_EQ(buy(1, false).status, 201);
  const auto count = [&](const std::string& query) {
    return body(v4(Method::get, "/transactions?" + query))["data"].items().size();
  };
  EXPECT_EQ(count("context=sale"), 2u);
  EXPECT_EQ(count("limit=10"), 0u);
  EXPECT_EQ(count("context=sale&states[]=paid"), 1u);
  EXPECT_EQ(count("context=sale&states[]=paid&states[]=pending"), 2u);
  EXPECT_EQ(count("context=sale&start_time=2025-01-06T02:30:00Z"), 1u);
  EXPECT_EQ(count("context=sale&end_time=2025-01-06T09:30:00"), 1u);  // local
  EXPECT_EQ(count("context=sale&limit=1&offset=1"), 1u);
  EXPECT_EQ(v4(Method::get, "/transactions?context=sale&start_time=kemarin").status, 422);
}

TEST_F(BukalapakSandbox, order_states_move_as_the_diagram_says) {
  product();
  const std::string id(body(buy(1))["order_id"].text());
  const auto put = [&](const char* change) {
    return v4(Method::put, "/transactions/" + id + "/status", change).status;
  };
  const char* parcel =
      R"({"state":"delivered","state_options":{"carrier":"JNE REG","tracking_number":"R1"}})";
  EXPECT_EQ(put(parcel), 422);  // not accepted yet
  EXPECT_EQ(put(R"({"state":"rejected","state_options":{"reject_reason":"malas"}})"), 422);
  EXPECT_EQ(put(R"({"state":"received"})"), 422);
  const auto phone = [&] {
    return body(v4(Method::get, "/transactions/" + id))["data"]["delivery"]["consignee"]["phone"]
        .to_text();
  };
  EXPECT_THAT(phone(), HasSubstr("Terkunci"));
  EXPECT_EQ(put(R"({"state":"accepted"})"), 200);
  EXPECT_THAT(phone(), Not(HasSubstr("Terkunci")));
  EXPECT_EQ(put(R"({"state":"accepted"})"), 422);
  EXPECT_EQ(put(R"({"state":"rejected","state_options":{"reject_reason":"Stok Habis"}})"), 422);
  EXPECT_EQ(put(R"({"state":"delivered","state_options":{"carrier":"JNE REG"}})"), 422);
  EXPECT_EQ(put(parcel), 200);
  EXPECT_EQ(call(Method::post, "/_sandbox/orders/" + id + "/cancel").status, 409);
}

TEST_F(BukalapakSandbox, a_booking_becomes_the_tracking_number) {
  product();
  const std::string id(body(buy(1))["order_id"].text());
  const std::string booking =
      R"({"transaction_id":)" + id + R"(,"courier_selection":"jnt","service_type":"pick up"})";
  EXPECT_EQ(v4(Method::post, "/_partners/logistic-bookings", booking).status, 422);
  v4(Method::put, "/transactions/" + id + "/status", R"({"state":"accepted"})");
  const HttpResponse booked = v4(Method::post, "/_partners/logistic-bookings", booking);
  ASSERT_EQ(booked.status, 200) << booked.body;
  call(Method::post, "/_sandbox/orders/" + id + "/pick_up");
  const json::Value order = body(v4(Method::get, "/transactions/" + id))["data"];
  EXPECT_EQ(order["state"].text(), "delivered");
  EXPECT_EQ(order["delivery"]["tracking_number"].text(),
            body(booked)["data"]["booking_code"].text());
}

TEST_F(BukalapakSandbox, a_seller_who_is_too_slow_loses_the_order) {
  product();
  const std::string id(body(buy(5))["order_id"].text());
  clock.advance(std::chrono::hours(48) - Duration(1));
  EXPECT_EQ(control(Method::get, "listings")["listings"][std::size_t{0}]["stock"].as_int64(), 0);
  clock.advance(Duration(1));
  const auto state = [&] { return control(Method::get, "orders/" + id)["state"].to_text(); };
  EXPECT_EQ(state(), "expired");
  EXPECT_EQ(control(Method::get, "listings")["listings"][std::size_t{0}]["stock"].as_int64(), 5);
  clock.advance(std::chrono::hours(1));
  EXPECT_EQ(state(), "refunded");
  // Switched off.
  control(Method::put, "settings", R"({"accept_hours":0})");
  const std::string kept(body(buy(1))["order_id"].text());
  clock.advance(std::chrono::hours(1000));
  EXPECT_EQ(control(Method::get, "orders/" + kept)["state"].text(), "paid");
}

}  // namespace
}  // namespace gerbang
