#include "connectors/shopee/push.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "connectors/shopee/fixtures_for_test.hpp"
#include "connectors/shopee/sign.hpp"
#include "core/base/crypto.hpp"

namespace gerbang::shopee {
namespace {

using ::testing::ElementsAre;

App app() {
  return testing::context().app;
}

InboundRequest pushed(std::string body, const Secret& key, std::string url = app().hook_url) {
  InboundRequest r;
  r.headers.set("Authorization", sign_push(url, body, key));
  r.headers.set("Content-Type", "application/json");
  r.body = std::move(body);
  return r;
}

constexpr const char* kOrder =
    R"({"data":{"items":[],"ordersn":"260214K7PQ2M9X","status":"READY_TO_SHIP","completed_scenario":"","update_time":1771031100},"shop_id":880012345,"code":3,"timestamp":1771031101,"msg_id":"9f0c2b7e5d0a4c11b6f1d2e3a4b5c6d7"})";

TEST(Webhook, AcceptsEveryVectorPushAndNothingChanged) {
  int seen = 0;
  const json::Value vectors = testing::fixture_file("shopee_signing");
  for (const json::Value& v : vectors["vectors"].items()) {
    if (v["level"].text() != "push") continue;
    SCOPED_TRACE(v["id"].text());
    App a = app();
    a.push_secret = Secret(v["partner_key"].to_text());
    a.hook_url = v["callback_url"].text();
    InboundRequest r;
    r.body = v["body"].text();
    r.headers.set("authorization", v["expected_hex"].text());
    const auto events = open_push(r, a);
    ASSERT_TRUE(events);
    ASSERT_FALSE(events->empty());
    for (const HookEvent& e : *events) EXPECT_FALSE(e.key.empty());
    ++seen;

    if (events->front().kind == HookKind::verification) continue;
    InboundRequest forged = r;
    forged.body[forged.body.size() / 2] ^= 1;
    EXPECT_EQ(open_push(forged, a).error().kind, ErrorKind::unauthenticated);
    a.hook_url += "/";
    EXPECT_EQ(open_push(r, a).error().kind, ErrorKind::unauthenticated);
  }
  EXPECT_EQ(seen, 13);
}

TEST(Webhook, FailsClosed) {
  const App a = app();
  InboundRequest unsigned_push;
  unsigned_push.body = kOrder;
  EXPECT_FALSE(open_push(unsigned_push, a));

  InboundRequest good = pushed(kOrder, a.push_secret);
  EXPECT_TRUE(open_push(good, a));
  InboundRequest read = good;
  read.method = Method::get;
  EXPECT_FALSE(open_push(read, a));
  InboundRequest twice = good;
  twice.headers.add("Authorization", "x");
  EXPECT_FALSE(open_push(twice, a)) << "which of two is meant is anybody's guess";
  InboundRequest with_word = good;
  with_word.headers.set("Authorization", "Bearer " + sign_push(a.hook_url, kOrder, a.push_secret));
  EXPECT_FALSE(open_push(with_word, a));
  // The body alone, as two code bases hash it, contradicts the guide (facts 5.1).
  InboundRequest body_only = good;
  body_only.headers.set("Authorization", to_hex(hmac_sha256(a.push_secret.reveal(), kOrder)));
  EXPECT_FALSE(open_push(body_only, a));

  App keyless = a;
  keyless.push_secret = keyless.secret = Secret();
  EXPECT_FALSE(open_push(pushed(kOrder, Secret()), keyless));
}

TEST(Webhook, KeysOfItsOwnThePartnerKeyAndThePreviousOne) {
  App a = app();
  EXPECT_FALSE(open_push(pushed(kOrder, a.secret), a)) << "a push key replaces the partner key";
  a.push_secret_before = Secret("kunci-push-lama");
  EXPECT_TRUE(open_push(pushed(kOrder, a.push_secret_before), a));
  a.push_secret = Secret();
  EXPECT_TRUE(open_push(pushed(kOrder, a.secret), a));
}

TEST(Webhook, TheConsolesVerificationMayComeUnsignedAndDoesNothing) {
  InboundRequest r;
  for (const char* body : {"", R"({"code":0,"data":{"verify_info":"x"},"timestamp":1})",
                           R"({"code":0,"data":{"ordersn":"260214K7PQ2M9X"},"shop_id":1})"}) {
    r.body = body;
    const auto events = open_push(r, app());
    ASSERT_TRUE(events) << body;
    ASSERT_EQ(events->size(), 1u);
    EXPECT_EQ(events->front().kind, HookKind::verification);
    EXPECT_TRUE(events->front().order.empty());
  }
  for (const char* body : {R"({"code":3,"data":{"ordersn":"1"}})", "{", "[]", "x", R"({"a":0})"}) {
    r.body = body;
    EXPECT_FALSE(open_push(r, app())) << body;
  }
}

TEST(Webhook, ASignedBodyThatCannotBeReadIsKept) {
  const auto events = open_push(pushed("{not json", app().push_secret), app());
  ASSERT_TRUE(events);
  EXPECT_EQ(events->front().kind, HookKind::other);
  EXPECT_FALSE(events->front().key.empty());
}

HookEvent one(const char* body) {
  const auto events = events_in(body);
  EXPECT_TRUE(events) << body;
  if (!events) return {};
  EXPECT_EQ(events->size(), 1u) << body;
  return events->front();
}

TEST(Hints, OfEveryCode) {
  struct Case {
    const char* body;
    HookKind kind;
    const char* order;
    const char* product;
    const char* shop;
  };
  const Case cases[] = {
      {kOrder, HookKind::order_changed, "260214K7PQ2M9X", "", "880012345"},
      {R"({"data":{"ordersn":"A","tracking_no":"S"},"shop_id":1,"code":4})",
       HookKind::order_changed, "A", "", "1"},
      {R"({"data":{"order_sn":"A","status":"READY"},"shop_id":1,"code":15})",
       HookKind::order_changed, "A", "", "1"},
      {R"({"data":{"order_sn":"A","return_sn":"R"},"shop_id":1,"code":29})",
       HookKind::order_changed, "A", "", "1"},
      {R"({"data":{"ordersn":"A"},"shop_id":1,"code":30})", HookKind::order_changed, "A", "", "1"},
      {R"({"data":{"order_sn":"A"},"shop_id":1,"code":47})", HookKind::order_changed, "A", "", "1"},
      {R"({"data":{"shop_id":1,"item_id":9,"ordersn":"A"},"shop_id":1,"code":8})",
       HookKind::order_changed, "A", "", "1"},
      {R"({"data":{"shop_id":1,"item_id":9},"shop_id":1,"code":8})", HookKind::other, "", "", "1"},
      {R"({"data":{"item_id":9123456789012345677},"shop_id":1,"code":16})",
       HookKind::listing_changed, "", "9123456789012345677", "1"},
      {R"({"data":{"item_id":9},"shop_id":1,"code":22})", HookKind::listing_changed, "", "9", "1"},
      {R"({"data":{"item_id":9},"shop_id":1,"code":6})", HookKind::listing_changed, "", "9", "1"},
      {R"({"data":{"shop_id":1,"success":1},"partner_id":2,"code":1})", HookKind::shop_authorised,
       "", "", "1"},
      {R"({"data":{"shopid":1,"success":1},"partner_id":2,"code":2})", HookKind::shop_deauthorised,
       "", "", "1"},
      {R"({"data":{"success":1},"partner_id":2,"code":2})", HookKind::shop_deauthorised, "", "",
       ""},
      {R"({"data":{"ordersn":""},"shop_id":1,"code":3})", HookKind::other, "", "", "1"},
      {R"({"data":{"actions":[]},"code":5})", HookKind::other, "", "", ""},
      {R"({"data":{},"shop_id":1,"code":9999})", HookKind::other, "", "", "1"},
      {R"({"data":"odd","shop_id":1,"code":3})", HookKind::other, "", "", "1"},
  };
  for (const Case& c : cases) {
    const HookEvent e = one(c.body);
    EXPECT_EQ(e.kind, c.kind) << c.body;
    EXPECT_EQ(e.order, c.order) << c.body;
    EXPECT_EQ(e.remote_product, c.product) << c.body;
    EXPECT_EQ(e.remote_shop_id, c.shop) << c.body;
    EXPECT_FALSE(e.key.empty()) << c.body;
  }
}

TEST(Hints, OneDeliveryMaySpeakOfSeveralShops) {
  const auto events = events_in(
      R"({"code":12,"msg_id":"m","data":{"shop_expire_soon":[11,12],"page_no":1,"total_page":1}})");
  ASSERT_TRUE(events);
  ASSERT_EQ(events->size(), 2u);
  EXPECT_EQ((*events)[0].kind, HookKind::authorisation_expiring);
  EXPECT_EQ((*events)[0].remote_shop_id, "11");
  EXPECT_EQ((*events)[1].remote_shop_id, "12");
  EXPECT_NE((*events)[0].key, (*events)[1].key);
  EXPECT_EQ(events_in(R"({"code":1,"data":{"main_account_id":5,"shop_id_list":[11,12]}})")->size(),
            2u);
}

TEST(Hints, AreTheSameForARepeatAndDifferForAnotherChange) {
  EXPECT_EQ(one(kOrder).key, "9f0c2b7e5d0a4c11b6f1d2e3a4b5c6d7");
  const char* first =
      R"({"msg_id":"","data":{"ordersn":"A","update_time":1},"shop_id":1,"code":3,"timestamp":5})";
  const char* repeat =
      R"({"code":3, "shop_id":1, "timestamp":9, "data":{"ordersn":"A","update_time":1}})";
  const char* later =
      R"({"data":{"ordersn":"A","update_time":2},"shop_id":1,"code":3,"timestamp":5})";
  const char* other_shop =
      R"({"data":{"ordersn":"A","update_time":1},"shop_id":2,"code":3,"timestamp":5})";
  EXPECT_EQ(one(first).key, one(repeat).key);
  EXPECT_EQ(one(first).key.size(), 64u);
  EXPECT_NE(one(first).key, one(later).key);
  EXPECT_NE(one(first).key, one(other_shop).key);
}

TEST(Hints, ReadNothingOutOfNonsense) {
  for (const char* body : {"", "{", "[]", "3", "null", R"({"data":{}})", R"({"code":"x"})"}) {
    EXPECT_EQ(events_in(body).error().code, "webhook_malformed") << body;
  }
}

TEST(LostPushes, AreBodiesWhateverShapeTheyCameIn) {
  const LostEvents lost = lost_from(*json::parse(testing::fixture("get_lost_push_message")));
  ASSERT_EQ(lost.bodies.size(), 2u);
  EXPECT_EQ(lost.confirm, "176611");
  EXPECT_FALSE(lost.more);
  for (const std::string& body : lost.bodies) {
    const HookEvent e = one(body.c_str());
    EXPECT_EQ(e.kind, HookKind::order_changed);
    EXPECT_EQ(e.order, "260214K7PQ2M9X");
    EXPECT_EQ(e.remote_shop_id, "880012345");
  }
  EXPECT_TRUE(lost_from(*json::parse(R"({"error":"","response":{"push_message_list":[]}})"))
                  .confirm.empty());
}

}  // namespace
}  // namespace gerbang::shopee
