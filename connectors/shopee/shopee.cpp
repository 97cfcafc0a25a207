#include "connectors/shopee/shopee.hpp"

#include "connectors/shopee/facts.hpp"
#include "connectors/shopee/limits.hpp"
#include "connectors/shopee/push.hpp"
#include "connectors/shopee/request.hpp"
#include "core/base/url.hpp"

namespace gerbang {

std::unique_ptr<Connector> make_shopee_connector() {
  return std::make_unique<shopee::Shopee>();
}

namespace shopee {

Shopee::Shopee() {
  info_.channel = "shopee";
  info_.display_name = "Shopee";
  Capabilities& can = info_.can;
  can.variants_in_listing = true;
  can.webhooks = true;
  can.lost_events = true;
  can.accept_order = true;
  can.ship_order = true;
  can.cancel_order = true;
  can.answer_cancellation = true;
  can.fetch_label = true;
  can.authorise = true;
  can.single_use_refresh = true;
  can.find_listing = true;
  can.needs_category_facts = true;
  can.needs_shop_facts = true;
  RateLimit rate;
  rate.scope = RateLimit::Scope::shop;
  rate.calls = kCallsPerSecond;
  rate.per = std::chrono::seconds(1);
  rate.burst = kBurst;
  info_.limits.rates.push_back(rate);
  info_.limits.stock_batch = kModelsPerCall;
  info_.limits.stock_batch_same_product = true;
  info_.limits.price_batch = kModelsPerCall;
  info_.limits.price_batch_same_product = true;
  info_.limits.state_batch = kItemsPerUnlist;
  info_.limits.order_batch = kOrdersPerRead;
  info_.limits.order_page_days = static_cast<std::size_t>(kWindowDays);
  info_.refresh_token_life = kRefreshTokenLife;
  info_.live_hosts = {std::string(kLiveHost)};
}

Result<std::string> Shopee::authorise_url(const App& app, std::string_view state, TimePoint) const {
  if (!id_number(app.app_id, UINT32_MAX))
    return Error(ErrorKind::invalid, "app_id_invalid", "a partner_id is a number below 2^32");
  if (app.redirect_url.empty())
    return Error(ErrorKind::invalid, "redirect_url_missing", "the app has no redirect address");
  QueryItems query;
  query.emplace_back("partner_id", app.app_id);
  query.emplace_back("auth_type", "seller");
  query.emplace_back("redirect_uri", app.redirect_url);
  query.emplace_back("response_type", "code");
  if (!state.empty()) query.emplace_back("state", state);
  const std::string base = app.auth_url.empty() ? std::string(kAuthUrl) : app.auth_url;
  return base + "?" + build_query(query);
}

Result<std::string> Shopee::category_of(const CallContext& ctx, const ListingDraft& draft) const {
  return find_category(ctx.shop_facts.get(), draft.category, draft.channel_category);
}

Result<std::vector<HookEvent>> Shopee::open_webhook(const InboundRequest& request, const App& app,
                                                    TimePoint) const {
  return open_push(request, app);  // no timestamp is signed: replays end in the de-duplication
}

Result<std::vector<HookEvent>> Shopee::read_event(std::string_view body) const {
  return events_in(body);
}

}  // namespace shopee
}  // namespace gerbang
