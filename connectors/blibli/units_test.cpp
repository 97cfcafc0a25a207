#include "connectors/blibli/units.hpp"

#include <gtest/gtest.h>

#include "core/base/text.hpp"

namespace gerbang::blibli {
namespace {

TEST(BlibliUnits, statuses_read_as_ours) {
  EXPECT_EQ(item_status("FP", false), OrderStatus::paid);
  EXPECT_EQ(item_status("FP", true), OrderStatus::accepted);
  EXPECT_EQ(item_status("PU", true), OrderStatus::accepted);
  EXPECT_EQ(item_status("CX", true), OrderStatus::shipped);
  EXPECT_EQ(item_status("D", true), OrderStatus::delivered);
  for (const char* cancelled : {"X", "DX", "OS"})
    EXPECT_EQ(item_status(cancelled, false), OrderStatus::cancelled);
}

TEST(BlibliUnits, words_that_nobody_explained_hold_stock) {
  for (const char* unclear : {"CR", "ZZ", "", "fp", "CANCELLED"}) {
    EXPECT_EQ(item_status(unclear, true), OrderStatus::pending) << unclear;
    EXPECT_FALSE(is_cancelled(unclear));
  }
  EXPECT_FALSE(is_cancelled("CX")) << "in delivery";
}

TEST(BlibliUnits, only_the_want_of_stock_picks_a_listed_reason) {
  const json::Value texts = json::array({"Wrong price", "Out of stock"});
  const json::Value objects = json::array({json::object({{"name", "OUT OF STOCK"}})});
  EXPECT_EQ(cancel_reason("out_of_stock", texts).text, "Out of stock");
  EXPECT_TRUE(cancel_reason("out_of_stock", objects).listed);
  EXPECT_EQ(cancel_reason("out_of_stock", objects).text, "OUT OF STOCK") << "exact case";
  EXPECT_FALSE(cancel_reason("customer_request", texts).listed);
  EXPECT_FALSE(cancel_reason("out_of_stock", json::array({"Wrong price"})).listed);
  EXPECT_FALSE(cancel_reason("out_of_stock", json::Value()).text.empty());
}

TEST(BlibliUnits, a_status_stands_in_a_code) {
  EXPECT_EQ(status_in("ERR-PA400054"), 400);
  EXPECT_EQ(status_in("ERR-MA500007"), 500);
  for (const char* other : {"", "ERR-PA40005", "ERR-PA4000540", "ERR-PA200001", "ERR-PAX00054",
                            "ERROR-400054", "12345"})
    EXPECT_FALSE(status_in(other)) << other;
}

TEST(BlibliUnits, a_refusal_says_what_can_be_done) {
  using K = ErrorKind;
  EXPECT_EQ(meaning_of(401, "", "order.list").kind, K::auth_expired);
  EXPECT_EQ(meaning_of(400, "ERR-PA400054", "order.list").kind, K::auth_expired);
  EXPECT_EQ(meaning_of(404, "ERR-PA404001", "order.detail").ours, "order_not_found");
  EXPECT_EQ(meaning_of(404, "ERR-PA404001", "stock.set").ours, "listing_gone");
  EXPECT_EQ(meaning_of(409, "ERR-PA409001", "package.create").ours, "order_state_refused");
  EXPECT_EQ(meaning_of(409, "ERR-PA409001", "stock.set").ours, "blibli_state_refused");
  EXPECT_EQ(meaning_of(429, "", "x").kind, K::throttled);
  EXPECT_EQ(meaning_of(503, "", "x").kind, K::transient);
  EXPECT_EQ(meaning_of(418, "", "x").ours, "channel_refused_request");
}

TEST(BlibliUnits, texts_tell_more_than_codes) {
  EXPECT_EQ(meaning_of_text("Product is in a running Blibli PROMO")->kind, ErrorKind::blocked);
  EXPECT_EQ(meaning_of_text("Product is under review")->ours, "blibli_under_review");
  EXPECT_EQ(meaning_of_text("price is out of range")->field, "/price");
  EXPECT_EQ(meaning_of_text("Image is smaller than 600 x 600")->ours, "blibli_image_refused");
  EXPECT_FALSE(meaning_of_text("SUCCESS"));
  EXPECT_FALSE(meaning_of_text(""));
}

TEST(BlibliUnits, products_are_named_by_their_variants) {
  EXPECT_EQ(product_of("TOQ-15126-00411-00001"), "TOQ-15126-00411");
  EXPECT_EQ(product_of("TOQ-15126-00411"), "TOQ-15126-00411");
  for (const char* none : {"", "KOPI-250", "TOQ-15126", "TOQ-15126-00411-00001-2", "TOQ--00411",
                           "KOPI-A-B", "TOQ-15126-00411-", "-"})
    EXPECT_EQ(product_of(none), "") << none;
}

TEST(BlibliUnits, money_comes_in_every_dress) {
  EXPECT_EQ(rupiah(json::Value(35000)), 35000);
  EXPECT_EQ(rupiah(json::Value("35000")), 35000);
  EXPECT_EQ(rupiah(json::Value(json::Decimal{"35000.0"})), 35000);
  EXPECT_EQ(rupiah(json::Value(json::Decimal{"35000.75"})), 35000);
  EXPECT_FALSE(rupiah(json::Value("abc")).value_or(0));
  EXPECT_FALSE(rupiah(json::Value()));
  EXPECT_FALSE(rupiah(json::Value(json::Decimal{"1e300"})));
}

TEST(BlibliUnits, names_are_compared_without_case_and_marks) {
  EXPECT_EQ(folded("Minuman-Herbal"), folded("minuman  HERBAL"));
  EXPECT_EQ(folded("  "), "");
  EXPECT_EQ(characters("kopí"), 4u);
  EXPECT_EQ(cut("kopí", 4), "kopí");
  EXPECT_EQ(cut("kopíx", 4), "kopí");
}

}  // namespace
}  // namespace gerbang::blibli
