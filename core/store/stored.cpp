#include "core/store/stored.hpp"

#include <utility>

namespace gerbang::store {

Result<Product> stored_product(const std::string& code, const std::string& document) {
  auto product = product_from_json(code, stored_json(document));
  // Not the caller's fault: it was valid when it came.
  if (!product)
    return Error(ErrorKind::bug, "product_unreadable", code + ": " + product.error().describe());
  return product;
}

json::Value texts_to_json(const std::vector<std::string>& texts) {
  json::Array out;
  for (const std::string& text : texts) out.emplace_back(text);
  return out;
}

std::vector<std::string> texts_from_json(const json::Value& value) {
  std::vector<std::string> out;
  for (const json::Value& text : value.items()) out.emplace_back(text.text());
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

json::Value shipments_to_json(const std::vector<Shipment>& shipments) {
  json::Array out;
  for (const Shipment& s : shipments)
    out.push_back(json::object({{"package", s.remote_package},
                                {"courier", s.courier},
                                {"tracking_number", s.tracking_number}}));
  return out;
}

std::vector<Shipment> shipments_from_json(const json::Value& value) {
  std::vector<Shipment> out;
  for (const json::Value& entry : value.items())
    out.push_back({std::string(entry["package"].text()), std::string(entry["courier"].text()),
                   std::string(entry["tracking_number"].text())});
  return out;
}

std::optional<Money> StoredPrices::effective(const std::string& channel) const {
  const auto own = channels.find(channel);
  return own != channels.end() ? own->second : price;
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

std::string prices_to_text(const std::map<std::string, Money>& channels) {
  json::Object out;
  for (const auto& [channel, money] : channels) out.append(channel, money_to_json(money));
  return json::dump(std::move(out));
}

std::map<std::string, Money> prices_from_text(const std::string& text) {
  std::map<std::string, Money> out;
  if (text == "{}") return out;
  const json::Value parsed = stored_json(text);
  for (const auto& [channel, price] : parsed.members()) {
    if (const auto money = money_from_json(price)) out.emplace(channel, *money);
  }
  return out;
}

}  // namespace gerbang::store
