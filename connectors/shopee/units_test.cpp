#include "connectors/shopee/units.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <set>
#include <sstream>

#include "core/base/json.hpp"
#include "core/base/text.hpp"

namespace gerbang::shopee {
namespace {

TEST(OrderStatus, ReadsEveryWordOfTheFacts) {
  const std::pair<const char*, OrderStatus> cases[] = {
      {"UNPAID", OrderStatus::pending},
      {"PENDING", OrderStatus::pending},
      {"READY_TO_SHIP", OrderStatus::paid},
      {"INVOICE_PENDING", OrderStatus::paid},
      {"PROCESSED", OrderStatus::accepted},
      {"RETRY_SHIP", OrderStatus::accepted},
      {"SHIPPED", OrderStatus::shipped},
      {"TO_CONFIRM_RECEIVE", OrderStatus::delivered},
      {"TO_RETURN", OrderStatus::delivered},
      {"COMPLETED", OrderStatus::completed},
      {"IN_CANCEL", OrderStatus::cancel_requested},
      {"CANCELLED", OrderStatus::cancelled},
      {"SOMETHING_NEW", OrderStatus::pending},
      {"", OrderStatus::pending},
  };
  for (const auto& [word, status] : cases) EXPECT_EQ(order_status(word), status) << word;
}

TEST(Codes, LosePrefixAndBlanks) {
  EXPECT_EQ(bare_code("product.error_param"), "error_param");
  EXPECT_EQ(bare_code("order. error_permission"), "error_permission");
  EXPECT_EQ(bare_code(" "), "");
  EXPECT_EQ(bare_code(""), "");
  EXPECT_EQ(bare_code("error.param"), "error.param");
  EXPECT_EQ(bare_code(" error_auth "), "error_auth");
  EXPECT_EQ(bare_code("warehouse.error_not_in_whitelist"), "error_not_in_whitelist");
  EXPECT_EQ(bare_code("error category"), "error category");
}

// Every code that the facts name, as they spell it.
constexpr const char* kNamedInFacts[] = {"error_param",
                                         "error_sign",
                                         "error_auth",
                                         "invalid_acceess_token",
                                         "invalid_access_token",
                                         "invalid_partner_id",
                                         "partner_shop_no_link",
                                         "shop_no_linked",
                                         "shop_banned",
                                         "error_kyc_auth",
                                         "error_ashop_api_permission",
                                         "error_api_permission",
                                         "error_api_call_restricted",
                                         "api_suspended",
                                         "error_partner_key_expired",
                                         "source_ip_undeclared",
                                         "error_rate_limit",
                                         "error_limit",
                                         "error_server",
                                         "error_inner",
                                         "error_network",
                                         "error_data",
                                         "error_system_busy",
                                         "system_busy",
                                         "error.param",
                                         "invalid_code",
                                         "invalid_shop_id",
                                         "invalid_main_acount_id",
                                         "error_shop_refresh_token",
                                         "refresh_token_expired",
                                         "shop_access_expired",
                                         "error_image_unavailable",
                                         "error_invalid_category",
                                         "error_invalid_language",
                                         "error_category_is_block",
                                         "error_less_required_attribute",
                                         "error_invalid_attribute",
                                         "error_invalid_attribute_value",
                                         "error_value_name_required",
                                         "error_value_id_must_equal_zero",
                                         "error_less_required_brand",
                                         "error_invalid_brand",
                                         "error_incalid_brand",
                                         "error_item_name_is_too_short",
                                         "error_title_exceeds_max_length",
                                         "error_name_length_limit",
                                         "error_title_character_forbidden",
                                         "error_desc_length_min_limit",
                                         "error_desc_hash_tag_over_limit",
                                         "error_image_num_min",
                                         "error_invalid_logistic_info",
                                         "error_invalid_price_for_logistic",
                                         "error_invalid_price",
                                         "error_price_exceed_min_limitt",
                                         "error_price_exceed_max_limitt",
                                         "error_category_dts",
                                         "error_param_dts_exceeds_max_limit",
                                         "error_param_category_not_support_pre_order",
                                         "error_reach_shop_item_limit",
                                         "error_repeated_mtsku",
                                         "error_holiday_on_add_item",
                                         "error_busi_invalid_shop_status",
                                         "error_busi_add_item_failed",
                                         "error_unlist_item_fail",
                                         "error_cannt_edit_name_in_promotion",
                                         "error_cannt_edit_description_in_promotion",
                                         "error_cannt_edit_image_in_promotion",
                                         "error_in_item_promotion_name_lock",
                                         "error_item_in_promotion",
                                         "error_item_not_found",
                                         "error_item_uneditable",
                                         "error_seller_under_penalty",
                                         "error_busi_cannot_update_field",
                                         "error category",
                                         "error brand",
                                         "error attribute",
                                         "error_cannot_delete_item",
                                         "error_cannt_delete_in_promotion",
                                         "error_in_item_promotion_delete_lock",
                                         "error_holiday_on_del_item",
                                         "error_unlist_item_all_failed",
                                         "error_busi_cannot_delist_reviewing_or_banned_item",
                                         "error_cannt_unlisted_in_promotion",
                                         "error_model_invalid_model_id",
                                         "error_update_time_range",
                                         "error_param_item_status",
                                         "error_item_not_belong_shop",
                                         "error_edit_item_stock_for_item_has_model",
                                         "error_cannt_edit_stock_in_promotion",
                                         "error_promotion_cantnot_update_stock",
                                         "error_holiday_mode_change_stock",
                                         "error_wms_shop_block_upate_stock",
                                         "error_busi",
                                         "error_busi_update_stock_failed",
                                         "error_cannt_edit_price_in_promotion",
                                         "error_in_item_promotion_item_price_lock",
                                         "error_cannot_update_price_in_promotion",
                                         "error_update_price_fail",
                                         "error_price_out_of_range",
                                         "error_edit_item_price_for_item_has_model",
                                         "error_busi_price_lower_then_wholesale_price",
                                         "error_price_should_be_same_for_wholesales",
                                         "error_not_in_whitelist",
                                         "order_list_invalid_time",
                                         "error_not_found",
                                         "error_permission",
                                         "cancel_order_invalid_status",
                                         "order_status_invalid",
                                         "error_status",
                                         "no_available_time_slot",
                                         "package_number_not_exist",
                                         "invalid_address_version",
                                         "ship_order_only_support_one_type",
                                         "ship_order_not_ready_to_ship",
                                         "ship_order_need_address_pickup_time",
                                         "ship_order_need_branch_id",
                                         "ship_order_need_tracking_number",
                                         "ship_order_need_pacakge_number",
                                         "ship_order_not_need_pacakge_number",
                                         "ship_order_unsupport_pickup",
                                         "ship_order_unsupport_dropoff",
                                         "ship_order_unsupport_non_integrated",
                                         "ship_order_pickup_time_invalid",
                                         "package_already_shipped",
                                         "error_order_state",
                                         "error_too_many_invoke_function",
                                         "invalid_error",
                                         "package_not_exist",
                                         "package_can_not_print",
                                         "batch_api_all_failed",
                                         "order_status_error",
                                         "tracking_number_invalid",
                                         "shipping_document_should_print_first",
                                         "download_later"};

// Our own texts and those that several rooms share.
std::set<std::string> catalogue() {
  std::set<std::string> out;
  for (const char* file : {"/../codes.tsv", "/../../codes.tsv", "/../../../config/codes.tsv"}) {
    std::ifstream in(std::string(GERBANG_SHOPEE_FIXTURES) + file);
    for (std::string line; std::getline(in, line);) out.insert(line.substr(0, line.find('\t')));
  }
  return out;
}

TEST(Codes, EveryCodeOfTheFactsHasAMeaningAndATextForTheOperator) {
  const std::set<std::string> explained = catalogue();
  for (const char* code : kNamedInFacts) {
    const CodeMeaning* m = meaning_of(code);
    ASSERT_NE(m, nullptr) << code;
    EXPECT_FALSE(m->ours.empty()) << code;
    EXPECT_TRUE(explained.contains(std::string(m->ours))) << m->ours;
    if (m->kind == ErrorKind::blocked) {
      EXPECT_GT(m->wait.count(), 0) << code;
    }
  }
}

TEST(Codes, StandOnceInTheTable) {
  std::set<std::string_view> seen;
  for (const CodeMeaning& m : code_table()) EXPECT_TRUE(seen.insert(m.remote).second) << m.remote;
}

TEST(Codes, TextsSayWhatVagueCodesDoNot) {
  EXPECT_EQ(meaning_of_text("Timestamp is expired.")->ours, "clock_skewed");
  EXPECT_EQ(meaning_of_text("Wrong model_id.")->kind, ErrorKind::not_found);
  EXPECT_EQ(meaning_of_text("Total stock must be more than reserved stock.")->kind,
            ErrorKind::blocked);
  EXPECT_EQ(meaning_of_text("please input location id for multi warehouse")->ours,
            "location_ids_needed");
  EXPECT_EQ(meaning_of_text("No permission to current api")->kind, ErrorKind::forbidden);
  EXPECT_FALSE(meaning_of_text("something else"));
}

TEST(Numbers, WeightsNeverPassThroughADouble) {
  EXPECT_EQ(json::dump(kilograms(300)), "0.3");
  EXPECT_EQ(json::dump(kilograms(1)), "0.001");
  EXPECT_EQ(json::dump(kilograms(1250)), "1.25");
  EXPECT_EQ(json::dump(kilograms(2000)), "2");
  EXPECT_EQ(grams(json::Value("0.5")), 500);
  EXPECT_EQ(grams(json::Decimal{"0.28"}), 280);
  EXPECT_EQ(grams(json::Value(50)), 50'000);
  EXPECT_FALSE(grams(json::Value()));
  EXPECT_FALSE(grams(json::Value("berat")));
  for (std::int64_t g = 1; g < 5000; ++g) ASSERT_EQ(grams(kilograms(g)), g);
}

TEST(Numbers, RupiahComeAsIntegerFloatOrText) {
  EXPECT_EQ(rupiah(json::Value(25000)), 25000);
  EXPECT_EQ(rupiah(json::Decimal{"25000.0"}), 25000);
  EXPECT_EQ(rupiah(json::Value("25000")), 25000);
  EXPECT_EQ(rupiah(json::Decimal{"25000.75"}), 25000);
  EXPECT_FALSE(rupiah(json::Value()));
  EXPECT_FALSE(rupiah(json::Value("")));
}

TEST(Names, FoldCaseDiacriticsAndPunctuation) {
  EXPECT_EQ(folded("minuman-herbal"), "minuman herbal");
  EXPECT_EQ(folded("  Minuman  Herbal "), "minuman herbal");
  EXPECT_EQ(folded("Makanan & Minuman"), "makanan minuman");
  EXPECT_EQ(folded("CAFÉ Décor"), "cafe decor");
  EXPECT_EQ(folded("Cafe\xCC\x81"), "cafe");
  EXPECT_EQ(folded("茶 hijau"), "茶 hijau");
  EXPECT_EQ(folded("—"), "");
  EXPECT_EQ(characters("½ kg"), 4u);
}

}  // namespace
}  // namespace gerbang::shopee
