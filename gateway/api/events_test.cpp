#include <chrono>

#include "gateway/api/world.hpp"

namespace gerbang::api {
namespace {

TEST(Events, come_in_order_and_go_on_where_they_ended) {
  World w;
  w.coffee();
  const Seen first = w.get("/v1/events?limit=1");
  ASSERT_EQ(first.json["events"].items().size(), 1u);
  EXPECT_EQ(first.json["events"][std::size_t{0}]["type"].text(), "product.changed");
  const Seen rest = w.get("/v1/events?after=" + std::string(first.json["next"].text()));
  ASSERT_EQ(rest.json["events"].items().size(), 1u);
  EXPECT_EQ(rest.json["events"][std::size_t{0}]["type"].text(), "stock.changed");
  const Seen none = w.get("/v1/events?after=" + std::string(rest.json["next"].text()));
  EXPECT_EQ(none.json["events"].items().size(), 0u);
  EXPECT_EQ(none.json["next"].text(), rest.json["next"].text());
}

TEST(Events, are_filtered_by_type) {
  World w;
  w.coffee();
  EXPECT_EQ(w.get("/v1/events?types=stock.*").json["events"].items().size(), 1u);
  EXPECT_EQ(w.get("/v1/events?types=product.changed,stock.changed").json["events"].items().size(),
            2u);
  EXPECT_EQ(w.get("/v1/events?types=order.*").json["events"].items().size(), 0u);
  EXPECT_EQ(w.get("/v1/events?types=pesanan.*").code(), "query_invalid");
}

// Runs what is ready until `done` holds; the store's answers arrive from its own threads.
template <class Done>
void run_until(World& w, Done done) {
  w.io.restart();
  while (!done()) w.io.run_one_for(std::chrono::seconds(5));
}

TEST(Events, a_waiting_request_is_woken_by_the_commit) {
  World w;
  w.key("desa");
  auto waiting = w.begin(Method::get, "/v1/events?wait=60&types=stock.*",
                         {{"Authorization", "Bearer " + w.key("desa")}});
  run_until(w, [&] { return w.signals.waiting() == 1; });
  // Something else happens first: it wakes, finds nothing for it and waits on.
  store::PutProducts product;
  product.organisation = w.organisation("desa");
  store::PutProducts::Item item;
  item.product.code = "TEH";
  item.product.title["id"] = "Teh";
  item.product.variants.emplace_back();
  item.product.variants[0].sku = "TEH";
  product.items.push_back(item);
  ASSERT_TRUE(w.store->apply_now(product).ok());
  store::ApplyStock stock;
  stock.organisation = w.organisation("desa");
  store::ApplyStock::Item count;
  count.item = "TEH";
  count.on_hand = 5;
  stock.items.push_back(count);
  ASSERT_TRUE(w.store->apply_now(stock).ok());
  const auto began = std::chrono::steady_clock::now();
  const Seen woken = w.finish(waiting);
  EXPECT_LT(std::chrono::steady_clock::now() - began, std::chrono::seconds(10));
  ASSERT_EQ(woken.json["events"].items().size(), 1u);
  EXPECT_EQ(woken.json["events"][std::size_t{0}]["type"].text(), "stock.changed");
  EXPECT_EQ(w.signals.waiting(), 0u);
}

TEST(Events, of_another_organisation_wake_nobody) {
  World w;
  w.key("desa");
  w.key("lain");
  auto waiting =
      w.begin(Method::get, "/v1/events?wait=60", {{"Authorization", "Bearer " + w.key("desa")}});
  run_until(w, [&] { return w.signals.waiting() == 1; });
  EXPECT_EQ(w.api->routes().empty(), false);
  store::ApplyStock stock;
  stock.organisation = w.organisation("lain");
  store::ApplyStock::Item count;
  count.item = "TEH";
  count.on_hand = 5;
  stock.items.push_back(count);
  ASSERT_TRUE(w.store->apply_now(stock).ok());
  w.io.restart();
  w.io.poll();
  EXPECT_EQ(w.signals.waiting(), 1u);
  w.signals.close();
  EXPECT_EQ(w.finish(waiting).json["events"].items().size(), 0u);
}

TEST(Events, waiting_ends_with_nothing_when_the_time_is_over) {
  World w;
  const Seen seen = w.get("/v1/events?wait=1");
  EXPECT_EQ(seen.status, 200);
  EXPECT_EQ(seen.json["events"].items().size(), 0u);
  EXPECT_EQ(seen.json["next"].text(), "0");
}

TEST(Events, one_organisation_cannot_take_all_the_places) {
  World w;
  const std::string desa = "Bearer " + w.key("desa");
  w.key("lain");
  auto first = w.begin(Method::get, "/v1/events?wait=60", {{"Authorization", desa}});
  auto second = w.begin(Method::get, "/v1/events?wait=60", {{"Authorization", desa}});
  run_until(w, [&] { return w.signals.waiting() == 2; });
  auto third = w.begin(Method::get, "/v1/events?wait=60", {{"Authorization", desa}});
  auto other =
      w.begin(Method::get, "/v1/events?wait=60", {{"Authorization", "Bearer " + w.key("lain")}});
  run_until(w, [&] { return w.signals.waiting() == 3; });
  w.signals.close();
  const Seen full = w.finish(third);
  EXPECT_EQ(full.status, 429);
  EXPECT_EQ(full.code(), "too_many_waiters");
  EXPECT_EQ(full.header("Retry-After"), "5");
  EXPECT_EQ(w.finish(other).status, 200);
  EXPECT_EQ(w.finish(first).status, 200);
  EXPECT_EQ(w.finish(second).status, 200);
}

}  // namespace
}  // namespace gerbang::api
