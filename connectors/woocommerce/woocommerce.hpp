#pragma once

#include <memory>

#include "core/connector/connector.hpp"

namespace gerbang {

std::unique_ptr<Connector> make_woocommerce_connector();

namespace woocommerce {

// A village's own web shop: WooCommerce REST API v3 (facts woocommerce.md). Each shop is a server
// of its own; its address is its remote id (address.hpp) and its pair of keys its access token
// (sign.hpp). Every request goes to an address that the organisation gave: Trust::shop.
//
// Stock is an absolute value without any condition: one that was computed before a sale overwrites
// the sale's decrement, and the next one after the order's import mends it (facts 5).
class WooCommerce final : public Connector {
 public:
  WooCommerce();
  const ConnectorInfo& info() const noexcept override { return info_; }

  // There is no consent page; see connect.
  Result<std::string> authorise_url(const App& app, std::string_view state,
                                    TimePoint now) const override;
  Exchange<std::vector<TokenSet>> exchange_code(CallContext, AuthorisationGrant) const override;
  Exchange<TokenSet> refresh_tokens(CallContext) const override;

  // {"currency","weight_unit","categories":[{"id","name","slug"}]}; the first two null when the
  // keys may not read the shop's settings.
  Exchange<json::Value> read_shop_facts(CallContext) const override;
  // The id named in channels.woocommerce.category, else the category whose name or slug is the last
  // part of ours, else "": the shop's default.
  Result<std::string> category_of(const CallContext&, const ListingDraft&) const override;
  Exchange<json::Value> read_category_facts(CallContext, std::string category) const override;

  // A variable product is created hidden; update_listing gives it its variations and shows it.
  // A SKU that the shop uses for something else is rejected (shop_sku_taken); one of ours in the
  // trash is erased first.
  Exchange<ListingRef> publish_listing(CallContext, ListingDraft) const override;
  // Reads first, then sends what differs, so that it can be repeated at any point.
  Exchange<ListingRef> update_listing(CallContext, ListingDraft) const override;
  // By SKU, and only what carries our mark: anything else is the seller's own.
  Exchange<ListingRef> find_listing(CallContext, ListingDraft) const override;
  Exchange<BatchAck> set_stock(CallContext, StockBatch) const override;
  Exchange<BatchAck> set_price(CallContext, PriceBatch) const override;
  // Off sale is a draft; withdrawn is the trash, where orders that are not imported yet still find
  // their product.
  Exchange<BatchAck> set_state(CallContext, StateBatch) const override;
  Exchange<ListingPage> read_listings(CallContext, std::string cursor) const override;

  Exchange<OrderPage> list_orders(CallContext, OrderWindow) const override;
  Exchange<OrderBatch> fetch_orders(CallContext, std::vector<std::string> ids) const override;
  // The seller saw the transfer: on-hold becomes processing. Nothing to do for a paid one.
  Exchange<Ack> accept_order(CallContext, OrderAction) const override;
  // There is no "shipped": completed, and a note to the buyer with the tracking number.
  Exchange<Ack> ship_order(CallContext, OrderAction) const override;
  Exchange<Ack> cancel_order(CallContext, OrderAction) const override;
  Exchange<Ack> answer_cancellation(CallContext, OrderAction, bool accept) const override;
  Exchange<ShippingLabel> fetch_label(CallContext, OrderAction, std::string parcel) const override;

  Result<std::vector<HookEvent>> open_webhook(const InboundRequest&, const App&,
                                              TimePoint now) const override;
  Exchange<WebhookUpkeep> ensure_webhooks(CallContext) const override;
  Exchange<LostEvents> read_lost_events(CallContext) const override;
  Exchange<Ack> confirm_lost_events(CallContext, std::string confirm) const override;
  Result<std::vector<HookEvent>> read_event(std::string_view body) const override;

 private:
  ConnectorInfo info_;
};

}  // namespace woocommerce
}  // namespace gerbang
