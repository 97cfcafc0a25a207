#pragma once

// What becomes of work: attempts, values, publications, removals.
namespace gerbang::store {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

class Settle : public ::testing::Test, protected ScriptsWorld {
 protected:
  Settle() {
    shopee = shop("shopee");
    product("KOPI", {variant("KOPI-250"), variant("KOPI-500")});
    EXPECT_TRUE(count("KOPI-250", 10).ok());
    EXPECT_TRUE(count("KOPI-500", 10).ok());
  }
  void settle(const Settlement& s) {
    SettleWork script;
    script.shop = shopee;
    script.settlements.push_back(s);
    must(script);
  }
  Work only(Aspect aspect) {
    const auto work = due(shopee, aspect);
    ensure(work.size() == 1, "one piece of work was expected");
    return work.front();
  }
  Settlement failed(const Work& work, std::string outcome, std::string code,
                    Settlement::Next next) {
    Settlement s = settlement(work);
    s.attempt.outcome = std::move(outcome);
    s.attempt.code = std::move(code);
    s.next = next;
    s.due_at = clock.now() + minutes(5);
    return s;
  }
  Listing listing(const std::string& sku) {
    ListListings query;
    query.organisation = org;
    query.shop = shopee;
    query.sku = sku;
    return ask(query).data.front();
  }
  // One stock row of KOPI-250 waits, nothing else.
  Work stock_work() {
    settle_all(shopee);
    clock.advance(minutes(10));
    EXPECT_TRUE(movement("KOPI-250", -1, MovementReason::damaged).ok());
    return only(Aspect::stock);
  }

