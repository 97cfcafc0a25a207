// Orders and lost pushes, request by request, and with every fault at every step.
#include "connectors/shopee/script_for_test.hpp"
#include "connectors/shopee/wire_orders.hpp"

namespace gerbang::shopee {
namespace {

using namespace testing;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr const char* kOrder = "260214K7PQ2M9X";
constexpr const char* kDetail =
    "&response_optional_fields=item_list%2Ctotal_amount%2Cpay_time%2Cpackage_list%2C"
    "shipping_carrier%2Crecipient_address%2Cbuyer_username%2Ccancel_by%2Ccancel_reason%2C"
    "buyer_cancel_reason%2Cfulfillment_flag&request_order_status_pending=true";

class ShopeeOrderScript : public ::testing::Test {
 protected:
  Shopee shopee;
  CallContext ctx = context();

  static kit::Step detail(const std::string& reply, const std::string& ids = kOrder) {
    return get("order/get_order_detail", "order_sn_list=" + ids + kDetail, answer(reply));
  }
  static kit::Step parameter(const std::string& reply) {
    return get("logistics/get_shipping_parameter", std::string("order_sn=") + kOrder,
               answer(reply));
  }
  static kit::Step ship(const std::string& way, HttpResponse r = answer("ok")) {
    return post("logistics/ship_order", Effect::create,
                std::string(R"({"order_sn":")") + kOrder + "\"," + way + "}", std::move(r));
  }
  // Once it is arranged, a number that cannot be had holds nothing up.
  static kit::Step tracking(const std::string& reply = "get_tracking_number") {
    kit::Step s =
        get("logistics/get_tracking_number", std::string("order_sn=") + kOrder, answer(reply));
    s.optional = true;
    return s;
  }
  static OrderAction action() {
    OrderAction a;
    a.external_id = kOrder;
    Shipment parcel;
    parcel.remote_package = "OFG180011122233344";
    a.shipments.push_back(parcel);
    return a;
  }
};

TEST_F(ShopeeOrderScript, AWindowIsListedPageByPage) {
  OrderWindow window;
  window.from = from_unix_seconds(1'771'000'000);
  window.to = from_unix_seconds(1'771'030'000) + Duration(5);
  const auto query = [](const char* cursor) {
    return std::string(
               "time_range_field=update_time&time_from=1771000000&time_to=1771030001&"
               "page_size=100&cursor=") +
           cursor + "&response_optional_fields=order_status&request_order_status_pending=true";
  };
  const auto page = play_all([&] { return shopee.list_orders(ctx, window); },
                             {get("order/get_order_list", query(""), answer("get_order_list_1"))});
  EXPECT_THAT(page->external_ids, ElementsAre(kOrder, "260214K7RT81BC"));
  EXPECT_EQ(page->next, "20");
  window.cursor = "20";
  const auto last =
      kit::play(shopee.list_orders(ctx, window),
                {get("order/get_order_list", query("20"), answer("get_order_list_2"))});
  ASSERT_TRUE(last);
  EXPECT_EQ(last->next, "");
  const auto stuck = kit::play(shopee.list_orders(ctx, window),
                               {kit::step("stuck", nullptr, answer("get_order_list_1"))});
  EXPECT_EQ(stuck.error().kind, ErrorKind::transient) << "a page that leads to itself";
  window.to = window.from + std::chrono::hours(24 * 15 + 1);
  EXPECT_EQ(kit::play(shopee.list_orders(ctx, window), {}).error().code, "window_refused");
}

TEST_F(ShopeeOrderScript, ADetailBecomesAnOrder) {
  const auto batch =
      play_all([&] { return shopee.fetch_orders(ctx, {kOrder}); }, {detail("get_order_detail")});
  ASSERT_EQ(batch->orders.size(), 1u);
  const RemoteOrder& o = batch->orders[0];
  EXPECT_EQ(o.external_id, kOrder);
  EXPECT_EQ(o.status, OrderStatus::paid);
  EXPECT_EQ(o.total, Money{101000});
  EXPECT_EQ(o.placed_at, from_unix_seconds(1'771'030'800));
  EXPECT_EQ(o.updated_at, from_unix_seconds(1'771'031'100));
  EXPECT_EQ(o.city, "KAB. SLEMAN");
  ASSERT_EQ(o.lines.size(), 1u);
  EXPECT_EQ(o.lines[0].remote_variant, "187700010001");
  EXPECT_EQ(o.shipments.at(0).remote_package, "OFG180011122233344");
  const json::Value buyer = *json::parse(o.buyer.reveal());
  EXPECT_EQ(buyer["masked"].as_bool(), true);
}

TEST_F(ShopeeOrderScript, TheSameItemOnSeveralLinesStaysApart) {
  const auto batch = kit::play(shopee.fetch_orders(ctx, {"260214K7RT81BC"}),
                               {kit::step("detail", nullptr, answer("get_order_detail_lines"))});
  ASSERT_TRUE(batch);
  const RemoteOrder& o = batch->orders.at(0);
  ASSERT_EQ(o.lines.size(), 4u);
  std::set<std::string> ids;
  for (const OrderLine& line : o.lines) ids.insert(line.remote_line);
  EXPECT_EQ(ids.size(), 4u);
  EXPECT_THAT(o.lines[1].remote_line, HasSubstr("1051400341536827267"));
  EXPECT_EQ(o.lines[1].price, Money{45000}) << "a bundle tells no price of its own";
  EXPECT_EQ(o.lines[3].remote_product, "9123456789012345677");
  EXPECT_EQ(o.lines[3].remote_variant, "0");
  EXPECT_EQ(o.lines[3].remote_sku, "TEH-100");
  EXPECT_EQ(o.total, Money{45000 * 6 + 20000}) << "not told before payment";
  EXPECT_TRUE(o.city.empty() && o.province.empty()) << "masks are no places";
}

TEST_F(ShopeeOrderScript, APROCESSEDOrderBringsItsNumber) {
  const auto batch = play_all([&] { return shopee.fetch_orders(ctx, {kOrder}); },
                              {detail("get_order_detail_processed"), tracking()});
  EXPECT_EQ(batch->orders.at(0).shipments.at(0).tracking_number, "SPXID041234567890");
}

TEST_F(ShopeeOrderScript, OneUnknownOrderDoesNotSpoilTheOthers) {
  const auto batch = play_all(
      [&] {
        return shopee.fetch_orders(ctx, {kOrder, "X"});
      },
      {detail("order_not_found", std::string(kOrder) + "%2CX"), detail("get_order_detail"),
       detail("order_not_found", "X")});
  EXPECT_EQ(batch->orders.size(), 1u);
  EXPECT_THAT(batch->not_found, ElementsAre("X"));
}

TEST_F(ShopeeOrderScript, ShippingPrefersADropOffThatNeedsNothing) {
  const auto done =
      play_all([&] { return shopee.ship_order(ctx, action()); },
               {parameter("get_shipping_parameter"), ship(R"("dropoff":{})"), tracking()});
  ASSERT_EQ(done->shipments.size(), 1u);
  EXPECT_EQ(done->shipments[0].tracking_number, "SPXID041234567890");
}

TEST_F(ShopeeOrderScript, ElseThePickUpAtTheFlaggedAddressInTheRecommendedSlot) {
  play_all(
      [&] { return shopee.accept_order(ctx, action()); },
      {parameter("get_shipping_parameter_pickup"),
       ship(R"("pickup":{"address_id":118450001,"pickup_time_id":"1771117200"})"), tracking()});
}

TEST_F(ShopeeOrderScript, ASplitOrderNamesItsParcels) {
  OrderAction a = action();
  a.shipments.push_back(a.shipments[0]);
  a.shipments[1].remote_package = "OFG2";
  kit::Script script;
  for (const char* package : {"OFG180011122233344", "OFG2"}) {
    const std::string named = std::string("order_sn=") + kOrder + "&package_number=" + package;
    script.push_back(
        get("logistics/get_shipping_parameter", named, answer("get_shipping_parameter")));
    script.push_back(ship(std::string(R"("package_number":")") + package + R"(","dropoff":{})"));
  }
  for (int i = 0; i < 2; ++i)
    script.push_back(kit::optional_step("tracking", nullptr, answer("get_tracking_number")));
  EXPECT_TRUE(kit::play(shopee.ship_order(ctx, a), script));
}

TEST_F(ShopeeOrderScript, WhatIsArrangedAlreadyIsDone) {
  const auto no_parameter = kit::play(
      shopee.ship_order(ctx, action()),
      {parameter("shipping_not_ready"), detail("get_order_detail_processed"), tracking()});
  EXPECT_TRUE(no_parameter) << no_parameter.error().describe();
  const auto shipped = play_all([&] { return shopee.ship_order(ctx, action()); },
                                {parameter("get_shipping_parameter"),
                                 ship(R"("dropoff":{})", answer("package_already_shipped")),
                                 detail("get_order_detail_processed"), tracking()});
  EXPECT_EQ(shipped->shipments.size(), 1u);
}

TEST_F(ShopeeOrderScript, WhatCannotBeShippedSaysWhy) {
  const auto try_with = [&](const char* state) {
    return kit::play(shopee.ship_order(ctx, action()),
                     {parameter("shipping_not_ready"), detail(state)})
        .error();
  };
  EXPECT_EQ(try_with("get_order_detail_cancelled").code, "order_cancelled");
  EXPECT_EQ(try_with("get_order_detail_cancelled").kind, ErrorKind::conflict);
  EXPECT_EQ(try_with("get_order_detail_in_cancel").code, "order_cancel_requested");
  EXPECT_EQ(try_with("get_order_detail").code, "order_state_refused");
}

TEST_F(ShopeeOrderScript, WaysOfShipping) {
  struct Case {
    const char* reply;
    const char* number;
    const char* expected;  // the body's way, or an error's code
  };
  const Case cases[] = {
      {R"({"info_needed":{"non_integrated":["tracking_number"]}})", "R1",
       R"("non_integrated":{"tracking_number":"R1"})"},
      {R"({"info_needed":{"non_integrated":["tracking_no"]}})", "", "tracking_number_needed"},
      {R"({"info_needed":{"dropoff":["branch_id"]},"dropoff":{"branch_list":[{"branch_id":7}]}})",
       "", R"("dropoff":{"branch_id":7})"},
      {R"({"info_needed":{"dropoff":["branch_id"]},"dropoff":{"branch_list":null}})", "",
       "shipping_details_needed"},
      {R"({"info_needed":{"dropoff":["sender_real_name"]}})", "", "shipping_details_needed"},
      {R"({"info_needed":{"pickup":["address_id"]},"pickup":{"address_list":[{"address_id":5}]}})",
       "", R"("pickup":{"address_id":5})"},
      {R"({"info_needed":{"pickup":["address_id"]},"pickup":{"address_list":[]}})", "",
       "shipping_details_needed"},
      {R"({"info_needed":{"pickup":["address_id","tracking_number"]},)"
       R"("pickup":{"address_list":[{"address_id":5}]}})",
       "R1", R"("pickup":{"address_id":5,"tracking_number":"R1"})"},
      {R"({"info_needed":{}})", "", "shipping_not_ready"},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.reply);
    json::Object reply;
    reply.append("response", *json::parse(c.reply));
    OrderAction a = action();
    a.tracking_number = c.number;
    const auto way = ship_way(json::Value(std::move(reply)), a);
    if (way) {
      EXPECT_EQ(json::dump(ship_body(a, "", *way)),
                std::string(R"({"order_sn":")") + kOrder + "\"," + c.expected + "}");
    } else {
      EXPECT_EQ(way.error().code, c.expected);
    }
  }
}

TEST_F(ShopeeOrderScript, CancellingNamesTheGoodsThatRanOut) {
  OrderAction a = action();
  a.reason = "out_of_stock";
  OrderLine line;
  line.remote_product = "27410099881";
  line.remote_variant = "187700010001";
  a.lines = {line, line};
  const std::string body =
      R"({"order_sn":"260214K7PQ2M9X","cancel_reason":"OUT_OF_STOCK","item_list":[)"
      R"({"item_id":27410099881,"model_id":187700010001}]})";
  play_all([&] { return shopee.cancel_order(ctx, a); },
           {post("order/cancel_order", Effect::set, body, answer("cancel_order"))});
  play_all([&] { return shopee.cancel_order(ctx, a); },
           {post("order/cancel_order", Effect::set, body, answer("cancel_order_refused")),
            detail("get_order_detail_cancelled")});
  const auto refused = kit::play(
      shopee.cancel_order(ctx, a),
      {kit::step("cancel", nullptr, answer("cancel_order_refused")), detail("get_order_detail")});
  EXPECT_EQ(refused.error().kind, ErrorKind::rejected);
  EXPECT_EQ(refused.error().code, "order_action_refused");
  a.reason = "other";
  EXPECT_EQ(json::dump(cancel_body(a)),
            R"({"order_sn":"260214K7PQ2M9X","cancel_reason":"CUSTOMER_REQUEST"})");
}

TEST_F(ShopeeOrderScript, TheBuyersWishIsAnswered) {
  for (const bool accept : {true, false}) {
    const std::string body = std::string(R"({"order_sn":"260214K7PQ2M9X","operation":")") +
                             (accept ? "ACCEPT" : "REJECT") + "\"}";
    const auto make = [&] { return shopee.answer_cancellation(ctx, action(), accept); };
    play_all(make,
             {post("order/handle_buyer_cancellation", Effect::set, body, answer("cancel_order"))});
    // A second answer is refused; the order's state tells whether the first one held.
    const auto late = [&](const char* state) {
      return kit::play(make(), {post("order/handle_buyer_cancellation", Effect::set, body,
                                     answer("cancellation_state")),
                                detail(state)});
    };
    EXPECT_EQ(late("get_order_detail_cancelled").ok(), accept);
    EXPECT_EQ(late("get_order_detail").ok(), !accept);
    EXPECT_FALSE(late("get_order_detail_in_cancel"));
  }
}

TEST_F(ShopeeOrderScript, LostPushesAreReadAndConfirmedAtPublicLevel) {
  const auto lost =
      play_all([&] { return shopee.read_lost_events(ctx); },
               {get("push/get_lost_push_message", "", answer("get_lost_push_message"), false)});
  EXPECT_EQ(lost->bodies.size(), 2u);
  play_all([&] { return shopee.confirm_lost_events(ctx, lost->confirm); },
           {post("push/confirm_consumed_lost_push_message", Effect::set,
                 R"({"last_message_id":176611})", answer("ok"), false)});
  EXPECT_EQ(kit::play(shopee.confirm_lost_events(ctx, "bukan"), {}).error().code,
            "webhook_malformed");
}

}  // namespace
}  // namespace gerbang::shopee
