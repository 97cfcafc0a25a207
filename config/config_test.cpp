#include "config/config.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>

#include "core/base/crypto.hpp"

namespace gerbang::config {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::Pair;

class ConfigTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = testing::TempDir() + "gerbang_config_XXXXXX";
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
    write("master.key", to_hex(std::string(32, 'k')) + "\n");
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  void write(const std::string& name, const std::string& text) {
    std::ofstream(folder_ + "/" + name, std::ios::binary) << text;
  }
  Result<Config> parse(const std::string& text) {
    return parse_config(text, folder_, [this](const std::string& name) {
      const auto found = environment_.find(name);
      return found == environment_.end() ? std::nullopt : std::optional(found->second);
    });
  }
  // With what every configuration needs; its lines are 1 and 2.
  Result<Config> with_store(const std::string& text) {
    return parse("[store]\nmaster_key_file = \"master.key\"\n" + text);
  }
  std::vector<std::pair<std::string, std::string>> findings(const Result<Config>& r) {
    std::vector<std::pair<std::string, std::string>> out;
    if (r) return out;
    EXPECT_EQ(r.error().code, "config_invalid");
    for (const auto& f : r.error().fields) out.emplace_back(f.field, f.code);
    return out;
  }

  std::string folder_;
  std::map<std::string, std::string> environment_;
};

TEST_F(ConfigTest, defaults_need_only_a_master_key) {
  const auto c = with_store("");
  ASSERT_TRUE(c.ok()) << c.error().describe();
  EXPECT_EQ(c->server.port, 8080);
  EXPECT_EQ(c->server.public_url, "http://127.0.0.1:8080");
  EXPECT_EQ(c->store.path, folder_ + "/gerbang.db");
  EXPECT_EQ(c->store.master_keys.at(1).reveal(), std::string(32, 'k'));
  EXPECT_EQ(c->sync.poll_interval, 5min);
  EXPECT_EQ(c->sync.refresh_at_percent, 75);
  EXPECT_FALSE(c->http_client.allow_private_tenant_addresses);
  EXPECT_TRUE(c->admin.key_hash.empty());
  EXPECT_TRUE(c->apps.empty());
}

TEST_F(ConfigTest, reads_every_kind_of_setting) {
  write("admin.key", "a-long-enough-admin-key-of-the-host\n");
  const auto c = with_store(R"(min_free = "1GiB"
path = ":memory:"
[server]
address = "::1"
port = 0
trusted_proxies = ["10.0.0.0/8", "127.0.0.1"]
[admin]
key_file = "admin.key"
[http_client]
allow_private_tenant_addresses = true
[sync]
poll_interval = "30s"
refresh_at = "60%"
[log]
level = "debug"
)");
  ASSERT_TRUE(c.ok()) << c.error().detail;
  EXPECT_EQ(c->store.min_free, 1u << 30);
  EXPECT_EQ(c->store.path, ":memory:");
  EXPECT_EQ(c->server.public_url, "http://[::1]:0");
  EXPECT_THAT(c->server.trusted_proxies, ElementsAre("10.0.0.0/8", "127.0.0.1"));
  EXPECT_EQ(c->admin.key_hash, to_hex(sha256("a-long-enough-admin-key-of-the-host")));
  EXPECT_TRUE(c->http_client.allow_private_tenant_addresses);
  EXPECT_EQ(c->sync.poll_interval, 30s);
  EXPECT_EQ(c->sync.refresh_at_percent, 60);
  EXPECT_EQ(c->log.level, "debug");
}

