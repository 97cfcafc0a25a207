#include "connectors/sample/sample.hpp"

#include "connectors/sample/limits.hpp"
#include "connectors/sample/sign.hpp"
#include "connectors/sample/units.hpp"
#include "connectors/sample/wire.hpp"

namespace gerbang {

namespace sample {
namespace {

// One question, one answer. Every operation below is made of these. Each exchange is named before
// it is awaited, and so are structs inside it: g++ 12 destroys some temporaries of a co_await
// expression twice (CONTRIBUTING.md).
Exchange<json::Value> ask(CallContext ctx, HttpRequest request) {
  const Effect effect = request.effect;
  HttpResponse response = co_await std::move(request);
  co_return read_answer(response, effect, ctx.now);
}

Exchange<BatchAck> ask_batch(CallContext ctx, HttpRequest request, std::vector<std::string> keys,
                             std::vector<std::string> ids) {
  Exchange<json::Value> asking = ask(std::move(ctx), std::move(request));
  Result<json::Value> answer = co_await std::move(asking);
  GERBANG_CO_TRY(result, std::move(answer));
  co_return read_acks(result, keys, ids);
}

// A change of an order. "already" says that an earlier call did it, whose answer was lost.
Exchange<Ack> ask_order(CallContext ctx, HttpRequest request) {
  Exchange<json::Value> asking = ask(std::move(ctx), std::move(request));
  Result<json::Value> answer = co_await std::move(asking);
  Ack out;
  if (!answer) {
    const auto& remote = answer.error().remote;
    if (remote && remote->code == "already") co_return out;
    co_return std::move(answer).error();
  }
  if (const std::string number = (*answer)["tracking_number"].to_text(); !number.empty()) {
    Shipment parcel;
    parcel.courier = (*answer)["courier"].to_text();
    parcel.tracking_number = number;
    out.shipments.push_back(std::move(parcel));
  }
  co_return out;
}

class SampleConnector final : public Connector {
 public:
  const ConnectorInfo& info() const noexcept override { return info_; }

  // -- authorisation

  Result<std::string> authorise_url(const App& app, std::string_view state,
                                    TimePoint) const override {
    return app.auth_url + "?" +
           build_query(
               {{"app", app.app_id}, {"back", app.redirect_url}, {"state", std::string(state)}});
  }

  Exchange<std::vector<TokenSet>> exchange_code(CallContext ctx,
                                                AuthorisationGrant grant) const override {
    const auto code = query_value(grant.query, "code");
    if (!code || code->empty())
      co_return Error(ErrorKind::rejected, "authorisation_denied", "the redirect carries no code");
    HttpRequest request = token_request(ctx, "code", Secret(*code));
    Exchange<json::Value> asking = ask(ctx, std::move(request));
    Result<json::Value> answer = co_await std::move(asking);
    GERBANG_CO_TRY(result, std::move(answer));
    GERBANG_CO_TRY(tokens, read_tokens(result, ctx.now));
    std::vector<TokenSet> out;
    out.push_back(std::move(tokens));
    co_return out;
  }

  Exchange<TokenSet> refresh_tokens(CallContext ctx) const override {
    HttpRequest request = token_request(ctx, "refresh_token", ctx.refresh_token);
    Exchange<json::Value> asking = ask(ctx, std::move(request));
    Result<json::Value> answer = co_await std::move(asking);
    GERBANG_CO_TRY(result, std::move(answer));
    co_return read_tokens(result, ctx.now);
  }

  // -- facts: this marketplace takes our category slugs as they are, so there is nothing to read

  Exchange<json::Value> read_shop_facts(CallContext) const override {
    co_return unsupported("read_shop_facts");
  }
  Result<std::string> category_of(const CallContext&, const ListingDraft& draft) const override {
    if (!draft.channel_category.empty()) return draft.channel_category;
    if (!draft.category.empty()) return draft.category;
    return Error(ErrorKind::rejected, "category_unmapped", "the product has no category")
        .at_field("/category");
  }
  Exchange<json::Value> read_category_facts(CallContext, std::string) const override {
    co_return unsupported("read_category_facts");
  }

  // -- listings

