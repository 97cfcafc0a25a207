#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/url.hpp"
#include "core/connector/types.hpp"

// Prices, states and the queue that works them off (facts blibli.md 8.2, 8.3).
namespace gerbang::blibli {

// What a queue has made of its entries so far.
struct QueueEntry {
  std::string sku;   // L4 of prices, L3 of states and creations
  std::string text;  // "SUCCESS", else a reason
  bool success = false;
};
struct Queue {
  std::vector<QueueEntry> entries;
  bool finished = false;
  const QueueEntry* of(std::string_view sku) const;
};
QueryItems queue_query(std::string_view queue);
Queue queue_from(const json::Value& reply);

// What the connector notes of a deferred value: the queue, how often it was asked after, when last.
struct QueueTicket {
  std::string queue;
  std::int64_t questions = 0;
  TimePoint asked;
  std::string sku;  // what the queue calls the entry
};
std::string to_text(const QueueTicket& ticket);
std::optional<QueueTicket> queue_ticket(std::string_view text);

// {"merchantCode","productRequests":[{"gdnSku","price","salePrice"}]}: both prices, always
// (facts 8.3).
json::Value price_body(std::string_view store, const std::vector<const PriceItem*>& items);
// {"merchantCode","productRequests":[{"gdnSku","exactStock"}]}: never "stock", which is a
// difference; it has no word for a pickup point (facts 8.3).
json::Value exact_stock_body(std::string_view store, const std::vector<const StockItem*>& items);
json::Value archive_body(const std::vector<std::string>& products);
json::Value stock_body(Quantity quantity, std::string_view pickup_point);

}  // namespace gerbang::blibli
