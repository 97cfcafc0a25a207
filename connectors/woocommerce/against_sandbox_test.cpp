// The connector against its sandbox: no sockets, virtual time. One connected shop with its facts,
// by https (Basic) and by http (OAuth).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <sstream>

#include "connectors/woocommerce/address.hpp"
#include "connectors/woocommerce/sandbox/woocommerce_sandbox.hpp"
#include "connectors/woocommerce/woocommerce.hpp"
#include "core/base/url.hpp"

namespace gerbang::woocommerce {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class WooAgainstSandbox : public ::testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
    base = GetParam();
    sandbox::Options options;
    options.clock = &clock;
    options.random = &random;
    options.public_url = base;
    options.hook_url = "https://gerbang.example/hooks/woocommerce";
    options.settings = json::object({});
    market = make_woocommerce_sandbox(std::move(options));
    address =
        control(Method::post, "shops", R"({"name":"BUM Desa Contoh"})", 201)["address"].text();
    const json::Value given =
        control(Method::post, "consent", R"({"shop_id":")" + address + "\"}")["credentials"];
    AuthorisationGrant grant;
    for (const auto& [name, value] : given.members()) grant.query.emplace_back(name, value.text());
    auto sets = drive(shop.exchange_code(ctx(), grant));
    ASSERT_TRUE(sets) << sets.error().describe();
    tokens = sets->front();
    EXPECT_EQ(tokens.remote_shop_id, address);
    EXPECT_EQ(tokens.remote_shop_name, "BUM Desa Contoh");
    auto read = drive(shop.read_shop_facts(ctx()));
    ASSERT_TRUE(read) << read.error().describe();
    facts = std::make_shared<const json::Value>(*std::move(read));
  }

  CallContext ctx() {
    CallContext out;
    out.app.channel = "woocommerce";
    out.app.push_secret = Secret("rahasia-kail-desa");
    out.app.hook_url = "https://gerbang.example/hooks/woocommerce";
    out.remote_shop_id = address;
    out.access_token = tokens.access;
    out.now = clock.now();
    out.nonce = random.hex(16);
    out.shop_facts = facts;
    return out;
  }
  json::Value control(Method method, const std::string& what, const std::string& body = "",
                      int status = 200) {
    HttpRequest request;
    request.method = method;
    request.url = "/_sandbox/" + what;
    request.body = body;
    const sandbox::Answer answer = market->handle(request);
    EXPECT_EQ(answer.response.status, status) << what << ": " << answer.response.body;
    return json::parse(answer.response.body).value_or(json::Value());
  }
  void set(const std::string& settings) { control(Method::put, "settings", settings); }
  void fault(const std::string& operation, const std::string& kind) {
    control(Method::post, "faults",
            R"({"faults":[{"operation":")" + operation + R"(","kind":")" + kind + "\"}]}");
  }
  template <class T>
  Result<T> drive(Exchange<T> exchange) {
    std::optional<HttpRequest> request = exchange.start();
    while (request) {
      calls.push_back(request->operation);
      const auto url = parse_url(request->url);
      EXPECT_TRUE(url && request->url.starts_with(base)) << request->url;
      request->url = url->target();
      sandbox::Answer answer = market->handle(*request);
      if (answer.cut == sandbox::Answer::Cut::reset_instead)
        return Error(ErrorKind::indeterminate, "connection_lost");
      if (answer.cut == sandbox::Answer::Cut::truncate_body)
        answer.response.body.resize(answer.response.body.size() / 2);
      request = exchange.reply(std::move(answer.response));
    }
    return exchange.take();
  }

  // -- listings

  static DraftVariant variant(std::string sku, std::vector<std::string> options, std::int64_t price,
                              Quantity stock, std::int64_t grams) {
    DraftVariant v;
    v.sku = std::move(sku);
    v.options = std::move(options);
    v.price = Money{price};
    v.stock = stock;
    v.weight_grams = grams;
    return v;
  }
  static ListingDraft tea() {
    ListingDraft d;
    d.unit = d.code = "TEH";
    d.title = "Teh Hijau Lereng";
    d.description = "Petik pucuk & sangrai <wajan>";
    d.category = "makanan-minuman/minuman-herbal";
    d.images = {"https://desa.example/teh.png"};
    d.variants.push_back(variant("TEH-100", {}, 32000, 25, 120));
    return d;
  }
  static ListingDraft coffee() {
    ListingDraft d;
    d.unit = d.code = "KOPI";
    d.title = "Kopi Robusta Desa";
    d.category = "makanan-minuman/kopi";
    d.options.push_back({"Kemasan", {"250 g", "500 g"}});
    d.variants.push_back(variant("KOPI-250", {"250 g"}, 45000, 40, 280));
    d.variants.push_back(variant("KOPI-500", {"500 g"}, 85000, 15, 540));
    return d;
  }
  static void remember(ListingDraft& d, const ListingRef& ref) {
    d.remote_product = ref.remote_product;
    d.memo = ref.memo;
    for (DraftVariant& v : d.variants) {
      const auto it = ref.variants.find(v.sku);
      v.remote_variant = it == ref.variants.end() ? "" : it->second;
    }
  }
  ListingRef update(ListingDraft& d) {
    auto done = drive(shop.update_listing(ctx(), d));
    EXPECT_TRUE(done) << done.error().describe();
    if (!done) return {};
    remember(d, *done);
    return *done;
  }
  ListingRef publish(ListingDraft& d) {
    auto done = drive(shop.publish_listing(ctx(), d));
    EXPECT_TRUE(done) << done.error().describe();
    if (!done) return {};
    remember(d, *done);
    return done->resume_after ? update(d) : *done;
  }
  std::map<std::string, json::Value> listings() {
    std::map<std::string, json::Value> out;
    const json::Value all = control(Method::get, "listings?shop_id=" + address);
    for (const json::Value& l : all["listings"].items()) out.emplace(l["sku"].text(), l);
    return out;
  }
  static StockItem stock_of(const ListingRef& ref, const std::string& sku, Quantity quantity) {
    return {sku, ref.remote_product, ref.variants.at(sku), quantity, true};
  }

  // -- orders

  std::string buy(const std::string& sku, int quantity, bool pay = true) {
    return control(Method::post, "orders",
                   R"({"shop_id":")" + address + R"(","lines":[{"sku":")" + sku +
                       R"(","quantity":)" + std::to_string(quantity) + R"(}],"pay":)" +
                       (pay ? "true}" : "false}"),
                   201)["order_id"]
        .to_text();
  }
  std::string state(const std::string& order) {
    return control(Method::get, "orders/" + order)["state"].to_text();
  }
  static OrderAction action(const std::string& id) {
    OrderAction out;
    out.external_id = id;
    return out;
  }
  RemoteOrder fetched(const std::string& id) {
    auto batch = drive(shop.fetch_orders(ctx(), {id}));
    EXPECT_TRUE(batch && !batch->orders.empty()) << id;
    return batch && !batch->orders.empty() ? batch->orders.front() : RemoteOrder();
  }

  // What is due, as our receiver would get it, answered with `status`.
  std::vector<InboundRequest> take_pushes(int status = 200) {
    std::vector<InboundRequest> out;
    for (const sandbox::Push& push : market->due_pushes()) {
      InboundRequest in;
      in.headers = push.request.headers;
      in.body = push.request.body;
      const std::string hook_url = ctx().app.hook_url;
      EXPECT_TRUE(push.request.url.starts_with(hook_url)) << push.request.url;
      in.path = push.request.url.substr(hook_url.size());
      out.push_back(std::move(in));
      HttpResponse answer;
      answer.status = status;
      market->push_answered(push.id, answer);
    }
    return out;
  }

  std::string base, address;
  ManualClock clock{*from_rfc3339("2026-11-24T02:00:00Z")};
  SeededRandom random{7};
  WooCommerce shop;
  std::unique_ptr<sandbox::Sandbox> market;
  TokenSet tokens;
  std::shared_ptr<const json::Value> facts;
  std::vector<std::string> calls;
};

