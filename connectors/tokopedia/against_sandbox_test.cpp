// Authorisation and listings; orders and webhooks are in orders_against_sandbox_test.cpp.
#include "connectors/tokopedia/against_sandbox_for_test.hpp"

namespace gerbang::tokopedia {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Key;
using ::testing::UnorderedElementsAre;

using TokopediaAgainstSandbox = testing::AgainstSandbox;

// ---- authorisation

TEST_F(TokopediaAgainstSandbox, TheConsentLinkLeadsBackWithACode) {
  const auto link = connector.authorise_url(ctx().app, "keadaan-1", clock.now());
  ASSERT_TRUE(link);
  HttpRequest open;
  open.url = link->substr(ctx().app.api_url.size());
  const HttpResponse page = market->handle(open).response;
  ASSERT_EQ(page.status, 302) << page.body;
  const std::string back(*page.headers.find("Location"));
  ASSERT_TRUE(back.starts_with(ctx().app.redirect_url)) << back;
  AuthorisationGrant given;
  given.query = *parse_query(back.substr(back.find('?') + 1));
  EXPECT_EQ(query_value(given.query, "state"), "keadaan-1");
  auto sets = drive(connector.exchange_code(ctx(), given));
  ASSERT_TRUE(sets) << sets.error().describe();
  EXPECT_EQ(sets->at(0).remote_shop_id, seller);
  EXPECT_EQ(sets->at(0).access_expires_at, clock.now() + std::chrono::hours(24 * 7));
  EXPECT_EQ(drive(connector.exchange_code(ctx(), given)).error().kind, ErrorKind::unauthenticated)
      << "a code is used once";
  open.url += "&deny=1";
  const std::string denied(*market->handle(open).response.headers.find("Location"));
  given.query = *parse_query(denied.substr(denied.find('?') + 1));
  EXPECT_EQ(drive(connector.exchange_code(ctx(), given)).error().code, "authorisation_denied");
}

TEST_F(TokopediaAgainstSandbox, TokensMayRotateOrStay) {
  const CallContext old = ctx();
  auto fresh = drive(connector.refresh_tokens(ctx()));
  ASSERT_TRUE(fresh) << fresh.error().describe();
  EXPECT_NE(fresh->refresh.reveal(), tokens.refresh.reveal());
  EXPECT_EQ(drive(connector.refresh_tokens(old)).error().code, "refresh_refused");
  tokens = *fresh;
  EXPECT_TRUE(drive(connector.read_listings(ctx(), "")));
  set(R"({"rotate_refresh":false})");
  for (int i = 0; i < 2; ++i) {
    auto again = drive(connector.refresh_tokens(ctx()));
    ASSERT_TRUE(again);
    EXPECT_EQ(again->refresh.reveal(), tokens.refresh.reveal());
  }
  clock.advance(std::chrono::hours(24 * 7));
  EXPECT_EQ(drive(connector.read_listings(ctx(), "")).error().kind, ErrorKind::auth_expired);
}

TEST_F(TokopediaAgainstSandbox, AShopThatTookItsConsentBackMustAuthoriseAgain) {
  set(R"({"withdraw":{"shop_id":")" + seller + "\"}}");
  EXPECT_EQ(drive(connector.read_listings(ctx(), "")).error().kind, ErrorKind::auth_expired);
  EXPECT_EQ(drive(connector.refresh_tokens(ctx())).error().kind, ErrorKind::unauthenticated);
  const auto told = hints();
  ASSERT_EQ(told.size(), 1u);
  EXPECT_EQ(told[0].kind, HookKind::shop_deauthorised);
  EXPECT_EQ(told[0].remote_shop_id, seller);
}

TEST_F(TokopediaAgainstSandbox, AWrongKeyAClockAndAMissingCipherAreNamed) {
  CallContext wrong = ctx();
  wrong.app.secret = Secret("kunci-yang-lain");
  EXPECT_EQ(drive(connector.read_listings(wrong, "")).error().code, "app_refused");
  CallContext late = ctx();
  late.now = late.now - std::chrono::seconds(301);
  EXPECT_EQ(drive(connector.read_listings(late, "")).error().code, "clock_skewed");
  late.now = clock.now() + std::chrono::seconds(31);
  EXPECT_EQ(drive(connector.read_listings(late, "")).error().code, "clock_skewed");
  // A pair stored without its cipher heals with the next refresh.
  tokens.access = Secret(tokens.access.reveal().substr(0, tokens.access.reveal().find(' ')));
  EXPECT_EQ(drive(connector.read_listings(ctx(), "")).error().kind, ErrorKind::auth_expired);
  tokens = *drive(connector.refresh_tokens(ctx()));
  EXPECT_TRUE(drive(connector.read_listings(ctx(), "")));
}

