// The connector against its sandbox: no sockets, virtual time. The driver is one loop.
#include <gmock/gmock.h>

#include <set>

#include "connectors/sample/sample.hpp"
#include "connectors/sample/sandbox/sample_sandbox.hpp"

namespace gerbang {
namespace {

constexpr std::string_view kBase = "http://pasar.test";

class SampleAgainstSandbox : public testing::Test {
 protected:
  ManualClock clock{*from_rfc3339("2025-01-06T02:00:00Z")};
  SeededRandom random{3};
  std::unique_ptr<Connector> connector = make_sample_connector();
  std::unique_ptr<sandbox::Sandbox> market;
  std::string shop;
  TokenSet tokens;

  void SetUp() override {
    sandbox::Options options;
    options.clock = &clock;
    options.random = &random;
    options.public_url = kBase;
    options.hook_url = "http://gerbang.test/hooks/sample";
    options.settings = json::object({{"calls_per_second", 0}});
    market = make_sample_sandbox(std::move(options));
    shop = control(Method::post, "shops", {{"name", "BUM Desa Contoh"}})["shop_id"].text();
    AuthorisationGrant grant;
    const json::Value consent = control(Method::post, "consent", {{"shop_id", shop}});
    for (const auto& [name, value] : consent["query"].members())
      grant.query.emplace_back(name, value.to_text());
    auto granted = drive(connector->exchange_code(ctx(), grant));
    ASSERT_TRUE(granted.ok()) << granted.error().describe();
    tokens = granted->at(0);
  }

  CallContext ctx() const {
    CallContext out;
    out.app.app_id = "sample-sandbox";
    out.app.secret = Secret("sample-sandbox-secret");
    out.app.api_url = kBase;
    out.access_token = tokens.access;
    out.refresh_token = tokens.refresh;
    out.now = clock.now();
    return out;
  }

  template <class T>
  Result<T> drive(Exchange<T> exchange) {
    std::optional<HttpRequest> request = exchange.start();
    while (request) {
      request->url.erase(0, kBase.size());
      sandbox::Answer answer = market->handle(*request);
      if (answer.cut == sandbox::Answer::Cut::reset_instead)
        return Error(ErrorKind::indeterminate, "connection_lost");
      request = exchange.reply(std::move(answer.response));
    }
    return exchange.take();
  }

  json::Value control(Method method, const std::string& what,
                      std::initializer_list<json::Member> body = {}, int* status = nullptr) {
    HttpRequest request;
    request.method = method;
    request.url = "/_sandbox/" + what;
    if (body.size() > 0) request.body = json::dump(json::object(body));
    const sandbox::Answer answer = market->handle(request);
    if (status) *status = answer.response.status;
    return *json::parse(answer.response.body);
  }

