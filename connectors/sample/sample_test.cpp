// Every operation as a script of requests and answers, then with a fault at every step.
#include "connectors/sample/sample.hpp"

#include <gmock/gmock.h>

#include "connectors/sample/limits.hpp"
#include "connectors/sample/sign.hpp"
#include "connectors/sample/units.hpp"
#include "core/base/crypto.hpp"
#include "tests/kit/script.hpp"

namespace gerbang {
namespace {

using kit::fail_every_step;
using kit::play;
using kit::reply;
using kit::Script;
using kit::step;
using testing::ElementsAre;
using testing::HasSubstr;

class Sample : public testing::Test {
 protected:
  std::unique_ptr<Connector> connector = make_sample_connector();
  const std::vector<kit::Fault> faults =
      kit::standard_faults({R"({"error":{"code":"token_expired","message":"mati"}})"});

  static CallContext ctx() {
    CallContext out;
    out.app.channel = "sample";
    out.app.app_id = "app-1";
    out.app.secret = Secret("kunci-contoh");
    out.app.push_secret = Secret("dorong-contoh");
    out.app.api_url = "https://pasar.example";
    out.app.auth_url = "https://pasar.example/auth";
    out.app.redirect_url = "https://gerbang.example/oauth/sample/callback";
    out.access_token = Secret("akses");
    out.refresh_token = Secret("segar");
    out.now = from_unix_seconds(1612137600);
    return out;
  }

  static ListingDraft draft() {
    ListingDraft out;
    out.unit = out.code = "KOPI";
    out.title = "Kopi Robusta";
    out.description = "Sangrai segar";
    out.category = "makanan-minuman/kopi";
    out.images = {"https://img.example/1.png"};
    out.options = {{"Kemasan", {"250 g", "500 g"}}};
    for (const auto& [sku, size] : {std::pair("KOPI-250", "250 g"), {"KOPI-500", "500 g"}}) {
      DraftVariant v;
      v.sku = sku;
      v.options = {size};
      v.price = Money{35000};
      v.stock = 4;
      v.weight_grams = 280;
      out.variants.push_back(std::move(v));
    }
    return out;
  }

  static HttpResponse product() {
    return reply(R"({"result":{"product_id":1001,"variants":[{"variant_id":1002,"sku":"KOPI-250"},)"
                 R"({"variant_id":1003,"sku":"KOPI-500"}]}})");
  }
  static HttpResponse order(const std::string& state = "paid") {
    return reply(R"({"result":{"orders":[)" + order_text(state) + R"(],"missing":["9"]}})");
  }
  static std::string order_text(const std::string& state) {
    return R"({"order_id":1005,"state":")" + state +
           R"(","placed_at":"2021-02-01T00:00:00Z","changed_at":"2021-02-01T00:01:00Z",)"
           R"("total":70000,"lines":[{"line_id":1,"product_id":1001,"variant_id":1002,)"
           R"("sku":"KOPI-250","title":"Kopi","quantity":2,"price":35000}],"courier":"",)"
           R"("tracking_number":"","ship_to":{"name":"Pembeli Contoh","city":"Magelang",)"
           R"("province":"Jawa Tengah"}})";
  }

  // A step that expects this request, signed.
  static kit::Step asks(Method method, const std::string& target, const std::string& body,
                        HttpResponse answer) {
    const auto check = [=](const HttpRequest& r) {
      EXPECT_EQ(r.method, method);
      EXPECT_EQ(r.url, "https://pasar.example" + target);
      EXPECT_EQ(r.body, body) << target;
      const auto mark = target.find('?');
      const std::string query = mark == std::string::npos ? "" : target.substr(mark + 1);
      EXPECT_EQ(r.headers.find("X-Sign"),
                sample::signature(ctx().app.secret, method, target.substr(0, mark), query,
                                  "1612137600", r.body));
      EXPECT_EQ(r.headers.find("X-Time"), "1612137600");
      EXPECT_EQ(r.headers.find("X-App"), "app-1");
    };
    return step(target, check, std::move(answer));
  }

  // Straight, then with every fault, then dropped at every step.
  template <class Make>
  auto straight_and_broken(Make make, const Script& script) {
    auto outcome = play(make(), script);
    EXPECT_TRUE(outcome.ok()) << outcome.error().describe();
    fail_every_step(make, script, faults);
    kit::drop_at_every_step(make, script);
    return outcome;
  }

