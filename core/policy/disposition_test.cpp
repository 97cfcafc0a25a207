#include "core/policy/disposition.hpp"

#include <gtest/gtest.h>

namespace gerbang::policy {
namespace {

using namespace std::chrono_literals;
using Next = Disposition::Next;
const TimePoint kNow = from_unix_seconds(1'790'000'000);

Disposition decide(const Error& e, FailedWork work = {}) {
  if (work.since == TimePoint()) work.since = kNow - 1min;
  SeededRandom random(1);
  return dispose(e, work, kNow, random);
}

TEST(Disposition, what_will_fail_again_is_parked_at_once) {
  for (const auto kind : {ErrorKind::invalid, ErrorKind::forbidden, ErrorKind::too_large,
                          ErrorKind::unsupported, ErrorKind::rejected, ErrorKind::bug}) {
    const auto d = decide(Error(kind, "x"));
    EXPECT_EQ(d.next, Next::park) << to_string(kind);
    EXPECT_FALSE(d.pause_shop_until) << to_string(kind);
    EXPECT_FALSE(d.read_back) << to_string(kind);
    EXPECT_TRUE(d.counts_as_attempt) << to_string(kind);
  }
}

TEST(Disposition, a_transient_failure_is_tried_again_with_backoff) {
  Duration most{0};
  SeededRandom random(3);
  for (int i = 0; i < 200; ++i) {
    const auto d = dispose(Error(ErrorKind::transient, "connect_failed"),
                           {Aspect::stock, 4, kNow - 1min}, kNow, random);
    ASSERT_EQ(d.next, Next::retry);
    ASSERT_GE(d.due_at, kNow);
    ASSERT_LE(d.due_at, kNow + 8s);
    most = std::max(most, d.due_at - kNow);
  }
  EXPECT_GT(most, 6s);
}

TEST(Disposition, a_lost_answer_is_waited_out_before_the_newest_value_goes_again) {
  for (const Error& e :
       {Error(ErrorKind::indeterminate, "x"), Error(ErrorKind::transient, "timeout"),
        Error(ErrorKind::transient, "connection_lost")}) {
    EXPECT_EQ(decide(e).due_at, kNow + 50s) << e.code;
  }
  EXPECT_FALSE(may_have_arrived(Error(ErrorKind::transient, "connect_failed")));
}

TEST(Disposition, gives_up_after_a_day_of_trying) {
  const Error e(ErrorKind::transient, "connect_failed");
  EXPECT_EQ(decide(e, {Aspect::price, 200, kNow - 23h}).next, Next::retry);
  EXPECT_EQ(decide(e, {Aspect::price, 20, kNow - 24h}).next, Next::park);
  // Two days of an open breaker, or of a paused shop, are no attempts.
  EXPECT_EQ(decide(e, {Aspect::price, 1, kNow - 48h}).next, Next::retry);
}

TEST(Disposition, throttling_pauses_the_account_and_not_the_work) {
  const auto d = decide(Error(ErrorKind::throttled, "rate").after(90s));
  EXPECT_EQ(d.next, Next::retry);
  EXPECT_EQ(d.pause_shop_until, kNow + 90s);
  EXPECT_EQ(d.due_at, kNow + 90s);
  EXPECT_FALSE(d.counts_as_attempt);
  const auto silent = decide(Error(ErrorKind::throttled, "rate"));
  ASSERT_TRUE(silent.pause_shop_until);
  EXPECT_GE(*silent.pause_shop_until, kNow + 1s);
  EXPECT_EQ(decide(Error(ErrorKind::throttled, "rate").after(24h * 365)).pause_shop_until,
            kNow + 24h);
}

TEST(Disposition, a_refusal_without_retry_after_rests_the_account_a_moment_and_the_work_longer) {
  SeededRandom random(7);
  Duration most{0};
  for (int i = 0; i < 200; ++i) {
    FailedWork work;
    work.throttled = 8;
    const auto d = dispose(Error(ErrorKind::throttled, "rate"), work, kNow, random);
    ASSERT_EQ(d.pause_shop_until, kNow + 1s);
    ASSERT_GE(d.due_at, kNow + 1s);
    ASSERT_LE(d.due_at, kNow + 128s);
    ASSERT_FALSE(d.counts_as_attempt);
    most = std::max(most, d.due_at - kNow);
  }
  EXPECT_GT(most, 100s);
  // Said for how long, it is the channel's word that counts.
  FailedWork told;
  told.throttled = 8;
  EXPECT_EQ(decide(Error(ErrorKind::throttled, "rate").after(2s), told).due_at, kNow + 2s);
}

TEST(Disposition, a_promotion_is_waited_for_and_never_parked) {
  const Error e(ErrorKind::blocked, "promotion");
  EXPECT_EQ(decide(e, {Aspect::price, 1, kNow}).due_at, kNow + 15min);
  EXPECT_EQ(decide(e, {Aspect::price, 3, kNow}).due_at, kNow + 60min);
  EXPECT_EQ(decide(e, {Aspect::price, 99, kNow - 24h * 30}).due_at, kNow + 6h);
  EXPECT_EQ(decide(e, {Aspect::price, 99, kNow - 24h * 30}).next, Next::retry);
  EXPECT_EQ(decide(Error(ErrorKind::blocked, "promotion").after(2h)).due_at, kNow + 2h);
  EXPECT_EQ(decide(Error(ErrorKind::blocked, "promotion").after(48h)).due_at, kNow + 6h);
}

TEST(Disposition, an_expired_token_is_refreshed_once) {
  const Error e(ErrorKind::auth_expired, "token_expired");
  const auto first = decide(e);
  EXPECT_TRUE(first.refresh_token);
  EXPECT_FALSE(first.needs_authorisation);
  EXPECT_EQ(first.due_at, kNow);
  EXPECT_FALSE(first.counts_as_attempt);
  const auto second = decide(e, {Aspect::stock, 1, kNow, true});
  EXPECT_FALSE(second.refresh_token);
  EXPECT_TRUE(second.needs_authorisation);
  EXPECT_EQ(second.next, Next::retry);
  EXPECT_GE(second.due_at, kNow + 15min);
  EXPECT_TRUE(second.counts_as_attempt);  // or nobody would ever see it
  EXPECT_EQ(decide(e, {Aspect::stock, 90, kNow - 24h, true}).next, Next::park);
  EXPECT_TRUE(decide(Error(ErrorKind::unauthenticated, "x")).needs_authorisation);
}

TEST(Disposition, a_listing_that_is_gone_is_parked_and_read_back) {
  const Error e(ErrorKind::not_found, "x");
  for (const auto a : {Aspect::stock, Aspect::price, Aspect::content, Aspect::state}) {
    EXPECT_EQ(decide(e, {a}).next, Next::park);
    EXPECT_TRUE(decide(e, {a}).read_back);
  }
  EXPECT_FALSE(decide(e, {Aspect::order_fetch}).read_back);
}

TEST(Disposition, a_conflict_parks_what_a_person_decided_and_repeats_what_is_computed) {
  const Error e(ErrorKind::conflict, "x");
  EXPECT_EQ(decide(e, {Aspect::order_ship}).next, Next::park);
  EXPECT_EQ(decide(e, {Aspect::stock}).next, Next::retry);
  EXPECT_TRUE(decide(e, {Aspect::stock}).read_back);
}

TEST(Disposition, shutting_down_is_not_an_attempt) {
  const auto d = decide(Error(ErrorKind::cancelled, "x"));
  EXPECT_EQ(d.next, Next::retry);
  EXPECT_EQ(d.due_at, kNow);
  EXPECT_FALSE(d.counts_as_attempt);
}

}  // namespace
}  // namespace gerbang::policy
