#include "config/messages.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

namespace gerbang::messages {
namespace {

TEST(Messages, every_code_has_both_languages) {
  const auto codes = all_codes();
  EXPECT_GT(codes.size(), 100u);
  EXPECT_TRUE(std::is_sorted(codes.begin(), codes.end()));
  EXPECT_EQ(std::set(codes.begin(), codes.end()).size(), codes.size());
  for (const auto code : codes) {
    EXPECT_TRUE(has_message(code));
    const Message& id = message(code, Language::id);
    const Message& en = message(code, Language::en);
    for (const auto text : {id.title, id.remedy, en.title, en.remedy}) {
      EXPECT_FALSE(text.empty()) << code;
      EXPECT_EQ(text.find('\t'), std::string_view::npos) << code;
    }
    EXPECT_NE(id.title, en.title) << code;
  }
}

TEST(Messages, say_what_happened_in_the_language_asked_for) {
  EXPECT_EQ(message("sku_taken", Language::id).title, "SKU sudah dipakai produk lain");
  EXPECT_EQ(message("sku_taken", Language::en).title, "The SKU belongs to another product");
  EXPECT_EQ(message("language_unknown", Language::en).remedy,
            "Use \"id\" for Indonesian and \"en\" for English.");
  // Brackets and semicolons come through the generator.
  EXPECT_NE(message("wrong_type", Language::id).remedy.find("[ ]"), std::string_view::npos);
  EXPECT_NE(message("barcode_invalid", Language::en).title, "");
}

TEST(Messages, the_closed_channel_names_the_day_it_closed) {
  const Message& m = message("channel_closed_2025_02_09", Language::id);
  EXPECT_NE(m.title.find("9 Februari 2025"), std::string_view::npos);
}

TEST(Messages, an_unlisted_code_gets_the_general_words) {
  EXPECT_FALSE(has_message("no_such_code"));
  EXPECT_EQ(message("no_such_code", Language::id).title, message("unexpected", Language::id).title);
}

// The codes that core answers with (headers of core/model, core/store, core/sync, core/base).
TEST(Messages, the_codes_of_core_are_there) {
  for (const auto code : {"sku_taken",
                          "precondition_failed",
                          "stock_negative",
                          "stock_count_older",
                          "location_needed",
                          "shop_retired",
                          "order_state",
                          "idempotency_key_reused",
                          "unknown_field",
                          "json_invalid",
                          "json_too_large",
                          "product_invalid",
                          "connect_failed",
                          "dns_failed",
                          "tls_failed",
                          "address_refused",
                          "timeout",
                          "connection_lost",
                          "response_too_large",
                          "response_malformed",
                          "channel_closed_2025_02_09",
                          "category_unmapped",
                          "weight_missing",
                          "token_refused",
                          "sku_unknown",
                          "product_unknown",
                          "key_unknown",
                          "store_unavailable",
                          "store_commit_unknown",
                          "field_missing",
                          "wrong_type",
                          "text_empty",
                          "too_long",
                          "too_many",
                          "out_of_range",
                          "control_character",
                          "nik_not_stored",
                          "code_invalid",
                          "code_mismatch",
                          "duplicate",
                          "language_unknown",
                          "category_invalid",
                          "condition_unknown",
                          "currency_unknown",
                          "url_invalid",
                          "permit_kind_invalid",
                          "halal_decree_number",
                          "date_invalid",
                          "barcode_invalid",
                          "options_missing",
                          "option_count",
                          "option_value_unknown",
                          "channel_invalid",
                          "schedule_invalid"}) {
    EXPECT_TRUE(has_message(code)) << code;
  }
}

TEST(AddedMessages, are_found_beside_ours) {
  ASSERT_TRUE(
      add_messages("# words of a connector\n\n"
                   "pasar_tutup_hari_ini\tPasar tutup\tTunggu besok.\tClosed\tWait a day.\n"));
  EXPECT_EQ(message("pasar_tutup_hari_ini", Language::id).title, "Pasar tutup");
  EXPECT_EQ(message("pasar_tutup_hari_ini", Language::en).remedy, "Wait a day.");
  const auto codes = all_codes();
  EXPECT_TRUE(std::binary_search(codes.begin(), codes.end(), "pasar_tutup_hari_ini"));
  EXPECT_TRUE(std::is_sorted(codes.begin(), codes.end()));
  // Word for word again, without the last line's end.
  EXPECT_TRUE(
      add_messages("pasar_tutup_hari_ini\tPasar tutup\tTunggu besok.\tClosed\tWait a day."));
}

TEST(AddedMessages, are_all_taken_or_none) {
  const std::string good = "pasar_satu\ta\tb\tc\td\n";
  const std::pair<std::string, const char*> cases[] = {
      {good + "pasar_dua\ta\tb\tc\n", "connector_words_broken"},
      {good + "pasar_dua\ta\tb\tc\td\te\n", "connector_words_broken"},
      {good + "pasar_dua\ta\t\tc\td\n", "connector_words_broken"},
      {good + "Pasar dua\ta\tb\tc\td\n", "connector_words_broken"},
      {good + "unexpected\ta\tb\tc\td\n", "connector_words_differ"},
      {good + "pasar_satu\ta\tb\tc\tx\n", "connector_words_differ"},
  };
  for (const auto& [lines, code] : cases) {
    const auto done = add_messages(lines);
    ASSERT_FALSE(done) << lines;
    EXPECT_EQ(done.error().code, code) << lines;
    EXPECT_FALSE(has_message("pasar_satu")) << lines;
  }
}

TEST(Language, is_the_acceptable_one_with_the_highest_weight) {
  const std::pair<const char*, Language> cases[] = {
      {"", Language::id},
      {"en", Language::en},
      {"EN-us", Language::en},
      {"id", Language::id},
      {"in-ID", Language::id},
      {"fr, de;q=0.9", Language::id},
      {"*", Language::id},
      {"en;q=0.5, id;q=0.4", Language::en},
      {"en;q=0.5,id;q=0.8", Language::id},
      {"fr;q=1, en ; q=0.1", Language::en},
      {"en;q=0", Language::id},
      {"en;q=abc", Language::id},
      {"en;q=nan", Language::id},
      {"english", Language::id},
      {",,;,en", Language::en},
  };
  for (const auto& [header, language] : cases) EXPECT_EQ(language_from(header), language) << header;
}

TEST(Events, the_types_are_a_closed_list) {
  const auto types = event_types();
  EXPECT_EQ(types.size(), 17u);
  EXPECT_NE(std::find(types.begin(), types.end(), "order.created"), types.end());
}

}  // namespace
}  // namespace gerbang::messages
