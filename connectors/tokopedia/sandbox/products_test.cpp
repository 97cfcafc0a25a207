// Products as a stranger's integration meets them.
#include "connectors/tokopedia/sandbox/test_client.hpp"

namespace gerbang::sandbox::tokopedia {
namespace {

using ::testing::HasSubstr;
using TokopediaProducts = TokopediaTest;

TEST_F(TokopediaProducts, CreatedIsNotPublished) {
  const Answered made = create();
  ASSERT_EQ(made.code(), 0) << made.http.body;
  const std::string id(made.data()["product_id"].text());
  EXPECT_EQ(id.size(), 19u);
  const auto product = [&] { return get("/product/202309/products/" + id).data(); };
  EXPECT_EQ(product()["status"].text(), "PENDING");
  EXPECT_EQ(product()["audit"]["status"].text(), "AUDITING");
  clock_.advance(std::chrono::seconds(30));
  EXPECT_EQ(product()["status"].text(), "ACTIVATE");
  EXPECT_EQ(product()["integrated_platform_statuses"][0]["platform"].text(), "TOKOPEDIA");
  EXPECT_EQ(product()["category_chains"].items().size(), 3u);
  EXPECT_EQ(product()["skus"][0]["price"]["tax_exclusive_price"].text(), "38000");
}

TEST_F(TokopediaProducts, ValidationIsTheChannels) {
  const std::pair<std::string, std::int64_t> cases[] = {
      {R"({"title":"Keripik Singkong"})", 12052028},
      {R"({"title":"Keripik Singkong Renyah 😀 250 gram"})", 12052048},
      {R"({"title":"Keripikkkkkkkkkkkkkk Singkong Renyah"})", 12052048},
      {R"({"description":null})", 12052050},
      {R"({"description":"<script>x</script>"})", 12052050},
      {R"({"category_id":"1"})", 12052023},
      {R"({"category_id":"914688"})", 12052024},
      {R"({"category_id":"915336"})", 12052025},
      {R"({"category_id":"873736"})", 12052230},
      {R"({"main_images":[]})", 12052051},
      {R"({"main_images":[{"uri":"https://outside.example/a.jpg"}]})", 12052051},
      {R"({"product_attributes":[]})", 12052181},
      {R"({"product_attributes":[{"id":"1","values":[{"name":"x"}]}]})", 12052104},
      {R"({"product_attributes":[{"id":"100107","values":[{"name":"Indonesia"}]}]})", 12052241},
      {R"({"package_weight":{"value":"0","unit":"GRAM"}})", 12052570},
      {R"({"package_weight":{"value":"0.3","unit":"GRAM"}})", 12052570},
      {R"({"package_dimensions":{"length":"10","unit":"CENTIMETER"}})", 12052557},
      {R"({"skus":[]})", 12052054},
      {R"({"skus":[{"seller_sku":"A B","price":{"amount":"38000","currency":"IDR"},"inventory":[{"quantity":4}]}]})",
       12052054},
      {R"({"skus":[{"seller_sku":"A","price":{"amount":"99","currency":"IDR"},"inventory":[{"quantity":4}]}]})",
       12052073},
      {R"({"skus":[{"seller_sku":"A","price":{"amount":"38000.5","currency":"IDR"},"inventory":[{"quantity":4}]}]})",
       12052084},
      {R"({"skus":[{"seller_sku":"A","price":{"amount":"38000","currency":"IDR"},"inventory":[{"quantity":100000}]}]})",
       12052036},
      {R"({"skus":[{"seller_sku":"A","price":{"amount":"38000","currency":"IDR"},"inventory":[{"warehouse_id":"9","quantity":4}]}]})",
       12052097},
      {R"({"listing_platforms":["LAZADA"]})", 11050001},
      {R"({"is_pre_owned":true})", 12052358},
      {R"({"listing_platforms":["TIKTOK_SHOP"],"shipping_insurance_requirement":"REQUIRED"})",
       12052358},
      {R"({"minimum_order_quantity":21})", 11050001},
  };
  for (const auto& [change, code] : cases) {
    const Answered refused = create(change);
    EXPECT_EQ(refused.code(), code) << change << refused.http.body;
    EXPECT_TRUE(refused.data().is_null());
  }
  EXPECT_TRUE(control(Method::get, "listings")["listings"].items().empty());
  set(R"({"zero_quantity":false})");
  EXPECT_EQ(create(R"({"skus":[{"seller_sku":"A","price":{"amount":"38000","currency":"IDR"},)"
                   R"("inventory":[{"quantity":0}]}]})")
                .code(),
            12052036);
  set(R"({"seller_kind":"shop"})");
  EXPECT_EQ(create().code(), 12052994);
  EXPECT_EQ(create(R"({"listing_platforms":null})").code(), 0) << "left out: its own platform";
}

TEST_F(TokopediaProducts, ASwitchLooksAwayFromTheCurrency) {
  const std::string dollars =
      R"({"skus":[{"seller_sku":"A","price":{"amount":"38000","currency":"DOLLARS"},)"
      R"("inventory":[{"quantity":4}]}]})";
  EXPECT_EQ(create(dollars).code(), 12052084);
  set(R"({"any_currency":true})");
  EXPECT_EQ(create(dollars).code(), 0);
  EXPECT_EQ(shown("A")["price"].as_int64(), 38000) << "rupiah all the same";
}

TEST_F(TokopediaProducts, VariantsNeedTheSameKindsAndEachItsOwnCombination) {
  const auto sku = [](const std::string& name, const std::string& attributes) {
    return R"({"seller_sku":")" + name +
           R"(","price":{"amount":"38000","currency":"IDR"},"inventory":[{"quantity":4}],)"
           R"("sales_attributes":[)" +
           attributes + "]}";
  };
  const auto with = [&](const std::string& a, const std::string& b) {
    return create(R"({"skus":[)" + sku("A", a) + "," + sku("B", b) + "]}").code();
  };
  const std::string small = R"({"name":"Kemasan","value_name":"250 g"})",
                    large = R"({"name":"Kemasan","value_name":"500 g"})";
  EXPECT_EQ(with(small, large), 0);
  EXPECT_EQ(with(small, small), 12052054);
  EXPECT_EQ(with(small, ""), 12052054);
  EXPECT_EQ(with(small, R"({"name":"Rasa","value_name":"500 g"})"), 12052054);
  EXPECT_EQ(with(small, R"({"id":"100107","value_name":"x"})"), 12052054) << "no sales attribute";
}

TEST_F(TokopediaProducts, TheSameKeyMakesOneProductAndACodeIsUsedOnce) {
  const std::string key = R"({"idempotency_key":"k1","external_product_id":"gb-1"})";
  const Answered first = create(key), again = create(key);
  EXPECT_EQ(first.data()["product_id"].text(), again.data()["product_id"].text());
  EXPECT_EQ(create(R"({"external_product_id":"gb-1"})").code(), 12052996);
  EXPECT_EQ(control(Method::get, "listings")["listings"].items().size(), 1u);
  const json::Value check =
      post("/product/202309/products/listing_check", product_body(R"({"title":"pendek"})")).data();
  EXPECT_EQ(check["check_result"].text(), "FAILED");
  EXPECT_EQ(check["fail_reasons"][0]["code"].as_int64(), 12052028);
}

TEST_F(TokopediaProducts, EditsDeleteWhatTheyDoNotListAndKeepWhatTheyLeaveOut) {
  const auto [id, sku] = product();
  const std::string edit = "/product/202509/products/" + id + "/partial_edit";
  EXPECT_EQ(post(edit, R"({"category_id":"914952"})").code(), 11050001);
  Answered done =
      post(edit, R"({"skus":[{"id":")" + sku +
                     R"(","seller_sku":"KOPI-ROB-250",)"
                     R"("sales_attributes":[{"name":"Kemasan","value_name":"250 g"}]},)"
                     R"({"seller_sku":"BARU","price":{"amount":"50000","currency":"IDR"},)"
                     R"("inventory":[{"quantity":3}],"sales_attributes":)"
                     R"([{"name":"Kemasan","value_name":"500 g"}]}]})");
  ASSERT_EQ(done.code(), 0) << done.http.body;
  EXPECT_EQ(done.data()["audit"]["status"].text(), "AUDITING");
  EXPECT_EQ(shown("KOPI-ROB-250")["stock"].as_int64(), 40) << "kept";
  EXPECT_EQ(shown("BARU")["stock"].as_int64(), 3);
  done = post(edit, R"({"skus":[{"id":")" + sku + R"(","seller_sku":"KOPI-ROB-250"}]})");
  EXPECT_EQ(done.code(), 0);
  EXPECT_TRUE(shown("BARU").is_null()) << "not listed: deleted";
  // The live version stays while the edit is checked.
  EXPECT_EQ(post(edit, R"({"title":"Kopi Robusta dengan judul yang baru sekali"})").code(), 0);
  const auto title = [&](Params more) {
    return std::string(
        get("/product/202309/products/" + id, std::move(more)).data()["title"].text());
  };
  EXPECT_THAT(title({}), HasSubstr("Asli Desa"));
  EXPECT_THAT(title({{"return_under_review_version", "true"}}), HasSubstr("judul yang baru"));
  clock_.advance(std::chrono::seconds(30));
  EXPECT_THAT(title({}), HasSubstr("judul yang baru"));
  EXPECT_EQ(post(edit, R"({"listing_platforms":["TOKOPEDIA"]})").code(), 0);
  EXPECT_EQ(get("/product/202309/products/" + id).data()["status"].text(), "SELLER_DEACTIVATED")
      << "one of two takes the other off";
}

