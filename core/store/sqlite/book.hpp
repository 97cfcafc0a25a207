#pragma once

#include <string>
#include <utility>
#include <vector>

#include "core/store/reservations.hpp"
#include "core/store/sqlite/ledger.hpp"

namespace gerbang::store {

// The stock book in SQL, for one domain operation.
class SqliteBook final : public StockBook {
 public:
  SqliteBook(Database& db, std::string organisation, Ledger& ledger)
      : db_(db), organisation_(std::move(organisation)), ledger_(ledger) {}

  std::vector<StockLevel> levels(const std::string& item) override { return ledger_.levels(item); }
  void open_level(const std::string& item, const std::string& location) override {
    ledger_.open_level(item, location);
  }
  bool move(const std::string& item, const std::string& location, MovementReason reason,
            Quantity on_hand_change, Quantity reserved_change,
            std::string_view reference) override {
    return ledger_.move(item, location, reason, on_hand_change, reserved_change, reference);
  }
  std::vector<Component> takes(const LineRef& line, const char* state) override;
  std::vector<Held> rows(const LineRef& line, const std::string& item, const char* state) override;
  std::vector<HeldAt> held_at(const std::string& item, const std::string& location) override;
  void add(const LineRef& line, const Component& component, const std::string& location,
           Quantity quantity, const char* state) override;
  void set(const LineRef& line, const std::string& item, const std::string& location,
           Quantity quantity, const char* state) override;

 private:
  Database& db_;
  std::string organisation_;
  Ledger& ledger_;
};

}  // namespace gerbang::store
