#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "core/base/random.hpp"
#include "core/base/time.hpp"
#include "core/model/listing.hpp"
#include "core/store/order_rules.hpp"
#include "core/store/postgres/connection.hpp"
#include "core/store/postgres/rows.hpp"
#include "core/store/store.hpp"

namespace gerbang::store::postgres {

// The working set of one script: what it needs is read set-based (the want_…() functions queue, one
// sync() answers all of them), it decides in memory, and flush() writes what changed set-based, in
// one round trip. How many rows it is about changes nothing in the number of round trips.
//
// The organisation's row is locked before anything is read, so nothing that was read can change
// until the commit: rows are written back as they are here. One revision serves a whole script.
class Desk {
 public:
  Desk(Connection& db, TimePoint now, Random& random, std::string organisation);
  ~Desk() { db_.disown(); }
  Desk(const Desk&) = delete;
  Desk& operator=(const Desk&) = delete;

  Connection& db() { return db_; }
  const std::string& organisation() const { return organisation_; }
  TimePoint now() const { return now_; }
  Random& random() { return random_; }
  std::int64_t revision() const;
  bool organisation_exists() const { return exists_; }

  void sync() { db_.sync(); }
  // Writes everything and waits. Once, as the last thing of a script. `also` queues what is to
  // follow the writes in the same round trip.
  void flush(Committed& touched, const std::function<void()>& also = {});

  // ---- shops --------------------------------------------------------------------------------
  void want_shops();
  const std::map<std::string, ShopRow>& shops() const { return shops_; }
  Result<ShopRow> shop(const std::string& id) const;  // not_found shop_unknown
  void keep_shop(ShopRow row) { shops_.insert_or_assign(row.shop.id, std::move(row)); }

  // ---- products, variants, components -------------------------------------------------------
  struct ProductRow {
    std::string document;
    std::int64_t revision = 0;
    bool withdrawn = false;
    TimePoint created_at;
    TimePoint updated_at;
    bool dirty = false;
  };
  struct VariantRow {
    std::string product;
    StoredPrices prices;
    bool dirty = false;
  };
  void want_products(const std::vector<std::string>& codes);
  void want_all_products();
  // The variants of these products, and these SKUs whosever they are; with their components.
  void want_variants(const std::vector<std::string>& products,
                     const std::vector<std::string>& skus);
  void want_components(const std::vector<std::string>& skus);
  std::map<std::string, ProductRow> products;
  std::map<std::string, VariantRow> variants;
  void remove_variant(const std::string& sku);
  // By item; empty for a SKU that is not known.
  const std::vector<Component>& components_of(const std::string& sku);
  void set_components(const std::string& sku, std::vector<Component> components);

  // ---- units and listings -------------------------------------------------------------------
  struct UnitRow {
    std::string product;
    std::string remote_product;
    bool wanted = false;
    std::optional<TimePoint> publishing_since;
    std::string memo = "null";
    std::optional<bool> observed_listed;
    std::optional<bool> sent_listed;
    bool dirty = false;
  };
  struct ListingRow {
    std::string product;
    std::string unit;
    std::string remote_variant;
    bool published = false;
    bool wanted = false;
    std::int64_t revision = 0;
    std::optional<Attempt> attempt;
    std::optional<TimePoint> stock_attempt_ended;
    std::optional<Quantity> sent_stock;
    std::optional<Money> sent_price;
    std::optional<Quantity> observed_stock;
    std::optional<Money> observed_price;
    std::optional<bool> observed_listed;
    std::optional<TimePoint> observed_at;
    std::optional<TimePoint> last_order_at;
    bool dirty = false;
    // Nothing is known of a remote listing any more.
    void forget_remote();
    void forget_sent();
  };
  using InShop = std::pair<std::string, std::string>;  // (shop, unit or SKU)
  // Units of these products and listings of these products or SKUs, in every shop.
  void want_layout(const std::vector<std::string>& products, const std::vector<std::string>& skus);
  // Listings with these SKUs or in these units, all listings of the units that they stand in, and
  // those units.
  void want_listings(const std::string& shop, const std::vector<std::string>& skus,
                     const std::vector<std::string>& units);
  // Listings of the products that these SKUs belong to here, and the products' units.
  void want_siblings(const std::string& shop, const std::vector<std::string>& skus);
  // What shows these remote products, for sku_of_remote().
  void want_remote(const std::string& shop, const std::vector<std::string>& remote_products);
  std::map<InShop, UnitRow> units;
  std::map<InShop, ListingRow> listings;
  void remove_unit(const std::string& shop, const std::string& unit);
  UnitRow* unit(const std::string& shop, const std::string& unit);
  ListingRow* listing(const std::string& shop, const std::string& sku);
  // SKUs of the listings in a unit, by SKU.
  std::vector<std::string> skus_of_unit(const std::string& shop, const std::string& unit) const;
  // The SKU behind remote ids of a shop; empty when it is unknown or not the only one.
  std::string sku_of_remote(const std::string& shop, const std::string& remote_product,
                            const std::string& remote_variant) const;
  // Creates or refreshes units and listings of one product in one shop (wanted or not by channel
  // override, withdrawal, removed variants). Marks content of wanted units when they are new here
  // or `content_changed`, and state of published units that became wanted or unwanted.
  void lay_out(const ShopRow& row, const Product& product, bool withdrawn, bool content_changed);

