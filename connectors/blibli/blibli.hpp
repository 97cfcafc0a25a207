#pragma once

#include <memory>

#include "core/connector/connector.hpp"

namespace gerbang {

std::unique_ptr<Connector> make_blibli_connector();

namespace blibli {

// Blibli Seller API. A shop has fixed credentials and no token; products are created, priced and
// archived through a queue that is asked after later; stock is an exact value, answered at once,
// and never a difference (facts blibli.md 8.3: a repeated difference would count twice).
//
// A product whose creation is queued has the remote id "queue:<id>" until Blibli names it. Orders
// travel under the number of the checkout, order items are their lines.
class Blibli final : public Connector {
 public:
  Blibli();
  const ConnectorInfo& info() const noexcept override { return info_; }

  Result<std::string> authorise_url(const App& app, std::string_view state,
                                    TimePoint now) const override;  // unsupported
  // Reads the shop's pickup points: good keys are those that may.
  Exchange<std::vector<TokenSet>> exchange_code(CallContext, AuthorisationGrant) const override;
  // Asks for one product, which costs no scarce call.
  Exchange<TokenSet> refresh_tokens(CallContext) const override;

  Exchange<json::Value> read_shop_facts(CallContext) const override;  // shape: facts.hpp
  Result<std::string> category_of(const CallContext&, const ListingDraft&) const override;
  Exchange<json::Value> read_category_facts(CallContext, std::string category) const override;

  // Queued: resume_after says when update_listing asks what became of it.
  Exchange<ListingRef> publish_listing(CallContext, ListingDraft) const override;
  // Follows the queue and the review of a new product to their end; then reads and sends only what
  // differs, so that it can be repeated at any point.
  Exchange<ListingRef> update_listing(CallContext, ListingDraft) const override;
  Exchange<ListingRef> find_listing(CallContext, ListingDraft) const override;
  Exchange<BatchAck> set_stock(CallContext, StockBatch) const override;
  // In bulk, deferred (facts 13: the single call is limited to 5 an hour per SKU).
  Exchange<BatchAck> set_price(CallContext, PriceBatch) const override;
  // Archive and unarchive, whole products, deferred. Archived products cannot be deleted.
  Exchange<BatchAck> set_state(CallContext, StateBatch) const override;
  Exchange<ListingPage> read_listings(CallContext, std::string cursor) const override;

  Exchange<OrderPage> list_orders(CallContext, OrderWindow) const override;
  Exchange<OrderBatch> fetch_orders(CallContext, std::vector<std::string> ids) const override;
  // Creates the package, with every item of the order that may travel together.
  Exchange<Ack> accept_order(CallContext, OrderAction) const override;
  // Packs what is not packed and fulfils every package. The tracking number is the seller's to give
  // for DROPSHIP only.
  Exchange<Ack> ship_order(CallContext, OrderAction) const override;
  Exchange<Ack> cancel_order(CallContext, OrderAction) const override;
  Exchange<Ack> answer_cancellation(CallContext, OrderAction, bool accept) const override;
  // Of one package, five times a day (facts 5).
  Exchange<ShippingLabel> fetch_label(CallContext, OrderAction, std::string parcel) const override;

  Result<std::vector<HookEvent>> open_webhook(const InboundRequest&, const App&,
                                              TimePoint now) const override;
  Exchange<LostEvents> read_lost_events(CallContext) const override;
  Exchange<Ack> confirm_lost_events(CallContext, std::string confirm) const override;
  Result<std::vector<HookEvent>> read_event(std::string_view body) const override;

 private:
  ConnectorInfo info_;
};

}  // namespace blibli
}  // namespace gerbang
