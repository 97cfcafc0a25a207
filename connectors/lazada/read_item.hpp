#pragma once

#include <string>

#include "connectors/lazada/wire_products.hpp"
#include "core/connector/exchange.hpp"

namespace gerbang::lazada {

// One item as it stands at Lazada. not_found (listing_gone) when it is not there, belongs to
// another store or all its SKUs are deleted.
Exchange<RemoteItem> read_item(CallContext ctx, std::string item);

}  // namespace gerbang::lazada
