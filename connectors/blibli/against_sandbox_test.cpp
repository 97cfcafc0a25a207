// Credentials, products, stock, price and state against the sandbox.
#include "connectors/blibli/against_sandbox_for_test.hpp"

#include "connectors/blibli/access.hpp"

namespace gerbang::blibli {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;
using ::testing::HasSubstr;

class BlibliAgainstSandbox : public testing::AgainstSandbox {
 protected:
  // One deferred batch carried to its end, as the lane does it.
  template <class Item, class Send>
  Result<BatchAck> settled(std::vector<Item> items, Send send) {
    for (int turns = 0; turns < 20; ++turns) {
      Result<BatchAck> ack = send(items);
      if (!ack) return ack;
      Duration wait{0};
      for (std::size_t i = 0; i < items.size(); ++i) {
        items[i].ticket = {};
        if (const auto& deferred = ack->items[i].deferred) {
          items[i].ticket.name = deferred->ticket;
          wait = std::max(wait, deferred->after);
        }
      }
      if (wait.count() == 0) return ack;
      clock.advance(wait);
    }
    ADD_FAILURE() << "never settled";
    return Error(ErrorKind::bug, "endless");
  }
  Result<BatchAck> set_prices(std::vector<PriceItem> items) {
    return settled(std::move(items), [this](const std::vector<PriceItem>& now) {
      PriceBatch batch;
      batch.items = now;
      return drive(blibli.set_price(ctx(), batch));
    });
  }
  Result<BatchAck> set_states(std::vector<StateItem> items) {
    return settled(std::move(items), [this](const std::vector<StateItem>& now) {
      StateBatch batch;
      batch.items = now;
      return drive(blibli.set_state(ctx(), batch));
    });
  }
};

// ---- credentials

TEST_F(BlibliAgainstSandbox, keys_are_asked_for_before_they_are_believed) {
  EXPECT_EQ(tokens.remote_shop_id, store);
  EXPECT_EQ(tokens.access_expires_at, TimePoint()) << "they do not expire";
  EXPECT_TRUE(tokens.refresh.empty());
  for (const char* wrong : {"seller_key", "signature_key", "store_code"}) {
    AuthorisationGrant bad = grant();
    for (auto& [name, value] : bad.query) {
      if (name != wrong) continue;
      value = name == "seller_key" ? std::string(64, 'A') : value + "X";
    }
    const auto refused = drive(blibli.exchange_code(ctx(), bad));
    ASSERT_FALSE(refused) << wrong;
    EXPECT_EQ(refused.error().code, "credentials_refused") << wrong;
  }
  CallContext other = ctx();
  other.app.secret = Secret("kunci-lain");
  EXPECT_EQ(drive(blibli.refresh_tokens(other)).error().kind, ErrorKind::auth_expired);
  const auto again = drive(blibli.refresh_tokens(ctx()));
  ASSERT_TRUE(again) << again.error().describe();
  EXPECT_EQ(again->access, tokens.access);
}

TEST_F(BlibliAgainstSandbox, a_seller_who_disconnects_us_is_told_apart_from_an_outage) {
  set(R"({"disconnect":{"shop_id":")" + store + "\"}}");
  const auto refused = drive(blibli.read_listings(ctx(), ""));
  EXPECT_EQ(refused.error().kind, ErrorKind::auth_expired);
  EXPECT_EQ(refused.error().code, "credentials_refused");
  EXPECT_EQ(refused.error().remote->code, "ERR-PA400054");
  fault("product.list", "server_error");
  EXPECT_EQ(drive(blibli.read_listings(ctx(), "")).error().kind, ErrorKind::transient);
}

TEST_F(BlibliAgainstSandbox, a_clock_that_is_off_is_refused) {
  CallContext late = ctx();
  late.now = late.now - minutes(6);
  EXPECT_EQ(drive(blibli.read_listings(late, "")).error().kind, ErrorKind::auth_expired);
}

class BlibliTwoPoints : public BlibliAgainstSandbox {
 protected:
  std::string shop_body() override {
    return R"({"name":"Dua Gudang","pickup_points":["PP-1","PP-2"],"signature_key":""})";
  }
};

