#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "tests/hostile/day.hpp"

// The matrix: every operation of a channel × every way in which a call can go wrong, and the rules
// that hold whatever happens.
namespace gerbang::hostile {

struct FaultKind {
  std::string name;  // of the report
  std::string kind;  // of the sandbox
  Duration delay{0};
  bool unclear = false;    // the answer does not say whether it happened
  bool permanent = false;  // the channel's final word: may park, may ask for the seller
};
const std::vector<FaultKind>& fault_kinds();

// An operation and a day on which the gateway uses it, as days without faults showed.
struct Cell {
  Chapter chapter = Chapter::idle;
  std::string operation;
};

// What a channel does when nobody disturbs it. Each day passes twice: what a day used both times is
// its own, what it used once came by chance (a token grew old, a fact's life ended). What the
// gateway asks a shop once only is met on the day of its first products, with a new shop each time.
struct Peace {
  std::vector<Cell> cells;
  std::set<std::string> app_level;  // calls that belong to no shop
  std::set<std::string> idle;       // polls
  std::set<std::string> refreshes;  // make new tokens
  std::set<std::string> creates;    // make a product
  std::vector<std::string> violations;
};
Peace observe_peace(const std::string& channel);
// Only its calls that belong to no shop.
std::set<std::string> observe_app_calls(const std::string& channel);

// How often a fault strikes.
enum class Mode { once, until_cleared };

// One run: the day with the fault, the recovery, the rules. Violations in words.
struct Outcome {
  int struck = 0;
  std::vector<std::string> violations;
};
Outcome run_cell(Day& day, const Peace& peace, const Cell& cell, const FaultKind& kind, Mode mode);

// A day of orders while the webhooks go wrong.
Outcome run_pushes(Day& day, const Peace& peace, const json::Value& faults);

// Totals of the program, for the line at its end.
struct Totals {
  int operations = 0;
  int runs = 0;
  int faults = 0;
  int violations = 0;
};
Totals& totals();

}  // namespace gerbang::hostile
