// Stock, price and state, request by request, and with every fault at every step.
#include "connectors/shopee/script_for_test.hpp"

namespace gerbang::shopee {
namespace {

using namespace testing;

constexpr const char* kItem = "27410099881";

class ShopeeLevels : public ::testing::Test {
 protected:
  Shopee shopee;
  CallContext ctx = context_with_facts();

  static StockItem stock(const char* sku, const char* variant, Quantity n) {
    return {sku, kItem, variant, n, true};
  }
  static kit::Step stock_call(const std::string& list, HttpResponse r) {
    return post("product/update_stock", Effect::set,
                R"({"item_id":27410099881,"stock_list":[)" + list + "]}", std::move(r));
  }
};

constexpr const char* kBoth = R"({"model_id":187700010001,"seller_stock":[{"stock":37}]},)"
                              R"({"model_id":187700010002,"seller_stock":[{"stock":15}]})";

TEST_F(ShopeeLevels, StockIsAbsoluteAndOneCallPerItem) {
  StockBatch batch;
  batch.items = {stock("KOPI-250", "187700010001", 37), stock("KOPI-500", "187700010002", 15)};
  const auto done = play_all([&] { return shopee.set_stock(ctx, batch); },
                             {stock_call(kBoth, answer("update_stock_done"))});
  EXPECT_EQ(done->items.at(1).key, "KOPI-500");
  EXPECT_FALSE(done->items[0].error || done->items[1].error);
  batch.items[1].remote_product = "9123456789012345677";
  batch.items[1].remote_variant = "0";
  const auto apart = kit::play(
      shopee.set_stock(ctx, batch),
      {stock_call(R"({"model_id":187700010001,"seller_stock":[{"stock":37}]})",
                  answer("update_stock_done")),
       post("product/update_stock", Effect::set,
            R"({"item_id":9123456789012345677,"stock_list":[{"seller_stock":[{"stock":15}]}]})",
            kit::reply(R"({"error":"","response":{"success_list":[{"model_id":0,"stock":15}],)"
                       R"("failure_list":[]}})"))});
  ASSERT_TRUE(apart);
  EXPECT_FALSE(apart->items[1].error);
}

TEST_F(ShopeeLevels, OnlyTheElementThatFailedFails) {
  StockBatch batch;
  batch.items = {stock("KOPI-250", "187700010001", 37), stock("KOPI-X", "999", 5)};
  const auto some = kit::play(shopee.set_stock(ctx, batch),
                              {kit::step("stock", nullptr, answer("update_stock"))});
  ASSERT_TRUE(some);
  EXPECT_FALSE(some->items[0].error);
  ASSERT_TRUE(some->items[1].error);
  EXPECT_EQ(some->items[1].error->code, "variant_gone");
  EXPECT_EQ(some->items[1].error->remote->message, "Wrong model_id.");
  // Neither list names the first: it is open, not done.
  const auto all = kit::play(shopee.set_stock(ctx, batch),
                             {kit::step("stock", nullptr, answer("update_stock_all_failed"))});
  ASSERT_TRUE(all);
  ASSERT_TRUE(all->items[0].error && all->items[1].error);
}

TEST_F(ShopeeLevels, ARefusalThatNamesNoElementSendsThemSingly) {
  StockBatch batch;
  batch.items = {stock("KOPI-250", "187700010001", 37), stock("KOPI-500", "187700010002", 15)};
  const auto done =
      kit::play(shopee.set_stock(ctx, batch),
                {stock_call(kBoth, kit::reply(refusal("error_param", "Wrong model_id."))),
                 stock_call(R"({"model_id":187700010001,"seller_stock":[{"stock":37}]})",
                            answer("update_stock_done")),
                 stock_call(R"({"model_id":187700010002,"seller_stock":[{"stock":15}]})",
                            kit::reply(refusal("product.error_param", "Wrong model_id.")))});
  ASSERT_TRUE(done);
  EXPECT_FALSE(done->items[0].error);
  EXPECT_EQ(done->items[1].error->code, "variant_gone");
  // What concerns the whole item is not tried again for each of its variants.
  const auto gone = kit::play(shopee.set_stock(ctx, batch),
                              {stock_call(kBoth, kit::reply(refusal("error_item_not_found")))});
  ASSERT_TRUE(gone);
  EXPECT_EQ(gone->items[0].error->code, "listing_gone");
  EXPECT_EQ(gone->items[1].error->code, "listing_gone");
}

TEST_F(ShopeeLevels, AShopThatTurnedMultiWarehouseIsServedWithItsLocation) {
  StockBatch batch;
  batch.items = {stock("KOPI-250", "187700010001", 37)};
  const kit::Script script = {
      stock_call(R"({"model_id":187700010001,"seller_stock":[{"stock":37}]})",
                 kit::reply(refusal("error_auth", "Lack of location_id, please check."))),
      get("shop/get_warehouse_detail", "warehouse_type=1", answer("get_warehouse_detail")),
      stock_call(R"({"model_id":187700010001,"seller_stock":[{"location_id":"IDZ","stock":37}]})",
                 answer("update_stock_done"))};
  const auto done = play_all([&] { return shopee.set_stock(ctx, batch); }, script);
  EXPECT_FALSE(done->items[0].error);
  const CallContext known = context_with_facts("get_warehouse_detail");
  EXPECT_TRUE(kit::play(shopee.set_stock(known, batch), {script[2]}));
}

TEST_F(ShopeeLevels, RemoteIdsThatAreNoneHarmOnlyThemselves) {
  StockBatch batch;
  batch.items = {stock("KOPI-250", "187700010001", 37), stock("X", "bukan", 1)};
  batch.items.push_back({"Y", "", "0", 1, true});
  const auto done =
      kit::play(shopee.set_stock(ctx, batch),
                {stock_call(R"({"model_id":187700010001,"seller_stock":[{"stock":37}]})",
                            answer("update_stock_done"))});
  ASSERT_TRUE(done);
  EXPECT_FALSE(done->items[0].error);
  EXPECT_EQ(done->items[1].error->kind, ErrorKind::not_found);
  EXPECT_EQ(done->items[2].error->kind, ErrorKind::not_found);
}

TEST_F(ShopeeLevels, MoreThanFiftyVariantsAreSeveralCalls) {
  StockBatch batch;
  for (int i = 1; i <= 51; ++i) batch.items.push_back(stock("S", std::to_string(i).c_str(), i));
  std::vector<std::size_t> sizes;
  const auto count = [&](const HttpRequest& r) {
    sizes.push_back((*json::parse(r.body))["stock_list"].items().size());
  };
  const auto done = kit::play(shopee.set_stock(ctx, batch),
                              {kit::step("first", count, answer("update_stock_done")),
                               kit::step("second", count, answer("update_stock_done"))});
  EXPECT_THAT(sizes, ::testing::ElementsAre(50, 1));
  ASSERT_TRUE(done);
  for (const ItemAck& item : done->items)
    EXPECT_EQ(item.error->code, "answer_incomplete") << "the answer named others";
}

TEST_F(ShopeeLevels, Price) {
  PriceBatch batch;
  batch.items = {{"KOPI-250", kItem, "187700010001", Money{47000}},
                 {"KOPI-500", kItem, "187700010002", Money{88000}}};
  const auto done = play_all([&] { return shopee.set_price(ctx, batch); },
                             {post("product/update_price", Effect::set,
                                   R"({"item_id":27410099881,"price_list":[)"
                                   R"({"model_id":187700010001,"original_price":47000},)"
                                   R"({"model_id":187700010002,"original_price":88000}]})",
                                   answer("update_price_done"))});
  EXPECT_FALSE(done->items[0].error || done->items[1].error);
  batch.items = {{"KOPI-250", kItem, "187700010001", Money{5, "USD"}}};
  const auto foreign = kit::play(shopee.set_price(ctx, batch), {});
  ASSERT_TRUE(foreign);
  EXPECT_EQ(foreign->items[0].error->code, "currency_unsupported");
}

TEST_F(ShopeeLevels, State) {
  StateBatch batch;
  batch.items = {{"KOPI", kItem, "", false, false}};
  play_all([&] { return shopee.set_state(ctx, batch); },
           {post("product/unlist_item", Effect::set,
                 R"({"item_list":[{"item_id":27410099881,"unlist":true}]})",
                 answer("unlist_item_done"))});
  batch.items.push_back({"TEH", "27410099882", "", false, false});
  const auto some = kit::play(shopee.set_state(ctx, batch),
                              {kit::step("unlist", nullptr, answer("unlist_item"))});
  ASSERT_TRUE(some);
  EXPECT_FALSE(some->items[0].error);
  EXPECT_EQ(some->items[1].error->kind, ErrorKind::blocked);
  EXPECT_EQ(some->items[1].error->code, "promotion_locked");

  StateBatch gone;
  gone.items = {{"KOPI", kItem, "", false, true}};
  play_all([&] { return shopee.set_state(ctx, gone); },
           {post("product/delete_item", Effect::set, R"({"item_id":27410099881})", answer("ok"))});
  const auto already = kit::play(
      shopee.set_state(ctx, gone),
      {kit::step("delete", nullptr, kit::reply(refusal("product.error_item_not_found")))});
  ASSERT_TRUE(already);
  EXPECT_FALSE(already->items[0].error);
}

}  // namespace
}  // namespace gerbang::shopee
