// Publishing, stock, price, state, reading back: what is asked, what is made of the answer.
#include <gmock/gmock.h>

#include "connectors/bukalapak/shop_under_test.hpp"

namespace gerbang {
namespace {

using replaying::fixture;
using replaying::json_reply;
using replaying::replay;
using testing::HasSubstr;

TEST_F(BukalapakReplay, publishing_uploads_the_image_then_creates) {
  const auto run = replay(connector->publish_listing(ctx(), draft()),
                          {png(), image_id("70001"), fixture("product.json")});
  ASSERT_TRUE(run.result.ok()) << run.result.error().describe();
  EXPECT_EQ(run.result->remote_product, "2k9x1a");
  EXPECT_EQ(run.result->variants.at("KOPI-250"), "310045512");
  EXPECT_EQ(json::dump(run.result->memo),
            R"({"images":[{"url":"https://img.example/1.png","id":"70001"}]})");

  EXPECT_EQ(run.requests[0].url, "https://img.example/1.png");
  EXPECT_EQ(run.requests[0].trust, Trust::tenant);
  EXPECT_FALSE(run.requests[0].headers.find("Authorization").has_value());
  EXPECT_EQ(run.requests[1].url, std::string(kApi) + "/images");
  const auto parts =
      parse_multipart(*run.requests[1].headers.find("Content-Type"), run.requests[1].body);
  ASSERT_TRUE(parts.has_value());
  EXPECT_EQ(parts->at(0).field, "file");
  EXPECT_EQ(parts->at(0).content_type, "image/png");
  EXPECT_EQ(run.requests[2].method, Method::post);
  EXPECT_EQ(run.requests[2].url, std::string(kApi) + "/products");
  EXPECT_EQ(run.requests[2].effect, Effect::create);
  EXPECT_EQ(run.requests[2].headers.find("Accept"), "application/vnd.bukalapak.v4+json");
  EXPECT_EQ(run.requests[2].body,
            R"({"name":"Kopi Robusta 250 g","weight":280,"condition":"new",)"
            R"("description":"Sangrai &lt;segar&gt;","category_id":1391,)"
            R"("specs":{"merek":"Sukamaju","pirt":"2061234567890-28","asal":"Temanggung"},)"
            R"("images":{"ids":["70001"]},"sku_name":"KOPI-250","price":35000,"stock":99999})");
}

TEST_F(BukalapakReplay, only_the_first_five_images_go) {
  ListingDraft many = draft();
  for (int i = 2; i <= 9; ++i) many.images.push_back("https://img.example/" + std::to_string(i));
  std::vector<HttpResponse> replies;
  for (int i = 0; i < 5; ++i) {
    replies.push_back(png());
    replies.push_back(image_id(std::to_string(70001 + i).c_str()));
  }
  replies.push_back(fixture("product.json"));
  const auto run = replay(connector->publish_listing(ctx(), many), replies);
  ASSERT_TRUE(run.result.ok());
  EXPECT_THAT(run.requests.back().body,
              HasSubstr(R"("ids":["70001","70002","70003","70004","70005"])"));
}

TEST_F(BukalapakReplay, update_uploads_only_new_images_and_leaves_stock_and_price_alone) {
  ListingDraft d = draft();
  d.remote_product = "2k9x1a";
  d.images.push_back("https://img.example/2.png");
  d.memo = *json::parse(R"({"images":[{"url":"https://img.example/1.png","id":"70001"}]})");
  const auto run = replay(connector->update_listing(ctx(), d),
                          {png(), image_id("70002"), fixture("product.json")});
  ASSERT_TRUE(run.result.ok());
  EXPECT_EQ(run.requests[0].url, "https://img.example/2.png");
  EXPECT_EQ(run.requests[2].method, Method::put);
  EXPECT_EQ(run.requests[2].url, std::string(kApi) + "/products/2k9x1a");
  const json::Value body = *json::parse(run.requests[2].body);
  EXPECT_EQ(json::dump(body["images"]), R"({"ids":["70001","70002"]})");
  EXPECT_TRUE(body["stock"].is_null());
  EXPECT_TRUE(body["price"].is_null());
}

TEST_F(BukalapakReplay, an_image_that_cannot_be_had_names_itself) {
  const auto gone = replay(connector->publish_listing(ctx(), draft()), {json_reply("", 404)});
  EXPECT_EQ(gone.result.error().kind, ErrorKind::rejected);
  EXPECT_EQ(gone.result.error().code, "image_unreachable");
  EXPECT_EQ(gone.result.error().field, "/images/0");
  // The organisation's server is busy: the channel must not be paused for that.
  const auto busy = replay(connector->publish_listing(ctx(), draft()), {json_reply("", 429)});
  EXPECT_EQ(busy.result.error().kind, ErrorKind::transient);
  const auto html = replay(connector->publish_listing(ctx(), draft()), {json_reply("<html>")});
  EXPECT_EQ(html.result.error().code, "image_format");
  const auto small =
      replay(connector->publish_listing(ctx(), draft()), {png(), refused(422, 10003)});
  EXPECT_EQ(small.result.error().code, "channel_refused_request");
  EXPECT_EQ(small.result.error().field, "/images/0");
  EXPECT_EQ(small.result.error().remote->message, "tidak");
}

TEST_F(BukalapakReplay, find_takes_only_the_equal_sku) {
  const auto run = replay(connector->find_listing(ctx(), draft()), {fixture("products.json")});
  ASSERT_TRUE(run.result.ok());
  EXPECT_EQ(run.result->remote_product, "2k9x1a");
  EXPECT_THAT(run.requests[0].url, HasSubstr("/stores/me/products?offset=0&limit=30&"));
  EXPECT_THAT(run.requests[0].url, HasSubstr("keywords=KOPI-250"));
  ListingDraft other = draft();
  other.variants[0].sku = "KOPI-25";
  const auto none = replay(connector->find_listing(ctx(), other), {fixture("products.json")});
  EXPECT_EQ(none.result.error().kind, ErrorKind::not_found);
}

TEST_F(BukalapakReplay, risen_stock_puts_the_product_back_unless_a_person_took_it_off) {
  const auto body_for = [&](Quantity quantity, bool listed) {
    StockBatch batch;
    StockItem item;
    item.sku = "KOPI-250";
    item.remote_product = "2k9x1a";
    item.remote_variant = "310045512";
    item.quantity = quantity;
    item.listed = listed;
    batch.items.push_back(item);
    const auto run = replay(connector->set_stock(ctx(), batch), {fixture("product.json")});
    EXPECT_EQ(run.requests.at(0).method, Method::patch);
    EXPECT_EQ(run.requests.at(0).url, std::string(kApi) + "/products/2k9x1a/skus/310045512");
    EXPECT_EQ(run.requests.at(0).effect, Effect::set);
    EXPECT_EQ(run.result->items.at(0).key, "KOPI-250");
    EXPECT_FALSE(run.result->items.at(0).error.has_value());
    return run.requests.at(0).body;
  };
  EXPECT_EQ(body_for(12, true), R"({"stock":12,"state":"active"})");
  EXPECT_EQ(body_for(12, false), R"({"stock":12})");
  EXPECT_EQ(body_for(0, true), R"({"stock":0})");
  EXPECT_EQ(body_for(1'000'000, true), R"({"stock":99999,"state":"active"})");
}

TEST_F(BukalapakReplay, a_batch_answers_for_each_item) {
  PriceBatch batch;
  batch.items.resize(4);
  for (std::size_t i = 0; i < 4; ++i) {
    batch.items[i].sku = "S" + std::to_string(i);
    batch.items[i].remote_product = "p" + std::to_string(i);
    batch.items[i].remote_variant = "1";
    batch.items[i].price = Money{1000};
  }
  batch.items[0].price = Money{99};
  const auto run = replay(connector->set_price(ctx(), batch),
                          {fixture("product.json"), refused(404, 10002), json_reply("", 429)});
  ASSERT_TRUE(run.result.ok());
  ASSERT_EQ(run.result->items.size(), 4u);
  EXPECT_EQ(run.result->items[0].error->code, "price_out_of_range");
  EXPECT_FALSE(run.result->items[1].error.has_value());
  EXPECT_EQ(run.result->items[2].error->kind, ErrorKind::not_found);
  EXPECT_EQ(run.result->items[3].error->kind, ErrorKind::throttled);
}

TEST_F(BukalapakReplay, withdrawn_for_good_is_deleted_and_gone_already_is_fine) {
  StateBatch batch;
  batch.items.resize(1);
  batch.items[0].unit = "KOPI/KOPI-250";
  batch.items[0].remote_product = "2k9x1a";
  batch.items[0].remote_variant = "310045512";
  batch.items[0].listed = false;
  const auto off = replay(connector->set_state(ctx(), batch), {fixture("product.json")});
  EXPECT_EQ(off.requests[0].body, R"({"state":"inactive"})");
  batch.items[0].remove = true;
  const auto gone = replay(connector->set_state(ctx(), batch), {refused(404, 10002)});
  EXPECT_EQ(gone.requests[0].method, Method::del);
  EXPECT_EQ(gone.requests[0].url, std::string(kApi) + "/products/2k9x1a");
  EXPECT_FALSE(gone.result->items.at(0).error.has_value());
  batch.items[0].remove = false;
  batch.items[0].listed = true;
  const auto lost = replay(connector->set_state(ctx(), batch), {refused(404, 10002)});
  EXPECT_EQ(lost.result->items.at(0).error->code, "listing_gone");
}

TEST_F(BukalapakReplay, read_back_pages_until_a_short_page) {
  const auto run = replay(connector->read_listings(ctx(), "30"), {fixture("products.json")});
  ASSERT_TRUE(run.result.ok());
  EXPECT_THAT(run.requests[0].url, HasSubstr("offset=30"));
  EXPECT_EQ(run.result->next, "");
  const auto& l = run.result->listings;
  ASSERT_EQ(l.size(), 3u);
  EXPECT_EQ(l[0].remote_sku, "KOPI-250");
  EXPECT_EQ(l[0].listed, true);
  EXPECT_EQ(l[1].price, Money{305000});
  EXPECT_EQ(l[1].listed, false);
  EXPECT_EQ(l[2].remote_variant, "310045514");
  EXPECT_EQ(replay(connector->read_listings(ctx(), "x"), {}).result.error().code, "cursor_invalid");

  std::string items;
  for (int i = 0; i < 30; ++i) {
    items += std::string(i ? "," : "") + R"({"id":"p)" + std::to_string(i) +
             R"(","sku_id":1,"state":"active"})";
  }
  const auto full =
      replay(connector->read_listings(ctx(), ""),
             {json_reply("{\"data\":[" + items + R"(],"meta":{"http_status":200}})")});
  EXPECT_EQ(full.result->next, "30");
}

}  // namespace
}  // namespace gerbang
