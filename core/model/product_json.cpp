// Reads the body of PUT /v1/products/{code}. One pass over the tree; every finding is noted with
// its JSON pointer and reading goes on, so that a person corrects a product once, not ten times.
#include <algorithm>
#include <set>
#include <utility>

#include "core/base/time.hpp"
#include "core/base/url.hpp"
#include "core/model/product.hpp"

namespace gerbang {

namespace {

constexpr std::size_t kMaxErrors = 100;  // an answer stays readable and bounded
constexpr std::size_t kMaxVariants = 50;
constexpr std::size_t kMaxAxes = 2;
constexpr std::size_t kMaxOptionValues = 20;
constexpr std::size_t kMaxImages = 9;
constexpr std::size_t kMaxComponents = 20;
constexpr std::size_t kMaxAttributes = 50;
constexpr std::size_t kMaxPermits = 20;
constexpr std::size_t kMaxChannels = 20;
constexpr std::size_t kMaxTitle = 255;
constexpr std::size_t kMaxDescription = 5000;
constexpr std::size_t kMaxShortText = 100;  // brand, option names and values, permit numbers
constexpr std::size_t kMaxAttributeValue = 500;
constexpr std::size_t kMaxUrl = 2048;
constexpr std::int64_t kMaxWeightGrams = 1'000'000;
constexpr std::int64_t kMaxPackageMm = 10'000;

std::string child(std::string_view pointer, std::string_view key) {
  std::string out(pointer);
  out += '/';
  for (char c : key) {
    if (c == '~') {
      out += "~0";
    } else if (c == '/') {
      out += "~1";
    } else {
      out += c;
    }
  }
  return out;
}

std::string child(std::string_view pointer, std::size_t index) {
  return std::string(pointer) + "/" + std::to_string(index);
}

// The text is valid UTF-8 (json guard).
std::size_t code_points(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  }));
}

// C0 (but line breaks and tabs in long texts), DEL and C1 (U+0080–U+009F, C2 80–C2 9F in UTF-8).
bool has_control_characters(std::string_view text, bool lines_allowed) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (c == '\n' || c == '\r' || c == '\t') {
      if (!lines_allowed) return true;
    } else if (c < 0x20 || c == 0x7F) {
      return true;
    } else if (c == 0xC2 && i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) < 0xA0) {
      return true;
    }
  }
  return false;
}

bool is_blank(std::string_view text) {
  return text.find_first_not_of(" \t\r\n") == std::string_view::npos;
}

bool is_lower(char c) {
  return c >= 'a' && c <= 'z';
}
bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

// ^[a-z][a-z0-9_]{1,29}$, for channel names and permit kinds.
bool is_slug(std::string_view text) {
  return text.size() >= 2 && text.size() <= 30 && is_lower(text[0]) &&
         std::all_of(text.begin(), text.end(),
                     [](char c) { return is_lower(c) || is_digit(c) || c == '_'; });
}

// Words of a-z, 0-9 and single hyphens, levels separated by '/': "makanan-minuman/kopi".
bool is_category(std::string_view text) {
  if (text.empty() || text.size() > 100) return false;
  bool word_open = false;
  for (char c : text) {
    if (is_lower(c) || is_digit(c)) {
      word_open = true;
    } else if ((c == '-' || c == '/') && word_open) {
      word_open = false;
    } else {
      return false;
    }
  }
  return word_open;
}

struct TextRule {
  std::size_t max = kMaxShortText;
  bool lines = false;  // line breaks and tabs are allowed
  bool free = true;    // free text: looked through for a NIK
};

class Reader {
 public:
  Result<Product> read(std::string_view code, const json::Value& body);

 private:
  void fail(std::string pointer, std::string_view code, std::string detail) {
    if (errors_.size() < kMaxErrors) {
      errors_.push_back({std::move(pointer), std::string(code), std::move(detail)});
    }
  }

  // The object at `pointer`, its unknown members noted; nothing when it is something else.
  const json::Object* object(const json::Value& v, const std::string& pointer,
                             std::initializer_list<std::string_view> known) {
    const json::Object* o = v.as_object();
    if (o == nullptr) {
      fail(pointer, "wrong_type", "an object is expected");
      return nullptr;
    }
    for (const auto& [key, value] : *o) {
      if (std::find(known.begin(), known.end(), key) == known.end()) {
        fail(child(pointer, key), "unknown_field", "this field is not part of a product");
      }
    }
    return o;
  }

