#pragma once

#include "connectors/bukalapak/limits.hpp"
#include "core/connector/connector.hpp"

namespace gerbang::bukalapak {

// The operations in the order of the port: authorisation and refusals in bukalapak.cpp, listings in
// listings.cpp, orders in orders.cpp.
class BukalapakConnector final : public Connector {
 public:
  const ConnectorInfo& info() const noexcept override { return info_; }

  Result<std::string> authorise_url(const App& app, std::string_view state,
                                    TimePoint now) const override;
  Exchange<std::vector<TokenSet>> exchange_code(CallContext, AuthorisationGrant) const override;
  Exchange<TokenSet> refresh_tokens(CallContext) const override;

  Exchange<json::Value> read_shop_facts(CallContext) const override;
  Result<std::string> category_of(const CallContext&, const ListingDraft&) const override;
  Exchange<json::Value> read_category_facts(CallContext, std::string category) const override;

  Exchange<ListingRef> publish_listing(CallContext, ListingDraft) const override;
  Exchange<ListingRef> update_listing(CallContext, ListingDraft) const override;
  Exchange<ListingRef> find_listing(CallContext, ListingDraft) const override;
  Exchange<BatchAck> set_stock(CallContext, StockBatch) const override;
  Exchange<BatchAck> set_price(CallContext, PriceBatch) const override;
  Exchange<BatchAck> set_state(CallContext, StateBatch) const override;
  Exchange<ListingPage> read_listings(CallContext, std::string cursor) const override;

  Exchange<OrderPage> list_orders(CallContext, OrderWindow) const override;
  Exchange<OrderBatch> fetch_orders(CallContext, std::vector<std::string> ids) const override;
  Exchange<Ack> accept_order(CallContext, OrderAction) const override;
  Exchange<Ack> ship_order(CallContext, OrderAction) const override;
  Exchange<Ack> cancel_order(CallContext, OrderAction) const override;
  Exchange<Ack> answer_cancellation(CallContext, OrderAction, bool accept) const override;
  Exchange<ShippingLabel> fetch_label(CallContext, OrderAction, std::string parcel) const override;

  Result<std::vector<HookEvent>> open_webhook(const InboundRequest&, const App&,
                                              TimePoint now) const override;
  Exchange<LostEvents> read_lost_events(CallContext) const override;
  Exchange<Ack> confirm_lost_events(CallContext, std::string confirm) const override;
  Result<std::vector<HookEvent>> read_event(std::string_view body) const override;

 private:
  ConnectorInfo info_ = bukalapak::info();
};

// A page cursor is the offset in digits; empty is the first page. Code cursor_invalid.
Result<std::int64_t> offset_of(std::string_view cursor);

}  // namespace gerbang::bukalapak
