#include "connectors/sample/wire.hpp"

#include "connectors/sample/limits.hpp"
#include "connectors/sample/sign.hpp"
#include "connectors/sample/units.hpp"
#include "core/base/foreign_time.hpp"
#include "core/base/text.hpp"
#include "core/connector/label.hpp"

namespace gerbang::sample {

namespace {

// What a refusal says, in our terms. A code that the table does not know is a plain rejection that
// still carries their own code and text.
Error refusal(const json::Value& error) {
  RemoteError remote;
  remote.code = error["code"].to_text();
  remote.message = std::string(error["message"].text().substr(0, 500));
  const Meaning* meaning = meaning_of(remote.code);
  Error out(meaning ? meaning->kind : ErrorKind::rejected,
            meaning ? meaning->ours : "channel_refused_request");
  if (meaning) out.field = meaning->field;
  out.remote = std::move(remote);
  return out;
}

// An answer that cannot be read after a create leaves open whether it happened: look first.
Error unreadable(Effect effect, std::string detail) {
  return Error(effect == Effect::create ? ErrorKind::indeterminate : ErrorKind::transient,
               "channel_answer_unreadable", std::move(detail));
}

json::Value product_body(const ListingDraft& draft, const std::string& category) {
  json::Array images, options, variants;
  for (std::size_t i = 0; i < draft.images.size() && i < kImages; ++i)
    images.emplace_back(draft.images[i]);
  for (const Option& option : draft.options) options.emplace_back(option.name);
  for (const DraftVariant& v : draft.variants) {
    json::Array values;
    for (const std::string& value : v.options) values.emplace_back(value);
    json::Object variant;
    variant.set("sku", v.sku);
    variant.set("options", std::move(values));
    variant.set("weight_grams", v.weight_grams.value_or(0));
    // Those that are there already keep theirs: stock and price have work of their own.
    if (v.remote_variant.empty()) {
      variant.set("price", v.price.amount);
      variant.set("stock", v.stock);
    } else {
      variant.set("variant_id", v.remote_variant);
    }
    variants.emplace_back(std::move(variant));
  }
  return json::object({{"title", draft.title},
                       {"description", draft.description},
                       {"category", category},
                       {"images", std::move(images)},
                       {"options", std::move(options)},
                       {"variants", std::move(variants)}});
}

HttpRequest batch_of(const CallContext& ctx, const std::string& what, json::Array items) {
  const json::Value body = json::object({{"items", std::move(items)}});
  return signed_request(ctx, Method::post, "/v1/" + what, {}, body, "product." + what, Effect::set);
}

}  // namespace

Result<json::Value> read_answer(const HttpResponse& response, Effect effect, TimePoint now) {
  if (response.status == 429) {
    return Error(ErrorKind::throttled, "channel_throttled")
        .after(retry_after(response, now).value_or(std::chrono::seconds(5)));
  }
  if (response.status >= 500) {
    return Error(effect == Effect::create ? ErrorKind::indeterminate : ErrorKind::transient,
                 "channel_unavailable", "status " + std::to_string(response.status));
  }
  json::Limits limits;
  limits.bytes = 8 * 1024 * 1024;
  limits.values = 100'000;
  const auto body = json::parse(response.body, limits);
  if (response.status == 401 && (!body || (*body)["error"].is_null()))
    return Error(ErrorKind::auth_expired, "token_expired");
  if (!body) return unreadable(effect, body.error().detail);
  if (!(*body)["error"].is_null()) return refusal((*body)["error"]);
  const json::Value& result = (*body)["result"];
  // A proxy's page with status 200 is no success: only a `result` is one.
  if (response.status != 200 || result.is_null()) return unreadable(effect, "no result");
  return result;
}

Result<BatchAck> read_acks(const json::Value& result, const std::vector<std::string>& keys,
                           const std::vector<std::string>& ids) {
  const json::Array& items = result["items"].items();
  if (items.size() != ids.size()) return unreadable(Effect::set, "an item without an answer");
  BatchAck out;
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (items[i]["id"].to_text() != ids[i]) return unreadable(Effect::set, "answers out of order");
    ItemAck ack;
    ack.key = keys[i];
    if (!items[i]["error"].is_null()) ack.error = refusal(items[i]["error"]);
    out.items.push_back(std::move(ack));
  }
  return out;
}