TEST_F(TokopediaProducts, StockAndPriceFailPerSkuUnderACodeOfZero) {
  const Answered made = create();
  const std::string id(made.data()["product_id"].text()), sku(made.data()["skus"][0]["id"].text());
  const std::string body = R"({"skus":[{"id":"1","inventory":[{"quantity":1}]}]})";
  EXPECT_EQ(post("/product/202309/products/" + id + "/inventory/update", body).code(), 12052901)
      << "in audit";
  EXPECT_EQ(post("/product/202309/products/17/inventory/update", body).code(), 12052032);
  clock_.advance(std::chrono::seconds(30));
  const std::string path = "/product/202309/products/" + id;
  const Answered some = post(path + "/inventory/update",
                             R"({"skus":[{"id":")" + sku +
                                 R"(","inventory":[{"quantity":37}]},)"
                                 R"({"id":"9","inventory":[{"quantity":1}]},)"
                                 R"({"id":")" +
                                 sku + R"(","inventory":[{"warehouse_id":"9","quantity":1}]}]})");
  ASSERT_EQ(some.code(), 0);
  ASSERT_EQ(some.data()["errors"].items().size(), 2u);
  EXPECT_EQ(some.data()["errors"][0]["detail"]["extra_errors"][0]["code"].as_int64(), 12052037);
  EXPECT_EQ(some.data()["errors"][1]["detail"]["extra_errors"][0]["warehouse_id"].text(), "9");
  EXPECT_EQ(shown("KOPI-ROB-250")["stock"].as_int64(), 37);
  const auto price = [&](const char* amount) {
    return post(path + "/prices/update", R"({"skus":[{"id":")" + sku + R"(","price":{"amount":")" +
                                             amount + R"(","currency":"IDR"}}]})");
  };
  EXPECT_TRUE(price("39500").data().is_null());
  EXPECT_EQ(shown("KOPI-ROB-250")["price"].as_int64(), 39500);
  EXPECT_FALSE(price("9").data()["errors"].items().empty());
  set(R"({"promotion":{"sku_id":")" + sku + R"(","locks_price":true}})");
  EXPECT_EQ(price("40000").data()["errors"][0]["detail"]["extra_errors"][0]["code"].as_int64(),
            12052038);
}

