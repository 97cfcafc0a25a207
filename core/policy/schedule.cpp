#include "core/policy/schedule.hpp"

#include <algorithm>
#include <array>

namespace gerbang::policy {

namespace {

using std::chrono::minutes;

// The last is the engine's own: no shop's schedule names it.
constexpr std::array<std::string_view, 4> kJobs = {"stock_sync", "order_sweep", "read_back",
                                                   "webhooks"};
constexpr std::size_t kMostTimes = 48;
constexpr minutes kLeastInterval{5};
constexpr minutes kDay{24 * 60};

struct Around {
  TimePoint latest;  // the last due time at or before
  TimePoint next;    // the first after
};

// Both in local time, expressed as if it were UTC.
Around around(const ScheduleRule& rule, TimePoint local) {
  const auto day = std::chrono::floor<std::chrono::days>(local);
  const auto time = local - day;
  if (rule.every) {
    const Duration every = *rule.every;
    const Duration begun = time / every * every;
    return {day + begun, std::min<TimePoint>(day + begun + every, day + kDay)};
  }
  const auto [least, most] =
      std::minmax_element(rule.minutes_of_day.begin(), rule.minutes_of_day.end());
  Around out{day - kDay + minutes(*most), day + kDay + minutes(*least)};
  for (const int m : rule.minutes_of_day) {
    const TimePoint due = day + minutes(m);
    if (due <= local) {
      out.latest = std::max(out.latest, due);
    } else {
      out.next = std::min(out.next, due);
    }
  }
  return out;
}

}  // namespace

ScheduleDue schedule_due(const ScheduleRule& rule, std::string_view zone, TimePoint last_due,
                         TimePoint now) {
  ensure(check_rule(rule).ok(), "a schedule rule that was never checked");
  const auto offset = zone_offset(zone);
  ensure(offset.has_value(), "a schedule in an unknown zone");
  const Around local = around(rule, now + *offset);
  ScheduleDue out;
  out.next = local.next - *offset;
  const TimePoint latest = local.latest - *offset;
  if (latest > last_due) out.missed = latest;
  return out;
}

Result<void> check_rule(const ScheduleRule& rule) {
  const auto invalid = [](std::string_view detail, std::string_view field) {
    return Error(ErrorKind::invalid, "schedule_invalid", std::string(detail))
        .at_field(std::string(field));
  };
  if (std::find(kJobs.begin(), kJobs.end(), rule.job) == kJobs.end()) {
    return invalid("jobs are stock_sync, order_sweep, read_back", "/job");
  }
  if (rule.every.has_value() != rule.minutes_of_day.empty()) {
    return invalid("either times of day or an interval", "/minutes_of_day");
  }
  if (rule.every && (*rule.every < kLeastInterval || *rule.every > kDay)) {
    return invalid("an interval is 5 minutes to 24 hours", "/every");
  }
  if (rule.minutes_of_day.size() > kMostTimes) {
    return invalid("at most 48 times of day", "/minutes_of_day");
  }
  for (const int m : rule.minutes_of_day) {
    if (m < 0 || m >= kDay.count()) {
      return invalid("a time of day is 0 to 1439 minutes", "/minutes_of_day");
    }
  }
  return {};
}

}  // namespace gerbang::policy
