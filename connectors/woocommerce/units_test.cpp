#include "connectors/woocommerce/units.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <set>

#include "connectors/woocommerce/answer.hpp"
#include "connectors/woocommerce/fixtures_for_test.hpp"
#include "connectors/woocommerce/limits.hpp"
#include "connectors/woocommerce/woocommerce.hpp"
#include "core/base/text.hpp"

namespace gerbang::woocommerce {
namespace {

TEST(Units, a_word_we_do_not_know_holds_stock) {
  EXPECT_EQ(order_status("processing"), OrderStatus::paid);
  EXPECT_EQ(order_status("on-hold"), OrderStatus::pending);
  EXPECT_EQ(order_status("completed"), OrderStatus::completed);
  EXPECT_EQ(order_status("refunded"), OrderStatus::returned);
  for (const char* end : {"cancelled", "failed", "trash"})
    EXPECT_EQ(order_status(end), OrderStatus::cancelled) << end;
  for (const char* word : {"pending", "dikirim-plugin", "", "PROCESSING"}) {
    EXPECT_EQ(order_status(word), OrderStatus::pending) << word;
    EXPECT_EQ(hold_of(order_status(word)), StockHold::held);
  }
  EXPECT_TRUE(is_no_order("checkout-draft"));
  EXPECT_FALSE(is_no_order("pending"));
}

TEST(Units, money_is_read_exactly_or_not_at_all) {
  EXPECT_EQ(price_text(Money{46500}), "46500");
  EXPECT_EQ(rupiah("39000"), 39000);
  EXPECT_EQ(rupiah("39000.00"), 39000);
  EXPECT_EQ(rupiah(39000), 39000);
  EXPECT_EQ(rupiah(json::Decimal{"19500.5"}), 19500);
  EXPECT_EQ(rupiah(json::Decimal{"1.0e+7"}), 10'000'000);
  EXPECT_EQ(rupiah("0"), 0);
  for (const char* bad : {"", "39.500,50", "gratis", "-5", ".5", "1.", "99999999999999999999"})
    EXPECT_FALSE(rupiah(bad)) << bad;
  EXPECT_FALSE(rupiah(json::Value()));
  EXPECT_FALSE(rupiah(json::Decimal{"1e300"}));
  EXPECT_TRUE(same_amount("39000", "39000.00"));
  EXPECT_TRUE(same_amount("039000", "39000"));
  // What the shop makes of a thousands separator is seen.
  EXPECT_FALSE(same_amount("46.500", "46500"));
  EXPECT_FALSE(same_amount("", "46500"));
  EXPECT_FALSE(same_amount("46500.01", "46500"));
}

TEST(Units, ids_are_digits) {
  EXPECT_EQ(id_of(9223372036854775807LL), "9223372036854775807");
  EXPECT_EQ(id_of("9007199254740993123"), "9007199254740993123");
  EXPECT_EQ(id_of(json::Value(18446744073709551615ULL)), "18446744073709551615");
  for (const json::Value& bad :
       {json::Value(0), json::Value(-1), json::Value("x"), json::Value("1x"), json::Value(),
        json::Value(json::Decimal{"1.5"}), json::Value("18446744073709551616"), json::Value(true)})
    EXPECT_EQ(id_of(bad), "") << json::dump(bad);
  EXPECT_EQ(json::dump(id_value("9007199254740993123")), "9007199254740993123");
}

TEST(Units, weights_are_in_the_shops_unit) {
  EXPECT_EQ(weight_text(280, "kg"), "0.28");
  EXPECT_EQ(weight_text(1000, "kg"), "1");
  EXPECT_EQ(weight_text(1, "kg"), "0.001");
  EXPECT_EQ(weight_text(280, "g"), "280");
  EXPECT_EQ(weight_text(454, "lbs"), "1.001");
  EXPECT_EQ(weight_text(280, ""), "") << "unknown: better none than a thousandfold one";
}

TEST(Units, times_are_gmt_without_saying_so) {
  const auto t = time_of("2026-11-24T02:13:51");
  ASSERT_TRUE(t);
  EXPECT_EQ(to_rfc3339(*t), "2026-11-24T02:13:51Z");
  EXPECT_EQ(gmt_text(*t), "2026-11-24T02:13:51");
  for (const char* bad : {"", "2026-11-24", "2026-11-24T02:13:51Z", "kemarin-2026-11-24T"})
    EXPECT_FALSE(time_of(bad)) << bad;
  EXPECT_FALSE(time_of(json::Value()));
}

TEST(Units, names_become_slugs_and_texts_become_html) {
  EXPECT_EQ(slug("Minuman Herbal"), "minuman-herbal");
  EXPECT_EQ(slug("  KOPI & Teh "), "kopi-teh");
  EXPECT_EQ(html_escaped("a < b & c > d"), "a &lt; b &amp; c &gt; d");
  EXPECT_EQ(characters("désa"), 4u);
}

// ---- answers

Answer read(int status, const std::string& body, Effect effect = Effect::set,
            const std::string& type = "application/json") {
  HttpResponse r;
  r.status = status;
  r.body = body;
  r.headers.set("Content-Type", type);
  return read_answer(r, effect, TimePoint());
}

std::string refusal(const std::string& code, int status, const std::string& message = "x") {
  return json::dump(json::object(
      {{"code", code}, {"message", message}, {"data", json::object({{"status", status}})}}));
}

TEST(Answers, say_what_can_be_done) {
  struct Row {
    int status;
    std::string body;
    ErrorKind kind;     // after Effect::set
    ErrorKind created;  // after Effect::create
    std::string code;
  };
  using K = ErrorKind;
  const std::string html = "<!DOCTYPE html><p>Galat</p>";
  const Row rows[] = {
      {401, refusal("woocommerce_rest_authentication_error", 401, "Consumer key is invalid."),
       K::auth_expired, K::auth_expired, "shop_keys_refused"},
      {401, refusal("woocommerce_rest_authentication_error", 401, "Invalid timestamp."),
       K::transient, K::transient, "clock_skewed"},
      {401,
       refusal("woocommerce_rest_authentication_error", 401,
               "The API key provided does not have write permissions."),
       K::forbidden, K::forbidden, "shop_keys_read_only"},
      {401, refusal("woocommerce_rest_cannot_view", 401), K::auth_expired, K::auth_expired,
       "shop_keys_not_seen"},
      {401, html, K::auth_expired, K::auth_expired, "shop_keys_not_seen"},
      {403, html, K::transient, K::transient, "shop_firewall"},
      {403, refusal("rest_forbidden", 403), K::auth_expired, K::auth_expired, "shop_keys_refused"},
      {404, html, K::transient, K::transient, "shop_api_missing"},
      {404, refusal("rest_no_route", 404), K::transient, K::transient, "shop_api_missing"},
      {404, refusal("woocommerce_rest_product_invalid_id", 404), K::not_found, K::not_found,
       "listing_gone"},
      {400, refusal("plugin_says_no", 400), K::rejected, K::rejected, "channel_refused_request"},
      {400, refusal("plugin_broke", 500), K::transient, K::transient, "channel_unavailable"},
      {413, refusal("woocommerce_rest_request_entity_too_large", 413), K::rejected, K::rejected,
       "shop_batch_too_large"},
      {413, html, K::rejected, K::rejected, "shop_batch_too_large"},
      {400, html, K::transient, K::indeterminate, "channel_answer_unreadable"},
      {429, html, K::throttled, K::throttled, "channel_throttled"},
      {500, refusal("internal_server_error", 500), K::transient, K::indeterminate,
       "channel_unavailable"},
      {502, html, K::transient, K::indeterminate, "channel_unavailable"},
      {301, html, K::forbidden, K::forbidden, "shop_address_moved"},
      {302, "", K::transient, K::transient, "shop_page_instead"},
      {200, html, K::transient, K::indeterminate, "shop_page_instead"},
      {200, "", K::transient, K::indeterminate, "channel_answer_unreadable"},
      {200, "null", K::transient, K::indeterminate, "channel_answer_unreadable"},
      {200, "{\"id\":84,\"na", K::transient, K::indeterminate, "channel_answer_unreadable"},
      {200, "<b>Notice</b>{\"id\":84}", K::transient, K::indeterminate, "shop_page_instead"},
      {200, "{\"id\":1,\"id\":2}", K::transient, K::indeterminate, "channel_answer_unreadable"},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(std::to_string(row.status) + " " + row.body);
    const Answer set = read(row.status, row.body);
    ASSERT_TRUE(set.error);
    EXPECT_EQ(set.error->kind, row.kind) << set.error->describe();
    EXPECT_EQ(set.error->code, row.code);
    const Answer created = read(row.status, row.body, Effect::create);
    ASSERT_TRUE(created.error);
    EXPECT_EQ(created.error->kind, row.created) << created.error->describe();
  }
  HttpResponse r;
  r.status = 429;
  r.headers.set("Retry-After", "7");
  EXPECT_EQ(read_answer(r, Effect::read, TimePoint()).error->retry_after, std::chrono::seconds(7));
}

TEST(Answers, of_a_real_shop_are_read) {
  using testing::recorded;
  const auto error = [](const std::string& name) {
    const Answer a = read_answer(recorded(name), Effect::set, TimePoint());
    EXPECT_TRUE(a.error) << name;
    return a.error ? a.error->code + a.error->field : std::string();
  };
  EXPECT_EQ(error("product_create_duplicate_sku"), "shop_sku_taken/sku");
  EXPECT_EQ(error("stock_float_refused"), "channel_refused_request/stock");
  EXPECT_EQ(error("price_number_refused"), "channel_refused_request/price");
  EXPECT_EQ(error("unknown_product"), "listing_gone");
  EXPECT_EQ(error("malformed_json"), "shop_request_refused");
  EXPECT_EQ(error("unknown_route"), "shop_api_missing");
  EXPECT_EQ(error("no_credentials"), "shop_keys_not_seen");
  EXPECT_EQ(error("wrong_secret"), "shop_keys_refused");
  EXPECT_EQ(error("batch_over_100"), "shop_batch_too_large");
  EXPECT_EQ(error("variation_addressed_as_product"), "listing_is_variation");
  EXPECT_EQ(error("order_bad_status"), "channel_refused_request/status");
  EXPECT_EQ(error("order_unknown"), "order_not_found");
  EXPECT_EQ(error("webhook_bad_topic"), "webhook_topic_refused");
  EXPECT_EQ(error("product_get_deleted"), "listing_gone");
  const Answer page = read_answer(recorded("page_2_of_10"), Effect::read, TimePoint());
  ASSERT_FALSE(page.error);
  EXPECT_EQ(page.pages, 7);
  EXPECT_EQ(page.body.items().size(), 10u);
  const Answer taken = read_answer(recorded("product_create_duplicate_sku"), Effect::create, {});
  EXPECT_EQ(id_of(taken.body["data"]["resource_id"]), "84");
  EXPECT_EQ(taken.error->remote->code, "product_invalid_sku");
}

// ---- drafts

TEST(Check, names_everything_that_is_wrong_at_once) {
  ListingDraft d = testing::shirts();
  EXPECT_TRUE(check(d));
  // Longer than the marketplaces take: a web shop has no such limit.
  d.title = std::string(255, 'k');
  EXPECT_TRUE(check(d));
  d.title = std::string(kTitleCharacters + 1, 'k');
  EXPECT_EQ(check(d).error().code, "title_too_long");
  d.title.clear();
  d.variants[0].price = Money{0};
  d.variants[1].options.clear();
  const auto refused = check(d);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::rejected);
  ASSERT_EQ(refused.error().fields.size(), 3u);
  EXPECT_EQ(refused.error().fields[1].field, "/variants/0/price");
  d.variants.clear();
  EXPECT_EQ(check(d).error().kind, ErrorKind::bug);
}

TEST(Categories, are_found_by_name_or_slug_and_otherwise_the_shops_own) {
  const WooCommerce shop;
  const CallContext ctx = testing::context();
  ListingDraft d = testing::sugar();
  EXPECT_EQ(*shop.category_of(ctx, d), "16");
  d.category = "fesyen/kaos";
  EXPECT_EQ(*shop.category_of(ctx, d), "17");
  d.category = "rumah/sapu";
  EXPECT_EQ(*shop.category_of(ctx, d), "");
  d.channel_category = "23";
  EXPECT_EQ(*shop.category_of(ctx, d), "23");
  d.channel_category = "sapu";
  EXPECT_EQ(shop.category_of(ctx, d).error().code, "category_unmapped");
}

// ---- the message catalogue

TEST(Catalogue, has_a_line_for_every_code_we_can_answer) {
  std::set<std::string> known;
  for (const char* file : {"/config/codes.tsv", "/connectors/codes.tsv",
                           "/connectors/woocommerce/codes.tsv", "/gateway/api/codes.tsv"}) {
    std::ifstream in(std::string(GERBANG_SOURCE_DIR) + file);
    ASSERT_TRUE(in) << file;
    for (std::string line; std::getline(in, line);) known.insert(line.substr(0, line.find('\t')));
  }
  for (const Meaning& meaning : code_table())
    EXPECT_TRUE(known.contains(std::string(meaning.ours))) << meaning.ours;
  for (const char* code : {"shop_address_invalid",
                           "shop_address_moved",
                           "shop_keys_invalid",
                           "shop_keys_read_only",
                           "shop_keys_refused",
                           "shop_keys_not_seen",
                           "shop_without_woocommerce",
                           "shop_firewall",
                           "shop_page_instead",
                           "shop_api_missing",
                           "shop_currency_differs",
                           "value_not_kept",
                           "price_not_kept",
                           "stock_not_managed",
                           "answer_incomplete",
                           "webhook_secret_missing",
                           "webhook_signature",
                           "channel_answer_unreadable",
                           "channel_unavailable",
                           "channel_throttled",
                           "clock_skewed",
                           "listing_gone",
                           "order_not_found",
                           "order_state_refused",
                           "draft_empty",
                           "draft_not_single",
                           "title_missing",
                           "title_too_long",
                           "description_too_long",
                           "price_out_of_range",
                           "options_missing",
                           "category_unmapped",
                           "cursor_invalid",
                           "operation_unsupported"})
    EXPECT_TRUE(known.contains(code)) << code;
}

// Everything the sandbox refuses with is known here, so that it has a remedy.
TEST(Catalogue, knows_every_code_of_the_sandbox) {
  int seen = 0;
  for (const char* file : {"access", "products", "orders", "webhooks", "php"}) {
    std::ifstream in(std::string(GERBANG_SOURCE_DIR) + "/connectors/woocommerce/sandbox/" + file +
                     ".cpp");
    ASSERT_TRUE(in) << file;
    std::stringstream text;
    text << in.rdbuf();
    const std::string source = text.str();
    for (const char* prefix : {"\"woocommerce_", "\"product_invalid_", "\"rest_"}) {
      for (auto at = source.find(prefix); at != std::string::npos;
           at = source.find(prefix, at + 1)) {
        const auto end = source.find('"', at + 1);
        const std::string code = source.substr(at + 1, end - at - 1);
        // Parts of a code, ids of settings, details inside rest_invalid_param.
        static const std::set<std::string> kNone = {
            "woocommerce_rest_cannot_", "woocommerce_currency",
            "woocommerce_weight_unit",  "rest_invalid_type",
            "rest_not_in_enum",         "rest_out_of_bounds",
            "rest_invalid_date",        "rest_route"};
        if (kNone.contains(code)) continue;
        EXPECT_NE(meaning_of(code), nullptr) << code << " in " << file;
        ++seen;
      }
    }
  }
  EXPECT_GT(seen, 20);
}

}  // namespace
}  // namespace gerbang::woocommerce
