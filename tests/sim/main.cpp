// gerbang-sim: the whole gateway in simulated time. tests/sim/README.md.
#include <limits.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "core/base/log.hpp"
#include "tests/sim/simulation.hpp"

namespace gerbang::sim {
namespace {

struct Arguments {
  std::uint64_t from = 1, to = 1;
  Options options;
  std::int64_t most_violations = 1;
  std::string until;   // the invariant that is waited for
  double minutes = 0;  // wall clock; 0: no limit
  std::uint64_t jobs = 1;
  bool verbose = false, story = false;
};

void usage() {
  std::puts(
      "gerbang-sim --seed N | --seeds FROM..TO\n"
      "            [--channels a,b] [--hours H] [--no-crashes] [--keep-going N]\n"
      "            [--minutes M] [--jobs N] [--verbose] [--story]\n"
      "  --seed N       replays one run exactly and says what happened\n"
      "  --seeds A..B   runs them one after the other, stops at the first violation\n"
      "  --keep-going N stops after N violations instead\n"
      "  --until NAME   only violations of this invariant count\n"
      "  --minutes M    stops after so much real time\n"
      "  --jobs N       seeds are shared out among N processes; each stops on its own\n"
      "  --story        tells everything that happened");
}

bool parse(int argc, char** argv, Arguments& out) {
  for (int i = 1; i < argc; ++i) {
    const std::string_view name = argv[i];
    const auto value = [&]() -> std::string { return i + 1 < argc ? argv[++i] : ""; };
    if (name == "--seed") {
      out.from = out.to = std::strtoull(value().c_str(), nullptr, 10);
      out.verbose = true;
    } else if (name == "--seeds") {
      const std::string range = value();
      const auto dots = range.find("..");
      if (dots == std::string::npos) return false;
      out.from = std::strtoull(range.substr(0, dots).c_str(), nullptr, 10);
      out.to = std::strtoull(range.substr(dots + 2).c_str(), nullptr, 10);
    } else if (name == "--channels") {
      std::string list = value() + ",";
      for (auto comma = list.find(','); comma != std::string::npos; comma = list.find(',')) {
        if (comma > 0) out.options.channels.push_back(list.substr(0, comma));
        list.erase(0, comma + 1);
      }
    } else if (name == "--hours") {
      out.options.hours = std::atof(value().c_str());
    } else if (name == "--minutes") {
      out.minutes = std::atof(value().c_str());
    } else if (name == "--jobs") {
      out.jobs = std::clamp<std::uint64_t>(std::strtoull(value().c_str(), nullptr, 10), 1, 256);
    } else if (name == "--keep-going") {
      out.most_violations = std::strtoll(value().c_str(), nullptr, 10);
    } else if (name == "--until") {
      out.until = value();
    } else if (name == "--no-crashes") {
      out.options.crashes = false;
    } else if (name == "--verbose") {
      out.verbose = true;
    } else if (name == "--story") {
      out.story = out.options.whole_story = true;
    } else {
      return false;
    }
  }
  return out.from <= out.to;
}

double hours(Duration d) {
  return std::chrono::duration<double, std::ratio<3600>>(d).count();
}

void print(const Outcome& o) {
  std::string channels;
  for (const std::string& c : o.channels) channels += (channels.empty() ? "" : ",") + c;
  std::printf(
      "seed %llu: %s, %.1f virtual hours (%.0f min to converge), %lld steps, %lld commits,"
      " %lld intents, %lld orders, %lld restarts (%lld killed, %lld power), %lld parked,"
      " trace %016llx\n",
      static_cast<unsigned long long>(o.seed), channels.c_str(), hours(o.lived),
      hours(o.converged) * 60, static_cast<long long>(o.steps), static_cast<long long>(o.commits),
      static_cast<long long>(o.intents), static_cast<long long>(o.orders),
      static_cast<long long>(o.restarts()), static_cast<long long>(o.deaths),
      static_cast<long long>(o.power_losses), static_cast<long long>(o.parked),
      static_cast<unsigned long long>(o.hash));
  if (o.converged > std::chrono::minutes(20))
    std::printf("  waited for: %s\n", o.waited_for.c_str());
  std::fflush(stdout);
}

// Plain numbers, so that a child can hand them to its parent through a pipe.
struct Totals {
  std::int64_t seeds = 0, faults = 0, restarts = 0, orders = 0, intents = 0, checks = 0;
  std::int64_t violations = 0;
  Duration lived{0};
  std::array<std::uint64_t, 64> failed{};  // the first seeds that broke something
  std::size_t failures = 0;

