#include "connectors/woocommerce/units.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>
#include <utility>

namespace gerbang::woocommerce {

namespace {

constexpr std::array<std::pair<std::string_view, OrderStatus>, 8> kStatuses = {{
    {"pending", OrderStatus::pending},  // awaiting payment
    {"on-hold", OrderStatus::pending},  // awaiting confirmation of a transfer
    {"processing", OrderStatus::paid},  // to be shipped; also cash on delivery
    {"completed", OrderStatus::completed},
    {"cancelled", OrderStatus::cancelled},
    {"failed", OrderStatus::cancelled},
    {"refunded", OrderStatus::returned},
    {"trash", OrderStatus::cancelled},
}};

using K = ErrorKind;
constexpr Meaning kMeanings[] = {
    // -- keys: tried once more, then nothing will pass until a person acts (facts 3)
    {"woocommerce_rest_authentication_error", K::auth_expired, "shop_keys_refused"},
    {"woocommerce_rest_cannot_view", K::auth_expired, "shop_keys_not_seen"},
    {"woocommerce_rest_cannot_create", K::auth_expired, "shop_keys_not_seen"},
    {"woocommerce_rest_cannot_edit", K::auth_expired, "shop_keys_not_seen"},
    {"woocommerce_rest_cannot_delete", K::auth_expired, "shop_keys_not_seen"},
    {"woocommerce_rest_cannot_batch", K::auth_expired, "shop_keys_not_seen"},
    // -- the address: permalinks or the plugin are off, perhaps for a minute (facts 4)
    {"rest_no_route", K::transient, "shop_api_missing"},
    // -- products
    {"product_invalid_sku", K::rejected, "shop_sku_taken", "/sku"},
    {"woocommerce_rest_product_not_created", K::rejected, "shop_sku_in_trash", "/sku"},
    {"woocommerce_rest_product_invalid_id", K::not_found, "listing_gone"},
    {"woocommerce_rest_product_variation_invalid_id", K::not_found, "listing_gone"},
    {"woocommerce_rest_invalid_product_id", K::rejected, "listing_is_variation"},
    {"woocommerce_rest_already_trashed", K::not_found, "listing_gone"},
    {"woocommerce_product_image_upload_error", K::rejected, "image_unreachable", "/images"},
    {"woocommerce_product_invalid_image_id", K::rejected, "image_unreachable", "/images"},
    // -- orders, webhooks
    {"woocommerce_rest_shop_order_invalid_id", K::not_found, "order_not_found"},
    {"woocommerce_rest_shop_webhook_invalid_topic", K::rejected, "webhook_topic_refused"},
    {"woocommerce_rest_shop_webhook_invalid_id", K::not_found, "webhook_gone"},
    {"woocommerce_rest_shop_webhook_invalid_delivery_url", K::rejected, "channel_refused_request"},
    {"woocommerce_rest_trash_not_supported", K::rejected, "channel_refused_request"},
    // -- settings of the shop: a younger or an older WooCommerce
    {"rest_setting_setting_invalid", K::not_found, "operation_unsupported"},
    // -- requests that we should not have made
    {"rest_invalid_param", K::rejected, "channel_refused_request"},
    {"rest_missing_callback_param", K::rejected, "channel_refused_request"},
    {"rest_invalid_json", K::rejected, "shop_request_refused"},
    {"woocommerce_rest_request_entity_too_large", K::rejected, "shop_batch_too_large"},
};

constexpr std::array<std::pair<std::string_view, std::string_view>, 10> kFields = {{
    {"name", "/title"},
    {"description", "/description"},
    {"sku", "/sku"},
    {"regular_price", "/price"},
    {"stock_quantity", "/stock"},
    {"images", "/images"},
    {"categories", "/category"},
    {"attributes", "/options"},
    {"weight", "/weight_grams"},
    {"status", "/status"},
}};

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool all_digits(std::string_view s) {
  return !s.empty() && std::all_of(s.begin(), s.end(), is_digit);
}

// "39000.50" → {"39000", "5"}; nothing when it is no plain decimal number.
std::optional<std::pair<std::string_view, std::string_view>> decimal(std::string_view text) {
  const auto dot = text.find('.');
  std::string_view whole = text.substr(0, dot);
  std::string_view fraction = dot == std::string_view::npos ? "" : text.substr(dot + 1);
  if (!all_digits(whole) || (dot != std::string_view::npos && !all_digits(fraction)))
    return std::nullopt;
  while (whole.size() > 1 && whole.front() == '0') whole.remove_prefix(1);
  while (fraction.ends_with('0')) fraction.remove_suffix(1);
  return std::pair(whole, fraction);
}

}  // namespace

OrderStatus order_status(std::string_view word) {
  for (const auto& [theirs, ours] : kStatuses) {
    if (theirs == word) return ours;
  }
  return OrderStatus::pending;
}

bool is_no_order(std::string_view word) {
  return word == "auto-draft" || word == "checkout-draft";
}

std::span<const Meaning> code_table() {
  return kMeanings;
}

const Meaning* meaning_of(std::string_view code) {
  for (const Meaning& meaning : kMeanings) {
    if (meaning.theirs == code) return &meaning;
  }
  return nullptr;
}

std::string_view our_field(std::string_view theirs) {
  const std::string_view head = theirs.substr(0, theirs.find('['));
  for (const auto& [name, ours] : kFields) {
    if (name == head) return ours;
  }
  return "";
}

std::string price_text(const Money& money) {
  return std::to_string(money.amount);
}

std::optional<std::int64_t> rupiah(const json::Value& value) {
  const std::string text = value.to_text();
  const auto parts = decimal(text);
  if (!parts) {
    // A float that PHP wrote with an exponent: 1.0e+7.
    const auto number = value.as_double();
    if (!number || *number < 0 || *number > 9e15) return std::nullopt;
    return static_cast<std::int64_t>(*number);
  }
  std::int64_t out = 0;
  const auto [end, ec] =
      std::from_chars(parts->first.data(), parts->first.data() + parts->first.size(), out);
  if (ec != std::errc{}) return std::nullopt;
  return out;
}

bool same_amount(std::string_view a, std::string_view b) {
  const auto x = decimal(a), y = decimal(b);
  return x && y && *x == *y;
}

std::optional<std::uint64_t> id_number(std::string_view text) {
  std::uint64_t out = 0;
  if (!all_digits(text)) return std::nullopt;
  const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), out);
  if (ec != std::errc{} || out == 0) return std::nullopt;
  return out;
}