TEST_F(BlibliTwoPoints, a_shop_with_several_pickup_points_needs_one_to_be_chosen) {
  AuthorisationGrant open = grant();
  std::erase_if(open.query, [](const auto& item) { return item.first == "pickup_point"; });
  const auto refused = drive(blibli.exchange_code(ctx(), open));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, "blibli_pickup_point");
  EXPECT_EQ(refused.error().field, "/credentials/pickup_point");
  EXPECT_THAT(refused.error().detail, HasSubstr("PP-1 PP-2"));
  open.query.emplace_back("pickup_point", "PP-9");
  EXPECT_EQ(drive(blibli.exchange_code(ctx(), open)).error().code, "blibli_pickup_point");
  open.query.back().second = "PP-2";
  const auto taken = drive(blibli.exchange_code(ctx(), open));
  ASSERT_TRUE(taken) << taken.error().describe();
  tokens = taken->front();
  // Its stock names the point, unsigned calls pass without a signature key.
  ListingDraft d = plain();
  const ListingRef ref = publish(d);
  StockBatch batch;
  batch.items = {stock_of(ref, "TEH-100", 7)};
  EXPECT_FALSE(drive(blibli.set_stock(ctx(), batch))->items[0].error);
  EXPECT_EQ(listings().at("TEH-100")["stock"].as_int64(), 7);
}

// ---- products

TEST_F(BlibliAgainstSandbox, a_product_goes_through_the_queue_and_the_review) {
  ListingDraft d = coffee();
  auto sent = drive(blibli.publish_listing(ctx_for(d), d));
  ASSERT_TRUE(sent) << sent.error().describe();
  EXPECT_TRUE(sent->remote_product.starts_with("queue:01"));
  EXPECT_TRUE(sent->variants.empty());
  EXPECT_EQ(sent->resume_after, seconds(10));
  EXPECT_TRUE(listings().empty()) << "nothing is there yet";
  remember(d, *sent);

  set(R"({"review_ms":3600000})");
  clock.advance(*sent->resume_after);
  auto in_review = try_update(d);
  ASSERT_TRUE(in_review) << in_review.error().describe();
  EXPECT_EQ(d.remote_product, store + "-00001");
  EXPECT_TRUE(in_review->resume_after) << "a person at Blibli looks at it";
  EXPECT_EQ(listings().at("KOPI-250")["state"].text(), "IN_PROGRESS");
  clock.advance(*in_review->resume_after);
  in_review = try_update(d);
  ASSERT_TRUE(in_review);
  EXPECT_TRUE(in_review->resume_after);
  clock.advance(std::chrono::hours(1));

  const ListingRef ref = follow(d, try_update(d));
  EXPECT_EQ(ref.variants.at("KOPI-250"), store + "-00001-00001");
  EXPECT_EQ(ref.variants.at("KOPI-500"), store + "-00001-00002");
  const auto there = listings();
  EXPECT_EQ(there.at("KOPI-500")["stock"].as_int64(), 15);
  EXPECT_EQ(there.at("KOPI-500")["price"].as_int64(), 85000);
  EXPECT_EQ(there.at("KOPI-500")["listed"].as_bool(), true);
  // The queue was asked once, five times in 15 minutes are allowed.
  EXPECT_EQ(count("queue.detail"), 1u);
}

TEST_F(BlibliAgainstSandbox,
       what_the_queue_refuses_is_parked_with_its_reason_and_sent_anew_when_changed) {
  ListingDraft d = plain();
  d.brand = "Merek Baru";
  set(R"({"refuse_new_brands":true})");
  auto sent = drive(blibli.publish_listing(ctx_for(d), d));
  ASSERT_TRUE(sent);
  remember(d, *sent);
  clock.advance(*sent->resume_after);
  for (int twice = 0; twice < 2; ++twice) {
    const auto refused = try_update(d);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, ErrorKind::rejected);
    EXPECT_EQ(refused.error().code, "blibli_brand_refused");
    EXPECT_EQ(refused.error().field, "/brand");
    EXPECT_EQ(refused.error().remote->message, "Brand is not registered");
  }
  EXPECT_EQ(count("product.create"), 1u) << "what was refused is not sent again as it is";
  d.description += " Kini tanpa merek.";
  d.brand = std::nullopt;
  const ListingRef ref = update(d);
  EXPECT_EQ(count("product.create"), 2u);
  EXPECT_EQ(listings().size(), 1u);
  EXPECT_EQ(ref.variants.size(), 1u);
}

