#pragma once

// After a restore (AdvanceRecovery): what was lost since the backup must not be sold again.
namespace gerbang::store {
namespace {

using std::chrono::minutes;

// Two shops that were told of ten packets; then the database is put back.
class Recovery : public ::testing::Test, protected ScriptsWorld {
 protected:
  Recovery() {
    shopee = shop("shopee");
    lazada = shop("lazada");
    product("KOPI", {variant("KOPI-250")});
    EXPECT_TRUE(count("KOPI-250", 10).ok());
    settle_all(shopee);
    settle_all(lazada);
    clock.advance(minutes(60));
    restored();
    clock.advance(minutes(1));
  }

  bool advance(const std::string& shop_id, RecoveryStep done) {
    return must(AdvanceRecovery{shop_id, done});
  }
  RecoveryStep step(const std::string& shop_id) { return ask(GetShop{org, shop_id}).recovery; }
  void poll(const std::string& shop_id) {
    AdvancePoll script;
    script.shop = shop_id;
    script.polled_to = clock.now();
    must(script);
  }
  void see(const std::string& shop_id, Quantity stock) {
    ObserveListings script;
    script.shop = shop_id;
    script.read_began = clock.now();
    script.items.push_back({"P-KOPI", "V-KOPI-250", stock, std::nullopt, true});
    must(script);
  }
  void orders_read() {
    for (const std::string& s : {shopee, lazada}) {
      poll(s);
      EXPECT_TRUE(advance(s, RecoveryStep::orders));
    }
  }
  void listings_read(Quantity at_shopee, Quantity at_lazada) {
    clock.advance(minutes(1));
    see(shopee, at_shopee);
    EXPECT_TRUE(advance(shopee, RecoveryStep::listings));
    see(lazada, at_lazada);
    EXPECT_TRUE(advance(lazada, RecoveryStep::listings));
  }
  Quantity offer(const std::string& shop_id) {
    return ask(LoadStock{shop_id, {"KOPI-250"}}).front().quantity;
  }
  Quantity doubted() {
    Quantity sum = 0;
    for (const auto& row : rows("SELECT quantity FROM doubted_stock")) sum += std::stoll(row[0]);
    return sum;
  }

