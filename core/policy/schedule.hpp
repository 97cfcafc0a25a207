#pragma once

#include <optional>
#include <string_view>

#include "core/base/result.hpp"
#include "core/base/time.hpp"
#include "core/model/shop.hpp"

namespace gerbang::policy {

struct ScheduleDue {
  // The latest time since `last_due` (exclusive) at which the job should have run, `now` included.
  // However many were missed, it is caught up once.
  std::optional<TimePoint> missed;
  TimePoint next;  // the first time after `now`
};

// Fixed times of day are local times of `zone` (WIB, WITA, WIT); intervals count from the zone's
// midnight and start again there, so "every 90 minutes" runs at 00:00, 01:30 … on every day.
// `last_due` is the due time (not the run time) that was settled last; for a rule that never ran,
// when it was made. The rule must have passed check_rule() and the zone must be known, else bug.
ScheduleDue schedule_due(const ScheduleRule& rule, std::string_view zone, TimePoint last_due,
                         TimePoint now);

// A known job; either 1–48 times of day (0–1439) or an interval of 5 minutes to 24 hours. Error
// schedule_invalid, `field` relative to the rule ("/job", "/minutes_of_day", "/every").
Result<void> check_rule(const ScheduleRule& rule);

}  // namespace gerbang::policy
