#include "connectors/sample/limits.hpp"

#include <algorithm>
#include <vector>

#include "core/base/text.hpp"

namespace gerbang::sample {

ConnectorInfo info() {
  ConnectorInfo out;
  out.channel = "sample";
  out.display_name = "Pasar Contoh";
  out.can.webhooks = true;
  out.can.lost_events = true;
  out.can.accept_order = true;
  out.can.ship_order = true;
  out.can.cancel_order = true;
  out.can.answer_cancellation = true;
  out.can.fetch_label = true;
  out.can.single_use_refresh = true;
  out.can.find_listing = true;
  // 10 calls a second and shop. A bucket lets through its burst plus a second's refill; the engine
  // refills at 80 %, so 2 + 8 just fit.
  RateLimit rate;
  rate.calls = 10;
  rate.burst = 2;
  out.limits.rates = {rate};
  out.limits.stock_batch = out.limits.price_batch = out.limits.state_batch = kBatch;
  out.limits.stock_batch_same_product = out.limits.price_batch_same_product = false;
  out.limits.order_batch = kBatch;
  out.refresh_token_life = std::chrono::hours(24 * 30);
  return out;
}

Result<void> check(const ListingDraft& draft) {
  std::vector<FieldError> wrong;
  const auto refuse = [&](std::string field, std::string code, std::string detail) {
    wrong.push_back(FieldError{std::move(field), std::move(code), std::move(detail)});
  };
  if (draft.title.empty()) refuse("/title", "title_missing", "a product needs a title");
  if (characters(draft.title) > kTitleCharacters)
    refuse("/title", "title_too_long", "120 characters allowed");
  if (characters(draft.description) > kDescriptionCharacters)
    refuse("/description", "description_too_long", "5,000 characters allowed");
  if (draft.images.empty()) refuse("/images", "image_missing", "1 to 8 images");
  for (std::size_t i = 0; i < draft.variants.size(); ++i) {
    const DraftVariant& variant = draft.variants[i];
    const std::string at = "/variants/" + std::to_string(i);
    if (!variant.weight_grams)
      refuse(at + "/weight_grams", "weight_missing", "delivery cost is computed from it");
    else if (*variant.weight_grams < 1 || *variant.weight_grams > kHeaviestGrams)
      refuse(at + "/weight_grams", "weight_out_of_range", "1 to 50,000 g");
    if (variant.price.amount < kLowestPrice || variant.price.amount > kHighestPrice)
      refuse(at + "/price", "price_out_of_range", "500 to 50,000,000 rupiah");
  }
  if (wrong.empty()) return {};
  Error error(ErrorKind::rejected, wrong.front().code, wrong.front().detail);
  error.field = wrong.front().field;
  error.fields = std::move(wrong);
  return error;
}

}  // namespace gerbang::sample
