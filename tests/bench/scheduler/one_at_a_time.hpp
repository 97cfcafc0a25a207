#pragma once

#include <memory>
#include <utility>

#include "core/connector/connector.hpp"

namespace gerbang::bench {

// A marketplace as another one, but with a limit of its own and one item a call.
class OneAtATime final : public Connector {
 public:
  OneAtATime(std::unique_ptr<Connector> inner, RateLimit limit) : inner_(std::move(inner)) {
    info_ = inner_->info();
    info_.limits.rates = {limit};
    info_.limits.stock_batch = info_.limits.price_batch = info_.limits.state_batch = 1;
  }
  const ConnectorInfo& info() const noexcept override { return info_; }

  Result<std::string> authorise_url(const App& app, std::string_view state,
                                    TimePoint now) const override {
    return inner_->authorise_url(app, state, now);
  }
  Exchange<std::vector<TokenSet>> exchange_code(CallContext c,
                                                AuthorisationGrant grant) const override {
    return inner_->exchange_code(std::move(c), std::move(grant));
  }
  Exchange<TokenSet> refresh_tokens(CallContext c) const override {
    return inner_->refresh_tokens(std::move(c));
  }
  Exchange<json::Value> read_shop_facts(CallContext c) const override {
    return inner_->read_shop_facts(std::move(c));
  }
  Result<std::string> category_of(const CallContext& c, const ListingDraft& draft) const override {
    return inner_->category_of(c, draft);
  }
  Exchange<json::Value> read_category_facts(CallContext c, std::string category) const override {
    return inner_->read_category_facts(std::move(c), std::move(category));
  }
  Exchange<ListingRef> publish_listing(CallContext c, ListingDraft draft) const override {
    return inner_->publish_listing(std::move(c), std::move(draft));
  }
  Exchange<ListingRef> update_listing(CallContext c, ListingDraft draft) const override {
    return inner_->update_listing(std::move(c), std::move(draft));
  }
  Exchange<ListingRef> find_listing(CallContext c, ListingDraft draft) const override {
    return inner_->find_listing(std::move(c), std::move(draft));
  }
  Exchange<BatchAck> set_stock(CallContext c, StockBatch batch) const override {
    return inner_->set_stock(std::move(c), std::move(batch));
  }
  Exchange<BatchAck> set_price(CallContext c, PriceBatch batch) const override {
    return inner_->set_price(std::move(c), std::move(batch));
  }
  Exchange<BatchAck> set_state(CallContext c, StateBatch batch) const override {
    return inner_->set_state(std::move(c), std::move(batch));
  }
  Exchange<ListingPage> read_listings(CallContext c, std::string cursor) const override {
    return inner_->read_listings(std::move(c), std::move(cursor));
  }
  Exchange<OrderPage> list_orders(CallContext c, OrderWindow window) const override {
    return inner_->list_orders(std::move(c), std::move(window));
  }
  Exchange<OrderBatch> fetch_orders(CallContext c, std::vector<std::string> ids) const override {
    return inner_->fetch_orders(std::move(c), std::move(ids));
  }
  Exchange<Ack> accept_order(CallContext c, OrderAction action) const override {
    return inner_->accept_order(std::move(c), std::move(action));
  }
  Exchange<Ack> ship_order(CallContext c, OrderAction action) const override {
    return inner_->ship_order(std::move(c), std::move(action));
  }
  Exchange<Ack> cancel_order(CallContext c, OrderAction action) const override {
    return inner_->cancel_order(std::move(c), std::move(action));
  }
  Exchange<Ack> answer_cancellation(CallContext c, OrderAction action, bool accept) const override {
    return inner_->answer_cancellation(std::move(c), std::move(action), accept);
  }
  Exchange<ShippingLabel> fetch_label(CallContext c, OrderAction action,
                                      std::string parcel) const override {
    return inner_->fetch_label(std::move(c), std::move(action), std::move(parcel));
  }
  Result<std::vector<HookEvent>> open_webhook(const InboundRequest& request, const App& app,
                                              TimePoint now) const override {
    return inner_->open_webhook(request, app, now);
  }
  Exchange<LostEvents> read_lost_events(CallContext c) const override {
    return inner_->read_lost_events(std::move(c));
  }
  Exchange<Ack> confirm_lost_events(CallContext c, std::string confirm) const override {
    return inner_->confirm_lost_events(std::move(c), std::move(confirm));
  }
  Result<std::vector<HookEvent>> read_event(std::string_view body) const override {
    return inner_->read_event(body);
  }

 private:
  std::unique_ptr<Connector> inner_;
  ConnectorInfo info_;
};

}  // namespace gerbang::bench