Result<TokenSet> read_tokens(const json::Value& result, TimePoint now) {
  const auto access = result["access_seconds"].to_integral();
  const auto refresh = result["refresh_seconds"].to_integral();
  if (!is_visible_ascii(result["access_token"].text()) ||
      !is_visible_ascii(result["refresh_token"].text()) || !access || !refresh)
    return unreadable(Effect::create, "a token answer without tokens");
  TokenSet out;
  out.access = Secret(std::string(result["access_token"].text()));
  out.refresh = Secret(std::string(result["refresh_token"].text()));
  out.obtained_at = now;
  out.access_expires_at = now + foreign_seconds(*access);
  out.refresh_expires_at = now + foreign_seconds(*refresh);
  out.remote_shop_id = result["shop_id"].to_text();
  out.remote_shop_name = result["shop_name"].text();
  return out;
}

Result<ListingRef> read_listing(const json::Value& product) {
  ListingRef out;
  out.remote_product = product["product_id"].to_text();
  for (const json::Value& v : product["variants"].items())
    out.variants.emplace(std::string(v["sku"].text()), v["variant_id"].to_text());
  if (out.remote_product.empty() || out.variants.empty())
    return unreadable(Effect::create, "a product without ids");
  return out;
}

ListingPage read_page(const json::Value& result) {
  ListingPage out;
  for (const json::Value& product : result["products"].items()) {
    for (const json::Value& v : product["variants"].items()) {
      RemoteListing listing;
      listing.remote_product = product["product_id"].to_text();
      listing.remote_variant = v["variant_id"].to_text();
      listing.remote_sku = v["sku"].text();
      listing.title = product["title"].text();
      listing.stock = v["stock"].to_integral();
      if (const auto price = v["price"].to_integral()) listing.price = Money{*price};
      listing.listed = product["listed"].as_bool();
      out.listings.push_back(std::move(listing));
    }
  }
  out.next = result["next"].to_text();
  return out;
}

Result<RemoteOrder> read_order(const json::Value& order) {
  RemoteOrder out;
  out.external_id = order["order_id"].to_text();
  const auto placed = from_rfc3339(order["placed_at"].text());
  const auto changed = from_rfc3339(order["changed_at"].text());
  const auto total = order["total"].to_integral();
  if (out.external_id.empty() || !placed || !changed || !total)
    return unreadable(Effect::read, "an order without id, times or total");
  out.remote_status = order["state"].text();
  out.status = status_of(out.remote_status);
  out.placed_at = *placed;
  out.updated_at = *changed;
  out.total = Money{*total};
  for (const json::Value& l : order["lines"].items()) {
    OrderLine line;
    line.remote_line = l["line_id"].to_text();
    line.remote_product = l["product_id"].to_text();
    line.remote_variant = l["variant_id"].to_text();
    line.remote_sku = l["sku"].text();
    line.title = l["title"].text();
    const auto quantity = l["quantity"].to_integral();
    const auto price = l["price"].to_integral();
    if (line.remote_line.empty() || !quantity || !price)
      return unreadable(Effect::read, "a line without id, quantity or price");
    line.quantity = *quantity;
    line.price = Money{*price};
    out.lines.push_back(std::move(line));
  }
  const json::Value& to = order["ship_to"];
  out.city = to["city"].text();
  out.province = to["province"].text();
  if (to.is_object()) out.buyer = Secret(json::dump(to));  // whole, and only into the vault
  if (const std::string number = order["tracking_number"].to_text(); !number.empty())
    out.shipments.push_back({"", order["courier"].to_text(), number});
  return out;
}

Result<HookEvent> read_hook(std::string_view body) {
  GERBANG_TRY(event, json::parse(body));
  HookEvent out;
  out.key = event["event_id"].to_text();
  out.type = event["type"].text();
  out.remote_shop_id = event["shop_id"].to_text();
  out.order = event["order_id"].to_text();
  out.remote_product = event["product_id"].to_text();
  if (out.key.empty()) return Error(ErrorKind::invalid, "webhook_unreadable", "no event_id");
  if (out.type == "ping") out.kind = HookKind::verification;
  if (out.type == "order.changed" && !out.order.empty()) out.kind = HookKind::order_changed;
  if (out.type == "product.changed") out.kind = HookKind::listing_changed;
  if (out.type == "shop.left") out.kind = HookKind::shop_deauthorised;
  return out;
}

Result<ShippingLabel> read_label(HttpResponse response, const std::string& order, TimePoint now) {
  if (response.status == 200) {
    // Never an error in JSON, nor a proxy's page: label_from looks at the bytes.
    const std::string type(response.headers.find("Content-Type").value_or(""));
    return label_from(std::move(response.body), type, order, "");
  }
  Result<json::Value> answer = read_answer(response, Effect::read, now);
  if (answer) return unreadable(Effect::read, "a result and no paper");
  Error error = std::move(answer).error();
  if (error.code == "label_not_ready")
    error.retry_after = retry_after(response, now).value_or(kLabelWait);
  return error;
}

