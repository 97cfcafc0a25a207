#include "core/store/sqlite/ledger.hpp"

#include <utility>

#include "core/base/ids.hpp"

namespace gerbang::store {

Ledger::Ledger(Database& db, std::string organisation, TimePoint now, Random& random,
               std::int64_t revision)
    : db_(db),
      organisation_(std::move(organisation)),
      now_(now),
      random_(random),
      revision_(revision) {}

std::vector<StockLevel> Ledger::levels(const std::string& item) {
  std::vector<StockLevel> out;
  auto row = db_.query(
                    "SELECT location, on_hand, reserved, buffer, counted_at FROM stock_levels"
                    " WHERE organisation = ?1 AND item = ?2"
                    " ORDER BY on_hand - reserved DESC, location")
                 .bind(1, organisation_)
                 .bind(2, item);
  while (row.step()) {
    StockLevel level;
    level.item = item;
    level.location = row.text(0);
    level.on_hand = row.integer(1);
    level.reserved = row.integer(2);
    level.buffer = row.integer(3);
    level.counted_at = row.time_or_null(4);
    out.push_back(std::move(level));
  }
  return out;
}

void Ledger::open_level(const std::string& item, const std::string& location) {
  remember(item);
  db_.query(
         "INSERT INTO stock_levels (organisation, item, location, on_hand, reserved, revision)"
         " VALUES (?1, ?2, ?3, 0, 0, ?4) ON CONFLICT DO NOTHING")
      .bind(1, organisation_)
      .bind(2, item)
      .bind(3, location)
      .bind(4, revision_)
      .run();
}

bool Ledger::move(const std::string& item, const std::string& location, MovementReason reason,
                  Quantity on_hand_change, Quantity reserved_change, std::string_view reference) {
  remember(item);
  Quantity free = 0;
  {
    auto row = db_.query(
                      "UPDATE stock_levels SET on_hand = on_hand + ?4, reserved = reserved + ?5,"
                      " revision = ?6 WHERE organisation = ?1 AND item = ?2 AND location = ?3"
                      " AND on_hand + ?4 >= 0 AND reserved + ?5 >= 0"
                      " AND (?5 <= 0 OR on_hand + ?4 >= reserved + ?5)"
                      " RETURNING on_hand - reserved, on_hand, reserved")
                   .bind(1, organisation_)
                   .bind(2, item)
                   .bind(3, location)
                   .bind(4, on_hand_change)
                   .bind(5, reserved_change)
                   .bind(6, revision_);
    if (!row.step()) return false;
    free = row.integer(0);
    ensure(row.integer(1) >= 0 && row.integer(2) >= 0, "stock below zero");
    ensure(reserved_change <= 0 || free >= 0, "more is reserved than there is");
  }
  if (free < 0 && on_hand_change < reserved_change) overdrawn_.insert(item);
  db_.query(
         "INSERT INTO stock_movements (organisation, id, item, location, reason, on_hand_change,"
         " reserved_change, reference, at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)")
      .bind(1, organisation_)
      .bind(2, new_id("mov", now_, random_))
      .bind(3, item)
      .bind(4, location)
      .bind(5, to_string(reason))
      .bind(6, on_hand_change)
      .bind(7, reserved_change)
      .bind(8, reference)
      .bind(9, now_)
      .run();
  return true;
}

void Ledger::set_buffer(const std::string& item, const std::string& location, Quantity buffer) {
  remember(item);
  db_.query(
         "UPDATE stock_levels SET buffer = ?4, revision = ?5"
         " WHERE organisation = ?1 AND item = ?2 AND location = ?3 AND buffer <> ?4")
      .bind(1, organisation_)
      .bind(2, item)
      .bind(3, location)
      .bind(4, buffer)
      .bind(5, revision_)
      .run();
}

Ledger::Effect Ledger::effect(const std::string& item) {
  const Sums after = sums(item);
  const auto found = before_.find(item);
  const Sums& before = found == before_.end() ? after : found->second;
  return {before.available, after.available, before.free, after.free};
}

std::set<std::string> Ledger::touched() const {
  std::set<std::string> out;
  for (const auto& [item, sums] : before_) out.insert(item);
  return out;
}

Ledger::Sums Ledger::sums(const std::string& item) {
  auto row = db_.query(
                    "SELECT coalesce(sum(max(on_hand - reserved - buffer, 0)), 0),"
                    " coalesce(sum(on_hand - reserved), 0) FROM stock_levels"
                    " WHERE organisation = ?1 AND item = ?2")
                 .bind(1, organisation_)
                 .bind(2, item);
  row.step();
  return {row.integer(0), row.integer(1)};
}

void Ledger::remember(const std::string& item) {
  if (!before_.contains(item)) before_.emplace(item, sums(item));
}

}  // namespace gerbang::store
