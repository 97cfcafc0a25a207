// DESIGN section 8: never scan for work. Whatever statements the scripts and queries of the engine
// have prepared, each must reach its rows through enough columns of an index.
#include <sqlite3.h>

#include <algorithm>

#include "core/store/sqlite/scripts_world_for_test.hpp"

namespace gerbang::store {
namespace {

class Plans : public ::testing::Test, protected ScriptsWorld {
 protected:
  std::vector<std::string> plan_of(const std::string& sql) {
    std::vector<std::string> out;
    sqlite3_stmt* plan = nullptr;
    if (sqlite3_prepare_v2(db.handle(), ("EXPLAIN QUERY PLAN " + sql).c_str(), -1, &plan,
                           nullptr) != SQLITE_OK) {
      ADD_FAILURE() << sql;
      return out;
    }
    while (sqlite3_step(plan) == SQLITE_ROW)
      out.emplace_back(reinterpret_cast<const char*>(sqlite3_column_text(plan, 3)));
    sqlite3_finalize(plan);
    return out;
  }
  // The lines of the plan that touch more rows than the answer needs.
  std::vector<std::string> wasteful(const std::string& sql) {
    std::vector<std::string> out;
    for (const std::string& line : plan_of(sql)) {
      const bool scans = line.starts_with("SCAN") && !line.starts_with("SCAN CONSTANT") &&
                         !line.starts_with("SCAN (");
      // All products, listings or orders of one organisation. It has few shops (a recovery has a
      // row for each), its queue of short orders is meant to be read whole, and the first location
      // is one step into the index.
      const auto of = [&](const char* name) { return line.find(name) != std::string::npos; };
      const bool whole_organisation = line.ends_with("(organisation=?)") && !of("orders_short") &&
                                      !of("SEARCH shops") && !of("SEARCH recover") &&
                                      !of("stock_levels_by_location");
      if (scans || whole_organisation) out.push_back(line);
    }
    return out;
  }
  // Everything that was prepared so far.
  std::vector<std::string> statements() {
    std::vector<std::string> out;
    for (sqlite3_stmt* s = sqlite3_next_stmt(db.handle(), nullptr); s;
         s = sqlite3_next_stmt(db.handle(), s))
      out.emplace_back(sqlite3_sql(s));
    return out;
  }
  template <class Except>
  void expect_no_waste(std::size_t at_least, Except except) {
    const auto all = statements();
    EXPECT_GT(all.size(), at_least);
    for (const std::string& sql : all) {
      if (except(sql)) continue;
      for (const std::string& waste : wasteful(sql)) ADD_FAILURE() << waste << "\n  of " << sql;
    }
  }
};

TEST_F(Plans, no_statement_of_the_engine_walks_through_a_table) {
  const std::string shopee = shop("shopee"), blibli = shop("blibli", false);
  // Loading the schema and making a shop are not the engine's daily work.
  const auto is_set_up = [](const std::string& sql) {
    return sql.find("FROM products WHERE organisation = ?1 ORDER BY code") != std::string::npos ||
           sql.find("sqlite_schema") != std::string::npos;
  };
  product("KOPI", {variant("KOPI-250", {{"SACK", 250}}), variant("KOPI-500", {{"SACK", 500}})});
  ASSERT_TRUE(count("SACK", 1000).ok());
  settle_all(shopee);
  settle_all(blibli);
  must(ReceiveWebhook{"shopee", "{}", {{"k1", "order_changed", "R-shopee", "A1", "", ""}}});
  must(ReceiveWebhook{"shopee", "{}", {{"k2", "listing_changed", "R-shopee", "", "P-1", ""}}});
  const auto taken = due(shopee, Aspect::order_fetch).front().revision;
  auto sale = order("A1", OrderStatus::paid, {line("KOPI-250", 3)});
  sale.lines[0].remote_product = "P-KOPI";
  sale.lines[0].remote_variant = "V-KOPI-250";
  const auto got = ingest(shopee, sale, taken);
  clock.advance(std::chrono::minutes(1));
  ingest(blibli, order("B1", OrderStatus::paid, {line("KOPI-500", 2)}));
  ASSERT_TRUE(count("SACK", 500, "gudang").ok());
  ASSERT_TRUE(count("SACK", 100, "utama").ok());
  must(RequestOrderAction{org, got.id, Aspect::order_ship, {}});
  settle_all(shopee);
  clock.advance(std::chrono::minutes(1));
  ingest(shopee, order("A1", OrderStatus::shipped, {line("KOPI-250", 3)}));
  must(RestockOrder{org, got.id, {{sale.lines[0].remote_line, 1}}});
  must(ObserveListings{shopee, clock.now(), {{"P-KOPI", "V-KOPI-250", 1, {}, true}}});
  must(Unpark{org, shopee, "KOPI"});
  must(SetPrices{org, {{"KOPI-250", Money{1000, "IDR"}, {}}}});
  must(WithdrawProduct{org, "KOPI", {}});
  must(TrimHistory{});
  product("TEH", {variant("TEH-1"), variant("TEH-2")});
  product("GULA", {variant("GULA-1")});
  must(StartReview{org, shopee});
  FoundListing found;
  found.remote_product = "H1";
  must(KeepReviewPage{shopee, 1, "", "2", {found}});
  must(NoteReviewProblem{shopee, 1, "channel_down", false});
  found.remote_product = "H2";
  must(KeepReviewPage{shopee, 1, "2", "", {found}});
  EXPECT_EQ(ask(LoadReviewCandidates{shopee}).variants.size(), 3u);
  const auto found_there = ask(ListProposals{.organisation = org, .shop = shopee}).data;
  must(KeepMatches{shopee, 1, {{found_there.at(0).id, "TEH-1", 98, "sku_equal"}}});
  EXPECT_EQ(due(shopee, Aspect::content).size(), 0u);
  EXPECT_EQ(must(ConfirmLinks{org, shopee, 90, "", 10}).confirmed, 1);
  must(ConfirmLink{org, shopee, found_there.at(1).id, "GULA-1"});
  must(RefuseLink{org, shopee, found_there.at(0).id});
  EXPECT_EQ(ask(GetReview{org, shopee}).confirmed, 1);
  must(EndReview{org, shopee, true});
  ask(LoadDraft{shopee, "GULA"});
  ask(LoadState{shopee, {"KOPI"}});
  ask(LoadPrices{shopee, {"KOPI-250"}});
  ask(LoadOrderAction{got.id, ""});

  expect_no_waste(80, is_set_up);
}

TEST_F(Plans, no_page_of_the_api_walks_through_a_table) {
  const std::string shopee = shop("shopee");
  product("KOPI", {variant("KOPI-250", {{"SACK", 250}})});
  ASSERT_TRUE(count("SACK", 1000).ok());
  settle_all(shopee);
  product("KOPI", {variant("KOPI-500", {{"SACK", 500}})});  // one variant goes, one comes
  ingest(shopee, order("A1", OrderStatus::paid, {line("KOPI-500", 1)}));

  ListProducts products;
  products.organisation = org;
  ask(products);
  ListStock stock;
  stock.organisation = org;
  ask(stock);
  ListMovements movements;
  movements.organisation = org;
  movements.item = "SACK";
  ask(movements);
  for (const char* named_shop : {"", "shopee"}) {
    for (const char* sku : {"", "KOPI-250"}) {
      ListListings listings;
      listings.organisation = org;
      listings.shop = *named_shop ? shopee : "";
      listings.sku = sku;
      ask(listings);
    }
  }
  ListOrders orders;
  orders.organisation = org;
  ask(orders);
  ListEvents events;
  events.organisation = org;
  ask(events);
  ask(GetShop{org, shopee});
  EXPECT_FALSE(queries.run(FindPrincipal{"00"}).ok());

  expect_no_waste(40, [](const std::string& sql) {
    return sql.find("FROM products WHERE organisation = ?1 ORDER BY code") != std::string::npos ||
           sql.find("sqlite_schema") != std::string::npos;
  });
  // A page of one SKU or one shop looks at nothing else.
  for (const std::string& sql : statements()) {
    if (sql.find("FROM listings l LEFT JOIN units") == std::string::npos) continue;
    const bool one_sku = sql.find("l.sku = ?7") != std::string::npos;
    const bool one_shop = sql.find("l.shop = ?6") != std::string::npos;
    const std::string plan = plan_of(sql).at(0);
    EXPECT_EQ(plan.find("sku=?") != std::string::npos, one_sku) << plan;
    EXPECT_EQ(plan.find("shop=?") != std::string::npos, one_shop) << plan;
  }
}

}  // namespace
}  // namespace gerbang::store
