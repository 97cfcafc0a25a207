// Stock, price, state and reading back, request by request, and with every fault at every step.
#include "connectors/blibli/limits.hpp"
#include "connectors/blibli/script_for_test.hpp"

namespace gerbang::blibli {
namespace {

using namespace testing;

const std::string kProduct = "DES-70001-00012";
const std::string kTicket = "01HQHSC752CZSM5Q2AS3DDGXBZ|0|1740885000000|";

class BlibliLevels : public ::testing::Test {
 protected:
  Blibli blibli;
  CallContext ctx = context_with_facts();

  static StockItem stock(const std::string& n, Quantity quantity) {
    return {"KOPI-" + n, kProduct, kProduct + "-" + n, quantity, true};
  }
  static PriceItem price(const std::string& n, std::int64_t amount, const std::string& ticket = "",
                         bool outdated = false) {
    return {"KOPI-" + n, kProduct, kProduct + "-" + n, Money{amount}, {ticket, outdated}};
  }
  static kit::Step bulk(const std::string& list, HttpResponse r) {
    return post("/mta/api/businesspartner/v1/product/updateProduct", Effect::set,
                R"({"merchantCode":"DES-70001","productRequests":[)" + list + "]}", std::move(r));
  }
  Result<BatchAck> set_price(std::vector<PriceItem> items, const kit::Script& script) {
    PriceBatch batch;
    batch.items = std::move(items);
    return kit::play(blibli.set_price(ctx, batch), script);
  }
};

TEST_F(BlibliLevels, stock_is_an_exact_value_and_one_call_each) {
  StockBatch batch;
  batch.items = {stock("00001", 37), stock("00002", 0)};
  const auto put = [](const std::string& n, const std::string& body) {
    return call(Method::put, "/seller/v1/products/" + kProduct + "-" + n + "/stock", Effect::set,
                body, no_content());
  };
  const auto done =
      play_all([&] { return blibli.set_stock(ctx, batch); },
               {put("00001", R"({"availableStock":37,"pickupPointCode":"PP-3000188"})"),
                put("00002", R"({"availableStock":0,"pickupPointCode":"PP-3000188"})")});
  ASSERT_TRUE(done);
  EXPECT_EQ(done->items.at(1).key, "KOPI-00002");
  EXPECT_FALSE(done->items[0].error || done->items[1].error);
}

TEST_F(BlibliLevels, stock_that_one_variant_refuses_leaves_the_others_alone) {
  StockBatch batch;
  batch.items = {stock("00001", 1), stock("00002", 2), stock("00003", 3)};
  const auto some = kit::play(
      blibli.set_stock(ctx, batch),
      {kit::step("1", nullptr, kit::reply(refusal("ERR-PA404001", "Product is not found"), 404)),
       kit::step("2", nullptr, kit::reply(refusal("ERR-PA400001", "stock is out of range"), 400)),
       kit::step("3", nullptr, no_content())});
  ASSERT_TRUE(some);
  EXPECT_EQ(some->items[0].error->kind, ErrorKind::not_found);
  EXPECT_EQ(some->items[1].error->code, "blibli_stock_refused");
  EXPECT_EQ(some->items[1].error->remote->code, "ERR-PA400001");
  EXPECT_FALSE(some->items[2].error);
  // What all would meet ends the batch; nothing is silently left out.
  const auto stopped =
      kit::play(blibli.set_stock(ctx, batch),
                {kit::step("1", nullptr, no_content()),
                 kit::step("2", nullptr, kit::reply(refusal("ERR-PA429001", "limit"), 429))});
  ASSERT_TRUE(stopped);
  EXPECT_FALSE(stopped->items[0].error);
  EXPECT_EQ(stopped->items[1].error->kind, ErrorKind::throttled);
  EXPECT_EQ(stopped->items[2].error->kind, ErrorKind::throttled);
}

TEST_F(BlibliLevels, many_stocks_go_in_one_bulk_update_and_come_back_as_tickets) {
  Access one_point = access();
  one_point.only_point = true;
  ctx.access_token = pack(one_point);
  StockBatch batch;
  std::string list;
  for (int n = 0; n < 11; ++n) {
    batch.items.push_back(stock(std::to_string(10000 + n), n));
    list += std::string(n == 0 ? "" : ",") + R"({"gdnSku":")" + kProduct + "-" +
            std::to_string(10000 + n) + R"(","exactStock":)" + std::to_string(n) + "}";
  }
  const auto sent =
      play_all([&] { return blibli.set_stock(ctx, batch); }, {bulk(list, answer("queued_mta"))});
  ASSERT_TRUE(sent);
  ASSERT_EQ(sent->items.size(), 11u);
  for (const ItemAck& item : sent->items) EXPECT_TRUE(item.deferred && !item.error);
  EXPECT_TRUE(sent->items[10].deferred->ticket.ends_with("|DES-70001-00012-10010"));
}