  // The list at `pointer`; null is an empty list. Nothing when it is something else or too long.
  const json::Array* list(const json::Value& v, const std::string& pointer, std::size_t max) {
    static const json::Array kEmpty;
    if (v.is_null()) return &kEmpty;
    const json::Array* a = v.as_array();
    if (a == nullptr) {
      fail(pointer, "wrong_type", "a list is expected");
    } else if (a->size() > max) {
      fail(pointer, "too_many", "at most " + std::to_string(max) + " entries");
      return nullptr;
    }
    return a;
  }

  // An object with free keys; null is an empty one.
  const json::Object* map(const json::Value& v, const std::string& pointer, std::size_t max) {
    static const json::Object kEmpty;
    if (v.is_null()) return &kEmpty;
    const json::Object* o = v.as_object();
    if (o == nullptr) {
      fail(pointer, "wrong_type", "an object is expected");
    } else if (o->size() > max) {
      fail(pointer, "too_many", "at most " + std::to_string(max) + " entries");
      return nullptr;
    }
    return o;
  }

  bool check_text(std::string_view text, const std::string& pointer, const TextRule& rule) {
    if (is_blank(text)) {
      fail(pointer, "text_empty", "a text is expected");
    } else if (code_points(text) > rule.max) {
      fail(pointer, "too_long", "at most " + std::to_string(rule.max) + " characters");
    } else if (has_control_characters(text, rule.lines)) {
      fail(pointer, "control_character", "control characters are not allowed");
    } else if (rule.free && contains_nik(text)) {
      fail(pointer, "nik_not_stored", "16 digits that read as a NIK");  // never the value itself
    } else {
      return true;
    }
    return false;
  }

  std::optional<std::string> text(const json::Value& v, const std::string& pointer,
                                  const TextRule& rule = {}) {
    if (v.is_null()) {
      fail(pointer, "field_missing", "this field is required");
      return std::nullopt;
    }
    const std::string* s = v.as_string();
    if (s == nullptr) {
      fail(pointer, "wrong_type", "a text is expected");
      return std::nullopt;
    }
    if (!check_text(*s, pointer, rule)) return std::nullopt;
    return *s;
  }

  std::optional<std::string> optional_text(const json::Value& v, const std::string& pointer,
                                           const TextRule& rule = {}) {
    if (v.is_null()) return std::nullopt;
    return text(v, pointer, rule);
  }

  std::optional<std::int64_t> integer(const json::Value& v, const std::string& pointer,
                                      std::int64_t min, std::int64_t max) {
    if (v.is_null()) {
      fail(pointer, "field_missing", "this field is required");
      return std::nullopt;
    }
    const auto n = v.as_int64();
    if (!n) {
      fail(pointer, "wrong_type", "a whole number is expected");
    } else if (*n < min || *n > max) {
      fail(pointer, "out_of_range",
           "between " + std::to_string(min) + " and " + std::to_string(max));
      return std::nullopt;
    }
    return n;
  }

  // A code, SKU or stock item.
  std::string identifier(const json::Value& v, const std::string& pointer) {
    const auto s = text(v, pointer, {.max = kMaxTitle, .free = false});
    if (!s) return {};
    if (!is_code(*s)) {
      fail(pointer, "code_invalid", "capital letters, digits, '.', '_', '-'; 2 to 40 characters");
      return {};
    }
    return *s;
  }

  LocalizedText localized(const json::Value& v, const std::string& pointer, const TextRule& rule,
                          bool required);
  std::optional<Money> money(const json::Value& v, const std::string& pointer);
  std::map<std::string, std::string> attributes(const json::Value& v, const std::string& pointer);
  void read_images(const json::Value& v);
  void read_permits(const json::Value& v);
  void read_options(const json::Value& v);
  void read_variants(const json::Value& v);
  Variant read_variant(const json::Value& v, const std::string& pointer);
  void read_option_values(const json::Value& v, const std::string& pointer, Variant& out);
  void read_components(const json::Value& v, const std::string& pointer, Variant& out);
  void read_channels(const json::Value& v);
  bool channel_name(const std::string& name, const std::string& pointer);

  Product product_;
  bool options_sound_ = true;  // false: values of variants cannot be judged
  std::vector<FieldError> errors_;
};

