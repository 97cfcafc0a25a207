// Labels, request by request, and with every fault at every step. Answers constructed after facts
// shopee.md 4.5.
#include "connectors/shopee/script_for_test.hpp"
#include "tests/kit/labels.hpp"

namespace gerbang::shopee {
namespace {

using namespace testing;

constexpr const char* kOrder = "260214K7PQ2M9X";

class ShopeeLabels : public ::testing::Test {
 protected:
  Shopee shopee;
  CallContext ctx = context();

  static std::string list(const std::string& rest, const std::string& type = "") {
    return std::string(R"({"order_list":[{"order_sn":")") + kOrder + "\"" + rest +
           (type.empty() ? "" : R"(,"shipping_document_type":")" + type + "\"") + "}]}";
  }
  static HttpResponse result(const std::string& rest, const std::string& error = "") {
    return kit::reply(R"({"error":")" + error + R"(","message":"","request_id":"5f0c2d9a",)" +
                      R"("response":{"result_list":[{"order_sn":")" + kOrder +
                      R"(","package_number":"OFG180011122233344")" + rest + "}]}}");
  }
  static HttpResponse failed(const std::string& code) {
    return result(R"(,"fail_error":")" + code + R"(","fail_message":"not now")",
                  "common.batch_api_all_failed");
  }
  static kit::Step tracking(const std::string& number) {
    return get("logistics/get_tracking_number", std::string("order_sn=") + kOrder,
               kit::reply(R"({"error":"","message":"","request_id":"5f0c","response":)"
                          R"({"tracking_number":")" +
                          number + R"(","hint":""}})"));
  }
  static kit::Step parameter(
      HttpResponse r = result(R"(,"suggest_shipping_document_type":"THERMAL_AIR_WAYBILL",)"
                              R"("selectable_shipping_document_type":)"
                              R"(["NORMAL_AIR_WAYBILL","THERMAL_AIR_WAYBILL"])")) {
    return post("logistics/get_shipping_document_parameter", Effect::read, list(""), std::move(r));
  }
  static kit::Step asked(HttpResponse r) {
    return post("logistics/get_shipping_document_result", Effect::read,
                list("", "NORMAL_AIR_WAYBILL"), std::move(r));
  }
  static kit::Step create(HttpResponse r = result("")) {
    return post("logistics/create_shipping_document", Effect::set,
                list(R"(,"tracking_number":"SPXID041234567890")", "NORMAL_AIR_WAYBILL"),
                std::move(r));
  }
  static kit::Step download(HttpResponse r = kit::file()) {
    return post("logistics/download_shipping_document", Effect::read,
                std::string(R"({"order_list":[{"order_sn":")") + kOrder +
                    R"("}],"shipping_document_type":"NORMAL_AIR_WAYBILL"})",
                std::move(r));
  }
  static kit::Step order(const std::string& status) {
    return kit::step("order/get_order_detail", nullptr,
                     kit::reply(R"({"error":"","message":"","request_id":"5f","response":)"
                                R"({"order_list":[{"order_sn":")" +
                                std::string(kOrder) + R"(","order_status":")" + status +
                                R"(","create_time":1771030800,"update_time":1771031100,)"
                                R"("item_list":[],"package_list":[]}]}})"));
  }
  static OrderAction action(const std::string& number = "SPXID041234567890") {
    OrderAction a;
    a.external_id = kOrder;
    a.status = OrderStatus::accepted;
    a.shipments.push_back({"OFG180011122233344", "Reguler", number});
    return a;
  }
  Exchange<ShippingLabel> ask(const OrderAction& a = action(), const std::string& parcel = "") {
    return shopee.fetch_label(ctx, a, parcel);
  }
};

const std::string kNotMade = "logistics.shipping_document_should_print_first";

TEST_F(ShopeeLabels, OneThatIsThereIsDownloaded) {
  const auto label = play_all([&] { return ask(action("")); },
                              {tracking("SPXID041234567890"), parameter(),
                               asked(result(R"(,"status":"READY")")), download()});
  ASSERT_TRUE(label);
  EXPECT_EQ(label->document.reveal(), kit::kLabel);
  EXPECT_EQ(label->media_type, "application/pdf");
  EXPECT_EQ(label->file_name, "label-260214K7PQ2M9X.pdf");
}

