// After a restore (AdvanceRecovery): what was lost since the backup must not be sold again.
#include "core/base/ids.hpp"
#include "core/store/sqlite/scripts_world_for_test.hpp"
#include "core/store/sqlite/sqlite_store.hpp"
#include "tests/contract/store_fixture.hpp"
#include "tests/contract/temporary_folder.hpp"

// Behind the world it is about.
#include "tests/contract/scripts/recovery.hpp"

namespace gerbang::store {
namespace {

TEST(FirstId, parts_what_was_made_before_from_what_is_made_after) {
  SeededRandom random{3};
  const TimePoint t(std::chrono::milliseconds(1'795'000'000'123));
  const std::string first = first_id("ord", t);
  EXPECT_TRUE(is_id(first, "ord"));
  EXPECT_GE(new_id("ord", t, random), first);
  EXPECT_LT(new_id("ord", t - Duration(1), random), first);
}

// ---- on a file ---------------------------------------------------------------------------------

class MarkRestored : public testing::Test {
 protected:
  std::unique_ptr<Store> open(const std::string& path) {
    SqliteOptions out{path, Vault::for_tests(), clock_, random_};
    out.min_free_bytes = 0;
    return must(open_sqlite_store(std::move(out)));
  }
  ManualClock clock_{from_rfc3339("2026-11-24T01:00:00Z").value()};
  SeededRandom random_{11};
  TemporaryFolder folder_;
};

TEST_F(MarkRestored, no_revision_and_no_event_number_is_given_twice) {
  const std::string path = folder_.file("gerbang.db"), copy = folder_.file("copy.db");
  std::string org, shop, cut_off;
  std::int64_t revision = 0, sequence = 0;
  const auto counted = [&](Store& store, Quantity on_hand) {
    ApplyStock apply;
    apply.organisation = org;
    ApplyStock::Item entry;
    entry.item = "KOPI";
    entry.on_hand = on_hand;
    apply.items.push_back(entry);
    return must(must(store.apply_now(std::move(apply))).front()).revision;
  };
  const auto last_event = [&](Store& store) {
    ListEvents query;
    query.organisation = org;
    return must(store.read_now(query)).back().sequence;
  };
  {
    auto store = open(path);
    CreateOrganisation create;
    create.organisation.name = "BUM Desa Contoh";
    create.organisation.kind = "bumdes";
    org = must(store->apply_now(create)).id;
    for (std::string* id : {&shop, &cut_off}) {
      CreateShop made;
      made.shop.organisation = org;
      made.shop.channel = "shopee";
      made.shop.name = "Toko";
      *id = must(store->apply_now(made)).id;
      SaveTokens tokens;
      tokens.shop = *id;
      tokens.tokens.access = Secret("a");
      tokens.tokens.remote_shop_id = *id;
      must(store->apply_now(tokens));
    }
    SetShopState cut;
    cut.shop = cut_off;
    cut.state = ShopState::needs_authorisation;
    must(store->apply_now(cut));
    counted(*store, 1);
    ASSERT_TRUE(store->backup(copy).ok());
    for (Quantity n = 2; n < 50; ++n) revision = counted(*store, n);
    sequence = last_event(*store);
  }
  const Result<void> marked = mark_restored(copy, clock_.now());
  ASSERT_TRUE(marked) << marked.error().describe();
  EXPECT_FALSE(std::filesystem::exists(copy + "-wal"));
  EXPECT_FALSE(std::filesystem::exists(copy + "-shm"));
  auto store = open(copy);
  EXPECT_GT(counted(*store, 9), revision);
  EXPECT_GT(last_event(*store), sequence);
  EXPECT_EQ(must(store->read_now(GetShop{org, shop})).recovery, RecoveryStep::orders);
  EXPECT_EQ(must(store->read_now(GetShop{org, cut_off})).recovery, RecoveryStep::none);
}

TEST_F(MarkRestored, a_backup_that_another_key_sealed_is_told_apart) {
  const std::string path = folder_.file("gerbang.db");
  {
    auto store = open(path);
    CreateOrganisation create;
    create.organisation.name = "BUM Desa Contoh";
    create.organisation.kind = "bumdes";
    CreateShop made;
    made.shop.organisation = must(store->apply_now(create)).id;
    made.shop.channel = "shopee";
    made.shop.name = "Toko";
    SaveTokens tokens;
    tokens.shop = must(store->apply_now(made)).id;
    tokens.tokens.access = Secret("a");
    must(store->apply_now(tokens));
  }
  EXPECT_TRUE(check_keys(path, Vault::for_tests()));
  const auto other = must(Vault::create({{1, Secret(std::string(32, 'x'))}}, random_));
  EXPECT_EQ(check_keys(path, other).error().code, "backup_other_key");
}

TEST_F(MarkRestored, what_is_no_database_of_ours_is_refused) {
  const std::string path = folder_.file("other.db");
  {
    Database db(path, Database::Mode::writer);
    db.execute("CREATE TABLE theirs (x)");
  }
  EXPECT_EQ(mark_restored(path, clock_.now()).error().code, "store_not_ours");
}

}  // namespace
}  // namespace gerbang::store
