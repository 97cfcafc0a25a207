#pragma once

// Webhooks, and what is trimmed.
namespace gerbang::store {
namespace {

using std::chrono::hours;

class Inbox : public ::testing::Test, protected ScriptsWorld {
 protected:
  Inbox() { shopee = shop("shopee"); }
  static ReceiveWebhook::Hint hint(const std::string& key, const std::string& order,
                                   const std::string& kind = "order_changed",
                                   const std::string& remote_shop = "R-shopee") {
    ReceiveWebhook::Hint h;
    h.key = key;
    h.kind = kind;
    h.remote_shop_id = remote_shop;
    h.order = order;
    return h;
  }
  bool receive(std::vector<ReceiveWebhook::Hint> hints, const std::string& body = "{\"n\":1}") {
    return must(ReceiveWebhook{"shopee", body, std::move(hints)});
  }
  std::int64_t fetch_revision() { return due(shopee, Aspect::order_fetch).front().revision; }
  std::int64_t unapplied() { return single("SELECT count(*) FROM inbox WHERE applied_at IS NULL"); }

  std::string shopee;
};

TEST_F(Inbox, hint_becomes_a_fetch_and_its_body_is_sealed) {
  EXPECT_TRUE(receive({hint("k1", "A1")}, "raw body"));
  EXPECT_EQ(due_subjects(shopee, Aspect::order_fetch), (std::set<std::string>{"A1"}));
  const std::string sealed = rows("SELECT body FROM inbox").at(0).at(0);
  EXPECT_EQ(sealed.find("raw body"), std::string::npos);
  const auto opened = vault.open(sealed, "inbox|shopee|k1");
  ASSERT_TRUE(opened.ok());
  EXPECT_EQ(opened->reveal(), "raw body");
}

TEST_F(Inbox, repeat_of_an_applied_event_changes_nothing) {
  receive({hint("k1", "A1")});
  ingest(shopee, order("A1", OrderStatus::paid, {line("X", 1)}), fetch_revision());
  EXPECT_EQ(unapplied(), 0);
  EXPECT_FALSE(receive({hint("k1", "A1")}));
  EXPECT_TRUE(due(shopee, Aspect::order_fetch).empty());
}

TEST_F(Inbox, repeat_of_an_unapplied_event_revives_its_work) {
  receive({hint("k1", "A1")});
  IngestOrders gone;
  gone.shop = shopee;
  gone.not_found = {"A1"};
  gone.taken["A1"] = fetch_revision();
  must(gone);
  EXPECT_TRUE(due(shopee, Aspect::order_fetch).empty());
  EXPECT_FALSE(receive({hint("k1", "A1")}));
  EXPECT_EQ(due(shopee, Aspect::order_fetch).size(), 1u);
  EXPECT_EQ(single("SELECT count(*) FROM inbox"), 1);
}

TEST_F(Inbox, webhook_during_a_fetch_is_not_swallowed_by_its_answer) {
  receive({hint("k1", "A1")});
  const auto taken = fetch_revision();
  receive({hint("k2", "A1")});
  ingest(shopee, order("A1", OrderStatus::paid, {line("X", 1)}), taken);
  EXPECT_EQ(due(shopee, Aspect::order_fetch).size(), 1u);
  EXPECT_EQ(unapplied(), 1);
  ingest(shopee, order("A1", OrderStatus::paid, {line("X", 1)}), fetch_revision());
  EXPECT_EQ(unapplied(), 0);
}

TEST_F(Inbox, event_of_an_unknown_shop_is_kept_and_applied_to_nothing) {
  EXPECT_TRUE(receive({hint("k1", "A1", "order_changed", "R-stranger")}));
  EXPECT_TRUE(due(shopee, Aspect::order_fetch).empty());
  EXPECT_EQ(unapplied(), 1);
  EXPECT_TRUE(must(ReceiveWebhook{"lazada", "{}", {hint("k1", "A1")}}));  // another channel's key
  EXPECT_TRUE(due(shopee, Aspect::order_fetch).empty());
}

TEST_F(Inbox, deauthorisation_stops_the_shop_once) {
  receive({hint("k1", "", "shop_deauthorised")});
  EXPECT_EQ(ask(GetShop{org, shopee}).shop.state, ShopState::needs_authorisation);
  must(SetShopState{shopee, org, ShopState::active, "", {}});
  receive({hint("k1", "", "shop_deauthorised")});
  EXPECT_EQ(ask(GetShop{org, shopee}).shop.state, ShopState::active);
}

TEST_F(Inbox, delivery_with_several_events_keeps_its_body_once) {
  EXPECT_TRUE(receive({hint("k1", "A1"), hint("k2", "A2"), hint("k3", "", "other")}));
  EXPECT_EQ(single("SELECT count(*) FROM inbox WHERE body IS NOT NULL"), 1);
  EXPECT_EQ(due_subjects(shopee, Aspect::order_fetch), (std::set<std::string>{"A1", "A2"}));
  EXPECT_EQ(unapplied(), 2);
}

TEST_F(Inbox, delivery_without_any_event_is_kept_too) {
  EXPECT_TRUE(receive({}, "something"));
  EXPECT_FALSE(receive({}, "something"));
  EXPECT_TRUE(receive({}, "something else"));
}

TEST_F(Inbox, retired_shop_fetches_nothing) {
  must(SetShopState{shopee, org, ShopState::retired, "closed", {}});
  receive({hint("k1", "A1")});
  EXPECT_EQ(must(WantOrders{shopee, {"A2"}}), 0);
  EXPECT_EQ(single("SELECT count(*) FROM work"), 0);
}

TEST_F(Inbox, news_of_a_listing_brings_forward_what_it_blocks) {
  product("KOPI", {variant("KOPI")});
  product("TEH", {variant("TEH")});
  settle_all(shopee);
  const auto blocked = [&](const std::string& sku, const std::string& outcome) {
    ASSERT_TRUE(count(sku, 5));
    SettleWork settle;
    settle.shop = shopee;
    for (const Work& work : due(shopee, Aspect::stock)) {
      if (work.subject != sku) continue;
      Settlement s = settlement(work);
      s.next = Settlement::Next::retry;
      s.due_at = clock.now() + hours(6);
      s.attempt.outcome = outcome;
      settle.settlements.push_back(s);
    }
    ASSERT_EQ(settle.settlements.size(), 1u);
    must(settle);
  };
  blocked("KOPI", "blocked");
  blocked("TEH", "transient");
  const auto changed = [&](const std::string& key, const std::string& sku) {
    ReceiveWebhook::Hint h = hint(key, "", "listing_changed");
    h.remote_product = rows(
                           "SELECT u.remote_product FROM units u, listings l"
                           " WHERE l.unit = u.unit AND l.shop = u.shop AND l.sku = '" +
                           sku + "'")
                           .at(0)
                           .at(0);
    ASSERT_FALSE(h.remote_product.empty());
    receive({h});
  };
  changed("k1", "KOPI");
  changed("k2", "TEH");
  clock.advance(std::chrono::seconds(49));
  EXPECT_TRUE(due(shopee, Aspect::stock).empty()) << "a lost request may still arrive";
  clock.advance(std::chrono::seconds(1));
  EXPECT_EQ(due_subjects(shopee, Aspect::stock), (std::set<std::string>{"KOPI"}));
  EXPECT_EQ(unapplied(), 0);
}

TEST_F(Inbox, history_is_trimmed_by_age_and_what_is_not_applied_stays) {
  receive({hint("waiting", "A1")});
  receive({hint("done", "", "other")});
  receive({hint("stranger", "A1", "order_changed", "R-stranger")});
  auto sale = order("A9", OrderStatus::paid, {line("X", 1)});
  sale.buyer = Secret("{}");
  ingest(shopee, sale);
  clock.advance(hours(1));
  ingest(shopee, order("A9", OrderStatus::cancelled, {line("X", 1)}));
  EXPECT_EQ(must(TrimHistory{}), 0);

  clock.advance(hours(24 * 31));
  EXPECT_GT(must(TrimHistory{}), 0);
  EXPECT_EQ(single("SELECT count(*) FROM inbox WHERE body IS NOT NULL"), 0);
  EXPECT_EQ(single("SELECT count(*) FROM inbox"), 3);
  EXPECT_EQ(single("SELECT count(*) FROM events"), 0);
  EXPECT_EQ(single("SELECT count(*) FROM orders WHERE buyer IS NOT NULL"), 0);
  EXPECT_FALSE(receive({hint("done", "", "other")}));  // still recognised

  clock.advance(hours(24 * 60));
  must(TrimHistory{});
  EXPECT_EQ(single("SELECT count(*) FROM inbox"), 1);
  EXPECT_EQ(unapplied(), 1);
}

TEST_F(Inbox, trimming_takes_no_more_than_it_may) {
  for (int i = 0; i < 5; ++i) receive({hint("k" + std::to_string(i), "", "other")});
  clock.advance(hours(24 * 40));
  must(TrimHistory{2});
  EXPECT_EQ(single("SELECT count(*) FROM inbox WHERE body IS NOT NULL"), 3);
}

}  // namespace
}  // namespace gerbang::store
