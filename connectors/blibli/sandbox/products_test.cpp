// Products, queue, levels (facts blibli.md 8).
#include "connectors/blibli/sandbox/test_client.hpp"

namespace gerbang::sandbox::blibli {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;
using ::testing::HasSubstr;

const std::string kFilter = "/seller/v1/products/filter";
const std::string kBulk = "/mta/api/businesspartner/v1/product/updateProduct";

class BlibliProducts : public BlibliClient {
 protected:
  // What the queue says of one entry of a bulk update.
  std::string updated(const std::string& entry) {
    const Answered sent =
        post(kBulk, R"({"merchantCode":"DES-70001","productRequests":[)" + entry + "]}");
    EXPECT_EQ(sent.code(), "") << sent.http.body;
    clock_.advance(minutes(1));
    return std::string(
        queue(sent.body["requestId"].to_text()).body["value"]["queueHistory"][0]["value"].text());
  }
  std::int64_t stock(const std::string& seller_sku) {
    return listings().at(seller_sku)["stock"].as_int64().value_or(-1);
  }
};

TEST_F(BlibliProducts, a_product_waits_in_the_queue_then_for_a_person) {
  const Answered sent = create(product());
  const std::string id = sent.body["requestId"].to_text();
  EXPECT_EQ(id.size(), 26u);
  EXPECT_EQ(queue(id).body["value"]["queueFeed"]["total"].as_int64(), 1);
  EXPECT_TRUE(queue(id).body["value"]["queueHistory"].items().empty());
  clock_.advance(seconds(3));
  EXPECT_EQ(listings().at("KOPI-250")["state"].text(), "IN_PROGRESS");
  EXPECT_EQ(put("/seller/v1/products/" + sku(1) + "/stock", R"({"availableStock":1})").code(),
            "ERR-PA409001");
  EXPECT_EQ(post(kFilter, R"({"filter":{"state":"IN_PROGRESS","productName":"robusta"}})")
                .body["content"]
                .items()
                .size(),
            1u);
  EXPECT_TRUE(
      post(kFilter, R"({"filter":{"productName":"robusta"}})").body["content"].items().empty())
      << "without a state only what is on offer and in stock";
  clock_.advance(seconds(5));
  EXPECT_EQ(listings().at("KOPI-250")["state"].text(), "ACTIVE");
  const json::Value detail = get("/seller/v1/products/DES-70001-00001").body["content"];
  EXPECT_EQ(detail["productItems"][1]["blibliSku"].text(), sku(2));
  EXPECT_EQ(detail["productItems"][0]["price"]["sale"].as_int64(), 32000);
  EXPECT_EQ(queue("01XXXXXXXXXXXXXXXXXXXXXXXX").status(), 404);
  for (int i = 0; i < 3; ++i) queue(id);
  EXPECT_EQ(queue(id).status(), 429) << "five questions in 15 minutes";
}

TEST_F(BlibliProducts, postlive_is_on_offer_at_once_and_staging_approves_by_hand) {
  set(R"({"live":"POSTLIVE"})");
  create(product());
  clock_.advance(seconds(3));
  EXPECT_EQ(listings().at("KOPI-250")["state"].text(), "ACTIVE");
  set(R"({"live":"PRELIVE","review":"manual"})");
  create(product(R"({"name":"Kopi Lain"})"));
  clock_.advance(std::chrono::hours(24));
  listings();
  EXPECT_EQ(post("/sas/product-approve-v2",
                 R"({"businessPartnerCode":"DES-70001","productNames":["Kopi Lain"]})")
                .body["success"]
                .as_bool(),
            true);
  EXPECT_EQ(post(kFilter, R"({"filter":{}})").body["paging"]["totalRecord"].as_int64(), 2);
}

TEST_F(BlibliProducts, what_the_rules_refuse_is_told_in_the_queue) {
  const std::pair<const char*, const char*> bad[] = {
      {R"({"name":""})", "name"},
      {R"({"categoryCode":"RT-1"})", "deepest"},
      {R"({"brandCode":"BR-99999"})", "Brand"},
      {R"({"brandCode":"","newBrand":""})", "Brand"},
      {R"({"pickupPointCode":"PP-1"})", "Pickup point"},
      {R"({"description":"bukan base64!"})", "Description"},
      {R"({"dimension":{"weight":0}})", "weight"},
      {R"({"attributes":{"NE-2000001":null}})", "mandatory"},
      {R"({"attributes":{"NE-2000001":"-"}})", "must not be empty"},
      {R"({"attributes":{"NE-2000001":"Mars"}})", "no option"},
      {R"({"attributes":{"XX":"1"}})", "not of this category"},
      {R"({"imageMap":{"image-1":"http://desa.example/kopi.jpg"}})", "https"},
      {R"({"imageMap":{"image-1":"data:image/png;base64,AAAA"}})", "prefix"},
      {R"({"imageMap":{"image-1":"AAAA"}})", "not jpg"},
      {R"({"imageMap":{"image-1":null,"image-2":"https://desa.example/2.jpg"}})", "imageMap"},
      {R"({"productItems":[]})", "1 to 50"},
  };
  set(R"({"limit_scale":0})");
  for (const auto& [changes, why] : bad)
    EXPECT_THAT(created(product(changes)), HasSubstr(why)) << changes;
  // Of the variants.
  const auto with_items = [&](const char* first, const char* second) {
    json::Value p = product();
    json::Array items = p["productItems"].items();
    items[0] = json::merge_patch(items[0], *json::parse(first));
    items[1] = json::merge_patch(items[1], *json::parse(second));
    p.as_object()->set("productItems", std::move(items));
    return created(std::move(p));
  };
  EXPECT_THAT(with_items(R"({"price":{"regular":999}})", "{}"), HasSubstr("out of range"));
  EXPECT_THAT(with_items(R"({"price":{"sale":36000}})", "{}"), HasSubstr("above its price"));
  EXPECT_THAT(with_items(R"({"stock":{"available":-1}})", "{}"), HasSubstr("Stock"));
  EXPECT_THAT(with_items(R"({"stock":{"minimum":0}})", "{}"), HasSubstr("Minimum"));
  EXPECT_THAT(with_items(R"({"images":[]})", "{}"), HasSubstr("1 to 8"));
  EXPECT_THAT(with_items(R"({"sellerSku":"KOPI-500"})", "{}"), HasSubstr("unique"));
  EXPECT_THAT(with_items(R"({"variantAttribute":{"VA-2000010":"500 g"}})", "{}"),
              HasSubstr("unique"));
  EXPECT_THAT(with_items(R"({"variantAttribute":{"VA-2000010":null}})", "{}"),
              HasSubstr("same variant attributes"));
  EXPECT_THAT(with_items(R"({"variantAttribute":{"NE-2000001":"Indonesia"}})", "{}"),
              HasSubstr("not of this category"));
  EXPECT_TRUE(listings().empty());
  EXPECT_EQ(created(product()), "SUCCESS");
}

TEST_F(BlibliProducts, a_batch_is_taken_whole_and_worked_off_one_by_one) {
  json::Value good = product(), bad = product(R"({"name":"Rusak","categoryCode":"X"})");
  good.as_object()->set("pickupPointCode", pickup_point());
  bad.as_object()->set("pickupPointCode", pickup_point());
  const auto send_both = [&](json::Value a, json::Value b) {
    return post("/seller/v1/products/async",
                json::dump(json::object({{"product", json::array({std::move(a), std::move(b)})}})));
  };
  EXPECT_EQ(send_both(good, good).code(), "ERR-PA400001") << "names are unique in one call";
  const Answered sent = send_both(bad, good);
  clock_.advance(minutes(1));
  const json::Value history = queue(sent.body["requestId"].to_text()).body["value"]["queueHistory"];
  EXPECT_EQ(history[0]["isSuccess"].as_bool(), false);
  EXPECT_EQ(history[1]["isSuccess"].as_bool(), true);
  EXPECT_EQ(listings().size(), 2u);
}

// The only creation body that is known whole (facts 8.1).
TEST_F(BlibliProducts, the_older_creation_is_served_as_documented) {
  const std::string body =
      R"({"name":"Kopi Robusta 250 g","brand":"Desa Maju","url":"","categoryCode":"BA-1000040",)"
      R"("productType":1,"pickupPointCode":")" +
      pickup_point() +
      R"(","length":10,"width":8,"height":5,"weight":300,"description":"a29waQ==",)"
      R"("uniqueSellingPoint":"a29waQ==","productStory":"a29waQ==",)"
      R"("productNonDefiningAttributes":{"NE-2000001":"Indonesia","BE-2000032":"250 g"},)"
      R"("productDefiningAttributes":{"WA-0000002":["Cokelat"]},"productItems":[{"upcCode":"",)"
      R"("merchantSku":"KOPI-250","price":35000,"salePrice":32000,"stock":40,"minimumStock":1,)"
      R"("displayable":true,"buyable":true,"images":["image-1"],"dangerousGoodsLevel":0,)"
      R"("attributesMap":{"WA-0000002":"Cokelat"}}],)"
      R"("imageMap":{"image-1":"https://toko.example/kopi.jpg"}})";
  const Answered sent = post("/mta/api/businesspartner/v2/product/createProduct", body);
  EXPECT_EQ(sent.body["success"].as_bool(), true) << sent.http.body;
  clock_.advance(minutes(1));
  EXPECT_EQ(queue(sent.body["value"]["queueFeedId"].to_text())
                .body["value"]["queueHistory"][0]["value"]
                .text(),
            "SUCCESS");
  EXPECT_EQ(stock("KOPI-250"), 40);
}

TEST_F(BlibliProducts, exact_stock_is_absolute_and_checked) {
  ASSERT_EQ(created(product()), "SUCCESS");
  const std::string path = "/seller/v1/products/" + sku(1) + "/stock";
  for (int twice = 0; twice < 2; ++twice)
    EXPECT_EQ(put(path, R"({"availableStock":17})").status(), 204);
  EXPECT_EQ(stock("KOPI-250"), 17);
  for (const char* bad : {R"({"availableStock":-1})", R"({"availableStock":"17"})", "{}",
                          R"({"availableStock":1000000})", R"({"availableStock":1.5})",
                          R"({"availableStock":1,"pickupPointCode":"PP-1"})"})
    EXPECT_EQ(put(path, bad).code(), "ERR-PA400001") << bad;
  EXPECT_EQ(
      put("/seller/v1/products/DES-70001-00001-00009/stock", R"({"availableStock":1})").code(),
      "ERR-PA404001");
  put(path, R"({"availableStock":0})");
  put("/seller/v1/products/" + sku(2) + "/stock", R"({"availableStock":0})");
  EXPECT_EQ(listings().at("KOPI-250")["state"].text(), "OOS");
  control(Method::post, "shops", R"({"shop_id":"DES-70001","pickup_points":["PP-1","PP-2"]})", 201);
  EXPECT_EQ(put(path, R"({"availableStock":1})").code(), "ERR-PA400001")
      << "several points: one must be named";
  EXPECT_EQ(put(path, R"({"availableStock":1,"pickupPointCode":"PP-2"})").status(), 204);
}

TEST_F(BlibliProducts, a_difference_sent_twice_counts_twice_and_an_exact_value_does_not) {
  ASSERT_EQ(created(product()), "SUCCESS");
  const std::string gdn = R"({"gdnSku":")" + sku(1) + "\",";
  EXPECT_EQ(updated(gdn + R"("stock":-5})"), "SUCCESS");
  EXPECT_EQ(updated(gdn + R"("stock":-5})"), "SUCCESS");
  EXPECT_EQ(stock("KOPI-250"), 30);
  EXPECT_EQ(updated(gdn + R"("exactStock":12})"), "SUCCESS");
  EXPECT_EQ(updated(gdn + R"("exactStock":12})"), "SUCCESS");
  EXPECT_EQ(stock("KOPI-250"), 12);
  EXPECT_THAT(updated(gdn + R"("exactStock":12,"stock":1})"), HasSubstr("exclude"));
  EXPECT_THAT(updated(gdn + R"("stock":-13})"), HasSubstr("out of range"));
  const Answered zero =
      post(kBulk, R"({"merchantCode":"DES-70001","productRequests":[)" + gdn + R"("stock":0}]})");
  EXPECT_EQ(zero.body["success"].as_bool(), true);
  EXPECT_THAT(zero.body["errorMessage"].to_text(), HasSubstr("ignored"));
}