TEST_F(BlibliAgainstSandbox, a_review_that_asks_for_correction_gets_one_when_the_product_changes) {
  set(R"({"review":"correct","review_note":"Image contains text"})");
  ListingDraft d = plain();
  auto done = drive(blibli.publish_listing(ctx_for(d), d));
  ASSERT_TRUE(done);
  remember(d, *done);
  while (done && done->resume_after) {
    clock.advance(*done->resume_after);
    done = try_update(d);
  }
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, "blibli_image_refused");
  EXPECT_EQ(done.error().remote->message, "Image contains text");
  set(R"({"review":"approve"})");
  EXPECT_FALSE(try_update(d)) << "unchanged";
  clock.advance(minutes(30));  // five details in 30 minutes
  d.images = {"https://desa.example/bersih.jpg"};
  const ListingRef ref = update(d);
  EXPECT_EQ(ref.variants.size(), 1u);
  EXPECT_EQ(count("product.revise"), 1u);
  EXPECT_EQ(listings().at("TEH-100")["state"].text(), "ACTIVE");
}

TEST_F(BlibliAgainstSandbox, a_product_that_review_throws_out_is_told) {
  set(R"({"review":"reject","review_ms":600000})");
  ListingDraft d = plain();
  auto done = drive(blibli.publish_listing(ctx_for(d), d));
  ASSERT_TRUE(done);
  remember(d, *done);
  while (done && done->resume_after) {
    clock.advance(*done->resume_after);
    done = try_update(d);
  }
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().kind, ErrorKind::rejected);
  EXPECT_EQ(done.error().code, "blibli_review_refused");
}

TEST_F(BlibliAgainstSandbox, a_queue_that_names_no_product_is_followed_by_its_name) {
  set(R"({"queue_names_products":false})");
  ListingDraft d = coffee();
  const ListingRef ref = publish(d);
  EXPECT_EQ(ref.variants.size(), 2u);
}

TEST_F(BlibliAgainstSandbox, a_create_whose_answer_was_lost_is_found) {
  for (const char* kind : {"reset_after", "truncated"}) {
    ListingDraft d = plain(std::string("TEH-") + (kind[0] == 'r' ? "R" : "T"));
    fault("product.create", kind);
    EXPECT_EQ(drive(blibli.publish_listing(ctx_for(d), d)).error().kind, ErrorKind::indeterminate)
        << kind;
    EXPECT_EQ(drive(blibli.find_listing(ctx_for(d), d)).error().kind, ErrorKind::not_found)
        << "still in the queue";
    clock.advance(minutes(1));
    const auto found = drive(blibli.find_listing(ctx_for(d), d));
    ASSERT_TRUE(found) << found.error().describe();
    remember(d, *found);
    const ListingRef ref = update(d);
    EXPECT_EQ(ref.variants.size(), 1u);
  }
  EXPECT_EQ(listings().size(), 2u);
}

