#include "connectors/sample/units.hpp"

#include <array>
#include <utility>

namespace gerbang::sample {

namespace {
constexpr std::array<std::pair<std::string_view, OrderStatus>, 9> kStates = {{
    {"new", OrderStatus::pending},
    {"paid", OrderStatus::paid},
    {"processing", OrderStatus::accepted},
    {"cancel_asked", OrderStatus::cancel_requested},
    {"sent", OrderStatus::shipped},
    {"arrived", OrderStatus::delivered},
    {"done", OrderStatus::completed},
    {"returned", OrderStatus::returned},
    {"cancelled", OrderStatus::cancelled},
}};

constexpr Meaning kMeanings[] = {
    {"token_expired", ErrorKind::auth_expired, "token_expired"},
    {"code_spent", ErrorKind::unauthenticated, "authorisation_code_refused"},
    {"refresh_spent", ErrorKind::unauthenticated, "refresh_refused"},
    {"bad_signature", ErrorKind::forbidden, "app_refused"},
    {"clock", ErrorKind::transient, "clock_skewed"},
    {"not_found", ErrorKind::not_found, "listing_gone"},
    {"order_not_found", ErrorKind::not_found, "order_not_found"},
    {"order_state", ErrorKind::rejected, "order_state_refused"},
    {"label_making", ErrorKind::transient, "label_not_ready"},
    {"label_early", ErrorKind::conflict, "label_before_shipping"},
    {"label_late", ErrorKind::conflict, "label_after_end"},
    {"title", ErrorKind::rejected, "title_too_long", "/title"},
    {"category", ErrorKind::rejected, "category_unmapped", "/category"},
    {"price", ErrorKind::rejected, "price_out_of_range", "/price"},
    {"promotion", ErrorKind::blocked, "promotion_locked"},
};
}  // namespace

OrderStatus status_of(std::string_view state) {
  for (const auto& [word, status] : kStates) {
    if (word == state) return status;
  }
  return OrderStatus::pending;
}

std::string cancel_reason(std::string_view reason) {
  if (reason == "out_of_stock") return "no_stock";
  if (reason == "customer_request") return "buyer_asked";
  return "other";
}

const Meaning* meaning_of(std::string_view code) {
  for (const Meaning& meaning : kMeanings) {
    if (meaning.theirs == code) return &meaning;
  }
  return nullptr;
}

}  // namespace gerbang::sample
