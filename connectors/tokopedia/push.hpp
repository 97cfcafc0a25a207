#pragma once

#include <string_view>
#include <vector>

#include "core/connector/types.hpp"

// Webhooks (facts tiktok_tokopedia 7): HMAC over the app key and the raw body.
namespace gerbang::tokopedia {

// Verifies against the app's secret and, during a rotation, the previous one (push_secret_before),
// in constant time, over the raw bytes. There is no secret of its own for webhooks here, so
// push_secret is not looked at. A signed body that cannot be read is HookKind::other.
Result<std::vector<HookEvent>> open_push(const InboundRequest& request, const App& app);

// The hints in a body; never empty. Error: webhook_malformed.
Result<std::vector<HookEvent>> events_in(std::string_view body);

}  // namespace gerbang::tokopedia
