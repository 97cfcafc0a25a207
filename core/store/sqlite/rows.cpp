#include "core/store/sqlite/rows.hpp"

#include <utility>

namespace gerbang::store {

namespace {

#define GERBANG_SHOP_COLUMNS                                                                      \
  "SELECT organisation, id, channel, name, remote_id, variants_in_listing, state, since, reason," \
  " buffer, share_percent, schedule, token_expires_at, token_version, last_success_at,"           \
  " orders_polled_to, created_at FROM shops "

std::vector<ScheduleRule> schedule_from_json(const json::Value& value) {
  std::vector<ScheduleRule> out;
  for (const json::Value& entry : value.items()) {
    ScheduleRule rule;
    rule.job = entry["job"].text();
    for (const json::Value& minute : entry["minutes_of_day"].items())
      rule.minutes_of_day.push_back(static_cast<int>(minute.as_int64().value_or(0)));
    if (const auto every = entry["every_minutes"].as_int64())
      rule.every = std::chrono::minutes(*every);
    out.push_back(std::move(rule));
  }
  return out;
}

ShopRow shop_from(const Statement& row) {
  ShopRow out;
  Shop& s = out.shop;
  s.organisation = row.text(0);
  s.id = row.text(1);
  s.channel = row.text(2);
  s.name = row.text(3);
  s.remote_id = row.text(4);
  out.variants_in_listing = row.integer(5) != 0;
  const auto state = shop_state_from(row.text(6));
  ensure(state.has_value(), "a stored shop state is unknown");
  s.state = *state;
  s.since = row.time(7);
  s.reason = row.text(8);
  s.buffer = row.integer(9);
  s.share_percent = static_cast<int>(row.integer(10));
  s.schedule = schedule_from_json(stored_json(row.text(11)));
  s.token_expires_at = row.time_or_null(12);
  s.token_version = row.integer(13);
  s.last_success_at = row.time_or_null(14);
  s.orders_polled_to = row.time_or_null(15);
  s.created_at = row.time(16);
  return out;
}

}  // namespace

Result<ShopRow> find_shop(Database& db, const std::string& organisation, const std::string& shop) {
  auto row = db.query(GERBANG_SHOP_COLUMNS "WHERE id = ?1").bind(1, shop);
  if (row.step()) {
    ShopRow found = shop_from(row);
    if (organisation.empty() || organisation == found.shop.organisation) return found;
  }
  return Error(ErrorKind::not_found, "shop_unknown", "no shop " + shop);
}

std::vector<ShopRow> all_shops(Database& db, const std::string& organisation) {
  std::vector<ShopRow> out;
  if (organisation.empty()) {
    auto row = db.query(GERBANG_SHOP_COLUMNS "ORDER BY id");
    while (row.step()) out.push_back(shop_from(row));
  } else {
    auto row =
        db.query(GERBANG_SHOP_COLUMNS "WHERE organisation = ?1 ORDER BY id").bind(1, organisation);
    while (row.step()) out.push_back(shop_from(row));
  }
  return out;
}

json::Value schedule_to_json(const std::vector<ScheduleRule>& schedule) {
  json::Array out;
  for (const ScheduleRule& rule : schedule) {
    json::Object entry;
    entry.append("job", rule.job);
    if (rule.every) {
      entry.append("every_minutes", static_cast<std::int64_t>(rule.every->count()));
    } else {
      json::Array minutes;
      for (const int minute : rule.minutes_of_day) minutes.emplace_back(minute);
      entry.append("minutes_of_day", std::move(minutes));
    }
    out.emplace_back(std::move(entry));
  }
  return out;
}

StockView read_stock(Database& db, const std::string& organisation, const std::string& item) {
  StockView view;
  view.item = item;
  auto row = db.query(
                   "SELECT location, on_hand, reserved, buffer, counted_at, revision"
                   " FROM stock_levels WHERE organisation = ?1 AND item = ?2 ORDER BY location")
                 .bind(1, organisation)
                 .bind(2, item);
  while (row.step()) {
    StockLevel level;
    level.item = item;
    level.location = row.text(0);
    level.on_hand = row.integer(1);
    level.reserved = row.integer(2);
    level.buffer = row.integer(3);
    level.counted_at = row.time_or_null(4);
    view.levels.push_back(std::move(level));
    view.revision = std::max(view.revision, row.integer(5));
  }
  return view;
}

json::Value money_to_json(const Money& money) {
  return json::object({{"amount", money.amount}, {"currency", money.currency}});
}

std::optional<Money> money_from_json(const json::Value& value) {
  const auto amount = value["amount"].as_int64();
  if (!amount) return std::nullopt;
  return Money{*amount, std::string(value["currency"].text())};
}

json::Value stored_json(const std::string& text) {
  json::Limits limits;
  limits.bytes = 64 * 1024 * 1024;
  limits.values = 1'000'000;
  auto value = json::parse(text, limits);
  ensure(value.ok(), "a stored JSON value is unreadable");
  return *std::move(value);
}

}  // namespace gerbang::store
