// Orders and pushes against the sandbox.
#include "connectors/shopee/against_sandbox_for_test.hpp"

namespace gerbang::shopee {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;

class ShopeeOrdersAgainstSandbox : public testing::AgainstSandbox {
 protected:
  void SetUp() override {
    AgainstSandbox::SetUp();
    ListingDraft d = coffee();
    ref = publish(d);
    take_pushes();
  }
  ListingRef ref;

  std::vector<HookEvent> hints() {
    std::vector<HookEvent> out;
    for (const InboundRequest& push : take_pushes()) {
      const auto events = shopee.open_webhook(push, ctx().app, clock.now());
      EXPECT_TRUE(events) << events.error().describe() << push.body;
      if (events) out.insert(out.end(), events->begin(), events->end());
    }
    return out;
  }
  std::set<std::string> poll(TimePoint from, TimePoint to, int* pages = nullptr) {
    std::set<std::string> seen;
    OrderWindow window;
    window.from = from;
    window.to = to;
    do {
      auto page = drive(shopee.list_orders(ctx(), window));
      EXPECT_TRUE(page) << page.error().describe();
      if (!page) break;
      seen.insert(page->external_ids.begin(), page->external_ids.end());
      window.cursor = page->next;
      if (pages) ++*pages;
    } while (!window.cursor.empty());
    return seen;
  }
};

TEST_F(ShopeeOrdersAgainstSandbox, AnOrderGoesFromPaymentToTheBuyer) {
  const std::string id = buy("KOPI-250", 2, R"(,"pay":false)");
  RemoteOrder order = fetched(id);
  EXPECT_EQ(order.status, OrderStatus::pending);
  EXPECT_EQ(order.total, Money{90000}) << "before payment there is no total: the lines' sum";
  ASSERT_EQ(order.lines.size(), 1u);
  EXPECT_EQ(order.lines[0].remote_product, ref.remote_product);
  EXPECT_EQ(order.lines[0].remote_variant, ref.variants.at("KOPI-250"));
  EXPECT_EQ(order.lines[0].remote_sku, "KOPI-250");
  EXPECT_EQ(order.lines[0].quantity, 2);
  EXPECT_EQ(order.lines[0].price, Money{45000});
  EXPECT_EQ(listings().at("KOPI-250")["stock"].as_int64(), 38) << "unpaid holds stock";
  verb(id, "pay");
  order = fetched(id);
  EXPECT_EQ(order.status, OrderStatus::paid);
  EXPECT_EQ(order.city, "KAB. SLEMAN");
  EXPECT_THAT(order.buyer.reveal(), HasSubstr("\"masked\":true"));

  const OrderAction ship = action(id);
  auto shipped = drive(shopee.ship_order(ctx(), ship));
  ASSERT_TRUE(shipped) << shipped.error().describe();
  EXPECT_EQ(state(id), "PROCESSED");
  ASSERT_EQ(shipped->shipments.size(), 1u);
  EXPECT_TRUE(shipped->shipments[0].tracking_number.empty()) << "it comes later";
  clock.advance(std::chrono::seconds(5));
  order = fetched(id);
  EXPECT_EQ(order.remote_status, "PROCESSED");
  ASSERT_EQ(order.shipments.size(), 1u);
  EXPECT_THAT(order.shipments[0].tracking_number, HasSubstr("SPXID"));

  // Again, as after a lost answer: done, and now with the number.
  shipped = drive(shopee.ship_order(ctx(), ship));
  ASSERT_TRUE(shipped) << shipped.error().describe();
  EXPECT_EQ(shipped->shipments.at(0).tracking_number, order.shipments[0].tracking_number);
  verb(id, "pick_up");
  EXPECT_EQ(fetched(id).status, OrderStatus::shipped);
  verb(id, "deliver");
  EXPECT_EQ(fetched(id).status, OrderStatus::delivered);
  verb(id, "complete");
  EXPECT_EQ(fetched(id).status, OrderStatus::completed);
}

TEST_F(ShopeeOrdersAgainstSandbox, ShippingByPickUpAndWithoutSlots) {
  for (const int slots : {2, 0}) {
    set(R"({"dropoff":false,"pickup_slots":)" + std::to_string(slots) + "}");
    const std::string id = buy("KOPI-250", 1);
    auto shipped = drive(shopee.accept_order(ctx(), action(id)));
    ASSERT_TRUE(shipped) << shipped.error().describe();
    EXPECT_EQ(state(id), "PROCESSED");
  }
}

TEST_F(ShopeeOrdersAgainstSandbox, APickUpThatFailedIsArrangedAgain) {
  const std::string id = buy("KOPI-250", 1);
  ASSERT_TRUE(drive(shopee.ship_order(ctx(), action(id))));
  verb(id, "pickup_failed");
  EXPECT_EQ(fetched(id).remote_status, "RETRY_SHIP");
  EXPECT_EQ(fetched(id).status, OrderStatus::accepted);
  const auto again = drive(shopee.ship_order(ctx(), action(id)));
  ASSERT_TRUE(again) << again.error().describe();
  EXPECT_EQ(state(id), "PROCESSED");
}

TEST_F(ShopeeOrdersAgainstSandbox, AnOrderThatIsBeingAllocatedWaits) {
  set(R"({"allocating_seconds":600})");
  const std::string id = buy("KOPI-250", 1);
  const Error wait = drive(shopee.ship_order(ctx(), action(id))).error();
  EXPECT_EQ(wait.kind, ErrorKind::blocked) << wait.describe();
  EXPECT_TRUE(wait.retry_after);
  EXPECT_EQ(state(id), "READY_TO_SHIP");
  clock.advance(std::chrono::minutes(10));
  EXPECT_TRUE(drive(shopee.ship_order(ctx(), action(id))));
}

TEST_F(ShopeeOrdersAgainstSandbox, AShipmentWhoseAnswerWasLostIsDoneOnce) {
  for (const char* kind : {"reset_after", "truncated"}) {
    const std::string id = buy("KOPI-250", 1);
    const OrderAction ship = action(id);
    fault("logistics.ship_order", kind);
    const auto lost = drive(shopee.ship_order(ctx(), ship));
    ASSERT_FALSE(lost);
    EXPECT_EQ(lost.error().kind, ErrorKind::indeterminate) << kind;
    EXPECT_TRUE(drive(shopee.ship_order(ctx(), ship))) << kind;
    EXPECT_EQ(state(id), "PROCESSED");
  }
}

TEST_F(ShopeeOrdersAgainstSandbox, ACancelledOrderIsNotShipped) {
  const std::string id = buy("KOPI-250", 1);
  const OrderAction ship = action(id);
  verb(id, "cancel");
  const Error refused = drive(shopee.ship_order(ctx(), ship)).error();
  EXPECT_EQ(refused.kind, ErrorKind::conflict) << refused.describe();
  EXPECT_EQ(refused.code, "order_cancelled");
  const std::string asked = buy("KOPI-250", 1);
  const OrderAction other = action(asked);
  verb(asked, "request_cancel");
  EXPECT_EQ(drive(shopee.ship_order(ctx(), other)).error().code, "order_cancel_requested");
}

TEST_F(ShopeeOrdersAgainstSandbox, CancellingGivesTheGoodsBackAndCanBeRepeated) {
  for (const char* reason : {"out_of_stock", "customer_request", "other"}) {
    const std::string id = buy("KOPI-250", 3);
    EXPECT_EQ(listings().at("KOPI-250")["stock"].as_int64(), 37);
    OrderAction cancel = action(id);
    cancel.reason = reason;
    auto done = drive(shopee.cancel_order(ctx(), cancel));
    ASSERT_TRUE(done) << reason << done.error().describe();
    EXPECT_TRUE(drive(shopee.cancel_order(ctx(), cancel))) << "again";
    EXPECT_EQ(fetched(id).status, OrderStatus::cancelled);
    EXPECT_EQ(listings().at("KOPI-250")["stock"].as_int64(), 40);
  }
  const std::string id = buy("KOPI-250", 1);
  OrderAction cancel = action(id);
  cancel.reason = "out_of_stock";
  ASSERT_TRUE(drive(shopee.ship_order(ctx(), cancel)));
  verb(id, "pick_up");
  const Error late = drive(shopee.cancel_order(ctx(), cancel)).error();
  EXPECT_EQ(late.kind, ErrorKind::rejected) << late.describe();
}

TEST_F(ShopeeOrdersAgainstSandbox, TheBuyersWishToCancelIsAnswered) {
  for (const bool accept : {true, false}) {
    const std::string id = buy("KOPI-250", 1);
    verb(id, "request_cancel");
    const OrderAction wish = action(id);
    EXPECT_EQ(wish.status, OrderStatus::cancel_requested);
    auto answered = drive(shopee.answer_cancellation(ctx(), wish, accept));
    ASSERT_TRUE(answered) << answered.error().describe();
    EXPECT_EQ(state(id), accept ? "CANCELLED" : "READY_TO_SHIP");
    EXPECT_TRUE(drive(shopee.answer_cancellation(ctx(), wish, accept))) << "again";
  }
  const std::string id = buy("KOPI-250", 1);
  EXPECT_FALSE(drive(shopee.answer_cancellation(ctx(), action(id), true))) << "nobody asked";
}

TEST_F(ShopeeOrdersAgainstSandbox, OrdersThatShopeeDoesNotKnowAreNamed) {
  const std::string one = buy("KOPI-250", 1), two = buy("KOPI-500", 1);
  for (const char* spoils : {"true", "false"}) {
    set(std::string(R"({"unknown_order_spoils":)") + spoils + "}");
    auto batch = drive(shopee.fetch_orders(ctx(), {one, "260214TIDAKADA", two}));
    ASSERT_TRUE(batch) << batch.error().describe();
    EXPECT_EQ(batch->orders.size(), 2u) << spoils;
    EXPECT_THAT(batch->not_found, ::testing::ElementsAre("260214TIDAKADA")) << spoils;
  }
  OrderAction unknown;
  unknown.external_id = "260214TIDAKADA";
  EXPECT_EQ(drive(shopee.ship_order(ctx(), unknown)).error().kind, ErrorKind::not_found);
  EXPECT_EQ(drive(shopee.cancel_order(ctx(), unknown)).error().kind, ErrorKind::not_found);
}

TEST_F(ShopeeOrdersAgainstSandbox, PollingFindsNewAndChangedOrdersOverAllPages) {
  const TimePoint start = clock.now();
  StockBatch stock;
  stock.items = {stock_of(ref, "KOPI-250", 900)};
  ASSERT_TRUE(drive(shopee.set_stock(ctx(), stock)));
  std::vector<std::string> ids;
  for (int i = 0; i < 101; ++i) ids.push_back(buy("KOPI-250", 1));
  int pages = 0;
  EXPECT_EQ(poll(start - std::chrono::minutes(15), start + std::chrono::seconds(1), &pages).size(),
            101u);
  EXPECT_EQ(pages, 2);
  auto all = drive(shopee.fetch_orders(ctx(), ids));
  ASSERT_TRUE(all);
  EXPECT_EQ(all->orders.size(), 101u) << "fifty a call";
  clock.advance(std::chrono::hours(1));
  ASSERT_TRUE(drive(shopee.ship_order(ctx(), action(ids[3]))));
  EXPECT_EQ(poll(clock.now() - std::chrono::minutes(15), clock.now() + std::chrono::seconds(1)),
            std::set<std::string>{ids[3]});
}

TEST_F(ShopeeOrdersAgainstSandbox, PushesVerifyAndHint) {
  const std::string id = buy("KOPI-250", 1);
  std::vector<HookEvent> seen = hints();
  ASSERT_FALSE(seen.empty());
  for (const HookEvent& e : seen) {
    EXPECT_EQ(e.kind, HookKind::order_changed);
    EXPECT_EQ(e.order, id);
    EXPECT_EQ(e.remote_shop_id, seller);
    EXPECT_FALSE(e.key.empty());
  }
  ASSERT_TRUE(drive(shopee.ship_order(ctx(), action(id))));
  clock.advance(std::chrono::seconds(5));
  seen = hints();
  EXPECT_THAT(seen, Contains(::testing::Field(&HookEvent::type, "4"))) << "the tracking number";

  set(R"({"ban":{"item_id":)" + ref.remote_product + "}}");
  seen = hints();
  ASSERT_EQ(seen.size(), 1u);
  EXPECT_EQ(seen[0].kind, HookKind::listing_changed);
  EXPECT_EQ(seen[0].remote_product, ref.remote_product);
  set(R"({"authorization_expiring":{"shop_id":)" + seller + "}}");
  seen = hints();
  ASSERT_EQ(seen.size(), 1u);
  EXPECT_EQ(seen[0].kind, HookKind::authorisation_expiring);
  EXPECT_EQ(seen[0].remote_shop_id, seller);
  set(R"({"cancel_authorization":{"shop_id":)" + seller + "}}");
  seen = hints();
  ASSERT_EQ(seen.size(), 1u);
  EXPECT_EQ(seen[0].kind, HookKind::shop_deauthorised);
  EXPECT_EQ(seen[0].remote_shop_id, seller);

  ListingDraft d = plain();
  authorise();
  const std::vector<InboundRequest> pushes = take_pushes();
  ASSERT_FALSE(pushes.empty());
  InboundRequest forged = pushes[0];
  forged.body += " ";
  EXPECT_EQ(shopee.open_webhook(forged, ctx().app, clock.now()).error().kind,
            ErrorKind::unauthenticated);
}

TEST_F(ShopeeOrdersAgainstSandbox, PushesThatWereLostAreReadAndConfirmed) {
  for (const char* shape : {"false", "true"}) {
    set(std::string(R"({"lost_data_as_object":)") + shape + "}");
    const std::string id = buy("KOPI-250", 1);
    std::set<std::string> keys;
    // Refused until Shopee gives up: at once and after 300, 1800 and 10800 s.
    for (int i = 0; i < 4; ++i) {
      for (const InboundRequest& push : take_pushes(503)) {
        const auto events = shopee.open_webhook(push, ctx().app, clock.now());
        ASSERT_TRUE(events);
        keys.insert(events->at(0).key);
      }
      clock.advance(std::chrono::seconds(10800));
    }
    tokens = *drive(shopee.refresh_tokens(ctx()));
    auto lost = drive(shopee.read_lost_events(ctx()));
    ASSERT_TRUE(lost) << lost.error().describe();
    ASSERT_EQ(lost->bodies.size(), keys.size()) << shape;
    for (const std::string& body : lost->bodies) {
      const auto events = shopee.read_event(body);
      ASSERT_TRUE(events) << body;
      EXPECT_EQ(events->at(0).order, id);
      EXPECT_EQ(events->at(0).remote_shop_id, seller);
    }
    ASSERT_TRUE(drive(shopee.confirm_lost_events(ctx(), lost->confirm)));
    const auto none = drive(shopee.read_lost_events(ctx()));
    ASSERT_TRUE(none);
    EXPECT_TRUE(none->bodies.empty());
    EXPECT_TRUE(none->confirm.empty());
  }
}

}  // namespace
}  // namespace gerbang::shopee
