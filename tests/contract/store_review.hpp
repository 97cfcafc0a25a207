#pragma once

#include "tests/contract/store_fixture.hpp"

// Adoption: reading a shop's listings, proposals, decisions, and what is held meanwhile.
namespace gerbang::store {

class ReviewContract : public StoreContract {
 public:
  static FoundListing found(std::string remote_product, std::string remote_variant = "0",
                            std::string sku = {}) {
    FoundListing out;
    out.remote_product = std::move(remote_product);
    out.remote_variant = std::move(remote_variant);
    out.title = "Kopi " + out.remote_product + " " + out.remote_variant;
    out.sku = std::move(sku);
    out.price = rupiah(30'000);
    out.stock = 7;
    out.listed = true;
    return out;
  }

  // A village with coffee in two packets and tea, and a shop that sells already.
  void village(bool variants_in_listing = true) {
    org_ = organisation();
    put(org_, product("KOPI", {variant("KOPI-250"), variant("KOPI-500", 65'000)}));
    put(org_, product("TEH", {variant("TEH-1")}));
    CreateShop script;
    script.shop.organisation = org_;
    script.shop.channel = "shopee";
    script.shop.name = "Toko lama";
    script.shop.state = ShopState::active;
    script.variants_in_listing = variants_in_listing;
    script.adopt = true;
    shop_ = apply(std::move(script)).id;
  }
  Review review() { return read(GetReview{org_, shop_}).review; }
  bool keep_page(const std::string& cursor, const std::string& next,
                 std::vector<FoundListing> listings) {
    return apply(KeepReviewPage{shop_, review().round, cursor, next, std::move(listings)});
  }
  std::map<std::string, LinkProposal> proposals() {  // by "product/variant"
    std::map<std::string, LinkProposal> out;
    ListProposals query;
    query.organisation = org_;
    query.shop = shop_;
    for (LinkProposal& p : read(std::move(query)).data)
      out.emplace(p.found.remote_product + "/" + p.found.remote_variant, std::move(p));
    return out;
  }
  // All pages in, and these candidates found: "product/variant" → SKU.
  void open(std::vector<FoundListing> listings, const std::map<std::string, std::string>& may_be) {
    ASSERT_TRUE(keep_page("", "", std::move(listings)));
    KeepMatches script;
    script.shop = shop_;
    script.round = review().round;
    const auto all = proposals();
    for (const auto& [key, sku] : may_be)
      script.matches.push_back({all.at(key).id, sku, 98, "sku_equal"});
    ASSERT_EQ(apply(std::move(script)).state, ReviewState::open);
  }
  Result<LinkProposal> confirm(const std::string& key, const std::string& sku = {}) {
    return store().apply_now(ConfirmLink{org_, shop_, proposals().at(key).id, sku});
  }
  Result<LinkProposal> refuse(const std::string& key) {
    return store().apply_now(RefuseLink{org_, shop_, proposals().at(key).id});
  }
  Result<Review> end(bool refuse_undecided = false) {
    return store().apply_now(EndReview{org_, shop_, refuse_undecided});
  }
  std::string begin_publish(const std::string& unit) {
    return failure(store().apply_now(BeginPublish{shop_, unit}));
  }
  std::vector<StockItem> stock_of(const std::vector<std::string>& skus) {
    return read(LoadStock{shop_, skus});
  }

  std::string org_, shop_;
};

TEST_P(ReviewContract, nothing_is_due_in_an_adopted_shop_before_a_link) {
  village();
  EXPECT_EQ(review().state, ReviewState::reading);
  EXPECT_EQ(read(GetShop{org_, shop_}).review.state, ReviewState::reading);
  EXPECT_THAT(work(shop_), IsEmpty());
  EXPECT_GT(read(GetShop{org_, shop_}).work.waiting, 0) << "it waits, it is not lost";
  EXPECT_EQ(begin_publish("KOPI"), "conflict review_open");
  // Whatever happens to stock, price and texts meanwhile.
  count(org_, "KOPI-250", 40);
  must(set_price(org_, "KOPI-250", 36'000));
  apply(RequestSync{org_, shop_, true, true, true});
  EXPECT_THAT(work(shop_), IsEmpty());
  EXPECT_THAT(stock_of({"KOPI-250", "KOPI-500", "TEH-1"}), IsEmpty());
}

TEST_P(ReviewContract, pages_are_kept_once_and_in_order) {
  village();
  EXPECT_TRUE(keep_page("", "2", {found("100"), found("101")}));
  EXPECT_FALSE(keep_page("", "2", {found("100")})) << "that page is in";
  EXPECT_EQ(review().cursor, "2");
  EXPECT_EQ(review().pages, 1);
  EXPECT_EQ(failure(store().apply_now(ConfirmLink{org_, shop_, proposals().at("100/0").id, {}})),
            "conflict review_not_ready");
  EXPECT_TRUE(keep_page("2", "", {found("101"), found("102")})) << "101 moved to the next page";
  EXPECT_EQ(review().state, ReviewState::matching);
  EXPECT_EQ(read(GetReview{org_, shop_}).found, 3);
  EXPECT_FALSE(keep_page("", "", {found("103")})) << "nothing is read any more";
  EXPECT_FALSE(apply(KeepReviewPage{shop_, review().round + 1, "", "", {}}));
}

TEST_P(ReviewContract, a_problem_is_shown_and_reading_goes_on) {
  village();
  EXPECT_TRUE(keep_page("", "2", {found("100")}));
  EXPECT_TRUE(apply(NoteReviewProblem{shop_, 1, "channel_down", false}));
  EXPECT_EQ(review().problem, "channel_down");
  EXPECT_EQ(review().cursor, "2");
  EXPECT_TRUE(apply(NoteReviewProblem{shop_, 1, "cursor_invalid", true}));
  EXPECT_EQ(review().cursor, "") << "from the first page";
  EXPECT_TRUE(keep_page("", "2", {found("100")}));
  EXPECT_EQ(review().problem, "");
  EXPECT_EQ(proposals().size(), 1u);
  EXPECT_FALSE(apply(NoteReviewProblem{shop_, 2, "late", false}));
}

TEST_P(ReviewContract, candidates_are_the_variants_on_offer_without_a_listing) {
  village();
  put(org_, product("GULA", {variant("GULA-1")}));
  apply(WithdrawProduct{org_, "GULA", {}});
  ASSERT_TRUE(keep_page("", "", {found("100", "0", "kopi-250")}));
  const auto all = read(LoadReviewCandidates{shop_});
  ASSERT_EQ(all.listings.size(), 1u);
  std::map<std::string, std::string> titles;
  for (const auto& v : all.variants) titles.emplace(v.sku, v.title);
  EXPECT_EQ(titles.size(), 3u);
  EXPECT_EQ(titles.at("KOPI-250"), "Kopi Robusta Sangrai KOPI-250") << "with its options";
  EXPECT_EQ(all.variants.at(1).price, rupiah(65'000));
}

TEST_P(ReviewContract, a_link_is_told_stock_and_price_and_not_created) {
  village();
  count(org_, "TEH-1", 5);
  open({found("100", "0", "TEH-1")}, {{"100/0", "TEH-1"}});
  EXPECT_THAT(work(shop_), IsEmpty());
  const LinkProposal linked = must(confirm("100/0"));
  EXPECT_EQ(linked.decision, LinkDecision::confirmed);
  EXPECT_EQ(linked.sku, "TEH-1");
  EXPECT_EQ(linked.decided_at, clock().now());
  EXPECT_THAT(work(shop_), ElementsAre("price TEH-1", "stock TEH-1"));
  const auto stock = stock_of({"TEH-1", "KOPI-250"});
  ASSERT_EQ(stock.size(), 1u);
  EXPECT_EQ(stock[0].remote_product, "100");
  EXPECT_EQ(stock[0].remote_variant, "0");
  EXPECT_EQ(stock[0].quantity, 5);
  const Listing listing = listings(org_, shop_).at("TEH-1");
  EXPECT_EQ(listing.remote_product, "100");
  EXPECT_EQ(listing.observed->stock, 7) << "what the shop showed";
  EXPECT_EQ(event_types(org_).back(), "listing.linked");
  // Again: no change.
  const auto events = event_types(org_).size();
  EXPECT_EQ(must(confirm("100/0")).sku, "TEH-1");
  EXPECT_EQ(event_types(org_).size(), events);
  // Its order is known by the remote ids.
  clear_work(shop_);
  RemoteOrder order = remote_order("P1", "", clock().now());
  order.lines[0].remote_product = "100";
  order.lines[0].remote_variant = "0";
  IngestOrders ingest;
  ingest.shop = shop_;
  ingest.orders.push_back(order);
  must(apply(std::move(ingest)).at(0));
  EXPECT_EQ(read(GetStock{org_, "TEH-1"}).available(), 3);
}

TEST_P(ReviewContract, double_links_are_refused_both_ways) {
  village();
  open({found("100"), found("101")}, {{"100/0", "TEH-1"}});
  must(confirm("100/0"));
  const auto other_variant = confirm("100/0", "KOPI-250");
  EXPECT_EQ(failure(other_variant), "conflict listing_linked");
  EXPECT_EQ(other_variant.error().field, "/proposal");
  const auto other_listing = confirm("101/0", "TEH-1");
  EXPECT_EQ(failure(other_listing), "conflict variant_linked");
  EXPECT_EQ(other_listing.error().field, "/sku");
  EXPECT_EQ(failure(confirm("101/0")), "invalid link_sku_missing");
  EXPECT_EQ(failure(confirm("101/0", "TIDAK-ADA")), "not_found sku_unknown");
  EXPECT_EQ(failure(store().apply_now(ConfirmLink{org_, shop_, "lnk_none", {}})),
            "not_found proposal_unknown");
  EXPECT_EQ(proposals().at("101/0").decision, LinkDecision::undecided);
}

TEST_P(ReviewContract, two_variants_of_one_listing_are_not_one_of_ours) {
  village();
  open({found("200", "21"), found("200", "22")}, {{"200/21", "KOPI-250"}, {"200/22", "KOPI-500"}});
  must(confirm("200/21"));
  const auto second = confirm("200/22", "KOPI-250");
  EXPECT_EQ(failure(second), "conflict variant_linked");
  EXPECT_EQ(second.error().field, "/sku");
  EXPECT_EQ(proposals().at("200/22").decision, LinkDecision::undecided);
}

TEST_P(ReviewContract, what_is_not_on_offer_is_not_linked) {
  village();
  open({found("100")}, {{"100/0", "TEH-1"}});
  apply(WithdrawProduct{org_, "TEH", {}});
  EXPECT_EQ(failure(confirm("100/0")), "conflict variant_not_offered");
  EXPECT_EQ(must(end(true)).state, ReviewState::ended);
}

TEST_P(ReviewContract, a_listing_with_variants_becomes_the_listing_of_the_product) {
  village();
  open({found("200", "21"), found("200", "22")}, {{"200/21", "KOPI-250"}, {"200/22", "KOPI-500"}});
  must(confirm("200/21"));
  EXPECT_FALSE(work(shop_).contains("content KOPI")) << "its other variant could be created twice";
  // A text that changes while only one of two is linked waits as well.
  Product changed = product("KOPI", {variant("KOPI-250"), variant("KOPI-500", 65'000)});
  changed.title["id"] = "Kopi Baru";
  put(org_, changed);
  EXPECT_FALSE(work(shop_).contains("content KOPI"));
  EXPECT_TRUE(read(LoadDraft{shop_, "KOPI"}).has_other_variants);
  must(confirm("200/22"));
  put(org_, product("KOPI", {variant("KOPI-250"), variant("KOPI-500", 65'000)}));
  EXPECT_TRUE(work(shop_).contains("content KOPI")) << "all there: an update creates nothing";
  const DraftView draft = read(LoadDraft{shop_, "KOPI"});
  EXPECT_FALSE(draft.has_other_variants);
  EXPECT_EQ(draft.draft.remote_product, "200");
  ASSERT_EQ(draft.draft.variants.size(), 2u);
  EXPECT_EQ(draft.draft.variants[1].remote_variant, "22");
}

TEST_P(ReviewContract, texts_wait_for_variants_that_nobody_linked) {
  village();
  open({found("200", "21"), found("200", "22")}, {{"200/21", "KOPI-250"}});
  must(confirm("200/21"));
  must(refuse("200/22"));
  must(end());
  const auto due_now = due(shop_);
  const auto content = std::find_if(due_now.begin(), due_now.end(), [](const Work& w) {
    return w.aspect == Aspect::content && w.subject == "KOPI";
  });
  ASSERT_NE(content, due_now.end());
  EXPECT_TRUE(read(LoadDraft{shop_, "KOPI"}).has_other_variants);
  Settlement refused;
  refused.aspect = Aspect::content;
  refused.subject = "KOPI";
  refused.revision = content->revision;
  refused.next = Settlement::Next::park;
  refused.attempt.outcome = "rejected";
  refused.attempt.code = "listing_has_other_variants";
  apply(SettleWork{shop_, {refused}});
  EXPECT_FALSE(work(shop_).contains("content KOPI"));
  EXPECT_EQ(stock_of({"KOPI-250"}).size(), 1u) << "stock and price go on";
  // Looked at once more, the other variant is the other packet after all.
  apply(StartReview{org_, shop_});
  open({found("200", "21"), found("200", "22")}, {});
  must(confirm("200/22", "KOPI-500"));
  EXPECT_TRUE(work(shop_).contains("content KOPI"));
}

TEST_P(ReviewContract, listings_of_their_own_stay_so) {
  village();
  count(org_, "KOPI-250", 4);
  open({found("100"), found("101")}, {{"100/0", "KOPI-250"}, {"101/0", "KOPI-500"}});
  must(confirm("100/0"));
  must(confirm("101/0"));
  const auto all = listings(org_, shop_);
  EXPECT_EQ(all.at("KOPI-250").remote_product, "100");
  EXPECT_EQ(all.at("KOPI-500").remote_product, "101");
  const DraftView draft = read(LoadDraft{shop_, "KOPI/KOPI-250"});
  ASSERT_EQ(draft.draft.variants.size(), 1u);
  EXPECT_TRUE(draft.draft.options.empty());
  must(end());
  clear_work(shop_);
  // A change of the product reaches both, each as its own.
  Product changed = product("KOPI", {variant("KOPI-250"), variant("KOPI-500", 65'000)});
  changed.title["id"] = "Kopi Baru";
  put(org_, changed);
  EXPECT_TRUE(work(shop_).contains("content KOPI/KOPI-250"));
  EXPECT_TRUE(work(shop_).contains("content KOPI/KOPI-500"));
  EXPECT_EQ(listings(org_, shop_).at("KOPI-250").remote_product, "100");
  apply(WithdrawProduct{org_, "KOPI", {}});
  EXPECT_TRUE(work(shop_).contains("state KOPI/KOPI-250"));
}

TEST_P(ReviewContract, two_products_do_not_share_a_listing_that_is_written_whole) {
  village();
  open({found("200", "21"), found("200", "22")}, {{"200/21", "TEH-1"}});
  must(confirm("200/21"));
  const auto second = confirm("200/22", "KOPI-250");
  EXPECT_EQ(failure(second), "conflict listing_of_other_product");
  EXPECT_EQ(second.error().field, "/sku");
  // Withdrawn, it is taken off and not deleted: a variant of it is none of ours.
  must(end(true));
  apply(WithdrawProduct{org_, "TEH", {}});
  const auto state = read(LoadState{shop_, {"TEH"}});
  ASSERT_EQ(state.size(), 1u);
  EXPECT_FALSE(state[0].listed);
  EXPECT_FALSE(state[0].remove);
}

TEST_P(ReviewContract, where_each_variant_is_a_product_any_listing_fits) {
  village(false);
  open({found("200", "21"), found("200", "22")}, {{"200/21", "KOPI-250"}, {"200/22", "KOPI-500"}});
  must(confirm("200/21"));
  must(confirm("200/22"));
  EXPECT_EQ(stock_of({"KOPI-250", "KOPI-500"}).at(1).remote_variant, "22");
}

TEST_P(ReviewContract, a_refused_link_is_taken_back_and_can_be_made_again) {
  village();
  count(org_, "KOPI-250", 4);
  open({found("100"), found("101")}, {{"100/0", "KOPI-250"}});
  must(confirm("100/0"));
  EXPECT_EQ(must(refuse("100/0")).decision, LinkDecision::refused);
  EXPECT_THAT(stock_of({"KOPI-250"}), IsEmpty()) << "no value reaches it any more";
  EXPECT_EQ(listings(org_, shop_).at("KOPI-250").remote_product, "");
  EXPECT_EQ(must(refuse("100/0")).decision, LinkDecision::refused);
  EXPECT_EQ(must(confirm("101/0", "KOPI-250")).sku, "KOPI-250");
  EXPECT_EQ(stock_of({"KOPI-250"}).at(0).remote_product, "101");
  EXPECT_EQ(must(confirm("100/0", "KOPI-500")).sku, "KOPI-500");
}

TEST_P(ReviewContract, all_above_a_confidence_are_confirmed_in_one_call) {
  village();
  open({found("100"), found("101"), found("102"), found("103")},
       {{"100/0", "KOPI-250"}, {"101/0", "KOPI-500"}, {"102/0", "TEH-1"}});
  must(confirm("103/0", "TEH-1"));  // so that 102 can no longer be it
  ConfirmLinks script;
  script.organisation = org_;
  script.shop = shop_;
  script.min_confidence = 99;
  EXPECT_EQ(apply(script).confirmed, 0);
  script.min_confidence = 98;
  script.limit = 2;
  const auto first = apply(script);
  EXPECT_EQ(first.confirmed, 2);
  EXPECT_THAT(first.failed, IsEmpty());
  ASSERT_FALSE(first.next.empty());
  script.after = first.next;
  const auto second = apply(script);
  EXPECT_EQ(second.confirmed, 0);
  ASSERT_EQ(second.failed.size(), 1u);
  EXPECT_EQ(second.failed[0].second.code, "variant_linked");
  EXPECT_EQ(second.next, "");
}

TEST_P(ReviewContract, the_end_waits_for_every_decision_that_could_publish_twice) {
  village();
  open({found("100"), found("999")}, {{"100/0", "TEH-1"}});
  const auto early = end();
  EXPECT_EQ(failure(early), "conflict review_undecided");
  must(refuse("100/0"));
  EXPECT_EQ(must(end()).state, ReviewState::ended);
  // 999 is nobody's: it is left alone.
  EXPECT_EQ(proposals().at("999/0").decision, LinkDecision::undecided);
  EXPECT_THAT(work(shop_), IsSupersetOf(std::set<std::string>{"content KOPI", "content TEH"}));
  EXPECT_EQ(begin_publish("KOPI"), "ok");
  EXPECT_EQ(failure(end()), "conflict review_ended");
  EXPECT_EQ(failure(confirm("999/0", "TEH-1")), "conflict review_ended");
}

TEST_P(ReviewContract, that_cannot_be_read_is_given_up_only_in_words) {
  village();
  EXPECT_EQ(failure(end()), "conflict review_not_ready");
  EXPECT_EQ(must(end(true)).state, ReviewState::ended);
  EXPECT_TRUE(work(shop_).contains("content KOPI"));
}

TEST_P(ReviewContract, a_unit_that_lost_its_work_is_published_after_the_end) {
  village();
  open({found("100")}, {{"100/0", "TEH-1"}});
  must(confirm("100/0"));
  must(refuse("100/0"));
  must(end());
  EXPECT_TRUE(work(shop_).contains("content TEH")) << "its create had been dropped";
}

TEST_P(ReviewContract, read_anew_keeps_decisions_and_forgets_what_is_gone) {
  village();
  open({found("100"), found("101"), found("102")}, {{"100/0", "TEH-1"}});
  must(confirm("100/0"));
  must(refuse("101/0"));
  EXPECT_EQ(apply(StartReview{org_, shop_}).state, ReviewState::reading);
  EXPECT_EQ(apply(StartReview{org_, shop_}).round, 2) << "being read: no third";
  ASSERT_TRUE(keep_page("", "", {found("100"), found("101"), found("103")}));
  const auto all = proposals();
  EXPECT_EQ(all.at("100/0").decision, LinkDecision::confirmed);
  EXPECT_EQ(all.at("101/0").decision, LinkDecision::refused);
  EXPECT_FALSE(all.contains("102/0"));
  EXPECT_EQ(all.at("103/0").decision, LinkDecision::undecided);
}

TEST_P(ReviewContract, what_gerbang_made_is_no_find) {
  village();
  open({}, {});
  must(end());
  publish(shop_, "KOPI", {"KOPI-250", "KOPI-500"});
  apply(StartReview{org_, shop_});
  ASSERT_TRUE(keep_page("", "", {found("item-KOPI", "model-KOPI-250"), found("9")}));
  EXPECT_EQ(proposals().size(), 1u);
  EXPECT_TRUE(proposals().contains("9/0"));
}

TEST_P(ReviewContract, a_create_that_was_begun_is_settled_by_the_link) {
  village();
  open({}, {});
  must(end());
  EXPECT_EQ(begin_publish("TEH"), "ok");  // and its end is unknown
  apply(StartReview{org_, shop_});
  open({found("100", "0", "TEH-1")}, {{"100/0", "TEH-1"}});
  must(confirm("100/0"));
  must(end());
  const DraftView draft = read(LoadDraft{shop_, "TEH"});
  EXPECT_FALSE(draft.maybe_published);
  EXPECT_EQ(draft.draft.remote_product, "100");
}

TEST_P(ReviewContract, a_refused_listing_is_not_found_as_ours_later) {
  village();
  open({found("100", "0", "TEH-1"), found("101", "0", "KOPI")}, {{"100/0", "TEH-1"}});
  ASSERT_TRUE(refuse("100/0"));
  ASSERT_TRUE(end());
  const auto find = [&](const std::string& product) {
    ASSERT_EQ(begin_publish("TEH"), "ok");  // and the answer is lost
    for (const Work& w : due(shop_)) {
      if (w.aspect != Aspect::content || w.subject != "TEH") continue;
      Settlement s = done(w);
      s.remote_product = product;
      s.remote_variants = {{"TEH-1", "0"}};
      apply(SettleWork{shop_, {s}});
    }
  };
  find("100");
  EXPECT_EQ(read(LoadDraft{shop_, "TEH"}).draft.remote_product, "") << "somebody said no to it";
  EXPECT_THAT(stock_of({"TEH-1"}), IsEmpty());
  ListParked parked;
  parked.organisation = org_;
  parked.shop = shop_;
  const auto waiting = read(std::move(parked));
  ASSERT_EQ(waiting.size(), 1u);
  EXPECT_EQ(waiting.front().subject, "TEH");
  EXPECT_TRUE(read(LoadDraft{shop_, "TEH"}).maybe_published) << "ours may stand there, too";
  // What is ours is found when the other is gone.
  apply(Unpark{org_, shop_, {}});
  find("200");
  EXPECT_EQ(read(LoadDraft{shop_, "TEH"}).draft.remote_product, "200");
}

TEST_P(ReviewContract, belongs_to_its_organisation) {
  village();
  open({found("100")}, {{"100/0", "TEH-1"}});
  const std::string id = proposals().at("100/0").id;
  const std::string other = organisation("Desa lain");
  EXPECT_EQ(failure(store().read_now(GetReview{other, shop_})), "not_found shop_unknown");
  EXPECT_EQ(failure(store().read_now(ListProposals{.organisation = other, .shop = shop_})),
            "not_found shop_unknown");
  EXPECT_EQ(failure(store().apply_now(StartReview{other, shop_})), "not_found shop_unknown");
  EXPECT_EQ(failure(store().apply_now(ConfirmLink{other, shop_, id, {}})),
            "not_found shop_unknown");
  EXPECT_EQ(failure(store().apply_now(RefuseLink{other, shop_, id})), "not_found shop_unknown");
  EXPECT_EQ(failure(store().apply_now(EndReview{other, shop_, true})), "not_found shop_unknown");
  const std::string theirs = shop(other).id;
  EXPECT_EQ(failure(store().apply_now(ConfirmLink{other, theirs, id, {}})),
            "not_found proposal_unknown");
  EXPECT_EQ(read(GetReview{other, theirs}).review.state, ReviewState::none);
}

TEST_P(ReviewContract, proposals_come_in_pages) {
  village();
  std::vector<FoundListing> many;
  for (int i = 0; i < 5; ++i) many.push_back(found("10" + std::to_string(i)));
  open(many, {{"100/0", "TEH-1"}});
  std::set<std::string> seen;
  ListProposals query;
  query.organisation = org_;
  query.shop = shop_;
  query.limit = 2;
  int pages = 0;
  do {
    auto page = read(query);
    for (const LinkProposal& p : page.data) EXPECT_TRUE(seen.insert(p.id).second);
    query.cursor = page.next;
    ++pages;
  } while (!query.cursor.empty());
  EXPECT_EQ(seen.size(), 5u);
  EXPECT_EQ(pages, 3);
  query.min_confidence = 50;
  EXPECT_EQ(read(query).data.size(), 1u);
  query.decision = "nanti";
  EXPECT_EQ(failure(store().read_now(query)), "invalid decision_unknown");
}

}  // namespace gerbang::store
