#pragma once

// What the engine loads before it speaks to a channel.
namespace gerbang::store {
namespace {

using std::chrono::minutes;

class EngineQueries : public ::testing::Test, protected ScriptsWorld {
 protected:
  EngineQueries() {
    Product p;
    p.code = "KOPI";
    p.title = {{"id", "Kopi Robusta"}, {"en", "Robusta Coffee"}};
    p.description = {{"id", "Biji pilihan"}};
    p.category = "makanan-minuman/kopi";
    p.brand = "Desa";
    p.attributes = {{"asal", "Temanggung"}, {"proses", "natural"}};
    p.options = {{"Kemasan", {"250 g", "500 g"}}};
    p.variants = {variant("KOPI-250", {{"SACK", 250}}), variant("KOPI-500", {{"SACK", 500}})};
    p.variants[0].options = {"250 g"};
    p.variants[1].options = {"500 g"};
    p.variants[0].channel_prices = {{"shopee", Money{37000, "IDR"}}};
    ChannelOverride own;
    own.title = {{"id", "Kopi Temanggung"}};
    own.category = "100782";
    own.attributes = {{"asal", "Jawa Tengah"}};
    p.channels = {{"shopee", own}};
    base = p;
    shopee = shop("shopee");
    blibli = shop("blibli", false);
    put(p);
    EXPECT_TRUE(count("SACK", 1100).ok());
  }

