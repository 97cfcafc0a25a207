#pragma once

#include "connectors/blibli/blibli.hpp"
#include "connectors/blibli/sandbox/blibli_sandbox.hpp"
#include "tests/kit/against_sandbox.hpp"

// The connector against its sandbox.
namespace gerbang::blibli::testing {

class AgainstSandbox : public kit::AgainstSandbox {
 protected:
  AgainstSandbox()
      : kit::AgainstSandbox("http://blibli.test", "https://gerbang.desa.example/hooks/blibli",
                            1'771'030'800) {}

  virtual std::string shop_body() { return R"({"name":"BUM Desa Contoh"})"; }

  void SetUp() override {
    market = make_blibli_sandbox(options({}));
    seller = control(Method::post, "shops", shop_body(), 201)["shop_id"].text();
    authorise();
    read_facts();
  }

  const Connector& port() const override { return blibli; }
  CallContext ctx() override {
    CallContext out = context_of("blibli");
    out.app.app_id = "mta-api-gerbang-desa-1a2b3";
    out.app.secret = Secret("mta-api-sandbox-kunci-klien-gerbang");
    out.app.push_secret = Secret("sandbox-blibli-webhook-key");
    out.nonce = std::to_string(++nonce);
    return out;
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

  // -- orders: of several lines, and known by their number alone
  using kit::AgainstSandbox::buy;
  std::string buy(const std::string& lines, const std::string& more = "") {
    const json::Value order =
        control(Method::post, "orders", R"({"lines":[)" + lines + "]" + more + "}", 201);
    return std::string(order["order_id"].text());
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

  Blibli blibli;
  std::string& store = seller;  // as Blibli calls it
  int nonce = 0;
};

}  // namespace gerbang::blibli::testing
