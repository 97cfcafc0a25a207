#pragma once

// Counts and movements, and what follows from them.
namespace gerbang::store {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

class Stock : public ::testing::Test, protected ScriptsWorld {
 protected:
  Stock() {
    shopee = shop("shopee");
    product("MADU", {variant("MADU-1", {{"HONEY", 1}})});
    EXPECT_TRUE(count("HONEY", 10).ok());
    settle_all(shopee);
    clock.advance(minutes(30));
  }
  ~Stock() override { check_books(); }
  std::string code_of(const ApplyStock::Item& entry) {
    const auto answer = stock(entry);
    return answer ? "" : answer.error().code;
  }

  std::string shopee;
};

TEST_F(Stock, older_count_than_the_stored_one_is_refused_and_changes_nothing) {
  ApplyStock::Item entry;
  entry.item = "HONEY";
  entry.on_hand = 3;
  entry.counted_at = clock.now() - std::chrono::hours(2);
  EXPECT_EQ(code_of(entry), "stock_count_older");
  EXPECT_EQ(on_hand("HONEY"), 10);
  entry.counted_at = clock.now();
  EXPECT_EQ(code_of(entry), "");
  EXPECT_EQ(on_hand("HONEY"), 3);
}

TEST_F(Stock, clock_that_runs_ahead_does_not_lock_out_later_counts) {
  ApplyStock::Item entry;
  entry.item = "HONEY";
  entry.on_hand = 3;
  entry.counted_at = clock.now() + std::chrono::hours(5);
  EXPECT_EQ(code_of(entry), "");
  clock.advance(minutes(1));
  EXPECT_TRUE(count("HONEY", 4).ok());
}

TEST_F(Stock, movement_below_zero_is_refused) {
  EXPECT_EQ(movement("HONEY", -11, MovementReason::damaged).error().code, "stock_negative");
  EXPECT_TRUE(movement("HONEY", -10, MovementReason::damaged).ok());
  EXPECT_EQ(on_hand("HONEY"), 0);
}

TEST_F(Stock, entries_that_make_no_sense_are_refused) {
  ApplyStock::Item both;
  both.item = "HONEY";
  both.on_hand = 1;
  both.change = 1;
  EXPECT_EQ(code_of(both), "stock_count_or_change");
  ApplyStock::Item nothing;
  nothing.item = "HONEY";
  EXPECT_EQ(code_of(nothing), "stock_count_or_change");
  ApplyStock::Item reason;
  reason.item = "HONEY";
  reason.change = 1;
  reason.reason = MovementReason::reserved;
  EXPECT_EQ(code_of(reason), "reason_unknown");
  ApplyStock::Item large;
  large.item = "HONEY";
  large.on_hand = kMaxQuantity + 1;
  EXPECT_EQ(code_of(large), "out_of_range");
  ApplyStock::Item negative;
  negative.item = "HONEY";
  negative.on_hand = -1;
  EXPECT_EQ(code_of(negative), "stock_negative");
}

TEST_F(Stock, location_is_needed_once_there_are_several) {
  EXPECT_EQ(ask(GetStock{org, "HONEY"}).levels.front().location, kDefaultLocation);
  ASSERT_TRUE(count("HONEY", 4, "gudang").ok());
  EXPECT_EQ(count("HONEY", 5).error().code, "location_needed");
  EXPECT_EQ(count("NEW-ITEM", 5).error().code, "location_needed");
  ASSERT_TRUE(count("NEW-ITEM", 5, "gudang").ok());
  EXPECT_TRUE(movement("NEW-ITEM", 1).ok());
  EXPECT_EQ(on_hand("NEW-ITEM"), 6);
  EXPECT_EQ(on_hand("HONEY"), 14);
}

TEST_F(Stock, stock_that_fell_is_urgent_that_rose_is_not_and_no_change_tells_nobody) {
  ASSERT_TRUE(count("HONEY", 10).ok());
  EXPECT_TRUE(due(shopee, Aspect::stock).empty());
  ASSERT_TRUE(count("HONEY", 12).ok());
  ASSERT_EQ(due(shopee, Aspect::stock).size(), 1u);
  EXPECT_EQ(due(shopee, Aspect::stock).front().urgency, Urgency::normal);
  ASSERT_TRUE(count("HONEY", 11).ok());
  ASSERT_EQ(due(shopee, Aspect::stock).size(), 1u);
  EXPECT_EQ(due(shopee, Aspect::stock).front().urgency, Urgency::order);
  EXPECT_EQ(events("stock.changed").size(), 3u);
}

TEST_F(Stock, buffer_alone_lowers_what_is_offered) {
  ApplyStock::Item entry;
  entry.item = "HONEY";
  entry.buffer = 4;
  ASSERT_TRUE(stock(entry).ok());
  EXPECT_EQ(available("HONEY"), 6);
  EXPECT_EQ(due_subjects(shopee, Aspect::stock), (std::set<std::string>{"MADU-1"}));
  EXPECT_EQ(ask(LoadStock{shopee, {"MADU-1"}}).front().quantity, 6);
}

TEST_F(Stock, bad_entry_harms_no_other) {
  ApplyStock script;
  script.organisation = org;
  script.items.resize(3);
  script.items[0].item = "HONEY";
  script.items[0].on_hand = 7;
  script.items[1].item = "HONEY";
  script.items[1].change = -100;
  script.items[1].reason = MovementReason::damaged;
  script.items[2].item = "WAX";
  script.items[2].on_hand = 2;
  const auto answers = must(script);
  EXPECT_TRUE(answers[0].ok());
  EXPECT_FALSE(answers[1].ok());
  EXPECT_TRUE(answers[2].ok());
  EXPECT_EQ(on_hand("HONEY"), 7);
  EXPECT_EQ(on_hand("WAX"), 2);
}

TEST_F(Stock, count_below_what_orders_hold_is_a_visible_shortage_and_offers_nothing) {
  ingest(shopee, order("A1", OrderStatus::paid, {line("MADU-1", 8)}));
  ASSERT_TRUE(count("HONEY", 5).ok());
  EXPECT_EQ(available("HONEY"), 0);
  const auto told = events("stock.shortage");
  ASSERT_EQ(told.size(), 1u);
  EXPECT_EQ(told.front()["missing"].as_int64(), 3);
}

TEST_F(Stock, another_location_takes_over_what_a_count_took_away) {
  ingest(shopee, order("A1", OrderStatus::paid, {line("MADU-1", 8)}));
  ASSERT_TRUE(count("HONEY", 6, "gudang").ok());
  ASSERT_TRUE(count("HONEY", 5, "utama").ok());
  // 11 on hand, 8 held: 3 may be offered, not the 6 that the store room alone seems to have.
  EXPECT_EQ(available("HONEY"), 3);
  EXPECT_TRUE(events("stock.shortage").empty());
}

TEST_F(Stock, stock_that_comes_in_serves_the_oldest_order_before_it_is_offered) {
  ASSERT_TRUE(count("HONEY", 0).ok());
  clock.advance(seconds(1));
  const auto older = ingest(shopee, order("A1", OrderStatus::paid, {line("MADU-1", 3)}));
  clock.advance(seconds(1));
  const auto newer = ingest(shopee, order("A2", OrderStatus::paid, {line("MADU-1", 3)}));
  ASSERT_TRUE(movement("HONEY", 4).ok());
  EXPECT_FALSE(stored(older.id).has_shortage);
  EXPECT_EQ(stored(newer.id).lines.front().shortage, 2);
  EXPECT_EQ(available("HONEY"), 0);
  ASSERT_TRUE(movement("HONEY", 4).ok());
  EXPECT_FALSE(stored(newer.id).has_shortage);
  EXPECT_EQ(available("HONEY"), 2);
}

}  // namespace
}  // namespace gerbang::store
