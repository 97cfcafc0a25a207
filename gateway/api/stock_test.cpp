#include "gateway/api/world.hpp"

namespace gerbang::api {
namespace {

TEST(Stock, is_counted_and_moved) {
  World w;
  w.coffee();
  const Seen counted = w.put("/v1/stock/KOPI-SANGRAI",
                             R"({"on_hand":8000,"counted_at":"2026-11-24T08:00:00+07:00"})");
  EXPECT_EQ(counted.status, 200) << counted.body;
  EXPECT_EQ(counted.json["available"].as_int64(), 8000);
  EXPECT_EQ(counted.json["levels"][std::size_t{0}]["counted_at"].text(), "2026-11-24T01:00:00Z");

  const HeaderList key = {{"Idempotency-Key", "nota-77"}};
  const char* sold = R"({"quantity":-250,"reason":"sold_offline","reference":"nota-77"})";
  EXPECT_EQ(w.post("/v1/stock/KOPI-SANGRAI/movements", sold, key).json["available"].as_int64(),
            7750);
  EXPECT_EQ(w.post("/v1/stock/KOPI-SANGRAI/movements", sold, key).json["available"].as_int64(),
            7750);
  EXPECT_EQ(w.get("/v1/stock/KOPI-SANGRAI").json["available"].as_int64(), 7750);

  const Seen ledger = w.get("/v1/stock/KOPI-SANGRAI/movements");
  EXPECT_EQ(ledger.json["data"].items().size(), 3u);
  EXPECT_EQ(ledger.json["data"][std::size_t{0}]["reference"].text(), "nota-77");
  EXPECT_EQ(w.get("/v1/stock").json["data"].items().size(), 1u);
}

TEST(Stock, a_buffer_is_held_back) {
  World w;
  const Seen seen = w.put("/v1/stock/TEH", R"({"on_hand":10,"buffer":3})");
  EXPECT_EQ(seen.json["available"].as_int64(), 7);
}

TEST(Stock, an_older_count_is_refused) {
  World w;
  EXPECT_EQ(w.put("/v1/stock/TEH", R"({"on_hand":10,"counted_at":"2026-11-24T01:00:00Z"})").status,
            200);
  const Seen older =
      w.put("/v1/stock/TEH", R"({"on_hand":99,"counted_at":"2026-11-24T00:59:59Z"})");
  EXPECT_EQ(older.status, 409);
  EXPECT_EQ(older.code(), "stock_count_older");
  EXPECT_EQ(w.get("/v1/stock/TEH").json["available"].as_int64(), 10);
}

TEST(Stock, never_goes_below_zero_and_the_refusal_is_not_recorded) {
  World w;
  w.put("/v1/stock/TEH", R"({"on_hand":10})");
  const HeaderList key = {{"Idempotency-Key", "rusak-1"}};
  const Seen too_much =
      w.post("/v1/stock/TEH/movements", R"({"quantity":-11,"reason":"damaged"})", key);
  EXPECT_EQ(too_much.status, 422);
  EXPECT_EQ(too_much.code(), "stock_negative");
  EXPECT_EQ(w.post("/v1/stock/TEH/movements", R"({"quantity":-10,"reason":"damaged"})", key).status,
            200);
}

TEST(Stock, a_batch_answers_each_item) {
  World w;
  const char* body = R"({"items":[
    {"item":"TEH","on_hand":10},
    {"item":"TEH","quantity":-20,"reason":"damaged"},
    {"item":"teh","on_hand":1},
    {"item":"TEH","on_hand":1,"quantity":1,"reason":"received"},
    {"item":"TEH"},
    {"item":"TEH","quantity":5,"reason":"received"}]})";
  EXPECT_EQ(w.post("/v1/stock:batch", body).code(), "idempotency_key_missing");
  const Seen seen = w.post("/v1/stock:batch", body, {{"Idempotency-Key", "b-1"}});
  EXPECT_EQ(seen.status, 200);
  std::vector<std::int64_t> statuses;
  for (const json::Value& r : seen.json["results"].items())
    statuses.push_back(*r["status"].as_int64());
  EXPECT_EQ(statuses, (std::vector<std::int64_t>{200, 422, 422, 422, 422, 200}));
  EXPECT_EQ(seen.json["results"][2]["problem"]["field"].text(), "/items/2/item");
  EXPECT_EQ(seen.json["results"][3]["problem"]["code"].text(), "stock_count_or_change");
  EXPECT_EQ(w.get("/v1/stock/TEH").json["available"].as_int64(), 15);
}

TEST(Prices, are_set_for_all_and_per_channel) {
  World w;
  w.coffee();
  const Seen set =
      w.put("/v1/prices/KOPI-250",
            R"({"amount":36000,"currency":"IDR","channels":{"shopee":{"amount":37000}}})");
  EXPECT_EQ(set.status, 200) << set.body;
  Seen read = w.get("/v1/prices/KOPI-250");
  EXPECT_EQ(read.json["amount"].as_int64(), 36000);
  EXPECT_EQ(read.json["channels"]["shopee"]["amount"].as_int64(), 37000);
  EXPECT_EQ(w.put("/v1/prices/KOPI-250", R"({"channels":{"shopee":null}})").status, 200);
  read = w.get("/v1/prices/KOPI-250");
  EXPECT_EQ(read.json["amount"].as_int64(), 36000);
  EXPECT_EQ(read.json["channels"].members().size(), 0u);
}

}  // namespace
}  // namespace gerbang::api
