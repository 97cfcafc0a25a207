// A shop that sells already is adopted: read, matched, linked by a person; nothing is published
// twice, and nothing is told to a listing before it is linked.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/engine/village.hpp"

namespace gerbang::kit {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using testing::ElementsAre;
using testing::IsSupersetOf;
using testing::Pair;
using testing::UnorderedElementsAre;

// The village, and one shop that it adopts.
class Adoption {
 public:
  explicit Adoption(const std::string& channel) : world(with(channel)), channel_(channel) {
    world.put(coffee());
    world.put(basket());
    world.count("KOPI-SANGRAI", 10'000);
    world.count("KERANJANG-M", 12);
    shop = world.connect(channel, "Toko lama BUM Desa", true);
    ensure(until_open(), "an empty shop is not read");
  }
  static World::Options with(const std::string& channel) {
    World::Options out;
    out.channels = {channel};
    return out;
  }

  bool until_open(Duration limit = hours(1)) {
    return world.run_until([this] { return review().state == ReviewState::open; }, limit);
  }
  bool quiet(Duration limit = hours(1)) {
    return world.run_until([this] { return world.waiting_work() == 0; }, limit);
  }
  Review review() { return counts().review; }
  store::ReviewView counts() {
    return *world.store().read_now(store::GetReview{world.organisation(), shop.id});
  }
  void read_anew() {
    ASSERT_TRUE(world.store().apply_now(store::StartReview{world.organisation(), shop.id}).ok());
  }
  std::vector<LinkProposal> proposals() {
    store::ListProposals query;
    query.organisation = world.organisation();
    query.shop = shop.id;
    query.limit = 1000;
    return world.store().read_now(query)->data;
  }
  LinkProposal proposal_of(const std::string& title) {
    for (LinkProposal& p : proposals()) {
      if (p.found.title.find(title) != std::string::npos) return std::move(p);
    }
    invariant_broken("no proposal of that title: " + title);
  }
  void confirm(const std::string& title, const std::string& sku = {}) {
    const auto linked = world.store().apply_now(
        store::ConfirmLink{world.organisation(), shop.id, proposal_of(title).id, sku});
    ASSERT_TRUE(linked.ok()) << linked.error().describe();
  }
  std::int64_t confirm_above(int confidence) {
    store::ConfirmLinks script;
    script.organisation = world.organisation();
    script.shop = shop.id;
    script.min_confidence = confidence;
    return world.store().apply_now(std::move(script))->confirmed;
  }
  void end(bool refuse = false) {
    const auto ended =
        world.store().apply_now(store::EndReview{world.organisation(), shop.id, refuse});
    ASSERT_TRUE(ended.ok()) << ended.error().describe();
  }
  // Our own draft of a product, as somebody might have typed it there before.
  ListingDraft draft_of(const std::string& unit) {
    store::LoadDraft query;
    query.shop = shop.id;
    query.unit = unit;
    ListingDraft draft = world.store().read_now(query)->draft;
    draft.memo = json::Value();
    return draft;
  }
  void by_hand(ListingDraft draft) {
    draft.code = draft.unit =
        "LAMA-" + std::to_string(++made_by_hand_);  // the seller's own numbering
    world.list_by_hand(channel_, shop, std::move(draft));
  }
  std::map<std::string, Quantity> on_offer() { return world.on_offer(channel_, shop); }
  std::size_t listings() {
    return world.control(channel_, Method::get, "listings?shop_id=" + shop.remote_id)["listings"]
        .items()
        .size();
  }
  int calls(const std::string& operation) {
    return static_cast<int>(
        world.control(channel_, Method::get, "ledger?operation=" + operation)["entries"]
            .items()
            .size());
  }

  // What the seller typed in long ago: the coffee with the village's numbers in another form, the
  // basket without one and under another title, and something that the catalogue does not have.
  void old_listings() {
    ListingDraft coffee_there = draft_of("KOPI");
    coffee_there.title = "Kopi Robusta Sangrai dari Sukamaju";
    coffee_there.variants.at(0).sku = "kopi 250";
    coffee_there.variants.at(1).sku = "kopi 500";
    for (DraftVariant& v : coffee_there.variants) v.stock = 3;
    by_hand(std::move(coffee_there));

    ListingDraft basket_there = draft_of("KERANJANG");
    basket_there.title = "Keranjang Rotan Anyaman Tangan Asli";
    basket_there.variants.at(0).sku = "RTN01";
    basket_there.variants.at(0).stock = 3;
    by_hand(std::move(basket_there));

    ListingDraft unknown = draft_of("KERANJANG");
    unknown.title = "Tampah Bambu Besar Pengrajin Lereng";
    unknown.variants.at(0).sku = "BMB77";
    unknown.variants.at(0).stock = 3;
    unknown.variants.at(0).price = Money{48'000, "IDR"};
    by_hand(std::move(unknown));
  }

  World world;
  Shop shop;

 private:
  std::string channel_;
  int made_by_hand_ = 0;
};

class AdoptedShop : public testing::TestWithParam<std::string> {};

TEST_P(AdoptedShop, is_linked_and_nothing_is_there_twice) {
  Adoption v(GetParam());
  ASSERT_EQ(v.listings(), 0u) << "nothing was published while nobody has decided";
  v.old_listings();
  ASSERT_EQ(v.listings(), 4u);
  v.read_anew();
  ASSERT_TRUE(v.until_open());

  ASSERT_EQ(v.counts().found, 4);
  EXPECT_EQ(v.counts().proposed, 3);
  const LinkProposal quarter = v.proposal_of("250 g");
  EXPECT_EQ(quarter.candidate, "KOPI-250");
  EXPECT_EQ(quarter.reason, "sku_equal");
  EXPECT_GE(quarter.confidence, 95);
  EXPECT_EQ(quarter.found.price, Money{35'000});
  const LinkProposal rattan = v.proposal_of("Keranjang Rotan");
  EXPECT_EQ(rattan.candidate, "KERANJANG-M");
  EXPECT_EQ(rattan.reason, "title_and_price");
  EXPECT_LT(rattan.confidence, 95);
  EXPECT_EQ(v.proposal_of("Tampah").candidate, "");

  // Days pass, stock changes, everything recurring runs: no listing hears of it.
  v.world.count("KERANJANG-M", 30);
  v.world.run_for(hours(25));
  EXPECT_EQ(v.listings(), 4u);
  EXPECT_THAT(v.on_offer(), UnorderedElementsAre(Pair("kopi 250", 3), Pair("kopi 500", 3),
                                                 Pair("RTN01", 3), Pair("BMB77", 3)));

  EXPECT_EQ(v.confirm_above(95), 2);
  ASSERT_TRUE(v.world.run_until([&] { return v.on_offer()["kopi 250"] == 40; }, minutes(30)));
  ASSERT_TRUE(v.world.run_until([&] { return v.on_offer()["kopi 500"] == 20; }, minutes(30)));
  EXPECT_EQ(v.on_offer()["RTN01"], 3) << "its link is not confirmed";

  v.confirm("Keranjang Rotan");
  ASSERT_TRUE(v.world.run_until([&] { return v.on_offer()["RTN01"] == 30; }, minutes(30)));
  v.end();
  ASSERT_TRUE(v.quiet());
  v.world.run_for(hours(5));
  EXPECT_EQ(v.listings(), 4u) << "no second listing of anything";
  EXPECT_EQ(v.on_offer()["BMB77"], 3) << "what is not ours is left alone";
}

TEST_P(AdoptedShop, sells_what_is_linked_from_the_villages_stock) {
  Adoption v(GetParam());
  v.old_listings();
  v.read_anew();
  ASSERT_TRUE(v.until_open());
  v.confirm_above(95);
  v.confirm("Keranjang Rotan");
  v.end();
  ASSERT_TRUE(v.quiet());
  v.world.place_order(GetParam(), v.shop, "kopi 250", 4);
  EXPECT_TRUE(v.world.run_until([&] { return v.on_offer()["kopi 500"] == 18; }, minutes(30)))
      << "the other packet from the same sack";
}

TEST_P(AdoptedShop, gets_what_it_does_not_have_yet_after_the_end) {
  Adoption v(GetParam());
  // One packet alone, as a listing of its own.
  ListingDraft alone = v.draft_of("KOPI");
  alone.title = "Kopi Robusta Sangrai Sukamaju 250 gr";
  alone.options.clear();
  alone.variants.resize(1);
  alone.variants.at(0).options.clear();
  alone.variants.at(0).stock = 3;
  v.by_hand(std::move(alone));
  v.read_anew();
  ASSERT_TRUE(v.until_open());
  v.confirm("250 gr");
  v.world.run_for(hours(2));
  EXPECT_EQ(v.listings(), 1u);
  v.end();
  ASSERT_TRUE(v.world.run_until([&] { return v.listings() == 3; }, hours(2)));
  ASSERT_TRUE(v.quiet());
  EXPECT_THAT(v.on_offer(), UnorderedElementsAre(Pair("KOPI-250", 40), Pair("KOPI-500", 20),
                                                 Pair("KERANJANG-M", 12)));
}

TEST_P(AdoptedShop, is_read_to_its_end_whenever_the_process_dies) {
  Adoption v(GetParam());
  for (int i = 0; i < 45; ++i) {
    ListingDraft one = v.draft_of("KERANJANG");
    one.title = "Tampah Bambu Besar Nomor " + std::to_string(100 + i);
    one.variants.at(0).sku = "TAMPAH" + std::to_string(100 + i);
    v.by_hand(std::move(one));
  }
  const std::string list = GetParam() == "shopee" ? "product.get_item_list" : "product.list";
  const int before_all = v.calls(list);
  v.read_anew();
  std::int64_t pages = 0;
  int restarts = 0;
  while (v.review().state != ReviewState::open) {
    const Review before = v.review();
    ASSERT_TRUE(v.world.run_until(
        [&] {
          const Review now = v.review();
          return now.pages > before.pages || now.state != before.state;
        },
        hours(1)));
    pages = std::max(pages, v.review().pages);
    v.world.restart_engine();
    ++restarts;
  }
  EXPECT_EQ(pages, 3) << "each page was kept before the process ended";
  EXPECT_LE(v.calls(list) - before_all, pages + restarts)
      << "only the page under way is read again";
  EXPECT_EQ(v.counts().found, 45);
  std::set<std::string> ids;
  for (const LinkProposal& p : v.proposals()) ids.insert(p.found.remote_product);
  EXPECT_EQ(ids.size(), 45u);
}

TEST_P(AdoptedShop, tells_the_stock_of_a_link_though_the_process_dies_at_once) {
  Adoption v(GetParam());
  v.old_listings();
  v.read_anew();
  ASSERT_TRUE(v.until_open());
  v.world.network().intercept = [](const HttpRequest&) {
    return std::optional<Error>(Error(ErrorKind::transient, "connect_failed", "cut off"));
  };
  v.confirm("Keranjang Rotan");
  v.world.restart_engine();
  v.world.network().intercept = nullptr;
  EXPECT_TRUE(v.world.run_until([&] { return v.on_offer()["RTN01"] == 12; }, hours(1)));
  EXPECT_EQ(v.listings(), 4u);
}

TEST_P(AdoptedShop, that_cannot_be_read_says_why_and_is_read_later) {
  Adoption v(GetParam());
  v.old_listings();
  v.world.network().intercept = [](const HttpRequest&) {
    return std::optional<Error>(Error(ErrorKind::transient, "connect_failed", "cut off"));
  };
  v.read_anew();
  ASSERT_TRUE(
      v.world.run_until([&] { return v.review().problem == "connect_failed"; }, minutes(30)));
  v.world.run_for(minutes(20));
  EXPECT_EQ(v.review().state, ReviewState::reading);
  v.world.network().intercept = nullptr;
  ASSERT_TRUE(v.until_open(hours(2)));
  EXPECT_EQ(v.review().problem, "");
  EXPECT_EQ(v.counts().found, 4);
}

INSTANTIATE_TEST_SUITE_P(Channels, AdoptedShop, testing::Values("shopee", "woocommerce"),
                         [](const auto& at) { return at.param; });

TEST(Adopting, goes_on_beside_orders_and_stock) {
  // Reading a large shop takes long: what is linked already is told its stock between the pages.
  Adoption v("woocommerce");
  v.old_listings();
  v.read_anew();
  ASSERT_TRUE(v.until_open());
  v.confirm("Keranjang Rotan");
  ASSERT_TRUE(v.world.run_until([&] { return v.on_offer()["RTN01"] == 12; }, minutes(30)));
  for (int i = 0; i < 60; ++i) {
    ListingDraft one = v.draft_of("KOPI");
    one.options.clear();
    one.variants.resize(1);
    one.variants.at(0).options.clear();
    one.title = "Tampah Bambu Besar Nomor " + std::to_string(100 + i);
    one.variants.at(0).sku = "TAMPAH" + std::to_string(100 + i);
    v.by_hand(std::move(one));
  }
  v.world.network().transit = [](const HttpRequest&) { return Duration(2'000); };
  v.read_anew();
  v.world.count("KERANJANG-M", 5);
  ASSERT_TRUE(v.world.run_until([&] { return v.on_offer()["RTN01"] == 5; }, minutes(5)));
  EXPECT_EQ(v.review().state, ReviewState::reading) << "the reading was not over yet";
  EXPECT_TRUE(v.until_open());
}

TEST(Adopting, at_the_sample_channel_works_as_at_any_other) {
  Adoption v("sample");
  ListingDraft there = v.draft_of("KERANJANG");
  there.title = "Keranjang Rotan";
  there.variants.at(0).stock = 3;
  v.by_hand(std::move(there));
  v.read_anew();
  ASSERT_TRUE(v.until_open());
  ASSERT_EQ(v.counts().found, 1);
  EXPECT_EQ(v.proposals().at(0).candidate, "KERANJANG-M");
  v.confirm("Keranjang");
  v.end();
  ASSERT_TRUE(v.quiet());
  EXPECT_EQ(v.listings(), 3u) << "one adopted, two packets of coffee published";
  EXPECT_EQ(v.on_offer()["KERANJANG-M"], 12);
}

}  // namespace
}  // namespace gerbang::kit
