#include <unistd.h>

#include <filesystem>

#include "gateway/api/world.hpp"

namespace gerbang::api {
namespace {

constexpr const char* kVillage =
    R"({"name":"BUM Desa Contoh","kind":"bumdes","zone":"WITA","village_code":"32.04.10.2005"})";

struct Host : testing::Test {
  Host() {
    const Seen made = w.admin(Method::post, "/admin/v1/organisations", kVillage);
    EXPECT_EQ(made.status, 201) << made.body;
    base = "/admin/v1/organisations/" + std::string(made.json["id"].text());
  }
  int status_with(std::string_view key, Method method = Method::get) {
    const HeaderList headers = {{"Authorization", "Bearer " + std::string(key)}};
    if (method == Method::get) return w.call(method, "/v1/products", {}, headers).status;
    return w.call(method, "/v1/stock/TEH", R"({"on_hand":1})", headers).status;
  }
  World w;
  std::string base;
};

TEST_F(Host, a_key_is_shown_once_and_works_within_its_scopes) {
  const Seen made = w.admin(Method::post, base + "/keys", R"({"label":"kasir","scopes":["read"]})");
  ASSERT_EQ(made.status, 201) << made.body;
  const std::string key(made.json["key"].text());
  EXPECT_EQ(status_with(key), 200);
  EXPECT_EQ(status_with(key, Method::put), 403);
  const Seen list = w.admin(Method::get, base + "/keys");
  EXPECT_EQ(list.json["data"].items().size(), 1u);
  EXPECT_EQ(list.body.find(key), std::string::npos);
  EXPECT_EQ(list.body.find(hash_of_key(key)), std::string::npos);
}

TEST_F(Host, a_repeated_creation_does_not_show_the_key_again) {
  const HeaderList once = {{"Idempotency-Key", "kunci-1"}};
  const Seen first = w.admin(Method::post, base + "/keys", R"({"label":"kasir"})", once);
  const Seen again = w.admin(Method::post, base + "/keys", R"({"label":"kasir"})", once);
  EXPECT_FALSE(first.json["key"].is_null());
  EXPECT_TRUE(again.json["key"].is_null());
  EXPECT_EQ(again.json["id"].text(), first.json["id"].text());
  EXPECT_EQ(w.admin(Method::get, base + "/keys").json["data"].items().size(), 1u);
}

TEST_F(Host, a_revoked_key_stops_at_once_although_it_was_just_used) {
  const Seen made = w.admin(Method::post, base + "/keys", R"({"label":"kasir"})");
  const std::string key(made.json["key"].text());
  EXPECT_EQ(status_with(key), 200);
  const std::string at = base + "/keys/" + std::string(made.json["id"].text());
  EXPECT_EQ(w.admin(Method::del, at).status, 200);
  EXPECT_EQ(status_with(key), 401);
}

TEST_F(Host, a_key_revoked_by_another_node_stops_within_five_seconds) {
  const Seen made = w.admin(Method::post, base + "/keys", R"({"label":"kasir"})");
  const std::string key(made.json["key"].text());
  EXPECT_EQ(status_with(key), 200);
  store::RevokeKey elsewhere;
  elsewhere.organisation = base.substr(base.rfind('/') + 1);
  elsewhere.id = made.json["id"].text();
  ASSERT_TRUE(w.store->apply_now(elsewhere).ok());
  w.clock.advance(std::chrono::seconds(5));
  EXPECT_EQ(status_with(key), 401);
}

TEST_F(Host, an_expired_key_is_unknown) {
  const Seen made = w.admin(Method::post, base + "/keys",
                            R"({"label":"kasir","expires_at":"2026-11-24T02:00:00Z"})");
  const std::string key(made.json["key"].text());
  EXPECT_EQ(status_with(key), 200);
  w.clock.advance(std::chrono::hours(2));
  EXPECT_EQ(status_with(key), 401);
  EXPECT_EQ(w.admin(Method::post, base + "/keys",
                    R"({"label":"kasir","expires_at":"2026-11-24T02:00:00Z"})")
                .code(),
            "time_passed");
}

TEST_F(Host, rotating_replaces_a_key) {
  const Seen old = w.admin(Method::post, base + "/keys", R"({"label":"kasir","scopes":["read"]})");
  const std::string old_key(old.json["key"].text());
  const std::string at = base + "/keys/" + std::string(old.json["id"].text());
  const Seen kept = w.admin(Method::post, at + "/rotate", R"({"keep_old":true})");
  EXPECT_EQ(kept.status, 201);
  EXPECT_EQ(status_with(old_key), 200);
  const Seen made = w.admin(Method::post, at + "/rotate");
  EXPECT_EQ(status_with(old_key), 401);
  EXPECT_EQ(status_with(made.json["key"].text()), 200);
  EXPECT_EQ(status_with(made.json["key"].text(), Method::put), 403);
  EXPECT_EQ(w.admin(Method::post, at + "/rotate").code(), "key_revoked");
  EXPECT_EQ(w.admin(Method::post, base + "/keys/key_X/rotate").status, 404);
}

TEST_F(Host, a_suspended_organisation_has_no_keys_that_work) {
  const Seen made = w.admin(Method::post, base + "/keys", R"({"label":"kasir"})");
  const std::string key(made.json["key"].text());
  EXPECT_EQ(status_with(key), 200);
  EXPECT_EQ(w.admin(Method::post, base + "/suspend").json["suspended"].as_bool(), true);
  EXPECT_EQ(status_with(key), 401);
  EXPECT_EQ(w.admin(Method::post, base + "/resume").json["suspended"].as_bool(), false);
  EXPECT_EQ(status_with(key), 200);
}

TEST_F(Host, organisations_are_listed) {
  EXPECT_EQ(w.admin(Method::get, "/admin/v1/organisations").json["data"].items().size(), 1u);
  EXPECT_EQ(w.admin(Method::post, "/admin/v1/organisations/org_TIDAK/suspend").status, 404);
  EXPECT_EQ(
      w.admin(Method::post, "/admin/v1/organisations/org_TIDAK/keys", R"({"label":"x"})").status,
      404);
}

TEST_F(Host, is_reached_by_the_hosts_key_only) {
  EXPECT_EQ(w.call(Method::get, "/admin/v1/organisations").code(), "credential_missing");
  EXPECT_EQ(w.as("desa", Method::get, "/admin/v1/organisations").status, 401);
  EXPECT_EQ(w.admin(Method::get, "/v1/products").status, 401);
}

TEST_F(Host, finds_the_shop_behind_an_alert_whichever_village_it_is) {
  store::CreateShop create;
  create.shop.organisation = base.substr(base.rfind('/') + 1);
  create.shop.channel = "uji";
  create.shop.name = "Toko";
  const Shop made = *w.store->apply_now(create);
  create.shop.name = "Lama";
  store::SetShopState retire;
  retire.shop = w.store->apply_now(create)->id;
  retire.state = ShopState::retired;
  ASSERT_TRUE(w.store->apply_now(retire).ok());
  const Seen all = w.admin(Method::get, "/admin/v1/shops");
  ASSERT_EQ(all.status, 200) << all.body;
  const json::Value* found = nullptr;
  for (const json::Value& s : all.json["data"].items()) {
    EXPECT_NE(s["state"].text(), "retired");
    if (s["id"].text() == made.id) found = &s;
  }
  ASSERT_NE(found, nullptr) << all.body;
  EXPECT_EQ((*found)["organisation"].text(), create.shop.organisation);
  EXPECT_EQ((*found)["state"].text(), "needs_authorisation");
  EXPECT_EQ((*found)["recovering"].as_bool(), false);
  const Seen village = w.call(Method::get, "/admin/v1/shops");
  EXPECT_TRUE(village.status == 401 || village.status == 403) << village.status;
}

TEST_F(Host, sees_the_nodes_and_how_much_each_has) {
  EXPECT_TRUE(w.admin(Method::get, "/admin/v1/nodes").json["data"].items().empty());
  store::Heartbeat beat;
  beat.node = "node_1";
  beat.name = "utara:8080";
  beat.serves = beat.join = true;
  ASSERT_TRUE(w.store->apply_now(beat).ok());
  ASSERT_TRUE(w.store->apply_now(store::TakeLeases{"node_1", {"shp_1", "shp_2"}}).ok());
  const Seen all = w.admin(Method::get, "/admin/v1/nodes");
  ASSERT_EQ(all.status, 200) << all.body;
  ASSERT_EQ(all.json["data"].items().size(), 1U);
  const json::Value& node = all.json["data"].items()[0];
  EXPECT_EQ(node["id"].text(), "node_1");
  EXPECT_EQ(node["name"].text(), "utara:8080");
  EXPECT_EQ(node["leases"].as_int64(), 2);
  EXPECT_EQ(node["lease_left_seconds"].as_int64(), 60);
  EXPECT_EQ(node["serving"].as_bool(), true);
  EXPECT_NE(w.call(Method::get, "/admin/v1/nodes").status, 200);
}

TEST_F(Host, writes_a_backup) {
  const auto path = std::filesystem::temp_directory_path() /
                    ("gerbang-api-" + std::to_string(::getpid()) + ".db");
  std::filesystem::remove(path);
  const std::string body = R"({"path":")" + path.string() + R"("})";
  EXPECT_EQ(w.admin(Method::post, "/admin/v1/backup", body).status, 201);
  EXPECT_TRUE(std::filesystem::exists(path));
  EXPECT_EQ(w.admin(Method::post, "/admin/v1/backup", body).code(), "backup_exists");
  std::filesystem::remove(path);
  for (const char* bad : {"salinan.db", "/tmp/../etc/x.db", "/tmp/"}) {
    EXPECT_EQ(w.admin(Method::post, "/admin/v1/backup", R"({"path":")" + std::string(bad) + R"("})")
                  .code(),
              "backup_path_invalid")
        << bad;
  }
}

TEST(Health, is_there_without_a_key) {
  World w;
  EXPECT_EQ(w.call(Method::get, "/healthz").status, 200);
  EXPECT_EQ(w.call(Method::get, "/readyz").status, 200);
  w.store->close();
  EXPECT_EQ(w.call(Method::get, "/readyz").status, 200) << "known for a second";
  w.clock.advance(std::chrono::seconds(1));
  EXPECT_EQ(w.call(Method::get, "/healthz").status, 200);
  const Seen down = w.call(Method::get, "/readyz");
  EXPECT_EQ(down.status, 503);
  EXPECT_EQ(down.code(), "not_ready");
  EXPECT_TRUE(down.json["detail"].is_null());
}

TEST(Metrics, are_for_this_machine_and_for_the_host) {
  World w;
  EXPECT_EQ(w.call(Method::get, "/metrics").status, 401);
  EXPECT_EQ(w.as("desa", Method::get, "/metrics").status, 401);
  EXPECT_EQ(w.admin(Method::get, "/metrics").status, 200);
}

}  // namespace
}  // namespace gerbang::api
