#pragma once

#include <string_view>
#include <vector>

#include "core/connector/types.hpp"

// Webhooks (facts blibli.md 10): one callback path per event, /hooks/blibli/{store}/{event}, since
// the body names none.
namespace gerbang::blibli {

// Verifies `signature` over the raw body and the callback address (App::hook_url and what stands
// below it) with the present or the previous push secret, and `requestTime` within 300 s. Fails
// closed: without a push secret, and unsigned, nothing passes. Codes webhook_signature,
// webhook_time (unauthenticated), webhook_malformed (invalid).
Result<std::vector<HookEvent>> open_hook(const InboundRequest& request, const App& app,
                                         TimePoint now);

// The hint in a body. `event` is the last segment of the path; "" reads the body alone.
Result<std::vector<HookEvent>> events_in(std::string_view event, std::string_view body);

}  // namespace gerbang::blibli