TEST_P(WooAgainstSandbox, a_plain_product_lives_from_publishing_to_withdrawal_and_again) {
  ListingDraft d = tea();
  const ListingRef ref = publish(d);
  EXPECT_EQ(listings().at("TEH-100")["stock"].as_int64(), 25);
  EXPECT_EQ(listings().at("TEH-100")["price"].to_text(), "32000");
  EXPECT_EQ(listings().at("TEH-100")["listed"].as_bool(), true);
  EXPECT_EQ(drive(shop.find_listing(ctx(), d))->remote_product, ref.remote_product);
  d.title = "Teh Hijau Pilihan";
  calls.clear();
  update(d);
  EXPECT_THAT(calls, ElementsAre("product.get", "product.update"));
  EXPECT_EQ(listings().at("TEH-100")["title"].text(), "Teh Hijau Pilihan");
  EXPECT_EQ(listings().at("TEH-100")["stock"].as_int64(), 25);

  StateBatch state;
  state.items = {{"TEH", ref.remote_product, "", false, false}};
  ASSERT_FALSE(drive(shop.set_state(ctx(), state))->items[0].error);
  EXPECT_EQ(listings().at("TEH-100")["listed"].as_bool(), false);
  update(d);
  EXPECT_EQ(listings().at("TEH-100")["listed"].as_bool(), false) << "content shows nothing";
  state.items[0].listed = true;
  ASSERT_FALSE(drive(shop.set_state(ctx(), state))->items[0].error);
  EXPECT_EQ(listings().at("TEH-100")["listed"].as_bool(), true);
  state.items[0].remove = true;
  for (int twice = 0; twice < 2; ++twice)
    ASSERT_FALSE(drive(shop.set_state(ctx(), state))->items[0].error);
  EXPECT_THAT(listings(), IsEmpty());
  EXPECT_EQ(drive(shop.update_listing(ctx(), d)).error().code, "listing_gone");
  EXPECT_EQ(drive(shop.find_listing(ctx(), d)).error().kind, ErrorKind::not_found);
  // Its SKU is in the trash: it is ours, so it comes back.
  ListingDraft again = tea();
  const ListingRef second = publish(again);
  EXPECT_NE(second.remote_product, ref.remote_product);
  EXPECT_EQ(listings().size(), 1u);
}

