#include "gateway/api/views.hpp"

#include <cstdio>

namespace gerbang::api {

namespace {

json::Value time_or_null(const std::optional<TimePoint>& t) {
  return t ? json::Value(to_rfc3339(*t)) : json::Value();
}

json::Value money_or_null(const std::optional<Money>& m) {
  return m ? money_view(*m) : json::Value();
}

json::Value text_or_null(const std::string& text) {
  return text.empty() ? json::Value() : json::Value(text);
}

std::string clock_text(int minutes_of_day) {
  char out[16];
  std::snprintf(out, sizeof out, "%02d:%02d", minutes_of_day / 60, minutes_of_day % 60);
  return out;
}

json::Value attempt_view(const Attempt& attempt, messages::Language language) {
  json::Object out;
  out.append("at", to_rfc3339(attempt.at));
  out.append("outcome", attempt.outcome);
  out.append("code", text_or_null(attempt.code));
  out.append("field", text_or_null(attempt.field));
  if (attempt.code.empty()) {
    out.append("title", nullptr);
    out.append("remedy", nullptr);
  } else {
    const messages::Message& words = messages::message(attempt.code, language);
    out.append("title", words.title);
    out.append("remedy", words.remedy);
  }
  out.append("remote_code", text_or_null(attempt.remote_code));
  out.append("remote_message", text_or_null(attempt.remote_message));
  out.append("revision", attempt.revision);
  return out;
}

json::Value observed_view(const Observed& observed) {
  return json::object({{"stock", json::Value(observed.stock)},
                       {"price", money_or_null(observed.price)},
                       {"listed", json::Value(observed.listed)},
                       {"at", to_rfc3339(observed.at)}});
}

}  // namespace

json::Value money_view(const Money& money) {
  return json::object({{"amount", money.amount}, {"currency", money.currency}});
}

json::Value product_view(const store::ProductView& product) {
  json::Value view = to_json(product.product);
  json::Object& out = *view.as_object();
  out.set("revision", product.revision);
  out.set("withdrawn", product.withdrawn);
  out.set("created_at", to_rfc3339(product.created_at));
  out.set("updated_at", to_rfc3339(product.updated_at));
  return view;
}

json::Value stock_view(const store::StockView& stock) {
  json::Array levels;
  for (const StockLevel& l : stock.levels) {
    levels.push_back(json::object({{"location", l.location},
                                   {"on_hand", l.on_hand},
                                   {"reserved", l.reserved},
                                   {"buffer", l.buffer},
                                   {"available", l.available()},
                                   {"counted_at", time_or_null(l.counted_at)}}));
  }
  return json::object({{"item", stock.item},
                       {"levels", std::move(levels)},
                       {"available", stock.available()},
                       {"revision", stock.revision}});
}

json::Value movement_view(const StockMovement& movement) {
  return json::object({{"id", movement.id},
                       {"item", movement.item},
                       {"location", movement.location},
                       {"reason", to_string(movement.reason)},
                       {"on_hand_change", movement.on_hand_change},
                       {"reserved_change", movement.reserved_change},
                       {"reference", text_or_null(movement.reference)},
                       {"at", to_rfc3339(movement.at)}});
}

json::Value price_view(const store::PriceView& price) {
  json::Object channels;
  for (const auto& [channel, money] : price.channels) channels.append(channel, money_view(money));
  json::Object out;
  out.append("sku", price.sku);
  out.append("amount", price.price ? json::Value(price.price->amount) : json::Value());
  out.append("currency", price.price ? json::Value(price.price->currency) : json::Value());
  out.append("channels", std::move(channels));
  out.append("revision", price.revision);
  return out;
}

json::Value schedule_view(const std::vector<ScheduleRule>& schedule) {
  json::Array out;
  for (const ScheduleRule& rule : schedule) {
    json::Object one;
    one.append("job", rule.job);
    if (rule.every) {
      one.append("every_minutes", static_cast<std::int64_t>(rule.every->count()));
    } else {
      json::Array times;
      for (const int minutes : rule.minutes_of_day) times.push_back(clock_text(minutes));
      one.append("at", std::move(times));
    }
    out.push_back(std::move(one));
  }
  return out;
}

namespace {

json::Value work_view(const store::WorkSummary& work, TimePoint now) {
  json::Value oldest;
  if (work.oldest) {
    const auto age = std::chrono::floor<std::chrono::seconds>(now - *work.oldest).count();
    oldest = age > 0 ? static_cast<std::int64_t>(age) : std::int64_t{0};
  }
  return json::object(
      {{"waiting", work.waiting}, {"parked", work.parked}, {"oldest_seconds", std::move(oldest)}});
}

}  // namespace

json::Value shop_view(const store::ShopView& view, TimePoint now) {
  const Shop& shop = view.shop;
  json::Object out;
  out.append("id", shop.id);
  out.append("channel", shop.channel);
  out.append("name", shop.name);
  out.append("remote_id", text_or_null(shop.remote_id));
  out.append("state", to_string(shop.state));
  out.append("since", to_rfc3339(shop.since));
  out.append("reason", text_or_null(shop.reason));
  out.append("buffer", shop.buffer);
  out.append("share_percent", shop.share_percent);
  out.append("schedule", schedule_view(shop.schedule));
  out.append("token", json::object({{"expires_at", time_or_null(shop.token_expires_at)}}));
  out.append("work", work_view(view.work, now));
  out.append("recovering", view.recovery != store::RecoveryStep::none);
  out.append("last_success_at", time_or_null(shop.last_success_at));
  out.append("created_at", to_rfc3339(shop.created_at));
  return out;
}

json::Value node_view(const store::Node& node) {
  json::Object out;
  out.append("id", node.id);
  out.append("name", node.name);
  out.append("started_at", to_rfc3339(node.started_at));
  out.append("lease_left_seconds", node.left.count() / 1000);
  out.append("serving", node.serves);
  out.append("leases", node.held);
  return out;
}

json::Value host_shop_view(const store::ShopView& view, TimePoint now) {
  const Shop& shop = view.shop;
  json::Object out;
  out.append("organisation", shop.organisation);
  out.append("id", shop.id);
  out.append("channel", shop.channel);
  out.append("name", shop.name);
  out.append("state", to_string(shop.state));
  out.append("since", to_rfc3339(shop.since));
  out.append("reason", text_or_null(shop.reason));
  out.append("work", work_view(view.work, now));
  out.append("recovering", view.recovery != store::RecoveryStep::none);
  return out;
}

json::Value listing_view(const Listing& l, messages::Language language) {
  json::Object out;
  out.append("shop", l.shop);
  out.append("channel", l.channel);
  out.append("product", l.product);
  out.append("sku", l.sku);
  out.append("external", json::object({{"product", text_or_null(l.remote_product)},
                                       {"variant", text_or_null(l.remote_variant)}}));
  out.append("desired", json::object({{"stock", l.stock},
                                      {"price", money_or_null(l.price)},
                                      {"listed", l.wanted},
                                      {"revision", l.revision}}));
  out.append("pending", l.pending);
  out.append("attempt", l.attempt ? attempt_view(*l.attempt, language) : json::Value());
  out.append("observed", l.observed ? observed_view(*l.observed) : json::Value());
  return out;
}

json::Value order_view(const Order& order) {
  json::Array lines;
  for (const OrderLine& l : order.lines) {
    lines.push_back(json::object({{"line", l.remote_line},
                                  {"sku", text_or_null(l.sku)},
                                  {"remote_sku", text_or_null(l.remote_sku)},
                                  {"title", l.title},
                                  {"quantity", l.quantity},
                                  {"price", money_view(l.price)},
                                  {"shortage", l.shortage}}));
  }
  json::Array shipments;
  for (const Shipment& s : order.shipments) {
    shipments.push_back(json::object({{"package", text_or_null(s.remote_package)},
                                      {"courier", text_or_null(s.courier)},
                                      {"tracking_number", text_or_null(s.tracking_number)}}));
  }
  json::Object out;
  out.append("id", order.id);
  out.append("shop", order.shop);
  out.append("channel", order.channel);
  out.append("external_id", order.external_id);
  out.append("status", to_string(order.status));
  out.append("remote_status", text_or_null(order.remote_status));
  out.append("placed_at", to_rfc3339(order.placed_at));
  out.append("updated_at", to_rfc3339(order.updated_at));
  out.append("lines", std::move(lines));
  out.append("totals", json::object({{"total", money_view(order.total)}}));
  out.append("ship_to", json::object({{"city", text_or_null(order.city)},
                                      {"province", text_or_null(order.province)}}));
  out.append("shipments", std::move(shipments));
  out.append("has_shortage", order.has_shortage);
  out.append("revision", order.revision);
  return out;
}

json::Value event_view(const Event& event) {
  return json::object(
      {{"id", event.id}, {"type", event.type}, {"at", to_rfc3339(event.at)}, {"data", event.data}});
}

json::Value organisation_view(const Organisation& o) {
  return json::object({{"id", o.id},
                       {"name", o.name},
                       {"kind", o.kind},
                       {"zone", o.zone},
                       {"village_code", json::Value(o.village_code)},
                       {"suspended", o.suspended},
                       {"created_at", to_rfc3339(o.created_at)}});
}

json::Value key_view(const ApiKey& key) {
  json::Array scopes;
  for (const std::string& s : key.scopes) scopes.push_back(s);
  return json::object({{"id", key.id},
                       {"label", key.label},
                       {"scopes", std::move(scopes)},
                       {"created_at", to_rfc3339(key.created_at)},
                       {"expires_at", time_or_null(key.expires_at)},
                       {"revoked_at", time_or_null(key.revoked_at)}});
}

json::Value page_view(json::Array data, const std::string& next) {
  return json::object({{"data", std::move(data)}, {"next", text_or_null(next)}});
}

}  // namespace gerbang::api
