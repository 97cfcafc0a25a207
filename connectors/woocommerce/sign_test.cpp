#include "connectors/woocommerce/sign.hpp"

#include <gtest/gtest.h>

#include "connectors/woocommerce/address.hpp"
#include "connectors/woocommerce/fixtures_for_test.hpp"
#include "connectors/woocommerce/hooks.hpp"

namespace gerbang::woocommerce {
namespace {

using testing::context;
using testing::kKey;
using testing::kSecret;

TEST(Sign, agrees_with_every_vector_made_by_other_peoples_packages) {
  int oauth = 0, basics = 0, webhooks = 0;
  const json::Value all = testing::fixture_file("woocommerce_signing");
  for (const json::Value& v : all["vectors"].items()) {
    SCOPED_TRACE(v["name"].text());
    Keys keys{v["consumer_key"].to_text(), Secret(v["consumer_secret"].to_text())};
    if (v["kind"].text() == "oauth1a") {
      ++oauth;
      const auto url = parse_url(v["url_requested"].text());
      ASSERT_TRUE(url);
      const std::string base = url->scheme + "://" + url->authority() + url->path;
      QueryItems parameters = *parse_query(url->query);
      const QueryItems query = parameters;
      parameters.emplace_back("oauth_consumer_key", keys.key);
      parameters.emplace_back("oauth_nonce", v["oauth_nonce"].to_text());
      parameters.emplace_back("oauth_signature_method", v["signature_method"].to_text());
      parameters.emplace_back("oauth_timestamp", v["oauth_timestamp"].to_text());
      parameters.emplace_back("oauth_version", "1.0");
      const Method method = *method_from(v["method"].text());
      const std::string text = oauth_base_string(method, base, parameters);
      EXPECT_EQ(text, v["base_string"].text());
      EXPECT_EQ(oauth_signature(keys.secret, text), v["oauth_signature"].text());
      // And as it travels.
      const auto sent = parse_query(oauth_query(keys, method, base, query, v["oauth_nonce"].text(),
                                                *v["oauth_timestamp"].as_int64()));
      ASSERT_TRUE(sent);
      EXPECT_EQ(query_value(*sent, "oauth_signature"), v["oauth_signature"].text());
    } else if (v["kind"].text() == "basic") {
      ++basics;
      EXPECT_EQ(basic(keys), v["authorization"].text());
    } else {
      ++webhooks;
      EXPECT_EQ(webhook_signature(Secret(v["secret"].to_text()), v["raw_body"].text()),
                v["x_wc_webhook_signature"].text());
    }
  }
  EXPECT_EQ(oauth, 6);
  EXPECT_EQ(basics, 1);
  EXPECT_EQ(webhooks, 3);
}

TEST(Sign, a_request_carries_basic_by_https_and_oauth_by_http) {
  CallContext ctx = context();
  const HttpRequest request = signed_request(ctx, Method::get, "/products", {{"sku", "A B"}}, {},
                                             "product.find", Effect::read);
  EXPECT_EQ(request.url, "https://toko-desa.example/wp-json/wc/v3/products?sku=A%20B");
  EXPECT_EQ(request.headers.find("Authorization"), basic({kKey, Secret(kSecret)}));
  EXPECT_EQ(request.trust, Trust::shop);
  ctx.remote_shop_id = "http://127.0.0.1:8107/toko-1";
  const auto by_http = [&](const CallContext& c) {
    return signed_request(c, Method::get, "/products", {}, {}, "product.list", Effect::read);
  };
  const HttpRequest plain = by_http(ctx);
  EXPECT_FALSE(plain.headers.find("Authorization")) << "the secret never travels by http";
  EXPECT_EQ(plain.url.find("cs_"), std::string::npos);
  EXPECT_NE(plain.url.find("oauth_signature="), std::string::npos);
  EXPECT_EQ(plain.url, by_http(ctx).url) << "the same context gives the same request";
  EXPECT_NE(plain.url, by_http(with_salt(ctx, "again")).url) << "a nonce counts once";
}

TEST(Sign, keys_have_their_shape) {
  EXPECT_TRUE(is_key(kKey));
  EXPECT_TRUE(is_secret(kSecret));
  for (const char* bad :
       {"", "ck_", "ck_0123", kSecret, "ck_0123456789abcdef0123456789abcdef0123456G",
        "ck_0123456789abcdef0123456789abcdef012345678"})
    EXPECT_FALSE(is_key(bad)) << bad;
  const auto keys = keys_of(token_of({kKey, Secret(kSecret)}));
  ASSERT_TRUE(keys);
  EXPECT_EQ(keys->key, kKey);
  EXPECT_EQ(keys->secret.reveal(), kSecret);
  for (const char* bad : {"", "x", "ck:cs", kKey}) {
    EXPECT_EQ(keys_of(Secret(bad)).error().kind, ErrorKind::unauthenticated) << bad;
  }
}

// ---- webhooks

InboundRequest delivery(const std::string& body, const Secret& secret) {
  InboundRequest in;
  in.path = "/s/toko-desa.example";
  in.body = body;
  in.headers.set("X-WC-Webhook-Topic", "order.updated");
  in.headers.set("X-WC-Webhook-Delivery-ID", "9cd4d5d537cccde4b9b747c4d77ca6ca");
  in.headers.set("X-WC-Webhook-Signature", webhook_signature(secret, body));
  return in;
}

Secret secret_of(const CallContext& ctx) {
  return webhook_secret(ctx.app.push_secret, ctx.remote_shop_id);
}

TEST(Webhook, is_believed_when_its_signature_fits_and_read_as_a_hint) {
  const CallContext ctx = context();
  const auto events = open_hook(delivery(R"({"id":9007199254740993123})", secret_of(ctx)), ctx.app);
  ASSERT_TRUE(events);
  ASSERT_EQ(events->size(), 1u);
  EXPECT_EQ(events->front().kind, HookKind::order_changed);
  EXPECT_EQ(events->front().order, "9007199254740993123");
  EXPECT_EQ(events->front().remote_shop_id, "https://toko-desa.example");
  EXPECT_EQ(events->front().type, "order.updated");
  EXPECT_FALSE(events->front().key.empty());
}

TEST(Webhook, fails_closed) {
  const CallContext ctx = context();
  const InboundRequest good = delivery(R"({"id":87})", secret_of(ctx));
  const auto refused = [&](const InboundRequest& in, const App& app, const char* why) {
    const auto events = open_hook(in, app);
    ASSERT_FALSE(events) << why;
    EXPECT_EQ(events.error().kind, ErrorKind::unauthenticated) << why;
  };
  EXPECT_TRUE(open_hook(good, ctx.app));
  for (std::size_t i = 0; i < good.body.size(); ++i) {
    InboundRequest in = good;
    in.body[i] = static_cast<char>(in.body[i] ^ 1);
    refused(in, ctx.app, "a changed byte");
  }
  InboundRequest in = good;
  in.body += " ";
  refused(in, ctx.app, "a byte more");
  in = good;
  in.headers.erase("X-WC-Webhook-Signature");
  refused(in, ctx.app, "unsigned");
  in = good;
  in.headers.add("X-WC-Webhook-Signature", "x");
  refused(in, ctx.app, "signed twice");
  in = good;
  in.method = Method::get;
  refused(in, ctx.app, "GET");
  for (const char* path :
       {"", "/", "/s/", "/s/toko-lain.example", "/p/toko-desa.example", "/s/TOKO-DESA.example",
        "/s/toko-desa.example/", "/x/toko-desa.example", "/s/a@toko-desa.example"}) {
    in = good;
    in.path = path;
    refused(in, ctx.app, path);
  }
  App without = ctx.app;
  without.push_secret = Secret();
  refused(good, without, "no secret");
  in = delivery(R"({"id":87})", Secret());
  refused(in, without, "an empty secret signs nothing");
  // A shop that knows its own secret cannot speak for another.
  in = delivery(R"({"id":87})", webhook_secret(ctx.app.push_secret, "https://toko-lain.example"));
  refused(in, ctx.app, "another shop's secret");
}

TEST(Webhook, the_previous_secret_is_still_believed) {
  CallContext ctx = context();
  const InboundRequest old = delivery(R"({"id":87})", secret_of(ctx));
  ctx.app.push_secret_before = ctx.app.push_secret;
  ctx.app.push_secret = Secret("rahasia-baru");
  EXPECT_TRUE(open_hook(old, ctx.app));
  ctx.app.push_secret_before = Secret();
  EXPECT_FALSE(open_hook(old, ctx.app));
}

TEST(Webhook, the_unsigned_ping_does_nothing) {
  InboundRequest ping;
  ping.path = "/s/toko-desa.example";
  ping.headers.set("Content-Type", "application/x-www-form-urlencoded");
  ping.body = "webhook_id=1";
  const auto events = open_hook(ping, context().app);
  ASSERT_TRUE(events);
  EXPECT_EQ(events->front().kind, HookKind::verification);
  for (const char* body : {"webhook_id=", "webhook_id=1&id=2", "webhook_id=x", "id=1", ""}) {
    ping.body = body;
    EXPECT_FALSE(open_hook(ping, context().app)) << body;
  }
}

TEST(Webhook, whatever_is_signed_and_no_order_is_kept_as_something_else) {
  const CallContext ctx = context();
  for (const char* body :
       {"", "[]", "{}", R"({"id":"x"})", R"({"id":0})", "<html>", R"({"id":-3})"}) {
    const auto events = open_hook(delivery(body, secret_of(ctx)), ctx.app);
    ASSERT_TRUE(events) << body;
    EXPECT_EQ(events->front().kind, HookKind::other) << body;
    EXPECT_FALSE(events->front().key.empty());
  }
  InboundRequest product = delivery(R"({"id":84})", secret_of(ctx));
  product.headers.set("X-WC-Webhook-Topic", "product.updated");
  EXPECT_EQ(open_hook(product, ctx.app)->front().kind, HookKind::listing_changed);
  product.headers.set("X-WC-Webhook-Topic", "order.\xff<b>");
  EXPECT_EQ(open_hook(product, ctx.app)->front().kind, HookKind::other);
  EXPECT_EQ(open_hook(product, ctx.app)->front().type, "");
}

// ---- addresses

TEST(Address, has_one_spelling) {
  const std::pair<const char*, const char*> kGood[] = {
      {"toko-desa.example", "https://toko-desa.example"},
      {"https://Toko-Desa.example/", "https://toko-desa.example"},
      {"  https://toko-desa.example:443/toko/ \n", "https://toko-desa.example/toko"},
      {"https://toko-desa.example/wp-json/wc/v3", "https://toko-desa.example"},
      {"https://toko-desa.example/toko/wp-admin/index.php", "https://toko-desa.example/toko"},
      {"http://127.0.0.1:8107/toko-1", "http://127.0.0.1:8107/toko-1"},
      {"https://toko-desa.example:8443", "https://toko-desa.example:8443"},
  };
  for (const auto& [typed, address] : kGood) {
    const auto known = shop_address(typed);
    ASSERT_TRUE(known) << typed;
    EXPECT_EQ(*known, address);
    EXPECT_EQ(*shop_address(*known), *known);
    EXPECT_EQ(address_of_hook_path(hook_path(*known)), *known);
  }
  for (const char* bad :
       {"", "   ", "https://", "ftp://toko.example", "https://a@toko.example",
        "https://toko.example/?p=1", "https://toko.example/#x", "https://toko.example/a/../b",
        "https://toko.example//x", "https://toko.example/a%2f", "https://toko.example/a b",
        "javascript:alert(1)"}) {
    const auto known = shop_address(bad);
    ASSERT_FALSE(known) << bad << " " << *known;
    EXPECT_EQ(known.error().code, "shop_address_invalid");
  }
  EXPECT_FALSE(shop_address(std::string(300, 'a') + ".example"));
}

}  // namespace
}  // namespace gerbang::woocommerce