TEST_F(TokopediaAgainstSandbox, AMissingScopeAndTooManyCalls) {
  set(R"({"scopes":["seller.authorization.info","seller.product.basic"]})");
  EXPECT_TRUE(drive(connector.read_listings(ctx(), "")));
  OrderWindow window;
  window.from = window.to = clock.now();
  EXPECT_EQ(drive(connector.list_orders(ctx(), window)).error().code, "app_not_permitted");
  set(R"({"scopes":null,"calls_per_second":3,"retry_after_seconds":9})");
  Result<ListingPage> last = ListingPage();
  for (int i = 0; i < 5 && last; ++i) last = drive(connector.read_listings(ctx(), ""));
  ASSERT_FALSE(last);
  EXPECT_EQ(last.error().kind, ErrorKind::throttled);
  EXPECT_EQ(last.error().retry_after, std::chrono::seconds(9));
}

// ---- facts

TEST_F(TokopediaAgainstSandbox, EveryDemoCategoryFindsItsLeafAndItsFacts) {
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
  }
  EXPECT_EQ((*facts)["tokopedia"].as_bool(), true);
  EXPECT_EQ((*facts)["warehouses"].items().size(), 1u);
}

// ---- listings

TEST_F(TokopediaAgainstSandbox, APlainProductLivesFromPublishingToWithdrawal) {
  ListingDraft d = plain();
  const ListingRef ref = publish(d);
  EXPECT_THAT(ref.variants, ElementsAre(Key("TEH-100")));
  EXPECT_EQ(listings().at("TEH-100")["state"].text(), "PENDING,PENDING");
  const BatchAck early = set_stock({stock_of(ref, "TEH-100", 24)});
  EXPECT_EQ(early.items.at(0).error->code, "listing_in_audit") << "created is not published";
  clock.advance(std::chrono::seconds(30));
  EXPECT_EQ(listings().at("TEH-100")["state"].text(), "ACTIVATE,ACTIVATE");
  EXPECT_FALSE(set_stock({stock_of(ref, "TEH-100", 24)}).items.at(0).error);
  EXPECT_EQ(shown("TEH-100"), 24);

  d.variants[0].stock = 24;
  calls.clear();
  update(d);
  EXPECT_THAT(calls, ElementsAre("product.products")) << "nothing changed";
  d.title = "Teh Hijau Lereng Petik Pucuk Pilihan";
  d.images.push_back("https://desa.example/cangkir.png");
  calls.clear();
  update(d);
  EXPECT_THAT(calls, ElementsAre("product.products", "image.fetch", "product.images.upload",
                                 "product.products.partial_edit"));
  EXPECT_EQ(listings().at("TEH-100")["title"].text(), "Teh Hijau Lereng Petik Pucuk TEH-100")
      << "what is live stays live while the edit is checked";
  calls.clear();
  update(d);
  EXPECT_THAT(calls, ElementsAre("product.products")) << "what is under review is what was sent";
  clock.advance(std::chrono::seconds(30));
  EXPECT_EQ(listings().at("TEH-100")["title"].text(), "Teh Hijau Lereng Petik Pucuk Pilihan");

  EXPECT_FALSE(set_state(state_of(ref, false)).items.at(0).error);
  EXPECT_EQ(listings().at("TEH-100")["state"].text(), "SELLER_DEACTIVATED,SELLER_DEACTIVATED");
  // The stock of a product that a person took off is kept, and it stays off.
  EXPECT_FALSE(set_stock({stock_of(ref, "TEH-100", 9, false)}).items.at(0).error);
  EXPECT_EQ(shown("TEH-100"), 9);
  EXPECT_EQ(listings().at("TEH-100")["listed"].as_bool(), false);
  EXPECT_FALSE(set_state(state_of(ref, true)).items.at(0).error);
  EXPECT_EQ(listings().at("TEH-100")["state"].text(), "PENDING,PENDING") << "audited first";
  clock.advance(std::chrono::seconds(30));
  EXPECT_EQ(listings().at("TEH-100")["listed"].as_bool(), true);

  for (int twice = 0; twice < 2; ++twice) {
    const BatchAck removed = set_state(state_of(ref, false, true));
    EXPECT_FALSE(removed.items.at(0).error) << removed.items[0].error->describe();
  }
  EXPECT_TRUE(listings().empty());
  EXPECT_EQ(drive(connector.update_listing(ctx_for(d), d)).error().code, "listing_gone");
  EXPECT_EQ(drive(connector.find_listing(ctx_for(d), d)).error().kind, ErrorKind::not_found);
  EXPECT_EQ(set_stock({stock_of(ref, "TEH-100", 3)}).items.at(0).error->kind, ErrorKind::not_found);
}

