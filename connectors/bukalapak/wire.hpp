#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/connector/types.hpp"

// Requests and answers of API v4 (facts bukalapak.md 4–6, 10): no decisions, no order of calls.
//
//   {"data": object or array, "meta": {"http_status": 200}}
//   {"errors": [{"message": "…", "code": 10001}], "meta": {"http_status": 401}}
namespace gerbang::bukalapak {

// ---- answers

// What the reader of an answer must know about the question.
struct Asked {
  TimePoint now;
  Effect effect = Effect::read;
  std::string_view missing = "listing_gone";  // the code of a 404
  std::string field;                          // where a refused value stands
};
Asked asked(const CallContext& ctx, const HttpRequest& request);

// Throttling and failures of the server, which need no readable body: 429 (always with a wait) and
// 5xx. Nothing otherwise.
std::optional<Error> trouble_of(int status, const HttpResponse& response, const Asked& asked);

// An answer that cannot be read: transient, or indeterminate when something may have been created.
Error malformed(const Asked& asked, std::string detail);

// `data` of a success. meta.http_status decides where there is one, never the error's own code
// (facts 10). Kinds: auth_expired (401), not_found, rejected (other 4xx), throttled, transient,
// indeterminate.
Result<json::Value> read_answer(const HttpResponse& response, const Asked& asked);

// A product as the channel has it. Malformed without ids.
Result<ListingRef> read_listing_ref(const json::Value& product, const std::string& sku,
                                    const Asked& asked);
// One or several (variants[]) remote listings.
void read_remote_listings(const json::Value& product, std::vector<RemoteListing>& out);
// The whole order; nothing when its id, times or lines are missing. A masked phone is left out.
std::optional<RemoteOrder> read_order(const json::Value& transaction);
std::vector<Shipment> read_shipments(const json::Value& transaction);

// ---- requests

HttpRequest me(const CallContext& ctx);
HttpRequest categories(const CallContext& ctx);

HttpRequest image_of_tenant(std::string url);
HttpRequest upload_image(const CallContext& ctx, std::string bytes, const std::string& type);
HttpRequest create_product(const CallContext& ctx, const ListingDraft& draft,
                           const std::string& category, const std::vector<std::string>& images);
HttpRequest update_product(const CallContext& ctx, const ListingDraft& draft,
                           const std::string& category, const std::vector<std::string>& images);
HttpRequest delete_product(const CallContext& ctx, const std::string& product);
// PATCH of one SKU: stock, price, state.
HttpRequest patch_sku(const CallContext& ctx, const std::string& product, const std::string& sku_id,
                      json::Value change, std::string operation);
// Own products, kProductPage at a time; `keywords` may be empty.
HttpRequest own_products(const CallContext& ctx, std::int64_t offset, const std::string& keywords);

// Sales updated in the window, kOrderPage at a time.
HttpRequest sales(const CallContext& ctx, const OrderWindow& window, std::int64_t offset);
HttpRequest transaction(const CallContext& ctx, const std::string& id);
HttpRequest change_transaction(const CallContext& ctx, const std::string& id, json::Value body,
                               std::string operation);

}  // namespace gerbang::bukalapak