TEST_P(WooAgainstSandbox, options_become_variations_and_follow_the_draft) {
  ListingDraft d = coffee();
  auto first = drive(shop.publish_listing(ctx(), d));
  ASSERT_TRUE(first) << first.error().describe();
  EXPECT_THAT(listings(), IsEmpty()) << "hidden until whole";
  remember(d, *first);
  const ListingRef ref = update(d);
  EXPECT_EQ(ref.variants.size(), 2u);
  EXPECT_EQ(listings().at("KOPI-500")["listed"].as_bool(), true);
  EXPECT_EQ(listings().at("KOPI-500")["stock"].as_int64(), 15);
  // One more, one fewer, one renamed.
  d.options[0].values = {"250 gram", "1 kg"};
  d.variants.pop_back();
  d.variants[0].options = {"250 gram"};
  d.variants.push_back(variant("KOPI-1000", {"1 kg"}, 160000, 5, 1050));
  const ListingRef after = update(d);
  EXPECT_EQ(after.variants.at("KOPI-250"), ref.variants.at("KOPI-250"));
  EXPECT_EQ(listings().size(), 2u);
  EXPECT_EQ(listings().at("KOPI-1000")["price"].to_text(), "160000");
  EXPECT_EQ(listings().at("KOPI-250")["stock"].as_int64(), 40);
  calls.clear();
  update(d);
  EXPECT_THAT(calls, ElementsAre("product.get", "product.update", "variation.list"))
      << "nothing else differs";
  // Down to one without options, and up again.
  ListingDraft plain = d;
  plain.options.clear();
  plain.variants.resize(1);
  plain.variants[0].options.clear();
  update(plain);
  EXPECT_EQ(listings().size(), 1u);
  EXPECT_EQ(listings().at("KOPI-250")["product"].to_text(), d.remote_product);
}