TEST_F(BlibliProducts, prices_travel_in_pairs) {
  ASSERT_EQ(created(product()), "SUCCESS");
  const std::string gdn = R"({"gdnSku":")" + sku(1) + "\",";
  EXPECT_THAT(updated(gdn + R"("price":40000})"), HasSubstr("together"));
  EXPECT_THAT(updated(gdn + R"("price":40000,"salePrice":41000})"), HasSubstr("above"));
  EXPECT_THAT(updated(gdn + R"("price":10,"salePrice":10})"), HasSubstr("out of range"));
  EXPECT_EQ(updated(gdn + R"("price":40000,"salePrice":39000})"), "SUCCESS");
  EXPECT_EQ(listings().at("KOPI-250")["price"].as_int64(), 40000);
  set(R"({"promotion":["KOPI-250"]})");
  EXPECT_THAT(updated(gdn + R"("price":41000,"salePrice":41000})"), HasSubstr("promo"));
  EXPECT_THAT(updated(R"({"gdnSku":"DES-70001-00009-00001","price":41000,"salePrice":41000})"),
              HasSubstr("not found"));
  EXPECT_EQ(post(kBulk, R"({"merchantCode":"DES-70001","productRequests":[)" + gdn +
                            R"("exactStock":1},)" + gdn + R"("exactStock":2}]})")
                .code(),
            "ERR-PA400001")
      << "the same SKU twice";
  EXPECT_EQ(post(kBulk, R"({"merchantCode":"DES-70009","productRequests":[]})").code(),
            "ERR-PA400054");
  EXPECT_EQ(post(kBulk, R"({"merchantCode":"DES-70001","productRequests":[]})").code(),
            "ERR-PA400001");
}

