#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/connector/types.hpp"

// Products and variations: requests out, answers in (facts woocommerce.md 5, 6, 7). No decisions,
// no sequence of calls.
//
// One variant without options is a simple product, its remote variant "0"; otherwise a variable
// product, which carries no price and no stock, with a variation for each variant.
namespace gerbang::woocommerce {

inline constexpr std::string_view kOwnVariant = "0";  // of a simple product

inline bool is_simple(const ListingDraft& draft) {
  return draft.options.empty();
}
// The SKU of the product itself. One SKU lives once in a shop, over products and variations.
std::string product_sku(const ListingDraft& draft);

// What we leave in a product's meta_data, so that it is known again as this unit's.
inline constexpr std::string_view kUnitMeta = "_gerbang_unit";
bool is_marked(const json::Value& product, const std::string& unit);

// ---- requests

HttpRequest create_product(const CallContext& ctx, const ListingDraft& draft,
                           const std::string& category);
// Neither price nor stock: they have work of their own. Pictures only when they are others than
// the last time: the shop downloads and keeps each one that is sent. Pictures and attributes that
// we never sent are left alone.
HttpRequest update_product(const CallContext& ctx, const ListingDraft& draft,
                           const std::string& category);
HttpRequest publish_product(const CallContext& ctx, const std::string& id);
HttpRequest get_product(const CallContext& ctx, const std::string& id);
// `status`: "any" of the living, or "trash".
HttpRequest products_with_sku(const CallContext& ctx, const std::string& sku,
                              const std::string& status);
HttpRequest products_page(const CallContext& ctx, int page);
HttpRequest variations_page(const CallContext& ctx, const std::string& product, int page);
// To the trash, or for ever.
HttpRequest delete_product(const CallContext& ctx, const std::string& id, bool for_ever);

// ---- variations

struct RemoteVariation {
  std::string id, sku;
  json::Value body;
};
// Of one page. Errors: unreadable when one has no id, or an id comes twice.
Result<std::vector<RemoteVariation>> variations_in(const json::Value& list);

// What makes the variations what the draft says.
struct VariationChanges {
  json::Array create, update, remove;
  std::vector<std::size_t> created, updated;  // places in the draft
  std::map<std::string, std::string> known;   // SKU → id of those that are there
  bool empty() const { return create.empty() && update.empty() && remove.empty(); }
};
VariationChanges compare(const CallContext& ctx, const ListingDraft& draft,
                         const std::vector<RemoteVariation>& there);
HttpRequest variations_batch(const CallContext& ctx, const std::string& product, json::Array create,
                             json::Array update, json::Array remove);
// Whether the shop stored another price than the one sent, or does not count stock: it says 200 all
// the same (facts 5). Members that an answer leaves out are not judged.
std::optional<Error> not_kept(const json::Value& stored, const DraftVariant& sent);
// The ids of what was created, in order; the first refusal of an entry is the error, with its field
// below /variants/{place}.
Result<std::vector<std::string>> created_ids(const json::Value& answer, const ListingDraft& draft,
                                             const std::vector<std::size_t>& created,
                                             const std::vector<std::size_t>& updated);

// ---- answers

json::Value memo_of(const ListingDraft& draft, bool complete);
// Whether the last publish or update said that the product is whole.
bool is_complete(const json::Value& memo);

// One page of products as read_listings tells them; `variations` of the variable one at hand.
std::vector<RemoteListing> listings_of(const json::Value& product,
                                       const std::vector<RemoteVariation>& variations);

}  // namespace gerbang::woocommerce
