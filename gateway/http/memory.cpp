#include "gateway/http/memory.hpp"

#include <algorithm>
#include <fstream>

namespace gerbang::http {

std::uint64_t group_memory_bound(const std::string& own, const std::string& tree) {
  std::uint64_t least = 0;
  const auto look = [&](const std::string& group) {
    std::ifstream file(tree + group + "/memory.max");
    std::uint64_t bytes = 0;
    if (!(file >> bytes) || bytes == 0) return;  // "max"
    least = least == 0 ? bytes : std::min(least, bytes);
  };
  std::ifstream file(own);
  std::string line, group;
  while (std::getline(file, line)) {
    if (line.starts_with("0::/")) group = line.substr(3);
  }
  // A name may lead out of what a container sees of the tree: its own bound is at the top then.
  if (group.find("/..") != std::string::npos) group.clear();
  for (; group.size() > 1; group.erase(group.rfind('/'))) look(group);
  look("");
  return least;
}

}  // namespace gerbang::http
