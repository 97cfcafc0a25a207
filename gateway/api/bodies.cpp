// Reading only: no Asio, no store, so that it can be fuzzed alone.
#include "gateway/api/bodies.hpp"

#include "core/model/product.hpp"

namespace gerbang::api {

namespace {

using StockChange = store::ApplyStock::Item;

constexpr std::size_t kMaxLocation = 60;
constexpr std::size_t kMaxReference = 100;
constexpr std::size_t kMaxChannels = 20;

void read_location(Fields& fields, StockChange& out) {
  out.location = fields.text("location", Need::optional, {.max = kMaxLocation});
}

// A count may carry, or be, a new buffer.
void read_count(Fields& fields, StockChange& out, Need on_hand) {
  out.on_hand = fields.integer("on_hand", on_hand, 0, kMaxQuantity);
  out.buffer = fields.integer("buffer", Need::optional, 0, kMaxQuantity);
  out.counted_at = fields.time("counted_at", Need::optional);
}

void read_movement(Fields& fields, StockChange& out, Need quantity) {
  out.change = fields.integer("quantity", quantity, -kMaxQuantity, kMaxQuantity);
  if (out.change && *out.change == 0)
    fields.fail("quantity", "out_of_range", "a movement of nothing");
  const Need need = out.change ? Need::required : Need::optional;
  if (const auto reason = fields.text("reason", need)) {
    const auto known = movement_reason_from(*reason);
    if (!known || !is_client_reason(*known)) {
      fields.fail("reason", "reason_unknown",
                  "received, sold_offline, damaged, corrected or transferred");
    } else {
      out.reason = *known;
    }
  }
  out.reference =
      fields.text("reference", Need::optional, {.max = kMaxReference}).value_or(std::string());
}

void read_channels(const json::Value& value, store::SetPrices::Item& out,
                   std::vector<FieldError>& errors) {
  if (value.is_null()) return;
  Fields channels(value, "/channels", errors);
  if (value.members().size() > kMaxChannels) {
    errors.push_back({"/channels", "too_many", "at most 20 entries"});
    return;
  }
  for (const auto& [name, price] : value.members()) {
    if (!is_channel_name(name)) {
      channels.fail(name, "channel_invalid", "a channel name: small letters, digits, '_'");
    } else if (price.is_null()) {
      out.channels[name] = std::nullopt;
    } else if (auto money = read_money(price, channels.at(name), errors)) {
      out.channels[name] = std::move(*money);
    }
  }
}

}  // namespace

Result<StockChange> read_stock_count(std::string item, const json::Value& body) {
  StockChange out;
  out.item = std::move(item);
  std::vector<FieldError> errors;
  Fields fields(body, "", errors);
  read_location(fields, out);
  read_count(fields, out, Need::required);
  fields.finish();
  if (auto refused = refusal(std::move(errors))) return std::move(*refused);
  return out;
}

Result<StockChange> read_stock_movement(std::string item, const json::Value& body) {
  StockChange out;
  out.item = std::move(item);
  std::vector<FieldError> errors;
  Fields fields(body, "", errors);
  read_location(fields, out);
  read_movement(fields, out, Need::required);
  fields.finish();
  if (auto refused = refusal(std::move(errors))) return std::move(*refused);
  return out;
}

Result<StockChange> read_stock_item(const json::Value& value, const std::string& pointer) {
  StockChange out;
  std::vector<FieldError> errors;
  Fields fields(value, pointer, errors);
  out.item = fields.identifier("item", Need::required).value_or(std::string());
  read_location(fields, out);
  read_count(fields, out, Need::optional);
  read_movement(fields, out, Need::optional);
  fields.finish();
  const bool given = out.on_hand || out.change || out.buffer;
  if (errors.empty() && out.on_hand && out.change)
    fields.fail("quantity", "stock_count_or_change", "either on_hand or quantity, not both");
  if (errors.empty() && !given)
    fields.fail("on_hand", "field_missing", "one of on_hand, quantity, buffer");
  if (auto refused = refusal(std::move(errors))) return std::move(*refused);
  return out;
}

Result<store::SetPrices::Item> read_prices(const json::Value& body) {
  store::SetPrices::Item out;
  std::vector<FieldError> errors;
  Fields fields(body, "", errors);
  const auto amount = fields.integer("amount", Need::optional, 1, kMaxAmount);
  const auto currency = fields.text("currency", Need::optional);
  if (currency && !is_currency(*currency))
    fields.fail("currency", "currency_unknown", "prices are in IDR");
  const json::Value& channels = fields.raw("channels");
  read_channels(channels, out, errors);
  fields.finish();
  if (errors.empty() && !amount && (currency || out.channels.empty()))
    fields.fail("amount", "field_missing", "a price, prices of channels, or both");
  if (auto refused = refusal(std::move(errors))) return std::move(*refused);
  if (amount) {
    Money money;
    money.amount = *amount;
    out.price = std::move(money);
  }
  return out;
}

}  // namespace gerbang::api
