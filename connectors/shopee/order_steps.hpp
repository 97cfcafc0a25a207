#pragma once

#include <string>

#include "core/connector/exchange.hpp"
#include "core/connector/types.hpp"

// Calls that shipping, cancelling and labels share.
namespace gerbang::shopee {

// The order as Shopee has it, or order_not_found.
Exchange<RemoteOrder> look_up(CallContext ctx, std::string id);

// Empty until Shopee has made it. `package` only of split orders (facts 4.5).
Exchange<std::string> tracking_number(CallContext ctx, std::string order, std::string package);

// A refusal of what we wanted to do with an order: it may have been done before (a lost answer, the
// seller's own hand), so its state decides.
bool asks_for_a_look(const Error& error);

}  // namespace gerbang::shopee
