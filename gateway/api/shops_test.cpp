#include "gateway/api/world.hpp"

namespace gerbang::api {
namespace {

TEST(Shops, are_added_and_wait_for_consent) {
  World w;
  const HeaderList key = {{"Idempotency-Key", "toko-1"}};
  const Seen made = w.post("/v1/shops", R"({"channel":"pasar","name":"Toko BUM Desa"})", key);
  EXPECT_EQ(made.status, 201);
  EXPECT_EQ(made.json["state"].text(), "needs_authorisation");
  const std::string id(made.json["id"].text());
  EXPECT_EQ(made.json["authorise_url"].text(), "https://pasar.example/consent?state=" + id);
  EXPECT_EQ(made.header("Location"), "/v1/shops/" + id);
  // A repeat is the same shop, and gets an address that is still good.
  const Seen twin = w.post("/v1/shops", R"({"channel":"pasar","name":"Toko BUM Desa"})", key);
  EXPECT_EQ(twin.json["id"].text(), id);
  EXPECT_FALSE(twin.json["authorise_url"].is_null());
  EXPECT_EQ(w.get("/v1/shops").json["data"].items().size(), 1u);
  EXPECT_EQ(w.post("/v1/shops/" + id + "/authorise").json["authorise_url"].text(),
            "https://pasar.example/consent?state=" + id);
}

TEST(Shops, without_a_consent_page_are_connected_by_their_keys) {
  World w;
  const Seen made = w.post(
      "/v1/shops",
      R"({"channel":"pasar","name":"Toko","credentials":{"seller_key":"benar","note":null}})");
  EXPECT_EQ(made.status, 201);
  EXPECT_EQ(made.json["state"].text(), "active");
  EXPECT_TRUE(made.json["authorise_url"].is_null());
  EXPECT_TRUE(made.json["problem"].is_null());
  EXPECT_TRUE(made.json["token"]["expires_at"].is_null());
  EXPECT_EQ(made.body.find("benar"), std::string::npos);
}

TEST(Shops, whose_keys_are_refused_are_there_and_take_better_ones) {
  World w;
  const Seen made = w.post(
      "/v1/shops", R"({"channel":"pasar","name":"Toko","credentials":{"seller_key":"salah"}})");
  EXPECT_EQ(made.status, 201);
  EXPECT_EQ(made.json["state"].text(), "needs_authorisation");
  EXPECT_EQ(made.json["problem"]["code"].text(), "credentials_refused");
  EXPECT_FALSE(made.json["problem"]["remedy"].text().empty());
  const std::string path = "/v1/shops/" + std::string(made.json["id"].text()) + "/credentials";
  const Seen again = w.put(path, R"({"credentials":{"seller_key":"salah lagi"}})");
  EXPECT_EQ(again.status, 422);
  EXPECT_EQ(again.code(), "credentials_refused");
  const Seen good = w.put(path, R"({"credentials":{"seller_key":"benar"}})");
  EXPECT_EQ(good.status, 200) << good.body;
  EXPECT_EQ(good.json["state"].text(), "active");
  // Another organisation's shop cannot be told from none.
  EXPECT_EQ(w.as("lain", Method::put, path, R"({"credentials":{"seller_key":"benar"}})").status,
            404);
  EXPECT_EQ(w.put(path, R"({})").code(), "field_missing");
  EXPECT_EQ(w.put(path, R"({"credentials":"benar"})").code(), "wrong_type");
  EXPECT_EQ(w.put(path, R"({"credentials":{"seller_key":7}})").code(), "wrong_type");
  EXPECT_EQ(w.put(path, R"({"credentials":{"seller_key":"a\nb"}})").code(), "control_character");
}

TEST(Shops, are_paused_resumed_and_retired) {
  World w;
  const std::string id = w.shop();
  const auto state = [&] { return std::string(w.get("/v1/shops/" + id).json["state"].text()); };
  EXPECT_EQ(state(), "active");
  EXPECT_EQ(w.post("/v1/shops/" + id + "/pause").json["state"].text(), "paused");
  EXPECT_EQ(w.post("/v1/shops/" + id + "/pause").status, 200);
  EXPECT_EQ(w.post("/v1/shops/" + id + "/resume").json["state"].text(), "active");
  EXPECT_EQ(w.post("/v1/shops/" + id + "/retire").json["state"].text(), "retired");
  EXPECT_EQ(w.post("/v1/shops/" + id + "/resume").status, 409);
  EXPECT_EQ(w.post("/v1/shops/" + id + "/authorise").code(), "shop_retired");
}

TEST(Shops, a_repeated_change_gets_the_very_answer_of_the_first_time) {
  World w;
  const std::string id = w.shop();
  w.coffee();  // work waits: a summary of it would differ later
  const HeaderList key = {{"Idempotency-Key", "jeda-1"}};
  const Seen first = w.post("/v1/shops/" + id + "/pause", "", key);
  EXPECT_EQ(first.status, 200);
  w.clock.advance(std::chrono::minutes(1));
  const Seen again = w.post("/v1/shops/" + id + "/pause", "", key);
  EXPECT_EQ(again.body, first.body);
  EXPECT_EQ(again.header("Idempotency-Replayed"), "true");
}

TEST(Shops, one_that_needs_consent_cannot_be_resumed) {
  World w;
  const Seen made = w.post("/v1/shops", R"({"channel":"pasar","name":"Toko"})");
  const Seen resumed = w.post("/v1/shops/" + std::string(made.json["id"].text()) + "/resume");
  EXPECT_EQ(resumed.status, 409);
  EXPECT_EQ(resumed.code(), "shop_state_moved");
}

TEST(Shops, are_changed_and_show_their_schedule_as_it_was_given) {
  World w;
  const std::string id = w.shop();
  const char* change = R"({"name":"Toko Baru","buffer":2,"share_percent":50,"schedule":[
    {"job":"stock_sync","at":["06:00","18:30"]},{"job":"read_back","every_minutes":60}]})";
  const Seen changed = w.patch("/v1/shops/" + id, change);
  EXPECT_EQ(changed.status, 200) << changed.body;
  EXPECT_EQ(changed.json["name"].text(), "Toko Baru");
  EXPECT_EQ(changed.json["share_percent"].as_int64(), 50);
  EXPECT_EQ(
      json::dump(changed.json["schedule"]),
      R"([{"job":"stock_sync","at":["06:00","18:30"]},{"job":"read_back","every_minutes":60}])");
  const Seen bad = w.patch("/v1/shops/" + id, R"({"schedule":[{"job":"stock_sync","at":["24:00"]},
    {"job":"apa","every_minutes":60},{"job":"read_back"},
    {"job":"read_back","at":["06:00"],"every_minutes":60}]})");
  EXPECT_EQ(bad.status, 422);
  EXPECT_EQ(bad.json["errors"].items().size(), 4u) << bad.body;
}

