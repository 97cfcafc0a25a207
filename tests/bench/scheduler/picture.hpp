#pragma once

#include <string>
#include <vector>

#include "tests/bench/scheduler/trace.hpp"

namespace gerbang::bench {

struct Line {
  std::string name;
  std::string colour;
  std::vector<Age> ages;
};

// An SVG: for each line the oldest change that left in each ten seconds, over the time, on a
// logarithmic scale of age.
std::string picture(const std::string& title, Duration length, const std::vector<Line>& lines);

}  // namespace gerbang::bench