  Product base;
  std::string shopee, blibli;
};

TEST_F(EngineQueries, draft_wears_the_channels_own_words_on_top_of_the_common_ones) {
  const auto view = ask(LoadDraft{shopee, "KOPI"});
  EXPECT_TRUE(view.wanted);
  EXPECT_FALSE(view.maybe_published);
  const ListingDraft& d = view.draft;
  EXPECT_EQ(d.title, "Kopi Temanggung");
  EXPECT_EQ(d.description, "Biji pilihan");
  EXPECT_EQ(d.category, "makanan-minuman/kopi");
  EXPECT_EQ(d.channel_category, "100782");
  EXPECT_EQ(d.brand, "Desa");
  EXPECT_EQ(d.attributes.at("asal"), "Jawa Tengah");
  EXPECT_EQ(d.attributes.at("proses"), "natural");
  ASSERT_EQ(d.options.size(), 1u);
  ASSERT_EQ(d.variants.size(), 2u);
  EXPECT_EQ(d.variants[0].price.amount, 37000);
  EXPECT_EQ(d.variants[1].price.amount, 35000);
  EXPECT_EQ(d.variants[0].stock, 4);
  EXPECT_EQ(d.variants[1].stock, 2);
}

TEST_F(EngineQueries, unit_of_one_variant_is_that_variant_without_axes) {
  const auto view = ask(LoadDraft{blibli, "KOPI/KOPI-500"});
  EXPECT_TRUE(view.wanted);
  EXPECT_EQ(view.draft.title, "Kopi Robusta 500 g");
  EXPECT_TRUE(view.draft.options.empty());
  ASSERT_EQ(view.draft.variants.size(), 1u);
  EXPECT_EQ(view.draft.variants[0].sku, "KOPI-500");
  EXPECT_TRUE(view.draft.variants[0].options.empty());
  EXPECT_EQ(answer(LoadDraft{shopee, "KOPI/KOPI-500"}).error().code, "unit_unknown");
}

TEST_F(EngineQueries, what_is_not_offered_is_not_drafted) {
  Product p = base;
  p.channels["shopee"].listed = false;
  put(p);
  EXPECT_FALSE(ask(LoadDraft{shopee, "KOPI"}).wanted);
  EXPECT_TRUE(ask(LoadDraft{blibli, "KOPI/KOPI-500"}).wanted);
  p.channels["shopee"].listed = true;
  p.variants.pop_back();
  p.options = {{"Kemasan", {"250 g"}}};
  put(p);
  EXPECT_EQ(ask(LoadDraft{shopee, "KOPI"}).draft.variants.size(), 1u);
  EXPECT_FALSE(ask(LoadDraft{blibli, "KOPI/KOPI-500"}).wanted);
}

TEST_F(EngineQueries, variant_without_a_price_is_not_sold_for_nothing) {
  Product p = base;
  p.code = "TEH";
  p.options.clear();
  p.variants = {variant("TEH-1")};
  p.variants[0].price.reset();
  put(p);
  EXPECT_FALSE(ask(LoadDraft{shopee, "TEH"}).wanted);
  must(SetPrices{org, {{"TEH-1", Money{9000, "IDR"}, {}}}});
  EXPECT_TRUE(ask(LoadDraft{shopee, "TEH"}).wanted);
}

TEST_F(EngineQueries, values_are_those_of_the_moment_and_only_of_what_is_published) {
  EXPECT_TRUE(ask(LoadStock{shopee, {"KOPI-250"}}).empty());
  EXPECT_TRUE(ask(LoadPrices{shopee, {"KOPI-250"}}).empty());
  EXPECT_TRUE(ask(LoadState{shopee, {"KOPI"}}).empty());
  settle_all(shopee);
  const auto stock = ask(LoadStock{shopee, {"KOPI-250", "NO-SUCH"}});
  ASSERT_EQ(stock.size(), 1u);
  EXPECT_EQ(stock[0].remote_product, "P-KOPI");
  EXPECT_EQ(stock[0].remote_variant, "V-KOPI-250");
  EXPECT_EQ(stock[0].quantity, 4);
  EXPECT_TRUE(stock[0].listed);
  EXPECT_EQ(ask(LoadPrices{shopee, {"KOPI-250"}}).front().price.amount, 37000);
  const auto state = ask(LoadState{shopee, {"KOPI"}});
  EXPECT_TRUE(state.front().listed);
  EXPECT_FALSE(state.front().remove);
}

TEST_F(EngineQueries, not_listed_on_one_channel_is_unlisted_not_removed) {
  settle_all(shopee);
  Product p = base;
  p.channels["shopee"].listed = false;
  put(p);
  const auto state = ask(LoadState{shopee, {"KOPI"}});
  EXPECT_FALSE(state.front().listed);
  EXPECT_FALSE(state.front().remove);
  EXPECT_EQ(ask(LoadStock{shopee, {"KOPI-250"}}).front().quantity, 0);
}

TEST_F(EngineQueries, variant_that_left_the_product_is_removed_where_it_is_a_listing_of_its_own) {
  settle_all(blibli);
  Product p = base;
  p.variants.pop_back();
  p.options = {{"Kemasan", {"250 g"}}};
  put(p);
  const auto state = ask(LoadState{blibli, {"KOPI/KOPI-250", "KOPI/KOPI-500"}});
  ASSERT_EQ(state.size(), 2u);
  EXPECT_TRUE(state[0].listed);
  EXPECT_TRUE(state[1].remove);
  EXPECT_EQ(state[1].remote_variant, "V-KOPI-500");
}

TEST_F(EngineQueries, work_comes_by_urgency_then_aspect_then_age_and_never_before_its_time) {
  settle_all(shopee);
  must(RequestSync{org, shopee, true, true, true});
  clock.advance(minutes(1));
  must(WantOrders{shopee, {"A2"}});
  clock.advance(minutes(1));
  must(WantOrders{shopee, {"A1"}});
  ingest(shopee, order("B1", OrderStatus::paid, {line("KOPI-500", 1)}));
  std::vector<std::string> order;
  for (const Work& work : ask(TakeWork{shopee, clock.now()}).due)
    order.push_back(std::string(to_string(work.aspect)) + " " + work.subject);
  EXPECT_EQ(order, (std::vector<std::string>{"order_fetch A2", "order_fetch A1", "stock KOPI-250",
                                             "stock KOPI-500", "price KOPI-250", "price KOPI-500",
                                             "content KOPI"}));
  EXPECT_EQ(ask(TakeWork{shopee, clock.now(), 1}).due.size(), 4u);
  const auto early = ask(TakeWork{shopee, clock.now() - minutes(10)});
  EXPECT_TRUE(early.due.empty());
  EXPECT_EQ(early.next_due, clock.now() - minutes(2));
}

TEST_F(EngineQueries, a_long_queue_of_urgent_work_hides_none_of_the_others) {
  product("TAMPAH", {variant("TAMPAH-1")});
  settle_all(shopee);
  // Both packets come out of one sack; the tray came in.
  ingest(blibli, order("B1", OrderStatus::paid, {line("KOPI-500", 1)}));
  EXPECT_TRUE(count("TAMPAH-1", 5).ok());
  std::map<Urgency, int> all, limited;
  for (const Work& work : ask(TakeWork{shopee, clock.now()}).due)
    if (work.aspect == Aspect::stock) ++all[work.urgency];
  for (const Work& work : ask(TakeWork{shopee, clock.now(), 1}).due)
    if (work.aspect == Aspect::stock) ++limited[work.urgency];
  EXPECT_EQ(all, (std::map<Urgency, int>{{Urgency::order, 2}, {Urgency::normal, 1}}));
  EXPECT_EQ(limited, (std::map<Urgency, int>{{Urgency::order, 1}, {Urgency::normal, 1}}));
}

}  // namespace
}  // namespace gerbang::store
