#include "gateway/api/world.hpp"

namespace gerbang::api {
namespace {

constexpr const char* kOrderHint =
    R"({"events":[{"key":"k-1","kind":"order","shop":"77","order":"PO-9"}]})";

Seen push(World& w, const std::string& body, std::string signature = {},
          std::string_view target = "/hooks/pasar") {
  if (signature.empty()) signature = TestConnector::signature(World::kPushSecret, body);
  return w.call(Method::post, target, body, {{"Signature", std::move(signature)}});
}

std::size_t orders_wanted(World& w, const std::string& shop) {
  store::TakeWork take;
  take.shop = shop;
  take.now = w.clock.now();
  std::size_t n = 0;
  const auto taken = w.store->read_now(take).value();
  for (const Work& work : taken.due) {
    if (work.aspect == Aspect::order_fetch) ++n;
  }
  return n;
}

TEST(Webhooks, are_stored_then_answered_with_nothing) {
  World w;
  const std::string shop = w.shop();
  const Seen seen = push(w, kOrderHint);
  EXPECT_EQ(seen.status, 200);
  EXPECT_EQ(seen.body, "");
  EXPECT_EQ(seen.headers.count("Content-Type"), 0u);
  EXPECT_EQ(orders_wanted(w, shop), 1u);
  EXPECT_EQ(push(w, kOrderHint).status, 200);
  EXPECT_EQ(orders_wanted(w, shop), 1u);
  EXPECT_EQ(push(w, kOrderHint, {}, "/hooks/pasar/pesanan/baru").status, 200);
}

TEST(Webhooks, forged_ones_are_counted_and_nothing_else) {
  World w;
  const std::string shop = w.shop();
  const Seen forged = push(w, kOrderHint, TestConnector::signature("tebakan", kOrderHint));
  EXPECT_EQ(forged.status, 401);
  EXPECT_EQ(forged.code(), "webhook_unverified");
  EXPECT_EQ(forged.body.find("secret detail"), std::string::npos);
  std::string changed = kOrderHint;
  changed += " ";
  EXPECT_EQ(push(w, changed, TestConnector::signature(World::kPushSecret, kOrderHint)).status, 401);
  EXPECT_EQ(w.call(Method::get, "/hooks/pasar").status, 401);
  EXPECT_EQ(orders_wanted(w, shop), 0u);
  EXPECT_NE(
      w.metrics.render().find("gerbang_webhooks_total{channel=\"pasar\",outcome=\"forged\"} 3"),
      std::string::npos);
}

TEST(Webhooks, a_test_of_the_channels_console_is_not_stored) {
  World w;
  EXPECT_EQ(push(w, R"({"events":[{"key":"v","kind":"verification"}]})").status, 200);
  EXPECT_EQ(w.store->read_now(store::StoreStats()).value().inbox_unapplied, 0);
}

TEST(Webhooks, signed_nonsense_is_refused) {
  World w;
  EXPECT_EQ(push(w, "bukan json").code(), "webhook_malformed");
}

TEST(Webhooks, of_a_channel_that_we_do_not_have) {
  World w;
  const Seen seen = push(w, kOrderHint, {}, "/hooks/tokoku");
  EXPECT_EQ(seen.status, 404);
  EXPECT_EQ(seen.code(), "channel_unknown");
}

TEST(Webhooks, are_not_acknowledged_when_they_could_not_be_stored) {
  World w;
  w.store->close();
  const Seen seen = push(w, kOrderHint);
  EXPECT_EQ(seen.status, 503);
  EXPECT_NE(seen.header("Retry-After"), "");
}

TEST(Webhooks, may_be_smaller_than_other_bodies) {
  World w;
  EXPECT_EQ(w.api->body_policy(Method::post, "/hooks/pasar").max_bytes, 256u * 1024);
  EXPECT_EQ(w.api->body_policy(Method::post, "/hooks/pasar/x").max_bytes, 256u * 1024);
  EXPECT_TRUE(w.api->body_policy(Method::post, "/v1/products:import").streamed);
  EXPECT_EQ(w.api->body_policy(Method::put, "/v1/stock/TEH").max_bytes, 1024u * 1024);
}

TEST(Consent, the_seller_sees_a_page_in_indonesian) {
  World w;
  const Seen good = w.call(Method::get, "/oauth/pasar/callback?state=good&code=abc");
  EXPECT_EQ(good.status, 200);
  EXPECT_NE(good.body.find("sudah tersambung"), std::string::npos);
  EXPECT_NE(good.body.find("Toko &lt;b&gt;BUM Desa&lt;/b&gt;"), std::string::npos);
  EXPECT_EQ(good.body.find("<script"), std::string::npos);
  const Seen bad = w.call(Method::get, "/oauth/pasar/callback?state=lain");
  EXPECT_EQ(bad.status, 403);
  EXPECT_NE(bad.body.find(messages::message("state_invalid", messages::Language::id).title),
            std::string::npos);
  EXPECT_EQ(w.call(Method::get, "/oauth/tokoku/callback?state=good").status, 404);
}

}  // namespace
}  // namespace gerbang::api