TEST_F(BlibliAgainstSandbox, a_live_product_is_changed_where_it_differs) {
  ListingDraft d = coffee();
  const ListingRef ref = publish(d);
  calls.clear();
  update(d);
  EXPECT_EQ(calls, std::vector<std::string>{"product.detail"}) << "nothing differs";

  d.title = "Kopi Robusta Lereng";
  d.description = "Sangrai lebih gelap.";
  update(d);
  EXPECT_EQ(listings().at("KOPI-250")["title"].text(), "Kopi Robusta Lereng");
  EXPECT_EQ(count("product.detail_update"), 1u);

  d.images = {d.images[1], "https://desa.example/baru.jpg"};
  update(d);
  EXPECT_EQ(count("product.image_add"), 1u);
  EXPECT_EQ(count("product.image_delete"), 1u);

  d.options[0].values.push_back("1 kg");
  d.variants.push_back(variant("KOPI-1KG", {"1 kg"}, 160000, 4, 1050));
  d.variants.erase(d.variants.begin() + 1);
  clock.advance(minutes(31));  // five details in 30 minutes
  const ListingRef changed = update(d);
  EXPECT_EQ(changed.variants.at("KOPI-250"), ref.variants.at("KOPI-250"));
  const auto there = listings();
  EXPECT_EQ(there.size(), 2u);
  EXPECT_EQ(there.at("KOPI-1KG")["stock"].as_int64(), 4);
  EXPECT_EQ(there.at("KOPI-250")["stock"].as_int64(), 40) << "stock is not of an update";
}

TEST_F(BlibliAgainstSandbox, a_suspended_product_waits_for_a_person) {
  ListingDraft d = plain();
  const ListingRef ref = publish(d);
  set(R"({"suspend":{"product":")" + ref.remote_product + "\"}}");
  const auto refused = try_update(d);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, "blibli_suspended");
}

TEST_F(BlibliAgainstSandbox, every_fault_of_a_draft_is_told_at_once_and_costs_no_call) {
  ListingDraft d = coffee();
  d.title = std::string(151, 'x');
  d.attributes.clear();
  d.variants[0].price.amount = 999;
  d.variants[1].weight_grams.reset();
  CallContext context = ctx_for(d);
  calls.clear();
  const auto refused = drive(blibli.publish_listing(context, d));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::rejected);
  std::set<std::string> codes;
  for (const FieldError& f : refused.error().fields) codes.insert(f.code);
  EXPECT_EQ(codes, (std::set<std::string>{"title_too_long", "attribute_missing",
                                          "price_out_of_range", "weight_missing"}));
  EXPECT_TRUE(calls.empty());
}

TEST_F(BlibliAgainstSandbox, axes_go_to_the_attributes_that_take_them) {
  ListingDraft d = plain("BATIK");
  d.category = "fesyen/batik";
  d.options = {{"Warna", {"Cokelat", "Hitam"}}, {"Motif", {"Kawung"}}};
  d.variants.clear();
  d.variants.push_back(variant("B-C", {"Cokelat", "Kawung"}, 150000, 3, 300));
  d.variants.push_back(variant("B-H", {"Hitam", "Kawung"}, 150000, 3, 300));
  EXPECT_EQ(publish(d).variants.size(), 2u);
  // A colour that the list does not hold goes to the free attribute.
  ListingDraft other = d;
  other.title = "Batik Soga";
  other.remote_product.clear();
  other.memo = {};
  other.options[0].values[0] = "Cokelat Soga";
  other.variants[0] = variant("S-C", {"Cokelat Soga", "Kawung"}, 150000, 3, 300);
  other.variants[1].sku = "S-H";
  EXPECT_EQ(publish(other).variants.size(), 2u);
}

TEST_F(BlibliAgainstSandbox, a_picture_that_blibli_cannot_fetch_travels_along) {
  const auto one_without_tls = [&](const std::string& sku) {
    ListingDraft d = plain(sku);
    d.images.at(1) = "http://desa.example/kebun.png";
    return d;
  };
  ListingDraft d = one_without_tls("TEH-100");
  publish(d);
  EXPECT_EQ(count("image.fetch"), 1u) << "the other address is https";
  ListingDraft small = one_without_tls("TEH-KECIL");
  picture[22] = 1;  // 0x0120 pixels high
  const auto refused = drive(blibli.publish_listing(ctx_for(small), small));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, "blibli_image_too_small");
  EXPECT_EQ(refused.error().field, "/images/1");
}

