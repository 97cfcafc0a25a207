// Credentials, facts and products, request by request, and with every fault at every step.
#include "connectors/blibli/script_for_test.hpp"
#include "connectors/blibli/wire_publish.hpp"

namespace gerbang::blibli {
namespace {

using namespace testing;

const std::string kProduct = "DES-70001-00012";

class BlibliListings : public ::testing::Test {
 protected:
  Blibli blibli;
  CallContext ctx = context_with_facts();

  static kit::Step brands() {
    return get("/mta/api/businesspartner/v2/product/getBrands",
               "brandName=No%20Brand&page=0&size=50", answer("brands"));
  }
  static kit::Step detail(const std::string& fixture_name) {
    return get("/seller/v1/products/" + kProduct, "", answer(fixture_name));
  }
  static AuthorisationGrant grant() {
    AuthorisationGrant out;
    out.query = {{"store_code", "DES-70001"},
                 {"seller_key", kSellerKey},
                 {"signature_key", "rahasia-desa-01"},
                 {"username", "admin@bumdes.example"}};
    return out;
  }
  // As it was published.
  static ListingDraft queued() {
    ListingDraft d = coffee();
    d.remote_product = "queue:01HQHSC752CZSM5Q2AS3DDGXBZ";
    const CallContext c = context_with_facts();
    json::Value memo = memo_of(*plan_listing(c, d, "KO-1000023"));
    memo.as_object()->set("questions", 0);
    d.memo = std::move(memo);
    return d;
  }
  static ListingDraft live() {
    ListingDraft d = queued();
    d.remote_product = kProduct;
    d.memo.as_object()->erase("questions");
    return d;
  }
};

TEST_F(BlibliListings, keys_are_checked_by_reading_the_pickup_points) {
  CallContext before = context();
  before.access_token = Secret();
  const auto tokens = play_all(
      [&] { return blibli.exchange_code(before, grant()); },
      {get("/mta/api/businesspartner/v1/product/getPickupPoint", "", answer("pickup_points"))});
  ASSERT_TRUE(tokens);
  ASSERT_EQ(tokens->size(), 1u);
  EXPECT_EQ(tokens->front().remote_shop_id, "DES-70001");
  CallContext with = context();
  with.access_token = tokens->front().access;
  EXPECT_EQ(access_of(with).pickup_point, "PP-3000188");
}

TEST_F(BlibliListings, keys_of_the_wrong_shape_cost_no_call) {
  const auto refused = [&](const char* name, const std::string& value) {
    AuthorisationGrant bad = grant();
    for (auto& [n, v] : bad.query) {
      if (n == name) v = value;
    }
    const auto outcome = kit::play(blibli.exchange_code(context(), bad), {});
    EXPECT_FALSE(outcome) << name;
    return outcome ? Error(ErrorKind::bug, "taken") : outcome.error();
  };
  EXPECT_EQ(refused("seller_key", "kurang").field, "/credentials/seller_key");
  EXPECT_EQ(refused("seller_key", std::string(64, 'G')).code, "credentials_refused");
  EXPECT_EQ(refused("store_code", "TOKO/../x").field, "/credentials/store_code");
  EXPECT_EQ(refused("seller_key", "kurang").detail.find("kurang"), std::string::npos);
}

TEST_F(BlibliListings, several_pickup_points_need_a_choice) {
  const auto refused = kit::play(blibli.exchange_code(context(), grant()),
                                 {kit::step("points", nullptr, answer("pickup_points_two"))});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, "blibli_pickup_point");
}

TEST_F(BlibliListings, credentials_are_asked_for_again_by_a_cheap_question) {
  const auto same = play_all([&] { return blibli.refresh_tokens(ctx); },
                             {search("/seller/v1/products/filter",
                                     R"({"filter":{},"paging":{"page":0,"size":1},)"
                                     R"("sorting":{"by":"createdDate","direction":"ASC"}})",
                                     answer("product_list_empty"))});
  ASSERT_TRUE(same);
  EXPECT_EQ(same->access, ctx.access_token);
  CallContext none = context();
  none.access_token = Secret("bukan json");
  EXPECT_EQ(kit::play(blibli.refresh_tokens(none), {}).error().kind, ErrorKind::unauthenticated);
}

TEST_F(BlibliListings, facts_of_a_shop_are_leaves_points_and_couriers) {
  const auto facts = play_all(
      [&] { return blibli.read_shop_facts(ctx); },
      {get("/mta/api/businesspartner/v1/product/getCategory", "", answer("categories")),
       get("/mta/api/businesspartner/v1/product/getPickupPoint", "", answer("pickup_points")),
       get("/seller/v1/logistics", "", answer("logistics"))});
  ASSERT_TRUE(facts);
  EXPECT_EQ(json::dump(*facts),
            R"({"categories":[{"id":"KO-1000023","name":"Kopi"},{"id":"10249","name":"Teh"}],)"
            R"("pickup_points":["PP-3000188"],"couriers":["JNE_REG"]})");
}

TEST_F(BlibliListings, facts_of_a_category_are_its_attributes) {
  const auto facts =
      play_all([&] { return blibli.read_category_facts(ctx, "KO-1000023"); },
               {get("/seller/v1/categories/KO-1000023/attributes", "", answer("attributes"))});
  ASSERT_TRUE(facts);
  EXPECT_EQ((*facts)["attributes"].items().size(), 5u);
  EXPECT_EQ((*facts)["attributes"][1]["free"].as_bool(), true);
  const auto unknown = kit::play(
      blibli.read_category_facts(ctx, "XX"),
      {kit::step("attributes", nullptr, kit::reply(refusal("ERR-PA404001", "Category"), 404))});
  EXPECT_EQ(unknown.error().code, "category_unmapped");
}

TEST_F(BlibliListings, a_product_is_put_into_the_queue) {
  const std::string body =
      R"({"product":[{"name":"Kopi Robusta Desa Sukamaju","brandCode":"BR-00001","newBrand":"",)"
      R"("categoryCode":"KO-1000023","productType":1,"pickupPointCode":"PP-3000188",)"
      R"("description":"S29waSByb2J1c3RhIHNhbmdyYWkgc2VkYW5nIGRhcmkgQlVNIERlc2EgU3VrYW1hanUu",)"
      R"("uniqueSellingPoint":"S29waSByb2J1c3RhIHNhbmdyYWkgc2VkYW5nIGRhcmkgQlVNIERlc2EgU3VrYW1hanUu",)"
      R"("dimension":{"length":9,"width":5,"height":20,"weight":540},)"
      R"("attributes":{"NE-2000001":"Indonesia"},"logistics":["JNE_REG"],)"
      R"("imageMap":{"image-1":"https://desa.example/kopi.png"},"productItems":[)"
      R"({"sellerSku":"KOPI-250","upcCode":"","price":{"regular":45000,"sale":45000},)"
      R"("stock":{"available":40,"minimum":1},"buyable":true,"images":["image-1"],)"
      R"("variantAttribute":{"VA-2000010":"250 g"},"specialAttribute":{}},)"
      R"({"sellerSku":"KOPI-500","upcCode":"","price":{"regular":85000,"sale":85000},)"
      R"("stock":{"available":15,"minimum":1},"buyable":true,"images":["image-1"],)"
      R"("variantAttribute":{"VA-2000010":"500 g"},"specialAttribute":{}}],"videoUrl":""}]})";
  const auto ref = play_all(
      [&] { return blibli.publish_listing(ctx, coffee()); },
      {brands(), post("/seller/v1/products/async", Effect::create, body, answer("queued"))});
  ASSERT_TRUE(ref);
  EXPECT_EQ(ref->remote_product, "queue:01HQHSC752CZSM5Q2AS3DDGXBZ");
  EXPECT_TRUE(ref->variants.empty());
  EXPECT_EQ(ref->resume_after, std::chrono::seconds(10));
}

TEST_F(BlibliListings, an_open_queue_is_asked_again_later) {
  const auto ref =
      play_all([&] { return blibli.update_listing(ctx, queued()); }, {queue(answer("queue_open"))});
  ASSERT_TRUE(ref);
  EXPECT_EQ(ref->remote_product, "queue:01HQHSC752CZSM5Q2AS3DDGXBZ");
  EXPECT_EQ(ref->resume_after, std::chrono::minutes(1));
  EXPECT_EQ(ref->memo["questions"].as_int64(), 1);
}

TEST_F(BlibliListings, a_queue_that_names_its_product_leads_to_it) {
  const auto ref = play_all([&] { return blibli.update_listing(ctx, queued()); },
                            {queue(answer("queue_created")), detail("product")});
  ASSERT_TRUE(ref);
  EXPECT_EQ(ref->remote_product, kProduct);
  EXPECT_EQ(ref->variants.at("KOPI-500"), kProduct + "-00002");
  EXPECT_FALSE(ref->resume_after);
  const auto reviewed = kit::play(blibli.update_listing(ctx, queued()),
                                  {queue(answer("queue_created")), detail("product_in_review")});
  ASSERT_TRUE(reviewed && reviewed->resume_after);
  EXPECT_TRUE(reviewed->variants.empty());
}

TEST_F(BlibliListings, a_queue_that_names_nothing_is_followed_by_title_and_sku) {
  const std::string filter = R"({"filter":{"productName":"Kopi Robusta Desa Sukamaju"},)"
                             R"("paging":{"page":0,"size":50},)"
                             R"("sorting":{"by":"createdDate","direction":"ASC"}})";
  const auto ref = play_all(
      [&] { return blibli.update_listing(ctx, queued()); },
      {queue(answer("queue_created_unnamed")),
       search("/seller/v1/products/filter", filter, answer("product_list")), detail("product")});
  ASSERT_TRUE(ref);
  EXPECT_EQ(ref->remote_product, kProduct);
}

TEST_F(BlibliListings, a_refused_creation_is_parked_and_sent_anew_when_changed) {
  const auto refused =
      kit::play(blibli.update_listing(ctx, queued()), {queue(answer("queue_refused"))});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::rejected);
  EXPECT_EQ(refused.error().code, "attribute_refused");
  EXPECT_EQ(refused.error().remote->message, "Attribute Negara Asal is mandatory");
  ListingDraft changed = queued();
  changed.description = "Lain.";
  const auto again =
      kit::play(blibli.update_listing(ctx, changed),
                {queue(answer("queue_refused")), kit::step("brands", nullptr, answer("brands")),
                 kit::step("create", nullptr, answer("queued"))});
  ASSERT_TRUE(again) << again.error().describe();
  EXPECT_EQ(again->memo["questions"].as_int64(), 0);
}