  std::string shopee, lazada;
};

TEST_F(Recovery, nothing_but_orders_is_taken_before_every_shop_was_read) {
  ASSERT_TRUE(movement("KOPI-250", 5).ok());
  WantOrders want;
  want.shop = shopee;
  want.external_ids = {"S1"};
  must(want);
  ASSERT_EQ(ask(TakeWork{shopee, clock.now()}).due.size(), 1u);
  EXPECT_EQ(ask(TakeWork{shopee, clock.now()}).due.front().aspect, Aspect::order_fetch);
  EXPECT_TRUE(ask(TakeWork{lazada, clock.now()}).due.empty());

  EXPECT_FALSE(advance(shopee, RecoveryStep::orders)) << "not polled since";
  poll(shopee);
  EXPECT_FALSE(advance(shopee, RecoveryStep::orders)) << "an order waits to be fetched";
  const Work fetch = due(shopee, Aspect::order_fetch).front();
  ingest(shopee, order("S1", OrderStatus::paid, {line("KOPI-250", 1)}), fetch.revision);
  EXPECT_TRUE(advance(shopee, RecoveryStep::orders));
  EXPECT_FALSE(advance(shopee, RecoveryStep::listings)) << "the other shop's orders are not in";
  EXPECT_EQ(step(shopee), RecoveryStep::others);
  EXPECT_TRUE(due(shopee, Aspect::stock).empty());

  poll(lazada);
  EXPECT_TRUE(advance(lazada, RecoveryStep::orders));
  EXPECT_EQ(step(shopee), RecoveryStep::listings);
  EXPECT_TRUE(due(shopee, Aspect::stock).empty());
  listings_read(9, 10);
  EXPECT_EQ(step(shopee), RecoveryStep::none);
  EXPECT_EQ(due_subjects(shopee, Aspect::stock), std::set<std::string>{"KOPI-250"});
  EXPECT_EQ(due_subjects(lazada, Aspect::stock), std::set<std::string>{"KOPI-250"});
}

TEST_F(Recovery, where_nothing_was_lost_nothing_is_doubted) {
  orders_read();
  listings_read(10, 10);
  EXPECT_EQ(doubted(), 0);
  EXPECT_EQ(offer(shopee), 10);
  EXPECT_EQ(offer(lazada), 10);
}

TEST_F(Recovery, sales_while_the_gateway_was_away_are_not_doubted) {
  // Four were sold at Shopee with nobody to tell Lazada.
  ingest(shopee, order("S1", OrderStatus::paid, {line("KOPI-250", 4)}));
  orders_read();
  listings_read(6, 10);
  EXPECT_EQ(doubted(), 0);
  EXPECT_EQ(offer(lazada), 6);
}

TEST_F(Recovery, a_count_that_was_lost_is_not_offered_again) {
  orders_read();
  listings_read(3, 3);  // ten in the database: seven were given away by hand, and told
  EXPECT_EQ(doubted(), 7);
  EXPECT_EQ(offer(shopee), 3);
  EXPECT_EQ(offer(lazada), 3);
  EXPECT_EQ(on_hand("KOPI-250"), 10) << "the ledger says what was counted, no more and no less";
  check_books();
  // Sales and cancellations go on from there.
  const auto sold = ingest(shopee, order("S1", OrderStatus::paid, {line("KOPI-250", 2)}));
  EXPECT_EQ(offer(lazada), 1);
  clock.advance(minutes(5));
  ingest(shopee, order("S1", OrderStatus::cancelled, {line("KOPI-250", 2)}));
  EXPECT_EQ(offer(lazada), 3);
  EXPECT_EQ(stored(sold.id).status, OrderStatus::cancelled);
}

// Of the true 10 - 7 = 3 one is sold here and one there while nobody tells the other: 1 is left,
// and neither shop shows it.
TEST_F(Recovery, a_lost_count_behind_sales_at_both_shops_is_found) {
  ingest(shopee, order("S1", OrderStatus::paid, {line("KOPI-250", 1)}));
  ingest(lazada, order("L1", OrderStatus::paid, {line("KOPI-250", 1)}));
  orders_read();
  listings_read(2, 2);
  EXPECT_EQ(offer(shopee), 1);
  EXPECT_EQ(offer(lazada), 1);
}

TEST_F(Recovery, a_sale_after_the_listing_was_read_hides_no_lost_count) {
  orders_read();
  clock.advance(minutes(1));
  see(shopee, 3);
  EXPECT_TRUE(advance(shopee, RecoveryStep::listings));
  clock.advance(minutes(1));
  ingest(shopee, order("S1", OrderStatus::paid, {line("KOPI-250", 2)}));
  EXPECT_TRUE(advance(lazada, RecoveryStep::listings)) << "a channel that cannot be read";
  EXPECT_EQ(offer(lazada), 1);
}

TEST_F(Recovery, a_count_settles_the_doubt) {
  orders_read();
  listings_read(3, 3);
  ApplyStock::Item buffer;
  buffer.item = "KOPI-250";
  buffer.buffer = 1;
  ASSERT_TRUE(stock(buffer).ok());
  EXPECT_EQ(offer(shopee), 2) << "a buffer comes on top of what is doubted";
  ASSERT_TRUE(movement("KOPI-250", 20).ok());
  EXPECT_EQ(offer(shopee), 22) << "a movement is no count";
  ASSERT_TRUE(count("KOPI-250", 8).ok());
  EXPECT_EQ(doubted(), 0);
  EXPECT_EQ(offer(shopee), 7);
  ASSERT_TRUE(count("KOPI-250", 8).ok());
  EXPECT_EQ(offer(shopee), 7) << "the buffer is given back once";
}

TEST_F(Recovery, a_share_of_the_stock_is_evidence_of_the_whole) {
  UpdateShop share;
  share.organisation = org;
  share.shop = lazada;
  share.share_percent = 50;
  must(share);
  orders_read();
  listings_read(10, 2);  // half of 4 or 5
  EXPECT_EQ(offer(lazada), 2);
  EXPECT_EQ(offer(shopee), 4);
}

TEST_F(Recovery, a_shop_that_a_person_pauses_holds_nobody_up) {
  poll(shopee);
  EXPECT_TRUE(advance(shopee, RecoveryStep::orders));
  EXPECT_EQ(step(shopee), RecoveryStep::others);
  SetShopState lost_consent;
  lost_consent.shop = lazada;
  lost_consent.state = ShopState::needs_authorisation;
  must(lost_consent);
  EXPECT_EQ(step(shopee), RecoveryStep::others) << "its orders may be waiting there";
  SetShopState pause = lost_consent;
  pause.state = ShopState::paused;
  must(pause);
  EXPECT_EQ(step(shopee), RecoveryStep::listings);
  clock.advance(minutes(1));
  see(shopee, 10);
  EXPECT_TRUE(advance(shopee, RecoveryStep::listings));
  EXPECT_EQ(step(shopee), RecoveryStep::none);
}

TEST_F(Recovery, a_product_that_the_backup_does_not_know_is_looked_for_before_it_is_created) {
  product("TEH", {variant("TEH-30")});
  EXPECT_TRUE(ask(LoadDraft{shopee, "TEH"}).maybe_published);
  EXPECT_FALSE(ask(LoadDraft{shopee, "KOPI"}).maybe_published) << "it is there, we know its ids";
}

TEST_F(Recovery, gauges_tell_what_has_to_be_counted) {
  orders_read();
  listings_read(3, 3);
  EXPECT_EQ(ask(StoreStats{}).doubted_items, 1);
  EXPECT_EQ(ask(StoreStats{}).orders_short, 0);
  ingest(shopee, order("S1", OrderStatus::paid, {line("KOPI-250", 30)}));
  EXPECT_EQ(ask(StoreStats{}).orders_short, 1);
}

}  // namespace
}  // namespace gerbang::store
