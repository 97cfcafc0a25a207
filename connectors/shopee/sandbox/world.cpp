#include "connectors/shopee/sandbox/world.hpp"

#include <algorithm>
#include <charconv>

namespace gerbang::sandbox::shopee {

namespace {

// The first odd number above 2^53 and some: a reader that goes through double loses the last bit.
constexpr Id kItems = 9'007'199'254'900'001;
constexpr Id kModels = 9'107'199'254'900'001;
constexpr Id kPromotions = 9'207'199'254'900'001;
constexpr Id kSmallItems = 27'410'000'001;
constexpr Id kSmallModels = 187'700'000'001;
constexpr Id kSmallPromotions = 300'000'000'001;

std::string_view trimmed(std::string_view s) {
  while (!s.empty() && (s.front() == ' ' || s.front() == '"')) s.remove_prefix(1);
  while (!s.empty() && (s.back() == ' ' || s.back() == '"')) s.remove_suffix(1);
  return s;
}

}  // namespace

std::optional<std::int64_t> digits(std::string_view text) {
  std::int64_t out = 0;
  if (text.empty() || text.front() == '-') return std::nullopt;
  const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), out);
  if (ec != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return out;
}

std::optional<std::int64_t> whole(const json::Value& value) {
  return value.is_number() ? value.to_integral() : std::nullopt;
}

std::int64_t length_of(const World& world, std::string_view text) {
  if (world.text("count_lengths_in", "code_points") == "bytes")
    return static_cast<std::int64_t>(text.size());
  return std::count_if(text.begin(), text.end(),
                       [](char c) { return (static_cast<unsigned char>(c) & 0xC0u) != 0x80u; });
}

std::string_view name_of(ItemStatus status) {
  switch (status) {
    case ItemStatus::normal:
      return "NORMAL";
    case ItemStatus::banned:
      return "BANNED";
    case ItemStatus::unlist:
      return "UNLIST";
    case ItemStatus::reviewing:
      return "REVIEWING";
    case ItemStatus::seller_delete:
      return "SELLER_DELETE";
  }
  return "";
}

// ---- requests and replies ---------------------------------------------------------------------

std::string Request::param(std::string_view name) const {
  return query_value(query, name).value_or("");
}
std::optional<std::int64_t> Request::integer(std::string_view name) const {
  return digits(param(name));
}
bool Request::flag(std::string_view name) const {
  return param(name) == "true";
}

std::vector<std::string> Request::list(std::string_view name) const {
  std::vector<std::string> out;
  for (const auto& [key, value] : query) {
    if (key != name) continue;
    std::string_view rest = value;
    if (rest.starts_with('[') && rest.ends_with(']')) rest = rest.substr(1, rest.size() - 2);
    while (!rest.empty()) {
      const auto comma = rest.find(',');
      if (const auto part = trimmed(rest.substr(0, comma)); !part.empty()) out.emplace_back(part);
      rest = comma == std::string_view::npos ? std::string_view() : rest.substr(comma + 1);
    }
  }
  return out;
}

Reply Reply::ok(json::Value response) {
  Reply out;
  out.response = std::move(response);
  out.has_response = true;
  return out;
}
Reply Reply::at_top(json::Object fields) {
  Reply out;
  out.top = std::move(fields);
  return out;
}
Reply Reply::fail(std::string_view code, std::string_view message) {
  Reply out;
  out.error = code;
  out.message = message;
  return out;
}
Reply Reply::fail(std::string_view code, std::string_view message, json::Value response) {
  Reply out = fail(code, message);
  out.response = std::move(response);
  out.has_response = true;
  return out;
}
Reply Reply::refused(std::string_view code, std::string_view message) {
  Reply out = fail(code, message);
  out.from_gateway = true;
  return out;
}

// ---- settings and ids -------------------------------------------------------------------------

World::World(const Options& opts, PushQueue push_queue)
    : options(opts), queue(std::move(push_queue)), pushes_on{1, 2, 3, 4, 8, 12, 15, 16} {}

std::int64_t World::number(std::string_view name, std::int64_t otherwise) const {
  return setting(name).as_int64().value_or(otherwise);
}
bool World::enabled(std::string_view name, bool otherwise) const {
  return setting(name).as_bool().value_or(otherwise);
}
std::string World::text(std::string_view name, std::string_view otherwise) const {
  const std::string* found = setting(name).as_string();
  return found ? *found : std::string(otherwise);
}
json::Value World::money(std::int64_t rupiah) const {
  if (enabled("float_prices")) return json::Decimal{std::to_string(rupiah) + ".0"};
  return rupiah;
}

