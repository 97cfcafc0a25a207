#pragma once

#include "connectors/shopee/sandbox/shopee_sandbox.hpp"
#include "connectors/shopee/shopee.hpp"
#include "tests/kit/against_sandbox.hpp"

// The connector against its sandbox.
namespace gerbang::shopee::testing {

class AgainstSandbox : public kit::AgainstSandbox {
 protected:
  AgainstSandbox()
      : kit::AgainstSandbox("http://shopee.test", "https://gerbang.desa.example/hooks/shopee",
                            1'771'030'800) {}

  void SetUp() override {
    market = make_shopee_sandbox(options(json::object({{"calls_per_second", 0}})));
    const auto made = control(Method::post, "shops", R"({"name":"BUM Desa Contoh"})", 201);
    seller = made["shop_id"].text();
    authorise();
    read_facts();
    take_pushes();  // the authorisation's
  }

  const Connector& port() const override { return shopee; }
  CallContext ctx() override {
    CallContext out = context_of("shopee");
    out.app.app_id = "2007701";
    out.app.secret = Secret("sandbox-shopee-partner-key");
    out.app.push_secret = Secret("sandbox-shopee-push-key");
    out.app.auth_url = out.app.api_url + "/auth";
    return out;
  }

  ListingRef update(ListingDraft& d) {
    auto done = drive(shopee.update_listing(ctx_for(d), d));
    EXPECT_TRUE(done) << done.error().describe();
    if (!done) return {};
    remember(d, *done);
    return *done;
  }
  // To the end, through resume_after.
  ListingRef publish(ListingDraft& d) {
    auto done = drive(shopee.publish_listing(ctx_for(d), d));
    EXPECT_TRUE(done) << done.error().describe();
    if (!done) return {};
    remember(d, *done);
    if (!done->resume_after) return *done;
    clock.advance(*done->resume_after);
    return update(d);
  }

  Shopee shopee;
};

}  // namespace gerbang::shopee::testing
