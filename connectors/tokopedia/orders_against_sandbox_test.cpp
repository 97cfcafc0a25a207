// Orders and webhooks against the sandbox.
#include "connectors/tokopedia/against_sandbox_for_test.hpp"

namespace gerbang::tokopedia {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;

class TokopediaOrdersAgainstSandbox : public testing::AgainstSandbox {
 protected:
  void SetUp() override {
    AgainstSandbox::SetUp();
    ListingDraft d = coffee();
    ref = on_sale(d);
    hints();
  }
  ListingRef ref;

  std::set<std::string> poll(TimePoint from, TimePoint to, int* pages = nullptr) {
    std::set<std::string> seen;
    OrderWindow window;
    window.from = from;
    window.to = to;
    do {
      auto page = drive(connector.list_orders(ctx(), window));
      EXPECT_TRUE(page) << page.error().describe();
      if (!page) break;
      seen.insert(page->external_ids.begin(), page->external_ids.end());
      window.cursor = page->next;
      if (pages) ++*pages;
    } while (!window.cursor.empty());
    return seen;
  }
};

TEST_F(TokopediaOrdersAgainstSandbox, AnOrderGoesFromPaymentToTheBuyer) {
  const std::string id = buy("KOPI-250", 3, R"(,"pay":false)");
  RemoteOrder order = fetched(id);
  EXPECT_EQ(order.status, OrderStatus::pending);
  EXPECT_TRUE(order.city.empty()) << "no address before payment";
  ASSERT_EQ(order.lines.size(), 1u);
  EXPECT_EQ(order.lines[0].remote_product, ref.remote_product);
  EXPECT_EQ(order.lines[0].remote_variant, ref.variants.at("KOPI-250"));
  EXPECT_EQ(order.lines[0].remote_sku, "KOPI-250");
  EXPECT_EQ(order.lines[0].quantity, 3) << "three line items of one unit";
  EXPECT_EQ(order.lines[0].price, Money{45000});
  EXPECT_EQ(shown("KOPI-250"), 37) << "unpaid holds stock";
  const std::string line = order.lines[0].remote_line;
  verb(id, "pay");
  order = fetched(id);
  EXPECT_EQ(order.status, OrderStatus::paid);
  EXPECT_EQ(order.lines[0].remote_line, line) << "a line keeps its name";
  EXPECT_EQ(order.total, Money{3 * 45000 + 12000});
  EXPECT_EQ(order.city, "Kota Batu");
  EXPECT_THAT(order.buyer.reveal(), HasSubstr("\"masked\":true"));

  const OrderAction ship = action(id);
  auto shipped = drive(connector.ship_order(ctx(), ship));
  ASSERT_TRUE(shipped) << shipped.error().describe();
  EXPECT_EQ(state(id), "AWAITING_COLLECTION");
  ASSERT_EQ(shipped->shipments.size(), 1u);
  EXPECT_TRUE(shipped->shipments[0].tracking_number.empty()) << "it comes with the label";
  clock.advance(std::chrono::seconds(5));
  order = fetched(id);
  EXPECT_EQ(order.status, OrderStatus::accepted);
  EXPECT_THAT(order.shipments.at(0).tracking_number, HasSubstr("JX"));
  EXPECT_EQ(order.shipments[0].courier, "J&T Express");

  // Again, as after a lost answer: done, and now with the number.
  shipped = drive(connector.ship_order(ctx(), ship));
  ASSERT_TRUE(shipped) << shipped.error().describe();
  EXPECT_EQ(shipped->shipments.at(0).tracking_number, order.shipments[0].tracking_number);
  verb(id, "pick_up");
  EXPECT_EQ(fetched(id).status, OrderStatus::shipped);
  verb(id, "deliver");
  EXPECT_EQ(fetched(id).status, OrderStatus::delivered);
  verb(id, "complete");
  EXPECT_EQ(fetched(id).status, OrderStatus::completed);
}

TEST_F(TokopediaOrdersAgainstSandbox, AnOrderOnHoldIsNotShipped) {
  set(R"({"on_hold_seconds":3600})");
  const std::string id = buy("KOPI-250", 1);
  EXPECT_EQ(fetched(id).remote_status, "ON_HOLD");
  EXPECT_EQ(fetched(id).status, OrderStatus::pending);
  EXPECT_EQ(drive(connector.ship_order(ctx(), action(id))).error().code, "order_state_refused");
  clock.advance(std::chrono::hours(1));
  EXPECT_EQ(fetched(id).status, OrderStatus::paid);
  EXPECT_TRUE(drive(connector.accept_order(ctx(), action(id))));
}

TEST_F(TokopediaOrdersAgainstSandbox, TheSellersOwnCourier) {
  const std::string id = buy("KOPI-250", 1, R"(,"shipping_type":"SELLER")");
  OrderAction ship = action(id);
  EXPECT_FALSE(drive(connector.ship_order(ctx(), ship))) << "the number is missing";
  ship.courier = "SiCepat";
  ship.tracking_number = "SC0001234";
  const auto done = drive(connector.ship_order(ctx(), ship));
  ASSERT_TRUE(done) << done.error().describe();
  EXPECT_EQ(fetched(id).shipments.at(0).tracking_number, "SC0001234");
  const std::string other = buy("KOPI-250", 1, R"(,"shipping_type":"SELLER")");
  OrderAction again = action(other);
  again.courier = "SiCepat";
  again.tracking_number = "SC0001234";
  EXPECT_EQ(drive(connector.ship_order(ctx(), again)).error().code, "tracking_number_not_accepted");
}

TEST_F(TokopediaOrdersAgainstSandbox, TheSellerCancelsInEveryStateThatAllowsIt) {
  for (const char* pay : {R"(,"pay":false)", ""}) {
    const std::string id = buy("KOPI-500", 2, pay);
    EXPECT_EQ(shown("KOPI-500"), 13);
    OrderAction cancel = action(id);
    cancel.reason = "out_of_stock";
    for (int twice = 0; twice < 2; ++twice) {
      const auto done = drive(connector.cancel_order(ctx(), cancel));
      EXPECT_TRUE(done) << done.error().describe();
    }
    EXPECT_EQ(state(id), "CANCELLED");
    EXPECT_EQ(shown("KOPI-500"), 15) << "given back once";
  }
  set(R"({"on_hold_seconds":3600})");
  const std::string held = buy("KOPI-500", 2);
  EXPECT_TRUE(drive(connector.cancel_order(ctx(), action(held)))) << "the other kind of reason";
  set(R"({"on_hold_seconds":0})");
  const std::string gone = buy("KOPI-500", 1);
  ASSERT_TRUE(drive(connector.ship_order(ctx(), action(gone))));
  EXPECT_EQ(drive(connector.cancel_order(ctx(), action(gone))).error().code, "order_state_refused");
}

TEST_F(TokopediaOrdersAgainstSandbox, TheBuyerAsksAndTheSellerAnswers) {
  for (const bool accept : {true, false}) {
    const std::string id = buy("KOPI-250", 1);
    verb(id, "request_cancel");
    EXPECT_EQ(fetched(id).status, OrderStatus::cancel_requested);
    const OrderAction ask = action(id);
    EXPECT_EQ(drive(connector.ship_order(ctx(), ask)).error().code, "order_cancel_requested");
    for (int twice = 0; twice < 2; ++twice) {
      const auto done = drive(connector.answer_cancellation(ctx(), ask, accept));
      EXPECT_TRUE(done) << accept << twice << done.error().describe();
    }
    EXPECT_EQ(fetched(id).status, accept ? OrderStatus::cancelled : OrderStatus::paid);
  }
  const std::string id = buy("KOPI-250", 1);
  verb(id, "request_cancel");
  verb(id, "withdraw_cancel");
  EXPECT_EQ(fetched(id).status, OrderStatus::paid);
  EXPECT_FALSE(drive(connector.answer_cancellation(ctx(), action(id), true)));
}

TEST_F(TokopediaOrdersAgainstSandbox, PollingFindsEveryOrderOnAllPages) {
  const TimePoint from = clock.now();
  std::set<std::string> placed;
  set(R"({"zero_quantity":true})");
  set_stock({stock_of(ref, "KOPI-250", 300)});
  for (int i = 0; i < 101; ++i) {
    placed.insert(buy("KOPI-250", 1));
    clock.advance(std::chrono::seconds(1));
  }
  int pages = 0;
  EXPECT_EQ(poll(from, clock.now() + Duration(1000), &pages), placed);
  EXPECT_EQ(pages, 2);
  EXPECT_TRUE(
      poll(clock.now() + std::chrono::hours(1), clock.now() + std::chrono::hours(2)).empty());
  auto some =
      drive(connector.fetch_orders(ctx(), std::vector<std::string>(placed.begin(), placed.end())));
  ASSERT_TRUE(some);
  EXPECT_EQ(some->orders.size(), 101u);
  auto mixed = drive(connector.fetch_orders(ctx(), {*placed.begin(), "576486316940000000"}));
  ASSERT_TRUE(mixed) << mixed.error().describe();
  EXPECT_EQ(mixed->orders.size(), 1u);
  EXPECT_EQ(mixed->not_found.size(), 1u);
}

TEST_F(TokopediaOrdersAgainstSandbox, WebhooksNameWhatChanged) {
  const std::string id = buy("KOPI-250", 1);
  const auto told = hints();
  ASSERT_FALSE(told.empty());
  for (const HookEvent& e : told) {
    EXPECT_EQ(e.kind, HookKind::order_changed);
    EXPECT_EQ(e.order, id);
    EXPECT_EQ(e.remote_shop_id, seller);
  }
  ListingDraft d = plain();
  publish(d);
  std::vector<HookEvent> made = hints();
  clock.advance(std::chrono::seconds(30));
  for (HookEvent& e : hints()) made.push_back(std::move(e));
  std::set<std::string> types, keys;
  for (const HookEvent& e : made) {
    EXPECT_EQ(e.kind, HookKind::listing_changed) << e.type;
    EXPECT_EQ(e.remote_product, d.remote_product) << "19 digits, to the last";
    types.insert(e.type);
    keys.insert(e.key);
  }
  EXPECT_EQ(types, (std::set<std::string>{"16", "37", "5"}));
  EXPECT_EQ(keys.size(), made.size());
  verb(id, "request_cancel");
  for (const HookEvent& e : hints()) EXPECT_EQ(e.order, id);
}

TEST_F(TokopediaOrdersAgainstSandbox, ATamperedWebhookIsNobodys) {
  buy("KOPI-250", 1);
  for (InboundRequest push : take_pushes()) {
    EXPECT_TRUE(connector.open_webhook(push, ctx().app, clock.now()));
    push.body.replace(push.body.find("order_id"), 8, "order_iD");
    EXPECT_EQ(connector.open_webhook(push, ctx().app, clock.now()).error().kind,
              ErrorKind::unauthenticated);
  }
}

TEST_F(TokopediaOrdersAgainstSandbox, AWebhookThatIsNotAnsweredComesAgain) {
  buy("KOPI-250", 1);
  const std::size_t first = take_pushes(500).size();
  ASSERT_GT(first, 0u);
  EXPECT_TRUE(take_pushes().empty());
  for (const auto wait : {std::chrono::seconds(120), std::chrono::seconds(1800),
                          std::chrono::seconds(10800), std::chrono::seconds(43200)}) {
    clock.advance(wait);
    EXPECT_EQ(take_pushes(500).size(), first);
  }
  clock.advance(std::chrono::hours(100));
  EXPECT_TRUE(take_pushes().empty()) << "then dropped: polling has to find it";
}

}  // namespace
}  // namespace gerbang::tokopedia