TEST_F(BlibliAgainstSandbox, read_back_walks_all_states_and_pages) {
  set(R"({"limit_scale":0})");
  std::vector<ListingRef> refs;
  for (int i = 0; i < 23; ++i) {
    ListingDraft d = plain("SKU-" + std::to_string(i), i == 0 ? 0 : 5);
    refs.push_back(publish(d));
  }
  ASSERT_TRUE(set_states({state_of(refs[1], false)}));
  std::map<std::string, RemoteListing> seen;
  std::string cursor;
  int pages = 0;
  do {
    auto page = drive(blibli.read_listings(ctx(), cursor));
    ASSERT_TRUE(page) << page.error().describe();
    for (const RemoteListing& l : page->listings) seen[l.remote_sku] = l;
    cursor = page->next;
  } while (!cursor.empty() && ++pages < 20);
  EXPECT_EQ(seen.size(), 23u);
  EXPECT_EQ(seen.at("SKU-0").remote_state, "OOS");
  EXPECT_EQ(seen.at("SKU-0").listed, true);
  EXPECT_EQ(seen.at("SKU-1").listed, false);
  EXPECT_EQ(seen.at("SKU-2").stock, 5);
  EXPECT_EQ(seen.at("SKU-2").price, Money{32000});
  EXPECT_EQ(seen.at("SKU-2").remote_variant, refs[2].variants.at("SKU-2"));
}

// ---- levels

TEST_F(BlibliAgainstSandbox, stock_is_exact_and_can_be_repeated) {
  ListingDraft d = coffee();
  const ListingRef ref = publish(d);
  StockBatch batch;
  batch.items = {stock_of(ref, "KOPI-250", 37), stock_of(ref, "KOPI-500", 0)};
  for (int twice = 0; twice < 2; ++twice) {
    const auto ack = drive(blibli.set_stock(ctx(), batch));
    ASSERT_TRUE(ack) << ack.error().describe();
    EXPECT_FALSE(ack->items[0].error || ack->items[1].error);
    EXPECT_EQ(listings().at("KOPI-250")["stock"].as_int64(), 37);
  }
  EXPECT_EQ(listings().at("KOPI-500")["stock"].as_int64(), 0);
  batch.items[0].remote_variant = store + "-00001-00099";
  const auto some = drive(blibli.set_stock(ctx(), batch));
  ASSERT_TRUE(some);
  EXPECT_EQ(some->items[0].error->kind, ErrorKind::not_found);
  EXPECT_FALSE(some->items[1].error) << "the other is unharmed";
}

TEST_F(BlibliAgainstSandbox, sixty_first_stock_of_a_minute_waits) {
  ListingDraft d = plain();
  const ListingRef ref = publish(d);
  const auto set_to = [&](Quantity quantity) {
    StockBatch batch;
    batch.items = {stock_of(ref, "TEH-100", quantity)};
    return drive(blibli.set_stock(ctx(), batch));
  };
  for (Quantity n = 0; n < 60; ++n) {
    const auto ack = set_to(n);
    ASSERT_TRUE(ack) << n << ": " << ack.error().describe();
    EXPECT_FALSE(ack->items[0].error) << n;
  }
  const auto one_too_many = set_to(60);
  ASSERT_FALSE(one_too_many);
  EXPECT_EQ(one_too_many.error().kind, ErrorKind::throttled);
  EXPECT_EQ(one_too_many.error().retry_after, minutes(1));
  EXPECT_EQ(listings().at("TEH-100")["stock"].as_int64(), 59);
  set(R"({"retry_after_seconds":20})");
  EXPECT_EQ(set_to(61).error().retry_after, seconds(20));
}

