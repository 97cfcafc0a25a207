// Orders, packages and webhooks against the sandbox.
#include "connectors/blibli/against_sandbox_for_test.hpp"

namespace gerbang::blibli {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using ::testing::HasSubstr;
using ::testing::Not;

class BlibliOrders : public testing::AgainstSandbox {
 protected:
  void SetUp() override {
    AgainstSandbox::SetUp();
    ListingDraft d = coffee();
    ref = publish(d);
    take_pushes();
  }
  const std::string both = R"({"sku":"KOPI-250","quantity":2},{"sku":"KOPI-500","quantity":1})";
  ListingRef ref;
};

TEST_F(BlibliOrders, a_checkout_is_one_order_and_its_items_are_the_lines) {
  const std::string id = buy(both);
  const RemoteOrder order = fetched(id);
  EXPECT_EQ(order.external_id, id);
  EXPECT_EQ(order.status, OrderStatus::paid);
  EXPECT_EQ(order.remote_status, "FP");
  ASSERT_EQ(order.lines.size(), 2u);
  EXPECT_EQ(order.lines[0].remote_product, ref.remote_product);
  EXPECT_EQ(order.lines[0].remote_variant, ref.variants.at("KOPI-250"));
  EXPECT_EQ(order.lines[0].remote_sku, "KOPI-250");
  EXPECT_EQ(order.lines[0].quantity, 2);
  EXPECT_EQ(order.lines[0].price, Money{45000});
  EXPECT_EQ(order.total, Money{2 * 45000 + 85000 + 2 * 9000});
  EXPECT_EQ(order.city, "Temanggung");
  EXPECT_THAT(order.buyer.reveal(), HasSubstr("Jalan Contoh"));
  EXPECT_EQ(order.updated_at, clock.now());
  EXPECT_EQ(listings().at("KOPI-250")["stock"].as_int64(), 38);
}

TEST_F(BlibliOrders, an_order_goes_from_payment_to_the_buyer) {
  const std::string id = buy(both);
  clock.advance(minutes(5));
  for (int twice = 0; twice < 2; ++twice) {
    const auto accepted = drive(blibli.accept_order(ctx(), action(id)));
    ASSERT_TRUE(accepted) << accepted.error().describe();
    ASSERT_EQ(accepted->shipments.size(), 1u) << "both travel in one parcel";
    EXPECT_FALSE(accepted->shipments[0].remote_package.empty());
  }
  EXPECT_EQ(count("package.create"), 1u) << "it is looked at before it is packed";
  RemoteOrder order = fetched(id);
  EXPECT_EQ(order.status, OrderStatus::accepted);
  EXPECT_EQ(order.updated_at, clock.now());
  ASSERT_EQ(order.shipments.size(), 1u);
  for (int twice = 0; twice < 2; ++twice) {
    const auto shipped = drive(blibli.ship_order(ctx(), action(id)));
    ASSERT_TRUE(shipped) << shipped.error().describe();
  }
  EXPECT_EQ(count("order.fulfil"), 1u);
  order = fetched(id);
  EXPECT_EQ(order.status, OrderStatus::accepted) << "waits for Blibli's courier";
  EXPECT_FALSE(order.shipments[0].tracking_number.empty());
  verb(id, "pick_up");
  clock.advance(minutes(31));
  EXPECT_EQ(fetched(id).status, OrderStatus::shipped) << "CX is in delivery";
  verb(id, "deliver");
  EXPECT_EQ(fetched(id).status, OrderStatus::delivered);
  EXPECT_EQ(listings().at("KOPI-250")["stock"].as_int64(), 38);
}

TEST_F(BlibliOrders, shipping_packs_what_nobody_packed) {
  const std::string id = buy(both);
  const auto shipped = drive(blibli.ship_order(ctx(), action(id)));
  ASSERT_TRUE(shipped) << shipped.error().describe();
  EXPECT_EQ(state(id), "PU");
}

TEST_F(BlibliOrders, other_orders_of_the_buyer_stay_out_of_the_parcel) {
  const std::string one = buy("KOPI-250", 1), two = buy("KOPI-500", 1);
  ASSERT_TRUE(drive(blibli.accept_order(ctx(), action(one))));
  EXPECT_EQ(fetched(two).status, OrderStatus::paid);
}

TEST_F(BlibliOrders, a_package_whose_answer_was_lost_is_not_made_twice) {
  const std::string id = buy(both);
  fault("package.create", "reset_after");
  EXPECT_EQ(drive(blibli.accept_order(ctx(), action(id))).error().kind, ErrorKind::indeterminate);
  const auto again = drive(blibli.accept_order(ctx(), action(id)));
  ASSERT_TRUE(again) << again.error().describe();
  EXPECT_EQ(again->shipments.size(), 1u);
  EXPECT_EQ(count("package.create"), 1u);
  fault("order.fulfil", "reset_after");
  EXPECT_EQ(drive(blibli.ship_order(ctx(), action(id))).error().kind, ErrorKind::transient);
  EXPECT_TRUE(drive(blibli.ship_order(ctx(), action(id))));
  EXPECT_EQ(state(id), "PU");
}

TEST_F(BlibliOrders, cancelling_gives_the_goods_back_and_can_be_repeated) {
  const std::string id = buy(both);
  OrderAction cancel = action(id);
  cancel.reason = "customer_request";
  for (int twice = 0; twice < 2; ++twice) {
    const auto done = drive(blibli.cancel_order(ctx(), cancel));
    ASSERT_TRUE(done) << done.error().describe();
  }
  EXPECT_EQ(count("order.cancel"), 2u) << "each item once";
  EXPECT_EQ(fetched(id).status, OrderStatus::cancelled);
  EXPECT_EQ(listings().at("KOPI-250")["stock"].as_int64(), 40);
  EXPECT_EQ(drive(blibli.accept_order(ctx(), action(id))).error().code, "blibli_order_cancelled");
  EXPECT_EQ(drive(blibli.ship_order(ctx(), action(id))).error().kind, ErrorKind::conflict);

  const std::string empty = buy("KOPI-250", 1);
  cancel = action(empty);
  cancel.reason = "out_of_stock";
  ASSERT_TRUE(drive(blibli.cancel_order(ctx(), cancel)));
  EXPECT_EQ(listings().at("KOPI-250")["stock"].as_int64(), 0) << "Blibli empties the product";
}

TEST_F(BlibliOrders, what_is_on_its_way_is_not_cancelled) {
  const std::string id = buy("KOPI-250", 1);
  ASSERT_TRUE(drive(blibli.ship_order(ctx(), action(id))));
  const auto refused = drive(blibli.cancel_order(ctx(), action(id)));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, "order_state_refused");
}