TEST_F(BlibliProducts, archived_products_are_not_sold) {
  ASSERT_EQ(created(product()), "SUCCESS");
  const std::string body = R"({"productSkus":["DES-70001-00001","DES-70001-00099"]})";
  const Answered sent = post("/seller/v1/products/statuses/archive", body);
  clock_.advance(minutes(1));
  const json::Value history = queue(sent.body["requestId"].to_text()).body["value"]["queueHistory"];
  EXPECT_EQ(history[0]["isSuccess"].as_bool(), true);
  EXPECT_EQ(history[1]["value"].text(), "Product is not found");
  EXPECT_EQ(listings().at("KOPI-250")["listed"].as_bool(), false);
  control(Method::post, "orders", R"({"lines":[{"sku":"KOPI-250","quantity":1}]})", 404);
  EXPECT_EQ(put("/seller/v1/products/" + sku(1) + "/stock", R"({"availableStock":1})").status(),
            204);
  set(R"({"archived_takes_stock":false})");
  EXPECT_EQ(put("/seller/v1/products/" + sku(1) + "/stock", R"({"availableStock":1})").status(),
            409);
}

TEST_F(BlibliProducts, the_ledger_says_what_changed) {
  ASSERT_EQ(created(product()), "SUCCESS");
  put("/seller/v1/products/" + sku(1) + "/stock", R"({"availableStock":9})");
  const json::Value ledger = control(Method::get, "ledger?operation=stock.set");
  ASSERT_EQ(ledger["entries"].items().size(), 1u);
  const json::Value effect = ledger["entries"][0]["effect"];
  EXPECT_EQ(effect["product"].text(), "DES-70001-00001");
  EXPECT_EQ(effect["seller_sku"].text(), "KOPI-250");
  EXPECT_EQ(effect["stock"].as_int64(), 9);
}

}  // namespace
}  // namespace gerbang::sandbox::blibli
