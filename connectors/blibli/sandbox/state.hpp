#pragma once

#include <deque>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/base/json.hpp"
#include "core/base/time.hpp"

// What the double remembers. Levels as Blibli counts them (facts blibli.md 6): a product is L3, a
// variant L4; a store has one pickup point or more, but stock is kept once per variant.
namespace gerbang::sandbox::blibli {

struct Store {
  std::string code;  // "DES-70001"
  std::string name;
  std::string seller_key;     // 64 upper-case hex digits
  std::string signature_key;  // empty: calls need no signature
  std::string username;
  std::vector<std::string> pickup_points;
  std::string delivery = "PICKUP";  // or DROPSHIP
  bool connected = true;            // the seller typed our client id in
  std::int64_t products_made = 0;
};

enum class ProductState { in_progress, active, need_correction, archived, suspended, rejected };

struct Variant {
  std::string sku;  // L4
  std::string seller_sku;
  std::string upc;
  std::int64_t price = 0;
  std::int64_t sale_price = 0;
  std::int64_t stock = 0;
  std::int64_t minimum = 1;
  bool buyable = true;
  std::map<std::string, std::string> attributes;
};

struct Product {
  std::string sku;  // L3
  std::string store;
  std::string name;
  std::string brand;
  std::string category;
  std::int64_t type = 1;
  std::string description;  // decoded
  std::string selling_point;
  std::string pickup_point;
  json::Value dimension;
  std::map<std::string, std::string> attributes;
  std::vector<std::string> images;  // paths
  std::vector<Variant> variants;
  ProductState state = ProductState::in_progress;
  std::string note;  // of the reviewer
  std::int64_t variants_made = 0;
  TimePoint created;
  TimePoint updated;
  std::optional<TimePoint> review_due;

  Variant* variant(std::string_view sku);
  bool out_of_stock() const;
};

struct QueueResult {
  std::string sku;
  std::string text;
  bool success = true;
  TimePoint at;
};

// A call that was taken and waits to be worked off.
struct QueueFeed {
  std::string id;      // 26 characters
  std::string action;  // "createProduct", "updateProduct", "archiveProduct", …
  std::string store;
  std::vector<json::Value> items;
  TimePoint created;
  TimePoint due;
  bool worked_off = false;
  std::vector<QueueResult> results;
};

struct OrderItem {
  std::string order;
  std::string item;
  std::string store;
  std::string status;   // "" while it waits for payment
  std::string package;  // empty: none
  std::string variant;  // L4
  std::string seller_sku;
  std::string title;
  std::int64_t price = 0;
  std::int64_t quantity = 0;
  std::int64_t initial_quantity = 0;
  std::string delivery;
  std::string buyer;
  std::string tracking_number;
  bool expired = false;  // payment did not come in time
  TimePoint created;
  TimePoint paid;
  TimePoint changed;
  std::vector<std::pair<std::string, TimePoint>> histories;
};

}  // namespace gerbang::sandbox::blibli