TEST_F(ConfigTest, all_mistakes_are_told_at_once_with_their_lines) {
  const auto c = with_store(R"([server]
prot = 80
port = 70000
edge_threads = "two"
[sync]
poll_interval = 300
request_deadline = "2 minutes"
refresh_at = "99%"
[log]
level = "loud"
[logs]
level = "info"
)");
  EXPECT_THAT(
      findings(c),
      ElementsAre(
          Pair("/server/prot", "config_key_unknown"), Pair("/server/port", "out_of_range"),
          Pair("/server/edge_threads", "wrong_type"), Pair("/sync/poll_interval", "unit_missing"),
          Pair("/sync/request_deadline", "value_invalid"), Pair("/sync/refresh_at", "out_of_range"),
          Pair("/log/level", "out_of_range"), Pair("/logs", "config_key_unknown")));
  ASSERT_FALSE(c.ok());
  EXPECT_THAT(c.error().fields[0].detail, HasSubstr("line 4: \"prot\""));
  EXPECT_THAT(c.error().fields[0].detail, HasSubstr("did you mean \"port\"?"));
  EXPECT_THAT(c.error().fields[1].detail, HasSubstr("line 5: allowed: 0 to 65535"));
  EXPECT_THAT(c.error().fields[3].detail, HasSubstr("\"5m\""));
  EXPECT_THAT(c.error().fields[7].detail, HasSubstr("did you mean \"log\"?"));
  EXPECT_THAT(c.error().detail,
              HasSubstr("line 12: allowed: debug, info, warn, error, off (log/level)"));
}

TEST_F(ConfigTest, a_setting_in_the_wrong_section_is_sent_home) {
  const auto c = with_store("[log]\npoll_interval = \"5m\"\n");
  ASSERT_FALSE(c.ok());
  EXPECT_THAT(c.error().detail, HasSubstr("it belongs to [sync]"));
}

TEST_F(ConfigTest, broken_toml_names_the_line) {
  const auto c = parse("[server]\nport = = 1\n");
  EXPECT_THAT(findings(c), ElementsAre(Pair("", "config_syntax")));
  EXPECT_THAT(c.error().detail, HasSubstr("line 2: "));
}

TEST_F(ConfigTest, a_table_header_that_is_no_name_is_reported) {
  EXPECT_THAT(findings(parse("\n[*]\n")), ElementsAre(Pair("", "config_syntax")));
}

TEST_F(ConfigTest, a_letter_where_a_number_ends_is_reported) {
  EXPECT_THAT(findings(parse("[server]\nport = 0é\n")), ElementsAre(Pair("", "config_syntax")));
}

TEST_F(ConfigTest, without_a_master_key_it_does_not_start) {
  EXPECT_THAT(findings(parse("")), ElementsAre(Pair("/store/master_key_file", "field_missing")));
  EXPECT_THAT(findings(parse("[store]\nmaster_key_file = \"nowhere\"\n")),
              ElementsAre(Pair("/store/master_key_file", "secret_missing")));
  write("short.key", "abcd");
  EXPECT_THAT(findings(parse("[store]\nmaster_key_file = \"short.key\"\n")),
              ElementsAre(Pair("/store/master_key_file", "vault_bad_key")));
}

TEST_F(ConfigTest, master_keys_rotate_by_number) {
  write("master.key",
        "1:" + to_hex(std::string(32, 'a')) + "\n\n2: " + to_base64(std::string(32, 'b')) + "\r\n");
  const auto c = with_store("");
  ASSERT_TRUE(c.ok()) << c.error().detail;
  EXPECT_EQ(c->store.master_keys.size(), 2u);
  EXPECT_EQ(c->store.master_keys.at(2).reveal(), std::string(32, 'b'));
  write("master.key", "1:" + to_hex(std::string(32, 'a')) + "\n1:" + to_hex(std::string(32, 'b')));
  EXPECT_THAT(findings(with_store("")),
              ElementsAre(Pair("/store/master_key_file", "vault_bad_key")));
}

TEST_F(ConfigTest, the_admin_key_may_be_given_as_a_hash_and_must_not_be_weak) {
  const std::string digest = to_hex(sha256("x"));
  write("admin.key", "sha256:" + digest);
  const auto c = with_store("[admin]\nkey_file = \"admin.key\"\n");
  ASSERT_TRUE(c.ok());
  EXPECT_EQ(c->admin.key_hash, digest);
  write("admin.key", "rahasia");
  const auto weak = with_store("[admin]\nkey_file = \"admin.key\"\n");
  EXPECT_THAT(findings(weak), ElementsAre(Pair("/admin/key_file", "admin_key_weak")));
  EXPECT_THAT(weak.error().detail, Not(HasSubstr("rahasia")));
}