HttpRequest token_request(const CallContext& ctx, const std::string& name, const Secret& value) {
  CallContext bare = ctx;
  bare.access_token = Secret();  // a token call carries none: the old one may be dead
  json::Object body;
  body.set(name, value.reveal());
  return signed_request(bare, Method::post, "/v1/token", {}, std::move(body), "token",
                        Effect::create);
}

HttpRequest create_product(const CallContext& ctx, const ListingDraft& draft,
                           const std::string& category) {
  return signed_request(ctx, Method::post, "/v1/products", {}, product_body(draft, category),
                        "product.create", Effect::create);
}

HttpRequest update_product(const CallContext& ctx, const ListingDraft& draft,
                           const std::string& category) {
  return signed_request(ctx, Method::put, "/v1/products/" + percent_encode(draft.remote_product),
                        {}, product_body(draft, category), "product.update", Effect::set);
}

HttpRequest find_product(const CallContext& ctx, const std::string& sku) {
  return signed_request(ctx, Method::get, "/v1/products", {{"sku", sku}}, {}, "product.find",
                        Effect::read);
}

HttpRequest products_page(const CallContext& ctx, const std::string& after) {
  QueryItems query{{"limit", std::to_string(kPage)}};
  if (!after.empty()) query.emplace_back("after", after);
  return signed_request(ctx, Method::get, "/v1/products", query, {}, "product.list", Effect::read);
}

HttpRequest set_stock(const CallContext& ctx, const StockBatch& batch) {
  json::Array items;
  for (const StockItem& item : batch.items)
    items.push_back(json::object({{"id", item.remote_variant}, {"stock", item.quantity}}));
  return batch_of(ctx, "stock", std::move(items));
}

HttpRequest set_price(const CallContext& ctx, const PriceBatch& batch) {
  json::Array items;
  for (const PriceItem& item : batch.items)
    items.push_back(json::object({{"id", item.remote_variant}, {"price", item.price.amount}}));
  return batch_of(ctx, "prices", std::move(items));
}

HttpRequest set_state(const CallContext& ctx, const StateBatch& batch) {
  json::Array items;
  for (const StateItem& item : batch.items) {
    items.push_back(
        json::object({{"id", item.remote_product},
                      {"state", item.remove ? "deleted" : (item.listed ? "listed" : "unlisted")}}));
  }
  return batch_of(ctx, "states", std::move(items));
}

HttpRequest orders_page(const CallContext& ctx, const OrderWindow& window) {
  QueryItems query{{"from", to_rfc3339(window.from)},
                   {"to", to_rfc3339(window.to)},
                   {"limit", std::to_string(kPage)}};
  if (!window.cursor.empty()) query.emplace_back("after", window.cursor);
  return signed_request(ctx, Method::get, "/v1/orders", query, {}, "order.list", Effect::read);
}

HttpRequest orders_by_id(const CallContext& ctx, const std::vector<std::string>& ids) {
  std::string joined;
  for (const std::string& id : ids) joined += (joined.empty() ? "" : ",") + id;
  return signed_request(ctx, Method::get, "/v1/orders/details", {{"ids", joined}}, {}, "order.get",
                        Effect::read);
}

HttpRequest order_verb(const CallContext& ctx, const std::string& id, const std::string& verb,
                       const json::Value& body) {
  return signed_request(ctx, Method::post, "/v1/orders/" + percent_encode(id) + "/" + verb, {},
                        body, "order." + verb, Effect::set);
}

HttpRequest order_label(const CallContext& ctx, const std::string& id) {
  HttpRequest request =
      signed_request(ctx, Method::get, "/v1/orders/" + percent_encode(id) + "/label", {}, {},
                     "order.label", Effect::read);
  request.max_response = kLabelBytes;
  return request;
}

HttpRequest lost_events(const CallContext& ctx) {
  return signed_request(ctx, Method::get, "/v1/events/lost", {}, {}, "event.lost", Effect::read);
}

HttpRequest confirm_lost_events(const CallContext& ctx, const std::string& upto) {
  return signed_request(ctx, Method::post, "/v1/events/lost/confirm", {},
                        json::object({{"upto", upto}}), "event.confirm", Effect::set);
}

}  // namespace gerbang::sample