std::string id_of(const json::Value& value) {
  const auto number = id_number(value.to_text());
  return number ? std::to_string(*number) : std::string();
}

json::Value id_value(std::string_view text) {
  return json::Value(static_cast<unsigned long long>(id_number(text).value_or(0)));
}

std::string weight_text(std::int64_t grams, std::string_view unit) {
  if (unit == "g") return std::to_string(grams);
  const double per = unit == "kg"    ? 1000.0
                     : unit == "lbs" ? 453.59237
                     : unit == "oz"  ? 28.349523125
                                     : 0;
  if (per == 0) return {};
  std::array<char, 40> text{};
  std::snprintf(text.data(), text.size(), "%.3f", static_cast<double>(grams) / per);
  std::string out(text.data());
  while (out.ends_with('0')) out.pop_back();
  if (out.ends_with('.')) out.pop_back();
  return out;
}

std::optional<TimePoint> time_of(const json::Value& gmt) {
  const std::string_view text = gmt.text();
  if (text.size() != 19) return std::nullopt;
  return from_rfc3339(std::string(text) + "Z");
}

std::string gmt_text(TimePoint when) {
  return to_rfc3339(when).substr(0, 19);
}

std::string slug(std::string_view text) {
  std::string out;
  bool gap = false;
  for (const char c : text) {
    const char lower = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
    const bool kept = (lower >= 'a' && lower <= 'z') || is_digit(lower) ||
                      static_cast<unsigned char>(lower) >= 0x80;
    if (!kept) {
      gap = true;
      continue;
    }
    if (gap && !out.empty()) out += '-';
    gap = false;
    out += lower;
  }
  return out;
}

std::string html_escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '&') {
      out += "&amp;";
    } else if (c == '<') {
      out += "&lt;";
    } else if (c == '>') {
      out += "&gt;";
    } else {
      out += c;
    }
  }
  return out;
}

}  // namespace gerbang::woocommerce