TEST_F(BlibliAgainstSandbox, many_stocks_go_in_bulk_and_are_followed) {
  ListingDraft d = plain();
  d.options.push_back({"Kemasan", {}});
  d.variants.clear();
  StockBatch batch;
  for (int n = 0; n < 12; ++n) {
    DraftVariant v = plain().variants.front();
    v.sku = "TEH-" + std::to_string(n);
    v.options = {std::to_string(100 + n) + " g"};
    d.options.back().values.push_back(v.options.front());
    d.variants.push_back(std::move(v));
  }
  const ListingRef ref = publish(d);
  for (int n = 0; n < 12; ++n) batch.items.push_back(stock_of(ref, "TEH-" + std::to_string(n), n));
  calls.clear();
  auto ack = drive(blibli.set_stock(ctx(), batch));
  ASSERT_TRUE(ack) << ack.error().describe();
  EXPECT_EQ(count("product.bulk_update"), 1u);
  EXPECT_EQ(count("stock.set"), 0u);
  for (std::size_t n = 0; n < 12; ++n) {
    ASSERT_TRUE(ack->items[n].deferred) << n;
    batch.items[n].ticket.name = ack->items[n].deferred->ticket;
  }
  clock.advance(seconds(10));
  ack = drive(blibli.set_stock(ctx(), batch));
  ASSERT_TRUE(ack) << ack.error().describe();
  EXPECT_EQ(count("queue.detail"), 1u) << "one question for all";
  for (int n = 0; n < 12; ++n) {
    const auto at = static_cast<std::size_t>(n);
    EXPECT_FALSE(ack->items[at].deferred || ack->items[at].error) << n;
    EXPECT_EQ(listings().at("TEH-" + std::to_string(n))["stock"].as_int64(), n);
  }
}

TEST_F(BlibliAgainstSandbox, prices_go_in_bulk_and_are_followed) {
  ListingDraft d = coffee();
  const ListingRef ref = publish(d);
  calls.clear();
  PriceBatch batch;
  batch.items = {price_of(ref, "KOPI-250", 47000), price_of(ref, "KOPI-500", 88000)};
  auto ack = drive(blibli.set_price(ctx(), batch));
  ASSERT_TRUE(ack) << ack.error().describe();
  for (const ItemAck& item : ack->items) {
    EXPECT_FALSE(item.error);
    ASSERT_TRUE(item.deferred);
    EXPECT_FALSE(item.deferred->still);
    EXPECT_EQ(item.deferred->after, seconds(10));
  }
  EXPECT_EQ(count("product.bulk_update"), 1u) << "one call for both";
  EXPECT_EQ(listings().at("KOPI-250")["price"].as_int64(), 45000) << "only queued";
  for (std::size_t i = 0; i < 2; ++i) batch.items[i].ticket.name = ack->items[i].deferred->ticket;
  // Before its time nobody is asked.
  ack = drive(blibli.set_price(ctx(), batch));
  EXPECT_TRUE(ack->items[0].deferred->still);
  EXPECT_EQ(count("queue.detail"), 0u);
  clock.advance(seconds(10));
  ack = drive(blibli.set_price(ctx(), batch));
  ASSERT_TRUE(ack);
  for (const ItemAck& item : ack->items) EXPECT_FALSE(item.error || item.deferred);
  EXPECT_EQ(count("queue.detail"), 1u);
  EXPECT_EQ(count("product.bulk_update"), 1u);
  EXPECT_EQ(listings().at("KOPI-500")["price"].as_int64(), 88000);
}

TEST_F(BlibliAgainstSandbox, a_newer_price_is_never_sent_past_one_on_its_way) {
  ListingDraft d = plain();
  const ListingRef ref = publish(d);
  set(R"({"queue_ms":600000})");
  PriceBatch batch;
  batch.items = {price_of(ref, "TEH-100", 33000)};
  auto ack = drive(blibli.set_price(ctx(), batch));
  ASSERT_TRUE(ack && ack->items[0].deferred);
  batch.items[0].price = Money{34000};
  batch.items[0].ticket = {ack->items[0].deferred->ticket, true};
  std::size_t turns = 0;
  while (ack->items[0].deferred && ack->items[0].deferred->still != (turns == 0) && turns < 9) {
    clock.advance(ack->items[0].deferred->after);
    ack = drive(blibli.set_price(ctx(), batch));
    ASSERT_TRUE(ack);
    ASSERT_TRUE(ack->items[0].deferred) << "turn " << turns;
    batch.items[0].ticket = {ack->items[0].deferred->ticket, ack->items[0].deferred->still};
    ++turns;
    if (!ack->items[0].deferred->still) break;
    EXPECT_EQ(count("product.bulk_update"), 1u);
  }
  EXPECT_EQ(count("product.bulk_update"), 2u) << "sent when the older one had landed";
  EXPECT_EQ(listings().at("TEH-100")["price"].as_int64(), 33000);
  clock.advance(minutes(10));
  EXPECT_EQ(listings().at("TEH-100")["price"].as_int64(), 34000);
}

