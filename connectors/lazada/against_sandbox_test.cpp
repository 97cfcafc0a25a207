// The connector against its sandbox: no sockets, virtual time.
#include <set>

#include "connectors/lazada/lazada_for_test.hpp"
#include "connectors/lazada/sandbox/lazada_sandbox.hpp"

namespace gerbang::lazada {
namespace {

constexpr std::string_view kBase = "http://lazada.test";

class LazadaAgainstSandbox : public ::testing::Test {
 protected:
  ManualClock clock{*from_rfc3339("2026-11-24T02:00:00Z")};
  SeededRandom random{3};
  std::unique_ptr<Connector> connector = make_lazada_connector();
  std::unique_ptr<sandbox::Sandbox> market;
  std::string shop;
  TokenSet tokens;
  std::shared_ptr<const json::Value> shop_facts, category_facts;

  void SetUp() override {
    sandbox::Options options;
    options.clock = &clock;
    options.random = &random;
    options.public_url = kBase;
    options.hook_url = "http://gerbang.test/hooks/lazada";
    options.settings = json::object({{"calls_per_second", 0}});
    market = make_lazada_sandbox(std::move(options));
    shop = control(Method::post, "shops", {{"name", "BUM Desa Contoh"}})["shop_id"].text();
    AuthorisationGrant grant;
    const json::Value consent = control(Method::post, "consent", {{"shop_id", shop}});
    for (const auto& [name, value] : consent["query"].members())
      grant.query.emplace_back(name, value.to_text());
    auto granted = drive(connector->exchange_code(ctx(), grant));
    ASSERT_TRUE(granted.ok()) << granted.error().describe();
    tokens = granted->at(0);
    auto facts = drive(connector->read_shop_facts(ctx()));
    ASSERT_TRUE(facts) << facts.error().describe();
    shop_facts = std::make_shared<const json::Value>(*facts);
    facts = drive(connector->read_category_facts(ctx(), "10100021"));
    ASSERT_TRUE(facts) << facts.error().describe();
    category_facts = std::make_shared<const json::Value>(*facts);
    receive();
  }

  CallContext ctx() const {
    CallContext out;
    out.app.channel = "lazada";
    out.app.app_id = "990017";
    out.app.secret = Secret("sandbox-lazada-app-secret");
    out.app.api_url = kBase;
    out.app.auth_url = std::string(kBase) + "/oauth/authorize";
    out.app.redirect_url = "http://gerbang.test/oauth/lazada/callback";
    out.remote_shop_id = tokens.remote_shop_id;
    out.access_token = tokens.access;
    out.refresh_token = tokens.refresh;
    out.now = clock.now();
    out.shop_facts = shop_facts;
    out.category_facts = category_facts;
    return out;
  }

