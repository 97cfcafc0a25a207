// Connecting, the shop's facts and its webhooks, request by request, and with every fault at every
// step.
#include "connectors/woocommerce/hooks.hpp"
#include "connectors/woocommerce/script_for_test.hpp"
#include "core/base/crypto.hpp"

namespace gerbang::woocommerce {
namespace {

using namespace testing;

class WooAccess : public ::testing::Test {
 protected:
  WooCommerce shop;
  CallContext ctx = context();

  static AuthorisationGrant grant(const std::string& address = "toko-desa.example/",
                                  const std::string& key = kKey,
                                  const std::string& secret = kSecret) {
    AuthorisationGrant out;
    out.query = {{"address", address}, {"consumer_key", key}, {"consumer_secret", secret}};
    return out;
  }
  static kit::Step index(const std::string& body) {
    return kit::step(
        "index",
        [](const HttpRequest& r) {
          EXPECT_EQ(r.url, std::string(kShop) + "/wp-json/?_fields=name,namespaces");
          EXPECT_EQ(r.trust, Trust::shop);
          EXPECT_FALSE(r.headers.find("Authorization")) << "no key before the shop is one";
        },
        kit::reply(body));
  }
  const std::string woo = R"({"name":"Toko Desa","namespaces":["wp/v2","wc/v3"]})";
  const std::string keys_path = "/products?per_page=1&_fields=id";
};

TEST_F(WooAccess, keys_are_asked_of_the_shop_before_they_are_believed) {
  CallContext fresh = context();
  fresh.remote_shop_id.clear();
  fresh.access_token = Secret();
  const auto sets = play_all([&] { return shop.exchange_code(fresh, grant()); },
                             {index(woo), get(keys_path, kit::reply(R"([{"id":84}])"))});
  ASSERT_TRUE(sets && sets->size() == 1);
  const TokenSet& set = sets->front();
  EXPECT_EQ(set.remote_shop_id, kShop);
  EXPECT_EQ(set.remote_shop_name, "Toko Desa");
  EXPECT_EQ(set.access, ctx.access_token);
  EXPECT_TRUE(set.refresh.empty());
  EXPECT_EQ(set.access_expires_at, TimePoint());
  const auto again =
      play_all([&] { return shop.refresh_tokens(ctx); }, {get(keys_path, kit::reply("[]"))});
  ASSERT_TRUE(again);
  EXPECT_EQ(again->access, ctx.access_token);
}

TEST_F(WooAccess, what_is_no_shop_or_no_key_is_named) {
  const auto code = [&](const AuthorisationGrant& g, const kit::Script& script) {
    const auto sets = kit::play(shop.exchange_code(ctx, g), script);
    return sets ? std::string("connected") : sets.error().code;
  };
  EXPECT_EQ(code(grant(""), {}), "shop_address_invalid");
  EXPECT_EQ(code(grant("https://a@b.example"), {}), "shop_address_invalid");
  EXPECT_EQ(code(grant(kShop, "ck_1"), {}), "shop_keys_invalid");
  EXPECT_EQ(code(grant(kShop, kKey, kKey), {}), "shop_keys_invalid");
  EXPECT_EQ(code(grant(), {index(R"({"name":"Blog","namespaces":["wp/v2"]})")}),
            "shop_without_woocommerce");
  EXPECT_EQ(code(grant(), {index(woo), kit::step("keys", nullptr, recorded("wrong_secret"))}),
            "shop_keys_refused");
  EXPECT_EQ(code(grant(), {index(woo), kit::step("keys", nullptr, recorded("no_credentials"))}),
            "shop_keys_not_seen");
  EXPECT_EQ(shop.authorise_url({}, "s", ctx.now).error().kind, ErrorKind::unsupported);
}

TEST_F(WooAccess, declares_what_it_does) {
  const ConnectorInfo& info = shop.info();
  EXPECT_FALSE(info.can.authorise);
  EXPECT_EQ(info.credentials.size(), 3u);
  EXPECT_TRUE(info.can.shop_webhooks);
  EXPECT_EQ(info.limits.stock_batch, 100u);
  EXPECT_FALSE(info.can.lost_events);
  EXPECT_EQ(kit::play(shop.read_lost_events(ctx), {}).error().kind, ErrorKind::unsupported);
  EXPECT_EQ(kit::play(shop.confirm_lost_events(ctx, ""), {}).error().kind, ErrorKind::unsupported);
  EXPECT_EQ(kit::play(shop.read_category_facts(ctx, ""), {}).error().kind, ErrorKind::unsupported);
  EXPECT_EQ(shop.read_event("{}").error().kind, ErrorKind::unsupported);
}

TEST_F(WooAccess, facts_are_currency_unit_and_categories) {
  const auto setting = [](const std::string& path, const std::string& value) {
    kit::Step s = get("/settings/" + path, kit::reply(R"({"value":")" + value + "\"}"));
    s.optional = true;  // keys that may not read settings still sell
    return s;
  };
  const kit::Script script = {
      setting("general/woocommerce_currency", "IDR"),
      setting("products/woocommerce_weight_unit", "g"),
      get("/products/categories?per_page=100&page=1&_fields=id%2Cname%2Cslug",
          kit::reply(R"([{"id":15,"name":"Kopi","slug":"kopi"}])"))};
  const auto facts = play_all([&] { return shop.read_shop_facts(ctx); }, script);
  ASSERT_TRUE(facts);
  EXPECT_EQ(
      json::dump(*facts),
      R"({"currency":"IDR","weight_unit":"g","categories":[{"id":"15","name":"Kopi","slug":"kopi"}]})");
  const auto poor = kit::play(shop.read_shop_facts(ctx),
                              {kit::step("currency", nullptr, recorded("no_credentials")),
                               kit::step("unit", nullptr, recorded("unknown_route")), script[2]});
  ASSERT_TRUE(poor) << poor.error().describe();
  EXPECT_TRUE((*poor)["currency"].is_null());
  EXPECT_TRUE((*poor)["weight_unit"].is_null());
}

// ---- webhooks

class WooHooks : public WooAccess {
 protected:
  static constexpr const char* kList = "/webhooks?per_page=100&page=1";
  const std::string url = "https://gerbang.example/hooks/woocommerce/s/toko-desa.example";