TEST_F(TokopediaAgainstSandbox, OptionsCanBeAddedRenamedAndTaken) {
  ListingDraft d = coffee();
  const ListingRef ref = on_sale(d);
  EXPECT_THAT(ref.variants, UnorderedElementsAre(Key("KOPI-250"), Key("KOPI-500")));
  EXPECT_EQ(listings().at("KOPI-500")["price"].as_int64(), 85000);
  d.options[0].values = {"100 g", "250 g", "500 g"};
  d.variants.push_back(variant("KOPI-100", {"100 g"}, 20000, 9, 120));
  const ListingRef three = update(d);
  EXPECT_EQ(three.variants.at("KOPI-250"), ref.variants.at("KOPI-250"));
  EXPECT_EQ(shown("KOPI-100"), 9);
  d.variants.erase(d.variants.begin() + 1);
  d.options[0].values = {"100 g", "1/4 kg"};
  d.variants[0].options = {"1/4 kg"};
  const ListingRef two = update(d);
  EXPECT_THAT(two.variants, UnorderedElementsAre(Key("KOPI-250"), Key("KOPI-100")));
  EXPECT_EQ(two.variants.at("KOPI-250"), ref.variants.at("KOPI-250"));
  EXPECT_FALSE(listings().contains("KOPI-500"));
  calls.clear();
  update(d);
  EXPECT_THAT(calls, ElementsAre("product.products")) << "all of it has arrived";
  d.category = "makanan-minuman/teh";
  EXPECT_EQ(update(d).variants, two.variants) << "a whole edit keeps the ids";
}

TEST_F(TokopediaAgainstSandbox, StockAndPriceAreSetPerSku) {
  ListingDraft d = coffee(), other = plain();
  const ListingRef ref = publish(d), tea = on_sale(other);
  StockItem unknown = stock_of(ref, "KOPI-250", 3);
  unknown.remote_variant = "999";
  const BatchAck done = set_stock({stock_of(ref, "KOPI-250", 7), stock_of(tea, "TEH-100", 0),
                                   stock_of(ref, "KOPI-500", 8), unknown});
  ASSERT_EQ(done.items.size(), 4u);
  for (std::size_t i = 0; i < 3; ++i) EXPECT_FALSE(done.items[i].error) << i;
  EXPECT_EQ(done.items[3].error->code, "listing_sku_gone");
  EXPECT_EQ(shown("KOPI-250"), 7);
  EXPECT_EQ(shown("KOPI-500"), 8);
  EXPECT_EQ(shown("TEH-100"), 0);

  PriceBatch price;
  price.items = {price_of(ref, "KOPI-250", 47000), price_of(ref, "KOPI-500", 88000)};
  const auto priced = drive(connector.set_price(ctx(), price));
  ASSERT_TRUE(priced) << priced.error().describe();
  EXPECT_EQ(listings().at("KOPI-500")["price"].as_int64(), 88000);
  set(R"({"promotion":{"sku":"KOPI-250","locks_price":true,"locks_stock":true}})");
  price.items = {price_of(ref, "KOPI-250", 46000), price_of(ref, "KOPI-500", 89000)};
  const auto held = drive(connector.set_price(ctx(), price));
  EXPECT_EQ(held->items[0].error->code, "promotion_locked");
  EXPECT_TRUE(held->items[0].error->retry_after);
  EXPECT_FALSE(held->items[1].error);
  const BatchAck stock = set_stock({stock_of(ref, "KOPI-250", 1), stock_of(ref, "KOPI-500", 2)});
  EXPECT_EQ(stock.items[0].error->kind, ErrorKind::blocked);
  EXPECT_FALSE(stock.items[1].error);
}

