#include "connectors/bukalapak/units.hpp"

#include <gtest/gtest.h>

#include "connectors/bukalapak/limits.hpp"

namespace gerbang::bukalapak {
namespace {

json::Value transaction(std::string_view state, std::initializer_list<const char*> stamps) {
  json::Object changed;
  for (const char* name : stamps) changed.set(name, "2021-02-01T03:20:00Z");
  return json::object({{"state", state}, {"state_changed_at", std::move(changed)}});
}

TEST(BukalapakStates, delivered_means_handed_to_the_courier) {
  const std::vector<std::pair<std::string_view, OrderStatus>> table = {
      {"pending", OrderStatus::pending},     {"payment_chosen", OrderStatus::pending},
      {"paid", OrderStatus::paid},           {"accepted", OrderStatus::accepted},
      {"delivered", OrderStatus::shipped},   {"received", OrderStatus::delivered},
      {"remitted", OrderStatus::completed},  {"rejected", OrderStatus::cancelled},
      {"cancelled", OrderStatus::cancelled}, {"expired", OrderStatus::cancelled},
      {"refund", OrderStatus::cancelled},    {"refunded", OrderStatus::cancelled},
  };
  for (const auto& [word, status] : table)
    EXPECT_EQ(status_of(transaction(word, {"pending_at"})), status) << word;
}

TEST(BukalapakStates, refund_after_the_parcel_left_is_a_return_only_once_it_is_paid) {
  EXPECT_EQ(status_of(transaction("refund", {"paid_at", "delivered_at"})), OrderStatus::shipped);
  EXPECT_EQ(status_of(transaction("refund", {"delivered_at", "received_at"})),
            OrderStatus::delivered);
  EXPECT_EQ(status_of(transaction("refunded", {"paid_at", "delivered_at"})), OrderStatus::returned);
}

TEST(BukalapakStates, unknown_word_never_frees_stock) {
  EXPECT_EQ(status_of(transaction("teleported", {})), OrderStatus::pending);
  EXPECT_EQ(status_of(transaction("teleported", {"paid_at", "accepted_at"})),
            OrderStatus::accepted);
}

TEST(BukalapakText, time_without_offset_is_western_indonesian) {
  EXPECT_EQ(read_time("2021-02-01T10:25:00"), from_rfc3339("2021-02-01T03:25:00Z"));
  EXPECT_EQ(read_time("2021-02-01T03:25:00Z"), from_rfc3339("2021-02-01T03:25:00Z"));
  EXPECT_FALSE(read_time("kemarin").has_value());
}

TEST(BukalapakText, description_becomes_html) {
  EXPECT_EQ(html_of("Isi: <5 & enak\r\nSimpan kering"), "Isi: &lt;5 &amp; enak<br>Simpan kering");
}

ListingDraft draft(std::string title, std::vector<std::string> options) {
  ListingDraft out;
  out.title = std::move(title);
  DraftVariant variant;
  variant.sku = "KOPI-250";
  variant.options = std::move(options);
  variant.weight_grams = 280;
  variant.price = Money{35000};
  out.variants.push_back(std::move(variant));
  out.images = {"https://img.example/1.png"};
  return out;
}

TEST(BukalapakText, each_variant_has_a_name_of_its_own) {
  EXPECT_EQ(listing_name(draft("Kopi Robusta", {"250 g", "Halus"})), "Kopi Robusta 250 g Halus");
  EXPECT_EQ(listing_name(draft("Kopi Robusta 250 G", {"250 g"})), "Kopi Robusta 250 G");
  // "50 g" stands inside "250 g", yet it is another value.
  EXPECT_EQ(listing_name(draft("Kopi 250 g", {"50 g"})), "Kopi 250 g 50 g");
}

TEST(BukalapakReasons, are_three_of_the_four_fixed_texts) {
  EXPECT_EQ(reject_reason("out_of_stock"), "Stok Habis");
  EXPECT_EQ(reject_reason("customer_request"), "Permintaan pembeli tidak dapat dilayani");
  EXPECT_EQ(reject_reason("other"), "Ada kesibukan lain yang sifatnya mendadak");
}

json::Value leaves(std::initializer_list<std::pair<const char*, const char*>> list) {
  json::Array out;
  for (const auto& [id, name] : list) out.push_back(json::object({{"id", id}, {"name", name}}));
  return json::object({{"categories", std::move(out)}});
}

TEST(BukalapakCategories, last_part_of_the_slug_finds_the_leaf) {
  const json::Value facts =
      leaves({{"1391", "Kopi"}, {"1397", "MINUMAN  Herbal"}, {"1399", "Crème Brûlée"}});
  const auto of = [&](std::string slug) {
    ListingDraft d;
    d.category = std::move(slug);
    return category_of(facts, d);
  };
  EXPECT_EQ(*of("makanan-minuman/kopi"), "1391");
  EXPECT_EQ(*of("makanan-minuman/minuman-herbal"), "1397");
  EXPECT_EQ(*of("kue/creme-brulee"), "1399");
  const auto none = of("makanan-minuman/teh");
  ASSERT_FALSE(none.ok());
  EXPECT_EQ(none.error().code, "category_unmapped");
  EXPECT_EQ(none.error().kind, ErrorKind::rejected);
  EXPECT_EQ(none.error().field, "/category");
  EXPECT_FALSE(of("").ok());
}

TEST(BukalapakCategories, two_leaves_of_that_name_are_nobodys_guess) {
  const json::Value facts = leaves({{"1551", "Aksesoris"}, {"1592", "Aksesoris"}});
  ListingDraft d;
  d.category = "fesyen/aksesoris";
  EXPECT_EQ(category_of(facts, d).error().code, "category_unmapped");
  d.channel_category = "1592";
  EXPECT_EQ(*category_of(facts, d), "1592");
}

TEST(BukalapakLimits, every_broken_rule_is_told_at_once) {
  ListingDraft d = draft(std::string(151, 'x'), {});
  d.images.clear();
  d.variants[0].weight_grams.reset();
  d.variants[0].price = Money{99};
  d.description = std::string(10'001, 'x');
  const auto checked = check(d);
  ASSERT_FALSE(checked.ok());
  EXPECT_EQ(checked.error().kind, ErrorKind::rejected);
  std::vector<std::string> found;
  for (const FieldError& f : checked.error().fields) found.push_back(f.code + " " + f.field);
  EXPECT_EQ(found, (std::vector<std::string>{
                       "title_too_long /title", "description_too_long /description",
                       "image_missing /images", "weight_missing /variants/0/weight_grams",
                       "price_out_of_range /variants/0/price"}));
}

TEST(BukalapakLimits, edges_are_inside) {
  ListingDraft d = draft(std::string(75, 'x'), {});
  for (int i = 0; i < 75; ++i) d.title += "é";  // 150 characters, 225 bytes
  d.description = std::string(10'000, 'x');
  d.variants[0].weight_grams = 100'000;
  d.variants[0].price = Money{100'000'000};
  EXPECT_TRUE(check(d).ok());
  d.variants[0].weight_grams = 100'001;
  EXPECT_EQ(check(d).error().code, "weight_out_of_range");
  d.variants[0].weight_grams = 1;
  d.variants[0].price = Money{100};
  EXPECT_TRUE(check(d).ok());
  d.variants[0].price = Money{100'000'001};
  EXPECT_EQ(check(d).error().code, "price_out_of_range");
  EXPECT_EQ(offered(250'000), 99'999);
  EXPECT_EQ(offered(-1), 0);
}

TEST(BukalapakLimits, an_image_is_known_by_its_first_bytes) {
  EXPECT_EQ(*image_type("\x89PNG\r\n\x1a\nrest", ""), "image/png");
  EXPECT_EQ(*image_type("\xFF\xD8\xFF\xE0rest", ""), "image/jpeg");
  EXPECT_EQ(image_type("GIF89a", "/images/1").error().code, "image_format");
  EXPECT_EQ(image_type("GIF89a", "/images/1").error().field, "/images/1");
  EXPECT_EQ(image_type(std::string(2 * 1024 * 1024 + 1, 'x'), "").error().code, "image_too_large");
}

TEST(BukalapakRetired, only_the_real_hosts_are_closed) {
  App app;
  for (const char* url : {"https://api.bukalapak.com", "https://API.Bukalapak.com:443",
                          "https://api.bukalapak.com.", "https://accounts.bukalapak.com"}) {
    app.api_url = url;
    ASSERT_FALSE(check_open(app).ok()) << url;
    EXPECT_EQ(check_open(app).error().code, "channel_closed_2025_02_09");
    EXPECT_EQ(check_open(app).error().kind, ErrorKind::rejected);
  }
  app.api_url = "http://127.0.0.1:8103";
  EXPECT_TRUE(check_open(app).ok());
}

TEST(BukalapakInfo, a_minute_never_holds_more_than_sixty_calls) {
  const RateLimit rate = info().limits.rates.at(0);
  EXPECT_EQ(rate.scope, RateLimit::Scope::shop);
  EXPECT_LE(rate.burst + 0.8 * rate.calls, 60);
  EXPECT_FALSE(info().can.webhooks);
  EXPECT_FALSE(info().can.variants_in_listing);
}

}  // namespace
}  // namespace gerbang::bukalapak