TEST_F(BlibliLevels, a_newer_stock_waits_for_the_bulk_update_that_holds_the_older_one) {
  StockBatch batch;
  batch.items = {stock("00001", 5)};
  batch.items[0].ticket = {kTicket + kProduct + "-00001", true};
  const auto waits = kit::play(blibli.set_stock(ctx, batch), {queue(answer("queue_open"))});
  ASSERT_TRUE(waits && waits->items[0].deferred);
  EXPECT_TRUE(waits->items[0].deferred->still);
  const auto sent = kit::play(blibli.set_stock(ctx, batch),
                              {queue(answer("queue_done")), kit::step("1", nullptr, no_content())});
  ASSERT_TRUE(sent);
  EXPECT_FALSE(sent->items[0].deferred || sent->items[0].error);
}

TEST_F(BlibliLevels, with_several_pickup_points_ten_stocks_go_and_the_rest_in_the_next_turn) {
  StockBatch batch;
  kit::Script script;
  for (int n = 0; n < 12; ++n) {
    batch.items.push_back(stock(std::to_string(10000 + n), n));
    if (n < 10) script.push_back(kit::step(std::to_string(n), nullptr, no_content()));
  }
  const auto some = kit::play(blibli.set_stock(ctx, batch), script);
  ASSERT_TRUE(some);
  EXPECT_FALSE(some->items[9].deferred || some->items[9].error);
  for (const std::size_t n : {10u, 11u}) {
    ASSERT_TRUE(some->items[n].deferred);
    EXPECT_EQ(some->items[n].deferred->after, Duration(0));
  }
  batch.items.erase(batch.items.begin(), batch.items.begin() + 10);
  for (StockItem& item : batch.items) item.ticket.name = some->items[10].deferred->ticket;
  const auto rest =
      kit::play(blibli.set_stock(ctx, batch),
                {kit::step("10", nullptr, no_content()), kit::step("11", nullptr, no_content())});
  ASSERT_TRUE(rest);
  EXPECT_FALSE(rest->items[0].deferred || rest->items[1].deferred);
}

constexpr const char* kBoth =
    R"({"gdnSku":"DES-70001-00012-00001","price":47000,"salePrice":47000},)"
    R"({"gdnSku":"DES-70001-00012-00002","price":88000,"salePrice":88000})";

TEST_F(BlibliLevels, prices_go_together_and_come_back_as_a_ticket) {
  PriceBatch batch;
  batch.items = {price("00001", 47000), price("00002", 88000)};
  const auto sent =
      play_all([&] { return blibli.set_price(ctx, batch); }, {bulk(kBoth, answer("queued_mta"))});
  ASSERT_TRUE(sent);
  for (const ItemAck& item : sent->items) {
    ASSERT_TRUE(item.deferred);
    EXPECT_FALSE(item.deferred->still);
    EXPECT_TRUE(item.deferred->ticket.starts_with("01HQHSC752CZSM5Q2AS3DDGXBZ|0|"));
  }
  EXPECT_TRUE(sent->items[1].deferred->ticket.ends_with("|DES-70001-00012-00002"));
}

TEST_F(BlibliLevels, a_ticket_is_asked_once_for_all_its_entries) {
  PriceBatch batch;
  batch.items = {price("00001", 47000, kTicket + kProduct + "-00001"),
                 price("00002", 88000, kTicket + kProduct + "-00002")};
  const auto done = kit::play(blibli.set_price(ctx, batch), {queue(answer("queue_done"))});
  ASSERT_TRUE(done);
  EXPECT_FALSE(done->items[0].error || done->items[0].deferred);
  ASSERT_TRUE(done->items[1].error);
  EXPECT_EQ(done->items[1].error->code, "blibli_price_refused");
  EXPECT_EQ(done->items[1].error->remote->message, "price is out of range");
  kit::fail_every_step([&] { return blibli.set_price(ctx, batch); }, {queue(answer("queue_done"))},
                       faults());
}

TEST_F(BlibliLevels, an_open_ticket_is_kept_and_asked_after_less_and_less) {
  const auto open = set_price({price("00001", 47000, kTicket + kProduct + "-00001")},
                              {queue(answer("queue_open"))});
  ASSERT_TRUE(open && open->items[0].deferred);
  EXPECT_TRUE(open->items[0].deferred->still);
  EXPECT_EQ(open->items[0].deferred->after, std::chrono::minutes(1));
  EXPECT_EQ(open->items[0].deferred->ticket,
            "01HQHSC752CZSM5Q2AS3DDGXBZ|1|1740885330007|DES-70001-00012-00001");
  // Five questions in 15 minutes are allowed.
  Duration total{0};
  for (int n = 0; n < 4; ++n) total += queue_wait(n);
  EXPECT_GE(total, std::chrono::minutes(10));
  // Before its time nobody is asked at all.
  const auto early =
      set_price({price("00001", 47000, "01HQHSC752CZSM5Q2AS3DDGXBZ|3|1740885329007|x")}, {});
  ASSERT_TRUE(early && early->items[0].deferred);
  EXPECT_EQ(early->items[0].deferred->after, std::chrono::seconds(299));
}

