#pragma once

#include <string>
#include <utility>
#include <vector>

#include "core/base/crypto.hpp"
#include "core/connector/connector.hpp"

// A channel for the tests of the API: it only opens webhooks and says what it can do.
namespace gerbang::api {

class TestConnector final : public Connector {
 public:
  TestConnector() {
    info_.channel = "pasar";
    info_.display_name = "Pasar";
    info_.can.webhooks = true;
    info_.can.accept_order = true;
    info_.can.ship_order = true;
  }

  static std::string signature(std::string_view secret, std::string_view body) {
    return to_hex(hmac_sha256(secret, body));
  }

  const ConnectorInfo& info() const noexcept override { return info_; }

  // Header "Signature": HMAC of the raw body. Body: {"events":[{"key","kind","shop","order"}]}.
  Result<std::vector<HookEvent>> open_webhook(const InboundRequest& request, const App& app,
                                              TimePoint) const override {
    const auto given = request.headers.find("Signature");
    if (!given || !constant_time_equal(*given, signature(app.push_secret.reveal(), request.body)))
      return Error(ErrorKind::unauthenticated, "signature_wrong", "secret detail");
    return read_event(request.body);
  }
  Result<std::vector<HookEvent>> read_event(std::string_view body) const override {
    GERBANG_TRY(value, json::parse(body));
    std::vector<HookEvent> out;
    for (const json::Value& e : value["events"].items()) {
      HookEvent event;
      event.key = e["key"].text();
      event.kind =
          e["kind"].text() == "verification" ? HookKind::verification : HookKind::order_changed;
      event.remote_shop_id = e["shop"].text();
      event.order = e["order"].text();
      event.type = "test";
      out.push_back(std::move(event));
    }
    return out;
  }

  Result<std::string> authorise_url(const App&, std::string_view, TimePoint) const override {
    return unsupported("authorise_url");
  }
  Exchange<std::vector<TokenSet>> exchange_code(CallContext, AuthorisationGrant) const override {
    co_return unsupported("exchange_code");
  }
  Exchange<TokenSet> refresh_tokens(CallContext) const override {
    co_return unsupported("refresh_tokens");
  }
  Exchange<json::Value> read_shop_facts(CallContext) const override {
    co_return unsupported("read_shop_facts");
  }
  Result<std::string> category_of(const CallContext&, const ListingDraft&) const override {
    return unsupported("category_of");
  }
  Exchange<json::Value> read_category_facts(CallContext, std::string) const override {
    co_return unsupported("read_category_facts");
  }
  Exchange<ListingRef> publish_listing(CallContext, ListingDraft) const override {
    co_return unsupported("publish_listing");
  }
  Exchange<ListingRef> update_listing(CallContext, ListingDraft) const override {
    co_return unsupported("update_listing");
  }
  Exchange<ListingRef> find_listing(CallContext, ListingDraft) const override {
    co_return unsupported("find_listing");
  }
  Exchange<BatchAck> set_stock(CallContext, StockBatch) const override {
    co_return unsupported("set_stock");
  }
  Exchange<BatchAck> set_price(CallContext, PriceBatch) const override {
    co_return unsupported("set_price");
  }
  Exchange<BatchAck> set_state(CallContext, StateBatch) const override {
    co_return unsupported("set_state");
  }
  Exchange<ListingPage> read_listings(CallContext, std::string) const override {
    co_return unsupported("read_listings");
  }
  Exchange<OrderPage> list_orders(CallContext, OrderWindow) const override {
    co_return unsupported("list_orders");
  }
  Exchange<OrderBatch> fetch_orders(CallContext, std::vector<std::string>) const override {
    co_return unsupported("fetch_orders");
  }
  Exchange<Ack> accept_order(CallContext, OrderAction) const override {
    co_return unsupported("accept_order");
  }
  Exchange<Ack> ship_order(CallContext, OrderAction) const override {
    co_return unsupported("ship_order");
  }
  Exchange<Ack> cancel_order(CallContext, OrderAction) const override {
    co_return unsupported("cancel_order");
  }
  Exchange<Ack> answer_cancellation(CallContext, OrderAction, bool) const override {
    co_return unsupported("answer_cancellation");
  }
  Exchange<ShippingLabel> fetch_label(CallContext, OrderAction, std::string) const override {
    co_return unsupported("fetch_label");
  }
  Exchange<LostEvents> read_lost_events(CallContext) const override {
    co_return unsupported("read_lost_events");
  }
  Exchange<Ack> confirm_lost_events(CallContext, std::string) const override {
    co_return unsupported("confirm_lost_events");
  }

 private:
  ConnectorInfo info_;
};

}  // namespace gerbang::api