TEST_F(ConfigTest, apps_are_completed_with_the_live_addresses) {
  write("partner.key", "partner-key-of-the-test\n");
  environment_["PUSH_KEY"] = "push-key-of-the-test";
  const auto c = with_store(R"([server]
public_url = "https://gerbang.example"
[[app]]
channel = "shopee"
app_id = "1000000"
secret_file = "partner.key"
push_secret_env = "PUSH_KEY"
rate_scale = 2
[[app]]
channel = "bukalapak"
)");
  ASSERT_TRUE(c.ok()) << c.error().detail;
  ASSERT_EQ(c->apps.size(), 2u);
  const App& shopee = c->apps[0];
  EXPECT_TRUE(shopee.enabled);
  EXPECT_EQ(shopee.secret.reveal(), "partner-key-of-the-test");
  EXPECT_EQ(shopee.push_secret.reveal(), "push-key-of-the-test");
  EXPECT_TRUE(shopee.push_secret_before.empty());
  EXPECT_EQ(shopee.api_url, "https://partner.shopeemobile.com");
  EXPECT_EQ(shopee.auth_url, "https://open.shopee.com/auth");
  EXPECT_EQ(shopee.hook_url, "https://gerbang.example/hooks/shopee");
  EXPECT_EQ(shopee.redirect_url, "https://gerbang.example/oauth/shopee/callback");
  EXPECT_EQ(shopee.rate_scale, 2.0);
  EXPECT_FALSE(c->apps[1].enabled);  // closed since 9 February 2025
}

TEST_F(ConfigTest, an_enabled_app_needs_its_account) {
  const auto c = with_store(
      "[[app]]\nchannel = \"bukalapak\"\nenabled = true\n[[app]]\nchannel = \"other\"\n"
      "app_id = \"1\"\nsecret_env = \"UNSET\"\n[[app]]\nchannel = \"other\"\nenabled = false\n"
      "[[app]]\nenabled = false\n[[app]]\nchannel = \"Shopee\"\nenabled = false\n");
  EXPECT_THAT(findings(c), ElementsAre(Pair("/app/0/app_id", "field_missing"),
                                       Pair("/app/0/secret_file", "field_missing"),
                                       Pair("/app/1/api_url", "field_missing"),
                                       Pair("/app/1/secret_file", "secret_missing"),
                                       Pair("/app/2/channel", "duplicate"),
                                       Pair("/app/3/channel", "field_missing"),
                                       Pair("/app/4/channel", "channel_invalid")));
}

TEST_F(ConfigTest, web_shops_need_a_push_secret_alone) {
  environment_["KAIL"] = "rahasia-kail";
  const auto c = with_store(
      "[server]\npublic_url = \"https://gerbang.example\"\n[http_client]\n"
      "tenant_exceptions = [\"127.0.0.1:8107\"]\n"
      "[[app]]\nchannel = \"woocommerce\"\npush_secret_env = \"KAIL\"\n");
  ASSERT_TRUE(c.ok()) << c.error().detail;
  EXPECT_EQ(c->apps.at(0).push_secret.reveal(), "rahasia-kail");
  EXPECT_EQ(c->apps.at(0).hook_url, "https://gerbang.example/hooks/woocommerce");
  EXPECT_THAT(c->http_client.tenant_exceptions, ElementsAre("127.0.0.1:8107"));
  EXPECT_THAT(findings(with_store("[[app]]\nchannel = \"woocommerce\"\n")),
              ElementsAre(Pair("/app/0/push_secret_file", "field_missing")));
}

TEST_F(ConfigTest, a_secret_in_the_file_is_refused_and_not_repeated) {
  const auto c = with_store(
      "[[app]]\nchannel = \"shopee\"\nenabled = false\nsecret = \"hush-hush\"\n"
      "push_secret = \"hush-hush\"\n[admin]\nkey = \"hush-hush\"\n");
  EXPECT_THAT(findings(c), ElementsAre(Pair("/app/0/secret", "config_secret_inline"),
                                       Pair("/app/0/push_secret", "config_secret_inline"),
                                       Pair("/admin/key", "config_secret_inline")));
  EXPECT_THAT(c.error().fields[0].detail, HasSubstr("did you mean \"secret_file\"?"));
  EXPECT_THAT(c.error().describe(), Not(HasSubstr("hush-hush")));
}

