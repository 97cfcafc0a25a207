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

TEST(Limiter, nothing_goes_ahead_of_its_time_while_others_have_a_part_or_have_just_had_one) {
  Limiter limiter({.calls = 10, .per = 1s, .burst = 10});
  limiter.set_part(kStart, 0.5);
  limiter.take(kStart);
  EXPECT_EQ(limiter.wait_for(kStart, true), limiter.wait_for(kStart));
  limiter.set_part(kStart + 1s, 1);
  while (!limiter.wait_for(kStart + 1s)) limiter.take(kStart + 1s);
  EXPECT_EQ(limiter.wait_for(kStart + 1s, true), limiter.wait_for(kStart + 1s));
  while (!limiter.wait_for(kStart + 3s)) limiter.take(kStart + 3s);
  EXPECT_FALSE(limiter.wait_for(kStart + 3s, true)) << "what others sent is past";
}

TEST(Limiter, a_call_that_must_not_wait_goes_ahead_and_the_others_wait_for_it) {
  Limiter limiter({.calls = 5, .per = 1s, .burst = 5});
  limiter.take(kStart);
  EXPECT_EQ(limiter.wait_for(kStart), 250ms);
  EXPECT_FALSE(limiter.wait_for(kStart, true));
  limiter.take(kStart);
  limiter.take(kStart);
  EXPECT_EQ(limiter.wait_for(kStart), 750ms);
  EXPECT_EQ(limiter.wait_for(kStart, true), 250ms);  // two ahead already
}

TEST(Limiter, nothing_goes_ahead_of_its_time_beyond_what_is_published) {
  // One at a time: a second one is not free before a fifth of a second has passed.
  Limiter single({.calls = 5, .per = 1s, .burst = 1});
  single.take(kStart);
  EXPECT_EQ(single.wait_for(kStart, true), 220ms);
  // Five a second, of which four went evenly: the fifth may be early, the sixth may not.
  Limiter window({.calls = 5, .per = 1s, .burst = 5});
  for (int i = 0; i < 4; ++i) window.take(kStart + i * 250ms);
  EXPECT_FALSE(window.wait_for(kStart + 751ms, true));
  window.take(kStart + 751ms);
  EXPECT_EQ(window.wait_for(kStart + 751ms, true), 349ms);  // 1.1 s after the first of five
}

TEST(Limiter, nothing_goes_ahead_of_its_time_while_the_channel_complains) {
  Limiter limiter({.calls = 5, .per = 1s, .burst = 5});
  limiter.refused(kStart, std::nullopt);
  EXPECT_EQ(limiter.wait_for(kStart, true), limiter.wait_for(kStart));
  limiter.refused(kStart, 30s);
  EXPECT_EQ(limiter.wait_for(kStart, true), 30s);
}

RC_GTEST_PROP(Limiter, calls_ahead_of_their_time_stay_inside_the_window_and_the_rate,
              (std::uint8_t calls_seed, std::uint8_t burst_seed, std::uint16_t per_seed,
               std::vector<std::uint16_t> pauses)) {
  const double calls = 1 + calls_seed % 60;
  const Rate rate{.calls = calls,
                  .per = Duration(100 + per_seed),
                  .burst = 1.0 + burst_seed % static_cast<int>(calls)};
  Limiter limiter(rate);
  std::vector<TimePoint> all;
  TimePoint now = kStart;
  pauses.push_back(0);
  for (std::size_t i = 0; i < 400; ++i) {
    const std::uint16_t pause = pauses[i % pauses.size()];
    const bool early = pause % 2 == 0;
    if (const auto wait = limiter.wait_for(now, early)) {
      // An urgent one may come before the ordinary one's time.
      now += early ? *wait : std::min<Duration>(*wait, Duration(1 + pause % 97));
    } else {
      limiter.take(now);
      all.push_back(now);
    }
  }
  RC_ASSERT(most_in_a_window(all, rate.per) <= static_cast<std::size_t>(calls));
  const double periods = static_cast<double>((now - kStart).count()) / rate.per.count();
  RC_ASSERT(static_cast<double>(all.size()) <= 0.8 * calls * periods + 0.2 * calls + 4);
}

}  // namespace
}  // namespace gerbang::policy
