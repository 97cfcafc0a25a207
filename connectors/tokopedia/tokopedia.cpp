#include "connectors/tokopedia/tokopedia.hpp"

#include "connectors/tokopedia/facts.hpp"
#include "connectors/tokopedia/limits.hpp"
#include "connectors/tokopedia/push.hpp"
#include "core/base/url.hpp"

namespace gerbang {

std::unique_ptr<Connector> make_tokopedia_connector() {
  return std::make_unique<tokopedia::Tokopedia>();
}

namespace tokopedia {

Tokopedia::Tokopedia() {
  info_.channel = "tokopedia";
  info_.display_name = "Tokopedia & Shop";  // what people may be shown (facts 8, naming rule)
  Capabilities& can = info_.can;
  can.variants_in_listing = true;
  can.webhooks = true;
  can.lost_events = false;
  can.accept_order = true;
  can.ship_order = true;
  can.cancel_order = true;
  can.answer_cancellation = true;
  can.fetch_label = true;
  can.label_per_parcel = true;
  can.authorise = true;
  can.single_use_refresh = false;
  can.find_listing = true;
  can.needs_category_facts = true;
  can.needs_shop_facts = true;
  RateLimit rate;
  rate.scope = RateLimit::Scope::shop;
  rate.calls = kCallsPerSecond;
  rate.per = std::chrono::seconds(1);
  rate.burst = kBurst;
  info_.limits.rates.push_back(rate);
  info_.limits.stock_batch = kSkusPerCall;
  info_.limits.stock_batch_same_product = true;
  info_.limits.price_batch = kSkusPerCall;
  info_.limits.price_batch_same_product = true;
  info_.limits.state_batch = kProductsPerState;
  info_.limits.order_batch = kOrdersPerRead;
  info_.limits.order_page_days = static_cast<std::size_t>(kWindowDays);
  info_.live_hosts = {std::string(kLiveHost)};
}

Result<std::string> Tokopedia::authorise_url(const App& app, std::string_view state,
                                             TimePoint) const {
  if (app.app_id.empty())
    return Error(ErrorKind::invalid, "app_key_missing", "the app has no app key");
  const std::string base = app.auth_url.empty() ? std::string(kAuthUrl) : app.auth_url;
  QueryItems query;
  // A link copied from the partner centre names the service already.
  const bool complete = base.find('?') != std::string::npos;
  if (!complete) query.emplace_back("app_key", app.app_id);
  if (!state.empty()) query.emplace_back("state", state);
  return base + (complete ? "&" : "?") + build_query(query);
}

Result<std::string> Tokopedia::category_of(const CallContext& ctx,
                                           const ListingDraft& draft) const {
  return find_category(ctx.shop_facts.get(), draft.category, draft.channel_category);
}

Result<std::vector<HookEvent>> Tokopedia::open_webhook(const InboundRequest& request,
                                                       const App& app, TimePoint) const {
  return open_push(request, app);  // no time is signed: replays end in the de-duplication
}

Exchange<LostEvents> Tokopedia::read_lost_events(CallContext) const {
  co_return unsupported("read_lost_events");
}
Exchange<Ack> Tokopedia::confirm_lost_events(CallContext, std::string) const {
  co_return unsupported("confirm_lost_events");
}

Result<std::vector<HookEvent>> Tokopedia::read_event(std::string_view body) const {
  return events_in(body);
}

}  // namespace tokopedia
}  // namespace gerbang
