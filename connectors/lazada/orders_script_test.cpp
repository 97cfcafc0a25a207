// Orders, parcels and cancellations, request by request, and with every fault at every step.
#include "connectors/lazada/lazada_for_test.hpp"
#include "connectors/lazada/wire_orders.hpp"

namespace gerbang::lazada {
namespace {

using namespace testing;
using ::testing::ElementsAre;

constexpr const char* kOther = "1726401882231191003";

class LazadaOrdersScript : public ::testing::Test {
 protected:
  Lazada lazada;
  CallContext ctx = context();

  OrderWindow window() const {
    OrderWindow w;
    w.from = *from_rfc3339("2026-11-23T12:00:00Z");
    w.to = *from_rfc3339("2026-11-24T02:00:00.001Z");
    return w;
  }
  static OrderAction action(std::string reason = "") {
    OrderAction a;
    a.external_id = kOrder;
    a.reason = std::move(reason);
    return a;
  }
  static kit::Step units(const char* fixture) {
    return get("/order/items/get", {{"order_id", kOrder}}, answer(fixture));
  }
  static kit::Step providers(HttpResponse r = answer("providers")) {
    return post("/order/shipment/providers/get", Effect::read,
                {{"getShipmentProvidersReq",
                  R"({"orders":[{"order_id":1726401882231190003,"order_item_ids":)"
                  R"([1726401882231190004,1726401882231190006]}]})"}},
                std::move(r));
  }
  static kit::Step packing(HttpResponse r = answer("pack")) {
    return post(
        "/order/fulfill/pack", Effect::set,
        {{"packReq", R"({"pack_order_list":[{"order_id":1726401882231190003,"order_item_list":)"
                     R"([1726401882231190004,1726401882231190006]}],"delivery_type":"dropship",)"
                     R"("shipping_allocate_type":"TFS"})"}},
        std::move(r));
  }
  static kit::Step ready(HttpResponse r = answer("rts")) {
    return post("/order/package/rts", Effect::set,
                {{"readyToShipReq", R"({"packages":[{"package_id":"FP022511752246001"}]})"}},
                std::move(r));
  }
};

// ---- reading

TEST_F(LazadaOrdersScript, APageHoldsWholeOrders) {
  const auto page = play_all(
      [&] { return lazada.list_orders(ctx, window()); },
      {get("/orders/get",
           {{"update_after", "2026-11-23T19:00:00+07:00"},
            {"update_before", "2026-11-24T09:00:01+07:00"},
            {"sort_by", "updated_at"},
            {"sort_direction", "ASC"},
            {"limit", "50"},
            {"offset", "0"}},
           answer("orders_page")),
       get("/orders/items/get", {{"order_ids", "[1726401882231190003,1726401882231191003]"}},
           answer("orders_items"))});
  ASSERT_EQ(page->orders.size(), 2u);
  EXPECT_TRUE(page->external_ids.empty());
  EXPECT_EQ(page->next, "1795435200000.2");
  const RemoteOrder& o = page->orders[0];
  EXPECT_EQ(o.external_id, kOrder) << "beyond 2^53";
  EXPECT_EQ(o.status, OrderStatus::paid);
  EXPECT_EQ(o.remote_status, "canceled,pending");
  EXPECT_EQ(o.updated_at, *from_rfc3339("2026-11-23T13:15:00Z"));
  ASSERT_EQ(o.lines.size(), 1u) << "three units of one SKU and price";
  EXPECT_EQ(o.lines[0].quantity, 2) << "one of them is cancelled";
  EXPECT_EQ(o.lines[0].remote_line, "1726401882231190004,1726401882231190005,1726401882231190006");
  EXPECT_EQ(o.lines[0].remote_variant, "15123456789");
  EXPECT_EQ(o.lines[0].price.amount, 45000);
  EXPECT_EQ(o.total.amount, 140000) << "135,000 + 9,000 - 4,000";
  EXPECT_EQ(o.province, "Jawa Tengah");
  EXPECT_NE(o.buyer.reveal().find("\"masked\":true"), std::string::npos);
  const RemoteOrder& sent = page->orders[1];
  EXPECT_EQ(sent.status, OrderStatus::shipped);
  EXPECT_EQ(sent.lines.size(), 2u);
  ASSERT_EQ(sent.shipments.size(), 1u);
  EXPECT_EQ(sent.shipments[0].tracking_number, "LXID01");
}

TEST_F(LazadaOrdersScript, TheNextPageGoesOnWhereThisOneEnds) {
  OrderWindow w = window();
  w.cursor = "1795435200000.50";
  EXPECT_TRUE(kit::play(lazada.list_orders(ctx, w),
                        {get("/orders/get",
                             {{"update_after", "2026-11-23T19:00:00+07:00"}, {"offset", "50"}},
                             kit::reply(R"({"code":"0","data":{"count":0,"countTotal":50,)"
                                        R"("orders":[]}})"))})
                  ->next.empty());
  for (const char* bad : {"x", "1", "1.", ".1", "1.-1", "1.1.1"}) {
    w.cursor = bad;
    EXPECT_EQ(kit::play(lazada.list_orders(ctx, w), {}).error().code, "lazada_cursor_invalid")
        << bad;
  }
}

TEST_F(LazadaOrdersScript, BeyondOffset5000ItRestartsAtTheLastTime) {
  json::Array orders;
  for (int i = 0; i < 50; ++i)
    orders.push_back(
        json::object({{"order_id", 1000 + i}, {"updated_at", "2026-11-23 20:00:00 +0700"}}));
  const json::Value data = json::object({{"countTotal", 9000}, {"orders", std::move(orders)}});
  const OrderPlace place{*from_rfc3339("2026-11-23T12:00:00Z"), 4950};
  EXPECT_EQ(next_cursor(place, data), "1795438800000.0");
  EXPECT_EQ(next_cursor({*from_rfc3339("2026-11-23T13:00:00Z"), 4950}, data), "")
      << "5,000 orders of one second cannot be walked";
  EXPECT_EQ(next_cursor({place.after, 0}, data), "1795435200000.50");
}

TEST_F(LazadaOrdersScript, OddAnswersDoNotHoldUpTheOthers) {
  // One order that the items answer leaves out is fetched by itself.
  json::Value items = body_of("orders_items");
  items.as_object()->find("data")->as_array()->pop_back();
  const auto page = kit::play(lazada.list_orders(ctx, window()),
                              {get("/orders/get", {}, answer("orders_page")),
                               get("/orders/items/get", {}, kit::reply(json::dump(items)))});
  ASSERT_TRUE(page);
  EXPECT_EQ(page->orders.size(), 1u);
  EXPECT_THAT(page->external_ids, ElementsAre(kOther));
  // One that spoils the whole items call: each by itself.
  const auto spoilt = kit::play(lazada.list_orders(ctx, window()),
                                {get("/orders/get", {}, answer("orders_page")),
                                 get("/orders/items/get", {}, kit::reply(refusal("37")))});
  ASSERT_TRUE(spoilt);
  EXPECT_THAT(spoilt->external_ids, ElementsAre(kOrder, kOther));
  // The same order twice, an id that is none.
  const auto doubled = kit::play(
      lazada.list_orders(ctx, window()),
      {get("/orders/get", {},
           kit::reply(R"({"code":"0","data":{"count":3,"orders":[{"order_id":7},{"order_id":"7"},)"
                      R"({"order_id":null}]}})")),
       get("/orders/items/get", {{"order_ids", "[7]"}},
           kit::reply(R"({"code":"0","data":[{"order_id":7,"order_items":[{"order_item_id":"8",)"
                      R"("status":"kata_baru","sku_id":9,"item_price":"x"},{"order_item_id":8,)"
                      R"("status":"kata_baru"}]}]})"))});
  ASSERT_TRUE(doubled);
  ASSERT_EQ(doubled->orders.size(), 1u);
  const RemoteOrder& o = doubled->orders[0];
  EXPECT_EQ(o.status, OrderStatus::pending) << "an unknown word holds stock";
  EXPECT_EQ(o.remote_status, "kata_baru");
  ASSERT_EQ(o.lines.size(), 1u) << "one unit, told twice";
  EXPECT_EQ(o.lines[0].quantity, 1);
  EXPECT_EQ(o.placed_at, ctx.now);
}

TEST_F(LazadaOrdersScript, OrdersAreFetchedOneByOneTheirUnitsTogether) {
  const std::vector<std::string> ids = {kOrder, kOther};
  const auto batch = play_all(
      [&] { return lazada.fetch_orders(ctx, ids); },
      {get("/order/get", {{"order_id", kOrder}}, answer("order")),
       get("/order/get", {{"order_id", kOther}}, answer("order_other")),
       get("/orders/items/get", {{"order_ids", "[1726401882231190003,1726401882231191003]"}},
           answer("orders_items"))});
  ASSERT_EQ(batch->orders.size(), 2u);
  EXPECT_TRUE(batch->not_found.empty());
}

TEST_F(LazadaOrdersScript, UnknownOrdersAreToldApart) {
  const auto batch = kit::play(
      lazada.fetch_orders(ctx, {"999", kOrder, "abc"}),
      {get("/order/get", {{"order_id", "999"}}, kit::reply(refusal("16", "Invalid Order ID"))),
       get("/order/get", {{"order_id", kOrder}}, answer("order")),
       get("/orders/items/get", {}, answer("orders_items"))});
  ASSERT_TRUE(batch);
  EXPECT_THAT(batch->not_found, ElementsAre("999", "abc"));
  ASSERT_EQ(batch->orders.size(), 1u);
  const auto other =
      kit::play(lazada.fetch_orders(ctx, {kOrder}), {get("/order/get", {}, answer("order_other"))});
  EXPECT_EQ(other.error().kind, ErrorKind::transient) << "another order than asked for";
}

TEST_F(LazadaOrdersScript, UnitsThatTheBatchLeavesOutAreAskedForAlone) {
  const auto batch = kit::play(
      lazada.fetch_orders(ctx, {kOrder, kOther}),
      {get("/order/get", {}, answer("order")), get("/order/get", {}, answer("order_other")),
       get("/orders/items/get", {}, kit::reply(refusal("37"))),
       get("/order/items/get", {{"order_id", kOrder}}, answer("order_items")),
       get("/order/items/get", {{"order_id", kOther}}, answer("order_items_packed"))});
  ASSERT_TRUE(batch);
  EXPECT_EQ(batch->orders.size(), 2u);
}

// ---- packing and shipping

TEST_F(LazadaOrdersScript, AcceptingPacksWhatWaits) {
  const auto ack =
      play_all([&] { return lazada.accept_order(ctx, action()); },
               {units("order_items"), providers(), packing(), units("order_items_packed")});
  ASSERT_EQ(ack->shipments.size(), 1u);
  EXPECT_EQ(ack->shipments[0].remote_package, "FP022511752246001");
  EXPECT_EQ(ack->shipments[0].tracking_number, "LXID0001");
}

TEST_F(LazadaOrdersScript, ShippingPacksAndMakesReady) {
  play_all([&] { return lazada.ship_order(ctx, action()); },
           {units("order_items"), providers(), packing(), units("order_items_packed"), ready()});
  // Packed before, by us or by the seller's hand.
  play_all([&] { return lazada.ship_order(ctx, action()); },
           {units("order_items_packed"), ready()});
  // Done before: the answer was lost.
  const auto again = kit::play(lazada.ship_order(ctx, action()), {units("order_items_ready")});
  ASSERT_TRUE(again);
  EXPECT_EQ(again->shipments.size(), 1u);
}

TEST_F(LazadaOrdersScript, WhatSpeaksAgainstAParcelIsSaid) {
  const auto refused = [&](const std::string& items) {
    return kit::play(
               lazada.ship_order(ctx, action()),
               {kit::step("units", nullptr, kit::reply(R"({"code":"0","data":)" + items + "}"))})
        .error();
  };
  EXPECT_EQ(
      kit::play(lazada.ship_order(ctx, action()), {units("order_items_canceled")}).error().code,
      "lazada_order_cancelled");
  EXPECT_EQ(kit::play(lazada.ship_order(ctx, action()), {units("order_items_asked")}).error().code,
            "order_cancel_requested");
  EXPECT_EQ(refused(R"([{"order_item_id":1,"status":"unpaid"}])").code, "order_state_refused");
  EXPECT_EQ(refused(R"([{"order_item_id":1,"status":"pending","is_fbl":"1"}])").code,
            "lazada_order_by_fbl");
  EXPECT_EQ(refused(R"([{"order_item_id":1,"status":"packed","package_id":""}])").kind,
            ErrorKind::transient);
  EXPECT_EQ(refused("[]").kind, ErrorKind::transient);
}

TEST_F(LazadaOrdersScript, ASuccessIsNotBelievedBeforeEveryUnitIs) {
  const auto packed = [&](HttpResponse r) {
    return kit::play(lazada.ship_order(ctx, action()),
                     {units("order_items"), providers(), packing(r)})
        .error();
  };
  EXPECT_EQ(packed(answer("pack_one_refused")).kind, ErrorKind::transient) << "a lock: retry";
  json::Value half = body_of("pack");
  half.as_object()->find("result")->as_object()->set(
      "data", *json::parse(R"({"pack_order_list":[{"order_item_list":[{"order_item_id":)"
                           R"(1726401882231190004,"item_err_code":"0"}]}]})"));
  EXPECT_EQ(packed(kit::reply(json::dump(half))).code, "channel_answer_unreadable");
  EXPECT_EQ(packed(kit::reply(R"({"code":"0","result":{"success":false,"errorCode":"700021",)"
                              R"("errorMsg":"order not found"}})"))
                .code,
            "order_not_found");
  EXPECT_EQ(
      packed(kit::reply(R"({"code":"0","result":{"success":false,"error_code":"700029"}})")).code,
      "lazada_order_split");
  EXPECT_EQ(packed(kit::reply(R"({"code":"0","result":{"success":true}})")).kind,
            ErrorKind::transient);
  const auto choose = kit::play(
      lazada.ship_order(ctx, action()),
      {units("order_items"),
       providers(
           kit::reply(R"({"code":"0","result":{"success":true,"data":{"platform_default":0}}})"))});
  EXPECT_EQ(choose.error().code, "lazada_shipment_provider");
  const auto cancelled = kit::play(
      lazada.ship_order(ctx, action()),
      {units("order_items_packed"),
       ready(kit::reply(R"({"code":"0","result":{"success":true,"data":{"packages":[{"package_id":)"
                        R"("FP022511752246001","item_err_code":"600002","retry":"true"}]}}})"))});
  EXPECT_EQ(cancelled.error().kind, ErrorKind::conflict);
}

// ---- cancelling

TEST_F(LazadaOrdersScript, CancellingAsksForReasonsFirst) {
  const Wanted living = {{"order_id", kOrder},
                         {"order_item_id_list", "[1726401882231190004,1726401882231190006]"}};
  Wanted with_reason = living;
  with_reason.emplace_back("reason_id", "10000021");
  play_all(
      [&] { return lazada.cancel_order(ctx, action("out_of_stock")); },
      {units("order_items"),
       get("/order/reverse/cancel/validate", living, answer("cancel_validate")),
       get("/order/reverse/cancel/create", with_reason, answer("cancel_done"), Effect::create)});
  EXPECT_TRUE(kit::play(lazada.cancel_order(ctx, action()), {units("order_items_canceled")}))
      << "an earlier call did it";
}

TEST_F(LazadaOrdersScript, ARefusalWithCodeZeroIsARefusal) {
  const auto at_first = kit::play(
      lazada.cancel_order(ctx, action("out_of_stock")),
      {units("order_items"), get("/order/reverse/cancel/validate", {}, answer("cancel_refused"))});
  EXPECT_EQ(at_first.error().code, "lazada_cancel_refused");
  EXPECT_NE(at_first.error().remote->message.find("shipped"), std::string::npos);
  const auto second = [&](const char* after) {
    return kit::play(
        lazada.cancel_order(ctx, action("out_of_stock")),
        {units("order_items"), get("/order/reverse/cancel/validate", {}, answer("cancel_validate")),
         get("/order/reverse/cancel/create", {}, answer("cancel_refused"), Effect::create),
         units(after)});
  };
  EXPECT_EQ(second("order_items").error().code, "lazada_cancel_refused");
  EXPECT_TRUE(second("order_items_canceled")) << "it is cancelled all the same";
  const auto no_reason = kit::play(
      lazada.cancel_order(ctx, action("customer_request")),
      {units("order_items"),
       get("/order/reverse/cancel/validate", {},
           kit::reply(R"({"code":"0","data":{"tip_type":"success","reason_options":[{"reason_id":)"
                      R"("1","reason_name":"Out of stock"}]}})"))});
  EXPECT_EQ(no_reason.error().code, "lazada_cancel_reason");
}

TEST_F(LazadaOrdersScript, ABuyersRequestIsAnsweredOnce) {
  for (const bool accept : {true, false}) {
    play_all([&] { return lazada.answer_cancellation(ctx, action(), accept); },
             {units("order_items_asked"), get("/order/reverse/cancel/seller/decide",
                                              {{"reverse_order_id", "908100000001"},
                                               {"agree_cancel", accept ? "true" : "false"}},
                                              answer("decided"), Effect::set)});
  }
  const auto late = [&](const char* fixture, bool accept) {
    return kit::play(lazada.answer_cancellation(ctx, action(), accept), {units(fixture)});
  };
  EXPECT_TRUE(late("order_items_canceled", true));
  EXPECT_EQ(late("order_items_canceled", false).error().code, "lazada_order_cancelled");
  EXPECT_TRUE(late("order_items", false));
  EXPECT_EQ(late("order_items", true).error().code, "order_state_refused");
}

}  // namespace
}  // namespace gerbang::lazada
