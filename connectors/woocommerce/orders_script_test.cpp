// Orders, request by request, and with every fault at every step.
#include "connectors/woocommerce/script_for_test.hpp"

namespace gerbang::woocommerce {
namespace {

using namespace testing;

class WooOrders : public ::testing::Test {
 protected:
  WooCommerce shop;
  CallContext ctx = context();
  const std::string list =
      "/orders?modified_after=2026-11-24T01%3A59%3A59&dates_are_gmt=true&orderby=id&order=asc&"
      "per_page=50&page=";
  OrderWindow window{*from_rfc3339("2026-11-24T02:00:00Z"), *from_rfc3339("2026-11-24T02:20:00Z"),
                     ""};

  static std::string order(const std::string& patch) {
    return changed(recorded_body("order_get"), patch);
  }
  static OrderAction action(const std::string& id = "87") {
    OrderAction out;
    out.external_id = id;
    return out;
  }
  RemoteOrder fetched(const std::string& body) {
    const auto batch =
        kit::play(shop.fetch_orders(ctx, {"87"}), {kit::step("get", nullptr, kit::reply(body))});
    EXPECT_TRUE(batch) << batch.error().describe();
    return batch && !batch->orders.empty() ? batch->orders.front() : RemoteOrder();
  }
  Error unread(const std::string& body) {
    const auto batch =
        kit::play(shop.fetch_orders(ctx, {"87"}), {kit::step("get", nullptr, kit::reply(body))});
    EXPECT_FALSE(batch) << body;
    return batch ? Error(ErrorKind::bug, "none") : batch.error();
  }
};

TEST_F(WooOrders, a_real_order_is_read_whole) {
  const auto batch = play_all([&] { return shop.fetch_orders(ctx, {"87"}); },
                              {get("/orders/87", recorded("order_get"))});
  ASSERT_TRUE(batch && batch->orders.size() == 1);
  const RemoteOrder& o = batch->orders.front();
  EXPECT_EQ(o.external_id, "87");
  EXPECT_EQ(o.status, OrderStatus::paid);
  EXPECT_EQ(o.remote_status, "processing");
  EXPECT_EQ(to_rfc3339(o.placed_at), "2026-11-24T02:13:51Z");
  EXPECT_EQ(o.total, Money{165000});
  EXPECT_EQ(o.city, "Bandung");
  EXPECT_EQ(o.province, "JB");
  ASSERT_EQ(o.lines.size(), 2u);
  EXPECT_EQ(o.lines[0].remote_line, "12");
  EXPECT_EQ(o.lines[0].remote_product, "84");
  EXPECT_EQ(o.lines[0].remote_variant, "0");
  EXPECT_EQ(o.lines[0].quantity, 2);
  EXPECT_EQ(o.lines[0].price, Money{39000});
  EXPECT_EQ(o.lines[1].remote_product, "85");
  EXPECT_EQ(o.lines[1].remote_variant, "86");
  EXPECT_EQ(o.lines[1].remote_sku, "KAOS-D-S");
  const auto buyer = json::parse(o.buyer.reveal());
  ASSERT_TRUE(buyer);
  EXPECT_EQ((*buyer)["name"].text(), "Siti Aminah");
  EXPECT_EQ((*buyer)["phone"].text(), "08120000000");
  EXPECT_EQ((*buyer)["address"].text(), "Jl. Desa 1");
  EXPECT_EQ(fetched(recorded("order_cancel").body).status, OrderStatus::cancelled);
}

TEST_F(WooOrders, odd_orders_are_read_or_refused_by_type) {
  EXPECT_EQ(fetched(order(R"({"status":"dikirim-plugin"})")).status, OrderStatus::pending);
  EXPECT_EQ(fetched(order(R"({"total":"165000.00"})")).total, Money{165000});
  EXPECT_EQ(fetched(order(R"({"date_modified_gmt":null})")).updated_at,
            *from_rfc3339("2026-11-24T02:13:51Z"));
  EXPECT_TRUE(fetched(order(R"({"line_items":[]})")).lines.empty());
  // The product was erased: the line stays, matched to nothing.
  const RemoteOrder erased = fetched(
      order(R"({"line_items":[{"id":12,"name":"Gula","product_id":0,"variation_id":0,"quantity":2,)"
            R"("total":"78000","sku":null,"price":39000}]})"));
  ASSERT_EQ(erased.lines.size(), 1u);
  EXPECT_EQ(erased.lines[0].remote_product, "");
  EXPECT_EQ(erased.lines[0].remote_sku, "");
  // Numbers as text, a price that divides badly, 19 digits.
  const RemoteOrder odd = fetched(
      order(R"({"line_items":[{"id":"9223372036854775807","product_id":"84","variation_id":"86",)"
            R"("quantity":"3","total":"100000","sku":"X","price":33333.333333333336}]})"));
  EXPECT_EQ(odd.lines.at(0).remote_line, "9223372036854775807");
  EXPECT_EQ(odd.lines.at(0).quantity, 3);
  EXPECT_EQ(odd.lines.at(0).price, Money{33333});
  for (const char* patch :
       {R"({"id":88})", R"({"id":null})", R"({"total":"39.500,50"})", R"({"total":null})",
        R"({"status":null})", R"({"date_created_gmt":"kemarin"})", R"({"line_items":null})",
        R"({"line_items":[{"id":1,"quantity":0,"price":1}]})",
        R"({"line_items":[{"id":1,"quantity":1.5,"price":1}]})",
        R"({"line_items":[{"quantity":1,"price":1}]})",
        R"({"line_items":[{"id":1,"quantity":1,"price":null}]})",
        R"({"line_items":[{"id":1,"quantity":1,"price":1},{"id":1,"quantity":1,"price":1}]})"}) {
    const Error e = unread(order(patch));
    EXPECT_EQ(e.kind, ErrorKind::transient) << patch;
    EXPECT_EQ(e.code, "channel_answer_unreadable") << patch;
  }
  EXPECT_EQ(unread(order(R"({"currency":"USD"})")).code, "shop_currency_differs");
}

TEST_F(WooOrders, carts_and_unknown_orders_are_none_of_ours) {
  for (const HttpResponse& r :
       {recorded("order_unknown"), kit::reply(order(R"({"status":"checkout-draft"})"))}) {
    const auto batch = kit::play(shop.fetch_orders(ctx, {"87"}), {kit::step("get", nullptr, r)});
    ASSERT_TRUE(batch);
    EXPECT_THAT(batch->not_found, ::testing::ElementsAre("87"));
  }
  const auto none = kit::play(shop.fetch_orders(ctx, {"bukan"}), {});
  ASSERT_TRUE(none);
  EXPECT_THAT(none->not_found, ::testing::ElementsAre("bukan"));
}

TEST_F(WooOrders, the_list_brings_whole_orders_and_isolates_what_it_cannot_read) {
  HttpResponse page =
      kit::reply("[" + recorded("order_get").body + "," + order(R"({"id":88,"total":"rusak"})") +
                 "," + order(R"({"id":89,"status":"checkout-draft"})") + "," +
                 order(R"({"id":90})") + "," + order(R"({"id":90,"status":"completed"})") + "]");
  page.headers.set("X-WP-TotalPages", "3");
  const auto listed =
      play_all([&] { return shop.list_orders(ctx, window); }, {get(list + "1", page)});
  ASSERT_TRUE(listed);
  ASSERT_EQ(listed->orders.size(), 1u);
  EXPECT_EQ(listed->orders[0].external_id, "87");
  EXPECT_THAT(listed->external_ids, ::testing::ElementsAre("88", "90"))
      << "unreadable, and twice on one page";
  EXPECT_EQ(listed->next, "2");
  window.cursor = "3";
  page.body = "[]";
  const auto last = kit::play(shop.list_orders(ctx, window), {get(list + "3", page)});
  ASSERT_TRUE(last);
  EXPECT_TRUE(last->next.empty());
  // Without headers a full page has a successor.
  std::string fifty;
  for (int i = 1; i <= 50; ++i)
    fifty += (i > 1 ? "," : "") + order(R"({"id":)" + std::to_string(i) + "}");
  window.cursor = "";
  const auto full = kit::play(shop.list_orders(ctx, window),
                              {kit::step("page", nullptr, kit::reply("[" + fifty + "]"))});
  ASSERT_TRUE(full);
  EXPECT_EQ(full->next, "2");
  EXPECT_FALSE(kit::play(shop.list_orders(ctx, window),
                         {kit::step("page", nullptr, kit::reply(R"([{"status":"pending"}])"))}));
}

TEST_F(WooOrders, accepting_confirms_a_transfer) {
  play_all([&] { return shop.accept_order(ctx, action()); },
           {get("/orders/87", kit::reply(order(R"({"status":"on-hold"})"))),
            put("/orders/87", R"({"status":"processing"})", recorded("order_get"))});
  EXPECT_TRUE(
      kit::play(shop.accept_order(ctx, action()), {get("/orders/87", recorded("order_get"))}));
  for (const char* status : {"pending", "cancelled", "refunded", "trash"}) {
    const auto refused =
        kit::play(shop.accept_order(ctx, action()),
                  {kit::step("get", nullptr,
                             kit::reply(order(std::string(R"({"status":")") + status + "\"}")))});
    ASSERT_FALSE(refused) << status;
    EXPECT_EQ(refused.error().kind, ErrorKind::conflict);
  }
}

TEST_F(WooOrders, shipping_tells_the_buyer_once_and_completes) {
  OrderAction ship = action();
  ship.courier = "JNE";
  ship.tracking_number = "JNE0001";
  const std::string text = "Pesanan dikirim dengan JNE, nomor resi JNE0001.";
  const std::string done =
      order(R"({"status":"completed","meta_data":[{"id":1,"key":"_gerbang_courier","value":"JNE"},)"
            R"({"id":2,"key":"_gerbang_tracking_number","value":"JNE0001"}]})");
  const kit::Step reading = get("/orders/87", recorded("order_get"));
  const kit::Step writing =
      put("/orders/87",
          R"({"status":"completed","meta_data":[{"key":"_gerbang_courier","value":"JNE"},)"
          R"({"key":"_gerbang_tracking_number","value":"JNE0001"}]})",
          kit::reply(done));
  const auto ack = play_all(
      [&] { return shop.ship_order(ctx, ship); },
      {reading, get("/orders/87/notes", kit::reply(R"([{"id":4,"note":"Stok dikurangi"}])")),
       post("/orders/87/notes", Effect::set, R"({"note":")" + text + R"(","customer_note":true})",
            kit::reply(R"({"id":5,"note":")" + text + "\"}", 201)),
       writing});
  ASSERT_TRUE(ack && ack->shipments.size() == 1);
  EXPECT_EQ(ack->shipments[0].tracking_number, "JNE0001");
  // After a lost answer the note is there already.
  EXPECT_TRUE(kit::play(
      shop.ship_order(ctx, ship),
      {reading, get("/orders/87/notes", kit::reply(R"([{"id":5,"note":")" + text + "\"}]")),
       writing}));
  // And the number comes back with the order.
  const RemoteOrder read = fetched(done);
  EXPECT_EQ(read.status, OrderStatus::completed);
  ASSERT_EQ(read.shipments.size(), 1u);
  EXPECT_EQ(read.shipments[0].courier, "JNE");
  // Delivered by the village itself: nothing to tell.
  EXPECT_TRUE(
      kit::play(shop.ship_order(ctx, action()),
                {reading, put("/orders/87", R"({"status":"completed"})", kit::reply(done))}));
  EXPECT_TRUE(kit::play(shop.ship_order(ctx, ship), {get("/orders/87", kit::reply(done))}))
      << "done already";
  for (const char* status : {"pending", "on-hold", "cancelled", "refunded", "failed"}) {
    const auto refused =
        kit::play(shop.ship_order(ctx, ship),
                  {kit::step("get", nullptr,
                             kit::reply(order(std::string(R"({"status":")") + status + "\"}")))});
    ASSERT_FALSE(refused) << status;
    EXPECT_EQ(refused.error().code, "order_state_refused");
  }
}

