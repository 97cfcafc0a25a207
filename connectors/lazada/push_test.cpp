#include "connectors/lazada/push.hpp"

#include "connectors/lazada/lazada_for_test.hpp"

namespace gerbang::lazada {
namespace {

constexpr const char* kBody =
    R"({"seller_id":"400123456789","message_type":0,"data":{"order_status":"pending",)"
    R"("trade_order_id":"726401882231190","trade_order_line_id":"726401882331190",)"
    R"("status_update_time":1763900100,"buyer_id":"400999888777"},"timestamp":1763900101530,)"
    R"("site":"lazada_id"})";

class LazadaPush : public ::testing::Test {
 protected:
  App app = testing::context().app;

  InboundRequest push(const std::string& body, const Secret& key) const {
    InboundRequest out;
    out.body = body;
    out.headers.set("Authorization", sign_push(app.app_id, body, key));
    return out;
  }
  HookEvent event(const std::string& body) const {
    const auto events = open_push(push(body, app.secret), app);
    EXPECT_TRUE(events) << body;
    return events->at(0);
  }
};

TEST_F(LazadaPush, AnOrderUnitsMessageNamesItsOrder) {
  const HookEvent e = event(kBody);
  EXPECT_EQ(e.kind, HookKind::order_changed);
  EXPECT_EQ(e.order, "726401882231190");
  EXPECT_EQ(e.remote_shop_id, "400123456789");
  EXPECT_EQ(e.type, "0");
}

TEST_F(LazadaPush, AnythingButARightSignatureFailsClosed) {
  const auto code = [&](const InboundRequest& r, const App& a) {
    const auto opened = open_push(r, a);
    return opened ? std::string("opened") : opened.error().code;
  };
  InboundRequest good = push(kBody, app.secret);
  EXPECT_EQ(code(good, app), "opened");
  EXPECT_EQ(open_push(push(kBody, Secret("lain")), app).error().kind, ErrorKind::unauthenticated);
  InboundRequest bad = good;
  bad.body += " ";  // raw bytes, not what they mean
  EXPECT_EQ(code(bad, app), "webhook_signature");
  bad = good;
  bad.headers.erase("Authorization");
  EXPECT_EQ(code(bad, app), "webhook_signature");
  bad.headers.set("Authorization", "");
  EXPECT_EQ(code(bad, app), "webhook_signature");
  bad = good;
  bad.headers.add("Authorization", *good.headers.find("Authorization"));
  EXPECT_EQ(code(bad, app), "webhook_signature");
  std::string upper(*good.headers.find("Authorization"));
  for (char& c : upper) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  bad = good;
  bad.headers.set("Authorization", upper);
  EXPECT_EQ(code(bad, app), "webhook_signature");
  bad = good;
  bad.method = Method::get;
  EXPECT_EQ(code(bad, app), "webhook_signature");
  App other = app;
  other.app_id = "990018";
  EXPECT_EQ(code(good, other), "webhook_signature");
  App none;
  none.app_id = app.app_id;
  EXPECT_EQ(code(push(kBody, Secret()), none), "webhook_signature") << "an empty key signs nothing";
}

TEST_F(LazadaPush, ThePreviousSecretVerifiesDuringARotation) {
  app.push_secret_before = Secret("kunci-lama");
  EXPECT_TRUE(open_push(push(kBody, Secret("kunci-lama")), app));
  EXPECT_TRUE(open_push(push(kBody, app.secret), app));
  // Lazada has no key of its own for pushes: one that is configured is not one.
  app.push_secret = Secret("kunci-dorong");
  EXPECT_FALSE(open_push(push(kBody, app.push_secret), app));
}

TEST_F(LazadaPush, KindsOfMessages) {
  const auto kind = [&](const std::string& rest) {
    return event(R"({"seller_id":400123456789,)" + rest + "}").kind;
  };
  EXPECT_EQ(kind(R"("message_type":1,"data":{"itemId":8012345678,"status":"REJECTED"})"),
            HookKind::listing_changed);
  EXPECT_EQ(kind(R"("message_type":"4","data":{"item_id":"8012345678","action":"EDITED_UPDATED"})"),
            HookKind::listing_changed);
  EXPECT_EQ(kind(R"("message_type":10,"data":{"trade_order_id":1726401882231190003})"),
            HookKind::order_changed);
  EXPECT_EQ(kind(R"("message_type":14,"data":{"trade_order_id":"1"})"), HookKind::order_changed);
  EXPECT_EQ(kind(R"("message_type":0,"data":{})"), HookKind::other);
  EXPECT_EQ(kind(R"("message_type":0)"), HookKind::other);
  EXPECT_EQ(kind(R"("message_type":2,"data":{})"), HookKind::other);
  EXPECT_EQ(kind(R"("message_type":777,"data":[1])"), HookKind::other);
  EXPECT_EQ(kind(R"("x":1)"), HookKind::other);
  const HookEvent expiring =
      event(R"({"seller_id":"null","message_type":8,"data":{"seller_id":"400123456789"}})");
  EXPECT_EQ(expiring.kind, HookKind::authorisation_expiring);
  EXPECT_EQ(expiring.remote_shop_id, "400123456789");
  EXPECT_EQ(event(R"({"message_type":10,"data":{"trade_order_id":1726401882231190003}})").order,
            "1726401882231190003")
      << "beyond 2^53";
}

TEST_F(LazadaPush, TheConsolesTestIsNothingToDo) {
  const HookEvent e =
      event(R"({"seller_id":"9999","message_type":0,"data":{"order_status":"unpaid",)"
            R"("trade_order_id":"123456","trade_order_line_id":"12345","status_update_time":1}})");
  EXPECT_EQ(e.kind, HookKind::verification);
}

TEST_F(LazadaPush, AKeyTellsRepeatsFromNews) {
  std::string again = kBody;
  again.replace(again.find("1763900101530"), 13, "1763901901530");
  EXPECT_EQ(event(kBody).key, event(again).key) << "sent again half an hour later";
  std::string later = kBody;
  later.replace(later.find("1763900100,"), 11, "1763900200,");
  EXPECT_NE(event(kBody).key, event(later).key);
  EXPECT_FALSE(event("[]").key.empty());
}

TEST_F(LazadaPush, ASignedBodyThatCannotBeReadIsKept) {
  for (const char* body : {"", "x", "[1]", "\"a\""}) {
    EXPECT_EQ(event(body).kind, HookKind::other) << body;
    EXPECT_EQ(events_in(body).error().code, "webhook_unreadable") << body;
  }
}

}  // namespace
}  // namespace gerbang::lazada
