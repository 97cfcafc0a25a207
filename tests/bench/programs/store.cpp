// gerbang-bench-store: the real stores under a catalogue of any size, one JSON object per call.
//
//   gerbang-bench-store fill ENGINE WHERE COUNT      a new database with so many listings
//   gerbang-bench-store copy ENGINE WHERE COUNT      so many copies of a template that is there
//   gerbang-bench-store updates ENGINE WHERE SECONDS [BATCH [UNDER_WAY]]
//                                                    counts of random items, in batches, durable;
//                                                    the work that they mark is cleared afterwards
//   gerbang-bench-store due ENGINE WHERE DIRTY RUNS  time of a scan for 1,000 due rows while DIRTY
//                                                    random listings wait; cleared afterwards
//   gerbang-bench-store mark ENGINE WHERE            one more of the template: its stock waits to
//   be
//                                                    sent, and that of every copy made from then on
//
// ENGINE: sqlite (WHERE is a path) or postgres (WHERE is "host=… dbname=…").
#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "core/base/log.hpp"
#include "tests/bench/programs/catalogue.hpp"
#include "tests/bench/programs/report.hpp"

namespace gerbang::bench {
namespace {

using Steady = std::chrono::steady_clock;

double since(Steady::time_point began) {
  return std::chrono::duration<double>(Steady::now() - began).count();
}

store::ApplyStock random_counts(const Home& home, std::int64_t copies, std::size_t items,
                                Random& random, Quantity value) {
  store::ApplyStock script;
  script.organisation = home.organisation;
  std::set<std::int64_t> chosen;
  while (chosen.size() < std::min<std::size_t>(items, static_cast<std::size_t>(copies)))
    chosen.insert(1 + static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(copies))));
  for (const std::int64_t number : chosen) {
    store::ApplyStock::Item entry;
    entry.item = item_name(number);
    entry.on_hand = value;
    script.items.push_back(std::move(entry));
  }
  return script;
}

// Keeps some batches in the store's queue until the time is over.
class Updates {
 public:
  Updates(Opened& opened, Home home, std::int64_t copies, std::size_t batch)
      : opened_(opened), home_(std::move(home)), copies_(copies), batch_(batch) {}

  void run(std::chrono::duration<double> time, std::size_t under_way) {
    done_ = 0;
    milliseconds_.clear();
    const auto began = Steady::now();
    const auto stop = began + std::chrono::duration_cast<Steady::duration>(time);
    std::size_t open = 0;
    while (true) {
      while (open < under_way && Steady::now() < stop) {
        submit();
        ++open;
      }
      if (open == 0) break;
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [&] { return finished_ > 0; });
      open -= finished_;
      finished_ = 0;
    }
    seconds_ = since(began);
  }

  Report report(double cpu) const {
    return Report()
        .add("items", done_)
        .add("seconds", seconds_)
        .add("rate", static_cast<double>(done_) / seconds_)
        .add("cpu_us_per_item", cpu / static_cast<double>(done_) * 1e6)
        .add("p50_ms", at_share(milliseconds_, 0.5))
        .add("p99_ms", at_share(milliseconds_, 0.99));
  }

 private:
  void submit() {
    // No count repeats the one before it: the store would have less to write.
    value_ = 1 + (value_ + 7919) % 10'007;
    auto script = random_counts(home_, copies_, batch_, *opened_.random, value_);
    const auto began = Steady::now();
    opened_.store->apply(std::move(script), [this, began](Result<store::ApplyStock::Answer> r) {
      const auto answer = must(std::move(r), "a batch");
      for (const auto& item : answer) must(item, "an item");
      const std::lock_guard lock(mutex_);
      milliseconds_.push_back(since(began) * 1000);
      done_ += static_cast<std::int64_t>(answer.size());
      ++finished_;
      changed_.notify_one();
    });
  }

  Opened& opened_;
  const Home home_;
  const std::int64_t copies_;
  const std::size_t batch_;
  Quantity value_ = 0;
  double seconds_ = 0;
  std::mutex mutex_;  // what follows
  std::condition_variable changed_;
  std::size_t finished_ = 0;
  std::int64_t done_ = 0;
  std::vector<double> milliseconds_;
};