  static InboundRequest hook(const std::string& sign, const std::string& time = "1612137600") {
    InboundRequest out;
    out.headers = {{"X-Time", time}, {"X-Sign", sign}};
    out.body = R"({"event_id":"7","type":"order.changed","shop_id":"1001","order_id":1005})";
    return out;
  }
};

// Made with another language's HMAC.
constexpr const char* kRequestSign =
    "b564206331c3dfc7eeee7e903b10100f315df1b2fd68922ed6bfc5ec19c5a4b2";
constexpr const char* kHookSign =
    "5846e8191f409c5cf3a7d0f1eac045b7c97f68dcabf2710dc9f99251f05e9df9";

TEST_F(Sample, signature_is_what_others_compute) {
  EXPECT_EQ(sample::signature(Secret("kunci-contoh"), Method::post, "/v1/events/lost/confirm",
                              "a=1&b=x%20y", "1612137600", R"({"upto":"17"})"),
            kRequestSign);
}

TEST_F(Sample, consent_link_carries_app_way_back_and_state) {
  EXPECT_EQ(*connector->authorise_url(ctx().app, "s 1", ctx().now),
            "https://pasar.example/auth?app=app-1&back=https%3A%2F%2Fgerbang.example%2Foauth%2F"
            "sample%2Fcallback&state=s%201");
}

TEST_F(Sample, code_and_refresh_token_become_a_pair) {
  const HttpResponse tokens =
      reply(R"({"result":{"access_token":"a2","refresh_token":"r2","access_seconds":14400,)"
            R"("refresh_seconds":2592000,"shop_id":"1001","shop_name":"BUM Desa"}})");
  AuthorisationGrant grant;
  grant.query = {{"code", "kode"}};
  auto first = play(connector->exchange_code(ctx(), grant),
                    {asks(Method::post, "/v1/token", R"({"code":"kode"})", tokens)});
  ASSERT_TRUE(first.ok());
  EXPECT_EQ(first->at(0).remote_shop_id, "1001");
  EXPECT_EQ(first->at(0).refresh.reveal(), "r2");

  const Script script = {asks(Method::post, "/v1/token", R"({"refresh_token":"segar"})", tokens)};
  auto fresh = straight_and_broken([&] { return connector->refresh_tokens(ctx()); }, script);
  EXPECT_EQ(fresh->access_expires_at, ctx().now + std::chrono::hours(4));
  EXPECT_EQ(fresh->refresh_expires_at, ctx().now + std::chrono::days(30));

  const auto spent =
      play(connector->refresh_tokens(ctx()),
           {step("spent", nullptr, reply(R"({"error":{"code":"refresh_spent"}})", 401))});
  EXPECT_EQ(spent.error().code, "refresh_refused");
  EXPECT_EQ(spent.error().kind, ErrorKind::unauthenticated);
  EXPECT_EQ(play(connector->exchange_code(ctx(), {}), {}).error().code, "authorisation_denied");
}

TEST_F(Sample, publishing_sends_all_variants) {
  const std::string body =
      R"({"title":"Kopi Robusta","description":"Sangrai segar","category":"makanan-minuman/kopi",)"
      R"("images":["https://img.example/1.png"],"options":["Kemasan"],"variants":[)"
      R"({"sku":"KOPI-250","options":["250 g"],"weight_grams":280,"price":35000,"stock":4},)"
      R"({"sku":"KOPI-500","options":["500 g"],"weight_grams":280,"price":35000,"stock":4}]})";
  const auto ref = straight_and_broken([&] { return connector->publish_listing(ctx(), draft()); },
                                       {asks(Method::post, "/v1/products", body, product())});
  EXPECT_EQ(ref->remote_product, "1001");
  EXPECT_EQ(ref->variants.at("KOPI-500"), "1003");
}

TEST_F(Sample, update_leaves_price_and_stock_of_known_variants_alone) {
  ListingDraft d = draft();
  d.remote_product = "1001";
  d.variants[0].remote_variant = "1002";
  const auto check = [](const HttpRequest& r) {
    EXPECT_EQ(r.method, Method::put);
    EXPECT_EQ(r.url, "https://pasar.example/v1/products/1001");
    EXPECT_THAT(r.body, HasSubstr(R"("weight_grams":280,"variant_id":"1002"})"));
    EXPECT_THAT(r.body, HasSubstr(R"("weight_grams":280,"price":35000,"stock":4})"));
  };
  EXPECT_TRUE(straight_and_broken([&] { return connector->update_listing(ctx(), d); },
                                  {step("update", check, product())})
                  .ok());
}

