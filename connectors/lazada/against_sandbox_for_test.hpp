#pragma once

#include "connectors/lazada/lazada_for_test.hpp"
#include "connectors/lazada/sandbox/lazada_sandbox.hpp"

// Tests only: the connector against its sandbox, no sockets, virtual time.
namespace gerbang::lazada::testing {

inline constexpr std::string_view kBase = "http://lazada.test";

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

}  // namespace gerbang::lazada::testing
