// What Lazada's error codes mean for us (facts lazada.md 4, 5 and the code lists of 6 to 13). Codes
// are numbers as text or words; the same reason also comes as the word in a `detail` entry.
#include <algorithm>
#include <array>

#include "connectors/lazada/limits.hpp"
#include "connectors/lazada/units.hpp"

namespace gerbang::lazada {

namespace {

using K = ErrorKind;
constexpr Duration kNone{0};

constexpr CodeMeaning kCodes[] = {
    // -- tokens and the app (facts 4)
    {"IllegalAccessToken", "", K::auth_expired, "token_expired"},
    {"IllegalRefreshToken", "", K::unauthenticated, "refresh_refused"},
    {"InvalidCode", "", K::unauthenticated, "authorisation_code_refused"},
    {"AUTH_TYPE_UNSUPPORTED", "", K::unauthenticated, "lazada_subscription_needed"},
    {"MissingParameter", "", K::forbidden, "app_refused"},
    {"IncompleteSignature", "", K::forbidden, "app_refused"},
    {"InvalidAppKey", "", K::forbidden, "app_refused"},
    {"APP_KEY_INVALID", "", K::forbidden, "app_refused"},
    {"IllegalTimestamp", "", K::transient, "clock_skewed"},  // name inferred
    {"InsufficientPermission", "", K::forbidden, "app_not_permitted"},
    // -- flow (facts 5)
    {"ApiCallLimit", "", K::throttled, "channel_throttled", "", std::chrono::seconds(2)},
    {"901", "E901", K::throttled, "channel_throttled", "", std::chrono::seconds(2)},
    {"IopSystemFlowlimit", "", K::throttled, "channel_throttled", "", kTooFastWait},
    {"ServiceCurrentlimit", "", K::throttled, "channel_throttled", "", kTooFastWait},
    {"AppCallLimit", "", K::throttled, "channel_throttled", "", std::chrono::minutes(5)},
    {"4154", "SYS_REQUEST_TOO_FAST", K::throttled, "channel_throttled", "", kTooFastWait},
    {"998", "", K::blocked, "lazada_campaign_pause", "", kCampaignWait},
    // -- trouble at their side
    {"6", "", K::transient, "channel_unavailable", "", kNone, true},
    {"15", "", K::transient, "channel_unavailable", "", kNone, true},
    {"106", "", K::transient, "channel_unavailable", "", kNone, true},
    {"513", "", K::transient, "channel_unavailable", "", kNone, true},
    {"1000", "", K::transient, "channel_unavailable", "", kNone, true},
    {"40011", "RPC_ERROR", K::transient, "channel_unavailable", "", kNone, true},
    {"700024", "GET_LOCK_FAILED", K::transient, "channel_unavailable"},
    {"ServiceTimeout", "", K::transient, "channel_unavailable", "", kNone, true},
    {"ServiceUnavailable", "", K::transient, "channel_unavailable", "", kNone, true},
    {"4135", "THD_IC_ERR", K::transient, "channel_unavailable", "", kNone, true},
    {"4159", "IC_EXCEPTION", K::transient, "channel_unavailable", "", kNone, true},
    {"4147", "THD_IC_ERR_F_IC_SERVICE_EDIT_002", K::transient, "channel_unavailable"},
    // -- our own mistakes
    {"1", "", K::rejected, "channel_refused_request"},
    {"5", "", K::rejected, "channel_refused_request"},
    {"30", "", K::rejected, "channel_refused_request"},
    {"1001", "", K::rejected, "channel_refused_request"},
    {"204", "E204", K::rejected, "lazada_batch_too_large"},
    {"4171", "", K::rejected, "lazada_batch_too_large"},
    // -- the seller
    {"SellerNotActive", "", K::forbidden, "lazada_seller_stopped"},
    {"SellerNotVerified", "", K::forbidden, "lazada_seller_stopped"},
    {"4128", "THD_IC_F_IC_DOMAIN_ACTOR_006", K::forbidden, "lazada_seller_stopped"},
    {"4148", "BIZ_CHECK_ITEM_HAS_REACH_LIMIT", K::rejected, "lazada_listing_limit"},
    // -- is it there (E0002 and its kin are the deactivate call's)
    {"207", "E207", K::not_found, "listing_gone"},
    {"208", "E208", K::not_found, "listing_gone"},
    {"4137", "ITEM_NOT_FOUND", K::not_found, "listing_gone"},
    {"4136", "SELLER_SKU_NOT_FOUND", K::not_found, "listing_gone"},
    {"E0002", "E0002", K::not_found, "listing_gone"},
    {"E0003", "E0003", K::not_found, "listing_gone"},
    {"EDIT_ITEM_NOT_BELONG_SELLER", "EDIT_ITEM_NOT_BELONG_SELLER", K::not_found, "listing_gone"},
    // -- the product as a whole
    {"4155", "BIZ_CHECK_NO_EDIT_ITEM_LOCK", K::rejected, "lazada_listing_locked"},
    {"4162", "THD_IC_ERR_F_IC_ABILITY_PG", K::rejected, "lazada_listing_locked"},
    {"4218", "", K::rejected, "lazada_listing_locked"},
    {"4105", "BIZ_CHECK_SELLER_SKU_DUPLICATE", K::rejected, "lazada_sku_taken"},
    {"4126", "THD_IC_F_IC_INFRA_PRODUCT_036", K::rejected, "lazada_sku_taken"},
    {"4141", "THD_IC_ERR_F_IC_INFRA_PRODUCT_036", K::rejected, "lazada_sku_taken"},
    {"4150", "SELLER_SKU_INVALID", K::rejected, "lazada_sku_refused"},
    {"4193", "", K::rejected, "channel_refused_request"},
    {"4123", "BIZ_CHECK_MANGROVE_RULE", K::rejected, "lazada_policy"},
    {"4124", "BIZ_CHECK_MANGROVE_RULE_QC", K::rejected, "lazada_policy"},
    {"4131", "BIZ_CHECK_CAT_PROP_SENSITIVE_WORDS", K::rejected, "lazada_policy", "/description"},
    {"4151", "BIZ_CHECK_MTEE_RULE_QC", K::rejected, "lazada_policy"},
    {"4221", "BIZ_CHECK_MTEE_RISK_RULE", K::rejected, "lazada_policy"},
    {"512", "", K::rejected, "lazada_policy"},
    // -- its fields
    {"4160", "THD_IC_ERR_F_PRODUCT_00_15_004", K::rejected, "title_too_long", "/title"},
    {"4129", "BIZ_CHECK_PROP_SPECIAL_CHAR", K::rejected, "lazada_text_characters"},
    {"57", "", K::rejected, "lazada_category_refused", "/category"},
    {"201", "", K::rejected, "lazada_category_refused", "/category"},
    {"4134", "", K::rejected, "lazada_category_refused", "/category"},
    {"4163", "BIZ_CHECK_RESTRICTED_CATEGORY", K::rejected, "lazada_category_refused", "/category"},
    {"4227", "", K::rejected, "lazada_category_refused", "/category"},
    {"4228", "", K::rejected, "lazada_category_refused", "/category"},
    {"4106", "CHK_CATPROP_CPV_INPUT_SIZE_LIMIT", K::rejected, "attribute_refused", "/attributes"},
    {"4107", "CHECK_CAT_PROP_INVALID_NUMBER", K::rejected, "attribute_refused", "/attributes"},
    {"4108", "CHK_BASIC_REQUIRED", K::rejected, "attribute_missing", "/attributes"},
    {"4110", "BIZ_CHECK_CAT_PROP_MANDATORY", K::rejected, "attribute_missing", "/attributes"},
    {"4111", "CHK_CATPROP_CPV_TEXT_REPEAT", K::rejected, "attribute_refused", "/attributes"},
    {"4115", "CHK_CATPROP_CPV_NOT_ENUM", K::rejected, "attribute_refused", "/attributes"},
    {"4120", "CHK_CATPROP_CPV_MAX_LEGNTH", K::rejected, "attribute_refused", "/attributes"},
    {"4125", "THD_IC_F_IC_DOMAIN_PROPERTY_002", K::rejected, "attribute_missing", "/attributes"},
    {"4140", "CHK_ENUM_PROP_VALUE_NOT_IN_OPTION", K::rejected, "attribute_refused", "/attributes"},
    {"4167", "THD_IC_ERR_F_IC_DOMAIN_PROPERTY_002", K::rejected, "attribute_missing",
     "/attributes"},
    {"4116", "BIZ_CHECK_MAIN_IMAGE_DUPLICATE", K::rejected, "lazada_image_refused", "/images"},
    {"4138", "BIZ_CHECK_EXIST_OUTER_IMAGE", K::rejected, "lazada_image_refused", "/images"},
    {"4139", "BIZ_CHECK_MAIN_IMAGE_REQUIRE", K::rejected, "image_missing", "/images"},
    {"4153", "THD_IC_ERR_FC_IC_SKU_IMAGE_001", K::rejected, "lazada_image_refused", "/images"},
    {"4158", "THD_IC_ERR_F_DOMAIN_IMAGE_00_01_003", K::rejected, "lazada_image_refused", "/images"},
    {"4169", "CHK_IMAGE_MAX_ITEMS", K::rejected, "lazada_image_refused", "/images"},
    {"300", "", K::rejected, "lazada_image_refused", "/images"},
    {"301", "", K::rejected, "lazada_image_refused", "/images"},
    {"302", "", K::rejected, "lazada_image_refused", "/images"},
    {"303", "", K::rejected, "image_too_large", "/images"},
    {"304", "", K::rejected, "lazada_image_refused", "/images"},
    {"4130", "BIZ_CHECK_OFFICIAL_STORE_BRAND_UNAUTHORIZED", K::rejected, "lazada_brand_refused",
     "/brand"},
    {"4142", "THD_BRAND_ID_IS_NOT_VALID_IN_CATEGORY", K::rejected, "lazada_brand_refused",
     "/brand"},
    {"4156", "", K::rejected, "lazada_brand_refused", "/brand"},
    {"4168", "BIZ_CHECK_BRAND_PERMISSION_TIER_TWO", K::rejected, "lazada_brand_refused", "/brand"},
    {"4149", "BIZ_CHECK_PACKAGE_DECIMAL_INVALID", K::rejected, "lazada_package_refused",
     "/variants"},
    {"4164", "BIZ_CHECK_MAX_PACKAGE_WEIGHT", K::rejected, "weight_out_of_range", "/variants"},
    {"4165", "BIZ_CHECK_MAX_PACKAGE_DIMENISIONS", K::rejected, "lazada_package_refused",
     "/variants"},
    {"4166", "THD_IC_ERR_F_IC_INFRA_SPU_036", K::rejected, "lazada_barcode_taken", "/variants"},
    {"209", "", K::rejected, "lazada_variation_refused", "/options"},
    {"4109", "CHK_SKU_PROPS_NOT_MATCH_SALE_PROP", K::rejected, "lazada_variation_refused",
     "/options"},
    {"4112", "CHK_SKU_PROPS_DUPLICATE", K::rejected, "variant_options_invalid", "/variants"},
    {"4113", "CHK_SKU_PROPS_NOT_IDENTICAL", K::rejected, "lazada_variation_refused", "/options"},
    {"4133", "", K::rejected, "lazada_variation_refused", "/options"},
    {"4143", "BIZ_CHECK_SALEPROP_ATTRIBUTE_INVALID", K::rejected, "lazada_variation_refused",
     "/options"},
    {"4144", "BIZ_CHECK_SKU_NOT_CONTAIN_SALEPROP", K::rejected, "lazada_variation_refused",
     "/options"},
    {"4145", "BIZ_CHECK_SALEPROP_AND_OLD_PARAM_REPEAT", K::rejected, "lazada_variation_refused",
     "/options"},
    {"4161", "VARIATION_CATEGORY_ATTRIBUTE_INVALID", K::rejected, "lazada_variation_refused",
     "/options"},
    // -- price and stock (facts 8)
    {"4104", "BIZ_CHECK_PRICE_PRECISION_INVALID", K::rejected, "price_out_of_range", "/price"},
    {"4118", "BIZ_CHECK_PRICE_IS_ZERO", K::rejected, "price_out_of_range", "/price"},
    {"4119", "BIZ_CHECK_SPECIAL_PRICE_RATE_OUT_OF_RANGE", K::rejected, "lazada_special_price",
     "/price"},
    {"4157", "BIZ_CHECK_SPECIAL_PRICE_GREATER_THAN_PRICE", K::rejected, "lazada_special_price",
     "/price"},
    {"4152", "THD_INVENTORY_ERR_INV_PARAM_ILLEGAL", K::rejected, "lazada_stock_refused"},
    {"212", "", K::rejected, "lazada_stock_refused"},
    {"4170", "", K::blocked, "promotion_locked", "", kCampaignWait},
    {"4225", "", K::rejected, "lazada_semi_hosted"},
    // -- orders (facts 11)
    {"16", "", K::not_found, "order_not_found"},
    {"37", "", K::not_found, "order_not_found"},
    {"39", "", K::not_found, "order_not_found"},
    {"14", "", K::rejected, "channel_refused_request"},
    {"17", "", K::rejected, "channel_refused_request"},
    {"19", "", K::rejected, "channel_refused_request"},
    {"36", "", K::rejected, "channel_refused_request"},
    {"38", "", K::rejected, "lazada_batch_too_large"},
    {"56", "", K::rejected, "channel_refused_request"},
    {"74", "", K::rejected, "channel_refused_request"},
    {"75", "", K::rejected, "channel_refused_request"},
    // -- fulfilment (facts 12)
    {"1003", "E1003_3PL_ALLOCATION_FAIL", K::transient, "channel_unavailable"},
    {"600001", "", K::rejected, "order_state_refused"},
    {"600002", "", K::conflict, "lazada_order_cancelled"},
    {"700000", "PACKAGE_STATUS_NOT_ALLOW_TO_OP", K::rejected, "order_state_refused"},
    {"700016", "NOT_AVAILABLE_NTFS_3PL", K::rejected, "lazada_shipment_provider"},
    {"700021", "", K::not_found, "order_not_found"},
    {"700025", "", K::not_found, "order_not_found"},
    {"700026", "FO_ITEM_NOT_ALLOW_TO_PACK", K::rejected, "order_state_refused"},
    {"700027", "NOT_SUPPORT_FBL_TO_PACK", K::rejected, "lazada_order_by_fbl"},
    {"700029", "", K::rejected, "lazada_order_split"},
    {"700031", "", K::blocked, "lazada_order_not_ready", "", kNotReadyWait},
    {"700033", "", K::rejected, "lazada_shipment_provider"},
    // -- cancellation (facts 13)
    {"122", "", K::not_found, "order_not_found"},
    {"123", "", K::rejected, "lazada_cancel_refused"},
    {"124", "", K::rejected, "lazada_cancel_refused"},
    {"131", "", K::rejected, "order_state_refused"},
};

// Texts without a code.
struct TextMeaning {
  std::string_view part;
  CodeMeaning meaning;
};
constexpr TextMeaning kTexts[] = {
    {"negative sellable",
     {"", "", K::blocked, "promotion_locked", "", kCampaignWait}},  // held for a campaign (facts 8)
    {"campaign", {"", "", K::blocked, "promotion_locked", "", kCampaignWait}},
    {"ategory is inactive", {"", "", K::rejected, "lazada_category_refused", "/category"}},
    {"oncurrent product edit", {"", "", K::transient, "channel_unavailable"}},
    {"not exist", {"", "", K::not_found, "listing_gone"}},
    {"not found", {"", "", K::not_found, "listing_gone"}},
};

bool is_word_char(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
}

// Whether `word` stands in `text` as a whole word.
bool names(std::string_view text, std::string_view word) {
  for (auto at = text.find(word); at != std::string_view::npos; at = text.find(word, at + 1)) {
    const bool left = at == 0 || !is_word_char(text[at - 1]);
    const auto end = at + word.size();
    if (left && (end == text.size() || !is_word_char(text[end]))) return true;
  }
  return false;
}

}  // namespace

std::span<const CodeMeaning> code_table() {
  return kCodes;
}

const CodeMeaning* meaning_of(std::string_view remote_code) {
  if (remote_code.empty()) return nullptr;
  for (const CodeMeaning& m : kCodes) {
    if (m.remote == remote_code || m.word == remote_code) return &m;
  }
  return nullptr;
}

const CodeMeaning* meaning_of_text(std::string_view text) {
  // The longest word wins: BIZ_CHECK_MANGROVE_RULE_QC is not BIZ_CHECK_MANGROVE_RULE.
  const CodeMeaning* best = nullptr;
  for (const CodeMeaning& m : kCodes) {
    if (m.word.empty() || !names(text, m.word)) continue;
    if (!best || m.word.size() > best->word.size()) best = &m;
  }
  if (best) return best;
  // "4171 The updated SKU quantity …", "E501: …": a code at the beginning.
  std::string_view head = text.substr(0, text.find_first_of(" :"));
  if (const CodeMeaning* m = meaning_of(head); m && !is_container(head)) return m;
  if (head.size() > 1 && head.front() == 'E') {
    head.remove_prefix(1);
    while (head.size() > 1 && head.front() == '0') head.remove_prefix(1);
    if (const CodeMeaning* m = meaning_of(head); m && !is_container(head)) return m;
  }
  for (const TextMeaning& t : kTexts) {
    if (text.find(t.part) != std::string_view::npos) return &t.meaning;
  }
  return nullptr;
}

bool is_container(std::string_view remote_code) {
  return remote_code == "500" || remote_code == "501" || remote_code == "503" ||
         remote_code == "10002";
}

}  // namespace gerbang::lazada
