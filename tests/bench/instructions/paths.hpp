#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace gerbang::bench {

// One operation, over and over, each time on other data of the same size.
class Operation {
 public:
  virtual ~Operation() = default;
  virtual void run() = 0;
};

struct Path {
  std::string name;
  int operations;  // counted
  int warm_up;     // before, not counted
  std::function<std::unique_ptr<Operation>()> make;
};

const std::vector<Path>& paths();

}  // namespace gerbang::bench
