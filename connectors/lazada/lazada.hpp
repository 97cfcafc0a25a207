#pragma once

#include <memory>

#include "core/connector/connector.hpp"

namespace gerbang {

std::unique_ptr<Connector> make_lazada_connector();

namespace lazada {

// Lazada Open Platform, Indonesian local sellers with one warehouse. Stock is the sellable
// quantity, an absolute value: units that open orders hold are not part of it (facts lazada.md 8).
// remote_product is the item id, remote_variant the SKU id; a product without options is an item
// with one SKU. Every unit of an order is an item of its own there; units of one SKU and price are
// one line here, whose identity joins their ids (facts 11).
//
// Error kinds beyond the port's own rules:
//   unauthenticated  the seller must consent again (refresh_refused, lazada_subscription_needed)
//   forbidden        the app or the shop is stopped (app_refused, lazada_seller_stopped)
class Lazada final : public Connector {
 public:
  Lazada();
  const ConnectorInfo& info() const noexcept override { return info_; }

  Result<std::string> authorise_url(const App& app, std::string_view state,
                                    TimePoint now) const override;
  // A consent may cover several countries: the Indonesian store is taken (facts 4).
  Exchange<std::vector<TokenSet>> exchange_code(CallContext, AuthorisationGrant) const override;
  // Lifetimes are the answer's own; whether the refresh token is renewed is not known (facts 4,
  // 16).
  Exchange<TokenSet> refresh_tokens(CallContext) const override;

  Exchange<json::Value> read_shop_facts(CallContext) const override;  // shape: facts.hpp
  Result<std::string> category_of(const CallContext&, const ListingDraft&) const override;
  Exchange<json::Value> read_category_facts(CallContext, std::string category) const override;

  Exchange<ListingRef> publish_listing(CallContext, ListingDraft) const override;
  // Reads first; then content, added SKUs, removed SKUs. Can be repeated at any point.
  Exchange<ListingRef> update_listing(CallContext, ListingDraft) const override;
  Exchange<ListingRef> find_listing(CallContext, ListingDraft) const override;
  // Whether the good SKUs of a refused batch were stored is not documented (facts 8): each is sent
  // again alone.
  Exchange<BatchAck> set_stock(CallContext, StockBatch) const override;
  Exchange<BatchAck> set_price(CallContext, PriceBatch) const override;
  Exchange<BatchAck> set_state(CallContext, StateBatch) const override;
  Exchange<ListingPage> read_listings(CallContext, std::string cursor) const override;

  // Whole orders: a page costs two calls.
  Exchange<OrderPage> list_orders(CallContext, OrderWindow) const override;
  Exchange<OrderBatch> fetch_orders(CallContext, std::vector<std::string> ids) const override;
  Exchange<Ack> accept_order(CallContext, OrderAction) const override;  // packs
  Exchange<Ack> ship_order(CallContext, OrderAction) const override;    // packs, ready to ship
  Exchange<Ack> cancel_order(CallContext, OrderAction) const override;
  Exchange<Ack> answer_cancellation(CallContext, OrderAction, bool accept) const override;
  // Of all packages at once; from packing on (facts 12).
  Exchange<ShippingLabel> fetch_label(CallContext, OrderAction, std::string parcel) const override;

  Result<std::vector<HookEvent>> open_webhook(const InboundRequest&, const App&,
                                              TimePoint now) const override;
  Exchange<LostEvents> read_lost_events(CallContext) const override;  // there is no such call
  Exchange<Ack> confirm_lost_events(CallContext, std::string confirm) const override;
  Result<std::vector<HookEvent>> read_event(std::string_view body) const override;

 private:
  ConnectorInfo info_;
};

}  // namespace lazada
}  // namespace gerbang
