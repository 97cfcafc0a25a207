#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "core/base/time.hpp"
#include "core/policy/limiter.hpp"

// The trace of P10 and P11, and the two schedulers that gerbang is measured against on the same
// trace under the same limit. README.md.
namespace gerbang::bench {

struct Setup {
  std::uint64_t seed = 1;
  int listings = 400;
  double zipf = 0.9;       // weight of the n-th listing: 1 / n^zipf
  double changes = 20;     // a second, at random moments
  double of_orders = 0.1;  // share of the changes that an order of another shop makes
  Duration length = std::chrono::minutes(15);
  // What the shop publishes; one item a call.
  policy::Rate limit{5, std::chrono::seconds(1), 5};
};

struct Change {
  Duration at{0};  // since the start
  int listing = 0;
  bool order = false;
};

std::vector<Change> make_trace(const Setup& setup);

// How old a change was when the push left that carried it, or a newer value of its listing.
struct Age {
  Duration left{0};  // since the start
  Duration age{0};
  bool order = false;
};

struct Outcome {
  std::vector<Age> ages;     // of what left, in the order in which it left
  std::vector<Age> backlog;  // of what had not left at the end, as old as it was then
  int calls = 0;
};

// A job for each change, first in first out: what a job queue does.
Outcome first_in_first_out(const Setup& setup, const std::vector<Change>& trace);

// A set of changed listings, latest value wins, the oldest change first; every change alike.
// `hold`: order-driven changes go before the others, but only after they have waited so long;
// nothing: no priority at all. With 0 it is what any scheduler can do that puts orders first.
Outcome coalescing(const Setup& setup, const std::vector<Change>& trace,
                   std::optional<Duration> hold);

struct Summary {
  double p50 = 0, p99 = 0;  // seconds
  std::size_t count = 0;
};
// Of the order-driven changes, or of all others. With the backlog, which can only have become older
// than it was.
Summary summary(const Outcome& outcome, bool order, bool with_backlog);

}  // namespace gerbang::bench
