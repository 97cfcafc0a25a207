// Bodies of stock and price requests: every change that is accepted lies within the limits of the
// model and says what it is.
#include "gateway/api/bodies.hpp"

#include "core/model/product.hpp"
#include "tests/fuzz/harness.hpp"

using namespace gerbang;

namespace {

void check_change(const store::ApplyStock::Item& change, const std::string& about) {
  FUZZ_CHECK(!(change.on_hand && change.change), about);
  FUZZ_CHECK(change.on_hand || change.change || change.buffer, about);
  if (change.on_hand) FUZZ_CHECK(*change.on_hand >= 0 && *change.on_hand <= kMaxQuantity, about);
  if (change.buffer) FUZZ_CHECK(*change.buffer >= 0 && *change.buffer <= kMaxQuantity, about);
  if (change.change) {
    FUZZ_CHECK(*change.change != 0, about);
    FUZZ_CHECK(*change.change >= -kMaxQuantity && *change.change <= kMaxQuantity, about);
    FUZZ_CHECK(is_client_reason(change.reason), about);
  }
  if (change.location) FUZZ_CHECK(fuzz::sound_text(*change.location), about);
  FUZZ_CHECK(fuzz::sound_text(change.reference), about);
  FUZZ_CHECK(!contains_nik(change.reference), about);
  if (change.counted_at) {
    const std::string at = to_rfc3339(*change.counted_at);
    const auto again = from_rfc3339(at);
    FUZZ_CHECK(again && *again == *change.counted_at, at);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::Input input(data, size);
  const std::uint8_t which = input.byte();
  const std::string text(input.rest());
  const auto body = json::parse(text);
  if (!body) return 0;
  switch (which % 4) {
    case 0:
    case 1: {
      const auto change = which % 4 == 0 ? api::read_stock_count("KOPI-250", *body)
                                         : api::read_stock_movement("KOPI-250", *body);
      if (!change) return fuzz::check_error(change.error()), 0;
      FUZZ_CHECK(change->item == "KOPI-250", text);
      check_change(*change, text);
      return 0;
    }
    case 2: {
      const auto change = api::read_stock_item(*body, "/items/0");
      if (!change) {
        fuzz::check_error(change.error());
        for (const FieldError& f : change.error().fields)
          FUZZ_CHECK(f.field.starts_with("/items/0"), f.field);
        return 0;
      }
      FUZZ_CHECK(is_code(change->item), change->item);
      check_change(*change, text);
      return 0;
    }
    default: {
      const auto prices = api::read_prices(*body);
      if (!prices) return fuzz::check_error(prices.error()), 0;
      FUZZ_CHECK(prices->price || !prices->channels.empty(), text);
      const auto sound = [](const Money& m) {
        return m.amount > 0 && m.amount <= kMaxAmount && is_currency(m.currency);
      };
      if (prices->price) FUZZ_CHECK(sound(*prices->price), text);
      for (const auto& [channel, price] : prices->channels) {
        FUZZ_CHECK(api::is_channel_name(channel), channel);
        if (price) FUZZ_CHECK(sound(*price), text);
      }
      return 0;
    }
  }
}
