#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "core/base/json.hpp"
#include "core/base/time.hpp"

// What the double of Shopee remembers. Plain values; the rules are in the handlers. Facts: the
// shopee.md sections named beside.
namespace gerbang::sandbox::shopee {

using Id = std::int64_t;

// ---- products (3) -----------------------------------------------------------------------------

struct Dimension {
  std::int64_t length = 0, width = 0, height = 0;  // cm
};

struct TierOption {
  std::string name;
  std::string image_id;
};
struct Tier {
  std::string name;
  std::vector<TierOption> options;
};

struct AttributeValue {
  Id value_id = 0;
  std::string name;
  std::string unit;
};
struct ItemAttribute {
  Id attribute_id = 0;
  std::vector<AttributeValue> values;
};

struct ItemChannel {
  Id logistic_id = 0;
  bool enabled = false;
  bool is_free = false;
  Id size_id = 0;
  std::int64_t shipping_fee = 0;
};

struct PreOrder {
  bool is_pre_order = false;
  std::int64_t days_to_ship = 0;
};

// What can be bought. An item without variants has exactly one, with model_id 0 and no tier index.
struct Model {
  Id model_id = 0;
  std::vector<std::int64_t> tier_index;
  std::string sku;
  std::string gtin;
  std::int64_t price = 0;    // whole rupiah
  std::int64_t stock = 0;    // what may still be bought
  std::int64_t ordered = 0;  // units in orders that are not shipped yet
  std::string weight;        // kg as text; empty: the item's
  std::optional<Dimension> dimension;
  std::optional<PreOrder> pre_order;
};

enum class ItemStatus { normal, banned, unlist, reviewing, seller_delete };

struct Item {
  Id item_id = 0;
  Id shop_id = 0;
  Id category_id = 0;
  std::string name, description, sku, gtin;
  std::string condition = "NEW";
  std::string weight;  // kg, as it was written
  std::optional<Dimension> dimension;
  std::vector<std::string> images;
  std::string image_ratio = "1:1";
  std::vector<ItemChannel> channels;
  std::vector<ItemAttribute> attributes;
  Id brand_id = 0;
  std::string brand_name;
  PreOrder pre_order;
  std::int64_t dangerous = 0;
  json::Value wholesale;
  ItemStatus status = ItemStatus::normal;
  TimePoint review_until;  // reviewing until then, `status` after it
  TimePoint created, updated;
  std::vector<Tier> tiers;
  std::vector<Model> models;
  json::Value violation;    // item_status_details of push 16
  std::string indexed_sku;  // what World::reindex() entered
  std::vector<std::string> indexed_units;

  bool has_model() const { return !tiers.empty(); }
  Model* model(Id id) {
    for (Model& m : models) {
      if (m.model_id == id) return &m;
    }
    return nullptr;
  }
  const Model* model(Id id) const { return const_cast<Item*>(this)->model(id); }
};

// Set by the control interface; model 0 stands for an item without variants.
struct Promotion {
  Id promotion_id = 0;
  Id item_id = 0;
  Id model_id = 0;
  std::int64_t reserved = 0;
  bool locks_price = false;
  bool locks_stock = false;
  bool locks_content = false;
  std::optional<std::int64_t> price;  // the promotion's own price
  std::int64_t start = 0, end = 0;    // unix seconds
};

// ---- orders (4) -------------------------------------------------------------------------------

struct OrderLine {
  Id item_id = 0, model_id = 0;
  std::string item_name, item_sku, model_name, model_sku, image_id, weight;
  std::int64_t quantity = 0;
  std::int64_t price = 0, paid_price = 0;  // original, discounted
  Id promotion_id = 0;
};

struct Order {
  Id sequence = 0;  // of all orders; the tail of the paging cursor
  std::string sn;
  Id shop_id = 0;
  std::string status;
  std::string former_status;  // while IN_CANCEL
  std::string package_status;
  std::string package_number;
  std::int64_t created = 0, updated = 0;  // unix seconds
  std::optional<std::int64_t> paid, picked_up;
  TimePoint ready_at;  // when Shopee has allocated it (get_shipping_parameter)
  std::vector<OrderLine> lines;
  bool cod = false;
  bool holds_stock = true;  // taken from the models and neither shipped nor given back
  std::string tracking_number;
  TimePoint tracking_at;                       // readable from then on
  std::map<std::string, TimePoint> documents;  // labels by kind; each is ready from then on
  std::string forder_id;
  std::string message, note;
  std::string cancel_by, cancel_reason, buyer_cancel_reason;
  Id buyer_user_id = 0;
  std::int64_t shipping_fee = 11000;
  std::vector<std::pair<std::int64_t, std::string>> history;  // time, package status

  std::int64_t total() const {
    std::int64_t sum = shipping_fee;
    for (const OrderLine& l : lines) sum += l.paid_price * l.quantity;
    return sum;
  }
};

struct Return {
  std::string return_sn, order_sn, status, reason, text;
  Id shop_id = 0;
  bool after_completion = false;
  std::int64_t created = 0, updated = 0, amount = 0;
  std::vector<OrderLine> lines;
};

// ---- shops and tokens (2) ---------------------------------------------------------------------

using TimeIndex = std::set<std::pair<std::int64_t, Id>>;  // unix seconds, order sequence

struct Shop {
  Id shop_id = 0;
  std::string name;
  Id main_account_id = 0;  // 0: a shop account of its own
  bool linked = false;     // authorized for our partner app
  bool banned = false;
  std::int64_t auth_time = 0, expire_time = 0;
  std::string access_token;  // the newest of its own chain or the shared first one
  Id address_id = 0;
  std::map<Id, bool> channels;  // differs from the catalogue's default: channel id → enabled
  std::vector<Id> items;        // in order of creation
  std::unordered_map<std::string, std::vector<std::pair<Id, Id>>> units_by_sku;
  std::unordered_map<std::string, std::vector<Id>> items_by_sku;  // parent SKU
  TimeIndex orders_created, orders_updated;
  std::deque<TimePoint> recent_calls;  // within the last second
};

struct AccessToken {
  std::map<Id, TimePoint> until;  // shop → valid before
};
struct RefreshToken {
  TimePoint expires;
  std::set<Id> covers;  // shops it was given for
  std::set<Id> left;    // shops that have not used it
};
struct AuthCode {
  TimePoint expires;
  bool used = false;
  Id main_account_id = 0;
  std::vector<Id> shops;
};

// ---- pushes (5) -------------------------------------------------------------------------------

struct LostPush {
  Id id = 0;
  TimePoint at;
  std::string body;
};

}  // namespace gerbang::sandbox::shopee
