// Orders, parcels and cancellations: the connector against its sandbox.
#include <set>

#include "connectors/lazada/against_sandbox_for_test.hpp"

namespace gerbang::lazada {
namespace {

using testing::LazadaAgainstSandbox;

TEST_F(LazadaAgainstSandbox, AnOrderComesByPushAndGoesItsWay) {
  const ListingRef ref = publish();
  receive();
  const std::string id = buy(3);
  EXPECT_EQ(stock_of("KOPI-250"), 37);
  const auto events = receive();
  ASSERT_EQ(events.size(), 6u) << "three units, unpaid and pending";
  std::set<std::string> keys;
  for (const HookEvent& e : events) {
    EXPECT_EQ(e.kind, HookKind::order_changed);
    EXPECT_EQ(e.order, id);
    EXPECT_EQ(e.remote_shop_id, shop);
    keys.insert(e.key);
  }
  EXPECT_EQ(keys.size(), 6u);
  RemoteOrder order = fetch(id);
  EXPECT_EQ(order.status, OrderStatus::paid);
  ASSERT_EQ(order.lines.size(), 1u);
  EXPECT_EQ(order.lines[0].quantity, 3);
  EXPECT_EQ(order.lines[0].remote_variant, ref.variants.at("KOPI-250"));
  EXPECT_EQ(order.lines[0].remote_sku, "KOPI-250");
  EXPECT_EQ(order.total.amount, 3 * 45000 + 9000);
  const std::string identity = order.lines[0].remote_line;

  for (int twice = 0; twice < 2; ++twice) {
    const auto ack = drive(connector->accept_order(ctx(), action(id)));
    ASSERT_TRUE(ack) << ack.error().describe();
    EXPECT_EQ(ack->shipments.size(), 1u);
  }
  EXPECT_EQ(fetch(id).status, OrderStatus::accepted);
  for (int twice = 0; twice < 2; ++twice) {
    const auto ack = drive(connector->ship_order(ctx(), action(id)));
    ASSERT_TRUE(ack) << ack.error().describe();
    EXPECT_FALSE(ack->shipments.at(0).tracking_number.empty());
  }
  EXPECT_EQ(fetch(id).status, OrderStatus::accepted);
  control(Method::post, "orders/" + id + "/pick_up");
  EXPECT_EQ(fetch(id).status, OrderStatus::shipped);
  EXPECT_EQ(drive(connector->cancel_order(ctx(), action(id))).error().code,
            "lazada_cancel_refused");
  control(Method::post, "orders/" + id + "/deliver");
  control(Method::post, "orders/" + id + "/complete");
  order = fetch(id);
  EXPECT_EQ(order.status, OrderStatus::completed);
  EXPECT_EQ(order.lines[0].remote_line, identity);
  EXPECT_EQ(stock_of("KOPI-250"), 37);
}

TEST_F(LazadaAgainstSandbox, ShippingCutAnywhereIsFinishedByTheNextTry) {
  publish();
  for (const char* operation : {"order.items.get", "order.shipment.providers.get",
                                "order.fulfill.pack", "order.package.rts"}) {
    for (const char* kind : {"reset_before", "reset_after", "truncated", "html"}) {
      const std::string id = buy(1);
      fault(operation, kind);
      const auto first = drive(connector->ship_order(ctx(), action(id)));
      ASSERT_FALSE(first) << operation << " " << kind;
      EXPECT_EQ(first.error().kind, ErrorKind::transient) << operation << " " << kind;
      const auto second = drive(connector->ship_order(ctx(), action(id)));
      ASSERT_TRUE(second) << operation << " " << kind << ": " << second.error().describe();
      EXPECT_EQ(second->shipments.size(), 1u);
    }
  }
}

TEST_F(LazadaAgainstSandbox, ACancellationIsDoneOnce) {
  publish();
  const std::string id = buy(2);
  for (int twice = 0; twice < 2; ++twice) {
    const auto done = drive(connector->cancel_order(ctx(), action(id)));
    EXPECT_TRUE(done) << done.error().describe();
  }
  EXPECT_EQ(fetch(id).status, OrderStatus::cancelled);
  EXPECT_EQ(stock_of("KOPI-250"), 40);
  EXPECT_EQ(fetch(id).lines.at(0).quantity, 2) << "what was ordered";
  EXPECT_EQ(drive(connector->ship_order(ctx(), action(id))).error().code, "lazada_order_cancelled");
  const std::string lost = buy(1);
  fault("order.reverse.cancel.create", "reset_after");
  EXPECT_EQ(drive(connector->cancel_order(ctx(), action(lost))).error().kind,
            ErrorKind::indeterminate);
  EXPECT_TRUE(drive(connector->cancel_order(ctx(), action(lost))));
  const std::string sold_out = buy(1);
  EXPECT_TRUE(drive(connector->cancel_order(ctx(), action(sold_out, "out_of_stock"))));
  EXPECT_EQ(stock_of("KOPI-250"), 0) << "as facts 13 warns";
}

TEST_F(LazadaAgainstSandbox, PartOfAnOrderMayBeCancelled) {
  publish();
  const std::string id = buy(3);
  const RemoteOrder before = fetch(id);
  const json::Value units = control(Method::get, "orders/" + id)["units"];
  control(Method::post, "orders/" + id + "/cancel",
          {{"units", json::array({units[1]["order_item_id"]})}});
  const RemoteOrder after = fetch(id);
  EXPECT_EQ(after.status, OrderStatus::paid);
  ASSERT_EQ(after.lines.size(), 1u);
  EXPECT_EQ(after.lines[0].quantity, 2);
  EXPECT_EQ(after.lines[0].remote_line, before.lines[0].remote_line);
}

TEST_F(LazadaAgainstSandbox, ABuyerMayAskAndTheSellerAnswers) {
  publish();
  const std::string id = buy(1);
  const auto ask = [&] { control(Method::post, "orders/" + id + "/request_cancel"); };
  ask();
  EXPECT_EQ(fetch(id).status, OrderStatus::cancel_requested);
  EXPECT_EQ(drive(connector->ship_order(ctx(), action(id))).error().code, "order_cancel_requested");
  EXPECT_TRUE(drive(connector->answer_cancellation(ctx(), action(id), false)).ok());
  EXPECT_EQ(fetch(id).status, OrderStatus::paid);
  ask();
  for (int twice = 0; twice < 2; ++twice)
    EXPECT_TRUE(drive(connector->answer_cancellation(ctx(), action(id), true)).ok());
  EXPECT_EQ(fetch(id).status, OrderStatus::cancelled);
  EXPECT_EQ(stock_of("KOPI-250"), 40);
}

TEST_F(LazadaAgainstSandbox, StatesThatNobodyKnowsHoldStock) {
  publish();
  const std::string id = buy(1);
  control(Method::post, "orders/" + id + "/set_status", {{"status", "kata_baru"}});
  const RemoteOrder order = fetch(id);
  EXPECT_EQ(order.status, OrderStatus::pending);
  EXPECT_EQ(order.remote_status, "kata_baru");
}

TEST_F(LazadaAgainstSandbox, PollingWalksAllPagesOfAWindow) {
  ListingDraft many = testing::coffee();
  many.variants[0].stock = 200;
  publish(many);
  control(Method::put, "settings", {{"most_offset", 60}});
  const TimePoint start = clock.now();
  std::set<std::string> all;
  for (int i = 0; i < 120; ++i) {
    all.insert(buy(1));
    clock.advance(std::chrono::seconds(1));
  }
  std::set<std::string> seen;
  OrderWindow window;
  window.from = start;
  window.to = clock.now();
  int pages = 0;
  do {
    auto page = drive(connector->list_orders(ctx(), window));
    ASSERT_TRUE(page.ok()) << page.error().describe();
    for (const RemoteOrder& o : page->orders) {
      seen.insert(o.external_id);
      EXPECT_EQ(o.lines.size(), 1u);
    }
    EXPECT_TRUE(page->external_ids.empty());
    if (page->next.empty()) break;
    window.cursor = page->next;
  } while (++pages < 9 && pages < 2);
  EXPECT_EQ(pages, 2) << "the third page lies beyond this market's offset";
  EXPECT_EQ(seen.size(), 100u);
  control(Method::put, "settings", {{"most_offset", 5000}});
  const auto last = drive(connector->list_orders(ctx(), window));
  ASSERT_TRUE(last);
  for (const RemoteOrder& o : last->orders) seen.insert(o.external_id);
  EXPECT_EQ(seen, all);
  EXPECT_TRUE(last->next.empty());
}

}  // namespace
}  // namespace gerbang::lazada
