#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tests/sim/checks.hpp"
#include "tests/sim/process.hpp"

// A whole village under virtual time: its software, its gateway, its shops, their shoppers. One
// seed decides everything that happens. First all faults at once, the invariants checked after
// every step; then the faults stop, and everything must converge.
namespace gerbang::sim {

struct Options {
  std::uint64_t seed = 1;
  std::vector<std::string> channels;  // empty: the seed chooses
  std::optional<double> hours;        // of faults; nothing: the seed chooses
  bool crashes = true;
  bool whole_story = false;  // everything that happened, not what led to a violation
};

struct Outcome {
  std::uint64_t seed = 0;
  std::optional<Violation> violation;
  std::string story;
  std::uint64_t hash = 0;
  Duration lived{0};       // virtual time
  Duration converged{0};   // of it, from the last fault to rest
  std::string waited_for;  // what came last
  std::int64_t steps = 0, commits = 0, checks = 0, intents = 0, orders = 0;
  std::int64_t deaths = 0, power_losses = 0, orderly_ends = 0, lost_writes = 0, parked = 0;
  FaultCounts faults;
  std::vector<std::string> channels;

  std::int64_t restarts() const { return deaths + power_losses + orderly_ends; }
};

Outcome simulate(const Options& options);

class Village;

class Simulation {
 public:
  explicit Simulation(const Options& options);
  ~Simulation();

  void run();  // throws Violation
  Outcome outcome() const;
  const Trace& trace() const { return trace_; }
  TimePoint start() const { return start_; }

 private:
  friend class Village;

  void set_up();
  void step();
  void run_until(TimePoint when);
  void crash();
  void die(bool power_lost);
  void boot();
  void end_orderly();
  void change_weather();
  // Sends to the gateway; nothing when it is down, or dies before it answers.
  void request(Method method, const std::string& target, const std::string& body,
               const std::string& key, Process::Done done);
  HttpResponse request_now(Method method, const std::string& target, const std::string& body);
  void deliver(const std::string& channel, const HttpRequest& push, Outside::Answered answered);
  void stop_faults();
  // What still differs from what should be; empty: nothing.
  std::string difference();
  std::string listings_differ();
  std::string orders_differ();
  store::Database* database() { return process_ ? process_->store().database() : nullptr; }
  TimePoint now() const { return clockwork_.now(); }

  const Options options_;
  const TimePoint start_;
  SeededRandom plan_;    // what kind of run this is, and when it dies
  SeededRandom chance_;  // scheduler and store
  SeededRandom network_;
  SeededRandom marketplace_;
  SeededRandom engine_random_;
  SeededRandom store_random_;
  Trace trace_;
  Clockwork clockwork_;
  Disk disk_;
  Outside outside_;
  Checks checks_;
  Registry real_;
  Registry watched_;
  Metrics metrics_;
  std::optional<Setup> setup_;
  std::unique_ptr<Process> process_;
  std::unique_ptr<Village> village_;
  std::vector<std::string> channels_;
  std::string key_;
  double storm_ = 1;  // how bad it is
  double active_hours_ = 1;
  bool faults_ = false;
  bool booting_ = false;
  bool ending_ = false;      // in an orderly way
  bool power_next_ = false;  // what the armed disk fault means
  std::int64_t steps_ = 0;
  std::int64_t crash_at_ = 0;
  Outcome outcome_;
};

}  // namespace gerbang::sim
