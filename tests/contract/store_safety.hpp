#pragma once

#include "tests/contract/store_fixture.hpp"

// One effect per intent; the walls between organisations.
namespace gerbang::store {

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