  static ListingDraft draft() {
    ListingDraft out;
    out.title = "Kopi Robusta";
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
  ListingRef publish() {
    auto published = drive(connector->publish_listing(ctx(), draft()));
    EXPECT_TRUE(published.ok()) << published.error().describe();
    return published.ok() ? *published : ListingRef{};
  }
  std::optional<Quantity> stock_of(std::string_view sku) {
    const json::Value all = control(Method::get, "listings?shop_id=" + shop);
    for (const json::Value& l : all["listings"].items()) {
      if (l["sku"].text() == sku) return l["stock"].as_int64();
    }
    return std::nullopt;
  }
  std::string buy(int quantity, int* status = nullptr) {
    const json::Value lines =
        json::array({json::object({{"sku", "KOPI-250"}, {"quantity", quantity}})});
    return control(Method::post, "orders", {{"shop_id", shop}, {"lines", lines}},
                   status)["order_id"]
        .to_text();
  }
  OrderStatus status_of(const std::string& id) {
    auto batch = drive(connector->fetch_orders(ctx(), {id}));
    EXPECT_TRUE(batch.ok() && batch->orders.size() == 1);
    return batch->orders.at(0).status;
  }
  static OrderAction action(const std::string& id) {
    OrderAction out;
    out.external_id = id;
    out.courier = "JNE";
    out.tracking_number = "R1";
    out.reason = "out_of_stock";
    return out;
  }
  // What the gateway would make of the webhooks that are due, each answered with `status`.
  std::vector<HookEvent> receive(int status = 200) {
    std::vector<HookEvent> out;
    for (const sandbox::Push& push : market->due_pushes()) {
      InboundRequest request;
      request.headers = push.request.headers;
      request.body = push.request.body;
      auto events = connector->open_webhook(request, ctx().app, clock.now());
      EXPECT_TRUE(events.ok()) << events.error().describe();
      for (HookEvent& event : *events) out.push_back(std::move(event));
      HttpResponse answer;
      answer.status = status;
      market->push_answered(push.id, answer);
    }
    return out;
  }
};

TEST_F(SampleAgainstSandbox, tokens_rotate) {
  EXPECT_EQ(tokens.remote_shop_id, shop);
  const CallContext old = ctx();
  auto fresh = drive(connector->refresh_tokens(ctx()));
  ASSERT_TRUE(fresh.ok());
  EXPECT_EQ(drive(connector->refresh_tokens(old)).error().code, "refresh_refused");
  EXPECT_EQ(drive(connector->read_listings(old, "")).error().kind, ErrorKind::auth_expired);
  tokens = *fresh;
  EXPECT_TRUE(drive(connector->read_listings(ctx(), "")).ok());
  clock.advance(std::chrono::hours(4));
  EXPECT_EQ(drive(connector->read_listings(ctx(), "")).error().kind, ErrorKind::auth_expired);
}

TEST_F(SampleAgainstSandbox, wrong_key_and_wrong_clock_are_told_apart) {
  CallContext wrong = ctx();
  wrong.app.secret = Secret("salah");
  EXPECT_EQ(drive(connector->read_listings(wrong, "")).error().code, "app_refused");
  CallContext slow = ctx();
  slow.now = slow.now - std::chrono::seconds(301);
  EXPECT_EQ(drive(connector->read_listings(slow, "")).error().code, "clock_skewed");
  slow.now = slow.now + std::chrono::seconds(1);
  EXPECT_TRUE(drive(connector->read_listings(slow, "")).ok());
}

TEST_F(SampleAgainstSandbox, a_product_lives_with_its_variants) {
  const ListingRef ref = publish();
  ListingDraft d = draft();
  d.remote_product = ref.remote_product;
  d.variants[0].remote_variant = ref.variants.at("KOPI-250");
  d.variants[0].stock = 99;  // not of an update
  d.variants[1].sku = "KOPI-1KG";
  d.variants[1].stock = 6;
  const auto updated = drive(connector->update_listing(ctx(), d));
  ASSERT_TRUE(updated.ok()) << updated.error().describe();
  EXPECT_EQ(updated->variants.at("KOPI-250"), ref.variants.at("KOPI-250"));
  EXPECT_EQ(stock_of("KOPI-250"), 4);
  EXPECT_EQ(stock_of("KOPI-1KG"), 6);
  EXPECT_FALSE(stock_of("KOPI-500").has_value());

  StockBatch stock;
  stock.items.push_back({"KOPI-250", ref.remote_product, ref.variants.at("KOPI-250"), 0, true});
  stock.items.push_back({"KOPI-500", ref.remote_product, ref.variants.at("KOPI-500"), 3, true});
  const auto acks = drive(connector->set_stock(ctx(), stock));
  ASSERT_TRUE(acks.ok());
  EXPECT_FALSE(acks->items[0].error.has_value());
  EXPECT_EQ(acks->items[1].error->kind, ErrorKind::not_found);
  EXPECT_EQ(stock_of("KOPI-250"), 0);

  control(Method::put, "settings", {{"promotion", json::array({"KOPI-250"})}});
  PriceBatch price;
  price.items.push_back(
      {"KOPI-250", ref.remote_product, ref.variants.at("KOPI-250"), Money{36000}});
  EXPECT_EQ(drive(connector->set_price(ctx(), price))->items[0].error->code, "promotion_locked");
  control(Method::put, "settings", {{"promotion", nullptr}});
  EXPECT_FALSE(drive(connector->set_price(ctx(), price))->items[0].error.has_value());

  StateBatch gone;
  gone.items.push_back({"KOPI", ref.remote_product, "", false, true});
  for (int twice = 0; twice < 2; ++twice)
    EXPECT_FALSE(drive(connector->set_state(ctx(), gone))->items[0].error.has_value());
  EXPECT_EQ(drive(connector->find_listing(ctx(), draft())).error().kind, ErrorKind::not_found);
}

TEST_F(SampleAgainstSandbox, a_create_whose_answer_was_lost_is_found) {
  const json::Value fault =
      json::array({json::object({{"operation", "product.create"}, {"kind", "reset_after"}})});
  control(Method::post, "faults", {{"faults", fault}});
  EXPECT_EQ(drive(connector->publish_listing(ctx(), draft())).error().kind,
            ErrorKind::indeterminate);
  const auto found = drive(connector->find_listing(ctx(), draft()));
  ASSERT_TRUE(found.ok());
  EXPECT_EQ(found->variants.size(), 2u);
  // Doing it again without looking would have been refused.
  EXPECT_EQ(drive(connector->publish_listing(ctx(), draft())).error().kind, ErrorKind::rejected);
}

TEST_F(SampleAgainstSandbox, an_order_comes_by_webhook_and_goes_its_way) {
  publish();
  const std::string id = buy(3);
  EXPECT_EQ(stock_of("KOPI-250"), 1);
  int status = 0;
  buy(2, &status);
  EXPECT_EQ(status, 409);
  const auto events = receive();
  ASSERT_EQ(events.size(), 1u);
  EXPECT_EQ(events[0].order, id);
  EXPECT_EQ(events[0].remote_shop_id, shop);
  EXPECT_EQ(status_of(id), OrderStatus::paid);
  for (int twice = 0; twice < 2; ++twice) {
    EXPECT_TRUE(drive(connector->accept_order(ctx(), action(id))).ok());
  }
  EXPECT_EQ(status_of(id), OrderStatus::accepted);
  for (int twice = 0; twice < 2; ++twice)
    EXPECT_TRUE(drive(connector->ship_order(ctx(), action(id))).ok());
  EXPECT_EQ(status_of(id), OrderStatus::shipped);
  EXPECT_EQ(drive(connector->cancel_order(ctx(), action(id))).error().code, "order_state_refused");
  control(Method::post, "orders/" + id + "/deliver");
  control(Method::post, "orders/" + id + "/complete");
  EXPECT_EQ(status_of(id), OrderStatus::completed);
  EXPECT_EQ(stock_of("KOPI-250"), 1);
}

TEST_F(SampleAgainstSandbox, a_buyer_may_ask_and_the_seller_answers) {
  publish();
  const std::string id = buy(3);
  control(Method::post, "orders/" + id + "/request_cancel");
  EXPECT_EQ(status_of(id), OrderStatus::cancel_requested);
  EXPECT_TRUE(drive(connector->answer_cancellation(ctx(), action(id), false)).ok());
  EXPECT_EQ(status_of(id), OrderStatus::paid);
  control(Method::post, "orders/" + id + "/request_cancel");
  for (int twice = 0; twice < 2; ++twice)
    EXPECT_TRUE(drive(connector->answer_cancellation(ctx(), action(id), true)).ok());
  EXPECT_EQ(status_of(id), OrderStatus::cancelled);
  EXPECT_EQ(stock_of("KOPI-250"), 4);
}

TEST_F(SampleAgainstSandbox, events_that_nobody_took_are_on_the_lost_list) {
  publish();
  const std::string id = buy(1);
  EXPECT_EQ(receive(500).size(), 1u);
  EXPECT_TRUE(receive(500).empty());
  clock.advance(std::chrono::seconds(10));
  EXPECT_EQ(receive(500).size(), 1u);
  EXPECT_TRUE(drive(connector->read_lost_events(ctx()))->bodies.empty());
  clock.advance(std::chrono::minutes(2));
  EXPECT_EQ(receive(500).size(), 1u);
  auto lost = drive(connector->read_lost_events(ctx()));
  ASSERT_EQ(lost->bodies.size(), 1u);
  EXPECT_EQ(connector->read_event(lost->bodies[0])->at(0).order, id);
  EXPECT_TRUE(drive(connector->confirm_lost_events(ctx(), lost->confirm)).ok());
  EXPECT_TRUE(drive(connector->read_lost_events(ctx()))->bodies.empty());
}

TEST_F(SampleAgainstSandbox, polling_walks_all_pages_of_a_window) {
  ListingDraft many = draft();
  many.variants[0].stock = 100;
  ASSERT_TRUE(drive(connector->publish_listing(ctx(), many)).ok());
  const TimePoint start = clock.now();
  for (int i = 0; i < 51; ++i) buy(1);
  clock.advance(std::chrono::minutes(10));
  buy(1);
  std::set<std::string> seen;
  OrderWindow window;
  window.from = start;
  window.to = clock.now();  // the last one is not before it
  int pages = 0;
  do {
    auto page = drive(connector->list_orders(ctx(), window));
    ASSERT_TRUE(page.ok());
    seen.insert(page->external_ids.begin(), page->external_ids.end());
    window.cursor = page->next;
  } while (!window.cursor.empty() && ++pages < 9);
  EXPECT_EQ(seen.size(), 51u);
  EXPECT_EQ(pages, 1);
}

TEST_F(SampleAgainstSandbox, eleventh_call_of_a_second_waits) {
  control(Method::put, "settings", {{"calls_per_second", 10}});
  for (int i = 0; i < 10; ++i) ASSERT_TRUE(drive(connector->read_listings(ctx(), "")).ok());
  const auto refused = drive(connector->read_listings(ctx(), ""));
  EXPECT_EQ(refused.error().kind, ErrorKind::throttled);
  EXPECT_EQ(refused.error().retry_after, std::chrono::seconds(1));
  clock.advance(std::chrono::seconds(1));
  EXPECT_TRUE(drive(connector->read_listings(ctx(), "")).ok());
}

}  // namespace
}  // namespace gerbang