TEST_F(Sample, a_bad_draft_is_refused_whole_before_any_call) {
  ListingDraft d = draft();
  d.title = std::string(121, 'x');
  d.variants[1].weight_grams.reset();
  d.variants[0].price = Money{499};
  const auto refused = play(connector->publish_listing(ctx(), d), {});
  EXPECT_EQ(refused.error().code, "title_too_long");
  std::vector<std::string> fields;
  for (const FieldError& f : refused.error().fields) fields.push_back(f.field);
  EXPECT_THAT(fields, ElementsAre("/title", "/variants/0/price", "/variants/1/weight_grams"));
  d = draft();
  d.category.clear();
  EXPECT_EQ(play(connector->update_listing(ctx(), d), {}).error().code, "category_unmapped");
}

TEST_F(Sample, a_create_in_doubt_is_looked_for_by_sku) {
  const auto find = [&] { return connector->find_listing(ctx(), draft()); };
  const std::string there =
      R"({"result":{"products":[{"product_id":1001,"variants":[{"variant_id":1002,)"
      R"("sku":"KOPI-250"}]}],"next":""}})";
  EXPECT_TRUE(
      straight_and_broken(find, {asks(Method::get, "/v1/products?sku=KOPI-250", "", reply(there))})
          .ok());
  const auto none = play(find(), {step("none", nullptr, reply(R"({"result":{"products":[]}})"))});
  EXPECT_EQ(none.error().kind, ErrorKind::not_found);
}

TEST_F(Sample, one_item_of_a_batch_can_fail_alone) {
  StockBatch stock;
  stock.items.push_back({"KOPI-250", "1001", "1002", 7, true});
  stock.items.push_back({"KOPI-500", "1001", "1003", 0, true});
  const std::string body = R"({"items":[{"id":"1002","stock":7},{"id":"1003","stock":0}]})";
  const auto acks = [](const char* second) {
    return reply(
        std::string(R"({"result":{"items":[{"id":1002,"error":null},{"id":1003,"error":)") +
        second + "}]}}");
  };
  const auto set = [&] { return connector->set_stock(ctx(), stock); };
  EXPECT_TRUE(straight_and_broken(set, {asks(Method::post, "/v1/stock", body, acks("null"))}).ok());
  const auto half = play(set(), {step("half", nullptr, acks(R"({"code":"not_found"})"))});
  ASSERT_TRUE(half.ok());
  EXPECT_FALSE(half->items[0].error.has_value());
  EXPECT_EQ(half->items[1].error->kind, ErrorKind::not_found);
  EXPECT_EQ(half->items[1].key, "KOPI-500");
  // Fewer answers than items, or of other items, is no success for any.
  for (const char* wrong : {R"({"result":{"items":[{"id":1002,"error":null}]}})",
                            R"({"result":{"items":[{"id":1003},{"id":1002}]}})"}) {
    EXPECT_EQ(play(set(), {step("wrong", nullptr, reply(wrong))}).error().kind,
              ErrorKind::transient);
  }

  PriceBatch price;
  price.items.push_back({"KOPI-250", "1001", "1002", Money{36000}});
  const auto held =
      play(connector->set_price(ctx(), price),
           {asks(Method::post, "/v1/prices", R"({"items":[{"id":"1002","price":36000}]})",
                 reply(R"({"result":{"items":[{"id":1002,"error":{"code":"promotion"}}]}})"))});
  EXPECT_EQ(held->items[0].error->kind, ErrorKind::blocked);
  EXPECT_EQ(held->items[0].error->code, "promotion_locked");
}

TEST_F(Sample, what_is_gone_is_off_sale) {
  const std::string gone = R"({"result":{"items":[{"id":1001,"error":{"code":"not_found"}}]}})";
  StateBatch batch;
  batch.items.push_back({"KOPI", "1001", "1002", false, true});
  auto removed = play(connector->set_state(ctx(), batch),
                      {asks(Method::post, "/v1/states",
                            R"({"items":[{"id":"1001","state":"deleted"}]})", reply(gone))});
  EXPECT_FALSE(removed->items[0].error.has_value());
  batch.items[0].listed = true;
  batch.items[0].remove = false;
  auto listed = play(connector->set_state(ctx(), batch), {step("list", nullptr, reply(gone))});
  EXPECT_EQ(listed->items[0].error->code, "listing_gone");
}

