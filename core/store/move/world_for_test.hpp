#pragma once

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <map>
#include <memory>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "core/store/move/move.hpp"
#include "core/store/move/tables.hpp"
#include "core/store/postgres/cluster_for_test.hpp"
#include "core/store/postgres/postgres_store.hpp"
#include "core/store/sqlite/database.hpp"
#include "core/store/sqlite/sqlite_store.hpp"
#include "core/store/sqlite/workload_for_test.hpp"
#include "tests/contract/store_fixture.hpp"
#include "tests/contract/temporary_folder.hpp"

// For tests of moves: a database in which every table has something, places to move it to, and what
// is compared.
namespace gerbang::store::move {

class Places {
 public:
  std::string file(const std::string& name) const { return folder_.file(name); }
  static std::string role(const std::string& database) {
    return postgres::TestCluster::shared().address("gerbang", database);
  }

  std::unique_ptr<Store> open_file(const std::string& path) { return must(try_file(path)); }
  Result<std::unique_ptr<Store>> try_file(const std::string& path) {
    SqliteOptions options{path, Vault::for_tests(), clock, random};
    options.min_free_bytes = 0;
    return open_sqlite_store(std::move(options));
  }
  std::unique_ptr<Store> open_database(const std::string& name) { return must(try_database(name)); }
  Result<std::unique_ptr<Store>> try_database(const std::string& name) {
    PostgresOptions options{role(name), Vault::for_tests(), clock, random};
    options.writers = 1;
    options.readers = 1;
    return open_postgres_store(std::move(options));
  }

  // A village's day, an organisation beside it whose work waits, and by hand what takes a restore.
  std::string filled(const std::string& name) {
    const std::string path = file(name);
    {
      auto store = open_file(path);
      Workload day(clock, folder_.file(name + "."));
      for (const Workload::Step& step : day.steps()) {
        const auto done = step.run(*store);
        if (!done) throw std::runtime_error(step.name + ": " + done.error().describe());
        clock.advance(std::chrono::seconds(1));
      }
      neighbour(*store);
      store->close();
    }
    Database db(path, Database::Mode::writer);
    db.execute(
        "INSERT INTO recoveries SELECT organisation, id, 'listings', 5 FROM shops;"
        "INSERT INTO doubted_stock SELECT organisation, item, location, 2, 6 FROM stock_levels"
        " LIMIT 1;"
        "INSERT INTO counters VALUES ('restored_at', 1234);"
        "UPDATE units SET sent_listed = 0, observed_listed = 1;"
        "PRAGMA wal_checkpoint(TRUNCATE);");
    return path;
  }

  ManualClock clock{from_rfc3339("2026-11-24T01:00:00Z").value()};
  SeededRandom random{11};

 private:
  // Paid orders with buyers, a body of a webhook that nobody knows, work of every kind.
  void neighbour(Store& store) {
    CreateOrganisation create;
    create.organisation.name = "BUM Desa Sebelah \xE2\x80\x9C\xC3\xA9\xE2\x80\x9D";
    create.organisation.kind = "bumdes";
    create.organisation.village_code = "33.23.01.2001";
    const std::string org = must(store.apply_now(std::move(create))).id;
    for (const char* channel : {"shopee", "lazada"}) {
      CreateShop shop;
      shop.shop.organisation = org;
      shop.shop.channel = channel;
      shop.shop.name = std::string("Toko ") + channel;
      shop.shop.remote_id = std::string("R-") + channel;
      shop.shop.state = ShopState::active;
      shop.variants_in_listing = std::string_view(channel) == "shopee";
      const std::string id = must(store.apply_now(std::move(shop))).id;
      SaveTokens tokens;
      tokens.shop = id;
      tokens.tokens.access = Secret("akses-" + id);
      tokens.tokens.refresh = Secret("segarkan-" + id);
      tokens.tokens.obtained_at = clock.now();
      tokens.tokens.access_expires_at = clock.now() + std::chrono::hours(4);
      tokens.tokens.remote_shop_id = std::string("R-") + channel;
      must(store.apply_now(std::move(tokens)));
    }
    for (int i = 0; i < 30; ++i) {
      const std::string code = "KERIPIK-" + std::to_string(i);
      PutProducts put;
      put.organisation = org;
      put.items.push_back({product(code, {variant(code + "-A"), variant(code + "-B", {})}), {}});
      must(must(store.apply_now(std::move(put))).front());
    }
    for (const ShopView& view : must(store.read_now(ListShops{org}))) {
      IngestOrders orders;
      orders.shop = view.shop.id;
      RemoteOrder order = remote_order("N-1", "KERIPIK-1-A", clock.now());
      order.buyer = Secret(R"({"name":"Bu Contoh"})");
      orders.orders.push_back(std::move(order));
      must(must(store.apply_now(std::move(orders))).front());
      must(store.apply_now(WantOrders{view.shop.id, {"N-2", "N-3"}}));
    }
    ReceiveWebhook unknown;
    unknown.channel = "shopee";
    unknown.body = R"({"code":9})";
    unknown.hints.push_back({"hook-x", "order_changed", "77", "X1", "", "3"});
    must(store.apply_now(std::move(unknown)));
  }

