#pragma once

#include "core/connector/exchange.hpp"
#include "core/connector/types.hpp"

namespace gerbang::shopee {

// The location ids of a shop's pick-up warehouses; an empty list for an ordinary shop, which says
// so with an error (facts shopee.md 3.15).
Exchange<json::Value> read_locations(CallContext ctx);

}  // namespace gerbang::shopee
