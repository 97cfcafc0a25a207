#include "connectors/tokopedia/units.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "core/base/text.hpp"

namespace gerbang::tokopedia {

namespace {

constexpr std::array<std::pair<std::string_view, OrderStatus>, 12> kOrderStatuses = {{
    {"UNPAID", OrderStatus::pending},
    {"ON_HOLD", OrderStatus::pending},
    {"AWAITING_SHIPMENT", OrderStatus::paid},
    {"PARTIALLY_SHIPPING", OrderStatus::accepted},
    {"AWAITING_COLLECTION", OrderStatus::accepted},
    {"IN_TRANSIT", OrderStatus::shipped},
    {"DELIVERED", OrderStatus::delivered},
    {"COMPLETED", OrderStatus::completed},
    {"CANCELLED", OrderStatus::cancelled},
    {"CANCELED", OrderStatus::cancelled},
    {"CANCEL", OrderStatus::cancelled},
    {"IN_CANCEL", OrderStatus::cancel_requested},
}};

}  // namespace

std::optional<std::string_view> platform_named(std::string_view word) {
  const std::string low = folded(word);
  if (low == "tokopedia") return kTokopediaPlatform;
  if (low == "shop" || low == "tiktok shop") return kShopPlatform;
  return std::nullopt;
}

std::vector<std::string> PlatformStates::platforms() const {
  std::vector<std::string> out;
  if (!shop.empty()) out.emplace_back(kShopPlatform);
  if (!tokopedia.empty()) out.emplace_back(kTokopediaPlatform);
  return out;
}

std::vector<std::string> PlatformStates::in(std::initializer_list<std::string_view> states) const {
  const auto among = [&](const std::string& state) {
    return std::find(states.begin(), states.end(), state) != states.end();
  };
  std::vector<std::string> out;
  if (among(shop)) out.emplace_back(kShopPlatform);
  if (among(tokopedia)) out.emplace_back(kTokopediaPlatform);
  return out;
}

bool PlatformStates::all(std::string_view state) const {
  return (!shop.empty() || !tokopedia.empty()) && (shop.empty() || shop == state) &&
         (tokopedia.empty() || tokopedia == state);
}

std::string PlatformStates::text() const {
  if (shop.empty() || tokopedia.empty() || shop == tokopedia)
    return shop.empty() ? tokopedia : shop;
  return "shop " + shop + ", tokopedia " + tokopedia;
}

PlatformStates platform_states(const json::Value& product) {
  PlatformStates out;
  out.shop = product["status"].text();
  const json::Value& others = product["integrated_platform_statuses"];
  const auto take = [&](const json::Value& entry) {
    if (entry["platform"].text() == kTokopediaPlatform) out.tokopedia = entry["status"].text();
    if (entry["platform"].text() == kShopPlatform) out.shop = entry["status"].text();
  };
  if (others.is_object()) take(others);
  for (const json::Value& entry : others.items()) take(entry);
  return out;
}

OrderStatus order_status(std::string_view word) {
  for (const auto& [name, status] : kOrderStatuses) {
    if (name == word) return status;
  }
  return OrderStatus::pending;
}

std::string_view cancel_reason(std::string_view ours, bool unpaid) {
  if (!unpaid) return "seller_cancel_reason_out_of_stock";
  return ours == "not_paid" ? "seller_cancel_unpaid_reason_buyer_hasnt_paid_within_time_allowed"
                            : "seller_cancel_unpaid_reason_out_of_stock";
}

std::string join_units(std::vector<std::string> ids) {
  std::sort(ids.begin(), ids.end(), [](const std::string& a, const std::string& b) {
    return a.size() != b.size() ? a.size() < b.size() : a < b;
  });
  std::string out;
  for (const std::string& id : ids) {
    if (out.empty()) {
      out = id;
      continue;
    }
    out += ',';
    const std::string& first = ids.front();
    std::size_t shared = 0;
    if (id.size() == first.size()) {
      // The last digit always stays, so that a shortened id is never empty.
      while (shared + 1 < id.size() && id[shared] == first[shared]) ++shared;
    }
    out += id.substr(shared);
  }
  constexpr std::size_t kMost = 96;
  if (out.size() > kMost) return ids.front() + "*" + std::to_string(ids.size());
  return out;
}

std::vector<std::string> split_units(std::string_view joined) {
  joined = joined.substr(0, joined.find('*'));
  std::vector<std::string> out;
  while (!joined.empty()) {
    const auto comma = joined.find(',');
    const std::string part(joined.substr(0, comma));
    joined = comma == std::string_view::npos ? std::string_view() : joined.substr(comma + 1);
    if (!out.empty() && part.size() < out.front().size()) {
      out.push_back(out.front().substr(0, out.front().size() - part.size()) + part);
    } else {
      out.push_back(part);
    }
  }
  return out;
}

std::optional<std::int64_t> rupiah(const json::Value& value) {
  std::optional<std::int64_t> out = value.to_integral();
  if (!out) {
    std::optional<double> number = value.as_double();
    if (!number && value.is_string() && !value.text().empty())
      number = json::Decimal{std::string(value.text())}.value();
    if (!number || !std::isfinite(*number) || std::abs(*number) > 9e15) return {};
    out = static_cast<std::int64_t>(*number);
  }
  if (*out < 0 || *out > kMaxAmount) return {};
  return out;
}

std::optional<Quantity> quantity(const json::Value& value) {
  const auto out = value.to_integral();
  if (!out) return std::nullopt;
  return std::clamp<Quantity>(*out, 0, kMaxQuantity);
}

}  // namespace gerbang::tokopedia
