#include <algorithm>

#include "gateway/api/world.hpp"

namespace gerbang::api {
namespace {

struct Orders : testing::Test {
  Orders() {
    w.coffee();
    shop = w.shop();
    id = w.order(shop);
  }
  World w;
  std::string shop;
  std::string id;
};

TEST_F(Orders, are_read_without_the_buyer) {
  const Seen one = w.get("/v1/orders/" + id);
  EXPECT_EQ(one.status, 200);
  EXPECT_EQ(one.json["external_id"].text(), "PO-1");
  EXPECT_EQ(one.json["status"].text(), "paid");
  EXPECT_EQ(one.json["lines"][std::size_t{0}]["sku"].text(), "KOPI-250");
  EXPECT_EQ(one.json["ship_to"]["city"].text(), "Temanggung");
  EXPECT_EQ(one.body.find("PEMBELI-RAHASIA"), std::string::npos);
  EXPECT_EQ(one.body.find("0800"), std::string::npos);
}

TEST_F(Orders, are_listed_and_filtered) {
  EXPECT_EQ(w.get("/v1/orders").json["data"].items().size(), 1u);
  EXPECT_EQ(w.get("/v1/orders?status=paid&shop=" + shop).json["data"].items().size(), 1u);
  EXPECT_EQ(w.get("/v1/orders?status=shipped").json["data"].items().size(), 0u);
  EXPECT_EQ(w.get("/v1/orders?status=dibayar").code(), "query_invalid");
  EXPECT_EQ(w.get("/v1/orders?updated_since=2027-01-01T00:00:00Z").json["data"].items().size(), 0u);
}

TEST_F(Orders, decisions_become_work_of_the_shop) {
  EXPECT_EQ(w.post("/v1/orders/" + id + "/accept").status, 202);
  EXPECT_EQ(w.post("/v1/orders/" + id + "/ship", R"({"courier":"JNE","tracking_number":"CGK123"})")
                .status,
            202);
  store::TakeWork take;
  take.shop = shop;
  take.now = w.clock.now();
  const auto due = w.store->read_now(take).value().due;
  const auto has = [&](Aspect aspect, std::string_view part) {
    return std::any_of(due.begin(), due.end(), [&](const Work& work) {
      return work.aspect == aspect && work.subject == id &&
             work.detail.find(part) != std::string::npos;
    });
  };
  EXPECT_TRUE(has(Aspect::order_accept, ""));
  EXPECT_TRUE(has(Aspect::order_ship, "CGK123"));
}

TEST_F(Orders, what_the_channel_cannot_do_is_said_at_once) {
  const Seen refused = w.post("/v1/orders/" + id + "/cancel", R"({"reason":"out_of_stock"})");
  EXPECT_EQ(refused.status, 422);
  EXPECT_EQ(refused.code(), "operation_unsupported");
  EXPECT_EQ(w.post("/v1/orders/" + id + "/cancel", R"({"reason":"bosan"})").code(),
            "reason_unknown");
}

TEST_F(Orders, nothing_is_put_back_that_was_not_shipped) {
  const char* lines = R"({"lines":[{"line":"1","quantity":1}]})";
  const Seen early = w.post("/v1/orders/" + id + "/restock", lines);
  EXPECT_EQ(early.status, 409);
  EXPECT_EQ(early.code(), "order_state");
  EXPECT_EQ(w.post("/v1/orders/" + id + "/restock", R"({"lines":[]})").status, 422);
}

}  // namespace
}  // namespace gerbang::api