TEST_P(WooAgainstSandbox, a_lost_answer_to_a_create_is_found_again) {
  for (const char* kind : {"reset_after", "truncated", "html", "server_error", "reset_before"}) {
    SCOPED_TRACE(kind);
    ListingDraft d = tea();
    d.unit = d.code = std::string("TEH-") + kind;
    d.variants[0].sku = d.code + "-1";
    fault("product.create", kind);
    const auto lost = drive(shop.publish_listing(ctx(), d));
    ASSERT_FALSE(lost);
    EXPECT_EQ(lost.error().kind, ErrorKind::indeterminate) << lost.error().describe();
    const auto found = drive(shop.find_listing(ctx(), d));
    if (!found) {
      EXPECT_EQ(found.error().kind, ErrorKind::not_found);
      publish(d);
    } else {
      remember(d, *found);
      update(d);
    }
    EXPECT_EQ(listings().count(d.variants[0].sku), 1u);
  }
  EXPECT_EQ(listings().size(), 5u) << "nothing twice";
}

TEST_P(WooAgainstSandbox, a_product_of_the_sellers_own_is_left_alone) {
  ListingDraft stranger = tea();
  stranger.unit = "BUKAN-KAMI";
  publish(stranger);
  ListingDraft d = tea();
  const auto refused = drive(shop.publish_listing(ctx(), d));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, "shop_sku_taken");
  EXPECT_EQ(drive(shop.find_listing(ctx(), d)).error().kind, ErrorKind::not_found);
}

TEST_P(WooAgainstSandbox, bad_pictures_are_named_and_the_product_is_not_made) {
  ListingDraft d = tea();
  d.images = {"https://desa.example/tidak-ada.png"};
  const auto refused = drive(shop.publish_listing(ctx(), d));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, "image_unreachable");
  EXPECT_EQ(refused.error().field, "/images");
  EXPECT_THAT(listings(), IsEmpty());
}

TEST_P(WooAgainstSandbox, stock_and_prices_go_in_few_calls) {
  ListingDraft t = tea(), c = coffee();
  const ListingRef tea_ref = publish(t), coffee_ref = publish(c);
  StockBatch stock;
  stock.items = {stock_of(tea_ref, "TEH-100", 9), stock_of(coffee_ref, "KOPI-250", 8),
                 stock_of(coffee_ref, "KOPI-500", 0)};
  calls.clear();
  const auto done = drive(shop.set_stock(ctx(), stock));
  ASSERT_TRUE(done) << done.error().describe();
  for (const ItemAck& item : done->items) EXPECT_FALSE(item.error) << item.error->describe();
  EXPECT_THAT(calls, ElementsAre("product.stock", "product.stock"));
  EXPECT_EQ(listings().at("TEH-100")["stock"].as_int64(), 9);
  EXPECT_EQ(listings().at("KOPI-500")["stock"].as_int64(), 0);
  PriceBatch price;
  price.items = {
      {"KOPI-250", coffee_ref.remote_product, coffee_ref.variants.at("KOPI-250"), Money{46500}}};
  ASSERT_FALSE(drive(shop.set_price(ctx(), price))->items[0].error);
  EXPECT_EQ(listings().at("KOPI-250")["price"].to_text(), "46500");
  // One erased by hand harms only itself.
  set(R"({"erase":"TEH-100"})");
  const auto some = drive(shop.set_stock(ctx(), stock));
  ASSERT_TRUE(some);
  EXPECT_EQ(some->items[0].error->kind, ErrorKind::not_found);
  EXPECT_FALSE(some->items[1].error);
  // Somebody switched counting off: sent with every value, so it is on again.
  set(R"({"edit":{"sku":"KOPI-250","manage_stock":false}})");
  stock.items.erase(stock.items.begin());
  ASSERT_FALSE(drive(shop.set_stock(ctx(), stock))->items[0].error);
  EXPECT_EQ(listings().at("KOPI-250")["stock"].as_int64(), 8);
}

