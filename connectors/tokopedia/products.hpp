#pragma once

#include <string>
#include <vector>

#include "connectors/tokopedia/wire_publish.hpp"
#include "core/connector/exchange.hpp"

// Conversations that several operations need.
namespace gerbang::tokopedia {

// The product in its newest version, under review or not. listing_gone (not_found) when it is gone.
Exchange<RemoteProduct> read_product(CallContext ctx, std::string id);

// New stock or price for SKUs of a product that cannot take them by the ordinary calls because it
// is not on offer. Off sale: written by an edit; where every SKU has something to sell and
// `put_back` is set it goes on sale again. In audit or stopped by the channel: blocked, with a
// wait. Gone: listing_gone. Done: nothing.
Exchange<std::optional<Error>> write_off_sale(CallContext ctx, std::string product,
                                              std::vector<SkuChange> changes, bool put_back);

// "activate" or "deactivate" for products that stand at the same places. One answer per product;
// where Tokopedia is refused the other place is asked alone.
Exchange<std::vector<std::optional<Error>>> switch_products(CallContext ctx, bool on,
                                                            std::vector<std::string> products,
                                                            std::vector<std::string> platforms);

}  // namespace gerbang::tokopedia