LocalizedText Reader::localized(const json::Value& v, const std::string& pointer,
                                const TextRule& rule, bool required) {
  LocalizedText out;
  if (v.is_null() || (v.is_object() && v.members().empty())) {
    if (required) fail(pointer, "field_missing", "a text in Indonesian (\"id\") is required");
    return out;
  }
  const json::Object* o = v.as_object();
  if (o == nullptr) {
    fail(pointer, "wrong_type", "texts by language are expected: {\"id\": \"…\"}");
    return out;
  }
  for (const auto& [language, value] : *o) {
    const std::string at = child(pointer, language);
    if (language != "id" && language != "en") {
      fail(at, "language_unknown", "languages are \"id\" and \"en\"");
    } else if (auto s = optional_text(value, at, rule)) {
      out.emplace(language, std::move(*s));
    }
  }
  if (v["id"].is_null()) fail(child(pointer, "id"), "field_missing", "Indonesian is required");
  return out;
}

std::optional<Money> Reader::money(const json::Value& v, const std::string& pointer) {
  if (v.is_null()) return std::nullopt;
  if (object(v, pointer, {"amount", "currency"}) == nullptr) return std::nullopt;
  Money out;
  const auto amount = integer(v["amount"], child(pointer, "amount"), 1, kMaxAmount);
  const auto currency = optional_text(v["currency"], child(pointer, "currency"));
  if (currency && !is_currency(*currency)) {
    fail(child(pointer, "currency"), "currency_unknown", "prices are in IDR");
    return std::nullopt;
  }
  if (!amount) return std::nullopt;
  out.amount = *amount;
  return out;
}

std::map<std::string, std::string> Reader::attributes(const json::Value& v,
                                                      const std::string& pointer) {
  std::map<std::string, std::string> out;
  const json::Object* o = map(v, pointer, kMaxAttributes);
  if (o == nullptr) return out;
  for (const auto& [name, value] : *o) {
    const std::string at = child(pointer, name);
    if (!check_text(name, at, {})) continue;
    if (auto s = text(value, at, {.max = kMaxAttributeValue})) out.emplace(name, std::move(*s));
  }
  return out;
}

void Reader::read_images(const json::Value& v) {
  const json::Array* images = list(v, "/images", kMaxImages);
  if (images == nullptr) return;
  for (std::size_t i = 0; i < images->size(); ++i) {
    const std::string at = child("/images", i);
    const json::Value& image = (*images)[i];
    if (object(image, at, {"url"}) == nullptr) continue;
    const auto url = text(image["url"], child(at, "url"), {.max = kMaxUrl, .free = false});
    if (!url) continue;
    if (!parse_url(*url)) {
      fail(child(at, "url"), "url_invalid", "a complete http or https address is expected");
      continue;
    }
    product_.images.push_back(*url);
  }
}

void Reader::read_permits(const json::Value& v) {
  const json::Array* permits = list(v, "/permits", kMaxPermits);
  if (permits == nullptr) return;
  for (std::size_t i = 0; i < permits->size(); ++i) {
    const std::string at = child("/permits", i);
    const json::Value& permit = (*permits)[i];
    if (object(permit, at, {"kind", "number", "expires"}) == nullptr) continue;
    Permit out;
    if (const auto kind = text(permit["kind"], child(at, "kind"), {.free = false})) {
      if (is_slug(*kind)) {
        out.kind = *kind;
      } else {
        fail(child(at, "kind"), "permit_kind_invalid", "small letters, digits, '_': \"pirt\"");
      }
    }
    // Official numbers of these kinds are long runs of digits and may look like a NIK by chance.
    const bool official = out.kind == "pirt" || out.kind == "bpom" || out.kind == "halal";
    if (auto number = text(permit["number"], child(at, "number"), {.free = !official})) {
      if (out.kind == "halal" && (number->starts_with("KH") || number->starts_with("kh"))) {
        fail(child(at, "number"), "halal_decree_number",
             "KH… is the number of the fatwa decree, the certificate begins with ID");
      }
      out.number = std::move(*number);
    }
    if (auto date = optional_text(permit["expires"], child(at, "expires"), {.free = false})) {
      if (!parse_date(*date)) {
        fail(child(at, "expires"), "date_invalid", "a date that exists, as 2028-12-31");
      }
      out.expires = std::move(*date);
    }
    product_.permits.push_back(std::move(out));
  }
}

