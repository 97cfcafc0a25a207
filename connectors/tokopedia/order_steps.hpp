#pragma once

#include <string>

#include "core/connector/exchange.hpp"
#include "core/connector/types.hpp"

// Calls that shipping, cancelling and labels share.
namespace gerbang::tokopedia {

// The order as the channel has it, or order_not_found.
Exchange<RemoteOrder> look_up(CallContext ctx, std::string id);

}  // namespace gerbang::tokopedia
