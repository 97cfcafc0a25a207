#pragma once

#include <string>
#include <vector>

#include "core/connector/types.hpp"

// Webhooks (facts woocommerce.md 9): made in each shop by us, signed over the raw body, switched
// off by the shop after failures, and never repeated by it. Hints, all of them.
namespace gerbang::woocommerce {

// Each exists once per shop. Products have none: our own writes would come back as events.
inline constexpr std::string_view kTopics[] = {"order.created", "order.updated", "order.deleted"};

std::string delivery_url(const CallContext& ctx);

// What a hook of ours must look like. Its name ends in a fingerprint of its secret, which the shop
// never shows: so a hook with a secret from before a rotation is known and given the new one.
struct Hook {
  std::string id;
  std::string topic, name, url;
  bool active = false;
};
Result<std::vector<Hook>> hooks_in(const json::Value& list);
std::string hook_name(const CallContext& ctx, std::string_view topic);

HttpRequest hooks_page(const CallContext& ctx, int page);
HttpRequest create_hook(const CallContext& ctx, std::string_view topic);
// Active, with our name, address and secret.
HttpRequest repair_hook(const CallContext& ctx, const Hook& hook);
HttpRequest delete_hook(const CallContext& ctx, const Hook& hook);

// Verifies (sign.hpp), then reads. The ping that creating a hook sends is unsigned: it passes as
// nothing but HookKind::verification.
Result<std::vector<HookEvent>> open_hook(const InboundRequest& request, const App& app);

}  // namespace gerbang::woocommerce