  std::string body(const std::string& topic) const {
    return R"({"name":")" + hook_name(ctx, topic) + R"(","status":"active","topic":")" + topic +
           R"(","delivery_url":")" + url + R"(","secret":")" +
           webhook_secret(ctx.app.push_secret, kShop).reveal() + "\"}";
  }
  std::string hook(int id, const std::string& topic, const std::string& patch = "{}") const {
    json::Value recorded_hook = recorded_body("webhook_create");
    recorded_hook =
        json::merge_patch(std::move(recorded_hook), json::object({{"id", id},
                                                                  {"topic", topic},
                                                                  {"name", hook_name(ctx, topic)},
                                                                  {"delivery_url", url},
                                                                  {"status", "active"}}));
    return changed(std::move(recorded_hook), patch);
  }
  static HttpResponse list(const std::string& hooks) { return kit::reply("[" + hooks + "]"); }
  std::string all() const {
    return hook(3, "order.created") + "," + hook(4, "order.updated") + "," +
           hook(5, "order.deleted");
  }
};

TEST_F(WooHooks, a_new_shop_gets_one_for_each_topic_with_a_secret_of_its_own) {
  const auto made = play_all(
      [&] { return shop.ensure_webhooks(ctx); },
      {get(kList, list(hook(1, "order.updated", R"({"delivery_url":"https://lain.example/"})"))),
       post("/webhooks", Effect::set, body("order.created"), recorded("webhook_create")),
       post("/webhooks", Effect::set, body("order.updated"), recorded("webhook_create")),
       post("/webhooks", Effect::set, body("order.deleted"), recorded("webhook_create"))});
  ASSERT_TRUE(made);
  EXPECT_EQ(made->created, 3);
  EXPECT_EQ(made->repaired, 0);
  CallContext other = ctx;
  other.remote_shop_id = "https://toko-lain.example";
  EXPECT_NE(hook_name(ctx, "order.updated"), hook_name(other, "order.updated"))
      << "the fingerprint of another secret";
}

TEST_F(WooHooks, one_that_is_as_it_must_be_costs_one_call) {
  const auto kept = play_all([&] { return shop.ensure_webhooks(ctx); }, {get(kList, list(all()))});
  ASSERT_TRUE(kept);
  EXPECT_EQ(kept->created + kept->repaired + kept->removed, 0);
}

TEST_F(WooHooks, one_that_was_switched_off_is_switched_on_again) {
  for (const char* status : {"disabled", "paused"}) {
    const std::string off =
        hook(4, "order.updated", R"({"status":")" + std::string(status) + "\"}");
    const auto kept = play_all(
        [&] { return shop.ensure_webhooks(ctx); },
        {get(kList, list(hook(3, "order.created") + "," + off + "," + hook(5, "order.deleted"))),
         put("/webhooks/4", body("order.updated"), kit::reply(hook(4, "order.updated")))});
    ASSERT_TRUE(kept);
    EXPECT_EQ(kept->repaired, 1);
    // It says 200 and stays off.
    const auto off_still =
        kit::play(shop.ensure_webhooks(ctx),
                  {kit::step("list", nullptr, list(hook(3, "order.created") + "," + off)),
                   kit::step("put", nullptr, kit::reply(off))});
    ASSERT_FALSE(off_still);
    EXPECT_EQ(off_still.error().code, "value_not_kept");
  }
}

TEST_F(WooHooks, a_changed_secret_is_given_to_the_shop) {
  const std::string before = all();
  ctx.app.push_secret = Secret("rahasia-baru");
  const auto kept =
      kit::play(shop.ensure_webhooks(ctx),
                {get(kList, list(before)),
                 put("/webhooks/3", body("order.created"), kit::reply(hook(3, "order.created"))),
                 put("/webhooks/4", body("order.updated"), kit::reply(hook(4, "order.updated"))),
                 put("/webhooks/5", body("order.deleted"), kit::reply(hook(5, "order.deleted")))});
  ASSERT_TRUE(kept);
  EXPECT_EQ(kept->repaired, 3);
}

TEST_F(WooHooks, doubled_ones_are_removed) {
  const auto kept = play_all([&] { return shop.ensure_webhooks(ctx); },
                             {get(kList, list(all() + "," + hook(6, "order.updated"))),
                              send(Method::del, "/webhooks/6?force=true", Effect::set, "",
                                   kit::reply(hook(6, "order.updated")))});
  ASSERT_TRUE(kept);
  EXPECT_EQ(kept->removed, 1);
}

TEST_F(WooHooks, without_a_secret_none_is_made) {
  ctx.app.push_secret = Secret();
  EXPECT_EQ(kit::play(shop.ensure_webhooks(ctx), {}).error().code, "webhook_secret_missing");
  ctx.app.hook_url.clear();
  EXPECT_TRUE(kit::play(shop.ensure_webhooks(ctx), {}));
}

}  // namespace
}  // namespace gerbang::woocommerce
