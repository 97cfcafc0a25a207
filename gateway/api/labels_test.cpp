#include "gateway/api/world.hpp"

namespace gerbang::api {
namespace {

struct LabelsApi : testing::Test {
  LabelsApi() {
    ShippingLabel label;
    label.document = Secret("%PDF-1.4 Sari, Jl. Kenanga 1 %%EOF");
    label.media_type = "application/pdf";
    label.file_name = "label-PO-1.pdf";
    w.labels.answer = std::move(label);
  }
  Seen refused(Error error) {
    w.labels.answer = std::move(error);
    return w.get("/v1/orders/ord_1/label");
  }
  World w;
};

TEST_F(LabelsApi, a_label_is_a_file_that_nobody_keeps) {
  const Seen label = w.get("/v1/orders/ord_1/label?parcel=OFG1");
  EXPECT_EQ(label.status, 200);
  EXPECT_EQ(label.header("Content-Type"), "application/pdf");
  EXPECT_EQ(label.header("Content-Disposition"), "attachment; filename=\"label-PO-1.pdf\"");
  EXPECT_EQ(label.header("Cache-Control"), "no-store");
  EXPECT_EQ(label.header("X-Content-Type-Options"), "nosniff");
  EXPECT_EQ(label.body, "%PDF-1.4 Sari, Jl. Kenanga 1 %%EOF");
  ASSERT_EQ(w.labels.asked.size(), 1u);
  EXPECT_EQ(w.labels.asked[0].organisation, w.organisation("desa"));
  EXPECT_EQ(w.labels.asked[0].order, "ord_1");
  EXPECT_EQ(w.labels.asked[0].parcel, "OFG1");
}

TEST_F(LabelsApi, one_that_is_being_made_says_when_to_ask_again) {
  const Seen later =
      refused(Error(ErrorKind::transient, "label_not_ready").after(std::chrono::seconds(10)));
  EXPECT_EQ(later.status, 503);
  EXPECT_EQ(later.code(), "label_not_ready");
  EXPECT_EQ(later.header("Retry-After"), "10");
  EXPECT_NE(later.json["remedy"].text(), "");
}

TEST_F(LabelsApi, what_stands_against_a_label_is_said_with_a_remedy) {
  struct Case {
    Error error;
    int status;
  };
  const Case cases[] = {
      {Error(ErrorKind::conflict, "label_before_shipping", "PO-1 is paid"), 409},
      {Error(ErrorKind::conflict, "label_after_end"), 409},
      {Error(ErrorKind::conflict, "parcel_wanted"), 409},
      {Error(ErrorKind::conflict, "shop_not_sending"), 409},
      {Error(ErrorKind::blocked, "blibli_item_limit").after(std::chrono::minutes(5)), 409},
      {Error(ErrorKind::not_found, "order_not_found"), 404},
      {Error(ErrorKind::not_found, "parcel_not_in_order"), 404},
      {Error(ErrorKind::unsupported, "operation_unsupported"), 422},
      {Error(ErrorKind::rejected, "label_too_large"), 422},
      {Error(ErrorKind::throttled, "channel_throttled").after(std::chrono::seconds(30)), 429},
      {Error(ErrorKind::transient, "channel_answer_unreadable", "Jl. Kenanga 1"), 503},
      {Error(ErrorKind::transient, "shop_busy").after(std::chrono::seconds(5)), 503},
  };
  for (const Case& c : cases) {
    const Seen seen = refused(c.error);
    EXPECT_EQ(seen.status, c.status) << c.error.code;
    EXPECT_EQ(seen.code(), c.error.code);
    EXPECT_NE(seen.json["remedy"].text(), "") << c.error.code;
    EXPECT_EQ(seen.body.find("Kenanga"), std::string::npos);
  }
}

TEST_F(LabelsApi, a_buyers_address_is_for_keys_that_may_write) {
  const Seen key =
      w.admin(Method::post, "/admin/v1/organisations/" + w.organisation("desa") + "/keys",
              R"({"label":"papan","scopes":["read"]})");
  ASSERT_LT(key.status, 300) << key.body;
  const Seen refused = w.call(Method::get, "/v1/orders/ord_1/label", "",
                              {{"Authorization", "Bearer " + std::string(key.json["key"].text())}});
  EXPECT_EQ(refused.status, 403) << refused.body;
  EXPECT_TRUE(w.labels.asked.empty()) << "nothing was spent at the channel";
  EXPECT_EQ(w.call(Method::get, "/v1/orders/ord_1/label").status, 401);
}

}  // namespace
}  // namespace gerbang::api
