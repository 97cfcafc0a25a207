#pragma once

#include "core/store/sqlite/migrations.hpp"
#include "core/store/sqlite/queries.hpp"
#include "core/store/sqlite/scripts.hpp"
#include "tests/contract/scripts_world.hpp"

namespace gerbang::store {

inline constexpr std::int64_t kModelOperations = 20'000;

// For tests: the steps on a database in memory.
struct ScriptsWorld : ScriptsSteps {
  ScriptsWorld() {
    ensure(migrate(db).ok(), "the schema does not load");
    begin();
  }

  void transaction(const std::function<bool(Scripts&)>& work) override {
    db.execute("BEGIN IMMEDIATE");
    db.execute(work(scripts) ? "COMMIT" : "ROLLBACK");
  }
  void look(const std::function<void(Queries&)>& work) override { work(queries); }
  std::vector<std::vector<std::string>> rows(const std::string& sql) override {
    std::vector<std::vector<std::string>> out;
    // Statements live as long as the connection, and so must their text.
    auto row = db.query(*texts.insert(sql).first);
    while (row.step()) {
      out.emplace_back();
      for (int i = 0; i < row.columns(); ++i) out.back().push_back(row.blob(i));
    }
    return out;
  }

  // What mark_restored() does to a file, for all shops.
  void restored() {
    db.execute("INSERT INTO counters VALUES ('restored_at', 1)");
    db.query("INSERT INTO recoveries SELECT organisation, id, 'orders', ?1 FROM shops")
        .bind(1, clock.now())
        .run();
  }

  std::set<std::string> texts;
  Database db{":memory:", Database::Mode::writer};
  SqliteScripts scripts{db, vault, clock, random};
  SqliteQueries queries{db, vault, clock};
};

}  // namespace gerbang::store
