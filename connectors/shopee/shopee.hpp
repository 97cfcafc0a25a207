#pragma once

#include <memory>

#include "core/connector/connector.hpp"

namespace gerbang {

std::unique_ptr<Connector> make_shopee_connector();

namespace shopee {

// Shopee Open Platform v2, Indonesian local sellers. Stock is the seller's own stock as an absolute
// value; Shopee takes reserved units off by itself (facts shopee.md 3.13). Ids of items, models and
// orders travel as text. An item without variants has the one variant "0".
//
// Error kinds beyond the port's own rules:
//   unauthenticated  the seller must authorise again (refresh_refused, shop_not_linked)
//   forbidden        the app or the shop is stopped; nothing will pass until a person acts
//                    (app_key_expired, app_address_refused, shop_banned…)
class Shopee final : public Connector {
 public:
  Shopee();
  const ConnectorInfo& info() const noexcept override { return info_; }

  // Consent page, form A (facts 2.1).
  Result<std::string> authorise_url(const App& app, std::string_view state,
                                    TimePoint now) const override;
  // A main account covers several shops: one refresh for each gives it a chain of its own. A shop
  // whose refresh is not answered well keeps the shared first pair, which is its own to use once.
  Exchange<std::vector<TokenSet>> exchange_code(CallContext, AuthorisationGrant) const override;
  Exchange<TokenSet> refresh_tokens(CallContext) const override;

  Exchange<json::Value> read_shop_facts(CallContext) const override;  // shape: facts.hpp
  Result<std::string> category_of(const CallContext&, const ListingDraft&) const override;
  Exchange<json::Value> read_category_facts(CallContext, std::string category) const override;

  // A product with variants is created without them; resume_after says when update_listing may give
  // them to it (facts 3.11).
  Exchange<ListingRef> publish_listing(CallContext, ListingDraft) const override;
  // Reads first, then sends only what differs, so that it can be repeated at any point.
  Exchange<ListingRef> update_listing(CallContext, ListingDraft) const override;
  Exchange<ListingRef> find_listing(CallContext, ListingDraft) const override;
  Exchange<BatchAck> set_stock(CallContext, StockBatch) const override;
  Exchange<BatchAck> set_price(CallContext, PriceBatch) const override;
  Exchange<BatchAck> set_state(CallContext, StateBatch) const override;
  Exchange<ListingPage> read_listings(CallContext, std::string cursor) const override;

  Exchange<OrderPage> list_orders(CallContext, OrderWindow) const override;
  Exchange<OrderBatch> fetch_orders(CallContext, std::vector<std::string> ids) const override;
  // At Shopee accepting is arranging the shipment: the same as ship_order.
  Exchange<Ack> accept_order(CallContext, OrderAction) const override;
  // An order whose shipment is arranged already is done.
  Exchange<Ack> ship_order(CallContext, OrderAction) const override;
  Exchange<Ack> cancel_order(CallContext, OrderAction) const override;
  Exchange<Ack> answer_cancellation(CallContext, OrderAction, bool accept) const override;
  // Of all parcels at once, as a PDF where Shopee offers one. Only between the arrangement and the
  // handing over, and not before the tracking number is there (facts 4.5).
  Exchange<ShippingLabel> fetch_label(CallContext, OrderAction, std::string parcel) const override;

  Result<std::vector<HookEvent>> open_webhook(const InboundRequest&, const App&,
                                              TimePoint now) const override;
  Exchange<LostEvents> read_lost_events(CallContext) const override;
  Exchange<Ack> confirm_lost_events(CallContext, std::string confirm) const override;
  Result<std::vector<HookEvent>> read_event(std::string_view body) const override;

 private:
  ConnectorInfo info_;
};

}  // namespace shopee
}  // namespace gerbang
