// After a restore (AdvanceRecovery): what was lost since the backup must not be sold again.
#include "core/base/ids.hpp"
#include "core/store/sqlite/scripts_world.hpp"
#include "core/store/sqlite/sqlite_store.hpp"
#include "tests/contract/store_fixture.hpp"
#include "tests/contract/temporary_folder.hpp"

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
    // What mark_restored() does to a file.
    db.execute("INSERT INTO counters VALUES ('restored_at', 1)");
    db.query("INSERT INTO recoveries SELECT organisation, id, 'orders', ?1 FROM shops")
        .bind(1, clock.now())
        .run();
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
  Quantity doubted() { return single("SELECT coalesce(sum(quantity), 0) FROM doubted_stock"); }

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

TEST(FirstId, parts_what_was_made_before_from_what_is_made_after) {
  SeededRandom random{3};
  const TimePoint t(std::chrono::milliseconds(1'795'000'000'123));
  const std::string first = first_id("ord", t);
  EXPECT_TRUE(is_id(first, "ord"));
  EXPECT_GE(new_id("ord", t, random), first);
  EXPECT_LT(new_id("ord", t - Duration(1), random), first);
}

// ---- on a file ---------------------------------------------------------------------------------

class MarkRestored : public testing::Test {
 protected:
  std::unique_ptr<Store> open(const std::string& path) {
    SqliteOptions out{path, Vault::for_tests(), clock_, random_};
    out.min_free_bytes = 0;
    return must(open_sqlite_store(std::move(out)));
  }
  ManualClock clock_{from_rfc3339("2026-11-24T01:00:00Z").value()};
  SeededRandom random_{11};
  TemporaryFolder folder_;
};

TEST_F(MarkRestored, no_revision_and_no_event_number_is_given_twice) {
  const std::string path = folder_.file("gerbang.db"), copy = folder_.file("copy.db");
  std::string org, shop, cut_off;
  std::int64_t revision = 0, sequence = 0;
  const auto counted = [&](Store& store, Quantity on_hand) {
    ApplyStock apply;
    apply.organisation = org;
    ApplyStock::Item entry;
    entry.item = "KOPI";
    entry.on_hand = on_hand;
    apply.items.push_back(entry);
    return must(must(store.apply_now(std::move(apply))).front()).revision;
  };
  const auto last_event = [&](Store& store) {
    ListEvents query;
    query.organisation = org;
    return must(store.read_now(query)).back().sequence;
  };
  {
    auto store = open(path);
    CreateOrganisation create;
    create.organisation.name = "BUM Desa Contoh";
    create.organisation.kind = "bumdes";
    org = must(store->apply_now(create)).id;
    for (std::string* id : {&shop, &cut_off}) {
      CreateShop made;
      made.shop.organisation = org;
      made.shop.channel = "shopee";
      made.shop.name = "Toko";
      *id = must(store->apply_now(made)).id;
      SaveTokens tokens;
      tokens.shop = *id;
      tokens.tokens.access = Secret("a");
      tokens.tokens.remote_shop_id = *id;
      must(store->apply_now(tokens));
    }
    SetShopState cut;
    cut.shop = cut_off;
    cut.state = ShopState::needs_authorisation;
    must(store->apply_now(cut));
    counted(*store, 1);
    ASSERT_TRUE(store->backup(copy).ok());
    for (Quantity n = 2; n < 50; ++n) revision = counted(*store, n);
    sequence = last_event(*store);
  }
  const Result<void> marked = mark_restored(copy, clock_.now());
  ASSERT_TRUE(marked) << marked.error().describe();
  EXPECT_FALSE(std::filesystem::exists(copy + "-wal"));
  EXPECT_FALSE(std::filesystem::exists(copy + "-shm"));
  auto store = open(copy);
  EXPECT_GT(counted(*store, 9), revision);
  EXPECT_GT(last_event(*store), sequence);
  EXPECT_EQ(must(store->read_now(GetShop{org, shop})).recovery, RecoveryStep::orders);
  EXPECT_EQ(must(store->read_now(GetShop{org, cut_off})).recovery, RecoveryStep::none);
}

TEST_F(MarkRestored, a_backup_that_another_key_sealed_is_told_apart) {
  const std::string path = folder_.file("gerbang.db");
  {
    auto store = open(path);
    CreateOrganisation create;
    create.organisation.name = "BUM Desa Contoh";
    create.organisation.kind = "bumdes";
    CreateShop made;
    made.shop.organisation = must(store->apply_now(create)).id;
    made.shop.channel = "shopee";
    made.shop.name = "Toko";
    SaveTokens tokens;
    tokens.shop = must(store->apply_now(made)).id;
    tokens.tokens.access = Secret("a");
    must(store->apply_now(tokens));
  }
  EXPECT_TRUE(check_keys(path, Vault::for_tests()));
  const auto other = must(Vault::create({{1, Secret(std::string(32, 'x'))}}, random_));
  EXPECT_EQ(check_keys(path, other).error().code, "backup_other_key");
}

TEST_F(MarkRestored, what_is_no_database_of_ours_is_refused) {
  const std::string path = folder_.file("other.db");
  {
    Database db(path, Database::Mode::writer);
    db.execute("CREATE TABLE theirs (x)");
  }
  EXPECT_EQ(mark_restored(path, clock_.now()).error().code, "store_not_ours");
}

}  // namespace
}  // namespace gerbang::store
