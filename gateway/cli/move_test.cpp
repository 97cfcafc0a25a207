#include <gmock/gmock.h>

#include <CLI/CLI.hpp>
#include <fstream>

#include "core/base/random.hpp"
#include "core/store/sqlite/sqlite_store.hpp"
#include "gateway/cli/commands.hpp"
#include "tests/contract/temporary_folder.hpp"

namespace gerbang::cli {
namespace {

using testing::HasSubstr;
using testing::Not;

class MigrateStore : public testing::Test {
 protected:
  void SetUp() override {
    std::ofstream(folder.file("master.key")) << to_hex(key) << "\n";
    std::ofstream(folder.file("gerbang.toml"))
        << "[store]\nmaster_key_file = \"master.key\"\n[log]\nlevel = \"error\"\n";
    auto vault = Vault::create({{1, Secret(key)}}, random);
    ASSERT_TRUE(vault.ok());
    store::SqliteOptions options{folder.file("from.db"), std::move(*vault), clock, random};
    options.min_free_bytes = 0;
    auto opened = store::open_sqlite_store(std::move(options));
    ASSERT_TRUE(opened.ok());
    store::CreateOrganisation create;
    create.organisation.name = "BUM Desa Pindah";
    create.organisation.kind = "bumdes";
    auto org = (*opened)->apply_now(std::move(create));
    ASSERT_TRUE(org.ok());
    store::CreateShop shop;
    shop.shop.organisation = org->id;
    shop.shop.channel = "shopee";
    shop.shop.name = "Toko";
    auto made = (*opened)->apply_now(std::move(shop));
    ASSERT_TRUE(made.ok());
    store::SaveTokens tokens;
    tokens.shop = made->id;
    tokens.tokens.access = Secret("akses");
    tokens.tokens.refresh = Secret("segarkan");
    tokens.tokens.remote_shop_id = "1";
    ASSERT_TRUE((*opened)->apply_now(std::move(tokens)).ok());
  }
  // Exit code; `out` and `err` are what it printed.
  int run(std::vector<std::string> words, bool as_json = false) {
    Context context;
    context.config = folder.file("gerbang.toml");
    context.json = as_json;
    CLI::App app;
    add_move(app, context);
    words.insert(words.begin(), "migrate-store");
    std::reverse(words.begin(), words.end());
    testing::internal::CaptureStdout();
    testing::internal::CaptureStderr();
    int code = kUsage;
    try {
      app.parse(std::move(words));
      code = context.exit_code;
    } catch (const CLI::ParseError&) {
    }
    out = testing::internal::GetCapturedStdout();
    err = testing::internal::GetCapturedStderr();
    return code;
  }
  std::string at(const std::string& name) { return "sqlite:" + folder.file(name); }

  const std::string key = std::string(32, 'k');
  TemporaryFolder folder;
  SystemClock clock;
  SystemRandom random;
  std::string out, err;
};

TEST_F(MigrateStore, prints_what_is_the_same_on_both_sides) {
  ASSERT_EQ(run({"--from", at("from.db"), "--to", at("to.db")}), kDone) << err;
  EXPECT_THAT(out, HasSubstr("TABLE"));
  EXPECT_THAT(out, HasSubstr("organisations    1 "));
  EXPECT_THAT(out, HasSubstr("The same on both sides."));
  ASSERT_EQ(run({"--from", at("to.db"), "--to", at("third.db")}, true), kDone) << err;
  const auto answer = json::parse(out);
  ASSERT_TRUE(answer.ok());
  EXPECT_EQ((*answer)["ok"].as_bool(), true);
  EXPECT_EQ((*answer)["resumed"].as_bool(), false);
  EXPECT_EQ((*answer)["tables"][std::size_t{0}]["table"].text(), "organisations");
  EXPECT_EQ((*answer)["tables"][std::size_t{0}]["checksum"].text().size(), 64u);
}

TEST_F(MigrateStore, says_why_it_did_not_and_touches_nothing) {
  EXPECT_EQ(run({"--from", at("from.db")}), kUsage);
  ASSERT_EQ(run({"--from", at("from.db"), "--to", at("to.db")}), kDone);
  EXPECT_EQ(run({"--from", at("from.db"), "--to", at("to.db")}), kFailed);
  EXPECT_THAT(err, HasSubstr("[move_target_not_empty]"));
  EXPECT_EQ(run({"--from", at("from.db"), "--to", "mysql:x"}), kFailed);
  EXPECT_THAT(err, HasSubstr("[move_place_invalid]"));
  std::ofstream(folder.file("master.key")) << to_hex(std::string(32, 'x')) << "\n";
  EXPECT_EQ(run({"--from", at("from.db"), "--to", at("new.db")}), kFailed);
  EXPECT_THAT(err, HasSubstr("[move_other_key]"));
}

TEST_F(MigrateStore, never_repeats_an_address) {
  for (const char* address :
       {"postgresql://warga:rahasia@127.0.0.1:1/db", "postgresql:host=/nowhere password=rahasia",
        "postgresql://warga:rahasia@[x/db", "postgresql:host=127.0.0.1 rahasia"}) {
    for (const bool as_json : {false, true}) {
      EXPECT_EQ(run({"--from", at("from.db"), "--to", address}, as_json), kFailed);
      EXPECT_THAT(out + err, Not(HasSubstr("rahasia"))) << address;
    }
  }
}

}  // namespace
}  // namespace gerbang::cli