TEST_F(BlibliOrders, an_item_that_is_cancelled_alone_gives_its_goods_back) {
  const std::string id = buy(both);
  const std::string item(control(Method::get, "orders/" + id)["lines"][1]["item"].text());
  verb(id, "cancel", R"({"item":")" + item + "\"}");
  const RemoteOrder order = fetched(id);
  EXPECT_EQ(order.status, OrderStatus::paid) << "the other goes on";
  EXPECT_EQ(order.remote_status, "FP+X");
  ASSERT_EQ(order.lines.size(), 2u);
  EXPECT_EQ(order.lines[0].quantity, 2);
  EXPECT_EQ(order.lines[1].quantity, 0);
  EXPECT_EQ(order.total, Money{2 * 45000 + 9000});
  ASSERT_TRUE(drive(blibli.ship_order(ctx(), action(id)))) << "the rest is shipped";
}

TEST_F(BlibliOrders, a_status_that_nobody_explained_changes_nothing) {
  const std::string id = buy("KOPI-250", 1);
  verb(id, "request_cancel");
  EXPECT_EQ(fetched(id).status, OrderStatus::pending);
  EXPECT_EQ(fetched(id).remote_status, "CR");
}

TEST_F(BlibliOrders, detail_that_is_asked_too_often_does_not_hold_an_order_up) {
  const std::string id = buy("KOPI-250", 1);
  for (int i = 0; i < 7; ++i) {
    const RemoteOrder order = fetched(id);
    EXPECT_EQ(order.status, OrderStatus::paid);
    EXPECT_EQ(order.lines.size(), 1u);
    EXPECT_EQ(order.city.empty(), i >= 5) << i;
  }
}

TEST_F(BlibliOrders, ids_of_nineteen_digits_survive) {
  set(R"({"long_ids":true})");
  const std::string id = buy(both);
  EXPECT_EQ(id.size(), 19u);
  const RemoteOrder order = fetched(id);
  EXPECT_EQ(order.external_id, id);
  EXPECT_EQ(order.lines[1].remote_line.size(), 19u);
  EXPECT_TRUE(drive(blibli.ship_order(ctx(), action(id))));
}

