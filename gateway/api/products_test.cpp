#include "gateway/api/world.hpp"

namespace gerbang::api {
namespace {

TEST(Products, are_created_replaced_and_read_back) {
  World w;
  const Seen created = w.put("/v1/products/KOPI-ROBUSTA", kCoffee);
  EXPECT_EQ(created.status, 201);
  EXPECT_EQ(created.json["created"].as_bool(), true);
  const std::string etag = created.header("ETag");
  EXPECT_EQ(etag, "\"" + std::to_string(*created.json["revision"].as_int64()) + "\"");

  const Seen read = w.get("/v1/products/KOPI-ROBUSTA");
  EXPECT_EQ(read.status, 200);
  EXPECT_EQ(read.header("ETag"), etag);
  EXPECT_EQ(read.json["variants"][std::size_t{0}]["price"]["amount"].as_int64(), 35000);

  // What was read may be sent back as it is, and is the same product.
  const Seen again = w.put("/v1/products/KOPI-ROBUSTA", read.body);
  EXPECT_EQ(again.status, 200) << again.body;
  EXPECT_EQ(again.json["changed"].as_bool(), false);
}

TEST(Products, are_not_sent_twice_to_who_has_them) {
  World w;
  w.coffee();
  const std::string etag = w.get("/v1/products/KOPI-ROBUSTA").header("ETag");
  const Seen same =
      w.as("desa", Method::get, "/v1/products/KOPI-ROBUSTA", {}, {{"If-None-Match", etag}});
  EXPECT_EQ(same.status, 304);
}

TEST(Products, a_stale_if_match_changes_nothing) {
  World w;
  const std::string first = w.put("/v1/products/KOPI-ROBUSTA", kCoffee).header("ETag");
  std::string renamed = kCoffee;
  renamed.replace(renamed.find("Sangrai"), 7, "Giling!");
  EXPECT_EQ(w.put("/v1/products/KOPI-ROBUSTA", renamed, {{"If-Match", first}}).status, 200);
  const Seen stale = w.put("/v1/products/KOPI-ROBUSTA", kCoffee, {{"If-Match", first}});
  EXPECT_EQ(stale.status, 412);
  EXPECT_EQ(stale.code(), "revision_moved");
  EXPECT_EQ(w.get("/v1/products/KOPI-ROBUSTA").json["title"]["id"].text(), "Kopi Robusta Giling!");
  EXPECT_EQ(
      w.as("desa", Method::del, "/v1/products/KOPI-ROBUSTA", {}, {{"If-Match", first}}).status,
      412);
}

TEST(Products, may_be_required_to_exist_or_not) {
  World w;
  EXPECT_EQ(w.put("/v1/products/KOPI-ROBUSTA", kCoffee, {{"If-Match", "*"}}).status, 412);
  EXPECT_EQ(w.put("/v1/products/KOPI-ROBUSTA", kCoffee, {{"If-None-Match", "*"}}).status, 201);
  EXPECT_EQ(w.put("/v1/products/KOPI-ROBUSTA", kCoffee, {{"If-None-Match", "*"}}).status, 412);
  EXPECT_EQ(w.put("/v1/products/KOPI-ROBUSTA", kCoffee, {{"If-Match", "*"}}).status, 200);
}

TEST(Products, a_merge_patch_changes_only_what_it_names) {
  World w;
  w.coffee();
  const Seen patched =
      w.patch("/v1/products/KOPI-ROBUSTA", R"({"title":{"en":null},"brand":"Lereng"})",
              {{"Content-Type", "application/merge-patch+json"}});
  EXPECT_EQ(patched.status, 200) << patched.body;
  const Seen read = w.get("/v1/products/KOPI-ROBUSTA");
  EXPECT_EQ(read.json["brand"].text(), "Lereng");
  EXPECT_EQ(read.json["title"]["id"].text(), "Kopi Robusta Sangrai");
  EXPECT_TRUE(read.json["title"]["en"].is_null());
  EXPECT_EQ(read.json["variants"].items().size(), 2u);

  EXPECT_EQ(w.patch("/v1/products/KOPI-ROBUSTA", R"({"variants":[]})").status, 422);
  EXPECT_EQ(w.patch("/v1/products/TIDAK-ADA", R"({"brand":"x"})").status, 404);
  EXPECT_EQ(w.patch("/v1/products/KOPI-ROBUSTA", R"(["brand"])").status, 422);
}

TEST(Products, a_repeated_patch_with_if_match_gets_its_first_answer) {
  World w;
  const std::string etag = w.put("/v1/products/KOPI-ROBUSTA", kCoffee).header("ETag");
  const HeaderList headers = {{"If-Match", etag}, {"Idempotency-Key", "ubah-1"}};
  const Seen first = w.patch("/v1/products/KOPI-ROBUSTA", R"({"brand":"Lereng"})", headers);
  EXPECT_EQ(first.status, 200);
  const Seen second = w.patch("/v1/products/KOPI-ROBUSTA", R"({"brand":"Lereng"})", headers);
  EXPECT_EQ(second.status, 200);
  EXPECT_EQ(second.body, first.body);
  EXPECT_EQ(second.header("ETag"), first.header("ETag"));
  EXPECT_EQ(second.header("Idempotency-Replayed"), "true");
  EXPECT_EQ(
      w.patch("/v1/products/KOPI-ROBUSTA", R"({"brand":"Lain"})", {{"If-Match", etag}}).status,
      412);
}

TEST(Products, are_withdrawn_with_their_history) {
  World w;
  w.coffee();
  EXPECT_EQ(w.as("desa", Method::del, "/v1/products/KOPI-ROBUSTA").status, 200);
  EXPECT_EQ(w.get("/v1/products/KOPI-ROBUSTA").json["withdrawn"].as_bool(), true);
  EXPECT_EQ(w.get("/v1/products").json["data"].items().size(), 0u);
  EXPECT_EQ(w.get("/v1/products?withdrawn=true").json["data"].items().size(), 1u);
  EXPECT_EQ(w.as("desa", Method::del, "/v1/products/TIDAK-ADA").status, 404);
}

TEST(Products, are_listed_page_by_page) {
  World w;
  for (const char* code : {"A-1", "B-1", "C-1"}) {
    const std::string body =
        std::string(R"({"title":{"id":"Teh"},"variants":[{"sku":")") + code + R"("}]})";
    EXPECT_EQ(w.put(std::string("/v1/products/") + code, body).status, 201);
  }
  std::vector<std::string> seen;
  std::string target = "/v1/products?limit=2";
  for (int page = 0; page < 3; ++page) {
    const Seen s = w.get(target);
    EXPECT_EQ(s.status, 200);
    for (const json::Value& p : s.json["data"].items()) seen.emplace_back(p["code"].text());
    if (s.json["next"].is_null()) break;
    target = "/v1/products?limit=2&cursor=" + percent_encode(s.json["next"].text());
  }
  EXPECT_EQ(seen, (std::vector<std::string>{"A-1", "B-1", "C-1"}));
  w.clock.advance(std::chrono::hours(1));
  const std::string since = percent_encode(to_rfc3339(w.clock.now()));
  EXPECT_EQ(w.get("/v1/products?updated_since=" + since).json["data"].items().size(), 0u);
}

TEST(Products, one_intent_has_one_effect) {
  World w;
  const HeaderList key = {{"Idempotency-Key", "buat-1"}};
  const Seen first = w.put("/v1/products/KOPI-ROBUSTA", kCoffee, key);
  const Seen twin = w.put("/v1/products/KOPI-ROBUSTA", kCoffee, key);
  EXPECT_EQ(first.status, 201);
  EXPECT_EQ(twin.status, 201);
  EXPECT_EQ(twin.body, first.body);
  const Seen other = w.put("/v1/products/TEH", kCoffee, key);
  EXPECT_EQ(other.status, 422);
  EXPECT_EQ(other.code(), "idempotency_key_reused");
  // Keys are the organisation's own.
  EXPECT_EQ(w.as("lain", Method::put, "/v1/products/KOPI-ROBUSTA", kCoffee, key).status, 201);
}

TEST(Products, a_refused_write_leaves_no_idempotency_record) {
  World w;
  const HeaderList headers = {{"If-Match", "\"999\""}, {"Idempotency-Key", "buat-1"}};
  EXPECT_EQ(w.put("/v1/products/KOPI-ROBUSTA", kCoffee, headers).status, 412);
  const Seen retried = w.put("/v1/products/KOPI-ROBUSTA", kCoffee, {{"Idempotency-Key", "buat-1"}});
  EXPECT_EQ(retried.status, 201);
  EXPECT_EQ(retried.header("Idempotency-Replayed"), "");
}

TEST(Products, a_sku_belongs_to_one_product) {
  World w;
  w.coffee();
  const Seen taken = w.put("/v1/products/KOPI-LAIN", kCoffee);
  EXPECT_EQ(taken.status, 409);
  EXPECT_EQ(taken.code(), "sku_taken");
}

}  // namespace
}  // namespace gerbang::api
