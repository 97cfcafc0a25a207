#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/connector/types.hpp"
#include "core/store/scripts.hpp"

namespace gerbang::sync {

// What a verified delivery becomes in the store: one ReceiveWebhook with its hints.
store::ReceiveWebhook received(std::string channel, std::string body,
                               const std::vector<HookEvent>& events);

}  // namespace gerbang::sync
