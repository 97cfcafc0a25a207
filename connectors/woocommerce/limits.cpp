#include "connectors/woocommerce/limits.hpp"

#include <algorithm>
#include <vector>

#include "connectors/woocommerce/units.hpp"
#include "core/base/text.hpp"

namespace gerbang::woocommerce {

ConnectorInfo info() {
  ConnectorInfo out;
  out.channel = "woocommerce";
  out.display_name = "WooCommerce";
  out.can.variants_in_listing = true;
  out.can.webhooks = true;
  out.can.shop_webhooks = true;
  out.can.accept_order = true;
  out.can.ship_order = true;
  out.can.cancel_order = true;
  out.can.authorise = false;  // keys made by the shop's admin
  out.credentials = {{"address"}, {"consumer_key"}, {"consumer_secret"}};
  out.can.find_listing = true;
  out.can.needs_shop_facts = true;
  RateLimit rate;
  rate.scope = RateLimit::Scope::shop;
  rate.calls = kCallsPerSecond;
  rate.burst = kBurst;
  out.limits.rates = {rate};
  out.limits.stock_batch = out.limits.price_batch = out.limits.state_batch = kBatch;
  out.limits.stock_batch_same_product = out.limits.price_batch_same_product = false;
  // One at a time, so that an order nobody can read harms only itself; the poll brings whole pages.
  out.limits.order_batch = 1;
  out.limits.order_page_days = 3650;  // one window, open at its end (wire.hpp)
  return out;
}

Result<void> check(const ListingDraft& draft) {
  if (draft.variants.empty()) return Error(ErrorKind::bug, "draft_empty");
  if (draft.options.empty() && draft.variants.size() > 1)
    return Error(ErrorKind::bug, "draft_not_single", "several variants and no option");
  std::vector<FieldError> wrong;
  const auto refuse = [&](std::string field, std::string code, std::string detail) {
    wrong.push_back(FieldError{std::move(field), std::move(code), std::move(detail)});
  };
  // A missing name becomes "Product", and is published (facts 5).
  if (draft.title.empty()) refuse("/title", "title_missing", "a product needs a title");
  if (characters(draft.title) > kTitleCharacters)
    refuse("/title", "title_too_long", "500 characters");
  if (characters(draft.description) > kDescriptionCharacters)
    refuse("/description", "description_too_long", "50,000 characters");
  for (std::size_t i = 0; i < draft.variants.size(); ++i) {
    const DraftVariant& variant = draft.variants[i];
    const std::string at = "/variants/" + std::to_string(i);
    // An empty or a negative price is stored without a word (facts 5).
    if (variant.price.amount <= 0 || variant.price.amount > kMaxAmount)
      refuse(at + "/price", "price_out_of_range", "above 0");
    if (variant.options.size() != draft.options.size())
      refuse(at + "/options", "options_missing", "one value of each option");
  }
  if (wrong.empty()) return {};
  Error error(ErrorKind::rejected, wrong.front().code, wrong.front().detail);
  error.field = wrong.front().field;
  error.fields = std::move(wrong);
  return error;
}

}  // namespace gerbang::woocommerce