TEST_F(TokopediaAgainstSandbox, WhereZeroIsRefusedNobodyCanBuyWhatIsSoldOut) {
  start(R"({"zero_quantity":false})");
  ListingDraft d = coffee();
  const ListingRef ref = on_sale(d);
  EXPECT_FALSE(
      set_stock({stock_of(ref, "KOPI-250", 0), stock_of(ref, "KOPI-500", 9)}).items.at(0).error);
  EXPECT_EQ(listings().at("KOPI-250")["listed"].as_bool(), false);
  EXPECT_FALSE(set_stock({stock_of(ref, "KOPI-500", 8)}).items.at(0).error);
  EXPECT_EQ(shown("KOPI-500"), 8);
  EXPECT_EQ(listings().at("KOPI-500")["listed"].as_bool(), false) << "the other one is sold out";
  EXPECT_FALSE(set_stock({stock_of(ref, "KOPI-250", 6)}).items.at(0).error);
  clock.advance(std::chrono::seconds(30));
  EXPECT_EQ(listings().at("KOPI-250")["listed"].as_bool(), true);
  EXPECT_EQ(shown("KOPI-250"), 6);
  ListingDraft empty = plain("KOSONG", 0);
  EXPECT_EQ(drive(connector.publish_listing(ctx_for(empty), empty)).error().code,
            "stock_zero_refused");
}

TEST_F(TokopediaAgainstSandbox, AnAuditThatFailsAtOnePlaceTakesItOffThereOnly) {
  start(R"({"audit_result":{"TOKOPEDIA":"FAILED"}})");
  ListingDraft d = plain();
  const ListingRef ref = on_sale(d);
  const auto page = drive(connector.read_listings(ctx(), ""));
  ASSERT_TRUE(page);
  EXPECT_EQ(page->listings.at(0).remote_state, "shop ACTIVATE, tokopedia FAILED");
  EXPECT_EQ(page->listings[0].listed, true);
  EXPECT_FALSE(set_stock({stock_of(ref, "TEH-100", 5)}).items.at(0).error);
  set(R"({"audit_result":"FAILED"})");
  ListingDraft bad = plain("GAGAL");
  const ListingRef failed = on_sale(bad);
  EXPECT_EQ(set_state(state_of(failed, true)).items.at(0).error->code, "listing_audit_failed");
  set(R"({"audit_result":"APPROVED"})");
  bad.title = "Teh Hijau Lereng dengan foto yang jelas";
  update(bad);
  clock.advance(std::chrono::seconds(30));
  EXPECT_EQ(listings().at("GAGAL")["listed"].as_bool(), true) << "an edit brings it to the audit";
}

TEST_F(TokopediaAgainstSandbox, SellersOfEveryKindAreServed) {
  start(R"({"seller_kind":"shop"})");
  EXPECT_EQ((*facts)["tokopedia"].as_bool(), false);
  ListingDraft d = plain();
  on_sale(d);
  EXPECT_EQ(listings().at("TEH-100")["state"].text(), "ACTIVATE");
  // The tree may be shown to them all the same: then the create tells.
  start(R"({"seller_kind":"shop","show_tokopedia_tree":true})");
  EXPECT_EQ((*facts)["tokopedia"].as_bool(), true);
  d = plain();
  ListingRef ref = on_sale(d);
  EXPECT_EQ(ref.memo["only_shop"].as_bool(), true);
  calls.clear();
  update(d);
  EXPECT_THAT(calls, ElementsAre("product.products"));
  EXPECT_FALSE(set_state(state_of(ref, false)).items.at(0).error);
  EXPECT_EQ(listings().at("TEH-100")["listed"].as_bool(), false);
  // Mirrored: everything is at both places by itself, and only one is ours to name.
  start(R"({"seller_kind":"mirrored"})");
  d = plain();
  ref = on_sale(d);
  EXPECT_EQ(listings().at("TEH-100")["state"].text(), "ACTIVATE,ACTIVATE");
  calls.clear();
  update(d);
  EXPECT_THAT(calls, ElementsAre("product.products")) << "what is mirrored is left alone";
  EXPECT_FALSE(set_state(state_of(ref, false)).items.at(0).error);
  EXPECT_EQ(listings().at("TEH-100")["state"].text(), "SELLER_DEACTIVATED,SELLER_DEACTIVATED");
}

