#include "connectors/lazada/units.hpp"

#include <set>

#include "connectors/lazada/lazada_for_test.hpp"
#include "core/base/text.hpp"

namespace gerbang::lazada {
namespace {

TEST(LazadaOrders, AnOrderStandsWhereItsSlowestLivingUnitStands) {
  using S = OrderStatus;
  const std::pair<std::vector<std::string>, S> cases[] = {
      {{}, S::pending},
      {{"unpaid"}, S::pending},
      {{"pending", "packed"}, S::paid},
      {{"packed", "canceled"}, S::accepted},
      {{"ready_to_ship", "ready_to_ship_pending"}, S::accepted},
      {{"shipped", "delivered"}, S::shipped},
      {{"delivered", "confirmed"}, S::delivered},
      {{"confirmed"}, S::completed},
      {{"returned", "confirmed"}, S::completed},
      {{"returned", "canceled"}, S::returned},
      {{"canceled", "canceled"}, S::cancelled},
      {{"lost_by_3pl"}, S::cancelled},
      {{"failed_delivery"}, S::shipped},
      {{"shipped_back_success"}, S::returned},
      {{"kata_baru"}, S::pending},
      {{"kata_baru", "shipped"}, S::pending},
      {{""}, S::pending},
  };
  for (const auto& [words, status] : cases)
    EXPECT_EQ(order_status(words, false), status) << (words.empty() ? "" : words[0]);
  EXPECT_EQ(order_status({"pending"}, true), S::cancel_requested);
  EXPECT_EQ(order_status({"shipped"}, true), S::shipped) << "too late to ask";
  EXPECT_EQ(order_status({"canceled"}, true), S::cancelled);
}

TEST(LazadaOrders, ReasonsThatEmptyTheStockAreOnlyForWhatIsOutOfStock) {
  const json::Value options = testing::body_of("cancel_validate")["data"]["reason_options"];
  EXPECT_EQ(cancel_reason(options, "out_of_stock"), "10000021");
  EXPECT_EQ(cancel_reason(options, "customer_request"), "10000023");
  EXPECT_EQ(cancel_reason(options, "other"), "10000024");
  const json::Value only_stock = *json::parse(
      R"([{"reason_id":1,"reason_name":"Stok habis"},{"reason_id":2,"reason_name":"Harga salah"}])");
  EXPECT_EQ(cancel_reason(only_stock, "other"), "");
  EXPECT_EQ(cancel_reason(only_stock, "out_of_stock"), "1");
  EXPECT_EQ(cancel_reason(json::Value(), "other"), "");
}

TEST(LazadaNumbers, AmountsComeAsTextAndAsNumbers) {
  EXPECT_EQ(rupiah(json::Value("38000.00")), 38000);
  EXPECT_EQ(rupiah(json::Value(38000)), 38000);
  EXPECT_EQ(rupiah(json::Decimal{"38000.50"}), 38000);
  EXPECT_EQ(rupiah(json::Value("38,000.00")), 38000);
  for (const char* no : {"", "x", "-1", "12x", "9999999999999999999"})
    EXPECT_FALSE(rupiah(json::Value(no))) << no;
  EXPECT_FALSE(rupiah(json::Value()));
}

TEST(LazadaNumbers, PackagesHaveTwoDecimalsRoundedUp) {
  EXPECT_EQ(kilograms(70), "0.07");
  EXPECT_EQ(kilograms(545), "0.55");
  EXPECT_EQ(kilograms(500), "0.5");
  EXPECT_EQ(kilograms(2000), "2");
  EXPECT_EQ(kilograms(1), "0.01");
  EXPECT_EQ(centimetres(91), "9.1");
  EXPECT_EQ(centimetres(300), "30");
}

TEST(LazadaTimes, AnswersAndQuestionsAreWrittenDifferently) {
  const TimePoint t = *from_rfc3339("2026-10-09T05:34:56Z");
  EXPECT_EQ(read_time(json::Value("2026-10-09 12:34:56 +0700")), t);
  EXPECT_EQ(read_time(json::Value("2026-10-09T12:34:56+07:00")), t);
  EXPECT_EQ(read_time(json::Value("1791524096000")), t);
  EXPECT_EQ(read_time(json::Value(1791524096000)), t);
  EXPECT_EQ(read_time(json::Value("9223372036854775807")),
            *from_rfc3339("9999-12-31T23:59:59.807Z"));
  EXPECT_EQ(iso_time(t), "2026-10-09T12:34:56+07:00");
  EXPECT_EQ(iso_time(t + Duration(999)), "2026-10-09T12:34:56+07:00");
  for (const char* no : {"", "kemarin", "2026-13-01 00:00:00 +0700", "12"})
    EXPECT_FALSE(read_time(json::Value(no))) << no;
}

TEST(LazadaTexts, ABanNamesItsSeconds) {
  EXPECT_EQ(ban_seconds("frequency exceeds the limit. this ban will last 17 seconds"), 17);
  EXPECT_EQ(ban_seconds("this ban will last 0 second"), 0);
  for (const char* no : {"", "second", "some seconds", "99999999999999999999 seconds"})
    EXPECT_FALSE(ban_seconds(no)) << no;
}

TEST(LazadaTexts, FoldingIgnoresCaseAccentsAndPunctuation) {
  EXPECT_EQ(folded("Minuman-Herbal"), folded("MINUMAN  Herbál "));
  EXPECT_EQ(folded("No. P-IRT"), "no p irt");
  EXPECT_TRUE(has_refused_character("a~b"));
  EXPECT_EQ(without_quotes("\"Satu\""), "'Satu'");
  EXPECT_EQ(html_of("a<b>&\nc"), "a&lt;b&gt;&amp;<br>c");
}

TEST(LazadaCodes, EveryCodeOfOursHasAMessage) {
  std::set<std::string> known;
  for (const char* file :
       {"/config/codes.tsv", "/connectors/codes.tsv", "/connectors/lazada/codes.tsv"}) {
    std::ifstream in(std::string(GERBANG_SOURCE_DIR) + file);
    ASSERT_TRUE(in) << file;
    for (std::string line; std::getline(in, line);) known.insert(line.substr(0, line.find('\t')));
  }
  std::set<std::string> remotes;
  for (const CodeMeaning& m : code_table()) {
    EXPECT_TRUE(known.contains(std::string(m.ours))) << m.ours;
    EXPECT_TRUE(remotes.insert(std::string(m.remote)).second) << "twice: " << m.remote;
  }
  // Those that sources name beyond the table.
  for (const char* file :
       {"plan.cpp", "attributes.cpp", "wire_products.cpp", "wire_orders.cpp", "lazada_publish.cpp",
        "lazada_levels.cpp", "lazada_orders.cpp", "lazada_access.cpp", "envelope.cpp", "push.cpp",
        "facts.cpp", "codes.cpp"}) {
    std::ifstream in(std::string(GERBANG_SOURCE_DIR) + "/connectors/lazada/" + file);
    std::stringstream text;
    text << in.rdbuf();
    const std::string source = text.str();
    ASSERT_FALSE(source.empty()) << file;
    for (auto at = source.find("\"lazada_"); at != std::string::npos;
         at = source.find("\"lazada_", at + 1)) {
      const std::string code = source.substr(at + 1, source.find('"', at + 1) - at - 1);
      EXPECT_TRUE(known.contains(code)) << file << ": " << code;
    }
  }
}

TEST(LazadaCodes, ReasonsAreFoundInTexts) {
  const auto ours = [](std::string_view text) {
    const CodeMeaning* m = meaning_of_text(text);
    return m ? std::string(m->ours) : std::string();
  };
  EXPECT_EQ(ours("BIZ_CHECK_SELLER_SKU_DUPLICATE: SellerSku repeat"), "lazada_sku_taken");
  EXPECT_EQ(ours("THD_IC_ERR_F_IC_INFRA_PRODUCT_036"), "lazada_sku_taken");
  EXPECT_EQ(ours("4171 The updated SKU quantity exceeds"), "lazada_batch_too_large");
  EXPECT_EQ(ours("E0002: Product not exists"), "listing_gone");
  EXPECT_EQ(ours("E017: \"x\" Invalid Date Format"), "channel_refused_request");
  EXPECT_EQ(ours("negative sellable on channel inventory"), "promotion_locked");
  EXPECT_EQ(ours("Category is inactive"), "lazada_category_refused");
  EXPECT_EQ(ours("E501: Update product failed"), "") << "a container tells nothing";
  EXPECT_EQ(ours("sesuatu"), "");
}

}  // namespace
}  // namespace gerbang::lazada