TEST_F(Sample, listings_and_orders_are_read_page_by_page) {
  const std::string page =
      R"({"result":{"products":[{"product_id":1001,"title":"Kopi","listed":false,"variants":[)"
      R"({"variant_id":1002,"sku":"KOPI-250","price":35000,"stock":4}]}],"next":"1001"}})";
  const auto listings =
      straight_and_broken([&] { return connector->read_listings(ctx(), "1000"); },
                          {asks(Method::get, "/v1/products?limit=50&after=1000", "", reply(page))});
  EXPECT_EQ(listings->next, "1001");
  EXPECT_EQ(listings->listings.at(0).price, Money{35000});
  EXPECT_EQ(listings->listings.at(0).listed, false);

  OrderWindow window;
  window.from = from_unix_seconds(1612134000);
  window.to = from_unix_seconds(1612137600);
  const auto orders = straight_and_broken(
      [&] { return connector->list_orders(ctx(), window); },
      {asks(Method::get,
            "/v1/orders?from=2021-01-31T23%3A00%3A00Z&to=2021-02-01T00%3A00%3A00Z&limit=50", "",
            reply(R"({"result":{"order_ids":[1005,1006],"next":"1_1006"}})"))});
  EXPECT_THAT(orders->external_ids, ElementsAre("1005", "1006"));
  EXPECT_EQ(orders->next, "1_1006");
}

TEST_F(Sample, fetched_orders_are_whole) {
  const auto batch = straight_and_broken(
      [&] {
        return connector->fetch_orders(ctx(), {"1005", "9"});
      },
      {asks(Method::get, "/v1/orders/details?ids=1005%2C9", "", order("cancel_asked"))});
  EXPECT_THAT(batch->not_found, ElementsAre("9"));
  const RemoteOrder& o = batch->orders.at(0);
  EXPECT_EQ(o.status, OrderStatus::cancel_requested);
  EXPECT_EQ(o.total, Money{70000});
  EXPECT_EQ(o.lines.at(0).remote_sku, "KOPI-250");
  EXPECT_EQ(o.city, "Magelang");
  EXPECT_THAT(o.buyer.reveal(), HasSubstr("Pembeli Contoh"));
}

TEST_F(Sample, decisions_about_an_order_can_be_repeated) {
  OrderAction action;
  action.external_id = "1005";
  action.courier = "JNE";
  action.tracking_number = "R1";
  action.reason = "out_of_stock";
  const HttpResponse done = reply(R"({"result":{"courier":"JNE","tracking_number":"R1"}})");
  const HttpResponse already = reply(R"({"error":{"code":"already"}})", 409);
  const HttpResponse state = reply(R"({"error":{"code":"order_state"}})", 409);
  const auto check = [&](auto make, const char* verb, const char* body) {
    const auto ack = straight_and_broken(
        make, {asks(Method::post, std::string("/v1/orders/1005/") + verb, body, done)});
    EXPECT_EQ(ack->shipments.at(0).tracking_number, "R1");
    EXPECT_TRUE(play(make(), {step("again", nullptr, already)}).ok());
    EXPECT_EQ(play(make(), {step("late", nullptr, state)}).error().code, "order_state_refused");
  };
  check([&] { return connector->accept_order(ctx(), action); }, "accept", "{}");
  check([&] { return connector->ship_order(ctx(), action); }, "ship",
        R"({"courier":"JNE","tracking_number":"R1"})");
  check([&] { return connector->cancel_order(ctx(), action); }, "cancel",
        R"({"reason":"no_stock"})");
  check([&] { return connector->answer_cancellation(ctx(), action, false); }, "answer",
        R"({"accept":false})");
  action.courier.clear();
  EXPECT_EQ(play(connector->ship_order(ctx(), action), {}).error().code, "courier_missing");
}

TEST_F(Sample, webhook_of_theirs_is_read) {
  const auto events = connector->open_webhook(hook(kHookSign), ctx().app, ctx().now);
  ASSERT_TRUE(events.ok()) << events.error().describe();
  EXPECT_EQ(events->at(0).kind, HookKind::order_changed);
  EXPECT_EQ(events->at(0).key, "7");
  EXPECT_EQ(events->at(0).order, "1005");
  EXPECT_EQ(events->at(0).remote_shop_id, "1001");
}