  Exchange<ListingRef> publish_listing(CallContext ctx, ListingDraft draft) const override {
    GERBANG_CO_CHECK(check(draft));
    GERBANG_CO_TRY(category, category_of(ctx, draft));
    HttpRequest request = create_product(ctx, draft, category);
    Exchange<json::Value> asking = ask(ctx, std::move(request));
    Result<json::Value> answer = co_await std::move(asking);
    GERBANG_CO_TRY(result, std::move(answer));
    co_return read_listing(result);
  }

  Exchange<ListingRef> update_listing(CallContext ctx, ListingDraft draft) const override {
    GERBANG_CO_CHECK(check(draft));
    GERBANG_CO_TRY(category, category_of(ctx, draft));
    HttpRequest request = update_product(ctx, draft, category);
    Exchange<json::Value> asking = ask(ctx, std::move(request));
    Result<json::Value> answer = co_await std::move(asking);
    GERBANG_CO_TRY(result, std::move(answer));
    co_return read_listing(result);
  }

  Exchange<ListingRef> find_listing(CallContext ctx, ListingDraft draft) const override {
    if (draft.variants.empty()) co_return Error(ErrorKind::bug, "draft_empty");
    HttpRequest request = find_product(ctx, draft.variants.front().sku);
    Exchange<json::Value> asking = ask(ctx, std::move(request));
    Result<json::Value> answer = co_await std::move(asking);
    GERBANG_CO_TRY(result, std::move(answer));
    if (result["products"].items().empty())
      co_return Error(ErrorKind::not_found, "listing_gone", "no product with this SKU");
    co_return read_listing(result["products"].items().front());
  }

  Exchange<BatchAck> set_stock(CallContext ctx, StockBatch batch) const override {
    std::vector<std::string> keys, ids;
    for (const StockItem& item : batch.items) {
      keys.push_back(item.sku);
      ids.push_back(item.remote_variant);
    }
    HttpRequest request = sample::set_stock(ctx, batch);
    return ask_batch(std::move(ctx), std::move(request), std::move(keys), std::move(ids));
  }

  Exchange<BatchAck> set_price(CallContext ctx, PriceBatch batch) const override {
    std::vector<std::string> keys, ids;
    for (const PriceItem& item : batch.items) {
      keys.push_back(item.sku);
      ids.push_back(item.remote_variant);
    }
    HttpRequest request = sample::set_price(ctx, batch);
    return ask_batch(std::move(ctx), std::move(request), std::move(keys), std::move(ids));
  }

  Exchange<BatchAck> set_state(CallContext ctx, StateBatch batch) const override {
    std::vector<std::string> keys, ids;
    for (const StateItem& item : batch.items) {
      keys.push_back(item.unit);
      ids.push_back(item.remote_product);
    }
    HttpRequest request = sample::set_state(ctx, batch);
    Exchange<BatchAck> asking =
        ask_batch(std::move(ctx), std::move(request), std::move(keys), std::move(ids));
    Result<BatchAck> acks = co_await std::move(asking);
    if (!acks) co_return std::move(acks).error();
    // What is gone is off sale.
    for (std::size_t i = 0; i < acks->items.size(); ++i) {
      auto& error = acks->items[i].error;
      const bool off = batch.items[i].remove || !batch.items[i].listed;
      if (error && off && error->kind == ErrorKind::not_found) error.reset();
    }
    co_return acks;
  }

  Exchange<ListingPage> read_listings(CallContext ctx, std::string cursor) const override {
    HttpRequest request = products_page(ctx, cursor);
    Exchange<json::Value> asking = ask(ctx, std::move(request));
    Result<json::Value> answer = co_await std::move(asking);
    GERBANG_CO_TRY(result, std::move(answer));
    co_return read_page(result);
  }

  // -- orders

  Exchange<OrderPage> list_orders(CallContext ctx, OrderWindow window) const override {
    HttpRequest request = orders_page(ctx, window);
    Exchange<json::Value> asking = ask(ctx, std::move(request));
    Result<json::Value> answer = co_await std::move(asking);
    GERBANG_CO_TRY(result, std::move(answer));
    OrderPage out;
    for (const json::Value& id : result["order_ids"].items())
      out.external_ids.push_back(id.to_text());
    out.next = result["next"].to_text();
    co_return out;
  }

