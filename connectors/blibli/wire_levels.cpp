#include "connectors/blibli/wire_levels.hpp"

#include <algorithm>
#include <array>

#include "connectors/blibli/limits.hpp"

namespace gerbang::blibli {

namespace {
Quantity within_stock_range(Quantity quantity) {
  return std::clamp<Quantity>(quantity, 0, kMostStock);
}
}  // namespace

const QueueEntry* Queue::of(std::string_view sku) const {
  // The last word on it, should it stand there twice.
  const auto it = std::find_if(entries.rbegin(), entries.rend(),
                               [&](const QueueEntry& e) { return e.sku == sku; });
  return it == entries.rend() ? nullptr : &*it;
}

QueryItems queue_query(std::string_view queue) {
  return {{"requestId", std::string(queue)}, {"page", "0"}, {"size", "100"}};
}

Queue queue_from(const json::Value& reply) {
  const json::Value& value = reply["value"];
  Queue out;
  for (const json::Value& e : value["queueHistory"].items()) {
    QueueEntry entry;
    entry.sku = e["gdnSku"].to_text();
    entry.text = e["value"].to_text();
    entry.success = e["isSuccess"].as_bool().value_or(false);
    out.entries.push_back(std::move(entry));
  }
  // Nothing says "finished" here: it has as many results as it took entries (inferred).
  const auto total = value["queueFeed"]["total"].to_integral();
  out.finished = total && *total >= 0 &&
                 static_cast<std::int64_t>(out.entries.size()) >=
                     std::min<std::int64_t>(*total, static_cast<std::int64_t>(kSkusPerBulk));
  return out;
}

std::string to_text(const QueueTicket& ticket) {
  return ticket.queue + "|" + std::to_string(ticket.questions) + "|" +
         std::to_string(to_unix_millis(ticket.asked)) + "|" + ticket.sku;
}

std::optional<QueueTicket> queue_ticket(std::string_view text) {
  std::array<std::string_view, 4> parts;
  for (std::size_t n = 0; n < parts.size(); ++n) {
    const auto bar = text.find('|');
    if ((bar == std::string_view::npos) != (n == parts.size() - 1)) return std::nullopt;
    parts[n] = text.substr(0, bar);
    text.remove_prefix(bar == std::string_view::npos ? text.size() : bar + 1);
  }
  const auto questions = json::Value(parts[1]).to_integral();
  const auto asked = json::Value(parts[2]).to_integral();
  if (parts[0].empty() || !questions || !asked) return std::nullopt;
  return QueueTicket{std::string(parts[0]), *questions, from_unix_millis(*asked),
                     std::string(parts[3])};
}

namespace {
json::Value bulk_body(std::string_view store, json::Array requests) {
  return json::object({{"merchantCode", store}, {"productRequests", std::move(requests)}});
}
}  // namespace

json::Value exact_stock_body(std::string_view store, const std::vector<const StockItem*>& items) {
  json::Array requests;
  for (const StockItem* item : items) {
    requests.push_back(json::object(
        {{"gdnSku", item->remote_variant}, {"exactStock", within_stock_range(item->quantity)}}));
  }
  return bulk_body(store, std::move(requests));
}

json::Value price_body(std::string_view store, const std::vector<const PriceItem*>& items) {
  json::Array requests;
  for (const PriceItem* item : items) {
    requests.push_back(json::object({{"gdnSku", item->remote_variant},
                                     {"price", item->price.amount},
                                     {"salePrice", item->price.amount}}));
  }
  return bulk_body(store, std::move(requests));
}

json::Value archive_body(const std::vector<std::string>& products) {
  json::Array skus;
  for (const std::string& id : products) skus.emplace_back(id);
  return json::object({{"productSkus", std::move(skus)}});
}

json::Value stock_body(Quantity quantity, std::string_view pickup_point) {
  json::Object body;
  body.append("availableStock", within_stock_range(quantity));
  // Needed where the product stands at several points, harmless otherwise (facts 8.3).
  if (!pickup_point.empty()) body.append("pickupPointCode", pickup_point);
  return json::Value(std::move(body));
}

}  // namespace gerbang::blibli