  template <class T>
  Result<T> drive(Exchange<T> exchange) {
    std::optional<HttpRequest> request = exchange.start();
    while (request) {
      if (request->trust == Trust::tenant) {
        HttpResponse picture;
        picture.status = 200;
        picture.body = testing::kPng + request->url;
        request = exchange.reply(std::move(picture));
        continue;
      }
      request->url.erase(0, kBase.size());
      sandbox::Answer answer = market->handle(*request);
      if (answer.cut == sandbox::Answer::Cut::reset_instead)
        return Error(
            request->effect == Effect::create ? ErrorKind::indeterminate : ErrorKind::transient,
            "connection_lost");
      if (answer.cut == sandbox::Answer::Cut::truncate_body)
        answer.response.body.resize(answer.response.body.size() / 2);
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
  void fault(const char* operation, const char* kind) {
    const json::Value f = json::array({json::object({{"operation", operation}, {"kind", kind}})});
    control(Method::post, "faults", {{"faults", f}});
  }

  ListingRef publish(const ListingDraft& d = testing::coffee()) {
    auto published = drive(connector->publish_listing(ctx(), d));
    EXPECT_TRUE(published.ok()) << published.error().describe();
    return published.ok() ? *published : ListingRef{};
  }
  json::Value listing(std::string_view sku) {
    const json::Value all = control(Method::get, "listings?shop_id=" + shop);
    for (const json::Value& l : all["listings"].items()) {
      if (l["sku"].text() == sku) return l;
    }
    return {};
  }
  std::optional<Quantity> stock_of(std::string_view sku) {
    return listing(sku)["stock"].as_int64();
  }
  std::string buy(int quantity, const char* sku = "KOPI-250") {
    const json::Value lines = json::array({json::object({{"sku", sku}, {"quantity", quantity}})});
    return control(Method::post, "orders", {{"shop_id", shop}, {"lines", lines}})["order_id"]
        .to_text();
  }
  RemoteOrder fetch(const std::string& id) {
    auto batch = drive(connector->fetch_orders(ctx(), {id}));
    EXPECT_TRUE(batch.ok() && batch->orders.size() == 1) << (batch ? "" : batch.error().describe());
    return batch && !batch->orders.empty() ? batch->orders[0] : RemoteOrder{};
  }
  static OrderAction action(const std::string& id, std::string reason = "customer_request") {
    OrderAction out;
    out.external_id = id;
    out.reason = std::move(reason);
    return out;
  }
  std::vector<HookEvent> receive() {
    std::vector<HookEvent> out;
    for (const sandbox::Push& push : market->due_pushes()) {
      InboundRequest request;
      request.headers = push.request.headers;
      request.body = push.request.body;
      auto events = connector->open_webhook(request, ctx().app, clock.now());
      EXPECT_TRUE(events.ok()) << events.error().describe();
      for (HookEvent& event : *events) out.push_back(std::move(event));
      HttpResponse answer;
      answer.status = 200;
      market->push_answered(push.id, answer);
    }
    return out;
  }
};

TEST_F(LazadaAgainstSandbox, TokensAreRefreshed) {
  EXPECT_EQ(tokens.remote_shop_id, shop);
  const CallContext old = ctx();
  auto fresh = drive(connector->refresh_tokens(ctx()));
  ASSERT_TRUE(fresh.ok()) << fresh.error().describe();
  EXPECT_EQ(drive(connector->read_listings(old, "")).error().kind, ErrorKind::auth_expired);
  tokens = *fresh;
  EXPECT_EQ(tokens.remote_shop_id, shop);
  EXPECT_TRUE(drive(connector->read_listings(ctx(), "")).ok());
  clock.advance(std::chrono::days(10));
  EXPECT_EQ(drive(connector->read_listings(ctx(), "")).error().kind, ErrorKind::auth_expired);
  clock.advance(std::chrono::days(41));
  EXPECT_EQ(drive(connector->refresh_tokens(ctx())).error().code, "refresh_refused");
}

TEST_F(LazadaAgainstSandbox, WrongKeyAndWrongClockAreToldApart) {
  CallContext wrong = ctx();
  wrong.app.secret = Secret("salah");
  EXPECT_EQ(drive(connector->read_listings(wrong, "")).error().code, "app_refused");
  CallContext slow = ctx();
  slow.now -= std::chrono::seconds(7201);
  EXPECT_EQ(drive(connector->read_listings(slow, "")).error().code, "clock_skewed");
}

TEST_F(LazadaAgainstSandbox, AProductLivesWithItsVariants) {
  const ListingRef ref = publish();
  ASSERT_EQ(ref.variants.size(), 2u);
  EXPECT_EQ(stock_of("KOPI-250"), 40);
  ListingDraft d = testing::coffee();
  d.remote_product = ref.remote_product;
  d.memo = ref.memo;
  d.title = "Kopi Baru";
  d.options[0].values = {"250 g", "1 kg"};
  d.variants[0].remote_variant = ref.variants.at("KOPI-250");
  d.variants[0].stock = 99;  // not of an update
  d.variants[1].sku = "KOPI-1KG";
  d.variants[1].options = {"1 kg"};
  d.variants[1].stock = 6;
  const auto updated = drive(connector->update_listing(ctx(), d));
  ASSERT_TRUE(updated.ok()) << updated.error().describe();
  EXPECT_EQ(updated->variants.at("KOPI-250"), ref.variants.at("KOPI-250"));
  EXPECT_EQ(stock_of("KOPI-250"), 40);
  EXPECT_EQ(stock_of("KOPI-1KG"), 6);
  EXPECT_TRUE(listing("KOPI-500").is_null());
  EXPECT_EQ(listing("KOPI-1KG")["product"].text(), ref.remote_product);
  EXPECT_EQ(listing("KOPI-250")["title"].text(), "Kopi Baru");

  StockBatch stock;
  stock.items.push_back({"KOPI-250", ref.remote_product, ref.variants.at("KOPI-250"), 0, true});
  stock.items.push_back({"KOPI-500", ref.remote_product, ref.variants.at("KOPI-500"), 3, true});
  stock.items.push_back(
      {"KOPI-1KG", ref.remote_product, updated->variants.at("KOPI-1KG"), 9, true});
  const auto acks = drive(connector->set_stock(ctx(), stock));
  ASSERT_TRUE(acks.ok());
  EXPECT_FALSE(acks->items[0].error);
  EXPECT_EQ(acks->items[1].error->kind, ErrorKind::not_found);
  EXPECT_FALSE(acks->items[2].error);
  EXPECT_EQ(stock_of("KOPI-1KG"), 9);
  PriceBatch price;
  price.items.push_back(
      {"KOPI-250", ref.remote_product, ref.variants.at("KOPI-250"), Money{36000}});
  EXPECT_FALSE(drive(connector->set_price(ctx(), price))->items[0].error);
  EXPECT_EQ(listing("KOPI-250")["price"].as_int64(), 36000);
  EXPECT_EQ(stock_of("KOPI-250"), 0) << "a price says nothing of stock";

  StateBatch state;
  state.items.push_back({"KOPI", ref.remote_product, "", false, false});
  for (int twice = 0; twice < 2; ++twice)
    EXPECT_FALSE(drive(connector->set_state(ctx(), state))->items[0].error);
  EXPECT_EQ(listing("KOPI-250")["listed"].as_bool(), false);
  // Content of what a person took off sale does not put it back on.
  d.title = "Kopi Lain";
  ASSERT_TRUE(drive(connector->update_listing(ctx(), d)).ok());
  EXPECT_EQ(listing("KOPI-250")["listed"].as_bool(), false);
  state.items[0].listed = true;
  for (int twice = 0; twice < 2; ++twice)
    EXPECT_FALSE(drive(connector->set_state(ctx(), state))->items[0].error);
  EXPECT_EQ(listing("KOPI-250")["listed"].as_bool(), true);
  EXPECT_EQ(stock_of("KOPI-1KG"), 9);
  state.items[0].remove = true;
  for (int twice = 0; twice < 2; ++twice)
    EXPECT_FALSE(drive(connector->set_state(ctx(), state))->items[0].error);
  EXPECT_EQ(drive(connector->find_listing(ctx(), testing::coffee())).error().kind,
            ErrorKind::not_found);
  EXPECT_EQ(drive(connector->update_listing(ctx(), d)).error().kind, ErrorKind::not_found);
}

TEST_F(LazadaAgainstSandbox, ACreateWhoseAnswerWasLostIsFound) {
  fault("product.create", "reset_after");
  EXPECT_EQ(drive(connector->publish_listing(ctx(), testing::coffee())).error().kind,
            ErrorKind::indeterminate);
  const auto found = drive(connector->find_listing(ctx(), testing::coffee()));
  ASSERT_TRUE(found.ok());
  EXPECT_EQ(found->variants.size(), 2u);
  // Doing it again without looking would have been refused.
  EXPECT_EQ(drive(connector->publish_listing(ctx(), testing::coffee())).error().code,
            "lazada_sku_taken");
}

TEST_F(LazadaAgainstSandbox, AnUpdateCutAnywhereIsRepairedByTheNext) {
  const ListingRef ref = publish();
  ListingDraft d = testing::coffee();
  d.remote_product = ref.remote_product;
  d.memo = ref.memo;
  d.options[0].values = {"250 g", "1 kg"};
  d.variants[0].remote_variant = ref.variants.at("KOPI-250");
  d.variants[1].sku = "KOPI-1KG";
  d.variants[1].options = {"1 kg"};
  for (const char* operation :
       {"product.item.get", "product.update", "product.create", "product.remove"}) {
    for (const char* kind : {"reset_before", "reset_after", "truncated"}) {
      fault(operation, kind);
      const auto outcome = drive(connector->update_listing(ctx(), d));
      if (!outcome) {
        EXPECT_EQ(outcome.error().kind, ErrorKind::transient) << operation << " " << kind;
      }
    }
  }
  control(Method::del, "faults");
  const auto done = drive(connector->update_listing(ctx(), d));
  ASSERT_TRUE(done) << done.error().describe();
  EXPECT_EQ(done->variants.size(), 2u);
  EXPECT_TRUE(listing("KOPI-500").is_null());
  EXPECT_EQ(listing("KOPI-1KG")["variant"].text(), done->variants.at("KOPI-1KG"));
}

TEST_F(LazadaAgainstSandbox, ACampaignHoldsStockAndOthersAreUnharmed) {
  const ListingRef ref = publish();
  control(Method::put, "settings",
          {{"campaign", json::object({{"sku", "KOPI-250"}, {"held", 10}})}});
  StockBatch stock;
  stock.items.push_back({"KOPI-250", ref.remote_product, ref.variants.at("KOPI-250"), 5, true});
  stock.items.push_back({"KOPI-500", ref.remote_product, ref.variants.at("KOPI-500"), 3, true});
  for (const bool partial : {true, false}) {
    control(Method::put, "settings", {{"partial_store", partial}});
    const auto acks = drive(connector->set_stock(ctx(), stock));
    ASSERT_TRUE(acks) << acks.error().describe();
    EXPECT_EQ(acks->items[0].error->code, "promotion_locked");
    EXPECT_EQ(acks->items[0].error->kind, ErrorKind::blocked);
    EXPECT_FALSE(acks->items[1].error);
    EXPECT_EQ(stock_of("KOPI-500"), 3);
    stock.items[1].quantity = 3;
  }
}

TEST_F(LazadaAgainstSandbox, StockIsWhatBuyersCanBuyWhateverOpenOrdersHold) {
  const ListingRef ref = publish();
  buy(3);
  StockBatch stock;
  stock.items.push_back({"KOPI-250", ref.remote_product, ref.variants.at("KOPI-250"), 37, true});
  EXPECT_FALSE(drive(connector->set_stock(ctx(), stock))->items[0].error);
  EXPECT_EQ(stock_of("KOPI-250"), 37) << "open orders are not taken off again";
  const auto page = drive(connector->read_listings(ctx(), ""));
  ASSERT_TRUE(page);
  EXPECT_EQ(page->listings.at(0).stock, 37);
}

TEST_F(LazadaAgainstSandbox, AnOrderComesByPushAndGoesItsWay) {
  const ListingRef ref = publish();
  receive();
  const std::string id = buy(3);
  EXPECT_EQ(stock_of("KOPI-250"), 37);
  const auto events = receive();
  ASSERT_EQ(events.size(), 6u) << "three units, unpaid and pending";
  std::set<std::string> keys;
  for (const HookEvent& e : events) {
    EXPECT_EQ(e.kind, HookKind::order_changed);
    EXPECT_EQ(e.order, id);
    EXPECT_EQ(e.remote_shop_id, shop);
    keys.insert(e.key);
  }
  EXPECT_EQ(keys.size(), 6u);
  RemoteOrder order = fetch(id);
  EXPECT_EQ(order.status, OrderStatus::paid);
  ASSERT_EQ(order.lines.size(), 1u);
  EXPECT_EQ(order.lines[0].quantity, 3);
  EXPECT_EQ(order.lines[0].remote_variant, ref.variants.at("KOPI-250"));
  EXPECT_EQ(order.lines[0].remote_sku, "KOPI-250");
  EXPECT_EQ(order.total.amount, 3 * 45000 + 9000);
  const std::string identity = order.lines[0].remote_line;

  for (int twice = 0; twice < 2; ++twice) {
    const auto ack = drive(connector->accept_order(ctx(), action(id)));
    ASSERT_TRUE(ack) << ack.error().describe();
    EXPECT_EQ(ack->shipments.size(), 1u);
  }
  EXPECT_EQ(fetch(id).status, OrderStatus::accepted);
  for (int twice = 0; twice < 2; ++twice) {
    const auto ack = drive(connector->ship_order(ctx(), action(id)));
    ASSERT_TRUE(ack) << ack.error().describe();
    EXPECT_FALSE(ack->shipments.at(0).tracking_number.empty());
  }
  EXPECT_EQ(fetch(id).status, OrderStatus::accepted);
  control(Method::post, "orders/" + id + "/pick_up");
  EXPECT_EQ(fetch(id).status, OrderStatus::shipped);
  EXPECT_EQ(drive(connector->cancel_order(ctx(), action(id))).error().code,
            "lazada_cancel_refused");
  control(Method::post, "orders/" + id + "/deliver");
  control(Method::post, "orders/" + id + "/complete");
  order = fetch(id);
  EXPECT_EQ(order.status, OrderStatus::completed);
  EXPECT_EQ(order.lines[0].remote_line, identity);
  EXPECT_EQ(stock_of("KOPI-250"), 37);
}

TEST_F(LazadaAgainstSandbox, ShippingCutAnywhereIsFinishedByTheNextTry) {
  publish();
  for (const char* operation : {"order.items.get", "order.shipment.providers.get",
                                "order.fulfill.pack", "order.package.rts"}) {
    for (const char* kind : {"reset_before", "reset_after", "truncated", "html"}) {
      const std::string id = buy(1);
      fault(operation, kind);
      const auto first = drive(connector->ship_order(ctx(), action(id)));
      ASSERT_FALSE(first) << operation << " " << kind;
      EXPECT_EQ(first.error().kind, ErrorKind::transient) << operation << " " << kind;
      const auto second = drive(connector->ship_order(ctx(), action(id)));
      ASSERT_TRUE(second) << operation << " " << kind << ": " << second.error().describe();
      EXPECT_EQ(second->shipments.size(), 1u);
    }
  }
}

TEST_F(LazadaAgainstSandbox, ACancellationIsDoneOnce) {
  publish();
  const std::string id = buy(2);
  for (int twice = 0; twice < 2; ++twice) {
    const auto done = drive(connector->cancel_order(ctx(), action(id)));
    EXPECT_TRUE(done) << done.error().describe();
  }
  EXPECT_EQ(fetch(id).status, OrderStatus::cancelled);
  EXPECT_EQ(stock_of("KOPI-250"), 40);
  EXPECT_EQ(fetch(id).lines.at(0).quantity, 2) << "what was ordered";
  EXPECT_EQ(drive(connector->ship_order(ctx(), action(id))).error().code, "lazada_order_cancelled");
  const std::string lost = buy(1);
  fault("order.reverse.cancel.create", "reset_after");
  EXPECT_EQ(drive(connector->cancel_order(ctx(), action(lost))).error().kind,
            ErrorKind::indeterminate);
  EXPECT_TRUE(drive(connector->cancel_order(ctx(), action(lost))));
  const std::string sold_out = buy(1);
  EXPECT_TRUE(drive(connector->cancel_order(ctx(), action(sold_out, "out_of_stock"))));
  EXPECT_EQ(stock_of("KOPI-250"), 0) << "as facts 13 warns";
}

TEST_F(LazadaAgainstSandbox, PartOfAnOrderMayBeCancelled) {
  publish();
  const std::string id = buy(3);
  const RemoteOrder before = fetch(id);
  const json::Value units = control(Method::get, "orders/" + id)["units"];
  control(Method::post, "orders/" + id + "/cancel",
          {{"units", json::array({units[1]["order_item_id"]})}});
  const RemoteOrder after = fetch(id);
  EXPECT_EQ(after.status, OrderStatus::paid);
  ASSERT_EQ(after.lines.size(), 1u);
  EXPECT_EQ(after.lines[0].quantity, 2);
  EXPECT_EQ(after.lines[0].remote_line, before.lines[0].remote_line);
}

TEST_F(LazadaAgainstSandbox, ABuyerMayAskAndTheSellerAnswers) {
  publish();
  const std::string id = buy(1);
  const auto ask = [&] { control(Method::post, "orders/" + id + "/request_cancel"); };
  ask();
  EXPECT_EQ(fetch(id).status, OrderStatus::cancel_requested);
  EXPECT_EQ(drive(connector->ship_order(ctx(), action(id))).error().code, "order_cancel_requested");
  EXPECT_TRUE(drive(connector->answer_cancellation(ctx(), action(id), false)).ok());
  EXPECT_EQ(fetch(id).status, OrderStatus::paid);
  ask();
  for (int twice = 0; twice < 2; ++twice)
    EXPECT_TRUE(drive(connector->answer_cancellation(ctx(), action(id), true)).ok());
  EXPECT_EQ(fetch(id).status, OrderStatus::cancelled);
  EXPECT_EQ(stock_of("KOPI-250"), 40);
}

TEST_F(LazadaAgainstSandbox, StatesThatNobodyKnowsHoldStock) {
  publish();
  const std::string id = buy(1);
  control(Method::post, "orders/" + id + "/set_status", {{"status", "kata_baru"}});
  const RemoteOrder order = fetch(id);
  EXPECT_EQ(order.status, OrderStatus::pending);
  EXPECT_EQ(order.remote_status, "kata_baru");
}

TEST_F(LazadaAgainstSandbox, PollingWalksAllPagesOfAWindow) {
  ListingDraft many = testing::coffee();
  many.variants[0].stock = 200;
  publish(many);
  control(Method::put, "settings", {{"most_offset", 60}});
  const TimePoint start = clock.now();
  std::set<std::string> all;
  for (int i = 0; i < 120; ++i) {
    all.insert(buy(1));
    clock.advance(std::chrono::seconds(1));
  }
  std::set<std::string> seen;
  OrderWindow window;
  window.from = start;
  window.to = clock.now();
  int pages = 0;
  do {
    auto page = drive(connector->list_orders(ctx(), window));
    ASSERT_TRUE(page.ok()) << page.error().describe();
    for (const RemoteOrder& o : page->orders) {
      seen.insert(o.external_id);
      EXPECT_EQ(o.lines.size(), 1u);
    }
    EXPECT_TRUE(page->external_ids.empty());
    if (page->next.empty()) break;
    window.cursor = page->next;
  } while (++pages < 9 && pages < 2);
  EXPECT_EQ(pages, 2) << "the third page lies beyond this market's offset";
  EXPECT_EQ(seen.size(), 100u);
  control(Method::put, "settings", {{"most_offset", 5000}});
  const auto last = drive(connector->list_orders(ctx(), window));
  ASSERT_TRUE(last);
  for (const RemoteOrder& o : last->orders) seen.insert(o.external_id);
  EXPECT_EQ(seen, all);
  EXPECT_TRUE(last->next.empty());
}

TEST_F(LazadaAgainstSandbox, ALimitNamesItsWait) {
  control(Method::put, "settings", {{"calls_per_second", 2}, {"ban_seconds", 4}});
  for (int i = 0; i < 2; ++i) ASSERT_TRUE(drive(connector->read_listings(ctx(), "")).ok());
  const auto refused = drive(connector->read_listings(ctx(), ""));
  EXPECT_EQ(refused.error().kind, ErrorKind::throttled);
  EXPECT_EQ(refused.error().retry_after, std::chrono::seconds(4));
  clock.advance(std::chrono::seconds(4));
  EXPECT_TRUE(drive(connector->read_listings(ctx(), "")).ok());
  control(Method::put, "settings",
          {{"calls_per_second", 0}, {"switched_off", json::array({"/products/get"})}});
  EXPECT_EQ(drive(connector->read_listings(ctx(), "")).error().code, "lazada_campaign_pause");
}

}  // namespace
}  // namespace gerbang::lazada