TEST_F(BlibliListings, a_live_product_that_is_the_same_is_only_read) {
  const auto ref =
      play_all([&] { return blibli.update_listing(ctx, live()); }, {detail("product")});
  ASSERT_TRUE(ref);
  EXPECT_EQ(ref->variants.size(), 2u);
}

TEST_F(BlibliListings, a_live_product_gets_what_differs) {
  ListingDraft d = live();
  d.images = {"https://desa.example/baru.png"};
  const std::string path = "/seller/v1/products/" + kProduct;
  const auto ref = play_all(
      [&] { return blibli.update_listing(ctx, d); },
      {detail("product_renamed"),
       call(
           Method::put, path + "/detail", Effect::set,
           R"({"name":"Kopi Robusta Desa Sukamaju",)"
           R"("description":"S29waSByb2J1c3RhIHNhbmdyYWkgc2VkYW5nIGRhcmkgQlVNIERlc2EgU3VrYW1hanUu",)"
           R"("uniqueSellingPoint":"S29waSByb2J1c3RhIHNhbmdyYWkgc2VkYW5nIGRhcmkgQlVNIERlc2EgU3VrYW1hanUu",)"
           R"("dimension":{"length":9,"width":5,"height":20,"weight":540},)"
           R"("attributes":{"NE-2000001":"Indonesia"}})",
           no_content()),
       post(path + "/images", Effect::set,
            R"({"data":"https://desa.example/baru.png","allVariants":{"mainImage":true}})",
            no_content()),
       call(Method::del, path + "/images", Effect::set,
            R"({"path":"/1/DES-70001-00012_full1.jpg","allVariants":true})", no_content())});
  ASSERT_TRUE(ref);
  EXPECT_EQ(ref->memo["images"][0].text(), "https://desa.example/baru.png");
}