void Reader::read_options(const json::Value& v) {
  const json::Array* axes = list(v, "/options", kMaxAxes);
  const std::size_t before = errors_.size();
  if (axes == nullptr) {
    options_sound_ = false;
    return;
  }
  std::set<std::string> names;
  for (std::size_t i = 0; i < axes->size(); ++i) {
    const std::string at = child("/options", i);
    const json::Value& axis = (*axes)[i];
    if (object(axis, at, {"name", "values"}) == nullptr) continue;
    Option out;
    if (auto name = text(axis["name"], child(at, "name"))) {
      if (!names.insert(*name).second) {
        fail(child(at, "name"), "duplicate", "another option has this name");
      }
      out.name = std::move(*name);
    }
    const json::Array* values = list(axis["values"], child(at, "values"), kMaxOptionValues);
    if (values == nullptr) continue;
    if (values->empty()) fail(child(at, "values"), "field_missing", "at least one value");
    std::set<std::string> seen;
    for (std::size_t j = 0; j < values->size(); ++j) {
      const std::string value_at = child(child(at, "values"), j);
      auto value = text((*values)[j], value_at);
      if (!value) continue;
      if (!seen.insert(*value).second) fail(value_at, "duplicate", "this value is there twice");
      out.values.push_back(std::move(*value));
    }
    product_.options.push_back(std::move(out));
  }
  options_sound_ = errors_.size() == before;
}

void Reader::read_option_values(const json::Value& v, const std::string& pointer, Variant& out) {
  const json::Array* values = list(v, pointer, kMaxAxes);
  if (values == nullptr) return;
  if (options_sound_ && values->size() != product_.options.size()) {
    fail(pointer, "option_count",
         "one value for each of the " + std::to_string(product_.options.size()) +
             " options of the product");
    return;
  }
  for (std::size_t i = 0; i < values->size(); ++i) {
    auto value = text((*values)[i], child(pointer, i));
    if (!value) continue;
    if (options_sound_) {
      const auto& allowed = product_.options[i].values;
      if (std::find(allowed.begin(), allowed.end(), *value) == allowed.end()) {
        fail(child(pointer, i), "option_value_unknown",
             "this value is not among the values of the option");
      }
    }
    out.options.push_back(std::move(*value));
  }
}

void Reader::read_components(const json::Value& v, const std::string& pointer, Variant& out) {
  const json::Array* components = list(v, pointer, kMaxComponents);
  if (components == nullptr) return;
  std::set<std::string> items;
  for (std::size_t i = 0; i < components->size(); ++i) {
    const std::string at = child(pointer, i);
    const json::Value& c = (*components)[i];
    if (object(c, at, {"item", "quantity"}) == nullptr) continue;
    Component one;
    one.item = identifier(c["item"], child(at, "item"));
    one.quantity = integer(c["quantity"], child(at, "quantity"), 1, kMaxQuantity).value_or(1);
    if (!one.item.empty() && !items.insert(one.item).second) {
      fail(child(at, "item"), "duplicate", "this stock item is there twice; add the quantities");
    }
    out.components.push_back(std::move(one));
  }
}

bool Reader::channel_name(const std::string& name, const std::string& pointer) {
  if (is_slug(name)) return true;
  fail(pointer, "channel_invalid", "a channel name: small letters, digits, '_'");
  return false;
}

Variant Reader::read_variant(const json::Value& v, const std::string& pointer) {
  Variant out;
  if (object(v, pointer,
             {"sku", "options", "barcode", "weight_grams", "package_mm", "price", "channel_prices",
              "components"}) == nullptr) {
    return out;
  }
  out.sku = identifier(v["sku"], child(pointer, "sku"));
  read_option_values(v["options"], child(pointer, "options"), out);
  if (auto barcode = optional_text(v["barcode"], child(pointer, "barcode"), {.free = false})) {
    if (!is_barcode(*barcode)) {
      fail(child(pointer, "barcode"), "barcode_invalid",
           "EAN-8, UPC-A or EAN-13 with a right check digit");
    }
    out.barcode = std::move(*barcode);
  }
  if (!v["weight_grams"].is_null()) {
    out.weight_grams =
        integer(v["weight_grams"], child(pointer, "weight_grams"), 1, kMaxWeightGrams);
  }
  if (const json::Value& package = v["package_mm"]; !package.is_null()) {
    const std::string at = child(pointer, "package_mm");
    if (!package.is_array() || package.items().size() != 3) {
      fail(at, "wrong_type", "three whole numbers: length, width, height in millimetres");
    } else {
      out.package_mm.emplace();
      for (std::size_t i = 0; i < 3; ++i) {
        (*out.package_mm)[i] = integer(package[i], child(at, i), 1, kMaxPackageMm).value_or(1);
      }
    }
  }
  out.price = money(v["price"], child(pointer, "price"));
  const std::string prices_at = child(pointer, "channel_prices");
  if (const json::Object* prices = map(v["channel_prices"], prices_at, kMaxChannels)) {
    for (const auto& [channel, value] : *prices) {
      const std::string at = child(prices_at, channel);
      if (!channel_name(channel, at)) continue;
      if (auto price = money(value, at)) out.channel_prices.emplace(channel, std::move(*price));
    }
  }
  read_components(v["components"], child(pointer, "components"), out);
  return out;
}

