#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "connectors/blibli/blibli.hpp"
#include "connectors/blibli/sandbox/blibli_sandbox.hpp"
#include "core/base/url.hpp"

// The connector against its sandbox: no sockets, virtual time. One connected store with its facts.
namespace gerbang::blibli::testing {

inline constexpr std::string_view kBase = "http://blibli.test";
inline constexpr std::string_view kHookUrl = "https://gerbang.desa.example/hooks/blibli";

class AgainstSandbox : public ::testing::Test {
 protected:
  virtual std::string shop_body() { return R"({"name":"BUM Desa Contoh"})"; }

  void SetUp() override {
    sandbox::Options options;
    options.clock = &clock;
    options.random = &random;
    options.public_url = kBase;
    options.hook_url = kHookUrl;
    market = make_blibli_sandbox(std::move(options));
    store = control(Method::post, "shops", shop_body(), 201)["shop_id"].text();
    auto connected = drive(blibli.exchange_code(ctx(), grant()));
    ASSERT_TRUE(connected) << connected.error().describe();
    ASSERT_EQ(connected->size(), 1u);
    tokens = connected->front();
    auto read = drive(blibli.read_shop_facts(ctx()));
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
    const json::Value answer = control(Method::post, "consent", R"({"shop_id":")" + store + "\"}");
    AuthorisationGrant out;
    for (const auto& [name, value] : answer["credentials"].members())
      out.query.emplace_back(name, value.to_text());
    return out;
  }

