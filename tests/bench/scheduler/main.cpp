// P10 and P11: what a shop's rate limit is spent on, when it is asked for four times as much.
//
//   gerbang-bench-scheduler [--json] [--check] [--picture FILE] [--trace FILE] [--trade]
//                           [--seed N] [--zipf S] [--minutes M]
//
// --check    exit 1 unless the gates hold, the marketplace refused nothing and nothing was lost
// --trace    writes the trace as CSV: milliseconds, listing, 1 when an order made the change
// --trade    what any scheduler that puts orders first costs the others, from models alone
//
// Everything is counted on a virtual clock: the same figures on every machine. README.md.
#include <cstdio>
#include <fstream>
#include <iostream>

#include "core/base/json.hpp"
#include "core/base/log.hpp"
#include "tests/bench/scheduler/picture.hpp"
#include "tests/bench/scheduler/shop.hpp"

namespace gerbang::bench {
namespace {

constexpr double kGate10 = 100, kMoonshot10 = 1000;  // at least
constexpr double kGate11 = 2, kMoonshot11 = 1.3;     // at most

struct Options {
  Setup setup;
  bool as_json = false, check = false, trade = false;
  std::string picture, trace;
};

Options options_from(int argc, char** argv) {
  Options out;
  for (int i = 1; i < argc; ++i) {
    const std::string name = argv[i];
    const auto value = [&]() -> std::string {
      if (++i < argc) return argv[i];
      std::cerr << name << " wants a value\n";
      std::exit(2);
    };
    if (name == "--json")
      out.as_json = true;
    else if (name == "--check")
      out.check = true;
    else if (name == "--trade")
      out.trade = true;
    else if (name == "--picture")
      out.picture = value();
    else if (name == "--trace")
      out.trace = value();
    else if (name == "--seed")
      out.setup.seed = std::stoull(value());
    else if (name == "--zipf")
      out.setup.zipf = std::stod(value());
    else if (name == "--minutes")
      out.setup.length = std::chrono::minutes(std::stol(value()));
    else {
      std::cerr << "unknown: " << name << "; see the head of main.cpp\n";
      std::exit(2);
    }
  }
  return out;
}

json::Value number(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.3f", value);
  return json::Decimal{text};
}

json::Value as_json(const Summary& s) {
  return json::object({{"p50_s", number(s.p50)},
                       {"p99_s", number(s.p99)},
                       {"changes", static_cast<std::int64_t>(s.count)}});
}

json::Value benchmark(const char* id, double value, double gate, double moonshot, bool higher) {
  const auto reached = [&](double goal) { return higher ? value >= goal : value <= goal; };
  return json::object({{"id", id},
                       {"value", number(value)},
                       {"better", higher ? "higher" : "lower"},
                       {"gate", number(gate)},
                       {"moonshot", number(moonshot)},
                       {"gate_met", reached(gate)},
                       {"moonshot_met", reached(moonshot)}});
}

void print_row(const char* name, const Outcome& o, bool with_backlog) {
  const Summary orders = summary(o, true, with_backlog), others = summary(o, false, with_backlog);
  std::printf("%-38s %9.2f %9.2f %9.1f %9.1f %9zu %7d\n", name, orders.p50, orders.p99, others.p50,
              others.p99, o.backlog.size(), o.calls);
}

void print_trade(const Setup& setup, const std::vector<Change>& trace, double fifo, double plain) {
  std::printf("\nOrders held back by    order-driven p99        P10    P11\n");
  for (const int seconds : {0, 1, 2, 5, 10, 15, 20, 30}) {
    const Outcome o = coalescing(setup, trace, std::chrono::seconds(seconds));
    const double orders = summary(o, true, true).p99;
    std::printf("%17d s %17.2f s %10.0f %6.2f\n", seconds, orders, fifo / orders,
                summary(o, false, true).p99 / plain);
  }
}

int run(const Options& options) {
  const Setup& setup = options.setup;
  const std::vector<Change> trace = make_trace(setup);
  if (!options.trace.empty()) {
    std::ofstream file(options.trace);
    for (const Change& c : trace)
      file << c.at.count() << "," << c.listing << "," << (c.order ? 1 : 0) << "\n";
  }
  const Outcome fifo = first_in_first_out(setup, trace);
  const Outcome plain = coalescing(setup, trace, std::nullopt);
  // What the queue never got to would have made it look worse: it is left out there, and counted
  // as old as it was everywhere else.
  const double fifo_p99 = summary(fifo, true, false).p99;
  const double plain_p99 = summary(plain, false, true).p99;
  if (options.trade) {
    print_trade(setup, trace, fifo_p99, plain_p99);
    return 0;
  }
  const Run ours = run_gerbang(setup, trace);
  const Summary orders = summary(ours.outcome, true, true);
  const Summary others = summary(ours.outcome, false, true);
  const double p10 = fifo_p99 / orders.p99;
  const double p11 = others.p99 / plain_p99;

  if (!options.picture.empty()) {
    const auto of = [](const Outcome& o, bool order) {
      std::vector<Age> out;
      for (const Age& a : o.ages) {
        if (a.order == order) out.push_back(a);
      }
      return out;
    };
    std::ofstream(options.picture) << picture(
        "Oldest change that left in each 10 s: a shop at 4 × its limit of 5 calls a second",
        setup.length,
        {{"a job for each change, first in first out: orders", "#c0392b", of(fifo, true)},
         {"coalescing without priority: the others", "#7f8c8d", of(plain, false)},
         {"gerbang: the others", "#2e86c1", of(ours.outcome, false)},
         {"gerbang: orders", "#1e8449", of(ours.outcome, true)}});
  }
  const auto part = [](const Outcome& o, bool with_backlog) {
    return json::object({{"orders", as_json(summary(o, true, with_backlog))},
                         {"others", as_json(summary(o, false, with_backlog))},
                         {"backlog", static_cast<std::int64_t>(o.backlog.size())},
                         {"calls", o.calls}});
  };
  if (options.as_json) {
    json::Value gerbang = part(ours.outcome, true);
    gerbang.as_object()->set("refused", ours.refused);
    gerbang.as_object()->set("lost", ours.lost);
    gerbang.as_object()->set("drained_s",
                             number(std::chrono::duration<double>(ours.drained).count()));
    const json::Value all = json::object(
        {{"benchmarks", json::array({benchmark("P10", p10, kGate10, kMoonshot10, true),
                                     benchmark("P11", p11, kGate11, kMoonshot11, false)})},
         {"changes", static_cast<std::int64_t>(trace.size())},
         {"zipf", number(setup.zipf)},
         {"seed", static_cast<std::int64_t>(setup.seed)},
         {"fifo", part(fifo, false)},
         {"coalescing", part(plain, true)},
         {"gerbang", std::move(gerbang)}});
    std::cout << json::dump(all) << "\n";
  } else {
    std::printf(
        "%zu changes, age in seconds when they left     order-driven           all others\n",
        trace.size());
    std::printf("%-38s %9s %9s %9s %9s %9s %7s\n", "", "p50", "p99", "p50", "p99", "backlog",
                "calls");
    print_row("a job for each change, FIFO", fifo, false);
    print_row("coalescing, no priority", plain, true);
    print_row("gerbang", ours.outcome, true);
    std::printf(
        "\nP10 = %.0f (gate >= %.0f, moonshot >= %.0f)\nP11 = %.2f (gate <= %.0f, moonshot"
        " <= %.1f)\nrefused for their rate: %lld; not arrived an hour later: %lld; the"
        " backlog took %.0f s\n",
        p10, kGate10, kMoonshot10, p11, kGate11, kMoonshot11, static_cast<long long>(ours.refused),
        static_cast<long long>(ours.lost), std::chrono::duration<double>(ours.drained).count());
  }
  if (!options.check) return 0;
  const bool good = p10 >= kGate10 && p11 <= kGate11 && ours.refused == 0 && ours.lost == 0;
  if (!good) std::cerr << "a gate does not hold\n";
  return good ? 0 : 1;
}

}  // namespace
}  // namespace gerbang::bench

int main(int argc, char** argv) {
  gerbang::log::set_level(gerbang::log::Level::error);
  return gerbang::bench::run(gerbang::bench::options_from(argc, argv));
}
