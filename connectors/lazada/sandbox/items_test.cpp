// Pictures, products, stock and price.
#include "connectors/lazada/sandbox/test_client.hpp"

namespace gerbang::sandbox::lazada {
namespace {

std::string xml(const std::string& skus) {
  return "<Request><Product><Skus>" + skus + "</Skus></Product></Request>";
}
std::string one(const json::Value& created, const std::string& rest, std::size_t i = 0) {
  return "<Sku><ItemId>" + created["data"]["item_id"].to_text() + "</ItemId><SkuId>" +
         created["data"]["sku_list"][i]["sku_id"].to_text() + "</SkuId>" + rest + "</Sku>";
}

TEST_F(LazadaMarket, PicturesAreMeasured) {
  EXPECT_EQ(code(upload(330, 5000)), "0");
  EXPECT_EQ(code(upload(329, 800)), "300");
  EXPECT_EQ(code(upload(800, 5001)), "300");
  EXPECT_EQ(code(upload_bytes("GIF89a")), "302");
  EXPECT_EQ(code(upload_bytes("\x89PNG\r\n\x1A\n" + std::string(3'145'728, 'x'))), "303");
  EXPECT_EQ(upload(800, 800)["data"]["image"]["url"].text(), image_url) << "the same picture";
}

TEST_F(LazadaMarket, PicturesAreMigratedFromPublicAddressesOnly) {
  const auto migrate = [&](const std::string& url) {
    return code(call(
        Method::post, "/image/migrate",
        {{"payload", "<Request><Image><Url><![CDATA[" + url + "]]></Url></Image></Request>"}}));
  };
  EXPECT_EQ(migrate("https://desa.example/a.png?x=1&y=2"), "0");
  for (const char* bad : {"http://127.0.0.1:8099/a.png", "http://10.0.0.1/a.png", "ftp://a.b/c",
                          "https://desa.example:8443/a.png", "https://localhost/a.png"})
    EXPECT_EQ(migrate(bad), "302") << bad;
  EXPECT_EQ(code(call(Method::post, "/image/migrate", {{"payload", "<x"}})), "5");
  const json::Value batch = call(Method::post, "/images/migrate",
                                 {{"payload",
                                   "<Request><Images><Url>https://desa.example/b.png</Url>"
                                   "<Url>http://127.0.0.1/c.png</Url></Images></Request>"}});
  const std::string id = batch["batch_id"].to_text();
  EXPECT_EQ(code(call(Method::get, "/image/response/get", {{"batch_id", id}})), "304")
      << "half a second";
  clock.advance(std::chrono::milliseconds(500));
  const json::Value done = call(Method::get, "/image/response/get", {{"batch_id", id}});
  EXPECT_EQ(done["data"]["images"].items().size(), 1u);
  EXPECT_EQ(done["data"]["errors"].items().size(), 1u);
}

TEST_F(LazadaMarket, AProductLives) {
  const json::Value made =
      create(product({sku("GULA-250", "250 g"), sku("GULA-500", "500 g")}, true));
  ASSERT_EQ(code(made), "0") << json::dump(made);
  const std::string item = made["data"]["item_id"].to_text();
  EXPECT_EQ(made["data"]["sku_list"].items().size(), 2u);
  EXPECT_EQ(listing("GULA-500")["stock"].as_int64(), 25);
  EXPECT_EQ(listing("GULA-500")["listed"].as_bool(), true);
  const json::Value read = call(Method::get, "/product/item/get", {{"item_id", item}});
  EXPECT_EQ(read["data"]["itemId"].to_text(), item);
  EXPECT_EQ(read["data"]["skus"][1]["SellerSku"].text(), "GULA-500");
  const json::Value page = call(Method::get, "/products/get",
                                {{"filter", "live"}, {"sku_seller_list", R"(["GULA-500"])"}});
  EXPECT_EQ(page["data"]["total_products"].as_int64(), 1) << "items, not SKUs";
  EXPECT_EQ(page["data"]["products"][0]["skus"].items().size(), 2u);

  const std::string sku_id = made["data"]["sku_list"][0]["sku_id"].to_text();
  EXPECT_EQ(code(call(Method::post, "/product/remove",
                      {{"sku_id_list", "[\"SkuId_" + item + "_" + sku_id + "\"]"}})),
            "0");
  EXPECT_TRUE(listing("GULA-250").is_null());
  EXPECT_EQ(code(call(Method::post, "/product/remove",
                      {{"sku_id_list", "[\"SkuId_" + item + "_" + sku_id + "\"]"}})),
            "503");
  EXPECT_EQ(code(call(Method::post, "/product/remove", {{"seller_sku_list", R"(["GULA-500"])"}})),
            "6")
      << "deprecated";
}

TEST_F(LazadaMarket, WhatIsWrongWithAProductIsTold) {
  const auto why = [&](auto change) {
    json::Value p = product({sku("GULA-500")});
    change(*p.as_object());
    const json::Value answer = create(p);
    EXPECT_EQ(code(answer), "500") << json::dump(answer);
    return reasons(answer);
  };
  const auto attribute = [&](const char* name, json::Value value) {
    return why([&](json::Object& p) { p.find("Attributes")->as_object()->set(name, value); });
  };
  const auto of_sku = [&](const char* name, json::Value value) {
    return why([&](json::Object& p) {
      p.find("Skus")->as_object()->find("Sku")->as_array()->front().as_object()->set(name, value);
    });
  };
  const auto images = [&](json::Array list) {
    return why([&](json::Object& p) {
      p.set("Images", json::object({{"Image", json::Value(list)}}));
    });
  };
  EXPECT_EQ(why([](json::Object& p) { p.set("PrimaryCategory", "1"); }), "201");
  EXPECT_EQ(why([](json::Object& p) { p.set("PrimaryCategory", "10100010"); }), "4134");
  EXPECT_EQ(why([](json::Object& p) { p.set("PrimaryCategory", "10100024"); }), "")
      << "a detail without a code";
  EXPECT_EQ(attribute("name", ""), "4108");
  EXPECT_EQ(attribute("name", std::string(256, 'a')), "4160");
  EXPECT_EQ(attribute("name", "Gula <manis>"), "4129");
  EXPECT_EQ(attribute("brand_id", "1"), "4142");
  EXPECT_EQ(attribute("brand_id", nullptr), "4108");
  EXPECT_EQ(attribute("country_origin_hb", "Bulan"), "4115");
  EXPECT_EQ(attribute("shelf_life", ""), "4110");
  EXPECT_EQ(attribute("units_hb", "dua"), "4107");
  EXPECT_EQ(attribute("description", std::string(25'001, 'a')), "4120");
  EXPECT_EQ(images({}), "4139");
  EXPECT_EQ(images({"https://desa.example/a.png"}), "4138");
  EXPECT_EQ(images({image_url, image_url}), "4116");
  EXPECT_EQ(of_sku("SellerSku", "A/B"), "4150");
  EXPECT_EQ(of_sku("price", "0"), "4118");
  EXPECT_EQ(of_sku("price", "38000.50"), "4104");
  EXPECT_EQ(of_sku("special_price", "38000"), "4157");
  EXPECT_EQ(of_sku("quantity", "-1"), "4152");
  EXPECT_EQ(of_sku("package_weight", "40.01"), "4164");
  EXPECT_EQ(of_sku("package_weight", "0.555"), "4149");
  EXPECT_EQ(of_sku("package_length", ""), "4108");
  EXPECT_EQ(of_sku("package_length", "290"), "4165");
  EXPECT_EQ(of_sku("saleProp", json::object({{"Kemasan", "x"}})), "4143 4113");
  // Several at once, and without codes when so switched.
  json::Value p = product({sku("GULA-500")});
  p.as_object()->find("Attributes")->as_object()->set("name", "");
  p.as_object()->set("PrimaryCategory", "10100012");
  p.as_object()->find("Skus")->as_object()->find("Sku")->as_array()->front().as_object()->set(
      "price", "0");
  EXPECT_EQ(reasons(create(p)), "4108 4118");
  set(json::object({{"detail_codes", false}}));
  EXPECT_EQ(create(p)["detail"].items().size(), 2u);
  EXPECT_EQ(reasons(create(p)), "");
}

TEST_F(LazadaMarket, VariantsAreDeclaredAndDifferent) {
  const auto why = [&](json::Array skus, bool varied) {
    return reasons(create(product(std::move(skus), varied)));
  };
  EXPECT_EQ(why({sku("A"), sku("B")}, false), "4144 4144");
  EXPECT_EQ(why({sku("A", "250 g"), sku("B", "250 g")}, true), "4112");
  EXPECT_EQ(why({sku("A", "250 g"), sku("A", "500 g")}, true), "4126");
  EXPECT_EQ(why({sku("A", "2 kg")}, true), "4109");
  json::Value p = product({sku("A", "250 g")}, true);
  set(json::object({{"custom_variations", false}}));
  EXPECT_EQ(reasons(create(p)), "4161");
  set(json::object({{"custom_variations", true}, {"most_variations", 0}}));
  EXPECT_EQ(reasons(create(p)), "209");
}

TEST_F(LazadaMarket, ASellerSkuIsTheShopsOwnOnce) {
  EXPECT_EQ(code(sugar()), "0");
  EXPECT_EQ(reasons(sugar()), "4105") << "a repeated create";
  set(json::object({{"most_items", 1}}));
  EXPECT_EQ(reasons(create(product({sku("LAIN")}))), "4148");
}

TEST_F(LazadaMarket, PayloadsHaveTheirShape) {
  const auto create_text = [&](const std::string& payload) {
    return code(call(Method::post, "/product/create", {{"payload", payload}}));
  };
  EXPECT_EQ(create_text(""), "30");
  EXPECT_EQ(create_text("<Request"), "5");
  EXPECT_EQ(create_text("{"), "1001");
  EXPECT_EQ(create_text(R"({"Request":{"Product":{"Skus":{"Sku":{"SellerSku":"A"}}}}})"), "1001")
      << "one SKU is an array of one";
  EXPECT_EQ(create_text(R"({"Request":{"Product":{"Skus":{"Sku":[{"price":1}]}}}})"), "1001")
      << "values are text";
  EXPECT_EQ(create_text(R"({"Request":{"Product":{}}})"), "1");
  EXPECT_EQ(
      create_text("<Request><Product><PrimaryCategory>10100012</PrimaryCategory><Images><Image>" +
                  image_url +
                  "</Image></Images><Attributes><name>Gula</name><brand>No Brand</brand>"
                  "<warranty_type>No Warranty</warranty_type><country_origin_hb>Indonesia"
                  "</country_origin_hb><shelf_life>lama sekali</shelf_life></Attributes><Skus><Sku>"
                  "<SellerSku>G</SellerSku><price>1000</price><package_height>1</package_height>"
                  "<package_length>1</package_length><package_width>1</package_width>"
                  "<package_weight>1</package_weight></Sku></Skus></Product></Request>"),
      "0")
      << "an open list takes what is not in it";
}

TEST_F(LazadaMarket, AnUpdateNamesItsSkus) {
  const json::Value made = sugar();
  const auto update = [&](const std::string& sku_fields) {
    return call(Method::post, "/product/update",
                {{"payload", "<Request><Product><ItemId>" + made["data"]["item_id"].to_text() +
                                 "</ItemId><Attributes><name>Gula Baru</name></Attributes><Skus>"
                                 "<Sku>" +
                                 sku_fields + "</Sku></Skus></Product></Request>"}});
  };
  const std::string id = "<SkuId>" + made["data"]["sku_list"][0]["sku_id"].to_text() + "</SkuId>";
  const std::string box =
      "<package_height>1</package_height><package_length>1</package_length>"
      "<package_width>1</package_width><package_weight>1</package_weight>";
  EXPECT_EQ(code(update(id + box)), "0");
  EXPECT_EQ(listing("GULA-500")["title"].text(), "Gula Baru");
  EXPECT_EQ(reasons(update(box)), "4216");
  EXPECT_EQ(reasons(update("<SkuId>1</SkuId>" + box)), "4136");
  EXPECT_EQ(reasons(update(id)), "4108 4108 4108 4108");
  EXPECT_EQ(reasons(update(id + box + "<SellerSku>LAIN</SellerSku>")), "4150");
  // Off sale; an update that says nothing of the status puts it back on.
  const std::string item = made["data"]["item_id"].to_text();
  const auto off = [&] {
    return code(call(Method::post, "/product/deactivate",
                     {{"apiRequestBody",
                       "<Request><Product><ItemId>" + item + "</ItemId></Product></Request>"}}));
  };
  EXPECT_EQ(off(), "0");
  EXPECT_EQ(off(), "E0004");
  EXPECT_EQ(listing("GULA-500")["listed"].as_bool(), false);
  EXPECT_EQ(code(update(id + box + "<Status>inactive</Status>")), "0");
  EXPECT_EQ(listing("GULA-500")["listed"].as_bool(), false);
  EXPECT_EQ(code(update(id + box)), "0");
  EXPECT_EQ(listing("GULA-500")["listed"].as_bool(), true);
  set(json::object({{"lock_item", json::object({{"item_id", made["data"]["item_id"]}})}}));
  EXPECT_EQ(reasons(update(id + box)), "4155");
}

TEST_F(LazadaMarket, SkusAreAddedToAnItemByAssociation) {
  create(product({sku("GULA-250", "250 g")}, true));
  json::Value more = product({sku("GULA-1KG", "1 kg")}, true);
  more.as_object()->set("AssociatedSku", "GULA-250");
  const json::Value added = create(more);
  EXPECT_EQ(code(added), "0") << json::dump(added);
  EXPECT_EQ(listing("GULA-1KG")["product"].text(), listing("GULA-250")["product"].text());
  json::Value same = product({sku("GULA-X", "1 kg")}, true);
  same.as_object()->set("AssociatedSku", "GULA-250");
  EXPECT_EQ(reasons(create(same)), "4112");
  same.as_object()->set("AssociatedSku", "TIDAK-ADA");
  EXPECT_EQ(reasons(create(same)), "4136");
}

TEST_F(LazadaMarket, OtherShopsItemsAreNobodysBusiness) {
  const json::Value made = sugar();
  const std::string mine = access;
  const std::string other =
      control(Method::post, "shops", json::object({{"name", "Lain"}}))["shop_id"].to_text();
  access = authorise(other)["access_token"].to_text();
  const std::string item = made["data"]["item_id"].to_text();
  EXPECT_EQ(code(call(Method::get, "/product/item/get", {{"item_id", item}})),
            "EDIT_ITEM_NOT_BELONG_SELLER");
  EXPECT_EQ(code(call(Method::get, "/product/item/get", {{"item_id", "1"}})), "208");
  EXPECT_EQ(reasons(call(Method::post, "/product/stock/sellable/update",
                         {{"payload", xml(one(made, "<SellableQuantity>1</SellableQuantity>"))}})),
            "4136");
  EXPECT_EQ(listing("GULA-500")["stock"].as_int64(), 25);
}

TEST_F(LazadaMarket, SellableAndTotalAreTwoNumbers) {
  const json::Value made = sugar();
  const std::string item = made["data"]["item_id"].to_text();
  buy("GULA-500", 3);         // paid: occupied
  buy("GULA-500", 2, false);  // unpaid: withheld
  json::Value stock = warehouse(item);
  EXPECT_EQ(stock["sellableQuantity"].as_int64(), 20);
  EXPECT_EQ(stock["occupyQuantity"].as_int64(), 3);
  EXPECT_EQ(stock["withholdQuantity"].as_int64(), 2);
  EXPECT_EQ(stock["totalQuantity"].as_int64(), 25);
  const auto sellable = [&](const std::string& n) {
    return call(Method::post, "/product/stock/sellable/update",
                {{"payload", xml(one(made, "<SellableQuantity>" + n + "</SellableQuantity>"))}});
  };
  const auto total = [&](const std::string& n) {
    return call(Method::post, "/product/price_quantity/update",
                {{"payload", xml(one(made, "<Quantity>" + n + "</Quantity>"))}});
  };
  EXPECT_EQ(code(sellable("20")), "0");
  EXPECT_EQ(warehouse(item)["sellableQuantity"].as_int64(), 20);
  EXPECT_EQ(code(total("20")), "0");
  EXPECT_EQ(warehouse(item)["sellableQuantity"].as_int64(), 15)
      << "open orders are taken off again";
  EXPECT_EQ(reasons(total("4")), "4152") << "below what is locked";
  EXPECT_EQ(reasons(sellable("-1")), "4152");
  const auto adjust = [&](const std::string& n) {
    return call(Method::post, "/product/stock/sellable/adjust",
                {{"payload", xml(one(made, "<SellableQuantity>" + n + "</SellableQuantity>"))}});
  };
  EXPECT_EQ(code(adjust("-5")), "0");
  EXPECT_EQ(warehouse(item)["sellableQuantity"].as_int64(), 10);
  EXPECT_EQ(reasons(adjust("-11")), "212");
  // Held for a campaign.
  set(json::object({{"campaign", json::object({{"sku", "GULA-500"}, {"held", 4}})}}));
  const json::Value below = sellable("3");
  EXPECT_EQ(code(below), "501");
  EXPECT_EQ(below["detail"][0]["message"].text(), "negative sellable on channel inventory");
  EXPECT_EQ(code(sellable("4")), "0");
  set(json::object(
      {{"campaign", json::object({{"sku", "GULA-500"}, {"held", 0}})}, {"campaign_window", true}}));
  EXPECT_EQ(reasons(sellable("3")), "4170");
  EXPECT_EQ(code(sellable("9")), "0") << "more is allowed";
}

TEST_F(LazadaMarket, ABatchIsFiftySkusAndOneBadOneMakesItA501) {
  const json::Value made =
      create(product({sku("GULA-250", "250 g"), sku("GULA-500", "500 g")}, true));
  const auto send_levels = [&](const std::string& skus) {
    return call(Method::post, "/product/stock/sellable/update", {{"payload", xml(skus)}});
  };
  const std::string good = one(made, "<SellableQuantity>7</SellableQuantity>");
  const std::string bad = one(made, "<SellableQuantity>-7</SellableQuantity>", 1);
  EXPECT_EQ(code(send_levels(good + bad)), "501");
  EXPECT_EQ(listing("GULA-250")["stock"].as_int64(), 7) << "a switch: the good one was stored";
  const json::Value ledger = control(Method::get, "ledger?operation=product.stock.sellable.update");
  EXPECT_EQ(ledger["entries"][0]["error"].text(), "501");
  EXPECT_EQ(ledger["entries"][0]["effect"][0]["stock"].as_int64(), 7);
  set(json::object({{"partial_store", false}}));
  EXPECT_EQ(code(send_levels(one(made, "<SellableQuantity>8</SellableQuantity>") + bad)), "501");
  EXPECT_EQ(listing("GULA-250")["stock"].as_int64(), 7);
  EXPECT_EQ(code(send_levels(good + good)), "501") << "one SKU twice";
  std::string many;
  for (int i = 0; i < 51; ++i) many += good;
  EXPECT_EQ(code(send_levels(many)), "4171");
  EXPECT_EQ(code(send_levels("")), "30");
  EXPECT_EQ(code(call(Method::post, "/product/stock/sellable/update", {{"payload", "{}"}})), "5")
      << "XML only";
}

TEST_F(LazadaMarket, PricesAreWholeAndAboveZero) {
  const json::Value made = sugar();
  const auto price = [&](const std::string& p) {
    return call(Method::post, "/product/price_quantity/update",
                {{"payload", xml(one(made, "<Price>" + p + "</Price>"))}});
  };
  EXPECT_EQ(code(price("41000.00")), "0");
  EXPECT_EQ(listing("GULA-500")["price"].as_int64(), 41000);
  EXPECT_EQ(reasons(price("0")), "4118");
  EXPECT_EQ(reasons(price("41000.5")), "4104");
  EXPECT_EQ(listing("GULA-500")["stock"].as_int64(), 25) << "no quantity was named";
}

TEST_F(LazadaMarket, ReadingHasItsLimits) {
  sugar();
  const auto read = [&](Params params) { return code(call(Method::get, "/products/get", params)); };
  EXPECT_EQ(read({}), "36");
  EXPECT_EQ(read({{"filter", "semua"}}), "36");
  EXPECT_EQ(read({{"filter", "all"}, {"limit", "51"}}), "19");
  EXPECT_EQ(read({{"filter", "all"}, {"offset", "10001"}}), "14");
  EXPECT_EQ(read({{"filter", "all"}, {"sku_seller_list", "A,B"}}), "70");
  EXPECT_EQ(read({{"filter", "all"}, {"create_after", "kemarin"}}), "17");
  EXPECT_EQ(read({{"filter", "all"}, {"create_after", "2026-11-24T00:00:00+0700"}}), "0");
  set(json::object({{"review_seconds", 60}}));
  create(product({sku("BARU")}));
  const auto total = [&](const char* filter) {
    return call(Method::get, "/products/get", {{"filter", filter}})["data"]["total_products"]
        .as_int64();
  };
  EXPECT_EQ(total("pending"), 1);
  EXPECT_EQ(listing("BARU")["listed"].as_bool(), false);
  clock.advance(std::chrono::seconds(60));
  EXPECT_EQ(total("live"), 2);
}

}  // namespace
}  // namespace gerbang::sandbox::lazada
