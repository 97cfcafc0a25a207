#pragma once

#include "tests/contract/store_fixture.hpp"

// Organisations, keys, catalogue, prices, shops, tokens, idempotency and the queries of the API.
// Include it in exactly one source of a test program and instantiate StoreContract there.
namespace gerbang::store {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::IsSupersetOf;
using testing::UnorderedElementsAre;

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

// ---- catalogue ------------------------------------------------------------------------------

TEST_P(StoreContract, a_product_comes_back_as_it_was_put) {
  const std::string org = organisation();
  Product p = product("KOPI", {variant("KOPI-250"), variant("KOPI-500", 65'000)});
  p.variants[0].channel_prices["shopee"] = rupiah(37'000);
  p.variants[0].components = {{"KOPI-SANGRAI", 250}};
  p.variants[1].components = {{"KOPI-SANGRAI", 500}, {"POUCH", 1}};
  p.channels["tokopedia"].listed = false;
  const ProductSaved saved = put(org, p);
  EXPECT_TRUE(saved.created);
  EXPECT_TRUE(saved.changed);

  const ProductView view = read(GetProduct{org, "KOPI"});
  EXPECT_EQ(json::dump(to_json(view.product)), json::dump(to_json(p)));
  EXPECT_EQ(view.revision, saved.revision);
  EXPECT_EQ(view.created_at, clock().now());
  EXPECT_FALSE(view.withdrawn);
  EXPECT_EQ(failure(store().read_now(GetProduct{org, "TEH"})), "not_found product_unknown");
}

TEST_P(StoreContract, the_same_product_again_changes_nothing) {
  const std::string org = organisation();
  const std::string s = shop(org).id;
  const ProductSaved first = put(org, product("KOPI", {variant("KOPI-250")}));
  clear_work(s);
  const auto events = event_types(org).size();
  clock().advance(std::chrono::minutes(1));

  const ProductSaved again = put(org, product("KOPI", {variant("KOPI-250")}));
  EXPECT_EQ(again.revision, first.revision);
  EXPECT_FALSE(again.created);
  EXPECT_FALSE(again.changed);
  EXPECT_THAT(work(s), IsEmpty());
  EXPECT_EQ(event_types(org).size(), events);
  EXPECT_EQ(read(GetProduct{org, "KOPI"}).updated_at, clock().now() - std::chrono::minutes(1));
}

TEST_P(StoreContract, if_match_guards_a_product_against_lost_updates) {
  const std::string org = organisation();
  const Product p = product("KOPI", {variant("KOPI-250")});
  const std::int64_t revision = must(try_put(org, p, 0)).revision;
  Product better = p;
  better.title["id"] = "Kopi Robusta Sangrai Halus";
  EXPECT_EQ(failure(try_put(org, better, 0)), "precondition_failed revision_moved");
  EXPECT_EQ(failure(try_put(org, better, revision + 1)), "precondition_failed revision_moved");
  EXPECT_EQ(failure(try_put(org, product("TEH", {variant("TEH-1")}), 3)),
            "precondition_failed revision_moved");
  EXPECT_GT(must(try_put(org, better, revision)).revision, revision);
}

TEST_P(StoreContract, a_price_set_meanwhile_makes_an_older_if_match_fail) {
  const std::string org = organisation();
  const ProductSaved saved = put(org, product("KOPI", {variant("KOPI-250")}));
  must(set_price(org, "KOPI-250", 36'000));
  EXPECT_EQ(failure(try_put(org, product("KOPI", {variant("KOPI-250")}), saved.revision)),
            "precondition_failed revision_moved");
}

TEST_P(StoreContract, a_sku_belongs_to_one_product_and_a_bad_item_harms_no_other) {
  const std::string org = organisation();
  put(org, product("KOPI", {variant("KOPI-250")}));
  PutProducts script;
  script.organisation = org;
  script.items.push_back({product("TEH", {variant("TEH-1"), variant("KOPI-250")}), {}});
  script.items.push_back({product("GULA", {variant("GULA-1")}), {}});
  const auto answers = apply(std::move(script));
  EXPECT_EQ(failure(answers.at(0)), "conflict sku_taken");
  EXPECT_EQ(answers.at(0).error().field, "/variants/1/sku");
  EXPECT_TRUE(answers.at(1).ok());
  EXPECT_EQ(failure(store().read_now(GetProduct{org, "TEH"})), "not_found product_unknown");
  EXPECT_EQ(failure(store().read_now(GetPrice{org, "TEH-1"})), "not_found sku_unknown");
}

TEST_P(StoreContract, two_organisations_may_use_the_same_codes) {
  const std::string a = organisation("A"), b = organisation("B");
  put(a, product("KOPI", {variant("KOPI-250", 1'000)}));
  put(b, product("KOPI", {variant("KOPI-250", 2'000)}));
  EXPECT_EQ(read(GetPrice{a, "KOPI-250"}).price, rupiah(1'000));
  EXPECT_EQ(read(GetPrice{b, "KOPI-250"}).price, rupiah(2'000));
}

TEST_P(StoreContract, a_removed_sku_can_move_to_another_product) {
  const std::string org = organisation();
  const std::string s = shop(org).id;
  put(org, product("KOPI", {variant("KOPI-250"), variant("KOPI-500")}));
  publish(s, "KOPI", {"KOPI-250", "KOPI-500"});
  put(org, product("KOPI", {variant("KOPI-250")}));
  put(org, product("KOPI-BESAR", {variant("KOPI-500")}));
  const Listing moved = listings(org, s).at("KOPI-500");
  EXPECT_EQ(moved.product, "KOPI-BESAR");
  EXPECT_TRUE(moved.wanted);
  EXPECT_EQ(moved.remote_product, "") << "the new product has no listing at the channel yet";
  EXPECT_EQ(moved.remote_variant, "");
}

TEST_P(StoreContract, prices_a_product_does_not_mention_stay) {
  const std::string org = organisation();
  put(org, product("KOPI", {variant("KOPI-250", 35'000)}));
  must(set_price(org, "KOPI-250", 36'000, {{"shopee", rupiah(38'000)}}));
  Product silent = product("KOPI", {variant("KOPI-250", std::nullopt)});
  silent.title["id"] = "Kopi Desa";
  put(org, silent);
  PriceView price = read(GetPrice{org, "KOPI-250"});
  EXPECT_EQ(price.price, rupiah(36'000));
  EXPECT_EQ(price.channels.at("shopee"), rupiah(38'000));

  Product outspoken = product("KOPI", {variant("KOPI-250", 40'000)});
  outspoken.variants[0].channel_prices["lazada"] = rupiah(41'000);
  put(org, outspoken);
  price = read(GetPrice{org, "KOPI-250"});
  EXPECT_EQ(price.price, rupiah(40'000));
  EXPECT_EQ(price.channels.size(), 1u);
  EXPECT_EQ(price.channels.at("lazada"), rupiah(41'000));
}

TEST_P(StoreContract, prices_show_in_the_product) {
  const std::string org = organisation();
  const ProductSaved saved = put(org, product("KOPI", {variant("KOPI-250")}));
  clock().advance(std::chrono::minutes(1));
  const ProductSaved priced =
      must(set_price(org, "KOPI-250", 36'000, {{"shopee", rupiah(38'000)}}));
  EXPECT_TRUE(priced.changed);
  EXPECT_GT(priced.revision, saved.revision);
  ProductView view = read(GetProduct{org, "KOPI"});
  EXPECT_EQ(view.product.variants[0].price, rupiah(36'000));
  EXPECT_EQ(view.product.variants[0].channel_prices.at("shopee"), rupiah(38'000));
  EXPECT_EQ(view.revision, priced.revision);
  EXPECT_EQ(view.updated_at, clock().now());

  EXPECT_FALSE(must(set_price(org, "KOPI-250", 36'000)).changed);
  must(set_price(org, "KOPI-250", {}, {{"shopee", std::nullopt}}));
  view = read(GetProduct{org, "KOPI"});
  EXPECT_EQ(view.product.variants[0].price, rupiah(36'000));
  EXPECT_THAT(view.product.variants[0].channel_prices, IsEmpty());
  EXPECT_EQ(failure(set_price(org, "NONE", 1)), "not_found sku_unknown");
}

TEST_P(StoreContract, products_are_listed_by_code_since_a_time_with_or_without_withdrawn_ones) {
  const std::string org = organisation(), other = organisation("B");
  put(other, product("A-LAIN", {variant("LAIN")}));
  for (const char* code : {"A1", "A2", "A3", "A4"})
    put(org, product(code, {variant(std::string(code) + "-X")}));
  apply(WithdrawProduct{org, "A2", {}});
  const auto codes = [&](ListProducts query) {
    std::vector<std::string> out;
    query.organisation = org;
    query.limit = 2;
    do {
      const auto page = read(query);
      EXPECT_LE(page.data.size(), 2u);
      for (const ProductView& v : page.data) out.push_back(v.product.code);
      query.cursor = page.next;
    } while (!query.cursor.empty());
    return out;
  };
  EXPECT_THAT(codes({}), ElementsAre("A1", "A3", "A4"));
  ListProducts all;
  all.with_withdrawn = true;
  EXPECT_THAT(codes(all), ElementsAre("A1", "A2", "A3", "A4"));
  clock().advance(std::chrono::hours(1));
  must(set_price(org, "A3-X", 1));
  ListProducts fresh;
  fresh.updated_since = clock().now();
  EXPECT_THAT(codes(fresh), ElementsAre("A3"));
}

TEST_P(StoreContract, a_foreign_cursor_is_refused) {
  const std::string org = organisation();
  EXPECT_EQ(failure(store().read_now(products_of(org, "zz"))), "invalid cursor_invalid");
}

// ---- what a shop should show ----------------------------------------------------------------

TEST_P(StoreContract, a_new_product_is_content_work_in_every_shop_that_is_not_retired) {
  const std::string org = organisation();
  const std::string active = shop(org).id;
  const std::string paused = shop(org, "lazada", ShopState::paused).id;
  const std::string waiting = shop(org, "blibli", ShopState::needs_authorisation).id;
  const std::string gone = shop(org, "bukalapak").id;
  apply(to_state(gone, ShopState::retired, "closed"));
  const std::string foreign = shop(organisation("B")).id;

  put(org, product("KOPI", {variant("KOPI-250"), variant("KOPI-500")}));
  EXPECT_THAT(work(active), ElementsAre("content KOPI"));
  EXPECT_THAT(work(paused), ElementsAre("content KOPI"));
  EXPECT_THAT(work(waiting), ElementsAre("content KOPI"));
  EXPECT_THAT(work(gone), IsEmpty());
  EXPECT_THAT(work(foreign), IsEmpty());
  EXPECT_EQ(listings(org, active).size(), 2u);
  EXPECT_TRUE(listings(org, active).at("KOPI-250").pending);
  EXPECT_TRUE(listings(org, active).at("KOPI-250").wanted);
}

TEST_P(StoreContract, where_variants_are_products_of_their_own_each_is_a_unit) {
  const std::string org = organisation();
  const std::string s = shop(org, "bukalapak", ShopState::active, false).id;
  put(org, product("KOPI", {variant("KOPI-250"), variant("KOPI-500")}));
  EXPECT_THAT(work(s), ElementsAre("content KOPI/KOPI-250", "content KOPI/KOPI-500"));
  publish(s, "KOPI/KOPI-250", {"KOPI-250"});
  put(org, product("KOPI", {variant("KOPI-250"), variant("KOPI-500")}));
  EXPECT_THAT(work(s), IsEmpty());

  put(org, product("KOPI", {variant("KOPI-500")}));
  EXPECT_THAT(work(s), IsSupersetOf({"state KOPI/KOPI-250"})) << "published, and no longer wanted";
  EXPECT_FALSE(listings(org, s).at("KOPI-250").wanted);
  EXPECT_TRUE(listings(org, s).at("KOPI-500").wanted);
}

TEST_P(StoreContract, a_new_shop_gets_every_product) {
  const std::string org = organisation();
  put(org, product("KOPI", {variant("KOPI-250")}));
  Product hidden = product("TEH", {variant("TEH-1")});
  hidden.channels["shopee"].listed = false;
  put(org, hidden);
  put(org, product("GULA", {variant("GULA-1")}));
  apply(WithdrawProduct{org, "GULA", {}});

  const std::string s = shop(org, "shopee", ShopState::needs_authorisation).id;
  EXPECT_THAT(work(s), ElementsAre("content KOPI"));
  const auto all = listings(org, s);
  EXPECT_TRUE(all.at("KOPI-250").wanted);
  EXPECT_FALSE(all.at("TEH-1").wanted);
  EXPECT_FALSE(all.at("GULA-1").wanted);
}

TEST_P(StoreContract, another_price_is_price_work_where_it_shows_and_content_where_not_published) {
  const std::string org = organisation();
  const std::string shopee = shop(org).id, lazada = shop(org, "lazada").id,
                    blibli = shop(org, "blibli").id;
  Product p = product("KOPI", {variant("KOPI-250")});
  p.variants[0].channel_prices["lazada"] = rupiah(39'000);
  put(org, p);
  publish(shopee, "KOPI", {"KOPI-250"});
  publish(lazada, "KOPI", {"KOPI-250"});
  clear_work(blibli);

  must(set_price(org, "KOPI-250", 36'000));
  EXPECT_THAT(work(shopee), ElementsAre("price KOPI-250"));
  EXPECT_THAT(work(lazada), IsEmpty()) << "its own price stands";
  EXPECT_THAT(work(blibli), ElementsAre("content KOPI"));
  EXPECT_EQ(listings(org, shopee).at("KOPI-250").price, rupiah(36'000));
  EXPECT_EQ(listings(org, lazada).at("KOPI-250").price, rupiah(39'000));

  clear_work(shopee);
  clear_work(blibli);
  p.variants[0].price = rupiah(37'000);
  put(org, p);
  EXPECT_THAT(work(shopee), ElementsAre("price KOPI-250")) << "only the price of the product moved";
  EXPECT_THAT(work(lazada), IsEmpty());
  EXPECT_THAT(work(blibli), ElementsAre("content KOPI"));
}

TEST_P(StoreContract, other_components_are_stock_work) {
  const std::string org = organisation();
  const std::string s = shop(org).id;
  put(org, product("KOPI", {variant("KOPI-250")}));
  publish(s, "KOPI", {"KOPI-250"});
  count(org, "KOPI-SANGRAI", 1'000);
  Product p = product("KOPI", {variant("KOPI-250")});
  p.variants[0].components = {{"KOPI-SANGRAI", 250}};
  put(org, p);
  EXPECT_THAT(work(s), ElementsAre("stock KOPI-250"));
  EXPECT_EQ(listings(org, s).at("KOPI-250").stock, 4);
}

TEST_P(StoreContract, what_only_another_channel_shows_costs_no_call_here) {
  const std::string org = organisation();
  const std::string shopee = shop(org).id, lazada = shop(org, "lazada").id;
  put(org, product("KOPI", {variant("KOPI-250")}));
  clear_work(shopee);
  clear_work(lazada);
  Product p = product("KOPI", {variant("KOPI-250")});
  p.channels["lazada"].title["id"] = "Kopi Lazada";
  put(org, p);
  EXPECT_THAT(work(shopee), IsEmpty());
  EXPECT_THAT(work(lazada), ElementsAre("content KOPI"));
}

TEST_P(StoreContract, a_withdrawn_product_leaves_the_shops_and_can_come_back) {
  const std::string org = organisation();
  const std::string published = shop(org).id, never = shop(org, "lazada").id;
  const Product p = product("KOPI", {variant("KOPI-250")});
  const ProductSaved saved = put(org, p);
  publish(published, "KOPI", {"KOPI-250"});
  clear_work(never);
  count(org, "KOPI-250", 10);
  clear_work(published);
  EXPECT_EQ(listings(org, published).at("KOPI-250").stock, 10);

  EXPECT_EQ(failure(store().apply_now(WithdrawProduct{org, "KOPI", saved.revision + 1})),
            "precondition_failed revision_moved");
  const ProductSaved withdrawn = apply(WithdrawProduct{org, "KOPI", saved.revision});
  EXPECT_TRUE(withdrawn.changed);
  EXPECT_THAT(work(published), ElementsAre("state KOPI"));
  EXPECT_THAT(work(never), IsEmpty());
  EXPECT_FALSE(listings(org, published).at("KOPI-250").wanted);
  EXPECT_EQ(listings(org, published).at("KOPI-250").stock, 0);
  EXPECT_TRUE(read(GetProduct{org, "KOPI"}).withdrawn);
  EXPECT_EQ(event_types(org).back(), "product.withdrawn");
  EXPECT_FALSE(apply(WithdrawProduct{org, "KOPI", {}}).changed);

  clear_work(published);
  const ProductSaved back = put(org, p);
  EXPECT_TRUE(back.changed);
  EXPECT_FALSE(back.created);
  EXPECT_THAT(work(published), ElementsAre("content KOPI", "state KOPI"));
  EXPECT_FALSE(read(GetProduct{org, "KOPI"}).withdrawn);
  EXPECT_EQ(event_types(org).back(), "product.changed");
  EXPECT_EQ(failure(store().apply_now(WithdrawProduct{org, "NONE", {}})),
            "not_found product_unknown");
}

TEST_P(StoreContract, a_product_not_listed_on_a_channel_is_taken_off_there_alone) {
  const std::string org = organisation();
  const std::string shopee = shop(org).id, lazada = shop(org, "lazada").id;
  Product p = product("KOPI", {variant("KOPI-250")});
  put(org, p);
  publish(shopee, "KOPI", {"KOPI-250"});
  publish(lazada, "KOPI", {"KOPI-250"});
  p.channels["shopee"].listed = false;
  put(org, p);
  EXPECT_THAT(work(shopee), ElementsAre("state KOPI"));
  EXPECT_THAT(work(lazada), IsEmpty());
  EXPECT_FALSE(listings(org, shopee).at("KOPI-250").wanted);
  EXPECT_TRUE(listings(org, lazada).at("KOPI-250").wanted);
}

TEST_P(StoreContract, a_later_change_has_a_higher_revision_everywhere) {
  const std::string org = organisation();
  const std::string s = shop(org).id;
  put(org, product("KOPI", {variant("KOPI-250")}));
  const std::int64_t first = due(s).at(0).revision;
  EXPECT_GE(listings(org, s).at("KOPI-250").revision, first);
  must(set_price(org, "KOPI-250", 1));
  EXPECT_GT(due(s).at(0).revision, first);
}

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

inline RemoteOrder remote_order(const std::string& id, const std::string& sku, TimePoint at) {
  RemoteOrder order;
  order.external_id = id;
  order.status = OrderStatus::paid;
  order.remote_status = "READY_TO_SHIP";
  order.placed_at = at;
  order.updated_at = at;
  OrderLine line;
  line.remote_line = "1";
  line.remote_product = "item-KOPI";
  line.remote_variant = "model-" + sku;
  line.remote_sku = sku;
  line.title = "Kopi";
  line.quantity = 2;
  line.price = rupiah(35'000);
  order.lines.push_back(std::move(line));
  order.total = rupiah(70'000);
  order.city = "Temanggung";
  order.province = "Jawa Tengah";
  order.shipments.push_back({"pkg-" + id, "jne", "resi-1"});
  return order;
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

// ---- idempotency ----------------------------------------------------------------------------

TEST_P(StoreContract, one_effect_per_intent) {
  const std::string org = organisation();
  int rendered = 0;
  const auto once = [&](const std::string& fingerprint) {
    CreateShop create;
    create.shop.organisation = org;
    create.shop.channel = "shopee";
    Once<CreateShop> script;
    script.script = create;
    script.organisation = org;
    script.key = "key-1";
    script.fingerprint = fingerprint;
    script.render = [&rendered](const Shop& made) {
      ++rendered;
      return StoredReply{
          201, {{"Location", "/v1/shops/" + made.id}}, "{\"id\":\"" + made.id + "\"}"};
    };
    return store().apply_now(std::move(script));
  };
  const StoredReply first = must(once("f1"));
  EXPECT_FALSE(first.replayed);
  const StoredReply again = must(once("f1"));
  EXPECT_TRUE(again.replayed);
  EXPECT_EQ(again.status, 201);
  EXPECT_EQ(again.headers, first.headers);
  EXPECT_EQ(again.body, first.body);
  EXPECT_EQ(rendered, 1);
  EXPECT_EQ(read(ListShops{org}).size(), 1u);
  EXPECT_EQ(failure(once("f2")), "invalid idempotency_key_reused");
  EXPECT_EQ(read(ListShops{org}).size(), 1u);
}

TEST_P(StoreContract, a_key_belongs_to_its_organisation_and_failures_leave_no_record) {
  const std::string a = organisation("A"), b = organisation("B");
  const auto withdraw = [&](const std::string& org) {
    Once<WithdrawProduct> script;
    script.script = {org, "KOPI", {}};
    script.organisation = org;
    script.key = "key-1";
    script.fingerprint = "f-" + org;
    script.render = [](const ProductSaved&) { return StoredReply{204, {}, ""}; };
    return store().apply_now(std::move(script));
  };
  EXPECT_EQ(failure(withdraw(a)), "not_found product_unknown");
  put(a, product("KOPI", {variant("KOPI-250")}));
  put(b, product("KOPI", {variant("KOPI-250")}));
  EXPECT_FALSE(must(withdraw(a)).replayed);
  EXPECT_FALSE(must(withdraw(b)).replayed);
  EXPECT_TRUE(must(withdraw(a)).replayed);
}

// ---- tenant walls ---------------------------------------------------------------------------

TEST_P(StoreContract, another_organisation_finds_nothing_and_changes_nothing) {
  const std::string owner = organisation("A"), other = organisation("B");
  const std::string s = shop(owner).id;
  put(owner, product("KOPI", {variant("KOPI-250")}));
  publish(s, "KOPI", {"KOPI-250"});
  count(owner, "KOPI-250", 10);
  IngestOrders ingest;
  ingest.shop = s;
  ingest.orders.push_back(remote_order("X1", "KOPI-250", clock().now()));
  const std::string order = must(apply(std::move(ingest)).at(0)).id;
  CreateKey key;
  key.key.organisation = owner;
  key.key.hash = "aa11";
  const std::string key_id = apply(key).id;
  const auto before = work(s);

  EXPECT_EQ(failure(store().read_now(GetProduct{other, "KOPI"})), "not_found product_unknown");
  EXPECT_EQ(failure(store().read_now(GetPrice{other, "KOPI-250"})), "not_found sku_unknown");
  EXPECT_EQ(failure(store().read_now(GetStock{other, "KOPI-250"})), "not_found item_unknown");
  EXPECT_EQ(failure(store().read_now(
                ListMovements{.organisation = other, .item = "KOPI-250", .cursor = {}})),
            "not_found item_unknown");
  EXPECT_EQ(failure(store().read_now(GetShop{other, s})), "not_found shop_unknown");
  EXPECT_EQ(failure(store().read_now(GetOrder{other, order})), "not_found order_unknown");
  ListListings listings_of;
  listings_of.organisation = other;
  listings_of.shop = s;
  EXPECT_EQ(failure(store().read_now(listings_of)), "not_found shop_unknown");
  ListOrders orders_of;
  orders_of.organisation = other;
  orders_of.shop = s;
  EXPECT_EQ(failure(store().read_now(orders_of)), "not_found shop_unknown");

  listings_of.shop.clear();
  listings_of.sku = "KOPI-250";
  EXPECT_THAT(read(listings_of).data, IsEmpty());
  orders_of.shop.clear();
  EXPECT_THAT(read(orders_of).data, IsEmpty());
  EXPECT_THAT(read(products_of(other)).data, IsEmpty());
  EXPECT_THAT(read(ListStock{.organisation = other, .cursor = {}}).data, IsEmpty());
  EXPECT_THAT(read(ListShops{other}), IsEmpty());
  EXPECT_THAT(read(ListKeys{other}), IsEmpty());
  EXPECT_THAT(event_types(other), IsEmpty());

  EXPECT_EQ(failure(store().apply_now(WithdrawProduct{other, "KOPI", {}})),
            "not_found product_unknown");
  EXPECT_EQ(failure(set_price(other, "KOPI-250", 1)), "not_found sku_unknown");
  EXPECT_EQ(failure(store().apply_now(to_state(s, ShopState::paused, {}, other))),
            "not_found shop_unknown");
  EXPECT_EQ(failure(store().apply_now(with_buffer(other, s, 9))), "not_found shop_unknown");
  EXPECT_EQ(failure(store().apply_now(RequestSync{.organisation = other, .shop = s})),
            "not_found shop_unknown");
  EXPECT_EQ(failure(store().apply_now(RevokeKey{other, key_id})), "not_found key_unknown");
  EXPECT_EQ(work(s), before);
  EXPECT_EQ(read(GetShop{owner, s}).shop.state, ShopState::active);
}

}  // namespace gerbang::store
