// Authorisation and listings; orders and pushes are in orders_against_sandbox_test.cpp.
#include "connectors/shopee/against_sandbox_for_test.hpp"

namespace gerbang::shopee {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Key;
using ::testing::Not;
using ::testing::UnorderedElementsAre;

using ShopeeAgainstSandbox = testing::AgainstSandbox;

// ---- authorisation

TEST_F(ShopeeAgainstSandbox, TheConsentLinkLeadsBackWithACode) {
  const auto link = shopee.authorise_url(ctx().app, "keadaan-1", clock.now());
  ASSERT_TRUE(link);
  HttpRequest open;
  open.url = link->substr(ctx().app.api_url.size());
  const HttpResponse page = market->handle(open).response;
  ASSERT_EQ(page.status, 302) << page.body;
  const std::string back(*page.headers.find("Location"));
  ASSERT_TRUE(back.starts_with(ctx().app.redirect_url));
  AuthorisationGrant given;
  auto query = parse_query(back.substr(back.find('?') + 1));
  ASSERT_TRUE(query);
  given.query = *std::move(query);
  EXPECT_EQ(query_value(given.query, "state"), "keadaan-1");
  auto sets = drive(shopee.exchange_code(ctx(), given));
  ASSERT_TRUE(sets) << sets.error().describe();
  EXPECT_EQ(sets->at(0).remote_shop_id, seller);
  EXPECT_EQ(drive(shopee.exchange_code(ctx(), given)).error().kind, ErrorKind::unauthenticated)
      << "a code is used once";
}

TEST_F(ShopeeAgainstSandbox, TokensRotateAndARefreshTokenIsUsedOnce) {
  EXPECT_EQ(tokens.access_expires_at, clock.now() + std::chrono::hours(4));
  const CallContext old = ctx();
  auto fresh = drive(shopee.refresh_tokens(ctx()));
  ASSERT_TRUE(fresh) << fresh.error().describe();
  EXPECT_NE(fresh->refresh.reveal(), tokens.refresh.reveal());
  const auto again = drive(shopee.refresh_tokens(old));
  EXPECT_EQ(again.error().kind, ErrorKind::unauthenticated);
  EXPECT_EQ(again.error().code, "refresh_refused");
  tokens = *fresh;
  EXPECT_TRUE(drive(shopee.read_listings(ctx(), "")));
  clock.advance(std::chrono::hours(4));
  EXPECT_EQ(drive(shopee.read_listings(ctx(), "")).error().kind, ErrorKind::auth_expired);
}

TEST_F(ShopeeAgainstSandbox, AMainAccountGivesEveryShopAChainOfItsOwn) {
  for (const char* id : {"770000001", "770000002"}) {
    control(Method::post, "shops",
            std::string(R"({"shop_id":")") + id + R"(","main_account_id":66001})", 201);
  }
  auto sets = drive(shopee.exchange_code(ctx(), grant_of(R"({"main_account_id":66001})")));
  ASSERT_TRUE(sets) << sets.error().describe();
  ASSERT_EQ(sets->size(), 2u);
  EXPECT_NE(sets->at(0).refresh.reveal(), sets->at(1).refresh.reveal());
  for (const TokenSet& set : *sets) {
    seller = set.remote_shop_id;
    tokens = set;
    EXPECT_TRUE(drive(shopee.read_listings(ctx(), ""))) << seller;
    auto fresh = drive(shopee.refresh_tokens(ctx()));
    EXPECT_TRUE(fresh) << seller << fresh.error().describe();
  }
}

TEST_F(ShopeeAgainstSandbox, AShopThatTookItsConsentBackMustAuthoriseAgain) {
  set(R"({"cancel_authorization":{"shop_id":)" + seller + "}}");
  const Error refused = drive(shopee.read_listings(ctx(), "")).error();
  EXPECT_TRUE(refused.kind == ErrorKind::unauthenticated || refused.kind == ErrorKind::auth_expired)
      << refused.describe();
  EXPECT_EQ(drive(shopee.refresh_tokens(ctx())).error().kind, ErrorKind::unauthenticated);
}

TEST_F(ShopeeAgainstSandbox, AWrongKeyAndAWrongClockAreNamed) {
  CallContext wrong = ctx();
  wrong.app.secret = Secret("kunci-yang-lain");
  EXPECT_EQ(drive(shopee.read_listings(wrong, "")).error().code, "app_signature_refused");
  CallContext late = ctx();
  late.now = late.now - std::chrono::minutes(6);
  EXPECT_EQ(drive(shopee.read_listings(late, "")).error().code, "clock_skewed");
}

// ---- facts

TEST_F(ShopeeAgainstSandbox, EveryDemoCategoryFindsItsLeafAndItsFacts) {
  for (const char* slug :
       {"makanan-minuman/kopi", "makanan-minuman/gula", "makanan-minuman/keripik",
        "makanan-minuman/madu", "makanan-minuman/rempah", "makanan-minuman/beras",
        "makanan-minuman/minuman-herbal", "makanan-minuman/hampers", "fesyen/batik", "fesyen/tas",
        "rumah-tangga/anyaman", "kecantikan/sabun"}) {
    ListingDraft d = plain();
    d.category = slug;
    const CallContext c = ctx_for(d);
    ASSERT_TRUE(c.category_facts) << slug;
    EXPECT_FALSE((*c.category_facts)["attributes"].items().empty()) << slug;
    EXPECT_FALSE((*c.category_facts)["limits"].members().empty()) << slug;
  }
  EXPECT_EQ((*facts)["couriers"].items().size(), 2u) << "masked and disabled ones are left out";
  EXPECT_TRUE((*facts)["locations"].items().empty());
}

// ---- listings

TEST_F(ShopeeAgainstSandbox, APlainProductLivesFromPublishingToWithdrawal) {
  ListingDraft d = plain();
  const ListingRef ref = publish(d);
  EXPECT_EQ(ref.variants, (std::map<std::string, std::string>{{"TEH-100", "0"}}));
  EXPECT_FALSE(ref.resume_after);
  EXPECT_EQ(listings().at("TEH-100")["product"].text(), ref.remote_product);
  EXPECT_EQ(listings().at("TEH-100")["stock"].as_int64(), 25);
  EXPECT_EQ(listings().at("TEH-100")["price"].as_int64(), 32000);

  calls.clear();
  update(d);
  EXPECT_THAT(calls, ElementsAre("product.get_item_base_info")) << "nothing changed";
  d.title = "Teh Hijau Lereng Pilihan";
  d.images.push_back("https://desa.example/cangkir.png");
  calls.clear();
  update(d);
  EXPECT_THAT(calls, ElementsAre("product.get_item_base_info", "image.fetch",
                                 "media_space.upload_image", "product.update_item"));
  EXPECT_EQ(listings().at("TEH-100")["title"].text(), "Teh Hijau Lereng Pilihan");

  StateBatch off;
  off.items.push_back(state_of(ref, false));
  ASSERT_TRUE(drive(shopee.set_state(ctx(), off)));
  EXPECT_EQ(listings().at("TEH-100")["listed"].as_bool(), false);
  off.items[0].listed = true;
  ASSERT_TRUE(drive(shopee.set_state(ctx(), off)));
  EXPECT_EQ(listings().at("TEH-100")["listed"].as_bool(), true);
  off.items[0].remove = true;
  for (int twice = 0; twice < 2; ++twice) {
    auto removed = drive(shopee.set_state(ctx(), off));
    ASSERT_TRUE(removed) << removed.error().describe();
    EXPECT_FALSE(removed->items[0].error) << removed->items[0].error->describe();
  }
  EXPECT_TRUE(listings().empty());
  EXPECT_EQ(drive(shopee.update_listing(ctx_for(d), d)).error().code, "listing_gone");
  EXPECT_EQ(drive(shopee.find_listing(ctx_for(d), d)).error().kind, ErrorKind::not_found);
  StockBatch stock;
  stock.items.push_back(stock_of(ref, "TEH-100", 3));
  const auto set_gone = drive(shopee.set_stock(ctx(), stock));
  ASSERT_TRUE(set_gone);
  ASSERT_TRUE(set_gone->items[0].error);
  EXPECT_EQ(set_gone->items[0].error->kind, ErrorKind::not_found);
}

TEST_F(ShopeeAgainstSandbox, OptionsComeFiveSecondsAfterTheItem) {
  ListingDraft d = coffee();
  auto first = drive(shopee.publish_listing(ctx_for(d), d));
  ASSERT_TRUE(first) << first.error().describe();
  EXPECT_EQ(first->resume_after, std::chrono::seconds(5));
  EXPECT_TRUE(first->variants.empty());
  remember(d, *first);
  EXPECT_EQ(listings().at("KOPI")["stock"].as_int64(), 0) << "nobody may buy it half made";
  const auto early = drive(shopee.update_listing(ctx_for(d), d));
  EXPECT_EQ(early.error().kind, ErrorKind::transient) << early.error().describe();
  clock.advance(*first->resume_after);
  const ListingRef ref = update(d);
  ASSERT_THAT(ref.variants, UnorderedElementsAre(::testing::Pair("KOPI-250", Not("0")),
                                                 ::testing::Pair("KOPI-500", Not("0"))));
  EXPECT_EQ(listings().at("KOPI-500")["variant"].text(), ref.variants.at("KOPI-500"));
  EXPECT_EQ(listings().at("KOPI-500")["price"].as_int64(), 85000);
  EXPECT_EQ(listings().at("KOPI-250")["stock"].as_int64(), 40);

  calls.clear();
  EXPECT_EQ(update(d).variants, ref.variants);
  EXPECT_THAT(calls, ElementsAre("product.get_item_base_info", "product.get_model_list"));
}

TEST_F(ShopeeAgainstSandbox, OptionsCanBeAddedMovedRenamedAndTaken) {
  ListingDraft d = coffee();
  const ListingRef ref = publish(d);
  // One more, in front: what is there keeps its id.
  d.options[0].values = {"100 g", "250 g", "500 g"};
  d.variants.push_back(variant("KOPI-100", {"100 g"}, 20000, 9, 120));
  const ListingRef three = update(d);
  EXPECT_EQ(three.variants.at("KOPI-250"), ref.variants.at("KOPI-250"));
  EXPECT_EQ(listings().at("KOPI-100")["stock"].as_int64(), 9);
  // One leaves, one is renamed and repacked.
  d.variants.erase(d.variants.begin() + 1);
  d.options[0].values = {"100 g", "1/4 kg"};
  d.variants[0].options = {"1/4 kg"};
  d.variants[0].weight_grams = 300;
  const ListingRef two = update(d);
  EXPECT_THAT(two.variants, UnorderedElementsAre(Key("KOPI-250"), Key("KOPI-100")));
  EXPECT_EQ(two.variants.at("KOPI-250"), ref.variants.at("KOPI-250"));
  EXPECT_THAT(listings(), Not(Contains(Key("KOPI-500"))));
  calls.clear();
  update(d);
  EXPECT_THAT(calls, ElementsAre("product.get_item_base_info", "product.get_model_list"))
      << "all of it has arrived";
  // Two axes give new ids.
  d.options.push_back({"Gilingan", {"Biji", "Halus"}});
  d.variants[0].options = {"1/4 kg", "Biji"};
  d.variants[1].options = {"100 g", "Halus"};
  EXPECT_NE(update(d).variants.at("KOPI-250"), ref.variants.at("KOPI-250"));
  // And back to a plain item.
  d.options.clear();
  d.variants.erase(d.variants.begin() + 1);
  d.variants[0].options.clear();
  EXPECT_EQ(update(d).variants.at("KOPI-250"), "0");
  EXPECT_EQ(listings().size(), 1u);
}

TEST_F(ShopeeAgainstSandbox, StockAndPriceAreSetPerVariant) {
  ListingDraft d = coffee();
  const ListingRef ref = publish(d);
  ListingDraft other = plain();
  const ListingRef tea = publish(other);
  StockBatch stock;
  stock.items = {stock_of(ref, "KOPI-250", 7), stock_of(tea, "TEH-100", 0),
                 stock_of(ref, "KOPI-500", 8)};
  stock.items.push_back({"KOPI-X", ref.remote_product, "999", 3, true});
  const auto set_to = drive(shopee.set_stock(ctx(), stock));
  ASSERT_TRUE(set_to) << set_to.error().describe();
  ASSERT_EQ(set_to->items.size(), 4u);
  for (int i = 0; i < 3; ++i) EXPECT_FALSE(set_to->items[static_cast<std::size_t>(i)].error) << i;
  ASSERT_TRUE(set_to->items[3].error);
  EXPECT_EQ(set_to->items[3].error->code, "variant_gone");
  EXPECT_EQ(listings().at("KOPI-250")["stock"].as_int64(), 7);
  EXPECT_EQ(listings().at("KOPI-500")["stock"].as_int64(), 8);
  EXPECT_EQ(listings().at("TEH-100")["stock"].as_int64(), 0);

  PriceBatch price;
  price.items = {price_of(ref, "KOPI-250", 47000), price_of(ref, "KOPI-500", 88000),
                 price_of(tea, "TEH-100", 50)};
  const auto priced = drive(shopee.set_price(ctx(), price));
  ASSERT_TRUE(priced) << priced.error().describe();
  EXPECT_FALSE(priced->items[0].error);
  EXPECT_FALSE(priced->items[1].error);
  ASSERT_TRUE(priced->items[2].error);
  EXPECT_EQ(priced->items[2].error->kind, ErrorKind::rejected) << "below the channel's least";
  EXPECT_EQ(listings().at("KOPI-500")["price"].as_int64(), 88000);
  EXPECT_EQ(listings().at("TEH-100")["price"].as_int64(), 32000);
}

TEST_F(ShopeeAgainstSandbox, APromotionBlocksAndDoesNotFail) {
  ListingDraft d = coffee();
  const ListingRef ref = publish(d);
  for (const char* code : {"error_auth", "error.param"}) {
    set(R"({"reserve_code":")" + std::string(code) + R"(","promotion":{"item_id":)" +
        ref.remote_product + R"(,"model_id":)" + ref.variants.at("KOPI-250") +
        R"(,"reserved":5,"locks_price":true}})");
    StockBatch stock;
    stock.items = {stock_of(ref, "KOPI-250", 2)};
    auto held = drive(shopee.set_stock(ctx(), stock));
    ASSERT_TRUE(held) << held.error().describe();
    EXPECT_EQ(held->items[0].error->kind, ErrorKind::blocked) << code;
    EXPECT_TRUE(held->items[0].error->retry_after);
    stock.items.push_back(stock_of(ref, "KOPI-500", 2));
    held = drive(shopee.set_stock(ctx(), stock));
    ASSERT_TRUE(held);
    EXPECT_EQ(held->items[0].error->kind, ErrorKind::blocked) << code;
    EXPECT_FALSE(held->items[1].error);
  }
  PriceBatch price;
  price.items = {price_of(ref, "KOPI-250", 46000)};
  const auto locked = drive(shopee.set_price(ctx(), price));
  ASSERT_TRUE(locked);
  EXPECT_EQ(locked->items[0].error->kind, ErrorKind::blocked);
  EXPECT_EQ(locked->items[0].error->code, "promotion_locked");
}

TEST_F(ShopeeAgainstSandbox, AnItemUnderReviewOrBannedSaysSo) {
  ListingDraft d = plain();
  const ListingRef ref = publish(d);
  set(R"({"ban":{"item_id":)" + ref.remote_product + R"(,"reason":"contoh"}})");
  d.title = "Teh yang lain sama sekali";
  EXPECT_EQ(drive(shopee.update_listing(ctx_for(d), d)).error().code, "listing_banned");
  StateBatch off;
  off.items = {state_of(ref, false)};
  const auto state = drive(shopee.set_state(ctx(), off));
  ASSERT_TRUE(state) << state.error().describe();
  ASSERT_TRUE(state->items[0].error);
  EXPECT_EQ(state->items[0].error->kind, ErrorKind::blocked);
  const auto page = drive(shopee.read_listings(ctx(), ""));
  ASSERT_TRUE(page);
  EXPECT_EQ(page->listings.at(0).remote_state, "BANNED");
  EXPECT_EQ(page->listings.at(0).listed, false);
}

TEST_F(ShopeeAgainstSandbox, ACreateWhoseAnswerWasLostIsFound) {
  int n = 0;
  for (const char* kind : {"reset_after", "truncated"}) {
    // The index may not know it yet: then the recent items do.
    for (const int lag : {0, 3600}) {
      set(R"({"search_lag_seconds":)" + std::to_string(lag) + "}");
      ListingDraft d = plain("HILANG-" + std::to_string(++n));
      fault("product.add_item", kind);
      const auto lost = drive(shopee.publish_listing(ctx_for(d), d));
      ASSERT_FALSE(lost);
      EXPECT_EQ(lost.error().kind, ErrorKind::indeterminate) << kind;
      const auto found = drive(shopee.find_listing(ctx_for(d), d));
      ASSERT_TRUE(found) << kind << lag << found.error().describe();
      EXPECT_EQ(found->remote_product, listings().at(d.unit)["product"].text());
      EXPECT_EQ(found->variants.at(d.unit), "0");
    }
  }
}

TEST_F(ShopeeAgainstSandbox, AHalfMadeProductIsFoundAndFinished) {
  ListingDraft d = coffee();
  fault("product.add_item", "reset_after");
  ASSERT_FALSE(drive(shopee.publish_listing(ctx_for(d), d)));
  const auto found = drive(shopee.find_listing(ctx_for(d), d));
  ASSERT_TRUE(found) << found.error().describe();
  ASSERT_TRUE(found->resume_after);
  remember(d, *found);
  clock.advance(*found->resume_after);
  const ListingRef ref = update(d);
  EXPECT_EQ(ref.variants.size(), 2u);
  const auto whole = drive(shopee.find_listing(ctx_for(d), d));
  ASSERT_TRUE(whole);
  EXPECT_EQ(whole->variants, ref.variants);
  EXPECT_FALSE(whole->resume_after);
  // SKUs are not unique at Shopee: two candidates are nobody's.
  ListingDraft twin = plain("KOPI");
  publish(twin);
  EXPECT_EQ(drive(shopee.find_listing(ctx_for(d), d)).error().code, "listing_ambiguous");
}

TEST_F(ShopeeAgainstSandbox, AVariantCallWhoseAnswerWasLostIsRepairedByTheNextRun) {
  ListingDraft d = coffee();
  auto first = drive(shopee.publish_listing(ctx_for(d), d));
  ASSERT_TRUE(first);
  remember(d, *first);
  clock.advance(std::chrono::seconds(5));
  fault("product.init_tier_variation", "truncated");
  const auto lost = drive(shopee.update_listing(ctx_for(d), d));
  ASSERT_FALSE(lost);
  EXPECT_EQ(lost.error().kind, ErrorKind::transient);
  EXPECT_EQ(update(d).variants.size(), 2u);
  EXPECT_EQ(listings().size(), 2u);
}

TEST_F(ShopeeAgainstSandbox, WhatTheCategoryWantsIsSaidBeforeAnythingIsSent) {
  ListingDraft d = plain();
  d.attributes.erase("masa penyimpanan");
  const CallContext c = ctx_for(d);
  calls.clear();
  const Error refused = drive(shopee.publish_listing(c, d)).error();
  EXPECT_EQ(refused.code, "attribute_missing");
  EXPECT_THAT(refused.field, HasSubstr("Masa Penyimpanan"));
  EXPECT_TRUE(calls.empty());
}

TEST_F(ShopeeAgainstSandbox, APictureThatIsNoneIsRefusedByPlace) {
  picture = "GIF89a";
  ListingDraft d = plain();
  const Error refused = drive(shopee.publish_listing(ctx_for(d), d)).error();
  EXPECT_EQ(refused.kind, ErrorKind::rejected);
  EXPECT_EQ(refused.code, "image_format");
  EXPECT_EQ(refused.field, "/images/0");
}

TEST_F(ShopeeAgainstSandbox, ReadBackWalksAllPages) {
  std::set<std::string> wanted;
  for (int i = 0; i < 21; ++i) {
    ListingDraft d = plain("SKU-" + std::to_string(i));
    publish(d);
    wanted.insert(d.unit);
  }
  ListingDraft d = coffee();
  const ListingRef ref = publish(d);
  wanted.insert({"KOPI-250", "KOPI-500"});
  std::map<std::string, RemoteListing> seen;
  std::string cursor;
  int pages = 0;
  do {
    auto page = drive(shopee.read_listings(ctx(), cursor));
    ASSERT_TRUE(page) << page.error().describe();
    for (RemoteListing& l : page->listings) seen.emplace(l.remote_sku, std::move(l));
    cursor = page->next;
  } while (!cursor.empty() && ++pages < 9);
  std::set<std::string> skus;
  for (const auto& [sku, l] : seen) skus.insert(sku);
  EXPECT_EQ(skus, wanted);
  EXPECT_EQ(seen.at("KOPI-500").remote_variant, ref.variants.at("KOPI-500"));
  EXPECT_EQ(seen.at("KOPI-500").stock, 15);
  EXPECT_EQ(seen.at("KOPI-500").price, Money{85000});
  EXPECT_EQ(seen.at("SKU-3").remote_variant, "0");
  EXPECT_EQ(seen.at("SKU-3").listed, true);
}

TEST_F(ShopeeAgainstSandbox, OddButRealAnswersAreTheSame) {
  set(R"({"prefixed_codes":true,"blank_error":true,"float_prices":true,"auth_status":200})");
  ListingDraft d = coffee();
  const ListingRef ref = publish(d);
  EXPECT_EQ(listings().at("KOPI-250")["price"].as_int64(), 45000);
  const auto page = drive(shopee.read_listings(ctx(), ""));
  ASSERT_TRUE(page) << page.error().describe();
  EXPECT_EQ(page->listings.at(0).price, Money{45000});
  StockBatch stock;
  stock.items.push_back({"X", "1", "0", 3, true});
  EXPECT_EQ(drive(shopee.set_stock(ctx(), stock))->items[0].error->code, "listing_gone");
  clock.advance(std::chrono::hours(5));
  EXPECT_EQ(drive(shopee.read_listings(ctx(), "")).error().kind, ErrorKind::auth_expired);
}

TEST_F(ShopeeAgainstSandbox, TooManyCallsWait) {
  set(R"({"calls_per_second":3,"retry_after_seconds":9})");
  Result<ListingPage> last = ListingPage();
  for (int i = 0; i < 5 && last; ++i) last = drive(shopee.read_listings(ctx(), ""));
  ASSERT_FALSE(last);
  EXPECT_EQ(last.error().kind, ErrorKind::throttled);
  EXPECT_EQ(last.error().retry_after, std::chrono::seconds(9));
}

}  // namespace
}  // namespace gerbang::shopee