TEST_F(ConfigTest, a_secret_has_one_source) {
  write("k", "x");
  environment_["K"] = "x";
  const auto c = with_store(
      "[[app]]\nchannel = \"shopee\"\napp_id = \"1\"\nsecret_file = \"k\"\nsecret_env = \"K\"\n");
  EXPECT_THAT(findings(c), ElementsAre(Pair("/app/0/secret_file", "duplicate")));
}

TEST_F(ConfigTest, tls_needs_both_files) {
  const auto c = with_store("[server]\ntls_cert = \"a.pem\"\n");
  EXPECT_THAT(findings(c), ElementsAre(Pair("/server/tls_key", "field_missing")));
  const auto both = with_store("[server]\ntls_cert = \"a.pem\"\ntls_key = \"/b.pem\"\n");
  ASSERT_TRUE(both.ok());
  EXPECT_EQ(both->server.tls_cert, folder_ + "/a.pem");
  EXPECT_EQ(both->server.tls_key, "/b.pem");
  EXPECT_EQ(both->server.public_url, "https://127.0.0.1:8080");
}

TEST_F(ConfigTest, addresses_are_whole_and_end_without_a_slash) {
  EXPECT_THAT(findings(with_store("[server]\npublic_url = \"gerbang.example\"\n")),
              ElementsAre(Pair("/server/public_url", "url_invalid")));
  EXPECT_THAT(findings(with_store("[server]\npublic_url = \"https://gerbang.example/\"\n")),
              ElementsAre(Pair("/server/public_url", "url_invalid")));
}

TEST_F(ConfigTest, shapes_that_are_no_sections_are_refused) {
  EXPECT_THAT(
      findings(parse("server = 1\napp = 2\nstore = []\n")),
      ElementsAre(Pair("/store/master_key_file", "field_missing"), Pair("/server", "wrong_type"),
                  Pair("/app", "wrong_type"), Pair("/store", "wrong_type")));
}

TEST_F(ConfigTest, a_file_is_read_from_its_own_folder) {
  write("gerbang.toml", "[store]\nmaster_key_file = \"master.key\"\n");
  const auto c = load_config(folder_ + "/gerbang.toml");
  ASSERT_TRUE(c.ok()) << c.error().describe();
  EXPECT_EQ(load_config(folder_ + "/none.toml").error().code, "config_unreadable");
  EXPECT_EQ(load_config(folder_).error().code, "config_unreadable");
}

TEST_F(ConfigTest, the_database_of_several_nodes_may_be_given_instead_of_the_file) {
  write("db.password", "rahasia-sekali\n");
  const auto c = with_store(
      "address = \"postgresql://gerbang@db1,db2/gerbang?target_session_attrs=read-write\"\n"
      "password_file = \"db.password\"\n[node]\nname = \"utara\"\nlease = \"50s\"\n");
  ASSERT_TRUE(c.ok()) << c.error().describe();
  EXPECT_EQ(c->store.server.reveal(),
            "postgresql://gerbang@db1,db2/gerbang?target_session_attrs=read-write");
  EXPECT_EQ(c->store.password.reveal(), "rahasia-sekali");
  EXPECT_EQ(c->node.name, "utara");
  EXPECT_EQ(c->node.lease, 50s);
  EXPECT_TRUE(with_store("")->store.server.empty());
  EXPECT_THAT(with_store("")->node.name, HasSubstr(":8080"));
}

TEST_F(ConfigTest, an_address_with_a_secret_comes_from_a_file) {
  write("address", "postgresql://gerbang:rahasia-sekali@db/gerbang\n");
  const auto c = with_store("address_file = \"address\"\n");
  ASSERT_TRUE(c.ok()) << c.error().describe();
  EXPECT_EQ(c->store.server.reveal(), "postgresql://gerbang:rahasia-sekali@db/gerbang");
  for (const char* bad : {"postgresql://gerbang:rahasia-sekali@db/gerbang",
                          "host=db user=gerbang password=rahasia-sekali",
                          "postgresql://db/gerbang?user=a&password=rahasia-sekali"}) {
    const auto inlined = with_store("address = \"" + std::string(bad) + "\"\n");
    EXPECT_THAT(findings(inlined), ElementsAre(Pair("/store/address", "config_secret_inline")));
    EXPECT_THAT(inlined.error().describe(), Not(HasSubstr("rahasia")));
  }
}