TEST_P(WooAgainstSandbox, reading_back_finds_everything_over_pages) {
  for (int i = 0; i < 23; ++i) {
    ListingDraft d = tea();
    d.unit = d.code = "P" + std::to_string(i);
    d.variants[0].sku = d.code + "-X";
    publish(d);
  }
  ListingDraft c = coffee();
  publish(c);
  std::map<std::string, RemoteListing> seen;
  std::string cursor;
  int pages = 0;
  do {
    auto page = drive(shop.read_listings(ctx(), cursor));
    ASSERT_TRUE(page) << page.error().describe();
    for (RemoteListing& l : page->listings) seen.emplace(l.remote_sku, l);
    cursor = page->next;
    ++pages;
  } while (!cursor.empty());
  EXPECT_EQ(pages, 2);
  EXPECT_EQ(seen.size(), 25u);
  EXPECT_EQ(seen.at("KOPI-500").price, Money{85000});
  EXPECT_EQ(seen.at("P7-X").stock, 25);
}

TEST_P(WooAgainstSandbox, orders_are_listed_read_and_led_to_their_end) {
  ListingDraft d = coffee();
  const ListingRef ref = publish(d);
  const TimePoint begin = clock.now();
  clock.advance(std::chrono::minutes(1));
  const std::string paid = buy("KOPI-250", 3), held = buy("KOPI-500", 1, false);
  EXPECT_EQ(listings().at("KOPI-250")["stock"].as_int64(), 37);
  OrderWindow window{begin, clock.now(), ""};
  const auto page = drive(shop.list_orders(ctx(), window));
  ASSERT_TRUE(page) << page.error().describe();
  ASSERT_EQ(page->orders.size(), 2u);
  const RemoteOrder& order = page->orders[0];
  EXPECT_EQ(order.external_id, paid);
  EXPECT_EQ(order.status, OrderStatus::paid);
  EXPECT_EQ(order.lines.at(0).remote_product, ref.remote_product);
  EXPECT_EQ(order.lines.at(0).remote_variant, ref.variants.at("KOPI-250"));
  EXPECT_EQ(order.total, Money{135000});
  EXPECT_EQ(order.placed_at, clock.now()) << "GMT, though the site is seven hours ahead";
  EXPECT_EQ(page->orders[1].status, OrderStatus::pending);
  window.from = clock.now() + std::chrono::seconds(2);
  EXPECT_THAT(drive(shop.list_orders(ctx(), window))->orders, IsEmpty());

  ASSERT_TRUE(drive(shop.accept_order(ctx(), action(held))));
  EXPECT_EQ(state(held), "processing");
  ASSERT_TRUE(drive(shop.accept_order(ctx(), action(held)))) << "done already";
  OrderAction ship = action(paid);
  ship.courier = "JNE";
  ship.tracking_number = "JNE0001";
  fault("order.update", "reset_after");  // it happened, and nobody said so
  EXPECT_FALSE(drive(shop.ship_order(ctx(), ship)));
  const auto shipped = drive(shop.ship_order(ctx(), ship));
  ASSERT_TRUE(shipped) << shipped.error().describe();
  EXPECT_EQ(shipped->shipments.at(0).tracking_number, "JNE0001");
  const json::Value seen = control(Method::get, "orders/" + paid);
  EXPECT_EQ(seen["state"].text(), "completed");
  EXPECT_EQ(seen["notes"].items().size(), 1u) << "told once";
  EXPECT_EQ(fetched(paid).shipments.at(0).courier, "JNE");
  ASSERT_TRUE(drive(shop.cancel_order(ctx(), action(held))));
  EXPECT_EQ(state(held), "cancelled");
  EXPECT_EQ(listings().at("KOPI-500")["stock"].as_int64(), 15);
  ASSERT_TRUE(drive(shop.cancel_order(ctx(), action(held))));
  EXPECT_EQ(drive(shop.cancel_order(ctx(), action(paid))).error().kind, ErrorKind::conflict);
  control(Method::post, "orders/" + held + "/trash", "{}");
  EXPECT_EQ(fetched(held).status, OrderStatus::cancelled);
  const auto none = drive(shop.fetch_orders(ctx(), {"424242"}));
  ASSERT_TRUE(none);
  EXPECT_THAT(none->not_found, ElementsAre("424242"));
}

