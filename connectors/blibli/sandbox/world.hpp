#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "connectors/blibli/sandbox/state.hpp"
#include "connectors/sandbox/sandbox.hpp"
#include "core/base/result.hpp"
#include "core/base/url.hpp"

// The state of the double and the services its handlers share. A handler is a free function
// Reply(World&, const Request&): it checks, changes the state, says what changed and answers.
namespace gerbang::sandbox::blibli {

enum class Family { mta, seller, staging };

// A call of the API that has passed the gateway.
struct Request {
  const HttpRequest* http = nullptr;
  std::string path;  // below /v2/proxy, without doubled slashes
  Family family = Family::seller;
  QueryItems query;
  json::Value body;                                // null: none
  std::string argument;                            // what stands in place of {…} in the route
  Store* store = nullptr;                          // not for staging calls
  std::string param(std::string_view name) const;  // "" when absent
};

// What a handler answers; the gateway puts the family's envelope around it (facts 4).
struct Reply {
  int status = 200;
  std::string code;  // "ERR-PA404001"; empty: success
  std::string message;
  json::Object members;  // "content", "value", "paging", "pageMetaData"
  std::string queue;     // becomes the answer's requestId
  bool empty = false;    // 204
  std::string file;      // a PDF in place of all that

  static Reply content(json::Value content);
  static Reply page(json::Array content, std::int64_t page, std::int64_t size, std::int64_t total);
  static Reply value(json::Value value);
  static Reply none();
  static Reply queued(const std::string& id);
  // The status stands in the code: ERR-PA404001 → 404.
  static Reply fail(std::string_view code, std::string_view message);
};
using Refusal = std::optional<Reply>;  // nothing: go on

inline constexpr std::string_view kMalformed = "ERR-PA400001";
inline constexpr std::string_view kNotConnected = "ERR-PA400054";
inline constexpr std::string_view kUnauthorised = "ERR-PA401001";
inline constexpr std::string_view kNotFound = "ERR-PA404001";
inline constexpr std::string_view kWrongState = "ERR-PA409001";
inline constexpr std::string_view kTooMany = "ERR-PA429001";

struct World {
  using Send = std::function<void(HttpRequest, Duration)>;
  World(const Options& opts, Send send_hook);

  // -- services
  TimePoint now() const { return options.clock->now(); }
  Random& random() { return *options.random; }
  const json::Value& setting(std::string_view name) const { return options.settings[name]; }
  std::int64_t number(std::string_view name, std::int64_t otherwise) const;
  bool enabled(std::string_view name, bool otherwise = false) const;
  std::string text(std::string_view name, std::string_view otherwise) const;
  // An id as JSON: a number or a text, by what the operation uses; above 2^53 by switch.
  json::Value number_id(const std::string& id) const;

  // What this call changed, for the ledger.
  void changed(json::Value effect) { effects.push_back(std::move(effect)); }

  // -- time: queues that are due are worked off, reviews that are due end
  void advance();
  void end_review(Product& product);

  // -- lookups
  Store* store(std::string_view code);
  Store* store_of_key(std::string_view seller_key);
  Product* product(std::string_view sku);
  // L4 of any product of the store.
  std::pair<Product*, Variant*> variant(const Store& store, std::string_view sku);
  OrderItem* item(std::string_view id);
  std::vector<OrderItem*> items_of_order(std::string_view order);
  std::vector<OrderItem*> items_of_package(std::string_view package);

  // -- ids
  std::string random_digits(int count);
  std::string new_queue_id();
  std::string new_order_id();
  std::string new_item_id();
  std::string new_package_id();

  QueueFeed& enqueue(const Store& store, std::string_view action, std::vector<json::Value> items);
  // Whether one more call of `key` fits into the window; counts it when it does.
  bool admit(const std::string& key, std::int64_t calls, Duration per);

  // -- webhooks (hooks.cpp)
  void push_order(const OrderItem& item, std::string_view event);
  void push_product(const Product& product, std::string_view event);

  const Options& options;
  Send send;
  json::Array effects;
  std::map<std::string, Store> stores;
  std::map<std::string, Product> products;  // by L3
  std::map<std::string, QueueFeed> queues;
  std::deque<OrderItem> items;
  std::map<std::string, std::deque<TimePoint>> calls;  // of the limits

 private:
  std::int64_t ids_made_ = 0;
};

// -- order flow (order_flow.cpp): the only place where an item changes its status
void set_status(World& world, OrderItem& item, std::string_view status);
// Takes `quantity` of the item out; all of it ends it as `end`. The goods go back on sale.
void take_out(World& world, OrderItem& item, std::int64_t quantity, std::string_view end,
              std::string_view part);
Result<std::string> place_order(World& world, const Store& store, const json::Value& lines,
                                bool pay);
Result<void> order_verb(World& world, std::string_view order, std::string_view verb,
                        const json::Value& body);

// -- queue (work_off.cpp)
void work_off(World& world, QueueFeed& queue);

// -- rules (product_rules.cpp): why Blibli refuses; empty: it does not
std::string refuse_product(const World& world, const Store& store, const json::Value& product);
std::string refuse_image(const json::Value& data);

std::string_view name_of(const Product& product);  // of its state, as the list shows it

}  // namespace gerbang::sandbox::blibli
