#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/json.hpp"
#include "core/base/result.hpp"
#include "core/model/money.hpp"

namespace gerbang {

// Text by language ("id", "en"). "id" is always there in a valid product.
using LocalizedText = std::map<std::string, std::string>;

// The text for `language`, else Indonesian, else any, else "".
const std::string& text_in(const LocalizedText& text, std::string_view language);

// What one sold unit of a variant takes from a stock item.
struct Component {
  std::string item;
  Quantity quantity = 1;
  friend bool operator==(const Component&, const Component&) = default;
};

struct Variant {
  std::string sku;
  std::vector<std::string> options;  // one value per axis of Product::options, same order
  std::optional<std::string> barcode;
  std::optional<std::int64_t> weight_grams;               // of the packed unit
  std::optional<std::array<std::int64_t, 3>> package_mm;  // length, width, height
  std::optional<Money> price;                             // list price
  std::map<std::string, Money> channel_prices;  // by channel; replaces the list price there
  std::vector<Component> components;            // empty: 1 of the item named like the SKU

  // The components with the default filled in.
  std::vector<Component> takes() const;
};

struct Permit {
  std::string kind;  // "pirt", "bpom", "halal", "sni", … (open list)
  std::string number;
  std::optional<std::string> expires;  // YYYY-MM-DD
};

struct Option {
  std::string name;
  std::vector<std::string> values;
};

// What a channel sees instead of the common value.
struct ChannelOverride {
  LocalizedText title;
  LocalizedText description;
  std::optional<std::string> category;  // the channel's own category id
  std::optional<std::string> brand;
  std::map<std::string, std::string> attributes;  // by the channel's attribute name or id
  bool listed = true;                             // false: not offered there
};

enum class Condition { fresh /* "new" */, used };

struct Product {
  std::string code;
  LocalizedText title;
  LocalizedText description;
  std::string category;  // our slug: "makanan-minuman/kopi"
  std::optional<std::string> brand;
  Condition condition = Condition::fresh;
  std::map<std::string, std::string> attributes;
  std::vector<std::string> images;  // addresses, the first is the cover
  std::vector<Permit> permits;
  std::vector<Option> options;  // the axes; empty means exactly one variant
  std::vector<Variant> variants;
  std::map<std::string, ChannelOverride> channels;

  const Variant* variant(std::string_view sku) const;
};

// Codes, SKUs and stock items: ^[A-Z0-9][A-Z0-9._-]{1,39}$ (DOMAIN section 2).
bool is_code(std::string_view text);

// EAN-8, UPC-A, EAN-13 with a right check digit.
bool is_barcode(std::string_view text);

// Sixteen digits in a row whose parts read as a NIK (DOMAIN section 2: never stored).
bool contains_nik(std::string_view text);

// Reads and validates the body of PUT /v1/products/{code} (API.md). Every offending field is
// reported at once in Error::fields; unknown fields are refused by name. Limits: title 1–255
// characters, description up to 5,000, 50 variants, 2 option axes of 1–20 values, 9 images,
// 20 components a variant, 50 attributes; lengths count Unicode code points. At most 100 findings
// are listed. Only title.id and one variant with a SKU are required. Beyond API.md a variant may
// carry  "channel_prices": {"shopee": {"amount": 37000, "currency": "IDR"}}.
// Error code: product_invalid; codes of the fields: unknown_field, field_missing, wrong_type,
// text_empty, too_long, too_many, out_of_range, control_character, nik_not_stored, code_invalid,
// code_mismatch, duplicate, language_unknown, category_invalid, condition_unknown,
// currency_unknown, url_invalid, permit_kind_invalid, halal_decree_number, date_invalid,
// barcode_invalid, options_missing, option_count, option_value_unknown, channel_invalid.
Result<Product> product_from_json(std::string_view code, const json::Value& body);

// The same shape, with "code" first. product_from_json(code, to_json(p)) gives p back.
json::Value to_json(const Product& product);

}  // namespace gerbang