TEST_P(WooAgainstSandbox, a_plugins_own_status_holds_stock) {
  ListingDraft d = tea();
  publish(d);
  set(R"({"plugin_statuses":["wc-dikirim"]})");
  const std::string id = buy("TEH-100", 1);
  control(Method::post, "orders/" + id + "/status", R"({"status":"wc-dikirim"})");
  const RemoteOrder order = fetched(id);
  EXPECT_EQ(order.status, OrderStatus::pending);
  EXPECT_EQ(order.remote_status, "wc-dikirim");
}

TEST_P(WooAgainstSandbox, orders_page_without_losing_any_while_they_change) {
  ListingDraft d = tea();
  d.variants[0].stock = 1000;
  publish(d);
  const TimePoint begin = clock.now();
  std::vector<std::string> made;
  for (int i = 0; i < 120; ++i) {
    clock.advance(std::chrono::seconds(1));
    made.push_back(buy("TEH-100", 1));
  }
  OrderWindow window{begin, clock.now(), ""};
  std::map<std::string, RemoteOrder> seen;
  int pages = 0;
  do {
    auto page = drive(shop.list_orders(ctx(), window));
    ASSERT_TRUE(page) << page.error().describe();
    for (RemoteOrder& o : page->orders) seen.emplace(o.external_id, o);
    window.cursor = page->next;
    clock.advance(std::chrono::seconds(1));
    // Those of the first page change while we are at the second.
    if (++pages == 1)
      for (int i = 0; i < 30; ++i)
        control(Method::post, "orders/" + made[static_cast<std::size_t>(i)] + "/complete", "{}");
  } while (!window.cursor.empty());
  EXPECT_EQ(pages, 3);
  EXPECT_EQ(seen.size(), 120u);
}

TEST_P(WooAgainstSandbox, webhooks_are_made_believed_and_kept_on) {
  const auto made = drive(shop.ensure_webhooks(ctx()));
  ASSERT_TRUE(made) << made.error().describe();
  EXPECT_EQ(made->created, 3);
  for (const InboundRequest& ping : take_pushes()) {
    const auto events = shop.open_webhook(ping, ctx().app, clock.now());
    ASSERT_TRUE(events);
    EXPECT_EQ(events->front().kind, HookKind::verification);
  }
  ListingDraft d = tea();
  publish(d);
  const std::string id = buy("TEH-100", 1);
  const auto pushes = take_pushes();
  ASSERT_EQ(pushes.size(), 2u) << "created and updated";
  for (InboundRequest push : pushes) {
    const auto events = shop.open_webhook(push, ctx().app, clock.now());
    ASSERT_TRUE(events) << events.error().describe();
    EXPECT_EQ(events->front().kind, HookKind::order_changed);
    EXPECT_EQ(events->front().order, id);
    EXPECT_EQ(events->front().remote_shop_id, address);
    push.body[0] = '[';
    EXPECT_FALSE(shop.open_webhook(push, ctx().app, clock.now()));
  }
  // We are away for a while: the shop switches the webhook off.
  for (int i = 0; i < 8; ++i) {
    control(Method::post, "orders/" + id + "/complete", "{}");
    take_pushes(503);
  }
  control(Method::post, "orders/" + id + "/complete", "{}");
  EXPECT_THAT(take_pushes(), IsEmpty());
  const auto kept = drive(shop.ensure_webhooks(ctx()));
  ASSERT_TRUE(kept) << kept.error().describe();
  EXPECT_EQ(kept->repaired, 1);
  EXPECT_EQ(kept->created, 0);
  control(Method::post, "orders/" + id + "/complete", "{}");
  EXPECT_EQ(take_pushes().size(), 1u);
  EXPECT_EQ(drive(shop.ensure_webhooks(ctx()))->repaired, 0);
  // In the trash: told with nothing but its number.
  control(Method::post, "orders/" + id + "/trash", "{}");
  const auto gone = take_pushes();
  ASSERT_EQ(gone.size(), 1u);
  EXPECT_EQ(gone[0].body, R"({"id":)" + id + "}");
}

