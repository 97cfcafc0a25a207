#pragma once

#include <string_view>
#include <vector>

#include "core/base/json.hpp"
#include "core/connector/types.hpp"

// Pushes (facts shopee.md 5): HMAC over the configured callback address and the raw body.
namespace gerbang::shopee {

// Verifies against push_secret (the partner key when none is set) and the previous one, in constant
// time. The console's verification (code 0, or an empty body) may come unsigned and passes as
// nothing but HookKind::verification. A signed body that cannot be read is HookKind::other.
Result<std::vector<HookEvent>> open_push(const InboundRequest& request, const App& app);

// The hints in a body; never empty. Error: webhook_malformed.
Result<std::vector<HookEvent>> events_in(std::string_view body);

// `push_message_list` entries as bodies: `data` is a text holding the whole envelope, or an object.
LostEvents lost_from(const json::Value& reply);

}  // namespace gerbang::shopee
