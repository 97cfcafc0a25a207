#pragma once

#include <memory>

#include "core/connector/connector.hpp"

namespace gerbang {

std::unique_ptr<Connector> make_tokopedia_connector();

namespace tokopedia {

// Tokopedia & Shop: one catalogue with up to two places where a product is on offer, Indonesian
// local sellers (facts tiktok_tokopedia). Stock is what may be sold, as an absolute value, shared
// by both places; the channel takes sold units off by itself. Ids travel as text. Every product has
// SKUs, a plain one has one.
//
// A new product, and one put back on sale, is audited before it is on offer. Until then, and while
// it is off sale, the channel takes no stock or price by the ordinary calls: an audit is waited out
// (blocked, listing_in_audit), to a product that is off sale the values are written by an edit.
//
// Error kinds beyond the port's own rules:
//   unauthenticated  the seller must authorise again (refresh_refused, shop_not_granted)
//   forbidden        the app or the shop is stopped; nothing will pass until a person acts
class Tokopedia final : public Connector {
 public:
  Tokopedia();
  const ConnectorInfo& info() const noexcept override { return info_; }

  // app.auth_url with the app's own query (service_id) kept, where it has one; else the form that
  // takes the app key (facts 2.1).
  Result<std::string> authorise_url(const App& app, std::string_view state,
                                    TimePoint now) const override;
  // A local seller has one shop; of a cross-border one every Indonesian shop, with one pair of
  // tokens.
  Exchange<std::vector<TokenSet>> exchange_code(CallContext, AuthorisationGrant) const override;
  // The old pair may stay or not (facts 2.3): what comes back is stored.
  Exchange<TokenSet> refresh_tokens(CallContext) const override;

  Exchange<json::Value> read_shop_facts(CallContext) const override;  // shape: facts.hpp
  Result<std::string> category_of(const CallContext&, const ListingDraft&) const override;
  Exchange<json::Value> read_category_facts(CallContext, std::string category) const override;

  // Created for every place the shop may use; where Tokopedia is refused, for the other alone.
  Exchange<ListingRef> publish_listing(CallContext, ListingDraft) const override;
  // Reads first, then sends only what differs, so that it can be repeated at any point.
  Exchange<ListingRef> update_listing(CallContext, ListingDraft) const override;
  Exchange<ListingRef> find_listing(CallContext, ListingDraft) const override;
  // Quantity 0 is tried; where it is refused the product is taken off sale, and put back when none
  // of its SKUs is out of stock (facts 4.6).
  Exchange<BatchAck> set_stock(CallContext, StockBatch) const override;
  Exchange<BatchAck> set_price(CallContext, PriceBatch) const override;
  // On every place the product is listed at.
  Exchange<BatchAck> set_state(CallContext, StateBatch) const override;
  // At most 10,000 products can be walked (facts 4.9).
  Exchange<ListingPage> read_listings(CallContext, std::string cursor) const override;

  Exchange<OrderPage> list_orders(CallContext, OrderWindow) const override;
  Exchange<OrderBatch> fetch_orders(CallContext, std::vector<std::string> ids) const override;
  // Accepting is arranging the shipment: the same as ship_order.
  Exchange<Ack> accept_order(CallContext, OrderAction) const override;
  // An order whose parcels are arranged already is done. Courier and number are used where the
  // seller ships himself.
  Exchange<Ack> ship_order(CallContext, OrderAction) const override;
  Exchange<Ack> cancel_order(CallContext, OrderAction) const override;
  Exchange<Ack> answer_cancellation(CallContext, OrderAction, bool accept) const override;
  // Of one parcel, A6. The document is fetched from the address that the channel names (facts 6).
  Exchange<ShippingLabel> fetch_label(CallContext, OrderAction, std::string parcel) const override;

  Result<std::vector<HookEvent>> open_webhook(const InboundRequest&, const App&,
                                              TimePoint now) const override;
  Exchange<LostEvents> read_lost_events(CallContext) const override;  // unsupported
  Exchange<Ack> confirm_lost_events(CallContext, std::string confirm) const override;
  Result<std::vector<HookEvent>> read_event(std::string_view body) const override;

 private:
  ConnectorInfo info_;
};

}  // namespace tokopedia
}  // namespace gerbang