TEST_P(WooAgainstSandbox, the_shops_own_troubles_are_told_apart) {
  ListingDraft d = tea();
  const auto code = [&] {
    const auto page = drive(shop.read_listings(ctx(), ""));
    return page ? std::string("ok") : page.error().code;
  };
  for (const auto& [setting, expected] :
       {std::pair{R"({"maintenance":true})", "channel_unavailable"},
        {R"({"maintenance":false,"firewall":true})", "shop_firewall"},
        {R"({"firewall":false,"permalinks":false})", "shop_api_missing"},
        {R"({"permalinks":true,"plugin_off":true})", "shop_api_missing"},
        {R"({"plugin_off":false,"moved_to":"https://www.toko.example"})", "shop_address_moved"},
        {R"({"moved_to":"","plugin_noise":"<br />Notice"})", "shop_page_instead"},
        {R"({"plugin_noise":""})", "ok"}}) {
    set(setting);
    EXPECT_EQ(code(), expected) << setting;
  }
  tokens.access = Secret(std::string("ck_") + std::string(40, '0') + ":cs_" + std::string(40, '0'));
  EXPECT_EQ(code(), "shop_keys_refused");
  EXPECT_EQ(drive(shop.refresh_tokens(ctx())).error().kind, ErrorKind::auth_expired);
}

TEST_P(WooAgainstSandbox, the_demo_village_can_be_published) {
  std::ifstream in(std::string(GERBANG_SOURCE_DIR) + "/deploy/demo/katalog.json");
  std::stringstream text;
  text << in.rdbuf();
  const auto catalogue = json::parse(text.str());
  ASSERT_TRUE(catalogue);
  std::size_t products = 0, variants = 0;
  for (const json::Value& p : (*catalogue)["products"].items()) {
    const std::string code = p["code"].to_text();
    SCOPED_TRACE(code);
    const auto product = product_from_json(code, p);
    if (!product) continue;  // the demo has wrong ones on purpose
    ListingDraft d;
    d.unit = d.code = code;
    d.title = p["title"]["id"].to_text();
    d.description = p["description"]["id"].to_text();
    d.category = p["category"].to_text();
    for (const json::Value& image : p["images"].items()) d.images.push_back(image["url"].to_text());
    d.options = product->options;
    d.permits = product->permits;
    d.attributes = product->attributes;
    for (const Variant& v : product->variants)
      d.variants.push_back(variant(v.sku, v.options, v.price ? v.price->amount : 10000, 7,
                                   v.weight_grams.value_or(100)));
    const auto category = shop.category_of(ctx(), d);
    ASSERT_TRUE(category);
    EXPECT_FALSE(category->empty()) << d.category;
    publish(d);
    ++products;
    variants += d.variants.size();
  }
  EXPECT_GT(products, 5u);
  EXPECT_EQ(listings().size(), variants);
}

INSTANTIATE_TEST_SUITE_P(Transports, WooAgainstSandbox,
                         ::testing::Values("https://woocommerce.test", "http://woocommerce.test"),
                         [](const auto& tested) {
                           return std::string(tested.param).starts_with("https") ? "basic"
                                                                                 : "oauth";
                         });

}  // namespace
}  // namespace gerbang::woocommerce