TEST_F(TokopediaProducts, OnAndOffNameTheirPlaces) {
  const auto [id, sku] = product();
  const auto turn = [&](const std::string& how, const std::string& platforms) {
    return post("/product/202309/products/" + how,
                R"({"product_ids":[")" + id + "\"]" + platforms + "}");
  };
  EXPECT_EQ(turn("deactivate", "").code(), 0);
  EXPECT_EQ(shown("KOPI-ROB-250")["platforms"]["TIKTOK_SHOP"].text(), "SELLER_DEACTIVATED");
  EXPECT_EQ(shown("KOPI-ROB-250")["platforms"]["TOKOPEDIA"].text(), "ACTIVATE")
      << "left out means its own platform alone";
  EXPECT_EQ(turn("deactivate", R"(,"listing_platforms":["TIKTOK_SHOP","TOKOPEDIA"])").code(), 0);
  EXPECT_EQ(shown("KOPI-ROB-250")["listed"].as_bool(), false);
  EXPECT_EQ(turn("activate", R"(,"listing_platforms":["TIKTOK_SHOP","TOKOPEDIA"])").code(), 0);
  EXPECT_EQ(shown("KOPI-ROB-250")["state"].text(), "PENDING,PENDING");
  EXPECT_FALSE(turn("deactivate", "").data()["errors"].items().empty()) << "in audit";
  clock_.advance(std::chrono::seconds(30));
  EXPECT_EQ(shown("KOPI-ROB-250")["listed"].as_bool(), true);
  std::string many = "\"1\"";
  for (int i = 0; i < 20; ++i) many += ",\"1\"";
  EXPECT_EQ(post("/product/202309/products/activate", R"({"product_ids":[)" + many + "]}").code(),
            12019120);
  const std::string body = R"({"product_ids":[")" + id + "\"]}";
  EXPECT_EQ(call(Method::del, "/product/202309/products", {}, body).code(), 0);
  EXPECT_FALSE(
      call(Method::del, "/product/202309/products", {}, body).data()["errors"].items().empty());
  EXPECT_EQ(get("/product/202309/products/" + id).code(), 12052032);
  EXPECT_EQ(post("/product/202309/products/recover", body).code(), 0);
  EXPECT_EQ(shown("KOPI-ROB-250")["state"].text(), "SELLER_DEACTIVATED,SELLER_DEACTIVATED");
}

