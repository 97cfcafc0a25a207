// Stock, price, state and reading back, request by request, and with every fault at every step.
#include "connectors/tokopedia/script_for_test.hpp"

namespace gerbang::tokopedia {
namespace {

using namespace testing;
using ::testing::ElementsAre;

constexpr const char* kTea = "1729592969712207008";
constexpr const char* kTeaSku = "1729592969712207012";
constexpr const char* kCoffee = "1729592969712207777";
constexpr const char* kSmall = "1729592969712208001";
constexpr const char* kLarge = "1729592969712208002";

class TokopediaLevels : public ::testing::Test {
 protected:
  Tokopedia connector;
  CallContext ctx = context_with_facts();

  static StockItem stock(const char* sku, const char* product, const char* variant, Quantity n,
                         bool listed = true) {
    return {sku, product, variant, n, listed};
  }
  static std::string level(const char* sku, int n) {
    return std::string(R"({"id":")") + sku +
           R"(","inventory":[{"warehouse_id":"7068517275539719942","quantity":)" +
           std::to_string(n) + "}]}";
  }
  static kit::Step update(const char* product, const std::string& list, HttpResponse r) {
    return post("/product/202309/products/" + std::string(product) + "/inventory/update",
                Effect::set, R"({"skus":[)" + list + "]}", std::move(r));
  }
  static kit::Step read(const std::string& reply, const char* id = kTea) {
    return get("/product/202309/products/" + std::string(id), "return_under_review_version=true",
               answer(reply));
  }
  static kit::Step partial(const char* product, const std::string& skus) {
    return post("/product/202509/products/" + std::string(product) + "/partial_edit", Effect::set,
                R"({"skus":[)" + skus + "]}", answer("edited"));
  }
  static kit::Step turn(const char* how, const std::string& products, const std::string& platforms,
                        const std::string& reply = "ok") {
    return post(std::string("/product/202309/products/") + how, Effect::set,
                R"({"product_ids":[)" + products + R"(],"listing_platforms":[)" + platforms + "]}",
                answer(reply));
  }
  StockBatch both(Quantity small, Quantity large) {
    StockBatch batch;
    batch.items = {stock("KOPI-250", kCoffee, kSmall, small),
                   stock("KOPI-500", kCoffee, kLarge, large)};
    return batch;
  }
};

constexpr const char* kBothPlaces = R"("TIKTOK_SHOP","TOKOPEDIA")";

TEST_F(TokopediaLevels, StockIsAbsoluteAndOneCallPerProduct) {
  const StockBatch batch = both(37, 15);
  const auto done =
      play_all([&] { return connector.set_stock(ctx, batch); },
               {update(kCoffee, level(kSmall, 37) + "," + level(kLarge, 15), answer("ok"))});
  EXPECT_EQ(done->items.at(1).key, "KOPI-500");
  EXPECT_TRUE(kit::all_done(*done));
  StockBatch apart = batch;
  apart.items[1] = stock("TEH-100", kTea, kTeaSku, 200'000);
  EXPECT_TRUE(kit::all_done(*kit::play(connector.set_stock(ctx, apart),
                                       {update(kCoffee, level(kSmall, 37), answer("ok_bare")),
                                        update(kTea, level(kTeaSku, 99'999), answer("ok"))})))
      << "cut to the channel's limit";
}

TEST_F(TokopediaLevels, OnlyTheElementThatFailedFails) {
  const auto some = kit::play(connector.set_stock(ctx, both(37, 15)),
                              {kit::step("stock", nullptr, answer("inventory_failed"))});
  ASSERT_TRUE(some);
  EXPECT_FALSE(some->items[0].error);
  ASSERT_TRUE(some->items[1].error);
  EXPECT_EQ(some->items[1].error->kind, ErrorKind::blocked);
  EXPECT_EQ(some->items[1].error->code, "promotion_locked");
  EXPECT_EQ(some->items[1].error->remote->code, "12052393") << "the inner one tells more";
}

TEST_F(TokopediaLevels, AnErrorThatNamesNoneOfOursIsEverybodys) {
  const auto odd = kit::play(
      connector.set_stock(ctx, both(37, 15)),
      {kit::step("stock", nullptr,
                 kit::reply(R"({"code":0,"data":{"errors":[{"code":"x","message":"?"}]}})"))});
  ASSERT_TRUE(odd);
  EXPECT_EQ(odd->items[0].error->code, "stock_not_allowed");
  EXPECT_TRUE(odd->items[1].error);
}

TEST_F(TokopediaLevels, ARefusalOfAllMayBeOneElementsFault) {
  const auto done = kit::play(
      connector.set_stock(ctx, both(37, 15)),
      {update(kCoffee, level(kSmall, 37) + "," + level(kLarge, 15), answer("sku_unknown")),
       update(kCoffee, level(kSmall, 37), answer("ok")),
       update(kCoffee, level(kLarge, 15), answer("sku_unknown"))});
  ASSERT_TRUE(done);
  EXPECT_FALSE(done->items[0].error);
  EXPECT_EQ(done->items[1].error->code, "listing_sku_gone");
  EXPECT_EQ(done->items[1].error->kind, ErrorKind::not_found);
  const auto gone = kit::play(connector.set_stock(ctx, both(1, 1)),
                              {kit::step("stock", nullptr, answer("product_unknown"))});
  ASSERT_TRUE(gone);
  EXPECT_EQ(gone->items[1].error->code, "listing_gone");
}

TEST_F(TokopediaLevels, AnotherWarehouseIsReadAndTriedOnce) {
  StockBatch batch;
  batch.items = {stock("KOPI-250", kCoffee, kSmall, 37)};
  CallContext blind = context();
  const std::string without =
      std::string(R"({"id":")") + kSmall + R"(","inventory":[{"quantity":37}]})";
  const auto done = play_all([&] { return connector.set_stock(blind, batch); },
                             {update(kCoffee, without, answer("inventory_warehouse")),
                              get("/logistics/202309/warehouses", "", answer("warehouses")),
                              update(kCoffee, level(kSmall, 37), answer("ok"))});
  EXPECT_TRUE(kit::all_done(*done));
  const auto same = kit::play(connector.set_stock(ctx, batch),
                              {update(kCoffee, level(kSmall, 37), answer("inventory_warehouse")),
                               kit::step("warehouses", nullptr, answer("warehouses"))});
  ASSERT_TRUE(same);
  EXPECT_EQ(same->items[0].error->code, "warehouse_refused") << "it was the default one already";
}

TEST_F(TokopediaLevels, AProductOffSaleTakesItsStockByAnEditAndComesBack) {
  StockBatch batch;
  batch.items = {stock("TEH-100", kTea, kTeaSku, 7)};
  const std::string sku =
      R"({"id":"1729592969712207012","seller_sku":"TEH-100",)"
      R"("price":{"amount":"32000","currency":"IDR"},)"
      R"("inventory":[{"warehouse_id":"7068517275539719942","quantity":7}],"sales_attributes":[]})";
  const auto back =
      play_all([&] { return connector.set_stock(ctx, batch); },
               {update(kTea, level(kTeaSku, 7), answer("not_active")), read("get_product_off"),
                partial(kTea, sku), turn("activate", "\"1729592969712207008\"", kBothPlaces)});
  EXPECT_TRUE(kit::all_done(*back));
  // Taken off by a person: the value is kept there, and it stays off.
  batch.items[0].listed = false;
  EXPECT_TRUE(kit::all_done(*kit::play(connector.set_stock(ctx, batch),
                                       {update(kTea, level(kTeaSku, 7), answer("not_active")),
                                        read("get_product_off"), partial(kTea, sku)})));
}

TEST_F(TokopediaLevels, WhatIsInAuditOrStoppedWaits) {
  StockBatch batch;
  batch.items = {stock("TEH-100", kTea, kTeaSku, 7)};
  const auto refused = [&](const char* state) {
    const auto done = kit::play(connector.set_stock(ctx, batch),
                                {kit::step("stock", nullptr, answer("not_active")), read(state)});
    return *done->items.at(0).error;
  };
  EXPECT_EQ(refused("get_product_pending").kind, ErrorKind::blocked);
  EXPECT_EQ(refused("get_product_pending").code, "listing_in_audit");
  EXPECT_EQ(refused("get_product_pending").retry_after, std::chrono::minutes(5));
  EXPECT_EQ(refused("get_product_frozen").code, "listing_stopped");
  EXPECT_EQ(refused("product_unknown").code, "listing_gone");
  EXPECT_EQ(refused("get_product").kind, ErrorKind::transient) << "it contradicts itself";
}

TEST_F(TokopediaLevels, WhereZeroIsRefusedTheProductGoesOffSale) {
  StockBatch batch;
  batch.items = {stock("KOPI-250", kCoffee, kSmall, 0)};
  const auto off =
      play_all([&] { return connector.set_stock(ctx, batch); },
               {update(kCoffee, level(kSmall, 0), answer("inventory_zero")),
                update(kCoffee, level(kSmall, 1), answer("ok")), read("get_product_two", kCoffee),
                turn("deactivate", "\"1729592969712207777\"", kBothPlaces)});
  EXPECT_TRUE(kit::all_done(*off)) << "nobody can buy it: as wanted";
}

TEST_F(TokopediaLevels, AProductWithASoldOutSkuStaysOffSale) {
  StockBatch batch;
  batch.items = {stock("KOPI-250", kCoffee, kSmall, 9)};
  std::string reply = fixture("get_product_two_off");
  const auto at = reply.find("\"quantity\":15");
  reply.replace(at, 13, "\"quantity\":1");  // the least, because 0 was refused
  const auto stays =
      kit::play(connector.set_stock(ctx, batch), {kit::step("stock", nullptr, answer("not_active")),
                                                  kit::step("product", nullptr, kit::reply(reply)),
                                                  kit::step("edit", nullptr, answer("edited"))});
  ASSERT_TRUE(stays) << stays.error().describe();
  EXPECT_TRUE(kit::all_done(*stays));
}

TEST_F(TokopediaLevels, RemoteIdsThatAreNoneHarmOnlyThemselves) {
  StockBatch batch;
  batch.items = {stock("KOPI-250", kCoffee, kSmall, 37), stock("X", kCoffee, "bukan", 1),
                 stock("Y", "", "", 1)};
  const auto done = kit::play(connector.set_stock(ctx, batch),
                              {update(kCoffee, level(kSmall, 37), answer("ok"))});
  ASSERT_TRUE(done);
  EXPECT_FALSE(done->items[0].error);
  EXPECT_EQ(done->items[1].error->kind, ErrorKind::not_found);
  EXPECT_EQ(done->items[2].error->kind, ErrorKind::not_found);
}

TEST_F(TokopediaLevels, TheSameSkuTwiceHasItsLastWordLast) {
  StockBatch batch;
  batch.items = {stock("KOPI-250", kCoffee, kSmall, 37), stock("KOPI-250", kCoffee, kSmall, 36)};
  EXPECT_TRUE(kit::all_done(*kit::play(connector.set_stock(ctx, batch),
                                       {update(kCoffee, level(kSmall, 37), answer("ok")),
                                        update(kCoffee, level(kSmall, 36), answer("ok"))})));
}

TEST_F(TokopediaLevels, MoreThanAHundredSkusAreSeveralCalls) {
  StockBatch batch;
  std::vector<std::string> ids;
  for (int i = 1; i <= 101; ++i) ids.push_back(std::to_string(1000 + i));
  for (const std::string& id : ids) batch.items.push_back(stock("S", kCoffee, id.c_str(), 1));
  std::vector<std::size_t> sizes;
  const auto count = [&](const HttpRequest& r) {
    sizes.push_back((*json::parse(r.body))["skus"].items().size());
  };
  EXPECT_TRUE(kit::play(
      connector.set_stock(ctx, batch),
      {kit::step("first", count, answer("ok")), kit::step("second", count, answer("ok"))}));
  EXPECT_THAT(sizes, ElementsAre(100, 1));
}

TEST_F(TokopediaLevels, Price) {
  PriceBatch batch;
  batch.items = {{"KOPI-250", kCoffee, kSmall, Money{47000}},
                 {"KOPI-500", kCoffee, kLarge, Money{88000}}};
  const auto done = play_all(
      [&] { return connector.set_price(ctx, batch); },
      {post("/product/202309/products/" + std::string(kCoffee) + "/prices/update", Effect::set,
            R"({"skus":[{"id":"1729592969712208001","price":{"amount":"47000","currency":"IDR"}},)"
            R"({"id":"1729592969712208002","price":{"amount":"88000","currency":"IDR"}}]})",
            answer("ok_bare"))});
  EXPECT_TRUE(kit::all_done(*done));
  batch.items = {{"KOPI-250", kCoffee, kSmall, Money{5, "USD"}},
                 {"KOPI-500", kCoffee, kLarge, Money{99}}};
  const auto refused = kit::play(connector.set_price(ctx, batch), {});
  ASSERT_TRUE(refused);
  EXPECT_EQ(refused->items[0].error->code, "currency_unsupported");
  EXPECT_EQ(refused->items[1].error->code, "price_out_of_range");
  // Off sale: the price is kept there, and it stays off.
  batch.items = {{"TEH-100", kTea, kTeaSku, Money{33000}}};
  const auto off = kit::play(
      connector.set_price(ctx, batch),
      {kit::step("price", nullptr, answer("not_active")), read("get_product_off"),
       partial(kTea, R"({"id":"1729592969712207012","seller_sku":"TEH-100",)"
                     R"("price":{"amount":"33000","currency":"IDR"},)"
                     R"("inventory":[{"warehouse_id":"7068517275539719942","quantity":25}],)"
                     R"("sales_attributes":[]})")});
  EXPECT_TRUE(kit::all_done(*off));
}

TEST_F(TokopediaLevels, OffAndOnAtEveryPlaceWhereItIsListed) {
  StateBatch batch;
  batch.items = {{"TEH", kTea, "", false, false}};
  play_all([&] { return connector.set_state(ctx, batch); },
           {read("get_product"), turn("deactivate", "\"1729592969712207008\"", kBothPlaces)});
  EXPECT_TRUE(
      kit::all_done(*kit::play(connector.set_state(ctx, batch),
                               {read("get_product_tokopedia"),
                                turn("deactivate", "\"1729592969712207008\"", R"("TOKOPEDIA")")})));
  EXPECT_TRUE(kit::all_done(*kit::play(connector.set_state(ctx, batch), {read("get_product_off")})))
      << "as it is already";
  batch.items[0].listed = true;
  play_all([&] { return connector.set_state(ctx, batch); },
           {read("get_product_off"), turn("activate", "\"1729592969712207008\"", kBothPlaces)});
  EXPECT_TRUE(
      kit::all_done(*kit::play(connector.set_state(ctx, batch), {read("get_product_pending")})));
  const auto failed = kit::play(connector.set_state(ctx, batch), {read("get_product_failed")});
  EXPECT_EQ(failed->items.at(0).error->code, "listing_audit_failed");
  EXPECT_NE(failed->items[0].error->detail.find("Foto utama buram"), std::string::npos);
  const auto frozen = kit::play(connector.set_state(ctx, batch), {read("get_product_frozen")});
  EXPECT_EQ(frozen->items.at(0).error->code, "listing_stopped");
}

TEST_F(TokopediaLevels, SeveralAtOnceAndOneThatFails) {
  StateBatch batch;
  batch.items = {{"TEH", kTea, "", false, false}, {"KOPI", kCoffee, "", false, false}};
  const auto some = kit::play(connector.set_state(ctx, batch),
                              {read("get_product"), read("get_product_two", kCoffee),
                               turn("deactivate", R"("1729592969712207008","1729592969712207777")",
                                    kBothPlaces, "switch_failed")});
  ASSERT_TRUE(some);
  EXPECT_FALSE(some->items[0].error);
  EXPECT_EQ(some->items[1].error->kind, ErrorKind::blocked);
  const auto left =
      kit::play(connector.set_state(ctx, batch),
                {read("get_product"), read("product_unknown", kCoffee),
                 turn("deactivate", "\"1729592969712207008\"", kBothPlaces, "switch_no_tokopedia"),
                 turn("deactivate", "\"1729592969712207008\"", R"("TIKTOK_SHOP")")});
  ASSERT_TRUE(left);
  EXPECT_FALSE(left->items[0].error) << "the shop has left Tokopedia";
  EXPECT_EQ(left->items[1].error->code, "listing_gone");
}

TEST_F(TokopediaLevels, WithdrawnIsDeletedAndTwiceIsOnce) {
  StateBatch batch;
  batch.items = {{"TEH", kTea, "", false, true}};
  const std::string body = R"({"product_ids":["1729592969712207008"]})";
  play_all([&] { return connector.set_state(ctx, batch); },
           {write(Method::del, "/product/202309/products", Effect::set, body, answer("ok"))});
  const auto again = kit::play(
      connector.set_state(ctx, batch),
      {kit::step(
          "delete", nullptr,
          kit::reply(R"({"code":0,"data":{"errors":[{"code":12052990,"detail":{)"
                     R"("product_id":"1729592969712207008","extra_errors":[{"code":12052032,)"
                     R"("message":"The product does not exist"}]}}]}})"))});
  EXPECT_TRUE(kit::all_done(*again));
}

TEST_F(TokopediaLevels, ReadingBackTakesTheStockOfAPageInOneCall) {
  const auto page = play_all(
      [&] { return connector.read_listings(ctx, ""); },
      {post("/product/202502/products/search", Effect::read, R"({"status":"ALL"})",
            answer("search_products"), "page_size=100"),
       post(
           "/product/202309/inventory/search", Effect::read,
           R"({"product_ids":["1729592969712207008","1729592969712207777","1729592969712209999"]})",
           answer("inventory_search"))});
  ASSERT_EQ(page->listings.size(), 3u) << "what is deleted is not there";
  EXPECT_EQ(page->next, "ZnJvbT0xMDA=");
  EXPECT_EQ(page->listings[0].stock, 23);
  EXPECT_EQ(page->listings[0].price, Money{32000});
  EXPECT_EQ(page->listings[0].remote_state, "ACTIVATE");
  EXPECT_EQ(page->listings[1].stock, 39) << "a number as text";
  EXPECT_EQ(page->listings[2].stock, 15) << "not told there: the search's own";
  const auto last = kit::play(connector.read_listings(ctx, "ZnJvbT0xMDA="),
                              {kit::step("none", nullptr, answer("search_none"))});
  ASSERT_TRUE(last);
  EXPECT_TRUE(last->listings.empty());
  EXPECT_TRUE(last->next.empty());
}

}  // namespace
}  // namespace gerbang::tokopedia