  void fail(std::uint64_t seed) {
    if (failures < failed.size()) failed[failures++] = seed;
  }
  void operator+=(const Totals& o) {
    seeds += o.seeds, faults += o.faults, restarts += o.restarts, orders += o.orders;
    intents += o.intents, checks += o.checks, violations += o.violations, lived += o.lived;
    for (std::size_t i = 0; i < o.failures; ++i) fail(o.failed[i]);
  }
};
static_assert(std::is_trivially_copyable_v<Totals> && sizeof(Totals) < PIPE_BUF);

using Stopwatch = std::chrono::steady_clock::time_point;

double seconds_since(Stopwatch began) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
}

// Every `jobs`th seed, beginning with the `first` of them.
Totals run_share(const Arguments& arguments, std::uint64_t first, std::uint64_t jobs,
                 Stopwatch began) {
  Totals t;
  for (std::uint64_t seed = arguments.from + first; seed <= arguments.to; seed += jobs) {
    if (arguments.minutes > 0 && seconds_since(began) > arguments.minutes * 60) break;
    Options options = arguments.options;
    options.seed = seed;
    const Outcome o = simulate(options);
    ++t.seeds;
    t.lived += o.lived;
    t.faults += o.faults.network + o.faults.sandbox + o.faults.partitions +
                o.faults.webhook_faults + o.lost_writes;
    t.restarts += o.restarts();
    t.orders += o.orders;
    t.intents += o.intents;
    t.checks += o.checks;
    if (arguments.verbose) print(o);
    if (arguments.story && !o.violation) std::fputs(o.story.c_str(), stdout);
    if (!o.violation) continue;
    const bool counts = arguments.until.empty() || o.violation->invariant == arguments.until;
    if (counts) ++t.violations;
    t.fail(seed);
    std::printf("\nVIOLATION seed %llu: %s\n  %s: %s\n\n%s\n  replay: gerbang-sim --seed %llu\n\n",
                static_cast<unsigned long long>(seed), o.violation->invariant.c_str(),
                o.violation->subject.c_str(), o.violation->what(), o.story.c_str(),
                static_cast<unsigned long long>(seed));
    std::fflush(stdout);
    if (t.violations >= arguments.most_violations) break;
  }
  return t;
}

// A process for each share: the simulation itself is one thread and stays so.
Totals run_in_children(const Arguments& arguments, Stopwatch began) {
  std::fflush(stdout);
  Totals sum;
  std::vector<std::pair<pid_t, int>> children;
  for (std::uint64_t child = 0; child < arguments.jobs; ++child) {
    int ends[2];
    if (::pipe(ends) != 0) std::abort();
    const pid_t pid = ::fork();
    if (pid < 0) std::abort();
    if (pid == 0) {
      const Totals t = run_share(arguments, child, arguments.jobs, began);
      std::fflush(stdout);
      const bool told = ::write(ends[1], &t, sizeof t) == static_cast<ssize_t>(sizeof t);
      ::_exit(told ? 0 : 1);
    }
    ::close(ends[1]);
    children.emplace_back(pid, ends[0]);
  }
  for (const auto& [pid, end] : children) {
    Totals t;
    const bool told = ::read(end, &t, sizeof t) == static_cast<ssize_t>(sizeof t);
    int status = 0;
    ::waitpid(pid, &status, 0);
    ::close(end);
    // A child that died has found something, too.
    if (!told || status != 0) {
      std::printf("\nVIOLATION: a process of the simulation ended with status %d\n", status);
      t = Totals();
      t.violations = 1;
    }
    sum += t;
  }
  return sum;
}

int run(const Arguments& arguments) {
  const auto began = std::chrono::steady_clock::now();
  const Totals t =
      arguments.jobs > 1 ? run_in_children(arguments, began) : run_share(arguments, 0, 1, began);
  std::string failed;
  for (std::size_t i = 0; i < t.failures; ++i)
    failed += (i == 0 ? "seeds " : ",") + std::to_string(t.failed[i]);
  const double took = seconds_since(began);
  std::printf(
      "proof: simulation: %lld rounds, %lld faults injected, %lld violations (%s%s%.0f virtual"
      " hours, %lld restarts, %lld intents, %lld orders, %lld checks, %.1f s: %.0f virtual hours"
      " and %.0f seeds a minute)\n",
      static_cast<long long>(t.seeds), static_cast<long long>(t.faults),
      static_cast<long long>(t.violations), failed.c_str(), failed.empty() ? "" : "; ",
      hours(t.lived), static_cast<long long>(t.restarts), static_cast<long long>(t.intents),
      static_cast<long long>(t.orders), static_cast<long long>(t.checks), took,
      hours(t.lived) / took * 60, static_cast<double>(t.seeds) / took * 60);
  return t.violations == 0 ? 0 : 1;
}

}  // namespace
}  // namespace gerbang::sim

int main(int argc, char** argv) {
  gerbang::sim::Arguments arguments;
  if (argc < 2 || !gerbang::sim::parse(argc, argv, arguments)) {
    gerbang::sim::usage();
    return 2;
  }
  gerbang::log::set_level(gerbang::log::Level::off);
  return gerbang::sim::run(arguments);
}
