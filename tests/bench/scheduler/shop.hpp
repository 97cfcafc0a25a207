#pragma once

#include "tests/bench/scheduler/trace.hpp"

namespace gerbang::bench {

struct Run {
  Outcome outcome;
  std::int64_t refused = 0;  // calls that the marketplace refused for their rate
  std::int64_t lost = 0;     // changes that had not arrived an hour after the last one
  Duration drained{0};       // from the end of the trace until nothing waited
};

// The trace through gerbang: the engine, its lanes, the SQLite store in memory and a sandbox
// marketplace that refuses the sixth call of a second, under a clock that jumps.
Run run_gerbang(const Setup& setup, const std::vector<Change>& trace);

}  // namespace gerbang::bench
