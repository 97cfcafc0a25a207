// Stock, price, state and reading back, request by request, and with every fault at every step.
#include "connectors/lazada/lazada_for_test.hpp"
#include "connectors/lazada/wire_products.hpp"

namespace gerbang::lazada {
namespace {

using namespace testing;

class LazadaLevelsScript : public ::testing::Test {
 protected:
  Lazada lazada;
  CallContext ctx = context_with_facts();
};

// ---- stock, price, state

StockBatch stock(std::initializer_list<std::pair<const char*, const char*>> skus) {
  StockBatch out;
  for (const auto& [sku, id] : skus) out.items.push_back({sku, kItem, id, 5, true});
  return out;
}

TEST_F(LazadaLevelsScript, StockIsTheSellableQuantityOfManySkus) {
  const StockBatch batch = stock({{"A", "11"}, {"B", "12"}});
  const auto acks = play_all([&] { return lazada.set_stock(ctx, batch); },
                             {post("/product/stock/sellable/update", Effect::set,
                                   {{"payload", stock_payload(batch.items)}}, answer("done"))});
  ASSERT_EQ(acks->items.size(), 2u);
  EXPECT_EQ(acks->items[1].key, "B");
}

TEST_F(LazadaLevelsScript, ARefusedBatchIsSentAgainOneByOne) {
  const auto path = "/product/stock/sellable/update";
  const auto acks = kit::play(
      lazada.set_stock(ctx, stock({{"A", "11"}, {"B", "12"}, {"C", "13"}})),
      {post(path, Effect::set, {},
            kit::reply(
                refusal("501", "", R"([{"field":"SkuId","message":"SELLER_SKU_NOT_FOUND"}])"))),
       post(path, Effect::set, {}, answer("done")),
       post(path, Effect::set, {},
            kit::reply(
                refusal("501", "", R"([{"field":"SkuId","message":"SELLER_SKU_NOT_FOUND"}])"))),
       post(path, Effect::set, {},
            kit::reply(
                refusal("501", "", R"([{"message":"negative sellable on channel inventory"}])")))});
  ASSERT_TRUE(acks);
  EXPECT_FALSE(acks->items[0].error);
  EXPECT_EQ(acks->items[1].error->kind, ErrorKind::not_found);
  EXPECT_EQ(acks->items[2].error->kind, ErrorKind::blocked);
  EXPECT_EQ(acks->items[2].error->code, "promotion_locked");
  // What concerns the call is not asked for each.
  const auto limited =
      kit::play(lazada.set_stock(ctx, stock({{"A", "11"}, {"B", "12"}})),
                {post(path, Effect::set, {}, kit::reply(refusal("4154", "Slow down a bit!")))});
  EXPECT_EQ(limited.error().kind, ErrorKind::throttled);
  const auto unknown = kit::play(lazada.set_stock(ctx, stock({{"A", "11"}})),
                                 {post(path, Effect::set, {}, kit::reply(refusal("501")))});
  EXPECT_EQ(unknown->items[0].error->code, "lazada_stock_refused");
}

TEST_F(LazadaLevelsScript, ABadIdAndADoubleHarmNobodyElse) {
  const auto path = "/product/stock/sellable/update";
  const auto acks = kit::play(lazada.set_stock(ctx, stock({{"A", "x"}, {"B", "12"}})),
                              {post(path, Effect::set, {}, answer("done"))});
  ASSERT_TRUE(acks);
  EXPECT_EQ(acks->items[0].error->kind, ErrorKind::not_found);
  EXPECT_FALSE(acks->items[1].error);
  EXPECT_TRUE(kit::play(
      lazada.set_stock(ctx, stock({{"A", "11"}, {"A2", "11"}})),
      {post(path, Effect::set, {}, answer("done")), post(path, Effect::set, {}, answer("done"))}));
}

TEST_F(LazadaLevelsScript, TwentyOneSkusAreTwoCalls) {
  StockBatch batch;
  for (int i = 0; i < 21; ++i)
    batch.items.push_back({"S" + std::to_string(i), kItem, std::to_string(100 + i), 1, true});
  const auto acks =
      play_all([&] { return lazada.set_stock(ctx, batch); },
               {post("/product/stock/sellable/update", Effect::set, {}, answer("done")),
                post("/product/stock/sellable/update", Effect::set, {}, answer("done"))});
  EXPECT_EQ(acks->items.size(), 21u);
}

TEST_F(LazadaLevelsScript, PricesAreWholeRupiah) {
  PriceBatch batch;
  batch.items.push_back({"A", kItem, "11", Money{45000}});
  batch.items.push_back({"B", kItem, "12", Money{5, "USD"}});
  const auto acks =
      kit::play(lazada.set_price(ctx, batch),
                {post("/product/price_quantity/update", Effect::set,
                      {{"payload",
                        "<Request><Product><Skus><Sku><ItemId>8012345678</ItemId><SkuId>11</SkuId>"
                        "<Price>45000</Price></Sku></Skus></Product></Request>"}},
                      answer("done"))});
  ASSERT_TRUE(acks);
  EXPECT_FALSE(acks->items[0].error);
  EXPECT_EQ(acks->items[1].error->code, "currency_unsupported");
  batch.items.pop_back();
  play_all([&] { return lazada.set_price(ctx, batch); },
           {post("/product/price_quantity/update", Effect::set, {}, answer("done"))});
  const auto hosted = kit::play(lazada.set_price(ctx, batch),
                                {kit::step("price", nullptr, kit::reply(refusal("4225")))});
  EXPECT_EQ(hosted->items[0].error->code, "lazada_semi_hosted");
}

StateBatch state(bool listed, bool remove = false, const char* item = kItem) {
  StateBatch out;
  out.items.push_back({"KOPI", item, "", listed, remove});
  return out;
}

TEST_F(LazadaLevelsScript, OffSaleIsOneCallAndOffAlreadyIsOff) {
  play_all([&] { return lazada.set_state(ctx, state(false)); },
           {post("/product/deactivate", Effect::set,
                 {{"apiRequestBody",
                   "<Request><Product><ItemId>8012345678</ItemId></Product></Request>"}},
                 answer("done"))});
  for (const char* code : {"E0004", "E0002"}) {
    const auto acks = kit::play(lazada.set_state(ctx, state(false)),
                                {kit::step("off", nullptr, kit::reply(refusal(code)))});
    EXPECT_TRUE(acks && !acks->items[0].error) << code;
  }
}

TEST_F(LazadaLevelsScript, OnSaleAgainNamesEverySku) {
  kit::Step on = post("/product/update", Effect::set, {}, answer("done"));
  const auto check = on.check;
  on.check = [=](const HttpRequest& r) {
    check(r);
    const json::Value product =
        (*json::parse(*query_value(params_of(r), "payload")))["Request"]["Product"];
    ASSERT_EQ(product["Skus"]["Sku"].items().size(), 2u);
    EXPECT_EQ(product["Skus"]["Sku"][0]["Status"].text(), "active");
    EXPECT_EQ(product["Skus"]["Sku"][0]["package_weight"].text(), "0.28");
  };
  play_all([&] { return lazada.set_state(ctx, state(true)); },
           {get("/product/item/get", {}, answer("product_item_off")), on});
  const auto gone = kit::play(lazada.set_state(ctx, state(true)),
                              {kit::step("read", nullptr, kit::reply(refusal("208")))});
  EXPECT_EQ(gone->items[0].error->kind, ErrorKind::not_found);
}

TEST_F(LazadaLevelsScript, WithdrawingRemovesEverySku) {
  play_all(
      [&] { return lazada.set_state(ctx, state(false, true)); },
      {get("/product/item/get", {}, answer("product_item")),
       post("/product/remove", Effect::set,
            {{"sku_id_list", R"(["SkuId_8012345678_15123456789","SkuId_8012345678_15123456790"])"}},
            answer("done"))});
  const auto gone = kit::play(lazada.set_state(ctx, state(false, true)),
                              {kit::step("read", nullptr, kit::reply(refusal("208")))});
  EXPECT_TRUE(gone && !gone->items[0].error) << "what is gone is withdrawn";
  EXPECT_FALSE(kit::play(lazada.set_state(ctx, state(false, true, "")), {})->items[0].error);
  EXPECT_TRUE(kit::play(lazada.set_state(ctx, state(true, false, "")), {})->items[0].error);
}

// ---- reading back

TEST_F(LazadaLevelsScript, APageOfListingsTellsWhatBuyersCanBuy) {
  const auto page =
      play_all([&] { return lazada.read_listings(ctx, ""); },
               {get("/products/get", {{"filter", "all"}, {"limit", "20"}, {"offset", "0"}},
                    answer("products_page"))});
  ASSERT_EQ(page->listings.size(), 3u) << "a deleted SKU is none";
  EXPECT_EQ(page->listings[0].stock, 12) << "the sellable, not the total of 15";
  EXPECT_EQ(page->listings[0].price->amount, 45000);
  EXPECT_EQ(page->listings[0].listed, true);
  EXPECT_EQ(page->listings[1].listed, false);
  EXPECT_EQ(page->listings[2].stock, 7) << "numbers as text";
  EXPECT_EQ(page->next, "2");
  const auto last = kit::play(lazada.read_listings(ctx, "20"),
                              {get("/products/get", {{"offset", "20"}}, answer("products_none"))});
  ASSERT_TRUE(last);
  EXPECT_TRUE(last->next.empty());
  EXPECT_EQ(kit::play(lazada.read_listings(ctx, "x"), {}).error().code, "lazada_cursor_invalid");
  EXPECT_EQ(kit::play(lazada.read_listings(ctx, "10001"), {}).error().code,
            "lazada_shop_too_large");
}

TEST_F(LazadaLevelsScript, WhatIsNotOfferedSaysSo) {
  EXPECT_EQ(kit::play(lazada.read_lost_events(ctx), {}).error().kind, ErrorKind::unsupported);
  EXPECT_EQ(kit::play(lazada.confirm_lost_events(ctx, "1"), {}).error().kind,
            ErrorKind::unsupported);
  EXPECT_FALSE(lazada.info().can.lost_events);
  EXPECT_LE(lazada.info().limits.stock_batch, 50u);
}

}  // namespace
}  // namespace gerbang::lazada