void Reader::read_variants(const json::Value& v) {
  const json::Array* variants = list(v, "/variants", kMaxVariants);
  if (variants == nullptr) return;
  if (variants->empty()) {
    fail("/variants", "field_missing", "at least one variant");
    return;
  }
  if (options_sound_ && product_.options.empty() && variants->size() > 1) {
    fail("/variants", "options_missing", "several variants need an option that tells them apart");
  }
  std::set<std::string> skus;
  std::set<std::vector<std::string>> combinations;
  for (std::size_t i = 0; i < variants->size(); ++i) {
    const std::string at = child("/variants", i);
    Variant one = read_variant((*variants)[i], at);
    if (!one.sku.empty() && !skus.insert(one.sku).second) {
      fail(child(at, "sku"), "duplicate", "another variant of this product has this SKU");
    }
    const bool complete = !one.options.empty() && one.options.size() == product_.options.size();
    if (complete && !combinations.insert(one.options).second) {
      fail(child(at, "options"), "duplicate", "another variant has the same option values");
    }
    product_.variants.push_back(std::move(one));
  }
}

void Reader::read_channels(const json::Value& v) {
  const json::Object* channels = map(v, "/channels", kMaxChannels);
  if (channels == nullptr) return;
  for (const auto& [name, value] : *channels) {
    const std::string at = child("/channels", name);
    if (!channel_name(name, at)) continue;
    if (object(value, at, {"title", "description", "category", "brand", "attributes", "listed"}) ==
        nullptr) {
      continue;
    }
    ChannelOverride out;
    out.title = localized(value["title"], child(at, "title"), {.max = kMaxTitle}, false);
    out.description = localized(value["description"], child(at, "description"),
                                {.max = kMaxDescription, .lines = true}, false);
    out.category = optional_text(value["category"], child(at, "category"), {.free = false});
    out.brand = optional_text(value["brand"], child(at, "brand"));
    out.attributes = attributes(value["attributes"], child(at, "attributes"));
    if (const json::Value& listed = value["listed"]; !listed.is_null()) {
      if (!listed.is_bool()) fail(child(at, "listed"), "wrong_type", "true or false is expected");
      out.listed = listed.as_bool().value_or(true);
    }
    product_.channels.emplace(name, std::move(out));
  }
}

Result<Product> Reader::read(std::string_view code, const json::Value& body) {
  if (!is_code(code)) {
    fail("/code", "code_invalid", "capital letters, digits, '.', '_', '-'; 2 to 40 characters");
  }
  product_.code = std::string(code);
  if (object(body, "",
             {"code", "title", "description", "category", "brand", "condition", "attributes",
              "images", "permits", "options", "variants", "channels"}) != nullptr) {
    if (!body["code"].is_null() && body["code"].text() != code) {
      fail("/code", "code_mismatch", "the code in the body is not the code in the address");
    }
    product_.title = localized(body["title"], "/title", {.max = kMaxTitle}, true);
    product_.description = localized(body["description"], "/description",
                                     {.max = kMaxDescription, .lines = true}, false);
    if (auto category = optional_text(body["category"], "/category", {.free = false})) {
      if (!is_category(*category)) {
        fail("/category", "category_invalid", "as \"makanan-minuman/kopi\"");
      }
      product_.category = std::move(*category);
    }
    product_.brand = optional_text(body["brand"], "/brand");
    if (const auto condition = optional_text(body["condition"], "/condition", {.free = false})) {
      if (*condition == "used") {
        product_.condition = Condition::used;
      } else if (*condition != "new") {
        fail("/condition", "condition_unknown", "\"new\" or \"used\"");
      }
    }
    product_.attributes = attributes(body["attributes"], "/attributes");
    read_images(body["images"]);
    read_permits(body["permits"]);
    read_options(body["options"]);
    read_variants(body["variants"]);
    read_channels(body["channels"]);
  }
  if (errors_.empty()) return std::move(product_);

  Error error(ErrorKind::invalid, "product_invalid",
              std::to_string(errors_.size()) + " field(s) of the product are not valid");
  error.field = errors_.front().field;
  error.fields = std::move(errors_);
  return error;
}

}  // namespace

Result<Product> product_from_json(std::string_view code, const json::Value& body) {
  return Reader().read(code, body);
}

}  // namespace gerbang
