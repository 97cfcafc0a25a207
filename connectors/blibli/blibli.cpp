#include "connectors/blibli/blibli.hpp"

#include "connectors/blibli/facts.hpp"
#include "connectors/blibli/hooks.hpp"
#include "connectors/blibli/limits.hpp"

namespace gerbang {

std::unique_ptr<Connector> make_blibli_connector() {
  return std::make_unique<blibli::Blibli>();
}

namespace blibli {

Blibli::Blibli() : info_(blibli::info()) {}

Result<std::string> Blibli::authorise_url(const App&, std::string_view, TimePoint) const {
  return unsupported("authorise_url");
}

Result<std::string> Blibli::category_of(const CallContext& ctx, const ListingDraft& draft) const {
  return find_category(ctx.shop_facts.get(), draft.category, draft.channel_category);
}

// The buyer asks on Blibli's own pages; there is no call to answer with (facts 9).
Exchange<Ack> Blibli::answer_cancellation(CallContext, OrderAction, bool) const {
  co_return unsupported("answer_cancellation");
}

Result<std::vector<HookEvent>> Blibli::open_webhook(const InboundRequest& request, const App& app,
                                                    TimePoint now) const {
  return open_hook(request, app, now);
}

Exchange<LostEvents> Blibli::read_lost_events(CallContext) const {
  co_return unsupported("read_lost_events");
}

Exchange<Ack> Blibli::confirm_lost_events(CallContext, std::string) const {
  co_return unsupported("confirm_lost_events");
}

Result<std::vector<HookEvent>> Blibli::read_event(std::string_view body) const {
  return events_in("", body);
}

}  // namespace blibli
}  // namespace gerbang
