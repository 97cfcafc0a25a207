#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "connectors/tokopedia/sandbox/tokopedia_sandbox.hpp"
#include "connectors/tokopedia/tokopedia.hpp"
#include "core/base/url.hpp"

// The connector against its sandbox: no sockets, virtual time. One authorised shop with its facts.
namespace gerbang::tokopedia::testing {

inline constexpr std::string_view kBase = "http://tokopedia.test";
inline constexpr std::string_view kHookUrl = "https://gerbang.desa.example/hooks/tokopedia";

class AgainstSandbox : public ::testing::Test {
 protected:
  void SetUp() override { start("{}"); }

  void start(const std::string& settings) {
    sandbox::Options options;
    options.clock = &clock;
    options.random = &random;
    options.public_url = kBase;
    options.hook_url = kHookUrl;
    options.settings = json::merge_patch(json::object({{"calls_per_second", 0}}),
                                         json::parse(settings).value_or(json::Value()));
    market = make_tokopedia_sandbox(std::move(options));
    const auto made = control(Method::post, "shops", R"({"name":"BUM Desa Contoh"})", 201);
    seller = made["shop_id"].text();
    authorise();
    read_facts();
    take_pushes();
  }
  void read_facts() {
    category_facts.clear();
    auto read = drive(connector.read_shop_facts(ctx()));
    ASSERT_TRUE(read) << read.error().describe();
    facts = std::make_shared<const json::Value>(*std::move(read));
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
  void fault(const std::string& operation, const std::string& kind, const std::string& more = "") {
    control(
        Method::post, "faults",
        R"({"faults":[{"operation":")" + operation + R"(","kind":")" + kind + "\"" + more + "}]}");
  }

  AuthorisationGrant grant() {
    const json::Value answer = control(Method::post, "consent", R"({"shop_id":")" + seller + "\"}");
    AuthorisationGrant out;
    for (const auto& [name, value] : answer["query"].members())
      out.query.emplace_back(name, value.to_text());
    return out;
  }
  void authorise() {
    auto granted = drive(connector.exchange_code(ctx(), grant()));
    ASSERT_TRUE(granted) << granted.error().describe();
    ASSERT_EQ(granted->size(), 1u);
    tokens = granted->front();
  }

  CallContext ctx() {
    CallContext out;
    out.app.channel = "tokopedia";
    out.app.app_id = "6gbsandbox7k2";
    out.app.secret = Secret("sandbox-tokopedia-app-secret");
    out.app.api_url = kBase;
    out.app.auth_url = std::string(kBase) + "/auth";
    out.app.hook_url = kHookUrl;
    out.app.redirect_url = "https://gerbang.desa.example/oauth/tokopedia/callback";
    out.access_token = tokens.access;
    out.refresh_token = tokens.refresh;
    out.remote_shop_id = seller;
    out.now = clock.now();
    out.nonce = nonces.hex(16);
    out.shop_facts = facts;
    return out;
  }

  // With the facts of the draft's category, as the engine supplies them.
  CallContext ctx_for(const ListingDraft& draft) {
    CallContext out = ctx();
    const auto category = connector.category_of(out, draft);
    EXPECT_TRUE(category) << category.error().describe();
    if (!category) return out;
    auto& known = category_facts[*category];
    if (!known) {
      auto read = drive(connector.read_category_facts(ctx(), *category));
      EXPECT_TRUE(read) << read.error().describe();
      if (read) known = std::make_shared<const json::Value>(*std::move(read));
    }
    out.category_facts = known;
    return out;
  }