TEST_F(TokopediaAgainstSandbox, AnOperatorChoosesThePlaceOfAProduct) {
  ListingDraft d = plain();
  d.attributes["platforms"] = "tokopedia";
  const ListingRef ref = on_sale(d);
  EXPECT_EQ(listings().at("TEH-100")["platforms"].members().size(), 1u);
  EXPECT_FALSE(set_state(state_of(ref, false)).items.at(0).error);
  EXPECT_EQ(listings().at("TEH-100")["state"].text(), "SELLER_DEACTIVATED");
  EXPECT_FALSE(set_state(state_of(ref, true)).items.at(0).error);
  clock.advance(std::chrono::seconds(30));
  d.attributes["platforms"] = "tokopedia, shop";
  update(d);
  clock.advance(std::chrono::seconds(30));
  EXPECT_EQ(listings().at("TEH-100")["state"].text(), "ACTIVATE,ACTIVATE");
  ListingDraft used = plain("BEKAS");
  used.condition = Condition::used;
  on_sale(used);
  EXPECT_EQ(listings().at("BEKAS")["platforms"]["TOKOPEDIA"].text(), "ACTIVATE");
}

TEST_F(TokopediaAgainstSandbox, WhileTheShopIsMergedOnlyStockAndPricePass) {
  ListingDraft d = plain();
  const ListingRef ref = on_sale(d);
  set(R"({"shop":{"shop_id":")" + seller + R"(","merging":true}})");
  EXPECT_FALSE(set_stock({stock_of(ref, "TEH-100", 4)}).items.at(0).error);
  d.title = "Teh yang lain sama sekali dari desa";
  const Error wait = drive(connector.update_listing(ctx_for(d), d)).error();
  EXPECT_EQ(wait.kind, ErrorKind::blocked);
  EXPECT_EQ(wait.code, "shop_merging");
  set(R"({"shop":{"shop_id":")" + seller + R"(","merging":false,"disabled":true}})");
  EXPECT_EQ(drive(connector.read_listings(ctx(), "")).error().code, "shop_disabled");
}

TEST_F(TokopediaAgainstSandbox, ACreateWhoseAnswerWasLostIsFound) {
  int n = 0;
  for (const char* kind : {"reset_after", "truncated"}) {
    for (const int lag : {0, 3600}) {
      set(R"({"search_lag_seconds":)" + std::to_string(lag) + "}");
      ListingDraft d = plain("HILANG-" + std::to_string(++n));
      fault("product.products.create", kind);
      const auto lost = drive(connector.publish_listing(ctx_for(d), d));
      ASSERT_FALSE(lost);
      EXPECT_EQ(lost.error().kind, ErrorKind::indeterminate) << kind;
      const auto found = drive(connector.find_listing(ctx_for(d), d));
      if (lag == 0) {
        ASSERT_TRUE(found) << kind << found.error().describe();
        EXPECT_EQ(found->remote_product, listings().at(d.unit)["product"].text());
        continue;
      }
      // Not in the index yet: the channel knows our code, so it is not made twice.
      EXPECT_EQ(found.error().kind, ErrorKind::not_found);
      EXPECT_EQ(drive(connector.publish_listing(ctx_for(d), d)).error().code, "product_code_taken");
    }
  }
  EXPECT_EQ(listings().size(), 4u);
}

TEST_F(TokopediaAgainstSandbox, AnEditWhoseAnswerWasLostIsRepairedByTheNextRun) {
  ListingDraft d = coffee();
  on_sale(d);
  d.options[0].values.push_back("1 kg");
  d.variants.push_back(variant("KOPI-1000", {"1 kg"}, 160000, 5, 1060));
  fault("product.products.partial_edit", "truncated");
  const auto lost = drive(connector.update_listing(ctx_for(d), d));
  EXPECT_EQ(lost.error().kind, ErrorKind::transient);
  EXPECT_EQ(update(d).variants.size(), 3u);
  EXPECT_EQ(listings().size(), 3u) << "not doubled";
}