TEST_F(BlibliLevels, a_newer_value_waits_for_the_older_one_and_then_goes_out) {
  const std::string ticket = kTicket + kProduct + "-00001";
  const auto waits =
      set_price({price("00001", 48000, ticket, true)}, {queue(answer("queue_open"))});
  ASSERT_TRUE(waits && waits->items[0].deferred);
  EXPECT_TRUE(waits->items[0].deferred->still);
  const auto sent =
      set_price({price("00001", 48000, ticket, true)},
                {queue(answer("queue_done")),
                 bulk(R"({"gdnSku":"DES-70001-00012-00001","price":48000,"salePrice":48000})",
                      answer("queued_mta"))});
  ASSERT_TRUE(sent && sent->items[0].deferred);
  EXPECT_FALSE(sent->items[0].deferred->still);
}

TEST_F(BlibliLevels, a_forgotten_queue_and_a_ticket_of_nobody_are_sent_again) {
  const char* body = R"({"gdnSku":"DES-70001-00012-00001","price":47000,"salePrice":47000})";
  const auto forgotten =
      set_price({price("00001", 47000, kTicket + kProduct + "-00001")},
                {queue(kit::reply(refusal_mta("ERR-PA404001", "Queue is not found"), 404)),
                 bulk(body, answer("queued_mta"))});
  EXPECT_TRUE(forgotten && forgotten->items[0].deferred);
  for (const char* odd : {"x", "a|b|c|d", "|1|2|s", "a|1|2", "a|1|2|3|4"}) {
    const auto sent = set_price({price("00001", 47000, odd)}, {bulk(body, answer("queued_mta"))});
    EXPECT_TRUE(sent && sent->items[0].deferred) << odd;
  }
}

TEST_F(BlibliLevels, one_call_takes_a_hundred_prices) {
  PriceBatch batch;
  for (int i = 0; i < 101; ++i) batch.items.push_back(price(std::to_string(10000 + i), 5000));
  const auto sent =
      kit::play(blibli.set_price(ctx, batch), {kit::step("100", nullptr, answer("queued_mta")),
                                               kit::step("1", nullptr, kit::reply("", 503))});
  ASSERT_TRUE(sent);
  EXPECT_TRUE(sent->items[99].deferred);
  EXPECT_EQ(sent->items[100].error->kind, ErrorKind::transient);
}

TEST_F(BlibliLevels, products_are_archived_and_unarchived_whole) {
  StateBatch batch;
  batch.items = {{"KOPI", kProduct, "", false, false, {}},
                 {"TEH", "DES-70001-00013", "", true, false, {}}};
  const auto sent = play_all([&] { return blibli.set_state(ctx, batch); },
                             {post("/seller/v1/products/statuses/archive", Effect::set,
                                   R"({"productSkus":["DES-70001-00012"]})", answer("queued")),
                              post("/seller/v1/products/statuses/unarchive", Effect::set,
                                   R"({"productSkus":["DES-70001-00013"]})", answer("queued"))});
  ASSERT_TRUE(sent && sent->items[0].deferred && sent->items[1].deferred);
  batch.items = {{"KOPI", kProduct, "", false, false, {kTicket + kProduct, false}}};
  const auto done = kit::play(blibli.set_state(ctx, batch), {queue(answer("queue_archived"))});
  ASSERT_TRUE(done);
  EXPECT_FALSE(done->items[0].error || done->items[0].deferred);
}

TEST_F(BlibliLevels, a_page_of_products_is_read_with_its_details) {
  const kit::Script script = {search("/seller/v1/products/filter",
                                     R"({"filter":{},"paging":{"page":0,"size":20},)"
                                     R"("sorting":{"by":"createdDate","direction":"ASC"}})",
                                     answer("product_list")),
                              get("/seller/v1/products/" + kProduct, "", answer("product"))};
  const auto page = kit::play(blibli.read_listings(ctx, ""), script);
  ASSERT_TRUE(page) << page.error().describe();
  ASSERT_EQ(page->listings.size(), 2u);
  const RemoteListing& l = page->listings[1];
  EXPECT_EQ(l.remote_product, kProduct);
  EXPECT_EQ(l.remote_variant, kProduct + "-00002");
  EXPECT_EQ(l.remote_sku, "KOPI-500");
  EXPECT_EQ(l.stock, 15);
  EXPECT_EQ(l.price, Money{85000});
  EXPECT_EQ(l.listed, true);
  EXPECT_EQ(page->next, "OOS:0");
  kit::fail_every_step([&] { return blibli.read_listings(ctx, ""); }, {script[0]}, faults());
  // A product that cannot be read lately does not stop the others.
  const auto without =
      kit::play(blibli.read_listings(ctx, "ARCHIVED:0"),
                {kit::step("list", nullptr, answer("product_list")),
                 kit::step("detail", nullptr, kit::reply(refusal("ERR-PA429001", "limit"), 429))});
  ASSERT_TRUE(without);
  EXPECT_TRUE(without->listings.empty());
  EXPECT_EQ(without->next, "SUSPENDED:0");
  EXPECT_EQ(kit::play(blibli.read_listings(ctx, "NEED_CORRECTION:0"),
                      {kit::step("list", nullptr, answer("product_list_empty"))})
                ->next,
            "");
}

}  // namespace
}  // namespace gerbang::blibli
