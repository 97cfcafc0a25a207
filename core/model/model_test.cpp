#include <gtest/gtest.h>

#include "core/model/order.hpp"
#include "core/model/organisation.hpp"
#include "core/model/shop.hpp"
#include "core/model/stock.hpp"
#include "core/model/work.hpp"

namespace gerbang {
namespace {

using enum OrderStatus;
constexpr OrderStatus kAll[] = {pending,   paid,      accepted, cancel_requested, shipped,
                                delivered, completed, returned, cancelled};

TEST(Order, status_moves_forward_only) {
  EXPECT_TRUE(may_follow(pending, paid));
  EXPECT_TRUE(may_follow(pending, shipped));  // a webhook in between was lost
  EXPECT_TRUE(may_follow(paid, cancel_requested));
  EXPECT_TRUE(may_follow(shipped, delivered));
  EXPECT_TRUE(may_follow(completed, returned));
  EXPECT_FALSE(may_follow(paid, pending));
  EXPECT_FALSE(may_follow(shipped, accepted));
  EXPECT_FALSE(may_follow(delivered, cancel_requested));
  for (const OrderStatus s : kAll) EXPECT_FALSE(may_follow(s, s)) << to_string(s);
}

TEST(Order, a_refused_cancellation_goes_back_to_work) {
  EXPECT_TRUE(may_follow(cancel_requested, paid));
  EXPECT_TRUE(may_follow(cancel_requested, accepted));
  EXPECT_FALSE(may_follow(cancel_requested, pending));
}

TEST(Order, cancelled_and_returned_are_ends) {
  for (const OrderStatus to : kAll) {
    EXPECT_FALSE(may_follow(cancelled, to)) << to_string(to);
    EXPECT_FALSE(may_follow(returned, to)) << to_string(to);
  }
  EXPECT_TRUE(may_follow(pending, cancelled));
  EXPECT_TRUE(may_follow(cancel_requested, cancelled));
  EXPECT_TRUE(may_follow(shipped, cancelled));  // lost by the courier
  EXPECT_FALSE(may_follow(completed, cancelled));
}

TEST(Order, stock_is_held_until_it_leaves_the_house) {
  for (const OrderStatus s : {pending, paid, accepted, cancel_requested}) {
    EXPECT_EQ(hold_of(s), StockHold::held) << to_string(s);
  }
  for (const OrderStatus s : {shipped, delivered, completed, returned}) {
    EXPECT_EQ(hold_of(s), StockHold::consumed) << to_string(s);
  }
  EXPECT_EQ(hold_of(cancelled), StockHold::free);
}

TEST(Names, are_read_back) {
  for (const OrderStatus s : kAll) EXPECT_EQ(order_status_from(to_string(s)), s);
  for (int i = 0; i <= static_cast<int>(Aspect::state); ++i) {
    EXPECT_EQ(aspect_from(to_string(static_cast<Aspect>(i))), static_cast<Aspect>(i));
  }
  for (int i = 0; i <= static_cast<int>(ShopState::retired); ++i) {
    EXPECT_EQ(shop_state_from(to_string(static_cast<ShopState>(i))), static_cast<ShopState>(i));
  }
  for (int i = 0; i <= static_cast<int>(MovementReason::restocked); ++i) {
    const auto r = static_cast<MovementReason>(i);
    EXPECT_EQ(movement_reason_from(to_string(r)), r);
  }
  EXPECT_FALSE(order_status_from("PAID"));
  EXPECT_FALSE(aspect_from(""));
}

TEST(Stock, a_client_may_not_write_the_engines_reasons) {
  EXPECT_TRUE(is_client_reason(MovementReason::sold_offline));
  EXPECT_TRUE(is_client_reason(MovementReason::corrected));
  EXPECT_FALSE(is_client_reason(MovementReason::counted));
  EXPECT_FALSE(is_client_reason(MovementReason::reserved));
  EXPECT_FALSE(is_client_reason(MovementReason::shipped));
  EXPECT_FALSE(is_client_reason(MovementReason::restocked));
}

TEST(Stock, available_is_never_negative) {
  StockLevel level;
  level.on_hand = 10;
  level.reserved = 4;
  level.buffer = 3;
  EXPECT_EQ(level.available(), 3);
  level.buffer = 20;
  EXPECT_EQ(level.available(), 0);
}

TEST(Stock, the_scarcest_component_decides_what_can_be_sold) {
  const auto available = [](const std::string& item) {
    return item == "SACK" ? Quantity{999} : item == "BOX" ? Quantity{3} : Quantity{0};
  };
  EXPECT_EQ(sellable({{"SACK", 250}}, available), 3);
  EXPECT_EQ(sellable({{"SACK", 100}, {"BOX", 2}}, available), 1);
  EXPECT_EQ(sellable({{"SACK", 1}, {"GONE", 1}}, available), 0);
}

TEST(Work, a_unit_is_a_product_or_one_variant) {
  EXPECT_EQ(parts_of_unit(unit_of_product("KOPI")).code, "KOPI");
  EXPECT_EQ(parts_of_unit("KOPI").sku, "");
  const UnitParts parts = parts_of_unit(unit_of_variant("KOPI", "KOPI-250"));
  EXPECT_EQ(parts.code, "KOPI");
  EXPECT_EQ(parts.sku, "KOPI-250");
}

TEST(Shop, sends_only_while_it_is_connected) {
  Shop shop;
  for (const auto& [state, sends] : {std::pair{ShopState::active, true},
                                     {ShopState::throttled, true},
                                     {ShopState::unreachable, true},
                                     {ShopState::needs_authorisation, false},
                                     {ShopState::paused, false},
                                     {ShopState::retired, false}}) {
    shop.state = state;
    EXPECT_EQ(shop.sends(), sends) << to_string(state);
  }
}

TEST(Principal, an_empty_list_of_scopes_means_all) {
  Principal p;
  EXPECT_TRUE(p.may("write"));
  p.scopes = {"read"};
  EXPECT_TRUE(p.may("read"));
  EXPECT_FALSE(p.may("write"));
}

}  // namespace
}  // namespace gerbang
