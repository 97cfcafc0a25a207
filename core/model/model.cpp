// Names of the closed lists, and the small rules that go with them.
#include <algorithm>
#include <array>
#include <utility>

#include "core/model/order.hpp"
#include "core/model/organisation.hpp"
#include "core/model/review.hpp"
#include "core/model/shop.hpp"
#include "core/model/stock.hpp"
#include "core/model/work.hpp"

namespace gerbang {

namespace {

template <class E, std::size_t N>
using Names = std::array<std::pair<E, std::string_view>, N>;

template <class E, std::size_t N>
std::string_view name_in(const Names<E, N>& names, E value) {
  for (const auto& [v, name] : names) {
    if (v == value) return name;
  }
  invariant_broken("an enumerator without a name");
}

template <class E, std::size_t N>
std::optional<E> value_in(const Names<E, N>& names, std::string_view name) {
  for (const auto& [v, n] : names) {
    if (n == name) return v;
  }
  return std::nullopt;
}

constexpr Names<MovementReason, 10> kReasons = {{
    {MovementReason::received, "received"},
    {MovementReason::counted, "counted"},
    {MovementReason::sold_offline, "sold_offline"},
    {MovementReason::damaged, "damaged"},
    {MovementReason::corrected, "corrected"},
    {MovementReason::transferred, "transferred"},
    {MovementReason::reserved, "reserved"},
    {MovementReason::released, "released"},
    {MovementReason::shipped, "shipped"},
    {MovementReason::restocked, "restocked"},
}};
constexpr Names<ShopState, 6> kShopStates = {{
    {ShopState::needs_authorisation, "needs_authorisation"},
    {ShopState::active, "active"},
    {ShopState::throttled, "throttled"},
    {ShopState::unreachable, "unreachable"},
    {ShopState::paused, "paused"},
    {ShopState::retired, "retired"},
}};
constexpr Names<OrderStatus, 9> kOrderStatuses = {{
    {OrderStatus::pending, "pending"},
    {OrderStatus::paid, "paid"},
    {OrderStatus::accepted, "accepted"},
    {OrderStatus::cancel_requested, "cancel_requested"},
    {OrderStatus::shipped, "shipped"},
    {OrderStatus::delivered, "delivered"},
    {OrderStatus::completed, "completed"},
    {OrderStatus::returned, "returned"},
    {OrderStatus::cancelled, "cancelled"},
}};
constexpr Names<Aspect, 8> kAspects = {{
    {Aspect::order_fetch, "order_fetch"},
    {Aspect::order_accept, "order_accept"},
    {Aspect::order_ship, "order_ship"},
    {Aspect::order_cancel, "order_cancel"},
    {Aspect::stock, "stock"},
    {Aspect::price, "price"},
    {Aspect::content, "content"},
    {Aspect::state, "state"},
}};
constexpr Names<ReviewState, 5> kReviewStates = {{
    {ReviewState::none, "none"},
    {ReviewState::reading, "reading"},
    {ReviewState::matching, "matching"},
    {ReviewState::open, "open"},
    {ReviewState::ended, "ended"},
}};
constexpr Names<LinkDecision, 3> kLinkDecisions = {{
    {LinkDecision::undecided, "undecided"},
    {LinkDecision::confirmed, "confirmed"},
    {LinkDecision::refused, "refused"},
}};

}  // namespace

std::string_view to_string(MovementReason r) {
  return name_in(kReasons, r);
}
std::optional<MovementReason> movement_reason_from(std::string_view n) {
  return value_in(kReasons, n);
}
std::string_view to_string(ShopState s) {
  return name_in(kShopStates, s);
}
std::optional<ShopState> shop_state_from(std::string_view n) {
  return value_in(kShopStates, n);
}
std::string_view to_string(OrderStatus s) {
  return name_in(kOrderStatuses, s);
}
std::optional<OrderStatus> order_status_from(std::string_view n) {
  return value_in(kOrderStatuses, n);
}
std::string_view to_string(Aspect a) {
  return name_in(kAspects, a);
}
std::optional<Aspect> aspect_from(std::string_view n) {
  return value_in(kAspects, n);
}
std::string_view to_string(ReviewState s) {
  return name_in(kReviewStates, s);
}
std::optional<ReviewState> review_state_from(std::string_view n) {
  return value_in(kReviewStates, n);
}
std::string_view to_string(LinkDecision d) {
  return name_in(kLinkDecisions, d);
}
std::optional<LinkDecision> link_decision_from(std::string_view n) {
  return value_in(kLinkDecisions, n);
}

bool is_client_reason(MovementReason r) {
  switch (r) {
    case MovementReason::received:
    case MovementReason::sold_offline:
    case MovementReason::damaged:
    case MovementReason::corrected:
    case MovementReason::transferred:
      return true;
    default:
      return false;
  }
}

bool may_follow(OrderStatus from, OrderStatus to) {
  if (from == to || from == OrderStatus::cancelled || from == OrderStatus::returned) return false;
  if (from == OrderStatus::cancel_requested &&
      (to == OrderStatus::paid || to == OrderStatus::accepted))
    return true;
  if (to == OrderStatus::cancelled) return from != OrderStatus::completed;
  return static_cast<int>(to) > static_cast<int>(from);
}

StockHold hold_of(OrderStatus s) {
  switch (s) {
    case OrderStatus::pending:
    case OrderStatus::paid:
    case OrderStatus::accepted:
    case OrderStatus::cancel_requested:
      return StockHold::held;
    case OrderStatus::shipped:
    case OrderStatus::delivered:
    case OrderStatus::completed:
    case OrderStatus::returned:
      return StockHold::consumed;
    case OrderStatus::cancelled:
      return StockHold::free;
  }
  invariant_broken("an order status without a hold");
}

bool Principal::may(std::string_view scope) const {
  return scopes.empty() || std::find(scopes.begin(), scopes.end(), scope) != scopes.end();
}

UnitParts parts_of_unit(std::string_view unit) {
  const auto slash = unit.find('/');
  if (slash == std::string_view::npos) return {std::string(unit), {}};
  return {std::string(unit.substr(0, slash)), std::string(unit.substr(slash + 1))};
}

}  // namespace gerbang
