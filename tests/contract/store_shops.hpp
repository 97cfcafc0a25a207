#pragma once

#include "tests/contract/store_fixture.hpp"

// Organisations, keys, shops, tokens.
namespace gerbang::store {

// ---- organisations and keys -----------------------------------------------------------------

TEST_P(StoreContract, an_organisation_is_created_found_and_listed_in_pages) {
  CreateOrganisation script;
  script.organisation.name = "BUM Desa Sukamaju";
  script.organisation.kind = "bumdes";
  script.organisation.zone = "WITA";
  script.organisation.village_code = "32.04.10.2005";
  const Organisation made = apply(script);
  EXPECT_EQ(made.created_at, clock().now());

  const Organisation found = read(GetOrganisation{made.id});
  EXPECT_EQ(found.name, "BUM Desa Sukamaju");
  EXPECT_EQ(found.zone, "WITA");
  EXPECT_EQ(found.village_code, "32.04.10.2005");
  EXPECT_FALSE(found.suspended);

  std::set<std::string> ids = {made.id, organisation("B"), organisation("C")};
  std::set<std::string> listed;
  std::string cursor;
  int pages = 0;
  do {
    const auto page = read(ListOrganisations{.cursor = cursor, .limit = 2});
    for (const Organisation& o : page.data) EXPECT_TRUE(listed.insert(o.id).second);
    cursor = page.next;
    ++pages;
  } while (!cursor.empty());
  EXPECT_EQ(listed, ids);
  EXPECT_EQ(pages, 2);
  EXPECT_EQ(failure(store().read_now(GetOrganisation{"org_none"})),
            "not_found organisation_unknown");
}

TEST_P(StoreContract, a_key_opens_the_door_while_it_lives) {
  const std::string org = organisation();
  CreateKey script;
  script.key.organisation = org;
  script.key.label = "kasir";
  script.key.scopes = {"read"};
  script.key.hash = "aa11";
  script.key.expires_at = clock().now() + std::chrono::hours(1);
  const ApiKey key = apply(script);

  const Principal who = read(FindPrincipal{"aa11"});
  EXPECT_EQ(who.organisation, org);
  EXPECT_EQ(who.key_id, key.id);
  EXPECT_THAT(who.scopes, ElementsAre("read"));
  EXPECT_EQ(failure(store().read_now(FindPrincipal{"bb22"})), "unauthenticated key_unknown");
  EXPECT_EQ(failure(store().apply_now(script)), "conflict key_exists");

  apply(SuspendOrganisation{org, true});
  EXPECT_EQ(failure(store().read_now(FindPrincipal{"aa11"})), "unauthenticated key_unknown");
  apply(SuspendOrganisation{org, false});
  EXPECT_EQ(failure(store().read_now(FindPrincipal{"aa11"})), "ok");

  clock().advance(std::chrono::hours(1));
  EXPECT_EQ(failure(store().read_now(FindPrincipal{"aa11"})), "unauthenticated key_unknown");
}

TEST_P(StoreContract, a_revoked_key_stays_listed_and_opens_nothing) {
  const std::string org = organisation(), other = organisation("B");
  CreateKey script;
  script.key.organisation = org;
  script.key.hash = "aa11";
  const ApiKey key = apply(script);
  EXPECT_EQ(failure(store().apply_now(RevokeKey{other, key.id})), "not_found key_unknown");
  EXPECT_EQ(failure(store().read_now(FindPrincipal{"aa11"})), "ok");

  const TimePoint revoked = clock().now();
  apply(RevokeKey{org, key.id});
  clock().advance(std::chrono::minutes(5));
  EXPECT_EQ(apply(RevokeKey{org, key.id}).revoked_at, revoked) << "the first time counts";
  EXPECT_EQ(failure(store().read_now(FindPrincipal{"aa11"})), "unauthenticated key_unknown");
  const auto keys = read(ListKeys{org});
  ASSERT_EQ(keys.size(), 1u);
  EXPECT_EQ(keys[0].revoked_at, revoked);
  EXPECT_THAT(read(ListKeys{other}), IsEmpty());
}

TEST_P(StoreContract, a_key_needs_an_organisation) {
  CreateKey script;
  script.key.organisation = "org_none";
  script.key.hash = "aa11";
  EXPECT_EQ(failure(store().apply_now(script)), "not_found organisation_unknown");
}

// ---- shops ----------------------------------------------------------------------------------

TEST_P(StoreContract, a_shop_is_stored_with_its_settings) {
  const std::string org = organisation();
  CreateShop script;
  script.shop.organisation = org;
  script.shop.channel = "shopee";
  script.shop.name = "Toko BUM Desa";
  script.shop.buffer = 2;
  script.shop.share_percent = 80;
  ScheduleRule fixed;
  fixed.job = "stock_sync";
  fixed.minutes_of_day = {60, 720};
  ScheduleRule often;
  often.job = "read_back";
  often.every = std::chrono::minutes(30);
  script.shop.schedule = {fixed, often};
  script.variants_in_listing = false;
  const Shop made = apply(script);
  const ShopView view = read(GetShop{org, made.id});
  EXPECT_EQ(view.shop.state, ShopState::needs_authorisation);
  EXPECT_EQ(view.shop.name, "Toko BUM Desa");
  EXPECT_EQ(view.shop.buffer, 2);
  EXPECT_EQ(view.shop.share_percent, 80);
  EXPECT_EQ(view.shop.created_at, clock().now());
  EXPECT_FALSE(view.variants_in_listing);
  ASSERT_EQ(view.shop.schedule.size(), 2u);
  EXPECT_THAT(view.shop.schedule[0].minutes_of_day, ElementsAre(60, 720));
  EXPECT_FALSE(view.shop.schedule[0].every);
  EXPECT_EQ(view.shop.schedule[1].every, std::chrono::minutes(30));
  EXPECT_EQ(read(ListShops{org}).size(), 1u);
  EXPECT_EQ(read(ListShops{}).size(), 1u) << "the engine sees all";
  script.shop.organisation = "org_none";
  EXPECT_EQ(failure(store().apply_now(script)), "not_found organisation_unknown");
}

TEST_P(StoreContract, a_shop_state_moves_with_its_event) {
  const std::string org = organisation();
  const std::string s = shop(org).id;
  clock().advance(std::chrono::minutes(1));
  Shop moved = apply(to_state(s, ShopState::throttled, "rate_limited"));
  EXPECT_EQ(moved.state, ShopState::throttled);
  EXPECT_EQ(moved.since, clock().now());
  clock().advance(std::chrono::minutes(1));
  apply(to_state(s, ShopState::throttled, "rate_limited"));
  EXPECT_EQ(read(GetShop{org, s}).shop.since, clock().now() - std::chrono::minutes(1));
  EXPECT_EQ(
      failure(store().apply_now(to_state(s, ShopState::active, {}, {}, {ShopState::unreachable}))),
      "conflict shop_state_moved");
  apply(
      to_state(s, ShopState::needs_authorisation, "refresh_refused", org, {ShopState::throttled}));
  EXPECT_THAT(event_types(org), ElementsAre("shop.state_changed", "shop.needs_authorisation"));
  ListEvents query;
  query.organisation = org;
  const json::Value data = read(query).at(1).data;
  EXPECT_EQ(data["shop"].text(), s);
  EXPECT_EQ(data["state"].text(), "needs_authorisation");
  EXPECT_EQ(data["reason"].text(), "refresh_refused");
}

TEST_P(StoreContract, retiring_a_shop_is_final_and_parks_its_work) {
  const std::string org = organisation();
  const std::string s = shop(org).id;
  put(org, product("KOPI", {variant("KOPI-250")}));
  apply(to_state(s, ShopState::retired, "closed", org));
  EXPECT_EQ(event_types(org).back(), "shop.retired");
  EXPECT_THAT(work(s), IsEmpty());
  EXPECT_EQ(read(GetShop{org, s}).work.parked, 1);
  EXPECT_EQ(listings(org, s).size(), 1u) << "history stays";

  EXPECT_EQ(failure(store().apply_now(to_state(s, ShopState::active))), "conflict shop_retired");
  EXPECT_EQ(failure(store().apply_now(SaveTokens{s, 0, {}})), "conflict shop_retired");
  EXPECT_EQ(failure(store().apply_now(RequestSync{.organisation = org, .shop = s})),
            "conflict shop_retired");
  EXPECT_EQ(failure(store().apply_now(with_buffer(org, s, 3))), "conflict shop_retired");
  apply(to_state(s, ShopState::retired, "closed"));
  put(org, product("KOPI", {variant("KOPI-250", 1)}));
  put(org, product("TEH", {variant("TEH-1")}));
  EXPECT_THAT(work(s), IsEmpty());
}

TEST_P(StoreContract, another_share_or_buffer_is_stock_work_of_what_is_published) {
  const std::string org = organisation();
  const std::string s = shop(org).id;
  put(org, product("KOPI", {variant("KOPI-250"), variant("KOPI-500")}));
  put(org, product("TEH", {variant("TEH-1")}));
  publish(s, "KOPI", {"KOPI-250", "KOPI-500"});
  UpdateShop rename;
  rename.organisation = org;
  rename.shop = s;
  rename.name = "Nama Baru";
  apply(rename);
  EXPECT_THAT(work(s), IsEmpty());
  apply(with_buffer(org, s, 1));
  EXPECT_THAT(work(s), ElementsAre("stock KOPI-250", "stock KOPI-500"));
  clear_work(s);
  apply(with_share(org, s, 70));
  EXPECT_THAT(work(s), ElementsAre("stock KOPI-250", "stock KOPI-500"));
  EXPECT_EQ(read(GetShop{org, s}).shop.name, "Nama Baru");
  EXPECT_EQ(failure(store().apply_now(with_buffer(org, s, -1))), "invalid shop_buffer_invalid");
  EXPECT_EQ(failure(store().apply_now(with_share(org, s, 101))), "invalid shop_share_invalid");
}

inline TokenSet tokens(const std::string& remote_shop) {
  TokenSet out;
  out.access = Secret("access-of-" + remote_shop);
  out.refresh = Secret("refresh-of-" + remote_shop);
  out.obtained_at = from_unix_seconds(1'790'000'000);
  out.access_expires_at = from_unix_seconds(1'790'014'400);
  out.refresh_expires_at = from_unix_seconds(1'792'592'000);
  out.remote_shop_id = remote_shop;
  out.remote_shop_name = "Toko " + remote_shop;
  return out;
}

TEST_P(StoreContract, tokens_make_a_shop_active_and_come_back_as_stored) {
  const std::string org = organisation();
  put(org, product("KOPI", {variant("KOPI-250")}));
  const std::string s = shop(org, "shopee", ShopState::needs_authorisation).id;
  EXPECT_EQ(failure(store().read_now(LoadTokens{s})), "not_found token_missing");
  clear_work(s);

  const Shop active = apply(SaveTokens{s, 0, tokens("881")});
  EXPECT_EQ(active.state, ShopState::active);
  EXPECT_EQ(active.remote_id, "881");
  EXPECT_EQ(active.token_version, 1);
  EXPECT_EQ(event_types(org).back(), "shop.authorised");
  EXPECT_THAT(work(s), ElementsAre("content KOPI"));
  const TokenView stored = read(LoadTokens{s});
  EXPECT_EQ(stored.version, 1);
  EXPECT_EQ(stored.tokens.access.reveal(), "access-of-881");
  EXPECT_EQ(stored.tokens.refresh.reveal(), "refresh-of-881");
  EXPECT_EQ(stored.tokens.access_expires_at, from_unix_seconds(1'790'014'400));
  EXPECT_EQ(stored.tokens.refresh_expires_at, from_unix_seconds(1'792'592'000));
  EXPECT_EQ(stored.tokens.remote_shop_name, "Toko 881");
}

TEST_P(StoreContract, one_refresh_wins_and_the_other_is_told) {
  const std::string org = organisation();
  const std::string s = shop(org, "shopee", ShopState::needs_authorisation).id;
  apply(SaveTokens{s, 0, tokens("881")});
  const auto events = event_types(org).size();
  EXPECT_EQ(apply(SaveTokens{s, 1, tokens("881")}).token_version, 2);
  EXPECT_EQ(failure(store().apply_now(SaveTokens{s, 1, tokens("881")})),
            "conflict token_version_moved");
  EXPECT_EQ(read(LoadTokens{s}).version, 2);
  EXPECT_EQ(event_types(org).size(), events) << "a refresh is no news";
}

TEST_P(StoreContract, a_shop_of_a_channel_is_connected_once) {
  const std::string a = organisation("A"), b = organisation("B");
  const std::string first = shop(a, "shopee", ShopState::needs_authorisation).id;
  const std::string second = shop(b, "shopee", ShopState::needs_authorisation).id;
  const std::string elsewhere = shop(b, "lazada", ShopState::needs_authorisation).id;
  apply(SaveTokens{first, 0, tokens("881")});
  EXPECT_EQ(failure(store().apply_now(SaveTokens{second, 0, tokens("881")})),
            "conflict remote_shop_taken");
  EXPECT_EQ(failure(store().read_now(LoadTokens{second})), "not_found token_missing");
  EXPECT_EQ(apply(SaveTokens{elsewhere, 0, tokens("881")}).remote_id, "881");
  EXPECT_EQ(failure(store().apply_now(SaveTokens{first, 1, tokens("992")})),
            "conflict remote_shop_differs");
}

TEST_P(StoreContract, a_full_synchronisation_marks_what_it_is_asked_for) {
  const std::string org = organisation();
  const std::string s = shop(org).id;
  put(org, product("KOPI", {variant("KOPI-250")}));
  put(org, product("TEH", {variant("TEH-1")}));
  publish(s, "KOPI", {"KOPI-250"});
  EXPECT_EQ(apply(RequestSync{.organisation = org, .shop = s}), 1);
  EXPECT_THAT(work(s), ElementsAre("stock KOPI-250"));
  EXPECT_EQ(due(s).at(0).urgency, Urgency::routine);
  EXPECT_EQ(apply(RequestSync{
                .organisation = {}, .shop = s, .stock = true, .price = true, .content = true}),
            4);
  EXPECT_THAT(work(s),
              ElementsAre("content KOPI", "content TEH", "price KOPI-250", "stock KOPI-250"));
}

TEST_P(StoreContract, job_runs_only_move_forward_and_facts_are_replaced) {
  const std::string s = shop(organisation()).id;
  const TimePoint noon = clock().now();
  EXPECT_TRUE(apply(RecordJobRun{s, "stock_sync", noon}));
  EXPECT_FALSE(apply(RecordJobRun{s, "stock_sync", noon - std::chrono::hours(1)}));
  EXPECT_TRUE(apply(RecordJobRun{s, "order_sweep", noon}));
  const auto runs = read(LoadJobRuns{s});
  ASSERT_EQ(runs.size(), 2u);
  EXPECT_EQ(runs[0].job, "order_sweep");
  EXPECT_EQ(runs[1].last_due, noon);
  EXPECT_EQ(failure(store().apply_now(RecordJobRun{"shp_none", "x", noon})),
            "not_found shop_unknown");

  EXPECT_EQ(failure(store().read_now(LoadFacts{s, "shop"})), "not_found facts_missing");
  apply(SaveFacts{s, "shop", json::object({{"categories", 3}})});
  clock().advance(std::chrono::hours(1));
  apply(SaveFacts{s, "shop", json::object({{"categories", 4}})});
  const Facts facts = read(LoadFacts{s, "shop"});
  EXPECT_EQ(facts.facts["categories"].as_int64(), 4);
  EXPECT_EQ(facts.at, clock().now());
}

}  // namespace gerbang::store