TEST_F(BlibliListings, a_new_variant_goes_along_with_those_that_are_there) {
  const std::string path = "/seller/v1/products/" + kProduct;
  const auto ref = play_all([&] { return blibli.update_listing(ctx, live()); },
                            {detail("product_one_variant"),
                             kit::step(
                                 path + "/variants",
                                 [](const HttpRequest& r) {
                                   const auto body = json::parse(r.body);
                                   ASSERT_TRUE(body);
                                   const json::Array& items = (*body)["productItems"].items();
                                   ASSERT_EQ(items.size(), 2u);
                                   EXPECT_EQ(items[0]["blibliSku"].text(), kProduct + "-00001");
                                   EXPECT_TRUE(items[1]["blibliSku"].is_null());
                                   EXPECT_EQ(items[1]["stock"]["available"].as_int64(), 15);
                                 },
                                 no_content()),
                             detail("product")});
  ASSERT_TRUE(ref);
  EXPECT_EQ(ref->variants.size(), 2u);
}

TEST_F(BlibliListings, a_product_that_is_gone_is_published_anew_and_one_refused_in_review_is_not) {
  const auto missing = [] {
    return kit::step("detail", nullptr,
                     kit::reply(refusal("ERR-PA404001", "Product is not found"), 404));
  };
  EXPECT_EQ(kit::play(blibli.update_listing(ctx, live()), {missing()}).error().code,
            "listing_gone");
  ListingDraft waiting = live();
  waiting.memo.as_object()->set("questions", 2);
  const auto refused = kit::play(blibli.update_listing(ctx, waiting), {missing()});
  EXPECT_EQ(refused.error().code, "blibli_review_refused");
  EXPECT_EQ(refused.error().kind, ErrorKind::rejected);
}

