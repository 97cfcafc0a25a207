#pragma once

#include <string>
#include <vector>

#include "connectors/lazada/wire_orders.hpp"
#include "core/connector/exchange.hpp"

// Calls that shipping, cancelling and labels share.
namespace gerbang::lazada {

// The units of an order as they stand, at least one; or order_not_found.
Exchange<std::vector<UnitItem>> read_units(CallContext ctx, std::string order);

}  // namespace gerbang::lazada
