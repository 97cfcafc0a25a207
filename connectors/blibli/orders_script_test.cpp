// Orders, request by request, and with every fault at every step.
#include "connectors/blibli/script_for_test.hpp"
#include "connectors/blibli/wire_orders.hpp"

namespace gerbang::blibli {
namespace {

using namespace testing;

class BlibliOrderCalls : public ::testing::Test {
 protected:
  Blibli blibli;
  CallContext ctx = context();

  // The list, whatever window is asked for.
  static kit::Step list(const std::string& fixture_name) {
    return kit::step(
        "list",
        [](const HttpRequest& r) {
          EXPECT_EQ(r.operation, "order.list");
          EXPECT_EQ(r.effect, Effect::read);
          expect_signed(r, "/seller/v1/orders/packages/filter");
        },
        answer(fixture_name));
  }
  static kit::Step detail(const std::string& item, const std::string& fixture_name) {
    kit::Step out = get("/seller/v1/orders/items/" + item, "", answer(fixture_name));
    out.optional = true;  // without it the order is still an order
    return out;
  }
  static kit::Step combine(const std::string& item) {
    return get("/mta/api/businesspartner/v1/order/getCombineShipping", "orderItemNo=" + item,
               answer("combine"));
  }
  static kit::Step package() {
    return post("/mta/api/businesspartner/v1/order/createPackage", Effect::create,
                R"({"orderItemIds":["121072766613","121072766614"]})", answer("package"));
  }
  static kit::Step fulfil(HttpResponse r = no_content(), const std::string& awb = "") {
    return post("/seller/v1/orders/regular/10025702/fulfill", Effect::set,
                R"({"awbNo":")" + awb + "\"}", std::move(r));
  }
  static OrderAction order(const std::string& reason = "") {
    OrderAction out;
    out.external_id = "12104566234";
    out.reason = reason;
    return out;
  }
  static OrderWindow window() {
    OrderWindow out;
    out.from = from_unix_millis(1'740'880'000'000);
    out.to = from_unix_millis(1'740'881'000'000);
    return out;
  }
};

TEST_F(BlibliOrderCalls, a_poll_lists_what_was_paid_in_its_window) {
  const auto page = play_all(
      [&] { return blibli.list_orders(ctx, window()); },
      {search("/seller/v1/orders/packages/filter",
              R"({"filter":{"statusFPDateRange":{"start":1740880000000,"end":1740881000000}},)"
              R"("sorting":{"by":"statusFPUpdatedTimestamp","direction":"ASC"},)"
              R"("paging":{"page":0,"size":50}})",
              answer("order_list"))});
  ASSERT_TRUE(page);
  EXPECT_EQ(page->external_ids, std::vector<std::string>{"12104566234"}) << "two items, one order";
  EXPECT_TRUE(page->orders.empty());
}

TEST_F(BlibliOrderCalls, a_capped_window_is_halved) {
  auto capped = fixture_value("order_list");
  auto paging = capped["paging"];
  paging.as_object()->set("totalRecord", 100);
  capped.as_object()->set("paging", paging);
  OrderWindow w = window();
  const auto half = kit::play(blibli.list_orders(ctx, w),
                              {kit::step("list", nullptr, kit::reply(json::dump(capped)))});
  ASSERT_TRUE(half);
  EXPECT_TRUE(half->external_ids.empty());
  EXPECT_EQ(half->next, "paid:1740880000000:1740880500000:0");
  w.cursor = half->next;
  const auto first =
      kit::play(blibli.list_orders(ctx, w),
                {kit::step(
                    "list",
                    [](const HttpRequest& r) {
                      EXPECT_NE(r.body.find(R"("start":1740880000000,"end":1740880500000)"),
                                std::string::npos);
                    },
                    answer("order_list"))});
  ASSERT_TRUE(first);
  EXPECT_EQ(first->external_ids.size(), 1u);
  EXPECT_EQ(first->next, "paid:1740880500000:1740881000000:0");
  for (const char* odd : {"paid:1:2", "cancelled:x", "1", "paid:a:b:c", "cancelled:1:2"}) {
    w.cursor = odd;
    EXPECT_EQ(kit::play(blibli.list_orders(ctx, w), {}).error().kind, ErrorKind::invalid) << odd;
  }
}

TEST_F(BlibliOrderCalls, cancellations_are_looked_for_every_half_hour) {
  OrderWindow w;
  w.to = *from_rfc3339("2026-02-14T02:01:00Z");
  w.from = w.to - std::chrono::minutes(20);
  const kit::Step empty = kit::step("list", nullptr, answer("order_list_empty"));
  EXPECT_EQ(kit::play(blibli.list_orders(ctx, w), {empty})->next, "cancelled:0");
  OrderWindow between = w;
  between.from += std::chrono::minutes(10);
  between.to += std::chrono::minutes(10);
  EXPECT_EQ(kit::play(blibli.list_orders(ctx, between), {empty})->next, "");
  w.cursor = "cancelled:0";
  const auto found =
      kit::play(blibli.list_orders(ctx, w),
                {kit::step(
                    "list",
                    [](const HttpRequest& r) {
                      EXPECT_NE(r.body.find(R"("orderItemStatuses":["X","DX","OS","PF"])"),
                                std::string::npos);
                    },
                    answer("order_list_cancelled"))});
  ASSERT_TRUE(found);
  EXPECT_EQ(found->external_ids.size(), 1u);
  EXPECT_EQ(found->next, "");
}

TEST_F(BlibliOrderCalls, an_order_is_read_from_the_list_and_its_details) {
  const auto batch = play_all([&] { return blibli.fetch_orders(ctx, {"12104566234"}); },
                              {list("order_list"), detail("121072766613", "order_detail"),
                               detail("121072766614", "order_detail_second")});
  ASSERT_TRUE(batch);
  ASSERT_EQ(batch->orders.size(), 1u);
  const RemoteOrder& o = batch->orders[0];
  EXPECT_EQ(o.status, OrderStatus::paid);
  EXPECT_EQ(o.updated_at, from_unix_millis(1'740'880'900'000)) << "of the latest history";
  EXPECT_EQ(o.placed_at, from_unix_millis(1'740'880'700'000));
  ASSERT_EQ(o.lines.size(), 2u);
  EXPECT_EQ(o.lines[0].remote_line, "121072766613");
  EXPECT_EQ(o.lines[0].remote_product, "DES-70001-00012");
  EXPECT_EQ(o.lines[0].price, Money{32000}) << "as sold";
  EXPECT_EQ(o.total, Money{2 * 32000 + 65000 + 2 * 9000});
  EXPECT_EQ(o.city, "Temanggung");
  EXPECT_EQ(o.province, "Jawa Tengah");
}

TEST_F(BlibliOrderCalls, details_that_contradict_the_list_add_nothing) {
  OrderItem item;
  item.order = "12104566234";
  item.item = "121072766613";
  item.status = "FP";
  item.quantity = 2;
  json::Value other = fixture_value("order_detail_second");
  add_detail(other, item);
  EXPECT_FALSE(item.updated_at) << "another item";
  json::Value moved = fixture_value("order_detail");
  json::Value content = moved["content"];
  content.as_object()->set("id", "999");
  moved.as_object()->set("content", content);
  add_detail(moved, item);
  EXPECT_FALSE(item.updated_at) << "another order";
  add_detail(fixture_value("order_detail"), item);
  EXPECT_TRUE(item.updated_at);
}

TEST_F(BlibliOrderCalls, hostile_lists_are_typed_outcomes) {
  const auto outcome = [&](const std::string& content) {
    const std::string body = R"({"requestId":"1","content":)" + content +
                             R"(,"paging":{"pageNumber":0,"totalPage":1,"totalRecord":1}})";
    return kit::play(blibli.list_orders(ctx, window()),
                     {kit::step("list", nullptr, kit::reply(body))});
  };
  for (const char* unreadable : {R"([{"orderItems":[{"order":{"id":"1"}}]}])",
                                 R"([{"orderItems":[{"order":{"itemId":"1"}}]}])",
                                 R"([{"orderItems":[{}]}])", R"([{"orderItems":[7]}])"}) {
    const auto odd = outcome(unreadable);
    ASSERT_FALSE(odd) << unreadable;
    EXPECT_EQ(odd.error().kind, ErrorKind::transient);
  }
  for (const char* empty : {"[]", "[null]", R"([{"orderItems":null}])", R"({})"}) {
    const auto none = outcome(empty);
    ASSERT_TRUE(none) << empty;
    EXPECT_TRUE(none->external_ids.empty());
  }
  // Numbers as text, 19 digits, an unknown status, the same item twice.
  const auto items = items_from(*json::parse(
      R"({"content":[{"packageId":"0","orderItems":[{"order":{"id":9223372036854775807,)"
      R"("itemId":"1234567890123456789","itemStatus":"ZZ","quantity":"3"},"product":{)"
      R"("finalPrice":"32000.00"}},{"order":{"id":"9223372036854775807",)"
      R"("itemId":1234567890123456789,"itemStatus":"ZZ","quantity":3.0},"product":{}}]}],)"
      R"("paging":{"totalRecord":"1"}})"));
  ASSERT_TRUE(items);
  const RemoteOrder order = order_from(items->items, ctx.now);
  EXPECT_EQ(order.external_id, "9223372036854775807");
  EXPECT_EQ(order.status, OrderStatus::pending) << "holds stock";
  EXPECT_EQ(order.remote_status, "ZZ");
  ASSERT_EQ(order.lines.size(), 1u);
  EXPECT_EQ(order.lines[0].remote_line, "1234567890123456789");
  EXPECT_EQ(order.lines[0].quantity, 3);
  EXPECT_EQ(order.lines[0].price, Money{32000});
  EXPECT_TRUE(order.shipments.empty());
  EXPECT_EQ(order.updated_at, ctx.now);
}

TEST_F(BlibliOrderCalls, packing_takes_all_items_of_the_order_and_none_of_another) {
  const auto ack = play_all([&] { return blibli.accept_order(ctx, order()); },
                            {list("order_list"), combine("121072766613"), package()});
  ASSERT_TRUE(ack);
  ASSERT_EQ(ack->shipments.size(), 1u);
  EXPECT_EQ(ack->shipments[0].remote_package, "10025702");
  const auto again = kit::play(blibli.accept_order(ctx, order()), {list("order_list_packed")});
  ASSERT_TRUE(again) << "packed before";
  EXPECT_EQ(again->shipments[0].remote_package, "10025702");
  EXPECT_EQ(
      kit::play(blibli.accept_order(ctx, order()), {list("order_list_cancelled")}).error().code,
      "blibli_order_cancelled");
}

TEST_F(BlibliOrderCalls, shipping_packs_and_hands_over) {
  const auto ack = play_all([&] { return blibli.ship_order(ctx, order()); },
                            {list("order_list"), combine("121072766613"), package(), fulfil()});
  ASSERT_TRUE(ack);
  // Of a package that is there only the handing over is left.
  EXPECT_TRUE(kit::play(blibli.ship_order(ctx, order()), {list("order_list_packed"), fulfil()}));
  EXPECT_TRUE(kit::play(blibli.ship_order(ctx, order()), {list("order_list_handed_over")}));
}

TEST_F(BlibliOrderCalls, a_refused_handing_over_is_looked_at) {
  const HttpResponse refused =
      kit::reply(refusal("ERR-PA409001", "Order item is not in status FP"), 409);
  EXPECT_TRUE(
      kit::play(blibli.ship_order(ctx, order()),
                {list("order_list_packed"), fulfil(refused), list("order_list_handed_over")}))
      << "done before, its answer was lost";
  EXPECT_EQ(kit::play(blibli.ship_order(ctx, order()),
                      {list("order_list_packed"), fulfil(refused), list("order_list_packed")})
                .error()
                .code,
            "order_state_refused");
}

TEST_F(BlibliOrderCalls, dropship_carries_the_tracking_number) {
  OrderAction ship = order();
  EXPECT_EQ(kit::play(blibli.ship_order(ctx, ship), {list("order_list_dropship")}).error().field,
            "/tracking_number");
  ship.tracking_number = "R123";
  const auto ack =
      kit::play(blibli.ship_order(ctx, ship),
                {list("order_list_dropship"), combine("121072766613"),
                 kit::step("package", nullptr, answer("package")), fulfil(no_content(), "R123")});
  ASSERT_TRUE(ack);
  EXPECT_EQ(ack->shipments.at(0).tracking_number, "R123");
}

TEST_F(BlibliOrderCalls, cancelling_names_a_listed_reason_only_for_want_of_stock) {
  const auto cancel = [](const std::string& item, const std::string& reason, int quantity) {
    return post(
        "/seller/v1/orders/items/" + item + "/cancellations", Effect::set,
        R"({"reason":")" + reason + R"(","cancellationQuantity":)" + std::to_string(quantity) + "}",
        no_content());
  };
  const kit::Step reasons =
      get("/seller/v1/orders/items/cancellations/reasons", "", answer("reasons"));
  EXPECT_TRUE(play_all([&] { return blibli.cancel_order(ctx, order("out_of_stock")); },
                       {list("order_list"), reasons, cancel("121072766613", "Out of stock", 2),
                        cancel("121072766614", "Out of stock", 1)}));
  EXPECT_TRUE(
      kit::play(blibli.cancel_order(ctx, order("customer_request")),
                {list("order_list"), reasons, cancel("121072766613", "Permintaan pembeli", 2),
                 cancel("121072766614", "Permintaan pembeli", 1)}));
  EXPECT_TRUE(kit::play(blibli.cancel_order(ctx, order()), {list("order_list_cancelled")}))
      << "cancelled before";
  EXPECT_EQ(
      kit::play(blibli.cancel_order(ctx, order()), {list("order_list_handed_over")}).error().code,
      "order_state_refused");
}

TEST_F(BlibliOrderCalls, an_order_that_is_not_there_is_named) {
  const kit::Script all(6, list("order_list_empty"));
  EXPECT_EQ(kit::play(blibli.accept_order(ctx, order()), all).error().code, "order_not_found");
  const auto batch = kit::play(blibli.fetch_orders(ctx, {"1"}), all);
  ASSERT_TRUE(batch);
  EXPECT_EQ(batch->not_found, std::vector<std::string>{"1"});
}

TEST_F(BlibliOrderCalls, what_blibli_does_not_offer_is_unsupported) {
  EXPECT_EQ(kit::play(blibli.answer_cancellation(ctx, order(), true), {}).error().kind,
            ErrorKind::unsupported);
  EXPECT_EQ(kit::play(blibli.read_lost_events(ctx), {}).error().kind, ErrorKind::unsupported);
  EXPECT_EQ(kit::play(blibli.confirm_lost_events(ctx, "1"), {}).error().kind,
            ErrorKind::unsupported);
  EXPECT_EQ(blibli.authorise_url(ctx.app, "s", ctx.now).error().kind, ErrorKind::unsupported);
  const Capabilities& can = blibli.info().can;
  EXPECT_FALSE(can.answer_cancellation || can.lost_events || can.authorise);
  EXPECT_FALSE(blibli.info().credentials.empty());
}

}  // namespace
}  // namespace gerbang::blibli