void updates(Engine engine, const std::string& where, double seconds, std::size_t batch,
             std::size_t under_way) {
  const std::int64_t copies = count_copies(engine, where);
  if (copies < 1) give_up("no catalogue in this database");
  Opened opened = open_store(engine, where);
  const Home home = find_home(*opened.store);
  Updates work(opened, home, copies, batch);
  work.run(std::chrono::duration<double>(std::min(0.5, seconds)), under_way);  // caches, plans
  const double before = cpu_seconds();
  work.run(std::chrono::duration<double>(seconds), under_way);
  Report out = work.report(cpu_seconds() - before);
  out.add("listings", copies);
  out.add("marked", settle_all(*opened.store, *opened.clock, home));
  opened.store->close();
  out.print();
}

void due(Engine engine, const std::string& where, std::int64_t dirty, int runs) {
  const std::int64_t copies = count_copies(engine, where);
  Opened opened = open_store(engine, where);
  const Home home = find_home(*opened.store);
  for (std::int64_t marked = 0; marked < dirty; marked += 1000) {
    const auto items = static_cast<std::size_t>(std::min<std::int64_t>(1000, dirty - marked));
    // Two counts, so that whatever stood there one of them changes it.
    for (const Quantity value : {Quantity{20'001}, Quantity{20'002}})
      must(opened.store->apply_now(
               random_counts(home, copies, items, *opened.random, value + marked)),
           "marking");
  }
  std::vector<double> milliseconds;
  std::size_t found = 0;
  for (int i = 0; i < runs; ++i) {
    store::TakeWork taking;
    taking.shop = home.shop;
    taking.now = opened.clock->now();
    taking.limit = 1000;
    const auto began = Steady::now();
    found = must(opened.store->read_now(taking), "the scan").due.size();
    milliseconds.push_back(since(began) * 1000);
  }
  const std::int64_t cleared = settle_all(*opened.store, *opened.clock, home);
  opened.store->close();
  Report()
      .add("listings", copies)
      .add("found", found)
      .add("waiting", cleared)
      .add("p50_ms", at_share(milliseconds, 0.5))
      .add("p99_ms", at_share(milliseconds, 0.99))
      .print();
}

void mark(Engine engine, const std::string& where) {
  Opened opened = open_store(engine, where);
  store::ApplyStock script;
  script.organisation = find_home(*opened.store).organisation;
  store::ApplyStock::Item entry;
  entry.item = kTemplate;
  entry.change = 1;
  entry.reason = MovementReason::received;
  script.items.push_back(entry);
  const auto counted = must(must(opened.store->apply_now(script), "marking").front(), "marking");
  opened.store->close();
  Report().add("on_hand", counted.available()).print();
}

int run(int argc, char** argv) {
  if (argc < 4) give_up("usage: gerbang-bench-store fill|copy|updates|due|mark ENGINE WHERE …");
  log::set_level(log::Level::warning);
  const std::string what = argv[1];
  const Engine engine = engine_from(argv[2]);
  const std::string where = argv[3];
  const auto argument = [&](int i, const char* otherwise) {
    return std::string(argc > i ? argv[i] : otherwise);
  };
  if (what == "fill" || what == "copy") {
    const std::int64_t count = std::stoll(argument(4, "100000"));
    const auto began = Steady::now();
    if (what == "fill") {
      Opened opened = open_store(engine, where);
      make_home(*opened.store, *opened.clock);
      opened.store->close();
    }
    copy_template(engine, where, count);
    Report().add("listings", count_copies(engine, where)).add("seconds", since(began)).print();
  } else if (what == "updates") {
    updates(engine, where, std::stod(argument(4, "3")), std::stoul(argument(5, "100")),
            std::stoul(argument(6, "16")));
  } else if (what == "due") {
    due(engine, where, std::stoll(argument(4, "10000")), std::stoi(argument(5, "200")));
  } else if (what == "mark") {
    mark(engine, where);
  } else {
    give_up("no such command: " + what);
  }
  return 0;
}

}  // namespace
}  // namespace gerbang::bench

int main(int argc, char** argv) {
  return gerbang::bench::run(argc, argv);
}