  std::string shopee;
};

TEST_F(Settle, done_clears_and_remembers_what_was_sent) {
  const Work work = stock_work();
  Settlement s = settlement(work);
  s.sent_stock = 9;
  settle(s);
  EXPECT_TRUE(due(shopee, Aspect::stock).empty());
  const Listing l = listing("KOPI-250");
  EXPECT_EQ(l.observed->stock, 9);
  EXPECT_EQ(l.attempt->outcome, "done");
  EXPECT_EQ(ask(GetShop{org, shopee}).shop.last_success_at, clock.now());
}

TEST_F(Settle, newer_revision_survives_the_answer_to_an_older_one) {
  const Work work = stock_work();
  ASSERT_TRUE(movement("KOPI-250", -1, MovementReason::damaged).ok());
  settle(settlement(work));
  const Work newer = only(Aspect::stock);
  EXPECT_GT(newer.revision, work.revision);
  EXPECT_EQ(newer.attempts, 0);
  settle(failed(work, "rejected", "stock_refused", Settlement::Next::park));
  EXPECT_EQ(only(Aspect::stock).revision, newer.revision);
}

TEST_F(Settle, what_a_channel_deferred_is_known_until_it_was_heard_of) {
  settle_all(shopee);
  const auto set_price = [&](std::int64_t amount) {
    SetPrices script;
    script.organisation = org;
    SetPrices::Item item;
    item.sku = "KOPI-250";
    item.price = Money{amount};
    script.items.push_back(item);
    must(script);
  };
  set_price(41'000);
  Settlement deferred = settlement(only(Aspect::price));
  deferred.next = Settlement::Next::retry;
  deferred.counts_as_attempt = false;
  deferred.due_at = clock.now() + minutes(1);
  deferred.detail = R"({"ticket":"Q1","revision":7})";
  settle(deferred);
  EXPECT_TRUE(due(shopee, Aspect::price).empty());
  clock.advance(minutes(1));
  EXPECT_EQ(only(Aspect::price).detail, *deferred.detail);
  // A newer value is due at once and knows of the older one on its way.
  set_price(42'000);
  EXPECT_EQ(only(Aspect::price).detail, *deferred.detail);
  // A failed question keeps it, a refusal ends it.
  settle(failed(only(Aspect::price), "transient", "channel_unavailable", Settlement::Next::retry));
  clock.advance(minutes(5));
  EXPECT_EQ(only(Aspect::price).detail, *deferred.detail);
  settle(failed(only(Aspect::price), "rejected", "price_refused", Settlement::Next::park));
  Unpark again;
  again.organisation = org;
  again.shop = shopee;
  must(again);
  EXPECT_EQ(only(Aspect::price).detail.find("ticket"), std::string::npos);
}

// Also over a restart: the time stands with the work.
TEST_F(Settle, newer_value_waits_as_long_as_a_lost_older_one_may_still_arrive) {
  Settlement lost = failed(stock_work(), "indeterminate", "timeout", Settlement::Next::retry);
  lost.due_at = clock.now() + seconds(50);
  settle(lost);
  clock.advance(seconds(10));
  ASSERT_TRUE(movement("KOPI-250", -1, MovementReason::damaged).ok());
  EXPECT_TRUE(due(shopee, Aspect::stock).empty());
  clock.advance(seconds(39));
  EXPECT_TRUE(due(shopee, Aspect::stock).empty());
  clock.advance(seconds(1));
  EXPECT_EQ(due(shopee, Aspect::stock).size(), 1u);
}

TEST_F(Settle, retry_waits_and_counts_attempts_but_not_a_shutdown) {
  const Work work = stock_work();
  settle(failed(work, "transient", "server_error", Settlement::Next::retry));
  EXPECT_TRUE(due(shopee, Aspect::stock).empty());
  EXPECT_EQ(ask(TakeWork{shopee, clock.now()}).next_due, clock.now() + minutes(5));
  clock.advance(minutes(5));
  EXPECT_EQ(only(Aspect::stock).attempts, 1);
  Settlement shutdown = failed(work, "cancelled", "shutting_down", Settlement::Next::retry);
  shutdown.counts_as_attempt = false;
  shutdown.due_at = clock.now();
  settle(shutdown);
  EXPECT_EQ(only(Aspect::stock).attempts, 1);
  EXPECT_EQ(listing("KOPI-250").attempt->code, "server_error");
}

TEST_F(Settle, what_an_old_token_was_refused_for_is_due_with_the_new_one_and_nothing_else_is) {
  const auto new_tokens = [&] {
    SaveTokens script;
    script.shop = shopee;
    script.expected_version = ask(GetShop{org, shopee}).shop.token_version;
    script.tokens.access = Secret("uji-access");
    must(script);
  };
  settle(failed(stock_work(), "auth_expired", "token_expired", Settlement::Next::retry));
  must(RequestSync{org, shopee, false, false, true});
  settle(failed(only(Aspect::content), "auth_expired", "token_expired", Settlement::Next::retry));
  ReceiveWebhook::Hint hint;
  hint.key = "k1";
  hint.kind = "order_changed";
  hint.remote_shop_id = "R-shopee";
  hint.order = "A1";
  must(ReceiveWebhook{"shopee", "{}", {hint}});
  settle(
      failed(only(Aspect::order_fetch), "auth_expired", "token_expired", Settlement::Next::retry));
  for (const Aspect aspect : {Aspect::stock, Aspect::content, Aspect::order_fetch})
    EXPECT_TRUE(due(shopee, aspect).empty());
  new_tokens();
  for (const Aspect aspect : {Aspect::stock, Aspect::content, Aspect::order_fetch})
    EXPECT_EQ(only(aspect).attempts, 1);
  settle(failed(only(Aspect::order_fetch), "throttled", "rate_limited", Settlement::Next::retry));
  settle(failed(only(Aspect::stock), "throttled", "rate_limited", Settlement::Next::retry));
  new_tokens();
  for (const Aspect aspect : {Aspect::stock, Aspect::order_fetch})
    EXPECT_TRUE(due(shopee, aspect).empty());
}

TEST_F(Settle, parked_work_shows_its_reason_and_a_success_of_another_aspect_does_not_hide_it) {
  const Work stock = stock_work();
  must(RequestSync{org, shopee, false, false, true});
  settle(failed(only(Aspect::content), "rejected", "image_too_small", Settlement::Next::park));
  EXPECT_TRUE(due(shopee, Aspect::content).empty());
  settle(settlement(stock));
  EXPECT_EQ(listing("KOPI-250").attempt->code, "image_too_small");
  EXPECT_EQ(listing("KOPI-500").attempt->code, "image_too_small");
  EXPECT_EQ(events("listing.rejected").size(), 1u);
  EXPECT_EQ(must(Unpark{org, shopee, "KOPI-500"}), 1);
  settle(failed(only(Aspect::content), "rejected", "image_too_small", Settlement::Next::park));
  EXPECT_EQ(events("listing.rejected").size(), 1u);  // nothing new was said
  EXPECT_EQ(must(Unpark{org, shopee, ""}), 1);
  settle(settlement(only(Aspect::content)));
  EXPECT_EQ(listing("KOPI-250").attempt->outcome, "done");
}

TEST_F(Settle, what_another_aspect_meets_does_not_hide_why_work_is_parked) {
  const Work stock = stock_work();
  must(RequestSync{org, shopee, false, false, true});
  settle(failed(only(Aspect::content), "rejected", "image_too_small", Settlement::Next::park));
  settle(failed(stock, "transient", "channel_unavailable", Settlement::Next::retry));
  EXPECT_EQ(listing("KOPI-250").attempt->code, "image_too_small");
  ListParked query;
  query.organisation = org;
  query.shop = shopee;
  const auto parked = ask(query);
  ASSERT_EQ(parked.size(), 1u);
  EXPECT_EQ(parked[0].aspect, Aspect::content);
  EXPECT_EQ(parked[0].problem.outcome, "rejected");
  EXPECT_EQ(parked[0].problem.code, "image_too_small");
  // Each of several has its own reason, and a foreign organisation sees none.
  clock.advance(minutes(5));
  settle(failed(only(Aspect::stock), "rejected", "stock_refused", Settlement::Next::park));
  EXPECT_EQ(ask(query).size(), 2u);
  query.organisation = "org_other";
  EXPECT_EQ(answer(query).error().code, "shop_unknown");
}

TEST_F(Settle, product_that_is_gone_at_the_channel_is_published_anew_and_what_waited_goes_on) {
  const Work stock = stock_work();
  settle(failed(stock, "not_found", "listing_gone", Settlement::Next::park));
  const Work content = only(Aspect::content);  // publishing looks
  Settlement gone = failed(content, "not_found", "listing_gone", Settlement::Next::retry);
  gone.remote_product = "";
  settle(gone);
  const DraftView draft = ask(LoadDraft{shopee, "KOPI"});
  EXPECT_TRUE(draft.draft.remote_product.empty());
  EXPECT_TRUE(draft.maybe_published);  // the channel may have been wrong: look, then create
  clock.advance(minutes(5));
  Settlement anew = settlement(only(Aspect::content));
  anew.remote_product = "990";
  anew.remote_variants = {{"KOPI-250", "9901"}, {"KOPI-500", "9902"}};
  settle(anew);
  EXPECT_TRUE(due_subjects(shopee, Aspect::stock).contains("KOPI-250"));
  EXPECT_EQ(ask(LoadStock{shopee, {"KOPI-250"}}).at(0).remote_product, "990");
}

TEST_F(Settle, what_publishing_does_not_bring_back_stays_parked) {
  stock_work();
  int rounds = 0;
  for (; rounds < 10 && !due_subjects(shopee, Aspect::stock).empty(); ++rounds) {
    settle(failed(only(Aspect::stock), "not_found", "variant_gone", Settlement::Next::park));
    if (due(shopee, Aspect::content).empty()) continue;
    Settlement same = settlement(only(Aspect::content));
    const DraftView draft = ask(LoadDraft{shopee, "KOPI"});
    same.remote_product = draft.draft.remote_product;
    for (const DraftVariant& variant : draft.draft.variants)
      same.remote_variants[variant.sku] = variant.remote_variant;
    settle(same);
  }
  EXPECT_EQ(rounds, 4);
  EXPECT_EQ(listing("KOPI-250").attempt->code, "variant_gone");
}

TEST_F(Settle, blocked_is_told_once) {
  const Work work = stock_work();
  settle(failed(work, "blocked", "promotion_holds", Settlement::Next::retry));
  settle(failed(work, "blocked", "promotion_holds", Settlement::Next::retry));
  EXPECT_EQ(events("listing.blocked").size(), 1u);
  EXPECT_TRUE(events("listing.rejected").empty());
}

TEST_F(Settle, value_with_an_unknown_fate_counts_as_one_that_may_have_arrived) {
  for (const auto& [outcome, counts] :
       {std::pair("indeterminate", true), {"transient", false}, {"rejected", false}}) {
    const Work work = stock_work();
    clock.advance(minutes(10));
    settle(failed(work, outcome, "x", Settlement::Next::clear));
    ingest(shopee, order(outcome, OrderStatus::paid, {line("KOPI-250", 1)}));
    EXPECT_EQ(due_subjects(shopee, Aspect::stock).contains("KOPI-250"), counts) << outcome;
  }
}

// ---- publishing

TEST_F(Settle, first_publication_stores_the_ids_once_and_sends_the_stock_of_the_moment) {
  must(BeginPublish{shopee, "KOPI"});
  EXPECT_TRUE(ask(LoadDraft{shopee, "KOPI"}).maybe_published);
  Settlement s = settlement(only(Aspect::content));
  s.remote_product = "77";
  s.remote_variants = {{"KOPI-250", "a"}, {"KOPI-500", "b"}};
  s.memo = json::object({{"images", 2}});
  settle(s);
  const auto view = ask(LoadDraft{shopee, "KOPI"});
  EXPECT_FALSE(view.maybe_published);
  EXPECT_EQ(view.draft.remote_product, "77");
  EXPECT_EQ(view.draft.memo["images"].as_int64(), 2);
  EXPECT_EQ(view.draft.variants[1].remote_variant, "b");
  EXPECT_EQ(due_subjects(shopee, Aspect::stock), (std::set<std::string>{"KOPI-250", "KOPI-500"}));
  EXPECT_TRUE(due(shopee, Aspect::price).empty());
  ASSERT_EQ(events("listing.published").size(), 1u);
  must(RequestSync{org, shopee, false, false, true});
  Settlement again = settlement(only(Aspect::content));
  again.remote_product = "77";
  again.remote_variants = s.remote_variants;
  settle(again);
  EXPECT_EQ(events("listing.published").size(), 1u);
}

TEST_F(Settle, price_that_changed_while_publishing_is_sent) {
  Settlement s = settlement(only(Aspect::content));
  must(SetPrices{org, {{"KOPI-250", Money{40000, "IDR"}, {}}}});
  s.remote_product = "77";
  s.remote_variants = {{"KOPI-250", "a"}, {"KOPI-500", "b"}};
  settle(s);
  EXPECT_EQ(due_subjects(shopee, Aspect::price), (std::set<std::string>{"KOPI-250"}));
}

// The simulation: the create was lost, the price changed, the work had a newer revision by then;
// what was found later had been made from the draft before the change.
TEST_F(Settle, listing_that_is_found_after_a_lost_create_is_told_its_price) {
  must(BeginPublish{shopee, "KOPI"});
  const Work begun = only(Aspect::content);
  settle(failed(begun, "indeterminate", "timeout", Settlement::Next::retry));
  clock.advance(minutes(1));
  must(SetPrices{org, {{"KOPI-250", Money{40000, "IDR"}, {}}}});
  clock.advance(minutes(10));
  Settlement s = settlement(only(Aspect::content));
  s.sent_at = clock.now();
  s.next = Settlement::Next::retry;
  s.due_at = clock.now() + minutes(5);
  s.remote_product = "R1";
  s.remote_variants = {{"KOPI-250", "V1"}, {"KOPI-500", "V2"}};
  settle(s);
  EXPECT_EQ(due_subjects(shopee, Aspect::price), (std::set<std::string>{"KOPI-250", "KOPI-500"}));
}

// The simulation (seed 1473): the step that gives a product its variants was lost, the price
// changed, and the variants that were found afterwards had the price of before.
TEST_F(Settle, variants_that_are_found_after_a_lost_second_step_are_told_their_price) {
  must(BeginPublish{shopee, "KOPI"});
  Settlement first = settlement(only(Aspect::content));
  first.sent_at = clock.now();
  first.next = Settlement::Next::retry;
  first.due_at = clock.now();
  first.counts_as_attempt = false;
  first.remote_product = "77";
  settle(first);
  EXPECT_TRUE(ask(LoadDraft{shopee, "KOPI"}).new_variants);

  clock.advance(minutes(1));
  must(BeginPublish{shopee, "KOPI"});
  settle(failed(only(Aspect::content), "indeterminate", "timeout", Settlement::Next::retry));
  must(SetPrices{org, {{"KOPI-250", Money{40000, "IDR"}, {}}}});
  // Whatever makes the work newer than the price: a change of the title.
  clock.advance(minutes(10));
  must(BeginPublish{shopee, "KOPI"});
  Settlement second = settlement(only(Aspect::content));
  second.revision = 1'000'000;
  second.sent_at = clock.now();
  second.remote_product = "77";
  second.remote_variants = {{"KOPI-250", "a"}, {"KOPI-500", "b"}};
  settle(second);
  EXPECT_EQ(due_subjects(shopee, Aspect::price), (std::set<std::string>{"KOPI-250", "KOPI-500"}));
  EXPECT_FALSE(ask(LoadDraft{shopee, "KOPI"}).new_variants);
}

TEST_F(Settle, variants_of_an_undisturbed_second_step_need_no_price) {
  must(BeginPublish{shopee, "KOPI"});
  Settlement first = settlement(only(Aspect::content));
  first.sent_at = clock.now();
  first.next = Settlement::Next::retry;
  first.due_at = clock.now();
  first.counts_as_attempt = false;
  first.remote_product = "77";
  settle(first);
  clock.advance(minutes(1));
  Settlement second = settlement(only(Aspect::content));
  second.sent_at = clock.now();
  must(BeginPublish{shopee, "KOPI"});
  second.remote_product = "77";
  second.remote_variants = {{"KOPI-250", "a"}, {"KOPI-500", "b"}};
  settle(second);
  EXPECT_TRUE(due_subjects(shopee, Aspect::price).empty());
}

TEST_F(Settle, product_in_two_steps_is_published_only_with_its_variants) {
  const Work work = only(Aspect::content);
  must(BeginPublish{shopee, "KOPI"});
  Settlement first = settlement(work);
  first.next = Settlement::Next::retry;
  first.due_at = clock.now() + seconds(5);
  first.counts_as_attempt = false;
  first.remote_product = "77";
  settle(first);
  EXPECT_TRUE(ask(LoadStock{shopee, {"KOPI-250"}}).empty());
  EXPECT_TRUE(events("listing.published").empty());
  EXPECT_EQ(ask(LoadDraft{shopee, "KOPI"}).draft.remote_product, "77");
  Settlement second = settlement(work);
  second.remote_product = "77";
  second.remote_variants = {{"KOPI-250", "a"}, {"KOPI-500", "b"}};
  settle(second);
  EXPECT_EQ(ask(LoadStock{shopee, {"KOPI-250"}}).size(), 1u);
  EXPECT_EQ(events("listing.published").size(), 1u);
}

TEST_F(Settle, create_with_an_unknown_fate_is_looked_for_after_any_number_of_restarts) {
  const Work work = only(Aspect::content);
  must(BeginPublish{shopee, "KOPI"});
  settle(failed(work, "indeterminate", "timeout", Settlement::Next::retry));
  EXPECT_TRUE(ask(LoadDraft{shopee, "KOPI"}).maybe_published);
  EXPECT_EQ(apply(BeginPublish{shopee, "NO-SUCH"}).error().code, "unit_unknown");
}

TEST_F(Settle, product_withdrawn_while_it_was_published_is_taken_off_again) {
  Settlement s = settlement(only(Aspect::content));
  must(WithdrawProduct{org, "KOPI", {}});
  s.remote_product = "77";
  s.remote_variants = {{"KOPI-250", "a"}, {"KOPI-500", "b"}};
  settle(s);
  EXPECT_EQ(due_subjects(shopee, Aspect::state), (std::set<std::string>{"KOPI"}));
  const auto state = ask(LoadState{shopee, {"KOPI"}});
  ASSERT_EQ(state.size(), 1u);
  EXPECT_FALSE(state.front().listed);
  EXPECT_TRUE(state.front().remove);
  for (const StockItem& item : ask(LoadStock{shopee, {"KOPI-250"}})) {
    EXPECT_EQ(item.quantity, 0);
    EXPECT_FALSE(item.listed);
  }
}

TEST_F(Settle, removed_listing_is_published_anew_when_it_is_offered_again) {
  settle_all(shopee);
  must(WithdrawProduct{org, "KOPI", {}});
  Settlement s = settlement(only(Aspect::state));
  s.sent_listed = false;
  s.removed = true;
  settle(s);
  EXPECT_TRUE(ask(LoadState{shopee, {"KOPI"}}).empty());
  product("KOPI", {variant("KOPI-250"), variant("KOPI-500")});
  EXPECT_EQ(due_subjects(shopee, Aspect::content), (std::set<std::string>{"KOPI"}));
  const auto view = ask(LoadDraft{shopee, "KOPI"});
  EXPECT_TRUE(view.wanted);
  EXPECT_EQ(view.draft.remote_product, "");
  EXPECT_EQ(view.draft.variants.front().remote_variant, "");
}

// The simulation: a price that changed while the product was withdrawn was never told.
TEST_F(Settle, listing_offered_again_is_told_the_stock_and_the_price_of_the_moment) {
  settle_all(shopee);
  must(WithdrawProduct{org, "KOPI", {}});
  must(SetPrices{org, {{"KOPI-250", Money{40000, "IDR"}, {}}}});
  settle_all(shopee);
  Product again;
  again.code = "KOPI";
  again.title = {{"id", "Barang KOPI"}};
  again.options = {Option{"Ukuran", {"KOPI-250", "KOPI-500"}}};
  again.variants = {variant("KOPI-250"), variant("KOPI-500")};
  for (Variant& v : again.variants) {
    v.options = {v.sku};
    v.price.reset();  // stays as it was set
  }
  put(again);
  const std::set<std::string> both{"KOPI-250", "KOPI-500"};
  EXPECT_EQ(due_subjects(shopee, Aspect::stock), both);
  EXPECT_EQ(due_subjects(shopee, Aspect::price), both);
}

TEST_F(Settle, a_product_that_vanished_at_the_channel_is_created_anew) {
  settle_all(shopee);
  product("KOPI", {variant("KOPI-250")});
  const auto work = due(shopee, Aspect::content);
  ASSERT_EQ(work.size(), 1u);
  Settlement s = failed(work.front(), "not_found", "listing_gone", Settlement::Next::retry);
  s.remote_product = "";
  s.due_at = clock.now();
  settle(s);
  const auto view = ask(LoadDraft{shopee, "KOPI"});
  EXPECT_EQ(view.draft.remote_product, "");
  EXPECT_TRUE(view.maybe_published);  // should the channel have been wrong: looked for first
  EXPECT_EQ(due(shopee, Aspect::content).size(), 1u);
  EXPECT_TRUE(ask(LoadStock{shopee, {"KOPI-250"}}).empty());
}

TEST_F(Settle, unlisted_listing_keeps_its_ids) {
  settle_all(shopee);
  must(WithdrawProduct{org, "KOPI", {}});
  Settlement s = settlement(only(Aspect::state));
  s.sent_listed = false;
  settle(s);
  EXPECT_EQ(ask(LoadState{shopee, {"KOPI"}}).front().remote_product, "P-KOPI");
  EXPECT_EQ(listing("KOPI-250").observed->listed, false);
}

TEST_F(Settle, variant_that_the_channel_dropped_is_no_longer_told_of) {
  settle_all(shopee);
  product("KOPI", {variant("KOPI-250")});
  Settlement s = settlement(only(Aspect::content));
  s.remote_product = "P-KOPI";
  s.remote_variants = {{"KOPI-250", "V-KOPI-250"}};
  settle(s);
  EXPECT_TRUE(ask(LoadStock{shopee, {"KOPI-500"}}).empty());
}

// ---- order actions

TEST_F(Settle, shipment_is_merged_and_the_order_is_read_back) {
  settle_all(shopee);
  const auto got = ingest(shopee, order("A1", OrderStatus::paid, {line("KOPI-250", 1)}));
  must(RequestOrderAction{org, got.id, Aspect::order_ship, {}});
  Settlement s = settlement(only(Aspect::order_ship));
  s.shipments = {{"pkg-1", "JNE", "T1"}};
  settle(s);
  EXPECT_TRUE(due(shopee, Aspect::order_ship).empty());
  EXPECT_EQ(due_subjects(shopee, Aspect::order_fetch), (std::set<std::string>{"A1"}));
  ASSERT_EQ(stored(got.id).shipments.size(), 1u);
  clock.advance(seconds(1));
  auto fresh = order("A1", OrderStatus::shipped, {line("KOPI-250", 1)});
  fresh.shipments = {{"pkg-1", "", ""}, {"pkg-2", "JNE", "T2"}};
  ingest(shopee, fresh);
  const auto shipments = stored(got.id).shipments;
  ASSERT_EQ(shipments.size(), 2u);
  EXPECT_EQ(shipments[0].tracking_number, "T1");
}

TEST_F(Settle, parked_decision_keeps_its_detail_and_its_reason) {
  const auto got = ingest(shopee, order("A1", OrderStatus::paid, {line("KOPI-250", 1)}));
  must(RequestOrderAction{org, got.id, Aspect::order_ship, json::object({{"courier", "JNE"}})});
  settle(failed(only(Aspect::order_ship), "rejected", "courier_unknown", Settlement::Next::park));
  EXPECT_EQ(single("SELECT count(*) FROM work WHERE parked"
                   " AND detail LIKE '%courier_unknown%'"),
            1);
  must(Unpark{org, shopee, got.id});
  EXPECT_EQ(ask(LoadOrderAction{got.id, only(Aspect::order_ship).detail}).courier, "JNE");
}

// ---- read-back

class ReadBack : public Settle {
 protected:
  ReadBack() {
    settle_all(shopee);
    must(RequestSync{org, shopee, true, true});
    SettleWork script;
    script.shop = shopee;
    for (const Work& work : ask(TakeWork{shopee, clock.now()}).due) {
      Settlement s = settlement(work);
      if (work.aspect == Aspect::stock) s.sent_stock = 10;
      if (work.aspect == Aspect::price) s.sent_price = Money{35000, "IDR"};
      script.settlements.push_back(s);
    }
    must(script);
    clock.advance(minutes(30));
  }
  std::int64_t observe(std::optional<Quantity> stock, std::optional<Money> price = {},
                       std::optional<TimePoint> began = {}) {
    ObserveListings script;
    script.shop = shopee;
    script.read_began = began.value_or(clock.now());
    script.items = {{"P-KOPI", "V-KOPI-250", stock, price, {}}, {"P-ELSE", "", 5, {}, {}}};
    return must(script);
  }
};

TEST_F(ReadBack, what_agrees_is_stored_and_marks_nothing) {
  EXPECT_EQ(observe(10, Money{35000, "IDR"}), 0);
  EXPECT_EQ(listing("KOPI-250").observed->at, clock.now());
  EXPECT_TRUE(due(shopee, Aspect::stock).empty());
}

TEST_F(ReadBack, drift_is_told_and_repaired_when_there_is_time) {
  EXPECT_EQ(observe(12, Money{1, "IDR"}), 1);
  EXPECT_EQ(only(Aspect::stock).urgency, Urgency::routine);
  EXPECT_EQ(only(Aspect::price).subject, "KOPI-250");
  EXPECT_EQ(events("listing.drifted").size(), 1u);
  clock.advance(seconds(1));
  EXPECT_EQ(observe(12), 0);  // it is waiting already
}

TEST_F(ReadBack, answer_from_before_our_last_value_says_nothing) {
  const TimePoint began = clock.now();
  clock.advance(seconds(10));
  must(RequestSync{org, shopee});
  for (const Work& work : due(shopee, Aspect::stock)) {
    Settlement s = settlement(work);
    s.sent_stock = 10;
    settle(s);
  }
  EXPECT_EQ(observe(7, {}, began), 0);
  EXPECT_EQ(listing("KOPI-250").observed->stock, 10);
}

TEST_F(ReadBack, counter_that_an_order_moved_is_no_drift) {
  ingest(shopee, order("A1", OrderStatus::paid, {line("KOPI-250", 1)}));
  ASSERT_TRUE(due(shopee, Aspect::stock).empty());
  clock.advance(seconds(1));
  EXPECT_EQ(observe(9), 0);
}

TEST_F(ReadBack, listing_taken_off_by_the_channel_is_drift_once_we_had_put_it_on) {
  must(WithdrawProduct{org, "KOPI", {}});
  Settlement off = settlement(only(Aspect::state));
  off.sent_listed = false;
  settle(off);
  clock.advance(seconds(1));
  ObserveListings script;
  script.shop = shopee;
  script.read_began = clock.now();
  script.items = {{"P-KOPI", "V-KOPI-250", {}, {}, true}, {"P-KOPI", "V-KOPI-500", {}, {}, true}};
  EXPECT_EQ(must(script), 1);
  EXPECT_EQ(due_subjects(shopee, Aspect::state), (std::set<std::string>{"KOPI"}));
}

}  // namespace
}  // namespace gerbang::store