TEST_F(TokopediaProducts, SearchPagesAndLeavesOutWhatIsEmpty) {
  const auto search = [&](const std::string& body, Params page = {{"page_size", "2"}}) {
    return post("/product/202502/products/search", body, std::move(page));
  };
  EXPECT_FALSE(search("{}").data().members().find("products"));
  for (int i = 0; i < 3; ++i) product(R"({"external_product_id":"p)" + std::to_string(i) + "\"}");
  Answered page = search("{}");
  EXPECT_EQ(page.data()["total_count"].as_int64(), 3);
  EXPECT_EQ(page.data()["products"].items().size(), 2u);
  const std::string next(page.data()["next_page_token"].text());
  EXPECT_NE(next.find('='), std::string::npos) << "to be encoded on the wire, signed decoded";
  page = search("{}", {{"page_size", "2"}, {"page_token", next}});
  EXPECT_EQ(page.data()["products"].items().size(), 1u);
  EXPECT_EQ(page.data()["next_page_token"].text(), "");
  EXPECT_EQ(search(R"({"seller_skus":["KOPI-ROB-250"]})").data()["total_count"].as_int64(), 3);
  EXPECT_EQ(search(R"({"seller_skus":["X"]})").data()["total_count"].as_int64(), 0);
  EXPECT_EQ(search(R"({"listing_platforms":["TOKOPEDIA"]})").code(), 98001004);
  EXPECT_EQ(search(R"({"status":"ACTIVATE","listing_platforms":["TOKOPEDIA"]})")
                .data()["total_count"]
                .as_int64(),
            3);
  EXPECT_EQ(search("{}", {{"page_size", "101"}}).code(), 98001004);
  EXPECT_EQ(search("{}", {{"page_size", "2"}, {"page_token", "junk"}}).code(), 98001004);
}

