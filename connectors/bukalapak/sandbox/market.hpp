#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/json.hpp"
#include "core/base/result.hpp"
#include "core/base/time.hpp"

// What Bukalapak knows and its rules about goods and orders; no HTTP.
namespace gerbang::bukalapak_sandbox {

struct Seller {
  std::string id;  // digits
  std::string name;
  std::string account;  // v2 login
  std::string password;
  std::string token;  // v2; lives for ever
};

struct Image {
  std::string seller;
  std::string product;  // empty: orphaned. An image belongs to one product only
};

struct Product {
  std::string id;  // base 36
  std::int64_t sku_id = 0;
  std::string seller;
  std::string sku_name;
  std::string name;
  std::string description;
  std::string condition = "new";
  std::string category;
  json::Value specs;
  std::vector<std::string> images;
  std::int64_t price = 0;
  std::int64_t weight = 0;
  std::int64_t stock = 0;
  std::int64_t sold = 0;
  bool on = true;         // what the seller wants; falls when stock reaches 0
  bool sold_out = false;  // it fell because a buyer took the last one
  TimePoint created_at;
  TimePoint updated_at;

  bool active() const { return on && stock > 0; }
  std::string_view state() const { return active() ? "active" : "inactive"; }
  void put_stock(std::int64_t n);
};

struct OrderLine {
  std::int64_t id = 0;
  std::string product;
  std::int64_t sku_id = 0;
  std::string sku_name, name, category, condition;
  std::int64_t price = 0, weight = 0, quantity = 0;
};

struct Order {
  std::int64_t id = 0;
  std::string seller;
  std::string state = "pending";
  std::vector<std::pair<std::string, TimePoint>> changed;  // "paid_at" …
  TimePoint created_at;
  TimePoint updated_at;
  std::vector<OrderLine> lines;
  std::string reject_reason, carrier, tracking_number, booking_code, booked_courier;
  std::vector<std::pair<TimePoint, std::string>> history;  // of the parcel

  std::optional<TimePoint> at(std::string_view state) const;  // when it entered that state
  std::int64_t goods() const;
  // The buyer's phone is shown from `accepted` on (facts bukalapak.md 6, 10).
  bool phone_locked() const { return !at("accepted") && !at("delivered"); }
};

// Waits of pass_time; 0 switches one off.
struct Deadlines {
  Duration pay{0};     // pending → expired
  Duration accept{0};  // paid → expired
  Duration refund{0};  // expired, rejected, cancelled of a paid order → refunded
};

class Market {
 public:
  std::map<std::string, Seller> sellers;
  std::map<std::string, Image> images;
  std::map<std::string, Product> products;
  std::map<std::int64_t, Order> orders;

  Product& new_product(const std::string& seller, TimePoint now);
  std::string new_image(const std::string& seller);
  void remove_product(const std::string& id);
  // Makes `ids` the images of the product: known, the seller's, not another product's; 1 to 5.
  // The text of the refusal otherwise, and nothing changed.
  std::optional<std::string> assign_images(Product& product, const std::vector<std::string>& ids);

  // A buyer takes `lines` of {sku_name, quantity}; conflict when something is not on offer in that
  // quantity, and nothing changed.
  Result<Order*> buy(const std::string& seller, const json::Value& lines, TimePoint now);
  // Moves the order on; an order that ends before the parcel left gives its goods back.
  void change(Order& order, std::string state, TimePoint now);
  // What happens by itself until `now`, each at its own time.
  void pass_time(const Deadlines& deadlines, TimePoint now);

 private:
  std::int64_t next_product_ = 1, next_image_ = 70001, next_order_ = 2101234567, next_line_ = 1;
};

// ---- categories

struct Category {
  std::string id;
  std::string parent;  // empty: a top one
  std::string name;
};
const std::vector<Category>& categories();
const Category* leaf(std::string_view id);  // null unless it is a category without children
json::Value category_tree();

// The reasons of a rejection (facts 7).
bool is_reject_reason(std::string_view text);

// Characters of UTF-8 text.
std::size_t characters(std::string_view text);

// Why this is no image that Bukalapak takes: JPEG or PNG, 2 MiB, 300 × 300 pixels (facts 7, 10).
std::optional<std::string> image_trouble(std::string_view bytes);

}  // namespace gerbang::bukalapak_sandbox
