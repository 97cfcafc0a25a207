// DESIGN section 8: never scan for work. Whatever statements the scripts and queries of the engine
// have prepared, each must reach its rows through enough columns of an index.
#include <sqlite3.h>

#include <algorithm>

#include "core/store/sqlite/scripts_world.hpp"

namespace gerbang::store {
namespace {

class Plans : public ::testing::Test, protected ScriptsWorld {
 protected:
  // The lines of the plan that touch more rows than the answer needs.
  std::vector<std::string> wasteful(const std::string& sql) {
    std::vector<std::string> out;
    sqlite3_stmt* plan = nullptr;
    if (sqlite3_prepare_v2(db.handle(), ("EXPLAIN QUERY PLAN " + sql).c_str(), -1, &plan,
                           nullptr) != SQLITE_OK) {
      ADD_FAILURE() << sql;
      return out;
    }
    while (sqlite3_step(plan) == SQLITE_ROW) {
      const std::string line(reinterpret_cast<const char*>(sqlite3_column_text(plan, 3)));
      const bool scans = line.starts_with("SCAN") && !line.starts_with("SCAN CONSTANT") &&
                         !line.starts_with("SCAN (");
      // All products, listings or orders of one organisation. It has few shops, its queue of short
      // orders is meant to be read whole, and the first location is one step into the index.
      const auto of = [&](const char* name) { return line.find(name) != std::string::npos; };
      const bool whole_organisation = line.ends_with("(organisation=?)") && !of("orders_short") &&
                                      !of("SEARCH shops") && !of("stock_levels_by_location");
      if (scans || whole_organisation) out.push_back(line);
    }
    sqlite3_finalize(plan);
    return out;
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
  ask(LoadState{shopee, {"KOPI"}});
  ask(LoadPrices{shopee, {"KOPI-250"}});
  ask(LoadOrderAction{got.id, ""});

  std::vector<std::string> statements;
  for (sqlite3_stmt* s = sqlite3_next_stmt(db.handle(), nullptr); s;
       s = sqlite3_next_stmt(db.handle(), s))
    statements.push_back(sqlite3_sql(s));
  EXPECT_GT(statements.size(), 80u);
  for (const std::string& sql : statements) {
    if (is_set_up(sql)) continue;
    for (const std::string& waste : wasteful(sql)) ADD_FAILURE() << waste << "\n  of " << sql;
  }
}

}  // namespace
}  // namespace gerbang::store
