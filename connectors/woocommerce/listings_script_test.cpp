// Publishing, changing and finding, request by request, and with every fault at every step.
#include "connectors/woocommerce/limits.hpp"
#include "connectors/woocommerce/script_for_test.hpp"
#include "connectors/woocommerce/wire_listings.hpp"

namespace gerbang::woocommerce {
namespace {

using namespace testing;

class WooListings : public ::testing::Test {
 protected:
  WooCommerce shop;
  CallContext ctx = context();

  static constexpr const char* kCreateSugar =
      R"({"name":"Gula Aren 500g","type":"simple","sku":"GULA-500","description":"Gula aren murni",)"
      R"("categories":[{"id":16}],"attributes":[],"manage_stock":true,"weight":"0.52",)"
      R"("meta_data":[{"key":"_gerbang_unit","value":"GULA"}],"status":"publish",)"
      R"("regular_price":"38000","stock_quantity":25,"backorders":"no",)"
      R"("images":[{"src":"https://desa.example/gula.png"}]})";
  static std::string shirt_body(const std::string& status) {
    return R"({"name":"Kaos Desa","type":"variable","sku":"KAOS-D","description":"Kaos katun",)"
           R"("categories":[{"id":17}],"attributes":[{"name":"Ukuran","visible":true,)"
           R"("variation":true,"options":["S","M"]}],"manage_stock":false,)"
           R"("meta_data":[{"key":"_gerbang_unit","value":"KAOS-D"}])" +
           status + "}";
  }
  static std::string marked(const std::string& recorded_name, const std::string& unit,
                            const std::string& patch = "{}") {
    json::Value body = recorded_body(recorded_name);
    body = json::merge_patch(std::move(body), *json::parse(patch));
    return changed(std::move(body),
                   R"({"meta_data":[{"id":9,"key":"_gerbang_unit","value":")" + unit + R"("}]})");
  }
  static kit::Step variations(const std::string& list) {
    return get("/products/85/variations?per_page=100&page=1&orderby=id&order=asc",
               kit::reply("[" + list + "]"));
  }
  static std::string search(const std::string& sku, const std::string& status) {
    return "/products?sku=" + sku + "&status=" + status +
           "&_fields=id%2Ctype%2Cstatus%2Csku%2Cmeta_data";
  }
  const std::string put_shirts = shirt_body("");
};

TEST_F(WooListings, a_product_without_options_is_one_call) {
  const auto ref = play_all(
      [&] { return shop.publish_listing(ctx, sugar()); },
      {post("/products", Effect::create, kCreateSugar, recorded("product_create_simple"))});
  ASSERT_TRUE(ref);
  EXPECT_EQ(ref->remote_product, "84");
  EXPECT_EQ(ref->variants, (std::map<std::string, std::string>{{"GULA-500", "0"}}));
  EXPECT_FALSE(ref->resume_after);
  EXPECT_TRUE(is_complete(ref->memo));
}

TEST_F(WooListings, a_product_with_options_is_created_hidden_and_shown_when_whole) {
  ListingDraft d = shirts();
  const auto first = play_all([&] { return shop.publish_listing(ctx, d); },
                              {post("/products", Effect::create, shirt_body(R"(,"status":"draft")"),
                                    kit::reply(recorded("product_create_variable").body, 201))});
  ASSERT_TRUE(first);
  EXPECT_EQ(first->remote_product, "85");
  EXPECT_EQ(first->resume_after, kFinishSoon);
  EXPECT_FALSE(is_complete(first->memo));
  d.remote_product = first->remote_product;
  d.memo = first->memo;
  const std::string parent = recorded("product_create_variable").body;
  const auto whole = play_all(
      [&] { return shop.update_listing(ctx, d); },
      {get("/products/85", kit::reply(changed(*json::parse(parent), R"({"status":"draft"})"))),
       put("/products/85", put_shirts, kit::reply(parent)), variations(""),
       post("/products/85/variations/batch", Effect::set,
            R"({"create":[{"sku":"KAOS-D-S","attributes":[{"name":"Ukuran","option":"S"}],)"
            R"("manage_stock":true,"weight":"0.18","status":"publish","regular_price":"75000",)"
            R"("stock_quantity":3,"backorders":"no"},)"
            R"({"sku":"KAOS-D-M","attributes":[{"name":"Ukuran","option":"M"}],)"
            R"("manage_stock":true,"weight":"0.2","status":"publish","regular_price":"80000",)"
            R"("stock_quantity":4,"backorders":"no"}]})",
            kit::reply(R"({"create":[{"id":86,"sku":"KAOS-D-S"},{"id":87,"sku":"KAOS-D-M"}]})")),
       put("/products/85", R"({"status":"publish"})", kit::reply(parent))});
  ASSERT_TRUE(whole);
  EXPECT_EQ(whole->variants,
            (std::map<std::string, std::string>{{"KAOS-D-S", "86"}, {"KAOS-D-M", "87"}}));
  EXPECT_FALSE(whole->resume_after);
  EXPECT_TRUE(is_complete(whole->memo));
}

TEST_F(WooListings, an_update_sends_what_differs_and_neither_price_nor_stock) {
  ListingDraft d = shirts();
  d.remote_product = "85";
  d.memo = memo_of(d, true);
  d.variants[0].remote_variant = "86";
  const std::string same = changed(recorded_body("variation_create"), R"({"weight":"0.18"})");
  const std::string parent = recorded("product_create_variable").body;
  // S is as it must be, M is new, another one is gone.
  const auto ref = play_all(
      [&] { return shop.update_listing(ctx, d); },
      {get("/products/85", kit::reply(parent)), put("/products/85", put_shirts, kit::reply(parent)),
       variations(same + "," +
                  changed(recorded_body("variation_create"), R"({"id":88,"sku":"KAOS-D-XL"})")),
       post("/products/85/variations/batch", Effect::set,
            R"({"create":[{"sku":"KAOS-D-M","attributes":[{"name":"Ukuran","option":"M"}],)"
            R"("manage_stock":true,"weight":"0.2","status":"publish","regular_price":"80000",)"
            R"("stock_quantity":4,"backorders":"no"}],"delete":[88]})",
            kit::reply(R"({"create":[{"id":87}],"delete":[{"id":88}]})"))});
  ASSERT_TRUE(ref);
  EXPECT_EQ(ref->variants.at("KAOS-D-S"), "86");
  EXPECT_EQ(ref->variants.at("KAOS-D-M"), "87");
  // New pictures are sent, old ones are not.
  ListingDraft sweet = sugar();
  sweet.remote_product = "84";
  sweet.memo = memo_of(sweet, true);
  const auto images_sent = [&](const ListingDraft& draft) {
    bool sent = false;
    const auto done = kit::play(shop.update_listing(ctx, draft),
                                {kit::step("get", nullptr, recorded("product_get")),
                                 kit::step(
                                     "put",
                                     [&](const HttpRequest& r) {
                                       const auto body = json::parse(r.body);
                                       sent = !(*body)["images"].is_null();
                                       EXPECT_TRUE((*body)["regular_price"].is_null());
                                       EXPECT_TRUE((*body)["stock_quantity"].is_null());
                                       EXPECT_TRUE((*body)["status"].is_null())
                                           << "a person may have hidden it";
                                     },
                                     recorded("product_get"))});
    EXPECT_TRUE(done) << done.error().describe();
    return sent;
  };
  EXPECT_FALSE(images_sent(sweet));
  sweet.images.push_back("https://desa.example/gula-2.png");
  EXPECT_TRUE(images_sent(sweet));
}

TEST_F(WooListings, what_the_seller_added_by_hand_is_not_cleared_by_our_having_none) {
  ListingDraft d = sugar();
  d.remote_product = "84";
  d.images.clear();
  const auto members = [&] {
    const auto body = json::parse(update_product(ctx, d, "16").body);
    return std::pair(body->members().find("images") != nullptr,
                     body->members().find("attributes") != nullptr);
  };
  EXPECT_EQ(members(), std::pair(false, false)) << "a product that was linked, not made by us";
  ListingDraft before = sugar();
  before.brand = "Sukamaju";
  d.memo = memo_of(before, true);
  EXPECT_EQ(members(), std::pair(true, true)) << "ours were there, and are taken back";
}

TEST_F(WooListings, options_that_are_dropped_give_their_sku_back_first) {
  ListingDraft d = sugar();
  d.remote_product = "85";
  d.memo = memo_of(d, true);
  const std::string simple = changed(recorded_body("product_get"), R"({"id":85})");
  const auto ref =
      kit::play(shop.update_listing(ctx, d),
                {get("/products/85", kit::reply(recorded("product_create_variable").body)),
                 variations(recorded("variation_create").body),
                 post("/products/85/variations/batch", Effect::set, R"({"delete":[86]})",
                      kit::reply(R"({"delete":[{"id":86}]})")),
                 kit::step("put", nullptr, kit::reply(simple))});
  ASSERT_TRUE(ref) << ref.error().describe();
  EXPECT_EQ(ref->variants.at("GULA-500"), "0");
}

TEST_F(WooListings, a_gone_product_says_so_and_nothing_else_does) {
  ListingDraft d = sugar();
  d.remote_product = "84";
  for (const HttpResponse& r :
       {recorded("product_get_deleted"),
        kit::reply(changed(recorded_body("product_get"), R"({"status":"trash"})"))}) {
    const auto gone = kit::play(shop.update_listing(ctx, d), {kit::step("get", nullptr, r)});
    ASSERT_FALSE(gone);
    EXPECT_EQ(gone.error().kind, ErrorKind::not_found);
  }
  const auto other =
      kit::play(shop.update_listing(ctx, d),
                {kit::step("get", nullptr,
                           kit::reply(changed(recorded_body("product_get"), R"({"id":85})")))});
  ASSERT_FALSE(other);
  EXPECT_EQ(other.error().kind, ErrorKind::transient) << "an answer for another product";
}

TEST_F(WooListings, one_bad_variation_is_named_with_its_place) {
  ListingDraft d = shirts();
  d.remote_product = "85";
  const std::string parent = recorded("product_create_variable").body;
  const auto refused = kit::play(
      shop.update_listing(ctx, d),
      {kit::step("get", nullptr, kit::reply(parent)), kit::step("put", nullptr, kit::reply(parent)),
       kit::step("list", nullptr, kit::reply("[]")),
       kit::step(
           "batch", nullptr,
           kit::reply(R"({"create":[{"id":86},{"id":0,"error":{"code":"product_invalid_sku",)"
                      R"("message":"Invalid or duplicated SKU.","data":{"status":400}}}]})"))});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, "shop_sku_taken");
  EXPECT_EQ(refused.error().field, "/variants/1/sku");
  // Contradictory: the same id for both.
  const auto twice = kit::play(
      shop.update_listing(ctx, d),
      {kit::step("get", nullptr, kit::reply(parent)), kit::step("put", nullptr, kit::reply(parent)),
       kit::step("list", nullptr, kit::reply("[]")),
       kit::step("batch", nullptr, kit::reply(R"({"create":[{"id":86},{"id":86}]})"))});
  ASSERT_FALSE(twice);
  EXPECT_EQ(twice.error().code, "channel_answer_unreadable");
}

TEST_F(WooListings, a_200_that_stored_something_else_is_no_success) {
  for (const auto& [patch, code] :
       {std::pair{R"({"regular_price":"38.000"})", "price_not_kept"},
        {R"({"regular_price":""})", "price_not_kept"},
        {R"({"manage_stock":false,"stock_quantity":null})", "stock_not_managed"}}) {
    const auto published = kit::play(
        shop.publish_listing(ctx, sugar()),
        {kit::step("create", nullptr,
                   kit::reply(changed(recorded_body("product_create_simple"), patch), 201))});
    ASSERT_FALSE(published) << patch;
    EXPECT_EQ(published.error().code, code);
    EXPECT_EQ(published.error().kind, ErrorKind::rejected);
  }
  ListingDraft d = shirts();
  d.remote_product = "85";
  const std::string parent = recorded("product_create_variable").body;
  const auto altered = kit::play(
      shop.update_listing(ctx, d),
      {kit::step("get", nullptr, kit::reply(parent)), kit::step("put", nullptr, kit::reply(parent)),
       kit::step("list", nullptr, kit::reply("[]")),
       kit::step("batch", nullptr,
                 kit::reply(R"({"create":[{"id":86,"regular_price":"75000","manage_stock":true},)"
                            R"({"id":87,"regular_price":"8.0000","manage_stock":true}]})"))});
  ASSERT_FALSE(altered);
  EXPECT_EQ(altered.error().code, "price_not_kept");
  EXPECT_EQ(altered.error().field, "/variants/1/price");
}

TEST_F(WooListings, a_taken_sku_is_adopted_only_when_it_is_ours) {
  const kit::Step create =
      post("/products", Effect::create, kCreateSugar, recorded("product_create_duplicate_sku"));
  const auto ours =
      play_all([&] { return shop.publish_listing(ctx, sugar()); },
               {create, get("/products/84", kit::reply(marked("product_get", "GULA")))});
  ASSERT_TRUE(ours);
  EXPECT_EQ(ours->remote_product, "84");
  EXPECT_EQ(ours->resume_after, kFinishSoon) << "brought up to date by an update";
  for (const std::string& body : {recorded("product_get").body, marked("product_get", "LAIN")}) {
    const auto theirs = kit::play(shop.publish_listing(ctx, sugar()),
                                  {create, get("/products/84", kit::reply(body))});
    ASSERT_FALSE(theirs);
    EXPECT_EQ(theirs.error().kind, ErrorKind::rejected);
    EXPECT_EQ(theirs.error().code, "shop_sku_taken");
    EXPECT_EQ(theirs.error().remote->code, "product_invalid_sku");
  }
}

TEST_F(WooListings, ours_in_the_trash_is_erased_and_published_anew) {
  const HttpResponse trashed =
      kit::reply(refusal("woocommerce_rest_product_not_created", 400), 400);
  const std::string found = R"([{"id":84,"type":"simple","status":"trash","sku":"GULA-500",)"
                            R"("meta_data":[{"key":"_gerbang_unit","value":"GULA"}]}])";
  const kit::Step create = post("/products", Effect::create, kCreateSugar, trashed);
  const auto ref = play_all(
      [&] { return shop.publish_listing(ctx, sugar()); },
      {create, get(search("GULA-500", "trash"), kit::reply(found)),
       send(Method::del, "/products/84?force=true", Effect::set, "",
            recorded("product_delete_force")),
       post("/products", Effect::create, kCreateSugar,
            kit::reply(changed(recorded_body("product_create_simple"), R"({"id":99})"), 201))});
  ASSERT_TRUE(ref);
  EXPECT_EQ(ref->remote_product, "99");
  const auto theirs = kit::play(shop.publish_listing(ctx, sugar()),
                                {create, kit::step("find", nullptr, kit::reply("[]"))});
  ASSERT_FALSE(theirs);
  EXPECT_EQ(theirs.error().code, "shop_sku_in_trash");
}

TEST_F(WooListings, finding_believes_our_mark_alone) {
  const std::string ours = marked("product_get", "GULA");
  const auto found = play_all([&] { return shop.find_listing(ctx, sugar()); },
                              {get(search("GULA-500", "any"), kit::reply("[" + ours + "]"))});
  ASSERT_TRUE(found);
  EXPECT_EQ(found->remote_product, "84");
  for (const std::string& list :
       {std::string("[]"), "[" + recorded("product_get").body + "]",
        "[" + marked("product_get", "LAIN") + "]",
        "[" + marked("product_get", "GULA", R"({"sku":"GULA-5000"})") + "]"}) {
    const auto none =
        kit::play(shop.find_listing(ctx, sugar()), {kit::step("find", nullptr, kit::reply(list))});
    ASSERT_FALSE(none) << list;
    EXPECT_EQ(none.error().kind, ErrorKind::not_found);
  }
}

TEST_F(WooListings, what_is_wrong_is_said_without_a_call) {
  ListingDraft d = sugar();
  d.title.clear();
  EXPECT_EQ(kit::play(shop.publish_listing(ctx, d), {}).error().code, "title_missing");
  ctx.shop_facts = std::make_shared<const json::Value>(*json::parse(R"({"currency":"USD"})"));
  EXPECT_EQ(kit::play(shop.publish_listing(ctx, sugar()), {}).error().code,
            "shop_currency_differs");
  CallContext keyless = context();
  keyless.access_token = Secret();
  EXPECT_EQ(kit::play(shop.publish_listing(keyless, sugar()), {}).error().kind,
            ErrorKind::unauthenticated);
}

TEST_F(WooListings, a_parent_has_a_sku_of_its_own) {
  ListingDraft d = shirts();
  EXPECT_EQ(product_sku(d), "KAOS-D");
  d.variants[1].sku = "KAOS-D";
  EXPECT_EQ(product_sku(d), "KAOS-D-INDUK");
  EXPECT_EQ(product_sku(sugar()), "GULA-500");
  // What buyers may read: brand, attributes, permits; an option is not said twice.
  d.brand = "Sukamaju";
  d.attributes = {{"Bahan", "Katun"}, {"ukuran", "S"}};
  d.permits.push_back({"pirt", "P-IRT No. 1", std::nullopt});
  const auto body = json::parse(create_product(ctx, d, "17").body);
  const json::Array& shown = (*body)["attributes"].items();
  ASSERT_EQ(shown.size(), 4u);
  EXPECT_EQ(shown[1]["name"].text(), "Merek");
  EXPECT_EQ(shown[2]["name"].text(), "Bahan");
  EXPECT_EQ(shown[3]["name"].text(), "P-IRT");
}

}  // namespace
}  // namespace gerbang::woocommerce