TEST(Shops, show_work_that_waits) {
  World w;
  const std::string id = w.shop();
  w.coffee();
  w.clock.advance(std::chrono::seconds(90));
  const Seen shop = w.get("/v1/shops/" + id);
  EXPECT_GT(shop.json["work"]["waiting"].as_int64(), 0);
  EXPECT_EQ(shop.json["work"]["oldest_seconds"].as_int64(), 90);
}

TEST(Shops, are_synchronised_on_demand) {
  World w;
  const std::string id = w.shop();
  w.coffee();
  const Seen all = w.post("/v1/shops/" + id + "/sync", R"({"content":true})");
  EXPECT_EQ(all.status, 202);
  EXPECT_GT(all.json["marked"].as_int64(), 0);
  EXPECT_EQ(w.post("/v1/shops/" + id + "/sync").status, 202);
}

TEST(Listings, keep_three_facts_apart) {
  World w;
  const std::string id = w.shop();
  w.coffee();
  store::SettleWork settle;
  settle.shop = id;
  store::Settlement one;
  one.aspect = Aspect::content;
  one.subject = "KOPI-ROBUSTA";
  store::TakeWork take;
  take.shop = id;
  take.now = w.clock.now();
  const auto due = w.store->read_now(take).value().due;
  for (const Work& work : due) {
    if (work.aspect == Aspect::content) one.revision = work.revision;
  }
  one.next = store::Settlement::Next::park;
  one.attempt.at = w.clock.now();
  one.attempt.outcome = "rejected";
  one.attempt.code = "category_unmapped";
  one.attempt.remote_code = "E42";
  settle.settlements.push_back(one);
  ASSERT_TRUE(w.store->apply_now(settle).ok());

  const Seen parked = w.get("/v1/shops/" + id + "/parked");
  ASSERT_EQ(parked.json["data"].items().size(), 1u) << parked.body;
  EXPECT_EQ(parked.json["data"][std::size_t{0}]["subject"].text(), "KOPI-ROBUSTA");
  EXPECT_EQ(parked.json["data"][std::size_t{0}]["code"].text(), "category_unmapped");
  EXPECT_FALSE(parked.json["data"][std::size_t{0}]["remedy"].text().empty());

  const Seen list = w.get("/v1/listings?shop=" + id + "&sku=KOPI-250");
  ASSERT_EQ(list.json["data"].items().size(), 1u) << list.body;
  const json::Value& listing = list.json["data"][std::size_t{0}];
  EXPECT_EQ(listing["desired"]["stock"].as_int64(), 40);
  EXPECT_EQ(listing["desired"]["price"]["amount"].as_int64(), 35000);
  EXPECT_EQ(listing["attempt"]["code"].text(), "category_unmapped");
  EXPECT_EQ(listing["attempt"]["remedy"].text(),
            messages::message("category_unmapped", messages::Language::id).remedy);
  EXPECT_TRUE(listing["observed"].is_null());
  EXPECT_EQ(w.get("/v1/listings?state=rejected").json["data"].items().size(), 2u);
  EXPECT_EQ(w.get("/v1/listings?state=live").json["data"].items().size(), 0u);

  const Seen english =
      w.as("desa", Method::get, "/v1/listings?sku=KOPI-250", {}, {{"Accept-Language", "en"}});
  EXPECT_EQ(english.json["data"][std::size_t{0}]["attempt"]["remedy"].text(),
            messages::message("category_unmapped", messages::Language::en).remedy);

  EXPECT_EQ(w.get("/v1/shops/" + id).json["work"]["parked"].as_int64(), 1);
  const Seen retried =
      w.post("/v1/listings:retry", R"({"shop":")" + id + R"(","subject":"KOPI-ROBUSTA"})");
  EXPECT_EQ(retried.status, 202) << retried.body;
  EXPECT_EQ(retried.json["retried"].as_int64(), 1);
  EXPECT_EQ(w.get("/v1/shops/" + id).json["work"]["parked"].as_int64(), 0);
}

}  // namespace
}  // namespace gerbang::api
