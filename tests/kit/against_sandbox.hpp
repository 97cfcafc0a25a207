#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "connectors/sandbox/sandbox.hpp"
#include "core/base/url.hpp"
#include "core/connector/connector.hpp"
#include "tests/kit/fixtures.hpp"

// A connector against its sandbox: no sockets, virtual time, one shop with its facts. A connector's
// own fixture derives from it, makes `market` and `seller`, and adds what only that channel has.
// What every channel must do is the conformance kit's to try (connectors/conformance).
namespace gerbang::kit {

class AgainstSandbox : public ::testing::Test {
 protected:
  // `base`: where the sandbox is, "http://shopee.test"; `hook_url`: where webhooks go.
  AgainstSandbox(std::string base, std::string hook_url, std::int64_t unix_seconds)
      : clock(from_unix_seconds(unix_seconds)),
        base_(std::move(base)),
        hook_url_(std::move(hook_url)) {}

  virtual const Connector& port() const = 0;
  virtual CallContext ctx() = 0;

  // For the sandbox, with the channel's settings.
  sandbox::Options options(json::Value settings) {
    sandbox::Options out;
    out.clock = &clock;
    out.random = &random;
    out.public_url = base_;
    out.hook_url = hook_url_;
    out.settings = std::move(settings);
    return out;
  }
  // What all contexts have; the app's keys are the channel's own.
  CallContext context_of(const std::string& channel) const {
    CallContext out;
    out.app.channel = channel;
    out.app.api_url = base_;
    out.app.hook_url = hook_url_;
    out.app.redirect_url = "https://gerbang.desa.example/oauth/" + channel + "/callback";
    out.access_token = tokens.access;
    out.refresh_token = tokens.refresh;
    out.remote_shop_id = seller;
    out.now = clock.now();
    out.shop_facts = facts;
    return out;
  }
  void read_facts() {
    category_facts.clear();
    const CallContext c = ctx();
    auto read = drive(port().read_shop_facts(c));
    ASSERT_TRUE(read) << read.error().describe();
    facts = std::make_shared<const json::Value>(*std::move(read));
  }
  // With the facts of the draft's category, as the engine supplies them.
  CallContext ctx_for(const ListingDraft& draft) {
    CallContext out = ctx();
    const auto category = port().category_of(out, draft);
    EXPECT_TRUE(category) << category.error().describe();
    if (!category) return out;
    auto& known = category_facts[*category];
    if (!known) {
      auto read = drive(port().read_category_facts(ctx(), *category));
      EXPECT_TRUE(read) << read.error().describe();
      if (read) known = std::make_shared<const json::Value>(*std::move(read));
    }
    out.category_facts = known;
    return out;
  }

  // -- the sandbox's control interface
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
  // What the seller gives away, as the callback or the operator would bring it.
  AuthorisationGrant grant_of(const std::string& whom) {
    const json::Value answer = control(Method::post, "consent", whom);
    AuthorisationGrant out;
    for (const char* form : {"query", "credentials"}) {
      for (const auto& [name, value] : answer[form].members())
        out.query.emplace_back(name, value.to_text());
    }
    return out;
  }
  AuthorisationGrant grant() { return grant_of(R"({"shop_id":")" + seller + "\"}"); }
  void authorise() {
    auto granted = drive(port().exchange_code(ctx(), grant()));
    ASSERT_TRUE(granted) << granted.error().describe();
    ASSERT_EQ(granted->size(), 1u);
    tokens = granted->front();
  }

  // Carries an exchange; pictures come from the organisation's own server. A cut connection ends it
  // as the engine would.
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
        EXPECT_TRUE(request->url.starts_with(base_)) << request->url;
        request->url.erase(0, base_.size());
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
    return kit::variant(std::move(sku), std::move(options), price, stock, grams);
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
      if (it != ref.variants.end()) v.remote_variant = it->second;
    }
  }
  std::map<std::string, json::Value> listings() {
    std::map<std::string, json::Value> out;
    const json::Value all = control(Method::get, "listings?shop_id=" + seller);
    for (const json::Value& l : all["listings"].items()) out.emplace(l["sku"].text(), l);
    return out;
  }
  static StockItem stock_of(const ListingRef& ref, const std::string& sku, Quantity quantity,
                            bool listed = true) {
    StockItem out;
    out.sku = sku;
    out.remote_product = ref.remote_product;
    out.remote_variant = ref.variants.at(sku);
    out.quantity = quantity;
    out.listed = listed;
    return out;
  }
  static PriceItem price_of(const ListingRef& ref, const std::string& sku, std::int64_t price) {
    return {sku, ref.remote_product, ref.variants.at(sku), Money{price}, {}};
  }
  static StateItem state_of(const ListingRef& ref, bool listed, bool remove = false) {
    return {ref.remote_product, ref.remote_product, "", listed, remove, {}};
  }

  // -- orders
  std::string buy(const std::string& sku, int quantity, const std::string& more = "") {
    const json::Value order = control(Method::post, "orders",
                                      R"({"lines":[{"sku":")" + sku + R"(","quantity":)" +
                                          std::to_string(quantity) + "}]" + more + "}",
                                      201);
    return std::string(order["order_id"].text());
  }
  json::Value verb(const std::string& order, const std::string& what,
                   const std::string& body = "{}") {
    return control(Method::post, "orders/" + order + "/" + what, body);
  }
  std::string state(const std::string& order) {
    return std::string(control(Method::get, "orders/" + order)["state"].text());
  }
  RemoteOrder fetched(const std::string& id) {
    auto batch = drive(port().fetch_orders(ctx(), {id}));
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

  // -- webhooks: what is due, as our receiver would get it
  std::vector<InboundRequest> take_pushes(int status = 200) {
    std::vector<InboundRequest> out;
    for (const sandbox::Push& push : market->due_pushes()) {
      InboundRequest in;
      EXPECT_TRUE(push.request.url.starts_with(hook_url_)) << push.request.url;
      in.path = push.request.url.substr(hook_url_.size());
      in.headers = push.request.headers;
      in.body = push.request.body;
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
      const auto events = port().open_webhook(push, ctx().app, clock.now());
      EXPECT_TRUE(events) << events.error().describe() << push.path << push.body;
      if (events) out.insert(out.end(), events->begin(), events->end());
    }
    return out;
  }

  ManualClock clock;
  SeededRandom random{7};
  std::unique_ptr<sandbox::Sandbox> market;
  std::string seller;  // the shop at the channel
  TokenSet tokens;
  std::shared_ptr<const json::Value> facts;
  std::map<std::string, std::shared_ptr<const json::Value>> category_facts;
  // A PNG of 800 × 800.
  std::string picture = std::string("\x89PNG\r\n\x1a\n", 8) +
                        std::string("\0\0\0\rIHDR\0\0\3\x20\0\0\3\x20\x08\x02\0\0\0", 21) + "isi";
  std::vector<std::string> calls;  // operations, in order

 private:
  std::string base_, hook_url_;
};

}  // namespace gerbang::kit
