#include "core/policy/limiter.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <vector>

namespace gerbang::policy {
namespace {

using namespace std::chrono_literals;
const TimePoint kStart = from_unix_seconds(1'790'000'000);

// Calls as often as the limiter lets through in [from, from + span).
std::vector<TimePoint> run(Limiter& limiter, TimePoint from, Duration span) {
  std::vector<TimePoint> calls;
  for (TimePoint now = from; now < from + span;) {
    if (const auto wait = limiter.wait_for(now)) {
      now += *wait;
    } else {
      limiter.take(now);
      calls.push_back(now);
    }
  }
  return calls;
}

std::size_t most_in_a_window(const std::vector<TimePoint>& calls, Duration window) {
  std::size_t most = 0;
  std::size_t first = 0;
  for (std::size_t i = 0; i < calls.size(); ++i) {
    while (calls[i] - calls[first] >= window) ++first;
    most = std::max(most, i - first + 1);
  }
  return most;
}

TEST(Limiter, stays_at_eighty_percent_of_the_published_rate) {
  Limiter limiter({.calls = 10, .per = 1s, .burst = 1});
  EXPECT_EQ(run(limiter, kStart, 100s).size(), 800u);
}

TEST(Limiter, a_published_burst_above_the_rate_is_used_to_eighty_percent) {
  Limiter limiter({.calls = 2, .per = 1s, .burst = 10});
  EXPECT_EQ(run(limiter, kStart, 1ms).size(), 8u);
}

RC_GTEST_PROP(Limiter, never_exceeds_the_published_calls_in_any_window,
              (std::uint8_t calls_seed, std::uint8_t burst_seed, std::uint16_t per_seed)) {
  const double calls = 1 + calls_seed % 60;
  const Rate rate{.calls = calls,
                  .per = Duration(100 + per_seed),
                  .burst = 1.0 + burst_seed % static_cast<int>(calls)};
  Limiter limiter(rate);
  std::vector<TimePoint> all;
  TimePoint now = kStart;
  for (int i = 0; i < 5; ++i) {  // greedy stretches with quiet ones between
    const auto calls_made = run(limiter, now, rate.per * 3);
    all.insert(all.end(), calls_made.begin(), calls_made.end());
    now += rate.per * (3 + i);
  }
  RC_ASSERT(most_in_a_window(all, rate.per) <= static_cast<std::size_t>(calls));
  RC_ASSERT(!all.empty());
}

TEST(Limiter, retry_after_silences_the_account_and_then_starts_with_one_call) {
  Limiter limiter({.calls = 100, .per = 1s, .burst = 100});
  limiter.refused(kStart, 30s);
  EXPECT_EQ(limiter.wait_for(kStart), 30s);
  EXPECT_EQ(limiter.wait_for(kStart + 29999ms), 1ms);
  EXPECT_EQ(limiter.share(kStart + 30s), 1.0);
  EXPECT_FALSE(limiter.wait_for(kStart + 30s));
  limiter.take(kStart + 30s);
  EXPECT_TRUE(limiter.wait_for(kStart + 30s));
}

TEST(Limiter, a_shorter_pause_does_not_lift_a_longer_one) {
  Limiter limiter({.calls = 1, .per = 1s});
  limiter.pause_until(kStart + 60s);
  limiter.pause_until(kStart + 10s);
  EXPECT_EQ(limiter.wait_for(kStart), 60s);
}

TEST(Limiter, refusals_without_retry_after_halve_the_rate_down_to_a_tenth) {
  Limiter limiter({.calls = 10, .per = 1s});
  limiter.refused(kStart, std::nullopt);
  EXPECT_DOUBLE_EQ(limiter.share(kStart), 0.5);
  EXPECT_EQ(limiter.wait_for(kStart), 250ms);  // 4 a second
  for (int i = 0; i < 10; ++i) limiter.refused(kStart, std::nullopt);
  EXPECT_DOUBLE_EQ(limiter.share(kStart), 0.1);
}

TEST(Limiter, each_quiet_minute_gives_five_percent_back) {
  Limiter limiter({.calls = 10, .per = 1s});
  limiter.refused(kStart, std::nullopt);
  EXPECT_DOUBLE_EQ(limiter.share(kStart + 59s), 0.5);
  EXPECT_DOUBLE_EQ(limiter.share(kStart + 60s), 0.55);
  EXPECT_DOUBLE_EQ(limiter.share(kStart + 5min), 0.75);
  EXPECT_DOUBLE_EQ(limiter.share(kStart + 24h), 1.0);
  limiter.refused(kStart + 5min, std::nullopt);
  EXPECT_DOUBLE_EQ(limiter.share(kStart + 5min), 0.375);
}

TEST(Limiter, a_clock_that_steps_back_gives_no_extra_calls) {
  Limiter limiter({.calls = 10, .per = 1s, .burst = 1});
  limiter.take(kStart);
  EXPECT_TRUE(limiter.wait_for(kStart - 1h));
  EXPECT_FALSE(limiter.wait_for(kStart + 125ms));
}

// Several nodes share one limit: whatever they do, together they stay inside it.
TEST(Limiter, the_parts_of_all_together_stay_inside_the_limit) {
  for (const double calls : {3.0, 10.0, 20.0, 1000.0}) {
    for (int nodes = 1; nodes <= 3; ++nodes) {
      const Rate rate{.calls = calls, .per = Duration(1'000), .burst = calls};
      std::vector<Limiter> limiters(static_cast<std::size_t>(nodes), Limiter(rate));
      TimePoint now(std::chrono::hours(1));
      for (Limiter& l : limiters) l.set_part(now, 1.0 / nodes);
      std::vector<TimePoint> sent;
      for (const TimePoint end = now + std::chrono::seconds(30); now < end; now += Duration(1)) {
        for (Limiter& l : limiters) {
          while (!l.wait_for(now)) {
            l.take(now);
            sent.push_back(now);
          }
        }
      }
      std::size_t from = 0, most = 0;
      for (std::size_t i = 0; i < sent.size(); ++i) {
        while (sent[i] - sent[from] >= rate.per) ++from;
        most = std::max(most, i - from + 1);
      }
      EXPECT_LE(most, static_cast<std::size_t>(calls)) << calls << " calls, " << nodes << " nodes";
      // And none of it lies idle without need.
      EXPECT_GE(static_cast<double>(sent.size()), 30 * calls * 0.3) << calls << ", " << nodes;
    }
  }
}

TEST(Limiter, a_smaller_part_acts_at_once_and_a_larger_one_gives_no_burst) {
  Limiter limiter(Rate{.calls = 100, .per = Duration(1'000), .burst = 100});
  TimePoint now(std::chrono::hours(1));
  const auto burst = [&] {
    int n = 0;
    for (; !limiter.wait_for(now); ++n) limiter.take(now);
    return n;
  };
  limiter.set_part(now, 0.25);
  EXPECT_LE(burst(), 5);
  limiter.set_part(now, 1);
  EXPECT_EQ(burst(), 0);
}

}  // namespace
}  // namespace gerbang::policy