  TemporaryFolder folder_;
};

// Every row of every table but those that an engine has for itself, as SQL literals.
inline std::map<std::string, std::vector<std::string>> dump(const std::string& path) {
  Database db(path, Database::Mode::reader);
  std::map<std::string, std::vector<std::string>> out;
  std::vector<std::string> names;
  {
    auto row = db.query("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name");
    while (row.step()) names.push_back(row.text(0));
  }
  static std::set<std::string> texts;  // statements are known by their texts
  const auto query = [&](const std::string& sql) { return db.query(*texts.insert(sql).first); };
  for (const std::string& name : names) {
    if (name == "sqlite_stat1" || name == "counters") continue;
    std::string columns;
    {
      auto row = query("SELECT name FROM pragma_table_info('" + name + "') ORDER BY cid");
      while (row.step())
        columns += (columns.empty() ? "quote(" : " || ',' || quote(") + row.text(0) + ")";
    }
    auto row = query("SELECT " + columns + " AS line FROM " + name + " ORDER BY line");
    while (row.step()) out[name].push_back(row.text(0));
  }
  auto row = db.query(
      "SELECT name || '=' || value FROM counters WHERE name NOT IN ('opened', 'commits')"
      " ORDER BY name");
  while (row.step()) out["counters"].push_back(row.text(0));
  return out;
}

// What a store answers to the API and to the engine, as text.
inline std::string answers(Store& store, TimePoint now) {
  std::ostringstream out;
  const auto at = [](std::optional<TimePoint> t) { return t ? to_rfc3339(*t) : std::string("-"); };
  const auto money = [](const std::optional<Money>& m) {
    return m ? std::to_string(m->amount) + m->currency : std::string("-");
  };
  for (const Organisation& org : must(store.read_now(ListOrganisations())).data) {
    out << "organisation " << org.id << " " << org.name << " " << org.suspended << "\n";
    for (const ApiKey& key : must(store.read_now(ListKeys{org.id})))
      out << "key " << key.id << " " << key.label << " " << key.scopes.size() << "\n";
    ListProducts products;
    products.organisation = org.id;
    products.with_withdrawn = true;
    products.limit = 1000;
    for (const ProductView& p : must(store.read_now(std::move(products))).data) {
      out << json::dump(to_json(p.product)) << " " << p.revision << " " << at(p.updated_at) << " "
          << p.withdrawn << "\n";
      for (const Variant& v : p.product.variants) {
        const auto price = must(store.read_now(GetPrice{org.id, v.sku}));
        out << v.sku << " " << money(price.price) << " " << price.revision << "\n";
      }
    }
    ListStock stock;
    stock.organisation = org.id;
    for (const StockView& s : must(store.read_now(std::move(stock))).data) {
      out << "stock " << s.item << " " << s.available() << " " << s.revision << "\n";
      ListMovements movements;
      movements.organisation = org.id;
      movements.item = s.item;
      for (const StockMovement& m : must(store.read_now(std::move(movements))).data)
        out << m.id << " " << m.on_hand_change << " " << m.reserved_change << " " << m.reference
            << "\n";
    }
    ListOrders orders;
    orders.organisation = org.id;
    for (const Order& o : must(store.read_now(std::move(orders))).data)
      out << "order " << o.id << " " << to_string(o.status) << " " << o.total.amount << " "
          << o.lines.size() << " " << o.lines.front().remote_line << " " << at(o.updated_at)
          << "\n";
    ListEvents events;
    events.organisation = org.id;
    events.limit = 1000;
    for (const Event& e : must(store.read_now(std::move(events))))
      out << e.sequence << " " << e.id << " " << e.type << " " << json::dump(e.data) << "\n";
    for (const ShopView& view : must(store.read_now(ListShops{org.id}))) {
      const std::string& shop = view.shop.id;
      out << "shop " << shop << " " << to_string(view.shop.state) << " " << view.work.waiting << " "
          << view.work.parked << " " << view.review.pages << " " << int(view.recovery) << " "
          << at(view.shop.orders_polled_to) << "\n";
      const auto tokens = must(store.read_now(LoadTokens{shop}));
      out << tokens.tokens.access.reveal() << tokens.tokens.refresh.reveal() << tokens.version
          << "\n";
      ListListings listings;
      listings.organisation = org.id;
      listings.shop = shop;
      listings.limit = 1000;
      for (const Listing& l : must(store.read_now(std::move(listings))).data)
        out << l.sku << " " << l.remote_product << " " << l.remote_variant << " " << l.stock << " "
            << l.pending << " " << (l.attempt ? l.attempt->code : "-") << "\n";
      const auto work = must(store.read_now(TakeWork{.shop = shop, .now = now, .limit = 1000}));
      for (const Work& w : work.due)
        out << to_string(w.aspect) << " " << w.subject << " " << w.revision << " " << at(w.since)
            << "\n";
      for (const ParkedWork& w : must(store.read_now(ListParked{org.id, shop})))
        out << "parked " << to_string(w.aspect) << " " << w.subject << "\n";
      for (const LinkProposal& p :
           must(store.read_now(ListProposals{.organisation = org.id, .shop = shop})).data)
        out << p.id << " " << p.candidate << " " << p.confidence << " " << p.sku << "\n";
      for (const JobRun& run : must(store.read_now(LoadJobRuns{shop})))
        out << run.job << " " << at(run.last_due) << "\n";
    }
  }
  const auto stats = must(store.read_now(StoreStats()));
  out << stats.inbox_unapplied << " " << stats.orders_short << " " << stats.doubted_items << "\n";
  return out.str();
}

inline std::string partitions() {
  std::ifstream file(GERBANG_HASH_PARTITIONS);
  return std::string(std::istreambuf_iterator<char>(file), {});
}

}  // namespace gerbang::store::move
