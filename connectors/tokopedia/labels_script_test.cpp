// Labels, request by request, and with every fault at every step. Answers after facts
// tiktok_tokopedia 6.
#include "connectors/tokopedia/script_for_test.hpp"
#include "tests/kit/labels.hpp"

namespace gerbang::tokopedia {
namespace {

using namespace testing;

constexpr const char* kOrder = "576486316948490001";
constexpr const char* kPackage = "1153132168123859001";
const std::string kUrl = "https://docs.example.invalid/label/1153132168123859001.pdf";

class TokopediaLabels : public ::testing::Test {
 protected:
  Tokopedia connector;
  CallContext ctx = context();

  static kit::Step document(const std::string& url = kUrl) {
    return document_answer(kit::reply(R"({"code":0,"message":"Success","request_id":"2026",)"
                                      R"("data":{"doc_url":")" +
                                      url + R"(","tracking_number":"JX2026112400017"}})"));
  }
  static kit::Step document_answer(HttpResponse r) {
    return get(std::string("/fulfillment/202309/packages/") + kPackage + "/shipping_documents",
               "document_type=SHIPPING_LABEL&document_size=A6", std::move(r));
  }
  static OrderAction action(std::size_t parcels = 1) {
    OrderAction a;
    a.external_id = kOrder;
    if (parcels > 0) a.shipments.push_back({kPackage, "", ""});
    if (parcels > 1) a.shipments.push_back({"1153132168123859002", "", ""});
    return a;
  }
  Error refused(const kit::Script& script) {
    const auto label = kit::play(connector.fetch_label(ctx, action(), ""), script);
    EXPECT_FALSE(label);
    return label ? Error(ErrorKind::bug, "a_success") : label.error();
  }
};

TEST_F(TokopediaLabels, TheAddressIsFetchedBare) {
  const auto label = play_all([&] { return connector.fetch_label(ctx, action(), ""); },
                              {document(), kit::fetched_from(kUrl)});
  ASSERT_TRUE(label);
  EXPECT_EQ(label->document.reveal(), kit::kLabel);
  EXPECT_EQ(label->file_name, "label-576486316948490001-1153132168123859001.pdf");
}

TEST_F(TokopediaLabels, OfSeveralParcelsOneIsNamed) {
  const auto label = kit::play(connector.fetch_label(ctx, action(2), kPackage),
                               {document(), kit::fetched_from(kUrl)});
  EXPECT_TRUE(label);
  EXPECT_EQ(kit::play(connector.fetch_label(ctx, action(), "../1"), {}).error().kind,
            ErrorKind::not_found)
      << "no path of ours is made of it";
}

TEST_F(TokopediaLabels, AParcelWeHaveNotSeenIsLookedFor) {
  const auto label =
      kit::play(connector.fetch_label(ctx, action(0), ""),
                {get("/order/202507/orders", std::string("ids=") + kOrder, answer("order_detail")),
                 document(), kit::fetched_from(kUrl)});
  EXPECT_TRUE(label) << label.error().describe();
}

TEST_F(TokopediaLabels, NotReadyIsSaidInThreeWays) {
  HttpResponse missing;
  missing.status = 404;
  const kit::Script cases[] = {
      {document("")},
      {document_answer(kit::reply(refusal(11034037, "The label is not ready")))},
      {document(), kit::fetched_from(kUrl, missing)},
  };
  for (const kit::Script& script : cases) {
    const Error error = refused(script);
    EXPECT_EQ(error.code, "label_not_ready") << error.describe();
    EXPECT_EQ(error.kind, ErrorKind::transient);
    EXPECT_EQ(error.retry_after, std::chrono::seconds(10));
  }
}

TEST_F(TokopediaLabels, RefusalsSayWhatToDo) {
  const std::tuple<int, const char*, ErrorKind> cases[] = {
      {21042104, "label_before_shipping", ErrorKind::conflict},
      {21023035, "label_before_shipping", ErrorKind::conflict},
      {21042102, "label_after_end", ErrorKind::conflict},
      {21023059, "order_is_cancelled", ErrorKind::conflict},
      {11034002, "label_by_seller", ErrorKind::rejected},
  };
  for (const auto& [code, ours, kind] : cases) {
    const Error error = refused({document_answer(kit::reply(refusal(code, "no")))});
    EXPECT_EQ(error.code, ours) << code;
    EXPECT_EQ(error.kind, kind) << code;
    EXPECT_EQ(error.remote->code, std::to_string(code));
  }
}

TEST_F(TokopediaLabels, WhatIsNoDocumentIsNoLabel) {
  for (const HttpResponse& r :
       {kit::file("<html>", "text/html"), kit::file(""), kit::file(kit::kLabel.substr(0, 30)),
        kit::reply(R"({"code":0})")}) {
    EXPECT_EQ(refused({document(), kit::fetched_from(kUrl, r)}).code, "channel_answer_unreadable");
  }
  EXPECT_EQ(refused({document("not an address")}).code, "channel_answer_unreadable");
}

}  // namespace
}  // namespace gerbang::tokopedia
