#pragma once

#include <memory>
#include <utility>

#include "core/connector/connector.hpp"

// A connector that is looked at while it works: every operation is handed on to the real one, the
// observer sees what the engine gave it and what it got. It changes nothing.
namespace gerbang::sim {

class Observer {
 public:
  virtual ~Observer() = default;
  // An exchange of a shop begins, with the token it will use.
  virtual void began(const std::string& channel, std::string_view operation,
                     const CallContext& context) = 0;
  virtual void refresh_began(const CallContext& context) = 0;
  virtual void refresh_ended(const CallContext& context, const Result<TokenSet>& tokens) = 0;
  virtual void refresh_dropped(const CallContext& context) = 0;
  virtual void stock_leaves(const CallContext& context, const StockBatch& batch) = 0;
  virtual void draft_leaves(const CallContext& context, const ListingDraft& draft) = 0;
};

class Watched final : public Connector {
 public:
  Watched(const Connector& real, Observer& observer) : real_(real), observer_(observer) {}
  const ConnectorInfo& info() const noexcept override { return real_.info(); }
  Result<std::string> authorise_url(const App& app, std::string_view state,
                                    TimePoint now) const override {
    return real_.authorise_url(app, state, now);
  }
  Exchange<std::vector<TokenSet>> exchange_code(CallContext c,
                                                AuthorisationGrant grant) const override {
    return real_.exchange_code(std::move(c), std::move(grant));
  }
  Exchange<TokenSet> refresh_tokens(CallContext c) const override;
  Exchange<json::Value> read_shop_facts(CallContext c) const override {
    observer_.began(info().channel, "read_shop_facts", c);
    return real_.read_shop_facts(std::move(c));
  }
  Result<std::string> category_of(const CallContext& c, const ListingDraft& d) const override {
    return real_.category_of(c, d);
  }
  Exchange<json::Value> read_category_facts(CallContext c, std::string category) const override {
    observer_.began(info().channel, "read_category_facts", c);
    return real_.read_category_facts(std::move(c), std::move(category));
  }
  Exchange<ListingRef> publish_listing(CallContext c, ListingDraft d) const override {
    observer_.began(info().channel, "publish_listing", c);
    observer_.draft_leaves(c, d);
    return real_.publish_listing(std::move(c), std::move(d));
  }
  Exchange<ListingRef> update_listing(CallContext c, ListingDraft d) const override {
    observer_.began(info().channel, "update_listing", c);
    observer_.draft_leaves(c, d);
    return real_.update_listing(std::move(c), std::move(d));
  }
  Exchange<ListingRef> find_listing(CallContext c, ListingDraft d) const override {
    observer_.began(info().channel, "find_listing", c);
    return real_.find_listing(std::move(c), std::move(d));
  }
  Exchange<BatchAck> set_stock(CallContext c, StockBatch b) const override {
    observer_.began(info().channel, "set_stock", c);
    observer_.stock_leaves(c, b);
    return real_.set_stock(std::move(c), std::move(b));
  }
  Exchange<BatchAck> set_price(CallContext c, PriceBatch b) const override {
    observer_.began(info().channel, "set_price", c);
    return real_.set_price(std::move(c), std::move(b));
  }
  Exchange<BatchAck> set_state(CallContext c, StateBatch b) const override {
    observer_.began(info().channel, "set_state", c);
    return real_.set_state(std::move(c), std::move(b));
  }
  Exchange<ListingPage> read_listings(CallContext c, std::string cursor) const override {
    observer_.began(info().channel, "read_listings", c);
    return real_.read_listings(std::move(c), std::move(cursor));
  }
  Exchange<OrderPage> list_orders(CallContext c, OrderWindow window) const override {
    observer_.began(info().channel, "list_orders", c);
    return real_.list_orders(std::move(c), std::move(window));
  }
  Exchange<OrderBatch> fetch_orders(CallContext c, std::vector<std::string> ids) const override {
    observer_.began(info().channel, "fetch_orders", c);
    return real_.fetch_orders(std::move(c), std::move(ids));
  }
  Exchange<Ack> accept_order(CallContext c, OrderAction a) const override {
    observer_.began(info().channel, "accept_order", c);
    return real_.accept_order(std::move(c), std::move(a));
  }
  Exchange<Ack> ship_order(CallContext c, OrderAction a) const override {
    observer_.began(info().channel, "ship_order", c);
    return real_.ship_order(std::move(c), std::move(a));
  }
  Exchange<Ack> cancel_order(CallContext c, OrderAction a) const override {
    observer_.began(info().channel, "cancel_order", c);
    return real_.cancel_order(std::move(c), std::move(a));
  }
  Exchange<Ack> answer_cancellation(CallContext c, OrderAction a, bool accept) const override {
    observer_.began(info().channel, "answer_cancellation", c);
    return real_.answer_cancellation(std::move(c), std::move(a), accept);
  }
  Exchange<ShippingLabel> fetch_label(CallContext c, OrderAction a,
                                      std::string parcel) const override {
    observer_.began(info().channel, "fetch_label", c);
    return real_.fetch_label(std::move(c), std::move(a), std::move(parcel));
  }
  Result<std::vector<HookEvent>> open_webhook(const InboundRequest& request, const App& app,
                                              TimePoint now) const override {
    return real_.open_webhook(request, app, now);
  }
  Exchange<LostEvents> read_lost_events(CallContext c) const override {
    return real_.read_lost_events(std::move(c));
  }
  Exchange<Ack> confirm_lost_events(CallContext c, std::string confirm) const override {
    return real_.confirm_lost_events(std::move(c), std::move(confirm));
  }
  Result<std::vector<HookEvent>> read_event(std::string_view body) const override {
    return real_.read_event(body);
  }

 private:
  const Connector& real_;
  Observer& observer_;
};

}  // namespace gerbang::sim