TEST_F(TokopediaAgainstSandbox, SeveralWarehousesAreServedWithTheDefaultOne) {
  start(R"({"warehouses":2})");
  ListingDraft d = plain();
  const ListingRef ref = on_sale(d);
  EXPECT_FALSE(set_stock({stock_of(ref, "TEH-100", 5)}).items.at(0).error);
  facts.reset();  // stock is sent without facts too
  EXPECT_FALSE(set_stock({stock_of(ref, "TEH-100", 6)}).items.at(0).error);
  EXPECT_EQ(shown("TEH-100"), 6);
}

TEST_F(TokopediaAgainstSandbox, ReadBackWalksAllPages) {
  std::set<std::string> wanted;
  for (int i = 0; i < 101; ++i) {
    ListingDraft d = plain("SKU-" + std::to_string(i));
    d.images.resize(1);
    publish(d);
    wanted.insert(d.unit);
  }
  ListingDraft d = coffee();
  const ListingRef ref = on_sale(d);
  wanted.insert({"KOPI-250", "KOPI-500"});
  buy("KOPI-500", 2);
  std::map<std::string, RemoteListing> seen;
  std::string cursor;
  int pages = 0;
  calls.clear();
  do {
    auto page = drive(connector.read_listings(ctx(), cursor));
    ASSERT_TRUE(page) << page.error().describe();
    for (RemoteListing& l : page->listings) seen.emplace(l.remote_sku, std::move(l));
    cursor = page->next;
  } while (!cursor.empty() && ++pages < 9);
  EXPECT_EQ(calls.size(), 4u) << "two calls for a hundred products";
  std::set<std::string> skus;
  for (const auto& [sku, l] : seen) skus.insert(sku);
  EXPECT_EQ(skus, wanted);
  EXPECT_EQ(seen.at("KOPI-500").remote_variant, ref.variants.at("KOPI-500"));
  EXPECT_EQ(seen.at("KOPI-500").stock, 13);
  EXPECT_EQ(seen.at("KOPI-500").price, Money{85000});
}

TEST_F(TokopediaAgainstSandbox, OddButPossibleAnswersAreTheSame) {
  start(R"({"error_status":400,"null_data":true,"quantity_as_text":true})");
  ListingDraft d = coffee();
  const ListingRef ref = on_sale(d);
  const auto page = drive(connector.read_listings(ctx(), ""));
  ASSERT_TRUE(page) << page.error().describe();
  EXPECT_EQ(page->listings.at(0).stock, 40);
  StockItem gone{"X", "1", "2", 3, true};
  EXPECT_EQ(set_stock({gone}).items.at(0).error->code, "listing_gone");
  clock.advance(std::chrono::hours(24 * 8));
  EXPECT_EQ(drive(connector.read_listings(ctx(), "")).error().kind, ErrorKind::auth_expired);
}

TEST_F(TokopediaAgainstSandbox, WhatTheChannelWouldRefuseIsSaidBeforeAnythingIsSent) {
  ListingDraft d = plain();
  d.title = "Keripik Singkong";
  d.attributes.erase("masa penyimpanan");
  const CallContext c = ctx_for(d);
  calls.clear();
  const Error refused = drive(connector.publish_listing(c, d)).error();
  EXPECT_EQ(refused.code, "title_too_short");
  ASSERT_EQ(refused.fields.size(), 2u);
  EXPECT_THAT(refused.fields[1].field, HasSubstr("Masa Penyimpanan"));
  EXPECT_TRUE(calls.empty());
  picture = std::string("\x89PNG\r\n\x1a\n", 8) +
            std::string("\0\0\0\rIHDR\0\0\0\x20\0\0\0\x20\x08\x02\0\0\0", 21);
  d = plain();
  EXPECT_EQ(drive(connector.publish_listing(ctx_for(d), d)).error().code, "image_not_allowed")
      << "32 pixels";
}

}  // namespace
}  // namespace gerbang::tokopedia