TEST_F(BlibliListings, an_answer_about_another_product_is_no_answer) {
  ListingDraft d = live();
  d.remote_product = "DES-70001-00099";
  const auto odd =
      kit::play(blibli.update_listing(ctx, d), {kit::step("detail", nullptr, answer("product"))});
  EXPECT_EQ(odd.error().code, "channel_answer_unreadable");
}

TEST_F(BlibliListings, a_create_of_unknown_end_is_looked_for) {
  const kit::Script script = {kit::step("list", nullptr, answer("product_list")),
                              kit::step("detail", nullptr, answer("product"))};
  const auto found = kit::play(blibli.find_listing(ctx, coffee()), script);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->remote_product, kProduct);
  kit::fail_every_step([&] { return blibli.find_listing(ctx, coffee()); }, script, faults());
  const kit::Step none = kit::step("list", nullptr, answer("product_list_empty"));
  EXPECT_EQ(kit::play(blibli.find_listing(ctx, coffee()), {none, none, none, none, none, none})
                .error()
                .kind,
            ErrorKind::not_found);
  // Two products with our SKU: taking one would sell the wrong goods.
  HttpResponse twice = answer("product_list");
  auto list = *json::parse(twice.body);
  json::Array both = list["content"].items();
  both.push_back(both[0]);
  list.as_object()->set("content", both);
  twice.body = json::dump(list);
  EXPECT_EQ(
      kit::play(blibli.find_listing(ctx, coffee()),
                {kit::step("list", nullptr, twice), kit::step("detail", nullptr, answer("product")),
                 kit::step("detail", nullptr, answer("product"))})
          .error()
          .code,
      "blibli_ambiguous");
}

TEST_F(BlibliListings, a_picture_behind_http_is_fetched_and_checked) {
  ListingDraft d = coffee();
  d.images = {"http://desa.example/kopi.png"};
  std::string png = std::string("\x89PNG\r\n\x1a\n", 8) +
                    std::string("\0\0\0\rIHDR\0\0\2\x58\0\0\2\x58", 16) + "isi";
  const auto with = [&](std::string bytes, int status = 200) {
    HttpResponse r;
    r.status = status;
    r.body = std::move(bytes);
    return kit::step(
        "image",
        [](const HttpRequest& asked) {
          EXPECT_EQ(asked.trust, Trust::tenant);
          EXPECT_EQ(asked.headers.size(), 0u) << "no key travels to a seller's server";
        },
        r);
  };
  const kit::Step brand = kit::step("brands", nullptr, answer("brands"));
  EXPECT_TRUE(kit::play(blibli.publish_listing(ctx, d),
                        {brand, with(png), kit::step("create", nullptr, answer("queued"))}));
  const auto code = [&](std::string bytes, int status = 200) {
    const auto outcome = kit::play(blibli.publish_listing(ctx, d), {brand, with(bytes, status)});
    return outcome ? std::string("taken") : outcome.error().code;
  };
  EXPECT_EQ(code("", 404), "image_unreachable");
  EXPECT_EQ(code("<html>"), "image_format");
  EXPECT_EQ(code(png.substr(0, 20)), "blibli_image_too_small");
  png[18] = 1;
  EXPECT_EQ(code(png), "blibli_image_too_small") << "344 pixels wide";
  std::string jpeg("\xFF\xD8\xFF\xE0\0\4ab\xFF\xC0\0\x11\x08\2\x58\2\x58\3", 18);
  EXPECT_EQ(code(jpeg.substr(0, 10)), "blibli_image_too_small");
  EXPECT_TRUE(kit::play(blibli.publish_listing(ctx, d),
                        {brand, with(jpeg), kit::step("create", nullptr, answer("queued"))}));
}

}  // namespace
}  // namespace gerbang::blibli