  Exchange<OrderBatch> fetch_orders(CallContext ctx, std::vector<std::string> ids) const override {
    HttpRequest request = orders_by_id(ctx, ids);
    Exchange<json::Value> asking = ask(ctx, std::move(request));
    Result<json::Value> answer = co_await std::move(asking);
    GERBANG_CO_TRY(result, std::move(answer));
    OrderBatch out;
    for (const json::Value& item : result["orders"].items()) {
      GERBANG_CO_TRY(order, read_order(item));
      out.orders.push_back(std::move(order));
    }
    for (const json::Value& id : result["missing"].items()) out.not_found.push_back(id.to_text());
    co_return out;
  }

  Exchange<Ack> accept_order(CallContext ctx, OrderAction action) const override {
    HttpRequest request = order_verb(ctx, action.external_id, "accept", json::object({}));
    return ask_order(std::move(ctx), std::move(request));
  }

  Exchange<Ack> ship_order(CallContext ctx, OrderAction action) const override {
    if (action.courier.empty() || action.tracking_number.empty()) {
      co_return Error(ErrorKind::rejected, "courier_missing")
          .at_field(action.courier.empty() ? "/courier" : "/tracking_number");
    }
    json::Object body;
    body.set("courier", action.courier);
    body.set("tracking_number", action.tracking_number);
    HttpRequest request = order_verb(ctx, action.external_id, "ship", std::move(body));
    Exchange<Ack> asking = ask_order(std::move(ctx), std::move(request));
    co_return co_await std::move(asking);
  }

  Exchange<Ack> cancel_order(CallContext ctx, OrderAction action) const override {
    const json::Value body = json::object({{"reason", cancel_reason(action.reason)}});
    HttpRequest request = order_verb(ctx, action.external_id, "cancel", body);
    return ask_order(std::move(ctx), std::move(request));
  }

  Exchange<Ack> answer_cancellation(CallContext ctx, OrderAction action,
                                    bool accept) const override {
    const json::Value body = json::object({{"accept", accept}});
    HttpRequest request = order_verb(ctx, action.external_id, "answer", body);
    return ask_order(std::move(ctx), std::move(request));
  }

  // All in one paper: an order is one parcel here, so nobody names one.
  Exchange<ShippingLabel> fetch_label(CallContext ctx, OrderAction action,
                                      std::string) const override {
    HttpRequest request = order_label(ctx, action.external_id);
    HttpResponse response = co_await std::move(request);
    co_return read_label(std::move(response), action.external_id, ctx.now);
  }

  // -- webhooks

  Result<std::vector<HookEvent>> open_webhook(const InboundRequest& request, const App& app,
                                              TimePoint now) const override {
    GERBANG_CHECK(verify_webhook(request, app, now));  // before a single byte is parsed
    return read_event(request.body);
  }

  Exchange<LostEvents> read_lost_events(CallContext ctx) const override {
    HttpRequest request = lost_events(ctx);
    Exchange<json::Value> asking = ask(ctx, std::move(request));
    Result<json::Value> answer = co_await std::move(asking);
    GERBANG_CO_TRY(result, std::move(answer));
    LostEvents out;
    for (const json::Value& event : result["events"].items())
      out.bodies.push_back(json::dump(event));
    out.confirm = result["upto"].to_text();
    out.more = result["more"].as_bool().value_or(false);
    co_return out;
  }

  Exchange<Ack> confirm_lost_events(CallContext ctx, std::string confirm) const override {
    HttpRequest request = sample::confirm_lost_events(ctx, confirm);
    return ask_order(std::move(ctx), std::move(request));
  }

  Result<std::vector<HookEvent>> read_event(std::string_view body) const override {
    GERBANG_TRY(event, read_hook(body));
    std::vector<HookEvent> out;
    out.push_back(std::move(event));
    return out;
  }

 private:
  ConnectorInfo info_ = sample::info();
};

}  // namespace
}  // namespace sample

std::unique_ptr<Connector> make_sample_connector() {
  return std::make_unique<sample::SampleConnector>();
}

}  // namespace gerbang
