#include <csignal>

#include "core/base/log.hpp"
#include "core/store/sqlite/offer.hpp"
#include "core/store/sqlite/scripts_world_for_test.hpp"
#include "core/store/sqlite/sqlite_store.hpp"
#include "tests/contract/store_fixture.hpp"
#include "tests/contract/temporary_folder.hpp"
#include "tests/kit/proof.hpp"

// The assertions for RELIABILITY section 1: they are in every build, say what is wrong without a
// word of anybody's data, and stop the process; what was acknowledged is in the database.
namespace gerbang::store {
namespace {

using testing::KilledBySignal;

struct Invariants : testing::Test {
  static void TearDownTestSuite() { kit::print_proof_of_suite("assertions"); }
};

TEST_F(Invariants, a_broken_one_says_what_and_where_and_stops_the_process) {
  EXPECT_EXIT(ensure(false, "the moon is made of rice"), KilledBySignal(SIGABRT),
              "invariant broken: the moon is made of rice at .*invariants_test.cpp:[0-9]+");
  ensure(true, "nothing happens");
}

struct InvariantsOfWork : Invariants, ScriptsWorld {
  InvariantsOfWork() {
    shopee = shop("shopee");
    product("KOPI", {variant("KOPI-250", {{"KARUNG", 250}})});
    publish(shopee);
    static_cast<void>(count("KARUNG", 1000));
  }
  std::string shopee;
};

TEST_F(InvariantsOfWork, a_revision_that_goes_backwards_stops_the_process) {
  db.execute("UPDATE counters SET value = 0 WHERE name = 'revision'");
  EXPECT_EXIT(static_cast<void>(count("KARUNG", 500)), KilledBySignal(SIGABRT),
              "a revision of work went backwards");
}

TEST_F(InvariantsOfWork, an_impossible_stock_change_stops_the_process) {
  // Someone's hand in the database, past the schema's own checks.
  db.execute("PRAGMA ignore_check_constraints = ON; UPDATE stock_levels SET reserved = -5");
  EXPECT_EXIT(static_cast<void>(count("KARUNG", 500)), KilledBySignal(SIGABRT),
              "a checked stock change was refused");
}

TEST_F(InvariantsOfWork, a_shop_is_never_offered_more_than_there_is) {
  Shop shop;
  shop.share_percent = 300;  // no script lets such a shop in
  shop.buffer = -50;
  EXPECT_EXIT(static_cast<void>(share_of_shop(shop, 10)), KilledBySignal(SIGABRT),
              "offered more than there is");
  shop.share_percent = 100;
  shop.buffer = 0;
  EXPECT_EQ(share_of_shop(shop, 10), 10);
  EXPECT_EQ(share_of_shop(shop, -3), 0);
}

// In a process of its own: a write is acknowledged, then an invariant breaks.
void acknowledge_and_break(const std::string& path) {
  log::set_level(log::Level::off);
  ManualClock clock;
  SeededRandom random(3);
  SqliteOptions options{path, Vault::for_tests(), clock, random};
  options.min_free_bytes = 0;
  const auto store = must(open_sqlite_store(options));
  CreateOrganisation create;
  create.organisation.name = "BUM Desa Terakhir";
  const std::string org = must(store->apply_now(create)).id;
  CreateShop shop;
  shop.shop.organisation = org;
  shop.shop.channel = "shopee";
  must(store->apply_now(std::move(shop)));
  PutProducts put;
  put.organisation = org;
  put.items.push_back({product("KOPI", {variant("KOPI-250")}), {}});
  must(store->apply_now(put));

  class Breaking final : public Store::Write {
    bool run(Scripts&) override { invariant_broken("planted by a test"); }
    void finish(const std::optional<Error>&) override {}
  };
  store->forward_write(std::make_unique<Breaking>(), WriteLane::normal);
  must(store->apply_now(create));  // the writer does not live to do it
  std::_Exit(7);
}

TEST_F(Invariants, one_that_fires_in_the_store_loses_nothing_that_was_acknowledged) {
  const TemporaryFolder folder;
  EXPECT_EXIT(acknowledge_and_break(folder.file("gerbang.db")), KilledBySignal(SIGABRT),
              "invariant broken: planted by a test");
  ManualClock clock;
  SeededRandom random(4);
  SqliteOptions options{folder.file("gerbang.db"), Vault::for_tests(), clock, random};
  options.min_free_bytes = 0;
  const auto store = must(open_sqlite_store(options));
  const auto organisations = must(store->read_now(ListOrganisations{})).data;
  ASSERT_EQ(organisations.size(), 1u);
  EXPECT_EQ(must(store->read_now(GetProduct{organisations.front().id, "KOPI"})).product.code,
            "KOPI");
}

}  // namespace
}  // namespace gerbang::store
