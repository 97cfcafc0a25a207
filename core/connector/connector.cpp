#include "core/connector/connector.hpp"

namespace gerbang {

Error unsupported(std::string_view operation) {
  return Error(ErrorKind::unsupported, "operation_unsupported",
               std::string(operation) + " is not offered by this channel");
}

Exchange<WebhookUpkeep> Connector::ensure_webhooks(CallContext) const {
  co_return unsupported("ensure_webhooks");
}

std::string_view to_string(HookKind kind) {
  switch (kind) {
    case HookKind::verification:
      return "verification";
    case HookKind::order_changed:
      return "order_changed";
    case HookKind::listing_changed:
      return "listing_changed";
    case HookKind::shop_authorised:
      return "shop_authorised";
    case HookKind::shop_deauthorised:
      return "shop_deauthorised";
    case HookKind::authorisation_expiring:
      return "authorisation_expiring";
    case HookKind::other:
      return "other";
  }
  invariant_broken("a kind of webhook without a name");
}

void Registry::add(std::unique_ptr<Connector> connector) {
  ensure(find(connector->info().channel) == nullptr, "two connectors of one channel");
  connectors_.push_back(std::move(connector));
}

const Connector* Registry::find(std::string_view channel) const {
  for (const auto& c : connectors_) {
    if (c->info().channel == channel) return c.get();
  }
  return nullptr;
}

std::vector<const Connector*> Registry::all() const {
  std::vector<const Connector*> out;
  for (const auto& c : connectors_) out.push_back(c.get());
  return out;
}

}  // namespace gerbang
