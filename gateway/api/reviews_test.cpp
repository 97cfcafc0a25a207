#include "gateway/api/world.hpp"

namespace gerbang::api {
namespace {

// A shop that sells already, its listings read and matched as the engine would.
class Adopted {
 public:
  Adopted() {
    w.coffee();
    const Seen made = w.post(
        "/v1/shops",
        R"({"channel":"pasar","name":"Toko lama","adopt":true,"credentials":{"seller_key":"benar"}})");
    EXPECT_EQ(made.status, 201) << made.body;
    shop = made.json["id"].text();
    path = "/v1/shops/" + shop + "/review";
  }
  std::string state() { return std::string(w.get(path).json["state"].text()); }
  void read() {
    store::KeepReviewPage page;
    page.shop = shop;
    page.round = 1;
    for (const char* id : {"100", "101", "102"}) {
      FoundListing found;
      found.remote_product = id;
      found.title = "Kopi " + std::string(id);
      found.sku = "kopi";
      found.price = Money{34'000, "IDR"};
      found.stock = 3;
      found.listed = true;
      page.listings.push_back(std::move(found));
    }
    ASSERT_TRUE(w.store->apply_now(std::move(page)).value());
    store::KeepMatches script;
    script.shop = shop;
    script.round = 1;
    script.matches = {{id_of("100"), "KOPI-250", 98, "sku_equal"},
                      {id_of("101"), "KOPI-500", 60, "ambiguous"}};
    ASSERT_TRUE(w.store->apply_now(std::move(script)).ok());
  }
  std::string id_of(const std::string& product) {
    store::ListProposals query;
    query.organisation = w.organisation("desa");
    query.shop = shop;
    const auto page = w.store->read_now(query).value();
    for (const LinkProposal& p : page.data) {
      if (p.found.remote_product == product) return p.id;
    }
    return "lnk_none";
  }
  std::string proposal(const std::string& product) { return path + "/proposals/" + id_of(product); }

  World w;
  std::string shop, path;
};

TEST(Reviews, a_shop_that_sells_already_is_added_under_review) {
  Adopted a;
  const Seen review = a.w.get(a.path);
  EXPECT_EQ(review.status, 200);
  EXPECT_EQ(review.json["state"].text(), "reading");
  EXPECT_EQ(review.json["counts"]["found"].as_int64(), 0);
  // A shop without one says so; another organisation's is not there.
  const std::string plain = a.w.shop();
  EXPECT_EQ(a.w.get("/v1/shops/" + plain + "/review").json["state"].text(), "none");
  EXPECT_EQ(a.w.as("lain", Method::get, a.path).status, 404);
  EXPECT_EQ(a.w.as("lain", Method::post, a.path).status, 404);
  EXPECT_EQ(a.w.post("/v1/shops/" + plain + "/review").status, 202);
  EXPECT_EQ(a.w.get("/v1/shops/" + plain + "/review").json["state"].text(), "reading");
}

TEST(Reviews, show_each_listing_with_its_candidate_and_why) {
  Adopted a;
  EXPECT_EQ(a.w.post(a.path + "/end").code(), "review_not_ready");
  a.read();
  const Seen page = a.w.get(a.path + "/proposals?limit=2");
  ASSERT_EQ(page.json["data"].items().size(), 2u);
  EXPECT_FALSE(page.json["next"].is_null());
  const Seen all = a.w.get(a.path + "/proposals?decision=undecided&min_confidence=90");
  ASSERT_EQ(all.json["data"].items().size(), 1u) << all.body;
  const json::Value& p = all.json["data"][std::size_t{0}];
  EXPECT_EQ(p["candidate"].text(), "KOPI-250");
  EXPECT_EQ(p["confidence"].as_int64(), 98);
  EXPECT_EQ(p["reason"]["code"].text(), "sku_equal");
  EXPECT_EQ(p["reason"]["title"].text(),
            messages::message("sku_equal", messages::Language::id).title);
  EXPECT_EQ(p["listing"]["price"]["amount"].as_int64(), 34'000);
  EXPECT_EQ(a.w.get(a.path + "/proposals?decision=nanti").code(), "query_invalid");
  EXPECT_EQ(a.w.get(a.path + "/proposals?min_confidence=101").code(), "query_invalid");
}

TEST(Reviews, are_decided_one_by_one) {
  Adopted a;
  a.read();
  const Seen linked = a.w.post(a.proposal("100") + "/confirm");
  EXPECT_EQ(linked.status, 200) << linked.body;
  EXPECT_EQ(linked.json["decision"].text(), "confirmed");
  EXPECT_EQ(linked.json["sku"].text(), "KOPI-250");
  const Seen twice = a.w.post(a.proposal("101") + "/confirm", R"({"sku":"KOPI-250"})");
  EXPECT_EQ(twice.status, 409);
  EXPECT_EQ(twice.code(), "variant_linked");
  EXPECT_EQ(twice.json["field"].text(), "/sku");
  EXPECT_FALSE(twice.json["remedy"].text().empty());
  const Seen nobody = a.w.post(a.proposal("102") + "/confirm");
  EXPECT_EQ(nobody.status, 422);
  EXPECT_EQ(nobody.code(), "link_sku_missing");
  EXPECT_EQ(a.w.post(a.proposal("102") + "/confirm", R"({"sku":"TIDAK-ADA"})").status, 404);
  EXPECT_EQ(a.w.post(a.proposal("102") + "/confirm", R"({"variant":"X"})").code(), "unknown_field");
  EXPECT_EQ(a.w.post(a.path + "/end").code(), "review_undecided");
  EXPECT_EQ(a.w.post(a.proposal("101") + "/refuse").json["decision"].text(), "refused");
  EXPECT_EQ(a.w.post(a.path + "/proposals/lnk_none/refuse").code(), "proposal_unknown");
  EXPECT_EQ(a.w.as("lain", Method::post, a.proposal("102") + "/confirm").status, 404);
  EXPECT_EQ(a.w.get(a.path).json["counts"]["confirmed"].as_int64(), 1);
  const Seen ended = a.w.post(a.path + "/end");
  EXPECT_EQ(ended.status, 200) << ended.body;
  EXPECT_EQ(ended.json["state"].text(), "ended");
  EXPECT_EQ(a.w.get("/v1/listings?sku=KOPI-250")
                .json["data"][std::size_t{0}]["external"]["product"]
                .text(),
            "100");
}

TEST(Reviews, a_repeated_confirmation_gets_the_same_answer) {
  Adopted a;
  a.read();
  const HeaderList key = {{"Idempotency-Key", "tautan-1"}};
  const std::string target = a.proposal("100") + "/confirm";
  const Seen first = a.w.post(target, "", key);
  EXPECT_EQ(first.status, 200);
  EXPECT_EQ(a.w.post(a.proposal("100") + "/refuse").status, 200);
  const Seen again = a.w.post(target, "", key);
  EXPECT_EQ(again.body, first.body);
  EXPECT_EQ(again.header("Idempotency-Replayed"), "true");
  EXPECT_EQ(a.w.get(a.path).json["counts"]["refused"].as_int64(), 1) << "and has no second effect";
}

TEST(Reviews, all_above_a_confidence_are_confirmed_at_once) {
  Adopted a;
  a.read();
  const std::string all = a.path + "/proposals:confirm";
  EXPECT_EQ(a.w.post(all, "{}").code(), "field_missing");
  EXPECT_EQ(a.w.post(all, R"({"min_confidence":95})").json["confirmed"].as_int64(), 1);
  EXPECT_EQ(a.w.post(all, R"({"min_confidence":95})").json["confirmed"].as_int64(), 0);
  EXPECT_EQ(a.w.post(a.proposal("102") + "/confirm", R"({"sku":"KOPI-500"})").status, 200);
  const Seen rest = a.w.post(all, R"({"min_confidence":50})");
  ASSERT_EQ(rest.json["failed"].items().size(), 1u) << rest.body;
  EXPECT_EQ(rest.json["failed"][std::size_t{0}]["problem"]["code"].text(), "variant_linked");
  EXPECT_EQ(rest.json["failed"][std::size_t{0}]["status"].as_int64(), 409);
  EXPECT_TRUE(rest.json["next"].is_null());
  EXPECT_EQ(a.w.post(a.path + "/end", R"({"refuse_undecided":true})").status, 200);
  EXPECT_EQ(a.w.post(all, R"({"min_confidence":50})").code(), "review_ended");
}

TEST(Reviews, need_a_key_that_may_write) {
  Adopted a;
  EXPECT_EQ(a.w.call(Method::get, a.path).status, 401);
  EXPECT_EQ(a.w.call(Method::post, a.path).status, 401);
}

}  // namespace
}  // namespace gerbang::api
