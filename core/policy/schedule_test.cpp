#include "core/policy/schedule.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace gerbang::policy {
namespace {

using namespace std::chrono_literals;

TimePoint at(const char* text) {
  const auto t = from_rfc3339(text);
  EXPECT_TRUE(t) << text;
  return t.value_or(TimePoint());
}

ScheduleRule daily(std::vector<int> minutes) {
  return {"stock_sync", std::move(minutes), {}};
}
ScheduleRule every(std::chrono::minutes interval) {
  return {"order_sweep", {}, interval};
}

TEST(Schedule, times_of_day_are_local_to_the_zone) {
  const auto rule = daily({6 * 60});  // 06:00
  const TimePoint noon = at("2026-11-24T12:00:00+07:00");
  EXPECT_EQ(schedule_due(rule, "WIB", noon, noon).next, at("2026-11-25T06:00:00+07:00"));
  EXPECT_EQ(schedule_due(rule, "WITA", noon, noon).next, at("2026-11-25T06:00:00+08:00"));
  EXPECT_EQ(schedule_due(rule, "WIT", noon, noon).next, at("2026-11-25T06:00:00+09:00"));
}

TEST(Schedule, runs_at_its_minute_and_not_before) {
  const auto rule = daily({6 * 60, 18 * 60});
  const TimePoint settled = at("2026-11-24T06:00:00+07:00");
  const auto before = schedule_due(rule, "WIB", settled, at("2026-11-24T17:59:59.999+07:00"));
  EXPECT_FALSE(before.missed);
  EXPECT_EQ(before.next, at("2026-11-24T18:00:00+07:00"));
  const auto then = schedule_due(rule, "WIB", settled, at("2026-11-24T18:00:00+07:00"));
  EXPECT_EQ(then.missed, at("2026-11-24T18:00:00+07:00"));
  EXPECT_EQ(then.next, at("2026-11-25T06:00:00+07:00"));
}

TEST(Schedule, what_was_missed_is_caught_up_once) {
  const auto rule = daily({6 * 60, 18 * 60});
  const TimePoint now = at("2026-11-24T09:00:00+07:00");
  const auto due = schedule_due(rule, "WIB", at("2026-11-20T06:00:00+07:00"), now);
  EXPECT_EQ(due.missed, at("2026-11-24T06:00:00+07:00"));
  EXPECT_FALSE(schedule_due(rule, "WIB", *due.missed, now).missed);
}

TEST(Schedule, early_in_the_day_the_latest_was_yesterday) {
  const auto rule = daily({22 * 60});
  const auto due =
      schedule_due(rule, "WIT", at("2026-11-20T00:00:00+09:00"), at("2026-11-24T03:00:00+09:00"));
  EXPECT_EQ(due.missed, at("2026-11-23T22:00:00+09:00"));
  EXPECT_EQ(due.next, at("2026-11-24T22:00:00+09:00"));
}

TEST(Schedule, intervals_begin_at_local_midnight_every_day) {
  const auto rule = every(7h);
  const auto due =
      schedule_due(rule, "WIB", at("2026-11-24T14:00:00+07:00"), at("2026-11-24T22:30:00+07:00"));
  EXPECT_EQ(due.missed, at("2026-11-24T21:00:00+07:00"));
  EXPECT_EQ(due.next, at("2026-11-25T00:00:00+07:00"));
}

TEST(Schedule, a_clock_that_steps_back_repeats_nothing) {
  const auto rule = every(60min);
  EXPECT_FALSE(
      schedule_due(rule, "WIB", at("2026-11-24T14:00:00+07:00"), at("2026-11-24T11:10:00+07:00"))
          .missed);
}

RC_GTEST_PROP(Schedule, following_next_visits_every_due_time_once,
              (std::uint16_t interval_seed, std::uint32_t start)) {
  const auto rule = every(std::chrono::minutes(5 + interval_seed % (24 * 60 - 4)));
  TimePoint now = from_unix_seconds(1'790'000'000) + Duration(start);
  TimePoint settled = now;
  for (int i = 0; i < 50; ++i) {
    const auto due = schedule_due(rule, "WITA", settled, now);
    RC_ASSERT(due.next > now);
    RC_ASSERT(due.next - now <= 24h);
    now = due.next;
    const auto again = schedule_due(rule, "WITA", settled, now);
    RC_ASSERT(again.missed == now);
    settled = now;
  }
}

struct BadRule {
  const char* name;
  ScheduleRule rule;
  const char* field;
};

TEST(Schedule, bad_rules_are_refused) {
  const BadRule bad[] = {
      {"job", {"sync", {0}, {}}, "/job"},
      {"neither", {"read_back", {}, {}}, "/minutes_of_day"},
      {"both", {"read_back", {1}, 60min}, "/minutes_of_day"},
      {"too_often", every(4min), "/every"},
      {"too_rare", every(1441min), "/every"},
      {"minute", daily({1440}), "/minutes_of_day"},
      {"negative", daily({-1}), "/minutes_of_day"},
      {"many", daily(std::vector<int>(49, 1)), "/minutes_of_day"},
  };
  for (const BadRule& b : bad) {
    const auto checked = check_rule(b.rule);
    ASSERT_FALSE(checked.ok()) << b.name;
    EXPECT_EQ(checked.error().code, "schedule_invalid") << b.name;
    EXPECT_EQ(checked.error().field, b.field) << b.name;
  }
  EXPECT_TRUE(check_rule(daily({0, 1439})).ok());
  EXPECT_TRUE(check_rule(every(5min)).ok());
  EXPECT_TRUE(check_rule({"webhooks", {}, 15min}).ok());
}

}  // namespace
}  // namespace gerbang::policy
