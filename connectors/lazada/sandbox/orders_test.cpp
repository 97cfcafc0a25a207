// Orders, parcels, cancellations, pushes.
#include "connectors/lazada/sandbox/test_client.hpp"

namespace gerbang::sandbox::lazada {
namespace {

class LazadaOrders : public LazadaMarket {
 protected:
  void SetUp() override {
    LazadaMarket::SetUp();
    item = sugar()["data"]["item_id"].to_text();
  }
  std::string item;

  json::Value units(const std::string& order) {
    return call(Method::get, "/order/items/get", {{"order_id", order}})["data"];
  }
  std::string verb(const std::string& order, const std::string& what, json::Value body = {}) {
    int status = 0;
    control(Method::post, "orders/" + order + "/" + what, body.is_null() ? json::object({}) : body,
            &status);
    return std::to_string(status);
  }
  json::Value pack(const std::string& order, json::Array ids) {
    const json::Value one = json::object(
        {{"order_id", *json::Value(order).to_integral()}, {"order_item_list", std::move(ids)}});
    const json::Value body = json::object({{"pack_order_list", json::array({one})},
                                           {"delivery_type", "dropship"},
                                           {"shipping_allocate_type", "TFS"}});
    return call(Method::post, "/order/fulfill/pack", {{"packReq", json::dump(body)}})["result"];
  }
  json::Array ids_of(const std::string& order) {
    json::Array out;
    const json::Value all = units(order);
    for (const json::Value& u : all.items()) out.push_back(u["order_item_id"]);
    return out;
  }
  std::string package_call(const std::string& path, const std::string& name,
                           const std::string& package) {
    const json::Value answer =
        call(Method::post, path,
             {{name, R"({"packages":[{"package_id":")" + package + R"("}]})"}})["result"];
    return answer["data"]["packages"][0]["item_err_code"].to_text();
  }
  std::string ready(const std::string& package) {
    return package_call("/order/package/rts", "readyToShipReq", package);
  }
  std::vector<json::Value> pushes(int status = 200) {
    std::vector<json::Value> out;
    for (const Push& p : market->due_pushes()) {
      EXPECT_EQ(p.request.headers.find("Authorization"),
                to_hex(hmac_sha256(kKey, "990017" + p.request.body)));
      out.push_back(*json::parse(p.request.body));
      HttpResponse answer;
      answer.status = status;
      market->push_answered(p.id, answer);
    }
    return out;
  }
};

TEST_F(LazadaOrders, EveryUnitIsAnItemOfItsOwn) {
  const std::string order = buy("GULA-500", 3);
  EXPECT_EQ(order.size(), 19u) << "beyond 2^53";
  const json::Value items = units(order);
  ASSERT_EQ(items.items().size(), 3u);
  EXPECT_NE(items[0]["order_item_id"].to_text(), items[1]["order_item_id"].to_text());
  EXPECT_TRUE(items[0]["quantity"].is_null());
  const json::Value head = call(Method::get, "/order/get", {{"order_id", order}})["data"];
  EXPECT_EQ(head["price"].text(), "114000.00");
  EXPECT_EQ(head["created_at"].text(), "2026-11-24 09:00:00 +0700");
  EXPECT_EQ(json::dump(head["statuses"]), R"(["pending"])");
  EXPECT_EQ(code(call(Method::get, "/order/get", {{"order_id", "5"}})), "16");
  const json::Value many =
      call(Method::get, "/orders/items/get", {{"order_ids", "[" + order + "]"}});
  EXPECT_EQ(many["data"][0]["order_items"].items().size(), 3u);
  EXPECT_EQ(code(call(Method::get, "/orders/items/get", {{"order_ids", order}})), "56");
  EXPECT_EQ(code(call(Method::get, "/orders/items/get", {{"order_ids", "[" + order + ",5]"}})),
            "37");
}

TEST_F(LazadaOrders, TheListIsStrictAboutItsQuestions) {
  for (int i = 0; i < 3; ++i) {
    buy("GULA-500", 1);
    clock.advance(std::chrono::minutes(1));
  }
  const auto list = [&](Params params) {
    params.emplace("update_after", "2026-11-24T08:00:00+07:00");
    return call(Method::get, "/orders/get", params);
  };
  const json::Value page =
      list({{"limit", "2"}, {"sort_by", "updated_at"}, {"sort_direction", "ASC"}});
  EXPECT_EQ(page["data"]["count"].as_int64(), 2);
  EXPECT_EQ(page["data"]["countTotal"].as_int64(), 3);
  EXPECT_LT(page["data"]["orders"][0]["updated_at"].text(),
            page["data"]["orders"][1]["updated_at"].text());
  EXPECT_EQ(list({{"update_before", "2026-11-24T09:00:59+07:00"}})["data"]["countTotal"].as_int64(),
            1);
  EXPECT_EQ(code(call(Method::get, "/orders/get")), "1");
  EXPECT_EQ(code(list({{"update_after", "2026-11-24 08:00:00"}})), "17");
  EXPECT_EQ(code(list({{"update_after", "2026-11-24T01:00:00Z"}})), "17");
  EXPECT_EQ(code(list({{"limit", "101"}})), "19");
  EXPECT_EQ(code(list({{"offset", "5001"}})), "14");
  EXPECT_EQ(code(list({{"status", "ready"}})), "36");
  EXPECT_EQ(code(list({{"sort_by", "id"}})), "75");
  EXPECT_EQ(code(list({{"sort_direction", "UP"}})), "74");
  EXPECT_EQ(list({{"status", "topack"}})["data"]["countTotal"].as_int64(), 3);
  EXPECT_EQ(list({{"status", "shipped"}})["data"]["countTotal"].as_int64(), 0);
}

TEST_F(LazadaOrders, UnpaidOrdersRunOut) {
  const std::string order = buy("GULA-500", 5, false);
  EXPECT_EQ(listing("GULA-500")["stock"].as_int64(), 20);
  clock.advance(std::chrono::minutes(30));
  EXPECT_EQ(units(order)[0]["status"].text(), "canceled");
  EXPECT_EQ(listing("GULA-500")["stock"].as_int64(), 25);
  int status = 0;
  buy("GULA-500", 26, true, &status);
  EXPECT_EQ(status, 409);
}

TEST_F(LazadaOrders, AParcelGoesItsWay) {
  const std::string order = buy("GULA-500", 2);
  const json::Value packed = pack(order, ids_of(order));
  EXPECT_EQ(packed["success"].as_bool(), true);
  const json::Value& first = packed["data"]["pack_order_list"][0]["order_item_list"][0];
  EXPECT_EQ(first["item_err_code"].text(), "0");
  const std::string package = first["package_id"].to_text();
  EXPECT_EQ(units(order)[1]["package_id"].text(), package) << "one parcel";
  const json::Value again = pack(order, ids_of(order));
  EXPECT_EQ(again["success"].as_bool(), true) << "success, and yet";
  EXPECT_EQ(again["data"]["pack_order_list"][0]["order_item_list"][0]["item_err_code"].text(),
            "700026");
  EXPECT_EQ(verb(order, "pick_up"), "409") << "not ready yet";
  EXPECT_EQ(package_call("/order/package/repack", "rePackReq", package), "0");
  EXPECT_EQ(units(order)[0]["status"].text(), "repacked");
  const std::string second =
      pack(order, ids_of(order))["data"]["pack_order_list"][0]["order_item_list"][0]["package_id"]
          .to_text();
  EXPECT_NE(second, package);
  EXPECT_EQ(ready("FP0"), "600001");
  EXPECT_EQ(ready(second), "0");
  EXPECT_EQ(ready(second), "700000");
  EXPECT_EQ(warehouse(item)["occupyQuantity"].as_int64(), 0) << "free once it is ready";
  for (const char* step : {"pick_up", "deliver", "complete"}) EXPECT_EQ(verb(order, step), "200");
  EXPECT_EQ(units(order)[0]["status"].text(), "confirmed");
  EXPECT_EQ(listing("GULA-500")["stock"].as_int64(), 23);
  EXPECT_EQ(verb(order, "return"), "200");
  EXPECT_EQ(listing("GULA-500")["stock"].as_int64(), 23) << "goods that came back are not on offer";
}

TEST_F(LazadaOrders, ALabelIsADocumentOrAFrameAroundItsAddress) {
  const std::string order = buy("GULA-500", 1);
  pack(order, ids_of(order));
  const std::string package = units(order)[0]["package_id"].to_text();
  const auto label = [&](const std::string& of) {
    return call(Method::post, "/order/package/document/get",
                {{"getDocumentReq",
                  R"({"doc_type":"PDF","packages":[{"package_id":")" + of + R"("}]})"}})["result"];
  };
  const auto file = from_base64(label(package)["data"]["file"].text());
  ASSERT_TRUE(file);
  EXPECT_TRUE(file->starts_with("%PDF-"));
  EXPECT_NE(file->find(package), std::string::npos);
  EXPECT_EQ(label("FP0")["error_code"].text(), "600001");

  control(Method::put, "settings", json::object({{"label_as_url", true}}));
  const json::Value framed = label(package)["data"];
  const std::string url(framed["pdf_url"].text());
  EXPECT_TRUE(from_base64(framed["file"].text())->starts_with("<iframe"));
  HttpRequest bare;
  bare.url = url.substr(url.find("/label/"));
  EXPECT_EQ(market->handle(bare).response.body, *file) << "a bare GET, the same paper";
  clock.advance(std::chrono::hours(24));
  EXPECT_EQ(market->handle(bare).response.status, 403) << "for a day";

  const std::string other = buy("GULA-500", 1);
  pack(other, ids_of(other));
  const std::string gone = units(other)[0]["package_id"].to_text();
  EXPECT_EQ(verb(other, "set_status", json::object({{"status", "canceled"}})), "200");
  EXPECT_EQ(label(gone)["error_code"].text(), "600002");
}

TEST_F(LazadaOrders, PackingIsRefusedInTheSecondEnvelope) {
  const std::string order = buy("GULA-500", 1);
  EXPECT_EQ(pack("5", ids_of(order))["error_code"].text(), "700021");
  EXPECT_EQ(pack(order, {123})["data"]["pack_order_list"][0]["order_item_list"][0]["item_err_code"]
                .text(),
            "700025");
  const auto raw = [&](const std::string& body) {
    return call(Method::post, "/order/fulfill/pack", {{"packReq", body}})["result"]["error_code"]
        .to_text();
  };
  EXPECT_EQ(raw("{}"), "700017");
  EXPECT_EQ(raw(R"({"pack_order_list":[{"order_id":1}],"delivery_type":"dropship",)"
                R"("shipping_allocate_type":"NTFS"})"),
            "700004");
  set(json::object({{"not_ready_seconds", 60}}));
  EXPECT_EQ(pack(order,
                 ids_of(order))["data"]["pack_order_list"][0]["order_item_list"][0]["item_err_code"]
                .text(),
            "700031");
}

TEST_F(LazadaOrders, CancellingIsAskedAboutAndMayEmptyTheStock) {
  const std::string order = buy("GULA-500", 2);
  const json::Array ids = ids_of(order);
  const std::string list = "[" + ids[0].to_text() + "]";
  const auto validate = [&](const std::string& id_list) {
    return call(Method::get, "/order/reverse/cancel/validate",
                {{"order_id", order}, {"order_item_id_list", id_list}});
  };
  const auto cancel = [&](const std::string& id_list, const std::string& reason) {
    return call(Method::get, "/order/reverse/cancel/create",
                {{"order_id", order}, {"order_item_id_list", id_list}, {"reason_id", reason}});
  };
  const json::Value reasons_offered = validate(list)["data"]["reason_options"];
  ASSERT_EQ(reasons_offered.items().size(), 4u);
  EXPECT_EQ(code(validate("[]")), "102");
  EXPECT_EQ(code(validate("[5]")), "123");
  EXPECT_EQ(code(cancel(list, "1")), "104");
  EXPECT_EQ(cancel(list, reasons_offered[2]["reason_id"].to_text())["data"]["tip_type"].text(),
            "success");
  EXPECT_EQ(listing("GULA-500")["stock"].as_int64(), 24) << "one of two came back";
  EXPECT_EQ(units(order)[1]["status"].text(), "pending");
  const std::string rest = "[\"" + ids[1].to_text() + "\"]";
  EXPECT_EQ(cancel(rest, reasons_offered[0]["reason_id"].to_text())["data"]["tip_type"].text(),
            "success");
  EXPECT_EQ(listing("GULA-500")["stock"].as_int64(), 0) << "out of stock empties the SKU";
  const json::Value late = cancel(rest, reasons_offered[0]["reason_id"].to_text());
  EXPECT_EQ(code(late), "0");
  EXPECT_EQ(late["data"]["tip_type"].text(), "error") << "a refusal with code 0";
}

TEST_F(LazadaOrders, InAPackageOneUnitTakesTheOthersAlong) {
  const std::string order = buy("GULA-500", 2);
  pack(order, ids_of(order));
  const std::string list = "[" + ids_of(order)[0].to_text() + "]";
  const std::string reason =
      call(Method::get, "/order/reverse/cancel/validate",
           {{"order_id", order},
            {"order_item_id_list", list}})["data"]["reason_options"][2]["reason_id"]
          .to_text();
  call(Method::get, "/order/reverse/cancel/create",
       {{"order_id", order}, {"order_item_id_list", list}, {"reason_id", reason}});
  EXPECT_EQ(units(order)[1]["status"].text(), "canceled");
  EXPECT_EQ(ready(units(order)[0]["package_id"].to_text()), "600002");
}

TEST_F(LazadaOrders, ABuyersRequestTakesEffectByItself) {
  const std::string order = buy("GULA-500", 1);
  const auto ask = [&] {
    verb(order, "request_cancel");
    return units(order)[0]["reverse_order_id"].to_text();
  };
  const auto decide = [&](const std::string& id, const std::string& agree) {
    return code(call(Method::get, "/order/reverse/cancel/seller/decide",
                     {{"reverse_order_id", id}, {"agree_cancel", agree}}));
  };
  const std::string first = ask();
  EXPECT_EQ(units(order)[0]["need_cancel_confirm"].as_bool(), true);
  EXPECT_EQ(decide("1", "true"), "105");
  EXPECT_EQ(decide(first, "mungkin"), "131");
  EXPECT_EQ(decide(first, "false"), "0");
  EXPECT_EQ(decide(first, "true"), "131");
  EXPECT_EQ(units(order)[0]["status"].text(), "pending");
  ask();
  clock.advance(std::chrono::hours(48));
  EXPECT_EQ(units(order)[0]["status"].text(), "canceled") << "nobody answered";
  const std::string other = buy("GULA-500", 1);
  verb(other, "request_cancel");
  EXPECT_EQ(verb(other, "withdraw_cancel"), "200");
  EXPECT_EQ(units(other)[0]["need_cancel_confirm"].as_bool(), false);
}

// ---- pushes

TEST_F(LazadaOrders, EveryChangeOfAUnitIsTold) {
  pushes();
  const std::string order = buy("GULA-500", 2);
  const auto made = pushes();
  ASSERT_EQ(made.size(), 4u) << "two units, unpaid and pending";
  EXPECT_EQ(made[0]["message_type"].as_int64(), 0);
  EXPECT_EQ(made[0]["data"]["trade_order_id"].text(), order);
  EXPECT_EQ(made[3]["data"]["order_status"].text(), "pending");
  EXPECT_EQ(made[0]["seller_id"].text(), shop);
  set(json::object({{"end_authorisation", json::object({{"shop_id", shop}})}}));
  verb(order, "cancel");
  EXPECT_TRUE(pushes().empty()) << "only while the authorisation is valid";
}

TEST_F(LazadaOrders, WhatIsNotAnsweredComesTwelveTimesMore) {
  pushes();
  buy("GULA-500", 1, false);
  int seen = 0;
  for (int i = 0; i < 20; ++i) {
    seen += static_cast<int>(pushes(503).size());
    clock.advance(std::chrono::minutes(30));
  }
  EXPECT_EQ(seen, 13);
  EXPECT_EQ(control(Method::get, "pushes")["lost"].as_int64(), 1);
}

TEST_F(LazadaOrders, AnAnswerAfterHalfASecondIsNone) {
  pushes();
  buy("GULA-500", 1, false);
  const auto due = market->due_pushes();
  ASSERT_EQ(due.size(), 1u);
  clock.advance(std::chrono::milliseconds(501));
  HttpResponse late;
  late.status = 200;
  market->push_answered(due[0].id, late);
  EXPECT_EQ(control(Method::get, "pushes")["failed_attempts"].as_int64(), 1);
}

TEST_F(LazadaOrders, TooManyFailuresAndTheyStop) {
  pushes();
  for (int i = 0; i < 12; ++i) buy("GULA-500", 1);
  for (int i = 0; i < 4; ++i) {
    pushes(500);
    clock.advance(std::chrono::minutes(30));
  }
  EXPECT_TRUE(pushes().empty());
  buy("GULA-500", 1, false);
  EXPECT_TRUE(pushes().empty());
  set(json::object({{"push_enabled", true}}));
  buy("GULA-500", 1, false);
  EXPECT_FALSE(pushes().empty());
}

TEST_F(LazadaOrders, EditsEchoAndTheConsoleTests) {
  pushes();
  set(json::object({{"push_products", true}, {"verify_push", true}}));
  auto made = pushes();
  ASSERT_EQ(made.size(), 1u);
  EXPECT_EQ(made[0]["seller_id"].text(), "9999");
  create(product({sku("ECHO")}));
  made = pushes();
  ASSERT_EQ(made.size(), 1u);
  EXPECT_EQ(made[0]["message_type"].as_int64(), 3);
  EXPECT_EQ(made[0]["data"]["action"].text(), "PUBLISHED");
  set(json::object({{"authorisation_expiring", json::object({{"shop_id", shop}})}}));
  made = pushes();
  ASSERT_EQ(made.size(), 1u);
  EXPECT_EQ(made[0]["message_type"].as_int64(), 8);
  EXPECT_EQ(made[0]["seller_id"].text(), "null");
}

}  // namespace
}  // namespace gerbang::sandbox::lazada
