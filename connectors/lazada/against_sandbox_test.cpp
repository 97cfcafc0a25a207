// Tokens, products, stock and limits: the connector against its sandbox.
#include "connectors/lazada/against_sandbox_for_test.hpp"

namespace gerbang::lazada {
namespace {

using testing::LazadaAgainstSandbox;

TEST_F(LazadaAgainstSandbox, TokensAreRefreshed) {
  EXPECT_EQ(tokens.remote_shop_id, shop);
  const CallContext old = ctx();
  auto fresh = drive(connector->refresh_tokens(ctx()));
  ASSERT_TRUE(fresh.ok()) << fresh.error().describe();
  EXPECT_EQ(drive(connector->read_listings(old, "")).error().kind, ErrorKind::auth_expired);
  tokens = *fresh;
  EXPECT_EQ(tokens.remote_shop_id, shop);
  EXPECT_TRUE(drive(connector->read_listings(ctx(), "")).ok());
  clock.advance(std::chrono::days(10));
  EXPECT_EQ(drive(connector->read_listings(ctx(), "")).error().kind, ErrorKind::auth_expired);
  clock.advance(std::chrono::days(41));
  EXPECT_EQ(drive(connector->refresh_tokens(ctx())).error().code, "refresh_refused");
}

TEST_F(LazadaAgainstSandbox, WrongKeyAndWrongClockAreToldApart) {
  CallContext wrong = ctx();
  wrong.app.secret = Secret("salah");
  EXPECT_EQ(drive(connector->read_listings(wrong, "")).error().code, "app_refused");
  CallContext slow = ctx();
  slow.now = slow.now - std::chrono::seconds(7201);
  EXPECT_EQ(drive(connector->read_listings(slow, "")).error().code, "clock_skewed");
}

TEST_F(LazadaAgainstSandbox, AProductLivesWithItsVariants) {
  const ListingRef ref = publish();
  ASSERT_EQ(ref.variants.size(), 2u);
  EXPECT_EQ(stock_of("KOPI-250"), 40);
  ListingDraft d = testing::coffee();
  d.remote_product = ref.remote_product;
  d.memo = ref.memo;
  d.title = "Kopi Baru";
  d.options[0].values = {"250 g", "1 kg"};
  d.variants[0].remote_variant = ref.variants.at("KOPI-250");
  d.variants[0].stock = 99;  // not of an update
  d.variants[1].sku = "KOPI-1KG";
  d.variants[1].options = {"1 kg"};
  d.variants[1].stock = 6;
  const auto updated = drive(connector->update_listing(ctx(), d));
  ASSERT_TRUE(updated.ok()) << updated.error().describe();
  EXPECT_EQ(updated->variants.at("KOPI-250"), ref.variants.at("KOPI-250"));
  EXPECT_EQ(stock_of("KOPI-250"), 40);
  EXPECT_EQ(stock_of("KOPI-1KG"), 6);
  EXPECT_TRUE(listing("KOPI-500").is_null());
  EXPECT_EQ(listing("KOPI-1KG")["product"].text(), ref.remote_product);
  EXPECT_EQ(listing("KOPI-250")["title"].text(), "Kopi Baru");

  StockBatch stock;
  stock.items.push_back({"KOPI-250", ref.remote_product, ref.variants.at("KOPI-250"), 0, true});
  stock.items.push_back({"KOPI-500", ref.remote_product, ref.variants.at("KOPI-500"), 3, true});
  stock.items.push_back(
      {"KOPI-1KG", ref.remote_product, updated->variants.at("KOPI-1KG"), 9, true});
  const auto acks = drive(connector->set_stock(ctx(), stock));
  ASSERT_TRUE(acks.ok());
  EXPECT_FALSE(acks->items[0].error);
  EXPECT_EQ(acks->items[1].error->kind, ErrorKind::not_found);
  EXPECT_FALSE(acks->items[2].error);
  EXPECT_EQ(stock_of("KOPI-1KG"), 9);
  PriceBatch price;
  price.items.push_back(
      {"KOPI-250", ref.remote_product, ref.variants.at("KOPI-250"), Money{36000}});
  EXPECT_FALSE(drive(connector->set_price(ctx(), price))->items[0].error);
  EXPECT_EQ(listing("KOPI-250")["price"].as_int64(), 36000);
  EXPECT_EQ(stock_of("KOPI-250"), 0) << "a price says nothing of stock";

  StateBatch state;
  state.items.push_back({"KOPI", ref.remote_product, "", false, false});
  for (int twice = 0; twice < 2; ++twice)
    EXPECT_FALSE(drive(connector->set_state(ctx(), state))->items[0].error);
  EXPECT_EQ(listing("KOPI-250")["listed"].as_bool(), false);
  // Content of what a person took off sale does not put it back on.
  d.title = "Kopi Lain";
  ASSERT_TRUE(drive(connector->update_listing(ctx(), d)).ok());
  EXPECT_EQ(listing("KOPI-250")["listed"].as_bool(), false);
  state.items[0].listed = true;
  for (int twice = 0; twice < 2; ++twice)
    EXPECT_FALSE(drive(connector->set_state(ctx(), state))->items[0].error);
  EXPECT_EQ(listing("KOPI-250")["listed"].as_bool(), true);
  EXPECT_EQ(stock_of("KOPI-1KG"), 9);
  state.items[0].remove = true;
  for (int twice = 0; twice < 2; ++twice)
    EXPECT_FALSE(drive(connector->set_state(ctx(), state))->items[0].error);
  EXPECT_EQ(drive(connector->find_listing(ctx(), testing::coffee())).error().kind,
            ErrorKind::not_found);
  EXPECT_EQ(drive(connector->update_listing(ctx(), d)).error().kind, ErrorKind::not_found);
}

TEST_F(LazadaAgainstSandbox, ACreateWhoseAnswerWasLostIsFound) {
  fault("product.create", "reset_after");
  EXPECT_EQ(drive(connector->publish_listing(ctx(), testing::coffee())).error().kind,
            ErrorKind::indeterminate);
  const auto found = drive(connector->find_listing(ctx(), testing::coffee()));
  ASSERT_TRUE(found.ok());
  EXPECT_EQ(found->variants.size(), 2u);
  // Doing it again without looking would have been refused.
  EXPECT_EQ(drive(connector->publish_listing(ctx(), testing::coffee())).error().code,
            "lazada_sku_taken");
}

TEST_F(LazadaAgainstSandbox, AnUpdateCutAnywhereIsRepairedByTheNext) {
  const ListingRef ref = publish();
  ListingDraft d = testing::coffee();
  d.remote_product = ref.remote_product;
  d.memo = ref.memo;
  d.options[0].values = {"250 g", "1 kg"};
  d.variants[0].remote_variant = ref.variants.at("KOPI-250");
  d.variants[1].sku = "KOPI-1KG";
  d.variants[1].options = {"1 kg"};
  for (const char* operation :
       {"product.item.get", "product.update", "product.create", "product.remove"}) {
    for (const char* kind : {"reset_before", "reset_after", "truncated"}) {
      fault(operation, kind);
      const auto outcome = drive(connector->update_listing(ctx(), d));
      if (!outcome) {
        EXPECT_EQ(outcome.error().kind, ErrorKind::transient) << operation << " " << kind;
      }
    }
  }
  control(Method::del, "faults");
  const auto done = drive(connector->update_listing(ctx(), d));
  ASSERT_TRUE(done) << done.error().describe();
  EXPECT_EQ(done->variants.size(), 2u);
  EXPECT_TRUE(listing("KOPI-500").is_null());
  EXPECT_EQ(listing("KOPI-1KG")["variant"].text(), done->variants.at("KOPI-1KG"));
}

TEST_F(LazadaAgainstSandbox, ACampaignHoldsStockAndOthersAreUnharmed) {
  const ListingRef ref = publish();
  control(Method::put, "settings",
          {{"campaign", json::object({{"sku", "KOPI-250"}, {"held", 10}})}});
  StockBatch stock;
  stock.items.push_back({"KOPI-250", ref.remote_product, ref.variants.at("KOPI-250"), 5, true});
  stock.items.push_back({"KOPI-500", ref.remote_product, ref.variants.at("KOPI-500"), 3, true});
  for (const bool partial : {true, false}) {
    control(Method::put, "settings", {{"partial_store", partial}});
    const auto acks = drive(connector->set_stock(ctx(), stock));
    ASSERT_TRUE(acks) << acks.error().describe();
    EXPECT_EQ(acks->items[0].error->code, "promotion_locked");
    EXPECT_EQ(acks->items[0].error->kind, ErrorKind::blocked);
    EXPECT_FALSE(acks->items[1].error);
    EXPECT_EQ(stock_of("KOPI-500"), 3);
    stock.items[1].quantity = 3;
  }
}

TEST_F(LazadaAgainstSandbox, StockIsWhatBuyersCanBuyWhateverOpenOrdersHold) {
  const ListingRef ref = publish();
  buy(3);
  StockBatch stock;
  stock.items.push_back({"KOPI-250", ref.remote_product, ref.variants.at("KOPI-250"), 37, true});
  EXPECT_FALSE(drive(connector->set_stock(ctx(), stock))->items[0].error);
  EXPECT_EQ(stock_of("KOPI-250"), 37) << "open orders are not taken off again";
  const auto page = drive(connector->read_listings(ctx(), ""));
  ASSERT_TRUE(page);
  EXPECT_EQ(page->listings.at(0).stock, 37);
}

TEST_F(LazadaAgainstSandbox, ALimitNamesItsWait) {
  control(Method::put, "settings", {{"calls_per_second", 2}, {"ban_seconds", 4}});
  for (int i = 0; i < 2; ++i) ASSERT_TRUE(drive(connector->read_listings(ctx(), "")).ok());
  const auto refused = drive(connector->read_listings(ctx(), ""));
  EXPECT_EQ(refused.error().kind, ErrorKind::throttled);
  EXPECT_EQ(refused.error().retry_after, std::chrono::seconds(4));
  clock.advance(std::chrono::seconds(4));
  EXPECT_TRUE(drive(connector->read_listings(ctx(), "")).ok());
  control(Method::put, "settings",
          {{"calls_per_second", 0}, {"switched_off", json::array({"/products/get"})}});
  EXPECT_EQ(drive(connector->read_listings(ctx(), "")).error().code, "lazada_campaign_pause");
}

}  // namespace
}  // namespace gerbang::lazada