TEST_F(BlibliOrders, an_order_that_is_not_there_is_named) {
  const std::string id = buy("KOPI-250", 1);
  const auto batch = drive(blibli.fetch_orders(ctx(), {"12104999999", id}));
  ASSERT_TRUE(batch) << batch.error().describe();
  EXPECT_EQ(batch->orders.size(), 1u);
  EXPECT_EQ(batch->not_found, std::vector<std::string>{"12104999999"});
  const std::string unpaid = buy(R"({"sku":"KOPI-250","quantity":1})", R"(,"pay":false)");
  EXPECT_EQ(drive(blibli.fetch_orders(ctx(), {unpaid}))->not_found.size(), 1u)
      << "what waits for payment cannot be used in any call";
}

TEST_F(BlibliOrders, old_orders_are_found_by_reading_backwards) {
  const std::string old = buy("KOPI-250", 1);
  clock.advance(hours(24 * 40));
  const std::string fresh = buy("KOPI-250", 1);
  calls.clear();
  EXPECT_EQ(fetched(fresh).external_id, fresh);
  EXPECT_EQ(count("order.list"), 1u);
  const RemoteOrder order = fetched(old);
  EXPECT_EQ(order.external_id, old);
  EXPECT_EQ(count("order.list"), 6u) << "two hours, 2, 9, 30 and 120 days back";
}

TEST_F(BlibliOrders, polling_finds_all_orders_of_a_window_past_the_cap_of_a_hundred) {
  set(R"({"limit_scale":0})");
  StockBatch refill;
  refill.items = {stock_of(ref, "KOPI-250", 900)};
  ASSERT_TRUE(drive(blibli.set_stock(ctx(), refill)));
  const TimePoint start = clock.now();
  std::set<std::string> placed;
  for (int i = 0; i < 230; ++i) {
    placed.insert(buy("KOPI-250", 1));
    clock.advance(seconds(3));
  }
  int pages = 0;
  EXPECT_EQ(poll(start, clock.now(), &pages), placed);
  EXPECT_GE(pages, 7);
  // An order of the upper edge belongs to the next window.
  const std::string later = buy("KOPI-250", 1);
  EXPECT_FALSE(poll(start, clock.now()).contains(later));
  EXPECT_TRUE(poll(clock.now() - minutes(1), clock.now() + seconds(1)).contains(later));
  // The same through a fetch: every one is found.
  std::vector<std::string> ids(placed.begin(), placed.end());
  ids.resize(50);
  const auto batch = drive(blibli.fetch_orders(ctx(), ids));
  ASSERT_TRUE(batch) << batch.error().describe();
  EXPECT_EQ(batch->orders.size(), 50u);
}

TEST_F(BlibliOrders, a_cancellation_is_found_without_a_webhook) {
  clock.set(*from_rfc3339("2026-02-14T02:05:00Z"));
  const std::string id = buy("KOPI-250", 1);
  clock.advance(hours(3));
  verb(id, "cancel");
  bool found = false;
  int polls = 0;
  for (; !found && polls < 12; ++polls) {
    clock.advance(minutes(5));
    found = poll(clock.now() - minutes(20), clock.now() + seconds(1)).contains(id);
  }
  EXPECT_TRUE(found);
  EXPECT_LE(polls, 6) << "within half an hour";
}

// ---- webhooks

TEST_F(BlibliOrders, each_event_has_a_path_of_its_own_and_names_the_order) {
  const std::string id = buy("KOPI-250", 1);
  auto pushes = take_pushes();
  ASSERT_EQ(pushes.size(), 1u);
  EXPECT_EQ(pushes[0].path, "/" + store + "/new_order");
  const auto events = blibli.open_webhook(pushes[0], ctx().app, clock.now());
  ASSERT_TRUE(events) << events.error().describe();
  EXPECT_EQ(events->at(0).kind, HookKind::order_changed);
  EXPECT_EQ(events->at(0).order, id);
  EXPECT_EQ(events->at(0).remote_shop_id, store);
  EXPECT_EQ(events->at(0).type, "new_order");
  ASSERT_TRUE(drive(blibli.ship_order(ctx(), action(id))));
  verb(id, "pick_up");
  verb(id, "deliver");
  std::vector<std::string> types;
  for (const HookEvent& e : hints()) types.push_back(e.type);
  EXPECT_EQ(types, (std::vector<std::string>{"package_created_order", "in_delivery_order",
                                             "delivered_order"}));
}

