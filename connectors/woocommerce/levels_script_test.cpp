// Stock, price, state and reading back, request by request, and with every fault at every step.
#include "connectors/woocommerce/script_for_test.hpp"

namespace gerbang::woocommerce {
namespace {

using namespace testing;

class WooLevels : public ::testing::Test {
 protected:
  WooCommerce shop;
  CallContext ctx = context();

  // An entry of a batch answer: the recorded product with these fields changed.
  static std::string entry(const std::string& patch) {
    return changed(recorded_body("product_get"), patch);
  }
  static HttpResponse entries(const std::string& list) {
    return kit::reply(R"({"update":[)" + list + "]}");
  }
};

TEST_F(WooLevels, stock_is_absolute_products_together_and_variations_below_their_parent) {
  StockBatch batch;
  batch.items = {{"GULA-500", "84", "0", 21, true},
                 {"KAOS-D-S", "85", "86", 3, true},
                 {"MADU", "90", "", 5, true},
                 {"KAOS-D-M", "85", "87", 4, true}};
  const auto done =
      play_all([&] { return shop.set_stock(ctx, batch); },
               {post("/products/batch", Effect::set,
                     R"({"update":[{"id":84,"manage_stock":true,"stock_quantity":21},)"
                     R"({"id":90,"manage_stock":true,"stock_quantity":5}]})",
                     entries(entry(R"({"id":84,"stock_quantity":21})") + "," +
                             entry(R"({"id":90,"stock_quantity":5})"))),
                post("/products/85/variations/batch", Effect::set,
                     R"({"update":[{"id":86,"manage_stock":true,"stock_quantity":3},)"
                     R"({"id":87,"manage_stock":true,"stock_quantity":4}]})",
                     entries(R"({"id":86,"manage_stock":true,"stock_quantity":3},)"
                             R"({"id":87,"manage_stock":true,"stock_quantity":4})"))});
  ASSERT_TRUE(done);
  EXPECT_EQ(done->items.size(), 4u);
  EXPECT_EQ(done->items[3].key, "KAOS-D-M");
}

TEST_F(WooLevels, a_real_batch_with_errors_inside_a_200_harms_only_the_wrong_ones) {
  StockBatch batch;
  batch.items = {{"HILANG", "999999", "0", 1, true},
                 {"TERTUKAR", "84", "0", 7, true},
                 {"GULA-500", "84", "0", 21, true}};
  const auto done =
      kit::play(shop.set_stock(ctx, batch),
                {kit::step("batch", nullptr, recorded("batch_mixed_partial_failure"))});
  ASSERT_TRUE(done);
  EXPECT_EQ(done->items[0].error->code, "listing_gone");
  EXPECT_EQ(done->items[1].error->code, "value_not_kept") << "0 was stored, not 7";
  EXPECT_FALSE(done->items[2].error);
}

TEST_F(WooLevels, an_answer_that_names_others_or_too_few_is_no_success) {
  StockBatch batch;
  batch.items = {{"A", "84", "0", 21, true}, {"B", "90", "0", 5, true}};
  const std::string a = entry(R"({"id":84,"stock_quantity":21})");
  for (const std::string& list : {a, a + "," + a, a + "," + a + "," + a, std::string()}) {
    const auto done =
        kit::play(shop.set_stock(ctx, batch), {kit::step("batch", nullptr, entries(list))});
    ASSERT_TRUE(done);
    EXPECT_EQ(done->items[1].error->code, "answer_incomplete") << list;
  }
  // 200, and yet the number is ignored: manage_stock is off.
  const auto off = kit::play(
      shop.set_stock(ctx, batch),
      {kit::step("batch", nullptr,
                 entries(entry(R"({"id":84,"manage_stock":false,"stock_quantity":null})") + "," +
                         entry(R"({"id":90,"stock_quantity":"5"})")))});
  ASSERT_TRUE(off);
  EXPECT_EQ(off->items[0].error->code, "stock_not_managed");
  EXPECT_EQ(off->items[0].error->kind, ErrorKind::rejected);
  EXPECT_FALSE(off->items[1].error) << "a number as text is a number";
}

TEST_F(WooLevels, ids_that_are_none_harm_only_themselves) {
  StockBatch batch;
  batch.items = {{"X", "bukan", "0", 1, true},
                 {"Y", "", "", 1, true},
                 {"Z", "85", "bukan", 1, true},
                 {"BESAR", "9007199254740993123", "0", 2, true}};
  const auto done = kit::play(
      shop.set_stock(ctx, batch),
      {post("/products/batch", Effect::set,
            R"({"update":[{"id":9007199254740993123,"manage_stock":true,"stock_quantity":2}]})",
            entries(entry(R"({"id":9007199254740993123,"stock_quantity":2})")))});
  ASSERT_TRUE(done);
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(done->items[static_cast<std::size_t>(i)].error->kind, ErrorKind::not_found);
  }
  EXPECT_FALSE(done->items[3].error);
}

TEST_F(WooLevels, a_hundred_entries_fill_a_call) {
  StockBatch batch;
  for (int i = 1; i <= 101; ++i) batch.items.push_back({"S", std::to_string(i), "0", i, true});
  std::vector<std::size_t> sizes;
  const auto count = [&](const HttpRequest& r) {
    sizes.push_back((*json::parse(r.body))["update"].items().size());
  };
  const auto done = kit::play(shop.set_stock(ctx, batch), {kit::step("1", count, entries("")),
                                                           kit::step("2", count, entries(""))});
  ASSERT_TRUE(done);
  EXPECT_THAT(sizes, ::testing::ElementsAre(100, 1));
}

TEST_F(WooLevels, a_refusal_of_one_parents_batch_is_its_variations) {
  StockBatch batch;
  batch.items = {{"A", "85", "86", 1, true}, {"B", "84", "0", 2, true}};
  const auto done = kit::play(
      shop.set_stock(ctx, batch),
      {kit::step("variations", nullptr,
                 kit::reply(refusal("woocommerce_rest_product_invalid_id", 404), 404)),
       kit::step("products", nullptr, entries(entry(R"({"id":84,"stock_quantity":2})")))});
  ASSERT_TRUE(done);
  EXPECT_EQ(done->items[0].error->code, "listing_gone");
  EXPECT_FALSE(done->items[1].error);
}

TEST_F(WooLevels, prices_are_plain_digits_as_text_and_compared) {
  PriceBatch batch;
  batch.items = {{"GULA-500", "84", "0", Money{46500}}, {"KAOS-D-S", "85", "86", Money{75000}}};
  play_all(
      [&] { return shop.set_price(ctx, batch); },
      {post("/products/batch", Effect::set, R"({"update":[{"id":84,"regular_price":"46500"}]})",
            entries(entry(R"({"id":84,"regular_price":"46500.00"})"))),
       post("/products/85/variations/batch", Effect::set,
            R"({"update":[{"id":86,"regular_price":"75000"}]})",
            entries(R"({"id":86,"regular_price":"75000"})"))});
  batch.items = {{"A", "84", "0", Money{5, "USD"}},
                 {"B", "84", "0", Money{0}},
                 {"C", "84", "0", Money{46500}}};
  const auto done = kit::play(
      shop.set_price(ctx, batch),
      {kit::step("batch", nullptr, entries(entry(R"({"id":84,"regular_price":"46.500"})")))});
  ASSERT_TRUE(done);
  EXPECT_EQ(done->items[0].error->code, "price_out_of_range");
  EXPECT_EQ(done->items[1].error->code, "price_out_of_range");
  EXPECT_EQ(done->items[2].error->code, "price_not_kept");
}

TEST_F(WooLevels, off_sale_is_a_draft_and_withdrawn_is_the_trash) {
  StateBatch batch;
  batch.items = {{"GULA", "84", "", true, false}, {"KAOS", "85", "", false, false}};
  play_all([&] { return shop.set_state(ctx, batch); },
           {post("/products/batch", Effect::set,
                 R"({"update":[{"id":84,"status":"publish"},{"id":85,"status":"draft"}]})",
                 entries(entry(R"({"id":84,"status":"publish"})") + "," +
                         entry(R"({"id":85,"status":"draft"})")))});
  StateBatch gone;
  gone.items = {{"GULA", "84", "", false, true}};
  play_all([&] { return shop.set_state(ctx, gone); },
           {send(Method::del, "/products/84", Effect::set, "", recorded("product_delete_trash"))});
  for (const auto& [code, status] : {std::pair{"woocommerce_rest_product_invalid_id", 404},
                                     {"woocommerce_rest_already_trashed", 410}}) {
    const auto done =
        kit::play(shop.set_state(ctx, gone),
                  {kit::step("delete", nullptr, kit::reply(refusal(code, status), status))});
    ASSERT_TRUE(done) << code;
    EXPECT_FALSE(done->items[0].error) << "what is gone is as wanted";
  }
  batch.items = {{"KAOS", "", "", false, false}, {"GULA", "", "", true, false}};
  const auto done = kit::play(shop.set_state(ctx, batch), {});
  ASSERT_TRUE(done);
  EXPECT_FALSE(done->items[0].error);
  EXPECT_EQ(done->items[1].error->kind, ErrorKind::not_found);
}

TEST_F(WooLevels, reading_back_walks_products_and_their_variations) {
  const std::string query =
      "/products?per_page=20&page=1&orderby=id&order=asc&_fields=id%2Ctype%2Cstatus%2Csku%2Cname%2C"
      "regular_price%2Cmanage_stock%2Cstock_quantity%2Cparent_id%2Cglobal_unique_id";
  HttpResponse first = kit::reply("[" + recorded("product_get").body + "," +
                                  recorded("product_create_variable").body + "]");
  first.headers.set("X-WP-TotalPages", "2");
  const auto page = play_all(
      [&] { return shop.read_listings(ctx, ""); },
      {get(query, first), get("/products/85/variations?per_page=100&page=1&orderby=id&order=asc",
                              kit::reply("[" + recorded("variation_create").body + "]"))});
  ASSERT_TRUE(page);
  ASSERT_EQ(page->listings.size(), 2u);
  EXPECT_EQ(page->next, "2");
  const RemoteListing& sugar = page->listings[0];
  EXPECT_EQ(sugar.remote_product, "84");
  EXPECT_EQ(sugar.remote_variant, "0");
  EXPECT_EQ(sugar.remote_sku, "GULA-500");
  EXPECT_EQ(sugar.stock, 25);
  EXPECT_EQ(sugar.price, Money{38000});
  EXPECT_EQ(sugar.listed, true);
  EXPECT_TRUE(sugar.options.empty());
  const RemoteListing& shirt = page->listings[1];
  EXPECT_EQ(shirt.remote_product, "85");
  EXPECT_EQ(shirt.remote_variant, "86");
  EXPECT_EQ(shirt.title, "Kaos Desa");
  EXPECT_EQ(shirt.stock, 3);
  // The last page; stock that is not managed is not known.
  const auto last = kit::play(
      shop.read_listings(ctx, "2"),
      {kit::step(
          "page", nullptr,
          kit::reply("[" +
                     changed(recorded_body("product_get"),
                             R"({"manage_stock":false,"status":"draft","regular_price":""})") +
                     "]"))});
  ASSERT_TRUE(last);
  EXPECT_TRUE(last->next.empty());
  EXPECT_FALSE(last->listings[0].stock);
  EXPECT_FALSE(last->listings[0].price);
  EXPECT_EQ(last->listings[0].listed, false);
  EXPECT_FALSE(kit::play(shop.read_listings(ctx, "x"), {}));
}

}  // namespace
}  // namespace gerbang::woocommerce