  CallContext ctx() {
    CallContext out;
    out.app.channel = "blibli";
    out.app.app_id = "mta-api-gerbang-desa-1a2b3";
    out.app.secret = Secret("mta-api-sandbox-kunci-klien-gerbang");
    out.app.push_secret = Secret("sandbox-blibli-webhook-key");
    out.app.api_url = kBase;
    out.app.hook_url = kHookUrl;
    out.access_token = tokens.access;
    out.remote_shop_id = store;
    out.now = clock.now();
    out.nonce = std::to_string(++nonce);
    out.shop_facts = facts;
    return out;
  }
  // With the facts of the draft's category, as the engine supplies them.
  CallContext ctx_for(const ListingDraft& draft) {
    CallContext out = ctx();
    const auto category = blibli.category_of(out, draft);
    EXPECT_TRUE(category) << category.error().describe();
    if (!category) return out;
    auto& known = category_facts[*category];
    if (!known) {
      auto read = drive(blibli.read_category_facts(ctx(), *category));
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
          return Error(
              request->effect == Effect::create ? ErrorKind::indeterminate : ErrorKind::transient,
              "connection_lost");
        response = std::move(answer.response);
        if (answer.cut == sandbox::Answer::Cut::truncate_body)
          response.body.resize(response.body.size() / 2);
      }
      request = exchange.reply(std::move(response));
    }
    return exchange.take();
  }
  std::size_t count(const std::string& operation) const {
    return static_cast<std::size_t>(std::count(calls.begin(), calls.end(), operation));
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
    d.title = "Teh Hijau Lereng " + sku;
    d.description = "Pucuk teh dari kebun kecil di lereng desa, dipetik pagi hari.";
    d.category = "makanan-minuman/teh";
    d.attributes = {{"Negara Asal", "Indonesia"}, {"masa penyimpanan", "12 Bulan"}};
    d.images = {"https://desa.example/teh.png", "http://desa.example/kebun.png"};
    d.variants.push_back(variant(sku, {}, 32000, stock, 125));
    return d;
  }
  static ListingDraft coffee() {
    ListingDraft d = plain("KOPI");
    d.title = "Kopi Robusta Desa Sukamaju";
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
      if (it != ref.variants.end()) v.remote_variant = it->second;
    }
  }
  Result<ListingRef> try_update(ListingDraft& d) {
    auto done = drive(blibli.update_listing(ctx_for(d), d));
    if (done) remember(d, *done);
    return done;
  }
  // To the end, through resume_after.
  ListingRef follow(ListingDraft& d, Result<ListingRef> done) {
    for (int turns = 0; turns < 20; ++turns) {
      EXPECT_TRUE(done) << done.error().describe();
      if (!done || !done->resume_after) break;
      clock.advance(*done->resume_after);
      done = try_update(d);
    }
    EXPECT_TRUE(done && !done->resume_after);
    return done ? *done : ListingRef();
  }
  ListingRef publish(ListingDraft& d) {
    auto done = drive(blibli.publish_listing(ctx_for(d), d));
    if (done) remember(d, *done);
    return follow(d, std::move(done));
  }
  ListingRef update(ListingDraft& d) { return follow(d, try_update(d)); }

  std::map<std::string, json::Value> listings() {
    std::map<std::string, json::Value> out;
    const json::Value all = control(Method::get, "listings?shop_id=" + store);
    for (const json::Value& l : all["listings"].items()) out.emplace(l["sku"].text(), l);
    return out;
  }
  static StockItem stock_of(const ListingRef& ref, const std::string& sku, Quantity quantity) {
    return {sku, ref.remote_product, ref.variants.at(sku), quantity, true};
  }
  static PriceItem price_of(const ListingRef& ref, const std::string& sku, std::int64_t price) {
    return {sku, ref.remote_product, ref.variants.at(sku), Money{price}, {}};
  }
  static StateItem state_of(const ListingRef& ref, bool listed, bool remove = false) {
    return {ref.remote_product, ref.remote_product, "", listed, remove, {}};
  }

  // -- orders

  std::string buy(const std::string& lines, const std::string& more = "") {
    const json::Value order =
        control(Method::post, "orders", R"({"lines":[)" + lines + "]" + more + "}", 201);
    return std::string(order["order_id"].text());
  }
  std::string buy(const std::string& sku, int quantity) {
    return buy(R"({"sku":")" + sku + R"(","quantity":)" + std::to_string(quantity) + "}");
  }
  json::Value verb(const std::string& order, const std::string& what,
                   const std::string& body = "{}") {
    return control(Method::post, "orders/" + order + "/" + what, body);
  }
  std::string state(const std::string& order) {
    return std::string(control(Method::get, "orders/" + order)["state"].text());
  }
  RemoteOrder fetched(const std::string& id) {
    auto batch = drive(blibli.fetch_orders(ctx(), {id}));
    EXPECT_TRUE(batch) << batch.error().describe();
    if (!batch || batch->orders.empty()) {
      ADD_FAILURE() << "no order " << id;
      return {};
    }
    return batch->orders.front();
  }
  OrderAction action(const std::string& id) {
    OrderAction out;
    out.external_id = id;
    return out;
  }
  std::set<std::string> poll(TimePoint from, TimePoint to, int* pages = nullptr) {
    std::set<std::string> seen;
    OrderWindow window;
    window.from = from;
    window.to = to;
    do {
      auto page = drive(blibli.list_orders(ctx(), window));
      EXPECT_TRUE(page) << page.error().describe();
      if (!page) break;
      seen.insert(page->external_ids.begin(), page->external_ids.end());
      window.cursor = page->next;
      if (pages) ++*pages;
    } while (!window.cursor.empty());
    return seen;
  }

  // -- webhooks: what is due, as our receiver would get it
  std::vector<InboundRequest> take_pushes(int status = 200) {
    std::vector<InboundRequest> out;
    for (const sandbox::Push& push : market->due_pushes()) {
      InboundRequest in;
      in.headers = push.request.headers;
      in.body = push.request.body;
      EXPECT_TRUE(push.request.url.starts_with(kHookUrl));
      in.path = push.request.url.substr(kHookUrl.size());
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
      const auto events = blibli.open_webhook(push, ctx().app, clock.now());
      EXPECT_TRUE(events) << events.error().describe() << push.path << push.body;
      if (events) out.insert(out.end(), events->begin(), events->end());
    }
    return out;
  }

  ManualClock clock{from_unix_seconds(1'771'030'800)};
  SeededRandom random{7};
  Blibli blibli;
  std::unique_ptr<sandbox::Sandbox> market;
  std::string store;
  TokenSet tokens;
  std::shared_ptr<const json::Value> facts;
  std::map<std::string, std::shared_ptr<const json::Value>> category_facts;
  std::string picture = std::string("\x89PNG\r\n\x1a\n", 8) +
                        std::string("\0\0\0\rIHDR\0\0\3\x20\0\0\3\x20", 16) + "isi gambar";
  std::vector<std::string> calls;  // operations, in order
  int nonce = 0;
};

}  // namespace gerbang::blibli::testing
