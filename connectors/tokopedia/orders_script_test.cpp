// Orders, request by request, and with every fault at every step.
#include "connectors/tokopedia/script_for_test.hpp"
#include "connectors/tokopedia/wire_orders.hpp"

namespace gerbang::tokopedia {
namespace {

using namespace testing;
using ::testing::ElementsAre;

constexpr const char* kOrder = "576486316948490001";
constexpr const char* kPackage = "1153132168123859001";
constexpr const char* kShip = "/fulfillment/202309/packages/ship";
constexpr const char* kCancel = "/return_refund/202309/cancellations";

class TokopediaOrders : public ::testing::Test {
 protected:
  Tokopedia connector;
  CallContext ctx = context();

  static kit::Step detail(const std::string& reply, const std::string& ids = kOrder) {
    return get("/order/202507/orders", "ids=" + ids, answer(reply));
  }
  // Once it is arranged, a number that cannot be had holds nothing up.
  static kit::Step package(const std::string& reply = "package") {
    kit::Step s = get(std::string("/fulfillment/202309/packages/") + kPackage, "", answer(reply));
    s.optional = true;
    return s;
  }
  static kit::Step ship(const std::string& reply = "ok", const std::string& more = "") {
    return post(kShip, Effect::set,
                std::string(R"({"packages":[{"id":")") + kPackage + "\"" + more + "}]}",
                answer(reply));
  }
  static kit::Step cancel(const std::string& reason, const std::string& reply) {
    return post(
        kCancel, Effect::set,
        std::string(R"({"order_id":")") + kOrder + R"(","cancel_reason":")" + reason + "\"}",
        answer(reply));
  }
  static OrderAction action(OrderStatus status = OrderStatus::paid) {
    OrderAction a;
    a.external_id = kOrder;
    a.status = status;
    Shipment parcel;
    parcel.remote_package = kPackage;
    a.shipments.push_back(parcel);
    return a;
  }
};

TEST_F(TokopediaOrders, AWindowIsListedPageByPage) {
  OrderWindow window;
  window.from = from_unix_seconds(1'795'600'000);
  window.to = from_unix_seconds(1'795'600'300) + Duration(5);
  const std::string body = R"({"update_time_ge":1795600000,"update_time_lt":1795600301})";
  const auto page =
      play_all([&] { return connector.list_orders(ctx, window); },
               {post("/order/202309/orders/search", Effect::read, body, answer("orders_search"),
                     "page_size=100&sort_field=update_time&sort_order=ASC")});
  EXPECT_THAT(page->external_ids, ElementsAre(kOrder, "576486316948490002")) << "each once";
  EXPECT_EQ(page->next, "ZnJvbT0xMDA=");
  window.cursor = page->next;
  const auto stuck = kit::play(connector.list_orders(ctx, window),
                               {kit::step("stuck", nullptr, answer("orders_search"))});
  EXPECT_EQ(stuck.error().kind, ErrorKind::transient) << "a page that leads to itself";
  const auto last = kit::play(connector.list_orders(ctx, window),
                              {kit::step("last", nullptr, answer("orders_search_empty"))});
  ASSERT_TRUE(last) << "the key is missing altogether when nothing is there";
  EXPECT_TRUE(last->external_ids.empty() && last->next.empty());
}

TEST_F(TokopediaOrders, OneLinePerUnitBecomesOneLinePerSku) {
  const auto batch =
      play_all([&] { return connector.fetch_orders(ctx, {kOrder}); }, {detail("order_detail")});
  ASSERT_EQ(batch->orders.size(), 1u);
  const RemoteOrder& o = batch->orders[0];
  EXPECT_EQ(o.status, OrderStatus::paid);
  EXPECT_EQ(o.total, Money{187500}) << "fees are in it";
  EXPECT_EQ(o.city, "Kota Batu");
  EXPECT_EQ(o.province, "Jawa Timur");
  ASSERT_EQ(o.lines.size(), 2u);
  EXPECT_EQ(o.lines[0].quantity, 2);
  EXPECT_EQ(o.lines[0].remote_line, "576486316948555001,2");
  EXPECT_EQ(o.lines[0].remote_variant, "1729592969712208001");
  EXPECT_EQ(o.lines[0].title, "Kopi Robusta Desa Sukamaju Sangrai - 250 g");
  EXPECT_EQ(o.lines[1].quantity, 1);
  EXPECT_EQ(o.lines[1].price, Money{85000});
  EXPECT_EQ(o.shipments.at(0).remote_package, kPackage);
  EXPECT_EQ((*json::parse(o.buyer.reveal()))["masked"].as_bool(), true);
}

TEST_F(TokopediaOrders, OddOrdersAreStillOrders) {
  const auto batch = kit::play(connector.fetch_orders(ctx, {kOrder}), {detail("order_odd")});
  ASSERT_TRUE(batch);
  const RemoteOrder& o = batch->orders.at(0);
  EXPECT_EQ(o.status, OrderStatus::pending) << "an unknown status holds stock, ships nothing";
  EXPECT_EQ(o.remote_status, "SOMETHING_NEW");
  ASSERT_EQ(o.lines.size(), 2u);
  EXPECT_EQ(o.lines[0].quantity, 2) << "the same unit twice is one; a price as number is the same";
  EXPECT_EQ(o.lines[1].price, Money{40000}) << "another price is another line";
  EXPECT_EQ(o.total, Money{130000}) << "not told: the lines' sum";
  EXPECT_TRUE(o.city.empty() && o.shipments.empty());
  for (const char* garbage : {"{}", R"({"line_items":[{}]})", R"({"line_items":"x","packages":{}})",
                              R"({"id":5,"create_time":"x","payment":[1]})"})
    EXPECT_EQ(order_from(*json::parse(garbage)).status, OrderStatus::pending) << garbage;
}

TEST_F(TokopediaOrders, HoldAndTheBuyersWishAreStatesOfTheirOwn) {
  const auto state = [&](const char* reply) {
    return kit::play(connector.fetch_orders(ctx, {kOrder}), {detail(reply)})->orders.at(0).status;
  };
  EXPECT_EQ(state("order_on_hold"), OrderStatus::pending) << "do not ship";
  EXPECT_EQ(state("order_asked"), OrderStatus::cancel_requested);
  EXPECT_EQ(state("order_cancelled"), OrderStatus::cancelled);
}

TEST_F(TokopediaOrders, AnArrangedOrderBringsItsNumber) {
  const auto batch = play_all([&] { return connector.fetch_orders(ctx, {kOrder}); },
                              {detail("order_collection"), package()});
  EXPECT_EQ(batch->orders.at(0).shipments.at(0).tracking_number, "JX2026112400017");
  EXPECT_EQ(batch->orders[0].shipments[0].courier, "J&T Express");
}

TEST_F(TokopediaOrders, OneUnknownOrderDoesNotSpoilTheOthers) {
  const auto batch = play_all(
      [&] {
        return connector.fetch_orders(ctx, {kOrder, "99", "bukan"});
      },
      {detail("order_not_ours", std::string(kOrder) + "%2C99"), detail("order_detail"),
       detail("order_not_ours", "99")});
  EXPECT_EQ(batch->orders.size(), 1u);
  EXPECT_THAT(batch->not_found, ElementsAre("bukan", "99"));
  const auto missing = kit::play(connector.fetch_orders(ctx, {"99"}), {detail("ok", "99")});
  EXPECT_THAT(missing->not_found, ElementsAre("99"));
}

TEST_F(TokopediaOrders, ShippingNamesTheParcelsAndNothingElse) {
  const auto done =
      play_all([&] { return connector.ship_order(ctx, action()); }, {ship(), package()});
  ASSERT_EQ(done->shipments.size(), 1u);
  EXPECT_EQ(done->shipments[0].tracking_number, "JX2026112400017");
  OrderAction unseen = action();
  unseen.shipments.clear();
  play_all([&] { return connector.accept_order(ctx, unseen); },
           {detail("order_detail"), ship(), package()});
  const auto none = kit::play(connector.ship_order(ctx, unseen), {detail("order_odd")});
  EXPECT_EQ(none.error().code, "order_state_refused");
  EXPECT_TRUE(kit::play(connector.ship_order(ctx, unseen), {detail("order_collection")}))
      << "arranged already";
}

TEST_F(TokopediaOrders, TheSellersOwnCourierIsNamed) {
  OrderAction own = action();
  own.courier = "jne";
  own.tracking_number = "CGK123456";
  const kit::Step providers =
      get("/logistics/202309/delivery_options/7091146663229654787/shipping_providers", "",
          answer("providers"));
  const auto done = play_all(
      [&] { return connector.ship_order(ctx, own); },
      {detail("order_own_courier"), providers,
       ship(
           "ok",
           R"(,"self_shipment":{"tracking_number":"CGK123456","shipping_provider_id":"7117858858072016641"})")});
  EXPECT_EQ(done->shipments.at(0).tracking_number, "CGK123456");
  // Where the platform ships, the number is not ours to give.
  EXPECT_TRUE(
      kit::play(connector.ship_order(ctx, own), {detail("order_detail"), ship(), package()}));
  own.courier = "Kurir Entah";
  EXPECT_EQ(kit::play(connector.ship_order(ctx, own), {detail("order_own_courier"), providers})
                .error()
                .code,
            "courier_unknown");
  own.tracking_number.clear();
  EXPECT_EQ(kit::play(connector.ship_order(ctx, own), {detail("order_own_courier")}).error().code,
            "courier_missing");
}

TEST_F(TokopediaOrders, WhatIsArrangedAlreadyIsDone) {
  play_all([&] { return connector.ship_order(ctx, action()); },
           {ship("shipped_already"), detail("order_collection"), package()});
}

TEST_F(TokopediaOrders, WhatCannotBeShippedSaysWhy) {
  const auto state = [&](const char* reply) {
    return kit::play(connector.ship_order(ctx, action()), {ship("shipped_already"), detail(reply)})
        .error();
  };
  EXPECT_EQ(state("order_cancelled").code, "order_is_cancelled");
  EXPECT_EQ(state("order_asked").code, "order_cancel_requested");
  EXPECT_EQ(state("order_on_hold").code, "order_state_refused");
  EXPECT_EQ(state("order_detail").code, "order_already_shipped");
}

TEST_F(TokopediaOrders, CancellingTakesTheReasonThatFitsTheState) {
  OrderAction a = action();
  a.reason = "out_of_stock";
  play_all([&] { return connector.cancel_order(ctx, a); },
           {cancel("seller_cancel_reason_out_of_stock", "cancelled")});
  // Pending is unpaid, or on hold: the other kind of reason is tried.
  OrderAction pending = action(OrderStatus::pending);
  play_all([&] { return connector.cancel_order(ctx, pending); },
           {cancel("seller_cancel_unpaid_reason_out_of_stock", "reason_unfit"),
            cancel("seller_cancel_reason_out_of_stock", "cancelled")});
  play_all([&] { return connector.cancel_order(ctx, a); },
           {cancel("seller_cancel_reason_out_of_stock", "cancel_late"), detail("order_cancelled")});
  const auto late = kit::play(
      connector.cancel_order(ctx, a),
      {cancel("seller_cancel_reason_out_of_stock", "cancel_late"), detail("order_collection")});
  EXPECT_EQ(late.error().code, "order_state_refused");
}

TEST_F(TokopediaOrders, TheBuyersWishIsAnswered) {
  const std::string key = "idempotency_key=0b6d3a0e-8a4e-4f7e-8a53-1d5be2c1f0aa";
  const kit::Step search =
      post(std::string(kCancel) + "/search", Effect::read,
           R"({"order_ids":["576486316948490001"],"cancel_types":["BUYER_CANCEL"]})",
           answer("cancellations"), "page_size=50");
  const std::string one = std::string(kCancel) + "/4035318504086604101";
  const auto yes = [&] { return connector.answer_cancellation(ctx, action(), true); };
  const auto no = [&] { return connector.answer_cancellation(ctx, action(), false); };
  play_all(yes, {search, post(one + "/approve", Effect::set, "", answer("ok_bare"), key)});
  play_all(no,
           {search,
            get("/return_refund/202309/reject_reasons", "return_or_cancel_id=4035318504086604101",
                answer("reject_reasons")),
            post(one + "/reject", Effect::set,
                 R"({"reject_reason":"seller_reject_cancel_package_ready"})", answer("ok"), key)});
  // A second answer finds no request; the order's state tells whether the first one held.
  const kit::Step none = kit::step("none", nullptr, answer("cancellations_none"));
  EXPECT_TRUE(kit::play(yes(), {none, detail("order_cancelled")}));
  EXPECT_FALSE(kit::play(yes(), {none, detail("order_detail")}));
  EXPECT_TRUE(kit::play(no(), {none, detail("order_detail")}));
  EXPECT_EQ(kit::play(no(), {none, detail("order_cancelled")}).error().code, "order_is_cancelled");
  EXPECT_FALSE(kit::play(no(), {none, detail("order_asked")}));
  EXPECT_TRUE(kit::play(yes(), {search, kit::step("late", nullptr, answer("already_answered")),
                                detail("order_cancelled")}));
}

TEST_F(TokopediaOrders, LostEventsAreNotOffered) {
  EXPECT_FALSE(connector.info().can.lost_events);
  EXPECT_EQ(kit::play(connector.read_lost_events(ctx), {}).error().kind, ErrorKind::unsupported);
  EXPECT_EQ(kit::play(connector.confirm_lost_events(ctx, "1"), {}).error().kind,
            ErrorKind::unsupported);
}

TEST(TokopediaInfo, PeopleReadTheNameTheyMayRead) {
  const Tokopedia connector;
  EXPECT_EQ(connector.info().channel, "tokopedia");
  EXPECT_EQ(connector.info().display_name, "Tokopedia & Shop");
}

}  // namespace
}  // namespace gerbang::tokopedia
