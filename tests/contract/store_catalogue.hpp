#pragma once

#include "tests/contract/store_fixture.hpp"

// Products, prices, and the work that they are for shops.
namespace gerbang::store {

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
  EXPECT_THAT(work(published),
              ElementsAre("content KOPI", "price KOPI-250", "state KOPI", "stock KOPI-250"));
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

}  // namespace gerbang::store
