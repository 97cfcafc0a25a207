#pragma once

#include <string>
#include <string_view>

#include "core/model/draft.hpp"
#include "core/store/stored.hpp"

// What both engines decide alike about products, prices and offers. Pure.
namespace gerbang::store {

// What a products row keeps: everything but prices.
json::Value document_of(Product product);

// The part of a document that one channel's listing shows. Components and other channels' overrides
// do not reach it, and calls are scarce.
std::string shown_on(const json::Value& document, std::string_view channel);

bool same_prices(const StoredPrices& a, const StoredPrices& b);

// The common product with the channel's own wording on top.
ListingDraft draft_of(const Product& product, const std::string& channel);

// What a shop may offer of `sellable` units: its share, and never into its buffer.
// min(sellable * share_percent / 100, sellable - buffer), not below 0.
Quantity share_of_shop(const Shop& shop, Quantity sellable);

}  // namespace gerbang::store
