// Authorisation, orders, the closed marketplace, and every fault at every step of every operation.
#include <gmock/gmock.h>

#include "connectors/bukalapak/shop_under_test.hpp"
#include "core/base/url.hpp"
#include "tests/kit/script.hpp"

namespace gerbang {
namespace {

using replaying::fixture;
using replaying::json_reply;
using replaying::replay;
using testing::ElementsAre;
using testing::HasSubstr;

TEST_F(BukalapakReplay, consent_page_asks_for_the_three_scopes) {
  const auto url = connector->authorise_url(ctx().app, "shp_1.x", ctx().now);
  EXPECT_EQ(*url,
            "https://akun.example/oauth/authorize?client_id=klien&redirect_uri=https%3A%2F%2F"
            "gerbang.example%2Foauth%2Fbukalapak%2Fcallback&response_type=code&scope=public%20"
            "user%20store&state=shp_1.x");
}

TEST_F(BukalapakReplay, code_becomes_tokens_of_a_named_shop) {
  AuthorisationGrant grant;
  grant.query = {{"code", "kode"}, {"state", "s"}};
  const auto run =
      replay(connector->exchange_code(ctx(), grant),
             {fixture("token.json"),
              json_reply(R"({"data":{"id":51001,"name":"BUM Desa"},"meta":{"http_status":200}})")});
  ASSERT_TRUE(run.result.ok());
  const TokenSet& tokens = run.result->at(0);
  EXPECT_EQ(tokens.access.reveal(), "akses-baru");
  EXPECT_EQ(tokens.refresh.reveal(), "segar-baru");
  EXPECT_EQ(tokens.access_expires_at, ctx().now + std::chrono::seconds(7200));
  EXPECT_EQ(tokens.remote_shop_id, "51001");
  EXPECT_EQ(tokens.remote_shop_name, "BUM Desa");
  EXPECT_EQ(run.requests[0].url, "https://akun.example/oauth/token");
  EXPECT_EQ(run.requests[0].effect, Effect::create);
  const auto form = *parse_query(run.requests[0].body);
  EXPECT_EQ(query_value(form, "grant_type"), "authorization_code");
  EXPECT_EQ(query_value(form, "code"), "kode");
  EXPECT_EQ(query_value(form, "client_secret"), "rahasia");
  EXPECT_EQ(query_value(form, "redirect_uri"), ctx().app.redirect_url);
  EXPECT_EQ(run.requests[1].headers.find("Authorization"), "Bearer akses-baru");
}

TEST_F(BukalapakReplay, tokens_are_kept_although_the_shop_has_no_name) {
  AuthorisationGrant grant;
  grant.query = {{"code", "kode"}};
  for (const kit::Fault& fault : kit::standard_faults({fixture("not_authorised.json").body})) {
    const auto run =
        replay(connector->exchange_code(ctx(), grant), {fixture("token.json"), fault.response});
    ASSERT_TRUE(run.result.ok());
    EXPECT_EQ(run.result->at(0).access.reveal(), "akses-baru");
    EXPECT_EQ(run.result->at(0).remote_shop_id, "");
  }
}

TEST_F(BukalapakReplay, a_seller_who_says_no_is_told_so) {
  AuthorisationGrant grant;
  grant.query = {{"error", "access_denied"}};
  const auto run = replay(connector->exchange_code(ctx(), grant), {});
  EXPECT_EQ(run.result.error().code, "authorisation_denied");
}

TEST_F(BukalapakReplay, spent_refresh_token_needs_the_seller) {
  const auto run = replay(
      connector->refresh_tokens(ctx()),
      {json_reply(R"({"error":"invalid_grant","error_description":"The grant is invalid"})", 401)});
  EXPECT_EQ(run.result.error().kind, ErrorKind::unauthenticated);
  EXPECT_EQ(run.result.error().code, "refresh_refused");
  EXPECT_EQ(run.result.error().remote->code, "invalid_grant");
  const auto app =
      replay(connector->refresh_tokens(ctx()), {json_reply(R"({"error":"invalid_client"})", 401)});
  EXPECT_EQ(app.result.error().code, "app_refused");
}

TEST_F(BukalapakReplay, polled_orders_come_whole) {
  auto one = *json::parse(fixture("transaction.json").body);
  json::Array list;
  list.push_back(one["data"]);
  list.push_back(json::object({{"id", 2101234568}, {"state", "paid"}}));  // unreadable
  const std::string body = json::dump(
      json::object({{"data", std::move(list)}, {"meta", json::object({{"http_status", 200}})}}));
  OrderWindow window;
  window.from = from_unix_seconds(1612100000);
  window.to = from_unix_seconds(1612200000);
  const auto run = replay(connector->list_orders(ctx(), window), {json_reply(body)});
  ASSERT_TRUE(run.result.ok());
  EXPECT_THAT(
      run.requests[0].url,
      HasSubstr("/transactions?context=sale&limit=50&offset=0&start_time=2021-01-31T13%3A"));
  EXPECT_THAT(run.requests[0].url, HasSubstr("states%5B%5D=remitted"));
  EXPECT_THAT(run.result->external_ids, ElementsAre("2101234568"));
  ASSERT_EQ(run.result->orders.size(), 1u);
  const RemoteOrder& order = run.result->orders[0];
  EXPECT_EQ(order.external_id, "2101234567");
  EXPECT_EQ(order.status, OrderStatus::paid);
  EXPECT_EQ(order.remote_status, "paid");
  EXPECT_EQ(order.placed_at, from_rfc3339("2021-02-01T03:20:00Z"));
  EXPECT_EQ(order.updated_at, from_rfc3339("2021-02-01T03:25:00Z"));
  EXPECT_EQ(order.total, Money{79000});
  EXPECT_EQ(order.city, "Magelang");
  ASSERT_EQ(order.lines.size(), 1u);
  EXPECT_EQ(order.lines[0].remote_sku, "KOPI-250");
  EXPECT_EQ(order.lines[0].remote_product, "2k9x1a");
  EXPECT_EQ(order.lines[0].remote_variant, "310045512");
  EXPECT_EQ(order.lines[0].quantity, 2);
  EXPECT_EQ(order.lines[0].price, Money{35000});
  EXPECT_TRUE(order.shipments.empty());
  // A locked phone is no phone.
  EXPECT_THAT(order.buyer.reveal(), Not(HasSubstr("phone")));
  EXPECT_THAT(order.buyer.reveal(), HasSubstr("Jl. Contoh 1"));
}

TEST_F(BukalapakReplay, an_order_that_is_not_there_is_no_failure) {
  const auto run = replay(connector->fetch_orders(ctx(), {"1", "2101234567"}),
                          {refused(404, 10002), fixture("transaction.json")});
  ASSERT_TRUE(run.result.ok());
  EXPECT_THAT(run.result->not_found, ElementsAre("1"));
  EXPECT_EQ(run.result->orders.at(0).external_id, "2101234567");
}

TEST_F(BukalapakReplay, shipping_needs_courier_and_number_and_accepts_first) {
  OrderAction action;
  action.external_id = "2101234567";
  action.status = OrderStatus::paid;
  EXPECT_EQ(replay(connector->ship_order(ctx(), action), {}).result.error().code,
            "courier_missing");
  action.courier = "JNE REG";
  const auto missing = replay(connector->ship_order(ctx(), action), {});
  EXPECT_EQ(missing.result.error().code, "courier_missing");
  EXPECT_EQ(missing.result.error().field, "/tracking_number");
  action.tracking_number = "R1";
  const auto run =
      replay(connector->ship_order(ctx(), action),
             {json_reply(with_state("accepted")), json_reply(with_state("delivered", "R1"))});
  ASSERT_TRUE(run.result.ok());
  EXPECT_EQ(run.requests[0].body, R"({"state":"accepted"})");
  EXPECT_EQ(run.requests[1].method, Method::put);
  EXPECT_EQ(run.requests[1].url, std::string(kApi) + "/transactions/2101234567/status");
  EXPECT_EQ(
      run.requests[1].body,
      R"({"state":"delivered","state_options":{"carrier":"JNE REG","tracking_number":"R1"}})");
  EXPECT_EQ(run.result->shipments.at(0).tracking_number, "R1");
}

TEST_F(BukalapakReplay, a_refused_step_that_was_taken_already_is_done) {
  OrderAction action;
  action.external_id = "2101234567";
  action.status = OrderStatus::accepted;
  action.courier = "JNE REG";
  action.tracking_number = "R1";
  const HttpResponse no = refused(422, 10004);
  const auto accepted =
      replay(connector->accept_order(ctx(), action), {no, json_reply(with_state("delivered"))});
  EXPECT_TRUE(accepted.result.ok());
  const auto shipped =
      replay(connector->ship_order(ctx(), action), {no, json_reply(with_state("received", "R1"))});
  EXPECT_TRUE(shipped.result.ok());
  const auto other =
      replay(connector->ship_order(ctx(), action), {no, json_reply(with_state("received", "R2"))});
  EXPECT_EQ(other.result.error().code, "order_state_refused");
  const auto unpaid =
      replay(connector->accept_order(ctx(), action), {no, json_reply(with_state("pending"))});
  EXPECT_EQ(unpaid.result.error().code, "order_state_refused");
  const auto late =
      replay(connector->accept_order(ctx(), action), {no, json_reply(with_state("expired"))});
  EXPECT_EQ(late.result.error().code, "order_state_refused");
}

TEST_F(BukalapakReplay, cancelling_is_a_rejection_with_a_fixed_text) {
  OrderAction action;
  action.external_id = "2101234567";
  action.reason = "out_of_stock";
  const auto run =
      replay(connector->cancel_order(ctx(), action), {json_reply(with_state("rejected"))});
  ASSERT_TRUE(run.result.ok());
  EXPECT_EQ(run.requests[0].body,
            R"({"state":"rejected","state_options":{"reject_reason":"Stok Habis"}})");
}

TEST_F(BukalapakReplay, the_envelope_decides_not_the_status_line) {
  const auto run = replay(connector->read_shop_facts(ctx()),
                          {json_reply(fixture("not_authorised.json").body, 200)});
  EXPECT_EQ(run.result.error().kind, ErrorKind::auth_expired);
  EXPECT_EQ(run.result.error().remote->code, "10001");
  const auto plain = replay(connector->read_shop_facts(ctx()), {json_reply(R"({"data":[]})")});
  EXPECT_EQ(plain.result.error().code, "channel_answer_unreadable");
}

TEST_F(BukalapakReplay, leaf_categories_are_the_shop_facts) {
  const auto run = replay(connector->read_shop_facts(ctx()), {fixture("categories.json")});
  ASSERT_TRUE(run.result.ok());
  EXPECT_EQ((*run.result)["categories"].items().size(), 5u);
  EXPECT_EQ((*run.result)["categories"][std::size_t{0}]["id"].text(), "1391");
}

TEST_F(BukalapakReplay, nothing_is_pushed_to_the_closed_marketplace) {
  CallContext live = ctx();
  live.app.api_url = "https://api.bukalapak.com";
  const auto refuses = [](auto run) {
    EXPECT_TRUE(run.requests.empty());
    ASSERT_FALSE(run.result.ok());
    EXPECT_EQ(run.result.error().kind, ErrorKind::rejected);
    EXPECT_EQ(run.result.error().code, "channel_closed_2025_02_09");
  };
  refuses(replay(connector->publish_listing(live, draft()), {}));
  refuses(replay(connector->update_listing(live, draft()), {}));
  refuses(replay(connector->set_stock(live, StockBatch()), {}));
  refuses(replay(connector->set_price(live, PriceBatch()), {}));
  refuses(replay(connector->set_state(live, StateBatch()), {}));
  // Old orders may still be read.
  const auto reading = replay(connector->fetch_orders(live, {"1"}), {fixture("transaction.json")});
  EXPECT_TRUE(reading.result.ok());
  EXPECT_EQ(connector->info().retired_code, "channel_closed_2025_02_09");
}

TEST_F(BukalapakReplay, what_is_not_offered_says_so) {
  EXPECT_EQ(connector->open_webhook({}, ctx().app, ctx().now).error().kind, ErrorKind::unsupported);
  EXPECT_EQ(connector->read_event("{}").error().kind, ErrorKind::unsupported);
  EXPECT_EQ(replay(connector->read_lost_events(ctx()), {}).result.error().kind,
            ErrorKind::unsupported);
  EXPECT_EQ(replay(connector->confirm_lost_events(ctx(), ""), {}).result.error().kind,
            ErrorKind::unsupported);
  EXPECT_EQ(replay(connector->answer_cancellation(ctx(), {}, true), {}).result.error().kind,
            ErrorKind::unsupported);
  EXPECT_EQ(replay(connector->read_category_facts(ctx(), "1"), {}).result.error().kind,
            ErrorKind::unsupported);
}

TEST_F(BukalapakReplay, trouble_at_every_step_of_every_operation) {
  const HttpResponse product = fixture("product.json"), order = fixture("transaction.json");
  StockBatch stock;
  stock.items.push_back({"KOPI-250", "2k9x1a", "310045512", 12, true});
  PriceBatch price;
  price.items.push_back({"KOPI-250", "2k9x1a", "310045512", Money{1000}});
  StateBatch state;
  state.items.push_back({"KOPI/KOPI-250", "2k9x1a", "310045512", true, false});
  StateBatch removal = state;
  removal.items[0].remove = true;
  OrderAction action;
  action.external_id = "2101234567";
  action.status = OrderStatus::paid;
  action.courier = "JNE REG";
  action.tracking_number = "R1";
  ListingDraft known = draft();
  known.remote_product = "2k9x1a";
  const Connector& c = *connector;
  const auto fails = [&](const char* name, auto make, const std::vector<HttpResponse>& replies) {
    SCOPED_TRACE(name);
    kit::Script script;
    for (const HttpResponse& reply : replies) script.push_back(kit::step(name, nullptr, reply));
    EXPECT_TRUE(kit::play(make(), script).ok());
    kit::fail_every_step(make, script, kit::standard_faults({fixture("not_authorised.json").body}));
    kit::drop_at_every_step(make, script);
  };
  fails("publish", [&] { return c.publish_listing(ctx(), draft()); },
        {png(), image_id("70001"), product});
  fails("update", [&] { return c.update_listing(ctx(), known); }, {png(), image_id("1"), product});
  fails("find", [&] { return c.find_listing(ctx(), draft()); }, {fixture("products.json")});
  fails("stock", [&] { return c.set_stock(ctx(), stock); }, {product});
  fails("price", [&] { return c.set_price(ctx(), price); }, {product});
  fails("state", [&] { return c.set_state(ctx(), state); }, {product});
  fails("remove", [&] { return c.set_state(ctx(), removal); }, {product});
  fails("read back", [&] { return c.read_listings(ctx(), ""); }, {fixture("products.json")});
  fails("facts", [&] { return c.read_shop_facts(ctx()); }, {fixture("categories.json")});
  fails("fetch", [&] { return c.fetch_orders(ctx(), {"1", "2"}); }, {order, order});
  fails("list", [&] { return c.list_orders(ctx(), OrderWindow()); },
        {json_reply(R"({"data":[],"meta":{"http_status":200}})")});
  fails("ship", [&] { return c.ship_order(ctx(), action); }, {order, order});
  fails("accept twice", [&] { return c.accept_order(ctx(), action); },
        {refused(422, 10004), json_reply(with_state("accepted"))});
  fails("cancel", [&] { return c.cancel_order(ctx(), action); }, {order});
}

TEST_F(BukalapakReplay, a_refresh_whose_answer_is_unreadable_may_have_happened) {
  const auto kind = [&](HttpResponse response) {
    return replay(connector->refresh_tokens(ctx()), {std::move(response)}).result.error().kind;
  };
  HttpResponse half = fixture("token.json");
  half.body.resize(half.body.size() / 2);
  EXPECT_EQ(kind(half), ErrorKind::indeterminate);
  EXPECT_EQ(kind(json_reply("<html></html>")), ErrorKind::indeterminate);
  EXPECT_EQ(kind(json_reply("")), ErrorKind::indeterminate);
  EXPECT_EQ(kind(json_reply("", 401)), ErrorKind::indeterminate);
  EXPECT_EQ(kind(json_reply("", 502)), ErrorKind::indeterminate);
  EXPECT_EQ(kind(json_reply("", 503)), ErrorKind::transient);
  EXPECT_EQ(kind(json_reply("", 429)), ErrorKind::throttled);
}

TEST_F(BukalapakReplay, a_401_without_a_body_is_still_an_expired_token) {
  const auto run = replay(connector->read_listings(ctx(), ""), {json_reply("", 401)});
  EXPECT_EQ(run.result.error().kind, ErrorKind::auth_expired);
}

}  // namespace
}  // namespace gerbang
