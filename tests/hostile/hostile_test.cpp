#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>

#include <cstdio>
#include <memory>
#include <set>

#include "core/base/log.hpp"
#include "tests/hostile/matrix.hpp"
#include "tests/kit/proof.hpp"

namespace gerbang::hostile {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

// The long form and a hand-picked cell leave nothing out.
bool whole_matrix() {
  return std::getenv("GERBANG_LONG") || std::getenv("HOSTILE_OPERATION") ||
         std::getenv("HOSTILE_KIND");
}

// The short form takes a sixth of an operation's faults, another sixth for the next operation: six
// operations of a channel meet every kind in both modes. Always the same ones.
constexpr std::size_t kShare = 6;

// Every connector of this build that has a sandbox.
std::vector<std::string> channels() {
  std::vector<std::string> out;
  Registry registry;
  add_connectors(registry);
  for (const Connector* c : registry.all()) out.push_back(c->info().channel);
  return out;
}

class Hostile : public testing::TestWithParam<std::string> {};
INSTANTIATE_TEST_SUITE_P(Channel, Hostile, testing::ValuesIn(channels()),
                         [](const auto& of) { return of.param; });

std::string_view name_of(Mode mode) {
  return mode == Mode::once ? "once" : "until cleared";
}

void report(const std::string& what, const Outcome& outcome) {
  for (const std::string& v : outcome.violations) ADD_FAILURE() << what << ": " << v;
}

TEST_P(Hostile, NoFaultOfOneOperationBreaksARule) {
  const std::string& channel = GetParam();
  const Peace peace = observe_peace(channel);
  for (const std::string& v : peace.violations) ADD_FAILURE() << channel << ": " << v;
  totals().violations += static_cast<int>(peace.violations.size());
  ASSERT_FALSE(peace.cells.empty());
  EXPECT_FALSE(peace.creates.empty()) << "nothing was seen to make a product";
  const char* only_operation = std::getenv("HOSTILE_OPERATION");
  const char* only_kind = std::getenv("HOSTILE_KIND");
  int cells = 0;
  std::size_t operation_number = 0;
  std::string last_operation;
  std::unique_ptr<Day> day;
  for (const Cell& cell : peace.cells) {
    if (only_operation && cell.operation != only_operation) continue;
    if (cell.operation != last_operation) day.reset();
    last_operation = cell.operation;
    const std::size_t turn = operation_number++;
    std::size_t fault_number = 0;
    for (const FaultKind& kind : fault_kinds()) {
      if (only_kind && kind.name != only_kind) continue;
      for (const Mode mode : {Mode::once, Mode::until_cleared}) {
        if (!whole_matrix() && (fault_number++ + turn) % kShare != 0) continue;
        const std::string what = channel + ", " + std::string(to_string(cell.chapter)) + ", " +
                                 cell.operation + ", " + kind.name + " " +
                                 std::string(name_of(mode));
        const bool beginning = cell.chapter == Chapter::begin;
        if (!day || beginning) day = std::make_unique<Day>(channel, !beginning);
        const Outcome outcome = run_cell(*day, peace, cell, kind, mode);
        if (std::getenv("HOSTILE_PROGRESS"))
          std::fprintf(stderr, "%s: %d\n", what.c_str(), outcome.struck);
        report(what, outcome);
        ++cells;
        // A matrix that misses its operations proves nothing.
        EXPECT_GT(outcome.struck, 0) << what << ": the fault strikes nothing";
        // What one run spoiled must not be counted again.
        if (!outcome.violations.empty()) day.reset();
      }
    }
    if (cell.chapter == Chapter::begin) day.reset();
  }
  totals().operations += static_cast<int>(operation_number);
  EXPECT_GT(cells, 0);
}

TEST_P(Hostile, NoFaultOfWebhooksLosesAnOrder) {
  const std::string& channel = GetParam();
  Peace peace;
  peace.app_level = observe_app_calls(channel);
  Day day(channel);
  if (!day.world.connector(channel).info().can.webhooks) {
    // Polling alone: nothing to disturb, and the run above has shown that the orders come in.
    EXPECT_EQ(day.world.control(channel, Method::get, "pushes")["made"].as_int64(), 0);
    return;
  }
  const std::vector<std::pair<std::string, json::Value>> faults = {
      {"all dropped", json::object({{"drop_every", 1}})},
      {"every other dropped", json::object({{"drop_every", 2}})},
      {"duplicated", json::object({{"duplicate_every", 1}})},
      {"late", json::object({{"late_ms", 240'000}})},
      {"reordered", json::object({{"reorder", true}})},
      {"reordered, duplicated and dropped",
       json::object({{"reorder", true}, {"duplicate_every", 2}, {"drop_every", 3}})},
      {"silent", json::object({{"silent", true}})},
  };
  for (const auto& [name, fault] : faults)
    report(channel + ", webhooks " + name, run_pushes(day, peace, fault));
}

TEST_P(Hostile, ARetiredShopIsNotCalledWhateverWasGoingOn) {
  const std::string& channel = GetParam();
  Peace peace;
  peace.app_level = observe_app_calls(channel);
  for (const FaultKind& kind : fault_kinds()) {
    Day day(channel);
    day.fault("*", kind.kind, kind.delay, -1);
    day.act(Chapter::change, minutes(1));
    store::SetShopState retire;
    retire.shop = day.shop.id;
    retire.state = ShopState::retired;
    ASSERT_TRUE(day.world.store().apply_now(retire)) << kind.name;
    // What is on its way at this moment may end.
    day.world.run_for(minutes(2));
    day.clear_faults();
    const std::int64_t before = day.ledger_end();
    day.world.count("KRJ", 5);
    day.world.run_for(hours(5));
    int calls = 0;
    for (const Entry& e : day.ledger(before))
      calls += peace.app_level.contains(e.operation) ? 0 : 1;
    totals().violations += calls;
    EXPECT_EQ(calls, 0) << channel << ", " << kind.name << ": calls after retirement";
    for (const store::ParkedWork& p : day.parked())
      EXPECT_FALSE(p.problem.code.empty()) << channel << ", " << kind.name;
    EXPECT_EQ(day.shop_view().work.waiting, 0) << channel << ", " << kind.name;
    ++totals().runs;
    ++totals().faults;
  }
}

class LastLine : public testing::Environment {
 public:
  void TearDown() override {
    kit::print_proof("hostile marketplaces", totals().runs, totals().faults, totals().violations);
  }
};

}  // namespace
}  // namespace gerbang::hostile

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  testing::AddGlobalTestEnvironment(new gerbang::hostile::LastLine);
  gerbang::log::set_level(gerbang::log::Level::off);
  return RUN_ALL_TESTS();
}
