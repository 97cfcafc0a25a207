#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/connector/types.hpp"

// Requests out, answers in (sandbox/README.md has the API). No decisions, no sequence of calls.
//
//   {"result": …}                                          success
//   {"error": {"code", "message"}}                         refusal, status 4xx
//   {"result": {"items": [{"id", "error": null | {…}}]}}   a batch: a success that may hold
//   refusals
namespace gerbang::sample {

// The `result` of an answer, or what went wrong. `effect` and `now` are the request's.
Result<json::Value> read_answer(const HttpResponse& response, Effect effect, TimePoint now);

// One ack per key, by position; `ids` are what the answer's items must name, in that order.
Result<BatchAck> read_acks(const json::Value& result, const std::vector<std::string>& keys,
                           const std::vector<std::string>& ids);
Result<TokenSet> read_tokens(const json::Value& result, TimePoint now);
Result<ListingRef> read_listing(const json::Value& product);
ListingPage read_page(const json::Value& result);
Result<RemoteOrder> read_order(const json::Value& order);
Result<HookEvent> read_hook(std::string_view body);
// The paper itself, or the refusal that came instead of it.
Result<ShippingLabel> read_label(HttpResponse response, const std::string& order, TimePoint now);

HttpRequest token_request(const CallContext& ctx, const std::string& name, const Secret& value);
HttpRequest create_product(const CallContext& ctx, const ListingDraft& draft,
                           const std::string& category);
HttpRequest update_product(const CallContext& ctx, const ListingDraft& draft,
                           const std::string& category);
HttpRequest find_product(const CallContext& ctx, const std::string& sku);
HttpRequest products_page(const CallContext& ctx, const std::string& after);
HttpRequest set_stock(const CallContext& ctx, const StockBatch& batch);
HttpRequest set_price(const CallContext& ctx, const PriceBatch& batch);
HttpRequest set_state(const CallContext& ctx, const StateBatch& batch);
HttpRequest orders_page(const CallContext& ctx, const OrderWindow& window);
HttpRequest orders_by_id(const CallContext& ctx, const std::vector<std::string>& ids);
// `verb`: accept, ship, cancel, answer.
HttpRequest order_verb(const CallContext& ctx, const std::string& id, const std::string& verb,
                       const json::Value& body);
HttpRequest order_label(const CallContext& ctx, const std::string& id);
HttpRequest lost_events(const CallContext& ctx);
HttpRequest confirm_lost_events(const CallContext& ctx, const std::string& upto);

}  // namespace gerbang::sample
