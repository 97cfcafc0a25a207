#include "connectors/bukalapak/limits.hpp"

#include <algorithm>
#include <vector>

#include "connectors/bukalapak/units.hpp"
#include "core/base/text.hpp"
#include "core/base/url.hpp"

namespace gerbang::bukalapak {

namespace {
constexpr std::string_view kClosed = "channel_closed_2025_02_09";

bool price_fits(const Money& price) {
  return price.amount >= kLowestPrice && price.amount <= kHighestPrice;
}
}  // namespace

ConnectorInfo info() {
  ConnectorInfo out;
  out.channel = "bukalapak";
  out.display_name = "Bukalapak";
  out.can.variants_in_listing = false;
  out.can.accept_order = true;
  out.can.ship_order = true;
  out.can.cancel_order = true;
  out.can.single_use_refresh = true;
  out.can.find_listing = true;
  out.can.needs_shop_facts = true;
  // 60 a minute. What a bucket lets through in one minute is its burst plus a minute's refill; at
  // the engine's 80 % that is 10 + 48, still below.
  RateLimit rate;
  rate.calls = 60;
  rate.per = std::chrono::minutes(1);
  rate.burst = 10;
  out.limits.rates = {rate};
  out.retired_code = kClosed;
  out.live_hosts = {"api.bukalapak.com", "accounts.bukalapak.com"};
  return out;
}

Result<void> check(const Money& price, std::string field) {
  if (price_fits(price)) return {};
  return Error(ErrorKind::rejected, "price_out_of_range", "100 to 100,000,000 rupiah")
      .at_field(std::move(field));
}

Result<void> check(const ListingDraft& draft) {
  if (draft.variants.size() != 1)
    return Error(ErrorKind::bug, "draft_not_single", "each variant is a product of its own here");
  const DraftVariant& variant = draft.variants.front();
  std::vector<FieldError> wrong;
  const auto refuse = [&](std::string field, std::string code, std::string detail) {
    wrong.push_back(FieldError{std::move(field), std::move(code), std::move(detail)});
  };

  const std::size_t name = characters(listing_name(draft));
  if (draft.title.empty()) refuse("/title", "title_missing", "a product needs a name");
  if (name > kNameCharacters)
    refuse("/title", "title_too_long", std::to_string(name) + " characters, 150 allowed");
  if (characters(html_of(draft.description)) > kDescriptionCharacters)
    refuse("/description", "description_too_long", "10,000 characters allowed");
  if (draft.images.empty()) refuse("/images", "image_missing", "1 to 5 images");
  if (!variant.weight_grams)
    refuse("/variants/0/weight_grams", "weight_missing", "delivery cost is computed from it");
  else if (*variant.weight_grams < 1 || *variant.weight_grams > kHeaviestGrams)
    refuse("/variants/0/weight_grams", "weight_out_of_range", "1 to 100,000 g");
  if (!price_fits(variant.price))
    refuse("/variants/0/price", "price_out_of_range", "100 to 100,000,000 rupiah");

  if (wrong.empty()) return {};
  Error error(ErrorKind::rejected, wrong.front().code, wrong.front().detail);
  error.field = wrong.front().field;
  error.fields = std::move(wrong);
  return error;
}

Quantity offered(Quantity stock) {
  return std::clamp<Quantity>(stock, 0, kMostStock);
}

Result<std::string> image_type(std::string_view bytes, std::string field) {
  if (bytes.size() > kImageBytes)
    return Error(ErrorKind::rejected, "image_too_large", "2 MiB allowed")
        .at_field(std::move(field));
  if (bytes.starts_with("\x89PNG\r\n\x1a\n")) return std::string("image/png");
  if (bytes.starts_with("\xFF\xD8\xFF")) return std::string("image/jpeg");
  return Error(ErrorKind::rejected, "image_format", "neither JPEG nor PNG")
      .at_field(std::move(field));
}

Result<void> check_open(const App& app) {
  GERBANG_TRY(url, parse_url(app.api_url));
  std::string host = url.host;
  if (host.ends_with('.')) host.pop_back();  // the same host, written as an absolute name
  const ConnectorInfo about = info();
  if (std::find(about.live_hosts.begin(), about.live_hosts.end(), host) == about.live_hosts.end())
    return {};
  return Error(ErrorKind::rejected, kClosed, "physical goods ended on 9 February 2025");
}

}  // namespace gerbang::bukalapak