Id World::new_item_id() {
  return (enabled("small_ids") ? kSmallItems : kItems) + 22 * items_made_++;
}
Id World::new_model_id() {
  return (enabled("small_ids") ? kSmallModels : kModels) + 2 * models_made_++;
}
Id World::new_promotion_id() {
  return (enabled("small_ids") ? kSmallPromotions : kPromotions) + 2 * promotions_made_++;
}

std::string World::new_order_sn() {
  static constexpr std::string_view kSigns = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
  const std::chrono::year_month_day day(
      std::chrono::floor<std::chrono::days>(now() + std::chrono::hours(8)));
  const auto two = [](unsigned n) {
    return std::string(1, static_cast<char>('0' + n / 10 % 10)) + static_cast<char>('0' + n % 10);
  };
  for (;;) {
    std::string sn = two(static_cast<unsigned>(static_cast<int>(day.year()) % 100)) +
                     two(static_cast<unsigned>(day.month())) +
                     two(static_cast<unsigned>(day.day()));
    for (int i = 0; i < 8; ++i) sn += kSigns[random().below(kSigns.size())];
    if (!orders_by_sn.contains(sn)) return sn;
  }
}

// ---- lookups ----------------------------------------------------------------------------------

Shop* World::shop(Id id) {
  const auto it = shops.find(id);
  return it == shops.end() ? nullptr : &it->second;
}
const Shop* World::shop(Id id) const {
  return const_cast<World*>(this)->shop(id);
}

Item* World::item(Id id) {
  const auto it = items.find(id);
  return it == items.end() ? nullptr : &it->second;
}

Item* World::live_item(const Request& request, const json::Value& id, Refusal& why) {
  const auto number = whole(id);
  if (!number) {
    why = Reply::fail("error_param", "invalid field ItemId: value must  Not Null");
    return nullptr;
  }
  Item* found = item(*number);
  if (!found || found->status == ItemStatus::seller_delete) {
    why = Reply::fail("error_item_not_found", "Product not found.");
    return nullptr;
  }
  if (found->shop_id != request.shop->shop_id) {
    why = Reply::fail("error_item_not_belong_shop", "This item does not belong to the shop.");
    return nullptr;
  }
  return found;
}

Order* World::order(std::string_view sn) {
  const auto it = orders_by_sn.find(std::string(sn));
  return it == orders_by_sn.end() ? nullptr : &orders[static_cast<std::size_t>(it->second)];
}
Order* World::order_of(const Shop& owner, std::string_view sn) {
  Order* found = order(sn);
  return found && found->shop_id == owner.shop_id ? found : nullptr;
}

ItemStatus World::status_of(const Item& item) const {
  const bool under_review = item.status == ItemStatus::normal || item.status == ItemStatus::unlist;
  return under_review && now() < item.review_until ? ItemStatus::reviewing : item.status;
}

const Promotion* World::promotion(Id item, Id model) const {
  const auto running = [&](const Promotion& p) {
    return p.start <= seconds() && seconds() < p.end;
  };
  if (model >= 0) {
    const auto it = promotions.find({item, model});
    return it != promotions.end() && running(it->second) ? &it->second : nullptr;
  }
  for (auto it = promotions.lower_bound({item, 0});
       it != promotions.end() && it->first.first == item; ++it) {
    if (running(it->second)) return &it->second;
  }
  return nullptr;
}

// ---- indexes ----------------------------------------------------------------------------------

void World::reindex(Item& item) {
  Shop& owner = shops.at(item.shop_id);
  const auto forget = [](auto& index, const std::string& sku, const auto& belongs) {
    const auto it = index.find(sku);
    if (it == index.end()) return;
    std::erase_if(it->second, belongs);
    if (it->second.empty()) index.erase(it);
  };
  forget(owner.items_by_sku, item.indexed_sku, [&](Id id) { return id == item.item_id; });
  for (const std::string& sku : item.indexed_units)
    forget(owner.units_by_sku, sku, [&](const auto& unit) { return unit.first == item.item_id; });
  item.indexed_sku.clear();
  item.indexed_units.clear();
  if (item.status == ItemStatus::seller_delete) return;
  if (!item.sku.empty()) owner.items_by_sku[item.sku].push_back(item.item_id);
  item.indexed_sku = item.sku;
  for (const Model& m : item.models) {
    const std::string& sku = item.has_model() ? m.sku : item.sku;
    if (sku.empty()) continue;
    owner.units_by_sku[sku].emplace_back(item.item_id, m.model_id);
    item.indexed_units.push_back(sku);
  }
}

void World::touch(Order& order) {
  Shop& owner = shops.at(order.shop_id);
  owner.orders_updated.erase({order.updated, order.sequence});
  order.updated = seconds();
  owner.orders_updated.emplace(order.updated, order.sequence);
}

}  // namespace gerbang::sandbox::shopee