  // Carries an exchange; pictures come from the organisation's own server.
  template <class T>
  Result<T> drive(Exchange<T> exchange) {
    std::optional<HttpRequest> request = exchange.start();
    while (request) {
      calls.push_back(request->operation);
      HttpResponse response;
      if (request->trust == Trust::tenant) {
        response.status = 200;
        response.body = picture;
      } else {
        EXPECT_TRUE(request->url.starts_with(kBase)) << request->url;
        request->url.erase(0, kBase.size());
        sandbox::Answer answer = market->handle(*request);
        if (answer.cut == sandbox::Answer::Cut::reset_instead)
          return Error(ErrorKind::indeterminate, "connection_lost");
        response = std::move(answer.response);
        if (answer.cut == sandbox::Answer::Cut::truncate_body)
          response.body.resize(response.body.size() / 2);
      }
      request = exchange.reply(std::move(response));
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
    v.package_mm = std::array<std::int64_t, 3>{80, 50, 200};
    return v;
  }
  static ListingDraft plain(const std::string& sku = "TEH-100", Quantity stock = 25) {
    ListingDraft d;
    d.unit = sku;
    d.code = sku;
    d.title = "Teh Hijau Lereng Petik Pucuk " + sku;
    d.description = "Pucuk teh dari kebun kecil di lereng desa, dipetik pagi hari.";
    d.category = "makanan-minuman/teh";
    d.attributes = {{"Negara Asal", "Indonesia"}, {"masa penyimpanan", "12 Bulan"}};
    d.images = {"https://desa.example/teh.png", "https://desa.example/kebun.png"};
    d.variants.push_back(variant(sku, {}, 32000, stock, 125));
    return d;
  }
  static ListingDraft coffee() {
    ListingDraft d = plain("KOPI");
    d.title = "Kopi Robusta Desa Sukamaju Sangrai";
    d.category = "makanan-minuman/kopi";
    d.options.push_back({"Kemasan", {"250 g", "500 g"}});
    d.variants.clear();
    d.variants.push_back(variant("KOPI-250", {"250 g"}, 45000, 40, 280));
    d.variants.push_back(variant("KOPI-500", {"500 g"}, 85000, 15, 540));
    return d;
  }

  // What the engine does with a result: it comes back in the next draft.
  static void remember(ListingDraft& d, const ListingRef& ref) {
    d.remote_product = ref.remote_product;
    d.memo = ref.memo;
    for (DraftVariant& v : d.variants) {
      const auto it = ref.variants.find(v.sku);
      v.remote_variant = it == ref.variants.end() ? "" : it->second;
    }
  }
  ListingRef update(ListingDraft& d) {
    auto done = drive(connector.update_listing(ctx_for(d), d));
    EXPECT_TRUE(done) << done.error().describe();
    if (!done) return {};
    remember(d, *done);
    return *done;
  }
  ListingRef publish(ListingDraft& d) {
    auto done = drive(connector.publish_listing(ctx_for(d), d));
    EXPECT_TRUE(done) << done.error().describe();
    if (!done) return {};
    remember(d, *done);
    return done->resume_after ? update(d) : *done;
  }
  // On offer: the audit has passed.
  ListingRef on_sale(ListingDraft& d) {
    ListingRef ref = publish(d);
    clock.advance(std::chrono::seconds(30));
    return ref;
  }

  std::map<std::string, json::Value> listings() {
    std::map<std::string, json::Value> out;
    const json::Value all = control(Method::get, "listings?shop_id=" + seller);
    for (const json::Value& l : all["listings"].items()) out.emplace(l["sku"].text(), l);
    return out;
  }
  std::int64_t shown(const std::string& sku) {
    return listings().at(sku)["stock"].as_int64().value_or(-1);
  }

  static StockItem stock_of(const ListingRef& ref, const std::string& sku, Quantity quantity,
                            bool listed = true) {
    return {sku, ref.remote_product, ref.variants.at(sku), quantity, listed};
  }
  static PriceItem price_of(const ListingRef& ref, const std::string& sku, std::int64_t price) {
    return {sku, ref.remote_product, ref.variants.at(sku), Money{price}};
  }
  static StateItem state_of(const ListingRef& ref, bool listed, bool remove = false) {
    return {ref.remote_product, ref.remote_product, "", listed, remove};
  }
  BatchAck set_stock(std::vector<StockItem> items) {
    StockBatch batch;
    batch.items = std::move(items);
    auto done = drive(connector.set_stock(ctx(), batch));
    EXPECT_TRUE(done) << done.error().describe();
    return done ? *done : BatchAck();
  }
  BatchAck set_state(StateItem item) {
    StateBatch batch;
    batch.items.push_back(std::move(item));
    auto done = drive(connector.set_state(ctx(), batch));
    EXPECT_TRUE(done) << done.error().describe();
    return done ? *done : BatchAck();
  }

  // -- orders

  std::string buy(const std::string& sku, int quantity, const std::string& more = "") {
    const json::Value order = control(Method::post, "orders",
                                      R"({"lines":[{"sku":")" + sku + R"(","quantity":)" +
                                          std::to_string(quantity) + "}]" + more + "}",
                                      201);
    return std::string(order["order_id"].text());
  }
  void verb(const std::string& order, const std::string& what) {
    control(Method::post, "orders/" + order + "/" + what, "{}");
  }
  std::string state(const std::string& order) {
    return std::string(control(Method::get, "orders/" + order)["state"].text());
  }
  RemoteOrder fetched(const std::string& id) {
    auto batch = drive(connector.fetch_orders(ctx(), {id}));
    EXPECT_TRUE(batch) << batch.error().describe();
    if (!batch || batch->orders.empty()) {
      ADD_FAILURE() << "no order " << id;
      return {};
    }
    return batch->orders.front();
  }
  OrderAction action(const std::string& id) {
    const RemoteOrder order = fetched(id);
    OrderAction out;
    out.external_id = id;
    out.lines = order.lines;
    out.shipments = order.shipments;
    out.status = order.status;
    return out;
  }

  // -- pushes: what is due, as our receiver would get it
  std::vector<InboundRequest> take_pushes(int status = 200) {
    std::vector<InboundRequest> out;
    for (const sandbox::Push& push : market->due_pushes()) {
      InboundRequest in;
      in.headers = push.request.headers;
      in.body = push.request.body;
      EXPECT_EQ(push.request.url, kHookUrl);
      out.push_back(std::move(in));
      HttpResponse answer;
      answer.status = status;
      market->push_answered(push.id, answer);
    }
    return out;
  }
  std::vector<HookEvent> hints() {
    std::vector<HookEvent> out;
    for (const InboundRequest& push : take_pushes()) {
      const auto events = connector.open_webhook(push, ctx().app, clock.now());
      EXPECT_TRUE(events) << events.error().describe() << push.body;
      if (events) out.insert(out.end(), events->begin(), events->end());
    }
    return out;
  }

  ManualClock clock{from_unix_seconds(1'795'600'000)};
  SeededRandom random{7};
  SeededRandom nonces{8};
  Tokopedia connector;
  std::unique_ptr<sandbox::Sandbox> market;
  std::string seller;
  TokenSet tokens;
  std::shared_ptr<const json::Value> facts;
  std::map<std::string, std::shared_ptr<const json::Value>> category_facts;
  // A PNG of 800 x 800.
  std::string picture = std::string("\x89PNG\r\n\x1a\n", 8) +
                        std::string("\0\0\0\rIHDR\0\0\3\x20\0\0\3\x20\x08\x02\0\0\0", 21) + "isi";
  std::vector<std::string> calls;  // operations, in order
};

}  // namespace gerbang::tokopedia::testing
