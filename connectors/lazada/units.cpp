#include "connectors/lazada/units.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>
#include <utility>

#include "core/base/foreign_time.hpp"
#include "core/base/text.hpp"

namespace gerbang::lazada {

namespace {

constexpr std::array<std::pair<std::string_view, OrderStatus>, 22> kStatuses = {{
    {"unpaid", OrderStatus::pending},
    {"pending", OrderStatus::paid},
    {"topack", OrderStatus::paid},
    {"repacked", OrderStatus::paid},
    {"packed", OrderStatus::accepted},
    {"toship", OrderStatus::accepted},
    {"ready_to_ship_pending", OrderStatus::accepted},
    {"ready_to_ship", OrderStatus::accepted},
    {"shipped", OrderStatus::shipped},
    {"shipping", OrderStatus::shipped},
    // On its way back: what becomes of the goods is not settled yet.
    {"failed", OrderStatus::shipped},
    {"failed_delivery", OrderStatus::shipped},
    {"shipped_back", OrderStatus::shipped},
    {"shipped_back_failed", OrderStatus::shipped},
    {"delivered", OrderStatus::delivered},
    {"confirmed", OrderStatus::completed},
    {"returned", OrderStatus::returned},
    {"shipped_back_success", OrderStatus::returned},
    // Left the house and will not come back.
    {"lost", OrderStatus::cancelled},
    {"lost_by_3pl", OrderStatus::cancelled},
    {"damaged_by_3pl", OrderStatus::cancelled},
    {"package_scrapped", OrderStatus::cancelled},
}};

std::string_view trimmed(std::string_view s) {
  while (!s.empty() && s.front() == ' ') s.remove_prefix(1);
  while (!s.empty() && s.back() == ' ') s.remove_suffix(1);
  return s;
}

bool contains_any(std::string_view text, std::initializer_list<std::string_view> words) {
  return std::any_of(words.begin(), words.end(),
                     [&](std::string_view w) { return text.find(w) != std::string_view::npos; });
}

std::string hundredths(std::int64_t value, std::int64_t per_unit) {
  // Up to two decimals, rounded up.
  const std::int64_t n = (value * 100 + per_unit - 1) / per_unit;
  std::string out = std::to_string(n / 100);
  if (n % 100 == 0) return out;
  std::string fraction = std::to_string(n % 100);
  if (fraction.size() < 2) fraction.insert(0, 1, '0');
  if (fraction.back() == '0') fraction.pop_back();
  return out + "." + fraction;
}

}  // namespace

OrderStatus item_status(std::string_view word) {
  if (is_cancelled(word)) return OrderStatus::cancelled;
  for (const auto& [name, status] : kStatuses) {
    if (name == word) return status;
  }
  return OrderStatus::pending;
}

bool is_to_pack(std::string_view word) {
  return word == "pending" || word == "repacked" || word == "topack";
}

OrderStatus order_status(const std::vector<std::string>& item_words, bool cancel_asked) {
  std::optional<OrderStatus> least;
  bool any = false;
  for (const std::string& word : item_words) {
    any = true;
    const OrderStatus s = item_status(word);
    if (s == OrderStatus::cancelled) continue;
    if (!least || s < *least) least = s;
  }
  if (!any) return OrderStatus::pending;
  if (!least) return OrderStatus::cancelled;
  if (cancel_asked && *least < OrderStatus::shipped) return OrderStatus::cancel_requested;
  return *least;
}

std::string cancel_reason(const json::Value& reason_options, std::string_view ours) {
  std::string out_of_stock, buyer, harmless;
  for (const json::Value& option : reason_options.items()) {
    const std::string id = option["reason_id"].to_text();
    if (id.empty()) continue;
    const std::string name = folded(option["reason_name"].text());
    const bool zeroes =
        contains_any(name, {"stock", "stok", "price", "pricing", "harga", "inventory"});
    if (zeroes) {
      if (out_of_stock.empty() && !contains_any(name, {"price", "pricing", "harga"}))
        out_of_stock = id;
      continue;
    }
    if (buyer.empty() && contains_any(name, {"buyer", "customer", "pembeli", "pelanggan"}))
      buyer = id;
    if (harmless.empty()) harmless = id;
  }
  if (ours == "out_of_stock") return out_of_stock;
  if (ours == "customer_request" && !buyer.empty()) return buyer;
  return harmless;
}

std::optional<std::int64_t> rupiah(const json::Value& value) {
  std::string text = value.to_text();
  std::erase(text, ',');
  const std::string_view digits = trimmed(text).substr(0, trimmed(text).find('.'));
  std::int64_t out = 0;
  const auto [end, ec] = std::from_chars(digits.data(), digits.data() + digits.size(), out);
  if (digits.empty() || ec != std::errc{} || end != digits.data() + digits.size()) return {};
  if (out < 0 || out > 1'000'000'000'000) return {};
  return out;
}

std::string kilograms(std::int64_t grams) {
  return hundredths(grams, 1000);
}
std::string centimetres(std::int64_t millimetres) {
  return hundredths(millimetres, 10);
}

std::optional<TimePoint> read_time(const json::Value& value) {
  std::string text = value.to_text();
  if (text.size() >= 12 && text.find_first_not_of("0123456789") == std::string::npos) {
    const auto ms = value.to_integral();
    if (ms && *ms > 0) return foreign_time(*ms / 1000) + Duration(*ms % 1000);
    return std::nullopt;
  }
  if (text.size() > 10 && text[10] == ' ') text[10] = 'T';
  std::erase(text, ' ');
  // "+0700" → "+07:00"
  if (text.size() > 5) {
    const std::size_t sign = text.size() - 5;
    if ((text[sign] == '+' || text[sign] == '-') && sign > 10) text.insert(text.size() - 2, 1, ':');
  }
  return from_rfc3339(text);
}

std::string iso_time(TimePoint time) {
  const TimePoint local = std::chrono::floor<std::chrono::seconds>(time) + std::chrono::hours(7);
  std::string text = to_rfc3339(local);
  text.pop_back();  // the Z
  return text + "+07:00";
}

std::optional<std::int64_t> ban_seconds(std::string_view message) {
  const auto at = message.find("second");
  if (at == std::string_view::npos || at == 0) return std::nullopt;
  std::size_t end = at;
  while (end > 0 && message[end - 1] == ' ') --end;
  std::size_t begin = end;
  while (begin > 0 && message[begin - 1] >= '0' && message[begin - 1] <= '9') --begin;
  std::int64_t out = 0;
  const auto [stop, ec] = std::from_chars(message.data() + begin, message.data() + end, out);
  if (begin == end || ec != std::errc{}) return std::nullopt;
  return out;
}

bool has_refused_character(std::string_view text) {
  return text.find_first_of("\"^~<>|") != std::string_view::npos;
}

std::string without_quotes(std::string_view text) {
  std::string out(text);
  std::replace(out.begin(), out.end(), '"', '\'');
  return out;
}

namespace {
std::string escaped(std::string_view text, bool html) {
  std::string out;
  out.reserve(text.size() + text.size() / 16);
  for (const char c : text) {
    if (c == '&') {
      out += "&amp;";
    } else if (c == '<') {
      out += "&lt;";
    } else if (c == '>') {
      out += "&gt;";
    } else if (c == '"' && !html) {
      out += "&quot;";
    } else if (c == '\n' && html) {
      out += "<br>";
    } else if (c == '\r' && html) {
      continue;
    } else {
      out += c;
    }
  }
  return out;
}
}  // namespace

std::string html_of(std::string_view plain) {
  return escaped(plain, true);
}
std::string xml_of(std::string_view text) {
  return escaped(text, false);
}

}  // namespace gerbang::lazada
