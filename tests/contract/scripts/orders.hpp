#pragma once

// Orders: exactly once, forward only, and what they do to stock.
#include <algorithm>

namespace gerbang::store {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

// A coffee sack sold in two sizes and in a hamper, on two channels, all published and quiet.
class Orders : public ::testing::Test, protected ScriptsWorld {
 protected:
  Orders() {
    shopee = shop("shopee");
    lazada = shop("lazada");
    product("KOPI", {variant("KOPI-250", {{"SACK", 250}}), variant("KOPI-500", {{"SACK", 500}})});
    product("HAMPER", {variant("HAMPER-1", {{"SACK", 250}, {"BASKET", 1}, {"HONEY", 2}})});
    product("MADU", {variant("MADU-1", {{"HONEY", 1}})});
    EXPECT_TRUE(count("SACK", 10'000).ok());
    EXPECT_TRUE(count("BASKET", 3).ok());
    EXPECT_TRUE(count("HONEY", 10).ok());
    settle_all(shopee);
    settle_all(lazada);
    clock.advance(minutes(30));
  }
  ~Orders() override { check_books(); }

  std::string shopee, lazada;
};

TEST_F(Orders, first_delivery_creates_and_reserves_and_every_repeat_changes_nothing) {
  const auto sale = order("A1", OrderStatus::paid, {line("KOPI-250", 4)});
  const auto first = ingest(shopee, sale);
  EXPECT_TRUE(first.created);
  EXPECT_EQ(reserved("SACK"), 1000);
  EXPECT_EQ(on_hand("SACK"), 10'000);
  for (int i = 0; i < 3; ++i) {
    const auto again = ingest(shopee, sale);
    EXPECT_FALSE(again.created);
    EXPECT_FALSE(again.changed);
    EXPECT_EQ(again.id, first.id);
  }
  EXPECT_EQ(reserved("SACK"), 1000);
  EXPECT_EQ(events("order.created").size(), 1u);
  EXPECT_TRUE(events("order.changed").empty());
}

TEST_F(Orders, shipped_takes_goods_and_reservation_together_once) {
  ingest(shopee, order("A1", OrderStatus::paid, {line("KOPI-250", 4)}));
  clock.advance(seconds(1));
  const auto shipped = order("A1", OrderStatus::shipped, {line("KOPI-250", 4)});
  ingest(shopee, shipped);
  ingest(shopee, shipped);
  clock.advance(seconds(1));
  ingest(shopee, order("A1", OrderStatus::completed, {line("KOPI-250", 4)}));
  EXPECT_EQ(on_hand("SACK"), 9000);
  EXPECT_EQ(reserved("SACK"), 0);
}

TEST_F(Orders, cancellation_releases_what_was_taken_whatever_the_recipe_says_by_then) {
  ingest(shopee, order("A1", OrderStatus::accepted, {line("KOPI-250", 4)}));
  product("KOPI", {variant("KOPI-250", {{"SACK", 300}, {"BASKET", 1}}),
                   variant("KOPI-500", {{"SACK", 500}})});
  clock.advance(seconds(1));
  const auto cancelled = order("A1", OrderStatus::cancelled, {line("KOPI-250", 4)});
  ingest(shopee, cancelled);
  ingest(shopee, cancelled);
  EXPECT_EQ(reserved("SACK"), 0);
  EXPECT_EQ(reserved("BASKET"), 0);
  EXPECT_EQ(on_hand("SACK"), 10'000);
  EXPECT_EQ(events("order.cancelled").size(), 1u);
}

TEST_F(Orders, cancellation_that_arrives_first_wins) {
  const auto paid = order("A1", OrderStatus::paid, {line("KOPI-250", 4)});
  const auto cancelled =
      order("A1", OrderStatus::cancelled, {line("KOPI-250", 4)}, clock.now() + seconds(5));
  EXPECT_TRUE(ingest(shopee, cancelled).created);
  EXPECT_FALSE(ingest(shopee, paid).changed);
  // Not even a newer word revives it.
  const auto again = ingest(
      shopee, order("A1", OrderStatus::shipped, {line("KOPI-250", 4)}, clock.now() + seconds(9)));
  EXPECT_EQ(again.status, OrderStatus::cancelled);
  EXPECT_EQ(reserved("SACK"), 0);
  EXPECT_EQ(on_hand("SACK"), 10'000);
}

TEST_F(Orders, older_news_change_nothing_and_equal_times_move_forward_only) {
  const TimePoint t = clock.now();
  ingest(shopee, order("A1", OrderStatus::accepted, {line("KOPI-250", 4)}, t));
  EXPECT_FALSE(
      ingest(shopee, order("A1", OrderStatus::cancelled, {line("KOPI-250", 4)}, t - seconds(1)))
          .changed);
  EXPECT_EQ(ingest(shopee, order("A1", OrderStatus::paid, {line("KOPI-250", 4)}, t)).status,
            OrderStatus::accepted);
  EXPECT_EQ(ingest(shopee, order("A1", OrderStatus::shipped, {line("KOPI-250", 4)}, t)).status,
            OrderStatus::shipped);
  EXPECT_EQ(on_hand("SACK"), 9000);
}

TEST_F(Orders, refused_cancellation_goes_back_to_paid_and_keeps_its_stock) {
  ingest(shopee, order("A1", OrderStatus::cancel_requested, {line("KOPI-250", 4)}));
  clock.advance(seconds(1));
  EXPECT_EQ(ingest(shopee, order("A1", OrderStatus::paid, {line("KOPI-250", 4)})).status,
            OrderStatus::paid);
  EXPECT_EQ(reserved("SACK"), 1000);
}

TEST_F(Orders, first_seen_after_shipment_consumes_and_what_is_missing_is_a_shortage) {
  const auto seen = ingest(shopee, order("A1", OrderStatus::completed, {line("KOPI-500", 21)}));
  EXPECT_EQ(on_hand("SACK"), 0);
  EXPECT_EQ(reserved("SACK"), 0);
  EXPECT_TRUE(seen.shortage);
  EXPECT_EQ(stored(seen.id).lines.front().shortage, 1);
  EXPECT_EQ(events("stock.shortage").size(), 1u);
}

TEST_F(Orders, shipment_never_takes_more_than_is_there) {
  ingest(shopee, order("A1", OrderStatus::paid, {line("KOPI-500", 10)}));
  ASSERT_TRUE(count("SACK", 3000).ok());
  EXPECT_EQ(events("stock.shortage").size(), 1u);
  clock.advance(seconds(1));
  const auto shipped = ingest(shopee, order("A1", OrderStatus::shipped, {line("KOPI-500", 10)}));
  EXPECT_EQ(on_hand("SACK"), 0);
  EXPECT_EQ(reserved("SACK"), 0);
  EXPECT_EQ(stored(shipped.id).lines.front().shortage, 4);
}

TEST_F(Orders, ten_kilograms_never_sell_more_than_forty_packets_in_any_mix) {
  Quantity grams = 0;
  for (int i = 0; i < 30; ++i) {
    const bool big = i % 3 == 0;
    const auto got =
        ingest(i % 2 ? shopee : lazada, order("A" + std::to_string(i), OrderStatus::paid,
                                              {line(big ? "KOPI-500" : "KOPI-250", 2)}));
    const Order o = stored(got.id);
    grams += (o.lines[0].quantity - o.lines[0].shortage) * (big ? 500 : 250);
  }
  EXPECT_EQ(grams, 10'000);
  EXPECT_EQ(reserved("SACK"), 10'000);
  EXPECT_EQ(ask(LoadStock{shopee, {"KOPI-250"}}).front().quantity, 0);
}

TEST_F(Orders, hamper_needs_all_its_parts_and_keeps_none_in_vain) {
  const auto got = ingest(shopee, order("A1", OrderStatus::paid, {line("HAMPER-1", 5)}));
  EXPECT_EQ(stored(got.id).lines.front().shortage, 2);
  EXPECT_EQ(reserved("BASKET"), 3);
  EXPECT_EQ(reserved("HONEY"), 6);
  EXPECT_EQ(reserved("SACK"), 750);
}

TEST_F(Orders, sale_may_eat_into_the_buffer) {
  ApplyStock::Item buffer;
  buffer.item = "HONEY";
  buffer.buffer = 8;
  ASSERT_TRUE(stock(buffer).ok());
  EXPECT_EQ(ask(LoadStock{shopee, {"MADU-1"}}).front().quantity, 2);
  EXPECT_FALSE(ingest(shopee, order("A1", OrderStatus::paid, {line("MADU-1", 10)})).shortage);
  EXPECT_EQ(reserved("HONEY"), 10);
  EXPECT_EQ(ask(LoadStock{shopee, {"MADU-1"}}).front().quantity, 0);
}

TEST_F(Orders, locations_are_used_the_fullest_first) {
  ASSERT_TRUE(count("SACK", 4000, "gudang").ok());
  ingest(shopee, order("A1", OrderStatus::paid, {line("KOPI-500", 24)}));
  for (const StockLevel& level : ask(GetStock{org, "SACK"}).levels)
    EXPECT_EQ(level.reserved, level.location == "gudang" ? 2000 : 10'000) << level.location;
}

TEST_F(Orders, line_added_later_reserves_and_changed_quantities_adjust) {
  ingest(shopee, order("A1", OrderStatus::paid, {line("KOPI-250", 4)}));
  clock.advance(seconds(1));
  ingest(shopee, order("A1", OrderStatus::paid, {line("KOPI-250", 4), line("MADU-1", 3)}));
  EXPECT_EQ(reserved("HONEY"), 3);
  clock.advance(seconds(1));
  ingest(shopee, order("A1", OrderStatus::paid, {line("KOPI-250", 6), line("MADU-1", 1)}));
  EXPECT_EQ(reserved("SACK"), 1500);
  EXPECT_EQ(reserved("HONEY"), 1);
  clock.advance(seconds(1));
  const auto got = ingest(shopee, order("A1", OrderStatus::paid, {line("KOPI-250", 6)}));
  EXPECT_EQ(reserved("HONEY"), 0);
  EXPECT_EQ(stored(got.id).lines.size(), 2u);
  clock.advance(seconds(1));
  ingest(shopee, order("A1", OrderStatus::paid, {line("KOPI-250", 6), line("MADU-1", 2)}));
  EXPECT_EQ(reserved("HONEY"), 2);
  clock.advance(seconds(1));
  // An answer without lines is no word about them.
  ingest(shopee, order("A1", OrderStatus::accepted, {}));
  EXPECT_EQ(reserved("HONEY"), 2);
}

TEST_F(Orders, what_one_line_gives_back_serves_another_line_of_the_order) {
  ingest(shopee, order("A1", OrderStatus::paid, {line("HAMPER-1", 1), line("MADU-1", 8)}));
  clock.advance(seconds(1));
  const auto got = ingest(shopee, order("A1", OrderStatus::paid, {line("MADU-1", 10)}));
  EXPECT_FALSE(got.shortage);
  EXPECT_EQ(reserved("HONEY"), 10);
}

TEST_F(Orders, released_stock_first_makes_good_what_another_order_lost_to_a_count) {
  ingest(shopee, order("A1", OrderStatus::paid, {line("MADU-1", 10)}));  // all of utama
  ASSERT_TRUE(count("HONEY", 3, "gudang").ok());
  ingest(shopee, order("A2", OrderStatus::paid, {line("MADU-1", 3)}));
  ASSERT_TRUE(count("HONEY", 7, "utama").ok());  // A1 lacks 3, nobody has them
  clock.advance(seconds(1));
  // The same goods under another line: A1 comes first.
  const auto second =
      ingest(shopee, order("A2", OrderStatus::paid, {line("MADU-1", 3, "another")}));
  EXPECT_TRUE(second.shortage);
  EXPECT_EQ(available("HONEY"), 0);
}

TEST_F(Orders, two_lines_of_one_name_are_both_kept) {
  const auto sale =
      order("A1", OrderStatus::paid, {line("KOPI-250", 1, "x"), line("KOPI-500", 1, "x")});
  ingest(shopee, sale);
  EXPECT_FALSE(ingest(shopee, sale).changed);
  EXPECT_EQ(reserved("SACK"), 750);
}

TEST_F(Orders, lines_are_matched_by_remote_ids_then_by_sku_and_unknown_ones_stay_visible) {
  OrderLine by_id = line("WRONG-SKU", 1, "a");
  by_id.remote_product = "P-KOPI";
  by_id.remote_variant = "V-KOPI-500";
  const auto got = ingest(shopee, order("A1", OrderStatus::paid,
                                        {by_id, line("MADU-1", 1, "b"), line("ELSE", 1, "c")}));
  const Order o = stored(got.id);
  EXPECT_EQ(o.lines[0].sku, "KOPI-500");
  EXPECT_EQ(o.lines[1].sku, "MADU-1");
  EXPECT_EQ(o.lines[2].sku, "");
  EXPECT_EQ(reserved("SACK"), 500);
  EXPECT_FALSE(o.has_shortage);
}

TEST_F(Orders, line_that_becomes_known_reserves_then) {
  const auto sale = order("A1", OrderStatus::paid, {line("TEH-1", 2)});
  ingest(shopee, sale);
  product("TEH", {variant("TEH-1")});
  ASSERT_TRUE(count("TEH-1", 5).ok());
  EXPECT_TRUE(ingest(shopee, sale).changed);
  EXPECT_EQ(reserved("TEH-1"), 2);
}

TEST_F(Orders, released_stock_covers_older_shortages_first) {
  ingest(shopee, order("A1", OrderStatus::paid, {line("MADU-1", 10)}));
  clock.advance(seconds(1));
  const auto second = ingest(lazada, order("B1", OrderStatus::paid, {line("MADU-1", 4)}));
  clock.advance(seconds(1));
  const auto third = ingest(lazada, order("B2", OrderStatus::paid, {line("MADU-1", 4)}));
  EXPECT_EQ(stored(second.id).lines[0].shortage, 4);
  clock.advance(seconds(1));
  ingest(shopee, order("A1", OrderStatus::paid, {line("MADU-1", 5)}));
  EXPECT_EQ(stored(second.id).lines[0].shortage, 0);
  EXPECT_FALSE(stored(second.id).has_shortage);
  EXPECT_EQ(stored(third.id).lines[0].shortage, 3);
  EXPECT_EQ(reserved("HONEY"), 10);
  ASSERT_TRUE(movement("HONEY", 5).ok());
  EXPECT_EQ(stored(third.id).lines[0].shortage, 0);
  EXPECT_EQ(ask(LoadStock{shopee, {"MADU-1"}}).front().quantity, 2);
}

TEST_F(Orders, absurd_quantity_is_refused_alone_and_its_fetch_is_parked) {
  must(WantOrders{shopee, {"A1", "A2"}});
  const auto fetches = due(shopee, Aspect::order_fetch);
  IngestOrders script;
  script.shop = shopee;
  script.orders = {order("A1", OrderStatus::paid, {line("MADU-1", -1)}),
                   order("A2", OrderStatus::paid, {line("MADU-1", 1)})};
  for (const Work& work : fetches) script.taken[work.subject] = work.revision;
  const auto answer = must(script);
  ASSERT_FALSE(answer[0].ok());
  EXPECT_EQ(answer[0].error().code, "order_invalid");
  EXPECT_TRUE(answer[1].ok());
  EXPECT_TRUE(due(shopee, Aspect::order_fetch).empty());
  EXPECT_EQ(single("SELECT count(*) FROM work WHERE aspect = 'order_fetch' AND parked"), 1);
}

// ---- what is told to whom

TEST_F(Orders, sale_lowers_every_other_listing_of_the_sack_but_not_the_one_that_sold) {
  ingest(shopee, order("A1", OrderStatus::paid, {line("KOPI-250", 4)}));
  EXPECT_EQ(due_subjects(lazada, Aspect::stock),
            (std::set<std::string>{"HAMPER-1", "KOPI-250", "KOPI-500"}));
  EXPECT_EQ(due_subjects(shopee, Aspect::stock), (std::set<std::string>{"HAMPER-1", "KOPI-500"}));
  for (const Work& work : due(lazada, Aspect::stock)) EXPECT_EQ(work.urgency, Urgency::order);
}

TEST_F(Orders, listing_that_sold_is_told_when_our_value_may_have_overwritten_its_counter) {
  const TimePoint placed = clock.now();
  clock.advance(minutes(5));
  must(RequestSync{org, shopee});
  settle_all(shopee);
  clock.advance(minutes(1));
  auto sale = order("A1", OrderStatus::paid, {line("KOPI-250", 4)});
  sale.placed_at = placed;
  ingest(shopee, sale);
  EXPECT_TRUE(due_subjects(shopee, Aspect::stock).contains("KOPI-250"));
}

// The simulation: a variant was deleted at the channel and made anew; an order of the old one came
// in and the new listing was taken to have counted it.
TEST_F(Orders, sale_of_a_deleted_variant_does_not_move_the_counter_of_the_new_one) {
  const auto by_ids = [](const std::string& product, const std::string& variant) {
    OrderLine l = line("KOPI-250", 1);
    l.remote_product = product;
    l.remote_variant = variant;
    return l;
  };
  ingest(shopee, order("A1", OrderStatus::paid, {by_ids("P-KOPI", "V-KOPI-250")}));
  EXPECT_FALSE(due_subjects(shopee, Aspect::stock).contains("KOPI-250"));
  ingest(shopee, order("A2", OrderStatus::paid, {by_ids("P-KOPI", "V-GONE")}));
  EXPECT_TRUE(due_subjects(shopee, Aspect::stock).contains("KOPI-250"));
  settle_all(shopee);
  clock.advance(minutes(5));
  const auto gone =
      ingest(shopee, order("A3", OrderStatus::paid, {by_ids("P-GONE", "V-KOPI-250")}));
  EXPECT_EQ(stored(gone.id).lines[0].sku, "KOPI-250");
  EXPECT_TRUE(due_subjects(shopee, Aspect::stock).contains("KOPI-250"));
  settle_all(shopee);
  clock.advance(minutes(5));
  // What the cancellation gives back, the channel gives back to what is gone.
  ingest(shopee, order("A3", OrderStatus::cancelled, {by_ids("P-GONE", "V-KOPI-250")}));
  EXPECT_TRUE(due_subjects(shopee, Aspect::stock).contains("KOPI-250"));
}

// The simulation: all units sold and we told 0, which takes a listing off display; the cancellation
// filled the channel's counter but the listing stayed off.
TEST_F(Orders, listing_that_was_at_nothing_is_told_when_a_cancellation_fills_it) {
  const auto sale = order("A1", OrderStatus::paid, {line("MADU-1", 10)});
  ingest(shopee, sale);
  settle_all(shopee);
  clock.advance(minutes(30));
  auto off = order("A1", OrderStatus::cancelled, {line("MADU-1", 10)});
  off.placed_at = sale.placed_at;
  ingest(shopee, off);
  EXPECT_TRUE(due_subjects(shopee, Aspect::stock).contains("MADU-1"));
}

// The simulation: sold, our value told, cancelled at the channel, and only then seen. The channel
// filled our value up by what the sale had taken from an older one.
TEST_F(Orders, order_first_seen_cancelled_is_corrected_when_our_value_came_between) {
  const TimePoint placed = clock.now();
  clock.advance(minutes(5));
  auto quiet = order("A1", OrderStatus::cancelled, {line("KOPI-250", 3)});
  quiet.placed_at = placed;
  ingest(shopee, quiet);
  EXPECT_FALSE(due_subjects(shopee, Aspect::stock).contains("KOPI-250"));
  must(RequestSync{org, shopee});
  settle_all(shopee);
  clock.advance(minutes(5));
  auto crossed = order("A2", OrderStatus::cancelled, {line("KOPI-250", 3)});
  crossed.placed_at = placed;
  ingest(shopee, crossed);
  EXPECT_TRUE(due_subjects(shopee, Aspect::stock).contains("KOPI-250"));
}

TEST_F(Orders, clock_skew_counts_for_us) {
  must(RequestSync{org, shopee});
  settle_all(shopee);
  clock.advance(seconds(119));
  ingest(shopee, order("A1", OrderStatus::paid, {line("KOPI-250", 1)}));
  EXPECT_TRUE(due_subjects(shopee, Aspect::stock).contains("KOPI-250"));
  settle_all(shopee);
  clock.advance(seconds(121));
  ingest(shopee, order("A2", OrderStatus::paid, {line("KOPI-250", 1)}));
  EXPECT_FALSE(due_subjects(shopee, Aspect::stock).contains("KOPI-250"));
}

TEST_F(Orders, listing_whose_value_is_on_its_way_is_told_again) {
  must(RequestSync{org, shopee});
  const auto before = due(shopee, Aspect::stock);
  ingest(shopee, order("A1", OrderStatus::paid, {line("KOPI-250", 1)}));
  for (const Work& work : due(shopee, Aspect::stock)) {
    if (work.subject != "KOPI-250") continue;
    const auto old = std::find_if(before.begin(), before.end(),
                                  [&](const Work& w) { return w.subject == work.subject; });
    EXPECT_GT(work.revision, old->revision);
    EXPECT_EQ(work.urgency, Urgency::order);
  }
}

TEST_F(Orders, two_sizes_of_one_sack_in_one_order_are_both_told) {
  // The channel lowers each by its own line only; the sack lowers both by both.
  ingest(shopee, order("A1", OrderStatus::paid, {line("KOPI-250", 1), line("KOPI-500", 1)}));
  EXPECT_EQ(due_subjects(shopee, Aspect::stock),
            (std::set<std::string>{"HAMPER-1", "KOPI-250", "KOPI-500"}));
}

TEST_F(Orders, cancelled_units_that_cover_an_older_shortage_are_taken_back_from_the_channel) {
  ingest(shopee, order("A1", OrderStatus::paid, {line("MADU-1", 10)}));
  ingest(lazada, order("B1", OrderStatus::paid, {line("MADU-1", 10)}));
  settle_all(shopee);
  settle_all(lazada);
  clock.advance(minutes(10));
  // Shopee puts 10 back on sale by itself; none of them are for sale.
  ingest(shopee, order("A1", OrderStatus::cancelled, {line("MADU-1", 10)}));
  EXPECT_EQ(ask(LoadStock{shopee, {"MADU-1"}}).front().quantity, 0);
  EXPECT_TRUE(due_subjects(shopee, Aspect::stock).contains("MADU-1"));
}

TEST_F(Orders, cancellation_tells_the_others_and_leaves_the_counter_that_was_restored) {
  ingest(shopee, order("A1", OrderStatus::paid, {line("MADU-1", 2)}));
  settle_all(shopee);
  settle_all(lazada);
  clock.advance(minutes(10));
  ingest(shopee, order("A1", OrderStatus::cancelled, {line("MADU-1", 2)}));
  EXPECT_TRUE(due_subjects(lazada, Aspect::stock).contains("MADU-1"));
  EXPECT_FALSE(due_subjects(shopee, Aspect::stock).contains("MADU-1"));
}

TEST_F(Orders, shipment_changes_nothing_that_is_on_offer) {
  ingest(shopee, order("A1", OrderStatus::paid, {line("MADU-1", 2)}));
  settle_all(shopee);
  settle_all(lazada);
  clock.advance(minutes(10));
  ingest(shopee, order("A1", OrderStatus::shipped, {line("MADU-1", 2)}));
  EXPECT_TRUE(due(shopee, Aspect::stock).empty());
  EXPECT_TRUE(due(lazada, Aspect::stock).empty());
}

TEST_F(Orders, parcel_lost_by_the_courier_returns_nothing_and_corrects_the_channel) {
  ingest(shopee, order("A1", OrderStatus::shipped, {line("MADU-1", 2)}));
  settle_all(shopee);
  clock.advance(minutes(10));
  const auto lost = ingest(shopee, order("A1", OrderStatus::cancelled, {line("MADU-1", 2)}));
  EXPECT_EQ(lost.status, OrderStatus::cancelled);
  EXPECT_EQ(on_hand("HONEY"), 8);
  EXPECT_TRUE(due_subjects(shopee, Aspect::stock).contains("MADU-1"));
}

// ---- fetching

TEST_F(Orders, fetch_that_was_asked_for_again_meanwhile_stays) {
  must(WantOrders{shopee, {"A1"}});
  const auto taken = due(shopee, Aspect::order_fetch).front().revision;
  must(WantOrders{shopee, {"A1"}});
  ingest(shopee, order("A1", OrderStatus::paid, {line("MADU-1", 1)}), taken);
  ASSERT_EQ(due(shopee, Aspect::order_fetch).size(), 1u);
  ingest(shopee, order("A1", OrderStatus::paid, {line("MADU-1", 1)}),
         due(shopee, Aspect::order_fetch).front().revision);
  EXPECT_TRUE(due(shopee, Aspect::order_fetch).empty());
}

TEST_F(Orders, order_that_is_not_there_is_parked_with_its_reason) {
  must(WantOrders{shopee, {"A1"}});
  IngestOrders script;
  script.shop = shopee;
  script.not_found = {"A1"};
  script.taken["A1"] = due(shopee, Aspect::order_fetch).front().revision;
  must(script);
  EXPECT_TRUE(due(shopee, Aspect::order_fetch).empty());
  EXPECT_EQ(single("SELECT count(*) FROM work WHERE parked AND detail LIKE '%order_not_found%'"),
            1);
  must(WantOrders{shopee, {"A1"}});
  EXPECT_EQ(due(shopee, Aspect::order_fetch).size(), 1u);
}

TEST_F(Orders, poll_watermark_only_rises) {
  const TimePoint t = clock.now();
  EXPECT_TRUE(must(AdvancePoll{shopee, t}));
  EXPECT_FALSE(must(AdvancePoll{shopee, t - minutes(5)}));
  EXPECT_EQ(ask(GetShop{org, shopee}).shop.orders_polled_to, t);
}

TEST_F(Orders, buyers_data_is_sealed_and_not_kept_for_an_ended_order) {
  auto sale = order("A1", OrderStatus::paid, {line("MADU-1", 1)});
  sale.buyer = Secret(R"({"name":"Pembeli Uji"})");
  const auto got = ingest(shopee, sale);
  const std::string sealed = rows("SELECT buyer FROM orders").at(0).at(0);
  EXPECT_EQ(sealed.find("Pembeli"), std::string::npos);
  const auto opened = vault.open(sealed, "order|" + got.id + "|buyer");
  ASSERT_TRUE(opened.ok());
  EXPECT_EQ(opened->reveal(), sale.buyer.reveal());
  auto ended = order("A2", OrderStatus::completed, {line("MADU-1", 1)});
  ended.buyer = sale.buyer;
  ingest(shopee, ended);
  EXPECT_EQ(single("SELECT count(*) FROM orders WHERE buyer IS NOT NULL"), 1);
}

// ---- decisions

TEST_F(Orders, decisions_are_possible_only_in_their_states) {
  struct Case {
    OrderStatus status;
    std::set<Aspect> possible;
  };
  const std::vector<Case> table = {
      {OrderStatus::pending, {Aspect::order_cancel}},
      {OrderStatus::paid, {Aspect::order_accept, Aspect::order_ship, Aspect::order_cancel}},
      {OrderStatus::accepted, {Aspect::order_ship, Aspect::order_cancel}},
      {OrderStatus::cancel_requested, {Aspect::order_accept, Aspect::order_cancel}},
      {OrderStatus::shipped, {}},
      {OrderStatus::delivered, {}},
      {OrderStatus::completed, {}},
      {OrderStatus::returned, {}},
      {OrderStatus::cancelled, {}},
  };
  for (const Case& c : table) {
    const std::string name(to_string(c.status));
    const auto got = ingest(shopee, order(name, c.status, {line("MADU-1", 1)}));
    for (const Aspect action : {Aspect::order_accept, Aspect::order_ship, Aspect::order_cancel}) {
      const auto answer = apply(RequestOrderAction{org, got.id, action, {}});
      EXPECT_EQ(answer.ok(), c.possible.contains(action)) << name << " " << to_string(action);
      if (!answer) {
        EXPECT_EQ(answer.error().code, "order_state");
      }
    }
  }
}

TEST_F(Orders, the_last_decision_is_the_one_that_is_sent) {
  const auto got = ingest(shopee, order("A1", OrderStatus::paid, {line("MADU-1", 1)}));
  must(RequestOrderAction{org, got.id, Aspect::order_ship,
                          json::object({{"courier", "JNE"}, {"tracking_number", "T1"}})});
  const auto ship = due(shopee, Aspect::order_ship);
  ASSERT_EQ(ship.size(), 1u);
  const auto action = ask(LoadOrderAction{got.id, ship.front().detail});
  EXPECT_EQ(action.courier, "JNE");
  EXPECT_EQ(action.tracking_number, "T1");
  EXPECT_EQ(action.external_id, "A1");
  must(RequestOrderAction{org, got.id, Aspect::order_cancel,
                          json::object({{"reason", "out_of_stock"}})});
  EXPECT_TRUE(due(shopee, Aspect::order_ship).empty());
  EXPECT_EQ(due(shopee, Aspect::order_cancel).size(), 1u);
}

TEST_F(Orders, answer_to_the_buyer_says_so) {
  const auto got = ingest(shopee, order("A1", OrderStatus::cancel_requested, {line("MADU-1", 1)}));
  must(RequestOrderAction{org, got.id, Aspect::order_accept, {}});
  auto detail = json::parse(due(shopee, Aspect::order_accept).front().detail);
  ASSERT_TRUE(detail.ok());
  EXPECT_EQ((*detail)["answer_cancellation"].as_bool(), false);
  must(RequestOrderAction{org, got.id, Aspect::order_cancel, {}});
  EXPECT_TRUE(due(shopee, Aspect::order_accept).empty());
  detail = json::parse(due(shopee, Aspect::order_cancel).front().detail);
  ASSERT_TRUE(detail.ok());
  EXPECT_EQ((*detail)["answer_cancellation"].as_bool(), true);
}

TEST_F(Orders, other_organisations_orders_are_not_there) {
  const auto got = ingest(shopee, order("A1", OrderStatus::paid, {line("MADU-1", 1)}));
  const auto answer = apply(RequestOrderAction{"org_other", got.id, Aspect::order_ship, {}});
  ASSERT_FALSE(answer.ok());
  EXPECT_EQ(answer.error().kind, ErrorKind::not_found);
  EXPECT_FALSE(apply(RestockOrder{"org_other", got.id, {{"line-MADU-1", 1}}}).ok());
}

TEST_F(Orders, returned_goods_come_back_by_decision_once) {
  const auto got = ingest(shopee, order("A1", OrderStatus::paid, {line("KOPI-250", 4)}));
  const RestockOrder back{org, got.id, {{"line-KOPI-250", 3}}};
  EXPECT_EQ(apply(back).error().code, "order_state");
  clock.advance(seconds(1));
  ingest(shopee, order("A1", OrderStatus::returned, {line("KOPI-250", 4)}));
  EXPECT_EQ(on_hand("SACK"), 9000);
  EXPECT_EQ(apply(RestockOrder{org, got.id, {{"line-KOPI-250", 5}}}).error().code,
            "restock_quantity");
  EXPECT_EQ(apply(RestockOrder{org, got.id, {{"line-ELSE", 1}}}).error().code,
            "order_line_unknown");
  settle_all(shopee);
  must(back);
  EXPECT_EQ(on_hand("SACK"), 9750);
  EXPECT_TRUE(due_subjects(shopee, Aspect::stock).contains("KOPI-250"));
  EXPECT_EQ(apply(back).error().code, "already_restocked");
  EXPECT_EQ(on_hand("SACK"), 9750);
}

}  // namespace
}  // namespace gerbang::store