TEST_F(ShopeeLabels, OneThatIsNotThereIsMade) {
  play_all([&] { return ask(); }, {parameter(), asked(failed(kNotMade)), create(),
                                   asked(result(R"(,"status":"READY")")), download()});
  const auto again =
      kit::play(ask(), {parameter(), asked(result(R"(,"status":"FAILED")")), create(),
                        asked(result(R"(,"status":"READY")")), download()});
  EXPECT_TRUE(again) << "what failed is made again";
}

TEST_F(ShopeeLabels, WhileItIsMadeTheCallerIsToldWhen) {
  const auto expect_later = [](const Result<ShippingLabel>& label, Duration when) {
    ASSERT_FALSE(label);
    EXPECT_EQ(label.error().kind, ErrorKind::transient);
    EXPECT_EQ(label.error().code, "label_not_ready");
    EXPECT_EQ(label.error().retry_after, when);
  };
  expect_later(kit::play(ask(), {parameter(), asked(failed(kNotMade)), create(),
                                 asked(result(R"(,"status":"PROCESSING")")), order("PROCESSED")}),
               std::chrono::seconds(10));
  expect_later(kit::play(ask(), {parameter(), asked(result(R"(,"status":"READY")")),
                                 download(failed("logistics.download_later")), order("PROCESSED")}),
               std::chrono::seconds(10));
  expect_later(kit::play(ask(action("")), {tracking(""), order("PROCESSED")}),
               std::chrono::minutes(5));
}

TEST_F(ShopeeLabels, TheOrdersStateSaysWhyThereIsNone) {
  const std::pair<const char*, const char*> cases[] = {{"READY_TO_SHIP", "label_before_shipping"},
                                                       {"UNPAID", "label_before_shipping"},
                                                       {"IN_CANCEL", "order_cancel_requested"},
                                                       {"CANCELLED", "label_after_end"},
                                                       {"SHIPPED", "label_after_end"}};
  for (const auto& [status, code] : cases) {
    const auto label =
        kit::play(ask(), {parameter(failed("logistics.order_status_error")), order(status)});
    ASSERT_FALSE(label) << status;
    EXPECT_EQ(label.error().code, code) << status;
    EXPECT_EQ(label.error().kind, ErrorKind::conflict);
    EXPECT_EQ(label.error().remote->code, "logistics.order_status_error") << "kept";
  }
}

TEST_F(ShopeeLabels, OnlyABytewiseDocumentIsALabel) {
  const std::vector<HttpResponse> wrong = {
      kit::file("<html>Sedang dalam perbaikan</html>", "text/html"),
      kit::file(kit::kLabel, "text/html"),
      kit::file(kit::kLabel.substr(0, 40)),
      kit::file(""),
      kit::reply(R"({"error":"","message":"","request_id":"5f","response":{}})"),
  };
  for (const HttpResponse& r : wrong) {
    const auto label =
        kit::play(ask(), {parameter(), asked(result(R"(,"status":"READY")")), download(r)});
    ASSERT_FALSE(label) << r.body;
    EXPECT_EQ(label.error().kind, ErrorKind::transient);
    EXPECT_EQ(label.error().code, "channel_answer_unreadable");
  }
}

TEST_F(ShopeeLabels, OnlyASplitOrderNamesItsPackages) {
  OrderAction two = action();
  two.shipments.push_back({"OFG180011122233355", "Reguler", "SPXID041234567899"});
  auto both = ask(two);
  auto request = both.start();
  ASSERT_TRUE(request);
  EXPECT_EQ(request->body,
            R"({"order_list":[{"order_sn":"260214K7PQ2M9X","package_number":"OFG180011122233344"},)"
            R"({"order_sn":"260214K7PQ2M9X","package_number":"OFG180011122233355"}]})");
  auto one = ask(two, "OFG180011122233355");
  request = one.start();
  ASSERT_TRUE(request);
  EXPECT_EQ(
      request->body,
      R"({"order_list":[{"order_sn":"260214K7PQ2M9X","package_number":"OFG180011122233355"}]})");
}

}  // namespace
}  // namespace gerbang::shopee
