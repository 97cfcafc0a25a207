#include "connectors/blibli/wire_levels.hpp"

#include <algorithm>
#include <charconv>

#include "connectors/blibli/limits.hpp"

namespace gerbang::blibli {

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
         std::to_string(to_unix_millis(ticket.asked));
}

std::optional<QueueTicket> queue_ticket(std::string_view text) {
  const auto last = text.rfind('|');
  if (last == std::string_view::npos || last == 0) return std::nullopt;
  const auto middle = text.rfind('|', last - 1);
  if (middle == std::string_view::npos || middle == 0) return std::nullopt;
  const auto number = [](std::string_view digits) -> std::optional<std::int64_t> {
    std::int64_t n = 0;
    const auto [end, ec] = std::from_chars(digits.data(), digits.data() + digits.size(), n);
    if (ec != std::errc{} || end != digits.data() + digits.size()) return std::nullopt;
    return n;
  };
  const auto questions = number(text.substr(middle + 1, last - middle - 1));
  const auto asked = number(text.substr(last + 1));
  if (!questions || !asked) return std::nullopt;
  return QueueTicket{std::string(text.substr(0, middle)), *questions, from_unix_millis(*asked)};
}

json::Value price_body(std::string_view store, const std::vector<const PriceItem*>& items) {
  json::Array requests;
  for (const PriceItem* item : items) {
    requests.push_back(json::object({{"gdnSku", item->remote_variant},
                                     {"price", item->price.amount},
                                     {"salePrice", item->price.amount}}));
  }
  return json::object({{"merchantCode", store}, {"productRequests", std::move(requests)}});
}

json::Value archive_body(const std::vector<std::string>& products) {
  json::Array skus;
  for (const std::string& id : products) skus.emplace_back(id);
  return json::object({{"productSkus", std::move(skus)}});
}

json::Value stock_body(Quantity quantity, std::string_view pickup_point) {
  json::Object body;
  body.append("availableStock", std::clamp<Quantity>(quantity, 0, kMostStock));
  // Needed where the product stands at several points, harmless otherwise (facts 8.3).
  if (!pickup_point.empty()) body.append("pickupPointCode", pickup_point);
  return json::Value(std::move(body));
}

}  // namespace gerbang::blibli