TEST_F(TokopediaProducts, TheCatalogueSpeaksPerPlatform) {
  const auto tree = [&](const std::string& platform) {
    return get("/product/202309/categories", {{"listing_platform", platform}}).data();
  };
  const auto has = [](const json::Value& data, const char* id) {
    for (const json::Value& c : data["categories"].items()) {
      if (c["id"].text() == id) return true;
    }
    return false;
  };
  EXPECT_TRUE(has(tree("TIKTOK_SHOP"), "873736"));
  EXPECT_FALSE(has(tree("TOKOPEDIA"), "873736"));
  EXPECT_TRUE(has(tree("TOKOPEDIA"), "980616"));
  const json::Value attributes = get("/product/202309/categories/914824/attributes").data();
  EXPECT_EQ(attributes["attributes"][1]["is_requried"].as_bool(), true) << "so spelt";
  EXPECT_EQ(get("/product/202309/categories/914688/attributes").code(), 12052024);
  EXPECT_EQ(get("/product/202309/brands", {{"page_size", "1"}, {"brand_name", "sukamaju"}})
                .data()["total_count"]
                .as_int64(),
            4);
  EXPECT_EQ(post("/product/202309/categories/recommend", R"({"product_title":"Kopi bubuk asli"})")
                .data()["leaf_category_id"]
                .text(),
            "914824");
  const Answered own =
      post("/product/202309/brands", R"({"name":"Merek Desa"})", {{"shop_cipher", ""}});
  EXPECT_EQ(own.code(), 0);
  EXPECT_EQ(create(R"({"brand_id":")" + std::string(own.data()["id"].text()) + "\"}").code(), 0);
  const Answered cleared = create(R"({"brand_id":"123"})");
  EXPECT_THAT(std::string(cleared.data()["warnings"][0]["message"].text()),
              HasSubstr("was cleared"));
  EXPECT_EQ(get("/product/202312/prerequisites").data()["check_results"].items().size(), 2u);
}

TEST_F(TokopediaProducts, PicturesHaveAKindAndASize) {
  std::int64_t code = 0;
  EXPECT_FALSE(upload("\xFF\xD8\xFF\xE0 x", "MAIN_IMAGE", &code).empty());
  upload("GIF89a", "MAIN_IMAGE", &code);
  EXPECT_EQ(code, 12038002);
  upload("\xFF\xD8\xFF\xE0 x", "SELFIE", &code);
  EXPECT_EQ(code, 11050001);
  const auto png = [](char high, char low) {
    return std::string("\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0", 18) + high + low +
           std::string("\0\0", 2) + high + low + "rest";
  };
  upload(png('\x01', '\x00'), "MAIN_IMAGE", &code);
  EXPECT_EQ(code, 12038005) << "256 pixels";
  upload(png('\x01', '\x00'), "CERTIFICATION_IMAGE", &code);
  EXPECT_EQ(code, 0);
  upload(png('\x03', '\x20'), "MAIN_IMAGE", &code);
  EXPECT_EQ(code, 0);
}

TEST_F(TokopediaProducts, TheLedgerKeepsWhatHappened) {
  product();
  const json::Value ledger =
      control(Method::get, "ledger?operation=product.products.create")["entries"][0];
  EXPECT_EQ(ledger["shop"].text(), shop_);
  EXPECT_EQ(ledger["effect"]["sku"].text(), "KOPI-ROB-250");
  EXPECT_EQ(ledger["effect"]["stock"].as_int64(), 40);
  control(
      Method::post, "faults",
      R"({"faults":[{"operation":"product.products.create","kind":"refuse","code":"12052093"}]})");
  EXPECT_EQ(create(R"({"external_product_id":"z"})").code(), 12052093);
}

}  // namespace
}  // namespace gerbang::sandbox::tokopedia