TEST_F(BlibliAgainstSandbox, a_price_that_the_queue_refuses_has_its_reason) {
  ListingDraft d = coffee();
  const ListingRef ref = publish(d);
  set(R"({"promotion":["KOPI-250"]})");
  const auto ack = set_prices({price_of(ref, "KOPI-250", 47000),
                               price_of(ref, "KOPI-500", 88000),
                               {"X", ref.remote_product, store + "-00009-00001", Money{5000}, {}}});
  ASSERT_TRUE(ack) << ack.error().describe();
  EXPECT_EQ(ack->items[0].error->kind, ErrorKind::blocked);
  EXPECT_EQ(ack->items[0].error->code, "promotion_locked");
  EXPECT_TRUE(ack->items[0].error->retry_after);
  EXPECT_FALSE(ack->items[1].error) << "the other is unharmed";
  EXPECT_EQ(ack->items[2].error->kind, ErrorKind::not_found);
  EXPECT_EQ(listings().at("KOPI-500")["price"].as_int64(), 88000);
}

TEST_F(BlibliAgainstSandbox, products_are_archived_and_come_back) {
  ListingDraft d = coffee();
  const ListingRef ref = publish(d);
  auto ack = set_states({state_of(ref, false)});
  ASSERT_TRUE(ack) << ack.error().describe();
  EXPECT_FALSE(ack->items[0].error);
  EXPECT_EQ(listings().at("KOPI-250")["listed"].as_bool(), false);
  ack = set_states({state_of(ref, true)});
  EXPECT_FALSE(ack->items[0].error);
  EXPECT_EQ(listings().at("KOPI-250")["listed"].as_bool(), true);
  ack = set_states({state_of(ref, false, true)});
  EXPECT_FALSE(ack->items[0].error);
  EXPECT_EQ(listings().at("KOPI-250")["state"].text(), "ARCHIVED") << "cannot be deleted";
  StateItem gone = state_of(ref, false);
  gone.remote_product = store + "-00099";
  StateItem back = gone;
  back.listed = true;
  ack = set_states({gone, back});
  EXPECT_FALSE(ack->items[0].error) << "what is gone is off sale";
  EXPECT_EQ(ack->items[1].error->kind, ErrorKind::not_found);
}

TEST_F(BlibliAgainstSandbox, a_product_withdrawn_while_it_is_queued_goes_off_sale) {
  set(R"({"review_ms":120000})");
  ListingDraft d = plain();
  const auto sent = drive(blibli.publish_listing(ctx_for(d), d));
  ASSERT_TRUE(sent);
  StateBatch batch;
  const StateItem item = state_of(*sent, false, true);
  batch.items = {item};
  const auto early = drive(blibli.set_state(ctx(), batch));
  ASSERT_TRUE(early);
  ASSERT_TRUE(early->items[0].error) << "still in the queue";
  EXPECT_EQ(early->items[0].error->kind, ErrorKind::blocked);
  clock.advance(minutes(1));
  const auto refused = set_states({item});
  ASSERT_TRUE(refused && refused->items[0].error);
  EXPECT_EQ(refused->items[0].error->kind, ErrorKind::blocked) << "being reviewed";
  EXPECT_EQ(refused->items[0].error->code, "blibli_under_review");
  clock.advance(*refused->items[0].error->retry_after);
  const auto done = set_states({item});
  ASSERT_TRUE(done);
  EXPECT_FALSE(done->items[0].error) << done->items[0].error->describe();
  EXPECT_EQ(listings().at("TEH-100")["state"].text(), "ARCHIVED");
}

}  // namespace
}  // namespace gerbang::blibli
