// Labels, request by request, and with every fault at every step. Answers constructed after facts
// lazada.md 12 and the sample of the page PrintAWB.
#include "connectors/lazada/lazada_for_test.hpp"
#include "tests/kit/labels.hpp"

namespace gerbang::lazada {
namespace {

using namespace testing;

const std::string kUrl = "https://files.example.invalid/awb/FP022511752246001.pdf";

class LazadaLabels : public ::testing::Test {
 protected:
  Lazada lazada;
  CallContext ctx = context();

  static kit::Step units(const std::string& status, const std::string& package) {
    return get("/order/items/get", {{"order_id", kOrder}},
               kit::reply(R"({"code":"0","request_id":"2101aa","data":[{"order_item_id":)"
                          R"(1726401882231190004,"status":")" +
                          status + R"(","package_id":")" + package + R"("}]})"));
  }
  static kit::Step document(const std::string& data) {
    return post("/order/package/document/get", Effect::read,
                {{"getDocumentReq",
                  R"({"doc_type":"PDF","packages":[{"package_id":"FP022511752246001"}]})"}},
                kit::reply(R"({"code":"0","request_id":"2101aa","result":)" + data + "}"));
  }
  static std::string told(const std::string& file, const std::string& url = "") {
    return R"({"success":true,"data":{"file":")" + to_base64(file) + "\"" +
           (url.empty() ? "" : R"(,"pdf_url":")" + url + "\"") + R"(,"doc_type":"PDF"}})";
  }
  static OrderAction action() {
    OrderAction a;
    a.external_id = kOrder;
    return a;
  }
  Error refused(const kit::Script& script) {
    const auto label = kit::play(lazada.fetch_label(ctx, action(), ""), script);
    EXPECT_FALSE(label);
    return label ? Error(ErrorKind::bug, "a_success") : label.error();
  }
};

TEST_F(LazadaLabels, TheFileComesAsBase64) {
  const auto label = play_all([&] { return lazada.fetch_label(ctx, action(), ""); },
                              {units("packed", "FP022511752246001"), document(told(kit::kLabel))});
  ASSERT_TRUE(label);
  EXPECT_EQ(label->document.reveal(), kit::kLabel);
  EXPECT_EQ(label->file_name, std::string("label-") + kOrder + ".pdf");
}

TEST_F(LazadaLabels, AFrameAroundAnAddressIsFollowed) {
  const auto label = kit::play(
      lazada.fetch_label(ctx, action(), ""),
      {units("ready_to_ship", "FP022511752246001"),
       document(told("<iframe src=\"" + kUrl + "\"></iframe>", kUrl)), kit::fetched_from(kUrl)});
  ASSERT_TRUE(label) << label.error().describe();
  EXPECT_EQ(label->document.reveal(), kit::kLabel);
  const Error html = refused({units("packed", "FP022511752246001"), document(told("<p>", kUrl)),
                              kit::fetched_from(kUrl, kit::file("<html>", "text/html"))});
  EXPECT_EQ(html.code, "channel_answer_unreadable");
}

TEST_F(LazadaLabels, WhatIsNoDocumentIsNoLabel) {
  const auto code_of = [&](const std::string& data) {
    return refused({units("packed", "FP022511752246001"), document(data)}).code;
  };
  EXPECT_EQ(code_of(told("<p>FP022511752246001</p>")), "channel_answer_unreadable");
  EXPECT_EQ(code_of(told(kit::kLabel.substr(0, 30))), "channel_answer_unreadable") << "half";
  EXPECT_EQ(code_of(R"({"success":true,"data":{"file":"###","doc_type":"PDF"}})"),
            "channel_answer_unreadable");
  EXPECT_EQ(code_of(told("")), "label_not_ready") << "neither a file nor an address yet";
}

TEST_F(LazadaLabels, TheUnitsSayWhyThereIsNone) {
  EXPECT_EQ(refused({units("pending", "")}).code, "label_before_shipping");
  EXPECT_EQ(refused({units("canceled", "FP022511752246001")}).code, "label_after_end");
  const Error gone =
      refused({units("packed", "FP022511752246001"),
               document(R"({"success":false,"error_code":"600002","error_msg":"package already )"
                        R"(cancelled","data":null})")});
  EXPECT_EQ(gone.kind, ErrorKind::conflict) << gone.describe();
  EXPECT_EQ(gone.remote->code, "600002");
}

}  // namespace
}  // namespace gerbang::lazada
