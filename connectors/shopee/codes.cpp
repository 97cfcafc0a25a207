// What Shopee's error codes and texts mean for us (facts shopee.md 1.7 and the lists of 2 to 5).
// The spelling errors in the remote names are Shopee's and part of the contract (facts 1.4); the
// correct spelling stands beside them for the day they are corrected.
#include <algorithm>
#include <array>

#include "connectors/shopee/limits.hpp"
#include "connectors/shopee/units.hpp"

namespace gerbang::shopee {

namespace {

using K = ErrorKind;
constexpr Duration kNone{0};

constexpr CodeMeaning kCodes[] = {
    // -- the gateway, any call (facts 1.7)
    {"error_param", K::rejected, "channel_refused_request"},
    {"error.param", K::rejected, "channel_refused_request"},
    {"error_sign", K::forbidden, "app_signature_refused"},
    {"error_auth", K::auth_expired, "token_expired"},
    {"invalid_acceess_token", K::auth_expired, "token_expired"},
    {"invalid_access_token", K::auth_expired, "token_expired"},
    {"invalid_partner_id", K::unauthenticated, "shop_not_linked"},
    {"partner_shop_no_link", K::unauthenticated, "shop_not_linked"},
    {"shop_no_linked", K::unauthenticated, "shop_not_linked"},
    {"shop_banned", K::forbidden, "shop_banned"},
    {"error_kyc_auth", K::forbidden, "shop_not_verified"},
    {"error_ashop_api_permission", K::forbidden, "shop_api_not_permitted"},
    {"error_api_permission", K::forbidden, "app_not_permitted"},
    {"error_api_call_restricted", K::forbidden, "app_not_permitted"},
    {"api_suspended", K::forbidden, "app_suspended"},
    {"error_partner_key_expired", K::forbidden, "app_key_expired"},
    {"source_ip_undeclared", K::forbidden, "app_address_refused"},
    {"error_rate_limit", K::throttled, "channel_throttled", "", kThrottledWait},
    {"error_limit", K::throttled, "channel_quota_used"},
    {"error_server", K::transient, "channel_unavailable", "", kNone, true},
    {"error_inner", K::transient, "channel_unavailable", "", kNone, true},
    {"error_network", K::transient, "channel_unavailable", "", kNone, true},
    {"error_data", K::transient, "channel_unavailable", "", kNone, true},
    {"error_system_busy", K::transient, "channel_unavailable", "", kNone, true},
    {"system_busy", K::transient, "channel_unavailable", "", kNone, true},
    // -- authorisation (facts 2.2, 2.3)
    {"invalid_code", K::unauthenticated, "authorisation_code_refused"},
    {"invalid_shop_id", K::unauthenticated, "authorisation_code_refused"},
    {"invalid_main_acount_id", K::unauthenticated, "authorisation_code_refused"},
    {"invalid_main_account_id", K::unauthenticated, "authorisation_code_refused"},
    {"error_shop_refresh_token", K::unauthenticated, "refresh_refused"},
    {"refresh_token_expired", K::unauthenticated, "refresh_refused"},
    {"shop_access_expired", K::unauthenticated, "refresh_refused"},
    // -- items in general
    {"error_item_not_found", K::not_found, "listing_gone"},
    {"error_item_not_belong_shop", K::not_found, "listing_gone"},
    {"error_item_uneditable", K::rejected, "listing_uneditable"},
    {"error_seller_under_penalty", K::blocked, "seller_penalised", "", kShopStateWait},
    {"error_busi_invalid_shop_status", K::blocked, "shop_state_refused", "", kShopStateWait},
    {"error_holiday_on_add_item", K::blocked, "shop_on_holiday", "", kShopStateWait},
    {"error_holiday_on_del_item", K::blocked, "shop_on_holiday", "", kShopStateWait},
    {"error_holiday_mode_change_stock", K::blocked, "shop_on_holiday", "", kShopStateWait},
    {"error_invalid_language", K::rejected, "channel_refused_request"},
    // -- text, images, category, attributes (facts 3.1, 3.7, 3.8)
    {"error_item_name_is_too_short", K::rejected, "title_too_short", "/title"},
    {"error_title_exceeds_max_length", K::rejected, "title_too_long", "/title"},
    {"error_name_length_limit", K::rejected, "title_too_long", "/title"},
    {"error_title_character_forbidden", K::rejected, "title_refused", "/title"},
    {"error_desc_length_min_limit", K::rejected, "description_too_short", "/description"},
    {"error_desc_hash_tag_over_limit", K::rejected, "description_refused", "/description"},
    {"error_image_num_min", K::rejected, "image_missing", "/images"},
    {"error_image_unavailable", K::rejected, "image_refused", "/images"},
    {"error_invalid_category", K::rejected, "category_refused", "/category"},
    {"error_category_is_block", K::rejected, "category_refused", "/category"},
    {"error category", K::rejected, "category_refused", "/category"},
    {"error_less_required_attribute", K::rejected, "attribute_missing", "/attributes"},
    {"error_invalid_attribute", K::rejected, "attribute_refused", "/attributes"},
    {"error_invalid_attribute_value", K::rejected, "attribute_refused", "/attributes"},
    {"error_value_name_required", K::rejected, "attribute_refused", "/attributes"},
    {"error_value_id_must_equal_zero", K::rejected, "attribute_refused", "/attributes"},
    {"error attribute", K::rejected, "attribute_refused", "/attributes"},
    {"error_less_required_brand", K::rejected, "brand_missing", "/brand"},
    {"error_invalid_brand", K::rejected, "brand_refused", "/brand"},
    {"error_incalid_brand", K::rejected, "brand_refused", "/brand"},
    {"error brand", K::rejected, "brand_refused", "/brand"},
    {"error_invalid_logistic_info", K::rejected, "courier_none_enabled"},
    {"error_category_dts", K::rejected, "pre_order_refused"},
    {"error_param_dts_exceeds_max_limit", K::rejected, "pre_order_refused"},
    {"error_param_category_not_support_pre_order", K::rejected, "pre_order_refused"},
    {"error_reach_shop_item_limit", K::rejected, "shop_item_limit"},
    {"error_repeated_mtsku", K::rejected, "product_duplicate"},
    {"error_busi_add_item_failed", K::transient, "channel_unavailable", "", kNone, true},
    {"error_busi_cannot_update_field", K::rejected, "listing_uneditable"},
    // -- state (facts 3.9, 3.10)
    {"error_unlist_item_fail", K::rejected, "listing_state_refused"},
    {"error_unlist_item_all_failed", K::rejected, "listing_state_refused"},
    {"error_busi_cannot_delist_reviewing_or_banned_item", K::blocked, "listing_under_review", "",
     kShopStateWait},
    {"error_cannot_delete_item", K::rejected, "listing_state_refused"},
    {"error_cannt_delete_in_promotion", K::blocked, "promotion_locked", "", kPromotionWait},
    {"error_cannt_unlisted_in_promotion", K::blocked, "promotion_locked", "", kPromotionWait},
    {"error_in_item_promotion_delete_lock", K::blocked, "promotion_locked", "", kPromotionWait},
    {"error_cannt_edit_name_in_promotion", K::blocked, "promotion_locked", "/title",
     kPromotionWait},
    {"error_cannt_edit_description_in_promotion", K::blocked, "promotion_locked", "/description",
     kPromotionWait},
    {"error_cannt_edit_image_in_promotion", K::blocked, "promotion_locked", "/images",
     kPromotionWait},
    {"error_item_in_promotion", K::blocked, "promotion_locked", "", kPromotionWait},
    // -- variants, reading (facts 3.11, 3.12)
    {"error_model_invalid_model_id", K::not_found, "variant_gone"},
    {"error_update_time_range", K::rejected, "channel_refused_request"},
    {"error_param_item_status", K::rejected, "channel_refused_request"},
    // -- stock (facts 3.13)
    {"error_busi_update_stock_failed", K::rejected, "stock_refused"},
    {"error_edit_item_stock_for_item_has_model", K::not_found, "variant_gone"},
    {"error_cannt_edit_stock_in_promotion", K::blocked, "promotion_locked", "", kPromotionWait},
    {"error_promotion_cantnot_update_stock", K::blocked, "promotion_locked", "", kPromotionWait},
    {"error_promotion_cannot_update_stock", K::blocked, "promotion_locked", "", kPromotionWait},
    {"error_wms_shop_block_upate_stock", K::rejected, "stock_held_by_channel"},
    {"error_wms_shop_block_update_stock", K::rejected, "stock_held_by_channel"},
    {"error_busi", K::rejected, "stock_refused"},
    // -- price (facts 3.7, 3.14)
    {"error_invalid_price", K::rejected, "price_refused"},
    {"error_invalid_price_for_logistic", K::rejected, "price_refused"},
    {"error_price_exceed_min_limitt", K::rejected, "price_too_low"},
    {"error_price_exceed_min_limit", K::rejected, "price_too_low"},
    {"error_price_exceed_max_limitt", K::rejected, "price_too_high"},
    {"error_price_exceed_max_limit", K::rejected, "price_too_high"},
    {"error_price_out_of_range", K::rejected, "price_out_of_range"},
    {"error_cannt_edit_price_in_promotion", K::blocked, "promotion_locked", "", kPromotionWait},
    {"error_in_item_promotion_item_price_lock", K::blocked, "promotion_locked", "", kPromotionWait},
    {"error_cannot_update_price_in_promotion", K::blocked, "promotion_locked", "", kPromotionWait},
    {"error_update_price_fail", K::transient, "channel_unavailable"},
    {"error_edit_item_price_for_item_has_model", K::not_found, "variant_gone"},
    {"error_busi_price_lower_then_wholesale_price", K::rejected, "price_below_wholesale"},
    {"error_price_should_be_same_for_wholesales", K::rejected, "price_below_wholesale"},
    // -- warehouses (facts 3.15): no fault, read_shop_facts takes it as "no location ids"
    {"error_not_in_whitelist", K::unsupported, "location_ids_not_used"},
    // -- orders (facts 4.2 to 4.4)
    {"order_list_invalid_time", K::invalid, "window_refused"},
    {"error_not_found", K::not_found, "order_not_found"},
    {"error_permission", K::rejected, "order_action_refused"},
    {"cancel_order_invalid_status", K::rejected, "order_state_refused"},
    {"order_status_invalid", K::rejected, "order_state_refused"},
    // -- shipping (facts 4.5)
    {"error_status", K::rejected, "order_state_refused"},
    {"error_order_state", K::rejected, "order_state_refused"},
    {"order_status_error", K::rejected, "order_state_refused"},
    {"no_available_time_slot", K::blocked, "pickup_slot_missing", "", kShopStateWait},
    {"package_number_not_exist", K::rejected, "package_unknown"},
    {"package_not_exist", K::rejected, "package_unknown"},
    {"invalid_address_version", K::blocked, "pickup_address_changed", "", kAllocationWait},
    {"ship_order_only_support_one_type", K::rejected, "shipping_refused"},
    {"ship_order_not_ready_to_ship", K::blocked, "shipping_not_ready", "", kAllocationWait},
    {"ship_order_need_address_pickup_time", K::rejected, "shipping_details_needed"},
    {"ship_order_need_branch_id", K::rejected, "shipping_details_needed"},
    {"ship_order_need_tracking_number", K::rejected, "tracking_number_needed", "/tracking_number"},
    {"ship_order_need_pacakge_number", K::rejected, "package_unknown"},
    {"ship_order_need_package_number", K::rejected, "package_unknown"},
    {"ship_order_not_need_pacakge_number", K::rejected, "package_unknown"},
    {"ship_order_not_need_package_number", K::rejected, "package_unknown"},
    {"ship_order_unsupport_pickup", K::rejected, "shipping_refused"},
    {"ship_order_unsupport_dropoff", K::rejected, "shipping_refused"},
    {"ship_order_unsupport_non_integrated", K::rejected, "shipping_refused"},
    {"ship_order_pickup_time_invalid", K::blocked, "pickup_slot_missing", "", kAllocationWait},
    {"package_already_shipped", K::conflict, "order_already_shipped"},
    {"error_too_many_invoke_function", K::transient, "channel_busy"},
    {"invalid_error", K::not_found, "order_not_found"},
    {"package_can_not_print", K::transient, "label_not_ready", "", kDocumentWait},
    {"batch_api_all_failed", K::rejected, "channel_refused_request"},
    {"tracking_number_invalid", K::rejected, "tracking_number_refused", "/tracking_number"},
    {"shipping_document_should_print_first", K::transient, "label_not_ready", "", kDocumentWait},
    {"download_later", K::transient, "label_not_ready", "", kDocumentWait},
};

// error_in_item_promotion_*_lock is a family of which only some members are named (facts 3.8).
constexpr CodeMeaning kPromotionFamily = {"error_in_item_promotion_*_lock", K::blocked,
                                          "promotion_locked", "", kPromotionWait};

struct TextMeaning {
  std::string_view words;  // lower case, contained in the text
  CodeMeaning meaning;
};

// In order: the first that fits. Remote texts are quoted in the facts section named.
constexpr TextMeaning kTexts[] = {
    {"timestamp", {"", K::transient, "clock_skewed"}},                                 // 1.2, 6.6
    {"access_token", {"", K::auth_expired, "token_expired"}},                          // 1.2
    {"no permission", {"", K::forbidden, "app_not_permitted"}},                        // 1.7
    {"reserved stock", {"", K::blocked, "stock_below_reserved", "", kPromotionWait}},  // 3.13
    {"location", {"", K::blocked, "location_ids_needed", "", kShopStateWait}},         // 3.13
    {"stock structure", {"", K::blocked, "location_ids_needed", "", kShopStateWait}},  // 3.13
    {"repeat model_id", {"", K::rejected, "channel_refused_request"}},                 // 3.13
    {"wrong model_id", {"", K::not_found, "variant_gone"}},                            // 3.13
    {"promotion", {"", K::blocked, "promotion_locked", "", kPromotionWait}},           // 3.10
    {"banned", {"", K::blocked, "listing_under_review", "", kShopStateWait}},          // 3.10
    {"reviewing", {"", K::blocked, "listing_under_review", "", kShopStateWait}},
    {"holiday", {"", K::blocked, "shop_on_holiday", "", kShopStateWait}},
    {"tier_index", {"", K::rejected, "variant_options_invalid", "/variants"}},  // 3.11
    {"tier_variation", {"", K::rejected, "variant_options_invalid", "/variants"}},
    {"weight", {"", K::rejected, "weight_refused", "/variants/0/weight_grams"}},  // 3.7
    {"image", {"", K::rejected, "image_refused", "/images"}},                     // 3.7
    {"category", {"", K::rejected, "category_refused", "/category"}},             // 3.7
    {"itemname", {"", K::rejected, "title_refused", "/title"}},                   // 3.7
    {"item name", {"", K::rejected, "title_refused", "/title"}},
    {"description", {"", K::rejected, "description_refused", "/description"}},
    {"being allocated", {"", K::blocked, "shipping_not_ready", "", kAllocationWait}},  // 4.5
    {"ready to be shipped", {"", K::rejected, "order_state_refused"}},                 // 4.5
    {"has been cancelled", {"", K::rejected, "order_state_refused"}},                  // 4.5
    {"package number", {"", K::rejected, "package_unknown"}},                          // 4.5
    {"order is not", {"", K::not_found, "order_not_found"}},                           // 4.3, 4.5
    {"item not found", {"", K::not_found, "listing_gone"}},
};

std::string lower(std::string_view s) {
  std::string out(s);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  }
  return out;
}

}  // namespace

std::span<const CodeMeaning> code_table() {
  return kCodes;
}

const CodeMeaning* meaning_of(std::string_view remote_code) {
  const auto* it = std::find_if(std::begin(kCodes), std::end(kCodes),
                                [&](const CodeMeaning& m) { return m.remote == remote_code; });
  if (it != std::end(kCodes)) return it;
  if (remote_code.starts_with("error_in_item_promotion_") && remote_code.ends_with("_lock"))
    return &kPromotionFamily;
  return nullptr;
}

std::optional<CodeMeaning> meaning_of_text(std::string_view text) {
  const std::string low = lower(text);
  for (const TextMeaning& t : kTexts) {
    if (low.find(t.words) != std::string::npos) return t.meaning;
  }
  return std::nullopt;
}

}  // namespace gerbang::shopee