TEST_F(ConfigTest, one_place_for_the_data_is_enough) {
  write("address", "postgresql://db/gerbang\n");
  EXPECT_THAT(findings(with_store("path = \"a.db\"\naddress = \"postgresql://db/gerbang\"\n")),
              ElementsAre(Pair("/store/path", "duplicate")));
  EXPECT_THAT(findings(with_store("address = \"postgresql://db/gerbang\"\n"
                                  "address_file = \"address\"\n")),
              ElementsAre(Pair("/store/address_file", "duplicate")));
  EXPECT_THAT(findings(with_store("password_file = \"address\"\n")),
              ElementsAre(Pair("/store/password_file", "field_missing")));
  EXPECT_THAT(findings(with_store("address_file = \"nothing\"\n")),
              ElementsAre(Pair("/store/address_file", "secret_missing")));
}

TEST_F(ConfigTest, a_lease_is_longer_than_a_call_and_its_margin) {
  const std::string shared = "address = \"postgresql://db/gerbang\"\n";
  EXPECT_THAT(findings(with_store(shared + "[node]\nlease = \"40s\"\n")),
              ElementsAre(Pair("/node/lease", "out_of_range")));
  EXPECT_TRUE(with_store(shared + "[node]\nlease = \"44s\"\n").ok());
  EXPECT_THAT(findings(with_store(shared + "[sync]\nrequest_deadline = \"1m\"\n")),
              ElementsAre(Pair("/node/lease", "out_of_range")));
  EXPECT_TRUE(with_store(shared + "[sync]\nrequest_deadline = \"1s\"\n[node]\nlease = \"3s\"\n"
                                  "margin = \"1s\"\n")
                  .ok());
  // One file, one node: nothing is leased.
  EXPECT_TRUE(with_store("[node]\nlease = \"40s\"\n").ok());
}

std::string example_file() {
  std::ifstream in(GERBANG_SOURCE_DIR "/config/gerbang.example.toml", std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

// Regenerate with: config_test --gtest_filter=*example_is_printed* after
// GERBANG_WRITE_EXAMPLE=1 is set.
TEST(Example, is_printed_from_the_table) {
  if (std::getenv("GERBANG_WRITE_EXAMPLE") != nullptr) {
    std::ofstream(GERBANG_SOURCE_DIR "/config/gerbang.example.toml", std::ios::binary)
        << example_config();
  }
  EXPECT_EQ(example_file(), example_config());
}

TEST_F(ConfigTest, the_example_with_every_setting_taken_in_is_valid) {
  std::string text =
      std::regex_replace(example_config(), std::regex("(^|\n)#(\\[\\[app|[a-z_]+ =)"), "$1$2");
  // Its paths lead to /etc; two sources of one secret are an example, not a configuration.
  text = std::regex_replace(text, std::regex("/etc/gerbang/"), "");
  text = std::regex_replace(text, std::regex("\nsecret_env = [^\n]*"), "");
  text = std::regex_replace(text, std::regex("\npath = [^\n]*"), "");  // the file or a database
  text = std::regex_replace(text, std::regex("\ntls_(cert|key) = [^\n]*"), "");
  write("admin.key", "a-long-enough-admin-key-of-the-host");
  write("shopee.key", "x");
  write("database.password", "x");
  const auto c = parse(text);
  ASSERT_TRUE(c.ok()) << c.error().detail;
  EXPECT_EQ(c->apps.size(), 1u);
  EXPECT_EQ(c->sync.poll_overlap, 15min);
  for (std::size_t begin = 0; begin < text.size();) {
    const auto end = text.find('\n', begin);
    EXPECT_LE(end - begin, 100u);
    begin = end + 1;
  }
}

}  // namespace
}  // namespace gerbang::config