  // ---- work ---------------------------------------------------------------------------------
  struct WorkRow {
    std::int64_t revision = 0;
    Urgency urgency = Urgency::normal;
    TimePoint since;
    TimePoint due_at;
    std::int64_t attempts = 0;
    std::string detail;
    bool parked = false;
    bool dirty = false;
  };
  using WorkKey = std::tuple<std::string, Aspect, std::string>;  // shop, aspect, subject
  // All work about these subjects: from here on it is changed in memory.
  void want_work(const std::string& shop, const std::vector<std::string>& subjects);
  WorkRow* work(const std::string& shop, Aspect aspect, const std::string& subject);
  void remove_work(const std::string& shop, Aspect aspect, const std::string& subject);
  // Whether there was or is any, parked or not.
  bool has_work(const std::string& shop, Aspect aspect, const std::string& subject) const;
  // Upserts one work row: the script's revision, parked off, attempts 0, urgency the lower of both,
  // `since` kept when the row was waiting, due now. Also raises listings.revision for all aspects
  // but orders.
  void mark(const std::string& shop, Aspect aspect, const std::string& subject, Urgency urgency,
            const std::string& detail = {});
  // Stock work of every published listing (in shops that are not retired) of every variant that
  // takes one of the items. `except`: (shop, SKU) pairs that are left out.
  void mark_stock_of_items(const std::map<std::string, Urgency>& items,
                           const std::set<InShop>& except);
  // Content of all wanted units of the shop, or another aspect of all its published listings; how
  // many is added to `marked` by the flush.
  void mark_shop(const std::string& shop, Aspect aspect, Urgency urgency, std::int64_t& marked);
  // Wakes the shop's lane after the commit.
  void touch(const std::string& shop) { touched_.insert(shop); }

  // ---- events -------------------------------------------------------------------------------
  void emit(std::string_view type, json::Value data);

  // ---- orders -------------------------------------------------------------------------------
  struct LineRow {
    OrderLine line;
    std::int64_t position = 0;
    Quantity restocked = 0;
    bool dirty = false;
  };
  struct OrderRow {
    Order order;  // its lines stand apart
    StockHold hold = StockHold::held;
    TimePoint remote_updated_at;
    std::vector<LineRow> lines;
    bool whole = false;  // all lines are here, not those with a shortage alone
    std::optional<std::string> sealed_buyer;
    bool dirty = false;
    bool any_shortage() const;
  };
  void want_orders(const std::string& shop, const std::vector<std::string>& external_ids);
  void want_orders_by_id(const std::vector<std::string>& ids);
  // Held orders with lines that lack one of the items: those lines, and what they hold.
  void want_short_orders(const std::vector<std::string>& items);
  std::map<std::string, OrderRow> orders;  // by id
  OrderRow* order(const std::string& shop, const std::string& external_id);
  void emit_order(std::string_view type, const OrderRow& row);
  // As it would be read back.
  static Order as_order(const OrderRow& row);

 private:
  struct Mark {
    Urgency urgency = Urgency::normal;
    std::string detail;
  };
  void keep_units(const Rows& rows);
  void keep_listings(const Rows& rows);
  void keep_orders(const Rows& rows);
  void keep_lines(const Rows& rows, bool whole);
  void raise_listing(const WorkKey& key);
  void apply_mark(WorkRow& row, bool fresh, const WorkKey& key, Urgency urgency,
                  const std::string& detail);
  void write_catalogue();
  void write_listings();
  void write_work();
  void write_orders();
  void write_events();

  Connection& db_;
  TimePoint now_;
  Random& random_;
  std::string organisation_;
  std::int64_t revision_ = 0;
  bool exists_ = false;

  std::map<std::string, ShopRow> shops_;
  std::map<std::string, std::vector<Component>> components_;
  std::set<std::string> components_known_;
  std::set<std::string> components_changed_;
  std::set<std::string> removed_variants_;
  std::set<InShop> removed_units_;

  std::set<InShop> work_known_;  // (shop, subject)
  std::map<WorkKey, WorkRow> work_;
  std::set<WorkKey> removed_work_;
  std::map<WorkKey, Mark> marks_;
  Batch item_marks_;   // operation, item, urgency
  Batch item_except_;  // operation, shop, SKU
  std::int64_t item_operations_ = 0;

  struct ShopMark {
    std::string shop;
    Aspect aspect;
    Urgency urgency;
    std::int64_t* marked;
  };
  std::vector<ShopMark> shop_marks_;

  struct NewEvent {
    std::string type;
    std::string data;
  };
  std::vector<NewEvent> events_;
  std::set<std::string> touched_;   // shops
  std::set<std::string> hurried_;   // of those: with work of Urgency::order
  bool item_marks_urgent_ = false;  // some of `item_marks_`
};

}  // namespace gerbang::store::postgres
