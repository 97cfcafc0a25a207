#include "core/policy/priority.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>

namespace gerbang::policy {
namespace {

const TimePoint kStart = from_unix_seconds(1'790'000'000);

Waiting waiting(Aspect a, Urgency u, int age_seconds = 0, std::size_t count = 1) {
  return {a, u, count, kStart - std::chrono::seconds(age_seconds)};
}

std::vector<std::size_t> turns(const std::vector<Waiting>& w, int n) {
  Turns t;
  std::vector<std::size_t> out;
  for (int i = 0; i < n; ++i) out.push_back(t.choose(w).value());
  return out;
}

TEST(Priority, ranks_orders_then_falling_stock_then_the_rest) {
  const std::pair<Aspect, Urgency> order[] = {
      {Aspect::order_fetch, Urgency::normal}, {Aspect::order_ship, Urgency::normal},
      {Aspect::stock, Urgency::order},        {Aspect::stock, Urgency::normal},
      {Aspect::state, Urgency::normal},       {Aspect::price, Urgency::normal},
      {Aspect::content, Urgency::normal},     {Aspect::stock, Urgency::routine},
      {Aspect::price, Urgency::routine},      {Aspect::content, Urgency::routine},
  };
  for (std::size_t i = 1; i < std::size(order); ++i) {
    EXPECT_LT(rank_of(order[i - 1].first, order[i - 1].second),
              rank_of(order[i].first, order[i].second))
        << i;
  }
  EXPECT_TRUE(is_urgent(Aspect::order_accept, Urgency::routine));
  EXPECT_TRUE(is_urgent(Aspect::stock, Urgency::order));
  EXPECT_FALSE(is_urgent(Aspect::stock, Urgency::normal));
  EXPECT_FALSE(is_urgent(Aspect::price, Urgency::order));
}

TEST(Turns, nothing_waits) {
  Turns t;
  EXPECT_FALSE(t.choose({}));
  EXPECT_FALSE(t.choose({waiting(Aspect::stock, Urgency::normal, 0, 0)}));
}

TEST(Turns, urgent_work_alone_gets_every_call) {
  for (const auto i : turns({waiting(Aspect::order_fetch, Urgency::order)}, 50)) EXPECT_EQ(i, 0u);
}

TEST(Turns, urgent_work_gets_four_calls_of_five_while_others_wait) {
  const std::vector<Waiting> w = {waiting(Aspect::content, Urgency::normal),
                                  waiting(Aspect::stock, Urgency::order),
                                  waiting(Aspect::order_fetch, Urgency::order)};
  std::map<std::size_t, int> count;
  for (const auto i : turns(w, 100)) ++count[i];
  EXPECT_EQ(count[0], 20);
  EXPECT_EQ(count[2], 60);  // the best of the urgent ones
  EXPECT_EQ(count[1], 20);
  EXPECT_EQ(turns(w, 1)[0], 2u);
}

TEST(Turns, every_fourth_turn_goes_to_whoever_went_longest_without_one) {
  const std::vector<Waiting> w = {waiting(Aspect::stock, Urgency::normal, 1),
                                  waiting(Aspect::price, Urgency::normal, 2),
                                  waiting(Aspect::content, Urgency::routine, 900)};
  EXPECT_EQ(turns(w, 12), (std::vector<std::size_t>{0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 2}));
}

// A price that the channel throttles is due whenever the lane may call, and older than all else.
TEST(Turns, nothing_starves_behind_a_kind_that_is_always_due_and_waits_longest) {
  const std::vector<Waiting> w = {waiting(Aspect::price, Urgency::normal, 900),
                                  waiting(Aspect::content, Urgency::normal, 60)};
  EXPECT_EQ(turns(w, 8), (std::vector<std::size_t>{0, 0, 0, 1, 0, 0, 0, 1}));
  const std::vector<Waiting> orders = {waiting(Aspect::order_fetch, Urgency::order, 900),
                                       waiting(Aspect::order_ship, Urgency::order, 60),
                                       waiting(Aspect::stock, Urgency::order, 60)};
  EXPECT_EQ(turns(orders, 8), (std::vector<std::size_t>{0, 0, 0, 1, 0, 0, 0, 2}));
}

TEST(Turns, a_burst_of_urgent_work_does_not_pay_for_calls_made_alone) {
  Turns t;
  const Waiting urgent = waiting(Aspect::order_fetch, Urgency::order);
  const Waiting other = waiting(Aspect::price, Urgency::normal);
  for (int i = 0; i < 10; ++i) EXPECT_EQ(t.choose({urgent}), 0u);
  EXPECT_EQ(t.choose({urgent, other}), 0u);
}

TEST(Turns, a_burst_takes_what_the_others_had_beyond_their_fifth_and_no_more) {
  Turns t;
  const std::vector<Waiting> others = {waiting(Aspect::price, Urgency::normal)};
  const std::vector<Waiting> both = {others[0], waiting(Aspect::stock, Urgency::order)};
  for (int i = 0; i < 500; ++i) EXPECT_EQ(t.choose(others), 0u);
  std::vector<std::size_t> first;
  for (int i = 0; i < 26; ++i) {
    EXPECT_EQ(t.urgent_next(both), first.size() % 5 != 0 || first.size() < 20) << i;
    first.push_back(t.choose(both).value());
  }
  EXPECT_EQ(std::count(first.begin(), first.begin() + 20, 1u), 20);
  EXPECT_EQ(std::vector<std::size_t>(first.begin() + 20, first.end()),
            (std::vector<std::size_t>{0, 1, 1, 1, 1, 0}));
}

// An urgent kind that never ends: whatever went before, the others have one call in five of any
// longer stretch.
TEST(Turns, nothing_starves_behind_urgent_work_without_end) {
  const std::vector<Waiting> both = {waiting(Aspect::price, Urgency::normal),
                                     waiting(Aspect::stock, Urgency::order)};
  for (int quiet = 0; quiet < 40; ++quiet) {
    Turns t;
    for (int i = 0; i < quiet; ++i) t.choose({both[0]});
    int others = 0;
    for (int i = 1; i <= 500; ++i) {
      others += t.choose(both) == 0u ? 1 : 0;
      EXPECT_GE(others, (i - 16) / 5) << quiet << " " << i;
    }
  }
}

}  // namespace
}  // namespace gerbang::policy