TEST_F(WooOrders, cancelling_looks_first_because_the_shop_would_cancel_anything) {
  play_all([&] { return shop.cancel_order(ctx, action()); },
           {get("/orders/87", recorded("order_get")),
            put("/orders/87", R"({"status":"cancelled"})", recorded("order_cancel"))});
  EXPECT_TRUE(
      kit::play(shop.cancel_order(ctx, action()), {get("/orders/87", recorded("order_cancel"))}));
  for (const char* status : {"completed", "refunded"}) {
    const auto refused =
        kit::play(shop.cancel_order(ctx, action()),
                  {kit::step("get", nullptr,
                             kit::reply(order(std::string(R"({"status":")") + status + "\"}")))});
    ASSERT_FALSE(refused) << status;
    EXPECT_EQ(refused.error().kind, ErrorKind::conflict);
  }
  // A 200 that did not do it.
  const auto kept = kit::play(shop.cancel_order(ctx, action()),
                              {kit::step("get", nullptr, recorded("order_get")),
                               kit::step("put", nullptr, recorded("order_get"))});
  ASSERT_FALSE(kept);
  EXPECT_EQ(kept.error().code, "value_not_kept");
  EXPECT_EQ(kit::play(shop.cancel_order(ctx, action("999999")),
                      {kit::step("get", nullptr, recorded("order_unknown"))})
                .error()
                .code,
            "order_not_found");
  EXPECT_EQ(kit::play(shop.answer_cancellation(ctx, action(), true), {}).error().kind,
            ErrorKind::unsupported);
}

}  // namespace
}  // namespace gerbang::woocommerce
