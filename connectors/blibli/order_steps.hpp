#pragma once

#include <string>
#include <vector>

#include "connectors/blibli/wire_orders.hpp"
#include "core/connector/exchange.hpp"

// Calls that shipping, cancelling and labels share.
namespace gerbang::blibli {

// All items of an order, found by reading the list backwards; or order_not_found.
Exchange<std::vector<OrderItem>> items_of(CallContext ctx, std::string order);

}  // namespace gerbang::blibli
