#include "core/sync/inbox.hpp"

#include "core/base/error.hpp"

namespace gerbang::sync {

std::string_view to_string(HookKind kind) {
  switch (kind) {
    case HookKind::verification: return "verification";
    case HookKind::order_changed: return "order_changed";
    case HookKind::listing_changed: return "listing_changed";
    case HookKind::shop_authorised: return "shop_authorised";
    case HookKind::shop_deauthorised: return "shop_deauthorised";
    case HookKind::authorisation_expiring: return "authorisation_expiring";
    case HookKind::other: return "other";
  }
  invariant_broken("a hook kind without a name");
}

store::ReceiveWebhook received(std::string channel, std::string body,
                               const std::vector<HookEvent>& events) {
  store::ReceiveWebhook script;
  script.channel = std::move(channel);
  script.body = std::move(body);
  for (const HookEvent& e : events) {
    script.hints.push_back({e.key, std::string(to_string(e.kind)), e.remote_shop_id, e.order,
                            e.remote_product, e.type});
  }
  return script;
}

}  // namespace gerbang::sync
