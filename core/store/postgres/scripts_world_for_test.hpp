#pragma once

#include "core/store/postgres/cluster_for_test.hpp"
#include "core/store/postgres/queries.hpp"
#include "core/store/postgres/scripts.hpp"
#include "tests/contract/scripts_world.hpp"

namespace gerbang::store {

// Every operation is a commit and several round trips here.
inline constexpr std::int64_t kModelOperations = 1'500;

// For tests: the steps on an empty database of the test program's own cluster.
struct ScriptsWorld : ScriptsSteps {
  ScriptsWorld() { begin(); }

  void transaction(const std::function<bool(Scripts&)>& work) override {
    db.send("BEGIN");
    scripts.begin({});
    const bool good = work(scripts);
    db.send(good ? "COMMIT" : "ROLLBACK");
    db.sync();
  }
  void look(const std::function<void(Queries&)>& work) override {
    db.send("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
    work(queries);
    db.send("ROLLBACK");
    db.sync();
  }
  std::vector<std::vector<std::string>> rows(const std::string& sql) override {
    std::vector<std::vector<std::string>> out;
    db.send("BEGIN");
    db.send("SELECT set_config('gerbang.organisation', '*', true)");
    // Statements live as long as the connection, and so must their text.
    db.send(*texts.insert(sql).first, {}, [&](const postgres::Rows& found) {
      for (const postgres::Row row : found) {
        out.emplace_back();
        for (int i = 0; i < row.columns(); ++i) out.back().push_back(row.shown(i));
      }
    });
    db.send("ROLLBACK");
    db.sync();
    return out;
  }

  // What mark_restored() does, for all shops.
  void restored() {
    db.send("BEGIN");
    db.send("SELECT set_config('gerbang.organisation', '*', true)");
    db.send("INSERT INTO restores (at) VALUES ($1)", postgres::Params::of(clock.now()));
    db.send("INSERT INTO recoveries SELECT organisation, id, 'orders', $1 FROM shops",
            postgres::Params::of(clock.now()));
    db.send("COMMIT");
    db.sync();
  }

  std::set<std::string> texts;
  std::string database = postgres::TestCluster::shared().empty_store();
  postgres::Connection db{postgres::TestCluster::shared().settings_of("gerbang", database)};
  postgres::Routes routes;
  postgres::PostgresScripts scripts{db, vault, clock, random, routes};
  postgres::PostgresQueries queries{db, vault, clock, routes};
};

}  // namespace gerbang::store