TEST_F(Sample, webhook_of_anybody_else_is_refused) {
  const auto code = [&](const InboundRequest& request, App app, Duration later) {
    const auto opened = connector->open_webhook(request, app, ctx().now + later);
    if (opened.ok()) return std::string("opened");
    EXPECT_EQ(opened.error().kind, ErrorKind::unauthenticated);
    return opened.error().code;
  };
  const App app = ctx().app;
  const Duration none(0);
  EXPECT_EQ(code(hook(kHookSign), app, std::chrono::seconds(300)), "opened");
  EXPECT_EQ(code(hook(kHookSign), app, std::chrono::seconds(-300)), "opened");
  EXPECT_EQ(code(hook(kHookSign), app, std::chrono::seconds(301)), "webhook_time");
  EXPECT_EQ(code(hook(kHookSign), app, std::chrono::seconds(-301)), "webhook_time");
  InboundRequest altered = hook(kHookSign);
  altered.body += " ";
  EXPECT_EQ(code(altered, app, none), "webhook_signature");
  EXPECT_EQ(code(hook(kHookSign, "1612137601"), app, none), "webhook_signature");
  EXPECT_EQ(code(hook(""), app, none), "webhook_signature");
  EXPECT_EQ(code(InboundRequest(), app, none), "webhook_signature");
  InboundRequest doubled = hook(kHookSign);
  doubled.headers.add("X-Sign", "00");
  EXPECT_EQ(code(doubled, app, none), "webhook_signature");

  App rotated = app;
  rotated.push_secret_before = app.push_secret;
  rotated.push_secret = Secret("dorong-baru");
  EXPECT_EQ(code(hook(kHookSign), rotated, none), "opened");
  rotated.push_secret_before = Secret();
  EXPECT_EQ(code(hook(kHookSign), rotated, none), "webhook_signature");
  // An empty key is not a key, neither as the previous secret nor where none is set at all.
  const std::string forged =
      to_hex(hmac_sha256("", "1612137600\n" + to_hex(sha256(hook("").body))));
  EXPECT_EQ(code(hook(forged), app, none), "webhook_signature");
  EXPECT_EQ(code(hook(forged), App(), none), "webhook_signature");
}

TEST_F(Sample, kinds_of_events) {
  const auto kind = [&](const std::string& type) {
    return connector->read_event(R"({"event_id":"1","type":")" + type + R"(","order_id":5})")
        ->at(0)
        .kind;
  };
  EXPECT_EQ(kind("ping"), HookKind::verification);
  EXPECT_EQ(kind("order.changed"), HookKind::order_changed);
  EXPECT_EQ(kind("product.changed"), HookKind::listing_changed);
  EXPECT_EQ(kind("shop.left"), HookKind::shop_deauthorised);
  EXPECT_EQ(kind("tomorrow"), HookKind::other);
  EXPECT_FALSE(connector->read_event(R"({"type":"ping"})").ok());
  EXPECT_FALSE(connector->read_event("x").ok());
}

TEST_F(Sample, lost_events_are_read_and_confirmed) {
  const auto lost = straight_and_broken(
      [&] { return connector->read_lost_events(ctx()); },
      {asks(Method::get, "/v1/events/lost", "",
            reply(R"({"result":{"events":[{"event_id":"3"}],"upto":"3","more":true}})"))});
  EXPECT_THAT(lost->bodies, ElementsAre(R"({"event_id":"3"})"));
  EXPECT_TRUE(lost->more);
  EXPECT_TRUE(
      straight_and_broken([&] { return connector->confirm_lost_events(ctx(), lost->confirm); },
                          {asks(Method::post, "/v1/events/lost/confirm", R"({"upto":"3"})",
                                reply(R"({"result":{}})"))})
          .ok());
}

TEST_F(Sample, unoffered_operations_say_so_and_tables_are_whole) {
  EXPECT_EQ(play(connector->read_shop_facts(ctx()), {}).error().kind, ErrorKind::unsupported);
  EXPECT_EQ(play(connector->read_category_facts(ctx(), ""), {}).error().kind,
            ErrorKind::unsupported);
  EXPECT_EQ(sample::status_of("never heard of"), OrderStatus::pending);
  const auto unknown = play(connector->set_stock(ctx(), {}),
                            {step("x", nullptr, reply(R"({"error":{"code":"mood"}})", 422))});
  EXPECT_EQ(unknown.error().code, "channel_refused_request");
  EXPECT_EQ(unknown.error().remote->code, "mood");
  const RateLimit rate = connector->info().limits.rates.at(0);
  EXPECT_LE(rate.burst + 0.8 * rate.calls, 10);
}

}  // namespace
}  // namespace gerbang
