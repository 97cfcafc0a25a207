#pragma once

#include <string_view>
#include <vector>

#include "core/connector/types.hpp"

// Lazada Push Mechanism (facts lazada.md 14).
namespace gerbang::lazada {

// Verifies Authorization over app key and raw bytes, with the app secret or the previous one
// (push_secret_before): Lazada has no key of its own for pushes. Fails closed with
// webhook_signature. What verifies but cannot be read is HookKind::other: it was theirs.
Result<std::vector<HookEvent>> open_push(const InboundRequest& request, const App& app);

// The hint in a body. Error: invalid webhook_unreadable.
Result<std::vector<HookEvent>> events_in(std::string_view body);

}  // namespace gerbang::lazada
