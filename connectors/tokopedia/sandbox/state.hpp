#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/base/json.hpp"
#include "core/base/time.hpp"

// What the double remembers. Plain values; the rules are in the handlers. Facts: the sections of
// tiktok_tokopedia named beside.
namespace gerbang::sandbox::tokopedia {

using Id = std::int64_t;

// ---- products (4) -----------------------------------------------------------------------------

struct Sku {
  Id id = 0;
  std::string seller_sku;
  std::string external_id;
  std::int64_t price = 0;      // whole rupiah, before discounts
  std::int64_t quantity = 0;   // what may still be bought
  std::int64_t committed = 0;  // units in orders that are not shipped yet
  std::string warehouse;
  json::Array attributes;  // [{"id","name","value_id","value_name"}], sales attributes
  json::Value identifier;
};

// What an audit looks at; price and stock are never in it (4.5).
struct Content {
  std::string title, description, category, brand;
  std::vector<std::string> images;
  json::Value attributes = json::Value(json::Array());
  json::Value weight, dimensions, certifications;
};

struct Product {
  Id id = 0;
  Id shop_id = 0;
  Content live;
  std::optional<Content> review;  // an edit of a live product that is in audit
  std::vector<Sku> skus;
  std::map<std::string, std::string> status;  // by platform; not listed there: no entry
  std::string audit = "NONE";                 // of the shop's own platform alone (4.5)
  bool auditing = false;
  TimePoint audit_until;
  std::map<std::string, bool> passes;  // by platform, decided when the audit began
  std::vector<std::pair<std::string, std::string>> reasons;  // platform, reason
  std::string external_id;
  bool pre_owned = false;
  std::int64_t minimum_order = 1;
  std::string insurance;
  bool draft = false;
  bool deleted = false;
  TimePoint created, updated;

  bool in_state(std::string_view state) const {
    for (const auto& [platform, is] : status) {
      if (is == state) return true;
    }
    return false;
  }
  Sku* sku(Id id_of_sku) {
    for (Sku& s : skus) {
      if (s.id == id_of_sku) return &s;
    }
    return nullptr;
  }
};

// Set by the control interface.
struct Promotion {
  bool locks_price = false;
  bool locks_stock = false;
};

// ---- orders (5, 6) ----------------------------------------------------------------------------

struct Unit {  // one line item: one unit sold
  Id id = 0;
  Id product_id = 0, sku_id = 0;
  std::string product_name, sku_name, seller_sku, image;
  std::int64_t price = 0, paid_price = 0;
};

struct Order {
  Id sequence = 0;
  Id id = 0;
  Id shop_id = 0;
  std::string status;  // UNPAID … CANCELLED
  std::string platform;
  bool request_cancel = false;
  std::int64_t created = 0, updated = 0;  // unix seconds
  std::optional<std::int64_t> paid;
  TimePoint hold_until;  // ON_HOLD until then
  std::vector<Unit> units;
  Id package_id = 0;  // once paid
  std::string package_status;
  std::string shipping_type = "TIKTOK";
  std::string delivery_option, delivery_option_name;
  std::string provider, provider_name;
  std::string tracking_number;
  TimePoint label_at;  // number and label are readable from then on
  int label_refusals = 0;
  bool corrected = false;  // shipping_info/update, once
  std::int64_t shipped = 0;
  bool cod = false;
  bool holds_stock = true;
  std::string message, cancel_reason, cancel_by;
  Id buyer = 0;
  std::vector<std::pair<std::int64_t, std::string>> track;  // millis, what happened
};

struct Cancellation {
  Id id = 0;
  Id order_id = 0;
  Id shop_id = 0;
  std::string type;    // CANCEL, BUYER_CANCEL
  std::string role;    // SELLER, BUYER
  std::string status;  // CANCELLATION_REQUEST_PENDING …
  std::string reason;
  std::int64_t created = 0, updated = 0;
};

// ---- shops and tokens (2) ---------------------------------------------------------------------

struct Shop {
  Id id = 0;
  std::string name, cipher, code, open_id;
  bool granted = false;
  bool disabled = false;
  bool merging = false;
  std::int64_t products_today = 0, products_day = -1;
  std::map<std::string, std::string> hooks;             // event type → address
  std::map<std::string, std::deque<TimePoint>> recent;  // by endpoint, within the last second
  std::vector<Id> products;
  std::map<std::string, json::Value> answers;  // by idempotency key
};

struct Token {
  Id shop_id = 0;
  TimePoint until;
};

}  // namespace gerbang::sandbox::tokopedia
