#pragma once

#include "connectors/tokopedia/sandbox/tokopedia_sandbox.hpp"
#include "connectors/tokopedia/tokopedia.hpp"
#include "tests/kit/against_sandbox.hpp"

// The connector against its sandbox.
namespace gerbang::tokopedia::testing {

class AgainstSandbox : public kit::AgainstSandbox {
 protected:
  AgainstSandbox()
      : kit::AgainstSandbox("http://tokopedia.test", "https://gerbang.desa.example/hooks/tokopedia",
                            1'795'600'000) {}

  void SetUp() override { start("{}"); }
  void start(const std::string& settings) {
    market = make_tokopedia_sandbox(options(json::merge_patch(
        json::object({{"calls_per_second", 0}}), json::parse(settings).value_or(json::Value()))));
    const auto made = control(Method::post, "shops", R"({"name":"BUM Desa Contoh"})", 201);
    seller = made["shop_id"].text();
    authorise();
    read_facts();
    take_pushes();
  }

  const Connector& port() const override { return connector; }
  CallContext ctx() override {
    CallContext out = context_of("tokopedia");
    out.app.app_id = "6gbsandbox7k2";
    out.app.secret = Secret("sandbox-tokopedia-app-secret");
    out.app.auth_url = out.app.api_url + "/auth";
    out.nonce = nonces.hex(16);
    return out;
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
  std::int64_t shown(const std::string& sku) {
    return listings().at(sku)["stock"].as_int64().value_or(-1);
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

  SeededRandom nonces{8};
  Tokopedia connector;
};

}  // namespace gerbang::tokopedia::testing
