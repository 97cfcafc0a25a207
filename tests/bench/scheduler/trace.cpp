#include "tests/bench/scheduler/trace.hpp"

#include <algorithm>
#include <cmath>
#include <deque>
#include <optional>

#include "core/base/random.hpp"

namespace gerbang::bench {

namespace {

const TimePoint kStart = from_unix_seconds(1'790'000'000);

// When the next call may leave, and takes it.
Duration next_call(policy::Limiter& limiter, Duration now) {
  while (const auto wait = limiter.wait_for(kStart + now)) now += *wait;
  limiter.take(kStart + now);
  return now;
}

}  // namespace

std::vector<Change> make_trace(const Setup& setup) {
  SeededRandom random(setup.seed);
  std::vector<double> up_to;
  double sum = 0;
  for (int i = 1; i <= setup.listings; ++i) up_to.push_back(sum += 1 / std::pow(i, setup.zipf));
  std::vector<Change> trace;
  for (double seconds = 0;;) {
    seconds -= std::log(1 - random.unit()) / setup.changes;
    const Duration at(static_cast<Duration::rep>(seconds * 1000));
    if (at >= setup.length) return trace;
    const auto listing = std::lower_bound(up_to.begin(), up_to.end(), random.unit() * sum);
    trace.push_back(
        {at, static_cast<int>(listing - up_to.begin()), random.unit() < setup.of_orders});
  }
}

Outcome first_in_first_out(const Setup& setup, const std::vector<Change>& trace) {
  policy::Limiter limiter(setup.limit);
  Outcome out;
  Duration now{0};
  for (const Change& change : trace) {
    if (now < setup.length) now = next_call(limiter, std::max(now, change.at));
    if (now < setup.length) {
      ++out.calls;
      out.ages.push_back({now, now - change.at, change.order});
    } else {
      out.backlog.push_back({setup.length, setup.length - change.at, change.order});
    }
  }
  return out;
}

Outcome coalescing(const Setup& setup, const std::vector<Change>& trace,
                   std::optional<Duration> hold) {
  struct Dirty {
    std::vector<Change> changes;  // oldest first
    std::optional<Duration> urgent;
  };
  std::vector<Dirty> dirty(static_cast<std::size_t>(setup.listings));
  policy::Limiter limiter(setup.limit);
  Outcome out;
  std::size_t next = 0;
  const auto arrive = [&](Duration now) {
    for (; next < trace.size() && trace[next].at <= now; ++next) {
      Dirty& listing = dirty[static_cast<std::size_t>(trace[next].listing)];
      listing.changes.push_back(trace[next]);
      if (hold && trace[next].order && !listing.urgent) listing.urgent = trace[next].at + *hold;
    }
  };
  for (Duration now{0};;) {
    arrive(now);
    const bool idle =
        std::all_of(dirty.begin(), dirty.end(), [](const Dirty& d) { return d.changes.empty(); });
    if (idle) {
      if (next == trace.size()) break;
      now = std::max(now, trace[next].at);
      arrive(now);
    }
    now = next_call(limiter, now);
    if (now >= setup.length) break;
    arrive(now);
    Dirty* first = nullptr;
    const auto before = [now](const Dirty& a, const Dirty& b) {
      const bool urgent_a = a.urgent && *a.urgent <= now, urgent_b = b.urgent && *b.urgent <= now;
      if (urgent_a != urgent_b) return urgent_a;
      return urgent_a ? *a.urgent < *b.urgent : a.changes.front().at < b.changes.front().at;
    };
    for (Dirty& d : dirty) {
      if (!d.changes.empty() && (!first || before(d, *first))) first = &d;
    }
    ++out.calls;
    for (const Change& c : first->changes) out.ages.push_back({now, now - c.at, c.order});
    *first = {};
  }
  arrive(setup.length);
  for (const Dirty& d : dirty) {
    for (const Change& c : d.changes)
      out.backlog.push_back({setup.length, setup.length - c.at, c.order});
  }
  return out;
}

Summary summary(const Outcome& outcome, bool order, bool with_backlog) {
  std::vector<Duration> ages;
  for (const Age& a : outcome.ages) {
    if (a.order == order) ages.push_back(a.age);
  }
  for (const Age& a : outcome.backlog) {
    if (with_backlog && a.order == order) ages.push_back(a.age);
  }
  std::sort(ages.begin(), ages.end());
  const auto at = [&](double share) {
    if (ages.empty()) return 0.0;
    const auto place = static_cast<std::size_t>(share * static_cast<double>(ages.size()));
    return std::chrono::duration<double>(ages[std::min(place, ages.size() - 1)]).count();
  };
  return {at(0.5), at(0.99), ages.size()};
}

}  // namespace gerbang::bench
