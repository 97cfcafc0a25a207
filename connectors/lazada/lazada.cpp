#include "connectors/lazada/lazada.hpp"

#include "connectors/lazada/facts.hpp"
#include "connectors/lazada/limits.hpp"
#include "connectors/lazada/push.hpp"
#include "core/base/url.hpp"

namespace gerbang {

std::unique_ptr<Connector> make_lazada_connector() {
  return std::make_unique<lazada::Lazada>();
}

namespace lazada {

Lazada::Lazada() {
  info_.channel = "lazada";
  info_.display_name = "Lazada";
  Capabilities& can = info_.can;
  can.variants_in_listing = true;
  can.webhooks = true;
  can.lost_events = false;
  can.accept_order = true;
  can.ship_order = true;
  can.cancel_order = true;
  can.answer_cancellation = true;
  can.fetch_label = true;
  can.authorise = true;
  // A lost refresh answer is asked for again with the old token: that it can be used once is not
  // said anywhere (facts 4).
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
  info_.limits.stock_batch_same_product = false;
  info_.limits.price_batch = kSkusPerCall;
  info_.limits.price_batch_same_product = false;
  info_.limits.state_batch = 1;
  info_.limits.order_batch = kOrdersPerFetch;
  info_.limits.order_page_days = kWindowDays;
  info_.live_hosts = {std::string(kLiveHost)};
}

Result<std::string> Lazada::authorise_url(const App& app, std::string_view state, TimePoint) const {
  QueryItems query;
  query.emplace_back("response_type", "code");
  query.emplace_back("force_auth", "true");
  query.emplace_back("redirect_uri", app.redirect_url);
  query.emplace_back("client_id", app.app_id);
  if (!state.empty()) query.emplace_back("state", state);
  const std::string base = app.auth_url.empty() ? std::string(kAuthUrl) : app.auth_url;
  return base + "?" + build_query(query);
}

Result<std::string> Lazada::category_of(const CallContext& ctx, const ListingDraft& draft) const {
  return find_category(ctx.shop_facts.get(), draft.category, draft.channel_category);
}

Result<std::vector<HookEvent>> Lazada::open_webhook(const InboundRequest& request, const App& app,
                                                    TimePoint) const {
  return open_push(request, app);  // no time is signed: replays end in the de-duplication
}

Result<std::vector<HookEvent>> Lazada::read_event(std::string_view body) const {
  return events_in(body);
}

Exchange<LostEvents> Lazada::read_lost_events(CallContext) const {
  co_return unsupported("read_lost_events");
}
Exchange<Ack> Lazada::confirm_lost_events(CallContext, std::string) const {
  co_return unsupported("confirm_lost_events");
}

}  // namespace lazada
}  // namespace gerbang
