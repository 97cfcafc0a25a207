#include "core/policy/breaker.hpp"

#include <gtest/gtest.h>

namespace gerbang::policy {
namespace {

using namespace std::chrono_literals;
using State = Breaker::State;
using Outcome = Breaker::Outcome;
const TimePoint kStart = from_unix_seconds(1'790'000'000);

void call(Breaker& b, TimePoint now, Outcome outcome) {
  const auto ticket = b.begin(now);
  b.end(ticket, now, outcome);
}

Breaker opened(TimePoint now = kStart) {
  Breaker b;
  for (int i = 0; i < 20; ++i) call(b, now, Outcome::failure);
  EXPECT_EQ(b.state(), State::open);
  return b;
}

TEST(Breaker, needs_twenty_calls_to_open) {
  Breaker b;
  for (int i = 0; i < 19; ++i) call(b, kStart, Outcome::failure);
  EXPECT_EQ(b.state(), State::closed);
  EXPECT_FALSE(b.wait_for(kStart));
  call(b, kStart, Outcome::failure);
  EXPECT_EQ(b.state(), State::open);
  EXPECT_EQ(b.wait_for(kStart), 30s);
  EXPECT_EQ(b.open_until(), kStart + 30s);
}

TEST(Breaker, opens_at_half_the_calls_not_below) {
  Breaker b;
  for (int i = 0; i < 11; ++i) call(b, kStart, Outcome::success);
  for (int i = 0; i < 10; ++i) call(b, kStart, Outcome::failure);
  EXPECT_EQ(b.state(), State::closed);  // 10 of 21
  call(b, kStart, Outcome::failure);    // 11 of 22
  EXPECT_EQ(b.state(), State::open);
}

TEST(Breaker, forgets_after_thirty_seconds) {
  Breaker b;
  for (int i = 0; i < 19; ++i) call(b, kStart, Outcome::failure);
  call(b, kStart + 30s, Outcome::failure);
  EXPECT_EQ(b.state(), State::closed);
  for (int i = 0; i < 18; ++i) call(b, kStart + 40s, Outcome::failure);
  EXPECT_EQ(b.state(), State::closed);
  call(b, kStart + 59s, Outcome::failure);
  EXPECT_EQ(b.state(), State::open);
}

TEST(Breaker, lets_one_probe_through_after_thirty_seconds) {
  Breaker b = opened();
  EXPECT_EQ(b.wait_for(kStart + 29s), 1s);
  EXPECT_FALSE(b.wait_for(kStart + 30s));
  const auto probe = b.begin(kStart + 30s);
  EXPECT_TRUE(b.wait_for(kStart + 31s));  // one only
  b.end(probe, kStart + 35s, Outcome::failure);
  EXPECT_EQ(b.state(), State::open);
  EXPECT_EQ(b.wait_for(kStart + 35s), 30s);
}

TEST(Breaker, a_probe_that_never_ran_is_given_back) {
  Breaker b = opened();
  const auto probe = b.begin(kStart + 30s);
  b.end(probe, kStart + 31s, Outcome::not_run);
  EXPECT_FALSE(b.wait_for(kStart + 31s));
}

TEST(Breaker, recovery_ramps_from_one_call_doubling) {
  Breaker b = opened();
  TimePoint now = kStart + 30s;
  call(b, now, Outcome::success);
  EXPECT_EQ(b.state(), State::recovering);
  for (int round = 1; round <= 64; round *= 2) {
    int calls = 0;
    while (!b.wait_for(now)) {
      call(b, now, Outcome::success);
      ++calls;
    }
    EXPECT_EQ(calls, round);
    now += *b.wait_for(now);
  }
  call(b, now, Outcome::success);
  EXPECT_EQ(b.state(), State::closed);
}

TEST(Breaker, a_round_waits_for_the_answers_of_the_last) {
  Breaker b = opened();
  call(b, kStart + 30s, Outcome::success);
  const auto slow = b.begin(kStart + 30s);
  EXPECT_TRUE(b.wait_for(kStart + 50s));
  b.end(slow, kStart + 50s, Outcome::success);
  EXPECT_FALSE(b.wait_for(kStart + 50s));
}

TEST(Breaker, a_failure_while_recovering_opens_it_again) {
  Breaker b = opened();
  call(b, kStart + 30s, Outcome::success);
  call(b, kStart + 30s, Outcome::failure);
  EXPECT_EQ(b.state(), State::open);
  EXPECT_EQ(b.wait_for(kStart + 31s), 29s);
}

TEST(Breaker, late_results_of_an_earlier_time_do_not_count) {
  Breaker b;
  const auto old = b.begin(kStart);
  for (int i = 0; i < 20; ++i) call(b, kStart, Outcome::failure);
  const auto probe = b.begin(kStart + 30s);
  b.end(old, kStart + 30s, Outcome::success);
  EXPECT_EQ(b.state(), State::probing);
  b.end(probe, kStart + 30s, Outcome::success);
  b.end(old, kStart + 30s, Outcome::failure);
  EXPECT_EQ(b.state(), State::recovering);
}

TEST(Breaker, a_clock_that_steps_back_does_not_keep_it_open_for_hours) {
  Breaker b = opened();
  EXPECT_FALSE(b.wait_for(kStart - 3h));
}

TEST(Breaker, refusals_are_answers) {
  EXPECT_TRUE(speaks_against_health(ErrorKind::transient));
  EXPECT_TRUE(speaks_against_health(ErrorKind::indeterminate));
  for (const auto kind : {ErrorKind::rejected, ErrorKind::throttled, ErrorKind::auth_expired,
                          ErrorKind::not_found, ErrorKind::cancelled, ErrorKind::bug}) {
    EXPECT_FALSE(speaks_against_health(kind)) << to_string(kind);
  }
}

}  // namespace
}  // namespace gerbang::policy