TEST_F(BlibliOrders, forged_and_stale_webhooks_are_refused) {
  buy("KOPI-250", 1);
  const InboundRequest good = take_pushes().at(0);
  const App app = ctx().app;
  const auto code = [&](const InboundRequest& r, const App& a, TimePoint now) {
    const auto opened = blibli.open_webhook(r, a, now);
    return opened ? std::string("opened") : opened.error().code;
  };
  EXPECT_EQ(code(good, app, clock.now()), "opened");
  for (std::size_t i = 0; i < good.body.size(); i += 7) {
    InboundRequest bad = good;
    bad.body[i] = static_cast<char>(bad.body[i] ^ 1);
    EXPECT_EQ(code(bad, app, clock.now()), "webhook_signature") << i;
  }
  InboundRequest moved = good;
  moved.path = "/" + store + "/canceled_order";
  EXPECT_EQ(code(moved, app, clock.now()), "webhook_signature") << "the path is signed";
  InboundRequest unsigned_one = good;
  unsigned_one.headers.erase("signature");
  EXPECT_EQ(code(unsigned_one, app, clock.now()), "webhook_signature");
  InboundRequest twice = good;
  twice.headers.add("signature", *good.headers.find("signature"));
  EXPECT_EQ(code(twice, app, clock.now()), "webhook_signature");
  InboundRequest other_time = good;
  other_time.headers.set("requestTime", std::to_string(to_unix_millis(clock.now()) + 1000));
  EXPECT_EQ(code(other_time, app, clock.now()), "webhook_signature") << "the time is signed";
  other_time.headers.set("requestTime", "0" + std::string(*good.headers.find("requestTime")));
  EXPECT_EQ(code(other_time, app, clock.now()), "webhook_signature") << "as it was written";
  EXPECT_EQ(code(good, app, clock.now() + seconds(301)), "webhook_time");
  EXPECT_EQ(code(good, app, clock.now() - seconds(301)), "webhook_time");
  App rotated = app;
  rotated.push_secret_before = std::exchange(rotated.push_secret, Secret("kunci-baru"));
  EXPECT_EQ(code(good, rotated, clock.now()), "opened") << "the previous key";
  rotated.push_secret_before = Secret();
  EXPECT_EQ(code(good, rotated, clock.now()), "webhook_signature");
  App none = app;
  none.push_secret = Secret();
  EXPECT_EQ(code(good, none, clock.now()), "webhook_signature") << "no key: nothing passes";
  set(R"({"hook_signature":"hex"})");
  buy("KOPI-250", 1);
  EXPECT_EQ(code(take_pushes().at(0), app, clock.now()), "opened");
}

TEST_F(BlibliOrders, an_order_reported_expired_can_come_back_as_new) {
  const std::string id = buy(R"({"sku":"KOPI-250","quantity":1})", R"(,"pay":false)");
  verb(id, "expire");
  const auto before = hints();
  ASSERT_EQ(before.size(), 2u);
  for (const HookEvent& e : before) EXPECT_EQ(e.kind, HookKind::other) << e.type;
  verb(id, "pay");
  const auto after = hints();
  ASSERT_EQ(after.size(), 1u);
  EXPECT_EQ(after[0].kind, HookKind::order_changed);
  std::set<std::string> keys{before[0].key, before[1].key, after[0].key};
  EXPECT_EQ(keys.size(), 3u) << "none is taken for a repeat";
  EXPECT_EQ(fetched(id).status, OrderStatus::paid);
}

class BlibliDropship : public BlibliOrders {
 protected:
  std::string shop_body() override { return R"({"name":"Antar Sendiri","delivery":"DROPSHIP"})"; }
};

TEST_F(BlibliDropship, wants_the_tracking_number_of_the_sellers_courier) {
  const std::string id = buy("KOPI-250", 1);
  OrderAction ship = action(id);
  const auto refused = drive(blibli.ship_order(ctx(), ship));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, "courier_missing");
  EXPECT_EQ(refused.error().field, "/tracking_number");
  EXPECT_EQ(count("package.create"), 0u) << "refused before anything was done";
  ship.tracking_number = "R123";
  const auto shipped = drive(blibli.ship_order(ctx(), ship));
  ASSERT_TRUE(shipped) << shipped.error().describe();
  EXPECT_EQ(shipped->shipments.at(0).tracking_number, "R123");
  EXPECT_EQ(fetched(id).shipments.at(0).tracking_number, "R123");
}

}  // namespace
}  // namespace gerbang::blibli
