#pragma once

#include "tests/contract/store_fixture.hpp"

// Listings, stock, orders and events as the API reads them.
namespace gerbang::store {

// ---- listings -------------------------------------------------------------------------------

TEST_P(StoreContract, a_shop_offers_its_share_and_never_its_buffer) {
  const std::string org = organisation();
  const std::string s = shop(org).id;
  Product p = product("HAMPER", {variant("HAMPER-1")});
  p.variants[0].components = {{"KOPI", 250}, {"KERANJANG", 1}};
  put(org, p);
  count(org, "KOPI", 10'100);
  EXPECT_EQ(listings(org, s).at("HAMPER-1").stock, 0) << "no basket yet";
  count(org, "KERANJANG", 100);
  EXPECT_EQ(listings(org, s).at("HAMPER-1").stock, 40);
  apply(with_share(org, s, 50));
  EXPECT_EQ(listings(org, s).at("HAMPER-1").stock, 20);
  apply(with_buffer(org, s, 35));
  EXPECT_EQ(listings(org, s).at("HAMPER-1").stock, 5);
  apply(with_buffer(org, s, 50));
  EXPECT_EQ(listings(org, s).at("HAMPER-1").stock, 0);
}

TEST_P(StoreContract, listings_are_found_by_shop_sku_and_state_in_pages) {
  const std::string org = organisation();
  const std::string shopee = shop(org).id, lazada = shop(org, "lazada").id;
  for (const char* sku : {"A1", "A2", "A3"})
    put(org, product(std::string("P-") + sku, {variant(sku)}));
  publish(shopee, "P-A1", {"A1"});
  const auto found = [&](ListListings query) {
    std::vector<std::string> out;
    query.organisation = org;
    query.limit = 2;
    do {
      const auto page = read(query);
      for (const Listing& l : page.data) out.push_back(l.channel + " " + l.sku);
      query.cursor = page.next;
    } while (!query.cursor.empty());
    return out;
  };
  EXPECT_THAT(found({}), UnorderedElementsAre("shopee A1", "shopee A2", "shopee A3", "lazada A1",
                                              "lazada A2", "lazada A3"));
  EXPECT_THAT(found({.organisation = {}, .shop = lazada, .sku = {}, .state = {}, .cursor = {}}),
              ElementsAre("lazada A1", "lazada A2", "lazada A3"));
  EXPECT_THAT(found({.organisation = {}, .shop = {}, .sku = "A1", .state = {}, .cursor = {}}),
              UnorderedElementsAre("shopee A1", "lazada A1"));
  EXPECT_THAT(found({.organisation = {}, .shop = shopee, .sku = "A2", .state = {}, .cursor = {}}),
              ElementsAre("shopee A2"));
  EXPECT_THAT(found({.organisation = {}, .shop = {}, .sku = {}, .state = "live", .cursor = {}}),
              ElementsAre("shopee A1"));
  EXPECT_THAT(
      found({.organisation = {}, .shop = shopee, .sku = {}, .state = "unpublished", .cursor = {}}),
      ElementsAre("shopee A2", "shopee A3"));
  EXPECT_THAT(
      found({.organisation = {}, .shop = lazada, .sku = {}, .state = "pending", .cursor = {}}),
      ElementsAre("lazada A1", "lazada A2", "lazada A3"));
  EXPECT_THAT(
      found({.organisation = {}, .shop = shopee, .sku = {}, .state = "pending", .cursor = {}}),
      IsEmpty());
  EXPECT_EQ(failure(store().read_now(ListListings{
                .organisation = org, .shop = {}, .sku = {}, .state = "lost", .cursor = {}})),
            "invalid listing_state_unknown");
  const Listing live = listings(org, shopee).at("A1");
  EXPECT_EQ(live.remote_product, "item-P-A1");
  EXPECT_EQ(live.remote_variant, "model-A1");
  EXPECT_EQ(live.product, "P-A1");
}

TEST_P(StoreContract, a_refused_listing_is_found_as_rejected_with_what_was_said) {
  const std::string org = organisation();
  const std::string s = shop(org).id;
  put(org, product("KOPI", {variant("KOPI-250")}));
  const Work w = due(s).at(0);
  Settlement refused;
  refused.aspect = w.aspect;
  refused.subject = w.subject;
  refused.revision = w.revision;
  refused.next = Settlement::Next::park;
  refused.attempt = {clock().now(), "rejected",     "title_too_long", "/title",
                     "error_param", "Name is long", w.revision};
  SettleWork script;
  script.shop = s;
  script.settlements.push_back(refused);
  apply(std::move(script));

  ListListings query;
  query.organisation = org;
  query.state = "rejected";
  const auto page = read(query);
  ASSERT_EQ(page.data.size(), 1u);
  ASSERT_TRUE(page.data[0].attempt.has_value());
  EXPECT_EQ(page.data[0].attempt->code, "title_too_long");
  EXPECT_EQ(page.data[0].attempt->field, "/title");
  EXPECT_EQ(page.data[0].attempt->remote_code, "error_param");
  EXPECT_EQ(page.data[0].attempt->remote_message, "Name is long");
  EXPECT_FALSE(page.data[0].pending) << "parked work does not wait for the engine";
  const WorkSummary summary = read(GetShop{org, s}).work;
  EXPECT_EQ(summary.waiting, 0);
  EXPECT_EQ(summary.parked, 1);
  EXPECT_THAT(work(s), IsEmpty());

  Product shorter = product("KOPI", {variant("KOPI-250")});
  shorter.title["id"] = "Kopi";
  put(org, shorter);
  EXPECT_THAT(work(s), ElementsAre("content KOPI")) << "a change of the subject revives it";
}

// ---- stock, orders and events as the API reads them -----------------------------------------

TEST_P(StoreContract, stock_and_its_ledger_are_read_in_pages) {
  const std::string org = organisation();
  for (const char* item : {"GULA", "KOPI", "TEH"}) count(org, item, 10);
  for (int i = 1; i <= 4; ++i) {
    clock().advance(std::chrono::minutes(1));
    count(org, "KOPI", 10 + i);
  }
  EXPECT_EQ(read(GetStock{org, "KOPI"}).available(), 14);
  EXPECT_EQ(failure(store().read_now(GetStock{org, "NONE"})), "not_found item_unknown");

  std::vector<std::string> items;
  ListStock stock{.organisation = org, .cursor = {}, .limit = 2};
  do {
    const auto page = read(stock);
    for (const StockView& v : page.data) items.push_back(v.item);
    stock.cursor = page.next;
  } while (!stock.cursor.empty());
  EXPECT_THAT(items, ElementsAre("GULA", "KOPI", "TEH"));

  std::vector<std::int64_t> changes;
  ListMovements ledger{.organisation = org, .item = "KOPI", .cursor = {}, .limit = 2};
  TimePoint last = TimePoint::max();
  do {
    const auto page = read(ledger);
    for (const StockMovement& m : page.data) {
      EXPECT_EQ(m.reason, MovementReason::counted);
      EXPECT_LT(m.at, last) << "newest first";
      last = m.at;
      changes.push_back(m.on_hand_change);
    }
    ledger.cursor = page.next;
  } while (!ledger.cursor.empty());
  EXPECT_THAT(changes, ElementsAre(1, 1, 1, 1, 10));
}

TEST_P(StoreContract, orders_are_read_alone_and_in_pages_by_update) {
  const std::string org = organisation();
  const std::string s = shop(org).id, empty = shop(org, "lazada").id;
  put(org, product("KOPI", {variant("KOPI-250")}));
  count(org, "KOPI-250", 100);
  std::vector<std::string> ids;
  for (const char* id : {"X1", "X2", "X3"}) {
    clock().advance(std::chrono::minutes(1));
    IngestOrders script;
    script.shop = s;
    script.orders.push_back(remote_order(id, "KOPI-250", clock().now()));
    ids.push_back(must(apply(std::move(script)).at(0)).id);
  }
  const Order order = read(GetOrder{org, ids[1]});
  EXPECT_EQ(order.external_id, "X2");
  EXPECT_EQ(order.shop, s);
  EXPECT_EQ(order.channel, "shopee");
  EXPECT_EQ(order.status, OrderStatus::paid);
  EXPECT_EQ(order.total, rupiah(70'000));
  EXPECT_EQ(order.city, "Temanggung");
  ASSERT_EQ(order.lines.size(), 1u);
  EXPECT_EQ(order.lines[0].sku, "KOPI-250");
  EXPECT_EQ(order.lines[0].quantity, 2);
  ASSERT_EQ(order.shipments.size(), 1u);
  EXPECT_EQ(order.shipments[0].remote_package, "pkg-X2");
  EXPECT_EQ(order.shipments[0].tracking_number, "resi-1");
  EXPECT_EQ(failure(store().read_now(GetOrder{org, "ord_none"})), "not_found order_unknown");

  const auto found = [&](ListOrders query) {
    std::vector<std::string> out;
    query.organisation = org;
    query.limit = 1;
    do {
      const auto page = read(query);
      for (const Order& o : page.data) out.push_back(o.external_id);
      query.cursor = page.next;
    } while (!query.cursor.empty());
    return out;
  };
  EXPECT_THAT(found({}), ElementsAre("X1", "X2", "X3"));
  ListOrders since;
  since.updated_since = clock().now() - std::chrono::minutes(1);
  EXPECT_THAT(found(since), ElementsAre("X2", "X3"));
  ListOrders shipped;
  shipped.status = "shipped";
  EXPECT_THAT(found(shipped), IsEmpty());
  ListOrders elsewhere;
  elsewhere.shop = empty;
  EXPECT_THAT(found(elsewhere), IsEmpty());
  ListOrders nonsense;
  nonsense.organisation = org;
  nonsense.status = "lost";
  EXPECT_EQ(failure(store().read_now(nonsense)), "invalid order_status_unknown");
  EXPECT_EQ(read(StoreStats{}).orders_by_status.at("paid"), 3);
  EXPECT_GE(read(StoreStats{}).schema_version, 1);
}

TEST_P(StoreContract, events_are_read_in_order_after_a_cursor_and_by_type) {
  const std::string org = organisation(), other = organisation("B");
  put(other, product("LAIN", {variant("LAIN-1")}));
  put(org, product("KOPI", {variant("KOPI-250")}));
  const std::string s = shop(org).id;
  apply(to_state(s, ShopState::paused, "by_person"));
  apply(WithdrawProduct{org, "KOPI", {}});
  ListEvents query;
  query.organisation = org;
  const auto all = read(query);
  ASSERT_EQ(all.size(), 3u);
  EXPECT_LT(all[0].sequence, all[1].sequence);
  EXPECT_EQ(all[0].type, "product.changed");
  EXPECT_EQ(all[0].data["code"].text(), "KOPI");
  EXPECT_EQ(all[0].at, clock().now());
  EXPECT_THAT(event_types(org, all[0].sequence),
              ElementsAre("shop.state_changed", "product.withdrawn"));
  query.types = {"product.*"};
  EXPECT_EQ(read(query).size(), 2u);
  query.types = {"product"};
  EXPECT_THAT(read(query), IsEmpty());
  query.types = {"shop.state_changed", "product.withdrawn"};
  query.limit = 1;
  EXPECT_EQ(read(query).at(0).type, "shop.state_changed");
}

}  // namespace gerbang::store
