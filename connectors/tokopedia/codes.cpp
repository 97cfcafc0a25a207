// What the channel's error codes and texts mean for us (facts tiktok_tokopedia 3.6 and the lists of
// 4.1 to 4.8, 5.2, 5.4, 6). Of most codes only the family is known, so the text decides first where
// the family is wide (is_vague), and the code where it is narrow.
#include <algorithm>
#include <array>

#include "connectors/tokopedia/limits.hpp"
#include "connectors/tokopedia/units.hpp"

namespace gerbang::tokopedia {

namespace {

using K = ErrorKind;
constexpr Duration kNone{0};

constexpr CodeMeaning kCodes[] = {
    // -- the gateway, any call (facts 3.6)
    {36009002, K::throttled, "channel_throttled", "", kThrottledWait},
    {12052109, K::throttled, "channel_throttled", "", kThrottledWait},
    {36009003, K::transient, "channel_unavailable", "", kNone, true},
    {36009007, K::transient, "channel_unavailable", "", kNone, true},
    {36009009, K::rejected, "channel_refused_request"},
    {36009010, K::rejected, "channel_refused_request"},
    {36009014, K::rejected, "channel_refused_request"},
    {36009021, K::rejected, "image_too_large", "/images"},
    {36009022, K::rejected, "channel_refused_request"},
    {36009023, K::rejected, "channel_refused_request"},
    {36009033, K::forbidden, "app_ip_refused"},
    {36009043, K::forbidden, "shop_disabled"},
    {36009044, K::forbidden, "shop_disabled"},
    {36009004, K::rejected, "channel_refused_request"},
    {36004004, K::unauthenticated, "authorisation_code_refused"},
    {101000, K::unauthenticated, "shop_not_granted"},
    {105002, K::auth_expired, "token_expired"},
    {105005, K::forbidden, "app_not_permitted"},
    {106001, K::forbidden, "app_refused"},
    // The refresh reads the cipher that is missing.
    {106013, K::auth_expired, "token_expired"},
    {98001004, K::rejected, "channel_refused_request"},
    {11050001, K::rejected, "channel_refused_request"},
    // -- to be repeated (facts 3.6)
    {12001000, K::transient, "channel_unavailable", "", kNone, true},
    {12052881, K::transient, "channel_unavailable", "", kNone, true},
    {33001002, K::transient, "channel_unavailable", "", kNone, true},
    {10002014, K::transient, "channel_unavailable", "", kNone, true},
    {10002015, K::transient, "channel_unavailable", "", kNone, true},
    {10037002, K::transient, "channel_unavailable", "", kNone, true},
    {10037003, K::transient, "channel_unavailable", "", kNone, true},
    {10037004, K::transient, "channel_unavailable", "", kNone, true},
    {11001031, K::transient, "channel_unavailable", "", kNone, true},
    {21001003, K::transient, "channel_unavailable", "", kNone, true},
    {21001008, K::transient, "channel_unavailable", "", kNone, true},
    {21001011, K::transient, "channel_unavailable", "", kNone, true},
    {21022029, K::transient, "channel_unavailable", "", kNone, true},
    {21042001, K::transient, "channel_unavailable", "", kNone, true},
    {21042076, K::transient, "channel_unavailable", "", kNone, true},
    {25001028, K::transient, "channel_unavailable", "", kNone, true},
    // -- images (facts 4.1)
    {12019116, K::rejected, "image_not_allowed", "/images"},
    {12038002, K::rejected, "image_not_allowed", "/images"},
    {12038004, K::rejected, "image_not_allowed", "/images"},
    {12038005, K::rejected, "image_not_allowed", "/images"},
    {12038014, K::rejected, "image_not_allowed", "/images"},
    {12038015, K::rejected, "image_not_allowed", "/images"},
    // -- category, text, attributes, brand (facts 4.2, 4.4)
    {12052023, K::rejected, "category_not_allowed", "/category"},
    {12052024, K::rejected, "category_not_allowed", "/category"},
    {12052025, K::rejected, "category_not_allowed", "/category"},
    {12052026, K::rejected, "category_not_allowed", "/category"},
    {12052217, K::rejected, "category_not_allowed", "/category"},
    {12052230, K::rejected, "category_not_allowed", "/category"},
    {12052028, K::rejected, "title_not_allowed", "/title"},
    {12052048, K::rejected, "title_not_allowed", "/title"},
    {12052050, K::rejected, "description_not_allowed", "/description"},
    {12052051, K::rejected, "image_not_allowed", "/images"},
    {12052104, K::rejected, "attribute_refused", "/attributes"},
    {12052115, K::rejected, "attribute_refused", "/attributes"},
    {12052181, K::rejected, "attribute_refused", "/attributes"},
    {12052220, K::rejected, "attribute_refused", "/attributes"},
    {12052223, K::rejected, "attribute_refused", "/attributes"},
    {12052226, K::rejected, "attribute_refused", "/attributes"},
    {12052241, K::rejected, "attribute_refused", "/attributes"},
    {12052246, K::rejected, "attribute_refused", "/attributes"},
    {12052248, K::rejected, "attribute_refused", "/attributes"},
    {12052253, K::rejected, "attribute_refused", "/attributes"},
    {12052254, K::rejected, "attribute_refused", "/attributes"},
    {12019013, K::rejected, "brand_not_allowed", "/brand"},
    {12019059, K::rejected, "brand_not_allowed", "/brand"},
    // -- SKUs, warehouse, price (facts 4.4, 4.6, 4.7)
    {12052054, K::rejected, "sku_not_allowed", "/variants"},
    {12052055, K::rejected, "warehouse_refused"},
    {12052097, K::rejected, "warehouse_refused"},
    {12052382, K::rejected, "stock_kept_by_channel"},
    {12052073, K::rejected, "price_out_of_range"},
    {12052084, K::rejected, "price_not_allowed"},
    {12052012, K::rejected, "price_not_allowed"},
    {12052557, K::rejected, "price_not_allowed"},
    {12052570, K::rejected, "price_not_allowed"},
    {12052038, K::blocked, "promotion_locked", "", kPromotionWait},
    {12019045, K::blocked, "promotion_locked", "", kPromotionWait},
    {12052393, K::blocked, "promotion_locked", "", kPromotionWait},
    {12019022, K::rejected, "stock_not_allowed"},
    {12019024, K::rejected, "stock_not_allowed"},
    {12019028, K::rejected, "stock_not_allowed"},
    {12052032, K::rejected, "stock_not_allowed"},
    {12052036, K::rejected, "stock_not_allowed"},
    {12052037, K::rejected, "stock_not_allowed"},
    {12052094, K::rejected, "stock_not_allowed"},
    {12052533, K::rejected, "stock_not_allowed"},
    {12052553, K::rejected, "stock_not_allowed"},
    {12052556, K::rejected, "stock_not_allowed"},
    // -- the product's and the shop's state (facts 4.4, 4.6, 4.8, 8)
    {12052901, K::blocked, "listing_not_active", "", kAuditWait},
    {12052902, K::blocked, "listing_not_active", "", kAuditWait},
    {12052093, K::rejected, "listing_quota_used"},
    {12052332, K::blocked, "shop_merging", "", kShopStateWait},
    {12052358, K::rejected, "platform_refused"},
    {12052994, K::rejected, "platform_refused"},
    {12052700, K::blocked, "shop_inactive", "", kShopStateWait},
    {12052995, K::blocked, "shop_inactive", "", kShopStateWait},
    {12052996, K::conflict, "product_code_taken"},
    {12052990, K::rejected, "product_check_failed"},
    {12019120, K::rejected, "channel_refused_request"},
    {12052180, K::rejected, "channel_refused_request"},
    // -- orders (facts 5.2)
    {10006402, K::forbidden, "app_not_permitted"},
    {21008111, K::not_found, "order_not_found"},
    // -- cancelling (facts 5.4)
    {25001001, K::rejected, "order_cancel_refused"},
    {25001011, K::rejected, "order_state_refused"},
    {25001014, K::rejected, "order_cancel_refused"},
    {25001015, K::rejected, "order_cancel_refused"},
    {25001020, K::rejected, "order_cancel_refused"},
    {25001021, K::rejected, "cancel_reason_refused"},
    {25001045, K::rejected, "order_state_refused"},
    {25001046, K::rejected, "order_cancel_refused"},
    {25001051, K::rejected, "order_state_refused"},
    {25005010, K::rejected, "order_cancel_refused"},
    {25020005, K::not_found, "order_not_found"},
    // -- shipping (facts 6)
    {11006021, K::conflict, "order_already_shipped"},
    {21008099, K::conflict, "order_already_shipped"},
    {21011020, K::conflict, "order_already_shipped"},
    {21011040, K::conflict, "order_already_shipped"},
    {21011041, K::conflict, "order_is_cancelled"},
    {21011028, K::rejected, "parcel_unknown"},
    {21011007, K::conflict, "order_cancel_requested"},
    {21008044, K::conflict, "order_cancel_requested"},
    {21011053, K::blocked, "pickup_slot_refused", "", kShopStateWait},
    {21011054, K::blocked, "pickup_slot_refused", "", kShopStateWait},
    {21011022, K::rejected, "tracking_number_not_accepted", "/tracking_number"},
    {21011025, K::rejected, "tracking_number_not_accepted", "/tracking_number"},
    {21004024, K::rejected, "parcel_refused"},
    {21008025, K::rejected, "stock_kept_by_channel"},
    {11034037, K::transient, "label_not_ready", "", kLabelWait},
    {11034023, K::transient, "label_not_ready", "", kLabelWait},
    {21023035, K::conflict, "label_before_shipping"},
    {21042104, K::conflict, "label_before_shipping"},
    {21042102, K::conflict, "label_after_end"},
    {11034002, K::rejected, "label_by_seller"},
    {21023059, K::conflict, "order_is_cancelled"},
};

// Address, weight, size of a parcel: a family of which only the ends are named (facts 6).
constexpr CodeMeaning kParcelFamily = {11021009, K::rejected, "parcel_refused"};
// Attribute details (facts 4.4): 12052931 to 12052935.
constexpr CodeMeaning kAttributeFamily = {12052931, K::rejected, "attribute_refused",
                                          "/attributes"};

struct TextMeaning {
  std::string_view words;  // lower case, contained in the text
  CodeMeaning meaning;
};

// In order: the first that fits.
constexpr TextMeaning kTexts[] = {
    {"timestamp", {0, K::transient, "clock_skewed"}},                        // 3.6
    {"access-token", {0, K::auth_expired, "token_expired"}},                 // 3.6
    {"access_token", {0, K::auth_expired, "token_expired"}},                 // 3.6
    {"app_key", {0, K::forbidden, "app_refused"}},                           // 3.6
    {"signature", {0, K::forbidden, "app_refused"}},                         // 3.6
    {"shop_id", {0, K::unauthenticated, "shop_not_granted"}},                // 3.6, 10.2
    {"promotion", {0, K::blocked, "promotion_locked", "", kPromotionWait}},  // 4.6, 4.7
    {"product does not exist", {0, K::not_found, "listing_gone"}},
    {"product not found", {0, K::not_found, "listing_gone"}},
    {"sku does not exist", {0, K::not_found, "listing_sku_gone"}},
    {"warehouse", {0, K::rejected, "warehouse_refused"}},                       // 4.6
    {"product status", {0, K::blocked, "listing_not_active", "", kAuditWait}},  // 4.8
    {"quantity", {0, K::rejected, "stock_not_allowed"}},
    {"order does not exist", {0, K::not_found, "order_not_found"}},
    {"price", {0, K::rejected, "price_not_allowed"}},
    {"category", {0, K::rejected, "category_not_allowed", "/category"}},
    {"title", {0, K::rejected, "title_not_allowed", "/title"}},
    {"description", {0, K::rejected, "description_not_allowed", "/description"}},
    {"image", {0, K::rejected, "image_not_allowed", "/images"}},
    {"attribute", {0, K::rejected, "attribute_refused", "/attributes"}},
    {"weight", {0, K::rejected, "weight_out_of_range", "/variants/0/weight_grams"}},
};

// Families so wide, or so little documented, that the text is asked first.
constexpr std::array<std::int64_t, 16> kVague = {
    36009004, 98001004, 11050001, 12052990, 12019022, 12019024, 12019028, 12052032,
    12052036, 12052037, 12052094, 12052533, 12052553, 12052556, 12052054, 25001001};

}  // namespace

std::span<const CodeMeaning> code_table() {
  return kCodes;
}

const CodeMeaning* meaning_of(std::int64_t code) {
  const auto* it = std::find_if(std::begin(kCodes), std::end(kCodes),
                                [&](const CodeMeaning& m) { return m.remote == code; });
  if (it != std::end(kCodes)) return it;
  if (code >= 11021009 && code <= 11021025) return &kParcelFamily;
  if (code >= 12052931 && code <= 12052935) return &kAttributeFamily;
  return nullptr;
}

bool is_vague(std::int64_t code) {
  return std::find(kVague.begin(), kVague.end(), code) != kVague.end();
}

std::optional<CodeMeaning> meaning_of_text(std::string_view text) {
  std::string low(text);
  for (char& c : low) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  }
  for (const TextMeaning& t : kTexts) {
    if (low.find(t.words) != std::string::npos) return t.meaning;
  }
  return std::nullopt;
}

}  // namespace gerbang::tokopedia
